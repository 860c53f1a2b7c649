/* SPDX-License-Identifier: MIT
 * incidents.c - signals -> incidents: one break, one finding, told at the widest scope it has.
 *
 * The strongest signal that nothing explains yet is the head of an incident.  Signals of its family
 * on the same days join it; if they come from enough unrelated operators it is sender_wide, else
 * only those of the head's operator join and it is provider_wide.  Weaker signals at the same
 * providers that begin with the incident or after it are its echo (a provider that refuses us for
 * DMARC also lowers our reputation). Then the incident is pinned: does one sending address, sender
 * domain or campaign carry it?
 */
#include "detect/incident.h"

/*
 * The order in which families are believed: what is plainly ours explains what may be a
 * consequence.
 */
static unsigned tier(enum bnc_family f)
{
    switch (f) {
    case BNC_FAMILY_AUTHENTICATION:
    case BNC_FAMILY_SETUP:
        return 0;
    case BNC_FAMILY_NETWORK:
        return 2; /* what is throttled long enough expires */
    case BNC_FAMILY_UNNAMED:
        return 3;
    default:
        return 1;
    }
}

/*
 * Unrelated operators that must complain before it is us.  Authentication, setup and content are
 * ours wherever they are refused.
 */
static unsigned operators_needed(enum bnc_family f)
{
    return f == BNC_FAMILY_AUTHENTICATION || f == BNC_FAMILY_SETUP || f == BNC_FAMILY_CONTENT ? 2
                                                                                              : 3;
}

/* What one organization is behind is left to domains.c. */
static enum bnc_status drop_singles(struct bnc_judging *g, struct bnc_signals *s)
{
    const enum bnc_status status = bnc_singles_find(g, s);

    for (size_t i = 0; i < s->n; i++)
        s->at[i].used = s->at[i].is_single && s->at[i].row > 0;
    return status;
}

static struct bnc_signal *strongest(struct bnc_signals *s)
{
    struct bnc_signal *best = NULL;

    for (size_t i = 0; i < s->n; i++) {
        struct bnc_signal *x = &s->at[i];

        if (x->used || x->weak || x->row == 0)
            continue;
        if (best == NULL || tier(x->family) < tier(best->family) ||
            (tier(x->family) == tier(best->family) && x->recipients > best->recipients))
            best = x;
    }
    return best;
}

/* Same family on the same days; or nameless refusals that began with it. */
static bool joins(const struct bnc_signal *head, const struct bnc_signal *x)
{
    if (x->used || x->row == 0 || !bnc_signals_overlap(head, x))
        return false;
    if (x->weak && (x->w.from + 1 < head->w.from || x->w.to > head->w.to + 1))
        return false;
    if (x->family == head->family)
        return true;
    return x->family == BNC_FAMILY_UNNAMED && x->steady == head->steady &&
           x->w.from + 1 >= head->w.from && x->w.from <= head->w.from + 1;
}

static unsigned count_operators(const struct bnc_judging *g, const struct bnc_signals *s,
                                const struct bnc_signal *head)
{
    struct bnc_span seen[64];
    unsigned n = 0, other = 0;

    for (size_t i = 0; i < s->n; i++) {
        const uint16_t p = bnc_signal_provider(g, &s->at[i]);
        unsigned k = 0;

        if (!joins(head, &s->at[i]))
            continue;
        if (p == 0) {
            other = 2; /* three domains at least that have nothing to do with one another */
            continue;
        }
        while (k < n && !bnc_span_eq(seen[k], bnc_operator_of(g, p)))
            k++;
        if (k == n && n < sizeof seen / sizeof seen[0])
            seen[n++] = bnc_operator_of(g, p);
    }
    return n + other;
}

static void take(const struct bnc_judging *g, struct bnc_incident *in, struct bnc_signal *x)
{
    const bool first = x == in->head;

    x->used = true;
    for (size_t p = 0; p < g->t->n_providers; p++)
        in->provider[p] |= g->series.row_of[p] == x->row;
    in->families |= 1u << x->family;
    in->recipients += x->recipients;
    in->recipients_at[bnc_signal_provider(g, x)] += x->recipients;
    in->w.k += x->w.k;
    in->w.n += x->w.n;
    in->w.k_out += x->w.k_out;
    in->days |= bnc_window_days(g, &x->w);
    if (first || x->w.from < in->w.from)
        in->w.from = x->w.from;
    if (first || x->w.to > in->w.to)
        in->w.to = x->w.to;
}

