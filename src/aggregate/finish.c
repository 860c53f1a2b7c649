/* SPDX-License-Identifier: MIT
 * finish.c - from merged parts to the tally that others read.
 *
 *   merge -> late bounces take deliveries back -> subjects and cells -> domains and their causes
 *         -> distinct recipients -> templates in order of recipients -> providers and totals
 *         -> (lists) addresses and outcomes
 */
#include "aggregate/distinct.h"
#include "aggregate/merge.h"
#include "aggregate/templates.h"

#include "util/status.h"

#include <stdlib.h>

#define N_DAY_SLOTS (UINT32_MAX / BNC_SECONDS_PER_DAY + 2)

struct finish {
    struct bnc_tally *t;
    struct bnc_merged m;
    struct bnc_distinct d;
    uint64_t *taken; /* [n_domains] deliveries taken back, by merged domain */
    uint64_t n_taken;
    size_t *pair_at; /* [n_domains + 1] */
    uint32_t *pair_cause; /* [n_pairs] */
    /* merged domain -> tally's, UINT32_MAX: nothing is left of it */
    uint32_t *domain_index;
    uint32_t *campaign_index; /* likewise */
    struct bnc_template_index template_index;
    uint32_t *day_subject; /* day + 1 -> subject */
};

static void *arena_array(struct bnc_tally *t, size_t n, size_t each)
{
    void *at = n < SIZE_MAX / each - 1 ? bnc_arena_alloc(&t->arena, (n + 1) * each) : NULL;

    if (at != NULL)
        memset(at, 0, (n + 1) * each);
    return at;
}

static enum bnc_event_type pair_type(const struct bnc_merged *m, uint32_t entry)
{
    return BNC_IS_PSEUDO(entry) ? (enum bnc_event_type)(entry - BNC_PSEUDO_ENTRY(0))
                                : m->entries[entry].entry->type;
}

/* ---- late bounces ---- */

struct spread {
    /* late bounces of each subject: its own provider's, those of other providers */
    uint64_t *late, *others;
    uint64_t *avail, *take; /* deliveries, and how many of them are taken back */
    size_t n;
    uint64_t left; /* still to be taken */
};

static bool spread_init(struct spread *s, size_t n, uint64_t target)
{
    *s = (struct spread){ .late = calloc(4 * (n + 1), sizeof *s->late), .n = n, .left = target };
    if (s->late == NULL)
        return false;
    s->others = s->late + n;
    s->avail = s->others + n;
    s->take = s->avail + n;
    return true;
}

static void spread_take(struct spread *s, size_t i, uint64_t want)
{
    uint64_t give = s->avail[i] - s->take[i];

    give = give < want ? give : want;
    give = give < s->left ? give : s->left;
    s->take[i] += give;
    s->left -= give;
}

/*
 * What a subject can't give for its late bounces, the nearest before it gives: a delivery comes
 * before its bounce.
 */
static void spread_back(struct spread *s, const uint64_t *late, bool done)
{
    uint64_t owed = 0;

    for (size_t i = s->n; i-- > 0 && s->left > 0;) {
        const uint64_t before = s->take[i];

        owed += !done ? late[i] : late[i] > before ? late[i] - before : 0;
        spread_take(s, i, owed);
        owed -= s->take[i] - before;
    }
}

/*
 * Shares the takings out among subjects in sorted order: each for its own late bounces first, then
 * for those of subjects behind it, then for those of other providers (a reply may name another
 * provider than the domain), then the first that can.
 */
static void spread(struct spread *s)
{
    for (size_t i = 0; i < s->n; i++)
        spread_take(s, i, s->late[i]);
    spread_back(s, s->late, true);
    spread_back(s, s->others, false);
    for (size_t i = 0; i < s->n; i++)
        spread_take(s, i, s->left);
}

