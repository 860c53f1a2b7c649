/* SPDX-License-Identifier: MIT
 * fuzz_csv.c - bytes to rows.  The strict scanner on the whole text is the oracle; every kernel
 * and libcsv, on the whole and in blocks, must agree with it.
 *
 * Input: a byte of dialect, a byte of columns, a byte of block size, then the text.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/row_dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct bnc_dialect dialects[] = {
    { .delim = ',', .quote = '"' },
    { .delim = ',', .quote = '"' },
    { .delim = ';', .quote = '\'' },
    { .delim = ',' },
    { .delim = ',', .quote = '"', .escape = '\\' },
    { .json_lines = true },
};

static void compare(const struct row_way *way, const struct bnc_rows_options *opt,
                    struct bnc_span text, size_t block, const struct bnc_buf *want)
{
    struct bnc_buf got = { 0 };

    dump_rows(&got, way, *opt, text, block, 1 + block % 3);
    if (!bnc_span_eq(bnc_buf_span(want), bnc_buf_span(&got))) {
        fprintf(stderr, "%s in blocks of %zu, %u columns\n---- wanted:\n%s---- got:\n%s", way->name,
                block, opt->n_cols, want->len > 0 ? want->at : "", got.len > 0 ? got.at : "");
        abort();
    }
    bnc_buf_release(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bnc_rows_options opt = { .n_cols = 0 };
    struct bnc_buf want = { 0 };
    struct bnc_span text;
    size_t block;

    if (size < 3)
        return 0;
    opt.dialect = dialects[data[0] % (sizeof dialects / sizeof *dialects)];
    opt.n_cols = data[1] % 8;
    block = data[2];
    text = bnc_span_from((const char *)data + 3, size - 3);
    dump_rows(&want, &row_ways[0], opt, text, 0, 1);
    for (size_t w = 0; w < N_ROW_WAYS; w++) {
        if (!row_way_exists(&row_ways[w]))
            continue;
        compare(&row_ways[w], &opt, text, 0, &want);
        if (block > 0)
            compare(&row_ways[w], &opt, text, block, &want);
    }
    bnc_buf_release(&want);
    return 0;
}
