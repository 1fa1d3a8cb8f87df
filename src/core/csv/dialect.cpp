#include "core/csv/dialect.h"

#include <algorithm>
#include <array>
#include <vector>

namespace contacts::csv {
namespace {

constexpr std::string_view kUsual = ",;\t|";
constexpr std::string_view kUnusual = "^~:";
constexpr std::size_t kRecords = 64;
constexpr std::size_t kMostDelimiters = 8;

bool IsLineEnd(char c) {
    return c == '\n' || c == '\r';
}

// Behind a quote at `i`: does a cell end there?
bool CellEnds(std::string_view text, std::size_t i, std::string_view delimiters) {
    while (i < text.size() && text[i] == ' ' && delimiters.find(' ') == std::string_view::npos) ++i;
    return i >= text.size() || IsLineEnd(text[i]) || delimiters.find(text[i]) != std::string_view::npos;
}

struct Counts {
    std::array<int, kMostDelimiters> delimiters{};
    std::array<int, kMostDelimiters> spaced{};  // with a space after it
    std::array<int, kMostDelimiters> pairs{};   // two in a row
    bool quoted_after_space = false;            // a cell in quotes that nothing but spaces separates
};

// Counts of the first records that have any text. Without knowing the delimiter, a quote opens a cell after
// any candidate.
std::vector<Counts> CountRecords(std::string_view text, bool whole, char quote, char escape,
                                 std::string_view candidates) {
    const bool space_separates = candidates.find(' ') != std::string_view::npos;
    std::vector<Counts> records;
    Counts counts;
    bool blank = true;
    bool cell_start = true;
    bool after_space = false;
    std::size_t pair_end = std::string_view::npos;
    const auto finish = [&] {
        if (!blank) records.push_back(counts);
        counts = {};
        blank = cell_start = true;
        after_space = false;
    };
    std::size_t i = 0;
    while (i < text.size() && records.size() < kRecords) {
        const char c = text[i];
        if (IsLineEnd(c)) {
            finish();
            ++i;
            continue;
        }
        if (c == ' ' && !space_separates) {
            ++i;
            continue;
        }
        if (c != ' ') blank = false;
        if (quote != '\0' && c == quote && cell_start) {
            std::size_t close = i + 1;
            for (; close < text.size(); ++close) {
                const char next = close + 1 < text.size() ? text[close + 1] : '\0';
                if (text[close] == escape && (next == quote || (escape != quote && next == escape)))
                    ++close;
                else if (text[close] == quote)
                    break;
            }
            const bool closed = close < text.size();
            if (closed && after_space && CellEnds(text, close + 1, candidates))
                counts.quoted_after_space = true;
            cell_start = after_space = false;
            i = closed ? close + 1 : i + 1;  // a quote that never closes is a character
            continue;
        }
        const std::size_t which = candidates.find(c);
        const bool was_space = after_space;
        cell_start = which != std::string_view::npos;
        after_space =
            c == ' ' && !blank && (was_space || i == 0 || candidates.find(text[i - 1]) == candidates.npos);
        if (cell_start) {
            ++counts.delimiters[which];
            counts.spaced[which] += i + 1 < text.size() && text[i + 1] == ' ';
            if (i > 0 && text[i - 1] == c && i - 1 != pair_end) {
                ++counts.pairs[which];
                pair_end = i;
            }
        }
        ++i;
    }
    // The last record may be cut; it counts only if there is no other.
    if (!blank && records.size() < kRecords && (whole || records.empty())) records.push_back(counts);
    return records;
}

// In how many records a delimiter occurs tells that of a ragged table from one inside its cells; then how
// many records agree on a number of cells, then that number.
using Score = std::array<int, 3>;

Score ScoreOf(const std::vector<Counts> &records, std::size_t which) {
    std::vector<int> numbers;
    for (const Counts &record : records)
        if (record.delimiters[which] > 0) numbers.push_back(record.delimiters[which]);
    std::sort(numbers.begin(), numbers.end());
    Score score{static_cast<int>(numbers.size()), 0, 0};
    for (std::size_t i = 0; i < numbers.size();) {
        const auto next = std::upper_bound(numbers.begin(), numbers.end(), numbers[i]);
        const int agreeing = static_cast<int>(next - numbers.begin()) - static_cast<int>(i);
        if (agreeing >= score[1]) score[1] = agreeing, score[2] = numbers[i];
        i = static_cast<std::size_t>(next - numbers.begin());
    }
    return score;
}

// Cells that begin with a quote, and what becomes of them.
struct QuoteUse {
    int closed = 0;
    int unclosed = 0;     // on its line
    int enclosing = 0;    // closed, with a delimiter inside
    bool header = false;  // one of the closed is in the first record
};

QuoteUse UseOf(std::string_view text, char quote, std::string_view delimiters) {
    QuoteUse use;
    bool cell_start = true;
    bool first = true;
    bool blank = true;
    std::size_t hopeless = 0;  // where the line ends of which it is known that no more cells close on it
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (IsLineEnd(c)) {
            if (!blank) first = false;
            cell_start = blank = true;
        } else if (c == quote && cell_start) {
            blank = false;
            bool encloses = false;
            std::size_t close = std::max(i + 1, hopeless);
            for (; close < text.size() && !IsLineEnd(text[close]); ++close) {
                if (text[close] == quote && CellEnds(text, close + 1, delimiters)) break;
                encloses |= delimiters.find(text[close]) != std::string_view::npos;
            }
            if (close < text.size() && text[close] == quote) {
                ++use.closed;
                use.enclosing += encloses;
                use.header |= first;
                i = close;
            } else {
                ++use.unclosed;
                hopeless = close;
            }
            cell_start = false;
        } else if (delimiters.find(c) != std::string_view::npos) {
            cell_start = true;
        } else if (c != ' ') {
            cell_start = blank = false;
        }
    }
    return use;
}

// An apostrophe begins words too, and Excel puts one before what looks like a number: it must have more to
// show than ".
char DetectQuote(std::string_view text, std::string_view delimiters) {
    if (UseOf(text, '"', delimiters).closed > 0) return '"';
    for (const char quote : {'\'', '`'}) {
        const QuoteUse use = UseOf(text, quote, delimiters);
        if (use.unclosed * 8 <= use.closed && (use.header || (use.enclosing > 0 && use.closed > 1)))
            return quote;
    }
    return '"';
}

// Whether all cells in quotes are as RFC 4180 has them: quotes inside are doubled.
bool DoublesQuotes(std::string_view text, bool whole, char quote, std::string_view delimiter) {
    bool cell_start = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == quote && cell_start) {
            cell_start = false;
            for (++i; i < text.size(); ++i) {
                if (text[i] != quote) continue;
                if (i + 1 < text.size() && text[i + 1] == quote)
                    ++i;
                else if (CellEnds(text, i + 1, delimiter))
                    break;
                else
                    return false;
            }
            if (i >= text.size()) return !whole;
        } else if (IsLineEnd(c) || c == delimiter[0]) {
            cell_start = true;
        } else if (c != ' ') {
            cell_start = false;
        }
    }
    return true;
}