/* Takes 'target' deliveries out of the cells of one kind and provider. */
static bool take_from_cells(struct bnc_count *cells, size_t n, unsigned provider, uint64_t target)
{
    struct spread s;
    size_t at = 0;

    if (!spread_init(&s, n, target))
        return false;
    for (size_t i = 0; i < n; i++) {
        const bool own = BNC_CELL_PROVIDER(cells[i].key) == provider;
        const unsigned col = BNC_CELL_COL(cells[i].key);

        at += i > 0 && BNC_CELL_SUBJECT(cells[i].key) != BNC_CELL_SUBJECT(cells[i - 1].key);
        if (col == BNC_COL_LATE)
            *(own ? &s.late[at] : &s.others[at]) += cells[i].n;
        else if (col == BNC_EVENT_DELIVERED && own)
            s.avail[at] = cells[i].n;
    }
    s.n = n > 0 ? at + 1 : 0;
    spread(&s);
    at = 0;
    for (size_t i = 0; i < n; i++) {
        at += i > 0 && BNC_CELL_SUBJECT(cells[i].key) != BNC_CELL_SUBJECT(cells[i - 1].key);
        if (BNC_CELL_PROVIDER(cells[i].key) == provider &&
            BNC_CELL_COL(cells[i].key) == BNC_EVENT_DELIVERED)
            cells[i].n -= s.take[at];
    }
    free(s.late);
    return true;
}

