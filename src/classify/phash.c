/* SPDX-License-Identifier: MIT */
#include "classify/phash.h"

#include <stdlib.h>

struct build {
    uint16_t *disp;
    uint64_t *keys;
    uint32_t *values;
    uint32_t *order; /* indices of the keys, sorted by bucket, largest buckets first */
    uint32_t *size;                  /* keys per bucket */
    size_t n_buckets, n_slots;
    unsigned bucket_shift, slot_shift;
};

static unsigned log2_at_least(size_t n)
{
    unsigned k = 1;

    while (((size_t)1 << k) < n)
        k++;
    return k;
}

static bool build_alloc(struct build *b, size_t n)
{
    const unsigned lb = log2_at_least(n / 2 + 1), ls = log2_at_least(n + n / 4 + 1);

    b->n_buckets = (size_t)1 << lb;
    b->n_slots = (size_t)1 << ls;
    b->bucket_shift = 64 - lb;
    b->slot_shift = 64 - ls;
    b->disp = calloc(b->n_buckets, sizeof *b->disp);
    b->size = calloc(b->n_buckets, sizeof *b->size);
    b->keys = calloc(b->n_slots, sizeof *b->keys);
    b->values = malloc(b->n_slots * sizeof *b->values);
    b->order = malloc((n + 1) * sizeof *b->order);
    if (b->disp == NULL || b->size == NULL || b->keys == NULL || b->values == NULL ||
        b->order == NULL)
        return false;
    memset(b->values, 0xff, b->n_slots * sizeof *b->values);
    return true;
}

/* Counting sort of the keys by (size of bucket, descending), stable. */
static bool sort_by_bucket(struct build *b, const uint64_t *keys, size_t n)
{
    uint32_t *start = calloc(b->n_buckets, sizeof *start);
    uint32_t at = 0, max = 0;

    if (start == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (++b->size[keys[i] >> b->bucket_shift] > max)
            max = b->size[keys[i] >> b->bucket_shift];
    for (uint32_t s = max; s > 0; s--)
        for (size_t k = 0; k < b->n_buckets; k++)
            if (b->size[k] == s) {
                start[k] = at;
                at += s;
            }
    for (size_t i = 0; i < n; i++)
        b->order[start[keys[i] >> b->bucket_shift]++] = (uint32_t)i;
    free(start);
    return true;
}

static size_t slot_of(const struct build *b, uint64_t key, unsigned disp)
{
    return bnc_mix64(key ^ (uint16_t)disp * BNC_HASH_K0, BNC_HASH_K2) >> b->slot_shift;
}

/* Puts the 's' keys of one bucket with displacement 'disp', all of them or none. */
static bool try_disp(struct build *b, const uint64_t *keys, const uint32_t *values,
                     const uint32_t *ids, uint32_t s, unsigned disp)
{
    for (uint32_t i = 0; i < s; i++) {
        const size_t slot = slot_of(b, keys[ids[i]], disp);

        if (b->values[slot] != BNC_PHASH_NONE) {
            while (i-- > 0)
                b->values[slot_of(b, keys[ids[i]], disp)] = BNC_PHASH_NONE;
            return false;
        }
        b->values[slot] = values[ids[i]];
        b->keys[slot] = keys[ids[i]];
    }
    return true;
}

static bool duplicate_in(const uint64_t *keys, const uint32_t *ids, uint32_t s, size_t *duplicate)
{
    for (uint32_t i = 0; i < s; i++)
        for (uint32_t k = 0; k < i; k++)
            if (keys[ids[i]] == keys[ids[k]]) {
                *duplicate = ids[i];
                return true;
            }
    return false;
}

static bool place_all(struct build *b, const uint64_t *keys, const uint32_t *values, size_t n,
                      size_t *duplicate)
{
    for (size_t i = 0; i < n;) {
        const size_t bucket = keys[b->order[i]] >> b->bucket_shift;
        const uint32_t s = b->size[bucket];
        unsigned d = 0;

        if (duplicate_in(keys, b->order + i, s, duplicate))
            return false;
        while (!try_disp(b, keys, values, b->order + i, s, d))
            if (++d > UINT16_MAX)
                return false;
        b->disp[bucket] = (uint16_t)d;
        i += s;
    }
    return true;
}

bool bnc_phash_build(struct bnc_phash *h, const uint64_t *keys, const uint32_t *values, size_t n,
                     size_t *duplicate)
{
    struct build b = { 0 };
    bool ok;

    *duplicate = n;
    *h = (struct bnc_phash){ 0 };
    ok = build_alloc(&b, n) && sort_by_bucket(&b, keys, n) &&
         place_all(&b, keys, values, n, duplicate);
    free(b.order);
    free(b.size);
    *h = (struct bnc_phash){ b.bucket_shift, b.slot_shift, b.disp, b.keys, b.values };
    if (!ok)
        bnc_phash_release(h);
    return ok;
}

void bnc_phash_release(struct bnc_phash *h)
{
    free((void *)(uintptr_t)h->disp);
    free((void *)(uintptr_t)h->keys);
    free((void *)(uintptr_t)h->values);
    *h = (struct bnc_phash){ 0 };
}
