/* SPDX-License-Identifier: MIT
 * buf.h - a growing run of bytes with a hard maximum, and growing arrays.
 * Errors stick: after a failed append every later one fails too, so a writer
 * may append freely and look at 'failed' once at the end.
 */
#ifndef BNC_UTIL_BUF_H
#define BNC_UTIL_BUF_H

#include "util/span.h"

struct bnc_buf {                 /* zero-initialized is an empty buffer with no maximum */
    char *at;                    /* NUL-terminated once anything was appended */
    size_t len, cap;             /* bytes */
    size_t max_bytes;            /* appending beyond fails; 0: no maximum */
    bool failed;                 /* out of memory, the maximum was reached, or draining failed */
    /*
     * Takes what bnc_buf_drain() hands over; false: it failed.  NULL: the buffer keeps everything.
     */
    bool (*drain)(void *arg, struct bnc_span bytes);
    void *drain_arg;
};

/* What bnc_buf_reserve() does where there is no room yet. */
bool bnc_buf_grow(struct bnc_buf *b, size_t len);

/*
 * Room for 'len' more bytes and a NUL, for a caller that fills b->at + b->len itself; false when
 * failed.  Here and below what is asked for a million times a report is inline.
 */
static inline bool bnc_buf_reserve(struct bnc_buf *b, size_t len)
{
    return (len < b->cap - b->len && b->max_bytes == 0 && !b->failed) || bnc_buf_grow(b, len);
}

/*
 * The same for who writes several things in a row: where the bytes go, NULL when failed, and, once
 * they are there, where they end.
 */
static inline char *bnc_buf_room(struct bnc_buf *b, size_t len)
{
    return bnc_buf_reserve(b, len) ? b->at + b->len : NULL;
}

static inline void bnc_buf_end(struct bnc_buf *b, char *end)
{
    *end = '\0';
    b->len = (size_t)(end - b->at);
}

static inline void bnc_buf_put(struct bnc_buf *b, struct bnc_span s)
{
    if (!bnc_buf_reserve(b, s.len))
        return;
    if (s.len > 0)
        memcpy(b->at + b->len, s.at, s.len);
    b->len += s.len;
    b->at[b->len] = '\0';
}

static inline void bnc_buf_puts(struct bnc_buf *b, const char *s)
{
    bnc_buf_put(b, bnc_span_str(s));
}

static inline void bnc_buf_putc(struct bnc_buf *b, char c)
{
    bnc_buf_put(b, bnc_span_from(&c, 1));
}

void bnc_buf_printf(struct bnc_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline struct bnc_span bnc_buf_span(const struct bnc_buf *b)
{
    return bnc_span_from(b->len > 0 ? b->at : "", b->len);
}

static inline void bnc_buf_clear(struct bnc_buf *b)
{
    b->len = 0;
    b->failed = false;
}

/*
 * What a drain gets at once.  A file's cache takes a huge page for a whole one that is written to
 * it, which is mostly one that was in use a moment ago; smaller writes take small pages, which on
 * a virtual machine may first have to come from the host, 1 ns a byte.
 */
#define BNC_DRAIN_BYTES ((size_t)2 << 20)

/*
 * Hands a large buffer's bytes to its drain, if it has one, but for what is beyond a multiple of
 * BNC_DRAIN_BYTES.  Writers call this where they do not look back at what they wrote (after a row
 * of a long table), so that a report of many megabytes never stands in memory whole.
 */
void bnc_buf_drain(struct bnc_buf *b);

void bnc_buf_release(struct bnc_buf *b);

/*
 * Room for 'need' elements of 'size' bytes in an array that '*array' points to: one that is full
 * gets twice the room.  'array' is the address of the pointer, '*cap' counts elements.  False: out
 * of memory, and nothing changed.
 */
bool bnc_array_grow(void *array, size_t *cap, size_t need, size_t size);

#endif
