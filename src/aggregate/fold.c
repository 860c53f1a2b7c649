/* SPDX-License-Identifier: MIT
 * fold.c - what is equal in a log becomes one.
 *
 * A log grows by the row, but only what is distinct is worth keeping. Folding a partition sorts it
 * and drops repeats. Whether that pays differs: retries repeat an address ten times, a suppression
 * export never does. So partition 0, a fair sample as fingerprints are, is folded first, and the
 * others follow only if it shrank by a quarter.
 */
#include "aggregate/part.h"

#include "util/big.h"

#include <stdlib.h>

#define FOLD_BYTES ((size_t)192 << 10) /* of partition 0: about 12 MiB in all */
#define SMALL_RUN 24u
#define PER_BUCKET 1u /* records, at most: an address has two, so half of the buckets are empty */

bool bnc_log_copy(const struct bnc_log *log, unsigned part, char **at, size_t *len)
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

/* ---- addresses ---- */

static inline bool is_before(const struct bnc_address_rec *x, const struct bnc_address_rec *y)
{
    const uint64_t x_what = (uint64_t)x->pair << 32 | x->what,
                   y_what = (uint64_t)y->pair << 32 | y->what;

    if (x->fp != y->fp)
        return x->fp < y->fp;
    return x_what != y_what ? x_what < y_what : x->time < y->time;
}

static int cmp_address(const void *a, const void *b)
{
    return is_before(a, b) ? -1 : is_before(b, a);
}

static void sort_run(struct bnc_address_rec *at, size_t n)
{
    if (n > SMALL_RUN) {
        qsort(at, n, sizeof *at, cmp_address);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        const struct bnc_address_rec x = at[i];
        size_t j = i;

        for (; j > 0 && is_before(&x, &at[j - 1]); j--)
            at[j] = at[j - 1];
        at[j] = x;
    }
}

bool bnc_address_sort_begin(struct bnc_address_sort *s, size_t n)
{
    unsigned log2 = 4;

    while (log2 < 18 && n >> log2 >= PER_BUCKET)
        log2++;
    s->shift = 64 - log2;
    s->start =
        bnc_huge_at_least(s->start, &s->cap_start, ((size_t)1 << log2) + 1, sizeof *s->start);
    s->at = bnc_huge_at_least(s->at, &s->cap, n + 1, sizeof *s->at);
    if (s->start == NULL || s->at == NULL || n > UINT32_MAX)
        return false;
    memset(s->start, 0, sizeof *s->start << log2);
    return true;
}

void bnc_address_sort_release(struct bnc_address_sort *s)
{
    free(s->start);
    free(s->at);
    *s = (struct bnc_address_sort){ 0 };
}

void bnc_address_sort_place(struct bnc_address_sort *s)
{
    const size_t n_buckets = (size_t)1 << (64 - s->shift);
    uint32_t sum = 0;

    for (size_t b = 0; b < n_buckets; b++) {
        const uint32_t n = s->start[b];

        s->start[b] = sum;
        sum += n;
    }
}

static bool same_day(const struct bnc_address_rec *a, const struct bnc_address_rec *b)
{
    return a->fp == b->fp && a->pair == b->pair && a->what == b->what &&
           bnc_time_day(a->time) == bnc_time_day(b->time);
}

size_t bnc_address_sort_end(struct bnc_address_sort *s)
{
    const size_t n_buckets = (size_t)1 << (64 - s->shift);
    struct bnc_address_rec *at = s->at;
    size_t kept = 0, i = 0;

    for (size_t b = 0; b < n_buckets; b++) { /* start[b] is the end of the bucket by now */
        const size_t end = s->start[b];

        sort_run(at + i, end - i);
        for (; i < end; i++) {
            const bool again = kept > 0 && same_day(&at[kept - 1], &at[i]);

            if (again && at[kept - 1].time == at[i].time)
                continue;
            if (again && kept > 1 && same_day(&at[kept - 2], &at[i]))
                kept--; /* the last so far was neither first nor last */
            at[kept++] = at[i];
        }
    }
    return kept;
}

size_t bnc_address_sort_all(struct bnc_address_sort *s, const struct bnc_address_rec *recs,
                            size_t n)
{
    if (!bnc_address_sort_begin(s, n))
        return SIZE_MAX;
    for (size_t i = 0; i < n; i++)
        bnc_address_sort_count(s, recs[i].fp);
    bnc_address_sort_place(s);
    for (size_t i = 0; i < n; i++)
        bnc_address_sort_put(s, &recs[i]);
    return bnc_address_sort_end(s);
}

static int cmp_pair(const void *a, const void *b)
{
    const struct bnc_address_rec *x = a, *y = b;

    return (x->pair > y->pair) - (x->pair < y->pair);
}

void bnc_address_recs_by_pair(struct bnc_address_rec *at, size_t n)
{
    qsort(at, n, sizeof *at, cmp_pair);
}

/* ---- held bounces ---- */

