/* SPDX-License-Identifier: MIT
 * decision.h - one address, one decision.  Private to detect/.
 */
#ifndef BNC_DETECT_DECISION_H
#define BNC_DETECT_DECISION_H

#include "detect/lists.h"

struct bnc_decision {
    int list; /* enum bnc_list, -1: none */
    const char *reason; /* the rule in words */
    uint8_t cause, side, confidence;
    uint32_t template; /* of the failure that decided, UINT32_MAX none */
    uint64_t events; /* campaigns with a failure since the last delivery; of a domain, events */
    int64_t first, last; /* of those */
};

/*
 * Decides one address.  'run' is scratch from bnc_run_room(); afterwards it begins with the
 * 'events' failures since the last delivery, in order of time.
 */
struct bnc_decision bnc_address_decide(const struct bnc_lists *d, const struct bnc_address *a,
                                       const struct bnc_outcome **run);
/* The same for a domain as a whole: on suppress_domains or on no list. */
struct bnc_decision bnc_domain_decide(const struct bnc_tally *t, uint32_t domain);
/* Room for the outcomes of an address, in 'room'; NULL when out of memory, which sticks to it. */
const struct bnc_outcome **bnc_run_room(struct bnc_buf *room, const struct bnc_address *a);

/* A permanent reply said that the whole domain accepts no mail, and it accepted none afterwards. */
bool bnc_domain_is_dead(const struct bnc_tally *t, uint32_t domain);

/*
 * Did the domain accept nothing, and did none of its servers refuse anything, after the day of
 * 'since'? (BNC_NO_TIME: nothing accepted at all.)  Never said of a domain that a mailbox provider
 * is known by.
 */
bool bnc_domain_silent_since(const struct bnc_tally *t, const struct bnc_domain *d, int64_t since);

#endif
