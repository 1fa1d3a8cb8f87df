// Cells to CSV records (RFC 4180), and the marks that keep a value what it is on its way through a file.
//
// A spreadsheet takes a cell that begins with = + - @, a tab or a line break for a formula (CWE-1236), and an
// import trims what stands around a value. An apostrophe before such a value is the one mark for both:
//
//   value v is marked if, after any apostrophes, it begins with white space, an invisible character or one of
//   = + - @ (also in full width), or if it ends with white space and any apostrophes;
//   marked it is 'v, and 'v' in the second case.
//
// Values that already begin with apostrophes belong to the set, so that marking is one-to-one:
// Unmark(Mark(v)) is v for every v, and what is not marked never looks as if it were. 'Tis and O'Brien are
// outside of the set.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contacts::csv {

enum class Guard : std::uint8_t {
    kNone,         // the value as it is
    kImport,       // marked only where an import would read something else
    kSpreadsheet,  // marked also where a spreadsheet would see a formula
};

// What to write for a value.
std::string Mark(std::string_view value, Guard guard);
// Whether Mark would change it.
bool NeedsMark(std::string_view value, Guard guard);

// The value of a marked cell, to be taken as it is, outer spaces too; nothing if the cell is not marked.
std::optional<std::string_view> Unmark(std::string_view cell);

// ="0123": a formula that is one text and nothing else, as spreadsheets are told to keep figures.
bool IsTextFormula(std::string_view text);

// A cell of a file, to be given back in a file that a spreadsheet will open: an import of either reads the
// same value.
std::string MarkAgain(std::string_view cell);

// Appends cells, in quotes where they must be; a cell that is not there is empty. Separators of other
// dialects are quoted too, so that a program that expects one of those finds no further cells.
class RecordWriter {
  public:
    RecordWriter(std::string &out, std::string_view delimiter);
    void Add(std::string_view cell);
    void AddNothing() { Separate(); }
    // After the last cell of a record. One of a single empty cell would be a blank line.
    void End();

  private:
    void Separate();

    std::string &out_;
    std::string_view delimiter_;
    std::size_t begin_ = 0;  // of the record
    bool first_ = true;
    bool quoted_[256] = {};
};

}  // namespace contacts::csv
