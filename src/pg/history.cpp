// Statement triggers that write the change log of a directory and keep the access columns of its parts. They
// are plain backend code: no C++ object is alive in them.
//
// They read the transition tables themselves and hand arrays to SQL, in chunks, so that memory is bounded and
// a distributed table can be written. Like all trigger functions here they act as the owner of the table that
// fired, on tables of its schema that the trigger's arguments name. None of their statements leaves the
// planner a choice of the order of a join, whose statistics may be of a time when the table was empty: there
// is an array of ids, a sub-select for each row, or LATERAL behind OFFSET 0.
#include "pg/guard.h"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/params.h"
#include "tcop/dest.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplesort.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"
#include "utils/uuid.h"
}

#include "pg/access.h"
#include "pg/actor.h"
#include "pg/current_import.h"
#include "pg/fired.h"
#include "pg/history.h"
#include "pg/owner.h"
#include "pg/stamp.h"
#include "pg/transaction.h"

using namespace contacts::pg;

namespace {

constexpr int kChunk = 5000;  // rows that are compared, logged and forgotten together

// ---- the trigger's call

enum Event { kInsert = 1, kUpdate = 2, kDelete = 4 };

// Raises an error unless the function was called as the AFTER STATEMENT trigger it is, for one of `events`.
void check_statement_trigger(FunctionCallInfo fcinfo, const char *function, int events, int min_arguments) {
    TriggerData *trigger = fired_trigger(fcinfo, function);
    const TriggerEvent event = trigger->tg_event;
    const int fired = TRIGGER_FIRED_BY_INSERT(event)   ? kInsert
                      : TRIGGER_FIRED_BY_UPDATE(event) ? kUpdate
                      : TRIGGER_FIRED_BY_DELETE(event) ? kDelete
                                                       : 0;
    if (!TRIGGER_FIRED_FOR_STATEMENT(event) || !TRIGGER_FIRED_AFTER(event) || !(fired & events))
        refuse_event(function, events == kUpdate ? "after update, for each statement"
                                                 : "after insert, update or delete, for each statement");
    if ((fired != kInsert && !trigger->tg_oldtable) || (fired != kDelete && !trigger->tg_newtable))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" needs the transition tables of the statement", function),
                        errhint("Create the trigger with REFERENCING OLD TABLE and NEW TABLE.")));
    if (trigger->tg_trigger->tgnargs < min_arguments)
        ereport(ERROR,
                (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                 errmsg("function \"%s\" takes at least %d trigger arguments", function, min_arguments)));
}

// The same for row triggers of a deletion.
void check_deletion_trigger(FunctionCallInfo fcinfo, const char *function, bool before) {
    TriggerData *trigger = fired_trigger(fcinfo, function);
    if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ||
        !(before ? TRIGGER_FIRED_BEFORE(trigger->tg_event) : TRIGGER_FIRED_AFTER(trigger->tg_event)))
        refuse_event(function, before ? "before delete, for each row" : "after delete, for each row");
    if (trigger->tg_trigger->tgnargs < 1)
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" takes at least %d trigger arguments", function, 1)));
}

// ---- arrays

// An array of one dimension under construction.
struct Column {
    Oid type;
    int16 length;
    bool by_value;
    char align;
    Datum *values;
    bool *nulls;
    int count;
};

Column new_column(Oid type, int capacity) {
    Column column = {};
    column.type = type;
    get_typlenbyvalalign(type, &column.length, &column.by_value, &column.align);
    column.values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(capacity)));
    column.nulls = static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(capacity)));
    return column;
}

void append(Column *column, Datum value, bool isnull) {
    column->values[column->count] = value;
    column->nulls[column->count++] = isnull;
}

Datum to_array(const Column *column) {
    int dimensions[1] = {column->count};
    int bounds[1] = {1};
    if (column->count == 0) return PointerGetDatum(construct_empty_array(column->type));
    return PointerGetDatum(construct_md_array(column->values, column->nulls, 1, dimensions, bounds,
                                              column->type, column->length, column->by_value, column->align));
}

// An array within an array would have to be of one length for all: it travels as text.
void append_access(Column *columns, const Datum *values, const bool *nulls) {
    static Oid array_out = InvalidOid;
    for (int i = 0; i < kAccessColumns; ++i) {
        if (nulls[i] || access_types[i] != UUIDARRAYOID) {
            append(&columns[i], values[i], nulls[i]);
            continue;
        }
        if (!array_out) {
            bool is_varlena;
            getTypeOutputInfo(UUIDARRAYOID, &array_out, &is_varlena);
        }
        append(&columns[i], CStringGetTextDatum(OidOutputFunctionCall(array_out, values[i])), false);
    }
}

void new_access_columns(Column *columns, int capacity) {
    for (int i = 0; i < kAccessColumns; ++i)
        columns[i] = new_column(access_types[i] == UUIDARRAYOID ? TEXTOID : access_types[i], capacity);
}

// ---- transition tables

struct Reader {
    Tuplestorestate *store;
    int pointer;
    TupleTableSlot *slot;
};

Reader open_reader(Tuplestorestate *store, TupleDesc desc) {
    Reader reader = {store, tuplestore_alloc_read_pointer(store, EXEC_FLAG_REWIND),
                     MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple)};
    tuplestore_select_read_pointer(store, reader.pointer);
    tuplestore_rescan(store);
    return reader;
}

// Goes to the next row without taking it apart.
bool next_row(Reader *reader) {
    tuplestore_select_read_pointer(reader->store, reader->pointer);
    // A row that comes from a file belongs to the slot, and must live as long.
    MemoryContext context = MemoryContextSwitchTo(reader->slot->tts_mcxt);
    const bool found = tuplestore_gettupleslot(reader->store, true, false, reader->slot);
    MemoryContextSwitchTo(context);
    return found;
}

bool read_row(Reader *reader) {
    const bool found = next_row(reader);
    if (found) slot_getallattrs(reader->slot);
    return found;
}

// The rows of an update before and after, pair by pair: the executor writes both tables row by row.
bool read_pair(Reader *old_rows, Reader *new_rows) {
    const bool more = read_row(old_rows);
    if (read_row(new_rows) != more) elog(ERROR, "transition tables differ in length");
    return more;
}

// ---- columns as JSON

enum FieldKind : char { kField, kText, kCustom, kSkipped };

struct Field {
    FieldKind kind;
    char *name;
    FmgrInfo *to_jsonb;  // made when first needed
};

bool is_one_of(const char *name, const char *const *names) {
    for (; *names; ++names)
        if (strcmp(name, *names) == 0) return true;
    return false;
}

// What the log says of each column of a table. `skipped` ends with a null.
Field *fields_of(Relation rel, const char *const *skipped, MemoryContext context) {
    TupleDesc desc = RelationGetDescr(rel);
    auto *fields =
        static_cast<Field *>(MemoryContextAllocZero(context, sizeof(Field) * static_cast<Size>(desc->natts)));
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        fields[i].name = MemoryContextStrdup(context, NameStr(att->attname));
        if (att->attisdropped || att->attgenerated != '\0' || is_one_of(fields[i].name, skipped))
            fields[i].kind = kSkipped;
        else if (att->atttypid == TEXTOID)
            fields[i].kind = kText;
        else if (att->atttypid == JSONBOID && strcmp(fields[i].name, "custom") == 0)
            fields[i].kind = kCustom;
        else
            fields[i].kind = kField;
    }
    return fields;
}

