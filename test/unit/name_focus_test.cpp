#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/name/focus.h"
#include "core/name/query.h"

namespace contacts::name {
namespace {

// Of a table of ten million: what nguyen has are very many, what ashbridge has are few.
const std::vector<KeyStatistics::Key> kKeys = {{"anna", 0.05},      {"annabel", 0.03}, {"ashbridge", 0.0002},
                                               {"hartman", 0.0006}, {"james", 0.07},   {"nguyen", 0.4},
                                               {"quyen", 0.01},     {"smith", 0.02}};

std::string Focus(const std::string &query, double rows = 1e7) {
    return FocusQuery(query, {kKeys.data(), kKeys.size(), 0.0002}, rows);
}

TEST(NameFocusTest, LooksAtTheRowsOfFewInsteadOfAListOfVeryMany) {
    EXPECT_EQ(Focus("nguyen ashbridge"), "ashbridge");
    EXPECT_EQ(Focus("ashbridge* nguyen*|^gn*"), "ashbridge*");
    EXPECT_EQ(Focus("nguyen unheard|ofword*"), "unheard|ofword*");
    EXPECT_EQ(Focus("nguyen* x* ashbridge*"), "x* ashbridge*") << "the index passes initials over";
    EXPECT_EQ(Focus("ashbridge* anna*"), "ashbridge*") << "instead of all that begins with anna";
}

TEST(NameFocusTest, TwoRareWordsHaveFewerRowsTogether) {
    EXPECT_EQ(Focus("james* ashbridge* whitby*"), "ashbridge* whitby*");
    EXPECT_EQ(Focus("james* hartman*|^hrt* whitby*|^wht*"), "hartman*|^hrt* whitby*|^wht*");
    EXPECT_EQ(Focus("james* nguyen* ashbridge* whitby*"), "ashbridge* whitby*");
    EXPECT_EQ(Focus("nguyen* ashbridge* quyen*"), "ashbridge* quyen*") << "a list that is not long helps";
}

TEST(NameFocusTest, SaysNothingWhereNothingIsGained) {
    for (const char *query :
         {"", "ashbridge", "nguyen", "nguyen smith", "nguyen asbhridge~2", "nguyen sm*", "ashbridge unheard",
          "nguyen ashbridge|smith", "james* ashbridge*", "nguyen hartman", "nguyen whit*"})
        EXPECT_EQ(Focus(query), "") << query;
}

// Who may not see them must not learn of the keys of few rows.
TEST(NameFocusTest, ShowsNothingOfKeysThatAreNotVeryFrequent) {
    KeyStatistics::Key key{"anna", 0.01};
    const auto focus = [&key](double rows) { return FocusQuery("anna unheard", {&key, 1, 1e-9}, rows); };
    EXPECT_EQ(focus(1e6), "unheard");
    EXPECT_EQ(focus(999999), "") << "less than 10000 rows";
    key.share = kMinFrequentShare;
    EXPECT_EQ(focus(1e9), "unheard");
    key.share = kMinFrequentShare / 1.01;
    EXPECT_EQ(focus(1e9), "") << "less than a thousandth";
}

TEST(NameFocusTest, WithoutStatistics) {
    EXPECT_EQ(FocusQuery("james ashbridge", {}, 0), "");
    EXPECT_EQ(FocusQuery("james ashbridge", {nullptr, 0, 0.001}, 1e7), "");
}

TEST(NameFocusTest, IsAQueryOfGroupsOfTheQuery) {
    std::string query;
    for (std::size_t i = 0; i < kMaxGroups; ++i)
        query += (i ? " " : "") + std::string(i % 2 ? "nguyen*|^gn" : "unheard*|unher~2");
    EXPECT_EQ(Focus(query), "");
    query = "nguyen*|^gn unheard*|uenheard* nguyen xy";
    ASSERT_TRUE(ParseQuery(Focus(query)));
    EXPECT_EQ(*ParseQuery(Focus(query)), "unheard*|uenheard* xy");
}

}  // namespace
}  // namespace contacts::name
