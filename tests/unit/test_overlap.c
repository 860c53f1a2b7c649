/* SPDX-License-Identifier: MIT
 * test_overlap.c - rows that several inputs share: found whatever the workers, the thinning and the
 * parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "engine/overlap.h"

#define N_ROWS 20000

/* Row 'i' of the month, whatever the input that holds it. */
static struct bnc_row row_of(unsigned i, char text[64])
{
    const int n = snprintf(text, 64, "d,2026-10-01 00:%02u:%02u,user%u@example.net", i / 60 % 60,
                           i % 60, i);

    return (struct bnc_row){ .number = i + 1, .raw = bnc_span_from(text, (size_t)n) };
}

/* Input 0 holds the first three quarters, input 1 the last three; worker w every n-th row. */
static unsigned input_rows(unsigned source, unsigned *from)
{
    *from = source == 0 ? 0 : N_ROWS / 4;
    return *from + N_ROWS / 4 * 3;
}

static void sample_all(struct bnc_marks *all, unsigned n_workers, size_t most)
{
    struct bnc_marks marks[4] = { { 0 } };
    char text[64];

    for (unsigned source = 0; source < 2; source++) {
        unsigned i;
        const unsigned end = input_rows(source, &i);

        for (; i < end; i++) {
            const struct bnc_row row = row_of(i, text);

            assert_int_equal(bnc_marks_sample(&marks[i % n_workers], &row, source), BNC_OK);
            bnc_marks_thin(&marks[i % n_workers], most);
        }
    }
    for (unsigned w = 0; w < n_workers; w++)
        assert_int_equal(bnc_marks_join(all, &marks[w]), BNC_OK);
    bnc_marks_thin(all, most);
}

static void sample__is_the_same_for_any_number_of_workers(void **state)
{
    (void)state;
    for (size_t most = 8; most <= 512; most *= 4) {
        struct bnc_overlap one = { 0 };
        struct bnc_marks all = { 0 };
        bool shares[2] = { false, false };

        sample_all(&all, 1, most);
        assert_true(all.n > 0 && all.n <= most);
        assert_int_equal(bnc_overlap_find(&one, &all, shares), BNC_OK);
        assert_int_equal(shares[0] && shares[1], one.n > 0);
        bnc_marks_release(&all);
        for (unsigned n_workers = 2; n_workers <= 4; n_workers++) {
            struct bnc_overlap many = { 0 };

            sample_all(&all, n_workers, most);
            assert_int_equal(bnc_overlap_find(&many, &all, NULL), BNC_OK);
            assert_int_equal(many.n, one.n);
            for (size_t i = 0; i < many.n; i++)
                assert_true(many.shared[i].hash == one.shared[i].hash);
            bnc_marks_release(&all);
            bnc_overlap_release(&many);
        }
        bnc_overlap_release(&one);
    }
}

static void learn(struct bnc_overlap *overlap, unsigned bits)
{
    for (uint64_t is = 0; is < UINT64_C(1) << bits; is++) {
        const struct bnc_share share = { bits, is };
        struct bnc_marks marks = { 0 };
        char text[64];

        for (unsigned source = 0; source < 2; source++) {
            unsigned i;
            const unsigned end = input_rows(source, &i);

            for (; i < end; i++) {
                const struct bnc_row row = row_of(i, text);

                assert_int_equal(bnc_marks_add(&marks, &row, source, &share), BNC_OK);
            }
        }
        assert_true(bits == 0 || marks.n < N_ROWS * 3 / 2 / bits);
        assert_int_equal(bnc_overlap_find(overlap, &marks, NULL), BNC_OK);
        bnc_marks_release(&marks);
    }
}

static void overlap__is_the_same_in_parts(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 5; bits++) {
        struct bnc_overlap overlap = { 0 };
        char text[64];

        learn(&overlap, bits);
        assert_int_equal(overlap.n, N_ROWS / 2);
        for (unsigned i = 0; i < N_ROWS; i++) {
            const struct bnc_row row = row_of(i, text);
            const bool both = i >= N_ROWS / 4 && i < N_ROWS / 4 * 3;

            assert_false(bnc_overlap_is_repeat(&overlap, &row, 0));
            assert_int_equal(bnc_overlap_is_repeat(&overlap, &row, 1), both);
        }
        bnc_overlap_release(&overlap);
    }
}

static void overlap__parts_keep_memory_bounded(void **state)
{
    (void)state;
    assert_int_equal(bnc_overlap_bits(0, 1000), 0);
    assert_int_equal(bnc_overlap_bits(1000, 1000), 0);
    assert_int_equal(bnc_overlap_bits(2001, 1000), 1);
    assert_int_equal(bnc_overlap_bits(UINT64_C(1) << 40, UINT64_C(1) << 20), 20);
    assert_int_equal(bnc_overlap_bits(UINT64_MAX, 1), 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample__is_the_same_for_any_number_of_workers),
        cmocka_unit_test(overlap__is_the_same_in_parts),
        cmocka_unit_test(overlap__parts_keep_memory_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
