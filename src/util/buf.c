/* SPDX-License-Identifier: MIT */
#include "util/buf.h"

#include "util/big.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * A buffer with a drain that outgrows a quarter of this will fill a drain, and is asked for at
 * once, as a huge page and what is beyond.
 */
#define DRAINED_ROOM (BNC_DRAIN_BYTES / 8 * 9)

static char *move_to_huge(struct bnc_buf *b)
{
    char *const at = bnc_huge_malloc(DRAINED_ROOM);

    if (at != NULL && b->len > 0)
        memcpy(at, b->at, b->len + 1); /* with the NUL, which nobody may write again */
    if (at != NULL)
        free(b->at);
    return at;
}

bool bnc_buf_grow(struct bnc_buf *b, size_t len)
{
    size_t cap = b->cap < 64 ? 64 : b->cap;
    char *at;

    if (b->failed || len >= SIZE_MAX - b->len ||
        (b->max_bytes != 0 && b->len + len > b->max_bytes)) {
        b->failed = true;
        return false;
    }
    if (b->len + len + 1 <= b->cap)
        return true;
    while (cap < b->len + len + 1) {
        if (cap > SIZE_MAX / 2) {
            b->failed = true;
            return false;
        }
        cap *= 2;
    }
    if (b->drain != NULL && cap > DRAINED_ROOM / 4 && cap < DRAINED_ROOM) {
        cap = DRAINED_ROOM;
        at = move_to_huge(b);
    } else {
        at = realloc(b->at, cap);
    }
    if (at == NULL) {
        b->failed = true;
        return false;
    }
    b->at = at;
    b->cap = cap;
    return true;
}

void bnc_buf_printf(struct bnc_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    int len;

    va_start(ap, fmt);
    va_copy(again, ap);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len < 0)
        b->failed = true;
    else if (bnc_buf_reserve(b, (size_t)len)) {
        vsnprintf(b->at + b->len, (size_t)len + 1, fmt, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

void bnc_buf_drain(struct bnc_buf *b)
{
    const size_t whole = b->len / BNC_DRAIN_BYTES * BNC_DRAIN_BYTES;

    if (b->drain == NULL || whole == 0 || b->failed)
        return;
    b->failed = !b->drain(b->drain_arg, bnc_span_from(b->at, whole));
    b->len -= whole;
    memmove(b->at, b->at + whole, b->len + 1);
}

void bnc_buf_release(struct bnc_buf *b)
{
    free(b->at);
    *b = (struct bnc_buf){ .max_bytes = b->max_bytes };
}

bool bnc_array_grow(void *array, size_t *cap, size_t need, size_t size)
{
    size_t n = *cap < 16 ? 16 : *cap;
    void *at;

    if (need <= *cap)
        return true;
    while (n < need)
        n = n > SIZE_MAX / 2 ? need : n * 2;
    if (n > SIZE_MAX / size)
        return false;
    memcpy(&at, array, sizeof at);
    at = realloc(at, n * size);
    if (at == NULL)
        return false;
    memcpy(array, &at, sizeof at);
    *cap = n;
    return true;
}
