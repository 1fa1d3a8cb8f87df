#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/name/letters.h"
#include "core/name/script/script.h"
#include "core/name/skeleton.h"

namespace contacts::name {
namespace {

using std::string;
using std::string_view;

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
    string out;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const char c = letters[i], before = i > 0 ? letters[i - 1] : '\0',
                   next = i + 1 < letters.size() ? letters[i + 1] : '\0';
        if (c == 'x') {
            if (before != '\0' && !IsVowel(before) && !IsVowel(next)) out += 'o';
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
    string out;
    for (std::size_t i = 0; i < latin.size(); ++i) {
        const char c = latin[i], before = i > 0 ? latin[i - 1] : '\0',
                   next = i + 1 < latin.size() ? latin[i + 1] : '\0';
        const bool soft = (IsVowel(before) || before == 'n' || before == 'm') && IsVowel(next);
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

// Signs that the transforms pass over, as those that they know: the tippi of ਸਿੰਘ as a bindi; the Malayalam
// letters without a vowel as consonants with a virama.
icu::UnicodeString WithKnownSigns(icu::UnicodeString word, UScriptCode script) {
    if (script == USCRIPT_GURMUKHI) {
        word.findAndReplace(icu::UnicodeString(u'\u0A70'), icu::UnicodeString(u'\u0A02'));
    } else if (script == USCRIPT_MALAYALAM) {
        constexpr std::pair<char16_t, char16_t> kChillus[] = {{0x0D7A, 0x0D23}, {0x0D7B, 0x0D28},
                                                              {0x0D7C, 0x0D30}, {0x0D7D, 0x0D32},
                                                              {0x0D7E, 0x0D33}, {0x0D7F, 0x0D15}};
        for (const auto &[chillu, consonant] : kChillus)
            word.findAndReplace(icu::UnicodeString(chillu), icu::UnicodeString(consonant).append(u'\u0D4D'));
    }
    return word;
}

// As ICU does, but for Malayalam, whose o it takes to pieces: മോഹൻ is Mohan, not Meahan.
icu::UnicodeString InLatin(const char *id, const icu::UnicodeString &word, UScriptCode script) {
    icu::UnicodeString latin = Transformed(id, word);
    if (script == USCRIPT_MALAYALAM) {
        latin.findAndReplace(icu::UnicodeString(u"ēā"), icu::UnicodeString(u"ō"));
        latin.findAndReplace(icu::UnicodeString(u"eā"), icu::UnicodeString(u"o"));
    }
    return latin;
}

}  // namespace

WordForms OtherForms(const icu::UnicodeString &written, UScriptCode script) {
    WordForms forms;
    const icu::UnicodeString word = WithKnownSigns(written, script);
    const char *name = uscript_getName(script);
    const string id = string(name ? name : "Any") + "-Latin";
    const icu::UnicodeString transformed = InLatin(id.c_str(), word, script);
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
        // The sixth vowel is often none.
        if (script == USCRIPT_ETHIOPIC) AddSkeleton(forms.document_keys, spoken);
        return forms;
    }
    const auto add = [&](const icu::UnicodeString &in_script) {
        const icu::UnicodeString text = InLatin(id.c_str(), in_script, script);
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
        for (const bool v_is_vowel : {false, true}) AddSkeleton(forms.document_keys, spoken, v_is_vowel);
    };
    add(word);
    if (script == USCRIPT_THAI) {
        for (const char *jo : {"ch", "j"}) {  // Chaidi and Jaidi
            const string spoken = SpokenThai(Transformed(id.c_str(), WithoutSilentThai(word)), jo);
            AddKey(forms.keys, spoken);
            AddSkeleton(forms.document_keys, spoken);
        }
    } else if (script == USCRIPT_TAMIL) {
        const string spoken = SpokenTamil(latin);
        AddKey(forms.keys, spoken);
        AddSkeleton(forms.document_keys, spoken);
    } else if (transformed.indexOf(u"nh", 2, 0) >= 0) {
        // Anusvara before h: सिंह is Singh, నరసింహ Narasimha.
        for (const char *spelling : {"ngh", "mh"}) {
            string key = Replaced(latin, "nh", spelling);
            AddKey(forms.keys, key);
            if (key.back() == 'a') AddKey(forms.keys, key.substr(0, key.size() - 1));
            AddSkeleton(forms.document_keys, key);
        }
    }
    forms.has_skeleton = true;
    return forms;
}

}  // namespace contacts::name
