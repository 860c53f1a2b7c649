/* SPDX-License-Identifier: MIT
 * test_mappings.c - sources with equal headers share a mapping where, and only where, one made for
 * each alone would be the same.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "schema_kit.h"

#define ACCT "type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,bounceCat,vmta,jobId\n"
#define AT(when, who, diag) "b," when ",x@news.example," who ",5.1.1," diag ",bad-box,v,j\n"
#define ROW AT("2026-10-01 00:00:03+0000", "ann@example.net", "smtp;550 5.1.1 no such user")

#define SINGLE                                                                                     \
    "'b','2026-10-02 09:00:00Z','x@news.example','b@example.org','5.2.2','full, it is','c','v','j'\n"

#define SG "status,reason,email,created\n"
#define GENERIC "When,Email,Reason,Event\n"
#define GENERIC_AT(when) when ",ann@example.net,550 5.1.1 no,bounce\n"

static const struct source {
    struct bnc_span text;
    const char *name;
} sources[] = {
    { BNC_SPAN(ACCT ROW), "a.csv" },
    { BNC_SPAN(ACCT ROW ROW), "dir/b.csv" },
    { BNC_SPAN(ACCT AT("2026-10-02 09:00:00Z", "bob@example.org", "smtp;452 4.2.2 full")), "" },
    { BNC_SPAN(ACCT AT("2026-10-02 09:00:00Z", "bob@example.org", "no such user")), "c.csv" },
    { BNC_SPAN(ACCT AT("2026-10-02 09:00:00Z", "b@example.org", "a|b;c\td")), "c.csv" },
    { BNC_SPAN(ACCT AT("'2026-10-02 09:00:00Z'", "'b@example.org'", "'it is, well, full'")), "c" },
    { BNC_SPAN(ACCT SINGLE), "single.csv" },
    { BNC_SPAN(ACCT AT("2026-10-02 09:00:00Z", "b@example.org", "\"550 \\\"ann\\\" is no\"")), "" },
    { BNC_SPAN(ACCT AT("31/10/2026 09:00", "b@example.org", "smtp;550 5.1.1 no")), "d.csv" },
    { BNC_SPAN(ACCT AT("10/31/2026 09:00", "b@example.org", "smtp;550 5.1.1 no")), "d.csv" },
    { BNC_SPAN(ACCT AT("03/10/2026 09:00", "b@example.org", "smtp;550 5.1.1 no")), "d.csv" },
    { BNC_SPAN(ACCT), "only_a_header.csv" },
    { BNC_SPAN("\xEF\xBB\xBF" ACCT ROW), "mark.csv" },
    { BNC_SPAN("\n" ACCT ROW), "blank.csv" },
    { BNC_SPAN("exported 2026\n" ACCT ROW), "preamble.csv" },
    { BNC_SPAN(SG "5.1.1,550 5.1.1 no,ann@example.net,1788423160\n"), "bounces.csv" },
    { BNC_SPAN(SG "5.1.1,550 5.1.1 no,ann@example.net,1788423160\n"), "suppression_blocks.csv" },
    { BNC_SPAN(SG "4.2.2,452 full,bob@example.net,1788423161\n"), "suppression_blocks.csv" },
    { BNC_SPAN(GENERIC GENERIC_AT("2026-10-02 09:00:00Z")), "g.csv" },
    { BNC_SPAN(GENERIC GENERIC_AT("31/10/2026 09:00")), "g.csv" },
    { BNC_SPAN(GENERIC GENERIC_AT("10/31/2026 09:00")), "g.csv" },
    { BNC_SPAN("When;Email;Reason;Event\n2026-10-02;ann@example.net;550 5.1.1 no;bounce\n"), "" },
    { BNC_SPAN("one,two\n1,2\n"), "no_export.csv" },
    { BNC_SPAN(""), "empty.csv" },
};
#define N_SOURCES (sizeof sources / sizeof sources[0])

static const struct bnc_mapping *get(struct bnc_mappings *set, struct bnc_span text,
                                     const char *name)
{
    const struct bnc_mapping *m = NULL;
    struct bnc_error err = { .status = BNC_OK };

    assert_int_equal(bnc_mappings_get(set, &m, text, true, name, NULL, &err), BNC_OK);
    assert_non_null(m);
    return m;
}

static void mappings__share_equal_headers(void **state)
{
    struct bnc_mappings *const set = bnc_mappings_create();
    const struct bnc_mapping *const first = get(set, sources[0].text, "first.csv");

    (void)state;
    for (int i = 0; i < 1000; i++) {
        char text[400], name[32];
        const int n = snprintf(text, sizeof text,
                               "%sb,2026-10-01 00:%02d:03+0000,x@news.example,"
                               "user%d@example.net,5.1.1,smtp;550 5.1.1 %d,c,v,j\n",
                               ACCT, i % 60, i, i * 7);

        snprintf(name, sizeof name, "export-%d.csv", i);
        assert_ptr_equal(get(set, bnc_span_from(text, (size_t)n), name), first);
    }
    bnc_mappings_free(set);
}

static void mappings__differ_where_header_or_rows_tell_otherwise(void **state)
{
    static const struct bnc_span others[] = {
        BNC_SPAN("type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,bounceCat,jobId,vmta\n" ROW),
        BNC_SPAN("\xEF\xBB\xBF" ACCT ROW),
        BNC_SPAN("exported 2026\n" ACCT ROW),
        BNC_SPAN(ACCT SINGLE),
        BNC_SPAN(ACCT AT("2026-10-02", "b@example.org", "\"smtp;550 \\\"ann\\\" is no\"")),
        BNC_SPAN(ACCT AT("31/10/2026 09:00", "b@example.org", "smtp;550 no")),
        BNC_SPAN(ACCT AT("10/31/2026 09:00", "b@example.org", "smtp;550 no")),
    };
    struct bnc_mappings *const set = bnc_mappings_create();
    const struct bnc_mapping *seen[1 + sizeof others / sizeof others[0]];

    (void)state;
    seen[0] = get(set, sources[0].text, "a.csv");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        seen[i + 1] = get(set, others[i], "a.csv");
        for (size_t k = 0; k <= i; k++)
            assert_ptr_not_equal(seen[k], seen[i + 1]);
        assert_ptr_equal(get(set, others[i], "again.csv"), seen[i + 1]);
    }
    assert_ptr_equal(get(set, sources[0].text, "b.csv"), seen[0]);
    assert_ptr_not_equal(get(set, BNC_SPAN(ACCT), "header.csv"), seen[0]); /* no row behind it */
    bnc_mappings_free(set);
}

