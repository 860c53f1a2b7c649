/* SPDX-License-Identifier: MIT
 * test_recall.c - what is recalled has the template of the text at hand, whatever was learned
 * before and in whatever order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/recall.h"
#include "classify/ruleset.h"
#include "util/arena.h"
#include "util/cpu.h"

#include "response_kit.h"

enum { CONTEXT = 7 };

static struct bnc_mask mask;
static bnc_shape_fn *shape_of;
static struct bnc_recall *recalls[2]; /* one of each kind of kernel */
static size_t n_recalls;
static struct bnc_arena arena;

/* The entry of a text, as far as recall.c is concerned: it hands pointers back. */
struct record {
    struct bnc_span text, template;
};

static int setup(void **unused)
{
    static const uint32_t sets[] = { 0, BNC_CPU_AVX2 };
    const uint32_t cpu = bnc_cpu_detect();

    (void)unused;
    bnc_mask_init(&mask, NULL, cpu);
    shape_of = bnc_shape_pick(cpu);
    n_recalls = 0;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if ((sets[i] & cpu) == sets[i])
            assert_non_null(recalls[n_recalls++] = bnc_recall_create(NULL, sets[i]));
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < n_recalls; i++)
        bnc_recall_free(recalls[i]);
    bnc_arena_release(&arena);
    return 0;
}

static const struct bnc_entry *as_entry(const struct record *r)
{
    return (const struct bnc_entry *)(const void *)r;
}

/* A copy that ends where the text ends, so that a byte read too many shows. */
static struct bnc_span exactly(const char *text)
{
    const size_t len = strlen(text);
    char *copy = malloc(len + (len == 0));

    assert_non_null(copy);
    memcpy(copy, text, len);
    return bnc_span_from(copy, len);
}

typedef void learn_fn(struct bnc_recall *r, uint64_t context, struct bnc_span text,
                      const struct bnc_shape *shape, const struct bnc_entry *entry);

static void learn_by(learn_fn *learn_it, struct bnc_span text, uint64_t context)
{
    struct record *r = bnc_arena_alloc(&arena, sizeof *r);
    struct bnc_shape shape;

    assert_non_null(r);
    r->text = bnc_arena_copy(&arena, text);
    bnc_mask_scan(&mask, text);
    shape_of(&mask, text, &shape);
    r->template = bnc_arena_copy(&arena, bnc_mask_scanned(&mask, text));
    for (size_t i = 0; i < n_recalls; i++)
        learn_it(recalls[i], context, text, &shape, as_entry(r));
}

static void learn(struct bnc_span text, uint64_t context)
{
    learn_by(bnc_recall_learn, text, context);
}

/* What all kernels recall, whatever else is asked; NULL nothing. */
static const struct record *recall(struct bnc_span text, uint64_t context)
{
    const struct bnc_event event = { .diagnostic = text };
    const struct bnc_entry *found = NULL;

    for (size_t i = 0; i < n_recalls; i++) {
        struct bnc_inquiry asked[2] = { { .event = &event, .context = context },
                                        { .event = &event, .context = context + 1 } };

        bnc_recall_find_all(recalls[i], asked, 2);
        if (i > 0 && asked[0].entry != found)
            fail_msg("kernel %zu recalls another entry of '%.*s'", i, (int)text.len, text.at);
        assert_null(asked[1].entry);
        found = asked[0].entry;
    }
    return (const struct record *)(const void *)found;
}

/* Whether something was recalled, which must have the template of this text; it is learned then. */
static bool hold(const char *bytes)
{
    const struct bnc_span text = exactly(bytes);
    const struct record *r = recall(text, CONTEXT);
    const struct bnc_span template = bnc_mask_text(&mask, text);

    if (r != NULL && !bnc_span_eq(r->template, template))
        fail_msg("\n text     '%s'\n template '%.*s'\n recalled '%s'\n template '%s'", bytes,
                 (int)template.len, template.at, r->text.at, r->template.at);
    learn(text, CONTEXT);
    free((void *)(uintptr_t)text.at);
    return r != NULL;
}

