/* SPDX-License-Identifier: MIT
 * merge.c - from parts to one numbering, step by step, with the few steps that are short.
 */
#include "aggregate/merge_steps.h"

#include "util/status.h"

#include <stdlib.h>

/* A task ran out of memory; any thread. */
static void fail(struct bnc_merged *m)
{
    __atomic_store_n(&m->failed, true, __ATOMIC_RELAXED);
}

/* ---- examples and faults ---- */

static void merge_examples(struct bnc_merged *m)
{
    for (size_t p = 0; p < m->n_parts; p++) {
        const struct bnc_sums *sums = &m->parts[p]->sums;
        const size_t n =
            sums->n_examples < m->parts[p]->n_entries ? sums->n_examples : m->parts[p]->n_entries;

        for (size_t i = 0; i < n; i++) {
            struct bnc_example e = sums->examples[i];

            if (m->entry_map[p][i] == UINT32_MAX)
                continue;
            e.source = bnc_merged_source(m, p, e.source);
            bnc_example_merge(&m->entries[m->entry_map[p][i]].example, &e);
        }
    }
    for (size_t o = 0; o < BNC_N_OVERLAYS; o++)
        for (size_t i = 0; i < m->overlay[o].n_examples && i < m->n_entries; i++)
            bnc_example_merge(&m->entries[i].example, &m->overlay[o].examples[i]);
}

void bnc_merged_add_faults(const struct bnc_merged *m, size_t part, struct bnc_fault_total *all)
{
    for (unsigned f = 0; f < BNC_N_FAULTS; f++) {
        const struct bnc_fault_total *from = &m->parts[part]->faults[f];

        all[f].n += from->n;
        for (uint32_t i = 0; i < from->n_first; i++) {
            struct bnc_place place = from->first[i];

            place.source = bnc_merged_source(m, part, place.source);
            bnc_fault_add_place(&all[f], place);
        }
    }
}

/* ---- held bounces are decided ---- */

static bool count_held(struct bnc_merged *m, struct bnc_sums *sums, const struct bnc_held *h)
{
    const bool known = !BNC_IS_PSEUDO(h->entry);
    const struct bnc_fact f = {
        .address = h->address,
        .row = h->row,
        .off = h->off,
        .source = h->source,
        .time = h->time,
        .day = bnc_time_day(h->time),
        .domain = h->domain,
        .entry = h->entry,
        .campaign = h->campaign,
        .code = h->late ? BNC_CODE_LATE : BNC_EVENT_BOUNCE,
        .own = h->own
    };
    const struct bnc_spot spot = {
        .ip = h->ip,
        .sender = h->sender,
        .provider = h->provider,
        .col = bnc_col_of(BNC_EVENT_BOUNCE, known ? m->entries[h->entry].entry->verdict.cause : -1)
    };

    if (!bnc_sums_reserve(sums, 2, known ? (size_t)h->entry + 1 : 0))
        return false;
    if (h->late)
        bnc_sums_take_back(sums, &f, &spot);
    return bnc_sums_add(sums, &f, &spot, m->detail);
}

static void resolve_task(void *arg, size_t task)
{
    struct bnc_merged *m = arg;
    struct bnc_sums *sums = &m->overlay[task];
    uint64_t dropped = 0;

    for (unsigned p = (unsigned)task; p < BNC_LOG_PARTS; p += BNC_N_OVERLAYS) {
        size_t n;
        struct bnc_held *held = bnc_merged_held(m, p, &n, &dropped);
        bool ok = held != NULL;

        for (size_t i = 0; ok && i < n; i++)
            ok = count_held(m, sums, &held[i]);
        free(held);
        if (!ok)
            fail(m);
    }
    __atomic_fetch_add(&m->duplicates, dropped, __ATOMIC_RELAXED);
}

