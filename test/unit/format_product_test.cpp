// Each product's layout: what its headers and records mean.
#include <gtest/gtest.h>

#include <algorithm>

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

constexpr char kOutlook92[] =
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business "
    "Street 2,"
    "Business Street 3,Business City,Business State,Business Postal Code,Business Country/Region,Home "
    "Street,Home "
    "Street 2,Home Street 3,Home City,Home State,Home Postal Code,Home Country/Region,Other Street,Other "
    "Street 2,"
    "Other Street 3,Other City,Other State,Other Postal Code,Other Country/Region,Assistant's Phone,Business "
    "Fax,"
    "Business Phone,Business Phone 2,Callback,Car Phone,Company Main Phone,Home Fax,Home Phone,Home Phone "
    "2,ISDN,"
    "Mobile Phone,Other Fax,Other Phone,Pager,Primary Phone,Radio Phone,TTY/TDD "
    "Phone,Telex,Account,Anniversary,"
    "Assistant's Name,Billing Information,Birthday,Business Address PO Box,Categories,Children,Directory "
    "Server,"
    "E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display "
    "Name,E-mail 3 "
    "Address,E-mail 3 Type,E-mail 3 Display Name,Gender,Government ID Number,Hobby,Home Address PO "
    "Box,Initials,"
    "Internet Free Busy,Keywords,Language,Location,Manager's Name,Mileage,Notes,Office "
    "Location,Organizational ID "
    "Number,Other Address PO Box,Priority,Private,Profession,Referred By,Sensitivity,Spouse,User 1,User "
    "2,User 3,"
    "User 4,Web Page";
constexpr char kOutlook61[] =
    "First Name,Middle Name,Last Name,Title,Suffix,Nickname,Given Yomi,Surname Yomi,E-mail Address,E-mail 2 "
    "Address,E-mail 3 Address,Home Phone,Home Phone 2,Business Phone,Business Phone 2,Mobile Phone,Car "
    "Phone,Other "
    "Phone,Primary Phone,Pager,Business Fax,Home Fax,Other Fax,Company Main Phone,Callback,Radio Phone,Telex,"
    "TTY/TDD Phone,IMAddress,Job Title,Department,Company,Office Location,Manager's Name,Assistant's Name,"
    "Assistant's Phone,Company Yomi,Business Street,Business City,Business State,Business Postal "
    "Code,Business "
    "Country/Region,Home Street,Home City,Home State,Home Postal Code,Home Country/Region,Other Street,Other "
    "City,"
    "Other State,Other Postal Code,Other Country/Region,Personal Web Page,Spouse,Schools,Hobby,Location,Web "
    "Page,"
    "Birthday,Anniversary,Notes";
constexpr char kOutlookOfGoogle[] =
    "First Name,Middle Name,Last Name,Title,Suffix,Web Page,Birthday,Anniversary,Notes,E-mail Address,E-mail "
    "2 "
    "Address,E-mail 3 Address,Primary Phone,Home Phone,Home Phone 2,Mobile Phone,Pager,Home Fax,Home "
    "Address,Home "
    "Street,Home Street 2,Home Street 3,Home Address PO Box,Home City,Home State,Home Postal Code,Home "
    "Country,"
    "Spouse,Children,Manager's Name,Assistant's Name,Referred By,Company Main Phone,Business Phone,Business "
    "Phone 2,"
    "Business Fax,Assistant's Phone,Company,Job Title,Department,Business Address,Business Street,Business "
    "Street "
    "2,Business Street 3,Business Address PO Box,Business City,Business State,Business Postal Code,Business "
    "Country,Other Phone,Other Fax,Other Address,Other Street,Other Street 2,Other Street 3,Other Address PO "
    "Box,"
    "Other City,Other State,Other Postal Code,Other Country,Callback,Car Phone,ISDN,Radio Phone,TTY/TDD "
    "Phone,"
    "Telex,Categories";
