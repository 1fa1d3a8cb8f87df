#include "core/place/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>

#include "core/error.h"

namespace contacts {
namespace {

// Signs that stand for the apostrophe in "d'Ivoire", with those that keyboards and word processors put
// instead.
bool IsApostrophe(UChar32 c) {
    return c == '\'' || c == '`' || c == 0xB4 || c == 0x2018 || c == 0x2019 || c == 0x201B || c == 0x2032 ||
           (c >= 0x02B9 && c <= 0x02BD) || c == 0x02C8 || c == 0xFF07 || c == 0xFF40;
}

std::string Plain(std::string_view name) {
    if (std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
        std::string out;
        for (const char c : name) {
            if (IsApostrophe(static_cast<unsigned char>(c))) continue;
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        }
        return out;
    }
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *nfkd = icu::Normalizer2::getNFKDInstance(status);
    if (U_FAILURE(status))
        throw Error(sqlstate::kInternalError,
                    std::string("ICU could not normalize text: ") + u_errorName(status));
    const auto decoded = icu::UnicodeString::fromUTF8({name.data(), static_cast<std::int32_t>(name.size())});
    // Before decomposition, which makes a space and an accent of U+00B4.
    icu::UnicodeString kept;
    for (std::int32_t i = 0; i < decoded.length(); i = decoded.moveIndex32(i, 1)) {
        const UChar32 c = decoded.char32At(i);
        if (!IsApostrophe(c) && u_charType(c) != U_FORMAT_CHAR) kept.append(c);
    }
    kept = nfkd->normalize(kept, status);
    icu::UnicodeString bare;
    for (std::int32_t i = 0; i < kept.length(); i = kept.moveIndex32(i, 1)) {
        const UChar32 c = kept.char32At(i);
        // Marks of scripts that need them (Thai, Devanagari) stay: only Latin, Greek and Cyrillic accents go.
        if (!(c >= 0x0300 && c <= 0x036F)) bare.append(c);
    }
    bare.foldCase(U_FOLD_CASE_DEFAULT);
    std::string out;
    bare.toUTF8String(out);
    return out;
}

bool IsWordByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string FoldPlaceName(std::string_view name) {
    if (name.size() > 1000) return {};  // no name; and none that is worth the work
    const std::string plain = Plain(name);
    std::string out, word;
    std::size_t words = 0;
    bool last_single = false;
    std::string first;
    const auto flush = [&] {
        if (word.empty()) return;
        if (words == 0) first = word;
        ++words;
        if (word == "the") {
            word.clear();
            return;
        }
        if (word == "st") word = "saint";
        const bool single = word.size() == 1;
        if (!out.empty() && !(single && last_single)) out += ' ';
        out += word;
        last_single = single;
        word.clear();
    };
    for (const char c : plain) {
        if (IsWordByte(c)) {
            word += c;
            continue;
        }
        flush();
        if (c == '&') {
            word = "and";
            flush();
        }
    }
    flush();
    // A word alone is a name or a code of its own: ST is a country.
    return words == 1 ? first : out;
}

}  // namespace contacts
