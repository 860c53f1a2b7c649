/* SPDX-License-Identifier: MIT
 * limits.c - the month against every published limit that the input can answer, and how far off
 * each one is.
 */
#include <math.h>

#include "detect/judging.h"
#include "tables/threshold.h"

static const struct {
    const char *name;
    enum bnc_metric metric;
} metrics[] = {
    { "hard_bounce_rate", BNC_METRIC_HARD_BOUNCE_RATE },
    { "total_bounce_rate", BNC_METRIC_BOUNCE_RATE },
    { "complaint_rate", BNC_METRIC_COMPLAINT_RATE },
    { "deferral_rate", BNC_METRIC_DEFERRAL_RATE },
    { "invalid_recipient_share", BNC_METRIC_HARD_BOUNCE_RATE },
};

/* The metric that a published limit is about, or -1. */
static int metric_of(const char *name)
{
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++)
        if (strcmp(metrics[i].name, name) == 0)
            return (int)metrics[i].metric;
    return -1;
}

/*
 * The rates a limit is about: one provider's, or all mail's; NULL where the input has nothing for
 * that provider.
 */
static const struct bnc_rates *rates_of(const struct bnc_judging *g,
                                        const struct bnc_threshold *limit)
{
    uint16_t p;

    if (limit->provider[0] == '\0')
        return &g->j->overall;
    p = bnc_provider_find(g->t->classifier, bnc_span_str(limit->provider));
    if (p == 0 || p >= g->t->n_providers ||
        (g->t->providers[p].n[BNC_EVENT_DELIVERED] == 0 &&
         g->t->providers[p].n[BNC_EVENT_BOUNCE] == 0))
        return NULL;
    return &g->j->provider[p];
}

/*
 * The platforms whose failures were read.  They are taken from the responses, which saved states
 * have too; beyond MAX_PLATFORMS none is added.
 */
#define MAX_PLATFORMS 32
struct platforms {
    struct bnc_span name[MAX_PLATFORMS];
    size_t n;
};

static bool has_platform(const struct platforms *p, struct bnc_span name)
{
    for (size_t i = 0; i < p->n; i++)
        if (bnc_span_eq(p->name[i], name))
            return true;
    return false;
}

static void find_platforms(struct platforms *p, const struct bnc_tally *t)
{
    p->n = 0;
    for (size_t i = 0; i < t->n_templates && p->n < MAX_PLATFORMS; i++)
        if (t->templates[i].esp.len > 0 && !has_platform(p, t->templates[i].esp))
            p->name[p->n++] = t->templates[i].esp;
}

/* A limit binds whoever mails to that provider or by that platform. */
static bool is_ours(const struct platforms *p, const struct bnc_threshold *limit)
{
    return limit->provider[0] != '\0' || has_platform(p, bnc_span_str(limit->who));
}

/*
 * Events until the next line that is not crossed yet (warn, then limit); negative: beyond the last
 * one by so many.
 */
static int64_t headroom(const struct bnc_rate *r)
{
    const double warn = r->warn * (double)r->den,
                 limit = (r->limit > 0 ? r->limit : r->warn) * (double)r->den, num = (double)r->num;

    if (r->den == 0)
        return INT64_MAX;
    return (int64_t)(r->warn > 0 && num < warn ? ceil(warn - num) : ceil(limit - num));
}

enum bnc_status bnc_limits_make(struct bnc_judging *g)
{
    struct bnc_judged *j = g->j;
    struct platforms platforms;

    find_platforms(&platforms, g->t);
    j->limits = bnc_arena_zeroed(&j->arena, bnc_n_thresholds, sizeof *j->limits);
    if (j->limits == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < bnc_n_thresholds; i++) {
        const struct bnc_threshold *l = &bnc_thresholds[i];
        const int metric = metric_of(l->metric);
        const struct bnc_rates *rates =
            metric >= 0 && (l->warn > 0 || l->limit > 0) ? rates_of(g, l) : NULL;
        struct bnc_limit_row *row;
        const struct bnc_rate *r;

        if (rates == NULL || strcmp(l->who, "default") == 0)
            continue;
        r = &rates->of[metric];
        row = &j->limits[j->n_limits++];
        *row = (struct bnc_limit_row){ l->who,
                                       l->metric,
                                       l->scope,
                                       l->consequence,
                                       l->source,
                                       bnc_rate_make(
                                           r->num, r->den, l->warn, l->limit,
                                           (uint64_t)BNC_THRESHOLD(min_volume)->limit),
                                       0,
                                       is_ours(&platforms, l) };
        if (r->den == 0) {
            row->rate.num = r->num;
            row->rate.why_na = r->why_na;
        }
        row->headroom = headroom(&row->rate);
    }
    return BNC_OK;
}
