/* SPDX-License-Identifier: MIT
 * render_text.c - the report for a terminal: one screen of 24 lines (23 and the prompt), or
 * everything with --verbose.
 *
 * First screen: what was read and how much of it is undecided (never left out), the verdicts, the
 * rates, then sides and providers side by side. Verdicts get the lines that the rest does not need.
 */
#include "report/cell.h"
#include "report/figure.h"
#include "report/render.h"

#define SCREEN_LINES 23
#define MAX_SIDES 4
#define VERDICT_INDENT 11                /* beyond "100 % sure" */
#define TABLE_ROWS 20
#define NUMBER_TITLE 11 /* a longer title over a column of numbers is cut */

enum ink {
    INK_NONE,
    INK_BOLD,
    INK_DIM,
    INK_RED,
    INK_GREEN,
    INK_YELLOW,
    INK_BLUE,
    INK_MAGENTA,
    INK_CYAN
};

struct term {
    const struct bnc_model *m;
    struct bnc_buf *out;
    unsigned width;
    bool ascii, color;
    unsigned col; /* columns used on this line */
    unsigned lines;
};

static void ink(struct term *t, enum ink how)
{
    static const char *const code[] = { "0", "1", "2", "1;31", "32", "33", "34", "35", "36" };

    if (t->color)
        bnc_buf_printf(t->out, "\033[%sm", code[how]);
}

static void end(struct term *t)
{
    bnc_buf_putc(t->out, '\n');
    t->col = 0;
    t->lines++;
}

static struct bnc_visible visible(const struct term *t, unsigned max_width)
{
    return (struct bnc_visible){ .addresses = t->m->data->show == BNC_SHOW_FULL,
                                 .max_width = max_width,
                                 .ascii = t->ascii };
}

/* Text of any origin, cut to 'max' columns. */
static void put(struct term *t, struct bnc_span s, unsigned max)
{
    const struct bnc_visible how = visible(t, max);

    if (max > 0)
        t->col += bnc_visible_put(t->out, s, &how);
}

static void puts_(struct term *t, const char *s)
{
    put(t, bnc_span_str(s), UINT32_MAX);
}

static void pad_to(struct term *t, unsigned col)
{
    for (; t->col < col; t->col++)
        bnc_buf_putc(t->out, ' ');
}

static unsigned left(const struct term *t)
{
    return t->col < t->width ? t->width - t->col : 0;
}

/* A figure that figure.h or cell.h made: ours, but with no-break spaces. */
static void put_own(struct term *t, struct bnc_buf *b, unsigned right_at)
{
    struct bnc_span rest = bnc_buf_span(b);
    const unsigned w = bnc_text_width(rest);

    if (right_at > w)
        pad_to(t, right_at - w);
    while (rest.len > 0) {
        const uint32_t cp = bnc_utf8_next(&rest);

        bnc_utf8_put(t->out, cp == 0xa0 ? ' ' : cp);
    }
    t->col += w;
    t->out->failed |= b->failed;
    bnc_buf_clear(b);
}

static void put_count(struct term *t, uint64_t n, unsigned right_at)
{
    struct bnc_buf b = { .at = NULL };

    bnc_count_put(&b, n, ',');
    put_own(t, &b, right_at);
    bnc_scratch_end(t->out, &b);
}

static void put_percent(struct term *t, double share, unsigned right_at)
{
    struct bnc_buf b = { .at = NULL };

    bnc_percent_put(&b, share);
    put_own(t, &b, right_at);
    bnc_scratch_end(t->out, &b);
}

/* A bar of 'share' of 'cells' columns, in eighths of a column where the terminal can. */
static void put_bar(struct term *t, double share, unsigned cells)
{
    static const char *const eighth[] = { "",       "\u258f", "\u258e", "\u258d",
                                          "\u258c", "\u258b", "\u258a", "\u2589" };
    unsigned n = (unsigned)(share * (double)cells * 8 + 0.5);

    n = n == 0 && share > 0 ? 1 : n > cells * 8 ? cells * 8 : n;
    for (unsigned i = 0; i < n / 8; i++)
        bnc_buf_puts(t->out, t->ascii ? "#" : "\u2588");
    t->col += n / 8;
    if (n % 8 > 0) {
        bnc_buf_puts(t->out, t->ascii ? (n % 8 >= 4 || n < 8 ? "#" : " ") : eighth[n % 8]);
        t->col++;
    }
}

/*
 * Words with one indent for the first line and one for the others; our text and names in it alike.
 */
