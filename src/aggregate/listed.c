/* SPDX-License-Identifier: MIT */
#include "aggregate/listed.h"

#include "tables/names.h"
#include "util/prefetch.h"

#include <stdlib.h>

#define BLOCK_BYTES (((size_t)32 << 10) - sizeof(struct bnc_listed_block))

void bnc_listed_end(struct bnc_listed *l)
{
    free(l->recs);
    free(l->outcomes);
    l->recs = NULL;
    l->outcomes = NULL;
    l->cap = 0;
}

void bnc_listed_release(struct bnc_listed *l)
{
    bnc_listed_end(l);
    bnc_arena_release(&l->arena);
    *l = (struct bnc_listed){ .cap = 0 };
}

void bnc_listed_join(struct bnc_listed *dst, struct bnc_listed *src)
{
    for (unsigned p = 0; p < BNC_LOG_PARTS; p++)
        if (src->block[p] != NULL) {
            dst->block[p] = src->block[p];
            dst->n[p] = src->n[p];
            src->block[p] = NULL;
        }
    dst->n_addresses += src->n_addresses;
    dst->n_roles += src->n_roles;
    dst->n_never += src->n_never;
    dst->contradicts |= src->contradicts;
    bnc_arena_join(&dst->arena, &src->arena);
}

static bool reserve(struct bnc_listed *l, size_t n)
{
    size_t cap = l->cap < 64 ? 64 : l->cap;

    if (n <= l->cap)
        return true;
    while (cap < n)
        cap *= 2;
    bnc_listed_end(l);
    l->recs = malloc(cap * sizeof *l->recs);
    l->outcomes = malloc(cap * sizeof *l->outcomes);
    l->cap = l->recs != NULL && l->outcomes != NULL ? cap : 0;
    return l->cap > 0;
}

/* Room for a record of 'bytes' at most in a partition's newest block; NULL when out of memory. */
static char *room(struct bnc_listed *l, unsigned p, size_t bytes)
{
    struct bnc_listed_block *b = l->block[p];
    const size_t cap = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;

    if (b != NULL && b->cap - b->used >= bytes)
        return b->data + b->used;
    b = cap < UINT32_MAX ? bnc_arena_alloc(&l->arena, sizeof *b + cap) : NULL;
    if (b == NULL)
        return NULL;
    *b = (struct bnc_listed_block){ .next = l->block[p], .cap = (uint32_t)cap };
    l->block[p] = b;
    return b->data;
}

/* ---- outcomes ---- */

/*
 * Of events at the same time, the greater decides: a wrong suppression is the costliest error, so a
 * delivery beats a bounce.
 */
static unsigned rank_of(uint32_t what)
{
    static const uint8_t rank[BNC_N_EVENTS + 1] = {
        [BNC_EVENT_SUPPRESSED] = 1, [BNC_EVENT_DEFERRAL] = 2, [BNC_EVENT_BOUNCE] = 3,
        [BNC_EVENT_DELIVERED] = 4,  [BNC_CODE_LATE] = 5,      [BNC_EVENT_COMPLAINT] = 6
    };

    return rank[BNC_WHAT_CODE(what)];
}

static int cmp_rec(const void *a, const void *b)
{
    const struct bnc_address_rec *x = a, *y = b;

    if (BNC_WHAT_CAMPAIGN(x->what) != BNC_WHAT_CAMPAIGN(y->what))
        return BNC_WHAT_CAMPAIGN(x->what) < BNC_WHAT_CAMPAIGN(y->what) ? -1 : 1;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    if (rank_of(x->what) != rank_of(y->what))
        return rank_of(x->what) < rank_of(y->what) ? -1 : 1;
    return (x->pair > y->pair) - (x->pair < y->pair);
}

static int cmp_outcome(const void *a, const void *b)
{
    const struct bnc_outcome *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->campaign > y->campaign) - (x->campaign < y->campaign);
}

/* Most addresses have one to three records, and one or two outcomes. */
#define FEW 12u
static void sort_few(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
    char *const at = base, x[sizeof(struct bnc_address_rec)];

    if (n > FEW) {
        qsort(base, n, size, cmp);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        size_t k = i;

        memcpy(x, at + i * size, size);
        for (; k > 0 && cmp(x, at + (k - 1) * size) < 0; k--)
            memcpy(at + k * size, at + (k - 1) * size, size);
        memcpy(at + k * size, x, size);
    }
}

