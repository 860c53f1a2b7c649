/* SPDX-License-Identifier: MIT
 * plain_address.h - local@domain of letters, digits and . - _ alone, up to 64 bytes long: nearly
 * every address there is, told by one bit per byte.  What isn't plain may be an address all the
 * same: address.c decides.
 */
#ifndef BNC_SCHEMA_PLAIN_ADDRESS_H
#define BNC_SCHEMA_PLAIN_ADDRESS_H

#include "util/span.h"

#define BNC_PLAIN_ADDRESS_BYTES 64

/* A bit for each of 64 bytes, the first byte's the lowest; bytes that aren't there may say any. */
struct bnc_address_bits {
    uint64_t plain, dots, ats;           /* 'plain' includes dots and ats */
};

/*
 * Whether the bits are those of a plain address of 1 to 64 bytes; '*at' is the place of its '@'.
 * There is one '@', with something in front of it; the domain has no dot where it begins, where it
 * ends or behind another, and no dash in front.
 */
static inline bool bnc_address_is_plain(struct bnc_address_bits b, struct bnc_span s, size_t *at)
{
    const uint64_t all = ~UINT64_C(0) >> (BNC_PLAIN_ADDRESS_BYTES - s.len);
    const uint64_t ats = b.ats & all, dots = b.dots & all, marks = dots | ats;
    const uint64_t domain = ~(ats | (ats - 1));
    const uint64_t wrong = (~b.plain & all) | (ats & (ats - 1)) | (dots & domain & marks << 1) |
                           marks >> (s.len - 1);

    if (wrong != 0 || ats < 2)
        return false;
    *at = (size_t)__builtin_ctzll(ats);
    return s.at[*at + 1] != '-';
}

#if defined(__SSE2__)
#include <immintrin.h>

static inline __m128i bnc_plain_range(__m128i v, char first, char last)
{
    const __m128i from = _mm_sub_epi8(v, _mm_set1_epi8(first));

    return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8((char)(last - first))), from);
}

/* Adds the bits of the 16 bytes at 'p', which are those from 'n' on. */
static inline void bnc_address_add_16(struct bnc_address_bits *b, const char *p, size_t n)
{
    const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    const __m128i at = _mm_cmpeq_epi8(v, _mm_set1_epi8('@'));
    const __m128i letter = bnc_plain_range(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i digit = _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('/')),
                                           bnc_plain_range(v, '-', '9'));
    const __m128i plain = _mm_or_si128(_mm_or_si128(letter, digit),
                                       _mm_or_si128(at, _mm_cmpeq_epi8(v, _mm_set1_epi8('_'))));

    b->plain |= (uint64_t)(uint16_t)_mm_movemask_epi8(plain) << n;
    b->dots |= (uint64_t)(uint16_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('.'))) << n;
    b->ats |= (uint64_t)(uint16_t)_mm_movemask_epi8(at) << n;
}
#endif

/*
 * The bits of the 'len' bytes at 'p', of which 64 can be read: one of these, by what the machine
 * has.
 */
typedef struct bnc_address_bits bnc_address_bits_fn(const char *p, size_t len);

static inline struct bnc_address_bits bnc_address_bits_generic(const char *p, size_t len)
{
    struct bnc_address_bits b = { 0, 0, 0 };

#if defined(__SSE2__)
    bnc_address_add_16(&b, p, 0);
    bnc_address_add_16(&b, p + 16, 16);
    if (len > 32) {
        bnc_address_add_16(&b, p + 32, 32);
        bnc_address_add_16(&b, p + 48, 48);
    }
#else
    (void)p;
    (void)len;                           /* none is plain */
#endif
    return b;
}

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2")))
static inline TARGET __m256i bnc_plain_range_avx2(__m256i v, char first, char last)
{
    const __m256i from = _mm256_sub_epi8(v, _mm256_set1_epi8(first));

    return _mm256_cmpeq_epi8(_mm256_min_epu8(from, _mm256_set1_epi8((char)(last - first))), from);
}

static inline TARGET void bnc_address_add_32(struct bnc_address_bits *b, const char *p, size_t n)
{
    const __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
    const __m256i at = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('@'));
    const __m256i dot = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('.'));
    const __m256i letter =
        bnc_plain_range_avx2(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), 'a', 'z');
    const __m256i digit = _mm256_andnot_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('/')),
                                              bnc_plain_range_avx2(v, '-', '9'));
    const __m256i plain =
        _mm256_or_si256(_mm256_or_si256(letter, digit),
                        _mm256_or_si256(at, _mm256_cmpeq_epi8(v, _mm256_set1_epi8('_'))));

    b->plain |= (uint64_t)(uint32_t)_mm256_movemask_epi8(plain) << n;
    b->dots |= (uint64_t)(uint32_t)_mm256_movemask_epi8(dot) << n;
    b->ats |= (uint64_t)(uint32_t)_mm256_movemask_epi8(at) << n;
}

static inline TARGET struct bnc_address_bits bnc_address_bits_avx2(const char *p, size_t len)
{
    struct bnc_address_bits b = { 0, 0, 0 };

    bnc_address_add_32(&b, p, 0);
    if (len > 32)
        bnc_address_add_32(&b, p + 32, 32);
    return b;
}
#undef TARGET

/* What a byte below 0x80 is in an address: 0 for a plain one. */
enum { BNC_ADDRESS_AT = 1, BNC_ADDRESS_DOT = 2, BNC_ADDRESS_ODD = 0x80 };

static const unsigned char bnc_address_classes[128] = {
    [0 ... ','] = BNC_ADDRESS_ODD,   ['.'] = BNC_ADDRESS_DOT,         ['/'] = BNC_ADDRESS_ODD,
    [':' ... '?'] = BNC_ADDRESS_ODD, ['@'] = BNC_ADDRESS_AT,          ['`'] = BNC_ADDRESS_ODD,
    ['[' ... '^'] = BNC_ADDRESS_ODD, ['{' ... 0x7f] = BNC_ADDRESS_ODD,
};

__attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,bmi2")))
static inline struct bnc_address_bits bnc_address_bits_avx512(const char *p, size_t len)
{
    const __m512i v = _mm512_loadu_si512(p);
    const __m512i class = _mm512_permutex2var_epi8(_mm512_loadu_si512(bnc_address_classes), v,
                                                   _mm512_loadu_si512(bnc_address_classes + 64));

    (void)len;
    return (struct bnc_address_bits){
        .plain = ~_mm512_movepi8_mask(_mm512_or_si512(class, v)),
        .dots = _mm512_test_epi8_mask(class, _mm512_set1_epi8(BNC_ADDRESS_DOT)),
        .ats = _mm512_test_epi8_mask(class, _mm512_set1_epi8(BNC_ADDRESS_AT)),
    };
}
#endif

#endif