constexpr char kGoogleNewStart[] =
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name "
    "Prefix,Name "
    "Suffix,Nickname,File As,Organization Name,Organization Title,Organization "
    "Department,Birthday,Notes,Photo,"
    "Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,E-mail 3 - Label,E-mail 3 - "
    "Value,Phone 1 - Label,Phone 1 - Value";
constexpr char kGoogleNew[] =
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name "
    "Prefix,Name "
    "Suffix,Nickname,File As,Organization Name,Organization Title,Organization "
    "Department,Birthday,Notes,Photo,"
    "Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value";
constexpr char kGoogleOld[] =
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name "
    "Yomi,"
    "Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,Location,Billing "
    "Information,"
    "Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,Language,Photo,Group "
    "Membership,"
    "E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Type,Organization 1 - "
    "Name,"
    "Organization 1 - Yomi Name,Organization 1 - Title,Organization 1 - Department,Organization 1 - Symbol";
constexpr char kThunderbird[] =
    "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home "
    "Phone,Fax "
    "Number,Pager Number,Mobile Number,Home Address,Home Address 2,Home City,Home State,Home ZipCode,Home "
    "Country,"
    "Work Address,Work Address 2,Work City,Work State,Work ZipCode,Work Country,Job "
    "Title,Department,Organization,"
    "Web Page 1,Web Page 2,Birth Year,Birth Month,Birth Day,Custom 1,Custom 2,Custom 3,Custom 4,Notes";

std::size_t Unknown(const char *format, const char *header) {
    const Mapping mapping = MapHeader(Named(format), Header(header)).value();
    return static_cast<std::size_t>(
        std::count_if(mapping.notices.begin(), mapping.notices.end(), [](const Issue &notice) {
            const std::string_view code = notice.code;
            return code == "unknown_column" || code == "duplicate_header";
        }));
}

std::string CustomOf(const Read &read, std::string_view key) {
    for (std::size_t i = 0; i < read.mapping.custom_keys.size(); ++i)
        if (read.mapping.custom_keys[i] == key) return read.draft.custom[i].text;
    return "(none)";
}

// The parts of a kind as "label value", in order.
std::string Parts(const Read &read, PartKind kind) {
    std::string out;
    for (const PartChange &change : read.draft.parts) {
        if (change.kind != kind) continue;
        const Slot &slot = read.mapping.slots[static_cast<std::size_t>(change.slot)];
        if (slot.list) {
            for (const auto &part : change.list) out += (out.empty() ? "" : ", ") + *part.values[0];
            continue;
        }
        out += (out.empty() ? "" : ", ") + (change.label.empty() ? slot.label : change.label);
        for (std::size_t c = 0; c < change.components.size(); ++c)
            if (change.components[c].is_value() && !(kind == PartKind::kPhone && c == kPhoneEntered &&
                                                     change.components[kPhoneNumber].is_value()))
                out += " " + change.components[c].text;
    }
    return out;
}

TEST(Product, EveryColumnOfALayoutIsKnown) {
    EXPECT_EQ(ViewHeader("outlook"), kOutlook92);
    EXPECT_EQ(Unknown("outlook", kOutlook92), 0u);
    EXPECT_EQ(Unknown("outlook", kOutlook61), 0u);
    EXPECT_EQ(Unknown("outlook", kOutlookOfGoogle), 0u);
    EXPECT_EQ(ViewHeader("google").rfind(kGoogleNewStart, 0), 0u);
    EXPECT_EQ(Unknown("google", kGoogleNew), 0u);
    EXPECT_EQ(Unknown("google", kGoogleOld), 0u);
    EXPECT_EQ(ViewHeader("thunderbird"), std::string(kThunderbird) + ",Error Detail");
    EXPECT_EQ(Unknown("thunderbird", kThunderbird), 0u);
    EXPECT_EQ(Unknown("linkedin", "First Name,Last Name,URL,Email Address,Company,Position,Connected On"),
              0u);
    EXPECT_EQ(
        Unknown("salesforce",
                "Salutation,First Name,Last Name,Title,Mailing Street,Mailing City,Mailing State/Province,"
                "Mailing Zip/Postal Code,Mailing Country,Phone,Email,Contact Record Type,Account Name,"
                "Account Owner,Lead Source"),
        0u);
    EXPECT_EQ(
        Unknown("hubspot",
                "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Job Title,Company "
                "Name,Contact owner,Lead Status,Lifecycle Stage,Create Date,Last Activity Date,"
                "Country/Region,State/Region,City,Postal Code,Associated Company IDs"),
        0u);
}

