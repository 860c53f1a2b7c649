/* SPDX-License-Identifier: MIT
 * test_shape.c - equal shapes have equal templates: shape.c held against mask.c on texts made to
 * tell them apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/shape.h"
#include "util/cpu.h"

#define N_SLOTS ((size_t)1 << 18)

static struct bnc_mask mask, kernels[3]; /* the best of this machine; one of each kind */
static bnc_shape_fn *shapes[3];
static size_t n_kernels;
static struct {
    uint64_t shape;
    char *text, *template;
} seen[N_SLOTS];
static uint64_t state;

static uint64_t below(uint64_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (state >> 33) % n;
}

static int setup(void **unused)
{
    static const uint32_t sets[] = { 0, BNC_CPU_AVX2, BNC_CPU_AVX2 | BNC_CPU_AVX512 };
    const uint32_t cpu = bnc_cpu_detect();

    (void)unused;
    bnc_mask_init(&mask, NULL, cpu);
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if ((sets[i] & cpu) == sets[i]) {
            shapes[n_kernels] = bnc_shape_pick(sets[i]);
            bnc_mask_init(&kernels[n_kernels++], NULL, sets[i]);
        }
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < N_SLOTS; i++) {
        free(seen[i].text);
        free(seen[i].template);
    }
    return 0;
}

/* Of all kernels, which must agree. */
static uint64_t shape_of(struct bnc_span text)
{
    uint64_t shape = 0;

    for (size_t i = 0; i < n_kernels; i++) {
        uint64_t s;

        bnc_mask_scan(&kernels[i], text);
        s = shapes[i](&kernels[i], text);
        if (i > 0 && s != shape)
            fail_msg("kernel %zu gives another shape to '%.*s'", i, (int)text.len, text.at);
        shape = s;
    }
    return shape;
}

/* The text's template must be that of every earlier text of its shape; true if there was one. */
static bool hold(const char *text)
{
    const struct bnc_span t = bnc_span_str(text);
    const uint64_t shape = shape_of(t);
    struct bnc_span got;
    size_t k;

    got = bnc_mask_text(&mask, t);
    if (shape == 0)
        return false;
    for (k = shape % N_SLOTS; seen[k].shape != 0 && seen[k].shape != shape; k = (k + 1) % N_SLOTS)
        ;
    if (seen[k].shape == 0) {
        seen[k].shape = shape;
        seen[k].text = strdup(text);
        seen[k].template = strndup(got.at, got.len);
        return false;
    }
    if (!bnc_span_eq(got, bnc_span_str(seen[k].template)))
        fail_msg("\n text     '%s'\n template '%.*s'\n text     '%s'\n template '%s'", text,
                 (int)got.len, got.at, seen[k].text, seen[k].template);
    return true;
}

static char *put_any(char *p, const char *digits, size_t n_digits, size_t len)
{
    while (len-- > 0)
        *p++ = digits[below(n_digits)];
    return p;
}

#define ANY(p, alphabet, len) put_any(p, alphabet, sizeof alphabet - 1, len)

/* A piece of a response; 'skeleton' picks which, the generator's state how it is filled. */
static char *put_piece(char *p, unsigned skeleton)
{
    static const char *const fixed[] = {
        "550 5.1.1 ",
        "550-5.7.1 ",
        "smtp;421 ",
        "rfc ",
        "section ",
        "level ",
        "err/",
        "oct ",
        "on mon, ",
        "said: 450 4.2.0 ",
        "(#5.1.1)",
        "version ",
        "user ",
        "<",
        "> ",
        ": ",
        ":",
        "::",
        "/",
        "=",
        "-",
        "(state 14) ",
        "S3150 ",
        "[TSS04] ",
        "mwinf5",
        "ofr006_",
        "aup#",
        ".prod.outlook.com ",
        ".spamhaus.org ",
        ".example ",
        "domain.Fix ",
        "domain.fix ",
        "..",
        "\"",
        "' ",
        ", ",
        "; ",
        "\\n",
        "\\",
        "error code ",
        "status ",
        "*",
        "#",
        "@",
        "to ",
        "  ",
        "postfix ",
        "GMT ",
        "utc",
        "page.html#",
        "id=",
        "+",
        "x/page.pl ",
        "//host.pl ",
        "InfoDomainNonexistent ",
        "zen.spamhaus.org ",
        "Mail.Box ",
        "_",
        "rfc822",
        "<a.b",
    };
    const size_t n_fixed = sizeof fixed / sizeof fixed[0];

    if (skeleton < n_fixed)
        return p + sprintf(p, "%s", fixed[skeleton]);
    switch ((skeleton - n_fixed) % 14) {
    case 0:
        return p + sprintf(p, "%u", (unsigned)below(1000000));
    case 1:
        return p + sprintf(p, "%u.%u.%u.%u", (unsigned)below(256), (unsigned)below(256),
                           (unsigned)below(256), (unsigned)below(256));
    case 2:
        return ANY(p, "0123456789abcdef", 5 + below(30));
    case 3:
        return ANY(p, "0123456789ABCDEFabcdefghijklmnopqrstuvwxyzXYZ_", 8 + below(20));
    case 4:
        p = ANY(p, "abcdefgh.19", 1 + below(12));
        *p++ = '@';
        return ANY(p, "abcdef.12-", 3 + below(14));
    case 5:
        p = ANY(p, "0123456789abcdef", 13);
        *p++ = '-';
        p = ANY(p, "0123456789abcdefsi", 20);
        *p++ = '.';
        return ANY(p, "0123456789", 2);
    case 6:
        return p + sprintf(p, "20%02u-%02u-%02u", (unsigned)below(30), 1 + (unsigned)below(12),
                           1 + (unsigned)below(31));
    case 7:
        return p + sprintf(p, "%02u:%02u:%02u", (unsigned)below(24), (unsigned)below(60),
                           (unsigned)below(60));
    case 8:
        p = ANY(p, "abcdefgXYZ0123456789-", 1 + below(12));
        return p + sprintf(p, ".eurprd04.prod.outlook.com");
    case 9:
        p = ANY(p, "245", 1);
        p = ANY(p, "0123456789", 2);
        return ANY(p, "-abc0123456789.", below(8));
    case 10:
        return ANY(p, "aBcDeFgHiJkLmNoPqRsTuVwXyZ-_AEIOU", 10 + below(14));
    case 11:
        p = ANY(p, "abcdefgh-", 1 + below(9));
        *p++ = '.';
        return ANY(p, "abcXYcomplyd", 2 + below(3));
    case 12:
        *p++ = '<';
        p = ANY(p, "abcdef19=", 1 + below(340));
        *p++ = '@';
        p = ANY(p, "abcdef", 3);
        *p++ = '>';
        return p;
    default:
        p = ANY(p, "abcdefgh19-", 1 + below(9));
        *p++ = '.';
        p = ANY(p, "abcXYZ19", 1 + below(6));
        *p++ = '.';
        return ANY(p, "comnet1", 3);
    }
}

