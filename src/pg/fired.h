// What trigger functions have in common: the call, and the table that fired.
#pragma once

extern "C" {
#include "postgres.h"

#include "commands/trigger.h"
#include "utils/datum.h"
#include "utils/rel.h"
}

namespace contacts::pg {

// The trigger of the call; raises an error where `function` was not called as one.
TriggerData *fired_trigger(FunctionCallInfo fcinfo, const char *function);

// Raises the error that `function` "must be fired …" otherwise.
[[noreturn]] void refuse_event(const char *function, const char *events);

// Number of the column of this name and type; 0 if there is none. The type matters: a table of anybody's may
// fire these functions.
AttrNumber optional_column(Relation rel, const char *name, Oid type);

// The same of a column that the trigger cannot do without.
AttrNumber find_column(Relation rel, const char *name, Oid type);

// The table of this name beside `rel`, quoted.
const char *beside(Relation rel, const char *table);

// The access columns that contacts and their parts have in common, in the order that statements use.
enum Access { kOwnerId, kVisibility, kSharedWith, kEditableBy, kAccessColumns };
extern const char *const access_names[kAccessColumns];
extern const Oid access_types[kAccessColumns];

// Whether a column has the same value in two rows.
inline bool same_value(Form_pg_attribute att, Datum a, bool a_null, Datum b, bool b_null) {
    if (a_null || b_null) return a_null == b_null;
    // Same bytes first: an untouched value that is stored out of line is not fetched.
    return datumIsEqual(a, b, att->attbyval, att->attlen) || datum_image_eq(a, b, att->attbyval, att->attlen);
}

}  // namespace contacts::pg
