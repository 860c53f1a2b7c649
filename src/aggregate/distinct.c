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

struct job {
    const struct bnc_distinct_plan *plan;
    struct bnc_distinct *results; /* [n_tasks]; those that found nothing to do are empty */
    size_t n_tasks;
    unsigned next; /* partition */
    bool failed;
};

/* ---- counters ---- */

/* Pairs of words, and single ones, that are counted in. */
static size_t seen_counters(const struct bnc_distinct_plan *plan)
{
    const struct bnc_merged *m = plan->m;

    return m->n_pairs + 2 * (size_t)m->n_domains + plan->n_causes + m->n_names[BNC_KIND_CAMPAIGN] +
           plan->n_days + (size_t)plan->n_providers * (BNC_N_CAUSES + 1);
}

static size_t words_of(const struct bnc_distinct_plan *plan)
{
    return 2 * seen_counters(plan) + plan->m->n_names[BNC_KIND_CAMPAIGN];
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
    d->soft_campaign = d->block + 2 * seen_counters(plan);
    return true;
}

void bnc_distinct_release(struct bnc_distinct *d)
{
    bnc_big_free(d->block, d->block_bytes);
    bnc_listed_release(&d->listed);
    *d = (struct bnc_distinct){ 0 };
}

/* ---- one address ---- */

/*
 * Counts an address once, however often it comes, if 'yes': without a branch, as nobody could guess
 * it. Whether it was counted.
 */
static inline unsigned see_if(struct bnc_seen *s, uint32_t address, unsigned yes)
{
    const unsigned is_new = yes & (s->last != address);

    s->n += is_new;
    s->last = yes ? address : s->last;
    return is_new;
}

static inline unsigned see(struct bnc_seen *s, uint32_t address)
{
    const unsigned is_new = s->last != address;

    s->n += is_new;
    s->last = address;
    return is_new;
}

/* Addresses in a row: one number each, so that counters know whom they saw last. */
struct walk {
    uint64_t fp; /* of the address that is being counted */
    uint32_t domain, number;
    uint32_t last_deferred; /* likewise a number */
    unsigned n_soft; /* campaigns in which it failed softly */
    uint64_t failed, bounced, deferred, recurring;
};

/* The number of the address of a record; another address begins where it differs. */
static inline uint32_t number_of(struct walk *w, uint64_t fp, uint32_t domain)
{
    const unsigned is_next = (w->fp != fp) | (w->domain != domain);

    w->fp = fp;
    w->domain = domain;
    w->number += is_next;
    w->n_soft = is_next ? 0 : w->n_soft;
    return w->number;
}

/* A failure. */
static inline void count_record(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                                struct walk *w, const struct bnc_address_rec *r)
{
    const struct bnc_pair_info *info = &plan->pair_info[r->pair];
    const uint32_t day = plan->day_subject[bnc_time_day(r->time)];
    const uint32_t campaign = BNC_WHAT_CAMPAIGN(r->what), at = number_of(w, r->fp, info->domain);
    const unsigned is_deferral = BNC_WHAT_TYPE(r->what) == BNC_EVENT_DEFERRAL;
    struct bnc_seen soft = { 0, d->soft_campaign[campaign] };
    unsigned is_newly_soft;

    if (info->cause == UINT32_MAX || day == UINT32_MAX) {
        d->contradicts = true;
        return;
    }
    w->failed += see(&d->domain[info->domain].failed, at);
    w->bounced += see_if(&d->domain[info->domain].bounced, at, !is_deferral);
    w->deferred += is_deferral & (w->last_deferred != at);
    w->last_deferred = is_deferral ? at : w->last_deferred;
    see(&d->pair[r->pair], at);
    see(&d->cause[info->cause], at);
    see(&d->provider_cause[info->provider_cause], at);
    see(&d->provider[info->provider_cause / BNC_N_CAUSES], at);
    see(&d->campaign[campaign], at);
    see(&d->day[day], at);
    is_newly_soft = see_if(&soft, at, info->is_soft);
    d->soft_campaign[campaign] = soft.last;
    w->n_soft += is_newly_soft;
    w->recurring += is_newly_soft & (w->n_soft == 3);
}

