/* SPDX-License-Identifier: MIT
 * test_word_pairs.c - words that belong together: every row of word_pairs.csv found in its example,
 * and what parts two words.  Run from the root of the tree: it reads src/tables/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/compile.h"
#include "classify/word_pairs.h"
#include "file_kit.h"
#include "tables/cause.h"
#include "util/cpu.h"

enum { MAX_HITS = 512, MAX_PAIRS = 32 };

static struct bnc_mask mask;

static int setup(void **state)
{
    (void)state;
    bnc_mask_init(&mask, NULL, bnc_cpu_detect());
    return 0;
}

static size_t pairs_in(struct bnc_span s, size_t from, struct bnc_word_pair *pairs, size_t max)
{
    const struct bnc_ruleset *set = &bnc_rules_builtin;
    const struct bnc_span text = bnc_mask_text(&mask, s);
    struct bnc_hit hits[MAX_HITS];
    const size_t n = bnc_ac_find(&set->ac, text, hits, MAX_HITS);

    return bnc_word_pairs_find(set, text, hits, n, from, pairs, max);
}

/* Whether a pair of this cause is found in the text. */
static bool means(const char *text, enum bnc_cause cause)
{
    struct bnc_word_pair pairs[MAX_PAIRS];
    const size_t n = pairs_in(bnc_span_str(text), 0, pairs, MAX_PAIRS);

    for (size_t i = 0; i < n; i++)
        if (bnc_rules_builtin.rules[pairs[i].rule].cause == cause)
            return true;
    return false;
}

static void pair__of_every_row_is_found_in_its_example(void **state)
{
    struct bnc_word_pair pairs[MAX_PAIRS];
    struct bnc_table t = kit_table("src/tables/word_pairs.csv");
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span example = kit_cell(&t, i, "example");
        char name[256];
        size_t n = pairs_in(example, 0, pairs, MAX_PAIRS);

        snprintf(name, sizeof name, "words:%.*s", (int)example.len, example.at);
        while (n > 0 && strcmp(bnc_rules_builtin.rules[pairs[n - 1].rule].name, name) != 0)
            n--;
        if (n == 0) {
            print_error("word_pairs.csv:%u: %s\n", t.line[i], name);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    bnc_table_release(&t);
}

static void pair__reaches_over_what_is_between(void **state)
{
    (void)state;
    assert_true(means("the mailbox of that person here is over its quota", BNC_CAUSE_MAILBOX_FULL));
    assert_true(means("user bob@example.com could, sadly, not be found", BNC_CAUSE_INVALID_RECIPIENT));
}

static void pair__ends_with_the_sentence(void **state)
{
    (void)state;
    assert_false(means("we know your mailbox. Nothing here is full", BNC_CAUSE_MAILBOX_FULL));
    assert_false(means("we know your mailbox; it was full", BNC_CAUSE_MAILBOX_FULL));
    assert_false(means("the mailbox that you asked us about in your letter of last week, and of "
                       "which we spoke at length with many, was full",
                       BNC_CAUSE_MAILBOX_FULL));
}

/* "sender address" is no address, "disabled" is not in "disabledness". */
static void pair__takes_the_longest_word_and_whole_words(void **state)
{
    (void)state;
    assert_true(means("sender address is invalid", BNC_CAUSE_SENDER_REJECTED));
    assert_false(means("sender address is invalid", BNC_CAUSE_INVALID_RECIPIENT));
    assert_false(means("the mailbox has no disabledness", BNC_CAUSE_INACTIVE_MAILBOX));
}

/* "user of this sender is unknown": the nearer one. */
static void pair__goes_to_the_nearest_word(void **state)
{
    (void)state;
    assert_true(means("the user and the sender domain are not valid", BNC_CAUSE_SENDER_REJECTED));
    assert_false(means("the user and the sender domain are not valid",
                       BNC_CAUSE_INVALID_RECIPIENT));
}

static void pair__starts_where_the_quoted_reply_does(void **state)
{
    struct bnc_word_pair pairs[MAX_PAIRS];
    const struct bnc_span text = BNC_SPAN("mailbox is full here, and user is unknown");

    (void)state;
    assert_int_equal(pairs_in(text, 0, pairs, MAX_PAIRS), 2);
    assert_int_equal(pairs_in(text, 20, pairs, MAX_PAIRS), 1);
    assert_int_equal(pairs_in(text, 0, pairs, 1), 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pair__of_every_row_is_found_in_its_example),
        cmocka_unit_test(pair__reaches_over_what_is_between),
        cmocka_unit_test(pair__ends_with_the_sentence),
        cmocka_unit_test(pair__takes_the_longest_word_and_whole_words),
        cmocka_unit_test(pair__goes_to_the_nearest_word),
        cmocka_unit_test(pair__starts_where_the_quoted_reply_does),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
