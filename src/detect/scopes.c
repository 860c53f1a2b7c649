/* SPDX-License-Identifier: MIT
 * scopes.c - how wide a failure reaches, for every (cause, domain) and (cause, provider).
 *
 * Incidents and failing domains mark the rows of domain_causes that they explain; a row that nobody
 * marks is about single recipients.  A provider's cause reaches as wide as the widest incident that
 * struck a row of its domains.
 */
#include "detect/incident.h"

#define SPAN_DAYS 63 /* longer than this, day bits of different days coincide */

bool bnc_days_fit_bits(const struct bnc_tally *t)
{
    return t->first != BNC_NO_TIME &&
           bnc_day_of_time(t->last) - bnc_day_of_time(t->first) < SPAN_DAYS;
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

void bnc_row_widen(const struct bnc_judging *g, size_t row, enum bnc_scope scope)
{
    if (scope > g->j->cause_scope[row])
        g->j->cause_scope[row] = (uint8_t)scope;
}

/* Recipients of a domain that met one of the families (bits). */
static uint64_t struck(const struct bnc_tally *t, const struct bnc_domain *d, uint32_t families)
{
    uint64_t n = 0;

    for (uint32_t i = d->cause_at; i < d->cause_at + d->n_causes; i++)
        if (families >> bnc_family_of(t->domain_causes[i].cause, t->domain_causes[i].type) & 1)
            n += t->domain_causes[i].recipients;
    return n < d->recipients_failed ? n : d->recipients_failed;
}

/* Other threads have domains of the same provider. */
static void widen_provider(uint8_t *at, enum bnc_scope scope)
{
    uint8_t now = __atomic_load_n(at, __ATOMIC_RELAXED);

    while (scope > now && !__atomic_compare_exchange_n(at, &now, (uint8_t)scope, true,
                                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

/* Marks the rows of a domain that are of the families (bits) and have failed in the incident. */
static void widen_rows(const struct bnc_judging *g, const struct bnc_domain *d, uint32_t families,
                       const struct bnc_mark *mark)
{
    for (uint32_t i = d->cause_at; i < d->cause_at + d->n_causes; i++) {
        const struct bnc_domain_cause *c = &g->t->domain_causes[i];

        if ((families >> bnc_family_of(c->cause, c->type) & 1) == 0 ||
            (c->failed_days != 0 && (c->failed_days & mark->days) == 0))
            continue;
        bnc_row_widen(g, i, mark->scope);
        widen_provider(&g->j->provider_scope[d->provider][c->cause], mark->scope);
    }
}

void bnc_marks_apply(const struct bnc_judging *g, size_t domain)
{
    const struct bnc_domain *const d = &g->t->domains[domain];
    uint32_t met = g->provider_done[d->provider];

    met &= met != 0 ? bnc_families_met(g->t, d) : 0;
    for (size_t i = 0; met != 0 && i < g->n_marks; i++) {
        const struct bnc_mark *const mark = &g->marks[i];
        const uint32_t families = mark->families[d->provider] & met;
        const uint64_t k = families != 0 ? struck(g->t, d, families) : 0;

        if (k == 0)
            continue;
        widen_rows(g, d, families, mark);
        if (2 * k >= d->recipients_failed)
            g->j->domain_scope[domain] = mark->scope;
    }
}
