/* SPDX-License-Identifier: MIT */
#include "aggregate/address_log.h"

void bnc_address_log_release(struct bnc_address_log *a)
{
    bnc_log_release(&a->log);
    bnc_pairs_release(&a->outcomes);
    memset(a->recent, 0, sizeof a->recent);
}

uint32_t bnc_address_log_find_outcome(struct bnc_address_log *a, uint64_t key)
{
    const size_t i = bnc_address_log_recent(key);

    if (a->outcomes.n >= BNC_ADDRESS_NO_OUTCOME || !bnc_pairs_reserve(&a->outcomes, 1))
        return BNC_ADDRESS_NO_OUTCOME;
    a->recent[i].number = bnc_pairs_get(&a->outcomes, key);
    a->recent[i].key = key + 1;
    return a->recent[i].number;
}

bool bnc_address_log_push_long(struct bnc_address_log *a, uint64_t fp, uint32_t pair, uint32_t what,
                               uint32_t time)
{
    struct bnc_address_long *to = bnc_log_push(&a->log, bnc_log_part(fp), sizeof *to);

    if (to == NULL)
        return false;
    *to = (struct bnc_address_long){ .head = { fp << BNC_LOG_LOG2, BNC_ADDRESS_NO_OUTCOME },
                                     .pair = pair,
                                     .what = what,
                                     .time = time };
    return true;
}
