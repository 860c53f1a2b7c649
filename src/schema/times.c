/* SPDX-License-Identifier: MIT
 * times.c - one parser by hand for every layout met in exports.
 *
 *   1788423165   1788423165.25   1788423165123   1788423165123456     Unix seconds to microseconds
 *   2026-09-03T08:12:44.512Z   2026-09-03 08:12:44+0200   2026/09/03 08:12:44 UTC   2026-09-03
 *   20260903081244   03-09-2026 10:12:44   03.09.2026 10:12   9/3/2026 3:12:44 AM
 *   Thu, 03 Sep 2026 08:12:44 +0000   3 Sep 2026 08:12:44 GMT   Sep 3, 2026 8:12:44 AM
 *   Thu Sep  3 08:12:44 2026
 *   46268.342176                                                      days of a spreadsheet
 *
 * The separator decides what a numeric date means: dashes and dots put the day first, slashes
 * are the format's to decide ('date_order') and never guessed row by row.  Years outside
 * 1970..2199 are what programs write for "never" and "unset": no time.  Only the fixed offsets
 * of zone names are known: an export that says CEST means it.
 */
#include "schema/times.h"

#include "util/hash.h"

/*
 * Days since 1970 of a civil date; exact for every year after 1600 (era arithmetic of 400 years =
 * 146097 days).
 */
static int64_t days_of(int y, int m, int d)
{
    return bnc_day_of_date((struct bnc_date){ y, m, d });
}

