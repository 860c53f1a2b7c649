/* SPDX-License-Identifier: MIT
 * campaigns.c - lists that were dirty and mailings that were refused: each campaign against all the
 * others. What a provider's own fault did to a campaign (waves) is taken out first.
 */
#include <stdlib.h>

#include "detect/judging.h"
#include "detect/signals.h"
#include "tables/threshold.h"

struct counts {
    uint64_t hard, content; /* bounces */
    uint64_t failures; /* bounces and deferrals */
    uint64_t attempts; /* delivered and bounced, or sent */
};

/* Failures of a family that an incident explains say nothing of the volume. */
static bool told_elsewhere(const struct bnc_judging *g, unsigned col)
{
    const enum bnc_family family =
        col < BNC_COL_DEFERRAL(0) ? bnc_family_of(col - BNC_COL_BOUNCE(0), BNC_EVENT_BOUNCE)
                                  : bnc_family_of(col - BNC_COL_DEFERRAL(0), BNC_EVENT_DEFERRAL);

    return family != BNC_FAMILY_NONE && family != BNC_FAMILY_CONTENT &&
           (g->told_families >> family & 1) != 0;
}

static void add_cell(const struct bnc_judging *g, struct counts *c, const struct bnc_cell *cell,
                     uint64_t *sent)
{
    const unsigned cause = cell->col >= BNC_COL_BOUNCE(0) && cell->col < BNC_COL_DEFERRAL(0)
                               ? cell->col - BNC_COL_BOUNCE(0)
                               : BNC_N_CAUSES;

    if (g->wave[cell->provider])
        return;
    if (cell->col == BNC_EVENT_DELIVERED)
        c->attempts += cell->n;
    else if (cell->col == BNC_EVENT_SENT)
        *sent += cell->n;
    else if (cell->col >= BNC_COL_BOUNCE(0) && !told_elsewhere(g, cell->col))
        c->failures += cell->n;
    if (cause == BNC_N_CAUSES)
        return;
    c->attempts += cell->n;
    if (bnc_family_of(cause, BNC_EVENT_BOUNCE) == BNC_FAMILY_CONTENT)
        c->content += cell->n;
    if (bnc_cause_is_hard(cause))
        c->hard += cell->n;
}

static struct counts count_campaign(const struct bnc_judging *g, size_t i)
{
    struct counts c = { .hard = 0 };
    uint64_t sent = 0;

    for (size_t at = g->cell_at[BNC_KIND_CAMPAIGN][i]; at < g->cell_at[BNC_KIND_CAMPAIGN][i + 1];
         at++)
        add_cell(g, &c, &g->t->cells[at], &sent);
    if (g->volumes.subject[BNC_KIND_CAMPAIGN] != NULL &&
        g->volumes.subject[BNC_KIND_CAMPAIGN][i] > sent)
        sent = g->volumes.subject[BNC_KIND_CAMPAIGN][i];
    if (sent > c.attempts)
        c.attempts = sent;
    return c;
}

struct test {
    size_t campaign;
    uint64_t k, n, rest_k, rest_n;
    double low, usual; /* usual: the median campaign's odds */
    double p; /* of those that matter */
};

/*
 * k of n for one campaign and for the rest.  Without deliveries n is k and the failures that grow
 * with the volume alone: a dirty list has more unknown users than usual to one full mailbox.
 */
static struct test make_test(const struct bnc_judging *g, size_t i, const struct counts *c,
                             const struct counts *all, bool hard)
{
    const bool known = g->j->has_deliveries || (g->volumes.subject[BNC_KIND_CAMPAIGN] != NULL &&
                                                g->volumes.subject[BNC_KIND_CAMPAIGN][i] > 0);
    struct test t = { .campaign = i,
                      .k = hard ? c->hard : c->content,
                      .rest_k = hard ? all->hard - c->hard : all->content - c->content };

    if (t.k > g->t->subject[BNC_KIND_CAMPAIGN][i].recipients_failed)
        t.k = g->t->subject[BNC_KIND_CAMPAIGN][i]
                  .recipients_failed; /* one dead mailbox mailed every day is one */
    t.n = known ? c->attempts : c->failures;
    if (t.n < t.k)
        t.n = t.k;
    t.rest_n = known ? all->attempts - c->attempts : all->failures - c->failures;
    return t;
}

