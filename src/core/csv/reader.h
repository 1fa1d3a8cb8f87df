// CSV as files in the wild have it: bytes -> text (encoding) -> records (dialect) -> cells.
//
// The reader streams: it holds one record and a read-ahead buffer, never the file. Cells are views into that
// buffer, copied only where their text differs from the bytes (other encodings, doubled quotes, bad bytes).
// It follows RFC 4180 and is lenient where real files are not; what it cannot read faithfully comes back as a
// record with a fault, so that a caller can account for every record and give it back for correction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace contacts::csv {

// Where the bytes come from: a large object, a file, memory.
class ByteSource {
  public:
    virtual ~ByteSource() = default;
    // Puts at most `capacity` bytes into `buffer` and returns how many; 0 is the end. May throw.
    virtual std::size_t Read(char *buffer, std::size_t capacity) = 0;
};

class MemorySource : public ByteSource {
  public:
    explicit MemorySource(std::string_view bytes) : rest_(bytes) {}
    std::size_t Read(char *buffer, std::size_t capacity) override;

  private:
    std::string_view rest_;
};

struct Options {
    std::string encoding = {};                              // any name ICU knows; empty: detect
    std::string delimiter = {};                             // of one character or several; empty: detect
    std::optional<char> quote = std::nullopt;               // '\0': nothing is quoted; empty: detect
    std::optional<char> escape = std::nullopt;              // before a quote inside quotes; empty: detect
    std::optional<bool> skip_initial_space = std::nullopt;  // "a, b" has the cells "a" and "b"; empty: detect
    std::size_t max_field_bytes = 1 << 20;                  // of UTF-8
    std::size_t max_cells = 1 << 16;                        // of a record
    std::size_t max_record_bytes = 16 << 20;                // of UTF-8; also bounds the buffer
    std::size_t sample_bytes = 1 << 20;                     // of the source, that decide the encoding
    std::size_t block_bytes = 256 << 10;                    // of the source, read at a time
    bool strict = false;  // a stray quote in a quoted cell is the fault bad_quote, not literal
};

// How the file is read: what was given, else what was found. Known after the first call of Next; only
// `encoding` may still change, from UTF-8 to windows-1252, when the first byte that is not ASCII comes late
// in the file.
struct Dialect {
    std::string encoding = "UTF-8";
    std::string delimiter = ",";
    char quote = '"';
    char escape = '"';
    bool skip_initial_space = false;
    bool guessed_encoding = false;  // windows-1252, because the text is not UTF-8 and nobody said what it is
    bool guessed_delimiter = false;
    bool separator_line = false;  // the file began with "sep=;"
    bool byte_order_mark = false;
};

struct Record {
    // Physical line, from 1, where the record starts. CR, LF and CRLF each end a line, inside quotes too, and
    // a "sep=;" line counts.
    std::int64_t line = 0;
    // Ordinal in the file, from 1; blank records and those with a fault count, a "sep=;" line does not.
    std::int64_t number = 0;
    // Well-formed UTF-8 without NUL, valid until the next call of Next. In a record with a fault NULs and
    // bytes that are no text are written \xNN, and a cell that is too large is cut.
    std::vector<std::string_view> cells;
    std::vector<std::uint8_t> quoted;  // parallel to cells: was the cell in quotes
    bool blank = false;                // no cell has anything but white space
    bool stray_quote = false;          // a quoted cell had a quote too many, or text after its closing quote
    // bad_encoding, nul_byte, unterminated_quote, bad_quote, field_too_large, record_too_large: the record
    // cannot be used as it is.
    std::optional<Fault> fault;
};

// Something to know about the whole file: encoding, encoding_guessed, encoding_mismatch.
struct Notice {
    std::string code;
    std::string message;
    std::int64_t line = 0;  // 0: the file as a whole
};

class Reader {
  public:
    // Throws Error (22023) for an encoding that nobody knows and for characters that cannot be a dialect's.
    Reader(ByteSource &source, Options options);
    ~Reader();
    Reader(const Reader &) = delete;
    Reader &operator=(const Reader &) = delete;

    // The next record, false at the end. Passing the same Record again saves allocations.
    bool Next(Record &record);

    const Dialect &dialect() const;
    const std::vector<Notice> &notices() const;  // grows while reading
    std::int64_t bytes_read() const;             // of the source, read-ahead included
    std::int64_t bytes_taken() const;            // of the source, of the records that Next gave

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace contacts::csv
