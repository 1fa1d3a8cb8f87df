// Names by their consonants: what spellings agree in that put the vowels differently, or leave them out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contacts::name {

// In front of a key of consonants alone, which stands apart from all keys that are spelt out.
inline constexpr char kSkeletonMark = '^';

// Consonants that most ways to write an Arabic, Hebrew, Indic or Thai name in Latin agree in, without the
// mark; empty for a word that has none. A 'v' may stand for a letter that is written or one that is not; a
// last h is left out where two other consonants remain, of a shorter word where `silent_h` says so.
std::string Skeleton(std::string_view latin, bool v_is_vowel = false, bool silent_h = false);

// Adds the skeleton with its mark as a key, where there is one.
void AddSkeleton(std::vector<std::string> &keys, std::string_view latin, bool v_is_vowel = false,
                 bool silent_h = false);

}  // namespace contacts::name
