// Who acts in a directory, and what of it he may see and change: the functions that policies call for every
// row.
//
// Who acts is looked up once and kept in the session, for each staff table and actor. It is looked up again
// after a change of the staff table, which its trigger announces as an invalidation of the relation cache,
// after a change of roles, and after a (sub)transaction that failed, which may have shown changes that never
// were. A call site keeps the answer in fn_extra, where it holds as long as the generation and the outer user
// do.
#include "pg/guard.h"

extern "C" {
#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
}

#include "pg/access.h"
#include "pg/actor.h"
#include "pg/fired.h"
#include "pg/owner.h"
#include "pg/plan.h"
#include "pg/settings.h"
#include "pg/transaction.h"

using namespace contacts::pg;

namespace {

// ---- What the session knows

// Bumped whenever an answer may change but by a change of the outer user.
uint64 generation = 1;
// Bumped whenever what was read from a staff table may be out of date.
uint64 epoch = 1;
// Something was read with a snapshot that may be older than the last change: good for the parallel operation
// that could take no other.
bool reads_expire = false;

// Logins that fit are kept by actor; a pool speaks for one after the other.
constexpr int kLoginSize = 128;
constexpr long kMaxActors = 1000;

struct ActorKey {
    Oid staff;
    Oid user;  // the outer user, or 0 for the setting
    char login[kLoginSize];
};

struct ActorEntry {
    ActorKey key;
    uint64 epoch;
    bool parallel;  // read during a parallel operation
    contacts_acting acting;
};

HTAB *actors = nullptr;
HTAB *staffs = nullptr;  // Oids of the tables that were read

void forget() {
    ++epoch;
    ++generation;
}

void relation_changed(Datum, Oid relid) {
    if (relid == InvalidOid || (staffs && hash_search(staffs, &relid, HASH_FIND, nullptr))) forget();
}

void roles_changed(Datum, int, uint32) {
    forget();
}

void forget_at(Ended ended) {
    if (ended != Ended::kCommitted || reads_expire) forget();
    if (ended != Ended::kPartAborted) reads_expire = false;
}

void make_actors() {
    HASHCTL control = {};
    control.keysize = sizeof(ActorKey);
    control.entrysize = sizeof(ActorEntry);
    actors = hash_create("contacts actors", 32, &control, HASH_ELEM | HASH_BLOBS);
}

void start() {
    if (staffs) return;
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Oid);
    if (!actors) make_actors();
    HTAB *made = hash_create("contacts staff tables", 8, &control, HASH_ELEM | HASH_BLOBS);
    CacheRegisterRelcacheCallback(relation_changed, static_cast<Datum>(0));
    CacheRegisterSyscacheCallback(AUTHOID, roles_changed, static_cast<Datum>(0));
    forget_at_end<forget_at>();
    staffs = made;
}

// ---- Reading a staff table

struct PermissionName {
    const char *name;
    contacts_permission permission;
};
constexpr PermissionName permission_names[] = {{"view", CONTACTS_VIEW},
                                               {"edit", CONTACTS_EDIT},
                                               {"import", CONTACTS_IMPORT},
                                               {"export", CONTACTS_EXPORT},
                                               {"admin", CONTACTS_ADMIN}};

// 0 for no permission of ours.
int permission_of(const char *name, size_t length) {
    for (const PermissionName &known : permission_names)
        if (strlen(known.name) == length && memcmp(known.name, name, length) == 0) return known.permission;
    return 0;
}

// Only a table, so that reading it runs nobody's code; and one with the columns of staff.
bool is_staff(Oid staff) {
    const char kind = get_rel_relkind(staff);
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE) return false;
    static const struct {
        const char *name;
        Oid type;
    } columns[] = {{"staff_id", UUIDOID}, {"login", TEXTOID}, {"permissions", TEXTARRAYOID}};
    for (const auto &column : columns) {
        const AttrNumber number = get_attnum(staff, column.name);
        if (number == InvalidAttrNumber || get_atttype(staff, number) != column.type) return false;
    }
    return true;
}

// The look-up in a staff table; null where there is none of this Oid.
const char *staff_statement(Oid staff) {
    const char *table = get_rel_name(staff);
    const char *schema = get_namespace_name(get_rel_namespace(staff));
    if (!table || !schema) return nullptr;
    hash_search(staffs, &staff, HASH_ENTER, nullptr);
    return psprintf("SELECT staff_id, permissions FROM %s WHERE login OPERATOR(pg_catalog.=) $1 LIMIT 1",
                    quote_qualified_identifier(schema, table));
}

