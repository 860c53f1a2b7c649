/* SPDX-License-Identifier: MIT
 * distinct.c - partition after partition, each by whatever thread is free, into counters of that
 * thread's own.
 *
 * Where no lists are kept there is a record of every failure, so that it is known how many there
 * are of each pair, and threads only take off what is repeated (repeats.h). What is logged for
 * lists has been folded: there records are counted one by one, for all pairs in one place that
 * threads share, since logs, pairs and what is listed stand in memory together then.
 */
#include "aggregate/distinct.h"

#include "aggregate/repeats.h"
#include "util/big.h"

#include <stdlib.h>

#define TASK_BYTES ((size_t)64 << 20) /* counters of all tasks together */
#define MAX_TASKS 64u

struct job {
    const struct bnc_distinct_plan *plan;
    const struct bnc_occasion *occasions; /* of failures, by bnc_merged_failures() */
    size_t n_occasions;
    struct bnc_distinct *results; /* [n_tasks]; those that found nothing to do are empty */
    struct bnc_seen *shared; /* [n_pairs] of all tasks, where lists are kept; else NULL */
    size_t n_tasks;
    unsigned next; /* partition, or lot of them */
    bool failed;
};

/* ---- counters ---- */

/* Counters of a task beside those of pairs. */
static size_t words_of(const struct bnc_distinct_plan *plan)
{
    return (size_t)plan->m->n_names[BNC_KIND_CAMPAIGN] + plan->n_days +
           (size_t)plan->n_providers * (BNC_N_CAUSES + 1);
}

static bool keeps_lists(const struct bnc_distinct_plan *plan)
{
    return plan->m->detail == BNC_DETAIL_LISTS;
}

/* Pairs that a task has counters of its own for. */
static size_t own_pairs(const struct bnc_distinct_plan *plan)
{
    return keeps_lists(plan) ? 0 : plan->m->n_pairs;
}

static size_t bytes_of(const struct bnc_distinct_plan *plan)
{
    return own_pairs(plan) * sizeof(struct bnc_seen) + (words_of(plan) + 1) * sizeof(uint32_t);
}

static bool init(struct bnc_distinct *d, const struct job *job)
{
    const struct bnc_distinct_plan *const plan = job->plan;

    *d = (struct bnc_distinct){ .block_bytes = bytes_of(plan) };
    d->block = bnc_big_alloc(d->block_bytes);
    if (d->block == NULL)
        return false;
    d->seen = keeps_lists(plan) ? job->shared : d->block;
    d->campaign = (uint32_t *)((struct bnc_seen *)d->block + own_pairs(plan));
    d->day = d->campaign + plan->m->n_names[BNC_KIND_CAMPAIGN];
    d->provider = d->day + plan->n_days;
    d->provider_cause = d->provider + plan->n_providers;
    return true;
}

/* What is made of all tasks' counters of pairs. */
static bool init_sums(struct bnc_distinct *d, const struct bnc_distinct_plan *plan)
{
    const struct bnc_merged *m = plan->m;
    const size_t words = 2 * (size_t)m->n_domains + m->n_pairs + plan->n_causes;

    d->sums_bytes = (words + 1) * sizeof *d->sums;
    d->sums = bnc_big_alloc(d->sums_bytes);
    if (d->sums == NULL)
        return false;
    d->domain = (struct bnc_distinct_domain *)d->sums;
    d->pair = (uint32_t *)(d->domain + m->n_domains);
    d->cause = d->pair + m->n_pairs;
    return true;
}

void bnc_distinct_release(struct bnc_distinct *d)
{
    bnc_big_free(d->block, d->block_bytes);
    bnc_big_free(d->sums, d->sums_bytes);
    bnc_listed_release(&d->listed);
    *d = (struct bnc_distinct){ 0 };
}

/* ---- failures ---- */

