/* SPDX-License-Identifier: MIT
 * signals.c - one test, asked of every provider and family of causes: is there a run of days on
 * which this share stands out?
 *
 * Population.  With deliveries, k of n is "refusals of the family of all attempts at the provider".
 * Without, n is k and all failures of other families: they grow with the volume too, so a big
 * mailing day is no incident.  Providers known from their replies alone (gateways, hosted mailboxes
 * of unknown domains) have no deliveries of their own; they are held against the pool of unknown
 * domains they hide in.
 *
 * A signal needs all of: the scan statistic significant after correction for the windows tried and,
 * over all providers and families, for false discoveries; a share whose lower bound reaches the
 * family's floor; three times the share outside; ten recipients.  A share that is the same on all
 * days has no window; it is a signal if it is over the floor throughout and well over the rest of
 * the traffic's. Significance alone is worth nothing here: mail is lumpy, and a hundred thousand
 * messages make any difference significant.
 *
 * A provider may turn on us twice in a month.  Once a window is found its days are taken out and
 * the rest is searched again.
 */
#include "detect/signals.h"

#include <stdlib.h>

#include "tables/threshold.h"

#define BY_CODE_WINDOW                                                                             \
    0.10 /* without deliveries: share of all failures on the days of a window ... */
#define BY_CODE_STEADY 0.50 /* ... and of the provider's own failures throughout */
#define BY_CODE_P 1e-5 /* what is held for the volume is a guess */
#define WEAK_RECIPIENTS 3
#define WAVE_DAYS 3
#define WAVE_RATIO                                                                                 \
    5 /* times the provider's other days, and times the other providers on the same days */

const struct bnc_threshold *bnc_family_limit(enum bnc_family family)
{
    static const char *const metric[] = { [BNC_FAMILY_AUTHENTICATION] = "incident_authentication",
                                          [BNC_FAMILY_REPUTATION] = "incident_reputation",
                                          [BNC_FAMILY_THROTTLING] = "incident_throttling",
                                          [BNC_FAMILY_CONTENT] = "incident_content",
                                          [BNC_FAMILY_SETUP] = "incident_setup",
                                          [BNC_FAMILY_NETWORK] = "incident_network",
                                          [BNC_FAMILY_UNNAMED] = "incident_unnamed",
                                          [BNC_FAMILY_ADDRESS] = "incident_address_wave",
                                          [BNC_FAMILY_COMPLAINT] = "complaint_rate" };

    return bnc_threshold_default(metric[family]);
}

uint64_t bnc_family_events(const struct bnc_provider_total *p, enum bnc_family family)
{
    uint64_t n = 0;

    for (unsigned c = 0; c < BNC_N_CAUSES; c++) {
        if (bnc_family_of(c, BNC_EVENT_BOUNCE) == family)
            n += p->cause[c];
        if (bnc_family_of(c, BNC_EVENT_DEFERRAL) == family)
            n += p->cause[BNC_N_CAUSES + c];
    }
    return n;
}

uint64_t bnc_family_recipients(const struct bnc_provider_total *p, enum bnc_family family)
{
    uint64_t n = 0;

    for (unsigned c = 0; c < BNC_N_CAUSES; c++) {
        const uint64_t in =
            (bnc_family_of(c, BNC_EVENT_BOUNCE) == family ? p->cause[c] : 0) +
            (bnc_family_of(c, BNC_EVENT_DEFERRAL) == family ? p->cause[BNC_N_CAUSES + c] : 0);

        n += in < p->cause_recipients[c] ? in : p->cause_recipients[c];
    }
    return n < p->recipients_failed ? n : p->recipients_failed;
}

bool bnc_signals_overlap(const struct bnc_signal *a, const struct bnc_signal *b)
{
    return a->w.from <= b->w.to && b->w.from <= a->w.to;
}

/* Room for one series of k and n; and what incidents found so far struck, by family and day. */
struct lane {
    uint64_t *k, *n, *struck;
};

static uint64_t day_attempts(const struct bnc_series *s, size_t row, size_t d)
{
    const uint64_t done = bnc_series_at(s, row, BNC_SERIES_DELIVERED)[d] +
                          bnc_series_at(s, row, BNC_SERIES_BOUNCED)[d] +
                          bnc_series_at(s, row, BNC_SERIES_DEFERRED)[d];
    const uint64_t sent = bnc_series_at(s, row, BNC_SERIES_SENT)[d];

    return done > sent ? done : sent;
}