static void recall__gives_what_masking_would(void **unused)
{
    unsigned long met = 0;

    (void)unused;
    kit_state = 2;
    for (unsigned long round = 0; round < 60000; round++) {
        struct skeleton skeleton;
        char text[6100] = "550 ";

        skeleton_draw(&skeleton);
        for (int fill = 0; fill < 4; fill++) {
            skeleton_fill(&skeleton, text + 4 * (round % 2));
            met += hold(text);
        }
    }
    print_message("%lu texts were recalled\n", met);
    assert_true(met > 20000); /* else the test tests nothing */
}

static const char *const known = "550 5.1.1 <jane@example.com>: unknown user, id 98e6a-1 for "
                                 "[198.51.100.7]";

static bool recalls_as_known(const char *bytes, uint64_t context)
{
    const struct bnc_span text = exactly(bytes);
    bool found;

    found = recall(text, context) != NULL;
    free((void *)(uintptr_t)text.at);
    return found;
}

static void recall__knows_other_ids_addresses_and_numbers(void **unused)
{
    (void)unused;
    learn(bnc_span_str(known), CONTEXT);
    assert_true(recalls_as_known(known, CONTEXT));
    assert_true(recalls_as_known("550 5.1.1 <a.very.long.name.of.somebody@mail.example.co.uk>: "
                                 "unknown user, id 7f-0c-9981aa for [192.0.2.210]",
                                 CONTEXT));
}

static void recall__takes_nothing_else_for_it(void **unused)
{
    static const char *const others[] = {
        "550 5.1.2 <jane@example.com>: unknown user, id 98e6a-1 for [198.51.100.7]",
        "550 5.1.1 <jane@example.com>: Unknown user, id 98e6a-1 for [198.51.100.7]",
        "550 5.1.1 <jane@example.com>: unknown user, id 98e6a-1 for [198.51.100.7]]",
        "550 5.1.1 <jane@example.com>: unknown user, id 98e6a-1 for [198.51.100.7",
        "550 5.1.1 <jane@example.com>: unknown user, id 98e6a-1 for 198.51.100.7]",
        "550 5.1.1 <jane@example.com>: unknown user, id 98e6a-1- for [198.51.100.7]",
        "550 5.1.1 <jane@example.com>: unknown user, id abcdef for [198.51.100.7]",
        "550 5.1.1 <jane@example.com>: unknown user, id s3150 for [198.51.100.7]",
        "550 5.1.1 <jane@example.com>: unknown user, id 550-1 for [198.51.100.7]",
        "550 5.1.1 <jane.example.com>: unknown user, id 98e6a-1 for [198.51.100.7]",
        "550 5.1.1 <jane@example.com>: unknown user, id 98e6a-1 for [198.51.100]",
        "550 5.1.1 <>: unknown user, id 98e6a-1 for [198.51.100.7]",
        "550 5.1.1 <",
        "550 ",
        "",
    };

    (void)unused;
    learn(bnc_span_str(known), CONTEXT);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (recalls_as_known(others[i], CONTEXT))
            fail_msg("'%s' was taken for '%s'", others[i], known);
    assert_false(recalls_as_known(known, CONTEXT + 1));
}

/* Without a blank it may be read as if _ or + were one (spelled.h); before them, as it stands. */
static void recall__learns_no_text_without_a_blank(void **unused)
{
    static const char *const texts[] = {
        "550:5.1.1:unknown:a@b.example",
        "failure: 192.0.2.1 does not like recipient 98e6a-1", /* qmail writes _ for blanks */
    };

    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        learn(bnc_span_str(texts[i]), CONTEXT);
        assert_false(recalls_as_known(texts[i], CONTEXT));
    }
}

