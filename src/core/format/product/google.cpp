#include "core/format/product/product.h"

namespace contacts::product {

// Google Contacts. The view has the layout of 2024; the aliases are those of the one before, which has a few
// columns more. One cell may hold several values, joined by " ::: ".
Format Google() {
    Format f{};
    f.name = "google";
    f.title = "Google Contacts";
    f.source = "google";
    f.columns = {
        {"First Name", "Given Name", Target::kFirstName},
        {"Middle Name", "Additional Name", Target::kMiddleName},
        {"Last Name", "Family Name", Target::kLastName},
        {"Phonetic First Name", "Given Name Yomi", Target::kPhoneticFirstName},
        {"Phonetic Middle Name", "Additional Name Yomi", Target::kCustom, "phonetic_middle_name"},
        {"Phonetic Last Name", "Family Name Yomi", Target::kPhoneticLastName},
        {"Name Prefix", "", Target::kNamePrefix},
        {"Name Suffix", "", Target::kNameSuffix},
        {"Nickname", "", Target::kNickname},
        {"File As", "Name", Target::kDisplayName},
        {"Organization Name", "Organization 1 - Name", Target::kOrganizationName},
        {"Organization Title", "Organization 1 - Title", Target::kJobTitle},
        {"Organization Department", "Organization 1 - Department", Target::kDepartment},
        {"Birthday", "", Target::kBirthDate},
        {"Notes", "", Target::kNotes},
        {"Photo", "", Target::kCustom, "photo"},
        {"Labels", "Group Membership", Target::kGroups},
    };
    Repeat(f.columns, 3,
           {{"E-mail # - Label", "E-mail # - Type", Target::kEmailLabel, "*other"},
            {"E-mail # - Value", "", Target::kEmail, "*other"}});
    Repeat(f.columns, 3,
           {{"Phone # - Label", "Phone # - Type", Target::kPhoneLabel, "*other"},
            {"Phone # - Value", "", Target::kPhone, "*other"}});
    Repeat(f.columns, 2,
           {{"Address # - Label", "Address # - Type", Target::kAddressLabel, "*other"},
            {"Address # - Formatted", "", Target::kAddressFormatted, "*other"},
            {"Address # - Street", "", Target::kStreet, "*other"},
            {"Address # - City", "", Target::kCity, "*other"},
            {"Address # - PO Box", "", Target::kCustom, "address_#_po_box"},
            {"Address # - Region", "", Target::kRegion, "*other"},
            {"Address # - Postal Code", "", Target::kPostalCode, "*other"},
            {"Address # - Country", "", Target::kCountry, "*other"},
            {"Address # - Extended Address", "", Target::kStreet2, "*other"}});
    Repeat(f.columns, 1,
           {{"Relation # - Label", "Relation # - Type", Target::kCustom, "relation_#_label"},
            {"Relation # - Value", "", Target::kCustom, "relation_#_value"}});
    Repeat(f.columns, 2,
           {{"Website # - Label", "Website # - Type", Target::kCustom, "website_#_label"},
            {"Website # - Value", "", Target::kWebsites}});
    Repeat(f.columns, 1,
           {{"Event # - Label", "Event # - Type", Target::kCustom, "event_#_label"},
            {"Event # - Value", "", Target::kCustomDate, "event_#_value"},
            {"Custom Field # - Label", "Custom Field # - Type", Target::kCustom, "custom_field_#_label"},
            {"Custom Field # - Value", "", Target::kCustom, "custom_field_#_value"}});
    Repeat(f.columns, 0,
           {{"IM # - Type", "IM # - Label", Target::kCustom, "im_#_type"},
            {"IM # - Service", "", Target::kCustom, "im_#_service"},
            {"IM # - Value", "", Target::kCustom, "im_#_value"},
            {"Organization # - Type", "Organization # - Label", Target::kCustom, "organization_#_type"},
            {"Organization # - Name", "", Target::kCustom, "organization_#_name"},
            {"Organization # - Yomi Name", "", Target::kCustom, "organization_#_phonetic_name"},
            {"Organization # - Title", "", Target::kCustom, "organization_#_title"},
            {"Organization # - Department", "", Target::kCustom, "organization_#_department"},
            {"Organization # - Symbol", "", Target::kCustom, "organization_#_symbol"},
            {"Organization # - Location", "", Target::kCustom, "organization_#_location"},
            {"Organization # - Job Description", "", Target::kCustom, "organization_#_job_description"}});
    for (const Column &column : std::vector<Column>{
             {"Yomi Name", "", Target::kCustom, "phonetic_name"},
             {"Initials", "", Target::kCustom, "initials"},
             {"Short Name", "", Target::kCustom, "short_name"},
             {"Maiden Name", "", Target::kCustom, "maiden_name"},
             {"Gender", "", Target::kCustom, "gender"},
             {"Location", "", Target::kLocation},
             {"Billing Information", "", Target::kCustom, "billing_information"},
             {"Directory Server", "", Target::kCustom, "directory_server"},
             {"Mileage", "", Target::kCustom, "mileage"},
             {"Occupation", "", Target::kCustom, "occupation"},
             {"Hobby", "", Target::kCustom, "hobby"},
             {"Sensitivity", "", Target::kCustom, "sensitivity"},
             {"Priority", "", Target::kCustom, "priority"},
             {"Subject", "", Target::kCustom, "subject"},
             {"Language", "", Target::kLanguage},
         })
        f.columns.push_back(Hidden(column));
    f.mode = Mode::kInsert;
    f.visibility = "personal";
    f.phones = PhoneRule::kRegional;
    f.dates = DateOrder::kYearMonthDay;
    f.list_separator = f.value_separator = " ::: ";
    f.starred = true;
    f.needs_identity = true;
    return f;
}

}  // namespace contacts::product
