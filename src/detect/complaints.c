/* SPDX-License-Identifier: MIT
 * complaints.c - complaint rates over their limits, told once for the subject that explains them.
 *
 * A surge shows in every view at once: at the provider, in the campaign, for the sender domain. The
 * subject told is the narrowest one without which the others are back in order; the others are
 * named as 'also'.
 */
#include "detect/judging.h"
#include "tables/threshold.h"

#define MAX_DAYS 400 /* a longer input is judged as a whole only */

/* Complaints and measurable deliveries of one subject. */
struct pair {
    uint64_t complaints, delivered;
};

static bool over(const struct bnc_rate *r)
{
    return r->judgement == BNC_JUDGE_WATCH || r->judgement == BNC_JUDGE_BREACH;
}

static bool measurable(const struct bnc_judging *g, uint16_t provider)
{
    return bnc_provider_get(g->t->classifier, provider)->reports_complaints;
}

static bool same_operator(const struct bnc_judging *g, uint16_t a, uint16_t b);

static bool skip_operator(const struct bnc_judging *g, const bool *skip, uint16_t p)
{
    for (size_t q = 0; q < g->t->n_providers; q++)
        if (skip[q] && same_operator(g, (uint16_t)q, p))
            return true;
    return false;
}

static void add_cell(struct pair *sum, const struct bnc_cell *cell)
{
    if (cell->col == BNC_EVENT_COMPLAINT)
        sum->complaints += cell->n;
    else if (cell->col == BNC_EVENT_DELIVERED)
        sum->delivered += cell->n;
}

/* The pair of a subject over the measurable providers that 'use' names (NULL: all of them). */
static struct pair subject_pair(const struct bnc_judging *g, enum bnc_kind kind, size_t i,
                                const bool *skip_provider)
{
    struct pair sum = { 0, 0 };

    for (size_t c = g->cell_at[kind][i]; c < g->cell_at[kind][i + 1]; c++) {
        const struct bnc_cell *cell = &g->t->cells[c];

        if (measurable(g, cell->provider) &&
            (skip_provider == NULL || !skip_operator(g, skip_provider, cell->provider)))
            add_cell(&sum, cell);
    }
    return sum;
}

/* Providers of one operator are one; the row with most deliveries stands for them. */
static size_t leader_of(const struct bnc_judging *g, size_t row)
{
    const struct bnc_span operator= bnc_operator_of(g, g->series.provider[row]);
    size_t best = row;

    for (size_t r = 1; r < g->series.n_rows; r++) {
        const uint16_t p = g->series.provider[r], b = g->series.provider[best];

        if (p != 0 && measurable(g, p) && bnc_span_eq(bnc_operator_of(g, p), operator) &&
            g->t->providers[p].n[BNC_EVENT_DELIVERED] > g->t->providers[b].n[BNC_EVENT_DELIVERED])
            best = r;
    }
    return best;
}

static bool same_operator(const struct bnc_judging *g, uint16_t a, uint16_t b)
{
    return a == b || (a != 0 && b != 0 && measurable(g, a) && measurable(g, b) &&
                      bnc_span_eq(bnc_operator_of(g, a), bnc_operator_of(g, b)));
}

/* The month's rate of an operator. */
static struct bnc_rate operator_rate(const struct bnc_judging *g, uint16_t p)
{
    uint64_t complaints = 0, delivered = 0;

    for (size_t q = 0; q < g->t->n_providers; q++)
        if (same_operator(g, p, (uint16_t)q)) {
            complaints += g->t->providers[q].n[BNC_EVENT_COMPLAINT];
            delivered += g->j->provider[q].of[BNC_METRIC_COMPLAINT_RATE].den;
        }
    return bnc_rate_of(BNC_METRIC_COMPLAINT_RATE, complaints, delivered);
}

/* The pair of an operator without the campaigns that 'skip' names. */
static struct pair provider_pair(const struct bnc_judging *g, uint16_t provider, const bool *skip)
{
    struct pair sum = { 0, 0 };

    for (size_t i = 0; i < g->t->n_subjects[BNC_KIND_CAMPAIGN]; i++) {
        for (size_t c = g->cell_at[BNC_KIND_CAMPAIGN][i];
             !skip[i] && c < g->cell_at[BNC_KIND_CAMPAIGN][i + 1]; c++) {
            const struct bnc_cell *cell = &g->t->cells[c];

            if (same_operator(g, provider, cell->provider))
                add_cell(&sum, cell);
        }
    }
    return sum;
}

