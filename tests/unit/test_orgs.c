/* SPDX-License-Identifier: MIT
 * test_orgs.c - domains by organization, against a plain sort by its name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "detect/judging.h"

enum { MAX_DOMAINS = 400 };

static int by_name(const void *a, const void *b)
{
    const struct bnc_domain *x = a, *y = b;

    return bnc_span_cmp(x->name, y->name);
}

static struct bnc_span org_of(const struct bnc_tally *t, uint32_t domain)
{
    struct bnc_org_memo memo = { .is_suffix = { false } };

    return bnc_org_domain(t->domains[domain].name, &memo);
}

/* Names without doubles, sorted, as a tally has them. */
static size_t sort_names(struct bnc_domain *domains, size_t n)
{
    size_t kept = 0;

    if (n > 0)
        qsort(domains, n, sizeof *domains, by_name);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || !bnc_span_eq(domains[kept - 1].name, domains[i].name))
            domains[kept++] = domains[i];
    return kept;
}

static void check_order(const struct bnc_tally *t, const struct bnc_orgs *o)
{
    for (uint32_t i = 0, begins = 0; i < t->n_domains; i++) {
        const struct bnc_span org = org_of(t, o->order[i]);
        const int c = i == 0 ? -1 : bnc_span_cmp(org_of(t, o->order[i - 1]), org);
        const bool follows = i + 1 < t->n_domains && bnc_span_eq(org, org_of(t, o->order[i + 1]));

        assert_true(c < 0 || (c == 0 && o->order[i - 1] < o->order[i]));
        begins = c < 0 ? i : begins;
        assert_int_equal(o->of[o->order[i]], 2 * begins + (begins < i || follows));
        assert_int_equal(o->cut[o->order[i]], t->domains[o->order[i]].name.len - org.len);
    }
}

static void check(struct bnc_domain *domains, size_t n)
{
    static const struct bnc_detect_options opt;
    const struct bnc_tally t = { .domains = domains, .n_domains = sort_names(domains, n) };
    struct bnc_judging g = { .t = &t, .opt = &opt };

    assert_int_equal(bnc_orgs_make(&g), BNC_OK);
    check_order(&t, &g.orgs);
    bnc_arena_release(&g.scratch);
}

static void orgs__keep_the_domains_of_one_name_together(void **state)
{
    struct bnc_domain d[] = {
        { .name = BNC_SPAN("") },
        { .name = BNC_SPAN("a.example.com") },
        { .name = BNC_SPAN("aa.com") },
        { .name = BNC_SPAN("example.com") },
        { .name = BNC_SPAN("example.com.mail.zz.com") },
        { .name = BNC_SPAN("firm.co.uk") },
        { .name = BNC_SPAN("mail.firm.co.uk") },
        { .name = BNC_SPAN("mail.zz.com") },
        { .name = BNC_SPAN("one.before.aa.com") },
        { .name = BNC_SPAN("z.example.com") },
        { .name = BNC_SPAN("z.nobody-else.com") },
    };

    (void)state;
    check(d, 0);
    check(d, sizeof d / sizeof *d);
}

static void orgs__are_those_of_a_plain_sort(void **state)
{
    static char text[MAX_DOMAINS][32];
    static struct bnc_domain d[MAX_DOMAINS];

    (void)state;
    srand(7);
    for (unsigned run = 0; run < 50; run++) {
        for (unsigned i = 0; i < MAX_DOMAINS; i++) {
            const int len =
                snprintf(text[i], sizeof text[i], "%s%c%c.%s",
                         (const char *const[]){ "", "", "a.", "y.", "k.l." }[rand() % 5],
                         'a' + rand() % 6, 'a' + rand() % (1 + (int)run / 2),
                         (const char *const[]){ "com", "co.uk", "de" }[rand() % 3]);

            d[i] = (struct bnc_domain){ .name = bnc_span_from(text[i], (size_t)len) };
        }
        check(d, MAX_DOMAINS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orgs__keep_the_domains_of_one_name_together),
        cmocka_unit_test(orgs__are_those_of_a_plain_sort),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
