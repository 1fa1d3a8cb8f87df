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
#include "parser/parse_relation.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/timestamp.h"
}

#include "pg/access.h"
#include "pg/actor.h"
#include "pg/current_import.h"
#include "pg/fired.h"
#include "pg/history.h"
#include "pg/owner.h"
#include "pg/search_document.h"
#include "pg/stamp.h"
#include "pg/transaction.h"

using namespace contacts::pg;

bool contacts_import_active = false;
pg_uuid_t contacts_import_id;
uint64 contacts_organization_updates = 0;
bool contacts_force_version = false;

namespace {

// The trigger of the call; raises an error unless it is the row trigger it must be.
TriggerData *row_trigger(FunctionCallInfo fcinfo, const char *function, bool before, bool inserts) {
    TriggerData *trigger = fired_trigger(fcinfo, function);
    const TriggerEvent event = trigger->tg_event;
    const bool fits = TRIGGER_FIRED_FOR_ROW(event) &&
                      (before ? TRIGGER_FIRED_BEFORE(event) : TRIGGER_FIRED_AFTER(event)) &&
                      (TRIGGER_FIRED_BY_UPDATE(event) || (inserts && TRIGGER_FIRED_BY_INSERT(event)));
    if (!fits)
        refuse_event(function, psprintf("%s %s, for each row", before ? "before" : "after",
                                        inserts ? "insert or update" : "update"));
    return trigger;
}

// ---- what is known of contacts

struct KnownKey {
    Oid table;
    pg_uuid_t contact_id;
};
static_assert(sizeof(KnownKey) == sizeof(Oid) + UUID_LEN, "the key is hashed as bytes");

struct KnownEntry {
    KnownKey key;
    contacts_known_access access;
    KnownEntry *next;  // what was remembered after it, be it still the same or not
};

// More than a batch of an import, whose parts follow at once; a small table stays in the processor's cache.
// When it is full it becomes the older one, and what that held is looked up again.
constexpr long kMaxKnown = 4096;

HTAB *known_contacts = nullptr;
HTAB *older_contacts = nullptr;
KnownEntry *newest_known = nullptr;  // in known_contacts
KnownEntry *last_found = nullptr;

void forget_table(HTAB **table) {
    HTAB *forgotten = *table;
    *table = nullptr;
    last_found = nullptr;
    if (table == &known_contacts) newest_known = nullptr;
    if (forgotten) hash_destroy(forgotten);
}

void forget_contacts() {
    forget_table(&known_contacts);
    forget_table(&older_contacts);
}

// Parts are mostly written in the order of their contacts, several of one after the other: the contact is the
// one of the look-up before, or was remembered soon after that.
KnownEntry *find_known(const KnownKey *key) {
    constexpr int kAhead = 4;
    KnownEntry *near = last_found;
    for (int i = 0; near && i < kAhead; near = near->next, ++i)
        if (memcmp(&near->key, key, sizeof(KnownKey)) == 0) return last_found = near;
    for (HTAB *table : {known_contacts, older_contacts}) {
        void *found = table ? hash_search(table, key, HASH_FIND, nullptr) : nullptr;
        if (found) return last_found = static_cast<KnownEntry *>(found);
    }
    return nullptr;
}

void remove_known(HTAB *table, const KnownKey *key) {
    void *removed = table ? hash_search(table, key, HASH_REMOVE, nullptr) : nullptr;
    // Others may still point to it.
    if (removed) static_cast<KnownEntry *>(removed)->key.table = InvalidOid;
}

// What was created is gone, what was locked is free.
void forget_contacts_at(Ended) {
    forget_contacts();
}

char visibility_code(Datum visibility) {
    text *value = DatumGetTextPP(visibility);
    return VARSIZE_ANY_EXHDR(value) > 0 ? *VARDATA_ANY(value) : '\0';
}

void remember_contact(Oid table, Datum contact_id, bool created, Datum owner_id, bool no_owner,
                      Datum visibility) {
    forget_at_end<forget_contacts_at>();
    KnownKey key = {table, *DatumGetUUIDP(contact_id)};
    const KnownEntry *before = created ? nullptr : find_known(&key);
    created = created || (before && before->access.created);
    if (known_contacts && hash_get_num_entries(known_contacts) >= kMaxKnown) {
        forget_table(&older_contacts);
        older_contacts = known_contacts;
        known_contacts = nullptr;
        newest_known = nullptr;
    }
    if (!known_contacts) {
        HASHCTL control = {};
        control.keysize = sizeof(KnownKey);
        control.entrysize = sizeof(KnownEntry);
        known_contacts = hash_create("contacts known contacts", 512, &control, HASH_ELEM | HASH_BLOBS);
    }
    remove_known(older_contacts, &key);
    bool found;
    auto *entry = static_cast<KnownEntry *>(hash_search(known_contacts, &key, HASH_ENTER, &found));
    if (!found) {
        if (newest_known) newest_known->next = entry;
        entry->next = nullptr;
        newest_known = entry;
    }
    entry->access.created = created;
    entry->access.has_owner = !no_owner;
    if (!no_owner) entry->access.owner_id = *DatumGetUUIDP(owner_id);
    entry->access.visibility = visibility_code(visibility);
}

void forget_contact(Oid table, Datum contact_id) {
    KnownKey key = {table, *DatumGetUUIDP(contact_id)};
    for (HTAB *known : {known_contacts, older_contacts}) remove_known(known, &key);
}

// ---- stamp_row

enum Stamp { kVersion, kCreatedAt, kCreatedBy, kUpdatedAt, kUpdatedBy, kImportId, kStamps };

// Where the stamps of a table are, and of a table of contacts what decides about access; kept for the
// statement.
struct StampColumns {
    int number[kStamps];
    Oid staff;  // InvalidOid: not a table of contacts
    int contact_id;
    int merged_into;  // 0: there is none
    int access[kAccessColumns];
    SearchDocument *document;  // null: the table has none
};

const StampColumns *stamp_columns(FunctionCallInfo fcinfo, Relation rel, const Trigger *trigger) {
    static const struct {
        const char *name;
        Oid type;
    } columns[kStamps] = {{"version", INT4OID},    {"created_at", TIMESTAMPTZOID},
                          {"created_by", TEXTOID}, {"updated_at", TIMESTAMPTZOID},
                          {"updated_by", TEXTOID}, {"import_id", UUIDOID}};
    auto *found = static_cast<StampColumns *>(fcinfo->flinfo->fn_extra);
    if (found) return found;
    found =
        static_cast<StampColumns *>(MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(StampColumns)));
    for (int i = 0; i < kStamps; ++i) found->number[i] = find_column(rel, columns[i].name, columns[i].type);
    if (trigger->tgnargs > 0) {
        found->staff = contacts_table_beside(rel, trigger->tgargs[0]);
        if (!OidIsValid(found->staff))
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                            errmsg("table \"%s\" has no table \"%s\" beside it", RelationGetRelationName(rel),
                                   trigger->tgargs[0])));
        found->contact_id = find_column(rel, "contact_id", UUIDOID);
        found->merged_into = attnameAttNum(rel, "merged_into", false);
        for (int i = 0; i < kAccessColumns; ++i)
            found->access[i] = find_column(rel, access_names[i], access_types[i]);
    }
    found->document = search_document_begin(rel, fcinfo->flinfo->fn_mcxt);
    fcinfo->flinfo->fn_extra = found;
    return found;
}

