#include "core/name/query.h"

#include <algorithm>

#include "core/name/distance.h"
#include "core/name/name.h"
#include "core/name/scan.h"
#include "core/name/skeleton.h"
#include "core/name/word.h"
#include "core/text.h"

namespace contacts::name {
namespace {

using std::string;
using std::string_view;

struct Choice {
    string key;
    bool prefix;
    int errors = 0;
    bool errors_in_prefix = false;
};

// The alternatives of one group; what another one finds anyway is left out.
class Group {
  public:
    void Add(string key, bool prefix, int errors = 0, bool errors_in_prefix = false) {
        if (key.empty() || choices_.size() >= kMaxAlternatives) return;
        CutKey(key);
        if (errors == 0) {
            for (const Choice &other : choices_) {
                if (other.errors != 0) continue;
                if (other.key == key && (other.prefix || !prefix)) return;
                if (other.prefix && string_view(key).substr(0, other.key.size()) == other.key) return;
            }
        }
        choices_.push_back({std::move(key), prefix, errors, errors_in_prefix});
    }

    void Write(string &out) const {
        if (choices_.empty()) return;
        if (!out.empty()) out += ' ';
        for (std::size_t i = 0; i < choices_.size(); ++i) {
            const Choice &choice = choices_[i];
            if (i > 0) out += '|';
            out += choice.key;
            if (choice.errors > 0) {
                out += '~';
                out += static_cast<char>('0' + choice.errors);
                if (choice.errors_in_prefix) out += '*';
            } else if (choice.prefix) {
                out += '*';
            }
        }
    }

