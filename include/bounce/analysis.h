/* SPDX-License-Identifier: MIT
 * analysis.h - the whole job: exports in; reports, lists and states out.
 *
 *     static const char *const paths[] = { "exports/2026-10" };
 *     struct bnc_options options = { .threads = 4 };
 *     struct bnc_error err = { .status = BNC_OK };
 *     struct bnc_analysis *a;
 *
 *     if (bnc_analysis_create(&a, &options, &err) == BNC_OK)
 *         bnc_analysis_run(a, paths, 1, &err);
 *     if (bnc_analysis_has_result(a))
 *         bnc_analysis_write(a, "october.html", NULL, &err);
 *     bnc_analysis_free(a);
 *
 * Compile and link with `pkg-config --cflags --libs libbounce`.
 *
 * Pointers must not be NULL where nothing says that they may; 'err' and 'render' always may.  Every
 * call that needs a result is BNC_EUSAGE without one (bnc_analysis_has_result()), and BNC_ENOMEM
 * wherever memory runs out.  After a failure the handle can only be freed, or asked for the result
 * that it has.
 *
 * One thread at a time per handle; different handles may be used side by side.  An analysis has
 * OpenMP threads of its own, asleep between calls.  Callbacks come from the thread that calls, but
 * for options.progress and the 'write' of bnc_classify_files().  It never prints, exits or installs
 * a signal handler; of the environment it reads SOURCE_DATE_EPOCH, and for tests BNC_DISABLE_CPU.
 */
#ifndef BOUNCE_ANALYSIS_H
#define BOUNCE_ANALYSIS_H

#include "bounce/options.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bnc_analysis;

/*
 * Checks the options and loads rules.  The options are copied; what they point to is not, and must
 * outlive the analysis.  BNC_EUSAGE; BNC_ECONFIG: a rule or provider file is wrong or missing;
 * BNC_ENOINPUT: the file of options.sent is.  '*a' is set whatever the status: free it with
 * bnc_analysis_free().
 */
enum bnc_status bnc_analysis_create(struct bnc_analysis **a, const struct bnc_options *opt,
                                    struct bnc_error *err);

/*
 * Recognizes every input first, then reads them all: files, folders, "-" for standard input.  A bad
 * input among many is reported through options.warn, the others are analyzed, and the worst status
 * is returned; results are there whenever bnc_analysis_has_result() says so.  An analysis runs
 * once, a second time is BNC_EUSAGE.  Saved states instead of exports are merged as by
 * bnc_analysis_merge(); a mixture is BNC_EUSAGE.
 *
 * BNC_EDATA (not recognized, corrupt, cut short; with options.strict or max_bad_share: too many
 * malformed rows), BNC_ENOINPUT, BNC_EIO, BNC_ECONFIG (the file of options.sent), BNC_ECREATE
 * (options.rejects), BNC_ESTOPPED, BNC_EINTERNAL (a sum that does not add up).
 */
enum bnc_status bnc_analysis_run(struct bnc_analysis *a, const char *const *paths, size_t n_paths,
                                 struct bnc_error *err);

/*
 * The same from saved states instead of exports; one given twice counts once.  BNC_EDATA: no state,
 * or a damaged one; BNC_EUSAGE: filters (since, until, provider, campaign, sender), as a state has
 * no rows to choose among.
 */
enum bnc_status bnc_analysis_merge(struct bnc_analysis *a, const char *const *paths, size_t n_paths,
                                   struct bnc_error *err);

/* 1 if there is something to report, also where a run ended with a fault; 0 for NULL. */
int bnc_analysis_has_result(const struct bnc_analysis *a);

/* How a report looks; zero-initialized is the default, and so is NULL. */
struct bnc_render {
    const char *format;            /* text|html|json|ndjson|csv|md|sqlite; NULL: by the
                                      extension of 'path', else text */
    int color, unicode, verbose;   /* text: escapes, block characters, all of it */
    int excel;                     /* CSV: CRLF and a byte order mark */
    int plain_cells;               /* CSV: no apostrophe before what begins like a formula */
    unsigned width;                /* terminal columns, 0: 80 */
};

/*
 * Writes the report to 'path', atomically; a folder (name ending in '/', or an existing one) gets
 * CSV tables, each of them atomically.  BNC_EUSAGE: no format of that name or extension;
 * BNC_ECREATE, BNC_EIO.
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
/* The same as '*len' malloc'ed bytes without a NUL (free() them); NULL where it fails. */
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
/*
 * Why an address is on which list, or on none, as text for a person: '*len' malloc'ed bytes without
 * a NUL (free() them); NULL where it fails.  BNC_EUSAGE as above, and with options.lists_only.
 */
enum bnc_status bnc_analysis_explain_address(const struct bnc_analysis *a, const char *address,
                                             char **text, size_t *len, struct bnc_error *err);

/*
 * The highest severity among the findings: -1 none (or no result), 0 info, 1 monitor, 2 fix_soon,
 * 3 critical.
 */
int bnc_analysis_severity(const struct bnc_analysis *a);
/*
 * A rate in per cent by expression, e.g. "hard_bounce_rate", "complaint_rate@yahoo"; NAN where it
 * is not known.  BNC_EUSAGE if there is no such rate or provider.  Before a run it checks the
 * expression alone: BNC_OK and NAN.
 */
enum bnc_status bnc_analysis_rate(const struct bnc_analysis *a, const char *name, double *percent,
                                  struct bnc_error *err);

/*
 * `classify`: every row back out as CSV with ba_* columns, in input order, through 'write'
 * (see bnc_analysis_print), which threads of ours call, one at a time.  Statuses as of
 * bnc_analysis_run(); a bad input among many is left out.
 */
enum bnc_status bnc_classify_files(const struct bnc_options *opt, const char *const *paths,
                                   size_t n_paths, bnc_write_fn write, void *arg,
                                   struct bnc_error *err);

/* NULL is nothing to free. */
void bnc_analysis_free(struct bnc_analysis *a);

#ifdef __cplusplus
}
#endif
#endif
