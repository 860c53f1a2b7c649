/* SPDX-License-Identifier: MIT
 * incidents.c - signals -> incidents: one break, one finding, told at the widest scope it has.
 *
 * The strongest signal that nothing explains yet is the head of an incident.  Signals of its family on the same days join it; if they come from
 * enough unrelated operators it is sender_wide, else only those of the head's operator join and it is provider_wide.  Weaker signals at
 * the same providers that begin with the incident or after it are its echo (a provider that refuses us for DMARC also lowers our reputation).
 * Then the incident is pinned: does one sending address, sender domain or campaign carry it?
 */
#include <limits.h>
#include <stdlib.h>

#include "detect/signals.h"
#include "tables/threshold.h"

#define ANY_PROVIDER UINT_MAX
#define ALL_DAYS UINT64_MAX
#define QUEUE_DAYS 5 /* how long servers keep trying (RFC 5321 section 4.5.4.1) */

struct incident {
    const struct bnc_signal *head;
    enum bnc_scope scope;
    bool *provider; /* [n_providers] concerned */
    uint64_t *recipients_at; /* [n_providers] of the signals taken */
    uint32_t families; /* bits: the head's and its echoes' */
    struct bnc_window w; /* union of days; k and n added up */
    uint64_t recipients;
    unsigned operators;
};

/* The order in which families are believed: what is plainly ours explains what may be a consequence. */
static unsigned tier(enum bnc_family f)
{
    switch (f) {
    case BNC_FAMILY_AUTHENTICATION:
    case BNC_FAMILY_SETUP:
        return 0;
    case BNC_FAMILY_NETWORK:
        return 2; /* what is throttled long enough expires */
    case BNC_FAMILY_UNNAMED:
        return 3;
    default:
        return 1;
    }
}

/* Unrelated operators that must complain before it is us.  Authentication, setup and content are ours wherever they are refused. */
static unsigned operators_needed(enum bnc_family f)
{
    return f == BNC_FAMILY_AUTHENTICATION || f == BNC_FAMILY_SETUP || f == BNC_FAMILY_CONTENT ? 2
                                                                                              : 3;
}

static uint16_t provider_of(const struct bnc_judging *g, const struct bnc_signal *sig)
{
    return g->series.provider[sig->row];
}

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

/* Recipients of a domain that met one of the families. */
static uint64_t domain_family(const struct bnc_tally *t, const struct bnc_domain *d,
                              uint32_t families)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < d->n_causes; i++) {
        const struct bnc_domain_cause *c = &t->domain_causes[d->cause_at + i];

        if (families >> bnc_family_of(c->cause, c->type) & 1)
            n += c->recipients;
    }
    return n < d->recipients_failed ? n : d->recipients_failed;
}

/* How a signal is spread over domains. */
struct spread {
    uint64_t all, most; /* recipients struck, and of the domain struck most */
    uint64_t traffic; /* recipients of all domains, whether struck or not */
    uint32_t top; /* the domain struck most; of several the first */
    unsigned n; /* domains struck */
};

/* Adds what a signal's family struck among the domains of one series row. */
static void add_struck(const struct bnc_judging *g, size_t row, const struct bnc_signal *x,
                       struct spread *s)
{
    const struct bnc_domain_cause *const causes = g->t->domain_causes;
    const uint32_t *const at = &g->struck.at[row * BNC_N_FAMILIES + x->family];
    const uint64_t days = window_days(g, x);

    s->traffic += g->struck.failed[row] + (g->j->has_deliveries ? g->struck.delivered[row] : 0);
    for (uint32_t i = at[0]; i < at[1];) {
        const uint32_t domain = causes[g->struck.cause[i]].domain;
        const uint64_t failed = g->t->domains[domain].recipients_failed;
        uint64_t k = 0;

        for (; i < at[1] && causes[g->struck.cause[i]].domain == domain; i++)
            k += met_on(&causes[g->struck.cause[i]], days);
        k = k < failed ? k : failed;
        s->all += k;
        s->n += k > 0;
        if (k > s->most || (k > 0 && k == s->most && domain < s->top)) {
            s->most = k;
            s->top = domain;
        }
    }
}

