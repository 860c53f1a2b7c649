/* SPDX-License-Identifier: MIT
 * lists.c - which addresses to drop, to hold, to ask once more, to keep.
 *
 * Every address is decided once, after all rows are in, from its outcomes: what the last event of
 * each campaign was, in order of time. A delivery wipes out everything before it.  What is left is
 * a run of failures, and the first rule below that fits decides.  Retries within one campaign are
 * one outcome.  Where two outcomes have the same time, or one has none, the delivery counts as the
 * later: an address dropped wrongly is a customer lost, an address kept wrongly is one more bounce.
 *
 *   1. complained                                            -> suppress
 *   2. permanently refused as unknown, disabled, malformed   -> suppress; hold where the provider
 *      denied its own users at that time
 *   3. permanently refused because there is no such domain   -> suppress; the domain where it is
 *      dead for everybody (suppress_domains); hold where the domain accepts mail for others
 *   4. over quota with 5xx, twice, 24 hours apart            -> suppress
 *   5. refused permanently for our fault or by a rule        -> hold: repair first
 *   6. failed temporarily, for no fault of ours, in three campaigns or more -> reengage
 *   7. refused permanently for any other reason              -> keep: nothing to be dropped for
 *   8. anything else                                         -> no list
 *
 * The strict policy puts before 5: refused with any 5xx but 500-504 and 555 -> suppress.
 */
#include "detect/decision.h"

#include <stdlib.h>

#include "detect/judging.h"
#include "tables/threshold.h"

const char *const bnc_list_names[BNC_N_LISTS] = { "suppress", "suppress_domains", "hold",
                                                  "reengage", "keep" };

static const char why_complaint[] = "the recipient complained";
static const char why_dead[] = "permanently refused: the address does not exist or is disabled";
static const char why_wave[] =
    "the provider denied its own users at that time; send again before you drop it";
static const char why_no_domain[] =
    "permanently refused: the domain does not exist or accepts no mail";
static const char why_domain_contradicted[] =
    "refused as if the domain did not exist, but the domain accepts mail for others";
static const char why_full_twice[] = "mailbox full, and again at least 24 hours later";
static const char why_twice[] = "refused as not in use, and again at least 24 hours later";
static const char why_strict[] = "permanently refused (strict policy: every 5xx)";
static const char why_sender[] = "refused for a cause on our side: repair that, then send again";
static const char why_policy[] =
    "refused by a rule that is not the recipient's: find the cause, then send again";
static const char why_recurring[] =
    "failed temporarily in three or more campaigns with no delivery in between";
static const char why_keep[] =
    "refused permanently, but for nothing that the address could be dropped for";
static const char why_domain_dead[] =
    "the domain does not exist or accepts no mail, for any recipient";
static const char why_nothing[] =
    "nothing to be done: no failure since the last delivery, or too few to act on";

/* ---- a run of failures ---- */

static int by_time(const void *a, const void *b)
{
    const struct bnc_outcome *x = *(const struct bnc_outcome *const *)a,
                             *y = *(const struct bnc_outcome *const *)b;

    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    return (x->campaign > y->campaign) - (x->campaign < y->campaign);
}

/* Most have one to three. */
static void sort_run(const struct bnc_outcome **run, size_t n)
{
    if (n > 16) {
        qsort(run, n, sizeof *run, by_time);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        const struct bnc_outcome *const x = run[i];
        size_t k = i;

        for (; k > 0 && by_time(&x, &run[k - 1]) < 0; k--)
            run[k] = run[k - 1];
        run[k] = x;
    }
}

/*
 * The failures after the last delivery, in order of time; fills 'run' (room for n_outcomes) and
 * returns how many.
 */
static size_t failures_since_delivery(const struct bnc_address *a, const struct bnc_outcome **run)
{
    const int64_t delivered = bnc_outcomes_delivered(a->outcomes, a->n_outcomes);
    size_t n = 0;

    for (uint32_t i = 0; i < a->n_outcomes; i++)
        if (bnc_outcome_fails(&a->outcomes[i]) && bnc_outcome_order(&a->outcomes[i]) > delivered)
            run[n++] = &a->outcomes[i];
    sort_run(run, n);
    return n;
}

static const struct bnc_verdict *verdict_of(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    return &t->templates[o->template].verdict;
}

