#include "core/format/profile.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/format/mapping.h"

namespace contacts {
namespace {

ProfileDefinition Definition() {
    ProfileDefinition definition;
    definition.name = "mine";
    definition.format = "genesys";
    return definition;
}

std::string MessageOf(const ProfileDefinition &definition) {
    const Result<const Profile *> made = MakeProfile(definition);
    return made ? "" : made.fault().message;
}

// Where a header of one column goes.
std::string TargetOf(const Profile &profile, const char *header) {
    const auto &columns = profile.format.columns;
    for (const Column &column : columns) {
        std::vector<std::string_view> spellings = Split(column.aliases, '|');
        spellings.insert(spellings.begin(), column.header);
        for (const std::string_view spelling : spellings)
            if (NormalizeHeader(spelling, true) == NormalizeHeader(header, true))
                return std::string(NameOf(column.target)) + (column.label[0] ? ":" : "") + column.label;
    }
    return "";
}

TEST(Profile, AddsSpellingsAndColumns) {
    ProfileDefinition definition = Definition();
    definition.source = "crm";
    definition.columns = {{"Surname", "last_name", ""},       {"Cell", "phone", "mobile"},
                          {"Notes", "", ""},                  {"Contact Work Phone", "phone", "main"},
                          {"Contact First Name", "nickname", ""}, {"Tier", "custom", ""}};
    const Result<const Profile *> made = MakeProfile(definition);
    ASSERT_TRUE(made) << made.fault().message;
    const Profile &profile = **made;
    EXPECT_STREQ(profile.format.name, "mine");
    EXPECT_STREQ(profile.format.source, "crm");
    EXPECT_EQ(TargetOf(profile, "SURNAME"), "last_name");
    EXPECT_EQ(TargetOf(profile, "Contact Last Name"), "last_name") << "the format's own spelling";
    EXPECT_EQ(TargetOf(profile, "Cell").substr(0, 12), "phone:mobile");
    EXPECT_EQ(TargetOf(profile, "Notes"), "ignored");
    EXPECT_EQ(TargetOf(profile, "Contact Work Phone"), "phone:main") << "taken away from the format";
    EXPECT_EQ(TargetOf(profile, "Contact First Name"), "nickname");
    EXPECT_EQ(TargetOf(profile, "Tier"), "custom:Tier");
    const auto last_name = std::find_if(profile.format.columns.begin(), profile.format.columns.end(),
                                        [](const Column &c) { return c.target == Target::kLastName; });
    EXPECT_TRUE(last_name->required);
}

TEST(Profile, DefaultsAreReadAsCells) {
    ProfileDefinition definition = Definition();
    definition.defaults = {{"last_name", "unknown"}, {"contact_type", "LEAD"}, {"custom.campaign", "spring"}};
    const Result<const Profile *> made = MakeProfile(definition);
    ASSERT_TRUE(made) << made.fault().message;
    EXPECT_EQ((*made)->defaults[ContactField::kContactType].text, "lead");
    EXPECT_EQ((*made)->default_custom.size(), 1u);
    for (const Column &column : (*made)->format.columns)
        if (column.target == Target::kLastName) {
            EXPECT_FALSE(column.required);
        }
}

TEST(Profile, IsMadeOnce) {
    const ProfileDefinition definition = Definition();
    ProfileDefinition other = definition;
    other.columns = {{"A", "nickname", ""}};
    EXPECT_EQ(*MakeProfile(definition), *MakeProfile(definition));
    EXPECT_NE(*MakeProfile(definition), *MakeProfile(other));
}

TEST(Profile, SaysWhatIsWrong) {
    ProfileDefinition definition = Definition();
    definition.columns = {{"A", "surname", ""}};
    EXPECT_EQ(MessageOf(definition), "unknown field \"surname\" for column \"A\" of import profile \"mine\"");
    definition.columns = {{"A", "nickname", "work"}};
    EXPECT_NE(MessageOf(definition), "");
    definition.columns = {{"A", "social", ""}};
    EXPECT_NE(MessageOf(definition), "");
    definition = Definition();
    definition.defaults = {{"contact_type", "friend"}};
    EXPECT_NE(MessageOf(definition), "");
    definition = Definition();
    definition.name = "8x8";
    EXPECT_NE(MessageOf(definition), "");
    definition = Definition();
    definition.format = "none";
    EXPECT_NE(MessageOf(definition), "");
}

}  // namespace
}  // namespace contacts
