/* SPDX-License-Identifier: MIT
 * merge_domains.c - the domains of all parts in one sorted order, on all threads.
 *
 * They are sorted by their first eight bytes as a number. Where those are alike but not the names,
 * by the eight that follow, and so on; that two parts know the same name their fingerprints tell.
 */
#include "aggregate/keysort.h"
#include "aggregate/merge_steps.h"

#include "util/big.h"
#include "util/prefetch.h"

#include <stdlib.h>

/* Which part and which of its domains: the 'ref' of a key. */
#define DOMAIN_REF(part, domain) ((uint64_t)(part) << 32 | (domain))

struct slice {
    uint32_t n_names, name_at;
    size_t n_votes; /* written from the slice's first key on */
};

struct bnc_merge_domains {
    struct bnc_merged *m;
    struct bnc_keys keys;
    size_t *from, *n; /* [part] where its keys are at first, and how many */
    struct slice slice[BNC_KEY_SLICES];
};

static const struct bnc_domain_rec *domain_of(const struct bnc_merged *m, uint64_t ref)
{
    return bnc_names_at(&m->parts[ref >> 32]->domains, (uint32_t)ref);
}

/* Eight bytes of a name as a number that sorts like them; behind its end they are 0. */
static uint64_t bytes_at(struct bnc_span s, size_t at)
{
    uint64_t v = 0;

    if (at < s.len)
        memcpy(&v, s.at + at, s.len - at < 8 ? s.len - at : 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

/* ---- before: keys, a part at a time ---- */

void bnc_merge_domains_free(struct bnc_merge_domains *job)
{
    if (job == NULL)
        return;
    bnc_keys_release(&job->keys);
    free(job->from);
    free(job->n);
    free(job);
}

struct bnc_merge_domains *bnc_merge_domains_new(struct bnc_merged *m)
{
    struct bnc_merge_domains *job = calloc(1, sizeof *job);
    size_t n = 0;

    m->domain_map = bnc_maps_new(m->n_parts);
    if (job == NULL || m->domain_map == NULL)
        return bnc_merge_domains_free(job), NULL;
    job->m = m;
    job->from = calloc(m->n_parts + 1, sizeof *job->from);
    job->n = calloc(m->n_parts + 1, sizeof *job->n);
    for (size_t p = 0; job->from != NULL && p < m->n_parts; p++) {
        job->from[p] = n;
        n += m->parts[p]->domains.n;
    }
    if (job->from == NULL || job->n == NULL || !bnc_keys_init(&job->keys, n))
        return bnc_merge_domains_free(job), NULL;
    return job;
}

bool bnc_merge_domains_list(struct bnc_merge_domains *job, size_t part)
{
    const struct bnc_names *names = &job->m->parts[part]->domains;
    struct bnc_sortkey *to = job->keys.at + job->from[part];

    for (uint32_t i = 0; i < names->n; i++) {
        const struct bnc_domain_rec *d = bnc_names_at(names, i);

        if (d->used)
            to[job->n[part]++] =
                (struct bnc_sortkey){ bytes_at(d->name.text, 0), DOMAIN_REF(part, i) };
    }
    return bnc_maps_fill(job->m->domain_map, part, names->n);
}

/* Names that nothing was counted of leave no gaps. */
static void close_gaps(struct bnc_merge_domains *job)
{
    size_t n = 0;

    for (size_t p = 0; p < job->m->n_parts; n += job->n[p++])
        if (n < job->from[p])
            memmove(job->keys.at + n, job->keys.at + job->from[p],
                    job->n[p] * sizeof *job->keys.at);
    job->keys.n = n;
}

/* ---- names of a slice ---- */

static bool is_one_name(const struct bnc_merged *m, const struct bnc_sortkey *at, size_t n)
{
    const uint64_t fp = domain_of(m, at[0].ref)->name.fp;

    for (size_t i = 1; i < n; i++)
        if (domain_of(m, at[i].ref)->name.fp != fp)
            return false;
    return true;
}

/*
 * The keys of names that agree in their first 'depth' bytes: what follows, at last their length,
 * when nothing follows of any (NO_MORE is returned). Returns the next depth.
 */
#define NO_MORE SIZE_MAX
static size_t look_deeper(const struct bnc_merged *m, struct bnc_sortkey *at, size_t n,
                          size_t depth)
{
    size_t longest = 0;

    for (size_t i = 0; i < n; i++) {
        const struct bnc_span name = domain_of(m, at[i].ref)->name.text;

        longest = name.len > longest ? name.len : longest;
    }
    for (size_t i = 0; i < n; i++) {
        const struct bnc_span name = domain_of(m, at[i].ref)->name.text;

        at[i].key = depth < longest ? bytes_at(name, depth) : name.len;
    }
    return depth < longest ? depth + 8 : NO_MORE;
}

/*
 * Sorts 'n' names that agree in their first 'depth' bytes; then the key of the first one of each
 * name is 1, of others 0. Returns how many names they are.
 */
static uint32_t settle(const struct bnc_merged *m, struct bnc_sortkey *at, struct bnc_sortkey *tmp,
                       size_t n, size_t depth)
{
    uint32_t n_names = 0;

    if (n == 1 || depth == NO_MORE || is_one_name(m, at, n)) {
        for (size_t i = 0; i < n; i++)
            at[i].key = i == 0;
        return 1;
    }
    depth = look_deeper(m, at, n, depth);
    bnc_sortkeys(at, tmp, n);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && at[end].key == at[i].key; end++)
            ;
        n_names += settle(m, at + i, tmp, end - i, depth);
    }
    return n_names;
}

