/* SPDX-License-Identifier: MIT
 * token.h - the alphabet of the masking pass: which bytes make a token, and which make a token
 * worth a look. Shared by mask.c, its kernels and the generator of the kept words, so that all cut
 * the same tokens.
 */
#ifndef BNC_CLASSIFY_TOKEN_H
#define BNC_CLASSIFY_TOKEN_H

#include "util/span.h"

enum { /* bits of bnc_byte_class[] */
       BNC_BYTE_TOKEN =
           1, /* part of a token: letters, digits, . - _ @ + # % ~ $ * and every byte >= 0x80 */
       BNC_BYTE_ALNUM = 2, /* letter, digit or byte >= 0x80 */
       BNC_BYTE_DIGIT = 4,
       BNC_BYTE_MARK = 8, /* @ and *: they make their token variable, as digits do */
       BNC_BYTE_ODD = 16, /* needs a look by itself: < \ and control bytes */
       BNC_BYTE_DOT = 32,
       BNC_BYTE_BLANK = 64 /* space, control bytes, DEL */
};

extern const uint8_t bnc_byte_class[256];

static inline bool bnc_byte_is(char c, unsigned bits)
{
    return (bnc_byte_class[(unsigned char)c] & bits) != 0;
}

/* Punctuation cut off both ends of a token before it is judged ("5.7.1.", "#smtp#"). */
static inline bool bnc_token_edge(char c)
{
    return bnc_byte_is(c, BNC_BYTE_TOKEN) && !bnc_byte_is(c, BNC_BYTE_ALNUM | BNC_BYTE_MARK);
}

#endif
