/* SPDX-License-Identifier: MIT
 * rates.c - the four rates of everything that has a denominator, each with its interval and its
 * judgement.
 *
 * A denominator is what the export delivered and bounced, what it says was sent, or what --sent
 * says, whichever is more: a failure that --sent forgot would make a rate above one.  Where the
 * input knows of no success at all there is no rate.
 */
#include <math.h>

#include "detect/judging.h"
#include "tables/threshold.h"

const char *const bnc_judgement_names[BNC_N_JUDGEMENTS] = { "none",   "ok",           "watch",
                                                            "breach", "inconclusive", "too_few" };
const char *const bnc_metric_names[BNC_N_METRICS] = { "bounce_rate", "hard_bounce_rate",
                                                      "complaint_rate", "deferral_rate" };

static const char na_no_deliveries[] =
    "the input holds no deliveries (--sent supplies a denominator)";
static const char na_not_in_volumes[] = "the volumes given with --sent do not tell these apart";
static const char na_not_measurable[] = "not measurable from exports";
static const char na_marker_only[] =
    "known from the replies alone, so its deliveries can't be told apart";
static const char na_no_complaints[] = "the input holds no complaints";
static const char na_no_deferrals[] = "the input holds no deferrals";
static const char na_no_recipients[] = "distinct recipients are not kept for this";

void bnc_wilson(uint64_t num, uint64_t den, double *low, double *high)
{
    const double z = 1.959963984540054, n = (double)den, k = (double)(num < den ? num : den);
    double mid, half;

    *low = *high = 0;
    if (den == 0)
        return;
    mid = (k + z * z / 2) / (n + z * z);
    half = z / (n + z * z) * sqrt(k * (n - k) / n + z * z / 4);
    *low = num == 0 ? 0 : fmax(mid - half, 0);
    *high = num >= den ? 1 : fmin(mid + half, 1);
}

static enum bnc_judgement judge(const struct bnc_rate *r, uint64_t min_volume)
{
    const double warn = r->warn > 0 ? r->warn : r->limit;

    if (r->den == 0 || (r->limit <= 0 && r->warn <= 0))
        return BNC_JUDGE_NONE;
    if (r->den < min_volume)
        return BNC_JUDGE_TOO_FEW;
    if (r->limit > 0 && r->low > r->limit)
        return BNC_JUDGE_BREACH;
    if (r->low >= warn)
        return BNC_JUDGE_WATCH;
    return r->high < warn ? BNC_JUDGE_OK : BNC_JUDGE_INCONCLUSIVE;
}

struct bnc_rate bnc_rate_make(uint64_t num, uint64_t den, double warn, double limit,
                              uint64_t min_volume)
{
    struct bnc_rate r = {
        .num = num, .den = den, .warn = warn > 0 ? warn : 0, .limit = limit > 0 ? limit : 0
    };

    if (den == 0) {
        r.why_na = na_no_deliveries;
        return r;
    }
    if (r.num > r.den)
        r.num = r.den; /* a late complaint about last month's mail */
    r.value = (double)r.num / (double)r.den;
    bnc_wilson(r.num, r.den, &r.low, &r.high);
    r.judgement = judge(&r, min_volume);
    return r;
}

struct bnc_rate bnc_rate_of(enum bnc_metric metric, uint64_t num, uint64_t den)
{
    static const enum bnc_default_threshold rows[BNC_N_METRICS] = { BNC_DEFAULT_total_bounce_rate,
                                                                    BNC_DEFAULT_hard_bounce_rate,
                                                                    BNC_DEFAULT_complaint_rate,
                                                                    BNC_DEFAULT_deferral_rate };
    const struct bnc_threshold *limit = &bnc_thresholds[rows[metric]];
    struct bnc_rate r = bnc_rate_make(num, den, limit->warn, limit->limit,
                                      (uint64_t)BNC_THRESHOLD(min_volume)->limit);

    if (metric == BNC_METRIC_COMPLAINT_RATE && r.judgement > BNC_JUDGE_OK &&
        num < (uint64_t)BNC_THRESHOLD(min_complaints)->limit)
        r.judgement = BNC_JUDGE_TOO_FEW;
    return r;
}

static struct bnc_rate rate_na(enum bnc_metric metric, uint64_t num, const char *why)
{
    struct bnc_rate r = bnc_rate_of(metric, 0, 0);

    r.num = num;
    r.why_na = why;
    return r;
}

/* What one subject counts, and what the volumes say of it. */
struct count {
    uint64_t n[BNC_N_EVENTS];
    uint64_t hard;
    uint64_t deferred, tried; /* distinct recipients */
    bool knows_recipients;
    uint64_t sent; /* from --sent; 0 unknown */
    bool sent_missing; /* --sent is the only denominator, and says nothing of this subject */
    bool complaints_measurable;
};

