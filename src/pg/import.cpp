#include "pg/import.h"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "commands/progress.h"
#include "miscadmin.h"
#include "utils/backend_progress.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

#include <algorithm>
#include <cstring>

#include "core/text.h"
#include "core/phone/parse.h"
#include "pg/current_import.h"

namespace contacts::pg {
namespace {

// A batch is large enough for its statements' fixed cost to vanish, and bounds memory whatever the file's
// size.
constexpr std::size_t kBatchRecords = 2000;
constexpr std::size_t kBatchBytes = 4 << 20;
// Where a statement is refused the batch is split into this many parts, down to the record at fault.
constexpr std::size_t kSplit = 8;
// import_error repeats the cells of a record with each of its entries up to this size, else with the first
// alone.
constexpr std::size_t kRepeatedCells = 8 << 10;
constexpr std::size_t kHeaderRecords = 10;  // a header stands among the first records

// The batch that is being written; set only while the directory's statements run.
const Plan *writing = nullptr;

// Makes the batch visible to import_batch() and the import to the row triggers.
class Writing {
  public:
    Writing(const Plan &plan, const Uuid &id)
        : before_(writing), active_before_(contacts_import_active), id_before_(contacts_import_id) {
        writing = &plan;
        contacts_import_active = true;
        std::memcpy(contacts_import_id.data, id.data(), id.size());
    }
    ~Writing() {
        writing = before_;
        contacts_import_active = active_before_;
        contacts_import_id = id_before_;
    }
    Writing(const Writing &) = delete;
    Writing &operator=(const Writing &) = delete;

  private:
    const Plan *before_;
    bool active_before_;
    pg_uuid_t id_before_;
};

Fault BadOption(std::string message, std::string detail = {}, std::string hint = {}) {
    Fault fault;
    fault.code = "option_invalid";
    fault.sqlstate = sqlstate::kInvalidParameterValue;
    fault.message = std::move(message);
    fault.detail = std::move(detail);
    fault.hint = std::move(hint);
    return fault;
}

// Whether an error of a statement is the fault of a row: data, constraints, policies, triggers that raise,
// with whatever SQLSTATE. Cancellation, deadlocks, missing tables, a full disk are not: another row would
// meet them too.
bool IsRowFault(const ErrorData &error) {
    switch (ERRCODE_TO_CATEGORY(error.sqlerrcode)) {
        case ERRCODE_CONNECTION_EXCEPTION:
        case ERRCODE_FEATURE_NOT_SUPPORTED:
        case ERRCODE_INVALID_TRANSACTION_STATE:
        case ERRCODE_INVALID_TRANSACTION_TERMINATION:
        case ERRCODE_TRANSACTION_ROLLBACK:
        case ERRCODE_INSUFFICIENT_RESOURCES:
        case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
        case ERRCODE_OPERATOR_INTERVENTION:
        case ERRCODE_SYSTEM_ERROR:
        case ERRCODE_CONFIG_FILE_ERROR:
        case ERRCODE_INTERNAL_ERROR:
            return false;
        case ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION:
            return error.sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE;
        default:
            return true;
    }
}

// Whether the detail of an error quotes the whole row: the raw cells stand beside it anyway.
bool QuotesRow(const ErrorData &error) {
    return error.sqlerrcode == ERRCODE_CHECK_VIOLATION || error.sqlerrcode == ERRCODE_NOT_NULL_VIOLATION ||
           error.sqlerrcode == ERRCODE_WITH_CHECK_OPTION_VIOLATION;
}

const char *CodeOf(const ErrorData &error) {
    switch (error.sqlerrcode) {
        case ERRCODE_UNIQUE_VIOLATION: {
            const std::string_view constraint = error.constraint_name ? error.constraint_name : "";
            const bool id =
                constraint == "contact_external_id_key" || constraint == "contact_personal_external_id_key";
            return id ? "external_id_taken" : "unique_violation";
        }
        case ERRCODE_NOT_NULL_VIOLATION:
            return "not_null_violation";
        case ERRCODE_FOREIGN_KEY_VIOLATION:
            return "foreign_key_violation";
        case ERRCODE_CHECK_VIOLATION:
            return "check_violation";
        case ERRCODE_EXCLUSION_VIOLATION:
            return "exclusion_violation";
        case ERRCODE_INSUFFICIENT_PRIVILEGE:
            return "insufficient_privilege";
        case ERRCODE_RAISE_EXCEPTION:
            return "raise_exception";
        case ERRCODE_TRIGGERED_ACTION_EXCEPTION:
            return "not_stored";
        default:
            return "refused";
    }
}

std::string UuidArray(const std::vector<Uuid> &ids) {
    std::string out = "{";
    for (const Uuid &id : ids) {
        if (out.size() > 1) out += ',';
        out += ToText(id);
    }
    return out + '}';
}

std::string JsonArray(const std::vector<std::string> &values) {
    std::string out = "[";
    for (const std::string &value : values) {
        if (out.size() > 1) out += ',';
        out += JsonString(value);
    }
    return out + ']';
}

std::vector<std::string> Copy(const std::vector<std::string_view> &cells) {
    return {cells.begin(), cells.end()};
}

}  // namespace

std::optional<std::string> ImportOptions::Get(const std::string &name) const {
    const auto found = given.find(name);
    return found == given.end() ? std::nullopt : std::optional<std::string>(found->second);
}

bool Import::IsWriting() {
    return writing != nullptr;
}

const Relation *Import::CurrentRelation(const std::string &name) {
    return writing ? writing->Find(name) : nullptr;
}

Import::Import(Oid contact, const ImportOptions &options) : contact_(contact), options_(options) {
    static const std::vector<std::string> kKnown = {"format",    "mode",   "default_region", "encoding",
                                                    "delimiter", "quote",  "empty_cells",    "visibility",
                                                    "owner",     "strict", "file_name",      "max_bytes"};
    for (const auto &[name, value] : options.given)
        if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end())
            throw Error(BadOption("unknown import option \"" + Quoted(name) + '"'));
    const char *schema = Call([&] {
        char *name = get_rel_name(contact) ? get_namespace_name(get_rel_namespace(contact)) : nullptr;
        return name ? quote_identifier(name) : nullptr;
    });
    if (!schema) throw Error(BadOption("the table of contacts does not exist"));
    schema_ = schema;

