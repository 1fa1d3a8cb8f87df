// Where PostgreSQL's ereport (a longjmp that skips destructors) meets C++ exceptions (which must not leave a
// function that the backend called). Every extern "C" entry has the same shape:
//
//     extern "C" Datum contacts_phone_parse(PG_FUNCTION_ARGS) {
//         text *input = PG_GETARG_TEXT_PP(0);                  // 1. backend calls, no C++ object alive
//         return Guarded(fcinfo, [&](Failure &failure) -> Datum {
//             auto phone = ParsePhone(View(input), region);    // 2. C++; may throw
//             if (!phone) return failure.Set(phone.fault());   //    expected bad input is a value
//             return ToDatum(*phone);
//         });                                                  // 3. every scope closed, only then ereport
//     }
//
// snake_case functions may ereport; CamelCase functions may throw; none does both.
// Include this before any other header of the project.
#pragma once

extern "C" {
#include "postgres.h"

#include "fmgr.h"
#include "utils/elog.h"
#include "utils/memutils.h"
}

#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/error.h"
#include "pg/compat.h"

namespace contacts::pg {

// An error on its way out. Trivially destructible: it is read after all C++ scopes are closed, and ereport
// jumps over it.
struct Failure {
    bool is_set = false;
    bool is_soft = false;  // an input function's bad value: reported softly where the caller asks for that
    int sqlstate = 0;
    ErrorData *backend = nullptr;  // an error of the backend, to be thrown again as it was
    char message[1024];
    char detail[1024];
    char hint[512];

    // Bad input, as a value. Returns a Datum so that a guarded body can end with it.
    Datum Set(const Fault &fault) noexcept;
    void SetHard(const Fault &fault) noexcept;
    void SetBackend(ErrorData *error) noexcept;
};
static_assert(std::is_trivially_destructible_v<Failure>);

// An error of the backend while it travels through C++ as an exception.
class PgError : public std::exception {
  public:
    explicit PgError(ErrorData *data) : data_(data) {}
    const char *what() const noexcept override { return data_->message ? data_->message : "backend error"; }
    ErrorData *data() const noexcept { return data_; }

  private:
    ErrorData *data_;
};

// Fills `failure` from the exception that is being handled; called in a catch block only.
void CaptureException(Failure &failure) noexcept;

// Raises what `failure` says; returns (Datum) 0 after a soft error. May ereport.
Datum report_failure(FunctionCallInfo fcinfo, const Failure &failure);

// Runs C++ for the backend: `body(Failure &) -> Datum` may throw, nothing it made is alive when an error is
// raised. `fcinfo` may be null outside of SQL functions.
template <class Body>
Datum Guarded(FunctionCallInfo fcinfo, Body &&body) {
    Failure failure;
    Datum result = 0;
    try {
        result = body(failure);
    } catch (...) {
        CaptureException(failure);
    }
    if (likely(!failure.is_set)) return result;
    return report_failure(fcinfo, failure);
}

// Runs `body` and returns the backend's error, if it raised one. By itself, so that no variable of a caller
// lives in the frame of a sigsetjmp.
template <class Body>
ErrorData *CatchBackendError(Body &body) {
    MemoryContext context = CurrentMemoryContext;
    ErrorData *volatile error = nullptr;
    PG_TRY();
    { body(); }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        error = CopyErrorData();
        FlushErrorState();
    }
    PG_END_TRY();
    return error;
}

// Runs backend code for C++: an ereport inside `body` becomes a PgError. `body` must own nothing that has a
// destructor and must not throw; an error leaves the backend as it leaves any caller of PG_TRY that throws
// again, so a PgError may be swallowed only around a subtransaction that was rolled back.
template <class Body>
auto Call(Body &&body) -> decltype(body()) {
    using Value = decltype(body());
    if constexpr (std::is_void_v<Value>) {
        if (ErrorData *error = CatchBackendError(body)) throw PgError(error);
    } else {
        static_assert(std::is_trivially_copyable_v<Value>);
        Value result{};
        const auto keep = [&] { result = body(); };
        if (ErrorData *error = CatchBackendError(keep)) throw PgError(error);
        return result;
    }
}

// The bytes of a detoasted (possibly short-header) varlena, without copying.
inline std::string_view View(const void *value) {
    return {VARDATA_ANY(value), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))};
}

// palloc for C++: throws std::bad_alloc instead of jumping. `size` must not exceed MaxAllocSize.
void *Allocate(std::size_t size);

// A new varlena with these bytes; throws Error when it would be too large.
Datum NewVarlena(std::string_view bytes);

}  // namespace contacts::pg