static uint64_t max64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* 'sent': by --sent, 0 unknown. */
static uint64_t attempts(const uint64_t n[BNC_N_EVENTS], uint64_t sent, bool has_deliveries)
{
    const uint64_t done = n[BNC_EVENT_DELIVERED] + n[BNC_EVENT_BOUNCE];

    if (!has_deliveries && sent == 0)
        return 0;
    return max64(done, max64(n[BNC_EVENT_SENT], sent));
}

static struct bnc_rates make_rates(const struct count *c, bool has_deliveries)
{
    const char *why = c->sent_missing ? na_not_in_volumes : na_no_deliveries;
    const uint64_t attempted = attempts(c->n, c->sent, has_deliveries),
                   bounced = c->n[BNC_EVENT_BOUNCE];
    const uint64_t delivered =
        max64(c->n[BNC_EVENT_DELIVERED], attempted - min64(attempted, bounced));
    struct bnc_rates r = { .attempted = attempted };

    if (attempted == 0) {
        r.of[BNC_METRIC_BOUNCE_RATE] = rate_na(BNC_METRIC_BOUNCE_RATE, bounced, why);
        r.of[BNC_METRIC_HARD_BOUNCE_RATE] = rate_na(BNC_METRIC_HARD_BOUNCE_RATE, c->hard, why);
        r.of[BNC_METRIC_COMPLAINT_RATE] =
            rate_na(BNC_METRIC_COMPLAINT_RATE, c->n[BNC_EVENT_COMPLAINT], why);
        r.of[BNC_METRIC_DEFERRAL_RATE] = rate_na(BNC_METRIC_DEFERRAL_RATE, c->deferred, why);
    } else {
        r.of[BNC_METRIC_BOUNCE_RATE] = bnc_rate_of(BNC_METRIC_BOUNCE_RATE, bounced, attempted);
        r.of[BNC_METRIC_HARD_BOUNCE_RATE] =
            bnc_rate_of(BNC_METRIC_HARD_BOUNCE_RATE, c->hard, attempted);
        r.of[BNC_METRIC_COMPLAINT_RATE] =
            bnc_rate_of(BNC_METRIC_COMPLAINT_RATE, c->n[BNC_EVENT_COMPLAINT], delivered);
        r.of[BNC_METRIC_DEFERRAL_RATE] =
            c->knows_recipients
                ? bnc_rate_of(BNC_METRIC_DEFERRAL_RATE, c->deferred, max64(c->tried, c->deferred))
                : rate_na(BNC_METRIC_DEFERRAL_RATE, c->deferred, na_no_recipients);
    }
    if (!c->complaints_measurable)
        r.of[BNC_METRIC_COMPLAINT_RATE] =
            rate_na(BNC_METRIC_COMPLAINT_RATE, c->n[BNC_EVENT_COMPLAINT], na_not_measurable);
    return r;
}

/*
 * An input without a single complaint or deferral can't hold any, as far as anybody can tell: its
 * rate is unknown, and not 0.
 */
static void take_out_unknown(const struct bnc_tally *t, struct bnc_rates *r)
{
    struct bnc_rate *complaints = &r->of[BNC_METRIC_COMPLAINT_RATE],
                    *deferrals = &r->of[BNC_METRIC_DEFERRAL_RATE];

    if (t->n[BNC_EVENT_COMPLAINT] == 0 && complaints->den > 0)
        *complaints = rate_na(BNC_METRIC_COMPLAINT_RATE, 0, na_no_complaints);
    if (t->n[BNC_EVENT_DEFERRAL] == 0 && deferrals->den > 0)
        *deferrals = rate_na(BNC_METRIC_DEFERRAL_RATE, 0, na_no_deferrals);
}

/*
 * Distinct recipients deferred at a domain.  One that was deferred for two causes is in two rows,
 * so the sum is capped.
 */
static uint64_t domain_deferred(const struct bnc_tally *t, const struct bnc_domain *d)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < d->n_causes; i++)
        if (t->domain_causes[d->cause_at + i].type == BNC_EVENT_DEFERRAL)
            sum += t->domain_causes[d->cause_at + i].recipients;
    return min64(sum, d->recipients_failed);
}

/*
 * Distinct recipients tried: who bounced was not delivered to, as a rule; who was deferred mostly
 * was, later.  'sent' is what --sent says of the domain, 0 where it says nothing.
 */
static uint64_t domain_tried(const struct bnc_domain *d, uint64_t sent)
{
    return max64(sent,
                 max64(d->recipients_delivered + d->recipients_bounced, d->recipients_failed));
}

