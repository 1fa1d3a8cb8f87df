// Short lists that a session keeps, see listed.cpp.
#pragma once

#include "pg/guard.h"

#include "pg/access.h"

// What a list says of a key. Unknown: its table has to be asked.
enum class contacts_listing { kUnknown, kNo, kYes };

// Whether `key` is in the list of this table, as who acts may read it. May ereport, but not because of its
// arguments.
contacts_listing contacts_find_listed(Oid list, const contacts_acting *acting, const char *key,
                                      size_t length);
