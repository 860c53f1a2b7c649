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

/* How many rows of 'text' take the short way, the same by all that the machine has. */
static size_t n_short(struct bnc_span text)
{
    static const uint32_t some[] = { 0, BNC_CPU_AVX2 };
    const uint32_t all = bnc_cpu_detect();
    struct bnc_error err = { .status = BNC_OK };
    struct bnc_mapping *map;
    struct bnc_span data;
    size_t n;

    assert_int_equal(bnc_mapping_create(&map, text, true, "acct.csv", NULL, &err), BNC_OK);
    data = bnc_span_from(text.at + map->data_off, text.len - map->data_off);
    n = kit_short_way(map, data, all);
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        assert_int_equal(kit_short_way(map, data, some[i] & all), n);
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
    assert_int_equal(n_short_of(ROW("d", "a@b.c", "2.0.0", "", "\"a \"\"b\"\"\"")), 1);
    assert_int_equal(n_short_of("d,2026-10-01 00:00:00\n"), 1);
    assert_int_equal(n_short_of(PMTA), 1);
}

/* A file whose header begins with '#' has comments, and one of them may look like a row. */
static void short_way__comments_do_not(void **state)
{
    (void)state;
    assert_int_equal(n_short(BNC_SPAN("#recipient,event,reason,time\n"
                                      "ann@b.example,bounce,550 no,2026-10-01 00:00:00\n"
                                      "#bob@b.example,bounce,550 no,2026-10-01 00:00:00\n")),
                     0);
}

/* Addresses of every length, plain ones and others: one byte decides. */
static void short_way__addresses(void **state)
{
    static const char odd[] = "@. -_/!+\t(~\x7f\xc3";
    struct bnc_buf text = { 0 };

    (void)state;
    bnc_buf_puts(&text, PMTA);
    for (int len = 3; len < 80; len++)
        for (size_t k = 0; k < sizeof odd - 1; k++)
            for (int at = 0; at < len; at += 1 + len / 8) {
                char cell[80];

                for (int i = 0; i < len; i++)
                    cell[i] = (char)('a' + i % 26);
                cell[len / 3] = '@';
                cell[at] = odd[k];
                bnc_buf_printf(&text, ROW("d", "%.*s", "2.0.0", "", ""), len, cell);
            }
    assert_true(n_short(bnc_buf_span(&text)) >= 1000);
    bnc_buf_release(&text);
}

/* Rows of one column, or with the event in the first. */
static void short_way__first_and_last_column(void **state)
{
    (void)state;
    assert_int_equal(n_short(BNC_SPAN("email,event\r\na@b.c,bounce\r\n\r\nx@y.z,bounce\r\n")), 2);
    assert_int_equal(n_short(BNC_SPAN("event,email\r\nbounce,a@b.c\r\n\r\nbounce,x@y.z\r\n")), 2);
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

/* Quotes doubled in the response are halved here; where another cell has quotes, it may be that. */
static void short_way__doubled_quotes(void **state)
{
    (void)state;
    assert_int_equal(n_short_of(ROW("d", "a@b.c", "2.0.0", "\"a \"\"b\"\"\"", "")), 2);
    assert_int_equal(n_short_of(ROW("b", "a@b.c", "5.1.1", "\"\"\"550\"\" no\"", "mx.a.b")
                                    ROW("b", "a@b.c", "5.1.1", "\"\"\"\"", "mx.a.b")), 3);
    assert_int_equal(n_short_of(ROW("b", "a@b.c", "5.1.1", "\"a \"\"b\"\"\"", "\"mx.a.b\"")), 1);
    assert_int_equal(n_short_of(ROW("b", "\"a@b.c\"", "5.1.1", "\"a \"\"b\"\"\"", "")), 1);
    assert_int_equal(n_short_of(ROW("b", "a@b.c", "5.1.1", "\"a \"\"b\"\" \"", "")), 1);
    assert_int_equal(n_short_of(ROW("b", "a@b.c", "5.1.1", "\"a \"b\" c\"", "")), 1);
}

/* Blanks around a cell send the row on the long way wherever they are; in an empty one none are. */
static void short_way__blanks_around_cells(void **state)
{
    static const char *const mta[] = { "mx.a.b ", "\t", " mx.a.b", "\" mx.a.b\"", "\"mx.a.b \"" };

    (void)state;
    for (size_t i = 0; i < sizeof mta / sizeof mta[0]; i++) {
        struct bnc_buf text = { 0 };

        bnc_buf_printf(&text, ROW("b", "a@b.c", "5.1.1", "550 no", "%s"), mta[i]);
        bnc_buf_putc(&text, '\0');
        assert_int_equal(n_short_of(text.at), 1);
        bnc_buf_release(&text);
    }
    assert_int_equal(n_short_of(ROW("b", "a@b.c", "5.1.1", " 550 no", "")), 1);
    assert_int_equal(n_short_of(ROW("b", "a@b.c", "5.1.1", "\"550, no\t\"", "")), 1);
    assert_int_equal(n_short_of(ROW("b", "a@b.c", "5.1.1", "\"\"", "\"\"")), 2);
    assert_int_equal(n_short(BNC_SPAN("email\tevent\treason\na@b.c\tbounce\t\n"
                                      "a@b.c\tbounce\t550 no\na@b.c\tbounce\t 550 no\n")), 2);
}

/* A first cell that is empty has nothing in front of it where the text begins. */
static void short_way__nothing_in_front(void **state)
{
    (void)state;
    assert_int_equal(n_short(BNC_SPAN("reason,email,event\n,a@b.c,bounce\n,a@b.c,bounce\n")), 1);
    assert_int_equal(n_short(BNC_SPAN("reason,email,event\n\"\",a@b.c,bounce\nx,a@b.c,bounce\n")),
                     2);
}

/* Columns beyond those that are cut at once, the event among the first and the last. */
static void short_way__many_columns(void **state)
{
    for (int at = 0; at < 40; at++) {
        struct bnc_buf text = { 0 };

        (void)state;
        for (int row = 0; row < 40; row++)
            for (int i = 0; i < 40; i++) {
                if (i == at)
                    bnc_buf_puts(&text, row == 0 ? "email" : "a@b.c");
                else if (i == (at + 17) % 40)
                    bnc_buf_puts(&text, row == 0 ? "event" : row % 3 == 0 ? "\"sent\"" : "bounce");
                else if (i == (at + 31) % 40)
                    bnc_buf_puts(&text, row == 0 ? "reason" : "\"550, no\"");
                else
                    bnc_buf_printf(&text, "%s%d", row == 0 ? "c" : "", i);
                bnc_buf_putc(&text, i == 39 ? '\n' : ',');
            }
        assert_int_equal(n_short(bnc_buf_span(&text)), 39);
        bnc_buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_way__ordinary_rows_take_it),
        cmocka_unit_test(short_way__others_do_not),
        cmocka_unit_test(short_way__comments_do_not),
        cmocka_unit_test(short_way__addresses),
        cmocka_unit_test(short_way__first_and_last_column),
        cmocka_unit_test(short_way__codes_of_all_lengths),
        cmocka_unit_test(short_way__doubled_quotes),
        cmocka_unit_test(short_way__blanks_around_cells),
        cmocka_unit_test(short_way__nothing_in_front),
        cmocka_unit_test(short_way__many_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
