/* SPDX-License-Identifier: MIT
 * struck.c - whom each family of causes struck, by series row: the rows of domain_causes are
 * counted out once, so that a question about one provider's family reads its own rows and no
 * others.
 */
#include "detect/judging.h"

#define NOWHERE UINT32_MAX

/*
 * Which slot each row of domain_causes belongs to, and how many recipients the rows of series have.
 */
static void find_slots(const struct bnc_judging *g, uint32_t *slot)
{
    const struct bnc_tally *t = g->t;

    for (size_t i = 0; i < t->n_domains; i++) {
        const struct bnc_domain *d = &t->domains[i];
        const uint32_t row = g->series.row_of[d->provider];

        g->struck.failed[row] += d->recipients_failed;
        g->struck.delivered[row] += d->recipients_delivered;
        for (uint32_t k = d->cause_at; k < d->cause_at + d->n_causes; k++) {
            const enum bnc_family family =
                bnc_family_of(t->domain_causes[k].cause, t->domain_causes[k].type);

            slot[k] = family == BNC_FAMILY_NONE ? NOWHERE : row * BNC_N_FAMILIES + family;
        }
    }
}

/* Counting sort: at[slot + 1] is where a slot begins until it is filled, and then where it ends. */
static void sort_by_slot(const struct bnc_judging *g, const uint32_t *slot, size_t n_slots)
{
    const struct bnc_struck *s = &g->struck;
    const size_t n = g->t->n_domain_causes;

    for (size_t i = 0; i < n; i++)
        if (slot[i] != NOWHERE)
            s->at[slot[i] + 2]++;
    for (size_t i = 0; i < n_slots; i++)
        s->at[i + 1] += s->at[i];
    for (size_t i = 0; i < n; i++)
        if (slot[i] != NOWHERE)
            s->cause[s->at[slot[i] + 1]++] = (uint32_t)i;
}

enum bnc_status bnc_struck_index(struct bnc_judging *g)
{
    const size_t n_rows = g->series.n_rows, n_slots = n_rows * BNC_N_FAMILIES;
    struct bnc_struck *s = &g->struck;
    uint32_t *const slot = bnc_room(&g->scratch, g->t->n_domain_causes, sizeof *slot);

    s->at = bnc_zalloc(&g->scratch, n_slots + 2, sizeof *s->at);
    s->cause = bnc_room(&g->scratch, g->t->n_domain_causes, sizeof *s->cause);
    s->failed = bnc_zalloc(&g->scratch, n_rows, sizeof *s->failed);
    s->delivered = bnc_zalloc(&g->scratch, n_rows, sizeof *s->delivered);
    if (slot == NULL || s->at == NULL || s->cause == NULL || s->failed == NULL ||
        s->delivered == NULL)
        return bnc_error_nomem(g->err);
    find_slots(g, slot);
    sort_by_slot(g, slot, n_slots);
    return BNC_OK;
}
