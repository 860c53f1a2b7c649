/* SPDX-License-Identifier: MIT
 * domains.c - which domains fail as a whole: the question the product is asked most often.
 *
 * An *entity* is a domain, or all the domains of one organization together.  For each entity and
 * group of causes there are k distinct recipients that failed so and n that were tried.  The entity
 * fails as a whole if
 *   - a reply says so itself (556, null MX, no such domain), or
 *   - k is at least 5, the lower Wilson bound of k/n at least a half, and k of n is more than the
 *     rest of the traffic explains, with false discoveries controlled over all domains that could
 *     have been tested, or
 *   - the same holds on a run of days on which it accepted nothing (an outage within an otherwise
 *     healthy month), or
 *   - the input knows no deliveries, and k/n of the *failures* satisfies the second rule for a
 *     cause that no single mailbox can have (marked by_code: a share of the traffic is not
 *     claimed).
 * Counting recipients, not messages, is what keeps one dead mailbox that is mailed every day from
 * looking like a dead domain.
 */
#include <math.h>
#include <stdlib.h>

#include "detect/decision.h"
#include "detect/domain_search.h"
#include "tables/threshold.h"

#define RARE_A_DAY 0.1 /* failing recipients on an ordinary day of a domain */

/* What the rows of one group add up to at one entity. */
struct sum {
    uint64_t k, events, days, top;
    uint32_t top_template;
    int cause;
    int64_t first, last;
    bool is_explicit;
    enum bnc_event_type type;
};

static void add_row(struct sum *s, const struct bnc_domain_cause *c)
{
    s->k += c->recipients;
    s->events += c->events;
    s->days |= c->failed_days;
    s->is_explicit |= c->explicit_domain;
    bnc_time_widen(&s->first, &s->last, c->first, c->last);
    if (c->recipients > s->top || s->cause < 0) {
        s->top = c->recipients;
        s->cause = c->cause;
        s->type = c->type;
        s->top_template = c->top_template;
    }
}

/*
 * Rows that say nothing of the domain: first contacts, notices, and what a wider incident explains.
 */
static bool row_counts(const struct bnc_search *s, const struct bnc_domain *d,
                       const struct bnc_domain_cause *c)
{
    const enum bnc_family family = bnc_family_of(c->cause, c->type);

    if (c->cause == BNC_CAUSE_GREYLISTED || bnc_causes[c->cause].group == BNC_GROUP_BOOKKEEPING)
        return false;
    return family == BNC_FAMILY_NONE || (s->g->provider_done[d->provider] >> family & 1) == 0;
}

static struct sum sum_group(const struct bnc_search *s, const struct bnc_entity *e,
                            enum bnc_group group)
{
    const struct bnc_tally *t = s->g->t;
    struct sum sum = { .cause = -1, .first = BNC_NO_TIME, .last = BNC_NO_TIME };

    for (uint32_t i = 0; i < e->n_domains; i++) {
        const uint32_t at = s->order[e->first_domain + i];
        const struct bnc_domain *d = &t->domains[at];
        const uint64_t before = sum.k;

        for (uint32_t r = 0; r < d->n_causes; r++) {
            const struct bnc_domain_cause *c = &t->domain_causes[d->cause_at + r];

            if (bnc_causes[c->cause].group == group && row_counts(s, d, c))
                add_row(&sum, c);
        }
        if (sum.k - before > d->recipients_failed)
            sum.k = before + d->recipients_failed;
    }
    return sum;
}

/*
 * The run of days without any delivery that holds most of the failing days; false where there is
 * none.
 */
static bool best_run(const struct bnc_search *s, const struct bnc_entity *e, uint64_t failed,
                     unsigned *n_failed, unsigned *n_mixed)
{
    const int32_t last = (int32_t)bnc_day_of_time(s->g->t->last);
    unsigned run = 0;
    bool before = false, found = false; /* before: the day before the run failed and delivered */

    *n_failed = *n_mixed = 0;
    for (int32_t day = s->day0; day <= last + 1; day++) {
        const bool f = failed >> (day & 63) & 1 && day <= last,
                   d = e->delivered_days >> (day & 63) & 1 && day <= last;

        if (f && !d)
            run++;
        if ((!d && day <= last) || run == 0) {
            before = d && f;
            continue;
        }
        if (run > *n_failed) {
            *n_failed = run;
            *n_mixed = (unsigned)before + (unsigned)(f && d);
            found = true;
        }
        run = 0;
        before = d && f;
    }
    return found;
}

