#include <string>
#include <utility>

#include "core/name/letters.h"
#include "core/name/script/script.h"

namespace contacts::name {

using std::string;

WordForms KanaForms(const icu::UnicodeString &word) {
    WordForms forms;
    forms.surname_first = true;
    string latin = FoldLatin(Transformed("Hiragana-Katakana; Katakana-Latin", word));
    // Passports leave long vowels out: Sato, Yuki, Tokyo.
    string brief;
    for (std::size_t i = 0; i < latin.size(); ++i) {
        if (!brief.empty()) {
            const char before = brief.back(), c = latin[i];
            if ((before == 'o' && (c == 'u' || c == 'o')) || (before == 'u' && c == 'u') ||
                (before == 'a' && c == 'a'))
                continue;
        }
        brief += latin[i];
    }
    AddKey(forms.keys, latin);
    AddKey(forms.keys, brief);
    // Ohno, Ohtani; Homma, Shimbashi.
    string with_h;
    for (std::size_t i = 0; i < latin.size(); ++i) {
        with_h += latin[i];
        if (latin[i] == 'o' && i + 1 < latin.size() && (latin[i + 1] == 'o' || latin[i + 1] == 'u')) {
            with_h += 'h';
            ++i;
        }
    }
    AddKey(forms.keys, std::move(with_h));
    for (std::size_t i = 0; i + 1 < brief.size(); ++i)
        if (brief[i] == 'n' && (brief[i + 1] == 'b' || brief[i + 1] == 'm' || brief[i + 1] == 'p'))
            brief[i] = 'm';
    AddKey(forms.keys, std::move(brief));
    return forms;
}

}  // namespace contacts::name
