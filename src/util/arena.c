/* SPDX-License-Identifier: MIT */
#include "util/arena.h"

#include "util/big.h"

#include <stdlib.h>

struct bnc_arena_block {
    struct bnc_arena_block *next;
    size_t used, cap;            /* bytes of data[] */
    _Alignas(16) char data[];
};

#define FIRST_BLOCK_BYTES ((size_t)4 << 10)
#define MAX_BLOCK_BYTES ((size_t)1 << 20)
/* An arena that holds this much takes blocks of huge pages. */
#define LARGE_BYTES ((size_t)16 << 20)
#define LARGE_BLOCK_BYTES (((size_t)8 << 20) - sizeof(struct bnc_arena_block))

static struct bnc_arena_block *block_new(size_t cap)
{
    const size_t bytes = sizeof(struct bnc_arena_block) + cap;
    struct bnc_arena_block *b = cap >= LARGE_BLOCK_BYTES ? bnc_big_alloc(bytes)
                                                           : bnc_huge_malloc(bytes);

    if (b != NULL)
        *b = (struct bnc_arena_block){ .cap = cap };
    return b;
}

static void block_free(struct bnc_arena_block *b)
{
    if (b->cap >= LARGE_BLOCK_BYTES)
        bnc_big_free(b, sizeof *b + b->cap);
    else
        free(b);
}

/* A new block with room for 'need' bytes at least; NULL when out of memory. */
static struct bnc_arena_block *add_block(struct bnc_arena *arena, size_t need)
{
    struct bnc_arena_block *b = arena->blocks;
    size_t cap = b == NULL ? FIRST_BLOCK_BYTES : b->cap * 2;

    if (arena->total_bytes >= LARGE_BYTES)
        cap = LARGE_BLOCK_BYTES;
    else if (cap > MAX_BLOCK_BYTES)
        cap = MAX_BLOCK_BYTES;
    if (cap < need)
        cap = need;
    b = block_new(cap);
    if (b == NULL)
        return NULL;
    b->next = arena->blocks;
    arena->blocks = b;
    arena->total_bytes += sizeof *b + cap;
    return b;
}

/* 'len' bytes from a multiple of 'align' on. */
static char *take(struct bnc_arena *arena, size_t len, size_t align)
{
    struct bnc_arena_block *b = arena->blocks;
    size_t at = b == NULL ? 0 : (b->used + align - 1) & ~(align - 1);

    if (len > SIZE_MAX / 2)
        return NULL;
    if (b == NULL || at > b->cap || b->cap - at < len) {
        b = add_block(arena, len);
        at = 0;
    }
    if (b == NULL)
        return NULL;
    b->used = at + len;
    return b->data + at;
}

void *bnc_arena_alloc(struct bnc_arena *arena, size_t len)
{
    return take(arena, len, 16);
}

void *bnc_arena_array(struct bnc_arena *arena, size_t n, size_t each)
{
    return n < SIZE_MAX / each - 1 ? bnc_arena_alloc(arena, (n + 1) * each) : NULL;
}

void *bnc_arena_zeroed(struct bnc_arena *arena, size_t n, size_t each)
{
    void *const at = bnc_arena_array(arena, n, each);

    if (at != NULL)
        memset(at, 0, (n + 1) * each);
    return at;
}

struct bnc_span bnc_arena_copy(struct bnc_arena *arena, struct bnc_span s)
{
    char *at = take(arena, s.len + 1, 1);

    if (at == NULL)
        return (struct bnc_span){ .at = NULL, .len = 0 };
    if (s.len > 0)
        memcpy(at, s.at, s.len);
    at[s.len] = '\0';
    return bnc_span_from(at, s.len);
}

void bnc_arena_join(struct bnc_arena *dst, struct bnc_arena *src)
{
    struct bnc_arena_block *last = src->blocks;

    if (last == NULL)
        return;
    while (last->next != NULL)
        last = last->next;
    last->next = dst->blocks;
    dst->blocks = src->blocks;
    dst->total_bytes += src->total_bytes;
    *src = (struct bnc_arena){ 0 };
}

void bnc_arena_release(struct bnc_arena *arena)
{
    while (arena->blocks != NULL) {
        struct bnc_arena_block *next = arena->blocks->next;

        block_free(arena->blocks);
        arena->blocks = next;
    }
    arena->total_bytes = 0;
}
