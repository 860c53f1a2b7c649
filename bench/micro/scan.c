/* SPDX-License-Identifier: MIT
 * scan.c - how fast are rows found (bnc_rows_scan) and read (bnc_rows_next)?
 *
 *     make build/release/bench/micro/scan && build/release/bench/micro/scan [MB | FILE]
 *
 * Texts of rows as PowerMTA writes them, about 370 bytes of 20 columns, and of narrow ones, or
 * a file, are scanned in blocks of 512 KiB, as an analysis does it, by every kernel that runs
 * here; then half of the columns are read as well.  The floor is a pass that only reads:
 * memchr() for a byte that isn't there.  Best of five.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "csv/row.h"
#include "util/buf.h"
#include "util/cpu.h"

#define BLOCK_BYTES ((size_t)512 << 10)
#define N_RUNS 5

struct shape {
    const char *name;
    const char *row;                     /* printf format of seven numbers */
    uint32_t n_cols;                     /* columns, of which every second is wanted */
};

static const struct shape shapes[] = {
    { "full, unquoted",
      "b,2026-10-%02u 06:14:09+0000,2026-10-12 06:14:02+0000,news-%u@mail.example.com,"
      "user%u@example.net,,failed,5.1.1 (bad destination mailbox address),smtp;550 5.1.1 "
      "<user%u@example.net> recipient rejected: user unknown (in reply to RCPT TO command),"
      "mx%u.example.net (198.51.100.7),bad-mailbox,smtp,mta1 (192.0.2.1),smtp,198.51.100.7,"
      "192.0.2.1,campaign-%u,pool-a,%u,a1b2c3d4e5f6\n", 20 },
    { "full, every field quoted, CRLF",
      "\"b\",\"2026-10-%02u 06:14:09+0000\",\"2026-10-12 06:14:02+0000\","
      "\"news-%u@mail.example.com\",\"user%u@example.net\",\"\",\"failed\","
      "\"5.1.1 (bad destination, mailbox address)\",\"smtp;550 5.1.1 <user%u@example.net> "
      "rejected: user unknown, in reply to RCPT TO\",\"mx%u.example.net (198.51.100.7)\","
      "\"bad-mailbox\",\"smtp\",\"mta1 (192.0.2.1)\",\"smtp\",\"198.51.100.7\",\"192.0.2.1\","
      "\"camp-%u\",\"pool\",\"%u\",\"a1b2c3\"\r\n", 20 },
    { "narrow, doubled quotes and a line end in every row",
      "%u,user%u@example.org,\"550 5.7.1 \"\"%u\"\" blocked, see\n https://example.org/%u\","
      "%u,%u,%u\n", 7 },
    { "full, a stray quote in every row (the strict scanner reads it)",
      "b,2026-10-%02u 06:14:09+0000,2026-10-12 06:14:02+0000,news-%u@mail.example.com,"
      "user%u@example.net,,failed,5.1.1 (bad destination mailbox address),smtp;550 5.1.1 "
      "\"user%u@example.net\" rejected: user unknown (in reply to RCPT TO command),"
      "mx%u.example.net (198.51.100.7),bad-mailbox,smtp,mta1 (192.0.2.1),smtp,198.51.100.7,"
      "192.0.2.1,campaign-%u,pool-a,%u,a1b2c3d4e5f6\n", 20 },
};

static const struct {
    const char *name;
    enum bnc_engine engine;
    uint32_t cpu;
} ways[] = {
    { "avx512", BNC_ENGINE_OWN, BNC_CPU_AVX2 | BNC_CPU_AVX512 },
    { "avx2", BNC_ENGINE_OWN, BNC_CPU_AVX2 },
    { "neon", BNC_ENGINE_OWN, BNC_CPU_NEON },
    { "generic", BNC_ENGINE_OWN, 0 },
    { "libcsv", BNC_ENGINE_LIBCSV, 0 },
};

static struct bnc_buf make_text(const struct shape *shape, size_t bytes)
{
    struct bnc_buf text = { 0 };

    for (unsigned i = 0; text.len < bytes; i++) {
        const unsigned r = i * 2654435761u;

        bnc_buf_printf(&text, shape->row, i % 30 + 1, r % 100, r, r, r % 7, i / 50000, i);
    }
    return text;
}

/*
 * One pass; with 'read' every row is read too.  Returns the sum of what was found, so that
 * nothing can be left out.
 */
