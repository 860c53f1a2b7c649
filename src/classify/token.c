/* SPDX-License-Identifier: MIT */
#include "classify/token.h"

#define T BNC_BYTE_TOKEN
#define A (BNC_BYTE_TOKEN | BNC_BYTE_ALNUM)
#define N (A | BNC_BYTE_DIGIT)
#define M (BNC_BYTE_TOKEN | BNC_BYTE_MARK)
#define B BNC_BYTE_BLANK
#define C (BNC_BYTE_BLANK | BNC_BYTE_ODD)

const uint8_t bnc_byte_class[256] = {
    [0 ... 31] = C,
    [127] = C,
    [' '] = B,
    ['0' ... '9'] = N,
    ['A' ... 'Z'] = A,
    ['a' ... 'z'] = A,
    [128 ... 255] = A,
    ['.'] = T | BNC_BYTE_DOT,
    ['-'] = T,
    ['_'] = T,
    ['+'] = T,
    ['#'] = T,
    ['%'] = T,
    ['~'] = T,
    ['$'] = T,
    ['@'] = M,
    ['*'] = M,
    ['<'] = BNC_BYTE_ODD,
    ['\\'] = BNC_BYTE_ODD,
};
