#include "core/vcard/reader.h"

#include <algorithm>
#include <array>

#include "core/csv/encoding.h"
#include "core/text.h"

namespace contacts::vcard {
namespace {

std::string Upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), ToUpperAscii);
    return out;
}

bool IsLineSpace(char c) {
    return c == ' ' || c == '\t';
}

std::string_view TrimLine(std::string_view text) {
    while (!text.empty() && IsLineSpace(text.front())) text.remove_prefix(1);
    while (!text.empty() && IsLineSpace(text.back())) text.remove_suffix(1);
    return text;
}

// "BEGIN:VCARD" and "END:VCARD", in any case, with blanks where writers put them.
bool IsDelimiter(std::string_view line, std::string_view word) {
    line = TrimLine(line);
    const std::size_t colon = line.find(':');
    return colon != std::string_view::npos && EqualIgnoreCase(TrimLine(line.substr(0, colon)), word) &&
           EqualIgnoreCase(TrimLine(line.substr(colon + 1)), "VCARD");
}

// Pictures and keys: large, and nothing that the directory stores.
bool IsBinary(std::string_view name) {
    static constexpr std::array<std::string_view, 4> kNames = {"PHOTO", "LOGO", "SOUND", "KEY"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

int HexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char upper = ToUpperAscii(c);
    return upper >= 'A' && upper <= 'F' ? upper - 'A' + 10 : -1;
}

std::string DecodeQuotedPrintable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '=' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
            HexDigit(text[i + 2]) >= 0) {
            out += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

// Only what is not ASCII.
std::string EncodeQuotedPrintable(std::string_view text) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80)
            out += c;
        else
            ((out += '=') += kDigits[byte / 16]) += kDigits[byte % 16];
    }
    return out;
}

// RFC 6868.
std::string DecodeParameter(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '^' && i + 1 < text.size()) {
            const char next = text[i + 1];
            const char meant = next == 'n' ? '\n' : next == '\'' ? '"' : next == '^' ? '^' : '\0';
            if (meant) {
                out += meant;
                ++i;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

bool IsEncodingName(std::string_view upper) {
    static constexpr std::array<std::string_view, 6> kNames = {
        "QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT", "Q"};
    return std::find(kNames.begin(), kNames.end(), upper) != kNames.end();
}

// Where the name and the parameters of a property end: the first colon outside of quotes.
std::size_t FindColon(std::string_view line) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"') quoted = !quoted;
        if (line[i] == ':' && !quoted) return i;
    }
    // A quote that never closes is a character.
    return quoted ? line.find(':') : std::string_view::npos;
}

std::vector<std::string_view> SplitOutsideQuotes(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (text[i] == separator && !quoted) {
            out.push_back(text.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    out.push_back(text.substr(begin));
    return out;
}

std::string_view Unquote(std::string_view text) {
    text = TrimLine(text);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
    return text;
}

// The head of a property line, without the value.
struct Head {
    std::string group, name;
    std::vector<Parameter> parameters;
    bool quoted_printable = false, base64 = false;
    std::string charset;
};

Head ParseHead(std::string_view text) {
    Head head;
    const auto pieces = SplitOutsideQuotes(text, ';');
    std::string_view name = TrimLine(pieces[0]);
    if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) {
        head.group = Upper(name.substr(0, dot));
        name.remove_prefix(dot + 1);
    }
    head.name = Upper(name);
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        const std::size_t equals = pieces[i].find('=');
        std::string parameter =
            equals == std::string_view::npos ? "" : Upper(TrimLine(pieces[i].substr(0, equals)));
        const std::string_view values =
            equals == std::string_view::npos ? pieces[i] : pieces[i].substr(equals + 1);
        for (const std::string_view listed : SplitOutsideQuotes(values, ',')) {
            const std::string_view value = Unquote(listed);
            if (value.empty()) continue;
            if (parameter.empty()) parameter = IsEncodingName(Upper(value)) ? "ENCODING" : "TYPE";
            // TYPE="work,voice" is a list, too.
            if (parameter == "TYPE") {
                for (const std::string_view type : SplitOutsideQuotes(value, ','))
                    if (!TrimLine(type).empty())
                        head.parameters.push_back({parameter, DecodeParameter(TrimLine(type))});
            } else {
                head.parameters.push_back({parameter, DecodeParameter(value)});
            }
            const std::string upper = Upper(value);
            if (parameter == "ENCODING") {
                head.quoted_printable = upper == "QUOTED-PRINTABLE" || upper == "Q";
                head.base64 = upper == "BASE64" || upper == "B";
            }
            if (parameter == "CHARSET") head.charset = std::string(value);
        }
    }
    return head;
}

