// contacts.read_csv: the CSV reader as a set-returning function.
#include "pg/guard.h"

extern "C" {
#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
}

#include <cstring>
#include <string>
#include <vector>

#include "core/csv/reader.h"

namespace contacts::pg {
namespace {

// Null where the argument is null.
const text *text_argument(FunctionCallInfo fcinfo, int number) {
    return PG_ARGISNULL(number) ? nullptr : PG_GETARG_TEXT_PP(number);
}

Fault InvalidOption(const char *what, std::string_view value, const char *rule) {
    Fault fault;
    fault.code = "invalid_option";
    fault.message = std::string("invalid CSV ") + what + " \"" + Quoted(value) + "\"";
    fault.detail = rule;
    fault.sqlstate = sqlstate::kInvalidParameterValue;
    return fault;
}

csv::Options OptionsOf(const text *delimiter, const text *quote, const text *escape, const text *encoding) {
    csv::Options options;
    if (delimiter != nullptr) {
        const std::string_view value = View(delimiter);
        const bool spaced = value.size() == 2 && value[1] == ' ';
        if (value.size() != 1 && !spaced)
            throw Error(InvalidOption(
                "delimiter", value,
                "The delimiter is one printable ASCII character or a tab; one space may follow."));
        options.delimiter = value[0];
        options.skip_initial_space = spaced;
    }
    if (quote != nullptr) {
        const std::string_view value = View(quote);
        if (value.size() > 1)
            throw Error(InvalidOption("quote", value,
                                      "The quote is one printable ASCII character, or empty for none."));
        options.quote = value.empty() ? '\0' : value[0];
    }
    if (escape != nullptr) {
        const std::string_view value = View(escape);
        if (value.size() != 1)
            throw Error(InvalidOption("escape", value, "The escape is one printable ASCII character."));
        options.escape = value[0];
    }
    if (encoding != nullptr) {
        options.encoding = View(encoding);
        if (options.encoding.empty())
            throw Error(InvalidOption("encoding", "", "Without an encoding, NULL, it is detected."));
    }
    return options;
}

[[noreturn]] void RefuseRecord(const csv::Record &record, bool encoding_given) {
    Fault fault = *record.fault;
    fault.message = "could not read CSV record in line " + std::to_string(record.line) + ": " + fault.message;
    fault.detail = std::string("The fault is ") + fault.code + ". " + fault.detail;
    if (fault.code == std::string_view("bad_encoding") && !encoding_given)
        fault.hint = "Name the encoding of the text.";
    throw Error(std::move(fault));
}

// A text[] of the cells, in memory that serves one record after the other.
class TextArray {
  public:
    Datum Build(const std::vector<std::string_view> &cells) {
        std::size_t size = ARR_OVERHEAD_NONULLS(1);
        for (const std::string_view cell : cells) size += INTALIGN(VARHDRSZ + cell.size());
        if (!AllocSizeIsValid(size))
            throw Error(sqlstate::kProgramLimitExceeded,
                        "CSV record is too large (" + std::to_string(size) + " bytes)");
        memory_.assign((size + sizeof(memory_[0]) - 1) / sizeof(memory_[0]), 0);
        auto *array = reinterpret_cast<ArrayType *>(memory_.data());
        SET_VARSIZE(array, size);
        array->ndim = 1;
        array->dataoffset = 0;
        array->elemtype = TEXTOID;
        ARR_DIMS(array)[0] = static_cast<int>(cells.size());
        ARR_LBOUND(array)[0] = 1;
        char *to = ARR_DATA_PTR(array);
        for (const std::string_view cell : cells) {
            SET_VARSIZE(to, VARHDRSZ + cell.size());
            if (!cell.empty()) std::memcpy(to + VARHDRSZ, cell.data(), cell.size());
            to += INTALIGN(VARHDRSZ + cell.size());
        }
        return PointerGetDatum(array);
    }

  private:
    std::vector<std::uint64_t> memory_;
};

}  // namespace
}  // namespace contacts::pg

extern "C" {

PG_FUNCTION_INFO_V1(contacts_read_csv);

Datum contacts_read_csv(PG_FUNCTION_ARGS) {
    using namespace contacts;
    using namespace contacts::pg;
    InitMaterializedSRF(fcinfo, 0);
    if (PG_ARGISNULL(0)) return (Datum)0;
    const bytea *content = PG_GETARG_BYTEA_PP(0);
    const text *delimiter = text_argument(fcinfo, 1);
    const text *quote = text_argument(fcinfo, 2);
    const text *escape = text_argument(fcinfo, 3);
    const text *encoding = text_argument(fcinfo, 4);
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        csv::MemorySource source(View(content));
        csv::Reader reader(source, OptionsOf(delimiter, quote, escape, encoding));
        csv::Record record;
        TextArray cells;
        while (reader.Next(record)) {
            // A quote that never closes still leaves the text of its line; other faults leave no text.
            if (record.fault && record.fault->code != std::string_view("unterminated_quote"))
                RefuseRecord(record, encoding != nullptr);
            if (record.blank) continue;
            Datum values[2] = {Int64GetDatum(record.line), cells.Build(record.cells)};
            bool nulls[2] = {false, false};
            Call([&] {
                CHECK_FOR_INTERRUPTS();
                tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
            });
        }
        return (Datum)0;
    });
}
}
