/* SPDX-License-Identifier: MIT
 * render_text.c - the report for a terminal: one screen of 24 lines (23 and the prompt), longer
 * only where critical findings are; or everything with --verbose.
 *
 * First screen: what was read and how much of it is undecided (never left out), the verdicts, the
 * rates, then sides and providers side by side. Verdicts get the lines that the rest does not need;
 * none of them is cut.
 */
#include "report/cell.h"
#include "report/render.h"
#include "report/screen.h"
#include "util/figure.h"
#include "util/moment.h"

#define SCREEN_LINES 23
#define MAX_SIDES 4
#define VERDICT_INDENT 11 /* beyond "100 % sure" */

static void put_title(struct bnc_term *t)
{
    const struct bnc_model *m = t->m;
    struct bnc_buf b = { .at = NULL };

    bnc_term_ink(t, BNC_INK_BOLD);
    bnc_period_put(&b, m->tally->first, m->tally->last, t->ascii);
    bnc_term_own(t, &b, 0);
    bnc_term_ink(t, BNC_INK_NONE);
    if (m->data->n_inputs > 0) {
        bnc_buf_printf(&b, ", %zu input%s, ", m->data->n_inputs, m->data->n_inputs == 1 ? "" : "s");
        bnc_term_own(t, &b, 0);
    } else {
        bnc_term_puts(t, ", ");
    }
    bnc_term_count(t, m->tally->rows, 0);
    bnc_term_puts(t, m->tally->rows == 1 ? " row read" : " rows read");
    if (!m->data->complete) {
        bnc_term_ink(t, BNC_INK_RED);
        bnc_term_puts(t, "  INCOMPLETE: not all input could be read");
        bnc_term_ink(t, BNC_INK_NONE);
    }
    bnc_term_end(t);
    bnc_scratch_end(t->out, &b);
}

/* Which rows the report is limited to. */
static void put_filter(struct bnc_term *t)
{
    if (t->m->data->filter.len == 0)
        return;
    bnc_term_puts(t, "only rows of");
    bnc_term_pad(t, 14);
    bnc_term_wrapped(t, t->m->data->filter, 14);
}

/* "1,234 delivered", on the next line where this one is full. */
static void put_kind(struct bnc_term *t, uint64_t n, const char *name, bool always)
{
    struct bnc_buf b = { .at = NULL };

    if (n == 0 && !always)
        return;
    bnc_count_put(&b, n, ',');
    bnc_buf_printf(&b, " %s", name);
    if (t->col > 14 && t->col + 2 + (unsigned)b.len > t->width)
        bnc_term_end(t);
    if (t->col > 14)
        bnc_term_puts(t, ", ");
    bnc_term_pad(t, 14);
    bnc_term_own(t, &b, 0);
    bnc_scratch_end(t->out, &b);
}

static void put_rows(struct bnc_term *t)
{
    static const char *const names[BNC_N_EVENTS] = { "delivered",  "bounced",    "deferred",
                                                     "suppressed", "complaints", "sent",
                                                     "other" };
    const struct bnc_tally *y = t->m->tally;

    bnc_term_puts(t, "rows by kind");
    for (int i = 0; i < BNC_N_EVENTS; i++)
        put_kind(t, y->n[i], i == BNC_EVENT_COMPLAINT && y->n[i] == 1 ? "complaint" : names[i],
                 i == BNC_EVENT_BOUNCE);
    put_kind(t, y->duplicates, y->duplicates == 1 ? "duplicate" : "duplicates", false);
    put_kind(t, y->late, "late", false);
    put_kind(t, y->extra_events, "in the same row as another", false);
    put_kind(t, y->repeated_headers,
             y->repeated_headers == 1 ? "repeated header" : "repeated headers", false);
    put_kind(t, y->filtered, "filtered out", false);
    put_kind(t, y->malformed, "malformed", true);
    bnc_term_end(t);
}

static void put_rates_caution(struct bnc_term *t)
{
    const struct bnc_model *m = t->m;

    if (m->judged->failures_alone == 0)
        return;
    bnc_term_puts(t, "rates");
    bnc_term_pad(t, 14);
    bnc_term_puts(t, "too high: ");
    bnc_term_count(t, m->judged->failures_alone, 0);
    bnc_term_puts(t, " failures come from exports without deliveries");
    bnc_term_end(t);
}

