// libFuzzer entry for the CSV reader: whatever the bytes, it does not crash, accounts for lines and numbers
// in order, loses nothing of the text, gives text that PostgreSQL can hold, and reads the same in pieces as
// at once; cells that are written, guarded or not, are read again as the same values.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv/encoding.h"
#include "core/csv/reader.h"
#include "core/csv/tables.h"
#include "core/csv/writer.h"
#include "core/text.h"

namespace {

using namespace contacts::csv;

class SplitSource : public ByteSource {
  public:
    SplitSource(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
    std::size_t Read(char *buffer, std::size_t capacity) override {
        const std::size_t length = std::min({capacity, piece_, rest_.size()});
        std::copy_n(rest_.data(), length, buffer);
        rest_.remove_prefix(length);
        return length;
    }

  private:
    std::string_view rest_;
    std::size_t piece_;
};

void Require(bool holds) {
    if (!holds) std::abort();
}

// What is neither white space nor anything that a dialect may be made of.
void AppendContent(std::string &out, std::string_view text) {
    for (const char c : text)
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) out += c;
}

// All text stands in some cell, in its order, if it is ASCII and no record is one whose text is written
// otherwise or cut, for its limits or beside another fault.
void RequireNothingLost(std::string_view bytes, const Options &options) {
    if (!options.encoding.empty() && options.encoding != "UTF-8" && options.encoding != "windows-1252")
        return;
    if (!std::all_of(bytes.begin(), bytes.end(), [](char c) { return c > 0; })) return;
    if (bytes.size() > options.max_field_bytes) return;
    MemorySource source(bytes);
    Reader reader(source, options);
    std::string content;
    for (Record record; reader.Next(record);) {
        if (record.fault && record.fault->code != std::string_view("unterminated_quote") &&
            record.fault->code != std::string_view("bad_quote"))
            return;
        for (const std::string_view cell : record.cells) AppendContent(content, cell);
        Require(record.blank == std::all_of(record.cells.begin(), record.cells.end(),
                                            [](const auto &cell) { return contacts::Trim(cell).empty(); }));
    }
    if (reader.dialect().separator_line)
        bytes.remove_prefix(std::min(bytes.find_first_of("\r\n"), bytes.size()));
    std::string all;
    AppendContent(all, bytes);
    Require(all == content);
}

std::vector<std::vector<std::string>> Records(std::string_view bytes, const Options &options) {
    std::vector<std::vector<std::string>> records;
    MemorySource source(bytes);
    Reader reader(source, options);
    for (Record record; reader.Next(record);)
        if (!record.fault) records.emplace_back(record.cells.begin(), record.cells.end());
    return records;
}

std::string ValueOf(std::string_view cell) {
    return std::string(Unmark(cell).value_or(contacts::Trim(cell)));
}

// Cells that are written are read again; what guards them comes off.
void RequireWrittenIsRead(std::string_view bytes, const Options &options) {
    Options plain;
    plain.delimiter = ",";
    plain.quote = plain.escape = '"';
    plain.skip_initial_space = false;
    plain.encoding = "UTF-8";
    const std::vector<std::vector<std::string>> records = Records(bytes, options);
    std::string as_is, guarded, marked_again;
    const auto write = [&](std::string &out, auto &&cell_of) {
        // A header stands first: a mark of byte order is none behind it.
        out = "header\r\n";
        RecordWriter writer(out, ",");
        for (const auto &record : records) {
            for (const std::string &cell : record) writer.Add(cell_of(cell));
            writer.End();
            out += "\r\n";
        }
        auto read = Records(out, plain);
        read.erase(read.begin());
        return read;
    };
    Require(write(as_is, [](const std::string &cell) { return cell; }) == records);
    const auto again =
        write(guarded, [](const std::string &cell) { return Mark(cell, Guard::kSpreadsheet); });
    const auto given_back = write(marked_again, [](const std::string &cell) { return MarkAgain(cell); });
    Require(again.size() == records.size() && given_back.size() == records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        Require(again[i].size() == records[i].size() && given_back[i].size() == records[i].size());
        for (std::size_t k = 0; k < records[i].size(); ++k) {
            Require(ValueOf(again[i][k]) == records[i][k]);
            Require(ValueOf(given_back[i][k]) == ValueOf(records[i][k]));
            Require(ValueOf(Mark(records[i][k], Guard::kImport)) == records[i][k]);
        }
    }
}

// A file as an export writes it, with a header, is read without being told anything.
void RequireExportIsRead(std::string_view bytes, const Options &options) {
    constexpr std::size_t kWidth = 4;
    std::vector<std::string> cells;
    for (const auto &record : Records(bytes, options))
        cells.insert(cells.end(), record.begin(), record.end());
    cells.resize((cells.size() + kWidth - 1) / kWidth * kWidth);
    for (const Guard guard : {Guard::kImport, Guard::kSpreadsheet}) {
        std::string file = "First Name,Last Name,Mobile Phone,Notes";
        RecordWriter writer(file, ",");
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i % kWidth == 0) file += "\r\n";
            writer.Add(Mark(cells[i], guard));
            if (i % kWidth == kWidth - 1) writer.End();
        }
        std::vector<std::string> read;
        for (const auto &record : Records(file, {})) {
            Require(record.size() == kWidth);
            for (const std::string &cell : record) read.push_back(ValueOf(cell));
        }
        read.erase(read.begin(), read.begin() + kWidth);
        Require(read == cells);
    }
}

