// Search: the type contacts.search_pattern, its operator on search documents, and their GIN operator class.
//
// A document is an array of text; its keys are compared as bytes. Everything here that a query below a policy
// calls is leakproof in fact: no function raises an error that depends on a value.
#include "pg/guard.h"

extern "C" {
#include "access/gin.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/tupmacs.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
}

#include <algorithm>
#include <cstring>

#include "core/name/distance.h"
#include "core/name/name.h"
#include "core/name/query.h"
#include "pg/planner.h"

namespace {

using contacts::name::Alternative;
using contacts::name::QueryReader;
using contacts::pg::Failure;
using contacts::pg::Guarded;
using contacts::pg::NewVarlena;
using contacts::pg::View;

// Calls `each` with every element of an array of text that is not null, until it returns false.
template <class Each>
void for_each_key(const ArrayType *array, Each &&each) {
    const int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    const bits8 *nulls = ARR_NULLBITMAP(array);
    const char *at = ARR_DATA_PTR(array);
    for (int i = 0; i < count; ++i) {
        if (nulls && (nulls[i / 8] & (1 << (i % 8))) == 0) continue;
        at = reinterpret_cast<const char *>(att_align_pointer(at, TYPALIGN_INT, -1, at));
        const std::string_view key = View(at);
        at += VARSIZE_ANY(at);
        if (!each(key)) return;
    }
}

bool contains_match(const ArrayType *document, const Alternative &alternative) {
    bool found = false;
    for_each_key(document, [&](std::string_view key) {
        found = alternative.Matches(key);
        return !found;
    });
    return found;
}

bool matches(const ArrayType *document, std::string_view query) {
    if (query.empty()) return false;
    QueryReader reader(query);
    Alternative alternative;
    bool new_group, met = true;
    while (reader.Next(alternative, new_group)) {
        if (new_group) {
            if (!met) return false;
            met = false;
        }
        met = met || contains_match(document, alternative);
    }
    return met;
}

// ---- options of search_query

struct Options {
    bool tolerant = false;
    bool one_error = false;
    bool whole_words = false;
    bool finished = false;
    int aliases = 0;
    struct Alias {
        std::string_view name, alias;
    } *alias = nullptr;
};

bool is_true(Jsonb *options, const char *key) {
    JsonbValue value;
    return getKeyJsonValueFromContainer(&options->root, key, static_cast<int>(strlen(key)), &value) &&
           value.type == jbvBool && value.val.boolean;
}

// {"bob": ["robert"], …} of "alias"; what has another form is passed over.
void read_aliases(Jsonb *options, Options &to) {
    constexpr int kMaxAliases = 64;
    JsonbValue value;
    if (!getKeyJsonValueFromContainer(&options->root, "alias", 5, &value) || value.type != jbvBinary) return;
    to.alias = static_cast<Options::Alias *>(palloc(kMaxAliases * sizeof(Options::Alias)));
    JsonbIterator *iterator = JsonbIteratorInit(value.val.binary.data);
    std::string_view name;
    int depth = 0;
    for (JsonbIteratorToken token; (token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE;) {
        if (token == WJB_BEGIN_OBJECT || token == WJB_BEGIN_ARRAY) ++depth;
        if (token == WJB_END_OBJECT || token == WJB_END_ARRAY) --depth;
        if (token == WJB_KEY && depth == 1)
            name = {value.val.string.val, static_cast<std::size_t>(value.val.string.len)};
        if (((token == WJB_ELEM && depth == 2) || (token == WJB_VALUE && depth == 1)) &&
            value.type == jbvString && !name.empty() && to.aliases < kMaxAliases)
            to.alias[to.aliases++] = {name,
                                      {value.val.string.val, static_cast<std::size_t>(value.val.string.len)}};
    }
}

Datum make_query(FunctionCallInfo fcinfo, std::string_view text, const Options &given) {
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        contacts::name::QueryOptions options;
        options.tolerant = given.tolerant;
        options.one_error = given.one_error;
        options.whole_words = given.whole_words;
        options.finished = given.finished;
        for (int i = 0; i < given.aliases; ++i)
            options.aliases.emplace_back(given.alias[i].name, given.alias[i].alias);
        return NewVarlena(contacts::name::MakeQuery(text, options));
    });
}

// ---- the index

