/* SPDX-License-Identifier: MIT
 * when.h - times inside the room: seconds since 1970 in 32 bits, 0 for none. Private to it.
 */
#ifndef BNC_AGGREGATE_WHEN_H
#define BNC_AGGREGATE_WHEN_H

#include "util/moment.h"

/*
 * A 'first' holds time - 1, so that "none" is the largest value and a minimum needs no branch;
 * BNC_FIRST_NONE and 0 in a 'last' say that no event had a time.
 */
#define BNC_FIRST_NONE UINT32_MAX

/*
 * Seconds in 32 bits, 0 for none: what lies outside 1970-01-01T00:00:01Z .. 2106 is an unset or
 * broken clock.
 */
static inline uint32_t bnc_time_pack(int64_t time)
{
    return time > 0 && time < (int64_t)UINT32_MAX ? (uint32_t)time : 0;
}

/* Days since 1970 plus 1, 0 for none: the subject of a cell of kind day. */
static inline uint32_t bnc_time_day(uint32_t time)
{
    return time == 0 ? 0 : time / BNC_SECONDS_PER_DAY + 1;
}

static inline int64_t bnc_time_of_first(uint32_t first)
{
    return first == BNC_FIRST_NONE ? BNC_NO_TIME : (int64_t)first + 1;
}

static inline int64_t bnc_time_of_last(uint32_t last)
{
    return last == 0 ? BNC_NO_TIME : (int64_t)last;
}

/* Of days, one of 64. */
static inline uint64_t bnc_day_bit(uint32_t day)
{
    return (uint64_t)(day != 0) << ((day - 1) & 63);
}

/* "2026-10-31" for a day since 1970 + 1, "" for 0. */
void bnc_day_name(uint32_t day, char buf[32]);

#endif
