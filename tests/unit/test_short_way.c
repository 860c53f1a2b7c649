/* SPDX-License-Identifier: MIT
 * test_short_way.c - rows that may go the short way do, and what they remember of each other
 * changes nothing.  That both ways agree is asked row by row by whoever uses schema_kit.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema_kit.h"

#define PMTA "type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,dsnMta,bounceCat,vmta,jobId,dlvSourceIp\n"
#define ROW(type, rcpt, status, diag, mta)                                                         \
    type ",2026-10-01 00:00:00,b@news.example," rcpt "," status "," diag "," mta                   \
         ",bad-mailbox,v1,c1,192.0.2.1\n"

/* How many rows of 'text' take the short way; both ways are compared as each row is dumped. */
static size_t n_short(struct bnc_span text)
{
    struct bnc_error err = { .status = BNC_OK };
    struct bnc_buf out = { 0 };
    struct bnc_rows_options opt = { .n_cols = 0 };
    struct bnc_mapper *const m = bnc_mapper_create();
    struct bnc_mapping *map;
    struct bnc_rows *rows;
    struct bnc_event event;
    struct bnc_row row;
    uint64_t n_rows;
    size_t used, n = 0;

    assert_int_equal(bnc_mapping_create(&map, text, true, "acct.csv", NULL, &err), BNC_OK);
    opt.dialect = map->dialect;
    opt.n_cols = map->n_cols;
    opt.want = map->want;
    opt.n_want = map->n_want;
    rows = bnc_rows_create(&opt);
    assert_int_equal(bnc_rows_scan(rows, bnc_span_from(text.at + map->data_off,
                                                       text.len - map->data_off),
                                   map->data_off, 1, true, &used, &n_rows), BNC_OK);
    while (bnc_rows_next_raw(rows, &row))
        n += bnc_mapper_short_way(m, map, &row, &event);
    kit_rows(&out, map, text);
    bnc_buf_release(&out);
    bnc_rows_free(rows);
    bnc_mapper_free(m);
    bnc_mapping_free(map);
    return n;
}

static size_t n_short_of(const char *rows)
{
    struct bnc_buf text = { 0 };
    size_t n;

    bnc_buf_puts(&text, PMTA);
    bnc_buf_puts(&text, rows);
    bnc_buf_puts(&text, ROW("d", "x@example.net", "2.0.0", "", ""));
    n = n_short(bnc_buf_span(&text));
    bnc_buf_release(&text);
    return n;
}

static void short_way__ordinary_rows_take_it(void **state)
{
    (void)state;
    assert_int_equal(
        n_short_of(ROW("d", "ann@example.net", "2.0.0 (success)", "250 ok", "mx.a.b (192.0.2.9)")
                       ROW("b", "\"ann@example.net\"", "5.1.1", "\"550, no\"", "mx.a.b")
                           ROW("t", "a@b.c", "", "", "")),
        4);
}

static void short_way__others_do_not(void **state)
{
    (void)state;
    assert_int_equal(n_short_of(""), 1);
    assert_int_equal(n_short_of(ROW("d", " ann@example.net", "2.0.0", "", "")), 1);
    assert_int_equal(n_short_of(ROW("d", "Ann <ann@example.net>", "2.0.0", "", "")), 2);
    assert_int_equal(n_short_of(ROW("d", "", "2.0.0", "", "")), 1);
    assert_int_equal(n_short_of(ROW("no such word", "a@b.c", "2.0.0", "", "")), 1);
    assert_int_equal(n_short_of(ROW("d", "a@b.c", "2.0.0", "\"a \"\"b\"\"\"", "")), 1);
    assert_int_equal(n_short_of("d,2026-10-01 00:00:00\n"), 1);
    assert_int_equal(n_short_of(PMTA), 1);
}

/* Codes are known again by bytes that codes of other lengths may have, too. */
static void short_way__codes_of_all_lengths(void **state)
{
    static const char *const cells[] = { "5.1.1",     "5.1..1.1",  "5.1.10",     "5.1.1.10",
                                         "5.1.100",   "5.1.1.100", "5.1.1 (x)",  "5.1.1 (yy)",
                                         "5.1.1 (xx)", "5.1",      "5.1.1 5.1.2" };
    struct bnc_buf text = { 0 };

    (void)state;
    bnc_buf_puts(&text, PMTA);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
            bnc_buf_printf(&text, ROW("b", "ann@example.net", "%s", "", "")
                           ROW("b", "ann@example.net", "%s", "", ""), cells[i], cells[k]);
    assert_true(n_short(bnc_buf_span(&text)) >= 100);
    bnc_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_way__ordinary_rows_take_it),
        cmocka_unit_test(short_way__others_do_not),
        cmocka_unit_test(short_way__codes_of_all_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
