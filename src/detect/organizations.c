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

/* What one organization's domains add up to. */
struct org {
    uint32_t number, domain; /* g->orgs.of; the first of its domains that is struck */
    uint64_t k, size;
};

struct orgs {
    size_t n; /* organizations */
    uint64_t k; /* of all */
    uint64_t traffic; /* of all domains of the provider */
    struct org most; /* of several the one whose name comes first */
    struct org *part; /* growing: domains of organizations that have others too */
    size_t n_parts, cap_parts;
};

static void take_org(struct orgs *o, const struct org *org)
{
    o->n++;
    o->k += org->k;
    if (o->n == 1 || org->k > o->most.k || (org->k == o->most.k && org->number < o->most.number))
        o->most = *org;
}

/* Most domains are their own organization. */
static bool add_org(struct orgs *o, const struct org *org)
{
    if (org->number % 2 == 0) {
        take_org(o, org);
        return true;
    }
    if (!bnc_array_grow(&o->part, &o->cap_parts, o->n_parts + 1, sizeof *o->part))
        return false;
    o->part[o->n_parts++] = *org;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct org *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->domain > y->domain) - (x->domain < y->domain);
}

static void take_parts(struct orgs *o)
{
    if (o->n_parts > 0)
        qsort(o->part, o->n_parts, sizeof *o->part, by_number);
    for (size_t i = 0, end; i < o->n_parts; i = end) {
        struct org org = o->part[i];

        for (end = i + 1; end < o->n_parts && o->part[end].number == org.number; end++) {
            org.k += o->part[end].k;
            org.size += o->part[end].size;
        }
        take_org(o, &org);
    }
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

    o->traffic += g->struck.failed[row] + (g->j->has_deliveries ? g->struck.delivered[row] : 0);
    for (uint32_t i = at[0]; i < at[1];) {
        const uint32_t domain = causes[g->struck.cause[i]].domain;
        const struct bnc_domain *d = &g->t->domains[domain];
        struct org org = { g->orgs.of[domain], domain, 0, 0 };

        fetch(g, i, at[1]);
        for (; i < at[1] && causes[g->struck.cause[i]].domain == domain; i++)
            org.k += met_on(&causes[g->struck.cause[i]], days);
        org.k = org.k < d->recipients_failed ? org.k : d->recipients_failed;
        org.size = g->j->has_deliveries ? d->recipients_delivered + d->recipients_failed
                                        : d->recipients_failed - org.k;
        o->traffic -= g->j->has_deliveries ? 0 : org.k;
        if (org.k > 0 && !add_org(o, &org))
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
    take_parts(o);
    return true;
}

/* More than half of those struck, and more than twice its share of the traffic. */
static bool one_stands_out(const struct bnc_judging *g, bool unrelated, const struct orgs *o)
{
    const struct org *const most = &o->most;
    const struct bnc_span name = g->t->domains[most->domain].name;
    /* a customer of the provider, not the provider */
    const bool hosted = bnc_provider_of_domain(g->t->classifier, name) == 0;

    if (2 * most->k <= o->k || (!hosted && !g->j->has_deliveries))
        return false; /* without deliveries a mailbox provider's own domain alone says nothing */
    return unrelated || (hosted && 5 * most->k >= 4 * o->k) ||
           (double)most->k * (double)o->traffic >= 2 * (double)most->size * (double)o->k;
}

bool bnc_is_one_organization(const struct bnc_judging *g, unsigned provider,
                             const struct bnc_signal *x, bool *yes)
{
    const bool unrelated = provider == BNC_ANY_PROVIDER || !bnc_is_operator(g, (uint16_t)provider);
    struct orgs o = { .n = 0 };
    const bool ok = struck_orgs(g, provider, x, &o);

    *yes = (unrelated && o.n < 3) || (o.n > 0 && one_stands_out(g, unrelated, &o));
    free(o.part);
    return ok;
}
