/* SPDX-License-Identifier: MIT
 * incident_tell.c - an incident -> its finding: kind, subject, severity, times, templates.
 */
#include <stdlib.h>

#include "detect/incident.h"
#include "tables/threshold.h"

/* ---- volume ---- */

static int by_count(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/*
 * Messages that wanted to go out on a day: retries of one recipient count once, as far as the month
 * tells.
 */
static double wanted(const struct bnc_judging *g, size_t row, double retries, size_t d)
{
    const struct bnc_series *s = &g->series;
    const double done = (double)(bnc_series_at(s, row, BNC_SERIES_DELIVERED)[d] +
                                 bnc_series_at(s, row, BNC_SERIES_BOUNCED)[d]);
    const double sent = (double)bnc_series_at(s, row, BNC_SERIES_SENT)[d];
    const double all = done + (double)bnc_series_at(s, row, BNC_SERIES_DEFERRED)[d] / retries;

    return all > sent ? all : sent;
}

/*
 * Did our own volume in this row jump at the beginning of the window, over the median and over
 * every day before?
 */
static bool row_jumped(struct bnc_judging *g, size_t row, const struct bnc_window *w,
                       double retries)
{
    const double ratio = BNC_THRESHOLD(spike_ratio)->limit;
    double *v = bnc_arena_zeroed(&g->scratch, g->series.n_days, sizeof *v), peak = 0;
    size_t n = 0;

    if (v == NULL)
        return false;
    for (size_t d = 0; d < g->series.n_days; d++) {
        const double x = g->series.day[d] == BNC_DAY_NONE ? 0 : wanted(g, row, retries, d);

        if (d + 1 >= w->from && d <= w->to && d <= w->from + 1)
            peak = x > peak ? x : peak;
        else if (d < w->from && x > 0)
            v[n++] = x;
    }
    if (n < 2)
        return false;
    qsort(v, n, sizeof *v, by_count);
    return peak >= ratio * v[n / 2] && peak >= 1.5 * v[n - 1];
}

static bool volume_jumped(struct bnc_judging *g, const struct bnc_incident *in)
{
    const uint64_t deferred = g->t->n[BNC_EVENT_DEFERRAL], recipients = g->t->recipients_deferred;
    const double retries =
        recipients > 0 && deferred > recipients ? (double)deferred / (double)recipients : 1;

    if (!g->j->has_deliveries || in->head->steady)
        return false;
    for (size_t r = 1; r < g->series.n_rows; r++)
        if (in->provider[g->series.provider[r]] && row_jumped(g, r, &in->w, retries))
            return true;
    return row_jumped(g, 0, &in->w, retries);
}

/* The cells of the incident's days. */
static size_t cells_from(const struct bnc_judging *g, const struct bnc_incident *in)
{
    return g->cell_at[BNC_KIND_DAY][in->w.from];
}

static size_t cells_to(const struct bnc_judging *g, const struct bnc_incident *in)
{
    return g->cell_at[BNC_KIND_DAY][in->w.to + 1];
}

/* Of the head's family, on the days of the incident. */
static int commonest_cause(const struct bnc_judging *g, const struct bnc_incident *in)
{
    uint64_t n[BNC_N_CAUSES] = { 0 };
    int cause = -1;

    for (size_t c = cells_from(g, in); c < cells_to(g, in); c++) {
        const struct bnc_cell *cell = &g->t->cells[c];

        if (in->provider[cell->provider] && bnc_cell_in_families(cell, 1u << in->head->family))
            n[cell->col < BNC_COL_DEFERRAL(0) ? cell->col - BNC_COL_BOUNCE(0)
                                              : cell->col - BNC_COL_DEFERRAL(0)] += cell->n;
    }
    for (int c = 0; c < BNC_N_CAUSES; c++)
        if (n[c] > (cause < 0 ? 0 : n[cause]))
            cause = c;
    return cause;
}

static enum bnc_finding_kind kind_of(struct bnc_judging *g, const struct bnc_incident *in,
                                     int cause)
{
    switch (in->head->family) {
    case BNC_FAMILY_AUTHENTICATION:
        return BNC_FINDING_AUTHENTICATION_FAILURE;
    case BNC_FAMILY_CONTENT:
        return BNC_FINDING_CONTENT_REJECTED;
    case BNC_FAMILY_SETUP:
        return BNC_FINDING_SENDER_CONFIGURATION;
    case BNC_FAMILY_NETWORK:
        return in->scope == BNC_SCOPE_SENDER_WIDE ? BNC_FINDING_SENDER_CONFIGURATION
                                                  : BNC_FINDING_PROVIDER_FAULT;
    case BNC_FAMILY_ADDRESS:
        return BNC_FINDING_PROVIDER_FAULT;
    case BNC_FAMILY_THROTTLING:
        if (volume_jumped(g, in))
            return BNC_FINDING_VOLUME_SPIKE_THROTTLED;
        return cause == BNC_CAUSE_RATE_LIMITED ? BNC_FINDING_RATE_LIMITED_BURST
                                               : BNC_FINDING_PROVIDER_REPUTATION;
    default:
        return BNC_FINDING_PROVIDER_REPUTATION;
    }
}

static enum bnc_priority severity_of(const struct bnc_judging *g, const struct bnc_incident *in)
{
    const enum bnc_family f = in->head->family;
    const bool high =
        g->j->has_deliveries ? in->head->low >= bnc_family_limit(f)->limit : in->head->low >= 0.5;

    if (f == BNC_FAMILY_AUTHENTICATION || f == BNC_FAMILY_SETUP || f == BNC_FAMILY_REPUTATION)
        return high ? BNC_PRIORITY_CRITICAL : BNC_PRIORITY_FIX_SOON;
    return high ? BNC_PRIORITY_FIX_SOON : BNC_PRIORITY_MONITOR;
}

/* The first and the last failure of the incident: from the cells of its days. */
static void set_times(const struct bnc_judging *g, const struct bnc_incident *in,
                      struct bnc_finding *f)
{
    const size_t last_day = g->series.n_days > 0 ? g->series.n_days - 1 : 0;
    const size_t first_day = g->series.n_days > 0 && g->series.day[0] == BNC_DAY_NONE;

    for (size_t c = cells_from(g, in); c < cells_to(g, in); c++) {
        const struct bnc_cell *cell = &g->t->cells[c];

        if (!in->provider[cell->provider] || !bnc_cell_in_families(cell, 1u << in->head->family))
            continue;
        bnc_time_widen(&f->first_seen, &f->last_seen, cell->first, cell->last);
    }
    f->ongoing = in->w.to >= last_day;
    f->onset = !in->head->steady && in->w.from > first_day ? f->first_seen : BNC_NO_TIME;
    f->end = f->ongoing ? BNC_NO_TIME : f->last_seen;
}

#define MAX_TEMPLATES 5

/*
 * Said by a provider concerned, for a cause of the head's family, and not only before or after it.
 */
static bool template_fits(const struct bnc_template *x, const struct bnc_incident *in,
                          const struct bnc_finding *f)
{
    if (x->first != BNC_NO_TIME && f->first_seen != BNC_NO_TIME &&
        (x->first > f->last_seen || x->last < f->first_seen))
        return false;
    return x->verdict.provider < UINT16_MAX && in->provider[x->verdict.provider] &&
           (x->type == BNC_EVENT_BOUNCE || x->type == BNC_EVENT_DEFERRAL) &&
           bnc_family_of(x->verdict.cause, x->type) == in->head->family;
}

static enum bnc_status set_templates(struct bnc_judging *g, const struct bnc_incident *in,
                                     struct bnc_finding *f)
{
    uint32_t *at = bnc_arena_zeroed(&g->j->arena, MAX_TEMPLATES, sizeof *at);

    if (at == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < g->t->n_templates && f->n_templates < MAX_TEMPLATES; i++)
        if (template_fits(&g->t->templates[i], in, f))
            at[f->n_templates++] = (uint32_t)i;
    f->templates = at;
    return BNC_OK;
}

static enum bnc_subject_type subject_type_of(enum bnc_kind kind)
{
    return kind == BNC_KIND_SENDER_DOMAIN ? BNC_SUBJECT_SENDER_DOMAIN
           : kind == BNC_KIND_SENDING_IP  ? BNC_SUBJECT_SENDING_IP
                                          : BNC_SUBJECT_CAMPAIGN;
}

/* The organization of all sender domains; nothing where they have several, or none is named. */
static struct bnc_span sender_organization(const struct bnc_tally *t)
{
    struct bnc_org_memo memo = { .is_suffix = { false } };
    struct bnc_span org = BNC_SPAN("");

    for (size_t i = 0; i < t->n_subjects[BNC_KIND_SENDER_DOMAIN]; i++) {
        const struct bnc_span name = t->subject[BNC_KIND_SENDER_DOMAIN][i].name;

        if (name.len == 0)
            continue;
        if (org.len > 0 && !bnc_span_eq(org, bnc_org_domain(name, &memo)))
            return BNC_SPAN("");
        org = bnc_org_domain(name, &memo);
    }
    return org;
}

static void set_carrier(struct bnc_finding *f, enum bnc_kind kind, struct bnc_span name)
{
    f->subject_type = subject_type_of(kind);
    f->subject = name;
}

/* Sender-wide: what carries it; else the only address or domain that could; else who we are. */
static void set_sender(const struct bnc_judging *g, const struct bnc_carriers *c,
                       struct bnc_finding *f)
{
    const struct bnc_span us = sender_organization(g->t);

    for (unsigned i = 0; i < 3; i++)
        if (c->of[i].found) {
            set_carrier(f, c->kind[i], c->of[i].name);
            return;
        }
    for (unsigned i = 0; i < 3; i++)
        if (c->of[i].sole && c->kind[i] != BNC_KIND_CAMPAIGN) {
            set_carrier(f, c->kind[i], c->of[i].name);
            return;
        }
    if (us.len > 0)
        set_carrier(f, BNC_KIND_SENDER_DOMAIN, us);
}

static void set_subject(const struct bnc_judging *g, const struct bnc_incident *in,
                        const struct bnc_carriers *c, struct bnc_finding *f)
{
    f->subject_type = BNC_SUBJECT_EXPORT;
    f->subject = BNC_SPAN("");
    if (in->scope == BNC_SCOPE_SENDER_WIDE) {
        set_sender(g, c, f);
        return;
    }
    f->subject_type = BNC_SUBJECT_PROVIDER;
    f->subject =
        bnc_span_str(bnc_provider_get(g->t->classifier, bnc_signal_provider(g, in->head))->title);
}

/* Every provider concerned and every carrier found, unless it is the subject already. */
static enum bnc_status set_also(struct bnc_judging *g, const struct bnc_incident *in,
                                const struct bnc_carriers *c, struct bnc_finding *f)
{
    struct bnc_span *also = bnc_arena_zeroed(&g->j->arena, g->t->n_providers + 3, sizeof *also);

    if (also == NULL)
        return bnc_error_nomem(g->err);
    for (size_t r = 1; r < g->series.n_rows; r++) {
        const uint16_t p = g->series.provider[r];
        const struct bnc_span title = bnc_span_str(bnc_provider_get(g->t->classifier, p)->title);

        if (in->provider[p] && !bnc_span_eq(title, f->subject))
            also[f->n_also++] = title;
    }
    f->n_also_providers = f->n_also;
    for (unsigned i = 0; i < 3; i++)
        if (c->of[i].found && !bnc_span_eq(c->of[i].name, f->subject))
            also[f->n_also++] = c->of[i].name;
    f->also = also;
    return BNC_OK;
}

static struct bnc_rate incident_rate(const struct bnc_judging *g, const struct bnc_incident *in)
{
    const struct bnc_threshold *limit = bnc_family_limit(in->head->family);
    struct bnc_rate r;

    if (g->j->has_deliveries)
        return bnc_rate_make(in->w.k, in->w.n, limit->warn, limit->limit, 0);
    r = bnc_rate_make(0, 0, limit->warn, limit->limit, 0);
    r.num = in->w.k;
    return r;
}

enum bnc_status bnc_incident_tell(struct bnc_judging *g, struct bnc_incident *in)
{
    struct bnc_carriers carriers = { .kind = { 0 } };
    struct bnc_finding *f = bnc_finding_add(g);
    enum bnc_status status;

    if (f == NULL)
        return bnc_error_nomem(g->err);
    bnc_carriers_find(g, in, &carriers);
    f->cause = commonest_cause(g, in);
    f->kind = kind_of(g, in, f->cause);
    f->scope = in->scope;
    f->severity = severity_of(g, in);
    f->side = in->head->family == BNC_FAMILY_ADDRESS || f->kind == BNC_FINDING_PROVIDER_FAULT
                  ? BNC_SIDE_PROVIDER
              : in->head->family == BNC_FAMILY_UNNAMED && in->scope != BNC_SCOPE_SENDER_WIDE
                  ? BNC_SIDE_UNKNOWN
                  : BNC_SIDE_SENDER;
    f->by_code = !g->j->has_deliveries;
    f->recipients = in->recipients;
    f->events = in->w.k;
    f->attempted = g->j->has_deliveries ? in->w.n : 0;
    f->rate = incident_rate(g, in);
    f->confidence =
        (uint8_t)((in->head->family == BNC_FAMILY_UNNAMED ? 55 : 90) - (f->by_code ? 15 : 0));
    set_subject(g, in, &carriers, f);
    set_times(g, in, f);
    status = set_also(g, in, &carriers, f);
    return status == BNC_OK ? set_templates(g, in, f) : status;
}