static void put_unclassified(struct bnc_term *t)
{
    const struct bnc_model *m = t->m;

    bnc_term_puts(t, "unclassified");
    bnc_term_pad(t, 14);
    if (m->failures == 0) {
        bnc_term_puts(t, "no failures to classify");
    } else {
        bnc_term_percent(t, (double)m->unclassified / (double)m->failures, 0);
        bnc_term_puts(t, " of ");
        bnc_term_count(t, m->failures, 0);
        bnc_term_puts(t, " failures");
    }
    if (m->n_unknown > 0 && bnc_term_left(t) > 30) {
        const struct bnc_span text = m->tally->templates[m->unknown[0]].text;

        bnc_term_puts(t, text.len > 0 ? ", most: \"" : ", most without any text");
        bnc_term_put(t, text, bnc_term_left(t) - 1);
        bnc_term_puts(t, text.len > 0 ? "\"" : "");
    }
    bnc_term_end(t);
}

static void put_headline(struct bnc_term *t, const struct bnc_finding *f)
{
    bnc_term_ink(t, bnc_severity_ink(f->severity));
    bnc_term_puts(t, bnc_severity_word(f->severity));
    bnc_term_ink(t, BNC_INK_NONE);
    bnc_term_pad(t, VERDICT_INDENT);
    bnc_term_wrapped(t, f->headline, VERDICT_INDENT);
}

static void put_action(struct bnc_term *t, const struct bnc_finding *f)
{
    struct bnc_buf b = { .at = NULL };

    bnc_buf_printf(&b, "%d %% sure", f->confidence);
    bnc_term_ink(t, BNC_INK_DIM);
    bnc_term_own(t, &b, 0);
    bnc_term_ink(t, BNC_INK_NONE);
    bnc_term_pad(t, VERDICT_INDENT);
    bnc_term_puts(t, t->ascii ? "->" : "\u2192");
    bnc_term_wrapped(t, f->n_actions > 0 ? f->actions[0] : BNC_SPAN("see --verbose"),
                     VERDICT_INDENT);
    bnc_scratch_end(t->out, &b);
}

typedef void put_part(struct bnc_term *t, const struct bnc_finding *f);

static size_t lines_of(const struct bnc_term *t, put_part *put, const struct bnc_finding *f)
{
    struct bnc_buf b = { .at = NULL };
    struct bnc_term probe = *t;

    probe.out = &b;
    probe.lines = 0;
    put(&probe, f);
    bnc_scratch_end(t->out, &b);
    return probe.lines;
}

/* How many findings are shown, and how many of these with what to do first. */
struct shown {
    size_t headlines, actions;
};

/*
 * Nothing is cut: what is shown is shown whole.  The first finding and all critical ones are, with
 * their actions, even if the screen gets longer by that; then headlines as far as lines go, one
 * line being kept for how many are left out, then actions from the first on.
 */
static struct shown choose(const struct bnc_term *t, size_t lines)
{
    const struct bnc_judged *const j = t->m->judged;
    struct shown n = { 0, 0 };
    size_t used = 0, all = 0;

    for (; n.actions < j->n_findings &&
           (n.actions == 0 || j->findings[n.actions].severity == BNC_PRIORITY_CRITICAL);
         n.actions++)
        used += lines_of(t, put_headline, &j->findings[n.actions]) +
                lines_of(t, put_action, &j->findings[n.actions]);
    for (size_t i = n.actions; i < j->n_findings; i++)
        all += lines_of(t, put_headline, &j->findings[i]);
    if (used + all > lines && lines > 0)
        lines--;
    for (n.headlines = n.actions; n.headlines < j->n_findings; n.headlines++) {
        const size_t more = lines_of(t, put_headline, &j->findings[n.headlines]);

        if (used + more > lines)
            break;
        used += more;
    }
    for (; n.actions < n.headlines; n.actions++) {
        used += lines_of(t, put_action, &j->findings[n.actions]);
        if (used > lines)
            break;
    }
    return n;
}