static void gather(const struct bnc_judging *g, struct bnc_signals *s, struct bnc_incident *in)
{
    const struct bnc_span operator= bnc_operator_of(g, bnc_signal_provider(g, in->head));
    const bool wide = in->scope == BNC_SCOPE_SENDER_WIDE;
    struct bnc_signal *head = (struct bnc_signal *)in->head;

    in->w = (struct bnc_window){ .p = head->w.p };
    take(g, in, head);
    head->used = false; /* or nothing would join it */
    for (size_t i = 0; i < s->n; i++)
        if (&s->at[i] != head && joins(head, &s->at[i]) &&
            (wide || bnc_span_eq(bnc_operator_of(g, bnc_signal_provider(g, &s->at[i])), operator)))
            take(g, in, &s->at[i]);
    head->used = true;
}

/*
 * Weaker signals at the same providers that did not begin before the incident.  What could not be
 * delivered meanwhile expires up to a queue's lifetime later.
 */
static bool is_echo(const struct bnc_judging *g, const struct bnc_incident *in,
                    const struct bnc_signal *x)
{
    const bool late = x->family == BNC_FAMILY_NETWORK && in->head->family != BNC_FAMILY_NETWORK;

    return !x->used && x->row > 0 && in->provider[bnc_signal_provider(g, x)] &&
           x->w.from + 1 >= in->w.from && x->w.from <= in->w.to + (late ? BNC_QUEUE_DAYS : 1) &&
           tier(x->family) >= tier(in->head->family) &&
           (late || x->family == BNC_FAMILY_UNNAMED ||
            x->recipients <= in->recipients_at[bnc_signal_provider(g, x)]);
}

static void absorb_echoes(const struct bnc_judging *g, struct bnc_signals *s,
                          struct bnc_incident *in)
{
    for (size_t i = 0; i < s->n; i++) {
        struct bnc_signal *x = &s->at[i];

        if (!is_echo(g, in, x))
            continue;
        x->used = true;
        in->families |= 1u << x->family;
        in->days |= bnc_window_days(g, &x->w);
    }
}

/* ---- what the incident explains ---- */

/* The families (bits) of which it explains what failed at a provider. */
static uint32_t explained_at(const struct bnc_incident *in, uint16_t provider)
{
    if (in->provider[provider])
        return in->families;
    return in->scope == BNC_SCOPE_SENDER_WIDE ? 1u << in->head->family : 0;
}

/* Kept until all incidents are known: see bnc_marks_apply(). */
static enum bnc_status remember(struct bnc_judging *g, const struct bnc_incident *in)
{
    struct bnc_mark mark = { .scope = in->scope, .days = in->days };

    mark.families = bnc_arena_array(&g->scratch, g->t->n_providers, sizeof *mark.families);
    if (mark.families == NULL ||
        !bnc_array_grow(&g->marks, &g->cap_marks, g->n_marks + 1, sizeof *g->marks))
        return bnc_error_nomem(g->err);
    for (size_t p = 0; p < g->t->n_providers; p++) {
        mark.families[p] = (uint16_t)explained_at(in, (uint16_t)p);
        g->provider_done[p] |= mark.families[p];
    }
    g->marks[g->n_marks++] = mark;
    return BNC_OK;
}

static bool make_room(struct bnc_judging *g, struct bnc_incident *in)
{
    in->provider = bnc_arena_zeroed(&g->scratch, g->t->n_providers, sizeof *in->provider);
    in->recipients_at = bnc_arena_zeroed(&g->scratch, g->t->n_providers, sizeof *in->recipients_at);
    return in->provider != NULL && in->recipients_at != NULL;
}

/*
 * Do two operators turn on us within a day?  Their servers do not fail together, but they may read
 * the same lists.
 */
static bool begins_together(const struct bnc_judging *g, const struct bnc_signals *s,
                            const struct bnc_signal *head)
{
    const struct bnc_span operator= bnc_operator_of(g, bnc_signal_provider(g, head));

    if (head->steady || head->family == BNC_FAMILY_NETWORK)
        return false;
    for (size_t i = 0; i < s->n; i++) {
        const struct bnc_signal *x = &s->at[i];

        if (joins(head, x) && x->family == head->family && !x->weak && !x->steady &&
            x->w.from <= head->w.from + 1 && head->w.from <= x->w.from + 1 &&
            !bnc_span_eq(bnc_operator_of(g, bnc_signal_provider(g, x)), operator))
            return true;
    }
    return false;
}

