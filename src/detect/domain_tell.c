/* SPDX-License-Identifier: MIT
 * domain_tell.c - findings of domains that fail as a whole.
 */
#include "detect/domain_search.h"

static enum bnc_priority severity_of(const struct bnc_search *s, const struct bnc_case *c)
{
    if (c->k < s->min_recipients || (c->group == BNC_GROUP_RECIPIENT && s->g->dirty_campaigns > 0))
        return BNC_PRIORITY_INFO;
    if (c->k >= 100 && (double)c->k >= 0.01 * (double)s->all_n)
        return BNC_PRIORITY_FIX_SOON;
    return BNC_PRIORITY_MONITOR;
}

static enum bnc_status list_members(struct bnc_judging *g, const struct bnc_search *s,
                                    const struct bnc_entity *e, struct bnc_finding *f)
{
    struct bnc_span *also;

    if (e->n_domains < 2)
        return BNC_OK;
    also = bnc_arena_zeroed(&g->j->arena, e->n_domains, sizeof *also);
    if (also == NULL)
        return bnc_error_nomem(g->err);
    for (uint32_t i = 0; i < e->n_domains; i++) {
        const struct bnc_domain *d = &g->t->domains[s->order[e->first_domain + i]];

        if (d->recipients_failed > 0 && !bnc_span_eq(d->name, e->name))
            also[f->n_also++] = d->name;
    }
    f->also = also;
    return BNC_OK;
}

static enum bnc_status name_template(struct bnc_judging *g, uint32_t template,
                                     struct bnc_finding *f)
{
    uint32_t *at = bnc_arena_zeroed(&g->j->arena, 1, sizeof *at);

    if (at == NULL)
        return bnc_error_nomem(g->err);
    *at = template;
    f->templates = at;
    f->n_templates = template <g->t->n_templates;
    return BNC_OK;
}

enum bnc_status bnc_case_tell(struct bnc_search *s, const struct bnc_case *c)
{
    struct bnc_judging *g = s->g;
    const struct bnc_entity *e = &c->of;
    const int64_t day_end = bnc_day_of_time(g->t->last) * BNC_SECONDS_PER_DAY;
    struct bnc_finding *f = bnc_finding_add(g);
    enum bnc_status status;

    if (f == NULL)
        return bnc_error_nomem(g->err);
    f->kind = BNC_FINDING_DOMAIN_WIDE_FAILURE;
    f->scope = BNC_SCOPE_DOMAIN_WIDE;
    f->subject_type = BNC_SUBJECT_DOMAIN;
    f->subject = e->name;
    f->cause = c->cause;
    f->side = bnc_causes[c->cause].side == BNC_SIDE_RECIPIENT ? BNC_SIDE_RECIPIENT_DOMAIN
                                                              : bnc_causes[c->cause].side;
    f->severity = severity_of(s, c);
    f->by_code = !g->j->has_deliveries;
    f->recipients = c->k;
    f->events = c->events;
    f->attempted = g->j->has_deliveries ? c->n : 0;
    f->rate = g->j->has_deliveries ? bnc_rate_make(c->k, c->n, 0, s->min_share, s->min_recipients)
                                   : (struct bnc_rate){ .num = c->k };
    if (!g->j->has_deliveries)
        f->rate.why_na = "the input holds no deliveries (--sent supplies a denominator)";
    f->first_seen = c->first;
    f->last_seen = c->last;
    f->ongoing = c->last != BNC_NO_TIME && c->last >= day_end;
    if (c->in_run) {
        f->onset = c->first;
        f->end = f->ongoing ? BNC_NO_TIME : c->last;
    }
    f->confidence = c->is_explicit ? 95 : g->j->has_deliveries ? 90 : 70;
    status = name_template(g, c->top_template, f);
    return status == BNC_OK ? list_members(g, s, e, f) : status;
}

enum bnc_status bnc_cases_tell(struct bnc_search *s, const struct bnc_case *const *small, size_t n)
{
    struct bnc_judging *g = s->g;
    struct bnc_finding *f;
    struct bnc_span *also;

    if (n == 0)
        return BNC_OK;
    if (n == 1)
        return bnc_case_tell(s, small[0]);
    f = bnc_finding_add(g);
    also = bnc_arena_zeroed(&g->j->arena, n, sizeof *also);
    if (f == NULL || also == NULL)
        return bnc_error_nomem(g->err);
    f->kind = BNC_FINDING_DOMAIN_WIDE_FAILURE;
    f->scope = BNC_SCOPE_DOMAIN_WIDE;
    f->subject_type = BNC_SUBJECT_DOMAIN;
    f->subject = small[0]->of.name;
    f->cause = small[0]->cause;
    f->side = BNC_SIDE_RECIPIENT_DOMAIN;
    f->variant = "several";
    f->by_code = true;
    f->confidence = 95;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            also[f->n_also++] = small[i]->of.name;
        f->recipients += small[i]->k;
        f->events += small[i]->events;
        bnc_time_widen(&f->first_seen, &f->last_seen, small[i]->first, small[i]->last);
    }
    f->also = also;
    return BNC_OK;
}
