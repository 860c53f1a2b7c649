/* SPDX-License-Identifier: MIT
 * raw.h - the bytes as they lie in the file, window by window.
 *
 *     buf:  [ pushback | window ........................ ]
 *                        ^ at, 'len' bytes are unread
 *
 * Three kinds behind one fill(): read() for what can only be read once, pread() for regular files
 * (any number of readers share one descriptor), and a member of a ZIP.  Short reads and EINTR end
 * here.  One thread at a time.
 */
#ifndef BNC_INGEST_RAW_H
#define BNC_INGEST_RAW_H

#include <signal.h>

#include "ingest/window.h"
#include "util/span.h"
#include "util/status.h"

enum bnc_raw_kind { BNC_RAW_READ, BNC_RAW_PREAD, BNC_RAW_ZIP };

struct bnc_ahead;
struct bnc_member;

struct bnc_raw { /* zero-initialized: at its end */
    enum bnc_raw_kind kind;
    int fd;                    /* the caller's, for READ and PREAD */
    struct bnc_member *member; /* the caller's, for ZIP */
    const char *name;          /* for messages; the caller's */
    const volatile sig_atomic_t *stop; /* READ: looked at while waiting; may be NULL */
    uint64_t off;              /* file offset behind the window */
    uint64_t end;              /* PREAD: nothing is read from here on */
    struct bnc_ahead *ahead;   /* PREAD: may have the next window; the caller's, or NULL */
    const char *at;
    size_t len;
    char *buf;
    size_t window_bytes, room_bytes; /* of the window, and what buf has for one */
    bool eof;
};

/* All three allocate one window: BNC_ENOMEM.  init() may be called again for another place and
 * keeps the buffer.  The window of pread() is of a size, BNC_RAW_WINDOW for who does not care. */
enum bnc_status bnc_raw_init_read(struct bnc_raw *raw, int fd, const volatile sig_atomic_t *stop,
                                  const char *name, struct bnc_error *err);
enum bnc_status bnc_raw_init_pread(struct bnc_raw *raw, int fd, uint64_t from, uint64_t end,
                                   size_t window_bytes, const char *name, struct bnc_error *err);
enum bnc_status bnc_raw_init_zip(struct bnc_raw *raw, struct bnc_member *member, const char *name,
                                 struct bnc_error *err);

/* Reads again from 'from', which is 0 for a member of a ZIP; not for READ. */
enum bnc_status bnc_raw_rewind(struct bnc_raw *raw, uint64_t from, struct bnc_error *err);

/* Makes raw->len > 0 unless the end is reached (raw->eof).  BNC_EIO with the offset, BNC_EDATA from
 * a ZIP, BNC_ESTOPPED. */
enum bnc_status bnc_raw_fill(struct bnc_raw *raw, struct bnc_error *err);

/* Copies up to 'cap' bytes; fewer only at the end or on failure, and '*n' counts then too. */
enum bnc_status bnc_raw_read(struct bnc_raw *raw, char *out, size_t cap, size_t *n,
                             struct bnc_error *err);

static inline void bnc_raw_skip(struct bnc_raw *raw, size_t n)
{
    raw->at += n;
    raw->len -= n;
}

/* Gives back 'n' <= BNC_RAW_PUSHBACK bytes that were skipped just before. */
static inline void bnc_raw_unread(struct bnc_raw *raw, size_t n)
{
    raw->at -= n;
    raw->len += n;
}

/* The file offset of the next unread byte. */
static inline uint64_t bnc_raw_pos(const struct bnc_raw *raw)
{
    return raw->off - raw->len;
}

void bnc_raw_release(struct bnc_raw *raw);

#endif
