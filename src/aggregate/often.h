/* SPDX-License-Identifier: MIT
 * often.h - which addresses were deferred so often that they may land on a list.
 *
 * Nearly half of all failures are deferrals, and an address that is only deferred comes on a list
 * after BNC_LISTED_DEFERRALS of them. So the text of the first ones need not be kept. Parts of one
 * run share a table of small counts, by fingerprint: addresses that share a count are taken for
 * one, which keeps a text too many, never one too few. Of the deferrals that share a count all but
 * BNC_LISTED_DEFERRALS - 1 are told to be often, in whatever order threads come; so of every
 * address that has more, one is.
 */
#ifndef BNC_AGGREGATE_OFTEN_H
#define BNC_AGGREGATE_OFTEN_H

#include "aggregate/tally.h"

#define BNC_OFTEN_SLOTS ((size_t)1 << 22) /* a megabyte */

struct bnc_often { /* zero-initialized: nobody was deferred */
    uint8_t n[BNC_OFTEN_SLOTS / 4]; /* two bits each */
};
_Static_assert(BNC_LISTED_DEFERRALS - 1 < 4, "a count has two bits");

/* Counts a deferral; whether there were enough before it. Any thread, any time. */
static inline bool bnc_often_deferred(struct bnc_often *often, uint64_t fp)
{
    uint8_t *const four = &often->n[fp % BNC_OFTEN_SLOTS / 4];
    const unsigned shift = fp % 4 * 2;
    uint8_t before = __atomic_load_n(four, __ATOMIC_RELAXED);

    while ((before >> shift & 3) < BNC_LISTED_DEFERRALS - 1)
        if (__atomic_compare_exchange_n(four, &before, (uint8_t)(before + (1u << shift)), true,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return false;
    return true;
}

#endif