/* The first cell of 'kind' at or after which no smaller kind follows. */
static size_t kind_at(const struct bnc_merged *m, unsigned kind)
{
    size_t low = 0, high = m->n_cells;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;

        if (BNC_CELL_KIND(m->cells[mid].key) < kind)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool take_back_by_provider(struct finish *f)
{
    const size_t n = f->t->n_providers, n_days = kind_at(&f->m, BNC_KIND_DAY + 1);
    struct spread s;
    bool ok = true;

    if (!spread_init(&s, n, f->n_taken))
        return false;
    for (size_t i = 0; i < n_days; i++) {
        const unsigned provider = BNC_CELL_PROVIDER(f->m.cells[i].key),
                       col = BNC_CELL_COL(f->m.cells[i].key);

        if (col == BNC_COL_LATE)
            s.late[provider] += f->m.cells[i].n;
        if (col == BNC_EVENT_DELIVERED)
            s.avail[provider] += f->m.cells[i].n;
    }
    spread(&s);
    for (unsigned p = 0; ok && p < n; p++)
        for (unsigned k = 0; ok && s.take[p] > 0 && k < BNC_N_KINDS; k++) {
            const size_t at = kind_at(&f->m, k);

            ok = take_from_cells(f->m.cells + at, kind_at(&f->m, k + 1) - at, p, s.take[p]);
        }
    free(s.late);
    return ok;
}

static bool take_back(struct finish *f)
{
    struct bnc_merged *m = &f->m;

    f->taken = calloc((size_t)m->n_domains + 1, sizeof *f->taken);
    if (f->taken == NULL)
        return false;
    for (size_t i = 0; i < m->n_pairs; i++)
        if (BNC_PAIR_ENTRY(m->pairs[i].key) == BNC_PSEUDO_LATE) {
            const uint32_t d = BNC_PAIR_DOMAIN(m->pairs[i].key);

            f->taken[d] =
                m->pairs[i].n < m->domains[d].delivered ? m->pairs[i].n : m->domains[d].delivered;
            f->n_taken += f->taken[d];
        }
    f->t->late = f->n_taken;
    return f->n_taken == 0 || take_back_by_provider(f);
}

/* ---- cells and subjects ---- */

static struct bnc_span subject_name(struct finish *f, unsigned kind, uint32_t subject)
{
    char day[32];

    if (kind == BNC_KIND_DAY) {
        bnc_day_name(subject, day);
        return bnc_arena_copy(&f->t->arena, bnc_span_str(day));
    }
    return bnc_arena_copy(&f->t->arena, f->m.names[kind][subject]);
}

static void add_to_subject(struct bnc_subject *s, const struct bnc_cell *c)
{
    s->n[bnc_col_type(c->col)] += c->n;
    if (c->first != BNC_NO_TIME && (s->first == BNC_NO_TIME || c->first < s->first))
        s->first = c->first;
    if (c->last != BNC_NO_TIME && (s->last == BNC_NO_TIME || c->last > s->last))
        s->last = c->last;
}

/* The cells of one kind, with new numbers for the subjects that are left. */
static bool build_kind(struct finish *f, unsigned kind)
{
    struct bnc_tally *t = f->t;
    const size_t from = kind_at(&f->m, kind), to = kind_at(&f->m, kind + 1);
    uint32_t before = UINT32_MAX;
    struct bnc_subject *s;
    size_t n = 0;

    for (size_t i = from; i < to; i++)
        if (BNC_CELL_COL(f->m.cells[i].key) != BNC_COL_LATE) {
            n += BNC_CELL_SUBJECT(f->m.cells[i].key) != before;
            before = BNC_CELL_SUBJECT(f->m.cells[i].key);
        }
    t->subject[kind] = arena_array(t, n, sizeof *s);
    if (t->subject[kind] == NULL)
        return false;
    s = t->subject[kind] - 1;
    before = UINT32_MAX;
    for (size_t i = from; i < to; i++) {
        const struct bnc_count *c = &f->m.cells[i];
        const uint32_t subject = BNC_CELL_SUBJECT(c->key);
        struct bnc_cell *cell = &t->cells[t->n_cells];

        if (BNC_CELL_COL(c->key) == BNC_COL_LATE)
            continue;
        if (subject != before) {
            *++s = (struct bnc_subject){ .name = subject_name(f, kind, subject),
                                         .first = BNC_NO_TIME,
                                         .last = BNC_NO_TIME };
            if (s->name.at == NULL)
                return false;
            s->day = kind == BNC_KIND_DAY && subject > 0 ? (int32_t)subject - 1 : BNC_DAY_NONE;
            if (kind == BNC_KIND_DAY)
                f->day_subject[subject] = (uint32_t)t->n_subjects[kind];
            if (kind == BNC_KIND_CAMPAIGN)
                f->campaign_index[subject] = (uint32_t)t->n_subjects[kind];
            t->n_subjects[kind]++;
            before = subject;
        }
        *cell = (struct bnc_cell){ .kind = (uint8_t)kind,
                                   .subject = (uint32_t)t->n_subjects[kind] - 1,
                                   .provider = BNC_CELL_PROVIDER(c->key),
                                   .col = (uint16_t)BNC_CELL_COL(c->key),
                                   .n = c->n,
                                   .first = bnc_time_of_first(c->first),
                                   .last = bnc_time_of_last(c->last) };
        add_to_subject(s, cell);
        t->n_cells++;
    }
    return true;
}

static bool build_cells(struct finish *f)
{
    struct bnc_tally *t = f->t;
    const size_t n_campaigns = f->m.n_names[BNC_KIND_CAMPAIGN];

    t->cells = arena_array(t, f->m.n_cells, sizeof *t->cells);
    f->day_subject = malloc(N_DAY_SLOTS * sizeof *f->day_subject);
    f->campaign_index = malloc((n_campaigns + 1) * sizeof *f->campaign_index);
    if (t->cells == NULL || f->day_subject == NULL || f->campaign_index == NULL)
        return false;
    memset(f->campaign_index, 0xff, (n_campaigns + 1) * sizeof *f->campaign_index);
    memset(f->day_subject, 0xff, N_DAY_SLOTS * sizeof *f->day_subject);
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        if (!build_kind(f, k))
            return false;
    return true;
}

/* ---- domains ---- */

/*
 * -64 ln(z / 64) for z free bits of 64, rounded: how many recipients set the others (linear
 * counting, Whang 1990).
 */
static uint64_t sketch_count(uint64_t sketch, uint64_t delivered)
{
    static const uint16_t recipients[65] = { 0,   266, 222, 196, 177, 163, 151, 142, 133, 126, 119,
                                             113, 107, 102, 97,  93,  89,  85,  81,  78,  74,  71,
                                             68,  65,  63,  60,  58,  55,  53,  51,  48,  46,  44,
                                             42,  40,  39,  37,  35,  33,  32,  30,  28,  27,  25,
                                             24,  23,  21,  20,  18,  17,  16,  15,  13,  12,  11,
                                             10,  9,   7,   6,   5,   4,   3,   2,   1,   0 };
    const int free_bits = 64 - __builtin_popcountll(sketch);

    if (sketch == 0 || free_bits == 0) /* no addresses, or too many to tell */
        return sketch == 0 ? 0 : delivered;
    return recipients[free_bits] < delivered ? recipients[free_bits] : delivered;
}

/* [65536] votes by provider, and who has any */
struct poll {
    uint64_t *n;
    uint16_t *named;
    size_t n_named;
};

static void vote_for(struct poll *poll, uint16_t provider, uint64_t n)
{
    if (provider == 0)
        return;
    if (poll->n[provider] == 0)
        poll->named[poll->n_named++] = provider;
    poll->n[provider] += n;
}

/*
 * By domain, else the provider that most of its rows named; of equals the smaller. '*vote' moves on
 * to the next domain's.
 */
static uint16_t domain_provider(const struct finish *f, uint32_t d, size_t *vote, struct poll *poll)
{
    const struct bnc_merged *m = &f->m;
    uint16_t best = 0;

    for (; *vote < m->n_votes && m->votes[*vote].key >> 16 == d; ++*vote)
        vote_for(poll, (uint16_t)m->votes[*vote].key, m->votes[*vote].n);
    for (size_t i = f->pair_at[d]; m->domains[d].provider == 0 && i < f->pair_at[d + 1]; i++)
        if (!BNC_IS_PSEUDO(BNC_PAIR_ENTRY(m->pairs[i].key)))
            vote_for(poll, m->entries[BNC_PAIR_ENTRY(m->pairs[i].key)].entry->verdict.provider,
                     m->pairs[i].n);
    for (size_t i = 0; i < poll->n_named; i++) {
        const uint16_t p = poll->named[i];

        if (best == 0 || poll->n[p] > poll->n[best] || (poll->n[p] == poll->n[best] && p < best))
            best = p;
    }
    while (poll->n_named > 0)
        poll->n[poll->named[--poll->n_named]] = 0;
    return m->domains[d].provider != 0 ? m->domains[d].provider : best;
}

static void widen(int64_t *first, int64_t *last, const struct bnc_count *c)
{
    const int64_t f = bnc_time_of_first(c->first), l = bnc_time_of_last(c->last);

    if (f != BNC_NO_TIME && (*first == BNC_NO_TIME || f < *first))
        *first = f;
    if (l != BNC_NO_TIME && (*last == BNC_NO_TIME || l > *last))
        *last = l;
}

/* The row of (cause, type) among those of this domain, made if missing. */
static uint32_t cause_row(struct finish *f, struct bnc_domain *d, uint32_t index, unsigned cause,
                          enum bnc_event_type type)
{
    struct bnc_domain_cause *at = f->t->domain_causes;
    uint32_t i = d->cause_at;

    for (; i < d->cause_at + d->n_causes; i++)
        if (at[i].cause == cause && at[i].type == type)
            return i;
    d->n_causes++;
    f->t->n_domain_causes++;
    at[i] = (struct bnc_domain_cause){ .domain = index,
                                       .cause = (uint8_t)cause,
                                       .type = (uint8_t)type,
                                       .first = BNC_NO_TIME,
                                       .last = BNC_NO_TIME,
                                       .top_template = UINT32_MAX };
    return i;
}

static int cmp_cause(const void *a, const void *b)
{
    const struct bnc_domain_cause *x = a, *y = b;

    if (x->cause != y->cause)
        return x->cause < y->cause ? -1 : 1;
    return (x->type > y->type) - (x->type < y->type);
}

/*
 * Counts the pairs of a domain; its causes get their rows, sorted, before anything is added to
 * them.
 */
static void count_domain(struct finish *f, struct bnc_domain *d, uint32_t index, uint32_t merged)
{
    const struct bnc_merged *m = &f->m;

    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = f->pair_at[merged]; i < f->pair_at[merged + 1]; i++) {
            const struct bnc_count *pair = &m->pairs[i];
            const uint32_t entry = BNC_PAIR_ENTRY(pair->key);
            const struct bnc_verdict *v =
                BNC_IS_PSEUDO(entry) ? NULL : &m->entries[entry].entry->verdict;
            const enum bnc_event_type type = pair_type(m, entry);
            struct bnc_domain_cause *c;

            f->pair_cause[i] = UINT32_MAX;
            if (entry == BNC_PSEUDO_LATE)
                continue;
            if (pass == 0)
                d->n[type] += pair->n;
            if (type != BNC_EVENT_BOUNCE && type != BNC_EVENT_DEFERRAL)
                continue;
            f->pair_cause[i] =
                cause_row(f, d, index, v == NULL ? BNC_CAUSE_UNKNOWN : v->cause, type);
            if (pass == 0)
                continue;
            c = &f->t->domain_causes[f->pair_cause[i]];
            c->events += pair->n;
            c->failed_days |= pair->days;
            c->explicit_domain |= v != NULL && v->explicit_domain;
            widen(&c->first, &c->last, pair);
            widen(&d->first, &d->last, pair);
        }
        if (pass == 0)
            qsort(f->t->domain_causes + d->cause_at, d->n_causes, sizeof *f->t->domain_causes,
                  cmp_cause);
    }
}

