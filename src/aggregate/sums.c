/* SPDX-License-Identifier: MIT */
#include "aggregate/sums.h"

#include "util/big.h"

#include <stdlib.h>

void bnc_sums_init(struct bnc_sums *sums, uint64_t seed)
{
    *sums = (struct bnc_sums){ .n_examples = 0 };
    sums->cells.rare.seed = sums->pairs.seed = sums->log.outcomes.keys.seed = seed;
    bnc_failure_log_init(&sums->failures, seed);
}

void bnc_sums_release(struct bnc_sums *sums)
{
    bnc_grid_release(&sums->cells);
    bnc_pairs_release(&sums->pairs);
    bnc_failure_log_release(&sums->failures);
    bnc_address_log_release(&sums->log);
    free(sums->examples);
}

static bool example_less(const struct bnc_example *a, const struct bnc_example *b)
{
    if (a->first != b->first)
        return a->first < b->first;
    if (a->source != b->source)
        return a->source < b->source;
    return a->row != b->row ? a->row < b->row : a->off < b->off;
}

void bnc_example_merge(struct bnc_example *dst, const struct bnc_example *src)
{
    if (example_less(src, dst))
        *dst = *src;
}

bool bnc_sums_reserve_examples(struct bnc_sums *sums, size_t n)
{
    size_t cap = sums->n_examples < 64 ? 64 : sums->n_examples;
    struct bnc_example *at;

    if (n <= sums->n_examples)
        return true;
    while (cap < n)
        cap += cap / 2;
    at = realloc(sums->examples, cap * sizeof *at);
    if (at == NULL)
        return false;
    for (size_t i = sums->n_examples; i < cap; i++)
        at[i] = (struct bnc_example){ BNC_FIRST_NONE, UINT32_MAX, UINT64_MAX, UINT64_MAX };
    sums->examples = bnc_huge(at, cap * sizeof *at);
    sums->n_examples = cap;
    return true;
}

bool bnc_sums_reserve(struct bnc_sums *sums, size_t n, size_t n_entries)
{
    return bnc_grid_reserve(&sums->cells, n) && bnc_pairs_reserve(&sums->pairs, n) &&
           bnc_sums_reserve_examples(sums, n_entries);
}

static void count_cells(struct bnc_sums *sums, const struct bnc_fact *f, const struct bnc_spot *s,
                        unsigned col)
{
    const uint32_t what = BNC_CELL_WHAT(s->provider, col);
    const uint32_t class = bnc_grid_class(&sums->cells, what);

    bnc_grid_add(&sums->cells, BNC_KIND_DAY, f->day, what, class, f->time);
    bnc_grid_add(&sums->cells, BNC_KIND_CAMPAIGN, f->campaign, what, class, f->time);
    bnc_grid_add(&sums->cells, BNC_KIND_SENDING_IP, s->ip, what, class, f->time);
    bnc_grid_add(&sums->cells, BNC_KIND_SENDER_DOMAIN, s->sender, what, class, f->time);
}

bool bnc_sums_add(struct bnc_sums *sums, const struct bnc_fact *f, const struct bnc_spot *s,
                  enum bnc_detail detail)
{
    count_cells(sums, f, s, s->col);
    return !bnc_fact_has_pair(f, detail) ||
           bnc_sums_count_by_pair(
               sums, f, bnc_pairs_get(&sums->pairs, BNC_PAIR_KEY(f->domain, f->entry)), detail);
}

void bnc_sums_count_late(struct bnc_sums *sums, uint32_t domain, uint32_t time)
{
    const uint64_t key = BNC_PAIR_KEY(domain, BNC_PSEUDO_LATE);

    bnc_count_event(&sums->pairs.at[bnc_pairs_get(&sums->pairs, key)], time);
}

void bnc_sums_take_back(struct bnc_sums *sums, const struct bnc_fact *f, const struct bnc_spot *s)
{
    count_cells(sums, f, s, BNC_COL_LATE);
    bnc_sums_count_late(sums, f->domain, f->time);
}
