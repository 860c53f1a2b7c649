/* SPDX-License-Identifier: MIT */
#include "aggregate/state.h"
#include "aggregate/state_form.h"
#include "state_kit.h"
#include "tally_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "file_kit.h"

static const char *path_of(unsigned i)
{
    static char path[8][96];

    snprintf(path[i % 8], sizeof path[0], "%s/state%u", folder, i);
    return path[i % 8];
}

/* A part with every n-th event of a world from 'from' on, and a fault. */
static struct bnc_part *fill(struct world *w, unsigned from, unsigned step)
{
    const struct bnc_place place = { from % WORLD_SOURCES, 5 + from, 50 };
    const struct bnc_part_options opt = { .detail = BNC_DETAIL_LISTS,
                                          .classifier = classifier,
                                          .seed = world_random(w, UINT64_MAX) | 1,
                                          .sources = world_sources,
                                          .n_sources = WORLD_SOURCES };
    struct bnc_part *part = bnc_part_create(&opt);

    assert_non_null(part);
    for (unsigned i = from; i < WORLD_EVENTS; i += step) {
        struct bnc_item item = world_item(w, &w->events[i]);

        assert_int_equal(bnc_part_add(part, &item, 1, w->events[i].source), BNC_OK);
    }
    bnc_part_add_other(part, 0);
    assert_int_equal(bnc_part_add_fault(part, BNC_FAULT_BAD_ADDRESS, place), BNC_OK);
    return part;
}

static void save(struct bnc_part *const *parts, size_t n, const char *path)
{
    struct bnc_error err = { 0 };

    assert_int_equal(bnc_state_save(parts, n, path, &err), BNC_OK);
}

static struct bnc_part *load(const char *path)
{
    struct bnc_part *part = NULL;
    struct bnc_error err = { 0 };
    const enum bnc_status status = bnc_state_load(&part, path, classifier, &err);

    if (status != BNC_OK)
        print_error("%s\n", err.text);
    assert_int_equal(status, BNC_OK);
    return part;
}

static char *finish(struct bnc_part **parts, size_t n)
{
    struct bnc_tally *t = NULL;
    struct bnc_error err = { 0 };
    char *text;

    if (bnc_tally_finish(&t, parts, n, NULL, NULL, &err) != BNC_OK)
        print_error("%s\n", err.text);
    assert_non_null(t);
    text = dump_tally(t, true);
    bnc_tally_free(t);
    return text;
}

static void assert_same_file(const char *a, const char *b)
{
    struct bnc_buf x = kit_read(a), y = kit_read(b);

    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.at, y.at, x.len);
    bnc_buf_release(&x);
    bnc_buf_release(&y);
}

/* Any tree of merges gives the bytes, and the tally, of one run over all rows. */
static void state__is_the_same_for_any_tree_of_merges(void **state)
{
    struct world *w = malloc(sizeof *w);

    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct bnc_part *leaf[6], *two[3] = { NULL };
        char *direct, *merged;
        unsigned left = 6;

        world_make(w, seed);
        for (unsigned i = 0; i < 6; i++)
            leaf[i] = fill(w, i, 6);
        direct = finish(leaf, 6);
        save(leaf, 6, path_of(0));
        for (unsigned i = 0; i < 6; i++) {
            save(&leaf[i], 1, path_of(1));
            bnc_part_free(leaf[i]);
            leaf[i] = load(path_of(1));
        }
        while (left > 1) { /* two of them become one, until one is left */
            const unsigned a = (unsigned)world_random(w, left),
                           b = (a + 1 + (unsigned)world_random(w, left - 1)) % left;

            two[0] = leaf[a];
            two[1] = leaf[b];
            save(two, 2, path_of(2));
            bnc_part_free(two[0]);
            bnc_part_free(two[1]);
            leaf[a] = load(path_of(2));
            leaf[b] = leaf[--left];
            if (a == left)
                leaf[b] = leaf[a];
        }
        assert_same_file(path_of(0), path_of(2));
        merged = finish(leaf, 1);
        assert_string_equal(direct, merged);
        save(leaf, 1, path_of(3));
        assert_same_file(path_of(0), path_of(3));
        bnc_part_free(leaf[0]);
        free(direct);
        free(merged);
    }
    free(w);
}

static void state__may_be_saved_after_finish(void **state)
{
    struct world *w = malloc(sizeof *w);
    struct bnc_part *part;

    (void)state;
    world_make(w, 5);
    part = fill(w, 0, 1);
    save(&part, 1, path_of(0));
    free(finish(&part, 1));
    save(&part, 1, path_of(1));
    assert_same_file(path_of(0), path_of(1));
    bnc_part_free(part);
    free(w);
}