// What an index key is looked for with; GIN carries it to comparePartial and consistent.
struct Lookup {
    int group;
    int errors;
    bool prefix;
    bool recheck;  // a group of the query is not looked for
    int length;
    char key[FLEXIBLE_ARRAY_MEMBER];
};

struct Lookups {
    int count = 0, capacity = 0;
    Datum *keys = nullptr;
    bool *partial = nullptr;
    Pointer *lookups = nullptr;
    bool recheck = false;

    void add(int group, const Alternative &alternative, std::string_view start, bool is_partial) {
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            if (count == 0) {
                keys = static_cast<Datum *>(palloc(capacity * sizeof(Datum)));
                partial = static_cast<bool *>(palloc(capacity * sizeof(bool)));
                lookups = static_cast<Pointer *>(palloc(capacity * sizeof(Pointer)));
            } else {
                keys = static_cast<Datum *>(repalloc(keys, capacity * sizeof(Datum)));
                partial = static_cast<bool *>(repalloc(partial, capacity * sizeof(bool)));
                lookups = static_cast<Pointer *>(repalloc(lookups, capacity * sizeof(Pointer)));
            }
        }
        const std::string_view key = alternative.key;
        auto *lookup = static_cast<Lookup *>(palloc(offsetof(Lookup, key) + key.size()));
        lookup->group = group;
        lookup->errors = alternative.errors;
        lookup->prefix = alternative.prefix;
        lookup->recheck = recheck;
        lookup->length = static_cast<int>(key.size());
        memcpy(lookup->key, key.data(), key.size());
        keys[count] = PointerGetDatum(cstring_to_text_with_len(start.data(), static_cast<int>(start.size())));
        partial[count] = is_partial;
        lookups[count] = reinterpret_cast<Pointer>(lookup);
        ++count;
    }

    // The word behind any other letter, and with any other as its first.
    void add_first_letters(int group, const Alternative &alternative) {
        const std::string_view key = alternative.key;
        auto *start = static_cast<char *>(palloc(key.size() + 1));
        memcpy(start + 1, key.data(), key.size());
        for (const char letter : contacts::name::FirstLetters()) {
            if (letter == key[0] || (key.size() > 1 && letter == key[1])) continue;
            start[0] = letter;
            add(group, alternative, {start, key.size() + 1}, false);
        }
        memcpy(start, key.data(), key.size());
        for (const char letter : contacts::name::FirstLetters()) {
            if (letter == key[0] || (key.size() > 1 && letter == key[1])) continue;
            start[0] = letter;
            add(group, alternative, {start, key.size()}, false);
        }
        pfree(start);
    }
};

const Lookup &lookup_of(Pointer extra) {
    return *reinterpret_cast<Lookup *>(extra);
}

// ---- how many rows match

// What PostgreSQL assumes of a match it knows nothing about.
constexpr double kDefaultSelectivity = 0.001;