/* 5xx, or no code at all in a row that the platform calls a bounce. */
static bool is_class_5(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    const struct bnc_verdict *v = verdict_of(t, o);

    if (o->type != BNC_EVENT_BOUNCE)
        return false;
    if (v->reply != 0)
        return v->reply >= 500;
    return v->enhanced == 0 || BNC_ENHANCED_CLASS(v->enhanced) == 5;
}

/* A cause of the address for which addresses are dropped. */
static bool is_of_address(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    const unsigned cause = verdict_of(t, o)->cause;

    return o->type == BNC_EVENT_BOUNCE && bnc_causes[cause].group == BNC_GROUP_RECIPIENT &&
           bnc_cause_is_hard(cause);
}

/*
 * Such a cause, in words that leave no doubt.  Of many wordings the rules know that they pass (an
 * account deactivated by its user, an address that is still being verified) or that they are said
 * of others: those carry another action than the cause.
 */
static bool is_dead_address(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    const enum bnc_action action = verdict_of(t, o)->action;

    return is_of_address(t, o) &&
           (action == BNC_ACTION_SUPPRESS_ADDRESS || action == BNC_ACTION_SUPPRESS_DOMAIN);
}

/* To be dropped when it happens again: a full mailbox, or an address that may come back. */
static bool is_recurrent(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    const struct bnc_verdict *v = verdict_of(t, o);

    if (v->cause == BNC_CAUSE_MAILBOX_FULL)
        return is_class_5(t, o);
    return is_of_address(t, o) && v->action == BNC_ACTION_SUPPRESS_AFTER_RECURRENCE;
}

static bool is_dead_domain(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    const unsigned cause = verdict_of(t, o)->cause;

    return o->type == BNC_EVENT_BOUNCE && bnc_causes[cause].group == BNC_GROUP_DOMAIN &&
           bnc_cause_is_hard(cause);
}

static bool is_ours(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    const struct bnc_verdict *v = verdict_of(t, o);
    const enum bnc_group group = bnc_causes[v->cause].group;

    return v->side == BNC_SIDE_SENDER || group == BNC_GROUP_SENDER_SETUP ||
           group == BNC_GROUP_AUTHENTICATION || group == BNC_GROUP_REPUTATION ||
           group == BNC_GROUP_CONTENT;
}

/* Temporary for the address: deferred at the last, or given up on a state that passes. */
static bool is_soft(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    const unsigned cause = verdict_of(t, o)->cause;

    if (is_ours(t, o) || bnc_causes[cause].group == BNC_GROUP_POLICY)
        return false;
    return o->type == BNC_EVENT_DEFERRAL || verdict_of(t, o)->duration == BNC_DURATION_TEMPORARY ||
           cause == BNC_CAUSE_EXPIRED || cause == BNC_CAUSE_RECIPIENT_RESTRICTED;
}

/* ---- what the judgement knows of the time and the domain ---- */

static bool wave_covers(const struct bnc_finding *f, const struct bnc_outcome *o,
                        struct bnc_span provider)
{
    return f->kind == BNC_FINDING_PROVIDER_FAULT && f->cause >= 0 &&
           bnc_family_of((unsigned)f->cause, BNC_EVENT_BOUNCE) == BNC_FAMILY_ADDRESS &&
           bnc_span_eq(f->subject, provider) &&
           (o->last == 0 || f->first_seen == BNC_NO_TIME ||
            (o->last >= f->first_seen && o->last <= f->last_seen));
}

static bool in_wave(const struct bnc_lists *d, const struct bnc_address *a,
                    const struct bnc_outcome *o)
{
    const uint16_t p = d->tally->domains[a->domain].provider;
    const struct bnc_span provider = bnc_span_str(bnc_provider_get(d->tally->classifier, p)->title);

    for (size_t i = 0; i < d->judged->n_findings; i++)
        if (wave_covers(&d->judged->findings[i], o, provider))
            return true;
    return false;
}

/* ---- the rules ---- */

static void decide_by(const struct bnc_tally *t, struct bnc_decision *x, int list,
                      const char *reason, const struct bnc_outcome *o)
{
    const struct bnc_verdict *v = verdict_of(t, o);

    x->list = list;
    x->reason = reason;
    x->template = o->template;
    x->cause = v->cause;
    x->side = v->side;
    x->confidence = v->confidence;
}