/* A task. */
struct task {
    const struct job *job;
    struct bnc_distinct *d;
    struct bnc_repeats repeats;
    struct bnc_failure_chains failures; /* of a partition */
    uint32_t *last; /* their last records, by size */
    uint32_t *n_of; /* [n_occasions] records */
    struct bnc_address_sort addresses; /* where lists are kept */
    struct bnc_lean_room lean; /* where nothing else is wanted */
    struct bnc_failure *long_one; /* [cap_long] a chain */
    struct bnc_said *said; /* [cap_said] */
    size_t cap_last, cap_long, cap_said;
};

/* A chain of many records: fingerprint by fingerprint. */
static bool take_off_many(struct task *t, uint32_t chain)
{
    const struct bnc_failure_chains *const c = &t->failures;
    size_t n, from = 0;

    t->long_one = bnc_huge_at_least(t->long_one, &t->cap_long, c->n, sizeof *t->long_one);
    t->said = bnc_huge_at_least(t->said, &t->cap_said, c->n, sizeof *t->said);
    if (t->long_one == NULL || t->said == NULL)
        return false;
    n = bnc_failure_chain_get(c, chain, t->long_one);
    bnc_failures_sort(t->long_one, n);
    for (size_t i = 0; i < n; i++) {
        const struct bnc_failure *const f = &t->long_one[i];

        t->said[i] = (struct bnc_said){ f->fp, f->pair, t->job->occasions[f->outcome] };
        if (i + 1 < n && f[1].fp == f->fp)
            continue;
        if (!bnc_repeats_count(&t->repeats, t->said + from, i + 1 - from, true))
            return false;
        from = i + 1;
    }
    return true;
}

/*
 * Chains of one size are worked on together, so that what is done for one of them is foreseen.
 * There is room for so many of a size as there can be.
 */
static bool take_off(struct task *t)
{
    const struct bnc_failure_chains *const c = &t->failures;
    uint32_t *room[BNC_REPEATS_FEW + 1], n_of[BNC_REPEATS_FEW + 1] = { 0 };
    size_t need = 0;

    for (uint32_t size = 2; size <= BNC_REPEATS_FEW; size++)
        need += c->n / size;
    t->last = bnc_huge_at_least(t->last, &t->cap_last, need + 1, sizeof *t->last);
    if (t->last == NULL)
        return false;
    need = 0;
    for (uint32_t size = 2; size <= BNC_REPEATS_FEW; size++) {
        room[size] = t->last + need;
        need += c->n / size;
    }
    for (uint32_t i = 0; i < c->n_many; i++) {
        const uint32_t last = c->last[c->many[i]], size = c->size[last];

        if (size <= BNC_REPEATS_FEW)
            room[size][n_of[size]++] = last;
        else if (!take_off_many(t, c->many[i]))
            return false;
    }
    for (uint32_t size = 2; size <= BNC_REPEATS_FEW; size++)
        bnc_repeats_take_off(&t->repeats, c->at, room[size], n_of[size], size, t->job->occasions);
    return true;
}

#define LOT 4u /* partitions: what is logged of them stays in a core's cache */
_Static_assert(BNC_FAILURE_PARTS % LOT == 0, "no lot goes beyond the last partition");

static bool count_failures(struct task *t, unsigned lot)
{
    const struct bnc_merged *const m = t->job->plan->m;
    const unsigned from = lot * LOT;
    bool ok = true;

    bnc_merged_fetch_failures(m, from, from + LOT);
    for (unsigned p = from; ok && p < from + LOT; p++)
        ok = bnc_merged_failures(m, p, t->n_of, &t->failures) && take_off(t);
    return ok;
}

/* What was counted by outcome. */
static void tell_occasions(struct task *t)
{
    for (size_t i = 0; i < t->job->n_occasions; i++)
        if (t->n_of[i] > 0) {
            t->d->campaign[t->job->occasions[i].campaign] += t->n_of[i];
            t->d->day[t->job->occasions[i].day] += t->n_of[i];
            t->d->n_records += t->n_of[i];
        }
}

/* ---- lists ---- */