static double rest_share(const struct bnc_search *s, uint64_t k, uint64_t n)
{
    const double rest_k = (double)(s->all_k > k ? s->all_k - k : 0),
                 rest_n = (double)(s->all_n > n ? s->all_n - n : 0);

    return (rest_k + 0.5) / (rest_n + 1); /* never 0: the rest may be small */
}

/*
 * k and n on the best run.  Recipients are kept per month, not per day: they are spread evenly over
 * the failing days; but where an ordinary day hardly ever sees a failure, a failing day outside the
 * run stands for one recipient.  The mixed days at both ends of the run count half a usual day of
 * deliveries against it.
 */
static bool run_counts(const struct bnc_search *s, const struct bnc_entity *e,
                       const struct sum *sum, uint64_t *k, uint64_t *n)
{
    const unsigned days = (unsigned)__builtin_popcountll(sum->days),
                   delivering = (unsigned)__builtin_popcountll(e->delivered_days);
    unsigned failed, mixed;
    uint64_t outside;
    double usual;

    if (!s->days_ok || days == 0 || delivering == 0 || !best_run(s, e, sum->days, &failed, &mixed))
        return false;
    usual = (double)e->delivered / delivering;
    *k = sum->k * (failed + mixed) / days;
    outside = days - failed - mixed;
    if (rest_share(s, 0, 0) * usual < RARE_A_DAY && sum->k > outside && sum->k - outside > *k)
        *k = sum->k - outside;
    *n = *k + (uint64_t)llround(usual * mixed / 2);
    return (double)sum->events * (failed + mixed) / days >= usual * failed / 2;
}

/*
 * Is a mailbox provider known by this domain?  gmail.com does exist: where somebody says that it
 * does not, their own resolver failed, and an export without deliveries has nothing to show against
 * it.
 */
static bool is_known_by_name(const struct bnc_tally *t, const struct bnc_domain *d)
{
    const uint16_t p = bnc_provider_of_domain(t->classifier, d->name);

    return p != 0 && bnc_provider_get(t->classifier, p)->kind == BNC_PROVIDER_MAILBOX;
}

/* Causes that only a server of the domain can give: it must have been reached. */
static bool is_said_by_server(unsigned cause)
{
    const enum bnc_group group = bnc_causes[cause].group;

    return cause == BNC_CAUSE_MAILBOX_FULL || cause == BNC_CAUSE_GREYLISTED ||
           cause == BNC_CAUSE_BLOCKLISTED || cause == BNC_CAUSE_POOR_REPUTATION ||
           group == BNC_GROUP_AUTHENTICATION || group == BNC_GROUP_CONTENT;
}

/* Did a server of the domain reply, if only with a refusal, on a day after that of 'since'? */
static bool answered_since(const struct bnc_tally *t, const struct bnc_domain *d, int64_t since)
{
    for (uint32_t i = 0; since != BNC_NO_TIME && i < d->n_causes; i++) {
        const struct bnc_domain_cause *c = &t->domain_causes[d->cause_at + i];

        if (c->last != BNC_NO_TIME && bnc_day_of_time(c->last) > bnc_day_of_time(since) &&
            is_said_by_server(c->cause))
            return true;
    }
    return false;
}

bool bnc_domain_silent_since(const struct bnc_tally *t, const struct bnc_domain *d, int64_t since)
{
    if (is_known_by_name(t, d) || answered_since(t, d, since))
        return false;
    if (d->n[BNC_EVENT_DELIVERED] == 0)
        return true;
    if (since == BNC_NO_TIME || !bnc_days_fit_bits(t))
        return false;
    for (int32_t day = (int32_t)(since / BNC_SECONDS_PER_DAY) + 1;
         day <= (int32_t)(t->last / BNC_SECONDS_PER_DAY); day++)
        if (d->delivered_days >> (day & 63) & 1)
            return false;
    return true;
}

