// The doors of the import: content as bytea, a large object, a file of the server, and rows written to a
// format's view.
#include "pg/import.h"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "libpq/libpq-fs.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include <sys/stat.h>
}

#include <cstring>
#include <memory>
#include <vector>

#include "core/text.h"
#include "pg/fired.h"

namespace contacts::pg {
namespace {

// A large object, read in pieces through the SQL functions' own code: it checks permissions and cleans up
// when the (sub)transaction ends, however that happens.
class LargeObjectSource : public csv::ByteSource {
  public:
    explicit LargeObjectSource(Oid id) {
        descriptor_ = Call(
            [&] { return DirectFunctionCall2(be_lo_open, ObjectIdGetDatum(id), Int32GetDatum(INV_READ)); });
        size_ = Seek(0, SEEK_END);
        Seek(0, SEEK_SET);
    }
    std::size_t Read(char *buffer, std::size_t capacity) override {
        const int wanted = static_cast<int>(std::min<std::size_t>(capacity, 1 << 20));
        return Call([&] {
            auto *piece = DatumGetByteaPP(DirectFunctionCall2(be_loread, descriptor_, Int32GetDatum(wanted)));
            const std::size_t length = VARSIZE_ANY_EXHDR(piece);
            memcpy(buffer, VARDATA_ANY(piece), length);
            pfree(piece);
            return length;
        });
    }
    std::int64_t size() const { return size_; }
    void Close() {
        Call([&] { DirectFunctionCall1(be_lo_close, descriptor_); });
    }

  private:
    std::int64_t Seek(std::int64_t offset, int whence) {
        return Call([&] {
            return DatumGetInt64(DirectFunctionCall3(be_lo_lseek64, descriptor_, Int64GetDatum(offset),
                                                     Int32GetDatum(whence)));
        });
    }

    Datum descriptor_;
    std::int64_t size_;
};

// A file of the server. The backend closes it when the transaction ends, however that happens.
class ServerFileSource : public csv::ByteSource {
  public:
    explicit ServerFileSource(const char *path) {
        file_ = Call([&] {
            if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
                ereport(ERROR,
                        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                         errmsg("permission denied to import a file of the server"),
                         errdetail(
                             "Only roles with privileges of \"pg_read_server_files\" may read files there."),
                         errhint("import_csv() and import_large_object() take content from the client.")));
            FILE *opened = AllocateFile(path, PG_BINARY_R);
            if (!opened)
                ereport(ERROR, (errcode_for_file_access(),
                                errmsg("could not open file \"%s\" for reading: %m", path)));
            return opened;
        });
        size_ = Call([&] {
            struct stat info;
            if (fstat(fileno(file_), &info) != 0)
                ereport(ERROR, (errcode_for_file_access(), errmsg("could not stat file \"%s\": %m", path)));
            if (S_ISDIR(info.st_mode))
                ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is a directory", path)));
            return S_ISREG(info.st_mode) ? static_cast<std::int64_t>(info.st_size) : std::int64_t{-1};
        });
        path_ = path;
    }
    std::size_t Read(char *buffer, std::size_t capacity) override {
        return Call([&] {
            const std::size_t count = fread(buffer, 1, capacity, file_);
            if (ferror(file_))
                ereport(ERROR, (errcode_for_file_access(), errmsg("could not read file \"%s\": %m", path_)));
            return count;
        });
    }
    std::int64_t size() const { return size_; }
    void Close() {
        Call([&] { FreeFile(file_); });
    }

  private:
    FILE *file_;
    const char *path_;
    std::int64_t size_;
};

// The members of a flat JSON object, as text; nulls are left out.
ImportOptions OptionsOf(Jsonb *json) {
    struct Member {
        char *key;
        char *value;
    };
    struct Members {
        Member *members;
        int count;
    };
    const Members all = Call([&] {
        if (!JB_ROOT_IS_OBJECT(json))
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("import options must be a JSON object")));
        Members result{static_cast<Member *>(palloc(sizeof(Member) * Max(JB_ROOT_COUNT(json), 1))), 0};
        JsonbIterator *iterator = JsonbIteratorInit(&json->root);
        JsonbValue value;
        JsonbIteratorToken token;
        while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE) {
            if (token == WJB_KEY) {
                result.members[result.count].key = pnstrdup(value.val.string.val, value.val.string.len);
            } else if (token == WJB_VALUE) {
                Member &member = result.members[result.count];
                switch (value.type) {
                    case jbvNull:
                        continue;
                    case jbvString:
                        member.value = pnstrdup(value.val.string.val, value.val.string.len);
                        break;
                    case jbvNumeric:
                        member.value = DatumGetCString(
                            DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
                        break;
                    case jbvBool:
                        member.value = pstrdup(value.val.boolean ? "true" : "false");
                        break;
                    default:
                        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                                        errmsg("import option \"%s\" must be a scalar", member.key)));
                }
                ++result.count;
            }
        }
        return result;
    });
    ImportOptions options;
    for (int i = 0; i < all.count; ++i) options.given[all.members[i].key] = all.members[i].value;
    return options;
}

