/* SPDX-License-Identifier: MIT
 * test_team.c - every member is called once, every index is done once, whatever calls whatever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <time.h>

#include "engine/team.h"

#define N 1000

struct tally {
    struct bnc_team *team;
    _Atomic unsigned calls[N];
    _Atomic unsigned inner;
};

static void count_member(void *arg, unsigned member)
{
    struct tally *t = arg;

    t->calls[member]++;
}

static void count_index(void *arg, size_t i)
{
    struct tally *t = arg;

    t->calls[i]++;
}

static void team__calls_every_member_once(void **state)
{
    (void)state;
    for (unsigned size = 1; size <= 17; size += 4) {
        struct bnc_team *team = bnc_team_create(size);

        assert_non_null(team);
        assert_int_equal(bnc_team_size(team), size);
        for (unsigned round = 0; round < 200; round++) {
            struct tally t = { .team = team };

            bnc_team_run(team, count_member, &t);
            for (unsigned i = 0; i < N; i++)
                assert_int_equal(t.calls[i], i < size);
        }
        bnc_team_free(team);
    }
    bnc_team_free(NULL);
}

static void team__does_every_index_once(void **state)
{
    struct bnc_team *team = bnc_team_create(3);

    (void)state;
    for (size_t n = 0; n <= N; n = n * 2 + 1) {
        struct tally t = { .team = team };

        bnc_team_each(team, n, count_index, &t);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(t.calls[i], i < n);
    }
    bnc_team_free(team);
}

static void add_inner(void *arg, size_t i)
{
    struct tally *t = arg;

    (void)i;
    t->inner++;
}

static void call_again(void *arg, size_t i)
{
    struct tally *t = arg;

    t->calls[i]++;
    bnc_team_each(t->team, 10, add_inner, t);
}

static void team__may_be_called_by_a_member(void **state)
{
    struct bnc_team *team = bnc_team_create(4);
    struct tally t = { .team = team };

    (void)state;
    bnc_team_each(team, 100, call_again, &t);
    assert_int_equal(t.inner, 1000);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(t.calls[i], i < 100);
    bnc_team_free(team);
}

static void wait_a_while(void *arg, unsigned member)
{
    const struct timespec t = { .tv_nsec = 200000000 };

    (void)arg;
    if (member == 0)
        nanosleep(&t, NULL);
}

/* Who has nothing to do sleeps. */
static void team__waits_without_spinning(void **state)
{
    struct bnc_team *team = bnc_team_create(4);
    struct timespec before, after;

    (void)state;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    bnc_team_run(team, wait_a_while, NULL);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    assert_true((after.tv_sec - before.tv_sec) * 1000000000 + (after.tv_nsec - before.tv_nsec) <
                50000000);
    bnc_team_free(team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(team__calls_every_member_once),
        cmocka_unit_test(team__does_every_index_once),
        cmocka_unit_test(team__may_be_called_by_a_member),
        cmocka_unit_test(team__waits_without_spinning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
