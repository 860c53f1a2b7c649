/* SPDX-License-Identifier: MIT */
#include "tally_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The tally of a world whose events are dealt to 'n_parts' parts in random order and batches. */
static struct bnc_tally *deal(struct world *w, unsigned n_parts, enum bnc_detail detail)
{
    struct bnc_part *parts[8] = { NULL };
    unsigned order[WORLD_EVENTS];
    struct bnc_tally *t = NULL;

    for (unsigned p = 0; p < n_parts; p++)
        assert_non_null(parts[p] = world_part(detail, world_random(w, UINT64_MAX)));
    for (unsigned i = 0; i < WORLD_EVENTS; i++) {
        const unsigned j = (unsigned)world_random(w, i + 1);

        order[i] = order[j];
        order[j] = i;
    }
    for (unsigned i = 0; i < WORLD_EVENTS; i++) {
        struct bnc_item item = world_item(w, &w->events[order[i]]);

        assert_int_equal(bnc_part_add(parts[world_random(w, n_parts)], &item, 1, w->events[order[i]].source), BNC_OK);
    }
    for (unsigned p = 0; p < n_parts; p++) {
        const struct bnc_place place = { p % WORLD_SOURCES, 5, 50 };

        if (p == 0) {
            bnc_part_add_other(parts[p], 0);
            bnc_part_add_filtered(parts[p], 2);
            bnc_part_add_extra(parts[p], 1);
            bnc_part_add_duplicate(parts[p], 0);
            assert_int_equal(bnc_part_add_fault(parts[p], BNC_FAULT_BAD_TIME, place), BNC_OK);
        }
    }
    assert_int_equal(bnc_tally_finish(&t, parts, n_parts, NULL, NULL, NULL), BNC_OK);
    for (unsigned p = 0; p < n_parts; p++)
        bnc_part_free(parts[p]);
    return t;
}

static void tally__does_not_show_how_rows_were_split(void **state)
{
    struct world *w = malloc(sizeof *w);

    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++)
        for (int detail = BNC_DETAIL_REPORT; detail <= BNC_DETAIL_LISTS; detail++) {
            char *first = NULL;

            world_make(w, seed);
            for (unsigned n_parts = 1; n_parts <= 7; n_parts++) {
                struct bnc_tally *t = deal(w, n_parts, (enum bnc_detail)detail);
                char *text = dump_tally(t, true);

                bnc_tally_free(t);
                if (first != NULL)
                    assert_string_equal(text, first);
                else
                    first = strdup(text);
                free(text);
            }
            free(first);
        }
    free(w);
}

static void tally__is_the_same_with_lists_kept(void **state)
{
    struct world *w = malloc(sizeof *w);

    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct bnc_tally *t;
        char *report, *lists;

        world_make(w, seed);
        t = deal(w, 2, BNC_DETAIL_REPORT);
        report = dump_tally(t, false);
        assert_int_equal(t->n_addresses, 0);
        bnc_tally_free(t);
        t = deal(w, 3, BNC_DETAIL_LISTS);
        lists = dump_tally(t, false);
        assert_true(t->n_addresses > 10);
        bnc_tally_free(t);
        assert_string_equal(report, lists);
        free(report);
        free(lists);
    }
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tally__does_not_show_how_rows_were_split),
        cmocka_unit_test(tally__is_the_same_with_lists_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
