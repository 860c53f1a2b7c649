/* SPDX-License-Identifier: MIT
 * test_wordings.c - sentences of more wordings than are told apart: one entry, whoever counted them
 * and in whatever order they are merged.
 */
#include "aggregate/state.h"
#include "classify/ruleset.h"
#include "classify/vocabulary.h"
#include "state_kit.h"
#include "tally_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { MAX_PARTS = 5, N_SENTENCES = 4 };

/* How many wordings the sentences of the world have, one more than may be and not one more. */
static const unsigned n_wordings[N_SENTENCES] = { BNC_WORDINGS_MAX + 1, BNC_WORDINGS_MAX,
                                                  3 * BNC_WORDINGS_MAX, 3 * BNC_WORDINGS_MAX };
static const char *const sentences[N_SENTENCES] = {
    "550 5.1.1 user unknown, ref %s now",
    "452 4.2.2 mailbox full, kindly %s",
    "550 5.7.1 our brisket says %s, brisket %s",
    "451 4.7.1 <jane@example.com>: greylisted, reference %s",
};

static char words[3 * BNC_WORDINGS_MAX][32]; /* that no rule knows */

static void make_word(char word[32], unsigned i)
{
    static const char *const syllables[] = { "vu", "zo", "ky", "xa", "ju", "ply", "wex" };
    const unsigned n = sizeof syllables / sizeof syllables[0];

    word[0] = '\0';
    for (unsigned k = 0; k < 5; k++, i /= n)
        strcat(word, syllables[i % n]);
}

/* A table of bits takes some words that nobody knows for known ones: those are no words of ours. */
static void make_words(void)
{
    static struct bnc_mask mask;
    const uint32_t *const known[] = { bnc_rules_builtin.vocabulary };
    unsigned n = 0;

    bnc_mask_init(&mask, NULL, 0);
    for (unsigned i = 0; n < 3 * BNC_WORDINGS_MAX; i++) {
        char text[48], out[128];
        struct bnc_span sentence;

        make_word(words[n], i);
        snprintf(text, sizeof text, "ref %s, ref %s", words[n], words[n]);
        n += bnc_vocabulary_blur(known, 1, bnc_span_str(text), &mask, out, &sentence) == 2;
    }
}

static int setup(void **state)
{
    make_words();
    return state_setup(state);
}

/* ---- counting ---- */

struct crew { /* each with a memo of its own, as workers have */
    struct bnc_verdicts *memos[MAX_PARTS];
    struct bnc_part *parts[MAX_PARTS];
    unsigned n;
};

static struct crew crew_of(unsigned n, enum bnc_detail detail, bool gathers)
{
    struct crew c = { .n = n };

    for (unsigned p = 0; p < n; p++) {
        const struct bnc_part_options opt = { .detail = detail,
                                              .classifier = classifier,
                                              .seed = 2 * p + 1,
                                              .sources = world_sources,
                                              .n_sources = WORLD_SOURCES };

        c.memos[p] = bnc_verdicts_create(classifier);
        c.parts[p] = bnc_part_create(&opt);
        assert_true(c.memos[p] != NULL && c.parts[p] != NULL);
        if (gathers)
            bnc_verdicts_gather(c.memos[p]);
    }
    return c;
}

static void dismiss(struct crew *c)
{
    for (unsigned p = 0; p < c->n; p++) {
        bnc_part_free(c->parts[p]);
        bnc_verdicts_free(c->memos[p]);
    }
}

