#include "core/format/product/product.h"

namespace contacts::product {

// Microsoft Outlook. The view has the 92 columns of the desktop program; the 61 of Outlook.com and the 67 of
// Google's "Outlook CSV" export are these, other spellings of them, or the hidden ones at the end. "Title" is
// a prefix here.
Format Outlook() {
    Format f{};
    f.name = "outlook";
    f.title = "Microsoft Outlook";
    f.source = "outlook";
    f.columns = {
        {"Title", "", Target::kNamePrefix},
        {"First Name", "", Target::kFirstName},
        {"Middle Name", "", Target::kMiddleName},
        {"Last Name", "", Target::kLastName},
        {"Suffix", "", Target::kNameSuffix},
        {"Company", "", Target::kOrganizationName},
        {"Department", "", Target::kDepartment},
        {"Job Title", "", Target::kJobTitle},
        {"Business Street", "", Target::kStreet, "work"},
        {"Business Street 2", "", Target::kStreet2, "work"},
        {"Business Street 3", "", Target::kStreet3, "work"},
        {"Business City", "", Target::kCity, "work"},
        {"Business State", "", Target::kRegion, "work"},
        {"Business Postal Code", "", Target::kPostalCode, "work"},
        {"Business Country/Region", "Business Country", Target::kCountry, "work"},
        {"Home Street", "", Target::kStreet, "home"},
        {"Home Street 2", "", Target::kStreet2, "home"},
        {"Home Street 3", "", Target::kStreet3, "home"},
        {"Home City", "", Target::kCity, "home"},
        {"Home State", "", Target::kRegion, "home"},
        {"Home Postal Code", "", Target::kPostalCode, "home"},
        {"Home Country/Region", "Home Country", Target::kCountry, "home"},
        {"Other Street", "", Target::kStreet, "*other"},
        {"Other Street 2", "", Target::kStreet2, "*other"},
        {"Other Street 3", "", Target::kStreet3, "*other"},
        {"Other City", "", Target::kCity, "*other"},
        {"Other State", "", Target::kRegion, "*other"},
        {"Other Postal Code", "", Target::kPostalCode, "*other"},
        {"Other Country/Region", "Other Country", Target::kCountry, "*other"},
        {"Assistant's Phone", "", Target::kPhone, "assistant"},
        {"Business Fax", "", Target::kPhone, "work fax|fax"},
        {"Business Phone", "", Target::kPhone, "work"},
        {"Business Phone 2", "", Target::kPhone, "work", false, 0, 0, HeaderCase::kLoose, true, 2},
        {"Callback", "", Target::kPhone, "callback"},
        {"Car Phone", "", Target::kPhone, "car"},
        {"Company Main Phone", "", Target::kPhone, "main"},
        {"Home Fax", "", Target::kPhone, "home fax"},
        {"Home Phone", "", Target::kPhone, "home"},
        {"Home Phone 2", "", Target::kPhone, "home", false, 0, 0, HeaderCase::kLoose, true, 2},
        {"ISDN", "", Target::kPhone, "isdn"},
        {"Mobile Phone", "", Target::kPhone, "mobile|cell"},
        {"Other Fax", "", Target::kPhone, "other fax"},
        {"Other Phone", "", Target::kPhone, "*other"},
        {"Pager", "", Target::kPhone, "pager"},
        {"Primary Phone", "", Target::kPhone, "primary"},
        {"Radio Phone", "", Target::kPhone, "radio"},
        {"TTY/TDD Phone", "", Target::kPhone, "tty"},
        {"Telex", "", Target::kPhone, "telex"},
        {"Account", "", Target::kCustom, "account"},
        {"Anniversary", "", Target::kCustomDate, "anniversary"},
        {"Assistant's Name", "", Target::kCustom, "assistant_name"},
        {"Billing Information", "", Target::kCustom, "billing_information"},
        {"Birthday", "", Target::kBirthDate},
        {"Business Address PO Box", "", Target::kCustom, "business_address_po_box"},
        {"Categories", "", Target::kGroups},
        {"Children", "", Target::kCustom, "children"},
        {"Directory Server", "", Target::kCustom, "directory_server"},
        {"E-mail Address", "", Target::kEmail, "*other"},
        {"E-mail Type", "", Target::kCustom, "email_type"},
        {"E-mail Display Name", "", Target::kCustom, "email_display_name"},
        {"E-mail 2 Address", "", Target::kEmail, "*other", false, 0, 0, HeaderCase::kLoose, true, 2},
        {"E-mail 2 Type", "", Target::kCustom, "email_2_type"},
        {"E-mail 2 Display Name", "", Target::kCustom, "email_2_display_name"},
        {"E-mail 3 Address", "", Target::kEmail, "*other", false, 0, 0, HeaderCase::kLoose, true, 3},
        {"E-mail 3 Type", "", Target::kCustom, "email_3_type"},
        {"E-mail 3 Display Name", "", Target::kCustom, "email_3_display_name"},
        {"Gender", "", Target::kCustom, "gender"},
        {"Government ID Number", "", Target::kCustom, "government_id_number"},
        {"Hobby", "", Target::kCustom, "hobby"},
        {"Home Address PO Box", "", Target::kCustom, "home_address_po_box"},
        {"Initials", "", Target::kCustom, "initials"},
        {"Internet Free Busy", "", Target::kCustom, "internet_free_busy"},
        {"Keywords", "", Target::kCustom, "keywords"},
        {"Language", "", Target::kLanguage},
        {"Location", "", Target::kLocation},
        {"Manager's Name", "", Target::kCustom, "manager_name"},
        {"Mileage", "", Target::kCustom, "mileage"},
        {"Notes", "", Target::kNotes},
        {"Office Location", "", Target::kCustom, "office_location"},
        {"Organizational ID Number", "", Target::kCustom, "organizational_id_number"},
        {"Other Address PO Box", "", Target::kCustom, "other_address_po_box"},
        {"Priority", "", Target::kCustom, "priority"},
        {"Private", "", Target::kCustom, "private"},
        {"Profession", "", Target::kCustom, "profession"},
        {"Referred By", "", Target::kCustom, "referred_by"},
        {"Sensitivity", "", Target::kCustom, "sensitivity"},
        {"Spouse", "", Target::kCustom, "spouse"},
        {"User 1", "", Target::kCustom, "user_1"},
        {"User 2", "", Target::kCustom, "user_2"},
        {"User 3", "", Target::kCustom, "user_3"},
        {"User 4", "", Target::kCustom, "user_4"},
        {"Web Page", "", Target::kWebsites},
    };
    Column personal_page{"Personal Web Page", "", Target::kWebsites};
    personal_page.ordinal = 2;
    for (const Column &column : std::vector<Column>{
             personal_page,
             {"Nickname", "", Target::kNickname},
             {"Given Yomi", "", Target::kPhoneticFirstName},
             {"Surname Yomi", "", Target::kPhoneticLastName},
             {"Company Yomi", "", Target::kCustom, "organization_phonetic_name"},
             {"IMAddress", "", Target::kCustom, "im_address"},
             {"Schools", "", Target::kCustom, "schools"},
             {"Business Address", "", Target::kAddressFormatted, "work"},
             {"Home Address", "", Target::kAddressFormatted, "home"},
             {"Other Address", "", Target::kAddressFormatted, "*other"},
         })
        f.columns.push_back(Hidden(column));
    f.mode = Mode::kInsert;
    f.visibility = "personal";
    f.phones = PhoneRule::kRegional;
    f.needs_identity = true;
    f.localizations = OutlookLocalizations();
    return f;
}

}  // namespace contacts::product