TEST(Product, IsDetectedByItsHeader) {
    EXPECT_EQ(DetectedFormat(kOutlook92), "outlook");
    EXPECT_EQ(DetectedFormat(kOutlook61), "outlook");
    EXPECT_EQ(DetectedFormat(kOutlookOfGoogle), "outlook");
    EXPECT_EQ(DetectedFormat(kGoogleNew), "google");
    EXPECT_EQ(DetectedFormat(kGoogleOld), "google");
    EXPECT_EQ(DetectedFormat(std::string(kThunderbird) + ","), "thunderbird");
    EXPECT_EQ(DetectedFormat("First Name,Last Name,URL,Email Address,Company,Position,Connected On"),
              "linkedin");
    EXPECT_EQ(DetectedFormat("First Name,Last Name,Email Address,Company,Position,Connected On"), "linkedin");
    EXPECT_EQ(
        DetectedFormat("Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create "
                       "Date,Associated Company,Associated Company IDs"),
        "hubspot");
    EXPECT_EQ(DetectedFormat("Id,AccountId,Salutation,FirstName,LastName,Title,Phone,Email,MailingStreet"),
              "salesforce");
    EXPECT_EQ(DetectedFormat(
                  "Salutation,First Name,Last Name,Title,Mailing Street,Mailing City,Phone,Email,Account "
                  "Name,Account Owner,Lead Source"),
              "salesforce");
    EXPECT_EQ(DetectedFormat("external id,First Name,last name,External Organization External ID"),
              "genesys_v2");
    EXPECT_EQ(DetectedFormat("Contact ID,Contact First Name,Contact Last Name"), "genesys");
    // What everybody's files have tells nothing.
    EXPECT_EQ(DetectedFormat("First Name,Last Name,Email,Phone"), "generic");
    EXPECT_EQ(DetectedFormat("Id,FirstName,LastName,Email"), "generic");
    EXPECT_EQ(DetectedFormat("Last Name,Mobile,Birthday"), "generic");
    EXPECT_EQ(DetectedFormat("email"), "generic");
    EXPECT_EQ(DetectedFormat("Notes,Street,City"), "header_not_found") << "nobody is named";
}

TEST(Product, HeaderBehindAPreamble) {
    for (const std::vector<Cells> &preamble :
         {std::vector<Cells>{{"Notes:"}, {"\"When exporting your connection data, …\""}, {""}},
          std::vector<Cells>{{"Notes:"}, {"one line, two"}}, std::vector<Cells>{{"Notes:"}}}) {
        std::vector<Cells> records = preamble;
        records.push_back(Header("First Name,Last Name,URL,Email Address,Company,Position,Connected On"));
        records.push_back({"Ann", "Lee", "", "", "", "", "05 Mar 2024"});
        for (const Format *format : {static_cast<const Format *>(nullptr), &Named("linkedin")}) {
            const Result<HeaderMatch> match = FindHeader(format, records);
            ASSERT_TRUE(match) << match.fault().message;
            EXPECT_EQ(match->record, preamble.size());
            EXPECT_STREQ(match->mapping.format->name, "linkedin");
        }
    }
    // A title that happens to be a column's name is none where a better header follows.
    const Result<HeaderMatch> match = FindHeader(
        nullptr, {{"Contacts of ACME"}, {"Email", "Phone", "First Name"}, {"a@b.example", "", "Ann"}});
    ASSERT_TRUE(match);
    EXPECT_EQ(match->record, 1u);
}

