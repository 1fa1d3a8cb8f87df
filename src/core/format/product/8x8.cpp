#include "core/format/product/product.h"

namespace contacts::product {

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

}  // namespace contacts::product
