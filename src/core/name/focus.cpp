#include "core/name/focus.h"

#include <algorithm>
#include <cmath>

#include "core/name/query.h"

namespace contacts::name {
namespace {

using std::string;
using std::string_view;

// Microseconds, of what is in memory. A row looked at below a policy; an entry of a key's list that is read
// to find few rows on it; an entry of the lists of a range of keys, which are put together.
constexpr double kRow = 2;
constexpr double kEntry = 0.0045;
constexpr double kRangeEntry = 0.25;
// A list is read in pages of about so many entries, those alone that may have a row which is looked for.
constexpr double kPageEntries = 5000;
// More rows are not few, whatever the others are.
constexpr double kMaxFewRows = 3000;
// Where there are more matches than anybody looks at, beginnings need not be found, too.
constexpr double kMaxMatches = 500;
// Of what is in no statistics the share that begins with some letters; with each of them that many times
// less.
constexpr double kSpread = 8;

struct Group {
    string_view text;
    double whole = 0;   // share of rows with a key itself
    double longer = 0;  // with one that begins so
    double guess = 0;   // the least that is to be expected
    bool is_short = false, is_long = false;

    Group() = default;
    Group(string_view group, const KeyStatistics &statistics) : text(group), guess(statistics.least / 2) {
        QueryReader reader(group);
        Alternative alternative;
        for (bool is_first; reader.Next(alternative, is_first);) {
            is_short |= is_first && alternative.IsShort();
            is_long |= is_first && alternative.IsLong();
            if (alternative.errors > 0) {
                guess = 1;
                continue;
            }
            if (alternative.prefix)
                guess = std::max(guess, std::pow(kSpread, 1.0 - static_cast<double>(alternative.key.size())));
            const auto *const end = statistics.keys + statistics.count;
            const auto before = [](const KeyStatistics::Key &a, string_view b) { return a.key < b; };
            const auto *key = std::lower_bound(statistics.keys, end, alternative.key, before);
            for (; key != end && alternative.Matches(key->key); ++key)
                (key->key == alternative.key ? whole : longer) += key->share;
        }
    }
    double Share() const { return std::min(whole + longer, 1.0); }
    double Estimate() const { return std::max(Share(), guess); }
};

}  // namespace

string FocusQuery(string_view query, const KeyStatistics &statistics, double rows) {
    Group groups[kMaxGroups];
    std::size_t count = 0;
    bool has_long = false;
    for (string_view rest = query; !rest.empty() && count < kMaxGroups; ++count) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        groups[count] = Group(rest.substr(0, end), statistics);
        has_long |= groups[count].is_long;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const auto is_frequent = [rows](const Group &group) {
        return group.Share() >= kMinFrequentShare && group.Share() * rows >= kMinFrequentRows;
    };
    double matches = rows, few = rows, lists = 0, ranges = 0, last_range = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Group &group = groups[i];
        matches *= group.Estimate();
        if (has_long && group.is_short) continue;  // the index is not asked for it
        if (is_frequent(group))
            lists += group.whole * rows;
        else
            few = std::min(few, group.Estimate() * rows);
        last_range = group.longer * rows * kRangeEntry;
        ranges += last_range;
    }
    string focus;
    if (lists == 0 || few >= rows) return focus;
    // Whole words are looked for in any case, and beginnings only if they are too few. That is one step more,
    // most often; so what costs no more than the first one is taken.
    const double list = std::min(lists, few * kPageEntries) * kEntry;
    if (few <= kMaxFewRows && few * kRow < list + last_range) {
        for (std::size_t i = 0; i < count; ++i) {
            if (is_frequent(groups[i])) continue;
            if (!focus.empty()) focus += ' ';
            focus += groups[i].text;
        }
    } else if (matches <= kMaxMatches && ranges - last_range < list / 2) {
        focus = query;
    }
    return focus;
}

}  // namespace contacts::name
