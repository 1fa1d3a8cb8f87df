// The phone engine against libphonenumber itself: both must say the same of every text and of every number.
//
// CONTACTS_PHONE_CASES says how many texts are compared (0: until stopped), CONTACTS_PHONE_SEED where the
// random numbers begin.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unicode/utf8.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/phone/library.h"
#include "core/phone/metadata.h"
#include "core/phone/parse.h"
#include "core/phone/plan/engine.h"

namespace contacts {
namespace {

using Util = library::PhoneNumberUtil;

std::uint64_t Setting(const char *name, std::uint64_t otherwise) {
    const char *value = std::getenv(name);
    return value && *value ? std::strtoull(value, nullptr, 10) : otherwise;
}

constexpr std::array kFormats = {Util::E164, Util::INTERNATIONAL, Util::NATIONAL, Util::RFC3966};

struct Example {
    std::string region;  // "ZZ" of a number of no region
    library::PhoneNumber number;
    std::array<std::string, kFormats.size()> text{};
};

// Every example number of every region and type, and of the calling codes that no region has.
std::vector<Example> Examples() {
    std::vector<Example> examples;
    std::set<std::string> regions;
    Library().GetSupportedRegions(&regions);
    for (const std::string &region : regions) {
        std::set<Util::PhoneNumberType> types;
        Library().GetSupportedTypesForRegion(region, &types);
        for (const auto type : types) {
            Example example{region, {}};
            if (Library().GetExampleNumberForType(region, type, &example.number))
                examples.push_back(std::move(example));
        }
    }
    std::set<int> codes;
    Library().GetSupportedGlobalNetworkCallingCodes(&codes);
    for (const int code : codes) {
        Example example{"ZZ", {}};
        if (Library().GetExampleNumberForNonGeoEntity(code, &example.number))
            examples.push_back(std::move(example));
    }
    for (Example &example : examples)
        for (std::size_t i = 0; i < kFormats.size(); ++i)
            Library().Format(example.number, kFormats[i], &example.text[i]);
    return examples;
}

struct Text {
    std::string text, region;
};

// Texts that people might have written for the examples: in every notation, with and without mistakes.
class Writer {
  public:
    explicit Writer(std::uint64_t seed) : random_(seed), examples_(Examples()) {
        for (const Example &example : examples_)
            if (example.region != "ZZ") regions_.push_back(example.region);
    }

