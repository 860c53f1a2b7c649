/* SPDX-License-Identifier: MIT */
#include "schema/zones.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/moment.h"

#define FILE_BYTES ((size_t)64 << 10) /* the largest zone takes 4 KiB */
#define LAST_YEAR 2100
#define FIRST_TIME (-(INT64_C(1) << 59)) /* where old compilers of zones let time begin */
#define LAST_TIME (INT64_C(1) << 40)

/* ---- the rule at the end of a file: "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

struct rule { /* a day of the year and a time of that day, by the clock before */
    char kind; /* 'M': week 'b' of month 'a', weekday 'c'; 'J', '0': day 'a', from 1 or 0 on */
    int a, b, c;
    int32_t seconds;
};

struct ending {
    int32_t winter, summer; /* seconds east of UTC */
    bool changes;
    struct rule begin, end; /* of summer time */
};

static bool number(const char **p, int *n)
{
    char *end;

    if (!isdigit((unsigned char)**p))
        return false;
    *n = (int)strtol(*p, &end, 10);
    *p = end;
    return true;
}

/* "[+-]h[h][:mm[:ss]]" */
static bool hours(const char **p, int32_t *seconds)
{
    const bool negative = **p == '-';
    int part[3] = { 0 };

    *p += **p == '-' || **p == '+';
    for (int i = 0; i < 3; i++) {
        if (!number(p, &part[i]) || part[i] > (i == 0 ? 167 : 59))
            return false;
        if (**p != ':')
            break;
        ++*p;
    }
    *seconds = (part[0] * 60 + part[1]) * 60 + part[2];
    *seconds = negative ? -*seconds : *seconds;
    return true;
}

/* "CET", "<+03>" */
static bool skip_name(const char **p)
{
    const char *const from = *p;

    if (**p == '<') {
        *p += strcspn(*p, ">");
        return *(*p)++ == '>';
    }
    while (isalpha((unsigned char)**p))
        ++*p;
    return *p - from >= 3;
}

/* ",M3.5.0/2" */
static bool read_rule(const char **p, struct rule *r)
{
    bool ok;

    *r = (struct rule){ .seconds = 2 * 3600 };
    if (*(*p)++ != ',')
        return false;
    r->kind = **p == 'M' || **p == 'J' ? *(*p)++ : '0';
    ok = number(p, &r->a);
    if (r->kind == 'M')
        ok = ok && *(*p)++ == '.' && number(p, &r->b) && *(*p)++ == '.' && number(p, &r->c) &&
             r->a >= 1 && r->a <= 12 && r->b >= 1 && r->b <= 5 && r->c <= 6;
    if (ok && **p == '/') {
        ++*p;
        ok = hours(p, &r->seconds);
    }
    return ok;
}

static bool read_ending(const char *p, struct ending *e)
{
    *e = (struct ending){ 0 };
    if (!skip_name(&p) || !hours(&p, &e->winter))
        return false;
    e->winter = -e->winter;
    e->summer = e->winter + 3600;
    if (*p == '\0')
        return true;
    e->changes = true;
    if (!skip_name(&p))
        return false;
    if (*p != ',') {
        if (!hours(&p, &e->summer))
            return false;
        e->summer = -e->summer;
    }
    return read_rule(&p, &e->begin) && read_rule(&p, &e->end) && *p == '\0';
}

static int64_t day_of(int y, int m, int d)
{
    return bnc_day_of_date((struct bnc_date){ y, m, d });
}

/* Midnight of the rule's day in a year, and its time, by the clock before. */
static int64_t rule_local(const struct rule *r, int year)
{
    int64_t day = day_of(year, 1, 1);
    const bool leap = day_of(year + 1, 1, 1) - day == 366;

    if (r->kind == 'J') {
        day += r->a - 1 + (leap && r->a > 59);
    } else if (r->kind == '0') {
        day += r->a;
    } else {
        const int64_t next = r->a == 12 ? day_of(year + 1, 1, 1) : day_of(year, r->a + 1, 1);

        day = day_of(year, r->a, 1);
        day += (r->c - (day + 4) % 7 + 7) % 7 + 7 * (r->b - 1); /* 1 January 1970 was a Thursday */
        if (day >= next)
            day -= 7;
    }
    return day * BNC_SECONDS_PER_DAY + r->seconds;
}

/* ---- the file ---- */

static uint64_t big_endian(const unsigned char *p, int bytes)
{
    uint64_t n = 0;

    for (int i = 0; i < bytes; i++)
        n = n << 8 | p[i];
    return n;
}

struct block { /* one of the two that a file has */
    const unsigned char *times, *kinds, *types;
    uint32_t n_times, n_types;
};

/* The block at 'p' with times of so many bytes; where it ends, NULL if it is cut. */
static const unsigned char *read_block(const unsigned char *p, const unsigned char *end, int width,
                                       struct block *b)
{
    uint64_t n[6], size;

    if (end - p < 44 || memcmp(p, "TZif", 4) != 0)
        return NULL;
    for (int i = 0; i < 6; i++) /* isut, isstd, leap, time, type, char */
        n[i] = big_endian(p + 20 + 4 * i, 4);
    p += 44;
    size = n[3] * (unsigned)width + n[3] + n[4] * 6 + n[5] + n[2] * (unsigned)(width + 4) + n[1] +
           n[0];
    if (size > (uint64_t)(end - p) || n[4] == 0)
        return NULL;
    *b = (struct block){ p, p + n[3] * (unsigned)width, p + n[3] * (unsigned)(width + 1),
                         (uint32_t)n[3], (uint32_t)n[4] };
    return p + size;
}

