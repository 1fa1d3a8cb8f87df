// Trigger functions of a directory's tables. They are plain backend code: no C++ object is alive in them.
//
// None is SECURITY DEFINER, since anybody may put them on a table of his own: where rights beyond the
// caller's are needed they act as the owner of the table that fired, as foreign keys do. Tables named in
// trigger arguments are those of the fired table's schema. Operators are qualified, since the caller chooses
// the search path.
#include "pg/guard.h"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
}

#include "pg/actor.h"
#include "pg/current_import.h"
#include "pg/search_document.h"

bool contacts_import_active = false;
pg_uuid_t contacts_import_id;

namespace {

// Raises an error unless the function was called as the row trigger it is.
void check_trigger(FunctionCallInfo fcinfo, const char *function, bool before, bool inserts) {
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" was not called by trigger manager", function)));
    const TriggerEvent event = reinterpret_cast<TriggerData *>(fcinfo->context)->tg_event;
    const bool fits = TRIGGER_FIRED_FOR_ROW(event) &&
                      (before ? TRIGGER_FIRED_BEFORE(event) : TRIGGER_FIRED_AFTER(event)) &&
                      (TRIGGER_FIRED_BY_UPDATE(event) || (inserts && TRIGGER_FIRED_BY_INSERT(event)));
    if (!fits)
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" must be fired %s %s, for each row", function,
                               before ? "before" : "after", inserts ? "insert or update" : "update")));
}

// Number of the column of this name and type. The type matters: a table of anybody's may fire these
// functions.
AttrNumber find_column(Relation rel, const char *name, Oid type) {
    TupleDesc desc = RelationGetDescr(rel);
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (!att->attisdropped && att->atttypid == type && strcmp(NameStr(att->attname), name) == 0)
            return static_cast<AttrNumber>(i + 1);
    }
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("table \"%s\" has no column \"%s\" of type %s", RelationGetRelationName(rel), name,
                           format_type_be(type)),
                    errdetail("A trigger of the extension \"contacts\" on this table needs it.")));
    return InvalidAttrNumber;
}

// ---- stamp_row

enum Stamp { kVersion, kCreatedAt, kCreatedBy, kUpdatedAt, kUpdatedBy, kImportId, kStamps };

// Where the stamps of a table are; kept for the statement.
struct StampColumns {
    int number[kStamps + 1];                 // the last: the search document, if the table has one
    contacts::pg::SearchDocument *document;  // null: it has none
};

const StampColumns *stamp_columns(FunctionCallInfo fcinfo, Relation rel) {
    static const struct {
        const char *name;
        Oid type;
    } columns[kStamps] = {{"version", INT4OID},    {"created_at", TIMESTAMPTZOID},
                          {"created_by", TEXTOID}, {"updated_at", TIMESTAMPTZOID},
                          {"updated_by", TEXTOID}, {"import_id", UUIDOID}};
    auto *found = static_cast<StampColumns *>(fcinfo->flinfo->fn_extra);
    if (found) return found;
    found = static_cast<StampColumns *>(MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(StampColumns)));
    for (int i = 0; i < kStamps; ++i) found->number[i] = find_column(rel, columns[i].name, columns[i].type);
    found->document = contacts::pg::search_document_begin(rel, fcinfo->flinfo->fn_mcxt);
    found->number[kStamps] = found->document ? contacts::pg::search_document_column(found->document) : 0;
    fcinfo->flinfo->fn_extra = found;
    return found;
}

// Whether the new row differs from the old one in a column that is no stamp. Generated columns do not count:
// they follow others, and are not computed yet.
bool row_changed(TupleDesc desc, const StampColumns *stamps, HeapTuple old_row, HeapTuple new_row) {
    const int n = desc->natts;
    auto *old_values = static_cast<Datum *>(palloc(2 * n * sizeof(Datum)));
    auto *old_nulls = static_cast<bool *>(palloc(2 * n * sizeof(bool)));
    Datum *new_values = old_values + n;
    bool *new_nulls = old_nulls + n;
    heap_deform_tuple(old_row, desc, old_values, old_nulls);
    heap_deform_tuple(new_row, desc, new_values, new_nulls);
    bool changed = false;
    for (int i = 0; i < n && !changed; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (att->attisdropped || att->attgenerated != '\0') continue;
        bool is_stamp = false;
        for (int number : stamps->number) is_stamp |= number == i + 1;
        if (is_stamp) continue;
        if (old_nulls[i] != new_nulls[i]) {
            changed = true;
        } else if (!old_nulls[i]) {
            // Same bytes first: an untouched value that is stored out of line is not fetched.
            changed = !datumIsEqual(old_values[i], new_values[i], att->attbyval, att->attlen) &&
                      !datum_image_eq(old_values[i], new_values[i], att->attbyval, att->attlen);
        }
    }
    pfree(old_values);
    pfree(old_nulls);
    return changed;
}

