#include <algorithm>
#include <string>
#include <utility>

#include "core/name/letters.h"
#include "core/name/script/script.h"

namespace contacts::name {

using std::string;

WordForms GreekForms(icu::UnicodeString word) {
    WordForms forms;
    // Case folding takes the final form from the last sigma, which the transforms expect.
    if (word.endsWith(u"σ", 1)) word.replace(word.length() - 1, 1, u"ς");
    AddKey(forms.keys, FoldLatin(Transformed("Greek-Latin", word)));
    // At the beginning ντ and γκ are one sound each; passports write gk (ELOT 743), ICU nk.
    icu::UnicodeString first = word;
    if (first.startsWith(u"γκ", 2)) first.replace(0, 2, u"gk");
    string printed = FoldLatin(Transformed("Greek-Latin/UNGEGN", first));
    AddKey(forms.keys, printed);
    // Hatzis, Efthimiou, Dokos, Gikas: by ear.
    if (word.startsWith(u"ντ", 2)) first.replace(0, 2, u"d");
    if (word.startsWith(u"γκ", 2)) first.replace(0, 2, u"g");
    AddKey(forms.keys, FoldLatin(Transformed("Greek-Latin/UNGEGN", first)));
    printed = Replaced(FoldLatin(Transformed("Greek-Latin/UNGEGN", first)), "ch", "h");
    std::replace(printed.begin(), printed.end(), 'y', 'i');
    AddKey(forms.keys, printed);
    AddKey(forms.keys, Replaced(Replaced(std::move(printed), "ei", "i"), "oi", "i"));  // Irini, Ikonomou
    const string spoken = FoldLatin(Transformed("Greek-Latin/BGN", word));
    if (spoken.size() > 2 && spoken[0] == 'y') {  // Γιάννης: Yiannis, Yannis
        AddKey(forms.keys, spoken);
        if (spoken[1] == 'i') AddKey(forms.keys, 'y' + spoken.substr(2));
    }
    return forms;
}

}  // namespace contacts::name
