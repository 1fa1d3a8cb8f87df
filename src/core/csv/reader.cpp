#include "core/csv/reader.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "core/csv/dialect.h"
#include "core/csv/encoding.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace contacts::csv {
namespace {

constexpr std::size_t kSample = 1 << 20;          // bytes that decide the encoding
constexpr std::size_t kBlock = 256 << 10;         // bytes read at a time
constexpr std::size_t kDialectSample = 64 << 10;  // characters that decide the delimiter
constexpr std::size_t kPadding = 192;  // readable behind the text: two scan blocks and the sentinel
constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

// Which of 64 bytes are a delimiter, quote, escape, CR or LF, as a bit mask.
class SpecialBytes {
  public:
    SpecialBytes(char delimiter, char quote, char escape) {
        const char wanted[5] = {'\n', '\r', delimiter, quote, escape};
        for (int i = 0; i < 5; ++i) {
#if defined(__SSE2__)
            wanted_[i] = _mm_set1_epi8(wanted[i]);
#else
            wanted_[i] = 0x0101010101010101u * static_cast<unsigned char>(wanted[i]);
#endif
        }
    }

#if defined(__SSE2__)
    std::uint64_t Find(const char* p) const {
        return Find16(p) | Find16(p + 16) << 16 | Find16(p + 32) << 32 | Find16(p + 48) << 48;
    }

  private:
    std::uint64_t Find16(const char* p) const {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        const __m128i ends =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, wanted_[0]), _mm_cmpeq_epi8(bytes, wanted_[1]));
        const __m128i cells =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, wanted_[2]), _mm_cmpeq_epi8(bytes, wanted_[3]));
        const __m128i all = _mm_or_si128(_mm_or_si128(ends, cells), _mm_cmpeq_epi8(bytes, wanted_[4]));
        return static_cast<std::uint32_t>(_mm_movemask_epi8(all));
    }

    __m128i wanted_[5];
#else
    std::uint64_t Find(const char* p) const {
        std::uint64_t mask = 0;
        for (int i = 0; i < 64; ++i, ++p) {
            bool special = false;
            for (const std::uint64_t wanted : wanted_)
                special |= static_cast<unsigned char>(*p) == (wanted & 0xFF);
            mask |= std::uint64_t{special} << i;
        }
        return mask;
    }

  private:
    std::uint64_t wanted_[5];
#endif
};

[[noreturn]] void RefuseOption(const std::string& message, const std::string& detail) {
    Fault fault;
    fault.code = "invalid_option";
    fault.message = message;
    fault.detail = detail;
    fault.sqlstate = sqlstate::kInvalidParameterValue;
    throw Error(std::move(fault));
}

void AppendEscaped(std::string& out, unsigned char byte) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    out += "\\x";
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
}

bool IsBlank(std::string_view cell) {
    for (std::size_t i = 0; i < cell.size(); ++i) {
        const char c = cell[i];
        if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
        if (c == '\xC2' && i + 1 < cell.size() && cell[i + 1] == '\xA0') {
            ++i;
            continue;
        }
        return false;
    }
    return true;
}

}  // namespace

std::size_t MemorySource::Read(char* buffer, std::size_t capacity) {
    const std::size_t length = std::min(capacity, rest_.size());
    if (length > 0) std::memcpy(buffer, rest_.data(), length);
    rest_.remove_prefix(length);
    return length;
}

class Reader::Impl {
  public:
    Impl(ByteSource& source, Options options);
    bool Next(Record& record);

    Dialect dialect_;
    std::vector<Notice> notices_;
    std::int64_t bytes_read_ = 0;

  private:
    // A cell whose text is not yet what its bytes are.
    struct Fixup {
        std::size_t cell;
        const char* dropped;  // closing quote with text behind it, or null
        bool unescape;
    };

