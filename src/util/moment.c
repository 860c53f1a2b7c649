/* SPDX-License-Identifier: MIT */
#include "util/moment.h"

#include <stdio.h>

#include "util/figure.h"

const char *const bnc_month_names[12] = { "January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December" };

int64_t bnc_day_of_time(int64_t time)
{
    return time / BNC_SECONDS_PER_DAY - (time % BNC_SECONDS_PER_DAY < 0);
}

static unsigned second_of_day(int64_t time)
{
    const int64_t second = time % BNC_SECONDS_PER_DAY;

    return (unsigned)(second < 0 ? second + BNC_SECONDS_PER_DAY : second);
}

/* Both ways: eras of 400 years, years that begin in March. */
int64_t bnc_day_of_date(struct bnc_date d)
{
    const int year = d.month <= 2 ? d.year - 1 : d.year;
    const int era = year / 400, in_era = year - era * 400;
    const int in_year = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;

    return (int64_t)era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

struct bnc_date bnc_date_of_day(int64_t day)
{
    const int64_t z = day + 719468;
    const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    const uint32_t doe = (uint32_t)(z - era * 146097);
    const uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const uint32_t mp = (5 * doy + 2) / 153;
    const int month = (int)(mp < 10 ? mp + 3 : mp - 9);

    return (struct bnc_date){ .year = (int)(era * 400) + (int)yoe + (month <= 2),
                              .month = month,
                              .day = (int)(doy - (153 * mp + 2) / 5 + 1) };
}

struct bnc_date bnc_date_of_time(int64_t time)
{
    return bnc_date_of_day(bnc_day_of_time(time));
}

void bnc_date_put(struct bnc_buf *out, int64_t time)
{
    const struct bnc_date d = bnc_date_of_time(time);

    if (time == BNC_NO_TIME)
        bnc_buf_puts(out, "unknown");
    else
        bnc_buf_printf(out, "%d %.3s %d", d.day, bnc_month_names[d.month - 1], d.year);
}

/* Two digits of n < 100, and what comes after them. */
static char *two(char *at, unsigned n, char after)
{
    memcpy(at, bnc_digit_pairs + 2 * n, 2);
    at[2] = after;
    return at + 3;
}

/* "23:59:59Z" */
static char *spell_clock(char *at, unsigned second)
{
    at = two(at, second / 3600, ':');
    at = two(at, second / 60 % 60, ':');
    return two(at, second % 60, 'Z');
}

/* "2026-10-31T" of a year of four digits. */
static char *spell_day(char *at, struct bnc_date d)
{
    two(at, (unsigned)d.year / 100, 0);
    at = two(at + 2, (unsigned)d.year % 100, '-');
    at = two(at, (unsigned)d.month, '-');
    return two(at, (unsigned)d.day, 'T');
}

char *bnc_time_spell(char *at, int64_t time)
{
    const struct bnc_date d = bnc_date_of_time(time);
    const unsigned second = second_of_day(time);

    if (time == BNC_NO_TIME)
        return at;
    if (d.year < 0 || d.year > 9999)
        return at + snprintf(at, BNC_TIME_ROOM, "%d-%02d-%02dT%02u:%02u:%02uZ", d.year, d.month,
                             d.day, second / 3600, second / 60 % 60, second % 60);
    return spell_clock(spell_day(at, d), second);
}

void bnc_calendar_make(struct bnc_calendar *calendar, int64_t first, int64_t last)
{
    const int64_t day = bnc_day_of_time(first), n = bnc_day_of_time(last) - day + 1;

    calendar->first = day;
    calendar->n = 0;
    if (first == BNC_NO_TIME || bnc_date_of_day(day).year < 0)
        return;
    for (; calendar->n < n && calendar->n < BNC_CALENDAR_DAYS; calendar->n++) {
        const struct bnc_date d = bnc_date_of_day(day + calendar->n);

        if (d.year > 9999)
            return;
        spell_day(calendar->day[calendar->n], d);
    }
}

char *bnc_calendar_spell(const struct bnc_calendar *calendar, char *at, int64_t time)
{
    const uint64_t since = (uint64_t)time - (uint64_t)calendar->first * BNC_SECONDS_PER_DAY;
    const uint64_t day = since / BNC_SECONDS_PER_DAY;

    if (day >= calendar->n)
        return bnc_time_spell(at, time);
    memcpy(at, calendar->day[day], sizeof calendar->day[day]);
    return spell_clock(at + 11, (unsigned)(since - day * BNC_SECONDS_PER_DAY));
}

void bnc_time_put(struct bnc_buf *out, int64_t time)
{
    char *const at = bnc_buf_room(out, BNC_TIME_ROOM);

    if (at != NULL)
        bnc_buf_end(out, bnc_time_spell(at, time));
}

void bnc_moment_put(struct bnc_buf *out, int64_t time)
{
    const unsigned minute = second_of_day(time) / 60;

    bnc_date_put(out, time);
    if (time != BNC_NO_TIME)
        bnc_buf_printf(out, " %02u:%02u UTC", minute / 60, minute % 60);
}

void bnc_period_put(struct bnc_buf *out, int64_t first, int64_t last, bool ascii)
{
    const struct bnc_date a = bnc_date_of_time(first), b = bnc_date_of_time(last);
    const char *const dash = ascii ? "-" : "\u2013";
    const char *const wide = ascii ? " - " : " \u2013 ";

    if (first == BNC_NO_TIME || last == BNC_NO_TIME) {
        bnc_buf_puts(out, "no dates");
        return;
    }
    bnc_buf_printf(out, "%d", a.day);
    if (a.year != b.year)
        bnc_buf_printf(out, " %s %d%s%d", bnc_month_names[a.month - 1], a.year, wide, b.day);
    else if (a.month != b.month)
        bnc_buf_printf(out, " %s%s%d", bnc_month_names[a.month - 1], wide, b.day);
    else if (a.day != b.day)
        bnc_buf_printf(out, "%s%d", dash, b.day);
    bnc_buf_printf(out, " %s %d", bnc_month_names[b.month - 1], b.year);
}