static bool index_pairs(struct finish *f)
{
    struct bnc_merged *m = &f->m;
    size_t i = 0;

    f->pair_at = malloc(((size_t)m->n_domains + 2) * sizeof *f->pair_at);
    f->pair_cause = malloc((m->n_pairs + 1) * sizeof *f->pair_cause);
    f->domain_index = malloc(((size_t)m->n_domains + 1) * sizeof *f->domain_index);
    if (f->pair_at == NULL || f->pair_cause == NULL || f->domain_index == NULL)
        return false;
    for (uint32_t d = 0; d <= m->n_domains; d++) {
        while (i < m->n_pairs && BNC_PAIR_DOMAIN(m->pairs[i].key) < d)
            i++;
        f->pair_at[d] = i;
    }
    return true;
}

/* The column of a failure's cell, which names its cause and type; 0 for what is no failure. */
static unsigned failure_col(const struct bnc_merged *m, uint32_t entry)
{
    const enum bnc_event_type type = pair_type(m, entry);
    const unsigned col = bnc_col_of(
        type, BNC_IS_PSEUDO(entry) ? BNC_CAUSE_UNKNOWN : m->entries[entry].entry->verdict.cause);

    return col >= BNC_N_EVENTS ? col : 0;
}

/* How many rows domain_causes will have. */
static size_t count_causes(const struct finish *f)
{
    uint32_t seen[BNC_N_COLS]; /* 1 + the domain that had it last */
    size_t n = 0;

    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < f->m.n_pairs; i++) {
        const uint32_t domain = BNC_PAIR_DOMAIN(f->m.pairs[i].key) + 1;
        const unsigned col = failure_col(&f->m, BNC_PAIR_ENTRY(f->m.pairs[i].key));

        n += col != 0 && seen[col] != domain;
        seen[col] = domain;
    }
    return n;
}

