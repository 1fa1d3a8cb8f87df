#include "pg/planner.h"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"
}

namespace contacts::pg {

bool index_condition(Node *request, IndexCondition *condition) {
    if (!IsA(request, SupportRequestIndexCondition)) return false;
    condition->request = reinterpret_cast<SupportRequestIndexCondition *>(request);
    Node *clause = condition->request->node;
    List *arguments = NIL;
    if (is_opclause(clause))
        arguments = reinterpret_cast<OpExpr *>(clause)->args;
    else if (is_funcclause(clause))
        arguments = reinterpret_cast<FuncExpr *>(clause)->args;
    if (list_length(arguments) != 2 || condition->request->indexarg != 0) return false;
    condition->key = reinterpret_cast<Node *>(linitial(arguments));
    condition->other = reinterpret_cast<Node *>(lsecond(arguments));
    condition->type = getBaseType(exprType(condition->key));
    const Oid own_class = GetDefaultOpClass(condition->type, BTREE_AM_OID);
    return OidIsValid(own_class) && get_opclass_family(own_class) == condition->request->opfamily;
}

bool is_fixed(const IndexCondition &condition) {
    return is_pseudo_constant_for_index(condition.request->root, condition.other, condition.request->index);
}

Expr *bound_by(const IndexCondition &condition, const char *function, Oid argument) {
    char *schema = get_namespace_name(get_func_namespace(condition.request->funcid));
    const Oid found =
        LookupFuncName(list_make2(makeString(schema), makeString(pstrdup(function))), 1, &argument, true);
    if (!OidIsValid(found)) return nullptr;
    return reinterpret_cast<Expr *>(makeFuncExpr(found, condition.type,
                                                 list_make1(copyObjectImpl(condition.other)), InvalidOid,
                                                 exprCollation(condition.other), COERCE_EXPLICIT_CALL));
}

Expr *key_clause(const IndexCondition &condition, StrategyNumber strategy, Expr *bound) {
    const Oid operator_oid = get_opfamily_member(condition.request->opfamily, condition.type, condition.type,
                                                 static_cast<int16>(strategy));
    return make_opclause(operator_oid, BOOLOID, false, static_cast<Expr *>(copyObjectImpl(condition.key)),
                         bound, InvalidOid, InvalidOid);
}

}  // namespace contacts::pg
