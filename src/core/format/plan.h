// From drafts and what the directory already holds to what is to be written: relations, each one a set-based
// statement.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/format/seen.h"
#include "core/format/validate.h"

namespace contacts {

// A value of a relation. Text stands for any type that reads it.
using Value = std::variant<std::monostate, std::string, Uuid, std::int64_t, bool, std::vector<std::string>>;

struct Relation {
    std::vector<std::string> columns;
    std::vector<std::vector<Value>> rows;
};

// What the directory holds of a contact that a record means.
struct KnownContact {
    Uuid id{};
    bool editable = false;        // its row could be locked, which policies let those do who may change it
    bool of_this_import = false;  // written earlier by the running import
    bool lacks_id = false;        // has no external ID, and may get one
    bool takes_id = false;        // gets external_id from the running batch
    std::string external_id;      // of the format's source; known where the rules want it, see TakesIds
    std::optional<Uuid> organization_id;
    std::string organization_name;
    std::array<std::optional<std::string>, static_cast<std::size_t>(ContactField::kCount)> fields;
    std::vector<std::optional<std::string>> custom;   // values of Mapping::custom_keys
    std::array<std::vector<Part>, kPartKinds> parts;  // by position
};

struct KnownOrganization {
    Uuid id{};
    bool of_this_import = false;
    std::array<std::optional<std::string>, static_cast<std::size_t>(OrganizationField::kCount)> fields;
};

// A contact that a criterion of Rules::match_by found for a draft; the criterion is its index there, 0 for
// the format's column of IDs.
struct Hit {
    std::size_t criterion = 0;
    Uuid contact{};
};
// Hits of one value that are looked up: one that so many contacts share tells none of them apart.
inline constexpr std::size_t kMaxHits = 20;

// What was found for the drafts, by their index in the batch.
struct Matches {
    std::map<std::size_t, std::vector<Hit>> hits;
    std::map<Uuid, KnownContact> contacts;  // those of the hits
    std::map<std::size_t, KnownOrganization> organizations;
    // Where the batch knows organizations by name alone (see ByNameAlone), those that exist, by their name.
    std::unordered_map<std::string, Uuid> organizations_by_name;
};

enum class Outcome : std::uint8_t { kInserted, kUpdated, kUnchanged, kFailed };

struct RowPlan {
    Outcome outcome = Outcome::kUnchanged;
    std::vector<Issue> issues;  // beside those of the draft
    // Of a record that nothing but its cells tells from others, for SeenRecords once it is stored: their
    // hash, and the number of the first record that has them. 0: of no such record.
    std::uint64_t cells_hash = 0;
    std::int64_t first_record = 0;
};

struct Plan {
    std::vector<RowPlan> rows;
    std::map<std::string, Relation> relations;
    const Relation *Find(const std::string &name) const {
        const auto found = relations.find(name);
        return found == relations.end() || found->second.rows.empty() ? nullptr : &found->second;
    }
};

// Whose the new contacts are.
struct Ownership {
    std::optional<Uuid> owner_id;
    std::string visibility;
    std::vector<std::pair<std::string, std::string>> default_custom;  // keys and values of new contacts
};

// Whether a contact that is found by an address or a number may get the ID that the record has.
bool TakesIds(const Rules &rules);

// Whether all organizations of these records are named beside a contact, without an ID: then nothing but the
// id of those that exist is wanted, once for each name.
bool ByNameAlone(std::span<const Draft *const> drafts);

// The rows by which the directory is asked what it holds: `contact_key` (or `match_key`, where the rules name
// criteria) and `organization_key`.
Plan MakeKeys(const Mapping &mapping, const Rules &rules, const Ownership &ownership,
              std::span<const Draft *const> drafts);

// `new_id` makes ids in ascending order, so that rows lie in the order of the file. Records that mean one
// contact are applied to it in the order of the file, and what comes out is written once. `seen` has the
// records of earlier batches that are told from others by their cells alone.
Plan MakePlan(const Mapping &mapping, const Rules &rules, const Ownership &ownership,
              std::span<const Draft *const> drafts, const Matches &matches,
              const std::function<Uuid()> &new_id, const SeenRecords &seen = SeenRecords());

// What the directory says against records that failed already, beside their own issues: an unknown ID, one
// that is taken, a value that it does not hold.
std::vector<std::vector<Issue>> FindContactFaults(const Mapping &mapping, const Rules &rules,
                                                  const Ownership &ownership,
                                                  std::span<const Draft *const> drafts,
                                                  const Matches &matches);

// `text` as a JSON string (RFC 8259), quotes included.
std::string JsonString(std::string_view text);

}  // namespace contacts
