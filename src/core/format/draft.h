// What one record of a file means: typed, validated values that are not yet in the directory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/uuid.h"

namespace contacts {

// A column of `contact` or `organization` that a file may set. All values are text in the form that the
// column's type reads back: dates as YYYY-MM-DD (or --MM-DD when the year is unknown), lists with one element
// a line.
enum class ContactField : std::uint8_t {
    kNamePrefix,
    kFirstName,
    kMiddleName,
    kLastName,
    kNameSuffix,
    kNickname,
    kPhoneticFirstName,
    kPhoneticLastName,
    kJobTitle,
    kDepartment,
    kLocation,
    kBirthDate,
    kLanguage,
    kContactType,
    kContactLevel,
    kWebsites,
    kCount
};

enum class OrganizationField : std::uint8_t {
    kName,
    kType,
    kIndustry,
    kPhone,         // E.164
    kPhoneEntered,  // as typed, where it is no number
    kFax,
    kFaxEntered,
    kStreet,
    kStreet2,
    kCity,
    kRegion,
    kPostalCode,
    kCountry,
    kEmployeeCount,
    kRevenue,
    kWebsites,
    kTags,
    kTickerSymbol,
    kTickerExchange,
    kCount
};

// The year of a date whose year is unknown, where one must stand: a leap year, as calendars that need one
// write it.
inline constexpr int kYearUnknown = 1604;

// Column names, in the order of the enumerations: the relations of a batch and the state read back use them.
inline constexpr std::array<const char *, static_cast<std::size_t>(ContactField::kCount)> kContactColumns = {
    "name_prefix", "first_name",          "middle_name",        "last_name",    "name_suffix",
    "nickname",    "phonetic_first_name", "phonetic_last_name", "job_title",    "department",
    "location",    "birth_date",          "language",           "contact_type", "contact_level",
    "websites"};
inline constexpr std::array<const char *, static_cast<std::size_t>(OrganizationField::kCount)>
    kOrganizationColumns = {"name",           "organization_type",
                            "industry",       "phone",
                            "phone_entered",  "fax",
                            "fax_entered",    "street",
                            "street2",        "city",
                            "region",         "postal_code",
                            "country",        "employee_count",
                            "revenue",        "websites",
                            "tags",           "ticker_symbol",
                            "ticker_exchange"};

// What a cell says about a field: nothing (keep what is there), empty it, or a value.
struct Cell {
    enum class Kind : std::uint8_t { kKeep, kClear, kValue } kind = Kind::kKeep;
    std::string text;

    bool is_value() const { return kind == Kind::kValue; }
    static Cell Value(std::string text) { return {Kind::kValue, std::move(text)}; }
    static Cell Clear() { return {Kind::kClear, {}}; }
};

enum class PartKind : std::uint8_t { kPhone, kEmail, kAddress, kSocial, kGroup, kNote, kCount };
inline constexpr std::size_t kPartKinds = static_cast<std::size_t>(PartKind::kCount);

// Components of a part, in the order of its values.
enum PhoneComponent : std::size_t { kPhoneNumber, kPhoneEntered, kPhoneSms };
enum AddressComponent : std::size_t {
    kAddressStreet,
    kAddressStreet2,
    kAddressCity,
    kAddressRegion,
    kAddressPostalCode,
    kAddressCountry,
    kAddressCountryEntered
};

struct PartInfo {
    const char *relation;  // prefix of the batch's relations: phone_insert, phone_update, phone_delete
    const char *label;     // column of the label; null: parts of this kind have none
    std::vector<const char *> values;  // columns of the values
};
const PartInfo &InfoOf(PartKind kind);

// A phone, e-mail, address, social handle, group or note of a contact.
struct Part {
    int position = 0;
    std::string label;
    std::vector<std::optional<std::string>> values;
};

enum class Severity : std::uint8_t { kNotice, kWarning, kError };
const char *NameOf(Severity severity);

// One row of import_error, but for the raw cells.
struct Issue {
    Severity severity = Severity::kError;
    const char *code = "";
    int column = -1;  // index in the file; -1: the record as a whole
    std::string target;
    std::string value;
    std::string message;
};

// What a record says about one place for a part ("the mobile phone") or, for a list, about all parts of a
// kind.
struct PartChange {
    PartKind kind = PartKind::kPhone;
    int slot = 0;                  // index in Mapping::slots
    std::vector<Cell> components;  // one for each value of the part; unused for a list
    std::vector<Part> list;
    int ordinal = 1;    // which of the parts of the slot's label
    std::string label;  // as the file labels it; empty: as the slot does
    bool primary = false;
    bool clear = false;           // remove what is there
    bool keep_extension = false;  // an extension column stands beside and says nothing
    // Faults that do not count where the value is what the directory already holds.
    std::vector<Issue> pending;
    // What only counts once the whole record is read: more values of the same cell, a third line of the
    // street, the address in one piece.
    std::vector<std::vector<Cell>> further;
    std::string street3, formatted;
};

struct OrganizationDraft {
    std::string external_id;  // empty: found by name
    std::array<Cell, static_cast<std::size_t>(OrganizationField::kCount)> fields;
    bool name_required = false;  // an own record needs a name; a mention by ID of a known one does not
    Cell &operator[](OrganizationField f) { return fields[static_cast<std::size_t>(f)]; }
    const Cell &operator[](OrganizationField f) const { return fields[static_cast<std::size_t>(f)]; }
};

// Issues of a record that are listed; a cell may hold thousands of entries, each with a fault of its own.
inline constexpr std::size_t kMaxIssues = 100;

struct Draft {
    std::int64_t line = 0;    // physical line where the record starts; 0: unknown (COPY)
    std::int64_t record = 0;  // ordinal of the data record
    std::vector<std::string> cells;

    bool has_contact = false;
    std::string key;  // the ID cell: a contact_id or an external_id
    std::optional<Uuid> key_uuid;
    std::array<Cell, static_cast<std::size_t>(ContactField::kCount)> fields;
    std::vector<Cell> custom;  // one for each of Mapping::custom_keys
    bool whole_name = false;   // first_name is a name of which the parts are not known
    std::vector<PartChange> parts;
    std::optional<OrganizationDraft> organization;
    bool clear_organization = false;  // the contact belongs to none any more
    std::vector<Issue> issues;
    std::size_t unlisted = 0;  // further issues than kMaxIssues
    bool unlisted_error = false;

    void Add(Issue issue);
    Cell &operator[](ContactField f) { return fields[static_cast<std::size_t>(f)]; }
    const Cell &operator[](ContactField f) const { return fields[static_cast<std::size_t>(f)]; }
    bool failed() const;
};

}  // namespace contacts