static double odds(uint64_t k, uint64_t n)
{
    return ((double)k + 0.5) / ((double)(n - k) + 0.5);
}

static bool matters(const struct bnc_judging *g, const struct test *t, bool hard)
{
    const struct bnc_threshold *limit =
        hard ? BNC_THRESHOLD(hard_bounce_rate) : BNC_THRESHOLD(incident_content);
    const double ratio = BNC_THRESHOLD(incident_ratio)->limit;

    if (t->k < 2 * (uint64_t)BNC_THRESHOLD(incident_recipients)->limit || t->rest_n == 0)
        return false;
    if (!g->j->has_deliveries)
        return odds(t->k, t->n) >= ratio * odds(t->rest_k, t->rest_n) &&
               odds(t->k, t->n) >= ratio * t->usual && t->low >= 0.5;
    return t->low >= limit->warn && (double)t->k / (double)t->n >=
                                        (hard ? 2 : ratio) * (double)t->rest_k / (double)t->rest_n;
}

/* Of the hard bounces of a campaign. */
static int commonest_cause(const struct bnc_judging *g, size_t campaign)
{
    const size_t *const cells = &g->cell_at[BNC_KIND_CAMPAIGN][campaign];
    uint64_t n[BNC_N_CAUSES] = { 0 };
    int best = BNC_CAUSE_INVALID_RECIPIENT;

    for (size_t at = cells[0]; at < cells[1]; at++) {
        const struct bnc_cell *const cell = &g->t->cells[at];

        if (cell->col >= BNC_COL_BOUNCE(0) && cell->col < BNC_COL_DEFERRAL(0) &&
            bnc_cause_is_hard(cell->col - BNC_COL_BOUNCE(0)) && !g->wave[cell->provider])
            n[cell->col - BNC_COL_BOUNCE(0)] += cell->n;
    }
    for (unsigned k = 0; k < BNC_N_CAUSES; k++)
        if (n[k] > n[best])
            best = (int)k;
    return best;
}

/* Nameless refusals of one campaign at one provider. */
static uint64_t unnamed_at(const struct bnc_judging *g, size_t campaign, uint16_t provider)
{
    uint64_t n = 0;

    for (size_t c = g->cell_at[BNC_KIND_CAMPAIGN][campaign];
         c < g->cell_at[BNC_KIND_CAMPAIGN][campaign + 1]; c++) {
        const struct bnc_cell *cell = &g->t->cells[c];

        if (cell->provider == provider && cell->col >= BNC_COL_BOUNCE(0) &&
            cell->col < BNC_COL_DEFERRAL(0) &&
            bnc_family_of(cell->col - BNC_COL_BOUNCE(0), BNC_EVENT_BOUNCE) == BNC_FAMILY_UNNAMED)
            n += cell->n;
    }
    return n;
}

/*
 * Is a finding about refused content, or about nameless refusals at a provider, that come from this
 * campaign for the most part?
 */
static bool is_shadow(const struct bnc_judging *g, const struct bnc_finding *f, size_t campaign,
                      const struct counts *c)
{
    if (f->kind == BNC_FINDING_CONTENT_REJECTED && f->subject_type != BNC_SUBJECT_CAMPAIGN)
        return 2 * c->content >= f->events;
    if (f->kind != BNC_FINDING_PROVIDER_REPUTATION || f->cause < 0 ||
        bnc_family_of((unsigned)f->cause, BNC_EVENT_BOUNCE) != BNC_FAMILY_UNNAMED)
        return false;
    for (size_t r = 1; r < g->series.n_rows; r++) {
        const uint16_t p = g->series.provider[r];

        if (bnc_span_eq(bnc_span_str(bnc_provider_get(g->t->classifier, p)->title), f->subject))
            return 2 * unnamed_at(g, campaign, p) >=
                   bnc_family_events(&g->t->providers[p], BNC_FAMILY_UNNAMED);
    }
    return false;
}

/* Refusals of one mailing that a provider does not explain are not another incident. */
static void drop_shadows(struct bnc_judging *g, size_t campaign, const struct counts *c)
{
    size_t kept = 0;

    for (size_t i = 0; i < g->n_findings; i++)
        if (!is_shadow(g, &g->finding[i], campaign, c))
            g->finding[kept++] = g->finding[i];
    g->n_findings = kept;
}

