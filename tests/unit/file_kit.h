/* SPDX-License-Identifier: MIT
 * file_kit.h - for tests: whole files, and tables of src/tables/ by the names of their columns.
 * Include it behind cmocka.h.
 */
#ifndef BNC_TESTS_FILE_KIT_H
#define BNC_TESTS_FILE_KIT_H

#include <stdio.h>

#include "util/buf.h"
#include "util/table.h"

/* What a file holds; at == NULL where it can't be read.  Free with bnc_buf_release(). */
static inline struct bnc_buf kit_read(const char *path)
{
    struct bnc_buf buf = { 0 };
    FILE *f = fopen(path, "rb");
    size_t n;

    if (f == NULL)
        return buf;
    bnc_buf_puts(&buf, "");
    while (bnc_buf_reserve(&buf, 65536) && (n = fread(buf.at + buf.len, 1, 65536, f)) > 0)
        buf.len += n;
    fclose(f);
    return buf;
}

/* Free with bnc_table_release(). */
static inline struct bnc_table kit_table(const char *path)
{
    struct bnc_table t;
    struct bnc_error err;

    if (bnc_table_read(&t, path, &err) != BNC_OK)
        fail_msg("%s", err.text);
    return t;
}

static inline struct bnc_span kit_cell(const struct bnc_table *t, size_t row, const char *column)
{
    assert_true(bnc_table_col(t, column) >= 0);
    return bnc_table_cell(t, row, bnc_table_col(t, column));
}

#endif
