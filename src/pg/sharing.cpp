// Trigger functions of sharing and transfer: who may is decided by the policies of the tables that fire them,
// what follows at the contact is done as the owner of the table, as foreign keys do. They are plain backend
// code: no C++ object is alive in them.
//
// The tables named in trigger arguments are those of the fired table's schema. Functions and operators are
// qualified and none is looked up implicitly (IS DISTINCT FROM, NULLIF), since the caller chooses the search
// path.
#include "pg/guard.h"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"
}

#include "pg/access.h"
#include "pg/actor.h"
#include "pg/fired.h"
#include "pg/owner.h"
#include "pg/plan.h"

using namespace contacts::pg;

namespace {

TriggerData *trigger_data(FunctionCallInfo fcinfo, const char *function, int min_arguments,
                          int max_arguments) {
    TriggerData *trigger = fired_trigger(fcinfo, function);
    const int arguments = trigger->tg_trigger->tgnargs;
    if (arguments < min_arguments || arguments > max_arguments)
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" does not take %d trigger arguments", function, arguments)));
    return trigger;
}

Datum uuid_array(Datum *values, bool *nulls, int count) {
    int lower_bound = 1;
    return PointerGetDatum(
        construct_md_array(values, nulls, 1, &count, &lower_bound, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

// A uuid column of a transition table as an array; how many rows there are.
int read_column(Tuplestorestate *rows, TupleDesc desc, AttrNumber column, Datum *array) {
    int size = 64, used = 0;
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * size));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * size));
    TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
    const int pointer = tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND);
    tuplestore_select_read_pointer(rows, pointer);
    tuplestore_rescan(rows);
    while (tuplestore_gettupleslot(rows, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        if (used == size) {
            size *= 2;
            values = static_cast<Datum *>(repalloc_huge(values, sizeof(Datum) * size));
            nulls = static_cast<bool *>(repalloc_huge(nulls, sizeof(bool) * size));
        }
        Datum value = slot_getattr(slot, column, &nulls[used]);
        values[used] = nulls[used] ? 0 : datumCopy(value, false, UUID_LEN);
        ++used;
    }
    ExecDropSingleTupleTableSlot(slot);
    *array = uuid_array(values, nulls, used);
    return used;
}

// A row of the table of transfers.
struct Transfer {
    pg_uuid_t to_staff;
    pg_uuid_t from_staff;
    pg_uuid_t contact_id;
    bool no_owner;  // there is no from_staff
};

struct Transfers {
    Transfer *rows;
    uint64 count;
};

int compare_staff(const void *a, const void *b) {
    const auto *left = static_cast<const Transfer *>(a);
    const auto *right = static_cast<const Transfer *>(b);
    if (left->no_owner != right->no_owner) return left->no_owner ? -1 : 1;
    const int order = memcmp(left->to_staff.data, right->to_staff.data, UUID_LEN);
    return order != 0 ? order : memcmp(left->from_staff.data, right->from_staff.data, UUID_LEN);
}

int compare_transfers(const void *a, const void *b) {
    const int order = compare_staff(a, b);
    return order != 0 ? order
                      : memcmp(static_cast<const Transfer *>(a)->contact_id.data,
                               static_cast<const Transfer *>(b)->contact_id.data, UUID_LEN);
}

