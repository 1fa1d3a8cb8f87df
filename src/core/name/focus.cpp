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
// Of what is in no statistics the share that begins with some letters; with each of them that many times
// less.
constexpr double kSpread = 8;

// Each letter of a beginning says as much; a consonant, where no vowels are written, as two.
double ShareOfPrefix(const Alternative &alternative) {
    const auto size = static_cast<double>(alternative.key.size());
    return std::pow(kSpread, 1 - (alternative.IsSkeleton() ? 2 * (size - 1) : size));
}

struct Group {
    string_view text;
    double whole = 0;   // share of rows with a key itself
    double longer = 0;  // with one that begins so
    double guess = 0;   // the least to be expected
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
            if (alternative.prefix) guess = std::max(guess, ShareOfPrefix(alternative));
            const auto *const end = statistics.keys + statistics.count;
            const auto before = [](const KeyStatistics::Key &a, string_view b) { return a.key < b; };
            const auto *key = std::lower_bound(statistics.keys, end, alternative.key, before);
            for (; key != end && alternative.Matches(key->key); ++key)
                (key->key == alternative.key ? whole : longer) += key->share;
        }
    }
    double Share() const { return std::min(whole + longer, 1.0); }
    double Estimate() const { return std::max(Share(), guess); }
    bool IsFrequent(double rows) const {
        return Share() >= kMinFrequentShare && Share() * rows >= kMinFrequentRows;
    }
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
    // What is looked for in any case: whole words, but for the last one. Initials are passed over.
    Group *sought[kMaxGroups];
    std::size_t number = 0;
    for (std::size_t i = 0; i < count; ++i)
        if (!(has_long && groups[i].is_short)) sought[number++] = &groups[i];
    if (number < 2) return {};
    const double last_range = sought[number - 1]->longer * rows * kRangeEntry;
    std::sort(sought, sought + number, [](auto *a, auto *b) { return a->Estimate() < b->Estimate(); });

    // The rarest groups, one more each time; what is left out must be frequent.
    double found = rows, lists = 0, ranges = 0;
    double least = 0;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < number; ++i) {
        const Group &group = *sought[i];
        // Rare words are of one name more often than chance has it.
        const bool is_chance = i == 0 || group.IsFrequent(rows);
        found *= is_chance ? group.Estimate() : std::sqrt(group.Estimate());
        lists +=
            std::min(std::max(group.whole, group.guess) * rows, sought[0]->Estimate() * rows * kPageEntries) *
            kEntry;
        ranges += group.longer * rows * kRangeEntry;
        const bool is_all = i + 1 == number;
        const double time = lists + (is_all ? last_range : ranges) + found * kRow;
        const bool is_allowed = is_all || (found <= kMaxFewRows && sought[i + 1]->IsFrequent(rows));
        if (is_allowed && (taken == 0 || time < least)) {
            taken = i + 1;
            least = time;
        }
    }
    string focus;
    if (taken == number) return focus;
    const double limit = sought[taken]->Estimate();
    for (std::size_t i = 0; i < count; ++i) {
        if (groups[i].Estimate() >= limit && groups[i].IsFrequent(rows)) continue;
        if (!focus.empty()) focus += ' ';
        focus += groups[i].text;
    }
    return focus;
}

}  // namespace contacts::name
