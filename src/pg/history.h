// The change log's triggers, for the others.
#pragma once

extern "C" {
#include "postgres.h"

#include "commands/trigger.h"
}

// propagate_access() as a statement trigger. May ereport.
void contacts_propagate_access_of_statement(TriggerData *trigger);
