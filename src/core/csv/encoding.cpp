#include "core/csv/encoding.h"

#include "core/text.h"

#include <unicode/ucnv.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <cstring>

#include "core/error.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace contacts::csv {
namespace {

unsigned char Byte(const char *p) {
    return static_cast<unsigned char>(*p);
}

// The first byte that is NUL or not ASCII.
const char *SkipPlainAscii(const char *p, const char *end) {
#if defined(__SSE2__)
    const __m128i zero = _mm_setzero_si128();
    for (; end - p >= 32; p += 32) {
        const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
        const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p + 16));
        const __m128i nul = _mm_cmpeq_epi8(_mm_min_epu8(a, b), zero);
        if (_mm_movemask_epi8(_mm_or_si128(nul, _mm_or_si128(a, b))) != 0) break;
    }
#else
    for (; end - p >= 8; p += 8) {
        std::uint64_t word;
        std::memcpy(&word, p, 8);
        constexpr std::uint64_t kHigh = 0x8080808080808080u;
        if ((word & kHigh) != 0 || ((word - 0x0101010101010101u) & ~word & kHigh) != 0) break;
    }
#endif
    while (p < end && Byte(p) - 1u < 0x7Fu) ++p;
    return p;
}

// A sequence that is well-formed as far as it goes, cut by `end`.
bool CutSequence(const char *p, const char *end) {
    char padded[4] = {};
    const auto length = static_cast<std::size_t>(end - p);
    if (length == 0 || length >= 4) return false;
    const unsigned char lead = Byte(p);
    const std::size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || length >= wanted) return false;
    std::memcpy(padded, p, length);
    // The second byte has a narrower range after some leads; 0x80, 0x90 or 0xA0 suits each of them as filler.
    for (std::size_t i = length; i < wanted; ++i)
        padded[i] = lead == 0xE0 && i == 1 ? '\xA0' : lead == 0xF0 && i == 1 ? '\x90' : '\x80';
    return Utf8Length(padded, padded + wanted) == wanted;
}

struct Tally {
    std::size_t good = 0;  // well-formed sequences of several bytes
    std::size_t bad = 0;   // places where there is none
};

Tally Count(const char *p, const char *end, bool whole) {
    Tally tally;
    while ((p = SkipPlainAscii(p, end)) < end) {
        if (*p == '\0') {
            ++p;
        } else if (const std::size_t length = Utf8Length(p, end)) {
            ++tally.good;
            p += length;
        } else if (!whole && CutSequence(p, end)) {
            break;
        } else {
            ++tally.bad;
            ++p;
        }
    }
    return tally;
}

constexpr std::size_t kPatternBytes = 1024;  // how far the patterns of UTF-16 and UTF-32 are looked for

// Whole code points in four bytes each, none of them U+0000.
bool LooksLikeUtf32(std::string_view text, bool big_endian) {
    text = text.substr(0, kPatternBytes);
    if (text.size() < 4) return false;
    for (; text.size() >= 4; text.remove_prefix(4)) {
        const auto at = [&](int i) { return std::uint32_t{Byte(&text[big_endian ? i : 3 - i])}; };
        const std::uint32_t code = at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3);
        if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    }
    return true;
}

// UTF-16 of any script has NULs, those of ASCII characters, on one side of its units; on the other hardly
// any, those of U+4E00, of a space as wide as a Chinese character, of U+0000, or of a surrogate alone. In
// UTF-8 with a few NULs that may be so, too, but there the other bytes are text: in UTF-16 they are either no
// UTF-8, or, where a script keeps to one row of Unicode, control characters.
const char *Utf16Pattern(std::string_view text) {
    text = text.substr(0, kPatternBytes);
    const std::size_t units = text.size() / 2;
    if (units < 2) return nullptr;
    std::size_t zeros[2] = {0, 0};
    std::size_t controls[2] = {0, 0};
    for (std::size_t i = 0; i < units * 2; ++i) {
        const unsigned char byte = Byte(&text[i]);
        zeros[i % 2] += byte == 0;
        controls[i % 2] += byte < '\t' || (byte > '\r' && byte < 0x20);
    }
    const int side = zeros[1] > zeros[0];
    if (zeros[side] == 0 || zeros[1 - side] * 3 > zeros[side]) return nullptr;
    const bool no_utf8 = Count(text.data(), text.data() + text.size(), false).bad > 0;
    if (controls[side] * 10 < units * 9 && !(no_utf8 && zeros[side] * 4 >= units)) return nullptr;
    return side == 1 ? "UTF-16LE" : "UTF-16BE";
}

}  // namespace