    const auto one_of = [&](const char *name, std::initializer_list<const char *> allowed) {
        const std::optional<std::string> value = options.Get(name);
        if (!value) return;
        std::string list;
        for (const char *candidate : allowed) {
            if (*value == candidate) return;
            list += (list.empty() ? "" : ", ") + std::string(candidate);
        }
        throw Error(BadOption(
            std::string("invalid value for import option \"") + name + "\": \"" + Quoted(*value) + '"',
            "Allowed are " + list + "."));
    };
    one_of("mode", {"insert", "update", "upsert"});
    one_of("empty_cells", {"keep", "clear"});
    one_of("visibility", {"company", "restricted", "personal"});
    one_of("strict", {"true", "false"});
    const std::string name = options.Get("format").value_or("auto");
    if (name != "auto") {
        format_ = FindFormat(name);
        if (!format_)
            throw Error(BadOption("unknown import format \"" + Quoted(name) + '"',
                                  "Known are auto, " + FormatNames() + "."));
    }
    if (const auto limit = options.Get("max_bytes"))
        if (limit->empty() || limit->size() > 18 ||
            limit->find_first_not_of("0123456789") != std::string::npos)
            throw Error(BadOption("invalid value for import option \"max_bytes\": \"" + Quoted(*limit) + '"',
                                  "It must be a number of bytes."));
    if (const auto region = options.Get("default_region"))
        if (const std::optional<Fault> fault = CheckPhoneRegion(*region)) throw Error(*fault);
}

csv::Options Import::csv_options() const {
    csv::Options csv;
    csv.encoding = options_.Get("encoding").value_or("");
    csv.strict = options_.Get("strict") == "true";
    const auto character = [&](const char *name) -> std::optional<char> {
        const std::optional<std::string> value = options_.Get(name);
        if (!value) return std::nullopt;
        if (EqualIgnoreCase(*value, "tab") || *value == "\\t") return '\t';
        if (value->size() != 1)
            throw Error(BadOption(
                std::string("invalid value for import option \"") + name + "\": \"" + Quoted(*value) + '"',
                "It must be one ASCII character, or \"tab\"."));
        return (*value)[0];
    };
    if (const auto delimiter = character("delimiter")) csv.delimiter = *delimiter;
    csv.quote = character("quote");
    return csv;
}

