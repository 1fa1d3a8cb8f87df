#include <gtest/gtest.h>

#include "core/place/country.h"
#include "core/place/fold.h"
#include "core/place/language.h"

namespace contacts {
namespace {

TEST(FoldPlaceName, Forms) {
    EXPECT_EQ(FoldPlaceName(" Côte  d’Ivoire "), "cote divoire");
    EXPECT_EQ(FoldPlaceName("St.Kitts & Nevis"), "saint kitts and nevis");
    EXPECT_EQ(FoldPlaceName("U. S. A."), "usa");
    EXPECT_EQ(FoldPlaceName("ST"), "st");
    EXPECT_EQ(FoldPlaceName("The"), "the");
    EXPECT_EQ(FoldPlaceName("Congo (the Democratic Republic of the)"), "congo democratic republic of");
    EXPECT_EQ(FoldPlaceName("ＪＡＰＡＮ"), "japan");
    EXPECT_EQ(FoldPlaceName("ไทย"), "ไทย");
    EXPECT_EQ(FoldPlaceName("\xFF\xC3"), FoldPlaceName("\xFF\xC3"));
    EXPECT_EQ(FoldPlaceName(""), "");
}

TEST(Country, KindOfMatch) {
    using enum Country::Matched;
    const auto by = [](std::string_view text) { return FindCountry(text).value().by; };
    EXPECT_EQ(by("de"), kAlpha2);
    EXPECT_EQ(by("DEU"), kAlpha3);
    EXPECT_EQ(by("276"), kNumeric);
    EXPECT_EQ(by("Gambia (the)"), kStandardName);
    EXPECT_EQ(by("Gambia"), kStandardName);
    EXPECT_EQ(by("Turkey"), kStandardName);
    EXPECT_EQ(by("South Korea"), kDisplayName);
    EXPECT_EQ(by("Holland"), kShortName);
    EXPECT_EQ(by("Federated States of Micronesia"), kShortName);
}

TEST(Country, Faults) {
    const auto korea = FindCountry("korea");
    ASSERT_FALSE(korea);
    EXPECT_STREQ(korea.fault().code, "country_ambiguous");
    EXPECT_NE(korea.fault().detail.find("KP"), std::string::npos);
    EXPECT_NE(korea.fault().detail.find("KR"), std::string::npos);
    for (const char *text : {"", "()", "XK", "Kosovo", "ZZ", "Europe", "\xFF"})
        EXPECT_STREQ(FindCountry(text).fault().code, "country_invalid") << text;
}

TEST(Country, Names) {
    EXPECT_EQ(CountryName("de", "de"), "Deutschland");
    EXPECT_EQ(CountryName("DE", "no-such-language"), "Germany");
    EXPECT_EQ(CountryName("DE", std::string(5000, 'x')), "Germany");
    EXPECT_EQ(CountryName("XK", "en"), std::nullopt);
    EXPECT_EQ(CountryName("\xC3\xA4", "en"), std::nullopt);
    // More locales than are kept.
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(CountryName("DE", std::string("de_") + static_cast<char>('A' + i % 26) +
                                        static_cast<char>('A' + i / 26)),
                  "Deutschland");
}

TEST(Language, Tags) {
    EXPECT_EQ(LanguageTag("Simplified Chinese").value(), "zh-Hans");
    EXPECT_EQ(LanguageTag("zh-HANS").value(), "zh-Hans");
    EXPECT_EQ(LanguageTag("english").value(), "en");
    EXPECT_EQ(LanguageTag("ga").value(), "ga");  // Irish
    EXPECT_EQ(LanguageTag("GA").value(), "ga");
    EXPECT_EQ(LanguageTag("Ga").value(), "gaa");
    EXPECT_EQ(LanguageTag("Azerbaijani (Cyrillic, Azerbaijan)").value(), "az-Cyrl-AZ");
    EXPECT_EQ(LanguageTag("Italiano").value(), "it");
    for (const char *text : {"English (", "English ()", "- English -"})
        EXPECT_EQ(LanguageTag(text).value(), "en") << text;
    for (const char *text :
         {"", "(", "en-", "-en", "e", "abcdefghi", "\xFF", "en-US-x-", "English (x)", ".en"})
        EXPECT_FALSE(LanguageTag(text)) << text;
    EXPECT_STREQ(LanguageTag(std::string(5000, 'a')).fault().code, "language_invalid");
}

}  // namespace
}  // namespace contacts
