/* SPDX-License-Identifier: MIT
 * test_row.c - what a row is: every rule of csv/row.h, by every kernel and engine, in blocks of
 * every size.
 */
#define _GNU_SOURCE                      /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "row_dump.h"

#define S BNC_ROW_STRAY_QUOTE
#define U BNC_ROW_UNCLOSED
#define SH BNC_ROW_SHORT
#define LG BNC_ROW_LONG
#define NUL BNC_ROW_NUL

#define MAX_CASE_ROWS 6

struct row_case {
    const char *name;
    struct bnc_span text;
    uint32_t n_cols;
    struct {
        unsigned flags;
        struct bnc_span raw;
        struct bnc_span fields;          /* '|' between them; "" is one empty field */
    } row[MAX_CASE_ROWS];                /* ends with raw.at == NULL */
};

#define T(lit) BNC_SPAN(lit)

static const struct row_case cases[] = {
    { "empty", T(""), 0, { { 0 } } },
    { "only_line_ends", T("\n\r\n\r\r\n\n"), 3, { { 0 } } },
    { "one_byte", T("a"), 0, { { 0, T("a"), T("a") } } },
    { "lf", T("a,b\nc,d\n"), 2, { { 0, T("a,b"), T("a|b") }, { 0, T("c,d"), T("c|d") } } },
    { "crlf", T("a,b\r\nc,d\r\n"), 2, { { 0, T("a,b"), T("a|b") }, { 0, T("c,d"), T("c|d") } } },
    { "cr", T("a,b\rc,d\r"), 2, { { 0, T("a,b"), T("a|b") }, { 0, T("c,d"), T("c|d") } } },
    { "mixed_line_ends",
      T("a\r\nb\nc\rd"),
      1,
      { { 0, T("a"), T("a") },
        { 0, T("b"), T("b") },
        { 0, T("c"), T("c") },
        { 0, T("d"), T("d") } } },
    { "no_final_line_end",
      T("a,b\nc,d"),
      2,
      { { 0, T("a,b"), T("a|b") }, { 0, T("c,d"), T("c|d") } } },
    { "empty_lines_are_no_rows",
      T("\r\na\r\n\r\n\n\nb\n\r\r"),
      1,
      { { 0, T("a"), T("a") }, { 0, T("b"), T("b") } } },
    { "empty_fields", T(",\n,,\n"), 2, { { 0, T(","), T("|") }, { LG, T(",,"), T("||") } } },
    { "ends_in_delimiter", T("a,"), 2, { { 0, T("a,"), T("a|") } } },
    { "short_and_long",
      T("a,b\nc\nd,e,f\n"),
      2,
      { { 0, T("a,b"), T("a|b") }, { SH, T("c"), T("c|") }, { LG, T("d,e,f"), T("d|e|f") } } },
    { "blanks_are_kept", T(" a , b \n"), 2, { { 0, T(" a , b "), T(" a | b ") } } },
    { "quoted",
      T("\"a\",\"b,c\"\n\"d\",e\n"),
      2,
      { { 0, T("\"a\",\"b,c\""), T("a|b,c") }, { 0, T("\"d\",e"), T("d|e") } } },
    { "quoted_empty",
      T("\"\",\"\"\n\"\"\n"),
      2,
      { { 0, T("\"\",\"\""), T("|") }, { SH, T("\"\""), T("|") } } },
    { "quoted_line_ends",
      T("\"a\nb\",\"c\r\nd\"\r\n\"\re\",f"),
      2,
      { { 0, T("\"a\nb\",\"c\r\nd\""), T("a\nb|c\r\nd") }, { 0, T("\"\re\",f"), T("\re|f") } } },
    { "doubled_quotes",
      T("\"a\"\"b\",\"\"\"\"\n\"\"\"c\"\"\",\"\"\"\"\"\"\n"),
      2,
      { { 0, T("\"a\"\"b\",\"\"\"\""), T("a\"b|\"") },
        { 0, T("\"\"\"c\"\"\",\"\"\"\"\"\""), T("\"c\"|\"\"") } } },
    { "quote_at_the_end", T("a,\"b\""), 2, { { 0, T("a,\"b\""), T("a|b") } } },
    { "stray_in_unquoted",
      T("a\"b,c\n\"d\",e\"\n \"f\",g\n"),
      2,
      { { S, T("a\"b,c"), T("a\"b|c") },
        { S, T("\"d\",e\""), T("d|e\"") },
        { S, T(" \"f\",g"), T(" \"f\"|g") } } },
    { "stray_never_toggles",
      T("a\",b\nc,\"d\ne\"\n"),
      2,
      { { S, T("a\",b"), T("a\"|b") }, { 0, T("c,\"d\ne\""), T("c|d\ne") } } },
    { "stray_in_quoted",
      T("\"a \"b\" c\",d\n\"e\"f,g\",h\n"),
      2,
      { { S, T("\"a \"b\" c\",d"), T("a \"b\" c|d") }, { S, T("\"e\"f,g\",h"), T("e\"f,g|h") } } },
    { "stray_behind_empty", T("\"\"a\",b\n"), 2, { { S, T("\"\"a\",b"), T("\"a|b") } } },
    { "stray_then_blank", T("\"a\" ,b\",c\n"), 2, { { S, T("\"a\" ,b\",c"), T("a\" ,b|c") } } },
    { "nul",
      T("a\0b,c\nd,e\n"),
      2,
      { { NUL, T("a\0b,c"), T("a\0b|c") }, { 0, T("d,e"), T("d|e") } } },
    { "nul_in_quotes", T("\"\0\",c\n"), 2, { { NUL, T("\"\0\",c"), T("\0|c") } } },
    /* unclosed quotes */
    { "unclosed_at_the_end",
      T("a,b\nc,\"d"),
      2,
      { { 0, T("a,b"), T("a|b") }, { U, T("c,\"d"), T("c|d") } } },
    { "unclosed_lone", T("\""), 1, { { U, T("\""), T("") } } },
    { "unclosed_lone_line", T("\"\na\n"), 1, { { U, T("\""), T("") }, { 0, T("a"), T("a") } } },
    { "unclosed_costs_one_row",
      T("a,b\n1,\"x\n2,y\n3,z\n"),
      2,
      { { 0, T("a,b"), T("a|b") },
        { U, T("1,\"x"), T("1|x") },
        { 0, T("2,y"), T("2|y") },
        { 0, T("3,z"), T("3|z") } } },
    { "unclosed_among_quoted",
      T("1,\"x\n2,\"y\"\n3,\"z\"\n"),
      2,
      { { U, T("1,\"x"), T("1|x") },
        { 0, T("2,\"y\""), T("2|y") },
        { 0, T("3,\"z\""), T("3|z") } } },
    { "unclosed_first_column",
      T("\"1,x\n\"2\",\"y\"\n\"3\",z\n"),
      2,
      { { U | SH, T("\"1,x"), T("1,x|") },
        { 0, T("\"2\",\"y\""), T("2|y") },
        { 0, T("\"3\",z"), T("3|z") } } },
    { "unclosed_before_doubled",
      T("1,\"x\r\n2,\"\"\"y\"\" <z>\"\r\n"),
      2,
      { { U, T("1,\"x"), T("1|x") }, { 0, T("2,\"\"\"y\"\" <z>\""), T("2|\"y\" <z>") } } },
    { "unclosed_by_too_many_fields",
      T("1,\"x\n2,\",y\"\n3,z\n"),
      2,
      { { U, T("1,\"x"), T("1|x") }, { 0, T("2,\",y\""), T("2|,y") }, { 0, T("3,z"), T("3|z") } } },
    { "unclosed_keeps_doubled",
      T("1,\"x\"\"y\n2,z\n"),
      2,
      { { U, T("1,\"x\"\"y"), T("1|x\"y") }, { 0, T("2,z"), T("2|z") } } },
    { "unclosed_without_header",
      T("1,\"x\n2,\",y\"\n3,z\n"),
      0,
      { { S, T("1,\"x\n2,\",y\""), T("1|x\n2,|y\"") }, { 0, T("3,z"), T("3|z") } } },
    { "columns_too_many_at_the_end_are_legal",
      T("\"1\n2\",b,,\n3,c\n"),
      2,
      { { LG, T("\"1\n2\",b,,"), T("1\n2|b||") }, { 0, T("3,c"), T("3|c") } } },
    { "columns_too_many_before_the_line_end",
      T("1,2,\"3\n4\",5\n"),
      2,
      { { LG, T("1,2,\"3\n4\",5"), T("1|2|3\n4|5") } } },
    { "stray_behind_line_end_is_literal",
      T("\"1\nsay \"2\" now\",b\n"),
      2,
      { { S, T("\"1\nsay \"2\" now\",b"), T("1\nsay \"2\" now|b") } } },
    { "lines_up_to_the_failure",
      T("\"x\n\"\"\n\"\"y\n,\"z\n1,\"2\n3\"\n"),
      2,
      { { U | SH, T("\"x"), T("x|") },
        { SH, T("\"\""), T("|") },
        { U | SH, T("\"\"y"), T("\"y|") },
        { U, T(",\"z"), T("|z") },
        { 0, T("1,\"2\n3\""), T("1|2\n3") } } },
};