void push_key(JsonbParseState **state, const char *name) {
    JsonbValue key;
    key.type = jbvString;
    key.val.string.val = const_cast<char *>(name);
    key.val.string.len = static_cast<int>(strlen(name));
    pushJsonbValue(state, WJB_KEY, &key);
}

// A value as to_jsonb() makes it.
void push_value(JsonbParseState **state, JsonbIteratorToken place, Field *field, Form_pg_attribute att,
                Datum value, bool isnull, MemoryContext context) {
    JsonbValue json;
    if (isnull) {
        json.type = jbvNull;
    } else if (field->kind == kText) {
        void *text = PG_DETOAST_DATUM_PACKED(value);
        json.type = jbvString;
        json.val.string.val = VARDATA_ANY(text);
        json.val.string.len = static_cast<int>(VARSIZE_ANY_EXHDR(text));
    } else {
        if (!field->to_jsonb) {
            MemoryContext old_context = MemoryContextSwitchTo(context);
            auto *function = static_cast<FmgrInfo *>(palloc(sizeof(FmgrInfo)));
            fmgr_info(F_TO_JSONB, function);
            Node *argument =
                reinterpret_cast<Node *>(makeNullConst(att->atttypid, att->atttypmod, att->attcollation));
            fmgr_info_set_expr(
                reinterpret_cast<Node *>(makeFuncExpr(F_TO_JSONB, JSONBOID, list_make1(argument), InvalidOid,
                                                      InvalidOid, COERCE_EXPLICIT_CALL)),
                function);
            field->to_jsonb = function;
            MemoryContextSwitchTo(old_context);
        }
        Jsonb *made = DatumGetJsonbP(FunctionCall1(field->to_jsonb, value));
        if (!JB_ROOT_IS_SCALAR(made) || !JsonbExtractScalar(&made->root, &json)) {
            json.type = jbvBinary;
            json.val.binary.data = &made->root;
            json.val.binary.len = static_cast<int>(VARSIZE(made) - VARHDRSZ);
        }
    }
    pushJsonbValue(state, place, &json);
}

bool same_json(const JsonbValue *a, const JsonbValue *b) {
    if (a->type != b->type) return false;
    switch (a->type) {
        case jbvNull:
            return true;
        case jbvBool:
            return a->val.boolean == b->val.boolean;
        case jbvString:
            return a->val.string.len == b->val.string.len &&
                   memcmp(a->val.string.val, b->val.string.val, static_cast<Size>(a->val.string.len)) == 0;
        case jbvNumeric:
            return VARSIZE_ANY(a->val.numeric) == VARSIZE_ANY(b->val.numeric) &&
                   memcmp(a->val.numeric, b->val.numeric, VARSIZE_ANY(a->val.numeric)) == 0;
        case jbvBinary:
            return a->val.binary.len == b->val.binary.len &&
                   memcmp(a->val.binary.data, b->val.binary.data, static_cast<Size>(a->val.binary.len)) == 0;
        default:
            return false;
    }
}

// Those keys of `from` that `other` (may be null) lacks or has with another value, as an object.
void push_different_keys(JsonbParseState **state, Jsonb *from, Jsonb *other) {
    pushJsonbValue(state, WJB_BEGIN_OBJECT, nullptr);
    if (from) {
        JsonbIterator *iterator = JsonbIteratorInit(&from->root);
        JsonbValue key, value;
        JsonbIteratorToken token;
        while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE) {
            if (token != WJB_KEY) continue;
            JsonbIteratorNext(&iterator, &value, true);
            JsonbValue *there = other ? getKeyJsonValueFromContainer(&other->root, key.val.string.val,
                                                                     key.val.string.len, nullptr)
                                      : nullptr;
            if (there && same_json(&value, there)) continue;
            pushJsonbValue(state, WJB_KEY, &key);
            pushJsonbValue(state, WJB_VALUE, &value);
        }
    }
    pushJsonbValue(state, WJB_END_OBJECT, nullptr);
}

// {"field": [old, new], …} of the columns that differ; of custom fields only the keys that do. Null where
// none differs. Without new values: all that are not null.
Jsonb *changes_of(TupleDesc desc, Field *fields, const Datum *old_values, const bool *old_nulls,
                  const Datum *new_values, const bool *new_nulls, MemoryContext context) {
    JsonbParseState *state = nullptr;
    for (int i = 0; i < desc->natts; ++i) {
        Field *field = &fields[i];
        if (field->kind == kSkipped) continue;
        Form_pg_attribute att = TupleDescAttr(desc, i);
        const Datum new_value = new_values ? new_values[i] : 0;
        const bool new_null = new_values ? new_nulls[i] : true;
        if (same_value(att, old_values[i], old_nulls[i], new_value, new_null)) continue;
        Jsonb *old_custom = nullptr;
        Jsonb *new_custom = nullptr;
        if (field->kind == kCustom) {
            if (!old_nulls[i]) old_custom = DatumGetJsonbP(old_values[i]);
            if (!new_null) new_custom = DatumGetJsonbP(new_value);
            if (!new_values && JB_ROOT_IS_OBJECT(old_custom) && JB_ROOT_COUNT(old_custom) == 0) continue;
        }
        if (!state) pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
        push_key(&state, field->name);
        pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
        if (field->kind == kCustom && (!old_custom || JB_ROOT_IS_OBJECT(old_custom)) &&
            (!new_custom || JB_ROOT_IS_OBJECT(new_custom))) {
            push_different_keys(&state, old_custom, new_custom);
            push_different_keys(&state, new_custom, old_custom);
        } else {
            push_value(&state, WJB_ELEM, field, att, old_values[i], old_nulls[i], context);
            push_value(&state, WJB_ELEM, field, att, new_value, new_null, context);
        }
        pushJsonbValue(&state, WJB_END_ARRAY, nullptr);
    }
    if (!state) return nullptr;
    return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr));
}

// ---- who, when, why

// The import that is being undone, for as long as contacts_undo_import() runs. Only what is written to its
// directory is marked: undo runs what it finds beside the table that it was given.
struct Undo {
    Oid directory;
    pg_uuid_t import_id;
};
const Undo *undo = nullptr;

// What scripts before 0.4.0 say instead, of their client's present statement.
TimestampTz undo_statement = 0;
pg_uuid_t undo_said;

// The import whose undoing writes to this table; null if none does.
const pg_uuid_t *undone_in(Relation rel) {
    if (undo && undo->directory == RelationGetNamespace(rel)) return &undo->import_id;
    if (undo_statement != 0 && undo_statement == GetCurrentStatementStartTimestamp()) return &undo_said;
    return nullptr;
}

const char *action_in(Relation rel) {
    return undone_in(rel) ? "undo" : "update";
}

// The import that an entry of the log names; null if none does.
const pg_uuid_t *import_in(Relation rel) {
    if (const pg_uuid_t *undone = undone_in(rel)) return undone;
    return contacts_import_active ? &contacts_import_id : nullptr;
}

// ---- contacts that this transaction deleted

// The foreign keys delete their parts next, a statement for each contact and table. Forgotten with the
// transaction, and when a part of it is undone.
constexpr long kMaxDeleted = 100000;
HTAB *deleted_contacts = nullptr;

void forget_deleted() {
    if (deleted_contacts) hash_destroy(deleted_contacts);
    deleted_contacts = nullptr;
}

void forget_deleted_at(Ended ended) {
    forget_deleted();
    if (ended != Ended::kPartAborted) undo_statement = 0;
}

