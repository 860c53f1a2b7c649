/* SPDX-License-Identifier: MIT
 * test_articles.c - every code, response, table row and platform label that the five articles on
 * reading bounces name (tests/golden/article-*.txt), judged in full. Run from the root of the tree.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "classify/verdict.h"
#include "util/cpu.h"

enum { N_WANTED = 7, MAX_WORD = 40, MAX_VERDICT_BYTES = N_WANTED * MAX_WORD };

static const char *const hardness_names[] = { "-", "hard", "soft" };

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

/* "google hard Hard bounce": who answered, how the platform grades it, and its label; "-" is
 * unknown, and the last two may be missing. */
static const struct bnc_verdict *judge(const char *text, const char *who)
{
    struct bnc_event event = { .type = text[0] == '2' ? BNC_EVENT_DELIVERED : BNC_EVENT_BOUNCE,
                               .diagnostic = bnc_span_str(text) };
    char provider[MAX_WORD], hardness[MAX_WORD] = "-";
    int label = 0, grade = 0;
    uint16_t number;

    if (sscanf(who, "%39s %39s %n", provider, hardness, &label) < 1)
        return NULL;
    number = bnc_provider_find(classifier, bnc_span_str(provider));
    if (number == 0 && strcmp(provider, "-") != 0)
        return NULL;
    while (grade < 3 && strcmp(hardness_names[grade], hardness) != 0)
        grade++;
    if (grade == 3)
        return NULL;
    event.hardness = (enum bnc_hardness)grade;
    event.label = bnc_span_str(label > 0 ? who + label : "");
    return &bnc_verdicts_get(memo, &event, number)->verdict;
}

/* In the order of a golden line: cause duration side action priority reply enhanced; then "label"
 * where the platform's grade is contradicted. */
static void print_verdict(char *out, size_t cap, const struct bnc_verdict *v)
{
    const uint32_t e = v->enhanced;
    char enhanced[16] = "-", reply[8] = "-";

    if (v->reply != 0)
        snprintf(reply, sizeof reply, "%u", v->reply);
    if (e != 0)
        snprintf(enhanced, sizeof enhanced, "%u.%u.%u", BNC_ENHANCED_CLASS(e),
                 BNC_ENHANCED_SUBJECT(e), BNC_ENHANCED_DETAIL(e));
    snprintf(out, cap, "%s %s %s %s %s %s %s%s", bnc_causes[v->cause].name,
             bnc_duration_names[v->duration], bnc_side_names[v->side], bnc_action_names[v->action],
             bnc_priority_names[v->priority], reply, enhanced,
             (v->contradictions & BNC_CONTRA_LABEL) != 0 ? " label" : "");
}

static void check(const char *path, unsigned line, const char *text, const char *who,
                  const char *want)
{
    char have[MAX_VERDICT_BYTES];
    const struct bnc_verdict *v = judge(text, who);

    if (v == NULL)
        fail_msg("%s:%u: malformed", path, line);
    print_verdict(have, sizeof have, v);
    if (strcmp(have, want) == 0)
        return;
    print_error("%s:%u: %s (%s)\n    want %s\n    have %s by %s\n", path, line, text, who, want,
                have, bnc_rule_name(classifier, v->rule));
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

static unsigned check_file(const char *path)
{
    char text[4096], who[256], want[256];
    FILE *in = fopen(path, "r");
    unsigned line = 0, cases = 0;

    assert_non_null(in);
    while (read_line(in, text, sizeof text, &line)) {
        if (text[0] == '\0' || strncmp(text, "# ", 2) == 0)
            continue;
        if (!read_line(in, who, sizeof who, &line) || !read_line(in, want, sizeof want, &line))
            fail_msg("%s:%u: cut short", path, line);
        check(path, line - 2, text, who, want);
        cases++;
    }
    fclose(in);
    return cases;
}

static void example__of_an_article_is_judged_in_full(void **state)
{
    unsigned cases = 0;
    glob_t files;

    (void)state;
    failures = 0;
    assert_int_equal(glob("tests/golden/article-*.txt", 0, NULL, &files), 0);
    assert_int_equal(files.gl_pathc, 5);
    for (size_t i = 0; i < files.gl_pathc; i++)
        cases += check_file(files.gl_pathv[i]);
    globfree(&files);
    assert_true(cases > 200);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example__of_an_article_is_judged_in_full),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
