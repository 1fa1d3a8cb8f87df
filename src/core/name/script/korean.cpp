#include <cstdint>
#include <string>
#include <string_view>

#include "core/name/letters.h"
#include "core/name/script/script.h"

namespace contacts::name {
namespace {

using std::string;

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

// A given name syllable by syllable. `popular` is how most bearers write it, who had it put down before the
// rules of 2000 or in spite of them: Younghee, Kyunghee, Jisung; `oo` with Soojin, Joonho.
string HangulSyllables(std::u16string_view text, bool popular, bool oo) {
    static constexpr const char *kInitials[] = {"g",  "kk", "n", "d",  "tt", "r", "m", "b", "pp", "s",
                                                "ss", "",   "j", "jj", "ch", "k", "t", "p", "h"};
    static constexpr const char *kVowels[] = {"a",  "ae", "ya", "yae", "eo", "e",  "yeo",
                                              "ye", "o",  "wa", "wae", "oe", "yo", "u",
                                              "wo", "we", "wi", "yu",  "eu", "ui", "i"};
    static constexpr const char *kPopular[] = {"a",  "ae", "ya", "yae", "u",  "e",  "yu",
                                               "ye", "o",  "wa", "wae", "oe", "yo", "u",
                                               "wo", "we", "wi", "yu",  "eu", "ee", "i"};
    static constexpr const char *kFinals[] = {"",  "k",  "k", "k", "n", "n", "n", "t", "l", "k",
                                              "m", "l",  "l", "l", "p", "l", "m", "p", "p", "t",
                                              "t", "ng", "t", "t", "k", "t", "p", "t"};
    constexpr int kEo = 4, kYeo = 6, kU = 13, kWo = 14, kUi = 19, kNoInitial = 11, kNg = 21, kG = 0;
    string out;
    for (const char16_t c : text) {
        if (c < 0xAC00 || c > 0xD7A3) return {};
        const int code = c - 0xAC00, initial = code / 588, vowel = code % 588 / 28, final = code % 28;
        if (popular && initial == kG)
            out += 'k';
        else
            out += kInitials[initial];
        if (!popular)
            out += kVowels[vowel];
        else if (vowel == kYeo && initial == kNoInitial)
            out += final == kNg ? "you" : "yeo";
        else if (vowel == kU && initial == kNoInitial)
            out += final == 0 ? "woo" : "u";
        else if (vowel == kU && oo)
            out += "oo";
        else if (vowel == kUi && initial == kNoInitial)
            out += "eui";
        else if ((vowel == kEo && initial == kNoInitial) || vowel == kWo)
            out += kVowels[vowel];
        else
            out += kPopular[vowel];
        out += kFinals[final];
    }
    return out;
}

void AddHangulSpellings(std::u16string_view text, std::vector<string> &keys) {
    AddKey(keys, HangulSyllables(text, false, false));
    AddKey(keys, HangulSyllables(text, true, false));
    AddKey(keys, HangulSyllables(text, true, true));
}

}  // namespace

WordForms HangulForms(const icu::UnicodeString &word) {
    WordForms forms;
    forms.surname_first = true;
    const std::u16string_view text(word.getBuffer(), static_cast<std::size_t>(word.length()));
    AddKey(forms.keys, FoldLatin(Transformed("Hangul-Latin", word)));
    if (text.size() > 5) return forms;  // no person's name
    AddHangulSpellings(text, text.size() > 1 ? forms.keys : forms.document_keys);
    std::size_t surname = 1;
    for (const auto &known : kKoreanSurnames)
        if (known.hangul.size() == 2 && text.substr(0, 2) == known.hangul) surname = 2;
    for (const auto &known : kKoreanSurnames)
        if (text.substr(0, surname) == known.hangul)
            for (const char *latin : known.latin)
                if (latin) AddKey(forms.split_spellings, latin);
    forms.surname_spellings = forms.split_spellings.size();
    if (text.size() <= surname) {
        forms.document_keys.insert(forms.document_keys.end(), forms.split_spellings.begin(),
                                   forms.split_spellings.end());
        return forms;
    }
    const auto syllables = [&](std::size_t from, std::size_t to) {
        return FoldLatin(Transformed(
            "Hangul-Latin",
            word.tempSubStringBetween(static_cast<std::int32_t>(from), static_cast<std::int32_t>(to))));
    };
    forms.split = {syllables(0, surname), syllables(surname, text.size())};
    AddHangulSpellings(text.substr(surname), forms.split_spellings);
    return forms;
}

}  // namespace contacts::name
