// What the records of a text are to a table: lines before it, its header, its data, and where the next one
// begins.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace contacts::csv {

enum class Role { kPreamble, kHeader, kData };

// Goes by the shape of records alone; what the columns mean is for others to say. Shown the first records
// before it is asked about them, so that memory stays bounded.
class TableFinder {
  public:
    static constexpr std::size_t kLookAhead = 32;  // records that decide where the first table begins

    // Blank records are none of these.
    void Show(const std::vector<std::string_view> &cells);

    // Of the next record; all are asked about, in order.
    Role RoleOf(const std::vector<std::string_view> &cells);
    // The table of the last record, from 1; 0 for the preamble.
    int table() const { return table_; }

  private:
    struct Shape {
        std::size_t filled = 0;
        std::size_t extent = 0;  // up to the last filled cell
        bool names = true;       // none of the cells looks like a value
    };
    static Shape ShapeOf(const std::vector<std::string_view> &cells);
    bool LooksLikeThisHeader(const std::vector<std::string_view> &cells) const;
    bool NamesWhatHeaderLeftOpen(const std::vector<std::string_view> &cells) const;
    void TakeHeader(const std::vector<std::string_view> &cells);

    std::vector<Shape> shown_;
    bool decided_ = false;
    std::size_t preamble_ = 0;  // records of it
    std::size_t asked_ = 0;
    int table_ = 0;
    bool in_header_ = false;
    std::vector<std::string> header_;  // empty: the table has none
};

// Is this a number, date, time, phone number, sum of money or e-mail address rather than a name or word?
bool LooksLikeValue(std::string_view cell);

}  // namespace contacts::csv
