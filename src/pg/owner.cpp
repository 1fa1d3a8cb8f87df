#include "pg/owner.h"

extern "C" {
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
}

#include "pg/plan.h"

namespace contacts::pg {
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
    const uint64 rows = run_kept_plan(text, count, types, [=](SPIPlanPtr plan) {
        return execute_on_latest(plan, values, nulls, triggers);
    });
    AtEOXact_GUC(true, level);
    become_again(before);
    return rows;
}

}  // namespace contacts::pg
