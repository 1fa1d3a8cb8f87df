// What the planner needs to know of `email ^@ text`: it is a range of a btree.
#include "pg/guard.h"

extern "C" {
#include "catalog/pg_type.h"
}

#include <utility>

#include "pg/planner.h"

using namespace contacts::pg;

extern "C" {

PG_FUNCTION_INFO_V1(contacts_email_prefix_support);

// The bounds are made when a scan starts, also those of a constant: they ask ICU.
Datum contacts_email_prefix_support(PG_FUNCTION_ARGS) {
    IndexCondition condition;
    if (!index_condition(reinterpret_cast<Node *>(PG_GETARG_POINTER(0)), &condition) || !is_fixed(condition))
        PG_RETURN_POINTER(nullptr);
    List *conditions = NIL;
    for (const auto &[name, strategy] : {std::pair{"email_prefix_first", BTGreaterEqualStrategyNumber},
                                         std::pair{"email_prefix_last", BTLessEqualStrategyNumber}}) {
        Expr *bound = bound_by(condition, name, TEXTOID);
        if (!bound) PG_RETURN_POINTER(nullptr);
        conditions = lappend(conditions, key_clause(condition, static_cast<StrategyNumber>(strategy), bound));
    }
    condition.request->lossy = false;
    PG_RETURN_POINTER(conditions);
}
}
