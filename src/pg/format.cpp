// contacts.format_field(): the declarations of the formats, for the views, the templates and the docs.
#include "pg/guard.h"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
}

#include <algorithm>
#include <string_view>

#include "core/format/format.h"
#include "core/format/mapping.h"

namespace contacts::pg {
namespace {

constexpr int kColumns = 12;

// What 0.1.0 knew of: a directory of that layout has no place for what came later.
constexpr std::string_view kFirstFormats[] = {"8x8", "cinnox", "genesys"};

Datum TextArrayOf(const std::vector<std::string_view> &values) {
    auto *elements = static_cast<Datum *>(Allocate(sizeof(Datum) * values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) elements[i] = NewVarlena(values[i]);
    const int count = static_cast<int>(values.size());
    return Call(
        [&] { return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT)); });
}

// The tuplestore takes the first columns of each row, as many as the function is declared with.
void PutFormats(ReturnSetInfo *result, bool only_first) {
    for (const Format &format : Formats()) {
        if (only_first && std::ranges::find(kFirstFormats, format.name) == std::end(kFirstFormats)) continue;
        int position = 0;
        for (const Column &column : format.columns) {
            ++position;
            const bool any = column.label[0] == '*';
            const std::vector<std::string_view> labels = LabelsOf(column);
            const std::string_view label = labels[0];
            Datum values[kColumns] = {};
            bool nulls[kColumns] = {};
            values[0] = NewVarlena(format.name);
            values[1] = Int32GetDatum(position);
            values[2] = NewVarlena(column.header);
            values[3] = NewVarlena(NameOf(column.target));
            nulls[4] = nulls[11] = label.empty();
            if (!nulls[4]) values[4] = NewVarlena(label);
            values[5] = BoolGetDatum(any);
            values[6] = BoolGetDatum(column.required);
            nulls[7] = column.max_length == 0;
            values[7] = Int32GetDatum(column.max_length);
            values[8] = BoolGetDatum(column.in_view);
            nulls[9] = column.aliases[0] == '\0';
            if (!nulls[9]) values[9] = NewVarlena(column.aliases);
            nulls[10] = column.ordinal == 0;
            values[10] = Int32GetDatum(column.ordinal);
            if (!nulls[11]) values[11] = TextArrayOf(labels);
            Call([&] { tuplestore_putvalues(result->setResult, result->setDesc, values, nulls); });
        }
    }
}

void PutList(ReturnSetInfo *result) {
    for (const Format &format : Formats()) {
        std::vector<std::string_view> languages{"en"};
        for (const Localization &localization : format.localizations)
            languages.push_back(localization.language);
        bool nulls[12] = {};
        nulls[6] = format.default_region[0] == '\0';
        nulls[7] = format.match_by[0] == '\0';
        nulls[8] = format.value_separator[0] == '\0';
        nulls[10] = format.max_bytes == 0;
        nulls[11] = format.max_records == 0;
        Datum values[12] = {NewVarlena(format.name),
                            NewVarlena(format.title),
                            NewVarlena(format.source),
                            NewVarlena(NameOf(format.mode)),
                            NewVarlena(format.visibility),
                            NewVarlena(NameOf(format.dates)),
                            nulls[6] ? Datum{0} : NewVarlena(format.default_region),
                            nulls[7] ? Datum{0} : NewVarlena(format.match_by),
                            nulls[8] ? Datum{0} : NewVarlena(format.value_separator),
                            TextArrayOf(languages),
                            Int64GetDatum(format.max_bytes),
                            Int64GetDatum(format.max_records)};
        Call([&] { tuplestore_putvalues(result->setResult, result->setDesc, values, nulls); });
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

namespace {

template <class Put>
Datum put_rows(FunctionCallInfo fcinfo, Put put) {
    InitMaterializedSRF(fcinfo, 0);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    return contacts::pg::Guarded(fcinfo, [&](contacts::pg::Failure &) -> Datum {
        put(result);
        return 0;
    });
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_format_column);
PG_FUNCTION_INFO_V1(contacts_format_field);
PG_FUNCTION_INFO_V1(contacts_format_term);
PG_FUNCTION_INFO_V1(contacts_format_list);

Datum contacts_format_column(PG_FUNCTION_ARGS) {
    return put_rows(fcinfo, [](ReturnSetInfo *result) { contacts::pg::PutFormats(result, true); });
}

Datum contacts_format_field(PG_FUNCTION_ARGS) {
    return put_rows(fcinfo, [](ReturnSetInfo *result) { contacts::pg::PutFormats(result, false); });
}

Datum contacts_format_term(PG_FUNCTION_ARGS) {
    return put_rows(fcinfo, [](ReturnSetInfo *result) { contacts::pg::PutTerms(result); });
}

Datum contacts_format_list(PG_FUNCTION_ARGS) {
    return put_rows(fcinfo, [](ReturnSetInfo *result) { contacts::pg::PutList(result); });
}
}