static bool has_events(const uint64_t n[BNC_N_EVENTS])
{
    uint64_t any = 0;

    for (unsigned e = 0; e < BNC_N_EVENTS; e++)
        any |= n[e];
    return any != 0;
}

static bool build_domains(struct finish *f)
{
    struct bnc_tally *t = f->t;
    struct poll poll = { calloc(65536, sizeof *poll.n), malloc(65536 * sizeof *poll.named), 0 };
    size_t vote = 0;
    bool ok = poll.n != NULL && poll.named != NULL && index_pairs(f);

    t->domains = arena_array(t, f->m.n_domains, sizeof *t->domains);
    t->domain_causes = arena_array(t, count_causes(f), sizeof *t->domain_causes);
    ok = ok && t->domains != NULL && t->domain_causes != NULL;
    for (uint32_t i = 0; ok && i < f->m.n_domains; i++) {
        const struct bnc_merged_domain *from = &f->m.domains[i];
        struct bnc_domain *d = &t->domains[t->n_domains];

        *d = (struct bnc_domain){ .provider = domain_provider(f, i, &vote, &poll),
                                  .delivered_days = from->days,
                                  .cause_at = (uint32_t)t->n_domain_causes,
                                  .first = BNC_NO_TIME,
                                  .last = BNC_NO_TIME };
        d->n[BNC_EVENT_DELIVERED] = from->delivered - f->taken[i];
        d->recipients_delivered = sketch_count(from->sketch, d->n[BNC_EVENT_DELIVERED]);
        count_domain(f, d, (uint32_t)t->n_domains, i);
        f->domain_index[i] = UINT32_MAX;
        if (!has_events(d->n))
            continue;
        d->name = bnc_arena_copy(&t->arena, from->name);
        ok = d->name.at != NULL;
        f->domain_index[i] = (uint32_t)t->n_domains++;
        t->providers[d->provider].domains++;
    }
    free(poll.n);
    free(poll.named);
    return ok;
}

