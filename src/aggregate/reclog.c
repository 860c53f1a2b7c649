/* SPDX-License-Identifier: MIT */
#include "aggregate/reclog.h"

#include <stdlib.h>

#define MIN_CHUNK_BYTES ((size_t)1536)
#define MAX_CHUNK_BYTES ((size_t)96 << 10)

bool bnc_log_grow(struct bnc_log *log, unsigned part, size_t len)
{
    size_t cap = log->bytes[part] / 8 / 1536 * 1536;
    struct bnc_log_chunk *c;

    if (cap < MIN_CHUNK_BYTES)
        cap = MIN_CHUNK_BYTES;
    if (cap > MAX_CHUNK_BYTES)
        cap = MAX_CHUNK_BYTES;
    if (cap < len)
        cap = len;
    c = malloc(sizeof *c + cap);
    if (c == NULL)
        return false;
    c->next = log->head[part];
    c->used = 0;
    c->cap = cap;
    log->head[part] = c;
    return true;
}

void bnc_log_clear(struct bnc_log *log, unsigned part)
{
    while (log->head[part] != NULL) {
        struct bnc_log_chunk *next = log->head[part]->next;

        free(log->head[part]);
        log->head[part] = next;
    }
    log->bytes[part] = 0;
}

void bnc_log_release(struct bnc_log *log)
{
    for (unsigned p = 0; p < BNC_LOG_PARTS; p++)
        bnc_log_clear(log, p);
}
