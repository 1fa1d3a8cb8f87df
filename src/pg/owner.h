// Statements with the rights of a table's owner. Plain backend code: all of it may ereport, and no C++ object
// is alive where it is called.
#pragma once

extern "C" {
#include "postgres.h"

#include "executor/spi.h"
#include "utils/rel.h"
}

namespace contacts::pg {

// Who was the current user. An error needs no become_again(): the abort of the (sub)transaction, to which it
// leads, gives back what was current when that began.
struct Before {
    Oid user;
    int context;
};

// As foreign keys do: no other user from within, and policies that are forced upon the owner do not apply.
// `restrictions` are further flags of SetUserIdAndSecContext.
Before become_owner(Oid owner, int restrictions = 0);
void become_again(const Before &before);

// When the AFTER triggers of a statement's rows fire: before it returns, or with those of the statement that
// is under way.
enum class AfterTriggers { kAtOnce, kLater };

// Runs a plan; rows are in SPI_tuptable, their number is the result. Under REPEATABLE READ it works on what
// is committed now, and fails where that differs from the transaction's snapshot, as foreign keys do.
uint64 execute_on_latest(SPIPlanPtr plan, Datum *values, const char *nulls, AfterTriggers triggers);

// Runs a statement, kept for the session, as the owner of `rel` and on what is committed now. Rows are looked
// up by index, whatever statistics said of the table when the plan was made: it may have been empty then.
uint64 run_as_owner(Relation rel, const char *text, int count, const Oid *types, Datum *values,
                    const char *nulls, AfterTriggers triggers = AfterTriggers::kAtOnce);

}  // namespace contacts::pg
