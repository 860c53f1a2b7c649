/* SPDX-License-Identifier: MIT
 * judge.c - tally -> everything this room says, in order: volumes, rates, series, incidents from
 * the widest scope to the narrowest (what a wide one explains no narrow one repeats), then what is
 * no incident, then limits and contradictions.
 */
#include <stdlib.h>

#include "detect/judging.h"

const char *const bnc_scope_names[BNC_N_SCOPES] = { "recipient_local", "domain_wide",
                                                    "provider_wide", "sender_wide" };
const char *const bnc_subject_type_names[BNC_N_SUBJECT_TYPES] = { "domain",     "provider",
                                                                  "campaign",   "sender_domain",
                                                                  "sending_ip", "export" };
const char *const bnc_finding_names[BNC_N_FINDING_KINDS] = { "domain_wide_failure",
                                                             "provider_reputation",
                                                             "authentication_failure",
                                                             "complaint_rate",
                                                             "rate_limited_burst",
                                                             "volume_spike_throttled",
                                                             "list_quality",
                                                             "sender_configuration",
                                                             "bulk_sender_duty",
                                                             "esp_label_mismatch",
                                                             "recurring_soft_failure",
                                                             "suppressed_waste",
                                                             "trend",
                                                             "data_quality",
                                                             "content_rejected",
                                                             "provider_fault" };

#define RANGE ((size_t)1024) /* things: some tens of microseconds of work */

struct ranges {
    size_t n;
    void (*fn)(void *arg, size_t from, size_t to);
    void *arg;
};

static void do_range(void *arg, size_t i)
{
    const struct ranges *const r = arg;
    const size_t from = i * RANGE;

    r->fn(r->arg, from, r->n - from < RANGE ? r->n : from + RANGE);
}

void bnc_ranges(const struct bnc_judging *g, size_t n,
                void (*fn)(void *arg, size_t from, size_t to), void *arg)
{
    struct ranges r = { .n = n, .fn = fn, .arg = arg };

    if (g->opt->parallel == NULL || n <= RANGE)
        fn(arg, 0, n);
    else
        g->opt->parallel(g->opt->parallel_ctx, (n + RANGE - 1) / RANGE, do_range, &r);
}

void bnc_each(const struct bnc_judging *g, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
    bnc_run_all(g->opt->parallel, g->opt->parallel_ctx, n, fn, arg);
}

enum bnc_status bnc_judging_room(struct bnc_judging *g)
{
    const struct bnc_tally *t = g->t;
    struct bnc_judged *j = g->j;
    bool ok;

    j->has_deliveries = t->n[BNC_EVENT_DELIVERED] > 0 || t->n[BNC_EVENT_SENT] > 0;
    j->provider = bnc_arena_zeroed(&j->arena, t->n_providers, sizeof *j->provider);
    j->domain_scope = bnc_arena_zeroed(&j->arena, t->n_domains, sizeof *j->domain_scope);
    j->cause_scope = bnc_arena_zeroed(&j->arena, t->n_domain_causes, sizeof *j->cause_scope);
    j->provider_scope = bnc_arena_zeroed(&j->arena, t->n_providers, sizeof *j->provider_scope);
    g->provider_done = bnc_arena_zeroed(&g->scratch, t->n_providers, sizeof *g->provider_done);
    g->campaign_done =
        bnc_arena_zeroed(&g->scratch, t->n_subjects[BNC_KIND_CAMPAIGN], sizeof *g->campaign_done);
    ok = j->provider != NULL && j->domain_scope != NULL && j->cause_scope != NULL &&
         j->provider_scope != NULL && g->provider_done != NULL && g->campaign_done != NULL;
    for (unsigned k = 0; k < BNC_N_KINDS; k++) {
        j->subject[k] = bnc_arena_zeroed(&j->arena, t->n_subjects[k], sizeof *j->subject[k]);
        ok = ok && j->subject[k] != NULL;
    }
    return ok ? BNC_OK : bnc_error_nomem(g->err);
}

/* Severity first, then recipients; the rest of the key only makes the order the same everywhere. */
static int by_rank(const void *a, const void *b)
{
    const struct bnc_finding *x = a, *y = b;

    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->recipients != y->recipients)
        return x->recipients > y->recipients ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->subject_type != y->subject_type)
        return x->subject_type < y->subject_type ? -1 : 1;
    if (bnc_span_cmp(x->subject, y->subject) != 0)
        return bnc_span_cmp(x->subject, y->subject);
    return (x->cause > y->cause) - (x->cause < y->cause);
}

static enum bnc_status keep_findings(struct bnc_judging *g)
{
    struct bnc_judged *j = g->j;

    j->findings = bnc_arena_zeroed(&j->arena, g->n_findings, sizeof *j->findings);
    if (j->findings == NULL)
        return bnc_error_nomem(g->err);
    if (g->n_findings > 0)
        memcpy(j->findings, g->finding, g->n_findings * sizeof *j->findings);
    j->n_findings = g->n_findings;
    qsort(j->findings, j->n_findings, sizeof *j->findings, by_rank);
    return BNC_OK;
}

struct bnc_finding *bnc_finding_add(struct bnc_judging *g)
{
    if (g->n_findings == g->cap_findings) {
        const size_t cap = g->cap_findings == 0 ? 16 : g->cap_findings * 2;
        struct bnc_finding *p = realloc(g->finding, cap * sizeof *p);

        if (p == NULL)
            return NULL;
        g->finding = p;
        g->cap_findings = cap;
    }
    g->finding[g->n_findings] = (struct bnc_finding){ .cause = -1,
                                                      .onset = BNC_NO_TIME,
                                                      .end = BNC_NO_TIME,
                                                      .first_seen = BNC_NO_TIME,
                                                      .last_seen = BNC_NO_TIME };
    return &g->finding[g->n_findings++];
}

static enum bnc_status run(struct bnc_judging *g)
{
    static enum bnc_status (*const steps[])(struct bnc_judging *) = {
        bnc_judging_room,    bnc_volumes_load,       bnc_rates_judge,    bnc_cells_index,
        bnc_series_fill,     bnc_orgs_make,          bnc_incidents_find, bnc_campaigns_find,
        bnc_complaints_find, bnc_typos_find,         bnc_domains_find,   bnc_list_find,
        bnc_hygiene_find,    bnc_trend_find,         bnc_words_write,    keep_findings,
        bnc_limits_make,     bnc_contradictions_make
    };
    enum bnc_status status = BNC_OK;

    for (size_t i = 0; status == BNC_OK && i < sizeof steps / sizeof steps[0]; i++)
        status = steps[i](g);
    return status;
}

enum bnc_status bnc_judge(struct bnc_judged **judged, const struct bnc_tally *tally,
                          const struct bnc_detect_options *opt, struct bnc_error *err)
{
    static const struct bnc_detect_options defaults;
    struct bnc_judging g = { .t = tally, .opt = opt != NULL ? opt : &defaults, .err = err };
    enum bnc_status status;

    *judged = NULL;
    g.j = calloc(1, sizeof *g.j);
    if (g.j == NULL)
        return bnc_error_nomem(err);
    status = run(&g);
    free(g.finding);
    free(g.marks);
    bnc_arena_release(&g.scratch);
    if (status != BNC_OK) {
        bnc_judged_free(g.j);
        return status;
    }
    *judged = g.j;
    return BNC_OK;
}

void bnc_judged_free(struct bnc_judged *judged)
{
    if (judged == NULL)
        return;
    bnc_arena_release(&judged->arena);
    free(judged);
}