static uint64_t day_failures(const struct bnc_series *s, size_t row, size_t d)
{
    return bnc_series_at(s, row, BNC_SERIES_BOUNCED)[d] +
           bnc_series_at(s, row, BNC_SERIES_DEFERRED)[d];
}

/* Most of what failed at this provider is known from the replies alone. */
static bool marker_only(const struct bnc_judging *g, size_t row)
{
    const struct bnc_provider_total *p = &g->t->providers[g->series.provider[row]];
    const uint64_t failed = p->n[BNC_EVENT_BOUNCE] + p->n[BNC_EVENT_DEFERRAL];

    return row > 0 && g->series.provider[row] != 0 &&
           2 * (p->by_marker[BNC_EVENT_BOUNCE] + p->by_marker[BNC_EVENT_DEFERRAL]) > failed;
}

static size_t pool_row(const struct bnc_judging *g)
{
    return g->series.row_of[0];
}

/* All failures of a day without those of incidents that are known by now. */
static uint64_t ordinary_failures(const struct bnc_judging *g, const struct lane *lane, size_t d)
{
    uint64_t n = day_failures(&g->series, 0, d);

    for (unsigned f = 0; f < BNC_N_FAMILIES; f++)
        n -= lane->struck[f * g->series.n_days + d];
    return n;
}

static void fill_lane(const struct bnc_judging *g, size_t row, enum bnc_family family,
                      struct lane *lane)
{
    const struct bnc_series *s = &g->series;
    const uint64_t *k = bnc_series_at(s, row, family), *all = bnc_series_at(s, 0, family);
    const size_t pool = marker_only(g, row) ? pool_row(g) : 0;

    for (size_t d = 0; d < s->n_days; d++) {
        lane->k[d] = k[d];
        if (!g->j->has_deliveries)
            lane->n[d] = k[d] + ordinary_failures(g, lane, d) -
                         (all[d] - lane->struck[family * s->n_days + d]);
        else
            lane->n[d] = day_attempts(s, row, d) + (pool > 0 ? day_attempts(s, pool, d) : 0);
        if (s->day[d] == BNC_DAY_NONE)
            lane->k[d] = lane->n[d] = 0;
    }
}

static uint64_t row_recipients(const struct bnc_judging *g, size_t row, enum bnc_family family)
{
    uint64_t n = 0;

    for (size_t p = 0; p < g->t->n_providers; p++)
        if ((row == 0 || g->series.row_of[p] == row) && g->t->providers[p].recipients_failed > 0)
            n += bnc_family_recipients(&g->t->providers[p], family);
    return n;
}

static uint64_t row_events(const struct bnc_judging *g, size_t row, enum bnc_family family)
{
    const uint64_t *k = bnc_series_at(&g->series, row, family);
    uint64_t n = 0;

    for (size_t d = 0; d < g->series.n_days; d++)
        n += k[d];
    return n;
}

static double share(uint64_t k, uint64_t n)
{
    return n > 0 ? (double)k / (double)n : 0;
}

/* Is a window big enough to be told, whatever its significance? */
static bool window_matters(const struct bnc_judging *g, const struct bnc_signal *sig, double floor)
{
    const double ratio = BNC_THRESHOLD(incident_ratio)->limit;

    return sig->recipients >= (uint64_t)BNC_THRESHOLD(incident_recipients)->limit &&
           sig->low >= floor &&
           share(sig->w.k, sig->w.n) >= ratio * (g->j->has_deliveries ? 1 : 2) * sig->rate_out;
}

/* Is a window that does not matter by itself worth remembering as part of a wider incident? */
static bool is_weak(const struct bnc_signal *sig)
{
    return sig->recipients >= WEAK_RECIPIENTS && sig->w.p < 0.01 &&
           share(sig->w.k, sig->w.n) >=
               BNC_THRESHOLD(incident_ratio)->limit * sig->rate_out;
}

