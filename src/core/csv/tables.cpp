#include "core/csv/tables.h"

#include <algorithm>

namespace contacts::csv {
namespace {

std::string_view Trimmed(std::string_view cell) {
    constexpr std::string_view kSpace = " \t\r\n\v\f";
    const std::size_t from = cell.find_first_not_of(kSpace);
    if (from == std::string_view::npos) return {};
    return cell.substr(from, cell.find_last_not_of(kSpace) - from + 1);
}

}  // namespace

bool LooksLikeValue(std::string_view cell) {
    cell = Trimmed(cell);
    if (cell.find('@') != std::string_view::npos && cell.find(' ') == std::string_view::npos) return true;
    if (cell.find("://") != std::string_view::npos) return true;
    if (cell.find('_') != std::string_view::npos) return false;
    const auto is_letter = [](char c) {
        const auto lower = static_cast<unsigned char>(c) | 0x20;
        return lower >= 'a' && lower <= 'z';
    };
    // "1.5E+10", "12 May 2024", "10 €" have few letters, and "Q1" or "Address 2" begin with one.
    bool digit = false;
    int letters = 0;
    for (const char c : cell) {
        digit |= c >= '0' && c <= '9';
        letters += is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
    }
    return digit && letters <= 3 && !is_letter(cell[0]);
}

TableFinder::Shape TableFinder::ShapeOf(const std::vector<std::string_view> &cells) {
    Shape shape;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (Trimmed(cells[i]).empty()) continue;
        ++shape.filled;
        shape.extent = i + 1;
        shape.names = shape.names && !LooksLikeValue(cells[i]);
    }
    return shape;
}

void TableFinder::Show(const std::vector<std::string_view> &cells) {
    if (shown_.size() < kLookAhead) shown_.push_back(ShapeOf(cells));
}

// The preamble is what fills only the first few columns of a table that fills many.
Role TableFinder::RoleOf(const std::vector<std::string_view> &cells) {
    if (!decided_) {
        decided_ = true;
        std::size_t most = 0;
        for (const Shape &shape : shown_) most = std::max(most, shape.filled);
        const auto before_table = [&](const Shape &shape) {
            return shape.filled == shape.extent &&
                   (shape.filled * 2 < most || (shape.filled == 1 && most > 2));
        };
        while (preamble_ < shown_.size() && before_table(shown_[preamble_])) ++preamble_;
        // Nothing but that is a table with ragged records.
        if (preamble_ == shown_.size()) preamble_ = 0;
    }
    const std::size_t number = asked_++;
    if (number < preamble_) return Role::kPreamble;
    if (number == preamble_) {
        table_ = 1;
        const Shape shape = ShapeOf(cells);
        if (!shape.names || shape.filled == 0) return Role::kData;
        TakeHeader(cells);
        return Role::kHeader;
    }
    if (!header_.empty() && LooksLikeThisHeader(cells)) {
        if (!in_header_) ++table_;
        TakeHeader(cells);
        return Role::kHeader;
    }
    if (in_header_ && number == preamble_ + 1 && NamesWhatHeaderLeftOpen(cells)) return Role::kHeader;
    in_header_ = false;
    return Role::kData;
}

void TableFinder::TakeHeader(const std::vector<std::string_view> &cells) {
    in_header_ = true;
    header_.clear();
    for (const std::string_view cell : cells) header_.emplace_back(Trimmed(cell));
    while (!header_.empty() && header_.back().empty()) header_.pop_back();
}

// "Travel,,,Other" above ",Rail,Taxi," is one header in two rows. Data fills the columns that have a name
// too.
bool TableFinder::NamesWhatHeaderLeftOpen(const std::vector<std::string_view> &cells) const {
    if (!ShapeOf(cells).names) return false;
    std::size_t open = 0;
    bool sparse = false;
    std::vector<std::string_view> seen;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string_view cell = Trimmed(cells[i]);
        const bool named = i < header_.size() && !header_[i].empty();
        if (!named && cell.empty() && i < header_.size()) return false;
        open += !named && !cell.empty();
        sparse |= named && cell.empty();
        if (!cell.empty()) seen.push_back(cell);
    }
    std::sort(seen.begin(), seen.end());
    const bool repeats = std::adjacent_find(seen.begin(), seen.end()) != seen.end();
    return open >= 2 && (sparse || repeats);
}

// The same again, or with columns more or less at its end.
bool TableFinder::LooksLikeThisHeader(const std::vector<std::string_view> &cells) const {
    if (cells.empty() || Trimmed(cells[0]) != header_[0]) return false;
    std::size_t size = cells.size();
    while (size > 0 && Trimmed(cells[size - 1]).empty()) --size;
    const std::size_t common = std::min(size, header_.size());
    if (common * 2 < std::max(size, header_.size()) || (common < 2 && size != header_.size())) return false;
    for (std::size_t i = 1; i < common; ++i)
        if (Trimmed(cells[i]) != header_[i]) return false;
    return true;
}

}  // namespace contacts::csv
