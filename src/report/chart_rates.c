/* SPDX-License-Identifier: MIT
 * chart_rates.c - bounce and complaint rate of each provider, with intervals and limits.
 */
#include "report/svg.h"

#define MAX_ROWS 12
#define ROW 26.0
#define TOP 44.0

struct panel {
    enum bnc_metric metric;
    const char *title;
    double x, width, end, limit, warn;
};

static const struct bnc_rate *rate_at(const struct bnc_page *p, enum bnc_metric metric,
                                      uint32_t provider)
{
    return &p->m->judged->provider[provider].of[metric];
}

/* Up to five times the limit: one provider that refuses everything must not flatten all others. */
static void scale(const struct bnc_page *p, struct panel *a, const uint32_t *rows, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++) {
        const struct bnc_rate *r = rate_at(p, a->metric, rows[i]);

        most = r->den > 0 && r->high > most ? r->high : most;
        a->limit = r->limit > a->limit ? r->limit : a->limit;
        a->warn = r->warn > a->warn ? r->warn : a->warn;
    }
    a->end = a->limit > 0 && most > 5 * a->limit ? 5 * a->limit : most * 1.1;
    if (a->end < a->limit * 1.15)
        a->end = a->limit * 1.15;
    if (a->end <= 0)
        a->end = 0.01;
}

static void put_axis(struct bnc_page *p, const struct panel *a, double bottom)
{
    const double step = bnc_svg_step(a->end, 4);

    bnc_svg_text(p, a->x, 12, "head", bnc_span_str(a->title), 0);
    for (double at = 0; at <= a->end * 1.0001; at += step) {
        const double x = a->x + a->width * at / a->end;

        bnc_svg_line(p, x, TOP - 6, x, bottom, at == 0 ? "axis" : "grid");
        bnc_svg_limit(p, x, bottom + 15, "tick m", at);
    }
    if (a->limit > 0) {
        const double x = a->x + a->width * a->limit / a->end;

        bnc_svg_line(p, x, TOP - 8, x, bottom, "limit");
        bnc_svg_text(p, x, TOP - 12, "tick m lim", BNC_SPAN("limit"), 0);
    }
    if (a->warn > 0 && a->warn < a->limit)
        bnc_svg_line(p, a->x + a->width * a->warn / a->end, TOP - 6,
                     a->x + a->width * a->warn / a->end, bottom, "warn");
}

static const char *point_class(const struct bnc_rate *r)
{
    return r->judgement == BNC_JUDGE_BREACH ? "point bad" : "point";
}

static void put_rate(struct bnc_page *p, const struct panel *a, double y, const struct bnc_rate *r)
{
    const double unit = a->width / a->end, edge = a->x + a->width;
    double low = a->x + r->low * unit, high = a->x + r->high * unit, x = a->x + r->value * unit;

    if (r->den == 0) {
        bnc_svg_text(p, a->x + 6, y + 4, "tick",
                     r->why_na == NULL ? BNC_SPAN("n/a") : bnc_span_str(r->why_na), 38);
        return;
    }
    high = high > edge ? edge : high;
    low = low > edge ? edge : low;
    bnc_svg_rect(p, low, y - 3, high - low < 1.5 ? 1.5 : high - low, 6,
                 r->judgement == BNC_JUDGE_BREACH ? "span bad" : "span");
    if (x <= edge) {
        bnc_svg_dot(p, x, y, 4.5, point_class(r));
    } else {
        x = edge - 12;
        bnc_svg_text(p, edge, y + 4, "e value", BNC_SPAN("\u25b6"), 0);
    }
    high = (high > x ? high : x) + 9;
    if (high > edge - 52)
        bnc_svg_percent(p, (low < x ? low : x) - 9, y + 4, "value e", r->value);
    else
        bnc_svg_percent(p, high, y + 4, "value", r->value);
}

static size_t pick_rows(const struct bnc_page *p, uint32_t rows[MAX_ROWS])
{
    size_t n = 0;

    for (size_t i = 0; p->m->judged->provider != NULL && i < p->m->n_providers && n < MAX_ROWS; i++)
        if (rate_at(p, BNC_METRIC_BOUNCE_RATE, p->m->providers[i])->den > 0)
            rows[n++] = p->m->providers[i];
    return n;
}

static size_t n_rated(const struct bnc_model *m)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n_providers; i++)
        n += m->judged->provider[m->providers[i]].of[BNC_METRIC_BOUNCE_RATE].den > 0;
    return n;
}

static void put_title(const struct bnc_page *p, struct bnc_buf *title, const uint32_t *rows,
                      size_t n)
{
    size_t over = 0, top = 0;

    for (size_t i = 0; i < n; i++) {
        over += rate_at(p, BNC_METRIC_BOUNCE_RATE, rows[i])->judgement == BNC_JUDGE_BREACH ||
                rate_at(p, BNC_METRIC_COMPLAINT_RATE, rows[i])->judgement == BNC_JUDGE_BREACH;
        if (rate_at(p, BNC_METRIC_BOUNCE_RATE, rows[i])->value >
            rate_at(p, BNC_METRIC_BOUNCE_RATE, rows[top])->value)
            top = i;
    }
    if (over > 0)
        bnc_buf_printf(title, "%zu of %zu providers %s over a limit; ", over, n,
                       over == 1 ? "is" : "are");
    else
        bnc_buf_puts(title, "No provider is over a limit; ");
    bnc_buf_printf(title, "%s bounces most, at ", bnc_model_provider_title(p->m, rows[top]));
    bnc_percent_put(title, rate_at(p, BNC_METRIC_BOUNCE_RATE, rows[top])->value);
}

void bnc_chart_providers(struct bnc_page *p)
{
    struct panel left = { .metric = BNC_METRIC_BOUNCE_RATE,
                          .title = "Bounce rate, of attempted",
                          .x = 170,
                          .width = 370 };
    struct panel right = { .metric = BNC_METRIC_COMPLAINT_RATE,
                           .title = "Complaint rate, of delivered",
                           .x = 575,
                           .width = 360 }; /* the last tick is centred on its end */
    uint32_t rows[MAX_ROWS];
    const size_t n = pick_rows(p, rows);
    const double bottom = TOP + ROW * (double)n;
    struct bnc_buf title = { .at = NULL }, axes = { .at = NULL };

    if (n == 0)
        return;
    put_title(p, &title, rows, n);
    scale(p, &left, rows, n);
    scale(p, &right, rows, n);
    bnc_buf_puts(&axes, "Per cent with 95 % interval; dashed: the warning, solid: the limit");
    bnc_svg_part(&axes, n, n_rated(p->m), "providers with deliveries");
    bnc_svg_open(p, "providers", &title, &axes, bottom + 22);
    put_axis(p, &left, bottom);
    put_axis(p, &right, bottom);
    for (size_t i = 0; i < n; i++) {
        const double y = TOP + ROW * ((double)i + 0.5);

        bnc_svg_text(p, 158, y + 4, "label e",
                     bnc_span_str(bnc_model_provider_title(p->m, rows[i])), 22);
        put_rate(p, &left, y, rate_at(p, left.metric, rows[i]));
        put_rate(p, &right, y, rate_at(p, right.metric, rows[i]));
    }
    bnc_svg_close(p, "providers", NULL);
    bnc_scratch_end(p->out, &title);
    bnc_scratch_end(p->out, &axes);
}
