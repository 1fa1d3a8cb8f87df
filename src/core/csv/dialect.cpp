#include "core/csv/dialect.h"

#include <algorithm>
#include <array>
#include <vector>

namespace contacts::csv {
namespace {

constexpr std::array<char, 4> kCandidates = {',', ';', '\t', '|'};
constexpr std::size_t kRecords = 32;

struct Counts {
    std::array<int, kCandidates.size()> delimiters{};
    std::array<int, kCandidates.size()> spaced{};  // with a space after it
};

// Counts of the first records that have any text. Without knowing the delimiter, a quote opens a cell after
// any candidate.
std::vector<Counts> CountRecords(std::string_view text, bool whole, char quote, char escape,
                                 const std::vector<char> &candidates) {
    std::vector<Counts> records;
    Counts counts;
    bool blank = true;
    bool cell_start = true;
    const auto finish = [&] {
        if (!blank) records.push_back(counts);
        counts = {};
        blank = cell_start = true;
    };
    std::size_t i = 0;
    while (i < text.size() && records.size() < kRecords) {
        const char c = text[i];
        if (c == '\n' || c == '\r') {
            finish();
            ++i;
            continue;
        }
        if (c == ' ') {
            ++i;
            continue;
        }
        blank = false;
        if (quote != '\0' && c == quote && cell_start) {
            std::size_t close = i + 1;
            for (; close < text.size(); ++close) {
                const char next = close + 1 < text.size() ? text[close + 1] : '\0';
                if (text[close] == escape && (next == quote || (escape != quote && next == escape))) {
                    ++close;
                } else if (text[close] == quote) {
                    break;
                }
            }
            cell_start = false;
            i = close < text.size() ? close + 1 : i + 1;  // a quote that never closes is a character
            continue;
        }
        const auto found = std::find(candidates.begin(), candidates.end(), c);
        cell_start = found != candidates.end();
        if (cell_start) {
            const std::size_t which = static_cast<std::size_t>(found - candidates.begin());
            ++counts.delimiters[which];
            counts.spaced[which] += i + 1 < text.size() && text[i + 1] == ' ';
        }
        ++i;
    }
    // The last record may be cut; it counts only if there is no other.
    if (!blank && records.size() < kRecords && (whole || records.empty())) records.push_back(counts);
    return records;
}

}  // namespace

SeparatorLine FindSeparatorLine(std::string_view text) {
    constexpr std::string_view kLower = "sep=";
    constexpr std::string_view kUpper = "SEP=";
    std::size_t i = 0;
    const bool quoted = !text.empty() && text[0] == '"';
    if (quoted) ++i;
    for (std::size_t k = 0; k < kLower.size(); ++k, ++i)
        if (i == text.size() || (text[i] != kLower[k] && text[i] != kUpper[k])) return {};
    if (i == text.size()) return {};
    const char delimiter = text[i];
    const auto byte = static_cast<unsigned char>(delimiter);
    const bool letter = (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
    if ((byte < 0x20 && byte != '\t') || byte >= 0x7F || byte == '"' || letter) return {};
    ++i;
    if (quoted && (i == text.size() || text[i++] != '"')) return {};
    // A spreadsheet that saved the file again pads the line to the width of the table.
    while (i < text.size() && text[i] == delimiter) ++i;
    if (i < text.size()) {
        if (text[i] == '\r') {
            ++i;
            if (i < text.size() && text[i] == '\n') ++i;
        } else if (text[i] == '\n') {
            ++i;
        } else {
            return {};
        }
    }
    return {i, delimiter};
}

Delimiter DetectDelimiter(std::string_view sample, bool whole, char quote, char escape, const char *given) {
    std::vector<char> candidates;
    if (given != nullptr) {
        candidates = {*given};
    } else {
        std::copy_if(kCandidates.begin(), kCandidates.end(), std::back_inserter(candidates),
                     [&](char c) { return c != quote && c != escape; });
    }
    const std::vector<Counts> records = CountRecords(sample, whole, quote, escape, candidates);

    // In how many records it occurs tells the delimiter of a ragged table from one inside its cells; then how
    // many records agree on a number of cells, then that number.
    using Score = std::array<int, 3>;
    Score best{};
    std::size_t winner = 0;
    for (std::size_t c = 0; c < candidates.size(); ++c) {
        std::vector<int> numbers;
        for (const Counts &record : records)
            if (record.delimiters[c] > 0) numbers.push_back(record.delimiters[c]);
        std::sort(numbers.begin(), numbers.end());
        Score score{static_cast<int>(numbers.size()), 0, 0};
        for (std::size_t i = 0; i < numbers.size();) {
            const auto next = std::upper_bound(numbers.begin(), numbers.end(), numbers[i]);
            const int agreeing = static_cast<int>(next - numbers.begin()) - static_cast<int>(i);
            if (agreeing >= score[1]) score[1] = agreeing, score[2] = numbers[i];
            i = static_cast<std::size_t>(next - numbers.begin());
        }
        if (score > best) best = score, winner = c;
    }
    Delimiter result{candidates.empty() ? ',' : candidates[winner], false};
    int delimiters = 0;
    int spaced = 0;
    for (const Counts &record : records) {
        delimiters += record.delimiters[winner];
        spaced += record.spaced[winner];
    }
    // One delimiter with a space behind it is a sentence, not a dialect.
    result.space_follows = delimiters >= 2 && spaced == delimiters && result.character != ' ';
    return result;
}

}  // namespace contacts::csv