static size_t count_fields(struct bnc_span fields)
{
    size_t n = 1;

    for (size_t i = 0; i < fields.len; i++)
        n += fields.at[i] == '|';
    return n;
}

/* What dump_rows() must give for the case.  A short row lacks one field in all of them. */
static void dump_expected(struct bnc_buf *to, const struct row_case *c)
{
    const char *at = c->text.at;

    for (size_t i = 0; i < MAX_CASE_ROWS && c->row[i].raw.at != NULL; i++) {
        const struct bnc_span raw = c->row[i].raw, fields = c->row[i].fields;
        const unsigned flags = c->row[i].flags;

        at = memmem(at, (size_t)(c->text.at + c->text.len - at), raw.at, raw.len);
        assert_non_null(at);
        bnc_buf_printf(to, "%zu@%zu %u %zu:[", i + 1, (size_t)(at - c->text.at), flags,
                       count_fields(fields) - ((flags & SH) != 0));
        for (size_t k = 0; k < fields.len; k++)
            bnc_buf_put(to, fields.at[k] == '|' ? T("][") : bnc_span_from(fields.at + k, 1));
        bnc_buf_puts(to, "]<");
        bnc_buf_put(to, raw);
        bnc_buf_puts(to, ">\n");
        at += raw.len;
    }
}

