/* SPDX-License-Identifier: MIT
 * test_verdict.c - verdicts beyond the cause: durations, contradictions, extracts; the memo; user
 * rules and providers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "classify/verdict.h"
#include "util/cpu.h"

static struct bnc_classifier *classifier;

static int setup(void **state)
{
    const struct bnc_classifier_options opt = { .cpu = bnc_cpu_detect() };

    (void)state;
    return bnc_classifier_create(&classifier, &opt, NULL) == BNC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    bnc_classifier_free(classifier);
    return 0;
}

static struct bnc_verdict judge_with(const struct bnc_classifier *c, struct bnc_event event,
                                     const char *provider)
{
    struct bnc_verdicts *memo = bnc_verdicts_create(c);
    const struct bnc_entry *e;
    struct bnc_verdict v;

    assert_non_null(memo);
    e = bnc_verdicts_get(memo, &event,
                         provider != NULL ? bnc_provider_find(c, bnc_span_str(provider)) : 0);
    assert_non_null(e);
    v = e->verdict;
    bnc_verdicts_free(memo);
    return v;
}

static struct bnc_verdict judge(const char *text)
{
    return judge_with(
        classifier,
        (struct bnc_event){ .type = BNC_EVENT_BOUNCE, .diagnostic = bnc_span_str(text) }, NULL);
}

/* ---- verdicts ---- */

static void verdict__takes_codes_from_columns_before_the_text(void **state)
{
    struct bnc_event e = { .type = BNC_EVENT_BOUNCE,
                           .reply = 552,
                           .enhanced = BNC_ENHANCED(5, 2, 2),
                           .diagnostic = BNC_SPAN("") };
    struct bnc_verdict v = judge_with(classifier, e, NULL);

    (void)state;
    assert_int_equal(v.cause, BNC_CAUSE_MAILBOX_FULL);
    assert_int_equal(v.reply, 552);
    assert_int_equal(v.enhanced, BNC_ENHANCED(5, 2, 2));
    v = judge("550 5.1.1 user unknown");
    assert_int_equal(v.reply, 550);
    assert_int_equal(v.enhanced, BNC_ENHANCED(5, 1, 1));
}

static void verdict__of_a_temporary_reply_never_suppresses_at_once(void **state)
{
    static const char *const texts[] = { "450 4.1.1 user unknown",
                                         "450 no such user here",
                                         "421 4.2.1 mailbox disabled",
                                         "451 4.1.2 domain not found",
                                         "450",
                                         "4.1.1" };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct bnc_verdict v = judge(texts[i]);

        assert_int_not_equal(v.action, BNC_ACTION_SUPPRESS_ADDRESS);
        assert_int_not_equal(v.action, BNC_ACTION_SUPPRESS_DOMAIN);
        if (v.cause != BNC_CAUSE_UNKNOWN)
            assert_int_equal(v.duration, BNC_DURATION_TEMPORARY);
    }
}

/* Words nobody understood, with a class that alone means a dead mailbox. */
static void verdict__of_a_class_alone_never_suppresses_words(void **state)
{
    (void)state;
    assert_int_equal(judge("550 frobnication of the widget").cause, BNC_CAUSE_UNKNOWN);
    assert_int_equal(judge("553 frobnication of the widget").action, BNC_ACTION_INVESTIGATE);
    assert_int_equal(judge("550").cause, BNC_CAUSE_INVALID_RECIPIENT);
}

static void verdict__flags_contradictions(void **state)
{
    struct bnc_event e = { .type = BNC_EVENT_BOUNCE,
                           .hardness = BNC_HARDNESS_HARD,
                           .diagnostic = BNC_SPAN("550 5.7.26 unauthenticated, dmarc policy") };

    (void)state;
    assert_int_equal(judge("550 5.1.1 user unknown").contradictions, 0);
    assert_int_equal(judge("550 4.2.2 mailbox full").contradictions & BNC_CONTRA_CLASS,
                     BNC_CONTRA_CLASS);
    assert_int_equal(judge("550 5.1.1 blocked using zen.spamhaus.org").contradictions &
                         BNC_CONTRA_CODE_TEXT,
                     BNC_CONTRA_CODE_TEXT);
    assert_int_equal(judge_with(classifier, e, NULL).contradictions & BNC_CONTRA_LABEL,
                     BNC_CONTRA_LABEL);
    e.hardness = BNC_HARDNESS_SOFT;
    e.diagnostic = BNC_SPAN("550 5.1.1 user unknown");
    assert_int_equal(judge_with(classifier, e, NULL).contradictions, BNC_CONTRA_LABEL);
    e.hardness = BNC_HARDNESS_HARD;
    assert_int_equal(judge_with(classifier, e, NULL).contradictions, 0);
}

