/* SPDX-License-Identifier: MIT
 * suffix_reach.h - how much of the end of a domain or host can decide with which name of a table it
 * ends, told by its last eight bytes: nothing mostly; else as much as the longest name takes that
 * ends alike, and a dot.
 *
 *   mx1.shop.example                      "p.example"   no name ends so
 *   shop-de.mail.protection.outlook.com   "look.com"    ".mail.protection.outlook.com"
 *
 * The key is those bytes, lower-cased; where they hold more than two labels, the last two, so that
 * a name shorter than eight bytes has the same key alone and behind a dot (qq.com, mx1.qq.com).  So
 * every name of the table needs two labels.
 *
 * What decides has eight bytes at least, so the same key as all of the name; were it, cut off
 * anywhere, itself a name of the table, that would reach further than it.
 */
#ifndef BNC_CLASSIFY_SUFFIX_REACH_H
#define BNC_CLASSIFY_SUFFIX_REACH_H

#include "util/hash.h"

enum { BNC_REACH_LOG2 = 12 };

struct bnc_suffix_reach {
    uint8_t bytes[1 << BNC_REACH_LOG2]; /* by key; 0: no name of the table ends so */
};

/* The top bit of each byte that is a dot. */
static inline uint64_t bnc_dots8(uint64_t bytes)
{
    const uint64_t low7 = ~(UINT64_C(0x0101010101010101) << 7);
    const uint64_t x = bytes ^ UINT64_C(0x2e2e2e2e2e2e2e2e);

    return ~(((x & low7) + low7) | x | low7);
}

/* The key of a name's last eight bytes; a shorter one's are followed by nothing, as a number. */
static inline size_t bnc_reach_key(uint64_t tail)
{
    const uint64_t dots = bnc_dots8(tail);
    const uint64_t but_last = dots & ~(UINT64_C(1) << 63 >> __builtin_clzll(dots | 1));
    /* of none, the lowest bit, which does no harm */
    const uint64_t before = ~UINT64_C(0) >> __builtin_clzll(but_last | 1);

    return (size_t)(((bnc_lower8(tail) & ~before) * BNC_HASH_K0) >> (64 - BNC_REACH_LOG2));
}

/* Adds a name of the table, lower-cased; false if it has no two labels or is too long. */
static inline bool bnc_reach_add(struct bnc_suffix_reach *r, struct bnc_span name)
{
    const size_t n = name.len < 8 ? name.len : 8, reach = name.len < 8 ? 8 : name.len + 1;
    uint64_t tail = 0;
    uint8_t *bytes;

    if (memchr(name.at, '.', name.len) == NULL || reach > UINT8_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        tail |= (uint64_t)(unsigned char)name.at[name.len - 1 - i] << (56 - 8 * i);
    bytes = &r->bytes[bnc_reach_key(tail)];
    *bytes = *bytes > reach ? *bytes : (uint8_t)reach;
    return true;
}

/*
 * The end of a name that decides, empty where no name of the table can be at it: without a jump for
 * names of eight bytes or more that don't end with a dot.
 */
static inline struct bnc_span bnc_reach_of(const struct bnc_suffix_reach *r, struct bnc_span name)
{
    uint64_t tail;
    size_t reach;

    if (name.len < 8)
        return name;
    tail = bnc_load64(name.at + name.len - 8);
    if (tail >> 56 == '.')
        return name;
    reach = r->bytes[bnc_reach_key(tail)];
    reach = bnc_either(reach < name.len, reach, name.len);
    return bnc_span_from(name.at + name.len - reach, reach);
}

#endif