/* Fails with both dumps when they differ. */
static void check_dump(const char *name, const struct row_way *way, size_t block,
                       const struct bnc_buf *want, const struct bnc_buf *got)
{
    if (bnc_span_eq(bnc_buf_span(want), bnc_buf_span(got)))
        return;
    fail_msg("%s by %s in blocks of %zu\nwanted:\n%s\ngot:\n%s", name, way->name, block,
             want->len > 0 ? want->at : "", got->len > 0 ? got->at : "");
}

static void check_text(const char *name, struct bnc_span text, const struct bnc_rows_options *opt,
                       const struct bnc_buf *want)
{
    struct bnc_buf got = { 0 };

    for (size_t w = 0; w < N_ROW_WAYS; w++) {
        if (!row_way_exists(&row_ways[w]))
            continue;
        for (size_t block = 0; block <= text.len; block++) {
            bnc_buf_clear(&got);
            dump_rows(&got, &row_ways[w], *opt, text, block, 1 + block % 3);
            check_dump(name, &row_ways[w], block, want, &got);
        }
    }
    bnc_buf_release(&got);
}

static const struct bnc_dialect comma = { .delim = ',', .quote = '"' };

static void row__follows_every_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bnc_rows_options opt = { .dialect = comma, .n_cols = cases[i].n_cols };
        struct bnc_buf want = { 0 };

        dump_expected(&want, &cases[i]);
        check_text(cases[i].name, cases[i].text, &opt, &want);
        bnc_buf_release(&want);
    }
}

/*
 * Every case behind a first row of every length from 0 to 130 bytes, so that each of its bytes
 * once lies at each edge of a block of 64.  With more text behind it, its rows may be in a
 * batch, too.
 */
static void row__is_the_same_at_every_shift(void **state)
{
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bnc_rows_options opt = { .dialect = comma, .n_cols = cases[i].n_cols };

        for (size_t k = 0; k < 2 * 131; k++) {
            const size_t shift = k / 2, more = k % 2 * (BNC_BEHIND_ROW + 1);
            struct bnc_buf want = { 0 }, got = { 0 };
            const struct bnc_span shifted =
                bnc_span_from(text, shift + 1 + cases[i].text.len + more);

            memset(text, 'p', sizeof text);
            text[shift] = '\n';
            memcpy(text + shift + 1, cases[i].text.at, cases[i].text.len);
            text[shift + 1 + cases[i].text.len] = '\n';
            dump_rows(&want, &row_ways[0], opt, shifted, 0, 1);
            for (size_t w = 1; w < N_ROW_WAYS; w++) {
                if (!row_way_exists(&row_ways[w]))
                    continue;
                bnc_buf_clear(&got);
                dump_rows(&got, &row_ways[w], opt, shifted, 0, 1);
                check_dump(cases[i].name, &row_ways[w], shift, &want, &got);
            }
            bnc_buf_release(&want);
            bnc_buf_release(&got);
        }
    }
}

/* ---- dialects ---- */

