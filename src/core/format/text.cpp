#include "core/format/text.h"

#include <algorithm>

namespace contacts {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }
bool EndsWith(std::string_view text, std::string_view suffix) {
    return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

constexpr std::string_view kWideSpaces[] = {"\u00A0", "\u3000"};

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Length in bytes of the invisible character at the front, 0 if there is none.
std::size_t InvisibleLength(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.size() >= 2 && byte(0) == 0xC2 && byte(1) == 0xAD) return 2;
    if (text.size() < 3) return 0;
    if (byte(0) == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF) return 3;
    if (byte(0) != 0xE2) return 0;
    const bool zero_width = byte(1) == 0x80 && byte(2) >= 0x8B && byte(2) <= 0x8F;
    const bool bidi = byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE;
    const bool joiner_isolate = byte(1) == 0x81 && (byte(2) == 0xA0 || (byte(2) >= 0xA6 && byte(2) <= 0xA9));
    return zero_width || bidi || joiner_isolate ? 3 : 0;
}

}  // namespace

std::string ToLowerAscii(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return ToLowerAscii(c); });
    return out;
}

bool EqualIgnoreCase(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return ToLowerAscii(x) == ToLowerAscii(y);
           });
}

std::string_view TrimCell(std::string_view text) {
    for (;;) {
        const std::size_t before = text.size();
        while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
        while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
        for (const std::string_view space : kWideSpaces) {
            if (StartsWith(text, space)) text.remove_prefix(space.size());
            if (EndsWith(text, space)) text.remove_suffix(space.size());
        }
        if (text.size() == before) return text;
    }
}

std::string StripInvisible(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = InvisibleLength(text);
        if (length == 0) out += text.front();
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::size_t CharacterCount(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace contacts
