/* SPDX-License-Identifier: MIT
 * render_md.c - the report as GitHub-flavoured Markdown, fit for an issue or a wiki.
 */
#include "report/cell.h"
#include "report/render.h"
#include "util/figure.h"
#include "util/moment.h"

#define TABLE_ROWS 100

static struct bnc_visible visible(const struct bnc_model *m, unsigned max_width)
{
    return (struct bnc_visible){ .markup = BNC_MARKUP_MD,
                                 .addresses = m->data->show == BNC_SHOW_FULL,
                                 .max_width = max_width };
}

static void put_text(const struct bnc_model *m, struct bnc_buf *out, struct bnc_span s)
{
    const struct bnc_visible how = visible(m, 0);

    bnc_visible_put(out, s, &how);
}

static void put_head(const struct bnc_model *m, struct bnc_buf *out)
{
    bnc_buf_puts(out, "# Bounce report, ");
    bnc_period_put(out, m->tally->first, m->tally->last, false);
    bnc_buf_puts(out, "\n\n");
    bnc_noun_put(out, m->tally->rows, "row");
    bnc_buf_puts(out, " read, ");
    bnc_count_put(out, m->failures, ',');
    bnc_buf_puts(out, " failures");
    if (m->failures > 0) {
        bnc_buf_puts(out, ", ");
        bnc_percent_put(out, (double)m->unclassified / (double)m->failures);
        bnc_buf_puts(out, " of them unclassified");
    }
    bnc_buf_puts(out,
                 m->data->complete ? ".\n" : ". **Incomplete: not all input could be read.**\n");
    if (m->judged->failures_alone > 0) {
        bnc_buf_puts(out, "\n**Rates over all inputs are too high: ");
        bnc_count_put(out, m->judged->failures_alone, ',');
        bnc_buf_puts(out, " failures come from exports without deliveries.**\n");
    }
    if (m->data->filter.len > 0) {
        bnc_buf_puts(out, "\nOnly rows of ");
        put_text(m, out, m->data->filter);
        bnc_buf_puts(out, ".\n");
    }
}

static void put_items(const struct bnc_model *m, struct bnc_buf *out, const char *title,
                      const struct bnc_span *items, size_t n)
{
    if (n == 0)
        return;
    bnc_buf_printf(out, "\n**%s**\n\n", title);
    for (size_t i = 0; i < n; i++) {
        bnc_buf_printf(out, "%zu. ", i + 1);
        put_text(m, out, items[i]);
        bnc_buf_putc(out, '\n');
    }
}

/* A letter keeps its lines: an indented code block, in which nothing is markup. */
static void put_letter(const struct bnc_model *m, struct bnc_buf *out, struct bnc_span s)
{
    const struct bnc_visible how = { .addresses = m->data->show == BNC_SHOW_FULL };

    if (s.len == 0)
        return;
    bnc_buf_puts(out, "\n**Letter**\n\n");
    while (s.len > 0) {
        const char *nl = memchr(s.at, '\n', s.len);
        const size_t n = nl == NULL ? s.len : (size_t)(nl - s.at);

        bnc_buf_puts(out, "    ");
        bnc_visible_put(out, bnc_span_from(s.at, n), &how);
        bnc_buf_putc(out, '\n');
        s = bnc_span_from(s.at + n, s.len - n);
        if (s.len > 0)
            s = bnc_span_from(s.at + 1, s.len - 1);
    }
}

static void put_finding(const struct bnc_model *m, struct bnc_buf *out, size_t i)
{
    const struct bnc_finding *f = &m->judged->findings[i];

    bnc_buf_printf(out, "\n### %zu. ", i + 1);
    put_text(m, out, f->headline);
    bnc_buf_printf(out, "\n\n`%s` `%s` `%s`, side at fault: **%s**, ",
                   bnc_priority_names[f->severity], bnc_finding_names[f->kind],
                   bnc_scope_names[f->scope], bnc_side_names[f->side]);
    bnc_noun_put(out, f->recipients, "recipient");
    bnc_buf_puts(out, ", ");
    bnc_noun_put(out, f->events, "event");
    bnc_buf_printf(out, ", %d %% sure\n\n", f->confidence);
    put_text(m, out, f->meaning);
    bnc_buf_putc(out, '\n');
    put_items(m, out, "Check", f->checks, f->n_checks);
    put_items(m, out, "Do", f->actions, f->n_actions);
    put_items(m, out, "Responses", m->finding_templates[i],
              f->n_templates < 5 ? f->n_templates : 5);
    put_letter(m, out, f->letter);
    put_items(m, out, "Sources", f->sources, f->n_sources);
}

static void put_table_head(const struct bnc_model *m, struct bnc_buf *out,
                           const struct bnc_section *s)
{
    for (size_t c = 0; c < s->n_cols; c++)
        if (bnc_column_on_page(&s->cols[c], m))
            bnc_buf_printf(out, "| %s ", s->cols[c].title);
    bnc_buf_puts(out, "|\n");
    for (size_t c = 0; c < s->n_cols; c++)
        if (bnc_column_on_page(&s->cols[c], m))
            bnc_buf_puts(out, bnc_is_numeric(s->cols[c].type) ? "|--:" : "|---");
    bnc_buf_puts(out, "|\n");
}

static void put_table(const struct bnc_model *m, struct bnc_buf *out, const struct bnc_section *s,
                      size_t n)
{
    const struct bnc_visible how = visible(m, BNC_CELL_TEXT_WIDTH);
    struct bnc_value v[BNC_SECTION_COLUMNS];

    put_table_head(m, out, s);
    for (size_t i = 0; i < n && !out->failed; i++) {
        s->row(m, i, v);
        for (size_t c = 0; c < s->n_cols; c++)
            if (bnc_column_on_page(&s->cols[c], m)) {
                bnc_buf_puts(out, "| ");
                bnc_cell_put(out, s->cols[c].type, &v[c], &how);
                bnc_buf_putc(out, ' ');
            }
        bnc_buf_puts(out, "|\n");
    }
}

static void put_section(const struct bnc_model *m, struct bnc_buf *out, const struct bnc_section *s)
{
    const size_t n = s->count(m), shown = n < TABLE_ROWS ? n : TABLE_ROWS;

    bnc_buf_printf(out, "\n## %s\n\n%s\n\n", s->title, s->about);
    if (n == 0)
        bnc_buf_printf(out, "_%s_\n", s->rest);
    else if (strcmp(s->id, "findings") == 0)
        for (size_t i = 0; i < shown; i++)
            put_finding(m, out, i);
    else
        put_table(m, out, s, shown);
    if (shown < n) {
        bnc_buf_puts(out, "\n_");
        bnc_count_put(out, shown, ',');
        bnc_buf_puts(out, " of ");
        bnc_count_put(out, n, ',');
        bnc_buf_printf(
            out, " rows; all of them with `-o tables/` (`%s.csv`) or `-o report.json`._\n", s->id);
    }
}

void bnc_render_md(const struct bnc_model *m, struct bnc_buf *out)
{
    put_head(m, out);
    for (size_t k = 0; k < bnc_n_sections; k++)
        if (bnc_sections[k]->page)
            put_section(m, out, bnc_sections[k]);
}
