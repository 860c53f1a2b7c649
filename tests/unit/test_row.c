/* SPDX-License-Identifier: MIT
 * test_row.c - what a row is: every rule of csv/row.h, by every kernel and engine, in blocks of every size.
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
    { "mixed_line_ends", T("a\r\nb\nc\rd"), 1, { { 0, T("a"), T("a") }, { 0, T("b"), T("b") }, { 0, T("c"), T("c") }, { 0, T("d"), T("d") } } },
    { "no_final_line_end", T("a,b\nc,d"), 2, { { 0, T("a,b"), T("a|b") }, { 0, T("c,d"), T("c|d") } } },
    { "empty_lines_are_no_rows", T("\r\na\r\n\r\n\n\nb\n\r\r"), 1, { { 0, T("a"), T("a") }, { 0, T("b"), T("b") } } },
    { "empty_fields", T(",\n,,\n"), 2, { { 0, T(","), T("|") }, { LG, T(",,"), T("||") } } },
    { "ends_in_delimiter", T("a,"), 2, { { 0, T("a,"), T("a|") } } },
    { "short_and_long", T("a,b\nc\nd,e,f\n"), 2, { { 0, T("a,b"), T("a|b") }, { SH, T("c"), T("c|") }, { LG, T("d,e,f"), T("d|e|f") } } },
    { "blanks_are_kept", T(" a , b \n"), 2, { { 0, T(" a , b "), T(" a | b ") } } },
    { "quoted", T("\"a\",\"b,c\"\n\"d\",e\n"), 2, { { 0, T("\"a\",\"b,c\""), T("a|b,c") }, { 0, T("\"d\",e"), T("d|e") } } },
    { "quoted_empty", T("\"\",\"\"\n\"\"\n"), 2, { { 0, T("\"\",\"\""), T("|") }, { SH, T("\"\""), T("|") } } },
    { "quoted_line_ends", T("\"a\nb\",\"c\r\nd\"\r\n\"\re\",f"), 2,
      { { 0, T("\"a\nb\",\"c\r\nd\""), T("a\nb|c\r\nd") }, { 0, T("\"\re\",f"), T("\re|f") } } },
    { "doubled_quotes", T("\"a\"\"b\",\"\"\"\"\n\"\"\"c\"\"\",\"\"\"\"\"\"\n"), 2,
      { { 0, T("\"a\"\"b\",\"\"\"\""), T("a\"b|\"") }, { 0, T("\"\"\"c\"\"\",\"\"\"\"\"\""), T("\"c\"|\"\"") } } },
    { "quote_at_the_end", T("a,\"b\""), 2, { { 0, T("a,\"b\""), T("a|b") } } },
    { "stray_in_unquoted", T("a\"b,c\n\"d\",e\"\n \"f\",g\n"), 2,
      { { S, T("a\"b,c"), T("a\"b|c") }, { S, T("\"d\",e\""), T("d|e\"") }, { S, T(" \"f\",g"), T(" \"f\"|g") } } },
    { "stray_never_toggles", T("a\",b\nc,\"d\ne\"\n"), 2, { { S, T("a\",b"), T("a\"|b") }, { 0, T("c,\"d\ne\""), T("c|d\ne") } } },
    { "stray_in_quoted", T("\"a \"b\" c\",d\n\"e\"f,g\",h\n"), 2,
      { { S, T("\"a \"b\" c\",d"), T("a \"b\" c|d") }, { S, T("\"e\"f,g\",h"), T("e\"f,g|h") } } },
    { "stray_behind_empty", T("\"\"a\",b\n"), 2, { { S, T("\"\"a\",b"), T("\"a|b") } } },
    { "stray_then_blank", T("\"a\" ,b\",c\n"), 2, { { S, T("\"a\" ,b\",c"), T("a\" ,b|c") } } },
    { "nul", T("a\0b,c\nd,e\n"), 2, { { NUL, T("a\0b,c"), T("a\0b|c") }, { 0, T("d,e"), T("d|e") } } },
    { "nul_in_quotes", T("\"\0\",c\n"), 2, { { NUL, T("\"\0\",c"), T("\0|c") } } },
    /* unclosed quotes */
    { "unclosed_at_the_end", T("a,b\nc,\"d"), 2, { { 0, T("a,b"), T("a|b") }, { U, T("c,\"d"), T("c|d") } } },
    { "unclosed_lone", T("\""), 1, { { U, T("\""), T("") } } },
    { "unclosed_lone_line", T("\"\na\n"), 1, { { U, T("\""), T("") }, { 0, T("a"), T("a") } } },
    { "unclosed_costs_one_row", T("a,b\n1,\"x\n2,y\n3,z\n"), 2,
      { { 0, T("a,b"), T("a|b") }, { U, T("1,\"x"), T("1|x") }, { 0, T("2,y"), T("2|y") }, { 0, T("3,z"), T("3|z") } } },
    { "unclosed_among_quoted", T("1,\"x\n2,\"y\"\n3,\"z\"\n"), 2,
      { { U, T("1,\"x"), T("1|x") }, { 0, T("2,\"y\""), T("2|y") }, { 0, T("3,\"z\""), T("3|z") } } },
    { "unclosed_first_column", T("\"1,x\n\"2\",\"y\"\n\"3\",z\n"), 2,
      { { U | SH, T("\"1,x"), T("1,x|") }, { 0, T("\"2\",\"y\""), T("2|y") }, { 0, T("\"3\",z"), T("3|z") } } },
    { "unclosed_before_doubled", T("1,\"x\r\n2,\"\"\"y\"\" <z>\"\r\n"), 2,
      { { U, T("1,\"x"), T("1|x") }, { 0, T("2,\"\"\"y\"\" <z>\""), T("2|\"y\" <z>") } } },
    { "unclosed_by_too_many_fields", T("1,\"x\n2,\",y\"\n3,z\n"), 2,
      { { U, T("1,\"x"), T("1|x") }, { 0, T("2,\",y\""), T("2|,y") }, { 0, T("3,z"), T("3|z") } } },
    { "unclosed_keeps_doubled", T("1,\"x\"\"y\n2,z\n"), 2, { { U, T("1,\"x\"\"y"), T("1|x\"y") }, { 0, T("2,z"), T("2|z") } } },
    { "unclosed_without_header", T("1,\"x\n2,\",y\"\n3,z\n"), 0,
      { { S, T("1,\"x\n2,\",y\""), T("1|x\n2,|y\"") }, { 0, T("3,z"), T("3|z") } } },
    { "columns_too_many_at_the_end_are_legal", T("\"1\n2\",b,,\n3,c\n"), 2,
      { { LG, T("\"1\n2\",b,,"), T("1\n2|b||") }, { 0, T("3,c"), T("3|c") } } },
    { "columns_too_many_before_the_line_end", T("1,2,\"3\n4\",5\n"), 2, { { LG, T("1,2,\"3\n4\",5"), T("1|2|3\n4|5") } } },
    { "stray_behind_line_end_is_literal", T("\"1\nsay \"2\" now\",b\n"), 2, { { S, T("\"1\nsay \"2\" now\",b"), T("1\nsay \"2\" now|b") } } },
    { "lines_up_to_the_failure", T("\"x\n\"\"\n\"\"y\n,\"z\n1,\"2\n3\"\n"), 2,
      { { U | SH, T("\"x"), T("x|") }, { SH, T("\"\""), T("|") }, { U | SH, T("\"\"y"), T("\"y|") }, { U, T(",\"z"), T("|z") }, { 0, T("1,\"2\n3\""), T("1|2\n3") } } },
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row__follows_every_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