    // Bytes and text
    void Start();
    std::size_t ReadFully(char* to, std::size_t length);
    void Reserve(std::size_t extra);
    void ReadBlock();
    bool Fill(std::size_t more);
    void TakeTranscoded(std::string_view bytes, bool last);
    void StartTranscoder(const std::string& encoding, std::int64_t source_offset);
    std::size_t NextBad(std::size_t until);

    // Records
    bool Parse(Record& record);
    void SkipLine();
    void ApplyFixups(Record& record);
    void StripInitialSpaces(Record& record);
    void ReportBadText(Record& record, std::size_t bad, std::size_t record_end);
    void SetFault(Record& record, const char* code, std::string message, std::string detail,
                  const char* state = sqlstate::kBadCopyFileFormat) const;

    ByteSource& source_;
    Options options_;
    SpecialBytes special_;
    bool has_quote_ = true;

    // [pos_, end_) is text not yet handed out; a sentinel LF stands at end_.
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t pos_ = 0;
    std::size_t end_ = 0;
    bool started_ = false;
    bool text_ends_ = false;        // nothing follows end_
    std::int64_t text_offset_ = 0;  // of buffer_[0] in the whole text
    std::int64_t mark_bytes_ = 0;   // source offset minus text offset of UTF-8
    bool may_guess_ = false;        // all ASCII so far, and nobody said what it is

    std::size_t checked_ = 0;     // UTF-8: text before it is usable ...
    std::size_t bad_ = kNowhere;  // ... up to this byte
    std::unique_ptr<Transcoder> transcoder_;
    std::vector<BadSpot> spots_;  // transcoded: stand-ins in the text, from next_spot_ on
    std::size_t next_spot_ = 0;
    std::string transcoded_;
    std::unique_ptr<char[]> raw_;

    std::int64_t line_ = 1;
    std::int64_t number_ = 0;
    bool skip_line_ = false;  // the rest of a line that was too long is to be dropped
    std::vector<Fixup> fixups_;
    std::string escaped_;
};

Reader::Impl::Impl(ByteSource& source, Options options)
    : source_(source), options_(std::move(options)), special_(',', '"', '"') {
    if (!options_.encoding.empty()) {
        const std::string known = KnownEncoding(options_.encoding);
        if (known.empty())
            RefuseOption(
                "unknown encoding \"" + Quoted(options_.encoding) + "\"",
                "An encoding is one that ICU knows, such as UTF-8, windows-1252, GB18030 or Shift_JIS.");
        options_.encoding = known;
        // Whoever opens it later must not be the first to find out that it cannot be opened.
        Transcoder probe(known, 0);
    }
    dialect_.quote = options_.quote.value_or('"');
    dialect_.escape = options_.escape.value_or(dialect_.quote);
    has_quote_ = dialect_.quote != '\0';
    const auto check = [](char c, const char* what) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte >= 0x7F)
            RefuseOption(std::string("invalid CSV ") + what + " \"" + Quoted(std::string_view(&c, 1)) + "\"",
                         std::string("The ") + what + " is one printable ASCII character or a tab.");
    };
    if (options_.delimiter) {
        check(*options_.delimiter, "delimiter");
        if (has_quote_ && (*options_.delimiter == dialect_.quote || *options_.delimiter == dialect_.escape))
            RefuseOption("CSV delimiter must differ from quote and escape",
                         "All are \"" + Quoted(std::string_view(&*options_.delimiter, 1)) + "\".");
    }
    if (has_quote_) {
        check(dialect_.quote, "quote");
        check(dialect_.escape, "escape");
        if (dialect_.quote == ' ' || dialect_.escape == ' ')
            RefuseOption("CSV quote and escape must not be a space", "Spaces before a quote are ignored.");
    }
    options_.max_field_bytes = std::max<std::size_t>(options_.max_field_bytes, 1);
    options_.max_record_bytes = std::max(options_.max_record_bytes, options_.max_field_bytes);
}

// ---- bytes and text ----

