/* SPDX-License-Identifier: MIT
 * part_add.c - counting events, 32 at a time.
 *
 * Every counter of a row lies somewhere else in memory, so a row counted alone waits for some cache
 * misses in turn. A batch finds all its places first and asks for their cache lines; by the time
 * the second pass updates them they are there. Names that columns repeat from row to row (campaign
 * and sender domain together, sending IP) are told by a number made of their bytes, and their
 * indexes found in a memo by it. Jumps that can't be foreseen cost more than the counting, so there
 * is none that depends on what kind of row comes next.
 */
#include "aggregate/part.h"
#include "aggregate/message_id.h"
#include "aggregate/recipient.h"

#include "util/status.h"

#include <stdlib.h>

/* ---- names ---- */

/* A name as it is spelled, in 128 bits that tell it from others of its length. */
struct spelling {
    uint64_t first, last;
};

static __attribute__((noinline)) struct spelling spelling_of_long(struct bnc_span s, uint64_t seed)
{
    const uint64_t hash = bnc_hash64(s.at, s.len, seed);

    return (struct spelling){ hash, hash };
}

static inline __attribute__((always_inline)) struct spelling spelling_of(struct bnc_span s,
                                                                         uint64_t seed)
{
    uint64_t few;

    if (s.len - 8 <= 8)
        return (struct spelling){ bnc_load64(s.at), bnc_load64(s.at + s.len - 8) };
    if (s.len > 16)
        return spelling_of_long(s, seed);
    few = bnc_load_tail(s.at, s.len);
    return (struct spelling){ few, few };
}

/* A name that is not in its slot of the memo: in the one beside it, or it takes the slot. */
static __attribute__((noinline)) uint32_t find_name(struct bnc_part *part, enum bnc_kind kind,
                                                    struct bnc_span name, uint64_t key)
{
    struct bnc_memo *const memo = &part->memo[kind][key % BNC_MEMO_SLOTS],
                           *const beside = &part->memo[kind][(key % BNC_MEMO_SLOTS) ^ 1];
    uint32_t index;
    bool made;

    if (beside->key == key)
        return beside->index;
    if (kind == BNC_KIND_SENDER_DOMAIN)
        name = bnc_part_lower(part, name);
    index = name.at == NULL ? UINT32_MAX : bnc_names_get(&part->names[kind], name, &made);
    if (index != UINT32_MAX) {
        *beside = *memo;
        *memo = (struct bnc_memo){ key, index };
    }
    return index;
}

/* The index of a name of 'kind'; UINT32_MAX when out of memory. */
static inline __attribute__((always_inline)) uint32_t
name_index(struct bnc_part *part, enum bnc_kind kind, struct bnc_span name)
{
    const uint64_t seed = part->domains.seed;
    const struct spelling s = spelling_of(name, seed);
    const uint64_t key = bnc_hash_key_of(s.first, s.last, name.len, seed);
    const struct bnc_memo *const memo = &part->memo[kind][key % BNC_MEMO_SLOTS];

    if (name.len == 0)
        return 0;
    return memo->key == key ? memo->index : find_name(part, kind, name, key);
}

/* The campaign of rows that name none: the day, "" without a time. */
static uint32_t day_campaign(struct bnc_part *part, uint32_t day)
{
    char buf[32];
    bool made;

    if (part->memo_day_campaign == UINT32_MAX || part->memo_day != day) {
        struct bnc_span name;

        bnc_day_name(day, buf);
        name = bnc_span_str(buf);
        part->memo_day = day;
        part->memo_day_campaign = bnc_names_get(&part->names[BNC_KIND_CAMPAIGN], name, &made);
    }
    return part->memo_day_campaign;
}

