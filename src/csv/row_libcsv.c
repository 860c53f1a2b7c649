/* SPDX-License-Identifier: MIT
 * row_libcsv.c - rows by libcsv, the reference for all that is legal.
 *
 * libcsv is a push parser: it takes bytes and calls back with fields, and doesn't say where a
 * row ended.  But only a line end ends one, so it gets the text line by line, and a row has
 * ended when the callback came.  It runs in its strict mode, with no trimming of blanks.  What
 * it calls illegal, what it never finds the end of, and what is over a limit is no longer its
 * business: the strict scanner, which knows how to recover, reads that row.  So both engines
 * give the same rows for every input, and for legal input they owe nothing to each other.
 */
#include <csv.h>
#include <stdlib.h>

#include "csv/row_private.h"

#define STRICT (CSV_STRICT | CSV_STRICT_FINI)

/* Of one row: one byte more than it may have in this file's hands. */
#define MAX_FEED_BYTES (BNC_MAX_FIELD_BYTES + 1)

/*
 * By this much libcsv lets a field grow at a time; its own 128 bytes would mean thousands of
 * calls.
 */
#define GROW_BYTES ((size_t)64 << 10)

struct bnc_rows_libcsv {
    struct csv_parser parser;
    struct bnc_rows *rows;
    size_t cap_cell;
    size_t n;                            /* fields of the row being read */
    size_t scratch_len;                  /* with them */
    bool row_ended, nomem;
};

static int never(unsigned char c)
{
    (void)c;
    return 0;
}

static bool room_for_cell(struct bnc_rows_libcsv *l, size_t i)
{
    const size_t cap = i < 1024 ? 1024 : i * 2;
    struct bnc_span *cell;

    if (i < l->cap_cell)
        return true;
    cell = realloc(l->rows->cell, cap * sizeof *cell);
    if (cell == NULL)
        return false;
    l->rows->cell = cell;
    l->cap_cell = cap;
    return true;
}

static void on_field(void *at, size_t len, void *arg)
{
    struct bnc_rows_libcsv *l = arg;
    struct bnc_rows *rows = l->rows;
    const size_t i = rows->scan.n_end + l->n;
    char *to = rows->scratch + l->scratch_len;

    l->n++;
    if (l->n > BNC_MAX_COLUMNS || l->nomem)
        return;
    if (!room_for_cell(l, i)) {
        l->nomem = true;
        return;
    }
    if (len > 0)
        memcpy(to, at, len);
    rows->cell[i] = bnc_span_from(to, len);
    l->scratch_len += len;
}

static void on_row(int end, void *arg)
{
    struct bnc_rows_libcsv *l = arg;

    (void)end;
    l->row_ended = true;
}

static void forget(struct bnc_rows_libcsv *l)
{
    csv_set_opts(&l->parser, 0);
    csv_fini(&l->parser, NULL, NULL, NULL);
    csv_set_opts(&l->parser, STRICT);
}

/*
 * Feeds the row at s->pos; returns where it ends, or SIZE_MAX when libcsv doesn't like it or
 * the text ends first.
 */
static size_t feed_row(struct bnc_rows_libcsv *l, size_t *reach, bool *multiline)
{
    const struct bnc_scan *s = &l->rows->scan;
    const size_t stop = s->len - s->pos < MAX_FEED_BYTES ? s->len : s->pos + MAX_FEED_BYTES;
    size_t at = s->pos;

    l->n = 0;
    l->row_ended = false;
    l->scratch_len = l->rows->scratch_len;
    *multiline = false;
    while (at < stop) {
        const size_t from = at;

        while (at < stop && s->byte_class[(unsigned char)s->at[at]] != BNC_BYTE_LINE_END)
            at++;
        at += at < stop;
        *reach = at;
        if (csv_parse(&l->parser, s->at + from, at - from, on_field, on_row, l) != at - from)
            return SIZE_MAX;
        if (l->row_ended)
            return at - 1;
        *multiline = true;
    }
    if (at < s->len || !s->last || csv_fini(&l->parser, on_field, on_row, l) != 0)
        return SIZE_MAX;
    return at;
}

/* False where the strict scanner has to read the row. */
static bool scan_row(struct bnc_rows_libcsv *l, size_t *reach)
{
    struct bnc_rows *rows = l->rows;
    struct bnc_scan *s = &rows->scan;
    bool multiline;
    const size_t end =
        bnc_scan_reserve(s, BNC_MAX_COLUMNS + 1) ? feed_row(l, reach, &multiline) : SIZE_MAX;

    if (end == SIZE_MAX || end - s->pos > BNC_MAX_FIELD_BYTES || l->n > BNC_MAX_COLUMNS ||
        (multiline && s->n_cols != 0 && l->n > s->n_cols)) {
        forget(l);
        return false;
    }
    s->row[s->n_row++] =
        (struct bnc_row_mark){ (uint32_t)s->pos, (uint32_t)s->n_end, BNC_MARK_CELLS };
    s->n_end += l->n;
    s->end[s->n_end - 1] = (uint32_t)end;
    rows->scratch_len = l->scratch_len;
    s->has_nul = s->has_nul || memchr(s->at + s->pos, '\0', end - s->pos) != NULL;
    s->pos = end;
    return true;
}

static enum bnc_status prepare(struct bnc_rows *rows)
{
    struct bnc_rows_libcsv *l = rows->libcsv;

    if (l == NULL) {
        l = calloc(1, sizeof *l);
        if (l == NULL || csv_init(&l->parser, STRICT) != 0) {
            free(l);
            return BNC_ENOMEM;
        }
        csv_set_blk_size(&l->parser, GROW_BYTES);
        csv_set_space_func(&l->parser, never);
        l->rows = rows;
        rows->libcsv = l;
    }
    forget(l);
    l->nomem = false;
    csv_set_delim(&l->parser, (unsigned char)rows->scan.dialect.delim);
    csv_set_quote(&l->parser, (unsigned char)rows->scan.dialect.quote);
    return BNC_OK;
}

enum bnc_status bnc_rows_libcsv_scan(struct bnc_rows *rows)
{
    struct bnc_scan *s = &rows->scan;
    size_t strict_until = 0, reach = 0;

    if (prepare(rows) != BNC_OK)
        return BNC_ENOMEM;
    while (s->pos < s->len && !rows->libcsv->nomem) {
        while (s->pos < s->len &&
               s->byte_class[(unsigned char)s->at[s->pos]] == BNC_BYTE_LINE_END)
            s->pos++;
        if (s->pos == s->len)
            break;
        if (s->pos >= s->line_until && s->pos >= strict_until && scan_row(rows->libcsv, &reach))
            continue;
        if (reach > strict_until)
            strict_until = reach;
        if (!bnc_scan_row_strict(s))
            break;
    }
    return rows->libcsv->nomem || s->nomem ? BNC_ENOMEM : BNC_OK;
}

void bnc_rows_libcsv_release(struct bnc_rows *rows)
{
    if (rows->libcsv != NULL)
        csv_free(&rows->libcsv->parser);
    free(rows->libcsv);
    free(rows->cell);
}
