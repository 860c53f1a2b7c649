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
    const size_t each = bnc_address_bytes(a->exact);
    const unsigned bits = a->exact ? BNC_ADDRESS_LOW_BITS_EXACT : BNC_ADDRESS_LOW_BITS;
    const struct bnc_address_exact head = { bnc_address_fp_pair(fp, 0, bits),
                                            BNC_ADDRESS_NO_OUTCOME, 0, 0 };
    const struct bnc_address_long l = { pair, what, time };
    char *to = bnc_log_push(&a->log, bnc_log_part(fp), each + sizeof l);

    if (to == NULL)
        return false;
    memcpy(to, &head, each); /* the outcome lies in one place in either */
    memcpy(to + each, &l, sizeof l);
    return true;
}

bool bnc_address_log_push_exact(struct bnc_address_log *a, uint64_t fp, uint32_t pair,
                                uint32_t what, uint32_t outcome, uint32_t time)
{
    const uint32_t high = pair >> BNC_ADDRESS_LOW_BITS_EXACT;
    struct bnc_address_exact *to;

    if (outcome == BNC_ADDRESS_NO_OUTCOME || high > UINT16_MAX)
        return bnc_address_log_push_long(a, fp, pair, what, time);
    to = bnc_log_push(&a->log, bnc_log_part(fp), sizeof *to);
    if (to != NULL)
        *to = (struct bnc_address_exact){
            bnc_address_fp_pair(fp, pair, BNC_ADDRESS_LOW_BITS_EXACT), (uint16_t)outcome,
            (uint16_t)high, time
        };
    return to != NULL;
}
