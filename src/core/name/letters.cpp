#include "core/name/letters.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/name/word.h"
#include "core/text.h"

namespace contacts::name {
namespace {

using std::string;
using std::string_view;

// Null where this ICU has none of that name.
const icu::Transliterator *Transform(const char *id) {
    static std::unordered_map<string, std::unique_ptr<icu::Transliterator>> made;
    const auto found = made.find(id);
    if (found != made.end()) return found->second.get();
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> transform(
        icu::Transliterator::createInstance(id, UTRANS_FORWARD, status));
    if (U_FAILURE(status)) transform.reset();
    return made.emplace(id, std::move(transform)).first->second.get();
}

// Letters of Azerbaijan and of Africa that Latin-ASCII passes over; 0 for others.
char PlainLatinLetter(UChar32 c) {
    switch (c) {
        case 0x0259:
        case 0x01DD:
        case 0x025B:
            return 'e';
        case 0x0254:
            return 'o';
        case 0x0269:
            return 'i';
        case 0x028A:
            return 'u';
        case 0x028B:
            return 'v';
        case 0x0263:
            return 'g';
        default:
            return 0;
    }
}

string FoldLatinSlowly(const icu::UnicodeString &text) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *nfkd = icu::Normalizer2::getNFKDInstance(status);
    if (U_FAILURE(status)) ThrowIcu("normalize text", status);
    const icu::UnicodeString ascii = nfkd->normalize(Transformed("Latin-ASCII", text), status);
    if (U_FAILURE(status)) ThrowIcu("normalize text", status);
    string out;
    for (std::int32_t i = 0; i < ascii.length(); i = ascii.moveIndex32(i, 1)) {
        const UChar32 c = ascii.char32At(i);
        if (c < 0x80) {
            if (u_isalnum(c)) out += ToLowerAscii(static_cast<char>(c));
        } else if (const char latin = PlainLatinLetter(c)) {
            out += latin;
        } else if (u_isalnum(c) &&
                   u_charType(c) != U_MODIFIER_LETTER) {  // ʿ and ʹ are left behind by transforms
            icu::UnicodeString(c).toUTF8String(out);
        }
    }
    return out;
}

}  // namespace

void ThrowIcu(const char *what, UErrorCode status) {
    throw Error(sqlstate::kInternalError, string("ICU could not ") + what + ": " + u_errorName(status));
}

string Encode(const icu::UnicodeString &text) {
    string out;
    text.toUTF8String(out);
    return out;
}

icu::UnicodeString Transformed(const char *id, icu::UnicodeString text) {
    if (const icu::Transliterator *transform = Transform(id)) transform->transliterate(text);
    return text;
}

const string &FoldLatin(UChar32 c) {
    static std::unordered_map<UChar32, string> folded;
    const auto found = folded.find(c);
    if (found != folded.end()) return found->second;
    if (folded.size() > 10000) folded.clear();
    return folded.emplace(c, FoldLatinSlowly(icu::UnicodeString(c))).first->second;
}

string FoldLatin(const icu::UnicodeString &text) {
    string out;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        if (c < 0x80) {
            if (u_isalnum(c)) out += ToLowerAscii(static_cast<char>(c));
        } else {
            out += FoldLatin(c);
        }
    }
    return out;
}

string Replaced(string text, string_view from, string_view to) {
    for (std::size_t at = text.find(from); at != string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

void AddKey(std::vector<string> &keys, string key) {
    if (key.empty()) return;
    CutKey(key);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
}

}  // namespace contacts::name
