#include "core/place/country.h"

#include <unicode/locdspnm.h>
#include <unicode/locid.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/place/fold.h"

namespace contacts {
namespace {

using std::string;
using std::string_view;

struct Row {
    char alpha2[3];
    char alpha3[4];
    int numeric;
    const char *standard_names;
    const char *other_names;
};

constexpr Row kRows[] = {
#define X(alpha2, alpha3, numeric, standard_names, other_names) \
    {alpha2, alpha3, numeric, standard_names, other_names},
#include "core/place/iso3166.inc"
#undef X
};
constexpr std::size_t kRowCount = std::size(kRows);
static_assert(kRowCount == 249);

template <class Each>
void ForEachName(string_view names, Each &&each) {
    while (!names.empty()) {
        const std::size_t bar = names.find('|');
        each(names.substr(0, bar));
        names.remove_prefix(bar == string_view::npos ? names.size() : bar + 1);
    }
}

string DisplayName(const icu::LocaleDisplayNames &names, const char *alpha2) {
    icu::UnicodeString name;
    names.regionDisplayName(alpha2, name);
    string out;
    name.toUTF8String(out);
    return out;
}

std::unique_ptr<icu::LocaleDisplayNames> Names(const icu::Locale &locale, UDisplayContext length) {
    UDisplayContext contexts[] = {length};
    std::unique_ptr<icu::LocaleDisplayNames> names(
        icu::LocaleDisplayNames::createInstance(locale, contexts, 1));
    if (!names) throw Error(sqlstate::kInternalError, "ICU could not load its names of countries");
    return names;
}

class CountryNames {
  public:
    struct Entry {
        Country::Matched by;
        std::vector<std::uint8_t> rows;  // more than one: ambiguous
    };

    CountryNames() {
        const auto full = Names(icu::Locale::getEnglish(), UDISPCTX_LENGTH_FULL);
        const auto brief = Names(icu::Locale::getEnglish(), UDISPCTX_LENGTH_SHORT);
        using enum Country::Matched;
        for (std::size_t i = 0; i < kRowCount; ++i) {
            const Row &row = kRows[i];
            Add(row.alpha2, i, kAlpha2);
            Add(row.alpha3, i, kAlpha3);
            const string digits = std::to_string(1000 + row.numeric);
            Add(string_view(digits).substr(1), i, kNumeric);
            ForEachName(row.standard_names, [&](string_view name) {
                Add(name, i, kStandardName);
                AddDerived(name, i);
            });
            ForEachName(row.other_names, [&](string_view name) { Add(name, i, kShortName); });
            Add(DisplayName(*full, row.alpha2), i, kDisplayName);
            Add(DisplayName(*brief, row.alpha2), i, kShortName);
        }
    }

    const Entry *Find(const string &key) const {
        const auto found = entries_.find(key);
        return found == entries_.end() ? nullptr : &found->second;
    }

  private:
    // The better kind of match wins; among equals the name is ambiguous.
    void Add(string_view name, std::size_t row, Country::Matched by) {
        const string key = FoldPlaceName(name);
        if (key.empty()) return;
        const auto r = static_cast<std::uint8_t>(row);
        const auto [at, is_new] = entries_.try_emplace(key, Entry{by, {r}});
        Entry &entry = at->second;
        if (is_new || by > entry.by) return;
        if (by < entry.by) {
            // The same country by a better name, or another country that has the better claim.
            entry = {by, {r}};
        } else if (std::find(entry.rows.begin(), entry.rows.end(), r) == entry.rows.end()) {
            entry.rows.push_back(r);
        }
    }

    // `Iran (Islamic Republic of)` is also Iran, and Islamic Republic of Iran.
    void AddDerived(string_view name, std::size_t row) {
        const std::size_t mark = name.find_first_of("([,");
        if (mark == string_view::npos) return;
        const string_view head = name.substr(0, mark), rest = name.substr(mark + 1);
        Add(head, row, Country::Matched::kShortName);
        Add(string(rest) + ' ' + string(head), row, Country::Matched::kShortName);
    }

    std::unordered_map<string, Entry> entries_;
};

const CountryNames &AllNames() {
    static const CountryNames names;
    return names;
}

const Row *RowOf(string_view alpha2) {
    if (alpha2.size() != 2) return nullptr;
    char code[3] = {};
    for (int i = 0; i < 2; ++i) {
        const char c = alpha2[static_cast<std::size_t>(i)];
        code[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
    const Row *row = std::lower_bound(std::begin(kRows), std::end(kRows), string_view(code, 2),
                                      [](const Row &r, string_view c) { return r.alpha2 < c; });
    return row != std::end(kRows) && string_view(code, 2) == row->alpha2 ? row : nullptr;
}

// A locale whose language ICU has data for; English else. Without this ICU answers in the language of the
// process's environment.
icu::Locale KnownLocale(string_view name) {
    static const auto *const languages = [] {
        auto *made = new std::unordered_set<string>;
        std::int32_t count = 0;
        const icu::Locale *all = icu::Locale::getAvailableLocales(count);
        for (std::int32_t i = 0; i < count; ++i) made->insert(all[i].getLanguage());
        return made;
    }();
    const icu::Locale locale = icu::Locale::createCanonical(string(name).c_str());
    return !locale.isBogus() && languages->contains(locale.getLanguage()) ? locale
                                                                          : icu::Locale::getEnglish();
}

const icu::LocaleDisplayNames &NamesIn(string_view locale) {
    // Few locales are asked for in one process, but a column of them must not fill the memory.
    constexpr std::size_t kMost = 32;
    static auto *const cache = new std::unordered_map<string, std::unique_ptr<icu::LocaleDisplayNames>>;
    if (locale.size() > 100) locale = {};
    string key(locale);
    if (const auto found = cache->find(key); found != cache->end()) return *found->second;
    if (cache->size() >= kMost) cache->clear();
    auto names = Names(KnownLocale(locale), UDISPCTX_LENGTH_FULL);
    return *cache->emplace(std::move(key), std::move(names)).first->second;
}

}  // namespace

Result<Country> FindCountry(string_view text) {
    const string key = FoldPlaceName(text);
    const CountryNames::Entry *entry = key.empty() ? nullptr : AllNames().Find(key);
    if (!entry)
        return Fault{"country_invalid", "unknown country: \"" + Quoted(text) + "\"",
                     "It is neither a code nor an English name of a country in ISO 3166-1.",
                     "Give an ISO 3166-1 alpha-2 code such as \"US\".", sqlstate::kInvalidParameterValue};
    if (entry->rows.size() > 1) {
        string candidates;
        for (const std::uint8_t row : entry->rows) {
            if (!candidates.empty()) candidates += ", ";
            const string_view names = kRows[row].standard_names;
            candidates += string(kRows[row].alpha2) + " (" + string(names.substr(0, names.find('|'))) + ")";
        }
        return Fault{"country_ambiguous", "ambiguous country: \"" + Quoted(text) + "\"",
                     "It may be " + candidates + ".", "Give an ISO 3166-1 alpha-2 code such as \"US\".",
                     sqlstate::kInvalidParameterValue};
    }
    return Country{kRows[entry->rows[0]].alpha2, entry->by};
}

std::optional<string> CountryName(string_view code, string_view locale) {
    const Row *row = RowOf(code);
    if (!row) return std::nullopt;
    string name = DisplayName(NamesIn(locale), row->alpha2);
    // ICU gives the code back where the language has no name for it.
    return name == row->alpha2 ? DisplayName(NamesIn("en"), row->alpha2) : name;
}

}  // namespace contacts
