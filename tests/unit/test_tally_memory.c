/* SPDX-License-Identifier: MIT
 * test_tally_memory.c - the Nth allocation fails, for every N: an error is returned and nothing
 * leaks.
 */
#include "aggregate/state.h"
#include "tally_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <unistd.h>

#include "oom_kit.h"

#if OOM_CAN_FAIL

static struct bnc_classifier *classifier;
static char path[] = "/tmp/bnc-memory-XXXXXX";

static enum bnc_status count_world(struct world *w, enum bnc_detail detail, bool lists_only,
                                   struct bnc_part **part)
{
    const struct bnc_part_options opt = { .detail = detail,
                                          .classifier = classifier,
                                          .seed = 77,
                                          .sources = world_sources,
                                          .n_sources = WORLD_SOURCES,
                                          .lists_only = lists_only };
    enum bnc_status status = BNC_OK;

    *part = bnc_part_create(&opt);
    if (*part == NULL)
        return BNC_ENOMEM;
    for (unsigned i = 0; i < 120 && status == BNC_OK; i++) {
        struct bnc_item item = world_item(w, &w->events[i]);

        status = bnc_part_add(*part, &item, 1, w->events[i].source);
    }
    bnc_part_add_other(*part, 0);
    return status;
}

static enum bnc_status whole_life(struct world *w)
{
    struct bnc_part *parts[2] = { NULL, NULL };
    struct bnc_tally *t = NULL;
    enum bnc_status status = count_world(w, BNC_DETAIL_LISTS, false, &parts[0]);

    if (status == BNC_OK)
        status = bnc_state_save(parts, 1, path, NULL);
    if (status == BNC_OK)
        status = bnc_state_load(&parts[1], path, classifier, NULL);
    if (status == BNC_OK)
        status = bnc_tally_finish(&t, parts, 2, NULL, NULL, NULL);
    bnc_tally_free(t);
    bnc_part_free(parts[0]);
    bnc_part_free(parts[1]);
    return status;
}

/* No lists are wanted: an address fails very often, and two parts are told the same. */
static enum bnc_status report_life(struct world *w)
{
    struct bnc_part *parts[2] = { NULL, NULL };
    struct bnc_tally *t = NULL;
    enum bnc_status status = count_world(w, BNC_DETAIL_REPORT, false, &parts[0]);

    if (status == BNC_OK)
        status = count_world(w, BNC_DETAIL_REPORT, false, &parts[1]);
    for (unsigned i = 0; i < 40 && status == BNC_OK; i++) {
        struct bnc_item item = { .event = { .type = w->entries[0].type,
                                            .time = WORLD_START,
                                            .recipient = BNC_SPAN("often@dom1.example"),
                                            .domain = BNC_SPAN("dom1.example") },
                                 .entry = &w->entries[0] };

        status = bnc_part_add(parts[i % 2], &item, 1, 0);
    }
    if (status == BNC_OK) {
        bnc_part_spend(parts[0]);
        status = bnc_tally_finish(&t, parts, 2, NULL, NULL, NULL);
    }
    bnc_tally_free(t);
    bnc_part_free(parts[0]);
    bnc_part_free(parts[1]);
    return status;
}

/* Lists alone are wanted. */
static enum bnc_status lean_life(struct world *w)
{
    struct bnc_part *part = NULL;
    struct bnc_tally *t = NULL;
    enum bnc_status status = count_world(w, BNC_DETAIL_LISTS, true, &part);

    if (status == BNC_OK) {
        bnc_part_spend(part);
        status = bnc_tally_finish(&t, &part, 1, NULL, NULL, NULL);
    }
    bnc_tally_free(t);
    bnc_part_free(part);
    return status;
}

static void check_life(struct world *w, enum bnc_status (*life)(struct world *w), long least)
{
    enum bnc_status status;
    long n = 0, before, n_failed = 0;

    assert_int_equal(life(w), BNC_OK); /* what the C library keeps for good is there now */
    for (bool reached = true; reached; n += n < 500 ? 1 : 3) {
        before = oom_alive;
        oom_begin(n);
        status = life(w);
        reached = oom_end();
        assert_int_equal(oom_alive, before);
        n_failed += status == BNC_ENOMEM;
        /*
         * the C library may do without what it asked for, to sort or to sync; nothing else is
         * excused
         */
        assert_true(status == BNC_OK || (reached && status == BNC_ENOMEM));
    }
    assert_true(n_failed > least);
}

static void memory__that_runs_out_is_an_error_and_no_leak(void **state)
{
    const struct bnc_classifier_options opt = { .cpu = 0 };
    struct world *w = malloc(sizeof *w);
    const int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0 && w != NULL);
    assert_int_equal(bnc_classifier_create(&classifier, &opt, NULL), BNC_OK);
    world_make(w, 4);
    check_life(w, whole_life, 300);
    check_life(w, report_life, 150);
    check_life(w, lean_life, 150);
    close(fd);
    unlink(path);
    bnc_classifier_free(classifier);
    free(w);
}
#endif

static void nothing__to_test_here(void **state)
{
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#if OOM_CAN_FAIL
        cmocka_unit_test(memory__that_runs_out_is_an_error_and_no_leak),
#endif
        cmocka_unit_test(nothing__to_test_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
