// Any bytes: no crash, and what is found is found again by its code.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/place/country.h"
#include "core/place/language.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    if (const auto country = contacts::FindCountry(text)) {
        const auto again = contacts::FindCountry(country->code);
        if (!again || again->code != country->code || !contacts::CountryName(country->code, text))
            std::abort();
    }
    if (const auto tag = contacts::LanguageTag(text)) {
        const auto again = contacts::LanguageTag(*tag);
        if (!again || *again != *tag) std::abort();
    }
    return 0;
}
