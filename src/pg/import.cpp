#include "pg/import.h"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "commands/progress.h"
#include "miscadmin.h"
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
}

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>

#include "core/csv/writer.h"
#include "core/text.h"
#include "core/phone/parse.h"
#include "core/vcard/card.h"
#include "core/vcard/reader.h"
#include "pg/current_import.h"
#include "pg/import_profile.h"

namespace contacts::pg {
namespace {

// A batch is large enough for its statements' fixed cost to vanish, and bounds memory whatever the file's
// size.
constexpr std::size_t kBatchRecords = 4000;
constexpr std::size_t kBatchBytes = 4 << 20;
// Where a statement is refused the batch is split into this many parts, down to the record at fault.
constexpr std::size_t kSplit = 8;
// import_error repeats the cells of a record with each of its entries up to this size, else with the first
// alone.
constexpr std::size_t kRepeatedCells = 8 << 10;
constexpr std::size_t kHeaderRecords = 10;  // a header stands among the first records

// The batch that is being written; set only while the directory's statements run.
const Plan *writing = nullptr;

// Names of the organizations that the batch found, for the documents of its contacts.
struct HashId {
    // Ids end in random bits.
    std::size_t operator()(const Uuid &id) const {
        std::size_t hash;
        std::memcpy(&hash, id.data() + id.size() - sizeof hash, sizeof hash);
        return hash;
    }
};
using OrganizationNames = std::unordered_map<Uuid, std::string_view, HashId>;
const OrganizationNames *organization_names = nullptr;
constexpr std::size_t kMaxOwnOrganizations = 20000;

class NamingOrganizations {
  public:
    explicit NamingOrganizations(const OrganizationNames &names) : before_(organization_names) {
        organization_names = &names;
    }
    ~NamingOrganizations() { organization_names = before_; }
    NamingOrganizations(const NamingOrganizations &) = delete;
    NamingOrganizations &operator=(const NamingOrganizations &) = delete;