Datum JsonDatum(const std::string &json) {
    const char *text = json.c_str();
    return Call([&] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text)); });
}

// The functions are not STRICT: a NULL would end in silence, as if there were nothing to import.
void refuse_nulls(FunctionCallInfo fcinfo) {
    static const char *const kNames[] = {"table of contacts", "file", "options"};
    for (int i = 0; i < 3; ++i)
        if (PG_ARGISNULL(i))
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("the %s of an import must not be null", kNames[i])));
}

// ---- Rows written to a view: an INSERT or COPY of one statement is one import. Its state lives from the
// BEFORE STATEMENT trigger to the AFTER STATEMENT one, across calls, and dies with its (sub)transaction.

struct ViewImport {
    Import import;
    Oid view;
    SubTransactionId subtransaction;
    std::vector<int> columns;  // attribute numbers of the view
};

// Innermost last: a trigger of the DBA's may write to a view while another import runs.
std::vector<std::unique_ptr<ViewImport>> view_imports;

void forget_aborted(SubXactEvent event, SubTransactionId id, SubTransactionId parent, void *) {
    if (event == SUBXACT_EVENT_ABORT_SUB) {
        std::erase_if(view_imports, [&](const auto &open) { return open->subtransaction == id; });
    } else if (event == SUBXACT_EVENT_COMMIT_SUB) {
        for (const auto &open : view_imports)
            if (open->subtransaction == id) open->subtransaction = parent;
    }
}

void forget_all(XactEvent event, void *) {
    // Only without its last trigger does a view's import stay open; its rows must not vanish in silence.
    if ((event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE) && !view_imports.empty())
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("an import into a view did not end"),
                        errhint("The trigger \"import_end\" of the view is missing.")));
    if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT || event == XACT_EVENT_COMMIT ||
        event == XACT_EVENT_PREPARE)
        view_imports.clear();
}

void BeginViewImport(Oid view, Oid contact, const Format &format, TupleDesc desc) {
    static bool registered = false;
    if (!registered) {
        Call([] {
            RegisterSubXactCallback(forget_aborted, nullptr);
            RegisterXactCallback(forget_all, nullptr);
        });
        registered = true;
    }
    ImportOptions options;
    options.given["format"] = format.name;
    Mapping mapping = MapView(format);
    auto open = std::make_unique<ViewImport>(
        ViewImport{Import(contact, options), view, Call([] { return GetCurrentSubTransactionId(); }), {}});
    // By name: CREATE OR REPLACE VIEW may have added columns of the DBA's.
    for (const std::string &header : mapping.header) {
        int number = 0;
        for (int i = 0; i < desc->natts; ++i)
            if (!TupleDescAttr(desc, i)->attisdropped && header == NameStr(TupleDescAttr(desc, i)->attname))
                number = i + 1;
        open->columns.push_back(number);
    }
    open->import.Begin(std::move(mapping), ",");
    view_imports.push_back(std::move(open));
}

// The innermost open import into the view. It need not be the innermost of all: one statement may write to
// several views (WITH … INSERT), which end together.
std::size_t OpenImport(Oid view) {
    for (std::size_t i = view_imports.size(); i-- > 0;)
        if (view_imports[i]->view == view) return i;
    throw Error(sqlstate::kInternalError, "no import into this view is open");
}

void AddViewRow(Oid view, HeapTuple tuple, TupleDesc desc) {
    ViewImport &open = *view_imports[OpenImport(view)];
    Draft draft;
    bool blank = true;
    for (const int number : open.columns) {
        const char *cell = number == 0 ? nullptr : Call([&] { return SPI_getvalue(tuple, desc, number); });
        draft.cells.emplace_back(cell ? cell : "");
        blank = blank && Trim(draft.cells.back()).empty();
    }
    if (blank) return open.import.AddBlank();
    open.import.Add(std::move(draft));
}

}  // namespace
}  // namespace contacts::pg

