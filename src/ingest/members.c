/* SPDX-License-Identifier: MIT
 * members.c - a gzip file of many members, inflated side by side, exactly.
 *
 * BGZF, pigz -i, rotated logs put together with cat: such files hold members that need nothing of
 * one another.  Where a member begins is only known once the one before has been inflated to its
 * end - but its first bytes (1f 8b 08 ...) can be searched for, and what looks like a header nearly
 * always is one.  So:
 *
 *     file    |== member ==|== member ==|=== member ===|..|== member ==|
 *     pieces  |<------ piece 0 -------->|<---- piece 1 --->|<- piece 2 ->|
 *             ^ 0                       ^ candidate         ^ candidate
 *
 *   claim()   takes the piece from one candidate to the next that lies far enough ahead.
 *   prepare() inflates it on a guess, and waits for nobody.
 *   finish()  settles all pieces up to this one: each begins at the *proven* place where the piece
 *             before really ended.  Where that is the candidate, the guess was right and the bytes
 *             count.  Else they are thrown away and the piece is inflated again from the proven
 *             place, up to the first member that begins at or behind its end.
 *
 * So a false candidate costs time, never truth; after MAX_MISSES of them the guessing ends.  A
 * member too large for a buffer (its length field says so, or it turns out) is handed on half read:
 * the decoder itself passes from block to block, which is also how a file of one member is read: in
 * claim(), in order, by whichever thread is free.  Then finish() does for it what need not be done
 * in order: checksums (owed.h), and reading the window that is inflated next (ahead.h).
 */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "ingest/ahead.h"
#include "ingest/owed.h"
#include "ingest/reader.h"

#define MAX_MISSES 3
#define LIMIT_BLOCKS 32                     /* a piece may give this many blocks' worth of bytes */
#define MAX_LIMIT_BYTES ((size_t)64 << 20)  /* but no more than this, or one block */
#define PIECE_PART 16                       /* the least: such a part of a block, compressed, so */
                                            /* that what it gives stays in the second cache */
#define RANGE_BLOCKS 8                      /* and take this many of compressed ones */
#define LEAST_SCAN ((size_t)16 << 10) /* what BGZF takes; */
#define SCAN_BYTES ((size_t)64 << 10) /* a search that goes on takes more at once */
#define HEADER_BYTES ((size_t)10)
#define LEAST_WINDOW ((size_t)4 << 10)
#define NOWHERE UINT64_MAX
enum { IN_ORDER_GOOD, IN_ORDER_FAILED }; /* raw_to of a block that claim() inflated: no piece */

/* A piece on its way: inflated by who claimed it, settled by whoever first has a use for it. */
struct piece {
    struct bnc_gzip gz;
    struct piece *next;     /* the one claimed behind it, or another that is idle */
    struct piece *older;    /* that was made before; for free() */
    struct bnc_block block; /* as it was claimed, then as it is */
    char *room;             /* NULL: out of memory */
    size_t n;               /* bytes there */
    bool inflated;          /* on a guess */
    enum bnc_status status;
    struct bnc_error err;
};

struct members {
    uint64_t size_bytes; /* of the file */
    char *scan;          /* SCAN_BYTES, for claim() */
    uint64_t guess;      /* claim(): where the next piece is thought to begin */
    uint64_t mark_left;  /* of a byte order mark to be dropped */

    pthread_mutex_t lock;
    pthread_cond_t changed;     /* a piece is inflated, or settled */
    uint64_t n_settled; /* blocks whose bytes are certain */
    unsigned misses;
    bool settling;              /* somebody settles block number n_settled */
    struct piece *first, *last; /* claimed, not settled */
    struct piece *idle, *made;  /* in no use; the last made of all */
    /* what is certain; belongs to who settles */
    uint64_t pos;         /* file offset */
    uint64_t out;         /* bytes given out before it, the mark included */
    struct bnc_gzip live; /* the decoder, where pos lies inside a member */
    bool is_live, ended, failed;
    struct bnc_error err; /* of a block that claim() inflated, until its finish() */
    struct bnc_owed owed; /* of such blocks; without them live.crc is not complete */
    struct bnc_ahead ahead; /* for live */
};

/* ---- candidates ---- */

typedef unsigned char vec16 __attribute__((vector_size(16), aligned(1), may_alias));

