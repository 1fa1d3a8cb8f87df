// contacts.export_csv(): contacts as rows of text, streaming. One cursor reads the contacts, one each kind of
// part, all in order of contact_id; they are joined here, a batch of contacts at a time.
#include "pg/guard.h"

extern "C" {
#include "executor/spi.h"
#include "funcapi.h"
#include "catalog/namespace.h"
#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/portal.h"
}

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/csv/writer.h"
#include "core/format/format.h"
#include "core/uuid.h"
#include "core/vcard/card.h"
#include "pg/spi.h"

namespace contacts::pg {
namespace {

constexpr long kFetch = 500;

// The cursors of one export; lives in the memory of the call and holds nothing that needs a destructor, since
// the executor closes them when a query ends early.
struct Portals {
    int count = 0;
    char names[16][NAMEDATALEN];
};

void close_portals(Datum argument) {
    auto *portals = reinterpret_cast<Portals *>(DatumGetPointer(argument));
    for (int i = 0; i < portals->count; ++i)
        if (Portal portal = GetPortalByName(portals->names[i])) SPI_cursor_close(portal);
    portals->count = 0;
}

// The rows of one query, a fetch at a time, as text; the first column is the contact's ID. To be used within
// an SPI connection, and to be kept between connections.
class Cursor {
  public:
    Cursor(Portals &portals, const std::string &query) {
        const char *text = query.c_str();
        name_ = Call([&]() -> const char * {
            if (portals.count == lengthof(portals.names)) elog(ERROR, "too many cursors");
            // Only now: who may not read must not have made a cursor.
            Portal portal = SPI_cursor_open_with_args(nullptr, text, 0, nullptr, nullptr, nullptr, true,
                                                      CURSOR_OPT_NO_SCROLL);
            char *name = portals.names[portals.count++];
            strlcpy(name, portal->name, NAMEDATALEN);
            return name;
        });
    }

    // The row to look at, false after the last one.
    bool has_row() {
        if (row_ == ids_.size() && !at_end_) Fetch();
        return row_ < ids_.size();
    }
    void Advance() { ++row_; }
    const Uuid &id() const { return ids_[row_]; }
    std::optional<std::string_view> value(std::size_t column) const {
        const Value &value = values_[row_ * columns_ + column];
        if (value.offset == kNull) return std::nullopt;
        return std::string_view(text_).substr(value.offset, value.length);
    }
    bool is_true(std::size_t column) const { return value(column) == "t"; }

  private:
    static constexpr std::size_t kNull = static_cast<std::size_t>(-1);
    struct Value {
        std::size_t offset, length;
    };

    void Fetch() {
        ids_.clear();
        values_.clear();
        text_.clear();
        row_ = 0;
        const char *name = name_;
        const bool any = Call([&] {
            Portal portal = SPI_cursor_find(name);
            if (!PortalIsValid(portal))
                ereport(ERROR,
                        (errcode(ERRCODE_INVALID_CURSOR_STATE), errmsg("a cursor of the export was closed")));
            SPI_cursor_fetch(portal, true, kFetch);
            return SPI_processed > 0;
        });
        at_end_ = !any;
        if (any) {
            const SPITupleTable *table = SPI_tuptable;
            columns_ = static_cast<std::size_t>(table->tupdesc->natts) - 1;
            for (uint64 row = 0; row < table->numvals; ++row) Take(table->tupdesc, table->vals[row]);
        }
        Call([] { SPI_freetuptable(SPI_tuptable); });
    }

    void Take(TupleDesc description, HeapTuple tuple) {
        constexpr int kMost = 128;
        Datum datums[kMost];
        bool nulls[kMost];
        if (description->natts > kMost) throw Error(sqlstate::kInternalError, "too many columns to export");
        Call([&] {
            heap_deform_tuple(tuple, description, datums, nulls);
            for (int i = 1; i < description->natts; ++i)
                // A copy goes with the SPI connection, which ends with the batch.
                if (!nulls[i] && TupleDescAttr(description, i)->attlen == -1)
                    datums[i] = PointerGetDatum(PG_DETOAST_DATUM_PACKED(datums[i]));
        });
        std::memcpy(ids_.emplace_back().data(), DatumGetPointer(datums[0]), sizeof(Uuid));
        for (int i = 1; i < description->natts; ++i) {
            std::string_view view;
            if (nulls[i]) {
                values_.push_back({kNull, 0});
                continue;
            }
            switch (TupleDescAttr(description, i)->atttypid) {
                case BOOLOID:
                    view = DatumGetBool(datums[i]) ? "t" : "f";
                    break;
                case TEXTOID:
                    view = View(DatumGetPointer(datums[i]));
                    break;
                default:
                    throw Error(sqlstate::kInternalError, "a column to export is neither text nor boolean");
            }
            values_.push_back({text_.size(), view.size()});
            text_ += view;
        }
    }

