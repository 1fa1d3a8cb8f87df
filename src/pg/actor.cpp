// Who acts: the setting contacts.actor, else the role of the session or of SET ROLE.
#include "pg/guard.h"

extern "C" {
#include "miscadmin.h"
#include "utils/builtins.h"
}

#include "pg/settings.h"

extern "C" {

PG_FUNCTION_INFO_V1(contacts_actor);

// GetOuterUserId, not GetUserId: inside a definer's function the actor stays who called it.
Datum contacts_actor(PG_FUNCTION_ARGS) {
    if (contacts_actor_setting[0] != '\0') PG_RETURN_TEXT_P(cstring_to_text(contacts_actor_setting));
    PG_RETURN_TEXT_P(cstring_to_text(GetUserNameFromId(GetOuterUserId(), false)));
}
}
