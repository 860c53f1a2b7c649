/* SPDX-License-Identifier: MIT
 * test_scan.c - kernels and libcsv against the strict scanner and against known tables; limits,
 * page ends and time.
 */
#define _GNU_SOURCE                      /* MAP_ANONYMOUS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "row_dump.h"

static const struct bnc_dialect comma = { .delim = ',', .quote = '"' };

/* ---- broken and legal soup: every way gives what the strict scanner gives ---- */

static void check_soup(struct bnc_span text, uint32_t n_cols, uint64_t *random)
{
    const struct bnc_rows_options opt = { .dialect = comma, .n_cols = n_cols };
    struct bnc_buf want = { 0 }, got = { 0 };

    dump_rows(&want, &row_ways[0], opt, text, 0, 1);
    for (size_t w = 0; w < N_ROW_WAYS; w++) {
        const size_t block = next_random(random) % (text.len + 2);

        if (!row_way_exists(&row_ways[w]))
            continue;
        for (size_t i = 0; i < 2; i++) {
            bnc_buf_clear(&got);
            dump_rows(&got, &row_ways[w], opt, text, i == 0 ? 0 : block, 1 + block % 3);
            if (!bnc_span_eq(bnc_buf_span(&want), bnc_buf_span(&got)))
                fail_msg(
                    "%s in blocks of %zu, %u columns, of:\n%.*s\n---- wanted:\n%s---- got:\n%s",
                    row_ways[w].name, i == 0 ? 0 : block, n_cols, (int)text.len, text.at,
                    want.len > 0 ? want.at : "", got.len > 0 ? got.at : "");
        }
    }
    bnc_buf_release(&want);
    bnc_buf_release(&got);
}

static void soup(const char *alphabet, size_t n_alphabet, uint64_t seed, unsigned n_texts,
                 size_t max_len)
{
    uint64_t random = seed;
    char *text = malloc(max_len);

    assert_non_null(text);
    for (unsigned i = 0; i < n_texts; i++) {
        const size_t len = next_random(&random) % max_len;
        const uint32_t n_cols = (uint32_t)(next_random(&random) % 5);

        for (size_t k = 0; k < len; k++)
            text[k] = alphabet[next_random(&random) % n_alphabet];
        check_soup(bnc_span_from(text, len), n_cols, &random);
    }
    free(text);
}

#define SOUP(alphabet, seed, n, max) soup(alphabet, sizeof(alphabet) - 1, seed, n, max)

static void scan__agrees_on_soup(void **state)
{
    (void)state;
    SOUP("\",\na", 1, 1200, 40);
    SOUP("\",\r\nab", 2, 600, 200);
    SOUP("\"\",,\n\raaaaaaaaaaaaaaaaaaaa\0", 3, 300, 600);
    SOUP("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,,,,\n\n", 4, 150, 3000);
    SOUP("\"\"\"\",\n", 5, 500, 300);
    SOUP("aaaaaaaaaaaaaaaaaaaaaaaaaaaa,,,\n\r", 7, 60, 12000);     /* chunks with nothing rare */
    SOUP("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,,,,,,,,,\n", 8, 60, 12000);
}

/*
 * Legal rows with one byte here and there replaced: what a kernel gives up, the strict scanner
 * takes over, and back.
 */
static void scan__agrees_on_damaged_rows(void **state)
{
    static const char bytes[] = "\"\",\n\ra\0";
    static const char *const rows[] = { "%u,\"x \"\"%u\"\" y\",z%u\n", "%u,b%u,\"c\nd%u\"\r\n",
                                        "%u,b%u,c%u\n" };
    uint64_t random = 6;

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        struct bnc_buf text = { 0 };

        while (text.len < (i % 4 == 0 ? 9000u : 2500u)) {
            const unsigned r = (unsigned)(next_random(&random) >> 40);

            bnc_buf_printf(&text, rows[r % 3], r % 100, r % 7, r % 1000);
        }
        for (unsigned k = 0; k < i % 6; k++)
            text.at[next_random(&random) % text.len] =
                bytes[next_random(&random) % (sizeof bytes - 1)];
        check_soup(bnc_buf_span(&text), i % 2 == 0 ? 3 : 0, &random);
        bnc_buf_release(&text);
    }
}

