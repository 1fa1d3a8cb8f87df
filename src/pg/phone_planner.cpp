// What the planner needs to know of `phone ^@ text`: it is a range of a btree, and how many rows it selects.
#include "pg/phone.h"

extern "C" {
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
}

#include <algorithm>
#include <utility>

#include "pg/planner.h"

using contacts::Phone;
using contacts::PhonePositionBetween;
using contacts::PhonePrefixRange;
using namespace contacts::pg;

namespace {

// What PostgreSQL assumes of a match it knows nothing about.
constexpr double kDefaultSelectivity = 0.005;

// The range of a prefix as values of the type: first <= number < after.
struct Bounds {
    bool has_first, has_after;
    Datum first, after;
};

Bounds bounds_of(Datum prefix) {
    const std::string_view text = View(PG_DETOAST_DATUM_PACKED(prefix));
    Bounds bounds{};
    Guarded(nullptr, [&](Failure &) -> Datum {
        const auto range = PhonePrefixRange::Of(text);
        if (range) {
            bounds.has_first = true;
            bounds.first = NewPhone(range->first);
        }
        // A prefix of no number: the empty range in front of all numbers.
        if (!range || range->after) {
            bounds.has_after = true;
            bounds.after = NewPhone(range ? *range->after : contacts::FirstPhone());
        }
        return 0;
    });
    return bounds;
}

// How much of the histogram lies below `bound`, within a bin as if digits were evenly spread.
double part_below(const AttStatsSlot &histogram, Datum bound) {
    const auto value = [&](int i) { return View(PG_DETOAST_DATUM_PACKED(histogram.values[i])); };
    const std::string_view packed = View(DatumGetPointer(bound));
    int low = 0, high = histogram.nvalues - 1;
    if (packed <= value(low)) return 0;
    if (packed > value(high)) return 1;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        (value(middle) < packed ? low : high) = middle;
    }
    return (low + PhonePositionBetween(value(low), value(high), packed)) / (histogram.nvalues - 1);
}

double prefix_selectivity(VariableStatData *variable, Oid operator_oid, Datum prefix) {
    if (!HeapTupleIsValid(variable->statsTuple)) return kDefaultSelectivity;
    const Bounds bounds = bounds_of(prefix);
    if (!bounds.has_first) return 0;

    const double null_part =
        reinterpret_cast<Form_pg_statistic>(GETSTRUCT(variable->statsTuple))->stanullfrac;
    FmgrInfo starts_with;
    fmgr_info(get_opcode(operator_oid), &starts_with);
    double common_part;
    const double common = mcv_selectivity(variable, &starts_with, InvalidOid, prefix, true, &common_part);

    double rest = kDefaultSelectivity;
    AttStatsSlot histogram;
    if (statistic_proc_security_check(variable, starts_with.fn_oid) &&
        get_attstatsslot(&histogram, variable->statsTuple, STATISTIC_KIND_HISTOGRAM, InvalidOid,
                         ATTSTATSSLOT_VALUES)) {
        if (histogram.nvalues > 1) {
            const double below_after = bounds.has_after ? part_below(histogram, bounds.after) : 1;
            rest = below_after - part_below(histogram, bounds.first);
        }
        free_attstatsslot(&histogram);
    }
    return common + rest * std::max(0.0, 1 - null_part - common_part);
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_phone_prefix_selectivity);
PG_FUNCTION_INFO_V1(contacts_phone_prefix_support);
PG_FUNCTION_INFO_V1(contacts_phone_line_support);

Datum contacts_phone_prefix_selectivity(PG_FUNCTION_ARGS) {
    const Oid operator_oid = PG_GETARG_OID(1);
    return selectivity(fcinfo, kDefaultSelectivity, [&](VariableStatData *variable, const Const *constant) {
        return prefix_selectivity(variable, operator_oid, constant->constvalue);
    });
}

// `number ^@ '+4144'` is exactly `number >= '+4144' AND number < '+4145'` on a btree of the type.
Datum contacts_phone_prefix_support(PG_FUNCTION_ARGS) {
    IndexCondition condition;
    if (!index_condition(reinterpret_cast<Node *>(PG_GETARG_POINTER(0)), &condition))
        PG_RETURN_POINTER(nullptr);
    const auto clause = [&](StrategyNumber strategy, Expr *bound) {
        return list_make1(key_clause(condition, strategy, bound));
    };
    const auto value = [&](Datum phone) {
        return reinterpret_cast<Expr *>(makeConst(condition.type, -1, InvalidOid, -1, phone, false, false));
    };

    condition.request->lossy = false;
    if (IsA(condition.other, Const)) {
        const auto *prefix = reinterpret_cast<const Const *>(condition.other);
        if (prefix->constisnull) PG_RETURN_POINTER(nullptr);
        const Bounds bounds = bounds_of(prefix->constvalue);
        List *conditions = NIL;
        if (bounds.has_first) conditions = clause(BTGreaterEqualStrategyNumber, value(bounds.first));
        if (bounds.has_after)
            conditions = list_concat(conditions, clause(BTLessStrategyNumber, value(bounds.after)));
        PG_RETURN_POINTER(conditions);
    }

    // A parameter, or a column of another table: the bounds are made when the scan starts.
    if (!is_fixed(condition)) PG_RETURN_POINTER(nullptr);
    Expr *first = bound_by(condition, "phone_prefix_first", TEXTOID);
    Expr *last = bound_by(condition, "phone_prefix_last", TEXTOID);
    if (first == nullptr || last == nullptr) PG_RETURN_POINTER(nullptr);
    PG_RETURN_POINTER(
        list_concat(clause(BTGreaterEqualStrategyNumber, first), clause(BTLessEqualStrategyNumber, last)));
}

// `phone_same_line(number, other)` is `number >= phone_base(other) AND number <= phone_line_last(other)` on a
// btree of the type, and selects about as many rows as an equality does: a line has few extensions.
Datum contacts_phone_line_support(PG_FUNCTION_ARGS) {
    auto *node = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));
    if (IsA(node, SupportRequestSelectivity)) {
        auto *request = reinterpret_cast<SupportRequestSelectivity *>(node);
        if (list_length(request->args) != 2) PG_RETURN_POINTER(nullptr);
        VariableStatData variable;
        examine_variable(request->root, static_cast<Node *>(linitial(request->args)), request->varRelid,
                         &variable);
        bool is_default;
        const double distinct = get_variable_numdistinct(&variable, &is_default);
        ReleaseVariableStats(variable);
        request->selectivity = std::clamp(1 / distinct, 0.0, 1.0);
        PG_RETURN_POINTER(request);
    }
    IndexCondition condition;
    if (!index_condition(node, &condition) || !is_fixed(condition)) PG_RETURN_POINTER(nullptr);
    List *conditions = NIL;
    for (const auto &[name, strategy] : {std::pair{"phone_base", BTGreaterEqualStrategyNumber},
                                         std::pair{"phone_line_last", BTLessEqualStrategyNumber}}) {
        Expr *bound = bound_by(condition, name, condition.type);
        if (!bound) PG_RETURN_POINTER(nullptr);
        Node *folded = eval_const_expressions(condition.request->root, reinterpret_cast<Node *>(bound));
        conditions = lappend(conditions, key_clause(condition, static_cast<StrategyNumber>(strategy),
                                                    reinterpret_cast<Expr *>(folded)));
    }
    condition.request->lossy = false;
    PG_RETURN_POINTER(conditions);
}
}
