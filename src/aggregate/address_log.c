/* SPDX-License-Identifier: MIT */
#include "aggregate/address_log.h"

void bnc_address_log_release(struct bnc_address_log *a)
{
    bnc_log_release(&a->log);
    bnc_pairs_release(&a->outcomes);
    memset(a->recent, 0, sizeof a->recent);
}

static inline size_t recent_slot(uint64_t key)
{
    return key * BNC_HASH_K1 >> (64 - BNC_ADDRESS_RECENT_LOG2);
}

/* The number of an outcome; BNC_ADDRESS_NO_OUTCOME: there is none left, or no memory. */
static __attribute__((noinline)) uint32_t find_outcome(struct bnc_address_log *a, uint64_t key)
{
    const size_t i = recent_slot(key);

    if (a->outcomes.n >= BNC_ADDRESS_NO_OUTCOME || !bnc_pairs_reserve(&a->outcomes, 1))
        return BNC_ADDRESS_NO_OUTCOME;
    a->recent[i].number = bnc_pairs_get(&a->outcomes, key);
    a->recent[i].key = key + 1;
    return a->recent[i].number;
}

static inline uint32_t outcome_of(struct bnc_address_log *a, uint64_t key)
{
    const size_t i = recent_slot(key);

    return a->recent[i].key == key + 1 ? a->recent[i].number : find_outcome(a, key);
}

static __attribute__((noinline)) bool push_long(struct bnc_address_log *a, uint64_t fp,
                                                uint32_t pair, uint32_t what, uint32_t time)
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

bool bnc_address_log_push(struct bnc_address_log *a, uint64_t fp, uint32_t pair, uint32_t what,
                          uint32_t time)
{
    const uint32_t outcome = outcome_of(a, (uint64_t)what << 32 | (a->exact ? 0 : time)),
                   low = pair & ((1u << BNC_LOG_LOG2) - 1), high = pair >> BNC_LOG_LOG2;
    struct bnc_address_short *to;

    if (outcome == BNC_ADDRESS_NO_OUTCOME || high >> 16 != 0)
        return push_long(a, fp, pair, what, time);
    to = bnc_log_push(&a->log, bnc_log_part(fp), bnc_address_log_each(a));
    if (to == NULL)
        return false;
    *to = (struct bnc_address_short){ fp << BNC_LOG_LOG2 | low, high << 16 | outcome };
    if (a->exact)
        memcpy(to + 1, &time, sizeof time);
    return true;
}
