/* SPDX-License-Identifier: MIT
 * scan.c - which kernel, and room for its index.
 */
#include "csv/scan.h"

#include <stdlib.h>

#include "util/cpu.h"

/* A kernel writes up to 64 entries ahead of what it keeps, and one row closes the last. */
_Static_assert(BNC_BEHIND_ENDS <= 64, "who reads a row of a batch looks so far behind it");
#define SLACK 80

static const struct bnc_scanner scanners[] = {      /* best first */
#if defined(__x86_64__)
    { "avx512", BNC_CPU_AVX512, bnc_scan_avx512 },
    { "avx2", BNC_CPU_AVX2, bnc_scan_avx2 },
#elif defined(__aarch64__)
    { "neon", BNC_CPU_NEON, bnc_scan_neon },
#endif
    { "generic", 0, bnc_scan_generic },
};

static void *grow(void *p, size_t *cap, size_t need, size_t size)
{
    const size_t n = need + need / 2;
    void *q = realloc(p, n * size);

    if (q != NULL)
        *cap = n;
    return q;
}

bool bnc_scan_reserve(struct bnc_scan *s, size_t n_bytes)
{
    const size_t need_end = s->n_end + n_bytes + SLACK;
    const size_t need_row = s->n_row + n_bytes / 2 + SLACK;   /* the least row is "a\n" */
    void *p;

    if (need_end > s->cap_end) {
        p = grow(s->end, &s->cap_end, need_end, sizeof *s->end);
        if (p == NULL)
            return s->nomem = true, false;
        s->end = p;
    }
    if (need_row > s->cap_row) {
        p = grow(s->row, &s->cap_row, need_row, sizeof *s->row);
        if (p == NULL)
            return s->nomem = true, false;
        s->row = p;
    }
    return true;
}

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
