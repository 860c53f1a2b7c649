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

#include "response_kit.h"

#define N_SLOTS ((size_t)1 << 18)

static struct bnc_mask mask, kernels[3]; /* the best of this machine; one of each kind */
static bnc_shape_fn *shapes[3];
static size_t n_kernels;
static struct {
    uint64_t shape;
    char *text, *template;
} seen[N_SLOTS];

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
        struct bnc_shape s;

        bnc_mask_scan(&kernels[i], text);
        shapes[i](&kernels[i], text, &s);
        if (i > 0 && s.fp != shape)
            fail_msg("kernel %zu gives another shape to '%.*s'", i, (int)text.len, text.at);
        shape = s.fp;
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

static void shape__decides_the_template(void **unused)
{
    unsigned long met = 0;

    (void)unused;
    kit_state = 1;
    for (unsigned long round = 0; round < 120000; round++) {
        struct skeleton skeleton;
        char text[6000];

        skeleton_draw(&skeleton);
        for (int fill = 0; fill < 3; fill++) {
            skeleton_fill(&skeleton, text);
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
        { "550 failed [mx.eurprd04.prod.outlook.com 771824-576215 a]",
          "550 failed [mx.eurprd04.prod.outlook.com 68824-83 a]" },
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