/* Gives 'slot' to the mailing of an event, whose key is 'key'; false when out of memory. */
static __attribute__((noinline)) bool new_mailing(struct bnc_part *part, unsigned slot,
                                                  uint64_t key, const struct bnc_event *e,
                                                  uint32_t day)
{
    const struct bnc_mailing m = {
        .campaign = e->campaign.len > 0 ? name_index(part, BNC_KIND_CAMPAIGN, e->campaign)
                                        : day_campaign(part, day),
        .sender = name_index(part, BNC_KIND_SENDER_DOMAIN, e->sender_domain),
        .day = day
    };

    if (m.campaign == UINT32_MAX || m.sender == UINT32_MAX)
        return false;
    part->mailing_key[slot] = key;
    part->mailing_outcome[slot] = 0;
    bnc_grid_set_mailing(&part->sums.cells, slot, m);
    return true;
}

/* The mailing that an event on 'day' is of, by a number as good as its names. */
static inline __attribute__((always_inline)) uint64_t
key_of_mailing(const struct bnc_part *part, const struct bnc_event *e, uint32_t day)
{
    const uint64_t seed = part->domains.seed;
    const struct spelling c = spelling_of(e->campaign, seed),
                          s = spelling_of(e->sender_domain, seed);
    const uint64_t rest = e->campaign.len ^ e->sender_domain.len << 20 ^ (uint64_t)day << 40;

    return bnc_mix64(c.first ^ seed, c.last ^ seed ^ BNC_HASH_K1) +
           bnc_mix64(s.first ^ seed, s.last ^ seed ^ BNC_HASH_K2) + rest * BNC_HASH_K0;
}

/* ---- adding ---- */

/* Looks up what the caller did not, and keeps the providers that it set. */
static enum bnc_status locate_missing(struct bnc_part *part, struct bnc_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (items[i].domain == 0) {
            const uint16_t given = items[i].provider;

            if (bnc_part_locate(part, &items[i], 1) != BNC_OK)
                return BNC_ENOMEM;
            if (given != 0)
                items[i].provider = given;
        }
    return BNC_OK;
}

/* Room for entries and their examples up to 'index'; false when out of memory. */
static bool reserve_entries(struct bnc_part *part, size_t index)
{
    size_t cap = part->cap_entries < 64 ? 64 : part->cap_entries;
    struct bnc_part_entry *at;
    struct bnc_entry_cell *cell;

    while (cap <= index)
        cap += cap / 2;
    at = realloc(part->entries, cap * sizeof *at);
    if (at != NULL)
        part->entries = at;
    cell = realloc(part->cell_of, cap * sizeof *cell);
    if (cell != NULL)
        part->cell_of = cell;
    if (at == NULL || cell == NULL)
        return false;
    memset(at + part->cap_entries, 0, (cap - part->cap_entries) * sizeof *at);
    memset(cell + part->cap_entries, 0, (cap - part->cap_entries) * sizeof *cell);
    part->cap_entries = cap;
    return true;
}

static __attribute__((noinline)) bool note_entry(struct bnc_part *part,
                                                 const struct bnc_entry *entry)
{
    const struct bnc_verdict *v = &entry->verdict;
    const uint32_t what = BNC_CELL_WHAT(v->provider, bnc_col_of(entry->type, v->cause));

    if (entry->index >= part->cap_entries && !reserve_entries(part, entry->index))
        return false;
    if (entry->index >= part->n_entries)
        part->n_entries = (size_t)entry->index + 1;
    part->entries[entry->index].entry = entry;
    part->cell_of[entry->index] =
        (struct bnc_entry_cell){ what + 1, bnc_grid_class(&part->sums.cells, what) };
    return bnc_sums_reserve_examples(&part->sums, part->n_entries);
}

/* Where events of an entry are counted; NULL when out of memory. */
static inline const struct bnc_entry_cell *cell_of_entry(struct bnc_part *part,
                                                         const struct bnc_entry *entry)
{
    if ((entry->index >= part->n_entries || part->cell_of[entry->index].what == 0) &&
        !note_entry(part, entry))
        return NULL;
    return &part->cell_of[entry->index];
}

/* Keeps the text of an address as the log of texts has it. */
static bool log_text(struct bnc_part *part, const struct bnc_event *e, uint64_t fp,
                     const struct bnc_recipient *w)
{
    const bool is_local = w->local.at != NULL;

    return !w->is_kept ||
           bnc_text_push(&part->texts, fp, is_local ? w->local : e->recipient, is_local);
}

