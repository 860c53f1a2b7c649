/* SPDX-License-Identifier: MIT
 * chart_bars.c - charts made of horizontal bars: sides at fault, codes, domains; and the whisker of
 * one rate.
 */
#include <math.h>
#include <stdio.h>

#include "report/svg.h"

#define MAX_CODES 12
#define MAX_DOMAINS 15
#define ROW 26.0
#define LABEL 220.0

static const char *side_class(int side)
{
    static const char *const classes[BNC_N_SIDES] = { "s0", "s1", "s2", "s3", "s4", "s5", "s6" };

    return classes[side];
}

static uint64_t side_sum(const struct bnc_model *m, size_t i)
{
    return m->bounce_side[m->sides[i]] + m->deferral_side[m->sides[i]];
}

/* The sides that occur, in the order of their weight. */
void bnc_html_side_legend(struct bnc_page *p)
{
    bnc_buf_puts(p->out, "<ul class=\"legend small\">");
    for (size_t i = 0; i < p->m->n_sides; i++)
        bnc_buf_printf(p->out, "<li><span class=\"side %s\">%s</span></li>",
                       side_class(p->m->sides[i]), bnc_html_side_title(p->m->sides[i]));
    bnc_buf_puts(p->out, "</ul>\n");
}

/*
 * The stacked bar of the verdict area; its legend is the list below it, its data the table of
 * sides.
 */
void bnc_chart_sides(struct bnc_page *p)
{
    const struct bnc_model *m = p->m;
    double x = 0;

    if (m->failures == 0)
        return;
    bnc_buf_puts(
        p->out,
        "<figure class=\"sides\"><figcaption>All failures by the side at fault</figcaption>\n<svg "
        "viewBox=\"0 0 960 30\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (size_t i = 0; i < m->n_sides; i++) {
        const double w = 960.0 * (double)side_sum(m, i) / (double)m->failures;

        bnc_svg_rect(p, x, 0, w > 3 ? w - 2 : w, 30, side_class(m->sides[i]));
        x += w;
    }
    bnc_buf_puts(p->out, "</svg>\n<ul class=\"legend\">");
    for (size_t i = 0; i < m->n_sides; i++) {
        bnc_buf_printf(p->out, "<li><span class=\"side %s\">%s</span> <b>", side_class(m->sides[i]),
                       bnc_html_side_title(m->sides[i]));
        bnc_html_percent(p, (double)side_sum(m, i) / (double)m->failures);
        bnc_buf_puts(p->out, "</b> <small>");
        bnc_html_count(p, side_sum(m, i));
        bnc_buf_puts(p->out, "</small></li>");
    }
    bnc_buf_puts(p->out, "</ul></figure>\n");
}

/* ---- one rate: interval, point, warning and limit on a scale from zero ---- */

static double scale_end(const struct bnc_rate *r)
{
    const double a = r->high * 1.15, b = r->limit * 1.25;

    return a > b ? a : b > 0 ? b : 1;
}

static void mark(struct bnc_page *p, double x, const char *class, const char *what, double share)
{
    bnc_svg_line(p, x, 8, x, 34, class);
    bnc_buf_puts(p->out, "<text class=\"tick m\" y=\"48\" x=\"");
    bnc_fixed_put(p->out, x < 40 ? 40 : x > 268 ? 268 : x, 1);
    bnc_buf_printf(p->out, "\">%s ", what);
    bnc_limit_put(p->out, share);
    bnc_buf_puts(p->out, "</text>");
}

void bnc_chart_rate(struct bnc_page *p, const struct bnc_rate *r, const char *name)
{
    const double unit = 308 / scale_end(r);
    const double high = r->high * unit, low = r->low * unit;

    bnc_buf_puts(p->out,
                 "<svg class=\"whisker\" viewBox=\"-4 0 316 54\" role=\"img\" aria-label=\"");
    bnc_html_str(p, name);
    bnc_buf_puts(p->out, " with its interval and limit on a scale from zero\">");
    bnc_svg_line(p, 0, 24, 308, 24, "axis");
    bnc_svg_line(p, 0, 19, 0, 29, "axis");
    if (r->limit > 0)
        mark(p, r->limit * unit, "limit", "limit", r->limit);
    if (r->warn > 0 && r->warn < r->limit)
        bnc_svg_line(p, r->warn * unit, 13, r->warn * unit, 30, "warn");
    bnc_svg_rect(p, low, 20, high - low < 1.5 ? 1.5 : high - low, 8, "span");
    bnc_svg_dot(p, r->value * unit, 24, 5, "point");
    bnc_buf_puts(p->out, "</svg>\n");
}

