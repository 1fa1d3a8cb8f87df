#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/csv/reader.h"
#include "core/csv/writer.h"
#include "core/format/mapping.h"
#include "core/format/validate.h"
#include "core/text.h"
#include "core/vcard/card.h"
#include "core/vcard/reader.h"

namespace contacts::vcard {
namespace {

class SplitSource : public csv::ByteSource {
  public:
    SplitSource(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
    std::size_t Read(char *buffer, std::size_t capacity) override {
        const std::size_t length = std::min({capacity, piece_, rest_.size()});
        std::copy_n(rest_.data(), length, buffer);
        rest_.remove_prefix(length);
        return length;
    }

  private:
    std::string_view rest_;
    std::size_t piece_;
};

std::vector<Card> ReadAll(std::string_view bytes, Options options = {}) {
    std::vector<Card> cards;
    csv::MemorySource source(bytes);
    Reader reader(source, options);
    for (Card card; reader.Next(card);) cards.push_back(card);
    // In pieces the same.
    Options small = options;
    small.block_bytes = 7;
    small.sample_bytes = 64;
    SplitSource pieces(bytes, 3);
    Reader again(pieces, small);
    std::size_t i = 0;
    for (Card card; again.Next(card); ++i) {
        EXPECT_EQ(card.text, i < cards.size() ? cards[i].text : "no card");
    }
    EXPECT_EQ(i, cards.size());
    return cards;
}

Card ReadOne(const std::string &properties) {
    const auto cards = ReadAll("BEGIN:VCARD\r\n" + properties + "\r\nEND:VCARD\r\n");
    EXPECT_EQ(cards.size(), 1U);
    return cards.at(0);
}

std::string ValueOf(const Card &card, std::string_view name) {
    for (const Property &property : card.properties)
        if (property.name == name) return property.value;
    return "(none)";
}

std::string Cell(const Card &card, std::string_view header) {
    const Draft draft = DraftOf(card);
    const auto &columns = VCardFormat().columns;
    for (std::size_t i = 0; i < draft.cells.size(); ++i) {
        if (columns[i].header != header) continue;
        std::string cell = draft.cells[i];
        std::replace(cell.begin(), cell.end(), '\x1E', '|');
        std::replace(cell.begin(), cell.end(), '\x1F', '^');
        return cell;
    }
    return "(none)";
}

TEST(VCardReader, ThreeStylesOfTypes) {
    const Card card = ReadOne(
        "VERSION:2.1\nTEL;WORK;FAX:+41446681800\nTEL;TYPE=HOME,VOICE:1\nTEL;TYPE=CELL;TYPE=pref:2\n"
        "TEL;VALUE=uri;PREF=1;TYPE=\"work,voice\":tel:+1-418-656-9254;ext=102");
    EXPECT_EQ(Cell(card, "TEL"), "mobile^2^|work^+1-418-656-9254;ext=102^|work fax^+41446681800^|home^1^");
}

TEST(VCardReader, Unfolds) {
    const Card card = ReadOne("FN:A long\n  name\nNOTE:caf\xC3\n \xA9 and\r\n\t more\n\nTITLE:x");
    EXPECT_EQ(ValueOf(card, "FN"), "A long name");
    EXPECT_EQ(ValueOf(card, "NOTE"), "café and more");
    EXPECT_EQ(ValueOf(card, "TITLE"), "x");
    EXPECT_TRUE(card.faults.empty());
    EXPECT_EQ(card.properties[1].line, 4);
}

TEST(VCardReader, QuotedPrintable) {
    const Card card = ReadOne(
        "VERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=\n=BCrgen\n"
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Gr=FC=DFe=0D=0Aaus=3D=\n=20Z=FCrich=\n\n"
        "TITLE;QUOTED-PRINTABLE:a=\nb\nORG;CHARSET=Shift_JIS;ENCODING=QUOTED-PRINTABLE:=93=8C=8B=9E\n"
        "ROLE;CHARSET=no-such:x\nNICKNAME;CHARSET=no-such:\xFC");
    EXPECT_EQ(Cell(card, "N (family name)"), "(none)");
    EXPECT_EQ(ValueOf(card, "N"), "Müller;Jürgen");
    EXPECT_EQ(ValueOf(card, "NOTE"), "Grüße\r\naus= Zürich");
    EXPECT_EQ(ValueOf(card, "TITLE"), "ab");
    EXPECT_EQ(ValueOf(card, "ORG"), "東京");
    ASSERT_EQ(card.faults.size(), 2U);
    EXPECT_STREQ(card.faults[0].code, "bad_encoding");
}

// ICU passes over what is not ASCII in a name, up to a length: it would be known in one encoding, and unknown
// in the one that the card is written in again.
TEST(VCardReader, CharacterSetsAreNamedInAscii) {
    std::string filled = "windows";
    for (int i = 0; i < 25; ++i) filled += '\xFF';
    for (const std::string &charset :
         {std::string("windows\xFF-1251"), std::string("windows\u00FF-1251"), filled + "-1251"}) {
        const Card card = ReadOne("\xB4;CHARSET=" + charset + ";ENCODING=QUOTED-PRINTABLE:=CF");
        ASSERT_EQ(card.faults.size(), 1U) << charset;
        EXPECT_STREQ(card.faults[0].code, "bad_encoding");
    }
}

TEST(VCardReader, Encodings) {
    EXPECT_EQ(ValueOf(ReadOne("N:M\xFCller"), "N"), "Müller");
    EXPECT_EQ(ValueOf(ReadOne("N;CHARSET=windows-1251:\xCF"), "N"), "П");
    EXPECT_EQ(ValueOf(ReadOne("N;CHARSET=ISO-8859-1:Müller"), "N"), "Müller");
    const std::string card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ödön;A\r\nEND:VCARD\r\n";
    std::string wide = "\xFF\xFE";
    for (std::size_t i = 0; i < card.size(); ++i) {
        const auto c = static_cast<unsigned char>(card[i]);
        const unsigned code =
            c < 0x80 ? c : (c & 0x1FU) << 6 | (static_cast<unsigned char>(card[++i]) & 0x3FU);
        wide += static_cast<char>(code & 0xFF);
        wide += static_cast<char>(code >> 8);
    }
    EXPECT_TRUE(IsVCard(wide));
    const auto cards = ReadAll(wide);
    ASSERT_EQ(cards.size(), 1U);
    EXPECT_EQ(ValueOf(cards[0], "N"), "Ödön;A");
    Options options;
    options.encoding = "windows-1250";
    EXPECT_EQ(ValueOf(ReadAll("BEGIN:VCARD\nN:\xF5\nEND:VCARD\n", options).at(0), "N"), "ő");
    options.encoding = "no-such";
    csv::MemorySource source("");
    EXPECT_THROW(Reader(source, options), Error);
    const Card nul = ReadOne(std::string("N:a\0b", 5));
    ASSERT_EQ(nul.faults.size(), 2U);
    EXPECT_STREQ(nul.faults[0].code, "nul_byte");
    EXPECT_EQ(nul.text.find('\0'), std::string::npos);
}

TEST(VCardReader, PicturesDoNotStay) {
    const std::string picture(3 << 20, 'A');
    for (const std::string &photo :
         {"PHOTO;ENCODING=b;TYPE=JPEG:" + picture,
          "PHOTO;ENCODING=BASE64:\n " + picture.substr(0, 70) + "\n " + picture + "\n",
          "PHOTO;BASE64:AAAA\n" + picture.substr(0, 76) + "\n" + picture.substr(0, 60) + "==\n",
          "PHOTO:data:image/jpeg;base64," + picture}) {
        const Card card = ReadOne("FN:Ann\n" + photo + "\nTITLE:x");
        EXPECT_TRUE(card.faults.empty()) << card.faults[0].message;
        EXPECT_EQ(card.text, "BEGIN:VCARD\nFN:Ann\nTITLE:x\nEND:VCARD");
    }
    const Card large = ReadOne("FN:Ann\nNOTE:" + picture + "\nTITLE:x");
    ASSERT_EQ(large.faults.size(), 1U);
    EXPECT_STREQ(large.faults[0].code, "field_too_large");
}

TEST(VCardReader, SeveralCardsAndBrokenOnes) {
    const auto cards = ReadAll(
        "junk\n\nbegin:vCard\nFN:One\nend:vcard\n\n\nBEGIN:VCARD\nFN:Two\nBEGIN:VCARD\nFN:Three\nno "
        "property\n"
        "END:VCARD\nEND:VCARD\nBEGIN:VCARD \nFN:Four");
    ASSERT_EQ(cards.size(), 6U);
    EXPECT_STREQ(cards[0].faults.at(0).code, "card_not_begun");
    EXPECT_EQ(cards[0].line, 1);
    EXPECT_EQ(cards[0].text, "junk");
    EXPECT_TRUE(cards[1].faults.empty());
    EXPECT_EQ(cards[1].line, 3);
    EXPECT_STREQ(cards[2].faults.at(0).code, "card_not_ended");
    EXPECT_STREQ(cards[3].faults.at(0).code, "property_invalid");
    EXPECT_EQ(cards[3].line, 10);
    EXPECT_STREQ(cards[4].faults.at(0).code, "card_not_begun");
    EXPECT_STREQ(cards[5].faults.at(0).code, "card_not_ended");
    EXPECT_EQ(cards[5].number, 6);
    EXPECT_TRUE(ReadAll("").empty());
    EXPECT_TRUE(ReadAll("\n \n").empty());
}

TEST(VCardReader, AnAgentIsNoCardOfItsOwn) {
    const auto cards = ReadAll(
        "BEGIN:VCARD\nFN:Ann\nAGENT:\nBEGIN:VCARD\nFN:Bob\nEND:VCARD\nTITLE:x\nEND:VCARD\nBEGIN:VCARD\nFN:"
        "C\nEND:VCARD\n");
    ASSERT_EQ(cards.size(), 2U);
    EXPECT_TRUE(cards[0].faults.empty());
    EXPECT_EQ(ValueOf(cards[0], "FN"), "Ann");
    EXPECT_EQ(ValueOf(cards[0], "TITLE"), "x");
}

TEST(VCardReader, Recognised) {
    EXPECT_TRUE(IsVCard("BEGIN:VCARD\n"));
    EXPECT_TRUE(IsVCard("\xEF\xBB\xBF\r\n begin:vCard\r\n"));
    EXPECT_FALSE(IsVCard("BEGIN:VCALENDAR\n"));
    EXPECT_FALSE(IsVCard("First Name,Last Name\n"));
    EXPECT_FALSE(IsVCard(""));
}

// So many that it would take minutes if each looked at all others.
TEST(VCardDraft, ManyGroupLabels) {
    constexpr int kMany = 200000;
    Card card;
    std::string numbers;
    for (int i = 0; i < kMany; ++i) {
        const std::string n = std::to_string(i);
        Property phone;
        phone.group = "ITEM" + n;
        phone.name = "TEL";
        phone.value = n;
        card.properties.push_back(phone);
        numbers += (i > 0 ? "|label " : "label ") + n + '^' + n + '^';
    }
    for (int i = 0; i < kMany; ++i)
        for (const char *label : {"Label ", "later "}) {
            Property own;
            own.group = "ITEM" + std::to_string(i);
            own.name = "X-ABLABEL";
            own.value = label + std::to_string(i);
            card.properties.push_back(own);
        }
    EXPECT_TRUE(Cell(card, "TEL") == numbers) << "each has the first label of its own group";
}

TEST(VCardDraft, Fields) {
    const Card card = ReadOne(
        "VERSION:3.0\nN:Stevenson;John;Philip,Paul;Dr.;Jr.,M.D.\nFN:Johnny\nORG:ABC\\, Inc.;North;Sales\n"
        "item1.EMAIL;type=INTERNET:a@b.example\nitem1.X-ABLabel:_$!<HomePage>!$_\nitem2.URL:https\\://"
        "x.example\n"
        "URL:https://"
        "y.example\nBDAY:1955-07-19T00:00:00Z\nCATEGORIES:a,b\\,c\nNOTE:1\\n2\\;\nUID:urn:uuid:x\n"
        "ADR;TYPE=home:;Apt 1;1 Main St;Any Town;CA;91921;USA\nIMPP:xmpp:me@x.example\nREV:1\nX-FOO:bar\n"
        "X-CONTACTS-ERROR:old");
    EXPECT_EQ(Cell(card, "N (family name)"), "Stevenson");
    EXPECT_EQ(Cell(card, "N (additional names)"), "Philip Paul");
    EXPECT_EQ(Cell(card, "N (suffix)"), "Jr. M.D.");
    EXPECT_EQ(Cell(card, "FN"), "Johnny");
    EXPECT_EQ(Cell(card, "ORG"), "ABC, Inc.");
    EXPECT_EQ(Cell(card, "ORG (unit)"), "North, Sales");
    EXPECT_EQ(Cell(card, "EMAIL"), "homepage^a@b.example");
    EXPECT_EQ(Cell(card, "URL"), "https://x.example\nhttps://y.example");
    EXPECT_EQ(Cell(card, "BDAY"), "07/19/1955");
    EXPECT_EQ(Cell(card, "CATEGORIES"), "a|b,c");
    EXPECT_EQ(Cell(card, "NOTE"), "1\n2;");
    EXPECT_EQ(Cell(card, "UID"), "x");
    EXPECT_EQ(Cell(card, "ADR"), "home^1 Main St^Apt 1^Any Town^CA^91921^USA");
    EXPECT_EQ(Cell(card, "IMPP"), "xmpp^me@x.example");
    EXPECT_EQ(Cell(card, "other properties"), "X-FOO:bar");
    EXPECT_EQ(card.text.find("CONTACTS-ERROR"), std::string::npos);
}

TEST(VCardDraft, NamesAndBirthdays) {
    EXPECT_EQ(Cell(ReadOne("FN:Mary Ann Smith"), "N (given name)"), "Mary Ann");
    EXPECT_EQ(Cell(ReadOne("FN:Mary Ann Smith\nN:;;;;"), "N (family name)"), "Smith");
    EXPECT_EQ(Cell(ReadOne("FN:ACME\nORG:ACME"), "N (given name)"), "");
    for (const auto &[text, cell] :
         std::vector<std::pair<std::string, std::string>>{{"19800321", "03/21/1980"},
                                                          {"1980-03-22", "03/22/1980"},
                                                          {"--0203", "02/03"},
                                                          {"--02-03", "02/03"},
                                                          {"1604-02-29", "02/29/1604"},
                                                          {"19531015T231000Z", "10/15/1953"}})
        EXPECT_EQ(Cell(ReadOne("FN:A\nBDAY:" + text), "BDAY"), cell);
    EXPECT_EQ(Cell(ReadOne("FN:A\nBDAY;VALUE=text:circa 1800"), "BDAY (text)"), "circa 1800");
    EXPECT_STREQ(DraftOf(ReadOne("FN:A\nBDAY:tomorrow")).issues.at(0).code, "date_invalid");
    EXPECT_STREQ(DraftOf(ReadOne("NOTE:nobody")).issues.at(0).code, "no_identity");
}

TEST(VCardDraft, ValuesPassTheValidatorUnchanged) {
    const Mapping mapping = MapView(VCardFormat());
    Rules rules;
    const Validator validator(mapping, rules);
    Draft draft =
        DraftOf(ReadOne("N:'=Family;=Given;;;\nTEL;CELL:MobilePhone\nTEL:+41 44 668 18 00\nX-TWITTER:t"));
    validator.Validate(draft);
    EXPECT_EQ(draft[ContactField::kLastName].text, "'=Family");
    EXPECT_EQ(draft[ContactField::kFirstName].text, "=Given");
    ASSERT_EQ(draft.parts.size(), 2U);
    ASSERT_EQ(draft.parts[0].list.size(), 2U);
    EXPECT_EQ(draft.parts[0].list[0].values[kPhoneEntered], "MobilePhone");
    EXPECT_EQ(draft.parts[0].list[1].values[kPhoneNumber], "+41446681800");
    EXPECT_EQ(draft.parts[1].list[0].label, "twitter");
    EXPECT_FALSE(draft.failed());
}

TEST(VCardWriter, IsReadBack) {
    Person person;
    person.uid = "01a203fb-5aee-71b5-9d4d-d1c4d11df227";
    person.family = "Mül;ler, jr";
    person.given = "=A\\n";
    person.organization = "A, B; C";
    person.unit = "Sales";
    person.note = std::string(200, 'x') + "\xC3\xA9\n" + std::string(100, 'y');
    person.birth_date = "--02-29";
    person.urls = {"https://x.example/?a;b,c"};
    person.phones = {{"mobile", {"+41446681800;ext=12", "t"}},
                     {"work fax", {"+14186569254", ""}},
                     {"other", {"call; me", ""}}};
    person.emails = {{"my mail", {"a@b.example"}}};
    person.addresses = {{"home", {"1 Main\nSt", "Apt", "Town", "", "", "Peru"}}};
    person.socials = {{"twitter", {"@a"}}};
    person.categories = {"a,b", "c"};
    person.other = {"X-FOO;TYPE=a:b"};
    const std::string text = Write(person);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find("\r\n", begin), text.size());
        EXPECT_LE(end - begin, 75U);
        begin = end + 2;
    }
    const Card card = ReadAll(text + "\r\n").at(0);
    EXPECT_TRUE(card.faults.empty());
    EXPECT_EQ(Cell(card, "UID"), person.uid);
    EXPECT_EQ(Cell(card, "N (family name)"), "Mül;ler, jr");
    EXPECT_EQ(Cell(card, "N (given name)"), "=A\\n");
    EXPECT_EQ(Cell(card, "FN"), "");
    EXPECT_EQ(Cell(card, "ORG"), "A, B; C");
    EXPECT_EQ(Cell(card, "NOTE"), person.note);
    EXPECT_EQ(Cell(card, "BDAY"), "02/29");
    EXPECT_EQ(Cell(card, "URL"), "https://x.example/?a;b,c");
    EXPECT_EQ(Cell(card, "TEL"), "mobile^+41446681800;ext=12^sms|work fax^+14186569254^|other^call; me^");
    EXPECT_EQ(Cell(card, "EMAIL"), "my mail^a@b.example");
    EXPECT_EQ(Cell(card, "ADR"), "home^1 Main\nSt^Apt^Town^^^Peru");
    EXPECT_EQ(Cell(card, "IMPP"), "twitter^@a");
    EXPECT_EQ(Cell(card, "CATEGORIES"), "a,b|c");
    EXPECT_EQ(Cell(card, "other properties"), "X-FOO;TYPE=a:b");
}

// Whatever a property says of its character set: what was read without a fault, and is kept as a line, is
// written in UTF-8, and is the same line then.
TEST(VCardWriter, CharacterSetsAreReadBack) {
    const std::string qp = ";ENCODING=QUOTED-PRINTABLE:";
    std::string filled = "UT";
    for (int i = 0; i < 27; ++i) filled += '\xFF';
    for (const std::string &line : {
             "\xB4;CHARSET=" + filled + "F-8" + qp + "M=C3=BCller",
             std::string("X-A;CHARSET=no-such:M\u00FCller"),
             std::string("X-A;CHARSET=windows-1251:\xCF"),
             "X-A;CHARSET=windows-1251" + qp + "=CF",
             // 東京, half of it not as quoted-printable has it.
             "X-A;CHARSET=Shift_JIS" + qp + "\x93\x8C=8B=9E",
             "X-A;CHARSET=Shift_JIS" + qp + "\x93=8C\x8B=9E",
             "X-A\xE4;CHARSET=UTF-8" + qp + "\xC3=BC",
         }) {
        const Card card = ReadOne("N:A\n" + line);
        ASSERT_TRUE(card.faults.empty()) << line;
        Person person;
        person.given = "A";
        person.other = {Cell(card, "other properties")};
        const Card again = ReadAll(Write(person)).at(0);
        ASSERT_TRUE(again.faults.empty()) << line;
        EXPECT_EQ(Cell(again, "other properties"), Cell(card, "other properties"));
        EXPECT_EQ(again.properties.back().value, card.properties.back().value);
    }
    EXPECT_EQ(ValueOf(ReadOne("X-A;CHARSET=Shift_JIS" + qp + "\x93\x8C=8B=9E"), "X-A"), "東京");
    // UTF-16 leaves no doubt, and the property's words stay as they are.
    std::string wide;
    for (const char c : std::string("BEGIN:VCARD\nN:A\nX-A;CHARSET=no-such:\xFC\nEND:VCARD\n")) {
        wide += c;
        wide += '\0';
    }
    const Card card = ReadAll("\xFF\xFE" + wide).at(0);
    EXPECT_EQ(Cell(card, "other properties"), "X-A;CHARSET=no-such:\u00FC");
    EXPECT_TRUE(ReadOne("N:A\n" + Cell(card, "other properties")).faults.empty());
}

// A line of blanks alone would end the property, and what follows would be none.
TEST(VCardWriter, BlanksAreReadBack) {
    for (const std::size_t before : {1U, 70U, 200U})
        for (const std::size_t blanks : {50U, 75U, 149U, 300U, 9000U})
            for (const char *end : {"x", "=x", "\u00FC", "===="}) {
                Person person;
                person.given = "A";
                person.note = std::string(before, 'a') + std::string(blanks, ' ') + end;
                person.other = {"X-A:" + person.note, "X-B: " + std::string(blanks, '=') + end,
                                "X-C:" + std::string(blanks, ' ') + end};
                const auto cards = ReadAll(Write(person));
                ASSERT_EQ(cards.size(), 1U);
                ASSERT_TRUE(cards[0].faults.empty()) << Write(person);
                EXPECT_EQ(Cell(cards[0], "NOTE"), person.note);
                EXPECT_EQ(Cell(cards[0], "other properties"),
                          person.other[0] + '\n' + person.other[1] + '\n' + person.other[2]);
            }
}

// What is kept of older cards is read again as it was, wherever it is folded and whatever its name begins
// with.
TEST(VCardWriter, OtherPropertiesAreReadBack) {
    for (std::size_t length = 60; length < 80; ++length)
        for (const std::string &line : {"X-FOO;ENCODING=QUOTED-PRINTABLE:" + std::string(length - 32, 'x') +
                                            "=C3=BC=C3=BC and more of it",
                                        std::string("X-FOO:") + std::string(length, '=') + "y",
                                        std::string("\vNOTE:no note of ours")}) {
            Person person;
            person.given = "A";
            person.other = {line};
            const Card card = ReadAll(Write(person)).at(0);
            EXPECT_EQ(Cell(card, "NOTE"), "");
            EXPECT_EQ(Cell(card, "other properties"), csv::Mark(line, csv::Guard::kImport));
        }
}

TEST(VCardWriter, WhatOnlyBeginsLikeANumberIsText) {
    Person person;
    person.given = "A";
    person.phones = {{"work", {"+41\nN:B"}}, {"work", {"+1;ext=x,y"}}, {"work", {"+41446681800;ext=12"}}};
    person.language = "de\nN:C";
    person.uid = "a,b;c\\d";
    const Card card = ReadAll(Write(person)).at(0);
    EXPECT_EQ(Cell(card, "TEL"), "work^+41\nN:B^|work^+1;ext=x,y^|work^+41446681800;ext=12^");
    EXPECT_EQ(Cell(card, "N (given name)"), "A");
    EXPECT_EQ(Cell(card, "LANG"), "de\nN:C");
    EXPECT_EQ(Cell(card, "UID"), "a,b;c\\d");
}

TEST(VCardWriter, WhoHasNoNameGetsNoneByTheWay) {
    for (const char *which : {"ORG", "NICKNAME", "EMAIL", "TEL"}) {
        Person person;
        if (which == std::string_view("ORG")) person.organization = "Acme Inc";
        if (which == std::string_view("NICKNAME")) person.nickname = "The Boss";
        if (which == std::string_view("EMAIL")) person.emails = {{"work", {"ann@a.example"}}};
        if (which == std::string_view("TEL")) person.phones = {{"work", {"+41446681800"}}};
        const Card card = ReadAll(Write(person)).at(0);
        EXPECT_NE(ValueOf(card, "FN"), "") << "4.0 wants one";
        EXPECT_EQ(Cell(card, "N (given name)") + Cell(card, "N (family name)"), "") << which;
    }
}

TEST(VCardWriter, EveryLabelIsReadBack) {
    for (const char *label :
         {"other",       "work",   "home",    "mobile",         "fax",   "work fax", "home fax",  "pager",
          "car",         "main",   "isdn",    "text",           "msg",   "pref",     "voice",     "cell",
          "iphone",      "telex",  "my mail", "berlin, office", "a;b:c", "\"q\"",    "b\u00FCro", "x^n",
          "_$!<odd>!$_", "item1.x"}) {
        Person person;
        person.given = "A";
        person.phones = {{"home", {"+41446681801", "t"}}, {label, {"+41446681800", ""}}};
        person.emails = {{"home", {"b@a.example"}}, {label, {"ann@a.example"}}};
        person.addresses = {{label, {"1 Road", "", "", "", "", ""}}};
        person.socials = {{label, {"@a"}}};
        const Card card = ReadAll(Write(person)).at(0);
        EXPECT_EQ(Cell(card, "TEL"), "home^+41446681801^sms|" + std::string(label) + "^+41446681800^");
        EXPECT_EQ(Cell(card, "EMAIL"), "home^b@a.example|" + std::string(label) + "^ann@a.example");
        EXPECT_EQ(Cell(card, "ADR"), std::string(label) + "^1 Road^^^^^");
        EXPECT_EQ(Cell(card, "IMPP"), std::string(label) + "^@a");
    }
}

// Whatever text a contact has, without white space around it and with \n for the end of a line.
TEST(VCardWriter, EveryTextIsReadBack) {
    static constexpr const char *kPieces[] = {
        "=",  "+", "-", "@",           "'",         "\"",  ",",   ";",  ":",      "^",      "|",    "\\",
        "\n", "n", " ", "BEGIN:VCARD", "END:VCARD", "=C3", "=\n", "\t", "\u00E9", "\uFF1D", "tel:", "x"};
    std::mt19937 random(20240305);
    const auto text = [&] {
        std::string out;
        for (std::size_t n = random() % 9; n > 0; --n) out += kPieces[random() % std::size(kPieces)];
        return std::string(Trim(out));
    };
    for (int i = 0; i < 3000; ++i) {
        Person person;
        person.uid = text();
        person.prefix = text();
        person.given = "A" + text();
        person.additional = text();
        person.family = text();
        person.suffix = text();
        person.nickname = text();
        person.title = text();
        person.role = text();
        person.organization = text();
        if (!person.organization.empty()) person.unit = text();
        person.language = text();
        person.birth_text = text();
        person.note = text();
        person.formatted_name = text();
        const std::string street = text();
        if (!street.empty()) person.addresses = {{"home", {street, text(), text(), text(), text(), text()}}};
        const std::string handle = text();
        if (!handle.empty()) person.socials = {{"x", {handle}}};
        const std::string written = Write(person);
        const Card card = ReadAll(written).at(0);
        ASSERT_TRUE(card.faults.empty()) << written;
        const Draft draft = DraftOf(card);
        const auto cell = [&](const char *header) {
            const Format &format = VCardFormat();
            for (std::size_t k = 0; k < format.columns.size(); ++k)
                if (format.columns[k].header == std::string_view(header))
                    return std::string(csv::Unmark(draft.cells[k]).value_or(draft.cells[k]));
            return std::string("?");
        };
        ASSERT_EQ(cell("UID"), person.uid) << written;
        ASSERT_EQ(cell("N (prefix)"), person.prefix) << written;
        ASSERT_EQ(cell("N (given name)"), Trim(person.given)) << written;
        ASSERT_EQ(cell("N (additional names)"), person.additional) << written;
        ASSERT_EQ(cell("N (family name)"), person.family) << written;
        ASSERT_EQ(cell("N (suffix)"), person.suffix) << written;
        ASSERT_EQ(cell("NICKNAME"), person.nickname) << written;
        ASSERT_EQ(cell("TITLE"), person.title) << written;
        ASSERT_EQ(cell("ROLE"), person.role) << written;
        ASSERT_EQ(cell("ORG"), person.organization) << written;
        ASSERT_EQ(cell("ORG (unit)"), person.unit) << written;
        ASSERT_EQ(cell("LANG"), person.language) << written;
        ASSERT_EQ(cell("NOTE"), person.note) << written;
        ASSERT_EQ(Write(person), written);
    }
}

TEST(VCardWriter, ErrorsGoBackWithTheCard) {
    const Card card = ReadOne("FN:A\nBDAY:tomorrow");
    const std::string text = WithError(card.text, "BDAY: no date, really");
    EXPECT_EQ(
        text,
        "BEGIN:VCARD\r\nFN:A\r\nBDAY:tomorrow\r\nX-CONTACTS-ERROR:BDAY: no date\\, really\r\nEND:VCARD");
    EXPECT_EQ(ReadAll(text).at(0).text, card.text);
    EXPECT_EQ(WithError("BEGIN:VCARD\nFN:A", "x"), "BEGIN:VCARD\r\nFN:A\r\nX-CONTACTS-ERROR:x\r\nEND:VCARD");
    EXPECT_EQ(WithError("junk", "x"), "X-CONTACTS-ERROR:x\r\njunk");
}

}  // namespace
}  // namespace contacts::vcard
