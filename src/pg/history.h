// What the triggers of the history share with those that stamp rows and keep access columns.
#pragma once

extern "C" {
#include "postgres.h"

#include "commands/trigger.h"
}

// A part of a contact changed: the contact is updated for nothing but a new version. stamp_row gives one to rows
// whose version the statement raises by one while this is set.
extern bool contacts_raising_version;

// propagate_access() as a statement trigger. May ereport.
void contacts_propagate_access_of_statement(TriggerData *trigger);
