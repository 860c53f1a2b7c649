/* SPDX-License-Identifier: MIT
 * scan_neon.c - the kernel for AArch64: four registers a block, and pairwise adds in place of a
 * movemask.
 */
#if defined(__aarch64__)
#include "csv/scan.h"
#include "csv/scan_lanes.h"

#include <arm_neon.h>

#define KERNEL bnc_scan_neon
#define KERNEL_TARGET

struct kernel_keys {
    uint8x16_t quote, delim;
    uint64_t with_quote;                 /* 0 where the dialect has none */
};

static inline struct kernel_keys kernel_keys(const struct bnc_dialect *d)
{
    return (struct kernel_keys){
        .quote = vdupq_n_u8((uint8_t)d->quote),
        .delim = vdupq_n_u8((uint8_t)d->delim),
        .with_quote = d->quote == 0 ? 0 : ~UINT64_C(0),
    };
}

struct kernel_nul {
    uint8x16_t least;                    /* of the bytes seen, lane by lane */
};

static inline struct kernel_nul kernel_nul_none(void)
{
    return (struct kernel_nul){ vdupq_n_u8(0xff) };
}

static inline bool kernel_nul_seen(const struct kernel_nul *nul)
{
    return vminvq_u8(nul->least) == 0;
}

/*
 * Each byte of a..d is 0 or 0xff: keep one bit of each, at its place among eight, then add
 * neighbours three times.
 */
static inline uint64_t bits_of(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    const uint8x16_t bit = vreinterpretq_u8_u64(vdupq_n_u64(UINT64_C(0x8040201008040201)));
    const uint8x16_t ab = vpaddq_u8(vandq_u8(a, bit), vandq_u8(b, bit));
    const uint8x16_t cd = vpaddq_u8(vandq_u8(c, bit), vandq_u8(d, bit));
    const uint8x16_t abcd = vpaddq_u8(ab, cd);

    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(abcd, abcd)), 0);
}

static inline uint64_t equal_bits(const uint8x16_t v[4], uint8x16_t key)
{
    return bits_of(vceqq_u8(v[0], key), vceqq_u8(v[1], key), vceqq_u8(v[2], key),
                   vceqq_u8(v[3], key));
}

static inline struct bnc_masks kernel_masks(const char *p, struct kernel_keys keys,
                                            struct kernel_nul *nul)
{
    const uint8_t *u = (const uint8_t *)p;
    const uint8x16_t v[4] = { vld1q_u8(u), vld1q_u8(u + 16), vld1q_u8(u + 32), vld1q_u8(u + 48) };

    nul->least = vminq_u8(nul->least, vminq_u8(vminq_u8(v[0], v[1]), vminq_u8(v[2], v[3])));
    return (struct bnc_masks){
        .quote = equal_bits(v, keys.quote) & keys.with_quote,
        .delim = equal_bits(v, keys.delim),
        .line_end = equal_bits(v, vdupq_n_u8('\n')) | equal_bits(v, vdupq_n_u8('\r')),
    };
}

static inline uint32_t *kernel_put(uint32_t *out, uint64_t bits, kernel_place place)
{
    uint32_t *const behind = out + __builtin_popcountll(bits);

    while (bits != 0) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            out[i] = place + (bits == 0 ? 0 : (uint32_t)__builtin_ctzll(bits));
            bits &= bits - 1;
        }
        out += 4;
    }
    return behind;
}

#include "csv/scan_block.h"
#endif