static enum bnc_status tell(struct bnc_judging *g, const struct test *t, const struct counts *c,
                            bool hard)
{
    const struct bnc_threshold *limit =
        hard ? BNC_THRESHOLD(hard_bounce_rate) : BNC_THRESHOLD(incident_content);
    const struct bnc_subject *s = &g->t->subject[BNC_KIND_CAMPAIGN][t->campaign];
    struct bnc_finding *f;

    if (!hard)
        drop_shadows(g, t->campaign, c);
    f = bnc_finding_add(g);
    if (f == NULL)
        return bnc_error_nomem(g->err);
    f->kind = hard ? BNC_FINDING_LIST_QUALITY : BNC_FINDING_CONTENT_REJECTED;
    f->scope = hard ? BNC_SCOPE_RECIPIENT_LOCAL : BNC_SCOPE_SENDER_WIDE;
    f->subject_type = BNC_SUBJECT_CAMPAIGN;
    f->subject = s->name;
    f->cause = hard ? commonest_cause(g, t->campaign) : BNC_CAUSE_SPAM_CONTENT;
    f->side = BNC_SIDE_SENDER;
    f->by_code = !g->j->has_deliveries;
    f->recipients = f->events = t->k;
    f->attempted = f->by_code ? 0 : t->n;
    f->rate = f->by_code ? bnc_rate_make(0, 0, limit->warn, limit->limit, 0)
                         : bnc_rate_make(t->k, t->n, limit->warn, limit->limit, 0);
    if (f->by_code)
        f->rate.num = t->k;
    f->severity =
        f->rate.judgement == BNC_JUDGE_BREACH ? BNC_PRIORITY_FIX_SOON : BNC_PRIORITY_MONITOR;
    f->first_seen = f->onset = s->first;
    f->last_seen = f->end = s->last;
    f->confidence = f->by_code ? 70 : 92;
    return BNC_OK;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* What is usual is the median, which no single campaign can move. */
static enum bnc_status usual_odds(struct bnc_judging *g, const struct counts *each,
                                  const struct counts *all, bool hard, double *usual)
{
    const size_t n = g->t->n_subjects[BNC_KIND_CAMPAIGN];
    double *o = bnc_arena_zeroed(&g->scratch, n, sizeof *o);
    size_t used = 0;

    if (o == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < n; i++) {
        const struct test t = make_test(g, i, &each[i], all, hard);

        if (t.n > 0)
            o[used++] = odds(t.k, t.n);
    }
    qsort(o, used, sizeof *o, by_size);
    *usual = used > 0 ? o[used / 2] : 0;
    return BNC_OK;
}

#define MANY_DAYS 3

/*
 * Days that stand in for campaigns, and many of them dirty: that is no mailing but the list, of
 * which bnc_list_find() speaks; or failures of an input that holds nothing else, set against
 * another's deliveries.  Those hits are dropped; how many are left.
 */
static size_t drop_days(const struct bnc_judging *g, struct test *hit, size_t n)
{
    const struct bnc_subject *name = g->t->subject[BNC_KIND_CAMPAIGN];
    size_t days = 0, kept = 0;

    for (size_t i = 0; i < n; i++)
        days += bnc_name_is_day(name[hit[i].campaign].name);
    for (size_t i = 0; i < n; i++)
        if (days <= MANY_DAYS || !bnc_name_is_day(name[hit[i].campaign].name))
            hit[kept++] = hit[i];
    return kept;
}

static enum bnc_status find(struct bnc_judging *g, const struct counts *each,
                            const struct counts *all, bool hard)
{
    const size_t n = g->t->n_subjects[BNC_KIND_CAMPAIGN];
    struct test *hit = bnc_arena_zeroed(&g->scratch, n, sizeof *hit);
    double *p = bnc_arena_zeroed(&g->scratch, n, sizeof *p), cut;
    size_t n_hits = 0;
    double usual = 0;
    enum bnc_status status = usual_odds(g, each, all, hard, &usual);

    if (hit == NULL || p == NULL || status != BNC_OK)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < n; i++) {
        struct test t = make_test(g, i, &each[i], all, hard);
        double high;

        t.usual = usual;
        bnc_wilson(t.k, t.n, &t.low, &high);
        if ((g->campaign_done[i] && !hard) || !matters(g, &t, hard))
            continue;
        t.p = bnc_excess_p(t.k, t.n, t.rest_k, t.rest_n);
        hit[n_hits++] = t;
    }
    n_hits = drop_days(g, hit, n_hits);
    for (size_t i = 0; i < n_hits; i++)
        p[i] = hit[i].p;
    cut = bnc_fdr_cut(p, n_hits, n, 0.01);
    for (size_t i = 0; status == BNC_OK && i < n_hits; i++) {
        if (hit[i].p > cut)
            continue;
        g->dirty_campaigns += hard;
        status = tell(g, &hit[i], &each[hit[i].campaign], hard);
    }
    return status;
}

