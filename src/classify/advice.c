/* SPDX-License-Identifier: MIT */
#include "classify/advice.h"

const struct bnc_advice bnc_advices[BNC_N_CAUSES] = {
#include "gen/advice.h"
};
