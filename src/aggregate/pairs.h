/* SPDX-License-Identifier: MIT
 * pairs.h - counts of (domain, entry), each with a number of its own that never changes: what is
 * logged of an address names its pair by it. The counts lie side by side in order of first use, so
 * that they take no more memory than there are; what is probed at random is a table of four bytes
 * each: a number, and above it as much of the hash as there is room for. It is keyed with the run's
 * seed: crafted keys can't make it slow. One thread at a time.
 */
#ifndef BNC_AGGREGATE_PAIRS_H
#define BNC_AGGREGATE_PAIRS_H

#include "aggregate/counts.h"
#include "util/prefetch.h"

#define BNC_PAIRS_MAX UINT32_C(0x4fffffff) /* 2^31 slots do; the top bit is for logs */

struct bnc_pairs { /* zero-initialized but for 'seed' and 'frugal' is empty */
    struct bnc_count *at; /* [n]; 'key' is the key */
    uint32_t *slot; /* [2^log2] bnc_pairs_slot() of number + 1; 0: free */
    size_t n, cap;
    unsigned log2;
    uint64_t seed; /* odd */
    bool frugal; /* what has grown last has small pages */
};

/* Room for 'more' further keys; false when out of memory (nothing is changed) or of numbers. */
bool bnc_pairs_reserve(struct bnc_pairs *p, size_t more);
void bnc_pairs_release(struct bnc_pairs *p);
/* Frees what finding pairs takes; the counts stay, by number. */
void bnc_pairs_drop_slots(struct bnc_pairs *p);

static inline uint64_t bnc_pairs_hash(const struct bnc_pairs *p, uint64_t key)
{
    return bnc_mix64(key ^ BNC_HASH_K1, p->seed);
}

/* There are fewer pairs than slots, so the number fits below. */
static inline uint32_t bnc_pairs_slot(unsigned log2, uint64_t hash, size_t number)
{
    return (uint32_t)hash << log2 | (uint32_t)number;
}

/* Asks for the slot of 'hash'. There must be room, here and below. */
BNC_PREFETCHER bnc_pairs_prefetch(const struct bnc_pairs *p, uint64_t hash)
{
    __builtin_prefetch(&p->slot[hash >> (64 - p->log2)]);
}

/* Asks for the count that the slot of 'hash' leads to, almost always the right one. */
BNC_PREFETCHER bnc_pairs_prefetch_count(const struct bnc_pairs *p, uint64_t hash)
{
    const uint32_t slot = p->slot[hash >> (64 - p->log2)] & (((uint32_t)1 << p->log2) - 1);

    __builtin_prefetch(&p->at[slot - (slot != 0)], 1);
}

/* The number of 'key' with 'hash', made if missing: see bnc_pairs_reserve(). */
static inline uint32_t bnc_pairs_get_at(struct bnc_pairs *p, uint64_t key, uint64_t hash)
{
    const uint32_t mask = ((uint32_t)1 << p->log2) - 1, tag = bnc_pairs_slot(p->log2, hash, 0);
    size_t i = hash >> (64 - p->log2);

    for (; p->slot[i] != 0; i = (i + 1) & mask) {
        const uint32_t number = (p->slot[i] & mask) - 1;

        if (((p->slot[i] ^ tag) & ~mask) == 0 && p->at[number].key == key)
            return number;
    }
    p->at[p->n] = (struct bnc_count){ .key = key, .first = BNC_FIRST_NONE };
    p->slot[i] = tag | (uint32_t)++p->n;
    return (uint32_t)p->n - 1;
}

static inline uint32_t bnc_pairs_get(struct bnc_pairs *p, uint64_t key)
{
    return bnc_pairs_get_at(p, key, bnc_pairs_hash(p, key));
}

/*
 * Keys that are only numbered, where a few come again and again: those that were asked for lately
 * are found without a search.
 */
#define BNC_RECENT_LOG2 8u
struct bnc_numbers { /* zero-initialized but for 'keys.seed' is empty */
    struct bnc_pairs keys; /* nothing is counted */
    struct {
        uint64_t key; /* + 1; 0: none */
        uint32_t number;
    } recent[1u << BNC_RECENT_LOG2];
};

void bnc_numbers_release(struct bnc_numbers *n);

/* The number of a key below UINT64_MAX that was not asked for lately; UINT32_MAX: out of memory. */
uint32_t bnc_numbers_find(struct bnc_numbers *n, uint64_t key);

static inline size_t bnc_numbers_recent(uint64_t key)
{
    return key * BNC_HASH_K1 >> (64 - BNC_RECENT_LOG2);
}

static inline uint32_t bnc_numbers_get(struct bnc_numbers *n, uint64_t key)
{
    const size_t i = bnc_numbers_recent(key);

    return n->recent[i].key == key + 1 ? n->recent[i].number : bnc_numbers_find(n, key);
}

#endif
