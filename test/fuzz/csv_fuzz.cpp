// libFuzzer entry for the CSV reader: whatever the bytes, it does not crash, accounts for lines and numbers
// in order, gives text that PostgreSQL can hold, and reads the same in pieces as at once.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/csv/encoding.h"
#include "core/csv/reader.h"
#include "core/csv/tables.h"

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
    // Where nothing is found out from a sample, blocks may be of any size. (What ICU says of malformed text
    // in encodings that shift is another matter.)
    if ((options.encoding != "UTF-8" && options.encoding != "windows-1252") || options.delimiter.empty())
        return 0;
    if (!options.quote) options.quote = '"';
    if (!options.escape) options.escape = '"';
    options.skip_initial_space = false;
    MemorySource again(bytes);
    const std::string all = ReadAll(again, length, options);
    options.sample_bytes = 16 + 2 * piece;  // even: a byte order mark may turn this into UTF-16
    options.block_bytes = 16;
    MemorySource blocks(bytes);
    const std::string in_blocks = ReadAll(blocks, length, options);
    Require(all == in_blocks || bytes.find("sep=") != std::string_view::npos);
    return 0;
}
