// Short lists that are asked for every row of an answer: one's favourites and blocked numbers, the numbers
// and extensions of colleagues. Read once with the rights of who asks, through the policies, and kept in the
// session until a statement trigger announces a change of the table, or a (sub)transaction fails.
#include "pg/guard.h"

extern "C" {
#include "access/parallel.h"
#include "access/relation.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

#include "pg/access.h"
#include "pg/fired.h"
#include "pg/listed.h"
#include "pg/owner.h"
#include "pg/plan.h"
#include "pg/transaction.h"

using namespace contacts::pg;

namespace {

uint64 epoch = 1;  // bumped whenever what was read may be out of date

constexpr int kKeySize = 48;         // with the terminating zero
constexpr uint64 kMaxKeys = 20000;   // of a list; of a longer one nothing is kept
constexpr uint64 kMaxTotal = 50000;  // of all; then all are forgotten

struct ListKey {
    Oid table;
    Oid user;
    int permissions;
    pg_uuid_t staff_id;
};

struct ListEntry {
    ListKey key;
    uint64 epoch;
    bool is_known;  // keys are all there are
    bool has_prefixes;
    HTAB *keys;
};

HTAB *lists = nullptr;
HTAB *indexes = nullptr;  // whose invalidation announces a change
uint64 total = 0;

void relation_changed(Datum, Oid relid) {
    if (relid == InvalidOid || (indexes && hash_search(indexes, &relid, HASH_FIND, nullptr))) ++epoch;
}

void forget_at(Ended ended) {
    if (ended != Ended::kCommitted) ++epoch;
}

void start() {
    if (lists) return;
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Oid);
    if (!indexes) indexes = hash_create("contacts list indexes", 8, &control, HASH_ELEM | HASH_BLOBS);
    control.keysize = sizeof(ListKey);
    control.entrysize = sizeof(ListEntry);
    HTAB *made = hash_create("contacts lists", 8, &control, HASH_ELEM | HASH_BLOBS);
    CacheRegisterRelcacheCallback(relation_changed, static_cast<Datum>(0));
    forget_at_end<forget_at>();
    lists = made;
}

void drop_keys(ListEntry *list) {
    if (!list->keys) return;
    HTAB *keys = list->keys;
    total -= static_cast<uint64>(hash_get_num_entries(keys));
    list->keys = nullptr;
    hash_destroy(keys);
}

void forget_all() {
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, lists);
    while (auto *list = static_cast<ListEntry *>(hash_seq_search(&scan))) {
        drop_keys(list);
        hash_search(lists, &list->key, HASH_REMOVE, nullptr);
    }
}

// The invalidation of an index, not of the table: no plan of the table has to be made again.
Oid announcing_index(Oid table) {
    Relation rel = try_relation_open(table, AccessShareLock);
    if (!rel) return InvalidOid;
    const Oid index = RelationGetPrimaryKeyIndex(rel, false);
    relation_close(rel, AccessShareLock);
    return index;
}

// What a list of this table consists of; nullptr for another table.
const char *keys_of(const char *table) {
    if (strcmp(table, "favorite") == 0)
        return "SELECT favorite_id::pg_catalog.text FROM %s WHERE staff_id OPERATOR(pg_catalog.=) $1";
    if (strcmp(table, "blocked_number") == 0)
        return "SELECT channel OPERATOR(pg_catalog.||) number FROM %s WHERE staff_id OPERATOR(pg_catalog.=) "
               "$1";
    if (strcmp(table, "staff_phone") == 0)
        return "SELECT pg_catalog.split_part(number::pg_catalog.text, ';', 1) FROM %s WHERE number IS NOT "
               "NULL";
    if (strcmp(table, "staff_extension") == 0) return "SELECT extension FROM %s";
    return nullptr;
}

void read_list(ListEntry *list, const char *statement, const pg_uuid_t *staff_id) {
    drop_keys(list);
    list->is_known = false;
    list->has_prefixes = false;
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const Oid type = UUIDOID;
    SPIPlanPtr plan = prepare(statement, 1, &type);
    Datum value = UUIDPGetDatum(staff_id);
    const int result = SPI_execute_snapshot(plan, &value, nullptr, GetLatestSnapshot(), InvalidSnapshot, true,
                                            false, kMaxKeys + 1);
    if (result != SPI_OK_SELECT)
        elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(result));
    if (SPI_processed <= kMaxKeys) {
        HASHCTL control = {};
        control.keysize = kKeySize;
        control.entrysize = kKeySize;
        list->keys = hash_create("contacts list", 16, &control, HASH_ELEM | HASH_STRINGS);
        list->is_known = true;
        for (uint64 i = 0; i < SPI_processed; ++i) {
            const char *key = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
            const size_t length = key ? strlen(key) : 0;
            if (length == 0) continue;
            if (length >= kKeySize) {
                list->is_known = false;
                continue;
            }
            if (key[length - 1] == '*') list->has_prefixes = true;
            bool found;
            hash_search(list->keys, key, HASH_ENTER, &found);
            if (!found) ++total;
        }
    }
    SPI_finish();
}