/* Where an event is counted, beside its domain and its pair. */
struct place {
    uint32_t time, day; /* as in struct bnc_fact */
    uint32_t what, class; /* BNC_CELL_WHAT(), and its class */
    uint32_t ip;
    unsigned mailing; /* slot */
    uint64_t key; /* of the mailing */
    /* of others than deliveries, as in struct bnc_fact */
    uint32_t entry, campaign;
    uint8_t code;
    bool own;
};

static inline bool find_cell(struct bnc_part *part, const struct bnc_item *item, struct place *p)
{
    const struct bnc_entry_cell *cell;

    if (item->entry == NULL) {
        p->what = BNC_CELL_WHAT(item->provider, bnc_col_of(item->event.type, -1));
        p->class = bnc_grid_class(&part->sums.cells, p->what);
        return true;
    }
    cell = cell_of_entry(part, item->entry);
    if (cell == NULL)
        return false;
    p->what = cell->what - 1;
    p->class = cell->class;
    return true;
}

/*
 * Finds the slot of the mailing, one of four that are neighbours; a new one takes them by turns, so
 * that those of the same slot do not drive each other out. Which one it is can't be foreseen: there
 * is no jump by that. False when out of memory.
 */
static inline __attribute__((always_inline)) bool
find_mailing(struct bnc_part *part, const struct bnc_event *e, struct place *p)
{
    const unsigned first = p->key % BNC_GRID_MAILINGS & ~(BNC_MAILING_WAYS - 1);
    const uint64_t *const keys = &part->mailing_key[first];
    const bool is_1 = keys[1] == p->key, is_2 = keys[2] == p->key, is_3 = keys[3] == p->key;

    p->mailing = first + (is_1 | is_3) + 2 * (unsigned)(is_2 | is_3);
    if (part->mailing_key[p->mailing] == p->key)
        return true;
    p->mailing = first + part->n_mailings++ % BNC_MAILING_WAYS;
    return new_mailing(part, p->mailing, p->key, e, p->day);
}

/* Makes sure that the mailing stands at its slot still. False when out of memory. */
static inline bool open_mailing(struct bnc_part *part, const struct bnc_event *e,
                                const struct place *p)
{
    return part->mailing_key[p->mailing] == p->key ||
           new_mailing(part, p->mailing, p->key, e, p->day);
}

/* False when out of memory. */
static inline __attribute__((always_inline)) bool
find_place(struct bnc_part *part, const struct bnc_item *item, struct place *p)
{
    const struct bnc_event *e = &item->event;

    p->time = bnc_time_pack(e->time);
    p->day = bnc_time_day(p->time);
    p->ip = name_index(part, BNC_KIND_SENDING_IP, e->sending_ip);
    p->key = key_of_mailing(part, e, p->day);
    return p->ip != UINT32_MAX && find_cell(part, item, p) && find_mailing(part, e, p);
}

/* The number of its entry, or a pseudo entry. */
static inline uint32_t entry_of(const struct bnc_item *item)
{
    return item->entry != NULL ? item->entry->index : BNC_PSEUDO_ENTRY(item->event.type);
}

/* The type, or BNC_CODE_LATE. */
static inline unsigned code_of(const struct bnc_event *e)
{
    return (unsigned)bnc_either((e->type == BNC_EVENT_BOUNCE) & e->late, BNC_CODE_LATE, e->type);
}

/* What an item says, in the part's numbers. */
static inline __attribute__((always_inline)) void
make_fact(const struct bnc_item *item, uint32_t source, const struct place *p, struct bnc_fact *f)
{
    f->address = item->address;
    f->row = item->row;
    f->off = item->off;
    f->source = source;
    f->time = p->time;
    f->day = p->day;
    f->domain = item->domain - 1;
    f->entry = p->entry;
    f->campaign = p->campaign;
    f->code = p->code;
    f->own = p->own;
}