#define N_PIECES 120u

static void shape__decides_the_template(void **unused)
{
    unsigned long met = 0;

    (void)unused;
    state = 1;
    for (unsigned long round = 0; round < 120000; round++) {
        unsigned skeleton[14];
        const size_t n = 2 + below(12);
        char text[6000];

        for (size_t i = 0; i < n; i++)
            skeleton[i] = (unsigned)below(N_PIECES);
        for (int fill = 0; fill < 3; fill++) {
            char *p = text;

            for (size_t i = 0; i < n; i++) {
                p = put_piece(p, skeleton[i]);
                if (skeleton[i] % 3 == 0)
                    *p++ = ' ';
            }
            *p = '\0';
            met += hold(text);
        }
        if (round % 20000 == 19999) { /* the table stays half empty */
            teardown(NULL);
            memset(seen, 0, sizeof seen);
        }
    }
    print_message("%lu texts met their shape again\n", met);
    assert_true(met > 20000); /* else the test tests nothing */
}

static void shape__is_shared_by_what_differs_in_ids_only(void **unused)
{
    static const char *const pairs[][2] = {
        { "550 5.1.1 <jane@example.com>: unknown", "550 5.1.1 <john.d@example.net>: unknown" },
        { "421 4.7.0 try later 98e67ed59e1d1-2c2d0e28189si6418580a91.13 - gsmtp",
          "421 4.7.0 try later 10b1c2d3e4f50-1a2b3c4d5e6si1000001qkd.7 - gsmtp" },
        { "554 blocked [198.51.100.7] at 2026-10-31 23:59:59",
          "554 blocked [192.0.2.201] at 2026-01-02 03:04:05" },
        { "451 [AM0EUR02FT051.eop-EUR02.prod.protection.outlook.com 1234567]",
          "451 [AB5EUR01FT007.eop-EUR02.prod.protection.outlook.com 9912]" },
        { "552 queued as 9278D0857B595", "552 queued as 9A14E50BB26" },
        { "554 dns domain trading.pl does not exist", "554 dns domain example.com does not exist" },
        { "450 connect to mx1.example.org[198.51.100.7]:25 failed",
          "450 connect to mail.example.co.uk[192.0.2.9]:25 failed" },
        { "451 busy [AM0EUR02FT051.eop-EUR02.prod.protection.outlook.com eSytFusBhkl-oTEha]",
          "451 busy [AB5EUR01FT007.eop-EUR02.prod.protection.outlook.com qXbYdKrTuWmNaLs]" },
    };

    (void)unused;
    teardown(NULL);
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        hold(pairs[i][0]);
        if (!hold(pairs[i][1]))
            fail_msg("'%s' has another shape than '%s'", pairs[i][1], pairs[i][0]);
    }
}

static void shape__differs_where_the_template_does(void **unused)
{
    static const char *const texts[] = { "550 5.1.1 no", "550 5.1.2 no",  "451 5.1.1 no",
                                         "550 S3150 no", "550 S3140 no",  "see rfc 5322",
                                         "see rfc 5321", "[TSS04] later", "[TSS09] later",
                                         "a@b.example",  "a@b.example c", "page.aspx#1" };

    (void)unused;
    teardown(NULL);
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(hold(texts[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shape__decides_the_template),
        cmocka_unit_test(shape__is_shared_by_what_differs_in_ids_only),
        cmocka_unit_test(shape__differs_where_the_template_does),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
