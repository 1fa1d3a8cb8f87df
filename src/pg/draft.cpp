// What create_contact() and update_contact() of a directory need beyond SQL: errors that name the key and the value
// at fault, and the places of list entries.
#include "pg/guard.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
}

#include <cstring>

#include "core/email/email.h"
#include "core/part/positions.h"
#include "core/phone/parse.h"
#include "pg/phone.h"
#include "pg/settings.h"

using contacts::Fault;
using contacts::ParseEmail;
using contacts::ParsePhone;
using contacts::Phone;
using contacts::PlaceParts;
using contacts::Quoted;
using contacts::Result;
using contacts::StoredPart;
using contacts::pg::Allocate;
using contacts::pg::Call;
using contacts::pg::Failure;
using contacts::pg::Guarded;
using contacts::pg::NewPhone;
using contacts::pg::NewVarlena;
using contacts::pg::View;

namespace {

// A fault of the value under `key`.
Fault At(std::string_view key, Fault fault) {
    fault.message = std::string(key) + ": " + fault.message;
    return fault;
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_raise);
PG_FUNCTION_INFO_V1(contacts_quoted);
PG_FUNCTION_INFO_V1(contacts_draft_phone);
PG_FUNCTION_INFO_V1(contacts_draft_email);
PG_FUNCTION_INFO_V1(contacts_place_parts);

Datum contacts_raise(PG_FUNCTION_ARGS) {
    const char *argument[4] = {};
    for (int i = 0; i < 4; ++i)
        if (!PG_ARGISNULL(i)) argument[i] = text_to_cstring(PG_GETARG_TEXT_PP(i));
    const char *state = argument[0];
    const bool valid = state && strlen(state) == 5 &&
                       strspn(state, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5 && strncmp(state, "00", 2) != 0;
    ereport(ERROR,
            (errcode(valid ? MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4])
                           : ERRCODE_RAISE_EXCEPTION),
             errmsg_internal("%s", argument[1] ? argument[1] : ""),
             argument[2] ? errdetail_internal("%s", argument[2]) : 0, argument[3] ? errhint("%s", argument[3]) : 0));
    PG_RETURN_NULL();
}

Datum contacts_quoted(PG_FUNCTION_ARGS) {
    text *value = PG_GETARG_TEXT_PP(0);
    return Guarded(fcinfo, [&](Failure &) -> Datum { return NewVarlena(Quoted(View(value))); });
}

Datum contacts_draft_phone(PG_FUNCTION_ARGS) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
    const std::string_view key = View(PG_GETARG_TEXT_PP(0)), number = View(PG_GETARG_TEXT_PP(1));
    const bool extended = !PG_ARGISNULL(2);
    const std::string_view extension = extended ? View(PG_GETARG_TEXT_PP(2)) : std::string_view();
    const std::string_view region = contacts_default_region;
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const Result<Phone> phone = ParsePhone(number, region);
        if (!phone) {
            failure.SetHard(At(key, phone.fault()));
            return 0;
        }
        if (!extended) return NewPhone(*phone);
        const auto whole = Phone::FromDigits(phone->digits(), extension);
        if (whole && !extension.empty() && (phone->extension().empty() || *phone == *whole))
            return NewPhone(*whole);
        Fault fault;
        fault.message = std::string(key) + ": invalid extension \"" + Quoted(extension) + "\"";
        fault.detail = whole && !extension.empty()
                           ? "The number \"" + Quoted(number) + "\" has another extension."
                           : "An extension has 1 to 20 digits.";
        failure.SetHard(fault);
        return 0;
    });
}

Datum contacts_draft_email(PG_FUNCTION_ARGS) {
    text *key = PG_GETARG_TEXT_PP(0);
    text *address = PG_GETARG_TEXT_PP(1);
    return Guarded(fcinfo, [&](Failure &failure) -> Datum {
        const auto email = ParseEmail(View(address));
        if (email) return NewVarlena(email->stored());
        failure.SetHard(At(View(key), email.fault()));
        return 0;
    });
}

Datum contacts_place_parts(PG_FUNCTION_ARGS) {
    Datum *positions, *values, *wanted;
    bool *position_nulls, *value_nulls, *wanted_nulls;
    int stored_count, value_count, wanted_count;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), INT4OID, sizeof(int32), true, TYPALIGN_INT, &positions,
                      &position_nulls, &stored_count);
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &values, &value_nulls,
                      &value_count);
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &wanted, &wanted_nulls,
                      &wanted_count);
    if (stored_count != value_count)
        ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
                        errmsg("there are %d positions and %d values", stored_count, value_count)));
    Datum *places = static_cast<Datum *>(palloc(sizeof(Datum) * Max(wanted_count, 1)));
    Guarded(fcinfo, [&](Failure &) -> Datum {
        std::vector<StoredPart> stored;
        std::vector<std::string_view> entries;
        for (int i = 0; i < stored_count; ++i)
            if (!position_nulls[i] && !value_nulls[i])
                stored.push_back({DatumGetInt32(positions[i]), View(DatumGetPointer(values[i]))});
        for (int i = 0; i < wanted_count; ++i)
            entries.push_back(wanted_nulls[i] ? std::string_view() : View(DatumGetPointer(wanted[i])));
        const std::vector<int> placed = PlaceParts(stored, entries);
        for (int i = 0; i < wanted_count; ++i) places[i] = Int32GetDatum(placed[static_cast<std::size_t>(i)]);
        return 0;
    });
    PG_RETURN_ARRAYTYPE_P(
        construct_array(places, wanted_count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}
}
