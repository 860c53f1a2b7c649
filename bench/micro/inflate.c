/* SPDX-License-Identifier: MIT
 * inflate.c - how fast the ingest room alone hands out blocks: plain, gzip, members; mapped or
 * read.
 *
 *     make build/release/bench/micro/inflate
 *     build/release/bench/micro/inflate [-j THREADS] [-b BLOCK_BYTES] [-n] [-z | -i] [-r REPEATS]
 *                                       FILE...
 *     -n  no mapping        -z  zlib        -i  ISA-L        (else the default)
 *
 * Each block is read once (its newlines are counted, so every run can be checked against wc -l) and
 * dropped.  One line per file: best and median GB/s of bytes given out (1e9), newlines, peak memory
 * of the process so far.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "ingest/source.h"

#define MAX_THREADS 64
#define MAX_REPEATS 99

struct run {
    struct bnc_reader *reader;
    pthread_mutex_t lock;
    bool ended;
    uint64_t newlines;
    struct bnc_error err;
};

/* Simple enough for the compiler to vectorize: about as fast as memory. */
__attribute__((optimize("O3"))) static uint64_t count_newlines(struct bnc_span s)
{
    uint64_t n = 0;

    while (s.len > 0) {
        const size_t len = s.len < 255 ? s.len : 255;
        uint8_t few = 0;

        for (size_t i = 0; i < len; i++)
            few = (uint8_t)(few + (s.at[i] == '\n'));
        n += few;
        s.at += len;
        s.len -= len;
    }
    return n;
}

static bool claim(struct run *run, struct bnc_block_buf *buf, struct bnc_block *block)
{
    bool more = false;

    pthread_mutex_lock(&run->lock);
    if (!run->ended) {
        run->ended = bnc_reader_claim(run->reader, buf, block, &more, &run->err) != BNC_OK || !more;
        more = !run->ended;
    }
    pthread_mutex_unlock(&run->lock);
    return more;
}

static void *work(void *arg)
{
    struct run *run = arg;
    struct bnc_block_buf *buf = bnc_block_buf_create();
    struct bnc_block block;
    uint64_t n = 0;

    while (buf != NULL && claim(run, buf, &block)) {
        struct bnc_error err = { 0 };
        const enum bnc_status status = bnc_reader_finish(run->reader, buf, &block, &err);

        n += count_newlines(block.bytes);
        bnc_reader_done(run->reader, &block);
        if (status == BNC_OK)
            continue;
        pthread_mutex_lock(&run->lock);
        run->ended = true;
        run->err = err;
        pthread_mutex_unlock(&run->lock);
    }
    bnc_block_buf_free(buf);
    pthread_mutex_lock(&run->lock);
    run->newlines += n;
    pthread_mutex_unlock(&run->lock);
    return NULL;
}

/* Seconds for one pass, or a negative number after a message. */
static double pass(struct bnc_source *src, const struct bnc_ingest_options *opt, unsigned n_threads,
                   uint64_t *bytes, uint64_t *newlines)
{
    struct run run = { .lock = PTHREAD_MUTEX_INITIALIZER };
    pthread_t threads[MAX_THREADS];
    const double start = wall_seconds();

    if (bnc_source_open(src, opt, &run.reader, &run.err) == BNC_OK) {
        for (unsigned i = 1; i < n_threads; i++)
            pthread_create(&threads[i], NULL, work, &run);
        work(&run);
        for (unsigned i = 1; i < n_threads; i++)
            pthread_join(threads[i], NULL);
        *bytes = bnc_reader_bytes_out(run.reader);
        *newlines = run.newlines;
        if (run.err.status == BNC_OK)
            bnc_reader_close(run.reader, &run.err);
        else
            bnc_reader_close(run.reader, NULL);
    }
    if (run.err.status == BNC_OK)
        return wall_seconds() - start;
    fprintf(stderr, "inflate: %s\n", run.err.text);
    return -1;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int measure(struct bnc_source *src, const struct bnc_ingest_options *opt, unsigned n_threads,
                   unsigned repeats)
{
    double seconds[MAX_REPEATS];
    uint64_t bytes = 0, newlines = 0;
    struct rusage use;

    for (unsigned i = 0; i < repeats; i++) {
        seconds[i] = pass(src, opt, n_threads, &bytes, &newlines);
        if (seconds[i] < 0)
            return 1;
    }
    qsort(seconds, repeats, sizeof *seconds, by_value);
    getrusage(RUSAGE_SELF, &use);
    printf("%-40s best %.3f  median %.3f GB/s  %llu newlines  peak %ld MiB\n", src->name,
           (double)bytes / seconds[0] / 1e9, (double)bytes / seconds[repeats / 2] / 1e9,
           (unsigned long long)newlines, use.ru_maxrss >> 10);
    return 0;
}

static unsigned number(const char *text, unsigned max)
{
    const unsigned long n = strtoul(text, NULL, 10);

    return n < 1 ? 1 : n > max ? max : (unsigned)n;
}

int main(int argc, char **argv)
{
    struct bnc_ingest_options opt = { .map_bytes = UINT64_MAX };
    struct bnc_source_list list;
    unsigned n_threads = 2, repeats = 5;
    int c, failed = 0;

    while ((c = getopt(argc, argv, "j:b:r:nzi")) != -1)
        switch (c) {
        case 'j': n_threads = number(optarg, MAX_THREADS); break;
        case 'b': opt.block_bytes = number(optarg, 1u << 30); break;
        case 'r': repeats = number(optarg, MAX_REPEATS); break;
        case 'n': opt.no_mmap = true; break;
        case 'z': opt.gunzip = BNC_GUNZIP_ZLIB; break;
        case 'i': opt.gunzip = BNC_GUNZIP_ISAL; break;
        default: return 2;
        }
    if (bnc_source_list_create(&list, (const char *const *)argv + optind, (size_t)(argc - optind),
                               NULL, NULL, NULL) != BNC_OK)
        return 1;
    for (size_t i = 0; i < list.n; i++)
        failed |= measure(list.at[i], &opt, n_threads, repeats);
    bnc_source_list_release(&list);
    return failed;
}