static uint64_t pass(struct bnc_rows *rows, struct bnc_span text, bool read, uint64_t *n_rows)
{
    uint64_t sum = 0;
    size_t at = 0;

    *n_rows = 0;
    while (at < text.len) {
        const size_t len = text.len - at < BLOCK_BYTES ? text.len - at : BLOCK_BYTES;
        struct bnc_row row;
        uint64_t n;
        size_t used;

        if (bnc_rows_scan(rows, bnc_span_from(text.at + at, len), at, *n_rows + 1,
                          at + len == text.len, &used, &n) != BNC_OK ||
            used == 0)
            abort();
        while (read && bnc_rows_next(rows, &row))
            sum += row.field[1].len;
        at += used;
        *n_rows += n;
    }
    return sum + *n_rows;
}

static void measure(struct bnc_span text, size_t way, uint32_t n_cols)
{
    uint16_t want[BNC_MAX_COLUMNS / 2];
    struct bnc_rows_options opt = {
        .dialect = { .delim = ',', .quote = '"' },
        .engine = ways[way].engine,
        .n_cols = n_cols,
        .want = want,
        .cpu = ways[way].cpu,
    };
    double best[2] = { 1e9, 1e9 };
    uint64_t n_rows = 0, sum = 0;
    struct bnc_rows *rows;

    for (uint16_t col = 0; col < n_cols; col += 2)
        want[opt.n_want++] = col;
    rows = bnc_rows_create(&opt);
    if (rows == NULL)
        abort();
    for (int i = 0; i < 2 * N_RUNS; i++) {
        const double start = wall_seconds();
        double took;

        sum += pass(rows, text, i % 2 == 1, &n_rows);
        took = wall_seconds() - start;
        if (took < best[i % 2])
            best[i % 2] = took;
    }
    printf("  %-8s scan %6.2f GB/s %7.2f ns/row   scan and read %6.2f GB/s %7.2f ns/row   (%llu)\n",
           ways[way].name, (double)text.len / best[0] * 1e-9, best[0] / (double)n_rows * 1e9,
           (double)text.len / best[1] * 1e-9, best[1] / (double)n_rows * 1e9,
           (unsigned long long)(sum / n_rows));
    bnc_rows_free(rows);
}

static void measure_floor(struct bnc_span text)
{
    double best = 1e9;

    for (int i = 0; i < N_RUNS; i++) {
        const double start = wall_seconds();
        double took;

        if (memchr(text.at, '\1', text.len) != NULL)
            abort();
        took = wall_seconds() - start;
        if (took < best)
            best = took;
    }
    printf("  %-8s      %6.2f GB/s\n", "memchr", (double)text.len / best * 1e-9);
}

static void measure_all(const char *name, struct bnc_span text, uint32_t n_cols)
{
    const uint32_t cpu = bnc_cpu_detect();

    printf("%s\n", name);
    measure_floor(text);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if ((ways[i].cpu & cpu) == ways[i].cpu)
            measure(text, i, n_cols);
}

/* A real export: its first line says how many columns. */
static int measure_file(const char *path)
{
    struct bnc_buf buf = { 0 };
    struct bnc_span text;
    uint32_t n_cols = 1;
    size_t n = 1;
    FILE *f = fopen(path, "rbe");

    if (f == NULL) {
        perror(path);
        return 1;
    }
    while (n > 0 && bnc_buf_reserve(&buf, BLOCK_BYTES)) {
        n = fread(buf.at + buf.len, 1, BLOCK_BYTES, f);
        buf.len += n;
    }
    fclose(f);
    text = bnc_buf_span(&buf);
    for (size_t i = 0; i < text.len && text.at[i] != '\n'; i++)
        n_cols += text.at[i] == ',';
    measure_all(path, text, n_cols < BNC_MAX_COLUMNS ? n_cols : BNC_MAX_COLUMNS);
    bnc_buf_release(&buf);
    return 0;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    const size_t bytes = (argc > 1 ? strtoull(argv[1], &end, 10) : 64) << 20;

    if (end != NULL && *end != '\0')
        return measure_file(argv[1]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct bnc_buf buf = make_text(&shapes[i], bytes);

        measure_all(shapes[i].name, bnc_buf_span(&buf), shapes[i].n_cols);
        bnc_buf_release(&buf);
    }
    return 0;
}
