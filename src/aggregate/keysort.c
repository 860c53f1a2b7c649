/* SPDX-License-Identifier: MIT
 * keysort.c - a sample says where to cut, every thread spreads some of the keys over the slices,
 * and then each slice is sorted where it lies in cache. The cuts depend on the keys alone, and the
 * order does not depend on the cuts.
 */
#include "aggregate/keysort.h"

#define N_CHUNKS 32u /* of the keys as they came */
#define FEW 4096u /* keys that one thread sorts */
#define PER_SLICE 8u /* keys of the sample */

struct sorting {
    struct bnc_keys *keys;
    struct bnc_sortkey *to; /* as many */
    uint64_t limit[BNC_KEY_SLICES - 1]; /* the first key of slice i + 1 */
    size_t start[N_CHUNKS][BNC_KEY_SLICES];
};

void bnc_keys_init(struct bnc_keys *keys, size_t n, void *room)
{
    *keys = (struct bnc_keys){ .at = room, .n = n, .room = room, .cap = n + 1 };
}

void bnc_keys_join(struct bnc_keys *keys, const size_t *from, const size_t *n, size_t n_runs)
{
    size_t to = 0;

    for (size_t i = 0; i < n_runs; to += n[i++])
        if (to < from[i])
            memmove(keys->at + to, keys->at + from[i], n[i] * sizeof *keys->at);
    keys->n = to;
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

    bnc_sortkeys_stable(s->to + from, s->keys->at + from, s->keys->cut[i + 1] - from);
}

void bnc_keys_sort(struct bnc_keys *keys, bnc_parallel_fn parallel, void *ctx)
{
    struct sorting s = { .keys = keys, .to = bnc_keys_spare(keys) };

    if (keys->n <= FEW) {
        bnc_sortkeys_stable(keys->at, s.to, keys->n);
        for (size_t i = 1; i <= BNC_KEY_SLICES; i++)
            keys->cut[i] = keys->n;
        return;
    }
    take_sample(&s);
    bnc_run_all(parallel, ctx, N_CHUNKS, count_chunk, &s);
    place_slices(&s);
    bnc_run_all(parallel, ctx, N_CHUNKS, spread_chunk, &s);
    bnc_run_all(parallel, ctx, BNC_KEY_SLICES, sort_slice, &s);
    keys->at = s.to;
}

/* ---- texts ---- */

uint64_t bnc_text_key(struct bnc_span s, size_t at)
{
    uint64_t v = 0;

    if (at < s.len)
        memcpy(&v, s.at + at, s.len - at < 8 ? s.len - at : 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static bool is_one_text(const struct bnc_key_texts *texts, const struct bnc_sortkey *at, size_t n)
{
    const uint64_t id = texts->id(texts->arg, at[0].ref);

    for (size_t i = 1; i < n; i++)
        if (texts->id(texts->arg, at[i].ref) != id)
            return false;
    return true;
}

/*
 * The keys of texts that agree in their first 'depth' bytes: what follows, at last their length,
 * when nothing follows of any (NO_MORE is returned). Returns the next depth.
 */
#define NO_MORE SIZE_MAX
static size_t look_deeper(const struct bnc_key_texts *texts, struct bnc_sortkey *at, size_t n,
                          size_t depth)
{
    size_t longest = 0;

    for (size_t i = 0; i < n; i++) {
        const struct bnc_span text = texts->text(texts->arg, at[i].ref);

        longest = text.len > longest ? text.len : longest;
    }
    for (size_t i = 0; i < n; i++) {
        const struct bnc_span text = texts->text(texts->arg, at[i].ref);

        at[i].key = depth < longest ? bnc_text_key(text, depth) : text.len;
    }
    return depth < longest ? depth + 8 : NO_MORE;
}

/*
 * As bnc_keys_settle(), of 'n' texts that agree in their first 'depth' bytes.  It calls itself for
 * fewer texts only, however long they are: a cell may hold a megabyte.
 */
static size_t settle(const struct bnc_key_texts *texts, struct bnc_sortkey *at,
                     struct bnc_sortkey *tmp, size_t n, size_t depth)
{
    size_t n_texts = 0;

    do {
        if (n == 1 || depth == NO_MORE || is_one_text(texts, at, n)) {
            for (size_t i = 0; i < n; i++)
                at[i].key = i == 0;
            return 1;
        }
        depth = look_deeper(texts, at, n, depth);
        bnc_sortkeys(at, tmp, n);
    } while (at[0].key == at[n - 1].key);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && at[end].key == at[i].key; end++)
            ;
        n_texts += settle(texts, at + i, tmp, end - i, depth);
    }
    return n_texts;
}

#define AHEAD 16u
size_t bnc_keys_settle(struct bnc_keys *keys, size_t slice, const struct bnc_key_texts *texts)
{
    struct bnc_sortkey *const at = keys->at, *const tmp = bnc_keys_spare(keys);
    const size_t last = keys->cut[slice + 1];
    size_t n_texts = 0;

    for (size_t i = keys->cut[slice], end; i < last; i = end) {
        for (end = i + 1; end < last && at[end].key == at[i].key; end++)
            ;
        for (size_t k = i; k < end && k + AHEAD < last; k++)
            texts->fetch(texts->arg, at[k + AHEAD].ref);
        n_texts += settle(texts, at + i, tmp + i, end - i, 8);
    }
    return n_texts;
}
