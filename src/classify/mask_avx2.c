/* SPDX-License-Identifier: MIT
 * mask_avx2.c - the scan kernel with AVX2: 64 bytes a step.
 *
 * Letters and digits are two compares each; the rest of the alphabet of token.h comes from two
 * 16-entry look-ups, by low and by high nibble, whose AND leaves one bit per group:
 *   1 # $ % + - .    2 @    4 _    8 ~    16 *    32 < and backslash    64 DEL    128 control bytes
 */
#include "classify/mask_scan.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2")))

struct half {
    uint32_t plain, mark, digit, alpha, odd, dot, space, upper;
};

TARGET static inline __m256i between(__m256i v, char first, char last)
{
    return _mm256_and_si256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8((char)(first - 1))),
                            _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(last + 1)), v));
}

/* A bit for each byte of v that has no bit of m. */
TARGET static inline uint32_t none_of(__m256i v, int m)
{
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_and_si256(v, _mm256_set1_epi8((char)m)), _mm256_setzero_si256()));
}

TARGET static inline uint32_t equal_to(__m256i v, char c)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

TARGET static inline __attribute__((always_inline)) struct half half_read(const char *p, char *low)
{
    const __m256i by_low = _mm256_broadcastsi128_si256(
        _mm_setr_epi8((char)0x82, (char)0x80, (char)0x80, (char)0x81, (char)0x81, (char)0x81,
                      (char)0x80, (char)0x80, (char)0x80, (char)0x80, (char)0x90, (char)0x81,
                      (char)0xa0, (char)0x81, (char)0x89, (char)0xc4));
    const __m256i by_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        (char)0x80, (char)0x80, 0x11, 0x20, 0x02, 0x24, 0, 0x48, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i nibble = _mm256_set1_epi8(0x0f);
    const __m256i raw = _mm256_loadu_si256((const __m256i *)(const void *)p);
    const __m256i upper = between(raw, 'A', 'Z');
    const __m256i v = _mm256_or_si256(raw, _mm256_and_si256(upper, _mm256_set1_epi8(0x20)));
    const __m256i group = _mm256_and_si256(
        _mm256_shuffle_epi8(by_low, _mm256_and_si256(v, nibble)),
        _mm256_shuffle_epi8(by_high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble)));
    struct half h;

    _mm256_storeu_si256((__m256i *)(void *)low, v);
    h.upper = (uint32_t)_mm256_movemask_epi8(upper);
    h.digit = (uint32_t)_mm256_movemask_epi8(between(v, '0', '9'));
    /* bytes from 0x80 on are negative: they are less than 'a', and their own movemask */
    h.alpha = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(v, between(v, 'a', 'z')));
    h.plain = none_of(group, 0x1f);
    h.mark = none_of(group, 0x12);
    h.odd = none_of(group, 0xe0);
    h.dot = equal_to(v, '.');
    h.space = equal_to(v, ' ');
    return h;
}

static inline uint64_t join(uint32_t a, uint32_t z)
{
    return a | (uint64_t)z << 32;
}

TARGET static inline __attribute__((always_inline)) void block_read(const char *p, char *low,
                                                                    struct bnc_mask_block *b)
{
    const struct half a = half_read(p, low), z = half_read(p + 32, low + 32);

    b->digit = join(a.digit, z.digit);
    b->alnum = join(a.alpha, z.alpha) | b->digit;
    b->token = b->alnum | ~join(a.plain, z.plain);
    b->mark = ~join(a.mark, z.mark);
    b->odd = ~join(a.odd, z.odd);
    b->dot = join(a.dot, z.dot);
    b->space = join(a.space, z.space);
    b->upper = join(a.upper, z.upper);
}

TARGET void bnc_mask_scan_avx2(const char *text, size_t len, char *low, struct bnc_mask_bits *bits)
{
    struct bnc_mask_carry carry = { .space = 1 };
    struct bnc_mask_block b;
    size_t at;

    for (at = 0; at + 64 <= len; at += 64) {
        block_read(text + at, low + at, &b);
        bnc_mask_finish(&carry, &b, at / 64, bits);
    }
    if (at < len && at > 0) { /* the last 64 bytes once more, without those seen */
        block_read(text + len - 64, low + len - 64, &b);
        bnc_mask_drop(&b, (unsigned)(64 - (len - at)));
        bnc_mask_finish(&carry, &b, at / 64, bits);
    } else if (at < len) {
        char tail[64] = { 0 };

        memcpy(tail, text, len);
        block_read(tail, low, &b);
        bnc_mask_finish(&carry, &b, 0, bits);
    }
    bnc_mask_cut(len, bits);
}
#endif
