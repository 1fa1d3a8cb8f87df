#include "core/name/han.h"

#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/ures.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contacts::name {
namespace {

using icu::UnicodeString;
using Bundle = std::unique_ptr<UResourceBundle, decltype(&ures_close)>;

Bundle Member(const Bundle &of, const char *key, UErrorCode &status) {
    return {ures_getByKey(of.get(), key, nullptr, &status), &ures_close};
}

// The text of the rules that a transform of ICU's is made of, as its data hold it. It lives as long as ICU.
std::optional<std::u16string_view> RulesOf(const char *id) {
    UErrorCode status = U_ZERO_ERROR;
    // The name under which ICU itself finds its data of whatever version.
    const Bundle root{ures_openDirect("ICUDATA-translit", "root", &status), &ures_close};
    const Bundle ids = Member(root, "RuleBasedTransliteratorIDs", status);
    UnicodeString name(id, -1, US_INV);
    for (int aliases = 0; aliases < 4 && U_SUCCESS(status); ++aliases) {
        const std::string key = [&] {
            std::string out;
            return name.toUTF8String(out);
        }();
        const Bundle entry = Member(ids, key.c_str(), status);
        const Bundle kind{ures_getByIndex(entry.get(), 0, nullptr, &status), &ures_close};
        if (U_FAILURE(status)) break;
        std::int32_t length = 0;
        if (std::string_view(ures_getKey(kind.get())) == "alias") {
            const UChar *alias = ures_getString(kind.get(), &length, &status);
            if (U_SUCCESS(status)) name.setTo(alias, length);
            continue;
        }
        const UChar *rules = ures_getStringByKey(kind.get(), "resource", &length, &status);
        if (U_FAILURE(status)) break;
        return std::u16string_view(rules, static_cast<std::size_t>(length));
    }
    return std::nullopt;
}

std::u16string_view TrimSpace(std::u16string_view text) {
    const auto is_space = [](char16_t c) { return u_hasBinaryProperty(c, UCHAR_PATTERN_WHITE_SPACE); };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

// The readings of single characters.
class ReadingTable {
  public:
    // Takes in a rule, such as [啊阿]→ā or 啊→a; false where it says anything else. The first rule that
    // speaks of a character counts, as in ICU.
    bool Add(std::u16string_view rule) {
        const std::size_t arrow = rule.find(u'→');
        if (arrow == std::u16string_view::npos) return false;
        const std::u16string_view reading = TrimSpace(rule.substr(arrow + 1));
        std::u16string_view characters = TrimSpace(rule.substr(0, arrow));
        const bool set = characters.size() > 2 && characters.front() == u'[' && characters.back() == u']';
        if (set) characters = characters.substr(1, characters.size() - 2);
        std::vector<std::pair<UChar32, UChar32>> ranges;
        if (!IsLetters(reading) || !ReadRanges(characters, ranges)) return false;
        if (!set && (ranges.size() != 1 || ranges[0].first != ranges[0].second)) return false;
        if (readings_.size() >= UINT16_MAX) return false;
        readings_.push_back(reading);
        const auto number = static_cast<std::uint16_t>(readings_.size());
        for (const auto &[first, last] : ranges) {
            if (static_cast<std::size_t>(last) >= number_of_.size()) number_of_.resize(last + 0x1000);
            for (UChar32 c = first; c <= last; ++c)
                if (number_of_[c] == 0) number_of_[c] = number;
        }
        return true;
    }

    UnicodeString Read(const UnicodeString &text) const {
        UnicodeString out;
        for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
            const UChar32 c = text.char32At(i);
            const auto at = static_cast<std::size_t>(c);
            if (at >= number_of_.size() || number_of_[at] == 0) {
                out.append(c);
                continue;
            }
            const std::u16string_view reading = readings_[number_of_[at] - 1];
            out.append(reading.data(), static_cast<std::int32_t>(reading.size()));
        }
        return out;
    }

    bool empty() const { return readings_.empty(); }

  private:
    static bool IsLetters(std::u16string_view text) {
        for (const char16_t c : text)
            if (!u_isalpha(c) && u_charType(c) != U_NON_SPACING_MARK) return false;
        return !text.empty();
    }

    // Characters and ranges of them, nothing that has a meaning in rules or sets.
    static bool ReadRanges(std::u16string_view text, std::vector<std::pair<UChar32, UChar32>> &ranges) {
        bool to = false;
        for (std::size_t i = 0; i < text.size();) {
            UChar32 c;
            U16_NEXT(text.data(), i, text.size(), c);
            if (c == u'-' && !to && !ranges.empty() && ranges.back().first == ranges.back().second) {
                to = true;
                continue;
            }
            if (c < 0x80 || U_IS_SURROGATE(c) || u_hasBinaryProperty(c, UCHAR_PATTERN_SYNTAX) ||
                u_hasBinaryProperty(c, UCHAR_PATTERN_WHITE_SPACE))
                return false;
            if (to) {
                if (c < ranges.back().first) return false;
                ranges.back().second = c;
                to = false;
            } else {
                ranges.emplace_back(c, c);
            }
        }
        return !to && !ranges.empty();
    }

    std::vector<std::u16string_view> readings_;  // in ICU's data
    std::vector<std::uint16_t> number_of_;       // by code point: index in readings_ from 1, 0 for none
};

class HanReader {
  public:
    HanReader() {
        UErrorCode status = U_ZERO_ERROR;
        if (const std::optional<UnicodeString> rest = SplitRules()) {
            UParseError at;
            rest_.reset(icu::Transliterator::createFromRules(UNICODE_STRING_SIMPLE("contacts-Han"), *rest,
                                                             UTRANS_FORWARD, at, status));
            if (U_SUCCESS(status)) return;
        }
        // Rules of a kind unknown here: ICU's own transform, which takes its time.
        table_ = {};
        status = U_ZERO_ERROR;
        rest_.reset(icu::Transliterator::createInstance(UNICODE_STRING_SIMPLE("Han-Latin/Names"),
                                                        UTRANS_FORWARD, status));
        if (U_FAILURE(status)) rest_.reset();
    }

