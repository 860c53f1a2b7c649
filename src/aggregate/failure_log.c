/* SPDX-License-Identifier: MIT */
#include "aggregate/failure_log.h"

#include "util/big.h"

#include <stdlib.h>

#define SMALL_RUN 24u
#define MOST_BUCKETS_LOG2 16u

/* Folding: whether it pays is asked of the first partitions, a fair sample as fingerprints are. */
#define SAMPLE 8u
#define FOLD_BYTES ((size_t)192 << 10) /* of the sample: about 12 MiB in all */

void bnc_failure_log_init(struct bnc_failure_log *l, uint64_t seed)
{
    *l = (struct bnc_failure_log){ .outcomes.seed = seed };
    for (unsigned i = 0; i < BNC_FAILURE_SETS; i++)
        l->set[i].shared = &l->room;
}

void bnc_failure_log_release(struct bnc_failure_log *l)
{
    bnc_log_room_release(&l->room);
    bnc_pairs_release(&l->outcomes);
    bnc_failure_log_init(l, l->outcomes.seed);
}

uint32_t bnc_failure_log_find(struct bnc_failure_log *l, uint64_t key)
{
    const size_t i = key * BNC_HASH_K1 >> (64 - BNC_FAILURE_RECENT_LOG2);

    if (!bnc_pairs_reserve(&l->outcomes, 1))
        return UINT32_MAX;
    l->recent[i].number = bnc_pairs_get(&l->outcomes, key);
    l->recent[i].key = key + 1;
    return l->recent[i].number;
}

bool bnc_failure_log_put(struct bnc_failure_log *l, unsigned part, const struct bnc_failure *f)
{
    const bool is_wide = f->outcome >= BNC_FAILURE_WIDE || f->pair > BNC_FAILURE_PAIR_MASK;
    const uint32_t shown = is_wide ? BNC_FAILURE_WIDE : f->outcome;
    const struct bnc_failure_narrow head = {
        f->fp << BNC_FAILURE_FP_SHIFT |
            (f->pair & BNC_FAILURE_PAIR_MASK) << BNC_FAILURE_HIGH_BITS | shown >> 8,
        (uint8_t)shown
    };
    const struct bnc_failure_rest rest = { f->outcome,
                                           (uint16_t)(f->pair >> BNC_FAILURE_PAIR_BITS) };
    const size_t len = sizeof head + (is_wide ? sizeof rest : 0);
    char *to = f->outcome == UINT32_MAX
                   ? NULL
                   : bnc_log_push(&l->set[part / BNC_LOG_PARTS], part % BNC_LOG_PARTS, len);

    if (to == NULL)
        return false;
    memcpy(to, &head, sizeof head);
    if (is_wide)
        memcpy(to + sizeof head, &rest, sizeof rest);
    return true;
}

const char *bnc_failure_after_wide(const char *at)
{
    return at + sizeof(struct bnc_failure_narrow) + sizeof(struct bnc_failure_rest);
}

/* ---- sorting ---- */

static void *at_least(void *at, size_t *cap, size_t need, size_t each)
{
    if (need > *cap) {
        free(at);
        at = bnc_huge_malloc(need * each);
        *cap = at != NULL ? need : 0;
    }
    return at;
}

bool bnc_failure_sort_begin(struct bnc_failure_sort *s, size_t most)
{
    unsigned log2 = 4;

    while (log2 < MOST_BUCKETS_LOG2 && most >> log2 > 0)
        log2++;
    s->shift = BNC_FAILURE_FP_BITS - log2;
    s->start = at_least(s->start, &s->cap_start, (size_t)1 << log2, sizeof *s->start);
    s->at = at_least(s->at, &s->cap, most + 1, sizeof *s->at);
    if (s->start == NULL || s->at == NULL || most > UINT32_MAX)
        return false;
    memset(s->start, 0, sizeof *s->start << log2);
    return true;
}

void bnc_failure_sort_release(struct bnc_failure_sort *s)
{
    free(s->start);
    free(s->at);
    *s = (struct bnc_failure_sort){ 0 };
}

void bnc_failure_sort_place(struct bnc_failure_sort *s)
{
    const size_t n_buckets = (size_t)1 << (BNC_FAILURE_FP_BITS - s->shift);
    uint32_t sum = 0, largest = 0;

    for (size_t b = 0; b < n_buckets; b++) {
        const uint32_t n = s->start[b];

        s->start[b] = sum;
        sum += n;
        largest = n > largest ? n : largest;
    }
    s->n = sum;
    s->largest = largest;
}

