// Who acts: the setting contacts.actor, else the role of the session or of SET ROLE.
#include "pg/guard.h"

extern "C" {
#include "miscadmin.h"
#include "utils/builtins.h"
}

#include "pg/actor.h"
#include "pg/settings.h"

// GetOuterUserId, not GetUserId: inside a definer's function the actor stays who called it.
text *contacts_current_actor(void) {
    if (contacts_actor_setting[0] != '\0') return cstring_to_text(contacts_actor_setting);
    return cstring_to_text(GetUserNameFromId(GetOuterUserId(), false));
}

extern "C" {

PG_FUNCTION_INFO_V1(contacts_actor);

Datum contacts_actor(PG_FUNCTION_ARGS) {
    PG_RETURN_TEXT_P(contacts_current_actor());
}
}
