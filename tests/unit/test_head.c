/* SPDX-License-Identifier: MIT
 * test_head.c - the splitter of recognition finds the rows that csv/ finds, in every fixture of
 * the formats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>

#include "schema/head.h"
#include "file_kit.h"
#include "schema_kit.h"

#define T(lit) BNC_SPAN(lit)

static void compare(struct bnc_span text, struct bnc_dialect dialect, const char *what)
{
    const struct bnc_rows_options opt = { .dialect = dialect };
    struct bnc_rows *rows = bnc_rows_create(&opt);
    struct bnc_arena arena = { 0 };
    struct bnc_head head = { .text = text, .whole = true, .dialect = dialect, .arena = &arena };
    struct bnc_head_row h;
    struct bnc_row row;
    uint64_t n_rows;
    size_t used;

    assert_int_equal(bnc_rows_scan(rows, text, 0, 1, true, &used, &n_rows), BNC_OK);
    while (bnc_rows_next(rows, &row)) {
        if (!bnc_head_next(&head, &h))
            fail_msg("%s: row %llu is not found", what, (unsigned long long)row.number);
        if (row.off != h.off || !bnc_span_eq(row.raw, h.raw) || row.n_fields != h.n)
            fail_msg("%s: row %llu differs", what, (unsigned long long)row.number);
        for (uint32_t i = 0; i < h.n; i++)
            if (!bnc_span_eq(row.field[i], h.cell[i]))
                fail_msg("%s: row %llu cell %u: '%.*s'", what, (unsigned long long)row.number, i,
                         (int)h.cell[i].len, h.cell[i].at);
    }
    assert_false(bnc_head_next(&head, &h));
    bnc_arena_release(&arena);
    bnc_rows_free(rows);
}

static void head__agrees_with_csv(void **state)
{
    static const struct bnc_span texts[] = {
        T(""),
        T("\n\n"),
        T("a"),
        T("a,b\r\nc,d\re,f\n\n\ng,h"),
        T("\"a,\"\"b\"\"\n\",c\r\n"),
        T(",\n,,\n"),
        T("\"a\"\"\",\"\"\n"),
        T("a\"b,c\n"),
        T("\"a\"b,c\",d\n"),
        T(" \"a\",b\n"),
    };
    const struct bnc_dialect dialect = { .delim = ',', .quote = '"' };
    DIR *dir = opendir("tests/data/formats");
    const struct dirent *entry;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        compare(texts[i], dialect, texts[i].at);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[512];
        struct bnc_buf text;

        if (strstr(entry->d_name, ".csv") == NULL || strstr(entry->d_name, ".events") != NULL)
            continue;
        snprintf(path, sizeof path, "tests/data/formats/%s", entry->d_name);
        text = kit_read(path);
        compare(bnc_buf_span(&text), dialect, entry->d_name);
        compare(bnc_buf_span(&text), (struct bnc_dialect){ .delim = ';', .quote = '"' },
                entry->d_name);
        compare(bnc_buf_span(&text), (struct bnc_dialect){ .delim = '@' }, entry->d_name);
        bnc_buf_release(&text);
    }
    closedir(dir);
}

/* Cut at every byte, a row is there whole or not at all. */
static void head__never_gives_a_cut_row(void **state)
{
    const struct bnc_span text = T("a,\"b\nc\",d\r\ne,f,g\n");

    (void)state;
    for (size_t n = 0; n <= text.len; n++) {
        struct bnc_arena arena = { 0 };
        struct bnc_head head = { .text = bnc_span_from(text.at, n),
                                 .dialect = { .delim = ',', .quote = '"' },
                                 .arena = &arena };
        struct bnc_head_row row;
        unsigned rows = 0;

        while (bnc_head_next(&head, &row)) {
            assert_int_equal(row.n, 3);
            rows++;
        }
        assert_int_equal(rows, (n > 9) + (n > 16));
        bnc_arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(head__agrees_with_csv),
                                        cmocka_unit_test(head__never_gives_a_cut_row) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