/* The records that fail; those of one fingerprint are counted together. */
static bool count_records(struct task *t, const struct bnc_address_rec *r, size_t n)
{
    const struct bnc_distinct_plan *const plan = t->job->plan;

    for (size_t i = 0, end; i < n; i = end) {
        size_t n_said = 0;

        for (end = i + 1; end < n && r[end].fp == r[i].fp; end++)
            ;
        t->said = bnc_huge_at_least(t->said, &t->cap_said, end - i, sizeof *t->said);
        if (t->said == NULL)
            return false;
        for (size_t k = i; k < end; k++) {
            const uint32_t day = plan->day_subject[bnc_time_day(r[k].time)];

            if (!bnc_address_rec_fails(&r[k]))
                continue;
            if (plan->pair_info[r[k].pair].cause == UINT32_MAX || day == UINT32_MAX)
                t->d->contradicts = true;
            else
                t->said[n_said++] =
                    (struct bnc_said){ r[k].fp, r[k].pair, { BNC_WHAT_CAMPAIGN(r[k].what), day } };
        }
        if (!bnc_repeats_count(&t->repeats, t->said, n_said, false))
            return false;
    }
    return true;
}

static bool count_addresses(struct task *t, unsigned p)
{
    const struct bnc_distinct_plan *const plan = t->job->plan;
    struct bnc_address_sort *const s = &t->addresses;
    struct bnc_texts texts = { .at = NULL };
    const size_t n = plan->m->lists_only ? bnc_merged_lean(plan->m, p, s, &t->lean, &texts)
                                         : bnc_merged_addresses(plan->m, p, s);
    bool ok = n != SIZE_MAX && count_records(t, s->at, n);

    if (ok) {
        if (!plan->m->lists_only) {
            texts.at = bnc_merged_texts(plan->m, p, &texts.len);
            bnc_merged_forget(plan->m, p); /* what is listed takes as much room as the logs did */
        }
        ok = texts.at != NULL && bnc_listed_add(&t->d->listed, &plan->listed, p, s->at, n, &texts);
    }
    if (!plan->m->lists_only)
        free(texts.at);
    return ok;
}

/* ---- tasks ---- */

static bool begin_task(struct task *t)
{
    const struct job *const job = t->job;

    t->n_of = calloc(job->n_occasions + 1, sizeof *t->n_of);
    if (t->n_of == NULL || !init(t->d, job))
        return false;
    t->repeats = (struct bnc_repeats){ t->d, job->plan->pair_info };
    return true;
}

static void end_task(struct task *t)
{
    if (t->d->block != NULL)
        tell_occasions(t);
    free(t->last);
    free(t->long_one);
    free(t->n_of);
    free(t->said);
    bnc_failure_chains_release(&t->failures);
    bnc_address_sort_release(&t->addresses);
    bnc_lean_room_release(&t->lean);
    bnc_listed_end(&t->d->listed);
}

/*
 * Takes partitions, or lots of them, while there are any; a thread that comes late finds none and
 * takes no memory.
 */
static void run_task(void *arg, size_t i)
{
    struct job *job = arg;
    const bool lists = keeps_lists(job->plan);
    struct task t = { .job = job, .d = &job->results[i] };
    bool ok = true;

    while (ok) {
        const unsigned p = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);

        if (p >= (lists ? BNC_LOG_PARTS : BNC_FAILURE_PARTS / LOT))
            break;
        ok = (t.d->block != NULL || begin_task(&t)) &&
             (lists ? count_addresses(&t, p) : count_failures(&t, p));
    }
    if (!ok)
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
    end_task(&t);
}

/* What the numbers of outcomes in the logs of all parts, then overlays, stand for. */
static struct bnc_occasion *list_occasions(const struct bnc_distinct_plan *plan, size_t *n)
{
    const struct bnc_merged *const m = plan->m;
    struct bnc_occasion *at;

