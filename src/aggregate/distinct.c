/* SPDX-License-Identifier: MIT
 * distinct.c - partition after partition, each by whatever thread is free, into counters of that
 * thread's own.
 *
 * Most recipients fail for one reason, however often. Such a one is counted once, with its pair
 * (domain, entry); what that says of its domain, cause and provider is added up at the end, by the
 * pair instead of by the recipient. Only those that failed for several reasons need small sets.
 */
#include "aggregate/distinct.h"

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
    uint32_t *set; /* small sets of one address */
    struct bnc_address_rec *by_campaign;
    size_t cap;
};

/* ---- counters ---- */

static size_t counters_of(const struct bnc_distinct_plan *plan)
{
    const struct bnc_merged *m = plan->m;

    return 2 * m->n_pairs + plan->n_causes + 2 * (size_t)m->n_domains +
           m->n_names[BNC_KIND_CAMPAIGN] + plan->n_days;
}

static size_t bytes_of(const struct bnc_distinct_plan *plan)
{
    return (size_t)plan->n_providers * (BNC_N_CAUSES + 1) * sizeof(uint64_t) +
           counters_of(plan) * sizeof(uint32_t) + 16;
}

static bool init(struct bnc_distinct *d, const struct bnc_distinct_plan *plan)
{
    const struct bnc_merged *m = plan->m;

    *d = (struct bnc_distinct){ .block = calloc(1, bytes_of(plan)) };
    if (d->block == NULL)
        return false;
    d->provider = d->block;
    d->provider_cause = d->provider + plan->n_providers;
    d->lone = (uint32_t *)(d->provider_cause + (size_t)plan->n_providers * BNC_N_CAUSES);
    d->pair = d->lone + m->n_pairs;
    d->cause = d->pair + m->n_pairs;
    d->domain_failed = d->cause + plan->n_causes;
    d->domain_bounced = d->domain_failed + m->n_domains;
    d->campaign = d->domain_bounced + m->n_domains;
    d->day = d->campaign + m->n_names[BNC_KIND_CAMPAIGN];
    return true;
}

void bnc_distinct_release(struct bnc_distinct *d)
{
    free(d->block);
    free(d->addresses);
    free(d->outcomes);
    bnc_arena_release(&d->texts);
    *d = (struct bnc_distinct){ 0 };
}

/* ---- small sets ---- */

static int cmp_u32(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Sorts and drops repeats; how many are left. */
static size_t unique(uint32_t *set, size_t n)
{
    size_t kept = 0;

    if (n > 16)
        qsort(set, n, sizeof *set, cmp_u32);
    else
        for (size_t i = 1; i < n; i++) {
            const uint32_t x = set[i];
            size_t j = i;

            for (; j > 0 && set[j - 1] > x; j--)
                set[j] = set[j - 1];
            set[j] = x;
        }
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || set[kept - 1] != set[i])
            set[kept++] = set[i];
    return kept;
}

static inline void count_set(uint32_t *set, size_t n, uint32_t *counters)
{
    if (n == 2 && set[0] == set[1])
        n = 1;
    if (n > 2)
        n = unique(set, n);
    for (size_t i = 0; i < n; i++)
        counters[set[i]]++;
}

static bool reserve(struct scratch *s, size_t n)
{
    size_t cap = s->cap < 64 ? 64 : s->cap;
    uint32_t *set;
    struct bnc_address_rec *by_campaign;

    if (n <= s->cap)
        return true;
    while (cap < n)
        cap *= 2;
    set = realloc(s->set, cap * sizeof *set);
    if (set != NULL)
        s->set = set;
    by_campaign = realloc(s->by_campaign, cap * sizeof *by_campaign);
    if (by_campaign != NULL)
        s->by_campaign = by_campaign;
    if (set == NULL || by_campaign == NULL)
        return false;
    s->cap = cap;
    return true;
}

/* ---- one address ---- */

static bool is_failure(const struct bnc_address_rec *r)
{
    const enum bnc_event_type type = BNC_WHAT_TYPE(r->what);

    return type == BNC_EVENT_BOUNCE || type == BNC_EVENT_DEFERRAL;
}

