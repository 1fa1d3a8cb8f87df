// Search documents as rows are written, and again after an organization's new name or another ICU.
#include "pg/search_document.h"

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"
}

#include <cstring>
#include <string>
#include <vector>

#include "core/name/name.h"
#include "pg/current_import.h"
#include "pg/fired.h"
#include "pg/owner.h"
#include "pg/plan.h"

using contacts::name::DocumentText;

namespace contacts::pg {

namespace {

// Columns that a document is made of, as far as the table has them: a colleague has one name to show.
constexpr const char *kNameColumns[DocumentText::kNames] = {
    "first_name",  "middle_name", "last_name",           "name_prefix",
    "name_suffix", "nickname",    "phonetic_first_name", "phonetic_last_name"};
constexpr const char *kShownName = "display_name";
constexpr int kOwnOthers = DocumentText::kOthers - 1;
constexpr const char *kOtherColumns[kOwnOthers] = {"job_title", "department"};

constexpr int kTexts = DocumentText::kNames + kOwnOthers;

// Names of organizations that a statement has met; emptied when there are more.
constexpr long kMaxOrganizations = 10000;

struct OrganizationName {
    pg_uuid_t id;
    text *name;  // null: there is none
};

}  // namespace

struct SearchDocument {
    MemoryContext context;
    int column;
    int texts[kTexts];  // 0: none
    int organization;   // 0: none
    MemoryContext cache_context;
    HTAB *organizations;
    const char *organization_name;  // the statement that reads one; null before the first
};

namespace {

// The name of the organization, whether the caller may see it or not: the document is the contact's.
std::string_view organization_name(SearchDocument *document, Relation rel, Datum id) {
    const std::string_view found_by_import = contacts_import_organization_name(DatumGetUUIDP(id));
    if (!found_by_import.empty()) return found_by_import;
    if (!document->organizations || hash_get_num_entries(document->organizations) >= kMaxOrganizations) {
        if (document->cache_context) MemoryContextDelete(document->cache_context);
        document->cache_context =
            AllocSetContextCreate(document->context, "contacts organization names", ALLOCSET_DEFAULT_SIZES);
        HASHCTL control = {};
        control.keysize = sizeof(pg_uuid_t);
        control.entrysize = sizeof(OrganizationName);
        control.hcxt = document->cache_context;
        document->organizations =
            hash_create("contacts organization names", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    }
    auto *known = static_cast<OrganizationName *>(
        hash_search(document->organizations, DatumGetUUIDP(id), HASH_FIND, nullptr));
    if (known) return known->name ? View(known->name) : std::string_view();

    text *name = nullptr;
    const Oid table = get_relname_relid("organization", RelationGetNamespace(rel));
    if (OidIsValid(table)) {
        if (!document->organization_name) {
            MemoryContext old = MemoryContextSwitchTo(document->context);
            document->organization_name =
                psprintf("SELECT name FROM %s WHERE organization_id OPERATOR(pg_catalog.=) $1",
                         beside(rel, "organization"));
            MemoryContextSwitchTo(old);
        }
        if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
        const Before before = become_owner(RelationGetForm(rel)->relowner);
        // Not read-only: what this very statement inserted is seen.
        const Oid type = UUIDOID;
        const int result = run_kept_plan(document->organization_name, 1, &type, [&](SPIPlanPtr plan) {
            return SPI_execute_plan(plan, &id, nullptr, false, 1);
        });
        become_again(before);
        if (result < 0) elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
        if (SPI_processed == 1 && SPI_gettypeid(SPI_tuptable->tupdesc, 1) == TEXTOID) {
            bool isnull;
            Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
            if (!isnull) {
                MemoryContext old = MemoryContextSwitchTo(document->cache_context);
                name = DatumGetTextPCopy(value);
                MemoryContextSwitchTo(old);
            }
        }
        SPI_finish();
    }
    bool found;
    known = static_cast<OrganizationName *>(
        hash_search(document->organizations, DatumGetUUIDP(id), HASH_ENTER, &found));
    known->name = name;
    return name ? View(name) : std::string_view();
}

bool same_column(HeapTuple a, HeapTuple b, int column, TupleDesc desc) {
    if (column == 0) return true;
    bool a_null, b_null;
    const Datum x = heap_getattr(a, column, desc, &a_null);
    const Datum y = heap_getattr(b, column, desc, &b_null);
    return same_value(TupleDescAttr(desc, column - 1), x, a_null, y, b_null);
}

// An array of these keys, the version in front. In C++: throws, never ereports.
Datum NewDocument(const DocumentText &text) {
    const std::vector<std::string> keys = contacts::name::SearchKeys(text);
    const std::string &version = contacts::name::SearchVersion();
    const auto padded = [](std::size_t size) { return INTALIGN(VARHDRSZ + size); };
    std::size_t bytes = ARR_OVERHEAD_NONULLS(1) + padded(version.size());
    for (const std::string &key : keys) bytes += padded(key.size());
    auto *array = static_cast<ArrayType *>(Allocate(bytes));
    std::memset(array, 0, bytes);
    SET_VARSIZE(array, bytes);
    array->ndim = 1;
    array->dataoffset = 0;
    array->elemtype = TEXTOID;
    ARR_DIMS(array)[0] = static_cast<int>(keys.size() + 1);
    ARR_LBOUND(array)[0] = 1;
    char *at = ARR_DATA_PTR(array);
    const auto put = [&](const std::string &key) {
        SET_VARSIZE(at, VARHDRSZ + key.size());
        std::memcpy(VARDATA(at), key.data(), key.size());
        at += padded(key.size());
    };
    put(version);
    for (const std::string &key : keys) put(key);
    return PointerGetDatum(array);
}

}  // namespace

SearchDocument *search_document_begin(Relation rel, MemoryContext context) {
    const int column = optional_column(rel, "search", TEXTARRAYOID);
    if (column == 0) return nullptr;
    auto *document = static_cast<SearchDocument *>(MemoryContextAllocZero(context, sizeof(SearchDocument)));
    document->context = context;
    document->column = column;
    for (int i = 0; i < DocumentText::kNames; ++i)
        document->texts[i] = optional_column(rel, kNameColumns[i], TEXTOID);
    if (document->texts[DocumentText::kNickname] == 0)
        document->texts[DocumentText::kNickname] = optional_column(rel, kShownName, TEXTOID);
    for (int i = 0; i < kOwnOthers; ++i)
        document->texts[DocumentText::kNames + i] = optional_column(rel, kOtherColumns[i], TEXTOID);
    document->organization = optional_column(rel, "organization_id", UUIDOID);
    return document;
}

int search_document_column(const SearchDocument *document) {
    return document->column;
}

Datum search_document_make(SearchDocument *document, Relation rel, HeapTuple old_row, HeapTuple new_row) {
    TupleDesc desc = RelationGetDescr(rel);
    bool isnull;
    if (old_row) {
        const Datum old_document = heap_getattr(old_row, document->column, desc, &isnull);
        bool same = !isnull && same_column(old_row, new_row, document->column, desc) &&
                    same_column(old_row, new_row, document->organization, desc);
        for (int i = 0; i < kTexts && same; ++i)
            same = same_column(old_row, new_row, document->texts[i], desc);
        if (same) return old_document;
    }

    text *texts[kTexts] = {};
    for (int i = 0; i < kTexts; ++i) {
        if (document->texts[i] == 0) continue;
        const Datum value = heap_getattr(new_row, document->texts[i], desc, &isnull);
        if (!isnull) texts[i] = DatumGetTextPP(value);
    }
    std::string_view organization;
    if (document->organization != 0) {
        const Datum id = heap_getattr(new_row, document->organization, desc, &isnull);
        if (!isnull) organization = organization_name(document, rel, id);
    }
    return Guarded(nullptr, [&](Failure &) -> Datum {
        DocumentText text;
        for (int i = 0; i < DocumentText::kNames; ++i)
            if (texts[i]) text.names[i] = View(texts[i]);
        for (int i = 0; i < kOwnOthers; ++i)
            if (texts[DocumentText::kNames + i]) text.others[i] = View(texts[DocumentText::kNames + i]);
        text.others[kOwnOthers] = organization;
        return NewDocument(text);
    });
}

}  // namespace contacts::pg

namespace {

using contacts::pg::Failure;
using contacts::pg::Guarded;
using contacts::pg::View;

// The directory's owner, if the caller can become that role.
Oid directory_owner(const char *schema) {
    Oid type = TEXTOID;
    Datum value = CStringGetTextDatum(schema);
    const int result = SPI_execute_with_args(
        "SELECT d.owner::pg_catalog.oid, pg_catalog.pg_has_role(d.owner,"
        " CASE WHEN pg_catalog.current_setting('server_version_num')::int OPERATOR(pg_catalog.>=) 160000"
        " THEN 'SET' ELSE 'MEMBER' END) FROM (SELECT r.oid AS owner FROM contacts.directories AS d"
        " JOIN pg_catalog.pg_roles AS r ON r.rolname OPERATOR(pg_catalog.=) d.owner"
        " WHERE d.schema::text OPERATOR(pg_catalog.=) $1) AS d",
        1, &type, &value, nullptr, false, 1);
    if (result != SPI_OK_SELECT) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
    if (SPI_processed != 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_SCHEMA_NAME), errmsg("\"%s\" is not a directory", schema),
                        errhint("The view contacts.directories lists those of this database.")));
    bool isnull;
    const Oid owner =
        DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
    if (!DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull)))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("permission denied to refresh the search of directory \"%s\"", schema),
                        errdetail("It belongs to role \"%s\".", GetUserNameFromId(owner, false))));
    return owner;
}

