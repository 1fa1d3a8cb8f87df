#include "core/phone/library.h"

#include <bitset>
#include <set>

#include "core/phone/plan/territory.h"

namespace contacts {
namespace {

constexpr int kLetters = 26;

// Position of a two-letter code in a table; -1 if it is none.
int RegionIndex(std::string_view region) {
    if (region.size() != 2) return -1;
    int index = 0;
    for (const char c : region) {
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (upper < 'A' || upper > 'Z') return -1;
        index = index * kLetters + (upper - 'A');
    }
    return index;
}

const std::bitset<kLetters * kLetters> &KnownRegions() {
    static const auto known = [] {
        std::set<std::string> regions;
        Library().GetSupportedRegions(&regions);
        std::bitset<kLetters * kLetters> table;
        for (const std::string &region : regions)
            if (const int index = RegionIndex(region); index >= 0) table.set(static_cast<std::size_t>(index));
        return table;
    }();
    return known;
}

}  // namespace

const library::PhoneNumberUtil &Library() {
    return *library::PhoneNumberUtil::GetInstance();
}

std::optional<std::string> LibraryRegion(std::string_view region) {
    if (region.empty()) return "ZZ";
    if (const plan::Plans *plans = plan::Plans::Get()) {
        const plan::Territory *territory = plans->Region(region);
        return territory ? std::optional<std::string>(territory->id()) : std::nullopt;
    }
    const int index = RegionIndex(region);
    if (index < 0 || !KnownRegions().test(static_cast<std::size_t>(index))) return std::nullopt;
    return std::string{static_cast<char>('A' + index / kLetters), static_cast<char>('A' + index % kLetters)};
}

std::optional<library::PhoneNumber> ToLibrary(const Phone &phone) {
    const int country_code = phone.country_code();
    const std::string national = phone.national_number();
    if (country_code == 0 || national.empty()) return std::nullopt;

    library::PhoneNumber number;
    number.set_country_code(country_code);
    number.set_national_number(std::stoull(national));
    // A national number of nothing but zeros keeps its last one as its value.
    std::size_t zeros = national.find_first_not_of('0');
    if (zeros == std::string::npos) zeros = national.size() - 1;
    if (zeros > 0) number.set_italian_leading_zero(true);
    if (zeros > 1) number.set_number_of_leading_zeros(static_cast<int>(zeros));
    if (std::string extension = phone.extension(); !extension.empty())
        number.set_extension(std::move(extension));
    return number;
}

std::optional<Phone> FromLibrary(const library::PhoneNumber &number) {
    std::string national, extension = number.extension();
    Library().GetNationalSignificantNumber(number, &national);
    if (!extension.empty()) Library().NormalizeDigitsOnly(&extension);
    return Phone::FromDigits(std::to_string(number.country_code()) + national, extension);
}

}  // namespace contacts
