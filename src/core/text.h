// Small Unicode helpers that need no tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace contacts {

inline char ToLowerAscii(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
inline char ToUpperAscii(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}
bool EqualIgnoreCase(std::string_view a, std::string_view b);  // ASCII

constexpr bool IsAsciiDigit(char32_t c) {
    return c >= '0' && c <= '9';
}
constexpr bool IsAsciiLetter(char32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline bool AllDigits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}
inline bool IsAscii(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0x80) return false;
    return true;
}

// Length in bytes of the well-formed UTF-8 sequence (RFC 3629) at `p`, 0 if there is none before `end`.
// Inline: the CSV reader checks every byte with it.
inline std::size_t Utf8Length(const char *p, const char *end) {
    const auto byte = [&](int i) { return static_cast<unsigned char>(p[i]); };
    const auto continues = [&](int i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead < 0xE0) return lead >= 0xC2 && end - p >= 2 && continues(1) ? 2 : 0;
    if (lead < 0xF0) {
        if (end - p < 3 || !continues(1) || !continues(2)) return 0;
        if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
        return 3;
    }
    if (lead > 0xF4 || end - p < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
    return 4;
}

// The character of a well-formed sequence of `length` bytes.
char32_t Utf8Character(const char *p, std::size_t length);

// What has no width and no meaning in a number, an address, a key or a header: soft hyphen, zero-width
// characters, marks and isolates of writing direction, byte order mark. Equal-looking values must not differ
// by them.
constexpr bool IsInvisible(char32_t c) {
    return c == 0x00AD || c == 0x061C || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

// Both ends trimmed of white space: ASCII's, NBSP (U+00A0) and IDEOGRAPHIC SPACE (U+3000).
std::string_view Trim(std::string_view text);

// Without the characters that are invisible; what is no UTF-8 stays as it is.
std::string StripInvisible(std::string_view text);

// Characters, not bytes.
std::size_t CharacterCount(std::string_view text);

}  // namespace contacts
