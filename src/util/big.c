/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* mremap() */
#include "util/big.h"

#include <stdbool.h>
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

#define LEAST_BYTES (BNC_HUGE_BYTES / 4) /* for which a huge page pays */

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

/* ---- huge pages ---- */

static bool is_mapped(size_t bytes)
{
    return FROM_SYSTEM && bytes >= LEAST_BYTES;
}

size_t bnc_big_room(size_t bytes)
{
    return is_mapped(bytes) ? round_up(bytes, BNC_HUGE_BYTES) : bytes;
}

/* 'room' bytes from a huge page on: maps more and gives back what is beside them. */
static void *map(size_t room)
{
    const size_t len = room + BNC_HUGE_BYTES;
    char *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t before;

    if (at == MAP_FAILED)
        return NULL;
    before = round_up((uintptr_t)at, BNC_HUGE_BYTES) - (uintptr_t)at;
    if (before > 0)
        munmap(at, before);
    at += before;
    munmap(at + room, BNC_HUGE_BYTES - before);
#ifdef MADV_HUGEPAGE
    madvise(at, room, MADV_HUGEPAGE); /* a wish: without it all works, slower */
#endif
    return at;
}

void *bnc_big_alloc(size_t bytes)
{
    void *at;

    if (bytes > SIZE_MAX - 2 * BNC_HUGE_BYTES)
        return NULL;
    if (is_mapped(bytes))
        return map(bnc_big_room(bytes));
    at = aligned_alloc(64, round_up(bytes, 64));
    if (at != NULL)
        memset(at, 0, bytes);
    return at;
}

void bnc_big_free(void *at, size_t bytes)
{
    if (at == NULL)
        return;
    if (is_mapped(bytes))
        munmap(at, bnc_big_room(bytes));
    else
        free(at);
}

static void *grow_by_copy(void *at, size_t bytes, size_t to)
{
    void *grown = bnc_big_alloc(to);

    if (grown == NULL)
        return NULL;
    if (at != NULL)
        memcpy(grown, at, bytes);
    bnc_big_free(at, bytes);
    return grown;
}

/* Pages move to where there is room, and stay huge: both begin with one. */
static void *grow_mapped(void *at, size_t bytes, size_t to)
{
#ifdef MREMAP_FIXED
    const size_t room = bnc_big_room(to);
    void *place = to > SIZE_MAX - 2 * BNC_HUGE_BYTES ? NULL : map(room), *grown;

    if (place == NULL)
        return NULL;
#ifdef MADV_HUGEPAGE
    madvise(at, bnc_big_room(bytes), MADV_HUGEPAGE); /* one mapping, whatever bnc_big_spare() did */
#endif
    grown = mremap(at, bnc_big_room(bytes), room, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    if (grown != MAP_FAILED)
        return grown; /* if it failed, what is at 'place' now may be another's: it stays */
#endif
    return grow_by_copy(at, bytes, to);
}

void *bnc_big_grow(void *at, size_t bytes, size_t to)
{
    if (bnc_big_room(bytes) == bnc_big_room(to))
        return at;
    return at != NULL && is_mapped(bytes) ? grow_mapped(at, bytes, to)
                                          : grow_by_copy(at, bytes, to);
}

/* ---- giving back ---- */

void bnc_big_spare(void *at, size_t bytes, size_t used)
{
#ifdef MADV_NOHUGEPAGE
    const size_t from = round_up(used, BNC_HUGE_BYTES), end = bnc_big_room(bytes);

    if (is_mapped(bytes) && from < end)
        madvise((char *)at + from, end - from, MADV_NOHUGEPAGE);
#else
    (void)at;
    (void)bytes;
    (void)used;
#endif
}

void bnc_big_forget(void *at, size_t bytes)
{
#ifdef MADV_DONTNEED
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
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

/* ---- of malloc() ---- */

void *bnc_huge_malloc(size_t bytes)
{
    const size_t whole = bytes / BNC_HUGE_BYTES * BNC_HUGE_BYTES;
    const size_t room = bytes - whole >= LEAST_BYTES ? whole + BNC_HUGE_BYTES : bytes;

    if (!FROM_SYSTEM || whole == 0 || bytes > SIZE_MAX - BNC_HUGE_BYTES)
        return malloc(bytes);
    return bnc_huge(aligned_alloc(BNC_HUGE_BYTES, round_up(bytes, BNC_HUGE_BYTES)), room);
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

void *bnc_huge_at_least(void *at, size_t *cap, size_t need, size_t each)
{
    if (need > *cap) {
        free(at);
        at = bnc_huge_malloc(need * each);
        *cap = at != NULL ? need : 0;
    }
    return at;
}
