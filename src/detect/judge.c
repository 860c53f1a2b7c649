/* SPDX-License-Identifier: MIT
 * judge.c - tally -> everything this room says, in order: volumes, rates, series, incidents from
 * the widest scope to the narrowest (what a wide one explains no narrow one repeats), then what is
 * no incident, then limits and contradictions.
 */
#include <stdlib.h>

#include "detect/judging.h"

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
