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
    uint32_t n_providers;
    struct bnc_count *votes; /* growing: what is for m->votes */
    size_t n_votes, cap_votes;
    bool failed;
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

/* ---- before: keys, a part at a time ---- */

void bnc_merge_domains_free(struct bnc_merge_domains *job)
{
    if (job == NULL)
        return;
    for (size_t i = 0; i < BNC_KEY_SLICES; i++)
        free(job->slice[i].votes);
    free(job->from);
    free(job->n);
    free(job);
}

struct bnc_merge_domains *bnc_merge_domains_new(struct bnc_merged *m)
{
    struct bnc_merge_domains *job = calloc(1, sizeof *job);
    size_t n = 0;
    void *room;

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
    room = bnc_merged_room(m, bnc_keys_bytes(n));
    if (job->from == NULL || job->n == NULL || room == NULL)
        return bnc_merge_domains_free(job), NULL;
    bnc_keys_init(&job->keys, n, room);
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
                (struct bnc_sortkey){ bnc_text_key(d->name.text, 0), DOMAIN_REF(part, i) };
    }
    return bnc_maps_fill(job->m->domain_map, part, names->n);
}

/* ---- names of a slice ---- */

static struct bnc_span text_of(const void *m, uint64_t ref)
{
    return domain_of(m, ref)->name.text;
}

static uint64_t id_of(const void *m, uint64_t ref)
{
    return domain_of(m, ref)->name.fp;
}

static void fetch_ref(const void *m, uint64_t ref)
{
    __builtin_prefetch(domain_of(m, ref));
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
    const struct bnc_key_texts texts = { text_of, id_of, fetch_ref, job->m };

    job->slice[slice].n_names = (uint32_t)bnc_keys_settle(&job->keys, slice, &texts);
}

/* ---- their records ---- */

static void add_record(struct bnc_merged_domain *to, const struct bnc_domain_rec *d)
{
    to->delivered += d->delivered;
    to->days |= d->days;
    to->sketch |= d->sketch;
    to->provider = d->provider;
}

/* Adds the votes of a part's domain, if the merged one has room for them. */
static bool add_votes(struct bnc_merged_domain *to, const struct bnc_domain_rec *d)
{
    if (d->votes == 0)
        return true;
    if (to->votes == 0)
        to->voted = d->voted;
    if (to->voted != d->voted || d->votes > UINT32_MAX - to->votes)
        return false;
    to->votes += d->votes;
    return true;
}

static bool add_vote(struct slice *s, uint32_t domain, const struct bnc_domain_rec *d)
{
    if (!bnc_array_grow(&s->votes, &s->cap_votes, s->n_votes + 1, sizeof *s->votes))
        return false;
    s->votes[s->n_votes++] = (struct bnc_count){ .key = (uint64_t)domain << 16 | d->voted,
                                                 .n = d->votes,
                                                 .first = BNC_FIRST_NONE };
    return true;
}

static void write_slice(void *arg, size_t slice)
{
    struct bnc_merge_domains *job = arg;
    struct bnc_merged *m = job->m;
    struct slice *const s = &job->slice[slice];
    struct bnc_merged_domain *to = m->domains + s->name_at;

    for (size_t i = job->keys.cut[slice], end = job->keys.cut[slice + 1]; i < end; i++) {
        const struct bnc_sortkey *key = &job->keys.at[i];
        const struct bnc_domain_rec *d = domain_of(m, key->ref);

        fetch(m, key, end - i);
        if (key->key == 1) {
            to += i > job->keys.cut[slice];
            *to = (struct bnc_merged_domain){ .name = d->name.text };
        }
        add_record(to, d);
        s->n_providers = d->provider >= s->n_providers ? d->provider + 1u : s->n_providers;
        m->domain_map[key->ref >> 32][(uint32_t)key->ref] = (uint32_t)(to - m->domains);
        if (!add_votes(to, d) && !add_vote(s, (uint32_t)(to - m->domains), d))
            s->failed = true;
    }
}

/* Those of slices, and of domains of the parts whose rows name several providers. */
static bool sum_votes(struct bnc_merge_domains *job)
{
    struct bnc_merged *m = job->m;
    size_t n = 0;

    for (size_t i = 0; i < BNC_KEY_SLICES; i++)
        n += job->slice[i].n_votes;
    for (size_t p = 0; p < m->n_parts; p++)
        n += m->parts[p]->votes.n;
    m->votes = malloc((n + 1) * sizeof *m->votes);
    if (m->votes == NULL)
        return false;
    for (size_t i = 0; i < BNC_KEY_SLICES; i++)
        for (size_t k = 0; k < job->slice[i].n_votes; k++)
            m->votes[m->n_votes++] = job->slice[i].votes[k];
    for (size_t p = 0; p < m->n_parts; p++) {
        struct bnc_count *at = m->votes + m->n_votes;

        m->n_votes += bnc_counts_list(&m->parts[p]->votes, at);
        for (; at < m->votes + m->n_votes; at++)
            at->key = (uint64_t)m->domain_map[p][at->key >> 16] << 16 | (at->key & 0xffff);
    }
    return bnc_counts_compact(m->votes, &m->n_votes);
}

struct bnc_count *bnc_merged_votes(const struct bnc_merged *m, size_t *n)
{
    struct bnc_count *votes = malloc((m->n_votes + m->n_domains + 1) * sizeof *votes);

    *n = m->n_votes;
    if (votes != NULL && m->n_votes > 0)
        memcpy(votes, m->votes, m->n_votes * sizeof *votes);
    for (uint32_t i = 0; votes != NULL && i < m->n_domains; i++)
        if (m->domains[i].votes > 0)
            votes[(*n)++] = (struct bnc_count){ .key = (uint64_t)i << 16 | m->domains[i].voted,
                                                .n = m->domains[i].votes,
                                                .first = BNC_FIRST_NONE };
    if (votes != NULL && bnc_counts_compact(votes, n))
        return votes;
    free(votes);
    return NULL;
}

bool bnc_merge_domains_end(struct bnc_merge_domains *job)
{
    struct bnc_merged *m = job->m;

    bnc_keys_join(&job->keys, job->from, job->n, m->n_parts); /* not all names were counted */
    bnc_keys_sort(&job->keys, m->parallel, m->ctx);
    bnc_merged_run(m, BNC_KEY_SLICES, settle_slice, job);
    for (size_t i = 0; i < BNC_KEY_SLICES; i++) {
        job->slice[i].name_at = m->n_domains;
        m->n_domains += job->slice[i].n_names;
    }
    m->domains = bnc_huge_malloc(((size_t)m->n_domains + 1) * sizeof *m->domains);
    if (m->domains == NULL)
        return false;
    bnc_merged_run(m, BNC_KEY_SLICES, write_slice, job);
    for (size_t i = 0; i < BNC_KEY_SLICES; i++) {
        if (job->slice[i].failed)
            return false;
        if (job->slice[i].n_providers > m->n_providers)
            m->n_providers = job->slice[i].n_providers;
    }
    return sum_votes(job);
}

/*
 * Together with what reading took it goes back to the system, as what is merged next takes blocks
 * of other sizes, and on other threads.
 */
void bnc_merge_drop_domains(struct bnc_merged *m)
{
    for (size_t p = 0; p < m->n_parts; p++)
        if (m->parts[p]->spent)
            bnc_names_drop_records(&m->parts[p]->domains);
    bnc_big_trim();
}
