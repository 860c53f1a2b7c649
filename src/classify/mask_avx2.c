/* SPDX-License-Identifier: MIT
 * mask_avx2.c - the scan kernel with AVX2: 64 bytes a step.
 *
 * Letters and digits are two compares each; the rest of the alphabet of token.h comes from two 16-entry look-ups, by
 * low and by high nibble, whose AND leaves one bit per group:
 *   1 # $ % + - .    2 @    4 _    8 ~    16 *    32 < and backslash    64 DEL    128 control bytes
 */
#include "classify/mask_scan.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))

struct half {
    uint32_t token, alnum, hot, dot, blank;
};

TARGET static inline __m256i between(__m256i v, char first, char last)
{
    return _mm256_and_si256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8((char)(first - 1))),
                            _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(last + 1)), v));
}

/* A bit for each byte of v that has any bit of m. */
TARGET static inline uint32_t any_of(__m256i v, int m)
{
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_and_si256(v, _mm256_set1_epi8((char)m)), _mm256_setzero_si256()));
}

TARGET static inline struct half half_read(const char *p, char *low)
{
    const __m256i by_low = _mm256_broadcastsi128_si256(_mm_setr_epi8((char)0x82, (char)0x80, (char)0x80, (char)0x81, (char)0x81, (char)0x81,
        (char)0x80, (char)0x80, (char)0x80, (char)0x80, (char)0x90, (char)0x81, (char)0xa0, (char)0x81, (char)0x89, (char)0xc4));
    const __m256i by_high = _mm256_broadcastsi128_si256(_mm_setr_epi8((char)0x80, (char)0x80, 0x11, 0x20, 0x02, 0x24, 0, 0x48, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i nibble = _mm256_set1_epi8(0x0f);
    const __m256i raw = _mm256_loadu_si256((const __m256i *)(const void *)p);
    const __m256i v = _mm256_or_si256(raw, _mm256_and_si256(between(raw, 'A', 'Z'), _mm256_set1_epi8(0x20)));
    const __m256i digit = between(v, '0', '9');
    const __m256i group = _mm256_and_si256(_mm256_shuffle_epi8(by_low, _mm256_and_si256(v, nibble)),
                                           _mm256_shuffle_epi8(by_high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble)));
    const uint32_t high = (uint32_t)_mm256_movemask_epi8(v), digits = (uint32_t)_mm256_movemask_epi8(digit);
    struct half h;

    _mm256_storeu_si256((__m256i *)(void *)low, v);
    h.alnum = high | digits | (uint32_t)_mm256_movemask_epi8(between(v, 'a', 'z'));
    h.token = h.alnum | any_of(group, 0x1f);
    h.hot = digits | any_of(group, 0xf2);
    h.dot = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('.')));
    h.blank = any_of(group, 0xc0) | (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(' ')));
    return h;
}

TARGET static inline void block_read(const char *p, char *low, struct bnc_mask_block *b)
{
    const struct half a = half_read(p, low), z = half_read(p + 32, low + 32);

    b->token = a.token | (uint64_t)z.token << 32;
    b->alnum = a.alnum | (uint64_t)z.alnum << 32;
    b->hot = a.hot | (uint64_t)z.hot << 32;
    b->dot = a.dot | (uint64_t)z.dot << 32;
    b->blank = a.blank | (uint64_t)z.blank << 32;
}

TARGET void bnc_mask_scan_avx2(const char *text, size_t len, char *low, uint64_t *token, uint64_t *hot)
{
    struct bnc_mask_carry carry = { .blank = 1 };
    struct bnc_mask_block b;
    size_t at;

    for (at = 0; at + 64 <= len; at += 64) {
        block_read(text + at, low + at, &b);
        bnc_mask_finish(&carry, &b, at / 64, token, hot);
    }
    if (at < len) {
        char tail[64] = { 0 };

        memcpy(tail, text + at, len - at);
        block_read(tail, low + at, &b);
        bnc_mask_finish(&carry, &b, at / 64, token, hot);
    }
    bnc_mask_cut(len, token, hot);
}
#endif
