/* SPDX-License-Identifier: MIT
 * keysort.c - a sample says where to cut, every thread spreads some of the keys over the slices,
 * and then each slice is sorted where it lies in cache. The cuts depend on the keys alone, and the
 * order does not depend on the cuts.
 */
#include "aggregate/keysort.h"

#include "util/big.h"

#include <stdlib.h>

#define N_CHUNKS 32u /* of the keys as they came */
#define FEW 4096u /* keys that one thread sorts */
#define PER_SLICE 8u /* keys of the sample */

struct sorting {
    struct bnc_keys *keys;
    struct bnc_sortkey *to; /* as many */
    uint64_t limit[BNC_KEY_SLICES - 1]; /* the first key of slice i + 1 */
    size_t start[N_CHUNKS][BNC_KEY_SLICES];
};

bool bnc_keys_init(struct bnc_keys *keys, size_t n)
{
    *keys = (struct bnc_keys){ .n = n, .cap = n + 1 };
    keys->room = n < SIZE_MAX / (2 * sizeof *keys->room) - 1
                     ? bnc_huge_malloc((n + 1) * 2 * sizeof *keys->room)
                     : NULL;
    keys->at = keys->room;
    return keys->room != NULL;
}

void bnc_keys_release(struct bnc_keys *keys)
{
    free(keys->room);
    *keys = (struct bnc_keys){ .n = 0 };
}

static void take_sample(struct sorting *s)
{
    enum { N = BNC_KEY_SLICES * PER_SLICE };
    struct bnc_sortkey sample[2 * N];

    for (size_t i = 0; i < N; i++)
        sample[i] = (struct bnc_sortkey){ s->keys->at[s->keys->n / N * i].key, i };
    bnc_sortkeys(sample, sample + N, N);
    for (size_t i = 1; i < BNC_KEY_SLICES; i++)
        s->limit[i - 1] = sample[i * PER_SLICE].key;
}

/* How many limits are not above 'key', without a branch. */
static inline size_t slice_of(const struct sorting *s, uint64_t key)
{
    size_t at = 0;

    for (size_t step = BNC_KEY_SLICES / 2; step > 0; step /= 2)
        at += s->limit[at + step - 1] <= key ? step : 0;
    return at;
}

static size_t chunk_at(const struct sorting *s, size_t chunk)
{
    return s->keys->n / N_CHUNKS * chunk + (chunk == N_CHUNKS ? s->keys->n % N_CHUNKS : 0);
}

static void count_chunk(void *arg, size_t chunk)
{
    struct sorting *s = arg;
    size_t count[BNC_KEY_SLICES] = { 0 };

    for (size_t i = chunk_at(s, chunk); i < chunk_at(s, chunk + 1); i++)
        count[slice_of(s, s->keys->at[i].key)]++;
    memcpy(s->start[chunk], count, sizeof count);
}

static void place_slices(struct sorting *s)
{
    size_t at = 0;

    for (size_t i = 0; i < BNC_KEY_SLICES; i++) {
        s->keys->cut[i] = at;
        for (size_t c = 0; c < N_CHUNKS; c++) {
            const size_t n = s->start[c][i];

            s->start[c][i] = at;
            at += n;
        }
    }
    s->keys->cut[BNC_KEY_SLICES] = at;
}

static void spread_chunk(void *arg, size_t chunk)
{
    struct sorting *s = arg;
    size_t *const start = s->start[chunk];

    for (size_t i = chunk_at(s, chunk); i < chunk_at(s, chunk + 1); i++)
        s->to[start[slice_of(s, s->keys->at[i].key)]++] = s->keys->at[i];
}

static void sort_slice(void *arg, size_t i)
{
    struct sorting *s = arg;
    const size_t from = s->keys->cut[i];

    bnc_sortkeys(s->to + from, s->keys->at + from, s->keys->cut[i + 1] - from);
}

void bnc_keys_sort(struct bnc_keys *keys, const struct bnc_merged *m)
{
    struct sorting s = { .keys = keys, .to = bnc_keys_spare(keys) };

    if (keys->n <= FEW) {
        bnc_sortkeys(keys->at, s.to, keys->n);
        for (size_t i = 1; i <= BNC_KEY_SLICES; i++)
            keys->cut[i] = keys->n;
        return;
    }
    take_sample(&s);
    bnc_merged_run(m, N_CHUNKS, count_chunk, &s);
    place_slices(&s);
    bnc_merged_run(m, N_CHUNKS, spread_chunk, &s);
    bnc_merged_run(m, BNC_KEY_SLICES, sort_slice, &s);
    keys->at = s.to;
}