void Import::Begin(Mapping mapping, char delimiter) {
    mapping_ = std::move(mapping);
    format_ = mapping_.format;
    rules_.mode = format_->mode;
    if (const auto mode = options_.Get("mode"))
        rules_.mode = *mode == "insert" ? Mode::kInsert : *mode == "update" ? Mode::kUpdate : Mode::kUpsert;
    if (!mapping_.has_key && !mapping_.has_organization && rules_.mode != Mode::kInsert &&
        rules_.mode != Mode::kById)
        throw Error(BadOption(
            std::string("mode \"") + NameOf(rules_.mode) + "\" needs a column with the contact's ID",
            std::string("The file is of format \"") + format_->name + "\" and has none."));
    if (!FindColumn(*format_, Target::kContactId) && rules_.mode != Mode::kInsert)
        throw Error(BadOption(
            std::string("mode \"") + NameOf(rules_.mode) + "\" needs a column with the contact's ID",
            std::string("Format \"") + format_->name + "\" has none."));
    rules_.region = options_.Get("default_region").value_or("");
    rules_.strict = options_.Get("strict") == "true";
    rules_.clear_empty = options_.Get("empty_cells") == "clear";
    ownership_.visibility = options_.Get("visibility").value_or(format_->visibility);
    validator_ = std::make_unique<Validator>(mapping_, rules_);
    id_ = NewUuidV7();

    SpiSession spi;
    // Two imports that write the same rows or keys in different order would wait for each other.
    if (rules_.mode != Mode::kInsert || mapping_.has_key || mapping_.has_organization ||
        std::any_of(mapping_.slots.begin(), mapping_.slots.end(),
                    [](const Slot &slot) { return slot.kind == PartKind::kGroup; }))
        spi.Run("SELECT " + schema_ + "._import_lock()");
    const std::optional<std::string> owner = options_.Get("owner");
    const TextRows who = spi.Run("SELECT " + schema_ + "._import_owner($1)", {owner});
    const std::optional<std::string> owner_id =
        who.rows.empty() || who.rows[0].empty() ? std::nullopt : who.rows[0][0];
    if (owner_id) ownership_.owner_id = ParseUuid(*owner_id);
    if (owner && !owner_id)
        throw Error(BadOption("owner \"" + Quoted(*owner) + "\" is not enrolled in directory " + schema_));
    if (!owner_id && ownership_.visibility == "personal")
        throw Error(BadOption("personal contacts need an owner", "Nobody else sees them.",
                              "Name one with the option \"owner\", or another \"visibility\"."));
    const TextRows deferrable = spi.Run("SELECT " + schema_ + "._import_deferrable_constraints()");
    if (!deferrable.rows.empty()) deferrable_ = deferrable.rows[0][0].value_or("");
    std::map<std::string, std::string> effective = options_.given;
    effective["format"] = format_->name;
    effective["mode"] = NameOf(rules_.mode);
    effective["visibility"] = ownership_.visibility;
    effective.erase("file_name");
    std::string options;
    for (const auto &[name, value] : effective) {
        options += (options.empty() ? "" : ",") + JsonString(name) + ':';
        options += name == "strict"      ? value
                   : name == "max_bytes" ? std::to_string(std::stoll(value))
                                         : JsonString(value);
    }
    std::string run = "{\"import_id\":\"" + ToText(id_) + "\",\"format\":" + JsonString(format_->name) +
                      ",\"options\":{" + options + "},\"header\":" + JsonArray(mapping_.header) +
                      ",\"delimiter\":" + JsonString(std::string(1, delimiter));
    if (const auto file = options_.Get("file_name")) run += ",\"file_name\":" + JsonString(*file);
    // In a subtransaction: rows with a later transaction id are this import's, not those of one before it.
    InSubtransaction([&] {
        SpiSession inner;
        inner.Run("SELECT " + schema_ + "._import_begin($1::pg_catalog.jsonb)", {run + '}'});
        inner.Finish();
    });
    spi.Finish();
    CheckDeferred();
    for (const Issue &notice : mapping_.notices) notices_.push_back({notice, 0});
}

