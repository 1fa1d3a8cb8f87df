// What is looked for in search documents.
//
// A query is kept as text that can be read: groups parted by spaces, all of which must be met; a group's
// alternatives parted by '|', one of which must. "muller*|mueller* ann*": `*` after a key takes what begins
// with it, `~1` and `~2` allow as many typing errors. Keys have none of these characters.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace contacts::name {

inline constexpr std::size_t kMaxGroups = 16;
inline constexpr std::size_t kMaxAlternatives = 16;

struct QueryOptions {
    bool tolerant = false;
    bool one_error = false;    // with tolerant: no more, however long the word
    bool whole_words = false;  // no key is a prefix, and no other spelling is tried
    bool finished = false;     // only the last word is a prefix
    // Other names of a word: {"bob", "robert"}.
    std::vector<std::pair<std::string, std::string>> aliases;
};

// Never fails: text without letters and digits, and any longer than kMaxTextBytes, makes the empty query.
std::string MakeQuery(std::string_view text, const QueryOptions &options = {});

// Checks and normalizes what is meant to be a query's text form.
Result<std::string> ParseQuery(std::string_view text);

// What a first letter may be that was left out or mistyped. Each is looked for by itself, so then it must be
// the only error, of a whole word.
constexpr std::string_view FirstLetters() {
    return "abcdefghijklmnopqrstuvwxyz";
}

struct Alternative {
    std::string_view key;
    bool prefix;
    int errors;

    bool Matches(std::string_view document_key) const;
    bool IsSkeleton() const;  // consonants alone
    // Of the first one of a group: whether it is no more than an initial, or two letters to begin with. A
    // large part of all rows has such keys.
    bool IsShort() const { return errors == 0 && key.size() <= (prefix ? 2 : 1); }
    // Whether it says enough for the rows it finds to be looked at: beside it the index passes short ones
    // over.
    bool IsLong() const { return key.size() >= 4; }
};

// Walks a query that was made or checked by the functions above, without allocating.
class QueryReader {
  public:
    explicit QueryReader(std::string_view query) : rest_(query) {}
    // Sets `new_group` where the alternative begins one.
    bool Next(Alternative &alternative, bool &new_group);

  private:
    std::string_view rest_;
    bool at_group_ = true;
};

}  // namespace contacts::name
