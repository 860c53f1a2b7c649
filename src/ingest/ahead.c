/* SPDX-License-Identifier: MIT */
#include "ingest/ahead.h"

#include <stdlib.h>

void bnc_ahead_init(struct bnc_ahead *ahead)
{
    pthread_mutex_init(&ahead->lock, NULL);
}

void bnc_ahead_release(struct bnc_ahead *ahead)
{
    pthread_mutex_destroy(&ahead->lock);
    free(ahead->buf);
}

void bnc_ahead_want(struct bnc_ahead *ahead, const struct bnc_raw *raw)
{
    const uint64_t left = raw->end > raw->off ? raw->end - raw->off : 0;

    pthread_mutex_lock(&ahead->lock);
    if (ahead->buf == NULL)
        ahead->buf = malloc(BNC_RAW_PUSHBACK + BNC_RAW_WINDOW);
    if (ahead->buf != NULL && ahead->state != BNC_AHEAD_BUSY) { /* if so, it will not be wanted */
        ahead->state = left > 0 ? BNC_AHEAD_WANTED : BNC_AHEAD_IDLE;
        ahead->by = pthread_self();
        ahead->fd = raw->fd;
        ahead->off = raw->off;
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

size_t bnc_ahead_take(struct bnc_ahead *ahead, struct bnc_raw *raw)
{
    char *const buf = raw->buf;
    size_t len = 0;

    pthread_mutex_lock(&ahead->lock);
    if (ahead->state == BNC_AHEAD_FULL && ahead->off == raw->off &&
        raw->room_bytes == BNC_RAW_WINDOW) {
        memcpy(ahead->buf, buf, BNC_RAW_PUSHBACK);
        raw->buf = ahead->buf;
        raw->at = raw->buf + BNC_RAW_PUSHBACK;
        ahead->buf = buf;
        len = ahead->len;
    }
    pthread_mutex_unlock(&ahead->lock);
    return len;
}
