/* SPDX-License-Identifier: MIT
 * chart_days.c - events by day: what was accepted above, what failed below on a scale of its own,
 * incidents marked.
 *
 * Failures are a few per cent of the volume: on one scale they would be a line of pixels. A month
 * is drawn by day; longer spans by several days a bar. Stray dates (a row of 1970) would squeeze
 * the month into one bar, so days at the ends that hold less than a thousandth of all events are
 * left out, and the caption says so.
 */
#include <stdio.h>
#include <stdlib.h>

#include "report/svg.h"

#define MAX_BARS 92
#define MAX_SPANS 6
#define LEFT 62.0
#define RIGHT 952.0
#define TOP 14.0
#define UPPER 84.0 /* heights of the two panels */
#define LOWER 150.0
#define GAP 40.0
#define COLUMN 7.4 /* generous width of a character of a lane */

static const enum bnc_event_type upper_kinds[] = { BNC_EVENT_DELIVERED, BNC_EVENT_SENT };
static const enum bnc_event_type lower_kinds[] = { BNC_EVENT_BOUNCE, BNC_EVENT_DEFERRAL,
                                                   BNC_EVENT_SUPPRESSED, BNC_EVENT_COMPLAINT };

struct days {
    uint64_t n[MAX_BARS][BNC_N_EVENTS];
    size_t n_bars;
    int32_t first, last; /* days drawn */
    int per_bar;
    uint64_t left_out; /* events outside */
    uint64_t upper, lower; /* the highest bars */
    size_t peak; /* the bar with most failures */
};

static uint64_t all_events(const struct bnc_subject *s)
{
    uint64_t sum = 0;

    for (int e = 0; e < BNC_N_EVENTS; e++)
        sum += s->n[e];
    return sum;
}

/* The days that hold all but a thousandth at each end; false if no row has a day. */
static bool find_window(const struct bnc_tally *t, struct days *d)
{
    const struct bnc_subject *s = t->subject[BNC_KIND_DAY];
    size_t a = 0, b = t->n_subjects[BNC_KIND_DAY];
    uint64_t sum = 0, cut;

    while (a < b && s[a].day == BNC_DAY_NONE)
        a++;
    for (size_t i = a; i < b; i++)
        sum += all_events(&s[i]);
    for (cut = 0; a < b && (cut + all_events(&s[a])) * 1000 < sum; a++)
        cut += all_events(&s[a]);
    d->left_out = cut;
    for (cut = 0; b > a && (cut + all_events(&s[b - 1])) * 1000 < sum; b--)
        cut += all_events(&s[b - 1]);
    d->left_out += cut;
    if (a >= b)
        return false;
    d->first = s[a].day;
    d->last = s[b - 1].day;
    return true;
}

static uint64_t sum_kinds(const uint64_t n[BNC_N_EVENTS], const enum bnc_event_type *kinds,
                          size_t n_kinds)
{
    uint64_t sum = 0;

    for (size_t k = 0; k < n_kinds; k++)
        sum += n[kinds[k]];
    return sum;
}

static bool collect(const struct bnc_tally *t, struct days *d)
{
    if (!find_window(t, d))
        return false;
    d->per_bar = (int)(((int64_t)d->last - d->first) / MAX_BARS + 1);
    d->n_bars = (size_t)((d->last - d->first) / d->per_bar + 1);
    for (size_t i = 0; i < t->n_subjects[BNC_KIND_DAY]; i++) {
        const struct bnc_subject *s = &t->subject[BNC_KIND_DAY][i];

        if (s->day != BNC_DAY_NONE && s->day >= d->first && s->day <= d->last)
            for (int e = 0; e < BNC_N_EVENTS; e++)
                d->n[(s->day - d->first) / d->per_bar][e] += s->n[e];
    }
    for (size_t i = 0; i < d->n_bars; i++) {
        const uint64_t up = sum_kinds(d->n[i], upper_kinds, 2),
                       low = sum_kinds(d->n[i], lower_kinds, 4);

        d->upper = up > d->upper ? up : d->upper;
        d->lower = low > d->lower ? low : d->lower;
        if (bnc_failures(d->n[i]) > bnc_failures(d->n[d->peak]))
            d->peak = i;
    }
    return true;
}

static double bar_width(const struct days *d)
{
    const double w = (RIGHT - LEFT) / (double)d->n_bars;

    return w > 60 ? 60 : w;
}

static double day_x(const struct days *d, int64_t day)
{
    const double at = (double)(day - d->first) / d->per_bar;

    return LEFT + bar_width(d) * (at < 0 ? 0 : at > (double)d->n_bars ? (double)d->n_bars : at);
}