bool is_deleted(const pg_uuid_t *id) {
    return deleted_contacts && hash_search(deleted_contacts, id, HASH_FIND, nullptr);
}

void add_deleted(const pg_uuid_t *id) {
    forget_at_end<forget_deleted_at>();
    if (deleted_contacts && hash_get_num_entries(deleted_contacts) >= kMaxDeleted) forget_deleted();
    if (!deleted_contacts) {
        HASHCTL control = {};
        control.keysize = sizeof(pg_uuid_t);
        control.entrysize = sizeof(pg_uuid_t);
        deleted_contacts = hash_create("contacts deleted", 256, &control, HASH_ELEM | HASH_BLOBS);
    }
    hash_search(deleted_contacts, id, HASH_ENTER, nullptr);
}

// ---- contacts

const char *const contact_skipped[] = {"search",     "version",    "created_at", "created_by",
                                       "updated_at", "updated_by", "import_id",  nullptr};
const char *const deleted_skipped[] = {"contact_id", "search",     "version",
                                       "updated_at", "updated_by", nullptr};

// Entries of the log on their way.
struct Entries {
    Column contact_id;
    Column version;
    Column changes;
    Column access[kAccessColumns];
};

constexpr int kLogArguments = 10;
const Oid log_types[kLogArguments] = {UUIDARRAYOID, INT4ARRAYOID, JSONBARRAYOID,  UUIDARRAYOID, TEXTARRAYOID,
                                      TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZOID, TEXTOID,      UUIDOID};

// The first seven as rows `u`, in the order of the log's key.
const char *const from_entries =
    " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), "
    "pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7))"
    " AS u(contact_id, version, changes, owner_id, visibility, shared_with, editable_by)"
    " ORDER BY u.contact_id";

Entries new_entries(int capacity) {
    Entries entries = {};
    entries.contact_id = new_column(UUIDOID, capacity);
    entries.version = new_column(INT4OID, capacity);
    entries.changes = new_column(JSONBOID, capacity);
    new_access_columns(entries.access, capacity);
    return entries;
}

// Runs the statement that writes entries to the log.
void run_entries(Relation rel, const char *statement, const Entries *entries) {
    if (entries->contact_id.count == 0) return;
    Datum values[kLogArguments];
    char nulls[kLogArguments + 1] = "          ";
    values[0] = to_array(&entries->contact_id);
    values[1] = to_array(&entries->version);
    values[2] = to_array(&entries->changes);
    for (int i = 0; i < kAccessColumns; ++i) values[3 + i] = to_array(&entries->access[i]);
    values[7] = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
    values[8] = PointerGetDatum(contacts_current_actor());
    const pg_uuid_t *import = import_in(rel);
    values[9] = UUIDPGetDatum(import);
    nulls[9] = import ? ' ' : 'n';
    run_as_owner(rel, statement, kLogArguments, log_types, values, nulls);
}

struct ContactColumns {
    AttrNumber contact_id;
    AttrNumber version;
    AttrNumber access[kAccessColumns];
};

ContactColumns contact_columns(Relation rel) {
    ContactColumns columns = {};
    columns.contact_id = find_column(rel, "contact_id", UUIDOID);
    columns.version = find_column(rel, "version", INT4OID);
    for (int i = 0; i < kAccessColumns; ++i)
        columns.access[i] = find_column(rel, access_names[i], access_types[i]);
    return columns;
}

// What an entry has besides its changes: of the row of a contact.
void append_entry(Entries *entries, TupleDesc desc, const ContactColumns *columns, const Datum *values,
                  const bool *nulls, int32 version) {
    append(&entries->contact_id, datumCopy(values[columns->contact_id - 1], false, UUID_LEN), false);
    append(&entries->version, Int32GetDatum(version), false);
    Datum access[kAccessColumns];
    bool access_nulls[kAccessColumns];
    for (int i = 0; i < kAccessColumns; ++i) {
        const int at = columns->access[i] - 1;
        access_nulls[i] = nulls[at];
        access[i] = nulls[at] ? 0
                    : access_types[i] == UUIDARRAYOID
                        ? values[at]
                        : datumCopy(values[at], false, TupleDescAttr(desc, at)->attlen);
    }
    append_access(entries->access, access, access_nulls);
}

// Entries of a statement of many rows, to be written in the order of the log's key: pages of the index that
// are filled here and there all split in their middle. Past work_mem it goes to files.
struct EntrySort {
    Tuplesortstate *state;
    TupleDesc desc;
    TupleTableSlot *given;
    TupleTableSlot *stored;
};

constexpr AttrNumber kSortedChanges = 3;
const ContactColumns sorted_columns = {1, 2, {4, 5, 6, 7}};

EntrySort new_sort() {
    EntrySort sort = {};
    sort.desc = CreateTemplateTupleDesc(3 + kAccessColumns);
    TupleDescInitEntry(sort.desc, sorted_columns.contact_id, "contact_id", UUIDOID, -1, 0);
    TupleDescInitEntry(sort.desc, sorted_columns.version, "version", INT4OID, -1, 0);
    TupleDescInitEntry(sort.desc, kSortedChanges, "changes", JSONBOID, -1, 0);
    for (int i = 0; i < kAccessColumns; ++i)
        TupleDescInitEntry(sort.desc, sorted_columns.access[i], access_names[i], access_types[i], -1, 0);
    sort.given = MakeSingleTupleTableSlot(sort.desc, &TTSOpsVirtual);
    sort.stored = MakeSingleTupleTableSlot(sort.desc, &TTSOpsMinimalTuple);
    AttrNumber key = sorted_columns.contact_id;
    Oid before = lookup_type_cache(UUIDOID, TYPECACHE_LT_OPR)->lt_opr;
    Oid collation = InvalidOid;
    bool nulls_first = false;
    sort.state = tuplesort_begin_heap(sort.desc, 1, &key, &before, &collation, &nulls_first, work_mem,
                                      nullptr, TUPLESORT_NONE);
    return sort;
}

void put_entry(EntrySort *sort, const ContactColumns *columns, const Datum *values, const bool *nulls,
               Jsonb *changes) {
    TupleTableSlot *slot = sort->given;
    const auto put = [slot](AttrNumber number, Datum value, bool isnull) {
        slot->tts_values[number - 1] = value;
        slot->tts_isnull[number - 1] = isnull;
    };
    ExecClearTuple(slot);
    put(sorted_columns.contact_id, values[columns->contact_id - 1], false);
    put(sorted_columns.version, values[columns->version - 1], nulls[columns->version - 1]);
    put(kSortedChanges, JsonbPGetDatum(changes), false);
    for (int i = 0; i < kAccessColumns; ++i)
        put(sorted_columns.access[i], values[columns->access[i] - 1], nulls[columns->access[i] - 1]);
    ExecStoreVirtualTuple(slot);
    tuplesort_puttupleslot(sort->state, slot);
}

