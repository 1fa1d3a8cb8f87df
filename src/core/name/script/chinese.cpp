#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/name/han.h"
#include "core/name/letters.h"
#include "core/name/script/script.h"

namespace contacts::name {
namespace {

using std::string;

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
        // The mark of repetition: 佐々木 is 佐佐木. What ICU reads it as differs by its version.
        if (c == U'々' && !out.isEmpty()) c = out.char32At(out.length() - 1);
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

}  // namespace

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

}  // namespace contacts::name
