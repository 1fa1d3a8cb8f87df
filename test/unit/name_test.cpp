#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/name/distance.h"
#include "core/name/name.h"
#include "core/name/query.h"
#include "core/name/scan.h"
#include "core/name/word.h"

namespace contacts::name {
namespace {

bool Finds(const std::string &query, const std::vector<std::string> &document) {
    if (query.empty()) return false;
    QueryReader reader(query);
    Alternative alternative;
    bool new_group, met = true;
    while (reader.Next(alternative, new_group)) {
        if (new_group) {
            if (!met) return false;
            met = false;
        }
        for (const std::string &key : document) met = met || alternative.Matches(key);
    }
    return met;
}

std::vector<std::string> Document(const std::string &first, const std::string &last) {
    DocumentText text;
    text.names[DocumentText::kFirst] = first;
    text.names[DocumentText::kLast] = last;
    return SearchKeys(text);
}

std::string Joined(const std::vector<std::string> &keys) {
    std::string out;
    for (const std::string &key : keys) out += key + ' ';
    return out;
}

bool FindsTolerantly(const std::string &typed, const std::string &first, const std::string &last) {
    QueryOptions options;
    options.tolerant = true;
    return Finds(MakeQuery(typed, options), Document(first, last));
}

TEST(NameTest, FindsWhatTheTestSetSays) {
    std::ifstream file("test/data/names.tsv");
    ASSERT_TRUE(file) << "run it in the top directory";
    std::set<std::string> languages;
    int pairs = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::vector<std::string> cells;
        for (std::size_t from = 0; from <= line.size();) {
            const std::size_t tab = std::min(line.find('\t', from), line.size());
            cells.push_back(line.substr(from, tab - from));
            from = tab + 1;
        }
        ASSERT_EQ(cells.size(), 4u) << line;
        const std::size_t bar = cells[1].find('|');
        ASSERT_NE(bar, std::string::npos) << line;
        ASSERT_TRUE(cells[2] == "find" || cells[2] == "not") << line;
        const auto document = Document(cells[1].substr(0, bar), cells[1].substr(bar + 1));
        const std::string query = MakeQuery(cells[0]);
        EXPECT_EQ(Finds(query, document), cells[2] == "find")
            << line << "\n  query    " << query << "\n  document " << Joined(document);
        languages.insert(cells[3]);
        ++pairs;
    }
    EXPECT_GE(pairs, 1800);
    EXPECT_GE(languages.size(), 70u);
}

TEST(NameTest, FoldsToTheStrictKey) {
    const std::pair<const char *, const char *> cases[] = {
        {"", ""},
        {"  -- !? ", ""},
        {"John  SMITH", "john smith"},
        {"O'Brien", "obrien"},
        {"O’Brien", "obrien"},
        {"Jean-Luc", "jean luc"},
        {"Müller", "muller"},
        {"Mu\u0308ller", "muller"},
        {"Groß", "gross"},
        {"IŞIK ışık", "isik isik"},
        {"İstanbul", "istanbul"},
        {"Łódź", "lodz"},
        {"Ægir Þór", "aegir thor"},
        {"ﬁne Ｆｕｌｌ", "fine full"},
        {"Щукин", "sukin"},
        {"Αλέξανδρος", "alexandros"},
        {"曾国藩", "zeng guofan"},
        {"曾國藩", "zeng guofan"},
        {"曾 国藩", "zeng guofan"},
        {"タナカ", "tanaka"},
        {"ﾀﾅｶ", "tanaka"},
        {"محمد", "mhmd"},
        {"مُحَمَّد", "mhmd"},
        {"გიორგი", "giorgi"},
        {"Արմեն", "armen"},
        {"٣٤٥", "345"},
        {"a\u200Db", "ab"},
        {"😀 Smile", "smile"},
    };
    for (const auto &[text, folded] : cases) EXPECT_EQ(Fold(text), folded) << text;
}

TEST(NameTest, FoldingTwiceChangesNothing) {
    for (const char *text :
         {"Müller-Lüdenscheid", "曾国藩", "Щукин Пётр", "O'Brien & Sons", "Γιάννης", "김민준"})
        EXPECT_EQ(Fold(Fold(text)), Fold(text)) << text;
}

TEST(NameTest, KeysAreSortedDistinctAndFreeOfMarks) {
    const auto keys = Document("Anna Anna", "Müller-Wörth van 曾国藩 Щукин محمد");
    EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
    EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
    for (const std::string &key : keys) {
        EXPECT_EQ(key.find_first_of(" |*~#"), std::string::npos) << key;
        EXPECT_LE(key.size(), kMaxKeyBytes);
    }
}

TEST(NameTest, DocumentsAreBounded) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += "w" + std::to_string(i) + " ";
    EXPECT_LE(Document(text, text).size(), 250u);
    EXPECT_EQ(Document(std::string(100000, 'x'), "").front().size(), kMaxKeyBytes);
}

