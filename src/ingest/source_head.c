/* SPDX-License-Identifier: MIT
 * source_head.c - what can be known of a source before it is read: its first bytes, a fingerprint,
 * and whether another one holds the same bytes.
 */
#include <stdlib.h>
#include <unistd.h>

#include "ingest/flow.h"
#include "util/hash.h"

#define PRINT_BYTES ((size_t)4 << 10) /* of each end, for the fingerprint */

static bool hash_range(int fd, uint64_t off, uint64_t size_bytes, uint64_t *print)
{
    char buf[PRINT_BYTES];
    const uint64_t left = size_bytes - off;
    const int64_t n = bnc_pread_full(fd, buf, left < PRINT_BYTES ? (size_t)left : PRINT_BYTES, off);

    if (n < 0)
        return false;
    *print = bnc_hash64(buf, (size_t)n, *print);
    return true;
}

static bool hash_ends(int fd, uint64_t size, uint64_t *print)
{
    const uint64_t tail = size > PRINT_BYTES ? size - PRINT_BYTES : 0;

    *print = size;
    return hash_range(fd, 0, size, print) && (tail == 0 || hash_range(fd, tail, size, print));
}

/* Takes the fingerprint while the file is open anyway: opening costs more. */
static void take_print(struct bnc_source_own *src, int fd)
{
    if (src->pub.is_regular && fd >= 0)
        src->has_print = hash_ends(fd, src->pub.size_bytes, &src->print);
}

bool bnc_source_fingerprint(const struct bnc_source *src, uint64_t *fingerprint)
{
    const struct bnc_source_own *own = (const struct bnc_source_own *)src;

    *fingerprint = own->archive != NULL ? bnc_hash_pair(own->crc, UINT32_MAX) : own->print;
    return own->archive != NULL || own->has_print;
}

/* More of what comes only once, until 'cap' bytes are kept for the run. */
static enum bnc_status keep(struct bnc_source_own *src, size_t cap, struct bnc_error *err)
{
    size_t n;
    enum bnc_status status;
    char *kept;

    if (src->kept_len >= cap)
        return BNC_OK;
    kept = realloc(src->kept, cap);
    if (kept == NULL)
        return bnc_error_nomem(err);
    src->kept = kept;
    status = bnc_flow_read(src->flow, kept + src->kept_len, cap - src->kept_len, &n, err);
    src->kept_len += n;
    return status;
}

static enum bnc_status head_once(struct bnc_source_own *src, const struct bnc_ingest_options *opt,
                                 char *buf, size_t cap, size_t *len, bool *whole,
                                 struct bnc_error *err)
{
    enum bnc_status status = BNC_OK;

    if (src->flow == NULL)
        status = bnc_flow_open(&src->flow, src, opt, err);
    if (status == BNC_OK)
        status = keep(src, cap + 1, err);
    if (status != BNC_OK && src->kept_len == 0)
        return status;
    *len = src->kept_len < cap ? src->kept_len : cap;
    *whole = src->kept_len <= cap;
    memcpy(buf, src->kept, *len);
    return BNC_OK;
}

static enum bnc_status head_again(struct bnc_source_own *src, const struct bnc_ingest_options *opt,
                                  char *buf, size_t cap, size_t *len, bool *whole,
                                  struct bnc_error *err)
{
    struct bnc_flow *flow;
    enum bnc_status status = bnc_flow_open(&flow, src, opt, err);
    size_t more = 0;
    char one;

    if (status != BNC_OK)
        return status;
    status = bnc_flow_read(flow, buf, cap, len, err);
    if (status == BNC_OK)
        status = bnc_flow_read(flow, &one, 1, &more, NULL);
    *whole = more == 0;
    take_print(src, bnc_flow_fd(flow));
    bnc_flow_close(flow);
    return *len > 0 ? BNC_OK : status;
}

enum bnc_status bnc_source_head(struct bnc_source *src, const struct bnc_ingest_options *opt,
                                char *buf, size_t cap, size_t *len, bool *whole,
                                struct bnc_error *err)
{
    struct bnc_source_own *own = bnc_source_own(src);
    const bool again = src->is_regular || own->archive != NULL;
    enum bnc_status status;

    *len = 0;
    *whole = true;
    status = again ? head_again(own, opt, buf, cap, len, whole, err)
                   : head_once(own, opt, buf, cap, len, whole, err);
    if (status != BNC_OK)
        bnc_error_at(err, src->name, 0, BNC_NO_PLACE);
    return status;
}

/* The bytes of a source as they lie on disk, or as they come out of a ZIP; 'r' needs release()
 * whatever it returns. */
struct replay {
    struct bnc_raw raw;
    struct bnc_member *member;
    int fd;
};

static bool replay_open(struct replay *r, const struct bnc_source *src)
{
    const struct bnc_source_own *own = (const struct bnc_source_own *)src;

    *r = (struct replay){ .fd = -1 };
    if (own->archive != NULL)
        return bnc_member_open(&r->member, own->archive, src->zip_index, BNC_MEMBER_DECODED,
                               src->name, NULL) == BNC_OK &&
               bnc_raw_init_zip(&r->raw, r->member, src->name, NULL) == BNC_OK;
    r->fd = src->is_regular ? bnc_source_fd(src) : -1;
    return r->fd >= 0 &&
           bnc_raw_init_pread(&r->raw, r->fd, 0, src->size_bytes, BNC_RAW_WINDOW, src->name,
                              NULL) == BNC_OK;
}

static void replay_release(struct replay *r)
{
    bnc_raw_release(&r->raw);
    bnc_member_close(r->member);
    if (r->fd >= 0)
        close(r->fd);
}

static bool same_bytes(struct bnc_raw *a, struct bnc_raw *b)
{
    for (;;) {
        size_t n;

        if (bnc_raw_fill(a, NULL) != BNC_OK || bnc_raw_fill(b, NULL) != BNC_OK)
            return false;
        n = a->len < b->len ? a->len : b->len;
        if (n == 0)
            return a->len == b->len;
        if (memcmp(a->at, b->at, n) != 0)
            return false;
        bnc_raw_skip(a, n);
        bnc_raw_skip(b, n);
    }
}

bool bnc_source_same(const struct bnc_source *a, const struct bnc_source *b)
{
    struct replay ra, rb;
    const bool open_a = replay_open(&ra, a), open_b = replay_open(&rb, b);
    const bool same = open_a && open_b && same_bytes(&ra.raw, &rb.raw);

    replay_release(&ra);
    replay_release(&rb);
    return same;
}