std::size_t Reader::Impl::ReadFully(char* to, std::size_t length) {
    std::size_t have = 0;
    while (have < length) {
        const std::size_t got = source_.Read(to + have, length - have);
        if (got == 0) break;
        have += got;
    }
    bytes_read_ += static_cast<std::int64_t>(have);
    return have;
}

// Makes room for `extra` bytes of text behind end_, dropping what was handed out.
void Reader::Impl::Reserve(std::size_t extra) {
    const std::size_t held = end_ - pos_;
    const std::size_t wanted = held + extra + kPadding;
    if (end_ + extra + kPadding <= capacity_) return;
    if (wanted > capacity_) {
        const std::size_t larger = std::max(wanted, capacity_ * 2);
        std::unique_ptr<char[]> grown(new char[larger]);
        if (held > 0) std::memcpy(grown.get(), buffer_.get() + pos_, held);
        buffer_ = std::move(grown);
        capacity_ = larger;
    } else if (held > 0) {
        std::memmove(buffer_.get(), buffer_.get() + pos_, held);
    }
    text_offset_ += static_cast<std::int64_t>(pos_);
    checked_ -= std::min(checked_, pos_);
    if (bad_ != kNowhere) bad_ -= pos_;
    end_ = held;
    pos_ = 0;
}

void Reader::Impl::StartTranscoder(const std::string& encoding, std::int64_t source_offset) {
    dialect_.encoding = encoding;
    transcoder_ = std::make_unique<Transcoder>(encoding, source_offset);
    raw_.reset(new char[kBlock]);
}

void Reader::Impl::TakeTranscoded(std::string_view bytes, bool last) {
    spots_.erase(spots_.begin(), spots_.begin() + static_cast<std::ptrdiff_t>(next_spot_));
    next_spot_ = 0;
    transcoded_.clear();
    transcoder_->Convert(bytes, last, text_offset_ + static_cast<std::int64_t>(end_), transcoded_, spots_);
    Reserve(transcoded_.size());
    std::memcpy(buffer_.get() + end_, transcoded_.data(), transcoded_.size());
    end_ += transcoded_.size();
}

