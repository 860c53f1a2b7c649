/* SPDX-License-Identifier: MIT */
#include "aggregate/failure_log.h"

#include "util/big.h"

#include <stdlib.h>

#define MOST_BUCKETS_LOG2 16u

/* Folding: whether it pays is asked of the first partitions, a fair sample as fingerprints are. */
#define SAMPLE 8u
#define FOLD_BYTES ((size_t)192 << 10) /* of the sample: about 12 MiB in all */

void bnc_failure_log_init(struct bnc_failure_log *l, uint64_t seed)
{
    *l = (struct bnc_failure_log){ .room.frugal = true, .outcomes.keys.seed = seed };
    for (unsigned i = 0; i < BNC_FAILURE_SETS; i++)
        l->set[i].shared = &l->room;
}

void bnc_failure_log_release(struct bnc_failure_log *l)
{
    bnc_log_room_release(&l->room);
    bnc_numbers_release(&l->outcomes);
    free(l->missing);
    bnc_failure_log_init(l, l->outcomes.keys.seed);
}

bool bnc_failure_log_put(struct bnc_failure_log *l, unsigned part, const struct bnc_failure *f)
{
    const bool is_wide = f->outcome >= BNC_FAILURE_WIDE || f->pair > BNC_FAILURE_PAIR_MASK;
    const struct bnc_failure_narrow head =
        bnc_failure_pack(f->fp, f->pair & BNC_FAILURE_PAIR_MASK,
                         is_wide ? BNC_FAILURE_WIDE : f->outcome);
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

bool bnc_failure_log_miss(struct bnc_failure_log *l, uint32_t pair)
{
    if (pair >= l->n_missing) {
        const size_t n = (size_t)pair + pair / 2 + 64;
        uint32_t *at = realloc(l->missing, n * sizeof *at);

        if (at == NULL)
            return false;
        memset(at + l->n_missing, 0, (n - l->n_missing) * sizeof *at);
        l->missing = at;
        l->n_missing = n;
    }
    l->missing[pair]++;
    return true;
}

/* ---- in buckets ---- */

bool bnc_failure_buckets_begin(struct bnc_failure_buckets *b, size_t most)
{
    unsigned log2 = 4;

    while (log2 < MOST_BUCKETS_LOG2 && most >> log2 > 0)
        log2++;
    b->shift = BNC_FAILURE_FP_BITS - log2;
    b->end = bnc_huge_at_least(b->end, &b->cap_end, (size_t)1 << log2, sizeof *b->end);
    b->many = bnc_huge_at_least(b->many, &b->cap_many, (size_t)1 << log2, sizeof *b->many);
    b->at = bnc_huge_at_least(b->at, &b->cap, most + 1, sizeof *b->at);
    if (b->end == NULL || b->many == NULL || b->at == NULL || most > UINT32_MAX)
        return false;
    memset(b->end, 0, sizeof *b->end << log2);
    return true;
}

void bnc_failure_buckets_release(struct bnc_failure_buckets *b)
{
    free(b->end);
    free(b->many);
    free(b->at);
    *b = (struct bnc_failure_buckets){ 0 };
}

void bnc_failure_buckets_place(struct bnc_failure_buckets *b)
{
    const uint32_t n_buckets = (uint32_t)1 << (BNC_FAILURE_FP_BITS - b->shift);
    uint32_t sum = 0, n_many = 0;

    for (uint32_t i = 0; i < n_buckets; i++) {
        const uint32_t n = b->end[i];

        b->end[i] = sum;
        sum += n;
        b->many[n_many] = i;
        n_many += n > 1;
    }
    b->n = sum;
    b->n_many = n_many;
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

void bnc_failures_sort(struct bnc_failure *at, size_t n)
{
    qsort(at, n, sizeof *at, cmp_failure);
}

/* ---- folding ---- */

static bool sort_part(const struct bnc_failure_log *l, unsigned part, struct bnc_failure_buckets *b)
{
    const struct bnc_log_chunk *const first = bnc_failure_chunks(l, part);
    struct bnc_failure f;

    if (!bnc_failure_buckets_begin(b, bnc_failure_log_most(l, part)))
        return false;
    for (const struct bnc_log_chunk *c = first; c != NULL; c = c->next)
        for (const char *at = c->data; at < bnc_failure_chunk_end(l, part, c);) {
            at = bnc_failure_read(at, &f);
            bnc_failure_buckets_count(b, f.fp);
        }
    bnc_failure_buckets_place(b);
    for (const struct bnc_log_chunk *c = first; c != NULL; c = c->next)
        for (const char *at = c->data; at < bnc_failure_chunk_end(l, part, c);) {
            at = bnc_failure_read(at, &f);
            bnc_failure_buckets_put(b, &f);
        }
    for (uint32_t i = 0; i < b->n_many; i++) {
        const uint32_t from = bnc_failure_buckets_from(b, b->many[i]);

        bnc_failures_sort(b->at + from, b->end[b->many[i]] - from);
    }
    return true;
}

static bool fold_part(struct bnc_failure_log *l, unsigned part, struct bnc_failure_buckets *b)
{
    bool ok = sort_part(l, part, b);

    if (!ok)
        return false;
    bnc_log_clear(&l->set[part / BNC_LOG_PARTS], part % BNC_LOG_PARTS);
    for (size_t i = 0; ok && i < b->n; i++)
        ok = i > 0 && cmp_failure(&b->at[i - 1], &b->at[i]) == 0
                 ? bnc_failure_log_miss(l, b->at[i].pair)
                 : bnc_failure_log_put(l, part, &b->at[i]);
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
    struct bnc_failure_buckets b = { .n = 0 };
    bool ok = true, pays = true;

    if (before < FOLD_BYTES || before < l->fold_at)
        return true;
    for (unsigned p = 0; ok && pays && p < BNC_FAILURE_PARTS; p++) {
        ok = fold_part(l, p, &b);
        if (p == SAMPLE - 1)
            pays = sample_bytes(l) < before / 4 * 3;
    }
    l->fold_at = sample_bytes(l) / 2 * (pays ? 3 : 4);
    bnc_failure_buckets_release(&b);
    return ok;
}
