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
        } else if (const char latin = PlainLatinLetter(c)) {
            out += latin;
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

// Every `from` in `text`, put as `to`.
string Replaced(string text, string_view from, string_view to) {
    for (std::size_t at = text.find(from); at != string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
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

bool IsAscii(string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
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

// Without those in which a transform left letters of a language that is not its own.
WordForms CyrillicForms(const icu::UnicodeString &word) {
    WordForms forms = AllCyrillicForms(word);
    if (std::any_of(forms.keys.begin(), forms.keys.end(), IsAscii))
        std::erase_if(forms.keys, [](const string &key) { return !IsAscii(key); });
    return forms;
}

// ---- Greek

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
    AddKey(forms.keys, std::move(printed));
    const string spoken = FoldLatin(Transformed("Greek-Latin/BGN", word));
    if (spoken.size() > 2 && spoken[0] == 'y') {  // Γιάννης: Yiannis, Yannis
        AddKey(forms.keys, spoken);
        if (spoken[1] == 'i') AddKey(forms.keys, 'y' + spoken.substr(2));
    }
    return forms;
}

// ---- Chinese characters

bool IsCompoundSurname(std::u16string_view two) {
    static constexpr std::u16string_view kSurnames[] = {
        u"欧阳", u"司马", u"诸葛", u"上官", u"东方", u"公孙", u"令狐", u"皇甫", u"尉迟", u"夏侯",
        u"慕容", u"司徒", u"长孙", u"宇文", u"端木", u"独孤", u"南宫", u"西门", u"万俟", u"澹台",
        u"闻人", u"钟离", u"单于", u"太史", u"申屠", u"轩辕", u"鲜于", u"呼延", u"赫连", u"百里"};
    return std::find(std::begin(kSurnames), std::end(kSurnames), two) != std::end(kSurnames);
}

// Forms of characters that only Japan has, or that names alone keep: written for each other, also by their
// bearers. All as Traditional-Simplified leaves them; what it knows is not here.
constexpr struct {
    UChar32 written, read;
} kVariants[] = {
    {U'髙', U'高'}, {U'﨑', U'崎'}, {U'𠮷', U'吉'}, {U'邉', U'边'}, {U'辺', U'边'}, {U'沢', U'泽'},
    {U'浜', U'滨'}, {U'濵', U'滨'}, {U'広', U'广'}, {U'桜', U'樱'}, {U'斎', U'斋'}, {U'斉', U'齐'},
    {U'徳', U'德'}, {U'恵', U'惠'}, {U'竜', U'龙'}, {U'滝', U'泷'}, {U'栄', U'荣'}, {U'嶋', U'岛'},
    {U'嶌', U'岛'}, {U'冨', U'富'}, {U'関', U'关'}, {U'塩', U'盐'}, {U'実', U'实'}, {U'円', U'圆'},
    {U'黒', U'黑'}, {U'緑', U'绿'}, {U'亜', U'亚'}, {U'児', U'儿'}, {U'気', U'气'}, {U'県', U'县'},
    {U'歩', U'步'}, {U'舘', U'馆'}, {U'曽', U'曾'}, {U'鉄', U'铁'}, {U'稲', U'稻'}, {U'穂', U'穗'},
    {U'営', U'营'}, {U'応', U'应'}, {U'団', U'团'}, {U'両', U'两'}, {U'仮', U'假'}, {U'単', U'单'},
    {U'厳', U'严'}, {U'姫', U'姬'}, {U'豊', U'丰'}, {U'眞', U'真'}, {U'桒', U'桑'}, {U'槇', U'槙'},
    {U'遙', U'遥'}, {U'瀬', U'濑'}, {U'頼', U'赖'}, {U'鶏', U'鸡'}, {U'壱', U'壹'}, {U'蔵', U'藏'},
    {U'覚', U'觉'}, {U'経', U'经'}, {U'継', U'继'}, {U'顕', U'显'}, {U'帯', U'带'}, {U'渋', U'涩'},
    {U'駅', U'驿'}, {U'訳', U'译'}, {U'釈', U'释'}, {U'伝', U'传'}, {U'従', U'从'}, {U'総', U'总'},
    {U'聡', U'聪'}, {U'薗', U'园'}, {U'園', U'园'},
};

icu::UnicodeString Simplified(const icu::UnicodeString &word) {
    icu::UnicodeString out;
    const icu::UnicodeString simplified = Transformed("Traditional-Simplified", word);
    for (std::int32_t i = 0; i < simplified.length(); i = simplified.moveIndex32(i, 1)) {
        UChar32 c = simplified.char32At(i);
        for (const auto &variant : kVariants)
            if (variant.written == c) {
                c = variant.read;
                break;
            }
        out.append(c);
    }
    return out;
}

// Surnames whose reading Han-Latin/Names has not; some are read in two ways, by family.
constexpr struct {
    char16_t character;
    const char *reading, *other;
} kReadings[] = {
    {u'缪', "miao", nullptr}, {u'朴', "piao", "pu"},   {u'薄', "bo", "bao"},     {u'覃', "qin", "tan"},
    {u'尉', "wei", nullptr},  {u'阚', "kan", nullptr}, {u'句', "gou", nullptr},  {u'祭', "zhai", "ji"},
    {u'宓', "mi", "fu"},      {u'郗', "xi", "chi"},    {u'隗', "wei", "kui"},    {u'柏', "bai", "bo"},
    {u'牟', "mou", "mu"},     {u'洗', "xian", "xi"},   {u'谌', "chen", "shen"},  {u'佴', "nai", "er"},
    {u'都', "du", nullptr},   {u'么', "yao", nullptr}, {u'相', "xiang", nullptr}};

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

std::vector<icu::UnicodeString> Syllables(const icu::UnicodeString &latin) {
    std::vector<icu::UnicodeString> syllables;
    for (std::int32_t i = 0; i < latin.length();) {
        std::int32_t end = latin.indexOf(u' ', i);
        if (end < 0) end = latin.length();
        if (end > i) syllables.emplace_back(latin, i, end - i);
        i = end + 1;
    }
    return syllables;
}

// Of one character that stands behind a surname, and is none.
string ReadingOfGiven(UChar32 c) {
    const std::vector<icu::UnicodeString> syllables = Syllables(ReadHan(icu::UnicodeString(u'张').append(c)));
    return syllables.size() == 2 ? FoldLatin(syllables[1]) : string();
}

WordForms HanForms(const icu::UnicodeString &word) {
    WordForms forms;
    forms.surname_first = true;
    const icu::UnicodeString simplified = Simplified(word);
    const std::int32_t count = simplified.countChar32();
    forms.native = Encode(simplified);
    CutKey(forms.native);

    // As names: characters that are surnames are read as such, 曾 is Zeng, not Ceng.
    std::vector<icu::UnicodeString> syllables = Syllables(ReadHan(simplified));
    const std::u16string_view text(simplified.getBuffer(), static_cast<std::size_t>(simplified.length()));
    const bool compound = count >= 2 && IsCompoundSurname(text.substr(0, 2));
    const char *other_reading = nullptr;
    for (const auto &known : kReadings)
        if (!syllables.empty() && !compound && simplified.charAt(0) == known.character) {
            syllables[0] = known.reading;
            other_reading = known.other;
        }
    const auto joined = [&](std::size_t from, std::size_t to) {
        string out;
        for (std::size_t i = from; i < to; ++i) out += FoldLatin(syllables[i]);
        return out;
    };
    AddKey(forms.keys, joined(0, syllables.size()));
    AddUmlautSpellings(syllables, 0, syllables.size(), forms.keys);
    forms.document_keys.push_back(forms.native);
    // As a given name, or a word, the first character is read as everywhere: 张乐 is Zhang Le.
    if (!syllables.empty())
        forms.given = ReadingOfGiven(simplified.char32At(0)) + joined(1, syllables.size());
    if (forms.given == forms.keys[0]) forms.given.clear();
    if (other_reading) AddKey(count == 1 ? forms.document_keys : forms.split_spellings, other_reading);
    if (count < 2) return forms;

    // No spaces: what begins inside is found by what follows, a company by any of its words.
    const std::int32_t shortest = count <= 4 ? 1 : 2;
    for (std::int32_t skip = 1; skip <= count - shortest && skip <= 16; ++skip)
        AddKey(forms.document_keys, Encode(simplified.tempSubString(simplified.moveIndex32(0, skip))));
    if (syllables.size() == static_cast<std::size_t>(count) && !(compound && count == 2)) {
        const std::size_t surname = compound ? 2 : 1;
        forms.split = {joined(0, surname), joined(surname, syllables.size())};
        AddUmlautSpellings(syllables, 0, surname, forms.split_spellings);
        forms.surname_spellings = forms.split_spellings.size();
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
        // Alef and ain bear a vowel: علي is Ali.
        const UChar first = letters.charAt(0);
        const bool vowel_first = first == 0x0627 || first == 0x0639 || first == 0x05D0 || first == 0x05E2;
        string spelt = (vowel_first ? "a" : "") + FoldLatin(PartDigraphs(latin));
        const auto add_skeleton = [&](const string &text) {
            for (const bool silent_h : {false, true}) {
                string skeleton = Skeleton(text, false, silent_h);
                if (!skeleton.empty()) AddKey(forms.document_keys, kSkeletonMark + skeleton);
            }
        };
        add_skeleton(spelt);
        if (script == USCRIPT_ARABIC) {
            // Persia and India read four letters as z and s: Reza, Ramzan, Osman.
            icu::UnicodeString eastern = letters;
            for (const UChar z : {u'ض', u'ذ', u'ظ'})
                eastern.findAndReplace(icu::UnicodeString(z), icu::UnicodeString(u'ز'));
            eastern.findAndReplace(icu::UnicodeString(u'ث'), icu::UnicodeString(u'س'));
            if (eastern != letters)
                add_skeleton((vowel_first ? "a" : "") +
                             FoldLatin(PartDigraphs(Transformed(id.c_str(), eastern))));
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

// What a thanthakhat strikes out is written, and not spoken: ศักดิ์ is Sak, จันทร์ Chan.
icu::UnicodeString WithoutSilentThai(const icu::UnicodeString &word) {
    icu::UnicodeString out;
    for (std::int32_t i = 0; i < word.length(); ++i) {
        if (word.charAt(i) != 0x0E4C) {
            out.append(word.charAt(i));
            continue;
        }
        std::int32_t cut = out.length();
        if (cut > 0 && (out.charAt(cut - 1) == 0x0E34 || out.charAt(cut - 1) == 0x0E38)) --cut;
        if (cut > 0) --cut;
        if (cut > 1 && cut < out.length() && out.charAt(cut) == u'ร' && out.charAt(cut - 1) == u'ท') --cut;
        out.truncate(cut);
    }
    return out;
}

// ICU writes letters: ใ and ไ are ai, รร is an, อ is a vowel or none, and จ is c, which people write as `jo`.
string SpokenThai(icu::UnicodeString latin, const char *jo) {
    const icu::UnicodeString ai(u"ai", 2), an(u"an", 2);
    latin.findAndReplace(icu::UnicodeString(u"ịy", 2), ai);
    latin.findAndReplace(icu::UnicodeString(u"ị", 1), ai);
    latin.findAndReplace(icu::UnicodeString(u"ı", 1), ai);
    latin.findAndReplace(icu::UnicodeString(u"rr", 2), an);
    const string letters = FoldLatin(latin);
    const auto is_vowel = [](char c) { return string_view("aeiou").find(c) != string_view::npos; };
    string out;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const char c = letters[i], before = i > 0 ? letters[i - 1] : '\0',
                   next = i + 1 < letters.size() ? letters[i + 1] : '\0';
        if (c == 'x') {
            if (before != '\0' && !is_vowel(before) && !is_vowel(next)) out += 'o';
        } else if (c == 'c' && next != 'h') {
            out += jo;
        } else if (c == 'y' && next == '\0' && before == 'a') {
            out += 'i';
        } else {
            out += c;
        }
    }
    return out;
}

// Tamil has one letter for k and g, t and d, p and b, ch and s: voiced between vowels and after a nasal.
string SpokenTamil(const string &latin) {
    const auto is_vowel = [](char c) { return string_view("aeiou").find(c) != string_view::npos; };
    string out;
    for (std::size_t i = 0; i < latin.size(); ++i) {
        const char c = latin[i], before = i > 0 ? latin[i - 1] : '\0',
                   next = i + 1 < latin.size() ? latin[i + 1] : '\0';
        const bool soft = (is_vowel(before) || before == 'n' || before == 'm') && is_vowel(next);
        if (c == 'c')
            out += before == 'c' || next == 'c' ? "ch" : before == 'n' ? "j" : "s";
        else if (soft && c == 'k')
            out += 'g';
        else if (soft && c == 't')
            out += 'd';
        else if (soft && c == 'p')
            out += 'b';
        else
            out += c;
    }
    return Replaced(std::move(out), "chch", "ch");
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
    if (script == USCRIPT_ARMENIAN || script == USCRIPT_GEORGIAN || script == USCRIPT_ETHIOPIC) {
        // Mkrtchyan, Yeghiazaryan; Abebe.
        const string bgn = (script == USCRIPT_ETHIOPIC ? string("Amharic") : string(name)) + "-Latin/BGN";
        const string spoken = FoldLatin(Transformed(bgn.c_str(), word));
        AddKey(forms.keys, spoken);
        if (script == USCRIPT_ETHIOPIC) {  // the sixth vowel is often none
            const string skeleton = Skeleton(spoken);
            if (!skeleton.empty()) AddKey(forms.document_keys, kSkeletonMark + skeleton);
        }
        return forms;
    }
    const auto add = [&](const icu::UnicodeString &in_script) {
        const icu::UnicodeString text = Transformed(id.c_str(), in_script);
        const string letters = FoldLatin(text);
        AddKey(forms.keys, letters);
        // ś and ṣ are sh, but in Thai; ICU's c is everybody's ch.
        icu::UnicodeString hushed = text;
        if (script != USCRIPT_THAI)
            for (const char16_t *s : {u"ś", u"ṣ"})
                hushed.findAndReplace(icu::UnicodeString(s), icu::UnicodeString(u"sh", 2));
        const string plain = FoldLatin(hushed);
        string spoken;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            spoken += plain[i];
            if (plain[i] == 'c' && (i + 1 == plain.size() || plain[i + 1] != 'h')) spoken += 'h';
        }
        AddKey(forms.keys, spoken);
        // Indic letters carry a vowel that is not always spoken.
        // नरेन्द्र मोदी: Narendra but Ram; both are written.
        if (spoken.size() > 3 && spoken.back() == 'a' && text.charAt(text.length() - 1) == u'a')
            AddKey(forms.keys, spoken.substr(0, spoken.size() - 1));
        for (const bool v_is_vowel : {false, true}) {
            const string skeleton = Skeleton(spoken, v_is_vowel);
            if (!skeleton.empty()) AddKey(forms.document_keys, kSkeletonMark + skeleton);
        }
    };
    add(word);
    if (script == USCRIPT_THAI) {
        for (const char *jo : {"ch", "j"}) {  // Chaidi and Jaidi
            const string spoken = SpokenThai(Transformed(id.c_str(), WithoutSilentThai(word)), jo);
            AddKey(forms.keys, spoken);
            const string skeleton = Skeleton(spoken);
            if (!skeleton.empty()) AddKey(forms.document_keys, kSkeletonMark + skeleton);
        }
    } else if (script == USCRIPT_TAMIL) {
        const string spoken = SpokenTamil(latin);
        AddKey(forms.keys, spoken);
        const string skeleton = Skeleton(spoken);
        if (!skeleton.empty()) AddKey(forms.document_keys, kSkeletonMark + skeleton);
    } else if (const icu::UnicodeString nasal = transformed; nasal.indexOf(u"nh", 2, 0) >= 0) {
        // Anusvara before h: सिंह is Singh, నరసింహ Narasimha.
        for (const char *spelling : {"ngh", "mh"}) {
            string key = Replaced(latin, "nh", spelling);
            AddKey(forms.keys, key);
            if (key.back() == 'a') AddKey(forms.keys, key.substr(0, key.size() - 1));
            const string skeleton = Skeleton(key);
            if (!skeleton.empty()) AddKey(forms.document_keys, kSkeletonMark + skeleton);
        }
    }
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

string Skeleton(string_view latin, bool v_is_vowel, bool silent_h_last) {
    if (latin.size() < 2) return {};
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
            case 'x':  // Laxmi
                if (last != 'k') out += 'k';
                last = 'k';
                sound = 's';
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
    if ((out.size() > 2 || (out.size() == 2 && silent_h_last)) && silent_h && out.back() == 'h')
        out.pop_back();
    if (out.empty()) return {};
    // One consonant says too little without the vowel before or behind it: Ali and Lee.
    if (out.size() == 1) {
        if (latin.size() < 3 && !silent_h_last) return {};
        if (IsVowel(latin[0]))
            out.insert(0, 1, 'a');
        else
            out += 'a';
    }
    CutKey(out);
    return out;
}

}  // namespace contacts::name