    *n = 0;
    for (size_t i = 0; i < bnc_merged_n_sums(m); i++)
        *n += bnc_merged_sums(m, i)->failures.outcomes.keys.n;
    at = malloc((*n + 1) * sizeof *at);
    *n = 0;
    for (size_t i = 0; at != NULL && i < bnc_merged_n_sums(m); i++) {
        const struct bnc_pairs *const from = &bnc_merged_sums(m, i)->failures.outcomes.keys;
        const uint32_t *const map = i < m->n_parts ? m->name_map[BNC_KIND_CAMPAIGN][i] : NULL;

        for (size_t k = 0; k < from->n; k++) {
            const uint32_t campaign = (uint32_t)(from->at[k].key >> 32);

            at[(*n)++] = (struct bnc_occasion){ map != NULL ? map[campaign] : campaign,
                                               plan->day_subject[(uint32_t)from->at[k].key] };
        }
    }
    return at;
}

/* ---- adding the tasks up ---- */

/*
 * Of all pairs, in slices on all threads: no domain is in two of them.  Where no lists are kept,
 * all records of a failing pair are added to what the tasks took off.
 */
#define SLICES 32u
struct adding {
    const struct bnc_distinct_plan *plan;
    struct bnc_distinct *out;
    const struct bnc_seen *seen[MAX_TASKS];
    size_t n_seen;
    const uint32_t *missing; /* events without a record, by merged pair; NULL: lists are kept */
};

static uint32_t records_of(const struct adding *a, size_t pair)
{
    return a->missing == NULL ? 0 : (uint32_t)a->plan->m->pairs[pair].n - a->missing[pair];
}

static struct bnc_seen seen_of(const struct adding *a, size_t pair)
{
    const uint32_t n = records_of(a, pair);
    struct bnc_seen sum = { n, n, n, n };

    for (size_t t = 0; t < a->n_seen; t++) {
        const struct bnc_seen *const s = &a->seen[t][pair];

        sum.cause += s->cause;
        sum.type += s->type;
        sum.pair += s->pair;
        sum.any += s->any;
    }
    return sum;
}

static uint32_t domain_of(const struct adding *a, size_t pair)
{
    return a->plan->pair_info[pair].who >> BNC_PAIR_WHO_BITS;
}

static size_t slice_at(const struct adding *a, size_t slice)
{
    const size_t n = a->plan->m->n_pairs;
    size_t i = n * slice / SLICES;

    while (i > 0 && i < n && domain_of(a, i) == domain_of(a, i - 1))
        i++;
    return i;
}

static void add_slice(struct adding *a, size_t slice)
{
    struct bnc_distinct *const d = a->out;
    uint64_t failed = 0, bounced = 0, deferred = 0;

    for (size_t i = slice_at(a, slice), end = slice_at(a, slice + 1); i < end; i++) {
        const struct bnc_pair_info *const info = &a->plan->pair_info[i];
        struct bnc_distinct_domain *const domain = &d->domain[domain_of(a, i)];
        const struct bnc_seen seen = seen_of(a, i);

        if (info->cause == UINT32_MAX)
            continue;
        if (seen.pair > 0 && a->plan->m->pairs[i].n == 0) /* who failed was counted there */
            __atomic_store_n(&d->contradicts, true, __ATOMIC_RELAXED);
        d->pair[i] = seen.pair;
        d->cause[info->cause] += seen.cause;
        domain->failed += seen.any;
        failed += seen.any;
        if ((info->who & BNC_PAIR_DEFERRAL) != 0) {
            deferred += seen.type;
        } else {
            domain->bounced += seen.type;
            bounced += seen.type;
        }
    }
    __atomic_fetch_add(&d->failed, failed, __ATOMIC_RELAXED);
    __atomic_fetch_add(&d->bounced, bounced, __ATOMIC_RELAXED);
    __atomic_fetch_add(&d->deferred, deferred, __ATOMIC_RELAXED);
}

/* All records by provider, which are as many as were logged: each was counted with its pair. */
static void add_providers(struct adding *a)
{
    struct bnc_distinct *const d = a->out;
    uint64_t sum = 0;

    for (size_t i = 0; a->missing != NULL && i < a->plan->m->n_pairs; i++) {
        const struct bnc_pair_info *const info = &a->plan->pair_info[i];
        const uint32_t n = info->cause != UINT32_MAX ? records_of(a, i) : 0;

        d->provider[info->provider] += n;
        d->provider_cause[info->provider_cause] += n;
        sum += n;
    }
    if (a->missing != NULL && sum != d->n_records)
        __atomic_store_n(&d->contradicts, true, __ATOMIC_RELAXED);
}