/* ---- distinct recipients ---- */

static bool build_recipients(struct finish *f)
{
    struct bnc_tally *t = f->t;
    const struct bnc_distinct_plan plan = { .m = &f->m,
                                            .pair_cause = f->pair_cause,
                                            .n_causes = (uint32_t)t->n_domain_causes,
                                            .day_subject = f->day_subject,
                                            .n_days = (uint32_t)t->n_subjects[BNC_KIND_DAY],
                                            .n_providers = (uint32_t)t->n_providers };

    if (bnc_distinct_count(&f->d, &plan) != BNC_OK)
        return false;
    for (uint32_t i = 0; i < f->m.n_domains; i++)
        if (f->domain_index[i] != UINT32_MAX) {
            t->domains[f->domain_index[i]].recipients_failed = f->d.domain_failed[i];
            t->domains[f->domain_index[i]].recipients_bounced = f->d.domain_bounced[i];
        }
    for (size_t i = 0; i < t->n_domain_causes; i++)
        t->domain_causes[i].recipients = f->d.cause[i];
    for (uint32_t i = 0; i < f->m.n_names[BNC_KIND_CAMPAIGN]; i++)
        if (f->campaign_index[i] != UINT32_MAX)
            t->subject[BNC_KIND_CAMPAIGN][f->campaign_index[i]].recipients_failed =
                f->d.campaign[i];
    for (size_t i = 0; i < t->n_subjects[BNC_KIND_DAY]; i++)
        t->subject[BNC_KIND_DAY][i].recipients_failed = f->d.day[i];
    for (size_t p = 0; p < t->n_providers; p++) {
        t->providers[p].recipients_failed = f->d.provider[p];
        for (unsigned c = 0; c < BNC_N_CAUSES; c++)
            t->providers[p].cause_recipients[c] = f->d.provider_cause[p * BNC_N_CAUSES + c];
    }
    t->recipients_failed = f->d.failed;
    t->recipients_bounced = f->d.bounced;
    t->recipients_deferred = f->d.deferred;
    t->recipients_deferred_only = f->d.deferred_only;
    t->recipients_recurring = f->d.recurring;
    return true;
}

/* ---- templates ---- */

/* The template with most recipients, then events, of each domain's cause; of equals the first. */
static bool find_top_templates(struct finish *f)
{
    struct bnc_tally *t = f->t;
    uint64_t(*best)[2] = calloc(t->n_domain_causes + 1, sizeof *best);

    if (best == NULL)
        return false;
    for (size_t i = 0; i < f->m.n_pairs; i++) {
        const uint32_t entry = BNC_PAIR_ENTRY(f->m.pairs[i].key), c = f->pair_cause[i];
        const uint64_t recipients = f->d.pair[i], n = f->m.pairs[i].n;
        uint32_t *top;

        if (c == UINT32_MAX || BNC_IS_PSEUDO(entry))
            continue;
        top = &t->domain_causes[c].top_template;
        if (*top == UINT32_MAX || recipients > best[c][0] ||
            (recipients == best[c][0] && n > best[c][1]) ||
            (recipients == best[c][0] && n == best[c][1] && f->template_index.shown[entry] < *top)) {
            *top = f->template_index.shown[entry];
            best[c][0] = recipients;
            best[c][1] = n;
        }
    }
    free(best);
    return true;
}

