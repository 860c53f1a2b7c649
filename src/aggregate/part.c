/* SPDX-License-Identifier: MIT
 * part.c - counting events, 32 at a time.
 *
 * Every counter of a row lies somewhere else in memory, so a row counted alone waits for five cache
 * misses in turn. A batch makes all its keys first and asks for their cache lines; by the time the
 * second pass updates them they are there. Names that columns repeat from row to row (campaign and
 * sender domain together, sending IP) are compared with those met lately before they are hashed.
 */
#include "aggregate/part.h"
#include "aggregate/message_id.h"
#include "aggregate/recipient.h"

#include "util/big.h"
#include "util/status.h"

#include <stdlib.h>

/* ---- what any numbering shares ---- */

static bool example_less(const struct bnc_example *a, const struct bnc_example *b)
{
    if (a->first != b->first)
        return a->first < b->first;
    if (a->source != b->source)
        return a->source < b->source;
    return a->row != b->row ? a->row < b->row : a->off < b->off;
}

void bnc_example_merge(struct bnc_example *dst, const struct bnc_example *src)
{
    if (example_less(src, dst))
        *dst = *src;
}

/* Examples for entries 0 .. n-1, unset where new. */
static bool reserve_examples(struct bnc_sums *sums, size_t n)
{
    size_t cap = sums->n_examples < 64 ? 64 : sums->n_examples;
    struct bnc_example *at;

    if (n <= sums->n_examples)
        return true;
    while (cap < n)
        cap += cap / 2;
    at = realloc(sums->examples, cap * sizeof *at);
    if (at == NULL)
        return false;
    for (size_t i = sums->n_examples; i < cap; i++)
        at[i] = (struct bnc_example){ BNC_FIRST_NONE, UINT32_MAX, UINT64_MAX, UINT64_MAX };
    sums->examples = bnc_huge(at, cap * sizeof *at);
    sums->n_examples = cap;
    return true;
}

bool bnc_sums_reserve(struct bnc_sums *sums, size_t n, size_t n_entries)
{
    return bnc_grid_reserve(&sums->cells, n) && bnc_pairs_reserve(&sums->pairs, n) &&
           reserve_examples(sums, n_entries);
}

static inline __attribute__((always_inline)) void
count_cells(struct bnc_sums *sums, const struct bnc_fact *f, unsigned col)
{
    const uint32_t what = BNC_CELL_WHAT(f->provider, col);
    const uint32_t class = bnc_grid_class(&sums->cells, what);

    bnc_grid_add(&sums->cells, BNC_KIND_DAY, f->day, what, class, f->time);
    bnc_grid_add(&sums->cells, BNC_KIND_CAMPAIGN, f->campaign, what, class, f->time);
    bnc_grid_add(&sums->cells, BNC_KIND_SENDING_IP, f->ip, what, class, f->time);
    bnc_grid_add(&sums->cells, BNC_KIND_SENDER_DOMAIN, f->sender, what, class, f->time);
}

static inline uint64_t day_bit(const struct bnc_fact *f)
{
    return f->day == 0 ? 0 : UINT64_C(1) << ((f->day - 1) & 63);
}

/* An entry's example is as old as its oldest pair: one that this pair has seen is none. */
static inline void count_pair(struct bnc_sums *sums, const struct bnc_fact *f, struct bnc_count *c)
{
    if (f->time - 1 <= c->first && !BNC_IS_PSEUDO(f->entry)) {
        const struct bnc_example e = { f->time - 1, f->source, f->row, f->off };

        bnc_example_merge(&sums->examples[f->entry], &e);
    }
    bnc_count_event(c, f->time);
    c->days |= day_bit(f);
}

/* Whether the log keeps this outcome. */
static inline bool is_logged(unsigned code, enum bnc_detail detail)
{
    if (code == BNC_EVENT_BOUNCE || code == BNC_EVENT_DEFERRAL || code == BNC_CODE_LATE)
        return true;
    return detail == BNC_DETAIL_LISTS && code != BNC_EVENT_SENT && code != BNC_EVENT_OTHER;
}

