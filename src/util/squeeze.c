/* SPDX-License-Identifier: MIT */
#include "util/squeeze.h"

#define BASE 40u

static const char character[BASE + 1] = "\0abcdefghijklmnopqrstuvwxyz0123456789.-_";

/* The place of each there; 0: none of them. */
static const uint8_t number[256] = {
    ['a'] = 1,  ['b'] = 2,  ['c'] = 3,  ['d'] = 4,  ['e'] = 5,  ['f'] = 6,  ['g'] = 7,  ['h'] = 8,
    ['i'] = 9,  ['j'] = 10, ['k'] = 11, ['l'] = 12, ['m'] = 13, ['n'] = 14, ['o'] = 15, ['p'] = 16,
    ['q'] = 17, ['r'] = 18, ['s'] = 19, ['t'] = 20, ['u'] = 21, ['v'] = 22, ['w'] = 23, ['x'] = 24,
    ['y'] = 25, ['z'] = 26, ['0'] = 27, ['1'] = 28, ['2'] = 29, ['3'] = 30, ['4'] = 31, ['5'] = 32,
    ['6'] = 33, ['7'] = 34, ['8'] = 35, ['9'] = 36, ['.'] = 37, ['-'] = 38, ['_'] = 39
};

static inline unsigned number_of(char c)
{
    return number[(unsigned char)c];
}

bool bnc_squeeze(char *to, struct bnc_span word)
{
    bool known = true;
    size_t i = 0;

    for (; i + 1 < word.len; i += 3, to += 2) {
        const unsigned a = number_of(word.at[i]), b = number_of(word.at[i + 1]),
                       c = i + 2 < word.len ? number_of(word.at[i + 2]) : 0,
                       three = (a * BASE + b) * BASE + c;

        known &= a != 0 && b != 0 && (c != 0 || i + 2 == word.len);
        to[0] = (char)(three & 0xff);
        to[1] = (char)(three >> 8);
    }
    if (i < word.len) {
        *to = (char)number_of(word.at[i]);
        known &= *to != 0;
    }
    return known;
}

void bnc_unsqueeze(char *to, const char *from, size_t len)
{
    size_t i = 0;

    for (; i + 1 < len; i += 3, from += 2) {
        const unsigned three = (unsigned char)from[0] | (unsigned)(unsigned char)from[1] << 8;

        to[i] = character[three / (BASE * BASE)];
        to[i + 1] = character[three / BASE % BASE];
        to[i + 2] = character[three % BASE];
    }
    if (i < len)
        to[i] = character[(unsigned char)*from];
}