// A row taken apart, to be put together again.
struct Row {
    Datum *values;
    bool *nulls;
};

Row deform(HeapTuple tuple, TupleDesc desc) {
    const Row row = {static_cast<Datum *>(palloc(desc->natts * sizeof(Datum))),
                     static_cast<bool *>(palloc(desc->natts * sizeof(bool)))};
    heap_deform_tuple(tuple, desc, row.values, row.nulls);
    return row;
}

HeapTuple form_like(HeapTuple tuple, TupleDesc desc, const Row &row) {
    HeapTuple formed = heap_form_tuple(desc, row.values, row.nulls);
    formed->t_data->t_ctid = tuple->t_data->t_ctid;
    formed->t_self = tuple->t_self;
    formed->t_tableOid = tuple->t_tableOid;
    return formed;
}

bool column_changed(TupleDesc desc, const Row &old_row, const Row &new_row, int number) {
    const int i = number - 1;
    return !same_value(TupleDescAttr(desc, i), old_row.values[i], old_row.nulls[i], new_row.values[i],
                       new_row.nulls[i]);
}

// Whether the new row differs from the old one in a column that is no stamp. Generated columns do not count:
// they follow others, and are not computed yet.
bool row_changed(TupleDesc desc, const StampColumns *stamps, const Row &old_row, const Row &new_row) {
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (att->attisdropped || att->attgenerated != '\0') continue;
        bool is_stamp = false;
        for (int number : stamps->number) is_stamp |= number == i + 1;
        if (stamps->document) is_stamp |= search_document_column(stamps->document) == i + 1;
        if (!is_stamp && column_changed(desc, old_row, new_row, i + 1)) return true;
    }
    return false;
}