// ---- reading and writing tables of the directory as their owner

enum PlanKind { kReadAccess, kWriteAccess };

struct PlanKey {
    NameData schema;
    NameData table;
    int kind;
};

struct PlanEntry {
    PlanKey key;
    SPIPlanPtr plan;
};

// The access columns that contacts and their parts have in common, in the order the statements use.
constexpr int kAccessColumns = 4;
const char *const access_names[kAccessColumns] = {"owner_id", "visibility", "shared_with", "editable_by"};
const Oid access_types[kAccessColumns] = {UUIDOID, TEXTOID, UUIDARRAYOID, UUIDARRAYOID};

// A prepared statement on a table, kept for the session. Keyed by name as the statement names it: plans
// follow renamed tables by themselves.
SPIPlanPtr access_plan(const char *schema, const char *table, PlanKind kind) {
    static HTAB *plans = nullptr;
    if (!plans) {
        HASHCTL control = {};
        control.keysize = sizeof(PlanKey);
        control.entrysize = sizeof(PlanEntry);
        plans = hash_create("contacts access plans", 32, &control, HASH_ELEM | HASH_BLOBS);
    }
    PlanKey key;
    memset(&key, 0, sizeof(key));
    namestrcpy(&key.schema, schema);
    namestrcpy(&key.table, table);
    key.kind = kind;
    auto *entry = static_cast<PlanEntry *>(hash_search(plans, &key, HASH_FIND, nullptr));
    if (entry) {
        if (SPI_plan_is_valid(entry->plan)) return entry->plan;
        SPI_freeplan(entry->plan);
        hash_search(plans, &key, HASH_REMOVE, nullptr);
    }
    const char *name = quote_qualified_identifier(schema, table);
    Oid types[1 + kAccessColumns] = {UUIDOID};
    memcpy(types + 1, access_types, sizeof(access_types));
    const char *statement;
    int arguments;
    if (kind == kReadAccess) {
        // Locked, or a change of access that is under way could miss the part that is being written. Not FOR
        // SHARE: two sessions that add a part and then change the contact would wait for each other.
        statement = psprintf(
            "SELECT owner_id, visibility, shared_with, editable_by FROM %s"
            " WHERE contact_id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE",
            name);
        arguments = 1;
    } else {
        statement = psprintf(
            "UPDATE %s SET owner_id = $2, visibility = $3, shared_with = $4, editable_by = $5"
            " WHERE contact_id OPERATOR(pg_catalog.=) $1",
            name);
        arguments = 1 + kAccessColumns;
    }
    SPIPlanPtr plan = SPI_prepare(statement, arguments, types);
    if (!plan) elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
    if (SPI_keepplan(plan) != 0) elog(ERROR, "SPI_keepplan failed");
    entry = static_cast<PlanEntry *>(hash_search(plans, &key, HASH_ENTER, nullptr));
    entry->plan = plan;
    return plan;
}

// Runs the statement on a table of the schema of `rel`, with the rights of the owner of `rel`. Under
// REPEATABLE READ it works on what is committed now, and fails where that differs from the transaction's
// snapshot, as foreign keys do.
int execute_as_owner(Relation rel, const char *table, PlanKind kind, Datum *values, const char *nulls) {
    char *schema = get_namespace_name(RelationGetNamespace(rel));
    Oid user;
    int context;
    GetUserIdAndSecContext(&user, &context);
    SetUserIdAndSecContext(RelationGetForm(rel)->relowner,
                           context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
    SPIPlanPtr plan = access_plan(schema, table, kind);
    Snapshot snapshot = InvalidSnapshot;
    Snapshot crosscheck = InvalidSnapshot;
    if (IsolationUsesXactSnapshot()) {
        CommandCounterIncrement();
        snapshot = GetLatestSnapshot();
        crosscheck = GetTransactionSnapshot();
    }
    const int result = SPI_execute_snapshot(plan, values, nulls, snapshot, crosscheck, false, false, 0);
    SetUserIdAndSecContext(user, context);
    pfree(schema);
    if (result < 0) elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(result));
    return result;
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_stamp_row);
PG_FUNCTION_INFO_V1(contacts_inherit_access);
PG_FUNCTION_INFO_V1(contacts_propagate_access);

