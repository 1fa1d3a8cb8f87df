#include "pg/guard.h"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/palloc.h"
}

#include <cstring>

namespace contacts::pg {
namespace {

// Copies what fits, never half a character.
template <std::size_t N>
void Copy(char (&to)[N], std::string_view from) noexcept {
    std::size_t length = from.size() < N ? from.size() : N - 1;
    while (length > 0 && length < from.size() && (static_cast<unsigned char>(from[length]) & 0xC0) == 0x80)
        --length;
    std::memcpy(to, from.data(), length);
    to[length] = '\0';
}

}  // namespace

Datum Failure::Set(const Fault &fault) noexcept {
    SetHard(fault);
    is_soft = true;
    return 0;
}

void Failure::SetHard(const Fault &fault) noexcept {
    const char *s = fault.sqlstate;
    is_set = true;
    is_soft = false;
    backend = nullptr;
    sqlstate = MAKE_SQLSTATE(s[0], s[1], s[2], s[3], s[4]);
    Copy(message, fault.message);
    Copy(detail, fault.detail);
    Copy(hint, fault.hint);
}

void Failure::SetBackend(ErrorData *error) noexcept {
    is_set = true;
    is_soft = false;
    backend = error;
}

void CaptureException(Failure &failure) noexcept {
    const auto plain = [&](int sqlstate, std::string_view message) {
        failure.is_set = true;
        failure.is_soft = false;
        failure.backend = nullptr;
        failure.sqlstate = sqlstate;
        Copy(failure.message, message);
        failure.detail[0] = failure.hint[0] = '\0';
    };
    try {
        throw;
    } catch (const PgError &error) {
        failure.SetBackend(error.data());
    } catch (const Error &error) {
        failure.SetHard(error.fault());
    } catch (const std::bad_alloc &) {
        plain(ERRCODE_OUT_OF_MEMORY, "out of memory");
    } catch (const std::exception &error) {
        plain(ERRCODE_INTERNAL_ERROR, error.what());
    } catch (...) {
        plain(ERRCODE_INTERNAL_ERROR, "unknown C++ exception");
    }
}

Datum report_failure(FunctionCallInfo fcinfo, const Failure &failure) {
    if (failure.backend) ReThrowError(failure.backend);
    Node *context = failure.is_soft && fcinfo ? fcinfo->context : nullptr;
    ereturn(context, (Datum)0,
            (errcode(failure.sqlstate), errmsg("%s", failure.message),
             failure.detail[0] ? errdetail("%s", failure.detail) : 0,
             failure.hint[0] ? errhint("%s", failure.hint) : 0));
}

void *Allocate(std::size_t size) {
    if (!AllocSizeIsValid(size))
        throw Error(sqlstate::kProgramLimitExceeded,
                    "value is too large (" + std::to_string(size) + " bytes)");
    void *memory = palloc_extended(size, MCXT_ALLOC_NO_OOM);
    if (!memory) throw std::bad_alloc();
    return memory;
}

Datum NewVarlena(std::string_view bytes) {
    auto *result = static_cast<varlena *>(Allocate(bytes.size() + VARHDRSZ));
    SET_VARSIZE(result, bytes.size() + VARHDRSZ);
    std::memcpy(VARDATA(result), bytes.data(), bytes.size());
    return PointerGetDatum(result);
}

}  // namespace contacts::pg