/*
 * A reply about the whole domain is believed unless the domain went on accepting mail afterwards: a
 * name server that lost the zone for an hour, or a text that was read wrongly.
 */
static bool explicit_holds(const struct bnc_search *s, const struct bnc_entity *e,
                           const struct sum *sum)
{
    for (uint32_t i = 0; sum->is_explicit && i < e->n_domains; i++)
        if (!bnc_domain_silent_since(s->g->t, &s->g->t->domains[s->order[e->first_domain + i]],
                                     sum->first))
            return false;
    return sum->is_explicit;
}

/*
 * A cause that says something of more than one mailbox even where nothing is known of deliveries.
 */
static bool wider_by_code(enum bnc_group group)
{
    return group != BNC_GROUP_RECIPIENT && group != BNC_GROUP_CONTENT &&
           group != BNC_GROUP_BOOKKEEPING;
}

static bool share_reached(const struct bnc_search *s, uint64_t k, uint64_t n)
{
    double low, high;

    bnc_wilson(k, n, &low, &high);
    return k >= s->min_recipients && low >= s->min_share;
}

/*
 * What part of all failures of the other traffic falls on the days [from, to], of one family where
 * that is given: the chance that an ordinary failing recipient is one of a burst there.  'own'
 * failures are the domain's.
 */
static double part_on_days(const struct bnc_search *s, int32_t from, int32_t to,
                           enum bnc_family family, uint64_t own)
{
    const struct bnc_series *days = &s->g->series;
    uint64_t in = 0, all = 0;

    for (size_t d = 0; d < days->n_days; d++) {
        const uint64_t n = bnc_series_at(days, 0, BNC_SERIES_BOUNCED)[d] +
                           bnc_series_at(days, 0, BNC_SERIES_DEFERRED)[d];

        all += n;
        if (days->day[d] >= from && days->day[d] <= to)
            in += family == BNC_FAMILY_NONE ? n : bnc_series_at(days, 0, family)[d];
    }
    in -= own < in ? own : in;
    all -= own < all ? own : all;
    return ((double)in + 0.5) / ((double)all + 1);
}

/*
 * Temporary failures of a domain, and nothing known of deliveries: they are an outage if they crowd
 * on a run of days.  A failing day outside the run is taken for two recipients who met something
 * else.  Under chance every recipient of the run would have met what others meet when they do;
 * servers that can't be reached are rare enough to count against chance too.
 */
static bool burst_by_code(const struct bnc_search *s, const struct sum *sum, struct bnc_case *c)
{
    const unsigned all = (unsigned)s->g->series.n_days;
    const enum bnc_family family = bnc_family_of((unsigned)sum->cause, sum->type);
    unsigned days = (unsigned)__builtin_popcountll(sum->days), run = 0, best = 0;
    int32_t end = s->day0;

    for (int32_t day = s->day0; s->days_ok && day <= (int32_t)(s->g->t->last / BNC_SECONDS_PER_DAY);
         day++) {
        run = sum->days >> (day & 63) & 1 ? run + 1 : 0;
        end = run > best ? day : end;
        best = run > best ? run : best;
    }
    if (best == 0 || sum->k < 2 * (uint64_t)(days - best) + s->min_recipients)
        return false;
    c->k = sum->k - 2 * (uint64_t)(days - best);
    c->in_run = true;
    c->p = all *
           pow(part_on_days(s, end - (int32_t)best + 1, end,
                            family == BNC_FAMILY_NETWORK ? family : BNC_FAMILY_NONE, sum->events),
               (double)c->k - 1);
    return 3 * best <= all && c->p < 1e-4;
}

/*
 * Without deliveries, what a big provider refuses is judged provider by provider: its share of
 * failures says nothing of the domain.
 */
static bool is_mailbox_provider(const struct bnc_search *s, const struct bnc_entity *e)
{
    const uint16_t p = s->g->t->domains[s->order[e->first_domain]].provider;

    return bnc_provider_of_domain(s->g->t->classifier, e->name) != 0 &&
           bnc_provider_get(s->g->t->classifier, p)->kind == BNC_PROVIDER_MAILBOX;
}

