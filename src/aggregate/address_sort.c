/* SPDX-License-Identifier: MIT */
#include "aggregate/address_sort.h"

#include "util/big.h"

#include <stdlib.h>

#define SMALL_RUN 24u
#define PER_BUCKET 1u /* records, at most: an address has two, so half of the buckets are empty */

static inline bool is_before(const struct bnc_address_rec *x, const struct bnc_address_rec *y)
{
    const uint64_t x_what = (uint64_t)x->pair << 32 | x->what,
                   y_what = (uint64_t)y->pair << 32 | y->what;

    if (x->fp != y->fp)
        return x->fp < y->fp;
    return x_what != y_what ? x_what < y_what : x->time < y->time;
}

static int cmp_address(const void *a, const void *b)
{
    return is_before(a, b) ? -1 : is_before(b, a);
}

static void sort_run(struct bnc_address_rec *at, size_t n)
{
    if (n > SMALL_RUN) {
        qsort(at, n, sizeof *at, cmp_address);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        const struct bnc_address_rec x = at[i];
        size_t j = i;

        for (; j > 0 && is_before(&x, &at[j - 1]); j--)
            at[j] = at[j - 1];
        at[j] = x;
    }
}

bool bnc_address_sort_begin(struct bnc_address_sort *s, size_t n)
{
    unsigned log2 = 4;

    while (log2 < 18 && n >> log2 >= PER_BUCKET)
        log2++;
    s->shift = 64 - log2;
    s->start =
        bnc_huge_at_least(s->start, &s->cap_start, ((size_t)1 << log2) + 1, sizeof *s->start);
    s->at = bnc_huge_at_least(s->at, &s->cap, n + 1, sizeof *s->at);
    if (s->start == NULL || s->at == NULL || n > UINT32_MAX)
        return false;
    memset(s->start, 0, sizeof *s->start << log2);
    return true;
}

void bnc_address_sort_release(struct bnc_address_sort *s)
{
    free(s->start);
    free(s->at);
    *s = (struct bnc_address_sort){ 0 };
}

void bnc_address_sort_place(struct bnc_address_sort *s)
{
    const size_t n_buckets = (size_t)1 << (64 - s->shift);
    uint32_t sum = 0;

    for (size_t b = 0; b < n_buckets; b++) {
        const uint32_t n = s->start[b];

        s->start[b] = sum;
        sum += n;
    }
}

static bool same_day(const struct bnc_address_rec *a, const struct bnc_address_rec *b)
{
    return a->fp == b->fp && a->pair == b->pair && a->what == b->what &&
           bnc_time_day(a->time) == bnc_time_day(b->time);
}

size_t bnc_address_sort_end(struct bnc_address_sort *s)
{
    const size_t n_buckets = (size_t)1 << (64 - s->shift);
    struct bnc_address_rec *at = s->at;
    size_t kept = 0, i = 0;

    for (size_t b = 0; b < n_buckets; b++) { /* start[b] is the end of the bucket by now */
        const size_t end = s->start[b];

        sort_run(at + i, end - i);
        for (; i < end; i++) {
            const bool again = kept > 0 && same_day(&at[kept - 1], &at[i]);

            if (again && at[kept - 1].time == at[i].time)
                continue;
            if (again && kept > 1 && same_day(&at[kept - 2], &at[i]))
                kept--; /* the last so far was neither first nor last */
            at[kept++] = at[i];
        }
    }
    return kept;
}

size_t bnc_address_sort_all(struct bnc_address_sort *s, const struct bnc_address_rec *recs,
                            size_t n)
{
    if (!bnc_address_sort_begin(s, n))
        return SIZE_MAX;
    for (size_t i = 0; i < n; i++)
        bnc_address_sort_count(s, recs[i].fp);
    bnc_address_sort_place(s);
    for (size_t i = 0; i < n; i++)
        bnc_address_sort_put(s, &recs[i]);
    return bnc_address_sort_end(s);
}

static int cmp_pair(const void *a, const void *b)
{
    const struct bnc_address_rec *x = a, *y = b;

    return (x->pair > y->pair) - (x->pair < y->pair);
}

void bnc_address_recs_by_pair(struct bnc_address_rec *at, size_t n)
{
    qsort(at, n, sizeof *at, cmp_pair);
}
