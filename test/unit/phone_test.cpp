// The phone number as a value, and what the parser makes of what people write.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/phone/find.h"
#include "core/phone/library.h"
#include "core/phone/metadata.h"
#include "core/phone/parse.h"
#include "core/phone/phone.h"

namespace contacts {
namespace {

using Util = library::PhoneNumberUtil;

Phone Number(std::string_view text) {
    const auto phone = Phone::FromText(text);
    EXPECT_TRUE(phone) << text;
    return phone ? *phone : *Phone::FromText("+00");
}

// What the parser says: the canonical text or the code of the fault.
std::string Said(const Result<Phone> &result) {
    return result ? result->text() : result.fault().code;
}
std::string Parsed(std::string_view text, std::string_view region = {}) {
    return Said(ParsePhone(text, region));
}
std::string Read(std::string_view text, std::string_view region = {}) {
    return Said(ReadPhone(text, region));
}

class Generator {
  public:
    std::string Digits(std::size_t min, std::size_t max) {
        std::string digits(std::uniform_int_distribution<std::size_t>(min, max)(random_), '0');
        // Few different digits, so that common prefixes are common.
        for (char &c : digits) c = "0019"[random_() % 4];
        return digits;
    }
    bool Coin() { return random_() % 2 == 0; }
    std::string Bytes(std::size_t max) {
        std::string bytes(random_() % (max + 1), '\0');
        for (char &c : bytes) c = static_cast<char>(random_());
        return bytes;
    }