TEST(Product, GooglesGroupsOfColumns) {
    const Read read = ReadRecord(
        "google",
        "Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - "
        "Type,Phone 2 "
        "- Value,Phone 7 - Type,Phone 7 - Value,Group Membership,Birthday,Website 1 - Value,Organization 2 - "
        "Name,"
        "Address 1 - Type,Address 1 - Formatted,Address 2 - Street,Address 2 - Formatted",
        {"Ann", "Lee", "* Home", "ann@a.example ::: ann@b.example", "Mobile", "+41446681800 ::: +41446681801",
         "* Work", "+41446681802", "Home Fax", "+41446681807", "* myContacts ::: Friends ::: Friends",
         "--12-01", "a.example ::: b.example", "Beta", "Home", "1 Road\nTown", "2 Street", "2 Street\nCity"});
    EXPECT_EQ(read.draft.issues.size(), 0u);
    EXPECT_EQ(Parts(read, PartKind::kEmail), "home ann@a.example, home ann@b.example");
    EXPECT_EQ(Parts(read, PartKind::kPhone),
              "work +41446681802, mobile +41446681800, mobile +41446681801, home fax +41446681807")
        << "the primary one first";
    EXPECT_EQ(Parts(read, PartKind::kGroup), "myContacts, Friends");
    EXPECT_EQ(Parts(read, PartKind::kAddress), "home 1 Road\nTown, other 2 Street");
    EXPECT_EQ(read.draft[ContactField::kBirthDate].text, "--12-01");
    EXPECT_EQ(read.draft[ContactField::kWebsites].text, "a.example\nb.example");
    EXPECT_EQ(CustomOf(read, "organization_2_name"), "Beta");
    // Labels of empty values are nothing.
    const Read empty =
        ReadRecord("google", "Given Name,Phone 1 - Type,Phone 1 - Value", {"Ann", "Mobile", ""});
    EXPECT_TRUE(empty.draft.parts.empty());
    EXPECT_EQ(ReadRecord("google", "Given Name,Phone 1 - Type,Phone 1 - Value",
                         {"Ann", "a label that nobody could ever want to read in full", "+41446681800"})
                  .codes(Severity::kWarning),
              std::set<std::string>{"label_too_long"});
}

TEST(Product, NameAsAWhole) {
    const auto read = [](Cells cells) {
        return ReadRecord("google", "Name,Given Name,Additional Name,Family Name,Yomi Name",
                          std::move(cells));
    };
    EXPECT_EQ(read({"Ann Lee", "", "", "", ""}).draft[ContactField::kFirstName].text, "Ann Lee");
    EXPECT_TRUE(read({"Ann Lee", "", "", "", ""}).draft.whole_name);
    EXPECT_EQ(read({"Ann B Lee", "Ann", "B", "Lee", ""}).draft[ContactField::kFirstName].text, "Ann");
    EXPECT_EQ(CustomOf(read({"Ann B Lee", "Ann", "B", "Lee", ""}), "display_name"), "");
    EXPECT_EQ(CustomOf(read({"Annie", "Ann", "B", "Lee", ""}), "display_name"), "Annie");
}

TEST(Product, TitleIsAPrefixOrAJobTitle) {
    const auto prefix = [](const char *format, const char *header) {
        const Read read = ReadRecord(format, header, {"Dr.", "Ann", "Lee"});
        return read.draft[ContactField::kNamePrefix].text + "|" + read.draft[ContactField::kJobTitle].text;
    };
    EXPECT_EQ(prefix("outlook", "Title,First Name,Last Name"), "Dr.|");
    EXPECT_EQ(prefix("salesforce", "Title,FirstName,LastName"), "|Dr.");
    EXPECT_EQ(prefix("generic", "Title,First Name,Last Name"), "Dr.|");
    const Read read = ReadRecord("generic", "Title,First Name", {"Head of Sales", "Ann"});
    EXPECT_EQ(read.draft[ContactField::kJobTitle].text, "Head of Sales");
}

