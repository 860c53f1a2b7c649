/* SPDX-License-Identifier: MIT */
#include "aggregate/lean_log.h"

#include "aggregate/part.h"

#include <stdlib.h>

#define WRITTEN_OUT (BNC_LEAN_TEXT + 1u) /* of the byte that tells a text */
#define FOLD_BYTES ((size_t)128 << 10) /* of partition 0: about 8 MiB in all */

struct bnc_lean_log *bnc_lean_create(void)
{
    struct bnc_lean_log *const l = calloc(1, sizeof *l);

    if (l == NULL)
        return NULL;
    l->delivered.log.shared = l->failed.log.shared = l->named.log.shared = &l->room;
    return l;
}

void bnc_lean_free(struct bnc_lean_log *l)
{
    if (l != NULL)
        bnc_lean_release(l);
    free(l);
}

void bnc_lean_release(struct bnc_lean_log *l)
{
    bnc_log_release(&l->delivered.log);
    bnc_log_release(&l->failed.log);
    bnc_log_release(&l->named.log);
    bnc_log_room_release(&l->room);
}

void bnc_lean_forget(struct bnc_lean_log *l, unsigned part)
{
    bnc_log_forget(&l->delivered.log, part);
    bnc_log_forget(&l->failed.log, part);
    bnc_log_forget(&l->named.log, part);
}

/* Bytes of a text as 'told' by its record. */
static inline size_t text_bytes(uint8_t told)
{
    const size_t len = told & BNC_LEAN_TEXT;

    return told >= WRITTEN_OUT ? len : BNC_SQUEEZED_BYTES(len);
}

/* ---- moments ---- */

#define CODE_BITS 3u
#define CAMPAIGN_MASK 15u
#define FAR_CAMPAIGN 13u /* in place of a distance: 1 byte follows; 14: 2, 15: 4 */
#define FAR_TIME 0x80u /* the bit */
#define MOMENT_BYTES 3u
#define MOMENT_MOST (MOMENT_BYTES + 4 + 2)

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

/* What stands for a campaign. */
static inline unsigned campaign_sign(uint32_t from, uint32_t campaign)
{
    const uint32_t d = distance(from, campaign);

    if (d < FAR_CAMPAIGN)
        return d;
    return FAR_CAMPAIGN + (campaign > UINT8_MAX) + (campaign > UINT16_MAX);
}

/* Bytes of the campaign behind. */
static inline unsigned campaign_bytes(unsigned sign)
{
    return sign < FAR_CAMPAIGN ? 0 : 1u << (sign - FAR_CAMPAIGN);
}

/* Writes a moment, 'low' in place of what happened; returns its end. */
static inline char *put_moment(char *to, struct bnc_lean_moment *last, unsigned low,
                               struct bnc_lean_moment m)
{
    const unsigned sign = campaign_sign(last->campaign, m.campaign);
    const uint32_t seconds = distance(last->time, m.time);
    const bool far_time = seconds > UINT16_MAX;
    const uint16_t half = (uint16_t)(far_time ? m.time >> 16 : seconds),
                   other_half = (uint16_t)m.time;

    *to = (char)(low | sign << CODE_BITS | (far_time ? FAR_TIME : 0));
    memcpy(to + 1, &half, sizeof half);
    to += MOMENT_BYTES;
    for (unsigned i = 0; i < campaign_bytes(sign); i++)
        *to++ = (char)(m.campaign >> 8 * i);
    if (far_time) {
        memcpy(to, &other_half, sizeof other_half);
        to += sizeof other_half;
    }
    *last = m;
    return to;
}

/* Reads one into '*last' and 'low'; returns its end. */
static inline const char *read_moment(const char *at, struct bnc_lean_moment *last, unsigned *low)
{
    const unsigned head = (unsigned char)*at, sign = head >> CODE_BITS & CAMPAIGN_MASK;
    uint16_t half, other_half;

    *low = head & ((1u << CODE_BITS) - 1);
    memcpy(&half, at + 1, sizeof half);
    at += MOMENT_BYTES;
    last->campaign = sign < FAR_CAMPAIGN ? at_distance(last->campaign, sign) : 0;
    for (unsigned i = 0; i < campaign_bytes(sign); i++)
        last->campaign |= (uint32_t)(unsigned char)*at++ << 8 * i;
    if ((head & FAR_TIME) != 0) {
        memcpy(&other_half, at, sizeof other_half);
        at += sizeof other_half;
        last->time = (uint32_t)half << 16 | other_half;
    } else {
        last->time = at_distance(last->time, half);
    }
    return at;
}

static inline struct bnc_lean_moment moment_of(struct bnc_lean_event e)
{
    return (struct bnc_lean_moment){ BNC_WHAT_CAMPAIGN(e.what), e.time };
}

/* ---- appending ---- */

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
        k->last[part] = (struct bnc_lean_moment){ 0 };
    }
    return t->at;
}

#define LOW_BITS 2u /* of a fingerprint: a delivery says them where others say what happened */

