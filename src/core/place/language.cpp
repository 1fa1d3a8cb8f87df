#include "core/place/language.h"

#include <unicode/locdspnm.h>
#include <unicode/locid.h>
#include <unicode/region.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "core/place/country.h"
#include "core/place/fold.h"

namespace contacts {
namespace {

using std::string;
using std::string_view;
using NameMap = std::unordered_map<string, string>;

// Tags whose CLDR names are more than "language (region)".
constexpr const char *kNamedTags[] = {"ar-001", "de-AT", "de-CH", "en-AU", "en-CA",   "en-GB",   "en-US",
                                      "es-419", "es-ES", "es-MX", "fa-AF", "fr-CA",   "fr-CH",   "nl-BE",
                                      "pt-BR",  "pt-PT", "ro-MD", "sw-CD", "zh-Hans", "zh-Hant", "nds-NL"};

// Names in common use that CLDR's English does not have.
constexpr const char *kOtherNames[][2] = {
    {"Chinese Simplified", "zh-Hans"},
    {"Chinese Traditional", "zh-Hant"},
    {"Simplified Mandarin", "zh-Hans"},
    {"Traditional Mandarin", "zh-Hant"},
    {"Mandarin", "zh"},
    {"Mandarin Chinese", "zh"},
    {"Cantonese Chinese", "yue"},
    {"Bengali", "bn"},
    {"Farsi", "fa"},
    {"Castilian", "es"},
    {"Spanish (Castilian)", "es"},
    {"Moldovan", "ro-MD"},
    {"Gaelic", "gd"},
    {"Oriya", "or"},
    {"Panjabi", "pa"},
    {"Pushto", "ps"},
    {"Uighur", "ug"},
    {"Kirghiz", "ky"},
    {"Singhalese", "si"},
    {"Haitian", "ht"},
    {"Greenlandic", "kl"},
    {"Bokmål", "nb"},
    {"Nynorsk", "nn"},
    {"Byelorussian", "be"},
    {"Brazilian", "pt-BR"},
    {"American", "en-US"},
    {"Tagalog", "fil"},
    {"Modern Greek", "el"},
    {"Sinhalese", "si"},
    {"Dhivehi", "dv"},
    {"Maldivian", "dv"},
    {"Chichewa", "ny"},
    {"Ossetian", "os"},
    {"Fulah", "ff"},
    {"Navaho", "nv"},
    {"Central Khmer", "km"},
    {"Valencian", "ca-valencia"},
    {"Serbo-Croatian", "sr-Latn"},
};

string ToUtf8(const icu::UnicodeString &s) {
    string out;
    s.toUTF8String(out);
    return out;
}

std::unique_ptr<icu::LocaleDisplayNames> Names(const icu::Locale &locale) {
    std::unique_ptr<icu::LocaleDisplayNames> names(
        icu::LocaleDisplayNames::createInstance(locale, ULDN_DIALECT_NAMES));
    if (!names) throw Error(sqlstate::kInternalError, "ICU could not load its names of languages");
    return names;
}

const std::unordered_set<string> &KnownLanguages() {
    static const auto *const known = [] {
        auto *made = new std::unordered_set<string>;
        for (const char *const *code = uloc_getISOLanguages(); *code; ++code) made->insert(*code);
        return made;
    }();
    return *known;
}

// As names are written, and tags are not.
bool IsCapitalized(string_view text) {
    return text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z';
}

// The canonical form of a well-formed tag whose language, script and region are assigned.
std::optional<string> Canonical(string tag) {
    tag = tag.substr(0, tag.find_first_of(".@"));  // de_DE.UTF-8
    std::replace(tag.begin(), tag.end(), '_', '-');
    UErrorCode status = U_ZERO_ERROR;
    char legacy[ULOC_FULLNAME_CAPACITY];
    std::int32_t parsed = 0;
    uloc_forLanguageTag(tag.c_str(), legacy, sizeof legacy, &parsed, &status);
    if (U_FAILURE(status) || status == U_STRING_NOT_TERMINATED_WARNING ||
        static_cast<std::size_t>(parsed) != tag.size())
        return std::nullopt;
    icu::Locale locale(legacy);
    locale.canonicalize(status);
    if (U_FAILURE(status) || !KnownLanguages().contains(locale.getLanguage())) return std::nullopt;
    if (*locale.getScript() && u_getPropertyValueEnum(UCHAR_SCRIPT, locale.getScript()) == UCHAR_INVALID_CODE)
        return std::nullopt;
    if (*locale.getCountry()) {
        const icu::Region *region = icu::Region::getInstance(locale.getCountry(), status);
        if (U_FAILURE(status) || region->getType() == URGN_UNKNOWN) return std::nullopt;
    }
    string out = locale.toLanguageTag<string>(status);
    if (U_FAILURE(status)) return std::nullopt;
    return out;
}

struct EnglishNames {
    NameMap languages, scripts;

