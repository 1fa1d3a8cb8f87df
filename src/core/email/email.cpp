// What is accepted is decided by the rules in this file, never by ICU: a dump must load under any ICU, older
// or newer than the one it was made with. ICU is asked for the key alone, and only where a part is not ASCII:
//
// * local part: NFC of the case folding. Both are stable for assigned characters (Unicode's stability
// policies), so
//   keys of different ICUs differ only where one of them did not know a character yet.
// * domain: UTS #46, nontransitional, to A-labels. Where ICU finds an error (a character it does not know, a
// label
//   that mixes directions, …) the key is made without it: the folded labels in Punycode, which is what a
//   later Unicode will make of most characters that are new to this one.
//
// Values stored under another ICU keep their key until they are written again.
#include "core/email/email.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

namespace contacts {
namespace {

using std::string;
using std::string_view;

bool IsAscii(string_view s) {
    return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
bool IsAsciiDigit(char32_t c) {
    return c >= '0' && c <= '9';
}
bool IsAsciiLetter(char32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char LowerAscii(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Spaces and characters that leave no mark. By code point and not by property, for the reason given above.
bool IsInvisible(char32_t c) {
    return c <= ' ' || (c >= 0x7F && c <= 0xA0) || c == 0xAD || c == 0x034F || c == 0x061C || c == 0x115F ||
           c == 0x1160 || c == 0x1680 || c == 0x180E || (c >= 0x2000 && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0x3164 ||
           c == 0xFEFF || c == 0xFFA0;
}
bool IsJoiner(char32_t c) {
    return c == 0x200C || c == 0x200D;
}

// Never part of text that is exchanged, or the mark of a wrong decoding (U+FFFD).
bool IsNoCharacter(char32_t c) {
    return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE || (c >= 0xFFF0 && c <= 0xFFFD);
}

// Canonically equal to ASCII punctuation (a semicolon, a grave accent), which it would be in a key.
bool IsAsciiEquivalent(char32_t c) {
    return c == 0x037E || c == 0x1FEF;
}

bool IsAtext(char32_t c) {
    return IsAsciiLetter(c) || IsAsciiDigit(c) ||
           (c < 0x80 && string_view("!#$%&'*+-/=?^_`{|}~").find(static_cast<char>(c)) != string_view::npos);
}

bool IsIdeographicDot(char32_t c) {
    return c == 0x3002 || c == 0xFF0E || c == 0xFF61;
}

struct Text {
    string_view bytes;
    std::vector<char32_t> characters;
    std::vector<std::size_t> offsets;  // of each character, and the end
};

// Nothing when the bytes are not UTF-8; `bad` is then the offset of the offending byte.
bool Decode(string_view bytes, Text &text, std::size_t &bad) {
    text.bytes = bytes;
    text.characters.reserve(bytes.size());
    text.offsets.reserve(bytes.size() + 1);
    const auto *s = reinterpret_cast<const std::uint8_t *>(bytes.data());
    const auto length = static_cast<std::int32_t>(bytes.size());
    std::int32_t i = 0;
    while (i < length) {
        const std::int32_t start = i;
        UChar32 c;
        U8_NEXT(s, i, length, c);
        if (c < 0) {
            bad = static_cast<std::size_t>(start);
            return false;
        }
        text.characters.push_back(static_cast<char32_t>(c));
        text.offsets.push_back(static_cast<std::size_t>(start));
    }
    text.offsets.push_back(bytes.size());
    return true;
}

void AppendUtf8(string &to, char32_t c) {
    char buffer[U8_MAX_LENGTH];
    int length = 0;
    U8_APPEND_UNSAFE(buffer, length, c);
    to.append(buffer, static_cast<std::size_t>(length));
}

string Trim(string_view bytes) {
    const auto *s = reinterpret_cast<const std::uint8_t *>(bytes.data());
    auto begin = std::int32_t{0}, end = static_cast<std::int32_t>(bytes.size());
    while (begin < end) {
        std::int32_t next = begin;
        UChar32 c;
        U8_NEXT(s, next, end, c);
        if (c < 0 || !IsInvisible(static_cast<char32_t>(c))) break;
        begin = next;
    }
    while (end > begin) {
        std::int32_t previous = end;
        UChar32 c;
        U8_PREV(s, begin, previous, c);
        if (c < 0 || !IsInvisible(static_cast<char32_t>(c))) break;
        end = previous;
    }
    return string(bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
}

Fault Invalid(string_view text, string detail, string hint = {}, const char *code = "email_invalid") {
    return {code, "invalid e-mail address: \"" + Quoted(text) + "\"", std::move(detail), std::move(hint)};
}

string Described(const Text &text, std::size_t i) {
    char code[16];
    std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(text.characters[i]));
    string out = "Character " + std::to_string(i + 1) + " (";
    if (text.characters[i] == ' ') {
        out += "a space, ";
    } else if (!IsInvisible(text.characters[i]) && !IsNoCharacter(text.characters[i])) {
        out += '"';
        out += text.bytes.substr(text.offsets[i], text.offsets[i + 1] - text.offsets[i]);
        out += "\", ";
    }
    return out + code + ")";
}

// NFC of the case folding.
string FoldText(string_view s) {
    if (IsAscii(s)) {
        string out(s);
        std::transform(out.begin(), out.end(), out.begin(), LowerAscii);
        return out;
    }
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *nfd = icu::Normalizer2::getNFDInstance(status);
    const icu::Normalizer2 *nfc = icu::Normalizer2::getNFCInstance(status);
    icu::UnicodeString folded;
    if (U_SUCCESS(status))
        folded = nfd->normalize(icu::UnicodeString::fromUTF8({s.data(), static_cast<std::int32_t>(s.size())}),
                                status);
    if (U_SUCCESS(status)) folded = nfc->normalize(folded.foldCase(U_FOLD_CASE_DEFAULT), status);
    if (U_FAILURE(status))
        throw Error(sqlstate::kInternalError, string("ICU could not normalize text: ") + u_errorName(status));
    string out;
    folded.toUTF8String(out);
    return out;
}

// RFC 3492, for labels of one domain: no overflow is possible.
string Punycode(const std::vector<char32_t> &input) {
    constexpr unsigned kBase = 36, kTmin = 1, kTmax = 26, kSkew = 38, kDamp = 700;
    const auto digit = [](unsigned d) { return static_cast<char>(d < 26 ? 'a' + d : '0' + d - 26); };
    string out;
    for (const char32_t c : input)
        if (c < 0x80) out += static_cast<char>(c);
    const std::size_t basic = out.size();
    std::size_t handled = basic;
    if (basic > 0) out += '-';
    std::uint64_t n = 0x80, delta = 0, bias = 72;
    while (handled < input.size()) {
        std::uint64_t next = 0x110000;
        for (const char32_t c : input)
            if (c >= n && c < next) next = c;
        delta += (next - n) * (handled + 1);
        n = next;
        for (const char32_t c : input) {
            if (c < n) ++delta;
            if (c != n) continue;
            std::uint64_t q = delta;
            for (std::uint64_t k = kBase;; k += kBase) {
                const std::uint64_t t = k <= bias ? kTmin : k >= bias + kTmax ? kTmax : k - bias;
                if (q < t) break;
                out += digit(static_cast<unsigned>(t + (q - t) % (kBase - t)));
                q = (q - t) / (kBase - t);
            }
            out += digit(static_cast<unsigned>(q));
            delta = handled == basic ? delta / kDamp : delta / 2;
            delta += delta / (handled + 1);
            std::uint64_t k = 0;
            for (; delta > ((kBase - kTmin) * kTmax) / 2; k += kBase) delta /= kBase - kTmin;
            bias = k + (kBase - kTmin + 1) * delta / (delta + kSkew);
            delta = 0;
            ++handled;
        }
        ++delta;
        ++n;
    }
    return out;
}

const icu::IDNA &Uts46() {
    static const icu::IDNA *const idna = [] {
        UErrorCode status = U_ZERO_ERROR;
        const icu::IDNA *made = icu::IDNA::createUTS46Instance(
            UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII,
            status);
        if (U_FAILURE(status))
            throw Error(sqlstate::kInternalError,
                        string("ICU could not load its IDNA data: ") + u_errorName(status));
        return made;
    }();
    return *idna;
}

template <class Each>
void ForEachLabel(string_view domain, Each &&each) {
    for (;;) {
        const std::size_t dot = domain.find('.');
        each(domain.substr(0, dot));
        if (dot == string_view::npos) return;
        domain.remove_prefix(dot + 1);
    }
}

string DomainToAscii(const string &domain) {
    string out;
    icu::StringByteSink<string> sink(&out);
    icu::IDNAInfo info;
    UErrorCode status = U_ZERO_ERROR;
    Uts46().nameToASCII_UTF8(domain, sink, info, status);
    if (U_FAILURE(status))
        throw Error(sqlstate::kInternalError, string("ICU could not map a domain: ") + u_errorName(status));
    constexpr std::uint32_t kLengths = UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG;
    if ((info.getErrors() & ~kLengths) == 0 && IsAscii(out)) return out;

    out.clear();
    ForEachLabel(domain, [&](string_view label) {
        if (!out.empty()) out += '.';
        const string folded = FoldText(label);
        if (IsAscii(folded)) {
            out += folded;
            return;
        }
        Text text;
        std::size_t bad;
        Decode(folded, text, bad);
        out += "xn--" + Punycode(text.characters);
    });
    return out;
}

// One address on its way through the rules; every step returns true or has set fault_.
class Parser {
  public:
    explicit Parser(const Text &text) : text_(text), size_(text.characters.size()) {}

    bool Run() {
        if (!Local()) return false;
        ++at_;  // the @
        if (At() == '[' ? !AddressLiteral() : !Domain()) return false;
        return true;
    }

    string key() const { return local_key_ + '@' + domain_key_; }
    Fault &fault() { return fault_; }

  private:
    // Past the end: a character that is in no set.
    char32_t At() const { return At(at_); }
    char32_t At(std::size_t i) const { return i < size_ ? text_.characters[i] : U'\0'; }
    string_view Bytes(std::size_t from, std::size_t to) const {
        return text_.bytes.substr(text_.offsets[from], text_.offsets[to] - text_.offsets[from]);
    }

    bool Fail(string detail, string hint = {}) {
        fault_ = Invalid(text_.bytes, std::move(detail), std::move(hint));
        return false;
    }

    // A non-ASCII character that may stand in a local part or a label.
    bool IsForeign(std::size_t i) const {
        const char32_t c = At(i);
        if (c < 0x80 || IsNoCharacter(c) || IsAsciiEquivalent(c)) return false;
        // ZWJ and ZWNJ belong to words of some scripts and to emoji, but not beside ASCII.
        if (IsJoiner(c)) return i > 0 && At(i - 1) >= 0x80 && At(i + 1) >= 0x80;
        return !IsInvisible(c);
    }

    bool Local() {
        string content;
        if (At() == '"') {
            if (!QuotedLocal(content)) return false;
        } else if (!DotAtom()) {
            return false;
        }
        const string_view typed = Bytes(0, at_);
        if (typed.size() > kEmailLocalMaxOctets)
            return Fail("The part before the @ has " + std::to_string(typed.size()) +
                        " octets, the limit is " + std::to_string(kEmailLocalMaxOctets) +
                        " (RFC 5321, section 4.5.3.1.1).");
        local_key_ = FoldText(typed[0] == '"' ? Requoted(content) : string(typed));
        return true;
    }

    bool DotAtom() {
        const std::size_t start = at_;
        for (;; ++at_) {
            if (at_ == size_) return Fail("There is no @.", AtHint());
            const char32_t c = At();
            if (c == '@') break;
            if (c == '.') {
                if (at_ == start) return Fail("The part before the @ begins with a dot.");
                if (At(at_ + 1) == '.')
                    return Fail("There are two dots in a row at character " + Number(at_) + ".");
                if (At(at_ + 1) == '@') return Fail("The part before the @ ends with a dot.");
                continue;
            }
            if (IsAtext(c) || IsForeign(at_)) continue;
            return Fail(
                Described(text_, at_) + " may not stand in an unquoted local part (RFC 5321, section 4.1.2).",
                LocalHint(c));
        }
        if (at_ == start) return Fail("There is nothing before the @.");
        return true;
    }

    bool QuotedLocal(string &content) {
        for (++at_;; ++at_) {
            if (at_ == size_) return Fail("The quotation mark that opens the local part is not closed.");
            char32_t c = At();
            if (c == '"') break;
            if (c == '\\') {
                c = At(++at_);
                if (at_ == size_ || c < ' ' || c > '~')
                    return Fail("The backslash at character " + Number(at_ - 1) +
                                " is not followed by a printable ASCII character (RFC 5321, section 4.1.2).");
            } else if (!(c >= ' ' && c <= '~') && !IsForeign(at_)) {
                return Fail(Described(text_, at_) + " may not stand in a local part.");
            }
            AppendUtf8(content, c);
        }
        ++at_;
        if (at_ == size_) return Fail("There is no @ after the quoted local part.");
        if (At() != '@')
            return Fail(Described(text_, at_) + " follows the quoted local part, where only @ may.");
        return true;
    }

    // "john"@x is john@x; where quotes are needed, only what must be escaped is.
    static string Requoted(const string &content) {
        bool atom = !content.empty() && content.front() != '.' && content.back() != '.' &&
                    content.find("..") == string::npos;
        for (const char c : content)
            atom = atom &&
                   (c == '.' || static_cast<unsigned char>(c) >= 0x80 || IsAtext(static_cast<char32_t>(c)));
        if (atom) return content;
        string out = "\"";
        for (const char c : content) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        return out + '"';
    }

    bool Domain() {
        const std::size_t start = at_;
        if (at_ == size_) return Fail("There is nothing after the @.");
        string domain;
        std::size_t label = at_;
        for (; at_ < size_; ++at_) {
            char32_t c = At();
            if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;  // full-width ASCII
            if (IsIdeographicDot(c)) c = '.';
            if (c == '.') {
                if (at_ == start) return Fail("The domain begins with a dot.");
                if (at_ + 1 == size_) return Fail("The domain ends with a dot.");
                if (at_ == label)
                    return Fail("There are two dots in a row at character " + Number(at_ - 1) + ".");
                if (domain.back() == '-') return HyphenFault(label);
                label = at_ + 1;
            } else if (c == '-') {
                if (at_ == label) return HyphenFault(label);
            } else if (c < 0x80 ? !IsAsciiLetter(c) && !IsAsciiDigit(c)
                                : !IsForeign(at_) || (c >= 0x2000 && c <= 0x206F && !IsJoiner(c))) {
                return Fail(Described(text_, at_) + " may not stand in a domain name.", DomainHint(c));
            }
            AppendUtf8(domain, c);
        }
        if (domain.back() == '-') return HyphenFault(label);

        if (IsAscii(domain)) {
            std::transform(domain.begin(), domain.end(), domain.begin(), LowerAscii);
            domain_key_ = std::move(domain);
        } else {
            domain_key_ = DomainToAscii(domain);
        }
        return DomainLimits();
    }

    bool DomainLimits() {
        if (domain_key_.size() > kDomainMaxOctets)
            return Fail("The domain has " + std::to_string(domain_key_.size()) + " octets, the limit is " +
                        std::to_string(kDomainMaxOctets) + " (RFC 1035, section 2.3.4).");
        bool ok = true;
        string_view last;
        ForEachLabel(domain_key_, [&](string_view label) {
            if (ok && label.size() > kDomainLabelMaxOctets)
                ok = Fail("The part \"" + Quoted(label, 24) + "\" of the domain has " +
                          std::to_string(label.size()) + " octets, the limit is " +
                          std::to_string(kDomainLabelMaxOctets) + " (RFC 1035, section 2.3.4).");
            last = label;
        });
        if (ok && std::all_of(last.begin(), last.end(), IsAsciiDigit))
            return Fail("A domain does not end in digits alone (RFC 3696, section 2).",
                        "An IP address stands in brackets: user@[192.0.2.1].");
        return ok;
    }

    bool HyphenFault(std::size_t label) {
        return Fail("The part of the domain that begins at character " + Number(label) +
                    " begins or ends with a hyphen (RFC 1123, section 2.1).");
    }

    bool AddressLiteral() {
        const string_view literal = Bytes(at_, size_);
        const string_view inside = literal.substr(1, literal.size() - 2);
        if (literal.size() < 3 || literal.back() != ']')
            return Fail("The bracket that opens the address literal is not closed at the end.");
        string folded(inside);
        std::transform(folded.begin(), folded.end(), folded.begin(), LowerAscii);
        if (folded.starts_with("ipv6:")) {
            in6_addr address;
            char buffer[INET6_ADDRSTRLEN];
            if (folded.find('\0') == string::npos && inet_pton(AF_INET6, folded.c_str() + 5, &address) == 1) {
                inet_ntop(AF_INET6, &address, buffer, sizeof buffer);
                domain_key_ = string("[ipv6:") + buffer + ']';
                return true;
            }
            return Fail("The address literal is no IPv6 address (RFC 5321, section 4.1.3).");
        }
        string normal = "[";
        std::size_t i = 0;
        for (int octet = 0; octet < 4; ++octet) {
            if (octet > 0 && (i >= folded.size() || folded[i++] != '.')) break;
            int value = 0, digits = 0;
            for (; i < folded.size() && digits < 3 && IsAsciiDigit(static_cast<unsigned char>(folded[i]));
                 ++i, ++digits)
                value = value * 10 + (folded[i] - '0');
            if (digits == 0 || value > 255) break;
            normal += std::to_string(value);
            if (octet < 3) {
                normal += '.';
            } else if (i == folded.size()) {
                domain_key_ = normal + ']';
                return true;
            }
        }
        return Fail(
            "The address literal is neither an IPv4 address nor \"IPv6:\" and an IPv6 address "
            "(RFC 5321, section 4.1.3).");
    }

    static string Number(std::size_t i) { return std::to_string(i + 1); }

    string AtHint() const {
        for (const char32_t c : text_.characters)
            if (c == 0xFF20 || c == 0xFE6B) return "The text has a full-width at sign; type @.";
        return "";
    }

    string LocalHint(char32_t c) const {
        if (c == '<' || c == '>' || text_.characters.back() == '>')
            return "Give the address alone, without a name and angle brackets.";
        if (text_.bytes.starts_with("mailto:")) return "Give the address alone, without \"mailto:\".";
        if (c == ',' || c == ';') return "Give one address, not a list.";
        return AtHint();
    }

    static string DomainHint(char32_t c) {
        if (c == ',' || c == ';') return "Give one address, not a list.";
        if (c == '>') return "Give the address alone, without a name and angle brackets.";
        return "";
    }

    const Text &text_;
    const std::size_t size_;
    std::size_t at_ = 0;
    string local_key_, domain_key_;
    Fault fault_;
};

// Whether this is an address that needs no second look, as most are: lower-case ASCII letters, digits and the
// commonest signs, by all rules of Parser's. It is its own key.
bool IsPlainAddress(string_view text) {
    if (text.size() > kEmailMaxOctets) return false;
    std::size_t at = string_view::npos;
    std::size_t label = 0;  // where what stands between two dots begins
    bool digits_alone = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool in_domain = at != string_view::npos;
        if (c >= 'a' && c <= 'z') {
            digits_alone = false;
        } else if (c == '.' || (c == '@' && !in_domain)) {
            if (i == label) return false;
            if (in_domain && (text[i - 1] == '-' || i - label > kDomainLabelMaxOctets)) return false;
            if (c == '@') at = i;
            label = i + 1;
            digits_alone = true;
        } else if (c == '-') {
            if (in_domain && i == label) return false;
            digits_alone = false;
        } else if (!(c >= '0' && c <= '9') && (in_domain || (c != '_' && c != '+'))) {
            return false;
        }
    }
    return at != string_view::npos && at <= kEmailLocalMaxOctets &&
           text.size() - at - 1 <= kDomainMaxOctets && label < text.size() && text.back() != '-' &&
           text.size() - label <= kDomainLabelMaxOctets && !digits_alone;
}

}  // namespace

Result<Email> ParseEmail(string_view input) {
    if (IsPlainAddress(input)) return Email(string(input));
    if (input.size() > INT32_MAX) input = input.substr(0, INT32_MAX);  // too long in any case
    const string trimmed = Trim(input);
    if (trimmed.empty()) return Invalid(trimmed, "There is no address.", {}, "email_empty");
    if (trimmed.size() > kEmailMaxOctets)
        return Invalid(trimmed,
                       "It has " + std::to_string(trimmed.size()) + " octets, the limit is " +
                           std::to_string(kEmailMaxOctets) + " (RFC 5321, section 4.5.3.1.3).",
                       {}, "email_too_long");
    Text text;
    std::size_t bad = 0;
    if (!Decode(trimmed, text, bad))
        return Invalid(trimmed, "Byte " + std::to_string(bad + 1) + " is not UTF-8.");
    Parser parser(text);
    if (!parser.Run()) return std::move(parser.fault());
    string stored = parser.key();
    if (stored != trimmed) {
        stored += '\0';
        stored += trimmed;
    }
    return Email(std::move(stored));
}

string EmailKeyPrefix(string_view text) {
    if (text.size() > kEmailMaxOctets) return {};
    const string trimmed = Trim(text);
    Text decoded;
    std::size_t bad = 0;
    if (trimmed.find('\0') != string::npos || !Decode(trimmed, decoded, bad)) return {};
    const std::size_t at = trimmed.rfind('@');
    if (at == string::npos) return FoldText(trimmed);
    string domain = trimmed.substr(at + 1);
    if (IsAscii(domain))
        std::transform(domain.begin(), domain.end(), domain.begin(), LowerAscii);
    else
        domain = DomainToAscii(domain);
    return FoldText(string_view(trimmed).substr(0, at)) + '@' + domain;
}

string AfterEmailPrefix(string prefix) {
    AppendUtf8(prefix, 0x10FFFF);
    return prefix;
}

Result<Email> Email::FromStored(string_view bytes) {
    const auto has_two_parts = [](string_view s) {
        const std::size_t at = s.rfind('@');
        return at != string_view::npos && at > 0 && at + 1 < s.size();
    };
    const string_view text = StoredEmailText(bytes);
    const bool has_text = text.size() != bytes.size();
    if (!has_two_parts(StoredEmailKey(bytes)) ||
        (has_text &&
         (!has_two_parts(text) || text.find('\0') != string_view::npos || text == StoredEmailKey(bytes))))
        return Fault{"email_corrupt", "invalid stored e-mail address", "", "",
                     sqlstate::kInvalidBinaryRepresentation};
    return Email(string(bytes));
}

}  // namespace contacts