static void put_verdicts(struct bnc_term *t, size_t lines)
{
    const struct bnc_judged *j = t->m->judged;
    const struct shown n = choose(t, lines);
    struct bnc_buf b = { .at = NULL };

    if (j->n_findings == 0) {
        const struct bnc_tally *y = t->m->tally;

        bnc_term_puts(t, y->rows == 0             ? "no data: the input holds no rows"
                         : y->filtered == y->rows ? "no data: no row passes the filters"
                                                  : "nothing found that needs you");
        bnc_term_end(t);
    }
    for (size_t i = 0; i < n.headlines; i++) {
        put_headline(t, &j->findings[i]);
        if (i < n.actions)
            put_action(t, &j->findings[i]);
    }
    if (n.headlines < j->n_findings) {
        bnc_buf_printf(&b, "%zu of %zu findings; all with --verbose or -o report.html",
                       n.headlines, j->n_findings);
        bnc_term_own(t, &b, 0);
        bnc_term_end(t);
    }
    bnc_scratch_end(t->out, &b);
}

static const char *const metric_words[BNC_N_METRICS] = { "bounce rate", "hard bounces",
                                                         "complaints", "deferrals" };

static void put_judgement(struct bnc_term *t, const struct bnc_rate *r)
{
    const struct bnc_visible how = { .max_width = 0 };
    struct bnc_buf b = { .at = NULL };

    if (r->judgement == BNC_JUDGE_NONE)
        return;
    bnc_word_put(&b, bnc_span_str(bnc_judgement_names[r->judgement]), &how);
    bnc_term_ink(t, r->judgement == BNC_JUDGE_BREACH ? BNC_INK_RED
                    : r->judgement == BNC_JUDGE_OK   ? BNC_INK_GREEN
                                                     : BNC_INK_YELLOW);
    bnc_term_own(t, &b, 0);
    bnc_term_ink(t, BNC_INK_NONE);
    bnc_scratch_end(t->out, &b);
}

/* "2.20-2.42 %, 80,123 of 3,400,000, limit 5 %" */
static void rate_details(const struct bnc_term *t, struct bnc_buf *b, enum bnc_metric metric)
{
    const struct bnc_rate *r = &t->m->judged->overall.of[metric],
                          *before = &t->m->judged->baseline_overall.of[metric];

    bnc_interval_put(b, r, t->ascii);
    bnc_buf_puts(b, ", ");
    bnc_count_put(b, r->num, ',');
    bnc_buf_puts(b, " of ");
    bnc_count_put(b, r->den, ',');
    if (t->m->judged->has_baseline &&
        before->den > 0) { /* instead of the limit: a line has no room for both */
        bnc_buf_puts(b, ", ");
        bnc_change_put(b, r->value - before->value, t->ascii);
    } else if (r->limit > 0) {
        bnc_buf_puts(b, ", limit ");
        bnc_limit_put(b, r->limit);
    }
}

static void put_rate(struct bnc_term *t, enum bnc_metric metric)
{
    const struct bnc_rate *r = &t->m->judged->overall.of[metric];
    struct bnc_buf b = { .at = NULL };

    bnc_term_puts(t, metric_words[metric]);
    if (r->den == 0) {
        bnc_term_pad(t, 14);
        bnc_rate_put(&b, r, t->ascii);
    } else {
        bnc_term_percent(t, r->value, 21);
        bnc_term_pad(t, 22);
        put_judgement(t, r);
        bnc_term_pad(t, 35);
        rate_details(t, &b, metric);
    }
    if (bnc_text_width(bnc_buf_span(&b)) <= bnc_term_left(t))
        bnc_term_own(t, &b, 0);
    else
        bnc_term_put(t, bnc_buf_span(&b), bnc_term_left(t));
    bnc_term_end(t);
    bnc_scratch_end(t->out, &b);
}

static enum bnc_ink side_ink(int side)
{
    static const enum bnc_ink inks[BNC_N_SIDES] = { BNC_INK_CYAN, BNC_INK_BLUE,   BNC_INK_GREEN,
                                                    BNC_INK_RED,  BNC_INK_YELLOW, BNC_INK_MAGENTA,
                                                    BNC_INK_DIM };

    return inks[side];
}

