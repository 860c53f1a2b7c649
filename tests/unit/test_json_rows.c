/* SPDX-License-Identifier: MIT
 * test_json_rows.c - JSON lines: paths, lists, envelopes, broken lines, and how long what they
 * give lives.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fnmatch.h>

#include "schema/json_rows.h"
#include "schema_kit.h"

#define T(lit) BNC_SPAN(lit)
#define SG                                                                                         \
    "{\"email\":\"a@b.c\",\"timestamp\":1788423160,\"event\":\"bounce\",\"sg_event_id\":\"e\","    \
    "\"sg_message_id\":\"m\"}\n"

struct json_case {
    const char *name;
    struct bnc_span text;
    const char *expected;
};

static const struct json_case cases[] = {
    { "one", T(SG),
      "sendgrid_event_webhook json\n1 bounce unknown 2026-09-03T08:12:40Z recipient=a@b.c "
      "domain=b.c id=m\n" },
    { "broken lines are faults of their own", T(SG "{\"email\":\n" SG "[1,2]\n\"text\"\n" SG),
      "*1 bounce*2 - bad_json\n3 bounce*4 - bad_json\n5 - *6 bounce*" },
    { "an array a line",
      T("["
        "{\"email\":\"a@b.c\",\"event\":\"bounce\",\"sg_event_id\":\"e\"},{\"email\":\"d@e.f\","
        "\"event\":\"open\",\"sg_event_id\":\"e\"}"
        "]\n"),
      "*1 bounce*a@b.c*and other*d@e.f*" },
    { "numbers, real and huge",
      T("{\"event\":\"failed\",\"severity\":\"permanent\",\"timestamp\":1788423163.937615,"
        "\"recipient\":\"a@b.c\",\"recipient-domain\":\"b.c\",\"delivery-status\":{\"code\":550}}\n"
        "{\"event\":\"failed\",\"severity\":\"permanent\",\"timestamp\":1e300,\"recipient\":\"a@b."
        "c\",\"recipient-domain\":\"b.c\",\"delivery-status\":{\"code\":550}}\n"),
      "*1 bounce hard 2026-09-03T08:12:43Z reply=550*2 bounce hard - reply=550*" },
    { "escapes and line breaks",
      T("{\"email\":\"a@b.c\",\"event\":\"bounce\",\"sg_event_id\":\"e\",\"reason\":\"550 "
        "\\u00fcber\\n\\\"x\\\"\"}\n"),
      "*diagnostic=550 \xc3\xbc"
      "ber?n\"x\"*" },
    { "wrong types",
      T("{\"email\":[\"a@b.c\"],\"event\":\"bounce\",\"sg_event_id\":\"e\"}\n{\"email\":{\"x\":1},"
        "\"event\":\"bounce\",\"sg_event_id\":\"e\"}\n{\"email\":\"a@b.c\",\"event\":null,\"sg_"
        "event_id\":\"e\"}\n"),
      "*1 bounce*a@b.c*2 - no_recipient\n3 - unknown_event\n" },
    { "a list of recipients with a wrong one",
      T("{\"type\":\"email.bounced\",\"data\":{\"email_id\":\"m\",\"to\":[\"a@b.c\",\"nobody\"]}}"
        "\n"),
      "*1 - bad_address\n" },
    { "a webhook's envelope",
      T("{\"signature\":{\"token\":\"x\"},\"event-data\":{\"event\":\"failed\",\"severity\":"
        "\"temporary\",\"recipient\":\"a@b.c\",\"recipient-domain\":\"b.c\"}}\n"),
      "mailgun_events json\n1 deferral soft*" },
    { "any JSON",
      T("{\"rcpt\":\"a@b.c\",\"status\":\"bounced\",\"error\":{\"x\":1},\"diag\":\"550 no\"}\n"),
      "generic_fallback json\n1 bounce*diagnostic=550 no\n" },
    { "CRLF",
      T("{\"rcpt\":\"a@b.c\",\"status\":\"bounced\"}\r\n{\"rcpt\":\"d@e.f\",\"status\":\"bounced\"}"
        "\r\n"),
      "*1 bounce*2 bounce*" },
    { "a first object that is damaged", T("{\"rcpt\": \"a@b.c\"\n{\"rcpt\": \"d@e.f\"}\n"),
      "error 65 JSON, but its first object can't be read*" },
    { "not an export", T("{\"a\":1,\"b\":{\"c\":2}}\n"),
      "error 65 not recognized*'a', 'b', 'b.c'*" },
};

static void line__means(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bnc_buf dump = kit_dump(cases[i].text, "x.jsonl", NULL);

        if (fnmatch(cases[i].expected, dump.at, 0) != 0) {
            print_error("%s: got\n%s", cases[i].name, dump.at);
            wrong++;
        }
        bnc_buf_release(&dump);
    }
    assert_int_equal(wrong, 0);
}

/*
 * Events of the last BNC_MAPPER_KEEP lines can still be read, what was unescaped for them, too: the
 * sanitizer sees it if not.
 */