/* Fills in what a signal's window is worth; true where it is a signal, else it may be weak. */
static bool judge_window(const struct bnc_judging *g, struct bnc_signal *sig, double floor)
{
    const uint64_t events = row_events(g, sig->row, sig->family),
                   recipients = row_recipients(g, sig->row, sig->family);
    const bool retried = sig->family == BNC_FAMILY_THROTTLING || sig->family == BNC_FAMILY_NETWORK;
    double high;

    sig->steady = false;
    sig->rate_out = share(sig->w.k_out, sig->w.n_out);
    sig->recipients = events > 0 ? recipients * sig->w.k / events : 0;
    if (recipients > 0 && retried) /* retries come together */
        sig->w.p = bnc_window_p(&sig->w, (double)events / (double)recipients);
    bnc_wilson(sig->w.k, sig->w.n, &sig->low, &high);
    if (window_matters(g, sig, floor) && (g->j->has_deliveries || sig->w.p < BY_CODE_P)) {
        sig->weak = false;
        return true;
    }
    sig->weak = is_weak(sig);
    return false;
}

static bool try_window(const struct bnc_judging *g, struct lane *lane, struct bnc_signal *sig,
                       double floor, size_t max_days)
{
    return bnc_window_scan(lane->k, lane->n, g->series.n_days, max_days, &sig->w) &&
           judge_window(g, sig, floor);
}

/* The share over everything, days unknown included. */
static bool try_steady(const struct bnc_judging *g, struct bnc_signal *sig, double floor)
{
    const struct bnc_series *s = &g->series;
    const size_t pool = marker_only(g, sig->row) ? pool_row(g) : 0;
    uint64_t k = 0, n = 0, all_k = 0, all_n = 0;
    double high;

    for (size_t d = 0; d < s->n_days; d++) {
        k += bnc_series_at(s, sig->row, sig->family)[d];
        all_k += bnc_series_at(s, 0, sig->family)[d];
        n += g->j->has_deliveries
                 ? day_attempts(s, sig->row, d) + (pool > 0 ? day_attempts(s, pool, d) : 0)
                 : day_failures(s, sig->row, d);
        all_n += g->j->has_deliveries ? day_attempts(s, 0, d) : day_failures(s, 0, d);
    }
    sig->steady = true;
    sig->w = (struct bnc_window){ .to = s->n_days > 0 ? s->n_days - 1 : 0, .k = k, .n = n };
    sig->recipients = row_recipients(g, sig->row, sig->family);
    sig->rate_out = all_n > n ? share(all_k - k, all_n - n) : 0;
    bnc_wilson(k, n, &sig->low, &high);
    sig->w.p = sig->low >= floor ? bnc_binomial_tail(k, n, floor) : 1;
    return sig->recipients >= (uint64_t)BNC_THRESHOLD(incident_recipients)->limit * 2 &&
           sig->low >= floor;
}

/* Without deliveries a steady burst of temporary failures can't be told from a busy month. */
static bool steady_allowed(const struct bnc_judging *g, enum bnc_family family)
{
    return g->j->has_deliveries ||
           (family != BNC_FAMILY_THROTTLING && family != BNC_FAMILY_NETWORK);
}

/* ---- several incidents of one family at one provider ---- */

#define MAX_WINDOWS 8
#define RETURNING 3 /* windows from which on it is one incident that returns with every mailing */
#define LULL_P 1e-4

static int by_day(const void *a, const void *b)
{
    const struct bnc_signal *x = a, *y = b;

    return (x->w.from > y->w.from) - (x->w.from < y->w.from);
}

static void clear_days(struct lane *lane, const struct bnc_window *w)
{
    for (size_t d = w->from; d <= w->to; d++)
        lane->k[d] = lane->n[d] = 0;
}

/* What the days of 'b' hold becomes a part of 'a', which began before. */
static void join_windows(struct bnc_signal *a, const struct bnc_signal *b)
{
    double high;

    a->w.to = b->w.to > a->w.to ? b->w.to : a->w.to;
    a->w.k += b->w.k;
    a->w.n += b->w.n;
    a->w.k_out -= b->w.k < a->w.k_out ? b->w.k : a->w.k_out;
    a->w.n_out -= b->w.n < a->w.n_out ? b->w.n : a->w.n_out;
    a->w.p = b->w.p < a->w.p ? b->w.p : a->w.p;
    a->recipients += b->recipients;
    a->rate_out = share(a->w.k_out, a->w.n_out);
    bnc_wilson(a->w.k, a->w.n, &a->low, &high);
}

/*
 * Joins strong windows that are at most 'gap' days apart, in order of time; how many signals are
 * left.
 */