/*
 * Without deliveries: the part that the case's group of causes has in the failures of all others.
 */
static double group_share(const struct bnc_search *s, const struct bnc_case *c)
{
    const uint64_t k = s->group_k[c->group] > c->k ? s->group_k[c->group] - c->k : 0,
                   n = s->all_k > c->n ? s->all_k - c->n : 0;

    return ((double)k + 0.5) / ((double)n + 1);
}

/* Recipients that accepted; in an export that says only what was sent, what did not bounce. */
static uint64_t accepted(const struct bnc_tally *t, const struct bnc_domain *d)
{
    if (t->n[BNC_EVENT_DELIVERED] > 0 || d->n[BNC_EVENT_SENT] < d->n[BNC_EVENT_BOUNCE])
        return d->recipients_delivered;
    return d->n[BNC_EVENT_SENT] - d->n[BNC_EVENT_BOUNCE];
}

/*
 * As many recipients as may have accepted: the count is an estimate, and a big domain's a rough
 * one.
 */
static uint64_t accepted_at_most(const struct bnc_search *s, const struct bnc_entity *e)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < e->n_domains; i++) {
        const struct bnc_domain *d = &s->g->t->domains[s->order[e->first_domain + i]];
        const uint64_t known = accepted(s->g->t, d), most = bnc_estimate_most(known),
                       messages =
                           d->n[BNC_EVENT_DELIVERED] > known ? d->n[BNC_EVENT_DELIVERED] : known;

        n += most < messages ? most : messages;
    }
    return n;
}

static bool judge_sum(const struct bnc_search *s, const struct bnc_entity *e, enum bnc_group group,
                      const struct sum *sum, struct bnc_case *c)
{
    const bool known = s->g->j->has_deliveries;
    const uint64_t n = known                ? sum->k + e->recipients_delivered
                       : e->failed > sum->k ? e->failed
                                            : sum->k;
    uint64_t most;

    *c = (struct bnc_case){ .of = *e,
                            .cause = sum->cause,
                            .group = group,
                            .type = sum->type,
                            .k = sum->k,
                            .n = n,
                            .events = sum->events,
                            .top_template = sum->top_template,
                            .first = sum->first,
                            .last = sum->last,
                            .is_explicit = explicit_holds(s, e, sum) };
    if (c->is_explicit) {
        if (c->k > 0 && e->recipients_delivered > 0)
            c->in_run = true; /* it died within the month: the share is that of the time since */
        c->n = known ? c->k : c->n;
        return true; /* p stays 0: no test needed */
    }
    if (group == BNC_GROUP_RECIPIENT && is_mailbox_provider(s, e))
        return false; /* its users are not one organization: that is the list's quality */
    if (!known && (!wider_by_code(group) || is_mailbox_provider(s, e)))
        return false;
    if (!known && sum->type == BNC_EVENT_DEFERRAL)
        return burst_by_code(s, sum, c);
    if (!known) {
        c->p = bnc_binomial_tail(c->k, c->n, group_share(s, c));
        return share_reached(s, c->k, c->n);
    }
    /* what the estimate itself does not reach needs no upper bound: that is slow, and no lower */
    most = share_reached(s, c->k, c->n) ? c->k + accepted_at_most(s, e) : UINT64_MAX;
    if (most == UINT64_MAX || !share_reached(s, c->k, most)) {
        if (!run_counts(s, e, sum, &c->k, &c->n) || !share_reached(s, c->k, c->n))
            return false;
        c->in_run = true;
        most = c->n;
    }
    c->p = bnc_binomial_tail(c->k, most, rest_share(s, c->k, c->n));
    return true;
}

/* The case of one group of causes; false where there is none. */
static bool judge_group(const struct bnc_search *s, const struct bnc_entity *e,
                        enum bnc_group group, struct bnc_case *c)
{
    const struct sum sum = sum_group(s, e, group);

    return sum.k > 0 && (sum.is_explicit || sum.k >= s->min_recipients) &&
           judge_sum(s, e, group, &sum, c);
}

