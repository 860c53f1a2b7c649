/* SPDX-License-Identifier: MIT */
#include "aggregate/address_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEED UINT64_C(0x5851f42d4c957f2d)
#define N 200000u /* records of a log; bits of a fingerprint say which */
#define WHICH(fp) ((fp) >> 12 & 0x3ffff)

typedef struct bnc_address_rec (*make_fn)(uint64_t random, uint32_t i);

static uint64_t draw(uint64_t i)
{
    return bnc_mix64(i ^ BNC_HASH_K1, SEED);
}

static bool is_same(const struct bnc_address_rec *a, const struct bnc_address_rec *b)
{
    return a->fp == b->fp && a->pair == b->pair && a->what == b->what && a->time == b->time;
}

/* Reads a partition; how many records it has. */
static size_t read_part(const struct bnc_address_log *log, unsigned p,
                        const struct bnc_address_rec *want)
{
    size_t n = 0;

    for (const struct bnc_log_chunk *c = log->log.head[p]; c != NULL; c = c->next) {
        const char *at = c->data, *end = at + bnc_log_used(&log->log, p, c);

        for (; at < end; n++) {
            struct bnc_address_rec got;
            uint64_t fp;
            const char *next = bnc_address_log_fp(p, at, &fp);

            at = bnc_address_log_read(log, p, at, &got);
            assert_ptr_equal(at, next);
            assert_true(fp == got.fp && is_same(&got, &want[WHICH(fp)]));
        }
        assert_ptr_equal(at, end);
    }
    assert_true(n <= bnc_address_log_most(log, p));
    return n;
}

/* Writes records and reads them again; the bytes that they took. */
static size_t check(make_fn make)
{
    struct bnc_address_log log = { .outcomes.keys.seed = SEED };
    struct bnc_address_rec *want = malloc(N * sizeof *want);
    size_t n = 0, bytes = 0;

    assert_non_null(want);
    for (uint32_t i = 0; i < N; i++) {
        want[i] = make(draw(i), i);
        want[i].fp = (draw(~(uint64_t)i) & ~(UINT64_C(0x3ffff) << 12)) | (uint64_t)i << 12;
        assert_true(
            bnc_address_log_push(&log, want[i].fp, want[i].pair, want[i].what, want[i].time));
    }
    for (unsigned p = 0; p < BNC_LOG_PARTS; p++) {
        n += read_part(&log, p, want);
        bytes += bnc_log_bytes(&log.log, p);
    }
    assert_int_equal(n, N);
    free(want);
    bnc_address_log_release(&log);
    return bytes;
}

/* A month of a dozen campaigns. */
static struct bnc_address_rec make_usual(uint64_t random, uint32_t i)
{
    return (struct bnc_address_rec){ .pair = (uint32_t)random % 300000,
                                     .what = (uint32_t)(random >> 32) % 12 << 4 | (i & 3),
                                     .time = i % 1000 == 0 ? 0 : (uint32_t)(random >> 20) };
}

static void address_log__takes_16_bytes_for_an_ordinary_record(void **state)
{
    (void)state;
    assert_int_equal(check(make_usual), N * 16);
}

/* Every other pair is beyond 23 bits, and outcomes run out of numbers. */
static struct bnc_address_rec make_large(uint64_t random, uint32_t i)
{
    return (struct bnc_address_rec){ .pair =
                                         (i & 1 ? 0 : 1u << 23) | (uint32_t)(random % (1u << 23)),
                                     .what = i & 2 ? UINT32_MAX - 2 * i : i & 15,
                                     .time = i & 4 ? UINT32_MAX : 1 };
}

static void address_log__keeps_what_does_not_fit(void **state)
{
    size_t bytes;

    (void)state;
    bytes = check(make_large);
    assert_true(bytes > N * 18 && bytes < N * 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_log__takes_16_bytes_for_an_ordinary_record),
        cmocka_unit_test(address_log__keeps_what_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