static unsigned join_within(const struct bnc_judging *g, struct bnc_signal *found, unsigned n,
                            int32_t gap)
{
    const int32_t *day = g->series.day;
    unsigned kept = 0, last = MAX_WINDOWS;

    for (unsigned i = 0; i < n; i++) {
        if (!found[i].weak && last < kept && day[found[i].w.from] - day[found[last].w.to] <= gap) {
            join_windows(&found[last], &found[i]);
            continue;
        }
        found[kept] = found[i];
        last = found[i].weak ? last : kept;
        kept++;
    }
    return kept;
}

/*
 * Windows less than a queue's lifetime apart are one incident with a lull; three and more are one
 * that returns with every mailing.  Weak ones stay apart: they must not move onset and end.
 */
static unsigned join_neighbours(const struct bnc_judging *g, struct bnc_signal *found, unsigned n)
{
    unsigned strong = 0;

    qsort(found, n, sizeof *found, by_day);
    n = join_within(g, found, n, BNC_QUEUE_DAYS);
    for (unsigned i = 0; i < n; i++)
        strong += !found[i].weak;
    return strong >= RETURNING ? join_within(g, found, n, INT32_MAX) : n;
}

/*
 * A window may span two incidents where nothing of the kind happens otherwise.  Its clearest lull
 * that is longer than a queue's lifetime; false where it has none.
 */
static bool find_lull(const struct bnc_judging *g, const struct lane *lane,
                      const struct bnc_window *w, struct bnc_window *lull)
{
    const double ratio = BNC_THRESHOLD(incident_ratio)->limit;
    double best = 0;

    for (size_t from = w->from + 1; from < w->to; from++) {
        struct bnc_window in = { .from = from };

        for (size_t to = from; to < w->to; to++) {
            double g2;

            in.to = to;
            in.k += lane->k[to];
            in.n += lane->n[to];
            g2 = bnc_excess_g2(w->k - in.k, w->n - in.n, in.k, in.n);
            if (g->series.day[to + 1] - g->series.day[from - 1] <= BNC_QUEUE_DAYS || g2 <= best ||
                share(w->k - in.k, w->n - in.n) < ratio * share(in.k, in.n))
                continue;
            best = g2;
            *lull = in;
        }
    }
    return bnc_chi2_tail(best) / 2 < LULL_P;
}

/* Keeps what comes before the first lull; what comes after it will be found by itself. */
static void cut_at_lull(const struct bnc_judging *g, const struct lane *lane, struct bnc_window *w)
{
    struct bnc_window lull = { 0 }, head = { .from = w->from, .tried = w->tried };

    if (!find_lull(g, lane, w, &lull))
        return;
    head.to = lull.from - 1;
    for (size_t d = head.from; d <= head.to; d++) {
        head.k += lane->k[d];
        head.n += lane->n[d];
    }
    head.k_out = w->k_out + w->k - head.k;
    head.n_out = w->n_out + w->n - head.n;
    head.g2 = bnc_excess_g2(head.k, head.n, head.k_out, head.n_out);
    head.p = bnc_window_p(&head, 1);
    *w = head;
}

/* Every run of days that stands out, each against what is left without those found before. */
static unsigned collect_windows(const struct bnc_judging *g, struct lane *lane,
                                const struct bnc_signal *blank, double floor,
                                struct bnc_signal found[MAX_WINDOWS])
{
    unsigned n = 0;

    while (n < MAX_WINDOWS) {
        struct bnc_signal sig = *blank;

        if (!bnc_window_scan(lane->k, lane->n, g->series.n_days, g->series.n_days, &sig.w))
            break;
        cut_at_lull(g, lane, &sig.w);
        if (!judge_window(g, &sig, floor) && !sig.weak)
            break;
        found[n++] = sig;
        clear_days(lane, &sig.w);
    }
    return n;
}

/* All of them, each judged against the days that belong to no other incident. */
static unsigned try_windows(const struct bnc_judging *g, struct lane *lane,
                            const struct bnc_signal *blank, double floor,
                            struct bnc_signal found[MAX_WINDOWS])
{
    const unsigned n = collect_windows(g, lane, blank, floor, found);

    for (unsigned i = n; i-- > 0;) {
        struct bnc_window *w = &found[i].w;

        for (unsigned later = i + 1; later < n; later++) {
            w->k_out -= found[later].weak ? 0 : found[later].w.k;
            w->n_out -= found[later].weak ? 0 : found[later].w.n;
        }
        w->g2 = bnc_excess_g2(w->k, w->n, w->k_out, w->n_out);
        w->p = bnc_window_p(w, 1);
        judge_window(g, &found[i], floor);
    }
    return join_neighbours(g, found, n);
}