static bool held_before(const struct bnc_held *a, const struct bnc_held *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    if (a->source != b->source)
        return a->source < b->source;
    return a->row != b->row ? a->row < b->row : a->off < b->off;
}

size_t bnc_held_fold(struct bnc_held *at, size_t n, uint64_t *dropped)
{
    struct bnc_sortkey *keys = malloc((n + 1) * 2 * sizeof *keys);
    struct bnc_held *sorted = malloc((n + 1) * sizeof *sorted);
    size_t kept = 0;

    if (keys == NULL || sorted == NULL) {
        free(keys);
        free(sorted);
        return SIZE_MAX;
    }
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct bnc_sortkey){ .key = at[i].pair, .ref = i };
    bnc_sortkeys(keys, keys + n, n);
    for (size_t i = 0; i < n; i++) {
        const struct bnc_held *h = &at[keys[i].ref];
        struct bnc_held *top = kept > 0 ? &sorted[kept - 1] : NULL;

        if (top != NULL && top->pair == h->pair) {
            const bool late = top->late && h->late;

            if (held_before(top, h))
                *top = *h;
            top->late = late;
            ++*dropped;
        } else {
            sorted[kept++] = *h;
        }
    }
    if (kept > 0)
        memcpy(at, sorted, kept * sizeof *at);
    free(keys);
    free(sorted);
    return kept;
}

/* ---- folding a part while it fills ---- */

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

static size_t text_bytes(const char *at)
{
    return BNC_TEXT_HEAD + bnc_text_read(at).text.len;
}

/* Appends a run of records of 'each' bytes; 0: texts, which say how long they are. */
static bool push_all(struct bnc_log *log, unsigned p, const char *at, size_t len, size_t each)
{
    for (size_t off = 0, n; off < len; off += n) {
        char *to;

        n = each != 0 ? each : text_bytes(at + off);
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

    if (!bnc_log_copy(log, p, &at, &len))
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

/* ---- texts ---- */

struct bnc_text bnc_text_read(const char *at)
{
    struct bnc_text t;
    uint16_t head;

    memcpy(&t.fp, at, 8);
    memcpy(&head, at + 8, 2);
    t.is_local = (head & BNC_TEXT_LOCAL) != 0;
    t.text = bnc_span_from(at + BNC_TEXT_HEAD, head & BNC_TEXT_MAX);
    return t;
}

void bnc_text_put_head(char *at, uint64_t fp, size_t len, bool is_local)
{
    const uint16_t head = (uint16_t)(len | (is_local ? BNC_TEXT_LOCAL : 0));

    memcpy(at, &fp, 8);
    memcpy(at + 8, &head, 2);
}

bool bnc_text_push(struct bnc_log *log, uint64_t fp, struct bnc_span text, bool is_local)
{
    const size_t len = text.len < BNC_TEXT_MAX ? text.len : BNC_TEXT_MAX;
    char *at = bnc_log_push(log, bnc_log_part(fp), BNC_TEXT_HEAD + len);

    if (at == NULL)
        return false;
    bnc_text_put_head(at, fp, len, is_local);
    if (len > 0)
        memcpy(at + BNC_TEXT_HEAD, text.at, len);
    return true;
}

/*
 * Of two spellings of one address the one that is kept: local parts before whole texts, then
 * bytewise.
 */
static bool text_before(const char *a, const char *b)
{
    const struct bnc_text x = bnc_text_read(a), y = bnc_text_read(b);

    return x.is_local != y.is_local ? x.is_local : bnc_span_cmp(x.text, y.text) < 0;
}

size_t bnc_texts_fold(char *at, size_t len, void *room, size_t room_bytes)
{
    size_t n = 0, i = 0, kept = 0;
    struct bnc_sortkey *keys, *own = NULL;
    char *sorted;

    for (size_t off = 0; off < len; off += text_bytes(at + off))
        n++;
    keys = room;
    if (room_bytes < (n + 1) * 2 * sizeof *keys)
        keys = own = malloc((n + 1) * 2 * sizeof *keys);
    sorted = malloc(len + 1);
    if (keys == NULL || sorted == NULL) {
        free(own);
        free(sorted);
        return SIZE_MAX;
    }
    for (size_t off = 0; off < len; off += text_bytes(at + off))
        keys[i++] = (struct bnc_sortkey){ .key = bnc_text_read(at + off).fp, .ref = off };
    bnc_sortkeys(keys, keys + n, n);
    for (i = 0; i < n;) {
        const char *best = at + keys[i].ref;
        size_t j = i + 1;

        for (; j < n && keys[j].key == keys[i].key; j++)
            if (text_before(at + keys[j].ref, best))
                best = at + keys[j].ref;
        memcpy(sorted + kept, best, text_bytes(best));
        kept += text_bytes(best);
        i = j;
    }
    memcpy(at, sorted, kept);
    free(own);
    free(sorted);
    return kept;
}