TEST(Product, OutlookInOtherLanguages) {
    const struct {
        const char *header;
        const char *language;
    } kHeaders[] = {
        {"Anrede,Vorname,Nachname,Firma,Position,Straße geschäftlich,Postleitzahl geschäftlich,Land/Region "
         "geschäftlich,Telefon geschäftlich,Mobiltelefon,E-Mail-Adresse,Geburtstag,Kategorien,Notizen",
         "de"},
        {"Titre,Prénom,Nom,Société,Fonction,Rue (bureau),Code postal (bureau),Pays/Région (bureau),Téléphone "
         "(bureau),Tél. mobile,Adresse de messagerie,Anniversaire,Catégories,Notes",
         "fr"},
        {"Título,Nombre,Apellidos,Organización,Puesto,Calle del trabajo,Código postal del trabajo,País o "
         "región del "
         "trabajo,Teléfono del trabajo,Teléfono móvil,Dirección de correo "
         "electrónico,Cumpleaños,Categorías,Notas",
         "es"},
        {"Titolo,Nome,Cognome,Società,Posizione,Indirizzo di lavoro,CAP di lavoro,Nazione/Regione di "
         "lavoro,Telefono di "
         "lavoro,Telefono mobile,Indirizzo e-mail,Compleanno,Categorie,Note",
         "it"},
        {"Tytuł,Imię,Nazwisko,Firma,Stanowisko,Ulica (biuro),Kod pocztowy (biuro),Kraj/region "
         "(biuro),Telefon "
         "służbowy,Telefon komórkowy,Adres e-mail,Urodziny,Kategorie,Notatki",
         "pl"},
        {"Título,Primeiro nome,Sobrenome,Empresa,Cargo,Rua comercial,CEP comercial,País/região "
         "comercial,Telefone "
         "comercial,Celular,Endereço de e-mail,Aniversário,Categorias,Anotações",
         "pt"},
    };
    for (const auto &[header, language] : kHeaders) {
        EXPECT_EQ(DetectedFormat(header), "outlook") << language;
        const Read read =
            ReadRecord("outlook", header,
                       {"Dr.", "Ann", "Lee", "Acme", "Boss", "1 Road", "1000", "Poland", "+41446681800",
                        "+41791234567", "ann@a.example", "20.03.1980", "A;B", "A note"});
        EXPECT_EQ(read.draft.issues.size(), 0u) << language;
        EXPECT_EQ(read.mapping.notices.size(), 0u) << language;
        EXPECT_EQ(read.draft[ContactField::kNamePrefix].text, "Dr.") << language;
        EXPECT_EQ(read.draft[ContactField::kFirstName].text, "Ann") << language;
        EXPECT_EQ(read.draft[ContactField::kLastName].text, "Lee") << language;
        EXPECT_EQ(read.draft[ContactField::kJobTitle].text, "Boss") << language;
        EXPECT_EQ((*read.draft.organization)[OrganizationField::kName].text, "Acme") << language;
        EXPECT_EQ(Parts(read, PartKind::kPhone), "work +41446681800, mobile +41791234567") << language;
        EXPECT_EQ(Parts(read, PartKind::kEmail), "other ann@a.example") << language;
        EXPECT_EQ(Parts(read, PartKind::kAddress), "work 1 Road 1000 PL") << language;
        EXPECT_EQ(read.draft[ContactField::kBirthDate].text, "1980-03-20") << language;
        ASSERT_NE(read.Part(PartKind::kNote, ""), nullptr) << language;
        EXPECT_EQ(read.Part(PartKind::kNote, "")->list.at(0).values.at(0), "A note") << language;
        // Who writes another language writes the day first.
        EXPECT_EQ(read.mapping.dates, DateOrder::kDayMonthYear);
    }
    EXPECT_EQ(MapHeader(Named("outlook"), Header(kOutlook92)).value().dates, DateOrder::kMonthDayYear);
    // Every word of every language stands for a column that there is.
    for (const Localization &localization : Named("outlook").localizations) {
        Cells header;
        std::set<std::string> seen;
        for (const auto &[own, spelling] : localization.headers) {
            const Mapping english =
                MapHeader(Named("outlook"), {"Nickname", "Company", "E-mail Address", own}).value();
            EXPECT_TRUE(english.columns.back().column) << own;
            if (seen.insert(own).second) header.push_back(spelling);
        }
        const Mapping mapping = MapHeader(Named("outlook"), header).value();
        EXPECT_EQ(mapping.notices.size(), 0u) << localization.language << mapping.notices[0].message;
    }
}

