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
#include "core/csv/tables.h"

namespace contacts::pg {
namespace {

// Null where the argument is null.
const text *text_argument(FunctionCallInfo fcinfo, int number) {
    return PG_ARGISNULL(number) ? nullptr : PG_GETARG_TEXT_PP(number);
}

Fault InvalidOption(const char *what, std::string_view value, const std::string &rule) {
    return {"invalid_option",
            std::string("invalid CSV ") + what + " \"" + Quoted(value) + "\"",
            rule,
            {},
            sqlstate::kInvalidParameterValue};
}

// The options as SQL gives them; null where there is none.
struct Arguments {
    const text *delimiter, *quote, *escape, *encoding, *on_error;
    int max_field_bytes;  // -1 where there is none
};

csv::Options OptionsOf(const Arguments &arguments) {
    csv::Options options;
    if (arguments.delimiter != nullptr) {
        options.delimiter = View(arguments.delimiter);
        if (options.delimiter.empty())
            throw Error(InvalidOption("delimiter", "", "Without a delimiter, NULL, it is detected."));
        options.skip_initial_space = options.delimiter.ends_with(' ') && options.delimiter[0] != ' ';
    }
    if (arguments.quote != nullptr) {
        const std::string_view value = View(arguments.quote);
        if (value.size() > 1)
            throw Error(InvalidOption("quote", value,
                                      "The quote is one printable ASCII character, or empty for none."));
        options.quote = value.empty() ? '\0' : value[0];
    }
    if (arguments.escape != nullptr) {
        const std::string_view value = View(arguments.escape);
        if (value.size() != 1)
            throw Error(InvalidOption("escape", value, "The escape is one printable ASCII character."));
        options.escape = value[0];
    }
    if (arguments.encoding != nullptr) {
        options.encoding = View(arguments.encoding);
        if (options.encoding.empty())
            throw Error(InvalidOption("encoding", "", "Without an encoding, NULL, it is detected."));
    }
    if (arguments.max_field_bytes != -1) {
        if (arguments.max_field_bytes < 4 ||
            arguments.max_field_bytes > static_cast<int>(options.max_record_bytes))
            throw Error(
                InvalidOption("max_field_bytes", std::to_string(arguments.max_field_bytes),
                              "It is between 4 and " + std::to_string(options.max_record_bytes) + "."));
        options.max_field_bytes = static_cast<std::size_t>(arguments.max_field_bytes);
    }
    return options;
}

// What becomes of a record that cannot be text as it is: an error, or a row that says so.
bool KeepsFaults(const text *on_error) {
    if (on_error == nullptr || View(on_error) == "stop") return false;
    if (View(on_error) == "keep") return true;
    throw Error(InvalidOption("on_error", View(on_error), "It is \"stop\" or \"keep\"."));
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

class Text {
  public:
    Datum Build(std::string_view value) {
        memory_.assign((VARHDRSZ + value.size() + sizeof(memory_[0]) - 1) / sizeof(memory_[0]), 0);
        SET_VARSIZE(memory_.data(), VARHDRSZ + value.size());
        if (!value.empty()) std::memcpy(VARDATA(memory_.data()), value.data(), value.size());
        return PointerGetDatum(memory_.data());
    }

  private:
    std::vector<std::uint64_t> memory_;
};

// The records of a text as rows of the result.
class Rows {
  public:
    // In 0.1.0 a row was a line and its cells.
    explicit Rows(ReturnSetInfo *result) : result_(result), short_(result->setDesc->natts == 2) {}

    void Put(const csv::Record &record) {
        if (short_) return PutRow(record, csv::Role::kData, 0);
        if (decided_) {
            const csv::Role role = finder_.RoleOf(record.cells);
            return PutRow(record, role, finder_.table());
        }
        finder_.Show(record.cells);
        // Views of the reader's buffer do not last.
        Held held{record, {}};
        for (const std::string_view cell : record.cells) held.text += cell;
        held_bytes_ += held.text.size();
        held_.push_back(std::move(held));
        if (held_.size() == csv::TableFinder::kLookAhead || held_bytes_ > kHeldBytes) Finish();
    }

    void Finish() {
        decided_ = true;
        for (Held &held : held_) {
            std::size_t at = 0;
            for (std::string_view &cell : held.record.cells) {
                cell = std::string_view(held.text).substr(at, cell.size());
                at += cell.size();
            }
            const csv::Role role = finder_.RoleOf(held.record.cells);
            PutRow(held.record, role, finder_.table());
        }
        held_.clear();
    }

  private:
    struct Held {
        csv::Record record;
        std::string text;
    };

    void PutRow(const csv::Record &record, csv::Role role, int table) {
        const char *name = role == csv::Role::kPreamble ? "preamble"
                           : role == csv::Role::kHeader ? "header"
                                                        : "data";
        Datum values[5] = {Int64GetDatum(record.line), cells_.Build(record.cells)};
        bool nulls[5] = {};
        if (!short_) {
            values[2] = name_.Build(name);
            values[3] = Int32GetDatum(table);
            nulls[3] = table == 0;
            nulls[4] = !record.fault;
            if (record.fault) values[4] = fault_.Build(record.fault->code + (": " + record.fault->message));
        }
        Call([&] {
            CHECK_FOR_INTERRUPTS();
            tuplestore_putvalues(result_->setResult, result_->setDesc, values, nulls);
        });
    }

    ReturnSetInfo *result_;
    bool short_;
    bool decided_ = false;
    csv::TableFinder finder_;
    static constexpr std::size_t kHeldBytes = 1 << 20;
    std::size_t held_bytes_ = 0;
    std::vector<Held> held_;
    TextArray cells_;
    Text name_, fault_;
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
    // 0.1.0 declared the first five only.
    const bool all = PG_NARGS() > 5;
    const Arguments arguments{text_argument(fcinfo, 1),
                              text_argument(fcinfo, 2),
                              text_argument(fcinfo, 3),
                              text_argument(fcinfo, 4),
                              all ? text_argument(fcinfo, 5) : nullptr,
                              !all || PG_ARGISNULL(6) ? -1 : PG_GETARG_INT32(6)};
    auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        csv::MemorySource source(View(content));
        const bool keep = KeepsFaults(arguments.on_error);
        csv::Reader reader(source, OptionsOf(arguments));
        csv::Record record;
        Rows rows(result);
        while (reader.Next(record)) {
            // A quote that never closes still leaves the text of its line; other faults leave no text.
            if (record.fault && !keep && record.fault->code != std::string_view("unterminated_quote"))
                RefuseRecord(record, arguments.encoding != nullptr);
            if (!record.blank || record.fault) rows.Put(record);
        }
        rows.Finish();
        return (Datum)0;
    });
}
}