// Everything that was read, in one string.
std::string ReadAll(ByteSource &source, std::int64_t expected_bytes, const Options &options) {
    std::string all;
    Reader reader(source, options);
    Record record;
    std::int64_t line = 0;
    std::int64_t number = 0;
    std::size_t held = 0;
    TableFinder tables;
    while (reader.Next(record)) {
        // No record is larger than it may be, escapes of bad bytes apart, so that memory stays bounded.
        std::size_t record_bytes = 0;
        for (const std::string_view cell : record.cells) {
            Require(cell.size() <= 8 * 4 * options.max_field_bytes);
            record_bytes += cell.size();
        }
        Require(record_bytes <= 8 * 4 * options.max_record_bytes);
        Require(record.cells.size() <= options.max_cells);
        held += record_bytes;
        const int before = tables.table();
        const Role role = tables.RoleOf(record.cells);
        Require(tables.table() == before || tables.table() == before + 1);
        Require((role == Role::kPreamble) == (tables.table() == 0));
        Require(record.line > line);
        Require(record.number == ++number);
        Require(!record.cells.empty() && record.cells.size() == record.quoted.size());
        line = record.line;
        all += std::to_string(line) + (record.blank ? "b" : "") +
               (record.fault ? record.fault->message : "") + "\n";
        for (const std::string_view cell : record.cells) {
            const Usable usable = CheckText(cell.data(), cell.data() + cell.size(), true);
            Require(usable.until == cell.data() + cell.size());
            all.append(cell) += '\1';
        }
    }
    // Every line is accounted for: at most two bytes end one, and the last needs none.
    Require(line <= reader.bytes_read() + 1);
    Require(reader.bytes_read() == expected_bytes);
    Require(held <= 8 * 4 * static_cast<std::size_t>(expected_bytes));
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2) return 0;
    const std::uint8_t choice = data[0];
    const std::size_t piece = 1 + data[1] % 7;
    const std::string_view bytes(reinterpret_cast<const char *>(data) + 2, size - 2);
    static constexpr const char *kEncodings[] = {
        "", "", "UTF-8", "UTF-16", "windows-1252", "GB18030", "ISO-2022-JP", "UTF-7"};
    Options options;
    options.encoding = kEncodings[choice % 8];
    options.strict = choice & 8;
    if (choice & 16) options.escape = '\\';
    static constexpr const char *kDelimiters[] = {";", " ", "||", ",;"};
    if (choice & 32) options.delimiter = kDelimiters[(choice & 64 ? 0 : 1) + (data[1] & 128 ? 2 : 0)];
    if (choice & 64) options.quote = choice & 32 ? '\0' : '\'';
    if (choice & 128) {
        options.max_field_bytes = 16;
        options.max_record_bytes = 40;
        options.max_cells = 10;
    }
    const auto length = static_cast<std::int64_t>(bytes.size());
    MemorySource whole(bytes);
    SplitSource split(bytes, piece);
    Require(ReadAll(whole, length, options) == ReadAll(split, length, options));
    RequireNothingLost(bytes, options);
    RequireWrittenIsRead(bytes, options);
    RequireExportIsRead(bytes, options);
    // Where nothing is found out from a sample, blocks may be of any size. (What ICU says of malformed text
    // in encodings that shift is another matter.)
    if ((options.encoding != "UTF-8" && options.encoding != "windows-1252") || options.delimiter.empty())
        return 0;
    if (!options.quote) options.quote = '"';
    if (!options.escape) options.escape = '"';
    options.skip_initial_space = false;
    MemorySource marked(bytes);
    Reader by_mark(marked, options);
    Record first;
    if (by_mark.Next(first) && by_mark.dialect().encoding.starts_with("UTF-") &&
        by_mark.dialect().encoding != "UTF-8")
        return 0;
    MemorySource again(bytes);
    const std::string all = ReadAll(again, length, options);
    options.sample_bytes = 16 + 2 * piece;  // even: a byte order mark may turn this into UTF-16
    options.block_bytes = 16;
    MemorySource blocks(bytes);
    const std::string in_blocks = ReadAll(blocks, length, options);
    Require(all == in_blocks || bytes.find("sep=") != std::string_view::npos);
    return 0;
}
