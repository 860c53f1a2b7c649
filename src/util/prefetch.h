/* SPDX-License-Identifier: MIT
 * prefetch.h - functions that only ask for memory ahead.
 */
#ifndef BNC_UTIL_PREFETCH_H
#define BNC_UTIL_PREFETCH_H

/*
 * How such a function is declared. A prefetch is no effect to gcc (12.2): it takes a function of
 * nothing else for pure and drops the calls, unless it was inlined before it looked.
 */
#define BNC_PREFETCHER static inline __attribute__((always_inline)) void

#endif
