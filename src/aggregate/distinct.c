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
#define TEXT_BLOCK_BYTES ((size_t)32 << 10)

struct job {
    const struct bnc_distinct_plan *plan;
    struct bnc_distinct *results; /* [n_tasks]; those that found nothing to do are empty */
    size_t n_tasks;
    unsigned next; /* partition */
    bool failed;
};

struct scratch { /* of one task */
    struct bnc_address_sort sort;
    /* lists: records and outcomes of one address, addresses of one partition */
    struct bnc_address_rec *by_campaign;
    struct bnc_outcome *outcomes;
    size_t cap;
    struct bnc_address *addresses;
    size_t n_addresses, cap_addresses;
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
    for (unsigned p = 0; p < BNC_LOG_PARTS; p++)
        free(d->addresses[p]);
    bnc_arena_release(&d->texts);
    *d = (struct bnc_distinct){ 0 };
}

static bool reserve(struct scratch *s, size_t n)
{
    size_t cap = s->cap < 64 ? 64 : s->cap;

    if (n <= s->cap)
        return true;
    while (cap < n)
        cap *= 2;
    free(s->by_campaign);
    free(s->outcomes);
    s->by_campaign = malloc(cap * sizeof *s->by_campaign);
    s->outcomes = malloc(cap * sizeof *s->outcomes);
    s->cap = s->by_campaign != NULL && s->outcomes != NULL ? cap : 0;
    return s->cap > 0;
}

/* ---- one address ---- */

static bool is_failure(const struct bnc_address_rec *r)
{
    const enum bnc_event_type type = BNC_WHAT_TYPE(r->what);

    return type == BNC_EVENT_BOUNCE || type == BNC_EVENT_DEFERRAL;
}

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
        if (is_failure(&r[i]))
            count_record(d, plan, &w, &r[i]);
    }
    d->n_numbers = w.number;
    d->failed += w.failed;
    d->bounced += w.bounced;
    d->deferred += w.deferred;
    d->recurring += w.recurring;
}

/* ---- lists: outcomes ---- */

/*
 * Of events at the same time, the greater decides: a wrong suppression is the costliest error, so a
 * delivery beats a bounce.
 */
static unsigned rank_of(uint32_t what)
{
    static const uint8_t rank[BNC_N_EVENTS + 1] = {
        [BNC_EVENT_SUPPRESSED] = 1, [BNC_EVENT_DEFERRAL] = 2, [BNC_EVENT_BOUNCE] = 3,
        [BNC_EVENT_DELIVERED] = 4,  [BNC_CODE_LATE] = 5,      [BNC_EVENT_COMPLAINT] = 6
    };

    return rank[BNC_WHAT_CODE(what)];
}

static int cmp_outcome_rec(const void *a, const void *b)
{
    const struct bnc_address_rec *x = a, *y = b;

    if (BNC_WHAT_CAMPAIGN(x->what) != BNC_WHAT_CAMPAIGN(y->what))
        return BNC_WHAT_CAMPAIGN(x->what) < BNC_WHAT_CAMPAIGN(y->what) ? -1 : 1;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    if (rank_of(x->what) != rank_of(y->what))
        return rank_of(x->what) < rank_of(y->what) ? -1 : 1;
    return (x->pair > y->pair) - (x->pair < y->pair);
}

static uint8_t state_bit(enum bnc_event_type type)
{
    static const uint8_t bit[BNC_N_EVENTS] = { [BNC_EVENT_BOUNCE] = BNC_ADDR_BOUNCED,
                                               [BNC_EVENT_DEFERRAL] = BNC_ADDR_DEFERRED,
                                               [BNC_EVENT_DELIVERED] = BNC_ADDR_DELIVERED,
                                               [BNC_EVENT_COMPLAINT] = BNC_ADDR_COMPLAINED,
                                               [BNC_EVENT_SUPPRESSED] = BNC_ADDR_SUPPRESSED };

    return bit[type];
}

static void *grow(void *at, size_t *cap, size_t need, size_t each)
{
    size_t next = *cap < 64 ? 64 : *cap;
    void *to;

    if (need <= *cap)
        return at;
    while (next < need)
        next += next / 2;
    to = realloc(at, next * each);
    if (to != NULL)
        *cap = next;
    return to;
}

