/* SPDX-License-Identifier: MIT
 * chart_heat.c - provider x cause: each cell in the colour of the side at fault, stronger with more
 * failures.
 */
#include <math.h>
#include <stdio.h>

#include "report/svg.h"

#define MAX_ROWS 12
#define MAX_COLS 11
#define ROW 30.0
#define LEFT 150.0
#define TOTAL 74.0
#define TOP 58.0

struct heat {
    size_t n_rows, n_cols;
    double cell;
    uint64_t most;
    uint32_t row;
    uint8_t col;
};

static uint64_t cell_count(const struct bnc_model *m, uint32_t provider, uint8_t cause)
{
    const struct bnc_provider_total *t = &m->tally->providers[provider];

    return t->cause[cause] + t->cause[BNC_N_CAUSES + cause];
}

static struct heat measure(const struct bnc_model *m)
{
    struct heat h = { .n_cols = m->n_causes < MAX_COLS ? m->n_causes : MAX_COLS };

    while (h.n_rows < MAX_ROWS && h.n_rows < m->n_providers &&
           bnc_failures(m->tally->providers[m->providers[h.n_rows]].n) > 0)
        h.n_rows++;
    for (size_t r = 0; r < h.n_rows; r++)
        for (size_t c = 0; c < h.n_cols; c++) {
            const uint64_t n = cell_count(m, m->providers[r], m->causes[c]);

            if (n > h.most) {
                h.most = n;
                h.row = m->providers[r];
                h.col = m->causes[c];
            }
        }
    h.cell = h.n_cols == 0 ? 0 : (BNC_SVG_WIDTH - LEFT - TOTAL) / (double)h.n_cols;
    if (h.cell > 120)
        h.cell = 120;
    return h;
}

/* The words of a cause one above the other, the last on the base line. */
static void put_cause(struct bnc_page *p, double x, uint8_t cause)
{
    const struct bnc_visible how = { .max_width = 0 };
    struct bnc_buf name = { .at = NULL };
    struct bnc_span word[4], s;
    int n = 0;

    bnc_word_put(&name, bnc_span_str(bnc_causes[cause].name), &how);
    s = bnc_buf_span(&name);
    while (n < 4 && s.len > 0) {
        const char *at = n < 3 ? memchr(s.at, ' ', s.len) : NULL;
        const size_t len = at == NULL ? s.len : (size_t)(at - s.at);

        word[n++] = bnc_span_from(s.at, len);
        s = at == NULL ? bnc_span_from(s.at + s.len, 0) : bnc_span_from(at + 1, s.len - len - 1);
    }
    for (int i = 0; i < n; i++)
        bnc_svg_text(p, x, TOP - 14 - 13 * (n - 1 - i), "tick m", word[i], 0);
    bnc_scratch_end(p->out, &name);
}

static void put_cell(struct bnc_page *p, const struct heat *h, double x, double y, uint64_t n,
                     uint8_t cause)
{
    char class[16];
    int shade;

    if (n == 0) {
        bnc_svg_rect(p, x, y, h->cell - 2, ROW - 2, "empty");
        return;
    }
    shade = 1 + (int)(8 * log1p((double)n) / log1p((double)h->most));
    snprintf(class, sizeof class, "s%d o%d", bnc_causes[cause].side, shade > 9 ? 9 : shade);
    bnc_svg_rect(p, x, y, h->cell - 2, ROW - 2, class);
    bnc_svg_count(p, x + h->cell / 2 - 1, y + 18, "cell m", n);
}

static void put_rows(struct bnc_page *p, const struct heat *h)
{
    const struct bnc_model *m = p->m;

    for (size_t r = 0; r < h->n_rows; r++) {
        const double y = TOP + ROW * (double)r;

        bnc_svg_text(p, LEFT - 10, y + 18, "label e",
                     bnc_span_str(bnc_model_provider_title(m, m->providers[r])), 20);
        for (size_t c = 0; c < h->n_cols; c++)
            put_cell(p, h, LEFT + h->cell * (double)c, y,
                     cell_count(m, m->providers[r], m->causes[c]), m->causes[c]);
        bnc_svg_count(p, LEFT + h->cell * (double)h->n_cols + 64, y + 18, "value e",
                      bnc_failures(m->tally->providers[m->providers[r]].n));
    }
}

static void put_title(const struct bnc_model *m, const struct heat *h, struct bnc_buf *title)
{
    const struct bnc_visible how = { .max_width = 0 };

    bnc_buf_printf(title, "%s, ", bnc_model_provider_title(m, h->row));
    bnc_word_put(title, bnc_span_str(bnc_causes[h->col].name), &how);
    bnc_buf_puts(title, ": the heaviest cell, ");
    bnc_percent_put(title, (double)h->most / (double)m->failures);
    bnc_buf_puts(title, " of all failures");
}

void bnc_chart_heat(struct bnc_page *p)
{
    const struct bnc_model *m = p->m;
    const struct heat h = measure(m);
    struct bnc_buf title = { .at = NULL }, axes = { .at = NULL };

    if (h.most == 0)
        return;
    put_title(m, &h, &title);
    bnc_buf_printf(
        &axes,
        "Bounces and deferrals, events, by provider (rows, %zu of %zu) and cause (columns, %zu of "
        "%zu); coloured by the side at fault, stronger with more (logarithmic)",
        h.n_rows, m->n_providers, h.n_cols, m->n_causes);
    bnc_svg_open(p, "heat", &title, &axes, TOP + ROW * (double)h.n_rows + 4);
    for (size_t c = 0; c < h.n_cols; c++) {
        char class[8];

        snprintf(class, sizeof class, "s%d", bnc_causes[m->causes[c]].side);
        put_cause(p, LEFT + h.cell * ((double)c + 0.5) - 1, m->causes[c]);
        bnc_svg_rect(p, LEFT + h.cell * (double)c, TOP - 7, h.cell - 2, 3, class);
    }
    bnc_svg_text(p, LEFT + h.cell * (double)h.n_cols + 64, TOP - 14, "tick e", BNC_SPAN("all"), 0);
    put_rows(p, &h);
    bnc_svg_close(p, "provider_causes", bnc_html_side_legend);
    bnc_scratch_end(p->out, &title);
    bnc_scratch_end(p->out, &axes);
}