bool IsPicture(std::string_view line) {
    const std::size_t colon = FindColon(line);
    return colon != std::string_view::npos && IsBinary(ParseHead(line.substr(0, colon)).name);
}

bool IsUtf8(std::string_view bytes) {
    return csv::CheckText(bytes.data(), bytes.data() + bytes.size(), true).until ==
           bytes.data() + bytes.size();
}

bool IsAscii(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c > 0; });
}

Fault CardFault(const char *code, std::string message, std::string detail = {}) {
    return {.code = code, .message = std::move(message), .detail = std::move(detail), .hint = {}};
}

std::string InLine(std::int64_t line) {
    return " in line " + std::to_string(line);
}

}  // namespace

const std::string *Property::Find(std::string_view parameter) const {
    for (const Parameter &candidate : parameters)
        if (candidate.name == parameter) return &candidate.value;
    return nullptr;
}

bool Property::HasType(std::string_view type) const {
    return std::any_of(parameters.begin(), parameters.end(), [&](const Parameter &parameter) {
        return parameter.name == "TYPE" && EqualIgnoreCase(parameter.value, type);
    });
}

bool IsVCard(std::string_view beginning) {
    // In UTF-16 and UTF-32 every second byte, or more, is NUL.
    std::string text;
    for (const char c : beginning.substr(0, 256))
        if (c != '\0' && static_cast<unsigned char>(c) < 0x80) text += c;
    std::string_view view = Trim(text);
    return IsDelimiter(view.substr(0, view.find_first_of("\r\n")), "BEGIN");
}

class Reader::Impl {
  public:
    Impl(csv::ByteSource &source, Options options) : source_(source), options_(std::move(options)) {
        std::string encoding;
        if (!options_.encoding.empty()) {
            encoding = csv::KnownEncoding(options_.encoding);
            if (encoding.empty()) {
                Fault fault =
                    CardFault("option_invalid", "unknown encoding \"" + Quoted(options_.encoding) + '"');
                fault.sqlstate = sqlstate::kInvalidParameterValue;
                throw Error(std::move(fault));
            }
        }
        while (bytes_.size() <= options_.sample_bytes && Read()) {
        }
        const csv::Detection detection =
            csv::DetectEncoding(std::string_view(bytes_).substr(0, options_.sample_bytes),
                                bytes_.size() <= options_.sample_bytes);
        if (detection.mark > 0 || encoding.empty()) {
            at_ = detection.mark;
            wide_ = detection.encoding.rfind("UTF-16", 0) == 0 || detection.encoding.rfind("UTF-32", 0) == 0;
            if (wide_) encoding = detection.encoding;
        }
        // A narrow encoding is undone property by property: each may have a character set of its own.
        wide_ = wide_ || encoding.rfind("UTF-16", 0) == 0 || encoding.rfind("UTF-32", 0) == 0;
        if (wide_) {
            transcoder_ = std::make_unique<csv::Transcoder>(encoding, static_cast<std::int64_t>(at_));
            const std::string sample = bytes_.substr(at_);
            bytes_.clear();
            at_ = 0;
            Transcode(sample);
            notices_.push_back({"encoding", "the file is read as " + encoding, 0});
        } else if (!encoding.empty() && encoding != "UTF-8") {
            fallback_ = encoding;
            given_ = true;
        }
    }

    bool Next(Card &card) {
        card = Card{};
        // Between cards: blank lines, and lines that belong to none.
        Line line;
        for (;;) {
            if (!TakeLine(line, false)) return Finish(card);
            if (IsDelimiter(line.text, "BEGIN")) break;
            if (TrimLine(line.text).empty()) continue;
            if (card.faults.empty()) {
                card.line = line.number;
                card.faults.push_back(CardFault("card_not_begun",
                                                "text outside of a card" + InLine(line.number),
                                                "A card begins with BEGIN:VCARD."));
            }
            Keep(card, ToText(card, line.text, {}, line.number));
        }
        if (!card.faults.empty()) {
            // The text before this card is a record of its own.
            pending_ = line;
            return Finish(card);
        }
        card.line = line.number;
        Keep(card, "BEGIN:VCARD");
        for (;;) {
            if (!TakeLine(line, true)) {
                card.faults.push_back(CardFault("card_not_ended",
                                                "the card that begins" + InLine(card.line) + " does not end",
                                                "The file ends before END:VCARD."));
                return Finish(card);
            }
            if (line.too_long) {
                if (IsPicture(line.text)) continue;
                AddFault(card, CardFault("field_too_large",
                                         "a property" + InLine(line.number) + " has more than " +
                                             std::to_string(options_.max_line_bytes) + " bytes"));
                continue;
            }
            if (IsDelimiter(line.text, "END")) {
                Keep(card, "END:VCARD");
                return Finish(card);
            }
            if (IsDelimiter(line.text, "BEGIN")) {
                if (!card.properties.empty() && card.properties.back().name == "AGENT") {
                    SkipNested();
                    continue;
                }
                card.faults.push_back(
                    CardFault("card_not_ended", "the card that begins" + InLine(card.line) + " does not end",
                              "The next one begins in line " + std::to_string(line.number) + '.'));
                pending_ = line;
                return Finish(card);
            }
            if (TrimLine(line.text).empty()) continue;
            AddProperty(card, line);
        }
    }

