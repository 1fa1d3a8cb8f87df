#include "core/csv/writer.h"

#include "core/text.h"

namespace contacts::csv {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

// White space is ASCII's or not ASCII.
bool MayBeSpace(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte >= 0x80;
}

bool BeginsFormula(std::string_view text) {
    if (text.empty()) return false;
    if (text[0] == '=' || text[0] == '+' || text[0] == '-' || text[0] == '@') return true;
    return StartsWith(text, "\uFF1D") || StartsWith(text, "\uFF0B") || StartsWith(text, "\uFF0D") ||
           StartsWith(text, "\uFF20");
}

bool BeginsWithSpace(std::string_view text) {
    return !text.empty() && Trim(text.substr(0, Utf8Length(text.data(), text.data() + text.size()))).empty();
}

bool BeginsInvisibly(std::string_view text) {
    if (text.empty() || static_cast<unsigned char>(text[0]) < 0x80) return false;
    const std::size_t length = Utf8Length(text.data(), text.data() + text.size());
    return length > 0 && IsInvisible(Utf8Character(text.data(), length));
}

std::string_view WithoutLeadingApostrophes(std::string_view text) {
    while (!text.empty() && text.front() == '\'') text.remove_prefix(1);
    return text;
}

// Ends with white space, or did before `least` or more apostrophes were put behind it.
bool EndsWithSpace(std::string_view text, std::size_t least) {
    std::size_t apostrophes = 0;
    while (!text.empty() && text.back() == '\'') {
        text.remove_suffix(1);
        ++apostrophes;
    }
    if (apostrophes < least || text.empty()) return false;
    if (!MayBeSpace(text.back())) return false;
    return Trim(text).size() < text.size() &&
           Trim(text).data() + Trim(text).size() < text.data() + text.size();
}

// After any apostrophes, what a mark protects at the beginning.
bool BeginsSpecially(std::string_view text) {
    const std::string_view rest = WithoutLeadingApostrophes(text);
    if (rest.empty()) return false;
    const auto first = static_cast<unsigned char>(rest[0]);
    if ((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') || (first >= '0' && first <= '9'))
        return false;
    return BeginsFormula(rest) || BeginsWithSpace(rest) || BeginsInvisibly(rest);
}

}  // namespace

bool NeedsMark(std::string_view value, Guard guard) {
    if (value.empty() || guard == Guard::kNone) return false;
    if (EndsWithSpace(value, 0)) return true;
    if (!BeginsSpecially(value)) return false;
    // An import takes ="0123" for the 0123 that a spreadsheet must not take for a number.
    return guard == Guard::kSpreadsheet || !BeginsFormula(value) || StartsWith(value, "=\"");
}

std::string Mark(std::string_view value, Guard guard) {
    if (!NeedsMark(value, guard)) return std::string(value);
    std::string out;
    out.reserve(value.size() + 2);
    out += '\'';
    out += value;
    if (EndsWithSpace(value, 0)) out += '\'';
    return out;
}

std::optional<std::string_view> Unmark(std::string_view cell) {
    if (cell.size() < 2 || cell[0] != '\'') return std::nullopt;
    const std::string_view rest = cell.substr(1);
    const bool closed = EndsWithSpace(rest, 1);
    if (!closed && !BeginsSpecially(rest)) return std::nullopt;
    return closed ? rest.substr(0, rest.size() - 1) : rest;
}

bool IsTextFormula(std::string_view text) {
    return text.size() >= 4 && StartsWith(text, "=\"") && text.find('"', 2) == text.size() - 1;
}

std::string MarkAgain(std::string_view cell) {
    if (cell.empty() || Unmark(cell)) return std::string(cell);
    const std::string_view value = Trim(cell);
    // In some columns its text counts, which a mark would hide; it does nothing in a spreadsheet.
    if (IsTextFormula(value)) return std::string(value);
    // Tabs and line breaks at the beginning are no part of the value, but a spreadsheet minds them.
    const bool breaks = cell[0] == '\t' || cell[0] == '\r' || cell[0] == '\n';
    // What nobody sees is no value, but marked it would be one.
    if (breaks && BeginsInvisibly(value) && StripInvisible(value).empty()) return std::string(value);
    return breaks || BeginsFormula(value) ? Mark(value, Guard::kSpreadsheet) : std::string(cell);
}

RecordWriter::RecordWriter(std::string &out, std::string_view delimiter) : out_(out), delimiter_(delimiter) {
    for (const char c : {'"', '\r', '\n', ',', ';', '\t', '|'}) quoted_[static_cast<unsigned char>(c)] = true;
    for (const char c : delimiter) quoted_[static_cast<unsigned char>(c)] = true;
}

void RecordWriter::Separate() {
    if (first_)
        begin_ = out_.size();
    else
        out_ += delimiter_;
    first_ = false;
}

void RecordWriter::Add(std::string_view cell) {
    Separate();
    if (cell.empty()) return;
    // A quote of other dialects at the end might seem to close what an apostrophe before it opened.
    bool quotes =
        cell.back() == '\'' || cell.back() == '`' || (MayBeSpace(cell.front()) && BeginsWithSpace(cell));
    quotes = quotes || (MayBeSpace(cell.back()) && EndsWithSpace(cell, 0));
    bool doubles = false;
    for (const char c : cell)
        if (quoted_[static_cast<unsigned char>(c)]) {
            quotes = true;
            if (c == '"') {
                doubles = true;
                break;
            }
        }
    if (!quotes) {
        out_ += cell;
        return;
    }
    out_ += '"';
    if (doubles) {
        for (const char c : cell) {
            if (c == '"') out_ += '"';
            out_ += c;
        }
    } else {
        out_ += cell;
    }
    out_ += '"';
}

void RecordWriter::End() {
    if (out_.size() == begin_) out_ += "\"\"";
    first_ = true;
}

}  // namespace contacts::csv
