// Each ICU transform is made when its first word comes: all of them together (Any-Latin) take a third of a
// second, Cyrillic alone half a millisecond. Words that are not plain Latin are remembered, since the same
// names come again and again in an import.
#include "core/name/word.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/name/han.h"
#include "core/text.h"

namespace contacts::name {
namespace {

using std::string;
using std::string_view;

[[noreturn]] void ThrowIcu(const char *what, UErrorCode status) {
    throw Error(sqlstate::kInternalError, string("ICU could not ") + what + ": " + u_errorName(status));
}

icu::UnicodeString Decode(string_view text) {
    return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}
string Encode(const icu::UnicodeString &text) {
    string out;
    text.toUTF8String(out);
    return out;
}

icu::UnicodeString NormalizeCaseFolded(string_view word) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
    icu::UnicodeString out;
    if (U_SUCCESS(status)) out = normalizer->normalize(Decode(word), status);
    if (U_FAILURE(status)) ThrowIcu("normalize text", status);
    return out;
}

// A transform by its ID, made at its first use; null where this ICU has none of that name.
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

icu::UnicodeString Transformed(const char *id, icu::UnicodeString text) {
    if (const icu::Transliterator *transform = Transform(id)) transform->transliterate(text);
    return text;
}

// ---- Latin letters to ASCII

// Small letters and digits of `text`; a letter that has no ASCII form stays as it is.
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
        } else if (c == 0x0259 || c == 0x01DD) {
            out += 'e';
        } else if (u_isalnum(c) &&
                   u_charType(c) != U_MODIFIER_LETTER) {  // ʿ and ʹ are left behind by transforms
            icu::UnicodeString(c).toUTF8String(out);
        }
    }
    return out;
}

// The same for one case-folded character, remembered: most are met again at once.
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

void AddKey(std::vector<string> &keys, string key) {
    if (key.empty()) return;
    CutKey(key);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
}

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

// ---- Cyrillic

bool ContainsAny(const icu::UnicodeString &word, std::u16string_view letters) {
    for (std::int32_t i = 0; i < word.length(); ++i)
        if (letters.find(word.charAt(i)) != std::u16string_view::npos) return true;
    return false;
}

void ReplaceEnd(string &text, string_view from, string_view to) {
    if (text.size() >= from.size() + 2 && string_view(text).substr(text.size() - from.size()) == from)
        text.replace(text.size() - from.size(), from.size(), to);
}

// What newspapers make of BGN: Chaykovsky, Dmitry, Maria, Fyodor, Ershova.
string InPrint(icu::UnicodeString word, const char *transform) {
    // After a consonant ё is yo, after a hushing sound o.
    for (std::int32_t i = 0; i < word.length(); ++i) {
        if (word.charAt(i) != u'ё') continue;
        const UChar before = i > 0 ? word.charAt(i - 1) : u' ';
        const bool hushing = std::u16string_view(u"жчшщ").find(before) != std::u16string_view::npos;
        word.replace(i, 1, hushing ? u"о" : u"йо");
        if (before == u'ь') word.remove(i - 1, 1);
    }
    const bool begins_with_e = word.startsWith(u"е", 1);
    string out = FoldLatin(Transformed(transform, std::move(word)));
    if (begins_with_e && out.size() > 3 && out[0] == 'y') out.erase(0, 1);
    ReplaceEnd(out, "iy", "y");
    ReplaceEnd(out, "yy", "y");
    ReplaceEnd(out, "iya", "ia");
    return out;
}

