/* SPDX-License-Identifier: MIT
 * tally_world.h - a small random world of events for the tests of aggregate/: few domains,
 * addresses, messages and replies, so that repeats, late bounces and ties are common. And a tally
 * as text, so that two can be compared in full.
 */
#ifndef BNC_TESTS_TALLY_WORLD_H
#define BNC_TESTS_TALLY_WORLD_H

#include "aggregate/tally.h"
#include "util/buf.h"
#include "util/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WORLD_ENTRIES 24
#define WORLD_SOURCES 3
#define WORLD_EVENTS 400
#define WORLD_START INT64_C(1790812800) /* 2026-10-01 */

static const struct bnc_span world_sources[WORLD_SOURCES] = { { "exports/b.csv", 13 },
                                                              { "exports/a.csv", 13 },
                                                              { "exports/c.csv", 13 } };

struct world_event {
    struct bnc_event event;
    int entry; /* index in world->entries, -1 none */
    uint32_t source;
    uint64_t row;
    char text[8][48];
};

struct world {
    struct bnc_entry entries[WORLD_ENTRIES];
    char templates[WORLD_ENTRIES][32];
    struct world_event events[WORLD_EVENTS];
    uint64_t random;
};

static inline uint64_t world_random(struct world *w, uint64_t n)
{
    w->random += UINT64_C(0x9e3779b97f4a7c15);
    return bnc_mix64(w->random, UINT64_C(0xd6e8feb86659fd93)) % n;
}

static inline struct bnc_span world_text(struct world_event *e, unsigned at, const char *fmt,
                                         unsigned a, unsigned b)
{
    snprintf(e->text[at], sizeof e->text[at], fmt, a, b);
    return bnc_span_str(e->text[at]);
}

static inline void world_entries(struct world *w)
{
    for (unsigned i = 0; i < WORLD_ENTRIES; i++) {
        struct bnc_entry *e = &w->entries[i];

        snprintf(w->templates[i], sizeof w->templates[i], "550 reply number %u of *", i);
        e->template_text = bnc_span_str(w->templates[i]);
        e->label = i % 3 == 0 ? bnc_span_str("bad-mailbox") : bnc_span_str("");
        e->esp = bnc_span_str(i % 2 == 0 ? "PowerMTA" : "");
        e->template_fp = bnc_hash_span(e->template_text);
        e->type = i % 3 == 1 ? BNC_EVENT_DEFERRAL
                  : i == 23  ? BNC_EVENT_SUPPRESSED
                  : i == 21  ? BNC_EVENT_COMPLAINT
                             : BNC_EVENT_BOUNCE;
        e->key = bnc_hash_pair(e->template_fp, i);
        e->verdict.cause = (uint8_t)(i * 7 % BNC_N_CAUSES);
        e->verdict.duration = i % 5 == 0 ? BNC_DURATION_TEMPORARY : BNC_DURATION_PERMANENT;
        e->verdict.provider = (uint16_t)(i % 4);
        e->verdict.by_text_marker = i % 8 == 3;
        e->verdict.explicit_domain = i % 6 == 2;
        e->verdict.reply = (uint16_t)(i % 3 == 1 ? 450 : 550);
        e->verdict.enhanced = BNC_ENHANCED(5, 1, i);
        e->verdict.confidence = (uint8_t)(50 + i);
        e->index = i;
    }
}

/*
 * A bounce, a deferral, a delivery ... of message 'message' to one of 40 addresses at 12 domains.
 */