static void line__lives_for_a_batch(void **state)
{
    struct bnc_mapping *map;
    struct bnc_mapper *m = bnc_mapper_create(0);
    struct bnc_event kept[BNC_MAPPER_KEEP];
    char lines[BNC_MAPPER_KEEP][256];

    (void)state;
    assert_int_equal(bnc_mapping_create(&map, T(SG), true, "", NULL, NULL), BNC_OK);
    for (unsigned i = 0; i < 5 * BNC_MAPPER_KEEP; i++) {
        char *const line = lines[i % BNC_MAPPER_KEEP];
        const int n = snprintf(line, sizeof lines[0],
                               "{\"email\":\"r%u\\u0040b.c\",\"timestamp\":1788423160,\"event\":"
                               "\"bounce\",\"sg_event_id\":\"e\",\"marketing_campaign_id\":%u}",
                               i, i);
        const struct bnc_row row = { .raw = bnc_span_from(line, (size_t)n) };
        enum bnc_row_fault fault;
        struct bnc_event room;
        size_t events;

        kept[i % BNC_MAPPER_KEEP] = *bnc_mapper_events(m, map, &row, &room, &events, &fault);
        assert_int_equal(events, 1);
        for (unsigned k = i < BNC_MAPPER_KEEP ? 0 : i - BNC_MAPPER_KEEP + 1; k <= i; k++) {
            char text[32];

            snprintf(text, sizeof text, "r%u@b.c", k);
            assert_true(bnc_span_eq(kept[k % BNC_MAPPER_KEEP].recipient, bnc_span_str(text)));
        }
    }
    bnc_mapper_free(m);
    bnc_mapping_free(map);
}

/* Deeply nested and very wide objects cost memory in proportion and nothing else. */
static void line__hostile(void **state)
{
    struct bnc_buf text = { 0 }, dump;

    (void)state;
    bnc_buf_puts(&text, SG);
    for (unsigned i = 0; i < 100000; i++)
        bnc_buf_putc(&text, '[');
    bnc_buf_puts(&text, "\n{");
    for (unsigned i = 0; i < 20000; i++)
        bnc_buf_printf(&text, "\"k%u\":%u,", i, i);
    bnc_buf_puts(&text, "\"email\":\"a@b.c\",\"event\":\"bounce\",\"sg_event_id\":\"e\"}\n");
    dump = kit_dump(bnc_buf_span(&text), "", NULL);
    if (fnmatch("*1 bounce*2 - bad_json\n3 bounce*", dump.at, 0) != 0)
        fail_msg("%s", dump.at);
    bnc_buf_release(&dump);
    bnc_buf_release(&text);
}

