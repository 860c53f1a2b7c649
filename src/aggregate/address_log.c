/* SPDX-License-Identifier: MIT */
#include "aggregate/address_log.h"

void bnc_address_log_release(struct bnc_address_log *a)
{
    bnc_log_release(&a->log);
    bnc_numbers_release(&a->outcomes);
}

bool bnc_address_log_push(struct bnc_address_log *a, uint64_t fp, uint32_t pair, uint32_t what,
                          uint32_t time)
{
    const uint32_t outcome = bnc_numbers_get(&a->outcomes, what);
    const uint32_t high = pair >> BNC_ADDRESS_LOW_BITS, low = pair % (1u << BNC_ADDRESS_LOW_BITS);
    const bool is_long = outcome >= BNC_ADDRESS_LONG || high > UINT16_MAX;
    const struct bnc_address_short head = { fp << BNC_LOG_LOG2 | low,
                                            (uint16_t)(is_long ? BNC_ADDRESS_LONG : outcome),
                                            (uint16_t)high, time };
    const struct bnc_address_long rest = { pair, what };
    char *to =
        bnc_log_push(&a->log, bnc_log_part(fp), sizeof head + (is_long ? sizeof rest : 0));

    if (to == NULL)
        return false;
    memcpy(to, &head, sizeof head);
    if (is_long)
        memcpy(to + sizeof head, &rest, sizeof rest);
    return true;
}