/* The k-th row: every wording of every sentence, each sent to two recipients. */
static void count_row(struct crew *c, unsigned part, unsigned k)
{
    const unsigned s = k % N_SENTENCES, wording = k / N_SENTENCES % n_wordings[s];
    const char *word = words[wording];
    char text[128], name[48];
    struct bnc_item item = { .row = k, .off = 10 * k };

    snprintf(text, sizeof text, sentences[s], word, word);
    snprintf(name, sizeof name, "user%u@dom%u.example", k % 977, k % 7);
    item.event = (struct bnc_event){ .type = s == 1 ? BNC_EVENT_DEFERRAL : BNC_EVENT_BOUNCE,
                                     .time = WORLD_START + k % 100000,
                                     .recipient = bnc_span_str(name),
                                     .domain = bnc_span_str(strchr(name, '@') + 1),
                                     .diagnostic = bnc_span_str(text) };
    item.entry = bnc_verdicts_get(c->memos[part], &item.event, 0);
    assert_non_null(item.entry);
    assert_int_equal(bnc_part_add(c->parts[part], &item, 1, k % WORLD_SOURCES), BNC_OK);
}

enum { N_ROWS = 2 * N_SENTENCES * 3 * BNC_WORDINGS_MAX };

/* How rows come to parts: in turn, or one part after the other, first or last row first. */
static unsigned part_of(const struct crew *c, unsigned k, bool in_turn)
{
    return in_turn ? k / 5 % c->n : (unsigned)((uint64_t)k * c->n / N_ROWS);
}

static void count_rows(struct crew *c, bool in_turn, bool backwards)
{
    for (unsigned i = 0; i < N_ROWS; i++) {
        const unsigned k = backwards ? N_ROWS - 1 - i : i;

        count_row(c, part_of(c, k, in_turn), k);
    }
}

static struct bnc_tally *finish(struct bnc_part **parts, size_t n)
{
    struct bnc_tally *t;

    assert_int_equal(bnc_tally_finish(&t, parts, n, NULL, NULL, NULL), BNC_OK);
    return t;
}

static char *dump_crew(struct crew *c, bool lists)
{
    struct bnc_tally *t = finish(c->parts, c->n);
    char *text = dump_tally(t, lists);

    bnc_tally_free(t);
    return text;
}

/* ---- what is made of them ---- */

static const struct bnc_template *find(const struct bnc_tally *t, const char *text)
{
    for (size_t i = 0; i < t->n_templates; i++)
        if (bnc_span_eq(t->templates[i].text, bnc_span_str(text)))
            return &t->templates[i];
    return NULL;
}

static void sentence__of_many_wordings_is_one_template(void **state)
{
    struct crew c = crew_of(1, BNC_DETAIL_REPORT, true);
    const struct bnc_template *x;
    struct bnc_tally *t;

    (void)state;
    count_rows(&c, true, false);
    t = finish(c.parts, 1);
    assert_int_equal(t->n_templates, BNC_WORDINGS_MAX + 3);
    x = find(t, "550 5.1.1 user unknown, ref * now");
    assert_non_null(x);
    assert_int_equal(x->n, N_ROWS / N_SENTENCES);
    assert_int_equal(x->wordings, BNC_WORDINGS_MAX + 1);
    assert_int_equal(x->verdict.cause, BNC_CAUSE_INVALID_RECIPIENT);
    assert_int_equal(x->example.row, 0);
    assert_non_null(find(t, "550 5.7.1 our brisket says *, brisket *"));
    assert_non_null(find(t, "451 4.7.1 <*>: greylisted, reference *"));
    assert_null(find(t, "452 4.2.2 mailbox full, kindly *"));
    for (size_t i = 0; i < t->n_templates; i++)
        assert_true(t->templates[i].wordings == 1 || t->templates[i].n == N_ROWS / N_SENTENCES);
    bnc_tally_free(t);
    dismiss(&c);
}

