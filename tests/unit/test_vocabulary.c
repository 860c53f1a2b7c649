/* SPDX-License-Identifier: MIT
 * test_vocabulary.c - blurred texts: what stays, and that no verdict depends on what does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/decide.h"
#include "classify/vocabulary.h"
#include "util/buf.h"
#include "util/cpu.h"

static struct bnc_mask mask, scratch;
static uint64_t state = 1;

static unsigned below(unsigned n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((state >> 33) % n);
}

/* ---- what stays ---- */

/* 'sentence' NULL: no word of the text is free. */
static void check(const uint32_t *bits, const char *text, const char *want, const char *sentence)
{
    char out[512];
    struct bnc_span got;
    const size_t n = bnc_vocabulary_blur(&bits, 1, bnc_span_str(text), &scratch, out, &got);

    out[strlen(text)] = '\0';
    assert_string_equal(out, want);
    assert_int_equal(n > 0, sentence != NULL);
    if (!bnc_span_eq(got, bnc_span_str(sentence != NULL ? sentence : text)))
        fail_msg("'%.*s' is not '%s'", (int)got.len, got.at, sentence);
}

static void blur__hides_words_that_no_fragment_holds(void **unused)
{
    uint32_t *bits = calloc(BNC_VOCABULARY_WORDS, sizeof *bits);

    (void)unused;
    assert_non_null(bits);
    bnc_vocabulary_add(bits, BNC_SPAN("mailbox unavailable"), false);
    bnc_vocabulary_add(bits, BNC_SPAN("account is no"), false);
    bnc_vocabulary_add(bits, BNC_SPAN("pdr"), true);
    bnc_vocabulary_add(bits, BNC_SPAN("gone"), true);
    check(bits, "550 mailbox unavailable ref paledunkirset",
          "550 mailbox unavailable ref qqqqqqqqqqqqq", "550 mailbox unavailable ref qqqq");
    check(bits, "mailboxes unavailing boxes", "qqqqqqqqq unavailing qqqqq",
          "qqqq unavailing qqqq");
    check(bits, "mailbox mailbo", "mailbox qqqqqq", "mailbox qqqq");
    check(bits, "account is nonsense, that nonsense", "account is nonsense, qqqq qqqqqqqq",
          "account is nonsense, qqqq qqqq");
    check(bits, "pdrs pdrum gone goner", "qqqq qqqqq gone qqqqq", "qqqq qqqq gone qqqq");
    check(bits, "codex 5, x9yz w\xc3\xa4hrung", "codex 5, x9yz w\xc3\xa4hrung", NULL);
    free(bits);
}

/* ---- verdicts ---- */

static struct bnc_classifier *classifier;

static int setup(void **unused)
{
    const struct bnc_classifier_options opt = { 0 };

    (void)unused;
    bnc_mask_init(&mask, NULL, 0);
    bnc_mask_init(&scratch, NULL, bnc_cpu_detect());
    return bnc_classifier_create(&classifier, &opt, NULL) == BNC_OK ? 0 : -1;
}

static int teardown(void **unused)
{
    (void)unused;
    bnc_classifier_free(classifier);
    return 0;
}

static void put_word(struct bnc_buf *b)
{
    static const char *const syllables[] = {
        "ba",   "der", "mu", "kon", "fi",  "pal", "set",  "ro",
        "user", "no",  "un", "in",  "err", "re",  "said", "x"
    };

    for (unsigned n = 1 + below(4); n > 0; n--)
        bnc_buf_puts(b, syllables[below(sizeof syllables / sizeof syllables[0])]);
}

/* The template of a response in which some words became others, and others were put between. */
static struct bnc_span scramble(struct bnc_buf *b, struct bnc_span text)
{
    b->len = 0;
    for (size_t at = 0; at < text.len;) {
        const char *blank = memchr(text.at + at, ' ', text.len - at);
        const size_t end = blank != NULL ? (size_t)(blank - text.at) : text.len;

        switch (below(8)) {
        case 0:
            put_word(b);
            break;
        case 1:
            put_word(b);
            bnc_buf_putc(b, "  -/:,"[below(6)]);
            /* fall through */
        default:
            bnc_buf_put(b, bnc_span_from(text.at + at, end - at));
            if (below(12) == 0)
                put_word(b); /* longer than it was */
        }
        bnc_buf_putc(b, ' ');
        at = end + 1;
    }
    return bnc_mask_text(&mask, bnc_span_from(b->at, b->len));
}

