/* SPDX-License-Identifier: MIT
 * finish.c - from merged parts to the tally that others read.
 *
 *   merge -> late bounces take deliveries back -> subjects and cells, beside them numbers for
 *         domains and their causes -> distinct recipients -> domains and their causes, templates
 *         in order of recipients -> providers and totals -> (lists) addresses and outcomes
 */
#include "aggregate/finish_steps.h"

#include "util/big.h"
#include "util/status.h"

#include <stdlib.h>

/* ---- distinct recipients ---- */

static bool count_recipients(struct finish *f)
{
    const struct bnc_tally *t = f->t;
    const struct bnc_distinct_plan plan = { .m = &f->m,
                                            .pair_info = f->pair_info,
                                            .n_causes = (uint32_t)t->n_domain_causes,
                                            .day_subject = f->day_subject,
                                            .n_days = (uint32_t)t->n_subjects[BNC_KIND_DAY],
                                            .n_providers = (uint32_t)t->n_providers,
                                            .listed = { &f->m, f->campaign_index } };

    if (bnc_distinct_count(&f->d, &plan) != BNC_OK)
        return false;
    if (f->m.detail == BNC_DETAIL_LISTS)
        bnc_big_trim();
    return true;
}

/* What was counted, where the tally has it; of domains they who write them know. */
static void tell_recipients(struct finish *f)
{
    struct bnc_tally *t = f->t;

    for (uint32_t i = 0; i < f->m.n_names[BNC_KIND_CAMPAIGN]; i++)
        if (f->campaign_index[i] != UINT32_MAX)
            t->subject[BNC_KIND_CAMPAIGN][f->campaign_index[i]].recipients_failed =
                f->d.campaign[i];
    for (size_t i = 0; i < t->n_subjects[BNC_KIND_DAY]; i++)
        t->subject[BNC_KIND_DAY][i].recipients_failed = f->d.day[i];
    for (size_t p = 0; p < t->n_providers; p++) {
        t->providers[p].recipients_failed = f->d.provider[p];
        for (unsigned c = 0; c < BNC_N_CAUSES; c++)
            t->providers[p].cause_recipients[c] = f->d.provider_cause[p * BNC_N_CAUSES + c];
    }
    t->recipients_failed = f->d.failed;
    t->recipients_bounced = f->d.bounced;
    t->recipients_deferred = f->d.deferred;
    t->recipients_deferred_only = f->d.failed - f->d.bounced;
    t->recipients_recurring = f->d.recurring;
}

/* ---- providers and totals ---- */

static size_t count_providers(const struct bnc_merged *m)
{
    const size_t known = m->classifier != NULL ? bnc_provider_count(m->classifier) : 1;

    return known > m->n_providers ? known : m->n_providers;
}

static void build_providers(struct finish *f)
{
    struct bnc_tally *t = f->t;

    for (size_t i = 0; i < t->n_cells && t->cells[i].kind == BNC_KIND_DAY; i++) {
        const struct bnc_cell *c = &t->cells[i];
        struct bnc_provider_total *p = &t->providers[c->provider];

        p->n[bnc_col_type(c->col)] += c->n;
        t->n[bnc_col_type(c->col)] += c->n;
        if (c->col >= BNC_N_EVENTS)
            p->cause[c->col - BNC_N_EVENTS] += c->n;
        if (c->col == BNC_EVENT_COMPLAINT && c->n > p->complaints_day_max &&
            t->subject[BNC_KIND_DAY][c->subject].day != BNC_DAY_NONE)
            p->complaints_day_max = c->n;
    }
}

