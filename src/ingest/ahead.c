/* SPDX-License-Identifier: MIT */
#include "ingest/ahead.h"

#include <stdlib.h>
#include <string.h>

void bnc_ahead_init(struct bnc_ahead *ahead)
{
    pthread_mutex_init(&ahead->lock, NULL);
}

void bnc_ahead_release(struct bnc_ahead *ahead)
{
    pthread_mutex_destroy(&ahead->lock);
    free(ahead->buf);
}

void bnc_ahead_want(struct bnc_ahead *ahead, int fd, uint64_t off, uint64_t left)
{
    pthread_mutex_lock(&ahead->lock);
    if (ahead->buf == NULL)
        ahead->buf = malloc(BNC_RAW_PUSHBACK + BNC_RAW_WINDOW);
    if (ahead->buf != NULL && ahead->state != BNC_AHEAD_BUSY) { /* if so, it will not be wanted */
        ahead->state = left > 0 ? BNC_AHEAD_WANTED : BNC_AHEAD_IDLE;
        ahead->by = pthread_self();
        ahead->fd = fd;
        ahead->off = off;
        ahead->len = left < BNC_RAW_WINDOW ? (size_t)left : BNC_RAW_WINDOW;
    }
    pthread_mutex_unlock(&ahead->lock);
}

void bnc_ahead_read(struct bnc_ahead *ahead)
{
    int64_t got;

    pthread_mutex_lock(&ahead->lock);
    if (ahead->state == BNC_AHEAD_WANTED && !pthread_equal(ahead->by, pthread_self())) {
        ahead->state = BNC_AHEAD_BUSY;
        pthread_mutex_unlock(&ahead->lock);
        got = bnc_pread_full(ahead->fd, ahead->buf + BNC_RAW_PUSHBACK, ahead->len, ahead->off);
        pthread_mutex_lock(&ahead->lock);
        ahead->state = got == (int64_t)ahead->len ? BNC_AHEAD_FULL : BNC_AHEAD_IDLE;
    }
    pthread_mutex_unlock(&ahead->lock);
}

size_t bnc_ahead_take(struct bnc_ahead *ahead, uint64_t off, char **buf)
{
    size_t len = 0;

    pthread_mutex_lock(&ahead->lock);
    if (ahead->state == BNC_AHEAD_FULL && ahead->off == off) {
        char *const full = ahead->buf;

        memcpy(full, *buf, BNC_RAW_PUSHBACK);
        ahead->buf = *buf;
        *buf = full;
        len = ahead->len;
    }
    pthread_mutex_unlock(&ahead->lock);
    return len;
}
