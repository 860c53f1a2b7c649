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

static void call_members(void *arg)
{
    struct tally *t = arg;

    for (unsigned round = 0; round < 50; round++)
        bnc_team_run(t->team, count_member, t);
}

static void team__calls_every_member_once(void **state)
{
    (void)state;
    for (unsigned size = 1; size <= 17; size += 4) {
        struct bnc_team *team = bnc_team_create(size);

        assert_non_null(team);
        assert_int_equal(bnc_team_size(team), size);
        for (unsigned session = 0; session < 4; session++) {
            struct tally t = { .team = team };

            bnc_team_session(team, call_members, &t);
            call_members(&t); /* without one */
            for (unsigned i = 0; i < N; i++)
                assert_int_equal(t.calls[i], i < size ? 100 : 0);
        }
        bnc_team_free(team);
    }
    bnc_team_free(NULL);
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

static void do_indices(void *arg)
{
    struct tally *t = arg;

    for (size_t n = 0; n <= N; n = n * 2 + 1)
        bnc_team_each(t->team, n, count_index, t);
    bnc_team_each(t->team, 100, call_again, t);
}

/* n = 0, 1, 3, 7 .. 511, then 100 that call again. */
static unsigned calls_of(size_t i)
{
    unsigned calls = i < 100;

    for (size_t n = 0; n <= N; n = n * 2 + 1)
        calls += i < n;
    return calls;
}

static void team__does_every_index_once(void **state)
{
    struct bnc_team *team = bnc_team_create(3);
    struct tally t = { .team = team };

    (void)state;
    bnc_team_session(team, do_indices, &t);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(t.calls[i], calls_of(i));
    assert_int_equal(t.inner, 1000);
    bnc_team_free(team);
}

static void wait_a_while(void *arg, unsigned member)
{
    const struct timespec t = { .tv_nsec = 200000000 };

    (void)arg;
    if (member == 0)
        nanosleep(&t, NULL);
}

static long nanoseconds_between(struct timespec a, struct timespec b)
{
    return (b.tv_sec - a.tv_sec) * 1000000000 + (b.tv_nsec - a.tv_nsec);
}

static void measure_waiting(void *arg)
{
    struct timespec before, after;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    bnc_team_run(arg, wait_a_while, NULL);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    assert_true(nanoseconds_between(before, after) < 50000000);
}

/* Who has nothing to do sleeps. */
static void team__waits_without_spinning(void **state)
{
    struct bnc_team *team = bnc_team_create(4);

    (void)state;
    bnc_team_session(team, measure_waiting, team);
    bnc_team_free(team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(team__calls_every_member_once),
        cmocka_unit_test(team__does_every_index_once),
        cmocka_unit_test(team__waits_without_spinning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
