/* SPDX-License-Identifier: MIT
 * finish_addresses.c - lists: what was listed in final numbers, and by text, on all threads.
 */
#include "aggregate/finish_steps.h"
#include "aggregate/keysort.h"

#include "util/big.h"

#include <stdlib.h>

/* ---- final numbers ---- */

static void settle_partition(void *arg, size_t p)
{
    struct finish *const f = arg;
    bool known = true;

    for (struct bnc_listed_block *b = f->listed.block[p]; b != NULL; b = b->next)
        for (char *at = b->data; at < b->data + b->used;)
            at = bnc_packed_settle(at, f->domain_index, f->template_index.own, &known);
    if (!known)
        __atomic_store_n(&f->listed.contradicts, true, __ATOMIC_RELAXED);
}

void bnc_finish_listed(struct finish *f)
{
    f->t->detail = f->m.detail;
    f->t->lists_only = f->m.lists_only;
    if (f->m.detail != BNC_DETAIL_LISTS)
        return;
    f->listed = f->d.listed;
    f->d.listed = (struct bnc_listed){ .cap = 0 };
    bnc_merged_run(&f->m, BNC_LOG_PARTS, settle_partition, f);
    f->d.contradicts |= f->listed.contradicts;
    f->t->recipients_kept = f->listed.n_addresses;
    f->t->recipients_role = f->listed.n_roles;
    f->t->recipients_never = f->listed.n_never;
}

/*
 * ---- order ----
 *
 * Addresses are spread over slices by how they begin, then each slice is sorted by itself: keys are
 * 32 bytes each, and there may be millions of addresses, so there are keys for one slice a thread.
 */

#define PER_PARTITION 4u /* addresses of the sample that says where slices begin */

struct ordering {
    const struct bnc_tally *t;
    const struct bnc_listed *listed;
    uint64_t limit[BNC_KEY_SLICES - 1]; /* the first key of slice i + 1 */
    size_t start[BNC_LOG_PARTS][BNC_KEY_SLICES]; /* where those of a partition go next */
    size_t cut[BNC_KEY_SLICES + 1];
    uint8_t *slice[BNC_LOG_PARTS]; /* of each address of a partition */
    const char **to;
    bool failed;
};

static void fail(struct ordering *o)
{
    __atomic_store_n(&o->failed, true, __ATOMIC_RELAXED);
}

/* How many limits are not above 'key', without a branch. */
static inline size_t slice_of(const struct ordering *o, uint64_t key)
{
    size_t at = 0;

    for (size_t step = BNC_KEY_SLICES / 2; step > 0; step /= 2)
        at += o->limit[at + step - 1] <= key ? step : 0;
    return at;
}

static void take_sample(struct ordering *o)
{
    struct bnc_sortkey sample[2 * BNC_LOG_PARTS * PER_PARTITION];
    size_t n = 0;

    for (unsigned p = 0; p < BNC_LOG_PARTS; p++) {
        const struct bnc_listed_block *const b = o->listed->block[p];
        const char *at = b != NULL ? b->data : NULL;

        for (unsigned i = 0; b != NULL && i < PER_PARTITION && at < b->data + b->used; i++, n++) {
            sample[n] = (struct bnc_sortkey){ bnc_packed_key(at, o->t->domains), n };
            at = bnc_packed_end(at);
        }
    }
    bnc_sortkeys(sample, sample + BNC_LOG_PARTS * PER_PARTITION, n);
    for (size_t i = 1; i < BNC_KEY_SLICES; i++)
        o->limit[i - 1] = n > 0 ? sample[n * i / BNC_KEY_SLICES].key : 0;
}

/* Tells which slice each address of a partition is in, and counts them. */
static void count_partition(void *arg, size_t p)
{
    struct ordering *const o = arg;
    uint8_t *to = o->slice[p] = malloc(o->listed->n[p] + 1);

    if (to == NULL) {
        fail(o);
        return;
    }
    for (const struct bnc_listed_block *b = o->listed->block[p]; b != NULL; b = b->next)
        for (const char *at = b->data; at < b->data + b->used; at = bnc_packed_end(at)) {
            *to = (uint8_t)slice_of(o, bnc_packed_key(at, o->t->domains));
            o->start[p][*to++]++;
        }
}

/* Puts them in their places there. */
static void spread_partition(void *arg, size_t p)
{
    struct ordering *const o = arg;
    const uint8_t *slice = o->slice[p];

    for (const struct bnc_listed_block *b = o->listed->block[p]; b != NULL; b = b->next)
        for (const char *at = b->data; at < b->data + b->used; at = bnc_packed_end(at))
            o->to[o->start[p][*slice++]++] = at;
    free(o->slice[p]);
    o->slice[p] = NULL;
}

static void place_slices(struct ordering *o)
{
    size_t at = 0;

    for (size_t i = 0; i < BNC_KEY_SLICES; i++) {
        o->cut[i] = at;
        for (size_t p = 0; p < BNC_LOG_PARTS; p++) {
            const size_t n = o->start[p][i];

            o->start[p][i] = at;
            at += n;
        }
    }
    o->cut[BNC_KEY_SLICES] = at;
}

