/* SPDX-License-Identifier: MIT */
#include "engine/rejects.h"

#include <stdlib.h>

#include "util/csvcell.h"

enum bnc_status bnc_rejects_add(struct bnc_rejects *rejects, uint32_t source,
                                enum bnc_row_fault fault, const struct bnc_row *row)
{
    const bool cut = row->raw.len > BNC_REJECT_BYTES;
    struct bnc_span raw = bnc_span_from(row->raw.at, cut ? BNC_REJECT_BYTES : row->raw.len);

    if (!bnc_array_grow(&rejects->at, &rejects->cap, rejects->n + 1, sizeof *rejects->at))
        return BNC_ENOMEM;
    raw = bnc_arena_copy(&rejects->arena, raw);
    if (raw.at == NULL)
        return BNC_ENOMEM;
    rejects->at[rejects->n++] = (struct bnc_reject){ .source = source,
                                                     .fault = fault,
                                                     .row = row->number,
                                                     .off = row->off,
                                                     .raw = raw,
                                                     .cut = cut };
    return BNC_OK;
}

void bnc_rejects_release(struct bnc_rejects *rejects)
{
    free(rejects->at);
    bnc_arena_release(&rejects->arena);
    *rejects = (struct bnc_rejects){ 0 };
}

static int by_place(const void *a, const void *b)
{
    const struct bnc_reject *x = a, *y = b;

    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

void bnc_rejects_print(struct bnc_reject *all, size_t n, const struct bnc_input *inputs,
                       struct bnc_buf *out)
{
    if (n > 0)
        qsort(all, n, sizeof *all, by_place);
    bnc_buf_puts(out, "file,row,byte,kind,cut,raw\n");
    for (size_t i = 0; i < n; i++) {
        bnc_csv_put_quoted(out, bnc_span_str(inputs[all[i].source].source->name));
        bnc_buf_printf(out, ",%llu,%llu,%s,%s,", (unsigned long long)all[i].row,
                       (unsigned long long)all[i].off, bnc_fault_names[all[i].fault],
                       all[i].cut ? "yes" : "no");
        bnc_csv_put_quoted(out, all[i].raw);
        bnc_buf_putc(out, '\n');
    }
}
