// Cells to typed values: what one record says, with every fault it has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/format/draft.h"
#include "core/format/mapping.h"

namespace contacts {

// By what a record is taken for a contact that exists.
enum class Criterion : std::uint8_t { kContactId, kExternalId, kEmail, kPhone };
const char *NameOf(Criterion criterion);

// What becomes of a record whose contact exists already, in the directory or earlier in the file.
enum class OnDuplicate : std::uint8_t {
    kByMode,  // insert: error; update, upsert: update
    kInsert,  // one more contact, unless an ID says that it is the same
    kSkip,
    kUpdate,
    kError,
};

// The rules of one import: the format's, as the caller's options change them.
struct Rules {
    Mode mode = Mode::kInsert;
    std::string region;                     // empty: the format's rule for numbers without +
    bool strict = false;                    // the product's own limits are errors, not warnings
    bool clear_empty = false;               // an empty cell empties the field; else it keeps what is there
    std::vector<std::string> null_strings;  // what stands in a cell that is meant to be empty, in any case
    std::optional<DateOrder> dates;         // in which order dates are written; else as the format does
    std::vector<Criterion> match_by;  // in order; empty: by the format's column of IDs, whatever they are
    OnDuplicate on_duplicate = OnDuplicate::kByMode;
    const Draft *defaults = nullptr;  // what new contacts get where their record says nothing

    OnDuplicate duplicates() const {
        if (on_duplicate != OnDuplicate::kByMode) return on_duplicate;
        return mode == Mode::kInsert ? OnDuplicate::kError : OnDuplicate::kUpdate;
    }
};

class Validator {
  public:
    Validator(const Mapping &mapping, const Rules &rules) : mapping_(mapping), rules_(rules) {}

    // `draft` comes with line, record and cells; everything else is filled in.
    void Validate(Draft &draft) const;

    // The columns without which a contact is not created, where the record leaves them empty.
    std::vector<Issue> MissingForInsert(const Draft &draft) const;

    // The required columns of a contact that has them, where the record leaves them empty. What the directory
    // does not hold either is no news.
    std::vector<Issue> MissingForUpdate(
        const Draft &draft, const std::array<std::optional<std::string>, kContactColumns.size()> &held) const;

    // The severity of what only the product forbids.
    Severity LimitSeverity() const { return rules_.strict ? Severity::kError : Severity::kWarning; }

    // Whether the record right after the header describes the columns instead of holding a contact.
    bool IsDescription(const std::vector<std::string> &cells) const;
    // Whether a record repeats the header, as files joined by hand do.
    bool IsHeader(const std::vector<std::string> &cells) const;

  private:
    std::string TextOf(const Draft &draft, const BoundColumn &bound) const;
    Cell ReadCell(Draft &draft, const BoundColumn &bound) const;
    void ReadField(Draft &draft, const BoundColumn &bound, Cell cell) const;
    void ReadPart(Draft &draft, const BoundColumn &bound, const Cell &cell) const;
    void ReadValue(Draft &draft, const BoundColumn &bound, PartChange &change, const Cell &cell) const;
    void ReadOrganization(Draft &draft, const BoundColumn &bound, const Cell &cell) const;
    void ReadList(Draft &draft, const BoundColumn &bound, PartChange &change, const std::string &text) const;
    void ReadStructuredList(Draft &draft, const BoundColumn &bound, PartChange &change,
                            const std::string &text) const;
    void ReadPhone(Draft &draft, const BoundColumn &bound, PartChange &change, const std::string &text) const;
    void ReadCountry(Draft &draft, const BoundColumn &bound, const std::string &text, Cell &code,
                     Cell &entered) const;
    bool ReadEmail(Draft &draft, const BoundColumn &bound, std::string text, std::string &address) const;
    Result<std::string> NumberOf(std::string_view text) const;
    void AddExtensions(Draft &draft) const;
    void ReadName(Draft &draft, const BoundColumn &bound, const Cell &cell) const;
    void ReadWebsite(Draft &draft, const BoundColumn &bound, const Cell &cell) const;
    void ReadLabel(Draft &draft, const BoundColumn &bound, PartChange &change, std::string_view text) const;
    std::vector<std::string> ValuesOf(Target target, const std::string &text) const;
    bool ReadsAs(Target target, std::string_view text) const;
    void ReadBirthColumns(Draft &draft) const;
    void FinishParts(Draft &draft) const;
    bool HasIdentity(const Draft &draft) const;
    void CheckLength(Draft &draft, const BoundColumn &bound, const std::string &text) const;
    void CheckRequired(Draft &draft) const;
    void ClearOrganization(Draft &draft) const;
    int IndexOf(const Column *column) const;  // in the file, -1 where it has none
    bool RequiresAll(const Draft &draft) const;
    PartChange &ChangeOf(Draft &draft, int slot) const;
    void Add(Draft &draft, Severity severity, const char *code, const BoundColumn &bound, std::string value,
             std::string message) const;

    const Mapping &mapping_;
    const Rules &rules_;
    mutable std::vector<std::string> normalized_header_;  // made when first needed
    mutable std::vector<int> change_of_slot_;             // of the draft at hand, in its parts; -1: none yet
};

// The message of an import_error out of a fault's parts, without a full stop: an error file joins several.
std::string Sentence(std::string message, std::string_view detail);
inline std::string Sentence(const Fault &fault) {
    return Sentence(fault.message, fault.detail);
}

// How dates are written: one way for a whole file, nothing is guessed for each record.
struct DateRule {
    DateOrder order = DateOrder::kMonthDayYear;
    // Nothing but MM/DD/YYYY and MM/DD. Else also what can be read in one way only: YYYY-MM-DD, YYYYMMDD,
    // --MM-DD, a month by its English name, and, unless the caller names an order, D.M.YYYY; a time of day
    // may follow.
    bool only = true;
    bool order_given = false;  // by the caller: also D.M.YYYY follows it
    bool strict = false;       // a year has four digits
};

// The result is YYYY-MM-DD, or --MM-DD where the year is unknown; 1604 is the year of those who know none. A
// year of two digits is the last such year that is not in the future. Zeros everywhere mean no date: an empty
// result.
Result<std::string> ParseDate(std::string_view text, const DateRule &rule = {});

}  // namespace contacts
