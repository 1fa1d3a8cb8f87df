#include "core/error.h"

#include <gtest/gtest.h>

namespace contacts {
namespace {

TEST(Quoted, KeepsReadableText) {
    EXPECT_EQ(Quoted(""), "");
    EXPECT_EQ(Quoted("+41 44 668 18 00"), "+41 44 668 18 00");
    EXPECT_EQ(Quoted("曾国藩 Щукин"), "曾国藩 Щукин");
}

TEST(Quoted, EscapesWhatIsNotText) {
    EXPECT_EQ(Quoted("a\tb\n"), "a\\x09b\\x0A");
    EXPECT_EQ(Quoted(std::string_view("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(Quoted("M\xFCller"), "M\\xFCller");
    EXPECT_EQ(Quoted("cut \xE6\x9B"), "cut \\xE6\\x9B");
}

TEST(Quoted, CountsCharactersNotBytes) {
    EXPECT_EQ(Quoted("曾国藩", 3), "曾国藩");
    EXPECT_EQ(Quoted("曾国藩字", 3), "曾国藩…");
}

TEST(Result, HoldsAValueOrAFault) {
    const Result<int> value(7);
    ASSERT_TRUE(value.ok());
    EXPECT_EQ(*value, 7);

    const Result<int> fault(Fault{"phone_too_short", "too short", "", ""});
    ASSERT_FALSE(fault);
    EXPECT_STREQ(fault.fault().code, "phone_too_short");
    EXPECT_STREQ(fault.fault().sqlstate, sqlstate::kInvalidTextRepresentation);
}

}  // namespace
}  // namespace contacts
