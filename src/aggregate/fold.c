/* SPDX-License-Identifier: MIT
 * fold.c - what is equal in a log becomes one.
 *
 * A log grows by the row, but only what is distinct is worth keeping. Folding a partition sorts it
 * and drops repeats. Whether that pays differs: retries repeat an address ten times, a suppression
 * export never does. So partition 0, a fair sample as fingerprints are, is folded first, and the
 * others follow only if it shrank by a quarter.
 */
#include "aggregate/address_sort.h"
#include "aggregate/part.h"

#include <stdlib.h>

#define FOLD_BYTES ((size_t)96 << 10) /* of partition 0: about 12 MiB in all */

/*
 * All of a partition's records copied to '*at' (malloc'ed, NULL and 0 if there are none); false
 * when out of memory.
 */
static bool copy_log(const struct bnc_log *log, unsigned part, char **at, size_t *len)
{
    size_t end = bnc_log_bytes(log, part);

    *at = NULL;
    *len = end;
    if (end == 0)
        return true;
    *at = malloc(end);
    if (*at == NULL)
        return false;
    for (const struct bnc_log_chunk *c = log->head[part]; c != NULL; c = c->next) {
        const size_t used = bnc_log_used(log, part, c);

        end -= used;
        memcpy(*at + end, c->data, used);
    }
    return true;
}

/* Sorts one partition of the log of addresses, in the part's own numbers; false: out of memory. */
static bool sort_partition(const struct bnc_address_log *log, unsigned p,
                           struct bnc_address_sort *s)
{
    const struct bnc_log_chunk *const first = log->log.head[p];
    struct bnc_address_rec r;
    uint64_t fp;

    if (!bnc_address_sort_begin(s, bnc_address_log_most(log, p)))
        return false;
    for (const struct bnc_log_chunk *c = first; c != NULL; c = c->next)
        for (const char *at = c->data, *end = at + bnc_log_used(&log->log, p, c); at < end;) {
            at = bnc_address_log_fp(p, at, &fp);
            bnc_address_sort_count(s, fp);
        }
    bnc_address_sort_place(s);
    for (const struct bnc_log_chunk *c = first; c != NULL; c = c->next)
        for (const char *at = c->data, *end = at + bnc_log_used(&log->log, p, c); at < end;) {
            at = bnc_address_log_read(log, p, at, &r);
            bnc_address_sort_put(s, &r);
        }
    return true;
}

/* Appends a run of records of 'each' bytes; 0: texts, which say how long they are. */
static bool push_all(struct bnc_log *log, unsigned p, const char *at, size_t len, size_t each)
{
    for (size_t off = 0, n; off < len; off += n) {
        char *to;

        n = each != 0 ? each : bnc_text_bytes(at + off);
        to = bnc_log_push(log, p, n);
        if (to == NULL)
            return false;
        memcpy(to, at + off, n);
    }
    return true;
}

static bool fold_addresses(struct bnc_address_log *log, unsigned p)
{
    struct bnc_address_sort s = { 0 };
    bool ok = sort_partition(log, p, &s);

    if (ok) {
        const size_t kept = bnc_address_sort_end(&s);

        bnc_log_clear(&log->log, p);
        for (size_t i = 0; ok && i < kept; i++)
            ok = bnc_address_log_push(log, s.at[i].fp, s.at[i].pair, s.at[i].what, s.at[i].time);
    }
    bnc_address_sort_release(&s);
    return ok;
}

/* Folds 'len' bytes in place; the bytes left, SIZE_MAX when out of memory. */
typedef size_t (*fold_fn)(struct bnc_part *part, char *at, size_t len);

static size_t fold_held(struct bnc_part *part, char *at, size_t len)
{
    const size_t kept = bnc_held_fold((void *)at, len / sizeof(struct bnc_held), &part->duplicates);

    return kept == SIZE_MAX ? SIZE_MAX : kept * sizeof(struct bnc_held);
}

static size_t fold_texts(struct bnc_part *part, char *at, size_t len)
{
    (void)part;
    return bnc_texts_fold(at, len, NULL, 0);
}

static bool fold_bytes(struct bnc_part *part, struct bnc_log *log, unsigned p, fold_fn fold)
{
    size_t len, kept;
    char *at;
    bool ok = false;

    if (!copy_log(log, p, &at, &len))
        return false;
    kept = fold(part, at, len);
    if (kept != SIZE_MAX) {
        bnc_log_clear(log, p);
        ok = push_all(log, p, at, kept, fold == fold_held ? sizeof(struct bnc_held) : 0);
    }
    free(at);
    return ok;
}

/* 'fold' is NULL for addresses. */
static bool fold_one(struct bnc_part *part, struct bnc_log *log, unsigned p, fold_fn fold)
{
    if (bnc_log_bytes(log, p) == 0)
        return true;
    return fold == NULL ? fold_addresses(&part->sums.log, p) : fold_bytes(part, log, p, fold);
}

static enum bnc_status fold_log(struct bnc_part *part, struct bnc_log *log, size_t *fold_at,
                                fold_fn fold)
{
    const size_t before = bnc_log_bytes(log, 0);
    bool pays;

    if (before < FOLD_BYTES || before < *fold_at)
        return BNC_OK;
    if (!fold_one(part, log, 0, fold))
        return BNC_ENOMEM;
    pays = bnc_log_bytes(log, 0) < before / 4 * 3;
    for (unsigned p = 1; pays && p < BNC_LOG_PARTS; p++)
        if (!fold_one(part, log, p, fold))
            return BNC_ENOMEM;
    *fold_at = bnc_log_bytes(log, 0) / 2 * (pays ? 3 : 4);
    return BNC_OK;
}

enum bnc_status bnc_part_fold(struct bnc_part *part)
{
    if (fold_log(part, &part->sums.log.log, &part->fold_at, NULL) != BNC_OK ||
        fold_log(part, &part->held, &part->fold_held_at, fold_held) != BNC_OK ||
        fold_log(part, &part->texts, &part->fold_texts_at, fold_texts) != BNC_OK)
        return BNC_ENOMEM;
    if (!bnc_failure_log_fold(&part->sums.failures))
        return BNC_ENOMEM;
    return part->lean == NULL || bnc_lean_fold(part) ? BNC_OK : BNC_ENOMEM;
}

