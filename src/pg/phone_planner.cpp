// What the planner needs to know of `phone ^@ text`: it is a range of a btree, and how many rows it selects.
#include "pg/phone.h"

extern "C" {
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
}

#include <algorithm>
#include <utility>

using contacts::Phone;
using contacts::PhonePositionBetween;
using contacts::PhonePrefixRange;
using contacts::pg::Failure;
using contacts::pg::Guarded;
using contacts::pg::NewPhone;
using contacts::pg::View;

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
    auto *root = reinterpret_cast<PlannerInfo *>(PG_GETARG_POINTER(0));
    const Oid operator_oid = PG_GETARG_OID(1);
    List *arguments = reinterpret_cast<List *>(PG_GETARG_POINTER(2));
    const int relation = PG_GETARG_INT32(3);

    VariableStatData variable;
    Node *other;
    bool variable_on_left;
    if (!get_restriction_variable(root, arguments, relation, &variable, &other, &variable_on_left))
        PG_RETURN_FLOAT8(kDefaultSelectivity);
    double selectivity = kDefaultSelectivity;
    if (variable_on_left && IsA(other, Const)) {
        const auto *constant = reinterpret_cast<Const *>(other);
        selectivity =
            constant->constisnull ? 0 : prefix_selectivity(&variable, operator_oid, constant->constvalue);
    }
    ReleaseVariableStats(variable);
    CLAMP_PROBABILITY(selectivity);
    PG_RETURN_FLOAT8(selectivity);
}

// `number ^@ '+4144'` is exactly `number >= '+4144' AND number < '+4145'` on a btree of the type.
Datum contacts_phone_prefix_support(PG_FUNCTION_ARGS) {
    auto *node = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));
    if (!IsA(node, SupportRequestIndexCondition)) PG_RETURN_POINTER(nullptr);
    auto *request = reinterpret_cast<SupportRequestIndexCondition *>(node);

    List *arguments = NIL;
    if (is_opclause(request->node))
        arguments = reinterpret_cast<OpExpr *>(request->node)->args;
    else if (is_funcclause(request->node))
        arguments = reinterpret_cast<FuncExpr *>(request->node)->args;
    if (list_length(arguments) != 2 || request->indexarg != 0) PG_RETURN_POINTER(nullptr);
    auto *left = reinterpret_cast<Node *>(linitial(arguments));
    auto *right = reinterpret_cast<Node *>(lsecond(arguments));

    // Strategy numbers mean other operators elsewhere: those of a hash family, of an order of somebody's own.
    const Oid type = getBaseType(exprType(left));
    const Oid own_class = GetDefaultOpClass(type, BTREE_AM_OID);
    if (!OidIsValid(own_class) || get_opclass_family(own_class) != request->opfamily)
        PG_RETURN_POINTER(nullptr);

    const auto clause = [&](StrategyNumber strategy, Expr *bound) -> List * {
        const Oid operator_oid =
            get_opfamily_member(request->opfamily, type, type, static_cast<int16>(strategy));
        Expr *condition =
            make_opclause(operator_oid, BOOLOID, false, static_cast<Expr *>(copyObjectImpl(left)), bound,
                          InvalidOid, InvalidOid);
        return list_make1(condition);
    };
    const auto value = [&](Datum phone) {
        return reinterpret_cast<Expr *>(makeConst(type, -1, InvalidOid, -1, phone, false, false));
    };

    request->lossy = false;
    if (IsA(right, Const)) {
        if (reinterpret_cast<Const *>(right)->constisnull) PG_RETURN_POINTER(nullptr);
        const Bounds bounds = bounds_of(reinterpret_cast<Const *>(right)->constvalue);
        List *conditions = NIL;
        if (bounds.has_first) conditions = clause(BTGreaterEqualStrategyNumber, value(bounds.first));
        if (bounds.has_after)
            conditions = list_concat(conditions, clause(BTLessStrategyNumber, value(bounds.after)));
        PG_RETURN_POINTER(conditions);
    }

    // A parameter, or a column of another table: the bounds are made when the scan starts.
    if (!is_pseudo_constant_for_index(request->root, right, request->index)) PG_RETURN_POINTER(nullptr);
    const auto bound = [&](const char *name) -> Expr * {
        char *schema = get_namespace_name(get_func_namespace(request->funcid));
        const Oid argument = TEXTOID;
        List *qualified = list_make2(makeString(schema), makeString(pstrdup(name)));
        const Oid function = LookupFuncName(qualified, 1, &argument, true);
        if (!OidIsValid(function)) return nullptr;
        List *prefix = list_make1(copyObjectImpl(right));
        return reinterpret_cast<Expr *>(
            makeFuncExpr(function, type, prefix, InvalidOid, exprCollation(right), COERCE_EXPLICIT_CALL));
    };
    Expr *first = bound("phone_prefix_first"), *last = bound("phone_prefix_last");
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
    if (!IsA(node, SupportRequestIndexCondition)) PG_RETURN_POINTER(nullptr);
    auto *request = reinterpret_cast<SupportRequestIndexCondition *>(node);
    if (!is_funcclause(request->node) || request->indexarg != 0) PG_RETURN_POINTER(nullptr);
    List *arguments = reinterpret_cast<FuncExpr *>(request->node)->args;
    if (list_length(arguments) != 2) PG_RETURN_POINTER(nullptr);
    auto *number = reinterpret_cast<Node *>(linitial(arguments));
    auto *other = reinterpret_cast<Node *>(lsecond(arguments));
    const Oid type = getBaseType(exprType(number));
    const Oid own_class = GetDefaultOpClass(type, BTREE_AM_OID);
    if (!OidIsValid(own_class) || get_opclass_family(own_class) != request->opfamily ||
        !is_pseudo_constant_for_index(request->root, other, request->index))
        PG_RETURN_POINTER(nullptr);

    List *conditions = NIL;
    for (const auto &[name, strategy] : {std::pair{"phone_base", BTGreaterEqualStrategyNumber},
                                         std::pair{"phone_line_last", BTLessEqualStrategyNumber}}) {
        char *schema = get_namespace_name(get_func_namespace(request->funcid));
        const Oid function =
            LookupFuncName(list_make2(makeString(schema), makeString(pstrdup(name))), 1, &type, true);
        if (!OidIsValid(function)) PG_RETURN_POINTER(nullptr);
        List *argument = list_make1(copyObjectImpl(other));
        Node *bound = reinterpret_cast<Node *>(
            makeFuncExpr(function, type, argument, InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
        const Oid operator_oid =
            get_opfamily_member(request->opfamily, type, type, static_cast<int16>(strategy));
        conditions =
            lappend(conditions,
                    make_opclause(operator_oid, BOOLOID, false, static_cast<Expr *>(copyObjectImpl(number)),
                                  reinterpret_cast<Expr *>(eval_const_expressions(request->root, bound)),
                                  InvalidOid, InvalidOid));
    }
    request->lossy = false;
    PG_RETURN_POINTER(conditions);
}
}
