/* SPDX-License-Identifier: MIT
 * figure.h - numbers and times as text, the same in every locale.
 */
#ifndef BNC_REPORT_FIGURE_H
#define BNC_REPORT_FIGURE_H

#include "detect/finding.h"
#include "util/buf.h"

/* "3.250": 'decimals' 0..9; not finite is written as 0. */
void bnc_fixed_put(struct bnc_buf *out, double value, unsigned decimals);
/* The same with trailing zeros off: "0.25", "3". */
void bnc_real_put(struct bnc_buf *out, double value);
/* "12,345" with 'sep' between thousands; 0: none. */
void bnc_count_put(struct bnc_buf *out, uint64_t n, char sep);
/* "1 recipient", "12,345 recipients": 'noun' is one of what takes an s. */
void bnc_noun_put(struct bnc_buf *out, uint64_t n, const char *noun);
/* A limit or a tick as per cent, without idle zeros: "5 %", "0.3 %". */
void bnc_limit_put(struct bnc_buf *out, double share);
/*
 * A share as per cent with the digits a reader can use: "12.3 %", "0.31 %", "0.004 %", "< 0.001 %".
 */
void bnc_percent_put(struct bnc_buf *out, double share);

/* "2026-10-31T23:59:59Z"; nothing for BNC_NO_TIME. */
void bnc_time_put(struct bnc_buf *out, int64_t time);

/*
 * The same three for who has made room already: written at 'at', without a NUL; returns their end.
 * None is longer than BNC_FIGURE_ROOM.
 */
#define BNC_FIGURE_ROOM 64
char *bnc_real_spell(char *at, double value);
char *bnc_time_spell(char *at, int64_t time);
char *bnc_long_count_spell(char *at, uint64_t n);
static inline char *bnc_count_spell(char *at, uint64_t n) /* most are small */
{
    if (n >= 10)
        return bnc_long_count_spell(at, n);
    *at = (char)('0' + n);
    return at + 1;
}

/*
 * For who spells many times of one period: its days are spelled once.  Zeroed, it knows none, and
 * does what bnc_time_spell() does.
 */
#define BNC_CALENDAR_DAYS 400
struct bnc_calendar {
    int64_t first; /* day since 1970 */
    uint32_t n;
    char day[BNC_CALENDAR_DAYS][16]; /* "2026-10-31T" */
};
void bnc_calendar_make(struct bnc_calendar *calendar, int64_t first, int64_t last);
char *bnc_calendar_spell(const struct bnc_calendar *calendar, char *at, int64_t time);

struct bnc_date {
    int year, month, day;
};
struct bnc_date bnc_date_of_day(int64_t days_since_1970);
struct bnc_date bnc_date_of_time(int64_t time);
extern const char *const bnc_month_names[12]; /* "January" ... */
/* "12 Oct 2026", "12 Oct 2026 14:05 UTC"; "unknown" for BNC_NO_TIME. */
void bnc_date_put(struct bnc_buf *out, int64_t time);
void bnc_moment_put(struct bnc_buf *out, int64_t time);
/*
 * "1\u201331 October 2026" from first and last moment; "no dates" if there are none. 'ascii': a
 * plain hyphen.
 */
void bnc_period_put(struct bnc_buf *out, int64_t first, int64_t last, bool ascii);

/* The id of a template: 16 hexadecimal digits. */
#define BNC_KEY_DIGITS 16
void bnc_key_spell(uint64_t key, char text[BNC_KEY_DIGITS]);

/* "550 5.1.1", "550", "5.1.1" or "none" for a reply and an enhanced code. */
void bnc_code_put(struct bnc_buf *out, uint16_t reply, uint32_t enhanced);

#endif
