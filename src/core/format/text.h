// Small Unicode helpers that need no tables: cells are UTF-8 already.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace contacts {

inline char ToLowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
std::string ToLowerAscii(std::string_view text);
bool EqualIgnoreCase(std::string_view a, std::string_view b);  // ASCII

// Both ends trimmed of white space: ASCII's, NBSP (U+00A0) and IDEOGRAPHIC SPACE (U+3000).
std::string_view TrimCell(std::string_view text);

// Without bidi controls, zero-width characters, BOM and soft hyphen (U+00AD, U+200B–U+200F, U+202A–U+202E,
// U+2060, U+2066–U+2069, U+FEFF): equal-looking keys, numbers and addresses must not differ by them.
std::string StripInvisible(std::string_view text);

// Characters, not bytes.
std::size_t CharacterCount(std::string_view text);

}  // namespace contacts
