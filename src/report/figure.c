/* SPDX-License-Identifier: MIT */
#include "report/figure.h"

#include <math.h>
#include <stdio.h>

const char *const bnc_month_names[12] = { "January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December" };

#define MAX_DIGITS 20 /* of a uint64_t */
static const uint64_t power_of_ten[MAX_DIGITS] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};
static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

/*
 * A report may hold a million numbers, and printf() would follow the locale of whoever calls the
 * library: digits are made here, two at a time, backwards from 'end'. Returns where they begin.
 */
static char *digits(char *end, uint64_t n)
{
    for (; n >= 100; n /= 100) {
        end -= 2;
        memcpy(end, pairs + 2 * (n % 100), 2);
    }
    if (n >= 10) {
        end -= 2;
        memcpy(end, pairs + 2 * n, 2);
    } else {
        *--end = (char)('0' + n);
    }
    return end;
}

/* "1.250" backwards from 'end'. */
static char *fixed(char *end, double value, unsigned decimals)
{
    const uint64_t scale = power_of_ten[decimals];
    const double scaled = isfinite(value) ? fabs(value) * (double)scale : 0;
    const uint64_t n = scaled < 9e18 ? (uint64_t)llround(scaled) : UINT64_C(9000000000000000000);
    uint64_t part = n % scale;

    for (unsigned i = 0; i < decimals; i++, part /= 10)
        *--end = (char)('0' + part % 10);
    if (decimals > 0)
        *--end = '.';
    end = digits(end, n / scale);
    if (value < 0 && n > 0)
        *--end = '-';
    return end;
}

void bnc_fixed_put(struct bnc_buf *out, double value, unsigned decimals)
{
    char text[40], *const end = text + sizeof text, *const at = fixed(end, value, decimals);

    bnc_buf_put(out, bnc_span_from(at, (size_t)(end - at)));
}

char *bnc_real_spell(char *at, double value)
{
    char text[40], *end = text + sizeof text, *const from = fixed(end, value, 9);

    while (end[-1] == '0')
        end--;
    if (end[-1] == '.')
        end--;
    memcpy(at, from, (size_t)(end - from));
    return at + (end - from);
}

void bnc_real_put(struct bnc_buf *out, double value)
{
    char *const at = bnc_buf_room(out, BNC_FIGURE_ROOM);

    if (at != NULL)
        bnc_buf_end(out, bnc_real_spell(at, value));
}

char *bnc_long_count_spell(char *at, uint64_t n)
{
    size_t len = 1;

    while (len < MAX_DIGITS && n >= power_of_ten[len])
        len++;
    digits(at + len, n);
    return at + len;
}

void bnc_count_put(struct bnc_buf *out, uint64_t n, char sep)
{
    char plain[MAX_DIGITS], text[32];
    const size_t len = (size_t)(bnc_count_spell(plain, n) - plain);
    size_t k = 0;

    for (size_t i = 0; i < len; i++) {
        if (sep != 0 && i > 0 && (len - i) % 3 == 0)
            text[k++] = sep;
        text[k++] = plain[i];
    }
    bnc_buf_put(out, bnc_span_from(text, k));
}

void bnc_noun_put(struct bnc_buf *out, uint64_t n, const char *noun)
{
    bnc_count_put(out, n, ',');
    bnc_buf_putc(out, ' ');
    bnc_buf_puts(out, noun);
    bnc_buf_puts(out, n == 1 ? "" : "s");
}

void bnc_percent_put(struct bnc_buf *out, double share)
{
    const double percent = share * 100;

    if (percent > 0 && percent < 0.0005)
        bnc_buf_puts(out, "< 0.001");
    else if (percent == 0)
        bnc_buf_putc(out, '0');
    else
        bnc_fixed_put(out, percent, percent >= 9.995 ? 1 : percent >= 0.0995 ? 2 : 3);
    bnc_buf_puts(out, "\u00a0%");
}

void bnc_limit_put(struct bnc_buf *out, double share)
{
    bnc_real_put(out, (double)llround(share * 1e6) / 1e4);
    bnc_buf_puts(out, "\u00a0%");
}

/*
 * Days to a date of the proleptic Gregorian calendar: eras of 400 years, years that begin in March.
 */
struct bnc_date bnc_date_of_day(int64_t days_since_1970)
{
    const int64_t z = days_since_1970 + 719468;
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

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct bnc_date bnc_date_of_time(int64_t time)
{
    return bnc_date_of_day(floor_div(time, 86400));
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
    memcpy(at, pairs + (size_t)2 * n, 2);
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
    const int64_t day = floor_div(time, 86400);
    const unsigned second = (unsigned)(time - day * 86400);
    const struct bnc_date d = bnc_date_of_day(day);

    if (time == BNC_NO_TIME)
        return at;
    if (d.year < 0 || d.year > 9999)
        return at + snprintf(at, BNC_FIGURE_ROOM, "%d-%02d-%02dT%02u:%02u:%02uZ", d.year, d.month,
                             d.day, second / 3600, second / 60 % 60, second % 60);
    return spell_clock(spell_day(at, d), second);
}

void bnc_calendar_make(struct bnc_calendar *calendar, int64_t first, int64_t last)
{
    const int64_t day = floor_div(first, 86400), n = floor_div(last, 86400) - day + 1;

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
    const uint64_t since = (uint64_t)time - (uint64_t)calendar->first * 86400;
    const uint64_t day = since / 86400;

    if (day >= calendar->n)
        return bnc_time_spell(at, time);
    memcpy(at, calendar->day[day], sizeof calendar->day[day]);
    return spell_clock(at + 11, (unsigned)(since - day * 86400));
}

void bnc_time_put(struct bnc_buf *out, int64_t time)
{
    char *const at = bnc_buf_room(out, BNC_FIGURE_ROOM);

    if (at != NULL)
        bnc_buf_end(out, bnc_time_spell(at, time));
}

void bnc_moment_put(struct bnc_buf *out, int64_t time)
{
    const int64_t second = time - floor_div(time, 86400) * 86400;

    bnc_date_put(out, time);
    if (time != BNC_NO_TIME)
        bnc_buf_printf(out, " %02d:%02d UTC", (int)(second / 3600), (int)(second / 60 % 60));
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

void bnc_code_put(struct bnc_buf *out, uint16_t reply, uint32_t enhanced)
{
    if (reply == 0 && enhanced == 0)
        bnc_buf_puts(out, "none");
    if (reply != 0)
        bnc_buf_printf(out, "%u", reply);
    if (reply != 0 && enhanced != 0)
        bnc_buf_putc(out, ' ');
    if (enhanced != 0)
        bnc_buf_printf(out, "%u.%u.%u", BNC_ENHANCED_CLASS(enhanced),
                       BNC_ENHANCED_SUBJECT(enhanced), BNC_ENHANCED_DETAIL(enhanced));
}

void bnc_key_spell(uint64_t key, char text[BNC_KEY_DIGITS])
{
    static const char hex[] = "0123456789abcdef";

    for (int i = 0; i < BNC_KEY_DIGITS; i++)
        text[i] = hex[key >> (60 - 4 * i) & 15];
}
