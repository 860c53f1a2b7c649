/* SPDX-License-Identifier: MIT */
#include "engine/team.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct bnc_team {
    pthread_mutex_t lock;
    pthread_cond_t called, done;
    unsigned n;                          /* members */
    unsigned n_here;                     /* of them, threads of the session; 0: there is none */
    bool over;                           /* the session */
    unsigned long n_calls;
    unsigned n_busy;                     /* threads that haven't returned from the call */
    void (*fn)(void *arg, unsigned member);
    void *arg;
    atomic_flag calling;
};

static void *wait_for_lock(void *lock)
{
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

/*
 * How many of 'wanted' threads the system lets us have, tried out: OpenMP's run time ends the
 * process when it can't start one.
 */
static unsigned count_startable(unsigned wanted)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *threads = malloc(wanted * sizeof *threads);
    unsigned n = 0;

    pthread_mutex_lock(&lock);
    while (threads != NULL && n + 1 < wanted &&
           pthread_create(&threads[n], NULL, wait_for_lock, &lock) == 0)
        n++;
    pthread_mutex_unlock(&lock);
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    return n + 1 < wanted ? (n + 2) / 2 : wanted;
}

struct bnc_team *bnc_team_create(unsigned wanted)
{
    struct bnc_team *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->n = count_startable(wanted);
    atomic_flag_clear(&t->calling);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->called, NULL);
    pthread_cond_init(&t->done, NULL);
    return t;
}

void bnc_team_free(struct bnc_team *team)
{
    if (team == NULL)
        return;
    pthread_cond_destroy(&team->done);
    pthread_cond_destroy(&team->called);
    pthread_mutex_destroy(&team->lock);
    free(team);
}

unsigned bnc_team_size(const struct bnc_team *team)
{
    return team->n;
}

/* ---- a session ---- */

/* Waits for the call after 'seen'; false: the session ends. The lock is held. */
static bool await_call(struct bnc_team *t, unsigned long seen)
{
    while (!t->over && t->n_calls == seen)
        pthread_cond_wait(&t->called, &t->lock);
    return !t->over;
}

static void serve(struct bnc_team *t, unsigned member, unsigned long seen)
{
    pthread_mutex_lock(&t->lock);
    for (; await_call(t, seen); seen++) {
        pthread_mutex_unlock(&t->lock);
        t->fn(t->arg, member);
        pthread_mutex_lock(&t->lock);
        if (--t->n_busy == 0)
            pthread_cond_signal(&t->done);
    }
    pthread_mutex_unlock(&t->lock);
}

static void end_session(struct bnc_team *t)
{
    pthread_mutex_lock(&t->lock);
    t->n_here = 0;
    t->over = true;
    pthread_cond_broadcast(&t->called);
    pthread_mutex_unlock(&t->lock);
}

void bnc_team_session(struct bnc_team *team, void (*body)(void *arg), void *arg)
{
    const unsigned long seen = team->n_calls;

    if (team->n <= 1) {
        body(arg);
        return;
    }
    team->over = false;
#pragma omp parallel num_threads((int)team->n)
    {
        const int member = omp_get_thread_num();

        if (member == 0) { /* begins before the others are there: they find what was called */
            team->n_here = (unsigned)omp_get_num_threads(); /* may be fewer than asked for */
            body(arg);
            end_session(team);
        } else {
            serve(team, (unsigned)member, seen);
        }
    }
}

/* ---- within one ---- */

/* Has the session's other threads call 'fn', each for itself. */
static void call_others(struct bnc_team *t, void (*fn)(void *arg, unsigned member), void *arg)
{
    pthread_mutex_lock(&t->lock);
    t->fn = fn;
    t->arg = arg;
    t->n_busy = t->n_here - 1;
    t->n_calls++;
    pthread_cond_broadcast(&t->called);
    pthread_mutex_unlock(&t->lock);
}

static void await_others(struct bnc_team *t)
{
    pthread_mutex_lock(&t->lock);
    while (t->n_busy > 0)
        pthread_cond_wait(&t->done, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

void bnc_team_run(struct bnc_team *team, void (*fn)(void *arg, unsigned member), void *arg)
{
    const bool shared = team->n_here > 1 && !atomic_flag_test_and_set(&team->calling);

    if (shared)
        call_others(team, fn, arg);
    fn(arg, 0);
    for (unsigned i = shared ? team->n_here : 1; i < team->n; i++)
        fn(arg, i);
    if (shared) {
        await_others(team);
        atomic_flag_clear(&team->calling);
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
