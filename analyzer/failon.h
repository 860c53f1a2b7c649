/* SPDX-License-Identifier: MIT
 * failon.h - --fail-on: when a complete result makes the exit status 1.
 */
#ifndef ANALYZER_FAILON_H
#define ANALYZER_FAILON_H

#include <stdbool.h>

#include "bounce/analysis.h"

/* Checks "critical" or "hard_bounce_rate>5,complaint_rate@yahoo>0.3" before any work.  BNC_EUSAGE
 * with the nearest valid word. */
enum bnc_status failon_check(const char *text, struct bnc_error *err);

/*
 * Whether one of the conditions holds; text NULL never does.  A rate that is n/a does not hold, and
 * 'warn' (called with a line of text) says so, because a gate that silently never closes is none.
 */
enum bnc_status failon_holds(const char *text, const struct bnc_analysis *a,
                             void (*warn)(const char *name), bool *holds, struct bnc_error *err);

#endif