bool bnc_lean_push_delivered(struct bnc_lean_log *l, uint64_t fp, struct bnc_lean_event e)
{
    struct bnc_lean_kind *const k = &l->delivered;
    const unsigned part = bnc_log_part(fp), low = fp & ((1u << LOW_BITS) - 1);
    const struct bnc_lean_delivered d = { fp >> LOW_BITS & ((UINT64_C(1) << 56) - 1) };
    char *to = begin(k, part, sizeof d);

    if (to == NULL)
        return false;
    memcpy(to, &d, sizeof d);
    k->log.tail[part].at = put_moment(to + sizeof d, &k->last[part], low, moment_of(e));
    return true;
}

bool bnc_lean_push_failed(struct bnc_lean_log *l, uint64_t fp, uint32_t pair,
                          struct bnc_lean_event e)
{
    struct bnc_lean_kind *const k = &l->failed;
    const unsigned part = bnc_log_part(fp);
    const struct bnc_lean_failed f = { fp << BNC_LOG_LOG2 | (pair & (BNC_LOG_PARTS - 1)),
                                       (uint16_t)(pair >> BNC_LOG_LOG2) };
    char *to = begin(k, part, sizeof f);

    if (to == NULL)
        return false;
    memcpy(to, &f, sizeof f);
    k->log.tail[part].at =
        put_moment(to + sizeof f, &k->last[part], BNC_WHAT_CODE(e.what), moment_of(e));
    return true;
}

bool bnc_lean_push_named(struct bnc_lean_log *l, uint64_t fp, uint32_t pair,
                         struct bnc_lean_event e, struct bnc_span local)
{
    struct bnc_lean_kind *const k = &l->named;
    const unsigned part = bnc_log_part(fp);
    struct bnc_lean_named n = { .pair = { pair & 0xff, pair >> 8 & 0xff, pair >> 16 & 0xff } };
    char *const to = begin(k, part, sizeof n + local.len);
    char *text;
    bool is_squeezed;

    if (to == NULL)
        return false;
    text = put_moment(to + sizeof n, &k->last[part], BNC_WHAT_CODE(e.what), moment_of(e));
    is_squeezed = bnc_squeeze(text, local);
    n.text = (uint8_t)(local.len | (is_squeezed ? 0 : WRITTEN_OUT));
    memcpy(to, &n, sizeof n);
    if (!is_squeezed)
        memcpy(text, local.at, local.len);
    k->log.tail[part].at = text + text_bytes(n.text);
    return true;
}

/* ---- reading ---- */

size_t bnc_lean_most(const struct bnc_lean_log *l, unsigned part)
{
    return bnc_log_bytes(&l->delivered.log, part) /
               (sizeof(struct bnc_lean_delivered) + MOMENT_BYTES) +
           bnc_log_bytes(&l->failed.log, part) / (sizeof(struct bnc_lean_failed) + MOMENT_BYTES) +
           bnc_log_bytes(&l->named.log, part) / (sizeof(struct bnc_lean_named) + MOMENT_BYTES);
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
            struct bnc_lean_named n;

            memcpy(&n, at, sizeof n);
            to->fp = (uintptr_t)at;
            to->pair =
                BNC_LEAN_OWN | n.pair[0] | (uint32_t)n.pair[1] << 8 | (uint32_t)n.pair[2] << 16;
            at = read_event(at + sizeof n, &last, to) + text_bytes(n.text);
        }
    }
    return to;
}

static inline uint64_t read_fp(uint64_t stored, unsigned part)
{
    return (uint64_t)part << (64 - BNC_LOG_LOG2) | stored >> BNC_LOG_LOG2;
}

struct bnc_address_rec *bnc_lean_read_failed(const struct bnc_lean_log *l, unsigned part,
                                             struct bnc_address_rec *to)
{
    const struct bnc_log *const log = &l->failed.log;