// Makes the documents of one table again that are not of this version: rows in the order of their key, so
// many a batch.
uint64 refresh_table(const char *schema, const char *table, const char *key, Oid owner, bool commits) {
    constexpr const char *kBatch = "5000";
    const char *name = quote_qualified_identifier(schema, table);
    const char *command = psprintf(
        "WITH batch AS MATERIALIZED (SELECT %1$s AS id, search FROM %2$s"
        " WHERE $1 IS NULL OR %1$s OPERATOR(pg_catalog.>) $1 ORDER BY %1$s LIMIT %3$s),"
        " made AS (UPDATE %2$s AS t SET search = NULL FROM batch AS b"
        " WHERE t.%1$s OPERATOR(pg_catalog.=) b.id"
        " AND (b.search IS NULL OR pg_catalog.array_length(b.search, 1) IS NULL"
        " OR b.search[1] OPERATOR(pg_catalog.<>) contacts.search_version()) RETURNING 1)"
        " SELECT (SELECT b.id FROM batch AS b ORDER BY b.id DESC LIMIT 1),"
        " (SELECT pg_catalog.count(*) FROM made)",
        key, name, kBatch);
    uint64 made = 0;
    pg_uuid_t last;
    char nulls[] = "n";
    for (;;) {
        Oid type = UUIDOID;
        Datum value = UUIDPGetDatum(&last);
        const contacts::pg::Before before = contacts::pg::become_owner(owner);
        const int result = SPI_execute_with_args(command, 1, &type, &value, nulls, false, 0);
        contacts::pg::become_again(before);
        if (result < 0) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
        bool isnull;
        value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
        if (isnull) return made;
        memcpy(&last, DatumGetUUIDP(value), sizeof(last));
        nulls[0] = ' ';
        made += static_cast<uint64>(
            DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull)));
        SPI_freetuptable(SPI_tuptable);
        if (commits) SPI_commit();
        CHECK_FOR_INTERRUPTS();
    }
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_search_document);
PG_FUNCTION_INFO_V1(contacts_make_search);
PG_FUNCTION_INFO_V1(contacts_refresh_organization_search);
PG_FUNCTION_INFO_V1(contacts_refresh_search);