Usable CheckText(const char *begin, const char *end, bool text_ends) {
    const char *p = begin;
    for (;;) {
        p = SkipPlainAscii(p, end);
        if (p == end) return {end, false};
        // Text that is not Latin comes in runs: stay here while it lasts.
        while (p < end && Byte(p) >= 0x80) {
            const std::size_t length = Utf8Length(p, end);
            if (length == 0) return {p, text_ends || !CutSequence(p, end)};
            p += length;
        }
        if (p < end && *p == '\0') return {p, true};
    }
}

bool RatherUtf8(std::string_view piece) {
    // The piece may begin inside a sequence.
    for (int i = 0; i < 3 && !piece.empty() && (Byte(piece.data()) & 0xC0) == 0x80; ++i)
        piece.remove_prefix(1);
    const Tally tally = Count(piece.data(), piece.data() + piece.size(), false);
    return tally.good >= tally.bad;
}

Detection DetectEncoding(std::string_view sample, bool whole) {
    using namespace std::string_view_literals;
    if (sample.starts_with("\xEF\xBB\xBF"sv)) return {"UTF-8", 3};
    if (sample.starts_with("\xFF\xFE\0\0"sv) &&
        (sample.size() < 8 || LooksLikeUtf32(sample.substr(4), false)))
        return {"UTF-32LE", 4};
    if (sample.starts_with("\0\0\xFE\xFF"sv)) return {"UTF-32BE", 4};
    if (sample.starts_with("\xFE\xFF"sv) || sample.starts_with("\xFF\xFE"sv)) {
        // Some writers put the mark of UTF-16 before UTF-32.
        const std::string_view text = sample.substr(2);
        if (LooksLikeUtf32(text, true)) return {"UTF-32BE", 2};
        if (LooksLikeUtf32(text, false)) return {"UTF-32LE", 2};
        return {sample[0] == '\xFF' ? "UTF-16LE" : "UTF-16BE", 2};
    }
    if (LooksLikeUtf32(sample, true)) return {"UTF-32BE"};
    if (LooksLikeUtf32(sample, false)) return {"UTF-32LE"};
    if (const char *utf16 = Utf16Pattern(sample)) return {utf16};
    const Tally tally = Count(sample.data(), sample.data() + sample.size(), whole);
    // Accidental UTF-8 is rare in other encodings, so a few well-formed sequences outweigh a stray byte.
    if (tally.bad > tally.good) return {"windows-1252", 0, true};
    return {"UTF-8", 0, false, tally.good + tally.bad == 0};
}

std::string KnownEncoding(const std::string &name) {
    // A converter's name may carry options after a comma, or be a path; only listed names are taken. Names
    // are ASCII (RFC 2978): ICU passes over other bytes, and what a name means would depend on what it is
    // written in.
    if (std::any_of(name.begin(), name.end(), [](char c) { return c == ',' || c < ' ' || c > '~'; }))
        return {};
    std::string wanted = name;
    for (char &c : wanted)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    // PostgreSQL has names of its own; most of the others ICU knows.
    if (wanted.size() > 3 && wanted.starts_with("WIN") &&
        wanted.find_first_not_of("0123456789", 3) == std::string::npos)
        wanted.insert(3, "DOWS-");
    else if (wanted == "SJIS")
        wanted = "Shift_JIS";
    else if (wanted == "UHC")
        wanted = "windows-949";
    UErrorCode status = U_ZERO_ERROR;
    if (ucnv_countAliases(wanted.c_str(), &status) == 0 || U_FAILURE(status)) return {};
    // Some listed converters are not installed everywhere.
    UConverter *probe = ucnv_open(wanted.c_str(), &status);
    if (U_FAILURE(status)) return {};
    ucnv_close(probe);
    for (const char *standard : {"MIME", "IANA"}) {
        status = U_ZERO_ERROR;
        const char *known = ucnv_getStandardName(wanted.c_str(), standard, &status);
        if (U_SUCCESS(status) && known != nullptr) return known;
    }
    status = U_ZERO_ERROR;
    const char *known = ucnv_getAlias(wanted.c_str(), 0, &status);
    return U_SUCCESS(status) && known != nullptr ? known : wanted;
}

void Transcoder::Close::operator()(UConverter *converter) const {
    ucnv_close(converter);
}

