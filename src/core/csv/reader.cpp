#include "core/csv/reader.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "core/csv/dialect.h"
#include "core/csv/encoding.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace contacts::csv {
namespace {

constexpr std::size_t kLeastField = 4;            // holds any character
constexpr std::size_t kLeastRead = 16;            // holds any byte order mark
constexpr std::size_t kDialectSample = 64 << 10;  // bytes of text that decide the delimiter
constexpr std::size_t kPadding = 192;      // readable behind the text: the sentinel, and what a scan reads
constexpr std::size_t kMostDelimiter = 8;  // characters
constexpr int kNoCharacter = -1000;        // equals no char
constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

// Walks over the bytes that mean something: delimiter, quote, escape, CR and LF, 64 bytes at a time.
class SpecialBytes {
  public:
    SpecialBytes(char delimiter, char quote, char escape) {
        const char wanted[kKinds] = {'\n', '\r', delimiter, quote, escape};
        for (int i = 0; i < kKinds; ++i) wanted_[i] = Repeat(wanted[i]);
    }

    bool Positioned() const { return block_ != nullptr; }
    void Forget() { block_ = nullptr; }
    void Seek(const char *p) {
        block_ = p;
        mask_ = Find(p);
    }
    // The next one. The sentinel behind the text stops the walk; behind it only Seek may follow.
    const char *Next() {
        while (mask_ == 0) {
            block_ += 64;
            mask_ = Find(block_);
        }
        const char *at = block_ + std::countr_zero(mask_);
        mask_ &= mask_ - 1;
        return at;
    }

  private:
    static constexpr int kKinds = 5;

#if defined(__SSE2__)
    using Bytes = __m128i;
    static Bytes Repeat(char c) {
        return _mm_set1_epi8(c);
    }

    std::uint64_t Find(const char *p) const {
        return Find16(p) | Find16(p + 16) << 16 | Find16(p + 32) << 32 | Find16(p + 48) << 48;
    }

    std::uint64_t Find16(const char *p) const {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
        const __m128i ends =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, wanted_[0]), _mm_cmpeq_epi8(bytes, wanted_[1]));
        const __m128i cells =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, wanted_[2]), _mm_cmpeq_epi8(bytes, wanted_[3]));
        const __m128i all = _mm_or_si128(_mm_or_si128(ends, cells), _mm_cmpeq_epi8(bytes, wanted_[4]));
        return static_cast<std::uint32_t>(_mm_movemask_epi8(all));
    }
#else
    using Bytes = std::uint64_t;
    static Bytes Repeat(char c) {
        return 0x0101010101010101u * static_cast<unsigned char>(c);
    }

    std::uint64_t Find(const char *p) const {
        std::uint64_t mask = 0;
        for (int i = 0; i < 64; i += 8) {
            Bytes bytes = 0;
            for (int j = 0; j < 8; ++j) bytes |= Bytes{static_cast<unsigned char>(p[i + j])} << (8 * j);
            // A zero byte leaves its high bit set, and no other byte does.
            constexpr Bytes kLow = 0x7F7F7F7F7F7F7F7Fu;
            Bytes found = 0;
            for (const Bytes wanted : wanted_) {
                const Bytes difference = bytes ^ wanted;
                found |= ~(((difference & kLow) + kLow) | difference | kLow);
            }
            // Gathers the eight high bits.
            mask |= ((found >> 7) * 0x0102040810204080u >> 56) << i;
        }
        return mask;
    }
#endif

    Bytes wanted_[kKinds];
    const char *block_ = nullptr;
    std::uint64_t mask_ = 0;
};

[[noreturn]] void RefuseOption(const std::string &message, const std::string &detail) {
    throw Error(Fault{"invalid_option", message, detail, {}, sqlstate::kInvalidParameterValue});
}

void AppendEscaped(std::string &out, unsigned char byte) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    out += "\\x";
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
}

void AppendEscaped(std::string &out, const BadSpot &spot) {
    for (int i = 0; i < spot.length; ++i) AppendEscaped(out, spot.bytes[i]);
}

bool IsNoDialectCharacter(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte >= 0x7F;
}

