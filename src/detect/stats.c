/* SPDX-License-Identifier: MIT */
#include "detect/stats.h"

#include <math.h>
#include <stdlib.h>

static double clamp01(double x)
{
    return x > 1 ? 1 : x > 0 ? x : 0;
}

static double log_gamma(double x)
{
    int sign;

    return lgamma_r(x, &sign);
}

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1), h;

    d = 1 / (fabs(d) < tiny ? tiny : d);
    h = d;
    for (int m = 1; m < 1000; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step;

        d = 1 + even * d;
        c = 1 + even / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        d = 1 + odd * d;
        c = 1 + odd / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        step = d * c;
        h *= step;
        if (fabs(step - 1) < 1e-13)
            break;
    }
    return h;
}

/* The regularized incomplete beta function I_x(a, b). */
static double beta_inc(double a, double b, double x)
{
    double front;

    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return clamp01(front * beta_fraction(a, b, x) / a);
    return clamp01(1 - front * beta_fraction(b, a, 1 - x) / b);
}

double bnc_binomial_tail(uint64_t k, uint64_t n, double p)
{
    if (k == 0 || p >= 1)
        return 1;
    if (k > n || p <= 0)
        return 0;
    return beta_inc((double)k, (double)(n - k) + 1, p);
}

double bnc_chi2_tail(double x)
{
    return x <= 0 ? 1 : clamp01(erfc(sqrt(x / 2)));
}

/* k log p + (n - k) log(1 - p) at the best p = k/n. */
static double log_likelihood(double k, double n)
{
    double sum = 0;

    if (k > 0)
        sum += k * log(k / n);
    if (k < n)
        sum += (n - k) * log((n - k) / n);
    return sum;
}

double bnc_excess_g2(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2)
{
    const double a = (double)k1, an = (double)n1, b = (double)k2, bn = (double)n2;
    double g;

    if (n1 == 0 || n2 == 0 || a * bn <= b * an)
        return 0;
    g = 2 * (log_likelihood(a, an) + log_likelihood(b, bn) - log_likelihood(a + b, an + bn));
    return g > 0 ? g : 0;
}

double bnc_excess_p(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2)
{
    const double g = bnc_excess_g2(k1, n1, k2, n2);

    return g > 0 ? bnc_chi2_tail(g) / 2 : 1;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bnc_fdr_cut(double *p, size_t n_p, size_t n, double fdr)
{
    double cut = -1;

    qsort(p, n_p, sizeof *p, by_value);
    for (size_t i = 0; i < n_p; i++)
        if (p[i] <= fdr * (double)(i + 1) / (double)(n > n_p ? n : n_p))
            cut = p[i];
    return cut;
}

/*
 * Bits still free after n recipients chose one of 64 each: the mean and four standard deviations
 * more.
 */
static double free_bits_at_most(double n)
{
    const double bits = 64, t = n / bits, left = bits * exp(-t);

    return left + 4 * sqrt(fmax(left * (1 - (1 + t) * exp(-t)), 0));
}

uint64_t bnc_estimate_most(uint64_t estimate)
{
    const double bits = 64, seen = round(bits * exp(-(double)estimate / bits));
    double low = (double)estimate, high = 64 * bits;

    if (seen < 1)
        return UINT64_MAX;
    for (int i = 0; i < 50; i++) {
        const double mid = (low + high) / 2;

        if (free_bits_at_most(mid) >= seen)
            low = mid;
        else
            high = mid;
    }
    return (uint64_t)ceil(high);
}

double bnc_window_p(const struct bnc_window *w, double crowd)
{
    return clamp01(bnc_chi2_tail(w->g2 / (crowd > 1 ? crowd : 1)) / 2 * w->tried);
}

bool bnc_window_scan(const uint64_t *k, const uint64_t *n, size_t n_days, size_t max_days,
                     struct bnc_window *best)
{
    uint64_t all_k = 0, all_n = 0;
    double best_g = 0, tried = 0;

    for (size_t i = 0; i < n_days; i++) {
        all_k += k[i];
        all_n += n[i];
    }
    *best = (struct bnc_window){ .p = 1 };
    for (size_t from = 0; from < n_days; from++) {
        uint64_t in_k = 0, in_n = 0;

        if (k[from] == 0)
            continue; /* a window that begins with nothing is never the best */
        for (size_t to = from; to < n_days && to - from < max_days; to++) {
            double g;

            in_k += k[to];
            in_n += n[to];
            tried++;
            g = bnc_excess_g2(in_k, in_n, all_k - in_k, all_n - in_n);
            if (g <= best_g)
                continue;
            best_g = g;
            *best =
                (struct bnc_window){ from, to, in_k, in_n, all_k - in_k, all_n - in_n, g, 0, 1 };
        }
    }
    best->tried = tried;
    best->p = bnc_window_p(best, 1);
    return best_g > 0;
}
