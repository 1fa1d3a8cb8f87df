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
    for (; i < text.size(); ++i) {
        const CharacterClass is = ClassOf(text[i]);
        if (is == kDigit || is == kPlus) break;
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x7F || c < ' ' || c == ';' || c == '/') return false;
    }
    if (i < text.size() && text[i] == '+') {
        plus = true;
        ++i;
    }
    std::size_t slash = std::string_view::npos;
    for (; i < text.size(); ++i) {
        const CharacterClass is = ClassOf(text[i]);
        if (is == kDigit) {
            if (size == kMaxDigits) return false;
            digits[size++] = text[i];
        } else if (is != kSeparator) {
            break;
        } else if (text[i] == '/') {
            slash = size;
        }
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