    const std::vector<csv::Notice> &notices() const { return notices_; }
    std::int64_t bytes_read() const { return bytes_read_; }

  private:
    struct Line {
        std::string text;  // unfolded
        std::int64_t number = 0;
        bool too_long = false;
    };

    bool Finish(Card &card) {
        if (card.line == 0) return false;
        card.number = ++number_;
        if (!card.text.empty() && card.text.back() == '\n') card.text.pop_back();
        return true;
    }

    bool Read() {
        if (source_ended_) return false;
        std::string block(options_.block_bytes, '\0');
        const std::size_t length = source_.Read(block.data(), block.size());
        block.resize(length);
        bytes_read_ += static_cast<std::int64_t>(length);
        source_ended_ = length == 0;
        if (transcoder_)
            Transcode(block);
        else
            bytes_ += block;
        return !source_ended_;
    }

    void Transcode(std::string_view block) {
        std::vector<csv::BadSpot> spots;
        transcoder_->Convert(block, source_ended_, 0, bytes_, spots);
    }

    // At least `count` bytes from `at_` on, if the source has as many.
    bool Fill(std::size_t count) {
        if (bytes_.size() - at_ >= count) return true;
        bytes_.erase(0, at_);
        at_ = 0;
        while (bytes_.size() < count)
            if (!Read()) break;
        return bytes_.size() >= count;
    }

    // One physical line, appended to `out` up to its limit. False at the end of the source.
    bool TakePhysical(std::string &out, bool &too_long) {
        if (!Fill(1)) return false;
        ++line_;
        for (;;) {
            const std::size_t end = bytes_.find_first_of("\r\n", at_);
            const std::size_t length = (end == std::string::npos ? bytes_.size() : end) - at_;
            const std::size_t room = options_.max_line_bytes - std::min(options_.max_line_bytes, out.size());
            too_long = too_long || length > room;
            out.append(bytes_, at_, std::min(length, room));
            at_ += length;
            if (end != std::string::npos) {
                const bool cr = bytes_[at_] == '\r';
                ++at_;
                if (cr && Fill(1) && bytes_[at_] == '\n') ++at_;
                return true;
            }
            if (!Fill(1)) return true;
        }
    }

    // A line without its folding. In a card, what a value in quoted-printable goes on with belongs to it, and
    // the lines of a picture do not stay.
    bool TakeLine(Line &line, bool in_card) {
        if (pending_) {
            line = std::move(*pending_);
            pending_.reset();
            return true;
        }
        line = Line{};
        if (!TakePhysical(line.text, line.too_long)) return false;
        line.number = line_;
        if (!in_card) return true;
        std::size_t colon = FindColon(line.text);
        bool binary = false, base64 = false, quoted_printable = false;
        const auto look = [&] {
            const Head head = ParseHead(std::string_view(line.text).substr(0, colon));
            binary = IsBinary(head.name);
            base64 = head.base64;
            quoted_printable = head.quoted_printable;
        };
        if (colon != std::string::npos) look();
        for (;;) {
            if (binary && line.text.size() > 256) line.text.resize(256);
            if (quoted_printable && !line.text.empty() && line.text.back() == '=') {
                line.text.pop_back();
                // A soft line break; folding may stand on top of it.
                if (!TakePhysical(line.text, line.too_long)) return true;
                continue;
            }
            if (!Fill(1)) return true;
            const char next = bytes_[at_];
            const bool folded = IsLineSpace(next);
            // Some writers do not indent base64.
            if (!folded && !(base64 && IsBase64Line())) return true;
            if (folded && IsBlankLine()) {
                if (!base64 && !binary) return true;
            }
            if (folded) ++at_;
            // A name is short: what goes on for long without a colon has none.
            const bool was_open = colon == std::string::npos && line.text.size() < 4096;
            if (!TakePhysical(line.text, line.too_long)) return true;
            if (was_open) {
                colon = FindColon(line.text);
                if (colon != std::string::npos) look();
            }
        }
    }

