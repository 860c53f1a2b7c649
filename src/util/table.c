/* SPDX-License-Identifier: MIT */
#include "util/table.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/buf.h"

#define MAX_TABLE_BYTES ((size_t)64 << 20)
#define READ_BYTES ((size_t)64 << 10)

struct reader {
    struct bnc_table *table;
    const char *name;
    struct bnc_error *err;
    enum bnc_status status;
    struct bnc_span *row;            /* fields of the row being read */
    size_t n, cap_row, cap_cells, cap_rows;
    uint32_t line, row_line;         /* physical line now; where this row began */
    bool in_row;                     /* it has begun and not ended */
};

static void fail(struct reader *r, enum bnc_status status)
{
    if (r->status == BNC_OK)
        r->status = status;
}

static void on_field(void *at, size_t len, void *arg)
{
    struct reader *r = arg;
    struct bnc_span cell;

    if (r->status != BNC_OK)
        return;
    cell = bnc_arena_copy(&r->table->arena, bnc_span_from(at == NULL ? "" : at, len));
    if (cell.at == NULL || !bnc_array_grow(&r->row, &r->cap_row, r->n + 1, sizeof *r->row)) {
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

static bool make_room_for_row(struct reader *r)
{
    struct bnc_table *t = r->table;

    if (!bnc_array_grow(&t->cells, &r->cap_cells, (t->n_rows + 1) * t->n_cols, sizeof *t->cells))
        return false;
    return bnc_array_grow(&t->line, &r->cap_rows, t->n_rows + 1, sizeof *t->line);
}

static enum bnc_status keep_row(struct reader *r)
{
    struct bnc_table *t = r->table;

    if (r->n != t->n_cols) {
        bnc_error_set(r->err, BNC_ECONFIG, "line %u has %zu fields, the header has %zu",
                      r->row_line, r->n, t->n_cols);
        return bnc_error_at(r->err, r->name, r->row_line, BNC_NO_PLACE), BNC_ECONFIG;
    }
    if (!make_room_for_row(r))
        return bnc_error_nomem(r->err);
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
    r->in_row = false;
}

/* The length of the first line of 'text', with its end: LF, CRLF or CR. */
static size_t line_len(struct bnc_span text)
{
    size_t n = 0;

    while (n < text.len && text.at[n] != '\n' && text.at[n] != '\r')
        n++;
    if (n + 1 < text.len && text.at[n] == '\r' && text.at[n + 1] == '\n')
        n++;
    return n < text.len ? n + 1 : n;
}

static enum bnc_status fail_line(struct reader *r, uint32_t line, const char *why)
{
    bnc_error_set(r->err, BNC_ECONFIG, "line %u: %s", line, why);
    bnc_error_at(r->err, r->name, line, BNC_NO_PLACE);
    return BNC_ECONFIG;
}

/*
 * libcsv doesn't say where in the text it is, so it gets one line at a time.
 * A row begins with the first line that isn't empty after the row before, and
 * only a line end ends it, in which case libcsv has called on_row().
 */
static enum bnc_status feed(struct reader *r, struct csv_parser *p, struct bnc_span text)
{
    while (text.len > 0 && r->status == BNC_OK) {
        const size_t len = line_len(text);

        if (!r->in_row) {
            r->row_line = r->line;
            r->in_row = text.at[0] != '\n' && text.at[0] != '\r';
        }
        if (csv_parse(p, text.at, len, on_field, on_row, r) != len) {
            if (csv_error(p) == CSV_ENOMEM)
                return bnc_error_nomem(r->err);
            return fail_line(r, r->line, csv_strerror(csv_error(p)));
        }
        text.at += len;
        text.len -= len;
        r->line++;
    }
    if (r->status == BNC_OK && csv_fini(p, on_field, on_row, r) != 0)
        return fail_line(r, r->row_line, "a quoted field is not closed");
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
    struct bnc_buf text = { .max_bytes = MAX_TABLE_BYTES + READ_BYTES };
    enum bnc_status status;
    size_t n = 1;
    FILE *f = fopen(path, "rbe");

    *table = (struct bnc_table){ 0 };
    if (f == NULL)
        return bnc_error_sys(err, BNC_ENOINPUT, "cannot open '%s'", path);
    while (n > 0 && text.len <= MAX_TABLE_BYTES && bnc_buf_reserve(&text, READ_BYTES)) {
        n = fread(text.at + text.len, 1, READ_BYTES, f);
        text.len += n;
    }
    if (text.failed)
        status = bnc_error_nomem(err);
    else if (text.len > MAX_TABLE_BYTES)
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
