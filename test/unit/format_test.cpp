#include <gtest/gtest.h>

#include <set>

#include "core/text.h"
#include "format_reading.h"

namespace contacts {
namespace {

using test::Cells;
using test::DetectedFormat;
using test::Header;
using test::Named;
using test::Read;
using test::ReadRecord;
using test::ViewHeader;

constexpr char k8x8Documented[] =
    "Contact.FirstName,User.LastName,NickName,Contact.Title,Contact.Department,Contact.Location,Contact."
    "PhoneNumber,"
    "Contact.Emails,Contact.Custom.Field1,Contact.Custom.Field2,Contact.Custom.Field3,Contact.ContactID";
constexpr char k8x8Template[] =
    "Contact.FirstName,Contact.LastName,Contact.PhoneNumbers,Contact.NickName,Contact.JobTitle,Contact."
    "Department,"
    "Contact.Location,Contact.Email,Contact.CustomField1,Contact.CustomField2,Contact.CustomField3";
constexpr char k8x8Legacy[] =
    "First Name,Last Name,Nick Name,Email Addresses,Phones,Addresses,Job Title,Department,Location,Custom "
    "Field1,Custom Field2,Custom Field3,Contact Id";
constexpr char kCinnox[] =
    "First Name,Last Name,Type,Level,Company,Job Title,Department,Birth "
    "Date,Language,Group,Mobile,Work,Home,Other,"
    "Email,Other Email,Street,City,State,ZIP code,Country,Facebook,WhatsApp,WeChat,Twitter,LinkedIn";

Read ReadCinnox(std::string_view header, Cells cells, Rules rules = {}) {
    cells.push_back("Name");
    return ReadRecord("cinnox", std::string(header) + ",Last Name", std::move(cells), rules);
}

TEST(Formats, EveryColumnCanBeTold) {
    for (const Format &format : Formats()) {
        std::set<std::string> seen;
        for (const Column &column : format.columns) {
            EXPECT_STRNE(NameOf(column.target), "") << column.header;
            EXPECT_TRUE(seen.insert(NormalizeHeader(column.header, false)).second)
                << format.name << column.header;
            EXPECT_TRUE(column.min_length <= column.max_length || column.max_length == 0) << column.header;
        }
    }
    EXPECT_EQ(FindFormat("8X8"), nullptr);
    EXPECT_EQ(FindFormat("auto"), nullptr);
    EXPECT_EQ(FormatNames(),
              "8x8, cinnox, genesys, genesys_v2, google, outlook, thunderbird, linkedin, hubspot, "
              "salesforce, generic, vcard");
}

TEST(Formats, ViewsHaveTheProductsColumns) {
    EXPECT_EQ(ViewHeader("8x8"), k8x8Documented);
    EXPECT_EQ(ViewHeader("cinnox"), std::string(kCinnox) + ",Error Detail");
}

TEST(Header, Normalized) {
    EXPECT_EQ(NormalizeHeader("  Contact__First-Name: ", true), "contact first name");
    EXPECT_EQ(NormalizeHeader("Mobile *", true), "mobile");
    EXPECT_EQ(NormalizeHeader("\uFEFFLast\u200B Name\u00A0", true), "last name");
    EXPECT_EQ(NormalizeHeader(" Contact ID ", false), "Contact ID");
    EXPECT_EQ(NormalizeHeader("", true), "");
}

TEST(Header, Detected) {
    EXPECT_EQ(DetectedFormat(k8x8Documented), "8x8");
    EXPECT_EQ(DetectedFormat(k8x8Template), "8x8");
    EXPECT_EQ(DetectedFormat(k8x8Legacy), "8x8");
    EXPECT_EQ(DetectedFormat(kCinnox), "cinnox");
    EXPECT_EQ(DetectedFormat(std::string(kCinnox) + ",Whatever"), "cinnox");
    EXPECT_EQ(DetectedFormat("Last Name"), "generic") << "nothing tells whose it is";
    EXPECT_EQ(DetectedFormat("Last Name,Type"), "cinnox");
    EXPECT_EQ(DetectedFormat("Contact ID,Contact First Name,Contact Last Name"), "genesys");
    EXPECT_EQ(DetectedFormat("Contact Id,Contact First Name,Contact Last Name,Account Id,Account Name"),
              "genesys");
    EXPECT_EQ(DetectedFormat("Account ID,Account Name"), "genesys");
    EXPECT_EQ(DetectedFormat("Contact.ContactID,Contact.PhoneNumber"), "8x8") << "an update needs no name";
    // Case counts for the documented headers of Genesys.
    EXPECT_EQ(DetectedFormat("Contact ID,contact first name,Contact Last Name"), "header_not_found");
    // Another product's file with a Last Name is not CINNOX's.
    EXPECT_EQ(DetectedFormat("Title,First Name,Middle Name,Last Name,Suffix,Company,Business Street"),
              "outlook");
    EXPECT_EQ(DetectedFormat("Hello"), "header_not_found");
    EXPECT_EQ(DetectedFormat(""), "empty_file");
}

TEST(Header, HintsSayWhatToDo) {
    Result<HeaderMatch> match =
        FindHeader(&Named("genesys"), {Header("contact id,Contact First Name,Contact Last Name")});
    ASSERT_FALSE(match);
    EXPECT_EQ(match.fault().hint, "Headers of this format are case-sensitive: write \"Contact ID\".");
    EXPECT_NE(match.fault().detail.find("Found \"contact id\""), std::string::npos);
    match = FindHeader(&Named("genesys"), {Header(kCinnox)});
    ASSERT_FALSE(match);
    EXPECT_EQ(match.fault().hint, "This is a header of format \"cinnox\".");
    match = FindHeader(&Named("genesys"), {Header(k8x8Legacy)});
    ASSERT_FALSE(match);
    EXPECT_EQ(match.fault().hint, "This is a header of format \"8x8\".");
    match = FindHeader(&Named("cinnox"), {Header(k8x8Legacy)});
    ASSERT_FALSE(match);
    EXPECT_STREQ(match.fault().code, "format_wrong");
}

TEST(Header, FoundBehindAPreamble) {
    const Result<HeaderMatch> match = FindHeader(
        nullptr,
        {{"Contacts of ACME"}, {"", ""}, {"Last Name of the owner", "x"}, Header(kCinnox), {"Ann", "Lee"}});
    ASSERT_TRUE(match);
    EXPECT_EQ(match->record, 3u);
    EXPECT_FALSE(FindHeader(nullptr, {}).ok());
    EXPECT_STREQ(FindHeader(nullptr, {{""}, {" ", "\u00A0"}}).fault().code, "empty_file");
}

TEST(Header, ColumnsThatAreUnknownTwiceOrNameless) {
    const Mapping mapping =
        MapHeader(Named("8x8"),
                  Header("Contact.FirstName,User.LastName,,Shoe Size,Shoe Size,First Name,field1,"
                         "Contact.Custom.Field1,Error Detail"))
            .value();
    // field1 is the key of a known column too: one value, the first one. A second word for the same field is
    // kept aside under its header.
    EXPECT_EQ(mapping.custom_keys,
              (std::vector<std::string>{"column_3", "Shoe Size", "First Name", "field1"}));
    EXPECT_EQ(mapping.columns.size(), 8u) << "an error column is no column";
    int unknown = 0, duplicate = 0;
    for (const Issue &notice : mapping.notices) {
        unknown += std::string_view(notice.code) == "unknown_column";
        duplicate += std::string_view(notice.code) == "duplicate_header";
    }
    EXPECT_EQ(unknown, 3);
    EXPECT_EQ(duplicate, 1);
}

TEST(Header, ManyColumnsAreNoMatter) {
    Cells header = Header(kCinnox);
    for (int i = 0; i < 60000; ++i) header.push_back(i % 2 ? "Last Name" : "Own " + std::to_string(i));
    EXPECT_TRUE(MapHeader(Named("cinnox"), header).ok());
    EXPECT_TRUE(FindHeader(nullptr, std::vector<Cells>(5, header)).ok());
    // Of columns that give a value each, too.
    Cells phones(60000, "Phone");
    phones[0] = "Name";
    const Mapping mapping = MapHeader(Named("generic"), phones).value();
    Draft draft;
    draft.cells = Cells(60000, "x");
    Validator(mapping, Rules{}).Validate(draft);
    EXPECT_EQ(draft.parts.size(), 59999U);
}

TEST(Date, ReadsOneForm) {
    EXPECT_EQ(ParseDate("12/14/1980").value(), "1980-12-14");
    EXPECT_EQ(ParseDate("2/9/1980").value(), "1980-02-09");
    EXPECT_EQ(ParseDate("02/29/2000").value(), "2000-02-29");
    EXPECT_EQ(ParseDate("02/29").value(), "--02-29");
    EXPECT_EQ(ParseDate("12/14/1604").value(), "--12-14");
    for (const char *none : {"0/0/00", "00/00/0000", "0000-00-00", "0000-00-00 00:00:00", "0"})
        EXPECT_EQ(ParseDate(none).value(), "") << none;
    for (const char *bad : {"13/12/1980", "14/12/1980",  "02/29/1900",  "04/31/1980", "12/0/1980",
                            "12/14/80",   "12/14/19800", "12/14/",      "/12/1980",   "1980-12-14",
                            "12.14.1980", "29569",       "12/14/0000",  "-1/14/1980", "+1/2/1980",
                            "1/2/3/4",    "n0ne",        "12 /14/1980", "१२/१४/१९८०", "December 14, 1980"})
        EXPECT_FALSE(ParseDate(bad).ok()) << bad;
}

TEST(Validate, Terms) {
    EXPECT_EQ(ReadCinnox("Type", {" LEAD "}).draft[ContactField::kContactType].text, "lead");
    EXPECT_EQ(ReadCinnox("Type", {"Others"}).draft[ContactField::kContactType].text, "other");
    EXPECT_EQ(ReadCinnox("Contact Type", {"Other"}).draft[ContactField::kContactType].text, "other");
    EXPECT_EQ(ReadCinnox("Level", {"tertiary"}).draft[ContactField::kContactLevel].text, "tertiary");
    EXPECT_EQ(ReadCinnox("Type", {"female"}).codes(), std::set<std::string>{"enum_invalid"});
    EXPECT_EQ(ReadCinnox("Type", {""}).codes(), std::set<std::string>{});
}

TEST(Validate, LanguagesAndCountries) {
    EXPECT_EQ(ReadCinnox("Language", {"Traditional Chinese"}).draft[ContactField::kLanguage].text, "zh-Hant");
    EXPECT_EQ(ReadCinnox("Language", {"Blah blah"}).codes(), std::set<std::string>{"language_invalid"});
    const auto country = [](const char *text) { return ReadCinnox("Country", {text}); };
    EXPECT_EQ(country("Hong Kong").Part(PartKind::kAddress, "primary")->components[kAddressCountry].text,
              "HK");
    EXPECT_EQ(country("Hong Kong").codes(Severity::kWarning), std::set<std::string>{});
    EXPECT_EQ(country("HKG").codes(Severity::kWarning), std::set<std::string>{"country_spelling"});
    EXPECT_EQ(country("Narnia").codes(), std::set<std::string>{"country_invalid"});
    EXPECT_EQ(country("Korea").codes(), std::set<std::string>{"country_ambiguous"});
    // Genesys takes any text.
    const Read kept = ReadRecord("genesys", "Contact ID,Contact First Name,Contact Last Name,Contact Country",
                                 {"c", "A", "B", "Narnia"});
    EXPECT_FALSE(kept.draft.failed());
    EXPECT_EQ(kept.Part(PartKind::kAddress, "work")->components[kAddressCountryEntered].text, "Narnia");
}

TEST(Validate, EmailsInDisplayForm) {
    const auto address = [](const char *text) {
        const Read read = ReadCinnox("Email", {text});
        return read.draft.failed() ? "failed" : read.Part(PartKind::kEmail, "primary")->components[0].text;
    };
    EXPECT_EQ(address("Ann Lee <ann@lee.example>"), "ann@lee.example");
    EXPECT_EQ(address("\"<\" <ann@lee.example>"), "ann@lee.example");
    EXPECT_EQ(address(" \u200Bann@lee.example "), "ann@lee.example");
    EXPECT_EQ(address("ann@lee.example>"), "failed");
    EXPECT_EQ(address("a@b.example;c@d.example"), "failed");
    EXPECT_EQ(ReadCinnox("Email", {"Ann <a@b.example>"}).codes(Severity::kWarning),
              std::set<std::string>{"email_display_form"});
}

TEST(Validate, PhonesByTheRuleOfTheFormat) {
    const auto cinnox = [](const char *text, const char *region = "") {
        Rules rules;
        rules.region = region;
        const Read read = ReadCinnox("Mobile", {text}, rules);
        return read.draft.failed() ? read.draft.issues[0].code
                                   : read.Part(PartKind::kPhone, "mobile")->components[kPhoneNumber].text;
    };
    EXPECT_EQ(cinnox("+85212345678"), "+85212345678");
    EXPECT_EQ(cinnox("+852 1234-5678"), "+85212345678");
    EXPECT_EQ(cinnox("'+85212345678"), "+85212345678");
    EXPECT_EQ(cinnox("=\"+85212345678\""), "+85212345678");
    EXPECT_EQ(cinnox("tel:+85212345678"), "+85212345678");
    EXPECT_EQ(cinnox("\u202A+85212345678\u202C"), "+85212345678");
    EXPECT_EQ(cinnox("+85212345678.0"), "+85212345678");
    EXPECT_EQ(cinnox("85212345678"), "phone_not_e164");
    EXPECT_EQ(cinnox("044 668 18 00"), "phone_not_e164");
    EXPECT_EQ(cinnox("044 668 18 00", "CH"), "+41446681800");
    EXPECT_EQ(cinnox("8.52E+11"), "phone_scientific");
    EXPECT_EQ(cinnox("+8.52E+11"), "phone_scientific");

    const auto genesys = [](const char *text) {
        return ReadRecord("genesys", "Contact ID,Contact First Name,Contact Last Name,Contact Work Phone",
                          {"c", "A", "B", text});
    };
    EXPECT_EQ(genesys("(317) 555-0123").Part(PartKind::kPhone, "work")->components[kPhoneNumber].text,
              "+13175550123");
    const Read kept = genesys("ask the desk");
    EXPECT_FALSE(kept.draft.failed());
    EXPECT_EQ(kept.Part(PartKind::kPhone, "work")->components[kPhoneEntered].text, "ask the desk");
    EXPECT_EQ(kept.codes(Severity::kWarning).size(), 1u);
}

TEST(Validate, ExtensionInAColumnOfItsOwn) {
    const auto read = [](const char *number, const char *extension, bool clear = false) {
        Rules rules;
        rules.clear_empty = clear;
        return ReadRecord(
            "genesys",
            "Contact Work Phone Extension,Contact ID,Contact First Name,Contact Last Name,Contact Work Phone",
            {extension, "c", "A", "B", number}, rules);
    };
    const auto number = [](const Read &r) {
        return r.Part(PartKind::kPhone, "work")->components[kPhoneNumber].text;
    };
    EXPECT_EQ(number(read("3175550123", "12")), "+13175550123;ext=12");
    EXPECT_EQ(number(read("3175550123 x34", "12")), "+13175550123;ext=12");
    EXPECT_EQ(number(read("3175550123", "")), "+13175550123");
    EXPECT_TRUE(read("3175550123", "").Part(PartKind::kPhone, "work")->keep_extension);
    EXPECT_FALSE(read("3175550123", "", true).Part(PartKind::kPhone, "work")->keep_extension);
    EXPECT_EQ(read("3175550123", "1-2").codes(), std::set<std::string>{"phone_extension_invalid"});
    EXPECT_EQ(read("", "12").codes(Severity::kWarning), std::set<std::string>{"phone_extension_alone"});
    EXPECT_TRUE(read("ask", "12").codes(Severity::kWarning).count("phone_extension_alone"));
}

// The parts of a list as "label value", and the codes of its faults.
std::string ReadList(const char *header, const char *text) {
    const Read read =
        ReadRecord("8x8", std::string("Contact.FirstName,User.LastName,") + header, {"Al", "Bo", text});
    std::string out;
    for (const PartChange &change : read.draft.parts)
        for (const Part &part : change.list) {
            out += (out.empty() ? "" : ", ") + part.label;
            for (const auto &value : part.values)
                if (value) out += ' ' + *value;
        }
    for (const Issue &issue : read.draft.issues) out += std::string(" !") + issue.code;
    return out;
}

TEST(Validate, PhoneLists) {
    EXPECT_EQ(ReadList("Contact.PhoneNumber", "+12345678901 WORK: +447890123456 MOBILE"),
              "work +12345678901, mobile +447890123456");
    EXPECT_EQ(ReadList("Contact.PhoneNumber", "+12345678901 work:+447890123456 mObIlE :+41446681800 HOME"),
              "work +12345678901, mobile +447890123456, home +41446681800");
    EXPECT_EQ(ReadList("Phones", "12345678901_WORK;447890123456_HOME"),
              "work +12345678901 12345678901, home +447890123456 447890123456");
    EXPECT_EQ(ReadList("Contact.PhoneNumber", "00447890123456 OTHER"), "other +447890123456 00447890123456");
    EXPECT_EQ(ReadList("Contact.PhoneNumber", "+12345678901"), "other +12345678901 !phone_type_missing");
    EXPECT_EQ(ReadList("Contact.PhoneNumber", "+12345678901;ext=12 WORK; +447890123456 HOME"),
              "work +12345678901;ext=12, home +447890123456");
    EXPECT_EQ(ReadList("Contact.PhoneNumber", "+12345678901 PAGER: +447890123456 HOME"),
              "home +447890123456 !phone_type_unknown");
    EXPECT_EQ(ReadList("Contact.PhoneNumber", ": ; :"), "");
    EXPECT_EQ(ReadList("Contact.PhoneNumber", "WORK"), "other WORK !phone_type_missing !phone_invalid");
    EXPECT_EQ(ReadList("Contact.PhoneNumber", "1 WORK: 2 HOME").find("work 1, home 2 !"), 0u)
        << "all faults of a cell";
}

TEST(Validate, EmailAndAddressLists) {
    EXPECT_EQ(ReadList("Email Addresses", "a_b@x.example_WORK;c@x.example_HOME"),
              "work a_b@x.example, home c@x.example");
    EXPECT_EQ(ReadList("Email Addresses", "a_home@x.example"), "other a_home@x.example !type_missing");
    EXPECT_EQ(ReadList("Email Addresses", "bad_WORK"), " !email_invalid");
    EXPECT_EQ(ReadList("Email Addresses", "a@x.example_DESK"), " !type_unknown");
    EXPECT_EQ(ReadList("Addresses", "1 Road_San Jose_CA_12345_USA_WORK"), "work 1 Road San Jose CA 12345 US");
    EXPECT_EQ(ReadList("Addresses", "1 Road_San Jose_WORK"), " !address_invalid");
    EXPECT_EQ(ReadList("Addresses", "1 Road_X_Y_Z_Narnia_HOME"), "home 1 Road X Y Z Narnia !country_invalid");
}

TEST(Validate, GroupsAreASet) {
    const Read read = ReadCinnox("Group", {" VIP; Asia;;VIP "});
    ASSERT_EQ(read.draft.parts.size(), 1u);
    ASSERT_EQ(read.draft.parts[0].list.size(), 2u);
    EXPECT_EQ(read.draft.parts[0].list[0].values[0], "VIP");
    EXPECT_EQ(read.draft.parts[0].list[1].values[0], "Asia");
}

TEST(Validate, RaggedRecords) {
    const char *header = "Contact.FirstName,User.LastName,NickName";
    EXPECT_FALSE(ReadRecord("8x8", header, {"Al", "Bo"}).draft.failed());
    EXPECT_FALSE(ReadRecord("8x8", header, {"Al", "Bo", "", "", " "}).draft.failed());
    EXPECT_EQ(ReadRecord("8x8", header, {"Al"}).codes(), std::set<std::string>{"required_missing"});
    EXPECT_EQ(ReadRecord("8x8", header, {"Al", "Bo", "", "x"}).codes(),
              std::set<std::string>{"wrong_field_count"});
    EXPECT_EQ(ReadRecord("8x8", header, {"", "", "", "x"}).codes(),
              (std::set<std::string>{"wrong_field_count", "required_missing"}));
    Rules strict;
    strict.strict = true;
    EXPECT_EQ(ReadRecord("8x8", header, {"Al", "Bo"}, strict).codes(),
              std::set<std::string>{"wrong_field_count"});
}

TEST(Validate, LimitsCountCharacters) {
    const char *header = "Contact.FirstName,User.LastName";
    const auto name = [](int length) {
        std::string out;
        for (int i = 0; i < length; ++i) out += "曾";
        return out;
    };
    EXPECT_EQ(ReadRecord("8x8", header, {name(2), name(30)}).draft.issues.size(), 0u);
    const Read longer = ReadRecord("8x8", header, {name(1), name(31)});
    EXPECT_EQ(longer.codes(Severity::kWarning), (std::set<std::string>{"too_short", "too_long"}));
    EXPECT_FALSE(longer.draft.failed());
    Rules strict;
    strict.strict = true;
    EXPECT_EQ(ReadRecord("8x8", header, {name(1), name(31)}, strict).codes(),
              (std::set<std::string>{"too_short", "too_long"}));
    // What is repeated of a value is cut between characters.
    EXPECT_LE(ReadRecord("8x8", header, {"Al", name(500)}).Find("too_long")->value.size(), 260u);
    EXPECT_EQ(CharacterCount(ReadRecord("8x8", header, {"Al", name(500)}).Find("too_long")->value), 86u);
}

TEST(Validate, EmptyCellsKeepOrClear) {
    Rules clear;
    clear.clear_empty = true;
    clear.mode = Mode::kUpdate;
    const char *header =
        "Contact.ContactID,NickName,Contact.PhoneNumber,Contact.Emails,Contact.Custom.Field1";
    Rules update;
    update.mode = Mode::kUpdate;
    const Read kept = ReadRecord("8x8", header, {"x", "", "", "", ""}, update);
    EXPECT_EQ(kept.draft[ContactField::kNickname].kind, Cell::Kind::kKeep);
    EXPECT_TRUE(kept.draft.parts.empty());
    EXPECT_EQ(kept.draft.custom[0].kind, Cell::Kind::kKeep);
    const Read cleared = ReadRecord("8x8", header, {"x", " ", "", "\uFEFF", ""}, clear);
    EXPECT_EQ(cleared.draft[ContactField::kNickname].kind, Cell::Kind::kClear);
    ASSERT_EQ(cleared.draft.parts.size(), 2u);
    EXPECT_TRUE(cleared.draft.parts[0].clear && cleared.draft.parts[1].clear);
    EXPECT_EQ(cleared.draft.custom[0].kind, Cell::Kind::kClear);
    // A cell that a short record lacks says nothing.
    const Read brief = ReadRecord("8x8", header, {"x", ""}, clear);
    EXPECT_EQ(brief.draft.custom[0].kind, Cell::Kind::kKeep);
    EXPECT_TRUE(brief.draft.parts.empty());
}

TEST(Validate, Organizations) {
    const char *header =
        "Contact ID,Contact First Name,Contact Last Name,Account ID,Account Name,Account Employee "
        "Count,Account Tags";
    const auto read = [&](Cells cells) { return ReadRecord("genesys", header, std::move(cells)); };
    const Read alone = read({"", "", "", "a1", "Acme", "12", "x; y,z,"});
    EXPECT_FALSE(alone.draft.failed());
    EXPECT_FALSE(alone.draft.has_contact);
    EXPECT_EQ((*alone.draft.organization)[OrganizationField::kTags].text, "x\ny\nz");
    EXPECT_EQ(read({"", "", "", "a1", "", "", ""}).codes(), std::set<std::string>{"required_missing"});
    EXPECT_FALSE(read({"c", "A", "B", "a1", "", "", ""}).draft.failed()) << "a mention by ID";
    EXPECT_EQ(read({"c", "A", "B", "", "Acme", "", ""}).codes(), std::set<std::string>{"required_missing"});
    EXPECT_EQ(read({"c", "A", "B", "a1", "Acme", "-1", ""}).codes(),
              std::set<std::string>{"integer_invalid"});
    EXPECT_FALSE(read({"c", "A", "B", "", "", "", ""}).draft.organization.has_value());
    // A company alone is a contact's in CINNOX.
    const Read company = ReadRecord("cinnox", "Last Name,Company", {"", "Acme"});
    EXPECT_TRUE(company.draft.has_contact);
    EXPECT_EQ(company.codes(), std::set<std::string>{"required_missing"});
}

TEST(Validate, RecordsThatAreNoData) {
    const Mapping mapping = MapHeader(Named("8x8"), Header(k8x8Template)).value();
    EXPECT_TRUE(mapping.described);
    const Rules rules;
    const Validator validator(mapping, rules);
    EXPECT_TRUE(validator.IsDescription({"First", "Last", "Number and type", "", "", "", "", "E-mail"}));
    EXPECT_FALSE(validator.IsDescription({"Ann", "Lee", "+1 WORK", "", "", "", "", ""}));
    EXPECT_FALSE(validator.IsDescription({"Ann", "Lee", "", "", "", "", "", "a@b.example"}));
    EXPECT_FALSE(validator.IsDescription({"Ann", "Lee"})) << "it may be somebody";
    EXPECT_TRUE(validator.IsHeader(Header(k8x8Template)));
    EXPECT_FALSE(validator.IsHeader(Header(k8x8Legacy)));
    EXPECT_FALSE(MapHeader(Named("8x8"), Header(k8x8Documented)).value().described);
}

}  // namespace
}  // namespace contacts