// Reads with the rights of the table's owner and the latest snapshot: what is committed now counts, also in a
// transaction that sees the rest as it was. A parallel operation can take no other snapshot than it has.
contacts_acting read_acting(Oid staff, Datum login) {
    contacts_acting acting = {};
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const Before before = become_owner(contacts_table_owner(staff), SECURITY_RESTRICTED_OPERATION);
    if (const char *statement = staff_statement(staff)) {
        Snapshot snapshot;
        if (IsInParallelMode()) {
            snapshot = GetActiveSnapshot();
            reads_expire = true;
        } else {
            snapshot = GetLatestSnapshot();
        }
        const Oid type = TEXTOID;
        const int result = run_kept_plan(statement, 1, &type, [&](SPIPlanPtr plan) {
            return SPI_execute_snapshot(plan, &login, nullptr, snapshot, InvalidSnapshot, true, false, 1);
        });
        if (result != SPI_OK_SELECT)
            elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(result));
        if (SPI_processed == 1 && SPI_gettypeid(SPI_tuptable->tupdesc, 1) == UUIDOID &&
            SPI_gettypeid(SPI_tuptable->tupdesc, 2) == TEXTARRAYOID) {
            bool id_null, permissions_null;
            Datum id = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &id_null);
            Datum permissions =
                SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &permissions_null);
            if (!id_null && !permissions_null) {
                Datum *names;
                bool *nulls;
                int count;
                deconstruct_array(DatumGetArrayTypeP(permissions), TEXTOID, -1, false, TYPALIGN_INT, &names,
                                  &nulls, &count);
                for (int i = 0; i < count; ++i) {
                    if (nulls[i]) continue;
                    text *name = DatumGetTextPP(names[i]);
                    acting.permissions |= permission_of(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
                }
                if (acting.permissions & CONTACTS_ADMIN) acting.permissions |= CONTACTS_VIEW | CONTACTS_EDIT;
                acting.staff_id = *DatumGetUUIDP(id);
            }
        }
    }
    become_again(before);
    SPI_finish();
    return acting;
}

// ---- What a call site keeps

struct CallSite {
    uint64 generation;
    Oid staff;
    Oid user;
    contacts_acting acting;
};

const contacts_acting *resolve_again(FunctionCallInfo fcinfo, Oid staff) {
    auto *site = static_cast<CallSite *>(fcinfo->flinfo->fn_extra);
    if (!site) {
        // A new statement sees what others have changed, even if it takes no lock it did not have.
        AcceptInvalidationMessages();
        site = static_cast<CallSite *>(MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite)));
        fcinfo->flinfo->fn_extra = site;
    }
    // Most statements ask for whom the one before asked.
    static CallSite last = {};
    static bool last_expires = false;
    if (last.generation == generation && last.staff == staff && last.user == GetOuterUserId() &&
        !last_expires) {
        *site = last;
        return &site->acting;
    }
    site->generation = 0;  // where the look-up fails
    const uint64 now = generation;
    site->acting = contacts_who_acts(staff);
    site->staff = staff;
    site->user = GetOuterUserId();
    site->generation = now;
    last = *site;
    last_expires = IsInParallelMode();
    return &site->acting;
}

inline const contacts_acting *resolve(FunctionCallInfo fcinfo) {
    const Oid staff = PG_GETARG_OID(0);
    const auto *site = static_cast<const CallSite *>(fcinfo->flinfo->fn_extra);
    if (likely(site && site->generation == generation && site->staff == staff &&
               site->user == GetOuterUserId()))
        return &site->acting;
    return resolve_again(fcinfo, staff);
}

enum class Visibility { kNone, kCompany, kRestricted, kPersonal };

inline Visibility visibility_of(FunctionCallInfo fcinfo, int argument) {
    if (PG_ARGISNULL(argument)) return Visibility::kNone;
    text *value = PG_GETARG_TEXT_PP(argument);
    const char *bytes = VARDATA_ANY(value);
    switch (VARSIZE_ANY_EXHDR(value)) {
        case 7:
            return memcmp(bytes, "company", 7) == 0 ? Visibility::kCompany : Visibility::kNone;
        case 8:
            return memcmp(bytes, "personal", 8) == 0 ? Visibility::kPersonal : Visibility::kNone;
        case 10:
            return memcmp(bytes, "restricted", 10) == 0 ? Visibility::kRestricted : Visibility::kNone;
        default:
            return Visibility::kNone;
    }
}

inline bool is_owner(FunctionCallInfo fcinfo, int argument, const contacts_acting *acting) {
    return !PG_ARGISNULL(argument) &&
           memcmp(PG_GETARG_UUID_P(argument)->data, acting->staff_id.data, UUID_LEN) == 0;
}

