/* SPDX-License-Identifier: MIT
 * big.h - memory for tables and logs that grow large.
 * From half a megabyte on it is asked from the system in whole huge pages: the first touch of
 * memory, a page of four kilobytes at a time, and the misses of address translation afterwards cost
 * more than the work on what lies there.  In a virtual machine (Zen 5) a small page takes 1.4 us,
 * and 0.3 to give back; a huge one 94 us and 7.  Smaller memory is written to at once: tables are
 * read before they are written to, and reading new memory maps a page of zeros, which the write
 * replaces, for which the kernel interrupts all other threads.
 */
#ifndef BNC_UTIL_BIG_H
#define BNC_UTIL_BIG_H

#include <stddef.h>
#include <stdlib.h>

#define BNC_HUGE_BYTES ((size_t)2 << 20)

/* 'bytes' (> 0) of zeros, aligned to 64 at least; NULL when out of memory. */
void *bnc_big_alloc(size_t bytes);
/* Gives back what was allocated with the same 'bytes'; NULL is fine. */
void bnc_big_free(void *at, size_t bytes);

/* What an allocation of 'bytes' takes: who may need more had better ask for all of it. */
size_t bnc_big_room(size_t bytes);

/*
 * Makes 'to' bytes of what was allocated with 'bytes' (NULL: 0); those that are new are zeros.
 * Where it can, it moves pages and copies nothing.  NULL when out of memory: 'at' stays as it is.
 */
void *bnc_big_grow(void *at, size_t bytes, size_t to);

/*
 * Of what was allocated with 'bytes': wishes for small pages behind the first 'used' and the huge
 * page in which they end, so that little is taken that is not touched. Growing wishes for huge ones
 * again.
 */
void bnc_big_spare(void *at, size_t bytes, size_t used);

/*
 * Gives the whole pages within [at, at + bytes) back to the system, before the allocation that they
 * are part of is freed. What stood there is lost; constants of the program are read again.
 */
void bnc_big_forget(void *at, size_t bytes);

/* Gives back to the system what free() keeps for later: milliseconds, worth it after much. */
void bnc_big_trim(void);

/* Wishes for huge pages under 'bytes' that malloc() and its kin just gave; returns 'at'. */
void *bnc_huge(void *at, size_t bytes);

/*
 * malloc(), where much begins with a huge page; what is behind the last whole one has small ones,
 * or one more where it fills a quarter of it.
 */
void *bnc_huge_malloc(size_t bytes);

/*
 * Room for 'need' items of 'each' bytes in place of 'at', from here or NULL, which has room for
 * '*cap': the same if that suffices, else new room, without what stood there. NULL when out of
 * memory.
 */
void *bnc_huge_at_least(void *at, size_t *cap, size_t need, size_t each);

#endif
