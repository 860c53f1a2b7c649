/* SPDX-License-Identifier: MIT */
#include "aggregate/failure_log.h"

#include "util/big.h"

#include <stdlib.h>

/* Low bits of a fingerprint and the number of its chain are all of it. */
#define LEAST_CHAINS_LOG2 (BNC_FAILURE_FP_BITS - 32)
#define MOST_CHAINS_LOG2 16u
#define CACHED 4096u /* records: tables for four times as many stay in the cache */

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

/* ---- in chains ---- */

bool bnc_failure_chains_begin(struct bnc_failure_chains *c, size_t most)
{
    const size_t wanted = most * (most < CACHED ? 4 : 2);
    unsigned log2 = LEAST_CHAINS_LOG2;

    while (log2 < MOST_CHAINS_LOG2 && wanted >> log2 > 0)
        log2++;
    c->shift = BNC_FAILURE_FP_BITS - log2;
    c->last = bnc_huge_at_least(c->last, &c->cap_last, (size_t)1 << log2, sizeof *c->last);
    c->many = bnc_huge_at_least(c->many, &c->cap_many, most / 2 + 1, sizeof *c->many);
    c->size = bnc_huge_at_least(c->size, &c->cap_size, most + 1, sizeof *c->size);
    c->at = bnc_huge_at_least(c->at, &c->cap, most + 1, sizeof *c->at);
    if (c->last == NULL || c->many == NULL || c->size == NULL || c->at == NULL ||
        most >= UINT32_MAX)
        return false;
    memset(c->last, 0, sizeof *c->last << log2);
    c->size[0] = 0;
    c->n = c->n_many = 0;
    return true;
}

void bnc_failure_chains_release(struct bnc_failure_chains *c)
{
    free(c->at);
    free(c->size);
    free(c->last);
    free(c->many);
    *c = (struct bnc_failure_chains){ 0 };
}

void bnc_failure_chains_end(struct bnc_failure_chains *c)
{
    struct bnc_failure_link *const at = c->at;
    uint32_t *const last = c->last, *const many = c->many;
    uint8_t *const size = c->size;
    uint32_t n_many = 0;

    for (size_t i = 1, n = c->n; i <= n; i++) {
        const uint32_t chain = at[i].before, before = last[chain];
        const unsigned so_far = size[before];

        at[i].before = before;
        size[i] = (uint8_t)(so_far + (so_far < UINT8_MAX));
        last[chain] = (uint32_t)i;
        many[n_many] = chain;
        n_many += so_far == 1;
    }
    c->n_many = n_many;
}

size_t bnc_failure_chain_get(const struct bnc_failure_chains *c, uint32_t chain,
                             struct bnc_failure *to)
{
    const uint64_t high = (uint64_t)chain << c->shift & ~(uint64_t)UINT32_MAX;
    size_t n = 0;

    for (uint32_t i = c->last[chain]; i != 0; i = c->at[i].before)
        to[n++] = (struct bnc_failure){ high | c->at[i].fp, c->at[i].pair, c->at[i].outcome };
    return n;
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

static bool chain_part(const struct bnc_failure_log *l, unsigned part, struct bnc_failure_chains *c)
{
    struct bnc_failure f;

    if (!bnc_failure_chains_begin(c, bnc_failure_log_most(l, part)))
        return false;
    for (const struct bnc_log_chunk *k = bnc_failure_chunks(l, part); k != NULL; k = k->next)
        for (const char *at = k->data; at < bnc_failure_chunk_end(l, part, k);) {
            at = bnc_failure_read(at, &f);
            bnc_failure_link_put(&c->at[c->n + 1], &f, c->shift, &c->n);
        }
    bnc_failure_chains_end(c);
    return true;
}

/* What is in a chain, once each. */
static bool put_once(struct bnc_failure_log *l, unsigned part, struct bnc_failure *at, size_t n)
{
    bool ok = true;

    if (n > 1)
        bnc_failures_sort(at, n);
    for (size_t i = 0; ok && i < n; i++)
        ok = i > 0 && cmp_failure(&at[i - 1], &at[i]) == 0
                 ? bnc_failure_log_miss(l, at[i].pair)
                 : bnc_failure_log_put(l, part, &at[i]);
    return ok;
}

struct folding {
    struct bnc_failure_chains chains;
    struct bnc_failure *at; /* [cap] of a chain */
    size_t cap;
};

static bool fold_part(struct bnc_failure_log *l, unsigned part, struct folding *f)
{
    bool ok = chain_part(l, part, &f->chains);

    if (ok)
        f->at = bnc_huge_at_least(f->at, &f->cap, f->chains.n + 1, sizeof *f->at);
    if (!ok || f->at == NULL)
        return false;
    bnc_log_clear(&l->set[part / BNC_LOG_PARTS], part % BNC_LOG_PARTS);
    for (uint32_t i = 0; ok && i >> (BNC_FAILURE_FP_BITS - f->chains.shift) == 0; i++)
        ok = put_once(l, part, f->at, bnc_failure_chain_get(&f->chains, i, f->at));
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
    struct folding f = { .cap = 0 };
    bool ok = true, pays = true;

    if (before < FOLD_BYTES || before < l->fold_at)
        return true;
    for (unsigned p = 0; ok && pays && p < BNC_FAILURE_PARTS; p++) {
        ok = fold_part(l, p, &f);
        if (p == SAMPLE - 1)
            pays = sample_bytes(l) < before / 4 * 3;
    }
    l->fold_at = sample_bytes(l) / 2 * (pays ? 3 : 4);
    bnc_failure_chains_release(&f.chains);
    free(f.at);
    return ok;
}
