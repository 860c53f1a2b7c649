/* SPDX-License-Identifier: MIT
 * mask_scan.h - what the scan kernels share: from class bits of 64 bytes to the bitmaps of mask.h;
 * and how to read these.
 */
#ifndef BNC_CLASSIFY_MASK_SCAN_H
#define BNC_CLASSIFY_MASK_SCAN_H

#include "classify/mask.h"

struct bnc_mask_block { /* one bit per byte of a block */
    uint64_t token, alnum, digit, dot, mark;
    uint64_t odd; /* < \ and control bytes */
    uint64_t space, upper;
};

struct bnc_mask_carry { /* between blocks */
    uint64_t alnum,
        space; /* last byte of the block before, in bit 0; the text begins after a space */
    uint64_t open_dot; /* that byte was a dot after an alphanumeric: hot if one follows */
    uint64_t lower, upper; /* the last three and two bytes of the block before */
};

/* Copies in steps of 32 bytes: may write up to 31 more, which both ends have room for. */
static inline void bnc_mask_copy(char *dst, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i += 32)
        memcpy(dst + i, from + i, 32);
}

/*
 * Block i.  Hot beside what is so by itself: inner dots, spaces behind spaces, and the last of
 * "AbC" and "aBCd", which words don't have and ids of letters do.
 */
static inline void bnc_mask_finish(struct bnc_mask_carry *c, const struct bnc_mask_block *b,
                                   size_t i, struct bnc_mask_bits *bits)
{
    const uint64_t dot = b->dot & (b->alnum << 1 | c->alnum);
    const uint64_t lower = b->alnum & ~(b->digit | b->upper);
    const uint64_t upper2 = b->upper << 2 | c->upper;
    const uint64_t after_upper = b->upper << 1 | c->upper >> 1;
    const uint64_t zigzag = upper2 & ((b->upper & (lower << 1 | c->lower >> 2)) |
                                      (lower & after_upper & (lower << 3 | c->lower)));

    if (i > 0 && (c->open_dot & b->alnum & 1))
        bits->hot[i - 1] |= UINT64_C(1) << 63;
    bits->token[i] = b->token;
    bits->digit[i] = b->digit;
    bits->dot[i] = b->dot;
    bits->mark[i] = b->mark;
    bits->core[i] = b->alnum | b->mark;
    bits->hot[i] = b->digit | b->mark | b->odd | (dot & b->alnum >> 1) |
                   (b->space & (b->space << 1 | c->space)) | zigzag;
    c->open_dot = dot >> 63;
    c->alnum = b->alnum >> 63;
    c->space = b->space >> 63;
    c->lower = lower >> 61;
    c->upper = b->upper >> 62;
}

/* A block of which the first 'n' bytes have been seen before: what is left of it. */
static inline void bnc_mask_drop(struct bnc_mask_block *b, unsigned n)
{
    b->token >>= n;
    b->alnum >>= n;
    b->digit >>= n;
    b->dot >>= n;
    b->mark >>= n;
    b->odd >>= n;
    b->space >>= n;
    b->upper >>= n;
}

/* Clears what the padding of the last block set. */
static inline void bnc_mask_cut(size_t len, struct bnc_mask_bits *bits)
{
    const uint64_t keep = (UINT64_C(1) << len % 64) - 1;

    if (len % 64 == 0) {
        bits->digit[len / 64] = 0;
        bits->dot[len / 64] = 0;
        bits->mark[len / 64] = 0;
        bits->core[len / 64] = 0;
    }
    bits->token[len / 64] = len % 64 == 0 ? 0 : bits->token[len / 64] & keep;
    bits->hot[len / 64] = len % 64 == 0 ? 0 : bits->hot[len / 64] & keep;
}

/* ---- reading the bitmaps ---- */

/* The first byte in 'set' from 'from' on, 'len' where there is none. */
static inline size_t bnc_mask_next(const uint64_t *set, size_t len, size_t from)
{
    size_t w = from / 64;
    uint64_t bits;

    if (from >= len)
        return len;
    bits = set[w] & ~UINT64_C(0) << from % 64;
    while (bits == 0) {
        if (++w > (len - 1) / 64)
            return len;
        bits = set[w];
    }
    return w * 64 + (size_t)__builtin_ctzll(bits);
}

/* First byte of the token that holds 'at', not before 'floor'. */
static inline size_t bnc_mask_token_start(const uint64_t *token, size_t at, size_t floor)
{
    size_t w = at / 64;
    uint64_t gap = ~token[w] & ~(~UINT64_C(0) << at % 64);

    while (gap == 0) {
        if (w * 64 <= floor)
            return floor;
        gap = ~token[--w];
    }
    at = w * 64 + 64 - (size_t)__builtin_clzll(gap);
    return at > floor ? at : floor;
}

/* The byte behind the token that holds 'at'. */
static inline size_t bnc_mask_token_end(const uint64_t *token, size_t len, size_t at)
{
    size_t w = at / 64;
    uint64_t gap = ~token[w] & ~UINT64_C(0) << at % 64;

    while (gap == 0)
        gap = ~token[++w]; /* ends: bits from len on are 0 */
    at = w * 64 + (size_t)__builtin_ctzll(gap);
    return at < len ? at : len;
}

/* Whether a byte from 'from' to 'to' (> from) is in 'bits', but not in 'but' (NULL: none). */
static inline bool bnc_mask_any(const uint64_t *bits, const uint64_t *but, size_t from, size_t to)
{
    const size_t last = (to - 1) / 64;
    uint64_t keep = ~UINT64_C(0) << from % 64;

    for (size_t w = from / 64; w < last; w++) {
        if ((bits[w] & keep & ~(but != NULL ? but[w] : 0)) != 0)
            return true;
        keep = ~UINT64_C(0);
    }
    keep &= ~UINT64_C(0) >> (63 - (to - 1) % 64);
    return (bits[last] & keep & ~(but != NULL ? but[last] : 0)) != 0;
}

/* Up to 64 bytes of a text, to be seen in its bitmaps. */
struct bnc_mask_view {
    size_t at, len;
    uint64_t keep;
};

static inline struct bnc_mask_view bnc_mask_view(size_t at, size_t len)
{
    return (struct bnc_mask_view){ at, len, ~UINT64_C(0) >> (64 - len) };
}

/* The bits of the view's bytes, the first in bit 0. */
static inline uint64_t bnc_mask_see(const uint64_t *bits, const struct bnc_mask_view *v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (v->len <= 57) /* they lie within eight bytes */
        return bnc_load64((const char *)bits + v->at / 8) >> v->at % 8 & v->keep;
#endif
    return (bits[v->at / 64] >> v->at % 64 | (bits[v->at / 64 + 1] << 1) << (63 - v->at % 64)) &
           v->keep;
}

extern bnc_mask_scan_fn bnc_mask_scan_generic;
extern bnc_mask_scan_fn bnc_mask_scan_avx2;
extern bnc_mask_scan_fn bnc_mask_scan_avx512;

#endif