Datum contacts_search_document(PG_FUNCTION_ARGS) {
    text *texts[DocumentText::kNames + DocumentText::kOthers] = {};
    for (int argument = 0; argument < 2; ++argument) {
        if (PG_ARGISNULL(argument)) continue;
        Datum *values;
        bool *nulls;
        int count;
        deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
                          &count);
        const int first = argument == 0 ? 0 : DocumentText::kNames;
        const int limit = argument == 0 ? DocumentText::kNames : DocumentText::kOthers;
        for (int i = 0; i < count && i < limit; ++i)
            if (!nulls[i]) texts[first + i] = DatumGetTextPP(values[i]);
    }
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        DocumentText text;
        for (int i = 0; i < DocumentText::kNames; ++i)
            if (texts[i]) text.names[i] = View(texts[i]);
        for (int i = 0; i < DocumentText::kOthers; ++i)
            if (texts[DocumentText::kNames + i]) text.others[i] = View(texts[DocumentText::kNames + i]);
        return contacts::pg::NewDocument(text);
    });
}

Datum contacts_make_search(PG_FUNCTION_ARGS) {
    TriggerData *trigger = contacts::pg::fired_trigger(fcinfo, "make_search");
    const TriggerEvent event = trigger->tg_event;
    if (!TRIGGER_FIRED_FOR_ROW(event) || !TRIGGER_FIRED_BEFORE(event) || TRIGGER_FIRED_BY_DELETE(event))
        contacts::pg::refuse_event("make_search", "before insert or update, for each row");
    Relation rel = trigger->tg_relation;
    auto *document = static_cast<contacts::pg::SearchDocument *>(fcinfo->flinfo->fn_extra);
    if (!document) {
        document = contacts::pg::search_document_begin(rel, fcinfo->flinfo->fn_mcxt);
        if (!document)
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("table \"%s\" has no column \"%s\" of type %s",
                                   RelationGetRelationName(rel), "search", "text[]")));
        fcinfo->flinfo->fn_extra = document;
    }
    const bool inserted = TRIGGER_FIRED_BY_INSERT(event);
    HeapTuple row = inserted ? trigger->tg_trigtuple : trigger->tg_newtuple;
    Datum value = search_document_make(document, rel, inserted ? nullptr : trigger->tg_trigtuple, row);
    int column = contacts::pg::search_document_column(document);
    bool isnull = false;
    return PointerGetDatum(
        heap_modify_tuple_by_cols(row, RelationGetDescr(rel), 1, &column, &value, &isnull));
}

