/* SPDX-License-Identifier: MIT */
#include "aggregate/lean_log.h"

#include "aggregate/address_text.h"
#include "util/number.h"

#include <stdlib.h>

#define WRITTEN_OUT (BNC_LEAN_TEXT + 1u) /* of the byte that tells a text */
#define NAMED_LEAST 4u /* bytes of a record without a text */

struct bnc_lean_log *bnc_lean_create(void)
{
    struct bnc_lean_log *const l = calloc(1, sizeof *l);

    if (l == NULL)
        return NULL;
    l->room.small_pages = true;
    l->delivered.log.shared = l->failed.log.shared = l->named.log.shared = &l->room;
    return l;
}

void bnc_lean_free(struct bnc_lean_log *l)
{
    if (l != NULL)
        bnc_lean_release(l);
    free(l);
}

static void release(struct bnc_lean_kind *k)
{
    struct bnc_log_room *const room = k->log.shared;

    bnc_log_release(&k->log);
    *k = (struct bnc_lean_kind){ .log.shared = room };
}

void bnc_lean_release(struct bnc_lean_log *l)
{
    release(&l->delivered);
    release(&l->failed);
    release(&l->named);
    bnc_log_room_release(&l->room);
}

static void forget(struct bnc_lean_kind *k, unsigned part)
{
    bnc_log_forget(&k->log, part);
    k->newest[part].n = 0;
}

void bnc_lean_forget(struct bnc_lean_log *l, unsigned part)
{
    forget(&l->delivered, part);
    forget(&l->failed, part);
    forget(&l->named, part);
}

static void clear(struct bnc_lean_kind *k, unsigned part)
{
    bnc_log_clear(&k->log, part);
    k->newest[part].n = 0;
}

void bnc_lean_clear(struct bnc_lean_log *l, unsigned part)
{
    clear(&l->delivered, part);
    clear(&l->failed, part);
    clear(&l->named, part);
}

/* Bytes of a text as 'told' by its record. */
static inline size_t text_bytes(uint8_t told)
{
    const size_t len = told & BNC_LEAN_TEXT;

    return told >= WRITTEN_OUT ? len : BNC_SQUEEZED_BYTES(len);
}

/* ---- moments ---- */

/* Of the head: what happened, the campaign, the seconds. */
#define CODE_BITS 3u
#define FAR_CAMPAIGN 7u /* 3 bits of ones: its number follows */
#define TIME_SHIFT 6u
#define FAR_TIME 1023u /* 10 bits of ones: the distance follows */
#define MOMENT_MOST (sizeof(uint16_t) + 2 * (size_t)BNC_NUMBER_MOST32)

_Static_assert(BNC_CODE_LATE < 1u << CODE_BITS, "what happened has three bits");

/* Distances to either side: 0, -1, 1, -2, ... */
static inline uint32_t distance(uint32_t from, uint32_t to)
{
    const uint32_t d = to - from;

    return d << 1 ^ -(d >> 31);
}

static inline uint32_t at_distance(uint32_t from, uint32_t d)
{
    return from + (d >> 1 ^ -(d & 1));
}

static inline uint32_t at_most(uint32_t n, uint32_t most)
{
    return n < most ? n : most;
}

/* Writes a moment, 'low' in place of what happened; returns its end. */
static inline char *put_moment(char *to, struct bnc_lean_moment *last, unsigned low,
                               struct bnc_lean_moment m)
{
    const uint32_t seconds = distance(last->time, m.time),
                   campaign = at_most(distance(last->campaign, m.campaign), FAR_CAMPAIGN),
                   time = at_most(seconds, FAR_TIME);
    const uint16_t head = (uint16_t)(low | campaign << CODE_BITS | time << TIME_SHIFT);

    memcpy(to, &head, sizeof head);
    to += sizeof head;
    if (campaign == FAR_CAMPAIGN)
        to = bnc_number_put(to, m.campaign);
    if (time == FAR_TIME)
        to = bnc_number_put(to, seconds);
    *last = m;
    return to;
}

static inline const char *read_number(const char *at, uint32_t *n)
{
    uint64_t read;

    at = bnc_number_get(at, &read);
    *n = (uint32_t)read;
    return at;
}

/* Reads one into '*last' and 'low'; returns its end. */
static inline const char *read_moment(const char *at, struct bnc_lean_moment *last, unsigned *low)
{
    uint32_t campaign, seconds;
    uint16_t head;

    memcpy(&head, at, sizeof head);
    at += sizeof head;
    *low = head & ((1u << CODE_BITS) - 1);
    campaign = head >> CODE_BITS & FAR_CAMPAIGN;
    seconds = head >> TIME_SHIFT;
    if (campaign == FAR_CAMPAIGN)
        at = read_number(at, &last->campaign);
    else
        last->campaign = at_distance(last->campaign, campaign);
    if (seconds == FAR_TIME)
        at = read_number(at, &seconds);
    last->time = at_distance(last->time, seconds);
    return at;
}