// Whether a uuid[] holds the value. Elements of an array of fixed-length values stand one after the other,
// those that are NULL take no room: neither copying nor counting is needed.
inline bool contains(FunctionCallInfo fcinfo, int argument, const pg_uuid_t *value) {
    if (PG_ARGISNULL(argument)) return false;
    const struct varlena *array = PG_GETARG_VARLENA_PP(argument);
    const char *content = VARDATA_ANY(array);
    const char *end = content + VARSIZE_ANY_EXHDR(array);
    // What follows the length of an ArrayType: dimensions, offset of the data if there are NULLs, element
    // type.
    int32 header[3];
    if (end - content < static_cast<ptrdiff_t>(sizeof(header))) return false;
    memcpy(header, content, sizeof(header));
    const ptrdiff_t offset = header[1] != 0
                                 ? header[1] - VARHDRSZ
                                 : static_cast<ptrdiff_t>(ARR_OVERHEAD_NONULLS(header[0])) - VARHDRSZ;
    for (const char *element = content + offset; element + UUID_LEN <= end; element += UUID_LEN)
        if (memcmp(element, value->data, UUID_LEN) == 0) return true;
    return false;
}

// Administrators have what is not personal, owners what is theirs; `or_company`: also where it is the
// company's.
inline bool may_manage(FunctionCallInfo fcinfo, bool or_company) {
    if (PG_ARGISNULL(0)) return false;
    const contacts_acting *acting = resolve(fcinfo);
    if (!(acting->permissions & CONTACTS_EDIT)) return false;
    const Visibility visibility = visibility_of(fcinfo, 2);
    if (visibility == Visibility::kNone) return false;
    if (visibility != Visibility::kPersonal && (acting->permissions & CONTACTS_ADMIN)) return true;
    return (or_company || visibility != Visibility::kCompany) && is_owner(fcinfo, 1, acting);
}

}  // namespace

uint64 contacts_access_generation(void) {
    return generation;
}

void contacts_actor_changed(const char *, void *) {
    ++generation;
}

contacts_acting contacts_who_acts(Oid staff) {
    start();
    ActorKey key;
    memset(&key, 0, sizeof(key));
    key.staff = staff;
    const bool by_setting = contacts_actor_setting[0] != '\0';
    const bool keeps = !by_setting || strlen(contacts_actor_setting) < kLoginSize;
    if (!by_setting)
        key.user = GetOuterUserId();
    else if (keeps)
        strlcpy(key.login, contacts_actor_setting, kLoginSize);
    if (keeps) {
        auto *entry = static_cast<ActorEntry *>(hash_search(actors, &key, HASH_FIND, nullptr));
        if (entry && entry->epoch == epoch && (!entry->parallel || IsInParallelMode())) return entry->acting;
    }

    contacts_acting acting = {};
    uint64 read_at = epoch;
    if (is_staff(staff)) {
        char *name = by_setting ? contacts_actor_setting : GetUserNameFromId(key.user, true);
        if (name) {
            Datum login = PointerGetDatum(cstring_to_text(name));
            // A change that was announced while reading may have been missed.
            for (int tries = 0; tries < 100; ++tries) {
                read_at = epoch;
                acting = read_acting(staff, login);
                if (read_at == epoch) break;
            }
        }
    }
    if (keeps) {
        if (hash_get_num_entries(actors) >= kMaxActors) {
            HTAB *full = actors;
            make_actors();
            hash_destroy(full);
        }
        auto *entry = static_cast<ActorEntry *>(hash_search(actors, &key, HASH_ENTER, nullptr));
        entry->acting = acting;
        entry->epoch = read_at;
        entry->parallel = IsInParallelMode();
    }
    return acting;
}

Oid contacts_table_beside(Relation rel, const char *name) {
    return get_relname_relid(name, RelationGetNamespace(rel));
}

Oid contacts_table_owner(Oid table) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

bool contacts_acts_as_owner(Oid table) {
    return object_ownercheck(RelationRelationId, table, GetUserId());
}

extern "C" {

PG_FUNCTION_INFO_V1(contacts_acting_staff);
PG_FUNCTION_INFO_V1(contacts_private_owner);
PG_FUNCTION_INFO_V1(contacts_has_permission);
PG_FUNCTION_INFO_V1(contacts_may_read);
PG_FUNCTION_INFO_V1(contacts_may_edit);
PG_FUNCTION_INFO_V1(contacts_may_create);
PG_FUNCTION_INFO_V1(contacts_may_manage);
PG_FUNCTION_INFO_V1(contacts_check_permission);
PG_FUNCTION_INFO_V1(contacts_check_administrator);
PG_FUNCTION_INFO_V1(contacts_staff_changed);

Datum contacts_acting_staff(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const contacts_acting *acting = resolve(fcinfo);
    if (acting->permissions == 0) PG_RETURN_NULL();
    auto *id = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t)));
    *id = acting->staff_id;
    PG_RETURN_UUID_P(id);
}

