/* SPDX-License-Identifier: MIT
 * labels.c - what the platform calls a failure against what we say it is, one row per (ESP, label,
 * hardness, cause).
 */
#include <stdlib.h>

#include "detect/judging.h"

static bool contradicts(const struct bnc_template *x)
{
    return x->type == BNC_EVENT_BOUNCE && x->hardness != BNC_HARDNESS_NONE &&
           ((x->verdict.contradictions & BNC_CONTRA_LABEL) != 0 || bnc_label_loses(x) ||
            bnc_label_keeps_dead(x));
}

static int by_key(const void *a, const void *b)
{
    const struct bnc_contradiction_row *x = a, *y = b;
    const int esp = bnc_span_cmp(x->esp, y->esp), label = bnc_span_cmp(x->label, y->label);

    if (esp != 0 || label != 0)
        return esp != 0 ? esp : label;
    if (x->hardness != y->hardness)
        return x->hardness < y->hardness ? -1 : 1;
    return (x->cause > y->cause) - (x->cause < y->cause);
}

static int by_weight(const void *a, const void *b)
{
    const struct bnc_contradiction_row *x = a, *y = b;

    if (x->recipients != y->recipients)
        return x->recipients > y->recipients ? -1 : 1;
    return by_key(a, b);
}

/* Rows of the same key, which are neighbours, become one. */
static size_t merge(struct bnc_contradiction_row *row, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && by_key(&row[kept - 1], &row[i]) == 0) {
            row[kept - 1].events += row[i].events;
            row[kept - 1].recipients += row[i].recipients;
            row[kept - 1].lost_for_nothing |= row[i].lost_for_nothing;
            row[kept - 1].kept_though_dead |= row[i].kept_though_dead;
        } else {
            row[kept++] = row[i];
        }
    }
    return kept;
}

enum bnc_status bnc_contradictions_make(struct bnc_judging *g)
{
    struct bnc_judged *j = g->j;
    size_t n = 0;

    j->contradictions = bnc_arena_zeroed(&j->arena, g->t->n_templates, sizeof *j->contradictions);
    if (j->contradictions == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < g->t->n_templates; i++) {
        const struct bnc_template *x = &g->t->templates[i];

        if (contradicts(x))
            j->contradictions[n++] =
                (struct bnc_contradiction_row){ .esp = x->esp,
                                                .label = x->label,
                                                .hardness = x->hardness,
                                                .cause = x->verdict.cause,
                                                .events = x->n,
                                                .recipients = x->recipients,
                                                .lost_for_nothing = bnc_label_loses(x),
                                                .kept_though_dead = bnc_label_keeps_dead(x) };
    }
    qsort(j->contradictions, n, sizeof *j->contradictions, by_key);
    j->n_contradictions = merge(j->contradictions, n);
    qsort(j->contradictions, j->n_contradictions, sizeof *j->contradictions, by_weight);
    return BNC_OK;
}
