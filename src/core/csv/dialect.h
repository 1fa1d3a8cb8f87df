// What separates cells: told by a first line "sep=;", else found by counting.
#pragma once

#include <cstddef>
#include <string_view>

namespace contacts::csv {

// A first line "sep=X", as Excel writes and reads it.
struct SeparatorLine {
    std::size_t bytes = 0;  // with its line end; 0 if there is none
    char delimiter = '\0';
};
SeparatorLine FindSeparatorLine(std::string_view text);

struct Delimiter {
    char character = ',';
    bool space_follows = false;  // always, so that ", " is the delimiter
};
// From the first records of a text, counting outside quotes; `given` is the delimiter if it is known.
// `whole`: the text ends with `sample`. Comma wins ties.
Delimiter DetectDelimiter(std::string_view sample, bool whole, char quote, char escape, const char *given);

}  // namespace contacts::csv