static inline struct bnc_lean_moment moment_of(struct bnc_lean_event e)
{
    return (struct bnc_lean_moment){ BNC_WHAT_CAMPAIGN(e.what), e.time };
}

/* ---- appending ---- */

/* The rest of a pair, which may be large. */
#define PAIR_MOST BNC_NUMBER_MOST32

/*
 * Room for a record of 'most' bytes and its moment; NULL when out of memory. Each chunk can be read
 * by itself.
 */
static inline char *begin(struct bnc_lean_kind *k, unsigned part, size_t most)
{
    struct bnc_log_tail *const t = &k->log.tail[part];

    most += MOMENT_MOST;
    if ((size_t)(t->end - t->at) < most) {
        if (!bnc_log_grow(&k->log, part, most))
            return NULL;
        k->newest[part].moment = (struct bnc_lean_moment){ 0 };
    }
    return t->at;
}

/* The record ends at 'at'. */
static inline void end(struct bnc_lean_kind *k, unsigned part, char *at)
{
    k->log.tail[part].at = at;
    k->newest[part].n++;
}

/* Of a fingerprint: a delivery says them where others say what happened. Those below are cut. */
#define LOW_BITS CODE_BITS
#define CUT_BITS 6u
_Static_assert(BNC_LEAN_CUT == (1u << CUT_BITS) - 1, "they are read as ones");

bool bnc_lean_push_delivered(struct bnc_lean_log *l, uint64_t fp, struct bnc_lean_event e)
{
    struct bnc_lean_kind *const k = &l->delivered;
    const unsigned part = bnc_log_part(fp), low = fp >> CUT_BITS & ((1u << LOW_BITS) - 1);
    const struct bnc_lean_delivered d = { fp >> (CUT_BITS + LOW_BITS) &
                                          ((UINT64_C(1) << 48) - 1) };
    char *to = begin(k, part, sizeof d);

    if (to == NULL)
        return false;
    memcpy(to, &d, sizeof d);
    end(k, part, put_moment(to + sizeof d, &k->newest[part].moment, low, moment_of(e)));
    return true;
}

bool bnc_lean_push_failed(struct bnc_lean_log *l, uint64_t fp, uint32_t pair,
                          struct bnc_lean_event e)
{
    struct bnc_lean_kind *const k = &l->failed;
    const unsigned part = bnc_log_part(fp);
    const uint64_t fp_pair = fp << BNC_LOG_LOG2 | (pair & (BNC_LOG_PARTS - 1));
    char *to = begin(k, part, sizeof fp_pair + PAIR_MOST);

    if (to == NULL)
        return false;
    memcpy(to, &fp_pair, sizeof fp_pair);
    to = bnc_number_put(to + sizeof fp_pair, pair >> BNC_LOG_LOG2);
    end(k, part,
        put_moment(to, &k->newest[part].moment, BNC_WHAT_CODE(e.what), moment_of(e)));
    return true;
}

bool bnc_lean_push_named(struct bnc_lean_log *l, uint64_t fp, uint32_t pair,
                         struct bnc_lean_event e, struct bnc_span local)
{
    struct bnc_lean_kind *const k = &l->named;
    const unsigned part = bnc_log_part(fp);
    char *const to = begin(k, part, 1 + PAIR_MOST + local.len);
    char *text;
    bool is_squeezed;
    uint8_t told;

    if (to == NULL)
        return false;
    text = put_moment(bnc_number_put(to + 1, pair), &k->newest[part].moment,
                      BNC_WHAT_CODE(e.what), moment_of(e));
    is_squeezed = bnc_squeeze(text, local);
    told = (uint8_t)(local.len | (is_squeezed ? 0 : WRITTEN_OUT));
    *to = (char)told;
    if (!is_squeezed)
        memcpy(text, local.at, local.len);
    end(k, part, text + text_bytes(told));
    return true;
}

/* ---- reading ---- */

size_t bnc_lean_bytes(const struct bnc_lean_log *l, unsigned part)
{
    return bnc_log_bytes(&l->delivered.log, part) + bnc_log_bytes(&l->failed.log, part) +
           bnc_log_bytes(&l->named.log, part);
}

size_t bnc_lean_n(const struct bnc_lean_log *l, unsigned part)
{
    return l->delivered.newest[part].n + l->failed.newest[part].n + l->named.newest[part].n;
}

