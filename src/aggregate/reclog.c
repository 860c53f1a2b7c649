/* SPDX-License-Identifier: MIT */
#include "aggregate/reclog.h"

#include "util/big.h"

#define CHUNK_BYTES(size) ((size_t)2048 << (size))
#define USUAL_SIZE 3u /* no larger chunk unless a record needs it */
#define FIRST_SLAB_BYTES ((size_t)128 << 10)

struct bnc_log_slab {
    struct bnc_log_slab *next; /* older */
    size_t used, bytes; /* with this head */
};

static bool add_slab(struct bnc_log *log)
{
    size_t bytes = log->slabs == NULL ? FIRST_SLAB_BYTES : log->slabs->bytes * 2;
    struct bnc_log_slab *slab;

    if (bytes > BNC_HUGE_BYTES)
        bytes = BNC_HUGE_BYTES;
    slab = bnc_big_alloc(bytes);
    if (slab == NULL)
        return false;
    *slab = (struct bnc_log_slab){ .next = log->slabs, .used = 64, .bytes = bytes };
    log->slabs = slab;
    return true;
}

static struct bnc_log_chunk *new_chunk(struct bnc_log *log, unsigned size)
{
    struct bnc_log_chunk *c = log->spare[size];

    if (c != NULL) {
        log->spare[size] = c->next;
        return c;
    }
    if (log->slabs == NULL || log->slabs->bytes - log->slabs->used < CHUNK_BYTES(size))
        if (!add_slab(log))
            return NULL;
    c = (void *)((char *)log->slabs + log->slabs->used);
    log->slabs->used += CHUNK_BYTES(size);
    c->cap = (uint32_t)(CHUNK_BYTES(size) - sizeof *c);
    return c;
}

bool bnc_log_grow(struct bnc_log *log, unsigned part, size_t len)
{
    struct bnc_log_chunk *c, *before = log->head[part];
    const size_t bytes = bnc_log_bytes(log, part);
    unsigned size = 0;

    while (size < USUAL_SIZE && CHUNK_BYTES(size + 1) <= bytes / 8)
        size++;
    while (CHUNK_BYTES(size) - sizeof *c < len)
        size++;
    c = new_chunk(log, size);
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

void bnc_log_clear(struct bnc_log *log, unsigned part)
{
    while (log->head[part] != NULL) {
        struct bnc_log_chunk *c = log->head[part];
        unsigned size = 0;

        while (CHUNK_BYTES(size) - sizeof *c < c->cap)
            size++;
        log->head[part] = c->next;
        c->next = log->spare[size];
        log->spare[size] = c;
    }
    log->closed[part] = 0;
    log->tail[part] = (struct bnc_log_tail){ NULL, NULL };
}

void bnc_log_forget(const struct bnc_log *log, unsigned part)
{
    for (struct bnc_log_chunk *c = log->head[part]; c != NULL; c = c->next)
        bnc_big_forget(c->data, c->cap);
}

void bnc_log_release(struct bnc_log *log)
{
    while (log->slabs != NULL) {
        struct bnc_log_slab *next = log->slabs->next;

        bnc_big_free(log->slabs, log->slabs->bytes);
        log->slabs = next;
    }
    *log = (struct bnc_log){ .slabs = NULL };
}
