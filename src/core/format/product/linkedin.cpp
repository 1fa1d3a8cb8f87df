#include "core/format/product/product.h"

namespace contacts::product {

// LinkedIn's Connections.csv: a preamble of up to three lines, columns in any order, mostly without e-mail
// addresses. Whoever left the network is a record with nothing but its date.
Format LinkedIn() {
    Format f{};
    f.name = "linkedin";
    f.title = "LinkedIn";
    f.source = "linkedin";
    f.columns = {
        {"First Name", "", Target::kFirstName},
        {"Last Name", "", Target::kLastName},
        {"URL", "", Target::kSocial, "linkedin"},
        {"Email Address", "", Target::kEmail, "*other"},
        {"Company", "", Target::kOrganizationName},
        {"Position", "", Target::kJobTitle},
        {"Connected On", "", Target::kCustomDate, "connected_on"},
    };
    f.mode = Mode::kInsert;
    f.visibility = "personal";
    f.phones = PhoneRule::kRegional;
    f.needs_identity = true;
    return f;
}

}  // namespace contacts::product