// A whole header of each language that Thunderbird exports in, as far as names of columns go.
TEST(Product, ThunderbirdInOtherLanguages) {
    const Format &format = Named("thunderbird");
    ASSERT_EQ(format.localizations.size(), 7u);
    for (const Localization &localization : format.localizations) {
        std::string header;
        Cells cells;
        for (const auto &[own, here] : localization.headers) {
            header += std::string(here) + ',';
            const std::string_view name = own;
            cells.push_back(name == "First Name"      ? "Ann"
                            : name == "Last Name"     ? "Lee"
                            : name == "Primary Email" ? "ann@a.example"
                            : name == "Work Phone"    ? "+41446681800"
                            : name == "Mobile Number" ? "+41791234567"
                            : name == "Home City"     ? "Hometown"
                            : name == "Home ZipCode"  ? "1000"
                            : name == "Work City"     ? "Worktown"
                            : name == "Work ZipCode"  ? "2000"
                            : name == "Work Country"  ? "Poland"
                            : name == "Birth Year"    ? "1980"
                            : name == "Birth Month"   ? "3"
                            : name == "Birth Day"     ? "20"
                            : name == "Notes"         ? "A note"
                                                      : "");
        }
        cells.emplace_back();
        EXPECT_EQ(localization.headers.size(), 37u) << localization.language;
        EXPECT_EQ(DetectedFormat(header), "thunderbird") << localization.language;
        const Read read = ReadRecord("thunderbird", header, cells);
        EXPECT_EQ(read.draft.issues.size(), 0u) << localization.language;
        EXPECT_EQ(read.mapping.notices.size(), 0u) << localization.language;
        EXPECT_EQ(read.draft[ContactField::kFirstName].text, "Ann") << localization.language;
        EXPECT_EQ(read.draft[ContactField::kLastName].text, "Lee") << localization.language;
        EXPECT_EQ(Parts(read, PartKind::kPhone), "work +41446681800, mobile +41791234567")
            << localization.language;
        EXPECT_EQ(Parts(read, PartKind::kEmail), "other ann@a.example") << localization.language;
        EXPECT_EQ(Parts(read, PartKind::kAddress), "home Hometown 1000, work Worktown 2000 PL")
            << localization.language;
        EXPECT_EQ(read.draft[ContactField::kBirthDate].text, "1980-03-20") << localization.language;
    }
}

TEST(Product, OutlooksTraps) {
    // Apostrophes of word processors; a third line of the street; no date at all; a second phone without a
    // first.
    const Read read = ReadRecord(
        "outlook",
        "First Name,Assistant’s Phone,Business Street,Business Street 2,Business Street 3,Business "
        "Country,Anniversary,"
        "Birthday,Business Phone,Business Phone 2,Home Address,E-mail Address,E-mail 3 Address,Web "
        "Page,Personal Web "
        "Page,Spouse",
        {"Ann", "+41446681800", "1 Road", "Floor 2", "Room 3", "Narnia", "0/0/00", "0/0/00", "",
         "+41446681802", "9 Lane\nTown", "a@a.example", "c@a.example", "w.example", "p.example", "Bo"});
    EXPECT_FALSE(read.draft.failed());
    EXPECT_EQ(read.codes(Severity::kWarning), std::set<std::string>{"country_invalid"});
    EXPECT_EQ(Parts(read, PartKind::kPhone), "assistant +41446681800, work +41446681802");
    EXPECT_EQ(Parts(read, PartKind::kAddress), "work 1 Road Floor 2\nRoom 3 Narnia, home 9 Lane\nTown");
    EXPECT_EQ(Parts(read, PartKind::kEmail), "other a@a.example, other c@a.example");
    EXPECT_EQ(CustomOf(read, "anniversary"), "");
    EXPECT_EQ(CustomOf(read, "spouse"), "Bo");
    EXPECT_FALSE(read.draft[ContactField::kBirthDate].is_value());
    EXPECT_EQ(read.draft[ContactField::kWebsites].text, "w.example\np.example");
}

