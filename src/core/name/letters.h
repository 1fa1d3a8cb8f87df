// Text of any script to Latin letters, as far as all scripts have it in common.
//
// Each ICU transform is made when its first word comes: all of them together (Any-Latin) take a third of a
// second, Cyrillic alone half a millisecond.
#pragma once

#include <unicode/unistr.h>

#include <string>
#include <string_view>
#include <vector>

namespace contacts::name {

[[noreturn]] void ThrowIcu(const char *what, UErrorCode status);

std::string Encode(const icu::UnicodeString &text);

// `text` by the transform of this ID; as it is where this ICU has none of that name.
icu::UnicodeString Transformed(const char *id, icu::UnicodeString text);

// Small ASCII letters and digits of case-folded Latin text, accents gone; a letter that has no ASCII form
// stays as it is.
std::string FoldLatin(const icu::UnicodeString &text);
// The same for one character, remembered: most are met again at once.
const std::string &FoldLatin(UChar32 c);

constexpr bool IsVowel(char c) {
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

// Every `from` in `text`, put as `to`.
std::string Replaced(std::string text, std::string_view from, std::string_view to);

// Adds the key, cut, unless it is empty or there.
void AddKey(std::vector<std::string> &keys, std::string key);

}  // namespace contacts::name
