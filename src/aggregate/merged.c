/* SPDX-License-Identifier: MIT */
#include "aggregate/merged.h"

#include "util/big.h"

#include <stdlib.h>

void bnc_merged_run(const struct bnc_merged *m, size_t n, void (*fn)(void *arg, size_t i),
                    void *arg)
{
    bnc_run_all(m->parallel, m->ctx, n, fn, arg);
}

void *bnc_merged_room(struct bnc_merged *m, size_t bytes)
{
    m->room = bnc_huge_at_least(m->room, &m->cap_room, bytes, 1);
    return m->room;
}

/* ---- maps ---- */

uint32_t **bnc_maps_new(size_t n_parts)
{
    return calloc(n_parts + 1, sizeof(uint32_t *));
}

void bnc_maps_free(uint32_t **maps, size_t n_parts)
{
    for (size_t p = 0; maps != NULL && p < n_parts; p++)
        free(maps[p]);
    free(maps);
}

bool bnc_maps_fill(uint32_t **maps, size_t part, size_t n)
{
    maps[part] = bnc_huge_malloc((n + 1) * sizeof **maps);
    if (maps[part] == NULL)
        return false;
    memset(maps[part], 0xff, (n + 1) * sizeof **maps);
    return true;
}

void bnc_merged_release(struct bnc_merged *m)
{
    bnc_maps_free(m->source_map, m->n_parts);
    bnc_maps_free(m->domain_map, m->n_parts);
    bnc_maps_free(m->entry_map, m->n_parts);
    bnc_maps_free(m->pair_map, bnc_merged_n_sums(m));
    for (unsigned k = 0; k < BNC_N_KINDS; k++) {
        bnc_maps_free(m->name_map[k], m->n_parts);
        free(m->names[k]);
    }
    free(m->sources);
    free(m->domains);
    free(m->entries);
    bnc_arena_release(&m->texts);
    free(m->pairs);
    free(m->cells);
    free(m->votes);
    free(m->room);
    for (size_t o = 0; o < BNC_N_OVERLAYS; o++)
        bnc_sums_release(&m->overlay[o]);
    *m = (struct bnc_merged){ 0 };
}
