// The CSV reader: encodings, dialects, broken quotes, limits. Tests are named after what a file does, not
// after what the code does.
#include "core/csv/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv/encoding.h"

namespace contacts::csv {
namespace {

using namespace std::string_literals;
using Cells = std::vector<std::string>;

// Hands out the text in pieces of a given size.
class SplitSource : public ByteSource {
  public:
    SplitSource(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
    std::size_t Read(char *buffer, std::size_t capacity) override {
        const std::size_t length = std::min({capacity, piece_, rest_.size()});
        std::copy_n(rest_.data(), length, buffer);
        rest_.remove_prefix(length);
        return length;
    }

  private:
    std::string_view rest_;
    std::size_t piece_;
};

struct Row {
    std::int64_t line;
    std::int64_t number;
    Cells cells;
    std::vector<std::uint8_t> quoted;
    bool blank;
    bool stray_quote;
    std::string fault;
    std::string message;

    bool operator==(const Row &) const = default;
};

struct File {
    std::vector<Row> rows;
    Dialect dialect;
    std::vector<Notice> notices;
    std::int64_t bytes_read;

    std::vector<Cells> cells() const {
        std::vector<Cells> all;
        for (const Row &row : rows) all.push_back(row.cells);
        return all;
    }
    std::vector<std::string> faults() const {
        std::vector<std::string> all;
        for (const Row &row : rows) all.push_back(row.fault);
        return all;
    }
    std::vector<std::int64_t> lines() const {
        std::vector<std::int64_t> all;
        for (const Row &row : rows) all.push_back(row.line);
        return all;
    }
    std::vector<std::string> notice_codes() const {
        std::vector<std::string> all;
        for (const Notice &notice : notices) all.push_back(notice.code);
        return all;
    }
};

File ReadFrom(ByteSource &source, const Options &options) {
    Reader reader(source, options);
    File file;
    Record record;
    while (reader.Next(record)) {
        EXPECT_EQ(record.cells.size(), record.quoted.size());
        Row row{record.line, record.number, {}, record.quoted, record.blank, record.stray_quote, "", ""};
        for (const std::string_view cell : record.cells) row.cells.emplace_back(cell);
        if (record.fault) {
            row.fault = record.fault->code;
            row.message = record.fault->message;
        }
        file.rows.push_back(std::move(row));
    }
    EXPECT_FALSE(reader.Next(record)) << "the end stays the end";
    file.dialect = reader.dialect();
    file.notices = reader.notices();
    file.bytes_read = reader.bytes_read();
    return file;
}

File Read(std::string_view bytes, const Options &options = {}) {
    MemorySource source(bytes);
    return ReadFrom(source, options);
}

std::string Utf16(std::u16string_view text, bool big_endian) {
    std::string bytes;
    for (const char16_t unit : text) {
        const char high = static_cast<char>(unit >> 8);
        const char low = static_cast<char>(unit & 0xFF);
        bytes += big_endian ? high : low;
        bytes += big_endian ? low : high;
    }
    return bytes;
}

std::string Utf32(std::u32string_view text, bool big_endian) {
    std::string bytes;
    for (const char32_t code : text)
        for (int i = 0; i < 4; ++i) bytes += static_cast<char>(code >> 8 * (big_endian ? 3 - i : i) & 0xFF);
    return bytes;
}

std::string ErrorState(std::string_view bytes, const Options &options) {
    try {
        Read(bytes, options);
    } catch (const Error &error) {
        return error.fault().sqlstate;
    }
    return "";
}

const std::vector<Cells> kSmall = {{"Name", "Phone"}, {"Müller", "+41"}};

// ---- 5a: bytes and encoding ----

TEST(CsvEncoding, B1_ByteOrderMarkIsNoPartOfTheFirstHeader) {
    const File plain = Read("\xEF\xBB\xBFName,Phone\nMüller,+41\n");
    EXPECT_EQ(plain.cells(), kSmall);
    EXPECT_TRUE(plain.dialect.byte_order_mark);
    EXPECT_TRUE(plain.notices.empty());
    const File quoted = Read("\xEF\xBB\xBF\"Name\",Phone\nMüller,+41\n");
    EXPECT_EQ(quoted.cells(), kSmall);
    EXPECT_EQ(quoted.rows[0].quoted, (std::vector<std::uint8_t>{1, 0}));
    EXPECT_TRUE(Read("\xEF\xBB\xBF").rows.empty());
}

TEST(CsvEncoding, B2_Utf16WithByteOrderMark) {
    for (const bool big_endian : {false, true}) {
        const std::string bytes = Utf16(u"\uFEFFName\tPhone\r\nMüller\t+41\r\n", big_endian);
        const File file = Read(bytes);
        EXPECT_EQ(file.cells(), kSmall);
        EXPECT_EQ(file.dialect.encoding, big_endian ? "UTF-16BE" : "UTF-16LE");
        EXPECT_EQ(file.dialect.delimiter, "\t");
        EXPECT_EQ(file.notice_codes(), Cells{"encoding"});
        EXPECT_EQ(file.bytes_read, static_cast<std::int64_t>(bytes.size()));
    }
    EXPECT_EQ(Read(Utf16(u"\uFEFF\"a\",😀\n", false)).cells(), (std::vector<Cells>{{"a", "😀"}}));
}

TEST(CsvEncoding, B2_LoneSurrogateIsAFaultOfItsRecord) {
    std::u16string text = u"\uFEFFa,b\nx";
    text += char16_t{0xD83D};
    text += u",y\nc,d\n";
    const File file = Read(Utf16(text, false));
    EXPECT_EQ(file.faults(), (Cells{"", "bad_encoding", ""}));
    EXPECT_EQ(file.rows[1].message, "invalid byte sequence \\x3D\\xD8 in line 2 at byte offset 12");
    EXPECT_EQ(file.rows[1].cells, (Cells{"x\\x3D\\xD8", "y"}));
    // Half a character at the end.
    EXPECT_EQ(Read(Utf16(u"\uFEFFa,b\n", false) + "c").faults(), (Cells{"", "bad_encoding"}));
}

TEST(CsvEncoding, B3_Utf16WithoutByteOrderMark) {
    for (const bool big_endian : {false, true}) {
        const char *name = big_endian ? "UTF-16BE" : "UTF-16LE";
        EXPECT_EQ(Read(Utf16(u"Name,Phone\nMüller,+41\n", big_endian)).cells(), kSmall);
        EXPECT_EQ(Read(Utf16(u"Имя,Телефон\nЩукин,+7\n", big_endian)).dialect.encoding, name);
        EXPECT_EQ(Read(Utf16(u"姓名,電話,郵件\n曾国藩,+852 1234,a@b.hk\n", big_endian)).dialect.encoding,
                  name);
        // Characters whose other byte is NUL: U+4E00, U+3000, U+0000, half of a pair.
        const File wide =
            Read(Utf16(u"Name,Phone,Mail\n一\u3000一,+41 44 668 18 00,a@b.example\n", big_endian));
        EXPECT_EQ(wide.dialect.encoding, name);
        EXPECT_EQ(wide.cells()[1][0], "一\u3000一");
        const File nul = Read(Utf16(std::u16string_view(u"Name,Phone\nM\0ller,+41\n", 22), big_endian));
        EXPECT_EQ(nul.dialect.encoding, name);
        EXPECT_EQ(nul.faults(), (Cells{"", "nul_byte"}));
        std::u16string half = u"a,b\nx";
        half += char16_t{0xD800};
        const File surrogate = Read(Utf16(half + u",y\nc,d\n", big_endian));
        EXPECT_EQ(surrogate.dialect.encoding, name);
        EXPECT_EQ(surrogate.faults(), (Cells{"", "bad_encoding", ""}));
    }
    // As many on both sides are no pattern.
    EXPECT_EQ(Read("\0a\0b\0c,\0d\n"s).dialect.encoding, "UTF-8");
}

// Bytes that are no text stand where they stand, however the file comes in.
TEST(CsvEncoding, OffsetsInPieces) {
    const auto spots_of = [](const std::string &bytes, const char *encoding, std::size_t first) {
        Transcoder transcoder(encoding, 3);
        std::vector<BadSpot> spots;
        std::string text;
        const std::string_view view(bytes);
        if (first > 0) transcoder.Convert(view.substr(0, first), false, 0, text, spots);
        transcoder.Convert(view.substr(first), true, static_cast<std::int64_t>(text.size()), text, spots);
        std::vector<std::int64_t> offsets;
        for (const BadSpot &spot : spots) offsets.push_back(spot.source_offset - 3);
        return offsets;
    };
    std::u16string halves = u"a";
    for (const char16_t unit :
         {0xD83D, 0x4E00, 0xDC00, 0x0041, 0xD800, 0xD83D, 0xDE00, 0xD83D, 0x0000, 0xD800})
        halves += unit;
    const std::u32string codes = {U'a', 0xD800, U'b', 0x110000, 0, U'c'};
    const struct {
        const char *encoding;
        std::string bytes;
        std::vector<std::int64_t> offsets;
    } kCases[] = {
        {"UTF-16LE", Utf16(halves, false), {2, 6, 10, 16, 18, 20}},
        {"UTF-16BE", Utf16(halves, true), {2, 6, 10, 16, 18, 20}},
        {"UTF-16LE", Utf16(u"ab", false) + 'c', {4}},
        {"UTF-32LE", Utf32(codes, false), {4, 12, 16}},
        {"UTF-32BE", Utf32(codes, true), {4, 12, 16}},
        {"UTF-7", "a+2AA-b+3AA-c", {2, 8}},
        {"CESU-8", "a\xED\xA0\xBD\xC3\xA4\xED\xB8\x80\0"s, {1, 6, 9}},
        {"Shift_JIS", "a\x83\x20z\x81", {1, 4}},
        {"GB18030", "a\x81\x30z\xFF", {1, 4}},
    };
    for (const auto &c : kCases)
        for (std::size_t first = 0; first < c.bytes.size(); ++first)
            EXPECT_EQ(spots_of(c.bytes, c.encoding, first), c.offsets) << c.encoding << " cut at " << first;
}

TEST(CsvEncoding, B4_FalseAndRealUtf32) {
    const std::u32string text = U"\"Name\",Phone\nMüller,+41\n";
    for (const bool big_endian : {false, true}) {
        const char *name = big_endian ? "UTF-32BE" : "UTF-32LE";
        for (const std::string &mark : {"\xFE\xFF"s, big_endian ? "\0\0\xFE\xFF"s : "\xFF\xFE\0\0"s, ""s}) {
            const File file = Read(mark + Utf32(text, big_endian));
            EXPECT_EQ(file.cells(), kSmall);
            EXPECT_EQ(file.dialect.encoding, name);
        }
    }
    // FF FE 00 00 that is no UTF-32 after all: UTF-16LE with a NUL.
    EXPECT_EQ(Read("\xFF\xFE\0\0a\0,\0b\0\n\0"s).faults(), Cells{"nul_byte"});
}

TEST(CsvEncoding, B5_Windows1252IsGuessed) {
    const File file = Read("Name,Phone\nM\xFCller,+41\n");
    EXPECT_EQ(file.cells(), kSmall);
    EXPECT_TRUE(file.dialect.guessed_encoding);
    EXPECT_EQ(file.notice_codes(), Cells{"encoding_guessed"});
    EXPECT_EQ(Read("\x80,\x93x\x94\n").cells(), (std::vector<Cells>{{"€", "“x”"}}));
}

TEST(CsvEncoding, B5_TheFirstForeignByteMayComeLate) {
    std::string bytes;
    while (bytes.size() < (1 << 20) + 12345) bytes += "plain,ascii\n";
    bytes += "M\xFCller,+41\n";
    const File late = Read(bytes);
    EXPECT_EQ(late.rows.back().cells, kSmall[1]);
    EXPECT_EQ(late.dialect.encoding, "windows-1252");
    EXPECT_EQ(late.notice_codes(), Cells{"encoding_guessed"});
    const File utf8 = Read(bytes + "Müller,Zürich\n");
    EXPECT_EQ(utf8.dialect.encoding, "UTF-8");
    EXPECT_EQ(utf8.rows[utf8.rows.size() - 2].fault, "bad_encoding");
    // A NUL just before the guess keeps its place.
    const File nul = Read(bytes.substr(0, 1 << 20) + "\0\n"s + bytes.substr(1 << 20));
    std::size_t nuls = 0;
    for (const Row &row : nul.rows) nuls += row.fault == "nul_byte";
    EXPECT_EQ(nuls, 1u);
}

TEST(CsvEncoding, B5_NamedEncodings) {
    EXPECT_EQ(Read("\xC9\xD9\xCB\xC9\xCE,1\n", {.encoding = "KOI8-R"}).cells()[0][1], "1");
    EXPECT_EQ(Read("\xD9\xF3\xEA\xE8\xED,1\n", {.encoding = "windows-1251"}).cells()[0][0], "Щукин");
    EXPECT_EQ(Read("\xD9\xF3\xEA\xE8\xED,1\n", {.encoding = "WIN1251"}).cells()[0][0], "Щукин");
    EXPECT_EQ(Read("\xB4\xBF,1\n", {.encoding = "Big5"}).cells()[0][0], "曾");
    EXPECT_EQ(Read("\xD4\xF8,1\n", {.encoding = "GB18030"}).cells()[0][0], "曾");
    // The second byte of these is a backslash and a bar in ASCII.
    EXPECT_EQ(Read("\x83\x5C|\x83\x7C\n", {.encoding = "SJIS"}).cells(), (std::vector<Cells>{{"ソ", "ポ"}}));
    EXPECT_EQ(Read("Name,Phone\nM\xFCller,+41\n", {.encoding = "latin1"}).cells(), kSmall);
    EXPECT_EQ(Read(Utf16(u"a,b\n", false), {.encoding = "UTF-16"}).dialect.encoding, "UTF-16LE");
    EXPECT_TRUE(Read("M\xFCller\n", {.encoding = "latin1"}).notices.empty());
    EXPECT_EQ(ErrorState("", {.encoding = "klingon"}), "22023");
    EXPECT_EQ(ErrorState("", {.encoding = "../../etc/passwd"}), "22023");
    EXPECT_EQ(ErrorState("", {.encoding = "UTF-8,version=1"}), "22023");
    const File bad = Read("a,\xFF\nb,c\n", {.encoding = "EUC-KR"});
    EXPECT_EQ(bad.faults(), (Cells{"bad_encoding", ""}));
    // A byte order mark knows better.
    const File mark = Read("\xEF\xBB\xBFName,Phone\nMüller,+41\n", {.encoding = "latin1"});
    EXPECT_EQ(mark.cells(), kSmall);
    EXPECT_EQ(mark.notice_codes(), Cells{"encoding_mismatch"});
}

TEST(CsvEncoding, B6_OneBadByteCostsOneRecord) {
    const std::string bytes = "Name,Ort\nZoë,Zürich\nM\xFCller,\"a\nb\xE4\"\nJosé,x\n";
    const File file = Read(bytes);
    EXPECT_EQ(file.dialect.encoding, "UTF-8");
    EXPECT_EQ(file.faults(), (Cells{"", "", "bad_encoding", ""}));
    EXPECT_EQ(file.rows[2].cells, (Cells{"M\\xFCller", "a\nb\\xE4"}));
    EXPECT_EQ(file.rows[2].message, "invalid byte sequence \\xFC in line 3 at byte offset 23");
    const File second = Read("é,é\nx,\"a\nb\xE4\"\n");
    EXPECT_EQ(second.rows[1].message, "invalid byte sequence \\xE4 in line 3 at byte offset 12");
    const File doubled = Read("é,é\n\"a\"\"\xE4x\"\n");
    EXPECT_EQ(doubled.rows[1].message, "invalid byte sequence \\xE4 in line 2 at byte offset 10");
    EXPECT_EQ(doubled.rows[1].cells, Cells{"a\"\\xE4x"});
    // Asked for, UTF-8 is strict even where nothing else speaks for it.
    EXPECT_EQ(Read("a\nM\xFCller\n", {.encoding = "UTF-8"}).faults(), (Cells{"", "bad_encoding"}));
    for (const char *bad :
         {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80", "\xF8\x88\x80\x80\x80"})
        EXPECT_EQ(Read("é,é\nü,"s + bad + "\nok\n", {.encoding = "UTF-8"}).faults(),
                  (Cells{"", "bad_encoding", ""}));
}

TEST(CsvEncoding, B7_NulIsAFaultOfItsRecord) {
    const File file = Read("a,b\n1,x\0y\n2,\"\0\"\nc,d\n"s);
    EXPECT_EQ(file.faults(), (Cells{"", "nul_byte", "nul_byte", ""}));
    EXPECT_EQ(file.rows[1].cells, (Cells{"1", "x\\x00y"}));
    EXPECT_EQ(file.rows[1].message, "NUL character in line 2 at byte offset 7");
    EXPECT_EQ(Read("a,b\n\0,c\n"s).dialect.encoding, "UTF-8");
    const File utf16 = Read(Utf16(u"\uFEFFa,b\nx\0y,z\nc,d\n"s, true));
    EXPECT_EQ(utf16.faults(), (Cells{"", "nul_byte", ""}));
    EXPECT_EQ(utf16.rows[1].message, "NUL character in line 2 at byte offset 12");
    EXPECT_EQ(utf16.rows[1].cells, (Cells{"x\\x00y", "z"}));
}

TEST(CsvEncoding, B8_B9_TextIsKeptAsItIs) {
    const std::string text = "\u202A+41 44\u202C,\u00A0Fran\u00C3\u00A7ois\u200B,\u0646\u0645\u06CC\u200C\n";
    EXPECT_EQ(Read(text).cells()[0],
              (Cells{"\u202A+41 44\u202C", "\u00A0Fran\u00C3\u00A7ois\u200B", "\u0646\u0645\u06CC\u200C"}));
}

TEST(CsvEncoding, B10_NothingAndNextToNothing) {
    EXPECT_TRUE(Read("").rows.empty());
    EXPECT_EQ(Read("Name,Phone").cells(), (std::vector<Cells>{{"Name", "Phone"}}));
    const File blank = Read("\n\r\n  \n");
    ASSERT_EQ(blank.rows.size(), 3u);
    for (const Row &row : blank.rows) EXPECT_TRUE(row.blank);
}

// ---- 5b: structure ----

TEST(CsvStructure, T1_DelimiterIsFound) {
    EXPECT_EQ(Read("a;b;c\n1,5;2,5;\"x,y\"\n").dialect.delimiter, ";");
    EXPECT_EQ(Read("a\tb\n1, 2\t3\n4\t5\n").dialect.delimiter, "\t");
    EXPECT_EQ(Read("a|b|c\n").dialect.delimiter, "|");
    EXPECT_EQ(Read("a,b;c\n").dialect.delimiter, ",") << "comma wins ties";
    EXPECT_EQ(Read("Name\nAda\n").dialect.delimiter, ",");
    EXPECT_EQ(Read("\"a;b;c;d\",x\n").dialect.delimiter, ",") << "only outside quotes";
    EXPECT_EQ(Read("Export vom 1. Mai, 10:15\n\nName;Tel;Mail\nA;1;a@b\nB;2;b@c\n").dialect.delimiter, ";");
    EXPECT_EQ(Read("n,p,g\nA,1,x;y\nB,2,x;y,z\nC,3,x;y\n").dialect.delimiter, ",");
    EXPECT_EQ(Read("a,b;c,d\n", {.delimiter = ";"}).cells()[0], (Cells{"a,b", "c,d"}));
    EXPECT_EQ(Read("Name;Tel\n\"5\" x;y\n").dialect.delimiter, ";");
    for (const char bad : {'\n', '\r', '\0', '"', '\xE4'})
        EXPECT_EQ(ErrorState("", {.delimiter = std::string(1, bad)}), "22023");
}

TEST(CsvStructure, T2_SpaceBehindTheDelimiter) {
    const File file = Read("a, \"b, c\", d\n1, \"2\", 3\n");
    EXPECT_EQ(file.cells(), (std::vector<Cells>{{"a", "b, c", "d"}, {"1", "2", "3"}}));
    EXPECT_TRUE(file.dialect.skip_initial_space);
    // Where it is not always there, it is text, but a quote behind it is still one.
    const File mixed = Read("a,b,c\n1, 2,   \"3,4\"\n");
    EXPECT_EQ(mixed.cells()[1], (Cells{"1", " 2", "3,4"}));
    EXPECT_EQ(Read("  \"a\"  ,b\n").cells()[0], (Cells{"a", "b"}));
}

TEST(CsvStructure, T3_SeparatorLine) {
    for (const std::string &start : {"sep=;\r\n"s, "\xEF\xBB\xBFsep=;\n"s, "\"sep=;\"\n"s, "SEP=;;;;\r"s}) {
        const File file = Read(start + "a,b;c\n1;2\n");
        EXPECT_EQ(file.cells(), (std::vector<Cells>{{"a,b", "c"}, {"1", "2"}})) << start;
        EXPECT_EQ(file.lines(), (std::vector<std::int64_t>{2, 3}));
        EXPECT_EQ(file.rows[0].number, 1);
        EXPECT_TRUE(file.dialect.separator_line);
    }
    EXPECT_EQ(Read(Utf16(u"\uFEFFsep=;\r\na;b\r\n", false)).cells(), (std::vector<Cells>{{"a", "b"}}));
    EXPECT_EQ(Read("sep=^\na^b\n").cells(), (std::vector<Cells>{{"a", "b"}}));
    EXPECT_TRUE(Read("sep=;").rows.empty());
    EXPECT_EQ(Read("sep=,x\n").cells(), (std::vector<Cells>{{"sep=", "x"}}));
    EXPECT_EQ(Read("a\nsep=;\n").rows.size(), 2u) << "first line only";
}

TEST(CsvStructure, T4_LineEnds) {
    const std::vector<Cells> expected = {{"a", "b"}, {"1", "2"}, {"3", "4"}};
    for (const std::string &end : {"\n"s, "\r"s, "\r\n"s}) {
        EXPECT_EQ(Read("a,b" + end + "1,2" + end + "3,4" + end).cells(), expected);
        EXPECT_EQ(Read("a,b" + end + "1,2" + end + "\"3\",\"4\"").cells(), expected);
    }
    const File mixed = Read("a,b\r\n1,2\r3,4\n\r\n\n\rz");
    EXPECT_EQ(mixed.lines(), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7}));
    EXPECT_TRUE(mixed.rows[3].blank && mixed.rows[4].blank && mixed.rows[5].blank);
}

TEST(CsvStructure, T5_LineEndInsideQuotes) {
    const File file = Read("a,\"b\r\nc\rd\ne\"\nnext,1\n");
    EXPECT_EQ(file.cells(), (std::vector<Cells>{{"a", "b\r\nc\rd\ne"}, {"next", "1"}}));
    EXPECT_EQ(file.lines(), (std::vector<std::int64_t>{1, 5}));
}

TEST(CsvStructure, T6_UnterminatedQuoteCostsItsLine) {
    const File file = Read("a,b\n1,\"x, y\n2,z\n3,w");
    EXPECT_EQ(file.cells(), (std::vector<Cells>{{"a", "b"}, {"1", "\"x", " y"}, {"2", "z"}, {"3", "w"}}));
    EXPECT_EQ(file.faults(), (Cells{"", "unterminated_quote", "", ""}));
    EXPECT_EQ(file.lines(), (std::vector<std::int64_t>{1, 2, 3, 4}));
    // Other quoted cells behind it do not close it.
    const File quoted = Read("a,b\n1,\"x\n2,\"y\"\n3,\"z\"\n");
    EXPECT_EQ(quoted.cells(), (std::vector<Cells>{{"a", "b"}, {"1", "\"x"}, {"2", "y"}, {"3", "z"}}));
    EXPECT_EQ(quoted.faults(), (Cells{"", "unterminated_quote", "", ""}));
    // It opens in the second line of its record.
    const File second = Read("\"a\nb\",\"c\nd,e\n");
    EXPECT_EQ(second.cells(), (std::vector<Cells>{{"a\nb", "\"c"}, {"d", "e"}}));
    EXPECT_EQ(second.lines(), (std::vector<std::int64_t>{1, 3}));
    EXPECT_EQ(second.rows[0].message, "quoted cell that starts in line 2 does not end");
    EXPECT_EQ(Read("\"").cells(), (std::vector<Cells>{{"\""}}));
    EXPECT_EQ(Read("\"\n\n\"").faults(), (Cells{""})) << "a cell of two line ends";
}

TEST(CsvStructure, T6_UnterminatedQuoteAtTheLimit) {
    const Options options{.max_field_bytes = 100};
    std::string bytes = "a,\"b\n";
    for (int i = 0; i < 50; ++i) bytes += "1,2\n";
    const File file = Read(bytes + "3,4\"\n", options);
    ASSERT_EQ(file.rows.size(), 52u);
    EXPECT_EQ(file.rows[0].fault, "unterminated_quote");
    for (std::size_t i = 1; i < file.rows.size(); ++i) {
        EXPECT_EQ(file.rows[i].fault, "");
        EXPECT_EQ(file.rows[i].line, static_cast<std::int64_t>(i + 1));
    }
}

// Looked for again and again, the end of each of these quotes would take hours to be missed.
TEST(CsvStructure, T6_ManyUnterminatedQuotesStayLinear) {
    constexpr int kTimes = 1'000'000;
    constexpr std::size_t kNoLimit = 1 << 30;
    const auto records = [](const std::string &piece, std::optional<char> escape) {
        std::string bytes;
        for (int i = 0; i < kTimes; ++i) bytes += piece;
        MemorySource source(bytes);
        Reader reader(source, {.escape = escape,
                               .max_field_bytes = kNoLimit,
                               .max_cells = kNoLimit,
                               .max_record_bytes = kNoLimit});
        int count = 0;
        for (Record record; reader.Next(record);) ++count;
        return count;
    };
    for (const char *line :
         {"\"abc\n", "a,\"b\n", "\"\"\"x\n", "\"a\"\"\n", "\"a,\"b,\"c\n", "\"a\" b\n", "x,\"a\"\"\n"})
        EXPECT_EQ(records(line, {}), kTimes) << line;
    EXPECT_EQ(records("x,\" \n", {}), kTimes / 2) << "every second one closes the one before it";
    for (const char *cell : {"\"\"b,", "\"a,", "\"a\"b,", "\"a \"b\" ", "\"\"\"a,", "\" ", "\"\"", "\\\"",
                             "\"a\\\" b,", "\"a\"\","})
        for (const std::optional<char> escape : {std::optional<char>(), std::optional('\\')})
            EXPECT_EQ(records(cell, escape), 1) << cell;
}

TEST(CsvStructure, T7_StrayQuotes) {
    EXPECT_EQ(Read("5\" pipe,a \"b\" c\n").cells()[0], (Cells{"5\" pipe", "a \"b\" c"}));
    EXPECT_EQ(Read("\"a \"word\" b\",c\n").cells()[0], (Cells{"a \"word\" b", "c"}));
    EXPECT_EQ(Read("\"say \"\"x\"\" or \"y\" so\",c\n").cells()[0], (Cells{"say \"x\" or \"y\" so", "c"}));
    EXPECT_EQ(Read("\"abc\"def,\"x\"\n").cells()[0], (Cells{"abcdef", "x"}));
    EXPECT_EQ(Read("\"a\"\"b\"c\"d,e\n").cells()[0], (Cells{"a\"bc\"d", "e"}));
    // Not doubled before the closing one.
    EXPECT_EQ(Read("\"table, 48\"\",\"x\"\n1,\"48\"\"\n2,\"y\"\n").cells(),
              (std::vector<Cells>{{"table, 48\"", "x"}, {"1", "48\""}, {"2", "y"}}));
    EXPECT_TRUE(Read("\"48\"\",\"x\"\n").rows[0].stray_quote);
    EXPECT_EQ(Read("\"a\"\"\n\"\"b\",c\n").cells(), (std::vector<Cells>{{"a\"\n\"b", "c"}})) << "well-formed";
    EXPECT_EQ(Read("\"a \"\"x\"\", \"\"y\"\" b\",c\n").cells(),
              (std::vector<Cells>{{"a \"x\", \"y\" b", "c"}}));
    EXPECT_TRUE(Read("\"abc\"def\n").rows[0].stray_quote);
    EXPECT_FALSE(Read("\"a\"\"b\",5\"\n").rows[0].stray_quote);
    // No line is taken in on a guess.
    const File guess = Read("1,\"abc,x\n2,5\" pipe,y\n3,z,w\n");
    EXPECT_EQ(guess.faults(), (Cells{"unterminated_quote", "", ""}));
    EXPECT_EQ(guess.cells()[1], (Cells{"2", "5\" pipe", "y"}));
    EXPECT_EQ(Read("\"one\ntwo \"x\" end\",c\n").cells()[0], (Cells{"one\ntwo \"x\" end", "c"}));
    EXPECT_EQ(Read("\"a,\"b\",c\n").cells()[0], (Cells{"\"a", "b", "c"}));
    EXPECT_EQ(Read("\"a,\"b\",c\n").faults(), Cells{"unterminated_quote"});
}

TEST(CsvStructure, T7_StrayQuotesAreFaultsWhereAskedFor) {
    const Options strict{.strict = true};
    EXPECT_EQ(Read("5\" pipe,a\n", strict).faults(), Cells{""});
    EXPECT_EQ(Read("\"a \"word\" b\",c\n1,2\n", strict).faults(), (Cells{"bad_quote", ""}));
    EXPECT_EQ(Read("\"abc\"def\n", strict).faults(), Cells{"bad_quote"});
    EXPECT_EQ(Read("\"abc\" ,x\n", strict).faults(), Cells{"bad_quote"});
    EXPECT_EQ(Read("\"a\"\"b\",\"\"\n", strict).faults(), Cells{""});
}

TEST(CsvStructure, T8_OtherQuotesAndEscapes) {
    EXPECT_EQ(Read("'a,b','it''s',\"x\"\n", {.quote = '\''}).cells()[0], (Cells{"a,b", "it's", "\"x\""}));
    EXPECT_EQ(Read("`a,b`,c\n", {.quote = '`'}).cells()[0], (Cells{"a,b", "c"}));
    EXPECT_EQ(Read("\"a\\\"b\",\"c\\\\\",\"d\\e\",\\\"\n", {.escape = '\\'}).cells()[0],
              (Cells{"a\"b", "c\\", "d\\e", "\\\""}));
    EXPECT_EQ(Read("\"a\"\"b\",c\n", {.escape = '\\'}).cells()[0], (Cells{"a\"b", "c"}));
    EXPECT_EQ(Read("\"a,b\"\n", {.quote = '\0'}).cells()[0], (Cells{"\"a", "b\""}));
    EXPECT_EQ(ErrorState("", {.quote = '\n'}), "22023");
    EXPECT_EQ(ErrorState("", {.delimiter = ";", .escape = ';'}), "22023");
    EXPECT_EQ(Read("'a b' c\n", {.delimiter = " ", .quote = '\''}).cells()[0], (Cells{"a b", "c"}));
    EXPECT_EQ(Read("a  b\n\nc\n", {.delimiter = " "}).rows.size(), 3u);
}

TEST(CsvStructure, T9_T10_T11_T18_RecordsAreAsLongAsTheyAre) {
    EXPECT_EQ(Read("a,b,,\n1\n1,2,3,4,5\n1;2\n").cells(),
              (std::vector<Cells>{{"a", "b", "", ""}, {"1"}, {"1", "2", "3", "4", "5"}, {"1;2"}}));
}

TEST(CsvStructure, T16_BlankRecords) {
    const File file = Read("a,b\n\n , \n,\n\"\",\" \t\"\n\u00A0,\nx,\n\n\n");
    std::vector<bool> blank;
    for (const Row &row : file.rows) blank.push_back(row.blank);
    EXPECT_EQ(blank, (std::vector<bool>{false, true, true, true, true, true, false, true, true}));
    EXPECT_EQ(file.rows[6].line, 7);
    EXPECT_EQ(file.rows[6].number, 7);
    EXPECT_EQ(file.cells()[1], Cells{""});
}

TEST(CsvStructure, T19_LimitsCostOneRecord) {
    const std::string large(5000, 'x');
    const Options options{.max_field_bytes = 1000, .max_record_bytes = 3000};
    const std::string cut(1000, 'x');
    EXPECT_EQ(Read("a," + large + ",b\r\nc,d\n", options).cells(),
              (std::vector<Cells>{{"a", cut}, {"c", "d"}}));
    EXPECT_EQ(Read("a," + large + ",b\r\nc,d\n", options).faults(), (Cells{"field_too_large", ""}));
    EXPECT_EQ(Read("a,\"" + large + "\",b\nc,d\n", options).faults(), (Cells{"field_too_large", ""}));
    EXPECT_EQ(Read("a,\"x\"" + large + ",b\nc,d\n", options).faults(), (Cells{"field_too_large", ""}));
    EXPECT_EQ(Read("a," + large, options).faults(), Cells{"field_too_large"});
    EXPECT_EQ(Read("a," + large + "\nc,d\n", options).lines(), (std::vector<std::int64_t>{1, 2}));
    std::string wide;
    for (int i = 0; i < 5; ++i) wide += cut.substr(1) + ",";
    EXPECT_EQ(Read(wide + "\nc,d\n", options).faults(), (Cells{"record_too_large", ""}));
    // Not within a character.
    std::string umlauts;
    for (int i = 0; i < 600; ++i) umlauts += "ü";
    EXPECT_EQ(Read("x" + umlauts + "\n", options).cells()[0][0].size(), 999u);
    EXPECT_EQ(Read("x" + umlauts + "\n", options).faults(), Cells{"field_too_large"});
    for (std::size_t shift = 0; shift < 4; ++shift) {
        std::string euros(shift, 'x');
        for (int i = 0; i < 2000; ++i) euros += i % 200 == 199 ? "," : "€";
        const File cut_record = Read(euros + "\nc,d\n", options);
        EXPECT_EQ(cut_record.faults(), (Cells{"record_too_large", ""}));
        const std::string last = cut_record.rows[0].cells.back();
        EXPECT_TRUE(last.ends_with("€") && !last.empty()) << Quoted(last, 1000);
    }
    const File columns = Read(std::string(200, ',') + "\nc,d\n", {.max_cells = 100});
    EXPECT_EQ(columns.faults(), (Cells{"record_too_large", ""}));
    EXPECT_EQ(Read(std::string(128, ',') + "\n").cells()[0].size(), 129u);
}

TEST(CsvStructure, T19_LimitsHoldAcrossBlocks) {
    for (const std::size_t length : {std::size_t{3} << 20, (std::size_t{40} << 20) + 7}) {
        const std::string large(length, 'x');
        const File plain = Read("a,b\n" + large + "\r\nc,d\n");
        EXPECT_EQ(plain.faults(), (Cells{"", "field_too_large", ""}));
        EXPECT_EQ(plain.rows[1].cells[0].size(), std::size_t{1} << 20);
        EXPECT_EQ(plain.lines(), (std::vector<std::int64_t>{1, 2, 3}));
        const File quoted = Read("a,b\n\"" + large + "\nc,d\n");
        EXPECT_EQ(quoted.faults(), (Cells{"", "field_too_large", ""}));
        const File commas = Read("a,b\n" + std::string(length, ',') + "\r\nc,d\n");
        EXPECT_EQ(commas.faults(), (Cells{"", "record_too_large", ""}));
        EXPECT_EQ(commas.lines(), (std::vector<std::int64_t>{1, 2, 3}));
    }
}

// ---- properties ----

std::vector<std::string> Samples() {
    std::vector<std::string> samples = {
        "a,b\r\n\"x\"\"y\",\"l1\r\nl2\"\r\n1,2",
        "sep=;\r\na;\"b\";c\r1;2;3\n\r\n",
        "\xEF\xBB\xBF\"Nämé\",\"x\"  ,  \"y\"\n\"q \"w\" z\"tail,\"a\"b\n",
        "\"table, 48\"\",\"x\"\n1,\"48\"\" \n2,\"y\"\" ,  \"z\"\n",
        "1,\"abc,x\n2,\"def\",y\n\"unterminated\n\n\"again",
        "é,\xFC,ü\n\0,\xE4\xB8,\"\xF0\x9F\x98\n\x80\"\n"s,
        "M\xFCller,\x80\r\n\x93q\x94,\"\xE4\r\n\"\r",
        Utf16(u"\uFEFFa\t\"b\r\nc\"\r\n😀\t曾\r\n", false),
        Utf16(u"\uFEFFa\t\"b\r\nc\"\r\n😀\t曾\r\n", true) + "\xD8\x00\0x"s,
        Utf32(U"Name,😀\r\nb,c", false),
        "a\\\"b,\"c\\\"d\",\"\\\\\"\r\n",
    };
    std::string longer;
    for (int i = 0; i < 60'000; ++i)
        longer += "row " + std::to_string(i) + ",\"a \"\"quoted\"\" cell\r\n\",ü\r\n";
    samples.push_back(longer);
    std::string foreign(1 << 20, 'x');
    for (std::size_t i = 50; i < foreign.size(); i += 100) foreign[i] = i % 200 == 50 ? ',' : '\n';
    samples.push_back(foreign + "M\xFCller\n" + foreign);
    return samples;
}

TEST(CsvProperty, PiecesOfAnySizeGiveTheSameRecords) {
    for (const std::string &sample : Samples()) {
        for (const Options &options :
             {Options{}, Options{.escape = '\\'}, Options{.max_field_bytes = 8, .max_record_bytes = 12}}) {
            const File whole = Read(sample, options);
            for (std::size_t piece = 1; piece <= 7; ++piece) {
                if (sample.size() > 100'000 && piece % 3 != 1) continue;
                SplitSource source(sample, piece);
                const File split = ReadFrom(source, options);
                ASSERT_TRUE(whole.rows == split.rows) << piece << ": " << Quoted(sample);
                EXPECT_EQ(whole.dialect.encoding, split.dialect.encoding);
                EXPECT_EQ(whole.notice_codes(), split.notice_codes());
            }
        }
    }
}

// The blocks the reader works in must not show either.
TEST(CsvProperty, BlocksOfAnySizeGiveTheSameRecords) {
    std::mt19937 random(20260102);
    const std::vector<std::string> pieces = {
        "a",  "bc", ",",    ",", "\"",   "\"",  "\"\"", "\n",   "\r",   "\r\n", " ",
        "\\", "ü",  "\xC3", "€", "\xFF", ",\"", "\",",  "\"\n", "text", "\0"s,  "a rather long cell"};
    for (int round = 0; round < 5'000; ++round) {
        std::string bytes;
        const std::size_t kinds = 1 + random() % pieces.size();
        for (std::size_t i = random() % 60; i > 0; --i) bytes += pieces[random() % kinds];
        Options options{.delimiter = ",", .quote = '"', .escape = '"', .skip_initial_space = false};
        options.encoding =
            std::vector<std::string>{"UTF-8", "UTF-8", "windows-1252", "UTF-16LE", "Shift_JIS"}[random() % 5];
        if (options.encoding == "UTF-16LE") {
            std::string wide;
            for (const char c : bytes) wide += c, wide += '\0';
            bytes = wide;
        }
        if (random() % 3 == 0) options.escape = '\\';
        options.strict = random() % 4 == 0;
        if (random() % 4 == 0) {
            options.max_field_bytes = 5 + random() % 40;
            options.max_record_bytes = 10 + random() % 80;
            options.max_cells = 1 + random() % 12;
        }
        const File large = Read(bytes, options);
        options.sample_bytes = 16 + random() % 64;
        options.block_bytes = 16 + random() % 16;
        const File small = Read(bytes, options);
        ASSERT_EQ(large.rows.size(), small.rows.size()) << Quoted(bytes, 2000);
        for (std::size_t i = 0; i < large.rows.size(); ++i)
            ASSERT_TRUE(large.rows[i] == small.rows[i])
                << large.rows[i].message << " / " << small.rows[i].message << " in row " << i << " of "
                << Quoted(bytes, 2000);
    }
}

TEST(CsvProperty, WhatIsWrittenIsRead) {
    std::mt19937 random(20260101);
    const std::vector<std::string> pieces = {
        "a",  "B",    " ", ",",  ";", "\t", "|", "\"", "\"\"", "\n",
        "\r", "\r\n", "'", "\\", "ü", "曾", "😀", "=1", "0",    "longer piece of text"};
    for (int round = 0; round < 400; ++round) {
        const char delimiter = ",;\t|"[round % 4];
        const std::string end = round % 3 == 0 ? "\n" : round % 3 == 1 ? "\r\n" : "\r";
        std::vector<Cells> table;
        std::string bytes;
        const std::size_t columns = 2 + random() % 6;
        for (std::size_t r = 0; r < 1 + random() % 40; ++r) {
            Cells row;
            for (std::size_t c = 0; c < columns; ++c) {
                std::string cell;
                for (std::size_t i = random() % 6; i > 0; --i) cell += pieces[random() % pieces.size()];
                const bool plain = cell.find_first_of("\"\r\n "s + delimiter) == std::string::npos;
                if (c > 0) bytes += delimiter;
                if (plain && random() % 2) {
                    bytes += cell;
                } else {
                    bytes += '"';
                    for (const char ch : cell) bytes += ch == '"' ? "\"\"" : std::string(1, ch);
                    bytes += '"';
                }
                row.push_back(std::move(cell));
            }
            bytes += end;
            table.push_back(std::move(row));
        }
        const File file =
            Read(bytes, {.encoding = "UTF-8", .delimiter = std::string(1, delimiter), .strict = true});
        ASSERT_EQ(file.cells(), table) << Quoted(bytes, 2000);
        for (const Row &row : file.rows) ASSERT_EQ(row.fault, "") << Quoted(bytes, 2000);
    }
}

TEST(CsvProperty, BytesTakenAreThoseOfTheRecords) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "some,record\n";
    const auto half = [](const std::string &bytes) {
        MemorySource source(bytes);
        Reader reader(source, {});
        Record record;
        for (int i = 0; i < 500; ++i) EXPECT_TRUE(reader.Next(record));
        EXPECT_EQ(reader.bytes_read(), static_cast<std::int64_t>(bytes.size()));
        EXPECT_NEAR(static_cast<double>(reader.bytes_taken()), static_cast<double>(bytes.size()) / 2, 4);
        while (reader.Next(record)) {
        }
        EXPECT_EQ(reader.bytes_taken(), static_cast<std::int64_t>(bytes.size()));
    };
    half(text);
    half(Utf16(u"\uFEFF" + std::u16string(text.begin(), text.end()), false));
}

TEST(CsvProperty, ASourceThatFailsIsHeard) {
    class Failing : public ByteSource {
        std::size_t Read(char *, std::size_t) override { throw Error("58030", "no such luck"); }
    } source;
    Reader reader(source, {});
    Record record;
    EXPECT_THROW(reader.Next(record), Error);
}

}  // namespace
}  // namespace contacts::csv