void Import::AddNotice(const char *code, std::string message, std::int64_t line, Severity severity) {
    notices_.push_back({Issue{severity, code, -1, "", "", std::move(message)}, line});
    if (notices_.size() >= kBatchRecords) Flush();
}

void Import::Add(Draft draft) {
    draft.record = ++counts_.records;
    if (format_->max_records && draft.record == format_->max_records + 1)
        AddNotice("too_many_records",
                  std::string(format_->title) + " takes at most " + std::to_string(format_->max_records) +
                      " records in a file",
                  draft.line, Severity::kWarning);
    if (!draft.failed()) {
        validator_->Validate(draft);
        // A record that says a key again is applied after the first one, in a batch of its own.
        if (!draft.failed() && !draft.key.empty() && !keys_.insert(draft.key).second) {
            Flush();
            keys_.insert(draft.key);
            draft.repeated = true;
        }
    }
    for (const std::string &cell : draft.cells) batch_bytes_ += cell.size() + sizeof(std::string);
    batch_.push_back(std::move(draft));
    if (batch_.size() >= kBatchRecords || batch_bytes_ >= kBatchBytes) Flush();
}

void Import::Flush() {
    if (batch_.empty() && notices_.empty()) return;
    Call([] { CHECK_FOR_INTERRUPTS(); });
    SpiSession spi;
    std::vector<const Draft *> good;
    std::vector<int> row_of(batch_.size(), -1);
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        if (batch_[i].failed()) continue;
        row_of[i] = static_cast<int>(good.size());
        good.push_back(&batch_[i]);
    }
    std::vector<RowPlan> rows(good.size());
    if (!good.empty()) Apply(good, rows);
    AddContactFaults();
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        const Outcome outcome =
            row_of[i] < 0 ? Outcome::kFailed : rows[static_cast<std::size_t>(row_of[i])].outcome;
        switch (outcome) {
            case Outcome::kInserted:
                ++counts_.inserted;
                break;
            case Outcome::kUpdated:
                ++counts_.updated;
                break;
            case Outcome::kUnchanged:
                ++counts_.unchanged;
                break;
            case Outcome::kFailed:
            case Outcome::kRepeated:
                ++counts_.failed;
                break;
        }
    }
    WriteIssues(rows, row_of);
    spi.Finish();
    batch_.clear();
    batch_bytes_ = 0;
    keys_.clear();
    notices_.clear();
}

// Failed records with an ID: what the directory says against them belongs to their faults.
void Import::AddContactFaults() {
    std::vector<const Draft *> failed;
    std::vector<std::size_t> index;
    for (std::size_t i = 0; i < batch_.size(); ++i)
        if (batch_[i].failed() && batch_[i].has_contact && !batch_[i].key.empty()) {
            failed.push_back(&batch_[i]);
            index.push_back(i);
        }
    if (failed.empty()) return;
    std::vector<std::vector<Issue>> faults =
        FindContactFaults(mapping_, rules_, ownership_, failed, Match(failed));
    for (std::size_t i = 0; i < index.size(); ++i)
        for (Issue &fault : faults[i]) batch_[index[i]].Add(std::move(fault));
}

void Import::Apply(std::span<const Draft *const> drafts, std::span<RowPlan> rows) {
    Call([] { CHECK_FOR_INTERRUPTS(); });
    try {
        std::vector<RowPlan> written;
        InSubtransaction([&] {
            written = Write(drafts);
            CheckDeferred();
        });
        std::move(written.begin(), written.end(), rows.begin());
        return ApplyRepeated(drafts, rows);
    } catch (const PgError &error) {
        if (!IsRowFault(*error.data())) throw;
        // The progress report ends with the subtransaction.
        if (progress_) Call([&] { pgstat_progress_start_command(PROGRESS_COMMAND_COPY, contact_); });
        if (drafts.size() == 1) {
            const ErrorData &data = *error.data();
            Issue issue;
            issue.code = CodeOf(data);
            issue.target = data.table_name ? data.table_name : "";
            if (data.column_name) issue.target += std::string(".") + data.column_name;
            issue.message = Sentence(data.message ? data.message : "",
                                     data.detail && !QuotesRow(data) ? data.detail : "");
            rows[0].outcome = Outcome::kFailed;
            rows[0].issues = {std::move(issue)};
            Call([&] { FreeErrorData(error.data()); });
            return;
        }
        Call([&] { FreeErrorData(error.data()); });
    }
    const std::size_t part = std::max<std::size_t>(1, (drafts.size() + kSplit - 1) / kSplit);
    for (std::size_t from = 0; from < drafts.size(); from += part) {
        const std::size_t count = std::min(part, drafts.size() - from);
        Apply(drafts.subspan(from, count), rows.subspan(from, count));
    }
}