/* The last failure that 'fits', or NULL. */
static const struct bnc_outcome *
last_that(const struct bnc_tally *t, const struct bnc_outcome *const *run, size_t n,
          bool (*fits)(const struct bnc_tally *, const struct bnc_outcome *))
{
    while (n > 0)
        if (fits(t, run[--n]))
            return run[n];
    return NULL;
}

static bool rule_dead_address(const struct bnc_lists *d, const struct bnc_address *a,
                              const struct bnc_outcome *const *run, size_t n,
                              struct bnc_decision *x)
{
    const struct bnc_outcome *o = last_that(d->tally, run, n, is_dead_address);

    if (o == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (is_dead_address(d->tally, run[i]) && !in_wave(d, a, run[i])) {
            decide_by(d->tally, x, BNC_LIST_SUPPRESS, why_dead, run[i]);
            return true;
        }
    decide_by(d->tally, x, BNC_LIST_HOLD, why_wave, o);
    return true;
}

/*
 * A domain that is dead for everybody is one row of suppress_domains, not one row for each address.
 */
static bool rule_dead_domain(const struct bnc_lists *d, const struct bnc_address *a,
                             const struct bnc_outcome *const *run, size_t n, struct bnc_decision *x)
{
    const struct bnc_outcome *o = last_that(d->tally, run, n, is_dead_domain);
    const struct bnc_domain *domain = &d->tally->domains[a->domain];

    if (o == NULL)
        return false;
    if (bnc_domain_is_dead(d->tally, a->domain))
        decide_by(d->tally, x, BNC_LIST_SUPPRESS_DOMAINS, why_domain_dead, o);
    else if (domain->recipients_delivered > 0 ||
             !bnc_domain_silent_since(d->tally, domain, bnc_outcome_time(o->last)))
        decide_by(d->tally, x, BNC_LIST_HOLD, why_domain_contradicted, o);
    else
        decide_by(d->tally, x, BNC_LIST_SUPPRESS, why_no_domain, o);
    return true;
}

static bool rule_twice(const struct bnc_lists *d, const struct bnc_outcome *const *run, size_t n,
                       struct bnc_decision *x)
{
    uint32_t first = 0;

