#include "core/error.h"

namespace contacts {
namespace {

// Length of the well-formed UTF-8 sequence at the front (RFC 3629), 0 if there is none.
std::size_t SequenceLength(std::string_view s) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || s.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
    return length;
}

}  // namespace

std::string Quoted(std::string_view value, std::size_t limit) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (std::size_t count = 0; !value.empty(); ++count) {
        if (count == limit) {
            out += "…";
            break;
        }
        std::size_t length = SequenceLength(value);
        const auto lead = static_cast<unsigned char>(value[0]);
        // C1 controls (U+0080..U+009F) are escaped byte by byte, as the ASCII ones are.
        const bool control =
            length == 0 || lead < 0x20 || lead == 0x7F ||
            (lead == 0xC2 && length == 2 && static_cast<unsigned char>(value[1]) < 0xA0);
        if (length == 0) length = 1;
        for (std::size_t i = 0; i < length; ++i) {
            const auto b = static_cast<unsigned char>(value[i]);
            if (control) {
                out += "\\x";
                out += kHex[b >> 4];
                out += kHex[b & 15];
            } else {
                out += static_cast<char>(b);
            }
        }
        value.remove_prefix(length);
    }
    return out;
}

}  // namespace contacts