static void put_wrapped(struct term *t, struct bnc_span s, unsigned indent)
{
    while (s.len > 0) {
        size_t n = 0;
        struct bnc_span w;

        while (s.len > 0 && bnc_is_blank(s.at[0])) {
            if (s.at[0] == '\n' && t->col > indent)
                end(t);
            s = bnc_span_from(s.at + 1, s.len - 1);
        }
        while (n < s.len && !bnc_is_blank(s.at[n]))
            n++;
        w = bnc_span_from(s.at, n);
        if (t->col > indent && t->col + 1 + bnc_text_width(w) > t->width)
            end(t);
        if (t->col > indent)
            puts_(t, " ");
        pad_to(t, indent);
        put(t, w, UINT32_MAX);
        s = bnc_span_from(s.at + n, s.len - n);
    }
    end(t);
}

/* ---- first screen ---- */

static void put_title(struct term *t)
{
    const struct bnc_model *m = t->m;
    struct bnc_buf b = { .at = NULL };

    ink(t, INK_BOLD);
    bnc_period_put(&b, m->tally->first, m->tally->last, t->ascii);
    put_own(t, &b, 0);
    ink(t, INK_NONE);
    if (m->data->n_inputs > 0) {
        bnc_buf_printf(&b, ", %zu input%s, ", m->data->n_inputs, m->data->n_inputs == 1 ? "" : "s");
        put_own(t, &b, 0);
    } else {
        puts_(t, ", ");
    }
    put_count(t, m->tally->rows, 0);
    puts_(t, m->tally->rows == 1 ? " row read" : " rows read");
    if (!m->data->complete) {
        ink(t, INK_RED);
        puts_(t, "  INCOMPLETE: not all input could be read");
        ink(t, INK_NONE);
    }
    end(t);
    bnc_scratch_end(t->out, &b);
}

/* Which rows the report is limited to. */
static void put_filter(struct term *t)
{
    if (t->m->data->filter.len == 0)
        return;
    puts_(t, "only rows of");
    pad_to(t, 14);
    put_wrapped(t, t->m->data->filter, 14);
}

/* "1,234 delivered", on the next line where this one is full. */
static void put_kind(struct term *t, uint64_t n, const char *name, bool always)
{
    struct bnc_buf b = { .at = NULL };

    if (n == 0 && !always)
        return;
    bnc_count_put(&b, n, ',');
    bnc_buf_printf(&b, " %s", name);
    if (t->col > 14 && t->col + 2 + (unsigned)b.len > t->width)
        end(t);
    if (t->col > 14)
        puts_(t, ", ");
    pad_to(t, 14);
    put_own(t, &b, 0);
    bnc_scratch_end(t->out, &b);
}

static void put_rows(struct term *t)
{
    static const char *const names[BNC_N_EVENTS] = { "delivered",  "bounced",    "deferred",
                                                     "suppressed", "complaints", "sent",
                                                     "other" };
    const struct bnc_tally *y = t->m->tally;

    puts_(t, "rows by kind");
    for (int i = 0; i < BNC_N_EVENTS; i++)
        put_kind(t, y->n[i], names[i], i == BNC_EVENT_BOUNCE);
    put_kind(t, y->duplicates, "duplicates", false);
    put_kind(t, y->late, "late", false);
    put_kind(t, y->extra_events, "in the same row as another", false);
    put_kind(t, y->repeated_headers,
             y->repeated_headers == 1 ? "repeated header" : "repeated headers", false);
    put_kind(t, y->filtered, "filtered out", false);
    put_kind(t, y->malformed, "malformed", true);
    end(t);
}

static void put_unclassified(struct term *t)
{
    const struct bnc_model *m = t->m;

    puts_(t, "unclassified");
    pad_to(t, 14);
    if (m->failures == 0) {
        puts_(t, "no failures to classify");
    } else {
        put_percent(t, (double)m->unclassified / (double)m->failures, 0);
        puts_(t, " of ");
        put_count(t, m->failures, 0);
        puts_(t, " failures");
    }
    if (m->n_unknown > 0 && left(t) > 30) {
        const struct bnc_span text = m->tally->templates[m->unknown[0]].text;

        puts_(t, text.len > 0 ? ", most: \"" : ", most without any text");
        put(t, text, left(t) - 1);
        puts_(t, text.len > 0 ? "\"" : "");
    }
    end(t);
}