/* ---- legal tables: what was written is what is read ---- */

struct table_maker {
    uint64_t random;
    struct bnc_buf text, want;           /* 'want' as dump_row() has it, less flags and raw bytes */
    uint32_t n_cols;
};

static void make_field(struct table_maker *m)
{
    static const char alphabet[] = "\"\",,\n\rabcdefgh  ''\t;";
    const size_t len = next_random(&m->random) % 100 < 97 ? next_random(&m->random) % 12
                                                           : next_random(&m->random) % 300;
    bool quoted = next_random(&m->random) % 4 == 0;
    char field[300];

    for (size_t i = 0; i < len; i++) {
        field[i] = alphabet[next_random(&m->random) % (sizeof alphabet - 1)];
        quoted |= strchr("\",\n\r", field[i]) != NULL;
    }
    bnc_buf_putc(&m->want, '[');
    bnc_buf_put(&m->want, bnc_span_from(field, len));
    bnc_buf_putc(&m->want, ']');
    if (!quoted) {
        bnc_buf_put(&m->text, bnc_span_from(field, len));
        return;
    }
    bnc_buf_putc(&m->text, '"');
    for (size_t i = 0; i < len; i++)
        bnc_buf_put(&m->text, field[i] == '"' ? BNC_SPAN("\"\"") : bnc_span_from(field + i, 1));
    bnc_buf_putc(&m->text, '"');
}

static void make_table(struct table_maker *m, unsigned n_rows)
{
    static const char *const line_ends[] = { "\n", "\r\n", "\r", "\n\n", "\r\n\r\n" };

    for (unsigned i = 0; i < n_rows; i++) {
        bnc_buf_puts(&m->text, i % 9 == 8 ? "x" : "");      /* a row is never empty */
        bnc_buf_puts(&m->text, "r");
        bnc_buf_puts(&m->want, i % 9 == 8 ? "[xr]" : "[r]");
        for (uint32_t c = 1; c < m->n_cols; c++) {
            bnc_buf_putc(&m->text, ',');
            make_field(m);
        }
        bnc_buf_putc(&m->want, '\n');
        if (i + 1 < n_rows || next_random(&m->random) % 2 == 0)
            bnc_buf_puts(&m->text, line_ends[next_random(&m->random) % 5]);
    }
}

static void check_table(struct table_maker *m, const struct row_way *way)
{
    const struct bnc_rows_options opt = { .dialect = comma, .n_cols = m->n_cols };
    struct bnc_rows *rows = row_way_open(way, opt);
    struct bnc_buf got = { 0 };
    struct bnc_row row;
    uint64_t n;
    size_t used;

    assert_int_equal(bnc_rows_scan(rows, bnc_buf_span(&m->text), 0, 1, true, &used, &n), BNC_OK);
    assert_int_equal(used, m->text.len);
    while (bnc_rows_next(rows, &row)) {
        assert_int_equal(row.flags, 0);
        for (uint32_t i = 0; i < row.n_fields; i++) {
            bnc_buf_putc(&got, '[');
            bnc_buf_put(&got, row.field[i]);
            bnc_buf_putc(&got, ']');
        }
        bnc_buf_putc(&got, '\n');
    }
    if (!bnc_span_eq(bnc_buf_span(&m->want), bnc_buf_span(&got)))
        fail_msg("%s reads another table:\n%s\nwanted:\n%s\ngot:\n%s", way->name, m->text.at,
                 m->want.at, got.at);
    bnc_buf_release(&got);
    bnc_rows_free(rows);
}

static void scan__reads_what_was_written(void **state)
{
    struct table_maker m = { .random = 7 };

    (void)state;
    for (unsigned i = 0; i < 400; i++) {
        bnc_buf_clear(&m.text);
        bnc_buf_clear(&m.want);
        m.n_cols = 1 + i % 7;
        make_table(&m, 1 + i % 50);
        for (size_t w = 0; w < N_ROW_WAYS; w++)
            if (row_way_exists(&row_ways[w]))
                check_table(&m, &row_ways[w]);
        check_soup(bnc_buf_span(&m.text), m.n_cols, &m.random);
    }
    bnc_buf_release(&m.text);
    bnc_buf_release(&m.want);
}