/* Rows that count as 'other' without an event belong to the empty name of every kind. */
static bool add_others(struct bnc_merged *m)
{
    struct bnc_sums *sums = &m->overlay[0];
    struct bnc_counts *cells = &sums->cells.rare;

    for (size_t p = 0; p < m->n_parts; p++) {
        const uint64_t n = m->parts[p]->others;

        if (n == 0)
            continue;
        if (!bnc_sums_reserve(sums, 1, 0))
            return false;
        bnc_counts_get(cells, BNC_CELL_KEY(BNC_KIND_DAY, 0, 0, BNC_EVENT_OTHER))->n += n;
        for (unsigned k = BNC_KIND_CAMPAIGN; k < BNC_N_KINDS; k++)
            bnc_counts_get(cells, BNC_CELL_KEY(k, m->name_map[k][p][0], 0, BNC_EVENT_OTHER))->n +=
                n;
        sums->pairs
            .at[bnc_pairs_get(&sums->pairs,
                              BNC_PAIR_KEY(m->domain_map[p][0], BNC_PSEUDO_ENTRY(BNC_EVENT_OTHER)))]
            .n += n;
    }
    return true;
}

/* ---- all of it ---- */

struct naming {
    struct bnc_merged *m;
    struct bnc_merge_domains *domains;
};

static void names_task(void *arg, size_t task)
{
    const struct naming *naming = arg;
    struct bnc_merged *m = naming->m;
    bool ok = true;

    switch (task) {
    case 0:
        ok = bnc_merge_entries(m);
        break;
    case 1:
        ok = bnc_merge_names(m, BNC_KIND_CAMPAIGN);
        break;
    case 2:
        ok = bnc_merge_names(m, BNC_KIND_SENDING_IP);
        break;
    case 3:
        ok = bnc_merge_names(m, BNC_KIND_SENDER_DOMAIN);
        break;
    case 4:
        ok = bnc_merge_sources(m);
        break;
    default:
        ok = bnc_merge_domains_list(naming->domains, task - 5);
    }
    if (!ok)
        fail(m);
}

static void merge_all_names(struct bnc_merged *m)
{
    struct naming naming = { m, bnc_merge_domains_new(m) };

    if (naming.domains == NULL)
        fail(m);
    else
        bnc_merged_run(m, 5 + m->n_parts, names_task, &naming);
    if (!m->failed && !bnc_merge_domains_end(naming.domains))
        fail(m);
    bnc_merge_domains_free(naming.domains);
}

/*
 * Of a part that is finished once nothing is looked up any more. Every thread frees some: the
 * kernel has what is freed on a core ready for who asks for memory there.
 */
static void drop_slots(void *arg, size_t p)
{
    const struct bnc_merged *const m = arg;
    struct bnc_part *const part = m->parts[p];

    if (!part->spent)
        return;
    bnc_names_drop_slots(&part->domains);
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        bnc_names_drop_slots(&part->names[k]);
    bnc_pairs_drop_slots(&part->sums.pairs);
}

enum bnc_status bnc_merged_make(struct bnc_merged *m, struct bnc_part *const *parts, size_t n_parts,
                                bool resolve, bnc_parallel_fn parallel, void *ctx)
{
    *m = (struct bnc_merged){ .parts = parts,
                              .n_parts = n_parts,
                              .parallel = parallel,
                              .ctx = ctx,
                              .detail = BNC_DETAIL_LISTS,
                              .lists_only = n_parts > 0 };
    for (size_t p = 0; p < n_parts; p++) {
        m->duplicates += parts[p]->duplicates;
        if (parts[p]->detail != BNC_DETAIL_LISTS)
            m->detail = BNC_DETAIL_REPORT;
        m->lists_only &= parts[p]->lists_only;
        if (m->classifier == NULL)
            m->classifier = parts[p]->classifier;
    }
    for (size_t o = 0; o < BNC_N_OVERLAYS; o++)
        bnc_sums_init(&m->overlay[o], n_parts > 0 ? parts[0]->domains.seed : 1);
    bnc_merged_run(m, n_parts, drop_slots, m);
    merge_all_names(m);
    if (!m->failed && resolve && !add_others(m))
        fail(m);
    if (!m->failed && resolve)
        bnc_merged_run(m, BNC_N_OVERLAYS, resolve_task, m);
    if (!m->failed && !bnc_merge_pairs(m))
        fail(m);
    if (m->failed)
        return BNC_ENOMEM;
    free(m->room);
    m->room = NULL;
    m->cap_room = 0;
    merge_examples(m);
    return BNC_OK;
}