static enum ink severity_ink(enum bnc_priority p)
{
    return p == BNC_PRIORITY_CRITICAL   ? INK_RED
           : p == BNC_PRIORITY_FIX_SOON ? INK_YELLOW
           : p == BNC_PRIORITY_MONITOR  ? INK_CYAN
                                        : INK_DIM;
}

static const char *severity_word(enum bnc_priority p)
{
    static const char *const words[] = { "INFO", "MONITOR", "FIX SOON", "CRITICAL" };

    return words[p];
}

/* As many words off the front of 's' as fit on this line; the next begins at VERDICT_INDENT. */
static void put_first_line(struct term *t, struct bnc_span *s)
{
    size_t fit = 0;

    for (size_t i = 0; i < s->len && bnc_text_width(bnc_span_from(s->at, i)) <= left(t); i++)
        if (s->at[i] == ' ')
            fit = i;
    if (fit == 0)
        return;
    put(t, bnc_span_from(s->at, fit), left(t));
    end(t);
    pad_to(t, VERDICT_INDENT);
    *s = bnc_span_from(s->at + fit + 1, s->len - fit - 1);
}

/* A text on one line, and on as many more as it needs and 'spare' has; what does not fit is cut. */
static void put_in_lines(struct term *t, struct bnc_span s, size_t *spare)
{
    for (; *spare > 0 && bnc_text_width(s) > left(t); --*spare)
        put_first_line(t, &s);
    put(t, s, left(t));
    end(t);
}

static void put_headline(struct term *t, const struct bnc_finding *f, size_t *spare)
{
    ink(t, severity_ink(f->severity));
    puts_(t, severity_word(f->severity));
    ink(t, INK_NONE);
    pad_to(t, VERDICT_INDENT);
    put_in_lines(t, f->headline, spare);
}

static void put_action(struct term *t, const struct bnc_finding *f, size_t *spare)
{
    struct bnc_buf b = { .at = NULL };

    bnc_buf_printf(&b, "%d %% sure", f->confidence);
    ink(t, INK_DIM);
    put_own(t, &b, 0);
    ink(t, INK_NONE);
    pad_to(t, VERDICT_INDENT);
    bnc_buf_puts(&b, t->ascii ? "-> " : "\u2192 ");
    put_own(t, &b, 0);
    put_in_lines(t, f->n_actions > 0 ? f->actions[0] : BNC_SPAN("see --verbose"), spare);
    bnc_scratch_end(t->out, &b);
}

/*
 * A headline each as far as lines go, then the first action under as many of the first as lines are
 * left, then more lines for what is long, from the first on.
 */
static void put_verdicts(struct term *t, size_t lines)
{
    const struct bnc_judged *j = t->m->judged;
    const bool all = j->n_findings < lines;
    const size_t n = all ? j->n_findings : lines - 2, left_over = all ? lines - n : 1;
    const size_t actions = left_over < n ? left_over : n;
    size_t spare = left_over - actions;
    struct bnc_buf b = { .at = NULL };

    if (j->n_findings == 0) {
        const struct bnc_tally *y = t->m->tally;

        puts_(t, y->rows == 0             ? "no data: the input holds no rows"
                 : y->filtered == y->rows ? "no data: no row passes the filters"
                                          : "nothing found that needs you");
        end(t);
    }
    for (size_t i = 0; i < n; i++) {
        put_headline(t, &j->findings[i], &spare);
        if (i < actions)
            put_action(t, &j->findings[i], &spare);
    }
    if (!all) {
        bnc_buf_printf(&b, "%zu of %zu findings; all with --verbose or -o report.html", n,
                       j->n_findings);
        put_own(t, &b, 0);
        end(t);
    }
    bnc_scratch_end(t->out, &b);
}

static const char *const metric_words[BNC_N_METRICS] = { "bounce rate", "hard bounces",
                                                         "complaints", "deferrals" };

static void put_judgement(struct term *t, const struct bnc_rate *r)
{
    const struct bnc_visible how = { .max_width = 0 };
    struct bnc_buf b = { .at = NULL };

    if (r->judgement == BNC_JUDGE_NONE)
        return;
    bnc_word_put(&b, bnc_span_str(bnc_judgement_names[r->judgement]), &how);
    ink(t, r->judgement == BNC_JUDGE_BREACH ? INK_RED
           : r->judgement == BNC_JUDGE_OK   ? INK_GREEN
                                            : INK_YELLOW);
    put_own(t, &b, 0);
    ink(t, INK_NONE);
    bnc_scratch_end(t->out, &b);
}