TEST(NameTest, BadInputMakesTheEmptyQuery) {
    for (const std::string &text :
         {std::string(), std::string(" \t\n"), std::string("!?-...'&"), std::string(1 << 20, 'a'),
          std::string("\x01\x02\x7f"), std::string(5000, ' '), std::string("\xff\xfe"), std::string("\xc3"),
          std::string("\u0301\u0301"), std::string("\u200b")})
        EXPECT_EQ(MakeQuery(text), "") << text.substr(0, 20);
}

TEST(NameTest, QueriesAreBoundedAndReadBack) {
    std::string text;
    for (int i = 0; i < 200; ++i) text += "mo" + std::to_string(i) + "uaoe ";
    for (const std::string &typed :
         {text, std::string("Müller Щукин 曾国藩 김민준 محمد O'Brien Jean-Luc"), std::string(4000, 'o')}) {
        QueryOptions options;
        options.tolerant = true;
        options.aliases = {{"muller", "x y!"}, {"jean", "Hans"}};
        const std::string query = MakeQuery(typed, options);
        const auto parsed = ParseQuery(query);
        ASSERT_TRUE(parsed) << query << ": " << parsed.fault().detail;
        EXPECT_EQ(*parsed, query);
        EXPECT_LE(std::count(query.begin(), query.end(), ' '), 15);
    }
}

TEST(NameTest, ParseRefusesWhatIsNoQuery) {
    EXPECT_EQ(*ParseQuery("  abc*|d~1   e~2* ^mhmd* 曾* "), "abc*|d~1 e~2* ^mhmd* 曾*");
    EXPECT_EQ(*ParseQuery(""), "");
    for (const char *text : {"|", "a||b", "*", "~1", "a~3", "a~0", "A", "a**", "a|", "^", "a-b", "#1", "a~"})
        EXPECT_FALSE(ParseQuery(text)) << text;
    EXPECT_FALSE(ParseQuery(std::string(65, 'a')));
    std::string groups, alternatives = "a";
    for (int i = 0; i < 17; ++i) groups += "a ", alternatives += "|a";
    EXPECT_FALSE(ParseQuery(groups));
    EXPECT_FALSE(ParseQuery(alternatives));
}

TEST(NameTest, RanksNothingAboveTheAlias) {
    QueryOptions options;
    options.aliases = {{"bob", "Robert"}};
    EXPECT_TRUE(Finds(MakeQuery("bob", options), Document("Robert", "Smith")));
    EXPECT_FALSE(Finds(MakeQuery("bob", options), Document("Roberta", "Smith")));  // a whole word
    EXPECT_FALSE(Finds(MakeQuery("bob"), Document("Robert", "Smith")));
    // A name of several words is one key, as documents join it: no marks, no group of its own.
    options.aliases = {{"mj", "Mary Jane"}, {"mj", "a|b* ~1"}};
    EXPECT_TRUE(Finds(MakeQuery("mj smith", options), Document("Mary Jane", "Smith")));
    EXPECT_TRUE(Finds(MakeQuery("mj smith", options), Document("Mary-Jane", "Smith")));
    EXPECT_FALSE(Finds(MakeQuery("mj smith", options), Document("Jane", "Smith")));
    EXPECT_TRUE(ParseQuery(MakeQuery("mj smith", options)));
    EXPECT_EQ(MakeQuery("mj", options), "mj*|maryjane|ab1|^mg");
}

TEST(NameTest, KeysAreAsciiWhereThereIsATransform) {
    for (const char *name : {"Қасым-Жомарт Тоқаев", "Өлзий", "Ціханоўская", "Ўткир Ҳасанов", "一郎 𠮷田",
                             "山﨑", "გიორგი", "Արմեն", "አበበ", "သန်းရွှေ", "สมศักดิ์"})
        for (const char c : Fold(name))
            EXPECT_LT(static_cast<unsigned char>(c), 0x80) << name << ": " << Fold(name);
    for (const char *name : {"Қасым", "Тоқаев", "Өлзий", "Ціханоўская", "Ўткир", "Ҳасанов"})
        for (const std::string &key : Document("", name))
            for (const char c : key) EXPECT_LT(static_cast<unsigned char>(c), 0x80) << name << ": " << key;
}

