/* SPDX-License-Identifier: MIT
 * merge_lean.c - what the parts logged where nothing but lists is wanted, partition by partition.
 *
 * Records of all parts stand in one array first: domains, by which texts get their fingerprints,
 * lie all over memory, and what is asked for ahead must be seen ahead. Most deliveries are to
 * addresses that never failed; a filter of those that did leaves them where they are.
 */
#include "aggregate/merged.h"

#include <stdlib.h>

#define AHEAD 16u
#define FILTER_BITS 8u /* for each record that is no delivery: few others pass */

struct gathering {
    const struct bnc_merged *m;
    unsigned partition;
    struct bnc_address_rec *at, *end;
    char *texts, *texts_end;
    struct bnc_lean_filter filter;
};

static const struct bnc_lean_log *lean_of(const struct gathering *g, size_t part)
{
    return g->m->parts[part]->lean;
}

void bnc_lean_room_release(struct bnc_lean_room *room)
{
    free(room->recs);
    free(room->texts);
    *room = (struct bnc_lean_room){ .recs = NULL };
}

/* 'at' if it has room for 'need' bytes, else another, with some more: partitions differ little. */
static void *at_least(void *at, size_t *bytes, size_t need)
{
    if (need <= *bytes)
        return at;
    free(at);
    need += need / 16;
    at = malloc(need);
    *bytes = at != NULL ? need : 0;
    return at;
}

/* Room for all that there can be; false when out of memory. */
static bool begin(struct gathering *g, struct bnc_lean_room *room)
{
    const size_t n_logs = bnc_merged_n_sums(g->m);
    size_t n = 0, n_texts = 0;

    for (size_t i = 0; i < n_logs; i++)
        n += bnc_address_log_most(&bnc_merged_sums(g->m, i)->log, g->partition);
    for (size_t p = 0; p < g->m->n_parts; p++) {
        n += bnc_lean_n(lean_of(g, p), g->partition);
        n_texts += bnc_log_bytes(&g->m->parts[p]->texts, g->partition) +
                   bnc_lean_texts(lean_of(g, p), g->partition);
    }
    room->recs = at_least(room->recs, &room->recs_bytes, (n + 1) * sizeof *g->at);
    room->texts = at_least(room->texts, &room->texts_bytes, n_texts + BNC_LEAN_ROOM);
    g->end = g->at = room->recs;
    g->texts_end = g->texts = room->texts;
    return g->at != NULL && g->texts != NULL && g->m->n_pairs < BNC_LEAN_OWN;
}

static uint32_t merged_what(const struct gathering *g, size_t part, uint32_t what)
{
    return BNC_WHAT(g->m->name_map[BNC_KIND_CAMPAIGN][part][BNC_WHAT_CAMPAIGN(what)],
                    BNC_WHAT_CODE(what));
}

/* From a part's numbers to those of all. */
static void map_failures(const struct gathering *g, size_t part, struct bnc_address_rec *from)
{
    const uint32_t *const pair_map = g->m->pair_map[part];

    for (struct bnc_address_rec *r = from; r < g->end; r++) {
        if (g->end - r > AHEAD)
            __builtin_prefetch(&pair_map[r[AHEAD].pair & ~BNC_LEAN_OWN]);
        r->pair = pair_map[r->pair & ~BNC_LEAN_OWN] | BNC_LEAN_OWN;
        r->what = merged_what(g, part, r->what);
    }
}

static const struct bnc_count *pair_of(const struct gathering *g, const struct bnc_address_rec *r)
{
    return &g->m->pairs[r->pair & ~BNC_LEAN_OWN];
}

static const struct bnc_merged_domain *domain_of(const struct gathering *g,
                                                 const struct bnc_address_rec *r)
{
    return &g->m->domains[BNC_PAIR_DOMAIN(pair_of(g, r)->key)];
}

/* Writes the texts of named records out, in merged numbers. */
static void spell_texts(struct gathering *g, struct bnc_address_rec *from)
{
    for (struct bnc_address_rec *r = from; r < g->end; r++) {
        if (g->end - r > 3 * AHEAD) {
            __builtin_prefetch(pair_of(g, r + 3 * AHEAD));
            __builtin_prefetch(domain_of(g, r + 2 * AHEAD));
            __builtin_prefetch(domain_of(g, r + AHEAD)->name.at);
        }
        g->texts_end = bnc_lean_spell(r, domain_of(g, r)->name, g->texts_end);
    }
}

