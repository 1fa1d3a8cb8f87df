#include <unicode/uchar.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/name/letters.h"
#include "core/name/script/script.h"

namespace contacts::name {
namespace {

using std::string;
using std::string_view;

// How people without the key write the letter: de-ASCII does the German three.
string_view TwoLetters(UChar32 c) {
    switch (c) {
        case 0xE4:
            return "ae";
        case 0xF6:
            return "oe";
        case 0xFC:
            return "ue";
        case 0xF8:
            return "oe";  // ø
        case 0xE5:
            return "aa";  // å
        case 0x111:
            return "dj";  // đ of Đorđe
        case 0x259:
            return "a";  // ə of Əliyev
        default:
            return {};
    }
}

bool IsVietnamese(const icu::UnicodeString &word) {
    for (std::int32_t i = 0; i < word.length(); ++i) {
        const UChar c = word.charAt(i);
        if ((c >= 0x1EA0 && c <= 0x1EF9) || c == 0x1A1 || c == 0x1B0) return true;
    }
    return false;
}

}  // namespace

WordForms LatinForms(const icu::UnicodeString &word) {
    WordForms forms;
    string strict, spelt;
    const bool vietnamese = IsVietnamese(word);
    for (std::int32_t i = 0; i < word.length(); i = word.moveIndex32(i, 1)) {
        const UChar32 c = word.char32At(i);
        const string_view two = c == 0x111 && vietnamese ? string_view() : TwoLetters(c);
        if (c < 0x80) {
            if (u_isalnum(c)) {
                strict += static_cast<char>(c);
                spelt += static_cast<char>(c);
            }
            continue;
        }
        const string &one = FoldLatin(c);
        strict += one;
        spelt += two.empty() ? string_view(one) : two;
    }
    AddKey(forms.keys, std::move(strict));
    AddKey(forms.keys, std::move(spelt));
    return forms;
}

}  // namespace contacts::name
