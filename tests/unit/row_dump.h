/* SPDX-License-Identifier: MIT
 * row_dump.h - for tests: a whole input through bnc_rows_* in blocks of any size, as text that
 * can be compared.
 */
#ifndef BNC_TESTS_ROW_DUMP_H
#define BNC_TESTS_ROW_DUMP_H

#include <stdio.h>
#include <stdlib.h>

#include "csv/row_private.h"
#include "util/buf.h"
#include "util/cpu.h"

struct row_way {                         /* how to read */
    const char *name;
    enum bnc_engine engine;
    uint32_t cpu;
    bool strict_only;                    /* no kernel at all */
};

static inline void no_kernel(struct bnc_scan *s)
{
    s->reach = s->len;
}

static const struct bnc_scanner strict_scanner = { "strict", 0, no_kernel };

static const struct row_way row_ways[] = {
    { "strict", BNC_ENGINE_OWN, 0, true },
    { "generic", BNC_ENGINE_OWN, 0, false },
    { "avx2", BNC_ENGINE_OWN, BNC_CPU_AVX2, false },
    { "avx512", BNC_ENGINE_OWN, BNC_CPU_AVX2 | BNC_CPU_AVX512, false },
    { "neon", BNC_ENGINE_OWN, BNC_CPU_NEON, false },
    { "libcsv", BNC_ENGINE_LIBCSV, 0, false },
};
#define N_ROW_WAYS (sizeof row_ways / sizeof *row_ways)

/* Can this machine go that way? */
static inline bool row_way_exists(const struct row_way *way)
{
    return (bnc_cpu_detect() & way->cpu) == way->cpu;
}

static inline struct bnc_rows *row_way_open(const struct row_way *way, struct bnc_rows_options opt)
{
    struct bnc_rows *rows;

    opt.engine = way->engine;
    opt.cpu = way->cpu;
    rows = bnc_rows_create(&opt);
    if (rows == NULL)
        abort();
    if (way->strict_only)
        rows->kernel = &strict_scanner;
    return rows;
}

/* "number@off flags n:[field][field]... raw" and a newline, with control bytes as they are. */
static inline void dump_row(struct bnc_buf *to, const struct bnc_row *row, size_t n_field)
{
    bnc_buf_printf(to, "%llu@%llu %u %u:", (unsigned long long)row->number,
                   (unsigned long long)row->off, row->flags, row->n_fields);
    for (size_t i = 0; i < n_field; i++) {
        bnc_buf_putc(to, '[');
        bnc_buf_put(to, row->field[i]);
        bnc_buf_putc(to, ']');
    }
    bnc_buf_putc(to, '<');
    bnc_buf_put(to, row->raw);
    bnc_buf_puts(to, ">\n");
}

static inline void dump_field(struct bnc_buf *to, struct bnc_span field)
{
    bnc_buf_printf(to, "%zu:", field.len);
    bnc_buf_put(to, field);
}

/*
 * A field of row 'i' of a batch; '*seen' changes with all that may be looked at around it, for a
 * sanitizer to see.
 */
static inline struct bnc_span batch_field(const struct bnc_row_batch *b, size_t i, uint32_t column,
                                          uint32_t *seen)
{
    const uint32_t *const end = b->end[i] + column;
    const uint32_t start = column == 0 ? b->start[i] : end[-1] + 1;
    struct bnc_span s = bnc_span_from(b->text + start, end[0] - start);

    *seen += b->end[i][-1] + b->end[i][BNC_BEHIND_ENDS - 1];
    if (s.len == 0)
        *seen += (unsigned char)s.at[-1];
    if (b->quote != 0 && s.len > 0 && s.at[0] == b->quote)
        s = (b->escaped >> i & 1) != 0 ? bnc_rows_unescape(b->rows, s)
                                       : bnc_span_from(s.at + 1, s.len - 2);
    return s;
}

/*
 * Taken in batches, the rows just scanned are all there once more, and the fields of those in a
 * batch are what they are one by one, with as many bytes of text behind them as is promised.
 */
