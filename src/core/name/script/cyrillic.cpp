#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/name/letters.h"
#include "core/name/script/script.h"
#include "core/text.h"

namespace contacts::name {
namespace {

using std::string;
using std::string_view;

bool ContainsAny(const icu::UnicodeString &word, std::u16string_view letters) {
    for (std::int32_t i = 0; i < word.length(); ++i)
        if (letters.find(word.charAt(i)) != std::u16string_view::npos) return true;
    return false;
}

void ReplaceEnd(string &text, string_view from, string_view to) {
    if (text.size() >= from.size() + 2 && string_view(text).substr(text.size() - from.size()) == from)
        text.replace(text.size() - from.size(), from.size(), to);
}

// What newspapers make of BGN: Chaykovsky, Dmitry, Maria, Fyodor.
string InPrint(icu::UnicodeString word, const char *transform) {
    // After a consonant ё is yo, after a hushing sound o.
    for (std::int32_t i = 0; i < word.length(); ++i) {
        if (word.charAt(i) != u'ё') continue;
        const UChar before = i > 0 ? word.charAt(i - 1) : u' ';
        const bool hushing = std::u16string_view(u"жчшщ").find(before) != std::u16string_view::npos;
        word.replace(i, 1, hushing ? u"о" : u"йо");
        if (before == u'ь') word.remove(i - 1, 1);
    }
    string out = FoldLatin(Transformed(transform, std::move(word)));
    ReplaceEnd(out, "iy", "y");
    ReplaceEnd(out, "yy", "y");
    ReplaceEnd(out, "iya", "ia");
    return out;
}

// One letter at a time, as in passports; `first` at the beginning of a word.
struct PassportLetter {
    UChar letter;
    const char *latin;
    const char *first;
};
// ICAO Doc 9303-3, section 6 B; letters of the languages of Central Asia with those of Kazakhstan and
// Mongolia.
constexpr PassportLetter kPassport[] = {
    {u'а', "a", "a"},   {u'б', "b", "b"},       {u'в', "v", "v"},   {u'г', "g", "g"},   {u'д', "d", "d"},
    {u'е', "e", "e"},   {u'ё', "e", "e"},       {u'ж', "zh", "zh"}, {u'з', "z", "z"},   {u'и', "i", "i"},
    {u'й', "i", "i"},   {u'к', "k", "k"},       {u'л', "l", "l"},   {u'м', "m", "m"},   {u'н', "n", "n"},
    {u'о', "o", "o"},   {u'п', "p", "p"},       {u'р', "r", "r"},   {u'с', "s", "s"},   {u'т', "t", "t"},
    {u'у', "u", "u"},   {u'ф', "f", "f"},       {u'х', "kh", "kh"}, {u'ц', "ts", "ts"}, {u'ч', "ch", "ch"},
    {u'ш', "sh", "sh"}, {u'щ', "shch", "shch"}, {u'ъ', "ie", ""},   {u'ы', "y", "y"},   {u'ь', "", ""},
    {u'э', "e", "e"},   {u'ю', "iu", "iu"},     {u'я', "ia", "ia"}, {u'і', "i", "i"},   {u'ў', "u", "u"},
    {u'ә', "a", "a"},   {u'ғ', "g", "g"},       {u'қ', "k", "k"},   {u'ң', "n", "n"},   {u'ө', "o", "o"},
    {u'ұ', "u", "u"},   {u'ү', "u", "u"},       {u'һ', "h", "h"},   {u'ҳ', "h", "h"},   {u'ҷ', "j", "j"},
    {u'ӣ', "i", "i"},   {u'ӯ', "u", "u"},       {u'җ', "zh", "zh"},
};
// Resolution 55 of 2010 of Ukraine's cabinet: Serhii, Yuliia, Zelenskyi.
constexpr PassportLetter kUkrainianPassport[] = {
    {u'г', "h", "h"},  {u'ґ', "g", "g"}, {u'є', "ie", "ye"}, {u'и', "y", "y"},   {u'і', "i", "i"},
    {u'ї', "i", "yi"}, {u'й', "i", "y"}, {u'ю', "iu", "yu"}, {u'я', "ia", "ya"},
};

template <std::size_t size>
const PassportLetter *FindLetter(const PassportLetter (&letters)[size], UChar c) {
    for (const PassportLetter &letter : letters)
        if (letter.letter == c) return &letter;
    return nullptr;
}

string InPassport(const icu::UnicodeString &word, bool ukrainian) {
    string out;
    for (std::int32_t i = 0; i < word.length(); ++i) {
        const UChar c = word.charAt(i);
        const PassportLetter *letter = ukrainian ? FindLetter(kUkrainianPassport, c) : nullptr;
        if (!letter) letter = FindLetter(kPassport, c);
        if (!letter) {
            out += FoldLatin(Transformed("Cyrillic-Latin", icu::UnicodeString(c)));
        } else if (ukrainian && c == u'г' && i > 0 && word.charAt(i - 1) == u'з') {
            out += "gh";
        } else {
            out += i == 0 ? letter->first : letter->latin;
        }
    }
    return out;
}

// ж is j to Mongols, Kirghiz and Tajiks, whose words often have no other letter to tell them by: Dorj,
// Jeenbekov.
void AddWithJ(const icu::UnicodeString &word, std::vector<string> &keys) {
    if (word.indexOf(u'ж') < 0) return;
    icu::UnicodeString text = word;
    text.findAndReplace(icu::UnicodeString(u'ж'), icu::UnicodeString(u'j'));
    AddKey(keys, InPassport(text, false));
}

// кс is x to most who bear it: Alexander, Alexey, Maxim.
void AddWithX(std::vector<string> &keys) {
    for (std::size_t i = 0, count = keys.size(); i < count; ++i) {
        if (keys[i].find("ks") == string::npos) continue;
        string key = Replaced(keys[i], "ks", "x");
        AddKey(keys, key);
        ReplaceEnd(key, "ndr", "nder");
        AddKey(keys, std::move(key));
    }
}

WordForms AllCyrillicForms(const icu::UnicodeString &word) {
    WordForms forms;
    AddKey(forms.keys, FoldLatin(Transformed("Cyrillic-Latin", word)));
    // Serbian and Macedonian letters have no other Latin form.
    if (ContainsAny(word, u"ђћљњџјѓќѕ")) {
        for (const bool one_letter : {true, false}) {
            icu::UnicodeString text = word;
            const std::pair<const char16_t *, const char16_t *> letters[] = {
                {u"љ", u"lj"},
                {u"њ", u"nj"},
                {u"џ", u"dz"},
                {u"ѕ", u"dz"},
                {u"ђ", one_letter ? u"d" : u"dj"},
                {u"ѓ", one_letter ? u"g" : u"gj"},
                {u"ќ", one_letter ? u"k" : u"kj"}};
            for (const auto &[letter, latin] : letters)
                text.findAndReplace(icu::UnicodeString(letter), icu::UnicodeString(latin));
            AddKey(forms.keys, FoldLatin(Transformed("Cyrillic-Latin", text)));
        }
        return forms;
    }
    // Letters that Russian, Ukrainian and Bulgarian have not; their transforms leave them as they are.
    const bool belarusian_or_uzbek = ContainsAny(word, u"ў");
    const bool central_asian = ContainsAny(word, u"әғқңөұүһҳҷӣӯҗ");
    if (belarusian_or_uzbek || central_asian) {
        AddKey(forms.keys, InPassport(word, false));
        if (ContainsAny(word, u"ўқғҳ")) AddKey(forms.keys, FoldLatin(Transformed("Uzbek-Latin/BGN", word)));
        if (belarusian_or_uzbek) AddKey(forms.keys, FoldLatin(Transformed("Belarusian-Latin/BGN", word)));
        if (central_asian) AddKey(forms.keys, FoldLatin(Transformed("Kazakh-Latin/BGN", word)));
        // Other letters as in Russian: Tokayev.
        icu::UnicodeString text = word;
        for (std::int32_t i = 0; i < text.length(); ++i) {
            const PassportLetter *letter = FindLetter(kPassport, text.charAt(i));
            if (!letter ||
                std::u16string_view(u"іўәғқңөұүһҳҷӣӯҗ").find(text.charAt(i)) == std::u16string_view::npos)
                continue;
            text.replace(i, 1, icu::UnicodeString(letter->latin));
        }
        AddKey(forms.keys, FoldLatin(Transformed("Russian-Latin/BGN", text)));
        AddWithJ(word, forms.keys);
        return forms;
    }
    const bool ukrainian = ContainsAny(word, u"іїєґ");
    const bool russian = ContainsAny(word, u"ыэё");
    const bool hard_sign = ContainsAny(word, u"ъ");
    if (!ukrainian) {
        AddKey(forms.keys, FoldLatin(Transformed("Russian-Latin/BGN", word)));
        string in_print = InPrint(word, "Russian-Latin/BGN");
        AddKey(forms.keys, in_print);
        if (word.endsWith(u"ий", 2))
            AddKey(forms.keys, in_print.substr(0, in_print.size() - 1) + 'i');  // Yuri
        // Ershova as well as Yershova.
        if (word.startsWith(u"е", 1) && in_print.size() > 3 && in_print[0] == 'y')
            AddKey(forms.keys, in_print.substr(1));
        ReplaceEnd(in_print, "ey", "ei");  // Sergei
        AddKey(forms.keys, std::move(in_print));
        AddKey(forms.keys, InPassport(word, false));
        AddWithJ(word, forms.keys);
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
        AddKey(forms.keys, InPassport(word, true));
    }
    AddWithX(forms.keys);
    return forms;
}

}  // namespace

// Without those in which a transform left letters of a language that is not its own.
WordForms CyrillicForms(const icu::UnicodeString &word) {
    WordForms forms = AllCyrillicForms(word);
    if (std::any_of(forms.keys.begin(), forms.keys.end(), IsAscii))
        std::erase_if(forms.keys, [](const string &key) { return !IsAscii(key); });
    return forms;
}

}  // namespace contacts::name