TEST(NameTest, ReadsSurnamesAsSurnamesAndGivenNamesAsWords) {
    // ICU's readings of surnames, and those it lacks.
    for (const auto &[surname, reading] :
         {std::pair{"单", "shan"}, std::pair{"曾", "zeng"}, std::pair{"解", "xie"}, std::pair{"仇", "qiu"},
          std::pair{"查", "zha"}, std::pair{"任", "ren"}, std::pair{"区", "ou"}, std::pair{"朴", "piao"},
          std::pair{"缪", "miao"}, std::pair{"薄", "bo"}, std::pair{"盖", "ge"}, std::pair{"翟", "zhai"},
          std::pair{"尉迟", "yuchi"}, std::pair{"万俟", "moqi"}, std::pair{"长孙", "zhangsun"}}) {
        EXPECT_EQ(Fold(surname), reading);
        EXPECT_TRUE(Finds(MakeQuery(reading), Document("晓明", surname))) << surname;
    }
    EXPECT_TRUE(Finds(MakeQuery("zhang le"), Document("乐", "张")));
    EXPECT_TRUE(Finds(MakeQuery("zhangle"), Document("乐", "张")));
    EXPECT_FALSE(Finds(MakeQuery("le"), Document("晓明", "乐")));
}

TEST(NameTest, WholeWordsAreNoPrefixes) {
    QueryOptions options;
    options.whole_words = true;
    EXPECT_TRUE(Finds(MakeQuery("li", options), Document("Jet", "Li")));
    EXPECT_FALSE(Finds(MakeQuery("li", options), Document("Linda", "Smith")));
}

TEST(NameTest, FinishedWordsAreWhole) {
    QueryOptions options;
    options.finished = true;
    EXPECT_TRUE(Finds(MakeQuery("anna mül", options), Document("Anna", "Müller")));
    EXPECT_TRUE(Finds(MakeQuery("jean luc", options), Document("Jeanluc", "")));
    EXPECT_FALSE(Finds(MakeQuery("ann müller", options), Document("Anna", "Müller")));
}

TEST(NameTest, ToleratesTypingErrors) {
    EXPECT_TRUE(FindsTolerantly("jonh", "John", "Smith"));  // changed places
    EXPECT_TRUE(FindsTolerantly("jhon smtih", "John", "Smith"));
    EXPECT_TRUE(FindsTolerantly("smiht john", "John", "Smith"));
    EXPECT_TRUE(FindsTolerantly("schwarzeneger", "Arnold", "Schwarzenegger"));  // one left out
    EXPECT_TRUE(FindsTolerantly("shwarzeneger", "Arnold", "Schwarzenegger"));   // two
    EXPECT_TRUE(FindsTolerantly("zelenskiy", "", "Зеленський"));
    EXPECT_TRUE(FindsTolerantly("ujrgen", "Jürgen", "Müller"));  // the first two changed places
    EXPECT_TRUE(FindsTolerantly("aschwarzenegger", "Arnold", "Schwarzenegger"));
    EXPECT_TRUE(FindsTolerantly("chwarzenegger", "Arnold", "Schwarzenegger"));  // the first left out
    EXPECT_TRUE(FindsTolerantly("dchwarzenegger arnold", "Arnold", "Schwarzenegger"));
    EXPECT_TRUE(FindsTolerantly("kohn", "John", "Smith"));  // another first letter
    EXPECT_TRUE(FindsTolerantly("mith", "John", "Smith"));
    EXPECT_FALSE(FindsTolerantly("chwarzeneg", "Arnold", "Schwarzenegger"));    // and not all of it
    EXPECT_FALSE(FindsTolerantly("chwarzeneger", "Arnold", "Schwarzenegger"));  // and another error
    EXPECT_FALSE(FindsTolerantly("ohh", "John", "Smith"));
    EXPECT_FALSE(FindsTolerantly("john", "3ohn", "Smith"));
    EXPECT_TRUE(FindsTolerantly("schwartzen", "Arnold", "Schwarzenegger"));  // the last word is unfinished
    EXPECT_FALSE(FindsTolerantly("schwartzen arnold", "Arnold", "Schwarzenegger"));
    EXPECT_FALSE(FindsTolerantly("jno", "Jon", "Smith"));     // too short
    EXPECT_FALSE(FindsTolerantly("smaht", "John", "Smith"));  // two errors
    EXPECT_FALSE(FindsTolerantly("12345", "12346", ""));      // digits are not mistyped names
}

