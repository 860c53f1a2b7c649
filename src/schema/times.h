/* SPDX-License-Identifier: MIT
 * times.h - the time layouts of exports, read without libc (no locale, no time zone database,
 * no global state).
 */
#ifndef BNC_SCHEMA_TIMES_H
#define BNC_SCHEMA_TIMES_H

#include "schema/event.h"

/*
 * Rows come in the order of time: the day of the row before is nearly always the day of this one.
 * Zero-initialize.
 */
struct bnc_time_memo {
    char date[10];                       /* "2026-09-03" or "2026/09/03" */
    uint64_t tail;                       /* what stood behind the clock: "Z", "+0000", "+02:00"
                                            ..., up to 7 bytes */
    uint32_t tail_len;
    int32_t tail_zone;                   /* what it means, seconds east of UTC; valid where
                                            tail_len > 0 */
    int64_t seconds;                     /* of the date's midnight */
    char minute[16];                     /* "2026-09-03 08:12": the last one read, and */
    int64_t minute_seconds;              /* its first second, the zone left out */
};

/* bnc_time_parse() with a memo that belongs to one thread. */
bool bnc_time_parse_memo(struct bnc_time_memo *memo, struct bnc_span text, char date_order,
                         int zone_seconds, int64_t *time);

/* "+02:00", "-0600", "Z", "UTC", "CET" ... as seconds east of UTC; false if it is none. */
bool bnc_zone_parse(struct bnc_span text, int *seconds);

/* 'd', 'm' or 0: the order that a date with slashes proves by itself (13/1, 1/13, an AM or PM). */
char bnc_time_order(struct bnc_span text);

#endif
