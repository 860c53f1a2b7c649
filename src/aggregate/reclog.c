/* SPDX-License-Identifier: MIT */
#include "aggregate/reclog.h"

#include "util/big.h"

#define CHUNK_BYTES(size) ((size_t)256 << (size))
#define USUAL_SIZE 4u /* a page: no larger chunk unless a record needs it */
#define FIRST_SLAB_BYTES ((size_t)128 << 10)
#define PAGE_BYTES ((size_t)4096) /* larger chunks fill pages of their own: see bnc_log_forget() */

/* Small chunks are cut from its front, pages from its end: no gaps between them. */
struct bnc_log_slab {
    struct bnc_log_slab *next; /* older */
    size_t front, end; /* what is free, in bytes from this head */
    size_t bytes;
};

static bool add_slab(struct bnc_log_room *room)
{
    size_t bytes = room->slabs == NULL ? FIRST_SLAB_BYTES : room->slabs->bytes * 2;
    struct bnc_log_slab *slab;

    bytes = bnc_big_room(bytes < BNC_HUGE_BYTES ? bytes : BNC_HUGE_BYTES);
    slab = bnc_big_alloc(bytes);
    if (slab == NULL)
        return false;
    if (room->small_pages)
        bnc_big_spare(slab, bytes, 0);
    *slab = (struct bnc_log_slab){ .next = room->slabs, .front = 64, .end = bytes, .bytes = bytes };
    room->slabs = slab;
    return true;
}

static struct bnc_log_chunk *new_chunk(struct bnc_log_room *room, unsigned size)
{
    struct bnc_log_chunk *c = room->spare[size];
    const size_t bytes = CHUNK_BYTES(size);
    struct bnc_log_slab *slab;

    if (c != NULL) {
        room->spare[size] = c->next;
        return c;
    }
    if ((room->slabs == NULL || room->slabs->end - room->slabs->front < bytes) && !add_slab(room))
        return NULL;
    slab = room->slabs;
    if (bytes < PAGE_BYTES) {
        c = (void *)((char *)slab + slab->front);
        slab->front += bytes;
    } else {
        slab->end -= bytes;
        c = (void *)((char *)slab + slab->end);
    }
    c->cap = (uint32_t)(bytes - sizeof *c);
    return c;
}

static struct bnc_log_room *room_of(struct bnc_log *log)
{
    return log->shared != NULL ? log->shared : &log->own;
}

bool bnc_log_grow(struct bnc_log *log, unsigned part, size_t len)
{
    struct bnc_log_chunk *c, *before = log->head[part];
    struct bnc_log_room *const room = room_of(log);
    const size_t bytes = bnc_log_bytes(log, part), fair = bytes / (room->frugal ? 16 : 2);
    unsigned size = 0;

    while (size < USUAL_SIZE && CHUNK_BYTES(size + 1) <= fair)
        size++;
    while (CHUNK_BYTES(size) - sizeof *c < len)
        size++;
    c = new_chunk(room, size);
    if (c == NULL)
        return false;
    if (before != NULL)
        before->used = (uint32_t)bnc_log_used(log, part, before);
    log->closed[part] = bytes;
    c->next = before;
    log->head[part] = c;
    log->tail[part] = (struct bnc_log_tail){ c->data, c->data + c->cap };
    return true;
}

static void empty(struct bnc_log *log, unsigned part)
{
    log->head[part] = NULL;
    log->closed[part] = 0;
    log->tail[part] = (struct bnc_log_tail){ NULL, NULL };
}

void bnc_log_clear(struct bnc_log *log, unsigned part)
{
    struct bnc_log_room *const room = room_of(log);

    for (struct bnc_log_chunk *c = log->head[part], *next; c != NULL; c = next) {
        unsigned size = 0;

        while (CHUNK_BYTES(size) - sizeof *c < c->cap)
            size++;
        next = c->next;
        c->next = room->spare[size];
        room->spare[size] = c;
    }
    empty(log, part);
}

void bnc_log_forget(struct bnc_log *log, unsigned part)
{
    for (struct bnc_log_chunk *c = log->head[part], *next; c != NULL; c = next) {
        next = c->next;
        bnc_big_forget(c, sizeof *c + c->cap);
    }
    empty(log, part);
}

void bnc_log_room_release(struct bnc_log_room *room)
{
    while (room->slabs != NULL) {
        struct bnc_log_slab *next = room->slabs->next;

        bnc_big_free(room->slabs, room->slabs->bytes);
        room->slabs = next;
    }
    *room = (struct bnc_log_room){ .frugal = room->frugal, .small_pages = room->small_pages };
}

void bnc_log_release(struct bnc_log *log)
{
    bnc_log_room_release(&log->own);
    *log = (struct bnc_log){ .shared = log->shared };
}