void set_null(const Row &row, int number) {
    row.values[number - 1] = static_cast<Datum>(0);
    row.nulls[number - 1] = true;
}

// The search document follows the other columns, whatever was written.
void set_document(const StampColumns *columns, Relation rel, HeapTuple old_tuple, HeapTuple new_tuple,
                  const Row &row) {
    if (!columns->document) return;
    const int column = search_document_column(columns->document) - 1;
    row.values[column] = search_document_make(columns->document, rel, old_tuple, new_tuple);
    row.nulls[column] = false;
}

// A new contact belongs to who acts, if nobody is named, and is shared with nobody.
void set_access(const StampColumns *columns, const Row &row) {
    const int owner = columns->access[kOwnerId] - 1;
    if (row.nulls[owner]) {
        const contacts_acting acting = contacts_who_acts(columns->staff);
        if (acting.permissions != 0) {
            auto *id = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t)));
            *id = acting.staff_id;
            row.values[owner] = UUIDPGetDatum(id);
            row.nulls[owner] = false;
        }
    }
    set_null(row, columns->access[kSharedWith]);
    set_null(row, columns->access[kEditableBy]);
}

// Policies see no old row: a colleague with whom a contact is shared for editing could take it over.
void check_access_change(Relation rel, TupleDesc desc, const StampColumns *columns, const Row &old_row,
                         const Row &new_row) {
    static const struct {
        Access column;
        const char *hint;
    } fixed[] = {{kOwnerId, "A contact is given away with transfer_contact()."},
                 {kSharedWith, "A contact is shared with share_contact() and unshare_contact()."},
                 {kEditableBy, "A contact is shared with share_contact() and unshare_contact()."}};
    const bool id_changed = column_changed(desc, old_row, new_row, columns->contact_id);
    const bool visibility_changed = column_changed(desc, old_row, new_row, columns->access[kVisibility]);
    const bool merge_changed =
        columns->merged_into > 0 && column_changed(desc, old_row, new_row, columns->merged_into);
    bool changed = id_changed || visibility_changed || merge_changed;
    for (const auto &column : fixed)
        changed |= column_changed(desc, old_row, new_row, columns->access[column.column]);
    if (!changed) return;
    if (!old_row.nulls[columns->contact_id - 1])
        forget_contact(RelationGetRelid(rel), old_row.values[columns->contact_id - 1]);
    if (contacts_acts_as_owner(RelationGetRelid(rel))) return;

    if (id_changed)
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("column \"contact_id\" cannot be changed"),
                 errdetail("The id of a contact is for ever.")));
    for (const auto &column : fixed)
        if (column_changed(desc, old_row, new_row, columns->access[column.column]))
            ereport(ERROR,
                    (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                     errmsg("column \"%s\" cannot be changed by an update", access_names[column.column]),
                     errdetail("Whose a contact is and who shares it is not part of its data."),
                     errhint("%s", column.hint)));

    const int visibility = columns->access[kVisibility] - 1;
    const int owner = columns->access[kOwnerId] - 1;
    const char from = old_row.nulls[visibility] ? '\0' : visibility_code(old_row.values[visibility]);
    const char to = new_row.nulls[visibility] ? '\0' : visibility_code(new_row.values[visibility]);
    const contacts_acting acting = contacts_who_acts(columns->staff);
    const bool is_owner =
        (acting.permissions & CONTACTS_EDIT) && !old_row.nulls[owner] &&
        memcmp(DatumGetUUIDP(old_row.values[owner])->data, acting.staff_id.data, UUID_LEN) == 0;
    const bool is_admin = (acting.permissions & CONTACTS_ADMIN) != 0;
    if (merge_changed && !is_owner && !(is_admin && from != 'p'))
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg("column \"merged_into\" cannot be changed by \"%s\"",
                        text_to_cstring(contacts_current_actor())),
                 errdetail("A contact that was merged is deleted with the other one, so this is for who "
                           "may delete it: its owner and administrators.")));
    if (!visibility_changed) return;
    const bool with_personal = from == 'p' || to == 'p';
    const bool with_company = from == 'c' || to == 'c';
    if ((with_personal && !is_owner) || (with_company && !is_admin))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("column \"visibility\" cannot be changed by \"%s\"",
                               text_to_cstring(contacts_current_actor())),
                        errdetail("The owner of a contact makes it personal or restricted, an administrator "
                                  "restricted or the company's.")));
    if (to == 'p' && !new_row.nulls[columns->access[kSharedWith] - 1])
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("a contact that is shared cannot become personal"),
                        errdetail("A personal contact is visible to its owner alone."),
                        errhint("Take the shares back with unshare_contact() first.")));
}

