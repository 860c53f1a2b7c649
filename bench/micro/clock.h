/* SPDX-License-Identifier: MIT
 * clock.h - the seconds that all micro-benchmarks count in.
 */
#ifndef BNC_BENCH_CLOCK_H
#define BNC_BENCH_CLOCK_H

#include <time.h>

static inline double seconds_of(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Of this thread: others may use the machine meanwhile. */
static inline double thread_seconds(void)
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

/* On the wall. */
static inline double wall_seconds(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

#endif
