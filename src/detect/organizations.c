/* SPDX-License-Identifier: MIT
 * organizations.c - is what strikes a provider the story of one organization?  Then domains.c tells
 * it. Domains of one registrable name are one organization.
 */
#include <stdlib.h>

#include "detect/incident.h"
#include "util/prefetch.h"

#define ALL_DAYS UINT64_MAX

/* The day bits of a window; ALL_DAYS where they say nothing. */
static uint64_t window_days(const struct bnc_judging *g, const struct bnc_signal *x)
{
    uint64_t days = 0;

    if (x->steady || g->t->first == BNC_NO_TIME || g->t->last / 86400 - g->t->first / 86400 > 63)
        return ALL_DAYS;
    for (size_t d = x->w.from; d <= x->w.to; d++)
        days |= UINT64_C(1) << (g->series.day[d] & 63);
    return days;
}

/* Recipients that met a cause on the days given: spread evenly over the days on which any did. */
static uint64_t met_on(const struct bnc_domain_cause *c, uint64_t days)
{
    return days == ALL_DAYS || c->failed_days == 0
               ? c->recipients
               : c->recipients * (uint64_t)__builtin_popcountll(c->failed_days & days) /
                     (uint64_t)__builtin_popcountll(c->failed_days);
}

uint64_t bnc_domain_struck(const struct bnc_tally *t, const struct bnc_domain *d, uint32_t families)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < d->n_causes; i++) {
        const struct bnc_domain_cause *c = &t->domain_causes[d->cause_at + i];

        if (families >> bnc_family_of(c->cause, c->type) & 1)
            n += c->recipients;
    }
    return n < d->recipients_failed ? n : d->recipients_failed;
}

/* What one organization's domains add up to. */
struct org {
    struct bnc_span name;
    uint64_t k, size;
    uint32_t domain; /* one of them */
};

static int by_org(const void *a, const void *b)
{
    const struct org *x = a, *y = b;
    const int c = bnc_span_cmp(x->name, y->name);

    return c != 0 ? c : (x->domain > y->domain) - (x->domain < y->domain);
}

struct orgs { /* growing: most signals strike few of many domains */
    struct org *at;
    size_t n, cap;
    uint64_t traffic; /* of all domains of the provider */
};

static bool add_org(struct orgs *o, struct org org)
{
    if (o->n == o->cap) {
        const size_t cap = o->cap == 0 ? 64 : 2 * o->cap;
        struct org *p = realloc(o->at, cap * sizeof *p);

        if (p == NULL)
            return false;
        o->at = p;
        o->cap = cap;
    }
    o->at[o->n++] = org;
    return true;
}

/* Neighbours of one name become one. */
static void merge_orgs(struct orgs *o)
{
    size_t kept = 0;

    if (o->n > 0)
        qsort(o->at, o->n, sizeof *o->at, by_org);
    for (size_t i = 0; i < o->n; i++) {
        if (kept > 0 && bnc_span_eq(o->at[kept - 1].name, o->at[i].name)) {
            o->at[kept - 1].k += o->at[i].k;
            o->at[kept - 1].size += o->at[i].size;
        } else {
            o->at[kept++] = o->at[i];
        }
    }
    o->n = kept;
}

/* Causes lie by domain, so those of one family are far between: what is soon read is asked for. */
#define AHEAD 12
BNC_PREFETCHER fetch(const struct bnc_judging *g, uint32_t i, uint32_t end)
{
    const struct bnc_domain_cause *const causes = g->t->domain_causes;

    if (i + 2 * AHEAD < end) {
        __builtin_prefetch(&causes[g->struck.cause[i + 2 * AHEAD]]);
        __builtin_prefetch(&g->t->domains[causes[g->struck.cause[i + AHEAD]].domain]);
        __builtin_prefetch(
            &g->t->domains[causes[g->struck.cause[i + AHEAD]].domain].recipients_delivered);
    }
}

/*
 * Adds what a signal's family struck among the domains of one series row; false when out of memory.
 */
static bool add_struck(const struct bnc_judging *g, size_t row, const struct bnc_signal *x,
                       struct orgs *o)
{
    const struct bnc_domain_cause *const causes = g->t->domain_causes;
    const uint32_t *const at = &g->struck.at[row * BNC_N_FAMILIES + x->family];
    const uint64_t days = window_days(g, x);
    struct bnc_org_memo memo = { .is_suffix = { false } };

    o->traffic += g->struck.failed[row] + (g->j->has_deliveries ? g->struck.delivered[row] : 0);
    for (uint32_t i = at[0]; i < at[1];) {
        const uint32_t domain = causes[g->struck.cause[i]].domain;
        const struct bnc_domain *d = &g->t->domains[domain];
        struct org org = { .domain = domain };

        fetch(g, i, at[1]);
        for (; i < at[1] && causes[g->struck.cause[i]].domain == domain; i++)
            org.k += met_on(&causes[g->struck.cause[i]], days);
        org.k = org.k < d->recipients_failed ? org.k : d->recipients_failed;
        org.size = g->j->has_deliveries ? d->recipients_delivered + d->recipients_failed
                                        : d->recipients_failed - org.k;
        o->traffic -= g->j->has_deliveries ? 0 : org.k;
        if (org.k == 0)
            continue;
        org.name = bnc_org_domain(d->name, &memo);
        if (!add_org(o, org))
            return false;
    }
    return true;
}

/* The organizations struck by a signal, to be freed; false when out of memory. */
static bool struck_orgs(const struct bnc_judging *g, unsigned provider, const struct bnc_signal *x,
                        struct orgs *o)
{
    const size_t from = provider == BNC_ANY_PROVIDER ? 0 : x->row,
                 to = provider == BNC_ANY_PROVIDER ? g->series.n_rows : x->row + 1;

    for (size_t row = from; row < to; row++)
        if (!add_struck(g, row, x, o))
            return false;
    merge_orgs(o);
    return true;
}

/* More than half of those struck, and more than twice its share of the traffic. */
static bool one_stands_out(const struct bnc_judging *g, bool unrelated, const struct orgs *o)
{
    const struct org *most = o->at;
    uint64_t all = 0;
    bool hosted; /* a customer of the provider, not the provider */

    for (size_t i = 0; i < o->n; i++) {
        all += o->at[i].k;
        most = o->at[i].k > most->k ? &o->at[i] : most;
    }
    hosted = bnc_provider_of_domain(g->t->classifier, g->t->domains[most->domain].name) == 0;
    if (2 * most->k <= all || (!hosted && !g->j->has_deliveries))
        return false; /* without deliveries a mailbox provider's own domain alone says nothing */
    return unrelated || (hosted && 5 * most->k >= 4 * all) ||
           (double)most->k * (double)o->traffic >= 2 * (double)most->size * (double)all;
}

bool bnc_is_one_organization(const struct bnc_judging *g, unsigned provider,
                             const struct bnc_signal *x, bool *yes)
{
    const bool unrelated = provider == BNC_ANY_PROVIDER || !bnc_is_operator(g, (uint16_t)provider);
    struct orgs o = { .at = NULL };
    const bool ok = struck_orgs(g, provider, x, &o);

    *yes = (unrelated && o.n < 3) || (o.n > 0 && one_stands_out(g, unrelated, &o));
    free(o.at);
    return ok;
}