// The full table, to compare the band with.
int Distance(const std::string &a, const std::string &b) {
    std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = static_cast<int>(i);
    for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = static_cast<int>(j);
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

TEST(NameTest, BandedDistanceIsTheDistance) {
    std::mt19937 random(20260101);
    const auto word = [&](std::size_t longest) {
        std::string out(random() % (longest + 1), ' ');
        for (char &c : out) c = static_cast<char>('a' + random() % 3);
        return out;
    };
    for (int round = 0; round < 200000; ++round) {
        const std::string a = word(9), b = word(11);
        int best_prefix = 1000;
        for (std::size_t end = 0; end <= b.size(); ++end)
            best_prefix = std::min(best_prefix, Distance(a, b.substr(0, end)));
        for (const int limit : {1, 2}) {
            ASSERT_EQ(IsWithin(a, b, limit, false), Distance(a, b) <= limit) << a << ' ' << b << ' ' << limit;
            ASSERT_EQ(IsWithin(a, b, limit, true), best_prefix <= limit) << a << ' ' << b << ' ' << limit;
        }
    }
}

// Words of any characters, few scripts at a time: no key breaks the rules of keys, and every query reads
// back.
TEST(NameTest, AnyCharactersMakeWellFormedKeys) {
    std::mt19937 random(20260102);
    const char32_t blocks[] = {0x20,   0xC0,   0x300,  0x370,  0x400,  0x530,  0x590,   0x620,
                               0x900,  0xE00,  0x10A0, 0x1100, 0x1E00, 0x2000, 0x3040,  0x4E00,
                               0x5400, 0x7000, 0xAC00, 0xF900, 0xFB00, 0xFF00, 0x1F600, 0x20000};
    const auto append = [](std::string &to, char32_t c) {
        if (c < 0x80) {
            to += static_cast<char>(c);
        } else if (c < 0x800) {
            to += static_cast<char>(0xC0 | c >> 6);
            to += static_cast<char>(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            to += static_cast<char>(0xE0 | c >> 12);
            to += static_cast<char>(0x80 | (c >> 6 & 0x3F));
            to += static_cast<char>(0x80 | (c & 0x3F));
        } else {
            to += static_cast<char>(0xF0 | c >> 18);
            to += static_cast<char>(0x80 | (c >> 12 & 0x3F));
            to += static_cast<char>(0x80 | (c >> 6 & 0x3F));
            to += static_cast<char>(0x80 | (c & 0x3F));
        }
    };
    for (int round = 0; round < 5000; ++round) {
        std::string text;
        const char32_t block = blocks[random() % std::size(blocks)];
        for (std::size_t i = 1 + random() % 8; i > 0; --i) {
            append(text, block + random() % 0x100);
            if (random() % 4 == 0) append(text, blocks[random() % std::size(blocks)] + random() % 0x60);
        }
        for (const std::string &key : Document(text, text)) {
            ASSERT_FALSE(key.empty()) << text;
            ASSERT_LE(key.size(), kMaxKeyBytes) << text;
            ASSERT_EQ(key.find_first_of(" |*~#"), std::string::npos) << text << ": " << key;
        }
        const std::string query = MakeQuery(text);
        ASSERT_TRUE(ParseQuery(query)) << text << ": " << query;
        if (!query.empty()) {
            ASSERT_TRUE(Finds(query, Document("", text)))
                << text << ": " << query << ": " << Joined(Document("", text));
        }
    }
}

// Titles, departments and companies are remembered with their keys; a document must not tell.
TEST(NameTest, KeysAreTheSameAgain) {
    std::string words;
    for (int i = 0; i < 195; ++i) words += "n" + std::to_string(i) + ' ';
    for (const std::string &name : {std::string("Anna"), words})
        for (const char *other : {"R&D Jean-Luc Müller", "東海 Ltd", "x y z", "Head of d'Artagnan"}) {
            DocumentText text;
            text.names[DocumentText::kLast] = name;
            text.others[0] = text.others[2] = other;
            const std::vector<std::string> keys = SearchKeys(text);
            EXPECT_EQ(SearchKeys(text), keys);
            EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
            EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
            EXPECT_LE(keys.size(), 220u);
        }
}

TEST(NameTest, ArticlesAreOneArticle) {
    EXPECT_EQ(MakeQuery("al sisi"), "al*|el|^lss sisi*|alsisi*|^ss");
    EXPECT_EQ(MakeQuery("ash-sharif").substr(0, 6), "ash*|a");
    for (const char *query : {"at last", "an idea", "as of", "el", "el s", "ali sisi", "asim simon"})
        for (const char *article : {"|al|", "|el|"})
            EXPECT_EQ(MakeQuery(query).find(article), std::string::npos) << query << ": " << MakeQuery(query);
}

TEST(NameTest, VersionNamesTheIcu) {
    EXPECT_EQ(SearchVersion().substr(0, 6), "#3/icu");
}

}  // namespace
}  // namespace contacts::name