/* ---- nothing is read behind the text ---- */

static void scan__reads_nothing_behind_the_text(void **state)
{
    static const char text[] = "a,\"b\"\"c\",d\r\n\"e\nf\",\"g\",h\n1,2,3\n\"x\",\"y\",\"z";
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_true(map != MAP_FAILED);
    assert_int_equal(mprotect(map + page, page, PROT_NONE), 0);
    for (size_t len = 0; len <= 300; len++) {
        char *at = map + page - len;

        for (size_t i = 0; i < len; i++)
            at[i] = text[i % (sizeof text - 1)];
        for (size_t w = 0; w < N_ROW_WAYS; w++) {
            struct bnc_rows *rows;
            struct bnc_row row;
            uint64_t n, sum = 0;
            size_t used;

            if (!row_way_exists(&row_ways[w]))
                continue;
            rows = row_way_open(&row_ways[w],
                                (struct bnc_rows_options){ .dialect = comma, .n_cols = 3 });
            assert_int_equal(
                bnc_rows_scan(rows, bnc_span_from(at, len), 0, 1, len % 2 == 0, &used, &n), BNC_OK);
            while (bnc_rows_next(rows, &row))
                for (uint32_t i = 0; i < row.n_fields; i++)
                    sum += row.field[i].len;
            assert_true(sum <= len);
            bnc_rows_free(rows);
        }
    }
    munmap(map, 2 * page);
}

/* ---- limits ---- */

static void put_many(struct bnc_buf *to, const char *s, size_t n)
{
    const size_t len = strlen(s);

    assert_true(bnc_buf_reserve(to, n * len));
    for (size_t i = 0; i < n; i++)
        bnc_buf_put(to, bnc_span_from(s, len));
}

/* What is told of each row: "number@off flags n_fields raw-length". */
static void outline(struct bnc_buf *to, const struct row_way *way, struct bnc_rows_options opt,
                    struct bnc_span text, size_t block)
{
    struct bnc_rows_carry carry = { 0 };
    struct bnc_rows *rows[2];
    size_t start = 0, end = 0, turn = 0;
    uint64_t number = 1;

    opt.carry = &carry;
    rows[0] = row_way_open(way, opt);
    rows[1] = row_way_open(way, opt);
    do {
        struct bnc_rows *r = rows[turn++ % 2];
        struct bnc_row row;
        uint64_t n;
        size_t used;

        end = text.len - end < block ? text.len : end + block;
        assert_int_equal(bnc_rows_scan(r, bnc_span_from(text.at + start, end - start), start,
                                       number, end == text.len, &used, &n),
                         BNC_OK);
        assert_true(used == end - start || end < text.len);
        while (bnc_rows_next(r, &row))
            bnc_buf_printf(to, "%llu@%llu %u %u %zu\n", (unsigned long long)row.number,
                           (unsigned long long)row.off, row.flags, row.n_fields, row.raw.len);
        start += used;
        number += n;
    } while (end < text.len);
    bnc_rows_free(rows[0]);
    bnc_rows_free(rows[1]);
}

static void check_outline(const struct bnc_buf *text, uint32_t n_cols, const char *want)
{
    const struct bnc_rows_options opt = { .dialect = comma, .n_cols = n_cols };
    const size_t blocks[] = { text->len, (size_t)1 << 20, 700001 };

    assert_false(text->failed);
    for (size_t w = 0; w < N_ROW_WAYS; w++) {
        for (size_t i = 0; i < 3 && row_way_exists(&row_ways[w]); i++) {
            struct bnc_buf got = { 0 };

            outline(&got, &row_ways[w], opt, bnc_buf_span(text), blocks[i]);
            if (strcmp(got.at, want) != 0)
                fail_msg("%s in blocks of %zu\nwanted:\n%sgot:\n%s", row_ways[w].name, blocks[i],
                         want, got.at);
            bnc_buf_release(&got);
        }
    }
}

