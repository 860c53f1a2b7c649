/* SPDX-License-Identifier: MIT
 * scan_avx2.c - the kernel for x86-64 with AVX2 and BMI: two registers a block.
 */
#if defined(__x86_64__)
#include "csv/scan.h"

#include <immintrin.h>

#define KERNEL bnc_scan_avx2
#define KERNEL_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))

typedef uint64_t kernel_lanes __attribute__((vector_size(32), aligned(8), may_alias));
typedef uint32_t kernel_place;

struct kernel_keys {
    __m256i quote, delim;
    uint64_t with_quote;                 /* 0 where the dialect has none */
};

static inline KERNEL_TARGET struct kernel_keys kernel_keys(const struct bnc_dialect *d)
{
    return (struct kernel_keys){
        .quote = _mm256_set1_epi8(d->quote),
        .delim = _mm256_set1_epi8(d->delim),
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

/*
 * A byte is a line end if it is what stands here for its lower half: one comparison for two
 * characters.  What stands for others has another lower half.
 */
static inline KERNEL_TARGET __m256i is_line_end(__m256i v)
{
    const __m256i by_nibble = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, '\n', 12, 13, '\r', 15, 0));

    return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(by_nibble, v), v);
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
        .line_end = bits_of(is_line_end(lo), is_line_end(hi)),
    };
}

static inline KERNEL_TARGET kernel_lanes kernel_prefix_xor(kernel_lanes bits)
{
#pragma GCC unroll 6
    for (unsigned shift = 1; shift < 64; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

static inline KERNEL_TARGET unsigned kernel_signs(kernel_lanes v)
{
    return (unsigned)_mm256_movemask_pd((__m256d)v);
}

static inline KERNEL_TARGET unsigned kernel_nonzero(kernel_lanes v)
{
    return 15 ^ kernel_signs((kernel_lanes)(v == 0));
}

static inline KERNEL_TARGET kernel_lanes kernel_inverted(kernel_lanes v, unsigned bits)
{
    const kernel_lanes bit = { 1, 2, 4, 8 };

    return v ^ (kernel_lanes)((bit & bits) == bit);
}

static inline KERNEL_TARGET kernel_lanes kernel_behind(kernel_lanes v, kernel_lanes before)
{
    const __m256i between = _mm256_permute2x128_si256((__m256i)before, (__m256i)v, 0x21);

    return v << 1 | (kernel_lanes)_mm256_alignr_epi8((__m256i)v, between, 8) >> 63;
}

/*
 * Six at once, most of them in vain: a branch for each entry, or one that hardly ever goes the same
 * way twice, costs more than what is written too much.
 */
static inline KERNEL_TARGET uint32_t *kernel_put(uint32_t *out, uint64_t bits, kernel_place place)
{
    uint32_t *const behind = out + __builtin_popcountll(bits);

#pragma GCC unroll 6
    for (int i = 0; i < 6; i++) {
        *out++ = place + (uint32_t)_tzcnt_u64(bits);
        bits = _blsr_u64(bits);
    }
    while (__builtin_expect(bits != 0, 0)) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            *out++ = place + (uint32_t)_tzcnt_u64(bits);
            bits = _blsr_u64(bits);
        }
    }
    return behind;
}

#include "csv/scan_block.h"
#endif