/* What count_cells() does, with a place found. */
static inline __attribute__((always_inline)) void count_place(struct bnc_part *part,
                                                              const struct place *p)
{
    struct bnc_grid *cells = &part->sums.cells;

    bnc_grid_add_mailing(cells, p->mailing, p->what, p->class, p->time);
    bnc_grid_add(cells, BNC_KIND_SENDING_IP, p->ip, p->what, p->class, p->time);
}

/* Deliveries of other recipients will not change what is known of a domain. */
static __attribute__((noinline)) void note_full(struct bnc_part *part,
                                                const struct bnc_domain_rec *d)
{
    bnc_names_slot(&part->domains, bnc_names_key(&part->domains, d->name.text))->note |=
        BNC_DOMAIN_FULL;
}

/* A delivery of a domain at another provider than most of them. */
static __attribute__((noinline)) bool vote_other(struct bnc_part *part, uint32_t domain,
                                                 uint16_t provider)
{
    if (!bnc_counts_reserve(&part->votes, 1))
        return false;
    bnc_counts_get(&part->votes, (uint64_t)domain << 16 | provider)->n++;
    return true;
}

/* Which domains vote and whose sketch is full can't be foreseen: no jump for what happens often. */
static inline __attribute__((always_inline)) bool
count_delivered(struct bnc_part *part, const struct bnc_item *item, const struct place *p)
{
    struct bnc_domain_rec *d = bnc_part_domain(part, item->domain - 1);
    const uint16_t provider = BNC_WHAT_PROVIDER(p->what);
    const uint64_t tells = item->address != 0;
    const bool votes = (d->provider == 0) & (provider != 0),
               agrees =
                   votes & ((d->votes == 0) | (d->voted == provider)) & (d->votes < UINT32_MAX);

    d->used = true;
    d->delivered++;
    d->days |= bnc_day_bit(p->day);
    d->sketch |= tells << (item->address & 63);
    if (tells > ~d->sketch) /* it tells, and all bits are set now */
        note_full(part, d);
    d->voted = (uint16_t)bnc_either(agrees, provider, d->voted);
    d->votes += agrees;
    return votes == agrees || vote_other(part, item->domain - 1, provider);
}

static __attribute__((noinline)) bool hold(struct bnc_part *part, const struct bnc_item *item,
                                           uint32_t source, const struct place *p)
{
    const uint64_t pair = bnc_hash_pair(bnc_hash_span(item->event.message_id), item->address);
    struct bnc_held *h = bnc_log_push(&part->held, bnc_log_part(pair), sizeof *h);

    if (h == NULL)
        return false;
    bnc_part_domain(part, item->domain - 1)->used = true;
    *h = (struct bnc_held){ .pair = pair,
                            .address = item->address,
                            .row = item->row,
                            .off = item->off,
                            .source = source,
                            .time = p->time,
                            .domain = item->domain - 1,
                            .entry = p->entry,
                            .campaign = p->campaign,
                            .ip = p->ip,
                            .sender = part->sums.cells.mailing[p->mailing].now.sender,
                            .provider = BNC_WHAT_PROVIDER(p->what),
                            .late = item->event.late,
                            .own = p->own };
    return true;
}

/* Takes back the delivery that a late bounce turns out not to be. */
static __attribute__((noinline)) void count_late(struct bnc_part *part, uint32_t domain,
                                                 const struct place *p)
{
    struct place late = *p;

    late.what = BNC_CELL_WHAT(BNC_WHAT_PROVIDER(p->what), BNC_COL_LATE);
    late.class = bnc_grid_class(&part->sums.cells, late.what);
    count_place(part, &late);
    bnc_sums_count_late(&part->sums, domain, p->time);
}

/* What is kept of a recipient for lists. */
static bool keep_recipient(struct bnc_part *part, const struct bnc_item *item, struct place *p,
                           struct bnc_recipient *w, bool counted)
{
    *w = bnc_recipient_look_at(part, &item->event, item->address);
    p->own = part->lean != NULL && bnc_recipient_is_lean(&item->event, w->local);
    return (p->own && counted) || log_text(part, &item->event, item->address, w);
}

