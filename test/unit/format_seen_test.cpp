#include "core/format/seen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace contacts {
namespace {

std::uint64_t Hash(std::vector<std::string> cells) {
    return HashCells(cells);
}

TEST(HashCells, WhereACellEndsCounts) {
    EXPECT_EQ(Hash({"ab", "c"}), Hash({"ab", "c"}));
    const std::vector<std::vector<std::string>> different = {
        {},
        {"ab"},
        {"a", "b"},
        {"", "ab"},
        {"", "a", "b"},
        {"", "", "ab"},
        {"a", "", "b"},
        {"A", "b"},
        {"a ", "b"},
        {"a\x01", "b"},
        {"a\x01"
         "b"},
        // A length of more than one byte looks like that of a shorter cell and its text.
        {std::string(128, 'x')},
        {std::string(1, 'x'), std::string(127, 'x')},
        {std::string(256, 'x')},
        {std::string(255, 'x')},
        {std::string(20000, 'x')},
        {std::string(10000, 'x'), std::string(10000, 'x')},
    };
    std::set<std::uint64_t> hashes;
    for (const auto &cells : different) EXPECT_TRUE(hashes.insert(HashCells(cells)).second);
}

TEST(HashCells, EmptyCellsAtTheEndSayNothing) {
    EXPECT_EQ(Hash({"ab", ""}), Hash({"ab"}));
    EXPECT_EQ(Hash({"ab", "", "", ""}), Hash({"ab"}));
    EXPECT_EQ(Hash({"", ""}), Hash({}));
    EXPECT_NE(Hash({"ab", " "}), Hash({"ab"}));
    EXPECT_NE(Hash({}), 0u);
}

TEST(SeenRecords, TheFirstRecordOfAHashStays) {
    SeenRecords seen;
    EXPECT_EQ(seen.Find(1), std::nullopt);
    seen.Add(1, 10);
    seen.Add(2, 20);
    seen.Add(1, 30);
    EXPECT_EQ(seen.Find(1), 10);
    EXPECT_EQ(seen.Find(2), 20);
    EXPECT_EQ(seen.Find(3), std::nullopt);
}

// Hashes that all want the same slot, at the end of the table.
TEST(SeenRecords, HashesThatCollide) {
    SeenRecords seen;
    constexpr std::uint64_t kLast = ~std::uint64_t{0};
    for (std::uint64_t i = 0; i < 3000; ++i) seen.Add(kLast - i, static_cast<std::int64_t>(i));
    for (std::uint64_t i = 0; i < 3000; ++i) ASSERT_EQ(seen.Find(kLast - i), static_cast<std::int64_t>(i));
    EXPECT_EQ(seen.Find(kLast - 3000), std::nullopt);
}

std::uint64_t HashOf(std::int64_t record) {
    return Hash({std::to_string(record)});
}

TEST(SeenRecords, MemoryIsBounded) {
    SeenRecords seen;
    EXPECT_EQ(seen.bytes(), 0u);
    seen.Add(HashOf(0), 0);
    EXPECT_LE(seen.bytes(), 64u << 10) << "a small file";
    std::int64_t record = 1;
    for (const auto generation = static_cast<std::int64_t>(SeenRecords::kRemembered); record < 3 * generation;
         ++record) {
        seen.Add(HashOf(record), record);
        ASSERT_LE(seen.bytes(), 6u << 20 | 300u << 10);
        if (record % 99991 != 0) continue;
        for (std::int64_t r = std::max<std::int64_t>(record - generation + 1, 0); r <= record; ++r)
            ASSERT_EQ(seen.Find(HashOf(r)), r);
    }
    EXPECT_EQ(seen.Find(HashOf(0)), std::nullopt) << "forgotten";
}

TEST(SeenRecords, GenerationsOfAnySize) {
    for (const std::size_t remembered : {1u, 2u, 3u, 7u, 512u, 1000u}) {
        SeenRecords seen(remembered);
        for (std::int64_t record = 1; record <= 5000; ++record) {
            seen.Add(HashOf(record), record);
            for (std::int64_t back : {std::int64_t{0}, static_cast<std::int64_t>(remembered) - 1}) {
                const std::int64_t earlier = record - back;
                if (earlier >= 1) {
                    ASSERT_EQ(seen.Find(HashOf(earlier)), earlier) << remembered;
                }
            }
            const std::int64_t long_ago = record - 2 * static_cast<std::int64_t>(remembered);
            if (long_ago >= 1) {
                ASSERT_EQ(seen.Find(HashOf(long_ago)), std::nullopt) << remembered;
            }
        }
    }
}

TEST(SeenRecords, ARepeatIsRememberedForLonger) {
    SeenRecords seen(100);
    seen.Add(HashOf(0), 0);
    for (std::int64_t record = 1; record < 1000; ++record) {
        seen.Add(HashOf(record), record);
        if (record % 90 == 0) seen.Add(HashOf(0), seen.Find(HashOf(0)).value());
    }
    EXPECT_EQ(seen.Find(HashOf(0)), 0);
}

}  // namespace
}  // namespace contacts