static inline __attribute__((always_inline)) bool
log_address(struct bnc_sums *sums, const struct bnc_fact *f, uint32_t pair, enum bnc_detail detail)
{
    const uint32_t what = BNC_WHAT(f->campaign, f->code);

    if (detail == BNC_DETAIL_REPORT)
        return bnc_failure_log_push(&sums->failures, f->address, pair, what, f->day);
    pair |= f->own ? BNC_LEAN_OWN : 0;
    return bnc_address_log_push(&sums->log, f->address, pair, what, f->time);
}

static inline uint64_t hash_of_pair(const struct bnc_sums *sums, const struct bnc_fact *f)
{
    return bnc_pairs_hash(&sums->pairs, BNC_PAIR_KEY(f->domain, f->entry));
}

/* Counts all but the cells; 'hash': of its pair. */
static inline __attribute__((always_inline)) bool
count_pair_of(struct bnc_sums *sums, const struct bnc_fact *f, uint64_t hash,
              enum bnc_detail detail)
{
    const bool logged = f->address != 0 && is_logged(f->code, detail);
    uint32_t pair;

    if (f->code == BNC_EVENT_DELIVERED && !logged)
        return true;
    pair = bnc_pairs_get_at(&sums->pairs, BNC_PAIR_KEY(f->domain, f->entry), hash);
    if (f->code != BNC_EVENT_DELIVERED)
        count_pair(sums, f, &sums->pairs.at[pair]);
    return !logged || log_address(sums, f, pair, detail);
}

bool bnc_sums_add(struct bnc_sums *sums, const struct bnc_fact *f, enum bnc_detail detail)
{
    count_cells(sums, f, f->col);
    return count_pair_of(sums, f, hash_of_pair(sums, f), detail);
}

void bnc_sums_take_back(struct bnc_sums *sums, const struct bnc_fact *f)
{
    const uint64_t key = BNC_PAIR_KEY(f->domain, BNC_PSEUDO_LATE);

    count_cells(sums, f, BNC_COL_LATE);
    bnc_count_event(&sums->pairs.at[bnc_pairs_get(&sums->pairs, key)], f->time);
}

/* ---- names ---- */

/* The text in lower case, in the part's scratch until the next call. at == NULL: out of memory. */
static struct bnc_span lower(struct bnc_part *part, struct bnc_span s)
{
    bnc_buf_clear(&part->scratch);
    if (!bnc_buf_reserve(&part->scratch, s.len + 1))
        return bnc_span_from(NULL, 0);
    bnc_lower_copy(part->scratch.at, s.at, s.len);
    return bnc_span_from(part->scratch.at, s.len);
}

void bnc_day_name(uint32_t day, char buf[32])
{
    char text[BNC_TIME_ROOM];
    const size_t len = day == 0 ? 0 : 10;

    bnc_time_spell(text, ((int64_t)day - 1) * BNC_SECONDS_PER_DAY);
    memcpy(buf, text, len);
    buf[len] = '\0';
}

/* Whether both are of one spelling, but for what is between the first and the last eight bytes. */
static inline bool is_alike(const struct bnc_memo *a, const struct bnc_memo *b)
{
    return ((a->first ^ b->first) | (a->last ^ b->last) | (a->len ^ b->len)) == 0;
}

static inline struct bnc_memo memo_of(struct bnc_span s)
{
    if (s.len >= 8)
        return (struct bnc_memo){ .first = bnc_load64(s.at),
                                  .last = bnc_load64(s.at + s.len - 8),
                                  .len = (uint32_t)s.len };
    return (struct bnc_memo){ .first = bnc_load_tail(s.at, s.len), .len = (uint32_t)s.len };
}

static __attribute__((noinline)) uint32_t find_name(struct bnc_part *part, enum bnc_kind kind,
                                                    struct bnc_span name)
{
    bool made;

    if (kind == BNC_KIND_SENDER_DOMAIN)
        name = lower(part, name);
    return name.at == NULL ? UINT32_MAX
                           : bnc_names_get(&part->names[kind], name, &made);
}

/* What is between the first and the last eight bytes of a name that has more than both. */
static __attribute__((noinline)) bool same_middle(const struct bnc_names *names, uint32_t index,
                                                  struct bnc_span name)
{
    const struct bnc_name *n = bnc_names_at(names, index);