static inline bool batches_are_right(struct bnc_rows *rows, const char *text_end, uint64_t n_rows)
{
    struct bnc_buf one = { 0 }, other = { 0 };
    struct bnc_row_batch b;
    struct bnc_row row;
    uint64_t n = 0;
    uint32_t seen = 0;
    bool right = true;

    rows->next = 0;
    while (bnc_rows_take(rows, &b)) {
        for (size_t i = 0; i < b.n; i++) {
            rows->scratch_len = 0;      /* every row is read once more */
            bnc_rows_at(rows, b.index[i], &row);
            bnc_rows_read(rows, &row);
            right &= row.raw.at == b.text + b.start[i] && row.raw.len == b.len[i] &&
                     text_end - (row.raw.at + row.raw.len) >= BNC_BEHIND_ROW &&
                     (row.flags & (BNC_ROW_NUL | BNC_ROW_UNCLOSED | BNC_ROW_TOO_LONG)) == 0;
            bnc_buf_clear(&one);
            bnc_buf_clear(&other);
            for (uint32_t k = 0; k < rows->n_field && rows->want[k] < row.n_fields; k++)
                dump_field(&one, row.field[k]);
            rows->scratch_len = 0;
            for (uint32_t k = 0; k < rows->n_field && rows->want[k] < row.n_fields; k++)
                dump_field(&other, batch_field(&b, i, rows->want[k], &seen));
            right &= bnc_span_eq(bnc_buf_span(&one), bnc_buf_span(&other));
        }
        n += b.n + b.n_passed;
    }
    bnc_buf_release(&one);
    bnc_buf_release(&other);
    return right && n == n_rows && (n > 0 || seen == 0);
}

/*
 * Reads 'text' in blocks of 'block' bytes (0: at once), the tail of each put in front of the
 * next, every scan by the next of 'n_workers' objects, and appends every row to 'to'.  Each
 * text that is scanned lies in its own allocation, so that a sanitizer sees reads beyond it.
 */
static inline void dump_rows(struct bnc_buf *to, const struct row_way *way,
                             struct bnc_rows_options opt, struct bnc_span text, size_t block,
                             unsigned n_workers)
{
    struct bnc_rows *rows[8] = { NULL };
    struct bnc_rows_carry carry = { 0 };
    uint64_t number = 1;
    size_t start = 0, end = 0;
    unsigned turn = 0;

    opt.carry = &carry;
    for (unsigned i = 0; i < n_workers; i++)
        rows[i] = row_way_open(way, opt);
    do {
        struct bnc_rows *r = rows[turn++ % n_workers];
        struct bnc_row row;
        uint64_t n_rows, n_seen = 0;
        size_t used;
        bool last;
        char *copy;

        end = block == 0 || text.len - end < block ? text.len : end + block;
        last = end == text.len;
        copy = malloc(end - start + (end == start));
        if (copy == NULL)
            abort();
        if (end > start)
            memcpy(copy, text.at + start, end - start);
        if (bnc_rows_scan(r, bnc_span_from(copy, end - start), start, number, last, &used,
                          &n_rows) != BNC_OK)
            abort();
        while (bnc_rows_next(r, &row)) {
            dump_row(to, &row, r->n_field);
            n_seen++;
        }
        if (!batches_are_right(r, copy + (end - start), n_rows))
            bnc_buf_puts(to, "batches are wrong\n");
        if (n_seen != n_rows || used > end - start || (last && used != end - start))
            bnc_buf_printf(to, "scan is wrong: %zu of %zu bytes used, %llu of %llu rows\n", used,
                           end - start, (unsigned long long)n_seen, (unsigned long long)n_rows);
        number += n_rows;
        start += used;
        free(copy);
    } while (end < text.len);
    for (unsigned i = 0; i < n_workers; i++)
        bnc_rows_free(rows[i]);
}

/* xorshift64*: the same on every machine. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

#endif