static void add_task(void *arg, size_t task)
{
    if (task == 0)
        add_providers(arg);
    else
        add_slice(arg, task - 1);
}

/* Events without a record, by merged pair; NULL: out of memory. */
static uint32_t *list_missing(const struct bnc_merged *m)
{
    uint32_t *const at = calloc(m->n_pairs + 1, sizeof *at);

    for (size_t i = 0; at != NULL && i < bnc_merged_n_sums(m); i++) {
        const struct bnc_failure_log *const l = &bnc_merged_sums(m, i)->failures;

        for (size_t k = 0; k < l->n_missing; k++)
            if (l->missing[k] > 0)
                at[m->pair_map[i][k]] += l->missing[k];
    }
    return at;
}

/* What is not by pair: all of it into the first result. */
static void add_rest(const struct job *job)
{
    struct bnc_distinct *const to = &job->results[0];
    const size_t n = words_of(job->plan);

    for (size_t t = 1; t < job->n_tasks; t++) {
        struct bnc_distinct *const d = &job->results[t];

        if (d->block == NULL)
            continue;
        for (size_t i = 0; i < n; i++)
            to->campaign[i] += d->campaign[i]; /* and those behind them */
        to->contradicts |= d->contradicts;
        to->recurring += d->recurring;
        to->n_records += d->n_records;
        bnc_listed_join(&to->listed, &d->listed);
    }
}

/* The logs go first: what is made here takes room, and they are half of all that there is. */
static bool add_pairs(const struct job *job)
{
    const struct bnc_distinct_plan *const plan = job->plan;
    const bool lists = keeps_lists(plan);
    uint32_t *const missing = lists ? NULL : list_missing(plan->m);
    struct adding a = { .plan = plan, .out = &job->results[0], .missing = missing };

    bnc_merged_drop_logs(plan->m);
    if ((missing == NULL && !lists) || !init_sums(a.out, plan))
        return free(missing), false;
    for (size_t t = 0; t < (lists ? 1 : job->n_tasks); t++)
        if (job->results[t].block != NULL)
            a.seen[a.n_seen++] = job->results[t].seen;
    bnc_merged_run(plan->m, 1 + SLICES, add_task, &a);
    free(missing);
    return true;
}

/* ---- all of it ---- */

static bool count(struct bnc_distinct *out, struct job *job)
{
    bnc_merged_run(job->plan->m, job->n_tasks, run_task, job);
    if (job->failed || (job->results[0].block == NULL && !init(&job->results[0], job)))
        return false;
    add_rest(job);
    if (!add_pairs(job))
        return false;
    *out = job->results[0];
    job->results[0] = (struct bnc_distinct){ 0 };
    return true;
}

enum bnc_status bnc_distinct_count(struct bnc_distinct *out, const struct bnc_distinct_plan *plan)
{
    const size_t fit = TASK_BYTES / bytes_of(plan);
    struct job job = { .plan = plan, .n_tasks = fit < 1 ? 1 : fit > MAX_TASKS ? MAX_TASKS : fit };
    struct bnc_occasion *const occasions = list_occasions(plan, &job.n_occasions);
    const size_t shared_bytes = (plan->m->n_pairs + 1) * sizeof *job.shared;
    bool ok = true;

    *out = (struct bnc_distinct){ 0 };
    job.occasions = occasions;
    job.results = calloc(job.n_tasks, sizeof *job.results);
    if (keeps_lists(plan))
        ok = (job.shared = bnc_big_alloc(shared_bytes)) != NULL;
    ok = ok && job.results != NULL && occasions != NULL && count(out, &job);
    for (size_t t = 0; job.results != NULL && t < job.n_tasks; t++)
        bnc_distinct_release(&job.results[t]);
    bnc_big_free(job.shared, shared_bytes);
    free(job.results);
    free(occasions);
    return ok ? BNC_OK : BNC_ENOMEM;
}
