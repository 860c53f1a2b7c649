/* SPDX-License-Identifier: MIT
 * reader.c - what all ways have in common, and the one that always works: in order.
 */
#include "ingest/reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/big.h"

#define PAGE_BYTES ((size_t)4096)
#define BOMB_BYTES ((uint64_t)64 << 20)
#define BOMB_RATIO 1000

/* ---- a worker's buffer ---- */

struct bnc_block_buf *bnc_block_buf_create(void)
{
    return calloc(1, sizeof(struct bnc_block_buf));
}

char *bnc_block_buf_room(struct bnc_block_buf *buf, size_t cap)
{
    const size_t len = BNC_BLOCK_HEADROOM + cap + BNC_BLOCK_SLACK;
    const size_t unit = len < 2 * BNC_HUGE_BYTES ? PAGE_BYTES : BNC_HUGE_BYTES;

    if (buf->base != NULL && buf->cap >= cap)
        return buf->base + BNC_BLOCK_HEADROOM;
    free(buf->base);
    buf->base = bnc_huge(aligned_alloc(unit, (len + unit - 1) / unit * unit), len);
    buf->cap = buf->base != NULL ? cap : 0;
    return buf->base != NULL ? buf->base + BNC_BLOCK_HEADROOM : NULL;
}

void bnc_block_buf_forget(struct bnc_block_buf *buf)
{
    if (buf->base != NULL)
        bnc_big_forget(buf->base, BNC_BLOCK_HEADROOM + buf->cap);
}

void bnc_block_buf_free(struct bnc_block_buf *buf)
{
    if (buf == NULL)
        return;
    free(buf->base);
    free(buf);
}

/* ---- in order ---- */

struct serial {
    struct bnc_flow *flow; /* the reader's now */
    const char *kept;      /* what head() took, given out first; the source's */
    size_t kept_len;
    bool ended;
};

static enum bnc_status read_serial(struct serial *s, char *out, size_t cap, size_t *n,
                                   struct bnc_error *err)
{
    const size_t take = s->kept_len < cap ? s->kept_len : cap;
    size_t more = 0;
    enum bnc_status status = BNC_OK;

    if (take > 0) {
        memcpy(out, s->kept, take);
        s->kept += take;
        s->kept_len -= take;
    }
    if (take < cap)
        status = bnc_flow_read(s->flow, out + take, cap - take, &more, err);
    *n = take + more;
    return *n > 0 ? BNC_OK : status; /* a fault stays with the flow and comes again */
}

static enum bnc_status claim_serial(struct bnc_reader *r, struct bnc_block_buf *buf,
                                    struct bnc_block *block, bool *more, struct bnc_error *err)
{
    struct serial *s = r->own;
    const uint64_t off = atomic_load(&r->bytes_out);
    char *room = s->ended ? NULL : bnc_block_buf_room(buf, r->opt.block_bytes);
    enum bnc_status status;
    size_t n;

    *more = false;
    if (s->ended)
        return BNC_OK;
    if (room == NULL)
        return bnc_error_nomem(err);
    status = read_serial(s, room, r->opt.block_bytes, &n, err);
    atomic_store(&r->bytes_in, bnc_flow_bytes_in(s->flow));
    if (status != BNC_OK) {
        s->ended = true;
        bnc_error_at(err, r->src->pub.name, 0, off);
        return status;
    }
    s->ended = n == 0;
    memset(room + n, 0, BNC_BLOCK_SLACK);
    *block = (struct bnc_block){ .index = r->n_claimed++,
                                 .off = off,
                                 .bytes = bnc_span_from(room, n),
                                 .last = s->ended,
                                 .whole = true };
    atomic_fetch_add(&r->bytes_out, n);
    *more = true;
    return BNC_OK;
}

static enum bnc_status finish_serial(struct bnc_reader *r, struct bnc_block_buf *buf,
                                     struct bnc_block *block, struct bnc_error *err)
{
    (void)r;
    (void)buf;
    (void)block;
    (void)err;
    return BNC_OK;
}

static void free_serial(struct bnc_reader *r)
{
    struct serial *s = r->own;

    bnc_flow_close(s->flow);
    free(s);
}

static const struct bnc_reader_ops serial_ops = { false, claim_serial,  NULL,
                                                  finish_serial, NULL, free_serial };

