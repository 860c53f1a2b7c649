/* SPDX-License-Identifier: MIT
 * merge_cells.c - the cells of all parts, added up in the numbering that all share and sorted by
 * it, on all threads.
 */
#include "aggregate/keysort.h"
#include "aggregate/merge_steps.h"

#include "util/big.h"

#include <stdlib.h>

struct job {
    struct bnc_merged *m;
    struct bnc_count *cells; /* as they were counted, part after part, with merged keys */
    size_t *from, *n; /* [part, then overlay] */
    struct bnc_keys keys; /* their refs are places in 'cells' */
    size_t n_cells[BNC_KEY_SLICES], cell_at[BNC_KEY_SLICES]; /* distinct */
    bool failed;
};

static void settle_table(void *arg, size_t table)
{
    struct job *job = arg;

    if (table < job->m->n_parts && !bnc_grid_settle(&job->m->parts[table]->sums.cells))
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
}

static uint64_t map_cell(const struct bnc_merged *m, size_t part, uint64_t key)
{
    const unsigned kind = BNC_CELL_KIND(key);
    const uint32_t subject = BNC_CELL_SUBJECT(key);

    if (kind == BNC_KIND_DAY)
        return key;
    return BNC_CELL_KEY(kind, m->name_map[kind][part][subject], BNC_CELL_PROVIDER(key),
                        BNC_CELL_COL(key));
}

static void copy_table(void *arg, size_t table)
{
    struct job *job = arg;
    struct bnc_merged *m = job->m;
    struct bnc_count *at = job->cells + job->from[table];

    job->n[table] = bnc_grid_copy(&bnc_merged_sums(m, table)->cells, at);
    for (size_t i = 0; table < m->n_parts && i < job->n[table]; i++)
        at[i].key = map_cell(m, table, at[i].key);
    if (table < m->n_parts && m->parts[table]->spent)
        bnc_grid_release(&m->parts[table]->sums.cells);
}

static bool make_keys(struct job *job)
{
    size_t n = 0, to = 0;

    for (size_t t = 0; t < bnc_merged_n_sums(job->m); t++)
        n += job->n[t];
    if (!bnc_keys_init(&job->keys, n))
        return false;
    for (size_t t = 0; t < bnc_merged_n_sums(job->m); t++)
        for (size_t i = job->from[t]; i < job->from[t] + job->n[t]; i++)
            job->keys.at[to++] = (struct bnc_sortkey){ job->cells[i].key, i };
    return true;
}

static void count_slice(void *arg, size_t slice)
{
    struct job *job = arg;
    const struct bnc_sortkey *at = job->keys.at;
    const size_t from = job->keys.cut[slice];

    for (size_t i = from; i < job->keys.cut[slice + 1]; i++)
        job->n_cells[slice] += i == from || at[i].key != at[i - 1].key;
}

static void write_slice(void *arg, size_t slice)
{
    struct job *job = arg;
    const struct bnc_sortkey *at = job->keys.at;
    const size_t from = job->keys.cut[slice];
    struct bnc_count *const cells = job->m->cells;
    size_t n = job->cell_at[slice];

    for (size_t i = from; i < job->keys.cut[slice + 1]; i++)
        if (i == from || at[i].key != at[i - 1].key)
            cells[n++] = job->cells[at[i].ref];
        else
            bnc_count_merge(&cells[n - 1], &job->cells[at[i].ref]);
}

/* Places for the cells of each table, which are settled. */
static bool place_tables(struct job *job)
{
    size_t n = 0;

    for (size_t t = 0; t < bnc_merged_n_sums(job->m); t++) {
        job->from[t] = n;
        n += bnc_grid_most(&bnc_merged_sums(job->m, t)->cells);
    }
    job->cells = bnc_huge_malloc((n + 1) * sizeof *job->cells);
    return job->cells != NULL;
}

static bool write_cells(struct job *job)
{
    struct bnc_merged *m = job->m;

    bnc_keys_sort(&job->keys, m);
    bnc_merged_run(m, BNC_KEY_SLICES, count_slice, job);
    for (size_t i = 0; i < BNC_KEY_SLICES; i++) {
        job->cell_at[i] = m->n_cells;
        m->n_cells += job->n_cells[i];
    }
    m->cells = bnc_huge_malloc((m->n_cells + 1) * sizeof *m->cells);
    if (m->cells == NULL)
        return false;
    bnc_merged_run(m, BNC_KEY_SLICES, write_slice, job);
    return true;
}

bool bnc_merge_cells(struct bnc_merged *m)
{
    struct job job = { .m = m };
    bool ok;

    job.from = calloc(bnc_merged_n_sums(m), sizeof *job.from);
    job.n = calloc(bnc_merged_n_sums(m), sizeof *job.n);
    ok = job.from != NULL && job.n != NULL;
    if (ok)
        bnc_merged_run(m, bnc_merged_n_sums(m), settle_table, &job);
    ok = ok && !job.failed && place_tables(&job);
    if (ok)
        bnc_merged_run(m, bnc_merged_n_sums(m), copy_table, &job);
    ok = ok && make_keys(&job) && write_cells(&job);
    bnc_keys_release(&job.keys);
    free(job.cells);
    free(job.from);
    free(job.n);
    return ok;
}