WordForms CyrillicForms(const icu::UnicodeString &word) {
    WordForms forms;
    AddKey(forms.keys, FoldLatin(Transformed("Cyrillic-Latin", word)));
    const bool ukrainian = ContainsAny(word, u"іїєґ");
    const bool russian = ContainsAny(word, u"ыэё");
    const bool hard_sign = ContainsAny(word, u"ъ");
    // Serbian and Macedonian letters have no other Latin form.
    if (ContainsAny(word, u"ђћљњџјѓќѕ")) {
        for (const char *dje : {"d", "dj"}) {
            icu::UnicodeString text = word;
            for (const auto &[letter, latin] :
                 {std::pair{u"љ", "lj"}, std::pair{u"њ", "nj"}, std::pair{u"џ", "dz"}, std::pair{u"ђ", dje}})
                text.findAndReplace(icu::UnicodeString(letter), icu::UnicodeString(latin));
            AddKey(forms.keys, FoldLatin(Transformed("Cyrillic-Latin", text)));
        }
        return forms;
    }
    if (!ukrainian) {
        AddKey(forms.keys, FoldLatin(Transformed("Russian-Latin/BGN", word)));
        string in_print = InPrint(word, "Russian-Latin/BGN");
        AddKey(forms.keys, in_print);
        ReplaceEnd(in_print, "ey", "ei");  // Sergei
        AddKey(forms.keys, std::move(in_print));
    }
    if (hard_sign) AddKey(forms.keys, FoldLatin(Transformed("Bulgarian-Latin/BGN", word)));
    if (hard_sign) {  // as in passports
        icu::UnicodeString text = word;
        text.findAndReplace(icu::UnicodeString(u"ъ"), icu::UnicodeString(u"а"));
        AddKey(forms.keys, FoldLatin(Transformed("Bulgarian-Latin/BGN", text)));
    }
    // Володимир has no letter that Russian has not: и, г and х are read in both ways.
    if (!russian && !hard_sign && (ukrainian || ContainsAny(word, u"иг"))) {
        AddKey(forms.keys, FoldLatin(Transformed("Ukrainian-Latin/BGN", word)));
        AddKey(forms.keys, InPrint(word, "Ukrainian-Latin/BGN"));
    }
    return forms;
}

// ---- Greek

WordForms GreekForms(icu::UnicodeString word) {
    WordForms forms;
    // Case folding takes the final form from the last sigma, which the transforms expect.
    if (word.endsWith(u"σ", 1)) word.replace(word.length() - 1, 1, u"ς");
    AddKey(forms.keys, FoldLatin(Transformed("Greek-Latin", word)));
    AddKey(forms.keys, FoldLatin(Transformed("Greek-Latin/UNGEGN", word)));
    const string spoken = FoldLatin(Transformed("Greek-Latin/BGN", word));
    if (spoken.size() > 2 && spoken[0] == 'y') {  // Γιάννης: Yiannis, Yannis
        AddKey(forms.keys, spoken);
        if (spoken[1] == 'i') AddKey(forms.keys, 'y' + spoken.substr(2));
    }
    return forms;
}

// ---- Chinese characters

bool IsCompoundSurname(std::u16string_view two) {
    static constexpr std::u16string_view kSurnames[] = {u"欧阳", u"司马", u"诸葛", u"上官", u"东方", u"公孙",
                                                        u"令狐", u"皇甫", u"尉迟", u"夏侯", u"慕容", u"司徒",
                                                        u"长孙", u"宇文", u"端木", u"独孤", u"南宫", u"西门"};
    return std::find(std::begin(kSurnames), std::end(kSurnames), two) != std::end(kSurnames);
}

void AddUmlautSpellings(const std::vector<icu::UnicodeString> &syllables, std::size_t from, std::size_t to,
                        std::vector<string> &keys) {
    // Keyboards have no ü: Lü is written Lu, Lv or Lyu.
    for (const char *spelling : {"v", "yu"}) {
        string key;
        bool found = false;
        for (std::size_t i = from; i < to; ++i) {
            UErrorCode status = U_ZERO_ERROR;
            icu::UnicodeString text =
                icu::Normalizer2::getNFDInstance(status)->normalize(syllables[i], status);
            for (std::int32_t j = 0; j + 1 < text.length(); ++j) {
                if (text.charAt(j) != u'u') continue;
                for (std::int32_t k = j + 1;
                     k < text.length() && u_charType(text.charAt(k)) == U_NON_SPACING_MARK; ++k)
                    if (text.charAt(k) == 0x308) {
                        const icu::UnicodeString letters(spelling);
                        text.replace(j, k + 1 - j, letters);
                        j += letters.length() - 1;  // not the u of yu once more
                        found = true;
                        break;
                    }
            }
            key += FoldLatin(text);
        }
        if (found) AddKey(keys, std::move(key));
    }
}

