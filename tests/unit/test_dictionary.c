/* SPDX-License-Identifier: MIT */
#include "aggregate/counts.h"
#include "aggregate/dictionary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void lower__changes_ascii_letters_alone_at_every_length(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 70; len++) {
        char *from = malloc(len + 1), *to = malloc(len + 1);

        for (unsigned shift = 0; shift < 256; shift += 5) {
            for (size_t i = 0; i < len; i++)
                from[i] = (char)(i * 37 + shift);
            memset(to, 0x55, len + 1);
            bnc_lower_copy(to, from, len);
            for (size_t i = 0; i < len; i++)
                assert_int_equal(to[i], bnc_lower(from[i]));
            assert_int_equal(to[len], 0x55);
        }
        free(from);
        free(to);
    }
}

static void hash__of_lower_case_is_that_of_the_lowered_copy(void **state)
{
    char from[80], to[80];

    (void)state;
    for (unsigned shift = 0; shift < 256; shift++)
        for (size_t len = 0; len <= 70; len++) {
            for (size_t i = 0; i < len; i++)
                from[i] = (char)(i * 37 + shift);
            bnc_lower_copy(to, from, len);
            assert_true(bnc_hash_lower(bnc_span_from(from, len)) ==
                        bnc_hash_span(bnc_span_from(to, len)));
        }
}

/* What an owner notes of a name stays with it while the table grows. */
static void names__keep_the_note_of_each(void **state)
{
    struct bnc_names names = { .seed = 3, .rec_bytes = sizeof(struct bnc_name) };
    bool made;

    (void)state;
    for (uint64_t i = 1; i <= 5000; i++) {
        assert_int_equal(bnc_names_get(&names, i << 20, BNC_SPAN("x"), &made), i - 1);
        bnc_names_slot(&names, i << 20)->note = (uint32_t)i * 3;
    }
    for (uint64_t i = 1; i <= 5000; i++)
        assert_int_equal(bnc_names_slot(&names, i << 20)->note, i * 3);
    assert_null(bnc_names_slot(&names, 7));
    bnc_names_release(&names);
}

static void names__give_each_text_one_index(void **state)
{
    struct bnc_names names = { .seed = UINT64_C(0x1234567887654321),
                               .rec_bytes = sizeof(struct bnc_name) };
    char buf[32];
    bool made;

    (void)state;
    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < 50000; i++) {
            struct bnc_span text;

            snprintf(buf, sizeof buf, "name-%u", i);
            text = bnc_span_str(buf);
            assert_int_equal(bnc_names_get(&names, bnc_hash_span(text), text, &made), i);
            assert_int_equal(made, pass == 0);
            assert_true(bnc_span_eq(((struct bnc_name *)bnc_names_at(&names, i))->text, text));
        }
    assert_int_equal(names.n, 50000);
    bnc_names_release(&names);
}

/* Fingerprints that agree in one half are still told apart. */
static void names__tell_equal_halves_apart(void **state)
{
    struct bnc_names names = { .seed = 1, .rec_bytes = sizeof(struct bnc_name) };
    bool made;

    (void)state;
    for (uint64_t i = 0; i < 300; i++)
        assert_int_equal(bnc_names_get(&names, i << 32 | 7, BNC_SPAN("x"), &made), i);
    for (uint64_t i = 0; i < 300; i++)
        assert_int_equal(bnc_names_find(&names, i << 32 | 7), i);
    assert_int_equal(bnc_names_find(&names, 8), UINT32_MAX);
    bnc_names_release(&names);
}

/* Keys that agree in their low or high bits, as crafted ones might, cost no more than others. */
static void counts__spread_keys_that_look_alike(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift <= 40; shift += 8) {
        struct bnc_counts counts = { .seed = UINT64_C(0x5851f42d4c957f2d) };
        size_t longest = 0;

        for (uint64_t i = 0; i < 20000; i++) {
            assert_true(bnc_counts_reserve(&counts, 1));
            bnc_count_event(bnc_counts_get(&counts, i << shift), 1);
        }
        assert_int_equal(counts.n, 20000);
        for (uint64_t i = 0; i < 20000; i++) {
            const size_t mask = ((size_t)1 << counts.log2) - 1,
                         home = bnc_counts_at(&counts, i << shift);
            const size_t away =
                ((size_t)(bnc_counts_get(&counts, i << shift) - counts.slot) - home) & mask;

            longest = away > longest ? away : longest;
            assert_int_equal(bnc_counts_get(&counts, i << shift)->n, 1);
        }
        assert_true(longest < 100);
        bnc_counts_release(&counts);
    }
}

static void counts__compact_sorts_and_adds_up(void **state)
{
    struct bnc_count at[1000];
    size_t n = 1000;

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        at[i] = (struct bnc_count){ .key = (uint64_t)(i * 37 % 100) << 33,
                                    .n = UINT64_C(1) << 40,
                                    .first = 1000 - i,
                                    .last = i,
                                    .days = UINT64_C(1) << i % 64 };
    assert_true(bnc_counts_compact(at, &n));
    assert_int_equal(n, 100);
    for (uint64_t i = 0; i < 100; i++) {
        assert_true(at[i].key == i << 33 && at[i].n == UINT64_C(10) << 40);
        assert_true(at[i].first <= 100 && at[i].last >= 900);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lower__changes_ascii_letters_alone_at_every_length),
        cmocka_unit_test(hash__of_lower_case_is_that_of_the_lowered_copy),
        cmocka_unit_test(names__keep_the_note_of_each),
        cmocka_unit_test(names__give_each_text_one_index),
        cmocka_unit_test(names__tell_equal_halves_apart),
        cmocka_unit_test(counts__spread_keys_that_look_alike),
        cmocka_unit_test(counts__compact_sorts_and_adds_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
