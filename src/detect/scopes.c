/* SPDX-License-Identifier: MIT
 * scopes.c - how wide a failure reaches, for every (cause, domain) and (cause, provider).
 *
 * Incidents and failing domains mark the rows of domain_causes that they explain; a row that nobody
 * marks is about single recipients.  A provider's cause reaches as wide as the widest row of its
 * domains.
 */
#include "detect/incident.h"

#define SPAN_DAYS 63 /* longer than this, day bits of different days coincide */

bool bnc_days_fit_bits(const struct bnc_tally *t)
{
    return t->first != BNC_NO_TIME && t->last / 86400 - t->first / 86400 < SPAN_DAYS;
}

uint64_t bnc_window_days(const struct bnc_judging *g, const struct bnc_window *w)
{
    uint64_t days = 0;

    if (!bnc_days_fit_bits(g->t))
        return UINT64_MAX;
    for (size_t d = w->from; d <= w->to && d < g->series.n_days; d++)
        if (g->series.day[d] != BNC_DAY_NONE)
            days |= UINT64_C(1) << (g->series.day[d] & 63);
    return days;
}

void bnc_row_widen(struct bnc_judging *g, size_t row, enum bnc_scope scope)
{
    if (scope > g->j->cause_scope[row])
        g->j->cause_scope[row] = (uint8_t)scope;
}

void bnc_rows_widen(struct bnc_judging *g, const struct bnc_domain *d, uint32_t families,
                    const struct bnc_incident *in)
{
    for (uint32_t i = d->cause_at; i < d->cause_at + d->n_causes; i++) {
        const struct bnc_domain_cause *c = &g->t->domain_causes[i];

        if ((families >> bnc_family_of(c->cause, c->type) & 1) != 0 &&
            (c->failed_days == 0 || (c->failed_days & in->days) != 0))
            bnc_row_widen(g, i, in->scope);
    }
}

enum bnc_status bnc_provider_scopes_make(struct bnc_judging *g)
{
    const struct bnc_tally *t = g->t;

    for (size_t i = 0; i < t->n_domain_causes; i++) {
        const struct bnc_domain_cause *c = &t->domain_causes[i];
        uint8_t *scope;

        if (g->j->cause_scope[i] < BNC_SCOPE_PROVIDER_WIDE)
            continue;
        scope = &g->j->provider_scope[t->domains[c->domain].provider][c->cause];
        if (g->j->cause_scope[i] > *scope)
            *scope = g->j->cause_scope[i];
    }
    return BNC_OK;
}
