/* SPDX-License-Identifier: MIT */
#include "ingest/raw.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "ingest/ahead.h"
#include "ingest/archive.h"
#include "util/big.h"

#define WAIT_MS 100 /* between looks at the stop flag */

static enum bnc_status start(struct bnc_raw *raw, enum bnc_raw_kind kind, size_t window_bytes,
                             const char *name, struct bnc_error *err)
{
    if (raw->buf == NULL || raw->room_bytes < window_bytes) {
        const size_t room = bnc_big_room(BNC_RAW_PUSHBACK + window_bytes);

        free(raw->buf);
        raw->buf = bnc_huge_malloc(room);
        raw->room_bytes = raw->buf == NULL ? 0 : room - BNC_RAW_PUSHBACK;
    }
    if (raw->buf == NULL)
        return bnc_error_nomem(err);
    raw->window_bytes = window_bytes;
    raw->kind = kind;
    raw->name = name;
    raw->off = 0;
    raw->end = UINT64_MAX;
    raw->ahead = NULL;
    raw->at = raw->buf + BNC_RAW_PUSHBACK;
    raw->len = 0;
    raw->eof = false;
    return BNC_OK;
}

enum bnc_status bnc_raw_init_read(struct bnc_raw *raw, int fd, const volatile sig_atomic_t *stop,
                                  const char *name, struct bnc_error *err)
{
    raw->fd = fd;
    raw->stop = stop;
    return start(raw, BNC_RAW_READ, BNC_RAW_WINDOW, name, err);
}

enum bnc_status bnc_raw_init_pread(struct bnc_raw *raw, int fd, uint64_t from, uint64_t end,
                                   size_t window_bytes, const char *name, struct bnc_error *err)
{
    const enum bnc_status status = start(raw, BNC_RAW_PREAD, window_bytes, name, err);

    raw->fd = fd;
    raw->off = from;
    raw->end = end;
    return status;
}

enum bnc_status bnc_raw_init_zip(struct bnc_raw *raw, struct bnc_member *member, const char *name,
                                 struct bnc_error *err)
{
    raw->member = member;
    return start(raw, BNC_RAW_ZIP, BNC_RAW_WINDOW, name, err);
}

enum bnc_status bnc_raw_rewind(struct bnc_raw *raw, uint64_t from, struct bnc_error *err)
{
    raw->off = from;
    raw->at = raw->buf + BNC_RAW_PUSHBACK;
    raw->len = 0;
    raw->eof = false;
    return raw->kind == BNC_RAW_ZIP ? bnc_member_rewind(raw->member, err) : BNC_OK;
}

/*
 * A signal that asks to stop may be delivered to any thread, so a read() that waits for a pipe need
 * not be interrupted by it: wait in short turns instead and look.  A pipe that no writer has opened
 * yet is not at its end, and poll() knows.
 */
static bool wait_readable(const struct bnc_raw *raw)
{
    while (raw->stop == NULL || __atomic_load_n(raw->stop, __ATOMIC_RELAXED) == 0) {
        struct pollfd p = { .fd = raw->fd, .events = POLLIN };
        const int n = poll(&p, 1, WAIT_MS);

        if (n > 0 || (n < 0 && errno != EINTR))
            return true; /* or it failed: read() will say why */
    }
    return false;
}

/* -1 with errno; ECANCELED where we were asked to stop. */
static ssize_t read_once(const struct bnc_raw *raw, char *out, size_t len)
{
    ssize_t got;

    do {
        if (!wait_readable(raw)) {
            errno = ECANCELED;
            return -1;
        }
        got = read(raw->fd, out, len);
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    return got;
}

static uint64_t left_of(const struct bnc_raw *raw)
{
    return raw->end > raw->off ? raw->end - raw->off : 0;
}

/* What was read ahead comes in a buffer of one size. */
static size_t take_ahead(struct bnc_raw *raw)
{
    size_t taken = 0;

    if (raw->ahead != NULL && raw->room_bytes == BNC_RAW_WINDOW)
        taken = bnc_ahead_take(raw->ahead, raw->off, &raw->buf);
    raw->at = raw->buf + BNC_RAW_PUSHBACK;
    return taken;
}

static int64_t pread_window(struct bnc_raw *raw)
{
    const uint64_t left = left_of(raw);
    const size_t taken = take_ahead(raw);

    if (taken > 0)
        return (int64_t)taken;
    return bnc_pread_full(raw->fd, raw->buf + BNC_RAW_PUSHBACK,
                          left < raw->window_bytes ? (size_t)left : raw->window_bytes, raw->off);
}

enum bnc_status bnc_raw_fill(struct bnc_raw *raw, struct bnc_error *err)
{
    char *const window = raw->buf == NULL ? NULL : raw->buf + BNC_RAW_PUSHBACK;
    int64_t got = 0;

    if (raw->len > 0 || raw->eof || window == NULL)
        return BNC_OK;
    memmove(raw->buf, raw->at - BNC_RAW_PUSHBACK, BNC_RAW_PUSHBACK); /* for unread() */
    raw->at = window;
    if (raw->kind == BNC_RAW_ZIP) {
        const enum bnc_status status = bnc_member_read(raw->member, window, BNC_RAW_WINDOW, &got,
                                                       err);

        if (status != BNC_OK)
            return status;
    } else
        got = raw->kind == BNC_RAW_READ ? read_once(raw, window, BNC_RAW_WINDOW)
                                        : pread_window(raw);
    if (got < 0 && errno == ECANCELED)
        return bnc_error_set(err, BNC_ESTOPPED, "stopped while reading '%s'", raw->name);
    if (got < 0) {
        const enum bnc_status status = bnc_error_sys(err, BNC_EIO, "cannot read '%s'", raw->name);

        bnc_error_at(err, raw->name, 0, raw->off);
        return status;
    }
    raw->eof = got == 0;
    raw->len = (size_t)got;
    raw->off += (uint64_t)got;
    if (raw->ahead != NULL)
        bnc_ahead_want(raw->ahead, raw->fd, raw->off, left_of(raw));
    return BNC_OK;
}

enum bnc_status bnc_raw_read(struct bnc_raw *raw, char *out, size_t cap, size_t *n,
                             struct bnc_error *err)
{
    enum bnc_status status = BNC_OK;

    for (*n = 0; *n < cap;) {
        size_t take;

        status = bnc_raw_fill(raw, err);
        if (status != BNC_OK || raw->len == 0)
            break;
        take = raw->len < cap - *n ? raw->len : cap - *n;
        memcpy(out + *n, raw->at, take);
        bnc_raw_skip(raw, take);
        *n += take;
    }
    return status;
}

void bnc_raw_release(struct bnc_raw *raw)
{
    free(raw->buf);
    *raw = (struct bnc_raw){ 0 };
}
