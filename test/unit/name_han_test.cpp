#include <gtest/gtest.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>

#include <memory>
#include <string>

#include "core/name/han.h"

namespace contacts::name {
namespace {

using icu::UnicodeString;

class HanTest : public testing::Test {
  protected:
    void SetUp() override {
        UErrorCode status = U_ZERO_ERROR;
        icu_.reset(icu::Transliterator::createInstance("Han-Latin/Names", UTRANS_FORWARD, status));
        ASSERT_TRUE(U_SUCCESS(status)) << u_errorName(status);
    }

    void ExpectSame(const UnicodeString &text) const {
        UnicodeString expected = text;
        icu_->transliterate(expected);
        const UnicodeString read = ReadHan(text);
        if (read == expected) return;
        std::string of, is, should_be;
        text.toUTF8String(of);
        read.toUTF8String(is);
        expected.toUTF8String(should_be);
        ADD_FAILURE() << of << " is \"" << is << "\", of ICU \"" << should_be << '"';
    }

    std::unique_ptr<icu::Transliterator> icu_;
};

TEST_F(HanTest, ReadsEveryCharacterAsIcu) {
    UnicodeString several;
    for (UChar32 c = 0; c <= 0x3FFFF; ++c) {
        if (U_IS_SURROGATE(c) || u_charType(c) == U_UNASSIGNED) continue;
        if (c >= 0x4E00 && c <= 0x9FFF) ExpectSame(c);  // by itself: a surname
        several.append(c);
        if (several.length() < 50) continue;
        ExpectSame(several);
        several.remove();
    }
    ExpectSame(several);
}

TEST_F(HanTest, ReadsTextsAsIcu) {
    for (const char16_t *text :
         {u"",       u"曾国藩", u"藏文",  u"重庆", u"重 庆",  u"沈阳",     u"沈陽", u"秘鲁",
          u"李秘鲁", u"令狐冲", u"令 狐", u"万俟", u"澹台",   u"长孙无忌", u"长",   u"a长b",
          u"単于",   u"〇一",   u"㈱東",  u"ﾃ国",  u"国。国", u"Ä查é"})
        ExpectSame(text);
    std::string latin;
    ReadHan(u"曾国藩").toUTF8String(latin);
    EXPECT_EQ(latin, "zēng guó fān");
}

}  // namespace
}  // namespace contacts::name