// Is \ the escape? It says so itself where \" stands inside a cell, unless another cell doubles its quotes or
// does not end as it would have to, or the file can be read without it.
char DetectEscape(std::string_view text, bool whole, char quote, std::string_view delimiter) {
    if (DoublesQuotes(text, whole, quote, delimiter)) return quote;
    int escaped = 0;
    bool cell_start = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == quote && cell_start) {
            cell_start = false;
            std::size_t p = i + 1;
            for (; p < text.size(); ++p) {
                if (text[p] == '\\' && p + 1 < text.size() && (text[p + 1] == quote || text[p + 1] == '\\')) {
                    ++p;
                    escaped += text[p] == quote && !CellEnds(text, p + 1, delimiter);
                } else if (text[p] == quote) {
                    if (CellEnds(text, p + 1, delimiter)) break;
                    return quote;
                }
            }
            if (p == text.size() && whole) return quote;
            i = p;
        } else if (IsLineEnd(c) || c == delimiter[0]) {
            cell_start = true;
        } else if (c != ' ') {
            cell_start = false;
        }
    }
    return escaped > 0 ? '\\' : quote;
}

// A delimiter that is none of the usual ones has to make a table of the records.
std::string DetectUnusual(std::string_view sample, bool whole, char quote, char escape,
                          std::string_view usual) {
    std::string candidates(usual);
    for (const char c : kUnusual)
        if (c != quote && c != escape) candidates += c;
    candidates += ' ';
    const std::vector<Counts> records = CountRecords(sample, whole, quote, escape, candidates);
    const int all = static_cast<int>(records.size());
    for (std::size_t i = 0; i < usual.size(); ++i)
        if (2 * ScoreOf(records, i)[0] >= all) return {};
    for (std::size_t i = usual.size(); i < candidates.size(); ++i) {
        const Score score = ScoreOf(records, i);
        if (score[0] < all || all < 2) continue;
        const bool even = score[1] == all;
        if (candidates[i] == ' ') {
            // Words stand between spaces too: cells in quotes, or many records of a kind, tell the
            // difference.
            const auto quoted = std::count_if(records.begin(), records.end(),
                                              [](const Counts &record) { return record.quoted_after_space; });
            if (quoted >= 2 && 2 * quoted >= all && records[0].delimiters[i] > 1) return " ";
            if (even && all >= 3 && score[2] >= 3) return " ";
        } else if (even && (candidates[i] != ':' || score[2] > 1)) {
            return {candidates[i]};
        }
    }
    return {};
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

FoundDialect DetectDialect(std::string_view sample, bool whole, const GivenDialect &given) {
    FoundDialect found;
    std::string candidates = given.delimiter.substr(0, 1);
    if (candidates.empty())
        for (const char c : kUsual)
            if (c != given.quote.value_or('"') && c != given.escape.value_or('"')) candidates += c;
    // The escape of a quote that is not known is hardly that of another.
    found.quote = given.quote              ? *given.quote
                  : given.escape           ? '"'
                  : given.delimiter == "'" ? '"'
                                           : DetectQuote(sample, candidates);
    if (!given.delimiter.empty() && found.quote == given.delimiter[0]) found.quote = '"';
    found.escape = given.escape.value_or(found.quote);

    const std::vector<Counts> records = CountRecords(sample, whole, found.quote, found.escape, candidates);
    Score best{};
    std::size_t winner = 0;
    for (std::size_t c = 0; c < candidates.size(); ++c) {
        const Score score = ScoreOf(records, c);
        if (score > best) best = score, winner = c;
    }
    found.delimiter = given.delimiter;
    if (given.delimiter.empty()) {
        const bool rare = 2 * best[0] < static_cast<int>(records.size());
        // What a cell in quotes is depends on the delimiter: only one that leaves no trace is certain.
        if (rare || best[1] < best[0])
            found.delimiter = DetectUnusual(sample, whole, found.quote, found.escape, candidates);
        if (found.delimiter.empty()) {
            found.delimiter = candidates.empty() ? ',' : candidates[winner];
            int delimiters = 0;
            int pairs = 0;
            for (const Counts &record : records) {
                delimiters += record.delimiters[winner];
                pairs += record.pairs[winner];
            }
            if (found.delimiter == "|" && records.size() > 1 && delimiters == 2 * pairs)
                found.delimiter = "||";
        }
    }
    if (found.delimiter == std::string_view(candidates).substr(winner, 1) && found.delimiter != " ") {
        int delimiters = 0;
        int spaced = 0;
        for (const Counts &record : records) {
            delimiters += record.delimiters[winner];
            spaced += record.spaced[winner];
        }
        // One delimiter with a space behind it is a sentence, not a dialect.
        found.space_follows = delimiters >= 2 && spaced == delimiters;
    }
    if (!given.escape && found.quote != '\0')
        found.escape = DetectEscape(sample, whole, found.quote, found.delimiter);
    return found;
}

}  // namespace contacts::csv