// Records that mean a contact which another one of the batch just wrote.
void Import::ApplyRepeated(std::span<const Draft *const> drafts, std::span<RowPlan> rows) {
    std::vector<const Draft *> repeated;
    std::vector<std::size_t> index;
    for (std::size_t i = 0; i < drafts.size(); ++i)
        if (rows[i].outcome == Outcome::kRepeated) {
            repeated.push_back(drafts[i]);
            index.push_back(i);
        }
    if (repeated.empty()) return;
    std::vector<RowPlan> plans(repeated.size());
    Apply(repeated, plans);
    for (std::size_t i = 0; i < index.size(); ++i) rows[index[i]] = std::move(plans[i]);
}

// Deferred constraints would be checked at commit and then undo the whole import. They are tried here, so
// that the record at fault is found; what that did is undone, and their checks stay deferred.
void Import::CheckDeferred() {
    struct Undo {};
    if (deferrable_.empty()) return;
    try {
        InSubtransaction([&] {
            SpiSession spi;
            spi.Run("SET CONSTRAINTS " + deferrable_ + " IMMEDIATE");
            spi.Finish();
            throw Undo{};
        });
    } catch (const Undo &) {
    }
}

std::vector<RowPlan> Import::Write(std::span<const Draft *const> drafts) {
    const Matches matches = Match(drafts);
    Plan plan = MakePlan(mapping_, rules_, ownership_, drafts, matches, NewUuidV7);
    Writing scope(plan, id_);
    SpiSession spi;
    const auto write = [&](const std::string &kind, const std::string &action) {
        if (plan.Find(kind + '_' + action))
            spi.Run("SELECT " + schema_ + "._import_" + action + '_' + kind +
                    (kind == "address" ? "es" : "s") + "()");
    };
    // A trigger of the DBA's may skip rows without a word.
    const auto write_all = [&](const std::string &relation, const char *function) {
        const Relation *rows = plan.Find(relation);
        if (!rows) return;
        const TextRows written =
            spi.Run("SELECT pg_catalog.count(*) FROM " + schema_ + '.' + function + "()");
        if (std::stoull(written.rows[0][0].value()) == rows->rows.size()) return;
        Call([] {
            ereport(ERROR, (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
                            errmsg("the contact was not stored: a trigger, a rule or a policy skips it")));
        });
    };
    // Parts refer to contacts, contacts to organizations.
    for (const char *action : {"insert", "update"}) write("organization", action);
    write_all("contact_insert", "_import_insert_contacts");
    write_all("contact_update", "_import_update_contacts");
    for (std::size_t k = 0; k < kPartKinds; ++k)
        for (const char *action : {"delete", "update", "insert"})
            write(InfoOf(static_cast<PartKind>(k)).relation, action);
    spi.Finish();
    return std::move(plan.rows);
}

Matches Import::Match(std::span<const Draft *const> drafts) {
    Matches matches;
    const Plan keys = MakeKeys(mapping_, ownership_, drafts);
    Writing scope(keys, id_);
    SpiSession spi;
    if (keys.Find("contact_key")) {
        const TextRows found = spi.Run("SELECT * FROM " + schema_ + "._import_match_contacts()");
        for (const auto &row : found.rows)
            if (row[0] && row[1])
                matches.contacts[static_cast<std::size_t>(std::stoll(*row[0]))].id = *ParseUuid(*row[1]);
    }
    if (keys.Find("organization_key")) {
        // row_number, organization_id, of_this_import, then the fields
        const TextRows found = spi.Run(
            "SELECT * FROM " + schema_ + "._import_match_organizations($1::pg_catalog.uuid)", {ToText(id_)});
        for (const auto &row : found.rows) {
            KnownOrganization &known = matches.organizations[static_cast<std::size_t>(std::stoll(*row[0]))];
            known.id = *ParseUuid(*row[1]);
            known.of_this_import = row[2] == "t";
            for (std::size_t f = 0; f < known.fields.size(); ++f) known.fields[f] = row[3 + f];
        }
    }
    spi.Finish();
    if (!matches.contacts.empty()) ReadState(matches);
    return matches;
}