static bool pair_over(struct pair p)
{
    const struct bnc_rate r = bnc_rate_of(BNC_METRIC_COMPLAINT_RATE, p.complaints, p.delivered);

    return over(&r);
}

/* One field of all rows of an operator. */
static uint64_t operator_day(const struct bnc_judging *g, size_t row, unsigned field, size_t day)
{
    uint64_t n = 0;

    for (size_t r = 1; r < g->series.n_rows; r++)
        if (same_operator(g, g->series.provider[row], g->series.provider[r]))
            n += bnc_series_at(&g->series, r, field)[day];
    return n;
}

/*
 * The days of an operator's surge.  Complaints lag deliveries: a day's exposure is the mean of the
 * three days up to it.
 */
static bool surge(const struct bnc_judging *g, size_t row, struct bnc_window *w)
{
    uint64_t k[MAX_DAYS], n[MAX_DAYS];
    const size_t days = g->series.n_days <= MAX_DAYS ? g->series.n_days : 0;

    for (size_t i = 0; i < days; i++) {
        uint64_t sum = 0, used = 0;

        for (size_t b = i >= 2 ? i - 2 : 0; b <= i; b++, used++)
            sum += operator_day(g, row, BNC_SERIES_DELIVERED, b);
        k[i] = operator_day(g, row, BNC_FAMILY_COMPLAINT, i);
        n[i] = sum / used;
        if (n[i] < k[i])
            n[i] = k[i];
    }
    return days > 0 && bnc_window_scan(k, n, days, days / 2 + 1, w) && w->p < 1e-4;
}

static size_t row_of(const struct bnc_judging *g, uint16_t provider)
{
    for (size_t r = 1; r < g->series.n_rows; r++)
        if (g->series.provider[r] == provider)
            return r;
    return 0;
}

static bool surge_is_over(const struct bnc_window *w)
{
    const struct bnc_threshold *limit = BNC_THRESHOLD(complaint_rate);
    double low, high;

    bnc_wilson(w->k, w->n, &low, &high);
    return w->k >= (uint64_t)BNC_THRESHOLD(min_complaints)->limit && low > limit->limit;
}

static enum bnc_priority severity_of(const struct bnc_rate *r)
{
    if (r->judgement != BNC_JUDGE_BREACH)
        return BNC_PRIORITY_MONITOR;
    return r->low > 2 * r->limit ? BNC_PRIORITY_CRITICAL : BNC_PRIORITY_FIX_SOON;
}

static struct bnc_finding *add(struct bnc_judging *g, enum bnc_subject_type type,
                               struct bnc_span subject, enum bnc_scope scope,
                               const struct bnc_rate *rate)
{
    struct bnc_finding *f = bnc_finding_add(g);

    if (f == NULL)
        return NULL;
    f->kind = BNC_FINDING_COMPLAINT_RATE;
    f->scope = scope;
    f->subject_type = type;
    f->subject = subject;
    f->cause = BNC_CAUSE_COMPLAINT;
    f->side = BNC_SIDE_SENDER;
    f->rate = *rate;
    f->events = f->recipients = rate->num;
    f->attempted = rate->den;
    f->severity = severity_of(rate);
    f->confidence = rate->judgement == BNC_JUDGE_BREACH ? 95 : 80;
    return f;
}

/* Which subjects of a kind are named as the further views of a finding. */
static enum bnc_status name_also(struct bnc_judging *g, size_t at, enum bnc_kind kind,
                                 const bool *which)
{
    const size_t n = g->t->n_subjects[kind];
    struct bnc_span *also;
    size_t used = 0;

    for (size_t i = 0; i < n; i++)
        used += which[i];
    if (used == 0)
        return BNC_OK;
    also = bnc_arena_zeroed(&g->j->arena, used, sizeof *also);
    if (also == NULL)
        return bnc_error_nomem(g->err);
    used = 0;
    for (size_t i = 0; i < n; i++)
        if (which[i])
            also[used++] = g->t->subject[kind][i].name;
    g->finding[at].also = also;
    g->finding[at].n_also = used;
    return BNC_OK;
}

static void set_days(const struct bnc_judging *g, struct bnc_finding *f, uint16_t provider)
{
    struct bnc_window w;
    const size_t row = row_of(g, provider);
    const struct bnc_subject *day = g->t->subject[BNC_KIND_DAY];

    if (row == 0 || !surge(g, row, &w))
        return;
    f->onset = day[w.from].first;
    f->ongoing = w.to + 2 >= g->series.n_days;
    f->end = f->ongoing ? BNC_NO_TIME : day[w.to].last;
}

struct flags {
    bool *provider, *campaign, *sender; /* over their limits */
    size_t n_providers, n_campaigns, n_senders;
};

