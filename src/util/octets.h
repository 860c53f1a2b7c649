/* SPDX-License-Identifier: MIT
 * octets.h - eight bytes of text looked at in one word, the first one the lowest (bnc_load64()).
 * Each answer has the top bit of every byte that it is about; borrows go up, so none but the lowest
 * one can be relied on.  Answers may be or'ed.
 */
#ifndef BNC_UTIL_OCTETS_H
#define BNC_UTIL_OCTETS_H

#include "util/hash.h"

#define BNC_OCTETS UINT64_C(0x0101010101010101)
#define BNC_OCTETS_HIGH (BNC_OCTETS << 7)

/* Those that are 'c'. */
static inline uint64_t bnc_octets_are(uint64_t v, char c)
{
    const uint64_t d = v ^ BNC_OCTETS * (unsigned char)c;

    return (d - BNC_OCTETS) & ~d & BNC_OCTETS_HIGH;
}

/* Those below 'c', which is ASCII. */
static inline uint64_t bnc_octets_below(uint64_t v, char c)
{
    return (v - BNC_OCTETS * (unsigned char)c) & ~v & BNC_OCTETS_HIGH;
}

/* The index of the first one in an answer, which is not 0. */
static inline unsigned bnc_octets_first(uint64_t answer)
{
    return (unsigned)__builtin_ctzll(answer) >> 3;
}

#endif
