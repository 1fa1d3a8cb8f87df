// Who acts, for C callers; contacts.actor() is the same as a function of SQL.
#pragma once

extern "C" {
#include "postgres.h"
}

// Login of who acts, in the current memory context. May ereport.
text *contacts_current_actor(void);
