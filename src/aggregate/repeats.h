/* SPDX-License-Identifier: MIT
 * repeats.h - what several records of an address say counts once; private to the room.
 *
 * How many records there are of a pair, a campaign or a day is known without looking at addresses.
 * So only what repeats is looked for, and taken off. Records come in chains: all of an address are
 * in one, mostly with few others. Within a chain each record is compared with all before it, in
 * eight things at once; nothing is looked up, and no branch depends on what a record says: nobody
 * could guess it, and a wrong guess costs more than the counting.
 */
#ifndef BNC_AGGREGATE_REPEATS_H
#define BNC_AGGREGATE_REPEATS_H

#include "aggregate/distinct.h"

/* When an address failed: in a mailing of which campaign, on which day. */
struct bnc_occasion {
    uint32_t campaign, day;
};

/* What a record says of its address. */
struct bnc_said {
    uint64_t fp;
    uint32_t pair;
    struct bnc_occasion on;
};

/* Longer chains go another way, that does not compare each with each. */
#ifdef BNC_DEBUG
#define BNC_REPEATS_FEW 3u /* tests see it */
#else
#define BNC_REPEATS_FEW 24u
#endif

struct bnc_repeats { /* one thread's */
    struct bnc_distinct *d; /* where it is counted */
    const struct bnc_pair_info *info; /* [n_pairs] */
};

/*
 * Takes off what is repeated in each of 'n' chains of 'size' records in 'at', up to
 * BNC_REPEATS_FEW; 'last': where they begin. 'occasions': by outcome.
 */
void bnc_repeats_take_off(struct bnc_repeats *r, const struct bnc_failure_link *at,
                          const uint32_t *last, size_t n, size_t size,
                          const struct bnc_occasion *occasions);

/*
 * Counts the records of one fingerprint, sorted by pair.  'is_known': they are counted elsewhere,
 * what is repeated is taken off; else what is not repeated is counted, in 'seen' as others may do
 * at the same time.  False when out of memory.
 */
bool bnc_repeats_count(struct bnc_repeats *r, const struct bnc_said *at, size_t n, bool is_known);

#endif