// The transfers of a transition table, those between the same two colleagues together. `columns`: contact,
// from, to.
Transfers read_transfers(Tuplestorestate *rows, TupleDesc desc, const AttrNumber *columns) {
    Transfers read = {};
    Size size = 64;
    read.rows = static_cast<Transfer *>(palloc(sizeof(Transfer) * size));
    TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
    tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
    tuplestore_rescan(rows);
    while (tuplestore_gettupleslot(rows, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        if (read.count == size) {
            size *= 2;
            read.rows = static_cast<Transfer *>(repalloc_huge(read.rows, sizeof(Transfer) * size));
        }
        Transfer *transfer = &read.rows[read.count++];
        memset(transfer, 0, sizeof(Transfer));
        bool isnull;
        Datum value = slot_getattr(slot, columns[0], &isnull);
        if (!isnull) transfer->contact_id = *DatumGetUUIDP(value);
        value = slot_getattr(slot, columns[1], &transfer->no_owner);
        if (!transfer->no_owner) transfer->from_staff = *DatumGetUUIDP(value);
        value = slot_getattr(slot, columns[2], &isnull);
        if (!isnull) transfer->to_staff = *DatumGetUUIDP(value);
    }
    ExecDropSingleTupleTableSlot(slot);
    qsort(read.rows, read.count, sizeof(Transfer), compare_transfers);
    return read;
}

Datum contact_ids(Transfer *transfers, uint64 count) {
    auto *values =
        static_cast<Datum *>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * Max(count, 1)));
    for (uint64 i = 0; i < count; ++i) values[i] = UUIDPGetDatum(&transfers[i].contact_id);
    return PointerGetDatum(
        construct_array(values, static_cast<int>(count), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

// Runs one command about contacts ($1) and colleagues ($2, $3) as the owner of `rel`; the number of rows. Not
// kept: it is planned for as many contacts as there are.
uint64 run_once(Relation rel, const char *command, Datum *values, int count) {
    static const Oid types[] = {UUIDARRAYOID, UUIDOID, UUIDOID};
    const Before before = become_owner(RelationGetForm(rel)->relowner);
    SPIPlanPtr plan = prepare(command, count, types);
    const uint64 processed = execute_on_latest(plan, values, nullptr, AfterTriggers::kLater);
    become_again(before);
    SPI_freeplan(plan);
    return processed;
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_apply_share);
PG_FUNCTION_INFO_V1(contacts_apply_transfer);
PG_FUNCTION_INFO_V1(contacts_stamp_author);

// The contacts are locked first and the shares counted by a command after it: of two sessions that share a
// contact at the same time, the second must see what the first wrote.
Datum contacts_apply_share(PG_FUNCTION_ARGS) {
    TriggerData *trigger = trigger_data(fcinfo, "apply_share", 1, 1);
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    const AttrNumber contact_id = find_column(rel, "contact_id", UUIDOID);
    const TriggerEvent event = trigger->tg_event;
    Datum contacts;
    if (!TRIGGER_FIRED_AFTER(event)) refuse_event("apply_share", "after");
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    if (TRIGGER_FIRED_FOR_ROW(event)) {
        Datum values[2];
        bool nulls[2] = {true, true};
        values[0] = heap_getattr(trigger->tg_trigtuple, contact_id, desc, &nulls[0]);
        if (TRIGGER_FIRED_BY_UPDATE(event))
            values[1] = heap_getattr(trigger->tg_newtuple, contact_id, desc, &nulls[1]);
        contacts = uuid_array(values, nulls, TRIGGER_FIRED_BY_UPDATE(event) ? 2 : 1);
    } else {
        Tuplestorestate *rows = TRIGGER_FIRED_BY_INSERT(event) ? trigger->tg_newtable : trigger->tg_oldtable;
        if (!rows) refuse_event("apply_share", "for each row, or with a transition table");
        if (read_column(rows, desc, contact_id, &contacts) == 0) {
            SPI_finish();
            return PointerGetDatum(nullptr);
        }
    }
    const char *contact = beside(rel, trigger->tg_trigger->tgargs[0]);
    const char *share = beside(rel, RelationGetRelationName(rel));
    run_once(rel,
             psprintf("SELECT FROM %s WHERE contact_id OPERATOR(pg_catalog.=) ANY ($1)"
                      " ORDER BY contact_id FOR NO KEY UPDATE",
                      contact),
             &contacts, 1);
    run_once(
        rel,
        // No join: its order would depend on statistics that a burst of shares has made useless.
        psprintf(
            "UPDATE %s AS c SET (shared_with, editable_by) = (SELECT"
            " pg_catalog.array_agg(h.staff_id ORDER BY h.staff_id),"
            " pg_catalog.array_agg(h.staff_id ORDER BY h.staff_id) FILTER (WHERE h.can_edit)"
            " FROM %s AS h WHERE h.contact_id OPERATOR(pg_catalog.=) c.contact_id)"
            " WHERE c.contact_id OPERATOR(pg_catalog.=) ANY ($1)"
            " AND (coalesce(c.shared_with, '{}') OPERATOR(pg_catalog.<>) ARRAY(SELECT h.staff_id FROM %s AS h"
            " WHERE h.contact_id OPERATOR(pg_catalog.=) c.contact_id ORDER BY h.staff_id)"
            " OR coalesce(c.editable_by, '{}') OPERATOR(pg_catalog.<>) ARRAY(SELECT h.staff_id FROM %s AS h"
            " WHERE h.contact_id OPERATOR(pg_catalog.=) c.contact_id AND h.can_edit ORDER BY h.staff_id))",
            contact, share, share, share),
        &contacts, 1);
    SPI_finish();
    return PointerGetDatum(nullptr);
}

// The new owner needs no share any more; those of others stay.
Datum contacts_apply_transfer(PG_FUNCTION_ARGS) {
    TriggerData *trigger = trigger_data(fcinfo, "apply_transfer", 2, 2);
    Relation rel = trigger->tg_relation;
    const TriggerEvent event = trigger->tg_event;
    if (!TRIGGER_FIRED_AFTER(event) || TRIGGER_FIRED_FOR_ROW(event) || !TRIGGER_FIRED_BY_INSERT(event) ||
        !trigger->tg_newtable)
        refuse_event("apply_transfer", "after insert, for each statement, with a transition table");
    const AttrNumber columns[] = {find_column(rel, "contact_id", UUIDOID),
                                  find_column(rel, "from_staff", UUIDOID),
                                  find_column(rel, "to_staff", UUIDOID)};
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const Transfers transfers = read_transfers(trigger->tg_newtable, RelationGetDescr(rel), columns);
    const char *contact = beside(rel, trigger->tg_trigger->tgargs[0]);
    const char *share = beside(rel, trigger->tg_trigger->tgargs[1]);
    // Those between the same two at a time: a join with the transfers would need statistics to be fast.
    for (uint64 first = 0, end; first < transfers.count; first = end) {
        Transfer *transfer = &transfers.rows[first];
        for (end = first + 1; end < transfers.count && compare_staff(transfer, &transfers.rows[end]) == 0;
             ++end) {
        }
        Datum values[] = {contact_ids(transfer, end - first), UUIDPGetDatum(&transfer->to_staff),
                          UUIDPGetDatum(&transfer->from_staff)};
        const uint64 moved = run_once(
            rel,
            psprintf("UPDATE %s AS c SET owner_id = $2,"
                     " shared_with = CASE WHEN pg_catalog.array_remove(c.shared_with, $2)"
                     " OPERATOR(pg_catalog.<>) '{}' THEN pg_catalog.array_remove(c.shared_with, $2) END,"
                     " editable_by = CASE WHEN pg_catalog.array_remove(c.editable_by, $2)"
                     " OPERATOR(pg_catalog.<>) '{}' THEN pg_catalog.array_remove(c.editable_by, $2) END"
                     " WHERE c.contact_id OPERATOR(pg_catalog.=) ANY ($1) AND %s",
                     contact,
                     transfer->no_owner ? "c.owner_id IS NULL" : "c.owner_id OPERATOR(pg_catalog.=) $3"),
            values, transfer->no_owner ? 2 : 3);
        if (moved != end - first)
            ereport(ERROR,
                    (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                     errmsg("contacts changed hands while they were transferred"), errhint("Try again.")));
        run_once(rel,
                 psprintf("DELETE FROM %s AS s WHERE s.contact_id OPERATOR(pg_catalog.=) ANY ($1)"
                          " AND s.staff_id OPERATOR(pg_catalog.=) $2",
                          share),
                 values, 2);
    }
    SPI_finish();
    return PointerGetDatum(nullptr);
}

// The owner of the table may bring entries of others from elsewhere.
Datum contacts_stamp_author(PG_FUNCTION_ARGS) {
    TriggerData *trigger = trigger_data(fcinfo, "stamp_author", 2, 3);
    const TriggerEvent event = trigger->tg_event;
    const bool inserts = TRIGGER_FIRED_BY_INSERT(event);
    if (!TRIGGER_FIRED_BEFORE(event) || !TRIGGER_FIRED_FOR_ROW(event) ||
        !(inserts || TRIGGER_FIRED_BY_UPDATE(event)))
        refuse_event("stamp_author", "before insert or update, for each row");
    Relation rel = trigger->tg_relation;
    TupleDesc desc = RelationGetDescr(rel);
    char **names = trigger->tg_trigger->tgargs;
    const int count = trigger->tg_trigger->tgnargs;
    int columns[3] = {find_column(rel, names[0], TEXTOID), find_column(rel, names[1], TIMESTAMPTZOID), 0};
    if (count == 3) columns[2] = find_column(rel, names[2], UUIDOID);
    HeapTuple row = inserts ? trigger->tg_trigtuple : trigger->tg_newtuple;
    const bool as_owner = contacts_acts_as_owner(RelationGetRelid(rel));
    Datum values[3];
    bool nulls[3] = {};
    for (int i = 0; i < 2; ++i) {
        values[i] = heap_getattr(row, columns[i], desc, &nulls[i]);
        if (as_owner && !nulls[i]) continue;
        if (!inserts) {
            values[i] = heap_getattr(trigger->tg_trigtuple, columns[i], desc, &nulls[i]);
        } else {
            values[i] = i == 0 ? PointerGetDatum(contacts_current_actor())
                               : TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
            nulls[i] = false;
        }
    }
    if (count == 3)
        values[2] = inserts ? heap_getattr(row, find_column(rel, "owner_id", UUIDOID), desc, &nulls[2])
                            : heap_getattr(trigger->tg_trigtuple, columns[2], desc, &nulls[2]);
    return PointerGetDatum(heap_modify_tuple_by_cols(row, desc, count, columns, values, nulls));
}
}
