/* SPDX-License-Identifier: MIT
 * orgs.c - the domains sorted by organization: those of one registrable name are one.
 *
 * Domains are sorted by name already, and most are their own organization.  Only the others
 * ("members", as "mail.example.com" is one of "example.com") are sorted by its name, each knowing
 * how many domains stand before that name; then both are merged.
 */
#include <stdlib.h>

#include "detect/judging.h"

struct member {
    struct bnc_span org;
    uint32_t domain;
    uint32_t before; /* domains that come before its organization, or before it there */
};

struct making {
    const struct bnc_tally *t;
    const struct bnc_orgs *orgs;
    struct member *member;
};

static void cut_names(void *arg, size_t from, size_t to)
{
    const struct making *const m = arg;
    struct bnc_org_memo memo = { .is_suffix = { false } };

    for (size_t i = from; i < to; i++) {
        const struct bnc_span name = m->t->domains[i].name;

        bnc_fetch_name(m->t, i);
        m->orgs->cut[i] = (uint32_t)(name.len - bnc_org_domain(name, &memo).len);
    }
}

static struct bnc_span org_of(const struct making *m, uint32_t i)
{
    const struct bnc_span name = m->t->domains[i].name;

    return bnc_span_from(name.at + m->orgs->cut[i], name.len - m->orgs->cut[i]);
}

static void place_members(void *arg, size_t from, size_t to)
{
    const struct making *const m = arg;

    for (size_t k = from; k < to; k++) {
        struct member *const x = &m->member[k];
        uint32_t low = 0, high = (uint32_t)m->t->n_domains;

        x->org = org_of(m, x->domain);
        while (low < high) {
            const uint32_t mid = low + (high - low) / 2;
            const int c = bnc_span_cmp(m->t->domains[mid].name, x->org);

            if (c < 0 || (c == 0 && mid < x->domain))
                low = mid + 1;
            else
                high = mid;
        }
        x->before = low;
    }
}

static int by_org(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int c = (x->before > y->before) - (x->before < y->before);

    if (c == 0)
        c = bnc_span_cmp(x->org, y->org);
    return c != 0 ? c : (x->domain > y->domain) - (x->domain < y->domain);
}

/* The order of domains that are their own organization, with 'n' members put between them. */
static void merge_members(const struct making *m, size_t n)
{
    const uint32_t n_domains = (uint32_t)m->t->n_domains;
    uint32_t *to = m->orgs->order;
    size_t k = 0;

    for (uint32_t i = 0; i < n_domains; i++) {
        while (k < n && m->member[k].before <= i)
            *to++ = m->member[k++].domain;
        if (m->orgs->cut[i] == 0)
            *to++ = i;
    }
    while (k < n)
        *to++ = m->member[k++].domain;
}

/* Two domains have one organization only if one of them is a member. */
static bool is_same(const struct making *m, uint32_t a, uint32_t b)
{
    return (m->orgs->cut[a] > 0 || m->orgs->cut[b] > 0) && bnc_span_eq(org_of(m, a), org_of(m, b));
}

static void number_orgs(const struct making *m)
{
    const uint32_t *const order = m->orgs->order;
    const uint32_t n = (uint32_t)m->t->n_domains;

    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && is_same(m, order[i], order[end]);)
            end++;
        for (uint32_t k = i; k < end; k++)
            m->orgs->of[order[k]] = 2 * i + (end - i > 1);
    }
}

enum bnc_status bnc_orgs_make(struct bnc_judging *g)
{
    const size_t n = g->t->n_domains;
    struct bnc_orgs *const o = &g->orgs;
    struct making m = { .t = g->t, .orgs = o };
    size_t n_members = 0;

    o->order = bnc_arena_array(&g->scratch, n, sizeof *o->order);
    o->of = bnc_arena_array(&g->scratch, n, sizeof *o->of);
    o->cut = bnc_arena_array(&g->scratch, n, sizeof *o->cut);
    if (o->order == NULL || o->of == NULL || o->cut == NULL)
        return bnc_error_nomem(g->err);
    bnc_ranges(g, n, cut_names, &m);
    for (size_t i = 0; i < n; i++)
        n_members += o->cut[i] > 0;
    m.member = bnc_arena_array(&g->scratch, n_members, sizeof *m.member);
    if (m.member == NULL)
        return bnc_error_nomem(g->err);
    for (uint32_t i = 0, k = 0; k < n_members; i++)
        if (o->cut[i] > 0)
            m.member[k++].domain = i;
    bnc_ranges(g, n_members, place_members, &m);
    qsort(m.member, n_members, sizeof *m.member, by_org);
    merge_members(&m, n_members);
    number_orgs(&m);
    return BNC_OK;
}