double query_selectivity(VariableStatData *variable, std::string_view query) {
    if (query.empty()) return 0;
    if (!HeapTupleIsValid(variable->statsTuple)) return kDefaultSelectivity;
    const double not_null =
        1 - reinterpret_cast<Form_pg_statistic>(GETSTRUCT(variable->statsTuple))->stanullfrac;
    AttStatsSlot common;
    if (!get_attstatsslot(&common, variable->statsTuple, STATISTIC_KIND_MCELEM, InvalidOid,
                          ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
        return kDefaultSelectivity * not_null;
    // After the frequencies come the least and the greatest of them.
    const double rare =
        common.nnumbers > common.nvalues ? common.numbers[common.nvalues] / 2 : kDefaultSelectivity;
    QueryReader reader(query);
    Alternative alternative;
    bool new_group;
    double all = 1, group = 0;
    bool any = false;
    while (reader.Next(alternative, new_group)) {
        if (new_group && any) {
            all *= std::min(1.0, group);
            group = 0;
        }
        any = true;
        double found = 0;
        for (int i = 0; i < common.nvalues; ++i)
            if (alternative.Matches(View(PG_DETOAST_DATUM_PACKED(common.values[i]))))
                found += common.numbers[i];
        // Rare keys are in no statistics; a short prefix has many of them.
        group += std::max(found, alternative.key.size() < 3 && alternative.prefix ? 10 * rare : rare);
    }
    all *= std::min(1.0, group);
    free_attstatsslot(&common);
    return all * not_null;
}

// Of a query that is known when the scan starts: people look for few in a large table, too. (Else plans of
// some millions would seem dear enough to be compiled with JIT, which takes longer than to run them.)
double unknown_selectivity(FunctionCallInfo fcinfo) {
    constexpr double kMostRows = 1000;
    VariableStatData variable;
    Node *other;
    bool variable_on_left;
    double share = kDefaultSelectivity;
    if (!get_restriction_variable(reinterpret_cast<PlannerInfo *>(PG_GETARG_POINTER(0)),
                                  reinterpret_cast<List *>(PG_GETARG_POINTER(2)), PG_GETARG_INT32(3),
                                  &variable, &other, &variable_on_left))
        return share;
    if (variable.rel && variable.rel->tuples > 0) share = std::min(share, kMostRows / variable.rel->tuples);
    ReleaseVariableStats(variable);
    return share;
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_fold_name);
PG_FUNCTION_INFO_V1(contacts_search_version);
PG_FUNCTION_INFO_V1(contacts_search_pattern_in);
PG_FUNCTION_INFO_V1(contacts_search_pattern_out);
PG_FUNCTION_INFO_V1(contacts_search_pattern_recv);
PG_FUNCTION_INFO_V1(contacts_search_pattern_send);
PG_FUNCTION_INFO_V1(contacts_search_query_make);
PG_FUNCTION_INFO_V1(contacts_search_query_make_with);
PG_FUNCTION_INFO_V1(contacts_search_matches);
PG_FUNCTION_INFO_V1(contacts_search_rank);
PG_FUNCTION_INFO_V1(contacts_search_selectivity);
PG_FUNCTION_INFO_V1(contacts_search_key_cmp);
PG_FUNCTION_INFO_V1(contacts_search_extract_keys);
PG_FUNCTION_INFO_V1(contacts_search_extract_query);
PG_FUNCTION_INFO_V1(contacts_search_consistent);
PG_FUNCTION_INFO_V1(contacts_search_triconsistent);
PG_FUNCTION_INFO_V1(contacts_search_compare_partial);

Datum contacts_fold_name(PG_FUNCTION_ARGS) {
    text *name = PG_GETARG_TEXT_PP(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum { return NewVarlena(contacts::name::Fold(View(name))); });
}

Datum contacts_search_version(PG_FUNCTION_ARGS) {
    return Guarded(fcinfo, [&](Failure &) -> Datum { return NewVarlena(contacts::name::SearchVersion()); });
}

Datum contacts_search_pattern_in(PG_FUNCTION_ARGS) {
    const char *input = PG_GETARG_CSTRING(0);
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const auto query = contacts::name::ParseQuery(input);
        if (!query) return failure.Set(query.fault());
        return NewVarlena(*query);
    });
}

Datum contacts_search_pattern_out(PG_FUNCTION_ARGS) {
    PG_RETURN_CSTRING(TextDatumGetCString(PG_GETARG_DATUM(0)));
}

Datum contacts_search_pattern_recv(PG_FUNCTION_ARGS) {
    auto *message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    int length;
    const char *input = pq_getmsgtext(message, message->len - message->cursor, &length);
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const auto query = contacts::name::ParseQuery({input, static_cast<std::size_t>(length)});
        if (!query) return failure.Set(query.fault());
        return NewVarlena(*query);
    });
}

