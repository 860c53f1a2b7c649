/* SPDX-License-Identifier: MIT
 * merge_pairs.c - the pairs of all parts, added up in the numbering that all share and sorted by
 * it, on all threads. Cells are few, so one thread merges them meanwhile.
 */
#include "aggregate/keysort.h"
#include "aggregate/merge_steps.h"

#include "util/big.h"
#include "util/prefetch.h"

#include <stdlib.h>

/* Whose pair and which: the 'ref' of a key; parts, then overlays. */
#define PAIR_REF(sums, pair) ((uint64_t)(sums) << 32 | (pair))

struct job {
    struct bnc_merged *m;
    struct bnc_keys keys;
    size_t *from; /* [part, then overlay] */
    size_t n_keys[BNC_KEY_SLICES], key_at[BNC_KEY_SLICES]; /* distinct */
    bool failed;
};

static size_t n_tables(const struct bnc_merged *m)
{
    return m->n_parts + BNC_N_OVERLAYS;
}

static const struct bnc_count *pair_of(const struct bnc_merged *m, uint64_t ref)
{
    return &bnc_merged_sums(m, ref >> 32)->pairs.at[(uint32_t)ref];
}

static uint64_t map_pair(const struct bnc_merged *m, size_t part, uint64_t key)
{
    return BNC_PAIR_KEY(m->domain_map[part][BNC_PAIR_DOMAIN(key)],
                        bnc_merged_entry(m, part, BNC_PAIR_ENTRY(key)));
}

static void list_pairs(void *arg, size_t i)
{
    struct job *job = arg;
    const struct bnc_merged *m = job->m;
    const struct bnc_pairs *pairs = &bnc_merged_sums(m, i)->pairs;
    struct bnc_sortkey *to = job->keys.at + job->from[i];

    for (size_t k = 0; k < pairs->n; k++) {
        const uint64_t key = pairs->at[k].key;

        to[k] = (struct bnc_sortkey){ i < m->n_parts ? map_pair(m, i, key) : key, PAIR_REF(i, k) };
    }
    if (!bnc_maps_fill(m->pair_map, i, pairs->n))
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
}

static void count_slice(void *arg, size_t slice)
{
    struct job *job = arg;
    const struct bnc_sortkey *at = job->keys.at;
    size_t n = 0;

    for (size_t i = job->keys.cut[slice]; i < job->keys.cut[slice + 1]; i++)
        n += i == job->keys.cut[slice] || at[i].key != at[i - 1].key;
    job->n_keys[slice] = n;
}

#define AHEAD 16u
BNC_PREFETCHER fetch(const struct bnc_merged *m, const struct bnc_sortkey *at, size_t n)
{
    if (n > AHEAD) {
        __builtin_prefetch(pair_of(m, at[AHEAD].ref));
        __builtin_prefetch(&m->pair_map[at[AHEAD].ref >> 32][(uint32_t)at[AHEAD].ref], 1);
    }
}

static void write_slice(void *arg, size_t slice)
{
    struct job *job = arg;
    struct bnc_merged *m = job->m;
    size_t n = job->key_at[slice];

    for (size_t i = job->keys.cut[slice], end = job->keys.cut[slice + 1]; i < end; i++) {
        const struct bnc_sortkey *key = &job->keys.at[i];
        const struct bnc_count *c = pair_of(m, key->ref);

        fetch(m, key, end - i);
        if (n > job->key_at[slice] && m->pairs[n - 1].key == key->key) {
            bnc_count_merge(&m->pairs[n - 1], c);
        } else {
            m->pairs[n] = *c;
            m->pairs[n++].key = key->key;
        }
        m->pair_map[key->ref >> 32][(uint32_t)key->ref] = (uint32_t)n - 1;
    }
}

static void write_task(void *arg, size_t task)
{
    struct job *job = arg;

    if (task > 0)
        write_slice(job, task - 1);
    else if (!bnc_merge_cells(job->m))
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
}

static bool init(struct job *job)
{
    struct bnc_merged *m = job->m;
    size_t n = 0;

    m->pair_map = bnc_maps_new(n_tables(m));
    job->from = malloc(n_tables(m) * sizeof *job->from);
    for (size_t i = 0; job->from != NULL && i < n_tables(m); i++) {
        job->from[i] = n;
        n += bnc_merged_sums(m, i)->pairs.n;
    }
    return m->pair_map != NULL && job->from != NULL && n < UINT32_MAX &&
           bnc_keys_init(&job->keys, n);
}

static bool write_pairs(struct job *job)
{
    struct bnc_merged *m = job->m;

    bnc_keys_sort(&job->keys, m);
    bnc_merged_run(m, BNC_KEY_SLICES, count_slice, job);
    for (size_t i = 0; i < BNC_KEY_SLICES; i++) {
        job->key_at[i] = m->n_pairs;
        m->n_pairs += job->n_keys[i];
    }
    bnc_big_forget(bnc_keys_spare(&job->keys), job->keys.n * sizeof *job->keys.at);
    m->pairs = bnc_huge_malloc((m->n_pairs + 1) * sizeof *m->pairs);
    if (m->pairs == NULL)
        return false;
    bnc_merged_run(m, 1 + BNC_KEY_SLICES, write_task, job);
    return !job->failed;
}

bool bnc_merge_pairs(struct bnc_merged *m)
{
    struct job job = { .m = m };
    bool ok = init(&job);

    if (ok)
        bnc_merged_run(m, n_tables(m), list_pairs, &job);
    ok = ok && !job.failed && write_pairs(&job);
    bnc_keys_release(&job.keys);
    free(job.from);
    for (size_t p = 0; ok && p < m->n_parts; p++)
        if (m->parts[p]->spent)
            bnc_pairs_release(&m->parts[p]->sums.pairs);
    return ok;
}
