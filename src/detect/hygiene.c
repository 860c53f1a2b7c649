/* SPDX-License-Identifier: MIT
 * hygiene.c - what is no incident and yet worth a line: misspelt domains, duties of bulk senders,
 * labels that mislead, addresses that fail again and again, mail that was never sent, rows that
 * could not be read.
 */
#include "detect/judging.h"
#include "tables/names.h"
#include "tables/threshold.h"

/*
 * The severity of a share: info below warn, monitor from warn on, fix_soon from limit on; by its
 * lower bound, and never for a handful.
 */
static enum bnc_priority graded(const struct bnc_rate *r, uint64_t at_least)
{
    if (r->num < at_least || r->low < r->warn)
        return BNC_PRIORITY_INFO;
    return r->limit > 0 && r->low >= r->limit ? BNC_PRIORITY_FIX_SOON : BNC_PRIORITY_MONITOR;
}

static struct bnc_finding *add(struct bnc_judging *g, enum bnc_finding_kind kind, int cause,
                               enum bnc_side side, const struct bnc_rate *rate)
{
    struct bnc_finding *f = bnc_finding_add(g);

    if (f == NULL)
        return NULL;
    f->kind = kind;
    f->scope = BNC_SCOPE_RECIPIENT_LOCAL;
    f->subject_type = BNC_SUBJECT_EXPORT;
    f->subject = BNC_SPAN("");
    f->cause = cause;
    f->side = side;
    f->rate = *rate;
    f->recipients = f->events = rate->num;
    f->attempted = rate->den;
    f->first_seen = g->t->first;
    f->last_seen = g->t->last;
    f->ongoing = true;
    f->confidence = 90;
    f->by_code = !g->j->has_deliveries;
    return f;
}

static struct bnc_rate share_of(const char *metric, uint64_t num, uint64_t den)
{
    const struct bnc_threshold *limit = bnc_threshold_default(metric);

    return bnc_rate_make(num, den, limit->warn, limit->limit, 0);
}

/* ---- misspelt domains ---- */

/* A slip of the finger, and most mail to it fails: some such domains are real and accept mail. */
static bool is_typo(const struct bnc_judging *g, const struct bnc_domain *d)
{
    return d->recipients_failed > 0 && d->recipients_failed >= d->recipients_delivered &&
           bnc_typo_of(d->name) != NULL &&
           bnc_provider_of_domain(g->t->classifier, d->name) == 0;
}

static enum bnc_status tell_typos(struct bnc_judging *g, const uint32_t *typo, size_t n,
                                  uint64_t recipients, uint64_t events)
{
    const struct bnc_rate rate = share_of("typo_share", recipients, g->t->recipients_failed);
    struct bnc_finding *f =
        add(g, BNC_FINDING_LIST_QUALITY, BNC_CAUSE_BAD_DOMAIN, BNC_SIDE_RECIPIENT, &rate);
    struct bnc_span *also = bnc_arena_zeroed(&g->j->arena, n, sizeof *also);
    size_t top = 0;

    if (f == NULL || also == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 1; i < n; i++)
        if (g->t->domains[typo[i]].recipients_failed > g->t->domains[typo[top]].recipients_failed)
            top = i;
    for (size_t i = 0; i < n; i++)
        if (i != top)
            also[f->n_also++] = g->t->domains[typo[i]].name;
    f->also = also;
    f->subject_type = BNC_SUBJECT_DOMAIN;
    f->subject = g->t->domains[typo[top]].name;
    f->scope = BNC_SCOPE_DOMAIN_WIDE;
    f->events = events;
    f->severity = graded(&rate, 10);
    f->variant = "typo";
    return BNC_OK;
}

static void mark_typos(void *arg, size_t from, size_t to)
{
    struct bnc_judging *const g = arg;

    for (size_t i = from; i < to; i++) {
        bnc_fetch_name(g->t, i);
        g->typo_domain[i] = is_typo(g, &g->t->domains[i]);
    }
}

enum bnc_status bnc_typos_find(struct bnc_judging *g)
{
    uint32_t *typo = bnc_arena_zeroed(&g->scratch, g->t->n_domains, sizeof *typo);
    uint64_t recipients = 0, events = 0;
    size_t n = 0;

