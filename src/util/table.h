/* SPDX-License-Identifier: MIT
 * table.h - a small CSV file (knowledge tables, rule files, volumes) read whole, by libcsv,
 * strictly. Not for exports: everything is kept in memory, and one bad row fails the file.
 */
#ifndef BNC_UTIL_TABLE_H
#define BNC_UTIL_TABLE_H

#include "util/arena.h"
#include "util/status.h"

struct bnc_table {
    struct bnc_arena arena;          /* owns every cell */
    struct bnc_span *cells;          /* n_rows x n_cols, row-major; row 0 follows the header */
    struct bnc_span *header;         /* n_cols names, trimmed */
    uint32_t *line;                  /* n_rows: 1-based physical line on which each row starts */
    size_t n_cols, n_rows;
};

/*
 * bnc_table_read() reads 'path' (at most 64 MiB), UTF-8 with or without BOM,
 * comma-separated with a header.  Rows with another number of fields, quotes
 * out of place and NUL bytes are errors with path and line: BNC_ECONFIG.
 * BNC_ENOINPUT where the file can't be opened.  On failure 'table' is empty.
 */
enum bnc_status bnc_table_read(struct bnc_table *table, const char *path, struct bnc_error *err);

/* The same from memory; 'name' stands for the path in messages. */
enum bnc_status bnc_table_parse(struct bnc_table *table, struct bnc_span text, const char *name,
                                struct bnc_error *err);

/* The index of a column by its name without case, or -1. */
int bnc_table_col(const struct bnc_table *table, const char *name);

static inline struct bnc_span bnc_table_cell(const struct bnc_table *t, size_t row, int col)
{
    return col < 0 ? bnc_span_from("", 0) : t->cells[row * t->n_cols + (size_t)col];
}

void bnc_table_release(struct bnc_table *table);

#endif
