/* SPDX-License-Identifier: MIT
 * tally_check.c - parts must equal totals in every table, and every table must be in its order.
 */
#include "aggregate/finish_steps.h"

typedef bool (*check_fn)(const struct bnc_tally *t);

static uint64_t total(const uint64_t n[BNC_N_EVENTS])
{
    uint64_t sum = 0;

    for (unsigned e = 0; e < BNC_N_EVENTS; e++)
        sum += n[e];
    return sum;
}

static void add(uint64_t to[BNC_N_EVENTS], const uint64_t n[BNC_N_EVENTS])
{
    for (unsigned e = 0; e < BNC_N_EVENTS; e++)
        to[e] += n[e];
}

static bool same(const uint64_t a[BNC_N_EVENTS], const uint64_t b[BNC_N_EVENTS])
{
    return memcmp(a, b, BNC_N_EVENTS * sizeof *a) == 0;
}

static enum bnc_event_type col_type(unsigned col)
{
    if (col < BNC_N_EVENTS)
        return (enum bnc_event_type)col;
    return col < BNC_COL_DEFERRAL(0) ? BNC_EVENT_BOUNCE : BNC_EVENT_DEFERRAL;
}

static bool rows_add_up(const struct bnc_tally *t)
{
    return t->rows + t->extra_events ==
           total(t->n) + t->malformed + t->repeated_headers + t->duplicates + t->late + t->filtered;
}

static bool faults_add_up(const struct bnc_tally *t)
{
    uint64_t n = 0;

    for (unsigned f = 0; f < BNC_N_FAULTS; f++)
        n += t->faults[f].n;
    return n == t->malformed + t->repeated_headers;
}

static bool providers_add_up(const struct bnc_tally *t)
{
    uint64_t n[BNC_N_EVENTS] = { 0 };
    uint64_t domains = 0;

    for (size_t p = 0; p < t->n_providers; p++) {
        const struct bnc_provider_total *x = &t->providers[p];
        uint64_t bounces = 0, deferrals = 0;

        add(n, x->n);
        domains += x->domains;
        for (unsigned c = 0; c < BNC_N_CAUSES; c++) {
            bounces += x->cause[c];
            deferrals += x->cause[BNC_N_CAUSES + c];
        }
        if (bounces > x->n[BNC_EVENT_BOUNCE] || deferrals > x->n[BNC_EVENT_DEFERRAL])
            return false;
    }
    return same(n, t->n) && domains == t->n_domains;
}

static bool subjects_add_up(const struct bnc_tally *t)
{
    for (unsigned k = 0; k < BNC_N_KINDS; k++) {
        uint64_t n[BNC_N_EVENTS] = { 0 };

        for (size_t i = 0; i < t->n_subjects[k]; i++)
            add(n, t->subject[k][i].n);
        if (!same(n, t->n))
            return false;
    }
    return true;
}

static bool cells_add_up(const struct bnc_tally *t)
{
    uint64_t n[BNC_N_KINDS][BNC_N_EVENTS] = { { 0 } };

    for (size_t i = 0; i < t->n_cells; i++) {
        if (t->cells[i].subject >= t->n_subjects[t->cells[i].kind])
            return false;
        n[t->cells[i].kind][col_type(t->cells[i].col)] += t->cells[i].n;
    }
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        if (!same(n[k], t->n))
            return false;
    return true;
}

static bool domains_add_up(const struct bnc_tally *t)
{
    uint64_t n[BNC_N_EVENTS] = { 0 }, failed = 0, bounced = 0;

    for (size_t i = 0; i < t->n_domains; i++) {
        const struct bnc_domain *d = &t->domains[i];

        add(n, d->n);
        failed += d->recipients_failed;
        bounced += d->recipients_bounced;
        if (d->recipients_failed > d->n[BNC_EVENT_BOUNCE] + d->n[BNC_EVENT_DEFERRAL] ||
            d->recipients_bounced > d->recipients_failed)
            return false;
    }
    return same(n, t->n) && failed == t->recipients_failed && bounced == t->recipients_bounced;
}

static bool domain_causes_add_up(const struct bnc_tally *t)
{
    size_t at = 0;

    for (size_t i = 0; i < t->n_domains; i++) {
        uint64_t events[2] = { 0 };

        if (t->domains[i].cause_at != at)
            return false;
        for (uint32_t c = 0; c < t->domains[i].n_causes; c++, at++) {
            const struct bnc_domain_cause *x = &t->domain_causes[at];

            if (at >= t->n_domain_causes || x->domain != i || x->recipients > x->events)
                return false;
            events[x->type == BNC_EVENT_DEFERRAL] += x->events;
        }
        if (events[0] != t->domains[i].n[BNC_EVENT_BOUNCE] ||
            events[1] != t->domains[i].n[BNC_EVENT_DEFERRAL])
            return false;
    }
    return at == t->n_domain_causes;
}

