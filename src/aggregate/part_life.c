/* SPDX-License-Identifier: MIT
 * part_life.c - a part from empty to freed, and the rows in it that are no events.
 */
#include "aggregate/part.h"

#include <stdlib.h>

struct source_ref {
    struct bnc_span name;
    uint32_t number;
};

static int by_name(const void *a, const void *b)
{
    return bnc_span_cmp(((const struct source_ref *)a)->name, ((const struct source_ref *)b)->name);
}

/* Gives each source its place among the sorted distinct names. */
static bool rank_sources(struct bnc_part *part, const struct bnc_span *names, uint32_t n)
{
    struct source_ref *order = malloc(((size_t)n + 1) * sizeof *order);
    bool ok;

    part->sources = malloc(((size_t)n + 1) * sizeof *part->sources);
    part->rank = malloc(((size_t)n + 1) * sizeof *part->rank);
    ok = order != NULL && part->sources != NULL && part->rank != NULL;
    for (uint32_t i = 0; ok && i < n; i++)
        order[i] = (struct source_ref){ names[i], i };
    if (ok)
        qsort(order, n, sizeof *order, by_name);
    for (uint32_t i = 0; ok && i < n; i++) {
        struct bnc_span *last = &part->sources[part->n_sources];

        if (i == 0 || !bnc_span_eq(last[-1], order[i].name)) {
            *last = bnc_arena_copy(&part->arena, order[i].name);
            ok = last->at != NULL;
            part->n_sources++;
        }
        part->rank[order[i].number] = part->n_sources - 1;
    }
    part->n_ranks = n;
    free(order);
    return ok;
}

/*
 * Number 0 is the empty name everywhere: for rows that have none, and for those counted without an
 * event.
 */
static bool name_nothing(struct bnc_part *part)
{
    const struct bnc_span none = BNC_SPAN("");
    bool made, ok = bnc_names_get(&part->domains, none, &made) == 0;

    for (unsigned k = BNC_KIND_CAMPAIGN; k < BNC_N_KINDS; k++)
        ok = ok && bnc_names_get(&part->names[k], none, &made) == 0;
    return ok;
}

/* A key of 4 is not looked for where one of 0 would be: what is empty says nothing of any key. */
static void forget_names(struct bnc_part *part)
{
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        part->memo[k][0].key = part->memo[k][1].key = 4;
    for (unsigned i = 0; i < BNC_MAILING_WAYS; i++)
        part->mailing_key[i] = BNC_MAILING_WAYS;
}

struct bnc_part *bnc_part_create(const struct bnc_part_options *opt)
{
    struct bnc_part *part = calloc(1, sizeof *part);

    if (part == NULL)
        return NULL;
    part->detail = opt->detail;
    part->lists_only = opt->lists_only;
    part->adds_all = opt->adds_all;
    part->often = opt->lists_only ? opt->often : NULL;
    part->lean = opt->lists_only ? bnc_lean_create() : NULL;
    part->classifier = opt->classifier;
    part->domains.rec_bytes = sizeof(struct bnc_domain_rec);
    part->domains.frugal = opt->lists_only;
    part->domains.seed = part->votes.seed = opt->seed | 1;
    bnc_sums_init(&part->sums, opt->seed | 1);
    part->sums.pairs.frugal = part->sums.cells.rare.frugal = opt->lists_only;
    for (unsigned k = 0; k < BNC_N_KINDS; k++) {
        part->names[k].rec_bytes = sizeof(struct bnc_name);
        part->names[k].seed = opt->seed | 1;
    }
    part->memo_day_campaign = UINT32_MAX;
    forget_names(part);
    if (!name_nothing(part) || (opt->lists_only && part->lean == NULL) ||
        (opt->sources != NULL && !rank_sources(part, opt->sources, opt->n_sources))) {
        bnc_part_free(part);
        return NULL;
    }
    return part;
}

void bnc_part_spend(struct bnc_part *part)
{
    part->spent = true;
}

void bnc_part_free(struct bnc_part *part)
{
    if (part == NULL)
        return;
    bnc_names_release(&part->domains);
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        bnc_names_release(&part->names[k]);
    bnc_counts_release(&part->votes);
    bnc_sums_release(&part->sums);
    bnc_log_release(&part->held);
    bnc_log_release(&part->texts);
    bnc_lean_free(part->lean);
    bnc_buf_release(&part->scratch);
    free(part->entries);
    free(part->cell_of);
    free(part->sources);
    free(part->rank);
    bnc_arena_release(&part->arena);
    free(part);
}

/* ---- rows that are no events ---- */

void bnc_part_add_extra(struct bnc_part *part, uint64_t n)
{
    /* modulo 2^64: the events may be said before they are added */
    part->rows -= n;
    part->extra += n;
}

void bnc_part_add_filtered(struct bnc_part *part, uint64_t n)
{
    part->rows += n;
    part->filtered += n;
}

void bnc_part_add_duplicate(struct bnc_part *part, uint32_t source)
{
    (void)source;
    part->rows++;
    part->duplicates++;
}

static bool place_less(const struct bnc_place *a, const struct bnc_place *b)
{
    if (a->source != b->source)
        return a->source < b->source;
    return a->row != b->row ? a->row < b->row : a->off < b->off;
}

void bnc_fault_add_place(struct bnc_fault_total *f, struct bnc_place place)
{
    const uint32_t cap = sizeof f->first / sizeof *f->first;
    uint32_t i = f->n_first;

    if (i == cap && !place_less(&place, &f->first[--i]))
        return;
    for (; i > 0 && place_less(&place, &f->first[i - 1]); i--)
        f->first[i] = f->first[i - 1];
    f->first[i] = place;
    f->n_first += f->n_first < cap;
}

enum bnc_status bnc_part_add_fault(struct bnc_part *part, enum bnc_row_fault fault,
                                   struct bnc_place place)
{
    part->rows++;
    place.source = bnc_part_rank(part, place.source);
    part->faults[fault].n++;
    bnc_fault_add_place(&part->faults[fault], place);
    return BNC_OK;
}

void bnc_part_add_other(struct bnc_part *part, uint32_t source)
{
    (void)source;
    part->rows++;
    part->others++;
    ((struct bnc_domain_rec *)bnc_names_at(&part->domains, 0))->used = true;
}
