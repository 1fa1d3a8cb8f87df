// What the row triggers of contacts and their parts know of each other within a session.
#pragma once

extern "C" {
#include "postgres.h"

#include "utils/uuid.h"
}

// While true, an update of a row gives it a new version even if no column changed: a part of it did. Whoever
// sets it clears it, also when the (sub)transaction aborts.
extern bool contacts_force_version;

// The access columns of a contact that no other session can change before this transaction ends, since it
// created the contact or locked its row. Only of contacts that are shared with nobody.
struct contacts_known_access {
    bool created;  // by this transaction; its parts belong to its creation
    bool has_owner;
    char visibility;  // 'c', 'r', 'p'
    pg_uuid_t owner_id;
};

// Null where nothing is known; the contact may exist nevertheless. `table` is the table of contacts.
const contacts_known_access *contacts_known_contact(Oid table, const pg_uuid_t *contact_id);
