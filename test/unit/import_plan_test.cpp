#include "core/format/plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace contacts {
namespace {

using Cells = std::vector<std::string>;

Uuid Id(std::uint8_t n) {
    Uuid id{};
    id[15] = n;
    return id;
}

std::string Show(const Value &value) {
    if (const auto *text = std::get_if<std::string_view>(&value)) return std::string(*text);
    if (const auto *id = std::get_if<Uuid>(&value)) return "#" + std::to_string((*id)[15]);
    if (const auto *number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto *flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto *list = std::get_if<const std::vector<std::string> *>(&value)) {
        std::string out = "[";
        for (const auto &element : **list) out += (out.size() > 1 ? "," : "") + element;
        return out + ']';
    }
    return "-";
}

// A planned import: a header, records, and what the directory knows.
class PlanTest : public testing::Test {
  protected:
    void Use(const char *format, const Cells &header) {
        mapping_ = MapHeader(*FindFormat(format), header).value();
        rules_.mode = mapping_.format->mode;
    }
    void Add(Cells cells) {
        Draft draft;
        draft.record = static_cast<std::int64_t>(drafts_.size()) + 1;
        draft.cells = std::move(cells);
        Validator(mapping_, rules_).Validate(draft);
        EXPECT_FALSE(draft.failed()) << draft.issues[0].message;
        drafts_.push_back(std::move(draft));
    }
    KnownContact &Know(std::size_t row, std::uint8_t id) {
        matches_.hits[row].push_back({0, Id(id)});
        KnownContact &known = matches_.contacts[Id(id)];
        known.id = Id(id);
        known.editable = true;
        known.custom.resize(mapping_.custom_keys.size());
        known.fields[static_cast<std::size_t>(ContactField::kFirstName)] = "Al";
        known.fields[static_cast<std::size_t>(ContactField::kLastName)] = "Bo";
        return known;
    }
    static void Hold(KnownContact &known, PartKind kind, int position, const char *label,
                     std::vector<std::optional<std::string>> values) {
        known.parts[static_cast<std::size_t>(kind)].push_back({position, label, std::move(values)});
    }
    void Make() {
        std::vector<const Draft *> drafts;
        for (const Draft &draft : drafts_) drafts.push_back(&draft);
        std::uint8_t next = 100;
        plan_ = MakePlan(
            mapping_, rules_, ownership_, drafts, matches_, [&] { return Id(next++); }, seen_);
    }
    // The rows of a relation, one column or all, as text.
    std::string Rows(const char *relation, std::vector<std::string> columns) const {
        const Relation *found = plan_.Find(relation);
        std::string out;
        if (!found) return out;
        for (const auto &row : found->rows) {
            EXPECT_EQ(row.size(), found->columns.size());
            out += out.empty() ? "" : "; ";
            bool first = true;
            for (const std::string &column : columns) {
                const auto at = std::find(found->columns.begin(), found->columns.end(), column);
                EXPECT_NE(at, found->columns.end()) << column;
                out += (first ? "" : " ") + Show(row[static_cast<std::size_t>(at - found->columns.begin())]);
                first = false;
            }
        }
        return out;
    }
    std::string Phones(const char *what) const {
        return Rows((std::string("phone_") + what).c_str(),
                    {"position", "label", "number", "entered", "accepts_sms"});
    }
    Outcome OutcomeOf(std::size_t row) const { return plan_.rows[row].outcome; }
    std::string CodesOf(std::size_t row) const {
        std::string out;
        for (const Issue &issue : plan_.rows[row].issues)
            out += (out.empty() ? "" : " ") + std::string(issue.code);
        return out;
    }

