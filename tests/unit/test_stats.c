/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "detect/stats.h"

static void assert_near(double a, double b, double relative)
{
    if (!(fabs(a - b) <= relative * fabs(b)))
        fail_msg("%.17g is not near %.17g", a, b);
}

/* The tail summed term by term. */
static double tail_by_sum(uint64_t k, uint64_t n, double p)
{
    double sum = 0;

    for (uint64_t i = k; i <= n; i++)
        sum += exp(lgamma((double)n + 1) - lgamma((double)i + 1) - lgamma((double)(n - i) + 1) +
                   (double)i * log(p) + (double)(n - i) * log1p(-p));
    return sum;
}

static void binomial_tail__equals_the_sum_of_its_terms(void **state)
{
    static const double p[] = { 0.001, 0.02, 0.3, 0.5, 0.9 };

    (void)state;
    for (uint64_t n = 1; n <= 60; n += 7)
        for (uint64_t k = 1; k <= n; k++)
            for (size_t i = 0; i < sizeof p / sizeof p[0]; i++)
                assert_near(bnc_binomial_tail(k, n, p[i]), tail_by_sum(k, n, p[i]), 1e-8);
}

static void binomial_tail__has_sane_edges(void **state)
{
    (void)state;
    assert_true(bnc_binomial_tail(0, 0, 0.5) == 1);
    assert_true(bnc_binomial_tail(3, 2, 0.5) == 0);
    assert_true(bnc_binomial_tail(1, 10, 0) == 0);
    assert_true(bnc_binomial_tail(10, 10, 1) == 1);
    assert_near(bnc_binomial_tail(500, 1000000, 0.0005), 0.5, 0.05);
    assert_true(bnc_binomial_tail(900000, 1000000, 0.01) >= 0);
}

static void chi2__knows_the_five_percent_point(void **state)
{
    (void)state;
    assert_near(bnc_chi2_tail(3.841458820694124), 0.05, 1e-9);
    assert_true(bnc_chi2_tail(0) == 1);
}

static void fdr__cuts_where_the_line_is_crossed(void **state)
{
    double p[] = { 0.9, 0.01, 0.02, 0.04, 0.001 }; /* line at 0.05 of 5: 0.01 0.02 0.03 0.04 0.05 */
    double none[] = { 0.2, 0.6 };

    (void)state;
    assert_near(bnc_fdr_cut(p, 5, 5, 0.05), 0.04, 1e-12);
    assert_true(bnc_fdr_cut(none, 2, 2, 0.05) < 0);
    assert_true(bnc_fdr_cut(none, 0, 100, 0.05) < 0);
}

static void fdr__counts_hypotheses_that_were_not_handed_over(void **state)
{
    double p[] = { 0.0001 };

    (void)state;
    assert_true(bnc_fdr_cut(p, 1, 100, 0.05) > 0);
    assert_true(bnc_fdr_cut(p, 1, 200000, 0.05) < 0);
}

static void window__finds_the_three_days(void **state)
{
    uint64_t k[30], n[30];
    struct bnc_window w;

    (void)state;
    for (size_t i = 0; i < 30; i++) {
        n[i] = 1000;
        k[i] = i >= 12 && i <= 14 ? 300 : 10;
    }
    assert_true(bnc_window_scan(k, n, 30, 30, &w));
    assert_int_equal(w.from, 12);
    assert_int_equal(w.to, 14);
    assert_int_equal(w.k, 900);
    assert_int_equal(w.k_out, 270);
    assert_true(w.p < 1e-10);
}

static void window__is_not_sure_of_noise(void **state)
{
    uint64_t k[30], n[30], seed = 7;
    struct bnc_window w;

    (void)state;
    for (size_t i = 0; i < 30; i++) {
        n[i] = 1000;
        k[i] = 0;
        for (unsigned m = 0; m < 1000; m++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            k[i] += (seed >> 33) % 100 == 0;
        }
    }
    assert_true(!bnc_window_scan(k, n, 30, 30, &w) || w.p > 0.01);
}

static void window__of_nothing_is_none(void **state)
{
    const uint64_t zero[3] = { 0 }, one[3] = { 5, 5, 5 };
    struct bnc_window w;

    (void)state;
    assert_false(bnc_window_scan(zero, one, 3, 3, &w));
    assert_false(bnc_window_scan(zero, zero, 0, 3, &w));
    assert_false(bnc_window_scan(one, one, 3, 3, &w));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binomial_tail__equals_the_sum_of_its_terms),
        cmocka_unit_test(binomial_tail__has_sane_edges),
        cmocka_unit_test(chi2__knows_the_five_percent_point),
        cmocka_unit_test(fdr__cuts_where_the_line_is_crossed),
        cmocka_unit_test(fdr__counts_hypotheses_that_were_not_handed_over),
        cmocka_unit_test(window__finds_the_three_days),
        cmocka_unit_test(window__is_not_sure_of_noise),
        cmocka_unit_test(window__of_nothing_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
