/* SPDX-License-Identifier: MIT
 * glance.h - 64 bytes of a text seen at once: their classes (token.h) as bitmaps, and the bytes
 * lower-cased.  For who looks at a few places of a text and needs no scan of all of it.
 */
#ifndef BNC_CLASSIFY_GLANCE_H
#define BNC_CLASSIFY_GLANCE_H

#include "classify/token.h"

struct bnc_glance { /* a bit for each byte */
    uint64_t token, core, digit, dot, mark; /* as in bnc_mask_bits */
};

/* A glance at 64 readable bytes; 64 are written to 'low'. */
typedef struct bnc_glance bnc_glance_fn(const char *at, char *low);

static inline struct bnc_glance bnc_glance_generic(const char *at, char *low)
{
    struct bnc_glance g = { 0 };

    for (unsigned i = 0; i < 64; i++) {
        const uint64_t c = bnc_byte_class[(unsigned char)at[i]];

        low[i] = bnc_lower(at[i]);
        g.token |= (uint64_t)((c & BNC_BYTE_TOKEN) != 0) << i;
        g.core |= (uint64_t)((c & (BNC_BYTE_ALNUM | BNC_BYTE_MARK)) != 0) << i;
        g.digit |= (uint64_t)((c & BNC_BYTE_DIGIT) != 0) << i;
        g.dot |= (uint64_t)((c & BNC_BYTE_DOT) != 0) << i;
        g.mark |= (uint64_t)((c & BNC_BYTE_MARK) != 0) << i;
    }
    return g;
}

#if defined(__x86_64__)
#include <immintrin.h>

/*
 * The class of a byte is the AND of two look-ups, by its low and by its high nibble; a bit is a
 * group of columns and rows:
 *   1 a-o A-O    2 p-z P-Z    4 @    8 *    16 # $ % + - .    32 _    64 ~    128 digits
 */
__attribute__((target("avx2"))) static inline __m256i bnc_groups_avx2(__m256i raw)
{
    const __m256i by_low = _mm256_broadcastsi128_si256(
        _mm_setr_epi8((char)0x86, (char)0x83, (char)0x83, (char)0x93, (char)0x93, (char)0x93,
                      (char)0x83, (char)0x83, (char)0x83, (char)0x83, 0x0b, 0x11, 0x01, 0x11, 0x51,
                      0x21));
    const __m256i by_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        0, 0, 0x18, (char)0x80, 0x05, 0x22, 0x01, 0x42, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i nibble = _mm256_set1_epi8(0x0f);

    return _mm256_and_si256(
        _mm256_shuffle_epi8(by_low, _mm256_and_si256(raw, nibble)),
        _mm256_shuffle_epi8(by_high, _mm256_and_si256(_mm256_srli_epi16(raw, 4), nibble)));
}

/* A bit for each byte that is in one of the groups. */
__attribute__((target("avx2"))) static inline uint32_t bnc_in_avx2(__m256i groups, int which)
{
    const __m256i v = _mm256_and_si256(groups, _mm256_set1_epi8((char)which));

    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_setzero_si256()));
}

__attribute__((target("avx2"))) static inline struct bnc_glance bnc_half_avx2(const char *at,
                                                                              char *low)
{
    const __m256i raw = _mm256_loadu_si256((const __m256i *)(const void *)at);
    const __m256i groups = bnc_groups_avx2(raw);
    const __m256i from_a = _mm256_sub_epi8(raw, _mm256_set1_epi8('A' + 128 - 256));
    const __m256i upper =
        _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(26 - 128)), from_a); /* A-Z, by wrapping round */
    const uint64_t high = (uint32_t)_mm256_movemask_epi8(raw);

    _mm256_storeu_si256((__m256i *)(void *)low,
                        _mm256_or_si256(raw, _mm256_and_si256(upper, _mm256_set1_epi8(0x20))));
    return (struct bnc_glance){
        .token = bnc_in_avx2(groups, 0xff) | high,
        .core = bnc_in_avx2(groups, 0x8f) | high,
        .digit = (uint32_t)_mm256_movemask_epi8(groups),
        .dot = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(raw, _mm256_set1_epi8('.'))),
        .mark = bnc_in_avx2(groups, 0x0c),
    };
}

__attribute__((target("avx2"))) static inline struct bnc_glance bnc_glance_avx2(const char *at,
                                                                                char *low)
{
    const struct bnc_glance a = bnc_half_avx2(at, low), z = bnc_half_avx2(at + 32, low + 32);

    return (struct bnc_glance){
        a.token | z.token << 32, a.core | z.core << 32, a.digit | z.digit << 32,
        a.dot | z.dot << 32,     a.mark | z.mark << 32,
    };
}

#define BNC_TARGET_GLANCE_AVX512                                                                   \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,bmi,bmi2")))

BNC_TARGET_GLANCE_AVX512 static inline uint64_t bnc_has_avx512(__m512i class, int bits)
{
    return _mm512_test_epi8_mask(class, _mm512_set1_epi8((char)bits));
}

BNC_TARGET_GLANCE_AVX512 static inline struct bnc_glance bnc_glance_avx512(const char *at,
                                                                           char *low)
{
    const __m512i raw = _mm512_loadu_si512(at);
    const uint64_t high = _mm512_movepi8_mask(raw);
    const __m512i class =
        _mm512_maskz_permutex2var_epi8(~high, _mm512_loadu_si512(bnc_byte_class), raw,
                                       _mm512_loadu_si512(bnc_byte_class + 64));
    const __mmask64 upper = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(raw, _mm512_set1_epi8('A')),
                                                   _mm512_set1_epi8(26));

    _mm512_storeu_si512(low, _mm512_mask_add_epi8(raw, upper, raw, _mm512_set1_epi8(0x20)));
    return (struct bnc_glance){
        .token = bnc_has_avx512(class, BNC_BYTE_TOKEN) | high,
        .core = bnc_has_avx512(class, BNC_BYTE_ALNUM | BNC_BYTE_MARK) | high,
        .digit = bnc_has_avx512(class, BNC_BYTE_DIGIT),
        .dot = bnc_has_avx512(class, BNC_BYTE_DOT),
        .mark = bnc_has_avx512(class, BNC_BYTE_MARK),
    };
}
#endif

#endif
