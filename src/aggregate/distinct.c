/* SPDX-License-Identifier: MIT
 * distinct.c - partition after partition, each by whatever thread is free, into counters of that
 * thread's own.
 *
 * Addresses come one after the other, each with a number. A counter knows the number it counted
 * last, so that several records of an address count once, without any set of what it was counted
 * for.
 */
#include "aggregate/distinct.h"

#include "util/big.h"
#include "util/prefetch.h"

#include <stdlib.h>

#define TASK_BYTES ((size_t)64 << 20) /* counters of all tasks together */
#define MAX_TASKS 64u

struct outcome;
struct job {
    const struct bnc_distinct_plan *plan;
    const struct outcome *outcomes; /* of failures, by bnc_merged_failures() */
    struct bnc_distinct *results; /* [n_tasks]; those that found nothing to do are empty */
    size_t n_tasks;
    unsigned next; /* partition */
    bool failed;
};

/* ---- counters ---- */

/* All from d->pair on. */
static size_t seen_counters(const struct bnc_distinct_plan *plan)
{
    const struct bnc_merged *m = plan->m;

    return m->n_pairs + plan->n_causes + m->n_names[BNC_KIND_CAMPAIGN] + plan->n_days +
           (size_t)plan->n_providers * (BNC_N_CAUSES + 1);
}

static size_t words_of(const struct bnc_distinct_plan *plan)
{
    return 2 * ((size_t)plan->m->n_domains + seen_counters(plan)) +
           plan->m->n_names[BNC_KIND_CAMPAIGN];
}

static size_t bytes_of(const struct bnc_distinct_plan *plan)
{
    return (words_of(plan) + 1) * sizeof(uint32_t);
}

static bool init(struct bnc_distinct *d, const struct bnc_distinct_plan *plan)
{
    const struct bnc_merged *m = plan->m;

    *d = (struct bnc_distinct){ .block_bytes = bytes_of(plan) };
    d->block = bnc_big_alloc(d->block_bytes);
    if (d->block == NULL)
        return false;
    d->domain = (struct bnc_seen_domain *)d->block;
    d->pair = (struct bnc_seen *)(d->domain + m->n_domains);
    d->cause = d->pair + m->n_pairs;
    d->campaign = d->cause + plan->n_causes;
    d->day = d->campaign + m->n_names[BNC_KIND_CAMPAIGN];
    d->provider = d->day + plan->n_days;
    d->provider_cause = d->provider + plan->n_providers;
    d->soft_campaign = (uint32_t *)(d->pair + seen_counters(plan));
    return true;
}

void bnc_distinct_release(struct bnc_distinct *d)
{
    bnc_big_free(d->block, d->block_bytes);
    bnc_listed_release(&d->listed);
    *d = (struct bnc_distinct){ 0 };
}

/* ---- one address ---- */

/* Counts an address once, however often it comes. */
static inline void see(struct bnc_seen *s, uint32_t address)
{
    s->n += s->last != address;
    s->last = address;
}

/*
 * Addresses in a row: one number each, so that counters know whom they saw last. No branch depends
 * on what a record says: nobody could guess it, and a wrong guess costs as much as the counting.
 */
struct walk {
    uint64_t fp; /* of the address that is being counted */
    uint32_t domain, number;
    uint64_t mixed; /* the last fingerprint that several domains share */
    uint32_t n_soft; /* campaigns in which it failed softly */
    uint32_t states; /* BNC_ADDR_BOUNCED and _DEFERRED */
    uint32_t n_deferred, n_recurring;
};

/* The number of the address of a record; another address begins where it differs. */
static inline uint32_t begin_record(struct walk *w, uint64_t fp, uint32_t domain)
{
    const uint32_t is_next = (w->fp != fp) | (w->domain != domain), keep = is_next - 1;

    w->fp = fp;
    w->domain = domain;
    w->number += is_next;
    w->n_soft &= keep;
    w->states &= keep;
    return is_next;
}

/* Counts the address if its mailbox failed for a while ('is_soft') in a third campaign. */
static inline void see_soft(struct walk *w, uint32_t *last, bool is_soft)
{
    const uint32_t mask = -(uint32_t)is_soft, was = *last;
    const uint32_t is_new = is_soft & (was != w->number);

    *last = was ^ ((was ^ w->number) & mask);
    w->n_soft += is_new;
    w->n_recurring += is_new & (w->n_soft == 3);
}

/* What happened, when and in which campaign. */
struct outcome {
    uint32_t campaign, day; /* subjects; the day UINT32_MAX: nothing was counted then */
    uint32_t state; /* BNC_ADDR_BOUNCED or _DEFERRED; 0: no failure */
};