static void assert_refused(struct bnc_span bytes)
{
    struct bnc_part *part = NULL;
    struct bnc_error err = { 0 };

    assert_int_equal(bnc_state_parse(&part, bytes, "damaged", classifier, &err), BNC_EDATA);
    assert_null(part);
    assert_int_equal(err.status, BNC_EDATA);
    assert_true(err.byte_off <= bytes.len || err.byte_off == BNC_NO_PLACE);
    assert_string_equal(err.path, "damaged");
}

static struct bnc_buf small_state(void)
{
    struct world *w = malloc(sizeof *w);
    struct bnc_part *part;
    struct bnc_buf bytes;

    world_make(w, 3);
    part = fill(w, 0, 40);
    save(&part, 1, path_of(0));
    bnc_part_free(part);
    free(w);
    bytes = kit_read(path_of(0));
    return bytes;
}

static void state__cut_anywhere_is_an_error(void **state)
{
    struct bnc_buf b = small_state();

    (void)state;
    for (size_t len = 0; len < b.len; len++) {
        char *exact = malloc(len + 1); /* so that a read beyond it shows */

        memcpy(exact, b.at, len);
        exact = realloc(exact, len > 0 ? len : 1);
        assert_refused(bnc_span_from(exact, len));
        free(exact);
    }
    bnc_buf_putc(&b, 'x');
    assert_refused(bnc_buf_span(&b));
    bnc_buf_release(&b);
}

static void state__with_any_bit_flipped_is_an_error(void **state)
{
    struct bnc_buf b = small_state();

    (void)state;
    for (size_t i = 0; i < b.len; i++) {
        b.at[i] ^= (char)(1 << i % 8);
        assert_refused(bnc_buf_span(&b));
        b.at[i] ^= (char)(1 << i % 8);
    }
    bnc_buf_release(&b);
}

static void state__newer_is_an_error_that_says_so(void **state)
{
    struct bnc_buf b = small_state();
    struct bnc_part *part;
    struct bnc_error err = { 0 };

    (void)state;
    b.at[8] = BNC_STATE_VERSION + 1;
    assert_int_equal(bnc_state_parse(&part, bnc_buf_span(&b), "next", classifier, &err), BNC_EDATA);
    assert_non_null(strstr(err.text, "version 3"));
    assert_int_equal(err.byte_off, 8);
    assert_int_equal(bnc_state_load(&part, "/nonexistent/state", classifier, &err), BNC_ENOINPUT);
    bnc_buf_release(&b);
}

static void state__without_lists_is_refused(void **state)
{
    struct bnc_part *part = world_part(BNC_DETAIL_REPORT, 1);
    struct bnc_error err = { 0 };

    (void)state;
    assert_int_equal(bnc_state_save(&part, 1, path_of(0), &err), BNC_EUSAGE);
    bnc_part_free(part);
}

/*
 * Counts beyond 2^32 and 2^53 go through file and tally as they are: a state merged with itself 31
 * times doubles each time.
 */
static void state__keeps_counts_beyond_32_bits(void **state)
{
    struct world *w = malloc(sizeof *w);
    struct bnc_part *parts[2];
    struct bnc_tally *t = NULL;
    uint64_t rows, delivered;

    (void)state;
    world_make(w, 9);
    parts[0] = fill(w, 0, 1);
    assert_int_equal(bnc_tally_finish(&t, parts, 1, NULL, NULL, NULL), BNC_OK);
    rows = t->rows;
    delivered = t->n[BNC_EVENT_DELIVERED] + t->late;
    bnc_tally_free(t);
    for (unsigned i = 0; i < 46; i++) {
        save(parts, 1, path_of(0));
        parts[1] = load(path_of(0));
        save(parts, 2, path_of(1));
        bnc_part_free(parts[0]);
        bnc_part_free(parts[1]);
        parts[0] = load(path_of(1));
    }
    assert_int_equal(bnc_tally_finish(&t, parts, 1, NULL, NULL, NULL), BNC_OK);
    assert_true(t->rows == rows << 46);
    assert_true(t->n[BNC_EVENT_DELIVERED] + t->late == delivered << 46);
    assert_true(t->rows > UINT64_C(1) << 53);
    bnc_tally_free(t);
    bnc_part_free(parts[0]);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state__is_the_same_for_any_tree_of_merges),
        cmocka_unit_test(state__may_be_saved_after_finish),
        cmocka_unit_test(state__cut_anywhere_is_an_error),
        cmocka_unit_test(state__with_any_bit_flipped_is_an_error),
        cmocka_unit_test(state__newer_is_an_error_that_says_so),
        cmocka_unit_test(state__without_lists_is_refused),
        cmocka_unit_test(state__keeps_counts_beyond_32_bits),
    };

    return cmocka_run_group_tests(tests, state_setup, state_teardown);
}
