/* SPDX-License-Identifier: MIT */
#include "aggregate/repeats.h"

#include "util/prefetch.h"

typedef uint32_t four __attribute__((vector_size(16)));

/* A record, as it is compared with others. */
struct look {
    four what; /* row of the cause, provider and cause, provider; domain and type */
    four when; /* campaign, day, pair; 0 */
    uint64_t address; /* fingerprint and domain */
    uint32_t who; /* as struct bnc_pair_info has it */
};

/* What of a record others of its address said before: all ones, or 0; when[3]: anything. */
struct repeat {
    four what, when;
};

#define WHO_BITS BNC_PAIR_WHO_BITS
/* Beside the bits that a log of failures keeps of a fingerprint; domains beyond are mixed in. */
#define DOMAIN_BITS 21u
_Static_assert(DOMAIN_BITS + BNC_FAILURE_FP_BITS == 64, "no bit of a fingerprint is lost");

static inline void look_at(struct look *l, const struct bnc_said *s,
                           const struct bnc_pair_info *info)
{
    const uint32_t all = UINT32_MAX;

    memcpy(&l->what, info, sizeof l->what);
    l->what &= (four){ all, all, all, ~BNC_PAIR_SOFT };
    l->when = (four){ s->campaign, s->day, s->pair, 0 };
    l->address = s->fp << DOMAIN_BITS ^ info->who >> WHO_BITS;
    l->who = info->who;
}

/* Compares the last of 'n' records with those before it. */
static inline struct repeat compare(const struct look *at, size_t n)
{
    const struct look *const l = &at[n - 1];
    struct repeat r = { .what = { 0 } };

    for (size_t i = 0; i + 1 < n; i++) {
        const uint32_t same = -(uint32_t)(at[i].address == l->address);
        const four mask = { same, same, same, same };

        r.what |= (four)(at[i].what == l->what) & mask;
        r.when |= (four)(at[i].when == l->when) & mask;
    }
    return r;
}

/* Whether the last of 'n' records fails softly in the third campaign of its address. */
static bool is_third(const struct look *at, size_t n)
{
    const struct look *const l = &at[n - 1];
    unsigned n_before = 0;

    for (size_t i = 0; i + 1 < n; i++) {
        bool is_first = at[i].address == l->address && (at[i].who & BNC_PAIR_SOFT) != 0;

        for (size_t k = 0; is_first && k < i; k++)
            is_first = at[k].address != l->address || (at[k].who & BNC_PAIR_SOFT) == 0 ||
                       at[k].when[0] != at[i].when[0];
        if (is_first && at[i].when[0] == l->when[0])
            return false;
        n_before += is_first;
    }
    return n_before == 2 && (l->who & BNC_PAIR_SOFT) != 0;
}

/* Who of a bucket in which three records fail softly does so in three campaigns: that is seldom. */
static __attribute__((noinline)) void count_recurring(struct bnc_repeats *r, const struct look *at,
                                                      size_t n)
{
    for (size_t i = 3; i <= n; i++)
        r->d->recurring += is_third(at, i);
}

/* What was put off. */
static void count_later(struct bnc_repeats *r)
{
    for (size_t i = 0; i < r->n_pairs; i++)
        r->d->pair[r->pair[i]] += r->by;
    for (size_t i = 0; i < r->n_causes; i++)
        r->d->cause[r->cause[i]] += r->by;
    r->n_pairs = r->n_causes = 0;
}

/* Makes room for so many records to count later. */
static inline void make_room(struct bnc_repeats *r, size_t n)
{
    if (r->n_pairs > BNC_REPEATS_LATER - n || r->n_causes > BNC_REPEATS_LATER - n)
        count_later(r);
}

void bnc_repeats_begin(struct bnc_repeats *r, struct bnc_distinct *d,
                       const struct bnc_pair_info *info, bool is_known)
{
    r->d = d;
    r->info = info;
    r->by = is_known ? UINT32_MAX : 1;
    r->n_pairs = r->n_causes = 0;
}

void bnc_repeats_end(struct bnc_repeats *r)
{
    count_later(r);
}

/* Counts a record, or with 'is_known' takes off what it repeats. */
static inline __attribute__((always_inline)) void
count(struct bnc_repeats *r, const struct look *l, const struct repeat *of, bool is_known)
{
    struct bnc_distinct *const d = r->d;
    const uint32_t one = !is_known, deferral = -(l->who >> 1 & 1);
    const uint32_t address = one + of->what[3]; /* of the domain, with a failure of this type */

    r->cause[r->n_causes] = l->what[0];
    r->n_causes += is_known ? -of->what[0] : one + of->what[0];
    r->pair[r->n_pairs] = l->when[2];
    r->n_pairs += is_known ? -of->when[2] : one + of->when[2];
    d->provider_cause[l->what[1]] += one + of->what[1];
    d->provider[l->what[2]] += one + of->what[2];
    d->domain[l->who >> WHO_BITS].failed += one + of->when[3];
    d->domain[l->who >> WHO_BITS].bounced += address & ~deferral;
    d->deferred += (uint64_t)(int32_t)(address & deferral);
    if (!is_known || __builtin_expect((of->when[0] | of->when[1]) != 0, 0)) { /* hardly ever */
        d->campaign[l->when[0]] += one + of->when[0];
        d->day[l->when[1]] += one + of->when[1];
    }
}

