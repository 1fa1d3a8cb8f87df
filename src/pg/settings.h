// The extension's settings (see docs): read by entry functions before any C++ object is alive.
#pragma once

// contacts.default_region: ISO 3166-1 alpha-2 or empty (international notation only). Never null.
extern char *contacts_default_region;
// contacts.actor: login on whose behalf a pool acts; superuser-class. Never null.
extern char *contacts_actor_setting;