/*
 * Hard bounces that are a domain's story, or a provider's that denied its own users, and not the
 * list's.
 */
static uint64_t explained_hard(const struct bnc_judging *g)
{
    uint64_t n = 0;
    bool waves = false;

    for (size_t p = 0; p < g->t->n_providers; p++)
        waves |= g->wave[p];
    for (size_t i = 0; i < g->t->n_domains; i++) {
        const struct bnc_domain *d = &g->t->domains[i];

        if (g->j->domain_scope[i] != BNC_SCOPE_DOMAIN_WIDE && !(waves && g->wave[d->provider]))
            continue;
        for (uint32_t c = 0; c < d->n_causes; c++)
            if (g->t->domain_causes[d->cause_at + c].type == BNC_EVENT_BOUNCE &&
                bnc_cause_is_hard(g->t->domain_causes[d->cause_at + c].cause))
                n += g->t->domain_causes[d->cause_at + c].events;
    }
    return n;
}

/* No campaign stands out, and what is left of the whole is over the limit. */
enum bnc_status bnc_list_find(struct bnc_judging *g)
{
    const struct bnc_rate *all = &g->j->overall.of[BNC_METRIC_HARD_BOUNCE_RATE];
    const uint64_t known = explained_hard(g);
    const struct bnc_rate rest =
        bnc_rate_of(BNC_METRIC_HARD_BOUNCE_RATE, all->num > known ? all->num - known : 0,
                    all->den > known ? all->den - known : 0);
    const struct bnc_rate *r = &rest;
    struct bnc_finding *f;

    if (g->dirty_campaigns > 0 ||
        (r->judgement != BNC_JUDGE_BREACH && r->judgement != BNC_JUDGE_WATCH))
        return BNC_OK;
    f = bnc_finding_add(g);
    if (f == NULL)
        return bnc_error_nomem(g->err);
    f->kind = BNC_FINDING_LIST_QUALITY;
    f->scope = BNC_SCOPE_RECIPIENT_LOCAL;
    f->subject_type = BNC_SUBJECT_EXPORT;
    f->subject = BNC_SPAN("");
    f->cause = BNC_CAUSE_INVALID_RECIPIENT;
    f->side = BNC_SIDE_SENDER;
    f->recipients = f->events = r->num;
    f->attempted = r->den;
    f->rate = *r;
    f->severity = r->judgement == BNC_JUDGE_BREACH ? BNC_PRIORITY_FIX_SOON : BNC_PRIORITY_INFO;
    f->first_seen = g->t->first;
    f->last_seen = g->t->last;
    f->ongoing = true;
    f->confidence = 90;
    return BNC_OK;
}

enum bnc_status bnc_campaigns_find(struct bnc_judging *g)
{
    const size_t n = g->t->n_subjects[BNC_KIND_CAMPAIGN];
    struct counts *const each = bnc_arena_array(&g->scratch, n, sizeof *each);
    struct counts all = { .hard = 0 };
    enum bnc_status status;

    if (each == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < n; i++) {
        each[i] = count_campaign(g, i);
        if (g->campaign_done[i])
            drop_shadows(g, i, &each[i]);
        all.hard += each[i].hard;
        all.content += each[i].content;
        all.failures += each[i].failures;
        all.attempts += each[i].attempts;
    }
    status = find(g, each, &all, true);
    return status == BNC_OK ? find(g, each, &all, false) : status;
}