    EnglishNames() {
        const auto names = Names(icu::Locale::getEnglish());
        icu::UnicodeString name;
        const auto add = [&](string_view text, const string &tag) {
            if (string key = FoldPlaceName(text); !key.empty()) languages.try_emplace(std::move(key), tag);
        };
        // Two-letter codes come first in ICU's list, so they win a name that a three-letter code shares.
        for (const char *const *code = uloc_getISOLanguages(); *code; ++code) {
            const string text = ToUtf8(names->languageDisplayName(*code, name));
            if (text == *code) continue;
            if (const auto tag = Canonical(*code)) add(text, *tag);
        }
        for (const char *const tag : kNamedTags) add(ToUtf8(names->localeDisplayName(tag, name)), tag);
        for (const auto &[text, tag] : kOtherNames) add(text, tag);
        for (const char *const code :
             {"Arab", "Beng", "Cyrl", "Deva", "Guru", "Hebr", "Latn", "Mong", "Tfng"})
            scripts.emplace(FoldPlaceName(ToUtf8(names->scriptDisplayName(code, name))), code);
        scripts.emplace("simplified", "Hans");
        scripts.emplace("traditional", "Hant");
        scripts.emplace("simplified han", "Hans");
        scripts.emplace("traditional han", "Hant");
    }
};

const EnglishNames &English() {
    static const EnglishNames names;
    return names;
}

// Each language's name in itself. Costs a resource bundle a language, so it is made for what English and
// codes do not answer.
const NameMap &NativeNames() {
    static const NameMap *const names = [] {
        auto made = std::make_unique<NameMap>();
        std::int32_t count = 0;
        const icu::Locale *all = icu::Locale::getAvailableLocales(count);
        icu::UnicodeString name;
        const auto add = [&](const icu::Locale &locale, const icu::UnicodeString &text) {
            UErrorCode status = U_ZERO_ERROR;
            const string tag = locale.toLanguageTag<string>(status);
            string key = FoldPlaceName(ToUtf8(text));
            if (U_SUCCESS(status) && !key.empty()) made->try_emplace(std::move(key), tag);
        };
        for (std::int32_t i = 0; i < count; ++i)
            if (!*all[i].getScript() && !*all[i].getCountry() && !*all[i].getVariant())
                add(all[i], all[i].getDisplayLanguage(all[i], name));
        for (const char *const id : {"zh_Hans", "zh_Hant", "pt_BR", "pt_PT"})
            add(icu::Locale(id), Names(icu::Locale(id))->localeDisplayName(id, name));
        return made.release();
    }();
    return *names;
}

// `Portuguese (Brazil)`, `Serbian (Latin)`, `Chinese (Traditional, Hong Kong)`, `English - United States`.
std::optional<string> Qualified(string_view text) {
    std::size_t mark = text.find_first_of("(,/");
    if (mark == string_view::npos) mark = text.find(" - ");
    if (mark == string_view::npos) return std::nullopt;
    const auto language = English().languages.find(FoldPlaceName(text.substr(0, mark)));
    if (language == English().languages.end()) return std::nullopt;
    string script, region;
    for (string_view rest = text.substr(mark + 1); !rest.empty();) {
        const std::size_t comma = rest.find(',');
        const string key = FoldPlaceName(rest.substr(0, comma));
        rest.remove_prefix(comma == string_view::npos ? rest.size() : comma + 1);
        if (const auto found = English().scripts.find(key);
            found != English().scripts.end() && script.empty()) {
            script = found->second;
        } else if (key == "latin america" && region.empty()) {
            region = "419";
        } else if (auto country = FindCountry(key); country && region.empty()) {
            region = country->code;
        } else {
            return std::nullopt;
        }
    }
    string tag = language->second;
    if (!script.empty()) tag += '-' + script;
    if (!region.empty()) tag += '-' + region;
    return Canonical(tag);
}

}  // namespace

Result<string> LanguageTag(string_view text) {
    const string key = FoldPlaceName(text);
    if (!key.empty()) {
        const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
        string_view bare = text;
        while (!bare.empty() && is_space(bare.front())) bare.remove_prefix(1);
        while (!bare.empty() && is_space(bare.back())) bare.remove_suffix(1);
        std::optional<string> tag;
        if (bare.size() <= 100) tag = Canonical(string(bare));
        // Some names are the tags of others: Ga is spoken in Ghana, and ga is Irish.
        if (tag && !IsCapitalized(bare)) return *tag;
        if (const auto found = English().languages.find(key); found != English().languages.end())
            return found->second;
        if (tag) return *tag;
        if (auto qualified = Qualified(text)) return *qualified;
        if (const auto found = NativeNames().find(key); found != NativeNames().end()) return found->second;
    }
    return Fault{"language_invalid", "unknown language: \"" + Quoted(text) + "\"",
                 "It is neither a language's name nor a language tag (BCP 47).",
                 "Give a name such as \"Simplified Chinese\" or a tag such as \"zh-Hans\".",
                 sqlstate::kInvalidParameterValue};
}

std::optional<string> LanguageName(string_view tag, string_view locale) {
    const auto canonical = Canonical(string(tag));
    if (!canonical) return std::nullopt;
    // The names of a locale take milliseconds to load, and a query asks for one locale's again and again.
    static std::unordered_map<string, std::unique_ptr<icu::LocaleDisplayNames>> cache;
    constexpr std::size_t kMaxCached = 16;
    auto found = cache.find(string(locale));
    if (found == cache.end()) {
        if (cache.size() >= kMaxCached) cache.clear();
        found = cache.emplace(string(locale), Names(icu::Locale(string(locale).c_str()))).first;
    }
    icu::UnicodeString name;
    return ToUtf8(found->second->localeDisplayName(canonical->c_str(), name));
}

}  // namespace contacts
