/* SPDX-License-Identifier: MIT */
#include "util/table.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/buf.h"

#define MAX_TABLE_BYTES ((size_t)64 << 20)

struct reader {
    struct bnc_table *table;
    const char *name;
    struct bnc_error *err;
    enum bnc_status status;
    struct bnc_span *row;            /* fields of the row being read */
    size_t n, cap_row, cap_rows;
    uint32_t line, row_line;         /* physical line now; where this row began */
};

static void fail(struct reader *r, enum bnc_status status)
{
    if (r->status == BNC_OK)
        r->status = status;
}

static bool grow(void *pp, size_t *cap, size_t need, size_t size)
{
    void **p = pp;
    size_t n = *cap == 0 ? 64 : *cap;
    void *q;

    while (n < need)
        n *= 2;
    if (n == *cap)
        return true;
    q = realloc(*p, n * size);
    if (q == NULL)
        return false;
    *p = q;
    *cap = n;
    return true;
}

static void on_field(void *at, size_t len, void *arg)
{
    struct reader *r = arg;
    struct bnc_span cell;

    if (r->status != BNC_OK)
        return;
    cell = bnc_arena_copy(&r->table->arena, bnc_span_from(at == NULL ? "" : at, len));
    if (cell.at == NULL || !grow(&r->row, &r->cap_row, r->n + 1, sizeof *r->row)) {
        fail(r, bnc_error_nomem(r->err));
        return;
    }
    r->row[r->n++] = cell;
}

static enum bnc_status keep_header(struct reader *r)
{
    struct bnc_table *t = r->table;

    t->header = r->row;
    t->n_cols = r->n;
    r->row = NULL;
    r->cap_row = 0;
    for (size_t i = 0; i < t->n_cols; i++)
        t->header[i] = bnc_span_trim(t->header[i]);
    return BNC_OK;
}

static enum bnc_status keep_row(struct reader *r)
{
    struct bnc_table *t = r->table;
    size_t cap_lines = r->cap_rows, cap_cells = r->cap_rows * t->n_cols;

    if (r->n != t->n_cols) {
        bnc_error_set(r->err, BNC_ECONFIG, "line %u has %zu fields, the header has %zu",
                      r->row_line, r->n, t->n_cols);
        return bnc_error_at(r->err, r->name, r->row_line, BNC_NO_PLACE), BNC_ECONFIG;
    }
    if (t->n_rows == r->cap_rows) {
        const size_t want = r->cap_rows == 0 ? 64 : r->cap_rows * 2;

        cap_lines = want;
        cap_cells = want * t->n_cols;
        void *lines = realloc(t->line, cap_lines * sizeof *t->line);
        if (lines == NULL)
            return bnc_error_nomem(r->err);
        t->line = lines;
        void *cells = realloc(t->cells, cap_cells * sizeof *t->cells);
        if (cells == NULL)
            return bnc_error_nomem(r->err);
        t->cells = cells;
        r->cap_rows = want;
    }
    memcpy(t->cells + t->n_rows * t->n_cols, r->row, t->n_cols * sizeof *r->row);
    t->line[t->n_rows++] = r->row_line;
    return BNC_OK;
}

static void on_row(int end, void *arg)
{
    struct reader *r = arg;

    (void)end;
    if (r->status == BNC_OK)
        fail(r, r->table->header == NULL ? keep_header(r) : keep_row(r));
    r->n = 0;
}

/* Line by line would lose quoted newlines, so libcsv gets byte runs that end
 * with a newline and the line number is counted beside it. */
static enum bnc_status feed(struct reader *r, struct csv_parser *p, struct bnc_span text)
{
    while (text.len > 0 && r->status == BNC_OK) {
        const char *nl = memchr(text.at, '\n', text.len);
        const size_t len = nl == NULL ? text.len : (size_t)(nl - text.at) + 1;

        if (r->n == 0 && p->pstate <= 1)
            r->row_line = r->line;
        if (csv_parse(p, text.at, len, on_field, on_row, r) != len && r->status == BNC_OK) {
            bnc_error_set(r->err, BNC_ECONFIG, "line %u: %s", r->line, csv_strerror(csv_error(p)));
            bnc_error_at(r->err, r->name, r->line, BNC_NO_PLACE);
            return BNC_ECONFIG;
        }
        text.at += len;
        text.len -= len;
        r->line++;
    }
    if (r->status == BNC_OK && csv_fini(p, on_field, on_row, r) != 0) {
        bnc_error_set(r->err, BNC_ECONFIG, "line %u: a quoted field is not closed", r->row_line);
        bnc_error_at(r->err, r->name, r->row_line, BNC_NO_PLACE);
        return BNC_ECONFIG;
    }
    return r->status;
}

static int no_space(unsigned char c)
{
    (void)c;
    return 0;
}

enum bnc_status bnc_table_parse(struct bnc_table *table, struct bnc_span text, const char *name,
                                struct bnc_error *err)
{
    struct reader r = { .table = table, .name = name, .err = err, .line = 1, .row_line = 1 };
    enum bnc_status status;
    struct csv_parser p;

    *table = (struct bnc_table){ 0 };
    if (text.len >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0) {
        text.at += 3;
        text.len -= 3;
    }
    if (text.len > 0 && memchr(text.at, '\0', text.len) != NULL) {
        bnc_error_set(err, BNC_ECONFIG, "the file contains a NUL byte");
        return bnc_error_at(err, name, 0, BNC_NO_PLACE), BNC_ECONFIG;
    }
    if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return bnc_error_nomem(err);
    csv_set_space_func(&p, no_space);
    status = feed(&r, &p, text);
    csv_free(&p);
    free(r.row);
    if (status == BNC_OK && table->header == NULL) {
        bnc_error_set(err, BNC_ECONFIG, "the file is empty, a header line was expected");
        bnc_error_at(err, name, 0, BNC_NO_PLACE);
        status = BNC_ECONFIG;
    }
    if (status != BNC_OK)
        bnc_table_release(table);
    return status;
}

enum bnc_status bnc_table_read(struct bnc_table *table, const char *path, struct bnc_error *err)
{
    struct bnc_buf text = { .max_bytes = MAX_TABLE_BYTES };
    enum bnc_status status;
    size_t n = 1;
    FILE *f = fopen(path, "rbe");

    *table = (struct bnc_table){ 0 };
    if (f == NULL) {
        bnc_error_sys(err, BNC_ENOINPUT, "cannot open '%s'", path);
        return BNC_ENOINPUT;
    }
    while (n > 0 && bnc_buf_reserve(&text, 1 << 16)) {
        n = fread(text.at + text.len, 1, 1 << 16, f);
        text.len += n;
    }
    if (text.failed)
        status = bnc_error_set(err, BNC_ECONFIG, "'%s' is too large for a table", path);
    else if (ferror(f))
        status = bnc_error_sys(err, BNC_EIO, "cannot read '%s'", path);
    else
        status = bnc_table_parse(table, bnc_buf_span(&text), path, err);
    fclose(f);
    bnc_buf_release(&text);
    return status;
}

int bnc_table_col(const struct bnc_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_cols; i++)
        if (bnc_span_eq_nocase(table->header[i], bnc_span_str(name)))
            return (int)i;
    return -1;
}

void bnc_table_release(struct bnc_table *table)
{
    free(table->cells);
    free(table->header);
    free(table->line);
    bnc_arena_release(&table->arena);
    *table = (struct bnc_table){ 0 };
}