Transcoder::Transcoder(const std::string &encoding, std::int64_t source_offset)
    : begin_(source_offset), source_offset_(source_offset) {
    UErrorCode status = U_ZERO_ERROR;
    converter_.reset(ucnv_open(encoding.c_str(), &status));
    if (U_SUCCESS(status))
        ucnv_setToUCallBack(converter_.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    if (U_FAILURE(status))
        throw Error(sqlstate::kInternalError,
                    "could not open ICU converter \"" + encoding + "\": " + u_errorName(status));
    unit_bytes_ = ucnv_getMinCharSize(converter_.get());
    const UConverterType type = ucnv_getType(converter_.get());
    counts_from_beginning_ = unit_bytes_ == 4 || type == UCNV_UTF8 || type == UCNV_CESU8;
}

void Transcoder::Convert(std::string_view bytes, bool last, std::int64_t text_offset, std::string &out,
                         std::vector<BadSpot> &spots) {
    const std::size_t out_before = out.size();
    const char *source = bytes.data();
    const char *const limit = source + bytes.size();
    const auto spot = [&](std::int64_t source_offset, bool nul) {
        BadSpot bad{};
        bad.text_offset = text_offset + static_cast<std::int64_t>(out.size() - out_before);
        // Where a call ends inside a unit, ICU may not count its first bytes.
        bad.source_offset = source_offset - (source_offset - begin_) % unit_bytes_;
        bad.nul = nul;
        out += nul ? '\0' : kStandIn;
        return bad;
    };
    const auto lone_surrogate = [&](char16_t unit, std::int64_t source_offset) {
        BadSpot bad = spot(source_offset, false);
        bad.length = 2;
        bad.bytes[0] = static_cast<unsigned char>(unit >> 8);
        bad.bytes[1] = static_cast<unsigned char>(unit & 0xFF);
        spots.push_back(bad);
    };
    for (;;) {
        UChar units[4096];
        std::int32_t origins[4096];
        UChar *target = units;
        const char *const start = source;
        UErrorCode status = U_ZERO_ERROR;
        // Bytes of a character that the last call saw the beginning of.
        const std::int32_t begun = std::max(0, ucnv_toUCountPending(converter_.get(), &status));
        status = U_ZERO_ERROR;
        ucnv_toUnicode(converter_.get(), &target, units + std::size(units), &source, limit, origins, last,
                       &status);
        char text[3 * std::size(units) + 4];
        std::size_t length = 0;
        const auto flush = [&] {
            out.append(text, length);
            length = 0;
        };
        const auto offset_of = [&](const UChar *unit) {
            // Of a begun character most of ICU's converters say -1.
            std::int32_t origin = origins[unit - units];
            if (origin < 0 || counts_from_beginning_) origin = std::max(origin, 0) - begun;
            return source_offset_ + (start - bytes.data()) + origin;
        };
        for (const UChar *u = units; u < target; ++u) {
            UChar32 code = *u;
            if (code - 1u < 0x7Fu && lead_ == 0) {
                text[length++] = static_cast<char>(code);
                continue;
            }
            if (U16_IS_LEAD(code)) {
                if (lead_ != 0) flush(), lone_surrogate(lead_, lead_offset_);
                lead_ = static_cast<char16_t>(code);
                lead_offset_ = offset_of(u);
                continue;
            }
            if (U16_IS_TRAIL(code)) {
                if (lead_ == 0) {
                    flush(), lone_surrogate(static_cast<char16_t>(code), offset_of(u));
                    continue;
                }
                code = U16_GET_SUPPLEMENTARY(lead_, code);
                lead_ = 0;
            } else if (lead_ != 0) {
                flush(), lone_surrogate(lead_, lead_offset_);
                lead_ = 0;
            }
            if (code == 0) {
                flush();
                spots.push_back(spot(offset_of(u), true));
                continue;
            }
            U8_APPEND_UNSAFE(text, length, code);
        }
        flush();
        if (status == U_BUFFER_OVERFLOW_ERROR) continue;
        if (U_SUCCESS(status)) break;
        if (status != U_INVALID_CHAR_FOUND && status != U_ILLEGAL_CHAR_FOUND &&
            status != U_TRUNCATED_CHAR_FOUND && status != U_ILLEGAL_ESCAPE_SEQUENCE &&
            status != U_UNSUPPORTED_ESCAPE_SEQUENCE)
            throw Error(sqlstate::kInternalError,
                        std::string("ICU could not convert text: ") + u_errorName(status));
        char raw[16];
        std::int8_t raw_length = sizeof raw;
        UErrorCode ignored = U_ZERO_ERROR;
        ucnv_getInvalidChars(converter_.get(), raw, &raw_length, &ignored);
        if (U_FAILURE(ignored)) raw_length = 0;
        ignored = U_ZERO_ERROR;
        const std::int32_t pending = std::max(0, ucnv_toUCountPending(converter_.get(), &ignored));
        BadSpot bad = spot(source_offset_ + (source - bytes.data()) - raw_length - pending, false);
        bad.length = static_cast<unsigned char>(std::min<std::size_t>(raw_length, sizeof bad.bytes));
        std::memcpy(bad.bytes, raw, bad.length);
        spots.push_back(bad);
        // What ended the input unfinished has been reported; nothing is left to convert.
        if (status == U_TRUNCATED_CHAR_FOUND) break;
    }
    source_offset_ += static_cast<std::int64_t>(bytes.size());
    if (last && lead_ != 0) {
        lone_surrogate(lead_, lead_offset_);
        lead_ = 0;
    }
}

}  // namespace contacts::csv