/* One outcome per campaign out of records sorted by cmp_outcome_rec(); how many. */
static size_t make_outcomes(const struct bnc_merged *m, const struct bnc_address_rec *r, size_t n,
                            struct bnc_outcome *to)
{
    struct bnc_outcome *o = to - 1;

    for (size_t i = 0; i < n; i++) {
        const bool fails =
            is_failure(&r[i]) && !BNC_IS_PSEUDO(BNC_PAIR_ENTRY(m->pairs[r[i].pair].key));

        if (i == 0 || BNC_WHAT_CAMPAIGN(r[i - 1].what) != BNC_WHAT_CAMPAIGN(r[i].what))
            *++o = (struct bnc_outcome){ .first = 0 };
        o->campaign = BNC_WHAT_CAMPAIGN(r[i].what) & 0xfffffff;
        o->template = fails ? BNC_PAIR_ENTRY(m->pairs[r[i].pair].key) : UINT32_MAX;
        o->type = BNC_WHAT_TYPE(r[i].what) & 15;
        if (o->first == 0)
            o->first = r[i].time;
        o->last = r[i].time;
    }
    return (size_t)(o + 1 - to);
}

static bool add_outcomes(struct bnc_distinct *d, const struct bnc_merged *m, struct scratch *s,
                         const struct bnc_address_rec *r, size_t n, struct bnc_address *a)
{
    size_t n_outcomes;

    memcpy(s->by_campaign, r, n * sizeof *r);
    if (n > 1)
        qsort(s->by_campaign, n, sizeof *r, cmp_outcome_rec);
    n_outcomes = make_outcomes(m, s->by_campaign, n, s->outcomes);
    a->n_outcomes = n_outcomes & 0x7ffffff;
    a->outcomes = bnc_arena_alloc(&d->texts, n_outcomes * sizeof *a->outcomes);
    if (a->outcomes == NULL)
        return false;
    memcpy(a->outcomes, s->outcomes, n_outcomes * sizeof *a->outcomes);
    return true;
}

/* Addresses are kept side by side, unaligned. */
static char *text_room(struct bnc_distinct *d, size_t len)
{
    if (len > d->text_left) {
        const size_t block = len > TEXT_BLOCK_BYTES ? len : TEXT_BLOCK_BYTES;

        d->text_at = bnc_arena_alloc(&d->texts, block);
        if (d->text_at == NULL)
            return NULL;
        d->text_left = block;
    }
    d->text_at += len;
    d->text_left -= len;
    return d->text_at - len;
}

static struct bnc_span full_text(struct bnc_distinct *d, const struct bnc_text *t,
                                 struct bnc_span domain)
{
    const size_t len = t->text.len + (t->is_local ? domain.len : 0);
    char *at = text_room(d, len + 1);
    size_t local = t->text.len;

    if (at == NULL)
        return bnc_span_from(NULL, 0);
    memcpy(at, t->text.at, t->text.len);
    if (t->is_local)
        memcpy(at + t->text.len, domain.at, domain.len);
    else /* hashes and odd addresses: what follows the last '@' is the domain */
        while (local > 0 && at[local - 1] != '@')
            local--;
    for (size_t i = local; local > 0 && i < len; i++)
        at[i] = bnc_lower(at[i]);
    at[len] = '\0';
    return bnc_span_from(at, len);
}

static bool add_address(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                        struct scratch *s, const struct bnc_address_rec *r, size_t n,
                        const struct bnc_text *text)
{
    const uint32_t domain = plan->pair_info[r->pair].domain;
    const struct bnc_span whole = full_text(d, text, plan->m->domains[domain].name);
    struct bnc_address *a = grow(s->addresses, &s->cap_addresses, s->n_addresses + 1, sizeof *a);
    unsigned states = 0;

    if (a != NULL)
        s->addresses = a;
    if (a == NULL || whole.at == NULL || n > BNC_ADDRESS_MOST_OUTCOMES || !reserve(s, n))
        return false;
    for (size_t i = 0; i < n; i++)
        states |= state_bit(BNC_WHAT_TYPE(r[i].what));
    a += s->n_addresses;
    *a = (struct bnc_address){ .at = whole.at,
                               .len = (uint32_t)whole.len,
                               .domain = domain,
                               .states = states & 31 };
    s->n_addresses++;
    return add_outcomes(d, plan->m, s, r, n, a);
}