void log_contacts(TriggerData *trigger) {
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    const ContactColumns columns = contact_columns(rel);
    const char *statement = psprintf(
        "INSERT INTO %s (contact_id, version, changes, owner_id, visibility, shared_with, editable_by, "
        "changed_at,"
        " changed_by, action, import_id)"
        " SELECT u.contact_id, u.version, u.changes, u.owner_id, u.visibility, "
        "u.shared_with::pg_catalog.uuid[],"
        " u.editable_by::pg_catalog.uuid[], $8, $9, '%s', $10%s",
        beside(rel, trigger->tg_trigger->tgargs[0]), action_in(rel), from_entries);
    Reader old_rows = open_reader(trigger->tg_oldtable, desc);
    Reader new_rows = open_reader(trigger->tg_newtable, desc);
    MemoryContext whole = CurrentMemoryContext;
    Field *fields = fields_of(rel, contact_skipped, whole);
    EntrySort sort = {};
    if (tuplestore_tuple_count(trigger->tg_newtable) > kChunk) sort = new_sort();
    MemoryContext chunk = AllocSetContextCreate(whole, "contacts history", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(chunk);
    bool more = true;
    while (more) {
        CHECK_FOR_INTERRUPTS();
        Entries entries = new_entries(kChunk);
        int read = 0;
        while (read < kChunk && (more = read_pair(&old_rows, &new_rows))) {
            ++read;
            const Datum *values = new_rows.slot->tts_values;
            const bool *nulls = new_rows.slot->tts_isnull;
            if (nulls[columns.contact_id - 1]) continue;  // a table of somebody's, no table of contacts
            Jsonb *changes = changes_of(desc, fields, old_rows.slot->tts_values, old_rows.slot->tts_isnull,
                                        values, nulls, whole);
            // A table of contacts has no such row, but anybody may put the trigger on a table of his own.
            if (!changes || nulls[columns.contact_id - 1]) continue;
            if (sort.state) {
                put_entry(&sort, &columns, values, nulls, changes);
                continue;
            }
            append(&entries.changes, JsonbPGetDatum(changes), false);
            append_entry(&entries, desc, &columns, values, nulls, DatumGetInt32(values[columns.version - 1]));
        }
        run_entries(rel, statement, &entries);
        MemoryContextReset(chunk);
    }
    if (sort.state) {
        tuplesort_performsort(sort.state);
        for (more = true; more;) {
            CHECK_FOR_INTERRUPTS();
            Entries entries = new_entries(kChunk);
            while (entries.contact_id.count < kChunk &&
                   (more = tuplesort_gettupleslot(sort.state, true, false, sort.stored, nullptr))) {
                slot_getallattrs(sort.stored);
                const Datum *values = sort.stored->tts_values;
                append(&entries.changes, datumCopy(values[kSortedChanges - 1], false, -1), false);
                append_entry(&entries, sort.desc, &sorted_columns, values, sort.stored->tts_isnull,
                             DatumGetInt32(values[sorted_columns.version - 1]));
            }
            run_entries(rel, statement, &entries);
            MemoryContextReset(chunk);
        }
        ExecDropSingleTupleTableSlot(sort.given);
        ExecDropSingleTupleTableSlot(sort.stored);
        tuplesort_end(sort.state);
    }
    MemoryContextSwitchTo(whole);
    ExecDropSingleTupleTableSlot(old_rows.slot);
    ExecDropSingleTupleTableSlot(new_rows.slot);
}

// ---- parts

const char *const part_skipped[] = {"contact_id",  "owner_id",    "visibility",
                                    "shared_with", "editable_by", nullptr};

struct PartRow {
    pg_uuid_t contact_id;
    int sequence;  // in the order of the statement
    MinimalTuple old_row;
    MinimalTuple new_row;
};

int compare_parts(const void *a, const void *b) {
    const auto *left = static_cast<const PartRow *>(a);
    const auto *right = static_cast<const PartRow *>(b);
    const int order = memcmp(left->contact_id.data, right->contact_id.data, UUID_LEN);
    return order != 0 ? order : left->sequence - right->sequence;
}

int compare_uuids(const void *a, const void *b) {
    return memcmp(a, b, UUID_LEN);
}

// What is known of one part table while its trigger runs.
struct Part {
    Relation rel;
    const char *contact;
    const char *log;
    const char *field;
    const char *names;  // table that has names for the rows' group_id; null: none
    Field *fields;
    int contact_id;
    int group_id;
    TupleTableSlot *old_slot;
    TupleTableSlot *new_slot;
    MemoryContext context;
};

// Names by group_id.
struct Name {
    pg_uuid_t id;
    char *name;
};
struct Names {
    Name *names;
    uint64 count;
};

void add_group(const Part *part, MinimalTuple row, TupleTableSlot *slot, pg_uuid_t *ids, int *count) {
    if (!row) return;
    ExecStoreMinimalTuple(row, slot, false);
    bool isnull;
    const Datum id = slot_getattr(slot, part->group_id + 1, &isnull);
    if (!isnull) ids[(*count)++] = *DatumGetUUIDP(id);
}

Datum uuid_array(pg_uuid_t *ids, int count) {
    Column column = new_column(UUIDOID, count);
    for (int i = 0; i < count; ++i) append(&column, UUIDPGetDatum(&ids[i]), false);
    return to_array(&column);
}

// Sorts, and drops what is there twice; the new count.
int unique_uuids(pg_uuid_t *ids, int count) {
    qsort(ids, static_cast<size_t>(count), sizeof(pg_uuid_t), compare_uuids);
    int kept = 0;
    for (int i = 0; i < count; ++i)
        if (kept == 0 || memcmp(ids[i].data, ids[kept - 1].data, UUID_LEN) != 0) ids[kept++] = ids[i];
    return kept;
}

// Those of the company: who reads the log need not see a colleague's own labels.
Names group_names(const Part *part, const PartRow *rows, int count) {
    auto *ids = static_cast<pg_uuid_t *>(palloc(2 * sizeof(pg_uuid_t) * static_cast<Size>(count)));
    int n = 0;
    for (int i = 0; i < count; ++i) {
        add_group(part, rows[i].old_row, part->old_slot, ids, &n);
        add_group(part, rows[i].new_row, part->new_slot, ids, &n);
    }
    n = unique_uuids(ids, n);
    const Oid types[] = {UUIDARRAYOID};
    Datum values[] = {uuid_array(ids, n)};
    Names found = {};
    found.count = run_as_owner(
        part->rel,
        psprintf(
            "SELECT g.group_id, g.name FROM %s AS g"
            " WHERE g.group_id OPERATOR(pg_catalog.=) ANY ($1) AND g.owner_id IS NULL ORDER BY g.group_id",
            beside(part->rel, part->names)),
        1, types, values, nullptr);
    found.names = static_cast<Name *>(palloc(sizeof(Name) * Max(found.count, 1)));
    for (uint64 i = 0; i < found.count; ++i) {
        bool isnull;
        HeapTuple row = SPI_tuptable->vals[i];
        found.names[i].id = *DatumGetUUIDP(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
        found.names[i].name = SPI_getvalue(row, SPI_tuptable->tupdesc, 2);
    }
    SPI_freetuptable(SPI_tuptable);
    return found;
}

// A row of a part as an object of its columns that are not null; null where there is no row.
void push_part(JsonbParseState **state, Part *part, MinimalTuple row, TupleTableSlot *slot,
               const Names *names) {
    if (!row) {
        JsonbValue none;
        none.type = jbvNull;
        pushJsonbValue(state, WJB_ELEM, &none);
        return;
    }
    TupleDesc desc = RelationGetDescr(part->rel);
    ExecStoreMinimalTuple(row, slot, false);
    slot_getallattrs(slot);
    pushJsonbValue(state, WJB_BEGIN_OBJECT, nullptr);
    for (int i = 0; i < desc->natts; ++i) {
        if (part->fields[i].kind == kSkipped || slot->tts_isnull[i]) continue;
        push_key(state, part->fields[i].name);
        push_value(state, WJB_VALUE, &part->fields[i], TupleDescAttr(desc, i), slot->tts_values[i], false,
                   part->context);
    }
    if (part->names && !slot->tts_isnull[part->group_id]) {
        const auto *name =
            static_cast<const Name *>(bsearch(DatumGetUUIDP(slot->tts_values[part->group_id]), names->names,
                                              names->count, sizeof(Name), compare_uuids));
        if (name && name->name) {
            JsonbValue value;
            value.type = jbvString;
            value.val.string.val = name->name;
            value.val.string.len = static_cast<int>(strlen(name->name));
            push_key(state, "name");
            pushJsonbValue(state, WJB_VALUE, &value);
        }
    }
    pushJsonbValue(state, WJB_END_OBJECT, nullptr);
}

const pg_uuid_t *spi_id(uint64 row) {
    bool isnull;
    return DatumGetUUIDP(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1, &isnull));
}

// The rows of a contact among sorted ones: from the result to *end.
PartRow *rows_of(const pg_uuid_t *id, PartRow *rows, int count, PartRow **end) {
    int low = 0, high = count;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (memcmp(rows[middle].contact_id.data, id->data, UUID_LEN) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    PartRow *first = rows + low;
    PartRow *last = first;
    while (last < rows + count && memcmp(last->contact_id.data, id->data, UUID_LEN) == 0) ++last;
    *end = last;
    return first;
}

// The next inserted row that may be one of an older contact. Those of contacts that this transaction created
// belong to the creation.
bool read_later_part(Reader *reader, const Part *part, Oid contact_table) {
    while (next_row(reader)) {
        CHECK_FOR_INTERRUPTS();
        bool isnull;
        const Datum id = slot_getattr(reader->slot, part->contact_id + 1, &isnull);
        const contacts_known_access *known =
            isnull ? nullptr : contacts_known_contact(contact_table, DatumGetUUIDP(id));
        if (known && known->created) continue;
        slot_getallattrs(reader->slot);
        return true;
    }
    return false;
}

void log_part_chunk(Part *part, PartRow *rows, int count) {
    qsort(rows, static_cast<size_t>(count), sizeof(PartRow), compare_parts);
    const char *contact = beside(part->rel, part->contact);
    const Oid id_types[] = {UUIDARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID};
    Datum arguments[4];
    arguments[1] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
    PartRow *end;

    // Contacts that are not known to be new.
    const Oid contact_table = contacts_table_beside(part->rel, part->contact);
    auto *ids = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t) * static_cast<Size>(count)));
    int n = 0;
    for (int i = 0; i < count; ++i) {
        if (n > 0 && memcmp(ids[n - 1].data, rows[i].contact_id.data, UUID_LEN) == 0) continue;
        const contacts_known_access *known = contacts_known_contact(contact_table, &rows[i].contact_id);
        if (!known || !known->created) ids[n++] = rows[i].contact_id;
    }
    if (n == 0) return;
    arguments[0] = uuid_array(ids, n);

    // Those that are older than this transaction are locked, always in the same order. Which ones have an
    // entry of this call already?
    arguments[2] = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
    arguments[3] = PointerGetDatum(contacts_current_actor());
    const uint64 locked = run_as_owner(
        part->rel,
        psprintf("SELECT c.contact_id, (SELECT true FROM %s AS l WHERE l.contact_id OPERATOR(pg_catalog.=) "
                 "c.contact_id"
                 " AND l.version OPERATOR(pg_catalog.=) c.version AND l.changed_at OPERATOR(pg_catalog.=) $3"
                 " AND l.changed_by OPERATOR(pg_catalog.=) $4)"
                 " FROM %s AS c WHERE c.contact_id OPERATOR(pg_catalog.=) ANY ($1)"
                 " AND c.created_at OPERATOR(pg_catalog.<>) $2 ORDER BY c.contact_id FOR NO KEY UPDATE OF c",
                 beside(part->rel, part->log), contact),
        4, id_types, arguments, nullptr);
    if (locked == 0) {  // all new, or deleted and their parts with them
        SPI_freetuptable(SPI_tuptable);
        return;
    }
    auto *raised = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t) * locked));
    int raised_count = 0;
    n = 0;
    for (uint64 i = 0; i < locked; ++i) {
        ids[n] = *spi_id(i);
        bool isnull;
        SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull);
        if (isnull) raised[raised_count++] = ids[n];
        ++n;
    }
    SPI_freetuptable(SPI_tuptable);

    if (raised_count > 0) {
        Datum raise[] = {uuid_array(raised, raised_count)};
        const bool before = contacts_force_version;
        contacts_force_version = true;
        PG_TRY();
        {
            run_as_owner(part->rel,
                         psprintf("UPDATE %s AS c SET version = c.version OPERATOR(pg_catalog.+) 1"
                                  " WHERE c.contact_id OPERATOR(pg_catalog.=) ANY ($1)",
                                  contact),
                         1, id_types, raise, nullptr);
        }
        PG_FINALLY();
        { contacts_force_version = before; }
        PG_END_TRY();
    }

    Names names = {};
    if (part->names) names = group_names(part, rows, count);
    Column changes = new_column(JSONBOID, n);
    for (int i = 0; i < n; ++i) {
        JsonbParseState *state = nullptr;
        pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
        for (PartRow *row = rows_of(&ids[i], rows, count, &end); row < end; ++row) {
            pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
            push_part(&state, part, row->old_row, part->old_slot, &names);
            push_part(&state, part, row->new_row, part->new_slot, &names);
            pushJsonbValue(&state, WJB_END_ARRAY, nullptr);
        }
        append(&changes, JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, nullptr))),
               false);
    }
    const Oid types[] = {UUIDARRAYOID, JSONBARRAYOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, UUIDOID};
    const pg_uuid_t *import = import_in(part->rel);
    Datum values[] = {uuid_array(ids, n), to_array(&changes), CStringGetTextDatum(part->field),
                      arguments[2],       arguments[3],       UUIDPGetDatum(import)};
    const char *nulls = import ? "      " : "     n";
    run_as_owner(
        part->rel,
        psprintf(
            "INSERT INTO %s AS l (contact_id, version, changed_at, changed_by, action, changes, import_id,"
            " owner_id, visibility, shared_with, editable_by)"
            " SELECT c.contact_id, c.version, $4, $5, '%s', pg_catalog.jsonb_build_object($3, u.changes), $6,"
            " c.owner_id, c.visibility, c.shared_with, c.editable_by"
            " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u(contact_id, changes)"
            " CROSS JOIN LATERAL (SELECT * FROM %s AS c"
            " WHERE c.contact_id OPERATOR(pg_catalog.=) u.contact_id OFFSET 0) AS c"
            " ON CONFLICT (contact_id, version) DO UPDATE SET changes = l.changes OPERATOR(pg_catalog.||)"
            " pg_catalog.jsonb_build_object($3, coalesce(l.changes OPERATOR(pg_catalog.->) $3, '[]')"
            " OPERATOR(pg_catalog.||) (EXCLUDED.changes OPERATOR(pg_catalog.->) $3))",
            beside(part->rel, part->log), action_in(part->rel), contact),
        6, types, values, nulls);
}