    return memcmp(n->text.at + 8, name.at + 8, name.len - 16) == 0;
}

/* Whether a name is 'memo', which is_alike() to it, of the 'kind' of names. */
static inline bool is_whole(const struct bnc_part *part, enum bnc_kind kind,
                            const struct bnc_memo *memo, struct bnc_span name)
{
    return name.len <= 16 || same_middle(&part->names[kind], memo->index, name);
}

/* The index of a name of 'kind'; UINT32_MAX when out of memory. */
static inline __attribute__((always_inline)) uint32_t
name_index(struct bnc_part *part, enum bnc_kind kind, struct bnc_span name)
{
    struct bnc_memo m = memo_of(name), *memo;

    if (name.len == 0)
        return 0;
    memo =
        &part->memo[kind][bnc_mix64(m.first ^ BNC_HASH_K1, m.last ^ BNC_HASH_K2) % BNC_MEMO_SLOTS];
    if (is_alike(memo, &m) && is_whole(part, kind, memo, name))
        return memo->index;
    m.index = find_name(part, kind, name);
    if (m.index != UINT32_MAX)
        *memo = m;
    return m.index;
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
        part->memo_day_campaign =
            bnc_names_get(&part->names[BNC_KIND_CAMPAIGN], name, &made);
    }
    return part->memo_day_campaign;
}

/* Fills 'memo', a slot of the part's, with the mailing of an event; false when out of memory. */
static __attribute__((noinline)) bool new_mailing(struct bnc_part *part,
                                                  struct bnc_mailing_memo *memo,
                                                  const struct bnc_event *e, uint32_t day)
{
    const unsigned slot = (unsigned)(memo - part->mailing);
    struct bnc_mailing_memo m = { memo_of(e->campaign), memo_of(e->sender_domain), day };

    m.campaign.index = e->campaign.len > 0 ? name_index(part, BNC_KIND_CAMPAIGN, e->campaign)
                                           : day_campaign(part, day);
    m.sender.index = name_index(part, BNC_KIND_SENDER_DOMAIN, e->sender_domain);
    if (m.campaign.index == UINT32_MAX || m.sender.index == UINT32_MAX)
        return false;
    *memo = m;
    bnc_grid_set_mailing(&part->sums.cells, slot,
                         (struct bnc_mailing){ m.campaign.index, m.sender.index, day });
    return true;
}

/* The mailing that an event on 'day' is of; NULL when out of memory. */
static inline __attribute__((always_inline)) const struct bnc_mailing_memo *
mailing_of(struct bnc_part *part, const struct bnc_event *e, uint32_t day)
{
    const struct bnc_memo c = memo_of(e->campaign), s = memo_of(e->sender_domain);
    struct bnc_mailing_memo *m =
        &part->mailing[bnc_mix64(c.first ^ s.last ^ BNC_HASH_K1, (c.last ^ s.first) + day) %
                       BNC_GRID_MAILINGS];

    if (m->day == day && is_alike(&m->campaign, &c) && is_alike(&m->sender, &s) &&
        is_whole(part, BNC_KIND_CAMPAIGN, &m->campaign, e->campaign) &&
        is_whole(part, BNC_KIND_SENDER_DOMAIN, &m->sender, e->sender_domain))
        return m;
    return new_mailing(part, m, e, day) ? m : NULL;
}

/* ---- adding ---- */

/* A domain in a spelling that is not known yet: its slot, NULL when out of memory. */
static __attribute__((noinline)) const struct bnc_name_slot *
new_domain(struct bnc_part *part, uint64_t key, struct bnc_span name)
{
    struct bnc_names *domains = &part->domains;
    struct bnc_name_slot *slot;
    uint64_t lower_key;

    name = lower(part, name);
    if (name.at == NULL)
        return NULL;
    lower_key = bnc_names_key(domains, name);
    slot = bnc_names_slot(domains, lower_key);
    if (slot == NULL) {
        struct bnc_domain_rec *d;

        if (bnc_names_make(domains, lower_key, name) == UINT32_MAX)
            return NULL;
        slot = bnc_names_slot(domains, lower_key);
        d = bnc_names_at(domains, slot->index - 1);
        if (part->classifier != NULL && name.len > 0)
            d->provider = bnc_provider_of_domain(part->classifier, d->name.text);
        slot->note = d->provider;
    }
    if (key != lower_key)
        bnc_names_add_key(domains, key, *slot);
    return bnc_names_slot(domains, lower_key);
}

