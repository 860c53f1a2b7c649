/* SPDX-License-Identifier: MIT
 * glance.h - the next 64 bytes of a text seen at once: their classes (token.h) as bitmaps; and the
 * comparing of bytes.  For who looks at a few places of a text and needs no scan of all of it.
 */
#ifndef BNC_CLASSIFY_GLANCE_H
#define BNC_CLASSIFY_GLANCE_H

#include "classify/token.h"

struct bnc_glance { /* a bit for each byte */
    uint64_t token, core, digit, dot, mark; /* as in bnc_mask_bits */
};

/*
 * A glance at the token that begins at byte 'at' of the text: all bits up to its end or 64 bytes
 * are right, and where it ends 'token' has a zero.
 */
typedef struct bnc_glance bnc_glance_fn(struct bnc_span text, size_t at);

/* Equality of 'len' bytes. */
typedef bool bnc_same_fn(const char *a, const char *b, size_t len);

static inline struct bnc_glance bnc_glance_generic(struct bnc_span text, size_t at)
{
    struct bnc_glance g = { 0 };

    for (unsigned i = 0; i < 64 && at + i < text.len; i++) {
        const uint64_t c = bnc_byte_class[(unsigned char)text.at[at + i]];

        if ((c & BNC_BYTE_TOKEN) == 0)
            break;
        g.token |= UINT64_C(1) << i;
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

__attribute__((target("avx2"))) static inline struct bnc_glance bnc_half_avx2(const char *at)
{
    const __m256i raw = _mm256_loadu_si256((const __m256i *)(const void *)at);
    const __m256i groups = bnc_groups_avx2(raw);
    const uint64_t high = (uint32_t)_mm256_movemask_epi8(raw);

    return (struct bnc_glance){
        .token = bnc_in_avx2(groups, 0xff) | high,
        .core = bnc_in_avx2(groups, 0x8f) | high,
        .digit = (uint32_t)_mm256_movemask_epi8(groups),
        .dot = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(raw, _mm256_set1_epi8('.'))),
        .mark = bnc_in_avx2(groups, 0x0c),
    };
}

static inline struct bnc_glance bnc_glance_shift(struct bnc_glance a, unsigned n)
{
    return (struct bnc_glance){ a.token >> n, a.core >> n, a.digit >> n, a.dot >> n, a.mark >> n };
}

static inline struct bnc_glance bnc_glance_join(struct bnc_glance a, struct bnc_glance z)
{
    return (struct bnc_glance){
        a.token | z.token << 32, a.core | z.core << 32, a.digit | z.digit << 32,
        a.dot | z.dot << 32,     a.mark | z.mark << 32,
    };
}

/* Up to 32 bytes; near the end of a text it is read from further in front. */
__attribute__((target("avx2"))) static inline struct bnc_glance bnc_brief_avx2(struct bnc_span text,
                                                                               size_t at)
{
    const size_t left = text.len - at;
    char brief[32] = { 0 };

    if (left >= 32)
        return bnc_half_avx2(text.at + at);
    if (text.len >= 32)
        return bnc_glance_shift(bnc_half_avx2(text.at + text.len - 32), 32 - (unsigned)left);
    memcpy(brief, text.at + at, left);
    return bnc_half_avx2(brief);
}

/* Most tokens end within 32 bytes. */
__attribute__((target("avx2"))) static inline struct bnc_glance
bnc_glance_avx2(struct bnc_span text, size_t at)
{
    const struct bnc_glance g = bnc_brief_avx2(text, at);

    if (g.token != UINT32_MAX || at + 32 == text.len)
        return g;
    return bnc_glance_join(g, bnc_brief_avx2(text, at + 32));
}

__attribute__((target("avx2"))) static inline bool bnc_same_32(const char *a, const char *b)
{
    const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)a);
    const __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)b);

    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(x, y)) == -1;
}

__attribute__((target("avx2"))) static inline bool bnc_same_avx2(const char *a, const char *b,
                                                                 size_t len)
{
    size_t i = 0;

    if (len < 32)
        return bnc_same_bytes(a, b, len);
    for (; i + 32 < len; i += 32)
        if (!bnc_same_32(a + i, b + i))
            return false;
    return bnc_same_32(a + len - 32, b + len - 32);
}
#endif

#endif