static void verdict__names_block_list_and_mechanism(void **state)
{
    struct bnc_verdict v =
        judge("554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org; see "
              "https://www.spamhaus.org/query/ip/192.0.2.1");

    (void)state;
    assert_string_equal(bnc_blocklist_name(v.blocklist), "Spamhaus ZEN");
    assert_int_equal(judge("550 5.1.1 user unknown").blocklist, 0);
    assert_int_equal(judge("550 5.7.23 SPF validation failed").mechanism, BNC_MECH_SPF);
    assert_int_equal(judge("550 5.7.20 no passing DKIM signature found").mechanism, BNC_MECH_DKIM);
    assert_int_equal(judge("550 5.7.25 reverse DNS validation failed").mechanism, BNC_MECH_PTR);
    assert_int_equal(judge("550 5.7.29 ARC validation failure").mechanism, BNC_MECH_ARC);
    assert_int_equal(judge("550 5.1.1 user unknown").mechanism, BNC_MECH_NONE);
}

static void verdict__knows_a_provider_by_its_words(void **state)
{
    struct bnc_verdict v = judge("421 4.7.0 try again later - gsmtp");

    (void)state;
    assert_string_equal(bnc_provider_get(classifier, v.provider)->name, "google");
    assert_true(v.by_text_marker);
    v = judge_with(
        classifier,
        (struct bnc_event){ .type = BNC_EVENT_BOUNCE, .diagnostic = BNC_SPAN("550 no - gsmtp") },
        "yahoo");
    assert_string_equal(bnc_provider_get(classifier, v.provider)->name, "yahoo");
    assert_false(v.by_text_marker);
}

static void verdict__says_when_a_whole_domain_takes_no_mail(void **state)
{
    (void)state;
    assert_true(judge("556 5.1.10 Recipient address has null MX").explicit_domain);
    assert_true(judge("Host or domain name not found. Name service error for name=x.example "
                      "type=A: Host not found")
                    .explicit_domain);
    assert_false(judge("550 5.1.1 user unknown").explicit_domain);
    assert_false(judge("450 4.4.3 DNS error, try again").explicit_domain);
}

static void verdict__of_settled_events_needs_no_text(void **state)
{
    struct bnc_event e = { .type = BNC_EVENT_COMPLAINT,
                           .diagnostic = BNC_SPAN("550 5.1.1 user unknown") };

    (void)state;
    assert_int_equal(judge_with(classifier, e, NULL).cause, BNC_CAUSE_COMPLAINT);
    e.type = BNC_EVENT_SUPPRESSED;
    assert_int_equal(judge_with(classifier, e, NULL).cause, BNC_CAUSE_SUPPRESSED);
    e.type = BNC_EVENT_DELIVERED;
    assert_int_equal(judge_with(classifier, e, NULL).cause, BNC_CAUSE_DELIVERED);
    e.type = BNC_EVENT_OTHER;
    assert_int_equal(judge_with(classifier, e, NULL).action, BNC_ACTION_NONE);
}

static void label__is_heard_where_the_reply_says_little(void **state)
{
    struct bnc_event e = { .type = BNC_EVENT_BOUNCE,
                           .label = BNC_SPAN("bad-mailbox"),
                           .diagnostic = BNC_SPAN("550 no") };

    (void)state;
    assert_int_equal(judge_with(classifier, e, NULL).cause, BNC_CAUSE_INVALID_RECIPIENT);
    e.diagnostic = BNC_SPAN("550 mailbox is full");
    assert_int_equal(judge_with(classifier, e, NULL).cause, BNC_CAUSE_MAILBOX_FULL);
    e = (struct bnc_event){ .type = BNC_EVENT_BOUNCE,
                            .hardness = BNC_HARDNESS_HARD,
                            .diagnostic = BNC_SPAN("") };
    assert_int_equal(judge_with(classifier, e, NULL).cause, BNC_CAUSE_INVALID_RECIPIENT);
    e.diagnostic = BNC_SPAN("rejected for a reason");
    assert_int_not_equal(judge_with(classifier, e, NULL).cause, BNC_CAUSE_INVALID_RECIPIENT);
}

