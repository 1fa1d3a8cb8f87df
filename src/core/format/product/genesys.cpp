#include "core/format/product/product.h"

namespace contacts::product {

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

// The second generation: any header may be mapped there, so these are the names of the API's fields and their
// paths, in any case. External ID is the one thing that a contact must have.
Format GenesysV2() {
    Format f{};
    f.name = "genesys_v2";
    f.title = "Genesys Cloud";
    f.source = "genesys";
    f.columns = {
        {"External ID", "ExternalId|externalIds.value", Target::kContactId, "", true, 0, 255},
        {"First Name", "FirstName", Target::kFirstName, "", false, 0, 1000},
        {"Middle Name", "MiddleName", Target::kMiddleName, "", false, 0, 1000},
        {"Last Name", "LastName", Target::kLastName, "", false, 0, 1000},
        {"Salutation", "", Target::kNamePrefix, "", false, 0, 1000},
        {"Title", "", Target::kJobTitle, "", false, 0, 1000},
        {"Work Phone", "WorkPhone|workPhone.display|workPhone.e164", Target::kPhone, "work", false, 0, 512},
        {"Work Phone Extension", "workPhone.extension", Target::kPhoneExtension, "work"},
        {"Work Phone Accepts SMS", "workPhone.acceptsSMS", Target::kPhoneSms, "work"},
        {"Cell Phone", "CellPhone|cellPhone.display|cellPhone.e164", Target::kPhone, "mobile", false, 0, 512},
        {"Cell Phone Extension", "cellPhone.extension", Target::kPhoneExtension, "mobile"},
        {"Cell Phone Accepts SMS", "cellPhone.acceptsSMS", Target::kPhoneSms, "mobile"},
        {"Home Phone", "HomePhone|homePhone.display|homePhone.e164", Target::kPhone, "home", false, 0, 512},
        {"Home Phone Extension", "homePhone.extension", Target::kPhoneExtension, "home"},
        {"Home Phone Accepts SMS", "homePhone.acceptsSMS", Target::kPhoneSms, "home"},
        {"Other Phone", "OtherPhone|otherPhone.display|otherPhone.e164", Target::kPhone, "*other", false, 0,
         512},
        {"Other Phone Extension", "otherPhone.extension", Target::kPhoneExtension, "*other"},
        {"Other Phone Accepts SMS", "otherPhone.acceptsSMS", Target::kPhoneSms, "*other"},
        {"Work Email", "WorkEmail", Target::kEmail, "work", false, 0, 256},
        {"Personal Email", "PersonalEmail", Target::kEmail, "personal", false, 0, 256},
        {"Other Email", "OtherEmail", Target::kEmail, "*other", false, 0, 256},
        {"Address 1", "Address1|address.address1", Target::kStreet, "*work", false, 0, 200},
        {"Address 2", "Address2|address.address2", Target::kStreet2, "*work", false, 0, 200},
        {"City", "address.city", Target::kCity, "*work", false, 0, 100},
        {"State", "address.state", Target::kRegion, "*work", false, 0, 50},
        {"Postal Code", "PostalCode|address.postalCode", Target::kPostalCode, "*work", false, 0, 25},
        {"Country Code", "Country|CountryCode|address.countryCode", Target::kCountry, "*work", false, 0, 25},
        {"Twitter Id", "TwitterId|twitterId.screenName", Target::kSocial, "twitter", false, 0, 255},
        {"Facebook Id", "FacebookId", Target::kSocial, "facebook", false, 0, 255},
        {"WhatsApp Id", "WhatsAppId|whatsAppId.phoneNumber", Target::kSocial, "whatsapp", false, 0, 255},
        {"Line Id", "LineId", Target::kSocial, "line", false, 0, 255},
        {"Instagram Id", "InstagramId", Target::kSocial, "instagram", false, 0, 255},
        {"Survey Opt Out", "SurveyOptOut", Target::kCustom, "survey_opt_out"},
        {"External System URL", "externalSystemUrl", Target::kWebsites, "", false, 0, 1000},
        {"External Organization External ID", "externalOrganization.externalIds.value",
         Target::kOrganizationId, "", true, 0, 255},
        {"External Organization Name", "externalOrganization.name", Target::kOrganizationName, "", true, 0,
         1000},
        {"External Organization Type", "externalOrganization.companyType", Target::kOrganizationType},
        {"External Organization Industry", "externalOrganization.industry", Target::kOrganizationIndustry},
        {"External Organization Phone", "externalOrganization.phoneNumber", Target::kOrganizationPhone, "",
         false, 0, 512},
        {"External Organization Fax", "externalOrganization.faxNumber", Target::kOrganizationFax, "", false,
         0, 512},
        {"External Organization Address 1", "", Target::kOrganizationStreet, "", false, 0, 200},
        {"External Organization Address 2", "", Target::kOrganizationStreet2, "", false, 0, 200},
        {"External Organization City", "", Target::kOrganizationCity, "", false, 0, 100},
        {"External Organization State", "", Target::kOrganizationRegion, "", false, 0, 50},
        {"External Organization Postal Code", "", Target::kOrganizationPostalCode, "", false, 0, 25},
        {"External Organization Country", "", Target::kOrganizationCountry, "", false, 0, 25},
        {"External Organization Employee Count", "externalOrganization.employeeCount",
         Target::kOrganizationEmployeeCount},
        {"External Organization Revenue", "externalOrganization.revenue", Target::kOrganizationRevenue},
        {"External Organization Websites", "externalOrganization.websites", Target::kOrganizationWebsites},
        {"External Organization Tags", "externalOrganization.tags", Target::kOrganizationTags},
        {"External Organization Ticker Symbol", "", Target::kOrganizationTickerSymbol},
        {"External Organization Ticker Exchange", "", Target::kOrganizationTickerExchange},
    };
    f.mode = Mode::kUpsert;
    f.visibility = "company";
    f.phones = PhoneRule::kRegional;
    f.default_region = "US";
    f.max_bytes = 50 * kMegabyte;
    return f;
}

}  // namespace contacts::product
