// Statements that are prepared: for once, or for the session. Plain backend code: all of it may ereport, and
// no C++ object is alive where it is called.
#pragma once

extern "C" {
#include "postgres.h"

#include "executor/spi.h"
}

namespace contacts::pg {

// SPI_prepare(), for once. Names are looked up as the current user.
SPIPlanPtr prepare(const char *text, int count, const Oid *types);

// A plan that is kept, and how many of its executions are under way, one within the other's functions and
// triggers: until they end it is not freed.
struct KeptPlan {
    uint64 hash;
    char *text;
    SPIPlanPtr plan;
    int running;
};
KeptPlan *begin_kept_plan(const char *text, int count, const Oid *types);
void end_kept_plan(KeptPlan *kept);

// Lets `execute` run a statement by a plan that is kept for the session, and returns what it returns. The
// statement is known by its text, which therefore names all it depends on: schemas of tables, functions and
// operators. An invalid plan is made again, by the statistics of now.
template <class Execute>
auto run_kept_plan(const char *text, int count, const Oid *types, Execute &&execute) {
    KeptPlan *kept = begin_kept_plan(text, count, types);
    const auto result = execute(kept->plan);
    end_kept_plan(kept);
    return result;
}

}  // namespace contacts::pg
