/* SPDX-License-Identifier: MIT */
#include "csv/scan.h"

#include <stdlib.h>

/* A kernel writes up to 64 entries ahead of what it keeps, and one row closes the last. */
_Static_assert(BNC_BEHIND_ENDS <= 64, "who reads a row of a batch looks so far behind it");
#define SLACK 80

static void *grow(void *p, size_t *cap, size_t need, size_t size)
{
    const size_t n = need + need / 2;
    void *q = realloc(p, n * size);

    if (q != NULL)
        *cap = n;
    return q;
}

bool bnc_scan_reserve(struct bnc_scan *s, size_t n_bytes)
{
    const size_t need_end = s->n_end + n_bytes + SLACK;
    const size_t need_row = s->n_row + n_bytes / 2 + SLACK;   /* the least row is "a\n" */
    void *p;

    if (need_end > s->cap_end) {
        p = grow(s->end, &s->cap_end, need_end, sizeof *s->end);
        if (p == NULL)
            return s->nomem = true, false;
        s->end = p;
    }
    if (need_row > s->cap_row) {
        p = grow(s->row, &s->cap_row, need_row, sizeof *s->row);
        if (p == NULL)
            return s->nomem = true, false;
        s->row = p;
    }
    return true;
}
