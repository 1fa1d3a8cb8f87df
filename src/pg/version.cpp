#include "pg/guard.h"

extern "C" {
#include "access/htup_details.h"
#include "funcapi.h"
}

#include "core/version.h"

extern "C" {

PG_FUNCTION_INFO_V1(contacts_library_versions);

// CONTACTS_VERSION comes from contacts.control, by make.
Datum contacts_library_versions(PG_FUNCTION_ARGS) {
    constexpr int kColumns = 6;
    TupleDesc row;
    if (get_call_result_type(fcinfo, nullptr, &row) != TYPEFUNC_COMPOSITE || row->natts != kColumns)
        elog(ERROR, "contacts_library_versions must return a row of %d columns", kColumns);
    Datum values[kColumns];
    bool nulls[kColumns] = {};
    contacts::pg::Guarded(fcinfo, [&](contacts::pg::Failure &) -> Datum {
        const contacts::LibraryVersions versions = contacts::LoadedVersions();
        int i = 0;
        const auto put = [&](const std::optional<std::string> &text) {
            nulls[i] = !text;
            values[i] = text ? contacts::pg::NewVarlena(*text) : Datum{0};
            ++i;
        };
        put(CONTACTS_VERSION);
        put(versions.libphonenumber);
        put(versions.phone_metadata);
        put(versions.icu);
        put(versions.unicode);
        put(versions.cldr);
        return 0;
    });
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}
}
