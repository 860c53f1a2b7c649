/* SPDX-License-Identifier: MIT
 * times.h - the time layouts of exports, read without libc (no locale, no time zone database,
 * no global state).
 */
#ifndef BNC_SCHEMA_TIMES_H
#define BNC_SCHEMA_TIMES_H

#include "schema/event.h"
#include "util/hash.h"

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
    uint64_t minute[2];                  /* "2026-09-03 08:12": the last one read, and */
    int64_t minute_seconds;              /* its first second, the zone left out */
    size_t minute_len;                   /* of the text it stood in; 0: there was none */
    uint64_t minute_tail, minute_mask;   /* the last eight bytes of that text, so far as they are
                                            behind the clock */
};

/* Two decimal digits at p, or a number above 99. */
static inline unsigned bnc_two_digits(const char *p)
{
    const unsigned a = (unsigned char)(p[0] - '0'), b = (unsigned char)(p[1] - '0');

    return a > 9 || b > 9 ? 100 : a * 10 + b;
}

/* Whether what follows the clock is nothing or what it was before. */
static inline bool bnc_time_same_tail(const struct bnc_time_memo *memo, const char *p, size_t tail)
{
    return tail == 0 || (tail == memo->tail_len && bnc_load_tail(p, tail) == memo->tail);
}

/*
 * The minute of the row before, and the zone too: only the second is new.  The leap second is for
 * the longer ways.  Everything is compared before anything is decided: ":SS" less ":00" is two
 * digits behind a NUL, the first of them below 6.
 */
static inline bool bnc_time_same_minute(const struct bnc_time_memo *memo, struct bnc_span text,
                                        int zone_seconds, int64_t *time)
{
    const char *const p = text.at;
    uint64_t differs;
    uint32_t clock, wrong;

    if (text.len != memo->minute_len || text.len == 0)
        return false;
    differs = (bnc_load64(p) ^ memo->minute[0]) | (bnc_load64(p + 8) ^ memo->minute[1]) |
              ((bnc_load64(p + text.len - 8) ^ memo->minute_tail) & memo->minute_mask);
    clock = ((uint32_t)bnc_load32(p + 15) & UINT32_C(0xffffff00)) - UINT32_C(0x30303a00);
    wrong = (clock & 0xff00) | ((clock | (clock + UINT32_C(0x767a0000))) & UINT32_C(0x80800000));
    if ((differs | wrong) != 0)
        return false;
    *time = memo->minute_seconds + (int64_t)((clock >> 16 & 0xff) * 10 + (clock >> 24)) -
            (text.len == 19 ? zone_seconds : memo->tail_zone);
    return true;
}

/* bnc_time_parse() with a memo that belongs to one thread. */
bool bnc_time_parse_memo(struct bnc_time_memo *memo, struct bnc_span text, char date_order,
                         int zone_seconds, int64_t *time);

/* "+02:00", "-0600", "Z", "UTC", "CET" ... as seconds east of UTC; false if it is none. */
bool bnc_zone_parse(struct bnc_span text, int *seconds);

/* 'd', 'm' or 0: the order that a date with slashes proves by itself (13/1, 1/13, an AM or PM). */
char bnc_time_order(struct bnc_span text);

#endif
