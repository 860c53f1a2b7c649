/* SPDX-License-Identifier: MIT
 * reclog.h - records appended to partitions by the top bits of a fingerprint, in chunks that never
 * move.
 *
 * Appending writes to 64 places in turn, each a cache line that stays hot; nothing is looked up.
 * What is equal is found later, partition by partition, where one partition fits in cache. Growing
 * copies nothing: a chunk is about an eighth of what the partition holds, so at most that much is
 * spare.
 */
#ifndef BNC_AGGREGATE_RECLOG_H
#define BNC_AGGREGATE_RECLOG_H

#include "util/span.h"

#define BNC_LOG_LOG2 6u
#define BNC_LOG_PARTS (1u << BNC_LOG_LOG2)

struct bnc_log_chunk {
    struct bnc_log_chunk *next; /* older */
    size_t used, cap; /* bytes */
    _Alignas(16) char data[];
};

struct bnc_log { /* zero-initialized is empty */
    struct bnc_log_chunk *head[BNC_LOG_PARTS];
    size_t bytes[BNC_LOG_PARTS]; /* in use */
};

static inline unsigned bnc_log_part(uint64_t fp)
{
    return (unsigned)(fp >> (64 - BNC_LOG_LOG2));
}

/* A new chunk with room for 'len' bytes at least; false when out of memory. */
bool bnc_log_grow(struct bnc_log *log, unsigned part, size_t len);

/*
 * Room for 'len' bytes at the end of 'part', NULL when out of memory. A record is never split over
 * chunks.
 */
static inline void *bnc_log_push(struct bnc_log *log, unsigned part, size_t len)
{
    struct bnc_log_chunk *c = log->head[part];

    if (c == NULL || c->cap - c->used < len) {
        if (!bnc_log_grow(log, part, len))
            return NULL;
        c = log->head[part];
    }
    c->used += len;
    log->bytes[part] += len;
    return c->data + c->used - len;
}

void bnc_log_clear(struct bnc_log *log, unsigned part);
void bnc_log_release(struct bnc_log *log);

#endif