static void pseudo_code__is_no_smtp_code(void **state)
{
    struct bnc_event e = { .type = BNC_EVENT_BOUNCE, .reply = 605, .diagnostic = BNC_SPAN("") };

    (void)state;
    assert_int_equal(judge_with(classifier, e, NULL).cause, BNC_CAUSE_SUPPRESSED);
    assert_int_equal(judge_with(classifier, e, NULL).reply, 0);
    assert_int_equal(judge("605 Not delivering to previously bounced address").cause,
                     BNC_CAUSE_SUPPRESSED);
    assert_int_equal(judge("605 Not delivering to previously bounced address").reply, 0);
}

/* Who tries again need not give the address up, whatever the words; a reply code says more. */
static void verdict__of_a_deferral_is_temporary(void **state)
{
    struct bnc_event e = { .type = BNC_EVENT_DEFERRAL, .diagnostic = BNC_SPAN("no such user") };
    struct bnc_verdict v = judge_with(classifier, e, NULL);

    (void)state;
    assert_int_equal(v.cause, BNC_CAUSE_INVALID_RECIPIENT);
    assert_int_equal(v.duration, BNC_DURATION_TEMPORARY);
    assert_int_equal(v.action, BNC_ACTION_SUPPRESS_AFTER_RECURRENCE);
    e.reply = 550;
    assert_int_equal(judge_with(classifier, e, NULL).duration, BNC_DURATION_PERMANENT);
    e = (struct bnc_event){ .type = BNC_EVENT_DEFERRAL, .diagnostic = BNC_SPAN("") };
    v = judge_with(classifier, e, NULL);
    assert_int_equal(v.duration, BNC_DURATION_TEMPORARY);
    assert_int_equal(v.action, BNC_ACTION_RETRY);
}

/* ---- the memo ---- */

static void memo__gives_one_entry_to_texts_of_one_template(void **state)
{
    struct bnc_verdicts *memo = bnc_verdicts_create(classifier);
    struct bnc_event e = { .type = BNC_EVENT_BOUNCE,
                           .diagnostic = BNC_SPAN("550 5.1.1 <a@b.example>: user unknown") };
    const struct bnc_entry *first, *second;

    (void)state;
    assert_non_null(memo);
    first = bnc_verdicts_get(memo, &e, 0);
    e.diagnostic = BNC_SPAN("550-5.1.1 <x.y@z.example>: user unknown");
    second = bnc_verdicts_get(memo, &e, 0);
    assert_ptr_equal(first, second);
    e.type = BNC_EVENT_DEFERRAL;
    second = bnc_verdicts_get(memo, &e, 0);
    assert_ptr_not_equal(first, second);
    assert_int_equal(first->template_fp, second->template_fp);
    assert_int_not_equal(first->key, second->key);
    e.label = BNC_SPAN("bad-mailbox");
    assert_int_equal(bnc_verdicts_get(memo, &e, 0)->index, 2);
    assert_true(bnc_span_eq(bnc_verdicts_at(memo, 2)->label, BNC_SPAN("bad-mailbox")));
    assert_int_equal(bnc_verdicts_count(memo), 3);
    bnc_verdicts_free(memo);
}

/*
 * "hard" of one ESP is not "hard" of another; where nothing is called anything, whose export it is
 * does not matter.
 */
static void memo__tells_labels_of_two_esps_apart(void **state)
{
    const struct bnc_esp esps[] = { { BNC_SPAN("SendGrid"), UINT64_C(0x9f3a61c2d47be805) },
                                    { BNC_SPAN("Mailgun"), UINT64_C(0x1c64e7a95b02fd38) } };
    struct bnc_verdicts *memo = bnc_verdicts_create(classifier);
    struct bnc_event e = { .type = BNC_EVENT_BOUNCE,
                           .diagnostic = BNC_SPAN("550 5.1.1 user unknown") };
    const struct bnc_entry *entry;

    (void)state;
    assert_non_null(memo);
    for (unsigned i = 0; i < 4; i++) {
        e.esp = &esps[i % 2];
        e.hardness = i < 2 ? BNC_HARDNESS_NONE : BNC_HARDNESS_HARD;
        entry = bnc_verdicts_get(memo, &e, 0);
        assert_int_equal(entry->index, i < 2 ? 0 : i - 1);
        assert_true(bnc_span_eq(entry->esp, i < 2 ? BNC_SPAN("") : esps[i % 2].name));
    }
    bnc_verdicts_free(memo);
}

