/* SPDX-License-Identifier: MIT
 * repeats.h - what several records of an address say counts once; private to the room.
 *
 * How many records there are of a pair, a campaign or a day is known without looking at addresses.
 * So only what repeats is looked for, and taken off. Records come in buckets: all of an address are
 * in one, mostly with few others. Within a bucket each record is compared with all before it, in
 * eight things at once; nothing is looked up, and no branch depends on what a record says: nobody
 * could guess it, and a wrong guess costs more than the counting.
 */
#ifndef BNC_AGGREGATE_REPEATS_H
#define BNC_AGGREGATE_REPEATS_H

#include "aggregate/distinct.h"

/* What a record says of its address. */
struct bnc_said {
    uint64_t fp;
    uint32_t pair, campaign, day;
};

/* Larger buckets go another way, that does not compare each with each. */
#ifdef BNC_DEBUG
#define BNC_REPEATS_FEW 3u /* tests see it */
#else
#define BNC_REPEATS_FEW 24u
#endif
#define BNC_REPEATS_LATER 1024u

struct bnc_repeats { /* one thread's */
    struct bnc_distinct *d; /* where it is counted */
    const struct bnc_pair_info *info; /* [n_pairs] */
    uint32_t by; /* what to count them by: 1, or what takes 1 off */
    /* rows of pairs and causes to count at once: they lie far apart */
    uint32_t pair[BNC_REPEATS_LATER], cause[BNC_REPEATS_LATER];
    size_t n_pairs, n_causes;
};

/*
 * 'is_known': records are counted elsewhere, what is repeated is to be taken off; else what is not
 * repeated is to be counted.
 */
void bnc_repeats_begin(struct bnc_repeats *r, struct bnc_distinct *d,
                       const struct bnc_pair_info *info, bool is_known);

/*
 * Takes off what is repeated in each of 'n' buckets of 'size' records, up to BNC_REPEATS_FEW, that
 * begin at 'from' in 'at'. 'occasions': campaign and day, by number.
 */
struct bnc_occasion {
    uint32_t campaign, day;
};
void bnc_repeats_take_off(struct bnc_repeats *r, const struct bnc_failure *at, const uint32_t *from,
                          size_t n, size_t size, const struct bnc_occasion *occasions);

/*
 * Counts the records of one fingerprint, sorted by pair; 'is_known' as it was begun. False when out
 * of memory.
 */
bool bnc_repeats_count(struct bnc_repeats *r, const struct bnc_said *at, size_t n, bool is_known);

/* Counts what was put off; at last. */
void bnc_repeats_end(struct bnc_repeats *r);

#endif