WordForms HanForms(const icu::UnicodeString &word) {
    WordForms forms;
    forms.surname_first = true;
    const icu::UnicodeString simplified = Transformed("Traditional-Simplified", word);
    const std::int32_t count = simplified.countChar32();
    forms.native = Encode(simplified);
    CutKey(forms.native);

    // As names: characters that are surnames are read as such, 曾 is Zeng, not Ceng.
    const icu::UnicodeString latin = ReadHan(simplified);
    std::vector<icu::UnicodeString> syllables;
    for (std::int32_t i = 0; i < latin.length();) {
        std::int32_t end = latin.indexOf(u' ', i);
        if (end < 0) end = latin.length();
        if (end > i) syllables.push_back(latin.tempSubStringBetween(i, end));
        i = end + 1;
    }
    const auto joined = [&](std::size_t from, std::size_t to) {
        string out;
        for (std::size_t i = from; i < to; ++i) out += FoldLatin(syllables[i]);
        return out;
    };
    AddKey(forms.keys, joined(0, syllables.size()));
    AddUmlautSpellings(syllables, 0, syllables.size(), forms.keys);
    forms.document_keys.push_back(forms.native);
    if (count < 2) return forms;

    // No spaces: what begins inside is found by what follows, a company by any of its words.
    const std::int32_t shortest = count <= 4 ? 1 : 2;
    for (std::int32_t skip = 1; skip <= count - shortest && skip <= 16; ++skip)
        AddKey(forms.document_keys, Encode(simplified.tempSubString(simplified.moveIndex32(0, skip))));
    if (syllables.size() == static_cast<std::size_t>(count)) {
        const std::u16string_view text(simplified.getBuffer(), static_cast<std::size_t>(simplified.length()));
        const std::size_t surname = count > 2 && IsCompoundSurname(text.substr(0, 2)) ? 2 : 1;
        forms.split = {joined(0, surname), joined(surname, syllables.size())};
        AddUmlautSpellings(syllables, 0, surname, forms.split_spellings);
        AddUmlautSpellings(syllables, surname, syllables.size(), forms.split_spellings);
    }
    return forms;
}

// ---- Korean

// How bearers write their surnames, where that is not the official romanization.
constexpr struct {
    std::u16string_view hangul;
    const char *latin[3];
} kKoreanSurnames[] = {
    {u"김", {"kim"}},
    {u"이", {"lee", "yi", "rhee"}},
    {u"박", {"park", "pak", "bak"}},
    {u"최", {"choi"}},
    {u"정", {"jung", "chung"}},
    {u"강", {"kang"}},
    {u"조", {"cho"}},
    {u"윤", {"yoon", "yun"}},
    {u"장", {"chang"}},
    {u"임", {"lim"}},
    {u"오", {"oh"}},
    {u"서", {"suh"}},
    {u"신", {"shin"}},
    {u"권", {"kwon"}},
    {u"안", {"ahn"}},
    {u"유", {"yoo", "ryu"}},
    {u"전", {"jun", "chun"}},
    {u"고", {"ko", "koh"}},
    {u"문", {"moon"}},
    {u"배", {"bae"}},
    {u"백", {"paik"}},
    {u"허", {"hur", "huh"}},
    {u"노", {"roh", "noh"}},
    {u"심", {"shim"}},
    {u"곽", {"kwak"}},
    {u"성", {"sung"}},
    {u"주", {"joo"}},
    {u"우", {"woo"}},
    {u"구", {"koo", "ku"}},
    {u"류", {"yoo"}},
    {u"엄", {"um", "uhm"}},
    {u"원", {"won"}},
    {u"천", {"chun"}},
    {u"공", {"kong"}},
    {u"길", {"kil"}},
    {u"석", {"suk"}},
    {u"선우", {"sunwoo"}},
    {u"황보", {"hwangbo"}},
    {u"남궁", {"namkung"}},
    {u"제갈", {"jegal"}},
    {u"사공", {"sagong"}},
    {u"서문", {"seomun"}},
    {u"독고", {"dokgo"}},
    {u"동방", {"dongbang"}},
};

