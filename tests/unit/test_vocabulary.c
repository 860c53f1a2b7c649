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

static void check(const uint32_t *bits, const char *text, const char *want)
{
    char out[512];

    bnc_vocabulary_blur(&bits, 1, bnc_span_str(text), &scratch, out);
    out[strlen(text)] = '\0';
    assert_string_equal(out, want);
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
          "550 mailbox unavailable ref qqqqqqqqqqqqq");
    check(bits, "mailboxes unavailing boxes", "mailboxes unavailing qqqqq");
    check(bits, "account is nonsense, that nonsense", "account is nonsense, qqqq qqqqqqqq");
    check(bits, "pdrs pdrum goner", "qqqq qqqqq goner");
    check(bits, "codex 5, x9yz w\xc3\xa4hrung", "codex 5, x9yz w\xc3\xa4hrung");
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
        }
        bnc_buf_putc(b, ' ');
        at = end + 1;
    }
    return bnc_mask_text(&mask, bnc_span_from(b->at, b->len));
}

static bool is_blurred(struct bnc_span text, const char *blurred)
{
    return memcmp(text.at, blurred, text.len) != 0;
}

/* Whether the text was blurred at all. */
static bool hold(struct bnc_span text)
{
    static char blurred[sizeof mask.out + 64];
    const uint32_t *const bits[] = { bnc_rules_builtin.vocabulary };
    struct bnc_question q = { .text = text, .type = BNC_EVENT_BOUNCE };
    struct bnc_verdict plain, other;

    q.provider = (uint16_t)(below(2) * below((unsigned)bnc_provider_count(classifier)));
    plain = bnc_decide(classifier, &q);
    bnc_vocabulary_blur(bits, 1, text, &scratch, blurred);
    q.text.at = blurred;
    other = bnc_decide(classifier, &q);
    if (plain.cause != other.cause || plain.rule != other.rule || plain.reply != other.reply ||
        plain.enhanced != other.enhanced || plain.provider != other.provider ||
        plain.confidence != other.confidence || plain.action != other.action ||
        plain.blocklist != other.blocklist || plain.mechanism != other.mechanism ||
        plain.explicit_domain != other.explicit_domain ||
        plain.contradictions != other.contradictions || plain.duration != other.duration)
        fail_msg("\n '%.*s'\n '%.*s'", (int)text.len, text.at, (int)text.len, blurred);
    return is_blurred(text, blurred);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blur__hides_words_that_no_fragment_holds),
        cmocka_unit_test(blur__changes_no_verdict),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
