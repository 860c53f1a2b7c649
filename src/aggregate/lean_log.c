/* SPDX-License-Identifier: MIT */
#include "aggregate/lean_log.h"

#include "aggregate/part.h"

#include <stdlib.h>

#define WRITTEN_OUT (BNC_LEAN_TEXT + 1u) /* of the byte that tells a text */
#define FOLD_BYTES ((size_t)128 << 10) /* of partition 0: about 8 MiB in all */

struct bnc_lean_log *bnc_lean_create(uint64_t seed)
{
    struct bnc_lean_log *const l = calloc(1, sizeof *l);

    if (l == NULL)
        return NULL;
    l->outcomes.seed = seed;
    l->delivered.shared = l->failed.shared = l->named.shared = &l->room;
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
    bnc_log_release(&l->delivered);
    bnc_log_release(&l->failed);
    bnc_log_release(&l->named);
    bnc_log_room_release(&l->room);
    bnc_pairs_release(&l->outcomes);
    memset(l->recent, 0, sizeof l->recent);
}

void bnc_lean_forget(struct bnc_lean_log *l, unsigned part)
{
    bnc_log_forget(&l->delivered, part);
    bnc_log_forget(&l->failed, part);
    bnc_log_forget(&l->named, part);
}

/* Bytes of a text as 'told' by its record. */
static inline size_t text_bytes(uint8_t told)
{
    const size_t len = told & BNC_LEAN_TEXT;

    return told >= WRITTEN_OUT ? len : BNC_SQUEEZED_BYTES(len);
}

uint32_t bnc_lean_find_rest(struct bnc_lean_log *l, uint64_t key, uint32_t time)
{
    const size_t i = bnc_recent_slot(key);
    uint32_t number;

    if (!bnc_pairs_reserve(&l->outcomes, 1))
        return BNC_LEAN_NO_REST;
    number = bnc_pairs_get(&l->outcomes, key);
    if (number >= BNC_LEAN_OUTCOMES)
        return BNC_LEAN_NO_REST;
    l->recent[i].number = number;
    l->recent[i].key = key + 1;
    return number << BNC_LEAN_TIME_BITS | (time & BNC_LEAN_TIME_MASK);
}

bool bnc_lean_push_named(struct bnc_lean_log *l, uint64_t fp, uint32_t pair, uint32_t rest,
                         struct bnc_span local)
{
    char squeezed[BNC_SQUEEZED_BYTES(BNC_LEAN_TEXT)];
    const bool is_squeezed = bnc_squeeze(squeezed, local);
    const size_t bytes = is_squeezed ? BNC_SQUEEZED_BYTES(local.len) : local.len;
    const struct bnc_lean_named n = { .rest = rest,
                                      .pair = { pair & 0xff, pair >> 8 & 0xff, pair >> 16 & 0xff },
                                      .text =
                                          (uint8_t)(local.len | (is_squeezed ? 0 : WRITTEN_OUT)) };
    char *to = bnc_log_push(&l->named, bnc_log_part(fp), sizeof n + bytes);

    if (to == NULL)
        return false;
    memcpy(to, &n, sizeof n);
    memcpy(to + sizeof n, is_squeezed ? squeezed : local.at, bytes);
    return true;
}

/* ---- reading ---- */

size_t bnc_lean_most(const struct bnc_lean_log *l, unsigned part)
{
    return bnc_log_bytes(&l->delivered, part) / sizeof(struct bnc_lean_delivered) +
           bnc_log_bytes(&l->failed, part) / sizeof(struct bnc_lean_failed) +
           bnc_log_bytes(&l->named, part) / sizeof(struct bnc_lean_named);
}

/* Outcome and time of a record. */
static inline void read_rest(const struct bnc_lean_log *l, uint32_t rest, struct bnc_address_rec *r)
{
    const uint64_t key = l->outcomes.at[rest >> BNC_LEAN_TIME_BITS].key;

    r->what = (uint32_t)(key >> 32);
    r->time = (uint32_t)key << BNC_LEAN_TIME_BITS | (rest & BNC_LEAN_TIME_MASK);
}

static inline uint64_t read_fp(uint64_t stored, unsigned part)
{
    return (uint64_t)part << (64 - BNC_LOG_LOG2) | stored >> BNC_LOG_LOG2;
}

