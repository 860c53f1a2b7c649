/* SPDX-License-Identifier: MIT
 * ingest_kit.h - what the tests of the ingest room share: files in a folder of their own, sources
 * read whole.
 */
#ifndef BNC_TEST_INGEST_KIT_H
#define BNC_TEST_INGEST_KIT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "ingest/source.h"
#include "util/buf.h"

struct kit { /* the test's folder */
    char dir[64];
    char path[256]; /* of the file made last */
};

static inline int kit_setup(void **state)
{
    struct kit *kit = calloc(1, sizeof *kit);

    strcpy(kit->dir, "/tmp/bnc-ingest-XXXXXX");
    assert_non_null(mkdtemp(kit->dir));
    *state = kit;
    return 0;
}

static inline int kit_teardown(void **state)
{
    struct kit *kit = *state;
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", kit->dir);
    assert_int_equal(system(command), 0);
    free(kit);
    return 0;
}

static inline const char *kit_path(struct kit *kit, const char *name)
{
    snprintf(kit->path, sizeof kit->path, "%s/%s", kit->dir, name);
    return kit->path;
}

static inline const char *kit_file(struct kit *kit, const char *name, struct bnc_span bytes)
{
    FILE *f = fopen(kit_path(kit, name), "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes.at, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
    return kit->path;
}

/* A text of 'len' bytes that looks like an export and is the same every time. */
static inline struct bnc_buf kit_text(size_t len, uint64_t seed)
{
    struct bnc_buf b = { 0 };
    uint64_t x = seed * 2 + 1;

    while (b.len < len) {
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        bnc_buf_printf(&b, "%u,user%u@example%u.com,\"550 5.%u.1 mailbox, not found %x\"\r\n",
                       (unsigned)(x >> 40) % 900000, (unsigned)(x >> 33) % 90000,
                       (unsigned)(x >> 50) % 40, (unsigned)(x >> 60), (unsigned)(x >> 32));
    }
    b.len = len;
    return b;
}

/* Appends one gzip member. */
static inline void kit_gzip(struct bnc_buf *to, struct bnc_span bytes, int level)
{
    z_stream z = { 0 };
    const size_t room = compressBound(bytes.len) + 64;

    assert_true(bnc_buf_reserve(to, room));
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (z_const Bytef *)bytes.at;
    z.avail_in = (uInt)bytes.len;
    z.next_out = (Bytef *)to->at + to->len;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    to->len += z.total_out;
    deflateEnd(&z);
}

struct faults { /* what a list reported */
    unsigned n, n_info;
    struct bnc_error last;
    char text[4096]; /* all of them, a line each */
};

static inline void kit_on_fault(void *arg, const struct bnc_error *err)
{
    struct faults *f = arg;

    f->last = *err;
    if (err->status == BNC_OK)
        f->n_info++;
    else
        f->n++;
    strncat(f->text, err->text, sizeof f->text - strlen(f->text) - 2);
    strcat(f->text, "\n");
}

struct slurped {
    struct bnc_buf bytes;
    enum bnc_status status; /* of the first fault, opening included; else of close() */
    struct bnc_error err;
    uint64_t n_blocks;
    unsigned n_last;
    bool parallel;
    enum bnc_container container;
    enum bnc_encoding encoding;
};

static inline void slurp_blocks(struct slurped *s, struct bnc_reader *r)
{
    struct bnc_block_buf *buf = bnc_block_buf_create();
    struct bnc_block block;
    bool more = true;

    while (s->status == BNC_OK) {
        s->status = bnc_reader_claim(r, buf, &block, &more, &s->err);
        if (s->status != BNC_OK || !more)
            break;
        s->status = bnc_reader_finish(r, buf, &block, &s->err);
        assert_int_equal(block.index, s->n_blocks++);
        assert_int_equal(block.off, s->bytes.len);
        assert_int_equal(s->n_last, 0);
        bnc_buf_put(&s->bytes, block.bytes);
        s->n_last += block.last;
        bnc_reader_done(r, &block);
    }
    bnc_block_buf_free(buf);
}

/* Reads one source; release with bnc_buf_release(&s.bytes). */
static inline struct slurped slurp_source(struct bnc_source *src,
                                          const struct bnc_ingest_options *opt)
{
    struct slurped s = { 0 };
    struct bnc_reader *r;

    s.status = bnc_source_open(src, opt, &r, &s.err);
    if (s.status != BNC_OK)
        return s;
    s.parallel = bnc_reader_is_parallel(r);
    slurp_blocks(&s, r);
    if (s.status == BNC_OK) {
        assert_int_equal(s.n_last, 1);
        assert_int_equal(bnc_reader_bytes_out(r), s.bytes.len);
        s.status = bnc_reader_close(r, &s.err);
    } else
        bnc_reader_close(r, NULL);
    s.container = src->container;
    s.encoding = src->encoding;
    return s;
}

/* Reads a source as the engine does: 'n_threads' workers claim under a lock, finish without it. */
#define CREW_HELD 3 /* blocks a worker has at once, in every other round */
struct crew {
    struct bnc_reader *reader;
    pthread_mutex_t lock;
    bool ended;
    struct piece {
        struct bnc_buf bytes;
        uint64_t off;
        bool done, last;
        enum bnc_status status;
    } * pieces;
    uint64_t n, cap;
    enum bnc_status claim_status;
};

static inline bool crew_claim(struct crew *c, struct bnc_block_buf *buf, struct bnc_block *block)
{
    bool more = false;

    pthread_mutex_lock(&c->lock);
    if (!c->ended) {
        c->claim_status = bnc_reader_claim(c->reader, buf, block, &more, NULL);
        c->ended = !more || c->claim_status != BNC_OK;
        more = !c->ended;
    }
    pthread_mutex_unlock(&c->lock);
    return more;
}

static inline void crew_finish(struct crew *c, struct bnc_block_buf *buf, struct bnc_block *block)
{
    const enum bnc_status status = bnc_reader_finish(c->reader, buf, block, NULL);
    struct bnc_buf bytes = { 0 };

    bnc_buf_put(&bytes, block->bytes);
    bnc_reader_done(c->reader, block);
    pthread_mutex_lock(&c->lock);
    c->ended |= status != BNC_OK;
    if (block->index >= c->cap) {
        c->cap = block->index * 2 + 64;
        c->pieces = realloc(c->pieces, c->cap * sizeof *c->pieces);
        memset(c->pieces + c->n, 0, (c->cap - c->n) * sizeof *c->pieces);
    }
    if (block->index >= c->n)
        c->n = block->index + 1;
    c->pieces[block->index] = (struct piece){ bytes, block->off, true, block->last, status };
    pthread_mutex_unlock(&c->lock);
}

/* In turn one block is finished at once, and several are prepared and finished last first. */
static inline void *crew_work(void *arg)
{
    struct crew *c = arg;
    struct bnc_block_buf *bufs[CREW_HELD];
    struct bnc_block blocks[CREW_HELD];
    size_t n = 1;

    for (size_t i = 0; i < CREW_HELD; i++)
        bufs[i] = bnc_block_buf_create();
    for (size_t most = 1; n > 0; most = CREW_HELD + 1 - most) {
        for (n = 0; n < most && crew_claim(c, bufs[n], &blocks[n]); n++)
            if (most > 1)
                bnc_reader_prepare(c->reader, bufs[n], &blocks[n]);
        for (size_t i = n; i-- > 0;)
            crew_finish(c, bufs[i], &blocks[i]);
    }
    for (size_t i = 0; i < CREW_HELD; i++)
        bnc_block_buf_free(bufs[i]);
    return NULL;
}

static inline struct slurped slurp_threads(struct bnc_source *src,
                                           const struct bnc_ingest_options *opt, unsigned n_threads)
{
    struct slurped s = { 0 };
    struct crew c = { .lock = PTHREAD_MUTEX_INITIALIZER };
    pthread_t thread[16];

    s.status = bnc_source_open(src, opt, &c.reader, &s.err);
    if (s.status != BNC_OK)
        return s;
    for (unsigned i = 0; i < n_threads; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, crew_work, &c), 0);
    for (unsigned i = 0; i < n_threads; i++)
        pthread_join(thread[i], NULL);
    for (uint64_t i = 0; i < c.n; i++) {
        if (s.status == BNC_OK && c.pieces[i].done &&
            (s.n_last == 0 || c.pieces[i].bytes.len > 0)) {
            assert_int_equal(c.pieces[i].off, s.bytes.len);
            bnc_buf_put(&s.bytes, bnc_buf_span(&c.pieces[i].bytes));
            s.n_last += c.pieces[i].last;
            s.status = c.pieces[i].status;
        }
        bnc_buf_release(&c.pieces[i].bytes);
    }
    free(c.pieces);
    if (s.status == BNC_OK)
        s.status = c.claim_status;
    if (s.status == BNC_OK) {
        assert_int_equal(s.n_last, 1);
        s.status = bnc_reader_close(c.reader, &s.err);
    } else
        bnc_reader_close(c.reader, NULL);
    return s;
}