/*
 * The groups of causes, as bits, by which an entity may fail as a whole: those it has any of. Of
 * few recipients none holds unless a reply says so.
 */
static unsigned groups_of(const struct bnc_search *s, const struct bnc_entity *e)
{
    const struct bnc_tally *t = s->g->t;
    const bool few = e->failed < s->min_recipients;
    unsigned groups = 0;

    for (uint32_t i = 0; i < e->n_domains; i++) {
        const struct bnc_domain *d = &t->domains[s->order[e->first_domain + i]];

        for (uint32_t r = d->cause_at; r < d->cause_at + d->n_causes; r++)
            if (!few || t->domain_causes[r].explicit_domain)
                groups |= 1u << bnc_causes[t->domain_causes[r].cause].group;
    }
    return groups;
}

/* The best case against one entity; false where it has none. */
static bool judge_entity(const struct bnc_search *s, const struct bnc_entity *e,
                         struct bnc_case *best)
{
    const unsigned groups = groups_of(s, e);
    bool found = false;

    for (unsigned group = 0; group < BNC_N_GROUPS; group++) {
        struct bnc_case c;

        if ((groups >> group & 1) == 0 || !judge_group(s, e, group, &c))
            continue;
        if (!found || c.is_explicit > best->is_explicit ||
            (c.is_explicit == best->is_explicit && c.k > best->k))
            *best = c;
        found = true;
    }
    return found;
}

static void sum_members(const struct bnc_search *s, struct bnc_entity *e)
{
    for (uint32_t i = 0; i < e->n_domains; i++) {
        const struct bnc_domain *d = &s->g->t->domains[s->order[e->first_domain + i]];

        e->recipients_delivered += accepted(s->g->t, d);
        e->delivered += d->n[BNC_EVENT_DELIVERED];
        e->failed += d->recipients_failed;
        e->delivered_days |= d->delivered_days;
    }
}

/* The domain at a place in 'order', or the organization of 'n' that begins there. */
static struct bnc_entity entity_at(const struct bnc_search *s, uint32_t place, uint32_t n)
{
    const struct bnc_span name = s->g->t->domains[s->order[place]].name;
    const uint32_t cut = n > 1 ? s->g->orgs.cut[s->order[place]] : 0;
    struct bnc_entity e = { .name = bnc_span_from(name.at + cut, name.len - cut),
                            .first_domain = place,
                            .n_domains = n };

    sum_members(s, &e);
    return e;
}

/* The case of the domain at a place; false where there is none. */
static bool judge_domain(const struct bnc_search *s, uint32_t place, struct bnc_case *best)
{
    const struct bnc_entity e = entity_at(s, place, 1);

    return judge_entity(s, &e, best);
}

/* Likewise of the organization that begins there: judged if several of its domains fail. */
static bool judge_org(const struct bnc_search *s, uint32_t place, struct bnc_case *best)
{
    const struct bnc_tally *const t = s->g->t;
    const uint32_t number = s->g->orgs.of[s->order[place]];
    uint32_t n = 0, failing = 0;
    struct bnc_entity e;

    if (number != 2 * place + 1) /* it begins elsewhere, and may have many domains */
        return false;
    for (; place + n < t->n_domains && s->g->orgs.of[s->order[place + n]] == number; n++)
        failing += t->domains[s->order[place + n]].recipients_failed > 0;
    if (failing <= 1)
        return false;
    e = entity_at(s, place, n);
    return judge_entity(s, &e, best);
}

static void judge_places(void *arg, size_t from, size_t to)
{
    struct bnc_search *const s = arg;
    struct bnc_case c;

    for (uint32_t i = (uint32_t)from; i < to; i++) {
        bool *const domain = &s->is_hit[2 * (size_t)s->order[i] + 1];

        s->is_hit[2 * (size_t)i] = judge_org(s, i, &c);
        *domain = *domain && judge_domain(s, i, &c);
    }
}

/*
 * Cases are large and few have one: they are made again of those rather than kept of all, which
 * would touch tens of megabytes.
 */