    Text Write(std::uint64_t i) {
        const Example &example = examples_[i % examples_.size()];
        const std::size_t format = Below(kFormats.size());
        Text result{example.text[format], example.region};
        std::string &text = result.text;

        if (kFormats[format] != Util::NATIONAL && OneIn(2)) result.region = "ZZ";
        if (OneIn(16)) result.region = regions_[Below(regions_.size())];
        if (format < 2 && OneIn(4)) text.erase(0, 1);                                   // no plus sign
        if (format < 2 && OneIn(8)) text = (OneIn(2) ? "00" : "011") + text.substr(1);  // dialled abroad
        if (format == 1 && OneIn(8)) text.insert(text.find(' ') + 1, OneIn(2) ? "(0)" : "0");  // trunk prefix
        for (std::size_t mistakes = Below(4); mistakes > 0 && !text.empty(); --mistakes) Spoil(text);
        if (OneIn(16)) text = InOtherCharacters(text);
        if (OneIn(16)) text += ";ext=" + std::to_string(Below(100'000));
        return result;
    }

    bool OneIn(std::size_t n) { return Below(n) == 0; }

  private:
    std::size_t Below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    char Digit() { return static_cast<char>('0' + Below(10)); }

    // Digits of another script, dashes and brackets as typesetters and East Asian keyboards have them.
    std::string InOtherCharacters(const std::string &text) {
        static constexpr std::array kZeros = {0xFF10U, 0x0660U, 0x06F0U, 0x0966U, 0x09E6U, 0x1D7CEU};
        static constexpr std::array kDashes = {0x2010U, 0x2011U, 0x2013U, 0x2014U, 0x2212U, 0x30FCU,
                                               0xFF0DU, 0xFF0EU, 0xFF0FU, 0x00A0U, 0x3000U, 0x2053U};
        const char32_t zero = kZeros[Below(kZeros.size())];
        std::string other;
        for (const char c : text) {
            char32_t character = static_cast<unsigned char>(c);
            if (OneIn(4)) {
                // stays
            } else if (c >= '0' && c <= '9') {
                character = zero + static_cast<char32_t>(c - '0');
            } else if (c == '-' || c == ' ') {
                character = kDashes[Below(kDashes.size())];
            } else if (c == '(' || c == ')' || c == '+' || c == '[' || c == ']') {
                character = 0xFF00 + static_cast<char32_t>(c - 0x20);
            }
            UChar32 code = static_cast<UChar32>(character);
            char bytes[U8_MAX_LENGTH];
            int length = 0;
            U8_APPEND_UNSAFE(bytes, length, code);
            other.append(bytes, static_cast<std::size_t>(length));
        }
        return other;
    }

    void Spoil(std::string &text) {
        static constexpr std::string_view kOther = " -().+/[];x,#0";
        switch (Below(8)) {
            case 0:
            case 1:
                text[Below(text.size())] = Digit();
                break;
            case 2:
            case 3:
                text.erase(Below(text.size()), 1);
                break;
            case 4:
            case 5:
                text.insert(Below(text.size() + 1), 1, Digit());
                break;
            case 6:
                text.resize(Below(text.size() + 1));
                break;
            default:
                text.insert(Below(text.size() + 1), 1, kOther[Below(kOther.size())]);
                break;
        }
    }

    std::mt19937_64 random_;
    std::vector<Example> examples_;
    std::vector<std::string> regions_;
};

Util::ErrorType Expected(plan::ParseOutcome outcome) {
    switch (outcome) {
        case plan::ParseOutcome::kNumber:
            return Util::NO_PARSING_ERROR;
        case plan::ParseOutcome::kUnknownCallingCode:
            return Util::INVALID_COUNTRY_CODE_ERROR;
        case plan::ParseOutcome::kTooShortAfterPrefix:
            return Util::TOO_SHORT_AFTER_IDD;
        case plan::ParseOutcome::kTooShort:
            return Util::TOO_SHORT_NSN;
        default:
            return Util::TOO_LONG_NSN;
    }
}

Util::ValidationResult Expected(plan::LengthCheck check) {
    switch (check) {
        case plan::LengthCheck::kPossible:
            return Util::IS_POSSIBLE;
        case plan::LengthCheck::kPossibleLocally:
            return Util::IS_POSSIBLE_LOCAL_ONLY;
        case plan::LengthCheck::kTooShort:
            return Util::TOO_SHORT;
        case plan::LengthCheck::kTooLong:
            return Util::TOO_LONG;
        default:
            return Util::INVALID_LENGTH;
    }
}

Util::PhoneNumberType Expected(plan::NumberType type) {
    static constexpr std::array kTypes = {Util::PREMIUM_RATE,
                                          Util::TOLL_FREE,
                                          Util::SHARED_COST,
                                          Util::VOIP,
                                          Util::PERSONAL_NUMBER,
                                          Util::PAGER,
                                          Util::UAN,
                                          Util::VOICEMAIL,
                                          Util::FIXED_LINE,
                                          Util::MOBILE,
                                          Util::FIXED_LINE_OR_MOBILE,
                                          Util::UNKNOWN};
    return kTypes[static_cast<std::size_t>(type)];
}

class Comparison {
  public:
    // How the text reads, and what is said of the number.
    void Compare(const Text &text, bool with_formats) {
        ++cases_;
        plan::Notation notation;
        plan::Number number;
        auto outcome = plan::ParseOutcome::kUndecided;
        if (notation.Read(text.text))
            outcome = plan::Parse(*plans_, notation, plans_->Region(text.region), number);
        if (outcome == plan::ParseOutcome::kUndecided) {
            ++undecided_;
            return;
        }
        const auto where = [&] { return '"' + text.text + "\" in " + text.region; };
        library::PhoneNumber theirs;
        ASSERT_EQ(Expected(outcome), Library().Parse(text.text, text.region, &theirs)) << where();
        if (outcome != plan::ParseOutcome::kNumber) return;

        ++numbers_;
        std::string national;
        Library().GetNationalSignificantNumber(theirs, &national);
        ASSERT_EQ(number.country_code(), theirs.country_code()) << where();
        ASSERT_EQ(number.national(), national) << where();
        ASSERT_EQ(notation.extension, theirs.extension()) << where();

        const auto length = plan::CheckLength(*number.code, national);
        ASSERT_TRUE(length.decided);
        ASSERT_EQ(Expected(length.value), Library().IsPossibleNumberWithReason(theirs)) << where();
        const auto type = plan::TypeOf(*number.code, national);
        ASSERT_TRUE(type.decided);
        ASSERT_EQ(Expected(type.value), Library().GetNumberType(theirs)) << where();
        ASSERT_EQ(type.value != plan::NumberType::kUnknown, Library().IsValidNumber(theirs)) << where();
        const auto region = plan::RegionOf(*number.code, national);
        ASSERT_TRUE(region.decided);
        std::string their_region;
        Library().GetRegionCodeForNumber(theirs, &their_region);
        if (their_region == "ZZ" || their_region == "001") their_region.clear();
        ASSERT_EQ(region.value, their_region) << where();

        if (!with_formats) return;
        static constexpr std::array kStyles = {
            std::pair(plan::Writing::Style::kInternational, Util::INTERNATIONAL),
            std::pair(plan::Writing::Style::kNational, Util::NATIONAL),
            std::pair(plan::Writing::Style::kRfc3966, Util::RFC3966)};
        for (const auto &[style, their_style] : kStyles) {
            std::string ours, their_text;
            ASSERT_TRUE(plan::Format(*number.code, national, notation.extension, style, ours));
            Library().Format(theirs, their_style, &their_text);
            ASSERT_EQ(ours, their_text) << where();
        }
    }

    std::uint64_t cases() const { return cases_; }
    std::uint64_t numbers() const { return numbers_; }
    std::uint64_t undecided() const { return undecided_; }

  private:
    const plan::Plans *plans_ = plan::Plans::Get();
    std::uint64_t cases_ = 0, numbers_ = 0, undecided_ = 0;
};

TEST(PhoneDifferential, PlansOfAllRegionsCompile) {
    const plan::Plans *plans = plan::Plans::Get();
    if (!plans) GTEST_SKIP() << "this libphonenumber does not export its metadata";
    std::set<std::string> regions;
    Library().GetSupportedRegions(&regions);
    for (const std::string &region : regions) {
        const plan::Territory *territory = plans->Region(region);
        ASSERT_TRUE(territory) << region;
        EXPECT_TRUE(territory->numbering()) << region;
        EXPECT_TRUE(territory->dialling()) << region;
        EXPECT_TRUE(territory->writing()) << region;
        EXPECT_EQ(territory->country_code(), Library().GetCountryCodeForRegion(region));
    }
    std::set<int> codes;
    Library().GetSupportedCallingCodes(&codes);
    for (int code = -1; code < 1100; ++code) {
        const plan::CallingCode *found = code < 0 ? nullptr : plans->Code(code);
        ASSERT_EQ(found != nullptr, codes.contains(code)) << code;
        if (!found) continue;
        std::string main;
        Library().GetRegionCodeForCountryCode(code, &main);
        EXPECT_EQ(found->main().id(), main);
        EXPECT_TRUE(found->main().numbering()) << code;
    }
    for (const char *region : {"", "ZZ", "001", "UK", "U", "USA", "\xC3\x9C"})
        EXPECT_FALSE(plans->Region(region)) << region;
    EXPECT_EQ(plans->Region("ch"), plans->Region("CH"));
    EXPECT_LT(plans->memory(), 1'000'000u);
}

struct Counts {
    std::uint64_t cases = 0, numbers = 0, undecided = 0;
};

// False at the first difference, which it prints.
bool CompareMany(std::uint64_t cases, std::uint64_t seed, Counts &counts) {
    Writer writer(seed);
    Comparison comparison;
    for (std::uint64_t i = 0; cases == 0 || i < cases; ++i) {
        // Formats are slow in the library, and depend on the number alone.
        comparison.Compare(writer.Write(i), i % 16 == 0);
        if (testing::Test::HasFailure()) return false;
        if (cases == 0 && i % 1'000'000 == 0 && i > 0)
            std::cout << "seed " << seed << ": " << i << " texts, no difference" << std::endl;
    }
    counts = {comparison.cases(), comparison.numbers(), comparison.undecided()};
    return true;
}

// Libphonenumber is the slow side; two processes share the work, since the engine is not made for threads.
TEST(PhoneDifferential, AnswersAreThoseOfTheLibrary) {
    if (!plan::Plans::Get()) GTEST_SKIP() << "this libphonenumber does not export its metadata";
    constexpr std::uint64_t kProcesses = 2;
    const std::uint64_t cases = Setting("CONTACTS_PHONE_CASES", 2'000'000);
    const std::uint64_t seed = Setting("CONTACTS_PHONE_SEED", 1);
    std::cout.flush();
    int channel[2];
    ASSERT_EQ(pipe(channel), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        Counts counts;
        const bool same = CompareMany(cases / kProcesses, seed + 1, counts);
        const bool told = write(channel[1], &counts, sizeof counts) == sizeof counts;
        std::cout.flush();
        _exit(same && told ? 0 : 1);
    }
    close(channel[1]);
    Counts ours, theirs;
    const bool same = CompareMany(cases - cases / kProcesses, seed, ours);
    EXPECT_EQ(read(channel[0], &theirs, sizeof theirs), static_cast<ssize_t>(sizeof theirs));
    close(channel[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(same && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    const Counts all{ours.cases + theirs.cases, ours.numbers + theirs.numbers,
                     ours.undecided + theirs.undecided};
    std::cout << all.cases << " texts, " << all.numbers << " numbers, " << all.undecided
              << " left to the library\n";
    EXPECT_EQ(all.cases, cases);
    EXPECT_GT(all.numbers, all.cases / 2);
    EXPECT_LT(all.undecided, all.cases / 3);
}

// What the project refuses on purpose, and all of its functions, with the plans and without.
TEST(PhoneDifferential, TheSameWithoutPlans) {
    Writer writer(Setting("CONTACTS_PHONE_SEED", 1) + 1);
    std::uint64_t numbers = 0;
    for (std::uint64_t i = 0; i < 40'000; ++i) {
        Text text = writer.Write(i);
        if (text.region == "ZZ") text.region.clear();
        const auto answer = [&] {
            const Result<Phone> phone = ParsePhone(text.text, text.region);
            if (!phone) return std::string(phone.fault().code) + phone.fault().message + phone.fault().detail;
            ++numbers;
            std::string all = phone->text() + " " + PhoneRegion(*phone) + " " + PhoneType(*phone) +
                              (IsPossiblePhone(*phone) ? " possible" : "") +
                              (IsValidPhone(*phone) ? " valid" : "");
            for (const auto style :
                 {PhoneStyle::kE164, PhoneStyle::kInternational, PhoneStyle::kNational, PhoneStyle::kRfc3966})
                all += " " + FormatPhone(*phone, style);
            return all;
        };
        const std::string with = answer();
        plan::Plans::Enable(false);
        const std::string without = answer();
        plan::Plans::Enable(true);
        ASSERT_EQ(with, without) << '"' << text.text << "\" in " << text.region;
    }
    EXPECT_GT(numbers, 30'000u);
}

// Values of the type that no parser made.
TEST(PhoneDifferential, AnyDigits) {
    std::mt19937_64 random(Setting("CONTACTS_PHONE_SEED", 1));
    for (int i = 0; i < 40'000; ++i) {
        std::string digits(2 + random() % 19, '0');
        for (char &c : digits) c = static_cast<char>('0' + random() % 10);
        const Phone phone = *Phone::FromDigits(digits, random() % 4 == 0 ? "12" : "");
        const auto answer = [&] {
            std::string all = PhoneRegion(phone) + " " + PhoneType(phone) +
                              (IsPossiblePhone(phone) ? " possible" : "") +
                              (IsValidPhone(phone) ? " valid" : "");
            for (const auto style : {PhoneStyle::kInternational, PhoneStyle::kNational, PhoneStyle::kRfc3966})
                all += " " + FormatPhone(phone, style);
            return all;
        };
        const std::string with = answer();
        plan::Plans::Enable(false);
        const std::string without = answer();
        plan::Plans::Enable(true);
        ASSERT_EQ(with, without) << digits;
    }
}

}  // namespace
}  // namespace contacts