/* What is known of a place before its token is looked at is not more than its bytes tell. */
static void recall__looks_closely_where_it_must(void **unused)
{
    static const char *const pairs[][2] = {
        /* known, and what is told from it by tables, names and the shape of a token */
        { "550 see host qx7.mail.protection.outlook.com now",
          "550 see host qx7.mail.xprotection.outlook.com now" },
        { "550 see host ab1cd.prod.outlook.com now", "550 see host ab1cd.prod.example.com now" },
        { "550 queue x1 98a7b6c5 12345 ok", "550 queue x1 98a7b6c5rfc 12345 ok" },
        { "550 at 2026-10-01 10:11:12 gone", "550 at 2026-10-01 10:11:123 gone" },
        { "550 from [198.51.100.7] gone", "550 from [198.51.100.7:25] gone" },
        { "550 from [198.51.100.7] gone", "550 from [198.51.1007] gone" },
        { "550 of mail.example.org gone", "550 of mail.aspx gone" },
        { "550 of example.org gone", "550 of example.Our gone" },
        { "550 id eSytFusBhkl-oTEha gone", "550 id troubleshooting gone" },
        { "550 id 12ab9f0 gone", "550 id 450.9f0 gone" },
        { "550 to <jane@example.com> gone", "550 to <jane*@example.com> gone" },
        { "550 id 12ab9f0 gone", "550 id 12a..9f0 gone" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        learn(bnc_span_str(pairs[i][0]), CONTEXT);
        if (!recalls_as_known(pairs[i][0], CONTEXT))
            fail_msg("'%s' is not recalled", pairs[i][0]);
        if (recalls_as_known(pairs[i][1], CONTEXT))
            fail_msg("'%s' was taken for '%s'", pairs[i][1], pairs[i][0]);
    }
}

/*
 * How its tokens begin makes variants of a text, more than are kept of one; each is recalled as
 * what it is, or not at all.
 */
static void recall__tells_variants_of_a_text_apart(void **unused)
{
    static const char *const ids[] = { "abc1d2e", "9bc1d2e", "550-1d2e", "450-00d2",
                                       "9bc1d2e98f7a6b5c4d3e2f1a", "a9b8c7d6e5f4a3b2c1d0e9f8" };
    enum { N = sizeof ids / sizeof ids[0] };
    size_t met = 0;

    (void)unused;
    for (unsigned i = 0; i < 3 * N * N * N; i++) {
        char text[200];

        snprintf(text, sizeof text, "550 said 250 %s/of oct %s= 421 %s gone", ids[i / 3 % N],
                 ids[i / 3 / N % N], ids[i / 3 / N / N]);
        met += hold(text);
    }
    assert_in_range(met, N * N * N, 3 * N * N * N);
}

static void recall__knows_the_empty_text(void **unused)
{
    (void)unused;
    assert_false(recalls_as_known("", CONTEXT));
    learn(bnc_span_str(""), CONTEXT);
    assert_true(recalls_as_known("", CONTEXT));
    assert_false(recalls_as_known(" ", CONTEXT));
}

/* More contexts than it has room for: it forgets, and goes on learning. */
static void recall__forgets_what_is_too_much(void **unused)
{
    size_t n_known = 0;

    (void)unused;
    for (uint64_t context = 0; context < 10000; context++) {
        learn(bnc_span_str(known), context);
        n_known += recalls_as_known(known, context);
    }
    assert_in_range(n_known, 9900, 9999);
}

/* ---- free words at the end ---- */

static void gather(void)
{
    static const uint32_t *builtin[2]; /* the other is of a user who has no rules */

    builtin[0] = bnc_rules_builtin.vocabulary;
    for (size_t i = 0; i < n_recalls; i++)
        bnc_recall_gather(recalls[i], builtin, 2);
}

static void last_word__may_be_any_free_one_of_its_length(void **unused)
{
    static const char *const others[] = {
        "451 4.7.1 <jane@example.com>: greylisted, reference zovukyx", /* shorter */
        "451 4.7.1 <jane@example.com>: greylisted, reference zovukyxaju", /* longer */
        "451 4.7.1 <jane@example.com>: greylisted, reference Zovukyxa",
        "451 4.7.1 <jane@example.com>: greylisted, reference zovuky7a",
        "451 4.7.1 <jane@example.com>: greylisted, reference zovukyxa.",
        "451 4.7.1 <jane@example.com>: greylisted, reference zovu xaj",
        "451 4.7.1 <jane@example.com>: greylisted, reference  zovukyx",
        /* begins like a known one, is one */
        "451 4.7.1 <jane@example.com>: greylisted, reference mailboxe",
        "451 4.7.1 <jane@example.com>: greylisted, reference blocking",
        "451 4.7.1 <jane.example.com>: greylisted, reference zovukyxa",
        "451 4.7.1 <jane@example.com>: greylisted, reference ",
        "451 4.7.1 <jane@example.com>: greylisted, reference",
    };
    const char *const text = "451 4.7.1 <jane@example.com>: greylisted, reference wexplyzo";

    (void)unused;
    gather();
    learn_by(bnc_recall_learn_all_but_last, bnc_span_str(text), CONTEXT);
    assert_true(recalls_as_known(text, CONTEXT));
    assert_true(
        recalls_as_known("451 4.7.1 <joe@example.org>: greylisted, reference zovukyxa", CONTEXT));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (recalls_as_known(others[i], CONTEXT))
            fail_msg("'%s' was taken for '%s'", others[i], text);
    learn_by(bnc_recall_learn_all_but_last, bnc_span_str(others[0]), CONTEXT);
    assert_true(recalls_as_known(others[0], CONTEXT));
    assert_false(recalls_as_known(others[1], CONTEXT));
}

/* Whoever does not gather, and words that stand elsewhere or are known. */
static void last_word__is_learned_where_it_is_free(void **unused)
{
    static const char *const texts[] = {
        "451 4.7.1 greylisted, reference mailboxe",
        "451 4.7.1 greylisted, reference: wexplyzo",
        "451 4.7.1 greylisted, 12 wexplyzo",
        "451 4.7.1 greylisted, reference wex",
        "451 4.7.1 greylisted, Reference  wexplyzo",
        "wexplyzo",
        "451 wexplyzo",
        "",
    };
    const char *const text = "451 4.7.1 greylisted, reference wexplyzo";

    (void)unused;
    learn_by(bnc_recall_learn_all_but_last, bnc_span_str(text), CONTEXT);
    assert_false(recalls_as_known(text, CONTEXT));
    gather();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        learn_by(bnc_recall_learn_all_but_last, bnc_span_str(texts[i]), CONTEXT);
        assert_false(recalls_as_known(texts[i], CONTEXT));
    }
    learn_by(bnc_recall_learn_all_but_last, bnc_span_str(text), CONTEXT);
    assert_true(recalls_as_known(text, CONTEXT));
}

