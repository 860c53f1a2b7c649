/* SPDX-License-Identifier: MIT
 * test_classify.c - tests/golden/classify*.txt, and every example of the source articles, through
 * the whole classifier. Run from the root of the tree.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/verdict.h"
#include "util/cpu.h"
#include "util/table.h"

static struct bnc_classifier *classifier;
static struct bnc_verdicts *memo;
static unsigned failures;

static int setup(void **state)
{
    const struct bnc_classifier_options opt = { .cpu = bnc_cpu_detect() };

    (void)state;
    if (bnc_classifier_create(&classifier, &opt, NULL) != BNC_OK ||
        (memo = bnc_verdicts_create(classifier)) == NULL)
        return -1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bnc_verdicts_free(memo);
    bnc_classifier_free(classifier);
    return 0;
}

static const struct bnc_entry *judge(struct bnc_span text, struct bnc_span provider)
{
    const struct bnc_event event = { .type = BNC_EVENT_BOUNCE, .diagnostic = text };
    const struct bnc_entry *e = bnc_verdicts_get(
        memo, &event,
        bnc_span_eq(provider, BNC_SPAN("-")) ? 0 : bnc_provider_find(classifier, provider));

    assert_non_null(e);
    return e;
}

/* "-" in a golden file stands for anything. */
static bool agrees(const char *want, const char *have)
{
    return strcmp(want, "-") == 0 || strcmp(want, have) == 0;
}

static void check(const char *path, unsigned line, const char *text, const char *provider,
                  const char *want)
{
    char cause[40], action[40], duration[16];
    const struct bnc_verdict *v;

    if (sscanf(want, "%39s %39s %15s", cause, action, duration) != 3 ||
        (strcmp(provider, "-") != 0 && bnc_provider_find(classifier, bnc_span_str(provider)) == 0))
        fail_msg("%s:%u: malformed", path, line);
    v = &judge(bnc_span_str(text), bnc_span_str(provider))->verdict;
    if (agrees(cause, bnc_causes[v->cause].name) && agrees(action, bnc_action_names[v->action]) &&
        agrees(duration, bnc_duration_names[v->duration]))
        return;
    print_error("%s:%u: %s\n    want %s\n    have %s %s %s by %s\n", path, line, text, want,
                bnc_causes[v->cause].name, bnc_action_names[v->action],
                bnc_duration_names[v->duration], bnc_rule_name(classifier, v->rule));
    failures++;
}

static bool read_line(FILE *in, char *line, size_t cap, unsigned *number)
{
    if (fgets(line, (int)cap, in) == NULL)
        return false;
    line[strcspn(line, "\n")] = '\0';
    (*number)++;
    return true;
}

typedef void check_fn(const char *path, unsigned line, const char *text, const char *provider,
                      const char *want);

static unsigned each_case(const char *path, check_fn *visit)
{
    char text[4096], provider[64], want[256];
    FILE *in = fopen(path, "r");
    unsigned line = 0, cases = 0;

    assert_non_null(in);
    while (read_line(in, text, sizeof text, &line)) {
        if (text[0] == '\0' || text[0] == '#')
            continue;
        if (!read_line(in, provider, sizeof provider, &line) ||
            !read_line(in, want, sizeof want, &line))
            fail_msg("%s:%u: cut short", path, line);
        visit(path, line - 2, text, provider, want);
        cases++;
    }
    fclose(in);
    return cases;
}

/* How much is given up: nothing, an address, a whole domain. */
static int harm(const struct bnc_verdict *v)
{
    return v->action == BNC_ACTION_SUPPRESS_DOMAIN    ? 2
           : v->action == BNC_ACTION_SUPPRESS_ADDRESS ? 1
                                                      : 0;
}

/* A response does no more harm when it is known who said it. */
static void check_innocent(const char *path, unsigned line, const char *text, const char *provider,
                           const char *want)
{
    const struct bnc_verdict *v = &judge(bnc_span_str(text), BNC_SPAN("-"))->verdict;
    const int most = harm(v);

    (void)want;
    if (strcmp(provider, "-") != 0)
        return;
    for (uint16_t p = 1; p < bnc_provider_count(classifier); p++) {
        const char *name = bnc_provider_get(classifier, p)->name;

        v = &judge(bnc_span_str(text), bnc_span_str(name))->verdict;
        if (harm(v) <= most)
            continue;
        print_error("%s:%u: %s\n    %s makes it %s by %s\n", path, line, text, name,
                    bnc_causes[v->cause].name, bnc_rule_name(classifier, v->rule));
        failures++;
    }
}

/* What software says around the reply that it quotes. */
static const struct { const char *before, *after; } wrappers[] = {
    { "Can't send mail - all recipients were rejected: ", "" },
    { "javax.mail.SendFailedException: Invalid Addresses; nested exception is: "
      "com.sun.mail.smtp.SMTPAddressFailedException: ",
      "" },
    { "SMTP Error: The following recipients failed: joe@example.com: ", "" },
    { "System.Net.Mail.SmtpException: Mailbox unavailable. The server response was: ", "" },
    { "Google tried to deliver your message, but it was rejected by the recipient domain. We "
      "recommend contacting the other email provider for further information about the cause of "
      "this error. The error that the other server returned was: ",
      "" },
    { "SMTP error from remote mail server after RCPT TO:<joe@example.com>: host mx1.example.com "
      "[192.0.2.1]: ",
      "" },
    { "The following recipient(s) cannot be reached: joe@example.com: ", "" },
    { "Your message wasn't delivered because the recipient's email provider rejected it. Remote "
      "Server returned '",
      "'" },
    { "<joe@example.com>: host mx1.example.com[192.0.2.1] said: ",
      " (in reply to RCPT TO command)" },
};