Datum contacts_private_owner(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0) || (resolve(fcinfo)->permissions & CONTACTS_ADMIN) != 0) PG_RETURN_NULL();
    return contacts_acting_staff(fcinfo);
}

Datum contacts_has_permission(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_BOOL(false);
    text *name = PG_GETARG_TEXT_PP(1);
    const int wanted = permission_of(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
    PG_RETURN_BOOL((resolve(fcinfo)->permissions & wanted) != 0);
}

Datum contacts_may_read(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0)) PG_RETURN_BOOL(false);
    const contacts_acting *acting = resolve(fcinfo);
    if (!(acting->permissions & CONTACTS_VIEW)) PG_RETURN_BOOL(false);
    switch (visibility_of(fcinfo, 2)) {
        case Visibility::kCompany:
            PG_RETURN_BOOL(true);
        case Visibility::kRestricted:
            PG_RETURN_BOOL((acting->permissions & CONTACTS_ADMIN) != 0 || is_owner(fcinfo, 1, acting) ||
                           contains(fcinfo, 3, &acting->staff_id));
        case Visibility::kPersonal:
            PG_RETURN_BOOL(is_owner(fcinfo, 1, acting));
        default:
            PG_RETURN_BOOL(false);
    }
}

Datum contacts_may_edit(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0)) PG_RETURN_BOOL(false);
    const contacts_acting *acting = resolve(fcinfo);
    if (!(acting->permissions & CONTACTS_EDIT)) PG_RETURN_BOOL(false);
    const Visibility visibility = visibility_of(fcinfo, 2);
    if (visibility == Visibility::kNone) PG_RETURN_BOOL(false);
    if (is_owner(fcinfo, 1, acting)) PG_RETURN_BOOL(true);
    if (visibility == Visibility::kPersonal) PG_RETURN_BOOL(false);
    if (acting->permissions & CONTACTS_ADMIN) PG_RETURN_BOOL(true);
    PG_RETURN_BOOL(visibility == Visibility::kRestricted && contains(fcinfo, 3, &acting->staff_id));
}

Datum contacts_may_create(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(may_manage(fcinfo, false));
}

Datum contacts_may_manage(PG_FUNCTION_ARGS) {
    PG_RETURN_BOOL(may_manage(fcinfo, true));
}

Datum contacts_check_permission(PG_FUNCTION_ARGS) {
    const Oid staff = PG_GETARG_OID(0);
    char *permission = text_to_cstring(PG_GETARG_TEXT_PP(1));
    const int wanted = permission_of(permission, strlen(permission));
    if ((resolve(fcinfo)->permissions & wanted) != 0) PG_RETURN_VOID();
    if (OidIsValid(contacts_table_owner(staff)) && contacts_acts_as_owner(staff)) PG_RETURN_VOID();
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("permission \"%s\" is missing for \"%s\"", permission,
                           text_to_cstring(contacts_current_actor())),
                    errdetail("The directory gives it to colleagues enrolled with this permission."),
                    errhint("An administrator grants it with enroll().")));
    PG_RETURN_VOID();
}

// For functions that run as the directory's owner: the current user says nothing about the caller, so the
// outer user counts.
Datum contacts_check_administrator(PG_FUNCTION_ARGS) {
    const Oid staff = PG_GETARG_OID(0);
    if (resolve(fcinfo)->permissions & CONTACTS_ADMIN) PG_RETURN_VOID();
    const Oid owner = contacts_table_owner(staff);
    if (OidIsValid(owner) && has_privs_of_role(GetOuterUserId(), owner)) PG_RETURN_VOID();
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("\"%s\" is no administrator of the directory", text_to_cstring(contacts_current_actor())),
             errdetail(
                 "Colleagues with permission \"admin\" and the owner of the directory enroll and dismiss.")));
    PG_RETURN_VOID();
}

// CacheInvalidateRelcache reaches all sessions at commit and this one at the end of the command.
Datum contacts_staff_changed(PG_FUNCTION_ARGS) {
    TriggerData *trigger = fired_trigger(fcinfo, "staff_changed");
    if (!TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
        refuse_event("staff_changed", "after the statement");
    CacheInvalidateRelcache(trigger->tg_relation);
    return PointerGetDatum(nullptr);
}
}