static void check_dialect(const struct bnc_dialect *dialect, struct bnc_span text, const char *want)
{
    const struct bnc_rows_options opt = { .dialect = *dialect };
    struct bnc_buf expected = { 0 };

    bnc_buf_puts(&expected, want);
    check_text("dialect", text, &opt, &expected);
    bnc_buf_release(&expected);
}

static void row__knows_other_delimiters_and_quotes(void **state)
{
    (void)state;
    check_dialect(&(struct bnc_dialect){ .delim = ';', .quote = '"' }, T("a;\"b;\"\"c\"\n"),
                  "1@0 0 2:[a][b;\"c]<a;\"b;\"\"c\">\n");
    check_dialect(&(struct bnc_dialect){ .delim = '\t', .quote = '\'' }, T("'it''s'\t\"b\n'\t'"),
                  "1@0 0 2:[it's][\"b]<'it''s'\t\"b>\n2@11 0 1:[\t]<'\t'>\n");
    check_dialect(&(struct bnc_dialect){ .delim = (char)0xa7, .quote = '"' }, T("a\xa7\"b\"\n"),
                  "1@0 0 2:[a][b]<a\xa7\"b\">\n");
}

static void row__knows_no_quotes(void **state)
{
    (void)state;
    check_dialect(&(struct bnc_dialect){ .delim = '|' }, T("\"a|b\"\n\"c\n|d"),
                  "1@0 0 2:[\"a][b\"]<\"a|b\">\n2@6 0 1:[\"c]<\"c>\n3@9 0 2:[][d]<|d>\n");
}

static void row__knows_escapes(void **state)
{
    const struct bnc_dialect d = { .delim = ',', .quote = '"', .escape = '\\' };

    (void)state;
    check_dialect(&d, T("a\\,b,\"c\\\"d\",\"e\"\"f\"\n\\\"g,h\\\ni,\"\\\\\"\n"),
                  "1@0 0 3:[a,b][c\"d][e\"f]<a\\,b,\"c\\\"d\",\"e\"\"f\">\n"
                  "2@19 0 3:[\"g][h\ni][\\]<\\\"g,h\\\ni,\"\\\\\">\n");
    check_dialect(&d, T("a\\"), "1@0 0 1:[a\\]<a\\>\n");
    check_dialect(&d, T("\"a\\\"\nb\n"), "1@0 2 1:[a\"]<\"a\\\">\n2@5 0 1:[b]<b>\n");
    check_dialect(&(struct bnc_dialect){ .delim = ',', .escape = '\\' }, T("\"a\\,\\\\,b\n"),
                  "1@0 0 2:[\"a,\\][b]<\"a\\,\\\\,b>\n");
}

static void row__splits_json_at_lf_only(void **state)
{
    const struct bnc_dialect d = { .json_lines = true };

    (void)state;
    check_dialect(&d, T("{\"a\":\"b,c\"}\r\n\r\n\n[1]\r[2]\n\"\n7"),
                  "1@0 0 1:[{\"a\":\"b,c\"}]<{\"a\":\"b,c\"}>\n2@16 0 1:[[1]\r[2]]<[1]\r[2]>\n"
                  "3@24 0 1:[\"]<\">\n4@26 0 1:[7]<7>\n");
}

static void row__refuses_impossible_dialects(void **state)
{
    static const struct bnc_dialect bad[] = {
        { .quote = '"' }, { .delim = '"', .quote = '"' }, { .delim = '\n', .quote = '"' },
        { .delim = ',', .quote = '\r' }, { .delim = ',', .quote = '"', .escape = ',' },
        { .delim = ',', .quote = '"', .escape = '"' },
    };
    struct bnc_rows *rows = bnc_rows_create(&(struct bnc_rows_options){ .dialect = comma });

    (void)state;
    assert_non_null(rows);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct bnc_rows_options opt = { .dialect = bad[i] };

        assert_null(bnc_rows_create(&opt));
        assert_int_equal(bnc_rows_configure(rows, &opt), BNC_EUSAGE);
    }
    bnc_rows_free(rows);
    bnc_rows_free(NULL);
}

/* ---- the object ---- */

