/* SPDX-License-Identifier: MIT
 * number.h - whole numbers in bytes of 7 bits each, the lowest first; the top bit says that more
 * follow. So small ones take few.
 */
#ifndef BNC_UTIL_NUMBER_H
#define BNC_UTIL_NUMBER_H

#include <stdint.h>

#define BNC_NUMBER_MOST32 5u /* bytes of one below 2^32 */

/* Writes it; returns where it ends. */
static inline char *bnc_number_put(char *to, uint64_t n)
{
    for (; n >= 128; n >>= 7)
        *to++ = (char)(n | 128);
    *to++ = (char)n;
    return to;
}

/* Reads it; returns where it ends. */
static inline const char *bnc_number_get(const char *at, uint64_t *n)
{
    unsigned shift = 0;

    *n = 0;
    do
        *n |= (uint64_t)(*at & 127) << shift;
    while (shift += 7, (*at++ & 128) != 0);
    return at;
}

#endif