/* Distinct pairs and causes: records are sorted by pair, so equal ones are neighbours. */
static void count_pairs(struct bnc_distinct *d, const struct bnc_distinct_plan *plan, uint32_t *set,
                        const struct bnc_address_rec *r, size_t n)
{
    size_t n_set = 0;

    for (size_t i = 0; i < n; i++)
        if (is_failure(&r[i]) && (i == 0 || r[i].pair != r[i - 1].pair)) {
            d->pair[r[i].pair]++;
            if (plan->pair_info[r[i].pair].cause == UINT32_MAX)
                d->contradicts = true;
            else
                set[n_set++] = plan->pair_info[r[i].pair].cause;
        }
    count_set(set, n_set, d->cause);
}

static void count_providers(struct bnc_distinct *d, const struct bnc_pair_info *info, uint32_t *set,
                            const struct bnc_address_rec *r, size_t n)
{
    size_t n_set = 0;
    uint32_t before = UINT32_MAX;

    for (size_t i = 0; i < n; i++)
        if (is_failure(&r[i]) && (i == 0 || r[i].pair != r[i - 1].pair))
            set[n_set++] = info[r[i].pair].provider_cause;
    n_set = unique(set, n_set);
    for (size_t i = 0; i < n_set; i++) {
        d->provider_cause[set[i]]++;
        if (before == UINT32_MAX || set[i] / BNC_N_CAUSES != before)
            d->provider[set[i] / BNC_N_CAUSES]++;
        before = set[i] / BNC_N_CAUSES;
    }
}

static void count_campaigns(struct bnc_distinct *d, const struct bnc_pair_info *info, uint32_t *set,
                            const struct bnc_address_rec *r, size_t n)
{
    size_t n_set = 0;

    for (size_t i = 0; i < n; i++)
        if (is_failure(&r[i]))
            set[n_set++] = BNC_WHAT_CAMPAIGN(r[i].what);
    count_set(set, n_set, d->campaign);
    if (n < 3)
        return;
    n_set = 0;
    for (size_t i = 0; i < n; i++)
        if (is_failure(&r[i]) && info[r[i].pair].is_soft)
            set[n_set++] = BNC_WHAT_CAMPAIGN(r[i].what);
    d->recurring += unique(set, n_set) >= 3;
}

static void count_days(struct bnc_distinct *d, const struct bnc_distinct_plan *plan, uint32_t *set,
                       const struct bnc_address_rec *r, size_t n)
{
    size_t n_set = 0;

    for (size_t i = 0; i < n; i++)
        if (is_failure(&r[i])) {
            const uint32_t day = plan->day_subject[bnc_time_day(r[i].time)];

            if (day == UINT32_MAX)
                d->contradicts = true;
            else
                set[n_set++] = day;
        }
    count_set(set, n_set, d->day);
}

/* An address whose records are not all of one pair; domain and what it failed for count once. */
static void count_mixed(struct bnc_distinct *d, const struct bnc_distinct_plan *plan, uint32_t *set,
                        const struct bnc_address_rec *r, size_t n)
{
    const uint32_t domain = plan->pair_info[r->pair].domain;
    bool bounced = false, deferred = false;

    for (size_t i = 0; i < n; i++) {
        bounced |= BNC_WHAT_TYPE(r[i].what) == BNC_EVENT_BOUNCE;
        deferred |= BNC_WHAT_TYPE(r[i].what) == BNC_EVENT_DEFERRAL;
    }
    if (!bounced && !deferred)
        return;
    d->failed++;
    d->bounced += bounced;
    d->deferred += deferred;
    d->deferred_only += !bounced;
    d->domain_failed[domain]++;
    d->domain_bounced[domain] += bounced;
    count_pairs(d, plan, set, r, n);
    count_providers(d, plan->pair_info, set, r, n);
    count_campaigns(d, plan->pair_info, set, r, n);
    count_days(d, plan, set, r, n);
}

/* The usual case, an address with one record. */
static void count_single(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                         const struct bnc_address_rec *r)
{
    const uint32_t day = plan->day_subject[bnc_time_day(r->time)];

    if (!is_failure(r))
        return;
    if (day == UINT32_MAX) {
        d->contradicts = true;
        return;
    }
    d->lone[r->pair]++;
    d->campaign[BNC_WHAT_CAMPAIGN(r->what)]++;
    d->day[day]++;
}

