#include "core/phone/typed.h"

#include <algorithm>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "core/phone/library.h"
#include "core/phone/parse.h"
#include "core/text.h"

namespace contacts {
namespace {

// Bytes of a text that somebody types as a number.
constexpr std::size_t kMaxText = 200;

struct Typed {
    std::string digits;
    bool plus = false;
};

bool IsSeparator(UChar32 c) {
    switch (c) {
        case ' ':
        case '\t':
        case '-':
        case '.':
        case '/':
        case '(':
        case ')':
        case 0x00A0:
        case 0x202F:
        case 0x3000:
        case 0x2212:
        case 0xFF0D:
            return true;
        default:
            return (c >= 0x2000 && c <= 0x200A) || (c >= 0x2010 && c <= 0x2015);
    }
}

// Nothing in `digits` if the text has anything else in it.
Typed Read(std::string_view text) {
    Typed typed;
    if (text.size() > kMaxText) return typed;
    for (std::size_t i = 0; i < text.size();) {
        UChar32 c;
        U8_NEXT(text.data(), i, text.size(), c);
        if (c < 0) return {};
        if (const int digit = u_charDigitValue(c); digit >= 0)
            typed.digits += static_cast<char>('0' + digit);
        else if ((c == '+' || c == 0xFF0B) && typed.digits.empty() && !typed.plus)
            typed.plus = true;
        else if (!IsSeparator(c) && !IsInvisible(static_cast<char32_t>(c)))
            return {};
    }
    return typed;
}

}  // namespace

std::vector<std::string> TypedPhonePrefixes(std::string_view text, std::string_view region) {
    std::vector<std::string> prefixes;
    const Typed typed = Read(text);
    const auto add = [&](std::string_view before, std::string_view digits) {
        std::string prefix = "+" + std::string(before) + std::string(digits);
        if (prefix.size() < 2 || prefix.size() > 1 + Phone::kMaxDigits || prefix[1] == '0') return;
        if (std::find(prefixes.begin(), prefixes.end(), prefix) == prefixes.end())
            prefixes.push_back(std::move(prefix));
    };
    if (typed.digits.empty()) return prefixes;
    const std::string_view digits = typed.digits;
    // What is shorter is rather the beginning of a number than one.
    constexpr std::size_t kWholeNumber = 7;
    if (digits.size() >= kWholeNumber)
        if (const auto phone = ParsePhone(text, region)) add({}, phone->digits());
    if (typed.plus) {
        add({}, digits);
        return prefixes;
    }
    const auto known = LibraryRegion(region);
    const int code = known && *known != "ZZ" ? Library().GetCountryCodeForRegion(*known) : 0;
    constexpr int kNorthAmerica = 1;
    const std::string_view abroad = code == kNorthAmerica ? "011" : "00";
    if (digits.starts_with(abroad)) {
        const std::string_view rest = digits.substr(abroad.size());
        // 0041 (0)44 …: with the 0 of national notation.
        if (rest.size() >= kWholeNumber)
            if (const auto phone = ParsePhone("+" + std::string(rest), {})) add({}, phone->digits());
        add({}, rest);
        return prefixes;
    }
    if (code > 0) {
        std::string trunk;
        Library().GetNddPrefixForRegion(*known, true, &trunk);
        const bool has_trunk = !trunk.empty() && digits.starts_with(trunk);
        add(std::to_string(code), has_trunk ? digits.substr(trunk.size()) : digits);
    }
    // The calling code without its plus sign.
    add({}, digits);
    return prefixes;
}

std::string TypedPhoneDigits(std::string_view text) {
    std::string digits = Read(text).digits;
    if (digits.size() > Phone::kMaxDigits) digits.clear();
    return digits;
}

}  // namespace contacts