static bool any(vec16 v)
{
    uint64_t half[2];

    memcpy(half, &v, sizeof half);
    return (half[0] | half[1]) != 0;
}

/* Where a header may begin in the 16 bytes at 'at'. */
static vec16 magic(const char *at)
{
    return (vec16)(*(const vec16 *)at == 0x1f) & (vec16)(*(const vec16 *)(at + 1) == 0x8b);
}

/* The first place in 's' that looks like a header and has HEADER_BYTES, or s.len. */
static size_t find_header(struct bnc_span s)
{
    size_t i = 0;

    while (i + HEADER_BYTES <= s.len) {
        const char *const at = s.at + i;

        if (i + 65 <= s.len &&
            !any(magic(at) | magic(at + 16) | magic(at + 32) | magic(at + 48))) {
            i += 64;
            continue;
        }
        for (size_t end = i + 64; i < end && i + HEADER_BYTES <= s.len; i++)
            if (s.at[i] == 0x1f && bnc_gzip_is_header(bnc_span_from(s.at + i, s.len - i)))
                return i;
    }
    return s.len;
}

/* The first candidate in ['from', 'end'); the file's end if that comes first; NOWHERE. */
static uint64_t next_candidate(const struct bnc_reader *r, struct members *m, uint64_t from,
                               uint64_t end)
{
    size_t most = LEAST_SCAN;

    for (uint64_t at = from; at < end; at += most - HEADER_BYTES, most = SCAN_BYTES) {
        const int64_t n = bnc_pread_full(r->fd, m->scan, most, at);
        size_t i;

        if (n <= 0)
            return n == 0 && at >= m->size_bytes ? m->size_bytes : NOWHERE;
        i = find_header(bnc_span_from(m->scan, (size_t)n));
        if (i < (size_t)n)
            return at + i;
    }
    return end >= m->size_bytes ? m->size_bytes : NOWHERE;
}

/* The length field before 'end': a hint how large the last member is, and believed for no more. */
static uint64_t length_hint(const struct bnc_reader *r, uint64_t end)
{
    unsigned char b[4] = { 0 };

    bnc_pread_full(r->fd, (char *)b, sizeof b, end - sizeof b);
    return b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24;
}

/* The bytes a piece may give. */
static size_t piece_limit(const struct bnc_reader *r)
{
    const size_t block = r->opt.block_bytes;

    if (block >= MAX_LIMIT_BYTES)
        return block;
    return block * LIMIT_BLOCKS < MAX_LIMIT_BYTES ? block * LIMIT_BLOCKS : MAX_LIMIT_BYTES;
}

/* The end of the piece that begins at the guess, or NOWHERE if it had better be read in order. */
static uint64_t plan(const struct bnc_reader *r, struct members *m)
{
    const uint64_t block = r->opt.block_bytes, from = m->guess;
    uint64_t to;

    if (from >= m->size_bytes)
        return NOWHERE;
    to = next_candidate(r, m, from + block / PIECE_PART + HEADER_BYTES,
                        from + block * RANGE_BLOCKS + HEADER_BYTES);
    if (to == m->size_bytes && r->n_claimed == 0)
        return NOWHERE; /* one piece: nothing is gained, and blocks would be large */
    return to != NOWHERE && length_hint(r, to) <= piece_limit(r) ? to : NOWHERE;
}

/* ---- pieces ---- */

/* One that nobody uses; NULL: out of memory. */
static struct piece *take_piece(struct members *m)
{
    struct piece *p;

    pthread_mutex_lock(&m->lock);
    p = m->idle;
    if (p != NULL)
        m->idle = p->next;
    pthread_mutex_unlock(&m->lock);
    if (p != NULL)
        return p;
    p = calloc(1, sizeof *p);
    if (p != NULL) {
        p->older = m->made;
        m->made = p;
    }
    return p;
}

static void give_back(struct members *m, struct piece *p)
{
    pthread_mutex_lock(&m->lock);
    p->next = m->idle;
    m->idle = p;
    pthread_mutex_unlock(&m->lock);
}

static enum bnc_status start_at(struct bnc_reader *r, const struct members *m, struct bnc_gzip *gz,
                                uint64_t from, size_t window_bytes, struct bnc_error *err)
{
    const enum bnc_status status = bnc_raw_init_pread(&gz->raw, r->fd, from, m->size_bytes,
                                                      window_bytes, r->src->pub.name, err);

    return status != BNC_OK ? status : bnc_gzip_init(gz, r->opt.gunzip, NULL, err);
}

