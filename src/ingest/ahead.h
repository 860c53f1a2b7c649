/* SPDX-License-Identifier: MIT
 * ahead.h - the next window of a file, read by whoever has the time.
 *
 * Copying a window out of the page cache takes a thirtieth of the time that inflating it takes.
 * Who inflates in order, and is waited for, asks for the window that it will need next; another
 * thread reads it, or it does so itself when it gets there.
 */
#ifndef BNC_INGEST_AHEAD_H
#define BNC_INGEST_AHEAD_H

#include <pthread.h>

#include "ingest/window.h"

enum bnc_ahead_state { BNC_AHEAD_IDLE, BNC_AHEAD_WANTED, BNC_AHEAD_BUSY, BNC_AHEAD_FULL };

struct bnc_ahead { /* zero-initialized, then bnc_ahead_init() */
    pthread_mutex_t lock;
    enum bnc_ahead_state state;
    pthread_t by; /* who wants it */
    int fd;
    uint64_t off; /* in the file */
    size_t len;   /* up to BNC_RAW_WINDOW */
    char *buf;    /* as in a struct bnc_raw */
};

void bnc_ahead_init(struct bnc_ahead *ahead);
void bnc_ahead_release(struct bnc_ahead *ahead);

/* Wants the window of 'fd' from 'off' on, where 'left' bytes are left of what is to be read. */
void bnc_ahead_want(struct bnc_ahead *ahead, int fd, uint64_t off, uint64_t left);

/* Reads what is wanted, unless it is the caller who wants it.  Any thread. */
void bnc_ahead_read(struct bnc_ahead *ahead);

/*
 * Gives a buffer with the bytes from 'off' in place of '*buf', whose pushback it copies; 0: they
 * have not been read. Returns how many they are.
 */
size_t bnc_ahead_take(struct bnc_ahead *ahead, uint64_t off, char **buf);

#endif
