/* SPDX-License-Identifier: MIT */
#include "engine/overlap.h"

#include <stdlib.h>

#include "util/hash.h"

#define SAMPLE_MASK 255u /* one row in 256 */
#define EDGE_BYTES ((size_t)24) /* enough of a row's ends to choose by */

/* Chosen by the row's ends alone: hashing all of every row would cost a tenth of the run. */
static bool is_sampled(struct bnc_span raw)
{
    const size_t edge = raw.len < EDGE_BYTES ? raw.len : EDGE_BYTES;
    const uint64_t head = bnc_hash64(raw.at, edge, raw.len);

    return (bnc_hash64(raw.at + raw.len - edge, edge, head) & SAMPLE_MASK) == 0;
}

enum bnc_status bnc_marks_add(struct bnc_marks *marks, const struct bnc_row *row, uint32_t source,
                              bool all)
{
    if (!all && !is_sampled(row->raw))
        return BNC_OK;
    if (marks->n == marks->cap) {
        const size_t cap = marks->cap == 0 ? 1024 : marks->cap * 2;
        struct bnc_sampled_row *at = realloc(marks->at, cap * sizeof *at);

        if (at == NULL)
            return BNC_ENOMEM;
        marks->at = at;
        marks->cap = cap;
    }
    marks->at[marks->n++] = (struct bnc_sampled_row){ bnc_hash_span(row->raw), source };
    return BNC_OK;
}

void bnc_marks_release(struct bnc_marks *marks)
{
    free(marks->at);
    *marks = (struct bnc_marks){ 0 };
}

static int by_hash_and_source(const void *a, const void *b)
{
    const struct bnc_sampled_row *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->source > y->source) - (x->source < y->source);
}

void bnc_overlap_find(struct bnc_overlap *overlap, struct bnc_marks *marks, bool *shares)
{
    size_t n = 0;

    if (marks->n > 0)
        qsort(marks->at, marks->n, sizeof *marks->at, by_hash_and_source);
    for (size_t i = 0, k; i < marks->n; i = k) {
        for (k = i + 1; k < marks->n && marks->at[k].hash == marks->at[i].hash; k++)
            ;
        if (marks->at[k - 1].source == marks->at[i].source)
            continue;
        for (size_t m = i; m < k && shares != NULL; m++)
            shares[marks->at[m].source] = true;
        marks->at[n++] = marks->at[i];
    }
    overlap->shared = marks->at;
    overlap->n = n;
    *marks = (struct bnc_marks){ 0 };
}

void bnc_overlap_release(struct bnc_overlap *overlap)
{
    free(overlap->shared);
    *overlap = (struct bnc_overlap){ 0 };
}

bool bnc_overlap_is_repeat(const struct bnc_overlap *overlap, const struct bnc_row *row,
                           uint32_t source)
{
    const uint64_t hash = bnc_hash_span(row->raw);
    size_t low = 0, high = overlap->n;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;

        if (overlap->shared[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low < overlap->n && overlap->shared[low].hash == hash &&
           overlap->shared[low].source != source;
}