static enum bnc_status make_flags(struct bnc_judging *g, struct flags *fl)
{
    const struct bnc_tally *t = g->t;

    fl->provider = bnc_arena_zeroed(&g->scratch, t->n_providers, 1);
    fl->campaign = bnc_arena_zeroed(&g->scratch, t->n_subjects[BNC_KIND_CAMPAIGN], 1);
    fl->sender = bnc_arena_zeroed(&g->scratch, t->n_subjects[BNC_KIND_SENDER_DOMAIN], 1);
    return fl->provider != NULL && fl->campaign != NULL && fl->sender != NULL
               ? BNC_OK
               : bnc_error_nomem(g->err);
}

/* A day that stands in for a missing campaign is no campaign: complaints come days later. */
bool bnc_name_is_day(struct bnc_span name)
{
    return name.len == 0 || (name.len == 10 && bnc_is_digit(name.at[0]) && name.at[4] == '-' &&
                             name.at[7] == '-' && bnc_is_digit(name.at[9]));
}

/*
 * Campaigns over their limit, and no provider: is it one operator that carries them?  Then the
 * others must know the campaigns too.
 */
static void blame_one_operator(const struct bnc_judging *g, struct flags *fl)
{
    bool *one = bnc_arena_zeroed((struct bnc_arena *)&g->scratch, g->t->n_providers, sizeof *one);

    for (size_t r = 1;
         one != NULL && fl->n_providers == 0 && fl->n_campaigns > 0 && r < g->series.n_rows; r++) {
        const uint16_t p = g->series.provider[r];
        bool explains = measurable(g, p) && p != 0 && leader_of(g, r) == r;

        one[p] = true;
        for (size_t i = 0; explains && i < g->t->n_subjects[BNC_KIND_CAMPAIGN]; i++) {
            const struct pair rest = fl->campaign[i] ? subject_pair(g, BNC_KIND_CAMPAIGN, i, one)
                                                     : (struct pair){ 0, UINT64_MAX };

            explains = !fl->campaign[i] || (rest.delivered >= 200 && !pair_over(rest));
        }
        one[p] = false;
        fl->provider[p] = explains;
        fl->n_providers += explains;
    }
}

static void flag_all(struct bnc_judging *g, struct flags *fl)
{
    const struct bnc_tally *t = g->t;
    struct bnc_window w;

    for (size_t r = 1; r < g->series.n_rows; r++) {
        const uint16_t p = g->series.provider[r];

        const struct bnc_rate month = operator_rate(g, p);

        if (!measurable(g, p) || leader_of(g, r) != r)
            continue;
        fl->provider[p] =
            over(&month) || (g->j->has_deliveries && surge(g, r, &w) && surge_is_over(&w));
        fl->n_providers += fl->provider[p];
    }
    for (size_t i = 0; i < t->n_subjects[BNC_KIND_CAMPAIGN]; i++) {
        fl->campaign[i] = !bnc_name_is_day(t->subject[BNC_KIND_CAMPAIGN][i].name) &&
                          over(&g->j->subject[BNC_KIND_CAMPAIGN][i].of[BNC_METRIC_COMPLAINT_RATE]);
        fl->n_campaigns += fl->campaign[i];
    }
    for (size_t i = 0; i < t->n_subjects[BNC_KIND_SENDER_DOMAIN]; i++) {
        fl->sender[i] =
            t->subject[BNC_KIND_SENDER_DOMAIN][i].name.len > 0 &&
            over(&g->j->subject[BNC_KIND_SENDER_DOMAIN][i].of[BNC_METRIC_COMPLAINT_RATE]);
        fl->n_senders += fl->sender[i];
    }
}

/* Campaigns that are over their limit at providers that are not. */
static size_t campaigns_on_their_own(const struct bnc_judging *g, const struct flags *fl, bool *own)
{
    size_t n = 0;

    for (size_t i = 0; i < g->t->n_subjects[BNC_KIND_CAMPAIGN]; i++) {
        const struct pair p = fl->campaign[i] && fl->n_providers < 2
                                  ? subject_pair(g, BNC_KIND_CAMPAIGN, i, fl->provider)
                                  : (struct pair){ 0, 0 };

        own[i] = fl->campaign[i] && (fl->n_providers != 1 || pair_over(p));
        n += own[i];
    }
    return n;
}

