/* SPDX-License-Identifier: MIT */
#include "tables/threshold.h"

#include <assert.h>
#include <string.h>

const struct bnc_threshold bnc_thresholds[] = {
#define BNC_THRESHOLD_ROWS
#include "gen/thresholds.h"
#undef BNC_THRESHOLD_ROWS
};

const size_t bnc_n_thresholds = sizeof bnc_thresholds / sizeof bnc_thresholds[0];

const struct bnc_threshold *bnc_threshold_default(const char *metric)
{
    size_t i = 0;

    while (i < bnc_n_thresholds && (strcmp(bnc_thresholds[i].who, "default") != 0 ||
                                    strcmp(bnc_thresholds[i].metric, metric) != 0))
        i++;
    assert(i < bnc_n_thresholds);
    return &bnc_thresholds[i];
}