struct bnc_address_rec *bnc_lean_read_named(const struct bnc_lean_log *l, unsigned part,
                                            struct bnc_address_rec *to)
{
    for (const struct bnc_log_chunk *c = l->named.head[part]; c != NULL; c = c->next) {
        const char *at = c->data, *end = at + bnc_log_used(&l->named, part, c);

        for (; at < end; to++) {
            struct bnc_lean_named n;

            memcpy(&n, at, sizeof n);
            to->fp = (uintptr_t)at;
            to->pair =
                BNC_LEAN_OWN | n.pair[0] | (uint32_t)n.pair[1] << 8 | (uint32_t)n.pair[2] << 16;
            read_rest(l, n.rest, to);
            at += sizeof n + text_bytes(n.text);
        }
    }
    return to;
}

struct bnc_address_rec *bnc_lean_read_failed(const struct bnc_lean_log *l, unsigned part,
                                             struct bnc_address_rec *to)
{
    for (const struct bnc_log_chunk *c = l->failed.head[part]; c != NULL; c = c->next) {
        const struct bnc_lean_failed *at = (const void *)c->data;

        for (size_t n = bnc_log_used(&l->failed, part, c) / sizeof *at; n > 0; n--, at++, to++) {
            to->fp = read_fp(at->fp_pair, part);
            to->pair = BNC_LEAN_OWN | (uint32_t)at->pair << BNC_LOG_LOG2 |
                       (uint32_t)(at->fp_pair & (BNC_LOG_PARTS - 1));
            read_rest(l, at->rest, to);
        }
    }
    return to;
}

struct bnc_address_rec *bnc_lean_read_delivered(const struct bnc_lean_log *l, unsigned part,
                                                const struct bnc_lean_filter *filter,
                                                struct bnc_address_rec *to)
{
    for (const struct bnc_log_chunk *c = l->delivered.head[part]; c != NULL; c = c->next) {
        const struct bnc_lean_delivered *at = (const void *)c->data;

        for (size_t n = bnc_log_used(&l->delivered, part, c) / sizeof *at; n > 0; n--, at++) {
            const uint64_t fp = read_fp(at->fp, part);

            to->fp = fp;
            to->pair = BNC_LEAN_SAME;
            read_rest(l, at->rest, to);
            to += filter == NULL ||
                  (*bnc_lean_filter_word(filter, fp) & bnc_lean_filter_bit(filter, fp)) != 0;
        }
    }
    return to;
}

char *bnc_lean_spell(struct bnc_address_rec *r, struct bnc_span domain, char *to)
{
    const char *const at = (const char *)(uintptr_t)r->fp;
    char *const text = to + BNC_TEXT_HEAD;
    struct bnc_lean_named n;
    size_t len;

    memcpy(&n, at, sizeof n);
    len = n.text & BNC_LEAN_TEXT;
    if (n.text >= WRITTEN_OUT)
        memcpy(text, at + sizeof n, len);
    else
        bnc_unsqueeze(text, at + sizeof n, len);
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
    return bnc_log_bytes(&l->delivered, p) + bnc_log_bytes(&l->failed, p) +
           bnc_log_bytes(&l->named, p);
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

    u->texts = malloc(BNC_LEAN_TEXTS(bnc_log_bytes(&l->named, p)));
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
static bool push_failure(struct bnc_lean_log *l, const struct bnc_address_rec *r, uint32_t rest,
                         const struct unfolded *u, size_t *at)
{
    const uint32_t pair = r->pair & ~BNC_LEAN_OWN;
    struct bnc_text t;

    if (*at < u->len && (t = bnc_text_read(u->texts + *at)).fp == r->fp) {
        *at += BNC_TEXT_HEAD + t.text.len;
        return bnc_lean_push_named(l, r->fp, pair, rest, bnc_span_from(t.text.at, t.text.len - 1));
    }
    return bnc_lean_push_failed(l, r->fp, pair, rest);
}

static bool push_all(struct bnc_lean_log *l, const struct unfolded *u)
{
    size_t at = 0;
    bool ok = true;

    for (size_t i = 0; ok && i < u->n; i++) {
        const struct bnc_address_rec *const r = &u->sort.at[i];
        const uint32_t rest =
            bnc_lean_rest(l, r->what, r->time); /* it has a number, if there is memory */

        if (rest == BNC_LEAN_NO_REST)
            return false;
        ok = r->pair == BNC_LEAN_SAME ? bnc_lean_push_delivered(l, r->fp, rest)
                                      : push_failure(l, r, rest, u, &at);
    }
    return ok;
}

static bool fold_partition(struct bnc_part *part, unsigned p)
{
    struct bnc_lean_log *const l = part->lean;
    struct unfolded u = { .n = 0 };
    bool ok = unfold(part, p, &u);

    if (ok) {
        bnc_log_clear(&l->delivered, p);
        bnc_log_clear(&l->failed, p);
        bnc_log_clear(&l->named, p);
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