static enum bnc_status tell_campaigns(struct bnc_judging *g, const bool *own)
{
    for (size_t i = 0; i < g->t->n_subjects[BNC_KIND_CAMPAIGN]; i++) {
        const struct bnc_subject *c = &g->t->subject[BNC_KIND_CAMPAIGN][i];
        struct bnc_finding *f;

        if (!own[i])
            continue;
        f = add(g, BNC_SUBJECT_CAMPAIGN, c->name, BNC_SCOPE_SENDER_WIDE,
                &g->j->subject[BNC_KIND_CAMPAIGN][i].of[BNC_METRIC_COMPLAINT_RATE]);
        if (f == NULL)
            return bnc_error_nomem(g->err);
        f->first_seen = c->first;
        f->last_seen = c->last;
    }
    return BNC_OK;
}

/* The rate told of a provider: the month's where that is over, else the surge's. */
static struct bnc_rate provider_rate(const struct bnc_judging *g, uint16_t p)
{
    const struct bnc_rate month = operator_rate(g, p);
    struct bnc_window w;

    if (over(&month) || !surge(g, row_of(g, p), &w))
        return month;
    return bnc_rate_of(BNC_METRIC_COMPLAINT_RATE, w.k, w.n);
}

static enum bnc_status tell_providers(struct bnc_judging *g, const struct flags *fl)
{
    for (size_t r = 1; r < g->series.n_rows; r++) {
        const uint16_t p = g->series.provider[r];
        struct bnc_rate rate;
        struct bnc_finding *f;
        enum bnc_status status;

        if (!fl->provider[p])
            continue;
        rate = provider_rate(g, p);
        f = add(g, BNC_SUBJECT_PROVIDER, bnc_span_str(bnc_provider_get(g->t->classifier, p)->title),
                BNC_SCOPE_PROVIDER_WIDE, &rate);
        if (f == NULL)
            return bnc_error_nomem(g->err);
        set_days(g, f, p);
        status = name_also(g, g->n_findings - 1, BNC_KIND_CAMPAIGN, fl->campaign);
        if (status != BNC_OK)
            return status;
    }
    return BNC_OK;
}

/* Several providers, or a sender domain that explains everything: it is us. */
static enum bnc_status tell_sender(struct bnc_judging *g, const struct flags *fl)
{
    const enum bnc_kind kind = BNC_KIND_SENDER_DOMAIN;
    struct bnc_finding *f;
    struct bnc_span *also;
    size_t n = 0, at = 0;

    while (fl->n_senders == 1 && !fl->sender[at])
        at++;
    f = fl->n_senders == 1
            ? add(g, BNC_SUBJECT_SENDER_DOMAIN, g->t->subject[kind][at].name, BNC_SCOPE_SENDER_WIDE,
                  &g->j->subject[kind][at].of[BNC_METRIC_COMPLAINT_RATE])
            : add(g, BNC_SUBJECT_EXPORT, BNC_SPAN(""), BNC_SCOPE_SENDER_WIDE,
                  &g->j->overall.of[BNC_METRIC_COMPLAINT_RATE]);
    also = bnc_arena_zeroed(&g->j->arena, fl->n_providers, sizeof *also);
    if (f == NULL || also == NULL)
        return bnc_error_nomem(g->err);
    for (size_t p = 0; p < g->t->n_providers; p++)
        if (fl->provider[p])
            also[n++] = bnc_span_str(bnc_provider_get(g->t->classifier, (uint16_t)p)->title);
    f->also = also;
    f->n_also = n;
    return BNC_OK;
}

/* Are the providers in order once these campaigns are taken out? */
static bool campaigns_explain(const struct bnc_judging *g, const struct flags *fl, const bool *own)
{
    for (size_t p = 0; p < g->t->n_providers; p++)
        if (fl->provider[p] && pair_over(provider_pair(g, (uint16_t)p, own)))
            return false;
    return true;
}

enum bnc_status bnc_complaints_find(struct bnc_judging *g)
{
    struct flags fl = { .n_providers = 0 };
    bool *own = bnc_arena_zeroed(&g->scratch, g->t->n_subjects[BNC_KIND_CAMPAIGN], 1);
    enum bnc_status status = make_flags(g, &fl);
    size_t n_own;

    if (own == NULL || status != BNC_OK)
        return bnc_error_nomem(g->err);
    flag_all(g, &fl);
    blame_one_operator(g, &fl);
    n_own = campaigns_on_their_own(g, &fl, own);
    if (n_own > 0 && n_own <= 3 && campaigns_explain(g, &fl, own))
        return tell_campaigns(g, own);
    if (fl.n_providers >= 3 || (fl.n_providers != 1 && (fl.n_senders == 1 || n_own > 0)))
        return tell_sender(g, &fl);
    return tell_providers(g, &fl);
}
