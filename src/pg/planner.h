// What functions that advise the planner have in common: conditions that are a range of a btree, and the
// selectivity of a column against a constant. Plain backend code: no C++ object is alive in them.
#pragma once

extern "C" {
#include "postgres.h"

#include "access/stratnum.h"
#include "fmgr.h"
#include "nodes/supportnodes.h"
#include "utils/selfuncs.h"
}

namespace contacts::pg {

// A function or operator of two arguments whose first is the key of an index.
struct IndexCondition {
    SupportRequestIndexCondition *request;
    Node *key;
    Node *other;
    Oid type;  // of the key
};

// Whether the request is about such a condition on the own btree order of the key's type. Strategy numbers
// mean other operators elsewhere: those of a hash family, of an order of somebody's own.
bool index_condition(Node *request, IndexCondition *condition);

// Whether the other argument is the same for a whole scan.
bool is_fixed(const IndexCondition &condition);

// A call of the function of this name beside the condition's, on the other argument, which is of type
// `argument`; null if there is none.
Expr *bound_by(const IndexCondition &condition, const char *function, Oid argument);

// `key operator bound`.
Expr *key_clause(const IndexCondition &condition, StrategyNumber strategy, Expr *bound);

// The answer of an operator's selectivity function: `estimate(variable, constant)` for a column and a
// constant that is not null, else `otherwise`.
template <class Estimate>
Datum selectivity(FunctionCallInfo fcinfo, double otherwise, Estimate &&estimate) {
    auto *root = reinterpret_cast<PlannerInfo *>(PG_GETARG_POINTER(0));
    List *arguments = reinterpret_cast<List *>(PG_GETARG_POINTER(2));
    const int relation = PG_GETARG_INT32(3);
    VariableStatData variable;
    Node *other;
    bool variable_on_left;
    if (!get_restriction_variable(root, arguments, relation, &variable, &other, &variable_on_left))
        PG_RETURN_FLOAT8(otherwise);
    double share = otherwise;
    if (variable_on_left && IsA(other, Const)) {
        const auto *constant = reinterpret_cast<const Const *>(other);
        share = constant->constisnull ? 0 : estimate(&variable, constant);
    }
    ReleaseVariableStats(variable);
    CLAMP_PROBABILITY(share);
    PG_RETURN_FLOAT8(share);
}

}  // namespace contacts::pg
