/* SPDX-License-Identifier: MIT
 * test_orgdomain.c - whose domain it is, and that remembering answers changes none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "detect/judging.h"

static const char *const names[] = {
    "example",
    "firm.example",
    "mail.firm.example",
    "a.mail.firm.example",
    "firm.co.uk",
    "mail.firm.co.uk",
    "co.uk",
    "firm.com.au",
    "shop.firm.com.au",
    "a.b.c.d.e.example",
    "x.compute.example",
    "forgot.his.name",
    "www.ck",
    "a.www.ck",
    "b.c.ck",
    "city.kawasaki.jp",
    "a.b.kawasaki.jp",
    "c.kawasaki.jp",
    "me.github.io",
    "a.me.github.io",
    "..",
    "a..b",
    ".a.b",
    "a.b.",
};
#define N_NAMES (sizeof names / sizeof names[0])

static void org__is_the_part_that_was_registered(void **state)
{
    static const char *const want[][2] = { { "a.b.example.com", "example.com" },
                                           { "example.com", "example.com" },
                                           { "", "" },

                                           { "firm.example", "firm.example" },
                                           { "mail.firm.example", "firm.example" },
                                           { "a.mail.firm.example", "firm.example" },
                                           { "firm.co.uk", "firm.co.uk" },
                                           { "mail.firm.co.uk", "firm.co.uk" },
                                           { "shop.firm.com.au", "firm.com.au" } };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct bnc_org_memo memo = { .is_suffix = { false } };

        assert_true(
            bnc_span_eq(bnc_org_domain(bnc_span_str(want[i][0]), &memo), bnc_span_str(want[i][1])));
    }
}

static void memo__changes_no_answer(void **state)
{
    struct bnc_org_memo kept = { .is_suffix = { false } };

    (void)state;
    for (size_t i = 0; i < 3 * N_NAMES; i++) {
        const struct bnc_span name = bnc_span_str(names[i * 7 % N_NAMES]);
        struct bnc_org_memo fresh = { .is_suffix = { false } };
        const struct bnc_span a = bnc_org_domain(name, &kept), b = bnc_org_domain(name, &fresh);

        assert_ptr_equal(a.at, b.at);
        assert_int_equal(a.len, b.len);
        assert_ptr_equal(a.at + a.len, name.at + name.len); /* the end of the name */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(org__is_the_part_that_was_registered),
        cmocka_unit_test(memo__changes_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