/* What is not counted by pair; '*counted' is false where it is not to be, '*w' set for lists. */
static inline __attribute__((always_inline)) bool
begin_count(struct bnc_part *part, const struct bnc_item *item, uint32_t source, struct place *p,
            struct bnc_recipient *w, bool *counted, enum bnc_detail detail)
{
    const struct bnc_event *e = &item->event;

    *counted = e->message_id.len == 0 || e->type != BNC_EVENT_BOUNCE ||
               !bnc_message_id_is_one(e->message_id);
    if (e->flags != 0)
        for (unsigned b = 0; b < BNC_N_EVENT_FLAGS; b++)
            part->flagged[b] += e->flags >> b & 1;
    if (detail == BNC_DETAIL_LISTS && item->address != 0 &&
        !keep_recipient(part, item, p, w, *counted))
        return false;
    if (!*counted)
        return hold(part, item, source, p);
    count_place(part, p);
    if (p->code == BNC_CODE_LATE)
        count_late(part, item->domain - 1, p);
    return e->type != BNC_EVENT_DELIVERED || count_delivered(part, item, p);
}

/* bnc_sums_count_by_pair() of a failure that lean logs may keep. */
static __attribute__((noinline)) bool count_lean(struct bnc_part *part, const struct bnc_fact *f,
                                                 uint32_t pair, const struct bnc_recipient *w)
{
    struct bnc_sums *const sums = &part->sums;
    const struct bnc_lean_event e = { BNC_WHAT(f->campaign, f->code), f->time };
    const struct bnc_span local = bnc_span_from(w->local.at, w->local.len - 1);

    bnc_sums_count_pair(sums, f, &sums->pairs.at[pair]);
    return w->is_kept ? bnc_lean_push_named(part->lean, f->address, pair, e, local)
                      : bnc_lean_push_failed(part->lean, f->address, pair, e);
}

/* The number of its pair; a new one marks its domain, whose record is far away. */
static inline uint32_t find_pair(struct bnc_part *part, const struct bnc_fact *f, uint64_t hash)
{
    struct bnc_pairs *const pairs = &part->sums.pairs;
    const size_t n = pairs->n;
    const uint32_t pair = bnc_pairs_get_at(pairs, BNC_PAIR_KEY(f->domain, f->entry), hash);

    if (pair == n && (f->domain == 0 || !part->adds_all)) /* else it was marked when it was met */
        bnc_part_domain(part, f->domain)->used = true;
    return pair;
}

/* A delivery, where nothing but lists is wanted. */
static __attribute__((noinline)) bool log_delivered(struct bnc_part *part, const struct bnc_fact *f)
{
    struct bnc_sums *const sums = &part->sums;
    const struct bnc_lean_event e = { BNC_WHAT(f->campaign, f->code), f->time };

    if (f->own)
        return bnc_lean_push_delivered(part->lean, f->address, e);
    return f->address == 0 ||
           bnc_sums_log_address(sums, f,
                                bnc_pairs_get(&sums->pairs, BNC_PAIR_KEY(f->domain, f->entry)),
                                part->detail);
}

/* What lists keep of an event, and its pair. */
static __attribute__((noinline)) bool end_listed(struct bnc_part *part, const struct bnc_fact *f,
                                                 uint64_t hash, const struct bnc_recipient *w)
{
    if (f->code == BNC_EVENT_DELIVERED && f->own)
        return log_delivered(part, f);
    if (!bnc_fact_has_pair(f, BNC_DETAIL_LISTS))
        return true;
    if (f->own && bnc_code_is_logged(f->code, BNC_DETAIL_LISTS))
        return count_lean(part, f, find_pair(part, f, hash), w);
    return bnc_sums_count_by_pair(&part->sums, f, find_pair(part, f, hash), BNC_DETAIL_LISTS);
}

/* The number of campaign and day of the mailing at 'slot', as failures are logged with it. */
static inline uint32_t outcome_of(struct bnc_part *part, const struct bnc_fact *f, unsigned slot)
{
    uint32_t *const outcome = &part->mailing_outcome[slot];

    if (*outcome == 0)
        *outcome = bnc_failure_outcome(&part->sums.failures, f->campaign, f->day) + 1;
    return *outcome - 1;
}