static void scan__limits_fields(void **state)
{
    static const char line[] = "c,456789012345678901234567890.2\n";
    struct bnc_buf text = { 0 };

    (void)state;
    bnc_buf_puts(&text, "a,");           /* an unquoted field at the limit, one byte over it */
    put_many(&text, "x", BNC_MAX_FIELD_BYTES);
    bnc_buf_puts(&text, "\nb,");
    put_many(&text, "x", BNC_MAX_FIELD_BYTES + 1);
    bnc_buf_puts(&text, "\nc,d\n");
    check_outline(&text, 2, "1@0 0 2 1048578\n2@1048579 4 0 1048579\n3@2097159 0 2 3\n");

    bnc_buf_clear(&text);
    bnc_buf_puts(&text, "a,\"");                    /* likewise quoted */
    put_many(&text, "x", BNC_MAX_FIELD_BYTES - 1);
    bnc_buf_puts(&text, "\"\nb,\"");
    put_many(&text, "x", BNC_MAX_FIELD_BYTES);
    bnc_buf_puts(&text, "\"\nc,d\n");
    check_outline(&text, 2, "1@0 0 2 1048579\n2@1048580 4 0 1048580\n3@2097161 0 2 3\n");

    bnc_buf_clear(&text);
    bnc_buf_puts(&text, "a,\"b\n");      /* over several lines: a quote that was left open */
    put_many(&text, line, BNC_MAX_FIELD_BYTES / 32);
    bnc_buf_puts(&text, "e,\"f\"\n");
    {
        struct bnc_buf want = { 0 };
        size_t off = 5;

        bnc_buf_puts(&want, "1@0 2 2 4\n");
        for (size_t i = 0; i < BNC_MAX_FIELD_BYTES / 32; i++, off += 32)
            bnc_buf_printf(&want, "%zu@%zu 0 2 31\n", i + 2, off);
        bnc_buf_printf(&want, "%zu@%zu 0 2 5\n", BNC_MAX_FIELD_BYTES / 32 + 2, off);
        check_outline(&text, 2, want.at);
        bnc_buf_release(&want);
    }
    bnc_buf_release(&text);
}

static void scan__limits_columns(void **state)
{
    struct bnc_buf text = { 0 };

    (void)state;
    put_many(&text, ",", BNC_MAX_COLUMNS - 1);
    bnc_buf_puts(&text, "\n");
    put_many(&text, ",", BNC_MAX_COLUMNS);
    bnc_buf_puts(&text, "\n");
    put_many(&text, ",", 100000);
    bnc_buf_puts(&text, "\na\n");
    check_outline(&text, 0,
                  "1@0 0 4096 4095\n2@4096 4 0 4096\n3@8193 4 0 100000\n4@108194 0 1 1\n");
    bnc_buf_release(&text);
}

static void scan__limits_rows(void **state)
{
    struct bnc_buf text = { 0 };

    (void)state;
    bnc_buf_puts(&text, "a\n");
    put_many(&text, "0123456789,", 21 * 100000);    /* 23 MB, no line end, too many columns */
    put_many(&text, "0123456789", 2 * 100000);
    bnc_buf_puts(&text, "\r\nb\n");
    put_many(&text, "0123456789ABCDEF", 1 << 20);   /* just the limit */
    bnc_buf_puts(&text, "\n");
    put_many(&text, "0123456789ABCDEF", 1 << 20);   /* one byte more, and the input ends */
    bnc_buf_puts(&text, "!");
    check_outline(&text, 0,
                  "1@0 0 1 1\n2@2 4 0 16777216\n3@25100004 0 1 1\n4@25100006 4 0 16777216\n"
                  "5@41877223 4 0 16777216\n");
    bnc_buf_release(&text);
}

/* ---- time ---- */

