// What separates and encloses cells: told, or found in the first records of a text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace contacts::csv {

// A first line "sep=X", as Excel writes and reads it.
struct SeparatorLine {
    std::size_t bytes = 0;  // with its line end; 0 if there is none
    char delimiter = '\0';
};
SeparatorLine FindSeparatorLine(std::string_view text);

struct GivenDialect {
    std::string delimiter;       // empty: to be found
    std::optional<char> quote;   // '\0': nothing is quoted
    std::optional<char> escape;  // before a quote inside quotes
};

struct FoundDialect {
    std::string delimiter = ",";
    bool space_follows = false;  // the delimiter, always
    char quote = '"';
    char escape = '"';
};

// From the beginning of a text; `whole`: the text ends with `sample`. Looks for
// - delimiters , ; TAB and |, comma winning ties; where none of them makes a table, || ^ ~ : and space;
// - quotes ", else ' and `, if they enclose what only a quote can;
// - the escape \ if it stands before quotes inside of cells and no doubled quote does.
FoundDialect DetectDialect(std::string_view sample, bool whole, const GivenDialect &given);

}  // namespace contacts::csv