    g->typo_domain = bnc_arena_zeroed(&g->scratch, g->t->n_domains, sizeof *g->typo_domain);
    if (typo == NULL || g->typo_domain == NULL)
        return bnc_error_nomem(g->err);
    bnc_ranges(g, g->t->n_domains, mark_typos, g);
    for (uint32_t i = 0; i < g->t->n_domains; i++) {
        const struct bnc_domain *d = &g->t->domains[i];

        if (!g->typo_domain[i])
            continue;
        typo[n++] = i;
        recipients += d->recipients_failed;
        events += d->n[BNC_EVENT_BOUNCE] + d->n[BNC_EVENT_DEFERRAL];
    }
    return n > 0 ? tell_typos(g, typo, n, recipients, events) : BNC_OK;
}

/* ---- role addresses: only where addresses are kept ---- */

static enum bnc_status find_roles(struct bnc_judging *g)
{
    const struct bnc_tally *const t = g->t;
    const uint64_t n =
        t->recipients_role > t->recipients_never ? t->recipients_role : t->recipients_never;
    struct bnc_rate rate;
    struct bnc_finding *f;

    if (n == 0)
        return BNC_OK;
    rate = bnc_rate_make(n, t->recipients_kept, 0, 0, 0);
    f = add(g, BNC_FINDING_LIST_QUALITY, -1, BNC_SIDE_SENDER, &rate);
    if (f == NULL)
        return bnc_error_nomem(g->err);
    f->variant = "roles";
    f->severity = BNC_PRIORITY_INFO;
    return BNC_OK;
}

/* ---- duties of bulk senders ---- */

static uint64_t busiest_day(const struct bnc_judging *g, size_t row)
{
    const uint64_t *delivered = bnc_series_at(&g->series, row, BNC_SERIES_DELIVERED);
    const uint64_t *bounced = bnc_series_at(&g->series, row, BNC_SERIES_BOUNCED),
                   *sent = bnc_series_at(&g->series, row, BNC_SERIES_SENT);
    uint64_t most = 0;

    for (size_t d = 0; d < g->series.n_days; d++) {
        const uint64_t n =
            delivered[d] + bounced[d] > sent[d] ? delivered[d] + bounced[d] : sent[d];

        if (g->series.day[d] != BNC_DAY_NONE && n > most)
            most = n;
    }
    return most;
}

/*
 * The volume from which a provider asks more of a sender, or 0.  Yahoo names no number; the others'
 * is taken for it.
 */
static uint64_t bulk_limit(const char *provider)
{
    for (size_t i = 0; i < bnc_n_thresholds; i++)
        if (strcmp(bnc_thresholds[i].metric, "bulk_sender_volume") == 0 &&
            strcmp(bnc_thresholds[i].provider, provider) == 0)
            return bnc_thresholds[i].limit > 0 ? (uint64_t)bnc_thresholds[i].limit : 5000;
    return 0;
}

static enum bnc_status find_duties(struct bnc_judging *g)
{
    struct bnc_span *also = bnc_arena_zeroed(&g->j->arena, g->series.n_rows, sizeof *also);
    struct bnc_span top = BNC_SPAN("");
    uint64_t most = 0, limit = 0;
    struct bnc_rate rate;
    struct bnc_finding *f;
    size_t n = 0;

