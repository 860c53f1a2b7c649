/* SPDX-License-Identifier: MIT */
#include "detect/judging.h"

#include <stdlib.h>

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

/* ---- threads ---- */

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

/* ---- findings ---- */

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

void bnc_judged_free(struct bnc_judged *judged)
{
    if (judged == NULL)
        return;
    bnc_arena_release(&judged->arena);
    free(judged);
}