/* Reads the only source of a path. */
static inline struct slurped slurp(const char *path, const struct bnc_ingest_options *opt)
{
    struct bnc_source_list list;
    struct faults faults = { 0 };
    struct slurped s = { 0 };

    assert_int_equal(bnc_source_list_create(&list, &path, 1, kit_on_fault, &faults, NULL),
                     BNC_OK);
    if (list.n == 1)
        s = slurp_source(list.at[0], opt);
    else {
        assert_int_equal(list.n, 0);
        s.status = faults.last.status;
        s.err = faults.last;
    }
    bnc_source_list_release(&list);
    return s;
}

/* The bytes and status that must come out, whatever the options. */
static inline void assert_slurps(const char *path, const struct bnc_ingest_options *opt,
                                 struct bnc_span want, enum bnc_status status)
{
    struct slurped s = slurp(path, opt);

    if (s.status != status)
        print_message("%s\n", s.err.text);
    assert_int_equal(s.status, status);
    assert_int_equal(s.bytes.len, want.len);
    if (want.len > 0)
        assert_memory_equal(s.bytes.at, want.at, want.len);
    bnc_buf_release(&s.bytes);
}

/* The same for every block size, with and without mapping, with any inflater. */
static inline void assert_slurps_every_way(const char *path, struct bnc_span want,
                                           enum bnc_status status)
{
    static const size_t sizes[] = { 1, 7, 4096, 0 };

    for (unsigned i = 0; i < 4; i++)
        for (int no_mmap = 0; no_mmap < 2; no_mmap++)
            for (int gunzip = BNC_GUNZIP_AUTO; gunzip <= BNC_GUNZIP_ISAL; gunzip++)
                assert_slurps(path,
                              &(struct bnc_ingest_options){ .block_bytes = sizes[i],
                                                            .no_mmap = no_mmap != 0,
                                                            .gunzip = (enum bnc_gunzip)gunzip },
                              want, status);
}

#endif
