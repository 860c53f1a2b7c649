/* SPDX-License-Identifier: MIT
 * merge_pairs.c - the pairs of all parts, added up in the numbering that all share and sorted by
 * it, on all threads.
 *
 * Domains are dense numbers, so pairs are counted by domain, put in the room of theirs, and only
 * there sorted by entry, which mostly is a handful. What is sorted is 12 bytes, not the pair.
 */
#include "aggregate/merge_steps.h"

#include "util/big.h"
#include "util/prefetch.h"

#include <stdlib.h>

#define N_SLICES 64u /* of domains */
#define MOST_LANES 16u

struct item { /* whose pair and which */
    uint32_t entry; /* dense: pseudo entries follow the others */
    uint32_t table; /* parts, then overlays */
    uint32_t pair;
};

struct slice {
    uint32_t low, high; /* domains */
    size_t n_pairs, pair_at; /* distinct */
    bool any_late;
};

struct job {
    struct bnc_merged *m;
    struct item *items; /* [n], by domain */
    /*
     * Tables are counted and put in lanes, side by side, so that no thread writes where another
     * does: where the next item of a domain goes that a lane puts. Those of the first lane stand
     * first, so in the end the last lane says where the domain's items end.
     */
    uint32_t *next; /* [n_lanes][n_domains] */
    size_t n_lanes;
    const uint32_t *end; /* [n_domains] */
    size_t n;
    struct slice slice[N_SLICES];
    bool failed;
};

static void fail(struct job *job)
{
    __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
}

/* ---- by domain ---- */

static uint32_t merged_domain(const struct bnc_merged *m, size_t table, uint64_t key)
{
    const uint32_t domain = BNC_PAIR_DOMAIN(key);

    return table < m->n_parts ? m->domain_map[table][domain] : domain;
}

static uint32_t dense_entry(const struct bnc_merged *m, size_t table, uint64_t key)
{
    const uint32_t entry = BNC_PAIR_ENTRY(key);

    if (BNC_IS_PSEUDO(entry))
        return m->n_entries + (entry - BNC_PSEUDO_ENTRY(0));
    return table < m->n_parts ? m->entry_map[table][entry] : entry;
}

static uint64_t key_of(const struct bnc_merged *m, uint32_t domain, uint32_t dense)
{
    return BNC_PAIR_KEY(domain,
                        dense < m->n_entries ? dense : BNC_PSEUDO_ENTRY(dense - m->n_entries));
}

static uint32_t *next_of(const struct job *job, size_t lane)
{
    return job->next + lane * job->m->n_domains;
}

static void count_lane(struct job *job, size_t lane)
{
    uint32_t *const next = next_of(job, lane);

    memset(next, 0, job->m->n_domains * sizeof *next);
    for (size_t t = lane; t < bnc_merged_n_sums(job->m); t += job->n_lanes) {
        const struct bnc_pairs *pairs = &bnc_merged_sums(job->m, t)->pairs;

        for (size_t i = 0; i < pairs->n; i++)
            next[merged_domain(job->m, t, pairs->at[i].key)]++;
        if (!bnc_maps_fill(job->m->pair_map, t, pairs->n))
            fail(job);
    }
}

/* Beside the lanes what was merged before is freed: one thread is enough. */
static void count_task(void *arg, size_t task)
{
    struct job *const job = arg;

    if (task == 0)
        bnc_merge_drop_domains(job->m);
    else
        count_lane(job, task - 1);
}

static void place_domains(struct job *job)
{
    uint32_t sum = 0;

    for (uint32_t d = 0; d < job->m->n_domains; d++)
        for (size_t lane = 0; lane < job->n_lanes; lane++) {
            const uint32_t n = next_of(job, lane)[d];

            next_of(job, lane)[d] = sum;
            sum += n;
        }
}

static void put_lane(void *arg, size_t lane)
{
    struct job *job = arg;
    const struct bnc_merged *m = job->m;
    uint32_t *const next = next_of(job, lane);

    for (size_t t = lane; t < bnc_merged_n_sums(m); t += job->n_lanes) {
        const struct bnc_pairs *pairs = &bnc_merged_sums(m, t)->pairs;

        for (size_t i = 0; i < pairs->n; i++) {
            const uint64_t key = pairs->at[i].key;

            job->items[next[merged_domain(m, t, key)]++] =
                (struct item){ dense_entry(m, t, key), (uint32_t)t, (uint32_t)i };
        }
    }
}

/* ---- by entry ---- */

static uint32_t domain_begin(const struct job *job, uint32_t domain)
{
    return domain == 0 ? 0 : job->end[domain - 1];
}