  private:
    std::mt19937 random_{42};
};

// The order of the type, spelled out: digit by digit; the end sorts before an extension, that before more
// digits.
std::string OrderKey(const std::string &digits, const std::string &extension) {
    return extension.empty() ? digits : digits + '\x01' + extension;
}

TEST(PhoneValue, PackedOrderIsDigitOrder) {
    Generator generate;
    struct Sample {
        std::string key;
        Phone phone;
    };
    std::vector<Sample> samples;
    for (int i = 0; i < 600; ++i) {
        const std::string digits = generate.Digits(2, 20);
        const std::string extension = generate.Coin() ? generate.Digits(1, 20) : "";
        samples.push_back({OrderKey(digits, extension), *Phone::FromDigits(digits, extension)});
        EXPECT_EQ(samples.back().phone.digits(), digits);
        EXPECT_EQ(samples.back().phone.extension(), extension);
        EXPECT_EQ(samples.back().phone.base().text(), "+" + digits);
    }
    for (const Sample &a : samples)
        for (const Sample &b : samples) {
            EXPECT_EQ(a.phone < b.phone, a.key < b.key) << a.phone.text() << " " << b.phone.text();
            EXPECT_EQ(a.phone == b.phone, a.key == b.key);
        }
}

TEST(PhoneValue, OrderOfExtensions) {
    const char *in_order[] = {
        "+41",       "+41;ext=0", "+41;ext=00", "+41;ext=1", "+41;ext=12",
        "+41;ext=2", "+410",      "+411",       "+4110",     "+4119;ext=99999999999999999999",
        "+412",      "+42"};
    EXPECT_TRUE(std::is_sorted(std::begin(in_order), std::end(in_order),
                               [](const char *a, const char *b) { return Number(a) < Number(b); }));
}

TEST(PhoneValue, SmallerThanItsText) {
    EXPECT_EQ(Number("+41446681800").packed().size(), 6u);
    EXPECT_EQ(Number("+12345678901234567890;ext=12345678901234567890").packed().size(), 21u);
}

TEST(PhoneValue, TextAndBytesRoundTrip) {
    Generator generate;
    for (int i = 0; i < 5000; ++i) {
        const auto phone =
            *Phone::FromDigits(generate.Digits(2, 20), generate.Coin() ? generate.Digits(1, 20) : "");
        EXPECT_EQ(Number(phone.text()), phone);
        const auto unpacked = Phone::FromPacked(phone.packed());
        ASSERT_TRUE(unpacked.ok());
        EXPECT_EQ(*unpacked, phone);
        EXPECT_EQ(unpacked->text(), phone.text());
    }
}

TEST(PhoneValue, ArbitraryBytesAreRefusedOrCanonical) {
    Generator generate;
    int accepted = 0;
    for (int i = 0; i < 200000; ++i) {
        const std::string bytes = generate.Bytes(4);
        const auto phone = Phone::FromPacked(bytes);
        if (!phone) continue;
        ++accepted;
        EXPECT_EQ(Number(phone->text()).packed(), bytes);
    }
    EXPECT_GT(accepted, 100);
}

TEST(PhoneValue, DamagedBytes) {
    const auto refused = [](std::string_view bytes) { return !Phone::FromPacked(bytes).ok(); };
    EXPECT_TRUE(refused(""));
    EXPECT_TRUE(refused("\x60"));                    // one digit
    EXPECT_FALSE(refused("\x63"));                   // +41
    EXPECT_TRUE(refused(std::string("\x63\0", 2)));  // an end behind the end
    EXPECT_TRUE(refused("\x63\x06"));                // an end in the middle
    EXPECT_TRUE(refused("\x63\x10"));                // an extension without digits
    EXPECT_TRUE(refused("\x63\x13\x14"));            // two of them
    EXPECT_FALSE(refused("\x63\x13"));               // +41;ext=1
    EXPECT_TRUE(refused("\x6C"));                    // no digit
    EXPECT_TRUE(refused(std::string(11, '\x22')));   // 22 digits
    EXPECT_TRUE(refused(std::string(40, '\x22')));
}

TEST(PhoneValue, CanonicalTextOnly) {
    for (const char *text : {"", "+", "+4", "41", "+41 44", "+41;", "+41;ext=", "+41;ext=x", "+41;EXT=1",
                             "+41;ext=1 ", " +41", "+123456789012345678901", "+41;ext=123456789012345678901",
                             "+4a", "++41", "+41;ext=1;ext=2", "+;ext=1"})
        EXPECT_FALSE(Phone::FromText(text)) << text;
}

TEST(PhoneValue, LeadingZerosAreDigits) {
    EXPECT_NE(Number("+39061234567"), Number("+3961234567"));
    for (const char *text : {"+390669821234", "+39000", "+39001234", "+2250708123456", "+390", "+3900"}) {
        const auto number = ToLibrary(Number(text));
        ASSERT_TRUE(number) << text;
        EXPECT_EQ(FromLibrary(*number)->text(), text);
    }
}

TEST(PhoneValue, CountryCodes) {
    std::set<int> codes;
    Library().GetSupportedCallingCodes(&codes);
    ASSERT_GT(codes.size(), 200u);
    for (const int code : codes)
        EXPECT_EQ(Number("+" + std::to_string(code) + "123456").country_code(), code);
    EXPECT_EQ(Number("+21").country_code(), 0);
    EXPECT_EQ(Number("+011").country_code(), 0);
    EXPECT_EQ(Number("+390669821234").national_number(), "0669821234");
}

TEST(PhonePrefix, RangeAndTestAgreeWithTheText) {
    Generator generate;
    std::vector<Phone> phones;
    for (int i = 0; i < 500; ++i)
        phones.push_back(
            *Phone::FromDigits(generate.Digits(2, 8), generate.Coin() ? generate.Digits(1, 3) : ""));
    for (int i = 0; i < 500; ++i) {
        const std::string prefix = "+" + generate.Digits(0, 6);
        const auto range = PhonePrefixRange::Of(prefix);
        ASSERT_TRUE(range);
        for (const Phone &phone : phones) {
            const bool expected = ("+" + phone.digits()).starts_with(prefix);
            EXPECT_EQ(PhoneStartsWith(phone.packed(), prefix), expected);
            EXPECT_EQ(range->first <= phone && phone <= range->last, expected)
                << prefix << " " << phone.text();
            EXPECT_EQ(range->first <= phone && (!range->after || phone < *range->after), expected)
                << prefix << " " << phone.text();
        }
    }
    EXPECT_EQ(PhonePrefixRange::Of("+")->first, FirstPhone());
    EXPECT_EQ(PhonePrefixRange::Of("+4199")->after->text(), "+42");
    for (const char *prefix : {"", "41", "+4x", "+41 44", "+41;ext=1", " +41", "+123456789012345678901"}) {
        EXPECT_FALSE(PhonePrefixRange::Of(prefix)) << prefix;
        EXPECT_FALSE(PhoneStartsWith(Number("+41446681800").packed(), prefix)) << prefix;
    }
}

TEST(PhonePrefix, PositionBetween) {
    const auto at = [](const char *low, const char *high, const char *value) {
        return PhonePositionBetween(Number(low).packed(), Number(high).packed(), Number(value).packed());
    };
    EXPECT_EQ(at("+41", "+49", "+40"), 0);
    EXPECT_EQ(at("+41", "+49", "+50"), 1);
    EXPECT_NEAR(at("+411", "+419", "+415"), 0.5, 0.01);
    EXPECT_NEAR(at("+41440000000", "+41449999999", "+41442500000"), 0.25, 0.05);
}

TEST(PhoneRead, CanonicalTextNeedsNoMetadata) {
    for (const char *text :
         {"+21", "+00", "+99999999999999999999", "+410446681800", "+1911", "+41446681800;ext=0"})
        EXPECT_EQ(Read(text, "no region"), text);
    EXPECT_EQ(Read("  +21 "), "+21");
    EXPECT_EQ(Read("\u202A+21\u202C\u00A0"), "+21");
    EXPECT_EQ(Read("+4"), "phone_invalid");
}

TEST(PhoneRead, PackedTextIsTheParsedOne) {
    const auto check = [](const std::string &text) {
        unsigned char bytes[Phone::kMaxPackedSize];
        const std::size_t size = PackPhoneText(text, bytes);
        const auto phone = Phone::FromText(text);
        if (!phone || !phone->extension().empty()) {
            EXPECT_EQ(size, 0u) << text;
            return;
        }
        EXPECT_EQ(std::string_view(reinterpret_cast<const char *>(bytes), size), phone->packed()) << text;
    };
    for (const char *text :
         {"", "+", "+4", "+41", "41446681800", "+41;ext=1", "++41", "+4144668180012345678901"})
        check(text);
    std::mt19937 random(7);
    for (int i = 0; i < 200'000; ++i) {
        std::string text(1 + random() % 24, '+');
        for (std::size_t k = 1; k < text.size(); ++k) text[k] = static_cast<char>('0' + random() % 10);
        check(text);
        text[random() % text.size()] = static_cast<char>(random());
        check(text);
    }
}

struct Case {
    const char *region, *text, *expected;
};

TEST(PhoneParse, Accepts) {
    const Case cases[] = {
        {"", "+41446681800", "+41446681800"},
        {"", "+41 44 668 18 00", "+41446681800"},
        {"", "+41 (0)44 668 18 00", "+41446681800"},
        {"", "+410446681800", "+41446681800"},
        {"CH", "044 668 18 00", "+41446681800"},
        {"ch", "0041 44 668 18 00", "+41446681800"},
        {"DE", "030/123456", "+4930123456"},
        {"", "tel:+41-44-668-18-00;ext=0012", "+41446681800;ext=0012"},
        {"", "tel:446681800;phone-context=+41", "+41446681800"},
        {"", "tel:+41446681800;isub=12", "+41446681800"},
        {"US", "(650) 253-0000 x 12", "+16502530000;ext=12"},
        {"US", "650-253-0000 ext. 12", "+16502530000;ext=12"},
        {"US", "650 253 0000 #12", "+16502530000;ext=12"},
        {"RU", "8 (495) 123-45-67 доб. 12", "+74951234567;ext=12"},
        {"", "+39 06 6982 1234", "+390669821234"},
        {"", "+39 6 6982 1234", "+39669821234"},
        {"", "+225 07 08 12 34 56", "+2250708123456"},
        {"US", "1-800-FLOWERS", "+18003569377"},
        {"US", "1-800-FLOWERS ext 5", "+18003569377;ext=5"},
        {"AR", "011 15-2345-6789", "+5491123456789"},
        {"", "+49 3012 3456 7890 123", "+49301234567890123"},
        {"", "+1 983 555 0100", "+19835550100"},  // assigned, but unknown to 8.12.57
        {"", "Tel.: +41 44 668 18 00", "+41446681800"},
        {"", "'+41446681800", "+41446681800"},
        {"", "\u202A+41\u00A044\u200B668\u201118\u00AD00\u202C", "+41446681800"},
        {"", "＋４１４４６６８１８００", "+41446681800"},
        {"CH", "446681800.0", "+41446681800"},
        {"", "+41446681800.0", "+41446681800"},
        {"DE", "030 / 1234567", "+49301234567"},
        {"", "+٤١٤٤٦٦٨١٨٠٠", "+41446681800"},
    };
    for (const Case &c : cases) EXPECT_EQ(Parsed(c.text, c.region), c.expected) << c.text;
}

TEST(PhoneParse, RefusesWithTheReason) {
    const std::string endless(5000, '1');
    const Case cases[] = {
        {"", "", "phone_empty"},
        {"", " \t\n\u00A0\u200B", "phone_empty"},
        {"", "n/a", "phone_invalid"},
        {"", "+", "phone_invalid"},
        {"", "+4", "phone_invalid"},
        {"", "+41\xFF", "phone_invalid"},
        {"", "john@example.com", "phone_invalid"},
        {"", "+41 44 668 18 00, +41 44 668 18 01", "phone_invalid"},
        {"", "+41446681800\n+41446681801", "phone_invalid"},
        {"", "tel:+41446681800;x=1", "phone_invalid"},
        {"", "044 668 18 00", "phone_no_country_code"},
        {"", "+999 123 4567", "phone_unknown_country_code"},
        {"", "+41 44 668", "phone_too_short"},
        {"US", "011 41", "phone_too_short"},
        {"", "+41 44 668 18 00 11 22 33 44", "phone_too_long"},
        {"", "+123456789012345678901", "phone_too_long"},
        {"", endless.c_str(), "phone_too_long"},
        {"US", "650-253-0000 / 650-253-0001", "phone_too_long"},
        {"DE", "030 12345678/79", "phone_several"},
        {"", "+49 30 12345678 / 9", "phone_several"},
        {"", "+49 00 30 123456", "phone_impossible"},
        {"US", "253 0000", "phone_local_only"},
        {"", "+1 253 0000", "phone_local_only"},
        {"US", "911", "phone_emergency"},
        {"DE", "112", "phone_emergency"},
        {"GB", "999", "phone_emergency"},
        {"US", "411", "phone_short_code"},
        {"", "8.52E+11", "phone_scientific"},
        {"GB", "4,42079E+11", "phone_scientific"},
        {"", "+49 30 123456 home", "phone_letters"},
        {"", "+1 650 253 0000 work", "phone_letters"},
        {"", "+49 30 12345 OO", "phone_letters"},
        {"", "+41446681800 m", "phone_letters"},
        {"XX", "+41446681800", "region_unknown"},
        {"UK", "+41446681800", "region_unknown"},
        {"001", "+41446681800", "region_unknown"},
    };
    for (const Case &c : cases) EXPECT_EQ(Parsed(c.text, c.region), c.expected) << c.text;
    EXPECT_STREQ(ParsePhone("1", "XX").fault().sqlstate, sqlstate::kInvalidParameterValue);
    EXPECT_STREQ(ParsePhone("n/a", "").fault().sqlstate, sqlstate::kInvalidTextRepresentation);
}

// Every example number of every region and type, in every style, comes back as the same value.
TEST(PhoneParse, ExampleNumbersOfAllRegions) {
    std::set<std::string> regions;
    Library().GetSupportedRegions(&regions);
    int numbers = 0;
    for (const std::string &region : regions) {
        std::set<Util::PhoneNumberType> types;
        Library().GetSupportedTypesForRegion(region, &types);
        for (const auto type : types) {
            library::PhoneNumber example;
            if (!Library().GetExampleNumberForType(region, type, &example)) continue;
            ++numbers;
            std::string e164;
            Library().Format(example, Util::E164, &e164);
            const Phone phone = *FromLibrary(example);
            EXPECT_EQ(phone.text(), e164);
            EXPECT_EQ(FormatPhone(phone, PhoneStyle::kE164), e164);
            EXPECT_TRUE(IsPossiblePhone(phone)) << e164;
            EXPECT_TRUE(IsValidPhone(phone)) << e164;
            for (const auto style : {PhoneStyle::kE164, PhoneStyle::kInternational, PhoneStyle::kRfc3966})
                EXPECT_EQ(Parsed(FormatPhone(phone, style)), e164) << region;
            EXPECT_EQ(Parsed(FormatPhone(phone, PhoneStyle::kNational), region), e164)
                << region << " " << FormatPhone(phone, PhoneStyle::kNational);
            EXPECT_EQ(Read(e164), e164);

            const std::string extended = e164 + ";ext=0123";
            for (const auto style : {PhoneStyle::kInternational, PhoneStyle::kRfc3966})
                EXPECT_EQ(Parsed(FormatPhone(Number(extended), style)), extended);
        }
    }
    EXPECT_GT(numbers, 1000);
}

TEST(PhoneMetadata, NumbersOutsideOfAnyPlan) {
    for (const char *text : {"+21", "+00", "+2101234567", "+99999999999999999999", "+18446744073709551616"}) {
        const Phone phone = Number(text);
        EXPECT_EQ(PhoneRegion(phone), "") << text;
        EXPECT_STREQ(PhoneType(phone), "unknown");
        EXPECT_FALSE(IsPossiblePhone(phone));
        EXPECT_FALSE(IsValidPhone(phone));
        EXPECT_EQ(PhoneLocation(phone, "en"), "");
        EXPECT_EQ(FormatPhone(phone, PhoneStyle::kE164), text);
    }
    EXPECT_EQ(FormatPhone(Number("+21;ext=5"), PhoneStyle::kE164), "+21");
    EXPECT_EQ(FormatPhone(Number("+21;ext=5"), PhoneStyle::kNational), "+21 ext. 5");
    EXPECT_EQ(FormatPhone(Number("+21;ext=5"), PhoneStyle::kRfc3966), "tel:+21;ext=5");
}

TEST(PhoneMetadata, Answers) {
    const Phone zurich = Number("+41446681800;ext=12");
    EXPECT_EQ(PhoneRegion(zurich), "CH");
    EXPECT_STREQ(PhoneType(zurich), "fixed_line");
    EXPECT_EQ(PhoneLocation(zurich, "en"), "Zurich");
    EXPECT_EQ(PhoneLocation(zurich, "de-CH"), "Zürich");
    EXPECT_EQ(PhoneLocation(zurich, "no such locale at all"), "Zurich");
    EXPECT_EQ(PhoneLocation(zurich, ""), "Zurich");
    EXPECT_EQ(PhoneRegion(Number("+80012345678")), "");
    EXPECT_STREQ(PhoneType(Number("+80012345678")), "toll_free");
    EXPECT_FALSE(PhoneStyleOf("E164"));
}

TEST(PhoneFind, FreeText) {
    const std::string text =
        "Zürich: \u202A+41 44 668\u201118\u201100\u202C, Büro 044 668 18 01, neu +1 983 555 0100;\n"
        "am 2012-10-12 12:00, ０４４６６８１８０２ x 7 曾 +41446681809。IBAN CH93 0076 2011 6238 5295 7";
    const auto found = FindPhones(text, "CH");
    ASSERT_TRUE(found.ok());
    std::string all;
    for (const FoundPhone &phone : *found)
        all += std::to_string(phone.position) + " " + phone.number.text() + " [" + phone.raw + "]\n";
    EXPECT_EQ(all,
              "10 +41446681800 [+41 44 668\u201118\u201100]\n"
              "34 +41446681801 [044 668 18 01]\n"
              "53 +19835550100 [+1 983 555 0100]\n"
              "91 +41446681802;ext=7 [０４４６６８１８０２ x 7]\n"
              "108 +41446681809 [+41446681809]\n");
    EXPECT_EQ(FindPhones(text, "").value().size(), 3u);
    EXPECT_STREQ(FindPhones(text, "XX").fault().code, "region_unknown");
    EXPECT_STREQ(FindPhones("\xFF", "").fault().code, "text_encoding");
    EXPECT_TRUE(FindPhones("", "CH")->empty());
}

// The matcher gets a long text in pieces: no number may be lost where they meet.
TEST(PhoneFind, LongTexts) {
    for (const char *filler : {"lorem ipsum dolor ", "曾国藩 曾国藩 ", "word\n"}) {
        std::string text;
        std::size_t numbers = 0;
        for (; text.size() < 100'000; ++numbers) text.append(filler).append("044 668 18 00 ");
        int polls = 0;
        const auto found = FindPhones(text, "CH", [&] { ++polls; });
        EXPECT_EQ(found->size(), numbers) << filler;
        EXPECT_GT(polls, 5);
    }
}

}  // namespace
}  // namespace contacts