/* A stream of deliveries, and far behind its first lines a bounce with members of its own. */
static void line__brings_members_that_no_first_line_had(void **state)
{
    struct bnc_buf text = { 0 }, dump;

    (void)state;
    for (unsigned i = 0; i < 500; i++)
        bnc_buf_puts(&text, "{\"eventType\":\"Delivery\",\"mail\":{\"messageId\":\"m\","
                            "\"destination\":[\"a@b.c\"]}}\n");
    bnc_buf_puts(&text, "{\"eventType\":\"Bounce\",\"mail\":{\"messageId\":\"m\"},\"bounce\":{"
                        "\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":"
                        "\"d@e.f\",\"status\":\"5.1.1\",\"diagnosticCode\":\"550 no\"}]}}\n");
    dump = kit_dump(bnc_buf_span(&text), "", NULL);
    if (fnmatch("*501 bounce hard*enhanced=5.1.1*recipient=d@e.f*diagnostic=550 no*", dump.at, 0) != 0)
        fail_msg("%s", dump.len > 300 ? dump.at + dump.len - 300 : dump.at);
    bnc_buf_release(&dump);
    bnc_buf_release(&text);
}

/* A name 40 times in each of twelve objects that stand in one another is one path in each. */
static void first_line__repeats_names_in_depth(void **state)
{
    struct bnc_buf text = { 0 }, dump;

    (void)state;
    bnc_buf_puts(&text, "{\"rcpt\":\"a@b.c\",\"status\":\"bounced\"");
    for (unsigned depth = 0; depth < 12; depth++) {
        bnc_buf_puts(&text, depth == 0 ? "" : "{\"a\":0");
        for (unsigned i = 0; i < 40; i++)
            bnc_buf_puts(&text, ",\"a\":0");
        bnc_buf_puts(&text, ",\"a\":");
    }
    bnc_buf_puts(&text, "0}}}}}}}}}}}}\n");
    dump = kit_dump(bnc_buf_span(&text), "", NULL);
    if (fnmatch("generic_fallback json\n1 bounce*recipient=a@b.c*", dump.at, 0) != 0)
        fail_msg("%s", dump.at);
    bnc_buf_release(&dump);
    bnc_buf_release(&text);
}

/* A recipient that is a list, behind one that is none: nothing of the line before is left. */
static void recipients__are_those_of_the_line(void **state)
{
#define SES(second)                                                                                \
    "{\"eventType\":\"Bounce\",\"mail\":{\"messageId\":\"m\"},\"bounce\":{\"bounceType\":"               \
    "\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"a@b.c\"},{\"emailAddress\":["          \
    second "]}]}}\n"
    struct bnc_buf dump = kit_dump(T(SES("\"p@b.c\",\"q@b.c\"")
                                     SES("[\"x@b.c\"],\"r@b.c\"")), "", NULL);

    (void)state;
    if (fnmatch("*1 bounce*a@b.c*q@b.c*2 bounce*a@b.c*r@b.c*", dump.at, 0) != 0)
        fail_msg("%s", dump.at);
    bnc_buf_release(&dump);
}

/* What all recipients of an object share is made once, however many they are. */
static void recipients__share_what_is_the_same(void **state)
{
    struct bnc_mapping *map;
    struct bnc_mapper *const m = bnc_mapper_create(0);
    const struct bnc_row row = {
        .raw = T("{\"eventType\":\"Bounce\",\"mail\":{\"messageId\":\"m\\u0040x\"},"
                 "\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":["
                 "{\"emailAddress\":\"a@b.c\"},{\"emailAddress\":\"d@e.f\"}]}}")
    };
    const struct bnc_event *events;
    enum bnc_row_fault fault;
    struct bnc_event room;
    size_t n;

    (void)state;
    assert_int_equal(bnc_mapping_create(&map, row.raw, true, "", NULL, NULL), BNC_OK);
    events = bnc_mapper_events(m, map, &row, &room, &n, &fault);
    assert_int_equal(n, 2);
    assert_true(bnc_span_eq(events[0].message_id, T("m@x")));
    assert_true(bnc_span_eq(events[1].recipient, T("d@e.f")));
    assert_ptr_equal(events[0].message_id.at, events[1].message_id.at);
    bnc_mapper_free(m);
    bnc_mapping_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line__means),
        cmocka_unit_test(line__lives_for_a_batch),
        cmocka_unit_test(line__brings_members_that_no_first_line_had),
        cmocka_unit_test(line__hostile),
        cmocka_unit_test(recipients__are_those_of_the_line),
        cmocka_unit_test(recipients__share_what_is_the_same),
        cmocka_unit_test(first_line__repeats_names_in_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