  private:
    const OrganizationNames *before_;
};

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
    return {"option_invalid", std::move(message), std::move(detail), std::move(hint),
            sqlstate::kInvalidParameterValue};
}

enum class OptionType { kText, kNumber, kBoolean, kList, kTexts };

// How an option is written in import_run.options.
OptionType TypeOf(std::string_view option) {
    if (option == "strict" || option == "dry_run") return OptionType::kBoolean;
    if (option == "max_bytes" || option == "max_errors" || option == "max_field_bytes")
        return OptionType::kNumber;
    if (option == "null_strings") return OptionType::kTexts;
    return option == "match_by" ? OptionType::kList : OptionType::kText;
}

std::optional<Criterion> FindCriterion(std::string_view name) {
    for (const Criterion criterion :
         {Criterion::kContactId, Criterion::kExternalId, Criterion::kEmail, Criterion::kPhone})
        if (name == NameOf(criterion)) return criterion;
    return std::nullopt;
}

csv::Options CsvOptionsOf(const ImportOptions &options) {
    csv::Options csv;
    csv.encoding = options.Get("encoding").value_or("");
    csv.strict = options.Get("strict") == "true";
    const auto refuse = [](const char *name, std::string_view value, const char *rule) {
        throw Error(BadOption(
            std::string("invalid value for import option \"") + name + "\": \"" + Quoted(value) + '"', rule));
    };
    const auto is_tab = [](std::string_view value) {
        return EqualIgnoreCase(value, "tab") || value == "\\t";
    };
    if (const auto delimiter = options.Get("delimiter")) {
        if (delimiter->empty()) refuse("delimiter", "", "Without a delimiter, NULL, it is detected.");
        csv.delimiter = is_tab(*delimiter) ? "\t" : *delimiter;
    }
    const auto character = [&](const char *name) -> std::optional<char> {
        const std::optional<std::string> value = options.Get(name);
        if (!value) return std::nullopt;
        if (is_tab(*value)) return '\t';
        // No quote at all is a dialect, too.
        if (value->empty() && std::string_view(name) == "quote") return '\0';
        if (value->size() != 1) refuse(name, *value, "It must be one ASCII character, or \"tab\".");
        return (*value)[0];
    };
    csv.quote = character("quote");
    csv.escape = character("escape");
    if (const auto most = options.Get("max_field_bytes"))
        csv.max_field_bytes = static_cast<std::size_t>(std::stoull(*most));
    return csv;
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

// An ID that the look-up did not find and the index knows: of a contact that the caller may not see.
bool IsIdTaken(const ErrorData &error) {
    const std::string_view constraint = error.constraint_name ? error.constraint_name : "";
    return error.sqlerrcode == ERRCODE_UNIQUE_VIOLATION &&
           (constraint == "contact_external_id_key" || constraint == "contact_personal_external_id_key");
}

const char *CodeOf(const ErrorData &error) {
    switch (error.sqlerrcode) {
        case ERRCODE_UNIQUE_VIOLATION:
            return "unique_violation";
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

// The progress report of this backend, which an aborted subtransaction ends, be it the import's own or that
// of a COPY into a view.
class Progress {
  public:
    // Where in the report an import says its id, behind what PostgreSQL itself uses for a COPY.
    static constexpr int kImportId = PGSTAT_NUM_PROGRESS_PARAM - 2;

    Progress() {
        if (!MyBEEntry || MyBEEntry->st_progress_command != PROGRESS_COMMAND_COPY) return;
        relation_ = MyBEEntry->st_progress_command_target;
        for (int i = 0; i < PGSTAT_NUM_PROGRESS_PARAM; ++i) values_[i] = MyBEEntry->st_progress_param[i];
        runs_ = true;
    }
    void Resume() const {
        if (!runs_) return;
        Call([&] {
            pgstat_progress_start_command(PROGRESS_COMMAND_COPY, relation_);
            for (int i = 0; i < PGSTAT_NUM_PROGRESS_PARAM; ++i)
                if (values_[i] != 0) pgstat_progress_update_param(i, values_[i]);
        });
    }
    static void SetImport(const Uuid &id) {
        if (!MyBEEntry || MyBEEntry->st_progress_command != PROGRESS_COMMAND_COPY) return;
        Call([&] {
            for (int half = 0; half < 2; ++half) {
                uint64 bits = 0;
                for (int i = 0; i < 8; ++i) bits = bits << 8 | id[static_cast<std::size_t>(8 * half + i)];
                pgstat_progress_update_param(kImportId + half, static_cast<int64>(bits));
            }
        });
    }

  private:
    bool runs_ = false;
    Oid relation_ = InvalidOid;
    int64 values_[PGSTAT_NUM_PROGRESS_PARAM] = {};
};

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

const std::string &NameOfOrganization(const Draft &draft) {
    return (*draft.organization)[OrganizationField::kName].text;
}

std::vector<std::string> Copy(const std::vector<std::string_view> &cells) {
    return {cells.begin(), cells.end()};
}

}  // namespace

std::optional<std::string> ImportOptions::Get(const std::string &name) const {
    const auto found = given.find(name);
    return found == given.end() ? std::nullopt : std::optional<std::string>(found->second);
}

char ImportOptions::SeparatorOf(std::string_view name) {
    return TypeOf(name) == OptionType::kTexts ? '\n' : ',';
}

std::string ImportOptions::Json() const {
    std::string json;
    for (const auto &[name, value] : given) {
        json += (json.empty() ? "{" : ",") + JsonString(name) + ':';
        switch (TypeOf(name)) {
            case OptionType::kBoolean:
                json += value;
                break;
            case OptionType::kNumber:
                json += std::to_string(std::stoll(value));
                break;
            case OptionType::kList:
            case OptionType::kTexts: {
                std::vector<std::string> elements;
                for (const std::string_view element : Split(value, ImportOptions::SeparatorOf(name)))
                    elements.emplace_back(element);
                json += JsonArray(elements);
                break;
            }
            case OptionType::kText:
                json += JsonString(value);
                break;
        }
    }
    return json.empty() ? "{}" : json + '}';
}

void CheckImportOptions(const ImportOptions &options) {
    static const std::vector<std::string> kKnown = {
        "format",    "mode",       "match_by",  "on_duplicate",    "default_region", "date_order", "encoding",
        "delimiter", "quote",      "escape",    "empty_cells",     "visibility",     "owner",      "strict",
        "dry_run",   "max_errors", "max_bytes", "max_field_bytes", "null_strings",   "file_name"};
    for (const auto &[name, value] : options.given)
        if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end())
            throw Error(BadOption("unknown import option \"" + Quoted(name) + '"'));
    const auto refuse = [](const std::string &name, std::string_view value, std::string rule) {
        throw Error(BadOption("invalid value for import option \"" + name + "\": \"" + Quoted(value) + '"',
                              std::move(rule)));
    };
    const auto one_of = [&](const char *name, std::initializer_list<const char *> allowed) {
        const std::optional<std::string> value = options.Get(name);
        if (!value) return;
        std::string list;
        for (const char *candidate : allowed) {
            if (*value == candidate) return;
            list += (list.empty() ? "" : ", ") + std::string(candidate);
        }
        refuse(name, *value, "Allowed are " + list + ".");
    };
    one_of("mode", {"insert", "update", "upsert"});
    one_of("on_duplicate", {"insert", "skip", "update", "error"});
    one_of("date_order", {"mdy", "dmy", "ymd"});
    one_of("empty_cells", {"keep", "clear"});
    one_of("visibility", {"company", "restricted", "personal"});
    one_of("strict", {"true", "false"});
    one_of("dry_run", {"true", "false"});
    const auto number = [&](const char *name, std::int64_t least, std::int64_t most, const char *rule) {
        const std::optional<std::string> value = options.Get(name);
        if (!value) return;
        if (value->empty() || value->size() > 18 ||
            value->find_first_not_of("0123456789") != std::string::npos || std::stoll(*value) < least ||
            std::stoll(*value) > most)
            refuse(name, *value, rule);
    };
    number("max_bytes", 0, INT64_MAX, "It must be a number of bytes.");
    number("max_errors", 0, INT64_MAX, "It must be a number of records.");
    number("max_field_bytes", 1, 16 << 20, "It must be a number of bytes, from 1 to 16777216.");
    if (const auto list = options.Get("match_by")) {
        std::vector<Criterion> seen;
        for (const std::string_view name : Split(*list, ',')) {
            const std::optional<Criterion> criterion = FindCriterion(name);
            if (!criterion) refuse("match_by", name, "Allowed are contact_id, external_id, email, phone.");
            if (std::find(seen.begin(), seen.end(), *criterion) != seen.end())
                refuse("match_by", *list, "It must not name a criterion twice.");
            seen.push_back(*criterion);
        }
    }
    if (const auto region = options.Get("default_region"))
        if (const std::optional<Fault> fault = CheckPhoneRegion(*region)) throw Error(*fault);
}

bool Import::IsWriting() {
    return writing != nullptr;
}

const Relation *Import::CurrentRelation(const std::string &name) {
    return writing ? writing->Find(name) : nullptr;
}

Import::Import(Oid contact, const ImportOptions &options) : contact_(contact), options_(options) {
    const char *schema = Call([&] {
        char *name = get_rel_name(contact) ? get_namespace_name(get_rel_namespace(contact)) : nullptr;
        return name ? quote_identifier(name) : nullptr;
    });
    if (!schema) throw Error(BadOption("the table of contacts does not exist"));
    schema_ = schema;
    CheckImportOptions(options_);
    const std::string name = options.Get("format").value_or("auto");
    if (name != "auto") {
        format_ = FindFormat(name);
        if (!format_) {
            profile_ = FindProfile(schema_, name);
            if (!profile_)
                throw Error(BadOption("unknown import format \"" + Quoted(name) + '"',
                                      "Known are auto, " + FormatNames() +
                                          ", and the names of import_profile in directory " + schema_ + "."));
            format_ = &profile_->profile->format;
            // What the caller says counts before what the profile says.
            options_.given.insert(profile_->options.given.begin(), profile_->options.given.end());
        }
    }
    dry_ = options_.Get("dry_run") == "true";
    if (const auto most = options_.Get("max_errors")) max_errors_ = std::stoll(*most);
}

csv::Options Import::csv_options() const {
    return CsvOptionsOf(options_);
}

// The criteria that the caller names, or the format, as far as the file has columns for them.
void Import::ReadMatchBy() {
    const std::optional<std::string> given = options_.Get("match_by");
    const std::string list = given.value_or(format_->match_by);
    if (list.empty()) return;
    const auto has_part = [&](PartKind kind) {
        return std::any_of(mapping_.slots.begin(), mapping_.slots.end(),
                           [&](const Slot &slot) { return slot.kind == kind; });
    };
    for (const std::string_view name : Split(list, ',')) {
        const std::optional<Criterion> criterion = FindCriterion(name);
        const bool has_column = *criterion == Criterion::kEmail   ? has_part(PartKind::kEmail)
                                : *criterion == Criterion::kPhone ? has_part(PartKind::kPhone)
                                                                  : mapping_.has_key;
        if (has_column) rules_.match_by.push_back(*criterion);
    }
    if (given && rules_.match_by.empty())
        throw Error(
            BadOption("the file has no column to match by", "Option \"match_by\" names " + list + "."));
}

void Import::Begin(Mapping mapping, const std::string &delimiter) {
    mapping_ = std::move(mapping);
    format_ = mapping_.format;
    ReadMatchBy();
    rules_.mode = format_->mode;
    // Who names criteria wants what they find to be updated.
    if (options_.Get("match_by")) rules_.mode = Mode::kUpsert;
    if (const auto mode = options_.Get("mode"))
        rules_.mode = *mode == "insert" ? Mode::kInsert : *mode == "update" ? Mode::kUpdate : Mode::kUpsert;
    const bool has_ids = !rules_.match_by.empty() || mapping_.has_key ||
                         (mapping_.has_organization && FindColumn(*format_, Target::kOrganizationId));
    // The format has IDs, this file has none.
    if (!options_.Get("mode") && rules_.mode == Mode::kUpsert && !has_ids) rules_.mode = Mode::kInsert;
    if (const auto duplicates = options_.Get("on_duplicate"))
        rules_.on_duplicate = *duplicates == "insert"   ? OnDuplicate::kInsert
                              : *duplicates == "skip"   ? OnDuplicate::kSkip
                              : *duplicates == "update" ? OnDuplicate::kUpdate
                                                        : OnDuplicate::kError;
    const bool has_id = FindColumn(*format_, Target::kContactId);
    const bool can_match = !rules_.match_by.empty() || (has_id && (has_ids || rules_.mode == Mode::kById));
    if (!can_match && rules_.mode != Mode::kInsert) {
        Fault fault = BadOption(
            std::string("mode \"") + NameOf(rules_.mode) + "\" needs a column with the contact's ID",
            has_id ? std::string("The file is of format \"") + format_->name + "\" and has none."
                   : std::string("Format \"") + format_->name + "\" has none.",
            "Option \"match_by\" names other columns to know contacts by.");
        throw Error(fault);
    }
    if (!can_match && rules_.on_duplicate != OnDuplicate::kByMode &&
        rules_.on_duplicate != OnDuplicate::kInsert)
        throw Error(BadOption("option \"on_duplicate\" needs something to know duplicates by",
                              "The file has no column with the contact's ID.",
                              "Option \"match_by\" names other columns to know contacts by."));
    if (rules_.mode == Mode::kUpdate && rules_.duplicates() != OnDuplicate::kUpdate)
        throw Error(BadOption("mode \"update\" does nothing with option \"on_duplicate\" " +
                                  options_.Get("on_duplicate").value_or(""),
                              "It changes contacts that exist, and makes none."));
    rules_.region = options_.Get("default_region").value_or("");
    // Structured records have one way to write dates.
    if (const auto order = options_.Get("date_order"); order && !format_->structured_lists)
        rules_.dates = FindDateOrder(*order);
    rules_.strict = options_.Get("strict") == "true";
    rules_.clear_empty = options_.Get("empty_cells") == "clear";
    if (const auto list = options_.Get("null_strings"))
        for (const std::string_view null : Split(*list, ImportOptions::SeparatorOf("null_strings")))
            if (!Trim(null).empty()) rules_.null_strings.emplace_back(Trim(null));
    ownership_.visibility = options_.Get("visibility").value_or(format_->visibility);
    if (profile_) {
        rules_.defaults = &profile_->profile->defaults;
        ownership_.default_custom = profile_->profile->default_custom;
    }
    validator_ = std::make_unique<Validator>(mapping_, rules_);
    id_ = NewUuidV7();

    CheckPermission();
    SpiSession spi;
    // Two imports that write the same rows or keys in different order would wait for each other.
    if (rules_.mode != Mode::kInsert || mapping_.has_key || mapping_.has_organization ||
        !rules_.match_by.empty() ||
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
    spi.Finish();

    std::map<std::string, std::string> effective = options_.given;
    effective["format"] = format_->name;
    effective["mode"] = NameOf(rules_.mode);
    effective["visibility"] = ownership_.visibility;
    std::string criteria;
    for (const Criterion criterion : rules_.match_by)
        criteria += (criteria.empty() ? "" : ",") + std::string(NameOf(criterion));
    if (!criteria.empty()) effective["match_by"] = criteria;
    effective.try_emplace("empty_cells", "keep");
    effective.try_emplace("strict", "false");
    effective.erase("file_name");
    run_ = "{\"import_id\":\"" + ToText(id_) + "\",\"format\":" + JsonString(format_->name) +
           ",\"options\":" + ImportOptions{effective}.Json() + ",\"header\":" + JsonArray(mapping_.header) +
           ",\"delimiter\":" + (delimiter.empty() ? "null" : JsonString(delimiter));
    if (const auto file = options_.Get("file_name")) run_ += ",\"file_name\":" + JsonString(*file);
    run_ += '}';
    BeginRun();
    CheckDeferred();
    Progress::SetImport(id_);
    for (const Issue &notice : mapping_.notices) notices_.push_back({notice, 0});
}

// In a subtransaction: rows with a later transaction id are this import's, not those of one before it.
void Import::BeginRun() {
    InSubtransaction([&] {
        SpiSession spi;
        spi.Run("SELECT " + schema_ + "._import_begin($1::pg_catalog.jsonb)", {run_});
        spi.Finish();
    });
}

// Early, once, instead of by the policies for every record.
void Import::CheckPermission() {
    SpiSession spi;
    const TextRows may = spi.Run("SELECT " + schema_ + "._import_check_permission()");
    const bool company = !may.rows.empty() && may.rows[0][0] == "t";
    spi.Finish();
    if (company || ownership_.visibility != "company" || rules_.mode == Mode::kUpdate) return;
    Fault fault;
    fault.sqlstate = "42501";
    fault.message = "permission denied to import contacts of the company";
    fault.detail = "Contacts with visibility \"company\" are made by who has the permission admin.";
    fault.hint = "Import them as your own, with the option \"visibility\" restricted or personal.";
    throw Error(fault);
}

void Import::AddNotice(const char *code, std::string message, std::int64_t line, Severity severity) {
    notices_.push_back({Issue{severity, code, -1, "", "", std::move(message)}, line});
    if (notices_.size() >= kBatchRecords) Flush();
}

void Import::Add(Draft &&draft) {
    draft.record = ++counts_.records;
    if (format_->max_records && draft.record == format_->max_records + 1)
        AddNotice("too_many_records",
                  std::string(format_->title) + " takes at most " + std::to_string(format_->max_records) +
                      " records in a file",
                  draft.line, Severity::kWarning);
    // Moved while it is all but empty.
    Draft &added = batch_.emplace_back(std::move(draft));
    // A structured record may have faults and cells.
    if (!added.failed() || (format_->record_cells && added.cells.size() > 1)) {
        validator_->Validate(added);
        if (format_->record_cells) added.cells.resize(static_cast<std::size_t>(format_->record_cells));
    }
    for (const std::string &cell : added.cells) batch_bytes_ += cell.size() + sizeof(std::string);
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
                ++counts_.failed;
                break;
        }
    }
    WriteIssues(rows, row_of);
    spi.Finish();
    batch_.clear();
    batch_bytes_ = 0;
    notices_.clear();
    CheckErrorCount();
}

void Import::CheckErrorCount() {
    if (!max_errors_ || counts_.failed <= *max_errors_) return;
    Fault fault;
    fault.sqlstate = sqlstate::kProgramLimitExceeded;
    fault.message = "more records failed than max_errors " + std::to_string(*max_errors_) +
                    " allows: nothing was imported";
    fault.detail = "The first fault: " + first_error_ + '.';
    fault.hint =
        "With dry_run instead of max_errors, nothing is imported either, and import_error lists all of them.";
    throw Error(fault);
}

// Failed records with an ID: what the directory says against them belongs to their faults.
void Import::AddContactFaults() {
    std::vector<const Draft *> failed;
    std::vector<std::size_t> index;
    for (std::size_t i = 0; i < batch_.size(); ++i)
        if (batch_[i].failed() && batch_[i].has_contact &&
            (!batch_[i].key.empty() || !rules_.match_by.empty())) {
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
    const Progress progress;
    // Transition tables are made in the subtransaction's memory, of which PostgreSQL keeps every block until
    // the end of the transaction: half a kilobyte a contact. One context that lasts as long serves all
    // batches instead.
    if (!batch_memory_)
        batch_memory_ = Call([] {
            return AllocSetContextCreate(CurTransactionContext, "import batches", ALLOCSET_DEFAULT_SIZES);
        });
    try {
        std::vector<RowPlan> written;
        InSubtransaction([&] {
            CurTransactionContext = batch_memory_;  // the end of the subtransaction sets it back
            written = Write(drafts);
            CheckDeferred();
        });
        // A record that is equal to one that was refused may be tried, and is refused in its turn.
        for (const RowPlan &row : written)
            if (row.cells_hash != 0 && row.outcome != Outcome::kFailed)
                seen_.Add(row.cells_hash, row.first_record);
        std::move(written.begin(), written.end(), rows.begin());
        return;
    } catch (const PgError &error) {
        if (!IsRowFault(*error.data())) throw;
        own_organizations_.clear();
        progress.Resume();
        if (drafts.size() == 1) {
            rows[0].outcome = Outcome::kFailed;
            rows[0].issues = {RefusedRow(*error.data(), *drafts[0])};
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

// The fault of a record that the database refused.
Issue Import::RefusedRow(const ErrorData &data, const Draft &draft) const {
    Issue issue;
    if (IsIdTaken(data)) {
        const auto bound = std::find_if(
            mapping_.columns.begin(), mapping_.columns.end(),
            [](const BoundColumn &b) { return b.column && b.column->target == Target::kContactId; });
        issue.code = "external_id_taken";
        if (bound != mapping_.columns.end()) issue.column = bound->index;
        issue.target = NameOf(Target::kContactId);
        issue.value = Quoted(draft.key);
        issue.message =
            "this ID is taken by a contact that was not found by it, such as one that you may not see";
        return issue;
    }
    issue.code = CodeOf(data);
    issue.target = data.table_name ? data.table_name : "";
    if (data.column_name) issue.target += std::string(".") + data.column_name;
    std::string detail = data.detail && !QuotesRow(data) ? data.detail : "";
    // How a record is to be corrected, if a trigger of the DBA's tells.
    if (data.hint) detail.append(detail.empty() ? "" : " ").append(data.hint);
    issue.message = Sentence(data.message ? data.message : "", detail);
    return issue;
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
    Plan plan = MakePlan(mapping_, rules_, ownership_, drafts, matches, NewUuidV7, seen_);
    OrganizationNames names(matches.organizations_by_name.size());
    for (const auto &[name, id] : matches.organizations_by_name) names.emplace(id, name);
    Writing scope(plan, id_);
    NamingOrganizations naming(names);
    SpiSession spi;
    const auto write = [&](const std::string &kind, const std::string &action) {
        if (plan.Find(kind + '_' + action))
            spi.RunKept("SELECT " + schema_ + "._import_" + action + '_' + kind +
                        (kind == "address" ? "es" : "s") + "()");
    };
    // A trigger of the DBA's may skip rows without a word.
    const auto write_all = [&](const std::string &relation, const char *function) {
        const Relation *rows = plan.Find(relation);
        if (!rows) return;
        const TextRows written =
            spi.RunKept("SELECT pg_catalog.count(*) FROM " + schema_ + '.' + function + "()");
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
    for (std::size_t k = 0; k < static_cast<std::size_t>(PartKind::kNote); ++k)
        for (const char *action : {"delete", "update", "insert"})
            write(InfoOf(static_cast<PartKind>(k)).relation, action);
    if (plan.Find("note_insert"))
        spi.RunKept("SELECT " + schema_ + "._import_insert_notes($1::pg_catalog.uuid)", {ToText(id_)});
    spi.Finish();
    return std::move(plan.rows);
}

// Takes those that an earlier batch of this import wrote from the keys to be looked up.
void Import::MatchOwnOrganizations(Plan &keys, std::span<const Draft *const> drafts, Matches &matches) {
    if (organization_updates_ != contacts_organization_updates) own_organizations_.clear();
    organization_updates_ = contacts_organization_updates;
    keys.relations["organization_key"].rows.EraseIf([&](std::span<const Value> row) {
        const std::string &name =
            NameOfOrganization(*drafts[static_cast<std::size_t>(std::get<std::int64_t>(row[0]))]);
        const auto own = own_organizations_.find(name);
        if (own == own_organizations_.end()) return false;
        matches.organizations_by_name.emplace(name, own->second);
        return true;
    });
}

Matches Import::Match(std::span<const Draft *const> drafts) {
    Matches matches;
    Plan keys = MakeKeys(mapping_, rules_, ownership_, drafts);
    const bool by_name = keys.Find("organization_key") && ByNameAlone(drafts);
    if (by_name) MatchOwnOrganizations(keys, drafts, matches);
    Writing scope(keys, id_);
    SpiSession spi;
    const auto hit = [&](const std::string &row, std::size_t criterion, const std::string &contact) {
        const Uuid id = *ParseUuid(contact);
        matches.hits[static_cast<std::size_t>(std::stoll(row))].push_back({criterion, id});
        matches.contacts[id].id = id;
    };
    if (keys.Find("contact_key")) {
        const TextRows found = spi.RunKept("SELECT * FROM " + schema_ + "._import_match_contacts()");
        for (const auto &row : found.rows)
            if (row[0] && row[1]) hit(*row[0], 0, *row[1]);
    }
    if (keys.Find("match_key")) {
        // row_number, criterion, contact_id
        const TextRows found = spi.RunKept("SELECT * FROM " + schema_ + "._import_match_criteria($1)",
                                           {std::to_string(kMaxHits)}, {INT4OID});
        for (const auto &row : found.rows)
            hit(*row[0], static_cast<std::size_t>(std::stoul(*row[1])), *row[2]);
    }
    if (keys.Find("organization_key")) {
        // row_number, organization_id, of_this_import, then the fields
        const TextRows found = spi.RunKept(
            "SELECT * FROM " + schema_ + "._import_match_organizations($1::pg_catalog.uuid)", {ToText(id_)});
        for (const auto &row : found.rows) {
            if (by_name) {
                const Uuid id = *ParseUuid(*row[1]);
                const std::string &name =
                    NameOfOrganization(*drafts[static_cast<std::size_t>(std::stoll(*row[0]))]);
                matches.organizations_by_name.emplace(name, id);
                if (row[2] == "t" && own_organizations_.size() < kMaxOwnOrganizations)
                    own_organizations_.emplace(name, id);
                continue;
            }
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

// Whether IDs of contacts that were found by something else matter; a directory of an older layout does not
// tell.
bool Import::CanTakeIds() {
    if (!TakesIds(rules_)) return false;
    if (!can_take_ids_) {
        SpiSession spi;
        const TextRows found = spi.Run("SELECT pg_catalog.to_regprocedure($1) IS NOT NULL",
                                       {schema_ + "._import_id_state(uuid[], text)"});
        can_take_ids_ = found.rows[0][0] == "t";
        spi.Finish();
    }
    return *can_take_ids_;
}

void Import::ReadState(Matches &matches) {
    std::vector<Uuid> ids;
    for (const auto &[id, known] : matches.contacts) ids.push_back(id);
    const auto known_of = [&](const std::string &id) -> KnownContact & {
        return matches.contacts.at(*ParseUuid(id));
    };
    const std::string id_list = UuidArray(ids);
    SpiSession spi;
    // By name: a directory of an older layout has fewer columns.
    std::string columns = "contact_id, of_this_import, organization_id, organization_name";
    for (const char *column : kContactColumns) columns += std::string(", ") + column;
    const TextRows contacts =
        spi.Run("SELECT " + columns + " FROM " + schema_ + "._import_contact_state($1, $2)",
                {id_list, ToText(id_)}, {UUIDARRAYOID, UUIDOID});
    for (auto &[id, known] : matches.contacts) known.custom.resize(mapping_.custom_keys.size());
    for (const auto &row : contacts.rows) {
        KnownContact &known = known_of(*row[0]);
        known.editable = true;
        known.of_this_import = row[1] == "t";
        if (row[2]) known.organization_id = ParseUuid(*row[2]);
        known.organization_name = row[3].value_or("");
        for (std::size_t f = 0; f < known.fields.size(); ++f) known.fields[f] = row[4 + f];
    }
    if (CanTakeIds()) {
        const TextRows with_ids =
            spi.Run("SELECT contact_id, external_id FROM " + schema_ + "._import_id_state($1, $2)",
                    {id_list, std::string(format_->source)}, {UUIDARRAYOID, TEXTOID});
        for (const auto &row : with_ids.rows) {
            KnownContact &known = known_of(*row[0]);
            known.lacks_id = !row[1];
            known.external_id = row[1].value_or("");
        }
    }
    if (!mapping_.custom_keys.empty()) {
        // contact_id, index of the key from 1, value
        const TextRows custom = spi.Run("SELECT * FROM " + schema_ + "._import_custom_state($1, $2)",
                                        {id_list, JsonArray(mapping_.custom_keys)}, {UUIDARRAYOID, JSONBOID});
        for (const auto &row : custom.rows)
            known_of(*row[0]).custom[static_cast<std::size_t>(std::stoll(*row[1])) - 1] = row[2];
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
            known_of(*row[0]).parts[k].push_back(std::move(part));
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
         draft ? Value(draft->record) : Value(), NameOf(issue.severity), issue.code,
         has_column ? Value(mapping_.header[static_cast<std::size_t>(issue.column)]) : Value(),
         text(issue.target), text(issue.value), issue.message, with_cells ? Value(&draft->cells) : Value()});
    if (issue.severity == Severity::kWarning) ++counts_.warnings;
    if (issue.severity == Severity::kError && first_error_.empty()) {
        if (draft && draft->line) first_error_ = "line " + std::to_string(draft->line) + ": ";
        if (has_column)
            first_error_ += Quoted(mapping_.header[static_cast<std::size_t>(issue.column)]) + ": ";
        first_error_ += issue.message;
    }
}

void Import::WriteErrors(const Plan &plan) {
    Writing scope(plan, id_);
    SpiSession spi;
    spi.RunKept("SELECT " + schema_ + "._import_write_errors($1::pg_catalog.uuid)", {ToText(id_)});
    spi.Finish();
}

void Import::WriteIssues(const std::vector<RowPlan> &rows, const std::vector<int> &row_of) {
    Plan plan;
    Relation &relation = plan.relations["error"];
    relation.columns = {"ordinal",     "line",   "record", "severity", "code",
                        "column_name", "target", "value",  "message",  "cells"};
    std::deque<Issue> summaries;  // which the relation refers to, as to all others
    std::size_t bytes = 0;
    const auto write = [&] {
        if (relation.rows.empty()) return;
        if (dry_)
            errors_.Add(relation);
        else
            WriteErrors(plan);
        relation.rows.clear();
        bytes = 0;
    };
    for (const auto &[notice, line] : notices_) {
        AddIssueRow(relation, notice, nullptr, false);
        if (line) relation.rows.back()[1] = line;
    }
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        const Draft &draft = batch_[i];
        const bool no_issues = draft.issues.empty() && draft.unlisted == 0 &&
                               (row_of[i] < 0 || rows[static_cast<std::size_t>(row_of[i])].issues.empty());
        if (no_issues) continue;
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
            Issue &more = summaries.emplace_back();
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

void Import::ReportProgress(std::int64_t bytes, std::int64_t bytes_total) {
    Call([] { CHECK_FOR_INTERRUPTS(); });
    const int64 excluded = counts_.failed + counts_.blank;
    const int64 processed = counts_.inserted + counts_.updated + counts_.unchanged;
    const bool started = progress_;
    progress_ = true;
    Call([&] {
        if (!started) {
            pgstat_progress_start_command(PROGRESS_COMMAND_COPY, contact_);
            pgstat_progress_update_param(PROGRESS_COPY_COMMAND, PROGRESS_COPY_COMMAND_FROM);
            pgstat_progress_update_param(PROGRESS_COPY_TYPE, PROGRESS_COPY_TYPE_CALLBACK);
            if (bytes_total > 0) pgstat_progress_update_param(PROGRESS_COPY_BYTES_TOTAL, bytes_total);
        }
        pgstat_progress_update_param(PROGRESS_COPY_BYTES_PROCESSED, bytes);
        pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, processed);
        pgstat_progress_update_param(PROGRESS_COPY_TUPLES_EXCLUDED, excluded);
    });
    if (!started) Progress::SetImport(id_);
}

std::string Import::Finish() {
    Flush();
    std::string run = EndRun();
    Announce(true);
    return run;
}

std::string Import::FinishDry() {
    BeginRun();
    errors_.Drain([&](const Relation &errors) {
        Plan plan;
        plan.relations["error"] = errors;
        WriteErrors(plan);
    });
    std::string run = EndRun();
    Announce(false);
    return run;
}

// Writes the summary.
std::string Import::EndRun() {
    const std::int64_t imported = counts_.inserted + counts_.updated + counts_.unchanged;
    message_ = std::to_string(imported) + " record(s) out of " + std::to_string(counts_.records) +
               " record(s) " + (dry_ ? "would be imported" : "imported") + "; " +
               std::to_string(counts_.failed) + (dry_ ? " would fail" : " failed");
    if (counts_.blank) message_ += ", " + std::to_string(counts_.blank) + " blank";
    if (dry_) message_ = "dry run: " + message_;
    const auto member = [](const char *name, std::int64_t value) {
        return std::string(",\"") + name + "\":" + std::to_string(value);
    };
    const std::string result = "{\"import_id\":\"" + ToText(id_) + '"' + member("records", counts_.records) +
                               member("inserted", counts_.inserted) + member("updated", counts_.updated) +
                               member("unchanged", counts_.unchanged) + member("failed", counts_.failed) +
                               member("blank", counts_.blank) + member("warnings", counts_.warnings) +
                               ",\"message\":" + JsonString(message_) + '}';
    SpiSession spi;
    TextRows run = spi.Run("SELECT " + schema_ + "._import_end($1::pg_catalog.jsonb)", {result});
    spi.Finish();
    if (run.rows.empty() || run.rows[0].empty() || !run.rows[0][0])
        throw Error(sqlstate::kInternalError, "the import's summary is gone");
    return *run.rows[0][0];
}

// Tells the caller, and everybody who listens that something was imported, but not what.
void Import::Announce(bool notify) {
    const char *text = message_.c_str();
    const bool failed = counts_.failed > 0, ends_progress = progress_;
    const std::string id = ToText(id_);
    const char *id_text = id.c_str();
    const Oid contact = contact_;
    Call([&] {
        if (ends_progress) pgstat_progress_end_command();
        if (notify) {
            StringInfoData payload;
            initStringInfo(&payload);
            appendStringInfoString(&payload, "{\"directory\": ");
            escape_json(&payload, get_namespace_name(get_rel_namespace(contact)));
            appendStringInfo(&payload, ", \"import_id\": \"%s\"}", id_text);
            Async_Notify("contacts_import", payload.data);
        }
        ereport(NOTICE,
                (errmsg("%s", text),
                 failed ? errhint("The table import_error gives the reasons, the function error_file() the "
                                  "failed records to correct and import again.")
                        : 0));
    });
}

namespace {

// A source whose beginning was looked at. A record may have no end, so cancelling and the limit on the file's
// size count while it is read, not only between records.
class PeekedSource : public csv::ByteSource {
  public:
    PeekedSource(csv::ByteSource &source, std::function<void(std::int64_t)> check_size)
        : source_(source), check_size_(std::move(check_size)), beginning_(1024, '\0') {
        std::size_t length = 0;
        while (length < beginning_.size()) {
            const std::size_t read = source_.Read(beginning_.data() + length, beginning_.size() - length);
            if (read == 0) break;
            length += read;
        }
        beginning_.resize(length);
    }
    std::string_view beginning() const { return beginning_; }

    std::size_t Read(char *buffer, std::size_t capacity) override {
        Call([] { CHECK_FOR_INTERRUPTS(); });
        if (given_ == beginning_.size()) {
            const std::size_t read = source_.Read(buffer, capacity);
            read_ += static_cast<std::int64_t>(read);
            check_size_(read_);
            return read;
        }
        const std::size_t length = std::min(capacity, beginning_.size() - given_);
        std::memcpy(buffer, beginning_.data() + given_, length);
        given_ += length;
        read_ += static_cast<std::int64_t>(length);
        return length;
    }

  private:
    csv::ByteSource &source_;
    const std::function<void(std::int64_t)> check_size_;
    std::string beginning_;
    std::size_t given_ = 0;
    std::int64_t read_ = 0;
};

template <class CheckSize>
void ReadCards(Import &import, csv::ByteSource &source, std::int64_t bytes, const CheckSize &check_size) {
    vcard::Options reading;
    reading.encoding = import.options().Get("encoding").value_or("");
    if (const auto most = import.options().Get("max_field_bytes"))
        reading.max_line_bytes =
            std::max<std::size_t>(32, std::stoull(*most));  // BEGIN and END are lines too
    vcard::Reader reader(source, reading);
    vcard::Card card, next;
    const auto first_fault = [](const vcard::Card &read) {
        return std::string_view(read.faults.empty() ? "" : read.faults.front().code);
    };
    const bool has_card = reader.Next(card);
    const bool has_next = has_card && reader.Next(next);
    if (!has_next && (!has_card || first_fault(card) == "card_not_begun")) {
        Fault fault;
        fault.code = has_card ? "header_not_found" : "empty_file";
        fault.sqlstate = sqlstate::kInvalidTextRepresentation;
        fault.message = "the file has no vCard";
        fault.detail = "A card begins with BEGIN:VCARD and ends with END:VCARD.";
        throw Error(fault);
    }
    import.Begin(MapView(import.format() ? *import.format() : vcard::VCardFormat()), "");
    import.Add(vcard::DraftOf(card));
    if (has_next) import.Add(vcard::DraftOf(next));
    std::int64_t taken = 0;
    while (has_next && reader.Next(card)) {
        check_size(reader.bytes_read());
        import.Add(vcard::DraftOf(card));
        if (++taken % 1000 == 0) import.ReportProgress(reader.bytes_read(), bytes);
    }
    check_size(reader.bytes_read());
    for (const csv::Notice &notice : reader.notices())
        import.AddNotice(notice.code.c_str(), notice.message, notice.line,
                         notice.code == "encoding" ? Severity::kNotice : Severity::kWarning);
    import.Flush();  // while the reader's notices live
}

// Spreadsheets are sent as they are more often than one would think.
void RefuseBinary(std::string_view beginning) {
    const bool zip = beginning.starts_with("PK\x03\x04");
    if (!zip && !beginning.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) return;
    Fault fault;
    fault.code = "header_not_found";
    fault.sqlstate = sqlstate::kInvalidTextRepresentation;
    fault.message = "the file is no text";
    fault.detail = zip ? "It is a ZIP archive, as workbooks of spreadsheets are (.xlsx, .ods)."
                       : "It is a compound document, as workbooks of old spreadsheets are (.xls).";
    fault.hint = "Save the sheet as CSV, best as \"CSV UTF-8\", and import that.";
    throw Error(fault);
}

// A record of one cell in which another delimiter makes the columns of the header is no name.
void CheckDelimiter(Draft &draft, std::size_t width, std::string_view delimiter) {
    if (draft.failed() || draft.cells.size() != 1 || width < 3) return;
    for (const char other : {',', ';', '\t', '|'}) {
        if (delimiter.find(other) != std::string_view::npos) continue;
        const auto found = std::count(draft.cells[0].begin(), draft.cells[0].end(), other);
        if (static_cast<std::size_t>(found) + 1 != width) continue;
        draft.Add({Severity::kError, "wrong_field_count", -1, "", "",
                   "the header has " + std::to_string(width) +
                       " columns, this record has 1: the delimiter is \"" + Quoted(delimiter) + "\", not \"" +
                       Quoted(std::string_view(&other, 1)) + '"'});
        return;
    }
}

// What reports have behind their table: behind a blank record, records of a first cell alone up to the end of
// the file, such as a total, a date, a copyright. Without a preamble one of them must say what no name does.
class Tail {
  public:
    Tail(Import &import, std::size_t width, bool has_preamble, std::function<void(Draft)> add)
        : import_(import), width_(width), has_preamble_(has_preamble), add_(std::move(add)) {}

    // True where the record is dealt with, or held until the next one says what it is.
    bool Take(Draft &draft, bool blank) {
        if (blank && held_.empty()) {
            after_blank_ = true;
            import_.AddBlank();
            return true;
        }
        if ((blank || (after_blank_ && IsLine(draft))) && held_.size() < kMost) {
            held_.push_back({std::move(draft), blank});
            return true;
        }
        Release();
        after_blank_ = blank;
        if (blank) import_.AddBlank();
        return blank;
    }

    // The file ends.
    void End() {
        if (!has_preamble_ && std::none_of(held_.begin(), held_.end(), [](const Held &held) {
                return !held.blank && held.draft.cells[0].find_first_of("0123456789:") != std::string::npos;
            }))
            return Release();
        for (const Held &held : held_) {
            if (!held.blank)
                import_.AddNotice("footer",
                                  "this record stands behind the table and was skipped: \"" +
                                      Quoted(Trim(held.draft.cells[0])) + '"',
                                  held.draft.line);
            import_.AddBlank();
        }
        held_.clear();
    }

  private:
    static constexpr std::size_t kMost = 20;
    struct Held {
        Draft draft;
        bool blank;
    };

    bool IsLine(const Draft &draft) const {
        if (draft.failed() || width_ < 3 || draft.cells.empty()) return false;
        const std::string_view text = Trim(draft.cells[0]);
        if (text.empty() || std::any_of(draft.cells.begin() + 1, draft.cells.end(),
                                        [](const std::string &cell) { return !Trim(cell).empty(); }))
            return false;
        // An e-mail address or a number is somebody.
        return text.find_first_not_of("0123456789+-()./ ") != std::string_view::npos &&
               (text.find('@') == std::string_view::npos || text.find(' ') != std::string_view::npos);
    }

    void Release() {
        for (Held &held : held_) {
            if (held.blank)
                import_.AddBlank();
            else
                add_(std::move(held.draft));
        }
        held_.clear();
    }

    Import &import_;
    const std::size_t width_;
    const bool has_preamble_;
    const std::function<void(Draft)> add_;
    bool after_blank_ = false;
    std::vector<Held> held_;
};

// Reads the file to its end into `import`.
void ReadFile(Import &import, csv::ByteSource &source, std::int64_t bytes) {
    const auto limit = import.options().Get("max_bytes");
    const std::int64_t max_bytes = limit ? std::stoll(*limit) : INT64_MAX;
    const auto check_size = [&](std::int64_t size) {
        if (size <= max_bytes) return;
        Fault fault = BadOption("the file has more than max_bytes " + *limit + " bytes");
        fault.sqlstate = sqlstate::kProgramLimitExceeded;
        throw Error(fault);
    };
    check_size(bytes);
    PeekedSource peeked(source, check_size);
    const bool holds_cards = vcard::IsVCard(peeked.beginning());
    if (import.format() ? import.format()->structured_lists : holds_cards)
        return ReadCards(import, peeked, bytes, check_size);
    if (holds_cards) {
        Fault fault;
        fault.code = "header_not_found";
        fault.sqlstate = sqlstate::kInvalidTextRepresentation;
        fault.message =
            std::string("the file is a vCard, not CSV of format \"") + import.format()->name + '"';
        fault.hint = "Import it with format vcard, or without naming one.";
        throw Error(fault);
    }
    RefuseBinary(peeked.beginning());
    csv::Reader reader(peeked, import.csv_options());
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
        // An error file has its header marked, as all of its cells.
        std::vector<std::string> &header = candidates.emplace_back(first.back().cells);
        for (std::string &name : header)
            if (const auto unmarked = csv::Unmark(name)) name = std::string(*unmarked);
        blank.push_back(record.blank);
    }
    Result<HeaderMatch> header = FindHeader(import.format(), candidates);
    if (!header) {
        Fault fault = header.fault();
        if (reader.dialect().guessed_encoding)
            fault.hint +=
                std::string(fault.hint.empty() ? "" : " ") +
                "The file is not UTF-8 and was read as windows-1252: name its encoding if that is another.";
        throw Error(fault);
    }
    const std::size_t header_at = header->record;
    if (header_at + 1 == first.size() && reader.Next(record)) {
        first.push_back(draft_of(record));
        blank.push_back(record.blank);
    }
    const std::int64_t header_line = first[header_at].line;
    const bool no_records = header_at + 1 == first.size();
    const std::size_t width = header->mapping.header.size();
    const bool has_preamble = std::any_of(
        blank.begin(), blank.begin() + static_cast<std::ptrdiff_t>(header_at), std::logical_not<>());
    import.Begin(std::move(header).value().mapping, reader.dialect().delimiter);
    const Format &format = *import.format();
    if (format.max_bytes && bytes > format.max_bytes) {
        Fault fault =
            BadOption(std::string(format.title) + " takes files of at most " +
                      std::to_string(format.max_bytes) + " bytes, this one has " + std::to_string(bytes));
        fault.sqlstate = sqlstate::kProgramLimitExceeded;
        fault.hint = "Split the file, or import it without strict.";
        if (import.options().Get("strict") == "true") throw Error(fault);
        import.AddNotice("file_too_large", fault.message, 0, Severity::kWarning);
    }
    if (no_records) import.AddNotice("no_records", "the file has a header but no record", header_line);
    for (std::size_t i = 0; i < header_at; ++i)
        if (!blank[i])
            import.AddNotice("preamble", "this record stands before the header and was skipped",
                             first[i].line);

    std::int64_t previous = header_line;
    const std::string &delimiter = reader.dialect().delimiter;
    const auto add = [&](Draft &&draft) {
        CheckDelimiter(draft, width, delimiter);
        import.Add(std::move(draft));
    };
    Tail tail(import, width, has_preamble, add);
    const auto take = [&](Draft &&draft, bool is_blank) {
        const bool right_after_header = previous == header_line;
        previous = draft.line;
        if (tail.Take(draft, is_blank)) return;
        if (!draft.failed() && import.IsHeaderAgain(draft.cells)) {
            import.AddNotice("header_repeated", "this record repeats the header and was skipped", draft.line);
            return import.AddBlank();
        }
        if (!draft.failed() && right_after_header && import.IsDescription(draft.cells)) {
            import.AddNotice("description", "this record describes the columns and was skipped", draft.line);
            return import.AddBlank();
        }
        add(std::move(draft));
    };
    for (std::size_t i = header_at + 1; i < first.size(); ++i) take(std::move(first[i]), blank[i]);
    std::int64_t taken = 0;
    import.ReportProgress(reader.bytes_taken(), bytes);
    while (reader.Next(record)) {
        check_size(reader.bytes_read());
        take(draft_of(record), record.blank);
        if (++taken % 1000 == 0) import.ReportProgress(reader.bytes_taken(), bytes);
    }
    tail.End();
    for (const csv::Notice &notice : reader.notices())
        import.AddNotice(notice.code.c_str(), notice.message, notice.line,
                         notice.code == "encoding" ? Severity::kNotice : Severity::kWarning);
    import.Flush();  // while the reader's notices live
}

}  // namespace

std::string ImportFile(Oid contact, csv::ByteSource &source, std::int64_t bytes,
                       const ImportOptions &options) {
    Import import(contact, options);
    if (!import.dry()) {
        ReadFile(import, source, bytes);
        return import.Finish();
    }
    // The same statements, so that everything is found that an import would find; then they are undone.
    struct Undo {};
    import.BeginDry();
    try {
        InSubtransaction([&] {
            ReadFile(import, source, bytes);
            throw Undo{};
        });
    } catch (const Undo &) {
    }
    return import.FinishDry();
}

}  // namespace contacts::pg

std::string_view contacts_import_organization_name(const pg_uuid_t *organization_id) {
    using namespace contacts::pg;
    if (!organization_names) return {};
    contacts::Uuid id;
    std::memcpy(id.data(), organization_id->data, id.size());
    const auto found = organization_names->find(id);
    return found == organization_names->end() ? std::string_view() : found->second;
}