/* Where the piece must have come to, or goes on until. */
static uint64_t piece_end(const struct members *m, const struct bnc_block *block)
{
    return block->raw_to == m->size_bytes ? BNC_GZIP_NO_END : block->raw_to;
}

/* Readies 'gz' for a piece, which is read in one go. */
static enum bnc_status start_piece(struct bnc_reader *r, const struct members *m,
                                   struct bnc_gzip *gz, const struct bnc_block *block,
                                   struct bnc_error *err)
{
    const uint64_t len = block->raw_to - block->raw_from;

    if (r->opt.gunzip == BNC_GUNZIP_AUTO)
        bnc_gzip_try_whole(gz);
    return start_at(r, m, gz, block->raw_from, len < LEAST_WINDOW ? LEAST_WINDOW : len, err);
}

/* ---- what is certain ---- */

static void swap_decoders(struct bnc_gzip *a, struct bnc_gzip *b)
{
    const struct bnc_gzip t = *a;

    *a = *b;
    *b = t;
}

/* Readies 'gz' to go on at the certain place; a piece does behind a member read in order. */
static enum bnc_status resume(struct bnc_reader *r, struct members *m, struct bnc_gzip *gz,
                              struct bnc_error *err)
{
    assert(gz == &m->live || m->owed.n == 0);
    if (!m->is_live)
        return start_at(r, m, gz, m->pos, BNC_RAW_WINDOW, err);
    swap_decoders(gz, &m->live); /* or with itself */
    m->is_live = false;
    return BNC_OK;
}

/* Cuts what goes beyond the limit; then that is the fault, else 'status'. */
static enum bnc_status limit_output(const struct bnc_reader *r, const struct members *m, size_t *n,
                                    enum bnc_status status, struct bnc_error *err)
{
    const uint64_t max = r->opt.max_expanded_bytes;

    if (max == 0 || m->out + *n <= max)
        return status;
    *n = (size_t)(max - m->out);
    return bnc_error_set(err, BNC_EDATA,
                         "'%s' expands to more than the limit allows (--max-expanded)",
                         r->src->pub.name);
}

/*
 * Makes 'n' bytes at 'at' the block, and where 'gz' stands the certain place.  'status' and '*err'
 * tell how it got there.
 */
static enum bnc_status settle(struct bnc_reader *r, struct members *m, struct bnc_gzip *gz,
                              struct bnc_block *block, char *at, size_t n, enum bnc_status status,
                              struct bnc_error *err)
{
    const uint64_t mark = r->src->mark_bytes;
    size_t skip;

    status = limit_output(r, m, &n, status, err);
    skip = m->mark_left < n ? (size_t)m->mark_left : n;
    m->mark_left -= skip;
    memset(at + n, 0, BNC_BLOCK_SLACK);
    block->off = m->out + skip - (mark - m->mark_left);
    block->bytes = bnc_span_from(at + skip, n - skip);
    m->out += n;
    m->pos = bnc_raw_pos(&gz->raw);
    m->failed = status != BNC_OK;
    m->ended = gz->step == BNC_GZIP_DONE;
    block->last = m->ended && !m->failed;
    if (!m->failed && !m->ended && !bnc_gzip_is_between(gz)) {
        swap_decoders(gz, &m->live);
        m->is_live = true;
    }
    atomic_store(&r->bytes_in, m->pos);
    atomic_fetch_add(&r->bytes_out, n - skip);
    if (m->failed)
        bnc_error_at(err, r->src->pub.name, 0, block->off + block->bytes.len);
    return status;
}

/* Inflates the piece again from the certain place; nothing where that lies behind it. */
static enum bnc_status inflate_again(struct bnc_reader *r, struct members *m, struct piece *p)
{
    enum bnc_status status;

    pthread_mutex_lock(&m->lock);
    m->misses++;
    pthread_mutex_unlock(&m->lock);
    p->n = 0;
    status = resume(r, m, &p->gz, &p->err);
    return status != BNC_OK ? status
                            : bnc_gzip_read(&p->gz, p->room, piece_limit(r),
                                            piece_end(m, &p->block), &p->n, &p->err);
}