  private:
    std::vector<Choice> choices_;
};

struct Word {
    string strict;
    WordForms forms;  // of an ASCII word: its key alone
    bool ascii;
};

// A name as one key: Mary Jane is maryjane, as documents have it.
string OneWord(string_view name) {
    string key = Fold(name);
    key.erase(std::remove(key.begin(), key.end(), ' '), key.end());
    return key;
}

// The word and those before it, written as one.
void AddJoined(const std::vector<Word> &words, std::size_t at, bool prefix, Group &to) {
    string joined = words[at].strict;
    for (std::size_t back = 1; back <= 3 && back <= at; ++back) {
        joined.insert(0, words[at - back].strict);
        if (joined.size() > kMaxKeyBytes) break;
        to.Add(joined, prefix);
    }
}

// Other spellings of the surname, or of the given name.
void AddSpellings(const WordForms &forms, std::size_t of_given, Group &to) {
    const std::size_t surname = std::min(forms.surname_spellings, forms.split_spellings.size());
    for (std::size_t i = of_given ? surname : 0; i < (of_given ? forms.split_spellings.size() : surname); ++i)
        to.Add(forms.split_spellings[i], false);
}

// Whether the Arabic article may be meant, also as it is spoken before some letters: El-Sisi, As-Sisi.
bool IsArticle(string_view word, string_view next) {
    if (next.size() < 3) return false;
    if (word == "al" || word == "el" || word == "ul") return true;
    return word.size() >= 2 && word.size() <= 3 && word[0] == 'a' &&
           string_view("dnrstz").find(word[1]) != string_view::npos && next.starts_with(word.substr(1));
}

}  // namespace

string MakeQuery(string_view text, const QueryOptions &options) {
    string out;
    if (text.size() > kMaxTextBytes) return out;
    std::vector<Word> words;
    TextScanner scanner(text);
    Part part;
    while (words.size() < kMaxGroups && scanner.Next(part)) {
        if (part.ascii) {
            words.push_back({string(part.word), {}, true});
            words.back().forms.keys.push_back(words.back().strict);
            continue;
        }
        const WordForms &forms = FormsOf(part.word);
        if (!forms.keys.empty()) words.push_back({forms.keys[0], forms, false});
    }

    std::size_t groups = 0;
    for (std::size_t i = 0; i < words.size() && groups < kMaxGroups; ++i) {
        const Word &word = words[i];
        const bool last = i + 1 == words.size();
        const bool prefix = !options.whole_words && (last || !options.finished);
        if (!word.forms.native.empty()) {
            // The characters first; else the surname and the given name as they are read, as whole words:
            // a syllable as a prefix would find anybody.
            std::vector<string> read = word.forms.split;
            if (read.empty()) read = {word.strict};
            for (std::size_t j = 0; j < read.size() && groups < kMaxGroups; ++j, ++groups) {
                Group group;
                group.Add(word.forms.native, prefix);
                group.Add(read[j], false);
                if (read.size() == 2) AddSpellings(word.forms, j, group);
                group.Add(word.strict, false);
                group.Write(out);
            }
            continue;
        }
        if (!word.forms.split.empty() && !options.whole_words) {
            // 박지성 is also Jisung Park: surname and given name, each as their bearers write them.
            for (std::size_t j = 0; j < word.forms.split.size() && groups < kMaxGroups; ++j, ++groups) {
                Group group;
                for (const string &key : word.forms.keys) group.Add(key, prefix);
                AddJoined(words, i, prefix, group);
                group.Add(word.forms.split[j], false);
                AddSpellings(word.forms, j, group);
                group.Write(out);
            }
            continue;
        }
        Group group;
        for (const string &key : word.forms.keys) group.Add(key, prefix);
        if (options.whole_words) {
            group.Write(out);
            ++groups;
            continue;
        }
        // Parts that another may write as one word.
        AddJoined(words, i, prefix, group);
        if (word.forms.split.empty())
            for (const string &key : word.forms.split_spellings) group.Add(key, false);
        if (!prefix && !last) group.Add(word.strict + words[i + 1].strict, i + 2 == words.size());
        for (const auto &[name, alias] : options.aliases)
            if (name == word.strict) group.Add(OneWord(alias), false);
        if (!last && word.ascii && words[i + 1].ascii && IsArticle(word.strict, words[i + 1].strict)) {
            const string joined = "al" + words[i + 1].strict;
            for (const char *article : {"al", "el"}) group.Add(article, false);
            group.Add(kSkeletonMark + Skeleton(joined), false);
        }
        const bool latin = IsAscii(word.strict);
        if (word.ascii) {
            std::vector<string> spellings;
            AddVowelSpellings(word.strict, spellings);
            for (string &spelling : spellings) group.Add(std::move(spelling), prefix);
        }
        if (word.ascii) {
            // Two consonants as a prefix would find half of Arabia.
            for (const bool v_is_vowel : {false, true}) {
                const string skeleton = Skeleton(word.strict, v_is_vowel);
                if (!skeleton.empty())
                    group.Add(kSkeletonMark + skeleton, skeleton.size() > 2 && !v_is_vowel);
            }
        }
        if (options.tolerant && latin) {
            // Another digit is another thing, not a typing error.
            const bool has_digit = std::any_of(word.strict.begin(), word.strict.end(),
                                               [](char c) { return c >= '0' && c <= '9'; });
            const int most = options.one_error ? 1 : 2;
            const int errors = has_digit ? 0 : std::min(most, ToleranceOf(word.strict.size()));
            if (errors > 0) group.Add(word.strict, false, errors, last);
        }
        group.Write(out);
        ++groups;
    }
    return out;
}

bool QueryReader::Next(Alternative &alternative, bool &new_group) {
    if (rest_.empty()) return false;
    new_group = at_group_;
    const std::size_t end = std::min(rest_.find_first_of(" |"), rest_.size());
    string_view key = rest_.substr(0, end);
    at_group_ = end < rest_.size() && rest_[end] == ' ';
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    alternative.prefix = !key.empty() && key.back() == '*';
    if (alternative.prefix) key.remove_suffix(1);
    alternative.errors = 0;
    if (key.size() > 2 && key[key.size() - 2] == '~') {
        alternative.errors = key.back() - '0';
        key.remove_suffix(2);
    }
    alternative.key = key;
    return true;
}

bool Alternative::Matches(string_view document_key) const {
    if (errors > 0) {
        // As the index sees it: the first letter is right, or the second took its place.
        if (document_key.empty()) return false;
        if (document_key[0] == key[0] || (key.size() > 1 && document_key[0] == key[1]))
            return IsWithin(key, document_key, errors, prefix);
        return FirstLetters().find(document_key[0]) != string_view::npos &&
               (document_key.substr(1) == key || document_key.substr(1) == key.substr(1));
    }
    return prefix ? document_key.substr(0, key.size()) == key : document_key == key;
}

bool Alternative::IsSkeleton() const {
    return !key.empty() && key[0] == kSkeletonMark;
}

Result<string> ParseQuery(string_view text) {
    const string_view input = text;
    const auto fault = [input](string detail) {
        return Fault{"search_pattern_invalid",
                     "invalid input syntax for type contacts.search_pattern: \"" + Quoted(input) + "\"",
                     std::move(detail), "contacts.search_query(text) makes a query of what people type."};
    };
    string out;
    std::size_t groups = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        string_view group = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (group.empty()) continue;
        if (++groups > kMaxGroups)
            return fault("A query has at most " + std::to_string(kMaxGroups) + " groups.");
        if (!out.empty()) out += ' ';
        out += group;
        if (static_cast<std::size_t>(std::count(group.begin(), group.end(), '|')) >= kMaxAlternatives)
            return fault("A group has at most " + std::to_string(kMaxAlternatives) + " alternatives.");
        for (;;) {
            const std::size_t bar = group.find('|');
            const string_view written = group.substr(0, bar);
            Alternative alternative{};
            bool new_group;
            QueryReader(written).Next(alternative, new_group);
            const string_view key = alternative.key;
            if (key.empty()) return fault("There is no key before or after \"|\", \"*\" or \"~\".");
            if (key.size() > kMaxKeyBytes)
                return fault("A key has at most " + std::to_string(kMaxKeyBytes) + " bytes.");
            const string_view letters = key[0] == kSkeletonMark ? key.substr(1) : key;
            const bool allowed = !letters.empty() && std::all_of(letters.begin(), letters.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       static_cast<unsigned char>(c) >= 0x80;
            });
            const bool tolerant = written.find('~') != string_view::npos;
            if (!allowed || tolerant != (alternative.errors > 0) || alternative.errors > 2)
                return fault("A key is of small letters and digits, then \"*\", \"~1\" or \"~2\".");
            if (bar == string_view::npos) break;
            group.remove_prefix(bar + 1);
        }
    }
    return out;
}

}  // namespace contacts::name