static void count_address(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                          uint32_t *set, const struct bnc_address_rec *r, size_t n)
{
    if (r[0].pair != r[n - 1].pair) {
        count_mixed(d, plan, set, r, n);
    } else if (is_failure(r)) {
        d->lone[r->pair]++;
        count_campaigns(d, plan->pair_info, set, r, n);
        count_days(d, plan, set, r, n);
    }
}

/* What the addresses that failed for one pair say of everything else. */
static void spread_lone(struct bnc_distinct *d, const struct bnc_distinct_plan *plan)
{
    const struct bnc_merged *m = plan->m;

    for (uint32_t i = 0; i < m->n_pairs; i++) {
        const struct bnc_pair_info *info = &plan->pair_info[i];
        const uint32_t n = d->lone[i];
        bool bounced;

        d->contradicts |= m->pairs[i].n == 0 && n + d->pair[i] > 0;
        d->contradicts |= n > 0 && info->cause == UINT32_MAX;
        if (n == 0 || info->cause == UINT32_MAX)
            continue;
        bounced = bnc_merged_pair_type(m, i) == BNC_EVENT_BOUNCE;
        d->pair[i] += n;
        d->cause[info->cause] += n;
        d->provider_cause[info->provider_cause] += n;
        d->provider[info->provider_cause / BNC_N_CAUSES] += n;
        d->domain_failed[info->domain] += n;
        d->failed += n;
        d->domain_bounced[info->domain] += bounced ? n : 0;
        d->bounced += bounced ? n : 0;
        d->deferred += bounced ? 0 : n;
        d->deferred_only += bounced ? 0 : n;
    }
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

/* One outcome per campaign out of records sorted by cmp_outcome_rec(). */
static bool add_outcomes(struct bnc_distinct *d, const struct bnc_merged *m,
                         const struct bnc_address_rec *r, size_t n)
{
    struct bnc_outcome *at = grow(d->outcomes, &d->cap_outcomes, d->n_outcomes + n, sizeof *at);

    if (at == NULL)
        return false;
    d->outcomes = at;
    for (size_t i = 0; i < n; i++) {
        const bool fails =
            is_failure(&r[i]) && !BNC_IS_PSEUDO(BNC_PAIR_ENTRY(m->pairs[r[i].pair].key));
        struct bnc_outcome *o = &at[d->n_outcomes];

        if (i > 0 && BNC_WHAT_CAMPAIGN(r[i - 1].what) == BNC_WHAT_CAMPAIGN(r[i].what))
            o--;
        else
            *o = (struct bnc_outcome){ .first = BNC_NO_TIME, .last = BNC_NO_TIME };
        d->n_outcomes = (size_t)(o - at) + 1;
        o->campaign = BNC_WHAT_CAMPAIGN(r[i].what);
        o->template = fails ? BNC_PAIR_ENTRY(m->pairs[r[i].pair].key) : UINT32_MAX;
        o->type = (uint8_t)BNC_WHAT_TYPE(r[i].what);
        if (o->first == BNC_NO_TIME)
            o->first = bnc_time_of_last(r[i].time);
        o->last = bnc_time_of_last(r[i].time);
    }
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
    struct bnc_address *a = grow(d->addresses, &d->cap_addresses, d->n_addresses + 1, sizeof *a);

    if (a == NULL)
        return false;
    d->addresses = a;
    a += d->n_addresses;
    *a = (struct bnc_address){ .text = full_text(d, text, plan->m->domains[domain].name),
                               .fp = r->fp,
                               .domain = domain,
                               .outcome_at = (uint32_t)d->n_outcomes };
    if (a->text.at == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        a->states |= state_bit(BNC_WHAT_TYPE(r[i].what));
    memcpy(s->by_campaign, r, n * sizeof *r);
    qsort(s->by_campaign, n, sizeof *r, cmp_outcome_rec);
    if (!add_outcomes(d, plan->m, s->by_campaign, n))
        return false;
    a->n_outcomes = (uint32_t)d->n_outcomes - a->outcome_at;
    d->n_addresses++;
    return true;
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

static bool walk(struct bnc_distinct *d, const struct bnc_distinct_plan *plan, struct scratch *s,
                 const struct bnc_address_rec *r, size_t n)
{
    for (size_t i = 0, j; i < n; i = j) {
        j = i + 1;
        if (j == n || r[j].fp != r[i].fp) {
            count_single(d, plan, &r[i]);
            continue;
        }
        j = end_of_address(plan->pair_info, r, i, n);
        if (!reserve(s, j - i))
            return false;
        count_address(d, plan, s->set, r + i, j - i);
    }
    return reserve(s, 1);
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

static bool count_partition(struct bnc_distinct *d, const struct bnc_distinct_plan *plan,
                            struct scratch *s, unsigned p)
{
    const size_t n = bnc_merged_addresses(plan->m, p, &s->sort);
    size_t len;
    char *texts;
    bool ok;

    if (n == SIZE_MAX || !walk(d, plan, s, s->sort.at, n))
        return false;
    if (plan->m->detail != BNC_DETAIL_LISTS)
        return true;
    texts = bnc_merged_texts(plan->m, p, &len);
    ok = texts != NULL && walk_texts(d, plan, s, s->sort.at, n, texts, len);
    free(texts);
    return ok;
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
    free(s.set);
    free(s.by_campaign);
}

/* ---- adding the tasks up ---- */

static void add_counters(struct bnc_distinct *out, const struct bnc_distinct *d,
                         const struct bnc_distinct_plan *plan)
{
    const size_t n32 = counters_of(plan), n64 = (size_t)plan->n_providers * (BNC_N_CAUSES + 1);

    for (size_t i = 0; i < n64; i++)
        out->provider[i] += d->provider[i];
    for (size_t i = 0; i < n32; i++)
        out->lone[i] += d->lone[i]; /* and those behind it */
    out->contradicts |= d->contradicts;
    out->failed += d->failed;
    out->bounced += d->bounced;
    out->deferred += d->deferred;
    out->deferred_only += d->deferred_only;
    out->recurring += d->recurring;
}

/* Makes the arrays of 'out' just large enough for the addresses of all tasks. */
static bool make_room(struct bnc_distinct *out, const struct bnc_distinct *results, size_t n_tasks)
{
    size_t n_addresses = 0, n_outcomes = 0;
    struct bnc_address *a;
    struct bnc_outcome *o;

    for (size_t t = 0; t < n_tasks; t++) {
        n_addresses += results[t].n_addresses;
        n_outcomes += results[t].n_outcomes;
    }
    a = realloc(out->addresses, (n_addresses + 1) * sizeof *a);
    if (a != NULL)
        out->addresses = a;
    o = realloc(out->outcomes, (n_outcomes + 1) * sizeof *o);
    if (o != NULL)
        out->outcomes = o;
    return a != NULL && o != NULL;
}

/* Moves the addresses of a task behind those of 'out', where there is room. */
static void move_addresses(struct bnc_distinct *out, struct bnc_distinct *d)
{
    for (size_t i = 0; i < d->n_addresses; i++) {
        struct bnc_address *to = &out->addresses[out->n_addresses++];

        *to = d->addresses[i];
        to->outcome_at += (uint32_t)out->n_outcomes;
    }
    if (d->n_outcomes > 0)
        memcpy(out->outcomes + out->n_outcomes, d->outcomes, d->n_outcomes * sizeof *d->outcomes);
    out->n_outcomes += d->n_outcomes;
    bnc_arena_join(&out->texts, &d->texts);
}

enum bnc_status bnc_distinct_count(struct bnc_distinct *out, const struct bnc_distinct_plan *plan)
{
    const size_t fit = TASK_BYTES / bytes_of(plan);
    struct job job = { .plan = plan, .n_tasks = fit < 1 ? 1 : fit > MAX_TASKS ? MAX_TASKS : fit };
    bool ok;

    *out = (struct bnc_distinct){ 0 };
    job.results = calloc(job.n_tasks, sizeof *job.results);
    if (job.results == NULL)
        return BNC_ENOMEM;
    bnc_merged_run(plan->m, job.n_tasks, task, &job);
    ok = !job.failed && (job.results[0].block != NULL || init(&job.results[0], plan));
    *out = job.results[0];
    ok = ok && make_room(out, job.results, job.n_tasks);
    for (size_t t = 1; t < job.n_tasks; t++) {
        if (ok && job.results[t].block != NULL) {
            add_counters(out, &job.results[t], plan);
            move_addresses(out, &job.results[t]);
        }
        bnc_distinct_release(&job.results[t]);
    }
    free(job.results);
    if (ok)
        spread_lone(out, plan);
    return ok ? BNC_OK : BNC_ENOMEM;
}