#define AHEAD 16u
BNC_PREFETCHER fetch(const struct bnc_merged *m, const struct bnc_sortkey *at, size_t n)
{
    if (n > AHEAD)
        __builtin_prefetch(domain_of(m, at[AHEAD].ref));
}

static void settle_slice(void *arg, size_t slice)
{
    struct bnc_merge_domains *job = arg;
    struct bnc_sortkey *at = job->keys.at, *tmp = bnc_keys_spare(&job->keys);

    for (size_t i = job->keys.cut[slice], end; i < job->keys.cut[slice + 1]; i = end) {
        for (end = i + 1; end < job->keys.cut[slice + 1] && at[end].key == at[i].key; end++)
            ;
        fetch(job->m, at + i, job->keys.cut[slice + 1] - i);
        job->slice[slice].n_names += settle(job->m, at + i, tmp + i, end - i, 8);
    }
}

/* ---- their records ---- */

static void add_record(struct bnc_merged_domain *to, const struct bnc_domain_rec *d)
{
    to->delivered += d->delivered;
    to->days |= d->days;
    to->sketch |= d->sketch;
    to->provider = d->provider;
}

/* Adds a vote to the sorted ones of one domain, 'from' .. 'n' - 1; how many there are then. */
static size_t add_vote(struct bnc_count *votes, size_t from, size_t n, uint64_t key, uint64_t more)
{
    size_t i = n;

    while (i > from && votes[i - 1].key >= key)
        i--;
    if (i < n && votes[i].key == key) {
        votes[i].n += more;
        return n;
    }
    memmove(votes + i + 1, votes + i, (n - i) * sizeof *votes);
    votes[i] = (struct bnc_count){ .key = key, .n = more, .first = BNC_FIRST_NONE };
    return n + 1;
}

static void write_slice(void *arg, size_t slice)
{
    struct bnc_merge_domains *job = arg;
    struct bnc_merged *m = job->m;
    struct bnc_count *const votes = m->votes + job->keys.cut[slice];
    struct bnc_merged_domain *to = m->domains + job->slice[slice].name_at;
    size_t n_votes = 0, first_vote = 0;

    for (size_t i = job->keys.cut[slice], end = job->keys.cut[slice + 1]; i < end; i++) {
        const struct bnc_sortkey *key = &job->keys.at[i];
        const struct bnc_domain_rec *d = domain_of(m, key->ref);

        fetch(m, key, end - i);
        if (key->key == 1) {
            to += i > job->keys.cut[slice];
            *to = (struct bnc_merged_domain){ .name = d->name.text };
            first_vote = n_votes;
        }
        add_record(to, d);
        m->domain_map[key->ref >> 32][(uint32_t)key->ref] = (uint32_t)(to - m->domains);
        if (d->votes > 0)
            n_votes = add_vote(votes, first_vote, n_votes,
                               (uint64_t)(to - m->domains) << 16 | d->voted, d->votes);
    }
    job->slice[slice].n_votes = n_votes;
}

static void join_votes(struct bnc_merge_domains *job)
{
    struct bnc_merged *m = job->m;

    for (size_t i = 0; i < BNC_KEY_SLICES; m->n_votes += job->slice[i++].n_votes)
        if (m->n_votes < job->keys.cut[i])
            memmove(m->votes + m->n_votes, m->votes + job->keys.cut[i],
                    job->slice[i].n_votes * sizeof *m->votes);
}

/* Of domains whose rows name several providers, all votes but those for the first one. */
static bool add_other_votes(struct bnc_merged *m)
{
    struct bnc_count *votes;
    size_t n = m->n_votes;

    for (size_t p = 0; p < m->n_parts; p++)
        n += m->parts[p]->votes.n;
    if (n == m->n_votes)
        return true;
    votes = realloc(m->votes, (n + 1) * sizeof *votes);
    if (votes == NULL)
        return false;
    m->votes = votes;
    for (size_t p = 0; p < m->n_parts; p++) {
        struct bnc_count *at = votes + m->n_votes;

        m->n_votes += bnc_counts_list(&m->parts[p]->votes, at);
        for (; at < votes + m->n_votes; at++)
            at->key = (uint64_t)m->domain_map[p][at->key >> 16] << 16 | (at->key & 0xffff);
    }
    return bnc_counts_compact(votes, &m->n_votes);
}

bool bnc_merge_domains_end(struct bnc_merge_domains *job)
{
    struct bnc_merged *m = job->m;

    close_gaps(job);
    bnc_keys_sort(&job->keys, m);
    bnc_merged_run(m, BNC_KEY_SLICES, settle_slice, job);
    for (size_t i = 0; i < BNC_KEY_SLICES; i++) {
        job->slice[i].name_at = m->n_domains;
        m->n_domains += job->slice[i].n_names;
    }
    m->domains = bnc_huge_malloc(((size_t)m->n_domains + 1) * sizeof *m->domains);
    m->votes = bnc_huge_malloc((job->keys.n + 1) * sizeof *m->votes);
    if (m->domains == NULL || m->votes == NULL)
        return false;
    bnc_merged_run(m, BNC_KEY_SLICES, write_slice, job);
    join_votes(job);
    return add_other_votes(m);
}
