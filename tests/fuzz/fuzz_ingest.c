/* SPDX-License-Identifier: MIT
 * fuzz_ingest.c - any bytes as a file: whatever they are, every way of reading them must tell the
 * same story.
 *
 *     sh tests/fuzz/run.sh 60 ingest
 *
 * The reference is zlib in large blocks.  The others: tiny blocks (members inflated on a guess,
 * large ones handed on half read), pread(), ISA-L, and the same file read like a pipe.  Without
 * fault all must give the same bytes; with one, all must fail, and what came before must agree as
 * far as it goes.  Only ISA-L on a pipe is excused from that: it cannot ask zlib where exactly the
 * damage begins, and a few bytes more or less of a short file may even change what encoding it
 * seems to have.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/source.h"
#include "util/buf.h"

#define MAX_EXPANDED ((uint64_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct bnc_buf bytes;
    enum bnc_status status;
};

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_ingest: %s\n", what);
    abort();
}

static enum bnc_status read_blocks(struct bnc_reader *r, struct bnc_buf *bytes)
{
    struct bnc_block_buf *buf = bnc_block_buf_create();
    enum bnc_status status;
    unsigned n_last = 0;
    bool more = true;

    for (uint64_t i = 0;; i++) {
        struct bnc_block block;

        status = bnc_reader_claim(r, buf, &block, &more, NULL);
        if (status != BNC_OK || !more)
            break;
        status = bnc_reader_finish(r, buf, &block, NULL);
        check(block.index == i, "blocks are numbered without a gap");
        check(block.off == bytes->len, "blocks follow each other without a gap");
        check(n_last == 0, "nothing follows the last block");
        n_last += block.last;
        bnc_buf_put(bytes, block.bytes);
        bnc_reader_done(r, &block);
        if (status != BNC_OK)
            break;
    }
    check(status != BNC_OK || n_last == 1, "a source without fault has a last block");
    bnc_block_buf_free(buf);
    return status;
}

/* Reads source number 'i' of the file. */
static struct reading read_source(const char *path, size_t i, bool as_pipe,
                                  const struct bnc_ingest_options *opt)
{
    struct reading got = { .status = BNC_OK };
    struct bnc_source_list list;
    struct bnc_reader *r;
    char head[100];
    size_t len;
    bool whole;

    check(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL) == BNC_OK,
          "listing succeeds");
    check(i < list.n, "the list is the same every time");
    list.at[i]->is_regular &= !as_pipe;
    got.status = bnc_source_head(list.at[i], opt, head, sizeof head, &len, &whole, NULL);
    if (got.status == BNC_OK)
        got.status = bnc_source_open(list.at[i], opt, &r, NULL);
    if (got.status == BNC_OK) {
        got.status = read_blocks(r, &got.bytes);
        bnc_reader_close(r, NULL);
        check(len <= got.bytes.len && (len == 0 || memcmp(head, got.bytes.at, len) == 0),
              "the head is the start of the bytes");
        check(!whole || got.bytes.len == len, "a whole head is all there is");
    }
    bnc_source_list_release(&list);
    return got;
}

static void compare(const struct reading *want, struct reading got, bool excused)
{
    const size_t n = want->bytes.len < got.bytes.len ? want->bytes.len : got.bytes.len;

    check(got.status == want->status, "every way meets the same fault or none");
    check(n == 0 || (excused && want->status != BNC_OK) ||
              memcmp(want->bytes.at, got.bytes.at, n) == 0,
          "every way gives the same bytes");
    check(want->status != BNC_OK || want->bytes.len == got.bytes.len, "every way gives all bytes");
    bnc_buf_release(&got.bytes);
}

static void compare_ways(const char *path, size_t i)
{
    static const struct {
        size_t block_bytes;
        bool no_mmap, as_pipe;
        enum bnc_gunzip gunzip;
    } ways[] = {
        { 0, true, false, BNC_GUNZIP_ISAL },    { 61, false, false, BNC_GUNZIP_ZLIB },
        { 300, true, false, BNC_GUNZIP_ISAL },  { 5000, false, true, BNC_GUNZIP_ZLIB },
        { 5000, false, true, BNC_GUNZIP_ISAL }, { 300, false, false, BNC_GUNZIP_AUTO },
    };
    const struct bnc_ingest_options plain = { .max_expanded_bytes = MAX_EXPANDED,
                                              .gunzip = BNC_GUNZIP_ZLIB };
    struct reading want = read_source(path, i, false, &plain);

    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        const struct bnc_ingest_options opt = { .max_expanded_bytes = MAX_EXPANDED,
                                                .block_bytes = ways[w].block_bytes,
                                                .no_mmap = ways[w].no_mmap,
                                                .gunzip = ways[w].gunzip };

        compare(&want, read_source(path, i, ways[w].as_pipe, &opt),
                ways[w].as_pipe && ways[w].gunzip == BNC_GUNZIP_ISAL);
    }
    bnc_buf_release(&want.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("fuzz", 0);
    struct bnc_source_list list;
    char name[64];
    const char *path = name;
    size_t n = 0;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    if (bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL) == BNC_OK)
        n = list.n;
    bnc_source_list_release(&list);
    for (size_t i = 0; i < n && i < 8; i++)
        compare_ways(path, i);
    close(fd);
    return 0;
}
