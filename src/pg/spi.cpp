#include "pg/spi.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

#include "pg/plan.h"

namespace contacts::pg {
namespace {

// SPI reports some faults by a return code.
void check_spi(int code, const char *what) {
    if (code < 0) elog(ERROR, "%s failed: %s", what, SPI_result_code_string(code));
}

constexpr std::size_t kMaxArguments = 8;

}  // namespace

ErrorData *copy_error(const ErrorData *error) {
    auto *copy = static_cast<ErrorData *>(palloc(sizeof(ErrorData)));
    *copy = *error;
    for (char **text : {&copy->message, &copy->detail, &copy->detail_log, &copy->hint, &copy->context,
                        &copy->backtrace, &copy->schema_name, &copy->table_name, &copy->column_name,
                        &copy->datatype_name, &copy->constraint_name, &copy->internalquery})
        if (*text) *text = pstrdup(*text);
    copy->assoc_context = CurrentMemoryContext;
    return copy;
}

SpiSession::SpiSession() {
    Call([] { check_spi(SPI_connect(), "SPI_connect"); });
}

void SpiSession::Finish() {
    Call([] { check_spi(SPI_finish(), "SPI_finish"); });
}

TextRows SpiSession::Run(const std::string &command, const std::vector<std::optional<std::string>> &arguments,
                         const std::vector<Oid> &argument_types) {
    return Execute(false, command, arguments, argument_types);
}

TextRows SpiSession::RunKept(const std::string &command,
                             const std::vector<std::optional<std::string>> &arguments,
                             const std::vector<Oid> &argument_types) {
    return Execute(true, command, arguments, argument_types);
}

TextRows SpiSession::Execute(bool keeps, const std::string &command,
                             const std::vector<std::optional<std::string>> &arguments,
                             const std::vector<Oid> &argument_types) {
    if (arguments.size() > kMaxArguments) throw Error(sqlstate::kInternalError, "too many SPI arguments");
    Oid types[kMaxArguments];
    Datum values[kMaxArguments];
    char nulls[kMaxArguments];
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        types[i] = i < argument_types.size() ? argument_types[i] : TEXTOID;
        nulls[i] = arguments[i] ? ' ' : 'n';
        values[i] = 0;
        if (!arguments[i]) continue;
        if (types[i] == TEXTOID) {
            values[i] = NewVarlena(*arguments[i]);
        } else {
            const Oid type = types[i];
            char *value = const_cast<char *>(arguments[i]->c_str());
            values[i] = Call([&] {
                Oid input, io_param;
                getTypeInputInfo(type, &input, &io_param);
                return OidInputFunctionCall(input, value, io_param, -1);
            });
        }
    }
    const char *text = command.c_str();
    const int count = static_cast<int>(arguments.size());
    struct Table {
        char **cells;
        uint64 rows;
        int columns;
    };
    const Table table = Call([&] {
        check_spi(keeps ? run_kept_plan(text, count, types,
                                        [&](SPIPlanPtr plan) {
                                            return SPI_execute_plan(plan, values, nulls, false, 0);
                                        })
                        : SPI_execute_with_args(text, count, types, values, nulls, false, 0),
                  "SPI_execute");
        Table result{nullptr, 0, 0};
        if (SPI_tuptable) {
            TupleDesc desc = SPI_tuptable->tupdesc;
            result.rows = SPI_processed;
            result.columns = desc->natts;
            result.cells = static_cast<char **>(MemoryContextAllocHuge(
                CurrentMemoryContext,
                sizeof(char *) * Max(result.rows * static_cast<uint64>(desc->natts), 1)));
            for (uint64 row = 0; row < result.rows; ++row)
                for (int column = 0; column < desc->natts; ++column)
                    result.cells[row * static_cast<uint64>(desc->natts) + static_cast<uint64>(column)] =
                        SPI_getvalue(SPI_tuptable->vals[row], desc, column + 1);
        }
        return result;
    });
    TextRows out;
    out.rows.reserve(table.rows);
    for (uint64 row = 0; row < table.rows; ++row) {
        auto &cells = out.rows.emplace_back();
        for (int column = 0; column < table.columns; ++column) {
            const char *cell =
                table.cells[row * static_cast<uint64>(table.columns) + static_cast<uint64>(column)];
            cells.push_back(cell ? std::optional<std::string>(cell) : std::nullopt);
        }
    }
    Call([] { SPI_freetuptable(SPI_tuptable); });
    return out;
}

}  // namespace contacts::pg
