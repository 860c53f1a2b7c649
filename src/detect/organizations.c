/* SPDX-License-Identifier: MIT
 * organizations.c - is what strikes a provider the story of one organization?  Then domains.c tells
 * it. Domains of one registrable name are one organization.
 *
 * All signals are asked at once: the domains are read once, in chunks on all threads, and what each
 * one adds to the signals of its provider and families is summed by chunk, then over all.
 */
#include <stdlib.h>

#include "detect/incident.h"

#define N_CHUNKS 32u
#define ALL_DAYS UINT64_MAX

/* The day bits of a window; ALL_DAYS where they say nothing. */
static uint64_t window_days(const struct bnc_judging *g, const struct bnc_signal *x)
{
    uint64_t days = 0;

    if (x->steady || g->t->first == BNC_NO_TIME ||
        g->t->last / BNC_SECONDS_PER_DAY - g->t->first / BNC_SECONDS_PER_DAY > 63)
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

/* What one signal's family struck. */
struct sum {
    size_t n; /* organizations */
    uint64_t k; /* of all */
    struct org most; /* of several the one whose name comes first */
    struct org *part; /* growing: domains of organizations that have others too */
    size_t n_parts, cap_parts;
};

/* A chunk of the domains. */
struct chunk {
    struct sum *sum; /* [signals] */
    uint64_t *traffic; /* [n_rows] recipients by row of the series */
    bool failed;
};

struct asking {
    const struct bnc_judging *g;
    const struct bnc_signals *signals;
    uint64_t *days; /* [signals] */
    /* the signals of a row and family, slot = row * BNC_N_FAMILIES + family: those at */
    uint32_t *signal, *at; /* signal[at[slot] .. at[slot + 1]]; row 0: of all rows together */
    uint32_t *asked; /* [n_rows] families (bits) that a row has signals of */
    struct chunk chunk[N_CHUNKS];
};

static void take_org(struct sum *s, const struct org *org)
{
    s->n++;
    s->k += org->k;
    if (s->n == 1 || org->k > s->most.k || (org->k == s->most.k && org->number < s->most.number))
        s->most = *org;
}

/* Most domains are their own organization. */
static bool add_org(struct sum *s, const struct org *org)
{
    if (org->number % 2 == 0) {
        take_org(s, org);
        return true;
    }
    if (!bnc_array_grow(&s->part, &s->cap_parts, s->n_parts + 1, sizeof *s->part))
        return false;
    s->part[s->n_parts++] = *org;
    return true;
}

/* ---- a chunk ---- */

/* Adds a domain to one signal; false when out of memory. */
static bool add_to_signal(const struct asking *a, struct sum *sum, uint32_t domain, uint32_t signal)
{
    const struct bnc_tally *const t = a->g->t;
    const struct bnc_domain *const d = &t->domains[domain];
    const enum bnc_family family = a->signals->at[signal].family;
    struct org org = { a->g->orgs.of[domain], domain, 0, 0 };

    for (uint32_t i = d->cause_at; i < d->cause_at + d->n_causes; i++)
        if (bnc_family_of(t->domain_causes[i].cause, t->domain_causes[i].type) == family)
            org.k += met_on(&t->domain_causes[i], a->days[signal]);
    org.k = org.k < d->recipients_failed ? org.k : d->recipients_failed;
    org.size = a->g->j->has_deliveries ? d->recipients_delivered + d->recipients_failed
                                       : d->recipients_failed - org.k;
    return org.k == 0 || add_org(&sum[signal], &org);
}

/* To those of a row of the series, 0: of all rows together. */
static bool add_to_row(const struct asking *a, struct sum *sum, uint32_t domain, uint32_t row,
                       uint32_t families)
{
    bool ok = true;

    for (families &= a->asked[row]; families != 0; families &= families - 1) {
        const uint32_t slot = row * BNC_N_FAMILIES + (uint32_t)__builtin_ctz(families);

        for (uint32_t i = a->at[slot]; i < a->at[slot + 1]; i++)
            ok = add_to_signal(a, sum, domain, a->signal[i]) && ok;
    }
    return ok;
}

static void add_chunk(void *arg, size_t i)
{
    struct asking *const a = arg;
    const struct bnc_tally *const t = a->g->t;
    struct chunk *const c = &a->chunk[i];

    for (size_t k = t->n_domains * i / N_CHUNKS; k < t->n_domains * (i + 1) / N_CHUNKS; k++) {
        const struct bnc_domain *const d = &t->domains[k];
        const uint32_t row = a->g->series.row_of[d->provider];
        const uint32_t families = bnc_families_met(t, d);

        c->traffic[row] +=
            d->recipients_failed + (a->g->j->has_deliveries ? d->recipients_delivered : 0);
        if (row > 0)
            c->failed |= !add_to_row(a, c->sum, (uint32_t)k, row, families);
        c->failed |= !add_to_row(a, c->sum, (uint32_t)k, 0, families);
    }
}

/* ---- all chunks ---- */

static int by_number(const void *a, const void *b)
{
    const struct org *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->domain > y->domain) - (x->domain < y->domain);
}

static void take_parts(struct sum *s)
{
    if (s->n_parts > 0)
        qsort(s->part, s->n_parts, sizeof *s->part, by_number);
    for (size_t i = 0, end; i < s->n_parts; i = end) {
        struct org org = s->part[i];

        for (end = i + 1; end < s->n_parts && s->part[end].number == org.number; end++) {
            org.k += s->part[end].k;
            org.size += s->part[end].size;
        }
        take_org(s, &org);
    }
}

