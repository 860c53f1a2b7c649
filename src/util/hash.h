/* SPDX-License-Identifier: MIT
 * hash.h - the 64-bit fingerprint of a run of bytes.
 * Fingerprints name addresses, domains and templates in tallies and in state
 * files, so the function is frozen: fixed key, same value on every machine.
 * Two different keys share one with probability 2^-64; hash *tables* spread
 * fingerprints with a per-run seed of their own (bnc_hash_slot), so crafted keys can't make a table
 * slow. The mix is the 64x64->128 multiply-fold of wyhash (Wang Yi, public domain idea).
 */
#ifndef BNC_UTIL_HASH_H
#define BNC_UTIL_HASH_H

#include "util/span.h"

#define BNC_HASH_K0 UINT64_C(0xa0761d6478bd642f)
#define BNC_HASH_K1 UINT64_C(0xe7037ed1a0b428db)
#define BNC_HASH_K2 UINT64_C(0x8ebc6af09c88c6e3)

/* 'a' if 'cond', else 'b': without a jump, for conditions that can't be foreseen. */
static inline uint64_t bnc_either(bool cond, uint64_t a, uint64_t b)
{
    return b ^ ((a ^ b) & -(uint64_t)cond);
}

static inline uint64_t bnc_mix64(uint64_t a, uint64_t b)
{
    const unsigned __int128 p = (unsigned __int128)a * b;

    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static inline uint64_t bnc_load64(const char *p)
{
    uint64_t v;

    memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static inline uint64_t bnc_load32(const char *p)
{
    uint32_t v;

    memcpy(&v, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

/* Up to 8 bytes as a number, without reading past them. */
static inline uint64_t bnc_load_tail(const char *p, size_t len)
{
    if (len >= 8)
        return bnc_load64(p);
    if (len >= 4)
        return bnc_load32(p) | bnc_load32(p + len - 4) << 32;
    if (len == 0)
        return 0;
    return (uint64_t)(unsigned char)p[0] | (uint64_t)(unsigned char)p[len / 2] << 8 |
           (uint64_t)(unsigned char)p[len - 1] << 16;
}

/* Equality of short runs without a call: eight bytes a step, the last step overlapping. */
static inline bool bnc_same_bytes(const char *a, const char *b, size_t len)
{
    size_t i = 0;

    if (len < 8)
        return bnc_load_tail(a, len) == bnc_load_tail(b, len);
    for (; i + 8 < len; i += 8)
        if (bnc_load64(a + i) != bnc_load64(b + i))
            return false;
    return bnc_load64(a + len - 8) == bnc_load64(b + len - 8);
}

/*
 * Eight bytes with their ASCII letters lower-cased; no carry leaves a byte, as the top bits are
 * off.
 */
static inline uint64_t bnc_lower8(uint64_t v)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    const uint64_t low7 = v & ~high;
    const uint64_t ge_a = low7 + ones * (128 - 'A'), gt_z = low7 + ones * (127 - 'Z');

    return v | (ge_a & ~gt_z & ~v & high) >> 2;
}

typedef uint64_t bnc_two_words __attribute__((vector_size(16)));
typedef uint8_t bnc_letters __attribute__((vector_size(16)));

/*
 * The eight bytes at 'p' and those at 'q', with 'lower' as above by what vectors the machine has.
 */
static inline bnc_two_words bnc_load_two(const char *p, const char *q, bool lower)
{
    bnc_two_words w = { bnc_load64(p), bnc_load64(q) };

    if (lower) {
        const bnc_letters v = (bnc_letters)w;

        w = (bnc_two_words)(v | ((bnc_letters)(v - 'A' < 26) & 0x20));
    }
    return w;
}

/* The hash of the bytes as they are, or with 'lower' as if ASCII letters were lower-cased. */
static inline uint64_t bnc_hash64_as(const char *p, size_t len, uint64_t seed, bool lower)
{
    uint64_t h = seed ^ BNC_HASH_K0, tail;
    size_t left = len;
    bnc_two_words w;

    for (; left > 16; p += 16, left -= 16) {
        w = bnc_load_two(p, p + 8, lower);
        h = bnc_mix64(w[0] ^ BNC_HASH_K1, w[1] ^ h);
    }
    if (left > 8) {
        w = bnc_load_two(p, p + left - 8, lower);
        h = bnc_mix64(w[0] ^ BNC_HASH_K1, w[1] ^ h);
    } else {
        tail = bnc_load_tail(p, left);
        h = bnc_mix64((lower ? bnc_lower8(tail) : tail) ^ BNC_HASH_K1, h ^ BNC_HASH_K2);
    }
    return bnc_mix64(h ^ BNC_HASH_K2, (uint64_t)len ^ BNC_HASH_K1);
}

static inline uint64_t bnc_hash64(const char *p, size_t len, uint64_t seed)
{
    return bnc_hash64_as(p, len, seed, false);
}

static inline uint64_t bnc_hash_span(struct bnc_span s)
{
    return bnc_hash64(s.at, s.len, 0);
}

/*
 * bnc_hash64_as() of 16 bytes or more, lower-cased. Lengths of addresses can't be foreseen: what is
 * left in the end is read from the end, and one of two readings chosen without a jump.
 */
static inline uint64_t bnc_hash_lower_long(const char *p, size_t len)
{
    const char *end = p + len;
    uint64_t h = BNC_HASH_K0, first, lack;
    size_t left = len;
    bnc_two_words w;

    for (; left > 16; p += 16, left -= 16) {
        w = bnc_load_two(p, p + 8, true);
        h = bnc_mix64(w[0] ^ BNC_HASH_K1, w[1] ^ h);
    }
    if (left < 4) { /* one in eight */
        h = bnc_mix64(bnc_lower8(bnc_load_tail(p, left)) ^ BNC_HASH_K1, h ^ BNC_HASH_K2);
        return bnc_mix64(h ^ BNC_HASH_K2, (uint64_t)len ^ BNC_HASH_K1);
    }
    lack = bnc_either(left < 8, 8 - left, 0);
    w = bnc_load_two(p - lack, end - 8, true);
    first = w[0] >> 8 * lack;
    first = bnc_either(left > 8, first, (first & UINT32_MAX) | w[1] >> 32 << 32);
    h = bnc_mix64(first ^ BNC_HASH_K1, h ^ bnc_either(left > 8, w[1], BNC_HASH_K2));
    return bnc_mix64(h ^ BNC_HASH_K2, (uint64_t)len ^ BNC_HASH_K1);
}

/* bnc_hash_span() of the lower-cased bytes, without a copy of them. */
static inline uint64_t bnc_hash_lower(struct bnc_span s)
{
    return s.len >= 16 ? bnc_hash_lower_long(s.at, s.len) : bnc_hash64_as(s.at, s.len, 0, true);
}

/*
 * A key for a table of one run, by its secret 'seed': of the text as it is, cheaper than a
 * fingerprint where texts are short, and never kept.
 */
static inline uint64_t bnc_hash_key_of(uint64_t first, uint64_t last, size_t len, uint64_t seed)
{
    return bnc_mix64(first ^ seed ^ BNC_HASH_K1, last ^ seed ^ BNC_HASH_K2) + len * BNC_HASH_K0;
}

static inline uint64_t bnc_hash_key(struct bnc_span s, uint64_t seed)
{
    uint64_t few = 0;

    if (s.len > 16)
        return bnc_hash64(s.at, s.len, seed);
    if (s.len >= 8)
        return bnc_hash_key_of(bnc_load64(s.at), bnc_load64(s.at + s.len - 8), s.len, seed);
    for (size_t i = 0; i < s.len; i++)
        few |= (uint64_t)(unsigned char)s.at[i] << 8 * i;
    return bnc_hash_key_of(few, few, s.len, seed);
}

/*
 * The same of a text that is not empty and the end of 16 readable bytes at least: short texts of
 * any length without a jump.
 */
static inline uint64_t bnc_hash_key_at_end(struct bnc_span s, uint64_t seed)
{
    const size_t lack = bnc_either(s.len < 8, 8 - s.len, 0); /* bytes of others before it */
    const char *end = s.at + s.len;

    if (s.len > 16)
        return bnc_hash64(s.at, s.len, seed);
    return bnc_hash_key_of(bnc_load64(s.at - lack) >> 8 * lack, bnc_load64(end - 8) >> 8 * lack,
                           s.len, seed);
}

/* Two fingerprints into one; order matters. */
static inline uint64_t bnc_hash_pair(uint64_t a, uint64_t b)
{
    return bnc_mix64(a ^ BNC_HASH_K1, b ^ BNC_HASH_K2);
}

/* The first slot of 'fp' in a table of 2^log2 slots, 'seed' odd and chosen per run. */
static inline size_t bnc_hash_slot(uint64_t fp, uint64_t seed, unsigned log2)
{
    return log2 == 0 ? 0 : (size_t)((fp * seed) >> (64 - log2));
}

#endif
