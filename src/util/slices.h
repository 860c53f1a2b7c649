/* SPDX-License-Identifier: MIT
 * slices.h - a long document in slices, rendered by all threads and handed on in order.
 *
 * A report of a big month is tens of megabytes, nearly all of it rows of two or three tables, and a
 * list of addresses may be more.  They are cut into slices of rows; threads render them into a
 * ring of buffers, and whoever is free hands on what comes next in order.  The ring is all that
 * stands in memory, and the bytes are those that one thread would have written.
 * Where one pass over the source tells what several documents hold, they are made side by side.
 */
#ifndef BNC_UTIL_SLICES_H
#define BNC_UTIL_SLICES_H

#include "util/buf.h"

#define BNC_SLICE_ROWS                                                                             \
    256 /* some 75 KB of domains: a slice and its source stay in a core's cache */
#define BNC_SLICE_RING ((size_t)32)
#define BNC_SLICE_MOST_OUT 6

struct bnc_slices {
    size_t n;
    size_t n_out; /* documents that are made at once, BNC_SLICE_MOST_OUT at most; 0 is 1 */
    /* any slice, on any thread, of every document: out[n_out] */
    void (*render)(const void *arg, size_t i, struct bnc_buf *out);
    const void *arg;
    /* calls fn(arg, i) for every i < n on all threads; NULL: one slice after the other */
    void (*parallel)(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg);
    void *parallel_ctx;
};

/*
 * Appends all slices to 'out' (as many buffers as there are documents), draining it as it fills.
 * Failures stick to 'out', as ever; no more is made then.
 */
void bnc_slices_put(struct bnc_buf *out, const struct bnc_slices *slices);

#endif
