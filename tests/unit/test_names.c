/* SPDX-License-Identifier: MIT
 * test_names.c - misspelt domains and role addresses: every row of both tables, every slip, and
 * near misses.  Run from the root of the tree: it reads src/tables/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "file_kit.h"
#include "tables/names.h"

enum { MAX_BYTES = 32 };

static struct bnc_table targets, roles;

static int setup(void **state)
{
    (void)state;
    targets = kit_table("src/tables/typo_targets.csv");
    roles = kit_table("src/tables/role_addresses.csv");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bnc_table_release(&targets);
    bnc_table_release(&roles);
    return 0;
}

static struct bnc_span target(size_t i)
{
    return bnc_table_cell(&targets, i, bnc_table_col(&targets, "domain"));
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, substitutions and swaps of neighbours between two names. */
static unsigned distance(struct bnc_span a, struct bnc_span b)
{
    unsigned d[MAX_BYTES + 1][MAX_BYTES + 1];

    for (unsigned i = 0; i <= a.len; i++)
        for (unsigned k = 0; k <= b.len; k++) {
            if (i == 0 || k == 0) {
                d[i][k] = i + k;
                continue;
            }
            d[i][k] = least(d[i - 1][k], d[i][k - 1]) + 1;
            d[i][k] = least(d[i][k], d[i - 1][k - 1] + (a.at[i - 1] != b.at[k - 1]));
            if (i > 1 && k > 1 && a.at[i - 1] == b.at[k - 2] && a.at[i - 2] == b.at[k - 1])
                d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
        }
    return d[a.len][b.len];
}

static struct bnc_span label(struct bnc_span s)
{
    const char *const dot = memchr(s.at, '.', s.len);

    return bnc_span_from(s.at, dot == NULL ? s.len : (size_t)(dot - s.at));
}

/* What bnc_typo_of() has to say, by the definition of a slip: asked of every target. */
static struct bnc_span expected(struct bnc_span name)
{
    struct bnc_span found = BNC_SPAN("");

    for (size_t i = 0; i < targets.n_rows; i++) {
        const struct bnc_span t = target(i);

        if (bnc_span_eq(t, name))
            return BNC_SPAN("");
        if (found.len == 0 && t.len <= name.len + 1 && name.len <= t.len + 1 &&
            distance(name, t) == 1 && (label(t).len >= 5 || bnc_span_eq(label(t), label(name))))
            found = t;
    }
    return found;
}

static void check(const char *bytes, size_t len)
{
    const struct bnc_span name = bnc_span_from(bytes, len), want = expected(name);
    const char *const got = bnc_typo_of(name);

    if (!bnc_span_eq(want, bnc_span_str(got == NULL ? "" : got)))
        fail_msg("%.*s: %s, not '%.*s'", (int)len, bytes, got == NULL ? "nothing" : got,
                 (int)want.len, want.at);
}

/* All that one slip at byte 'i' of 't' makes of it. */
static void check_slips(struct bnc_span t, size_t i)
{
    char v[MAX_BYTES + 1];

    for (const char *c = "aeglmo.x-"; *c != '\0'; c++) {
        memcpy(v, t.at, i);
        v[i] = *c;
        memcpy(v + i + 1, t.at + i, t.len - i);
        check(v, t.len + 1); /* one too many */
        if (i < t.len)
            memcpy(v + i + 1, t.at + i + 1, t.len - i - 1);
        check(v, t.len); /* another; behind the last byte: one too many again */
    }
    memcpy(v, t.at, t.len);
    memmove(v + i, v + i + 1, i < t.len ? t.len - i - 1 : 0);
    check(v, t.len - 1);
    memcpy(v, t.at, t.len);
    if (i + 1 < t.len) {
        v[i] = t.at[i + 1];
        v[i + 1] = t.at[i];
        check(v, t.len);
        v[0] = '0';
        check(v, t.len); /* two slips, nearly always */
    }
}

static void typo__is_any_slip_from_any_target(void **state)
{
    (void)state;
    for (size_t t = 0; t < targets.n_rows; t++) {
        check(target(t).at, target(t).len);
        for (size_t i = 0; i <= target(t).len; i++)
            check_slips(target(t), i);
    }
}

static void typo__is_one_slip_away(void **state)
{
    (void)state;
    assert_string_equal(bnc_typo_of(BNC_SPAN("gmial.com")), "gmail.com");
    assert_string_equal(bnc_typo_of(BNC_SPAN("gmail.con")), "gmail.com");
    assert_string_equal(bnc_typo_of(BNC_SPAN("gmaill.com")), "gmail.com");
    assert_string_equal(bnc_typo_of(BNC_SPAN("yaho.com")), "yahoo.com");
    assert_string_equal(bnc_typo_of(BNC_SPAN("aol.con")), "aol.com");
    assert_null(bnc_typo_of(BNC_SPAN("gmail.com")));
    assert_null(bnc_typo_of(BNC_SPAN("abl.com"))); /* short names have many neighbours */
    assert_null(bnc_typo_of(BNC_SPAN("mail.example")));
    assert_null(bnc_typo_of(BNC_SPAN("m.co")));
    assert_null(bnc_typo_of(BNC_SPAN("a-name-that-is-longer-than-any-target.example")));
    assert_null(bnc_typo_of(BNC_SPAN("")));
}

static void role__is_every_row_and_no_longer_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < roles.n_rows; i++) {
        const struct bnc_span local = bnc_table_cell(&roles, i, bnc_table_col(&roles, "local"));
        const bool never = bnc_table_cell(&roles, i, bnc_table_col(&roles, "never")).at[0] == '1';
        char longer[MAX_BYTES + 1];

        assert_non_null(bnc_role_of(local));
        assert_int_equal(bnc_role_of(local)->never, never);
        memcpy(longer, local.at, local.len);
        longer[local.len] = 'z';
        assert_null(bnc_role_of(bnc_span_from(longer, local.len + 1)));
    }
}

static void role__is_known_with_its_tag(void **state)
{
    (void)state;
    assert_true(bnc_role_of(BNC_SPAN("Abuse"))->never);
    assert_false(bnc_role_of(BNC_SPAN("info+shop"))->never);
    assert_null(bnc_role_of(BNC_SPAN("informatik")));
    assert_null(bnc_role_of(BNC_SPAN("i+nfo")));
    assert_null(bnc_role_of(BNC_SPAN("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typo__is_any_slip_from_any_target),
        cmocka_unit_test(typo__is_one_slip_away),
        cmocka_unit_test(role__is_every_row_and_no_longer_name),
        cmocka_unit_test(role__is_known_with_its_tag),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
