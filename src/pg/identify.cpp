// What identify() asks before it looks at contacts: the number as it was dialled, whether who acts has
// blocked it, and which colleagues have it.
//
// Each table and expression of a plan costs every execution of it, so what hardly a call needs is no part of
// the plan of identify(). Lists of the session (listed.cpp) tell which calls may be from colleagues; for
// those, a statement is run that is kept prepared, with the rights of who asks.
#include "pg/guard.h"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"
}

#include <utility>

#include "pg/access.h"
#include "pg/listed.h"
#include "pg/plan.h"

extern "C" {
Datum contacts_phone_out(PG_FUNCTION_ARGS);
Datum contacts_phone_try_parse(PG_FUNCTION_ARGS);
}

namespace {

// ---- Statements that are kept

// What a statement is given.
struct Arguments {
    int count;
    Oid types[2];
    Datum values[2];
    bool nulls[2];
};

// `SELECT f FROM function($1, …) AS f`, with the snapshot of the statement that calls. SPI is connected.
void run_kept(Oid function, Arguments &&arguments) {
    const char *name = get_func_name(function);
    const char *schema = name ? get_namespace_name(get_func_namespace(function)) : nullptr;
    if (!schema) elog(ERROR, "cache lookup failed for function %u", function);
    // By hand: the formatting of StringInfo would be felt. Quoting at most doubles a name.
    char statement[4 * NAMEDATALEN + 64];
    char *end = stpcpy(statement, "SELECT f FROM ");
    end = stpcpy(end, quote_identifier(schema));
    end = stpcpy(end, ".");
    end = stpcpy(end, quote_identifier(name));
    stpcpy(end, arguments.count == 1 ? "($1) AS f" : "($1, $2) AS f");
    char nulls[2];
    for (int i = 0; i < arguments.count; ++i) nulls[i] = arguments.nulls[i] ? 'n' : ' ';
    const int result = contacts::pg::run_kept_plan(
        statement, arguments.count, arguments.types,
        [&](SPIPlanPtr plan) { return SPI_execute_plan(plan, arguments.values, nulls, true, 0); });
    if (result != SPI_OK_SELECT) elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
}

[[noreturn]] void refuse(Oid function) {
    ereport(ERROR,
            (errcode(ERRCODE_DATATYPE_MISMATCH),
             errmsg("function \"%s\" returns other columns than identify() needs", get_func_name(function))));
    pg_unreachable();
}

// What a kept statement that returns one boolean answers; false where it is NULL.
bool ask_kept(Oid function, Arguments &&arguments) {
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    run_kept(function, std::move(arguments));
    if (SPI_tuptable->tupdesc->natts != 1 || SPI_gettypeid(SPI_tuptable->tupdesc, 1) != BOOLOID)
        refuse(function);
    bool is_null = true;
    Datum answer = static_cast<Datum>(0);
    if (SPI_processed > 0) answer = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
    SPI_finish();
    return !is_null && DatumGetBool(answer);
}

Arguments texts(const char *first, Datum second) {
    return {2,
            {TEXTOID, TEXTOID},
            {first ? CStringGetTextDatum(first) : static_cast<Datum>(0), second},
            {first == nullptr, false}};
}

// ---- The answer

// Columns of contacts.caller.
enum Column { kNumber, kDialled, kActing, kIsBlocked, kColleague, kColumns };

// As btrim(): without the spaces at both ends.
Datum trimmed_text(const text *value) {
    const char *start = VARDATA_ANY(value);
    size_t length = VARSIZE_ANY_EXHDR(value);
    while (length > 0 && start[length - 1] == ' ') --length;
    while (length > 0 && *start == ' ') ++start, --length;
    return PointerGetDatum(cstring_to_text_with_len(start, static_cast<int>(length)));
}

Datum parse(FunctionCallInfo fcinfo, int number, int region, bool *is_null) {
    LOCAL_FCINFO(call, 2);
    InitFunctionCallInfoData(*call, nullptr, 2, InvalidOid, nullptr, nullptr);
    call->args[0] = fcinfo->args[number];
    call->args[1] = fcinfo->args[region];
    Datum phone = contacts_phone_try_parse(call);
    if (call->isnull && !call->args[1].isnull) {
        // With its country code a number is of no region, even where what a table has for one is none.
        call->args[1].value = CStringGetTextDatum("");
        call->isnull = false;
        phone = contacts_phone_try_parse(call);
    }
    *is_null = call->isnull;
    return phone;
}

// A new statement sees what others have changed, even if it takes no lock it did not have.
void look_once(FunctionCallInfo fcinfo) {
    if (fcinfo->flinfo->fn_extra) return;
    AcceptInvalidationMessages();
    fcinfo->flinfo->fn_extra = fcinfo->flinfo;
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_identify_caller);
PG_FUNCTION_INFO_V1(contacts_identify_fits);
PG_FUNCTION_INFO_V1(contacts_identify_favorite);

// (staff, staff_phone, staff_extension, blocked_number, function of colleagues, function is_blocked, number,
// region)
Datum contacts_identify_caller(PG_FUNCTION_ARGS) {
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    if (result->setDesc->natts != kColumns)
        elog(ERROR, "contacts.caller has %d columns instead of %d", result->setDesc->natts, kColumns);
    for (int i = 0; i < 7; ++i)
        if (PG_ARGISNULL(i)) PG_RETURN_NULL();
    look_once(fcinfo);

    const contacts_acting acting = contacts_who_acts(PG_GETARG_OID(0));
    Datum values[kColumns] = {};
    bool nulls[kColumns];
    memset(nulls, true, sizeof(nulls));
    if (acting.permissions != 0) {
        values[kActing] = UUIDPGetDatum(&acting.staff_id);
        nulls[kActing] = false;
    }
    values[kDialled] = trimmed_text(PG_GETARG_TEXT_PP(6));
    nulls[kDialled] = false;
    values[kNumber] = parse(fcinfo, 6, 7, &nulls[kNumber]);

    // Both lists know numbers without their extensions.
    char *number = nullptr;
    contacts_listing of_colleague = contacts_listing::kNo;
    nulls[kIsBlocked] = false;
    if (!nulls[kNumber]) {
        static constexpr char kChannel[] = "call";
        constexpr size_t kChannelLength = sizeof(kChannel) - 1;
        number = DatumGetCString(DirectFunctionCall1(contacts_phone_out, values[kNumber]));
        const size_t length = strcspn(number, ";");
        char key[64];
        contacts_listing blocked = contacts_listing::kUnknown;
        if (kChannelLength + length <= sizeof(key)) {
            memcpy(key, kChannel, kChannelLength);
            memcpy(key + kChannelLength, number, length);
            blocked = contacts_find_listed(PG_GETARG_OID(3), &acting, key, kChannelLength + length);
        }
        values[kIsBlocked] =
            BoolGetDatum(blocked == contacts_listing::kUnknown
                             ? ask_kept(PG_GETARG_OID(5), texts(number, CStringGetTextDatum(kChannel)))
                             : blocked == contacts_listing::kYes);
        of_colleague = contacts_find_listed(PG_GETARG_OID(1), &acting, number, length);
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    if (of_colleague == contacts_listing::kNo) {
        const auto *extension = DatumGetTextPP(values[kDialled]);
        of_colleague = contacts_find_listed(PG_GETARG_OID(2), &acting, VARDATA_ANY(extension),
                                            VARSIZE_ANY_EXHDR(extension));
    }
    if (of_colleague == contacts_listing::kNo) PG_RETURN_NULL();

    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const Oid function = PG_GETARG_OID(4);
    run_kept(function, texts(number, values[kDialled]));
    if (SPI_tuptable->tupdesc->natts != 1 ||
        SPI_gettypeid(SPI_tuptable->tupdesc, 1) != TupleDescAttr(result->setDesc, kColleague)->atttypid)
        refuse(function);
    for (uint64 i = 0; i < SPI_processed; ++i) {
        values[kColleague] =
            SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &nulls[kColleague]);
        if (!nulls[kColleague]) tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    SPI_finish();
    PG_RETURN_NULL();
}

// (number, what was dialled as a number, as a text, function of who is exact): on the same line is enough
// where nobody is exact.
Datum contacts_identify_fits(PG_FUNCTION_ARGS) {
    const auto *number = PG_GETARG_VARLENA_PP(0), *dialled = PG_GETARG_VARLENA_PP(1);
    if (VARSIZE_ANY_EXHDR(number) == VARSIZE_ANY_EXHDR(dialled) &&
        memcmp(VARDATA_ANY(number), VARDATA_ANY(dialled), VARSIZE_ANY_EXHDR(number)) == 0)
        PG_RETURN_BOOL(true);
    const char *wanted = DatumGetCString(DirectFunctionCall1(contacts_phone_out, PointerGetDatum(dialled)));
    PG_RETURN_BOOL(!ask_kept(PG_GETARG_OID(3), texts(wanted, PG_GETARG_DATUM(2))));
}

// (favorite, staff, id, function that asks the table)
Datum contacts_identify_favorite(PG_FUNCTION_ARGS) {
    look_once(fcinfo);
    const contacts_acting acting = contacts_who_acts(PG_GETARG_OID(1));
    const char *key = DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(2)));
    const contacts_listing found = contacts_find_listed(PG_GETARG_OID(0), &acting, key, strlen(key));
    PG_RETURN_BOOL(found == contacts_listing::kUnknown
                       ? ask_kept(PG_GETARG_OID(3), {1, {UUIDOID}, {PG_GETARG_DATUM(2)}, {false}})
                       : found == contacts_listing::kYes);
}
}
