/* SPDX-License-Identifier: MIT
 * mask_scan.h - what the scan kernels share: from class bits of 64 bytes to token and hot bits.
 */
#ifndef BNC_CLASSIFY_MASK_SCAN_H
#define BNC_CLASSIFY_MASK_SCAN_H

#include "classify/mask.h"

struct bnc_mask_block {                  /* one bit per byte of a block */
    uint64_t token, alnum, hot, dot, blank;
};

struct bnc_mask_carry {                  /* between blocks */
    uint64_t alnum, blank;               /* last byte of the block before, in bit 0; the text begins after a blank */
    uint64_t open_dot;                   /* that byte was a dot after an alphanumeric: hot if one follows */
};

/* Block i: inner dots and all blanks but single spaces are hot as well. */
static inline void bnc_mask_finish(struct bnc_mask_carry *c, const struct bnc_mask_block *b, size_t i, uint64_t *token,
                                   uint64_t *hot)
{
    const uint64_t dot = b->dot & (b->alnum << 1 | c->alnum);

    if (c->open_dot & b->alnum & 1)
        hot[i - 1] |= UINT64_C(1) << 63;
    token[i] = b->token;
    hot[i] = b->hot | (dot & b->alnum >> 1) | (b->blank & (b->blank << 1 | c->blank));
    c->open_dot = dot >> 63;
    c->alnum = b->alnum >> 63;
    c->blank = b->blank >> 63;
}

/* Clears what the padding of the last block set. */
static inline void bnc_mask_cut(size_t len, uint64_t *token, uint64_t *hot)
{
    if (len % 64 != 0) {
        const uint64_t keep = (UINT64_C(1) << len % 64) - 1;

        token[len / 64] &= keep;
        hot[len / 64] &= keep;
    } else {
        token[len / 64] = 0;
        hot[len / 64] = 0;
    }
}

/* ---- reading the bitmaps ---- */

/* The first hot byte from 'from' on, 'len' where there is none. */
static inline size_t bnc_mask_next_hot(const uint64_t *hot, size_t len, size_t from)
{
    size_t w = from / 64;
    uint64_t bits;

    if (from >= len)
        return len;
    bits = hot[w] & ~UINT64_C(0) << from % 64;
    while (bits == 0) {
        if (++w > (len - 1) / 64)
            return len;
        bits = hot[w];
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
        gap = ~token[++w];               /* ends: bits from len on are 0 */
    at = w * 64 + (size_t)__builtin_ctzll(gap);
    return at < len ? at : len;
}

extern bnc_mask_scan_fn bnc_mask_scan_generic;
extern bnc_mask_scan_fn bnc_mask_scan_avx2;
extern bnc_mask_scan_fn bnc_mask_scan_avx512;

#endif