size_t bnc_lean_texts(const struct bnc_lean_log *l, unsigned part)
{
    const size_t n = l->named.newest[part].n, bytes = bnc_log_bytes(&l->named.log, part);

    return n * (BNC_TEXT_HEAD + 1) + (bytes - n * NAMED_LEAST) / 2 * 3 + 1;
}

/* What happened and when, as a record of a failure says it; returns where that ends. */
static inline const char *read_event(const char *at, struct bnc_lean_moment *last,
                                     struct bnc_address_rec *to)
{
    unsigned code;

    at = read_moment(at, last, &code);
    to->what = BNC_WHAT(last->campaign, code);
    to->time = last->time;
    return at;
}

struct bnc_address_rec *bnc_lean_read_named(const struct bnc_lean_log *l, unsigned part,
                                            struct bnc_address_rec *to)
{
    const struct bnc_log *const log = &l->named.log;

    for (const struct bnc_log_chunk *c = log->head[part]; c != NULL; c = c->next) {
        const char *at = c->data, *end = at + bnc_log_used(log, part, c);
        struct bnc_lean_moment last = { 0 };

        for (; at < end; to++) {
            const uint8_t told = (uint8_t)*at;
            uint32_t pair;

            to->fp = (uintptr_t)at;
            at = read_number(at + 1, &pair);
            to->pair = BNC_LEAN_OWN | pair;
            at = read_event(at, &last, to) + text_bytes(told);
        }
    }
    return to;
}

struct bnc_address_rec *bnc_lean_read_failed(const struct bnc_lean_log *l, unsigned part,
                                             struct bnc_address_rec *to)
{
    const struct bnc_log *const log = &l->failed.log;

    for (const struct bnc_log_chunk *c = log->head[part]; c != NULL; c = c->next) {
        const char *at = c->data, *end = at + bnc_log_used(log, part, c);
        struct bnc_lean_moment last = { 0 };

        for (; at < end; to++) {
            uint64_t fp_pair;
            uint32_t high;

            memcpy(&fp_pair, at, sizeof fp_pair);
            at = read_number(at + sizeof fp_pair, &high);
            to->fp = (uint64_t)part << (64 - BNC_LOG_LOG2) | fp_pair >> BNC_LOG_LOG2;
            to->pair = BNC_LEAN_OWN | high << BNC_LOG_LOG2 |
                       (uint32_t)(fp_pair & (BNC_LOG_PARTS - 1));
            at = read_event(at, &last, to);
        }
    }
    return to;
}

struct bnc_address_rec *bnc_lean_read_delivered(const struct bnc_lean_log *l, unsigned part,
                                                const struct bnc_lean_filter *filter,
                                                struct bnc_address_rec *to)
{
    const struct bnc_log *const log = &l->delivered.log;

    for (const struct bnc_log_chunk *c = log->head[part]; c != NULL; c = c->next) {
        const char *at = c->data, *end = at + bnc_log_used(log, part, c);
        struct bnc_lean_moment last = { 0 };

        while (at < end) {
            struct bnc_lean_delivered d;
            unsigned low;

            memcpy(&d, at, sizeof d);
            at = read_moment(at + sizeof d, &last, &low);
            to->fp = (uint64_t)part << (64 - BNC_LOG_LOG2) |
                     ((uint64_t)d.fp << LOW_BITS | low) << CUT_BITS | BNC_LEAN_CUT;
            to->pair = BNC_LEAN_SAME;
            to->what = BNC_WHAT(last.campaign, BNC_EVENT_DELIVERED);
            to->time = last.time;
            to += filter == NULL || (*bnc_lean_filter_word(filter, to->fp) &
                                     bnc_lean_filter_bit(filter, to->fp)) != 0;
        }
    }
    return to;
}

char *bnc_lean_spell(struct bnc_address_rec *r, struct bnc_span domain, char *to)
{
    const char *const at = (const char *)(uintptr_t)r->fp;
    const uint8_t told = (uint8_t)*at;
    char *const text = to + BNC_TEXT_HEAD;
    struct bnc_lean_moment any = { 0 };
    const char *local;
    unsigned code;
    uint32_t pair;
    size_t len = told & BNC_LEAN_TEXT;

    local = read_moment(read_number(at + 1, &pair), &any, &code);
    if (told >= WRITTEN_OUT)
        memcpy(text, local, len);
    else
        bnc_unsqueeze(text, local, len);
    text[len++] = '@';
    memcpy(text + len, domain.at, domain.len); /* the next text is written over it */
    r->fp = bnc_address_fp(bnc_span_from(text, len + domain.len));
    bnc_text_put_head(to, r->fp, len, true);
    return text + len;
}
