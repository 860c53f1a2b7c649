/* SPDX-License-Identifier: MIT
 * test_mask.c - masking: what is hidden, what is kept, idempotence, one answer of all kernels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/mask.h"
#include "classify/mask_scan.h"
#include "util/cpu.h"

static struct bnc_mask first, second;

static int setup(void **state)
{
    (void)state;
    bnc_mask_init(&first, NULL, bnc_cpu_detect());
    bnc_mask_init(&second, NULL, 0);
    return 0;
}

static void check(const char *text, const char *want)
{
    const struct bnc_span got = bnc_mask_text(&first, bnc_span_str(text));

    if (!bnc_span_eq(got, bnc_span_str(want)))
        fail_msg("\n text '%s'\n want '%s'\n have '%.*s'", text, want, (int)got.len, got.at);
}

static void template__hides_variable_parts(void **state)
{
    (void)state;
    check("user jane@example.com over quota", "user * over quota");
    check("<jane@example.com>: no", "<*>: no");
    check("from [192.0.2.1] at 2024-04-29T23:34:45.000Z id c2-4f.12", "from [*] at * id *");
    check("from [2001:db8:aa:bb::1]:25 refused", "from [*]:* refused");
    check("Fri, 4 Oct 2002 17:12:28 -0400 gone", "* gone");
    check("mail for mx1.example.org loops", "mail for * loops");
    check("mailbox (1171782072:1364:-2147467259)", "mailbox (*)");
    check("queued as Zm9vYmFyYmF6cXV4+/Q1==x end", "queued as * end");
    check("wait 300 seconds, 5 times", "wait * seconds, * times");
    check("id -x1y2_ and __z9z9z9", "id * and *");
}

static void template__hides_hosts_no_table_knows(void **state)
{
    (void)state;
    check("DNS domain foresttradingusa.pl does not exist", "dns domain * does not exist");
    check("sending domain example.com does not pass", "sending domain * does not pass");
    check("mail.example.py said no", "* said no");
    check("see http://host.pl/bin/help.pl?x", "see http://*/bin/help.pl?x");
    check("see www.spamcop.net/bl.shtml", "see *.spamcop.net/*");
}

/* Ids of letters only are told by their case; words put together keep theirs at the seams. */
static void template__hides_ids_of_letters_by_their_case(void **state)
{
    static const char *const words[] = {
        "NoSuchUser",
        "InfoDomainNonexistent",
        "DisposableAddress",
        "LastAttemptedServerName",
        "MapiExceptionShutoffQuotaExceeded",
        "SenderNotAuthenticatedForGroup",
        "ExRecipNotFound",
        "SenderNotInAllowedSendersList",
        "MCSpamSignature",
        "STARTTLS",
        "McAfee",
        "STOREDRVClientSubmit",
    };
    char low[64];

    (void)state;
    check("[SN1PEPF.prod.outlook.com eSytFusBhkl-oTEha]", "[*.prod.outlook.com *]");
    check("ref qXbYdKrTuWmNaLs- done", "ref * done");
    check("ref qXbYdKrTuW done", "ref qxbydkrtuw done");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = 0;

        for (; words[i][n] != '\0'; n++)
            low[n] = bnc_lower(words[i][n]);
        low[n] = '\0';
        check(words[i], low);
    }
}

static void template__keeps_codes_only_where_they_are_codes(void **state)
{
    (void)state;
    check("550 5.1.1 gone", "550 5.1.1 gone");
    check("smtp;550 5.1.1 gone", "smtp;550 5.1.1 gone");
    check("host mx.example.com[192.0.2.1] said: 450 4.2.0 later",
          "host *[*] said: 450 4.2.0 later");
    check("mailbox has 552 messages", "mailbox has * messages");
    check("Postfix 2.11.0 at 5.7.1.9", "postfix * at *");
    check("(#5.1.1)", "(#5.1.1)");
    check("552 messages in 450 seconds", "552 messages in * seconds");
}

static void template__joins_repeated_line_heads(void **state)
{
    (void)state;
    check("x a1b2 550\x01 5.7.124 y", "x * 550 5.7.124 y");
    check("550-5.7.26 Mail from\r\n550-5.7.26 here is\r\n550 5.7.26 blocked",
          "550 5.7.26 mail from here is blocked");
    check("550-Please turn on SMTP\\r\\n550-authentication\\r\\n550 now",
          "550 please turn on smtp authentication now");
    check("550 550 5.1.1 user unknown (state 14).", "550 5.1.1 user unknown (state *).");
}

