#include "core/phone/plan/engine.h"

#include <algorithm>

namespace contacts::plan {
namespace {

constexpr std::size_t kShortestNational = 2;

enum CharacterClass : std::uint8_t { kOther, kDigit, kSeparator, kPlus };

// Separators that can be nothing else: a tilde or an x may also announce an extension.
constexpr auto kClasses = [] {
    std::array<CharacterClass, 256> classes{};
    for (unsigned char c = '0'; c <= '9'; ++c) classes[c] = kDigit;
    for (const unsigned char c : {'-', ' ', '(', ')', '[', ']', '.', '/'}) classes[c] = kSeparator;
    classes['+'] = kPlus;
    return classes;
}();

CharacterClass ClassOf(char c) {
    return kClasses[static_cast<unsigned char>(c)];
}

struct Character {
    CharacterClass is = kOther;
    std::size_t size = 1;  // in bytes
    char digit = 0;
};

// What else is a digit, a plus sign or a separator to libphonenumber: digits of some scripts, dashes and
// brackets. Others are for itself to judge.
Character NonAscii(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned {
        const unsigned value = i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
        return i == 0 || (value & 0xC0) == 0x80 ? value : 0;
    };
    unsigned c = 0;
    std::size_t size = 0;
    if ((byte(0) & 0xE0) == 0xC0 && byte(1)) {
        c = (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
        size = 2;
    } else if ((byte(0) & 0xF0) == 0xE0 && byte(1) && byte(2)) {
        c = (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
        size = 3;
    }
    for (const unsigned zero : {0x0660U, 0x06F0U, 0x0966U, 0xFF10U})
        if (c >= zero && c < zero + 10) return {kDigit, size, static_cast<char>('0' + (c - zero))};
    if (c == 0xFF0B) return {kPlus, size};
    const bool separator = (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || (c >= 0xFF0D && c <= 0xFF0F) ||
                           c == 0xFF08 || c == 0xFF09 || c == 0xFF3B || c == 0xFF3D;
    return separator ? Character{kSeparator, size} : Character{};
}

Character CharacterAt(std::string_view text, std::size_t i) {
    const CharacterClass is = ClassOf(text[i]);
    if (is == kOther && static_cast<unsigned char>(text[i]) >= 0x80) return NonAscii(text.substr(i));
    return {is, 1, text[i]};
}

void Set(Number &number, const CallingCode &code, std::string_view national) {
    number.code = &code;
    number.size = national.size();
    std::copy(national.begin(), national.end(), number.digits.begin());
}

// `rules` are those of the territory whose national prefix may stand before the number.
ParseOutcome Finish(const CallingCode &code, const Territory &rules, std::string_view digits,
                    Number &number) {
    if (digits.size() < kShortestNational) return ParseOutcome::kTooShort;
    const Numbering *numbering = rules.numbering();
    const Dialling *dialling = rules.dialling();
    if (!numbering || !dialling) return ParseOutcome::kUndecided;

    std::array<char, 64> buffer;
    const auto without = dialling->WithoutNationalPrefix(digits, *numbering, buffer);
    if (!without) return ParseOutcome::kUndecided;
    // What is left must have a length that numbers have: else the digits were no prefix.
    const LengthCheck length = numbering->CheckLength(without->size());
    if (length == LengthCheck::kPossible || length == LengthCheck::kTooLong) digits = *without;

    if (digits.size() < kShortestNational) return ParseOutcome::kTooShort;
    if (digits.size() > Number::kMaxNational) return ParseOutcome::kTooLong;
    Set(number, code, digits);
    return ParseOutcome::kNumber;
}

ParseOutcome International(const Plans &plans, std::string_view digits, Number &number) {
    std::size_t length;
    const CallingCode *code = plans.CodeOf(digits, length);
    if (!code) return ParseOutcome::kUnknownCallingCode;
    return Finish(*code, code->main(), digits.substr(length), number);
}

bool StartsWithCode(std::string_view digits, int country_code, std::string_view &rest) {
    const std::string code = std::to_string(country_code);
    if (!digits.starts_with(code)) return false;
    rest = digits.substr(code.size());
    return true;
}

}  // namespace

bool Notation::Read(std::string_view text) {
    constexpr std::string_view kExtension = ";ext=";
    constexpr std::size_t kFewestDigits = 4, kMostExtensionDigits = 20, kMostDigitsOfAnother = 4;
    size = 0;
    plus = false;
    extension = {};

    // Words before the number say nothing.
    std::size_t i = 0;
    for (; i < text.size();) {
        const Character character = CharacterAt(text, i);
        if (character.is == kDigit || character.is == kPlus) break;
        const auto c = static_cast<unsigned char>(text[i]);
        if (character.is == kOther && (c >= 0x7F || c < ' ' || c == ';')) return false;
        if (c == '/') return false;
        i += character.size;
    }
    if (i < text.size()) {
        const Character first = CharacterAt(text, i);
        plus = first.is == kPlus;
        if (plus) i += first.size;
    }
    std::size_t slash = std::string_view::npos;
    bool ascii = true;
    for (; i < text.size();) {
        const Character character = CharacterAt(text, i);
        if (character.is == kDigit) {
            if (size == kMaxDigits) return false;
            digits[size++] = character.digit;
        } else if (character.is != kSeparator) {
            break;
        } else if (text[i] == '/') {
            slash = size;
        }
        if (character.size > 1) ascii = false;
        i += character.size;
    }
    if (size < kFewestDigits) return false;
    if (i < text.size()) {
        if (!text.substr(i).starts_with(kExtension)) return false;
        extension = text.substr(i + kExtension.size());
        if (extension.empty() || extension.size() > kMostExtensionDigits) return false;
        for (const char c : extension)
            if (ClassOf(c) != kDigit) return false;
    }
    // A few digits behind a slash may be those of another number.
    if (slash != std::string_view::npos && !ascii) return false;
    const std::size_t behind = slash == std::string_view::npos ? 0 : size - slash + extension.size();
    return behind == 0 || behind > kMostDigitsOfAnother;
}

ParseOutcome Parse(const Plans &plans, const Notation &notation, const Territory *region, Number &number) {
    const std::string_view digits = notation.all();
    if (notation.plus) {
        const ParseOutcome outcome = International(plans, digits, number);
        // In spite of its plus sign it may be dialled from the region, international prefix and all.
        return outcome == ParseOutcome::kUnknownCallingCode && region ? ParseOutcome::kUndecided : outcome;
    }
    if (!region) return ParseOutcome::kUnknownCallingCode;
    const Numbering *numbering = region->numbering();
    const Dialling *dialling = region->dialling();
    const CallingCode *code = plans.Code(region->country_code());
    if (!numbering || !dialling || !code) return ParseOutcome::kUndecided;

    if (const auto abroad = dialling->WithoutInternationalPrefix(digits)) {
        if (abroad->size() <= kShortestNational) return ParseOutcome::kTooShortAfterPrefix;
        return International(plans, *abroad, number);
    }
    // The region's own calling code without a plus sign: if the number is one only without it, or is too long
    // with it.
    std::string_view rest;
    if (StartsWithCode(digits, region->country_code(), rest)) {
        std::array<char, 64> buffer;
        const auto without = dialling->WithoutNationalPrefix(rest, *numbering, buffer);
        if (!without) return ParseOutcome::kUndecided;
        if ((!numbering->Matches(digits) && numbering->Matches(*without)) ||
            numbering->CheckLength(digits.size()) == LengthCheck::kTooLong)
            return Finish(*code, code->main(), *without, number);
    }
    return Finish(*code, *region, digits, number);
}

Answer<LengthCheck> CheckLength(const CallingCode &code, std::string_view national) {
    const Numbering *numbering = code.main().numbering();
    if (!numbering) return {};
    return {true, numbering->CheckLength(national.size())};
}

Answer<NumberType> TypeOf(const CallingCode &code, std::string_view national) {
    const CallingCode::Found found = code.Find(national);
    if (!found.decided) return {};
    if (!found.territory) return {true, NumberType::kUnknown};
    const Numbering *numbering = found.territory->numbering();
    if (!numbering) return {};
    return {true, numbering->Type(national)};
}

Answer<std::string_view> RegionOf(const CallingCode &code, std::string_view national) {
    const CallingCode::Found found = code.Find(national);
    if (!found.decided) return {};
    if (!found.territory || found.territory->id().size() != 2) return {true, {}};
    return {true, found.territory->id()};
}

bool Format(const CallingCode &code, std::string_view national, std::string_view extension,
            Writing::Style style, std::string &text) {
    const Writing *writing = code.main().writing();
    if (!writing) return false;
    if (style != Writing::Style::kNational) {
        text += style == Writing::Style::kRfc3966 ? "tel:+" : "+";
        text += std::to_string(code.main().country_code());
        text += style == Writing::Style::kRfc3966 ? '-' : ' ';
    }
    writing->Append(national, style, text);
    if (!extension.empty()) {
        text += style == Writing::Style::kRfc3966 ? std::string_view(";ext=") : writing->extension_label();
        text += extension;
    }
    return true;
}

}  // namespace contacts::plan
