/* SPDX-License-Identifier: MIT
 * finish_domains.c - domains and their causes, range by range, on all threads.
 *
 * A first step over the pairs of a range tells how many domains and causes are left of it, so that
 * a second one can write both where they belong. Beside the second templates are built, on one
 * thread: they need nothing of domains, but a third step finds the top template of each cause.
 */
#include "aggregate/finish_steps.h"

#include "util/big.h"

#include <stdlib.h>

#define N_RANGES 32u
/* A cause and whether it was a deferral: the order of a domain's causes. */
#define N_RANKS (2u * BNC_N_CAUSES)
#define RANK_WORDS ((N_RANKS + 63) / 64)

struct entry_info { /* what matters of a verdict, without following pointers */
    uint16_t provider;
    uint8_t type, cause;
    bool is_soft, explicit_domain;
};

struct range {
    uint32_t low, high; /* merged domains */
    uint32_t n_domains, domain_at; /* how many are left, and where the first of them stands */
    uint32_t n_causes, cause_at;
    size_t pair_end;
    uint32_t *provider_domains; /* [n_providers] */
    struct bnc_arena arena;
};

struct bnc_finish_ranges {
    struct finish *f;
    struct entry_info *entries; /* [n_entries] */
    struct range range[N_RANGES];
    bool takes_names; /* from the parts, which are spent */
    bool failed;
};

/* Its first pair. */
static size_t pairs_from(const struct bnc_finish_ranges *job, size_t range)
{
    return range == 0 ? 0 : job->range[range - 1].pair_end;
}

static bool note_entries(struct bnc_finish_ranges *job)
{
    const struct bnc_merged *m = &job->f->m;

    job->entries = malloc(((size_t)m->n_entries + 1) * sizeof *job->entries);
    for (uint32_t i = 0; job->entries != NULL && i < m->n_entries; i++) {
        const struct bnc_entry *e = m->entries[i].entry;

        job->entries[i] =
            (struct entry_info){ .provider = e->verdict.provider,
                                 .type = (uint8_t)e->type,
                                 .cause = e->verdict.cause,
                                 .is_soft = e->verdict.side == BNC_SIDE_RECIPIENT &&
                                            (e->type == BNC_EVENT_DEFERRAL ||
                                             e->verdict.duration == BNC_DURATION_TEMPORARY),
                                 .explicit_domain = e->verdict.explicit_domain != 0 };
    }
    return job->entries != NULL;
}

/* Of an entry or of events without one; a delivery taken back is BNC_N_EVENTS. */
static struct entry_info info_of(const struct bnc_finish_ranges *job, uint32_t entry)
{
    if (BNC_IS_PSEUDO(entry))
        return (struct entry_info){ .type = (uint8_t)(entry - BNC_PSEUDO_ENTRY(0)),
                                    .cause = BNC_CAUSE_UNKNOWN };
    return job->entries[entry];
}

static bool is_failure(unsigned type)
{
    return type == BNC_EVENT_BOUNCE || type == BNC_EVENT_DEFERRAL;
}

static unsigned rank_of(struct entry_info e)
{
    return 2u * e.cause + (e.type == BNC_EVENT_DEFERRAL);
}

/* The first of 'n' counts with a key of at least 'key'. */
static size_t first_at(const struct bnc_count *at, size_t n, uint64_t key)
{
    size_t low = 0;

    while (low < n) {
        const size_t mid = low + (n - low) / 2;

        if (at[mid].key < key)
            low = mid + 1;
        else
            n = mid;
    }
    return low;
}

/* ---- first step ---- */

/*
 * Gives the pairs of a domain, whose 'cause' is the rank of theirs, its row, counted within the
 * range; 'has' says which ranks there are.
 */
static void number_causes(struct range *r, const uint64_t has[RANK_WORDS],
                          struct bnc_pair_info *pairs, size_t n)
{
    uint32_t row_of[N_RANKS];