// ---- reading and writing tables of the directory as their owner

// Of a contact's part; kept for the statement.
struct PartColumns {
    int contact_id;
    int access[kAccessColumns];
    bool as_owner;            // whether the current user owns the part
    Oid contact;              // the table of contacts, where the owner of the part owns it as well
    const char *read_access;  // the statement; null before the first
};

// Locked, or a change of access that is under way could miss the part that is being written. Not FOR SHARE:
// two sessions that add a part and then change the contact would wait for each other.
const char *read_access(Relation rel, const char *table) {
    return psprintf(
        "SELECT owner_id, visibility, shared_with, editable_by FROM %s"
        " WHERE contact_id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE",
        beside(rel, table));
}

const char *write_access(Relation rel, const char *table) {
    return psprintf(
        "UPDATE %s SET owner_id = $2, visibility = $3, shared_with = $4, editable_by = $5"
        " WHERE contact_id OPERATOR(pg_catalog.=) $1",
        beside(rel, table));
}

}  // namespace

const contacts_known_access *contacts_known_contact(Oid table, const pg_uuid_t *contact_id) {
    KnownKey key = {table, *contact_id};
    const KnownEntry *entry = find_known(&key);
    return entry ? &entry->access : nullptr;
}

extern "C" {

PG_FUNCTION_INFO_V1(contacts_stamp_row);
PG_FUNCTION_INFO_V1(contacts_contact_created);
PG_FUNCTION_INFO_V1(contacts_inherit_access);
PG_FUNCTION_INFO_V1(contacts_propagate_access);
PG_FUNCTION_INFO_V1(contacts_guard_staff);

// Time is that of the transaction, so that all rows of one call bear the same; it never runs backwards in a
// row, although a transaction that began earlier may write later.
Datum contacts_stamp_row(PG_FUNCTION_ARGS) {
    TriggerData *trigger = row_trigger(fcinfo, "stamp_row", true, true);
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    const StampColumns *columns = stamp_columns(fcinfo, rel, trigger->tg_trigger);
    const TimestampTz now = GetCurrentTransactionStartTimestamp();
    const auto set = [&](const Row &row, Stamp stamp, Datum value) {
        row.values[columns->number[stamp] - 1] = value;
        row.nulls[columns->number[stamp] - 1] = false;
    };

    if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event)) {
        const Row row = deform(trigger->tg_trigtuple, desc);
        const Datum actor = PointerGetDatum(contacts_current_actor());
        int32 version = 1;
        if (OidIsValid(columns->staff) && trigger->tg_trigger->tgnargs > 1 &&
            !row.nulls[columns->contact_id - 1])
            version = contacts_first_version(rel, trigger->tg_trigger->tgargs[1],
                                             DatumGetUUIDP(row.values[columns->contact_id - 1]));
        set(row, kVersion, Int32GetDatum(version));
        set(row, kCreatedAt, TimestampTzGetDatum(now));
        set(row, kUpdatedAt, TimestampTzGetDatum(now));
        set(row, kCreatedBy, actor);
        set(row, kUpdatedBy, actor);
        if (contacts_import_active)
            set(row, kImportId, UUIDPGetDatum(&contacts_import_id));
        else
            set_null(row, columns->number[kImportId]);
        if (OidIsValid(columns->staff)) set_access(columns, row);
        set_document(columns, rel, nullptr, trigger->tg_trigtuple, row);
        return PointerGetDatum(form_like(trigger->tg_trigtuple, desc, row));
    }

    const Row old_row = deform(trigger->tg_trigtuple, desc);
    const Row row = deform(trigger->tg_newtuple, desc);
    if (OidIsValid(columns->staff)) check_access_change(rel, desc, columns, old_row, row);
    const bool changed = contacts_force_version || row_changed(desc, columns, old_row, row);
    for (int number : columns->number) {
        row.values[number - 1] = old_row.values[number - 1];
        row.nulls[number - 1] = old_row.nulls[number - 1];
    }
    if (changed) {
        const int version = columns->number[kVersion] - 1;
        const int updated_at = columns->number[kUpdatedAt] - 1;
        const int32 before = row.nulls[version] ? 0 : DatumGetInt32(row.values[version]);
        set(row, kVersion, Int32GetDatum(before < PG_INT32_MAX ? before + 1 : before));
        if (row.nulls[updated_at] || DatumGetTimestampTz(row.values[updated_at]) < now)
            set(row, kUpdatedAt, TimestampTzGetDatum(now));
        set(row, kUpdatedBy, PointerGetDatum(contacts_current_actor()));
    }
    set_document(columns, rel, trigger->tg_trigtuple, trigger->tg_newtuple, row);
    return PointerGetDatum(form_like(trigger->tg_newtuple, desc, row));
}

