#include "pg/plan.h"

extern "C" {
#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
}

#include "pg/transaction.h"

namespace contacts::pg {
namespace {

HTAB *plans = nullptr;

// A session works with few directories. One that goes through many, or makes and drops them, begins anew.
constexpr long kMostPlans = 2000;

// Of all plans: what an error left is corrected at the end of the transaction.
int running = 0;

void forget_running(Ended ended) {
    if (ended == Ended::kPartAborted || running == 0) return;
    running = 0;
    HASH_SEQ_STATUS status;
    hash_seq_init(&status, plans);
    while (auto *kept = static_cast<KeptPlan *>(hash_seq_search(&status))) kept->running = 0;
}

void make_plans() {
    forget_at_end<forget_running>();
    HASHCTL control = {};
    control.keysize = sizeof(uint64);
    control.entrysize = sizeof(KeptPlan);
    plans = hash_create("contacts plans", 64, &control, HASH_ELEM | HASH_BLOBS);
}

void remove(KeptPlan *kept) {
    SPI_freeplan(kept->plan);
    pfree(kept->text);
    hash_search(plans, &kept->hash, HASH_REMOVE, nullptr);
}

void remove_all() {
    HASH_SEQ_STATUS status;
    hash_seq_init(&status, plans);
    while (auto *kept = static_cast<KeptPlan *>(hash_seq_search(&status))) remove(kept);
}

bool has_arguments(SPIPlanPtr plan, int count, const Oid *types) {
    if (SPI_getargcount(plan) != count) return false;
    for (int i = 0; i < count; ++i)
        if (SPI_getargtypeid(plan, i) != types[i]) return false;
    return true;
}

}  // namespace

SPIPlanPtr prepare(const char *text, int count, const Oid *types) {
    SPIPlanPtr plan = SPI_prepare(text, count, const_cast<Oid *>(types));
    if (!plan) elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
    return plan;
}

KeptPlan *begin_kept_plan(const char *text, int count, const Oid *types) {
    if (!plans) make_plans();
    const uint64 hash =
        hash_bytes_extended(reinterpret_cast<const unsigned char *>(text), static_cast<int>(strlen(text)), 0);
    auto *kept = static_cast<KeptPlan *>(hash_search(plans, &hash, HASH_FIND, nullptr));
    if (kept && strcmp(kept->text, text) == 0) {
        // One that is running becomes valid where it is: the backend sees to that.
        if (kept->running > 0 || SPI_plan_is_valid(kept->plan)) {
            if (!has_arguments(kept->plan, count, types))
                elog(ERROR, "\"%s\" is kept with arguments of other types", text);
            ++kept->running;
            ++running;
            return kept;
        }
    }
    if (kept) {
        if (kept->running > 0) elog(ERROR, "\"%s\" and \"%s\" have the same hash", text, kept->text);
        remove(kept);
    } else if (running == 0 && hash_get_num_entries(plans) >= kMostPlans) {
        remove_all();
    }
    SPIPlanPtr plan = prepare(text, count, types);
    char *copy = MemoryContextStrdup(TopMemoryContext, text);
    if (SPI_keepplan(plan) != 0) elog(ERROR, "SPI_keepplan failed");
    kept = static_cast<KeptPlan *>(hash_search(plans, &hash, HASH_ENTER, nullptr));
    kept->text = copy;
    kept->plan = plan;
    kept->running = 1;
    ++running;
    return kept;
}

void end_kept_plan(KeptPlan *kept) {
    --kept->running;
    --running;
}

}  // namespace contacts::pg