static int cmp_failure(const void *a, const void *b)
{
    const struct bnc_failure *x = a, *y = b;

    if (x->fp != y->fp)
        return x->fp < y->fp ? -1 : 1;
    if (x->pair != y->pair)
        return x->pair < y->pair ? -1 : 1;
    return (x->outcome > y->outcome) - (x->outcome < y->outcome);
}

/* Sorts buckets of more than 'few' records, one after the other. */
static void sort_buckets(struct bnc_failure_sort *s, uint32_t few)
{
    const size_t n_buckets = (size_t)1 << (BNC_FAILURE_FP_BITS - s->shift);
    uint32_t from = 0;

    if (s->largest <= few)
        return;
    for (size_t b = 0; b < n_buckets; b++) { /* start[b] is the end of the bucket by now */
        const uint32_t n = s->start[b] - from;

        if (n > few)
            qsort(s->at + from, n, sizeof *s->at, cmp_failure);
        from += n;
    }
}

/*
 * Nearly all stand right: a bucket mostly has one address. Whether they do is asked of all in a
 * row, because a loop for each bucket is a wrong guess for each.
 */
void bnc_failure_sort_end(struct bnc_failure_sort *s)
{
    struct bnc_failure *const at = s->at;

    sort_buckets(s, SMALL_RUN);
    for (size_t i = 1; i < s->n; i++) {
        const struct bnc_failure x = at[i];
        size_t j = i;

        for (; j > 0 && x.fp < at[j - 1].fp; j--)
            at[j] = at[j - 1];
        if (j < i)
            at[j] = x;
    }
}

/* ---- folding ---- */

static bool sort_part(const struct bnc_failure_log *l, unsigned part, struct bnc_failure_sort *s)
{
    const struct bnc_log_chunk *const first = bnc_failure_chunks(l, part);
    struct bnc_failure f;

    if (!bnc_failure_sort_begin(s, bnc_failure_log_most(l, part)))
        return false;
    for (const struct bnc_log_chunk *c = first; c != NULL; c = c->next)
        for (const char *at = c->data; at < bnc_failure_chunk_end(l, part, c);) {
            at = bnc_failure_read(at, &f);
            bnc_failure_sort_count(s, f.fp);
        }
    bnc_failure_sort_place(s);
    for (const struct bnc_log_chunk *c = first; c != NULL; c = c->next)
        for (const char *at = c->data; at < bnc_failure_chunk_end(l, part, c);) {
            at = bnc_failure_read(at, &f);
            bnc_failure_sort_put(s, &f);
        }
    sort_buckets(s, 1);
    return true;
}

static bool fold_part(struct bnc_failure_log *l, unsigned part, struct bnc_failure_sort *s)
{
    bool ok = sort_part(l, part, s);

    if (!ok)
        return false;
    bnc_log_clear(&l->set[part / BNC_LOG_PARTS], part % BNC_LOG_PARTS);
    for (size_t i = 0; ok && i < s->n; i++)
        if (i == 0 || cmp_failure(&s->at[i - 1], &s->at[i]) != 0)
            ok = bnc_failure_log_put(l, part, &s->at[i]);
    return ok;
}

static size_t sample_bytes(const struct bnc_failure_log *l)
{
    size_t sum = 0;

    for (unsigned p = 0; p < SAMPLE; p++)
        sum += bnc_log_bytes(&l->set[0], p);
    return sum;
}

bool bnc_failure_log_fold(struct bnc_failure_log *l)
{
    const size_t before = sample_bytes(l);
    struct bnc_failure_sort s = { 0 };
    bool ok = true, pays = true;

    if (before < FOLD_BYTES || before < l->fold_at)
        return true;
    for (unsigned p = 0; ok && pays && p < BNC_FAILURE_PARTS; p++) {
        ok = fold_part(l, p, &s);
        if (p == SAMPLE - 1)
            pays = sample_bytes(l) < before / 4 * 3;
    }
    l->fold_at = sample_bytes(l) / 2 * (pays ? 3 : 4);
    bnc_failure_sort_release(&s);
    return ok;
}