static bool keep_hits(struct bnc_search *s)
{
    const size_t n = s->g->t->n_domains;
    size_t n_hits = 0;

    for (size_t i = 0; i < 2 * n; i++)
        n_hits += s->is_hit[i];
    s->hit = bnc_arena_array(&s->g->scratch, n_hits, sizeof *s->hit);
    for (uint32_t i = 0; s->hit != NULL && i < n; i++) {
        if (s->is_hit[2 * (size_t)i])
            judge_org(s, i, &s->hit[s->n_hits++]);
        if (s->is_hit[2 * (size_t)s->order[i] + 1])
            judge_domain(s, i, &s->hit[s->n_hits++]);
    }
    return s->hit != NULL;
}

/* ---- the whole traffic ---- */

struct traffic {
    uint64_t k, n, tested, group_k[BNC_N_GROUPS];
};

static void add_domain(const struct bnc_search *s, struct traffic *sum, size_t i)
{
    const struct bnc_tally *t = s->g->t;
    const struct bnc_domain *d = &t->domains[i];
    bool is_said = false;
    uint64_t k = 0;

    for (uint32_t r = 0; r < d->n_causes; r++) {
        const struct bnc_domain_cause *c = &t->domain_causes[d->cause_at + r];

        is_said |= c->explicit_domain;
        if (!row_counts(s, d, c))
            continue;
        k += c->recipients;
        sum->group_k[bnc_causes[c->cause].group] += c->recipients;
    }
    k = k < d->recipients_failed ? k : d->recipients_failed;
    sum->k += k;
    sum->n += s->g->j->has_deliveries ? k + accepted(t, d) : d->recipients_failed * 2;
    sum->tested += d->recipients_failed + d->recipients_delivered >= s->min_recipients;
    s->is_hit[2 * i + 1] = is_said || d->recipients_failed >= s->min_recipients;
}

/*
 * Every domain is read here, so what incidents explain of it is marked on the way, and which may
 * fail as a whole: the others are not looked at again.
 */
static void sum_traffic(void *arg, size_t from, size_t to)
{
    struct bnc_search *const s = arg;
    struct traffic sum = { .k = 0 };

    for (size_t i = from; i < to; i++) {
        bnc_marks_apply(s->g, i);
        add_domain(s, &sum, i);
    }
    __atomic_fetch_add(&s->all_k, sum.k, __ATOMIC_RELAXED);
    __atomic_fetch_add(&s->all_n, sum.n, __ATOMIC_RELAXED);
    __atomic_fetch_add(&s->n_tested, sum.tested, __ATOMIC_RELAXED);
    for (unsigned group = 0; group < BNC_N_GROUPS; group++)
        __atomic_fetch_add(&s->group_k[group], sum.group_k[group], __ATOMIC_RELAXED);
}

/* ---- what holds ---- */

/*
 * Does a case hold, with false discoveries controlled?  One dead subdomain is no dead organization.
 */
static bool case_holds(const struct bnc_search *s, const struct bnc_entity *e,
                       const struct bnc_case *c, double cut)
{
    if (!c->is_explicit)
        return c->p <= cut;
    return e->n_domains == 1 || share_reached(s, c->k, c->n);
}

/* The groups of causes, as bits, of which an entity fails as a whole. */
static unsigned failing_groups(const struct bnc_search *s, const struct bnc_entity *e, double cut)
{
    unsigned groups = groups_of(s, e);

    for (unsigned group = 0; group < BNC_N_GROUPS; group++) {
        struct bnc_case c;

        if ((groups >> group & 1) != 0 &&
            !(judge_group(s, e, group, &c) && case_holds(s, e, &c, cut)))
            groups &= ~(1u << group);
    }
    return groups;
}

static void mark_members(struct bnc_search *s, const struct bnc_entity *e)
{
    for (uint32_t i = 0; i < e->n_domains; i++)
        if (s->g->t->domains[s->order[e->first_domain + i]].recipients_failed > 0)
            s->g->j->domain_scope[s->order[e->first_domain + i]] = BNC_SCOPE_DOMAIN_WIDE;
}

