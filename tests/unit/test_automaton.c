/* SPDX-License-Identifier: MIT
 * test_automaton.c - the automaton against the plainest search, and perfect hashes against a list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/automaton.h"
#include "classify/phash.h"

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Every pattern at every place where it may begin, in order of ends, longer ones first. */
static size_t find_plainly(const struct bnc_span *patterns, size_t n, struct bnc_span text,
                           struct bnc_hit *hits)
{
    size_t found = 0;

    for (size_t end = 1; end <= text.len; end++)
        for (size_t start = 0; start < end; start++) {
            if (is_alnum(text.at[start]) && start > 0 && is_alnum(text.at[start - 1]) &&
                (unsigned char)text.at[start] < 0x80)
                continue;
            for (size_t k = 0; k < n; k++)
                if (bnc_span_eq(patterns[k], bnc_span_from(text.at + start, end - start)))
                    hits[found++] = (struct bnc_hit){ (uint32_t)k, (uint16_t)start, (uint16_t)end };
        }
    return found;
}

static size_t random_text(char *at, size_t max, unsigned *seed)
{
    const size_t len = 1 + (unsigned)rand_r(seed) % max;

    for (size_t i = 0; i < len; i++)
        at[i] = "ab a.\xe3"[(unsigned)rand_r(seed) % 6];
    return len;
}

static void automaton__finds_what_a_plain_search_finds(void **state)
{
    static char store[40][16], text[200];
    static struct bnc_hit want[20000], have[20000];
    struct bnc_span patterns[40];
    unsigned seed = 5;

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct bnc_ac ac;
        size_t n = 0;

        for (int i = 0; i < 40; i++) {
            const struct bnc_span p = { store[n], random_text(store[n], 6, &seed) };
            size_t k = 0;

            while (k < n && !bnc_span_eq(patterns[k], p))
                k++;
            if (k == n)
                patterns[n++] = p;
        }
        assert_true(bnc_ac_build(&ac, patterns, n));
        for (int t = 0; t < 20; t++) {
            const struct bnc_span s = { text, random_text(text, sizeof text, &seed) };
            const size_t expected = find_plainly(patterns, n, s, want),
                         found = bnc_ac_find(&ac, s, have, 20000);

            assert_int_equal(found, expected);
            assert_memory_equal(have, want, found * sizeof *have);
            assert_int_equal(bnc_ac_find(&ac, s, have, 3), expected < 3 ? expected : 3);
        }
        bnc_ac_release(&ac);
    }
}

static void automaton__of_nothing_finds_nothing(void **state)
{
    struct bnc_ac ac = { 0 };
    struct bnc_hit hit;

    (void)state;
    assert_int_equal(bnc_ac_find(&ac, BNC_SPAN("abc"), &hit, 1), 0);
    assert_true(bnc_ac_build(&ac, NULL, 0));
    assert_int_equal(bnc_ac_find(&ac, BNC_SPAN("abc"), &hit, 1), 0);
    bnc_ac_release(&ac);
}

static void phash__holds_every_key_and_no_other(void **state)
{
    enum { N = 20000 };
    uint64_t *keys = malloc(N * sizeof *keys);
    uint32_t *values = malloc(N * sizeof *values);
    struct bnc_phash h;
    size_t duplicate;

    (void)state;
    assert_true(keys != NULL && values != NULL);
    for (uint32_t n = 1; n <= N; n = n * 3 + 1) {
        for (uint32_t i = 0; i < n; i++) {
            keys[i] = bnc_phash_key(i * UINT64_C(7919));
            values[i] = i;
        }
        assert_true(bnc_phash_build(&h, keys, values, n, &duplicate));
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(bnc_phash_get(&h, keys[i]), i);
            assert_int_equal(bnc_phash_get(&h, keys[i] ^ 1), BNC_PHASH_NONE);
        }
        bnc_phash_release(&h);
    }
    keys[7] = keys[3];
    assert_false(bnc_phash_build(&h, keys, values, 10, &duplicate));
    assert_true(duplicate == 7 || duplicate == 3);
    assert_int_equal(bnc_phash_get(&h, keys[0]), BNC_PHASH_NONE);
    free(keys);
    free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(automaton__finds_what_a_plain_search_finds),
        cmocka_unit_test(automaton__of_nothing_finds_nothing),
        cmocka_unit_test(phash__holds_every_key_and_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