static bool build_templates(struct finish *f)
{
    return bnc_templates_build(f->t, &f->m, f->d.pair, &f->template_index) &&
           find_top_templates(f);
}

/* ---- providers and totals ---- */

static size_t count_providers(const struct finish *f)
{
    size_t n = f->m.classifier != NULL ? bnc_provider_count(f->m.classifier) : 1;

    for (size_t i = 0; i < f->m.n_cells; i++)
        if (BNC_CELL_PROVIDER(f->m.cells[i].key) >= n)
            n = (size_t)BNC_CELL_PROVIDER(f->m.cells[i].key) + 1;
    for (uint32_t i = 0; i < f->m.n_domains; i++)
        if (f->m.domains[i].provider >= n)
            n = (size_t)f->m.domains[i].provider + 1;
    return n;
}

static void build_providers(struct finish *f)
{
    struct bnc_tally *t = f->t;

    for (size_t i = 0; i < t->n_cells && t->cells[i].kind == BNC_KIND_DAY; i++) {
        const struct bnc_cell *c = &t->cells[i];
        struct bnc_provider_total *p = &t->providers[c->provider];

        p->n[bnc_col_type(c->col)] += c->n;
        t->n[bnc_col_type(c->col)] += c->n;
        if (c->col >= BNC_N_EVENTS)
            p->cause[c->col - BNC_N_EVENTS] += c->n;
        if (c->col == BNC_EVENT_COMPLAINT && c->n > p->complaints_day_max &&
            t->subject[BNC_KIND_DAY][c->subject].day != BNC_DAY_NONE)
            p->complaints_day_max = c->n;
    }
}

static bool build_totals(struct finish *f)
{
    struct bnc_tally *t = f->t;

    t->first = t->last = BNC_NO_TIME;
    for (size_t i = 0; i < t->n_subjects[BNC_KIND_DAY]; i++) {
        const struct bnc_subject *s = &t->subject[BNC_KIND_DAY][i];

        if (s->first != BNC_NO_TIME && (t->first == BNC_NO_TIME || s->first < t->first))
            t->first = s->first;
        if (s->last != BNC_NO_TIME && (t->last == BNC_NO_TIME || s->last > t->last))
            t->last = s->last;
    }
    for (size_t p = 0; p < f->m.n_parts; p++) {
        t->rows += f->m.parts[p]->rows;
        t->filtered += f->m.parts[p]->filtered;
        t->extra_events += f->m.parts[p]->extra;
        for (unsigned b = 0; b < BNC_N_EVENT_FLAGS; b++)
            t->flagged[b] += f->m.parts[p]->flagged[b];
        bnc_merged_add_faults(&f->m, p, t->faults);
    }
    for (unsigned i = 0; i < BNC_N_FAULTS; i++)
        if (i != BNC_FAULT_REPEATED_HEADER)
            t->malformed += t->faults[i].n;
    t->repeated_headers = t->faults[BNC_FAULT_REPEATED_HEADER].n;
    t->duplicates = f->m.duplicates;
    t->n_sources = f->m.n_sources;
    t->sources = arena_array(t, t->n_sources, sizeof *t->sources);
    if (t->sources == NULL)
        return false;
    for (uint32_t i = 0; i < t->n_sources; i++) {
        t->sources[i] = bnc_arena_copy(&t->arena, f->m.sources[i]);
        if (t->sources[i].at == NULL)
            return false;
    }
    return true;
}

/* ---- lists ---- */

static int cmp_address(const void *a, const void *b)
{
    const struct bnc_address *x = a, *y = b;
    const int c = bnc_span_cmp(x->text, y->text);

    return c != 0 ? c : (x->domain > y->domain) - (x->domain < y->domain);
}

static int cmp_outcome(const void *a, const void *b)
{
    const struct bnc_outcome *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->campaign > y->campaign) - (x->campaign < y->campaign);
}