/* ---- drawing ---- */

static void put_scale(struct bnc_page *p, const struct days *d, double base, double height,
                      uint64_t most, unsigned n)
{
    const double step = bnc_svg_step((double)most, n),
                 right = LEFT + bar_width(d) * (double)d->n_bars;

    for (double at = 0; at <= (double)most * 1.0001 && step >= 1; at += step) {
        const double y = base - height * at / (double)most;

        bnc_svg_line(p, LEFT, y, right, y, at == 0 ? "axis" : "grid");
        bnc_svg_count(p, LEFT - 8, y + 4, "tick e", (uint64_t)at);
    }
}

static void put_stack(struct bnc_page *p, const struct days *d, size_t i,
                      const enum bnc_event_type *kinds, size_t n_kinds, double base, double height,
                      uint64_t most)
{
    const double w = bar_width(d), gap = w > 6 ? 2 : w * 0.2;
    double y = base;

    for (size_t k = 0; k < n_kinds; k++) {
        const double h = most == 0 ? 0 : height * (double)d->n[i][kinds[k]] / (double)most;
        char class[8];

        snprintf(class, sizeof class, "e%d", kinds[k]);
        bnc_svg_rect(p, LEFT + w * (double)i + gap / 2, y - h, w - gap, h, class);
        y -= h;
    }
}

static void put_dates(struct bnc_page *p, const struct days *d, double y)
{
    const size_t every = d->n_bars <= 10 ? 1 : d->n_bars <= 40 ? 3 : (d->n_bars + 11) / 12;

    for (size_t i = 0; i < d->n_bars; i += every) {
        const struct bnc_date date = bnc_date_of_day(d->first + (int64_t)i * d->per_bar);
        char text[24];

        snprintf(text, sizeof text, "%d %.3s", date.day, bnc_month_names[date.month - 1]);
        bnc_svg_text(p, LEFT + bar_width(d) * ((double)i + 0.5), y, "tick m", bnc_span_str(text),
                     0);
    }
}

/*
 * Findings with an onset whose span is shorter than the period: numbers above, a veil over their
 * days.
 */
static size_t pick_spans(const struct bnc_judged *j, const struct days *d, size_t picked[MAX_SPANS])
{
    size_t n = 0;

    for (size_t i = 0; i < j->n_findings && n < MAX_SPANS; i++) {
        const struct bnc_finding *f = &j->findings[i];

        if (f->onset != BNC_NO_TIME && f->onset / BNC_SECONDS_PER_DAY > d->first &&
            f->onset / BNC_SECONDS_PER_DAY <= d->last)
            picked[n++] = i;
    }
    return n;
}

/* Where a finding's days begin on the chart, and how wide they are. */
static void place_days(const struct bnc_finding *f, const struct days *d, double *x, double *w)
{
    const int64_t from = f->onset / BNC_SECONDS_PER_DAY;
    const int64_t to = f->end == BNC_NO_TIME ? d->last : f->end / BNC_SECONDS_PER_DAY;

    *x = day_x(d, from);
    *w = day_x(d, (to < from ? from : to) + 1) - *x;
}

static void put_spans(struct bnc_page *p, const struct days *d, const size_t *picked, size_t n,
                      double top, double base)
{
    for (size_t i = 0; i < n; i++) {
        const struct bnc_finding *f = &p->m->judged->findings[picked[i]];
        char class[16];
        double x, w;

        place_days(f, d, &x, &w);
        snprintf(class, sizeof class, "veil s%d", f->side);
        bnc_svg_rect(p, x, top, w, base - top, class);
    }
}

static void put_lanes(struct bnc_page *p, const struct days *d, const size_t *picked, size_t n,
                      double top)
{
    for (size_t i = 0; i < n; i++) {
        const struct bnc_finding *f = &p->m->judged->findings[picked[i]];
        const double y = top + 22 * (double)i;
        char class[16];
        double x, w;

        place_days(f, d, &x, &w);
        snprintf(class, sizeof class, "s%d", f->side);
        bnc_svg_rect(p, x, y + 5, w < 4 ? 4 : w, 8, class);
        if (RIGHT - x - w > x)
            bnc_svg_text(p, x + w + 8, y + 13, "lane", f->headline,
                         (unsigned)((RIGHT - x - w) / COLUMN));
        else
            bnc_svg_text(p, x - 8, y + 13, "lane e", f->headline, (unsigned)(x / COLUMN));
    }
}

