/* SPDX-License-Identifier: MIT */
#include "aggregate/held.h"

#include "aggregate/counts.h"

#include <stdlib.h>

static bool held_before(const struct bnc_held *a, const struct bnc_held *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    if (a->source != b->source)
        return a->source < b->source;
    return a->row != b->row ? a->row < b->row : a->off < b->off;
}

size_t bnc_held_fold(struct bnc_held *at, size_t n, uint64_t *dropped)
{
    struct bnc_sortkey *keys = malloc((n + 1) * 2 * sizeof *keys);
    struct bnc_held *sorted = malloc((n + 1) * sizeof *sorted);
    size_t kept = 0;

    if (keys == NULL || sorted == NULL) {
        free(keys);
        free(sorted);
        return SIZE_MAX;
    }
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct bnc_sortkey){ .key = at[i].pair, .ref = i };
    bnc_sortkeys(keys, keys + n, n);
    for (size_t i = 0; i < n; i++) {
        const struct bnc_held *h = &at[keys[i].ref];
        struct bnc_held *top = kept > 0 ? &sorted[kept - 1] : NULL;

        if (top != NULL && top->pair == h->pair) {
            const bool late = top->late && h->late;

            if (held_before(top, h))
                *top = *h;
            top->late = late;
            ++*dropped;
        } else {
            sorted[kept++] = *h;
        }
    }
    if (kept > 0)
        memcpy(at, sorted, kept * sizeof *at);
    free(keys);
    free(sorted);
    return kept;
}