    const char *name_;
    bool at_end_ = false;
    std::size_t row_ = 0, columns_ = 0;
    std::vector<Uuid> ids_;
    std::vector<Value> values_;
    std::string text_;
};

// One kind of part, or the contacts themselves.
struct Source {
    std::string part;                     // empty: the contacts
    std::vector<int> positions;           // of the format's columns
    std::vector<int> ordinals;            // which of the parts that fit
    std::vector<std::string> separators;  // of columns that list all parts; empty: one that fits
    std::unique_ptr<Cursor> cursor;
};

std::vector<std::string> ElementsOf(const std::optional<std::string> &array) {
    // int[] and text[] of separators as array_out writes them; a separator is quoted where it must be.
    std::vector<std::string> elements;
    if (!array || array->size() < 2) return elements;
    std::string element;
    bool quoted = false, was_quoted = false;
    for (std::size_t i = 1; i < array->size(); ++i) {
        const char c = (*array)[i];
        if (quoted) {
            if (c == '\\')
                element += (*array)[++i];
            else if (c == '"')
                quoted = false;
            else
                element += c;
        } else if (c == '"') {
            quoted = was_quoted = true;
        } else if (c == ',' || c == '}') {
            elements.push_back(!was_quoted && element == "NULL" ? std::string() : element);
            element.clear();
            was_quoted = false;
        } else {
            element += c;
        }
    }
    return elements;
}

// Reads contacts with their parts and gives a text for each, a batch at a time.
class Export {
  public:
    virtual ~Export() = default;
    Export(const Export &) = delete;
    Export &operator=(const Export &) = delete;

    // The next text; nothing after the last.
    std::optional<std::string_view> Next() {
        if (given_ == ends_.size()) Refill();
        if (given_ == ends_.size()) return std::nullopt;
        const std::size_t begin = given_ == 0 ? 0 : ends_[given_ - 1];
        return std::string_view(text_).substr(begin, ends_[given_++] - begin);
    }

  protected:
    Export(const std::string &schema, const Format &format, Portals &portals) {
        SpiSession spi;
        spi.Run(
            "SELECT contacts.check_permission(pg_catalog.format('%I.staff', $1)::pg_catalog.regclass, "
            "'export')",
            {schema});
        const TextRows queries =
            spi.Run("SELECT part, query, positions, ordinals, separators FROM contacts.export_query($1, $2)",
                    {std::string(format.name), schema});
        for (const auto &row : queries.rows) {
            Source source;
            source.part = row[0].value_or("");
            for (const std::string &position : ElementsOf(row[2]))
                source.positions.push_back(std::stoi(position));
            for (const std::string &ordinal : ElementsOf(row[3]))
                source.ordinals.push_back(ordinal.empty() ? 1 : std::stoi(ordinal));
            source.separators = ElementsOf(row[4]);
            source.cursor = std::make_unique<Cursor>(portals, row[1].value());
            sources_.push_back(std::move(source));
        }
        if (sources_.empty()) throw Error(sqlstate::kInternalError, "contacts.export_query() has no query");
        spi.Finish();
    }

    // A contact: Begin, its own values, the values of each of its parts, End.
    virtual void Begin() = 0;
    virtual void Put(const Source &contact, const Cursor &row) = 0;
    virtual void PutPart(const Source &part, const Cursor &row) = 0;
    virtual void End() = 0;

    void EndText() { ends_.push_back(text_.size()); }

    std::vector<Source> sources_;
    std::string text_;  // of a batch

