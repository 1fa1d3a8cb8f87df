// CSV out: contacts.csv_record() and the marks that take a value through a spreadsheet.
#include "pg/guard.h"

extern "C" {
#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"
}

#include <string>

#include "core/csv/writer.h"
#include "core/text.h"

namespace contacts::pg {
namespace {

struct Cells {
    Datum *values;
    bool *nulls;
    int count;
};

Cells cells_of(ArrayType *array) {
    Cells cells;
    deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &cells.values, &cells.nulls, &cells.count);
    // Elements of an array may be compressed.
    for (int i = 0; i < cells.count; ++i)
        if (!cells.nulls[i]) cells.values[i] = PointerGetDatum(PG_DETOAST_DATUM_PACKED(cells.values[i]));
    return cells;
}

Datum Record(const Cells &cells, std::string_view delimiter, bool guarded) {
    std::string out;
    csv::RecordWriter writer(out, delimiter);
    for (int i = 0; i < cells.count; ++i) {
        if (cells.nulls[i]) {
            writer.AddNothing();
            continue;
        }
        const std::string_view cell = View(DatumGetPointer(cells.values[i]));
        if (guarded)
            writer.Add(csv::MarkAgain(cell));
        else
            writer.Add(cell);
    }
    writer.End();
    return NewVarlena(out);
}

Datum record(FunctionCallInfo fcinfo, bool guarded) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
    const Cells cells = cells_of(PG_GETARG_ARRAYTYPE_P(0));
    const text *delimiter = PG_GETARG_TEXT_PP(1);
    if (cells.count == 0) PG_RETURN_NULL();
    return Guarded(fcinfo, [&](Failure &) -> Datum { return Record(cells, View(delimiter), guarded); });
}

Datum mark(FunctionCallInfo fcinfo, csv::Guard guard) {
    text *value = PG_GETARG_TEXT_PP(0);
    if (!csv::NeedsMark(View(value), guard)) PG_RETURN_TEXT_P(value);
    return Guarded(fcinfo, [&](Failure &) -> Datum { return NewVarlena(csv::Mark(View(value), guard)); });
}

}  // namespace
}  // namespace contacts::pg

extern "C" {

PG_FUNCTION_INFO_V1(contacts_csv_record);
PG_FUNCTION_INFO_V1(contacts_csv_guarded_record);
PG_FUNCTION_INFO_V1(contacts_csv_guard);
PG_FUNCTION_INFO_V1(contacts_csv_escape);
PG_FUNCTION_INFO_V1(contacts_csv_value);

Datum contacts_csv_record(PG_FUNCTION_ARGS) {
    return contacts::pg::record(fcinfo, false);
}

Datum contacts_csv_guarded_record(PG_FUNCTION_ARGS) {
    return contacts::pg::record(fcinfo, true);
}

Datum contacts_csv_guard(PG_FUNCTION_ARGS) {
    return contacts::pg::mark(fcinfo, contacts::csv::Guard::kSpreadsheet);
}

Datum contacts_csv_escape(PG_FUNCTION_ARGS) {
    return contacts::pg::mark(fcinfo, contacts::csv::Guard::kImport);
}

Datum contacts_csv_value(PG_FUNCTION_ARGS) {
    text *cell = PG_GETARG_TEXT_PP(0);
    return contacts::pg::Guarded(fcinfo, [&](contacts::pg::Failure &) -> Datum {
        const std::string_view view = contacts::pg::View(cell);
        return contacts::pg::NewVarlena(contacts::csv::Unmark(view).value_or(contacts::Trim(view)));
    });
}
}
