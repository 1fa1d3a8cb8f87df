// Which column of a file is which column of a format: header detection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/format/draft.h"
#include "core/format/format.h"

namespace contacts {

// The part of a contact that a column of this kind belongs to; kCount: none.
PartKind PartKindOf(Target target);

// Whether a cell of such a column has several parts.
bool IsList(Target target);

// A place for a part that columns of the file fill: "the mobile phone", or all phones of a list column.
struct Slot {
    PartKind kind;
    std::string label;  // what a new part is labelled
    bool list = false;
    bool any_label = false;           // also shows parts whose label no slot of the format names
    int ordinal = 1;                  // which one of the parts that it shows
    std::vector<std::string> labels;  // all that it shows; the first is `label`
};

struct BoundColumn {
    int index = 0;  // in the file
    const Column *column = nullptr;
    int slot = -1;        // into Mapping::slots, for parts
    int component = -1;   // of the slot's part
    int custom_key = -1;  // into Mapping::custom_keys
    int ordinal = 1;
};

struct Mapping {
    const Format *format = nullptr;
    std::vector<std::string> header;  // as in the file
    std::vector<BoundColumn> columns;
    std::vector<Slot> slots;
    DateOrder dates = DateOrder::kMonthDayYear;  // the format's, or that of the language of the header
    bool finishes_parts = false;  // parts have labels, lines or values that only the whole record completes
    bool has_birth_columns = false;
    int website_columns = 0;
    // Labels that the format has a slot for, by kind of part: what an any_label slot does not show.
    std::vector<std::string> named_labels[kPartKinds];
    std::vector<std::string> custom_keys;
    bool has_key = false;           // an ID column of the contact
    bool has_organization = false;  // any column of an organization
    bool described = false;         // the product puts a record that describes the columns after this header
    std::vector<Issue> notices;     // about the header: unknown_column, duplicate_header
};

// A header cell as it is compared: invisible characters and outer spaces gone; `loose` also drops case and a
// trailing
// * or :, takes runs of spaces and _ - . / for one space, and all apostrophes for one (Unicode:
// NFKC_Casefold).
std::string NormalizeHeader(std::string_view header, bool loose);

// Maps a header record to a format. Fault (header_unknown) with what was found and what was expected when the
// required columns are not there.
Result<Mapping> MapHeader(const Format &format, const std::vector<std::string> &header);

// The mapping when a COPY names the format's view: one column each, in order.
Mapping MapView(const Format &format);

struct HeaderMatch {
    std::size_t record = 0;  // index of the header among the records looked at
    Mapping mapping;
};
// Looks for the header among the first records of a file. `format` null: whichever format fits best: the
// product's that knows most of a header's columns, one of them at least a column that tells it from any other
// file, else the generic one. Fault: header_not_found, with what was found and what was expected.
Result<HeaderMatch> FindHeader(const Format *format, const std::vector<std::vector<std::string>> &records);

}  // namespace contacts
