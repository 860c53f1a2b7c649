/* SPDX-License-Identifier: MIT */
#include "aggregate/pairs.h"

#include "util/big.h"

#include <stdlib.h>

#define FIRST_LOG2 8u
#define FEW 32768u

static bool grow_counts(struct bnc_pairs *p, size_t n)
{
    const size_t bytes = p->cap * sizeof *p->at;
    size_t cap = p->cap < 256 ? 256 : p->cap;
    struct bnc_count *at;

    if (n <= p->cap)
        return true;
    while (cap < n)
        cap += cap < FEW ? cap : cap / 4; /* what is not used is memory too */
    cap = bnc_big_room(cap * sizeof *at) / sizeof *at;
    at = bnc_big_grow(p->at, bytes, cap * sizeof *at); /* aligned: no count in two cache lines */
    if (at == NULL)
        return false;
    if (p->frugal)
        bnc_big_spare(at, cap * sizeof *at, p->n * sizeof *at);
    p->at = at;
    p->cap = cap;
    return true;
}

static bool grow_slots(struct bnc_pairs *p, size_t n)
{
    unsigned log2 = p->slot == NULL ? FIRST_LOG2 : p->log2;
    uint32_t *slot;

    if (p->slot != NULL && n <= ((size_t)1 << log2) / 8 * 5)
        return true;
    while (n > ((size_t)1 << log2) / 8 * 5)
        log2++;
    slot = bnc_big_alloc(sizeof *slot << log2);
    if (slot == NULL)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        const uint64_t hash = bnc_pairs_hash(p, p->at[i].key);
        size_t to = hash >> (64 - log2);

        while (slot[to] != 0)
            to = (to + 1) & (((size_t)1 << log2) - 1);
        slot[to] = bnc_pairs_slot(log2, hash, i + 1);
    }
    bnc_pairs_drop_slots(p);
    p->slot = slot;
    p->log2 = log2;
    return true;
}

bool bnc_pairs_reserve(struct bnc_pairs *p, size_t more)
{
    return p->n + more <= BNC_PAIRS_MAX && grow_counts(p, p->n + more) &&
           grow_slots(p, p->n + more);
}

void bnc_pairs_drop_slots(struct bnc_pairs *p)
{
    bnc_big_free(p->slot, sizeof *p->slot << p->log2);
    p->slot = NULL;
    p->log2 = 0;
}

void bnc_pairs_release(struct bnc_pairs *p)
{
    bnc_big_free(p->at, p->cap * sizeof *p->at);
    bnc_pairs_drop_slots(p);
    *p = (struct bnc_pairs){ .seed = p->seed, .frugal = p->frugal };
}

/* ---- numbers ---- */

void bnc_numbers_release(struct bnc_numbers *n)
{
    bnc_pairs_release(&n->keys);
    memset(n->recent, 0, sizeof n->recent);
}

uint32_t bnc_numbers_find(struct bnc_numbers *n, uint64_t key)
{
    const size_t i = bnc_numbers_recent(key);

    if (!bnc_pairs_reserve(&n->keys, 1))
        return UINT32_MAX;
    n->recent[i].number = bnc_pairs_get(&n->keys, key);
    n->recent[i].key = key + 1;
    return n->recent[i].number;
}
