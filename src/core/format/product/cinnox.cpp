#include "core/format/product/product.h"

namespace contacts::product {

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
    f.closed_lists = true;
    f.only_declared_dates = true;
    f.default_type = "lead";
    f.default_level = "primary";
    f.error_column = 27;
    return f;
}

}  // namespace contacts::product
