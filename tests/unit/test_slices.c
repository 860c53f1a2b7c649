/* SPDX-License-Identifier: MIT
 * test_slices.c - however slices are spread over threads, the bytes are those of one thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "report_fixture.h"
#include "util/slices.h"

/* Slice i: its number, and i * 37 % 500 kilobytes at most, so that slices end out of order. */
static void put_number(const void *arg, size_t i, struct bnc_buf *out)
{
    bnc_buf_printf(out, "%zu.", i);
    for (size_t k = 0; k < i * 37 % 500 && arg != NULL; k++)
        bnc_buf_printf(out, "%1000zu", i);
}

static void backwards(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
    (void)ctx;
    while (n-- > 0)
        fn(arg, n);
}

struct crew {
    pthread_mutex_t lock;
    size_t next, n;
    void (*fn)(void *arg, size_t i);
    void *arg;
};

static void *work(void *arg)
{
    struct crew *const c = arg;

    for (;;) {
        size_t i;

        pthread_mutex_lock(&c->lock);
        i = c->next++;
        pthread_mutex_unlock(&c->lock);
        if (i >= c->n)
            return NULL;
        c->fn(c->arg, i);
    }
}

static void by_threads(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
    struct crew c = { .lock = PTHREAD_MUTEX_INITIALIZER, .n = n, .fn = fn, .arg = arg };
    pthread_t thread[3];

    (void)ctx;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, work, &c), 0);
    for (size_t i = 0; i < 3; i++)
        pthread_join(thread[i], NULL);
}

static bool append(void *arg, struct bnc_span bytes)
{
    bnc_buf_put(arg, bytes);
    return true;
}

static void expect_same(bnc_parallel_fn parallel, size_t n, const void *arg)
{
    const struct bnc_slices plain = { .n = n, .render = put_number, .arg = arg };
    struct bnc_slices spread = plain;
    struct bnc_buf want = { .at = NULL }, have = { .at = NULL }, seen = { .at = NULL };
    struct bnc_buf drained = { .drain = append, .drain_arg = &seen };

    spread.parallel = parallel;
    bnc_slices_put(&want, &plain);
    bnc_slices_put(&have, &spread);
    bnc_slices_put(&drained, &spread);
    bnc_buf_put(&seen, bnc_buf_span(&drained));
    assert_int_equal(have.len, want.len);
    assert_int_equal(seen.len, want.len);
    assert_memory_equal(bnc_buf_span(&have).at, bnc_buf_span(&want).at, want.len);
    assert_memory_equal(bnc_buf_span(&seen).at, bnc_buf_span(&want).at, want.len);
    bnc_buf_release(&want);
    bnc_buf_release(&have);
    bnc_buf_release(&seen);
    bnc_buf_release(&drained);
}

static void slices__come_in_order_on_any_threads(void **state)
{
    static const size_t counts[] = {
        0, 1, 2, BNC_SLICE_RING - 1, BNC_SLICE_RING, BNC_SLICE_RING + 1, 5 * BNC_SLICE_RING, 100
    };

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        expect_same(backwards, counts[i], NULL);
        expect_same(by_threads, counts[i], NULL);
    }
    expect_same(backwards, 3 * BNC_SLICE_RING, "long ones");
    expect_same(by_threads, 3 * BNC_SLICE_RING, "long ones");
}

/* Document k holds the slice's number k times. */
static void put_several(const void *arg, size_t i, struct bnc_buf *out)
{
    (void)arg;
    for (unsigned k = 0; k < 3; k++)
        for (unsigned n = 0; n < k; n++)
            bnc_buf_printf(&out[k], "%zu ", i);
}