static bool date_ok(int y, int m, int d)
{
    static const char last[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    if (y < 1970 || y > 2199 || m < 1 || m > 12 || d < 1 || d > last[m - 1])
        return false;
    return m != 2 || d < 29 || (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
}

/* A reader over the text; 'at' runs to 'end'. */
struct scan {
    const char *at, *end;
};

static void skip_blanks(struct scan *s)
{
    while (s->at < s->end && *s->at == ' ')
        s->at++;
}

/* 1 to 'max' digits; -1 where there is none. */
static int digits(struct scan *s, int max)
{
    const char *const from = s->at;
    int n = 0;

    while (s->at < s->end && s->at - from < max && bnc_is_digit(*s->at))
        n = n * 10 + (*s->at++ - '0');
    return s->at == from ? -1 : n;
}

static bool take(struct scan *s, char c)
{
    if (s->at >= s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static bool take_word(struct scan *s, const char *word)
{
    const size_t len = strlen(word);

    if ((size_t)(s->end - s->at) < len ||
        !bnc_span_eq_nocase(bnc_span_from(s->at, len), bnc_span_from(word, len)))
        return false;
    s->at += len;
    return true;
}

/* "UTC", "CEST" ...: up to five letters with a fixed offset. */
static bool zone_name(struct scan *s, int *seconds)
{
    static const struct {
        const char *name;
        short minutes;
    } zones[] = { { "utc", 0 },    { "gmt", 0 },    { "z", 0 },      { "ut", 0 },
                  { "wet", 0 },    { "west", 60 },  { "bst", 60 },   { "cet", 60 },
                  { "cest", 120 }, { "eet", 120 },  { "eest", 180 }, { "msk", 180 },
                  { "est", -300 }, { "edt", -240 }, { "cst", -360 }, { "cdt", -300 },
                  { "mst", -420 }, { "mdt", -360 }, { "pst", -480 }, { "pdt", -420 },
                  { "jst", 540 },  { "aest", 600 }, { "aedt", 660 }, { "nzst", 720 },
                  { "nzdt", 780 } };
    const char *const from = s->at;
    struct bnc_span word;

    while (s->at < s->end && bnc_lower(*s->at) >= 'a' && bnc_lower(*s->at) <= 'z')
        s->at++;
    word = bnc_span_from(from, (size_t)(s->at - from));
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        if (bnc_span_eq_nocase(word, bnc_span_str(zones[i].name))) {
            *seconds = zones[i].minutes * 60;
            return true;
        }
    s->at = from;
    return false;
}

static bool at_sign(const struct scan *s)
{
    return s->at < s->end && (*s->at == '+' || *s->at == '-');
}

/* "+02:00", "+0200", "-6" */
static bool zone_offset(struct scan *s, int *seconds)
{
    const int sign = *s->at++ == '-' ? -1 : 1;
    const int h = digits(s, 2);
    int m = 0;

    take(s, ':');
    if (h < 0 || h > 15 ||
        (s->at < s->end && bnc_is_digit(*s->at) && ((m = digits(s, 2)) < 0 || m > 59)))
        return false;
    *seconds = sign * (h * 3600 + m * 60);
    return true;
}

/*
 * An offset, a name, an offset from UTC ("GMT+0200", "(UTC-07:00)"), each perhaps with another in
 * brackets behind it; '*seconds' stays where nothing is said.
 */
static bool zone(struct scan *s, int *seconds)
{
    bool bracket;

    skip_blanks(s);
    if (s->at >= s->end)
        return true;
    bracket = take(s, '(');
    if (!at_sign(s) && !zone_name(s, seconds))
        return false;
    if (at_sign(s) && !zone_offset(s, seconds))
        return false;
    if (bracket)
        return take(s, ')') && s->at == s->end;
    skip_blanks(s);
    if (s->at < s->end && (*s->at == '(' || *s->at == '['))
        s->at = s->end; /* "+0000 (UTC)", "+02:00[Europe/Berlin]": a comment */
    return s->at == s->end;
}

bool bnc_zone_parse(struct bnc_span text, int *seconds)
{
    struct scan s = { text.at, text.at + text.len };

    return text.len > 0 && zone(&s, seconds);
}

/* "h:mm[:ss[.fff]] [AM|PM]"; seconds of the day or -1. */
static int clock_time(struct scan *s)
{
    int h = digits(s, 2), m, sec = 0;

    if (h < 0 || !take(s, ':') || (m = digits(s, 2)) < 0)
        return -1;
    if (take(s, ':') && (sec = digits(s, 2)) < 0)
        return -1;
    if (take(s, '.') || take(s, ','))
        while (s->at < s->end && bnc_is_digit(*s->at))
            s->at++;
    skip_blanks(s);
    if (take_word(s, "am") || take_word(s, "a.m."))
        h = h == 12 ? 0 : h > 12 ? 99 : h;
    else if (take_word(s, "pm") || take_word(s, "p.m."))
        h = h == 12 ? 12 : h > 12 ? 99 : h + 12;
    return h > 23 || m > 59 || sec > 60 ? -1 : h * 3600 + m * 60 + sec;
}

/* What may follow a date: nothing, or a clock and a zone.  A date alone is that day anywhere. */
static bool rest(struct scan *s, int64_t midnight, int zone_seconds, int64_t *time)
{
    int clock = 0;

    if (s->at == s->end)
        zone_seconds = 0;
    if (take(s, 'T') || take(s, 't') || take(s, ',') || (s->at < s->end && *s->at == ' ')) {
        skip_blanks(s);
        if (s->at < s->end && (clock = clock_time(s)) < 0)
            return false;
    }
    if (s->at < s->end && !zone(s, &zone_seconds))
        return false;
    *time = midnight + clock - zone_seconds;
    return true;
}

/* 1973 .. 2199: a row number is no time. */
static inline bool is_unix_time(int64_t seconds)
{
    return seconds >= 100000000 && seconds < INT64_C(7258118400);
}

/* Digits alone: a Unix time by its length, or YYYYMMDD[HHMMSS]. */
static bool number_time(struct bnc_span t, int zone_seconds, int64_t *time)
{
    static const int64_t unit[] = { 1, 1000, 1000000, 1000000000 };
    const char *const dot = memchr(t.at, '.', t.len);
    const size_t len = dot == NULL ? t.len : (size_t)(dot - t.at);
    uint64_t n = 0;

    for (size_t i = 0; i < t.len; i++)
        if (!bnc_is_digit(t.at[i]) && t.at + i != dot)
            return false;
    if (len > 19)
        return false;
    for (size_t i = 0; i < len; i++)
        n = n * 10 + (uint64_t)(t.at[i] - '0');
    if ((len == 8 || len == 14 || len == 12) && dot == NULL) {
        const uint64_t clock = len == 8 ? 0 : len == 12 ? n % 10000 * 100 : n % 1000000;
        const uint64_t date = len == 8 ? n : len == 12 ? n / 10000 : n / 1000000;
        const int y = (int)(date / 10000), m = (int)(date / 100 % 100), d = (int)(date % 100);

        if (!date_ok(y, m, d) || clock / 10000 > 23 || clock / 100 % 100 > 59 || clock % 100 > 60)
            return false;
        *time = days_of(y, m, d) * BNC_SECONDS_PER_DAY +
                (int64_t)(clock / 10000 * 3600 + clock / 100 % 100 * 60 + clock % 100) -
                (len == 8 ? 0 : zone_seconds);
        return true;
    }
    if (len < 9 || len == 11 || len == 12 || len == 14 || len == 15 || len == 17 || len == 18)
        return false;
    *time = (int64_t)n / unit[len < 13 ? 0 : len < 16 ? 1 : len < 19 ? 2 : 3];
    return is_unix_time(*time);
}

/*
 * "46268.342176", or with a comma: a spreadsheet's days since 30 December 1899, as they come out
 * where a column was formatted as a number.  Those of this century only.
 */
static bool serial_time(struct scan s, int zone_seconds, int64_t *time)
{
    const int day = digits(&s, 5);
    double fraction = 0, unit = 1;

    if (day < 36526 || day > 73050)
        return false;
    if (s.at == s.end)
        zone_seconds = 0;
    else if (!take(&s, '.') && !take(&s, ','))
        return false;
    for (; s.at < s.end && bnc_is_digit(*s.at); s.at++)
        fraction += (*s.at - '0') * (unit /= 10);
    *time = (day - 25569) * BNC_SECONDS_PER_DAY + (int64_t)(fraction * 86400 + 0.5) - zone_seconds;
    return s.at == s.end;
}

static int month_name(struct scan *s)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    for (int m = 0; m < 12; m++)
        if (s->end - s->at >= 3 &&
            bnc_span_eq_nocase(bnc_span_from(s->at, 3), bnc_span_from(names + 3 * m, 3))) {
            while (s->at < s->end && bnc_lower(*s->at) >= 'a' && bnc_lower(*s->at) <= 'z')
                s->at++;
            take(s, '.');
            return m + 1;
        }
    return -1;
}

/* "[Thu,] 3 Sep 2026 ...", "Sep 3, 2026 ...", "Thu Sep  3 08:12:44 2026". */
static bool named_time(struct scan s, int zone_seconds, int64_t *time)
{
    int y, m, d, clock = -1;

    if (!bnc_is_digit(*s.at) &&
        month_name(&(struct scan){ s.at, s.end }) < 0) { /* the day of the week */
        while (s.at < s.end && *s.at != ' ' && *s.at != ',')
            s.at++;
        take(&s, ',');
        skip_blanks(&s);
    }
    if (s.at < s.end && bnc_is_digit(*s.at)) {
        d = digits(&s, 2);
        if (!take(&s, '-'))
            skip_blanks(&s);
        if ((m = month_name(&s)) < 0)
            return false;
        take(&s, '-');
    } else {
        if ((m = month_name(&s)) < 0)
            return false;
        skip_blanks(&s);
        d = digits(&s, 2);
        take(&s, ',');
    }
    skip_blanks(&s);
    if (s.end - s.at > 4 &&
        (s.at[2] == ':' || s.at[1] == ':')) { /* ctime: the clock before the year */
        clock = clock_time(&s);
        skip_blanks(&s);
    }
    y = digits(&s, 4);
    if (!date_ok(y, m, d))
        return false;
    if (clock < 0)
        return rest(&s, days_of(y, m, d) * BNC_SECONDS_PER_DAY, zone_seconds, time);
    *time = days_of(y, m, d) * BNC_SECONDS_PER_DAY + clock - zone_seconds;
    return s.at == s.end;
}

/* "20260903T081244Z" */
static bool basic_time(struct scan s, int zone_seconds, int64_t *time)
{
    const int y = digits(&s, 4), m = digits(&s, 2), d = digits(&s, 2);
    int h, minute, second;

    if (!date_ok(y, m, d) || (!take(&s, 'T') && !take(&s, 't')))
        return false;
    h = digits(&s, 2);
    minute = digits(&s, 2);
    second = digits(&s, 2);
    if (h < 0 || h > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 ||
        !zone(&s, &zone_seconds))
        return false;
    *time = days_of(y, m, d) * BNC_SECONDS_PER_DAY + (h * 60 + minute) * 60 + second - zone_seconds;
    return true;
}

/* "03-09-2026 ...", "3.9.2026 ...", "9/3/2026 ...". */
static bool short_date(struct scan s, char order, int zone_seconds, int64_t *time)
{
    const int a = digits(&s, 2);
    const char mark = s.at < s.end ? *s.at : 0;
    int b, y;

    if (mark != '-' && mark != '.' && mark != '/')
        return false;
    s.at++;
    b = digits(&s, 2);
    if (b < 0 || !take(&s, mark) || (y = digits(&s, 4)) < 0)
        return false;
    if (y < 100)
        y += 2000;
    if (order == 0 && mark != '/')
        order = 'd';
    if (order == 0 || !date_ok(y, order == 'd' ? b : a, order == 'd' ? a : b))
        return false;
    return rest(&s, days_of(y, order == 'd' ? b : a, order == 'd' ? a : b) * BNC_SECONDS_PER_DAY,
                zone_seconds, time);
}

char bnc_time_order(struct bnc_span text)
{
    struct scan s;
    int a, b;

    text = bnc_span_trim(text);
    s = (struct scan){ text.at, text.at + text.len };
    a = digits(&s, 2);
    if (a < 0 || !take(&s, '/') || (b = digits(&s, 2)) < 0 || !take(&s, '/'))
        return 0;
    if (a > 12 && b <= 12)
        return 'd';
    if ((b > 12 && a <= 12) || memchr(s.at, 'M', (size_t)(s.end - s.at)) != NULL)
        return 'm';
    return 0;
}

/*
 * "HH:MM:SS" as eight bytes, the first lowest: seconds of the day or -1.  Less '0' or ':' each,
 * digits are 0..9 and colons 0; any other byte ends up with its high bit set, here or after
 * adding what carries 10 (or 1) that far.
 */
static inline int clock_of(uint64_t text)
{
    const uint64_t d = text - UINT64_C(0x30303a30303a3030);
    const unsigned h = (unsigned)(d & 0xff) * 10 + (unsigned)(d >> 8 & 0xff),
                   m = (unsigned)(d >> 24 & 0xff) * 10 + (unsigned)(d >> 32 & 0xff);
    const unsigned s = (unsigned)(d >> 48 & 0xff) * 10 + (unsigned)(d >> 56);

    if (((d | (d + UINT64_C(0x76767f76767f7676))) & UINT64_C(0x8080808080808080)) != 0 || h > 23 ||
        m > 59 || s > 60)
        return -1;
    return (int)(h * 3600 + m * 60 + s);
}

/* "YYYY?MM?DD" into the memo. */
static bool long_date(struct bnc_time_memo *memo, const char *p)
{
    const unsigned century = bnc_two_digits(p), year = bnc_two_digits(p + 2);
    const unsigned m = bnc_two_digits(p + 5), d = bnc_two_digits(p + 8);

    if (century > 99 || year > 99 || p[4] != p[7] || (p[4] != '-' && p[4] != '/' && p[4] != '.') ||
        !date_ok((int)(century * 100 + year), (int)m, (int)d))
        return false;
    memo->seconds = days_of((int)(century * 100 + year), (int)m, (int)d) * BNC_SECONDS_PER_DAY;
    memcpy(memo->date, p, sizeof memo->date);
    return true;
}

/* The zone that follows "HH:MM:SS" directly; false where something else does. */
static bool tail_zone(struct bnc_time_memo *memo, struct bnc_span tail, int *zone_seconds)
{
    struct scan s = { tail.at, tail.at + tail.len };
    uint64_t bytes;

    if (tail.len == 0)
        return true;
    if (tail.len > 7 || tail.at[0] == '.')
        return false;
    bytes = bnc_load_tail(tail.at, tail.len);
    if (bytes == memo->tail && tail.len == memo->tail_len) {
        *zone_seconds = memo->tail_zone;
        return true;
    }
    if (!zone(&s, zone_seconds))
        return false;
    memo->tail = bytes;
    memo->tail_len = (uint32_t)tail.len;
    memo->tail_zone = *zone_seconds;
    return true;
}

/*
 * "YYYY-MM-DD HH:MM" was read at the start of 'text', and 'clock' is the second of the day that
 * followed.
 */
static inline void keep_minute(struct bnc_time_memo *memo, struct bnc_span text, int clock)
{
    const size_t tail = text.len - 19;

    memcpy(memo->minute, text.at, sizeof memo->minute);
    memo->minute_seconds = memo->seconds + clock - (int)bnc_two_digits(text.at + 17);
    memo->minute_len = text.len;
    memo->minute_mask = tail == 0 ? 0 : ~UINT64_C(0) << 8 * (8 - tail);
    memo->minute_tail = bnc_load64(text.at + text.len - 8);
}

static __attribute__((noinline)) bool parse_anew(struct bnc_time_memo *memo, struct bnc_span text,
                                                 char date_order, int zone_seconds, int64_t *time)
{
    struct scan s;

    if (text.len > 0 &&
        ((unsigned char)text.at[0] <= ' ' || (unsigned char)text.at[text.len - 1] <= ' '))
        text = bnc_span_trim(text);
    if (text.len < 5)
        return false;
    s = (struct scan){ text.at, text.at + text.len };
    if (text.len >= 10 && !bnc_is_digit(text.at[4])) {
        const char *const p = text.at;

        if ((p[0] != '\0' && memcmp(p, memo->date, sizeof memo->date) == 0) || long_date(memo, p)) {
            s.at += 10;
            if (text.len >= 19 && (p[10] == ' ' || p[10] == 'T')) {
                const int clock = clock_of(bnc_load64(p + 11));

                if (clock >= 0 &&
                    tail_zone(memo, bnc_span_from(p + 19, text.len - 19), &zone_seconds)) {
                    keep_minute(memo, text, clock);
                    *time = memo->seconds + clock - zone_seconds;
                    return true;
                }
            }
            return rest(&s, memo->seconds, zone_seconds, time);
        }
    }
    if (!bnc_is_digit(text.at[0]))
        return named_time(s, zone_seconds, time);
    return number_time(text, zone_seconds, time) || basic_time(s, zone_seconds, time) ||
           short_date(s, date_order, zone_seconds, time) || serial_time(s, zone_seconds, time) ||
           named_time(s, zone_seconds, time);
}

/*
 * Ten digits at 'p', the seconds since 1970 of this century, as a number: pairs, fours and eights
 * of them at once.  False where one is none.
 */
static inline bool ten_digits(const char *p, int64_t *seconds)
{
    const uint64_t text = bnc_load64(p), high = UINT64_C(0xf0f0f0f0f0f0f0f0);
    const unsigned last = bnc_two_digits(p + 8);
    uint64_t n = text & UINT64_C(0x0f0f0f0f0f0f0f0f);

    if ((text & high) != UINT64_C(0x3030303030303030) ||
        ((n + UINT64_C(0x0606060606060606)) & high) != 0 || last > 99)
        return false;
    n = (n * 10 + (n >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    n = (n * 100 + (n >> 16)) & UINT64_C(0x0000ffff0000ffff);
    n = (n * 10000 + (n >> 32)) & UINT32_MAX;
    *seconds = (int64_t)(n * 100 + last);
    return true;
}

/* The day of the row before, and the zone too: only the clock is new. */
static __attribute__((noinline)) bool parse_clock(struct bnc_time_memo *memo, struct bnc_span text,
                                                  char date_order, int zone_seconds, int64_t *time)
{
    const size_t tail = text.len - 19;
    const char *const p = text.at;
    int clock;

    if (tail <= 7 && bnc_time_same_tail(memo, p + 19, tail) && p[0] != '\0' &&
        bnc_load64(p) == bnc_load64(memo->date) && memcmp(p + 8, memo->date + 8, 2) == 0 &&
        (p[10] == ' ' || p[10] == 'T') && (clock = clock_of(bnc_load64(p + 11))) >= 0) {
        keep_minute(memo, text, clock);
        *time = memo->seconds + clock - (tail == 0 ? zone_seconds : memo->tail_zone);
        return true;
    }
    return parse_anew(memo, text, date_order, zone_seconds, time);
}

bool bnc_time_parse_memo(struct bnc_time_memo *memo, struct bnc_span text, char date_order,
                         int zone_seconds, int64_t *time)
{
    int64_t n;

    if (bnc_time_same_minute(memo, text, zone_seconds, time))
        return true;
    if (text.len == 10 && ten_digits(text.at, &n) && is_unix_time(n)) {
        *time = n;
        return true;
    }
    return parse_clock(memo, text, date_order, zone_seconds, time);
}

bool bnc_time_parse(struct bnc_span text, char date_order, int zone_seconds, int64_t *time)
{
    struct bnc_time_memo memo = { .seconds = 0 };

    return bnc_time_parse_memo(&memo, text, date_order, zone_seconds, time);
}