/* Whether the text was blurred at all. */
static bool hold(struct bnc_span text)
{
    static char blurred[sizeof mask.out + 64];
    struct bnc_span sentence;
    const uint32_t *const bits[] = { bnc_rules_builtin.vocabulary };
    struct bnc_question q = { .text = text, .type = BNC_EVENT_BOUNCE };
    struct bnc_verdict plain, other;
    size_t n_free;

    q.provider = (uint16_t)(below(2) * below((unsigned)bnc_provider_count(classifier)));
    plain = bnc_decide(classifier, &q);
    n_free = bnc_vocabulary_blur(bits, 1, text, &scratch, blurred, &sentence);
    q.text.at = blurred;
    other = bnc_decide(classifier, &q);
    if (plain.cause != other.cause || plain.rule != other.rule || plain.reply != other.reply ||
        plain.enhanced != other.enhanced || plain.provider != other.provider ||
        plain.confidence != other.confidence || plain.action != other.action ||
        plain.blocklist != other.blocklist || plain.mechanism != other.mechanism ||
        plain.explicit_domain != other.explicit_domain ||
        plain.contradictions != other.contradictions || plain.duration != other.duration)
        fail_msg("\n '%.*s'\n '%.*s'", (int)text.len, text.at, (int)text.len, blurred);
    return n_free > 0;
}

static void blur__changes_no_verdict(void **unused)
{
    static const char *const files[] = { "tests/golden/classify.txt",
                                         "tests/golden/classify-providers.txt",
                                         "tests/golden/classify-servers.txt",
                                         "tests/golden/classify-blocklists.txt" };
    struct bnc_buf b = { 0 };
    unsigned long n = 0, blurred = 0;

    (void)unused;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        FILE *f = fopen(files[i], "r");
        char line[8192];

        assert_non_null(f);
        while (fgets(line, sizeof line, f) != NULL)
            for (int k = 0; k < 12 && line[0] != '#'; k++, n++)
                blurred += hold(scramble(&b, bnc_span_from(line, strcspn(line, "\n"))));
        fclose(f);
    }
    bnc_buf_release(&b);
    assert_true(n > 5000 && blurred > n / 4); /* else the test tests nothing */
}

/* Other letters in a word or two of a template; how many bytes it had stays. */
static void change_words(char *text, size_t len)
{
    static const char letters[] = "aeiounrtslcdmq";
    size_t at = below((unsigned)len);

    for (unsigned n = 1 + below(2); n > 0; n--, at = below((unsigned)len))
        for (unsigned k = 1 + below(6); k > 0 && at < len && text[at] >= 'a' && text[at] <= 'z'; k--)
            text[at++] = letters[below(sizeof letters - 1)];
}

static bool hold_alike(struct bnc_span text)
{
    static char one[sizeof mask.out + 64], other[sizeof mask.out + 64], changed[512];
    const uint32_t *const bits[] = { bnc_rules_builtin.vocabulary };
    const struct bnc_span second = bnc_span_from(changed, text.len);
    struct bnc_span sentence;
    size_t word;

    if (text.len == 0 || text.len > sizeof changed)
        return false;
    memcpy(changed, text.at, text.len);
    change_words(changed, text.len);
    bnc_vocabulary_blur(bits, 1, text, &scratch, one, &sentence);
    if (!bnc_vocabulary_blurs_alike(bits, 1, second, text.at, one, &word))
        return false;
    bnc_vocabulary_blur(bits, 1, second, &scratch, other, &sentence);
    if (memcmp(one, other, text.len) != 0)
        fail_msg("\n '%.*s'\n '%.*s'", (int)text.len, text.at, (int)text.len, changed);
    assert_int_equal(word == 0, memcmp(changed, text.at, text.len) == 0);
    return word != 0;
}

/* What is said to be blurred alike is. */
static void blur__is_alike_where_it_is_said_to_be(void **unused)
{
    FILE *f = fopen("tests/golden/classify-servers.txt", "r");
    struct bnc_buf b = { 0 };
    unsigned long n = 0, alike = 0;
    char line[8192];

    (void)unused;
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL)
        for (int k = 0; k < 40 && line[0] != '#'; k++, n++)
            alike += hold_alike(scramble(&b, bnc_span_from(line, strcspn(line, "\n"))));
    fclose(f);
    bnc_buf_release(&b);
    assert_true(alike > n / 100); /* else the test tests nothing */
}

