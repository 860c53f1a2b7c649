/* SPDX-License-Identifier: MIT
 * scan_avx2.c - the kernel for x86-64 with AVX2, PCLMULQDQ and BMI: two registers a block.
 */
#if defined(__x86_64__)
#include "csv/scan.h"

#include <immintrin.h>

#define KERNEL bnc_scan_avx2
#define KERNEL_LANES 4
#define KERNEL_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul")))

struct kernel_keys {
    __m256i quote, delim, lf, cr;
    uint64_t with_quote;                 /* 0 where the dialect has none */
};

static inline KERNEL_TARGET struct kernel_keys kernel_keys(const struct bnc_dialect *d)
{
    return (struct kernel_keys){
        .quote = _mm256_set1_epi8(d->quote),
        .delim = _mm256_set1_epi8(d->delim),
        .lf = _mm256_set1_epi8('\n'),
        .cr = _mm256_set1_epi8('\r'),
        .with_quote = d->quote == 0 ? 0 : ~UINT64_C(0),
    };
}

struct kernel_nul {
    __m256i least;                       /* of the bytes seen, lane by lane */
};

static inline KERNEL_TARGET struct kernel_nul kernel_nul_none(void)
{
    return (struct kernel_nul){ _mm256_set1_epi8(-1) };
}

static inline KERNEL_TARGET bool kernel_nul_seen(const struct kernel_nul *nul)
{
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(nul->least, _mm256_setzero_si256())) != 0;
}

static inline KERNEL_TARGET uint64_t bits_of(__m256i lo, __m256i hi)
{
    return (uint32_t)_mm256_movemask_epi8(lo) | (uint64_t)(uint32_t)_mm256_movemask_epi8(hi) << 32;
}

static inline KERNEL_TARGET __m256i is_line_end(__m256i v, struct kernel_keys keys)
{
    return _mm256_or_si256(_mm256_cmpeq_epi8(v, keys.lf), _mm256_cmpeq_epi8(v, keys.cr));
}

static inline KERNEL_TARGET struct bnc_masks kernel_masks(const char *p, struct kernel_keys keys,
                                                          struct kernel_nul *nul)
{
    const __m256i lo = _mm256_loadu_si256((const void *)p);
    const __m256i hi = _mm256_loadu_si256((const void *)(p + 32));

    nul->least = _mm256_min_epu8(nul->least, _mm256_min_epu8(lo, hi));
    return (struct bnc_masks){
        .quote = bits_of(_mm256_cmpeq_epi8(lo, keys.quote), _mm256_cmpeq_epi8(hi, keys.quote)) &
                 keys.with_quote,
        .delim = bits_of(_mm256_cmpeq_epi8(lo, keys.delim), _mm256_cmpeq_epi8(hi, keys.delim)),
        .line_end = bits_of(is_line_end(lo, keys), is_line_end(hi, keys)),
    };
}

static inline KERNEL_TARGET uint64_t kernel_prefix_xor(uint64_t bits)
{
    const __m128i all = _mm_set1_epi8(-1);

    return (uint64_t)_mm_cvtsi128_si64(
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)bits), all, 0));
}

/*
 * Six at once, most of them in vain: a branch for each entry, or one that hardly ever goes the same
 * way twice, costs more than what is written too much.
 */
static inline KERNEL_TARGET uint32_t *kernel_put(uint32_t *out, uint64_t bits, uint32_t base)
{
    uint32_t *const behind = out + __builtin_popcountll(bits);

#pragma GCC unroll 6
    for (int i = 0; i < 6; i++) {
        *out++ = base + (uint32_t)_tzcnt_u64(bits);
        bits = _blsr_u64(bits);
    }
    while (__builtin_expect(bits != 0, 0)) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            *out++ = base + (uint32_t)_tzcnt_u64(bits);
            bits = _blsr_u64(bits);
        }
    }
    return behind;
}

#include "csv/scan_block.h"
#endif
