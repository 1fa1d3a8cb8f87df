// Words that are not plain Latin are remembered, since the same names come again and again in an import.
#include "core/name/word.h"

#include <unicode/normalizer2.h>
#include <unicode/uscript.h>

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "core/name/letters.h"
#include "core/name/script/script.h"

namespace contacts::name {
namespace {

using std::string;
using std::string_view;

icu::UnicodeString NormalizeCaseFolded(string_view word) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
    icu::UnicodeString out;
    if (U_SUCCESS(status))
        out = normalizer->normalize(
            icu::UnicodeString::fromUTF8({word.data(), static_cast<std::int32_t>(word.size())}), status);
    if (U_FAILURE(status)) ThrowIcu("normalize text", status);
    return out;
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

}  // namespace contacts::name
