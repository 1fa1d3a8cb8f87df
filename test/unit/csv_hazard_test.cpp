// What files in the wild do to an import, from the bytes to the header: one test or more for each hazard of
// bytes (B) and of structure (T). csv_test.cpp goes through the reader's behaviour in detail; how an import
// goes on from here is for test/sql.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv/reader.h"
#include "core/csv/tables.h"
#include "core/format/format.h"
#include "core/format/mapping.h"
#include "core/text.h"

namespace contacts::csv {
namespace {

using namespace std::string_literals;
using Cells = std::vector<std::string>;
using Table = std::vector<Cells>;

struct File {
    Table cells;
    std::vector<std::string> faults;
    std::vector<std::int64_t> lines;
    std::vector<bool> blank;
    std::string roles;        // p, h and d of the records that are not blank
    std::vector<int> tables;  // parallel to roles
    std::vector<std::string> notices;
    Dialect dialect;
};

File Read(std::string_view bytes, const Options &options = {}) {
    MemorySource source(bytes);
    Reader reader(source, options);
    Record record;
    File file;
    while (reader.Next(record)) {
        file.cells.emplace_back(record.cells.begin(), record.cells.end());
        file.faults.push_back(record.fault ? record.fault->code : "");
        file.lines.push_back(record.line);
        file.blank.push_back(record.blank);
    }
    TableFinder tables;
    std::vector<std::vector<std::string_view>> views;
    for (std::size_t i = 0; i < file.cells.size(); ++i)
        if (!file.blank[i]) views.emplace_back(file.cells[i].begin(), file.cells[i].end());
    for (const auto &cells : views) tables.Show(cells);
    for (const auto &cells : views) {
        file.roles += "phd"[static_cast<int>(tables.RoleOf(cells))];
        file.tables.push_back(tables.table());
    }
    for (const Notice &notice : reader.notices()) file.notices.push_back(notice.code);
    file.dialect = reader.dialect();
    return file;
}

// The CINNOX header among the first records, as an import looks for it.
Result<HeaderMatch> HeaderOf(std::string_view bytes) {
    return FindHeader(FindFormat("cinnox"), Read(bytes).cells);
}

int CountNotices(const Mapping &mapping, std::string_view code) {
    return static_cast<int>(std::count_if(mapping.notices.begin(), mapping.notices.end(),
                                          [&](const Issue &notice) { return notice.code == code; }));
}

std::string Utf16(std::u16string_view text, bool big_endian) {
    std::string bytes;
    for (const char16_t unit : text)
        for (int i = 0; i < 2; ++i) bytes += static_cast<char>(unit >> 8 * (big_endian ? 1 - i : i) & 0xFF);
    return bytes;
}

std::string Utf32(std::u32string_view text, bool big_endian) {
    std::string bytes;
    for (const char32_t code : text)
        for (int i = 0; i < 4; ++i) bytes += static_cast<char>(code >> 8 * (big_endian ? 3 - i : i) & 0xFF);
    return bytes;
}

const Table kTwo = {{"Last Name", "Mobile"}, {"Müller", "+41"}};

// ---- bytes and encoding ----

TEST(CsvHazard, B1_ByteOrderMarkBeforeTheHeader) {
    for (const char *bytes :
         {"\xEF\xBB\xBFLast Name,Mobile\nMüller,+41\n", "\xEF\xBB\xBF\"Last Name\",Mobile\nMüller,+41\n"}) {
        EXPECT_EQ(Read(bytes).cells, kTwo);
        EXPECT_TRUE(Read(bytes).notices.empty());
        EXPECT_TRUE(HeaderOf(bytes));
    }
}

TEST(CsvHazard, B2_Utf16WithMark) {
    for (const bool big_endian : {false, true}) {
        const File file = Read(Utf16(u"\uFEFFLast Name\tMobile\r\nMüller\t+41\r\n", big_endian));
        EXPECT_EQ(file.cells, kTwo);
        EXPECT_EQ(file.notices, Cells{"encoding"});
    }
    std::u16string lone = u"\uFEFFa,b\nx";
    lone += char16_t{0xDC00};
    EXPECT_EQ(Read(Utf16(lone + u",y\nc,d\n", false)).faults, (Cells{"", "bad_encoding", ""}));
}

TEST(CsvHazard, B3_Utf16WithoutMark) {
    for (const bool big_endian : {false, true})
        EXPECT_EQ(Read(Utf16(u"Last Name,Mobile\nMüller,+41\n", big_endian)).cells, kTwo);
}

TEST(CsvHazard, B4_Utf32UnderTheMarkOfUtf16) {
    for (const bool big_endian : {false, true})
        for (const char *mark : {"\xFE\xFF", ""})
            EXPECT_EQ(Read(mark + Utf32(U"\"Last Name\",Mobile\nMüller,+41\n", big_endian)).cells, kTwo);
    // Wherever a block cuts a character.
    const std::string nul = Utf32(std::u32string_view(U"a,b\nc\0,d\n", 9), true);
    for (std::size_t size = 16; size < 24; ++size) {
        MemorySource source(nul);
        Reader reader(source, {.encoding = "UTF-32BE", .sample_bytes = size, .block_bytes = 16});
        Record record;
        ASSERT_TRUE(reader.Next(record));
        ASSERT_TRUE(reader.Next(record));
        ASSERT_TRUE(record.fault);
        EXPECT_EQ(record.fault->message, "NUL character in line 2 at byte offset 20");
    }
    // Half of it: whatever it is read as, no U+0000 gets through.
    const File cut = Read("\xFE\xFF\0\0\0\x22\0\0"s);
    for (const Cells &cells : cut.cells)
        for (const std::string &cell : cells) EXPECT_EQ(cell.find('\0'), std::string::npos);
}

TEST(CsvHazard, B5_Windows1252) {
    const File file = Read("Last Name,Mobile\nM\xFCller,+41\n");
    EXPECT_EQ(file.cells, kTwo);
    EXPECT_EQ(file.notices, Cells{"encoding_guessed"});
    EXPECT_TRUE(file.dialect.guessed_encoding);
    // Others have to be named; PostgreSQL's names will do.
    EXPECT_EQ(Read("\xD9,1\n", {.encoding = "windows-1251"}).cells[0][0], "Щ");
    EXPECT_EQ(Read("\xD9,1\n", {.encoding = "WIN1251"}).cells[0][0], "Щ");
    EXPECT_EQ(Read("\x82\xA0,1\n", {.encoding = "SJIS"}).cells[0][0], "あ");
    EXPECT_EQ(Read("\xA4\xA4,1\n", {.encoding = "Big5"}).cells[0][0], "中");
    EXPECT_EQ(Read("\xD6\xD0,1\n", {.encoding = "GB18030"}).cells[0][0], "中");
}

TEST(CsvHazard, B6_OneBadByteCostsOneRecord) {
    const File file = Read(
        "Müller,1\nMei\xFF"
        "er,2\nJörg,3\n");
    EXPECT_EQ(file.faults, (Cells{"", "bad_encoding", ""}));
    EXPECT_EQ(file.cells[1][0], "Mei\\xFFer");
    EXPECT_EQ(Read("a,1\nb\xE4,2\n", {.encoding = "UTF-8"}).faults, (Cells{"", "bad_encoding"}));
}

TEST(CsvHazard, B7_Nul) {
    const File file = Read("a,b\nc\0d,e\nf,g\n"s);
    EXPECT_EQ(file.faults, (Cells{"", "nul_byte", ""}));
    EXPECT_EQ(file.cells[1][0], "c\\x00d") << "never cut short";
}

TEST(CsvHazard, B8_InvisibleCharactersInHeaders) {
    for (const char *invisible :
         {"\u202D", "\u202C", "\u2066", "\u2069", "\u200B", "\u200F", "\uFEFF", "\u00A0", "\u00AD"}) {
        const std::string bytes = invisible + "Last"s + " Name"s + invisible + ",Mobile\nMüller,+41\n";
        EXPECT_TRUE(HeaderOf(bytes)) << bytes;
    }
}

TEST(CsvHazard, B9_MojibakeIsKept) {
    EXPECT_EQ(Read("MÃ¼ller,1\n").cells[0][0], "MÃ¼ller");
}

TEST(CsvHazard, B10_EmptyFiles) {
    for (const char *bytes : {"", "\n", "\r\n\r\n", "\xEF\xBB\xBF", ",,\n,,\n", "sep=;\n"}) {
        const Result<HeaderMatch> header = HeaderOf(bytes);
        ASSERT_FALSE(header) << bytes;
        EXPECT_STREQ(header.fault().code, "empty_file") << bytes;
    }
    EXPECT_TRUE(HeaderOf("Last Name,Mobile"));
}

// An import refuses such a file as soon as it knows; the reader must not have read all of it by then.
TEST(CsvHazard, B11_HowMuchWasReadIsKnownEarly) {
    std::string bytes = "a,b\n";
    while (bytes.size() < 4 << 20) bytes += "1,2\n";
    MemorySource source(bytes);
    Reader reader(source, {.sample_bytes = 64 << 10, .block_bytes = 64 << 10});
    Record record;
    ASSERT_TRUE(reader.Next(record));
    EXPECT_LE(reader.bytes_read(), 128 << 10);
    while (reader.Next(record)) {
    }
    EXPECT_EQ(reader.bytes_read(), static_cast<std::int64_t>(bytes.size()));
}

// ---- structure ----

TEST(CsvHazard, T1_Delimiters) {
    for (const std::string delimiter : {",", ";", "\t", "|", "||", "^", "~"}) {
        const File file = Read("a" + delimiter + "b" + delimiter + "c\n1" + delimiter + "\"x" + delimiter +
                               "\"" + delimiter + "\n3" + delimiter + delimiter + "5. 6\n");
        EXPECT_EQ(file.dialect.delimiter, delimiter);
        EXPECT_EQ(file.cells, (Table{{"a", "b", "c"}, {"1", "x" + delimiter, ""}, {"3", "", "5. 6"}}));
        EXPECT_TRUE(file.dialect.guessed_delimiter);
    }
    EXPECT_EQ(Read("root:x:0:/root\ndaemon:x:1:/sbin\n").dialect.delimiter, ":");
    EXPECT_EQ(Read("Name;Betrag\nA;1,50\nB;2,75\n").dialect.delimiter, ";");
    // Prose, times and lists of names are no tables.
    for (const char *bytes : {"Name\nAda King\nBob Lee\nEve Moe\n", "Time\n12:30\n13:45\n",
                              "Notes\nsee: below\nsaid \"yes, no\" twice\n"})
        EXPECT_EQ(Read(bytes).dialect.delimiter, ",") << bytes;
}

TEST(CsvHazard, T1_DelimitersAsGiven) {
    EXPECT_EQ(Read("a~|~b~c\n1~|~\"2~|~3\"\n", {.delimiter = "~|~"}).cells,
              (Table{{"a", "b~c"}, {"1", "2~|~3"}}));
    EXPECT_EQ(Read("a::b:\n:::\n\"x\"::\"y\" ::z\n", {.delimiter = "::"}).cells,
              (Table{{"a", "b:"}, {"", ":"}, {"x", "y", "z"}}));
    EXPECT_EQ(Read("\"a\"|\"b|\n1||2|\n", {.delimiter = "||"}).cells[1], (Cells{"1", "2|"}));
    // In pieces of any size the same.
    const std::string bytes = "a||b|||c\n\"x||y\"||\"z\"|\n||||\n\"|\"||q\"\"||\"\"\"||\"||r|";
    const Table whole = Read(bytes, {.delimiter = "||", .quote = '"', .escape = '"'}).cells;
    for (std::size_t size = 16; size < 40; ++size)
        EXPECT_EQ(
            Read(bytes,
                 {.delimiter = "||", .quote = '"', .escape = '"', .sample_bytes = size, .block_bytes = 16})
                .cells,
            whole);
}

TEST(CsvHazard, T2_SpaceBehindTheDelimiter) {
    EXPECT_EQ(Read("a, \"b, c\", d\n1, \"2\", 3\n").cells, (Table{{"a", "b, c", "d"}, {"1", "2", "3"}}));
    EXPECT_EQ(Read("a, b\n1,2\n", {.delimiter = ", "}).cells, (Table{{"a", "b"}, {"1", "2"}}));
    EXPECT_EQ(Read("a b c d\n1 2 \"3, 4\" 5\n6 7 \"8\" 9\n").cells,
              (Table{{"a", "b", "c", "d"}, {"1", "2", "3, 4", "5"}, {"6", "7", "8", "9"}}));
}

TEST(CsvHazard, T3_SeparatorLine) {
    for (const char *start : {"sep=;\r\n", "\xEF\xBB\xBFsep=;\n"}) {
        const File file = Read(start + "Last Name;Mobile\nMüller;+41\n"s);
        EXPECT_EQ(file.cells, kTwo);
        EXPECT_EQ(file.lines, (std::vector<std::int64_t>{2, 3}));
    }
}

TEST(CsvHazard, T4_LineEnds) {
    for (const std::string end : {"\n", "\r", "\r\n"})
        EXPECT_EQ(Read("Last Name,Mobile" + end + "Müller,+41" + end).cells, kTwo);
    EXPECT_EQ(Read("a\r\nb\rc\nd").lines, (std::vector<std::int64_t>{1, 2, 3, 4}));
}

TEST(CsvHazard, T5_LineEndInsideQuotes) {
    const File file = Read("\"Last\nName\",b\r\n\"x\r\ny\",1\nz,2\n");
    EXPECT_EQ(file.cells, (Table{{"Last\nName", "b"}, {"x\r\ny", "1"}, {"z", "2"}}));
    EXPECT_EQ(file.lines, (std::vector<std::int64_t>{1, 3, 5}));
}

TEST(CsvHazard, T6_UnterminatedQuote) {
    const File file = Read("a,b\n1,\"x\n2,\"y\"\n3,z\n");
    EXPECT_EQ(file.faults, (Cells{"", "unterminated_quote", "", ""}));
    EXPECT_EQ(file.cells, (Table{{"a", "b"}, {"1", "\"x"}, {"2", "y"}, {"3", "z"}})) << "the rest is there";
    EXPECT_EQ(Read("a,b\n1,'x, y'\n2,'z\n3,w\n", {.quote = '\''}).faults,
              (Cells{"", "", "unterminated_quote", ""}));
}

TEST(CsvHazard, T7_StrayQuotes) {
    EXPECT_EQ(Read("5\" pipe,b\n").cells[0], (Cells{"5\" pipe", "b"}));
    EXPECT_EQ(Read("\"5\" pipe\",b\n").cells[0], (Cells{"5\" pipe", "b"}));
    EXPECT_EQ(Read("\"5\" pipe\",b\n", {.strict = true}).faults[0], "bad_quote");
}

TEST(CsvHazard, T8_ApostropheBacktickBackslash) {
    const Table expected = {{"Name", "Note"}, {"Ada", "it's, so"}, {"Bob", "no"}};
    for (const char quote : {'\'', '`'}) {
        const std::string q(1, quote);
        const File file =
            Read("Name," + q + "Note" + q + "\nAda," + q + "it's, so" + q + "\nBob," + q + "no" + q + "\n");
        EXPECT_EQ(file.dialect.quote, quote);
        EXPECT_EQ(file.cells, expected);
    }
    // An apostrophe is a letter of names, and Excel's mark for text.
    for (const char *bytes :
         {"Name,Phone\nO'Hara,'+41 44\nD'Arcy,'0123\n", "Name,Nick\nAda,'Countess'\nBob,x\n",
          "a,b\n'tis,'t\n", "a,b\n\"x, y\",'z, w'\n'u, v',1\n"})
        EXPECT_EQ(Read(bytes).dialect.quote, '"') << bytes;
    const File escaped = Read("a,b\n\"5\\\" pipe, x\",\"c\\\\\"\n\"plain\",y\n");
    EXPECT_EQ(escaped.dialect.escape, '\\');
    EXPECT_EQ(escaped.cells, (Table{{"a", "b"}, {"5\" pipe, x", "c\\"}, {"plain", "y"}}));
    // A path that ends in a backslash escapes nothing.
    for (const char *bytes : {"a,b\n\"C:\\\",x\n\"D:\\\",\"y\"\n", "a,b\n\"C:\\\",\"5\"\" x\"\n"})
        EXPECT_EQ(Read(bytes).dialect.escape, '"') << bytes;
    EXPECT_EQ(Read("a,b\n\"C:\\\",\"y\"\n").cells[1], (Cells{"C:\\", "y"}));
    // What can be read without it needs none: a value with \" in it, and the end of a cell behind.
    EXPECT_EQ(Read("a,b\n\"x\\\"\",y\",z\n").cells[1], (Cells{"x\\\",y", "z"}));
    EXPECT_EQ(Read("a,b\n\"5\\\"\",c\n\"6\\\"\",d\n").cells[2], (Cells{"6\"", "d"}));
    // What is given is not looked for.
    EXPECT_EQ(Read("a,'b'\nc,'d'\n", {.quote = '"'}).cells[0][1], "'b'");
    EXPECT_EQ(Read("a,b\n\"x\\\" y\",z\n", {.escape = '"'}).dialect.escape, '"');
}

TEST(CsvHazard, T9_T10_ShortAndLongRecords) {
    EXPECT_EQ(Read("a,b,c\n1\n1,2,3,,\n1,2,3,4\n").cells,
              (Table{{"a", "b", "c"}, {"1"}, {"1", "2", "3", "", ""}, {"1", "2", "3", "4"}}));
}

TEST(CsvHazard, T11_NamelessColumns) {
    const Result<HeaderMatch> header = HeaderOf("Last Name,,Mobile,\nMüller,x,+41,\n");
    ASSERT_TRUE(header);
    EXPECT_EQ(header->mapping.custom_keys, (Cells{"column_2", "column_4"}));
}

TEST(CsvHazard, T12_DuplicateHeaders) {
    const Result<HeaderMatch> header = HeaderOf("Last Name,Mobile,last name,Mobile\nMüller,+41,,+49\n");
    ASSERT_TRUE(header);
    EXPECT_EQ(CountNotices(header->mapping, "duplicate_header"), 2);
    EXPECT_EQ(header->mapping.columns.size(), 4u);
}

TEST(CsvHazard, T13_CaseSpacesUnderscores) {
    for (const char *name : {"LAST NAME", " last_name ", "Last-Name", "Last Name *", "last.name:"})
        EXPECT_TRUE(HeaderOf(name + ",Mobile\nMüller,+41\n"s)) << name;
    EXPECT_FALSE(HeaderOf("Lsat Name,Mobile\nMüller,+41\n")) << "typing errors are not guessed";
}

TEST(CsvHazard, T14_PreambleAndRowsBehindTheHeader) {
    const std::string preamble = "Contacts of ACME,,\n,,\n";
    const std::string table = "First Name,Last Name,Mobile\nAda,King,+41\nBob,Lee,\n";
    const Result<HeaderMatch> header = HeaderOf(preamble + table);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->record, 2u);
    EXPECT_EQ(Read(preamble + table).roles, "phdd");
    EXPECT_EQ(Read("Contacts of ACME\n" + table).roles, "phdd");
    EXPECT_EQ(Read("Export,2024\n\nName;Tel;Mail;City;Country\nA;1;a@b;x;y\nB;2;b@c;x;y\n").roles, "phdd");
    EXPECT_EQ(Read(table).roles, "hdd");
    EXPECT_EQ(Read("Name\nAda\nBob\n").roles, "hdd") << "one column";
    EXPECT_EQ(Read("a,b,c,d\n,,,1\n1,2,3,4\n").roles, "hdd");
    // The header in two rows.
    EXPECT_EQ(Read("Date,Travel,,,Total\n,Air,Rail,Taxi,\n1/1/2020,1,2,3,6\n").roles, "hhd");
    EXPECT_EQ(Read("control,,fire,\nX,Y,X,Y\n1,2,3,4\n").roles, "hhd");
    EXPECT_EQ(Read("Name,,,Phone\nAda,x,y,z\n").roles, "hd");
    EXPECT_EQ(Read("Name,,Phone\nAda,x,\n").roles, "hd");
    const File twice = Read("Name,Phone\nName,Phone\nAda,1\n");
    EXPECT_EQ(twice.roles, "hhd");
    EXPECT_EQ(twice.tables, (std::vector<int>{1, 1, 1}));
}

TEST(CsvHazard, T15_NoHeader) {
    const Result<HeaderMatch> header = FindHeader(nullptr, Read("Ada,+41 44 668\nBob,+49 30\n").cells);
    ASSERT_FALSE(header);
    EXPECT_STREQ(header.fault().code, "header_not_found");
    EXPECT_EQ(Read("Ada,+41 44 668\nBob,+49 30\n").roles, "dd");
    EXPECT_EQ(Read("28/01/2018,00:00,x\n29/01/2018,00:15,y\n").roles, "dd");
    EXPECT_EQ(Read("Ada,ada@example.com\n").roles, "d");
    EXPECT_EQ(Read("Name,Phone 1,Phone 2,Q1\nAda,1,2,3\n").roles, "hd");
    for (const char *value : {"12", "+41 44", "$74.69", "1.5E+10", "12:30", "31/12/2020", "a@b.ch",
                              "https://x.y", "10 €", "(0)44"})
        EXPECT_TRUE(LooksLikeValue(value)) << value;
    for (const char *name :
         {"", "Name", "Phone 2", "E-mail 1 - Value", "Q1", "Straße", "@", "1st Street Address"})
        EXPECT_EQ(LooksLikeValue(name), name == "@"s) << name;
}

TEST(CsvHazard, T16_BlankRows) {
    const File file = Read("a,b\n\n,\n1,2\n\n\n");
    EXPECT_EQ(file.blank, (std::vector<bool>{false, true, true, false, true, true}));
    EXPECT_EQ(file.lines[3], 4);
    EXPECT_EQ(Read("a,b\n1,2").cells.size(), 2u) << "no final line end";
}

TEST(CsvHazard, T17_SeveralTables) {
    const std::string table = "Name,Phone,Mail\nAda,1,a@b\nBob,2,b@c\n";
    const File same = Read(table + table);
    EXPECT_EQ(same.roles, "hddhdd");
    EXPECT_EQ(same.tables, (std::vector<int>{1, 1, 1, 2, 2, 2}));
    EXPECT_EQ(Read(table + "\nName,Phone\nEve,1\n").roles, "hddhd");
    EXPECT_EQ(Read(table + "Name,Phone,Mail,City\nEve,1,,x\n").tables.back(), 2);
    EXPECT_EQ(Read(table + "Name,,\nEve,1,\n").roles, "hdddd") << "too little to say so";
    EXPECT_EQ(Read("Ada,1\nAda,1\nAda,1\n").roles, "ddd") << "records may repeat";
}

TEST(CsvHazard, T18_AnotherDelimiterInOneRow) {
    const File file = Read("a,b,c\n1,2,3\n4;5;6\n7,8,9\n");
    EXPECT_EQ(file.cells, (Table{{"a", "b", "c"}, {"1", "2", "3"}, {"4;5;6"}, {"7", "8", "9"}}));
    EXPECT_EQ(Read("a b c\n1,2,3\n4,5,6\n").dialect.delimiter, ",");
}

TEST(CsvHazard, T19_LongCellsManyColumns) {
    const File file = Read("a,b\n" + std::string(100, 'x') + ",1\nc,d\n", {.max_field_bytes = 50});
    EXPECT_EQ(file.faults, (Cells{"", "field_too_large", ""}));
    EXPECT_EQ(Read("a,b\n" + std::string(10, ',') + "\nc,d\n", {.max_cells = 5}).faults,
              (Cells{"", "record_too_large", ""}));
    std::string wide = "Last Name";
    for (int i = 0; i < 2000; ++i) wide += ",Own " + std::to_string(i);
    EXPECT_TRUE(HeaderOf(wide + "\nMüller\n"));
}

}  // namespace
}  // namespace contacts::csv
