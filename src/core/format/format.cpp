#include "core/format/format.h"

#include <algorithm>

#include "core/vcard/card.h"

namespace contacts {
namespace {

constexpr std::int64_t kMegabyte = 1024 * 1024;

// 8x8, "external contacts" bulk upload: the documented header set is the view; aliases take the advanced
// template of resellers (Contact.LastName …) and the legacy Account Manager set (First Name …).
Format EightByEight() {
    Format f{};
    f.name = "8x8";
    f.title = "8x8";
    f.source = "8x8";
    f.columns = {
        {"Contact.FirstName", "First Name", Target::kFirstName, "", true, 2, 30},
        {"User.LastName", "Contact.LastName|Last Name", Target::kLastName, "", true, 2, 30},
        {"NickName", "Contact.NickName|Nick Name", Target::kNickname, "", false, 0, 30},
        {"Contact.Title", "Contact.JobTitle|Job Title", Target::kJobTitle, "", false, 0, 254},
        {"Contact.Department", "Department", Target::kDepartment, "", false, 0, 40},
        {"Contact.Location", "Location", Target::kLocation, "", false, 0, 128},
        {"Contact.PhoneNumber", "Contact.PhoneNumbers|Phones", Target::kPhoneList, "", false, 0, 512},
        {"Contact.Emails", "Contact.Email", Target::kEmail, "*work"},
        {"Contact.Custom.Field1", "Contact.CustomField1|Custom Field1", Target::kCustom, "field1", false, 0,
         254},
        {"Contact.Custom.Field2", "Contact.CustomField2|Custom Field2", Target::kCustom, "field2", false, 0,
         254},
        {"Contact.Custom.Field3", "Contact.CustomField3|Custom Field3", Target::kCustom, "field3", false, 0,
         254},
        {"Contact.ContactID", "Contact Id", Target::kContactId},
    };
    Column emails{"Email Addresses", "", Target::kEmailList, "", false, 0, 1024};
    Column addresses{"Addresses", "", Target::kAddressList, "", false, 0, 2048};
    emails.in_view = addresses.in_view = false;
    f.columns.push_back(emails);
    f.columns.push_back(addresses);
    f.mode = Mode::kById;
    f.visibility = "company";
    f.phones = PhoneRule::kBareInternational;
    f.max_bytes = 10 * kMegabyte;
    f.max_records = 40000;
    f.described_by = "Contact.PhoneNumbers";
    return f;
}

// CINNOX, External Contacts: 26 columns A to Z; the error log stands in column AA.
Format Cinnox() {
    Format f{};
    f.name = "cinnox";
    f.title = "CINNOX";
    f.source = "cinnox";
    f.columns = {
        {"First Name", "", Target::kFirstName},
        {"Last Name", "", Target::kLastName, "", true},
        {"Type", "Contact Type", Target::kContactType},
        {"Level", "Contact Level", Target::kContactLevel},
        {"Company", "", Target::kOrganizationName},
        {"Job Title", "", Target::kJobTitle},
        {"Department", "", Target::kDepartment},
        {"Birth Date", "Birthdate|Birthday", Target::kBirthDate},
        {"Language", "", Target::kLanguage},
        {"Group", "Label|Contact Label", Target::kGroups},
        {"Mobile", "", Target::kPhone, "mobile"},
        {"Work", "", Target::kPhone, "work"},
        {"Home", "", Target::kPhone, "home"},
        {"Other", "", Target::kPhone, "*other"},
        {"Email", "", Target::kEmail, "*primary"},
        {"Other Email", "", Target::kEmail, "other"},
        {"Street", "", Target::kStreet, "*primary"},
        {"City", "", Target::kCity, "*primary"},
        {"State", "", Target::kRegion, "*primary"},
        {"ZIP code", "ZIP|Postal Code", Target::kPostalCode, "*primary"},
        {"Country", "", Target::kCountry, "*primary"},
        {"Facebook", "", Target::kSocial, "facebook"},
        {"WhatsApp", "", Target::kSocial, "whatsapp"},
        {"WeChat", "", Target::kSocial, "wechat"},
        {"Twitter", "", Target::kSocial, "twitter"},
        {"LinkedIn", "", Target::kSocial, "linkedin"},
        {kErrorColumn, "", Target::kIgnored},
    };
    f.mode = Mode::kInsert;
    f.visibility = "restricted";
    f.phones = PhoneRule::kInternational;
    f.required_on_update = true;
    f.country_required_known = true;
    f.default_type = "lead";
    f.default_level = "primary";
    f.error_column = 27;
    return f;
}

// Genesys Cloud, bulk CSV import of the first generation. Five headers are documented, and documented as
// case-sensitive; the others follow the same pattern over the API's fields and are compared loosely.
Format Genesys() {
    Format f{};
    f.name = "genesys";
    f.title = "Genesys Cloud";
    f.source = "genesys";
    const auto exact = [](Column column) {
        column.header_case = HeaderCase::kExact;
        return column;
    };
    f.columns = {
        exact({"Contact ID", "Contact Id", Target::kContactId, "", true, 0, 255}),
        exact({"Contact First Name", "", Target::kFirstName, "", true, 0, 1000}),
        {"Contact Middle Name", "", Target::kMiddleName, "", false, 0, 1000},
        exact({"Contact Last Name", "", Target::kLastName, "", true, 0, 1000}),
        {"Contact Salutation", "", Target::kNamePrefix, "", false, 0, 1000},
        {"Contact Title", "", Target::kJobTitle, "", false, 0, 1000},
        {"Contact Work Phone", "", Target::kPhone, "work", false, 0, 512},
        {"Contact Work Phone Extension", "", Target::kPhoneExtension, "work"},
        {"Contact Work Phone Accepts SMS", "Contact Work Phone SMS Enabled", Target::kPhoneSms, "work"},
        {"Contact Cell Phone", "", Target::kPhone, "mobile", false, 0, 512},
        {"Contact Cell Phone Extension", "", Target::kPhoneExtension, "mobile"},
        {"Contact Cell Phone Accepts SMS", "Contact Cell Phone SMS Enabled", Target::kPhoneSms, "mobile"},
        {"Contact Home Phone", "", Target::kPhone, "home", false, 0, 512},
        {"Contact Home Phone Extension", "", Target::kPhoneExtension, "home"},
        {"Contact Home Phone Accepts SMS", "Contact Home Phone SMS Enabled", Target::kPhoneSms, "home"},
        {"Contact Other Phone", "", Target::kPhone, "*other", false, 0, 512},
        {"Contact Other Phone Extension", "", Target::kPhoneExtension, "*other"},
        {"Contact Other Phone Accepts SMS", "Contact Other Phone SMS Enabled", Target::kPhoneSms, "*other"},
        {"Contact Work Email", "", Target::kEmail, "work", false, 0, 256},
        {"Contact Personal Email", "", Target::kEmail, "personal", false, 0, 256},
        {"Contact Other Email", "", Target::kEmail, "*other", false, 0, 256},
        {"Contact Address 1", "", Target::kStreet, "*work", false, 0, 200},
        {"Contact Address 2", "", Target::kStreet2, "*work", false, 0, 200},
        {"Contact City", "", Target::kCity, "*work", false, 0, 100},
        {"Contact State", "", Target::kRegion, "*work", false, 0, 50},
        {"Contact Postal Code", "", Target::kPostalCode, "*work", false, 0, 25},
        {"Contact Country", "", Target::kCountry, "*work", false, 0, 25},
        {"Contact Twitter Id", "", Target::kSocial, "twitter", false, 0, 255},
        {"Contact Survey Opt Out", "", Target::kCustom, "survey_opt_out"},
        {"Contact External System URL", "", Target::kWebsites, "", false, 0, 1000},
        exact({"Account ID", "Account Id", Target::kOrganizationId, "", true, 0, 255}),
        exact({"Account Name", "", Target::kOrganizationName, "", true, 0, 1000}),
        {"Account Type", "", Target::kOrganizationType},
        {"Account Industry", "Industry", Target::kOrganizationIndustry},
        {"Account Phone", "", Target::kOrganizationPhone, "", false, 0, 512},
        {"Account Fax", "", Target::kOrganizationFax, "", false, 0, 512},
        {"Account Address 1", "", Target::kOrganizationStreet, "", false, 0, 200},
        {"Account Address 2", "", Target::kOrganizationStreet2, "", false, 0, 200},
        {"Account City", "", Target::kOrganizationCity, "", false, 0, 100},
        {"Account State", "", Target::kOrganizationRegion, "", false, 0, 50},
        {"Account Postal Code", "", Target::kOrganizationPostalCode, "", false, 0, 25},
        {"Account Country", "", Target::kOrganizationCountry, "", false, 0, 25},
        {"Account Employee Count", "", Target::kOrganizationEmployeeCount},
        {"Account Revenue", "", Target::kOrganizationRevenue},
        {"Account Websites", "", Target::kOrganizationWebsites},
        {"Account Tags", "", Target::kOrganizationTags},
        {"Account Ticker Symbol", "", Target::kOrganizationTickerSymbol},
        {"Account Ticker Exchange", "", Target::kOrganizationTickerExchange},
    };
    f.mode = Mode::kUpsert;
    f.visibility = "company";
    f.phones = PhoneRule::kRegional;
    f.default_region = "US";
    f.required_on_update = true;
    f.max_bytes = 10 * kMegabyte;
    return f;
}

}  // namespace

const char *NameOf(Target target) {
    switch (target) {
        case Target::kIgnored:
            return "ignored";
        case Target::kContactId:
            return "contact_id";
        case Target::kNamePrefix:
            return "name_prefix";
        case Target::kFirstName:
            return "first_name";
        case Target::kMiddleName:
            return "middle_name";
        case Target::kLastName:
            return "last_name";
        case Target::kNameSuffix:
            return "name_suffix";
        case Target::kNickname:
            return "nickname";
        case Target::kJobTitle:
            return "job_title";
        case Target::kDepartment:
            return "department";
        case Target::kLocation:
            return "location";
        case Target::kBirthDate:
            return "birth_date";
        case Target::kLanguage:
            return "language";
        case Target::kContactType:
            return "contact_type";
        case Target::kContactLevel:
            return "contact_level";
        case Target::kWebsites:
            return "websites";
        case Target::kCustom:
            return "custom";
        case Target::kGroups:
            return "groups";
        case Target::kPhone:
            return "phone";
        case Target::kPhoneExtension:
            return "phone_extension";
        case Target::kPhoneSms:
            return "phone_accepts_sms";
        case Target::kPhoneList:
            return "phones";
        case Target::kEmail:
            return "email";
        case Target::kEmailList:
            return "emails";
        case Target::kStreet:
            return "street";
        case Target::kStreet2:
            return "street2";
        case Target::kCity:
            return "city";
        case Target::kRegion:
            return "region";
        case Target::kPostalCode:
            return "postal_code";
        case Target::kCountry:
            return "country";
        case Target::kAddressList:
            return "addresses";
        case Target::kSocial:
            return "social";
        case Target::kSocialList:
            return "social_handles";
        case Target::kOrganizationId:
            return "organization_id";
        case Target::kOrganizationName:
            return "organization_name";
        case Target::kOrganizationType:
            return "organization_type";
        case Target::kOrganizationIndustry:
            return "organization_industry";
        case Target::kOrganizationPhone:
            return "organization_phone";
        case Target::kOrganizationFax:
            return "organization_fax";
        case Target::kOrganizationStreet:
            return "organization_street";
        case Target::kOrganizationStreet2:
            return "organization_street2";
        case Target::kOrganizationCity:
            return "organization_city";
        case Target::kOrganizationRegion:
            return "organization_region";
        case Target::kOrganizationPostalCode:
            return "organization_postal_code";
        case Target::kOrganizationCountry:
            return "organization_country";
        case Target::kOrganizationEmployeeCount:
            return "organization_employee_count";
        case Target::kOrganizationRevenue:
            return "organization_revenue";
        case Target::kOrganizationWebsites:
            return "organization_websites";
        case Target::kOrganizationTags:
            return "organization_tags";
        case Target::kOrganizationTickerSymbol:
            return "organization_ticker_symbol";
        case Target::kOrganizationTickerExchange:
            return "organization_ticker_exchange";
    }
    return "";
}

bool IsOrganization(Target target) {
    return target >= Target::kOrganizationId;
}

const char *NameOf(Mode mode) {
    switch (mode) {
        case Mode::kInsert:
            return "insert";
        case Mode::kUpdate:
            return "update";
        case Mode::kUpsert:
            return "upsert";
        case Mode::kById:
            break;
    }
    return "by_id";
}

const std::vector<Format> &Formats() {
    static const std::vector<Format> kFormats = {EightByEight(), Cinnox(), Genesys()};
    return kFormats;
}

const Format *FindFormat(std::string_view name) {
    for (const Format &format : Formats())
        if (name == format.name) return &format;
    // No CSV format: it has no header to be found by, and no view.
    return name == vcard::VCardFormat().name ? &vcard::VCardFormat() : nullptr;
}

std::string FormatNames() {
    std::string names;
    for (const Format &format : Formats()) {
        if (!names.empty()) names += ", ";
        names += format.name;
    }
    return names + ", " + vcard::VCardFormat().name;
}

const std::vector<Term> &TermsOf(Target target) {
    static const std::vector<Term> kTypes = {{"lead", "Lead", ""},
                                             {"prospect", "Prospect", ""},
                                             {"customer", "Customer", ""},
                                             {"other", "Others", "Other"}};
    static const std::vector<Term> kLevels = {
        {"primary", "Primary", ""}, {"secondary", "Secondary", ""}, {"tertiary", "Tertiary", ""}};
    static const std::vector<Term> kListTypes = {
        {"work", "WORK", ""}, {"mobile", "MOBILE", ""}, {"home", "HOME", ""}, {"other", "OTHER", ""}};
    static const std::vector<Term> kNone;
    if (target == Target::kPhoneList || target == Target::kEmailList || target == Target::kAddressList)
        return kListTypes;
    if (target == Target::kContactType) return kTypes;
    if (target == Target::kContactLevel) return kLevels;
    return kNone;
}

const Column *FindColumn(const Format &format, Target target) {
    const auto found = std::find_if(format.columns.begin(), format.columns.end(),
                                    [&](const Column &column) { return column.target == target; });
    return found == format.columns.end() ? nullptr : &*found;
}

std::vector<std::string_view> Split(std::string_view list, char separator) {
    std::vector<std::string_view> out;
    for (;;) {
        const std::size_t end = list.find(separator);
        out.push_back(list.substr(0, end));
        if (end == std::string_view::npos) return out;
        list.remove_prefix(end + 1);
    }
}

}  // namespace contacts
