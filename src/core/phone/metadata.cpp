#include "core/phone/metadata.h"

#include <array>
#include <utility>

#include "core/phone/library.h"
#include "core/phone/plan/engine.h"

namespace contacts {
namespace {

using Util = library::PhoneNumberUtil;

constexpr std::size_t kUsualText = 32;

constexpr std::array<std::pair<std::string_view, PhoneStyle>, 4> kStyles = {
    {{"e164", PhoneStyle::kE164},
     {"international", PhoneStyle::kInternational},
     {"national", PhoneStyle::kNational},
     {"rfc3966", PhoneStyle::kRfc3966}}};

Util::PhoneNumberFormat LibraryFormat(PhoneStyle style) {
    switch (style) {
        case PhoneStyle::kE164:
            return Util::E164;
        case PhoneStyle::kInternational:
            return Util::INTERNATIONAL;
        case PhoneStyle::kNational:
            return Util::NATIONAL;
        case PhoneStyle::kRfc3966:
            return Util::RFC3966;
    }
    return Util::INTERNATIONAL;
}

// The number as the compiled numbering plans see it.
struct Planned {
    explicit Planned(const Phone &phone) {
        plans = plan::Plans::Get();
        if (!plans) return;
        const std::string_view all(digits.data(), phone.CopyDigits(digits.data()));
        std::size_t length = 0;
        code = plans->CodeOf(all, length);
        if (code) national = all.substr(length);
    }
    Planned(const Planned &) = delete;
    Planned &operator=(const Planned &) = delete;

    const plan::Plans *plans;
    const plan::CallingCode *code = nullptr;  // null if it is not assigned, or there are no plans
    std::string_view national;
    std::array<char, Phone::kMaxDigits> digits;
};

std::optional<plan::Writing::Style> PlanStyle(PhoneStyle style) {
    switch (style) {
        case PhoneStyle::kInternational:
            return plan::Writing::Style::kInternational;
        case PhoneStyle::kNational:
            return plan::Writing::Style::kNational;
        case PhoneStyle::kRfc3966:
            return plan::Writing::Style::kRfc3966;
        default:
            return std::nullopt;
    }
}

const char *TypeName(plan::NumberType type) {
    switch (type) {
        case plan::NumberType::kPremiumRate:
            return "premium_rate";
        case plan::NumberType::kTollFree:
            return "toll_free";
        case plan::NumberType::kSharedCost:
            return "shared_cost";
        case plan::NumberType::kVoip:
            return "voip";
        case plan::NumberType::kPersonalNumber:
            return "personal_number";
        case plan::NumberType::kPager:
            return "pager";
        case plan::NumberType::kUan:
            return "uan";
        case plan::NumberType::kVoicemail:
            return "voicemail";
        case plan::NumberType::kFixedLine:
            return "fixed_line";
        case plan::NumberType::kMobile:
            return "mobile";
        case plan::NumberType::kFixedLineOrMobile:
            return "fixed_line_or_mobile";
        case plan::NumberType::kUnknown:
            break;
    }
    return "unknown";
}

plan::NumberType TypeOfLibrary(Util::PhoneNumberType type) {
    switch (type) {
        case Util::FIXED_LINE:
            return plan::NumberType::kFixedLine;
        case Util::MOBILE:
            return plan::NumberType::kMobile;
        case Util::FIXED_LINE_OR_MOBILE:
            return plan::NumberType::kFixedLineOrMobile;
        case Util::TOLL_FREE:
            return plan::NumberType::kTollFree;
        case Util::PREMIUM_RATE:
            return plan::NumberType::kPremiumRate;
        case Util::SHARED_COST:
            return plan::NumberType::kSharedCost;
        case Util::VOIP:
            return plan::NumberType::kVoip;
        case Util::PERSONAL_NUMBER:
            return plan::NumberType::kPersonalNumber;
        case Util::PAGER:
            return plan::NumberType::kPager;
        case Util::UAN:
            return plan::NumberType::kUan;
        case Util::VOICEMAIL:
            return plan::NumberType::kVoicemail;
        default:
            return plan::NumberType::kUnknown;
    }
}

// Whether the calling code is assigned; of others libphonenumber prints the national number alone.
bool HasPlan(const library::PhoneNumber &number) {
    std::string region;
    Library().GetRegionCodeForCountryCode(number.country_code(), &region);
    return region != "ZZ";
}

}  // namespace

std::optional<PhoneStyle> PhoneStyleOf(std::string_view name) {
    for (const auto &[known, style] : kStyles)
        if (known == name) return style;
    return std::nullopt;
}

std::string FormatPhone(const Phone &phone, PhoneStyle style) {
    const auto plan_style = PlanStyle(style);
    if (const Planned planned(phone); plan_style && planned.code && !planned.national.empty()) {
        std::string text;
        text.reserve(kUsualText);
        if (plan::Format(*planned.code, planned.national, phone.extension(), *plan_style, text)) return text;
    }
    const auto number = plan_style ? ToLibrary(phone) : std::nullopt;
    if (number && HasPlan(*number)) {
        std::string text;
        Library().Format(*number, LibraryFormat(style), &text);
        return text;
    }
    const std::string digits = "+" + phone.digits(), extension = phone.extension();
    switch (style) {
        case PhoneStyle::kE164:
            return digits;
        case PhoneStyle::kRfc3966:
            return "tel:" + phone.text();
        default:
            return extension.empty() ? digits : digits + " ext. " + extension;
    }
}

std::string PhoneRegion(const Phone &phone) {
    if (const Planned planned(phone); planned.code && !planned.national.empty()) {
        const auto region = plan::RegionOf(*planned.code, planned.national);
        if (region.decided) return std::string(region.value);
    } else if (planned.plans) {
        return {};
    }
    std::string region;
    if (const auto number = ToLibrary(phone)) Library().GetRegionCodeForNumber(*number, &region);
    return region == "ZZ" || region == Util::kRegionCodeForNonGeoEntity ? std::string() : region;
}

namespace {

plan::NumberType TypeOf(const Phone &phone) {
    if (const Planned planned(phone); planned.code && !planned.national.empty()) {
        const auto type = plan::TypeOf(*planned.code, planned.national);
        if (type.decided) return type.value;
    } else if (planned.plans) {
        return plan::NumberType::kUnknown;
    }
    const auto number = ToLibrary(phone);
    return number ? TypeOfLibrary(Library().GetNumberType(*number)) : plan::NumberType::kUnknown;
}

}  // namespace

const char *PhoneType(const Phone &phone) {
    return TypeName(TypeOf(phone));
}

bool IsPossiblePhone(const Phone &phone) {
    if (const Planned planned(phone); planned.code && !planned.national.empty()) {
        const auto length = plan::CheckLength(*planned.code, planned.national);
        if (length.decided)
            return length.value == plan::LengthCheck::kPossible ||
                   length.value == plan::LengthCheck::kPossibleLocally;
    } else if (planned.plans) {
        return false;
    }
    const auto number = ToLibrary(phone);
    return number && Library().IsPossibleNumber(*number);
}

// A number is valid if it is of some type.
bool IsValidPhone(const Phone &phone) {
    return TypeOf(phone) != plan::NumberType::kUnknown;
}

}  // namespace contacts