// After the insert, not before it: only now is it certain that this is the contact of this id.
Datum contacts_contact_created(PG_FUNCTION_ARGS) {
    TriggerData *trigger = fired_trigger(fcinfo, "contact_created");
    if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_AFTER(trigger->tg_event) ||
        !TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
        refuse_event("contact_created", "after insert, for each row");
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    auto *number = static_cast<int *>(fcinfo->flinfo->fn_extra);
    if (!number) {
        number = static_cast<int *>(
            MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, (1 + kAccessColumns) * sizeof(int)));
        number[0] = find_column(rel, "contact_id", UUIDOID);
        for (int i = 0; i < kAccessColumns; ++i)
            number[1 + i] = find_column(rel, access_names[i], access_types[i]);
        fcinfo->flinfo->fn_extra = number;
    }
    Datum values[1 + kAccessColumns];
    bool nulls[1 + kAccessColumns];
    for (int i = 0; i <= kAccessColumns; ++i)
        values[i] = heap_getattr(trigger->tg_trigtuple, number[i], desc, &nulls[i]);
    if (!nulls[0] && !nulls[1 + kVisibility] && nulls[1 + kSharedWith] && nulls[1 + kEditableBy])
        remember_contact(RelationGetRelid(rel), values[0], true, values[1 + kOwnerId], nulls[1 + kOwnerId],
                         values[1 + kVisibility]);
    return PointerGetDatum(nullptr);
}

