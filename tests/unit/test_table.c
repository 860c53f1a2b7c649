/* SPDX-License-Identifier: MIT
 * test_table.c - small CSV files, read whole and strictly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/table.h"

#define assert_span(span, lit) assert_true(bnc_span_eq(span, BNC_SPAN(lit)))

static void table__reads_rows_and_columns(void **state)
{
    struct bnc_table t;

    (void)state;
    assert_int_equal(
        bnc_table_parse(&t, BNC_SPAN("\xef\xbb\xbf Code ,Text\r\n550, \"x\" \n"), "t", NULL),
        BNC_ECONFIG);
    assert_int_equal(
        bnc_table_parse(&t,
                        BNC_SPAN("\xef\xbb\xbf Code ,Text\r\n550, x \r\n,\"a \"\"b\"\",\nc\"\n"),
                        "t", NULL),
        BNC_OK);
    assert_int_equal(t.n_cols, 2);
    assert_int_equal(t.n_rows, 2);
    assert_int_equal(bnc_table_col(&t, "CODE"), 0);
    assert_int_equal(bnc_table_col(&t, "text"), 1);
    assert_int_equal(bnc_table_col(&t, "none"), -1);
    assert_span(t.header[0], "Code");
    assert_span(bnc_table_cell(&t, 0, 0), "550");
    assert_span(bnc_table_cell(&t, 0, 1), " x ");
    assert_span(bnc_table_cell(&t, 1, 0), "");
    assert_span(bnc_table_cell(&t, 1, 1), "a \"b\",\nc");
    assert_span(bnc_table_cell(&t, 1, -1), "");
    bnc_table_release(&t);
    bnc_table_release(&t);
}

static void table__knows_the_line_of_every_row(void **state)
{
    static const uint32_t want[] = { 2, 5, 8, 9, 10, 12 };
    struct bnc_table t;

    (void)state;
    assert_int_equal(bnc_table_parse(&t, BNC_SPAN("a,b\n"        /* 1 */
                                                  "1,2\n"        /* 2 */
                                                  "\n"           /* 3 */
                                                  "\r\n"         /* 4 */
                                                  "\"3\n\n4\",5\n" /* 5 to 7 */
                                                  "6,\"7\"\r"    /* 8, ends with CR alone */
                                                  "8,9\r"        /* 9 */
                                                  "\"10\r\n\",11\n" /* 10 and 11 */
                                                  "12,13"),      /* 12, no line end */
                                     "t", NULL), BNC_OK);
    assert_int_equal(t.n_rows, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(t.line[i], want[i]);
    bnc_table_release(&t);
}

static void check_error(struct bnc_span text, uint64_t line, const char *says)
{
    struct bnc_error err = { 0 };
    struct bnc_table t;

    assert_int_equal(bnc_table_parse(&t, text, "rules.csv", &err), BNC_ECONFIG);
    assert_int_equal(err.status, BNC_ECONFIG);
    assert_string_equal(err.path, "rules.csv");
    assert_int_equal(err.row, line);
    assert_non_null(strstr(err.text, says));
    assert_null(t.cells);
    assert_int_equal(t.n_rows, 0);
}

static void table__names_the_line_of_every_error(void **state)
{
    (void)state;
    check_error(BNC_SPAN(""), 0, "empty");
    check_error(BNC_SPAN("\n\n"), 0, "empty");
    check_error(BNC_SPAN("a,b\n1,2\n3\n"), 3, "line 3 has 1 fields, the header has 2");
    check_error(BNC_SPAN("a,b\n\"1\n\",2\n3,4,5"), 4, "line 4 has 3 fields");
    check_error(BNC_SPAN("a,b\n1,\"2\n\n\n"), 2, "not closed");
    check_error(BNC_SPAN("a,b\n1,2\"\n"), 2, "line 2");
    check_error(BNC_SPAN("a,b\n\"1\"x,2\n"), 2, "line 2");
    check_error(BNC_SPAN("a,b\n1,\0\n"), 0, "NUL");
}

static void table__holds_many_rows(void **state)
{
    struct bnc_buf text = { 0 };
    struct bnc_table t;

    (void)state;
    bnc_buf_puts(&text, "n,square,a,b,c,d,e\n");
    for (unsigned i = 0; i < 5000; i++)
        bnc_buf_printf(&text, "%u,\"%u\",,,,,\n", i, i * i);
    assert_int_equal(bnc_table_parse(&t, bnc_buf_span(&text), "t", NULL), BNC_OK);
    assert_int_equal(t.n_rows, 5000);
    for (unsigned i = 0; i < 5000; i++) {
        char want[16];

        snprintf(want, sizeof want, "%u", i * i);
        assert_true(bnc_span_eq(bnc_table_cell(&t, i, 1), bnc_span_str(want)));
        assert_int_equal(t.line[i], i + 2);
    }
    bnc_table_release(&t);
    bnc_buf_release(&text);
}

static void table__reads_files(void **state)
{
    char path[] = "/tmp/bnc-table-XXXXXX";
    const int fd = mkstemp(path);
    struct bnc_error err = { 0 };
    struct bnc_table t;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a,b\n1,2\n", 8), 8);
    close(fd);
    assert_int_equal(bnc_table_read(&t, path, &err), BNC_OK);
    assert_span(bnc_table_cell(&t, 0, 1), "2");
    bnc_table_release(&t);
    unlink(path);
    assert_int_equal(bnc_table_read(&t, path, &err), BNC_ENOINPUT);
    assert_non_null(strstr(err.text, "cannot open"));
    assert_int_equal(bnc_table_read(&t, "/tmp", &err), BNC_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table__reads_rows_and_columns),
        cmocka_unit_test(table__knows_the_line_of_every_row),
        cmocka_unit_test(table__names_the_line_of_every_error),
        cmocka_unit_test(table__holds_many_rows),
        cmocka_unit_test(table__reads_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
