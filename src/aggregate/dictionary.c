/* SPDX-License-Identifier: MIT */
#include "aggregate/dictionary.h"

#include "util/big.h"

#include <stdlib.h>

#define FIRST_LOG2 6u
#define MORE_KEYS 1000u
#define FIRST_CHUNKS 16u /* one by one: a megabyte of domains */
#define LOT_CHUNKS 32u

/* There must be room. */
static void put(struct bnc_names *names, struct bnc_name_slot what)
{
    const size_t mask = ((size_t)1 << names->log2) - 1;
    size_t i = bnc_hash_slot(what.key, names->seed, names->log2);

    while (names->slot[i].index != 0)
        i = (i + 1) & mask;
    names->slot[i] = what;
}

/* Room for one more slot; false when out of memory. */
static bool reserve_slot(struct bnc_names *names)
{
    const unsigned log2 = names->slot == NULL ? FIRST_LOG2 : names->log2 + 1;
    const size_t n_before = names->slot == NULL ? 0 : (size_t)1 << names->log2;
    struct bnc_name_slot *before = names->slot, *slot;

    if (before != NULL && names->n_slots < n_before / 8 * 5)
        return true;
    slot = bnc_big_alloc(sizeof *slot << log2);
    if (slot == NULL)
        return false;
    names->slot = slot;
    names->log2 = log2;
    for (size_t i = 0; i < n_before; i++)
        if (before[i].index != 0)
            put(names, before[i]);
    bnc_big_free(before, n_before * sizeof *before);
    return true;
}

/* How many chunks are allocated together where there are 'n': few at first, then huge pages. */
static size_t chunks_of_lot(const struct bnc_names *names, size_t n)
{
    return names->frugal || n < FIRST_CHUNKS ? 1 : LOT_CHUNKS;
}

static size_t chunk_bytes(const struct bnc_names *names, size_t n)
{
    return (names->rec_bytes << BNC_NAMES_CHUNK_LOG2) * n;
}

static bool grow_chunks(struct bnc_names *names)
{
    const size_t n = names->n_chunks, more = chunks_of_lot(names, n);
    char **chunk = realloc(names->chunk, (n + more) * sizeof *chunk);

    if (chunk == NULL)
        return false;
    names->chunk = chunk;
    chunk[n] = bnc_big_alloc(chunk_bytes(names, more));
    if (chunk[n] == NULL)
        return false;
    for (size_t i = 1; i < more; i++)
        chunk[n + i] = chunk[n] + chunk_bytes(names, i);
    names->n_chunks += more;
    return true;
}

uint32_t bnc_names_make(struct bnc_names *names, uint64_t key, struct bnc_span text)
{
    struct bnc_name *rec;
    uint32_t index;

    if (names->n >= BNC_NAMES_MAX || !reserve_slot(names))
        return UINT32_MAX;
    if (names->n >> BNC_NAMES_CHUNK_LOG2 >= names->n_chunks && !grow_chunks(names))
        return UINT32_MAX;
    index = names->n;
    rec = bnc_names_at(names, index);
    rec->fp = bnc_hash_span(text);
    rec->text = bnc_arena_copy(&names->arena, text);
    if (rec->text.at == NULL)
        return UINT32_MAX;
    put(names, (struct bnc_name_slot){ .key = key, .index = index + 1 });
    names->n_slots++;
    names->n++;
    return index;
}

uint32_t bnc_names_get(struct bnc_names *names, struct bnc_span text, bool *made)
{
    const uint64_t key = bnc_names_key(names, text);
    const struct bnc_name_slot *found = bnc_names_slot(names, key);
    uint32_t index;

    *made = false;
    if (found != NULL)
        return found->index - 1;
    index = bnc_names_make(names, key, text);
    *made = index != UINT32_MAX;
    return index;
}

void bnc_names_add_key(struct bnc_names *names, uint64_t key, struct bnc_name_slot slot)
{
    if (names->n_slots - names->n >= names->n + MORE_KEYS || !reserve_slot(names))
        return;
    slot.key = key;
    put(names, slot);
    names->n_slots++;
}

void bnc_names_drop_slots(struct bnc_names *names)
{
    bnc_big_free(names->slot, sizeof *names->slot << names->log2);
    names->slot = NULL;
    names->log2 = 0;
}

void bnc_names_drop_records(struct bnc_names *names)
{
    for (size_t i = 0; i < names->n_chunks; i += chunks_of_lot(names, i))
        bnc_big_free(names->chunk[i], chunk_bytes(names, chunks_of_lot(names, i)));
    free(names->chunk);
    names->chunk = NULL;
    names->n_chunks = 0;
    names->n = 0;
    bnc_names_drop_slots(names);
}

void bnc_names_release(struct bnc_names *names)
{
    bnc_names_drop_records(names);
    bnc_arena_release(&names->arena);
    *names = (struct bnc_names){ .seed = names->seed,
                                 .rec_bytes = names->rec_bytes,
                                 .frugal = names->frugal };
}

/*
 * Sixteen letters at once, by whatever vectors the machine has: bit 5 is set in the bytes between
 * 'A' and 'Z'.
 */
typedef uint8_t letters __attribute__((vector_size(16)));

static inline void lower16(char *to, const char *from)
{
    letters v, is_upper;

    memcpy(&v, from, sizeof v);
    is_upper = (letters)((v >= 'A') & (v <= 'Z'));
    v |= is_upper & 0x20;
    memcpy(to, &v, sizeof v);
}

static inline void lower8(char *to, const char *from)
{
    uint64_t v;

    memcpy(&v, from, sizeof v);
    v = bnc_lower8(v);
    memcpy(to, &v, sizeof v);
}

void bnc_lower_copy(char *to, const char *from, size_t len)
{
    if (len >= 16) { /* the last sixteen again, overlapping */
        for (size_t i = 0; i + 16 <= len; i += 16)
            lower16(to + i, from + i);
        lower16(to + len - 16, from + len - 16);
    } else if (len >= 8) {
        lower8(to, from);
        lower8(to + len - 8, from + len - 8);
    } else {
        for (size_t i = 0; i < len; i++)
            to[i] = bnc_lower(from[i]);
    }
}