static uint64_t domain_hard(const struct bnc_tally *t, const struct bnc_domain *d)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < d->n_causes; i++) {
        const struct bnc_domain_cause *c = &t->domain_causes[d->cause_at + i];

        if (c->type == BNC_EVENT_BOUNCE && bnc_cause_is_hard(c->cause))
            sum += c->events;
    }
    return sum;
}

static bool reports_complaints(const struct bnc_tally *t, uint16_t provider)
{
    return bnc_provider_get(t->classifier, provider)->reports_complaints;
}

bool bnc_domain_rates(const struct bnc_judged *j, const struct bnc_tally *t, size_t i,
                      uint64_t least, struct bnc_rates *rates)
{
    const struct bnc_domain *d = &t->domains[i];
    const uint64_t sent = j->domain_sent != NULL ? j->domain_sent[i] : 0;
    const uint64_t tried = domain_tried(d, sent);
    struct count c;

    if (max64(attempts(d->n, sent, j->has_deliveries), max64(tried, d->recipients_failed)) < least)
        return false;
    c = (struct count){ .knows_recipients = true,
                        .sent = sent,
                        .sent_missing = j->sent_given,
                        .tried = tried,
                        .hard = domain_hard(t, d),
                        .deferred = domain_deferred(t, d),
                        .complaints_measurable = reports_complaints(t, d->provider) };
    memcpy(c.n, d->n, sizeof c.n);
    *rates = make_rates(&c, j->has_deliveries);
    take_out_unknown(t, rates);
    return true;
}

/* The recipients of each provider's domains: they are counted by domain only. */
#define N_CHUNKS 32u

struct recipients {
    uint64_t deferred, tried;
};

struct summing {
    const struct bnc_judging *g;
    struct recipients *chunk[N_CHUNKS]; /* [n_providers] */
};

static void sum_chunk(void *arg, size_t chunk)
{
    const struct summing *const s = arg;
    const struct bnc_tally *const t = s->g->t;
    const uint64_t *const sent = s->g->volumes.domain;
    const size_t end = t->n_domains * (chunk + 1) / N_CHUNKS;

    for (size_t i = t->n_domains * chunk / N_CHUNKS; i < end; i++) {
        const struct bnc_domain *d = &t->domains[i];
        struct recipients *const to = &s->chunk[chunk][d->provider];

        to->deferred += domain_deferred(t, d);
        to->tried += domain_tried(d, sent != NULL ? sent[i] : 0);
    }
}

static enum bnc_status sum_domains(struct bnc_judging *g, struct count *provider)
{
    struct summing s = { .g = g };
    bool ok = true;

    for (unsigned i = 0; i < N_CHUNKS; i++) {
        s.chunk[i] = bnc_arena_zeroed(&g->scratch, g->t->n_providers, sizeof *s.chunk[i]);
        ok = ok && s.chunk[i] != NULL;
    }
    if (!ok)
        return bnc_error_nomem(g->err);
    bnc_each(g, N_CHUNKS, sum_chunk, &s);
    for (unsigned i = 0; i < N_CHUNKS; i++)
        for (size_t p = 0; p < g->t->n_providers; p++) {
            provider[p].deferred += s.chunk[i][p].deferred;
            provider[p].tried += s.chunk[i][p].tried;
        }
    return BNC_OK;
}

/*
 * Failures that only their text gives to a provider stand beside no deliveries: they are left out
 * of its rates.
 */
static void judge_providers(struct bnc_judging *g, struct count *provider)
{
    const struct bnc_tally *t = g->t;

    for (size_t p = 0; p < t->n_providers; p++) {
        const struct bnc_provider_total *total = &t->providers[p];
        struct count *c = &provider[p];
        uint64_t by_marker = 0, all = 0;

        for (unsigned e = 0; e < BNC_N_EVENTS; e++) {
            c->n[e] = total->n[e] - total->by_marker[e];
            by_marker += total->by_marker[e];
            all += total->n[e];
        }
        for (unsigned k = 0; k < BNC_N_CAUSES; k++)
            if (bnc_cause_is_hard(k))
                c->hard += total->cause[k];
        c->hard = min64(c->hard, c->n[BNC_EVENT_BOUNCE]);
        c->knows_recipients = true;
        c->complaints_measurable = reports_complaints(t, (uint16_t)p);
        c->sent = g->volumes.provider != NULL ? g->volumes.provider[p] : 0;
        c->sent_missing = g->volumes.given;
        g->j->provider[p] = make_rates(c, g->j->has_deliveries);
        take_out_unknown(g->t, &g->j->provider[p]);
        if (all > 0 && by_marker == all)
            for (unsigned m = 0; m < BNC_N_METRICS; m++)
                g->j->provider[p].of[m] = rate_na(m, g->j->provider[p].of[m].num, na_marker_only);
    }
}

/* What a day, campaign ... counts beyond its events: from its cells. */
struct extra {
    uint64_t hard, complaints, not_measurable_delivered;
};

