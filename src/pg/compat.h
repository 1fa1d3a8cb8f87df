// Where versions of PostgreSQL differ, and nowhere else. The project is written for the newest; here older
// ones get what it uses under the same name.
#pragma once

extern "C" {
#include "postgres.h"

#include "fmgr.h"
#include "utils/relcache.h"

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
#include "utils/acl.h"
#endif
}

#if PG_VERSION_NUM < 160000
// There are no soft errors.
#define ereturn(context, dummy_value, ...) \
    do {                                   \
        (void)(context);                   \
        ereport(ERROR, __VA_ARGS__);       \
        return dummy_value;                \
    } while (0)

// Only relations are asked for.
inline bool object_ownercheck(Oid, Oid relation, Oid role) {
    return pg_class_ownercheck(relation, role);
}
#endif

#if PG_VERSION_NUM < 180000
// A library has no name of its own.
#define PG_MODULE_MAGIC_EXT(...) PG_MODULE_MAGIC

// The answer is what it has always been without deferrable keys.
inline Oid RelationGetPrimaryKeyIndex(Relation relation, bool) {
    return RelationGetPrimaryKeyIndex(relation);
}
#endif