static void row__gives_only_wanted_columns(void **state)
{
    static const uint16_t want[] = { 1, 3, 4 };

    (void)state;
    for (size_t w = 0; w < N_ROW_WAYS; w++) {
        struct bnc_rows_options opt = { .dialect = comma, .n_cols = 4, .want = want, .n_want = 3 };
        struct bnc_rows *rows;
        struct bnc_row row;
        uint64_t n;
        size_t used;

        if (!row_way_exists(&row_ways[w]))
            continue;
        rows = row_way_open(&row_ways[w], opt);
        assert_int_equal(bnc_rows_scan(rows, T("a,\"b\"\"\",c,\"d\"\ne\n1,\0,3,4,5\n\0,2,3,4\n"),
                                       1000, 7, true, &used, &n),
                         BNC_OK);
        assert_int_equal(n, 4);
        assert_true(bnc_rows_next(rows, &row));
        assert_int_equal(row.number, 7);
        assert_int_equal(row.off, 1000);
        assert_int_equal(row.n_fields, 4);
        assert_int_equal(row.flags, 0);
        assert_true(bnc_span_eq(row.field[0], T("b\"")));
        assert_true(bnc_span_eq(row.field[1], T("d")));
        assert_true(bnc_span_eq(row.field[2], T("")));
        assert_true(bnc_rows_next(rows, &row));
        assert_int_equal(row.number, 8);
        assert_int_equal(row.off, 1014);
        assert_int_equal(row.flags, BNC_ROW_SHORT);
        assert_true(bnc_span_eq(row.field[0], T("")));
        assert_true(bnc_rows_next(rows, &row));
        assert_int_equal(row.flags, BNC_ROW_LONG | BNC_ROW_NUL);
        assert_true(bnc_span_eq(row.field[0], T("\0")));
        assert_true(bnc_span_eq(row.field[2], T("5")));
        assert_true(bnc_rows_next(rows, &row));
        assert_int_equal(row.flags, 0);          /* the NUL is in a column nobody wants */
        assert_false(bnc_rows_next(rows, &row));
        assert_false(bnc_rows_next(rows, &row));
        bnc_rows_free(rows);
    }
}

static void row__keeps_bytes_until_the_next_scan(void **state)
{
    struct bnc_buf text = { 0 };

    (void)state;
    for (unsigned i = 0; i < 3000; i++)
        bnc_buf_printf(&text, "\"a\"\"%u\",b%u\n", i, i);
    for (size_t w = 0; w < N_ROW_WAYS; w++) {
        struct bnc_span kept[3000];
        struct bnc_rows *rows;
        struct bnc_row row;
        uint64_t n;
        size_t used;

        if (!row_way_exists(&row_ways[w]))
            continue;
        rows = row_way_open(&row_ways[w], (struct bnc_rows_options){ .dialect = comma });
        assert_int_equal(bnc_rows_scan(rows, bnc_buf_span(&text), 0, 1, true, &used, &n), BNC_OK);
        assert_int_equal(n, 3000);
        for (unsigned i = 0; bnc_rows_next(rows, &row); i++)
            kept[i] = row.field[0];
        for (unsigned i = 0; i < 3000; i++) {
            char want[16];

            snprintf(want, sizeof want, "a\"%u", i);
            assert_true(bnc_span_eq(kept[i], bnc_span_str(want)));
        }
        bnc_rows_free(rows);
    }
    bnc_buf_release(&text);
}

static void row__goes_on_to_another_source(void **state)
{
    struct bnc_rows *rows = bnc_rows_create(&(struct bnc_rows_options){ .dialect = comma });
    struct bnc_row row;
    uint64_t n;
    size_t used;

    (void)state;
    assert_false(bnc_rows_next(rows, &row));
    assert_int_equal(bnc_rows_scan(rows, T("\"x\n\"\"y\nz"), 0, 1, false, &used, &n), BNC_OK);
    assert_int_equal(n, 0);
    assert_int_equal(used, 0);
    assert_int_equal(
        bnc_rows_configure(rows, &(struct bnc_rows_options){ .dialect = { .delim = '|' } }),
        BNC_OK);
    assert_false(bnc_rows_next(rows, &row));
    assert_int_equal(bnc_rows_scan(rows, T("a|b\nc"), 0, 1, false, &used, &n), BNC_OK);
    assert_int_equal(n, 1);
    assert_int_equal(used, 4);
    assert_true(bnc_rows_next(rows, &row));
    assert_true(bnc_span_eq(row.field[1], T("b")));
    bnc_rows_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row__follows_every_rule),
        cmocka_unit_test(row__is_the_same_at_every_shift),
        cmocka_unit_test(row__knows_other_delimiters_and_quotes),
        cmocka_unit_test(row__knows_no_quotes),
        cmocka_unit_test(row__knows_escapes),
        cmocka_unit_test(row__splits_json_at_lf_only),
        cmocka_unit_test(row__refuses_impossible_dialects),
        cmocka_unit_test(row__gives_only_wanted_columns),
        cmocka_unit_test(row__keeps_bytes_until_the_next_scan),
        cmocka_unit_test(row__goes_on_to_another_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