WordForms HangulForms(const icu::UnicodeString &word) {
    WordForms forms;
    forms.surname_first = true;
    const std::u16string_view text(word.getBuffer(), static_cast<std::size_t>(word.length()));
    AddKey(forms.keys, FoldLatin(Transformed("Hangul-Latin", word)));
    if (text.size() > 5) return forms;  // no person's name
    std::size_t surname = 1;
    for (const auto &known : kKoreanSurnames)
        if (known.hangul.size() == 2 && text.substr(0, 2) == known.hangul) surname = 2;
    for (const auto &known : kKoreanSurnames)
        if (text.substr(0, surname) == known.hangul)
            for (const char *latin : known.latin)
                if (latin) AddKey(text.size() > surname ? forms.split_spellings : forms.document_keys, latin);
    if (text.size() <= surname) return forms;
    const auto syllables = [&](std::size_t from, std::size_t to) {
        return FoldLatin(Transformed(
            "Hangul-Latin",
            word.tempSubStringBetween(static_cast<std::int32_t>(from), static_cast<std::int32_t>(to))));
    };
    forms.split = {syllables(0, surname), syllables(surname, text.size())};
    return forms;
}

// ---- kana

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
    AddKey(forms.keys, std::move(latin));
    AddKey(forms.keys, std::move(brief));
    return forms;
}

// ---- the other scripts

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
            return 0x0647;
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
    const auto add = [&](const icu::UnicodeString &letters) {
        const icu::UnicodeString latin = Transformed(id.c_str(), letters);
        AddKey(forms.keys, FoldLatin(latin));
        string spelt = FoldLatin(PartDigraphs(latin));
        string skeleton = Skeleton(spelt);
        if (!skeleton.empty()) AddKey(forms.document_keys, kSkeletonMark + skeleton);
        if (script != USCRIPT_HEBREW) return;
        std::replace(spelt.begin(), spelt.end(), 'w', 'v');  // vav is either: לוי is Levi
        skeleton = Skeleton(spelt);
        if (!skeleton.empty()) AddKey(forms.document_keys, kSkeletonMark + skeleton);
    };
    add(plain);
    if (script == USCRIPT_ARABIC && plain.startsWith(u"ال", 2) && plain.length() > 3) {
        add(plain.tempSubString(2));
    }
    forms.has_skeleton = true;
    return forms;
}

WordForms OtherForms(const icu::UnicodeString &word, UScriptCode script) {
    WordForms forms;
    const char *name = uscript_getName(script);
    const string id = string(name ? name : "Any") + "-Latin";
    icu::UnicodeString transformed = Transformed(id.c_str(), word);
    if (transformed == word) {  // no transform: the word as it is
        AddKey(forms.keys, Encode(word));
        return forms;
    }
    const string latin = FoldLatin(transformed);
    AddKey(forms.keys, latin);
    if (script == USCRIPT_ARMENIAN || script == USCRIPT_GEORGIAN) return forms;
    // Indic and Thai letters carry a vowel that is not always spoken, and ICU's c is everybody's ch.
    string spoken;
    for (std::size_t i = 0; i < latin.size(); ++i) {
        spoken += latin[i];
        if (latin[i] == 'c' && (i + 1 == latin.size() || latin[i + 1] != 'h')) spoken += 'h';
    }
    if (spoken != latin) AddKey(forms.keys, spoken);
    // नरेन्द्र मोदी: Narendra but Ram; both are written.
    if (spoken.size() > 3 && spoken.back() == 'a' && transformed.charAt(transformed.length() - 1) == u'a')
        AddKey(forms.keys, spoken.substr(0, spoken.size() - 1));
    const string skeleton = Skeleton(spoken);
    if (!skeleton.empty()) AddKey(forms.document_keys, kSkeletonMark + skeleton);
    forms.has_skeleton = true;
    return forms;
}