void Import::ReadState(Matches &matches) {
    std::map<Uuid, std::vector<KnownContact *>> by_id;
    std::vector<Uuid> ids;
    for (auto &[row, known] : matches.contacts) {
        auto &list = by_id[known.id];
        if (list.empty()) ids.push_back(known.id);
        list.push_back(&known);
    }
    const std::string id_list = UuidArray(ids);
    SpiSession spi;
    // contact_id, of_this_import, organization_id, organization_name, then the fields, then the custom values
    const TextRows contacts = spi.Run("SELECT * FROM " + schema_ + "._import_contact_state($1, $2)",
                                      {id_list, ToText(id_)}, {UUIDARRAYOID, UUIDOID});
    for (const auto &row : contacts.rows)
        for (KnownContact *known : by_id[*ParseUuid(*row[0])]) {
            known->editable = true;
            known->of_this_import = row[1] == "t";
            if (row[2]) known->organization_id = ParseUuid(*row[2]);
            known->organization_name = row[3].value_or("");
            for (std::size_t f = 0; f < known->fields.size(); ++f) known->fields[f] = row[4 + f];
            known->custom.resize(mapping_.custom_keys.size());
        }
    if (!mapping_.custom_keys.empty()) {
        // contact_id, index of the key from 1, value
        const TextRows custom = spi.Run("SELECT * FROM " + schema_ + "._import_custom_state($1, $2)",
                                        {id_list, JsonArray(mapping_.custom_keys)}, {UUIDARRAYOID, JSONBOID});
        for (const auto &row : custom.rows)
            for (KnownContact *known : by_id[*ParseUuid(*row[0])])
                known->custom[static_cast<std::size_t>(std::stoll(*row[1])) - 1] = row[2];
    }
    for (std::size_t k = 0; k < kPartKinds; ++k) {
        const auto kind = static_cast<PartKind>(k);
        if (std::none_of(mapping_.slots.begin(), mapping_.slots.end(),
                         [&](const Slot &s) { return s.kind == kind; }))
            continue;
        // contact_id, position, label, then the values
        const TextRows parts =
            spi.Run("SELECT * FROM " + schema_ + "._import_" + InfoOf(kind).relation + "_state($1)",
                    {id_list}, {UUIDARRAYOID});
        for (const auto &row : parts.rows) {
            Part part;
            part.position = std::stoi(*row[1]);
            part.label = row[2].value_or("");
            part.values.assign(row.begin() + 3, row.end());
            for (KnownContact *known : by_id[*ParseUuid(*row[0])]) known->parts[k].push_back(part);
        }
    }
    spi.Finish();
}

void Import::AddIssueRow(Relation &relation, const Issue &issue, const Draft *draft, bool with_cells) {
    const bool has_column =
        issue.column >= 0 && static_cast<std::size_t>(issue.column) < mapping_.header.size();
    const auto text = [](const std::string &value) { return value.empty() ? Value() : Value(value); };
    relation.rows.push_back(
        {++issues_, draft && draft->line ? Value(draft->line) : Value(),
         draft ? Value(draft->record) : Value(), std::string(NameOf(issue.severity)), std::string(issue.code),
         has_column ? Value(mapping_.header[static_cast<std::size_t>(issue.column)]) : Value(),
         text(issue.target), text(issue.value), issue.message, with_cells ? Value(draft->cells) : Value()});
    if (issue.severity == Severity::kWarning) ++counts_.warnings;
}