static void put_side(struct bnc_term *t, size_t i, unsigned edge)
{
    const int s = t->m->sides[i];
    const double share =
        (double)(t->m->bounce_side[s] + t->m->deferral_side[s]) / (double)t->m->failures;
    struct bnc_buf b = { .at = NULL };

    bnc_word_put(&b, bnc_span_str(s == BNC_SIDE_SENDER ? "us (sender)" : bnc_side_names[s]),
                 &(struct bnc_visible){ .max_width = 0 });
    bnc_term_own(t, &b, 0);
    bnc_term_pad(t, 18);
    bnc_term_percent(t, share, 25);
    bnc_term_pad(t, 26);
    bnc_term_ink(t, side_ink(s));
    if (edge > 30)
        bnc_term_bar(t, share, edge - 28);
    bnc_term_ink(t, BNC_INK_NONE);
    bnc_scratch_end(t->out, &b);
}

static void put_provider(struct bnc_term *t, size_t i, unsigned from)
{
    const struct bnc_model *m = t->m;
    const uint32_t id = m->providers[i];
    const uint64_t most = bnc_failures(m->tally->providers[m->providers[0]].n);

    bnc_term_pad(t, from);
    bnc_term_put(t, bnc_span_str(bnc_model_provider_title(m, id)), 18);
    bnc_term_pad(t, from + 18);
    bnc_term_count(t, bnc_failures(m->tally->providers[id].n), from + 28);
    bnc_term_pad(t, from + 29);
    if (bnc_term_left(t) > 3)
        bnc_term_bar(t,
                     most == 0 ? 0 : (double)bnc_failures(m->tally->providers[id].n) / (double)most,
                     bnc_term_left(t) - 1);
}

/* Providers that failed at all; they come first. */
static size_t failing_providers(const struct bnc_model *m)
{
    size_t n = 0;

    while (n < m->n_providers && bnc_failures(m->tally->providers[m->providers[n]].n) > 0)
        n++;
    return n;
}

static unsigned side_lines(const struct bnc_term *t)
{
    const size_t p = t->width >= 72 ? failing_providers(t->m) : 0;
    const size_t n = p > t->m->n_sides ? p : t->m->n_sides;

    return (unsigned)(n < MAX_SIDES ? n : MAX_SIDES);
}

/* Critical findings that are long take lines from this, but one. */
static void put_sides(struct bnc_term *t)
{
    const bool wide = t->width >= 72;
    const unsigned half = wide ? t->width / 2 : t->width;
    unsigned n = side_lines(t);

    bnc_term_ink(t, BNC_INK_BOLD);
    bnc_term_puts(t, "failures by side at fault");
    if (wide) {
        bnc_term_pad(t, half);
        bnc_term_puts(t, "and by provider");
    }
    bnc_term_ink(t, BNC_INK_NONE);
    bnc_term_end(t);
    while (!t->m->data->verbose && n > 1 && t->lines + n > SCREEN_LINES)
        n--;
    for (size_t i = 0; i < n; i++) {
        if (i < t->m->n_sides)
            put_side(t, i, half);
        if (wide && i < failing_providers(t->m))
            put_provider(t, i, half);
        bnc_term_end(t);
    }
}

static void put_screen(struct bnc_term *t)
{
    const unsigned tail = 1 + BNC_N_METRICS + (t->m->failures > 0 ? 2 + side_lines(t) : 0);

    put_title(t);
    put_filter(t);
    put_rows(t);
    put_unclassified(t);
    put_rates_caution(t);
    bnc_term_end(t);
    put_verdicts(t, t->m->data->verbose                  ? SIZE_MAX
                    : t->lines + tail + 3 < SCREEN_LINES ? SCREEN_LINES - t->lines - tail
                                                         : 3);
    bnc_term_end(t);
    for (int i = 0; i < BNC_N_METRICS; i++)
        put_rate(t, (enum bnc_metric)i);
    if (t->m->failures > 0) {
        bnc_term_end(t);
        put_sides(t);
    }
}

void bnc_render_text(const struct bnc_model *m, struct bnc_buf *out)
{
    struct bnc_term t = { .m = m,
                          .out = out,
                          .width = m->data->width == 0   ? 80
                                   : m->data->width < 40 ? 40
                                                         : m->data->width,
                          .ascii = !m->data->unicode,
                          .color = m->data->color };

    put_screen(&t);
    for (size_t k = 0; m->data->verbose && k < bnc_n_sections; k++)
        if (bnc_sections[k]->page && strcmp(bnc_sections[k]->id, "verdicts") != 0)
            bnc_text_section(&t, bnc_sections[k]);
}
