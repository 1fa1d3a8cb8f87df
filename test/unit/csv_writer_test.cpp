#include <gtest/gtest.h>

#include <random>

#include "core/csv/reader.h"
#include "core/csv/writer.h"
#include "core/text.h"

namespace contacts::csv {
namespace {

// What an import takes a cell for.
std::string Read(std::string_view cell) {
    if (const auto value = Unmark(cell)) return std::string(*value);
    return std::string(Trim(cell));
}

template <class Body>
void ForEachText(const std::vector<std::string> &alphabet, int length, Body &&body, std::string text = {}) {
    body(text);
    if (length == 0) return;
    for (const std::string &letter : alphabet) ForEachText(alphabet, length - 1, body, text + letter);
}

TEST(CsvMark, IsTakenOffExactlyWhateverTheValue) {
    for (const Guard guard : {Guard::kImport, Guard::kSpreadsheet})
        ForEachText({"'", " ", "=", "a", "\t", "\"", "\u3000", "\uFF1D", "\u200B"}, 5,
                    [&](const std::string &value) {
                        ASSERT_EQ(Read(Mark(value, guard)), value) << '[' << value << ']';
                    });
}

TEST(CsvMark, LeavesNothingThatASpreadsheetCalculates) {
    ForEachText({"'", " ", "=", "+", "-", "@", "a", "\t", "\r", "\n", "\uFF0B"}, 4,
                [](const std::string &value) {
                    const std::string cell = Mark(value, Guard::kSpreadsheet);
                    ASSERT_EQ(std::string("=+-@\t\r\n ").find((cell + 'x')[0]), std::string::npos) << cell;
                    ASSERT_NE(cell.substr(0, 3), "\uFF0B");
                });
}

TEST(CsvMark, GivenBackACellReadsAsBefore) {
    ForEachText({"'", " ", "=", "a", "\t", "\u3000"}, 5, [](const std::string &cell) {
        const std::string again = MarkAgain(cell);
        ASSERT_EQ(Read(again), Read(cell)) << '[' << cell << ']';
        ASSERT_EQ(MarkAgain(again), again);
        ASSERT_EQ(std::string("=\t").find((again + 'x')[0]), std::string::npos) << cell;
    });
}

// Which column it is in says what it means, and the mark would not.
TEST(CsvMark, TextFormulasAreGivenBack) {
    for (const char *cell : {"=\"0123\"", "\n=\"0123\" "}) EXPECT_EQ(MarkAgain(cell), "=\"0123\"");
    EXPECT_EQ(MarkAgain("\n\f\u200B\r"), "\u200B");  // nobody sees it: no value, and none once more
    for (const char *cell : {"=\"a\"&cmd&\"b\"", "=\"\"", "=\"", "=\"a"})
        EXPECT_EQ(MarkAgain(cell), '\'' + std::string(cell));
    EXPECT_EQ(Mark("=\"0123\"", Guard::kSpreadsheet), "'=\"0123\"");
}

TEST(CsvMark, OrdinaryApostrophesStay) {
    for (const char *value : {"O'Brien", "'Tis", "'t Hooft", "'", "''", "rock 'n' roll", "'90s"}) {
        EXPECT_EQ(Mark(value, Guard::kSpreadsheet), value);
        EXPECT_FALSE(Unmark(value)) << value;
    }
    EXPECT_FALSE(Unmark("'Tis "));
    EXPECT_EQ(Mark("+85223456789", Guard::kSpreadsheet), "'+85223456789");
    EXPECT_EQ(Mark("+85223456789", Guard::kImport), "+85223456789");
    EXPECT_EQ(Mark("'=1", Guard::kImport), "''=1");
}

std::string Record(const std::vector<std::string> &cells, std::string_view delimiter = ",") {
    std::string out;
    RecordWriter writer(out, delimiter);
    for (const std::string &cell : cells) writer.Add(cell);
    writer.End();
    return out;
}

TEST(CsvRecord, QuotesWhatNeedsIt) {
    EXPECT_EQ(Record({"a", "b c", "", "d"}), "a,b c,,d");
    EXPECT_EQ(Record({"say \"hi\"", "x,y", "l\nm"}), "\"say \"\"hi\"\"\",\"x,y\",\"l\nm\"");
    EXPECT_EQ(Record({" a", "b\t", "c"}, ";"), "\" a\";\"b\t\";c");
    EXPECT_EQ(Record({"a;b"}), "\"a;b\"");
    EXPECT_EQ(Record({"'a", "b'", "`c`"}), "'a,\"b'\",\"`c`\"") << "no other dialect's quotes";
    EXPECT_EQ(Record({""}), "\"\"");
    EXPECT_EQ(Record({"", ""}), ",");
}

TEST(CsvRecord, IsReadBack) {
    ForEachText({"'", " ", "\"", ",", "a", "\n", "\r", ";"}, 4, [](const std::string &value) {
        const std::string text = "x,y\nx,y\n" + Record({value, "z"}) + "\n";
        MemorySource source(text);
        Reader reader(source, {});
        csv::Record record;
        ASSERT_TRUE(reader.Next(record) && reader.Next(record) && reader.Next(record));
        ASSERT_EQ(record.cells.size(), 2U) << text;
        ASSERT_EQ(record.cells[0], value);
    });
}

// Whatever contacts hold, an import that is told nothing reads what an export wrote, guarded or not.
TEST(CsvRecord, IsReadBackWithoutBeingTold) {
    static constexpr const char *kPieces[] = {
        "=", "+", "-",  "@",  "\t", "\r", "\n", "'",    "\"",     "`",      ",",      ";",      "|", ":", "^",
        "~", " ", "\\", "''", "'=", "'+", "x",  "sep=", "+41446", "\u00A0", "\u200B", "\uFF1D", "é", "12"};
    std::mt19937 random(20240305);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (int file = 0; file < 3000; ++file) {
        const Guard guard = file % 2 ? Guard::kSpreadsheet : Guard::kImport;
        std::vector<std::vector<std::string>> records(1 + below(4), std::vector<std::string>(3));
        std::string text = "First Name,Last Name,Notes\r\n";
        RecordWriter writer(text, ",");
        for (auto &record : records) {
            for (std::string &value : record) {
                for (std::size_t n = below(5); n > 0; --n) value += kPieces[below(std::size(kPieces))];
                writer.Add(Mark(value, guard));
            }
            writer.End();
            text += "\r\n";
        }
        MemorySource source(text);
        Reader reader(source, {});
        csv::Record read;
        ASSERT_TRUE(reader.Next(read));
        for (const auto &record : records) {
            ASSERT_TRUE(reader.Next(read)) << text;
            ASSERT_FALSE(read.fault) << text;
            std::vector<std::string> values;
            for (const std::string_view cell : read.cells) values.push_back(Read(cell));
            ASSERT_EQ(values, record) << text;
        }
        ASSERT_FALSE(reader.Next(read)) << text;
    }
}

}  // namespace
}  // namespace contacts::csv
