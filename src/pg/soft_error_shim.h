/* Soft errors came with PostgreSQL 16; before, ereturn is an ordinary error. */
#pragma once

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#else
#define ereturn(context, dummy_value, ...) \
    do {                                   \
        (void)(context);                   \
        ereport(ERROR, __VA_ARGS__);       \
        return dummy_value;                \
    } while (0)
#endif
