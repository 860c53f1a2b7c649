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

/* The number of a character; behind the end of the word that of none. */
static inline unsigned number_at(struct bnc_span word, size_t i)
{
    return i < word.len ? number[(unsigned char)word.at[i]] : 0;
}

bool bnc_squeeze(char *to, struct bnc_span word)
{
    bool known = true;

    for (size_t i = 0; i < word.len; i++)
        known &= number[(unsigned char)word.at[i]] != 0;
    for (size_t i = 0; known && i < word.len; i += 3, to += 2) {
        const unsigned three =
            (number_at(word, i) * BASE + number_at(word, i + 1)) * BASE + number_at(word, i + 2);

        to[0] = (char)(three & 0xff);
        to[1] = (char)(three >> 8);
    }
    return known;
}

void bnc_unsqueeze(char *to, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i += 3, from += 2) {
        const unsigned three = (unsigned char)from[0] | (unsigned)(unsigned char)from[1] << 8;

        to[i] = character[three / (BASE * BASE)];
        to[i + 1] = character[three / BASE % BASE];
        to[i + 2] = character[three % BASE];
    }
}