static inline void world_event(struct world *w, struct world_event *e, unsigned i)
{
    static const enum bnc_event_type types[10] = { BNC_EVENT_DELIVERED, BNC_EVENT_DELIVERED,
                                                   BNC_EVENT_DELIVERED, BNC_EVENT_BOUNCE,
                                                   BNC_EVENT_BOUNCE,    BNC_EVENT_BOUNCE,
                                                   BNC_EVENT_DEFERRAL,  BNC_EVENT_DEFERRAL,
                                                   BNC_EVENT_SENT,      BNC_EVENT_OTHER };
    const unsigned user = (unsigned)world_random(w, 40), day = (unsigned)world_random(w, 5);

    e->event = (struct bnc_event){ .type = types[world_random(w, 10)], .time = BNC_NO_TIME };
    e->entry = -1;
    if (e->event.type == BNC_EVENT_BOUNCE || e->event.type == BNC_EVENT_DEFERRAL) {
        do
            e->entry = (int)world_random(w, WORLD_ENTRIES);
        while (w->entries[e->entry].type != BNC_EVENT_BOUNCE &&
               w->entries[e->entry].type != BNC_EVENT_DEFERRAL);
        e->event.type = w->entries[e->entry].type;
    } else if (world_random(w, 12) == 0) {
        e->entry = world_random(w, 2) == 0 ? 21 : 23;
        e->event.type = w->entries[e->entry].type;
    }
    if (world_random(w, 12) > 0)
        e->event.time = WORLD_START + day * 86400 + (int64_t)world_random(w, 4) * 3600;
    e->event.recipient =
        world_text(e, 0, world_random(w, 2) == 0 ? "User%u@Dom%u.example" : "user%u@dom%u.example",
                   user, user % 12);
    e->event.domain = bnc_span_from(memchr(e->text[0], '@', 40), 0);
    e->event.domain = bnc_span_str(e->event.domain.at + 1);
    if (world_random(w, 25) == 0)
        e->event.recipient = e->event.domain = bnc_span_from("", 0);
    e->event.late = e->event.type == BNC_EVENT_BOUNCE && world_random(w, 3) == 0;
    if (world_random(w, 3) > 0)
        e->event.campaign = world_text(e, 1, "job%u", (unsigned)world_random(w, 5), 0);
    if (world_random(w, 4) > 0)
        e->event.sending_ip = world_text(e, 2, "192.0.2.%u", (unsigned)world_random(w, 3), 0);
    if (world_random(w, 4) > 0)
        e->event.sender_domain =
            world_text(e, 3, "News%u.Example.COM", (unsigned)world_random(w, 2), 0);
    if (world_random(w, 2) == 0)
        e->event.message_id = world_text(e, 4, "<m%u@x>", (unsigned)world_random(w, 60), 0);
    e->source = (uint32_t)world_random(w, WORLD_SOURCES);
    e->row = 2 + i;
}

static inline void world_make(struct world *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->random = seed;
    world_entries(w);
    for (unsigned i = 0; i < WORLD_EVENTS; i++)
        world_event(w, &w->events[i], i);
}

static inline struct bnc_item world_item(struct world *w, const struct world_event *e)
{
    return (struct bnc_item){
        .event = e->event,
        .entry = e->entry < 0 ? NULL : &w->entries[e->entry],
        .provider =
            e->entry < 0 ? (uint16_t)(bnc_hash_span(e->event.domain) % 3 + (e->row % 5 == 0)) : 0,
        .row = e->row,
        .off = e->row * 100
    };
}

static inline struct bnc_part *world_part(enum bnc_detail detail, uint64_t seed)
{
    const struct bnc_part_options opt = {
        .detail = detail, .seed = seed | 1, .sources = world_sources, .n_sources = WORLD_SOURCES
    };

    return bnc_part_create(&opt);
}

/* ---- a tally as text ---- */

static inline void dump_n(struct bnc_buf *b, const uint64_t *n)
{
    for (unsigned i = 0; i < BNC_N_EVENTS; i++)
        bnc_buf_printf(b, " %" PRIu64, n[i]);
}

static inline void dump_span(struct bnc_buf *b, struct bnc_span s)
{
    bnc_buf_puts(b, " '");
    bnc_buf_put(b, s);
    bnc_buf_puts(b, "'");
}

static inline void dump_totals(struct bnc_buf *b, const struct bnc_tally *t)
{
    bnc_buf_printf(b,
                   "rows %" PRIu64 " late %" PRIu64 " duplicates %" PRIu64 " malformed %" PRIu64
                   " filtered %" PRIu64 " n",
                   t->rows, t->late, t->duplicates, t->malformed, t->filtered);
    dump_n(b, t->n);
    bnc_buf_printf(b,
                   "\nrecipients %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                   " time %" PRId64 " %" PRId64 "\n",
                   t->recipients_failed, t->recipients_bounced, t->recipients_deferred,
                   t->recipients_deferred_only, t->recipients_recurring, t->first, t->last);
    for (uint32_t i = 0; i < t->n_sources; i++)
        dump_span(b, t->sources[i]);
    for (unsigned f = 0; f < BNC_N_FAULTS; f++) {
        bnc_buf_printf(b, "\nfault %u %" PRIu64, f, t->faults[f].n);
        for (uint32_t i = 0; i < t->faults[f].n_first; i++)
            bnc_buf_printf(b, " %u:%" PRIu64, t->faults[f].first[i].source,
                           t->faults[f].first[i].row);
    }
    for (size_t p = 0; p < t->n_providers; p++) {
        bnc_buf_printf(b, "\nprovider %zu", p);
        dump_n(b, t->providers[p].n);
        dump_n(b, t->providers[p].by_marker);
        bnc_buf_printf(
            b, " r %" PRIu64 " day %" PRIu64 " domains %u:", t->providers[p].recipients_failed,
            t->providers[p].complaints_day_max, t->providers[p].domains);
        for (unsigned c = 0; c < 2 * BNC_N_CAUSES; c++)
            bnc_buf_printf(b, " %" PRIu64, t->providers[p].cause[c]);
        for (unsigned c = 0; c < BNC_N_CAUSES; c++)
            bnc_buf_printf(b, " %" PRIu64, t->providers[p].cause_recipients[c]);
    }
}

