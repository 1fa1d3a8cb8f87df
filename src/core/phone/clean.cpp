#include "core/phone/clean.h"

#include <cstdint>

#include <unicode/utf8.h>

#include "core/text.h"

namespace contacts {
namespace {

bool IsHorizontalSpace(UChar32 c) {
    return c == '\t' || c == 0x00A0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

}  // namespace

std::optional<std::string> CleanPhoneText(std::string_view text, std::vector<std::size_t> *offsets) {
    std::string clean;
    clean.reserve(text.size());
    if (offsets) offsets->reserve(text.size() + 1);
    const auto keep = [&](char byte, std::size_t offset) {
        clean += byte;
        if (offsets) offsets->push_back(offset);
    };
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t start = i;
        UChar32 c;
        U8_NEXT(text.data(), i, text.size(), c);
        if (c < 0) return std::nullopt;
        if (IsInvisible(static_cast<char32_t>(c))) continue;
        if (IsHorizontalSpace(c))
            keep(' ', start);
        else
            for (std::size_t k = start; k < i; ++k) keep(text[k], k);
    }
    if (offsets) offsets->push_back(text.size());
    return clean;
}

}  // namespace contacts