static bool templates_add_up(const struct bnc_tally *t)
{
    uint64_t n[BNC_N_EVENTS] = { 0 };

    for (size_t i = 0; i < t->n_templates; i++) {
        const struct bnc_template *x = &t->templates[i];

        n[x->type] += x->n;
        if (x->recipients > x->n || x->domains > x->n || x->wordings == 0 ||
            (i > 0 && i != BNC_TEMPLATES_LISTED && x[-1].recipients < x->recipients))
            return false;
    }
    for (unsigned e = 0; e < BNC_N_EVENTS; e++)
        if (n[e] > t->n[e])
            return false;
    return true;
}

static bool recipients_add_up(const struct bnc_tally *t)
{
    return t->recipients_failed == t->recipients_bounced + t->recipients_deferred_only &&
           t->recipients_deferred_only <= t->recipients_deferred &&
           t->recipients_recurring <= t->recipients_failed;
}

#define AHEAD 16u
static bool is_sorted(const struct bnc_tally *t)
{
    for (size_t i = 1; i < t->n_domains; i++) {
        if (i + AHEAD < t->n_domains) /* names lie anywhere */
            __builtin_prefetch(t->domains[i + AHEAD].name.at);
        if (bnc_span_cmp(t->domains[i - 1].name, t->domains[i].name) >= 0)
            return false;
    }
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        for (size_t i = 1; i < t->n_subjects[k]; i++)
            if (bnc_span_cmp(t->subject[k][i - 1].name, t->subject[k][i].name) >= 0)
                return false;
    return true;
}

static bool addresses_are_sorted(const struct bnc_tally *t)
{
    struct bnc_buf rooms[2] = { { .at = NULL } };
    struct bnc_span before = bnc_span_from("", 0);
    bool sorted = true;

    for (size_t i = 0; i < t->n_addresses && sorted; i++) {
        const struct bnc_address *const a = bnc_tally_address(t, i, &rooms[i % 2]);

        sorted = a != NULL && bnc_span_cmp(before, bnc_address_text(a)) <= 0;
        if (sorted)
            before = bnc_address_text(a);
    }
    bnc_buf_release(&rooms[0]);
    bnc_buf_release(&rooms[1]);
    return sorted;
}

static bool outcomes_add_up(const struct bnc_tally *t)
{
    struct bnc_buf room = { .at = NULL };
    bool ok = true;

    for (size_t i = 0; i < t->n_addresses && ok; i++) {
        const struct bnc_address *const a = bnc_tally_address(t, i, &room);

        ok = a != NULL && a->domain < t->n_domains && (a->n_outcomes > 0 || t->lists_only);
        for (uint32_t o = 0; ok && o < a->n_outcomes; o++)
            ok = a->outcomes[o].campaign < t->n_subjects[BNC_KIND_CAMPAIGN];
    }
    bnc_buf_release(&room);
    return ok;
}

static const struct {
    check_fn holds;
    const char *why;
} checks[] = {
    { is_sorted, "names are out of order" }, /* takes longest */
    { addresses_are_sorted, "addresses are out of order" },
    { rows_add_up, "rows read are not the sum of all kinds" },
    { faults_add_up, "malformed rows are not the sum of their reasons" },
    { providers_add_up, "the providers are not the sum of all events" },
    { subjects_add_up,
      "days, campaigns, sending IPs or sender domains are not the sum of all events" },
    { cells_add_up, "the cells of a kind are not the sum of all events" },
    { domains_add_up, "the domains are not the sum of all events or recipients" },
    { domain_causes_add_up, "the causes of a domain are not the sum of its failures" },
    { templates_add_up, "the templates hold more than all events" },
    { recipients_add_up, "bounced and only deferred recipients are not all that failed" },
    { outcomes_add_up, "an outcome belongs to no address or campaign" }
};
#define N_CHECKS (sizeof checks / sizeof *checks)

struct checking {
    const struct bnc_tally *tally;
    bool holds[N_CHECKS];
};

static void run_check(void *arg, size_t i)
{
    struct checking *c = arg;

    c->holds[i] = checks[i].holds(c->tally);
}

bool bnc_tally_check_on(const struct bnc_tally *tally, bnc_parallel_fn parallel, void *ctx,
                        const char **why)
{
    struct checking c = { .tally = tally };

    bnc_run_all(parallel, ctx, N_CHECKS, run_check, &c);
    for (size_t i = 0; i < N_CHECKS; i++)
        if (!c.holds[i]) {
            *why = checks[i].why;
            return false;
        }
    return true;
}

bool bnc_tally_check(const struct bnc_tally *tally, const char **why)
{
    return bnc_tally_check_on(tally, NULL, NULL, why);
}