/* Marks what failed as a whole, by groups of causes: those of the best case and any others. */
static void mark_causes(struct bnc_search *s, const struct bnc_entity *e, double cut)
{
    const struct bnc_tally *t = s->g->t;
    const unsigned fails = failing_groups(s, e, cut);

    for (uint32_t i = 0; i < e->n_domains; i++) {
        const uint32_t at = s->order[e->first_domain + i];
        const struct bnc_domain *d = &t->domains[at];

        for (uint32_t r = d->cause_at; r < d->cause_at + d->n_causes; r++)
            if ((fails >> bnc_causes[t->domain_causes[r].cause].group & 1) != 0 &&
                row_counts(s, d, &t->domain_causes[r]))
                bnc_row_widen(s->g, r, BNC_SCOPE_DOMAIN_WIDE);
    }
}

static int by_recipients(const void *a, const void *b)
{
    const struct bnc_case *x = *(const struct bnc_case *const *)a,
                          *y = *(const struct bnc_case *const *)b;

    if (x->k != y->k)
        return x->k > y->k ? -1 : 1;
    if (x->of.first_domain != y->of.first_domain)
        return x->of.first_domain < y->of.first_domain ? -1 : 1;
    return (x->of.n_domains < y->of.n_domains) - (x->of.n_domains > y->of.n_domains);
}

/* An organization that fails speaks for its domains; one that does not leaves it to them. */
static enum bnc_status report_hits(struct bnc_search *s, double cut)
{
    const struct bnc_case **small = bnc_arena_zeroed(&s->g->scratch, s->n_hits, sizeof *small);
    enum bnc_status status = BNC_OK;
    uint32_t covered = 0; /* domains before this place in 'order' are spoken for */
    size_t n_small = 0;

    if (small == NULL)
        return bnc_error_nomem(s->g->err);
    for (size_t i = 0; status == BNC_OK && i < s->n_hits; i++) {
        const struct bnc_case *c = &s->hit[i];
        const struct bnc_entity *e = &c->of;

        if (!case_holds(s, e, c, cut))
            continue;
        mark_causes(s, e, cut);
        if (e->first_domain < covered)
            continue;
        covered = e->first_domain + e->n_domains;
        mark_members(s, e);
        if (e->n_domains == 1 && s->g->typo_domain[s->order[e->first_domain]])
            continue; /* told as a misspelling */
        if (c->k < s->min_recipients)
            small[n_small++] = c;
        else
            status = bnc_case_tell(s, c);
    }
    qsort(small, n_small, sizeof *small, by_recipients);
    return status == BNC_OK ? bnc_cases_tell(s, small, n_small) : status;
}

enum bnc_status bnc_domains_find(struct bnc_judging *g)
{
    const struct bnc_tally *t = g->t;
    struct bnc_search s = { .g = g, .order = g->orgs.order };
    double *p;
    size_t n_p = 0;

    s.is_hit = bnc_arena_array(&g->scratch, t->n_domains * 2, sizeof *s.is_hit);
    if (s.is_hit == NULL)
        return bnc_error_nomem(g->err);
    s.min_recipients = g->opt->domain_min_recipients > 0
                           ? g->opt->domain_min_recipients
                           : (uint64_t)BNC_THRESHOLD(domain_recipients)->limit;
    s.min_share =
        g->opt->domain_share > 0 ? g->opt->domain_share : BNC_THRESHOLD(domain_share)->limit;
    s.day0 = t->first == BNC_NO_TIME ? 0 : (int32_t)(t->first / BNC_SECONDS_PER_DAY);
    s.days_ok = bnc_days_fit_bits(t);
    bnc_ranges(g, t->n_domains, sum_traffic, &s);
    bnc_ranges(g, t->n_domains, judge_places, &s);
    p = keep_hits(&s) ? bnc_arena_zeroed(&g->scratch, s.n_hits, sizeof *p) : NULL;
    if (p == NULL)
        return bnc_error_nomem(g->err);
    for (size_t i = 0; i < s.n_hits; i++)
        if (!s.hit[i].is_explicit)
            p[n_p++] = s.hit[i].p;
    return report_hits(&s, bnc_fdr_cut(p, n_p, s.n_tested, g->opt->fdr > 0 ? g->opt->fdr : 0.05));
}