static void add_cell(struct extra *x, const struct bnc_cell *c, bool measurable)
{
    if (c->col == BNC_EVENT_COMPLAINT && measurable)
        x->complaints += c->n;
    if (c->col == BNC_EVENT_DELIVERED && !measurable)
        x->not_measurable_delivered += c->n;
    if (c->col >= BNC_COL_BOUNCE(0) && c->col < BNC_COL_DEFERRAL(0) &&
        bnc_cause_is_hard(c->col - BNC_COL_BOUNCE(0)))
        x->hard += c->n;
}

static struct bnc_rates subject_rates(const struct bnc_judging *g, enum bnc_kind kind, size_t i,
                                      const struct extra *x)
{
    const struct bnc_subject *s = &g->t->subject[kind][i];
    const uint64_t *sent = g->volumes.subject[kind];
    const bool recipients = kind == BNC_KIND_DAY || kind == BNC_KIND_CAMPAIGN;
    struct count c = { .hard = x->hard,
                       .knows_recipients = recipients,
                       .complaints_measurable = true };
    struct bnc_rates r;

    memcpy(c.n, s->n, sizeof c.n);
    c.sent = sent != NULL ? sent[i] : 0;
    c.sent_missing = g->volumes.given;
    c.tried = attempts(c.n, c.sent, g->j->has_deliveries);
    c.deferred = min64(s->n[BNC_EVENT_DEFERRAL], recipients ? s->recipients_failed : UINT64_MAX);
    r = make_rates(&c, g->j->has_deliveries);
    if (r.attempted > 0) {
        const uint64_t delivered = r.attempted - min64(r.attempted, c.n[BNC_EVENT_BOUNCE]);

        r.of[BNC_METRIC_COMPLAINT_RATE] =
            delivered > x->not_measurable_delivered
                ? bnc_rate_of(BNC_METRIC_COMPLAINT_RATE, x->complaints,
                              delivered - x->not_measurable_delivered)
                : rate_na(BNC_METRIC_COMPLAINT_RATE, x->complaints, na_not_measurable);
    }
    take_out_unknown(g->t, &r);
    return r;
}

static enum bnc_status judge_subjects(struct bnc_judging *g)
{
    const struct bnc_tally *t = g->t;
    struct extra *x[BNC_N_KINDS];

    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        if ((x[k] = bnc_arena_zeroed(&g->scratch, t->n_subjects[k], sizeof *x[k])) == NULL)
            return bnc_error_nomem(g->err);
    for (size_t i = 0; i < t->n_cells; i++) {
        const struct bnc_cell *c = &t->cells[i];

        add_cell(&x[c->kind][c->subject], c, reports_complaints(t, c->provider));
    }
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        for (size_t i = 0; i < t->n_subjects[k]; i++)
            g->j->subject[k][i] = subject_rates(g, k, i, &x[k][i]);
    return BNC_OK;
}

static void judge_overall(struct bnc_judging *g, const struct count *provider)
{
    const struct bnc_tally *t = g->t;
    struct count c = { .knows_recipients = true,
                       .complaints_measurable = true,
                       .sent = g->volumes.total };
    uint64_t complaints = 0, measurable = 0;

    memcpy(c.n, t->n, sizeof c.n);
    c.deferred = t->recipients_deferred;
    for (size_t p = 0; p < t->n_providers; p++) {
        for (unsigned k = 0; k < BNC_N_CAUSES; k++)
            if (bnc_cause_is_hard(k))
                c.hard += t->providers[p].cause[k];
        c.tried += provider[p].tried;
        if (!provider[p].complaints_measurable)
            continue;
        complaints += t->providers[p].n[BNC_EVENT_COMPLAINT];
        measurable += t->providers[p].n[BNC_EVENT_DELIVERED];
    }
    c.tried = max64(c.tried, c.sent);
    g->j->overall = make_rates(&c, g->j->has_deliveries);
    if (g->j->has_deliveries && measurable > 0)
        g->j->overall.of[BNC_METRIC_COMPLAINT_RATE] =
            bnc_rate_of(BNC_METRIC_COMPLAINT_RATE, complaints, measurable);
    take_out_unknown(g->t, &g->j->overall);
}

enum bnc_status bnc_rates_judge(struct bnc_judging *g)
{
    struct count *provider = bnc_arena_zeroed(&g->scratch, g->t->n_providers, sizeof *provider);

    if (provider == NULL || sum_domains(g, provider) != BNC_OK)
        return bnc_error_nomem(g->err);
    g->j->domain_sent = g->volumes.domain;
    g->j->sent_given = g->volumes.given;
    judge_providers(g, provider);
    judge_overall(g, provider);
    return judge_subjects(g);
}