void Import::WriteIssues(const std::vector<RowPlan> &rows, const std::vector<int> &row_of) {
    Plan plan;
    Relation &relation = plan.relations["error"];
    relation.columns = {"ordinal",     "line",   "record", "severity", "code",
                        "column_name", "target", "value",  "message",  "cells"};
    std::size_t bytes = 0;
    const auto write = [&] {
        if (relation.rows.empty()) return;
        Writing scope(plan, id_);
        SpiSession spi;
        spi.Run("SELECT " + schema_ + "._import_write_errors($1::pg_catalog.uuid)", {ToText(id_)});
        spi.Finish();
        relation.rows.clear();
        bytes = 0;
    };
    for (const auto &[notice, line] : notices_) {
        AddIssueRow(relation, notice, nullptr, false);
        if (line) relation.rows.back()[1] = line;
    }
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        const Draft &draft = batch_[i];
        std::size_t size = 0;
        for (const std::string &cell : draft.cells) size += cell.size() + sizeof(std::string);
        bool first = true;
        const auto add = [&](const Issue &issue) {
            const bool with_cells = first || size <= kRepeatedCells;
            first = false;
            AddIssueRow(relation, issue, &draft, with_cells);
            if (with_cells) bytes += size;
            if (bytes >= kBatchBytes) write();
        };
        for (const Issue &issue : draft.issues) add(issue);
        if (draft.unlisted > 0) {
            Issue more;
            more.severity = draft.unlisted_error ? Severity::kError : Severity::kWarning;
            more.code = "more_issues";
            more.message = std::to_string(draft.unlisted) + " more faults of this record are not listed";
            add(more);
        }
        if (row_of[i] < 0) continue;
        for (const Issue &issue : rows[static_cast<std::size_t>(row_of[i])].issues) add(issue);
    }
    write();
}

void Import::ReportProgress(std::int64_t bytes) {
    Call([] { CHECK_FOR_INTERRUPTS(); });
    const int64 tuples = counts_.records;
    const bool started = progress_;
    progress_ = true;
    Call([&] {
        if (!started) {
            pgstat_progress_start_command(PROGRESS_COMMAND_COPY, contact_);
            pgstat_progress_update_param(PROGRESS_COPY_COMMAND, PROGRESS_COPY_COMMAND_FROM);
            pgstat_progress_update_param(PROGRESS_COPY_TYPE, PROGRESS_COPY_TYPE_CALLBACK);
        }
        pgstat_progress_update_param(PROGRESS_COPY_BYTES_PROCESSED, bytes);
        pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, tuples);
    });
}

std::string Import::Finish() {
    Flush();
    const std::int64_t imported = counts_.inserted + counts_.updated + counts_.unchanged;
    std::string message = std::to_string(imported) + " record(s) out of " + std::to_string(counts_.records) +
                          " record(s) imported; " + std::to_string(counts_.failed) + " failed";
    if (counts_.blank) message += ", " + std::to_string(counts_.blank) + " blank";
    const auto member = [](const char *name, std::int64_t value) {
        return std::string(",\"") + name + "\":" + std::to_string(value);
    };
    const std::string result = "{\"import_id\":\"" + ToText(id_) + '"' + member("records", counts_.records) +
                               member("inserted", counts_.inserted) + member("updated", counts_.updated) +
                               member("unchanged", counts_.unchanged) + member("failed", counts_.failed) +
                               member("blank", counts_.blank) + member("warnings", counts_.warnings) +
                               ",\"message\":" + JsonString(message) + '}';
    SpiSession spi;
    TextRows run = spi.Run("SELECT " + schema_ + "._import_end($1::pg_catalog.jsonb)", {result});
    spi.Finish();
    const std::string id = ToText(id_);
    const char *payload = id.c_str();
    const char *text = message.c_str();
    const bool failed = counts_.failed > 0, ends_progress = progress_;
    Call([&] {
        if (ends_progress) pgstat_progress_end_command();
        Async_Notify("contacts_import", payload);
        ereport(NOTICE,
                (errmsg("%s", text),
                 failed ? errhint("The table import_error gives the reasons, the function error_file() the "
                                  "failed records to correct and import again.")
                        : 0));
    });
    if (run.rows.empty() || run.rows[0].empty() || !run.rows[0][0])
        throw Error(sqlstate::kInternalError, "the import's summary is gone");
    return *run.rows[0][0];
}

