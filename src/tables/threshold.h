/* SPDX-License-Identifier: MIT
 * threshold.h - published limits of providers and platforms, and our own defaults: thresholds.csv.
 */
#ifndef BNC_TABLES_THRESHOLD_H
#define BNC_TABLES_THRESHOLD_H

#include <stddef.h>

#define BNC_THRESHOLD_ENUM
#include "gen/thresholds.h" /* enum bnc_default_threshold { BNC_DEFAULT_min_volume, ... } */
#undef BNC_THRESHOLD_ENUM

struct bnc_threshold {
    const char *who; /* "Gmail", "Amazon SES"; "default": our own */
    const char *provider; /* the provider's name in provider_domains.csv, "" where it is none */
    const char *metric; /* "complaint_rate", "hard_bounce_rate", "min_volume" ... */
    const char *scope; /* what is counted, in words */
    const char *unit; /* "percent", "count", "days" ...; percentages are stored as shares 0..1 */
    const char *consequence, *source, *confidence;
    double warn, limit; /* -1: none given */
};

extern const struct bnc_threshold bnc_thresholds[];
extern const size_t bnc_n_thresholds;

/*
 * Our own default named at compile time, for code that asks often:
 * BNC_THRESHOLD(min_volume)->limit.
 */
#define BNC_THRESHOLD(metric) (&bnc_thresholds[BNC_DEFAULT_##metric])

/*
 * Our own default for 'metric' (who is "default"); it must exist: a test asks for each one that the
 * code names.
 */
const struct bnc_threshold *bnc_threshold_default(const char *metric);

#endif