/* What is known of one text is not told of others that end otherwise. */
static void last_word__of_a_text_learned_as_it_stands(void **unused)
{
    const char *const text = "451 4.7.1 greylisted, reference wexplyzo";
    const char *const other = "451 4.7.1 greylisted, reference zovukyxa";

    (void)unused;
    gather();
    learn(bnc_span_str(text), CONTEXT);
    assert_false(recalls_as_known(other, CONTEXT));
    learn_by(bnc_recall_learn_all_but_last, bnc_span_str(text), CONTEXT);
    assert_false(recalls_as_known(other, CONTEXT));
    learn_by(bnc_recall_learn_all_but_last, bnc_span_str(other), CONTEXT);
    assert_true(recalls_as_known(other, CONTEXT));
    learn(bnc_span_str("451 4.7.1 greylisted, reference vuzokyxaju"), CONTEXT);
    assert_false(recalls_as_known("451 4.7.1 greylisted, reference juxakyzovu", CONTEXT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(recall__gives_what_masking_would, setup, teardown),
        cmocka_unit_test_setup_teardown(recall__knows_other_ids_addresses_and_numbers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(recall__takes_nothing_else_for_it, setup, teardown),
        cmocka_unit_test_setup_teardown(recall__learns_no_text_without_a_blank, setup, teardown),
        cmocka_unit_test_setup_teardown(recall__looks_closely_where_it_must, setup, teardown),
        cmocka_unit_test_setup_teardown(recall__tells_variants_of_a_text_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(recall__knows_the_empty_text, setup, teardown),
        cmocka_unit_test_setup_teardown(recall__forgets_what_is_too_much, setup, teardown),
        cmocka_unit_test_setup_teardown(last_word__may_be_any_free_one_of_its_length, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(last_word__is_learned_where_it_is_free, setup, teardown),
        cmocka_unit_test_setup_teardown(last_word__of_a_text_learned_as_it_stands, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