/* A reply that condemns nobody condemns nobody in a wrapper. */
static void check_wrapped(const char *path, unsigned line, const char *text, const char *provider,
                          const char *want)
{
    char wrapped[5120];
    const struct bnc_verdict *v = &judge(bnc_span_str(text), BNC_SPAN("-"))->verdict;
    const int most = harm(v);

    (void)want;
    if (strcmp(provider, "-") != 0 || text[0] < '4' || text[0] > '5')
        return;
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++) {
        snprintf(wrapped, sizeof wrapped, "%s%s%s", wrappers[i].before, text, wrappers[i].after);
        v = &judge(bnc_span_str(wrapped), BNC_SPAN("-"))->verdict;
        if (harm(v) <= most)
            continue;
        print_error("%s:%u: %s\n    have %s by %s\n", path, line, wrapped,
                    bnc_causes[v->cause].name, bnc_rule_name(classifier, v->rule));
        failures++;
    }
}

static void check_golden_files(check_fn *visit)
{
    unsigned cases = 0;
    glob_t files;

    failures = 0;
    assert_int_equal(glob("tests/golden/classify*.txt", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        cases += each_case(files.gl_pathv[i], visit);
    globfree(&files);
    assert_true(cases > 60);
    assert_int_equal(failures, 0);
}

static void response__of_the_golden_files_is_judged_so(void **state)
{
    (void)state;
    check_golden_files(check);
}

static void response__does_no_more_harm_at_any_provider(void **state)
{
    static const char *const paths[] = { "tests/golden/classify-servers.txt",
                                         "tests/golden/classify-strangers.txt",
                                         "tests/golden/classify.txt" };

    (void)state;
    failures = 0;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_true(each_case(paths[i], check_innocent) > 20);
    assert_int_equal(failures, 0);
}

static void response__does_no_more_harm_in_the_words_of_software(void **state)
{
    (void)state;
    check_golden_files(check_wrapped);
}

/* A code without words gives up an address at most; a domain goes where the words say so. */
static void code__alone_gives_up_no_domain(void **state)
{
    static const struct { const char *text; bool domain; } cases[] = {
        { "550 5.1.2", false },
        { "550 5.4.4", false },
        { "550 5.1.2 The domain does not exist", true },
        { "556 5.1.10 Domain does not accept mail", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            judge(bnc_span_str(cases[i].text), BNC_SPAN("-"))->verdict.explicit_domain,
            cases[i].domain);
}

static struct bnc_span cell(const struct bnc_table *t, size_t row, const char *column)
{
    return bnc_table_cell(t, row, bnc_table_col(t, column));
}

/* The first code of a range. */
static size_t code_len(struct bnc_span s)
{
    const char *dash = s.len > 0 ? memchr(s.at, '-', s.len) : NULL;

    return dash != NULL ? (size_t)(dash - s.at) : s.len;
}

static bool names_article(struct bnc_span source)
{
    for (size_t i = 0; i + 9 < source.len; i++)
        if (memcmp(source.at + i, "article '", 9) == 0)
            return true;
    return false;
}

/* What the articles say a provider answers, as a response of that provider. */
static void response__of_the_source_articles_is_judged_as_they_say(void **state)
{
    struct bnc_error err;
    struct bnc_table t;
    char text[1024];
    unsigned cases = 0;

    (void)state;
    failures = 0;
    if (bnc_table_read(&t, "src/tables/provider_codes.csv", &err) != BNC_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span reply = cell(&t, i, "reply_code"), enh = cell(&t, i, "enhanced_code"),
                              marker = cell(&t, i, "marker"), words = cell(&t, i, "text_fragment");
        const struct bnc_verdict *v;
        const char *have;

        if (!names_article(cell(&t, i, "source")) || bnc_span_eq(marker, BNC_SPAN("SUPERSEDED")) ||
            (words.len == 0 && reply.len == 0 && enh.len == 0))
            continue;
        snprintf(text, sizeof text, "%.*s%s%.*s %.*s %.*s", (int)reply.len, reply.at,
                 reply.len > 0 && enh.len > 0 ? " " : "", (int)code_len(enh), enh.at,
                 (int)marker.len, marker.at, (int)words.len, words.at);
        v = &judge(bnc_span_str(text), cell(&t, i, "provider"))->verdict;
        have = bnc_causes[v->cause].name;
        cases++;
        if (!bnc_span_eq(bnc_span_str(have), cell(&t, i, "cause"))) {
            print_error("provider_codes.csv:%u: %s\n    have %s by %s\n", t.line[i], text, have,
                        bnc_rule_name(classifier, v->rule));
            failures++;
        }
    }
    bnc_table_release(&t);
    assert_true(cases > 30);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(response__of_the_golden_files_is_judged_so),
        cmocka_unit_test(response__does_no_more_harm_at_any_provider),
        cmocka_unit_test(response__does_no_more_harm_in_the_words_of_software),
        cmocka_unit_test(code__alone_gives_up_no_domain),
        cmocka_unit_test(response__of_the_source_articles_is_judged_as_they_say),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