    for (const struct bnc_log_chunk *c = log->head[part]; c != NULL; c = c->next) {
        const char *at = c->data, *end = at + bnc_log_used(log, part, c);
        struct bnc_lean_moment last = { 0 };

        for (; at < end; to++) {
            struct bnc_lean_failed f;

            memcpy(&f, at, sizeof f);
            to->fp = read_fp(f.fp_pair, part);
            to->pair = BNC_LEAN_OWN | (uint32_t)f.pair << BNC_LOG_LOG2 |
                       (uint32_t)(f.fp_pair & (BNC_LOG_PARTS - 1));
            at = read_event(at + sizeof f, &last, to);
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
            to->fp = (uint64_t)part << (64 - BNC_LOG_LOG2) | (uint64_t)d.fp << LOW_BITS | low;
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
    char *const text = to + BNC_TEXT_HEAD;
    struct bnc_lean_named n;
    struct bnc_lean_moment any = { 0 };
    const char *local;
    unsigned code;
    size_t len;

    memcpy(&n, at, sizeof n);
    local = read_moment(at + sizeof n, &any, &code);
    len = n.text & BNC_LEAN_TEXT;
    if (n.text >= WRITTEN_OUT)
        memcpy(text, local, len);
    else
        bnc_unsqueeze(text, local, len);
    text[len++] = '@';
    memcpy(text + len, domain.at, domain.len); /* the next text is written over it */
    r->fp = bnc_address_fp(bnc_span_from(text, len + domain.len));
    bnc_text_put_head(to, r->fp, len, true);
    return text + len;
}

/* ---- folding ---- */

/* A partition's records in the part's own numbers, and the texts that were with them. */
struct unfolded {
    struct bnc_address_sort sort;
    size_t n; /* records, in sort.at */
    char *texts;
    size_t len;
};

static size_t bytes_of(const struct bnc_lean_log *l, unsigned p)
{
    return bnc_log_bytes(&l->delivered.log, p) + bnc_log_bytes(&l->failed.log, p) +
           bnc_log_bytes(&l->named.log, p);
}

/* Writes the texts of named records from 'at' to 'end' out, and sets their fingerprints. */
static void spell_all(const struct bnc_part *part, struct bnc_address_rec *at,
                      const struct bnc_address_rec *end, struct unfolded *u)
{
    char *to = u->texts;

    for (; at < end; at++) {
        const uint64_t key = part->sums.pairs.at[at->pair & ~BNC_LEAN_OWN].key;
        const struct bnc_name *domain = bnc_names_at(&part->domains, BNC_PAIR_DOMAIN(key));

        to = bnc_lean_spell(at, domain->text, to);
    }
    u->len = (size_t)(to - u->texts);
}

static bool sort_records(struct unfolded *u, const struct bnc_address_rec *recs, size_t n)
{
    u->n = bnc_address_sort_all(&u->sort, recs, n);
    if (u->n != SIZE_MAX)
        u->len = bnc_texts_fold(u->texts, u->len);
    return u->n != SIZE_MAX && u->len != SIZE_MAX;
}

static bool unfold(const struct bnc_part *part, unsigned p, struct unfolded *u)
{
    const struct bnc_lean_log *const l = part->lean;
    struct bnc_address_rec *recs = malloc((bnc_lean_most(l, p) + 1) * sizeof *recs), *end;
    bool ok;

    u->texts = malloc(BNC_LEAN_TEXTS(bnc_log_bytes(&l->named.log, p)));
    ok = recs != NULL && u->texts != NULL;
    if (ok) {
        end = bnc_lean_read_named(l, p, recs);
        spell_all(part, recs, end, u);
        end = bnc_lean_read_failed(l, p, end);
        end = bnc_lean_read_delivered(l, p, NULL, end);
        ok = sort_records(u, recs, (size_t)(end - recs));
    }
    free(recs);
    return ok;
}

/* The text at '*at' is given to the first failure of its address. */
static bool push_failure(struct bnc_lean_log *l, const struct bnc_address_rec *r,
                         const struct unfolded *u, size_t *at)
{
    const struct bnc_lean_event e = { r->what, r->time };
    const uint32_t pair = r->pair & ~BNC_LEAN_OWN;
    struct bnc_text t;

    if (*at < u->len && (t = bnc_text_read(u->texts + *at)).fp == r->fp) {
        *at += BNC_TEXT_HEAD + t.text.len;
        return bnc_lean_push_named(l, r->fp, pair, e, bnc_span_from(t.text.at, t.text.len - 1));
    }
    return bnc_lean_push_failed(l, r->fp, pair, e);
}

static bool push_all(struct bnc_lean_log *l, const struct unfolded *u)
{
    size_t at = 0;
    bool ok = true;

    for (size_t i = 0; ok && i < u->n; i++) {
        const struct bnc_address_rec *const r = &u->sort.at[i];

        ok = r->pair == BNC_LEAN_SAME
                 ? bnc_lean_push_delivered(l, r->fp, (struct bnc_lean_event){ r->what, r->time })
                 : push_failure(l, r, u, &at);
    }
    return ok;
}

static bool fold_partition(struct bnc_part *part, unsigned p)
{
    struct bnc_lean_log *const l = part->lean;
    struct unfolded u = { .n = 0 };
    bool ok = unfold(part, p, &u);

    if (ok) {
        bnc_log_clear(&l->delivered.log, p);
        bnc_log_clear(&l->failed.log, p);
        bnc_log_clear(&l->named.log, p);
        ok = push_all(l, &u);
    }
    bnc_address_sort_release(&u.sort);
    free(u.texts);
    return ok;
}

bool bnc_lean_fold(struct bnc_part *part)
{
    struct bnc_lean_log *const l = part->lean;
    const size_t before = bytes_of(l, 0);
    bool pays;

    if (before < FOLD_BYTES || before < l->fold_at)
        return true;
    if (!fold_partition(part, 0))
        return false;
    pays = bytes_of(l, 0) < before / 4 * 3;
    for (unsigned p = 1; pays && p < BNC_LOG_PARTS; p++)
        if (!fold_partition(part, p))
            return false;
    l->fold_at = bytes_of(l, 0) / 2 * (pays ? 3 : 4);
    return true;
}
