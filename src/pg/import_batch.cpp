// contacts.import_batch(relation): the batch that the running import writes, as a relation.
#include "pg/import.h"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"
}

#include <algorithm>

namespace contacts::pg {
namespace {

// A column the caller asked for: where its values are and how text becomes its type.
struct Wanted {
    std::size_t index = 0;
    Oid type = InvalidOid;
    Oid io_param = InvalidOid;
    int32 typmod = -1;
    FmgrInfo input{};
    // Many columns say the same in every row; one value each is kept with what it was made of.
    std::string text;
    Datum datum = 0;
    bool kept = false;
    std::string terminated;  // what the input function reads
};

Datum TextArray(const std::vector<std::string> &values) {
    auto *elements = static_cast<Datum *>(Allocate(sizeof(Datum) * std::max<std::size_t>(values.size(), 1)));
    for (std::size_t i = 0; i < values.size(); ++i) elements[i] = NewVarlena(values[i]);
    const int count = static_cast<int>(values.size());
    return Call(
        [&] { return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT)); });
}

Datum FromText(Wanted &wanted, std::string_view text, MemoryContext keep) {
    if (wanted.type == TEXTOID) return NewVarlena(text);
    if (wanted.kept && wanted.text == text) return wanted.datum;
    wanted.terminated = text;
    char *value = wanted.terminated.data();
    if (wanted.kept)
        return Call([&] { return InputFunctionCall(&wanted.input, value, wanted.io_param, wanted.typmod); });
    MemoryContext row = MemoryContextSwitchTo(keep);
    wanted.datum =
        Call([&] { return InputFunctionCall(&wanted.input, value, wanted.io_param, wanted.typmod); });
    MemoryContextSwitchTo(row);
    wanted.text = text;
    wanted.kept = true;
    return wanted.datum;
}

Datum ToDatum(Wanted &wanted, const Value &value, MemoryContext keep) {
    if (const auto *text = std::get_if<std::string_view>(&value)) return FromText(wanted, *text, keep);
    if (const auto *uuid = std::get_if<Uuid>(&value)) {
        if (wanted.type != UUIDOID) return FromText(wanted, ToText(*uuid), keep);
        auto *copy = static_cast<pg_uuid_t *>(Allocate(sizeof(pg_uuid_t)));
        std::copy(uuid->begin(), uuid->end(), copy->data);
        return UUIDPGetDatum(copy);
    }
    if (const auto *number = std::get_if<std::int64_t>(&value)) {
        if (wanted.type == INT8OID) return Int64GetDatum(*number);
        if (wanted.type == INT4OID) return Int32GetDatum(static_cast<int32>(*number));
        return FromText(wanted, std::to_string(*number), keep);
    }
    if (const bool *flag = std::get_if<bool>(&value)) {
        if (wanted.type == BOOLOID) return BoolGetDatum(*flag);
        return FromText(wanted, *flag ? "true" : "false", keep);
    }
    const auto &list = *std::get<const std::vector<std::string> *>(value);
    if (wanted.type != TEXTARRAYOID)
        throw Error(sqlstate::kInvalidParameterValue, "a list of the batch can only be read as text[]");
    return TextArray(list);
}

void Fill(const Relation &relation, ReturnSetInfo *result) {
    TupleDesc desc = result->setDesc;
    const auto columns = static_cast<std::size_t>(desc->natts);
    std::vector<Wanted> wanted(columns);
    for (std::size_t i = 0; i < columns; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(desc, static_cast<int>(i));
        const std::string name = NameStr(attribute->attname);
        const auto found = std::find(relation.columns.begin(), relation.columns.end(), name);
        if (found == relation.columns.end()) {
            Fault fault;
            fault.sqlstate = "42703";
            fault.message = "the batch has no column \"" + Quoted(name) + '"';
            throw Error(fault);
        }
        wanted[i].index = static_cast<std::size_t>(found - relation.columns.begin());
        wanted[i].type = attribute->atttypid;
        wanted[i].typmod = attribute->atttypmod;
        Wanted *column = &wanted[i];
        Call([&] {
            Oid function;
            getTypeInputInfo(column->type, &function, &column->io_param);
            fmgr_info(function, &column->input);
        });
    }
    std::vector<Datum> values(columns);
    const auto nulls = std::make_unique<bool[]>(columns);
    MemoryContext scratch = Call([] {
        return AllocSetContextCreate(CurrentMemoryContext, "import batch row", ALLOCSET_DEFAULT_SIZES);
    });
    MemoryContext before = MemoryContextSwitchTo(scratch);
    for (const auto row : relation.rows) {
        for (std::size_t i = 0; i < columns; ++i) {
            const Value &value = row[wanted[i].index];
            nulls[i] = std::holds_alternative<std::monostate>(value);
            values[i] = nulls[i] ? Datum{0} : ToDatum(wanted[i], value, before);
        }
        Datum *row_values = values.data();
        bool *row_nulls = nulls.get();
        Call([&] {
            tuplestore_putvalues(result->setResult, desc, row_values, row_nulls);
            MemoryContextReset(scratch);
        });
    }
    MemoryContextSwitchTo(before);
    MemoryContextDelete(scratch);
}

}  // namespace
}  // namespace contacts::pg

extern "C" {

PG_FUNCTION_INFO_V1(contacts_import_batch);
PG_FUNCTION_INFO_V1(contacts_import_batch_support);

// The rows of the current batch, exactly. A guess would be wrong where it matters most: statements over no
// rows at all must not walk a table of millions.
Datum contacts_import_batch_support(PG_FUNCTION_ARGS) {
    using namespace contacts::pg;
    auto *request = reinterpret_cast<SupportRequestRows *>(PG_GETARG_POINTER(0));
    if (!IsA(request, SupportRequestRows) || !request->node || !IsA(request->node, FuncExpr))
        PG_RETURN_POINTER(nullptr);
    const auto *argument = static_cast<Const *>(linitial(reinterpret_cast<FuncExpr *>(request->node)->args));
    if (!IsA(argument, Const) || argument->constisnull) PG_RETURN_POINTER(nullptr);
    const text *name = DatumGetTextPP(argument->constvalue);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        if (!Import::IsWriting()) return PointerGetDatum(nullptr);
        const contacts::Relation *relation = Import::CurrentRelation(std::string(View(name)));
        request->rows = relation ? static_cast<double>(relation->rows.size()) : 0;
        return PointerGetDatum(request);
    });
}

Datum contacts_import_batch(PG_FUNCTION_ARGS) {
    using namespace contacts::pg;
    text *name = PG_GETARG_TEXT_PP(0);
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        if (!Import::IsWriting()) {
            contacts::Fault fault;
            fault.sqlstate = "55000";
            fault.message = "no import is running in this session";
            fault.hint = "This function is for the functions of a directory that an import calls.";
            throw contacts::Error(fault);
        }
        if (const contacts::Relation *relation = Import::CurrentRelation(std::string(View(name))))
            Fill(*relation, result);
        fcinfo->isnull = true;
        return 0;
    });
}
}
