/* SPDX-License-Identifier: MIT
 * finish_addresses.c - lists: addresses by text, with their outcomes in final numbers, on all
 * threads.
 */
#include "aggregate/finish.h"
#include "aggregate/keysort.h"

#include "util/big.h"
#include "util/prefetch.h"

#include <stdlib.h>

#define RANGE ((size_t)4096)

/* Which address: the 'ref' of a key. */
#define ADDRESS_REF(partition, i) ((uint64_t)(partition) << 32 | (i))

struct ordering {
    struct finish *f;
    size_t from[BNC_LOG_PARTS]; /* its first key */
    struct bnc_keys keys;
    struct bnc_address *to; /* in order */
    bool contradicts;
};

static const struct bnc_address *address_of(const struct ordering *o, uint64_t ref)
{
    return &o->f->d.addresses[ref >> 32][(uint32_t)ref];
}

static struct bnc_span text_of(const void *arg, uint64_t ref)
{
    return bnc_address_text(address_of(arg, ref));
}

/* Those that share a text are told apart by their domains. */
static uint64_t id_of(const void *arg, uint64_t ref)
{
    (void)arg;
    return ref;
}

static void fetch_ref(const void *arg, uint64_t ref)
{
    __builtin_prefetch(address_of(arg, ref));
}

static size_t end_of_range(const struct ordering *o, size_t range)
{
    return o->keys.n - range * RANGE < RANGE ? o->keys.n : (range + 1) * RANGE;
}

static void list_partition(void *arg, size_t p)
{
    struct ordering *o = arg;
    struct bnc_sortkey *const to = o->keys.at + o->from[p];

    for (size_t i = 0; i < o->f->d.n_addresses[p]; i++)
        to[i] = (struct bnc_sortkey){ bnc_text_key(text_of(o, ADDRESS_REF(p, i)), 0),
                                      ADDRESS_REF(p, i) };
}

/* Of one text in several domains, the smaller domain first. */
static void sort_by_domain(const struct ordering *o, struct bnc_sortkey *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t ref = at[i].ref;
        size_t k = i;

        while (k > 0 && at[k].key == 0 &&
               address_of(o, at[k - 1].ref)->domain > address_of(o, ref)->domain) {
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
    sort_by_domain(o, o->keys.at + from, n);
}

static int cmp_outcome(const void *a, const void *b)
{
    const struct bnc_outcome *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->campaign > y->campaign) - (x->campaign < y->campaign);
}

/* Gives the outcomes of an address their final numbers and order; false: one was never counted. */
static bool settle_outcomes(const struct finish *f, struct bnc_address *a)
{
    struct bnc_outcome *o = a->outcomes;
    bool ok = true;

    for (uint32_t i = 0; i < a->n_outcomes; i++) {
        const uint32_t campaign = f->campaign_index[o[i].campaign];

        ok &= campaign != UINT32_MAX;
        o[i].campaign = campaign & 0xfffffff;
        if (o[i].template != UINT32_MAX)
            o[i].template = f->template_index.own[o[i].template];
    }
    if (a->n_outcomes > 1)
        qsort(o, a->n_outcomes, sizeof *o, cmp_outcome);
    a->domain = f->domain_index[a->domain];
    return ok && a->domain != UINT32_MAX;
}

/* First the address, then what it points to. */
#define AHEAD 8u
BNC_PREFETCHER fetch(const struct ordering *o, size_t i)
{
    if (i + 2 * AHEAD < o->keys.n) {
        __builtin_prefetch(address_of(o, o->keys.at[i + 2 * AHEAD].ref));
        __builtin_prefetch(address_of(o, o->keys.at[i + AHEAD].ref)->outcomes, 1);
    }
}

static void write_range(void *arg, size_t range)
{
    struct ordering *o = arg;
    bool ok = true;

    for (size_t i = range * RANGE; i < end_of_range(o, range); i++) {
        fetch(o, i);
        o->to[i] = *address_of(o, o->keys.at[i].ref);
        ok &= settle_outcomes(o->f, &o->to[i]);
    }
    if (!ok)
        __atomic_store_n(&o->contradicts, true, __ATOMIC_RELAXED);
}

static bool put_in_order(struct ordering *o)
{
    const struct bnc_merged *m = &o->f->m;
    size_t n = 0;

    for (unsigned p = 0; p < BNC_LOG_PARTS; p++) {
        o->from[p] = n;
        n += o->f->d.n_addresses[p];
    }
    if (!bnc_keys_init(&o->keys, n))
        return false;
    bnc_merged_run(m, BNC_LOG_PARTS, list_partition, o);
    bnc_keys_sort(&o->keys, m);
    bnc_merged_run(m, BNC_KEY_SLICES, settle_slice, o);
    bnc_big_forget(bnc_keys_spare(&o->keys), n * sizeof *o->keys.at);
    o->to = bnc_huge_malloc((n + 1) * sizeof *o->to);
    if (o->to == NULL)
        return false;
    bnc_merged_run(m, (n + RANGE - 1) / RANGE, write_range, o);
    return true;
}

/* The arrays and texts of the count become the tally's: they may be most of the memory in use. */
bool bnc_finish_addresses(struct finish *f)
{
    struct bnc_tally *t = f->t;
    struct ordering o = { .f = f };
    const bool ok = put_in_order(&o);
    const size_t n = o.keys.n;

    bnc_keys_release(&o.keys);
    t->detail = f->m.detail;
    t->addresses = o.to;
    t->n_addresses = ok ? n : 0;
    for (unsigned p = 0; p < BNC_LOG_PARTS; p++) {
        free(f->d.addresses[p]);
        f->d.addresses[p] = NULL;
    }
    f->d.contradicts |= o.contradicts;
    bnc_arena_join(&t->arena, &f->d.texts);
    return ok;
}
