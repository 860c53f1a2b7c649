/* SPDX-License-Identifier: MIT
 * counts.h - a table from a packed 64-bit key to a count with its first and last time and the days
 * on which it happened. Open addressing, linear probing, one 32-byte slot per key, so that a probe
 * is one cache line. The table is keyed with the run's seed: crafted keys can't make it slow. One
 * thread at a time.
 */
#ifndef BNC_AGGREGATE_COUNTS_H
#define BNC_AGGREGATE_COUNTS_H

#include "aggregate/when.h"
#include "util/hash.h"

struct bnc_count {
    /* in a table: the key + 1, 0 for a free slot; elsewhere the key */
    uint64_t key;
    uint64_t n;
    uint32_t first, last;
    uint64_t days; /* bit (day & 63) */
};

struct bnc_counts { /* zero-initialized but for 'seed' and 'frugal' is an empty table */
    struct bnc_count *slot;
    size_t n;
    unsigned log2;
    uint64_t seed; /* odd */
    bool frugal;   /* small pages: a table of half a huge page takes no whole one */
};

static inline size_t bnc_counts_at(const struct bnc_counts *c, uint64_t key)
{
    return (size_t)(bnc_mix64(key ^ BNC_HASH_K1, c->seed) >> (64 - c->log2));
}

/* Room for 'more' further keys; false when out of memory (the table is unchanged). */
bool bnc_counts_reserve(struct bnc_counts *c, size_t more);

/*
 * The slot of 'key', made if missing; 'i' is bnc_counts_at() of it since the last reserve. There
 * must be room: see bnc_counts_reserve(). Valid until the next reserve.
 */
static inline struct bnc_count *bnc_counts_get_at(struct bnc_counts *c, uint64_t key, size_t i)
{
    const size_t mask = ((size_t)1 << c->log2) - 1;

    while (c->slot[i].key != key + 1) {
        if (c->slot[i].key == 0) {
            c->slot[i] = (struct bnc_count){ .key = key + 1, .first = BNC_FIRST_NONE };
            c->n++;
            break;
        }
        i = (i + 1) & mask;
    }
    return &c->slot[i];
}

static inline struct bnc_count *bnc_counts_get(struct bnc_counts *c, uint64_t key)
{
    return bnc_counts_get_at(c, key, bnc_counts_at(c, key));
}

/* One more event at 'time' (0: unknown). */
static inline void bnc_count_event(struct bnc_count *c, uint32_t time)
{
    c->n++;
    c->first = time - 1 < c->first ? time - 1 : c->first;
    c->last = time > c->last ? time : c->last;
}

/* Adds 'src' to 'dst'; the keys are the caller's business. */
static inline void bnc_count_merge(struct bnc_count *dst, const struct bnc_count *src)
{
    dst->n += src->n;
    dst->first = src->first < dst->first ? src->first : dst->first;
    dst->last = src->last > dst->last ? src->last : dst->last;
    dst->days |= src->days;
}

void bnc_counts_release(struct bnc_counts *c);
/* Writes all counts with their keys, in no order; returns how many: c->n. */
size_t bnc_counts_list(const struct bnc_counts *c, struct bnc_count *to);

/*
 * Sorts 'n' counts by key and adds up those of one key; '*n' is how many are left. False when out
 * of memory (nothing is lost: the array is unchanged).
 */
bool bnc_counts_compact(struct bnc_count *at, size_t *n);

/* ---- sorting by a 64-bit key ---- */
struct bnc_sortkey {
    uint64_t key, ref;
};

/*
 * Sorts by (key, ref); 'tmp' has room for n more. Linear in n: byte passes, those in which all keys
 * agree are skipped.
 */
void bnc_sortkeys(struct bnc_sortkey *at, struct bnc_sortkey *tmp, size_t n);
/* Likewise by key alone: those of one key stay in their order. */
void bnc_sortkeys_stable(struct bnc_sortkey *at, struct bnc_sortkey *tmp, size_t n);

#endif
