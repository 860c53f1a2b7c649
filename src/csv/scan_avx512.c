/* SPDX-License-Identifier: MIT
 * scan_avx512.c - the kernel for x86-64 with AVX-512 BW, DQ, VBMI2 and VPCLMULQDQ: one
 * register a block, and VPCOMPRESSB writes positions.
 */
#if defined(__x86_64__)
#include "csv/scan.h"

#include <immintrin.h>

#define KERNEL bnc_scan_avx512
#define KERNEL_TARGET                                                                              \
    __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,"               \
                          "avx512vbmi,avx512vbmi2,vpclmulqdq")))

typedef uint64_t kernel_lanes __attribute__((vector_size(64), aligned(8), may_alias));
typedef uint32_t kernel_place __attribute__((vector_size(64)));

struct kernel_keys {
    __m512i quote, delim;
    uint64_t with_quote;                 /* 0 where the dialect has none */
};

static inline KERNEL_TARGET struct kernel_keys kernel_keys(const struct bnc_dialect *d)
{
    return (struct kernel_keys){
        .quote = _mm512_set1_epi8(d->quote),
        .delim = _mm512_set1_epi8(d->delim),
        .with_quote = d->quote == 0 ? 0 : ~UINT64_C(0),
    };
}

struct kernel_nul {
    __m512i least;                       /* of the bytes seen, lane by lane */
};

static inline KERNEL_TARGET struct kernel_nul kernel_nul_none(void)
{
    return (struct kernel_nul){ _mm512_set1_epi8(-1) };
}

static inline KERNEL_TARGET bool kernel_nul_seen(const struct kernel_nul *nul)
{
    return _mm512_testn_epi8_mask(nul->least, nul->least) != 0;
}

/*
 * A byte is a line end if it is what stands here for its lower half: one comparison for two
 * characters.  What stands for others has another lower half.
 */
static inline KERNEL_TARGET __m512i line_end_by_nibble(void)
{
    return _mm512_broadcast_i32x4(
        _mm_setr_epi8(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, '\n', 12, 13, '\r', 15, 0));
}

static inline KERNEL_TARGET struct bnc_masks kernel_masks(const char *p, struct kernel_keys keys,
                                                          struct kernel_nul *nul)
{
    const __m512i v = _mm512_loadu_si512(p);

    nul->least = _mm512_min_epu8(nul->least, v);
    return (struct bnc_masks){
        .quote = _mm512_cmpeq_epi8_mask(v, keys.quote) & keys.with_quote,
        .delim = _mm512_cmpeq_epi8_mask(v, keys.delim),
        .line_end = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(line_end_by_nibble(), v), v),
    };
}

static inline KERNEL_TARGET kernel_lanes kernel_prefix_xor(kernel_lanes bits)
{
    const __m512i v = (__m512i)bits, all = _mm512_set1_epi8(-1);

    return (kernel_lanes)_mm512_unpacklo_epi64(_mm512_clmulepi64_epi128(v, all, 0x00),
                                               _mm512_clmulepi64_epi128(v, all, 0x01));
}

static inline KERNEL_TARGET unsigned kernel_signs(kernel_lanes v)
{
    return _mm512_movepi64_mask((__m512i)v);
}

static inline KERNEL_TARGET unsigned kernel_nonzero(kernel_lanes v)
{
    return _mm512_test_epi64_mask((__m512i)v, (__m512i)v);
}

static inline KERNEL_TARGET kernel_lanes kernel_inverted(kernel_lanes v, unsigned bits)
{
    return (kernel_lanes)_mm512_mask_xor_epi64((__m512i)v, (__mmask8)bits, (__m512i)v,
                                               _mm512_set1_epi8(-1));
}

static inline KERNEL_TARGET kernel_lanes kernel_behind(kernel_lanes v, kernel_lanes before)
{
    const __m512i in_front = _mm512_alignr_epi64((__m512i)v, (__m512i)before, 7);

    return (kernel_lanes)_mm512_shldi_epi64((__m512i)v, in_front, 1);
}

static inline KERNEL_TARGET void put_8(uint32_t *out, __m512i base, __m128i at)
{
    _mm256_storeu_si256((__m256i *)(void *)out,
                        _mm256_add_epi32(_mm512_castsi512_si256(base), _mm256_cvtepu8_epi32(at)));
}

static inline KERNEL_TARGET void put_16(uint32_t *out, __m512i base, __m128i at)
{
    _mm512_storeu_si512(out, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(at)));
}

/*
 * The positions 0..63 of the set bits, as bytes; sixteen of them widened at a time.  They are
 * compressed into a copy of 'count' rather than into zeros: with zeros Zen 5 waits for the
 * register's old value, and block waits for block (24 -> 20 ns a row).
 */
static inline KERNEL_TARGET uint32_t *kernel_put(uint32_t *out, uint64_t bits, kernel_place place)
{
    const __m512i count = _mm512_set_epi64(
        0x3f3e3d3c3b3a3938, 0x3736353433323130, 0x2f2e2d2c2b2a2928, 0x2726252423222120,
        0x1f1e1d1c1b1a1918, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100);
    const __m512i at = _mm512_mask_compress_epi8(count, bits, count);
    const __m512i from = (__m512i)place;
    const unsigned n = (unsigned)__builtin_popcountll(bits);

    put_8(out, from, _mm512_castsi512_si128(at));
    if (__builtin_expect(n > 8, 0)) {
        put_16(out, from, _mm512_castsi512_si128(at));
        put_16(out + 16, from, _mm512_extracti32x4_epi32(at, 1));
        put_16(out + 32, from, _mm512_extracti32x4_epi32(at, 2));
        put_16(out + 48, from, _mm512_extracti32x4_epi32(at, 3));
    }
    return out + n;
}

#include "csv/scan_block.h"
#endif
