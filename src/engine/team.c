/* SPDX-License-Identifier: MIT */
#include "engine/team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct member {
    struct bnc_team *team;
    pthread_t thread;
    unsigned number;
};

struct bnc_team {
    pthread_mutex_t lock;
    pthread_cond_t called, done;
    struct member *member;               /* [1] .. are threads */
    unsigned n;                          /* members with a number below it stay */
    unsigned long n_calls;
    unsigned n_busy;                     /* threads that haven't returned from the call */
    void (*fn)(void *arg, unsigned member);
    void *arg;
    atomic_flag calling;
};

/* Waits for call number 'seen' + 1; false: there is none for this member.  The lock is held. */
static bool await_call(struct bnc_team *t, unsigned number, unsigned long seen)
{
    while (number < t->n && t->n_calls == seen)
        pthread_cond_wait(&t->called, &t->lock);
    return number < t->n;
}

static void *serve(void *arg)
{
    const struct member *m = arg;
    struct bnc_team *t = m->team;

    pthread_mutex_lock(&t->lock);
    for (unsigned long seen = 0; await_call(t, m->number, seen); seen++) {
        pthread_mutex_unlock(&t->lock);
        t->fn(t->arg, m->number);
        pthread_mutex_lock(&t->lock);
        if (--t->n_busy == 0)
            pthread_cond_signal(&t->done);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

/* Ends the threads from number 'n' on, of 'started'. */
static void shrink(struct bnc_team *t, unsigned n, unsigned started)
{
    pthread_mutex_lock(&t->lock);
    t->n = n;
    pthread_cond_broadcast(&t->called);
    pthread_mutex_unlock(&t->lock);
    for (unsigned i = n < 1 ? 1 : n; i < started; i++)
        pthread_join(t->member[i].thread, NULL);
}

static void start(struct bnc_team *t, unsigned wanted)
{
    unsigned n = 1;

    t->n = wanted;
    for (; n < wanted; n++) {
        t->member[n] = (struct member){ .team = t, .number = n };
        if (pthread_create(&t->member[n].thread, NULL, serve, &t->member[n]) != 0)
            break;
    }
    if (n < wanted)
        shrink(t, (n + 1) / 2, n);
}

struct bnc_team *bnc_team_create(unsigned wanted)
{
    struct bnc_team *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->member = calloc(wanted, sizeof *t->member);
    if (t->member == NULL) {
        free(t);
        return NULL;
    }
    atomic_flag_clear(&t->calling);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->called, NULL);
    pthread_cond_init(&t->done, NULL);
    start(t, wanted);
    return t;
}

void bnc_team_free(struct bnc_team *team)
{
    if (team == NULL)
        return;
    shrink(team, 0, team->n);
    pthread_cond_destroy(&team->done);
    pthread_cond_destroy(&team->called);
    pthread_mutex_destroy(&team->lock);
    free(team->member);
    free(team);
}

unsigned bnc_team_size(const struct bnc_team *team)
{
    return team->n;
}

void bnc_team_run(struct bnc_team *team, void (*fn)(void *arg, unsigned member), void *arg)
{
    if (atomic_flag_test_and_set(&team->calling)) {
        for (unsigned i = 0; i < team->n; i++)
            fn(arg, i);
        return;
    }
    pthread_mutex_lock(&team->lock);
    team->fn = fn;
    team->arg = arg;
    team->n_busy = team->n - 1;
    team->n_calls++;
    if (team->n > 1)
        pthread_cond_broadcast(&team->called);
    pthread_mutex_unlock(&team->lock);
    fn(arg, 0);
    pthread_mutex_lock(&team->lock);
    while (team->n_busy > 0)
        pthread_cond_wait(&team->done, &team->lock);
    pthread_mutex_unlock(&team->lock);
    atomic_flag_clear(&team->calling);
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

    if (n <= 1 || team->n <= 1)
        take_next(&e, 0);
    else
        bnc_team_run(team, take_next, &e);
}
