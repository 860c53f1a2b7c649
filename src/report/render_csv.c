/* SPDX-License-Identifier: MIT
 * render_csv.c - one section as CSV (RFC 4180): UTF-8, LF, a header always; with --excel CRLF and a
 * byte order mark.
 */
#include "report/cell.h"
#include "report/render.h"
#include "report/visible.h"
#include "util/csvcell.h"
#include "util/figure.h"
#include "util/moment.h"
#include "util/slices.h"

const char *const bnc_rate_suffix[BNC_RATE_PARTS] = { "",      "_numerator", "_denominator", "_low",
                                                      "_high", "_limit",     "_judgement" };

/*
 * Text of any origin: hidden characters made visible, so that neither a spreadsheet nor cat(1) acts
 * on it.
 */
static void put_texts(const struct bnc_model *m, struct bnc_buf *out, const struct bnc_span *s,
                      size_t n, bool newlines)
{
    const struct bnc_visible how = { .newlines = newlines,
                                     .addresses = m->data->show == BNC_SHOW_FULL };
    struct bnc_buf cell = { .at = NULL };

    if (n > 0 && !m->data->plain_cells && bnc_is_formula(s[0]))
        bnc_buf_putc(&cell, '\'');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            bnc_buf_puts(&cell, " | ");
        bnc_visible_put(&cell, s[i], &how);
    }
    bnc_csv_put(out, bnc_buf_span(&cell), ',');
    out->failed |= cell.failed;
    bnc_buf_release(&cell);
}

static void put_share(struct bnc_buf *out, double x, bool known)
{
    if (known)
        bnc_real_put(out, x);
}

static void put_rate(struct bnc_buf *out, const struct bnc_rate *r)
{
    const bool known = r != NULL && r->den > 0;

    put_share(out, known ? r->value : 0, known);
    if (r == NULL) {
        bnc_buf_puts(out, ",,,,,,");
        return;
    }
    bnc_buf_printf(out, ",%llu,%llu,", (unsigned long long)r->num, (unsigned long long)r->den);
    put_share(out, r->low, known);
    bnc_buf_putc(out, ',');
    put_share(out, r->high, known);
    bnc_buf_putc(out, ',');
    put_share(out, r->limit, r->limit > 0);
    bnc_buf_printf(out, ",%s", bnc_judgement_names[r->judgement]);
}

static void put_value(const struct bnc_model *m, struct bnc_buf *out, enum bnc_value_type type,
                      const struct bnc_value *v)
{
    if (type == BNC_VALUE_RATE) {
        put_rate(out, v->unset ? NULL : v->rate);
        return;
    }
    if (v->unset || bnc_machine_put(out, type, v))
        return;
    switch (type) {
    case BNC_VALUE_TIME:
        bnc_time_put(out, v->integer);
        break;
    case BNC_VALUE_LIST:
        put_texts(m, out, v->list, v->n_list, false);
        break;
    default:
        put_texts(m, out, &v->text, 1, type == BNC_VALUE_PROSE);
    }
}

static void put_header(struct bnc_buf *out, const struct bnc_section *s)
{
    bool first = true;

    for (size_t c = 0; c < s->n_cols; c++) {
        const int n = s->cols[c].type == BNC_VALUE_RATE ? BNC_RATE_PARTS : 1;

        if (s->cols[c].use & BNC_ONLY_JSON)
            continue;
        for (int k = 0; k < n; k++) {
            bnc_buf_printf(out, "%s%s%s", first ? "" : ",", s->cols[c].key, bnc_rate_suffix[k]);
            first = false;
        }
    }
}

static void put_row(const struct bnc_model *m, struct bnc_buf *out, const struct bnc_section *s,
                    size_t i)
{
    struct bnc_value v[BNC_SECTION_COLUMNS];
    bool first = true;

    s->row(m, i, v);
    for (size_t c = 0; c < s->n_cols; c++) {
        if (s->cols[c].use & BNC_ONLY_JSON)
            continue;
        if (!first)
            bnc_buf_putc(out, ',');
        put_value(m, out, s->cols[c].type, &v[c]);
        first = false;
    }
}

struct table {
    const struct bnc_model *m;
    const struct bnc_section *section;
    size_t n;
    const char *end;
};

static void put_slice(const void *arg, size_t i, struct bnc_buf *out)
{
    const struct table *const t = arg;
    const size_t from = i * BNC_SLICE_ROWS,
                 to = t->n - from > BNC_SLICE_ROWS ? from + BNC_SLICE_ROWS : t->n;

    for (size_t k = from; k < to && !out->failed; k++) {
        put_row(t->m, out, t->section, k);
        bnc_buf_puts(out, t->end);
    }
}

void bnc_render_csv(const struct bnc_model *m, const struct bnc_section *s, struct bnc_buf *out)
{
    const struct table t = {
        .m = m, .section = s, .n = s->count(m), .end = m->data->excel ? "\r\n" : "\n"
    };

    if (m->data->excel)
        bnc_buf_puts(out, "\ufeff");
    put_header(out, s);
    bnc_buf_puts(out, t.end);
    bnc_slices_put(out, &(struct bnc_slices){ .n = (t.n + BNC_SLICE_ROWS - 1) / BNC_SLICE_ROWS,
                                              .render = put_slice,
                                              .arg = &t,
                                              .parallel = m->data->parallel,
                                              .parallel_ctx = m->data->parallel_ctx });
}