WordForms MakeForms(string_view word) {
    const icu::UnicodeString text = NormalizeCaseFolded(word);
    UScriptCode script = USCRIPT_COMMON;
    for (std::int32_t i = 0; i < text.length() && script == USCRIPT_COMMON; i = text.moveIndex32(i, 1)) {
        UErrorCode status = U_ZERO_ERROR;
        script = uscript_getScript(text.char32At(i), &status);
        if (U_FAILURE(status) || script == USCRIPT_INHERITED) script = USCRIPT_COMMON;
    }
    switch (script) {
        case USCRIPT_COMMON:
        case USCRIPT_LATIN:
            return LatinForms(text);
        case USCRIPT_CYRILLIC:
            return CyrillicForms(text);
        case USCRIPT_GREEK:
            return GreekForms(text);
        case USCRIPT_HAN:
            return HanForms(text);
        case USCRIPT_HANGUL:
            return HangulForms(text);
        case USCRIPT_HIRAGANA:
        case USCRIPT_KATAKANA:
            return KanaForms(text);
        case USCRIPT_ARABIC:
        case USCRIPT_HEBREW:
        case USCRIPT_SYRIAC:
            return AbjadForms(text);
        default:
            return OtherForms(text, script);
    }
}

bool IsVowel(char c) {
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

}  // namespace

void CutKey(string &key) {
    if (key.size() <= kMaxKeyBytes) return;
    std::size_t end = kMaxKeyBytes;
    while (end > 0 && (static_cast<unsigned char>(key[end]) & 0xC0) == 0x80) --end;
    key.resize(end);
}

const WordForms &FormsOf(string_view word) {
    static std::unordered_map<string, WordForms> known;
    static string key;
    key = word;
    const auto found = known.find(key);
    if (found != known.end()) return found->second;
    if (known.size() >= 8192) known.clear();
    WordForms forms = MakeForms(word);
    return known.emplace(key, std::move(forms)).first->second;
}

void AddVowelSpellings(string_view word, std::vector<string> &to) {
    // One place at a time, the last letter never: what follows is not typed yet.
    for (std::size_t i = 0; i + 1 < word.size() && to.size() < 6; ++i) {
        if (word[i] != 'a' && word[i] != 'o' && word[i] != 'u') continue;
        string other(word);
        if (word[i + 1] == 'e') {
            if (i + 2 >= word.size()) continue;
            other.erase(i + 1, 1);
        } else if (!IsVowel(word[i + 1]) && (i == 0 || !IsVowel(word[i - 1])) && word.size() >= 4) {
            other.insert(i + 1, 1, 'e');
        } else {
            continue;
        }
        AddKey(to, std::move(other));
    }
}

string Skeleton(string_view latin, bool v_is_vowel) {
    if (latin.size() < 3) return {};
    string out;
    bool silent_h = false;
    char last = 0;  // to write a doubled letter once, but not two that a vowel parts
    for (std::size_t i = 0; i < latin.size(); ++i) {
        const char c = latin[i];
        const char next = i + 1 < latin.size() ? latin[i + 1] : '\0';
        if (static_cast<unsigned char>(c) >= 0x80) return {};
        char sound = c;
        bool two = false;
        switch (c) {
            case 'a':
            case 'e':
            case 'i':
            case 'o':
            case 'u':
                sound = 0;
                break;
            case 'y':
            case 'w':
                sound = i == 0 ? c : 0;
                break;
            case 'v':
                sound = v_is_vowel && i > 0 ? 0 : 'b';
                break;
            case 'c':
                sound = next == 'h' ? 'h' : 'k';
                two = next == 'h' || next == 'k';
                break;
            case 'k':
                sound = next == 'h' ? 'h' : 'k';
                two = next == 'h';
                break;
            case 'q':
                sound = 'k';
                break;
            case 's':
            case 'd':
            case 'g':
                two = next == 'h';
                break;
            case 't':
                sound = next == 'z' || next == 's' ? 'z' : 't';
                two = next == 'h' || next == 'z' || next == 's';
                break;
            case 'p':
                sound = 'f';
                two = next == 'h';
                break;
            default:
                break;
        }
        if (sound == 'j') sound = 'g';
        if (two) ++i;
        if (sound != 0 && sound != last) out += sound;
        last = sound;
        silent_h = c == 'h';
    }
    // A last h is often silent or left out; what is left is a prefix of the rest.
    if (out.size() > 2 && silent_h && out.back() == 'h') out.pop_back();
    if (out.size() < 2) return {};
    CutKey(out);
    return out;
}

}  // namespace contacts::name