/* Nor whether the memo gathered them, or only the merge did. */
static void sentence__does_not_show_how_rows_were_split(void **state)
{
    (void)state;
    for (int detail = BNC_DETAIL_REPORT; detail <= BNC_DETAIL_LISTS; detail++) {
        struct crew one = crew_of(1, (enum bnc_detail)detail, true);
        char *want;

        count_rows(&one, true, false);
        want = dump_crew(&one, detail == BNC_DETAIL_LISTS);
        for (unsigned how = 0; how < 8 * MAX_PARTS; how++) {
            struct crew c = crew_of(1 + how / 8, (enum bnc_detail)detail, (how & 4) == 0);
            char *got;

            count_rows(&c, (how & 1) == 0, (how & 2) == 0);
            got = dump_crew(&c, detail == BNC_DETAIL_LISTS);
            assert_string_equal(got, want);
            free(got);
            dismiss(&c);
        }
        free(want);
        dismiss(&one);
    }
}

/* ---- states ---- */

static const char *path_of(const char *name)
{
    static char path[8][96];
    static unsigned i;

    i = (i + 1) % 8;
    snprintf(path[i], sizeof path[i], "%s/%s", folder, name);
    return path[i];
}

static void save(struct bnc_part *const *parts, size_t n, const char *name)
{
    assert_int_equal(bnc_state_save(parts, n, path_of(name), NULL), BNC_OK);
}

static void merge(const char *a, const char *b, const char *to)
{
    struct bnc_part *parts[2] = { NULL };

    assert_int_equal(bnc_state_load(&parts[0], path_of(a), classifier, NULL), BNC_OK);
    assert_int_equal(bnc_state_load(&parts[1], path_of(b), classifier, NULL), BNC_OK);
    save(parts, 2, to);
    bnc_part_free(parts[0]);
    bnc_part_free(parts[1]);
}

static void assert_same_file(const char *a, const char *b)
{
    char command[256];

    snprintf(command, sizeof command, "cmp -s %s %s", path_of(a), path_of(b));
    assert_int_equal(system(command), 0);
}

static void state__is_the_same_in_any_order_of_merging(void **state)
{
    struct crew three = crew_of(3, BNC_DETAIL_LISTS, true), one = crew_of(1, BNC_DETAIL_LISTS, true);
    struct bnc_part *loaded;
    char *want, *got;
    struct bnc_tally *t;

    (void)state;
    count_rows(&three, false, false);
    count_rows(&one, false, true);
    save(&three.parts[0], 1, "a");
    save(&three.parts[1], 1, "b");
    save(&three.parts[2], 1, "c");
    save(one.parts, 1, "all");
    merge("a", "b", "ab");
    merge("ab", "c", "ab-c");
    merge("c", "b", "cb");
    merge("cb", "a", "cb-a");
    assert_same_file("all", "ab-c");
    assert_same_file("all", "cb-a");
    want = dump_crew(&one, true);
    assert_int_equal(bnc_state_load(&loaded, path_of("ab-c"), classifier, NULL), BNC_OK);
    t = finish(&loaded, 1);
    got = dump_tally(t, true);
    assert_string_equal(got, want);
    free(got);
    free(want);
    bnc_tally_free(t);
    bnc_part_free(loaded);
    dismiss(&three);
    dismiss(&one);
}

/* ---- the memo ---- */

static void memo__keeps_few_entries_of_many_wordings(void **state)
{
    struct crew c = crew_of(1, BNC_DETAIL_REPORT, true), apart = crew_of(1, BNC_DETAIL_REPORT, false);

    (void)state;
    count_rows(&c, true, false);
    count_rows(&apart, true, false);
    assert_int_equal(bnc_verdicts_count(c.memos[0]), 4 * BNC_WORDINGS_MAX + 3);
    assert_int_equal(bnc_verdicts_count(apart.memos[0]), 8 * BNC_WORDINGS_MAX + 1);
    dismiss(&c);
    dismiss(&apart);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentence__of_many_wordings_is_one_template),
        cmocka_unit_test(sentence__does_not_show_how_rows_were_split),
        cmocka_unit_test(state__is_the_same_in_any_order_of_merging),
        cmocka_unit_test(memo__keeps_few_entries_of_many_wordings),
    };

    return cmocka_run_group_tests(tests, setup, state_teardown);
}
