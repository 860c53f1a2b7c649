/* SPDX-License-Identifier: MIT
 * phash.h - perfect hashing by hash-and-displace: one probe, never a collision chain.
 *
 *   bucket = key >> bucket_shift          disp[bucket] chosen at build time
 *   slot   = mix(key ^ disp * K) >> slot_shift
 *
 * Keys are 64-bit and well mixed already (bnc_hash64, or bnc_phash_key for packed integers).  The
 * generators build the arrays and print them; user rules build theirs at start.  Const after
 * building: any number of threads.
 */
#ifndef BNC_CLASSIFY_PHASH_H
#define BNC_CLASSIFY_PHASH_H

#include "util/hash.h"

#define BNC_PHASH_NONE UINT32_MAX

struct bnc_phash {                       /* zero-initialized holds nothing */
    unsigned bucket_shift, slot_shift;   /* 64 - log2 of the array lengths */
    const uint16_t *disp;
    const uint64_t *keys;
    const uint32_t *values;              /* BNC_PHASH_NONE in empty slots */
};

static inline uint64_t bnc_phash_key(uint64_t packed)
{
    return bnc_mix64(packed ^ BNC_HASH_K0, BNC_HASH_K1);
}

/* The value of 'key', or BNC_PHASH_NONE. */
static inline uint32_t bnc_phash_get(const struct bnc_phash *h, uint64_t key)
{
    uint64_t slot;

    if (h->disp == NULL)
        return BNC_PHASH_NONE;
    slot = bnc_mix64(key ^ h->disp[key >> h->bucket_shift] * BNC_HASH_K0, BNC_HASH_K2) >>
           h->slot_shift;
    return h->keys[slot] == key ? h->values[slot] : BNC_PHASH_NONE;
}

/*
 * bnc_phash_build() makes 'h' hold n keys; the arrays come from malloc and are
 * the caller's (bnc_phash_release).  False when out of memory, or where two
 * keys are equal: *duplicate is then the index of the second, else n.
 */
bool bnc_phash_build(struct bnc_phash *h, const uint64_t *keys, const uint32_t *values, size_t n,
                     size_t *duplicate);
void bnc_phash_release(struct bnc_phash *h);

#endif