/* Entries stay where they are while the table grows, and answer the same in any order of arrival.
 */
static void memo__keeps_entries_in_place_and_does_not_depend_on_order(void **state)
{
    enum { N = 5000 };
    struct bnc_verdicts *up = bnc_verdicts_create(classifier),
                        *down = bnc_verdicts_create(classifier);
    const struct bnc_entry **seen = calloc(N, sizeof *seen);
    char text[64];

    (void)state;
    assert_true(up != NULL && down != NULL && seen != NULL);
    for (int i = 0; i < 2 * N; i++) {
        const int k = i % N;
        struct bnc_event e = { .type = BNC_EVENT_BOUNCE, .reply = 550 };
        const int n = snprintf(text, sizeof text, "no %c%c%c mailbox full", 'a' + k % 26,
                               'a' + k / 26 % 26, 'a' + k / 676 % 26);
        const struct bnc_entry *entry;

        e.diagnostic = bnc_span_from(text, (size_t)n);
        entry = bnc_verdicts_get(up, &e, 0);
        assert_non_null(entry);
        if (i < N)
            seen[k] = entry;
        assert_ptr_equal(seen[k], entry);
        assert_int_equal(entry->index, k);
        assert_ptr_equal(bnc_verdicts_at(up, (size_t)k), entry);
    }
    bnc_verdicts_settle(up); /* what others ask is there again */
    for (int k = N - 1; k >= 0; k--) {
        struct bnc_event e = { .type = BNC_EVENT_BOUNCE,
                               .reply = 550,
                               .diagnostic = seen[k]->template_text };
        const struct bnc_entry *entry = bnc_verdicts_get(down, &e, 0);

        assert_int_equal(entry->key, seen[k]->key);
        assert_memory_equal(&entry->verdict, &seen[k]->verdict, sizeof entry->verdict);
    }
    assert_int_equal(bnc_verdicts_count(up), N);
    for (int k = 0; k < N; k++)
        assert_ptr_equal(bnc_verdicts_at(up, (size_t)k), seen[k]);
    free(seen);
    bnc_verdicts_free(up);
    bnc_verdicts_free(down);
}

/* ---- the user's knowledge ---- */

static const char *write_file(const char *name, const char *text)
{
    static char path[2][256];
    static int turn;
    FILE *f;

    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "/tmp/bnc-test-%ld-%s", (long)getpid(), name);
    f = fopen(path[turn], "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path[turn];
}

/* Hosts of all lengths, in batches: whatever was asked before, each has its own provider. */
static void memo__gives_hosts_the_provider_of_the_long_way(void **state)
{
    static const char *const ends[] = { "mail.protection.outlook.com", "google.com", "qq.com",
                                        "l.google.com", "olc.protection.outlook.com", "a.io",
                                        "yahoodns.net", "xprotection.outlook.com", "google.com." };
    enum { N = sizeof ends / sizeof ends[0] };
    struct bnc_verdicts *memo = bnc_verdicts_create(classifier);
    size_t known = 0;

    (void)state;
    assert_non_null(memo);
    for (unsigned round = 0; round < 200; round++) {
        char text[BNC_INQUIRIES][400];
        struct bnc_span hosts[BNC_INQUIRIES];
        uint16_t providers[BNC_INQUIRIES];

        for (unsigned i = 0; i < BNC_INQUIRIES; i++) {
            const unsigned k = round * BNC_INQUIRIES + i;

            snprintf(text[i], sizeof text[i], "%.*s%s%s", (int)(k / N % (k % 97 == 0 ? 300 : 40)),
                     "shop-de-mx1-in.example-mx2.of.a.name.that.goes.on.and.on.and.on.and.on.and."
                     "on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.and.on."
                     "and.on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.and."
                     "on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.and.on.",
                     k % 2 == 0 ? "." : "", ends[k % N]);
            hosts[i] = bnc_span_str(text[i]);
        }
        bnc_verdicts_providers_of_mx(memo, hosts, providers, BNC_INQUIRIES);
        for (unsigned i = 0; i < BNC_INQUIRIES; i++) {
            if (providers[i] != bnc_provider_of_mx(classifier, hosts[i]))
                fail_msg("'%s' has provider %u", text[i], providers[i]);
            known += providers[i] != 0;
        }
    }
    assert_in_range(known, 1000, 200 * BNC_INQUIRIES);
    bnc_verdicts_free(memo);
}