/* ---- bars with a label in front and a figure behind ---- */

struct bar {
    struct bnc_span label, note;
    uint64_t n;
    int side;
    bool strong;
};

static void put_bar(struct bnc_page *p, double y, const struct bar *b, uint64_t most,
                    uint64_t whole)
{
    const double room = BNC_SVG_WIDTH - LABEL - 250;
    const double w = most == 0 ? 0 : room * (double)b->n / (double)most;
    struct bnc_buf text = { .at = NULL };

    bnc_svg_text(p, LABEL - 12, y + 17, b->strong ? "label e strong" : "label e", b->label, 32);
    bnc_svg_rect(p, LABEL, y + 4, w < 1.5 ? 1.5 : w, ROW - 9, side_class(b->side));
    bnc_count_put(&text, b->n, ',');
    if (whole > 0) {
        bnc_buf_puts(&text, " \u00b7 ");
        bnc_percent_put(&text, (double)b->n / (double)whole);
    }
    if (b->note.len > 0) {
        bnc_buf_puts(&text, " \u00b7 ");
        bnc_word_put(&text, b->note, &(struct bnc_visible){ .max_width = 0 });
    }
    bnc_svg_text(p, LABEL + w + 8, y + 17, "value", bnc_buf_span(&text), 0);
    bnc_scratch_end(p->out, &text);
}

static void put_bars(struct bnc_page *p, const struct bar *bars, size_t n, uint64_t whole)
{
    uint64_t most = 0;

    for (size_t i = 0; i < n; i++)
        most = bars[i].n > most ? bars[i].n : most;
    bnc_svg_line(p, LABEL, 0, LABEL, ROW * (double)n + 2, "axis");
    for (size_t i = 0; i < n; i++)
        put_bar(p, ROW * (double)i + 1, &bars[i], most, whole);
}

/* How many of the heaviest codes it takes to make half of the failures. */
static size_t codes_to_half(const struct bnc_model *m, uint64_t *sum)
{
    size_t n = 0;

    for (*sum = 0; n < m->n_codes && *sum * 2 < m->failures; n++)
        *sum += m->codes[n].bounces + m->codes[n].deferrals;
    return n;
}

/* "550 5.1.1", "550", "5.1.1" or "no code" for a reply and an enhanced code. */
static void put_code(struct bnc_buf *out, uint16_t reply, uint32_t enhanced)
{
    if (reply == 0 && enhanced == 0)
        bnc_buf_puts(out, "no code");
    if (reply != 0)
        bnc_buf_printf(out, "%u", reply);
    if (reply != 0 && enhanced != 0)
        bnc_buf_putc(out, ' ');
    if (enhanced != 0)
        bnc_enhanced_put(out, enhanced);
}

