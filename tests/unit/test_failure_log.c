/* SPDX-License-Identifier: MIT */
#include "aggregate/failure_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEED UINT64_C(0x5851f42d4c957f2d)
#define N 200000u /* records of a log; bits of a fingerprint say which */
#define WHICH(kept) ((kept) & 0x3ffff)

struct told { /* what was pushed */
    uint64_t fp;
    uint32_t pair, campaign, day;
};
typedef struct told (*make_fn)(uint64_t random, uint32_t i);

static uint64_t draw(uint64_t i)
{
    return bnc_mix64(i ^ BNC_HASH_K1, SEED);
}

static void check_record(const struct bnc_failure_log *log, unsigned part,
                         const struct bnc_failure *got, const struct told *want)
{
    assert_true(got->fp == bnc_failure_fp(want->fp) && part == bnc_failure_part(want->fp));
    assert_int_equal(got->pair, want->pair);
    assert_true(got->outcome < log->outcomes.keys.n);
    assert_true(log->outcomes.keys.at[got->outcome].key == ((uint64_t)want->campaign << 32 | want->day));
}

/* Reads a partition; how many records it has. */
static size_t read_part(const struct bnc_failure_log *log, unsigned part, const struct told *want)
{
    size_t n = 0;

    for (const struct bnc_log_chunk *c = bnc_failure_chunks(log, part); c != NULL; c = c->next) {
        const char *at = c->data, *end = bnc_failure_chunk_end(log, part, c);

        for (; at < end; n++) {
            struct bnc_failure got;

            at = bnc_failure_read(at, &got);
            check_record(log, part, &got, &want[WHICH(got.fp)]);
        }
        assert_ptr_equal(at, end);
    }
    assert_true(n <= bnc_failure_log_most(log, part));
    return n;
}

static size_t bytes_of(const struct bnc_failure_log *log)
{
    size_t sum = 0;

    for (unsigned p = 0; p < BNC_FAILURE_PARTS; p++)
        sum += bnc_log_bytes(&log->set[p / BNC_LOG_PARTS], p % BNC_LOG_PARTS);
    return sum;
}

static bool push(struct bnc_failure_log *log, uint64_t fp, uint32_t pair, uint32_t campaign,
                 uint32_t day)
{
    return bnc_failure_log_push(log, fp, pair, bnc_failure_outcome(log, campaign, day));
}

static struct told tell(make_fn make, uint32_t i)
{
    struct told t = make(draw(i), i);

    t.fp = (draw(~(uint64_t)i) & ~(UINT64_C(0x3ffff) << 12)) | (uint64_t)i << 12;
    return t;
}

/* Writes records and reads them again; the bytes that they took. */
static size_t check(make_fn make)
{
    struct bnc_failure_log *log = malloc(sizeof *log);
    struct told *want = malloc(N * sizeof *want);
    size_t n = 0, bytes;

    assert_true(log != NULL && want != NULL);
    bnc_failure_log_init(log, SEED);
    for (uint32_t i = 0; i < N; i++) {
        want[i] = tell(make, i);
        assert_true(push(log, want[i].fp, want[i].pair, want[i].campaign, want[i].day));
    }
    for (unsigned p = 0; p < BNC_FAILURE_PARTS; p++)
        n += read_part(log, p, want);
    assert_int_equal(n, N);
    bytes = bytes_of(log);
    bnc_failure_log_release(log);
    assert_int_equal(bytes_of(log), 0);
    free(log);
    free(want);
    return bytes;
}

/* A month of a dozen campaigns. */
static struct told make_usual(uint64_t random, uint32_t i)
{
    return (struct told){ .pair = (uint32_t)random % 260000,
                          .campaign = (uint32_t)(random >> 32) % 48,
                          .day = i % 1000 == 0 ? 0 : 20000 + i / 7000 };
}

static void failure_log__takes_9_bytes_for_an_ordinary_record(void **state)
{
    (void)state;
    assert_int_equal(check(make_usual), N * 9);
}

/* Every other pair is beyond 18 bits, and most outcomes are beyond 11. */
static struct told make_large(uint64_t random, uint32_t i)
{
    return (struct told){ .pair = i & 1 ? (uint32_t)random % (1u << 18)
                                        : BNC_PAIRS_MAX - (uint32_t)random % (1u << 18),
                          .campaign = i & 2 ? UINT32_MAX - 2 * i : i & 15,
                          .day = i & 4 ? UINT32_MAX : i };
}

static void failure_log__keeps_what_does_not_fit(void **state)
{
    size_t bytes;

    (void)state;
    bytes = check(make_large);
    assert_true(bytes > N * 14 && bytes <= N * 15);
}

static uint32_t missing_of(const struct bnc_failure_log *l, size_t pair)
{
    return pair < l->n_missing ? l->missing[pair] : 0;
}