/* The signals of one provider and family; how many. */
static unsigned try_row(const struct bnc_judging *g, struct lane *lane,
                        const struct bnc_signal *blank, struct bnc_signal found[MAX_WINDOWS])
{
    const double floor = bnc_family_limit(blank->family)->warn;
    const bool known = g->j->has_deliveries;
    struct bnc_signal steady = *blank;
    unsigned n;

    if (row_events(g, blank->row, blank->family) == 0)
        return 0;
    fill_lane(g, blank->row, blank->family, lane);
    n = try_windows(g, lane, blank, known ? floor : BY_CODE_WINDOW, found);
    for (unsigned i = 0; i < n; i++)
        if (!found[i].weak)
            return n;
    if (!steady_allowed(g, blank->family) ||
        !try_steady(g, &steady, known ? floor : BY_CODE_STEADY))
        return n;
    found[0] = steady;
    return 1;
}

static enum bnc_status make_lane(struct bnc_judging *g, struct lane *lane)
{
    lane->k = bnc_arena_zeroed(&g->scratch, g->series.n_days, sizeof *lane->k);
    lane->n = bnc_arena_zeroed(&g->scratch, g->series.n_days, sizeof *lane->n);
    lane->struck =
        bnc_arena_zeroed(&g->scratch, g->series.n_days * BNC_N_FAMILIES, sizeof *lane->struck);
    return lane->k != NULL && lane->n != NULL && lane->struck != NULL ? BNC_OK
                                                                      : bnc_error_nomem(g->err);
}

/* What false-discovery control does not let pass is weak. */
static enum bnc_status keep_discoveries(struct bnc_judging *g, struct bnc_signals *signals,
                                        size_t n_tested)
{
    double *p = bnc_arena_zeroed(&g->scratch, signals->n, sizeof *p), cut;
    size_t n = 0;

    if (p == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < signals->n; i++)
        if (!signals->at[i].weak)
            p[n++] = signals->at[i].w.p;
    cut = bnc_fdr_cut(p, n, n_tested, (g->opt->fdr > 0 ? g->opt->fdr : 0.05) / 5);
    for (size_t i = 0; i < signals->n; i++)
        signals->at[i].weak |= signals->at[i].w.p > cut;
    return BNC_OK;
}

/* The failures of a signal's days are no longer ordinary. */
static void strike(const struct bnc_judging *g, struct lane *lane,
                   const struct bnc_signals *signals)
{
    const struct bnc_series *s = &g->series;

    for (size_t i = 0; i < signals->n; i++) {
        const struct bnc_signal *x = &signals->at[i];

        for (size_t d = x->w.from; x->row > 0 && !x->steady && !x->weak && d <= x->w.to; d++)
            lane->struck[x->family * s->n_days + d] += bnc_series_at(s, x->row, x->family)[d];
    }
}

static enum bnc_status search(struct bnc_judging *g, struct lane *lane, struct bnc_signals *signals)
{
    size_t tested = 0;

    signals->n = 0;
    for (unsigned family = 0; family < BNC_FAMILY_ADDRESS; family++)
        for (size_t row = 0; row < g->series.n_rows; row++) {
            const struct bnc_signal blank = { .row = row, .family = (enum bnc_family)family };

            tested += row_events(g, row, blank.family) > 0;
            signals->n += try_row(g, lane, &blank, signals->at + signals->n);
        }
    return keep_discoveries(g, signals, tested);
}

/*
 * Without deliveries the days of a big incident look busy, and all others idle: what is ordinary on
 * the others would stand out.  So there the search is done twice, the second time with the first
 * one's finds taken out of what is held for ordinary.
 */
enum bnc_status bnc_signals_find(struct bnc_judging *g, const struct bnc_signals *waves,
                                 struct bnc_signals *signals)
{
    struct lane lane;
    enum bnc_status status = make_lane(g, &lane);

    signals->at = bnc_arena_zeroed(&g->scratch, g->series.n_rows * BNC_FAMILY_ADDRESS * MAX_WINDOWS,
                                   sizeof *signals->at);
    if (status != BNC_OK || signals->at == NULL)
        return bnc_error_nomem(g->err);
    strike(g, &lane, waves);
    status = search(g, &lane, signals);
    if (g->j->has_deliveries || status != BNC_OK || signals->n == 0)
        return status;
    strike(g, &lane, signals);
    return search(g, &lane, signals);
}

