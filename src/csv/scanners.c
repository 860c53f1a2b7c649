/* SPDX-License-Identifier: MIT
 * scanners.c - which kernel.
 */
#include "csv/scan.h"
#include "util/cpu.h"

static const struct bnc_scanner scanners[] = {      /* best first */
#if defined(__x86_64__)
    { "avx512", BNC_CPU_AVX512, bnc_scan_avx512 },
    { "avx2", BNC_CPU_AVX2, bnc_scan_avx2 },
#elif defined(__aarch64__)
    { "neon", BNC_CPU_NEON, bnc_scan_neon },
#endif
    { "generic", 0, bnc_scan_generic },
};

const struct bnc_scanner *bnc_scanner_pick(uint32_t cpu)
{
    const struct bnc_scanner *s = scanners;

    while ((s->needs & cpu) != s->needs)
        s++;                             /* ends: "generic" needs nothing */
    return s;
}

const char *bnc_scan_kernel_name(uint32_t cpu)
{
    return bnc_scanner_pick(cpu)->name;
}