/* "2.20-2.42 %, 80,123 of 3,400,000, limit 5 %" */
static void rate_details(const struct term *t, struct bnc_buf *b, enum bnc_metric metric)
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

static void put_rate(struct term *t, enum bnc_metric metric)
{
    const struct bnc_rate *r = &t->m->judged->overall.of[metric];
    struct bnc_buf b = { .at = NULL };

    puts_(t, metric_words[metric]);
    if (r->den == 0) {
        pad_to(t, 14);
        bnc_rate_put(&b, r, t->ascii);
    } else {
        put_percent(t, r->value, 21);
        pad_to(t, 22);
        put_judgement(t, r);
        pad_to(t, 35);
        rate_details(t, &b, metric);
    }
    if (bnc_text_width(bnc_buf_span(&b)) <= left(t))
        put_own(t, &b, 0);
    else
        put(t, bnc_buf_span(&b), left(t));
    end(t);
    bnc_scratch_end(t->out, &b);
}

static enum ink side_ink(int side)
{
    static const enum ink inks[BNC_N_SIDES] = { INK_CYAN,   INK_BLUE,    INK_GREEN, INK_RED,
                                                INK_YELLOW, INK_MAGENTA, INK_DIM };

    return inks[side];
}

static void put_side(struct term *t, size_t i, unsigned edge)
{
    const int s = t->m->sides[i];
    const double share =
        (double)(t->m->bounce_side[s] + t->m->deferral_side[s]) / (double)t->m->failures;
    struct bnc_buf b = { .at = NULL };

    bnc_word_put(&b, bnc_span_str(s == BNC_SIDE_SENDER ? "us (sender)" : bnc_side_names[s]),
                 &(struct bnc_visible){ .max_width = 0 });
    put_own(t, &b, 0);
    pad_to(t, 18);
    put_percent(t, share, 25);
    pad_to(t, 26);
    ink(t, side_ink(s));
    if (edge > 30)
        put_bar(t, share, edge - 28);
    ink(t, INK_NONE);
    bnc_scratch_end(t->out, &b);
}

static void put_provider(struct term *t, size_t i, unsigned from)
{
    const struct bnc_model *m = t->m;
    const uint32_t id = m->providers[i];
    const uint64_t most = bnc_failures(m->tally->providers[m->providers[0]].n);

    pad_to(t, from);
    put(t, bnc_span_str(bnc_model_provider_title(m, id)), 18);
    pad_to(t, from + 18);
    put_count(t, bnc_failures(m->tally->providers[id].n), from + 28);
    pad_to(t, from + 29);
    if (left(t) > 3)
        put_bar(t, most == 0 ? 0 : (double)bnc_failures(m->tally->providers[id].n) / (double)most,
                left(t) - 1);
}

/* Providers that failed at all; they come first. */
static size_t failing_providers(const struct bnc_model *m)
{
    size_t n = 0;

    while (n < m->n_providers && bnc_failures(m->tally->providers[m->providers[n]].n) > 0)
        n++;
    return n;
}

static unsigned side_lines(const struct term *t)
{
    const size_t p = t->width >= 72 ? failing_providers(t->m) : 0;
    const size_t n = p > t->m->n_sides ? p : t->m->n_sides;

    return (unsigned)(n < MAX_SIDES ? n : MAX_SIDES);
}

static void put_sides(struct term *t)
{
    const bool wide = t->width >= 72;
    const unsigned n = side_lines(t), half = wide ? t->width / 2 : t->width;

    ink(t, INK_BOLD);
    puts_(t, "failures by side at fault");
    if (wide) {
        pad_to(t, half);
        puts_(t, "and by provider");
    }
    ink(t, INK_NONE);
    end(t);
    for (size_t i = 0; i < n; i++) {
        if (i < t->m->n_sides)
            put_side(t, i, half);
        if (wide && i < failing_providers(t->m))
            put_provider(t, i, half);
        end(t);
    }
}

static void put_screen(struct term *t)
{
    const unsigned tail = 1 + BNC_N_METRICS + (t->m->failures > 0 ? 2 + side_lines(t) : 0);

    put_title(t);
    put_filter(t);
    put_rows(t);
    put_unclassified(t);
    end(t);
    put_verdicts(t, t->m->data->verbose                  ? 2 * t->m->judged->n_findings + 1
                    : t->lines + tail + 3 < SCREEN_LINES ? SCREEN_LINES - t->lines - tail
                                                         : 3);
    end(t);
    for (int i = 0; i < BNC_N_METRICS; i++)
        put_rate(t, (enum bnc_metric)i);
    if (t->m->failures > 0) {
        end(t);
        put_sides(t);
    }
}