/* ---- one partition ---- */

/* Where the records of one address end: one fingerprint in one domain. */
static size_t end_of_address(const struct bnc_pair_info *info, const struct bnc_address_rec *r,
                             size_t i, size_t n)
{
    size_t j = i + 1;

    while (j < n && r[j].fp == r[i].fp &&
           (r[j].pair == r[i].pair || info[r[j].pair].domain == info[r[i].pair].domain))
        j++;
    return j;
}

/* Walks addresses and texts side by side: both are sorted by fingerprint. */
static bool walk_texts(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                       struct scratch *s, const struct bnc_address_rec *r, size_t n,
                       const char *texts, size_t len)
{
    size_t at = 0;

    for (size_t i = 0, j; i < n && at < len; i = j) {
        struct bnc_text t = bnc_text_read(texts + at);

        j = end_of_address(plan->pair_info, r, i, n);
        while (t.fp < r[i].fp) {
            at += BNC_TEXT_HEAD + t.text.len;
            if (at >= len)
                return true;
            t = bnc_text_read(texts + at);
        }
        if (t.fp == r[i].fp && !add_address(d, plan, s, r + i, j - i, &t))
            return false;
    }
    return true;
}

/* Keeps the addresses of a partition, in just the room that they need. */
static bool keep_addresses(struct bnc_distinct *d, struct scratch *s, unsigned p)
{
    struct bnc_address *const to = malloc((s->n_addresses + 1) * sizeof *to);

    if (to == NULL)
        return false;
    if (s->n_addresses > 0)
        memcpy(to, s->addresses, s->n_addresses * sizeof *to);
    d->addresses[p] = to;
    d->n_addresses[p] = s->n_addresses;
    s->n_addresses = 0;
    return true;
}

static bool count_partition(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                            struct scratch *s, unsigned p)
{
    const bool lists = plan->m->detail == BNC_DETAIL_LISTS;
    const size_t n = bnc_merged_addresses(plan->m, p, &s->sort, lists);
    size_t len;
    char *texts;
    bool ok;

    if (n == SIZE_MAX)
        return false;
    walk(d, plan, s->sort.at, n);
    if (!lists)
        return true;
    texts = bnc_merged_texts(plan->m, p, &len);
    ok = texts != NULL && walk_texts(d, plan, s, s->sort.at, n, texts, len);
    free(texts);
    bnc_merged_forget(plan->m, p); /* lists take as much room as the logs did */
    return ok && keep_addresses(d, s, p);
}

/* Takes partitions while there are any; a thread that comes late finds none and takes no memory. */
static void task(void *arg, size_t t)
{
    struct job *job = arg;
    struct bnc_distinct *d = &job->results[t];
    struct scratch s = { 0 };
    bool ok = true;

    while (ok) {
        const unsigned p = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);

        if (p >= BNC_LOG_PARTS)
            break;
        ok = (d->block != NULL || init(d, job->plan)) && count_partition(d, job->plan, &s, p);
    }
    if (!ok)
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
    bnc_address_sort_release(&s.sort);
    free(s.by_campaign);
    free(s.outcomes);
    free(s.addresses);
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

/* Each partition was counted by one task. */
static void move_addresses(struct bnc_distinct *out, struct bnc_distinct *d)
{
    for (unsigned p = 0; p < BNC_LOG_PARTS; p++)
        if (d->addresses[p] != NULL) {
            out->addresses[p] = d->addresses[p];
            out->n_addresses[p] = d->n_addresses[p];
            d->addresses[p] = NULL;
        }
    bnc_arena_join(&out->texts, &d->texts);
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
            move_addresses(out, &job.results[t]);
        }
        bnc_distinct_release(&job.results[t]);
    }
    free(job.results);
    if (ok)
        check_pairs(out, plan);
    return ok ? BNC_OK : BNC_ENOMEM;
}
