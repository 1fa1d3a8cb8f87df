#include "pg/fired.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace contacts::pg {

const char *const access_names[kAccessColumns] = {"owner_id", "visibility", "shared_with", "editable_by"};
const Oid access_types[kAccessColumns] = {UUIDOID, TEXTOID, UUIDARRAYOID, UUIDARRAYOID};

TriggerData *fired_trigger(FunctionCallInfo fcinfo, const char *function) {
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" was not called by trigger manager", function)));
    return reinterpret_cast<TriggerData *>(fcinfo->context);
}

void refuse_event(const char *function, const char *events) {
    ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                    errmsg("function \"%s\" must be fired %s", function, events)));
    pg_unreachable();
}

AttrNumber optional_column(Relation rel, const char *name, Oid type) {
    TupleDesc desc = RelationGetDescr(rel);
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (!att->attisdropped && att->atttypid == type && strcmp(NameStr(att->attname), name) == 0)
            return static_cast<AttrNumber>(i + 1);
    }
    return InvalidAttrNumber;
}

AttrNumber find_column(Relation rel, const char *name, Oid type) {
    const AttrNumber number = optional_column(rel, name, type);
    if (number == InvalidAttrNumber)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                        errmsg("table \"%s\" has no column \"%s\" of type %s", RelationGetRelationName(rel),
                               name, format_type_be(type)),
                        errdetail("A trigger of the extension \"contacts\" on this table needs it.")));
    return number;
}

const char *beside(Relation rel, const char *table) {
    return quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)), table);
}

}  // namespace contacts::pg
