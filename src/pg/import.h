// The import engine: drafts are collected into batches, a batch becomes set-based statements of the
// directory.
#pragma once

#include "pg/guard.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/csv/reader.h"
#include "core/format/plan.h"
#include "pg/spi.h"

namespace contacts::pg {

// What a caller may set; null: the format's default.
struct ImportOptions {
    std::map<std::string, std::string> given;
    std::optional<std::string> Get(const std::string &name) const;
};

struct ImportCounts {
    std::int64_t records = 0, inserted = 0, updated = 0, unchanged = 0, failed = 0, blank = 0, warnings = 0;
};

class Import {
  public:
    // `contact` is the table of that name in the directory; its schema is where everything happens.
    Import(Oid contact, const ImportOptions &options);

    // The format the options name, null for auto.
    const Format *format() const { return format_; }
    csv::Options csv_options() const;

    // Fixes format and columns, makes the import_run.
    void Begin(Mapping mapping, char delimiter);

    // Things to know about the file as a whole.
    void AddNotice(const char *code, std::string message, std::int64_t line,
                   Severity severity = Severity::kNotice);

    // One data record; `draft` has line, cells and what the reader found wrong.
    void Add(Draft draft);
    void AddBlank() {
        ++counts_.records;
        ++counts_.blank;
    }

    // Whether the record is no data: it describes or repeats the header.
    bool IsHeaderAgain(const std::vector<std::string> &cells) const { return validator_->IsHeader(cells); }
    bool IsDescription(const std::vector<std::string> &cells) const {
        return mapping_.described && validator_->IsDescription(cells);
    }

    // Writes what is left and the summary; the row of import_run as JSON.
    std::string Finish();

    void ReportProgress(std::int64_t bytes);

    // The relation of the batch that is being written, null if there is none. For import_batch().
    static const Relation *CurrentRelation(const std::string &name);
    static bool IsWriting();

  private:
    void Flush();
    void AddContactFaults();
    void Apply(std::span<const Draft *const> drafts, std::span<RowPlan> rows);
    void ApplyRepeated(std::span<const Draft *const> drafts, std::span<RowPlan> rows);
    void CheckDeferred();
    std::vector<RowPlan> Write(std::span<const Draft *const> drafts);
    Matches Match(std::span<const Draft *const> drafts);
    void ReadState(Matches &matches);
    void WriteIssues(const std::vector<RowPlan> &rows, const std::vector<int> &row_of);
    void AddIssueRow(Relation &relation, const Issue &issue, const Draft *draft, bool with_cells);

    Oid contact_;
    std::string schema_;  // quoted
    ImportOptions options_;
    const Format *format_ = nullptr;
    Mapping mapping_;
    Rules rules_;
    Ownership ownership_;
    std::unique_ptr<Validator> validator_;
    Uuid id_{};
    ImportCounts counts_;
    std::vector<Draft> batch_;
    std::size_t batch_bytes_ = 0;
    std::set<std::string> keys_;  // of the batch
    std::string deferrable_;      // names of the directory's deferrable constraints
    std::vector<std::pair<Issue, std::int64_t>> notices_;
    std::int64_t issues_ = 0;
    bool progress_ = false;
};

// Reads a file and imports it; the row of import_run as JSON. `bytes` is the size where it is known, else -1.
std::string ImportFile(Oid contact, csv::ByteSource &source, std::int64_t bytes,
                       const ImportOptions &options);

}  // namespace contacts::pg
