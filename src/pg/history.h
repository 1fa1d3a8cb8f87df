// The change log's triggers, for the others.
#pragma once

extern "C" {
#include "postgres.h"

#include "commands/trigger.h"
#include "utils/uuid.h"
}

// propagate_access() as a statement trigger. May ereport.
void contacts_propagate_access_of_statement(TriggerData *trigger);

// The version that a new contact begins with: 1, or, where one of this id was deleted, what follows the last
// that `log`, a table beside `rel`, has of it. May ereport.
int32 contacts_first_version(Relation rel, const char *log, const pg_uuid_t *id);