static int32_t east_of(const struct block *b, uint32_t kind)
{
    return kind < b->n_types ? (int32_t)big_endian(b->types + (size_t)kind * 6, 4) : 0;
}

/* A change at 'at' in UTC: until it, by the later of both clocks, what was before holds. */
static void add_change(struct bnc_zone_rules *r, int64_t at, int32_t east)
{
    const int32_t before = r->n == 0 ? r->first : r->change[r->n - 1].east;

    if (east != before)
        r->change[r->n++] =
            (struct bnc_zone_change){ at + (east > before ? east : before), east };
}

/* What the rule at the file's end says of the years behind the last change that is listed. */
static void add_ending(struct bnc_zone_rules *r, const struct ending *e, int64_t last)
{
    for (int year = last < 0 ? 1970 : bnc_date_of_time(last).year; e->changes && year <= LAST_YEAR;
         year++) {
        const int64_t begin = rule_local(&e->begin, year) - e->winter,
                      end = rule_local(&e->end, year) - e->summer;

        for (int i = 0; i < 2; i++) { /* south of the equator summer ends first */
            const bool to_summer = (i == 0) == (begin < end);
            const int64_t at = to_summer ? begin : end;

            if (at > last)
                add_change(r, at, to_summer ? e->summer : e->winter);
        }
    }
}

static enum bnc_status read_rules(const unsigned char *p, size_t len, struct bnc_arena *arena,
                                  struct bnc_zone_rules **rules)
{
    const unsigned char *const end = p + len;
    struct ending ending = { 0 };
    struct bnc_zone_rules *r;
    struct block b;
    int64_t last = INT64_MIN;

    if (len < 5 || p[4] < '2')
        return BNC_EDATA;
    p = read_block(p, end, 4, &b);
    p = p == NULL ? NULL : read_block(p, end, 8, &b);
    if (p == NULL || p == end || *p++ != '\n' || memchr(p, '\n', (size_t)(end - p)) == NULL)
        return BNC_EDATA;
    r = bnc_arena_alloc(arena, sizeof *r + (b.n_times + 2 * (LAST_YEAR - 1969)) *
                                               sizeof r->change[0]);
    if (r == NULL)
        return BNC_ENOMEM;
    *r = (struct bnc_zone_rules){ .first = east_of(&b, 0) };
    for (uint32_t i = 0; i < b.n_times; i++) {
        const int64_t at = (int64_t)big_endian(b.times + (size_t)i * 8, 8);

        if (at <= last || at < FIRST_TIME || at > LAST_TIME)
            return BNC_EDATA;
        add_change(r, at, east_of(&b, b.kinds[i]));
        last = at;
    }
    if (*p != '\n') {
        char text[128];
        const size_t n = (size_t)((const unsigned char *)memchr(p, '\n', (size_t)(end - p)) - p);

        snprintf(text, sizeof text, "%.*s", (int)n, (const char *)p);
        if (n >= sizeof text || !read_ending(text, &ending))
            return BNC_EDATA;
        add_ending(r, &ending, last);
    }
    *rules = r;
    return BNC_OK;
}

/* A name of the database, and no way out of its folder. */
static bool is_name(const char *name)
{
    return name[0] != '\0' && name[0] != '/' && strstr(name, "..") == NULL &&
           strlen(name) < BNC_ZONE_NAME_BYTES &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
               strlen(name);
}

static ssize_t read_file(const char *dir, const char *name, unsigned char bytes[FILE_BYTES])
{
    char path[4096];
    ssize_t len = -1;
    int fd;

    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        return -1;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    do
        len = read(fd, bytes, FILE_BYTES);
    while (len < 0 && errno == EINTR);
    close(fd);
    return len;
}

enum bnc_status bnc_zone_load(const char *name, struct bnc_arena *arena,
                              const struct bnc_zone_rules **rules, struct bnc_error *err)
{
    const char *const set = getenv("TZDIR");
    const char *const dir = set != NULL && set[0] != '\0' ? set : "/usr/share/zoneinfo";
    unsigned char *const bytes = malloc(FILE_BYTES);
    enum bnc_status status = BNC_EDATA;
    struct bnc_zone_rules *r = NULL;
    ssize_t len;

    if (bytes == NULL)
        return bnc_error_nomem(err);
    len = is_name(name) ? read_file(dir, name, bytes) : -1;
    if (len > 0)
        status = read_rules(bytes, (size_t)len, arena, &r);
    free(bytes);
    if (status == BNC_ENOMEM)
        return bnc_error_nomem(err);
    if (status == BNC_OK) {
        strcpy(r->name, name);
        *rules = r;
        return BNC_OK;
    }
    return bnc_error_set(err, BNC_EUSAGE,
                         "--timezone: '%s' is neither an offset such as +02:00, nor a name such as "
                         "UTC or CET, nor %s",
                         name,
                         access(dir, X_OK) == 0
                             ? "a zone of the time zone database such as Europe/Berlin"
                             : "to be looked up: the system has no time zone database (tzdata)");
}

int64_t bnc_zone_to_utc(const struct bnc_zone_rules *rules, int64_t local)
{
    uint32_t low = 0, high = rules->n;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (rules->change[middle].local <= local)
            low = middle + 1;
        else
            high = middle;
    }
    return local - (low == 0 ? rules->first : rules->change[low - 1].east);
}