static void gather_named(struct gathering *g, size_t part)
{
    struct bnc_address_rec *const from = g->end;

    g->end = bnc_lean_read_named(lean_of(g, part), g->partition, from);
    map_failures(g, part, from);
    spell_texts(g, from);
}

static void gather_failed(struct gathering *g, size_t part)
{
    struct bnc_address_rec *const from = g->end;

    g->end = bnc_lean_read_failed(lean_of(g, part), g->partition, from);
    map_failures(g, part, from);
}

/* What no lean record could tell, of a part or an overlay. */
static void gather_others(struct gathering *g, size_t i)
{
    const struct bnc_address_log *const log = &bnc_merged_sums(g->m, i)->log;

    for (const struct bnc_log_chunk *c = log->log.head[g->partition]; c != NULL; c = c->next) {
        const char *at = c->data, *end = at + bnc_log_used(&log->log, g->partition, c);

        for (; at < end; g->end++) {
            at = bnc_address_log_read(log, g->partition, at, g->end);
            g->end->pair =
                g->m->pair_map[i][g->end->pair & ~BNC_LEAN_OWN] | (g->end->pair & BNC_LEAN_OWN);
            if (i < g->m->n_parts)
                g->end->what = merged_what(g, i, g->end->what);
        }
    }
}

static void gather_texts(struct gathering *g, size_t part)
{
    const struct bnc_log *const log = &g->m->parts[part]->texts;

    for (const struct bnc_log_chunk *c = log->head[g->partition]; c != NULL; c = c->next) {
        const size_t used = bnc_log_used(log, g->partition, c);

        memcpy(g->texts_end, c->data, used);
        g->texts_end += used;
    }
}

/* Of whom something is known by now. */
static bool fill_filter(struct gathering *g)
{
    const size_t want = (size_t)(g->end - g->at) * FILTER_BITS;
    struct bnc_lean_filter *const f = &g->filter;

    for (f->log2 = 6; (size_t)1 << f->log2 < want; f->log2++)
        ;
    f->bits = calloc((size_t)1 << (f->log2 - 6), sizeof *f->bits);
    for (const struct bnc_address_rec *r = g->at; f->bits != NULL && r < g->end; r++)
        *bnc_lean_filter_word(f, r->fp) |= bnc_lean_filter_bit(f, r->fp);
    return f->bits != NULL;
}

static void gather_delivered(struct gathering *g, size_t part)
{
    struct bnc_address_rec *r = g->end;

    g->end = bnc_lean_read_delivered(lean_of(g, part), g->partition, &g->filter, r);
    for (; r < g->end; r++)
        r->what = merged_what(g, part, r->what);
}

static bool gather(struct gathering *g, struct bnc_lean_room *room)
{
    const size_t n_parts = g->m->n_parts;

    if (!begin(g, room))
        return false;
    for (size_t p = 0; p < n_parts; p++) {
        gather_texts(g, p);
        gather_named(g, p);
        gather_failed(g, p);
    }
    for (size_t i = 0; i < bnc_merged_n_sums(g->m); i++)
        gather_others(g, i);
    if (!fill_filter(g))
        return false;
    for (size_t p = 0; p < n_parts; p++)
        gather_delivered(g, p);
    bnc_merged_forget(g->m, g->partition); /* sorting takes as much room as the logs did */
    return true;
}

/* ---- whose deliveries they are ---- */

static bool is_cut(const struct bnc_address_rec *r)
{
    return r->pair == BNC_LEAN_SAME && (r->fp & BNC_LEAN_CUT) == BNC_LEAN_CUT;
}

/*
 * Deliveries, the last 'n' of 'before' and 'n' records that agree in what is not cut: gives them
 * the fingerprint of the others. If these are of several addresses, it leaves all as it is and
 * writes the deliveries to each of them to 'more' (NULL: nowhere). Returns how many those are.
 */
static size_t share(struct bnc_address_rec *at, size_t before, size_t n,
                    struct bnc_address_rec *more)
{
    size_t n_more = 0;

