// The import that runs in this session, if any: set by the import engine, read by the row triggers. Whoever
// sets it clears it at the end and when the (sub)transaction aborts.
#pragma once

extern "C" {
#include "postgres.h"

#include "utils/uuid.h"
}

#include <string_view>

extern bool contacts_import_active;
extern pg_uuid_t contacts_import_id;  // meaningful while contacts_import_active
// How often statements of this session have updated organizations.
extern uint64 contacts_organization_updates;
// The name of an organization that the batch being written refers to, empty where that is not known. Valid
// until the batch ends.
std::string_view contacts_import_organization_name(const pg_uuid_t *organization_id);
