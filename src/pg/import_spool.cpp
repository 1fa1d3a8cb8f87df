// Relations put by in a tuplestore: on disk where they are many, and untouched by a subtransaction's end.
#include "pg/import.h"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
}

#include <cstring>
#include <deque>

namespace contacts::pg {
namespace {

constexpr std::size_t kPieceRows = 2000;
constexpr std::size_t kPieceBytes = 4 << 20;

void Put(std::string &out, std::uint64_t number) {
    out.append(reinterpret_cast<const char *>(&number), sizeof number);
}

void Put(std::string &out, std::string_view text) {
    Put(out, text.size());
    out += text;
}

class Row {
  public:
    explicit Row(std::string_view bytes) : rest_(bytes) {}
    bool at_end() const { return rest_.empty(); }
    std::uint64_t Number() {
        std::uint64_t number = 0;
        std::memcpy(&number, Take(sizeof number).data(), sizeof number);
        return number;
    }
    std::string_view Text() { return Take(Number()); }

  private:
    std::string_view Take(std::size_t size) {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view rest_;
};

// Values as they occur in import_error: nothing, text, numbers, lists of text.
std::string Pack(std::span<const Value> row) {
    std::string out;
    for (const Value &value : row) {
        Put(out, value.index());
        if (const auto *text = std::get_if<std::string_view>(&value)) {
            Put(out, *text);
        } else if (const auto *number = std::get_if<std::int64_t>(&value)) {
            Put(out, static_cast<std::uint64_t>(*number));
        } else if (const auto *list = std::get_if<const std::vector<std::string> *>(&value)) {
            Put(out, (*list)->size());
            for (const std::string &element : **list) Put(out, std::string_view(element));
        } else if (value.index() != 0) {
            throw Error(sqlstate::kInternalError, "a value of this type cannot be put by");
        }
    }
    return out;
}

// Adds the values of a row to `row`. They refer to `bytes` and `lists`.
void Unpack(std::string_view bytes, std::deque<std::vector<std::string>> &lists, std::vector<Value> &row) {
    for (Row in(bytes); !in.at_end();) {
        switch (in.Number()) {
            case Value(std::string_view()).index():
                row.emplace_back(in.Text());
                break;
            case Value(std::int64_t{}).index():
                row.emplace_back(static_cast<std::int64_t>(in.Number()));
                break;
            case Value(static_cast<const std::vector<std::string> *>(nullptr)).index(): {
                std::vector<std::string> &list = lists.emplace_back(in.Number());
                for (std::string &element : list) element = in.Text();
                row.emplace_back(&list);
                break;
            }
            default:
                row.emplace_back();
        }
    }
}

}  // namespace

void Spool::Open() {
    if (store_) return;
    Call([&] {
        desc_ = CreateTemplateTupleDesc(1);
        TupleDescInitEntry(desc_, 1, "row", BYTEAOID, -1, 0);
        store_ = tuplestore_begin_heap(false, false, work_mem);
    });
}

void Spool::Add(const Relation &relation) {
    columns_ = relation.columns;
    for (const auto row : relation.rows) {
        Datum packed = NewVarlena(Pack(row));
        Call([&] {
            bool null = false;
            tuplestore_putvalues(store_, desc_, &packed, &null);
            pfree(DatumGetPointer(packed));
        });
    }
}

void Spool::Drain(const std::function<void(const Relation &)> &take) {
    TupleTableSlot *slot = Call([&] { return MakeSingleTupleTableSlot(desc_, &TTSOpsMinimalTuple); });
    Relation piece;
    piece.columns = columns_;
    std::deque<std::string> texts;
    std::deque<std::vector<std::string>> lists;
    std::size_t bytes = 0;
    const auto flush = [&] {
        if (piece.rows.empty()) return;
        take(piece);
        piece.rows.clear();
        texts.clear();
        lists.clear();
        bytes = 0;
    };
    struct Found {
        void *packed;
        bool copied;
    };
    for (;;) {
        const Found found = Call([&] {
            if (!tuplestore_gettupleslot(store_, true, false, slot)) return Found{nullptr, false};
            bool null;
            const Datum packed = slot_getattr(slot, 1, &null);
            void *plain = PG_DETOAST_DATUM_PACKED(packed);
            return Found{plain, plain != DatumGetPointer(packed)};
        });
        if (!found.packed) break;
        const std::string_view packed = View(found.packed);
        Unpack(texts.emplace_back(packed), lists, piece.rows.Begin(columns_.size()));
        bytes += packed.size();
        if (piece.rows.size() >= kPieceRows || bytes >= kPieceBytes) flush();
    }
    flush();
    Call([&] {
        ExecDropSingleTupleTableSlot(slot);
        tuplestore_end(store_);
    });
    store_ = nullptr;
}

}  // namespace contacts::pg