/* ---- --verbose: findings in full, every section as a table ---- */

static void put_items(struct term *t, const char *title, const struct bnc_span *items, size_t n)
{
    struct bnc_buf b = { .at = NULL };

    for (size_t i = 0; i < n; i++) {
        pad_to(t, 2);
        if (i == 0)
            puts_(t, title);
        pad_to(t, 12);
        bnc_buf_printf(&b, "%zu. ", i + 1);
        put_own(t, &b, 0);
        put_wrapped(t, items[i], 15);
    }
    bnc_scratch_end(t->out, &b);
}

static void put_paragraph(struct term *t, const char *title, struct bnc_span s)
{
    if (s.len == 0)
        return;
    pad_to(t, 2);
    puts_(t, title);
    pad_to(t, 12);
    put_wrapped(t, s, 12);
}

static void put_finding(struct term *t, size_t i)
{
    const struct bnc_finding *f = &t->m->judged->findings[i];
    struct bnc_buf b = { .at = NULL };

    ink(t, severity_ink(f->severity));
    puts_(t, severity_word(f->severity));
    ink(t, INK_NONE);
    pad_to(t, 10);
    put_wrapped(t, f->headline, 10);
    bnc_buf_printf(&b, "  %s, %s, side: %s, %d %% sure, ", bnc_finding_names[f->kind],
                   bnc_scope_names[f->scope], bnc_side_names[f->side], f->confidence);
    bnc_noun_put(&b, f->recipients, "recipient");
    bnc_buf_puts(&b, ", ");
    bnc_noun_put(&b, f->events, "event");
    put_own(t, &b, 0);
    end(t);
    put_paragraph(t, "means", f->meaning);
    put_items(t, "check", f->checks, f->n_checks);
    put_items(t, "do", f->actions, f->n_actions);
    put_items(t, "responses", t->m->finding_templates[i], f->n_templates < 3 ? f->n_templates : 3);
    put_paragraph(t, "letter", f->letter);
    put_items(t, "sources", f->sources, f->n_sources);
    end(t);
    bnc_scratch_end(t->out, &b);
}

/* Text of a cell for a table: rates by their value only, times as dates. */
static void cell_text(const struct term *t, struct bnc_buf *b, enum bnc_value_type type,
                      const struct bnc_value *v)
{
    const struct bnc_visible how = visible(t, BNC_CELL_NAME_WIDTH);
    struct bnc_value share = { .share = 0 };

    t->out->failed |= b->failed;
    bnc_buf_clear(b);
    if (type == BNC_VALUE_TIME && !v->unset) {
        bnc_date_put(b, v->integer);
    } else if (type == BNC_VALUE_RATE && !v->unset) {
        if (v->rate->den == 0) {
            bnc_buf_puts(b, "n/a");
            return;
        }
        share.share = v->rate->value;
        bnc_cell_put(b, BNC_VALUE_SHARE, &share, &how);
    } else {
        bnc_cell_put(b, type, v, &how);
    }
}

struct layout {
    size_t col[BNC_SECTION_COLUMNS];
    unsigned width[BNC_SECTION_COLUMNS];
    size_t n;
};

static struct layout measure(const struct term *t, const struct bnc_section *s, size_t n_rows)
{
    struct bnc_value v[BNC_SECTION_COLUMNS];
    struct layout l = { .n = 0 };
    struct bnc_buf b = { .at = NULL };

    for (size_t c = 0; c < s->n_cols; c++)
        if (s->cols[c].use & BNC_USE_TEXT) {
            const unsigned title = bnc_text_width(bnc_span_str(s->cols[c].title));

            l.width[l.n] =
                bnc_is_numeric(s->cols[c].type) && title > NUMBER_TITLE ? NUMBER_TITLE : title;
            l.col[l.n++] = c;
        }
    for (size_t i = 0; i < n_rows; i++) {
        bnc_section_row(s, t->m, i, v);
        for (size_t k = 0; k < l.n; k++) {
            unsigned w;

            cell_text(t, &b, s->cols[l.col[k]].type, &v[l.col[k]]);
            w = bnc_text_width(bnc_buf_span(&b));
            l.width[k] = w > l.width[k] ? w : l.width[k];
        }
    }
    bnc_scratch_end(t->out, &b);
    return l;
}

