/* SPDX-License-Identifier: MIT */
#include "aggregate/counts.h"

#include "util/big.h"

#include <stdlib.h>

#define FIRST_LOG2 8u
#define SMALL_SORT 48u

static bool grow(struct bnc_counts *c, unsigned log2)
{
    struct bnc_counts next = {
        .log2 = log2, .seed = c->seed, .n = c->n, .frugal = c->frugal
    };
    const size_t mask = ((size_t)1 << log2) - 1, bytes = sizeof *next.slot << log2;

    next.slot = bnc_big_alloc(bytes); /* aligned: no slot lies across two cache lines */
    if (next.slot == NULL)
        return false;
    if (c->frugal)
        bnc_big_spare(next.slot, bytes, 0);
    for (size_t i = 0; c->slot != NULL && i <= ((size_t)1 << c->log2) - 1; i++) {
        size_t at;

        if (c->slot[i].key == 0)
            continue;
        at = bnc_counts_at(&next, c->slot[i].key - 1);
        while (next.slot[at].key != 0)
            at = (at + 1) & mask;
        next.slot[at] = c->slot[i];
    }
    bnc_counts_release(c);
    *c = next;
    return true;
}

bool bnc_counts_reserve(struct bnc_counts *c, size_t more)
{
    unsigned log2 = c->slot == NULL ? FIRST_LOG2 : c->log2;

    if (c->slot != NULL && c->n + more <= ((size_t)1 << c->log2) / 8 * 5)
        return true;
    while (c->n + more > ((size_t)1 << log2) / 8 * 5)
        log2++;
    return grow(c, log2);
}

void bnc_counts_release(struct bnc_counts *c)
{
    bnc_big_free(c->slot, sizeof *c->slot << c->log2);
    *c = (struct bnc_counts){ .seed = c->seed, .frugal = c->frugal };
}

size_t bnc_counts_list(const struct bnc_counts *c, struct bnc_count *to)
{
    for (size_t i = 0; c->slot != NULL && i < (size_t)1 << c->log2; i++)
        if (c->slot[i].key != 0) {
            *to = c->slot[i];
            to++->key--;
        }
    return c->n;
}

/* (key, ref), by insertion: for the few. */
static void sort_small(struct bnc_sortkey *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct bnc_sortkey x = at[i];
        size_t j = i;

        while (j > 0 &&
               (at[j - 1].key > x.key || (at[j - 1].key == x.key && at[j - 1].ref > x.ref))) {
            at[j] = at[j - 1];
            j--;
        }
        at[j] = x;
    }
}

/*
 * One stable pass by byte 'byte' (0..7 of ref, 8..15 of key); false if all agree in it, and nothing
 * was moved.
 */
static bool sort_pass(const struct bnc_sortkey *from, struct bnc_sortkey *to, size_t n,
                      unsigned byte)
{
    const unsigned shift = byte % 8 * 8;
    size_t count[256] = { 0 }, sum = 0;

#define BYTE_OF(e) ((byte < 8 ? (e).ref : (e).key) >> shift & 0xff)
    for (size_t i = 0; i < n; i++)
        count[BYTE_OF(from[i])]++;
    if (count[BYTE_OF(from[0])] == n)
        return false;
    for (size_t b = 0; b < 256; b++) {
        const size_t c = count[b];

        count[b] = sum;
        sum += c;
    }
    for (size_t i = 0; i < n; i++)
        to[count[BYTE_OF(from[i])]++] = from[i];
#undef BYTE_OF
    return true;
}

/* By the bytes from 'byte' on: see sort_pass(). */
static void sort_bytes(struct bnc_sortkey *at, struct bnc_sortkey *tmp, size_t n, unsigned byte)
{
    struct bnc_sortkey *from = at, *to = tmp;

    for (; byte < 16; byte++)
        if (sort_pass(from, to, n, byte)) {
            struct bnc_sortkey *was = from;

            from = to;
            to = was;
        }
    if (from != at)
        memcpy(at, from, n * sizeof *at);
}

void bnc_sortkeys_stable(struct bnc_sortkey *at, struct bnc_sortkey *tmp, size_t n)
{
    if (n > 0)
        sort_bytes(at, tmp, n, 8);
}

void bnc_sortkeys(struct bnc_sortkey *at, struct bnc_sortkey *tmp, size_t n)
{
    bool ordered = true;

    if (n < SMALL_SORT) {
        sort_small(at, n);
        return;
    }
    for (size_t i = 1; i < n && ordered; i++)
        ordered = at[i - 1].ref <= at[i].ref;
    sort_bytes(at, tmp, n, ordered ? 8 : 0);
}

bool bnc_counts_compact(struct bnc_count *at, size_t *n)
{
    struct bnc_sortkey *keys = malloc((*n + 1) * 2 * sizeof *keys);
    struct bnc_count *sorted = malloc((*n + 1) * sizeof *sorted);
    size_t kept = 0;

    if (keys == NULL || sorted == NULL) {
        free(keys);
        free(sorted);
        return false;
    }
    for (size_t i = 0; i < *n; i++)
        keys[i] = (struct bnc_sortkey){ .key = at[i].key, .ref = i };
    bnc_sortkeys(keys, keys + *n, *n);
    for (size_t i = 0; i < *n; i++) {
        const struct bnc_count *c = &at[keys[i].ref];

        if (kept > 0 && sorted[kept - 1].key == c->key)
            bnc_count_merge(&sorted[kept - 1], c);
        else
            sorted[kept++] = *c;
    }
    if (kept > 0)
        memcpy(at, sorted, kept * sizeof *at);
    *n = kept;
    free(keys);
    free(sorted);
    return true;
}