/* ---- one slice ---- */

struct slice {
    const struct bnc_tally *t;
    struct bnc_buf *text, *a, *b; /* scratch */
};

static const char *address_of(uint64_t ref)
{
    return (const char *)(uintptr_t)ref;
}

static struct bnc_span text_of(const void *arg, uint64_t ref)
{
    const struct slice *const s = arg;

    return bnc_packed_text(address_of(ref), s->t->domains, s->text);
}

/* Those that share a text are told apart by their domains. */
static uint64_t id_of(const void *arg, uint64_t ref)
{
    (void)arg;
    return ref;
}

static void fetch_ref(const void *arg, uint64_t ref)
{
    (void)arg;
    __builtin_prefetch(address_of(ref));
}

/* Of one text in several domains the smaller domain is first; no two differ in less. */
static bool is_before(const struct slice *s, uint64_t x, uint64_t y)
{
    const struct bnc_address *const a = bnc_packed_read(address_of(x), s->t->domains, s->a),
                                    *const b = bnc_packed_read(address_of(y), s->t->domains, s->b);

    if (a == NULL || b == NULL)
        return false;
    if (a->domain != b->domain)
        return a->domain < b->domain;
    if (a->n_outcomes != b->n_outcomes)
        return a->n_outcomes < b->n_outcomes;
    return memcmp(a->outcomes, b->outcomes, a->n_outcomes * sizeof *a->outcomes) < 0;
}

static void sort_by_domain(const struct slice *s, struct bnc_sortkey *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t ref = at[i].ref;
        size_t k = i;

        while (k > 0 && at[k].key == 0 && is_before(s, ref, at[k - 1].ref)) {
            at[k].ref = at[k - 1].ref;
            k--;
        }
        at[k].ref = ref;
    }
}

static void sort_keys(struct ordering *o, struct bnc_keys *keys)
{
    struct bnc_buf text = { 0 }, a = { 0 }, b = { 0 };
    const struct slice s = { o->t, &text, &a, &b };
    const struct bnc_key_texts texts = { text_of, id_of, fetch_ref, &s };

    bnc_sortkeys(keys->at, bnc_keys_spare(keys), keys->n);
    keys->cut[1] = keys->n;
    bnc_keys_settle(keys, 0, &texts);
    sort_by_domain(&s, keys->at, keys->n);
    if (text.failed || a.failed || b.failed)
        fail(o);
    bnc_buf_release(&text);
    bnc_buf_release(&a);
    bnc_buf_release(&b);
}

#define AHEAD 16u /* addresses of a slice lie all over their partitions */
static void sort_slice(void *arg, size_t i)
{
    struct ordering *const o = arg;
    const char **const to = o->to + o->cut[i];
    const size_t n = o->cut[i + 1] - o->cut[i];
    void *const room = bnc_huge_malloc(bnc_keys_bytes(n));
    struct bnc_keys keys;

    if (room == NULL) {
        fail(o);
        return;
    }
    bnc_keys_init(&keys, n, room);
    for (size_t k = 0; k < keys.n; k++) {
        if (k + AHEAD < keys.n)
            __builtin_prefetch(to[k + AHEAD]);
        keys.at[k] = (struct bnc_sortkey){ bnc_packed_key(to[k], o->t->domains), (uintptr_t)to[k] };
    }
    sort_keys(o, &keys);
    for (size_t k = 0; k < keys.n; k++)
        to[k] = address_of(keys.at[k].ref);
    free(room);
}

/* ---- all of them ---- */

static bool put_in_order(struct ordering *o, bnc_parallel_fn parallel, void *ctx)
{
    take_sample(o);
    bnc_run_all(parallel, ctx, BNC_LOG_PARTS, count_partition, o);
    place_slices(o);
    o->to = malloc((o->cut[BNC_KEY_SLICES] + 1) * sizeof *o->to);
    if (o->to == NULL || o->failed)
        return false;
    bnc_run_all(parallel, ctx, BNC_LOG_PARTS, spread_partition, o);
    bnc_run_all(parallel, ctx, BNC_KEY_SLICES, sort_slice, o);
    return !o->failed;
}

bool bnc_finish_addresses(struct bnc_tally *t, struct bnc_listed *listed, bnc_parallel_fn parallel,
                          void *ctx)
{
    struct ordering *o;
    bool ok;

    if (t->detail != BNC_DETAIL_LISTS)
        return true;
    o = calloc(1, sizeof *o);
    if (o == NULL)
        return false;
    bnc_big_trim();
    o->t = t;
    o->listed = listed;
    ok = put_in_order(o, parallel, ctx);
    t->addresses = o->to;
    t->n_addresses = ok ? o->cut[BNC_KEY_SLICES] : 0;
    for (size_t p = 0; p < BNC_LOG_PARTS; p++)
        free(o->slice[p]);
    free(o);
    bnc_arena_join(&t->arena, &listed->arena);
    return ok;
}
