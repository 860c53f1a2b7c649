/* SPDX-License-Identifier: MIT
 * stats.h - the few tests that detect/ rests on: exact binomial tails, intervals of days that stand
 * out, and false-discovery control. All pure functions.  Shares are 0..1, p-values are clamped to
 * [0, 1], nothing ever returns NaN.
 */
#ifndef BNC_DETECT_STATS_H
#define BNC_DETECT_STATS_H

#include "util/span.h"

/* P(X >= k) for X ~ Binomial(n, p); 1 where k is 0. */
double bnc_binomial_tail(uint64_t k, uint64_t n, double p);

/* P(X^2 >= x) for one degree of freedom. */
double bnc_chi2_tail(double x);

/*
 * Twice the log of the likelihood ratio of "two shares" against "one share" for k1 of n1 and k2 of
 * n2; 0 where the first is not the larger.
 */
double bnc_excess_g2(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2);

/* A one-sided p-value that the share k1/n1 exceeds k2/n2. */
double bnc_excess_p(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2);

/*
 * Benjamini and Hochberg (1995): the largest p-value that may still be called a discovery among 'n'
 * hypotheses, of which the caller hands over those that can matter: the 'n_p' smallest, in any
 * order (they get sorted).  -1 where none may.
 */
double bnc_fdr_cut(double *p, size_t n_p, size_t n, double fdr);

/*
 * How many distinct recipients may stand behind an estimate of the tally (linear counting in 64
 * bits): four standard deviations up. UINT64_MAX where all bits are set, which is said as an
 * estimate beyond the last but one.
 */
uint64_t bnc_estimate_most(uint64_t estimate);

/* Days [from, to] of a series that stand out from the others. */
struct bnc_window {
    size_t from, to; /* indexes, inclusive */
    uint64_t k, n; /* inside */
    uint64_t k_out, n_out; /* outside */
    double g2; /* of inside against outside */
    double tried; /* windows */
    double p; /* that chance alone makes one as good, over all windows tried */
};

/*
 * The p-value of a window where every k stands for 'crowd' events that come together (retries):
 * >= 1.
 */
double bnc_window_p(const struct bnc_window *w, double crowd);

/*
 * The window of the series k[i] of n[i], i < n_days, whose share exceeds the rest's most clearly
 * (Kulldorff's scan statistic in one dimension).  Windows are at most 'max_days' long.  False where
 * no window has an excess.  O(n_days * max_days).
 */
bool bnc_window_scan(const uint64_t *k, const uint64_t *n, size_t n_days, size_t max_days,
                     struct bnc_window *best);

#endif
