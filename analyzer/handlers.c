/* SPDX-License-Identifier: MIT
 * handlers.c - the only mutable globals of the program: a signal handler can reach nothing else.
 */
#include "handlers.h"

#include <stddef.h>
#include <sys/resource.h>

static volatile sig_atomic_t stop_signal;
static struct bnc_guard *guard; /* set once, before the handler that reads it */

static void on_stop(int number)
{
    stop_signal = number;
}

/* A mapped file was cut: the guard lets the run go on and fail in order.  Anything else is a bug of
 * ours. */
static void on_bus(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (bnc_guard_patch(guard, info->si_addr))
        return;
    signal(number, SIG_DFL);
    raise(number);
}

struct bnc_guard *signals_guard(void)
{
    struct sigaction bus = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };

    if (guard == NULL && (guard = bnc_guard_create()) != NULL) {
        sigemptyset(&bus.sa_mask);
        sigaction(SIGBUS, &bus, NULL);
    }
    return guard;
}

void signals_release(void)
{
    signal(SIGBUS, SIG_DFL);
    bnc_guard_free(guard);
    guard = NULL;
}

void signals_install(void)
{
    /* No SA_RESTART: a read that waits on a pipe must come back.  SA_RESETHAND: the second signal
     * ends at once. */
    struct sigaction stop = { .sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND };
    struct sigaction end = { .sa_handler = SIG_DFL };
    struct sigaction too_large = {
        .sa_handler = SIG_IGN
    }; /* over a file size limit: write() fails instead */
    struct sigaction before;

    sigemptyset(&stop.sa_mask);
    sigemptyset(&end.sa_mask);
    sigemptyset(&too_large.sa_mask);
    /* A shell starts background jobs with SIGINT ignored; that wish is kept. */
    if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGPIPE, &end, NULL);
    sigaction(SIGXFSZ, &too_large, NULL);
#ifndef BNC_DEBUG
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
#endif
}

const volatile sig_atomic_t *signals_stop(void)
{
    return &stop_signal;
}

void signals_reraise(void)
{
    const int number = stop_signal;

    if (number == 0)
        return;
    signal(number, SIG_DFL);
    raise(number);
}
