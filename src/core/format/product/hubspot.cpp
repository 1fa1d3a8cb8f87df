#include "core/format/product/product.h"

namespace contacts::product {

// HubSpot: the labels of its own properties. An export may have hundreds of columns more.
Format HubSpot() {
    Format f{};
    f.name = "hubspot";
    f.title = "HubSpot";
    f.source = "hubspot";
    f.columns = {
        {"Record ID", "Record ID - Contact|Contact ID|Vid", Target::kContactId},
        {"First Name", "", Target::kFirstName},
        {"Last Name", "", Target::kLastName},
        {"Salutation", "", Target::kNamePrefix},
        {"Email", "", Target::kEmail, "*work"},
        {"Phone Number", "Phone", Target::kPhone, "*work"},
        {"Mobile Phone Number", "Mobile Phone", Target::kPhone, "mobile|cell"},
        {"Fax Number", "Fax", Target::kPhone, "fax|work fax|home fax|other fax"},
        {"Job Title", "", Target::kJobTitle},
        {"Company Name", "Company|Associated Company", Target::kOrganizationName},
        {"Website URL", "Website", Target::kWebsites},
        {"Street Address", "", Target::kStreet, "*work"},
        {"City", "", Target::kCity, "*work"},
        {"State/Region", "", Target::kRegion, "*work"},
        {"Postal Code", "", Target::kPostalCode, "*work"},
        {"Country/Region", "Country", Target::kCountry, "*work"},
        {"Contact owner", "", Target::kCustom, "contact_owner"},
        {"Lead Status", "", Target::kCustom, "lead_status"},
        {"Lifecycle Stage", "", Target::kCustom, "lifecycle_stage"},
        {"Create Date", "", Target::kCustomDate, "create_date"},
        {"Last Activity Date", "", Target::kCustomDate, "last_activity_date"},
        {"Associated Company IDs", "", Target::kCustom, "associated_company_ids"},
    };
    f.mode = Mode::kUpsert;
    f.visibility = "company";
    f.phones = PhoneRule::kRegional;
    f.dates = DateOrder::kYearMonthDay;
    f.match_by = "contact_id,external_id,email";
    f.needs_identity = true;
    f.telling = "Record ID";
    return f;
}

}  // namespace contacts::product