  private:
    void Refill() {
        text_.clear();
        ends_.clear();
        given_ = 0;
        Call([] { CHECK_FOR_INTERRUPTS(); });
        SpiSession spi;
        const Source &source = sources_.front();
        Cursor &contacts = *source.cursor;
        for (long n = 0; n < kFetch && contacts.has_row(); ++n, contacts.Advance()) {
            Begin();
            Put(source, contacts);
            for (std::size_t s = 1; s < sources_.size(); ++s) {
                Cursor &parts = *sources_[s].cursor;
                // Parts of contacts that are not shown.
                while (parts.has_row() && parts.id() < contacts.id()) parts.Advance();
                for (; parts.has_row() && parts.id() == contacts.id(); parts.Advance())
                    PutPart(sources_[s], parts);
            }
            End();
            EndText();
        }
        spi.Finish();
    }

    std::vector<std::size_t> ends_;
    std::size_t given_ = 0;
};

class CsvExport final : public Export {
  public:
    CsvExport(const std::string &schema, const Format &format, bool guard, Portals &portals)
        : Export(schema, format, portals), guard_(guard ? csv::Guard::kSpreadsheet : csv::Guard::kImport) {
        std::vector<int> cell_of(format.columns.size() + 1, -1);
        for (std::size_t i = 0; i < format.columns.size(); ++i) {
            const Column &column = format.columns[i];
            if (!column.in_view || column.target == Target::kIgnored) continue;
            cell_of[i + 1] = static_cast<int>(cells_.size());
            cells_.emplace_back();
            writer_.Add(column.header);
        }
        writer_.End();
        EndText();
        for (Source &source : sources_)
            for (int &position : source.positions) position = cell_of.at(static_cast<std::size_t>(position));
    }

  private:
    struct CellText {
        std::string text;
        bool is_null = true;
        int found = 0;  // parts that fit
    };

    void Begin() override {
        for (CellText &cell : cells_) {
            cell.is_null = true;
            cell.found = 0;
        }
    }

    void Put(const Source &contact, const Cursor &row) override {
        for (std::size_t i = 0; i < contact.positions.size(); ++i) Put(contact.positions[i], row.value(i));
    }

    void PutPart(const Source &part, const Cursor &row) override {
        for (std::size_t i = 0; i < part.positions.size(); ++i) {
            if (!row.is_true(2 * i)) continue;
            const auto value = row.value(2 * i + 1);
            CellText &cell = cells_[static_cast<std::size_t>(part.positions[i])];
            if (part.separators[i].empty()) {
                if (++cell.found == part.ordinals[i]) Put(part.positions[i], value);
            } else if (cell.is_null) {
                Put(part.positions[i], value);
            } else if (value) {
                cell.text += part.separators[i];
                cell.text += *value;
            }
        }
    }

    void End() override {
        for (const CellText &cell : cells_) {
            if (cell.is_null)
                writer_.AddNothing();
            else if (csv::NeedsMark(cell.text, guard_))
                writer_.Add(csv::Mark(cell.text, guard_));
            else
                writer_.Add(cell.text);
        }
        writer_.End();
    }

    void Put(int position, std::optional<std::string_view> value) {
        CellText &cell = cells_[static_cast<std::size_t>(position)];
        cell.is_null = !value;
        cell.text = value.value_or("");
    }

    csv::Guard guard_;
    std::vector<CellText> cells_;
    csv::RecordWriter writer_{text_, ","};
};

class VCardExport final : public Export {
  public:
    VCardExport(const std::string &schema, Portals &portals)
        : Export(schema, vcard::VCardFormat(), portals) {}

  private:
    void Begin() override { person_ = {}; }

    // The positions of contacts.vcard_expression().
    void Put(const Source &contact, const Cursor &row) override {
        std::string *const texts[] = {&person_.uid,        &person_.prefix,   &person_.given,
                                      &person_.additional, &person_.family,   &person_.suffix,
                                      &person_.nickname,   &person_.title,    &person_.organization,
                                      &person_.unit,       &person_.language, &person_.birth_date};
        for (std::size_t i = 0; i < contact.positions.size(); ++i) {
            const auto value = row.value(i);
            if (!value) continue;
            const int position = contact.positions[i];
            if (position >= 1 && position <= 12) *texts[position - 1] = *value;
            if (position == 13) Lines(*value, person_.urls);
            if (position == 15) person_.role = *value;
            if (position == 16) person_.formatted_name = *value;
            if (position == 17) person_.birth_text = *value;
            if (position == 18) Lines(*value, person_.other);
        }
    }