// Time is that of the transaction, so that all rows of one call bear the same; it never runs backwards in a
// row, although a transaction that began earlier may write later.
Datum contacts_stamp_row(PG_FUNCTION_ARGS) {
    check_trigger(fcinfo, "stamp_row", true, true);
    auto *trigger = reinterpret_cast<TriggerData *>(fcinfo->context);
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    const StampColumns *columns = stamp_columns(fcinfo, rel);
    const TimestampTz now = GetCurrentTransactionStartTimestamp();
    Datum values[kStamps + 1];
    bool nulls[kStamps + 1] = {};
    const int stamps = columns->document ? kStamps + 1 : kStamps;

    if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event)) {
        values[kVersion] = Int32GetDatum(1);
        values[kCreatedAt] = values[kUpdatedAt] = TimestampTzGetDatum(now);
        values[kCreatedBy] = values[kUpdatedBy] = PointerGetDatum(contacts_current_actor());
        values[kImportId] = UUIDPGetDatum(&contacts_import_id);
        nulls[kImportId] = !contacts_import_active;
        if (columns->document)
            values[kStamps] = search_document_make(columns->document, rel, nullptr, trigger->tg_trigtuple);
        return PointerGetDatum(heap_modify_tuple_by_cols(trigger->tg_trigtuple, desc, stamps,
                                                         const_cast<int *>(columns->number), values, nulls));
    }

    HeapTuple old_row = trigger->tg_trigtuple;
    HeapTuple new_row = trigger->tg_newtuple;
    for (int i = 0; i < kStamps; ++i) values[i] = heap_getattr(old_row, columns->number[i], desc, &nulls[i]);
    if (row_changed(desc, columns, old_row, new_row)) {
        const int32 version = nulls[kVersion] ? 0 : DatumGetInt32(values[kVersion]);
        values[kVersion] = Int32GetDatum(version < PG_INT32_MAX ? version + 1 : version);
        if (nulls[kUpdatedAt] || DatumGetTimestampTz(values[kUpdatedAt]) < now)
            values[kUpdatedAt] = TimestampTzGetDatum(now);
        values[kUpdatedBy] = PointerGetDatum(contacts_current_actor());
        nulls[kVersion] = nulls[kUpdatedAt] = nulls[kUpdatedBy] = false;
    }
    if (columns->document) values[kStamps] = search_document_make(columns->document, rel, old_row, new_row);
    return PointerGetDatum(
        heap_modify_tuple_by_cols(new_row, desc, stamps, const_cast<int *>(columns->number), values, nulls));
}

Datum contacts_inherit_access(PG_FUNCTION_ARGS) {
    check_trigger(fcinfo, "inherit_access", true, true);
    auto *trigger = reinterpret_cast<TriggerData *>(fcinfo->context);
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    HeapTuple row = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? trigger->tg_trigtuple : trigger->tg_newtuple;
    if (trigger->tg_trigger->tgnargs != 1)
        ereport(ERROR,
                (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                 errmsg("function \"inherit_access\" takes one trigger argument, the table of contacts")));

    bool isnull;
    Datum contact_id = heap_getattr(row, find_column(rel, "contact_id", UUIDOID), desc, &isnull);
    if (isnull) return PointerGetDatum(row);  // the column's constraint says it better

    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    execute_as_owner(rel, trigger->tg_trigger->tgargs[0], kReadAccess, &contact_id, nullptr);
    if (SPI_processed != 1)
        ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
                        errmsg("contact \"%s\" does not exist",
                               DatumGetCString(DirectFunctionCall1(uuid_out, contact_id))),
                        errdetail("A row of \"%s\" takes its access columns from the contact.",
                                  RelationGetRelationName(rel)),
                        errhint("Insert the contact first.")));
    int columns[kAccessColumns];
    Datum values[kAccessColumns];
    bool nulls[kAccessColumns];
    char spi_nulls[kAccessColumns];
    for (int i = 0; i < kAccessColumns; ++i) {
        if (SPI_gettypeid(SPI_tuptable->tupdesc, i + 1) != access_types[i])
            ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                            errmsg("column \"%s\" of table \"%s\" is not of type %s", access_names[i],
                                   trigger->tg_trigger->tgargs[0], format_type_be(access_types[i]))));
        columns[i] = find_column(rel, access_names[i], access_types[i]);
        values[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &nulls[i]);
        spi_nulls[i] = nulls[i] ? 'n' : ' ';
    }
    row = SPI_modifytuple(rel, row, kAccessColumns, columns, values, spi_nulls);
    SPI_finish();
    return PointerGetDatum(row);
}

Datum contacts_propagate_access(PG_FUNCTION_ARGS) {
    check_trigger(fcinfo, "propagate_access", false, false);
    auto *trigger = reinterpret_cast<TriggerData *>(fcinfo->context);
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    Datum values[1 + kAccessColumns];
    char nulls[1 + kAccessColumns];
    for (int i = 0; i <= kAccessColumns; ++i) {
        const AttrNumber column = i == 0 ? find_column(rel, "contact_id", UUIDOID)
                                         : find_column(rel, access_names[i - 1], access_types[i - 1]);
        bool isnull;
        values[i] = heap_getattr(trigger->tg_newtuple, column, desc, &isnull);
        nulls[i] = isnull ? 'n' : ' ';
    }
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    for (int i = 0; i < trigger->tg_trigger->tgnargs; ++i)
        execute_as_owner(rel, trigger->tg_trigger->tgargs[i], kWriteAccess, values, nulls);
    SPI_finish();
    return PointerGetDatum(nullptr);
}
}