static inline uint32_t state_of(uint32_t what)
{
    const enum bnc_event_type type = BNC_WHAT_TYPE(what);

    if (type == BNC_EVENT_DEFERRAL)
        return BNC_ADDR_DEFERRED;
    return type == BNC_EVENT_BOUNCE ? BNC_ADDR_BOUNCED : 0;
}

/* A failure. */
static inline __attribute__((always_inline)) void
count_record(struct bnc_distinct *d, const struct bnc_pair_info *info, struct walk *w, uint64_t fp,
             uint32_t pair, const struct outcome *o)
{
    const uint32_t is_next = begin_record(w, fp, info->domain);
    const uint32_t is_new = o->state & ~w->states;

    if (info->cause == UINT32_MAX || o->day == UINT32_MAX) {
        d->contradicts = true;
        return;
    }
    d->domain[info->domain].failed += is_next;
    d->domain[info->domain].bounced += is_new & BNC_ADDR_BOUNCED;
    w->n_deferred += is_new / BNC_ADDR_DEFERRED;
    w->states |= o->state;
    see(&d->pair[pair], w->number);
    see(&d->cause[info->cause], w->number);
    see(&d->provider_cause[info->provider_cause], w->number);
    see(&d->provider[info->provider_cause / BNC_N_CAUSES], w->number);
    see(&d->campaign[o->campaign], w->number);
    see(&d->day[o->day], w->number);
    see_soft(w, &d->soft_campaign[o->campaign], info->is_soft);
}

/*
 * Records lie by fingerprint, what is counted of them by pair: first the pair, at 2 * AHEAD, then
 * its counters.
 */
#define AHEAD 24u
BNC_PREFETCHER fetch(const struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                     uint32_t soon, uint32_t later)
{
    const struct bnc_pair_info *const info = &plan->pair_info[soon];

    __builtin_prefetch(&plan->pair_info[later]);
    __builtin_prefetch(&d->pair[soon], 1);
    __builtin_prefetch(&d->domain[info->domain], 1);
    if (info->cause != UINT32_MAX)
        __builtin_prefetch(&d->cause[info->cause], 1);
}

/* Numbers begin again before there are four billion, and nobody is remembered. */
#ifdef BNC_DEBUG
#define MOST_NUMBERS ((size_t)50) /* tests see it happen */
#else
#define MOST_NUMBERS ((size_t)UINT32_MAX)
#endif
static void forget(struct bnc_distinct *d, const struct bnc_distinct_plan *plan)
{
    for (size_t i = 0; i < seen_counters(plan); i++)
        d->pair[i].last = 0;
    memset(d->soft_campaign, 0, plan->m->n_names[BNC_KIND_CAMPAIGN] * sizeof *d->soft_campaign);
    d->n_numbers = 0;
}

/*
 * Several domains share a fingerprint, which is odd but can be: a column of hashes. Sorts the
 * records of the first fingerprint by domain, those of 'domain' first.
 */
static __attribute__((noinline)) void part_domains(const struct bnc_distinct_plan *plan,
                                                   uint32_t domain, struct bnc_address_rec *r,
                                                   size_t n)
{
    const uint64_t fp = r->fp;
    size_t end = 0, n_first = 0;

    for (; end < n && r[end].fp == fp; end++)
        if (plan->pair_info[r[end].pair].domain == domain) {
            const struct bnc_address_rec x = r[end];

            r[end] = r[n_first];
            r[n_first++] = x;
        }
    bnc_address_recs_by_pair(r + n_first, end - n_first);
}

static void begin_walk(struct bnc_distinct *d, const struct bnc_distinct_plan *plan, struct walk *w,
                       size_t n)
{
    if (n + d->n_numbers > MOST_NUMBERS)
        forget(d, plan);
    *w = (struct walk){ .domain = UINT32_MAX, .number = d->n_numbers };
}

static void end_walk(struct bnc_distinct *d, const struct walk *w)
{
    d->n_numbers = w->number;
    d->deferred += w->n_deferred;
    d->recurring += w->n_recurring;
}

/* Whether the record begins with a fingerprint that several domains share. */
static inline bool is_mixed(const struct walk *w, uint64_t fp, uint32_t domain)
{
    return ((w->fp ^ fp) | (domain == w->domain)) == 0 && w->mixed != fp; /* one branch, never taken */
}