/*
 * Is a family at one provider the story of one domain: more than half of those struck, and more than twice its share of the traffic?
 * "Other" is no operator at all: there, three domains at least must be struck.
 */
static bool one_domains_story(const struct bnc_judging *g, unsigned provider,
                              const struct bnc_signal *x)
{
    const bool unrelated = provider == ANY_PROVIDER || !bnc_is_operator(g, (uint16_t)provider);
    const size_t from = provider == ANY_PROVIDER ? 0 : x->row,
                 to = provider == ANY_PROVIDER ? g->series.n_rows : x->row + 1;
    const struct bnc_domain *top;
    struct spread s = { .n = 0 };
    bool hosted; /* the domain struck most is a customer of the provider, not its own */
    uint64_t size;

    for (size_t row = from; row < to; row++)
        add_struck(g, row, x, &s);
    if (unrelated && s.n < 3)
        return true;
    if (2 * s.most <= s.all)
        return false;
    top = &g->t->domains[s.top];
    hosted = bnc_provider_of_domain(g->t->classifier, top->name) == 0;
    if (!hosted && !g->j->has_deliveries)
        return false; /* without deliveries nothing is said of a mailbox provider's own domain alone */
    size = g->j->has_deliveries ? top->recipients_delivered + top->recipients_failed
                                : top->recipients_failed - s.most;
    s.traffic -= g->j->has_deliveries ? 0 : s.all;
    return unrelated || (hosted && 5 * s.most >= 4 * s.all) ||
           (double)s.most * (double)s.traffic >= 2 * (double)size * (double)s.all;
}

/* Those are left to domains.c. */
static void drop_single_domains(struct bnc_judging *g, struct bnc_signals *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->at[i].row > 0 && one_domains_story(g, provider_of(g, &s->at[i]), &s->at[i]))
            s->at[i].used = true;
}

static struct bnc_signal *strongest(struct bnc_signals *s)
{
    struct bnc_signal *best = NULL;

    for (size_t i = 0; i < s->n; i++) {
        struct bnc_signal *x = &s->at[i];

        if (x->used || x->weak || x->row == 0)
            continue;
        if (best == NULL || tier(x->family) < tier(best->family) ||
            (tier(x->family) == tier(best->family) && x->recipients > best->recipients))
            best = x;
    }
    return best;
}

/* Same family on the same days; or nameless refusals that began with it. */
static bool joins(const struct bnc_signal *head, const struct bnc_signal *x)
{
    if (x->used || x->row == 0 || !bnc_signals_overlap(head, x))
        return false;
    if (x->weak && (x->w.from + 1 < head->w.from || x->w.to > head->w.to + 1))
        return false;
    if (x->family == head->family)
        return true;
    return x->family == BNC_FAMILY_UNNAMED && x->steady == head->steady &&
           x->w.from + 1 >= head->w.from && x->w.from <= head->w.from + 1;
}

static unsigned count_operators(const struct bnc_judging *g, const struct bnc_signals *s,
                                const struct bnc_signal *head)
{
    struct bnc_span seen[64];
    unsigned n = 0, other = 0;

    for (size_t i = 0; i < s->n; i++) {
        const uint16_t p = provider_of(g, &s->at[i]);
        unsigned k = 0;

        if (!joins(head, &s->at[i]))
            continue;
        if (p == 0) {
            other = 2; /* three domains at least that have nothing to do with one another */
            continue;
        }
        while (k < n && !bnc_span_eq(seen[k], bnc_operator_of(g, p)))
            k++;
        if (k == n && n < sizeof seen / sizeof seen[0])
            seen[n++] = bnc_operator_of(g, p);
    }
    return n + other;
}

