// Countries by any of their usual English names or codes: ISO 3166-1.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace contacts {

struct Country {
    enum class Matched {
        kAlpha2,
        kAlpha3,
        kNumeric,
        kStandardName,  // the short name as ISO 3166-1 writes it, with or without "(the)"
        kDisplayName,   // ICU's (CLDR's) English name
        kShortName,     // a common, older or shortened name
    };

    std::string code;  // ISO 3166-1 alpha-2
    Matched by = Matched::kAlpha2;
};

// Case, accents, width, punctuation, "the" and "St." for "Saint" make no difference.
// Faults: country_invalid, country_ambiguous (`Korea`; the detail lists the candidates).
Result<Country> FindCountry(std::string_view text);

// The name of an alpha-2 code (any case) in the language of `locale` (a BCP 47 tag or ICU locale), in English
// where ICU has no names in that language; nothing for a code that ISO 3166-1 does not assign.
std::optional<std::string> CountryName(std::string_view code, std::string_view locale);

}  // namespace contacts
