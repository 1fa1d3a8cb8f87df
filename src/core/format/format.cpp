#include "core/format/format.h"

#include <algorithm>

#include "core/format/product/product.h"
#include "core/vcard/card.h"

namespace contacts {
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
        case Target::kPhoneticFirstName:
            return "phonetic_first_name";
        case Target::kPhoneticLastName:
            return "phonetic_last_name";
        case Target::kDisplayName:
            return "display_name";
        case Target::kTitle:
            return "title";
        case Target::kJobTitle:
            return "job_title";
        case Target::kDepartment:
            return "department";
        case Target::kLocation:
            return "location";
        case Target::kBirthDate:
            return "birth_date";
        case Target::kBirthYear:
            return "birth_year";
        case Target::kBirthMonth:
            return "birth_month";
        case Target::kBirthDay:
            return "birth_day";
        case Target::kLanguage:
            return "language";
        case Target::kContactType:
            return "contact_type";
        case Target::kContactLevel:
            return "contact_level";
        case Target::kWebsites:
            return "websites";
        case Target::kCustom:
        case Target::kCustomDate:
            return "custom";
        case Target::kGroups:
            return "groups";
        case Target::kNotes:
            return "notes";
        case Target::kPhone:
            return "phone";
        case Target::kPhoneLabel:
            return "phone_label";
        case Target::kPhoneExtension:
            return "phone_extension";
        case Target::kPhoneSms:
            return "phone_accepts_sms";
        case Target::kPhoneList:
            return "phones";
        case Target::kEmail:
            return "email";
        case Target::kEmailLabel:
            return "email_label";
        case Target::kEmailList:
            return "emails";
        case Target::kStreet:
            return "street";
        case Target::kStreet2:
            return "street2";
        case Target::kStreet3:
            return "street3";
        case Target::kAddressLabel:
            return "address_label";
        case Target::kAddressFormatted:
            return "address_formatted";
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

const char *NameOf(DateOrder order) {
    switch (order) {
        case DateOrder::kMonthDayYear:
            return "mdy";
        case DateOrder::kDayMonthYear:
            return "dmy";
        case DateOrder::kYearMonthDay:
            break;
    }
    return "ymd";
}

std::optional<DateOrder> FindDateOrder(std::string_view name) {
    for (const DateOrder order :
         {DateOrder::kMonthDayYear, DateOrder::kDayMonthYear, DateOrder::kYearMonthDay})
        if (name == NameOf(order)) return order;
    return std::nullopt;
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
    static const std::vector<Format> kFormats = {
        product::EightByEight(), product::Cinnox(),     product::Genesys(),     product::GenesysV2(),
        product::Google(),       product::Outlook(),    product::Thunderbird(), product::LinkedIn(),
        product::HubSpot(),      product::Salesforce(), product::Generic()};
    return kFormats;
}

const Format &GenericFormat() {
    return Formats().back();
}

const Format *FindFormat(std::string_view name) {
    for (const Format &format : Formats())
        if (name == format.name) return &format;
    // No CSV format: it has no header to be found by, and no view.
    return name == vcard::VCardFormat().name ? &vcard::VCardFormat() : nullptr;
}

std::string CsvFormatNames() {
    std::string names;
    for (const Format &format : Formats()) {
        if (!names.empty()) names += ", ";
        names += format.name;
    }
    return names;
}

std::string FormatNames() {
    return CsvFormatNames() + ", " + vcard::VCardFormat().name;
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

std::vector<std::string_view> LabelsOf(const Column &column) {
    return Split(column.label[0] == '*' ? column.label + 1 : column.label, '|');
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
