/* SPDX-License-Identifier: MIT
 * domain_entities.c - the domains sorted by organization, and what may fail as a whole.
 */
#include "detect/domain_search.h"

#include <stdlib.h>

struct member {
    struct bnc_span org;
    uint32_t domain;
};

static struct bnc_span org_of(const struct bnc_tally *t, const uint32_t *cut, uint32_t i)
{
    const struct bnc_span name = t->domains[i].name;

    return bnc_span_from(name.at + cut[i], name.len - cut[i]);
}

static int by_org(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    const int c = bnc_span_cmp(x->org, y->org);

    return c != 0 ? c : (x->domain > y->domain) - (x->domain < y->domain);
}

static void add_entity(struct bnc_search *s, struct bnc_span name, uint32_t first, uint32_t n)
{
    s->entity[s->n_entities++] =
        (struct bnc_entity){ .name = name, .first_domain = first, .n_domains = n };
}

static unsigned failing_members(const struct bnc_search *s, uint32_t first, uint32_t n)
{
    unsigned failing = 0;

    for (uint32_t i = 0; i < n; i++)
        failing += s->g->t->domains[s->order[first + i]].recipients_failed > 0;
    return failing;
}

struct cutting {
    const struct bnc_tally *t;
    uint32_t *cut; /* [n_domains]: bytes of the name before its organization */
};

static void cut_names(void *arg, size_t from, size_t to)
{
    const struct cutting *const c = arg;
    struct bnc_org_memo memo = { .is_suffix = { false } };

    for (size_t i = from; i < to; i++) {
        const struct bnc_span name = c->t->domains[i].name;

        c->cut[i] = (uint32_t)(name.len - bnc_org_domain(name, &memo).len);
    }
}

/*
 * Fills 'order'.  Most domains are their own organization, and domains are sorted by name already:
 * only the others are sorted, and both are merged.
 */
static enum bnc_status order_by_org(struct bnc_search *s)
{
    struct bnc_judging *g = s->g;
    const struct bnc_tally *const t = g->t;
    const uint32_t n = (uint32_t)t->n_domains;
    struct cutting c = { .t = t, .cut = bnc_room(&g->scratch, n, sizeof *c.cut) };
    struct member *const member = bnc_room(&g->scratch, n, sizeof *member);
    uint32_t n_members = 0, at = 0, k = 0;

    s->order = bnc_room(&g->scratch, n, sizeof *s->order);
    if (c.cut == NULL || member == NULL || s->order == NULL)
        return bnc_error_nomem(g->err);
    bnc_ranges(g, n, cut_names, &c);
    for (uint32_t i = 0; i < n; i++)
        if (c.cut[i] > 0)
            member[n_members++] = (struct member){ org_of(t, c.cut, i), i };
    qsort(member, n_members, sizeof *member, by_org);
    for (uint32_t i = 0; i < n; i++) {
        const struct member own = { t->domains[i].name, i };

        if (c.cut[i] > 0)
            continue;
        while (k < n_members && by_org(&member[k], &own) < 0)
            s->order[at++] = member[k++].domain;
        s->order[at++] = i;
    }
    while (k < n_members)
        s->order[at++] = member[k++].domain;
    s->cut = c.cut;
    return BNC_OK;
}

enum bnc_status bnc_entities_make(struct bnc_search *s)
{
    struct bnc_judging *g = s->g;
    const struct bnc_tally *const t = g->t;
    const uint32_t n = (uint32_t)t->n_domains;
    const enum bnc_status status = order_by_org(s);

    s->entity = bnc_room(&g->scratch, (size_t)n * 2, sizeof *s->entity);
    s->hit = bnc_room(&g->scratch, (size_t)n * 2, sizeof *s->hit);
    s->is_hit = bnc_zalloc(&g->scratch, (size_t)n * 2, sizeof *s->is_hit);
    if (status != BNC_OK || s->entity == NULL || s->hit == NULL || s->is_hit == NULL)
        return bnc_error_nomem(g->err);
    for (uint32_t i = 0, end; i < n; i = end) {
        const struct bnc_span org = org_of(t, s->cut, s->order[i]);

        for (end = i + 1; end < n && bnc_span_eq(org, org_of(t, s->cut, s->order[end]));)
            end++;
        if (end - i > 1 && failing_members(s, i, end - i) > 1)
            add_entity(s, org, i, end - i);
        for (uint32_t k = i; k < end; k++)
            add_entity(s, t->domains[s->order[k]].name, k, 1);
    }
    return BNC_OK;
}
