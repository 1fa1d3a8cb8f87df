// Typing errors: a letter left out, added, changed, or two that changed places.
#pragma once

#include <string_view>

namespace contacts::name {

// How many errors make a search of this word still find: one in 4 to 7 letters, two in longer ones.
constexpr int ToleranceOf(std::size_t letters) {
    return letters < 4 ? 0 : letters < 8 ? 1 : 2;
}

// Whether `key` (or a beginning of it) is `word` with at most `limit` (1 or 2) errors: the optimal string
// alignment distance over bytes, computed in a band around the diagonal.
bool IsWithin(std::string_view word, std::string_view key, int limit, bool prefix);

}  // namespace contacts::name
