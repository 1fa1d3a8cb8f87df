// What the planner needs to know of `email ^@ text`: it is a range of a btree.
#include "pg/guard.h"

extern "C" {
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"
}

#include <utility>

extern "C" {

PG_FUNCTION_INFO_V1(contacts_email_prefix_support);

// The bounds are made when a scan starts, also those of a constant: they ask ICU.
Datum contacts_email_prefix_support(PG_FUNCTION_ARGS) {
    auto *node = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));
    if (!IsA(node, SupportRequestIndexCondition)) PG_RETURN_POINTER(nullptr);
    auto *request = reinterpret_cast<SupportRequestIndexCondition *>(node);
    List *arguments = NIL;
    if (is_opclause(request->node))
        arguments = reinterpret_cast<OpExpr *>(request->node)->args;
    else if (is_funcclause(request->node))
        arguments = reinterpret_cast<FuncExpr *>(request->node)->args;
    if (list_length(arguments) != 2 || request->indexarg != 0) PG_RETURN_POINTER(nullptr);
    auto *address = reinterpret_cast<Node *>(linitial(arguments));
    auto *prefix = reinterpret_cast<Node *>(lsecond(arguments));
    const Oid type = getBaseType(exprType(address));
    const Oid own_class = GetDefaultOpClass(type, BTREE_AM_OID);
    if (!OidIsValid(own_class) || get_opclass_family(own_class) != request->opfamily ||
        !is_pseudo_constant_for_index(request->root, prefix, request->index))
        PG_RETURN_POINTER(nullptr);

    List *conditions = NIL;
    for (const auto &[name, strategy] : {std::pair{"email_prefix_first", BTGreaterEqualStrategyNumber},
                                         std::pair{"email_prefix_last", BTLessEqualStrategyNumber}}) {
        char *schema = get_namespace_name(get_func_namespace(request->funcid));
        const Oid argument = TEXTOID;
        const Oid function =
            LookupFuncName(list_make2(makeString(schema), makeString(pstrdup(name))), 1, &argument, true);
        if (!OidIsValid(function)) PG_RETURN_POINTER(nullptr);
        List *bound_arguments = list_make1(copyObjectImpl(prefix));
        auto *bound = reinterpret_cast<Expr *>(makeFuncExpr(function, type, bound_arguments, InvalidOid,
                                                            exprCollation(prefix), COERCE_EXPLICIT_CALL));
        const Oid operator_oid =
            get_opfamily_member(request->opfamily, type, type, static_cast<int16>(strategy));
        conditions = lappend(conditions, make_opclause(operator_oid, BOOLOID, false,
                                                       static_cast<Expr *>(copyObjectImpl(address)), bound,
                                                       InvalidOid, InvalidOid));
    }
    request->lossy = false;
    PG_RETURN_POINTER(conditions);
}
}