static void user_rule__wins_over_ours(void **state)
{
    const char *path =
        write_file("rules.csv", "cause,text_fragment,provider,action,source\n"
                                "spam_content,user unknown by frob,,,us\n"
                                "policy_rejected,out of cheese XQ77,,contact_receiver,us\n"
                                "greylisted,cheese later,google,,us\n");
    const struct bnc_classifier_options opt = { .rules_path = path };
    struct bnc_classifier *c;
    struct bnc_error err = { 0 };
    struct bnc_verdict v;

    (void)state;
    if (bnc_classifier_create(&c, &opt, &err) != BNC_OK)
        fail_msg("%s", err.text);
    v = judge_with(c,
                   (struct bnc_event){ .type = BNC_EVENT_BOUNCE,
                                       .diagnostic = BNC_SPAN("550 5.1.1 user unknown by frob") },
                   NULL);
    assert_int_equal(v.cause, BNC_CAUSE_SPAM_CONTENT);
    assert_string_equal(bnc_rule_source(c, v.rule), "us");
    v = judge_with(c,
                   (struct bnc_event){ .type = BNC_EVENT_BOUNCE,
                                       .diagnostic = BNC_SPAN("550 out of cheese XQ77 (77)") },
                   NULL);
    assert_int_equal(v.cause, BNC_CAUSE_POLICY_REJECTED);
    assert_int_equal(v.action, BNC_ACTION_CONTACT_RECEIVER);
    v = judge_with(
        c,
        (struct bnc_event){ .type = BNC_EVENT_BOUNCE, .diagnostic = BNC_SPAN("450 cheese later") },
        "google");
    assert_int_equal(v.cause, BNC_CAUSE_GREYLISTED);
    v = judge_with(c,
                   (struct bnc_event){ .type = BNC_EVENT_BOUNCE,
                                       .diagnostic = BNC_SPAN("550 5.1.1 user unknown") },
                   NULL);
    assert_int_equal(v.cause, BNC_CAUSE_INVALID_RECIPIENT);
    assert_int_not_equal(bnc_classifier_rules_hash(c), 0);
    assert_int_equal(bnc_classifier_rules_hash(classifier), 0);
    bnc_classifier_free(c);
    unlink(path);
}

/* What a user's rules name is kept besides what ours do, not in place of it. */
static void user_rule__keeps_words_of_its_own(void **state)
{
    static const char text[] = "550 see rfc5322 by zen.spamhaus.org as XQ77 or XQ78 says";
    const char *const path = write_file("rules.csv", "cause,text_fragment\n"
                                                     "policy_rejected,out of cheese XQ77\n");
    const struct bnc_classifier_options opt = { .rules_path = path, .cpu = bnc_cpu_detect() };
    const struct bnc_event event = { .type = BNC_EVENT_BOUNCE, .diagnostic = BNC_SPAN(text) };
    struct bnc_classifier *c[2] = { classifier, NULL };

    (void)state;
    assert_int_equal(bnc_classifier_create(&c[1], &opt, NULL), BNC_OK);
    for (unsigned own = 0; own < 2; own++) {
        struct bnc_verdicts *const memo = bnc_verdicts_create(c[own]);

        assert_non_null(memo);
        assert_true(bnc_span_eq(
            bnc_verdicts_get(memo, &event, 0)->template_text,
            own ? BNC_SPAN("550 see rfc5322 by zen.spamhaus.org as xq77 or * says")
                : BNC_SPAN("550 see rfc5322 by zen.spamhaus.org as * or * says")));
        bnc_verdicts_free(memo);
    }
    bnc_classifier_free(c[1]);
    unlink(path);
}

static void check_refused(const char *name, const char *text, bool rules, const char *why)
{
    const char *path = write_file(name, text);
    const struct bnc_classifier_options opt = { .rules_path = rules ? path : NULL,
                                                .providers_path = rules ? NULL : path };
    struct bnc_classifier *c = NULL;
    struct bnc_error err = { 0 };

    assert_int_equal(bnc_classifier_create(&c, &opt, &err), BNC_ECONFIG);
    assert_null(c);
    if (strstr(err.text, why) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, why);
    unlink(path);
}