    for (unsigned b = 0; b < RANK_WORDS; b++)
        for (uint64_t left = has[b]; left != 0; left &= left - 1)
            row_of[b * 64 + (unsigned)__builtin_ctzll(left)] = r->n_causes++;
    for (size_t i = 0; i < n; i++)
        if (pairs[i].cause != UINT32_MAX)
            pairs[i].cause = row_of[pairs[i].cause];
}

static uint32_t who_of(uint32_t domain, struct entry_info e)
{
    return domain << BNC_PAIR_WHO_BITS | (e.type == BNC_EVENT_DEFERRAL ? BNC_PAIR_DEFERRAL : 0) |
           (e.is_soft ? BNC_PAIR_SOFT : 0);
}

static void number_range(void *arg, size_t at)
{
    struct bnc_finish_ranges *job = arg;
    struct finish *f = job->f;
    const struct bnc_merged *m = &f->m;
    struct range *r = &job->range[at];
    size_t i = first_at(m->pairs, m->n_pairs, BNC_PAIR_KEY(r->low, 0));

    for (uint32_t d = r->low; d < r->high; d++) {
        bool any = m->domains[d].delivered > f->taken[d];
        const size_t from = i;
        uint64_t has[RANK_WORDS] = { 0 };

        for (; i < m->n_pairs && BNC_PAIR_DOMAIN(m->pairs[i].key) == d; i++) {
            const struct entry_info e = info_of(job, BNC_PAIR_ENTRY(m->pairs[i].key));
            const unsigned rank = rank_of(e);

            f->pair_info[i] =
                (struct bnc_pair_info){ .cause = is_failure(e.type) ? rank : UINT32_MAX,
                                        .provider_cause =
                                            (uint32_t)e.provider * BNC_N_CAUSES + e.cause,
                                        .provider = e.provider,
                                        .who = who_of(d, e) };
            any |= is_failure(e.type) || (m->pairs[i].n > 0 && e.type < BNC_N_EVENTS);
            has[rank / 64] |= (uint64_t)is_failure(e.type) << rank % 64;
        }
        number_causes(r, has, f->pair_info + from, i - from);
        f->domain_index[d] = any ? 0 : UINT32_MAX;
        r->n_domains += any;
    }
    r->pair_end = i;
}

static void number_task(void *arg, size_t task)
{
    struct bnc_finish_ranges *job = arg;

    if (task > 0)
        number_range(arg, task - 1);
    else if (!bnc_finish_cells(job->f))
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
}

/* From rows of the range to rows of the tally. */
static void shift_range(void *arg, size_t at)
{
    const struct bnc_finish_ranges *job = arg;

    for (size_t i = pairs_from(job, at); i < job->range[at].pair_end; i++)
        if (job->f->pair_info[i].cause != UINT32_MAX)
            job->f->pair_info[i].cause += job->range[at].cause_at;
}

