/* SPDX-License-Identifier: MIT
 * options.h - what an analysis is asked to do; the command's option beside each field.
 * Strings are the caller's and must outlive the analysis.  Zero-initialize: every zero, NULL among
 * them, is the default that the command's --help names.
 */
#ifndef BOUNCE_OPTIONS_H
#define BOUNCE_OPTIONS_H

#include <signal.h>

#include "bounce/guard.h"
#include "bounce/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bnc_progress {
    uint64_t bytes_in, bytes_total;      /* as they lie on disk; total 0: unknown (a pipe) */
    uint64_t rows;
    uint64_t source, n_sources;          /* 'source' of 'n_sources' are read to their end */
    double seconds;
};

#define BNC_MAX_THREADS 1024

struct bnc_options {
    const char *from;              /* -f, --from FORMAT */
    const char *map;               /* --map field=Column,... */
    char delimiter, quote, escape; /* --delimiter, --quote ('\1': none), --escape */
    const char *encoding;          /* --encoding utf-8|utf-16le|utf-16be|latin1 */
    const char *timezone;          /* --timezone, for times that name none */
    const char *date_order;        /* --date-order dmy|mdy */
    const char *since, *until;     /* --since, --until: YYYY-MM-DD[THH:MM:SSZ]; a day: to its end */
    const char *provider;          /* --provider NAME: only these rows */
    const char *campaign;          /* --campaign NAME */
    const char *sender;            /* --sender DOMAIN or address */
    const char *sent;              /* --sent N or FILE */
    const char *rules;             /* --rules FILE */
    const char *providers;         /* --providers FILE */
    const char *baseline;          /* --baseline STATE */
    const char *policy;            /* --policy careful|strict */
    const char *pseudonymize;      /* --pseudonymize KEYFILE: no addresses in lists */
    const char *show;              /* --show domain|masked|full */
    const char *engine;            /* --engine auto|own|libcsv */
    const char *gunzip;            /* --gunzip auto|zlib|isal */
    int threads; /* -j, --threads, at most BNC_MAX_THREADS; 0: one per core */
    uint64_t block_bytes;          /* --block-size (tests); 0: chosen */
    uint64_t max_expanded_bytes;   /* --max-expanded */
    double max_bad_share;          /* --max-bad-rows PERCENT / 100; 0: no limit */
    int no_mmap;                   /* --no-mmap */
    struct bnc_guard *guard;       /* survives files cut while mapped, see guard.h; NULL: none */
    int strict;                    /* --strict */
    int keep_lists;                /* for `suppress` and --save-state: keep what the lists need */
    int no_state;                  /* with keep_lists: no state will be saved; takes less memory */
    int lists_only;                /* with no_state: and nobody will ask about one address; less */
    const char *rejects;           /* --rejects FILE: malformed rows with their places */
    double domain_share;           /* --domain-share 0..1 */
    int domain_min;                /* --domain-min N */

    /*
     * Polled between blocks: non-zero stops the run (BNC_ESTOPPED).  May be set from a signal
     * handler or, atomically, from any thread.
     */
    const volatile sig_atomic_t *stop;
    /*
     * Called about five times a second from whichever thread of ours finds it is time, from two at
     * once only if a call takes longer than that; NULL: no progress.
     */
    void (*progress)(void *arg, const struct bnc_progress *p);
    void *progress_arg;
    /*
     * A fault of one input while others go on, or with status BNC_OK a warning; 'err' is valid
     * during the call.  NULL: dropped.
     */
    void (*warn)(void *arg, const struct bnc_error *err);
    void *warn_arg;
};

#ifdef __cplusplus
}
#endif
#endif
