#include "core/format/product/product.h"

namespace contacts::product {

// Mozilla Thunderbird. Its header ends with a comma, which makes a nameless 38th column: the view has an
// ignored one in that place, so that COPY takes the program's files.
Format Thunderbird() {
    Format f{};
    f.name = "thunderbird";
    f.title = "Thunderbird";
    f.source = "thunderbird";
    f.columns = {
        {"First Name", "", Target::kFirstName},
        {"Last Name", "", Target::kLastName},
        {"Display Name", "", Target::kDisplayName},
        {"Nickname", "", Target::kNickname},
        {"Primary Email", "", Target::kEmail, "*other"},
        {"Secondary Email", "", Target::kEmail, "*other", false, 0, 0, HeaderCase::kLoose, true, 2},
        {"Screen Name", "", Target::kCustom, "screen_name"},
        {"Work Phone", "", Target::kPhone, "*work"},
        {"Home Phone", "", Target::kPhone, "home"},
        {"Fax Number", "", Target::kPhone, "fax|work fax|home fax|other fax"},
        {"Pager Number", "", Target::kPhone, "pager"},
        {"Mobile Number", "", Target::kPhone, "mobile|cell"},
        {"Home Address", "", Target::kStreet, "*home"},
        {"Home Address 2", "", Target::kStreet2, "*home"},
        {"Home City", "", Target::kCity, "*home"},
        {"Home State", "", Target::kRegion, "*home"},
        {"Home ZipCode", "Home Zip Code", Target::kPostalCode, "*home"},
        {"Home Country", "", Target::kCountry, "*home"},
        {"Work Address", "", Target::kStreet, "work"},
        {"Work Address 2", "", Target::kStreet2, "work"},
        {"Work City", "", Target::kCity, "work"},
        {"Work State", "", Target::kRegion, "work"},
        {"Work ZipCode", "Work Zip Code", Target::kPostalCode, "work"},
        {"Work Country", "", Target::kCountry, "work"},
        {"Job Title", "", Target::kJobTitle},
        {"Department", "", Target::kDepartment},
        {"Organization", "", Target::kOrganizationName},
        {"Web Page 1", "", Target::kWebsites},
        {"Web Page 2", "", Target::kWebsites, "", false, 0, 0, HeaderCase::kLoose, true, 2},
        {"Birth Year", "", Target::kBirthYear},
        {"Birth Month", "", Target::kBirthMonth},
        {"Birth Day", "", Target::kBirthDay},
        {"Custom 1", "", Target::kCustom, "custom_1"},
        {"Custom 2", "", Target::kCustom, "custom_2"},
        {"Custom 3", "", Target::kCustom, "custom_3"},
        {"Custom 4", "", Target::kCustom, "custom_4"},
        {"Notes", "", Target::kNotes},
        {kErrorColumn, "", Target::kIgnored},
    };
    f.mode = Mode::kInsert;
    f.visibility = "personal";
    f.phones = PhoneRule::kRegional;
    f.needs_identity = true;
    f.localizations = ThunderbirdLocalizations(f.columns);
    return f;
}

}  // namespace contacts::product