    UnicodeString Read(UnicodeString text) const {
        if (rest_) rest_->transliterate(text);
        return table_.empty() ? text : table_.Read(text);
    }

  private:
    // Han-Latin/Names ends with Han-Latin, whose rules end with those of single characters: they become the
    // table, which is applied after all others. Returns these, nothing where that would not be the same.
    std::optional<UnicodeString> SplitRules() {
        constexpr std::u16string_view kHanLatin = u"::Han-Latin();";
        const auto names = RulesOf("Han-Latin/Names");
        const auto all = RulesOf("Han-Latin");
        if (!names || !all) return std::nullopt;
        const std::u16string_view before = TrimSpace(*names);
        // With quotes or comments a semicolon need not end a rule.
        if (!before.ends_with(kHanLatin) || all->find_first_of(u"'#") != std::u16string_view::npos)
            return std::nullopt;
        const auto length = [](std::u16string_view text) { return static_cast<std::int32_t>(text.size()); };
        UnicodeString rest(before.data(), length(before) - length(kHanLatin));
        for (std::size_t from = 0; from < all->size();) {
            const std::size_t end = std::min(all->find(u';', from), all->size());
            const std::u16string_view rule = TrimSpace(all->substr(from, end - from));
            from = end + 1;
            if (rule.empty() || table_.Add(rule)) continue;
            // One that stands behind those of the table, or looks back at text that they changed.
            if (!table_.empty() || (!rule.starts_with(u"::") && rule.find_first_of(u"{|^$@") != rule.npos))
                return std::nullopt;
            rest.append(rule.data(), length(rule)).append(u';');
        }
        return rest;
    }

    std::unique_ptr<icu::Transliterator> rest_;
    ReadingTable table_;
};

}  // namespace

UnicodeString ReadHan(const UnicodeString &text) {
    static const HanReader reader;
    return reader.Read(text);
}

}  // namespace contacts::name
