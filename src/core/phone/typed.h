// What somebody means who is still typing a phone number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contacts {

// Beginnings of numbers, "+" and digits, that the text may stand for, the likeliest first; none if it is not
// written like a number. `region` as for ParsePhone; an unknown one counts as none.
std::vector<std::string> TypedPhonePrefixes(std::string_view text, std::string_view region);

// The digits of a text that has nothing but digits and what people put between them; empty otherwise, and if
// they are more than a number with its extension has. Asks no metadata.
std::string TypedPhoneDigits(std::string_view text);

}  // namespace contacts
