/* SPDX-License-Identifier: MIT
 * trend.c - this month against the baseline: rates that rose by half again, significantly, by at
 * least a quarter of their warning line. What an incident of this month explains is told as a note
 * only.
 */
#include <stdlib.h>

#include "detect/judging.h"

#define LEAST 10 /* events, or there is nothing to compare */

struct rise {
    uint16_t provider;
    bool overall;
    enum bnc_metric metric;
    struct bnc_rate now, then;
    double p;
};

static bool rose(const struct bnc_rate *now, const struct bnc_rate *then, double *p)
{
    if (now->den == 0 || then->den == 0 || now->num < LEAST)
        return false;
    *p = bnc_excess_p(now->num, now->den, then->num, then->den);
    return now->value >= 1.5 * then->value && now->value - then->value >= now->warn / 4;
}

/* The metrics that rose; '*tested' grows by those that could have. */
static size_t compare(const struct bnc_rates *now, const struct bnc_rates *then, struct rise *rise,
                      size_t *tested)
{
    size_t n = 0;

    for (unsigned m = 0; m < BNC_N_METRICS; m++) {
        *tested += now->of[m].den > 0 && then->of[m].den > 0 && now->of[m].num >= LEAST;
        if (rose(&now->of[m], &then->of[m], &rise[n].p)) {
            rise[n].metric = (enum bnc_metric)m;
            rise[n].now = now->of[m];
            rise[n].then = then->of[m];
            n++;
        }
    }
    return n;
}

/* Does a finding of this month above info speak of the same subject? */
static bool explained(const struct bnc_judging *g, const struct rise *r)
{
    const struct bnc_span title =
        bnc_span_str(bnc_provider_get(g->t->classifier, r->provider)->title);

    for (size_t i = 0; i < g->n_findings; i++) {
        const struct bnc_finding *f = &g->finding[i];
        bool named =
            r->overall || f->scope == BNC_SCOPE_SENDER_WIDE || bnc_span_eq(f->subject, title);

        for (size_t k = 0; k < f->n_also; k++)
            named |= bnc_span_eq(f->also[k], title);
        if (f->severity > BNC_PRIORITY_INFO && named)
            return true;
    }
    return false;
}

static enum bnc_status tell(struct bnc_judging *g, const struct rise *r)
{
    const bool known = explained(g, r);
    struct bnc_finding *f = bnc_finding_add(g);

    if (f == NULL)
        return bnc_error_nomem(g->err);
    f->kind = BNC_FINDING_TREND;
    f->severity =
        known || r->metric == BNC_METRIC_DEFERRAL_RATE ? BNC_PRIORITY_INFO : BNC_PRIORITY_MONITOR;
    f->scope = r->overall ? BNC_SCOPE_SENDER_WIDE : BNC_SCOPE_PROVIDER_WIDE;
    f->subject_type = r->overall ? BNC_SUBJECT_EXPORT : BNC_SUBJECT_PROVIDER;
    f->subject = r->overall ? BNC_SPAN("")
                            : bnc_span_str(bnc_provider_get(g->t->classifier, r->provider)->title);
    f->side = BNC_SIDE_UNKNOWN;
    f->recipients = f->events = r->now.num;
    f->attempted = r->now.den;
    f->rate = r->now;
    f->metric = r->metric;
    f->before = r->then;
    f->first_seen = g->t->first;
    f->last_seen = g->t->last;
    f->ongoing = true;
    f->confidence = 90;
    return BNC_OK;
}

/* The rates of the baseline, by the same rules. */
static enum bnc_status judge_baseline(struct bnc_judging *g, struct bnc_judging *old)
{
    static const struct bnc_detect_options none;
    enum bnc_status status;

    *old = (struct bnc_judging){ .t = g->opt->baseline, .opt = &none, .err = g->err };
    old->j = calloc(1, sizeof *old->j);
    if (old->j == NULL)
        return bnc_error_nomem(g->err);
    status = bnc_judging_room(old);
    return status == BNC_OK ? bnc_rates_judge(old) : status;
}

static enum bnc_status keep_baseline(struct bnc_judging *g, const struct bnc_judging *old)
{
    struct bnc_judged *j = g->j;

    j->baseline_provider =
        bnc_arena_zeroed(&j->arena, g->t->n_providers, sizeof *j->baseline_provider);
    if (j->baseline_provider == NULL)
        return bnc_error_nomem(g->err);
    j->has_baseline = true;
    j->baseline_overall = old->j->overall;
    for (size_t p = 0; p < g->t->n_providers && p < old->t->n_providers; p++)
        j->baseline_provider[p] = old->j->provider[p];
    return BNC_OK;
}

static enum bnc_status find_rises(struct bnc_judging *g)
{
    const size_t room = (g->t->n_providers + 1) * BNC_N_METRICS;
    struct rise *rise = bnc_arena_zeroed(&g->scratch, room, sizeof *rise);
    double *p = bnc_arena_zeroed(&g->scratch, room, sizeof *p), cut;
    enum bnc_status status = BNC_OK;
    size_t n = 0, tested = 0;

    if (rise == NULL || p == NULL)
        return bnc_error_nomem(g->err);
    n = compare(&g->j->overall, &g->j->baseline_overall, rise, &tested);
    for (size_t i = 0; i < n; i++)
        rise[i].overall = true;
    for (size_t q = 1; q < g->t->n_providers; q++) {
        const size_t from = n;

        n += compare(&g->j->provider[q], &g->j->baseline_provider[q], rise + n, &tested);
        for (size_t i = from; i < n; i++)
            rise[i].provider = (uint16_t)q;
    }
    for (size_t i = 0; i < n; i++)
        p[i] = rise[i].p;
    cut = bnc_fdr_cut(p, n, tested, 0.01);
    for (size_t i = 0; status == BNC_OK && i < n; i++)
        if (rise[i].p <= cut)
            status = tell(g, &rise[i]);
    return status;
}

enum bnc_status bnc_trend_find(struct bnc_judging *g)
{
    struct bnc_judging old;
    enum bnc_status status;

    if (g->opt->baseline == NULL)
        return BNC_OK;
    status = judge_baseline(g, &old);
    if (status == BNC_OK)
        status = keep_baseline(g, &old);
    if (status == BNC_OK)
        status = find_rises(g);
    bnc_arena_release(&old.scratch);
    bnc_judged_free(old.j);
    return status;
}
