/* SPDX-License-Identifier: MIT
 * plain.c - a plain regular file as blocks: windows of one mapping, or, where it is large, pread()
 * into the worker's buffer.
 *
 * Block i is bytes [i * block_bytes, (i + 1) * block_bytes) of the file behind the byte order mark,
 * so claiming is counting.  A mapped block's pages are given back when it is done: the process
 * stays small however long the file is, and the page cache keeps what it likes.
 *
 * Measured with bench/micro/inflate.c (1 GB in the page cache, ext4, Zen 5, 1 thread, GB/s at 5 MiB
 * resident).  A file written a moment ago lies in large folios: mapping 22, pread() 16.  One that
 * was read from disk lies in small ones: mapping 7, pread() 9 to 14.  In the whole program reading
 * wins with either: the buffer is in the cache and on warm TLB entries when its rows are read, and
 * one thread's madvise() doesn't interrupt the others.  `report -j2` of 1 GB, phase of reading,
 * thread-seconds: mapped 1.30 (scan with its faults 0.17, rows 1.11, giving back 0.03), read 1.20
 * (reading 0.08, scan 0.11, rows 1.00).  Files of one block are read as well: to map and unmap each
 * of 1,921 files of 50 KB takes 0.05 of 0.46 s, and every time the other threads are interrupted.
 * What was tried and lost:
 * MADV_POPULATE_READ block by block (15, and 6), MADV_WILLNEED some blocks ahead (6: it looks up
 * every page, and on a cold file it gains nothing over the kernel's own read-ahead).  Mapped blocks
 * of 256 KiB 13, 512 KiB 15, 1 MiB 16, 2 MiB 16 (all with POPULATE); hence 1 MiB.  Blocks that are
 * read had better stay in a core's second cache, with the index of their cells, until their rows
 * are: `report -j2` of 1 GB takes 1.065, 1.046, 0.998, 1.052 and 1.025 s of processor time with
 * blocks of 64, 128, 256, 512 and 1024 KiB; hence 256.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/mapping.h"
#include "ingest/reader.h"

#define MAP_BYTES ((uint64_t)64 << 20)
#define READ_BYTES ((size_t)256 << 10) /* of a block that is read */

struct plain {
    char *base;                /* the mapping; NULL: pread() */
    int slot;                  /* in the guard; -1: none */
    uintptr_t page_bytes;
    uint64_t from, size_bytes; /* of the bytes behind the byte order mark; of the whole file */
};

static enum bnc_status shrank(const struct bnc_reader *r, uint64_t off, struct bnc_error *err)
{
    bnc_error_set(err, BNC_EIO, "'%s' shrank while it was read", r->src->pub.name);
    bnc_error_at(err, r->src->pub.name, 0, off);
    return BNC_EIO;
}

static bool is_cut(const struct bnc_reader *r, const struct plain *p)
{
    return p->slot >= 0 && bnc_guard_is_hit(r->opt.guard, p->slot);
}

static enum bnc_status claim_plain(struct bnc_reader *r, struct bnc_block_buf *buf,
                                   struct bnc_block *block, bool *more, struct bnc_error *err)
{
    const struct plain *p = r->own;
    const uint64_t len = p->size_bytes - p->from, off = r->n_claimed * r->opt.block_bytes;

    (void)buf;
    *more = false;
    if (is_cut(r, p))
        return shrank(r, off, err);
    if (off >= len && r->n_claimed > 0)
        return BNC_OK;
    block->index = r->n_claimed++;
    block->off = off;
    block->raw_from = p->from + off;
    block->raw_to = len - off > r->opt.block_bytes ? block->raw_from + r->opt.block_bytes
                                                   : p->size_bytes;
    block->last = block->raw_to == p->size_bytes;
    block->mapped = p->base != NULL;
    block->bytes = bnc_span_from("", 0);
    *more = true;
    return BNC_OK;
}

static enum bnc_status finish_mapped(struct bnc_reader *r, struct bnc_block_buf *buf,
                                     struct bnc_block *block, struct bnc_error *err)
{
    const struct plain *p = r->own;

    (void)buf;
    (void)err;
    block->bytes = bnc_span_from(p->base + block->raw_from, block->raw_to - block->raw_from);
    atomic_fetch_add(&r->bytes_in, block->bytes.len);
    atomic_fetch_add(&r->bytes_out, block->bytes.len);
    return BNC_OK;
}