static void take(const struct bnc_judging *g, struct incident *in, struct bnc_signal *x)
{
    const bool first = x == in->head;

    x->used = true;
    for (size_t p = 0; p < g->t->n_providers; p++)
        in->provider[p] |= g->series.row_of[p] == x->row;
    in->families |= 1u << x->family;
    in->recipients += x->recipients;
    in->recipients_at[provider_of(g, x)] += x->recipients;
    in->w.k += x->w.k;
    in->w.n += x->w.n;
    in->w.k_out += x->w.k_out;
    if (first || x->w.from < in->w.from)
        in->w.from = x->w.from;
    if (first || x->w.to > in->w.to)
        in->w.to = x->w.to;
}

static void gather(const struct bnc_judging *g, struct bnc_signals *s, struct incident *in)
{
    const struct bnc_span operator= bnc_operator_of(g, provider_of(g, in->head));
    const bool wide = in->scope == BNC_SCOPE_SENDER_WIDE;
    struct bnc_signal *head = (struct bnc_signal *)in->head;

    in->w = (struct bnc_window){ .p = head->w.p };
    take(g, in, head);
    head->used = false; /* or nothing would join it */
    for (size_t i = 0; i < s->n; i++)
        if (&s->at[i] != head && joins(head, &s->at[i]) &&
            (wide || bnc_span_eq(bnc_operator_of(g, provider_of(g, &s->at[i])), operator)))
            take(g, in, &s->at[i]);
    head->used = true;
}

/*
 * Weaker signals at the same providers that did not begin before the incident.  What could not be delivered meanwhile expires up to a
 * queue's lifetime later.
 */
static bool is_echo(const struct bnc_judging *g, const struct incident *in,
                    const struct bnc_signal *x)
{
    const bool late = x->family == BNC_FAMILY_NETWORK && in->head->family != BNC_FAMILY_NETWORK;

    return !x->used && x->row > 0 && in->provider[provider_of(g, x)] &&
           x->w.from + 1 >= in->w.from && x->w.from <= in->w.to + (late ? QUEUE_DAYS : 1) &&
           tier(x->family) >= tier(in->head->family) &&
           (late || x->family == BNC_FAMILY_UNNAMED ||
            x->recipients <= in->recipients_at[provider_of(g, x)]);
}

static void absorb_echoes(const struct bnc_judging *g, struct bnc_signals *s, struct incident *in)
{
    for (size_t i = 0; i < s->n; i++) {
        struct bnc_signal *x = &s->at[i];

        if (!is_echo(g, in, x))
            continue;
        x->used = true;
        in->families |= 1u << x->family;
    }
}

/* ---- what the incident explains ---- */

struct marking {
    struct bnc_judging *g;
    const struct incident *in;
};

static void mark_range(void *arg, size_t from, size_t to)
{
    const struct marking *const m = arg;
    struct bnc_judging *const g = m->g;
    const struct incident *const in = m->in;

    for (size_t i = from; i < to; i++) {
        const struct bnc_domain *d = &g->t->domains[i];
        const bool here = in->provider[d->provider];
        const uint32_t families = here                                 ? in->families
                                  : in->scope == BNC_SCOPE_SENDER_WIDE ? 1u << in->head->family
                                                                       : 0;
        const uint64_t k = families != 0 ? domain_family(g->t, d, families) : 0;

        g->domain_done[i] |= (uint16_t)families;
        if (k > 0 && 2 * k >= d->recipients_failed)
            g->j->domain_scope[i] = in->scope;
    }
}

static void mark_domains(struct bnc_judging *g, const struct incident *in)
{
    struct marking m = { g, in };

    bnc_ranges(g, g->t->n_domains, mark_range, &m);
}

/* ---- one address, domain or campaign that carries it ---- */

struct pin {
    bool found, sole; /* sole: there is no other to compare with */
    struct bnc_span name;
    size_t index;
};