/* Most domains are the end of their address: so many bytes before them can be read. */
static inline uint64_t key_of_domain(const struct bnc_part *part, const struct bnc_event *e)
{
    const struct bnc_span d = e->domain, r = e->recipient;

    return d.len > 0 && r.len >= 16 && d.at + d.len == r.at + r.len
               ? bnc_hash_key_at_end(d, part->domains.seed)
               : bnc_names_key(&part->domains, d);
}

/* Asks for the record of a delivery's domain; those of others are hardly ever looked at. */
BNC_PREFETCHER expect_record(const struct bnc_part *part, const struct bnc_item *item)
{
    const uintptr_t rec = (uintptr_t)bnc_names_at(&part->domains, item->domain - 1);
    const bool delivered = item->event.type == BNC_EVENT_DELIVERED;

    __builtin_prefetch((const void *)bnc_either(delivered, rec, (uintptr_t)item), 1);
}

static inline void hash_recipients(struct bnc_item *items, const uint8_t *which, size_t n)
{
    for (size_t i = 0; i < n; i++)
        items[which[i]].address = bnc_address_fp(items[which[i]].event.recipient);
}

/*
 * Slots of domains are asked for first. While they arrive, the recipients of all but deliveries are
 * hashed; those of deliveries matter only where the sketch of the domain is not full.
 */
enum bnc_status bnc_part_locate(struct bnc_part *part, struct bnc_item *items, size_t n)
{
    const uint32_t full = part->detail == BNC_DETAIL_REPORT ? BNC_DOMAIN_FULL : 0;
    uint8_t failed[BNC_BATCH], delivered[BNC_BATCH];
    size_t n_failed = 0, n_delivered = 0;
    uint64_t key[BNC_BATCH];

    for (size_t i = 0; i < n; i++) {
        const struct bnc_event *e = &items[i].event;

        key[i] = key_of_domain(part, e);
        bnc_names_prefetch(&part->domains, key[i]);
        items[i].address = 0;
        failed[n_failed] = (uint8_t)i;
        n_failed += (e->recipient.len > 0) & (e->type != BNC_EVENT_DELIVERED);
    }
    hash_recipients(items, failed, n_failed);
    for (size_t i = 0; i < n; i++) {
        const struct bnc_event *e = &items[i].event;
        const struct bnc_name_slot *slot = bnc_names_slot(&part->domains, key[i]);

        if (slot == NULL)
            slot = new_domain(part, key[i], e->domain);
        if (slot == NULL)
            return BNC_ENOMEM;
        items[i].domain = slot->index;
        items[i].provider = (uint16_t)slot->note;
        expect_record(part, &items[i]);
        delivered[n_delivered] = (uint8_t)i;
        n_delivered += (e->recipient.len > 0) & (e->type == BNC_EVENT_DELIVERED) &
                       ((slot->note & full) == 0);
    }
    hash_recipients(items, delivered, n_delivered);
    return BNC_OK;
}

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
    return reserve_examples(&part->sums, part->n_entries);
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

/* Where an event is counted, beside its domain. */
struct place {
    uint32_t what, class; /* BNC_CELL_WHAT(), and its class */
    unsigned mailing; /* slot */
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

/* The number of its entry, or a pseudo entry. */
static inline uint32_t entry_of(const struct bnc_item *item)
{
    return item->entry != NULL ? item->entry->index : BNC_PSEUDO_ENTRY(item->event.type);
}

/* What an item says, in the part's numbers; false when out of memory. */
static inline __attribute__((always_inline)) bool prepare(struct bnc_part *part,
                                                          const struct bnc_item *item,
                                                          uint32_t source, struct bnc_fact *f,
                                                          struct place *p)
{
    const struct bnc_event *e = &item->event;
    const struct bnc_mailing_memo *mailing;

