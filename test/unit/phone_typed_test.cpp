// What is still being typed, and lines with their extensions.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/email/email.h"
#include "core/phone/phone.h"
#include "core/phone/typed.h"

namespace contacts {
namespace {

using Prefixes = std::vector<std::string>;

TEST(TypedPhone, InternationalNotation) {
    EXPECT_EQ(TypedPhonePrefixes("+49 (30) 1", ""), Prefixes{"+49301"});
    EXPECT_EQ(TypedPhonePrefixes("＋４９", ""), Prefixes{"+49"});
    EXPECT_EQ(TypedPhonePrefixes("00 49-30", "DE"), Prefixes{"+4930"});
    EXPECT_EQ(TypedPhonePrefixes("011 49", "US"), Prefixes{"+49"});
    EXPECT_EQ(TypedPhonePrefixes("4930", ""), Prefixes{"+4930"});
}

TEST(TypedPhone, NationalNotation) {
    EXPECT_EQ(TypedPhonePrefixes("030 1", "DE"), Prefixes{"+49301"});
    EXPECT_EQ(TypedPhonePrefixes("06 6", "IT"), Prefixes{"+39066"});
    EXPECT_EQ(TypedPhonePrefixes("415", "US"), (Prefixes{"+1415", "+415"}));
    EXPECT_EQ(TypedPhonePrefixes("030 1", ""), Prefixes{});
    EXPECT_EQ(TypedPhonePrefixes("030 1", "XX"), Prefixes{});
}

TEST(TypedPhone, WholeNumberComesFirst) {
    const Prefixes prefixes = TypedPhonePrefixes("+49 (0)30 901820", "");
    ASSERT_FALSE(prefixes.empty());
    EXPECT_EQ(prefixes[0], "+4930901820");
}

TEST(TypedPhone, WhatIsNoNumber) {
    for (const char *text : {"", " ", "+", "12a", "1+2", "++1", "\x01", "\xff", "ann"}) {
        EXPECT_EQ(TypedPhonePrefixes(text, "DE"), Prefixes{}) << text;
        EXPECT_EQ(TypedPhoneDigits(text), "") << text;
    }
    EXPECT_EQ(TypedPhonePrefixes(std::string(1000000, '1'), "DE"), Prefixes{});
    EXPECT_EQ(TypedPhoneDigits(std::string(21, '1')), "");
    EXPECT_EQ(TypedPhoneDigits("12-34 (56).7/8"), "12345678");
}

TEST(PhoneLine, ComparesWithoutExtensions) {
    const Phone base = *Phone::FromDigits("4930123"), with = *Phone::FromDigits("4930123", "7");
    const Phone longer = *Phone::FromDigits("49301237"), odd = *Phone::FromDigits("493012");
    EXPECT_TRUE(SamePhoneLine(base.packed(), base.packed()));
    EXPECT_TRUE(SamePhoneLine(base.packed(), with.packed()));
    EXPECT_TRUE(SamePhoneLine(with.packed(), base.packed()));
    EXPECT_FALSE(SamePhoneLine(base.packed(), longer.packed()));
    EXPECT_FALSE(SamePhoneLine(with.packed(), longer.packed()));
    EXPECT_FALSE(SamePhoneLine(odd.packed(), base.packed()));
    EXPECT_TRUE(base < with && with < with.last_of_line() && with.last_of_line() < longer);
    EXPECT_EQ(with.last_of_line(), base.last_of_line());
}

TEST(EmailPrefix, FoldsAsKeysDo) {
    EXPECT_EQ(EmailKeyPrefix(" Ann.M"), "ann.m");
    EXPECT_EQ(EmailKeyPrefix("ANN@Ex"), "ann@ex");
    EXPECT_EQ(EmailKeyPrefix("@MÜLLER.de"), "@xn--mller-kva.de");
    EXPECT_EQ(EmailKeyPrefix(""), "");
    EXPECT_EQ(EmailKeyPrefix("\xff"), "");
    EXPECT_EQ(EmailKeyPrefix(std::string(300, 'a')), "");
    EXPECT_GT(AfterEmailPrefix("ann"), std::string("ann\xF4\x8F\xBF\xBE"));
}

}  // namespace
}  // namespace contacts
