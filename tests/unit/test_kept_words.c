/* SPDX-License-Identifier: MIT
 * test_kept_words.c - the sieve before the kept words: it lets through all of them and what begins
 * like one, and little else.  Run from the root of the tree: it reads src/tables/.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/kept_words.h"
#include "file_kit.h"

static bool may_be(const char *text)
{
    const size_t len = strlen(text);
    char *copy = malloc(len + (len == 0)); /* a byte read too many shows */
    bool may;

    assert_non_null(copy);
    memcpy(copy, text, len);
    may = bnc_word_may_be(&bnc_words_builtin, copy, len);
    free(copy);
    return may;
}

static void check_word(const char *word, bool begins)
{
    const enum bnc_word_kind kind = bnc_word_find(&bnc_words_builtin, word, strlen(word));
    char text[256];
    size_t len = strlen(word);

    if (kind == BNC_WORD_NONE || bnc_word_begins(kind) != begins)
        fail_msg("'%s' is found as %d", word, (int)kind);
    for (size_t i = 0; i <= len; i++)
        text[i] = (char)toupper((unsigned char)word[i]);
    assert_true(may_be(text));
    for (; begins && len < 100; len++) {
        text[len] = (char)('0' + len % 10);
        text[len + 1] = '\0';
        if (!may_be(text))
            fail_msg("'%s' begins like '%s'", text, word);
    }
}

static void sieve__lets_through_words_and_what_begins_like_one(void **state)
{
    struct bnc_table t = kit_table("src/tables/kept_words.csv");
    size_t n_begin = 0;

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span kind = kit_cell(&t, i, "kind");
        const struct bnc_span word = kit_cell(&t, i, "word");
        const bool begins =
            !bnc_span_eq(kind, BNC_SPAN("exact")) && !bnc_span_eq(kind, BNC_SPAN("date"));
        char text[256] = "";

        assert_in_range(word.len, 1, sizeof text - 1);
        memcpy(text, word.at, word.len);
        check_word(text, begins);
        n_begin += begins;
    }
    assert_in_range(n_begin, 5, t.n_rows);
    bnc_table_release(&t);
}

/* Ids of letters and digits, as queues write them. */
static void sieve__stops_nearly_all_ids(void **state)
{
    static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    unsigned long seed = 1;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        char text[48] = "";
        const size_t len = 5 + i % 40;

        for (size_t k = 0; k < len; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            text[k] = alphabet[(seed >> 33) % (sizeof alphabet - 1)];
        }
        n += may_be(text);
    }
    print_message("%zu of 20000 ids pass\n", n);
    assert_in_range(n, 0, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sieve__lets_through_words_and_what_begins_like_one),
        cmocka_unit_test(sieve__stops_nearly_all_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