    // The line that comes next, as far as it is read ahead.
    std::string_view Ahead() {
        constexpr std::size_t kMost = 4096;
        for (std::size_t wanted = 128;; wanted *= 2) {
            const bool more = Fill(wanted);
            const std::string_view rest = std::string_view(bytes_).substr(at_, wanted);
            const std::size_t end = rest.find_first_of("\r\n");
            if (end != std::string_view::npos) return rest.substr(0, end);
            if (!more || wanted >= kMost) return rest;
        }
    }
    bool IsBlankLine() { return TrimLine(Ahead()).empty(); }
    bool IsBase64Line() {
        const std::string_view line = Ahead();
        return !line.empty() && line.find_first_not_of(
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                    "0123456789+/=") == std::string_view::npos;
    }

    // The card of an AGENT: to its end, however deep.
    void SkipNested() {
        Line line;
        for (int depth = 1; depth > 0 && TakeLine(line, true);) {
            if (IsDelimiter(line.text, "BEGIN")) ++depth;
            if (IsDelimiter(line.text, "END")) --depth;
        }
    }

    void Keep(Card &card, std::string_view text) {
        if (card.text.size() + text.size() + 1 > options_.max_card_bytes) {
            if (!too_large_reported(card))
                card.faults.push_back(CardFault(
                    "record_too_large",
                    "the card has more than " + std::to_string(options_.max_card_bytes) + " bytes"));
            return;
        }
        card.text += text;
        card.text += '\n';
    }
    static bool too_large_reported(const Card &card) {
        return std::any_of(card.faults.begin(), card.faults.end(), [](const Fault &fault) {
            return fault.code == std::string_view("record_too_large");
        });
    }

    // Bytes of a property as UTF-8 without NUL; what is none becomes a fault of the card.
    std::string ToText(Card &card, std::string_view bytes, const std::string &charset, std::int64_t line) {
        if (!wide_ && !IsAscii(bytes) && bytes.find('\0') == std::string_view::npos) {
            const bool utf8 = IsUtf8(bytes);
            std::string encoding = charset.empty() ? std::string() : csv::KnownEncoding(charset);
            // Text that reads as UTF-8 is UTF-8, whatever its property says, and be it a name that nobody
            // knows: a file of UTF-16 says no less, and is written again in UTF-8. An encoding that was given
            // rules.
            if (utf8 && (!given_ || !charset.empty())) return std::string(bytes);
            if (!charset.empty() && encoding.empty()) {
                AddFault(card, CardFault("bad_encoding",
                                         "unknown character set \"" + Quoted(charset) + "\"" + InLine(line)));
                encoding = fallback_;
            }
            if (encoding.empty() || encoding == "UTF-8") {
                encoding = fallback_;
                if (!given_ && !guess_noticed_) {
                    guess_noticed_ = true;
                    notices_.push_back(
                        {"encoding_guessed",
                         "the text is not UTF-8 and does not say what it is; it is read as " + fallback_,
                         line});
                }
            }
            std::string out;
            std::vector<csv::BadSpot> spots;
            csv::Transcoder(encoding, 0).Convert(bytes, true, 0, out, spots);
            if (!spots.empty())
                AddFault(card, CardFault("bad_encoding", "bytes that are no text" + InLine(line),
                                         "The text is read as " + encoding + '.'));
            return Printable(card, out, line, false);
        }
        return Printable(card, bytes, line, true);
    }

    std::string Printable(Card &card, std::string_view text, std::int64_t line, bool report) {
        const char *p = text.data();
        const char *const end = p + text.size();
        std::string out;
        out.reserve(text.size());
        while (p != end) {
            const std::size_t length = *p == '\0' ? 0 : Utf8Length(p, end);
            if (length > 0) {
                out.append(p, length);
                p += length;
                continue;
            }
            if (*p == '\0')
                AddFault(card, CardFault("nul_byte", "NUL character" + InLine(line),
                                         "PostgreSQL text cannot hold it."));
            else if (report)
                AddFault(card, CardFault("bad_encoding", "bytes that are no text" + InLine(line)));
            out += *p == '\0' ? "\\x00" : "\uFFFD";
            ++p;
        }
        return out;
    }

