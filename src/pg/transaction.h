// State of the session that must not outlive what a transaction did.
#pragma once

extern "C" {
#include "postgres.h"

#include "access/xact.h"
}

namespace contacts::pg {

enum class Ended {
    kCommitted,    // or prepared
    kAborted,      // the transaction
    kPartAborted,  // a subtransaction: what it did is undone, the transaction goes on
};

// From now on calls Forget at each of these ends. Any number of calls registers it once; may ereport, Forget
// must not.
template <void (*Forget)(Ended)>
void forget_at_end() {
    static bool is_registered = false;
    if (is_registered) return;
    RegisterXactCallback(
        [](XactEvent event, void *) {
            switch (event) {
                case XACT_EVENT_COMMIT:
                case XACT_EVENT_PARALLEL_COMMIT:
                case XACT_EVENT_PREPARE:
                    return Forget(Ended::kCommitted);
                case XACT_EVENT_ABORT:
                case XACT_EVENT_PARALLEL_ABORT:
                    return Forget(Ended::kAborted);
                default:
                    return;
            }
        },
        nullptr);
    RegisterSubXactCallback(
        [](SubXactEvent event, SubTransactionId, SubTransactionId, void *) {
            if (event == SUBXACT_EVENT_ABORT_SUB) Forget(Ended::kPartAborted);
        },
        nullptr);
    is_registered = true;
}

}  // namespace contacts::pg
