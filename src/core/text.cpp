#include "core/text.h"

#include <algorithm>

namespace contacts {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}
bool EndsWith(std::string_view text, std::string_view suffix) {
    return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

constexpr std::string_view kWideSpaces[] = {"\u00A0", "\u3000"};

bool IsSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

char32_t Utf8Character(const char *p, std::size_t length) {
    static constexpr unsigned char kLeadBits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    char32_t c = static_cast<unsigned char>(p[0]) & kLeadBits[length];
    for (std::size_t i = 1; i < length; ++i) c = c << 6 | (static_cast<unsigned char>(p[i]) & 0x3F);
    return c;
}

bool EqualIgnoreCase(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return ToLowerAscii(x) == ToLowerAscii(y);
           });
}

std::string_view Trim(std::string_view text) {
    // Most texts have nothing to trim.
    const auto is_plain = [](char c) { return c > ' ' && c < 0x7F; };
    for (;;) {
        if (text.empty() || (is_plain(text.front()) && is_plain(text.back()))) return text;
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
    if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return std::string(text);
    std::string out;
    out.reserve(text.size());
    const char *const end = text.data() + text.size();
    const char *kept = text.data();  // what was kept and is not yet in `out` begins here
    for (const char *p = kept; p != end;) {
        if (static_cast<unsigned char>(*p) < 0x80) {
            ++p;
            continue;
        }
        const std::size_t length = Utf8Length(p, end);
        const char *const next = p + (length ? length : 1);
        if (length >= 2 && IsInvisible(Utf8Character(p, length))) {
            out.append(kept, p);
            kept = next;
        }
        p = next;
    }
    out.append(kept, end);
    return out;
}

std::size_t CharacterCount(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace contacts