    f->address = item->address;
    f->source = source;
    f->row = item->row;
    f->off = item->off;
    f->time = bnc_time_pack(e->time);
    f->day = bnc_time_day(f->time);
    f->domain = item->domain - 1;
    f->entry = entry_of(item);
    f->own = false;
    f->code = (uint8_t)bnc_either((e->type == BNC_EVENT_BOUNCE) & e->late, BNC_CODE_LATE, e->type);
    f->ip = name_index(part, BNC_KIND_SENDING_IP, e->sending_ip);
    mailing = mailing_of(part, e, f->day);
    if (f->ip == UINT32_MAX || mailing == NULL || !find_cell(part, item, p))
        return false;
    p->mailing = (unsigned)(mailing - part->mailing);
    f->campaign = mailing->campaign.index;
    f->sender = mailing->sender.index;
    f->provider = BNC_WHAT_PROVIDER(p->what);
    f->col = BNC_WHAT_COL(p->what);
    return true;
}

/* What count_cells() does, with a place found. */
static inline __attribute__((always_inline)) void
count_place(struct bnc_part *part, const struct bnc_fact *f, const struct place *p)
{
    struct bnc_grid *cells = &part->sums.cells;

    bnc_grid_add_mailing(cells, p->mailing, p->what, p->class, f->time);
    bnc_grid_add(cells, BNC_KIND_SENDING_IP, f->ip, p->what, p->class, f->time);
}

static inline struct bnc_domain_rec *domain_of(const struct bnc_part *part,
                                               const struct bnc_fact *f)
{
    return bnc_names_at(&part->domains, f->domain);
}

/* Deliveries of other recipients will not change what is known of a domain. */
static void note_full(struct bnc_part *part, const struct bnc_domain_rec *d)
{
    bnc_names_slot(&part->domains, bnc_names_key(&part->domains, d->name.text))->note |=
        BNC_DOMAIN_FULL;
}

static bool count_delivered(struct bnc_part *part, const struct bnc_fact *f)
{
    struct bnc_domain_rec *d = domain_of(part, f);

    d->used = true;
    d->delivered++;
    d->days |= day_bit(f);
    if (f->address != 0) {
        d->sketch |= UINT64_C(1) << (f->address & 63);
        if (d->sketch == UINT64_MAX)
            note_full(part, d);
    }
    if (d->provider != 0 || f->provider == 0)
        return true;
    if (d->votes == 0)
        d->voted = f->provider;
    if (d->voted == f->provider && d->votes < UINT32_MAX) {
        d->votes++;
        return true;
    }
    if (!bnc_counts_reserve(&part->votes, 1))
        return false;
    bnc_counts_get(&part->votes, (uint64_t)f->domain << 16 | f->provider)->n++;
    return true;
}

static bool hold(struct bnc_part *part, const struct bnc_event *e, const struct bnc_fact *f)
{
    const uint64_t pair = bnc_hash_pair(bnc_hash_span(e->message_id), f->address);
    struct bnc_held *h = bnc_log_push(&part->held, bnc_log_part(pair), sizeof *h);

    if (h == NULL)
        return false;
    domain_of(part, f)->used = true;
    *h = (struct bnc_held){ .pair = pair,
                            .address = f->address,
                            .row = f->row,
                            .off = f->off,
                            .source = f->source,
                            .time = f->time,
                            .domain = f->domain,
                            .entry = f->entry,
                            .campaign = f->campaign,
                            .ip = f->ip,
                            .sender = f->sender,
                            .provider = f->provider,
                            .late = f->code == BNC_CODE_LATE,
                            .own = f->own };
    return true;
}

/* What is not counted by pair; '*counted' is false where it is not to be, '*w' set for lists. */
static inline bool begin_count(struct bnc_part *part, const struct bnc_event *e,
                               struct bnc_fact *f, const struct place *p, struct bnc_recipient *w,
                               bool *counted)
{
    *counted = e->message_id.len == 0 || e->type != BNC_EVENT_BOUNCE ||
               !bnc_message_id_is_one(e->message_id);
    if (e->flags != 0)
        for (unsigned b = 0; b < BNC_N_EVENT_FLAGS; b++)
            part->flagged[b] += e->flags >> b & 1;
    if (part->detail == BNC_DETAIL_LISTS && f->address != 0) {
        *w = bnc_recipient_look_at(part, e, f->address);
        f->own = part->lean != NULL && bnc_recipient_is_lean(e, w->local);
        if ((!f->own || !*counted) && !log_text(part, e, f->address, w))
            return false;
    }
    if (!*counted)
        return hold(part, e, f);
    count_place(part, f, p);
    return e->type != BNC_EVENT_DELIVERED || count_delivered(part, f);
}

/* count_pair_of() of a failure that lean logs may keep. */
static __attribute__((noinline)) bool count_lean(struct bnc_part *part, const struct bnc_fact *f,
                                                 uint64_t hash, const struct bnc_recipient *w)
{
    struct bnc_sums *const sums = &part->sums;
    const uint32_t pair = bnc_pairs_get_at(&sums->pairs, BNC_PAIR_KEY(f->domain, f->entry), hash);
    const uint32_t rest = bnc_lean_rest(part->lean, BNC_WHAT(f->campaign, f->code), f->time);
    const struct bnc_span local = bnc_span_from(w->local.at, w->local.len - 1);

    count_pair(sums, f, &sums->pairs.at[pair]);
    if (rest == BNC_LEAN_NO_REST || pair >= BNC_LEAN_PAIRS)
        return (!w->is_kept || bnc_text_push(&part->texts, f->address, w->local, true)) &&
               log_address(sums, f, pair, part->detail);
    return w->is_kept ? bnc_lean_push_named(part->lean, f->address, pair, rest, local)
                      : bnc_lean_push_failed(part->lean, f->address, pair, rest);
}

/* A delivery, where nothing but lists is wanted. */
static __attribute__((noinline)) bool log_delivered(struct bnc_part *part,
                                                    const struct bnc_fact *f)
{
    const uint32_t rest =
        f->own ? bnc_lean_rest(part->lean, BNC_WHAT(f->campaign, f->code), f->time)
               : BNC_LEAN_NO_REST;

    if (rest != BNC_LEAN_NO_REST)
        return bnc_lean_push_delivered(part->lean, f->address, rest);
    return count_pair_of(&part->sums, f, hash_of_pair(&part->sums, f), part->detail);
}

/* Counts the pair of a fact and logs it. */
static inline bool count_and_log(struct bnc_part *part, const struct bnc_fact *f, uint64_t hash,
                                 const struct bnc_recipient *w)
{
    if (!f->own || !is_logged(f->code, part->detail))
        return count_pair_of(&part->sums, f, hash, part->detail);
    return f->code == BNC_EVENT_DELIVERED ? log_delivered(part, f) : count_lean(part, f, hash, w);
}

static inline bool end_count(struct bnc_part *part, const struct bnc_fact *f, uint64_t hash,
                             const struct bnc_recipient *w)
{
    const size_t n_pairs = part->sums.pairs.n;

    if (f->code == BNC_CODE_LATE)
        bnc_sums_take_back(&part->sums, f);
    if (!count_and_log(part, f, hash, w))
        return false;
    if (part->sums.pairs.n != n_pairs) /* else the domain was used before: its record is far away */
        domain_of(part, f)->used = true;
    return true;
}

static inline bool is_plain_delivery(const struct bnc_part *part, const struct bnc_item *item)
{
    return (item->event.type == BNC_EVENT_DELIVERED) & (item->event.flags == 0) &
           (item->entry == NULL) & ((part->detail == BNC_DETAIL_REPORT) | (part->lean != NULL));
}

static inline bool log_plain(struct bnc_part *part, const struct bnc_event *e, struct bnc_fact *f)
{
    f->own = f->address != 0 && bnc_recipient_is_lean(e, bnc_recipient_local(e));
    return log_delivered(part, f);
}

/* Deliveries, 'which' of the items: nothing is classified, no text is kept. */
static bool add_plain(struct bnc_part *part, const struct bnc_item *items, const uint8_t *which,
                      size_t n, uint32_t rank)
{
    for (size_t i = 0; i < n; i++) {
        struct bnc_fact f;
        struct place p;

        if (!prepare(part, &items[which[i]], rank, &f, &p) || !count_delivered(part, &f) ||
            (part->lean != NULL && !log_plain(part, &items[which[i]].event, &f)))
            return false;
        count_place(part, &f, &p);
    }
    return true;
}

/* Facts of a batch that are counted by their pairs, which are asked for. */
struct waiting {
    struct bnc_fact fact[BNC_BATCH];
    struct bnc_recipient whom[BNC_BATCH];
    uint64_t hash[BNC_BATCH]; /* of the pair */
    size_t n;
};

/*
 * Hashes the pairs of 'which' of the items, all of them, and asks for their slots and for what the
 * log is written to.
 */
static void expect_slots(const struct bnc_part *part, const struct bnc_item *items,
                         const uint8_t *which, size_t n, struct waiting *w)
{
    for (size_t i = 0; i < n; i++) {
        const struct bnc_item *item = &items[which[i]];
        const uint64_t key = BNC_PAIR_KEY(item->domain - 1, entry_of(item));

        w->hash[i] = bnc_pairs_hash(&part->sums.pairs, key);
        bnc_pairs_prefetch(&part->sums.pairs, w->hash[i]);
        if (part->detail == BNC_DETAIL_REPORT)
            bnc_failure_log_prefetch(&part->sums.failures, item->address);
        else
            bnc_address_log_prefetch(&part->sums.log, item->address);
    }
}

/* All but the pairs of 'which' of the items; those that are counted by pair move up. */
static bool begin_others(struct bnc_part *part, const struct bnc_item *items, const uint8_t *which,
                         size_t n, uint32_t rank, struct waiting *w)
{
    w->n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct bnc_item *item = &items[which[i]];
        struct bnc_fact *f = &w->fact[w->n];
        struct place p;
        bool counted;

        if (!prepare(part, item, rank, f, &p) ||
            !begin_count(part, &item->event, f, &p, &w->whom[w->n], &counted))
            return false;
        w->hash[w->n] = w->hash[i];
        w->n += counted;
    }
    return true;
}