enum bnc_status bnc_reader_open_serial(struct bnc_reader *r, struct bnc_flow *flow,
                                       struct bnc_error *err)
{
    struct serial *s = calloc(1, sizeof *s);

    if (s == NULL) {
        bnc_flow_close(flow);
        return bnc_error_nomem(err);
    }
    s->flow = flow;
    s->kept = r->src->kept;
    s->kept_len = r->src->kept_len;
    r->src->kept_len = 0;
    if (bnc_flow_fd(flow) >= 0 && r->src->pub.is_regular)
        fstat(bnc_flow_fd(flow), &r->opened);
    r->own = s;
    r->ops = &serial_ops;
    return BNC_OK;
}

/* ---- any way ---- */

enum bnc_status bnc_reader_open_fd(struct bnc_reader *r, struct bnc_error *err)
{
    r->fd = bnc_source_fd(&r->src->pub);
    if (r->fd < 0)
        return bnc_error_sys(err, BNC_ENOINPUT, "cannot open '%s'", r->src->pub.name);
    if (fstat(r->fd, &r->opened) != 0)
        return bnc_error_sys(err, BNC_EIO, "cannot stat '%s'", r->src->pub.name);
    posix_fadvise(r->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* doubles the read-ahead */
    return BNC_OK;
}

bool bnc_reader_is_parallel(const struct bnc_reader *reader)
{
    return reader->ops->is_parallel;
}

enum bnc_status bnc_reader_claim(struct bnc_reader *reader, struct bnc_block_buf *buf,
                                 struct bnc_block *block, bool *more, struct bnc_error *err)
{
    return reader->ops->claim(reader, buf, block, more, err);
}

void bnc_reader_prepare(struct bnc_reader *reader, struct bnc_block_buf *buf,
                        struct bnc_block *block)
{
    if (reader->ops->prepare != NULL)
        reader->ops->prepare(reader, buf, block);
}

enum bnc_status bnc_reader_finish(struct bnc_reader *reader, struct bnc_block_buf *buf,
                                  struct bnc_block *block, struct bnc_error *err)
{
    return reader->ops->finish(reader, buf, block, err);
}

void bnc_reader_done(struct bnc_reader *reader, struct bnc_block *block)
{
    if (reader->ops->done != NULL)
        reader->ops->done(reader, block);
}

uint64_t bnc_reader_bytes_in(const struct bnc_reader *reader)
{
    return atomic_load(&reader->bytes_in);
}

uint64_t bnc_reader_bytes_out(const struct bnc_reader *reader)
{
    return atomic_load(&reader->bytes_out);
}

bool bnc_reader_is_bomb(const struct bnc_reader *reader)
{
    const uint64_t in = bnc_reader_bytes_in(reader), out = bnc_reader_bytes_out(reader);

    return out > BOMB_BYTES && out / BOMB_RATIO > in;
}

/* Shrunk, or written to and of the same size; what only grew was read as it was. */
static enum bnc_status check_unchanged(const struct bnc_reader *r, struct bnc_error *err)
{
    const int fd = r->fd >= 0 || r->ops != &serial_ops
                       ? r->fd
                       : bnc_flow_fd(((struct serial *)r->own)->flow);
    struct stat now;

    if (fd < 0 || !S_ISREG(r->opened.st_mode) || fstat(fd, &now) != 0)
        return BNC_OK;
    if (now.st_size < r->opened.st_size)
        return bnc_error_set(err, BNC_EIO, "'%s' shrank from %lld to %lld bytes while it was read",
                             r->src->pub.name, (long long)r->opened.st_size,
                             (long long)now.st_size);
    if (now.st_size == r->opened.st_size && (now.st_mtim.tv_sec != r->opened.st_mtim.tv_sec ||
                                             now.st_mtim.tv_nsec != r->opened.st_mtim.tv_nsec))
        return bnc_error_set(err, BNC_EIO, "'%s' was changed while it was read", r->src->pub.name);
    return BNC_OK;
}

enum bnc_status bnc_reader_close(struct bnc_reader *reader, struct bnc_error *err)
{
    enum bnc_status status;

    if (reader == NULL)
        return BNC_OK;
    status = check_unchanged(reader, err);
    if (status != BNC_OK)
        bnc_error_at(err, reader->src->pub.name, 0, BNC_NO_PLACE);
    if (reader->ops != NULL)
        reader->ops->free(reader);
    if (reader->fd >= 0)
        close(reader->fd);
    free(reader);
    return status;
}
