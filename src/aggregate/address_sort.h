/* SPDX-License-Identifier: MIT
 * address_sort.h - sorting the 'n' address records of one partition: all are counted by their
 * fingerprints, then each is put in its place, then what is equal becomes one. Private to the room.
 */
#ifndef BNC_AGGREGATE_ADDRESS_SORT_H
#define BNC_AGGREGATE_ADDRESS_SORT_H

#include "aggregate/address_log.h"

struct bnc_address_sort {
    uint32_t *start; /* [n_buckets + 1] */
    struct bnc_address_rec *at; /* [n] */
    size_t cap_start, cap;
    unsigned shift;
};
/* Storage is kept from one sort to the next. False when out of memory. */
bool bnc_address_sort_begin(struct bnc_address_sort *s, size_t n);
void bnc_address_sort_release(struct bnc_address_sort *s);

static inline uint32_t *bnc_address_sort_bucket(struct bnc_address_sort *s, uint64_t fp)
{
    return &s->start[(fp << BNC_LOG_LOG2) >> s->shift];
}

/* First for every record: */
static inline void bnc_address_sort_count(struct bnc_address_sort *s, uint64_t fp)
{
    ++*bnc_address_sort_bucket(s, fp);
}

/* Then, after bnc_address_sort_place(): */
void bnc_address_sort_place(struct bnc_address_sort *s);
static inline void bnc_address_sort_put(struct bnc_address_sort *s, const struct bnc_address_rec *r)
{
    s->at[(*bnc_address_sort_bucket(s, r->fp))++] = *r;
}

/*
 * Sorts by (fp, pair, what, time) and keeps the first and last of each day. Returns how many are
 * left in s->at.
 */
size_t bnc_address_sort_end(struct bnc_address_sort *s);
/* All of it for records that stand in an array; SIZE_MAX: out of memory. */
size_t bnc_address_sort_all(struct bnc_address_sort *s, const struct bnc_address_rec *recs,
                            size_t n);
/* Sorts by pair alone. */
void bnc_address_recs_by_pair(struct bnc_address_rec *at, size_t n);

#endif