    if (before > 0 && at[0].fp == at[before - 1].fp) {
        for (size_t k = before; k < before + n; k++)
            at[k].fp = at[0].fp;
        return 0;
    }
    for (size_t i = 0; i < before; i++) {
        if (i + 1 < before && at[i + 1].fp == at[i].fp)
            continue;
        for (size_t k = before; k < before + n; k++, n_more++)
            if (more != NULL) {
                more[n_more] = at[k];
                more[n_more].fp = at[i].fp;
            }
    }
    return n_more;
}

static bool agree(const struct bnc_address_rec *a, const struct bnc_address_rec *b)
{
    return (a->fp | BNC_LEAN_CUT) == (b->fp | BNC_LEAN_CUT);
}

/* share() of all, which are sorted. */
static size_t share_all(struct bnc_address_rec *at, size_t n, struct bnc_address_rec *more)
{
    size_t n_more = 0;

    for (size_t i = 0, from, end; i < n; i = end) {
        end = i + 1;
        if (!is_cut(&at[i]))
            continue;
        for (from = i; from > 0 && agree(&at[from - 1], &at[i]); from--)
            ;
        for (; end < n && agree(&at[end], &at[i]); end++)
            ;
        n_more += share(at + from, i - from, end - i, more != NULL ? more + n_more : NULL);
    }
    return n_more;
}

/*
 * Gives each delivery the whole fingerprint of whoever failed and may be meant. Returns how many
 * records there are then, which are sorted; SIZE_MAX: out of memory.
 */
static size_t complete_deliveries(struct bnc_address_sort *s, size_t n)
{
    const size_t n_more = share_all(s->at, n, NULL);
    struct bnc_address_rec *all;

    if (n_more == 0)
        return n;
    all = malloc((n + n_more) * sizeof *all);
    if (all == NULL)
        return SIZE_MAX;
    memcpy(all, s->at, n * sizeof *all);
    share_all(s->at, n, all + n);
    n = bnc_address_sort_all(s, all, n + n_more);
    free(all);
    return n;
}

/*
 * Gives deliveries a pair of the domain that they are to, and drops those to nobody who failed
 * there. They are the last of their address' records. Returns how many are left of 'n'.
 */
static size_t settle_deliveries(struct bnc_address_rec *at, size_t n)
{
    uint32_t own = BNC_LEAN_SAME; /* the pair of a failure of the address, or none */
    size_t kept = 0, from = 0; /* the first record of the address */
    unsigned kinds = 0; /* of its records: 1 of any domain, 2 of its own */

    for (size_t i = 0; i < n; i++) {
        struct bnc_address_rec r = at[i];

        if (kept == from || at[from].fp != r.fp) {
            if (kinds == 3)
                bnc_address_recs_by_pair(at + from, kept - from);
            from = kept;
            own = BNC_LEAN_SAME;
            kinds = 0;
        }
        kinds |= (r.pair & BNC_LEAN_OWN) == 0 ? 1 : 2;
        if (r.pair == BNC_LEAN_SAME)
            r.pair = own;
        else if ((r.pair & BNC_LEAN_OWN) != 0)
            own = r.pair &= ~BNC_LEAN_OWN;
        at[kept] = r;
        kept += r.pair != BNC_LEAN_SAME;
    }
    if (kinds == 3)
        bnc_address_recs_by_pair(at + from, kept - from);
    return kept;
}

static size_t sort(const struct gathering *g, struct bnc_address_sort *s)
{
    size_t n = bnc_address_sort_all(s, g->at, (size_t)(g->end - g->at));

    if (n != SIZE_MAX)
        n = complete_deliveries(s, n);
    return n != SIZE_MAX ? settle_deliveries(s->at, n) : n;
}

size_t bnc_merged_lean(const struct bnc_merged *m, unsigned partition, struct bnc_address_sort *s,
                       struct bnc_lean_room *room, struct bnc_texts *texts)
{
    struct gathering g = { .m = m, .partition = partition };
    size_t n = gather(&g, room) ? sort(&g, s) : SIZE_MAX;

    free(g.filter.bits);
    texts->at = g.texts;
    texts->len = n != SIZE_MAX ? bnc_texts_fold(g.texts, (size_t)(g.texts_end - g.texts),
                                                room->recs, room->recs_bytes)
                               : 0;
    return texts->len != SIZE_MAX ? n : SIZE_MAX;
}
