#include "core/error.h"

#include "core/text.h"

namespace contacts {

std::string Quoted(std::string_view value, std::size_t limit) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (std::size_t count = 0; !value.empty(); ++count) {
        if (count == limit) {
            out += "…";
            break;
        }
        std::size_t length = Utf8Length(value.data(), value.data() + value.size());
        const char32_t c = length == 0 ? 0 : Utf8Character(value.data(), length);
        // What would change the message's own look is shown by its bytes: controls (C0, DEL, C1), bidi
        // controls.
        const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || IsInvisible(c);
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