/* What is counted of an event by its pair, where no lists are wanted. */
static inline __attribute__((always_inline)) bool
end_count(struct bnc_part *part, const struct bnc_fact *f, unsigned slot, uint64_t hash)
{
    struct bnc_sums *const sums = &part->sums;
    uint32_t pair;

    if (!bnc_fact_has_pair(f, BNC_DETAIL_REPORT))
        return true;
    pair = find_pair(part, f, hash);
    bnc_sums_count_pair(sums, f, &sums->pairs.at[pair]);
    if (!bnc_code_is_logged(f->code, BNC_DETAIL_REPORT))
        return true;
    if (f->address == 0)
        return bnc_failure_log_miss(&sums->failures, pair);
    return bnc_failure_log_push(&sums->failures, f->address, pair, outcome_of(part, f, slot));
}

/* Whether deliveries have a way of their own. */
static inline bool takes_plain(const struct bnc_part *part)
{
    return part->detail == BNC_DETAIL_REPORT || part->lean != NULL;
}

/* What makes an item no plain delivery; 0: nothing. */
static inline uint64_t not_plain(const struct bnc_item *item)
{
    _Static_assert(BNC_EVENT_DELIVERED == 0, "others have a bit");
    return (uint64_t)item->event.type | item->event.flags | (uintptr_t)item->entry;
}

static __attribute__((noinline)) bool log_plain(struct bnc_part *part, const struct bnc_item *item,
                                                uint32_t source, const struct place *place)
{
    const struct bnc_event *e = &item->event;
    struct place p = *place;
    struct bnc_fact f;

    p.entry = entry_of(item);
    p.campaign = part->sums.cells.mailing[p.mailing].now.campaign;
    p.code = BNC_EVENT_DELIVERED;
    p.own = item->address != 0 && bnc_recipient_is_lean(e, bnc_recipient_local(e));
    make_fact(item, source, &p, &f);
    return log_delivered(part, &f);
}

BNC_PREFETCHER expect_cells(const struct bnc_part *part, const struct place *p)
{
    bnc_grid_prefetch(&part->sums.cells, p->mailing, BNC_KIND_SENDING_IP, p->ip, p->class);
}

/* Where 'which' of the items, deliveries, are counted, which is asked for. */
static __attribute__((noinline)) bool expect_plain(struct bnc_part *part,
                                                   const struct bnc_item *items,
                                                   const uint8_t *which, size_t n, struct place *p)
{
    for (size_t i = 0; i < n; i++) {
        if (!find_place(part, &items[which[i]], &p[i]))
            return false;
        expect_cells(part, &p[i]);
    }
    return true;
}

/* Deliveries, 'which' of the items: nothing is classified, no text is kept. */
static __attribute__((noinline)) bool add_plain(struct bnc_part *part, const struct bnc_item *items,
                                                const uint8_t *which, size_t n,
                                                const struct place *p, uint32_t rank)
{
    for (size_t i = 0; i < n; i++) {
        const struct bnc_item *item = &items[which[i]];

        if (!open_mailing(part, &item->event, &p[i]) || !count_delivered(part, item, &p[i]) ||
            (part->lean != NULL && !log_plain(part, item, rank, &p[i])))
            return false;
        count_place(part, &p[i]);
    }
    return true;
}

/*
 * Where 'which' of the items are counted, and the hashes of their pairs; asks for all that, and for
 * what the log is written to.
 */
static __attribute__((noinline)) bool expect_others(struct bnc_part *part,
                                                    const struct bnc_item *items,
                                                    const uint8_t *which, size_t n, struct place *p,
                                                    uint64_t *hash)
{
    for (size_t i = 0; i < n; i++) {
        const struct bnc_item *item = &items[which[i]];

        p[i].entry = entry_of(item);
        p[i].code = (uint8_t)code_of(&item->event);
        hash[i] = bnc_pairs_hash(&part->sums.pairs, BNC_PAIR_KEY(item->domain - 1, p[i].entry));
        bnc_pairs_prefetch(&part->sums.pairs, hash[i]);
        if (part->detail == BNC_DETAIL_REPORT)
            bnc_failure_log_prefetch(&part->sums.failures, item->address);
        else
            bnc_address_log_prefetch(&part->sums.log, item->address);
        if (!find_place(part, item, &p[i]))
            return false;
        expect_cells(part, &p[i]);
    }
    return true;
}