/* Records sorted by fingerprint. */
static void walk_addresses(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                           struct bnc_address_rec *r, size_t n)
{
    struct walk w;

    begin_walk(d, plan, &w, n);
    for (size_t i = 0; i < n; i++) {
        const struct outcome o = { BNC_WHAT_CAMPAIGN(r[i].what),
                                   plan->day_subject[bnc_time_day(r[i].time)],
                                   state_of(r[i].what) };

        if (i + 2 * AHEAD < n)
            fetch(d, plan, r[i + AHEAD].pair, r[i + 2 * AHEAD].pair);
        if (is_mixed(&w, r[i].fp, plan->pair_info[r[i].pair].domain)) {
            part_domains(plan, w.domain, r + i, n - i);
            w.mixed = w.fp;
        }
        if (o.state != 0)
            count_record(d, &plan->pair_info[r[i].pair], &w, r[i].fp, r[i].pair, &o);
    }
    end_walk(d, &w);
}

static int by_pair(const void *a, const void *b)
{
    const struct bnc_failure *x = a, *y = b;

    return (x->pair > y->pair) - (x->pair < y->pair);
}

/* part_domains() of failures. */
static __attribute__((noinline)) void part_failures(const struct bnc_distinct_plan *plan,
                                                    uint32_t domain, struct bnc_failure *f,
                                                    size_t n)
{
    const uint64_t fp = f->fp;
    size_t end = 0, n_first = 0;

    for (; end < n && f[end].fp == fp; end++)
        if (plan->pair_info[f[end].pair].domain == domain) {
            const struct bnc_failure x = f[end];

            f[end] = f[n_first];
            f[n_first++] = x;
        }
    qsort(f + n_first, end - n_first, sizeof *f, by_pair);
}

static void walk_failures(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                          const struct outcome *outcomes, struct bnc_failure *f, size_t n)
{
    struct walk w;

    begin_walk(d, plan, &w, n);
    w.fp = w.mixed = UINT64_MAX; /* no fingerprint has so many bits */
    for (size_t i = 0; i < n; i++) {
        if (i + 2 * AHEAD < n)
            fetch(d, plan, f[i + AHEAD].pair, f[i + 2 * AHEAD].pair);
        if (is_mixed(&w, f[i].fp, plan->pair_info[f[i].pair].domain)) {
            part_failures(plan, w.domain, f + i, n - i);
            w.mixed = w.fp;
        }
        count_record(d, &plan->pair_info[f[i].pair], &w, f[i].fp, f[i].pair,
                     &outcomes[f[i].outcome]);
    }
    end_walk(d, &w);
}

/* ---- one partition ---- */

/* Storage of a task, kept from one partition to the next. */
struct sorts {
    struct bnc_address_sort addresses;
    struct bnc_failure_sort failures;
};

static bool count_addresses(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                            struct bnc_address_sort *s, unsigned p)
{
    struct bnc_texts texts = { .at = NULL };
    const size_t n = plan->m->lists_only ? bnc_merged_lean(plan->m, p, s, &texts)
                                         : bnc_merged_addresses(plan->m, p, s);
    bool ok = n != SIZE_MAX;

    if (ok) {
        walk_addresses(d, plan, s->at, n);
        if (!plan->m->lists_only)
            texts.at = bnc_merged_texts(plan->m, p, &texts.len);
        bnc_merged_forget(plan->m, p); /* what is listed takes as much room as the logs did */
        ok = texts.at != NULL && bnc_listed_add(&d->listed, &plan->listed, p, s->at, n, &texts);
    }
    free(texts.at);
    return ok;
}

static bool count_partition(struct bnc_distinct *d, const struct job *job, struct sorts *s,
                            unsigned p)
{
    const struct bnc_distinct_plan *const plan = job->plan;

    if (plan->m->detail == BNC_DETAIL_LISTS)
        return count_addresses(d, plan, &s->addresses, p);
    if (!bnc_merged_failures(plan->m, p, &s->failures))
        return false;
    walk_failures(d, plan, job->outcomes, s->failures.at, s->failures.n);
    return true;
}

/* Takes partitions while there are any; a thread that comes late finds none and takes no memory. */
static void task(void *arg, size_t t)
{
    struct job *job = arg;
    const unsigned n = job->plan->m->detail == BNC_DETAIL_LISTS ? BNC_LOG_PARTS : BNC_FAILURE_PARTS;
    struct bnc_distinct *d = &job->results[t];
    struct sorts s = { .failures.n = 0 };
    bool ok = true;

    while (ok) {
        const unsigned p = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);

        if (p >= n)
            break;
        ok = (d->block != NULL || init(d, job->plan)) && count_partition(d, job, &s, p);
    }
    if (!ok)
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
    bnc_address_sort_release(&s.addresses);
    bnc_failure_sort_release(&s.failures);
    bnc_listed_end(&d->listed);
}