/* As the builtin, which is a call where there may be no instruction for it. */
static unsigned count_bits(uint64_t v)
{
    v -= v >> 1 & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) + (v >> 2 & UINT64_C(0x3333333333333333));
    v = (v + (v >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(v * UINT64_C(0x0101010101010101) >> 56);
}

/*
 * -64 ln(z / 64) for z free bits of 64, rounded: how many recipients set the others (linear
 * counting, Whang 1990).
 */
static uint64_t sketch_count(uint64_t sketch, uint64_t delivered)
{
    static const uint16_t recipients[65] = { 0,   266, 222, 196, 177, 163, 151, 142, 133, 126, 119,
                                             113, 107, 102, 97,  93,  89,  85,  81,  78,  74,  71,
                                             68,  65,  63,  60,  58,  55,  53,  51,  48,  46,  44,
                                             42,  40,  39,  37,  35,  33,  32,  30,  28,  27,  25,
                                             24,  23,  21,  20,  18,  17,  16,  15,  13,  12,  11,
                                             10,  9,   7,   6,   5,   4,   3,   2,   1,   0 };
    const unsigned free_bits = 64 - count_bits(sketch);

    if (sketch == 0 || free_bits == 0) /* no addresses, or too many to tell */
        return sketch == 0 ? 0 : delivered;
    return recipients[free_bits] < delivered ? recipients[free_bits] : delivered;
}

/* [n_providers] votes by provider, and who has any */
struct poll {
    uint64_t *n;
    uint16_t *named;
    size_t n_named;
};

static void vote_for(struct poll *poll, uint16_t provider, uint64_t n)
{
    if (provider == 0)
        return;
    if (poll->n[provider] == 0)
        poll->named[poll->n_named++] = provider;
    poll->n[provider] += n;
}

/* The provider with most votes; of equals the smaller.  Clears the poll. */
static uint16_t elect(struct poll *poll)
{
    uint16_t best = 0;

    for (size_t i = 0; i < poll->n_named; i++) {
        const uint16_t p = poll->named[i];

        if (best == 0 || poll->n[p] > poll->n[best] || (poll->n[p] == poll->n[best] && p < best))
            best = p;
    }
    while (poll->n_named > 0)
        poll->n[poll->named[--poll->n_named]] = 0;
    return best;
}

/* ---- second step ---- */

struct writer { /* of one range */
    struct bnc_finish_ranges *job;
    struct range *range;
    struct poll poll;
    size_t pair, vote; /* the first of the next domain */
};

/*
 * By domain, else the provider that most of its rows named. 'vote' moves on to the next domain's.
 */
static uint16_t domain_provider(struct writer *w, uint32_t domain, size_t end)
{
    const struct bnc_merged *m = &w->job->f->m;
    const uint16_t known = m->domains[domain].provider;

    if (m->domains[domain].votes > 0)
        vote_for(&w->poll, m->domains[domain].voted, m->domains[domain].votes);
    for (; w->vote < m->n_votes && m->votes[w->vote].key >> 16 == domain; w->vote++)
        vote_for(&w->poll, (uint16_t)m->votes[w->vote].key, m->votes[w->vote].n);
    for (size_t i = w->pair; known == 0 && i < end; i++)
        vote_for(&w->poll, info_of(w->job, BNC_PAIR_ENTRY(m->pairs[i].key)).provider,
                 m->pairs[i].n);
    return known != 0 ? (elect(&w->poll), known) : elect(&w->poll);
}

/* Rows for the causes that the pairs up to 'end' have, in order. */
static void make_causes(struct writer *w, struct bnc_domain *d, uint32_t index, size_t end)
{
    const struct bnc_merged *m = &w->job->f->m;
    uint64_t has[RANK_WORDS] = { 0 };

    for (size_t i = w->pair; i < end; i++) {
        const struct entry_info e = info_of(w->job, BNC_PAIR_ENTRY(m->pairs[i].key));

        if (e.type < BNC_N_EVENTS)
            d->n[e.type] += m->pairs[i].n;
        if (is_failure(e.type))
            has[rank_of(e) / 64] |= UINT64_C(1) << rank_of(e) % 64;
    }
    d->cause_at = w->range->cause_at;
    for (unsigned b = 0; b < RANK_WORDS; b++)
        for (; has[b] != 0; has[b] &= has[b] - 1) {
            const unsigned rank = b * 64 + (unsigned)__builtin_ctzll(has[b]);
            const uint32_t row = w->range->cause_at++;

            w->job->f->t->domain_causes[row] =
                (struct bnc_domain_cause){ .domain = index,
                                           .recipients = w->job->f->d.cause[row],
                                           .cause = (uint8_t)(rank / 2),
                                           .type = rank % 2 == 0 ? BNC_EVENT_BOUNCE
                                                                 : BNC_EVENT_DEFERRAL,
                                           .first = BNC_NO_TIME,
                                           .last = BNC_NO_TIME,
                                           .top_template = UINT32_MAX };
        }
    d->n_causes = (uint16_t)(w->range->cause_at - d->cause_at); /* N_RANKS at most */
}

static void count_causes(struct writer *w, struct bnc_domain *d, size_t end)
{
    struct finish *f = w->job->f;

    for (size_t i = w->pair; i < end; i++) {
        const struct bnc_count *pair = &f->m.pairs[i];
        const struct entry_info e = info_of(w->job, BNC_PAIR_ENTRY(pair->key));
        struct bnc_domain_cause *c;

        if (!is_failure(e.type))
            continue;
        c = &f->t->domain_causes[f->pair_info[i].cause];
        c->events += pair->n;
        c->failed_days |= pair->days;
        c->explicit_domain |= e.explicit_domain;
        bnc_finish_widen(&c->first, &c->last, pair);
        bnc_finish_widen(&d->first, &d->last, pair);
    }
}

static bool write_domain(struct writer *w, uint32_t domain)
{
    struct finish *f = w->job->f;
    const struct bnc_merged_domain *from = &f->m.domains[domain];
    const uint64_t delivered = from->delivered - f->taken[domain];
    const uint32_t index = w->range->domain_at;
    struct bnc_domain *d = &f->t->domains[index];
    size_t end = w->pair;

    while (end < f->m.n_pairs && BNC_PAIR_DOMAIN(f->m.pairs[end].key) == domain)
        end++;
    if (f->domain_index[domain] != UINT32_MAX) {
        *d = (struct bnc_domain){ .name = w->job->takes_names
                                              ? from->name
                                              : bnc_arena_copy(&w->range->arena, from->name),
                                  .provider = domain_provider(w, domain, end),
                                  .delivered_days = from->days,
                                  .recipients_failed = f->d.domain[domain].failed,
                                  .recipients_bounced = f->d.domain[domain].bounced,
                                  .first = BNC_NO_TIME,
                                  .last = BNC_NO_TIME };
        make_causes(w, d, index, end);
        count_causes(w, d, end);
        d->n[BNC_EVENT_DELIVERED] += delivered;
        d->recipients_delivered = sketch_count(from->sketch, delivered);
        f->domain_index[domain] = index;
        w->range->provider_domains[d->provider]++;
        w->range->domain_at++;
    }
    w->pair = end;
    return f->domain_index[domain] == UINT32_MAX || d->name.at != NULL;
}

static void write_range(void *arg, size_t at)
{
    struct bnc_finish_ranges *job = arg;
    const struct bnc_merged *m = &job->f->m;
    struct range *r = &job->range[at];
    const size_t n_providers = job->f->t->n_providers;
    struct writer w = { .job = job,
                        .range = r,
                        .poll = { calloc(n_providers + 1, sizeof *w.poll.n),
                                  malloc((n_providers + 1) * sizeof *w.poll.named), 0 },
                        .pair = pairs_from(job, at),
                        .vote = first_at(m->votes, m->n_votes, (uint64_t)r->low << 16) };
    bool ok = w.poll.n != NULL && w.poll.named != NULL;

    r->provider_domains = calloc(n_providers + 1, sizeof *r->provider_domains);
    ok = ok && r->provider_domains != NULL;
    for (uint32_t d = r->low; ok && d < r->high; d++)
        ok = write_domain(&w, d);
    free(w.poll.n);
    free(w.poll.named);
    if (!ok)
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
}

static void build_templates(struct bnc_finish_ranges *job)
{
    struct finish *f = job->f;

    if (!bnc_templates_build(f->t, &f->m, f->d.pair, &f->template_index))
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
}

static void write_task(void *arg, size_t task)
{
    if (task == 0)
        build_templates(arg);
    else
        write_range(arg, task - 1);
}

/* ---- third step ---- */

/* Whether pair 'a' rather than 'b' tells the top template: more recipients, then more events. */
static bool is_above(const struct finish *f, size_t a, size_t b)
{
    const uint32_t x = BNC_PAIR_ENTRY(f->m.pairs[a].key), y = BNC_PAIR_ENTRY(f->m.pairs[b].key);

    if (f->d.pair[a] != f->d.pair[b])
        return f->d.pair[a] > f->d.pair[b];
    if (f->m.pairs[a].n != f->m.pairs[b].n)
        return f->m.pairs[a].n > f->m.pairs[b].n;
    return f->template_index.shown[x] < f->template_index.shown[y];
}

/* Of each cause first the pair at the top, then its template. */
static void find_top_templates(void *arg, size_t at)
{
    const struct bnc_finish_ranges *job = arg;
    const struct finish *f = job->f;
    const size_t from = pairs_from(job, at), end = job->range[at].pair_end;
    struct bnc_domain_cause *const causes = f->t->domain_causes;

    for (size_t i = from; i < end; i++) {
        const uint32_t c = f->pair_info[i].cause;

        if (c == UINT32_MAX || BNC_IS_PSEUDO(BNC_PAIR_ENTRY(f->m.pairs[i].key)))
            continue;
        if (causes[c].top_template == UINT32_MAX || is_above(f, i, causes[c].top_template))
            causes[c].top_template = (uint32_t)i;
    }
    for (uint32_t c = job->range[at].cause_at - job->range[at].n_causes;
         c < job->range[at].cause_at; c++)
        if (causes[c].top_template != UINT32_MAX)
            causes[c].top_template =
                f->template_index.shown[BNC_PAIR_ENTRY(f->m.pairs[causes[c].top_template].key)];
}

/* ---- all of them ---- */

/* Where each range's domains and causes stand. */
static void place_ranges(struct bnc_finish_ranges *job)
{
    struct bnc_tally *t = job->f->t;

    for (size_t i = 0; i < N_RANGES; i++) {
        job->range[i].domain_at = (uint32_t)t->n_domains;
        job->range[i].cause_at = (uint32_t)t->n_domain_causes;
        t->n_domains += job->range[i].n_domains;
        t->n_domain_causes += job->range[i].n_causes;
    }
}

void bnc_finish_ranges_free(struct bnc_finish_ranges *job)
{
    for (size_t i = 0; job != NULL && i < N_RANGES; i++) {
        free(job->range[i].provider_domains);
        bnc_arena_release(&job->range[i].arena);
    }
    if (job != NULL)
        free(job->entries);
    free(job);
}

bool bnc_finish_number_domains(struct finish *f)
{
    struct bnc_finish_ranges *job = calloc(1, sizeof *job);
    const uint64_t n = f->m.n_domains;

    f->ranges = job;
    f->pair_info = bnc_big_alloc((f->m.n_pairs + 1) * sizeof *f->pair_info);
    f->domain_index = malloc((n + 1) * sizeof *f->domain_index);
    if (job == NULL || f->pair_info == NULL || f->domain_index == NULL)
        return false;
    job->f = f;
    if (!note_entries(job))
        return false;
    for (uint32_t i = 0; i < N_RANGES; i++) {
        job->range[i].low = (uint32_t)(n * i / N_RANGES);
        job->range[i].high = (uint32_t)(n * (i + 1) / N_RANGES);
    }
    bnc_merged_run(&f->m, 1 + N_RANGES, number_task, job);
    if (job->failed)
        return false;
    place_ranges(job);
    bnc_merged_run(&f->m, N_RANGES, shift_range, job);
    return true;
}

bool bnc_finish_write_domains(struct finish *f)
{
    struct bnc_finish_ranges *job = f->ranges;
    struct bnc_tally *t = f->t;

    /* written in full, so not cleared */
    t->domains = bnc_arena_array(&t->arena, t->n_domains, sizeof *t->domains);
    t->domain_causes = bnc_arena_array(&t->arena, t->n_domain_causes, sizeof *t->domain_causes);
    if (t->domains == NULL || t->domain_causes == NULL)
        return false;
    job->takes_names = f->m.n_parts > 0;
    for (size_t p = 0; p < f->m.n_parts; p++)
        job->takes_names &= f->m.parts[p]->spent;
    bnc_merged_run(&f->m, 1 + N_RANGES, write_task, job);
    if (!job->failed)
        bnc_merged_run(&f->m, N_RANGES, find_top_templates, job);
    for (size_t p = 0; p < f->m.n_parts && job->takes_names; p++)
        bnc_arena_join(&t->arena, &f->m.parts[p]->domains.arena);
    for (size_t i = 0; i < N_RANGES; i++) {
        for (size_t p = 0; !job->failed && p < t->n_providers; p++)
            t->providers[p].domains += job->range[i].provider_domains[p];
        bnc_arena_join(&t->arena, &job->range[i].arena);
    }
    return !job->failed;
}