// Whatever was written, a part has the access columns of its contact. Where there is no such contact, who may
// not see contacts must not learn it: the row goes on without visibility, and is refused by the policy as one
// of a contact that he may not change is. Only the owner of the table, to whom policies do not apply, may
// write the columns himself: he copies changes of the contact.
Datum contacts_inherit_access(PG_FUNCTION_ARGS) {
    TriggerData *trigger = row_trigger(fcinfo, "inherit_access", true, true);
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    const bool inserts = TRIGGER_FIRED_BY_INSERT(trigger->tg_event);
    HeapTuple row = inserts ? trigger->tg_trigtuple : trigger->tg_newtuple;
    if (trigger->tg_trigger->tgnargs != 1)
        ereport(ERROR,
                (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                 errmsg("function \"inherit_access\" takes one trigger argument, the table of contacts")));
    const char *table = trigger->tg_trigger->tgargs[0];

    auto *columns = static_cast<PartColumns *>(fcinfo->flinfo->fn_extra);
    if (!columns) {
        columns =
            static_cast<PartColumns *>(MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(PartColumns)));
        columns->contact_id = find_column(rel, "contact_id", UUIDOID);
        for (int i = 0; i < kAccessColumns; ++i)
            columns->access[i] = find_column(rel, access_names[i], access_types[i]);
        columns->as_owner = contacts_acts_as_owner(RelationGetRelid(rel));
        columns->contact = contacts_table_beside(rel, table);
        // What was read as one owner is not for the table of another.
        if (contacts_table_owner(columns->contact) != RelationGetForm(rel)->relowner)
            columns->contact = InvalidOid;
        columns->read_access = nullptr;
        fcinfo->flinfo->fn_extra = columns;
    }

    bool isnull;
    Datum contact_id = heap_getattr(row, columns->contact_id, desc, &isnull);
    if (isnull) return PointerGetDatum(row);  // the column's constraint says it better
    Datum given[kAccessColumns];
    bool given_nulls[kAccessColumns];
    for (int i = 0; i < kAccessColumns; ++i)
        given[i] = heap_getattr(row, columns->access[i], desc, &given_nulls[i]);
    if (columns->as_owner && !given_nulls[kVisibility]) {
        if (inserts) return PointerGetDatum(row);
        Datum old_id = heap_getattr(trigger->tg_trigtuple, columns->contact_id, desc, &isnull);
        if (!isnull && memcmp(DatumGetUUIDP(old_id)->data, DatumGetUUIDP(contact_id)->data, UUID_LEN) == 0)
            return PointerGetDatum(row);
    }

    const contacts_known_access *known = contacts_known_contact(columns->contact, DatumGetUUIDP(contact_id));
    if (known && !given_nulls[kVisibility] && given_nulls[kSharedWith] && given_nulls[kEditableBy] &&
        visibility_code(given[kVisibility]) == known->visibility &&
        given_nulls[kOwnerId] != known->has_owner &&
        (!known->has_owner ||
         memcmp(DatumGetUUIDP(given[kOwnerId])->data, known->owner_id.data, UUID_LEN) == 0))
        return PointerGetDatum(row);

    Datum values[kAccessColumns] = {};
    bool nulls[kAccessColumns];
    bool exists = true;
    bool connected = false;
    if (known) {
        values[kOwnerId] = UUIDPGetDatum(&known->owner_id);
        values[kVisibility] = CStringGetTextDatum(known->visibility == 'c'   ? "company"
                                                  : known->visibility == 'r' ? "restricted"
                                                                             : "personal");
        nulls[kOwnerId] = !known->has_owner;
        nulls[kVisibility] = false;
        nulls[kSharedWith] = nulls[kEditableBy] = true;
    } else {
        if (!columns->read_access) {
            MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
            columns->read_access = read_access(rel, table);
            MemoryContextSwitchTo(old);
        }
        if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
        connected = true;
        const Oid type = UUIDOID;
        run_as_owner(rel, columns->read_access, 1, &type, &contact_id, nullptr, AfterTriggers::kLater);
        exists = SPI_processed == 1;
        for (int i = 0; exists && i < kAccessColumns; ++i) {
            if (SPI_gettypeid(SPI_tuptable->tupdesc, i + 1) != access_types[i])
                ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                                errmsg("column \"%s\" of table \"%s\" is not of type %s", access_names[i],
                                       table, format_type_be(access_types[i]))));
            values[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &nulls[i]);
        }
        if (exists && OidIsValid(columns->contact) && !nulls[kVisibility] && nulls[kSharedWith] &&
            nulls[kEditableBy])
            remember_contact(columns->contact, contact_id, false, values[kOwnerId], nulls[kOwnerId],
                             values[kVisibility]);
    }
    if (!exists) {
        if (check_enable_rls(RelationGetRelid(rel), InvalidOid, true) != RLS_ENABLED)
            ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
                            errmsg("contact \"%s\" does not exist",
                                   DatumGetCString(DirectFunctionCall1(uuid_out, contact_id))),
                            errdetail("A row of \"%s\" takes its access columns from the contact.",
                                      RelationGetRelationName(rel)),
                            errhint("Insert the contact first.")));
        for (bool &is_null : nulls) is_null = true;
    }
    char spi_nulls[kAccessColumns];
    for (int i = 0; i < kAccessColumns; ++i) spi_nulls[i] = nulls[i] ? 'n' : ' ';
    if (connected) {
        row = SPI_modifytuple(rel, row, kAccessColumns, columns->access, values, spi_nulls);
        SPI_finish();
    } else {
        row = heap_modify_tuple_by_cols(row, desc, kAccessColumns, columns->access, values, nulls);
    }
    return PointerGetDatum(row);
}

