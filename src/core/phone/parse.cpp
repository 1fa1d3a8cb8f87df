#include "core/phone/parse.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include <phonenumbers/shortnumberinfo.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "core/phone/clean.h"
#include "core/phone/library.h"
#include "core/phone/plan/engine.h"
#include "core/text.h"

namespace contacts {
namespace {

using Util = library::PhoneNumberUtil;

// National numbers up to this one may be short codes.
constexpr std::uint64_t kLongestShortNumber = 999'999;

// Bytes of a text that may still be a number: libphonenumber reads 250, the rest is for invisible characters.
constexpr std::size_t kMaxText = 2000;
// Bytes of a text that is one number without decoration.
constexpr std::size_t kMaxPlainText = 100;

Fault NoPhone(const char *code, std::string_view text, std::string detail, std::string hint = {}) {
    return {.code = code,
            .message = "invalid phone number: \"" + Quoted(text) + "\"",
            .detail = std::move(detail),
            .hint = std::move(hint)};
}

// What a spreadsheet makes of a long number that it took for an amount: 8.52E+11.
bool IsScientific(std::string_view text) {
    std::size_t i = 0;
    const auto digits = [&] {
        const std::size_t start = i;
        while (i < text.size() && IsAsciiDigit(text[i])) ++i;
        return i > start;
    };
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
    if (i < text.size() && (text[i] == '.' || text[i] == ',')) {
        ++i;
        if (!digits()) return false;
    }
    if (i == text.size() || (text[i] != 'e' && text[i] != 'E')) return false;
    ++i;
    if (i < text.size() && text[i] == '+') ++i;
    return digits() && i == text.size();
}

// What programs that took a number for a real one make of it: 41446681800.0.
std::string_view WithoutZeroFraction(std::string_view text) {
    constexpr std::size_t kFewestDigits = 6;
    if (!text.ends_with(".0")) return text;
    const std::string_view integer = text.substr(0, text.size() - 2);
    const std::string_view digits = integer.substr(integer.starts_with('+') ? 1 : 0);
    const bool amount =
        digits.size() >= kFewestDigits && std::all_of(digits.begin(), digits.end(), IsAsciiDigit);
    return amount ? integer : text;
}

struct Start {
    std::size_t offset = std::string_view::npos;  // of the plus sign or first digit, in any script
    bool plus = false;
};

Start FindStart(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t offset = i;
        UChar32 c;
        U8_NEXT(text.data(), i, text.size(), c);
        if (c == '+' || c == 0xFF0B) return {offset, true};
        if (u_isdigit(c)) return {offset, false};
    }
    return {};
}

bool SameLine(const library::PhoneNumber &a, const library::PhoneNumber &b) {
    std::string national_a, national_b;
    Library().GetNationalSignificantNumber(a, &national_a);
    Library().GetNationalSignificantNumber(b, &national_b);
    return a.country_code() == b.country_code() && national_a == national_b;
}

// libphonenumber reads letters as keys (1-800-FLOWERS) and drops one or two of them, also where they follow a
// complete number: "+49 30 123456 home" would become +49 30 123456 4663. So letters are taken only for the
// label of an extension, or as keys of a number that is incomplete without them.
bool LettersMakeSense(const std::string &text, std::size_t start, const std::string &region,
                      const library::PhoneNumber &number) {
    std::size_t letter = start;
    while (letter < text.size() && text[letter] != ';' && !IsAsciiLetter(text[letter])) ++letter;
    if (letter == text.size() || text[letter] == ';') return true;

    library::PhoneNumber head;
    if (Library().Parse(text.substr(0, letter), region, &head) == Util::NO_PARSING_ERROR) {
        if (SameLine(head, number)) return !number.extension().empty();
        if (Library().IsPossibleNumberWithReason(head) == Util::IS_POSSIBLE) return false;
    }
    return Library().IsAlphaNumber(text);
}

// "030 1234567/68" means two numbers, but where numbers have many lengths the parser finds one of both.
bool NamesSeveral(const std::string &text, const std::string &region) {
    constexpr std::ptrdiff_t kMostDigits = 4;  // behind the slash, in place of the last ones before it
    const std::size_t slash = text.rfind('/');
    if (slash == std::string::npos) return false;
    const auto digits =
        std::count_if(text.begin() + static_cast<std::ptrdiff_t>(slash), text.end(), IsAsciiDigit);
    library::PhoneNumber head;
    return digits > 0 && digits <= kMostDigits &&
           Library().Parse(text.substr(0, slash), region, &head) == Util::NO_PARSING_ERROR &&
           Library().IsValidNumber(head);
}

// "+49 00 30 123456": a trunk prefix was taken off and another one is left, as reading the result again
// shows. Where a zero belongs to the number (+39 06), it stays.
bool KeepsTrunkPrefix(const library::PhoneNumber &number) {
    if (!number.italian_leading_zero() || Library().IsValidNumber(number)) return false;
    library::PhoneNumber again;
    std::string text;
    Library().Format(number, Util::E164, &text);
    return Library().Parse(text, "ZZ", &again) != Util::NO_PARSING_ERROR || !SameLine(number, again);
}

const library::ShortNumberInfo &ShortNumbers() {
    static const library::ShortNumberInfo info;
    return info;
}

std::string OfRegion(const Start &start, const std::string &region) {
    return start.plus || region == "ZZ" ? std::string() : " in region " + region;
}

Fault ParsingFault(Util::ErrorType error, std::string_view text, const Start &start,
                   const std::string &region) {
    switch (error) {
        case Util::INVALID_COUNTRY_CODE_ERROR:
            if (start.plus)
                return NoPhone("phone_unknown_country_code", text,
                               "No country has the calling code it begins with.");
            return NoPhone("phone_no_country_code", text,
                           "The number has no country code and no region is given.",
                           "Write it with + and the country code, as in \"+41 44 668 18 00\", or name the "
                           "region whose notation it is in.");
        case Util::TOO_SHORT_AFTER_IDD:
            return NoPhone("phone_too_short", text,
                           "The number begins with an international prefix, and too few digits follow.");
        case Util::TOO_SHORT_NSN:
            return NoPhone("phone_too_short", text,
                           "The number has too few digits" + OfRegion(start, region) + ".");
        case Util::TOO_LONG_NSN:
            return NoPhone("phone_too_long", text,
                           "The number has too many digits" + OfRegion(start, region) + ".");
        default:
            return NoPhone("phone_invalid", text, "The text does not have the form of a phone number.");
    }
}

Fault ManyZerosFault(std::string_view text, int country_code) {
    return NoPhone(
        "phone_impossible", text,
        "No number of calling code +" + std::to_string(country_code) + " begins with this many zeros.");
}

Fault LengthFault(Util::ValidationResult result, std::string_view text, const Start &start,
                  const std::string &region, int country_code) {
    const std::string where = " for calling code +" + std::to_string(country_code) + ".";
    switch (result) {
        case Util::IS_POSSIBLE_LOCAL_ONLY:
            return NoPhone(
                "phone_local_only", text,
                "The number can be dialled only inside its own area" + OfRegion(start, region) + ".",
                "Write it with its area code.");
        case Util::INVALID_COUNTRY_CODE:
            return NoPhone("phone_unknown_country_code", text,
                           "No country has the calling code it begins with.");
        case Util::TOO_SHORT:
            return NoPhone("phone_too_short", text, "The number has too few digits" + where);
        case Util::TOO_LONG:
            return NoPhone("phone_too_long", text, "The number has too many digits" + where);
        default:
            return NoPhone("phone_impossible", text, "No number has this many digits" + where);
    }
}

// A number that only the phones of one region can dial; nothing if it is none of these.
std::optional<Fault> ShortNumberFault(const std::string &text, const library::PhoneNumber &number,
                                      const std::string &region) {
    if (ShortNumbers().IsEmergencyNumber(text, region))
        return NoPhone("phone_emergency", text, "This is an emergency number in region " + region + ".",
                       "A contact's number must be one that can be dialled from everywhere.");
    if (ShortNumbers().IsValidShortNumberForRegion(number, region))
        return NoPhone("phone_short_code", text,
                       "This is a short code, which only phones in region " + region + " can dial.",
                       "A contact's number must be one that can be dialled from everywhere.");
    return std::nullopt;
}

Result<Phone> ParseClean(const std::string &text, const std::string &region) {
    if (IsScientific(text))
        return NoPhone("phone_scientific", text,
                       "A spreadsheet took the number for an amount and its digits are lost.",
                       "Format the column as text in the spreadsheet and export it again.");
    const Start start = FindStart(text);
    if (start.offset == std::string_view::npos)
        return NoPhone("phone_invalid", text, "There are no digits in it.");

    library::PhoneNumber number;
    const Util::ErrorType error = Library().Parse(text, region, &number);
    if (error != Util::NO_PARSING_ERROR) return ParsingFault(error, text, start, region);
    if (!LettersMakeSense(text, start.offset, region, number))
        return NoPhone("phone_letters", text,
                       "Letters follow digits that are a number by themselves, or almost.",
                       "Leave the letters out, or write them as digits.");

    if (NamesSeveral(text, region))
        return NoPhone("phone_several", text, "A slash and more digits follow a complete number.",
                       "Write each number by itself.");

    Util::ValidationResult possible = Library().IsPossibleNumberWithReason(number);
    // A known number in spite of its length: Canada's 310-1234 needs no area code.
    if (possible == Util::IS_POSSIBLE_LOCAL_ONLY && Library().IsValidNumber(number))
        possible = Util::IS_POSSIBLE;
    if (!start.plus && region != "ZZ" && number.national_number() <= kLongestShortNumber)
        if (possible != Util::IS_POSSIBLE || ShortNumbers().IsEmergencyNumber(text, region))
            if (auto fault = ShortNumberFault(text, number, region)) return *fault;
    if (possible != Util::IS_POSSIBLE)
        return LengthFault(possible, text, start, region, number.country_code());
    if (KeepsTrunkPrefix(number)) return ManyZerosFault(text, number.country_code());

    if (const auto phone = FromLibrary(number)) return *phone;
    return NoPhone("phone_too_long", text, "A number has at most 20 digits, and its extension too.");
}

Util::ErrorType ErrorOf(plan::ParseOutcome outcome) {
    switch (outcome) {
        case plan::ParseOutcome::kTooShortAfterPrefix:
            return Util::TOO_SHORT_AFTER_IDD;
        case plan::ParseOutcome::kTooShort:
            return Util::TOO_SHORT_NSN;
        case plan::ParseOutcome::kTooLong:
            return Util::TOO_LONG_NSN;
        default:
            return Util::INVALID_COUNTRY_CODE_ERROR;
    }
}

Util::ValidationResult ResultOf(plan::LengthCheck check) {
    switch (check) {
        case plan::LengthCheck::kPossible:
            return Util::IS_POSSIBLE;
        case plan::LengthCheck::kPossibleLocally:
            return Util::IS_POSSIBLE_LOCAL_ONLY;
        case plan::LengthCheck::kTooShort:
            return Util::TOO_SHORT;
        case plan::LengthCheck::kTooLong:
            return Util::TOO_LONG;
        default:
            return Util::INVALID_LENGTH;
    }
}

// The calling code and the national number, one behind the other.
struct WholeNumber {
    explicit WholeNumber(const plan::Number &number) {
        const auto [end, error] =
            std::to_chars(digits.data(), digits.data() + digits.size(), number.country_code());
        size = static_cast<std::size_t>(std::copy_n(number.digits.data(), number.size, end) - digits.data());
    }
    std::array<char, Phone::kMaxDigits> digits;
    std::size_t size;
};

bool MayBeShort(std::string_view national) {
    constexpr std::size_t kMostDigits = 6;  // of kLongestShortNumber
    const std::size_t zeros = std::min(national.find_first_not_of('0'), national.size());
    return national.size() - zeros <= kMostDigits;
}

// What ParseClean answers, from the compiled numbering plans and without libphonenumber; nothing where they
// do not decide.
std::optional<Result<Phone>> ParseByPlan(std::string_view text, std::string_view region) {
    const plan::Plans *plans = plan::Plans::Get();
    plan::Notation notation;
    if (!plans || !notation.Read(text)) return std::nullopt;
    const plan::Territory *territory = nullptr;
    if (!region.empty() && !(territory = plans->Region(region))) return std::nullopt;

    const Start start{0, notation.plus};
    const std::string name(territory ? territory->id() : "ZZ");
    plan::Number number;
    const plan::ParseOutcome outcome = plan::Parse(*plans, notation, territory, number);
    if (outcome == plan::ParseOutcome::kUndecided) return std::nullopt;
    if (outcome != plan::ParseOutcome::kNumber) return ParsingFault(ErrorOf(outcome), text, start, name);

    const auto length = plan::CheckLength(*number.code, number.national());
    if (!length.decided) return std::nullopt;
    Util::ValidationResult possible = ResultOf(length.value);
    const bool leading_zero = number.digits[0] == '0';
    bool valid = false;
    if (leading_zero || possible == Util::IS_POSSIBLE_LOCAL_ONLY) {
        const auto type = plan::TypeOf(*number.code, number.national());
        if (!type.decided) return std::nullopt;
        valid = type.value != plan::NumberType::kUnknown;
        if (valid && possible == Util::IS_POSSIBLE_LOCAL_ONLY) possible = Util::IS_POSSIBLE;
    }
    // A short number may be one that only the region's phones can dial: libphonenumber knows which.
    if (!notation.plus && territory && MayBeShort(number.national())) {
        const plan::Emergency *emergency = territory->emergency();
        if (possible != Util::IS_POSSIBLE || !emergency || emergency->Is(notation.all()) ||
            !notation.extension.empty())
            return std::nullopt;
    }
    if (possible != Util::IS_POSSIBLE) return LengthFault(possible, text, start, name, number.country_code());

    const WholeNumber whole(number);
    if (leading_zero && !valid) {
        plan::Notation written;
        plan::Number again;
        written.plus = true;
        written.size = whole.size;
        std::copy_n(whole.digits.data(), whole.size, written.digits.data());
        const plan::ParseOutcome outcome_again = plan::Parse(*plans, written, nullptr, again);
        if (outcome_again == plan::ParseOutcome::kUndecided) return std::nullopt;
        if (outcome_again != plan::ParseOutcome::kNumber || again.code != number.code ||
            again.national() != number.national())
            return ManyZerosFault(text, number.country_code());
    }
    if (const auto phone = Phone::FromDigits({whole.digits.data(), whole.size}, notation.extension))
        return *phone;
    return std::nullopt;
}

PhoneParseCounts counts;

std::optional<Result<Phone>> CountedParseByPlan(std::string_view text, std::string_view region) {
    auto answer = ParseByPlan(text, region);
    if (answer) ++counts.by_plan;
    return answer;
}

// `canonical` admits the canonical text by its form alone.
Result<Phone> Parse(std::string_view text, std::string_view region, bool canonical) {
    if (canonical)
        if (const auto phone = Phone::FromText(text)) return *phone;
    // Most texts have no character that needs cleaning.
    if (const std::string_view plain = WithoutZeroFraction(Trim(text)); plain.size() <= kMaxPlainText) {
        if (canonical && plain.size() != text.size())
            if (const auto phone = Phone::FromText(plain)) return *phone;
        if (auto answer = CountedParseByPlan(plain, region)) return *std::move(answer);
    }
    if (text.size() > kMaxText)
        return NoPhone("phone_too_long", text, "A number has at most 20 digits, and its extension too.");
    const auto clean = CleanPhoneText(text);
    if (!clean) return NoPhone("phone_invalid", text, "The text is not UTF-8.");
    const std::string trimmed(WithoutZeroFraction(Trim(*clean)));
    if (trimmed.empty()) return NoPhone("phone_empty", text, "The text is empty.");
    if (canonical)
        if (const auto phone = Phone::FromText(trimmed)) return *phone;

    const auto known = LibraryRegion(region);
    if (!known) return *CheckPhoneRegion(region);
    if (trimmed.size() <= kMaxPlainText && trimmed.size() != text.size())
        if (auto answer = CountedParseByPlan(trimmed, region)) return *std::move(answer);
    ++counts.by_library;
    return ParseClean(trimmed, *known);
}

}  // namespace

Result<Phone> ReadPhone(std::string_view text, std::string_view region) {
    return Parse(text, region, true);
}

Result<Phone> ParsePhone(std::string_view text, std::string_view region) {
    return Parse(text, region, false);
}

PhoneParseCounts ParseCounts() {
    return counts;
}

std::optional<Fault> CheckPhoneRegion(std::string_view region) {
    if (LibraryRegion(region)) return std::nullopt;
    return Fault{.code = "region_unknown",
                 .message = "unknown region: \"" + Quoted(region) + "\"",
                 .detail = "A region is an ISO 3166-1 alpha-2 code such as \"US\" or \"GB\".",
                 .hint = region == "UK" || region == "uk" ? "The code of the United Kingdom is \"GB\"." : "",
                 .sqlstate = sqlstate::kInvalidParameterValue};
}

}  // namespace contacts