/* Adds another chunk's sum; false when out of memory. */
static bool add_sum(struct sum *to, const struct sum *from)
{
    const size_t n = to->n + from->n;
    const uint64_t k = to->k + from->k;

    if (from->n > 0)
        take_org(to, &from->most);
    to->n = n;
    to->k = k;
    if (!bnc_array_grow(&to->part, &to->cap_parts, to->n_parts + from->n_parts, sizeof *to->part))
        return false;
    for (size_t i = 0; i < from->n_parts; i++)
        to->part[to->n_parts++] = from->part[i];
    return true;
}

/* More than half of those struck, and more than twice its share of the traffic. */
static bool one_stands_out(const struct bnc_judging *g, bool unrelated, const struct sum *s,
                           uint64_t traffic)
{
    const struct org *const most = &s->most;
    const struct bnc_span name = g->t->domains[most->domain].name;
    /* a customer of the provider, not the provider */
    const bool hosted = bnc_provider_of_domain(g->t->classifier, name) == 0;

    if (2 * most->k <= s->k || (!hosted && !g->j->has_deliveries))
        return false; /* without deliveries a mailbox provider's own domain alone says nothing */
    return unrelated || (hosted && 5 * most->k >= 4 * s->k) ||
           (double)most->k * (double)traffic >= 2 * (double)most->size * (double)s->k;
}

/* Recipients at the providers of a row, 0: at all, but for those that 's' has where that is all. */
static uint64_t traffic_of(const struct asking *a, size_t row, const struct sum *s)
{
    const size_t end = row > 0 ? row + 1 : a->g->series.n_rows;
    uint64_t n = 0;

    for (unsigned i = 0; i < N_CHUNKS; i++)
        for (size_t r = row; r < end; r++)
            n += a->chunk[i].traffic[r];
    return a->g->j->has_deliveries ? n : n - s->k;
}

/* False when out of memory. */
static bool answer(struct asking *a, size_t signal)
{
    struct bnc_signal *const x = &a->signals->at[signal];
    const bool unrelated = x->row == 0 || !bnc_is_operator(a->g, bnc_signal_provider(a->g, x));
    struct sum *const s = &a->chunk[0].sum[signal];
    bool ok = true;

    for (unsigned i = 1; i < N_CHUNKS; i++)
        ok = add_sum(s, &a->chunk[i].sum[signal]) && ok;
    take_parts(s);
    x->is_single = (unrelated && s->n < 3) ||
                   (s->n > 0 && one_stands_out(a->g, unrelated, s, traffic_of(a, x->row, s)));
    return ok;
}

/* ---- the whole ---- */

static bool index_signals(struct bnc_judging *g, struct asking *a)
{
    const size_t n = a->signals->n, n_slots = g->series.n_rows * BNC_N_FAMILIES;

    a->days = bnc_arena_array(&g->scratch, n, sizeof *a->days);
    a->signal = bnc_arena_array(&g->scratch, n, sizeof *a->signal);
    a->at = bnc_arena_zeroed(&g->scratch, n_slots + 1, sizeof *a->at);
    a->asked = bnc_arena_zeroed(&g->scratch, g->series.n_rows, sizeof *a->asked);
    if (a->days == NULL || a->signal == NULL || a->at == NULL || a->asked == NULL)
        return false;
    for (size_t slot = 0, k = 0; slot < n_slots; slot++) {
        a->at[slot] = (uint32_t)k;
        for (size_t i = 0; i < n; i++)
            if (a->signals->at[i].row * BNC_N_FAMILIES + a->signals->at[i].family == slot)
                a->signal[k++] = (uint32_t)i;
        a->at[slot + 1] = (uint32_t)k;
    }
    for (size_t i = 0; i < n; i++) {
        a->days[i] = window_days(g, &a->signals->at[i]);
        a->asked[a->signals->at[i].row] |= 1u << a->signals->at[i].family;
    }
    return true;
}

static bool make_chunks(struct bnc_judging *g, struct asking *a)
{
    bool ok = true;

    for (unsigned i = 0; i < N_CHUNKS; i++) {
        struct chunk *const c = &a->chunk[i];

        c->sum = bnc_arena_zeroed(&g->scratch, a->signals->n, sizeof *c->sum);
        c->traffic = bnc_arena_zeroed(&g->scratch, g->series.n_rows, sizeof *c->traffic);
        ok = ok && c->sum != NULL && c->traffic != NULL;
    }
    return ok;
}

static void free_chunks(struct asking *a)
{
    for (unsigned i = 0; i < N_CHUNKS; i++)
        for (size_t k = 0; a->chunk[i].sum != NULL && k < a->signals->n; k++)
            free(a->chunk[i].sum[k].part);
}

enum bnc_status bnc_singles_find(struct bnc_judging *g, const struct bnc_signals *signals)
{
    struct asking a = { .g = g, .signals = signals };
    bool ok = index_signals(g, &a) && make_chunks(g, &a);

    if (ok && signals->n > 0) {
        bnc_each(g, N_CHUNKS, add_chunk, &a);
        for (unsigned i = 0; i < N_CHUNKS; i++)
            ok = ok && !a.chunk[i].failed;
        for (size_t i = 0; ok && i < signals->n; i++)
            ok = answer(&a, i);
    }
    free_chunks(&a);
    return ok ? BNC_OK : bnc_error_nomem(g->err);
}
