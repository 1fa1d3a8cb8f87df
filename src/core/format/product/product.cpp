#include "core/format/product/product.h"

#include <deque>

namespace contacts::product {
namespace {

// `text` with `number` for each '#', kept as long as the declarations that point to it.
const char *Numbered(const char *text, const std::string &number) {
    static std::deque<std::string> kept;
    std::string out;
    for (const char *p = text; *p; ++p)
        if (*p == '#')
            out += number;
        else
            out += *p;
    return kept.emplace_back(std::move(out)).c_str();
}

}  // namespace

Column Hidden(Column column) {
    column.in_view = false;
    return column;
}

void Repeat(std::vector<Column> &columns, int shown, const std::vector<Column> &group) {
    for (int n = 1; n <= shown + 1; ++n) {
        const bool pattern = n > shown;
        const std::string number = pattern ? "n" : std::to_string(n);
        for (Column column : group) {
            column.header = Numbered(column.header, number);
            column.aliases = Numbered(column.aliases, number);
            // A pattern's key gets its number from the file's header.
            if (!pattern) column.label = Numbered(column.label, number);
            column.ordinal = pattern ? 0 : n;
            column.in_view = !pattern;
            columns.push_back(column);
        }
    }
}

}  // namespace contacts::product
