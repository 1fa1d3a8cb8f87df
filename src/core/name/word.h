// One word of a name in all the spellings that it may be looked for by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contacts::name {

// Longer keys are cut, in documents and queries alike.
inline constexpr std::size_t kMaxKeyBytes = 64;

struct WordForms {
    // Spelt in Latin letters, the strict one first. In documents and in queries.
    std::vector<std::string> keys;
    // In documents only: parts that are looked for by themselves, skeletons.
    std::vector<std::string> document_keys;
    // Of a word in Chinese characters: these, simplified. What a query for them asks for first.
    std::string native;
    // Of a name that is written without spaces: surname and given name, strict.
    std::vector<std::string> split;
    // Other spellings of these, those of the surname first. Without `split`, of a word that is a surname.
    std::vector<std::string> split_spellings;
    std::size_t surname_spellings = 0;
    // How Chinese characters are read that are no surname, where that differs.
    std::string given;
    // Whether a surname is written before the given name, without a space.
    bool surname_first = false;
    // Whether the letters leave out vowels that people write in Latin.
    bool has_skeleton = false;
};

// `word` is one part of TextScanner's, not all ASCII. The result lives until the next call.
const WordForms &FormsOf(std::string_view word);

// Letters that stand for one vowel or two (mueller, muller) in an ASCII word, each put the other way:
// spellings that a query for it may mean.
void AddVowelSpellings(std::string_view word, std::vector<std::string> &to);

// Cut to kMaxKeyBytes at a character's boundary.
void CutKey(std::string &key);

}  // namespace contacts::name
