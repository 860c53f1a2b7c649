/* SPDX-License-Identifier: MIT
 * finish_addresses.c - lists: what was listed in final numbers, and by text, on all threads.
 */
#include "aggregate/finish.h"
#include "aggregate/keysort.h"

#include "util/big.h"

#include <stdlib.h>

/* ---- final numbers ---- */

/* False: the address is of a domain of which nothing was counted. */
static bool settle_address(const struct finish *f, struct bnc_address *a)
{
    for (uint32_t i = 0; i < a->n_outcomes; i++)
        if (a->outcomes[i].template != UINT32_MAX)
            a->outcomes[i].template = f->template_index.own[a->outcomes[i].template];
    a->domain = f->domain_index[a->domain];
    return a->domain != UINT32_MAX;
}

static void settle_partition(void *arg, size_t p)
{
    struct finish *const f = arg;
    bool ok = true;

    for (struct bnc_listed_block *b = f->listed.block[p]; b != NULL; b = b->next)
        for (char *at = b->data; at < b->data + b->used;) {
            ok &= settle_address(f, (void *)at);
            at = bnc_listed_next((void *)at);
        }
    if (!ok)
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

/* ---- order ---- */

struct ordering {
    const struct bnc_listed *listed;
    size_t from[BNC_LOG_PARTS]; /* its first key */
    struct bnc_keys keys; /* their refs are pointers */
    const struct bnc_address **to;
};

static const struct bnc_address *address_of(uint64_t ref)
{
    return (const struct bnc_address *)(uintptr_t)ref;
}

static struct bnc_span text_of(const void *arg, uint64_t ref)
{
    (void)arg;
    return bnc_address_text(address_of(ref));
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

static void list_partition(void *arg, size_t p)
{
    struct ordering *o = arg;
    struct bnc_sortkey *to = o->keys.at + o->from[p];

    for (const struct bnc_listed_block *b = o->listed->block[p]; b != NULL; b = b->next)
        for (const char *at = b->data; at < b->data + b->used;) {
            const struct bnc_address *const a = (const void *)at;

            *to++ = (struct bnc_sortkey){ bnc_text_key(bnc_address_text(a), 0), (uintptr_t)a };
            at = bnc_listed_next(a);
        }
}

/* Of one text in several domains the smaller domain is first; no two differ in less. */
static bool is_before(const struct bnc_address *a, const struct bnc_address *b)
{
    if (a->domain != b->domain)
        return a->domain < b->domain;
    if (a->n_outcomes != b->n_outcomes)
        return a->n_outcomes < b->n_outcomes;
    return memcmp(a->outcomes, b->outcomes, a->n_outcomes * sizeof *a->outcomes) < 0;
}

static void sort_by_domain(struct bnc_sortkey *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t ref = at[i].ref;
        size_t k = i;

        while (k > 0 && at[k].key == 0 && is_before(address_of(ref), address_of(at[k - 1].ref))) {
            at[k].ref = at[k - 1].ref;
            k--;
        }
        at[k].ref = ref;
    }
}

static void settle_slice(void *arg, size_t slice)
{
    struct ordering *o = arg;
    const size_t from = o->keys.cut[slice], n = o->keys.cut[slice + 1] - from;
    const struct bnc_key_texts texts = { text_of, id_of, fetch_ref, o };

    bnc_keys_settle(&o->keys, slice, &texts);
    sort_by_domain(o->keys.at + from, n);
}

static void write_slice(void *arg, size_t slice)
{
    struct ordering *o = arg;

    for (size_t i = o->keys.cut[slice]; i < o->keys.cut[slice + 1]; i++)
        o->to[i] = address_of(o->keys.at[i].ref);
}

static bool put_in_order(struct ordering *o, const struct bnc_merged *m)
{
    size_t n = 0;

    for (unsigned p = 0; p < BNC_LOG_PARTS; p++) {
        o->from[p] = n;
        n += o->listed->n[p];
    }
    if (!bnc_keys_init(&o->keys, n))
        return false;
    bnc_merged_run(m, BNC_LOG_PARTS, list_partition, o);
    bnc_keys_sort(&o->keys, m);
    bnc_merged_run(m, BNC_KEY_SLICES, settle_slice, o);
    bnc_big_forget(bnc_keys_spare(&o->keys), n * sizeof *o->keys.at);
    o->to = malloc((n + 1) * sizeof *o->to);
    if (o->to == NULL)
        return false;
    bnc_merged_run(m, BNC_KEY_SLICES, write_slice, o);
    return true;
}

bool bnc_finish_addresses(struct bnc_tally *t, struct bnc_listed *listed, bnc_parallel_fn parallel,
                          void *ctx)
{
    const struct bnc_merged m = { .parallel = parallel, .ctx = ctx }; /* for its threads only */
    struct ordering o = { .listed = listed };
    bool ok;

    if (t->detail != BNC_DETAIL_LISTS)
        return true;
    bnc_big_trim();
    ok = put_in_order(&o, &m);
    t->addresses = o.to;
    t->n_addresses = ok ? o.keys.n : 0;
    bnc_keys_release(&o.keys);
    bnc_arena_join(&t->arena, &listed->arena);
    return ok;
}
