/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "util/csvcell.h"
#include "util/table.h"

static void cell__is_quoted_where_it_must_be(void **state)
{
    static const struct {
        struct bnc_span text, cell;
        char delim;
    } cases[] = {
        { BNC_SPAN(""), BNC_SPAN(""), ',' },
        { BNC_SPAN("a;b"), BNC_SPAN("a;b"), ',' },
        { BNC_SPAN("a;b"), BNC_SPAN("\"a;b\""), ';' },
        { BNC_SPAN("\""), BNC_SPAN("\"\"\"\""), ',' },
        { BNC_SPAN("a\"\"b"), BNC_SPAN("\"a\"\"\"\"b\""), ',' },
        { BNC_SPAN("a\r"), BNC_SPAN("\"a\r\""), ',' },
        { BNC_SPAN(" a"), BNC_SPAN("\" a\""), ',' },
        { BNC_SPAN("a\0b"), BNC_SPAN("\"a\0b\""), ',' },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bnc_buf b = { .at = NULL };

        bnc_csv_put(&b, cases[i].text, cases[i].delim);
        assert_true(bnc_span_eq(bnc_buf_span(&b), cases[i].cell));
        bnc_buf_release(&b);
    }
}

/* Every byte in cells short and long, at their ends and within. */
static void cell__is_quoted_for_its_bytes_whatever_its_length(void **state)
{
    char text[200], quoted[203];

    (void)state;
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t len = 3; len <= sizeof text; len += len < 60 ? 1 : 47) {
            const bool special = byte == ';' || byte == '\r' || byte == '\n' || byte == 0;

            if (byte == '"') /* would be doubled */
                continue;
            for (size_t at = 1; at < len - 1; at += len - 3 > 0 ? len - 3 : 1) {
                struct bnc_buf b = { .at = NULL };

                memset(text, 'x', sizeof text);
                text[at] = (char)byte;
                quoted[0] = quoted[len + 1] = '"';
                memcpy(quoted + 1, text, len);
                bnc_csv_put(&b, bnc_span_from(text, len), ';');
                assert_true(bnc_span_eq(bnc_buf_span(&b), special ? bnc_span_from(quoted, len + 2)
                                                                  : bnc_span_from(text, len)));
                bnc_buf_release(&b);
            }
        }
}

static void cell__can_be_read_back(void **state)
{
    static const char letters[] = "a\",\n;x";

    (void)state;
    for (unsigned i = 0; i < 6 * 6 * 6 * 6; i++) {
        const char text[] = { letters[i % 6], letters[i / 6 % 6], letters[i / 36 % 6],
                              letters[i / 216] };
        struct bnc_buf b = { .at = NULL };
        struct bnc_table t;

        bnc_buf_puts(&b, "h,g\n");
        bnc_csv_put(&b, bnc_span_from(text, 4), ',');
        bnc_buf_puts(&b, ",1\n");
        assert_int_equal(bnc_table_parse(&t, bnc_buf_span(&b), "t", NULL), BNC_OK);
        assert_true(bnc_span_eq(bnc_table_cell(&t, 0, 0), bnc_span_trim(bnc_span_from(text, 4))) ||
                    bnc_span_eq(bnc_table_cell(&t, 0, 0), bnc_span_from(text, 4)));
        bnc_table_release(&t);
        bnc_buf_release(&b);
    }
}

static void formula__is_what_a_spreadsheet_takes_for_one(void **state)
{
    (void)state;
    assert_true(bnc_is_formula(BNC_SPAN("=1")));
    assert_true(bnc_is_formula(BNC_SPAN("+1")));
    assert_true(bnc_is_formula(BNC_SPAN("-1")));
    assert_true(bnc_is_formula(BNC_SPAN("@a")));
    assert_true(bnc_is_formula(BNC_SPAN("\t=1")));
    assert_true(bnc_is_formula(BNC_SPAN("\uff1d1")));
    assert_false(bnc_is_formula(BNC_SPAN("")));
    assert_false(bnc_is_formula(BNC_SPAN("a=1")));
    assert_false(bnc_is_formula(BNC_SPAN("'=1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cell__is_quoted_where_it_must_be),
        cmocka_unit_test(cell__is_quoted_for_its_bytes_whatever_its_length),
        cmocka_unit_test(cell__can_be_read_back),
        cmocka_unit_test(formula__is_what_a_spreadsheet_takes_for_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