static bool cell_in_family(const struct bnc_cell *c, uint32_t families)
{
    if (c->col < BNC_COL_BOUNCE(0))
        return false;
    if (c->col < BNC_COL_DEFERRAL(0))
        return families >> bnc_family_of(c->col - BNC_COL_BOUNCE(0), BNC_EVENT_BOUNCE) & 1;
    return families >> bnc_family_of(c->col - BNC_COL_DEFERRAL(0), BNC_EVENT_DEFERRAL) & 1;
}

static void subject_counts(const struct bnc_judging *g, const struct incident *in,
                           enum bnc_kind kind, size_t i, uint64_t *k, uint64_t *n)
{
    *k = *n = 0;
    for (size_t c = g->cell_at[kind][i]; c < g->cell_at[kind][i + 1]; c++) {
        const struct bnc_cell *cell = &g->t->cells[c];
        const bool here = in->provider[cell->provider];

        if (here && cell_in_family(cell, in->families))
            *k += cell->n;
        if (cell->col == BNC_EVENT_DELIVERED
                ? here
                : cell->col >= BNC_COL_BOUNCE(0) && (here || !g->j->has_deliveries))
            *n += cell->n;
    }
}

/*
 * Did the other subjects escape?  If the incident struck them as well, they would have its share of failures on its days; their part of
 * those days is only known by the calendar.  Where they have a third of that at most, they were spared.
 */
static bool others_escape(const struct bnc_judging *g, const struct incident *in, uint64_t k,
                          uint64_t n)
{
    const double days = (double)(in->w.to - in->w.from + 1) / (double)g->series.n_days;
    const double share = in->w.n > 0 ? (double)in->w.k / (double)in->w.n : 0;

    k -= k < in->w.k_out ? k : in->w.k_out; /* what failed on other days */
    return 3 * (double)k <= share * days * (double)n;
}

static struct pin find_pin(const struct bnc_judging *g, const struct incident *in,
                           enum bnc_kind kind)
{
    uint64_t all_k = 0, all_n = 0, best_k = 0, best_n = 0;
    struct pin pin = { .found = false };
    unsigned named = 0;

    for (size_t i = 0; i < g->t->n_subjects[kind]; i++) {
        uint64_t k, n;

        subject_counts(g, in, kind, i, &k, &n);
        all_k += k;
        all_n += n;
        named += n > 0 && g->t->subject[kind][i].name.len > 0;
        if (k > best_k && g->t->subject[kind][i].name.len > 0) {
            best_k = k;
            best_n = n;
            pin.index = i;
        }
    }
    if (best_k == 0 ||
        (kind == BNC_KIND_CAMPAIGN && bnc_name_is_day(g->t->subject[kind][pin.index].name)))
        return pin;
    pin.name = g->t->subject[kind][pin.index].name;
    pin.sole = named == 1 && best_k == all_k;
    pin.found = !pin.sole && 4 * best_k >= 3 * all_k &&
                bnc_excess_p(best_k, best_n, all_k - best_k, all_n - best_n) < 1e-4 &&
                others_escape(g, in, all_k - best_k, all_n - best_n);
    return pin;
}

/* ---- volume ---- */