static void template__keeps_words_of_the_tables(void **state)
{
    (void)state;
    check("on our block list (S3150).", "on our block list (s3150).");
    check("421 4.7.0 [TSS04] Messages from 192.0.2.25", "421 4.7.0 [tss04] messages from *");
    check("blocked using zen.spamhaus.org", "blocked using zen.spamhaus.org");
    check("[ABC.eurprd06.prod.outlook.com]", "[*.prod.outlook.com]");
    check("OFR006_417 and OFR_417", "ofr_417 and ofr_417");
    check("not RFC 5322 compliant", "not rfc 5322 compliant");
    check("https://support.google.com/mail/?p=NoSuchUser x1y2 - gsmtp",
          "https://support.google.com/mail/?p=nosuchuser * - gsmtp");
    check("550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
          "550 5.1.1 resolver.adr.recipnotfound; not found");
    check("valid sender domain.Fix reverse DNS", "valid sender domain. fix reverse dns");
}

/* Pairs that differ only in what is variable. */
static void template__is_shared_by_texts_that_differ_in_ids(void **state)
{
    static const char *const pairs[][2] = {
        { "550 5.1.1 <a@b.example>: user unknown",
          "550 5.1.1 <someone.else@mail.other.example>: user unknown" },
        { "421 4.7.0 [192.0.2.1 15] try later. f3si1.2 - gsmtp",
          "421 4.7.0 [2001:db8::77 19] try later. 98e67ed59e1d1-2c2d.13 - gsmtp" },
        { "Message from 10.0.0.1 on Mon, 3 Feb 2025 10:00:00 +0000",
          "Message from 10.99.0.1 on Tue, 28 Oct 2025 23:59:59 +0200" },
        { "connect to mx.a.example[192.0.2.1]:25: timed out",
          "connect to mail-7.b.example[198.51.100.9]:2525: timed out" },
        { "quota 1024 of 2048 used", "quota 99 of 100 used" },
        { "id=4XyZ01ab2 done", "id=9 done" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct bnc_span a = bnc_mask_text(&first, bnc_span_str(pairs[i][0]));
        const struct bnc_span b = bnc_mask_text(&second, bnc_span_str(pairs[i][1]));

        if (!bnc_span_eq(a, b))
            fail_msg("\n '%.*s'\n '%.*s'", (int)a.len, a.at, (int)b.len, b.at);
    }
}

static void template__differs_for_different_sentences(void **state)
{
    static const char *const texts[] = {
        "550 5.1.1 user unknown",
        "550 5.2.1 user unknown",
        "551 5.1.1 user unknown",
        "550 5.1.1 user disabled",
        "550 5.1.1 [TSS04] user unknown",
        "550 5.1.1 [TSS05] user unknown",
        "550 user unknown",
        "user unknown",
        "550 5.1.1 user unknown see zen.spamhaus.org",
        "550 5.1.1 user unknown see b.barracudacentral.org",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(bnc_span_eq(bnc_mask_text(&first, bnc_span_str(texts[i])),
                                     bnc_mask_text(&second, bnc_span_str(texts[k]))));
}

/* Random texts made of pieces that matter to the pass, so that tokens, heads and quotes meet in
 * every order. */
static size_t make_text(char *text, size_t cap, unsigned *seed)
{
    static const char *const pieces[] = {
        " ",
        "  ",
        "\t",
        "\r\n",
        "\x01",
        "\x7f",
        "\\n",
        "550",
        "550-",
        "5.7.1",
        "421 4.7.0",
        "a",
        "user",
        "User",
        "unknown",
        ".",
        "..",
        "...",
        ",",
        ":",
        ";",
        "/",
        "-",
        "_",
        "#",
        "@",
        "*",
        "<",
        ">",
        "[",
        "]",
        "(",
        ")",
        "'",
        "\"",
        "192.0.2.1",
        "::1",
        "fe80:",
        "x1y2",
        "example.com",
        "gsmtp",
        "ofr006_417",
        "mwinf5c79",
        "AUP#1020",
        "spamhaus.org",
        "zen.spamhaus.org",
        "S3150",
        "said: ",
        "rfc 5322",
        "Mon",
        "4",
        "Oct",
        "2002",
        "\xc3\xa9",
        "\xff",
        "=",
        "+",
        "http://",
        "page.aspx#errors",
        "Domain.Fix",
        "<a@b>",
        "said",
        "code ",
        "eSytFusBhkl-oTEha",
        "NoSuchUser",
        "_",
        "host.pl",
    };
    const unsigned n = 1 + (unsigned)rand_r(seed) % 40;
    size_t len = 0;

    for (unsigned i = 0; i < n; i++) {
        const char *p = pieces[(unsigned)rand_r(seed) % (sizeof pieces / sizeof pieces[0])];
        const size_t k = strlen(p);

        if (len + k > cap)
            break;
        memcpy(text + len, p, k);
        len += k;
    }
    return len;
}

static void template__is_idempotent(void **state)
{
    unsigned seed = 7;
    char text[1024];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        const size_t len = make_text(text, sizeof text, &seed);
        const struct bnc_span once = bnc_mask_text(&first, bnc_span_from(text, len));
        const struct bnc_span twice = bnc_mask_text(&second, once);

        if (!bnc_span_eq(once, twice))
            fail_msg("\n text '%.*s'\n once '%.*s'\n then '%.*s'", (int)len, text, (int)once.len,
                     once.at, (int)twice.len, twice.at);
    }
}

static void template__is_bounded_on_long_texts(void **state)
{
    const size_t len = 3 * BNC_MASK_MAX_BYTES;
    char *text = malloc(len);
    unsigned seed = 3;

    (void)state;
    assert_non_null(text);
    for (int round = 0; round < 200; round++) {
        for (size_t at = 0; at < len;)
            at += make_text(text + at, len - at < 200 ? len - at : 200, &seed) + (len - at < 2);
        assert_true(bnc_mask_text(&first, bnc_span_from(text, len - (size_t)round)).len <=
                    sizeof first.out);
    }
    free(text);
}

static void assert_bits_equal(const struct bnc_mask_bits *a, const struct bnc_mask_bits *b,
                              size_t len)
{
    const size_t n = (len / 64 + 1) * 8;

    assert_memory_equal(a->token, b->token, n);
    assert_memory_equal(a->hot, b->hot, n);
    for (size_t i = 0; i < len; i++) {
        const uint64_t bit = UINT64_C(1) << i % 64;

        assert_int_equal(a->digit[i / 64] & bit, b->digit[i / 64] & bit);
        assert_int_equal(a->dot[i / 64] & bit, b->dot[i / 64] & bit);
        assert_int_equal(a->mark[i / 64] & bit, b->mark[i / 64] & bit);
        assert_int_equal(a->core[i / 64] & bit, b->core[i / 64] & bit);
    }
}

/* Every kernel this machine has against the reference, at every alignment of the end. */
static void kernels__agree_with_the_reference(void **state)
{
    static const uint32_t sets[] = { 0, BNC_CPU_AVX2, BNC_CPU_AVX2 | BNC_CPU_AVX512, BNC_CPU_NEON };
    static struct bnc_mask_bits bits[2];
    static char low[2][BNC_MASK_MAX_BYTES + 128];
    const uint32_t cpu = bnc_cpu_detect();
    unsigned seed = 11;
    char *text;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        const size_t len = i < 2000 ? (size_t)i % 400 : (size_t)rand_r(&seed) % 1000;

        text = malloc(len + 1); /* so that ASan sees a read beyond the end */
        assert_non_null(text);
        for (size_t k = 0; k < len; k++)
            text[k] = (i & 1) ? (char)rand_r(&seed)
                              : "aZAb09 .@-<\\*_\t~:\xe9"[(unsigned)rand_r(&seed) % 18];
        bnc_mask_scan_generic(text, len, low[0], &bits[0]);
        for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
            if ((sets[s] & cpu) != sets[s])
                continue;
            bnc_mask_kernel_pick(sets[s])->scan(text, len, low[1], &bits[1]);
            assert_memory_equal(low[0], low[1], len);
            assert_bits_equal(&bits[0], &bits[1], len);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(template__hides_variable_parts),
        cmocka_unit_test(template__hides_hosts_no_table_knows),
        cmocka_unit_test(template__hides_ids_of_letters_by_their_case),
        cmocka_unit_test(template__keeps_codes_only_where_they_are_codes),
        cmocka_unit_test(template__joins_repeated_line_heads),
        cmocka_unit_test(template__keeps_words_of_the_tables),
        cmocka_unit_test(template__is_shared_by_texts_that_differ_in_ids),
        cmocka_unit_test(template__differs_for_different_sentences),
        cmocka_unit_test(template__is_idempotent),
        cmocka_unit_test(template__is_bounded_on_long_texts),
        cmocka_unit_test(kernels__agree_with_the_reference),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
