/* SPDX-License-Identifier: MIT
 * scan_generic.c - the kernel in plain C: eight bytes a word, eight words a block.
 */
#include "csv/scan.h"
#include "csv/scan_lanes.h"
#include "util/hash.h"

#define KERNEL bnc_scan_generic
#define KERNEL_TARGET

#define ONES UINT64_C(0x0101010101010101)
#define LOW_BITS (ONES * 0x7f)

struct kernel_keys {
    uint64_t quote, delim;               /* the byte, eight times */
    uint64_t with_quote;                 /* 0 where the dialect has none */
};

static inline struct kernel_keys kernel_keys(const struct bnc_dialect *d)
{
    return (struct kernel_keys){
        .quote = ONES * (unsigned char)d->quote,
        .delim = ONES * (unsigned char)d->delim,
        .with_quote = d->quote == 0 ? 0 : ~UINT64_C(0),
    };
}

struct kernel_nul {
    uint64_t seen;
};

static inline struct kernel_nul kernel_nul_none(void)
{
    return (struct kernel_nul){ 0 };
}

static inline bool kernel_nul_seen(const struct kernel_nul *nul)
{
    return nul->seen != 0;
}

/* A bit for each zero byte of 'v'.  Exact: no carry runs from one byte to the next. */
static inline uint64_t zero_bytes(uint64_t v)
{
    const uint64_t high = ~(((v & LOW_BITS) + LOW_BITS) | v | LOW_BITS);

    return (high >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline struct bnc_masks kernel_masks(const char *p, struct kernel_keys keys,
                                            struct kernel_nul *nul)
{
    struct bnc_masks m = { 0 };

    for (unsigned i = 0; i < 64; i += 8) {
        const uint64_t v = bnc_load64(p + i);

        m.quote |= zero_bytes(v ^ keys.quote) << i;
        m.delim |= zero_bytes(v ^ keys.delim) << i;
        m.line_end |= (zero_bytes(v ^ ONES * '\n') | zero_bytes(v ^ ONES * '\r')) << i;
        nul->seen |= (v - ONES) & ~v & ONES << 7;
    }
    m.quote &= keys.with_quote;
    return m;
}

static inline uint32_t *kernel_put(uint32_t *out, uint64_t bits, kernel_place place)
{
    for (; bits != 0; bits &= bits - 1)
        *out++ = place + (uint32_t)__builtin_ctzll(bits);
    return out;
}

#include "csv/scan_block.h"