static int by_count(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Messages that wanted to go out on a day: retries of one recipient count once, as far as the month tells. */
static double wanted(const struct bnc_judging *g, size_t row, double retries, size_t d)
{
    const struct bnc_series *s = &g->series;
    const double done = (double)(bnc_series_at(s, row, BNC_SERIES_DELIVERED)[d] +
                                 bnc_series_at(s, row, BNC_SERIES_BOUNCED)[d]);
    const double sent = (double)bnc_series_at(s, row, BNC_SERIES_SENT)[d];
    const double all = done + (double)bnc_series_at(s, row, BNC_SERIES_DEFERRED)[d] / retries;

    return all > sent ? all : sent;
}

/* Did our own volume in this row jump at the beginning of the window, over the median and over every day before? */
static bool row_jumped(struct bnc_judging *g, size_t row, const struct bnc_window *w,
                       double retries)
{
    const double ratio = bnc_threshold_default("spike_ratio")->limit;
    double *v = bnc_zalloc(&g->scratch, g->series.n_days, sizeof *v), peak = 0;
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

static bool volume_jumped(struct bnc_judging *g, const struct incident *in)
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

/* ---- the finding ---- */

static int commonest_cause(const struct bnc_judging *g, const struct incident *in)
{
    uint64_t best = 0;
    int cause = -1;

    for (unsigned c = 0; c < BNC_N_CAUSES; c++) {
        uint64_t n = 0;

        for (size_t p = 0; p < g->t->n_providers; p++) {
            if (!in->provider[p])
                continue;
            n += bnc_family_of(c, BNC_EVENT_BOUNCE) == in->head->family
                     ? g->t->providers[p].cause[c]
                     : 0;
            n += bnc_family_of(c, BNC_EVENT_DEFERRAL) == in->head->family
                     ? g->t->providers[p].cause[BNC_N_CAUSES + c]
                     : 0;
        }
        if (n > best) {
            best = n;
            cause = (int)c;
        }
    }
    return cause;
}

static enum bnc_finding_kind kind_of(struct bnc_judging *g, const struct incident *in, int cause)
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

static enum bnc_priority severity_of(const struct bnc_judging *g, const struct incident *in)
{
    const enum bnc_family f = in->head->family;
    const bool high =
        g->j->has_deliveries ? in->head->low >= bnc_family_limit(f)->limit : in->head->low >= 0.5;

    if (f == BNC_FAMILY_AUTHENTICATION || f == BNC_FAMILY_SETUP || f == BNC_FAMILY_REPUTATION)
        return high ? BNC_PRIORITY_CRITICAL : BNC_PRIORITY_FIX_SOON;
    return high ? BNC_PRIORITY_FIX_SOON : BNC_PRIORITY_MONITOR;
}

/* The first and the last failure of the incident: from the cells of its days. */
static void set_times(const struct bnc_judging *g, const struct incident *in, struct bnc_finding *f)
{
    const size_t last_day = g->series.n_days > 0 ? g->series.n_days - 1 : 0;
    const size_t first_day = g->series.n_days > 0 && g->series.day[0] == BNC_DAY_NONE;
    const size_t from = g->cell_at[BNC_KIND_DAY][in->w.from],
                 to = g->cell_at[BNC_KIND_DAY][in->w.to + 1];

    for (size_t c = from; c < to; c++) {
        const struct bnc_cell *cell = &g->t->cells[c];

        if (!in->provider[cell->provider] || !cell_in_family(cell, 1u << in->head->family))
            continue;
        if (cell->first != BNC_NO_TIME &&
            (f->first_seen == BNC_NO_TIME || cell->first < f->first_seen))
            f->first_seen = cell->first;
        if (cell->last != BNC_NO_TIME && (f->last_seen == BNC_NO_TIME || cell->last > f->last_seen))
            f->last_seen = cell->last;
    }
    f->ongoing = in->w.to >= last_day;
    f->onset = !in->head->steady && in->w.from > first_day ? f->first_seen : BNC_NO_TIME;
    f->end = f->ongoing ? BNC_NO_TIME : f->last_seen;
}

#define MAX_TEMPLATES 5

static bool template_fits(const struct bnc_template *x, const struct incident *in)
{
    return x->verdict.provider < UINT16_MAX && in->provider[x->verdict.provider] &&
           (x->type == BNC_EVENT_BOUNCE || x->type == BNC_EVENT_DEFERRAL) &&
           bnc_family_of(x->verdict.cause, x->type) == in->head->family;
}

static enum bnc_status set_templates(struct bnc_judging *g, const struct incident *in,
                                     struct bnc_finding *f)
{
    uint32_t *at = bnc_zalloc(&g->j->arena, MAX_TEMPLATES, sizeof *at);

    if (at == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < g->t->n_templates && f->n_templates < MAX_TEMPLATES; i++)
        if (template_fits(&g->t->templates[i], in))
            at[f->n_templates++] = (uint32_t)i;
    f->templates = at;
    return BNC_OK;
}

/* In which order the carriers are asked: a listing belongs to an address, DMARC to a domain, spam to a mailing. */
static const enum bnc_kind pin_order[BNC_N_FAMILIES][3] = {
    [BNC_FAMILY_AUTHENTICATION] = { BNC_KIND_SENDER_DOMAIN, BNC_KIND_SENDING_IP,
                                    BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_REPUTATION] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_THROTTLING] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_CONTENT] = { BNC_KIND_CAMPAIGN, BNC_KIND_SENDER_DOMAIN, BNC_KIND_SENDING_IP },
    [BNC_FAMILY_SETUP] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_NETWORK] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_UNNAMED] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_ADDRESS] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
};