/* Does one address or sender domain of several carry what the operators refuse? */
static bool is_carried(struct bnc_judging *g, const struct bnc_signals *s,
                       const struct bnc_signal *head)
{
    struct bnc_incident probe = { .head = head, .families = 1u << head->family };

    if (!make_room(g, &probe))
        return false; /* the caller is about to ask for as much */
    for (size_t i = 0; i < s->n; i++) {
        const struct bnc_signal *x = &s->at[i];

        if (!joins(head, x))
            continue;
        probe.provider[bnc_signal_provider(g, x)] = true;
        probe.w.k += x->w.k;
        probe.w.n += x->w.n;
        probe.w.k_out += x->w.k_out;
    }
    probe.w.from = head->w.from;
    probe.w.to = head->w.to;
    for (unsigned i = 0; i < 2; i++) {
        const enum bnc_kind kind = bnc_carrier_order[head->family][i];

        if (kind != BNC_KIND_DAY && kind != BNC_KIND_CAMPAIGN &&
            bnc_carrier_find(g, &probe, kind).found)
            return true;
    }
    return false;
}

/* Is it us?  Two operators are too few to say so by their number alone. */
static bool is_ours(struct bnc_judging *g, const struct bnc_signals *s,
                    const struct bnc_incident *in)
{
    return in->operators >= operators_needed(in->head->family) ||
           bnc_signal_provider(g, in->head) == 0 ||
           (in->operators == 2 && (begins_together(g, s, in->head) || is_carried(g, s, in->head)));
}

static enum bnc_status handle(struct bnc_judging *g, struct bnc_signals *s, struct bnc_signal *head)
{
    struct bnc_incident in = { .head = head };
    enum bnc_status status;

    if (!make_room(g, &in))
        return bnc_error_nomem(g->err);
    in.operators = count_operators(g, s, head);
    in.scope = is_ours(g, s, &in) ? BNC_SCOPE_SENDER_WIDE : BNC_SCOPE_PROVIDER_WIDE;
    gather(g, s, &in);
    absorb_echoes(g, s, &in);
    g->told_families |= in.families;
    status = remember(g, &in);
    return status == BNC_OK ? bnc_incident_tell(g, &in) : status;
}

/* Spread so thinly that no provider shows it: only the sum over all of them does. */
static enum bnc_status handle_thin(struct bnc_judging *g, struct bnc_signals *s)
{
    enum bnc_status status = BNC_OK;

    for (size_t i = 0; status == BNC_OK && i < s->n; i++) {
        struct bnc_signal *x = &s->at[i];
        struct bnc_incident in = { .head = x,
                                   .scope = BNC_SCOPE_SENDER_WIDE,
                                   .families = 1u << x->family,
                                   .w = x->w,
                                   .recipients = x->recipients };

        if (x->row != 0 || x->weak || x->is_single || (g->told_families >> x->family & 1) != 0)
            continue;
        if (!make_room(g, &in))
            return bnc_error_nomem(g->err);
        in.days = bnc_window_days(g, &x->w);
        for (size_t p = 0; p < g->t->n_providers; p++)
            in.provider[p] = bnc_family_events(&g->t->providers[p], x->family) > 0;
        status = remember(g, &in);
        if (status == BNC_OK)
            status = bnc_incident_tell(g, &in);
    }
    return status;
}

/*
 * A provider that denies its own users: marked first, so that neither campaigns nor domains are
 * blamed for it.
 */
static enum bnc_status handle_waves(struct bnc_judging *g, struct bnc_signals *waves)
{
    enum bnc_status status = bnc_waves_find(g, waves);

    for (size_t i = 0; status == BNC_OK && i < waves->n; i++) {
        struct bnc_incident in = { .head = &waves->at[i], .scope = BNC_SCOPE_PROVIDER_WIDE };

        if (!make_room(g, &in))
            return bnc_error_nomem(g->err);
        take(g, &in, &waves->at[i]);
        g->wave[bnc_signal_provider(g, &waves->at[i])] = true;
        status = remember(g, &in);
        if (status == BNC_OK)
            status = bnc_incident_tell(g, &in);
    }
    return status;
}

enum bnc_status bnc_incidents_find(struct bnc_judging *g)
{
    struct bnc_signals signals, waves;
    struct bnc_signal *head;
    enum bnc_status status;

    g->wave = bnc_arena_zeroed(&g->scratch, g->t->n_providers, sizeof *g->wave);
    if (g->wave == NULL)
        return bnc_error_nomem(g->err);
    status = handle_waves(g, &waves);
    if (status == BNC_OK)
        status = bnc_signals_find(g, &waves, &signals);
    if (status != BNC_OK)
        return status;
    status = drop_singles(g, &signals);
    while (status == BNC_OK && (head = strongest(&signals)) != NULL)
        status = handle(g, &signals, head);
    return status == BNC_OK ? handle_thin(g, &signals) : status;
}