    static void AddFault(Card &card, Fault fault) {
        constexpr std::size_t kMost = 20;
        if (card.faults.size() < kMost) card.faults.push_back(std::move(fault));
    }

    void AddProperty(Card &card, const Line &line) {
        const std::size_t colon = FindColon(line.text);
        if (colon == std::string::npos) {
            const std::string text = ToText(card, line.text, {}, line.number);
            AddFault(
                card,
                CardFault("property_invalid",
                          "\"" + Quoted(text) + "\"" + InLine(line.number) + " is no property",
                          "A property is written NAME:value, and goes on in lines that begin with a space."));
            Keep(card, text);
            return;
        }
        Head head = ParseHead(std::string_view(line.text).substr(0, colon));
        if (head.name == kErrorProperty || IsBinary(head.name)) return;
        Property property;
        property.line = line.number;
        std::string_view value = std::string_view(line.text).substr(colon + 1);
        // Bytes among quoted-printable that ought to be it, and are in the same character set, become so: as
        // UTF-8 they would be no part of that any more.
        if (head.quoted_printable && !wide_ && !head.charset.empty() && !IsUtf8(value) &&
            value.find('\0') == std::string_view::npos)
            property.text = ToText(card, std::string_view(line.text).substr(0, colon + 1), {}, line.number) +
                            EncodeQuotedPrintable(value);
        else
            property.text =
                ToText(card, line.text, head.quoted_printable ? std::string() : head.charset, line.number);
        std::string decoded;
        if (head.quoted_printable) {
            decoded = DecodeQuotedPrintable(value);
            value = decoded;
        }
        const bool all_text = head.quoted_printable || !IsAscii(value);
        property.value = all_text ? DecodedText(card, value, head, line.number) : std::string(value);
        property.group = std::move(head.group);
        property.name = std::move(head.name);
        property.parameters = std::move(head.parameters);
        for (Parameter &parameter : property.parameters)
            if (!IsUtf8(parameter.value)) parameter.value = ToText(card, parameter.value, {}, line.number);
        if (!IsUtf8(property.name) || !IsUtf8(property.group)) {
            property.name = ToText(card, property.name, {}, line.number);
            property.group = ToText(card, property.group, {}, line.number);
        }
        Keep(card, property.text);
        if (card.properties.size() < options_.max_properties)
            card.properties.push_back(std::move(property));
        else if (!too_large_reported(card))
            card.faults.push_back(CardFault(
                "record_too_large",
                "the card has more than " + std::to_string(options_.max_properties) + " properties"));
    }

    std::string DecodedText(Card &card, std::string_view value, const Head &head, std::int64_t line) {
        // What quoted-printable held is in the property's character set even in a file of UTF-16.
        const bool wide = wide_;
        if (head.quoted_printable) wide_ = false;
        std::string text = ToText(card, value, head.charset, line);
        wide_ = wide;
        return text;
    }

    csv::ByteSource &source_;
    Options options_;
    std::string bytes_;  // read ahead, from at_ on
    std::size_t at_ = 0;
    bool source_ended_ = false, wide_ = false, given_ = false, guess_noticed_ = false;
    std::unique_ptr<csv::Transcoder> transcoder_;
    std::string fallback_ = "windows-1252";
    std::optional<Line> pending_;
    std::int64_t line_ = 0, number_ = 0, bytes_read_ = 0;
    std::vector<csv::Notice> notices_;
};

Reader::Reader(csv::ByteSource &source, Options options)
    : impl_(std::make_unique<Impl>(source, std::move(options))) {}
Reader::~Reader() = default;
bool Reader::Next(Card &card) {
    return impl_->Next(card);
}
const std::vector<csv::Notice> &Reader::notices() const {
    return impl_->notices();
}
std::int64_t Reader::bytes_read() const {
    return impl_->bytes_read();
}

std::vector<std::string_view> SplitValue(std::string_view value, char separator) {
    std::vector<std::string_view> out;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\') {
            ++i;
        } else if (value[i] == separator) {
            out.push_back(value.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    out.push_back(value.substr(begin));
    return out;
}

std::string Unescape(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '\\' || i + 1 == value.size()) {
            out += value[i];
            continue;
        }
        const char next = value[i + 1];
        if (next == 'n' || next == 'N')
            out += '\n';
        else if (next == ',' || next == ';' || next == ':' || next == '\\')
            out += next;
        else
            (out += '\\') += next;
        ++i;
    }
    return out;
}

}  // namespace contacts::vcard