void Reader::Impl::ReadBlock() {
    if (transcoder_) {
        const std::size_t length = ReadFully(raw_.get(), kBlock);
        text_ends_ = length < kBlock;
        TakeTranscoded({raw_.get(), length}, text_ends_);
        return;
    }
    Reserve(kBlock);
    char* const block = buffer_.get() + end_;
    const std::size_t length = ReadFully(block, kBlock);
    text_ends_ = length < kBlock;
    if (may_guess_) {
        const bool ascii =
            std::none_of(block, block + length, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
        if (!ascii) may_guess_ = false;
        if (!ascii && !RatherUtf8({block, length})) {
            // NULs before here are known to the check of UTF-8 only; from now on spots tell of them.
            for (std::size_t i = pos_; i < end_; ++i) {
                if (buffer_[i] != '\0') continue;
                BadSpot nul{};
                nul.text_offset = text_offset_ + static_cast<std::int64_t>(i);
                nul.source_offset = nul.text_offset + mark_bytes_;
                nul.nul = true;
                spots_.push_back(nul);
            }
            StartTranscoder("windows-1252", text_offset_ + static_cast<std::int64_t>(end_) + mark_bytes_);
            dialect_.guessed_encoding = true;
            notices_.push_back({"encoding_guessed", "text is not UTF-8, read as windows-1252", 0});
            const std::string raw(block, length);
            TakeTranscoded(raw, text_ends_);
            return;
        }
    }
    end_ += length;
}

// Adds at least `more` bytes of text, unless the text ends; false if it had ended already.
bool Reader::Impl::Fill(std::size_t more) {
    if (text_ends_) return false;
    const std::size_t held = end_ - pos_;
    do ReadBlock();
    while (!text_ends_ && end_ - pos_ < held + more);
    buffer_[end_] = '\n';
    return true;
}

void Reader::Impl::Start() {
    started_ = true;
    capacity_ = kSample + kBlock + kPadding;
    buffer_.reset(new char[capacity_]);
    const std::size_t length = ReadFully(buffer_.get(), kSample);
    const bool whole = length < kSample;
    const std::string_view sample(buffer_.get(), length);
    Detection detected = DetectEncoding(sample, whole);
    const bool utf16 = detected.encoding.starts_with("UTF-16") || detected.encoding.starts_with("UTF-32");
    if (!options_.encoding.empty()) {
        // Without endianness in its name, an encoding is what the bytes show, else big-endian (RFC 2781).
        const bool refined = utf16 && detected.encoding.starts_with(options_.encoding);
        if (detected.mark > 0 && !refined && detected.encoding != options_.encoding)
            notices_.push_back({"encoding_mismatch",
                                "byte order mark says " + detected.encoding + ", not " + options_.encoding,
                                0});
        if (detected.mark == 0 && !refined) {
            detected = {options_.encoding == "US-ASCII" ? "UTF-8" : options_.encoding};
            if (detected.encoding == "UTF-16" || detected.encoding == "UTF-32") detected.encoding += "BE";
        }
    }
    dialect_.encoding = detected.encoding;
    dialect_.byte_order_mark = detected.mark > 0;
    dialect_.guessed_encoding = detected.guessed;
    may_guess_ = detected.ascii && options_.encoding.empty();
    if (detected.guessed)
        notices_.push_back({"encoding_guessed", "text is not UTF-8, read as " + detected.encoding, 0});
    else if (detected.encoding != "UTF-8" && options_.encoding.empty())
        notices_.push_back({"encoding", "text is " + detected.encoding, 0});

    if (detected.encoding == "UTF-8") {
        end_ = length;
        pos_ = checked_ = detected.mark;
        text_offset_ = -static_cast<std::int64_t>(detected.mark);
        mark_bytes_ = static_cast<std::int64_t>(detected.mark);
        text_ends_ = whole;
    } else {
        const std::string raw(sample.substr(detected.mark));
        StartTranscoder(detected.encoding, static_cast<std::int64_t>(detected.mark));
        text_ends_ = whole;
        TakeTranscoded(raw, whole);
        constexpr std::string_view kMark = "\xEF\xBB\xBF";
        if (std::string_view(buffer_.get(), end_).starts_with(kMark)) pos_ = kMark.size();
    }
    buffer_[end_] = '\n';

    const SeparatorLine separator = FindSeparatorLine({buffer_.get() + pos_, end_ - pos_});
    if (separator.bytes > 0) {
        dialect_.separator_line = true;
        pos_ += separator.bytes;
        ++line_;
    }
    const std::size_t seen = std::min(end_ - pos_, kDialectSample);
    const char* given = options_.delimiter ? &*options_.delimiter : nullptr;
    if (given == nullptr && separator.bytes > 0) given = &separator.delimiter;
    const Delimiter delimiter =
        DetectDelimiter({buffer_.get() + pos_, seen}, text_ends_ && seen == end_ - pos_, dialect_.quote,
                        dialect_.escape, given);
    dialect_.delimiter = delimiter.character;
    dialect_.guessed_delimiter = given == nullptr;
    dialect_.skip_initial_space = options_.skip_initial_space.value_or(delimiter.space_follows);
    const char quote = has_quote_ ? dialect_.quote : dialect_.delimiter;
    special_ = SpecialBytes(dialect_.delimiter, quote, has_quote_ ? dialect_.escape : quote);
}

// Index of the first byte before `until` that is no text, else kNowhere.
std::size_t Reader::Impl::NextBad(std::size_t until) {
    if (transcoder_) {
        const std::int64_t from = text_offset_ + static_cast<std::int64_t>(pos_);
        while (next_spot_ < spots_.size() && spots_[next_spot_].text_offset < from) ++next_spot_;
        if (next_spot_ == spots_.size()) return kNowhere;
        const auto at = static_cast<std::size_t>(spots_[next_spot_].text_offset - text_offset_);
        return at < until ? at : kNowhere;
    }
    if (bad_ == kNowhere && checked_ < until) {
        const Usable usable = CheckText(buffer_.get() + checked_, buffer_.get() + end_, text_ends_);
        checked_ = static_cast<std::size_t>(usable.until - buffer_.get());
        if (usable.bad) bad_ = checked_;
    }
    return bad_ < until ? bad_ : kNowhere;
}

// ---- records ----

void Reader::Impl::SetFault(Record& record, const char* code, std::string message, std::string detail,
                            const char* state) const {
    if (record.fault) return;
    record.fault.emplace();
    record.fault->code = code;
    record.fault->message = std::move(message);
    record.fault->detail = std::move(detail);
    record.fault->sqlstate = state;
}

void Reader::Impl::SkipLine() {
    skip_line_ = false;
    for (;;) {
        const char* const begin = buffer_.get() + pos_;
        const char* const end = buffer_.get() + end_;
        const char* p = begin;
        while (p < end && *p != '\n' && *p != '\r') ++p;
        if (p < end && (*p == '\n' || p + 1 < end || text_ends_)) {
            p += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
            pos_ = static_cast<std::size_t>(p - buffer_.get());
            break;
        }
        pos_ = static_cast<std::size_t>(p - buffer_.get());
        if (checked_ < pos_) checked_ = pos_;
        if (bad_ != kNowhere && bad_ < pos_) bad_ = kNowhere;
        if (!Fill(kBlock)) break;
    }
    ++line_;
    if (checked_ < pos_) checked_ = pos_;
    if (bad_ != kNowhere && bad_ < pos_) bad_ = kNowhere, checked_ = pos_;
}

bool Reader::Impl::Next(Record& record) {
    record.cells.clear();
    record.quoted.clear();
    record.blank = record.stray_quote = false;
    record.fault.reset();
    if (!started_) Start();
    if (skip_line_) SkipLine();
    while (pos_ == end_)
        if (!Fill(kBlock)) return false;
    while (!Parse(record)) {
        Fill(std::max(kBlock, end_ - pos_));
        record.cells.clear();
        record.quoted.clear();
        record.stray_quote = false;
        record.fault.reset();
    }
    return true;
}

// Takes the record at pos_. False if its end is not in the buffer yet: then nothing has changed, and the
// caller starts again with twice the text.
bool Reader::Impl::Parse(Record& record) {
    const char* const begin = buffer_.get() + pos_;
    const char* const end = buffer_.get() + end_;
    const bool text_ends = text_ends_;
    const char delimiter = dialect_.delimiter;
    const char quote = dialect_.quote;
    const char escape = dialect_.escape;
    const bool has_quote = has_quote_;
    const char padding = delimiter == ' ' ? '\n' : ' ';  // what may stand around quotes
    const bool enough = static_cast<std::size_t>(end - begin) > options_.max_record_bytes;
    fixups_.clear();

    const char* block = begin;
    std::uint64_t mask = special_.Find(block);
    // The sentinel at `end` stops it; after that it must not be called without a seek.
    const auto next = [&] {
        while (mask == 0) {
            block += 64;
            mask = special_.Find(block);
        }
        const char* at = block + std::countr_zero(mask);
        mask &= mask - 1;
        return at;
    };
    const auto seek = [&](const char* to) {
        block = to;
        mask = special_.Find(block);
    };
    const auto push = [&](const char* from, const char* to, bool quoted) {
        record.cells.emplace_back(from, static_cast<std::size_t>(to - from));
        record.quoted.push_back(quoted);
    };

    std::int64_t lines = 0;          // line ends inside the record
    const char* literal = nullptr;   // a quote that never closes
    const char* no_close = nullptr;  // up to here no quote closes a cell
    const char* field = begin;
    const char* p = begin;
    const char* record_end = nullptr;

    const auto too_large = [&](const char* from, const char* to, bool quoted, const char* code) {
        if (static_cast<std::size_t>(to - from) > options_.max_field_bytes)
            to = from + options_.max_field_bytes;
        const char* cut = to;
        for (int i = 0; i < 3 && cut > from && (static_cast<unsigned char>(*cut) & 0xC0) == 0x80; ++i) --cut;
        push(from, (static_cast<unsigned char>(*cut) & 0xC0) == 0x80 ? to : cut, quoted);
        const bool field_too = code[0] == 'f';
        SetFault(record, code, std::string(field_too ? "cell" : "record") + " is too large",
                 "It has more than " +
                     std::to_string(field_too ? options_.max_field_bytes : options_.max_record_bytes) +
                     " bytes.");
        skip_line_ = true;
        return to;
    };

    for (;;) {  // one cell
        const char* open = field;
        if (has_quote) {
            while (*open == padding) ++open;
            if (open == end && !text_ends && !enough) return false;
        }
        bool closed = false;
        if (has_quote && *open == quote && open != end && open != literal) {
            seek(open + 1);
            const char* const content = open + 1;
            const std::int64_t lines_before = lines;
            const char* known_close = nullptr;
            bool unescape = false;
            bool unterminated = false;
            while (!closed && !unterminated) {
                p = next();
                if (static_cast<std::size_t>(p - content) > options_.max_field_bytes) {
                    if (lines > lines_before) {
                        unterminated = true;
                        break;
                    }
                    record_end = too_large(content, p, true, "field_too_large");
                    break;
                }
                const char c = *p;
                if (c == '\n' || c == '\r') {
                    if (p == end) {
                        if (!text_ends && !enough) return false;
                        if (!text_ends && lines == lines_before) {
                            record_end = too_large(content, p, true, "record_too_large");
                            break;
                        }
                        unterminated = true;
                        break;
                    }
                    if (c == '\r') {
                        if (p + 1 == end && !text_ends && !enough) return false;
                        if (p + 1 < end && p[1] == '\n') next();
                    }
                    ++lines;
                    continue;
                }
                if (p + 1 == end && !text_ends && !enough) return false;
                if (c == escape && p + 1 < end && (p[1] == quote || (escape != quote && p[1] == escape))) {
                    next();
                    unescape = true;
                    continue;
                }
                if (c != quote) continue;
                if (p + 1 < end && p[1] == quote) {
                    next();
                    unescape = true;
                    continue;
                }
                const char* after = p + 1;
                while (*after == padding) ++after;
                if (after == end && !text_ends && !enough) return false;
                if (*after == delimiter || *after == '\n' || *after == '\r') {
                    if (after != p + 1 && options_.strict)
                        SetFault(record, "bad_quote", "text after a closing quote", "");
                    push(content, p, true);
                    if (unescape) fixups_.push_back({record.cells.size() - 1, nullptr, true});
                    p = next();
                    closed = true;
                    break;
                }
                // A quote too many. One that looks like the opening of another cell tells that this one never
                // closed.
                if (known_close != nullptr && p < known_close) continue;
                const char* before = p;
                while (before > content && before[-1] == padding) --before;
                if (before > content &&
                    (before[-1] == delimiter || before[-1] == '\n' || before[-1] == '\r')) {
                    unterminated = true;
                    break;
                }
                // Does a later quote of this line close the cell?
                if (no_close == nullptr || p >= no_close) {
                    const char* q = p + 1;
                    for (;; ++q) {
                        if (*q == '\n' || *q == '\r') {
                            if (q == end && !text_ends && !enough) return false;
                            no_close = q;
                            break;
                        }
                        if (escape != quote && *q == escape && q + 1 < end &&
                            (q[1] == quote || q[1] == escape)) {
                            ++q;
                            continue;
                        }
                        if (*q != quote) continue;
                        const char* run = q;
                        while (*q == quote && q < end) ++q;
                        if (q == end && !text_ends && !enough) return false;
                        const bool odd = (q - run) % 2 != 0;
                        --q;
                        if (!odd) continue;
                        const char* front = run;
                        while (front > p + 1 && front[-1] == padding) --front;
                        if (front[-1] == delimiter) {
                            no_close = q;
                            break;
                        }
                        const char* back = q + 1;
                        while (*back == padding) ++back;
                        if (back == end && !text_ends && !enough) return false;
                        if (*back == delimiter || *back == '\n' || *back == '\r') {
                            known_close = q;
                            break;
                        }
                    }
                }
                record.stray_quote = true;
                if (options_.strict) SetFault(record, "bad_quote", "stray quote in a quoted cell", "");
                if (known_close != nullptr && p < known_close) {
                    unescape = true;
                    continue;
                }
                if (lines > lines_before) {
                    unterminated = true;
                    break;
                }
                // The cell was closed, and text follows up to the delimiter.
                const char* const dropped = p;
                do p = next();
                while (*p != delimiter && *p != '\n' && *p != '\r');
                if (p == end && !text_ends) {
                    if (!enough) return false;
                    record_end = too_large(content, p, true, "record_too_large");
                    break;
                }
                push(content, p, true);
                fixups_.push_back({record.cells.size() - 1, dropped, unescape});
                closed = true;
            }
            if (record_end != nullptr) break;
            if (unterminated) {
                // Read the opening line again, with the quote as a character; the next record starts on the
                // next line.
                literal = open;
                lines = lines_before;
                SetFault(record, "unterminated_quote", "quoted cell does not end",
                         "The quote is taken as a character, and reading goes on with the next line.");
                seek(open + 1);
            }
        } else if (open != field) {
            seek(open);
        }
        if (!closed) {
            do p = next();
            while (*p != delimiter && *p != '\n' && *p != '\r');
            if (static_cast<std::size_t>(p - field) > options_.max_field_bytes) {
                record_end = too_large(field, p, false, "field_too_large");
                break;
            }
            if (p == end && !text_ends) {
                if (!enough) return false;
                record_end = too_large(field, p, false, "record_too_large");
                break;
            }
            push(field, p, false);
        }
        if (*p == delimiter) {
            field = p + 1;
            continue;
        }
        if (p == end) {
            record_end = end;
        } else if (*p == '\r') {
            if (p + 1 == end && !text_ends && !enough) return false;
            record_end = p + 1 < end && p[1] == '\n' ? p + 2 : p + 1;
        } else {
            record_end = p + 1;
        }
        break;
    }

    record.line = line_;
    record.number = ++number_;
    line_ += lines + (skip_line_ ? 0 : 1);
    if (!skip_line_ && static_cast<std::size_t>(record_end - begin) > options_.max_record_bytes + 2)
        SetFault(record, "record_too_large", "record is too large",
                 "It has more than " + std::to_string(options_.max_record_bytes) + " bytes.");
    const auto end_index = static_cast<std::size_t>(record_end - buffer_.get());
    const std::size_t bad = NextBad(end_index);
    ApplyFixups(record);
    if (dialect_.skip_initial_space) StripInitialSpaces(record);
    if (bad != kNowhere) ReportBadText(record, bad, end_index);
    record.blank = std::all_of(record.cells.begin(), record.cells.end(), IsBlank);
    pos_ = end_index;
    if (bad != kNowhere) bad_ = kNowhere, checked_ = pos_;
    return true;
}

// In place: the text only gets shorter, and the record is complete.
void Reader::Impl::ApplyFixups(Record& record) {
    for (const Fixup& fixup : fixups_) {
        std::string_view& cell = record.cells[fixup.cell];
        char* const begin = buffer_.get() + (cell.data() - buffer_.get());
        const char* const end = begin + cell.size();
        const char* const quoted_end = fixup.dropped != nullptr ? fixup.dropped : end;
        char* to = begin;
        const char* from = begin;
        if (!fixup.unescape) {
            to += quoted_end - begin;
            from = quoted_end;
        }
        while (from < quoted_end) {
            const bool pair =
                from + 1 < quoted_end &&
                ((from[0] == dialect_.quote && from[1] == dialect_.quote) ||
                 (from[0] == dialect_.escape && (from[1] == dialect_.quote || from[1] == dialect_.escape)));
            if (pair) ++from;
            *to++ = *from++;
        }
        if (fixup.dropped != nullptr)
            for (from = fixup.dropped + 1; from < end;) *to++ = *from++;
        cell = {begin, static_cast<std::size_t>(to - begin)};
    }
}

void Reader::Impl::StripInitialSpaces(Record& record) {
    for (std::size_t i = 1; i < record.cells.size(); ++i)
        if (!record.quoted[i] && record.cells[i].starts_with(' ')) record.cells[i].remove_prefix(1);
}

void Reader::Impl::ReportBadText(Record& record, std::size_t bad, std::size_t record_end) {
    const BadSpot* spot = transcoder_ ? &spots_[next_spot_] : nullptr;
    const bool nul = spot != nullptr ? spot->nul : buffer_[bad] == '\0';
    const std::int64_t offset =
        spot != nullptr ? spot->source_offset : text_offset_ + static_cast<std::int64_t>(bad) + mark_bytes_;
    (void)record_end;
    record.fault.reset();
    if (nul) {
        SetFault(record, "nul_byte", "text contains a NUL character at byte " + std::to_string(offset + 1),
                 "PostgreSQL text cannot hold it.", sqlstate::kCharacterNotInRepertoire);
    } else {
        std::string bytes;
        if (spot != nullptr) {
            for (int i = 0; i < spot->length; ++i) AppendEscaped(bytes, spot->bytes[i]);
        } else {
            AppendEscaped(bytes, static_cast<unsigned char>(buffer_[bad]));
        }
        SetFault(record, "bad_encoding",
                 "invalid " + dialect_.encoding + " byte sequence " + bytes + " at byte " +
                     std::to_string(offset + 1),
                 "", sqlstate::kCharacterNotInRepertoire);
    }

    // Views are made when escaped_ has stopped growing.
    escaped_.clear();
    std::vector<std::size_t> ends;
    std::size_t next_spot = next_spot_;
    for (const std::string_view cell : record.cells) {
        const char* p = cell.data();
        const char* const end = p + cell.size();
        while (p < end) {
            const Usable usable = CheckText(p, end, true);
            escaped_.append(p, usable.until);
            p = usable.until;
            if (p == end) break;
            if (transcoder_ && *p == kStandIn) {
                while (next_spot < spots_.size() && spots_[next_spot].nul) ++next_spot;
                if (next_spot < spots_.size()) {
                    for (int i = 0; i < spots_[next_spot].length; ++i)
                        AppendEscaped(escaped_, spots_[next_spot].bytes[i]);
                    ++next_spot;
                }
            } else {
                AppendEscaped(escaped_, static_cast<unsigned char>(*p));
            }
            ++p;
        }
        ends.push_back(escaped_.size());
    }
    std::size_t from = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        record.cells[i] = std::string_view(escaped_).substr(from, ends[i] - from);
        from = ends[i];
    }
}

Reader::Reader(ByteSource& source, Options options)
    : impl_(std::make_unique<Impl>(source, std::move(options))) {}
Reader::~Reader() = default;
bool Reader::Next(Record& record) {
    return impl_->Next(record);
}
const Dialect& Reader::dialect() const {
    return impl_->dialect_;
}
const std::vector<Notice>& Reader::notices() const {
    return impl_->notices_;
}
std::int64_t Reader::bytes_read() const {
    return impl_->bytes_read_;
}

}  // namespace contacts::csv
