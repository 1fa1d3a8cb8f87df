// The library's entry: magic block and settings. Nothing of libphonenumber or ICU is touched at load.
#include "pg/guard.h"

extern "C" {
#include "utils/guc.h"
}

#include <cctype>
#include <cstring>

#include "pg/access.h"
#include "pg/settings.h"

char *contacts_default_region = nullptr;
char *contacts_actor_setting = nullptr;

namespace {

// Two ASCII letters or nothing; stored in upper case so that readers need not fold it again.
bool check_default_region(char **newval, void **extra, GucSource source) {
    char *value = *newval;
    if (value == nullptr || value[0] == '\0') return true;
    if (strlen(value) != 2 || !isalpha(static_cast<unsigned char>(value[0])) ||
        !isalpha(static_cast<unsigned char>(value[1]))) {
        GUC_check_errdetail("A region is an ISO 3166-1 alpha-2 code such as \"US\" or \"GB\", or empty.");
        return false;
    }
    for (int i = 0; i < 2; ++i) value[i] = pg_ascii_toupper(static_cast<unsigned char>(value[i]));
    return true;
}

}  // namespace

extern "C" {

PG_MODULE_MAGIC_EXT(.name = "contacts", .version = CONTACTS_VERSION);

void _PG_init(void);

void _PG_init(void) {
    DefineCustomStringVariable(
        "contacts.default_region", "Region whose national phone notation is understood.",
        "ISO 3166-1 alpha-2; empty means that only international notation is.", &contacts_default_region, "",
        PGC_USERSET, 0, check_default_region, nullptr, nullptr);
    DefineCustomStringVariable(
        "contacts.actor", "Login on whose behalf the session acts.",
        "Empty means the session's role. Roles other than superusers need GRANT SET ON PARAMETER.",
        &contacts_actor_setting, "", PGC_SUSET, 0, nullptr, contacts_actor_changed, nullptr);
    MarkGUCPrefixReserved("contacts");
}
}
