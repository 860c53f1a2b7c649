/* SPDX-License-Identifier: MIT
 * signals.c - the only mutable globals of the program: a signal handler can reach nothing else.
 */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>

static volatile int stop_signal;

static void on_stop(int number)
{
    stop_signal = number;
}

void signals_install(void)
{
    /* No SA_RESTART: a read that waits on a pipe must come back.  SA_RESETHAND: the second signal ends at once. */
    struct sigaction stop = { .sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND };
    struct sigaction end = { .sa_handler = SIG_DFL };
    struct sigaction before;

    sigemptyset(&stop.sa_mask);
    sigemptyset(&end.sa_mask);
    /* A shell starts background jobs with SIGINT ignored; that wish is kept. */
    if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGPIPE, &end, NULL);
#ifndef BNC_DEBUG
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
#endif
}

const volatile int *signals_stop(void)
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
