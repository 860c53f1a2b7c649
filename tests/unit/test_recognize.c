/* SPDX-License-Identifier: MIT
 * test_recognize.c - names, globs and signatures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "schema/recognize.h"

static void name__matches(void **state)
{
    static const struct {
        const char *a, *b;
        enum bnc_match match;
    } cases[] = {
        { "Email", "email", BNC_MATCH_EXACT },
        { "Recipient Id", "recipient_id", BNC_MATCH_LOOSE },
        { "eventType", "event_type", BNC_MATCH_LOOSE },
        { "event-type", "event.type", BNC_MATCH_LOOSE },
        { "email", "emails", BNC_MATCH_NONE },
        { "", "", BNC_MATCH_EXACT },
        { "", "a", BNC_MATCH_NONE },
        { "_", "", BNC_MATCH_LOOSE },
        { "to[0].email", "to[].email", BNC_MATCH_LOOSE },
        { "to.0.email", "to[].email", BNC_MATCH_LOOSE },
        { "to_0", "to", BNC_MATCH_LOOSE },
        { "to.1.email", "to[].email", BNC_MATCH_NONE },
        { "code0", "code", BNC_MATCH_NONE },
        { "to[10].email", "to[].email", BNC_MATCH_NONE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (bnc_name_match(bnc_span_str(cases[i].a), bnc_span_str(cases[i].b)) != cases[i].match)
            fail_msg("'%s' and '%s'", cases[i].a, cases[i].b);
}

static void header__may_name_a_zone(void **state)
{
    static const struct {
        const char *name, *rest; /* rest NULL: no zone */
        int zone;
    } cases[] = {
        { "Date (UTC+02:00)", "Date", 7200 },
        { "Date/Time (GMT)", "Date/Time", 0 },
        { "Sent (EST)", "Sent", -18000 },
        { "sent_at_utc", "sent_at", 0 },
        { "Event Time UTC", "Event Time", 0 },
        { "Date (optional)", NULL, 0 },
        { "Date )", NULL, 0 },
        { "(UTC)", NULL, 0 },
        { "utc", NULL, 0 },
        { "Product", NULL, 0 },
        { "Date(UTC", NULL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bnc_span name = bnc_span_str(cases[i].name);
        int zone = 0;
        const bool found = bnc_header_zone(&name, &zone);

        if (found != (cases[i].rest != NULL) || zone != cases[i].zone ||
            (found && !bnc_span_eq(name, bnc_span_str(cases[i].rest))))
            fail_msg("'%s'", cases[i].name);
    }
}

static void glob__matches(void **state)
{
    static const struct {
        const char *glob, *name;
        bool match;
    } cases[] = {
        { "*bounce*", "Suppression_Bounces (1).csv", true },
        { "*bounce*", "blocks.csv", false },
        { "a*c", "abc", true },
        { "a*c", "abcd", false },
        { "", "x", false },
        { "x", "x", true },
        { "*", "", true },
        { "a|b*", "bc", true },
        { "*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (bnc_glob_match(cases[i].glob, cases[i].name) != cases[i].match)
            fail_msg("'%s' and '%s'", cases[i].glob, cases[i].name);
}

static void header__is_cleaned(void **state)
{
    static const char *const cases[][2] = {
        { " Email ", "Email" },
        { "\xEF\xBB\xBF"
          "Email",
          "Email" },
        { "\"Email\"", "Email" },
        { "'Email'", "Email" },
        { "#type", "type" },
        { "#Fields: date-time", "date-time" },
        { "#3", "#3" },
        { "#", "#" },
        { "\"", "" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (!bnc_span_eq(bnc_header_clean(bnc_span_str(cases[i][0])), bnc_span_str(cases[i][1])))
            fail_msg("'%s'", cases[i][0]);
}

static unsigned score(const char *signature, const char *const *names, uint32_t n, bool headerless,
                      char delim, const char *file)
{
    struct bnc_format_row f = *bnc_format_generic();
    struct bnc_span span[16];
    const struct bnc_header h = {
        .name = span, .n = n, .headerless = headerless, .delim = delim, .file = file
    };

    f.signature = signature;
    f.n_columns = 0;
    f.files = "";
    for (uint32_t i = 0; i < n; i++)
        span[i] = bnc_span_str(names[i]);
    return bnc_format_score(&f, &h);
}

static void signature__holds(void **state)
{
    static const char *const names[] = { "Status", "reason", "E-Mail", "created_utc" };
    static const char *const cells[] = { "1788423160", "b", "ann@example.net", "550" };

    (void)state;
    assert_int_equal(score("status;reason", names, 4, false, ',', ""), 200);
    assert_int_equal(score("status;email", names, 4, false, ',', ""), 160);
    assert_int_equal(score("status;nope", names, 4, false, ',', ""), 0);
    assert_int_equal(score("nope|status", names, 4, false, ',', ""), 100);
    assert_int_equal(score("status;!code", names, 4, false, ',', ""), 100);
    assert_int_equal(score("status;!reason", names, 4, false, ',', ""), 0);
    assert_int_equal(score("created*", names, 4, false, ',', ""), 100);
    assert_int_equal(score("status;file:*bounces*", names, 4, false, ',', "Bounces.csv"), 200);
    assert_int_equal(score("status;file:*bounces*", names, 4, false, ',', "x.csv"), 0);
    assert_int_equal(score("", names, 4, false, ',', ""), 0);
    assert_int_equal(score("status;reason / status;reason;email", names, 4, false, ',', ""), 260);
    assert_int_equal(score("#1=time;#2=A|B;#3=address;#4=code;#n=4", cells, 4, true, ',', ""), 500);
    assert_int_equal(score("#n>3", cells, 4, true, ',', ""), 100);
    assert_int_equal(score("#n>4", cells, 4, true, ',', ""), 0);
    assert_int_equal(score("#5=time", cells, 4, true, ',', ""), 0);
    assert_int_equal(score("@;#1=time", cells, 4, true, ',', ""), 0);
    assert_int_equal(score("@;#1=time", cells, 4, true, '@', ""), 200);
    assert_int_equal(score("#1=time", cells, 4, false, ',', ""),
                     0); /* a header is not asked about its cells */
    assert_int_equal(score("status", names, 4, true, ',', ""), 0); /* nor data about its names */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name__matches),
        cmocka_unit_test(header__may_name_a_zone),
        cmocka_unit_test(glob__matches),
        cmocka_unit_test(header__is_cleaned),
        cmocka_unit_test(signature__holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