/* ---- buckets of few ---- */

#define AHEAD 24u
BNC_PREFETCHER fetch(const struct bnc_repeats *r, const struct bnc_failure *at,
                     const uint32_t *from, size_t size)
{
    for (size_t k = 0; k < size; k++) {
        __builtin_prefetch(&r->info[at[from[AHEAD] + k].pair]);
        if (k > 0)
            __builtin_prefetch(
                &r->d->domain[r->info[at[from[AHEAD / 2] + k].pair].who >> WHO_BITS], 1);
    }
}

static inline __attribute__((always_inline)) void
take_off(struct bnc_repeats *r, const struct bnc_failure *at, const uint32_t *from, size_t n,
         size_t size, const struct bnc_occasion *occasions)
{
    struct look looks[BNC_REPEATS_FEW];

    for (size_t i = 0; i < n; i++) {
        uint32_t n_soft = 0;

        if (i + AHEAD < n)
            fetch(r, at, &from[i], size);
        make_room(r, size);
        for (size_t k = 0; k < size; k++) {
            const struct bnc_failure *const f = &at[from[i] + k];
            const struct bnc_occasion *const o = &occasions[f->outcome];
            const struct bnc_said said = { f->fp, f->pair, o->campaign, o->day };
            struct repeat of;

            look_at(&looks[k], &said, &r->info[f->pair]);
            n_soft += looks[k].who & BNC_PAIR_SOFT;
            of = compare(looks, k + 1);
            if (k > 0)
                count(r, &looks[k], &of, true);
        }
        if (size > 2 && __builtin_expect(n_soft > 2, 0))
            count_recurring(r, looks, size);
    }
}

void bnc_repeats_take_off(struct bnc_repeats *r, const struct bnc_failure *at, const uint32_t *from,
                          size_t n, size_t size, const struct bnc_occasion *occasions)
{
    switch (size) {
    case 2:
        take_off(r, at, from, n, 2, occasions);
        break;
    case 3:
        take_off(r, at, from, n, 3, occasions);
        break;
    default:
        take_off(r, at, from, n, size, occasions);
    }
}

/* ---- of one fingerprint ---- */

static void count_few(struct bnc_repeats *r, const struct bnc_said *at, size_t n, bool is_known)
{
    struct look looks[BNC_REPEATS_FEW];
    uint32_t n_soft = 0;

    make_room(r, n);
    for (size_t k = 0; k < n; k++) {
        struct repeat of;

        look_at(&looks[k], &at[k], &r->info[at[k].pair]);
        n_soft += looks[k].who & BNC_PAIR_SOFT;
        of = compare(looks, k + 1);
        if (!is_known || k > 0)
            count(r, &looks[k], &of, is_known);
    }
    if (n_soft > 2)
        count_recurring(r, looks, n);
}

/* Whether an address was said this before: a lane of 'look' and what stands there. */
static uint32_t said_before(struct bnc_counts *said, uint32_t lane, uint32_t value)
{
    return -(uint32_t)(bnc_counts_get(said, (uint64_t)lane << 32 | value)->n++ > 0);
}

static struct repeat look_up(struct bnc_counts *said, const struct look *l)
{
    struct repeat of;

    for (unsigned i = 0; i < 4; i++) {
        of.what[i] = said_before(said, i, l->what[i]);
        of.when[i] = said_before(said, 4 + i, l->when[i]);
    }
    return of;
}

static bool count_many(struct bnc_repeats *r, const struct bnc_said *at, size_t n, bool is_known)
{
    struct bnc_counts said = { .seed = BNC_HASH_K1 };
    uint32_t domain = UINT32_MAX, n_soft = 0;
    bool ok = true;

    for (size_t k = 0; ok && k < n; k++) {
        struct look look;

        look_at(&look, &at[k], &r->info[at[k].pair]);
        if (look.who >> WHO_BITS != domain) {
            bnc_counts_release(&said);
            domain = look.who >> WHO_BITS;
            n_soft = 0;
        }
        ok = bnc_counts_reserve(&said, 9);
        if (ok) {
            const struct repeat of = look_up(&said, &look);

            make_room(r, 1);
            count(r, &look, &of, is_known);
            if ((look.who & BNC_PAIR_SOFT) != 0 && !said_before(&said, 8, look.when[0]))
                r->d->recurring += ++n_soft == 3;
        }
    }
    bnc_counts_release(&said);
    return ok;
}

bool bnc_repeats_count(struct bnc_repeats *r, const struct bnc_said *at, size_t n, bool is_known)
{
    if (n > BNC_REPEATS_FEW)
        return count_many(r, at, n, is_known);
    count_few(r, at, n, is_known);
    return true;
}