void bnc_chart_codes(struct bnc_page *p)
{
    const struct bnc_model *m = p->m;
    const size_t n = m->n_codes < MAX_CODES ? m->n_codes : MAX_CODES;
    struct bnc_buf title = { .at = NULL }, axes = { .at = NULL },
                   names[MAX_CODES] = { { .at = NULL } };
    struct bar bars[MAX_CODES];
    uint64_t sum;
    const size_t half = codes_to_half(m, &sum);

    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct bnc_code_sum *c = &m->codes[i];

        put_code(&names[i], c->reply, c->enhanced);
        bars[i] = (struct bar){ .label = bnc_buf_span(&names[i]),
                                .n = c->bounces + c->deferrals,
                                .side = bnc_causes[c->cause].side,
                                .note = bnc_span_str(bnc_causes[c->cause].name) };
    }
    bnc_buf_printf(&title, half == 1 ? "One code alone, " : "%zu codes make ", half);
    if (half == 1)
        bnc_buf_printf(&title, "%.*s, makes ", (int)bars[0].label.len, bars[0].label.at);
    bnc_percent_put(&title, (double)sum / (double)m->failures);
    bnc_buf_puts(&title, " of all failures");
    bnc_buf_puts(&axes, "Bounces and deferrals by reply and enhanced code, events; coloured by "
                        "the side at fault of the code\u2019s main cause");
    bnc_svg_part(&axes, n, m->n_codes, "codes");
    bnc_svg_open(p, "codes", &title, &axes, ROW * (double)n + 4);
    put_bars(p, bars, n, m->failures);
    bnc_svg_close(p, "codes", bnc_html_side_legend);
    for (size_t i = 0; i < n; i++)
        bnc_scratch_end(p->out, &names[i]);
    bnc_scratch_end(p->out, &title);
    bnc_scratch_end(p->out, &axes);
}

static int domain_side(const struct bnc_model *m, const struct bnc_domain *d)
{
    uint64_t most = 0;
    int side = BNC_SIDE_UNKNOWN;

    for (uint32_t k = d->cause_at; k < d->cause_at + d->n_causes; k++)
        if (m->tally->domain_causes[k].recipients > most) {
            most = m->tally->domain_causes[k].recipients;
            side = bnc_causes[m->tally->domain_causes[k].cause].side;
        }
    return side;
}

static bool is_wide(const struct bnc_model *m, uint32_t at)
{
    return m->judged->domain_scope != NULL &&
           m->judged->domain_scope[at] == BNC_SCOPE_DOMAIN_WIDE &&
           bnc_failures(m->tally->domains[at].n) > 0;
}

static void domains_title(const struct bnc_model *m, struct bnc_buf *title, const struct bar *first)
{
    size_t wide = 0;

    while (wide < m->n_domains && is_wide(m, m->domains[wide]))
        wide++;
    if (wide > 0)
        bnc_buf_printf(title,
                       wide == 1 ? "One domain fails as a whole: "
                                 : "%zu domains fail as a whole, first ",
                       wide);
    else
        bnc_buf_puts(title, "No domain fails as a whole; most failing recipients are at ");
    bnc_buf_put(title, first->label.len == 0 ? BNC_SPAN("an unnamed domain") : first->label);
}

/* They come first in the order of the model. */
static size_t failing_domains(const struct bnc_model *m)
{
    size_t n = 0;

    while (n < m->n_domains && m->tally->domains[m->domains[n]].recipients_failed > 0)
        n++;
    return n;
}

void bnc_chart_domains(struct bnc_page *p)
{
    const struct bnc_model *m = p->m;
    struct bar bars[MAX_DOMAINS];
    struct bnc_buf title = { .at = NULL }, axes = { .at = NULL };
    size_t n = 0;

    for (size_t i = 0; i < m->n_domains && n < MAX_DOMAINS &&
                       m->tally->domains[m->domains[i]].recipients_failed > 0;
         i++) {
        const struct bnc_domain *d = &m->tally->domains[m->domains[i]];

        bars[n++] = (struct bar){ .label = d->name,
                                  .n = d->recipients_failed,
                                  .side = domain_side(m, d),
                                  .strong = is_wide(m, m->domains[i]),
                                  .note = is_wide(m, m->domains[i]) ? BNC_SPAN("domain wide")
                                                                    : bnc_span_from("", 0) };
    }
    if (n == 0)
        return;
    domains_title(m, &title, &bars[0]);
    bnc_buf_puts(&axes, "Distinct recipients with a bounce or deferral; domains that fail as a "
                        "whole first, in bold; coloured by the side at fault of the main cause");
    bnc_svg_part(&axes, n, failing_domains(m), "domains with failures");
    bnc_svg_open(p, "domains", &title, &axes, ROW * (double)n + 4);
    put_bars(p, bars, n, 0);
    bnc_svg_close(p, "domains", bnc_html_side_legend);
    bnc_scratch_end(p->out, &title);
    bnc_scratch_end(p->out, &axes);
}
