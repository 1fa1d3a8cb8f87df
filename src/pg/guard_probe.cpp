// For the tests of guard.h alone: raises every class of error on demand and counts the C++ objects it left
// alive. The install script makes no SQL function of it; test/sql/guard.sql does, as a superuser.
#include "pg/guard.h"

extern "C" {
#include "access/xact.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/resowner.h"
}

#include <new>
#include <stdexcept>
#include <string>

namespace {

using contacts::Error;
using contacts::Fault;
using contacts::pg::Call;
using contacts::pg::Failure;
using contacts::pg::Guarded;
using contacts::pg::NewVarlena;
using contacts::pg::PgError;

int live_objects = 0;

// Stands for anything with a destructor. Owns memory too, so that a leak checker sees what the counter
// counts.
class Tracked {
  public:
    Tracked() : owned_(100, 'x') { ++live_objects; }
    Tracked(const Tracked &) = delete;
    Tracked &operator=(const Tracked &) = delete;
    ~Tracked() { --live_objects; }

  private:
    std::string owned_;
};

Fault SampleFault() {
    return {"probe", "probe message", "Probe detail.", "Probe hint.", "22P02"};
}

// A backend function that raises with everything an ErrorData has.
void backend_error() {
    ereport(ERROR,
            (errcode(ERRCODE_DIVISION_BY_ZERO), errmsg("backend message"), errdetail("Backend detail."),
             errhint("Backend hint."), err_generic_string(PG_DIAG_CONSTRAINT_NAME, "backend_constraint")));
}

void spi_error() {
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    SPI_execute("SELECT 1/(random() * 0)::int", true, 0);
    SPI_finish();
}

// C++ that was called by the backend that was called by C++.
Datum nested_error(PG_FUNCTION_ARGS) {
    return Guarded(fcinfo, [](Failure &) -> Datum {
        Tracked tracked;
        throw Error(Fault{"probe", "inner message", "Inner detail.", "Inner hint.", "54000"});
    });
}

// The one way to go on after an error of the backend: its subtransaction is rolled back.
Datum Survive() {
    Tracked tracked;
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    Call([] { BeginInternalSubTransaction(nullptr); });
    std::string outcome = "no error";
    try {
        Call([&] {
            MemoryContextSwitchTo(context);
            backend_error();
        });
    } catch (const PgError &error) {
        outcome = std::string("survived: ") + error.what();
        FreeErrorData(error.data());
    }
    Call([&] {
        RollbackAndReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(context);
        CurrentResourceOwner = owner;
    });
    return NewVarlena(outcome);
}

Datum Probe(std::string_view kind, Failure &failure) {
    Tracked tracked;
    if (kind == "none") return NewVarlena("fine");
    if (kind == "value") return failure.Set(SampleFault());
    if (kind == "error") throw Error(SampleFault());
    if (kind == "plain error") throw Error("54000", "plain message");
    if (kind == "bad_alloc") throw std::bad_alloc();
    if (kind == "exception") throw std::runtime_error("standard message");
    if (kind == "unknown") throw 42;
    if (kind == "long") {
        std::string text;
        while (text.size() < 5000) text += "ä€";
        throw Error(Fault{"probe", text, text, text, "22023"});
    }
    if (kind == "percent") throw Error("22023", "%s %d %n 100%");
    if (kind == "too large") return NewVarlena(std::string_view("", std::size_t{1} << 31));
    if (kind == "backend") Call([] { backend_error(); });
    if (kind == "backend value") return Call([]() -> Datum { return (backend_error(), Datum{0}); });
    if (kind == "spi") Call([] { spi_error(); });
    if (kind == "sleep") Call([] { DirectFunctionCall1(pg_sleep, Float8GetDatum(60)); });
    if (kind == "nested") Call([] { DirectFunctionCall1(nested_error, 0); });
    if (kind == "survive") return Survive();
    throw Error(contacts::sqlstate::kInvalidParameterValue, "unknown kind of probe");
}

}  // namespace

extern "C" {

PG_FUNCTION_INFO_V1(contacts_guard_probe);
PG_FUNCTION_INFO_V1(contacts_guard_probe_live);

// guard_probe(kind text) -> text
Datum contacts_guard_probe(PG_FUNCTION_ARGS) {
    text *kind = PG_GETARG_TEXT_PP(0);
    return Guarded(fcinfo, [&](Failure &failure) { return Probe(contacts::pg::View(kind), failure); });
}

// guard_probe_live() -> int
Datum contacts_guard_probe_live(PG_FUNCTION_ARGS) {
    PG_RETURN_INT32(live_objects);
}
}
