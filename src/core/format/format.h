// A product's CSV format, written once: detection, import, the view to COPY from and to, the error file and
// the docs all read these declarations.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace contacts {

// What a column is about. The names (NameOf) are public: contacts.format_column() and import_error.target
// show them.
enum class Target : std::uint8_t {
    kIgnored,
    kContactId,
    kNamePrefix,
    kFirstName,
    kMiddleName,
    kLastName,
    kNameSuffix,
    kNickname,
    kJobTitle,
    kDepartment,
    kLocation,
    kBirthDate,
    kLanguage,
    kContactType,
    kContactLevel,
    kWebsites,
    kCustom,
    kGroups,
    kPhone,
    kPhoneExtension,
    kPhoneSms,
    kPhoneList,
    kEmail,
    kEmailList,
    kStreet,
    kStreet2,
    kCity,
    kRegion,
    kPostalCode,
    kCountry,
    kAddressList,
    kSocial,
    kSocialList,
    kOrganizationId,
    kOrganizationName,
    kOrganizationType,
    kOrganizationIndustry,
    kOrganizationPhone,
    kOrganizationFax,
    kOrganizationStreet,
    kOrganizationStreet2,
    kOrganizationCity,
    kOrganizationRegion,
    kOrganizationPostalCode,
    kOrganizationCountry,
    kOrganizationEmployeeCount,
    kOrganizationRevenue,
    kOrganizationWebsites,
    kOrganizationTags,
    kOrganizationTickerSymbol,
    kOrganizationTickerExchange,
};
const char *NameOf(Target target);
bool IsOrganization(Target target);

// How a header of the file is compared with a declared one.
enum class HeaderCase : std::uint8_t {
    kLoose,  // case does not count, runs of spaces and _ - . / are one space
    kExact,  // as the product documents it, case-sensitive
};

struct Column {
    const char *header;   // canonical, as the view and the template show it
    const char *aliases;  // other spellings, separated by '|'
    Target target;
    // Label of the part (phone, e-mail, address), network, or key in `custom`. Parts with a leading '*' take
    // whatever label no other column of the format claims: "*other" shows a fax too, and writes "other".
    const char *label = "";
    bool required = false;
    int min_length = 0;  // the product's own limits, in characters; 0: none
    int max_length = 0;
    HeaderCase header_case = HeaderCase::kLoose;
    bool in_view = true;
};

enum class Mode : std::uint8_t {
    kInsert,
    kUpdate,
    kUpsert,
    kById,  // records with an ID are updates, others inserts
};
const char *NameOf(Mode mode);

enum class PhoneRule : std::uint8_t {
    kInternational,      // must begin with + (unless the caller names a region)
    kBareInternational,  // +N, 00N and N all begin with the calling code
    kRegional,           // the region's notation; what is no number is kept as entered
};

struct Format {
    const char *name;
    const char *title;   // of the product, for people
    const char *source;  // value of contact.source
    std::vector<Column> columns;
    Mode mode;
    const char *visibility;
    PhoneRule phones;
    const char *default_region = "";
    // Also a record that changes a contact needs the required columns.
    bool required_on_update = false;
    bool country_required_known = false;  // an unknown country is an error, not a warning
    const char *default_type = "";        // contact_type and contact_level of a new contact without one
    const char *default_level = "";
    const char *list_separator = ";";  // between groups of one cell
    // Lists have their entries separated by U+001E, an entry's label and values by U+001F: written by a reader
    // of structured records, never by people.
    bool structured_lists = false;
    int record_cells = 0;  // how many of the cells, from the first, are the record as it was; 0: all
    // The product's own limits on a file; 0: none.
    std::int64_t max_bytes = 0;
    std::int64_t max_records = 0;
    int error_column =
        0;  // position (1-based) of an error column whatever its name; 0: found by its name only
    // A header set of the product whose second record describes the columns: recognised by this header.
    const char *described_by = "";
};

// The column that an error file adds and that every import ignores.
inline constexpr const char kErrorColumn[] = "Error Detail";

const std::vector<Format> &Formats();
// Null when there is none of that name.
const Format *FindFormat(std::string_view name);
// "8x8, cinnox, genesys", for messages.
std::string FormatNames();

// One of a closed list of values: how the product writes it and how the directory stores it.
struct Term {
    const char *stored;
    const char *written;   // canonical spelling on export
    const char *synonyms;  // further spellings accepted, separated by '|'
};
// The terms of contact_type and contact_level, and the types of a list's entries (`+12345678901 WORK`: the
// label that the entry gets); empty for other targets.
const std::vector<Term> &TermsOf(Target target);

// What a target is called in contact columns: its stored form is found by the format's first column of that
// target.
const Column *FindColumn(const Format &format, Target target);

// The elements of a '|' or otherwise separated list, trimmed of nothing.
std::vector<std::string_view> Split(std::string_view list, char separator);

}  // namespace contacts
