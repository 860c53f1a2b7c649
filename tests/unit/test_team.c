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
        for (unsigned pass = 0; pass < 4; pass++) {
            struct tally t = { .team = team };

            for (unsigned round = 0; round < 100; round++)
                bnc_team_run(team, count_member, &t);
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
    for (size_t n = 0; n <= N; n = n * 2 + 1)
        bnc_team_each(team, n, count_index, &t);
    bnc_team_each(team, 100, call_again, &t);
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

/* Who has nothing to do sleeps. */
static void team__waits_without_spinning(void **state)
{
    struct bnc_team *team = bnc_team_create(4);
    struct timespec before, after;

    (void)state;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    bnc_team_run(team, wait_a_while, NULL);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    assert_true(nanoseconds_between(before, after) < 50000000);
    bnc_team_free(team);
}

#define MEETING 3u
#define PATIENCE_MS 20000u

/* Returns when all are here. */
static void meet(void *arg, unsigned member)
{
    const struct timespec ms = { .tv_nsec = 1000000 };
    struct tally *t = arg;

    t->calls[member]++;
    t->inner++;
    for (unsigned i = 0; t->inner < MEETING && i < PATIENCE_MS; i++)
        nanosleep(&ms, NULL);
    t->calls[MEETING] += t->inner == MEETING;
}

static void team__works_side_by_side(void **state)
{
    struct bnc_team *team = bnc_team_create(MEETING);
    struct tally t = { .team = team };

    (void)state;
    bnc_team_run(team, meet, &t);
    for (unsigned i = 0; i < MEETING; i++)
        assert_int_equal(t.calls[i], 1);
    assert_int_equal(t.calls[MEETING], MEETING);
    bnc_team_free(team);
}

/* Threads that come late find nothing to do, and a team that is not asked for anything ends. */
static void team__ends_at_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 50; i++)
        bnc_team_free(bnc_team_create(1 + i % 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first: clang's run time lets threads of teams that are gone spin for a while */
        cmocka_unit_test(team__waits_without_spinning),
        cmocka_unit_test(team__calls_every_member_once),
        cmocka_unit_test(team__does_every_index_once),
        cmocka_unit_test(team__works_side_by_side),
        cmocka_unit_test(team__ends_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
