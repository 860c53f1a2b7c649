/* SPDX-License-Identifier: MIT
 * handlers.h - SIGINT and SIGTERM ask the library to stop; the second ends at once.
 */
#ifndef ANALYZER_HANDLERS_H
#define ANALYZER_HANDLERS_H

#include <signal.h>

#include "bounce/guard.h"

/*
 * The first SIGINT or SIGTERM sets the stop flag and interrupts a blocking read; the library
 * unwinds, removing its temporary files. The second is delivered as if there were no handler.
 * SIGPIPE ends the process quietly.  Core dumps are switched off: they would hold addresses.
 */
void signals_install(void);

/* For bnc_options.guard: a file that is cut while it is mapped ends the run in order.  NULL when
 * out of memory: then it does not. */
struct bnc_guard *signals_guard(void);
void signals_release(void);

/* For bnc_options.stop: non-zero once a signal came. */
const volatile sig_atomic_t *signals_stop(void);

/* Ends the process by the signal that came, so that a shell sees it; returns if none did. */
void signals_reraise(void);

#endif
