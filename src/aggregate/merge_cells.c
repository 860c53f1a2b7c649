/* SPDX-License-Identifier: MIT
 * merge_cells.c - the cells of all parts, added up in the numbering that all share and sorted by
 * it, on all threads. They are sorted where they lie: a key and an address each.
 */
#include "aggregate/keysort.h"
#include "aggregate/merge_steps.h"

#include "util/big.h"
#include "util/prefetch.h"

#include <stdlib.h>

struct job {
    struct bnc_merged *m;
    size_t *from, *n; /* [part, then overlay] */
    struct bnc_keys keys; /* merged; their refs are those of bnc_grid_list() */
    size_t n_cells[BNC_KEY_SLICES], cell_at[BNC_KEY_SLICES]; /* distinct */
    size_t n_providers[BNC_KEY_SLICES];
};

static uint64_t map_cell(const struct bnc_merged *m, size_t part, uint64_t key)
{
    const unsigned kind = BNC_CELL_KIND(key);
    const uint32_t subject = BNC_CELL_SUBJECT(key);

    if (kind == BNC_KIND_DAY)
        return key;
    return BNC_CELL_KEY(kind, m->name_map[kind][part][subject], BNC_CELL_PROVIDER(key),
                        BNC_CELL_COL(key));
}

static void list_table(struct job *job, size_t table)
{
    const struct bnc_merged *const m = job->m;
    struct bnc_sortkey *const at = job->keys.at + job->from[table];

    job->n[table] = bnc_grid_list(&bnc_merged_sums(m, table)->cells, at);
    for (size_t i = 0; table < m->n_parts && i < job->n[table]; i++)
        at[i].key = map_cell(m, table, at[i].key);
}

/* Beside the tables what was merged before is freed: one thread is enough for either. */
static void list_task(void *arg, size_t task)
{
    struct job *const job = arg;

    if (task == 0)
        bnc_merge_drop_domains(job->m);
    else
        list_table(job, task - 1);
}

static void count_slice(void *arg, size_t slice)
{
    struct job *job = arg;
    const struct bnc_sortkey *at = job->keys.at;
    const size_t from = job->keys.cut[slice];
    size_t n_cells = 0, n_providers = 0;

    for (size_t i = from; i < job->keys.cut[slice + 1]; i++) {
        const size_t provider = BNC_CELL_PROVIDER(at[i].key);

        n_cells += i == from || at[i].key != at[i - 1].key;
        n_providers = provider >= n_providers ? provider + 1 : n_providers;
    }
    job->n_cells[slice] = n_cells;
    job->n_providers[slice] = n_providers;
}

#define AHEAD 16u
BNC_PREFETCHER fetch(const struct bnc_sortkey *at, size_t n)
{
    if (n > AHEAD)
        __builtin_prefetch((const void *)(uintptr_t)at[AHEAD].ref);
}

static void write_slice(void *arg, size_t slice)
{
    struct job *job = arg;
    const struct bnc_sortkey *at = job->keys.at;
    const size_t from = job->keys.cut[slice], end = job->keys.cut[slice + 1];
    struct bnc_count *to = job->m->cells + job->cell_at[slice]; /* behind the last */

    for (size_t i = from; i < end; i++) {
        const struct bnc_grid_cell cell = bnc_grid_listed(at[i].ref);
        const struct bnc_count c = {
            .key = at[i].key, .n = cell.n, .first = cell.first, .last = cell.last
        };

        fetch(at + i, end - i);
        if (i == from || at[i].key != at[i - 1].key)
            *to++ = c;
        else
            bnc_count_merge(to - 1, &c);
    }
}

static bool list_cells(struct job *job)
{
    struct bnc_merged *m = job->m;
    const size_t n_tables = bnc_merged_n_sums(m);
    size_t n = 0;
    void *room;

    for (size_t t = 0; t < n_tables; t++) {
        job->from[t] = n;
        n += bnc_grid_most(&bnc_merged_sums(m, t)->cells);
    }
    room = bnc_merged_room(m, bnc_keys_bytes(n));
    if (room == NULL)
        return false;
    bnc_keys_init(&job->keys, n, room);
    bnc_merged_run(m, 1 + n_tables, list_task, job);
    bnc_keys_join(&job->keys, job->from, job->n, n_tables);
    return true;
}

static bool write_cells(struct job *job)
{
    struct bnc_merged *m = job->m;

    bnc_keys_sort(&job->keys, m->parallel, m->ctx);
    bnc_merged_run(m, BNC_KEY_SLICES, count_slice, job);
    for (size_t i = 0; i < BNC_KEY_SLICES; i++) {
        job->cell_at[i] = m->n_cells;
        m->n_cells += job->n_cells[i];
        if (job->n_providers[i] > m->n_providers)
            m->n_providers = job->n_providers[i];
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
    ok = job.from != NULL && job.n != NULL && list_cells(&job) && write_cells(&job);
    for (size_t p = 0; ok && p < m->n_parts; p++)
        if (m->parts[p]->spent)
            bnc_grid_release(&m->parts[p]->sums.cells);
    free(job.from);
    free(job.n);
    return ok;
}
