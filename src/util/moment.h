/* SPDX-License-Identifier: MIT
 * moment.h - days and times of the proleptic Gregorian calendar, and how they are written.
 *
 * A time is seconds since 1970 in UTC; a day is days since then.
 */
#ifndef BNC_UTIL_MOMENT_H
#define BNC_UTIL_MOMENT_H

#include "util/buf.h"

#define BNC_NO_TIME INT64_MIN
#define BNC_SECONDS_PER_DAY 86400

struct bnc_date {
    int year, month, day; /* month and day from 1 */
};
int64_t bnc_day_of_time(int64_t time); /* rounded down, before 1970 too */
int64_t bnc_day_of_date(struct bnc_date d); /* of a real date from the year 0 on */
struct bnc_date bnc_date_of_day(int64_t day);
struct bnc_date bnc_date_of_time(int64_t time);
extern const char *const bnc_month_names[12]; /* "January" ... */

/*
 * "2026-10-31T23:59:59Z", nothing for BNC_NO_TIME: written at 'at', which has room for
 * BNC_TIME_ROOM bytes, without a NUL; returns its end.
 */
#define BNC_TIME_ROOM 64
char *bnc_time_spell(char *at, int64_t time);
void bnc_time_put(struct bnc_buf *out, int64_t time);

/*
 * For who spells many times of one period: its days are spelled once.  Zeroed, it knows none, and
 * does what bnc_time_spell() does.
 */
#define BNC_CALENDAR_DAYS 400
struct bnc_calendar {
    int64_t first; /* day */
    uint32_t n;
    char day[BNC_CALENDAR_DAYS][16]; /* "2026-10-31T" */
};
void bnc_calendar_make(struct bnc_calendar *calendar, int64_t first, int64_t last);
char *bnc_calendar_spell(const struct bnc_calendar *calendar, char *at, int64_t time);

/* "12 Oct 2026", "12 Oct 2026 14:05 UTC"; "unknown" for BNC_NO_TIME. */
void bnc_date_put(struct bnc_buf *out, int64_t time);
void bnc_moment_put(struct bnc_buf *out, int64_t time);
/*
 * "1\u201331 October 2026" from first and last moment; "no dates" if there are none. 'ascii': a
 * plain hyphen.
 */
void bnc_period_put(struct bnc_buf *out, int64_t first, int64_t last, bool ascii);

#endif
