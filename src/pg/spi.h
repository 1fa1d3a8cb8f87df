// SPI and subtransactions for C++: results as strings, errors as PgError.
#pragma once

#include "pg/guard.h"

extern "C" {
#include "access/xact.h"
#include "executor/spi.h"
#include "utils/resowner.h"
}

#include <optional>
#include <string>
#include <vector>

namespace contacts::pg {

// A result read as text: what the types' output functions print.
struct TextRows {
    std::vector<std::vector<std::optional<std::string>>> rows;
};

// One SPI connection. After an exception the connection is left to the (sub)transaction's abort, which every
// error leads to.
class SpiSession {
  public:
    SpiSession();
    void Finish();
    // Runs one command with arguments (null: NULL) and returns what it returns. Arguments are of type text,
    // or of the one that `argument_types` has for them, whose input function reads them: a cast in the
    // command would hide the value from the planner, and one that is not immutable may be evaluated again for
    // every row.
    TextRows Run(const std::string &command, const std::vector<std::optional<std::string>> &arguments = {},
                 const std::vector<Oid> &argument_types = {});
    // The same with a plan that is kept for the session: to call a volatile function of a directory again and
    // again. Planning such a call takes longer than starting it, since the planner reads the function's body
    // to see whether it can be inlined. One that can be must not come here: before 15.3 its plan would keep
    // the policies of the role that it was made for.
    TextRows RunKept(const std::string &command,
                     const std::vector<std::optional<std::string>> &arguments = {},
                     const std::vector<Oid> &argument_types = {});

  private:
    TextRows Execute(bool keeps, const std::string &command,
                     const std::vector<std::optional<std::string>> &arguments,
                     const std::vector<Oid> &argument_types);
};

// A copy of `error` in the current memory context. May ereport.
ErrorData *copy_error(const ErrorData *error);

// Runs `body` in a subtransaction: kept if it returns, undone if it throws.
template <class Body>
void InSubtransaction(Body &&body) {
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    Call([&] {
        BeginInternalSubTransaction(nullptr);
        MemoryContextSwitchTo(context);
    });
    const auto undo = [&] {
        Call([&] {
            RollbackAndReleaseCurrentSubTransaction();
            MemoryContextSwitchTo(context);
            CurrentResourceOwner = owner;
        });
    };
    try {
        body();
    } catch (const PgError &error) {
        // The error lies in the memory of the SPI connection that was left open, which goes with the
        // subtransaction.
        ErrorData *kept = Call([&] {
            MemoryContextSwitchTo(context);
            return copy_error(error.data());
        });
        undo();
        throw PgError(kept);
    } catch (...) {
        undo();
        throw;
    }
    Call([&] {
        ReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(context);
        CurrentResourceOwner = owner;
    });
}

}  // namespace contacts::pg