/* Records lie by fingerprint, what is counted of them by pair: first the pair, then its counters.
 */
#define AHEAD 24u
BNC_PREFETCHER fetch(const struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                     const struct bnc_address_rec *r)
{
    const struct bnc_pair_info *soon = &plan->pair_info[r[AHEAD].pair];

    __builtin_prefetch(&plan->pair_info[r[2 * AHEAD].pair]);
    __builtin_prefetch(&d->pair[r[AHEAD].pair], 1);
    __builtin_prefetch(&d->domain[soon->domain], 1);
    if (soon->cause != UINT32_MAX)
        __builtin_prefetch(&d->cause[soon->cause], 1);
}

/* Numbers begin again before there are four billion, and nobody is remembered. */
#ifdef BNC_DEBUG
#define MOST_NUMBERS ((size_t)50) /* tests see it happen */
#else
#define MOST_NUMBERS ((size_t)UINT32_MAX)
#endif
static void forget(struct bnc_distinct *d, const struct bnc_distinct_plan *plan)
{
    struct bnc_seen *const seen = (struct bnc_seen *)d->block;

    for (size_t i = 0; i < seen_counters(plan); i++)
        seen[i].last = 0;
    memset(d->soft_campaign, 0, plan->m->n_names[BNC_KIND_CAMPAIGN] * sizeof *d->soft_campaign);
    d->n_numbers = 0;
}

/* Records sorted by fingerprint and pair, so by domain too. */
static void walk(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                 const struct bnc_address_rec *r, size_t n)
{
    struct walk w = { .domain = UINT32_MAX };

    if (n + d->n_numbers > MOST_NUMBERS)
        forget(d, plan);
    w.number = d->n_numbers;
    for (size_t i = 0; i < n; i++) {
        if (i + 2 * AHEAD < n)
            fetch(d, plan, &r[i]);
        if (bnc_address_rec_fails(&r[i]))
            count_record(d, plan, &w, &r[i]);
    }
    d->n_numbers = w.number;
    d->failed += w.failed;
    d->bounced += w.bounced;
    d->deferred += w.deferred;
    d->recurring += w.recurring;
}

/* ---- one partition ---- */

static bool count_partition(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                            struct bnc_address_sort *s, unsigned p)
{
    const bool lists = plan->m->detail == BNC_DETAIL_LISTS;
    const size_t n = bnc_merged_addresses(plan->m, p, s, lists);
    bool ok;

    if (n == SIZE_MAX)
        return false;
    walk(d, plan, s->at, n);
    if (!lists)
        return true;
    ok = bnc_listed_add(&d->listed, &plan->listed, p, s->at, n);
    bnc_merged_forget(plan->m, p); /* what is listed takes as much room as the logs did */
    return ok;
}

/* Takes partitions while there are any; a thread that comes late finds none and takes no memory. */
static void task(void *arg, size_t t)
{
    struct job *job = arg;
    struct bnc_distinct *d = &job->results[t];
    struct bnc_address_sort s = { 0 };
    bool ok = true;

    while (ok) {
        const unsigned p = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);

        if (p >= BNC_LOG_PARTS)
            break;
        ok = (d->block != NULL || init(d, job->plan)) && count_partition(d, job->plan, &s, p);
    }
    if (!ok)
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
    bnc_address_sort_release(&s);
    bnc_listed_end(&d->listed);
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
    out->failed += d->failed;
    out->bounced += d->bounced;
    out->deferred += d->deferred;
    out->recurring += d->recurring;
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
    bool ok;

    *out = (struct bnc_distinct){ 0 };
    adding.results = job.results = calloc(job.n_tasks, sizeof *job.results);
    if (job.results == NULL)
        return BNC_ENOMEM;
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
    if (ok)
        check_pairs(out, plan);
    return ok ? BNC_OK : BNC_ENOMEM;
}
