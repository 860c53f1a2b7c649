/* SPDX-License-Identifier: MIT */
#include "engine/overlap.h"

#include <stdlib.h>

#include "util/buf.h"
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

static enum bnc_status add(struct bnc_marks *marks, struct bnc_mark mark)
{
    if (!bnc_array_grow(&marks->at, &marks->cap, marks->n + 1, sizeof *marks->at))
        return BNC_ENOMEM;
    marks->at[marks->n++] = mark;
    return BNC_OK;
}

static bool survives(uint64_t hash, unsigned thinned)
{
    return (hash & ((UINT64_C(1) << thinned) - 1)) == 0;
}

static void thin_to(struct bnc_marks *marks, unsigned thinned)
{
    size_t n = 0;

    for (size_t i = 0; i < marks->n; i++)
        if (survives(marks->at[i].hash, thinned))
            marks->at[n++] = marks->at[i];
    marks->n = n;
    marks->thinned = thinned;
}

void bnc_marks_thin(struct bnc_marks *marks, size_t most)
{
    while (marks->n > most && marks->thinned < 63)
        thin_to(marks, marks->thinned + 1);
}

enum bnc_status bnc_marks_sample(struct bnc_marks *marks, const struct bnc_row *row,
                                 uint32_t source)
{
    struct bnc_mark mark;
    enum bnc_status status;

    if (!is_sampled(row->raw))
        return BNC_OK;
    mark = (struct bnc_mark){ bnc_hash_span(row->raw), source };
    if (!survives(mark.hash, marks->thinned))
        return BNC_OK;
    status = add(marks, mark);
    bnc_marks_thin(marks, BNC_MAX_SAMPLE);
    return status;
}

enum bnc_status bnc_marks_add(struct bnc_marks *marks, const struct bnc_row *row, uint32_t source,
                              const struct bnc_share *share)
{
    const uint64_t hash = bnc_hash_span(row->raw);

    if (share->bits > 0 && hash >> (64 - share->bits) != share->is)
        return BNC_OK;
    return add(marks, (struct bnc_mark){ hash, source });
}

enum bnc_status bnc_marks_join(struct bnc_marks *to, struct bnc_marks *from)
{
    const unsigned thinned = to->thinned > from->thinned ? to->thinned : from->thinned;

    thin_to(to, thinned);
    thin_to(from, thinned);
    if (!bnc_array_grow(&to->at, &to->cap, to->n + from->n, sizeof *to->at))
        return BNC_ENOMEM;
    if (from->n > 0)
        memcpy(to->at + to->n, from->at, from->n * sizeof *to->at);
    to->n += from->n;
    bnc_marks_release(from);
    return BNC_OK;
}

void bnc_marks_release(struct bnc_marks *marks)
{
    free(marks->at);
    *marks = (struct bnc_marks){ 0 };
}

static int by_hash_and_source(const void *a, const void *b)
{
    const struct bnc_mark *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->source > y->source) - (x->source < y->source);
}

enum bnc_status bnc_overlap_find(struct bnc_overlap *overlap, struct bnc_marks *marks,
                                 bool *shares)
{
    const struct bnc_mark *const at = marks->at;

    if (marks->n > 0)
        qsort(marks->at, marks->n, sizeof *marks->at, by_hash_and_source);
    for (size_t i = 0, k; i < marks->n; i = k) {
        for (k = i + 1; k < marks->n && at[k].hash == at[i].hash; k++)
            ;
        if (at[k - 1].source == at[i].source)
            continue;
        for (size_t m = i; m < k && shares != NULL; m++)
            shares[at[m].source] = true;
        if (!bnc_array_grow(&overlap->shared, &overlap->cap, overlap->n + 1,
                            sizeof *overlap->shared))
            return BNC_ENOMEM;
        overlap->shared[overlap->n++] = at[i];
    }
    return BNC_OK;
}

unsigned bnc_overlap_bits(uint64_t n_rows, uint64_t at_once)
{
    unsigned bits = 0;

    while (bits < 32 && n_rows >> bits > at_once)
        bits++;
    return bits;
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