TEST(Product, ThunderbirdsBirthdayInThreeColumns) {
    const auto birthday = [](Cells cells) {
        cells.push_back("Ann");
        const Read read =
            ReadRecord("thunderbird", "Birth Year,Birth Month,Birth Day,First Name", std::move(cells));
        return read.draft.failed()
                   ? "failed " + std::string(read.draft.issues[0].code)
                   : read.draft[ContactField::kBirthDate].text +
                         (read.draft.issues.empty() ? "" : std::string(" ") + read.draft.issues[0].code);
    };
    EXPECT_EQ(birthday({"1980", "2", "29"}), "1980-02-29");
    EXPECT_EQ(birthday({"", "12", "1"}), "--12-01");
    EXPECT_EQ(birthday({"0", "0", "0"}), "");
    EXPECT_EQ(birthday({"", "", ""}), "");
    EXPECT_EQ(birthday({"1980", "", ""}), " date_incomplete");
    EXPECT_EQ(birthday({"1981", "2", "29"}), "failed date_invalid");
    EXPECT_EQ(birthday({"x", "2", "29"}), "failed date_invalid");
    const Read read =
        ReadRecord("thunderbird", "First Name,Primary Email,Secondary Email,Fax Number,Web Page 2,",
                   {"Ann", "", "b@a.example", "+41446681800", "w.example", ""});
    EXPECT_EQ(Parts(read, PartKind::kEmail), "other b@a.example");
    EXPECT_EQ(Parts(read, PartKind::kPhone), "fax +41446681800");
    EXPECT_EQ(read.draft[ContactField::kWebsites].text, "w.example");
    EXPECT_EQ(CustomOf(read, "column_6"), "");
    // A line each; a marked cell is not trimmed.
    const Read lines = ReadRecord("thunderbird", "First Name,Web Page 1,Web Page 2",
                                  {"Ann", "'\n=a.example\n\nb.example", "'\n"});
    EXPECT_EQ(lines.draft[ContactField::kWebsites].text, "=a.example\nb.example");
}

TEST(Product, LinkedInsMembersWhoLeft) {
    const char *header = "First Name,Last Name,URL,Email Address,Company,Position,Connected On";
    const Read left = ReadRecord("linkedin", header, {"", "", "", "", "", "", "01 Jan 2023"});
    EXPECT_EQ(left.codes(), std::set<std::string>{"no_identity"});
    const Read read =
        ReadRecord("linkedin", header,
                   {"Ann", "Lee", "https://www.linkedin.com/in/ann", "", "Acme", "Boss", "05 Mar 2024"});
    EXPECT_EQ(read.draft.issues.size(), 0u);
    EXPECT_EQ(Parts(read, PartKind::kSocial), "linkedin https://www.linkedin.com/in/ann");
    EXPECT_EQ(CustomOf(read, "connected_on"), "05 Mar 2024");
    EXPECT_EQ(read.draft[ContactField::kJobTitle].text, "Boss");
}

