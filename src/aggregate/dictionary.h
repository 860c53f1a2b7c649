/* SPDX-License-Identifier: MIT
 * dictionary.h - a dictionary: name -> dense index, each name kept once. Records never move, so an
 * index or a pointer stays good. Names are found by a key of the run (bnc_hash_key()), which is
 * cheaper than the fingerprint that a record has; several keys may lead to one name. A slot holds
 * the whole key, the index and what the owner wants to know of the name at once, 16 bytes, so that
 * finding a name that is there touches one cache line and not its record. One thread at a time.
 */
#ifndef BNC_AGGREGATE_DICTIONARY_H
#define BNC_AGGREGATE_DICTIONARY_H

#include "util/arena.h"
#include "util/hash.h"
#include "util/prefetch.h"

#define BNC_NAMES_CHUNK_LOG2 10u
#define BNC_NAMES_MAX UINT32_C(0x0ffffffe) /* an index fits in 28 bits beside 4 others */

struct bnc_name { /* how every record begins */
    uint64_t fp;
    struct bnc_span text;
};

struct bnc_name_slot {
    uint64_t key;
    uint32_t index; /* + 1; 0: free */
    uint32_t note; /* the owner's, 0 at first */
};

/* zero-initialized but for 'seed', 'rec_bytes' and 'frugal' is empty */
struct bnc_names {
    struct bnc_name_slot *slot;
    char **chunk; /* of 2^BNC_NAMES_CHUNK_LOG2 records; many lie one behind the other */
    size_t n_chunks, rec_bytes;
    uint32_t n;
    uint32_t n_slots; /* that are used: n and other keys */
    unsigned log2;
    uint64_t seed; /* odd */
    bool frugal; /* chunks one by one however many: slower, and a huge page less in the end */
    struct bnc_arena arena; /* the texts */
};

static inline void *bnc_names_at(const struct bnc_names *names, uint32_t i)
{
    const uint32_t in_chunk = ((uint32_t)1 << BNC_NAMES_CHUNK_LOG2) - 1;

    return names->chunk[i >> BNC_NAMES_CHUNK_LOG2] + (size_t)(i & in_chunk) * names->rec_bytes;
}

static inline uint64_t bnc_names_key(const struct bnc_names *names, struct bnc_span text)
{
    return bnc_hash_key(text, names->seed);
}

BNC_PREFETCHER bnc_names_prefetch(const struct bnc_names *names, uint64_t key)
{
    if (names->slot != NULL)
        __builtin_prefetch(&names->slot[bnc_hash_slot(key, names->seed, names->log2)]);
}

/* The slot of 'key', NULL if it is not there. Good until a name is made. */
static inline struct bnc_name_slot *bnc_names_slot(const struct bnc_names *names, uint64_t key)
{
    const size_t mask = ((size_t)1 << names->log2) - 1;

    if (names->slot == NULL)
        return NULL;
    for (size_t i = bnc_hash_slot(key, names->seed, names->log2); names->slot[i].index != 0;
         i = (i + 1) & mask)
        if (names->slot[i].key == key)
            return &names->slot[i];
    return NULL;
}

/*
 * bnc_names_make() adds a name that is not there yet: 'text', whose key is 'key', is copied and the
 * rest of the record is zero. bnc_names_get() adds it if it is missing; '*made' says so. UINT32_MAX
 * when out of memory or beyond BNC_NAMES_MAX names.
 */
uint32_t bnc_names_make(struct bnc_names *names, uint64_t key, struct bnc_span text);
uint32_t bnc_names_get(struct bnc_names *names, struct bnc_span text, bool *made);

/*
 * One more key for the name of 'slot'. There may be as many as names and a thousand; beyond, and
 * when out of memory, it is not added, which only costs time.
 */
void bnc_names_add_key(struct bnc_names *names, uint64_t key, struct bnc_name_slot slot);

void bnc_names_release(struct bnc_names *names);
/* Frees what finding names takes; the records stay, by index. */
void bnc_names_drop_slots(struct bnc_names *names);
/* Frees the records too; the texts stay, until bnc_names_release(). */
void bnc_names_drop_records(struct bnc_names *names);

/*
 * Copies 'len' bytes with ASCII letters lower-cased; other bytes as they are. Reads and writes
 * exactly 'len' bytes.
 */
void bnc_lower_copy(char *to, const char *from, size_t len);

#endif