static void slices__of_several_documents_come_in_order(void **state)
{
    const struct bnc_slices plain = { .n = 3 * BNC_SLICE_RING + 1,
                                      .n_out = 3,
                                      .render = put_several };
    struct bnc_slices spread = plain;
    struct bnc_buf want[3] = { { .at = NULL } }, have[3] = { { .at = NULL } };

    (void)state;
    spread.parallel = by_threads;
    bnc_slices_put(want, &plain);
    bnc_slices_put(have, &spread);
    for (unsigned k = 0; k < 3; k++) {
        assert_int_equal(have[k].len, want[k].len);
        assert_memory_equal(bnc_buf_span(&have[k]).at, bnc_buf_span(&want[k]).at, want[k].len);
        assert_true(k == 0 || want[k].len > 100);
        bnc_buf_release(&want[k]);
        bnc_buf_release(&have[k]);
    }
}

static bool refuse(void *arg, struct bnc_span bytes)
{
    size_t *const calls = arg;

    (void)bytes;
    return ++*calls < 3;
}

static void slices__stop_where_the_drain_fails(void **state)
{
    size_t calls = 0;
    struct bnc_buf out = { .drain = refuse, .drain_arg = &calls };
    const struct bnc_slices many = {
        .n = 1000, .render = put_number, .arg = "long ones", .parallel = by_threads
    };

    (void)state;
    bnc_slices_put(&out, &many);
    assert_true(out.failed);
    assert_int_equal(calls, 3);
    bnc_buf_release(&out);
}

/* Slices that a slow drain takes at a time, and how many it took. */
#define AT_ONCE 8
static _Atomic size_t n_taken;

static bool take_slowly(void *arg, struct bnc_span bytes)
{
    const struct timespec pause = { .tv_nsec = 200 * 1000 };

    assert_int_equal(bytes.len, BNC_DRAIN_BYTES);
    nanosleep(&pause, NULL);
    *(size_t *)arg += 1;
    n_taken += AT_ONCE;
    return true;
}

static void put_long(const void *arg, size_t i, struct bnc_buf *out)
{
    (void)arg;
    assert_true(i < n_taken + AT_ONCE + BNC_SLICE_RING); /* the ring, and what is handed on */
    for (size_t k = 0; k < BNC_DRAIN_BYTES / AT_ONCE / 1024; k++)
        bnc_buf_printf(out, "%1024zu", i);
}

static void slices__wait_for_a_slow_drain(void **state)
{
    size_t calls = 0;
    struct bnc_buf out = { .drain = take_slowly, .drain_arg = &calls };
    const struct bnc_slices many = { .n = 4 * BNC_SLICE_RING,
                                     .render = put_long,
                                     .parallel = by_threads };

    (void)state;
    n_taken = 0;
    bnc_slices_put(&out, &many);
    assert_false(out.failed);
    assert_int_equal(calls, 4 * BNC_SLICE_RING / AT_ONCE);
    bnc_buf_release(&out);
}

/* A report with several slices of domains. */
static void json__is_the_same_on_any_threads(void **state)
{
    enum { N = 5 * BNC_SLICE_ROWS + 7 };
    struct fixture f;
    struct bnc_domain *const domains = calloc(N, sizeof *domains);
    struct bnc_buf one = { .at = NULL }, many = { .at = NULL };

    (void)state;
    assert_non_null(domains);
    fixture_init(&f);
    for (size_t i = 0; i < N; i++)
        domains[i] = f.tally.domains[i % f.tally.n_domains];
    f.tally.domains = domains;
    f.tally.n_domains = N;
    f.judged.domain_scope = NULL;
    assert_int_equal(bnc_report_render(&f.data, BNC_FORMAT_JSON, &one, NULL), BNC_OK);
    f.data.parallel = by_threads;
    assert_int_equal(bnc_report_render(&f.data, BNC_FORMAT_JSON, &many, NULL), BNC_OK);
    assert_int_equal(many.len, one.len);
    assert_memory_equal(many.at, one.at, one.len);
    bnc_buf_release(&one);
    bnc_buf_release(&many);
    fixture_release(&f);
    free(domains);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices__come_in_order_on_any_threads),
        cmocka_unit_test(slices__of_several_documents_come_in_order),
        cmocka_unit_test(slices__stop_where_the_drain_fails),
        cmocka_unit_test(slices__wait_for_a_slow_drain),
        cmocka_unit_test(json__is_the_same_on_any_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
