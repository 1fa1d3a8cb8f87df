// A product's CSV format, written once: detection, import, the view to COPY from and to, the template, the
// error file and the docs all read these declarations. They stand in product/, one file a family of products.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contacts {

// What a column is about. The names (NameOf) are public: contacts.format_field() and import_error.target
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
    kPhoneticFirstName,
    kPhoneticLastName,
    kDisplayName,  // the name as a whole: the contact's where its parts are empty, else custom "display_name"
    kTitle,        // "Dr." is a prefix, "Head of Sales" a job title; the value says which
    kJobTitle,
    kDepartment,
    kLocation,
    kBirthDate,
    kBirthYear,
    kBirthMonth,
    kBirthDay,
    kLanguage,
    kContactType,
    kContactLevel,
    kWebsites,
    kCustom,
    kCustomDate,  // as kCustom, but a date of zeros is none
    kGroups,
    kNotes,
    kPhone,
    kPhoneLabel,
    kPhoneExtension,
    kPhoneSms,
    kPhoneList,
    kEmail,
    kEmailLabel,
    kEmailList,
    kAddressLabel,
    kAddressFormatted,  // the whole address, which counts where its parts are empty
    kStreet,
    kStreet2,
    kStreet3,  // a further line of street2
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

// In which order a date of figures alone is written.
enum class DateOrder : std::uint8_t { kMonthDayYear, kDayMonthYear, kYearMonthDay };
const char *NameOf(DateOrder order);                            // mdy, dmy, ymd
std::optional<DateOrder> FindDateOrder(std::string_view name);  // of these names

struct Column {
    const char *header;   // canonical, as the view and the template show it
    const char *aliases;  // other spellings, separated by '|'
    Target target;
    // Label of the part (phone, e-mail, address), network, or key in `custom`. Of several labels, separated
    // by
    // '|', the first is written and all are shown. Parts with a leading '*' take whatever label no other
    // column of the format claims: "*other" shows a fax too, and writes "other".
    const char *label = "";
    bool required = false;
    int min_length = 0;  // the product's own limits, in characters; 0: none
    int max_length = 0;
    HeaderCase header_case = HeaderCase::kLoose;
    bool in_view = true;
    // Which one of the parts with such a label, or of the web sites: from 1. 0: a pattern; the number stands
    // in the file's header where `n` stands in this one ("Phone n - Value").
    int ordinal = 1;
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

// What a product calls its columns in another language: header here, header there.
struct Localization {
    const char *language;
    std::vector<std::pair<const char *, const char *>> headers;
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
    // An unknown country or language is an error; else it is kept as entered, with a warning.
    bool closed_lists = false;
    DateOrder dates = DateOrder::kMonthDayYear;
    bool only_declared_dates = false;  // not even YYYY-MM-DD, which cannot be misread
    const char *default_type = "";     // contact_type and contact_level of a new contact without one
    const char *default_level = "";
    const char *list_separator = ";";  // between groups of one cell
    // Lists have their entries separated by U+001E, an entry's label and values by U+001F: written by a
    // reader of structured records, never by people.
    bool structured_lists = false;
    int record_cells = 0;  // how many of the cells, from the first, are the record as it was; 0: all
    const char *value_separator = "";  // between the phones, e-mails or web sites of one cell
    bool splits_readable = false;      // `a; b` and `a / b` are two where each of them can be read
    bool starred = false;  // a leading "* " marks the primary part, and groups of the product's own
    // The ID as the product writes it in full, where it has more than one form.
    std::string (*canonical_id)(std::string_view) = nullptr;
    // By what contacts are matched unless the caller says otherwise (option match_by); empty: the ID.
    const char *match_by = "";
    // A new contact needs a name, an organization, a phone, an e-mail address or a social account.
    bool needs_identity = false;
    // Headers (separated by '|') that tell this format from others although the generic one knows them too.
    const char *telling = "";
    std::vector<Localization> localizations;
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
// The format of files that are nobody's: known by its headers alone, and only where no product's are there.
const Format &GenericFormat();
// Null when there is none of that name.
const Format *FindFormat(std::string_view name);
// "8x8, cinnox, genesys, …", for messages.
std::string FormatNames();
// The same without those that are no CSV.
std::string CsvFormatNames();

// One of a closed list of values: how the product writes it and how the directory stores it.
struct Term {
    const char *stored;
    const char *written;   // canonical spelling on export
    const char *synonyms;  // further spellings accepted, separated by '|'
};
// The terms of contact_type and contact_level, and the types of a list's entries (`+12345678901 WORK`: the
// label that the entry gets); empty for other targets.
const std::vector<Term> &TermsOf(Target target);

// The labels of a part's column: without '*', the one that is written first.
std::vector<std::string_view> LabelsOf(const Column &column);

// What a target is called in contact columns: its stored form is found by the format's first column of that
// target.
const Column *FindColumn(const Format &format, Target target);

// The elements of a '|' or otherwise separated list, trimmed of nothing.
std::vector<std::string_view> Split(std::string_view list, char separator);

}  // namespace contacts