/* Makes the piece certain, and wrong guesses good; all blocks before it are. */
static void settle_piece(struct bnc_reader *r, struct members *m, struct piece *p)
{
    if (m->ended || m->failed) {
        p->status = BNC_OK; /* of what is no part of the source */
        return;
    }
    if (p->room == NULL) {
        m->failed = true;
        return;
    }
    if (m->is_live || m->pos != p->block.raw_from)
        p->status = inflate_again(r, m, p);
    p->status = settle(r, m, &p->gz, &p->block, p->room, p->n, p->status, &p->err);
}

/* Makes the blocks before 'index' certain; waits for those who inflate them, for nobody else. */
static void settle_until(struct bnc_reader *r, struct members *m, uint64_t index)
{
    pthread_mutex_lock(&m->lock);
    while (m->n_settled < index) {
        struct piece *const p = m->first;

        if (m->settling || !p->inflated) {
            pthread_cond_wait(&m->changed, &m->lock);
            continue;
        }
        m->settling = true;
        pthread_mutex_unlock(&m->lock);
        settle_piece(r, m, p);
        pthread_mutex_lock(&m->lock);
        m->settling = false;
        m->first = p->next;
        m->n_settled++;
        pthread_cond_broadcast(&m->changed);
    }
    pthread_mutex_unlock(&m->lock);
}

/* ---- the calls ---- */

static unsigned n_misses(struct members *m)
{
    unsigned n;

    pthread_mutex_lock(&m->lock);
    n = m->misses;
    pthread_mutex_unlock(&m->lock);
    return n;
}

static enum bnc_status claim_piece(struct bnc_reader *r, struct members *m, uint64_t to,
                                   struct bnc_block *block, struct bnc_error *err)
{
    struct piece *p = take_piece(m);

    if (p == NULL)
        return bnc_error_nomem(err);
    *block = (struct bnc_block){ .index = r->n_claimed++,
                                 .bytes = bnc_span_from("", 0),
                                 .raw_from = m->guess,
                                 .raw_to = to,
                                 .piece = p };
    m->guess = to;
    p->block = *block;
    p->inflated = false;
    p->next = NULL;
    pthread_mutex_lock(&m->lock);
    *(m->first == NULL ? &m->first : &m->last->next) = p;
    m->last = p;
    pthread_mutex_unlock(&m->lock);
    return BNC_OK;
}

/* Reads in order; sums are owed, and all paid at the member's end. */
static enum bnc_status read_in_order(struct members *m, uint64_t index, char *room, size_t cap,
                                     uint64_t until, size_t *n, struct bnc_error *err)
{
    struct bnc_gzip *const gz = &m->live;
    size_t more = 0;
    enum bnc_status status;

    gz->owes_sums = true;
    gz->raw.ahead = &m->ahead;
    status = bnc_gzip_read(gz, room, cap, until, n, err);
    if (status == BNC_OK && gz->step == BNC_GZIP_DATA)
        gz->crc = bnc_owed_add(&m->owed, gz->crc, gz->with, index, bnc_span_from(room, *n));
    gz->owes_sums = false;
    if (status != BNC_OK || gz->step != BNC_GZIP_TRAILER)
        return status;
    gz->crc = bnc_owed_settle(&m->owed, gz->crc);
    gz->crc = gz->with->crc32(gz->crc, (const unsigned char *)room, *n);
    status = bnc_gzip_read(gz, room + *n, cap - *n, until, &more, err);
    *n += more;
    return status;
}

/* The next block in order; its turn has come.  It ends with its member: guessing goes on there. */
static enum bnc_status claim_in_order(struct bnc_reader *r, struct members *m,
                                      struct bnc_block_buf *buf, struct bnc_block *block,
                                      struct bnc_error *err)
{
    char *room = bnc_block_buf_room(buf, r->opt.block_bytes);
    const uint64_t until = m->pos < m->size_bytes && n_misses(m) < MAX_MISSES ? m->pos + 1
                                                                              : BNC_GZIP_NO_END;
    size_t n = 0;
    enum bnc_status status = room == NULL ? bnc_error_nomem(err) : resume(r, m, &m->live, err);

    m->guess = NOWHERE; /* until the member's end is found */
    if (status != BNC_OK)
        return status;
    *block = (struct bnc_block){ .index = r->n_claimed++, .whole = true };
    status = read_in_order(m, block->index, room, r->opt.block_bytes, until, &n, &m->err);
    status = settle(r, m, &m->live, block, room, n, status, &m->err);
    block->raw_to = status == BNC_OK ? IN_ORDER_GOOD : IN_ORDER_FAILED;
    pthread_mutex_lock(&m->lock);
    m->n_settled++; /* nothing was left to be settled: nobody waits */
    pthread_mutex_unlock(&m->lock);
    return BNC_OK;
}

