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

static struct bnc_span numbered(char buf[32], uint64_t i)
{
    snprintf(buf, 32, "name-%llu", (unsigned long long)i);
    return bnc_span_str(buf);
}

/* The key of a text is the same alone and at the end of a longer one, whatever stands before it. */
static void hash__key_is_that_of_the_bytes_alone(void **state)
{
    char bytes[100];

    (void)state;
    for (unsigned shift = 0; shift < 256; shift += 3)
        for (size_t len = 1; len <= 40; len++) {
            const struct bnc_span in = bnc_span_from(bytes + 100 - len, len);
            char *alone = malloc(len);
            uint64_t key;

            for (size_t i = 0; i < sizeof bytes; i++)
                bytes[i] = (char)(i * 37 + shift);
            memcpy(alone, in.at, len);
            key = bnc_hash_key(bnc_span_from(alone, len), 77);
            assert_true(bnc_hash_key(in, 77) == key);
            assert_true(bnc_hash_key_at_end(in, 77) == key);
            assert_true(bnc_hash_key_at_end(in, 79) != key);
            assert_true(bnc_hash_key_at_end(bnc_span_from(in.at - 1, len + 1), 77) != key);
            free(alone);
        }
}

/* Texts that begin and end alike, of another length or with a NUL more, have other keys. */
static void hash__key_tells_short_texts_apart(void **state)
{
    static const struct bnc_span texts[] = {
        BNC_SPAN(""), BNC_SPAN("\0"), BNC_SPAN("\0\0"), BNC_SPAN("a"), BNC_SPAN("a\0"),
        BNC_SPAN("aa"), BNC_SPAN("aaaaaaa"), BNC_SPAN("aaaaaaaa"), BNC_SPAN("aaaaaaaaa"),
        BNC_SPAN("aaaaaaaaaaaaaaaa"), BNC_SPAN("aaaaaaaaaaaaaaaaa"), BNC_SPAN("A"),
    };
    const size_t n = sizeof texts / sizeof texts[0];

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            assert_int_equal(bnc_hash_key(texts[i], 5) == bnc_hash_key(texts[k], 5), i == k);
}

/* What an owner notes of a name stays with it while the table grows. */
static void names__keep_the_note_of_each(void **state)
{
    struct bnc_names names = { .seed = 3, .rec_bytes = sizeof(struct bnc_name) };
    char buf[32];
    bool made;

    (void)state;
    for (uint64_t i = 1; i <= 5000; i++) {
        const struct bnc_span text = numbered(buf, i);

        assert_int_equal(bnc_names_get(&names, text, &made), i - 1);
        bnc_names_slot(&names, bnc_names_key(&names, text))->note = (uint32_t)i * 3;
    }
    for (uint64_t i = 1; i <= 5000; i++)
        assert_int_equal(
            bnc_names_slot(&names, bnc_names_key(&names, numbered(buf, i)))->note, i * 3);
    assert_null(bnc_names_slot(&names, 7));
    bnc_names_release(&names);
}

/* Other spellings lead to a name, but not so many that they fill the memory. */
static void names__take_some_more_keys(void **state)
{
    struct bnc_names names = { .seed = 3, .rec_bytes = sizeof(struct bnc_name) };
    struct bnc_name_slot slot;
    char buf[32];
    bool made;

    (void)state;
    for (uint64_t i = 0; i < 100; i++)
        assert_int_equal(bnc_names_get(&names, numbered(buf, i), &made), i);
    slot = *bnc_names_slot(&names, bnc_names_key(&names, numbered(buf, 42)));
    slot.note = 9;
    for (uint64_t key = 1; key <= 100000; key++)
        bnc_names_add_key(&names, key << 40, slot);
    for (uint64_t key = 1; key <= 1000; key++) {
        assert_int_equal(bnc_names_slot(&names, key << 40)->index, 43);
        assert_int_equal(bnc_names_slot(&names, key << 40)->note, 9);
    }
    assert_null(bnc_names_slot(&names, UINT64_C(100000) << 40));
    assert_int_equal(names.n, 100);
    assert_true(names.log2 <= 12);
    bnc_names_release(&names);
}

static void give_each_one_index(bool frugal)
{
    struct bnc_names names = { .seed = UINT64_C(0x1234567887654321),
                               .rec_bytes = sizeof(struct bnc_name),
                               .frugal = frugal };
    char buf[32];
    bool made;

    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < 50000; i++) {
            struct bnc_span text;

            snprintf(buf, sizeof buf, "name-%u", i);
            text = bnc_span_str(buf);
            assert_int_equal(bnc_names_get(&names, text, &made), i);
            assert_int_equal(made, pass == 0);
            assert_true(bnc_span_eq(((struct bnc_name *)bnc_names_at(&names, i))->text, text));
            assert_true(((struct bnc_name *)bnc_names_at(&names, i))->fp == bnc_hash_span(text));
        }
    assert_int_equal(names.n, 50000);
    assert_int_equal(names.n_chunks, frugal ? 49 : 80); /* of 1,024; beyond 16 by 32 */
    bnc_names_release(&names);
    assert_int_equal(names.frugal, frugal);
}

static void names__give_each_text_one_index(void **state)
{
    (void)state;
    give_each_one_index(false);
    give_each_one_index(true);
}

/* Keys that agree in their low or high bits, as crafted ones might, cost no more than others. */
/* Many are taken in larger pieces than the first ones. */
static void names__give_records_that_stay_and_begin_as_zeros(void **state)
{
    enum { N = 60000 };
    struct record {
        struct bnc_name name;
        char rest[40];
    };
    struct bnc_names names = { .seed = UINT64_C(0x1234567887654321),
                               .rec_bytes = sizeof(struct record) };
    static const char zeros[sizeof((struct record *)0)->rest];
    struct record **at = calloc(N, sizeof *at);

    (void)state;
    assert_non_null(at);
    for (uint64_t i = 0; i < N; i++) {
        assert_int_equal(bnc_names_make(&names, i + 1, BNC_SPAN("a")), i);
        at[i] = bnc_names_at(&names, (uint32_t)i);
        assert_int_equal((uintptr_t)at[i] % sizeof(struct record), 0);
        assert_memory_equal(at[i]->rest, zeros, sizeof zeros);
        memset(at[i]->rest, (int)i % 255 + 1, sizeof zeros);
    }
    for (uint32_t i = 0; i < N; i++) {
        assert_ptr_equal(bnc_names_at(&names, i), at[i]);
        assert_int_equal((unsigned char)at[i]->rest[39], i % 255 + 1);
    }
    free(at);
    bnc_names_release(&names);
}

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
        cmocka_unit_test(names__give_records_that_stay_and_begin_as_zeros),
        cmocka_unit_test(names__take_some_more_keys),
        cmocka_unit_test(hash__key_is_that_of_the_bytes_alone),
        cmocka_unit_test(hash__key_tells_short_texts_apart),
        cmocka_unit_test(counts__spread_keys_that_look_alike),
        cmocka_unit_test(counts__compact_sorts_and_adds_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
