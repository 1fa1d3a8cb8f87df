// The import engine: drafts are collected into batches, a batch becomes set-based statements of the
// directory.
#pragma once

#include "pg/guard.h"

extern "C" {
#include "access/tupdesc.h"
#include "utils/tuplestore.h"
}

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/csv/reader.h"
#include "core/format/plan.h"
#include "pg/spi.h"

namespace contacts::pg {

// What a caller may set; null: the format's default.
struct ImportOptions {
    std::map<std::string, std::string> given;
    std::optional<std::string> Get(const std::string &name) const;
    std::string Json() const;
    // What stands between the elements of an option that is a list.
    static char SeparatorOf(std::string_view name);
};
// Throws Error (22023) for what no import takes.
void CheckImportOptions(const ImportOptions &options);

struct StoredProfile;

struct ImportCounts {
    std::int64_t records = 0, inserted = 0, updated = 0, unchanged = 0, failed = 0, blank = 0, warnings = 0;
};

// Relations put by until what was written is undone, without holding them in memory.
class Spool {
  public:
    // To be called outside of the subtransaction that will be undone.
    void Open();
    void Add(const Relation &relation);
    // Gives back what was added, in pieces of about a batch.
    void Drain(const std::function<void(const Relation &)> &take);

  private:
    Tuplestorestate *store_ = nullptr;
    TupleDesc desc_ = nullptr;
    std::vector<std::string> columns_;
};

class Import {
  public:
    // `contact` is the table of that name in the directory; its schema is where everything happens.
    Import(Oid contact, const ImportOptions &options);

    // The format the options name, null for auto.
    const Format *format() const { return format_; }
    csv::Options csv_options() const;

    // Fixes format and columns, makes the import_run.
    // No delimiter: the file is no CSV.
    void Begin(Mapping mapping, const std::string &delimiter);

    // Things to know about the file as a whole.
    void AddNotice(const char *code, std::string message, std::int64_t line,
                   Severity severity = Severity::kNotice);

    // One data record; `draft` has line, cells and what the reader found wrong.
    void Add(Draft &&draft);
    void AddBlank() {
        ++counts_.records;
        ++counts_.blank;
    }

    // Whether the record is no data: it describes or repeats the header.
    bool IsHeaderAgain(const std::vector<std::string> &cells) const { return validator_->IsHeader(cells); }
    bool IsDescription(const std::vector<std::string> &cells) const {
        return mapping_.described && validator_->IsDescription(cells);
    }

    // Writes what is left and the summary, and tells of it; the row of import_run as JSON.
    std::string Finish();

    // A dry run: what is written between the two is for the caller to undo; then the run and its faults are
    // written down.
    void BeginDry() { errors_.Open(); }
    void Flush();
    std::string FinishDry();

    // How many bytes were read so far, of how many (-1: unknown).
    void ReportProgress(std::int64_t bytes, std::int64_t bytes_total);

    // The relation of the batch that is being written, null if there is none. For import_batch().
    static const Relation *CurrentRelation(const std::string &name);
    static bool IsWriting();

    bool dry() const { return dry_; }
    const ImportOptions &options() const { return options_; }

  private:
    void ReadMatchBy();
    void BeginRun();
    std::string EndRun();
    void CheckPermission();
    void CheckErrorCount();
    void Announce(bool notify);
    void AddContactFaults();
    void Apply(std::span<const Draft *const> drafts, std::span<RowPlan> rows);
    Issue RefusedRow(const ErrorData &data, const Draft &draft) const;
    void CheckDeferred();
    std::vector<RowPlan> Write(std::span<const Draft *const> drafts);
    Matches Match(std::span<const Draft *const> drafts);
    void MatchOwnOrganizations(Plan &keys, std::span<const Draft *const> drafts, Matches &matches);
    bool CanTakeIds();
    void ReadState(Matches &matches);
    void WriteIssues(const std::vector<RowPlan> &rows, const std::vector<int> &row_of);
    void WriteErrors(const Plan &plan);
    void AddIssueRow(Relation &relation, const Issue &issue, const Draft *draft, bool with_cells);

    Oid contact_;
    std::string schema_;  // quoted
    ImportOptions options_;
    const Format *format_ = nullptr;
    std::shared_ptr<const StoredProfile> profile_;  // null: the format is one of the product's
    Mapping mapping_;
    Rules rules_;
    Ownership ownership_;
    std::optional<bool> can_take_ids_;
    std::unique_ptr<Validator> validator_;
    Uuid id_{};
    ImportCounts counts_;
    MemoryContext batch_memory_ = nullptr;
    std::vector<Draft> batch_;
    std::size_t batch_bytes_ = 0;
    std::string deferrable_;  // names of the directory's deferrable constraints
    std::vector<std::pair<Issue, std::int64_t>> notices_;
    std::int64_t issues_ = 0;
    bool progress_ = false;
    bool dry_ = false;
    // Organizations that this import wrote, by name: nobody else sees them, they need not be looked up again.
    std::unordered_map<std::string, Uuid> own_organizations_;
    SeenRecords seen_;                        // that were stored
    std::uint64_t organization_updates_ = 0;  // as contacts_organization_updates was then
    std::string run_;                         // what import_run says from the beginning, as JSON
    std::string message_;                     // the summary
    std::optional<std::int64_t> max_errors_;
    std::string first_error_;
    Spool errors_;  // of a dry run
};

// Reads a file and imports it; the row of import_run as JSON. `bytes` is the size where it is known, else -1.
std::string ImportFile(Oid contact, csv::ByteSource &source, std::int64_t bytes,
                       const ImportOptions &options);

}  // namespace contacts::pg
