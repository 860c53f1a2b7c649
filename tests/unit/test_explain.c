/* SPDX-License-Identifier: MIT
 * test_explain.c - bnc_explain() and bnc_codes() as a caller of the library sees them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bounce/knowledge.h"
#include "tables/cause.h"

#include <jansson.h>

static struct bnc_knowledge *knowledge;

static int setup(void **state)
{
    (void)state;
    return bnc_knowledge_create(&knowledge, NULL, NULL, NULL) == BNC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    bnc_knowledge_free(knowledge);
    return 0;
}

/* The caller frees. */
static char *explain(const char *text, const struct bnc_explain_options *opt)
{
    struct bnc_error err = { 0 };
    char *bytes = NULL;
    size_t n = 0;

    if (bnc_explain(knowledge, text, strlen(text), opt, &bytes, &n, &err) != BNC_OK)
        fail_msg("%s", err.text);
    assert_int_equal(strlen(bytes), n);
    return bytes;
}

static void check_says(const char *text, const struct bnc_explain_options *opt,
                       const char *const *words)
{
    char *out = explain(text, opt);

    for (; *words != NULL; words++)
        if (strstr(out, *words) == NULL)
            fail_msg("'%s' is not in:\n%s", *words, out);
    free(out);
}

static void explanation__has_all_its_parts(void **state)
{
    static const char *const words[] = {
        "Gmail",
        "550",
        "5.7.26",
        "subject 7 (security and policy)",
        "auth_dmarc",
        "permanent, side: sender",
        "fix_authentication",
        "Check",
        "Do ",
        "Others call it",
        "SendGrid",
        "Rule",
        "Source",
        "support.google.com",
        "Help page       https://support.google.com/mail/?p=DmarcRejection",
        "Template",
        NULL
    };

    (void)state;
    check_says("550-5.7.26 Unauthenticated email from x.example is not accepted due to domain's "
               "550-5.7.26 DMARC policy. 550 5.7.26 "
               "https://support.google.com/mail/?p=DmarcRejection a1 - gsmtp",
               &(struct bnc_explain_options){ .width = 200 }, words);
}

static void explanation__shows_inner_reply_and_extracts(void **state)
{
    static const char *const inner[] = { "Inner reply", "550 5.1.1 user unknown",
                                         "invalid_recipient", NULL };
    static const char *const listed[] = { "Spamhaus ZEN", "Delisting", "192.0.2.9", "RCPT TO",
                                          NULL };
    static const char *const contra[] = { "Contradiction", NULL };

    (void)state;
    check_says("550 5.0.350 Remote server returned an error -> 550 5.1.1 user unknown",
               &(struct bnc_explain_options){ .width = 200 }, inner);
    check_says("554 5.7.1 Client host [192.0.2.9] blocked using zen.spamhaus.org (in reply to RCPT "
               "TO command)",
               &(struct bnc_explain_options){ .width = 200 }, listed);
    check_says("550 4.2.2 mailbox full", &(struct bnc_explain_options){ 0 }, contra);
}