/* What the numbers of outcomes in the logs of all parts, then overlays, stand for. */
static struct outcome *list_outcomes(const struct bnc_distinct_plan *plan)
{
    const struct bnc_merged *const m = plan->m;
    struct outcome *at;
    size_t n = 0;

    for (size_t i = 0; i < bnc_merged_n_sums(m); i++)
        n += bnc_merged_sums(m, i)->failures.outcomes.n;
    at = malloc((n + 1) * sizeof *at);
    n = 0;
    for (size_t i = 0; at != NULL && i < bnc_merged_n_sums(m); i++) {
        const struct bnc_pairs *const from = &bnc_merged_sums(m, i)->failures.outcomes;

        for (size_t k = 0; k < from->n; k++) {
            const uint32_t what = (uint32_t)(from->at[k].key >> 32);
            const uint32_t campaign = BNC_WHAT_CAMPAIGN(what);

            at[n++] = (struct outcome){
                i < m->n_parts ? m->name_map[BNC_KIND_CAMPAIGN][i][campaign] : campaign,
                plan->day_subject[(uint32_t)from->at[k].key], state_of(what)
            };
        }
    }
    return at;
}

/* ---- adding the tasks up ---- */

#define WORDS ((size_t)64 << 10) /* of a slice: they are added up side by side */

struct adding {
    struct bnc_distinct *results;
    size_t n_tasks, n_words;
};

/* One slice of all results, into the first. What it makes of 'last' means nothing. */
static void add_slice(void *arg, size_t slice)
{
    const struct adding *a = arg;
    const size_t from = slice * WORDS, end = from + WORDS < a->n_words ? from + WORDS : a->n_words;
    uint32_t *const to = a->results[0].block;

    for (size_t t = 1; t < a->n_tasks; t++)
        for (size_t i = from; a->results[t].block != NULL && i < end; i++)
            to[i] += a->results[t].block[i];
}

static void add_sums(struct bnc_distinct *out, const struct bnc_distinct *d)
{
    out->contradicts |= d->contradicts;
    out->deferred += d->deferred;
    out->recurring += d->recurring;
}

static void add_domains(struct bnc_distinct *d, const struct bnc_merged *m)
{
    for (uint32_t i = 0; i < m->n_domains; i++) {
        d->failed += d->domain[i].failed;
        d->bounced += d->domain[i].bounced;
    }
}

/* Whoever failed for a pair was counted there. */
static void check_pairs(struct bnc_distinct *d, const struct bnc_distinct_plan *plan)
{
    for (size_t i = 0; i < plan->m->n_pairs; i++)
        d->contradicts |= plan->m->pairs[i].n == 0 && d->pair[i].n > 0;
}

enum bnc_status bnc_distinct_count(struct bnc_distinct *out, const struct bnc_distinct_plan *plan)
{
    const size_t fit = TASK_BYTES / bytes_of(plan);
    struct job job = { .plan = plan, .n_tasks = fit < 1 ? 1 : fit > MAX_TASKS ? MAX_TASKS : fit };
    struct adding adding = { .n_tasks = job.n_tasks, .n_words = words_of(plan) };
    struct outcome *outcomes;
    bool ok;

    *out = (struct bnc_distinct){ 0 };
    adding.results = job.results = calloc(job.n_tasks, sizeof *job.results);
    outcomes = list_outcomes(plan);
    if (job.results == NULL || outcomes == NULL) {
        free(job.results);
        free(outcomes);
        return BNC_ENOMEM;
    }
    job.outcomes = outcomes;
    bnc_merged_run(plan->m, job.n_tasks, task, &job);
    ok = !job.failed && (job.results[0].block != NULL || init(&job.results[0], plan));
    if (ok)
        bnc_merged_run(plan->m, (adding.n_words + WORDS - 1) / WORDS, add_slice, &adding);
    *out = job.results[0];
    for (size_t t = 1; t < job.n_tasks; t++) {
        if (ok && job.results[t].block != NULL) {
            add_sums(out, &job.results[t]);
            bnc_listed_join(&out->listed, &job.results[t].listed);
        }
        bnc_distinct_release(&job.results[t]);
    }
    free(job.results);
    free(outcomes);
    if (ok) {
        add_domains(out, plan->m);
        check_pairs(out, plan);
    }
    return ok ? BNC_OK : BNC_ENOMEM;
}