    void PutPart(const Source &part, const Cursor &row) override {
        vcard::Labelled entry;
        for (std::size_t i = 0; i < part.positions.size(); ++i) {
            const std::string value(row.value(2 * i + 1).value_or(""));
            if (part.positions[i] % 10 == 1)
                entry.label = value;
            else
                entry.values.push_back(value);
        }
        if (part.part == "phone") person_.phones.push_back(std::move(entry));
        if (part.part == "email") person_.emails.push_back(std::move(entry));
        if (part.part == "address") person_.addresses.push_back(std::move(entry));
        if (part.part == "social") person_.socials.push_back(std::move(entry));
        // The newest stands first.
        if (part.part == "note" && person_.note.empty()) person_.note = std::move(entry.label);
        if (part.part == "contact_group") person_.categories.push_back(std::move(entry.label));
    }

    void End() override { text_ += vcard::Write(person_); }

    static void Lines(std::string_view text, std::vector<std::string> &lines) {
        for (const std::string_view line : Split(text, '\n'))
            if (!line.empty()) lines.emplace_back(line);
    }

    vcard::Person person_;
};

struct State {
    Export *exported = nullptr;
    Portals portals;
};

void delete_state(void *argument) {
    delete static_cast<State *>(argument)->exported;
}

// The schema of the directory, in the memory of the call.
const char *schema_of(Oid contact) {
    char *schema = get_rel_name(contact) ? get_namespace_name(get_rel_namespace(contact)) : nullptr;
    if (!schema)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("the table of contacts does not exist")));
    return schema;
}

Export *Open(State *state, const char *schema, std::string_view name, bool guard) {
    const Format *format = FindFormat(name);
    if (!format) {
        Fault fault;
        fault.code = "option_invalid";
        fault.sqlstate = sqlstate::kInvalidParameterValue;
        fault.message = "unknown format \"" + Quoted(name) + '"';
        fault.detail = "Known are " + FormatNames() + '.';
        throw Error(fault);
    }
    if (format == &vcard::VCardFormat()) return new VCardExport(schema, state->portals);
    return new CsvExport(schema, *format, guard, state->portals);
}

}  // namespace
}  // namespace contacts::pg

extern "C" {

PG_FUNCTION_INFO_V1(contacts_export_csv);
PG_FUNCTION_INFO_V1(contacts_vcard_with_error);

Datum contacts_export_csv(PG_FUNCTION_ARGS) {
    using namespace contacts::pg;
    if (SRF_IS_FIRSTCALL()) {
        FuncCallContext *first = SRF_FIRSTCALL_INIT();
        MemoryContext before = MemoryContextSwitchTo(first->multi_call_memory_ctx);
        const char *schema = schema_of(PG_GETARG_OID(0));
        const text *format = PG_GETARG_TEXT_PP(1);
        const bool guard = PG_GETARG_BOOL(2);
        auto *state = new (palloc0(sizeof(State))) State;
        auto *callback = static_cast<MemoryContextCallback *>(palloc0(sizeof(MemoryContextCallback)));
        callback->func = delete_state;
        callback->arg = state;
        MemoryContextRegisterResetCallback(first->multi_call_memory_ctx, callback);
        RegisterExprContextCallback(reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo)->econtext,
                                    close_portals, PointerGetDatum(&state->portals));
        MemoryContextSwitchTo(before);
        first->user_fctx = state;
        Guarded(fcinfo, [&](Failure &) -> Datum {
            state->exported = Open(state, schema, View(format), guard);
            return 0;
        });
    }
    FuncCallContext *call = SRF_PERCALL_SETUP();
    auto *state = static_cast<State *>(call->user_fctx);
    bool done = false;
    const Datum row = Guarded(fcinfo, [&](Failure &) -> Datum {
        const auto record = state->exported->Next();
        done = !record;
        return record ? NewVarlena(*record) : 0;
    });
    if (!done) SRF_RETURN_NEXT(call, row);
    // The state goes with the call's memory.
    UnregisterExprContextCallback(reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo)->econtext,
                                  close_portals, PointerGetDatum(&state->portals));
    close_portals(PointerGetDatum(&state->portals));
    SRF_RETURN_DONE(call);
}

Datum contacts_vcard_with_error(PG_FUNCTION_ARGS) {
    using namespace contacts::pg;
    const text *card = PG_GETARG_TEXT_PP(0);
    const text *detail = PG_GETARG_TEXT_PP(1);
    return Guarded(fcinfo, [&](Failure &) -> Datum {
        return NewVarlena(contacts::vcard::WithError(View(card), View(detail)));
    });
}
}
