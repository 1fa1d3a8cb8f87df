#include "core/format/product/product.h"

namespace contacts::product {
namespace {

// Salesforce writes an ID in 15 characters, where case counts, or in 18: the further three say which of the
// letters are capitals, one character for five letters.
std::string FullSalesforceId(std::string_view id) {
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    const auto is_id = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
    std::string out(id);
    if (id.size() != 15) return out;
    for (std::size_t chunk = 0; chunk < 3; ++chunk) {
        unsigned capitals = 0;
        for (std::size_t i = 0; i < 5; ++i) {
            const char c = id[chunk * 5 + i];
            if (!is_id(c)) return std::string(id);
            if (c >= 'A' && c <= 'Z') capitals |= 1u << i;
        }
        out += kDigits[capitals];
    }
    return out;
}

}  // namespace

// Salesforce: the names of its API, as Data Loader writes them, and the labels of its reports. "Title" is a
// job title here. AccountId says which account without naming it, so it is kept aside.
Format Salesforce() {
    Format f{};
    f.name = "salesforce";
    f.title = "Salesforce";
    f.source = "salesforce";
    f.columns = {
        {"Id", "Contact ID", Target::kContactId},
        {"AccountId", "Account ID", Target::kCustom, "account_id"},
        {"Account.Name", "Account Name", Target::kOrganizationName},
        {"Salutation", "", Target::kNamePrefix},
        {"FirstName", "First Name", Target::kFirstName, "", false, 0, 40},
        {"MiddleName", "Middle Name", Target::kMiddleName, "", false, 0, 40},
        {"LastName", "Last Name", Target::kLastName, "", true, 0, 80},
        {"Suffix", "", Target::kNameSuffix, "", false, 0, 40},
        {"Title", "", Target::kJobTitle, "", false, 0, 128},
        {"Department", "", Target::kDepartment, "", false, 0, 80},
        {"Email", "", Target::kEmail, "*work", false, 0, 80},
        {"Phone", "", Target::kPhone, "*work", false, 0, 40},
        {"MobilePhone", "Mobile|Mobile Phone", Target::kPhone, "mobile|cell", false, 0, 40},
        {"HomePhone", "Home Phone", Target::kPhone, "home", false, 0, 40},
        {"OtherPhone", "Other Phone", Target::kPhone, "other", false, 0, 40},
        {"AssistantPhone", "Asst. Phone|Assistant Phone", Target::kPhone, "assistant", false, 0, 40},
        {"Fax", "", Target::kPhone, "fax|work fax|home fax|other fax", false, 0, 40},
        {"AssistantName", "Assistant|Assistant's Name", Target::kCustom, "assistant_name"},
        {"MailingStreet", "Mailing Street|Mailing Address Line 1", Target::kStreet, "*mailing", false, 0,
         255},
        {"MailingCity", "Mailing City", Target::kCity, "*mailing", false, 0, 40},
        {"MailingState", "Mailing State/Province|Mailing State", Target::kRegion, "*mailing", false, 0, 80},
        {"MailingPostalCode", "Mailing Zip/Postal Code|Mailing Postal Code", Target::kPostalCode, "*mailing",
         false, 0, 20},
        {"MailingCountry", "Mailing Country", Target::kCountry, "*mailing", false, 0, 80},
        {"OtherStreet", "Other Street", Target::kStreet, "other", false, 0, 255},
        {"OtherCity", "Other City", Target::kCity, "other", false, 0, 40},
        {"OtherState", "Other State/Province|Other State", Target::kRegion, "other", false, 0, 80},
        {"OtherPostalCode", "Other Zip/Postal Code|Other Postal Code", Target::kPostalCode, "other", false, 0,
         20},
        {"OtherCountry", "Other Country", Target::kCountry, "other", false, 0, 80},
        {"Birthdate", "", Target::kBirthDate},
        {"Description", "", Target::kNotes},
        {"LeadSource", "Lead Source", Target::kCustom, "lead_source"},
        {"ReportsToId", "", Target::kCustom, "reports_to_id"},
        {"OwnerId", "", Target::kCustom, "owner_id"},
    };
    for (const Column &column : std::vector<Column>{
             {"ReportsTo.Email", "", Target::kCustom, "reports_to_email"},
             {"Account Owner", "", Target::kCustom, "account_owner"},
             {"Contact Owner", "", Target::kCustom, "contact_owner"},
             {"Contact Record Type", "", Target::kCustom, "record_type"},
             {"ERROR", "", Target::kIgnored},  // of the failures file of Data Loader
         })
        f.columns.push_back(Hidden(column));
    f.mode = Mode::kUpsert;
    f.visibility = "company";
    f.phones = PhoneRule::kRegional;
    f.dates = DateOrder::kYearMonthDay;
    f.canonical_id = FullSalesforceId;
    return f;
}

}  // namespace contacts::product