PartRow part_row(const Part *part, TupleTableSlot *slot, int sequence, bool is_old) {
    PartRow row = {};
    if (!slot->tts_isnull[part->contact_id])
        row.contact_id = *DatumGetUUIDP(slot->tts_values[part->contact_id]);
    row.sequence = sequence;
    (is_old ? row.old_row : row.new_row) = ExecCopySlotMinimalTuple(slot);
    return row;
}

void log_parts(TriggerData *trigger) {
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    const bool has_old = !TRIGGER_FIRED_BY_INSERT(trigger->tg_event);
    const bool has_new = !TRIGGER_FIRED_BY_DELETE(trigger->tg_event);
    if (tuplestore_tuple_count(has_new ? trigger->tg_newtable : trigger->tg_oldtable) == 0) return;

    Part part = {};
    part.rel = rel;
    part.contact = trigger->tg_trigger->tgargs[0];
    part.log = trigger->tg_trigger->tgargs[1];
    part.field = trigger->tg_trigger->tgargs[2];
    part.names = trigger->tg_trigger->tgnargs > 3 ? trigger->tg_trigger->tgargs[3] : nullptr;
    part.context = CurrentMemoryContext;
    part.contact_id = find_column(rel, "contact_id", UUIDOID) - 1;
    part.group_id = part.names ? find_column(rel, "group_id", UUIDOID) - 1 : -1;
    part.fields = fields_of(rel, part_skipped, part.context);
    const Oid contact_table = contacts_table_beside(rel, part.contact);
    part.old_slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
    part.new_slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
    Reader old_rows = {}, new_rows = {};
    if (has_old) old_rows = open_reader(trigger->tg_oldtable, desc);
    if (has_new) new_rows = open_reader(trigger->tg_newtable, desc);
    MemoryContext chunk = AllocSetContextCreate(part.context, "contacts history", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(chunk);
    bool more = true;
    while (more) {
        CHECK_FOR_INTERRUPTS();
        // One more: a row that moves to another contact leaves one and comes to the other.
        auto *rows = static_cast<PartRow *>(palloc(sizeof(PartRow) * (kChunk + 1)));
        int count = 0;
        while (count < kChunk) {
            more = !has_old   ? read_later_part(&new_rows, &part, contact_table)
                   : !has_new ? read_row(&old_rows)
                              : read_pair(&old_rows, &new_rows);
            if (!more) break;
            if (!has_new) {
                rows[count] = part_row(&part, old_rows.slot, count, true);
                // The contact's deletion, which took its parts along, was told of by itself.
                if (!is_deleted(&rows[count].contact_id)) ++count;
                continue;
            }
            if (!has_old) {
                rows[count] = part_row(&part, new_rows.slot, count, false);
                ++count;
                continue;
            }
            const Datum *old_values = old_rows.slot->tts_values, *new_values = new_rows.slot->tts_values;
            const bool *old_nulls = old_rows.slot->tts_isnull, *new_nulls = new_rows.slot->tts_isnull;
            const auto same = [&](int i) {
                return same_value(TupleDescAttr(desc, i), old_values[i], old_nulls[i], new_values[i],
                                  new_nulls[i]);
            };
            const bool moved = !same(part.contact_id);
            bool changed = moved;
            for (int i = 0; i < desc->natts && !changed; ++i)
                changed = part.fields[i].kind != kSkipped && !same(i);
            if (!changed) continue;
            rows[count] = part_row(&part, old_rows.slot, count, true);
            const PartRow after = part_row(&part, new_rows.slot, count + 1, false);
            if (moved)
                rows[++count] = after;
            else
                rows[count].new_row = after.new_row;
            ++count;
        }
        if (count > 0) log_part_chunk(&part, rows, count);
        MemoryContextReset(chunk);
    }
    MemoryContextSwitchTo(part.context);
    ExecDropSingleTupleTableSlot(part.old_slot);
    ExecDropSingleTupleTableSlot(part.new_slot);
    if (has_old) ExecDropSingleTupleTableSlot(old_rows.slot);
    if (has_new) ExecDropSingleTupleTableSlot(new_rows.slot);
}

// ---- deletion

// One statement that writes deleted contacts with their parts to the log. The arguments after the first are
// "field table", of groups "field table table-of-names".
const char *deletion_statement(Relation rel, Trigger *trigger) {
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(
        &text,
        "INSERT INTO %s (contact_id, version, owner_id, visibility, shared_with, editable_by,"
        " changed_at, changed_by, action, import_id, changes)"
        " SELECT u.contact_id, u.version, u.owner_id, u.visibility, u.shared_with::pg_catalog.uuid[],"
        " u.editable_by::pg_catalog.uuid[], $8, $9, 'delete', $10, u.changes",
        beside(rel, trigger->tgargs[0]));
    for (int i = 1; i < trigger->tgnargs; ++i) {
        char *words = pstrdup(trigger->tgargs[i]);
        const char *field = strtok(words, " ");
        const char *table = strtok(nullptr, " ");
        const char *names = strtok(nullptr, " ");
        if (!field || !table)
            ereport(ERROR,
                    (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                     errmsg("trigger argument \"%s\" is not a field and a table", trigger->tgargs[i])));
        appendStringInfo(
            &text,
            " OPERATOR(pg_catalog.||) coalesce((SELECT pg_catalog.jsonb_build_object(%s,"
            " pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(pg_catalog.jsonb_strip_nulls("
            "pg_catalog.to_jsonb(p) OPERATOR(pg_catalog.-)"
            " '{contact_id,owner_id,visibility,shared_with,editable_by}'::pg_catalog.text[]%s),"
            " NULL)%s)) FROM %s AS p WHERE p.contact_id OPERATOR(pg_catalog.=) u.contact_id"
            " HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0), '{}')",
            quote_literal_cstr(field),
            names ? psprintf(" OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('name', (SELECT g.name"
                             " FROM %s AS g WHERE g.group_id OPERATOR(pg_catalog.=) p.group_id"
                             " AND g.owner_id IS NULL))",
                             beside(rel, names))
                  : "",
            names ? "" : " ORDER BY p.position", beside(rel, table));
    }
    appendStringInfoString(&text, from_entries);
    return text.data;
}

void log_deletions(TriggerData *trigger) {
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    const ContactColumns columns = contact_columns(rel);
    const char *statement = deletion_statement(rel, trigger->tg_trigger);
    Reader old_rows = open_reader(trigger->tg_oldtable, desc);
    MemoryContext whole = CurrentMemoryContext;
    Field *fields = fields_of(rel, deleted_skipped, whole);
    MemoryContext chunk = AllocSetContextCreate(whole, "contacts history", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(chunk);
    bool more = true;
    while (more) {
        CHECK_FOR_INTERRUPTS();
        Entries entries = new_entries(kChunk);
        while (entries.contact_id.count < kChunk && (more = read_row(&old_rows))) {
            const Datum *values = old_rows.slot->tts_values;
            const bool *nulls = old_rows.slot->tts_isnull;
            if (nulls[columns.contact_id - 1]) continue;
            const int at = columns.version - 1;
            const int32 version = nulls[at] ? 0 : DatumGetInt32(values[at]);
            Jsonb *changes = changes_of(desc, fields, values, nulls, nullptr, nullptr, whole);
            append(&entries.changes, JsonbPGetDatum(changes), false);
            append_entry(&entries, desc, &columns, values, nulls,
                         version < PG_INT32_MAX ? version + 1 : version);
            add_deleted(DatumGetUUIDP(values[columns.contact_id - 1]));
        }
        run_entries(rel, statement, &entries);
        MemoryContextReset(chunk);
    }
    MemoryContextSwitchTo(whole);
    ExecDropSingleTupleTableSlot(old_rows.slot);
}

// A private organization goes with the contacts it came with: to their new owner, or to everybody where they
// are no longer personal or have several owners now; else who sees the contact would miss its company. Only
// those of the contact's owner before: who refers to the id of somebody else's gets nothing. A key that one
// of the new owner's has already stays behind.
void hand_over_organizations(Relation rel, const char *organizations, Column *companies) {
    const Oid types[] = {UUIDARRAYOID, UUIDARRAYOID, UUIDARRAYOID, TEXTARRAYOID};
    Datum values[4];
    for (int i = 0; i < 4; ++i) values[i] = to_array(&companies[i]);
    run_as_owner(
        rel,
        psprintf("UPDATE %1$s AS o SET owner_id = n.owner_id, external_id = CASE WHEN n.keeps_key THEN "
                 "o.external_id END"
                 " FROM (SELECT h.organization_id, h.before, h.owner_id,"
                 " NOT EXISTS (SELECT FROM %1$s AS k WHERE (k.owner_id OPERATOR(pg_catalog.=) h.owner_id"
                 " OR k.owner_id IS NULL AND h.owner_id IS NULL)"
                 " AND k.source OPERATOR(pg_catalog.=) h.source AND k.external_id OPERATOR(pg_catalog.=) "
                 "h.external_id)"
                 " AND pg_catalog.row_number() OVER (PARTITION BY h.owner_id, h.source, h.external_id"
                 " ORDER BY h.organization_id) OPERATOR(pg_catalog.=) 1 AS keeps_key"
                 " FROM (SELECT p.organization_id, p.owner_id AS before, p.source, p.external_id,"
                 " CASE WHEN pg_catalog.bool_and(u.visibility OPERATOR(pg_catalog.=) 'personal')"
                 " AND pg_catalog.count(DISTINCT u.owner_id) OPERATOR(pg_catalog.=) 1"
                 " AND NOT EXISTS (SELECT FROM %2$s AS c WHERE c.organization_id OPERATOR(pg_catalog.=) "
                 "p.organization_id"
                 " AND c.owner_id OPERATOR(pg_catalog.=) p.owner_id)"
                 " THEN (pg_catalog.array_agg(u.owner_id))[1] END AS owner_id"
                 " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
                 " pg_catalog.unnest($4)) AS u(organization_id, before, owner_id, visibility)"
                 " JOIN %1$s AS p ON p.organization_id OPERATOR(pg_catalog.=) u.organization_id"
                 " AND p.owner_id OPERATOR(pg_catalog.=) u.before"
                 " WHERE u.visibility OPERATOR(pg_catalog.<>) 'personal' OR u.owner_id IS NULL"
                 " OR u.owner_id OPERATOR(pg_catalog.<>) u.before"
                 " GROUP BY p.organization_id, p.owner_id, p.source, p.external_id) AS h) AS n"
                 " WHERE o.organization_id OPERATOR(pg_catalog.=) n.organization_id"
                 " AND o.owner_id OPERATOR(pg_catalog.=) n.before",
                 organizations, beside(rel, RelationGetRelationName(rel))),
        4, types, values, nullptr);
}

}  // namespace

// ---- versions

// Ids that were made within this transaction cannot be in the log (RFC 9562: a version 7 begins with the
// time).
int32 contacts_first_version(Relation rel, const char *log, const pg_uuid_t *id) {
    if ((id->data[6] >> 4) == 7) {
        int64 milliseconds = 0;
        for (int i = 0; i < 6; ++i) milliseconds = (milliseconds << 8) | id->data[i];
        const TimestampTz start = GetCurrentTransactionStartTimestamp();
        const int64 epoch = static_cast<int64>(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY * 1000;
        if (milliseconds >= start / 1000 + epoch) return 1;
    }
    const Oid types[] = {UUIDOID};
    Datum values[] = {UUIDPGetDatum(id)};
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    run_as_owner(rel,
                 psprintf("SELECT pg_catalog.max(l.version) FROM %s AS l"
                          " WHERE l.contact_id OPERATOR(pg_catalog.=) $1",
                          beside(rel, log)),
                 1, types, values, nullptr);
    bool isnull;
    const int32 last = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
    SPI_finish();
    return isnull ? 1 : last < PG_INT32_MAX ? last + 1 : last;
}

// ---- access columns of the parts

// "version change_log": of the log, entries up to a deletion stay as they are, or who makes a new contact of
// that id would get to read them.
static bool is_log(const char *argument) {
    return strncmp(argument, "version ", 8) == 0;
}

void contacts_propagate_access_of_statement(TriggerData *trigger) {
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    const AttrNumber contact_id = find_column(rel, "contact_id", UUIDOID);
    int columns[kAccessColumns];
    for (int i = 0; i < kAccessColumns; ++i)
        columns[i] = find_column(rel, access_names[i], access_types[i]) - 1;
    const Oid types[] = {UUIDARRAYOID};
    const int tables = trigger->tg_trigger->tgnargs;
    const char *organizations = nullptr;
    int organization = 0;
    for (int i = 0; i < tables; ++i) {
        const char *argument = trigger->tg_trigger->tgargs[i];
        const char *space = strchr(argument, ' ');
        if (!space || is_log(argument)) continue;
        organization = find_column(rel, pnstrdup(argument, static_cast<Size>(space - argument)), UUIDOID) - 1;
        organizations = beside(rel, space + 1);
    }
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    Reader old_rows = open_reader(trigger->tg_oldtable, desc);
    Reader new_rows = open_reader(trigger->tg_newtable, desc);
    MemoryContext whole = CurrentMemoryContext;
    MemoryContext chunk = AllocSetContextCreate(whole, "contacts access", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(chunk);
    bool more = true;
    while (more) {
        CHECK_FOR_INTERRUPTS();
        Column ids = new_column(UUIDOID, kChunk);
        Column companies[] = {new_column(UUIDOID, kChunk), new_column(UUIDOID, kChunk),
                              new_column(UUIDOID, kChunk), new_column(TEXTOID, kChunk)};
        while (ids.count < kChunk && (more = read_pair(&old_rows, &new_rows))) {
            bool changed = false;
            for (int i = 0; i < kAccessColumns && !changed; ++i) {
                const int at = columns[i];
                changed = !same_value(TupleDescAttr(desc, at), old_rows.slot->tts_values[at],
                                      old_rows.slot->tts_isnull[at], new_rows.slot->tts_values[at],
                                      new_rows.slot->tts_isnull[at]);
            }
            if (!changed || new_rows.slot->tts_isnull[contact_id - 1]) continue;
            append(&ids, datumCopy(new_rows.slot->tts_values[contact_id - 1], false, UUID_LEN), false);
            if (!organizations || new_rows.slot->tts_isnull[organization] ||
                old_rows.slot->tts_isnull[columns[kOwnerId]])
                continue;
            append(&companies[0], datumCopy(new_rows.slot->tts_values[organization], false, UUID_LEN), false);
            append(&companies[1], datumCopy(old_rows.slot->tts_values[columns[kOwnerId]], false, UUID_LEN),
                   false);
            for (const auto &[column, access] : {std::pair{2, kOwnerId}, std::pair{3, kVisibility}}) {
                const int at = columns[access];
                const bool null = new_rows.slot->tts_isnull[at];
                append(&companies[column],
                       null
                           ? static_cast<Datum>(0)
                           : datumCopy(new_rows.slot->tts_values[at], false, TupleDescAttr(desc, at)->attlen),
                       null);
            }
        }
        if (ids.count > 0) {
            Datum values[] = {to_array(&ids)};
            // Another trigger may have deleted some. Their log keeps what it has.
            const char *contact = beside(rel, RelationGetRelationName(rel));
            const uint64 count = run_as_owner(rel,
                                              psprintf("SELECT c.contact_id FROM %s AS c"
                                                       " WHERE c.contact_id OPERATOR(pg_catalog.=) ANY ($1)",
                                                       contact),
                                              1, types, values, nullptr);
            if (count != static_cast<uint64>(ids.count)) {
                ids.count = 0;
                for (uint64 i = 0; i < count; ++i)
                    append(&ids, datumCopy(UUIDPGetDatum(spi_id(i)), false, UUID_LEN), false);
                values[0] = to_array(&ids);
            }
            SPI_freetuptable(SPI_tuptable);
            for (int i = 0; i < tables; ++i) {
                const char *table = trigger->tg_trigger->tgargs[i];
                const bool log = is_log(table);
                if (log)
                    table = strchr(table, ' ') + 1;
                else if (strchr(table, ' '))
                    continue;
                table = beside(rel, table);
                run_as_owner(
                    rel,
                    psprintf("UPDATE %1$s AS p SET (owner_id, visibility, shared_with, editable_by) ="
                             " (SELECT c.owner_id, c.visibility, c.shared_with, c.editable_by"
                             " FROM %2$s AS c WHERE c.contact_id OPERATOR(pg_catalog.=) p.contact_id)"
                             " WHERE p.contact_id OPERATOR(pg_catalog.=) ANY ($1)%3$s",
                             table, contact,
                             log ? psprintf(" AND NOT EXISTS (SELECT FROM %s AS d"
                                            " WHERE d.contact_id OPERATOR(pg_catalog.=) p.contact_id"
                                            " AND d.version OPERATOR(pg_catalog.>=) p.version"
                                            " AND d.action OPERATOR(pg_catalog.=) 'delete')",
                                            table)
                                 : ""),
                    1, types, values, nullptr);
            }
        }
        if (companies[0].count > 0) hand_over_organizations(rel, organizations, companies);
        MemoryContextReset(chunk);
    }
    MemoryContextSwitchTo(whole);
    ExecDropSingleTupleTableSlot(old_rows.slot);
    ExecDropSingleTupleTableSlot(new_rows.slot);
    SPI_finish();
}

extern "C" {

PG_FUNCTION_INFO_V1(contacts_log_contact);
PG_FUNCTION_INFO_V1(contacts_log_part);
PG_FUNCTION_INFO_V1(contacts_log_deletion);
PG_FUNCTION_INFO_V1(contacts_log_undo);
PG_FUNCTION_INFO_V1(contacts_undo_import);
PG_FUNCTION_INFO_V1(contacts_delete_members);

Datum contacts_log_contact(PG_FUNCTION_ARGS) {
    check_statement_trigger(fcinfo, "log_contact", kUpdate, 1);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    log_contacts(reinterpret_cast<TriggerData *>(fcinfo->context));
    SPI_finish();
    return PointerGetDatum(nullptr);
}

Datum contacts_log_part(PG_FUNCTION_ARGS) {
    check_statement_trigger(fcinfo, "log_part", kInsert | kUpdate | kDelete, 3);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    log_parts(reinterpret_cast<TriggerData *>(fcinfo->context));
    SPI_finish();
    return PointerGetDatum(nullptr);
}

// The first row's call tells of all rows of the statement: no foreign key has deleted parts yet.
Datum contacts_log_deletion(PG_FUNCTION_ARGS) {
    check_deletion_trigger(fcinfo, "log_deletion", false);
    auto *trigger = reinterpret_cast<TriggerData *>(fcinfo->context);
    if (!trigger->tg_oldtable)
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" needs the transition table of the statement", "log_deletion"),
                        errhint("Create the trigger with REFERENCING OLD TABLE.")));
    // Transition tables live as long as the call information does.
    if (fcinfo->flinfo->fn_extra == trigger->tg_oldtable) return PointerGetDatum(nullptr);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    log_deletions(trigger);
    SPI_finish();
    fcinfo->flinfo->fn_extra = trigger->tg_oldtable;
    return PointerGetDatum(nullptr);
}

Datum contacts_delete_members(PG_FUNCTION_ARGS) {
    check_deletion_trigger(fcinfo, "delete_members", true);
    auto *trigger = reinterpret_cast<TriggerData *>(fcinfo->context);
    Relation rel = trigger->tg_relation;
    bool isnull;
    Datum id = heap_getattr(trigger->tg_trigtuple, find_column(rel, "group_id", UUIDOID),
                            RelationGetDescr(rel), &isnull);
    if (isnull) return PointerGetDatum(trigger->tg_trigtuple);
    const Oid types[] = {UUIDOID};
    const bool keeps = undone_in(rel);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const uint64 members =
        run_as_owner(rel,
                     psprintf(keeps ? "SELECT FROM %s AS m WHERE m.group_id OPERATOR(pg_catalog.=) $1 LIMIT 1"
                                    : "DELETE FROM %s AS m WHERE m.group_id OPERATOR(pg_catalog.=) $1",
                              beside(rel, trigger->tg_trigger->tgargs[0])),
                     1, types, &id, nullptr);
    SPI_finish();
    return PointerGetDatum(keeps && members > 0 ? nullptr : trigger->tg_trigtuple);
}

// (contact, import_id)
Datum contacts_undo_import(PG_FUNCTION_ARGS) {
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    Undo started = {};
    if (!PG_ARGISNULL(0)) started.directory = get_rel_namespace(PG_GETARG_OID(0));
    if (!PG_ARGISNULL(1)) started.import_id = *PG_GETARG_UUID_P(1);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    ParamListInfo params = makeParamList(2);
    for (int i = 0; i < 2; ++i) {
        params->params[i].ptype = i == 0 ? REGCLASSOID : UUIDOID;
        params->params[i].pflags = PARAM_FLAG_CONST;
        params->params[i].value = PG_GETARG_DATUM(i);
        params->params[i].isnull = PG_ARGISNULL(i);
    }
    SPIExecuteOptions options = {};
    options.params = params;
    options.dest = CreateDestReceiver(DestTuplestore);
    SetTuplestoreDestReceiverParams(options.dest, result->setResult, CurrentMemoryContext, false, nullptr,
                                    nullptr);
    const Undo *const outer = undo;
    PG_TRY();
    {
        undo = &started;
        const int code = SPI_execute_extended(
            "SELECT u.contact_id, u.name, u.changed_by, u.changed_at, u.reason"
            " FROM contacts._undo_import($1, $2) AS u",
            &options);
        if (code != SPI_OK_SELECT) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
    }
    PG_FINALLY();
    { undo = outer; }
    PG_END_TRY();
    SPI_finish();
    PG_RETURN_NULL();
}

// Of scripts before 0.4.0.
Datum contacts_log_undo(PG_FUNCTION_ARGS) {
    undo_statement = 0;
    if (!PG_ARGISNULL(0)) {
        undo_said = *PG_GETARG_UUID_P(0);
        undo_statement = GetCurrentStatementStartTimestamp();
    }
    PG_RETURN_VOID();
}
}
