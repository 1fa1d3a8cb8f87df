#include "core/name/name.h"

#include <unicode/uversion.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "core/name/scan.h"
#include "core/name/skeleton.h"
#include "core/name/word.h"

namespace contacts::name {
namespace {

using std::string;
using std::string_view;

// Raise it with every change of what keys are made of a text.
constexpr int kRulesVersion = 3;

// A document is no place for a text: the rest of a longer one is not looked for.
constexpr std::size_t kMaxKeys = 200;
constexpr std::size_t kMaxJoinedBytes = 40;

// Keys of one column, added to those of the document.
class KeyMaker {
  public:
    explicit KeyMaker(std::vector<string> &keys) : keys_(keys) {}

    // A column of names; `initials`, where not null, takes the first letter of each word. Where the column
    // may hold a full name its surname counts by itself, too.
    void AddNames(string_view text, bool full, string *initials) { Add(text, true, full, initials); }
    // Titles, departments and companies: often the same few come again and again, so what they gave is
    // remembered. To remember more than the processor's cache holds would take longer than to do it again.
    void AddWords(string_view text) {
        struct Hash : std::hash<string_view> {
            using is_transparent = void;
        };
        static std::unordered_map<string, std::vector<string>, Hash, std::equal_to<>> known;
        constexpr std::size_t kMaxKnown = 2048, kMaxKnownBytes = 64;
        constexpr std::size_t kMostMissed = 8 * kMaxKnown;
        static std::size_t missed = 0;  // since it is full
        if (text.empty()) return;
        if (text.size() > kMaxKnownBytes) return Add(text, false, false, nullptr);
        auto found = known.find(text);
        if (found == known.end()) {
            if (known.size() >= kMaxKnown) {
                if (++missed < kMostMissed) return Add(text, false, false, nullptr);
                missed = 0;
                known.clear();
            }
            std::vector<string> keys;
            KeyMaker(keys).Add(text, false, false, nullptr);
            found = known.emplace(text, std::move(keys)).first;
        }
        // Near the end of the document's room it matters after which word that is.
        if (keys_.size() + found->second.size() >= kMaxKeys) return Add(text, false, false, nullptr);
        keys_.insert(keys_.end(), found->second.begin(), found->second.end());
    }

    // The column written as one word: its strict key, and its Chinese characters.
    struct Whole {
        string latin, native, given;
        bool surname_first = false;
    };
    Whole whole;

  private:
    void Add(string_view text, bool name, bool full, string *initials) {
        whole = {};
        if (text.empty()) return;
        TextScanner scanner(text);
        Part part;
        std::size_t parts = 0, words = 0;
        bool skeletons = false, ends_with_initial = false;
        while (keys_.size() < kMaxKeys && scanner.Next(part)) {
            static const WordForms kNoForms;
            const WordForms *forms = part.ascii ? nullptr : &FormsOf(part.word);
            if (forms && forms->keys.empty()) continue;
            if (part.begins_compound) {
                EndCompound();
                ++words;
            }
            ++parts;
            const string_view strict = forms ? string_view(forms->keys[0]) : part.word;
            const string_view spelt = forms && forms->keys.size() > 1 ? string_view(forms->keys[1]) : strict;
            Push(strict);
            if (forms) {
                for (std::size_t i = 1; i < forms->keys.size(); ++i) Push(forms->keys[i]);
                for (const string &key : forms->document_keys) Push(key);
                if (!(name && full)) Push(forms->given);
                if (full) {
                    for (const string &key : forms->split) Push(key);
                    for (const string &key : forms->split_spellings) Push(key);
                }
                skeletons |= forms->has_skeleton;
                whole.surname_first |= forms->surname_first;
                whole.native += forms->native;
                if (!forms->given.empty() && parts == 1) whole.given = forms->given;
            }
            ++compound_parts_;
            compound_ += strict;
            compound_spelt_ += spelt;
            column_ += strict;
            column_spelt_ += spelt;
            ends_with_initial = part.ascii && strict.size() == 1 && column_.size() > 2;
            if (initials && !strict.empty() && initials->size() < 8) *initials += strict[0];
            // Last: it may end the life of `forms`.
            if (part.after_apostrophe > 0) AddAfterApostrophe(part);
        }
        const std::size_t last_compound_parts = compound_parts_;
        EndCompound();
        if (name && parts > 1 && parts <= 5 && column_.size() <= kMaxJoinedBytes) {
            // "van der Berg" written as one; a hyphenated word alone is joined already. Nobody writes
            // Robertj, and there would be many of it in the index behind robert.
            if (!ends_with_initial && (words > 1 || last_compound_parts != parts)) {
                Push(column_);
                if (column_spelt_ != column_) Push(column_spelt_);
            }
            if (skeletons) PushSkeleton(column_);
            // Without the article's l, as Abdurrahman is spoken.
            if (skeletons && column_spelt_ != column_) PushSkeleton(column_spelt_);
        }
        whole.latin.swap(column_);
        column_.clear();
        column_spelt_.clear();
    }

