/* SPDX-License-Identifier: MIT
 * test_zones.c - against the C library: for every zone, what it says a clock shows comes back.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "schema/event.h"
#include "schema/zones.h"
#include "util/moment.h"

static const struct bnc_zone_rules *load(struct bnc_arena *arena, const char *name)
{
    const struct bnc_zone_rules *rules = NULL;

    if (bnc_zone_load(name, arena, &rules, NULL) != BNC_OK)
        fail_msg("%s is not there", name);
    return rules;
}

static int64_t at(int y, int m, int d, int hour, int minute)
{
    return bnc_day_of_date((struct bnc_date){ y, m, d }) * 86400 + hour * 3600 + minute * 60;
}

static bool has_database(void)
{
    return access("/usr/share/zoneinfo/Europe/Berlin", R_OK) == 0;
}

static void zone__has_summer_and_winter(void **state)
{
    struct bnc_arena arena = { 0 };
    const struct bnc_zone_rules *r;

    (void)state;
    if (!has_database())
        skip();
    r = load(&arena, "Europe/Berlin");
    assert_int_equal(bnc_zone_to_utc(r, at(2026, 10, 1, 12, 0)), at(2026, 10, 1, 10, 0));
    assert_int_equal(bnc_zone_to_utc(r, at(2026, 12, 1, 12, 0)), at(2026, 12, 1, 11, 0));
    /* 25 October: from 02:00 to 03:00 twice, the first of them is meant */
    assert_int_equal(bnc_zone_to_utc(r, at(2026, 10, 25, 1, 59)), at(2026, 10, 24, 23, 59));
    assert_int_equal(bnc_zone_to_utc(r, at(2026, 10, 25, 2, 30)), at(2026, 10, 25, 0, 30));
    assert_int_equal(bnc_zone_to_utc(r, at(2026, 10, 25, 3, 0)), at(2026, 10, 25, 2, 0));
    /* 29 March: from 02:00 to 03:00 never */
    assert_int_equal(bnc_zone_to_utc(r, at(2026, 3, 29, 1, 59)), at(2026, 3, 29, 0, 59));
    assert_int_equal(bnc_zone_to_utc(r, at(2026, 3, 29, 2, 30)), at(2026, 3, 29, 1, 30));
    assert_int_equal(bnc_zone_to_utc(r, at(2026, 3, 29, 3, 0)), at(2026, 3, 29, 1, 0));
    bnc_arena_release(&arena);
}

/* Every five and a half hours of some years, some of them beyond what files list. */
static void zone__agrees_with_the_library(void **state)
{
    static const char *const names[] = {
        "America/New_York", "America/Sao_Paulo", "America/St_Johns",  "America/Nuuk", "Asia/Gaza",
        "Asia/Kolkata",     "Asia/Tehran",       "Australia/Sydney",  "EST5EDT",      "UTC",
        "Europe/Dublin",    "Europe/Lisbon",     "Africa/Casablanca", "Pacific/Apia",
    };
    static const int years[] = { 1995, 2011, 2026, 2060, 2099 };
    struct bnc_arena arena = { 0 };

    (void)state;
    if (!has_database())
        skip();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct bnc_zone_rules *const r = load(&arena, names[i]);

        setenv("TZ", names[i], 1);
        tzset();
        for (size_t k = 0; k < sizeof years / sizeof *years; k++)
            for (int n = 0; n < 365 * 24 * 2 / 11; n++) {
                const time_t utc = (time_t)at(years[k], 1, 1, 0, 0) + n * 5 * 3600 + n * 1800;
                struct tm shown;
                int64_t local, back;

                localtime_r(&utc, &shown);
                local = utc + shown.tm_gmtoff;
                back = bnc_zone_to_utc(r, local);
                if (back == utc)
                    continue;
                /* an hour that comes twice: the first of both, which the clock shows as well */
                assert_true(back < utc && utc - back <= 86400);
                localtime_r(&(time_t){ back }, &shown);
                assert_int_equal(back + shown.tm_gmtoff, local);
            }
    }
    setenv("TZ", "UTC", 1);
    tzset();
    bnc_arena_release(&arena);
}

static void zone__unknown_is_said(void **state)
{
    static const char *const names[] = { "Europe/Berlim", "", "/etc/passwd", "../zoneinfo/UTC",
                                         "Europe",        "tzdata.zi" };
    struct bnc_arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct bnc_zone_rules *rules;
        struct bnc_error err = { 0 };

        assert_int_equal(bnc_zone_load(names[i], &arena, &rules, &err), BNC_EUSAGE);
        assert_non_null(strstr(err.text, "--timezone: '"));
    }
    setenv("TZDIR", "/nowhere", 1);
    {
        const struct bnc_zone_rules *rules;
        struct bnc_error err = { 0 };

        assert_int_equal(bnc_zone_load("Europe/Berlin", &arena, &rules, &err), BNC_EUSAGE);
        assert_non_null(strstr(err.text, "tzdata"));
    }
    unsetenv("TZDIR");
    bnc_arena_release(&arena);
}

/* A zone that is an hour ahead from the first of 'times' on, two from the second. */
static void write_zone(const char *path, const int64_t times[2])
{
    static const unsigned char types[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0x0e, 0x10, 0, 0, 0, 0, 0x1c, 0x20,
                                           0, 0 };
    unsigned char head[44] = "TZif2", cells[18];
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    head[39] = 1; /* one type, one letter */
    head[43] = 1;
    fwrite(head, 1, sizeof head, f);
    fwrite(types, 1, 7, f);
    head[35] = 2;
    head[39] = 3;
    for (int i = 0; i < 16; i++)
        cells[i] = (unsigned char)((uint64_t)times[i / 8] >> (56 - i % 8 * 8));
    cells[16] = 1;
    cells[17] = 2;
    fwrite(head, 1, sizeof head, f);
    fwrite(cells, 1, sizeof cells, f);
    fwrite(types, 1, sizeof types, f);
    fwrite("\0\n\n", 1, 3, f);
    assert_int_equal(fclose(f), 0);
}

static void zone__damaged_is_none(void **state)
{
    static const struct {
        int64_t times[2];
        enum bnc_status status;
    } all[] = {
        { { 1000000, 2000000 }, BNC_OK },
        { { -(INT64_C(1) << 59), 2000000 }, BNC_OK },
        { { 2000000, 1000000 }, BNC_EUSAGE },
        { { 1000000, INT64_MAX }, BNC_EUSAGE },
        { { INT64_MIN, 1000000 }, BNC_EUSAGE },
    };
    char dir[] = "/tmp/bounce-zones-XXXXXX", path[64];
    struct bnc_arena arena = { 0 };

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/X", dir);
    setenv("TZDIR", dir, 1);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct bnc_zone_rules *rules;

        write_zone(path, all[i].times);
        assert_int_equal(bnc_zone_load("X", &arena, &rules, NULL), all[i].status);
        if (all[i].status == BNC_OK) {
            assert_int_equal(bnc_zone_to_utc(rules, 1500000), 1500000 - 3600);
            assert_int_equal(bnc_zone_to_utc(rules, 2500000), 2500000 - 7200);
        }
    }
    unsetenv("TZDIR");
    remove(path);
    remove(dir);
    bnc_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zone__has_summer_and_winter),
        cmocka_unit_test(zone__agrees_with_the_library),
        cmocka_unit_test(zone__unknown_is_said),
        cmocka_unit_test(zone__damaged_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
