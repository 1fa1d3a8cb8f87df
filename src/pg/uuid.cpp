#include "pg/guard.h"

extern "C" {
#include "utils/uuid.h"
}

#include <cstring>

#include "core/uuid.h"

extern "C" {

PG_FUNCTION_INFO_V1(contacts_uuid_v7);

Datum contacts_uuid_v7(PG_FUNCTION_ARGS) {
    return contacts::pg::Guarded(fcinfo, [](contacts::pg::Failure &) -> Datum {
        const contacts::Uuid uuid = contacts::NewUuidV7();
        static_assert(sizeof uuid == UUID_LEN);
        auto *result = static_cast<pg_uuid_t *>(contacts::pg::Allocate(sizeof(pg_uuid_t)));
        std::memcpy(result->data, uuid.data(), UUID_LEN);
        return PointerGetDatum(result);
    });
}
}