static void user_file__errors_name_line_and_column(void **state)
{
    struct bnc_classifier *c = NULL;
    struct bnc_error err = { 0 };

    (void)state;
    check_refused("r1.csv", "cause,text_fragment\nspam_content,abc def\nnonsense,ghi jkl\n", true,
                  ":3: column 'cause'");
    check_refused("r2.csv", "cause,text_fragment,action\nspam_content,abc def,dance\n", true,
                  ":2: column 'action'");
    check_refused("r3.csv", "text_fragment\nabc\n", true, "no column 'cause'");
    check_refused("p1.csv", "kind,value,provider\ndomain,a.example,x\ncolour,b.example,x\n", false,
                  ":3: column 'kind'");
    check_refused("p2.csv", "kind,value,provider\ndomain,,x\n", false, ":2: column 'value'");
    check_refused("p3.csv", "kind,value\ndomain,a.example\n", false, "no column 'provider'");
    assert_int_equal(
        bnc_classifier_create(
            &c, &(struct bnc_classifier_options){ .rules_path = "/nonexistent/rules.csv" }, &err),
        BNC_ECONFIG);
}

static void user_provider__is_found_by_domain_and_mx(void **state)
{
    const char *path =
        write_file("providers.csv", "kind,value,provider,title\ndomain,Corp.example,acme,Acme "
                                    "Mail\nmx_suffix,mx.acme.example,acme,\n"
                                    "domain,other.example,google,\n");
    const struct bnc_classifier_options opt = { .providers_path = path };
    struct bnc_classifier *c;
    struct bnc_error err = { 0 };
    uint16_t acme;

    (void)state;
    if (bnc_classifier_create(&c, &opt, &err) != BNC_OK)
        fail_msg("%s", err.text);
    acme = bnc_provider_find(c, BNC_SPAN("acme"));
    assert_int_not_equal(acme, 0);
    assert_int_equal(bnc_provider_of_domain(c, BNC_SPAN("sub.CORP.example")), acme);
    assert_int_equal(bnc_provider_of_mx(c, BNC_SPAN("in1.mx.acme.example")), acme);
    assert_int_equal(bnc_provider_of_domain(c, BNC_SPAN("other.example")),
                     bnc_provider_find(c, BNC_SPAN("google")));
    assert_string_equal(bnc_provider_get(c, acme)->title, "Acme Mail");
    assert_int_equal(bnc_provider_count(c), bnc_provider_count(classifier) + 1);
    bnc_classifier_free(c);
    unlink(path);
}

/* "imap session" says that the words are about a session, however many guards stand in front. */
static void verdict__hears_a_guard_behind_any_number_of_others(void **state)
{
    char text[2048];

    (void)state;
    assert_int_equal(judge("550 mailbox deactivated").action, BNC_ACTION_SUPPRESS_ADDRESS);
    for (unsigned n = 0; n < 100; n++) {
        size_t at = (size_t)snprintf(text, sizeof text, "550 ");

        for (unsigned i = 0; i < n; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "time limit, ");
        snprintf(text + at, sizeof text - at, "imap session: mailbox deactivated");
        assert_int_not_equal(judge(text).action, BNC_ACTION_SUPPRESS_ADDRESS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdict__hears_a_guard_behind_any_number_of_others),
        cmocka_unit_test(verdict__takes_codes_from_columns_before_the_text),
        cmocka_unit_test(verdict__of_a_temporary_reply_never_suppresses_at_once),
        cmocka_unit_test(verdict__of_a_class_alone_never_suppresses_words),
        cmocka_unit_test(verdict__flags_contradictions),
        cmocka_unit_test(verdict__names_block_list_and_mechanism),
        cmocka_unit_test(verdict__knows_a_provider_by_its_words),
        cmocka_unit_test(verdict__says_when_a_whole_domain_takes_no_mail),
        cmocka_unit_test(verdict__of_settled_events_needs_no_text),
        cmocka_unit_test(label__is_heard_where_the_reply_says_little),
        cmocka_unit_test(pseudo_code__is_no_smtp_code),
        cmocka_unit_test(verdict__of_a_deferral_is_temporary),
        cmocka_unit_test(memo__gives_one_entry_to_texts_of_one_template),
        cmocka_unit_test(memo__tells_labels_of_two_esps_apart),
        cmocka_unit_test(memo__keeps_entries_in_place_and_does_not_depend_on_order),
        cmocka_unit_test(memo__gives_hosts_the_provider_of_the_long_way),
        cmocka_unit_test(user_rule__wins_over_ours),
        cmocka_unit_test(user_rule__keeps_words_of_its_own),
        cmocka_unit_test(user_file__errors_name_line_and_column),
        cmocka_unit_test(user_provider__is_found_by_domain_and_mx),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
