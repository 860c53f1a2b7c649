/* SPDX-License-Identifier: MIT
 * merge_cells.c - the cells of all parts, added up in the numbering that all share and sorted by
 * it. They are sorted where they lie: a key and an address each. There are some tens of thousands,
 * for which several threads would wait longer than they work: one does it beside other steps.
 */
#include "aggregate/merge_steps.h"

#include "util/big.h"
#include "util/prefetch.h"

#include <stdlib.h>

static uint64_t map_cell(const struct bnc_merged *m, size_t part, uint64_t key)
{
    const unsigned kind = BNC_CELL_KIND(key);
    const uint32_t subject = BNC_CELL_SUBJECT(key);

    if (kind == BNC_KIND_DAY)
        return key;
    return BNC_CELL_KEY(kind, m->name_map[kind][part][subject], BNC_CELL_PROVIDER(key),
                        BNC_CELL_COL(key));
}

/* Those of all parts, then overlays, in merged numbers; their refs are those of bnc_grid_list(). */
static size_t list_cells(const struct bnc_merged *m, struct bnc_sortkey *to)
{
    size_t n = 0;

    for (size_t t = 0; t < bnc_merged_n_sums(m); t++) {
        const size_t from = n;

        n += bnc_grid_list(&bnc_merged_sums(m, t)->cells, to + n);
        for (size_t i = from; t < m->n_parts && i < n; i++)
            to[i].key = map_cell(m, t, to[i].key);
    }
    return n;
}

static size_t count_distinct(const struct bnc_sortkey *at, size_t n)
{
    size_t n_cells = 0;

    for (size_t i = 0; i < n; i++)
        n_cells += i == 0 || at[i].key != at[i - 1].key;
    return n_cells;
}

#define AHEAD 16u
BNC_PREFETCHER fetch(const struct bnc_sortkey *at, size_t n)
{
    if (n > AHEAD)
        __builtin_prefetch((const void *)(uintptr_t)at[AHEAD].ref);
}

static void write_cells(struct bnc_merged *m, const struct bnc_sortkey *at, size_t n)
{
    struct bnc_count *to = m->cells; /* behind the last */

    for (size_t i = 0; i < n; i++) {
        const struct bnc_grid_cell cell = bnc_grid_listed(at[i].ref);
        const struct bnc_count c = {
            .key = at[i].key, .n = cell.n, .first = cell.first, .last = cell.last
        };
        const size_t provider = BNC_CELL_PROVIDER(c.key);

        fetch(at + i, n - i);
        m->n_providers = provider >= m->n_providers ? provider + 1 : m->n_providers;
        if (i == 0 || at[i].key != at[i - 1].key)
            *to++ = c;
        else
            bnc_count_merge(to - 1, &c);
    }
}

bool bnc_merge_cells(struct bnc_merged *m)
{
    struct bnc_sortkey *keys;
    size_t n = 0;

    for (size_t t = 0; t < bnc_merged_n_sums(m); t++)
        n += bnc_grid_most(&bnc_merged_sums(m, t)->cells);
    keys = bnc_huge_malloc((n + 1) * 2 * sizeof *keys);
    if (keys == NULL)
        return false;
    n = list_cells(m, keys);
    bnc_sortkeys_stable(keys, keys + n, n);
    m->n_cells = count_distinct(keys, n);
    m->cells = bnc_huge_malloc((m->n_cells + 1) * sizeof *m->cells);
    if (m->cells != NULL)
        write_cells(m, keys, n);
    free(keys);
    for (size_t p = 0; p < m->n_parts; p++)
        if (m->parts[p]->spent)
            bnc_grid_release(&m->parts[p]->sums.cells);
    return m->cells != NULL;
}