extern "C" {

PG_FUNCTION_INFO_V1(contacts_import_content);
PG_FUNCTION_INFO_V1(contacts_import_large_object);
PG_FUNCTION_INFO_V1(contacts_import_server_file);
PG_FUNCTION_INFO_V1(contacts_import_view);

Datum contacts_import_content(PG_FUNCTION_ARGS) {
    using namespace contacts::pg;
    refuse_nulls(fcinfo);
    const Oid contact = PG_GETARG_OID(0);
    bytea *content = PG_GETARG_BYTEA_PP(1);
    Jsonb *json = PG_GETARG_JSONB_P(2);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        contacts::csv::MemorySource source(View(content));
        return JsonDatum(
            ImportFile(contact, source, static_cast<std::int64_t>(View(content).size()), OptionsOf(json)));
    });
}

Datum contacts_import_large_object(PG_FUNCTION_ARGS) {
    using namespace contacts::pg;
    refuse_nulls(fcinfo);
    const Oid contact = PG_GETARG_OID(0);
    const Oid object = PG_GETARG_OID(1);
    Jsonb *json = PG_GETARG_JSONB_P(2);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        LargeObjectSource source(object);
        const std::string run = ImportFile(contact, source, source.size(), OptionsOf(json));
        source.Close();
        return JsonDatum(run);
    });
}

Datum contacts_import_server_file(PG_FUNCTION_ARGS) {
    using namespace contacts::pg;
    refuse_nulls(fcinfo);
    const Oid contact = PG_GETARG_OID(0);
    char *path = text_to_cstring(PG_GETARG_TEXT_PP(1));
    Jsonb *json = PG_GETARG_JSONB_P(2);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        ServerFileSource source(path);
        const std::string run = ImportFile(contact, source, source.size(), OptionsOf(json));
        source.Close();
        return JsonDatum(run);
    });
}

// Arguments: the format's name, the name of the table of contacts in the view's schema.
Datum contacts_import_view(PG_FUNCTION_ARGS) {
    using namespace contacts::pg;
    TriggerData *trigger = fired_trigger(fcinfo, "import_view");
    const TriggerEvent event = trigger->tg_event;
    if (!TRIGGER_FIRED_BY_INSERT(event) || trigger->tg_trigger->tgnargs != 2 ||
        trigger->tg_relation->rd_rel->relkind != RELKIND_VIEW)
        ereport(ERROR,
                (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                 errmsg("function \"import_view\" must be fired by INSERT on a view, with two arguments")));
    const Oid view = RelationGetRelid(trigger->tg_relation);
    TupleDesc desc = RelationGetDescr(trigger->tg_relation);
    const char *format_name = trigger->tg_trigger->tgargs[0];
    Oid contact = InvalidOid;
    if (TRIGGER_FIRED_BEFORE(event) && TRIGGER_FIRED_FOR_STATEMENT(event)) {
        contact =
            get_relname_relid(trigger->tg_trigger->tgargs[1], RelationGetNamespace(trigger->tg_relation));
        if (!OidIsValid(contact))
            ereport(ERROR,
                    (errcode(ERRCODE_UNDEFINED_TABLE),
                     errmsg("there is no table \"%s\" beside the view", trigger->tg_trigger->tgargs[1])));
    }
    const Datum row = Guarded(fcinfo, [&](Failure &) -> Datum {
        if (TRIGGER_FIRED_FOR_ROW(event)) {
            AddViewRow(view, trigger->tg_trigtuple, desc);
            return PointerGetDatum(trigger->tg_trigtuple);
        }
        if (TRIGGER_FIRED_BEFORE(event)) {
            const contacts::Format *format = contacts::FindFormat(format_name);
            if (!format)
                throw contacts::Error(contacts::sqlstate::kInvalidParameterValue,
                                      "unknown import format \"" + contacts::Quoted(format_name) + '"');
            BeginViewImport(view, contact, *format, desc);
        } else {
            const std::size_t open = OpenImport(view);
            view_imports[open]->import.Finish();
            view_imports.erase(view_imports.begin() + static_cast<std::ptrdiff_t>(open));
        }
        return 0;
    });
    if (row == 0) return 0;
    // A copy: where an INSTEAD OF trigger returns the row that it got, the executor keeps the one that it
    // made for the call until the statement ends, which would be memory for every row of a COPY.
    return PointerGetDatum(heap_copytuple(reinterpret_cast<HeapTuple>(DatumGetPointer(row))));
}
}
