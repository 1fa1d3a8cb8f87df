#include "pg/owner.h"

extern "C" {
#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

#include "pg/transaction.h"

namespace contacts::pg {
namespace {

struct Kept {
    uint64 hash;
    char *text;
    SPIPlanPtr plan;
};

// Statements of run_as_owner() under way, one within the other's triggers. What an error left is corrected at
// the end of the transaction.
int running = 0;

void forget_running(Ended ended) {
    if (ended != Ended::kPartAborted) running = 0;
}

}  // namespace

Before become_owner(Oid owner, int restrictions) {
    Before before;
    GetUserIdAndSecContext(&before.user, &before.context);
    SetUserIdAndSecContext(
        owner, before.context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS | restrictions);
    return before;
}

void become_again(const Before &before) {
    SetUserIdAndSecContext(before.user, before.context);
}

SPIPlanPtr prepare(const char *text, int count, const Oid *types) {
    SPIPlanPtr plan = SPI_prepare(text, count, const_cast<Oid *>(types));
    if (!plan) elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
    return plan;
}

SPIPlanPtr kept_plan(const char *text, int count, const Oid *types) {
    static HTAB *plans = nullptr;
    if (!plans) {
        HASHCTL control = {};
        control.keysize = sizeof(uint64);
        control.entrysize = sizeof(Kept);
        plans = hash_create("contacts plans", 64, &control, HASH_ELEM | HASH_BLOBS);
    }
    const uint64 hash =
        hash_bytes_extended(reinterpret_cast<const unsigned char *>(text), static_cast<int>(strlen(text)), 0);
    auto *known = static_cast<Kept *>(hash_search(plans, &hash, HASH_FIND, nullptr));
    if (known) {
        // Made again for the statistics of now; but a plan that may be running, further out, must not be
        // freed: the backend makes that valid by itself.
        if (strcmp(known->text, text) == 0 && (running > 0 || SPI_plan_is_valid(known->plan)))
            return known->plan;
        SPI_freeplan(known->plan);
        pfree(known->text);
        hash_search(plans, &hash, HASH_REMOVE, nullptr);
    }
    SPIPlanPtr plan = prepare(text, count, types);
    char *kept = MemoryContextStrdup(TopMemoryContext, text);
    if (SPI_keepplan(plan) != 0) elog(ERROR, "SPI_keepplan failed");
    known = static_cast<Kept *>(hash_search(plans, &hash, HASH_ENTER, nullptr));
    known->text = kept;
    known->plan = plan;
    return plan;
}

uint64 execute_on_latest(SPIPlanPtr plan, Datum *values, const char *nulls, AfterTriggers triggers) {
    Snapshot snapshot = InvalidSnapshot;
    Snapshot crosscheck = InvalidSnapshot;
    if (IsolationUsesXactSnapshot()) {
        CommandCounterIncrement();
        snapshot = GetLatestSnapshot();
        crosscheck = GetTransactionSnapshot();
    }
    const int result = SPI_execute_snapshot(plan, values, nulls, snapshot, crosscheck, false,
                                            triggers == AfterTriggers::kAtOnce, 0);
    if (result < 0) elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(result));
    return SPI_processed;
}

uint64 run_as_owner(Relation rel, const char *text, int count, const Oid *types, Datum *values,
                    const char *nulls, AfterTriggers triggers) {
    const Before before = become_owner(RelationGetForm(rel)->relowner);
    const int level = NewGUCNestLevel();
    set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    SPIPlanPtr plan = kept_plan(text, count, types);
    forget_at_end<forget_running>();
    ++running;
    const uint64 rows = execute_on_latest(plan, values, nulls, triggers);
    --running;
    AtEOXact_GUC(true, level);
    become_again(before);
    return rows;
}

}  // namespace contacts::pg