    // Jean-Luc is also Jeanluc, AT&T is ATT.
    void EndCompound() {
        if (compound_parts_ > 1 && compound_.size() <= kMaxJoinedBytes) {
            Push(compound_);
            if (compound_spelt_ != compound_) Push(compound_spelt_);
        }
        compound_parts_ = 0;
        compound_.clear();
        compound_spelt_.clear();
    }

    void AddAfterApostrophe(const Part &part) {
        const string rest(part.word.substr(part.after_apostrophe));
        if (rest.size() < 3) return;
        if (part.ascii) {
            Push(rest);
            return;
        }
        for (const string &key : FormsOf(rest).keys) Push(key);
    }

    void PushSkeleton(string_view latin) {
        const string skeleton = Skeleton(latin);
        if (!skeleton.empty()) keys_.push_back(kSkeletonMark + skeleton);
    }

    void Push(string_view key) {
        if (key.empty()) return;
        keys_.emplace_back(key);
        CutKey(keys_.back());
    }

    std::vector<string> &keys_;
    std::size_t compound_parts_ = 0;
    string compound_, compound_spelt_, column_, column_spelt_;
};

// By bytes. The first of them, as a number, tell most keys apart.
std::vector<string> SortedDistinct(std::vector<string> keys) {
    struct Entry {
        std::uint64_t beginning;
        string *key;
    };
    std::vector<Entry> entries;
    entries.reserve(keys.size());
    for (string &key : keys) {
        std::uint64_t beginning = 0;
        for (std::size_t i = 0; i < sizeof beginning; ++i)
            beginning = beginning << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0);
        entries.push_back({beginning, &key});
    }
    std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
        return a.beginning != b.beginning ? a.beginning < b.beginning : *a.key < *b.key;
    });
    std::vector<string> out;
    out.reserve(keys.size());
    for (const Entry &entry : entries)
        if (out.empty() || *entry.key != out.back()) out.push_back(std::move(*entry.key));
    return out;
}

}  // namespace

string Fold(string_view text) {
    string out;
    TextScanner scanner(text);
    Part part;
    std::size_t parts = 0;
    std::vector<string> split;
    while (scanner.Next(part)) {
        const WordForms *forms = part.ascii ? nullptr : &FormsOf(part.word);
        if (forms && forms->keys.empty()) continue;
        if (parts++ > 0) out += ' ';
        out += forms ? string_view(forms->keys[0]) : part.word;
        if (forms && parts == 1) split = forms->split;
    }
    // 曾国藩 alone is a full name, as 曾 国藩 is.
    if (parts == 1 && split.size() == 2) return split[0] + ' ' + split[1];
    return out;
}

std::vector<string> SearchKeys(const DocumentText &text) {
    std::vector<string> keys;
    keys.reserve(24);
    KeyMaker maker(keys);
    string initials;
    KeyMaker::Whole first, last;
    for (int i = 0; i < DocumentText::kNames; ++i) {
        const bool given = (i == DocumentText::kFirst || i == DocumentText::kMiddle) &&
                           !text.names[DocumentText::kLast].empty();
        maker.AddNames(text.names[i], !given, i <= DocumentText::kLast ? &initials : nullptr);
        if (i == DocumentText::kFirst) first = maker.whole;
        if (i == DocumentText::kLast) last = maker.whole;
    }
    for (const string_view other : text.others) maker.AddWords(other);

    // Written without spaces in its own script, such a name is so by some in Latin letters. Not all names:
    // each full name as one key would make an index many times as large.
    if (first.surname_first && last.surname_first && !first.latin.empty() && !last.latin.empty() &&
        first.latin.size() + last.latin.size() <= kMaxJoinedBytes) {
        keys.push_back(last.latin + first.latin);
        if (!first.given.empty()) keys.push_back(last.latin + first.given);
        if (!first.native.empty() && !last.native.empty()) keys.push_back(last.native + first.native);
    }
    if (initials.size() > 2 &&
        std::all_of(initials.begin(), initials.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
        keys.push_back(initials);

    return SortedDistinct(std::move(keys));
}

const string &SearchVersion() {
    static const string version = [] {
        UVersionInfo icu;
        char text[U_MAX_VERSION_STRING_LENGTH];
        u_getVersion(icu);
        u_versionToString(icu, text);
        return string(1, kVersionMark) + std::to_string(kRulesVersion) + "/icu" + text;
    }();
    return version;
}

}  // namespace contacts::name
