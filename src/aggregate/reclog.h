/* SPDX-License-Identifier: MIT
 * reclog.h - records appended to partitions by the top bits of a fingerprint, in chunks that never
 * move.
 *
 * Appending writes to 128 places in turn, each a cache line that stays hot; nothing is looked up.
 * What is equal is found later, partition by partition, where one partition fits in cache. Growing
 * copies nothing: a chunk is a page, cut from a slab that all partitions share, so that hardly more
 * is touched than is used. The first ones of a partition are smaller; those stay until the whole
 * log is released, so they are few.
 */
#ifndef BNC_AGGREGATE_RECLOG_H
#define BNC_AGGREGATE_RECLOG_H

#include "util/prefetch.h"
#include "util/span.h"

#define BNC_LOG_LOG2 7u
#define BNC_LOG_PARTS (1u << BNC_LOG_LOG2)
#define BNC_LOG_SIZES 9u /* of chunks: 256 bytes to 64 KiB; more than a page for long records */

struct bnc_log_chunk {
    struct bnc_log_chunk *next; /* older */
    uint32_t used, cap; /* bytes; see bnc_log_used() */
    _Alignas(16) char data[];
};

struct bnc_log_slab;
struct bnc_log_room { /* where chunks are cut from; zero-initialized is empty */
    struct bnc_log_slab *slabs;
    struct bnc_log_chunk *spare[BNC_LOG_SIZES]; /* given back, by size */
    bool frugal; /* many partitions, forgotten all at once: chunks stay small for longer */
    bool small_pages; /* slower, and hardly any that is not used */
};

struct bnc_log_tail { /* free room of the newest chunk: in one place for all partitions */
    char *at, *end;
};

struct bnc_log { /* zero-initialized is empty */
    struct bnc_log_tail tail[BNC_LOG_PARTS];
    struct bnc_log_chunk *head[BNC_LOG_PARTS];
    size_t closed[BNC_LOG_PARTS]; /* bytes in older chunks */
    struct bnc_log_room own, *shared; /* 'shared', where several logs have one: theirs to release */
};

static inline unsigned bnc_log_part(uint64_t fp)
{
    return (unsigned)(fp >> (64 - BNC_LOG_LOG2));
}

/* A new chunk with room for 'len' bytes at least; false when out of memory. */
bool bnc_log_grow(struct bnc_log *log, unsigned part, size_t len);

/*
 * Room for 'len' bytes (at most BNC_LOG_MAX) at the end of 'part', NULL when out of memory. A
 * record is never split over chunks.
 */
#define BNC_LOG_MAX ((size_t)60 << 10)
static inline void *bnc_log_push(struct bnc_log *log, unsigned part, size_t len)
{
    struct bnc_log_tail *t = &log->tail[part];

    if ((size_t)(t->end - t->at) < len && !bnc_log_grow(log, part, len))
        return NULL;
    t->at += len;
    return t->at - len;
}

/* Asks for the line behind the one that 'part' is written to: nothing touched it lately. */
BNC_PREFETCHER bnc_log_prefetch(const struct bnc_log *log, unsigned part)
{
    __builtin_prefetch((const char *)((uintptr_t)log->tail[part].at + 60), 1);
}

/* Bytes of a chunk of 'part' that are in use. */
static inline size_t bnc_log_used(const struct bnc_log *log, unsigned part,
                                  const struct bnc_log_chunk *c)
{
    return c == log->head[part] ? (size_t)(log->tail[part].at - c->data) : c->used;
}

/* Bytes of 'part' that are in use. */
static inline size_t bnc_log_bytes(const struct bnc_log *log, unsigned part)
{
    const struct bnc_log_chunk *c = log->head[part];

    return c == NULL ? 0 : log->closed[part] + bnc_log_used(log, part, c);
}

/* Empties a partition; its chunks serve others of this log. */
void bnc_log_clear(struct bnc_log *log, unsigned part);
/*
 * Empties a partition that is never written to again: gives its memory back to the system, as far
 * as it is whole pages, before the rest of the log is released.
 */
void bnc_log_forget(struct bnc_log *log, unsigned part);
void bnc_log_room_release(struct bnc_log_room *room);
void bnc_log_release(struct bnc_log *log);

#endif