    for (size_t i = 0; i < n; i++) {
        if (!is_recurrent(d->tally, run[i]) || run[i]->last == 0)
            continue;
        if (first != 0 && run[i]->last >= first && run[i]->last - first >= BNC_SECONDS_PER_DAY) {
            decide_by(d->tally, x, BNC_LIST_SUPPRESS,
                      verdict_of(d->tally, run[i])->cause == BNC_CAUSE_MAILBOX_FULL ? why_full_twice
                                                                                    : why_twice,
                      run[i]);
            return true;
        }
        if (first == 0)
            first = run[i]->last;
    }
    return false;
}

static bool is_strict(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    const unsigned reply = verdict_of(t, o)->reply;

    return is_class_5(t, o) && !(reply >= 500 && reply <= 504) && reply != 555 &&
           verdict_of(t, o)->cause != BNC_CAUSE_SUPPRESSED;
}

static bool is_ours_for_good(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    return o->type == BNC_EVENT_BOUNCE && is_ours(t, o);
}

static bool is_policy(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    return o->type == BNC_EVENT_BOUNCE &&
           bnc_causes[verdict_of(t, o)->cause].group == BNC_GROUP_POLICY;
}

static bool rule_recurring(const struct bnc_lists *d, const struct bnc_outcome *const *run,
                           size_t n, struct bnc_decision *x)
{
    const size_t needed = (size_t)BNC_THRESHOLD(soft_bounces_per_address)->limit;
    const struct bnc_outcome *o = last_that(d->tally, run, n, is_soft);
    size_t soft = 0;

    for (size_t i = 0; i < n; i++)
        soft += is_soft(d->tally, run[i]);
    if (soft < needed)
        return false;
    decide_by(d->tally, x, BNC_LIST_REENGAGE, why_recurring, o);
    return true;
}

static bool is_bounce(const struct bnc_tally *t, const struct bnc_outcome *o)
{
    (void)t;
    return o->type == BNC_EVENT_BOUNCE && verdict_of(t, o)->cause != BNC_CAUSE_SUPPRESSED &&
           verdict_of(t, o)->cause != BNC_CAUSE_AUTO_REPLY;
}

static bool rule_one(const struct bnc_lists *d, const struct bnc_outcome *const *run, size_t n,
                     bool (*fits)(const struct bnc_tally *, const struct bnc_outcome *), int list,
                     const char *reason, struct bnc_decision *x)
{
    const struct bnc_outcome *o = last_that(d->tally, run, n, fits);

    if (o == NULL)
        return false;
    decide_by(d->tally, x, list, reason, o);
    return true;
}

static void set_span(struct bnc_decision *x, const struct bnc_outcome *const *run, size_t n)
{
    x->events = n;
    for (size_t i = 0; i < n; i++)
        bnc_time_widen(&x->first, &x->last, bnc_outcome_time(run[i]->first),
                       bnc_outcome_time(run[i]->last));
}

struct bnc_decision bnc_address_decide(const struct bnc_lists *d, const struct bnc_address *a,
                                       const struct bnc_outcome **run)
{
    struct bnc_decision x = { .list = -1,
                              .reason = why_nothing,
                              .template = UINT32_MAX,
                              .cause = BNC_CAUSE_DELIVERED,
                              .side = BNC_SIDE_UNKNOWN,
                              .first = BNC_NO_TIME,
                              .last = BNC_NO_TIME };
    const size_t n = failures_since_delivery(a, run);

    set_span(&x, run, n);
    if ((a->states & BNC_ADDR_COMPLAINED) != 0) {
        x.list = BNC_LIST_SUPPRESS;
        x.reason = why_complaint;
        x.cause = BNC_CAUSE_COMPLAINT;
        x.side = BNC_SIDE_RECIPIENT;
        x.confidence = 99;
        return x;
    }
    if (rule_dead_address(d, a, run, n, &x) || rule_dead_domain(d, a, run, n, &x) ||
        rule_twice(d, run, n, &x) ||
        (d->policy == BNC_POLICY_STRICT &&
         rule_one(d, run, n, is_strict, BNC_LIST_SUPPRESS, why_strict, &x)) ||
        rule_one(d, run, n, is_ours_for_good, BNC_LIST_HOLD, why_sender, &x) ||
        rule_one(d, run, n, is_policy, BNC_LIST_HOLD, why_policy, &x) ||
        rule_recurring(d, run, n, &x) ||
        rule_one(d, run, n, is_bounce, BNC_LIST_KEEP, why_keep, &x))
        return x;
    return x;
}

/* ---- the lists ---- */

bool bnc_domain_is_dead(const struct bnc_tally *t, uint32_t domain)
{
    const struct bnc_domain *d = &t->domains[domain];
    int64_t first = BNC_NO_TIME;
    bool said = false;

    for (uint32_t i = 0; i < d->n_causes; i++) {
        const struct bnc_domain_cause *c = &t->domain_causes[d->cause_at + i];

        if (!c->explicit_domain || c->type != BNC_EVENT_BOUNCE || !bnc_cause_is_hard(c->cause))
            continue;
        said = true;
        if (c->first != BNC_NO_TIME && (first == BNC_NO_TIME || c->first < first))
            first = c->first;
    }
    return said && bnc_domain_silent_since(t, d, first);
}

struct bnc_decision bnc_domain_decide(const struct bnc_tally *t, uint32_t domain)
{
    const struct bnc_domain *d = &t->domains[domain];
    struct bnc_decision x = { .list = -1,
                              .reason = why_domain_dead,
                              .side = BNC_SIDE_RECIPIENT_DOMAIN,
                              .confidence = 95,
                              .template = UINT32_MAX,
                              .first = BNC_NO_TIME,
                              .last = BNC_NO_TIME };

    if (d->name.len == 0 || !bnc_domain_is_dead(t, domain))
        return x;
    x.list = BNC_LIST_SUPPRESS_DOMAINS;
    for (uint32_t c = 0; c < d->n_causes; c++) {
        const struct bnc_domain_cause *r = &t->domain_causes[d->cause_at + c];

        if (!r->explicit_domain || r->events <= x.events)
            continue;
        x.cause = r->cause;
        x.template = r->top_template;
        x.events = r->events;
        x.first = r->first;
        x.last = r->last;
    }
    return x;
}

const struct bnc_outcome **bnc_run_room(struct bnc_buf *room, const struct bnc_address *a)
{
    room->len = 0; /* if it failed, it stays so */
    return (void *)bnc_buf_room(room, a->n_outcomes * sizeof(const struct bnc_outcome *));
}