static enum bnc_subject_type subject_type_of(enum bnc_kind kind)
{
    return kind == BNC_KIND_SENDER_DOMAIN ? BNC_SUBJECT_SENDER_DOMAIN
           : kind == BNC_KIND_SENDING_IP  ? BNC_SUBJECT_SENDING_IP
                                          : BNC_SUBJECT_CAMPAIGN;
}

/* The carriers: of what kind and name; those found come first. */
struct carriers {
    struct pin pin[3];
    enum bnc_kind kind[3];
};

static void find_carriers(struct bnc_judging *g, const struct incident *in, struct carriers *c)
{
    for (unsigned i = 0; i < 3; i++) {
        c->kind[i] = pin_order[in->head->family][i];
        if (c->kind[i] == BNC_KIND_CAMPAIGN && in->head->family != BNC_FAMILY_CONTENT)
            continue; /* whatever lasts days strikes the campaigns of those days */
        c->pin[i] = find_pin(g, in, c->kind[i]);
        if (c->pin[i].found && c->kind[i] == BNC_KIND_CAMPAIGN &&
            in->head->family == BNC_FAMILY_CONTENT)
            g->campaign_done[c->pin[i].index] = true;
    }
}

static void set_subject(const struct bnc_judging *g, const struct incident *in,
                        const struct carriers *c, struct bnc_finding *f)
{
    if (in->scope != BNC_SCOPE_SENDER_WIDE) {
        f->subject_type = BNC_SUBJECT_PROVIDER;
        f->subject =
            bnc_span_str(bnc_provider_get(g->t->classifier, provider_of(g, in->head))->title);
        return;
    }
    f->subject_type = BNC_SUBJECT_EXPORT;
    f->subject = BNC_SPAN("");
    for (unsigned i = 0; i < 3; i++) {
        if (!c->pin[i].found && !(c->pin[i].sole && c->kind[i] == BNC_KIND_SENDER_DOMAIN &&
                                  in->head->family == BNC_FAMILY_AUTHENTICATION))
            continue;
        f->subject_type = subject_type_of(c->kind[i]);
        f->subject = c->pin[i].name;
        return;
    }
}

/* Every provider concerned and every carrier found, unless it is the subject already. */
static enum bnc_status set_also(struct bnc_judging *g, const struct incident *in,
                                const struct carriers *c, struct bnc_finding *f)
{
    struct bnc_span *also = bnc_zalloc(&g->j->arena, g->t->n_providers + 3, sizeof *also);

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
        if (c->pin[i].found && !bnc_span_eq(c->pin[i].name, f->subject))
            also[f->n_also++] = c->pin[i].name;
    f->also = also;
    return BNC_OK;
}

static struct bnc_rate incident_rate(const struct bnc_judging *g, const struct incident *in)
{
    const struct bnc_threshold *limit = bnc_family_limit(in->head->family);
    struct bnc_rate r;

    if (g->j->has_deliveries)
        return bnc_rate_make(in->w.k, in->w.n, limit->warn, limit->limit, 0);
    r = bnc_rate_make(0, 0, limit->warn, limit->limit, 0);
    r.num = in->w.k;
    return r;
}

