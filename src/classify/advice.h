/* SPDX-License-Identifier: MIT
 * advice.h - what to check and what to do, by cause (advice.csv).
 */
#ifndef BNC_CLASSIFY_ADVICE_H
#define BNC_CLASSIFY_ADVICE_H

#include "tables/cause.h"

struct bnc_advice {
    const char *verdict;                 /* "suppress", "retry", "fix first" */
    const char *check;                   /* one or two sentences */
    const char *act;
};

extern const struct bnc_advice bnc_advices[BNC_N_CAUSES];

#endif
