/* SPDX-License-Identifier: MIT
 * test_row_memory.c - rows when memory runs out: the Nth allocation fails, for every N.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "csv/row.h"
#include "util/cpu.h"
#include "util/table.h"
#include "oom_kit.h"

#define N_ROWS 4000

static char text[N_ROWS * 32];
static size_t text_len;

static void make_text(void)
{
    static const char *const rows[] = { "1,2,3\n", "\"a\"\"b\",c,\"d\ne\"\r\n",
                                        "x\"y,\"z \"z\" z\",w\n" };

    text_len = 0;
    for (size_t i = 0; i < N_ROWS; i++) {
        const size_t len = strlen(rows[i % 3]);

        memcpy(text + text_len, rows[i % 3], len);
        text_len += len;
    }
}

/* All of it; true when memory sufficed, and then the rows must be right. */
static bool read_all(struct bnc_rows *rows)
{
    uint64_t n_rows, n = 0, n_bytes = 0;
    struct bnc_row row;
    size_t used;
    const enum bnc_status status =
        bnc_rows_scan(rows, bnc_span_from(text, text_len), 0, 1, true, &used, &n_rows);

    if (status != BNC_OK) {
        assert_int_equal(status, BNC_ENOMEM);
        assert_true(oom_failed);
        assert_false(bnc_rows_next(rows, &row));
        return false;
    }
    while (bnc_rows_next(rows, &row)) {
        assert_int_equal(row.n_fields, 3);
        n_bytes += row.field[0].len + row.field[1].len + row.field[2].len;
        n++;
    }
    assert_int_equal(n, N_ROWS);
    assert_int_equal(used, text_len);
    assert_int_equal(n_bytes, (N_ROWS + 2) / 3 * 3 + (N_ROWS + 1) / 3 * 7 + N_ROWS / 3 * 11);
    return true;
}

static void check_engine(enum bnc_engine engine, uint32_t cpu)
{
    const struct bnc_rows_options opt = {
        .dialect = { .delim = ',', .quote = '"' }, .engine = engine, .n_cols = 3, .cpu = cpu
    };
    long n = 0;

    do {
        struct bnc_rows *rows;

        oom_begin(n++);
        rows = bnc_rows_create(&opt);
        if (rows == NULL) {
            assert_true(oom_failed);
            continue;
        }
        if (!read_all(rows)) {
            oom_end();
            assert_true(read_all(rows)); /* and with memory again the object is as good as new */
        }
        oom_end();
        bnc_rows_free(rows);
    } while (oom_failed);
    assert_true(n > 4);
}

static void row__survives_every_failed_allocation(void **state)
{
    (void)state;
    if (!OOM_CAN_FAIL)
        skip();
    make_text();
    check_engine(BNC_ENGINE_OWN, 0);
    check_engine(BNC_ENGINE_OWN, bnc_cpu_detect());
    check_engine(BNC_ENGINE_LIBCSV, 0);
}

static void table__survives_every_failed_allocation(void **state)
{
    long n = 0;

    (void)state;
    if (!OOM_CAN_FAIL)
        skip();
    do {
        struct bnc_error err = { 0 };
        struct bnc_table t;
        enum bnc_status status;

        oom_begin(n++);
        status = bnc_table_parse(&t, BNC_SPAN("a,b\n1,\"2\n\"\n3,4\n"), "t", &err);
        oom_end();
        assert_true(status == BNC_OK || (oom_failed && status == BNC_ENOMEM));
        assert_int_equal(t.n_rows, status == BNC_OK ? 2 : 0); /* libcsv may do with less */
        bnc_table_release(&t);
    } while (oom_failed);
    assert_true(n > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row__survives_every_failed_allocation),
        cmocka_unit_test(table__survives_every_failed_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
