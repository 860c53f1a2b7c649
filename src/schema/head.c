/* SPDX-License-Identifier: MIT */
#include "schema/head.h"

#include "util/hash.h"

/* The offset of the byte after the closing quote of the field that opens at 'at', or text.len. */
static size_t quoted_end(const struct bnc_head *h, size_t at)
{
    for (size_t i = at + 1; i < h->text.len; i++) {
        if (h->dialect.escape == 0) {
            const char *const quote = memchr(h->text.at + i, h->dialect.quote, h->text.len - i);

            if (quote == NULL)
                break;
            i = (size_t)(quote - h->text.at);
        }
        if (h->dialect.escape != 0 && h->text.at[i] == h->dialect.escape) {
            i++;
        } else if (h->text.at[i] == h->dialect.quote) {
            const char next = i + 1 < h->text.len ? h->text.at[i + 1] : '\n';

            if (h->dialect.escape == 0 && next == h->dialect.quote)
                i++;
            else if (next == h->dialect.delim || next == '\n' || next == '\r')
                return i + 1;
        }
    }
    return h->text.len;
}

/* The text between the quotes, doubled and escaped ones undone. */
static struct bnc_span unquote(struct bnc_head *h, struct bnc_span s)
{
    char *copy;
    size_t n = 0;

    if (s.len < 2 || s.at[0] != h->dialect.quote || s.at[s.len - 1] != h->dialect.quote ||
        h->dialect.quote == 0)
        return s;
    s = bnc_span_from(s.at + 1, s.len - 2);
    if (memchr(s.at, h->dialect.quote, s.len) == NULL &&
        (h->dialect.escape == 0 || memchr(s.at, h->dialect.escape, s.len) == NULL))
        return s;
    copy = bnc_arena_alloc(h->arena, s.len);
    if (copy == NULL)
        return s;
    for (size_t i = 0; i < s.len; i++) {
        const bool escaped =
            i + 1 < s.len &&
            (h->dialect.escape != 0 ? s.at[i] == h->dialect.escape
                                    : s.at[i] == h->dialect.quote && s.at[i + 1] == s.at[i]);

        i += escaped;
        copy[n++] = s.at[i];
    }
    return bnc_span_from(copy, n);
}

/* Room for twice the cells, or what the row before had. */
static bool more_room(struct bnc_head *h, struct bnc_head_row *row)
{
    const uint32_t n = row->n == 0 ? 1 : 2 * row->n;
    struct bnc_span *more;

    if (h->one_row && n <= h->n_room) {
        row->cell = h->room;
        return true;
    }
    more = bnc_arena_alloc(h->arena, n * sizeof *more);
    if (more == NULL)
        return false;
    if (row->n > 0)
        memcpy(more, row->cell, row->n * sizeof *more);
    row->cell = h->room = more;
    h->n_room = n;
    return true;
}

static bool keep_cell(struct bnc_head *h, struct bnc_head_row *row, struct bnc_span cell)
{
    if (row->n == BNC_MAX_COLUMNS)
        return false;
    if ((row->n & (row->n - 1)) == 0 && !more_room(h, row)) /* full at every power of two */
        return false;
    row->cell[row->n++] = unquote(h, cell);
    return true;
}

#define ONES UINT64_C(0x0101010101010101)

/* The top bit of each byte of 'v' that is zero, exact up to the lowest. */
static inline uint64_t zeros(uint64_t v)
{
    return (v - ONES) & ~v & (ONES << 7);
}

/* Where the cell that goes on at 'at' ends: at a delimiter, a line's end, or text.len. */
static size_t cell_end(const struct bnc_head *h, size_t at)
{
    const struct bnc_span t = h->text;
    const char delim = h->dialect.delim;
    const uint64_t delims = ONES * (unsigned char)delim;

    for (; t.len - at >= 8; at += 8) {
        const uint64_t v = bnc_load64(t.at + at);
        const uint64_t ends = zeros(v ^ delims) | zeros(v ^ ONES * '\n') | zeros(v ^ ONES * '\r');

        if (ends != 0)
            return at + (size_t)__builtin_ctzll(ends) / 8;
    }
    while (at < t.len && t.at[at] != delim && t.at[at] != '\n' && t.at[at] != '\r')
        at++;
    return at;
}

bool bnc_head_next(struct bnc_head *h, struct bnc_head_row *row)
{
    const struct bnc_span t = h->text;
    size_t at = h->at, from;

    while (at < t.len && (t.at[at] == '\n' || t.at[at] == '\r'))
        at++;
    *row = (struct bnc_head_row){ .off = at };
    if (at >= t.len)
        return false;
    for (from = at;; from = ++at) {
        if (h->dialect.quote != 0 && at < t.len && t.at[at] == h->dialect.quote)
            at = quoted_end(h, at);
        at = cell_end(h, at);
        if (at >= t.len && !h->whole)
            return false;
        if (!keep_cell(h, row, bnc_span_from(t.at + from, at - from))) {
            row->nomem = true;
            return false;
        }
        if (at >= t.len || t.at[at] != h->dialect.delim)
            break;
    }
    row->raw = bnc_span_from(t.at + row->off, at - row->off);
    if (at + 1 < t.len && t.at[at] == '\r' && t.at[at + 1] == '\n')
        at++;
    h->at = at < t.len ? at + 1 : t.len;
    return true;
}