static uint8_t state_bit(enum bnc_event_type type)
{
    static const uint8_t bit[BNC_N_EVENTS] = { [BNC_EVENT_BOUNCE] = BNC_ADDR_BOUNCED,
                                               [BNC_EVENT_DEFERRAL] = BNC_ADDR_DEFERRED,
                                               [BNC_EVENT_DELIVERED] = BNC_ADDR_DELIVERED,
                                               [BNC_EVENT_COMPLAINT] = BNC_ADDR_COMPLAINED,
                                               [BNC_EVENT_SUPPRESSED] = BNC_ADDR_SUPPRESSED };

    return bit[type];
}

/* One outcome per campaign out of records sorted by cmp_rec(), in l->outcomes; how many. */
static size_t make_outcomes(struct bnc_listed *l, const struct bnc_listed_plan *plan, size_t n)
{
    const struct bnc_count *const pairs = plan->m->pairs;
    struct bnc_outcome *o = l->outcomes - 1;

    for (size_t i = 0; i < n; i++) {
        const struct bnc_address_rec *const r = &l->recs[i];
        const uint32_t entry = BNC_PAIR_ENTRY(pairs[r->pair].key),
                       campaign = plan->campaign_index[BNC_WHAT_CAMPAIGN(r->what)];

        if (i == 0 || BNC_WHAT_CAMPAIGN(r[-1].what) != BNC_WHAT_CAMPAIGN(r->what))
            *++o = (struct bnc_outcome){ .campaign = campaign & 0xfffffff };
        l->contradicts |= campaign == UINT32_MAX;
        o->template = bnc_address_rec_fails(r) && !BNC_IS_PSEUDO(entry) ? entry : UINT32_MAX;
        o->type = BNC_WHAT_TYPE(r->what) & 15;
        if (o->first == 0)
            o->first = r->time;
        o->last = r->time;
    }
    return (size_t)(o + 1 - l->outcomes);
}

/*
 * Where only lists are wanted: leaves of 'n' outcomes the failures since the last delivery, which
 * is all that lists ask for. How many; SIZE_MAX: no policy can put the address on a list.
 */
static size_t leave_failures(struct bnc_outcome *o, size_t n, unsigned states)
{
    const int64_t delivered = bnc_outcomes_delivered(o, n);
    size_t kept = 0;
    bool bounced = false;

    for (size_t i = 0; i < n; i++)
        if (bnc_outcome_fails(&o[i]) && bnc_outcome_order(&o[i]) > delivered) {
            bounced |= o[i].type == BNC_EVENT_BOUNCE;
            o[kept++] = o[i];
        }
    return bounced || kept >= BNC_LISTED_DEFERRALS || (states & BNC_ADDR_COMPLAINED) != 0
               ? kept
               : SIZE_MAX;
}

/* ---- one address ---- */

/* Bytes up to the last '@' and with it; 0: there is none. */
static size_t up_to_at(struct bnc_span s)
{
    size_t n = s.len;

    while (n > 0 && s.at[n - 1] != '@')
        n--;
    return n;
}

/* What stands before the last '@', or nothing. */
static struct bnc_span local_part(const struct bnc_text *t)
{
    const size_t n = up_to_at(t->text);

    return bnc_span_from(t->text.at, n > 0 ? n - 1 : 0);
}

static void note_address(struct bnc_listed *l, const struct bnc_text *text, unsigned states)
{
    const struct bnc_role *const role = bnc_role_of(local_part(text));

    l->n_addresses++;
    l->n_roles += role != NULL && (states & (BNC_ADDR_BOUNCED | BNC_ADDR_COMPLAINED)) != 0;
    l->n_never += role != NULL && role->never;
}

/* Of an odd address, in place: what follows its last '@' is a domain too. */
static void lower_domain(struct bnc_span text)
{
    const size_t local = up_to_at(text);

    for (size_t i = local; local > 0 && i < text.len; i++)
        ((char *)(uintptr_t)text.at)[i] = bnc_lower(text.at[i]);
}

