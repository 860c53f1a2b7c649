/* SPDX-License-Identifier: MIT
 * analysis.h - the whole job: exports in; reports, lists and states out.
 *
 *     struct bnc_analysis *a;
 *     if (bnc_analysis_create(&a, &options, &err) == BNC_OK &&
 *         bnc_analysis_run(a, paths, n_paths, &err) == BNC_OK)
 *         bnc_analysis_write(a, "october.html", NULL, NULL, &err);
 *     bnc_analysis_free(a);
 *
 * One thread per handle; different handles may be used side by side. The library starts its own
 * OpenMP threads inside a call. It never prints, exits or installs a signal handler.
 */
#ifndef BOUNCE_ANALYSIS_H
#define BOUNCE_ANALYSIS_H

#include "bounce/options.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bnc_analysis;

/*
 * Checks the options and loads rules.  BNC_EUSAGE, BNC_ECONFIG, BNC_ENOMEM.  Free with
 * bnc_analysis_free() whatever the status.
 */
enum bnc_status bnc_analysis_create(struct bnc_analysis **a, const struct bnc_options *opt,
                                    struct bnc_error *err);

/*
 * Recognizes every input first, then reads them all.  A bad input among many is reported through
 * options.warn, the others are analyzed, and the worst status is returned; results are there
 * whenever bnc_analysis_has_result() says so.  Saved states instead of exports are merged as by
 * bnc_analysis_merge(); a mixture is BNC_EUSAGE.
 */
enum bnc_status bnc_analysis_run(struct bnc_analysis *a, const char *const *paths, size_t n_paths,
                                 struct bnc_error *err);

/* Adds saved states instead of exports; then as after run(). */
enum bnc_status bnc_analysis_merge(struct bnc_analysis *a, const char *const *paths, size_t n_paths,
                                   struct bnc_error *err);

int bnc_analysis_has_result(const struct bnc_analysis *a);

/* How a report looks; zero-initialized is the default. */
struct bnc_render {
    const char *format;            /* text|html|json|ndjson|csv|md|sqlite; NULL: by the
                                      extension of 'path', else text */
    int color, unicode, verbose, excel;
    int plain_cells;               /* CSV: no apostrophe before what begins like a formula */
    unsigned width;                /* terminal columns, 0: 80 */
};

/*
 * Writes the report to 'path', atomically; a folder (name ending in '/', or an existing one) gets
 * CSV tables.
 */
enum bnc_status bnc_analysis_write(const struct bnc_analysis *a, const char *path,
                                   const struct bnc_render *render, struct bnc_error *err);
/*
 * The report through 'write' (returns 0, or non-zero to stop with BNC_EIO) while it is made: a long
 * one never stands in memory whole.  Not for csv and sqlite, which need a place: BNC_EUSAGE.
 */
typedef int (*bnc_write_fn)(void *arg, const char *bytes, size_t len);
enum bnc_status bnc_analysis_print(const struct bnc_analysis *a, const struct bnc_render *render,
                                   bnc_write_fn write, void *arg, struct bnc_error *err);
/* The same as malloc'ed bytes (free() them). */
enum bnc_status bnc_analysis_render(const struct bnc_analysis *a, const struct bnc_render *render,
                                    char **bytes, size_t *len, struct bnc_error *err);

/*
 * Writes what was counted to 'path', mode 0600 and atomically, for bnc_analysis_merge() and
 * options.baseline.  BNC_EUSAGE unless the analysis ran with options.keep_lists, without no_state.
 */
enum bnc_status bnc_analysis_save_state(const struct bnc_analysis *a, const char *path,
                                        struct bnc_error *err);

/*
 * Writes the lists into the folder 'dir' (made if missing, files mode 0600); 'layout' NULL or an
 * ESP's name for --for.  BNC_EUSAGE unless the analysis ran with options.keep_lists.
 */
enum bnc_status bnc_analysis_write_lists(const struct bnc_analysis *a, const char *dir,
                                         const char *layout, struct bnc_error *err);
/* Why an address is on which list, as text for a person (free() it). */
enum bnc_status bnc_analysis_explain_address(const struct bnc_analysis *a, const char *address,
                                             char **text, size_t *len, struct bnc_error *err);

/* The highest severity among the findings: -1 none, 0 info, 1 monitor, 2 fix_soon, 3 critical. */
int bnc_analysis_severity(const struct bnc_analysis *a);
/*
 * A rate by expression, e.g. "hard_bounce_rate", "complaint_rate@yahoo"; BNC_EUSAGE if there is no
 * such, *percent NAN where n/a.
 */
enum bnc_status bnc_analysis_rate(const struct bnc_analysis *a, const char *name, double *percent,
                                  struct bnc_error *err);

/*
 * `classify`: every row back out as CSV with ba_* columns, in input order, through 'write'
 * (see bnc_analysis_print).
 */
enum bnc_status bnc_classify_files(const struct bnc_options *opt, const char *const *paths,
                                   size_t n_paths, bnc_write_fn write, void *arg,
                                   struct bnc_error *err);

void bnc_analysis_free(struct bnc_analysis *a);

#ifdef __cplusplus
}
#endif
#endif
