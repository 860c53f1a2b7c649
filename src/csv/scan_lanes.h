/* SPDX-License-Identifier: MIT
 * scan_lanes.h - registers of two masks, for the kernels that have no larger ones.
 */
#ifndef BNC_CSV_SCAN_LANES_H
#define BNC_CSV_SCAN_LANES_H

#include <stdint.h>

typedef uint64_t kernel_lanes __attribute__((vector_size(16), aligned(8), may_alias));
typedef uint32_t kernel_place;

static inline kernel_lanes kernel_prefix_xor(kernel_lanes v)
{
#pragma GCC unroll 6
    for (unsigned shift = 1; shift < 64; shift *= 2)
        v ^= v << shift;
    return v;
}

static inline unsigned kernel_signs(kernel_lanes v)
{
    return (unsigned)(v[0] >> 63 | v[1] >> 63 << 1);
}

static inline unsigned kernel_nonzero(kernel_lanes v)
{
    return (v[0] != 0) | (unsigned)(v[1] != 0) << 1;
}

static inline kernel_lanes kernel_inverted(kernel_lanes v, unsigned bits)
{
    return v ^ (kernel_lanes){ -(uint64_t)(bits & 1), -(uint64_t)(bits >> 1 & 1) };
}

static inline kernel_lanes kernel_behind(kernel_lanes v, kernel_lanes before)
{
    return v << 1 | (kernel_lanes){ before[1], v[0] } >> 63;
}

#endif