/*
 * The others, 'which' of the items: all that is counted of one, one after the other, for 'detail'
 * of the part.
 */
static inline __attribute__((always_inline)) bool
add_others(struct bnc_part *part, const struct bnc_item *items, const uint8_t *which, size_t n,
           struct place *p, const uint64_t *hash, uint32_t rank, enum bnc_detail detail)
{
    for (size_t i = 0; i < n; i++) {
        const struct bnc_item *item = &items[which[i]];
        struct bnc_recipient whom;
        struct bnc_fact f;
        bool counted;

        if (!open_mailing(part, &item->event, &p[i]))
            return false;
        p[i].campaign = part->sums.cells.mailing[p[i].mailing].now.campaign;
        p[i].own = false;
        if (!begin_count(part, item, rank, &p[i], &whom, &counted, detail))
            return false;
        if (!counted)
            continue;
        make_fact(item, rank, &p[i], &f);
        if (!(detail == BNC_DETAIL_REPORT ? end_count(part, &f, p[i].mailing, hash[i])
                                          : end_listed(part, &f, hash[i], &whom)))
            return false;
    }
    return true;
}

static __attribute__((noinline)) bool
add_reported(struct bnc_part *part, const struct bnc_item *items, const uint8_t *which, size_t n,
             struct place *p, const uint64_t *hash, uint32_t rank)
{
    return add_others(part, items, which, n, p, hash, rank, BNC_DETAIL_REPORT);
}

static __attribute__((noinline)) bool
add_listed(struct bnc_part *part, const struct bnc_item *items, const uint8_t *which, size_t n,
           struct place *p, const uint64_t *hash, uint32_t rank)
{
    return add_others(part, items, which, n, p, hash, rank, BNC_DETAIL_LISTS);
}

BNC_PREFETCHER expect_counts(const struct bnc_part *part, const uint64_t *hash, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bnc_pairs_prefetch_count(&part->sums.pairs, hash[i]);
}

/*
 * Deliveries and others are told apart without a jump: which row is which can't be foreseen. While
 * deliveries are counted, what the others need arrives.
 */
enum bnc_status bnc_part_add(struct bnc_part *part, struct bnc_item *items, size_t n,
                             uint32_t source)
{
    const uint32_t rank = bnc_part_rank(part, source);
    const uint64_t never = !takes_plain(part);
    uint8_t plain[BNC_BATCH], other[BNC_BATCH];
    size_t n_plain = 0;
    struct place place[BNC_BATCH];
    uint64_t hash[BNC_BATCH]; /* of the pairs of others */
    uint32_t missing = 0; /* the top bit */

    for (size_t i = 0; i < n; i++) {
        plain[n_plain] = other[i - n_plain] = (uint8_t)i;
        n_plain += (not_plain(&items[i]) | never) == 0;
        missing |= items[i].domain - 1;
    }
    if ((missing >> 31 != 0 && locate_missing(part, items, n) != BNC_OK) ||
        !bnc_sums_reserve(&part->sums, 2 * n, 0))
        return BNC_ENOMEM;
    if (!expect_others(part, items, other, n - n_plain, place + n_plain, hash) ||
        !expect_plain(part, items, plain, n_plain, place))
        return BNC_ENOMEM;
    expect_counts(part, hash, n - n_plain);
    if (!add_plain(part, items, plain, n_plain, place, rank) ||
        !(part->detail == BNC_DETAIL_REPORT
              ? add_reported(part, items, other, n - n_plain, place + n_plain, hash, rank)
              : add_listed(part, items, other, n - n_plain, place + n_plain, hash, rank)))
        return BNC_ENOMEM;
    part->rows += n;
    return bnc_part_fold(part);
}