static enum bnc_status tell(struct bnc_judging *g, struct incident *in)
{
    struct carriers carriers = { .kind = { 0 } };
    struct bnc_finding *f = bnc_finding_add(g);
    enum bnc_status status;

    if (f == NULL)
        return bnc_error_nomem(g->err);
    find_carriers(g, in, &carriers);
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

static bool make_room(struct bnc_judging *g, struct incident *in)
{
    in->provider = bnc_zalloc(&g->scratch, g->t->n_providers, sizeof *in->provider);
    in->recipients_at = bnc_zalloc(&g->scratch, g->t->n_providers, sizeof *in->recipients_at);
    return in->provider != NULL && in->recipients_at != NULL;
}

static enum bnc_status handle(struct bnc_judging *g, struct bnc_signals *s, struct bnc_signal *head)
{
    struct incident in = { .head = head };

    if (!make_room(g, &in))
        return bnc_error_nomem(g->err);
    in.operators = count_operators(g, s, head);
    in.scope = in.operators >= operators_needed(head->family) || provider_of(g, head) == 0
                   ? BNC_SCOPE_SENDER_WIDE
                   : BNC_SCOPE_PROVIDER_WIDE;
    gather(g, s, &in);
    absorb_echoes(g, s, &in);
    g->told_families |= in.families;
    mark_domains(g, &in);
    return tell(g, &in);
}

/* Spread so thinly that no provider shows it: only the sum over all of them does. */
static enum bnc_status handle_thin(struct bnc_judging *g, struct bnc_signals *s)
{
    enum bnc_status status = BNC_OK;

    for (size_t i = 0; status == BNC_OK && i < s->n; i++) {
        struct bnc_signal *x = &s->at[i];
        struct incident in = { .head = x,
                               .scope = BNC_SCOPE_SENDER_WIDE,
                               .families = 1u << x->family,
                               .w = x->w,
                               .recipients = x->recipients };

        if (x->row != 0 || x->weak || (g->told_families >> x->family & 1) != 0)
            continue;
        if (one_domains_story(g, ANY_PROVIDER, x))
            continue;
        if (!make_room(g, &in))
            return bnc_error_nomem(g->err);
        for (size_t p = 0; p < g->t->n_providers; p++)
            in.provider[p] = bnc_family_events(&g->t->providers[p], x->family) > 0;
        mark_domains(g, &in);
        status = tell(g, &in);
    }
    return status;
}

/* A provider that denies its own users: marked first, so that neither campaigns nor domains are blamed for it. */
static enum bnc_status handle_waves(struct bnc_judging *g, struct bnc_signals *waves)
{
    enum bnc_status status = bnc_waves_find(g, waves);

    for (size_t i = 0; status == BNC_OK && i < waves->n; i++) {
        struct incident in = { .head = &waves->at[i], .scope = BNC_SCOPE_PROVIDER_WIDE };

        if (!make_room(g, &in))
            return bnc_error_nomem(g->err);
        take(g, &in, &waves->at[i]);
        g->wave[provider_of(g, &waves->at[i])] = true;
        mark_domains(g, &in);
        status = tell(g, &in);
    }
    return status;
}

enum bnc_status bnc_incidents_find(struct bnc_judging *g)
{
    struct bnc_signals signals, waves;
    struct bnc_signal *head;
    enum bnc_status status;

    g->wave = bnc_zalloc(&g->scratch, g->t->n_providers, sizeof *g->wave);
    if (g->wave == NULL)
        return bnc_error_nomem(g->err);
    status = handle_waves(g, &waves);
    if (status == BNC_OK)
        status = bnc_signals_find(g, &waves, &signals);
    if (status != BNC_OK)
        return status;
    drop_single_domains(g, &signals);
    while (status == BNC_OK && (head = strongest(&signals)) != NULL)
        status = handle(g, &signals, head);
    return status == BNC_OK ? handle_thin(g, &signals) : status;
}