/* Takes what is too much from the widest text column, again and again, down to 12 columns each. */
static void fit(const struct term *t, const struct bnc_section *s, struct layout *l)
{
    for (;;) {
        unsigned sum = 0;
        size_t widest = SIZE_MAX;

        for (size_t k = 0; k < l->n; k++) {
            sum += l->width[k] + 2;
            if (!bnc_is_numeric(s->cols[l->col[k]].type) && l->width[k] > 12 &&
                (widest == SIZE_MAX || l->width[k] > l->width[widest]))
                widest = k;
        }
        if (sum <= t->width + 2 || widest == SIZE_MAX)
            return;
        l->width[widest]--;
    }
}

static void put_cell(struct term *t, unsigned from, unsigned width, bool right, struct bnc_span s)
{
    struct bnc_buf b = { .at = NULL };
    const struct bnc_visible how = { .max_width = width,
                                     .ascii = t->ascii,
                                     .addresses = true }; /* made visible before */

    bnc_visible_put(&b, s, &how);
    pad_to(t, from);
    put_own(t, &b, right ? from + width : 0);
    bnc_scratch_end(t->out, &b);
}

static void put_table_row(struct term *t, const struct bnc_section *s, const struct layout *l,
                          const struct bnc_value *v)
{
    struct bnc_buf b = { .at = NULL };
    unsigned from = 0;

    for (size_t k = 0; k < l->n; k++) {
        const struct bnc_column *c = &s->cols[l->col[k]];

        if (v == NULL)
            bnc_buf_puts(&b, c->title);
        else
            cell_text(t, &b, c->type, &v[l->col[k]]);
        put_cell(t, from, l->width[k], bnc_is_numeric(c->type), bnc_buf_span(&b));
        t->out->failed |= b.failed;
        bnc_buf_clear(&b);
        from += l->width[k] + 2;
    }
    end(t);
    bnc_scratch_end(t->out, &b);
}

static void put_table(struct term *t, const struct bnc_section *s, size_t n_rows)
{
    struct bnc_value v[BNC_SECTION_COLUMNS];
    struct layout l = measure(t, s, n_rows);

    fit(t, s, &l);
    ink(t, INK_DIM);
    put_table_row(t, s, &l, NULL);
    ink(t, INK_NONE);
    for (size_t i = 0; i < n_rows && !t->out->failed; i++) {
        bnc_section_row(s, t->m, i, v);
        put_table_row(t, s, &l, v);
    }
}

static void put_section(struct term *t, const struct bnc_section *s)
{
    const size_t n = s->count(t->m), shown = n < TABLE_ROWS ? n : TABLE_ROWS;
    struct bnc_buf b = { .at = NULL };

    end(t);
    ink(t, INK_BOLD);
    puts_(t, s->title);
    ink(t, INK_NONE);
    end(t);
    if (n == 0) {
        puts_(t, s->rest);
        end(t);
    } else if (strcmp(s->id, "findings") == 0) {
        for (size_t i = 0; i < shown; i++)
            put_finding(t, i);
    } else if (strcmp(s->id, "method") == 0) {
        for (size_t i = 0; i < n; i++) {
            struct bnc_value v[BNC_SECTION_COLUMNS];

            bnc_section_row(s, t->m, i, v);
            put(t, v[0].text, UINT32_MAX);
            pad_to(t, 18);
            put_wrapped(t, v[1].text, 18);
        }
    } else {
        put_table(t, s, shown);
    }
    if (shown < n && strcmp(s->id, "method") != 0) {
        bnc_count_put(&b, shown, ',');
        bnc_buf_puts(&b, " of ");
        bnc_count_put(&b, n, ',');
        bnc_buf_printf(&b, " rows; all of them with -o tables/ (%s.csv) or -o report.json", s->id);
        put_own(t, &b, 0);
        end(t);
    }
    bnc_scratch_end(t->out, &b);
}

void bnc_render_text(const struct bnc_model *m, struct bnc_buf *out)
{
    struct term t = { .m = m,
                      .out = out,
                      .width = m->data->width == 0   ? 80
                               : m->data->width < 40 ? 40
                                                     : m->data->width,
                      .ascii = !m->data->unicode,
                      .color = m->data->color };

    put_screen(&t);
    for (size_t k = 0; m->data->verbose && k < bnc_n_sections; k++)
        if (bnc_sections[k]->page && strcmp(bnc_sections[k]->id, "verdicts") != 0)
            put_section(&t, bnc_sections[k]);
}