TEST(Product, SalesforceIds) {
    const auto key = [](const char *id) {
        return ReadRecord("salesforce", "Id,LastName", {id, "Lee"}).draft.key;
    };
    EXPECT_EQ(key("003D000000QYVZj"), "003D000000QYVZjIAP");
    EXPECT_EQ(key("003D000000QYVZjIAP"), "003D000000QYVZjIAP");
    EXPECT_EQ(key("001A0000006Vm9r"), "001A0000006Vm9rIAC");
    EXPECT_EQ(key("own-id"), "own-id");
    const Read failed =
        ReadRecord("salesforce", "LastName,AccountId,ERROR", {"Lee", "001A0000006Vm9r", "REQUIRED_FIELD"});
    EXPECT_EQ(CustomOf(failed, "account_id"), "001A0000006Vm9r");
    EXPECT_EQ(CustomOf(failed, "ERROR"), "(none)");
    EXPECT_EQ(ReadRecord("salesforce", "Id,LastName,Birthdate,Description",
                         {"", "Lee", "1940-06-07Z", "two\nlines"})
                  .draft[ContactField::kBirthDate]
                  .text,
              "1940-06-07");
}

TEST(Product, GenesysOfTheSecondGeneration) {
    const Read read = ReadRecord(
        "genesys_v2",
        "EXTERNAL ID,first name,workPhone.display,Work Phone Extension,External Organization External ID",
        {"e1", "Ann", "(317) 555-0123", "42", "o1"});
    EXPECT_FALSE(read.draft.failed());
    EXPECT_EQ(read.draft.key, "e1");
    EXPECT_EQ(Parts(read, PartKind::kPhone), "work +13175550123;ext=42");
    EXPECT_EQ(read.draft.organization->external_id, "o1");
    EXPECT_EQ(ReadRecord("genesys_v2", "External ID,First Name", {"", "Ann"}).codes(),
              std::set<std::string>{"required_missing"});
}

TEST(Product, GenericFilesKeepEverything) {
    const Read read =
        ReadRecord("generic",
                   "INDEX,Customer Id,FIRST_NAME,Nachname,Company,Organisation,Phone,Telephone,Phone 2,"
                   "Phone 5,Cell,E-Mail,Shoe Size,Straße,PLZ",
                   {"7", "c7", "Ann", "Lee", "Acme", "Beta", "+41446681801", "+41446681802", "+41446681803",
                    "+41446681805", "+41791234567", "ann@a.example", "44", "1 Road", "8000"});
    EXPECT_EQ(read.draft.issues.size(), 0u);
    EXPECT_EQ(read.draft.key, "c7");
    EXPECT_EQ(CustomOf(read, "INDEX"), "7") << "the number of a row is nobody's ID";
    EXPECT_EQ((*read.draft.organization)[OrganizationField::kName].text, "Acme");
    EXPECT_EQ(CustomOf(read, "Organisation"), "Beta");
    EXPECT_EQ(CustomOf(read, "Shoe Size"), "44");
    EXPECT_EQ(Parts(read, PartKind::kPhone),
              "other +41446681801, other +41446681802, other +41446681803, other +41446681805, mobile "
              "+41791234567");
    EXPECT_EQ(Parts(read, PartKind::kAddress), "other 1 Road 8000");
    std::multiset<std::string> codes;
    for (const Issue &notice : read.mapping.notices) codes.insert(notice.code);
    EXPECT_EQ(codes, (std::multiset<std::string>{"duplicate_header", "unknown_column", "unknown_column"}));
}

TEST(Product, HeadersInEveryCase) {
    EXPECT_EQ(NormalizeHeader("PRÉNOM", true), NormalizeHeader("pre\u0301nom", true));
    EXPECT_EQ(NormalizeHeader("Ｆｉｒｓｔ　Name", true), "first name");
    EXPECT_EQ(NormalizeHeader("Assistant\u2019s Phone", true), "assistant's phone");
    EXPECT_EQ(NormalizeHeader("E-mail 1 -\nValue", true), "e mail 1 value");
    EXPECT_EQ(NormalizeHeader("STRASSE", true), NormalizeHeader("Straße", true));
}

}  // namespace
}  // namespace contacts
