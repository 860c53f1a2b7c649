/* SPDX-License-Identifier: MIT
 * text_sections.c - what --verbose adds to the first screen: findings in full, every section as a
 * table of its first rows.
 */
#include "report/cell.h"
#include "report/screen.h"
#include "util/figure.h"
#include "util/moment.h"

#define TABLE_ROWS 20
#define NUMBER_TITLE 11 /* a longer title over a column of numbers is cut */

static void put_items(struct bnc_term *t, const char *title, const struct bnc_span *items, size_t n)
{
    struct bnc_buf b = { .at = NULL };

    for (size_t i = 0; i < n; i++) {
        bnc_term_pad(t, 2);
        if (i == 0)
            bnc_term_puts(t, title);
        bnc_term_pad(t, 12);
        bnc_buf_printf(&b, "%zu. ", i + 1);
        bnc_term_own(t, &b, 0);
        bnc_term_wrapped(t, items[i], 15);
    }
    bnc_scratch_end(t->out, &b);
}

static void put_paragraph(struct bnc_term *t, const char *title, struct bnc_span s)
{
    if (s.len == 0)
        return;
    bnc_term_pad(t, 2);
    bnc_term_puts(t, title);
    bnc_term_pad(t, 12);
    bnc_term_wrapped(t, s, 12);
}

static void put_finding(struct bnc_term *t, size_t i)
{
    const struct bnc_finding *f = &t->m->judged->findings[i];
    struct bnc_buf b = { .at = NULL };

    bnc_term_ink(t, bnc_severity_ink(f->severity));
    bnc_term_puts(t, bnc_severity_word(f->severity));
    bnc_term_ink(t, BNC_INK_NONE);
    bnc_term_pad(t, 10);
    bnc_term_wrapped(t, f->headline, 10);
    bnc_buf_printf(&b, "  %s, %s, side: %s, %d %% sure, ", bnc_finding_names[f->kind],
                   bnc_scope_names[f->scope], bnc_side_names[f->side], f->confidence);
    bnc_noun_put(&b, f->recipients, "recipient");
    bnc_buf_puts(&b, ", ");
    bnc_noun_put(&b, f->events, "event");
    bnc_term_own(t, &b, 0);
    bnc_term_end(t);
    put_paragraph(t, "means", f->meaning);
    put_items(t, "check", f->checks, f->n_checks);
    put_items(t, "do", f->actions, f->n_actions);
    put_items(t, "responses", t->m->finding_templates[i], f->n_templates < 3 ? f->n_templates : 3);
    put_paragraph(t, "letter", f->letter);
    put_items(t, "sources", f->sources, f->n_sources);
    bnc_term_end(t);
    bnc_scratch_end(t->out, &b);
}

/* Text of a cell for a table: rates by their value only, times as dates. */
static void cell_text(const struct bnc_term *t, struct bnc_buf *b, enum bnc_value_type type,
                      const struct bnc_value *v)
{
    const struct bnc_visible how = bnc_term_visible(t, BNC_CELL_NAME_WIDTH);
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

static struct layout measure(const struct bnc_term *t, const struct bnc_section *s, size_t n_rows)
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
        s->row(t->m, i, v);
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
static void fit(const struct bnc_term *t, const struct bnc_section *s, struct layout *l)
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

static void put_cell(struct bnc_term *t, unsigned from, unsigned width, bool right,
                     struct bnc_span s)
{
    struct bnc_buf b = { .at = NULL };
    const struct bnc_visible how = { .max_width = width,
                                     .ascii = t->ascii,
                                     .addresses = true }; /* made visible before */

    bnc_visible_put(&b, s, &how);
    bnc_term_pad(t, from);
    bnc_term_own(t, &b, right ? from + width : 0);
    bnc_scratch_end(t->out, &b);
}

static void put_table_row(struct bnc_term *t, const struct bnc_section *s, const struct layout *l,
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
    bnc_term_end(t);
    bnc_scratch_end(t->out, &b);
}

static void put_table(struct bnc_term *t, const struct bnc_section *s, size_t n_rows)
{
    struct bnc_value v[BNC_SECTION_COLUMNS];
    struct layout l = measure(t, s, n_rows);

    fit(t, s, &l);
    bnc_term_ink(t, BNC_INK_DIM);
    put_table_row(t, s, &l, NULL);
    bnc_term_ink(t, BNC_INK_NONE);
    for (size_t i = 0; i < n_rows && !t->out->failed; i++) {
        s->row(t->m, i, v);
        put_table_row(t, s, &l, v);
    }
}

void bnc_text_section(struct bnc_term *t, const struct bnc_section *s)
{
    const size_t n = s->count(t->m), shown = n < TABLE_ROWS ? n : TABLE_ROWS;
    struct bnc_buf b = { .at = NULL };

    bnc_term_end(t);
    bnc_term_ink(t, BNC_INK_BOLD);
    bnc_term_puts(t, s->title);
    bnc_term_ink(t, BNC_INK_NONE);
    bnc_term_end(t);
    if (n == 0) {
        bnc_term_puts(t, s->rest);
        bnc_term_end(t);
    } else if (strcmp(s->id, "findings") == 0) {
        for (size_t i = 0; i < shown; i++)
            put_finding(t, i);
    } else if (strcmp(s->id, "method") == 0) {
        for (size_t i = 0; i < n; i++) {
            struct bnc_value v[BNC_SECTION_COLUMNS];

            s->row(t->m, i, v);
            bnc_term_put(t, v[0].text, UINT32_MAX);
            bnc_term_pad(t, 18);
            bnc_term_wrapped(t, v[1].text, 18);
        }
    } else {
        put_table(t, s, shown);
    }
    if (shown < n && strcmp(s->id, "method") != 0) {
        bnc_count_put(&b, shown, ',');
        bnc_buf_puts(&b, " of ");
        bnc_count_put(&b, n, ',');
        bnc_buf_printf(&b, " rows; all of them with -o tables/ (%s.csv) or -o report.json", s->id);
        bnc_term_own(t, &b, 0);
        bnc_term_end(t);
    }
    bnc_scratch_end(t->out, &b);
}
