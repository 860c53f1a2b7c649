/* SPDX-License-Identifier: MIT
 * series.c - the day cells of the tally as dense series per provider and family of causes.
 * Days are those on which anything happened: a weekend without mail is no gap.
 */
#include "detect/judging.h"

static bool provider_active(const struct bnc_provider_total *p)
{
    for (unsigned e = 0; e < BNC_N_EVENTS; e++)
        if (p->n[e] > 0)
            return true;
    return false;
}

/* The fields of a series that a cell's column counts in: at most two. */
static unsigned cell_fields(unsigned col, unsigned field[2])
{
    const bool bounce = col >= BNC_COL_BOUNCE(0) && col < BNC_COL_DEFERRAL(0);
    enum bnc_family family;

    if (col < BNC_N_EVENTS) {
        switch (col) {
        case BNC_EVENT_DELIVERED:
            field[0] = BNC_SERIES_DELIVERED;
            return 1;
        case BNC_EVENT_SENT:
            field[0] = BNC_SERIES_SENT;
            return 1;
        case BNC_EVENT_COMPLAINT:
            field[0] = BNC_FAMILY_COMPLAINT;
            return 1;
        default:
            return 0; /* bounces and deferrals are counted by cause */
        }
    }
    field[0] = bounce ? BNC_SERIES_BOUNCED : BNC_SERIES_DEFERRED;
    family = bounce ? bnc_family_of(col - BNC_COL_BOUNCE(0), BNC_EVENT_BOUNCE)
                    : bnc_family_of(col - BNC_COL_DEFERRAL(0), BNC_EVENT_DEFERRAL);
    if (family == BNC_FAMILY_NONE)
        return 1;
    field[1] = family;
    return 2;
}

static enum bnc_status make_rows(struct bnc_judging *g, uint32_t *row_of)
{
    const struct bnc_tally *t = g->t;
    struct bnc_series *s = &g->series;
    uint16_t *provider = bnc_arena_zeroed(&g->scratch, t->n_providers + 1, sizeof *provider);
    int32_t *day = bnc_arena_zeroed(&g->scratch, t->n_subjects[BNC_KIND_DAY], sizeof *day);
    uint32_t other = 0; /* the row of all that is no operator */

    if (provider == NULL || day == NULL)
        return bnc_error_nomem(g->err);
    s->n_rows = 1;
    for (size_t p = 0; p < t->n_providers; p++) {
        const bool operator= bnc_is_operator(g, (uint16_t)p);

        if (!provider_active(&t->providers[p]))
            continue;
        if (operator|| other == 0) {
            provider[s->n_rows] = operator? (uint16_t)p : 0;
            row_of[p] = (uint32_t)s->n_rows++;
        } else {
            row_of[p] = other;
        }
        if (!operator)
            other = row_of[p];
    }
    s->row_of = row_of;
    s->n_days = t->n_subjects[BNC_KIND_DAY];
    for (size_t d = 0; d < s->n_days; d++)
        day[d] = t->subject[BNC_KIND_DAY][d].day;
    s->day = day;
    s->provider = provider;
    s->base = bnc_arena_zeroed(&g->scratch, s->n_rows * BNC_N_SERIES * s->n_days, sizeof *s->base);
    return s->base != NULL ? BNC_OK : bnc_error_nomem(g->err);
}

enum bnc_status bnc_series_fill(struct bnc_judging *g)
{
    const struct bnc_tally *t = g->t;
    uint32_t *row_of = bnc_arena_zeroed(&g->scratch, t->n_providers, sizeof *row_of);
    enum bnc_status status;

    if (row_of == NULL)
        return bnc_error_nomem(g->err);
    status = make_rows(g, row_of);
    if (status != BNC_OK)
        return status;
    for (size_t i = 0; i < t->n_cells && t->cells[i].kind == BNC_KIND_DAY; i++) {
        const struct bnc_cell *c = &t->cells[i];
        unsigned field[2];
        const unsigned n = cell_fields(c->col, field);

        for (unsigned f = 0; f < n; f++) {
            bnc_series_at(&g->series, 0, field[f])[c->subject] += c->n;
            if (row_of[c->provider] > 0)
                bnc_series_at(&g->series, row_of[c->provider], field[f])[c->subject] += c->n;
        }
    }
    return BNC_OK;
}

enum bnc_status bnc_cells_index(struct bnc_judging *g)
{
    const struct bnc_tally *t = g->t;
    size_t c = 0;

    for (unsigned k = 0; k < BNC_N_KINDS; k++) {
        g->cell_at[k] = bnc_arena_zeroed(&g->scratch, t->n_subjects[k] + 1, sizeof *g->cell_at[k]);
        if (g->cell_at[k] == NULL)
            return bnc_error_nomem(g->err);
        for (size_t i = 0; i < t->n_subjects[k]; i++) {
            g->cell_at[k][i] = c;
            while (c < t->n_cells && t->cells[c].kind == k && t->cells[c].subject == i)
                c++;
        }
        g->cell_at[k][t->n_subjects[k]] = c;
    }
    return BNC_OK;
}
