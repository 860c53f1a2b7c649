/* SPDX-License-Identifier: MIT */
#include "util/cpu.h"

#include <stdlib.h>
#include <string.h>

static uint32_t machine(void)
{
    uint32_t cpu = 0;

#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"))
        cpu |= BNC_CPU_AVX2;
    if ((cpu & BNC_CPU_AVX2) != 0 && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
        __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("vpclmulqdq"))
        cpu |= BNC_CPU_AVX512;
#elif defined(__aarch64__)
    cpu |= BNC_CPU_NEON;
#endif
    return cpu;
}

uint32_t bnc_cpu_detect(void)
{
    const char *off = getenv("BNC_DISABLE_CPU");
    uint32_t cpu = machine();

    if (off == NULL)
        return cpu;
    if (strstr(off, "all") != NULL)
        return 0;
    if (strstr(off, "avx512") != NULL)
        cpu &= ~(uint32_t)BNC_CPU_AVX512;
    if (strstr(off, "avx2") != NULL)
        cpu &= ~(uint32_t)(BNC_CPU_AVX2 | BNC_CPU_AVX512);
    if (strstr(off, "neon") != NULL)
        cpu &= ~(uint32_t)BNC_CPU_NEON;
    return cpu;
}