// nullptr where nothing can be known.
const ListEntry *list_of(Oid table, const contacts_acting *acting) {
    if (IsInParallelMode()) return nullptr;
    start();
    ListKey key;
    memset(&key, 0, sizeof(key));
    key.table = table;
    key.user = GetUserId();
    key.permissions = acting->permissions;
    key.staff_id = acting->staff_id;
    auto *list = static_cast<ListEntry *>(hash_search(lists, &key, HASH_FIND, nullptr));
    if (list && list->epoch == epoch) return list;

    const char *name = get_rel_name(table);
    const char *schema = name ? get_namespace_name(get_rel_namespace(table)) : nullptr;
    const char *keys = schema ? keys_of(name) : nullptr;
    const Oid index = keys ? announcing_index(table) : InvalidOid;
    if (!OidIsValid(index)) return nullptr;
    hash_search(indexes, &index, HASH_ENTER, nullptr);
    if (total > kMaxTotal || hash_get_num_entries(lists) > 1000) forget_all();
    bool found;
    list = static_cast<ListEntry *>(hash_search(lists, &key, HASH_ENTER, &found));
    if (!found) list->keys = nullptr;
    list->epoch = 0;
    const char *statement = psprintf(keys, quote_qualified_identifier(schema, name));
    // A change that was announced while reading may have been missed.
    for (int tries = 0; tries < 100; ++tries) {
        const uint64 read_at = epoch;
        read_list(list, statement, &acting->staff_id);
        if (read_at == epoch) {
            list->epoch = read_at;
            break;
        }
    }
    return list->epoch == epoch ? list : nullptr;
}

bool holds(const ListEntry *list, const char *key) {
    return hash_search(list->keys, key, HASH_FIND, nullptr) != nullptr;
}

}  // namespace

contacts_listing contacts_find_listed(Oid table, const contacts_acting *acting, const char *value,
                                      size_t length) {
    // Who is not enrolled may yet be above the policies.
    if (acting->permissions == 0) return contacts_listing::kUnknown;
    const ListEntry *list = list_of(table, acting);
    if (!list || !list->is_known) return contacts_listing::kUnknown;
    if (length == 0 || length + 1 >= kKeySize || hash_get_num_entries(list->keys) == 0)
        return contacts_listing::kNo;
    char key[kKeySize];
    memcpy(key, value, length);
    key[length] = '\0';
    if (holds(list, key)) return contacts_listing::kYes;
    if (list->has_prefixes)
        for (size_t i = length; i > 0; --i) {
            key[i] = '*';
            key[i + 1] = '\0';
            if (holds(list, key)) return contacts_listing::kYes;
        }
    return contacts_listing::kNo;
}

extern "C" {

PG_FUNCTION_INFO_V1(contacts_is_listed);
PG_FUNCTION_INFO_V1(contacts_list_changed);

Datum contacts_is_listed(PG_FUNCTION_ARGS) {
    if (!fcinfo->flinfo->fn_extra) {
        // A new statement sees what others have changed, even if it takes no lock it did not have.
        AcceptInvalidationMessages();
        fcinfo->flinfo->fn_extra = fcinfo->flinfo;
    }
    text *value = PG_GETARG_TEXT_PP(2);
    const contacts_acting acting = contacts_who_acts(PG_GETARG_OID(1));
    const contacts_listing found =
        contacts_find_listed(PG_GETARG_OID(0), &acting, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
    if (found == contacts_listing::kUnknown) PG_RETURN_NULL();
    PG_RETURN_BOOL(found == contacts_listing::kYes);
}

// CacheInvalidateRelcache reaches all sessions at commit and this one at the end of the command.
Datum contacts_list_changed(PG_FUNCTION_ARGS) {
    TriggerData *trigger = fired_trigger(fcinfo, "list_changed");
    if (!TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
        refuse_event("list_changed", "after the statement");
    const Oid index = RelationGetPrimaryKeyIndex(trigger->tg_relation, false);
    if (OidIsValid(index)) CacheInvalidateRelcacheByRelid(index);
    return PointerGetDatum(nullptr);
}
}