static inline void dump_tables(struct bnc_buf *b, const struct bnc_tally *t)
{
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        for (size_t i = 0; i < t->n_subjects[k]; i++) {
            const struct bnc_subject *s = &t->subject[k][i];

            bnc_buf_printf(b, "\nsubject %u day %d r %" PRIu64 " %" PRId64 " %" PRId64, k, s->day,
                           s->recipients_failed, s->first, s->last);
            dump_span(b, s->name);
            dump_n(b, s->n);
        }
    for (size_t i = 0; i < t->n_cells; i++)
        bnc_buf_printf(b, "\ncell %u %u %u %u: %" PRIu64 " %" PRId64 " %" PRId64, t->cells[i].kind,
                       t->cells[i].subject, t->cells[i].provider, t->cells[i].col, t->cells[i].n,
                       t->cells[i].first, t->cells[i].last);
    for (size_t i = 0; i < t->n_domains; i++) {
        const struct bnc_domain *d = &t->domains[i];

        bnc_buf_printf(b,
                       "\ndomain p %u days %" PRIx64 " r %" PRIu64 " %" PRIu64 " %" PRIu64
                       " %" PRId64 " %" PRId64,
                       d->provider, d->delivered_days, d->recipients_delivered,
                       d->recipients_failed, d->recipients_bounced, d->first, d->last);
        dump_span(b, d->name);
        dump_n(b, d->n);
        for (uint32_t c = d->cause_at; c < d->cause_at + d->n_causes; c++) {
            const struct bnc_domain_cause *x = &t->domain_causes[c];

            bnc_buf_printf(b,
                           "\n  cause %u %u x%d r %" PRIu64 " e %" PRIu64 " %" PRId64 " %" PRId64
                           " %" PRIx64 " top %u",
                           x->cause, x->type, x->explicit_domain, x->recipients, x->events,
                           x->first, x->last, x->failed_days, x->top_template);
        }
    }
    for (size_t i = 0; i < t->n_templates; i++) {
        const struct bnc_template *x = &t->templates[i];

        bnc_buf_printf(b,
                       "\ntemplate %" PRIx64 " c %u p %u n %" PRIu64 " r %" PRIu64 " d %u %" PRId64
                       " %" PRId64 " at %u:%" PRIu64 ":%" PRIu64,
                       x->key, x->verdict.cause, x->verdict.provider, x->n, x->recipients,
                       x->domains, x->first, x->last, x->example.source, x->example.row,
                       x->example.off);
        dump_span(b, x->text);
        dump_span(b, x->label);
        dump_span(b, x->esp);
        dump_span(b, x->rule);
    }
}

static inline void dump_lists(struct bnc_buf *b, const struct bnc_tally *t)
{
    struct bnc_buf room = { 0 };

    for (size_t i = 0; i < t->n_addresses; i++) {
        const struct bnc_address *a = bnc_tally_address(t, i, &room);

        bnc_buf_printf(b, "\naddress %u states %u", a->domain, a->states);
        dump_span(b, bnc_address_text(a));
        for (uint32_t o = 0; o < a->n_outcomes; o++)
            bnc_buf_printf(b, "\n  outcome %u %u %u %" PRId64 " %" PRId64,
                           (unsigned)a->outcomes[o].campaign, (unsigned)a->outcomes[o].type,
                           a->outcomes[o].template,
                           bnc_outcome_time(a->outcomes[o].first),
                           bnc_outcome_time(a->outcomes[o].last));
    }
    bnc_buf_release(&room);
}

/* The whole tally as text; free() it. */
static inline char *dump_tally(const struct bnc_tally *t, bool lists)
{
    struct bnc_buf b = { 0 };

    dump_totals(&b, t);
    dump_tables(&b, t);
    if (lists)
        dump_lists(&b, t);
    bnc_buf_puts(&b, "\n");
    return b.at;
}

#endif