/*
 * A row that began in the block before touches its last page again, and the
 * kernel then maps all of the page cache's folio around it, up to 2 MiB: so a
 * block takes what lies that far in front of it away as well.
 */
#define FOLIO_BYTES ((uint64_t)2 << 20)

static void done_mapped(struct bnc_reader *r, struct bnc_block *block)
{
    const struct plain *p = r->own;
    const uint64_t behind = block->raw_from < FOLIO_BYTES ? 0 : block->raw_from - FOLIO_BYTES;
    const uintptr_t from = (uintptr_t)(p->base + behind) & ~(p->page_bytes - 1);

    if (block->raw_to > block->raw_from)
        madvise((void *)from, (uintptr_t)(p->base + block->raw_to) - from, MADV_DONTNEED);
}

static enum bnc_status finish_pread(struct bnc_reader *r, struct bnc_block_buf *buf,
                                    struct bnc_block *block, struct bnc_error *err)
{
    const size_t len = block->raw_to - block->raw_from;
    char *room = bnc_block_buf_room(buf, len);
    int64_t n;

    if (room == NULL)
        return bnc_error_nomem(err);
    n = bnc_pread_full(r->fd, room, len, block->raw_from);
    if (n < 0) {
        const enum bnc_status status =
            bnc_error_sys(err, BNC_EIO, "cannot read '%s'", r->src->pub.name);

        bnc_error_at(err, r->src->pub.name, 0, block->off);
        return status;
    }
    memset(room + n, 0, BNC_BLOCK_SLACK);
    block->bytes = bnc_span_from(room, (size_t)n);
    atomic_fetch_add(&r->bytes_in, (uint64_t)n);
    atomic_fetch_add(&r->bytes_out, (uint64_t)n);
    return (size_t)n < len ? shrank(r, block->off + (uint64_t)n, err) : BNC_OK;
}

static void free_plain(struct bnc_reader *r)
{
    struct plain *p = r->own;

    if (p->slot >= 0)
        bnc_guard_drop(r->opt.guard, p->slot);
    if (p->base != NULL)
        munmap(p->base, p->size_bytes);
    free(p);
}

static const struct bnc_reader_ops mapped_ops = { true, claim_plain, NULL, finish_mapped,
                                                  done_mapped, free_plain };
static const struct bnc_reader_ops pread_ops = { true, claim_plain, NULL, finish_pread, NULL,
                                                 free_plain };

/* Leaves base at NULL where mapping is not wanted or not possible (a file system without it, a full
 * guard). */
static void map(struct bnc_reader *r, struct plain *p)
{
    const uint64_t most = r->opt.map_bytes == 0 ? MAP_BYTES : r->opt.map_bytes;
    void *base;

    if (r->opt.no_mmap || p->size_bytes <= r->opt.block_bytes || p->size_bytes > most ||
        p->size_bytes > SIZE_MAX / 2)
        return;
    base = mmap(NULL, p->size_bytes, PROT_READ, MAP_PRIVATE, r->fd, 0);
    if (base == MAP_FAILED)
        return;
    if (r->opt.guard != NULL) {
        p->slot = bnc_guard_add(r->opt.guard, base, p->size_bytes);
        if (p->slot < 0) {
            munmap(base, p->size_bytes);
            return;
        }
    }
    madvise(base, p->size_bytes, MADV_SEQUENTIAL);
    p->base = base;
}

enum bnc_status bnc_reader_open_plain(struct bnc_reader *r, struct bnc_error *err)
{
    struct plain *p;
    const enum bnc_status status = bnc_reader_open_fd(r, err);

    if (status != BNC_OK)
        return status;
    p = calloc(1, sizeof *p);
    if (p == NULL)
        return bnc_error_nomem(err);
    p->slot = -1;
    p->page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    p->size_bytes = (uint64_t)r->opened.st_size;
    p->from = r->src->mark_bytes < p->size_bytes ? r->src->mark_bytes : p->size_bytes;
    if (p->size_bytes > 0)
        map(r, p);
    if (p->base == NULL && r->opt.block_bytes == BNC_BLOCK_BYTES) /* the default */
        r->opt.block_bytes = READ_BYTES;
    r->own = p;
    r->ops = p->base != NULL ? &mapped_ops : &pread_ops;
    return BNC_OK;
}