static void explanation__keeps_to_the_width(void **state)
{
    char *out = explain("550 5.1.1 the mailbox you are trying to reach is not here and never was, "
                        "as far as we can tell from this side",
                        &(struct bnc_explain_options){ .width = 60 });

    (void)state;
    for (char *line = strtok(out, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strlen(line) > 60 && strchr(line + 16, ' ') != NULL)
            fail_msg("too long: '%s'", line);
    free(out);
}

static void explanation__is_harmless_on_a_terminal(void **state)
{
    char *out =
        explain("550 \033[31mred\007 \xff\xfe \xc2\x9b", &(struct bnc_explain_options){ 0 });

    (void)state;
    for (const char *p = out; *p != '\0'; p++)
        assert_true(*p == '\n' || (unsigned char)*p >= 0x20);
    assert_null(strstr(out, "\xff"));
    assert_null(strstr(out, "\xc2\x9b"));
    free(out);
}

static void json__is_one_object_on_one_line(void **state)
{
    static const char *const keys[] = {
        "event",     "cause",      "duration", "side",           "action",
        "priority",  "confidence", "provider", "reply_code",     "enhanced_code",
        "blocklist", "template",   "rule",     "source",         "meaning",
        "check",     "do",         "names",    "contradictions", "also_matched",
        "mechanism", "command",    "ip",       "help",           "retry_after"
    };
    char *out = explain("550 5.1.1 \"quoted\" \\ back\tslash \xff \001 user unknown",
                        &(struct bnc_explain_options){ .json = 1 });

    json_error_t why;
    json_t *o = json_loads(out, 0, &why);

    (void)state;
    assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
    if (o == NULL)
        fail_msg("%s: %s", why.text, out);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (json_object_get(o, keys[i]) == NULL)
            fail_msg("no key '%s'", keys[i]);
    assert_string_equal(json_string_value(json_object_get(o, "cause")), "invalid_recipient");
    assert_string_equal(json_string_value(json_object_get(o, "event")), "bounce");
    assert_string_equal(json_string_value(json_object_get(o, "reply_code")), "550");
    json_decref(o);
    free(out);
}

static void event__follows_from_the_class(void **state)
{
    static const char *const accepted[] = { "\"event\":\"delivered\"", "\"cause\":\"delivered\"",
                                            NULL };
    static const char *const deferred[] = { "\"event\":\"deferral\"", "\"duration\":\"temporary\"",
                                            NULL };
    const struct bnc_explain_options json = { .json = 1 };

    (void)state;
    check_says("250 2.0.0 OK queued as 4XyZ", &json, accepted);
    check_says("421 4.7.0 try again later", &json, deferred);
}

static void options__are_checked(void **state)
{
    const struct bnc_explain_options bad[] = { { .provider = "nobody" },
                                               { .reply = "55" },
                                               { .reply = "abc" },
                                               { .enhanced = "5.x" },
                                               { .enhanced = "7.1.1" } };
    static const char *const words[] = { "\"cause\":\"mailbox_full\"", "\"provider\":\"yahoo\"",
                                         NULL };
    struct bnc_error err;
    char *bytes = NULL;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(bnc_explain(knowledge, "550 no", 6, &bad[i], &bytes, &n, &err),
                         BNC_EUSAGE);
    assert_null(bytes);
    check_says("",
               &(struct bnc_explain_options){
                   .json = 1, .reply = "552", .enhanced = "5.2.2", .provider = "yahoo.com" },
               words);
}

static char *codes(const char *code, const char *provider, int json)
{
    struct bnc_error err = { 0 };
    char *bytes = NULL;
    size_t n = 0;

    if (bnc_codes(knowledge, &code, code != NULL, provider, json, &bytes, &n, &err) != BNC_OK)
        fail_msg("%s", err.text);
    return bytes;
}

static void check_codes(const char *code, const char *provider, const char *with,
                        const char *without)
{
    char *out = codes(code, provider, 0);

    if (strstr(out, with) == NULL || (without != NULL && strstr(out, without) != NULL))
        fail_msg("codes %s of %s:\n%s", code, provider != NULL ? provider : "all", out);
    free(out);
}

static void codes__show_the_rows_asked_for(void **state)
{
    char *all = codes(NULL, NULL, 0);

    (void)state;
    check_codes("5.7.26", NULL, "enhanced:x.7.26", "enhanced:x.7.25");
    check_codes("421", "gmail", "provider:google/421", "provider:yahoo");
    check_codes("S3150", NULL, "blocklisted", "google");
    check_codes("TSS04", NULL, "provider:yahoo", NULL);
    check_codes("greylisted", NULL, "greylist", NULL);
    check_codes("AUP#1050", NULL, "provider:charter/554 AUP#1020-1080", "AUP#1010");
    check_codes("gmail", NULL, "provider:google/421 4.7.28", "provider:microsoft");
    check_codes("iCloud", NULL, "provider:apple/", "provider:google");
    check_codes("gmx.net", NULL, "provider:gmx_webde/", "provider:google");
    check_codes("Microsoft", NULL, "provider:microsoft365/", "provider:google");
    check_codes("microsoft", NULL, "provider:microsoft_consumer/", NULL);
    for (int i = 0; i < BNC_N_CAUSES; i++)
        if (strcmp(bnc_causes[i].name, "delivered") != 0 && strstr(all, bnc_causes[i].name) == NULL)
            fail_msg("%s is not in the tables", bnc_causes[i].name);
    assert_null(strstr(all, "SUPERSEDED"));
    free(all);
}

static void codes__that_no_table_knows_are_wrong_usage(void **state)
{
    static const char *const given[] = { "550", "NONSENSE" }, *const odd[] = { "999", "", "gmal" };
    struct bnc_error err = { 0 };
    char *bytes = NULL;
    size_t n = 0;

    (void)state;
    assert_int_equal(bnc_codes(knowledge, given, 2, NULL, 0, &bytes, &n, &err), BNC_EUSAGE);
    assert_non_null(strstr(err.text, "'NONSENSE'; known are reply codes"));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_int_equal(bnc_codes(knowledge, &odd[i], 1, NULL, 1, &bytes, &n, &err), BNC_EUSAGE);
    assert_null(bytes);
}

static void codes__are_valid_json(void **state)
{
    char *some = codes("550", NULL, 1), *none = codes("S3150", "gmail", 1);
    json_t *a = json_loads(some, 0, NULL), *b = json_loads(none, 0, NULL);

    (void)state;
    assert_true(json_is_array(a) && json_array_size(a) > 20);
    assert_true(json_is_array(b) && json_array_size(b) == 0);
    json_decref(a);
    json_decref(b);
    assert_string_equal(none, "[]\n");
    free(some);
    free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explanation__has_all_its_parts),
        cmocka_unit_test(explanation__shows_inner_reply_and_extracts),
        cmocka_unit_test(explanation__keeps_to_the_width),
        cmocka_unit_test(explanation__is_harmless_on_a_terminal),
        cmocka_unit_test(json__is_one_object_on_one_line),
        cmocka_unit_test(event__follows_from_the_class),
        cmocka_unit_test(options__are_checked),
        cmocka_unit_test(codes__show_the_rows_asked_for),
        cmocka_unit_test(codes__that_no_table_knows_are_wrong_usage),
        cmocka_unit_test(codes__are_valid_json),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
