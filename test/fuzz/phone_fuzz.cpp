// libFuzzer entry for phone numbers: of whatever bytes, the phone engine says what libphonenumber says, and
// the parser the same with the compiled numbering plans as without them. A value that came out reads back and
// is the same packed.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/phone/library.h"
#include "core/phone/metadata.h"
#include "core/phone/parse.h"
#include "core/phone/plan/engine.h"

namespace {

using namespace contacts;
using Util = library::PhoneNumberUtil;

void Require(bool holds) {
    if (!holds) std::abort();
}

// Regions with every kind of prefix rule, and none.
constexpr std::array<const char *, 16> kRegions = {"",   "US", "CH", "DE", "AR", "BR", "MX", "IT",
                                                   "AU", "CC", "GG", "BS", "KR", "CN", "RU", "SM"};

Util::ErrorType ErrorOf(plan::ParseOutcome outcome) {
    switch (outcome) {
        case plan::ParseOutcome::kNumber:
            return Util::NO_PARSING_ERROR;
        case plan::ParseOutcome::kUnknownCallingCode:
            return Util::INVALID_COUNTRY_CODE_ERROR;
        case plan::ParseOutcome::kTooShortAfterPrefix:
            return Util::TOO_SHORT_AFTER_IDD;
        case plan::ParseOutcome::kTooShort:
            return Util::TOO_SHORT_NSN;
        default:
            return Util::TOO_LONG_NSN;
    }
}

void CompareEngine(const std::string &text, std::string_view region) {
    const plan::Plans *plans = plan::Plans::Get();
    plan::Notation notation;
    if (!plans || !notation.Read(text)) return;
    plan::Number number;
    const auto outcome =
        plan::Parse(*plans, notation, region.empty() ? nullptr : plans->Region(region), number);
    if (outcome == plan::ParseOutcome::kUndecided) return;

    library::PhoneNumber theirs;
    Require(Library().Parse(text, region.empty() ? "ZZ" : std::string(region), &theirs) == ErrorOf(outcome));
    if (outcome != plan::ParseOutcome::kNumber) return;
    std::string national;
    Library().GetNationalSignificantNumber(theirs, &national);
    Require(number.country_code() == theirs.country_code() && number.national() == national);
    Require(notation.extension == theirs.extension());
    const auto type = plan::TypeOf(*number.code, national);
    Require(!type.decided || (type.value != plan::NumberType::kUnknown) == Library().IsValidNumber(theirs));
}

std::string Answer(std::string_view text, std::string_view region) {
    const Result<Phone> phone = ReadPhone(text, region);
    if (!phone) return phone.fault().code + phone.fault().message + phone.fault().detail;
    Require(Phone::FromText(phone->text()) == *phone);
    Require(*Phone::FromPacked(phone->packed()) == *phone);
    std::string all = phone->text() + " " + PhoneRegion(*phone) + " " + PhoneType(*phone) +
                      (IsPossiblePhone(*phone) ? " possible" : "") + (IsValidPhone(*phone) ? " valid" : "");
    for (const auto style :
         {PhoneStyle::kE164, PhoneStyle::kInternational, PhoneStyle::kNational, PhoneStyle::kRfc3966})
        all += " " + FormatPhone(*phone, style);
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view region = kRegions[data[0] % kRegions.size()];
    const std::string text(reinterpret_cast<const char *>(data) + 1, size - 1);
    CompareEngine(text, region);
    const std::string with = Answer(text, region);
    plan::Plans::Enable(false);
    const std::string without = Answer(text, region);
    plan::Plans::Enable(true);
    Require(with == without);
    return 0;
}