static void put_legend(struct bnc_page *p)
{
    static const char *const names[BNC_N_EVENTS] = { "delivered",  "bounced",    "deferred",
                                                     "suppressed", "complaints", "sent",
                                                     "other" };
    const struct bnc_tally *t = p->m->tally;

    bnc_buf_puts(p->out, "<ul class=\"legend small\">");
    for (int e = 0; e < BNC_EVENT_OTHER; e++)
        if (t->n[e] > 0)
            bnc_buf_printf(p->out, "<li><span class=\"side e%d\">%s</span></li>", e, names[e]);
    bnc_buf_puts(p->out, "</ul>\n");
}

static int u64_cmp(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void put_title(const struct days *d, struct bnc_buf *title)
{
    uint64_t sorted[MAX_BARS], peak = bnc_failures(d->n[d->peak]), median;
    const struct bnc_date date = bnc_date_of_day(d->first + (int64_t)d->peak * d->per_bar);

    for (size_t i = 0; i < d->n_bars; i++)
        sorted[i] = bnc_failures(d->n[i]);
    qsort(sorted, d->n_bars, sizeof *sorted, u64_cmp);
    median = sorted[d->n_bars / 2];
    if (median > 0 && d->n_bars > 2 && peak * 2 < median * 3) {
        bnc_buf_puts(title, d->per_bar == 1 ? "No day stands out: " : "No time stands out: ");
        bnc_count_put(title, median, ',');
        bnc_buf_puts(title, d->per_bar == 1 ? " failures on the median day, "
                                            : " failures in the median bar, ");
        bnc_count_put(title, peak, ',');
        bnc_buf_puts(title, " at most");
        return;
    }
    bnc_buf_printf(title,
                   d->per_bar == 1 ? "Failures peak on %d %s: "
                                   : "Failures peak in the days from %d %s: ",
                   date.day, bnc_month_names[date.month - 1]);
    bnc_count_put(title, peak, ',');
    if (median > 0 && d->n_bars > 2) {
        bnc_buf_puts(title, ", ");
        bnc_fixed_put(title, (double)peak / (double)median, 1);
        bnc_buf_puts(title, d->per_bar == 1 ? " times the median day" : " times the median");
    }
}

static void put_axes(const struct days *d, struct bnc_buf *axes)
{
    bnc_buf_puts(axes, d->upper > 0 ? "Events by day (UTC): accepted above, failed and refused "
                                      "below on a scale of their own"
                                    : "Events by day (UTC)");
    if (d->per_bar > 1)
        bnc_buf_printf(axes, "; each bar is %d days", d->per_bar);
    if (d->left_out > 0) {
        bnc_buf_puts(axes, "; ");
        bnc_count_put(axes, d->left_out, ',');
        bnc_buf_puts(axes, " events of stray dates are not drawn");
    }
}

static void put_drawing(struct bnc_page *p, const struct days *d, double upper_base,
                        double lower_base)
{
    if (d->upper > 0)
        put_scale(p, d, upper_base, UPPER, d->upper, 3);
    if (d->lower > 0)
        put_scale(p, d, lower_base, LOWER, d->lower, 4);
    for (size_t i = 0; i < d->n_bars; i++) {
        put_stack(p, d, i, upper_kinds, 2, upper_base, UPPER, d->upper);
        put_stack(p, d, i, lower_kinds, 4, lower_base, LOWER, d->lower);
    }
    put_dates(p, d, lower_base + 17);
}

void bnc_chart_days(struct bnc_page *p)
{
    struct days *const d = calloc(1, sizeof *d);
    struct bnc_buf title = { .at = NULL }, axes = { .at = NULL };
    size_t picked[MAX_SPANS], n = 0;

    if (d == NULL)
        p->out->failed = true;
    else if (collect(p->m->tally, d) && d->upper + d->lower > 0) {
        const double upper_base = d->upper > 0 ? TOP + UPPER : 0,
                     lower_base = upper_base + (d->upper > 0 ? GAP : TOP) + LOWER;

        n = pick_spans(p->m->judged, d, picked);
        put_title(d, &title);
        put_axes(d, &axes);
        bnc_svg_open(p, "days", &title, &axes, lower_base + 30 + 22 * (double)n);
        put_spans(p, d, picked, n, upper_base + (d->upper > 0 ? GAP - 14 : 4), lower_base);
        put_drawing(p, d, upper_base, lower_base);
        put_lanes(p, d, picked, n, lower_base + 24);
        bnc_svg_close(p, "days", put_legend);
    }
    bnc_scratch_end(p->out, &axes);
    bnc_scratch_end(p->out, &title);
    free(d);
}
