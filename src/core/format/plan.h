// From drafts and what the directory already holds to what is to be written: relations, each one a set-based
// statement.
#pragma once

#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/format/seen.h"
#include "core/format/validate.h"

namespace contacts {

// A value of a relation. Text stands for any type that reads it. Text and lists are somebody else's, who must
// live as long: most of a batch's are those of its drafts, and there are too many to copy or to free each.
using Value = std::variant<std::monostate, std::string_view, Uuid, std::int64_t, bool,
                           const std::vector<std::string> *>;

// Rows of the same width, one after the other in one piece of memory.
class Rows {
  public:
    class Iterator {
      public:
        Iterator(const Rows &rows, std::size_t row) : rows_(rows), row_(row) {}
        std::span<const Value> operator*() const { return rows_[row_]; }
        Iterator &operator++() {
            ++row_;
            return *this;
        }
        bool operator!=(const Iterator &other) const { return row_ != other.row_; }

      private:
        const Rows &rows_;
        std::size_t row_;
    };

    bool empty() const { return values_.empty(); }
    std::size_t size() const { return width_ == 0 ? 0 : values_.size() / width_; }
    std::span<const Value> operator[](std::size_t row) const {
        return {values_.data() + row * width_, width_};
    }
    std::span<Value> back() { return {values_.data() + values_.size() - width_, width_}; }
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size()}; }

    void push_back(std::initializer_list<Value> row) {
        width_ = row.size();
        values_.insert(values_.end(), row);
    }
    // For a row of `width` values, which the caller adds to the result.
    std::vector<Value> &Begin(std::size_t width) {
        width_ = width;
        return values_;
    }
    void reserve(std::size_t rows, std::size_t width) { values_.reserve(rows * width); }
    void clear() { values_.clear(); }
    template <class Predicate>
    void EraseIf(Predicate &&erases) {
        std::size_t kept = 0;
        for (std::size_t row = 0; row < size(); ++row) {
            if (erases((*this)[row])) continue;
            if (kept != row)
                for (std::size_t i = 0; i < width_; ++i)
                    values_[kept * width_ + i] = values_[row * width_ + i];
            ++kept;
        }
        values_.resize(kept * width_);
    }

  private:
    std::size_t width_ = 0;
    std::vector<Value> values_;
};

struct Relation {
    std::vector<std::string> columns;
    Rows rows;
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
    // Where the batch knows organizations by name alone (see ByNameAlone), those that exist, by the name that
    // a draft has.
    std::unordered_map<std::string_view, Uuid> organizations_by_name;
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

// Its values refer to the drafts, the mapping, the rules and the ownership that it was made of.
struct Plan {
    std::vector<RowPlan> rows;
    std::map<std::string, Relation> relations;
    // What values refer to beside those; they stay where they are when the plan is moved.
    std::deque<std::string> texts;
    std::deque<std::vector<std::string>> lists;
    const std::string &Keep(std::string text) { return texts.emplace_back(std::move(text)); }
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
