/* SPDX-License-Identifier: MIT
 * lean_fold.c - what is equal in the logs of lists alone becomes one, as in fold.c that of others.
 */
#include "aggregate/address_sort.h"
#include "aggregate/part.h"

#include <stdlib.h>

#define FOLD_BYTES ((size_t)48 << 10) /* of partition 0: about 6 MiB in all */

/* A partition's records in the part's own numbers, and the texts that were with them. */
struct unfolded {
    struct bnc_address_sort sort;
    size_t n; /* records, in sort.at */
    char *texts;
    size_t len;
};

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
        u->len = bnc_texts_fold(u->texts, u->len, NULL, 0);
    return u->n != SIZE_MAX && u->len != SIZE_MAX;
}

static bool unfold(const struct bnc_part *part, unsigned p, struct unfolded *u)
{
    const struct bnc_lean_log *const l = part->lean;
    struct bnc_address_rec *recs = malloc((bnc_lean_n(l, p) + 1) * sizeof *recs), *end;
    bool ok;

    u->texts = malloc(bnc_lean_texts(l, p) + BNC_LEAN_ROOM);
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
        *at += bnc_text_bytes(u->texts + *at);
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
        bnc_lean_clear(l, p);
        ok = push_all(l, &u);
    }
    bnc_address_sort_release(&u.sort);
    free(u.texts);
    return ok;
}

bool bnc_lean_fold(struct bnc_part *part)
{
    struct bnc_lean_log *const l = part->lean;
    const size_t before = bnc_lean_bytes(l, 0);
    bool pays;

    if (before < FOLD_BYTES || before < l->fold_at)
        return true;
    if (!fold_partition(part, 0))
        return false;
    pays = bnc_lean_bytes(l, 0) < before / 4 * 3;
    for (unsigned p = 1; pays && p < BNC_LOG_PARTS; p++)
        if (!fold_partition(part, p))
            return false;
    l->fold_at = bnc_lean_bytes(l, 0) / 2 * (pays ? 3 : 4);
    return true;
}
