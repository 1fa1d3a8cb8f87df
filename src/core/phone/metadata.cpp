#include "core/phone/metadata.h"

#include <array>
#include <utility>

#include <phonenumbers/geocoding/phonenumber_offline_geocoder.h>
#include <unicode/locid.h>

#include "core/phone/library.h"

namespace contacts {
namespace {

using Util = library::PhoneNumberUtil;

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
    const auto number = ToLibrary(phone);
    if (style != PhoneStyle::kE164 && number && HasPlan(*number)) {
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
    std::string region;
    if (const auto number = ToLibrary(phone)) Library().GetRegionCodeForNumber(*number, &region);
    return region == "ZZ" || region == Util::kRegionCodeForNonGeoEntity ? std::string() : region;
}

const char *PhoneType(const Phone &phone) {
    const auto number = ToLibrary(phone);
    if (!number) return "unknown";
    switch (Library().GetNumberType(*number)) {
        case Util::FIXED_LINE:
            return "fixed_line";
        case Util::MOBILE:
            return "mobile";
        case Util::FIXED_LINE_OR_MOBILE:
            return "fixed_line_or_mobile";
        case Util::TOLL_FREE:
            return "toll_free";
        case Util::PREMIUM_RATE:
            return "premium_rate";
        case Util::SHARED_COST:
            return "shared_cost";
        case Util::VOIP:
            return "voip";
        case Util::PERSONAL_NUMBER:
            return "personal_number";
        case Util::PAGER:
            return "pager";
        case Util::UAN:
            return "uan";
        case Util::VOICEMAIL:
            return "voicemail";
        default:
            return "unknown";
    }
}

bool IsPossiblePhone(const Phone &phone) {
    const auto number = ToLibrary(phone);
    return number && Library().IsPossibleNumber(*number);
}

bool IsValidPhone(const Phone &phone) {
    const auto number = ToLibrary(phone);
    return number && Library().IsValidNumber(*number);
}

std::string PhoneLocation(const Phone &phone, std::string_view locale) {
    const auto number = ToLibrary(phone);
    if (!number) return {};
    Library();  // sets the logger that the geocoder uses too
    static const library::PhoneNumberOfflineGeocoder geocoder;
    icu::Locale language(std::string(locale).c_str());
    if (language.isBogus() || *language.getLanguage() == '\0') language = icu::Locale::getEnglish();
    return geocoder.GetDescriptionForNumber(*number, language);
}

}  // namespace contacts