    if (also == NULL)
        return bnc_error_nomem(g->err);
    for (size_t r = 1; r < g->series.n_rows; r++) {
        const struct bnc_provider *p = bnc_provider_get(g->t->classifier, g->series.provider[r]);
        const uint64_t day = busiest_day(g, r);

        if (bulk_limit(p->name) == 0 || day < bulk_limit(p->name))
            continue;
        also[n++] = bnc_span_str(p->title);
        if (day > most) {
            most = day;
            limit = bulk_limit(p->name);
            top = also[n - 1];
        }
    }
    if (n == 0)
        return BNC_OK;
    rate = bnc_rate_make(most, most, 0, 0, 0);
    rate.den = limit;
    rate.why_na = NULL;
    f = add(g, BNC_FINDING_BULK_SENDER_DUTY, -1, BNC_SIDE_SENDER, &rate);
    if (f == NULL)
        return bnc_error_nomem(g->err);
    f->rate = (struct bnc_rate){ .num = most, .why_na = "a volume, not a share" };
    f->recipients = 0;
    f->attempted = limit;
    f->subject_type = BNC_SUBJECT_PROVIDER;
    f->subject = top;
    f->scope = BNC_SCOPE_PROVIDER_WIDE;
    f->severity = BNC_PRIORITY_INFO;
    for (size_t i = 0; i < n; i++)
        if (!bnc_span_eq(also[i], top))
            also[f->n_also++] = also[i];
    f->also = also;
    return BNC_OK;
}

/* ---- shares of the whole ---- */

static enum bnc_status find_recurring(struct bnc_judging *g)
{
    const uint64_t n = g->t->recipients_recurring;
    const struct bnc_rate rate = share_of("recurring_share", n, g->t->recipients_failed);
    struct bnc_finding *f;

    if (n == 0)
        return BNC_OK;
    f = add(g, BNC_FINDING_RECURRING_SOFT_FAILURE, BNC_CAUSE_MAILBOX_FULL, BNC_SIDE_RECIPIENT,
            &rate);
    if (f == NULL)
        return bnc_error_nomem(g->err);
    f->severity = graded(&rate, 10);
    return BNC_OK;
}

static enum bnc_status find_waste(struct bnc_judging *g)
{
    const uint64_t n = g->t->n[BNC_EVENT_SUPPRESSED], attempted = g->j->overall.attempted;
    const uint64_t all = attempted > 0 ? attempted + n : g->t->rows;
    const struct bnc_rate rate = share_of("suppressed_share", n < all ? n : all, all);
    struct bnc_finding *f;

    if (n < 100 || rate.low < rate.warn)
        return BNC_OK;
    f = add(g, BNC_FINDING_SUPPRESSED_WASTE, BNC_CAUSE_SUPPRESSED, BNC_SIDE_ESP, &rate);
    if (f == NULL)
        return bnc_error_nomem(g->err);
    f->severity =
        attempted > 0 && rate.low >= rate.limit ? BNC_PRIORITY_MONITOR : BNC_PRIORITY_INFO;
    return BNC_OK;
}

static uint64_t unknown_failures(const struct bnc_judging *g)
{
    uint64_t n = 0;

    for (size_t p = 0; p < g->t->n_providers; p++)
        n += g->t->providers[p].cause[BNC_CAUSE_UNKNOWN] +
             g->t->providers[p].cause[BNC_N_CAUSES + BNC_CAUSE_UNKNOWN];
    return n;
}

static enum bnc_status tell_bad_data(struct bnc_judging *g, int cause, const char *variant,
                                     const struct bnc_rate *rate, enum bnc_priority severity)
{
    struct bnc_finding *f = add(g, BNC_FINDING_DATA_QUALITY, cause, BNC_SIDE_UNKNOWN, rate);

    if (f == NULL)
        return bnc_error_nomem(g->err);
    f->variant = variant;
    f->recipients = 0;
    f->severity = severity;
    return BNC_OK;
}

/* Exports of failures beside others that hold deliveries too: no rate over both is right. */
static enum bnc_status find_failures_alone(struct bnc_judging *g, uint64_t failures)
{
    const uint64_t alone = bnc_tally_flagged(g->t, BNC_EVENT_ALONE);
    const struct bnc_rate share = bnc_rate_make(alone < failures ? alone : failures, failures, 0, 0,
                                                0);

    if (alone == 0 || !g->j->has_deliveries || g->volumes.given)
        return BNC_OK;
    g->j->failures_alone = share.num;
    return tell_bad_data(g, -1, "no_deliveries", &share, BNC_PRIORITY_MONITOR);
}

static enum bnc_status find_bad_data(struct bnc_judging *g)
{
    const uint64_t failures = g->t->n[BNC_EVENT_BOUNCE] + g->t->n[BNC_EVENT_DEFERRAL];
    const struct bnc_rate bad = share_of("malformed_share", g->t->malformed, g->t->rows);
    const struct bnc_rate unknown = share_of("unknown_share", unknown_failures(g), failures);
    enum bnc_status status = find_failures_alone(g, failures);

