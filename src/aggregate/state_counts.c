/* SPDX-License-Identifier: MIT
 * state_counts.c - what a state counted and logged, into a part.
 */
#include "aggregate/state_read.h"

/* ---- counts ---- */

/* Fills a slot that must be new. */
static void add_new(struct reader *r, struct bnc_count *slot, const struct bnc_count *c)
{
    if (slot->n != 0 || c->n == 0)
        bnc_read_bad(r, c->n == 0 ? "a count of nothing" : "a count stands twice");
    bnc_count_merge(slot, c);
}

static void add_count(struct reader *r, struct bnc_counts *to, uint64_t key,
                      const struct bnc_count *c)
{
    if (r->status == BNC_OK && !bnc_counts_reserve(to, 1))
        bnc_read_no_memory(r);
    if (r->status == BNC_OK)
        add_new(r, bnc_counts_get(to, key), c);
}

/* The number of a pair, made if missing; 0 after a fault. */
static uint32_t get_pair(struct reader *r)
{
    struct bnc_pairs *pairs = &r->part->sums.pairs;
    const uint32_t domain = bnc_read_domain(r), entry = bnc_read_entry(r);

    if (r->status == BNC_OK && !bnc_pairs_reserve(pairs, 1))
        bnc_read_no_memory(r);
    return r->status == BNC_OK ? bnc_pairs_get(pairs, BNC_PAIR_KEY(domain, entry)) : 0;
}

void bnc_load_votes(struct reader *r, uint64_t n)
{
    for (uint64_t i = 0; i < n && r->status == BNC_OK; i++) {
        const uint32_t domain = bnc_read_domain(r);
        const uint16_t provider = bnc_read_provider(r);
        const struct bnc_count c = { .n = bnc_read_number(r, 8), .first = BNC_FIRST_NONE };

        add_count(r, &r->part->votes, (uint64_t)domain << 16 | provider, &c);
    }
}

void bnc_load_pairs(struct reader *r, uint64_t n)
{
    for (uint64_t i = 0; i < n && r->status == BNC_OK; i++) {
        const uint32_t pair = get_pair(r);
        struct bnc_count c;

        bnc_read_count(r, &c);
        c.days = bnc_read_number(r, 8);
        if (r->status == BNC_OK)
            add_new(r, &r->part->sums.pairs.at[pair], &c);
    }
}

static uint32_t get_subject(struct reader *r, unsigned kind)
{
    if (kind != BNC_KIND_DAY)
        return bnc_read_name(r, (enum bnc_kind)kind);
    return bnc_read_index(r, 4, bnc_time_day(UINT32_MAX) + 1, "a day after 2106");
}

void bnc_load_cells(struct reader *r, uint64_t n)
{
    for (uint64_t i = 0; i < n && r->status == BNC_OK; i++) {
        const unsigned kind =
            bnc_read_index(r, 1, BNC_N_KINDS, "a number names no kind of subject");
        const uint32_t subject = get_subject(r, kind);
        const uint16_t provider = bnc_read_provider(r);
        const unsigned type = bnc_read_type(r, (uint32_t)bnc_read_number(r, 1)),
                       cause = (unsigned)bnc_read_number(r, 1);
        struct bnc_count c = { .days = 0 };
        unsigned col = type == BNC_N_EVENTS ? BNC_COL_LATE : type;

        if (cause != BNC_STATE_NO_CAUSE &&
            (cause >= r->n_words[BNC_WORDS_CAUSES] ||
             (type != BNC_EVENT_BOUNCE && type != BNC_EVENT_DEFERRAL)))
            bnc_read_bad(r, "a cause where none can be");
        else if (cause != BNC_STATE_NO_CAUSE)
            col = bnc_col_of((enum bnc_event_type)type, r->word[BNC_WORDS_CAUSES][cause]);
        bnc_read_count(r, &c);
        add_count(r, &r->part->sums.cells.rare, BNC_CELL_KEY(kind, subject, provider, col), &c);
    }
}

void bnc_load_faults(struct reader *r, uint64_t n)
{
    for (uint32_t f = 0; f < n && r->status == BNC_OK; f++) {
        struct bnc_fault_total *to;
        uint32_t n_first;

        if (f >= r->n_words[BNC_WORDS_FAULTS]) {
            bnc_read_bad(r, "more kinds of faults than words");
            return;
        }
        to = &r->part->faults[r->word[BNC_WORDS_FAULTS][f]];
        to->n += bnc_read_number(r, 8);
        n_first = bnc_read_index(r, 4, sizeof to->first / sizeof *to->first + 1,
                                 "too many examples of a fault");
        for (uint32_t i = 0; i < n_first && r->status == BNC_OK; i++) {
            struct bnc_place place = { .source = bnc_read_source(r) };

            place.row = bnc_read_number(r, 8);
            place.off = bnc_read_number(r, 8);
            bnc_fault_add_place(to, place);
        }
    }
}

