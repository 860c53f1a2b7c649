/* SPDX-License-Identifier: MIT
 * command.h - what the commands share.
 */
#ifndef ANALYZER_COMMAND_H
#define ANALYZER_COMMAND_H

#include "options.h"
#include "terminal.h"

/* One run of the program.  The library calls back into it from one worker at a time. */
struct run {
    struct settings *s;
    struct progress progress;
    struct strings told; /* faults told through warn, so that none is told twice */
};

/* The commands: each tells its own errors on standard error and returns the exit status. */
enum bnc_status command_report(struct run *run); /* report and merge */
enum bnc_status command_suppress(struct run *run);
enum bnc_status command_classify(struct run *run);
enum bnc_status command_explain(struct run *run);
enum bnc_status command_formats(struct run *run);
enum bnc_status command_codes(struct run *run);

/* Of two exit statuses the one that must be seen: a stop, wrong usage, then 70, 71, 74, 73, 78,
 * 65, 66. */
enum bnc_status status_worse(enum bnc_status a, enum bnc_status b);

/* Tells an error (and, for wrong usage, where help is) and returns its status. */
enum bnc_status run_fail(struct run *run, const struct bnc_error *err);
/* Wrong usage in our own words. */
enum bnc_status run_usage(struct run *run, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Points the library's callbacks and stop flag at this run. */
void run_connect(struct run *run);
/* Standard input where no file is given and it is no terminal; with a terminal: the short help and
 * BNC_EUSAGE. */
enum bnc_status run_inputs(struct run *run);

#endif