/* CPU seconds by the slowest way, in one piece and in blocks of 64 KiB. */
static void check_fast(const char *what, const struct bnc_buf *text, uint32_t n_cols,
                       uint64_t n_rows)
{
    const struct bnc_rows_options opt = { .dialect = comma, .n_cols = n_cols };

    assert_false(text->failed);
    for (size_t w = 0; w < N_ROW_WAYS; w++) {
        for (size_t block = (size_t)64 << 10; row_way_exists(&row_ways[w]); block = text->len) {
            struct bnc_rows_carry carry = { 0 };
            struct bnc_rows_options o = opt;
            struct bnc_rows *rows;
            size_t start = 0, end = 0;
            uint64_t sum = 0;
            const clock_t began = clock();
            double took;

            o.carry = &carry;
            rows = row_way_open(&row_ways[w], o);
            do {
                uint64_t n;
                size_t used;

                end = text->len - end < block ? text->len : end + block;
                assert_int_equal(bnc_rows_scan(rows, bnc_span_from(text->at + start, end - start),
                                               start, sum + 1, end == text->len, &used, &n),
                                 BNC_OK);
                start += used;
                sum += n;
            } while (end < text->len);
            took = (double)(clock() - began) / CLOCKS_PER_SEC;
            bnc_rows_free(rows);
            if (took > 3.0)
                fail_msg("%s: %s took %.1f s in blocks of %zu", what, row_ways[w].name, took,
                         block);
            assert_int_equal(sum, n_rows);
            if (block == text->len)
                break;
        }
    }
}

static void scan__takes_linear_time(void **state)
{
    static const struct {
        const char *what, *line, *end;
        uint32_t n_cols;
        uint64_t more_rows;              /* than lines of the first kind */
    } hostile[] = {
        { "every line opens a quote", "a,\"b\n", "", 2, 0 },
        { "every line opens a quote, and the first thing in it is one", "\"\"x\n", "", 1, 0 },
        { "a closing quote at the end, and fields too many", "\"\"x\n", "\",,,,x\n", 1, 1 },
        { "every line makes the row one field longer", "a,\",\"\"x\n", "", 4000, 0 },
        { "stray quotes everywhere", "a\"b,c\"d\n", "", 2, 0 },
        { "stray quotes in quotes", "\"a\"b\",c\n", "", 2, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        const size_t n = ((size_t)2 << 20) / strlen(hostile[i].line);
        struct bnc_buf text = { 0 };

        put_many(&text, hostile[i].line, n);
        bnc_buf_puts(&text, hostile[i].end);
        check_fast(hostile[i].what, &text, hostile[i].n_cols, n + hostile[i].more_rows);
        bnc_buf_release(&text);
    }
}

/* ---- which kernel ---- */

static void scan__picks_by_cpu(void **state)
{
    (void)state;
    assert_string_equal(bnc_scan_kernel_name(0), "generic");
#if defined(__x86_64__)
    assert_string_equal(bnc_scan_kernel_name(BNC_CPU_AVX2), "avx2");
    assert_string_equal(bnc_scan_kernel_name(BNC_CPU_AVX2 | BNC_CPU_AVX512), "avx512");
#endif
    assert_int_equal(setenv("BNC_DISABLE_CPU", "all", 1), 0);
    assert_int_equal(bnc_cpu_detect(), 0);
    assert_int_equal(setenv("BNC_DISABLE_CPU", "avx2", 1), 0);
    assert_int_equal(bnc_cpu_detect() & (BNC_CPU_AVX2 | BNC_CPU_AVX512), 0);
    assert_int_equal(setenv("BNC_DISABLE_CPU", "avx512", 1), 0);
    assert_int_equal(bnc_cpu_detect() & BNC_CPU_AVX512, 0);
    assert_int_equal(unsetenv("BNC_DISABLE_CPU"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scan__agrees_on_soup),
        cmocka_unit_test(scan__agrees_on_damaged_rows),
        cmocka_unit_test(scan__reads_what_was_written),
        cmocka_unit_test(scan__reads_nothing_behind_the_text),
        cmocka_unit_test(scan__limits_fields),
        cmocka_unit_test(scan__limits_columns),
        cmocka_unit_test(scan__limits_rows),
        cmocka_unit_test(scan__takes_linear_time),
        cmocka_unit_test(scan__picks_by_cpu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
