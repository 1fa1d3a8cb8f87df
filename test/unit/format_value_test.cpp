// Values as real files have them: the hazards V1 to V22 of what spreadsheets, programs and people do to them.
#include <gtest/gtest.h>

#include "core/text.h"
#include "format_reading.h"

namespace contacts {
namespace {

using test::Cells;
using test::Read;
using test::ReadRecord;

Rules InRegion(const char *region) {
    Rules rules;
    rules.region = region;
    return rules;
}

// What a phone's cell gives: the number, else "entered …", then the codes of its faults.
std::string PhoneOf(std::string text, const char *region = "US", const char *format = "generic") {
    const Read read = ReadRecord(
        format, std::string_view(format) == "cinnox" ? "Mobile,Last Name" : "Mobile Phone,First Name",
        {std::move(text), "Ann"}, InRegion(region));
    std::string out;
    for (const PartChange &change : read.draft.parts) {
        if (!out.empty()) out += ", ";
        if (change.components[kPhoneNumber].is_value())
            out += change.components[kPhoneNumber].text;
        else
            out += "entered " + change.components[kPhoneEntered].text;
    }
    for (const Issue &issue : read.draft.issues)
        out += (issue.severity == Severity::kError ? " !" : " ?") + std::string(issue.code);
    return out;
}

std::string FieldOf(ContactField field, const char *header, std::string text, Rules rules = {},
                    const char *format = "generic") {
    const Read read =
        ReadRecord(format, std::string(header) + ",First Name,Email", {std::move(text), "Ann", ""}, rules);
    std::string out = read.draft[field].text;
    for (const Issue &issue : read.draft.issues)
        out += (issue.severity == Severity::kError ? "!" : "?") + std::string(issue.code);
    return out;
}

std::string Birthday(std::string text, std::optional<DateOrder> order = {}, bool strict = false) {
    Rules rules;
    rules.dates = order;
    rules.strict = strict;
    const Read read = ReadRecord("generic", "Birthday,First Name", {std::move(text), "Ann"}, rules);
    return read.draft.issues.empty() ? read.draft[ContactField::kBirthDate].text : read.draft.issues[0].code;
}

TEST(Value, V1ScientificNotation) {
    for (const char *lost :
         {"8.52E+11", "4.479E+11", "5.35E+09", "8,52E+11", "8.52e11", "+8.52E+11", "8.52E+100"})
        EXPECT_NE(PhoneOf(lost).find("!phone_scientific"), std::string::npos) << lost;
    EXPECT_EQ(PhoneOf("3.175550123E9"), "+13175550123 ?phone_scientific") << "all digits are there";
    EXPECT_EQ(PhoneOf("8.52E+11", "", "cinnox"), "entered 8.52E+11 !phone_scientific");
}

TEST(Value, V2DecimalTail) {
    EXPECT_EQ(PhoneOf("3175550123.0"), "+13175550123 ?phone_decimal");
    EXPECT_EQ(PhoneOf("+85212345678.0"), "+85212345678 ?phone_decimal");
    EXPECT_EQ(PhoneOf("044.668.18.0", "CH").find("phone_decimal"), std::string::npos);
}

TEST(Value, V3LostLeadingZero) {
    // A trunk prefix that is gone is not missed where numbers are read by a region; nothing is added to
    // others.
    EXPECT_EQ(PhoneOf("798765432", "CH"), "+41798765432");
    EXPECT_EQ(PhoneOf("798765432", "").find("entered 798765432"), 0u);
    const Read read = ReadRecord("generic", "First Name,Zip", {"Ann", "8014"});
    EXPECT_EQ(read.Part(PartKind::kAddress, "other")->components[kAddressPostalCode].text, "8014");
}

TEST(Value, V4LeadingApostrophe) {
    EXPECT_EQ(PhoneOf("'+13175550123"), "+13175550123");
    EXPECT_EQ(PhoneOf("'3175550123"), "+13175550123");
    EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", "'t Hooft"), "'t Hooft");
}

TEST(Value, V5TextFormula) {
    EXPECT_EQ(PhoneOf("=\"+13175550123\""), "+13175550123");
    EXPECT_EQ(PhoneOf("=\"0446681800\"", "CH"), "+41446681800");
    EXPECT_EQ(PhoneOf("=13175550123"), "entered =13175550123 !phone_invalid");
    EXPECT_EQ(PhoneOf("=SUM(A1:A10)"), "entered =SUM(A1:A10) !phone_invalid");
    const Read read = ReadRecord("generic", "ID,First Name,Zip", {"=\"007\"", "Ann", "=\"08014\""});
    EXPECT_EQ(read.Part(PartKind::kAddress, "other")->components[kAddressPostalCode].text, "08014");
    EXPECT_EQ(read.draft.key, "007");
}

TEST(Value, V6FormulasAreTextElsewhere) {
    for (const char *text : {"=SUM(A1:A10)", "@SUM(A1)", "-100", "=cmd|' /C calc'!A0", "+1"})
        EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", text), text);
}

TEST(Value, V7PlusOfANumberIsNoFormula) {
    EXPECT_EQ(PhoneOf("+13175550123"), "+13175550123");
    EXPECT_EQ(PhoneOf("+13175550123", "", "cinnox"), "+13175550123");
}

TEST(Value, V8PhoneNotations) {
    for (const char *text :
         {"(317)555-0123", "317.555.0123", "317-555-0123", "+1-317-555-0123", "001-317-555-0123",
          "tel:+1-317-555-0123", "317 555 0123", "+1 (317) 555 0123", "0013175550123"})
        EXPECT_EQ(PhoneOf(text, std::string_view(text).rfind("00", 0) == 0 ? "DE" : "US"), "+13175550123")
            << text;
    EXPECT_EQ(PhoneOf("317-555-0123x99999"), "+13175550123;ext=99999");
    EXPECT_EQ(PhoneOf("317-555-0123 ext 9"), "+13175550123;ext=9");
    EXPECT_EQ(PhoneOf("+1-317-555-0123x42"), "+13175550123;ext=42");
    EXPECT_EQ(PhoneOf("06 12 34 56 78", "FR"), "+33612345678");
    EXPECT_EQ(PhoneOf("+44 (0)20 7946 0958"), "+442079460958");
    EXPECT_EQ(PhoneOf("+49 30 / 123456"), "+4930123456");
    EXPECT_EQ(PhoneOf("not-a-phone").find("entered not-a-phone ?phone_"), 0u);
    EXPECT_EQ(PhoneOf("TEL:MobilePhone").find("entered TEL:MobilePhone ?phone_"), 0u);
}

TEST(Value, V9Lengths) {
    for (const char *text : {"+123456", "+9184848484848484", "+12345678901234567890", "+", "+1"})
        EXPECT_EQ(PhoneOf(text, "", "cinnox").find("entered " + std::string(text) + " !phone_"), 0u) << text;
}

TEST(Value, V10SeveralNumbersInACell) {
    EXPECT_EQ(PhoneOf("317-555-0123; 317-555-0124"), "+13175550123, +13175550124");
    EXPECT_EQ(PhoneOf("317-555-0123 / 317-555-0124"), "+13175550123, +13175550124");
    EXPECT_EQ(PhoneOf("raj@x / 98765").find("entered raj@x / 98765 ?phone_"), 0u)
        << "not each of them is one";
    EXPECT_EQ(PhoneOf("+13175550123; +13175550124", "", "cinnox").find('!') != std::string::npos, true)
        << "only by the product's own separator";
    const Read read = ReadRecord("generic", "Email,First Name", {"a@a.example; b@a.example", "Ann"});
    EXPECT_EQ(read.draft.parts.size(), 2u);
    EXPECT_FALSE(read.draft.failed());
}

TEST(Value, V11Dates) {
    EXPECT_EQ(Birthday("1980-12-14"), "1980-12-14");
    EXPECT_EQ(Birthday("2008-9-1 "), "2008-09-01");
    EXPECT_EQ(Birthday("19801214"), "1980-12-14");
    EXPECT_EQ(Birthday("1980/12/14"), "1980-12-14");
    EXPECT_EQ(Birthday("--12-01"), "--12-01");
    EXPECT_EQ(Birthday("--1201"), "--12-01");
    EXPECT_EQ(Birthday("05 Mar 2024"), "2024-03-05");
    EXPECT_EQ(Birthday("September 12, 2008"), "2008-09-12");
    EXPECT_EQ(Birthday("Sept. 12 2008"), "2008-09-12");
    EXPECT_EQ(Birthday("01-Sep-08"), "2008-09-01");
    EXPECT_EQ(Birthday("20.03.2024"), "2024-03-20") << "with points the day is first";
    EXPECT_EQ(Birthday("1955-07-19T00:00:00Z"), "1955-07-19");
    EXPECT_EQ(Birthday("1955-07-19 12:30:01.5+02"), "1955-07-19");
    EXPECT_EQ(Birthday("1940-06-07Z"), "1940-06-07");
    // Figures that could be read in two ways are read in the order that somebody named, or not at all.
    EXPECT_EQ(Birthday("12/14/1980"), "date_invalid");
    EXPECT_EQ(Birthday("12/14/1980", DateOrder::kMonthDayYear), "1980-12-14");
    EXPECT_EQ(Birthday("13/12/1980", DateOrder::kMonthDayYear), "date_invalid");
    EXPECT_EQ(Birthday("13/12/1980", DateOrder::kDayMonthYear), "1980-12-13");
    EXPECT_EQ(Birthday("13-12-1980", DateOrder::kDayMonthYear), "1980-12-13");
    EXPECT_EQ(Birthday("12/13/1980", DateOrder::kDayMonthYear), "date_invalid");
    EXPECT_EQ(Birthday("12.14.1980", DateOrder::kMonthDayYear), "1980-12-14");
    EXPECT_EQ(Birthday("14.12.1980", DateOrder::kMonthDayYear), "date_invalid");
    EXPECT_EQ(Birthday("12/14/1980 12:00 PM", DateOrder::kMonthDayYear), "1980-12-14");
    for (const char *bad :
         {"2008-25-1", "2001-02-29", "1980-12-", "Foo 12, 2008", "32 Mar 2024", "12", "1980-12-14-1",
          "14 12 1980", "198012", "--13-01", "--12", "Mar", "yesterday", "2008-9-1x"})
        EXPECT_EQ(Birthday(bad), "date_invalid") << bad;
    EXPECT_EQ(Birthday("2000-02-29"), "2000-02-29");
}

TEST(Value, V12YearsOfTwoDigits) {
    EXPECT_EQ(Birthday("09-01-08", DateOrder::kMonthDayYear), "2008-09-01");
    EXPECT_EQ(Birthday("09/01/80", DateOrder::kMonthDayYear), "1980-09-01") << "no birthday is in the future";
    EXPECT_EQ(Birthday("09/01/80", DateOrder::kMonthDayYear, true), "date_invalid");
    EXPECT_FALSE(ParseDate("12/14/80").ok()) << "a product that wants four digits";
}

TEST(Value, V13NoDatesAndSerialNumbers) {
    for (const char *none : {"0/0/00", "0000-00-00", "0000-00-00 00:00:00", "00.00.0000"})
        EXPECT_EQ(Birthday(none), "") << none;
    EXPECT_EQ(Birthday("29569"), "date_invalid");
    EXPECT_NE(ParseDate("29569", DateRule{DateOrder::kYearMonthDay, false, false, false})
                  .fault()
                  .detail.find("serial number"),
              std::string::npos);
}

TEST(Value, V14PlaceholderYearsAndTheFuture) {
    EXPECT_EQ(Birthday("1604-05-06"), "--05-06");
    EXPECT_EQ(Birthday("1604-02-29"), "--02-29");
    EXPECT_EQ(Birthday("1899-12-31"), "1899-12-31");
    EXPECT_EQ(Birthday("9999-01-01"), "date_future");
    const Read read = ReadRecord("generic", "Birthday,First Name", {"9999-01-01", "Ann"});
    EXPECT_FALSE(read.draft.failed());
}

TEST(Value, V15EmailAddresses) {
    const auto email = [](const char *text) {
        const Read read = ReadRecord("generic", "First Name,Email", {"Ann", text});
        std::string out = read.draft.parts.empty() ? "" : read.draft.parts[0].components[0].text;
        for (const Issue &issue : read.draft.issues) out += std::string(" ") + issue.code;
        return out;
    };
    EXPECT_EQ(email(" Ann@A.Example "), "Ann@A.Example") << "kept as typed, compared otherwise";
    EXPECT_EQ(email("Ann Lee <ann@a.example>"), "ann@a.example email_display_form");
    EXPECT_EQ(email("ann@m\u00FCller.example"), "ann@m\u00FCller.example");
    for (const char *bad : {"ann", "ann a@a.example", "@a.example", "ann@", "a@b@c.example"})
        EXPECT_EQ(email(bad), " email_invalid") << bad;
    EXPECT_EQ(email((std::string(250, 'a') + "@a.example").c_str()).find(" email_"), 0u);
}

TEST(Value, V16ListedValues) {
    const auto type = [](const char *text) {
        const Read read = ReadRecord("cinnox", "Type,Last Name", {text, "Lee"});
        return read.draft.failed() ? read.draft.issues[0].message
                                   : read.draft[ContactField::kContactType].text;
    };
    EXPECT_EQ(type(" LEAD "), "lead");
    EXPECT_EQ(type("other"), "other");
    EXPECT_EQ(type("Others"), "other");
    EXPECT_NE(type("boss").find("Lead, Prospect, Customer, Others"), std::string::npos);
}

TEST(Value, V17Countries) {
    const auto country = [](const char *text, const char *format) {
        const Read read =
            ReadRecord(format, std::string_view(format) == "cinnox" ? "Country,Last Name" : "Country,Email",
                       {text, std::string_view(format) == "cinnox" ? "Lee" : "a@a.example"});
        const PartChange *part = nullptr;
        for (const PartChange &change : read.draft.parts)
            if (change.kind == PartKind::kAddress) part = &change;
        std::string out = part->components[kAddressCountry].is_value()
                              ? part->components[kAddressCountry].text
                              : part->components[kAddressCountryEntered].text;
        for (const Issue &issue : read.draft.issues)
            out += (issue.severity == Severity::kError ? " !" : " ?") + std::string(issue.code);
        return out;
    };
    EXPECT_EQ(country("Switzerland", "generic"), "CH");
    EXPECT_EQ(country("che", "generic"), "CH");
    EXPECT_EQ(country("756", "generic"), "CH");
    EXPECT_EQ(country("Slovakia (Slovak Republic)", "generic"), "SK");
    EXPECT_EQ(country("C\u00F4te d'Ivoire", "generic"), "CI");
    EXPECT_EQ(country("Korea", "generic"), "Korea ?country_ambiguous");
    EXPECT_EQ(country("Narnia", "generic"), "Narnia ?country_invalid");
    EXPECT_EQ(country("Narnia", "cinnox"), "Narnia !country_invalid");
}

TEST(Value, V18Padding) {
    EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", " \u00A0 van  der Berg\u00A0 "), "van  der Berg");
    EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", "\t \u3000"), "");
}

TEST(Value, V19Placeholders) {
    for (const char *token : {"#N/A", "#REF!", "#NAME?", "#VALUE!"})
        EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", token),
                  std::string(token) + "?spreadsheet_error");
    for (const char *text : {"N/A", "-", "null", "none"})
        EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", text), text) << "only empty is empty";
    // Unless somebody says what else is.
    Rules rules;
    rules.null_strings = {"N/A", "-", "null", "#N/A"};
    for (const char *text : {"N/A", " n/a ", "-", "NULL", "#N/A"}) {
        EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", text, rules), "") << text;
        EXPECT_EQ(ReadRecord("generic", "Last Name,ID,Phone,Email", {text, text, text, text}, rules).codes(),
                  std::set<std::string>{"no_identity"})
            << text;
    }
    EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", "none", rules), "none");
    EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", "'-", rules), "-") << "marked as a value";
    EXPECT_TRUE(ReadRecord("thunderbird", "Last Name,Birth Year,Birth Month,Birth Day",
                           {"Lee", "N/A", "-", "-"}, rules)
                    .draft.issues.empty());
    const Read extension = ReadRecord("genesys_v2", "External ID,Work Phone,Work Phone Extension",
                                      {"1", "+1 317 555 0123", "N/A"}, rules);
    EXPECT_TRUE(extension.draft.issues.empty());
    EXPECT_EQ(extension.Part(PartKind::kPhone, "work")->components[kPhoneNumber].text, "+13175550123");
    rules.clear_empty = true;
    EXPECT_EQ(ReadRecord("generic", "Last Name,Nickname", {"Lee", "n/a"}, rules)
                  .draft[ContactField::kNickname]
                  .kind,
              Cell::Kind::kClear);
}

TEST(Value, V20SomebodyMustBeMeant) {
    const char *header = "Last Name,Company,Email,Phone,City,Notes";
    const auto codes = [&](Cells cells) { return ReadRecord("generic", header, std::move(cells)).codes(); };
    EXPECT_TRUE(codes({"Lee", "", "", "", "", ""}).empty());
    EXPECT_TRUE(codes({"", "Acme", "", "", "", ""}).empty());
    EXPECT_TRUE(codes({"", "", "a@a.example", "", "", ""}).empty());
    EXPECT_TRUE(codes({"", "", "", "+41446681800", "", ""}).empty());
    EXPECT_EQ(codes({"", "", "", "", "Town", "A note"}), std::set<std::string>{"no_identity"});
    EXPECT_EQ(ReadRecord("cinnox", "First Name,Last Name", {"Ann", ""}).codes(),
              std::set<std::string>{"required_missing"});
}

TEST(Value, V21LimitsInCharacters) {
    const std::string name = [] {
        std::string out;
        for (int i = 0; i < 80; ++i) out += "曾";
        return out;
    }();
    EXPECT_TRUE(ReadRecord("salesforce", "LastName,Email", {name, ""}).draft.issues.empty());
    const Read longer = ReadRecord("salesforce", "LastName,Email", {name + "国", ""});
    EXPECT_EQ(longer.codes(Severity::kWarning), std::set<std::string>{"too_long"});
    EXPECT_NE(longer.Find("too_long")->message.find("at most 80 characters here, this has 81"),
              std::string::npos);
    EXPECT_EQ(longer.draft[ContactField::kLastName].text, name + "国") << "never cut";
}

TEST(Value, V22EveryScriptByteForByte) {
    for (const char *text :
         {"曾国藩", "שלום", "e\u0301", "👨\u200D👩\u200D👧", "Robert'); DROP TABLE contact;--", "\u202Eabc",
          "Ω≈ç√∫", "<script>alert(0)</script>", "%s%n", "\\x00"})
        EXPECT_EQ(FieldOf(ContactField::kLastName, "Last Name", text), text);
    // What an error repeats of a value is short, and its control characters can be seen.
    const Read read =
        ReadRecord("generic", "First Name,Email", {"Ann", "a\x01\x02 b@" + std::string(1000, 'x')});
    ASSERT_EQ(read.draft.issues.size(), 1u);
    EXPECT_LE(read.draft.issues[0].value.size(), 260u);
    EXPECT_EQ(read.draft.issues[0].message.find('\x01'), std::string::npos);
}

}  // namespace
}  // namespace contacts