static bool pack(struct bnc_listed *l, unsigned p, struct bnc_unpacked *a, struct bnc_text *text)
{
    char *to = room(l, p, BNC_PACKED_MOST(a->n_outcomes, text->text.len));

    if (to == NULL)
        return false;
    a->text = text->text;
    a->is_local = text->is_local && up_to_at(text->text) == text->text.len && text->text.len > 0;
    if (a->is_local)
        a->text.len--; /* without the '@' */
    else
        lower_domain(text->text);
    l->block[p]->used = (uint32_t)(bnc_pack(to, a) - l->block[p]->data);
    l->n[p]++;
    return true;
}

/* One address, of 'n' records. */
static bool add_address(struct bnc_listed *l, const struct bnc_listed_plan *plan, unsigned p,
                        const struct bnc_address_rec *r, size_t n, struct bnc_text *text)
{
    struct bnc_unpacked a = { .domain = BNC_PAIR_DOMAIN(plan->m->pairs[r->pair].key) };

    if (n > BNC_ADDRESS_MOST_OUTCOMES || !reserve(l, n))
        return false;
    memcpy(l->recs, r, n * sizeof *r);
    for (size_t i = 0; i < n; i++)
        a.states |= state_bit(BNC_WHAT_TYPE(r[i].what));
    note_address(l, text, a.states);
    sort_few(l->recs, n, sizeof *r, cmp_rec);
    a.n_outcomes = make_outcomes(l, plan, n);
    if (plan->m->lists_only)
        a.n_outcomes = leave_failures(l->outcomes, a.n_outcomes, a.states);
    if (a.n_outcomes == SIZE_MAX)
        return true;
    sort_few(l->outcomes, a.n_outcomes, sizeof *l->outcomes, cmp_outcome);
    a.outcomes = l->outcomes;
    return pack(l, p, &a, text);
}

/* ---- one partition ---- */

/* Where the records of one address end: one fingerprint in one domain. */
static size_t end_of_address(const struct bnc_count *pairs, const struct bnc_address_rec *r,
                             size_t i, size_t n)
{
    size_t j = i + 1;

    while (j < n && r[j].fp == r[i].fp &&
           (r[j].pair == r[i].pair ||
            BNC_PAIR_DOMAIN(pairs[r[j].pair].key) == BNC_PAIR_DOMAIN(pairs[r[i].pair].key)))
        j++;
    return j;
}

/* Whether any record of the fingerprint of r[i] is a deferral, whose text need not be kept. */
static bool was_deferred(const struct bnc_address_rec *r, size_t i, size_t n)
{
    const uint64_t fp = r[i].fp;

    while (i > 0 && r[i - 1].fp == fp)
        i--;
    for (; i < n && r[i].fp == fp; i++)
        if (BNC_WHAT_TYPE(r[i].what) == BNC_EVENT_DEFERRAL)
            return true;
    return false;
}

/* Pairs lie by domain, records by fingerprint. */
#define AHEAD 24u
BNC_PREFETCHER fetch_pair(const struct bnc_count *pairs, const struct bnc_address_rec *r, size_t i,
                          size_t n)
{
    if (i + AHEAD < n)
        __builtin_prefetch(&pairs[r[i + AHEAD].pair]);
}

/* Walks addresses and texts side by side: both are sorted by fingerprint. */
static bool walk(struct bnc_listed *l, const struct bnc_listed_plan *plan, unsigned p,
                 const struct bnc_address_rec *r, size_t n, const char *texts, size_t len)
{
    struct bnc_text t = { .fp = 0 };
    size_t at = 0;
    bool ok = true;

    for (size_t i = 0, j; i < n && ok; i = j) {
        j = end_of_address(plan->m->pairs, r, i, n);
        for (size_t k = i; k < j; k++)
            fetch_pair(plan->m->pairs, r, k, n);
        for (; at < len; at += BNC_TEXT_HEAD + t.text.len) {
            t = bnc_text_read(texts + at);
            if (t.fp >= r[i].fp)
                break;
        }
        if (at < len && t.fp == r[i].fp)
            ok = add_address(l, plan, p, r + i, j - i, &t);
        else if (plan->m->lists_only)
            l->n_addresses += was_deferred(r, i, n);
    }
    return ok;
}

bool bnc_listed_add(struct bnc_listed *l, const struct bnc_listed_plan *plan, unsigned partition,
                    const struct bnc_address_rec *recs, size_t n, const struct bnc_texts *texts)
{
    return walk(l, plan, partition, recs, n, texts->at, texts->len);
}
