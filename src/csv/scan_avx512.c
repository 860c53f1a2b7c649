/* SPDX-License-Identifier: MIT
 * scan_avx512.c - the kernel for x86-64 with AVX-512 BW and VBMI2: one register a block, and
 * VPCOMPRESSB writes positions.
 */
#if defined(__x86_64__)
#include "csv/scan.h"

#include <immintrin.h>

#define KERNEL bnc_scan_avx512
#define KERNEL_LANES 8
#define KERNEL_TARGET                                                                              \
    __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul,"                                           \
                          "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")))

struct kernel_keys {
    __m512i quote, delim, lf, cr;
    uint64_t with_quote;                 /* 0 where the dialect has none */
};

static inline KERNEL_TARGET struct kernel_keys kernel_keys(const struct bnc_dialect *d)
{
    return (struct kernel_keys){
        .quote = _mm512_set1_epi8(d->quote),
        .delim = _mm512_set1_epi8(d->delim),
        .lf = _mm512_set1_epi8('\n'),
        .cr = _mm512_set1_epi8('\r'),
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

static inline KERNEL_TARGET struct bnc_masks kernel_masks(const char *p, struct kernel_keys keys,
                                                          struct kernel_nul *nul)
{
    const __m512i v = _mm512_loadu_si512(p);

    nul->least = _mm512_min_epu8(nul->least, v);
    return (struct bnc_masks){
        .quote = _mm512_cmpeq_epi8_mask(v, keys.quote) & keys.with_quote,
        .delim = _mm512_cmpeq_epi8_mask(v, keys.delim),
        .line_end = _kor_mask64(_mm512_cmpeq_epi8_mask(v, keys.lf),
                                 _mm512_cmpeq_epi8_mask(v, keys.cr)),
    };
}

static inline KERNEL_TARGET uint64_t kernel_prefix_xor(uint64_t bits)
{
    const __m128i all = _mm_set1_epi8(-1);

    return (uint64_t)_mm_cvtsi128_si64(
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)bits), all, 0));
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
static inline KERNEL_TARGET uint32_t *kernel_put(uint32_t *out, uint64_t bits, uint32_t base)
{
    const __m512i count = _mm512_set_epi64(
        0x3f3e3d3c3b3a3938, 0x3736353433323130, 0x2f2e2d2c2b2a2928, 0x2726252423222120,
        0x1f1e1d1c1b1a1918, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100);
    const __m512i at = _mm512_mask_compress_epi8(count, bits, count);
    const __m512i from = _mm512_set1_epi32((int)base);
    const unsigned n = (unsigned)__builtin_popcountll(bits);

    put_16(out, from, _mm512_castsi512_si128(at));
    if (n > 16) {
        put_16(out + 16, from, _mm512_extracti32x4_epi32(at, 1));
        put_16(out + 32, from, _mm512_extracti32x4_epi32(at, 2));
        put_16(out + 48, from, _mm512_extracti32x4_epi32(at, 3));
    }
    return out + n;
}

#include "csv/scan_block.h"
#endif