/* ---- waves ---- */

/* The share of unknown users at all other providers on the days of a window. */
static double others_share(const struct bnc_judging *g, const struct bnc_signal *sig, size_t from,
                           size_t to)
{
    const struct bnc_series *s = &g->series;
    uint64_t k = 0, n = 0;

    for (size_t d = from; d <= to; d++) {
        k += bnc_series_at(s, 0, sig->family)[d] - bnc_series_at(s, sig->row, sig->family)[d];
        n += g->j->has_deliveries ? day_attempts(s, 0, d) - day_attempts(s, sig->row, d)
                                  : day_failures(s, 0, d) - day_failures(s, sig->row, d);
    }
    return share(k, n);
}

/* This provider's part of all unknown users: inside the window, and outside. */
static double own_part(const struct bnc_judging *g, const struct bnc_signal *sig, bool inside)
{
    const struct bnc_series *s = &g->series;
    uint64_t own = 0, all = 0;

    for (size_t d = 0; d < s->n_days; d++) {
        if ((d >= sig->w.from && d <= sig->w.to) != inside)
            continue;
        own += bnc_series_at(s, sig->row, sig->family)[d];
        all += bnc_series_at(s, 0, sig->family)[d];
    }
    return share(own, all);
}

/* Unknown users a day at all other providers: inside the window against outside. */
static double others_jump(const struct bnc_judging *g, const struct bnc_signal *sig)
{
    const struct bnc_series *s = &g->series;
    const size_t inside = sig->w.to - sig->w.from + 1, outside = s->n_days - inside;
    uint64_t in = 0, out = 0;

    for (size_t d = 0; d < s->n_days; d++) {
        const uint64_t k =
            bnc_series_at(s, 0, sig->family)[d] - bnc_series_at(s, sig->row, sig->family)[d];

        if (d >= sig->w.from && d <= sig->w.to)
            in += k;
        else
            out += k;
    }
    return outside == 0 ? 0
                        : ((double)in + 1) / (double)inside / (((double)out + 1) / (double)outside);
}

static double own_jump(const struct bnc_judging *g, const struct bnc_signal *sig)
{
    const size_t inside = sig->w.to - sig->w.from + 1, outside = g->series.n_days - inside;

    return outside == 0
               ? 0
               : (double)sig->w.k / (double)inside / (((double)sig->w.k_out + 1) / (double)outside);
}

static bool is_wave(const struct bnc_judging *g, const struct bnc_signal *sig)
{
    const double inside = share(sig->w.k, sig->w.n);

    if (g->series.n_days < 3)
        return false;
    if (g->j->has_deliveries)
        return inside >= WAVE_RATIO * sig->rate_out &&
               inside >= WAVE_RATIO * others_share(g, sig, sig->w.from, sig->w.to);
    return own_jump(g, sig) >= 2 * WAVE_RATIO &&
           own_jump(g, sig) >= WAVE_RATIO * others_jump(g, sig) && own_part(g, sig, true) >= 0.5 &&
           own_part(g, sig, true) >= 2 * own_part(g, sig, false);
}

enum bnc_status bnc_waves_find(struct bnc_judging *g, struct bnc_signals *signals)
{
    const double floor = bnc_family_limit(BNC_FAMILY_ADDRESS)->warn;
    struct lane lane;
    enum bnc_status status = make_lane(g, &lane);

    signals->n = 0;
    signals->at = bnc_arena_zeroed(&g->scratch, g->series.n_rows, sizeof *signals->at);
    if (status != BNC_OK || signals->at == NULL)
        return bnc_error_nomem(g->err);
    for (size_t row = 1; row < g->series.n_rows; row++) {
        struct bnc_signal sig = { .row = row, .family = BNC_FAMILY_ADDRESS };

        if (bnc_provider_get(g->t->classifier, g->series.provider[row])->kind !=
                BNC_PROVIDER_MAILBOX ||
            marker_only(g, row))
            continue; /* many directories, not one */
        fill_lane(g, row, sig.family, &lane);
        if (try_window(g, &lane, &sig, floor, WAVE_DAYS) && sig.w.p < 1e-6 && is_wave(g, &sig))
            signals->at[signals->n++] = sig;
    }
    return BNC_OK;
}