/* A text that isn't masked yet has any byte where another had a letter: no bit is for it. */
static void blur__looks_for_no_word_that_is_none(void **unused)
{
    uint32_t *const bits = calloc(BNC_VOCABULARY_WORDS, sizeof *bits);
    const uint32_t *const known = bits;
    const char *const other = "queue zorbulan", *const blurred = "queue qqqqqqqq";
    char text[] = "queue ?orbulan";
    size_t word;

    (void)unused;
    assert_non_null(bits);
    for (int c = 1; c < 256; c++) {
        text[6] = (char)c;
        assert_int_equal(bnc_vocabulary_blurs_alike(&known, 1, bnc_span_str(text), other, blurred,
                                                    &word),
                         c >= 'a' && c <= 'z');
    }
    free(bits);
}

/* ---- wordings ---- */

static void wording__join_is_what_all_share(void **unused)
{
    static const struct {
        const char *a, *b, *want;
    } cases[] = {
        { "ref paledunkir", "ref paledunkir", "ref paledunkir" },
        { "ref paledunkir", "ref bospor", "ref *" },
        { "ref paled", "ref paledunkir", "ref *" },
        { "ref paledunkir, gone", "ref paled, gone", "ref *, gone" },
        { "ref *, gone away", "ref paled, gone home", "ref *, gone *" },
        { "* says 550 * no", "* says 550 * no", "* says 550 * no" },
        { "mine * yours", "mind * yours", "* * yours" },
        { "nothing", "", "*" },
        { "", "", "" },
    };

    (void)unused;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        const char *a = i % 2 == 0 ? cases[i / 2].a : cases[i / 2].b;
        const char *b = i % 2 == 0 ? cases[i / 2].b : cases[i / 2].a;
        char text[64];

        if (a[0] == '\0' && b[0] != '\0')
            continue; /* nothing can be written into nothing */
        strcpy(text, a);
        text[bnc_wording_join(text, strlen(a), bnc_span_str(b))] = '\0';
        assert_string_equal(text, cases[i / 2].want);
    }
}

/* A wording of the sentence "word 550, word; word 4.2.2 word" of two words for each place. */
static size_t make_wording(char *to)
{
    static const char *const words[4][2] = {
        { "paled", "paledun" }, { "bospor", "kirset" }, { "mukon", "mukan" }, { "fipal", "dersetro" }
    };

    return (size_t)sprintf(to, "%s 550, %s; %s 4.2.2 %s", words[0][below(2)], words[1][below(2)],
                           words[2][below(2)], words[3][below(2)]);
}

static void wording__join_knows_no_order(void **unused)
{
    enum { N = 6 };

    (void)unused;
    for (int round = 0; round < 2000; round++) {
        char text[N][64], up[64], half[64], other[64];
        size_t len[N], n_up, n_half, n_other;

        for (int i = 0; i < N; i++)
            len[i] = make_wording(text[i]);
        memcpy(up, text[0], n_up = len[0]);
        for (int i = 1; i < N; i++)
            n_up = bnc_wording_join(up, n_up, bnc_span_from(text[i], len[i]));
        memcpy(half, text[3], n_half = len[3]);
        memcpy(other, text[5], n_other = len[5]);
        n_half = bnc_wording_join(half, n_half, bnc_span_from(text[1], len[1]));
        n_other = bnc_wording_join(other, n_other, bnc_span_from(text[0], len[0]));
        n_other = bnc_wording_join(other, n_other, bnc_span_from(text[2], len[2]));
        n_half = bnc_wording_join(half, n_half, bnc_span_from(text[4], len[4]));
        n_half = bnc_wording_join(half, n_half, bnc_span_from(other, n_other));
        assert_int_equal(n_half, n_up);
        assert_memory_equal(half, up, n_up);
    }
}

/* States come from anywhere: what are no wordings of one sentence ends somehow, in bounds. */
static void wording__join_survives_any_bytes(void **unused)
{
    (void)unused;
    for (int round = 0; round < 100000; round++) {
        const size_t a = below(40), b = below(40);
        char *to = malloc(a + 1), *other = malloc(b + 1);

        assert_true(to != NULL && other != NULL);
        for (size_t i = 0; i < a; i++)
            to[i] = "ab * ,q"[below(7)];
        for (size_t i = 0; i < b; i++)
            other[i] = "ab * ,q"[below(7)];
        to[a] = other[b] = 'x';
        assert_true(bnc_wording_join(to, a, bnc_span_from(other, b)) <= a);
        assert_int_equal(to[a], 'x');
        free(to);
        free(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blur__hides_words_that_no_fragment_holds),
        cmocka_unit_test(blur__changes_no_verdict),
        cmocka_unit_test(blur__is_alike_where_it_is_said_to_be),
        cmocka_unit_test(blur__looks_for_no_word_that_is_none),
        cmocka_unit_test(wording__join_is_what_all_share),
        cmocka_unit_test(wording__join_knows_no_order),
        cmocka_unit_test(wording__join_survives_any_bytes),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