void bnc_load_totals(struct reader *r, uint64_t n)
{
    struct bnc_part *part = r->part;

    if (n != 5 + BNC_N_EVENT_FLAGS) {
        bnc_read_bad(r, "another number of totals");
        return;
    }
    part->rows = bnc_read_number(r, 8);
    part->filtered = bnc_read_number(r, 8);
    part->extra = bnc_read_number(r, 8);
    part->others = bnc_read_number(r, 8);
    part->duplicates = bnc_read_number(r, 8);
    for (unsigned b = 0; b < BNC_N_EVENT_FLAGS; b++)
        part->flagged[b] = bnc_read_number(r, 8);
    if (part->others > 0)
        ((struct bnc_domain_rec *)bnc_names_at(&part->domains, 0))->used = true;
}

/* ---- logs ---- */

static bool right_partition(struct reader *r, uint64_t fp)
{
    return r->status == BNC_OK && (fp >> (64 - BNC_STATE_LOG2) == r->partition ||
                                   bnc_read_bad(r, "a record in the wrong partition"));
}

/* An outcome is of the type that its entry is of. */
static bool right_type(struct reader *r, uint32_t pair, unsigned code)
{
    const uint32_t entry = BNC_PAIR_ENTRY(r->part->sums.pairs.at[pair].key);
    const unsigned type = BNC_IS_PSEUDO(entry) ? entry - BNC_PSEUDO_ENTRY(0)
                                               : (unsigned)r->part->entries[entry].entry->type;

    return type == (unsigned)BNC_WHAT_TYPE(code) ||
           bnc_read_bad(r, "an outcome of another type than its template");
}

void bnc_load_addresses(struct reader *r, uint64_t n)
{
    for (uint64_t i = 0; i < n && r->status == BNC_OK; i++) {
        struct bnc_address_rec a = { .fp = bnc_read_number(r, 8), .pair = get_pair(r) };
        const uint32_t what = (uint32_t)bnc_read_number(r, 4);
        const unsigned code = bnc_read_type(r, what & 15);

        a.time = (uint32_t)bnc_read_number(r, 4);
        if (what >> 4 >= r->n_names[BNC_KIND_CAMPAIGN])
            bnc_read_bad(r, "a number names no campaign");
        if (!right_partition(r, a.fp) || !right_type(r, a.pair, code))
            return;
        a.what = BNC_WHAT(r->name_at[BNC_KIND_CAMPAIGN][what >> 4], code);
        if (!bnc_address_log_push(&r->part->sums.log, a.fp, a.pair, a.what, a.time))
            bnc_read_no_memory(r);
    }
}

void bnc_load_held(struct reader *r, uint64_t n)
{
    for (uint64_t i = 0; i < n && r->status == BNC_OK; i++) {
        struct bnc_held h = { .pair = bnc_read_number(r, 8) }, *to;

        h.address = bnc_read_number(r, 8);
        h.row = bnc_read_number(r, 8);
        h.off = bnc_read_number(r, 8);
        h.source = bnc_read_source(r);
        h.time = (uint32_t)bnc_read_number(r, 4);
        h.domain = bnc_read_domain(r);
        h.entry = bnc_read_entry(r);
        h.campaign = bnc_read_name(r, BNC_KIND_CAMPAIGN);
        h.ip = bnc_read_name(r, BNC_KIND_SENDING_IP);
        h.sender = bnc_read_name(r, BNC_KIND_SENDER_DOMAIN);
        h.provider = bnc_read_provider(r);
        h.late = bnc_read_index(r, 1, 2, "a flag above 1") == 1;
        if (!right_partition(r, h.pair))
            return;
        to = bnc_log_push(&r->part->held, bnc_log_part(h.pair), sizeof *to);
        if (to == NULL)
            bnc_read_no_memory(r);
        else
            *to = h;
    }
}

void bnc_load_texts(struct reader *r, uint64_t n)
{
    for (uint64_t i = 0; i < n && r->status == BNC_OK; i++) {
        const uint64_t fp = bnc_read_number(r, 8);
        const uint16_t head = (uint16_t)bnc_read_number(r, 2);
        const struct bnc_span text = bnc_read_bytes(r, head & BNC_TEXT_MAX);

        if (!right_partition(r, fp))
            return;
        if (!bnc_text_push(&r->part->texts, fp, text, (head & BNC_TEXT_LOCAL) != 0))
            bnc_read_no_memory(r);
    }
}