    if (status == BNC_OK && g->t->malformed > 0)
        status = tell_bad_data(g, -1, NULL, &bad, graded(&bad, 10));
    if (status == BNC_OK && failures > 0 && unknown.low >= unknown.warn)
        status = tell_bad_data(g, BNC_CAUSE_UNKNOWN, NULL, &unknown,
                               unknown.num >= 20 && unknown.low >= unknown.limit
                                   ? BNC_PRIORITY_MONITOR
                                   : BNC_PRIORITY_INFO);
    return status;
}

/* ---- labels that mislead ---- */

bool bnc_label_loses(const struct bnc_template *x)
{
    return x->type == BNC_EVENT_BOUNCE && x->hardness == BNC_HARDNESS_HARD &&
           x->verdict.cause != BNC_CAUSE_UNKNOWN && x->verdict.side != BNC_SIDE_RECIPIENT &&
           x->verdict.side != BNC_SIDE_RECIPIENT_DOMAIN && x->verdict.side != BNC_SIDE_ESP;
}

bool bnc_label_keeps_dead(const struct bnc_template *x)
{
    return x->type == BNC_EVENT_BOUNCE && x->hardness == BNC_HARDNESS_SOFT &&
           bnc_cause_is_hard(x->verdict.cause);
}

/* What the labels of one ESP come to. */
struct mislabels {
    struct bnc_span esp;
    uint64_t wrong, labelled, most; /* recipients; most: of one cause that loses addresses */
    int cause;
};

/* The row of an ESP, made if it is new; there are few of them, and room for one per template. */
static struct mislabels *mislabels_of(struct mislabels *at, size_t *n, struct bnc_span esp)
{
    for (size_t i = 0; i < *n; i++)
        if (bnc_span_eq(at[i].esp, esp))
            return &at[i];
    at[*n] = (struct mislabels){ .esp = esp, .cause = -1 };
    return &at[(*n)++];
}

static void add_label(struct mislabels *m, const struct bnc_template *x)
{
    m->labelled += x->recipients;
    if (!bnc_label_loses(x)) {
        m->wrong += bnc_label_keeps_dead(x) ? x->recipients : 0;
        return;
    }
    m->wrong += x->recipients;
    if (x->recipients > m->most) {
        m->most = x->recipients;
        m->cause = x->verdict.cause;
    }
}

/* One finding for each ESP. */
static enum bnc_status find_mislabelled(struct bnc_judging *g)
{
    struct mislabels *const at = bnc_arena_array(&g->scratch, g->t->n_templates, sizeof *at);
    size_t n = 0;

    if (at == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < g->t->n_templates; i++) {
        const struct bnc_template *x = &g->t->templates[i];

        if (x->type == BNC_EVENT_BOUNCE && x->hardness != BNC_HARDNESS_NONE)
            add_label(mislabels_of(at, &n, x->esp), x);
    }
    for (size_t i = 0; i < n; i++) {
        const struct bnc_rate rate = bnc_rate_make(at[i].wrong, at[i].labelled, 0, 0, 0);
        struct bnc_finding *f;

        if (at[i].wrong == 0)
            continue;
        f = add(g, BNC_FINDING_ESP_LABEL_MISMATCH, at[i].cause, BNC_SIDE_ESP, &rate);
        if (f == NULL)
            return bnc_error_nomem(g->err);
        f->subject = at[i].esp;
        f->severity = BNC_PRIORITY_INFO;
    }
    return BNC_OK;
}

enum bnc_status bnc_hygiene_find(struct bnc_judging *g)
{
    static enum bnc_status (*const steps[])(struct bnc_judging *) = {
        find_roles, find_duties, find_recurring, find_waste, find_bad_data, find_mislabelled
    };
    enum bnc_status status = BNC_OK;

    for (size_t i = 0; status == BNC_OK && i < sizeof steps / sizeof steps[0]; i++)
        status = steps[i](g);
    return status;
}
