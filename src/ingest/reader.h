/* SPDX-License-Identifier: MIT
 * reader.h - the ways a source is read, behind one set of calls (private to the room).
 */
#ifndef BNC_INGEST_READER_H
#define BNC_INGEST_READER_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "ingest/flow.h"
#include "ingest/source.h"

/* One way; each function as documented for bnc_reader_* in source.h.  NULL for prepare() and
 * done(): nothing to do. */
struct bnc_reader_ops {
    bool is_parallel;
    enum bnc_status (*claim)(struct bnc_reader *r, struct bnc_block_buf *buf,
                             struct bnc_block *block, bool *more, struct bnc_error *err);
    void (*prepare)(struct bnc_reader *r, struct bnc_block_buf *buf, struct bnc_block *block);
    enum bnc_status (*finish)(struct bnc_reader *r, struct bnc_block_buf *buf,
                              struct bnc_block *block, struct bnc_error *err);
    void (*done)(struct bnc_reader *r, struct bnc_block *block);
    void (*free)(struct bnc_reader *r); /* what 'own' points to */
};

struct bnc_reader {
    const struct bnc_reader_ops *ops;
    struct bnc_source_own *src;
    struct bnc_ingest_options opt; /* block_bytes is never 0 here */
    int fd;                        /* -1 where the way keeps its own */
    struct stat opened;            /* of fd */
    uint64_t n_claimed;            /* blocks */
    _Atomic uint64_t bytes_in, bytes_out;
    void *own; /* of the way */
};

/*
 * A worker's buffer:  [ headroom | cap bytes | BNC_BLOCK_SLACK zeros ], page-aligned behind the
 * headroom, and in huge pages where whole gzip members are to go.
 */
#define BNC_BLOCK_SLACK ((size_t)64)

struct bnc_block_buf {
    char *base;
    size_t cap;
};

/* The place behind the headroom, with room for 'cap' bytes; what was in it is lost.  NULL: out of
 * memory. */
char *bnc_block_buf_room(struct bnc_block_buf *buf, size_t cap);

/* Plain bytes of a regular file: a mapping, or pread().  Opens fd; the file is whole and needs no
 * decoding. */
enum bnc_status bnc_reader_open_plain(struct bnc_reader *r, struct bnc_error *err);

/* A gzip file of which members may be inflated side by side. */
enum bnc_status bnc_reader_open_members(struct bnc_reader *r, struct bnc_error *err);

/* Everything else, in order. */
enum bnc_status bnc_reader_open_serial(struct bnc_reader *r, struct bnc_flow *flow,
                                       struct bnc_error *err);

/* Opens r->fd and remembers its size and time. */
enum bnc_status bnc_reader_open_fd(struct bnc_reader *r, struct bnc_error *err);

#endif
