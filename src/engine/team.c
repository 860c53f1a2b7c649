/* SPDX-License-Identifier: MIT */
#include "engine/team.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <execinfo.h>
#endif

struct bnc_team {
    pthread_mutex_t lock;
    pthread_cond_t called, done;
    unsigned n;                          /* members */
    unsigned next, n_left;               /* of the call: the next to begin; those not at an end */
    void (*fn)(void *arg, unsigned member);
    void *arg;
    unsigned n_there;                    /* threads of the region, 'whole': all of them */
    bool whole, over;
    pthread_t host;                      /* with n > 1: the thread whose region the others are */
    atomic_flag calling;
};

static void *wait_for_lock(void *lock)
{
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

/*
 * How many of 'wanted' threads the system lets us have beside those there are, tried out: OpenMP's
 * run time ends the process when it can't start one.
 */
static unsigned count_startable(unsigned wanted)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *threads = malloc(wanted * sizeof *threads);
    unsigned n = 0;

    pthread_mutex_lock(&lock);
    while (threads != NULL && n < wanted &&
           pthread_create(&threads[n], NULL, wait_for_lock, &lock) == 0)
        n++;
    pthread_mutex_unlock(&lock);
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    return n;
}

/* ---- a call ---- */

/* Takes members of the call for as long as there are any. The lock is held. */
static void take_members(struct bnc_team *t)
{
    while (t->next < t->n) {
        const unsigned member = t->next++;

        pthread_mutex_unlock(&t->lock);
        t->fn(t->arg, member);
        pthread_mutex_lock(&t->lock);
        if (--t->n_left == 0)
            pthread_cond_signal(&t->done);
    }
}

static void serve(struct bnc_team *t, unsigned n_threads)
{
    pthread_mutex_lock(&t->lock);
    t->whole = ++t->n_there == n_threads;
    if (t->whole)
        pthread_cond_signal(&t->done);
    while (!t->over) {
        if (t->next < t->n)
            take_members(t);
        else
            pthread_cond_wait(&t->called, &t->lock);
    }
    pthread_mutex_unlock(&t->lock);
}

static void call_all(struct bnc_team *t, void (*fn)(void *arg, unsigned member), void *arg)
{
    pthread_mutex_lock(&t->lock);
    t->fn = fn;
    t->arg = arg;
    t->next = 0;
    t->n_left = t->n;
    pthread_cond_broadcast(&t->called);
    take_members(t);
    while (t->n_left > 0)
        pthread_cond_wait(&t->done, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

void bnc_team_run(struct bnc_team *team, void (*fn)(void *arg, unsigned member), void *arg)
{
    if (team->n > 1 && !atomic_flag_test_and_set(&team->calling)) {
        call_all(team, fn, arg);
        atomic_flag_clear(&team->calling);
    } else {
        for (unsigned i = 0; i < team->n; i++)
            fn(arg, i);
    }
}

struct each {
    void (*fn)(void *arg, size_t i);
    void *arg;
    size_t n;
    _Atomic size_t next;
};

static void take_next(void *arg, unsigned member)
{
    struct each *e = arg;
    size_t i;

    (void)member;
    while ((i = atomic_fetch_add_explicit(&e->next, 1, memory_order_relaxed)) < e->n)
        e->fn(e->arg, i);
}

void bnc_team_each(struct bnc_team *team, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
    struct each e = { .fn = fn, .arg = arg, .n = n };

    if (n <= 1)
        take_next(&e, 0);
    else
        bnc_team_run(team, take_next, &e);
}

/* ---- its life ---- */

/*
 * OpenMP's threads end by pthread_exit(), for which glibc loads libgcc_s, and ends the process
 * where it can't: so it is loaded, as backtrace() does too, while there is memory.
 */
static bool can_end_threads(void)
{
#ifdef __GLIBC__
    void *frame;

    return backtrace(&frame, 1) > 0;
#else
    return true;
#endif
}

/*
 * How many members a team of 'wanted' > 1 may have. The host asks, whose stack and memory are there
 * then, as they will be when OpenMP starts the others.
 */
static unsigned count_members(unsigned wanted)
{
    const unsigned others = wanted - 2;
    unsigned n;

    if (others == 0 || !can_end_threads())
        return 2;
    n = count_startable(others);
    return 2 + (n < others ? n / 2 : others);
}

/* All members but bnc_team_run()'s caller. Should OpenMP give us fewer, others do their work. */
static void *hold_region(void *arg)
{
    struct bnc_team *const t = arg;

    t->n = t->next = count_members(t->n);
#pragma omp parallel num_threads((int)t->n - 1)
    serve(t, (unsigned)omp_get_num_threads());
    return NULL;
}

/*
 * Starts the others, and waits until they are there: the run time takes memory of its own for them,
 * and ends the process where another has taken it.
 */
static bool start_others(struct bnc_team *t)
{
    if (pthread_create(&t->host, NULL, hold_region, t) != 0)
        return false;
    pthread_mutex_lock(&t->lock);
    while (!t->whole)
        pthread_cond_wait(&t->done, &t->lock);
    pthread_mutex_unlock(&t->lock);
    return true;
}

struct bnc_team *bnc_team_create(unsigned wanted)
{
    struct bnc_team *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->n = t->next = wanted;
    atomic_flag_clear(&t->calling);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->called, NULL);
    pthread_cond_init(&t->done, NULL);
    if (t->n > 1 && !start_others(t))
        t->n = 1;
    return t;
}

void bnc_team_free(struct bnc_team *team)
{
    if (team == NULL)
        return;
    if (team->n > 1) {
        pthread_mutex_lock(&team->lock);
        team->over = true;
        pthread_cond_broadcast(&team->called);
        pthread_mutex_unlock(&team->lock);
        pthread_join(team->host, NULL);
    }
    pthread_cond_destroy(&team->done);
    pthread_cond_destroy(&team->called);
    pthread_mutex_destroy(&team->lock);
    free(team);
}

unsigned bnc_team_size(const struct bnc_team *team)
{
    return team->n;
}
