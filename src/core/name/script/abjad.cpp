#include <unicode/normalizer2.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "core/name/letters.h"
#include "core/name/script/script.h"
#include "core/name/skeleton.h"

namespace contacts::name {
namespace {

using std::string;

// Spellings of one letter that differ by keyboard and habit, not by name.
UChar32 PlainLetter(UChar32 c) {
    switch (c) {
        case 0x0623:  // alef with hamza or madda
        case 0x0625:
        case 0x0622:
        case 0x0671:
            return 0x0627;
        case 0x0649:  // alef maksura, Farsi yeh
        case 0x06CC:
            return 0x064A;
        case 0x06A9:
            return 0x0643;  // keheh
        case 0x0629:        // teh marbuta, heh goal
        case 0x06C1:
        case 0x06C0:  // Urdu's and Kurdish heh, with and without hamza
        case 0x06C2:
        case 0x06C3:
        case 0x06D5:
            return 0x0647;
        case 0x06D2:  // yeh barree, yeh with small v
        case 0x06D3:
        case 0x06CE:
        case 0x06D0:
        case 0x06CD:
            return 0x064A;
        case 0x06C6:  // oe
            return 0x0648;
        case 0x0679:  // retroflex t, d, r and n of Urdu and Pashto; nasal noon
        case 0x067C:
            return 0x062A;
        case 0x0688:
        case 0x0689:
            return 0x062F;
        case 0x0691:
        case 0x0693:
        case 0x0695:  // Kurdish r and l with small v
            return 0x0631;
        case 0x06B5:
            return 0x0644;
        case 0x06BA:
        case 0x06BC:
            return 0x0646;
        case 0x0624:
            return 0x0648;  // waw and yeh with hamza
        case 0x0626:
            return 0x064A;
        default:
            return c;
    }
}
bool IsVowelPoint(UChar32 c) {
    return (c >= 0x064B && c <= 0x065F) || c == 0x0670 || (c >= 0x0591 && c <= 0x05C7) || c == 0x0621;
}

// The transforms mark the h of kh, sh, th with a line below; one without is a letter by itself: כהן is k-h-n.
icu::UnicodeString PartDigraphs(const icu::UnicodeString &latin) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::UnicodeString marked = icu::Normalizer2::getNFDInstance(status)->normalize(latin, status);
    if (U_FAILURE(status)) ThrowIcu("normalize text", status);
    icu::UnicodeString out;
    for (std::int32_t i = 0; i < marked.length(); ++i) {
        const bool line_below = i + 1 < marked.length() && marked.charAt(i + 1) == 0x331;
        if (marked.charAt(i) == u'h' && !line_below && i > 0) out.append(u'a');
        out.append(marked.charAt(i));
    }
    return out;
}

}  // namespace

WordForms AbjadForms(const icu::UnicodeString &word) {
    WordForms forms;
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString plain;
    for (std::int32_t i = 0; i < word.length(); i = word.moveIndex32(i, 1)) {
        const UChar32 c = PlainLetter(word.char32At(i));
        if (!IsVowelPoint(c)) plain.append(c);
    }
    if (plain.isEmpty()) return forms;
    const UScriptCode script = uscript_getScript(plain.char32At(0), &status);
    const string id = string(uscript_getName(script)) + "-Latin";
    // The h that aspirates a letter before it: dh of Chaudhry is one sound. The transform of ICU 72 does not
    // know it, that of 76 raises it.
    const auto with_aspirates = [](icu::UnicodeString latin) {
        for (const UChar h : {u'\u06BE', u'\u02B1'})
            latin.findAndReplace(icu::UnicodeString(h), icu::UnicodeString(u'h'));
        return latin;
    };
    const auto add = [&](const icu::UnicodeString &letters) {
        const icu::UnicodeString latin = Transformed(id.c_str(), letters);
        AddKey(forms.keys, FoldLatin(with_aspirates(latin)));
        // Alef and ain bear a vowel: علي is Ali.
        const UChar first = letters.charAt(0);
        const bool vowel_first = first == 0x0627 || first == 0x0639 || first == 0x05D0 || first == 0x05E2;
        string spelt = (vowel_first ? "a" : "") + FoldLatin(with_aspirates(PartDigraphs(latin)));
        const auto add_skeleton = [&](const string &text) {
            for (const bool silent_h : {false, true}) AddSkeleton(forms.document_keys, text, false, silent_h);
        };
        add_skeleton(spelt);
        if (script == USCRIPT_ARABIC) {
            // Persia and India read four letters as z and s: Reza, Ramzan, Osman; and write one as j.
            icu::UnicodeString eastern = letters;
            for (const UChar z : {u'ض', u'ذ', u'ظ'})
                eastern.findAndReplace(icu::UnicodeString(z), icu::UnicodeString(u'ز'));
            eastern.findAndReplace(icu::UnicodeString(u'ث'), icu::UnicodeString(u'س'));
            eastern.findAndReplace(icu::UnicodeString(u'ژ'), icu::UnicodeString(u'ج'));  // -nejad
            if (eastern != letters)
                add_skeleton((vowel_first ? "a" : "") +
                             FoldLatin(with_aspirates(PartDigraphs(Transformed(id.c_str(), eastern)))));
        }
        if (script != USCRIPT_HEBREW) return;
        std::replace(spelt.begin(), spelt.end(), 'w', 'v');  // vav is either: לוי is Levi
        add_skeleton(spelt);
    };
    add(plain);
    if (script == USCRIPT_ARABIC && plain.startsWith(u"ال", 2) && plain.length() > 3) {
        add(plain.tempSubString(2));
    }
    forms.has_skeleton = true;
    return forms;
}

}  // namespace contacts::name
