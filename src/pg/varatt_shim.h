/* The VARDATA macros moved to a header of their own in PostgreSQL 16. */
#pragma once

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
