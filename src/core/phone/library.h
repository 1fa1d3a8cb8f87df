// The bridge to libphonenumber; included by the core's own sources only, never where postgres.h is seen.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <phonenumbers/phonenumberutil.h>

#include "core/phone/phone.h"

namespace contacts {

namespace library = ::i18n::phonenumbers;

// libphonenumber's singleton, made at the first call (some milliseconds). Its default logger writes nothing.
const library::PhoneNumberUtil &Library();

// `region` in upper case; nothing if libphonenumber knows no such region. Empty gives "ZZ", its word for
// none.
std::optional<std::string> LibraryRegion(std::string_view region);

// Nothing if the number has no calling code.
std::optional<library::PhoneNumber> ToLibrary(const Phone &phone);

// Nothing if the number is longer than a Phone may be, which libphonenumber's own limits exclude.
std::optional<Phone> FromLibrary(const library::PhoneNumber &number);

}  // namespace contacts
