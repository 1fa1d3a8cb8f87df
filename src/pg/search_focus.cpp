// What of a query is looked for in the index of a table, by the frequent keys that ANALYZE found in it. They
// are kept in the session, in order: out of the catalog they take longer to read than some searches.
#include "pg/guard.h"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

#include <algorithm>
#include <cstring>

#include "core/name/focus.h"

namespace {

using contacts::name::KeyStatistics;
using contacts::pg::Failure;
using contacts::pg::Guarded;
using contacts::pg::NewVarlena;
using contacts::pg::View;

struct Kept {
    Oid table;
    MemoryContext context;  // null: nothing is kept here
    KeyStatistics statistics;
};

// Of as many directories as a session is likely to search in turn.
constexpr int kMaxKept = 4;
Kept kept[kMaxKept];
int next_kept = 0;
bool out_of_date = false;

void statistics_changed(Datum, int, uint32) {
    out_of_date = true;
}

void forget(Kept &one) {
    MemoryContext context = one.context;
    one = {};
    if (context) MemoryContextDelete(context);
}

// Whether who asks may read the column: what statistics say of it is not for others.
bool may_read(Oid table, AttrNumber column) {
    bool is_missing = false;
    return pg_class_aclcheck_ext(table, GetUserId(), ACL_SELECT, &is_missing) == ACLCHECK_OK ||
           pg_attribute_aclcheck_ext(table, column, GetUserId(), ACL_SELECT, &is_missing) == ACLCHECK_OK;
}

double rows_of(Oid table) {
    HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(row)) return 0;
    const double rows = reinterpret_cast<Form_pg_class>(GETSTRUCT(row))->reltuples;
    ReleaseSysCache(row);
    return rows;
}

// Of a table with children those of all; none is no key at all.
KeyStatistics read_statistics(Oid table, AttrNumber column) {
    KeyStatistics result;
    HeapTuple row = nullptr;
    for (const bool inherited : {true, false})
        if (!HeapTupleIsValid(row))
            row = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(table), Int16GetDatum(column),
                                  BoolGetDatum(inherited));
    if (!HeapTupleIsValid(row)) return result;
    const double not_null = 1 - reinterpret_cast<Form_pg_statistic>(GETSTRUCT(row))->stanullfrac;
    AttStatsSlot common;
    const bool found = get_attstatsslot(&common, row, STATISTIC_KIND_MCELEM, InvalidOid,
                                        ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
    ReleaseSysCache(row);
    if (!found) return result;
    // After the frequencies come the least and the greatest of them.
    if (common.nvalues > 0 && common.nnumbers > common.nvalues) {
        auto *keys = static_cast<KeyStatistics::Key *>(palloc(common.nvalues * sizeof(KeyStatistics::Key)));
        for (int i = 0; i < common.nvalues; ++i) {
            const std::string_view key = View(PG_DETOAST_DATUM_PACKED(common.values[i]));
            auto *bytes = static_cast<char *>(palloc(key.size() + 1));
            memcpy(bytes, key.data(), key.size());
            keys[i] = {{bytes, key.size()}, not_null * common.numbers[i]};
        }
        std::sort(keys, keys + common.nvalues, [](const auto &a, const auto &b) { return a.key < b.key; });
        result = {keys, static_cast<std::size_t>(common.nvalues), not_null * common.numbers[common.nvalues]};
    }
    free_attstatsslot(&common);
    return result;
}

// What is kept of the table, read where it is not. No pointer into it may be used after the next call.
const KeyStatistics &statistics_of(Oid table, AttrNumber column) {
    static bool registered = false;
    if (!registered) {
        CacheRegisterSyscacheCallback(STATRELATTINH, statistics_changed, static_cast<Datum>(0));
        registered = true;
    }
    if (out_of_date) {
        out_of_date = false;
        for (Kept &one : kept) forget(one);
    }
    for (Kept &one : kept)
        if (one.context && one.table == table) return one.statistics;
    Kept &one = kept[next_kept];
    next_kept = (next_kept + 1) % kMaxKept;
    forget(one);
    // Under the current one until all is read: an error takes it along.
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "contacts search statistics", ALLOCSET_DEFAULT_SIZES);
    MemoryContext before = MemoryContextSwitchTo(context);
    const KeyStatistics statistics = read_statistics(table, column);
    MemoryContextSwitchTo(before);
    MemoryContextSetParent(context, CacheMemoryContext);
    one = {table, context, statistics};
    return one.statistics;
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_search_focus);

Datum contacts_search_focus(PG_FUNCTION_ARGS) {
    const Oid table = PG_GETARG_OID(0);
    text *query = PG_GETARG_TEXT_PP(1);
    if (View(query).find(' ') == std::string_view::npos) PG_RETURN_NULL();
    const double rows = rows_of(table);
    if (rows < contacts::name::kMinFrequentRows) PG_RETURN_NULL();
    const AttrNumber column = get_attnum(table, "search");
    if (column == InvalidAttrNumber || get_atttype(table, column) != TEXTARRAYOID || !may_read(table, column))
        PG_RETURN_NULL();
    const KeyStatistics &statistics = statistics_of(table, column);
    if (statistics.count == 0) PG_RETURN_NULL();
    const Datum focus = Guarded(fcinfo, [&](Failure &) -> Datum {
        const std::string found = contacts::name::FocusQuery(View(query), statistics, rows);
        return found.empty() ? Datum{0} : NewVarlena(found);
    });
    if (focus == 0) PG_RETURN_NULL();
    return focus;
}
}