/* Every source behind every other one is read as it is alone. */
static void mappings__never_show(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SOURCES * N_SOURCES; i++) {
        const struct source *const before = &sources[i / N_SOURCES], *s = &sources[i % N_SOURCES];
        struct bnc_mappings *const set = bnc_mappings_create();
        struct bnc_buf shared = { 0 }, alone = kit_dump(s->text, s->name, NULL);
        const struct bnc_mapping *m = NULL;
        struct bnc_error err = { .status = BNC_OK };

        (void)bnc_mappings_get(set, &m, before->text, true, before->name, NULL, NULL);
        if (bnc_mappings_get(set, &m, s->text, true, s->name, NULL, &err) == BNC_OK)
            kit_dump_by(&shared, m, s->text);
        else
            bnc_buf_printf(&shared, "error %d %s\n", (int)err.status, err.text);
        assert_int_equal(shared.len, alone.len);
        assert_memory_equal(shared.at, alone.at, alone.len);
        bnc_buf_release(&shared);
        bnc_buf_release(&alone);
        bnc_mappings_free(set);
    }
}

/* A name that the tables know something of is another source, one they don't is none. */
static void mappings__go_by_the_name_of_the_file(void **state)
{
    struct bnc_mappings *const set = bnc_mappings_create();
    const struct bnc_span text = BNC_SPAN(SG "5.1.1,550 5.1.1 no,ann@example.net,1788423160\n");
    const struct bnc_mapping *const bounces = get(set, text, "x.csv");
    const struct bnc_mapping *const blocks = get(set, text, "dir/suppression_blocks.csv");

    (void)state;
    assert_string_equal(bounces->format, "sendgrid_suppression_bounces");
    assert_string_equal(blocks->format, "sendgrid_suppression_blocks");
    assert_ptr_equal(get(set, text, "dir/y.csv"), bounces);
    assert_ptr_equal(get(set, text, "suppression_blocks.2.csv"), blocks);
    bnc_mappings_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mappings__share_equal_headers),
        cmocka_unit_test(mappings__differ_where_header_or_rows_tell_otherwise),
        cmocka_unit_test(mappings__never_show),
        cmocka_unit_test(mappings__go_by_the_name_of_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