/* Asks for what end_others() will write to: the counts, or what a new pair changes. */
BNC_PREFETCHER expect_pairs(const struct bnc_part *part, const struct waiting *w)
{
    for (size_t i = 0; i < w->n; i++)
        bnc_pairs_prefetch_count(&part->sums.pairs, w->hash[i], domain_of(part, &w->fact[i]));
}

static bool end_others(struct bnc_part *part, const struct waiting *w)
{
    for (size_t i = 0; i < w->n; i++)
        if (!end_count(part, &w->fact[i], w->hash[i], &w->whom[i]))
            return false;
    return true;
}

/*
 * Deliveries and others are told apart without a jump: which row is which can't be foreseen. While
 * deliveries are counted, what the others need arrives.
 */
enum bnc_status bnc_part_add(struct bnc_part *part, struct bnc_item *items, size_t n,
                             uint32_t source)
{
    const uint32_t rank = bnc_part_rank(part, source);
    uint8_t plain[BNC_BATCH], other[BNC_BATCH];
    size_t n_plain = 0;
    struct waiting others;
    bool missing = false;

    for (size_t i = 0; i < n; i++) {
        const bool is_plain = is_plain_delivery(part, &items[i]);

        plain[n_plain] = other[i - n_plain] = (uint8_t)i;
        n_plain += is_plain;
        missing |= items[i].domain == 0;
    }
    if ((missing && locate_missing(part, items, n) != BNC_OK) ||
        !bnc_sums_reserve(&part->sums, 2 * n, 0))
        return BNC_ENOMEM;
    expect_slots(part, items, other, n - n_plain, &others);
    if (!begin_others(part, items, other, n - n_plain, rank, &others))
        return BNC_ENOMEM;
    expect_pairs(part, &others);
    if (!add_plain(part, items, plain, n_plain, rank) || !end_others(part, &others))
        return BNC_ENOMEM;
    part->rows += n;
    return bnc_part_fold(part);
}