Datum contacts_refresh_organization_search(PG_FUNCTION_ARGS) {
    TriggerData *trigger = contacts::pg::fired_trigger(fcinfo, "refresh_organization_search");
    const Trigger *definition = trigger->tg_trigger;
    if (!TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ||
        !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) || !definition->tgoldtable ||
        !definition->tgnewtable || definition->tgnargs != 1)
        contacts::pg::refuse_event("refresh_organization_search",
                                   "after update, for each statement, with both transition tables, and takes"
                                   " one trigger argument, the table of contacts");
    ++contacts_organization_updates;
    if (tuplestore_tuple_count(trigger->tg_newtable) == 0) PG_RETURN_POINTER(nullptr);
    Relation rel = trigger->tg_relation;
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    if (SPI_register_trigger_data(trigger) != SPI_OK_TD_REGISTER)
        elog(ERROR, "SPI_register_trigger_data failed");
    const contacts::pg::Before before = contacts::pg::become_owner(RelationGetForm(rel)->relowner);
    // Most updates rename nothing; the contacts are asked for only then.
    int result = SPI_execute(
        psprintf("SELECT pg_catalog.array_agg(n.organization_id) FROM %s AS n JOIN %s AS o"
                 " ON o.organization_id OPERATOR(pg_catalog.=) n.organization_id"
                 " WHERE n.name OPERATOR(pg_catalog.<>) o.name",
                 quote_identifier(definition->tgnewtable), quote_identifier(definition->tgoldtable)),
        false, 0);
    if (result == SPI_OK_SELECT && SPI_processed == 1) {
        bool isnull;
        Datum renamed = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
        if (!isnull) {
            Oid type = UUIDARRAYOID;
            const char *contacts = contacts::pg::beside(rel, definition->tgargs[0]);
            result = SPI_execute_with_args(
                psprintf("UPDATE %s SET search = NULL WHERE organization_id OPERATOR(pg_catalog.=) ANY ($1)",
                         contacts),
                1, &type, &renamed, nullptr, false, 0);
        }
    }
    contacts::pg::become_again(before);
    if (result < 0) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
    SPI_finish();
    PG_RETURN_POINTER(nullptr);
}

Datum contacts_refresh_search(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_INVALID_SCHEMA_NAME), errmsg("a directory's name must not be null")));
    const bool commits = fcinfo->context && IsA(fcinfo->context, CallContext) &&
                         !reinterpret_cast<CallContext *>(fcinfo->context)->atomic;
    NameData schema;
    memcpy(&schema, PG_GETARG_NAME(0), sizeof(schema));
    if (SPI_connect_ext(commits ? SPI_OPT_NONATOMIC : 0) != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const Oid owner = directory_owner(NameStr(schema));
    uint64 made = refresh_table(NameStr(schema), "contact", "contact_id", owner, commits);
    made += refresh_table(NameStr(schema), "staff", "staff_id", owner, commits);
    SPI_finish();
    ereport(NOTICE, (errmsg("%llu search document(s) of directory \"%s\" made again",
                            static_cast<unsigned long long>(made), NameStr(schema))));
    PG_RETURN_VOID();
}
}