Datum contacts_search_pattern_send(PG_FUNCTION_ARGS) {
    text *query = PG_GETARG_TEXT_PP(0);
    StringInfoData buffer;
    pq_begintypsend(&buffer);
    pq_sendtext(&buffer, VARDATA_ANY(query), static_cast<int>(VARSIZE_ANY_EXHDR(query)));
    PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum contacts_search_query_make(PG_FUNCTION_ARGS) {
    text *input = PG_GETARG_TEXT_PP(0);
    return make_query(fcinfo, View(input), Options());
}

Datum contacts_search_query_make_with(PG_FUNCTION_ARGS) {
    text *input = PG_GETARG_TEXT_PP(0);
    Jsonb *json = PG_GETARG_JSONB_P(1);
    Options options;
    if (JB_ROOT_IS_OBJECT(json)) {
        options.tolerant = is_true(json, "tolerant");
        options.one_error = is_true(json, "one_error");
        options.whole_words = is_true(json, "whole_words");
        options.finished = is_true(json, "finished");
        read_aliases(json, options);
    }
    return make_query(fcinfo, View(input), options);
}

Datum contacts_search_matches(PG_FUNCTION_ARGS) {
    ArrayType *document = PG_GETARG_ARRAYTYPE_P(0);
    text *query = PG_GETARG_TEXT_PP(1);
    const bool found = matches(document, View(query));
    PG_FREE_IF_COPY(document, 0);
    PG_FREE_IF_COPY(query, 1);
    PG_RETURN_BOOL(found);
}

Datum contacts_search_rank(PG_FUNCTION_ARGS) {
    ArrayType *document = PG_GETARG_ARRAYTYPE_P(0);
    text *query = PG_GETARG_TEXT_PP(1);
    QueryReader reader(View(query));
    Alternative alternative;
    bool new_group;
    int groups = 0;
    double sum = 0, best = 0;
    bool first = true;
    const auto end_group = [&] { sum += best; };
    while (reader.Next(alternative, new_group)) {
        if (new_group) {
            if (groups > 0) {
                if (best == 0) PG_RETURN_FLOAT4(0);
                end_group();
            }
            ++groups;
            best = 0;
            first = true;
        }
        for_each_key(document, [&](std::string_view key) {
            if (alternative.Matches(key)) {
                const double how = alternative.errors > 0 ? 0.25 : key == alternative.key ? 1 : 0.5;
                best = std::max(best, first ? how : 0.8 * how);
            }
            return best < 1;
        });
        first = false;
    }
    if (groups == 0 || best == 0) PG_RETURN_FLOAT4(0);
    end_group();
    PG_RETURN_FLOAT4(static_cast<float4>(sum / groups));
}

Datum contacts_search_selectivity(PG_FUNCTION_ARGS) {
    return contacts::pg::selectivity(
        fcinfo, unknown_selectivity(fcinfo), [](VariableStatData *variable, const Const *constant) {
            if (constant->consttype == TEXTARRAYOID) return kDefaultSelectivity;
            return query_selectivity(variable, View(PG_DETOAST_DATUM_PACKED(constant->constvalue)));
        });
}

Datum contacts_search_key_cmp(PG_FUNCTION_ARGS) {
    text *a = PG_GETARG_TEXT_PP(0);
    text *b = PG_GETARG_TEXT_PP(1);
    const int order = View(a).compare(View(b));
    PG_FREE_IF_COPY(a, 0);
    PG_FREE_IF_COPY(b, 1);
    PG_RETURN_INT32(order < 0 ? -1 : order > 0 ? 1 : 0);
}

Datum contacts_search_extract_keys(PG_FUNCTION_ARGS) {
    ArrayType *document = PG_GETARG_ARRAYTYPE_P_COPY(0);  // the keys point into it
    auto *count = reinterpret_cast<int32 *>(PG_GETARG_POINTER(1));
    const int elements = ArrayGetNItems(ARR_NDIM(document), ARR_DIMS(document));
    auto *keys = static_cast<Datum *>(palloc((elements > 0 ? elements : 1) * sizeof(Datum)));
    *count = 0;
    for_each_key(document, [&](std::string_view key) {
        // Which ICU made the document is nothing to search for.
        if (!key.empty() && key[0] != contacts::name::kVersionMark)
            keys[(*count)++] =
                PointerGetDatum(cstring_to_text_with_len(key.data(), static_cast<int>(key.size())));
        return true;
    });
    PG_RETURN_POINTER(keys);
}

// An empty query has no keys, and in the default mode GIN then reads nothing.
Datum contacts_search_extract_query(PG_FUNCTION_ARGS) {
    text *query = PG_GETARG_TEXT_PP(0);
    auto *count = reinterpret_cast<int32 *>(PG_GETARG_POINTER(1));
    auto **partial = reinterpret_cast<bool **>(PG_GETARG_POINTER(3));
    auto **extra = reinterpret_cast<Pointer **>(PG_GETARG_POINTER(4));
    auto *mode = reinterpret_cast<int32 *>(PG_GETARG_POINTER(6));
    Lookups lookups;
    QueryReader reader(View(query));
    Alternative alternative;
    bool new_group;
    bool has_short = false, has_long = false;
    for (QueryReader first(View(query)); first.Next(alternative, new_group);) {
        has_short |= new_group && alternative.IsShort();
        has_long |= new_group && alternative.IsLong();
    }
    lookups.recheck = has_short && has_long;
    int group = -1;
    bool passed_over = false;
    while (reader.Next(alternative, new_group)) {
        if (new_group) {
            ++group;
            passed_over = lookups.recheck && alternative.IsShort();
        }
        const std::string_view key = alternative.key;
        if (key.empty() || passed_over) continue;
        if (alternative.errors == 0) {
            // The key itself apart from longer ones: of the rows of a range GIN makes a list before it looks
            // at any other key, those of a single key it skips where a rarer one rules them out.
            lookups.add(group, alternative, key, false);
            if (alternative.prefix) lookups.add(group, alternative, key, true);
            continue;
        }
        // All keys with the same first letter; and those that begin with the second, whose first is missing
        // or changed places with it.
        lookups.add(group, alternative, key.substr(0, 1), true);
        if (key.size() > 1 && key[1] != key[0]) lookups.add(group, alternative, key.substr(1, 1), true);
        lookups.add_first_letters(group, alternative);
    }
    *mode = GIN_SEARCH_MODE_DEFAULT;
    *count = lookups.count;
    *partial = lookups.partial;
    *extra = lookups.lookups;
    PG_RETURN_POINTER(lookups.keys);
}

Datum contacts_search_compare_partial(PG_FUNCTION_ARGS) {
    const std::string_view start = View(PG_GETARG_TEXT_PP(0));
    const std::string_view key = View(PG_GETARG_TEXT_PP(1));
    const Lookup &lookup = lookup_of(reinterpret_cast<Pointer>(PG_GETARG_POINTER(3)));
    if (key.substr(0, start.size()) != start) PG_RETURN_INT32(1);  // past the range
    if (lookup.errors == 0) PG_RETURN_INT32(key.size() > start.size() ? 0 : -1);
    const std::string_view word(lookup.key, static_cast<std::size_t>(lookup.length));
    PG_RETURN_INT32(contacts::name::IsWithin(word, key, lookup.errors, lookup.prefix) ? 0 : -1);
}

Datum contacts_search_consistent(PG_FUNCTION_ARGS) {
    const auto *check = reinterpret_cast<bool *>(PG_GETARG_POINTER(0));
    const int32 count = PG_GETARG_INT32(3);
    auto **extra = reinterpret_cast<Pointer *>(PG_GETARG_POINTER(4));
    auto *recheck = reinterpret_cast<bool *>(PG_GETARG_POINTER(5));
    *recheck = count > 0 && lookup_of(extra[0]).recheck;
    for (int i = 0; i < count;) {
        const int group = lookup_of(extra[i]).group;
        bool met = false;
        for (; i < count && lookup_of(extra[i]).group == group; ++i) met |= check[i];
        if (!met) PG_RETURN_BOOL(false);
    }
    PG_RETURN_BOOL(count > 0);
}

Datum contacts_search_triconsistent(PG_FUNCTION_ARGS) {
    const auto *check = reinterpret_cast<GinTernaryValue *>(PG_GETARG_POINTER(0));
    const int32 count = PG_GETARG_INT32(3);
    auto **extra = reinterpret_cast<Pointer *>(PG_GETARG_POINTER(4));
    GinTernaryValue result = count == 0 ? GIN_FALSE : lookup_of(extra[0]).recheck ? GIN_MAYBE : GIN_TRUE;
    for (int i = 0; i < count;) {
        const int group = lookup_of(extra[i]).group;
        GinTernaryValue met = GIN_FALSE;
        for (; i < count && lookup_of(extra[i]).group == group; ++i) {
            if (check[i] == GIN_TRUE) met = GIN_TRUE;
            if (check[i] == GIN_MAYBE && met == GIN_FALSE) met = GIN_MAYBE;
        }
        if (met == GIN_FALSE) PG_RETURN_GIN_TERNARY_VALUE(GIN_FALSE);
        if (met == GIN_MAYBE) result = GIN_MAYBE;
    }
    PG_RETURN_GIN_TERNARY_VALUE(result);
}
}