/* The first domain that ends behind item 'at'. */
static uint32_t domain_of_item(const struct job *job, size_t at)
{
    uint32_t low = 0, high = job->m->n_domains;

    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;

        if (job->end[mid] <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void cut_slices(struct job *job)
{
    for (uint32_t i = 0; i < N_SLICES; i++) {
        job->slice[i].low = i == 0 ? 0 : job->slice[i - 1].high;
        job->slice[i].high = i + 1 < N_SLICES ? domain_of_item(job, job->n / N_SLICES * (i + 1))
                                              : job->m->n_domains;
    }
}

#define FEW 24u
static void sort_few(struct item *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct item x = at[i];
        size_t j = i;

        for (; j > 0 && at[j - 1].entry > x.entry; j--)
            at[j] = at[j - 1];
        at[j] = x;
    }
}

static bool sort_many(struct item *at, size_t n)
{
    struct bnc_sortkey *keys = malloc(2 * n * sizeof *keys);
    struct item *copy = malloc(n * sizeof *copy);
    const bool ok = keys != NULL && copy != NULL;

    if (ok) {
        memcpy(copy, at, n * sizeof *copy);
        for (size_t i = 0; i < n; i++)
            keys[i] = (struct bnc_sortkey){ .key = at[i].entry, .ref = i };
        bnc_sortkeys(keys, keys + n, n);
        for (size_t i = 0; i < n; i++)
            at[i] = copy[keys[i].ref];
    }
    free(keys);
    free(copy);
    return ok;
}

static void sort_slice(void *arg, size_t slice)
{
    struct job *job = arg;
    struct slice *const s = &job->slice[slice];
    const uint32_t late = dense_entry(job->m, 0, BNC_PSEUDO_LATE);

    for (uint32_t d = s->low; d < s->high; d++) {
        struct item *const at = job->items + domain_begin(job, d);
        const size_t n = job->end[d] - domain_begin(job, d);

        if (n <= FEW)
            sort_few(at, n);
        else if (!sort_many(at, n))
            fail(job);
        for (size_t i = 0; i < n; i++)
            s->n_pairs += i == 0 || at[i].entry != at[i - 1].entry;
        s->any_late |= n > 0 && at[n - 1].entry == late; /* the last of all */
    }
}

/* ---- the pairs ---- */

static const struct bnc_count *pair_of(const struct bnc_merged *m, const struct item *item)
{
    return &bnc_merged_sums(m, item->table)->pairs.at[item->pair];
}

#define AHEAD 16u
BNC_PREFETCHER fetch(const struct job *job, size_t at)
{
    if (at + AHEAD < job->n) {
        const struct item *const soon = &job->items[at + AHEAD];

        __builtin_prefetch(pair_of(job->m, soon));
        __builtin_prefetch(&job->m->pair_map[soon->table][soon->pair], 1);
    }
}

static void write_slice(const struct job *job, size_t slice)
{
    struct bnc_merged *m = job->m;
    const struct slice *const s = &job->slice[slice];
    size_t n = s->pair_at;

    for (uint32_t d = s->low; d < s->high; d++) {
        uint32_t before = UINT32_MAX;

        for (uint32_t i = domain_begin(job, d); i < job->end[d]; i++) {
            const struct item *const item = &job->items[i];

            fetch(job, i);
            if (item->entry != before) {
                m->pairs[n] = *pair_of(m, item);
                m->pairs[n++].key = key_of(m, d, item->entry);
            } else {
                bnc_count_merge(&m->pairs[n - 1], pair_of(m, item));
            }
            before = item->entry;
            m->pair_map[item->table][item->pair] = (uint32_t)n - 1;
        }
    }
}

/* Beside the pairs one thread merges cells: both need names only. */
static void write_task(void *arg, size_t task)
{
    struct job *const job = arg;

    if (task > 0)
        write_slice(job, task - 1);
    else if (!bnc_merge_cells(job->m))
        fail(job);
}

static bool init(struct job *job)
{
    struct bnc_merged *m = job->m;
    size_t items_bytes, next_bytes;
    char *room;

    m->pair_map = bnc_maps_new(bnc_merged_n_sums(m));
    for (size_t i = 0; i < bnc_merged_n_sums(m); i++)
        job->n += bnc_merged_sums(m, i)->pairs.n;
    job->n_lanes = m->n_parts < MOST_LANES ? m->n_parts + (m->n_parts == 0) : MOST_LANES;
    items_bytes = job->n * sizeof *job->items;
    next_bytes = job->n_lanes * ((size_t)m->n_domains + 1) * sizeof *job->next;
    room = bnc_merged_room(m, items_bytes + next_bytes);
    if (m->pair_map == NULL || room == NULL || job->n >= UINT32_MAX)
        return false;
    job->items = (struct item *)(void *)room;
    job->next = (uint32_t *)(void *)(room + items_bytes);
    job->end = next_of(job, job->n_lanes - 1);
    return true;
}

static bool write_pairs(struct job *job)
{
    struct bnc_merged *m = job->m;

    for (size_t i = 0; i < N_SLICES; i++) {
        job->slice[i].pair_at = m->n_pairs;
        m->n_pairs += job->slice[i].n_pairs;
        m->any_late |= job->slice[i].any_late;
    }
    m->pairs = bnc_huge_malloc((m->n_pairs + 1) * sizeof *m->pairs);
    if (m->pairs == NULL)
        return false;
    bnc_merged_run(m, 1 + N_SLICES, write_task, job);
    return !job->failed;
}

static void release_pairs(void *arg, size_t part)
{
    const struct bnc_merged *const m = arg;

    if (m->parts[part]->spent)
        bnc_pairs_release(&m->parts[part]->sums.pairs);
}

bool bnc_merge_pairs(struct bnc_merged *m)
{
    struct job job = { .m = m };
    bool ok = init(&job);

    if (ok)
        bnc_merged_run(m, 1 + job.n_lanes, count_task, &job);
    ok = ok && !job.failed;
    if (ok) {
        place_domains(&job);
        bnc_merged_run(m, job.n_lanes, put_lane, &job);
        cut_slices(&job);
        bnc_merged_run(m, N_SLICES, sort_slice, &job);
        ok = !job.failed && write_pairs(&job);
    }
    if (ok)
        bnc_merged_run(m, m->n_parts, release_pairs, m);
    return ok;
}
