// contacts.format_column(): the declarations of the formats, for the views, the templates and the docs.
#include "pg/guard.h"

extern "C" {
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
}

#include "core/format/format.h"
#include "core/format/mapping.h"

namespace contacts::pg {
namespace {

constexpr int kColumns = 10;

void PutFormats(ReturnSetInfo *result) {
    for (const Format &format : Formats()) {
        int position = 0;
        for (const Column &column : format.columns) {
            ++position;
            const bool any = column.label[0] == '*';
            const char *label = column.label + any;
            Datum values[kColumns] = {};
            bool nulls[kColumns] = {};
            values[0] = NewVarlena(format.name);
            values[1] = Int32GetDatum(position);
            values[2] = NewVarlena(column.header);
            values[3] = NewVarlena(NameOf(column.target));
            nulls[4] = label[0] == '\0';
            if (!nulls[4]) values[4] = NewVarlena(label);
            values[5] = BoolGetDatum(any);
            values[6] = BoolGetDatum(column.required);
            nulls[7] = column.max_length == 0;
            values[7] = Int32GetDatum(column.max_length);
            values[8] = BoolGetDatum(column.in_view);
            nulls[9] = column.aliases[0] == '\0';
            if (!nulls[9]) values[9] = NewVarlena(column.aliases);
            Call([&] { tuplestore_putvalues(result->setResult, result->setDesc, values, nulls); });
        }
    }
}

void PutTerms(ReturnSetInfo *result) {
    for (const Target target : {Target::kContactType, Target::kContactLevel, Target::kPhoneList})
        for (const Term &term : TermsOf(target)) {
            Datum values[3] = {NewVarlena(NameOf(target)), NewVarlena(term.stored), NewVarlena(term.written)};
            bool nulls[3] = {};
            Call([&] { tuplestore_putvalues(result->setResult, result->setDesc, values, nulls); });
        }
}

}  // namespace
}  // namespace contacts::pg

extern "C" {

PG_FUNCTION_INFO_V1(contacts_format_column);
PG_FUNCTION_INFO_V1(contacts_format_term);

Datum contacts_format_column(PG_FUNCTION_ARGS) {
    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    return contacts::pg::Guarded(fcinfo, [&](contacts::pg::Failure &) -> Datum {
        contacts::pg::PutFormats(result);
        return 0;
    });
}

Datum contacts_format_term(PG_FUNCTION_ARGS) {
    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    return contacts::pg::Guarded(fcinfo, [&](contacts::pg::Failure &) -> Datum {
        contacts::pg::PutTerms(result);
        return 0;
    });
}
}