    Mapping mapping_;
    Rules rules_;
    Ownership ownership_{Id(1), "company", {}};
    std::vector<Draft> drafts_;
    Matches matches_;
    SeenRecords seen_;
    Plan plan_;
};

TEST_F(PlanTest, NotesAreAddedToAndChangeNoContact) {
    Use("google", {"First Name", "Last Name", "Notes"});
    rules_.mode = Mode::kUpsert;
    rules_.match_by = {Criterion::kEmail};
    rules_.clear_empty = true;
    Add({"Al", "Bo", "new"});
    Add({"Al", "Bo", "held"});
    Add({"Al", "Bo", ""});
    Add({"Cy", "Do", "first"});
    for (std::size_t row = 0; row < 3; ++row)
        Hold(Know(row, static_cast<std::uint8_t>(10 + row)), PartKind::kNote, 0, "", {"held"});
    Make();
    EXPECT_EQ(Rows("note_insert", {"contact_id", "body"}), "#100 first; #10 new");
    EXPECT_EQ(plan_.Find("contact_update"), nullptr);
    EXPECT_EQ(plan_.Find("note_delete"), nullptr);
    EXPECT_EQ(OutcomeOf(0), Outcome::kUpdated);
    EXPECT_EQ(OutcomeOf(1), Outcome::kUnchanged);
    EXPECT_EQ(OutcomeOf(2), Outcome::kUnchanged);
    EXPECT_EQ(OutcomeOf(3), Outcome::kInserted);
}

TEST_F(PlanTest, InsertsWithDefaults) {
    Use("cinnox", {"First Name", "Last Name", "Company", "Birth Date", "Mobile", "Email", "Own \"key\""});
    Add({"Al", "Bo", "Acme", "02/29", "+85212345678", "a@b.example", "x\ty"});
    Add({"Cy", "Do", "Acme", "12/14/1980", "", "", ""});
    Make();
    EXPECT_EQ(Rows("organization_insert", {"organization_id", "name"}), "#100 Acme") << "one organization";
    EXPECT_EQ(Rows("contact_insert",
                   {"contact_id", "first_name", "contact_type", "contact_level", "organization_id",
                    "birth_date", "birth_year_known", "visibility", "owner_id", "custom"}),
              "#101 Al lead primary #100 1604-02-29 false company #1 {\"Own \\\"key\\\"\":\"x\\u0009y\"}; "
              "#102 Cy lead primary #100 1980-12-14 true company #1 {}");
    EXPECT_EQ(Phones("insert"), "1 mobile +85212345678 - -");
    EXPECT_EQ(Rows("phone_insert", {"visibility", "owner_id"}), "company #1");
    EXPECT_EQ(OutcomeOf(0), Outcome::kInserted);
}

TEST_F(PlanTest, UnchangedIsUnchanged) {
    Use("8x8",
        {"Contact.FirstName", "User.LastName", "Contact.PhoneNumber", "Contact.Emails", "Contact.ContactID"});
    Add({"Al", "Bo", "+85212345678 WORK: call me OTHER: +85212345679 OTHER", "a@b.example", "k"});
    KnownContact &known = Know(0, 7);
    Hold(known, PartKind::kPhone, 2, "work", {"+85212345678", "1234 5678", "true"});
    Hold(known, PartKind::kPhone, 4, "pager", {std::nullopt, "call:me", std::nullopt});
    Hold(known, PartKind::kPhone, 5, "fax", {"+85212345679", std::nullopt, std::nullopt});
    Hold(known, PartKind::kEmail, 1, "private", {"a@b.example"});
    Make();
    EXPECT_EQ(OutcomeOf(0), Outcome::kUnchanged) << CodesOf(0);
    EXPECT_TRUE(plan_.relations.empty());
}

TEST_F(PlanTest, FaultsThatTheDirectoryDoesNotHoldAreFaults) {
    Use("8x8", {"Contact.PhoneNumber", "Contact.ContactID"});
    Add({"call him OTHER: nobody WORK", "k"});
    Hold(Know(0, 7), PartKind::kPhone, 1, "other", {std::nullopt, "call me", std::nullopt});
    Make();
    EXPECT_EQ(OutcomeOf(0), Outcome::kFailed);
    EXPECT_EQ(plan_.rows[0].issues.size(), 2u);
    EXPECT_TRUE(plan_.relations.empty());
}

TEST_F(PlanTest, ListsMergeByPlace) {
    Use("8x8", {"Contact.PhoneNumber", "Contact.ContactID"});
    Add({"+85212345670 OTHER: +85212345671 HOME: +85212345672 WORK", "k"});
    Add({"+85212345678 WORK", "l"});
    KnownContact &first = Know(0, 7);
    Hold(first, PartKind::kPhone, 3, "fax", {"+85212345679", "old", "false"});
    Hold(first, PartKind::kPhone, 6, "work", {"+85212345671", std::nullopt, std::nullopt});
    KnownContact &second = Know(1, 8);
    Hold(second, PartKind::kPhone, 1, "work", {"+85212345678", std::nullopt, std::nullopt});
    Hold(second, PartKind::kPhone, 2, "home", {"+85212345678", std::nullopt, std::nullopt});
    Make();
    EXPECT_EQ(Phones("update"), "3 fax +85212345670 - false; 6 home +85212345671 - -");
    EXPECT_EQ(Phones("insert"), "7 work +85212345672 - -");
    EXPECT_EQ(Rows("phone_delete", {"contact_id", "position"}), "#8 2");
    EXPECT_EQ(Rows("contact_update", {"contact_id"}), "#7; #8") << "its parts are the contact's too";
}

TEST_F(PlanTest, SlotsTakeAnyLabelThatNoOtherColumnNames) {
    Use("genesys", {"Contact ID", "Contact First Name", "Contact Last Name", "Contact Work Phone",
                    "Contact Other Phone"});
    Add({"k", "Al", "Bo", "3175550123", "3175550124"});
    KnownContact &known = Know(0, 7);
    Hold(known, PartKind::kPhone, 1, "mobile", {"+13175550199", std::nullopt, std::nullopt});
    Hold(known, PartKind::kPhone, 2, "fax", {"+13175550198", std::nullopt, "true"});
    Make();
    EXPECT_EQ(Phones("update"), "2 fax +13175550124 3175550124 true");
    EXPECT_EQ(Phones("insert"), "3 work +13175550123 3175550123 -");
}

TEST_F(PlanTest, ExtensionColumnKeepsOrClears) {
    Use("genesys", {"Contact ID", "Contact First Name", "Contact Last Name", "Contact Work Phone",
                    "Contact Work Phone Extension"});
    Add({"k", "Al", "Bo", "+13175550123", ""});
    Hold(Know(0, 7), PartKind::kPhone, 1, "work", {"+13175550123;ext=12", "x", std::nullopt});
    Make();
    EXPECT_EQ(OutcomeOf(0), Outcome::kUnchanged);
    drafts_.clear();
    rules_.clear_empty = true;
    Add({"k", "Al", "Bo", "+13175550123", ""});
    Make();
    EXPECT_EQ(Phones("update"), "1 work +13175550123 - -");
}

TEST_F(PlanTest, ClearedPartsAreDeleted) {
    rules_.clear_empty = true;
    Use("genesys",
        {"Contact ID", "Contact First Name", "Contact Last Name", "Contact Salutation", "Contact Work Phone",
         "Contact Work Email", "Contact Address 1", "Contact City", "Contact External System URL"});
    Add({"k", "Al", "Bo", "", "", "", "", "", ""});
    KnownContact &known = Know(0, 7);
    known.fields[static_cast<std::size_t>(ContactField::kNamePrefix)] = "Dr";
    known.fields[static_cast<std::size_t>(ContactField::kWebsites)] = "https://a.example\nhttps://b.example";
    Hold(known, PartKind::kPhone, 1, "work", {"+13175550123", std::nullopt, "true"});
    Hold(known, PartKind::kEmail, 1, "work", {"a@b.example"});
    Hold(known, PartKind::kAddress, 2, "work",
         {"1 Road", std::nullopt, "City", std::nullopt, std::nullopt, "US", std::nullopt});
    Make();
    EXPECT_EQ(Rows("phone_delete", {"position"}), "1");
    EXPECT_EQ(Rows("email_delete", {"position"}), "1");
    EXPECT_EQ(Rows("address_update", {"street", "city", "country"}), "- - US")
        << "no column spoke of the country";
    EXPECT_EQ(Rows("contact_update", {"name_prefix", "websites"}), "- https://b.example")
        << "the file's is the first";
}

TEST_F(PlanTest, CustomFieldsMerge) {
    Use("8x8", {"Contact.ContactID", "Contact.Custom.Field1", "Own"});
    rules_.clear_empty = true;
    Add({"k", "new", ""});
    Add({"l", "same", ""});
    Know(0, 7).custom = {"old", "gone"};
    Know(1, 8).custom = {"same", std::nullopt};
    Make();
    EXPECT_EQ(Rows("contact_update", {"contact_id", "custom", "custom_removed"}),
              "#7 {\"field1\":\"new\"} [Own]");
    EXPECT_EQ(OutcomeOf(1), Outcome::kUnchanged);
}

TEST_F(PlanTest, GroupsAreSets) {
    Use("cinnox", {"Last Name", "Group"});
    Add({"Bo", "b;c"});
    KnownContact &known = Know(0, 7);
    rules_.mode = Mode::kUpdate;
    Hold(known, PartKind::kGroup, 0, "", {"a"});
    Hold(known, PartKind::kGroup, 0, "", {"b"});
    Make();
    EXPECT_EQ(Rows("group_delete", {"name"}), "a");
    EXPECT_EQ(Rows("group_insert", {"name"}), "c");
}

TEST_F(PlanTest, ModesAndIds) {
    const Cells header = {"Contact.FirstName", "User.LastName", "Contact.ContactID"};
    const auto outcome = [&](Mode mode, bool known, const char *key) {
        drafts_.clear();
        matches_ = {};
        Use("8x8", header);
        rules_.mode = mode;
        Add({"Al", "Cy", key});
        if (known) Know(0, 7);
        Make();
        return CodesOf(0).empty() ? std::to_string(static_cast<int>(OutcomeOf(0))) : CodesOf(0);
    };
    const std::string inserted = "0", updated = "1";
    EXPECT_EQ(outcome(Mode::kById, true, "k"), updated);
    EXPECT_EQ(outcome(Mode::kById, false, "k"), "unknown_contact_id");
    EXPECT_EQ(outcome(Mode::kById, false, ""), inserted);
    EXPECT_EQ(outcome(Mode::kUpdate, true, "k"), updated);
    EXPECT_EQ(outcome(Mode::kUpdate, false, "k"), "unknown_contact_id");
    EXPECT_EQ(outcome(Mode::kUpsert, true, "k"), updated);
    EXPECT_EQ(outcome(Mode::kUpsert, false, "k"), inserted);
    EXPECT_EQ(outcome(Mode::kUpsert, false, ""), inserted);
    EXPECT_EQ(outcome(Mode::kInsert, true, "k"), "external_id_taken");
    EXPECT_EQ(outcome(Mode::kInsert, false, "k"), inserted);
}

TEST_F(PlanTest, WhatMayNotBeChangedIsSaid) {
    Use("8x8", {"NickName", "Contact.ContactID"});
    Add({"x", "k"});
    Know(0, 7).editable = false;
    Make();
    EXPECT_EQ(CodesOf(0), "not_editable");
}

TEST_F(PlanTest, OneContactTwiceIsWrittenOnceABatch) {
    Use("8x8", {"NickName", "Contact.ContactID"});
    Add({"one", "k"});
    Add({"two", "l"});
    Know(0, 7);
    Know(1, 7);
    Make();
    EXPECT_EQ(OutcomeOf(0), Outcome::kUpdated);
    EXPECT_EQ(OutcomeOf(1), Outcome::kUpdated);
    EXPECT_EQ(CodesOf(0), "");
    EXPECT_EQ(CodesOf(1), "duplicate_in_file");
    EXPECT_EQ(Rows("contact_update", {"nickname"}), "two");
    matches_ = {};
    Know(0, 7).of_this_import = true;
    drafts_.pop_back();
    Make();
    EXPECT_EQ(CodesOf(0), "duplicate_in_file");
    EXPECT_EQ(OutcomeOf(0), Outcome::kUpdated);
    rules_.strict = true;
    Make();
    EXPECT_EQ(OutcomeOf(0), Outcome::kFailed);
}

TEST_F(PlanTest, RequiredFieldsAreNotEmptied) {
    Use("8x8", {"Contact.FirstName", "User.LastName", "Contact.ContactID"});
    rules_.clear_empty = true;
    Add({"", "Bo", "k"});
    Know(0, 7);
    Make();
    EXPECT_EQ(CodesOf(0), "required_missing");
    // Nor missed where there was none.
    matches_.contacts[Id(7)].fields[static_cast<std::size_t>(ContactField::kFirstName)].reset();
    Make();
    EXPECT_EQ(OutcomeOf(0), Outcome::kUnchanged) << CodesOf(0);
}

TEST_F(PlanTest, FaultsOfFailedRecordsAreFoundToo) {
    Use("8x8",
        {"Contact.FirstName", "User.LastName", "Contact.PhoneNumber", "Contact.Emails", "Contact.ContactID"});
    Draft draft;
    draft.cells = {"Al", "Bo", "nobody WORK", "bad", "k"};
    Validator(mapping_, rules_).Validate(draft);
    EXPECT_TRUE(draft.failed());
    const std::vector<const Draft *> drafts = {&draft};
    const auto faults = FindContactFaults(mapping_, rules_, ownership_, drafts, matches_);
    ASSERT_EQ(faults[0].size(), 2u);
    EXPECT_STREQ(faults[0][0].code, "unknown_contact_id");
    EXPECT_STREQ(faults[0][1].code, "phone_invalid");
}

TEST_F(PlanTest, OrganizationsAreCoalesced) {
    Use("genesys", {"Contact ID", "Contact First Name", "Contact Last Name", "Account ID", "Account Name",
                    "Account Industry"});
    Add({"", "", "", "a1", "Acme", "Tools"});
    Add({"k", "Al", "Bo", "a1", "", ""});
    Add({"", "", "", "a1", "Acme", "Toys"});
    Add({"", "", "", "a1", "Acme", "Toys"});
    Add({"l", "Cy", "Do", "a2", "", ""});
    Make();
    EXPECT_EQ(Rows("organization_insert", {"organization_id", "external_id", "name", "industry"}),
              "#100 a1 Acme Toys");
    EXPECT_EQ(Rows("contact_insert", {"external_id", "organization_id"}), "k #100");
    EXPECT_EQ(OutcomeOf(0), Outcome::kInserted);
    EXPECT_EQ(OutcomeOf(2), Outcome::kUpdated);
    EXPECT_EQ(CodesOf(2), "duplicate_in_file");
    EXPECT_EQ(OutcomeOf(3), Outcome::kUnchanged);
    EXPECT_EQ(CodesOf(4), "unknown_organization_id");
    // Under strict the later record fails and changes nothing.
    rules_.strict = true;
    Make();
    EXPECT_EQ(Rows("organization_insert", {"industry"}), "Tools");
    EXPECT_EQ(OutcomeOf(2), Outcome::kFailed);
}

TEST_F(PlanTest, KnownOrganizations) {
    Use("genesys", {"Contact ID", "Contact First Name", "Contact Last Name", "Account ID", "Account Name",
                    "Account Industry"});
    Add({"k", "Al", "Bo", "a1", "Acme", "Toys"});
    Add({"l", "Cy", "Do", "", "", ""});
    KnownOrganization &known = matches_.organizations[0];
    known.id = Id(50);
    known.fields[static_cast<std::size_t>(OrganizationField::kName)] = "Acme";
    known.fields[static_cast<std::size_t>(OrganizationField::kCity)] = "Bern";
    Know(0, 7).organization_id = Id(50);
    Know(1, 8).organization_id = Id(51);
    Make();
    EXPECT_EQ(Rows("organization_update", {"organization_id", "industry", "city"}), "#50 Toys Bern");
    EXPECT_EQ(OutcomeOf(0), Outcome::kUpdated);
    EXPECT_EQ(plan_.Find("contact_update")->rows.size(), 1u) << "Cy and Do are news of the second alone";
    EXPECT_EQ(Rows("contact_update", {"contact_id", "organization_id"}), "#8 #51");
    drafts_.clear();
    rules_.clear_empty = true;
    Add({"k", "Al", "Bo", "a1", "Acme", ""});
    Add({"l", "Al", "Bo", "", "", ""});
    Make();
    EXPECT_EQ(OutcomeOf(0), Outcome::kUnchanged);
    EXPECT_EQ(Rows("contact_update", {"contact_id", "organization_id"}), "#8 -");
}

TEST_F(PlanTest, RepeatsAreAppliedInOrder) {
    Use("genesys", {"Contact ID", "Contact First Name", "Contact Last Name", "Contact Title",
                    "Contact Work Phone", "Contact Work Email", "Shoe Size", "Account ID", "Account Name"});
    Add({"n", "Al", "Bo", "one", "+13175550123", "", "1", "a1", "Acme"});
    Add({"m", "Cy", "Do", "", "", "", "", "", ""});
    Add({"n", "Al", "Bo", "", "+13175550124", "a@b.example", "2", "", ""});
    Add({"n", "Al", "Bo", "", "", "", "", "a2", "Beta"});
    Add({"n", "Al", "Bo", "", "+13175550124", "", "", "", ""});
    Make();
    EXPECT_EQ(OutcomeOf(0), Outcome::kInserted);
    EXPECT_EQ(OutcomeOf(2), Outcome::kUpdated);
    EXPECT_EQ(OutcomeOf(3), Outcome::kUpdated);
    EXPECT_EQ(OutcomeOf(4), Outcome::kUnchanged);
    EXPECT_EQ(CodesOf(0) + CodesOf(1), "");
    EXPECT_EQ(CodesOf(4), "duplicate_in_file");
    EXPECT_EQ(Rows("contact_insert",
                   {"contact_id", "external_id", "first_name", "job_title", "organization_id", "custom"}),
              "#102 m Cy - - {}; #101 n Al one #103 {\"Shoe Size\":\"2\"}");
    EXPECT_EQ(Phones("insert"), "1 work +13175550124 - -");
    EXPECT_EQ(Rows("email_insert", {"contact_id", "position", "address", "visibility"}),
              "#101 1 a@b.example company");
    EXPECT_EQ(Rows("contact_update", {"contact_id"}) + Phones("update"), "");
    EXPECT_EQ(Rows("organization_insert", {"name"}), "Acme; Beta");
}

TEST_F(PlanTest, RepeatsThatUndoEachOtherWriteNothing) {
    Use("8x8", {"NickName", "Contact.PhoneNumber", "Contact.ContactID"});
    rules_.clear_empty = true;
    Add({"x", "", "k"});
    Add({"", "+12345678901 WORK", "k"});
    for (const std::size_t row : {0, 1}) matches_.hits[row].push_back({0, Id(7)});
    Hold(Know(0, 7), PartKind::kPhone, 3, "work", {"+12345678901", std::nullopt, std::nullopt});
    Make();
    EXPECT_EQ(OutcomeOf(1), Outcome::kUpdated);
    EXPECT_EQ(Phones("insert"), "1 work +12345678901 - -");
    EXPECT_EQ(Rows("phone_delete", {"position"}), "3");
    rules_.clear_empty = false;
    drafts_.clear();
    Add({"x", "+12345678902 WORK", "k"});
    Add({"", "+12345678901 WORK", "k"});
    Make();
    EXPECT_EQ(Phones("update") + Phones("insert"), "")
        << "the first record's number is not stored in between";
    EXPECT_EQ(Rows("contact_update", {"nickname"}), "x");
}

class MatchTest : public PlanTest {
  protected:
    void SetUp() override {
        Use("cinnox", {"Last Name", "Job Title", "Mobile", "Email"});
        rules_.mode = Mode::kUpsert;
        rules_.match_by = {Criterion::kEmail, Criterion::kPhone};
    }
    // What became of a record whose e-mail and phone are those of these contacts.
    std::string Found(std::vector<std::uint8_t> by_email, std::vector<std::uint8_t> by_phone) {
        drafts_.clear();
        matches_ = {};
        Add({"Bo", "new", "+85212345678", "a@b.example"});
        for (const auto id : by_email) Know(0, id), matches_.hits[0].back().criterion = 0;
        for (const auto id : by_phone) Know(0, id), matches_.hits[0].back().criterion = 1;
        Make();
        if (OutcomeOf(0) == Outcome::kFailed) return CodesOf(0) + ": " + plan_.rows[0].issues[0].message;
        return OutcomeOf(0) == Outcome::kInserted ? "inserted" : Rows("contact_update", {"contact_id"});
    }
};

TEST_F(MatchTest, CriteriaCountInTheirOrder) {
    EXPECT_EQ(Found({}, {}), "inserted");
    EXPECT_EQ(Found({3}, {}), "#3");
    EXPECT_EQ(Found({}, {4}), "#4");
    EXPECT_EQ(Found({3}, {3}), "#3");
    EXPECT_EQ(Found({3}, {4, 3}), "#3") << "the phone is one of several that the contact shares";
    const std::string three = ToText(Id(3)), four = ToText(Id(4));
    EXPECT_EQ(Found({3}, {4}), "ambiguous_match: the record's email is that of contact " + three +
                                   ", its phone that of " + four);
    EXPECT_EQ(Found({3, 4}, {3}),
              "ambiguous_match: several contacts have this record's email: " + three + ", " + four);
    EXPECT_EQ(Found({}, {3, 4, 5, 6}).substr(0, 59),
              "ambiguous_match: several contacts have this record's phone:");
    std::vector<std::uint8_t> many;
    for (std::uint8_t id = 10; many.size() < kMaxHits; ++id) many.push_back(id);
    EXPECT_EQ(Found({3}, many), "#3") << "so many share the phone that it tells nothing";
}

TEST_F(MatchTest, RecordsOfOneBatchMeetByValue) {
    Add({"Bo", "one", "", "a@B.example"});
    Add({"Cy", "two", "+85212345678", ""});
    Add({"Bo", "three", "+85212345679", "a@b.EXAMPLE"});
    Add({"Bo", "four", "+85212345679", ""});
    Add({"Di", "five", "+85212345678", "a@b.example"});
    Make();
    EXPECT_EQ(OutcomeOf(2), Outcome::kUpdated);
    EXPECT_EQ(OutcomeOf(3), Outcome::kUpdated) << "by the phone that the record before gave";
    EXPECT_EQ(CodesOf(4), "ambiguous_match");
    EXPECT_EQ(Rows("contact_insert", {"last_name", "job_title"}), "Bo four; Cy two");
    EXPECT_EQ(Phones("insert"), "1 mobile +85212345679 - -; 1 mobile +85212345678 - -");
}

TEST_F(MatchTest, Duplicates) {
    const auto outcome = [&](OnDuplicate on_duplicate, bool known) {
        drafts_.clear();
        matches_ = {};
        rules_.on_duplicate = on_duplicate;
        Add({"Bo", "one", "", "a@b.example"});
        Add({"Bo", "two", "", "a@b.example"});
        for (std::size_t row = 0; known && row < 2; ++row) Know(row, 3);
        Make();
        std::string out;
        for (std::size_t row = 0; row < 2; ++row) {
            static const char *const kNames[] = {"inserted", "updated", "unchanged", "failed"};
            out += (row ? ", " : "") + std::string(kNames[static_cast<int>(OutcomeOf(row))]);
            if (!CodesOf(row).empty()) out += " " + CodesOf(row);
        }
        return out;
    };
    EXPECT_EQ(outcome(OnDuplicate::kByMode, false), "inserted, updated duplicate_in_file");
    EXPECT_EQ(outcome(OnDuplicate::kByMode, true), "updated, updated duplicate_in_file");
    EXPECT_EQ(outcome(OnDuplicate::kSkip, false), "inserted, unchanged duplicate_in_file");
    EXPECT_EQ(outcome(OnDuplicate::kSkip, true), "unchanged skipped_duplicate, unchanged skipped_duplicate");
    EXPECT_EQ(outcome(OnDuplicate::kError, false), "inserted, failed duplicate_in_file");
    EXPECT_EQ(outcome(OnDuplicate::kError, true), "failed duplicate, failed duplicate");
    EXPECT_EQ(outcome(OnDuplicate::kInsert, true), "inserted, inserted");
    rules_.mode = Mode::kInsert;
    EXPECT_EQ(outcome(OnDuplicate::kByMode, false), "inserted, failed duplicate_in_file");
    EXPECT_EQ(outcome(OnDuplicate::kUpdate, true), "updated, updated duplicate_in_file");
    rules_.mode = Mode::kUpdate;
    EXPECT_EQ(outcome(OnDuplicate::kByMode, false), "failed no_match, failed no_match");
}

// Records that have nothing to be known by are known by all of their cells.
class RepeatTest : public PlanTest {
  protected:
    // The outcome of each record, its codes, and what SeenRecords is to learn of it.
    std::string Outcomes() {
        Make();
        std::string out;
        for (std::size_t row = 0; row < drafts_.size(); ++row) {
            static const char *const kNames[] = {"inserted", "updated", "unchanged", "failed"};
            out += (row ? ", " : "") + std::string(kNames[static_cast<int>(OutcomeOf(row))]);
            if (!CodesOf(row).empty()) out += " " + CodesOf(row);
            const RowPlan &plan = plan_.rows[row];
            EXPECT_EQ(plan.cells_hash, plan.first_record ? HashCells(drafts_[row].cells) : 0);
            if (plan.cells_hash != 0) out += " #" + std::to_string(plan.first_record);
        }
        return out;
    }
};

TEST_F(RepeatTest, AreImportedOnce) {
    Use("cinnox", {"First Name", "Last Name", "Email"});
    Add({"Al", "Bo", "a@b.example"});
    Add({"Al", "Bo", "a@b.example"});
    Add({"Al", "Bo", "A@b.example"});
    Add({"Al", "Bo", "a@b.example", ""});
    Add({"Al", "Bo"});
    Add({"Al", "Bo", ""});
    EXPECT_EQ(Outcomes(),
              "inserted #1, unchanged duplicate_in_file #1, inserted #3, unchanged duplicate_in_file #1, "
              "inserted #5, unchanged duplicate_in_file #5");
    EXPECT_EQ(Rows("contact_insert", {"contact_id"}), "#100; #101; #102");
    EXPECT_EQ(Rows("email_insert", {"contact_id", "address"}), "#100 a@b.example; #101 A@b.example");
    EXPECT_EQ(plan_.rows[3].issues[0].message,
              "this record is the same as record 1 of the file; it was skipped");
    EXPECT_EQ(plan_.rows[3].issues[0].severity, Severity::kWarning);
}

TEST_F(RepeatTest, AsAsked) {
    Use("8x8", {"Contact.FirstName", "User.LastName", "Contact.ContactID"});
    Add({"Al", "Bo", ""});
    Add({"Al", "Bo", ""});
    EXPECT_EQ(Outcomes(), "inserted #1, unchanged duplicate_in_file #1") << "by ID, but there is none";
    for (const Mode mode : {Mode::kInsert, Mode::kUpsert}) {
        rules_.mode = mode;
        rules_.strict = false;
        for (const OnDuplicate asked : {OnDuplicate::kByMode, OnDuplicate::kSkip, OnDuplicate::kUpdate}) {
            rules_.on_duplicate = asked;
            EXPECT_EQ(Outcomes(), "inserted #1, unchanged duplicate_in_file #1");
        }
        rules_.on_duplicate = OnDuplicate::kError;
        EXPECT_EQ(Outcomes(), "inserted #1, failed duplicate_in_file #1");
        EXPECT_EQ(plan_.rows[1].issues[0].message, "this record is the same as record 1 of the file");
        rules_.on_duplicate = OnDuplicate::kInsert;
        EXPECT_EQ(Outcomes(), "inserted, inserted");
        rules_.strict = true;
        EXPECT_EQ(Outcomes(), "inserted, inserted");
        rules_.on_duplicate = OnDuplicate::kSkip;
        EXPECT_EQ(Outcomes(), "inserted #1, unchanged duplicate_in_file #1");
        rules_.on_duplicate = OnDuplicate::kByMode;
        EXPECT_EQ(Outcomes(), "inserted #1, failed duplicate_in_file #1");
    }
}

TEST_F(RepeatTest, OfEarlierBatches) {
    Use("cinnox", {"First Name", "Last Name"});
    Add({"Al", "Bo"});
    Add({"Cy", "Do"});
    Add({"Cy", "Do"});
    seen_.Add(HashCells(drafts_[1].cells), -5);
    EXPECT_EQ(Outcomes(), "inserted #1, unchanged duplicate_in_file #-5, unchanged duplicate_in_file #-5");
    EXPECT_EQ(seen_.Find(HashCells(drafts_[0].cells)), std::nullopt) << "it is not stored yet";
}

TEST_F(RepeatTest, WhereAValueIsMatchedBy) {
    Use("generic", {"Last Name", "Email"});
    rules_.mode = Mode::kUpsert;
    rules_.match_by = {Criterion::kEmail};
    Add({"Bo", "a@b.example"});
    Add({"Bo", "a@b.example"});
    Add({"Bo", ""});
    Add({"Bo", ""});
    EXPECT_EQ(Outcomes(),
              "inserted, unchanged duplicate_in_file, inserted #3, unchanged duplicate_in_file #3");
}

TEST_F(RepeatTest, OfFailedRecordsFailThemselves) {
    rules_.on_duplicate = OnDuplicate::kUpdate;
    Use("genesys", {"Contact ID", "Contact First Name", "Contact Last Name"});
    Add({"", "Cy", "Do"});
    Add({"", "Cy", "Do"});
    EXPECT_EQ(Outcomes(), "failed required_missing, failed required_missing");
}

TEST_F(MatchTest, DefaultsAreForNewContacts) {
    Use("cinnox", {"Last Name", "Job Title", "Mobile", "Email", "Key"});
    rules_.mode = Mode::kUpsert;
    Draft defaults;
    defaults[ContactField::kJobTitle] = Cell::Value("none");
    rules_.defaults = &defaults;
    ownership_.default_custom = {{"Key", "k"}, {"Tag", "t"}};
    Add({"A", "", "", "a@b.example", "own"});
    Add({"B", "own", "", "b@b.example", ""});
    Add({"C", "", "", "c@b.example", ""});
    Know(2, 3);
    Make();
    EXPECT_EQ(Rows("contact_insert", {"job_title", "custom"}),
              "none {\"Key\":\"own\",\"Tag\":\"t\"}; own {\"Key\":\"k\",\"Tag\":\"t\"}");
    EXPECT_EQ(Rows("contact_update", {"job_title", "custom"}), "- {}");
}

TEST_F(MatchTest, Keys) {
    Use("8x8",
        {"Contact.FirstName", "User.LastName", "Contact.PhoneNumber", "Contact.Emails", "Contact.ContactID"});
    rules_.mode = Mode::kUpsert;
    rules_.match_by = {Criterion::kPhone, Criterion::kContactId, Criterion::kExternalId, Criterion::kEmail};
    Add({"Al", "Bo", "+12345678901 WORK: +12345678902 HOME", "a@b.example",
         "00000000-0000-0000-0000-00000000000A"});
    Add({"Cy", "Do", "", "", "k"});
    std::vector<const Draft *> drafts = {&drafts_[0], &drafts_[1]};
    plan_ = MakeKeys(mapping_, rules_, ownership_, drafts);
    EXPECT_EQ(Rows("match_key", {"row_number", "criterion", "contact_id", "external_id", "email", "phone"}),
              "0 0 - - - +12345678901; 0 0 - - - +12345678902; 0 1 #10 - - -; "
              "0 2 - 00000000-0000-0000-0000-00000000000A - -; 0 3 - - a@b.example -; 1 2 - k - -");
    EXPECT_EQ(plan_.Find("contact_key"), nullptr);
}

TEST_F(PlanTest, Keys) {
    Use("genesys", {"Contact ID", "Contact First Name", "Contact Last Name", "Account ID", "Account Name"});
    Add({"00000000-0000-0000-0000-00000000000A", "Al", "Bo", "a1", "Acme"});
    Add({"", "", "", "0000000000000000000000000000000b", "Beta"});
    std::vector<const Draft *> drafts = {&drafts_[0], &drafts_[1]};
    plan_ = MakeKeys(mapping_, rules_, ownership_, drafts);
    EXPECT_EQ(
        Rows("contact_key", {"row_number", "contact_id", "source", "external_id", "owner_id", "personal"}),
        "0 #10 genesys 00000000-0000-0000-0000-00000000000A #1 false");
    EXPECT_EQ(Rows("organization_key", {"row_number", "organization_id", "external_id", "name"}),
              "0 - a1 -; 1 #11 0000000000000000000000000000000b -");
}

TEST(JsonString, Escapes) {
    EXPECT_EQ(JsonString("a\"b\\c\n\x01\x1F é"), "\"a\\\"b\\\\c\\u000a\\u0001\\u001f é\"");
    EXPECT_EQ(JsonString(""), "\"\"");
}

}  // namespace
}  // namespace contacts
