/* SPDX-License-Identifier: MIT
 * test_big.c - memory is zero where it is new, and what was written stays, however it grows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "util/big.h"

/* Below a huge page, where small pages end, around whole huge pages. */
static const size_t sizes[] = { 1,
                                64,
                                100000,
                                BNC_HUGE_BYTES / 4 - 1,
                                BNC_HUGE_BYTES / 4,
                                BNC_HUGE_BYTES - 1,
                                BNC_HUGE_BYTES,
                                BNC_HUGE_BYTES + 1,
                                3 * BNC_HUGE_BYTES,
                                7 * BNC_HUGE_BYTES + 5 };

#define N_SIZES (sizeof sizes / sizeof *sizes)

static void assert_bytes(const unsigned char *at, size_t from, size_t to, unsigned char what)
{
    size_t n_others = 0;

    for (size_t i = from; i < to; i++)
        n_others += at[i] != what;
    assert_int_equal(n_others, 0);
}

static void big__gives_aligned_zeros(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SIZES; i++) {
        unsigned char *at = bnc_big_alloc(sizes[i]);

        assert_non_null(at);
        assert_int_equal((uintptr_t)at % 64, 0);
        assert_bytes(at, 0, sizes[i], 0);
        memset(at, 1, sizes[i]);
        bnc_big_free(at, sizes[i]);
    }
    bnc_big_free(NULL, 1);
}

static void big__has_room_that_can_be_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SIZES; i++) {
        const size_t room = bnc_big_room(sizes[i]);

        assert_true(room >= sizes[i]);
        assert_int_equal(bnc_big_room(room), room);
    }
}

static void big__keeps_what_was_written_as_it_grows(void **state)
{
    (void)state;
    for (size_t from = 0; from < N_SIZES; from++) {
        size_t bytes = sizes[from];
        unsigned char *at = bnc_big_grow(NULL, 0, bytes);

        assert_non_null(at);
        for (size_t i = from; i < N_SIZES; i++) {
            at = bnc_big_grow(at, bytes, sizes[i]);
            assert_non_null(at);
            assert_int_equal((uintptr_t)at % 64, 0);
            assert_bytes(at, 0, i == from ? 0 : bytes, 7);
            assert_bytes(at, i == from ? 0 : bytes, sizes[i], 0);
            bytes = sizes[i];
            bnc_big_spare(at, bytes, bytes / 3);
            memset(at, 7, bytes);
        }
        bnc_big_free(at, bytes);
    }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they end the process */
static void big__refuses_what_nobody_has(void **state)
{
    unsigned char *at = bnc_big_alloc(BNC_HUGE_BYTES);

    (void)state;
    assert_null(bnc_big_alloc(SIZE_MAX));
    assert_null(bnc_big_alloc(SIZE_MAX / 2));
    memset(at, 3, BNC_HUGE_BYTES);
    assert_null(bnc_big_grow(at, BNC_HUGE_BYTES, SIZE_MAX / 2));
    assert_bytes(at, 0, BNC_HUGE_BYTES, 3);
    bnc_big_free(at, BNC_HUGE_BYTES);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(big__gives_aligned_zeros),
        cmocka_unit_test(big__has_room_that_can_be_asked_for),
        cmocka_unit_test(big__keeps_what_was_written_as_it_grows),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        cmocka_unit_test(big__refuses_what_nobody_has),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
