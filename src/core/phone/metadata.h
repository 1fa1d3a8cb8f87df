// What the installed libphonenumber says of a number. Its answers change with its metadata, the number does
// not.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/phone/phone.h"

namespace contacts {

enum class PhoneStyle { kE164, kInternational, kNational, kRfc3966 };

// "e164", "international", "national" or "rfc3966".
std::optional<PhoneStyle> PhoneStyleOf(std::string_view name);

// E.164 knows no extensions, so that style leaves it out; the others write it. A number whose calling code is
// not assigned comes out ungrouped.
std::string FormatPhone(const Phone &phone, PhoneStyle style);

// ISO 3166-1 alpha-2; empty for a number of no country (+800) or one that no region claims.
std::string PhoneRegion(const Phone &phone);

// "mobile", "fixed_line" ... "unknown".
const char *PhoneType(const Phone &phone);

// Whether a number of its calling code can have this length, be it only inside its own area.
bool IsPossiblePhone(const Phone &phone);
// Whether the number is in a range that is known to be assigned.
bool IsValidPhone(const Phone &phone);

// Where the number is from, as exactly as is known: a town, an area, a country. `locale` is a language tag
// (BCP 47); what has no name in that language is named in English. Empty if the number is not valid or from
// nowhere in particular.
std::string PhoneLocation(const Phone &phone, std::string_view locale);

}  // namespace contacts
