/* SPDX-License-Identifier: MIT */
#include "util/big.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Sanitizers watch what malloc() hands out, so there all comes from it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FROM_SYSTEM 0
#else
#define FROM_SYSTEM 1
#endif

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Maps more than is needed and gives back what is beside a stretch that is aligned. */
static void *map_huge(size_t bytes)
{
    const size_t want = round_up(bytes, page_bytes()), len = want + BNC_HUGE_BYTES;
    char *at, *start;

    if (len < bytes)
        return NULL;
    at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    start = at + (round_up((uintptr_t)at, BNC_HUGE_BYTES) - (uintptr_t)at);
    if (start > at)
        munmap(at, (size_t)(start - at));
    if (at + len > start + want)
        munmap(start + want, (size_t)(at + len - start) - want);
#ifdef MADV_HUGEPAGE
    madvise(start, want, MADV_HUGEPAGE); /* a wish: without it all works, slower */
#endif
    memset(start + want / BNC_HUGE_BYTES * BNC_HUGE_BYTES, 0, want % BNC_HUGE_BYTES);
    return start;
}

void bnc_big_forget(void *at, size_t bytes)
{
#ifdef MADV_DONTNEED
    const size_t page = page_bytes();
    const uintptr_t start = round_up((uintptr_t)at, page);
    const uintptr_t end = ((uintptr_t)at + bytes) / page * page;

    if (FROM_SYSTEM && start < end)
        madvise((char *)at + (start - (uintptr_t)at), end - start, MADV_DONTNEED);
#else
    (void)at;
    (void)bytes;
#endif
}

void bnc_big_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void *bnc_huge_malloc(size_t bytes)
{
    if (!FROM_SYSTEM || bytes < BNC_HUGE_BYTES || bytes > SIZE_MAX - BNC_HUGE_BYTES)
        return malloc(bytes);
    return bnc_huge(aligned_alloc(BNC_HUGE_BYTES, round_up(bytes, BNC_HUGE_BYTES)), bytes);
}

void *bnc_huge(void *at, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    if (FROM_SYSTEM && at != NULL && bytes >= BNC_HUGE_BYTES) {
        const uintptr_t start = round_up((uintptr_t)at, BNC_HUGE_BYTES);
        const uintptr_t end = ((uintptr_t)at + bytes) / BNC_HUGE_BYTES * BNC_HUGE_BYTES;

        if (start < end)
            madvise((char *)at + (start - (uintptr_t)at), end - start, MADV_HUGEPAGE);
    }
#endif
    return at;
}

void *bnc_big_alloc(size_t bytes)
{
    void *at;

    if (bytes > SIZE_MAX - BNC_HUGE_BYTES)
        return NULL;
    if (FROM_SYSTEM && bytes >= BNC_HUGE_BYTES)
        return map_huge(bytes);
    at = aligned_alloc(64, round_up(bytes, 64));
    if (at != NULL)
        memset(at, 0, bytes);
    return at;
}

void bnc_big_free(void *at, size_t bytes)
{
    if (at == NULL)
        return;
    if (FROM_SYSTEM && bytes >= BNC_HUGE_BYTES)
        munmap(at, round_up(bytes, page_bytes()));
    else
        free(at);
}
