/* SPDX-License-Identifier: MIT */
#include "aggregate/pairs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define N 20000u

/* Keys that come again and again while the arrays grow. */
static void pairs__keep_their_numbers_and_counts(void **state)
{
    struct bnc_pairs p = { .seed = UINT64_C(0x5851f42d4c957f2d) };

    (void)state;
    for (unsigned pass = 1; pass <= 3; pass++)
        for (uint64_t i = 0; i < N; i++) {
            assert_true(bnc_pairs_reserve(&p, 1));
            assert_int_equal(bnc_pairs_get(&p, i << 32 | i % 7), i);
            bnc_count_event(&p.at[i], (uint32_t)i + pass);
        }
    assert_int_equal(p.n, N);
    for (uint64_t i = 0; i < N; i++) {
        assert_true(p.at[i].key == (i << 32 | i % 7));
        assert_int_equal(p.at[i].n, 3);
        assert_int_equal(p.at[i].first, i);
        assert_int_equal(p.at[i].last, i + 3);
    }
    bnc_pairs_release(&p);
    assert_null(p.at);
}

/* What one prefetch asks for is the whole count. */
static void pairs__lay_no_count_across_two_cache_lines(void **state)
{
    struct bnc_pairs p = { .seed = 1 };

    (void)state;
    for (uint32_t n = 1; n < N; n = n * 3 / 2 + 1) {
        assert_true(bnc_pairs_reserve(&p, n));
        assert_int_equal((uintptr_t)p.at % 64, 0);
        for (uint32_t i = 0; i < n; i++)
            bnc_pairs_get(&p, (uint64_t)n << 32 | i);
    }
    assert_int_equal(64 % sizeof *p.at, 0);
    bnc_pairs_release(&p);
}

/* More keys than are remembered, each asked for at once again and after all others. */
static void numbers__stay(void **state)
{
    struct bnc_numbers n = { .keys.seed = 5 };

    (void)state;
    for (uint32_t i = 0; i < 5000; i++) {
        assert_int_equal(bnc_numbers_get(&n, i * 77u), i);
        assert_int_equal(bnc_numbers_get(&n, i * 77u), i);
    }
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(bnc_numbers_get(&n, i * 77u), i);
    bnc_numbers_release(&n);
    assert_int_equal(bnc_numbers_get(&n, 77), 0);
    bnc_numbers_release(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs__keep_their_numbers_and_counts),
        cmocka_unit_test(pairs__lay_no_count_across_two_cache_lines),
        cmocka_unit_test(numbers__stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