static bool build_totals(struct finish *f)
{
    struct bnc_tally *t = f->t;

    t->first = t->last = BNC_NO_TIME;
    for (size_t i = 0; i < t->n_subjects[BNC_KIND_DAY]; i++) {
        const struct bnc_subject *s = &t->subject[BNC_KIND_DAY][i];

        if (s->first != BNC_NO_TIME && (t->first == BNC_NO_TIME || s->first < t->first))
            t->first = s->first;
        if (s->last != BNC_NO_TIME && (t->last == BNC_NO_TIME || s->last > t->last))
            t->last = s->last;
    }
    for (size_t p = 0; p < f->m.n_parts; p++) {
        t->rows += f->m.parts[p]->rows;
        t->filtered += f->m.parts[p]->filtered;
        t->extra_events += f->m.parts[p]->extra;
        for (unsigned b = 0; b < BNC_N_EVENT_FLAGS; b++)
            t->flagged[b] += f->m.parts[p]->flagged[b];
        bnc_merged_add_faults(&f->m, p, t->faults);
    }
    for (unsigned i = 0; i < BNC_N_FAULTS; i++)
        if (i != BNC_FAULT_REPEATED_HEADER)
            t->malformed += t->faults[i].n;
    t->repeated_headers = t->faults[BNC_FAULT_REPEATED_HEADER].n;
    t->duplicates = f->m.duplicates;
    t->n_sources = f->m.n_sources;
    t->sources = bnc_arena_zeroed(&t->arena, t->n_sources, sizeof *t->sources);
    if (t->sources == NULL)
        return false;
    for (uint32_t i = 0; i < t->n_sources; i++) {
        t->sources[i] = bnc_arena_copy(&t->arena, f->m.sources[i]);
        if (t->sources[i].at == NULL)
            return false;
    }
    return true;
}

/* ---- all of it ---- */

static bool build(struct finish *f)
{
    struct bnc_tally *t = f->t;

    t->classifier = f->m.classifier;
    t->n_providers = count_providers(&f->m);
    t->providers = bnc_arena_zeroed(&t->arena, t->n_providers, sizeof *t->providers);
    if (t->providers == NULL || !bnc_finish_take_back(f) ||
        !bnc_finish_number_domains(f) || !count_recipients(f) || !bnc_finish_write_domains(f))
        return false;
    build_providers(f);
    tell_recipients(f);
    if (!build_totals(f))
        return false;
    bnc_finish_listed(f);
    return true;
}

/*
 * Parts counted here always add up, unless there is a bug; a state may have been written by
 * anybody.
 */
static enum bnc_status verify(const struct finish *f, struct bnc_error *err)
{
    const char *why = "an address was never counted";
    bool from_file = false;

    if (!f->d.contradicts && bnc_tally_check_on(f->t, f->m.parallel, f->m.ctx, &why))
        return BNC_OK;
    for (size_t p = 0; p < f->m.n_parts; p++)
        from_file |= f->m.parts[p]->is_state;
    if (from_file)
        return bnc_error_set(err, BNC_EDATA, "a state contradicts itself: %s", why);
    return bnc_error_set(err, BNC_EINTERNAL, "the sums do not add up: %s; please report this", why);
}

enum bnc_status bnc_tally_finish(struct bnc_tally **tally, struct bnc_part **parts, size_t n_parts,
                                 bnc_parallel_fn parallel, void *ctx, struct bnc_error *err)
{
    struct finish f = { .t = calloc(1, sizeof(struct bnc_tally)) };
    enum bnc_status status;

    if (f.t != NULL && bnc_merged_make(&f.m, parts, n_parts, true, parallel, ctx) == BNC_OK &&
        build(&f))
        status = verify(&f, err);
    else
        status = bnc_error_nomem(err);
    bnc_big_free(f.pair_info, (f.m.n_pairs + 1) * sizeof *f.pair_info);
    bnc_merged_release(&f.m);
    bnc_distinct_release(&f.d);
    bnc_finish_ranges_free(f.ranges);
    free(f.taken);
    free(f.domain_index);
    free(f.campaign_index);
    bnc_template_index_release(&f.template_index);
    free(f.day_subject);
    if (status == BNC_OK && !bnc_finish_addresses(f.t, &f.listed, parallel, ctx))
        status = bnc_error_nomem(err);
    bnc_listed_release(&f.listed);
    if (status != BNC_OK) {
        bnc_tally_free(f.t);
        f.t = NULL;
    }
    *tally = f.t;
    return status;
}

void bnc_tally_free(struct bnc_tally *tally)
{
    if (tally == NULL)
        return;
    free(tally->addresses);
    bnc_arena_release(&tally->arena);
    free(tally);
}
