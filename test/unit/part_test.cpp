#include <gtest/gtest.h>

#include "core/part/positions.h"

namespace contacts {
namespace {

using Positions = std::vector<int>;

TEST(PlaceParts, UnchangedListStays) {
    EXPECT_EQ(PlaceParts({{1, "a"}, {2, "b"}, {5, "c"}}, {"a", "b", "c"}), (Positions{1, 2, 5}));
    EXPECT_EQ(PlaceParts({}, {}), Positions{});
    EXPECT_EQ(PlaceParts({{1, "a"}}, {}), Positions{});
}

TEST(PlaceParts, NewListIsNumberedFromOne) {
    EXPECT_EQ(PlaceParts({}, {"a", "b"}), (Positions{1, 2}));
}

TEST(PlaceParts, RemovalLeavesTheOthers) {
    EXPECT_EQ(PlaceParts({{1, "a"}, {2, "b"}, {3, "c"}}, {"b", "c"}), (Positions{2, 3}));
    EXPECT_EQ(PlaceParts({{1, "a"}, {2, "b"}, {3, "c"}}, {"a", "c"}), (Positions{1, 3}));
}

TEST(PlaceParts, ChangedEntryTakesThePlace) {
    EXPECT_EQ(PlaceParts({{1, "a"}, {2, "b"}, {3, "c"}}, {"a", "x", "c"}), (Positions{1, 2, 3}));
    EXPECT_EQ(PlaceParts({{4, "a"}}, {"x"}), Positions{4});
}

TEST(PlaceParts, AdditionGoesIntoGapsOrToTheEnd) {
    EXPECT_EQ(PlaceParts({{1, "a"}, {3, "b"}}, {"a", "x", "b"}), (Positions{1, 2, 3}));
    EXPECT_EQ(PlaceParts({{1, "a"}, {3, "b"}}, {"a", "b", "x", "y"}), (Positions{1, 3, 4, 5}));
    EXPECT_EQ(PlaceParts({{2, "a"}}, {"x", "a"}), (Positions{1, 2}));
}

TEST(PlaceParts, NoRoomNumbersAnew) {
    EXPECT_EQ(PlaceParts({{1, "a"}, {2, "b"}}, {"x", "a", "b"}), (Positions{1, 2, 3}));
    EXPECT_EQ(PlaceParts({{1, "a"}, {2, "b"}}, {"a", "x", "b"}), (Positions{1, 2, 3}));
    EXPECT_EQ(PlaceParts({{2147483647, "a"}}, {"a", "x"}), (Positions{1, 2}));
}

TEST(PlaceParts, OrderCounts) {
    const Positions swapped = PlaceParts({{1, "a"}, {2, "b"}}, {"b", "a"});
    ASSERT_EQ(swapped.size(), 2u);
    EXPECT_LT(swapped[0], swapped[1]);
}

TEST(PlaceParts, RepeatedValues) {
    EXPECT_EQ(PlaceParts({{1, "a"}, {2, "a"}}, {"a"}), Positions{1});
    EXPECT_EQ(PlaceParts({{1, "a"}}, {"a", "a"}), (Positions{1, 2}));
}

}  // namespace
}  // namespace contacts
