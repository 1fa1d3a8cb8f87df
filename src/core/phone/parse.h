// From what people write to a phone number.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/error.h"
#include "core/phone/phone.h"

namespace contacts {

// `region` is an ISO 3166-1 alpha-2 code in either case whose national notation is understood, or empty: then
// only international notation is. One that libphonenumber does not know is the fault region_unknown (22023).
//
// Fault codes, stable: phone_empty, phone_invalid, phone_letters, phone_several, phone_scientific,
// phone_no_country_code, phone_unknown_country_code, phone_too_short, phone_too_long, phone_impossible,
// phone_local_only, phone_short_code, phone_emergency, region_unknown.

// The input of the type: the canonical text by its form alone, whatever the metadata says; else as
// ParsePhone.
Result<Phone> ReadPhone(std::string_view text, std::string_view region);

// Human notation or RFC 3966. Accepts numbers that are possible by their length: not every assigned range is
// known to an installed libphonenumber. Refuses a number that can be dialled only inside its area or region.
Result<Phone> ParsePhone(std::string_view text, std::string_view region);

// How many texts were read (or refused) by the compiled numbering plans alone, and how many went through
// libphonenumber, since the process began. Canonical texts are in neither.
struct PhoneParseCounts {
    std::uint64_t by_plan = 0, by_library = 0;
};
PhoneParseCounts ParseCounts();

// Nothing if `region` is empty or one that libphonenumber knows.
std::optional<Fault> CheckPhoneRegion(std::string_view region);

}  // namespace contacts
