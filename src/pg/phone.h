// contacts.phone as a Datum: a varlena with the packed bytes of a Phone, usually with a one-byte header.
#pragma once

#include "pg/guard.h"

#include "core/phone/phone.h"

namespace contacts::pg {

// The value that a detoasted Datum holds; throws Error when it is damaged.
Phone StoredPhone(const void *value);

inline Datum NewPhone(const Phone &phone) {
    return NewVarlena(phone.packed());
}

}  // namespace contacts::pg
