/* SPDX-License-Identifier: MIT
 * test_times.c - every layout of time met in exports, what is refused, and that the memo never
 * changes an answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "schema/times.h"

struct time_case {
    const char *text;
    char order; /* 'd', 'm' or 0 */
    int zone; /* where the text names none */
    const char *expected; /* UTC, "" where it is refused */
};

static const struct time_case cases[] = {
    /* Unix times by their length */
    { "1788423165", 0, 0, "2026-09-03T08:12:45Z" },
    { "1788423165", 0, 7200, "2026-09-03T08:12:45Z" },
    { "1788423165.937615", 0, 0, "2026-09-03T08:12:45Z" },
    { "1788423165123", 0, 0, "2026-09-03T08:12:45Z" },
    { "1788423165123456", 0, 0, "2026-09-03T08:12:45Z" },
    { "1788423165123456789", 0, 0, "2026-09-03T08:12:45Z" },
    { "999999999", 0, 0, "2001-09-09T01:46:39Z" },
    /* ISO 8601 and what is near it */
    { "2026-09-03T08:12:44Z", 0, 3600, "2026-09-03T08:12:44Z" },
    { "2026-09-03t08:12:44z", 0, 3600, "2026-09-03T08:12:44Z" },
    { "2026-09-03T08:12:44.512Z", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03T08:12:44.2735393-04:00", 0, 0, "2026-09-03T12:12:44Z" },
    { "2026-09-03T08:12:44+00:00", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03T08:12:44+05:30", 0, 0, "2026-09-03T02:42:44Z" },
    { "2026-09-03 08:12:44", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03 08:12:44", 0, -21600, "2026-09-03T14:12:44Z" },
    { "2026-09-03 08:12:44.123", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03 10:12:44+0200", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03 08:12:44 UTC", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03 08:12:44 +0000", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03 08:12:44 +00:00", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03 08:12", 0, 0, "2026-09-03T08:12:00Z" },
    { "2026-09-03", 0, 0, "2026-09-03T00:00:00Z" },
    { "2026/09/03 08:12:44 UTC", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026/09/03 10:12:44 CEST", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03T08:12:44-06", 0, 0, "2026-09-03T14:12:44Z" },
    { "20260903", 0, 0, "2026-09-03T00:00:00Z" },
    /* a date alone is that day, in whatever zone */
    { "2026-09-03", 0, 7200, "2026-09-03T00:00:00Z" },
    { "20260903", 0, 7200, "2026-09-03T00:00:00Z" },
    { "3.9.2026", 0, 7200, "2026-09-03T00:00:00Z" },
    { "3 Sep 2026", 0, -7200, "2026-09-03T00:00:00Z" },
    { "46268", 0, 7200, "2026-09-03T00:00:00Z" },
    { "2026-09-03 00:00", 0, 7200, "2026-09-02T22:00:00Z" },
    { "20260903081244", 0, 0, "2026-09-03T08:12:44Z" },
    { "20260903T081244Z", 0, 3600, "2026-09-03T08:12:44Z" },
    { "20260903T101244", 0, 7200, "2026-09-03T08:12:44Z" },
    { "20260903T081260Z", 0, 0, "2026-09-03T08:13:00Z" },
    { "20260903T0812Z", 0, 0, "" },
    { "20260903T241244Z", 0, 0, "" },
    { "20261303T081244Z", 0, 0, "" },
    { "202609030812", 0, 0, "2026-09-03T08:12:00Z" },
    { "  2026-09-03 08:12:44 ", 0, 0, "2026-09-03T08:12:44Z" },
    /* the separator says that the day comes first; slashes say nothing */
    { "03-09-2026 10:12:44", 0, 0, "2026-09-03T10:12:44Z" },
    { "03.09.2026 10:12", 0, 0, "2026-09-03T10:12:00Z" },
    { "3.9.2026", 0, 0, "2026-09-03T00:00:00Z" },
    { "9/3/2026 3:12:44 AM", 'm', -21600, "2026-09-03T09:12:44Z" },
    { "12/31/2026 11:13:02 PM", 'm', -21600, "2027-01-01T05:13:02Z" },
    { "7/3/2026 12:00:00 AM", 'm', 0, "2026-07-03T00:00:00Z" },
    { "7/3/2026 12:00:00 PM", 'm', 0, "2026-07-03T12:00:00Z" },
    { "03/09/2026 08:12:44 BST", 'd', 0, "2026-09-03T07:12:44Z" },
    { "03/09/26 08:12", 'd', 0, "2026-09-03T08:12:00Z" },
    { "03/09/2026 08:12:44", 0, 0, "" },
    { "13/09/2026", 'm', 0, "" },
    { "09-13-2026 10:12:44", 0, 0, "" },
    { "09-13-2026 10:12:44", 'm', 0, "2026-09-13T10:12:44Z" },
    /* with names */
    { "Fri, 21 Oct 2011 11:02:55 GMT", 0, 0, "2011-10-21T11:02:55Z" },
    { "Thu, 03 Sep 2026 11:00:01 +0200", 0, 0, "2026-09-03T09:00:01Z" },
    { "Thu, 03 Sep 2026 08:12:44 +0000 (UTC)", 0, 0, "2026-09-03T08:12:44Z" },
    { "3 Sep 2026 08:12:44 EST", 0, 0, "2026-09-03T13:12:44Z" },
    { "Thu Sep 03 2026 10:12:44 GMT+0200 (Central European Summer Time)", 0, 0,
      "2026-09-03T08:12:44Z" },
    { "September 3, 2026 1:12 am (UTC-07:00)", 0, 0, "2026-09-03T08:12:00Z" },
    { "2026-09-03 10:12 UTC+2", 0, 0, "2026-09-03T08:12:00Z" },
    { "2026-09-03 10:12:44 (CEST)", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03 10:12:44 (CEST", 0, 0, "" },
    { "2026-09-03 10:12:44 (", 0, 0, "" },
    { "2026-09-03 10:12:44 GMT+", 0, 0, "" },
    { "03-Sep-2026 08:12:44", 0, 0, "2026-09-03T08:12:44Z" },
    { "Sep 3, 2026 8:12:44 AM", 0, 0, "2026-09-03T08:12:44Z" },
    { "September 3, 2026", 0, 0, "2026-09-03T00:00:00Z" },
    { "Sep 03, 2026 08:12 AM", 0, 0, "2026-09-03T08:12:00Z" },
    { "Thu Sep  3 08:12:44 2026", 0, 0, "2026-09-03T08:12:44Z" },
    /* edges that hold */
    { "2024-02-29 23:59:60", 0, 0, "2024-03-01T00:00:00Z" },
    { "2026-03-29 02:30:00", 0, 3600,
      "2026-03-29T01:30:00Z" }, /* an hour that summer time skips: zones are fixed */
    { "1970-01-02T00:00:00Z", 0, 0, "1970-01-02T00:00:00Z" },
    { "2199-12-31T23:59:59Z", 0, 0, "2199-12-31T23:59:59Z" },
    /* no times */
    { "", 0, 0, "" },
    { "-", 0, 0, "" },
    { "N/A", 0, 0, "" },
    { "yesterday", 0, 0, "" },
    { "0", 0, 0, "" },
    { "1601-01-01 00:00:00", 0, 0, "" },
    { "9999-12-31 23:59:59", 0, 0, "" },
    { "0000-00-00 00:00:00", 0, 0, "" },
    { "2026-02-29 08:12:44", 0, 0, "" },
    { "2026-13-03 08:12:44", 0, 0, "" },
    { "2026-09-31", 0, 0, "" },
    { "2026-09-03 24:12:44", 0, 0, "" },
    { "2026-09-03 08:60:44", 0, 0, "" },
    { "2026-09-03 08:12:61", 0, 0, "" },
    { "2026-09-03 08:1x:44", 0, 0, "" },
    { "2026-09-03 0/:12:44", 0, 0, "" },
    { "2026-09-03 08:12:4", 0, 0, "2026-09-03T08:12:04Z" },
    { "2026-09-03T08:12:44+99:00", 0, 0, "" },
    { "2026-09-03T08:12:44 XYZ", 0, 0, "" },
    { "2026-09-03 08:12:44 and more", 0, 0, "" },
    { "46268.", 0, 0, "2026-09-03T00:00:00Z" },
    { "46268.3421760", 0, 0, "2026-09-03T08:12:44Z" },
    { "46268,342176", 0, 7200, "2026-09-03T06:12:44Z" },
    { "36525", 0, 0, "" }, /* a number like another */
    { "4626", 0, 0, "" },
    { "146268", 0, 0, "" },
    { "46268.34x", 0, 0, "" },
    { "46268:34", 0, 0, "" },
    { "2026-09-03T10:12:44+02:00[Europe/Berlin]", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03T10:12:44.5+02:00[Europe/Berlin]", 0, 0, "2026-09-03T08:12:44Z" },
    { "2026-09-03T10:12:44[Europe/Berlin]", 0, 0, "" },
    { "12345", 0, 0, "" },
    { "178842316512", 0, 0, "" },
    { "99999999999999999999", 0, 0, "" },
    { "2026-09", 0, 0, "" },
    { "13 PM", 0, 0, "" },
    { "9/3/2026 13:12:44 PM", 'm', 0, "" },
    { "Foo, 99 Bar 2026", 0, 0, "" },
    { "Thu, ", 0, 0, "" },
    { "Sep", 0, 0, "" },
    { "ann@example.net", 0, 0, "" },
};

static void time__reads_every_layout(void **state)
{
    struct bnc_time_memo memo = { .seconds = 0 };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct time_case *const c = &cases[i];
        int64_t t = BNC_NO_TIME, again = BNC_NO_TIME;
        char text[32];

        if (!bnc_time_parse(bnc_span_str(c->text), c->order, c->zone, &t))
            t = BNC_NO_TIME;
        *bnc_time_spell(text, t) = '\0';
        if (strcmp(text, c->expected) != 0)
            fail_msg("'%s' is read as '%s', expected '%s'", c->text, text, c->expected);
        if (!bnc_time_parse_memo(&memo, bnc_span_str(c->text), c->order, c->zone, &again))
            again = BNC_NO_TIME;
        if (again != t)
            fail_msg("'%s': the memo changes the answer", c->text);
    }
}

/* Forward and backward through the same memo: what a worker has seen must not show. */
static void time__memo_keeps_no_secrets(void **state)
{
    struct bnc_time_memo memo = { .seconds = 0 };

    (void)state;
    for (unsigned round = 0; round < 3; round++)
        for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
            const struct time_case *const c =
                &cases[(k * 37 + round * 11) % (sizeof cases / sizeof cases[0])];
            int64_t alone = 0, with = 0;
            const bool a = bnc_time_parse(bnc_span_str(c->text), c->order, c->zone, &alone);

            assert_int_equal(
                a, bnc_time_parse_memo(&memo, bnc_span_str(c->text), c->order, c->zone, &with));
            if (a)
                assert_int_equal(alone, with);
        }
}

/* Neighbours in time, many of them with a byte that doesn't belong: read anew they are the same. */
static void time__memo_of_a_minute_is_no_guess(void **state)
{
    static const char *const tails[] = { "", "Z", "+0200", "+02:00", " UTC", ".5", "x" };
    struct bnc_time_memo memo = { .seconds = 0 };
    uint64_t seed = 1;

    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        int64_t alone = 0, with = 0;
        char text[48];
        size_t len;
        bool is;

        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        len = (size_t)snprintf(text, sizeof text, "2026-09-%02u%c08:%02u:%02u%s",
                               (unsigned)(seed >> 40 & 1) + 3, (seed >> 41 & 7) == 0 ? 'T' : ' ',
                               (unsigned)(seed >> 44 & 1), (unsigned)(seed >> 45 & 63),
                               tails[(seed >> 52) % 7]);
        if ((seed >> 33 & 3) == 0)
            text[(seed >> 34) % len] = "\0 :09T/"[seed >> 61];
        if ((seed >> 20 & 63) == 0)
            memset(text, 0, 16);
        is = bnc_time_parse(bnc_span_from(text, len), 0, 3600, &alone);
        assert_int_equal(is, bnc_time_parse_memo(&memo, bnc_span_from(text, len), 0, 3600, &with));
        if (is)
            assert_int_equal(alone, with);
        if ((seed >> 10 & 127) == 0)
            memset(&memo, 0, sizeof memo);
    }
}

static void time__formats_what_it_reads(void **state)
{
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        int64_t t, back;
        char text[32];

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        t = 86400 + (int64_t)(seed % UINT64_C(7258032000));
        *bnc_time_spell(text, t) = '\0';
        assert_int_equal(strlen(text), 20);
        assert_true(bnc_time_parse(bnc_span_str(text), 0, 3600, &back));
        assert_int_equal(t, back);
    }
    {
        char none[32] = "x";

        *bnc_time_spell(none, BNC_NO_TIME) = '\0';
        assert_string_equal(none, "");
    }
}

static void zone__reads_offsets_and_names(void **state)
{
    static const struct {
        const char *text;
        int seconds;
    } good[] = { { "+02:00", 7200 }, { "-0600", -21600 }, { "+05:30", 19800 }, { "Z", 0 },
                 { "UTC", 0 },       { "cet", 3600 },     { "-6", -21600 },    { "PDT", -25200 } };
    static const char *const bad[] = { "", "Europe/Rome", "+25:00", "2", "+02:00x", "+" };
    int seconds;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(bnc_zone_parse(bnc_span_str(good[i].text), &seconds));
        assert_int_equal(seconds, good[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (bnc_zone_parse(bnc_span_str(bad[i]), &seconds))
            fail_msg("'%s' is no zone", bad[i]);
}

/* Every ten digits are the number they say, and one byte that is no digit spoils them. */
static void time__ten_digits_are_seconds(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        const int64_t n = (int64_t)(random >> 20) % INT64_C(10000000000);
        char text[16];
        int64_t t = BNC_NO_TIME;

        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        snprintf(text, sizeof text, "%010lld", (long long)n);
        assert_int_equal(bnc_time_parse(bnc_span_from(text, 10), 0, 3600, &t),
                         n >= 100000000 && n < INT64_C(7258118400));
        if (n >= 100000000 && n < INT64_C(7258118400))
            assert_int_equal(t, n);
        text[2 + round % 8] = "/:xA\xb1"[(random >> 60) % 5];
        assert_false(bnc_time_parse(bnc_span_from(text, 10), 0, 0, &t));
    }
}

static void order__only_what_a_date_proves(void **state)
{
    (void)state;
    assert_int_equal(bnc_time_order(BNC_SPAN("13/9/2026")), 'd');
    assert_int_equal(bnc_time_order(BNC_SPAN("9/13/2026 08:12")), 'm');
    assert_int_equal(bnc_time_order(BNC_SPAN("9/3/2026 8:12 AM")), 'm');
    assert_int_equal(bnc_time_order(BNC_SPAN("9/3/2026")), 0);
    assert_int_equal(bnc_time_order(BNC_SPAN("2026-09-03")), 0);
    assert_int_equal(bnc_time_order(BNC_SPAN("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time__reads_every_layout),
        cmocka_unit_test(time__memo_keeps_no_secrets),
        cmocka_unit_test(time__memo_of_a_minute_is_no_guess),
        cmocka_unit_test(time__formats_what_it_reads),
        cmocka_unit_test(zone__reads_offsets_and_names),
        cmocka_unit_test(time__ten_digits_are_seconds),
        cmocka_unit_test(order__only_what_a_date_proves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