// Colleagues change of their own entry what the trigger's arguments name, administrators everything but what
// decides who somebody is.
Datum contacts_guard_staff(PG_FUNCTION_ARGS) {
    TriggerData *trigger = row_trigger(fcinfo, "guard_staff", true, false);
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    if (contacts_acts_as_owner(RelationGetRelid(rel))) return PointerGetDatum(trigger->tg_newtuple);
    const bool is_admin = (contacts_who_acts(RelationGetRelid(rel)).permissions & CONTACTS_ADMIN) != 0;
    const Row old_row = deform(trigger->tg_trigtuple, desc);
    const Row row = deform(trigger->tg_newtuple, desc);
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (att->attisdropped || att->attgenerated != '\0' || !column_changed(desc, old_row, row, i + 1))
            continue;
        const char *name = NameStr(att->attname);
        if (strcmp(name, "staff_id") == 0 || (strcmp(name, "login") == 0 && !old_row.nulls[i]))
            ereport(ERROR,
                    (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                     errmsg("column \"%s\" of a colleague cannot be changed", name),
                     errdetail("Who took over somebody's entry would be its personal contacts' owner."),
                     errhint("The owner of the directory may change it.")));
        bool allowed = is_admin;
        for (int j = 0; j < trigger->tg_trigger->tgnargs; ++j)
            allowed |= strcmp(trigger->tg_trigger->tgargs[j], name) == 0;
        if (!allowed)
            ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                            errmsg("column \"%s\" of a colleague is changed by administrators only", name)));
    }
    return PointerGetDatum(trigger->tg_newtuple);
}

Datum contacts_propagate_access(PG_FUNCTION_ARGS) {
    if (CALLED_AS_TRIGGER(fcinfo)) {
        auto *statement = reinterpret_cast<TriggerData *>(fcinfo->context);
        if (TRIGGER_FIRED_FOR_STATEMENT(statement->tg_event) && statement->tg_oldtable &&
            statement->tg_newtable) {
            contacts_propagate_access_of_statement(statement);
            return PointerGetDatum(nullptr);
        }
    }
    // For each row, as directories of 0.1.0 have it.
    TriggerData *trigger = row_trigger(fcinfo, "propagate_access", false, false);
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    Datum values[1 + kAccessColumns];
    char nulls[1 + kAccessColumns];
    Oid types[1 + kAccessColumns] = {UUIDOID};
    memcpy(types + 1, access_types, sizeof(access_types));
    for (int i = 0; i <= kAccessColumns; ++i) {
        const AttrNumber column = i == 0 ? find_column(rel, "contact_id", UUIDOID)
                                         : find_column(rel, access_names[i - 1], access_types[i - 1]);
        bool isnull;
        values[i] = heap_getattr(trigger->tg_newtuple, column, desc, &isnull);
        nulls[i] = isnull ? 'n' : ' ';
    }
    if (nulls[0] == ' ') forget_contact(RelationGetRelid(rel), values[0]);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    for (int i = 0; i < trigger->tg_trigger->tgnargs; ++i)
        run_as_owner(rel, write_access(rel, trigger->tg_trigger->tgargs[i]), 1 + kAccessColumns, types,
                     values, nulls, AfterTriggers::kLater);
    SPI_finish();
    return PointerGetDatum(nullptr);
}
}
