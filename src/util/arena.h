/* SPDX-License-Identifier: MIT
 * arena.h - memory that is given back all at once.
 * One owner, one thread at a time.  What is allocated never moves.
 */
#ifndef BNC_UTIL_ARENA_H
#define BNC_UTIL_ARENA_H

#include "util/span.h"

struct bnc_arena {               /* zero-initialized is an empty arena */
    struct bnc_arena_block *blocks;
    size_t total_bytes;          /* asked from malloc so far */
};

/* 'len' bytes aligned to 16, or NULL when out of memory.  Not cleared. */
void *bnc_arena_alloc(struct bnc_arena *arena, size_t len);

/*
 * 'n' things of 'each' bytes, and room for one more: none is not out of memory. zeroed() clears
 * them, array() is for large ones of which little may be used. NULL when out of memory.
 */
void *bnc_arena_zeroed(struct bnc_arena *arena, size_t n, size_t each);
void *bnc_arena_array(struct bnc_arena *arena, size_t n, size_t each);

/* A copy of 's' with a NUL behind it (not counted in len); at == NULL when out of memory. */
struct bnc_span bnc_arena_copy(struct bnc_arena *arena, struct bnc_span s);

/* Hands all that 'src' holds to 'dst'; 'src' is empty then.  Nothing moves in memory. */
void bnc_arena_join(struct bnc_arena *dst, struct bnc_arena *src);

/* Gives everything back; the arena is empty and usable again. */
void bnc_arena_release(struct bnc_arena *arena);

#endif