std::string ImportFile(Oid contact, csv::ByteSource &source, std::int64_t bytes,
                       const ImportOptions &options) {
    Import import(contact, options);
    const auto limit = options.Get("max_bytes");
    const std::int64_t max_bytes = limit ? std::stoll(*limit) : INT64_MAX;
    const auto check_size = [&](std::int64_t size) {
        if (size <= max_bytes) return;
        Fault fault = BadOption("the file has more than max_bytes " + *limit + " bytes");
        fault.sqlstate = sqlstate::kProgramLimitExceeded;
        throw Error(fault);
    };
    check_size(bytes);
    csv::Reader reader(source, import.csv_options());
    csv::Record record;
    std::vector<Draft> first;
    std::vector<std::vector<std::string>> candidates;
    std::vector<bool> blank;
    const auto draft_of = [](const csv::Record &read) {
        Draft draft;
        draft.line = read.line;
        draft.cells = Copy(read.cells);
        if (read.fault)
            draft.issues.push_back({Severity::kError, read.fault->code, -1, "", "", Sentence(*read.fault)});
        return draft;
    };
    while (candidates.size() < kHeaderRecords && reader.Next(record)) {
        first.push_back(draft_of(record));
        candidates.push_back(first.back().cells);
        blank.push_back(record.blank);
    }
    Result<HeaderMatch> header = FindHeader(import.format(), candidates);
    if (!header) throw Error(header.fault());
    const std::size_t header_at = header->record;
    if (header_at + 1 == first.size() && reader.Next(record)) {
        first.push_back(draft_of(record));
        blank.push_back(record.blank);
    }
    if (header_at + 1 == first.size()) {
        Fault fault;
        fault.sqlstate = sqlstate::kInvalidTextRepresentation;
        fault.message = "the file has a header but no record";
        fault.detail = std::string("The header is one of format \"") + header->mapping.format->name +
                       "\"; records were expected after line " + std::to_string(first[header_at].line) + '.';
        throw Error(fault);
    }
    const std::int64_t header_line = first[header_at].line;
    import.Begin(std::move(header).value().mapping, reader.dialect().delimiter[0]);
    const Format &format = *import.format();
    if (format.max_bytes && bytes > format.max_bytes) {
        Fault fault =
            BadOption(std::string(format.title) + " takes files of at most " +
                      std::to_string(format.max_bytes) + " bytes, this one has " + std::to_string(bytes));
        fault.sqlstate = sqlstate::kProgramLimitExceeded;
        fault.hint = "Split the file, or import it without strict.";
        if (options.Get("strict") == "true") throw Error(fault);
        import.AddNotice("file_too_large", fault.message, 0, Severity::kWarning);
    }
    for (std::size_t i = 0; i < header_at; ++i)
        if (!blank[i])
            import.AddNotice("preamble", "this record stands before the header and was skipped",
                             first[i].line);

    std::int64_t previous = header_line;
    const auto take = [&](Draft draft, bool is_blank) {
        const bool right_after_header = previous == header_line;
        previous = draft.line;
        if (is_blank) return import.AddBlank();
        if (!draft.failed() && import.IsHeaderAgain(draft.cells)) {
            import.AddNotice("header_repeated", "this record repeats the header and was skipped", draft.line);
            return import.AddBlank();
        }
        if (!draft.failed() && right_after_header && import.IsDescription(draft.cells)) {
            import.AddNotice("description", "this record describes the columns and was skipped", draft.line);
            return import.AddBlank();
        }
        import.Add(std::move(draft));
    };
    for (std::size_t i = header_at + 1; i < first.size(); ++i) take(std::move(first[i]), blank[i]);
    std::int64_t taken = 0;
    while (reader.Next(record)) {
        check_size(reader.bytes_read());
        take(draft_of(record), record.blank);
        if (++taken % 1000 == 0) import.ReportProgress(reader.bytes_read());
    }
    for (const csv::Notice &notice : reader.notices())
        import.AddNotice(notice.code.c_str(), notice.message, notice.line,
                         notice.code == "encoding" ? Severity::kNotice : Severity::kWarning);
    return import.Finish();
}

}  // namespace contacts::pg