static enum bnc_status claim_members(struct bnc_reader *r, struct bnc_block_buf *buf,
                                     struct bnc_block *block, bool *more, struct bnc_error *err)
{
    struct members *m = r->own;
    uint64_t to = m->guess != NOWHERE && n_misses(m) < MAX_MISSES ? plan(r, m) : NOWHERE;

    *more = true;
    if (to == NOWHERE) {
        settle_until(r, m, r->n_claimed);
        if (m->ended || m->failed) {
            *more = false;
            return BNC_OK;
        }
        m->guess = m->is_live || n_misses(m) >= MAX_MISSES ? NOWHERE : m->pos;
        to = m->guess != NOWHERE && r->n_claimed > 0 ? plan(r, m) : NOWHERE;
    }
    if (to == NOWHERE)
        return claim_in_order(r, m, buf, block, err);
    return claim_piece(r, m, to, block, err);
}

static enum bnc_status finish_in_order(struct members *m, const struct bnc_block *block,
                                       struct bnc_error *err)
{
    bnc_ahead_read(&m->ahead);
    bnc_owed_pay(&m->owed, block->index);
    if (block->raw_to == IN_ORDER_GOOD)
        return BNC_OK;
    if (err != NULL)
        *err = m->err; /* nobody writes it any more: a source fails once */
    return m->err.status;
}

/* Inflates a piece on a guess; what came of it matters once it is settled. */
static void prepare_members(struct bnc_reader *r, struct bnc_block_buf *buf,
                            struct bnc_block *block)
{
    struct members *m = r->own;
    struct piece *const p = block->piece;
    const size_t limit = piece_limit(r);

    if (p == NULL)
        return;
    p->n = 0;
    p->room = bnc_block_buf_room(buf, limit);
    p->status = p->room == NULL ? bnc_error_nomem(&p->err)
                                : start_piece(r, m, &p->gz, block, &p->err);
    if (p->status == BNC_OK)
        p->status = bnc_gzip_read(&p->gz, p->room, limit, piece_end(m, block), &p->n, &p->err);
    block->bytes.len = p->n;
    pthread_mutex_lock(&m->lock);
    p->inflated = true;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
}

static enum bnc_status finish_members(struct bnc_reader *r, struct bnc_block_buf *buf,
                                      struct bnc_block *block, struct bnc_error *err)
{
    struct members *m = r->own;
    struct piece *const p = block->piece;
    enum bnc_status status;

    if (p == NULL)
        return finish_in_order(m, block, err);
    if (!p->inflated)
        prepare_members(r, buf, block);
    settle_until(r, m, block->index + 1);
    *block = p->block;
    status = p->status;
    if (status != BNC_OK && err != NULL)
        *err = p->err;
    give_back(m, p);
    return status;
}

static void free_members(struct bnc_reader *r)
{
    struct members *m = r->own;

    while (m->made != NULL) {
        struct piece *p = m->made;

        m->made = p->older;
        bnc_gzip_release(&p->gz);
        free(p);
    }
    bnc_gzip_release(&m->live);
    bnc_owed_release(&m->owed);
    bnc_ahead_release(&m->ahead);
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->lock);
    free(m->scan);
    free(m);
}

static const struct bnc_reader_ops members_ops = { false, claim_members, prepare_members,
                                                   finish_members, NULL, free_members };

enum bnc_status bnc_reader_open_members(struct bnc_reader *r, struct bnc_error *err)
{
    struct members *m;
    const enum bnc_status status = bnc_reader_open_fd(r, err);

    if (status != BNC_OK)
        return status;
    m = calloc(1, sizeof *m);
    if (m == NULL)
        return bnc_error_nomem(err);
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->changed, NULL);
    bnc_owed_init(&m->owed);
    bnc_ahead_init(&m->ahead);
    r->own = m;
    r->ops = &members_ops;
    m->size_bytes = (uint64_t)r->opened.st_size;
    m->mark_left = r->src->mark_bytes;
    m->scan = malloc(SCAN_BYTES);
    return m->scan == NULL ? bnc_error_nomem(err) : BNC_OK;
}