/* Every record is told 'times'; of each address there are two. */
static void failure_log__folds_what_is_told_again(void **state)
{
    struct bnc_failure_log *log = malloc(sizeof *log);

    (void)state;
    assert_non_null(log);
    for (unsigned times = 1; times < 3; times++) {
        bnc_failure_log_init(log, SEED);
        for (uint32_t i = 0; i < 8 * N * times; i++)
            assert_true(push(log, draw(i % (8 * N) / 2), i & 1, i % 32, 7));
        assert_int_equal(bytes_of(log), 8 * N * times * 9);
        for (unsigned again = 0; again < 2; again++) { /* not before it has grown */
            assert_true(bnc_failure_log_fold(log));
            assert_int_equal(bytes_of(log), 8 * N * 9);
        }
        for (uint32_t pair = 0; pair < 3; pair++)
            assert_int_equal(missing_of(log, pair), pair < 2 ? 4 * N * (times - 1) : 0);
        bnc_failure_log_release(log);
    }
    free(log);
}

static void failure_log__says_what_has_no_record(void **state)
{
    struct bnc_failure_log *log = malloc(sizeof *log);

    (void)state;
    assert_non_null(log);
    bnc_failure_log_init(log, SEED);
    for (uint32_t i = 0; i < 1000; i++)
        for (uint32_t pair = 0; pair <= i; pair += i / 3 + 1)
            assert_true(bnc_failure_log_miss(log, pair));
    assert_int_equal(missing_of(log, 0), 1000);
    assert_int_equal(missing_of(log, 1), 2); /* of i 1 and 2 */
    assert_int_equal(missing_of(log, 5000), 0);
    bnc_failure_log_release(log);
    assert_int_equal(missing_of(log, 0), 0);
    free(log);
}

/* Of every fourth record's address there are more than a chain tells by its size. */
static uint64_t address_of(uint32_t i, uint32_t n)
{
    return bnc_failure_fp(draw(i % 4 == 0 ? 0 : (uint64_t)i * i % (n / 3 + 1)));
}

static void fill(struct bnc_failure_chains *c, uint32_t n)
{
    assert_true(bnc_failure_chains_begin(c, n));
    for (uint32_t i = 0; i < n; i++) {
        const struct bnc_failure f = { address_of(i, n), i, 7 * i };

        bnc_failure_link_put(&c->at[c->n + 1], &f, c->shift, &c->n);
    }
    bnc_failure_chains_end(c);
}

/* Each record is in the chain of its address, in one; how many those of several have. */
static size_t check_chain(const struct bnc_failure_chains *c, uint32_t chain, uint8_t *is_found)
{
    struct bnc_failure *const at = malloc((c->n + 1) * sizeof *at);
    const size_t n = bnc_failure_chain_get(c, chain, at);

    assert_int_equal(c->size[c->last[chain]], n < 255 ? n : 255);
    for (size_t i = 0; i < n; i++) {
        assert_true(at[i].pair < c->n && !is_found[at[i].pair]);
        is_found[at[i].pair] = 1;
        assert_true(at[i].fp == address_of(at[i].pair, c->n) && at[i].fp >> c->shift == chain);
        assert_int_equal(at[i].outcome, 7 * at[i].pair);
    }
    bnc_failures_sort(at, n);
    for (size_t i = 1; i < n; i++)
        assert_true(at[i - 1].fp < at[i].fp ||
                    (at[i - 1].fp == at[i].fp && at[i - 1].pair < at[i].pair));
    free(at);
    return n > 1 ? n : 0;
}

static void failure_chains__bring_addresses_together(void **state)
{
    struct bnc_failure_chains c = { .n = 0 };

    (void)state;
    for (uint32_t n = 1; n < 70000; n = n * 5 + 3) {
        uint8_t *const is_found = calloc(n, 1);
        size_t of_several = 0, listed = 0;

        fill(&c, n);
        assert_int_equal(c.n, n);
        for (uint32_t i = 0; i >> (BNC_FAILURE_FP_BITS - c.shift) == 0; i++)
            of_several += check_chain(&c, i, is_found);
        for (uint32_t i = 0; i < n; i++)
            assert_true(is_found[i]);
        memset(is_found, 0, n);
        for (uint32_t i = 0; i < c.n_many; i++)
            listed += check_chain(&c, c.many[i], is_found);
        assert_int_equal(listed, of_several);
        free(is_found);
    }
    bnc_failure_chains_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failure_log__takes_9_bytes_for_an_ordinary_record),
        cmocka_unit_test(failure_log__keeps_what_does_not_fit),
        cmocka_unit_test(failure_log__folds_what_is_told_again),
        cmocka_unit_test(failure_log__says_what_has_no_record),
        cmocka_unit_test(failure_chains__bring_addresses_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
