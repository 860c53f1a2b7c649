/* SPDX-License-Identifier: MIT */
#include "aggregate/dictionary.h"

#include <stdlib.h>

#define FIRST_LOG2 6u

static void put(uint64_t *slot, unsigned log2, uint64_t seed, uint64_t fp, uint32_t index)
{
    const size_t mask = ((size_t)1 << log2) - 1;
    size_t i = bnc_hash_slot(fp, seed, log2);

    while (slot[i] != 0)
        i = (i + 1) & mask;
    slot[i] = fp << 32 | (index + 1);
}

static bool grow_slots(struct bnc_names *names)
{
    const unsigned log2 = names->slot == NULL ? FIRST_LOG2 : names->log2 + 1;
    uint64_t *slot = calloc((size_t)1 << log2, sizeof *slot);

    if (slot == NULL)
        return false;
    for (uint32_t i = 0; i < names->n; i++)
        put(slot, log2, names->seed, ((const struct bnc_name *)bnc_names_at(names, i))->fp, i);
    free(names->slot);
    names->slot = slot;
    names->log2 = log2;
    return true;
}

static bool grow_chunks(struct bnc_names *names)
{
    char **chunk = realloc(names->chunk, (names->n_chunks + 1) * sizeof *chunk);

    if (chunk == NULL)
        return false;
    names->chunk = chunk;
    chunk[names->n_chunks] = aligned_alloc(64, names->rec_bytes << BNC_NAMES_CHUNK_LOG2);
    if (chunk[names->n_chunks] == NULL)
        return false;
    memset(chunk[names->n_chunks], 0, names->rec_bytes << BNC_NAMES_CHUNK_LOG2);
    names->n_chunks++;
    return true;
}

uint32_t bnc_names_make(struct bnc_names *names, uint64_t fp, struct bnc_span text, bool *made)
{
    struct bnc_name *rec;
    uint32_t index;

    *made = false;
    if (names->n >= BNC_NAMES_MAX)
        return UINT32_MAX;
    if (names->slot == NULL || names->n >= ((size_t)1 << names->log2) / 8 * 5)
        if (!grow_slots(names))
            return UINT32_MAX;
    if (names->n >> BNC_NAMES_CHUNK_LOG2 >= names->n_chunks && !grow_chunks(names))
        return UINT32_MAX;
    index = names->n;
    rec = bnc_names_at(names, index);
    rec->fp = fp;
    rec->text = bnc_arena_copy(&names->arena, text);
    if (rec->text.at == NULL)
        return UINT32_MAX;
    put(names->slot, names->log2, names->seed, fp, index);
    names->n++;
    *made = true;
    return index;
}

void bnc_names_drop_slots(struct bnc_names *names)
{
    free(names->slot);
    names->slot = NULL;
    names->log2 = 0;
}

void bnc_names_release(struct bnc_names *names)
{
    for (size_t i = 0; i < names->n_chunks; i++)
        free(names->chunk[i]);
    free(names->chunk);
    free(names->slot);
    bnc_arena_release(&names->arena);
    *names = (struct bnc_names){ .seed = names->seed, .rec_bytes = names->rec_bytes };
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

/* Eight: no carry leaves a byte, as the top bits are off. */
static inline void lower8(char *to, const char *from)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t v, low7, ge_a, gt_z;

    memcpy(&v, from, sizeof v);
    low7 = v & ~high;
    ge_a = low7 + ones * (128 - 'A');
    gt_z = low7 + ones * (127 - 'Z');
    v |= (ge_a & ~gt_z & ~v & high) >> 2;
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