bool IsContinuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// How many bytes of a character stand before `p` when `p` points into it. At least three bytes stand before
// `p`.
std::ptrdiff_t CutOfCharacter(const char *p) {
    if (!IsContinuation(*p)) return 0;
    for (std::ptrdiff_t i = 1; i <= 3; ++i)
        if (!IsContinuation(p[-i])) return static_cast<unsigned char>(p[-i]) >= 0xC0 ? i : 0;
    return 0;
}

std::int64_t CountLineEnds(const char *p, const char *end) {
    std::int64_t count = 0;
    for (; p < end; ++p) count += *p == '\n' || (*p == '\r' && !(p + 1 < end && p[1] == '\n'));
    return count;
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

std::size_t MemorySource::Read(char *buffer, std::size_t capacity) {
    const std::size_t length = std::min(capacity, rest_.size());
    if (length > 0) std::memcpy(buffer, rest_.data(), length);
    rest_.remove_prefix(length);
    return length;
}

class Reader::Impl {
  public:
    Impl(ByteSource &source, Options options);
    bool Next(Record &record);

    Dialect dialect_;
    std::vector<Notice> notices_;
    std::int64_t bytes_read_ = 0;

    // What is ahead of the records is known in bytes of text, of which another encoding has more or fewer.
    std::int64_t bytes_taken() const {
        const std::int64_t text = text_offset_ + static_cast<std::int64_t>(end_);
        if (text == 0) return 0;
        const std::int64_t taken = text_offset_ + static_cast<std::int64_t>(pos_);
        return static_cast<std::int64_t>(static_cast<double>(bytes_read_) * static_cast<double>(taken) /
                                         static_cast<double>(text));
    }

  private:
    // A cell whose text is not yet what its bytes are.
    struct Fixup {
        std::size_t cell;
        const char *dropped;  // closing quote with text behind it, or null
        bool unescape;
    };

    // Bytes and text
    void Start();
    std::size_t ReadFully(char *to, std::size_t length);
    void Reserve(std::size_t extra);
    void ReadBlock();
    bool Fill(std::size_t more);
    void TakeTranscoded(std::string_view bytes, bool last);
    void StartTranscoder(const std::string &encoding, std::int64_t source_offset);
    std::size_t NextBad(std::size_t until);
    void ForgetChecks();

    // Records
    enum class Cell { kPlain, kQuoted, kCut, kUnterminated, kMore };
    struct Scan {
        const char *begin = nullptr;  // of the record
        const char *end = nullptr;    // of the text in the buffer
        bool ends = false;            // nothing follows `end`
        bool more = false;            // what `end` cuts is to be read with more text
        const char *at = nullptr;
        const char *no_close_until = nullptr;  // no quote before this one closes a cell
        std::int64_t lines = 0;                // line ends inside the record
        SpecialBytes specials{',', '"', '"'};
    };

    bool Parse(Record &record);
    bool ParseRecord(Record &record, Scan &scan);
    Cell ParseQuoted(Record &record, Scan &scan, const char *open);
    bool ClosesOnThisLine(const char *&p, const char *end, bool more) const;
    // `p` is a byte that means something; behind the text the sentinel stands.
    bool IsDelimiter(const char *p) const {
        return *p == delimiter_ &&
               (further_.empty() || std::memcmp(p + 1, further_.data(), further_.size()) == 0);
    }
    bool FollowsDelimiter(const char *begin, const char *p) const {
        const auto length = static_cast<std::ptrdiff_t>(1 + further_.size());
        return p - begin >= length && IsDelimiter(p - length);
    }
    bool EndsCell(const char *p) const { return IsDelimiter(p) || *p == '\n' || *p == '\r'; }
    // Is what `p` means not known before there is more text than up to `end`?
    bool CutDelimiter(const char *p, const char *end) const {
        return !further_.empty() && *p == delimiter_ && static_cast<std::size_t>(end - p) <= further_.size();
    }
    void SkipLine();
    void CutCell(Record &record, Scan &scan, const char *from, bool quoted) const;
    void StrayQuote(Record &record) const;
    void RefuseQuote(Record &record) const;
    void RefuseRecord(Record &record) const;
    void ApplyFixups(Record &record);
    void StripInitialSpaces(Record &record) const;
    void ReportBadText(Record &record, std::size_t bad) const;
    void EscapeBadText(Record &record);
    void SetFault(Record &record, const char *code, std::string message, std::string detail,
                  const char *state = sqlstate::kBadCopyFileFormat) const;

    ByteSource &source_;
    Options options_;
    SpecialBytes specials_;  // after the last record, unless the buffer changed
    int padding_ = ' ';      // what may stand around quotes
    char delimiter_ = ',';   // its first character ...
    std::string further_;    // ... and the others
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

Reader::Impl::Impl(ByteSource &source, Options options)
    : source_(source), options_(std::move(options)), specials_(',', '"', '"') {
    if (!options_.encoding.empty()) {
        const std::string known = KnownEncoding(options_.encoding);
        if (known.empty())
            RefuseOption(
                "unknown encoding \"" + Quoted(options_.encoding) + "\"",
                "An encoding is one that ICU knows, such as UTF-8, windows-1252, GB18030 or Shift_JIS.");
        options_.encoding = known;
    }
    dialect_.quote = options_.quote.value_or('"');
    dialect_.escape = options_.escape.value_or(dialect_.quote);
    has_quote_ = dialect_.quote != '\0';
    const auto check = [](char c, const char *what) {
        if (IsNoDialectCharacter(c))
            RefuseOption(std::string("invalid CSV ") + what + " \"" + Quoted(std::string_view(&c, 1)) + "\"",
                         std::string("The ") + what + " is one printable ASCII character or a tab.");
    };
    if (!options_.delimiter.empty()) {
        const std::string &delimiter = options_.delimiter;
        const bool possible = std::none_of(delimiter.begin(), delimiter.end(), IsNoDialectCharacter);
        if (delimiter.size() > kMostDelimiter || !possible)
            RefuseOption("invalid CSV delimiter \"" + Quoted(delimiter) + "\"",
                         "The delimiter is one to " + std::to_string(kMostDelimiter) +
                             " printable ASCII characters or tabs.");
        // A quote that is to be found out avoids the delimiter by itself.
        const char quote = options_.quote.value_or('"');
        const char escape = options_.escape.value_or(quote);
        if (has_quote_ && delimiter.find_first_of(std::string{quote, escape}) != std::string::npos)
            RefuseOption("CSV delimiter must differ from quote and escape",
                         "The delimiter is \"" + Quoted(delimiter) + "\".");
        // A space behind the delimiter may be missing somewhere.
        if (delimiter.size() > 1 && delimiter.back() == ' ' && delimiter[0] != ' ') {
            options_.delimiter.pop_back();
            if (!options_.skip_initial_space) options_.skip_initial_space = true;
        }
    }
    if (has_quote_) {
        check(dialect_.quote, "quote");
        check(dialect_.escape, "escape");
        if (dialect_.quote == ' ' || dialect_.escape == ' ')
            RefuseOption("CSV quote and escape must not be a space", "Spaces before a quote are ignored.");
    }
    options_.sample_bytes = std::max(options_.sample_bytes, kLeastRead);
    options_.block_bytes = std::max(options_.block_bytes, kLeastRead);
    options_.max_field_bytes = std::max(options_.max_field_bytes, kLeastField);
    options_.max_record_bytes = std::max(options_.max_record_bytes, options_.max_field_bytes);
}

// ---- bytes and text ----

std::size_t Reader::Impl::ReadFully(char *to, std::size_t length) {
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

void Reader::Impl::StartTranscoder(const std::string &encoding, std::int64_t source_offset) {
    dialect_.encoding = encoding;
    transcoder_ = std::make_unique<Transcoder>(encoding, source_offset);
    raw_.reset(new char[options_.block_bytes]);
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
        const std::size_t length = ReadFully(raw_.get(), options_.block_bytes);
        text_ends_ = length < options_.block_bytes;
        TakeTranscoded({raw_.get(), length}, text_ends_);
        return;
    }
    Reserve(options_.block_bytes);
    char *const block = buffer_.get() + end_;
    const std::size_t length = ReadFully(block, options_.block_bytes);
    text_ends_ = length < options_.block_bytes;
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
    specials_.Forget();
    do ReadBlock();
    while (!text_ends_ && end_ - pos_ < held + more);
    buffer_[end_] = '\n';
    return true;
}

void Reader::Impl::Start() {
    started_ = true;
    capacity_ = options_.sample_bytes + options_.block_bytes + kPadding;
    buffer_.reset(new char[capacity_]);
    const std::size_t length = ReadFully(buffer_.get(), options_.sample_bytes);
    const bool whole = length < options_.sample_bytes;
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
            detected = {options_.encoding};
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

    SeparatorLine separator = FindSeparatorLine({buffer_.get() + pos_, end_ - pos_});
    if (has_quote_ && (separator.delimiter == dialect_.quote || separator.delimiter == dialect_.escape))
        separator = {};
    if (separator.bytes > 0) {
        dialect_.separator_line = true;
        pos_ += separator.bytes;
        ++line_;
    }
    const std::size_t seen = std::min(end_ - pos_, kDialectSample);
    GivenDialect given{options_.delimiter, options_.quote, options_.escape};
    if (given.delimiter.empty() && separator.bytes > 0) given.delimiter = separator.delimiter;
    const FoundDialect found =
        DetectDialect({buffer_.get() + pos_, seen}, text_ends_ && seen == end_ - pos_, given);
    dialect_.delimiter = found.delimiter;
    dialect_.quote = found.quote;
    dialect_.escape = found.escape;
    delimiter_ = found.delimiter[0];
    further_ = found.delimiter.substr(1);
    padding_ = delimiter_ == ' ' ? kNoCharacter : ' ';
    dialect_.guessed_delimiter = given.delimiter.empty();
    dialect_.skip_initial_space = options_.skip_initial_space.value_or(found.space_follows);
    const char quote = has_quote_ ? dialect_.quote : delimiter_;
    specials_ = SpecialBytes(delimiter_, quote, has_quote_ ? dialect_.escape : quote);
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

// Text before pos_ is done with, whatever was found there.
void Reader::Impl::ForgetChecks() {
    checked_ = std::max(checked_, pos_);
    if (bad_ < pos_) bad_ = kNowhere;
}

// ---- records ----

void Reader::Impl::SetFault(Record &record, const char *code, std::string message, std::string detail,
                            const char *state) const {
    if (record.fault) return;
    record.fault.emplace();
    record.fault->code = code;
    record.fault->message = std::move(message);
    record.fault->detail = std::move(detail);
    record.fault->sqlstate = state;
}

void Reader::Impl::RefuseRecord(Record &record) const {
    SetFault(record, "record_too_large", "record is too large",
             "A record has at most " + std::to_string(options_.max_record_bytes) + " bytes and " +
                 std::to_string(options_.max_cells) + " cells.");
}

// Drops the rest of the line at pos_, with its end.
void Reader::Impl::SkipLine() {
    skip_line_ = false;
    for (;;) {
        const char *const end = buffer_.get() + end_;
        const char *p = buffer_.get() + pos_;
        while (p < end && *p != '\n' && *p != '\r') ++p;
        pos_ = static_cast<std::size_t>(p - buffer_.get());
        ForgetChecks();
        if (p < end && (*p == '\n' || p + 1 < end || text_ends_)) {
            pos_ += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
            break;
        }
        if (!Fill(options_.block_bytes)) break;
    }
    ForgetChecks();
    ++line_;
}

bool Reader::Impl::Next(Record &record) {
    const auto clear = [&] {
        record.cells.clear();
        record.quoted.clear();
        record.blank = record.stray_quote = false;
        record.fault.reset();
    };
    clear();
    if (!started_) Start();
    if (skip_line_) SkipLine();
    while (pos_ == end_)
        if (!Fill(options_.block_bytes)) return false;
    while (!Parse(record)) {
        Fill(std::max(options_.block_bytes, end_ - pos_));
        clear();
    }
    return true;
}

// Takes the record at pos_. False if its end is not in the buffer yet: then nothing has changed, and the
// caller starts again with twice the text, which keeps the cost linear.
bool Reader::Impl::Parse(Record &record) {
    Scan scan;
    scan.begin = buffer_.get() + pos_;
    scan.end = buffer_.get() + end_;
    scan.ends = text_ends_;
    scan.more = !text_ends_;
    // More than the largest record is not looked at, so that what becomes of a larger one does not depend on
    // how much the buffer happens to hold.
    char *window_end = nullptr;
    char behind_window = '\0';
    if (static_cast<std::size_t>(scan.end - scan.begin) > options_.max_record_bytes + 2) {
        window_end = buffer_.get() + pos_ + options_.max_record_bytes + 2;
        window_end -= CutOfCharacter(window_end);
        behind_window = std::exchange(*window_end, '\n');
        scan.end = window_end;
        scan.ends = scan.more = false;
        specials_.Forget();
    }
    const bool parsed = ParseRecord(record, scan);
    if (window_end != nullptr) {
        *window_end = behind_window;
        specials_.Forget();
    }
    if (!parsed) return false;

    record.line = line_;
    record.number = ++number_;
    line_ += scan.lines + (skip_line_ ? 0 : 1);
    const auto record_end = static_cast<std::size_t>(scan.at - buffer_.get());
    const std::size_t bad = NextBad(record_end);
    if (bad != kNowhere) ReportBadText(record, bad);
    if (!fixups_.empty()) ApplyFixups(record);
    if (dialect_.skip_initial_space) StripInitialSpaces(record);
    if (bad != kNowhere) EscapeBadText(record);
    record.blank = std::all_of(record.cells.begin(), record.cells.end(), IsBlank);
    pos_ = record_end;
    ForgetChecks();
    return true;
}

// Splits the text of `scan` into cells; scan.at becomes the end of the record. False if there has to be more
// text.
bool Reader::Impl::ParseRecord(Record &record, Scan &scan) {
    scan.specials = specials_;
    if (!scan.specials.Positioned()) scan.specials.Seek(scan.begin);
    fixups_.clear();

    const char quote = dialect_.quote;
    const char delimiter = delimiter_;
    const bool single = further_.empty();
    const auto is_delimiter = [&](const char *p) { return *p == delimiter && (single || IsDelimiter(p)); };
    const char *literal = nullptr;  // a quote that never closes
    const char *field = scan.begin;
    for (;;) {  // one cell; scan.at becomes the delimiter or line end behind it
        Cell cell = Cell::kPlain;
        if (has_quote_) {
            const char *open = field;
            while (*open == padding_) ++open;
            if (open == scan.end && scan.more) return false;
            if (*open == quote && open != literal) {
                cell = ParseQuoted(record, scan, open);
                if (cell == Cell::kMore) return false;
                if (cell == Cell::kUnterminated) {
                    // Read on from the quote, taken as a character: the record ends with its line.
                    literal = open;
                    scan.specials.Seek(open + 1);
                    cell = Cell::kPlain;
                }
            }
        }
        if (cell == Cell::kPlain) {
            do scan.at = scan.specials.Next();
            while (!is_delimiter(scan.at) && *scan.at != '\n' && *scan.at != '\r');
            if (static_cast<std::size_t>(scan.at - field) > options_.max_field_bytes) {
                CutCell(record, scan, field, false);
                cell = Cell::kCut;
            } else if (scan.at == scan.end && scan.more) {
                return false;
            } else {
                record.cells.emplace_back(field, static_cast<std::size_t>(scan.at - field));
                record.quoted.push_back(false);
            }
        }
        if (cell != Cell::kCut && !single && scan.more && CutDelimiter(scan.at, scan.end)) return false;
        if (cell != Cell::kCut && is_delimiter(scan.at)) {
            if (record.cells.size() < options_.max_cells) {
                field = scan.at + 1;
                if (!single) scan.specials.Seek(field += further_.size());
                continue;
            }
            RefuseRecord(record);
            cell = Cell::kCut;
        }
        skip_line_ = cell == Cell::kCut;
        break;
    }
    if (!skip_line_ && scan.at != scan.end) {
        const char *const at = scan.at++;
        if (*at == '\r') {
            if (scan.at == scan.end && scan.more) return false;
            if (scan.at < scan.end && *scan.at == '\n') {
                scan.specials.Next();
                ++scan.at;
            }
        }
        if (static_cast<std::size_t>(at - scan.begin) > options_.max_record_bytes) {
            RefuseRecord(record);
            scan.at = at;
            skip_line_ = true;
        }
    } else if (!skip_line_ && !scan.ends) {
        RefuseRecord(record);
        skip_line_ = true;
    } else if (!skip_line_ && static_cast<std::size_t>(scan.at - scan.begin) > options_.max_record_bytes) {
        RefuseRecord(record);
    }
    specials_ = scan.specials;
    if (skip_line_) specials_.Forget();
    return true;
}

// The quoted cell that opens at `open`. Malformed ones are read as whoever wrote them most likely meant, but
// a quoted cell never takes in a line on a mere guess: then it is unterminated.
Reader::Impl::Cell Reader::Impl::ParseQuoted(Record &record, Scan &scan, const char *open) {
    const char quote = dialect_.quote;
    const char escape = dialect_.escape;
    const char *const content = open + 1;
    const char *const end = scan.end;
    const char *known_close = nullptr;  // the quote that closes the cell, however many come before
    const char *early_close = nullptr;  // of a doubled quote: may have been a stray and a closing one
    std::int64_t lines = 0;
    bool unescape = false;
    const auto push = [&](const char *dropped, const char *to) {
        if (unescape || dropped != nullptr) fixups_.push_back({record.cells.size(), dropped, unescape});
        record.cells.emplace_back(content, static_cast<std::size_t>(to - content));
        record.quoted.push_back(true);
        scan.lines += lines;
        return Cell::kQuoted;
    };
    const auto does_not_end = [&] {
        if (early_close != nullptr) {
            StrayQuote(record);
            unescape = true;
            lines = 0;
            push(nullptr, early_close);
            scan.specials.Seek(early_close + 1);
            scan.at = scan.specials.Next();
            return Cell::kQuoted;
        }
        SetFault(record, "unterminated_quote",
                 "quoted cell that starts in line " + std::to_string(line_ + scan.lines) + " does not end",
                 "Its quote is taken as a character, and reading goes on with the next line.");
        return Cell::kUnterminated;
    };

    scan.specials.Next();  // the opening quote
    for (;;) {
        const char *const p = scan.at = scan.specials.Next();
        const char c = *p;
        const bool too_large = static_cast<std::size_t>(p - content) > options_.max_field_bytes;
        if (too_large || (p == end && !scan.more)) {
            if (lines > 0 || (!too_large && scan.ends)) return does_not_end();
            CutCell(record, scan, content, true);
            return Cell::kCut;
        }
        // What a byte means depends on the one behind it.
        if ((p == end || p + 1 == end) && scan.more) return Cell::kMore;
        if (c == '\n' || c == '\r') {
            if (c == '\r' && p + 1 < end && p[1] == '\n') scan.specials.Next();
            ++lines;
            continue;
        }
        if (p + 1 < end &&
            ((p[0] == escape && (p[1] == quote || p[1] == escape)) || (c == quote && p[1] == quote))) {
            scan.specials.Next();
            unescape = true;
            if (c == quote && lines == 0 && early_close == nullptr) {
                const char *after = p + 2;
                while (*after == padding_) ++after;
                if (scan.more && CutDelimiter(after, end)) return Cell::kMore;
                if (IsDelimiter(after)) {
                    after += 1 + further_.size();
                    while (*after == padding_) ++after;
                    const char *const run = after;
                    while (after < end && *after == quote) ++after;
                    if ((after - run) % 2 != 0) early_close = p + 1;
                } else if (*after == '\n' || *after == '\r') {
                    early_close = p + 1;
                }
                if (after == end && scan.more) return Cell::kMore;
            }
            continue;
        }
        if (c != quote) continue;

        const char *after = p + 1;
        while (*after == padding_) ++after;
        if (scan.more && (after == end || CutDelimiter(after, end))) return Cell::kMore;
        if (EndsCell(after)) {
            if (after != p + 1 && options_.strict) RefuseQuote(record);
            push(nullptr, p);
            scan.at = scan.specials.Next();
            return Cell::kQuoted;
        }

        // A quote too many. One that looks like the opening of another cell tells that this one never closed.
        if (known_close == nullptr) {
            const char *before = p;
            while (before > content && before[-1] == padding_) --before;
            if (before > content &&
                (before[-1] == '\n' || before[-1] == '\r' || FollowsDelimiter(content, before)))
                return does_not_end();
            if (p >= scan.no_close_until) {
                const char *stop = p + 1;
                const bool closes = ClosesOnThisLine(stop, end, scan.more);
                if (stop == end && scan.more) return Cell::kMore;
                (closes ? known_close : scan.no_close_until) = stop;
            }
        }
        if (known_close == nullptr && lines > 0) return does_not_end();
        StrayQuote(record);
        if (known_close != nullptr) {
            unescape = true;
            continue;
        }
        // It closed the cell, and text follows up to the delimiter.
        do scan.at = scan.specials.Next();
        while (!EndsCell(scan.at));
        if (static_cast<std::size_t>(scan.at - content) > options_.max_field_bytes) {
            CutCell(record, scan, content, true);
            return Cell::kCut;
        }
        if (scan.at == end && scan.more) return Cell::kMore;
        return push(p, scan.at);
    }
}

// Behind a quote too many: does a later quote of the line close the cell? `p` becomes that quote, else where
// the search ended: the end of the line, of the text, or a quote that opens the next cell.
bool Reader::Impl::ClosesOnThisLine(const char *&p, const char *end, bool more) const {
    const char quote = dialect_.quote;
    const char escape = dialect_.escape;
    const char *const begin = p;
    for (; *p != '\n' && *p != '\r'; ++p) {
        if (escape != quote && *p == escape && p + 1 < end && (p[1] == quote || p[1] == escape)) {
            ++p;
            continue;
        }
        if (*p != quote) continue;
        const char *const run = p;
        while (p + 1 < end && p[1] == quote) ++p;
        const bool doubled = (p - run) % 2 != 0;  // all of them
        if (doubled) continue;
        const char *front = run;
        while (front > begin && front[-1] == padding_) --front;
        if (FollowsDelimiter(begin, front)) return false;
        const char *back = p + 1;
        while (*back == padding_) ++back;
        const bool cut = more && CutDelimiter(back, end);
        if (back == end || cut) p = end;
        if (cut) return false;
        if (EndsCell(back)) return true;
    }
    return false;
}

// Takes what fits of a cell without end, from `from` to scan.at.
void Reader::Impl::CutCell(Record &record, Scan &scan, const char *from, bool quoted) const {
    if (static_cast<std::size_t>(scan.at - from) > options_.max_field_bytes) {
        SetFault(record, "field_too_large", "cell is too large",
                 "A cell has at most " + std::to_string(options_.max_field_bytes) + " bytes.");
        scan.at = from + options_.max_field_bytes;
        scan.at -= CutOfCharacter(scan.at);
    } else {
        RefuseRecord(record);
    }
    record.cells.emplace_back(from, static_cast<std::size_t>(scan.at - from));
    record.quoted.push_back(quoted);
}

void Reader::Impl::StrayQuote(Record &record) const {
    record.stray_quote = true;
    if (options_.strict) RefuseQuote(record);
}

void Reader::Impl::RefuseQuote(Record &record) const {
    SetFault(record, "bad_quote", "quoted cell has a quote too many, or text behind its closing quote",
             "Inside quotes a quote is written as " + std::string{dialect_.escape, dialect_.quote} + ".");
}

// In place: the text only gets shorter, and the record is complete.
void Reader::Impl::ApplyFixups(Record &record) {
    const char quote = dialect_.quote;
    const char escape = dialect_.escape;
    for (const Fixup &fixup : fixups_) {
        std::string_view &cell = record.cells[fixup.cell];
        char *const begin = buffer_.get() + (cell.data() - buffer_.get());
        const char *const end = begin + cell.size();
        const char *const quoted_end = fixup.dropped != nullptr ? fixup.dropped : end;
        char *to = begin;
        const char *from = begin;
        if (!fixup.unescape) from = to = begin + (quoted_end - begin);
        while (from < quoted_end) {
            const bool pair =
                from + 1 < quoted_end && ((from[0] == quote && from[1] == quote) ||
                                          (from[0] == escape && (from[1] == quote || from[1] == escape)));
            if (pair) ++from;
            *to++ = *from++;
        }
        if (fixup.dropped != nullptr)
            for (from = fixup.dropped + 1; from < end;) *to++ = *from++;
        cell = {begin, static_cast<std::size_t>(to - begin)};
    }
}

void Reader::Impl::StripInitialSpaces(Record &record) const {
    for (std::size_t i = 1; i < record.cells.size(); ++i)
        if (!record.quoted[i] && record.cells[i].starts_with(' ')) record.cells[i].remove_prefix(1);
}

// The record at pos_ has at index `bad` the first of its bytes that are no text. Other faults matter less.
void Reader::Impl::ReportBadText(Record &record, std::size_t bad) const {
    const BadSpot *spot = transcoder_ ? &spots_[next_spot_] : nullptr;
    const bool nul = spot != nullptr ? spot->nul : buffer_[bad] == '\0';
    const std::int64_t offset =
        spot != nullptr ? spot->source_offset : text_offset_ + static_cast<std::int64_t>(bad) + mark_bytes_;
    const std::int64_t line = record.line + CountLineEnds(buffer_.get() + pos_, buffer_.get() + bad);
    const std::string where = "in line " + std::to_string(line) + " at byte offset " + std::to_string(offset);
    record.fault.reset();
    if (nul) {
        SetFault(record, "nul_byte", "NUL character " + where, "PostgreSQL text cannot hold it.",
                 sqlstate::kCharacterNotInRepertoire);
        return;
    }
    std::string bytes;
    if (spot != nullptr) {
        AppendEscaped(bytes, *spot);
    } else {
        AppendEscaped(bytes, static_cast<unsigned char>(buffer_[bad]));
    }
    SetFault(record, "bad_encoding", "invalid byte sequence " + bytes + " " + where,
             "The text is read as " + dialect_.encoding + ".", sqlstate::kCharacterNotInRepertoire);
}

// Makes text of the record's bytes that are none.
void Reader::Impl::EscapeBadText(Record &record) {
    // Views are made when escaped_ has stopped growing.
    escaped_.clear();
    std::vector<std::size_t> ends;
    std::size_t next = next_spot_;
    for (const std::string_view cell : record.cells) {
        const char *p = cell.data();
        const char *const end = p + cell.size();
        for (;; ++p) {
            const Usable usable = CheckText(p, end, true);
            escaped_.append(p, usable.until);
            p = usable.until;
            if (p == end) break;
            if (transcoder_ && *p == kStandIn) {
                while (next < spots_.size() && spots_[next].nul) ++next;
                if (next < spots_.size()) AppendEscaped(escaped_, spots_[next++]);
            } else {
                AppendEscaped(escaped_, static_cast<unsigned char>(*p));
            }
        }
        ends.push_back(escaped_.size());
    }
    std::size_t from = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        record.cells[i] = std::string_view(escaped_).substr(from, ends[i] - from);
        from = ends[i];
    }
}

Reader::Reader(ByteSource &source, Options options)
    : impl_(std::make_unique<Impl>(source, std::move(options))) {}
Reader::~Reader() = default;
bool Reader::Next(Record &record) {
    return impl_->Next(record);
}
const Dialect &Reader::dialect() const {
    return impl_->dialect_;
}
const std::vector<Notice> &Reader::notices() const {
    return impl_->notices_;
}
std::int64_t Reader::bytes_read() const {
    return impl_->bytes_read_;
}

std::int64_t Reader::bytes_taken() const {
    return impl_->bytes_taken();
}

}  // namespace contacts::csv
