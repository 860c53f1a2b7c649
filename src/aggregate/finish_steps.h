/* SPDX-License-Identifier: MIT
 * finish_steps.h - the steps from merged parts to a tally, and what they share; private to them.
 *
 *   finish_late.c       late bounces take deliveries back
 *   finish_cells.c      subjects and their cells
 *   finish_domains.c    domains and their causes, templates beside them
 *   finish_addresses.c  lists
 *   finish.c            providers and totals; all of it in order
 */
#ifndef BNC_AGGREGATE_FINISH_STEPS_H
#define BNC_AGGREGATE_FINISH_STEPS_H

#include "aggregate/distinct.h"
#include "aggregate/templates.h"

struct bnc_finish_ranges;
struct finish {
    struct bnc_tally *t;
    struct bnc_merged m;
    struct bnc_distinct d;
    uint64_t *taken; /* [n_domains] deliveries taken back, by merged domain */
    struct bnc_pair_info *pair_info; /* [n_pairs] */
    struct bnc_finish_ranges *ranges; /* between the steps of the domains */
    /* merged domain -> tally's, UINT32_MAX: nothing is left of it */
    uint32_t *domain_index;
    uint32_t *campaign_index; /* likewise */
    struct bnc_template_index template_index;
    uint32_t *day_subject; /* day + 1 -> subject */
    struct bnc_listed listed;
};

/*
 * Late bounces take deliveries back, out of the cells and out of f->taken; t->n_providers is known.
 * False when out of memory, here and below.
 */
bool bnc_finish_take_back(struct finish *f);

/* Subjects and their cells, after what was taken back. */
bool bnc_finish_cells(struct finish *f);

/*
 * Domains and their causes, in two steps, so that recipients can be counted between them, before
 * there is much else in memory. The first, after what was taken back, says how many there are, in
 * t->n_domains and t->n_domain_causes, and which rows pairs belong to: f->pair_info and
 * f->domain_index; one thread makes the cells meanwhile. The second writes them, with their
 * recipients, and the templates.
 */
bool bnc_finish_number_domains(struct finish *f);
bool bnc_finish_write_domains(struct finish *f);

/* What was listed goes from the count to f->listed, when all numbers are final. */
void bnc_finish_listed(struct finish *f);
/* Its addresses become the tally's, by text: last of all, when nothing else takes memory. */
bool bnc_finish_addresses(struct bnc_tally *t, struct bnc_listed *listed, bnc_parallel_fn parallel,
                          void *ctx);

void bnc_finish_ranges_free(struct bnc_finish_ranges *ranges);

/* As bnc_tally_check(), on all threads; 'parallel' may be NULL. */
bool bnc_tally_check_on(const struct bnc_tally *tally, bnc_parallel_fn parallel, void *ctx,
                        const char **why);

/* The first cell of 'kind' at or after which no smaller kind follows. */
size_t bnc_finish_kind_at(const struct bnc_merged *m, unsigned kind);

/*
 * Widens [first, last] (BNC_NO_TIME: none, the least of numbers) by the times of 'c', which are
 * above 0.
 */
static inline void bnc_finish_widen(int64_t *first, int64_t *last, const struct bnc_count *c)
{
    const int64_t f = bnc_time_of_first(c->first), l = bnc_time_of_last(c->last);

    *first = (uint64_t)f < (uint64_t)*first ? f : *first;
    *last = l > *last ? l : *last;
}

#endif
