/* SPDX-License-Identifier: MIT
 * cpu.h - which instruction sets may be used; asked once, before threads start.
 */
#ifndef BNC_UTIL_CPU_H
#define BNC_UTIL_CPU_H

#include <stdint.h>

enum {
    BNC_CPU_AVX2 = 1, /* AVX2, BMI1, BMI2, POPCNT */
    BNC_CPU_AVX512 = 2, /* the above, AVX-512 F, BW, DQ, VL, VBMI, VBMI2, VPCLMULQDQ */
    BNC_CPU_NEON = 4
};

/*
 * What the machine has, less what the environment variable BNC_DISABLE_CPU names ("avx512",
 * "avx2,avx512", "all").
 */
uint32_t bnc_cpu_detect(void);

/* Tells the core that this thread spins. */
static inline void bnc_cpu_relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