/* Gives the outcomes of an address their final numbers and order. */
static void settle_outcomes(struct finish *f, struct bnc_address *a, uint32_t index)
{
    struct bnc_outcome *o = f->t->outcomes + a->outcome_at;

    for (uint32_t i = 0; i < a->n_outcomes; i++) {
        o[i].address = index;
        o[i].campaign = f->campaign_index[o[i].campaign];
        f->d.contradicts |= o[i].campaign == UINT32_MAX;
        if (o[i].template != UINT32_MAX)
            o[i].template = f->template_index.own[o[i].template];
    }
    qsort(o, a->n_outcomes, sizeof *o, cmp_outcome);
    a->domain = f->domain_index[a->domain];
    f->d.contradicts |= a->domain == UINT32_MAX;
}

/* The arrays and texts of the count become the tally's: they may be most of the memory in use. */
static void take_addresses(struct finish *f)
{
    struct bnc_tally *t = f->t;

    t->detail = f->m.detail;
    t->addresses = f->d.addresses;
    t->n_addresses = f->d.n_addresses;
    t->outcomes = f->d.outcomes;
    t->n_outcomes = f->d.n_outcomes;
    f->d.addresses = NULL;
    f->d.outcomes = NULL;
    bnc_arena_join(&t->arena, &f->d.texts);
    qsort(t->addresses, t->n_addresses, sizeof *t->addresses, cmp_address);
    for (size_t i = 0; i < t->n_addresses; i++)
        settle_outcomes(f, &t->addresses[i], (uint32_t)i);
}

/* ---- all of it ---- */

static bool build(struct finish *f)
{
    struct bnc_tally *t = f->t;

    t->classifier = f->m.classifier;
    t->n_providers = count_providers(f);
    t->providers = arena_array(t, t->n_providers, sizeof *t->providers);
    if (t->providers == NULL || !take_back(f) || !build_cells(f) || !build_domains(f))
        return false;
    build_providers(f);
    if (!build_recipients(f) || !build_templates(f) || !build_totals(f))
        return false;
    take_addresses(f);
    return true;
}

/*
 * Parts counted here always add up, unless there is a bug; a state may have been written by
 * anybody.
 */
static enum bnc_status verify(const struct finish *f, struct bnc_error *err)
{
    const char *why = "an address was never counted";
    bool from_file = false;

    if (!f->d.contradicts && bnc_tally_check(f->t, &why))
        return BNC_OK;
    for (size_t p = 0; p < f->m.n_parts; p++)
        from_file |= f->m.parts[p]->is_state;
    if (from_file)
        return bnc_error_set(err, BNC_EDATA, "a state contradicts itself: %s", why);
    return bnc_error_set(err, BNC_EINTERNAL, "sums do not add up: %s", why);
}

enum bnc_status bnc_tally_finish(struct bnc_tally **tally, struct bnc_part **parts, size_t n_parts,
                                 bnc_parallel_fn parallel, void *ctx, struct bnc_error *err)
{
    struct finish f = { .t = calloc(1, sizeof(struct bnc_tally)) };
    enum bnc_status status;

    if (f.t != NULL && bnc_merged_make(&f.m, parts, n_parts, true, parallel, ctx) == BNC_OK &&
        build(&f))
        status = verify(&f, err);
    else
        status = bnc_error_nomem(err);
    bnc_merged_release(&f.m);
    bnc_distinct_release(&f.d);
    free(f.taken);
    free(f.pair_at);
    free(f.pair_cause);
    free(f.domain_index);
    free(f.campaign_index);
    bnc_template_index_release(&f.template_index);
    free(f.day_subject);
    if (status != BNC_OK) {
        bnc_tally_free(f.t);
        f.t = NULL;
    }
    *tally = f.t;
    return status;
}

void bnc_tally_free(struct bnc_tally *tally)
{
    if (tally == NULL)
        return;
    free(tally->addresses);
    free(tally->outcomes);
    bnc_arena_release(&tally->arena);
    free(tally);
}
