// Who acts in a directory, and what of it he may see and change. For C callers; sql/extension/45_access.sql
// has the functions.
#pragma once

extern "C" {
#include "postgres.h"

#include "utils/relcache.h"
#include "utils/uuid.h"
}

enum contacts_permission : int {
    CONTACTS_VIEW = 1,
    CONTACTS_EDIT = 2,
    CONTACTS_IMPORT = 4,
    CONTACTS_EXPORT = 8,
    CONTACTS_ADMIN = 16,
};

// Who acts, as a directory knows him. Not enrolled: no permissions, and staff_id means nothing.
struct contacts_acting {
    int permissions;  // admin brings view and edit with it
    pg_uuid_t staff_id;
};

// Answers from the session's cache. `staff` may be anything. May ereport, but not because of its argument.
contacts_acting contacts_who_acts(Oid staff);

// Changes whenever an answer of contacts_who_acts() may have changed without a change of the outer user.
uint64 contacts_access_generation(void);

// The setting contacts.actor gets another value.
void contacts_actor_changed(const char *newval, void *extra);

// The table of this name beside `rel`, InvalidOid if there is none.
Oid contacts_table_beside(Relation rel, const char *name);

// InvalidOid if there is no such table.
Oid contacts_table_owner(Oid table);

// Whether the current user (not who acts) owns the table or is a superuser.
bool contacts_acts_as_owner(Oid table);
