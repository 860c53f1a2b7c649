/* SPDX-License-Identifier: MIT */
#include "aggregate/repeats.h"

#include "util/prefetch.h"

typedef uint32_t four __attribute__((vector_size(16)));
typedef uint64_t two __attribute__((vector_size(16)));

/* A record, as it is compared with others. */
struct look {
    four seen; /* what struct bnc_seen counts: row of the cause; domain and type; pair; 0 */
    four other; /* provider and cause, provider, campaign, day */
    four address; /* fingerprint and domain, twice */
    uint32_t who; /* as struct bnc_pair_info has it */
};

/* What of a record others of its address said before: all ones, or 0; last in 'seen': anything. */
struct repeat {
    four seen, other;
};

#define WHO_BITS BNC_PAIR_WHO_BITS

/* Two lanes of four: those that stand at 'at'; 'n' and 0. */
static inline uint64_t lanes_at(const void *at)
{
    uint64_t both;

    memcpy(&both, at, sizeof both);
    return both;
}

static inline uint64_t lanes_of(uint32_t n)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? n : (uint64_t)n << 32;
}

/* 'fp': the low bits, where those that are compared have the others in common. */
static inline void look_at(struct look *l, uint32_t fp, uint32_t pair,
                           const struct bnc_occasion *on, const struct bnc_pair_info *info)
{
    const uint32_t all = UINT32_MAX, domain = info->who >> WHO_BITS;

    l->seen = (four)(two){ lanes_at(&info->cause), lanes_of(pair) } &
              (four){ all, ~BNC_PAIR_SOFT, all, all };
    l->other = (four)(two){ lanes_at(&info->provider_cause), lanes_at(on) };
    l->address = (four){ fp, domain, fp, domain };
    l->who = info->who;
}

/* Compares the last of 'n' records with those before it. */
static inline struct repeat compare(const struct look *at, size_t n)
{
    const struct look *const l = &at[n - 1];
    struct repeat r = { .seen = { 0 } };

    for (size_t i = 0; i + 1 < n; i++) {
        const four same = (four)(at[i].address == l->address);
        const four mask = same & (four){ same[1], same[0], same[3], same[2] };

        r.seen |= (four)(at[i].seen == l->seen) & mask;
        r.other |= (four)(at[i].other == l->other) & mask;
    }
    return r;
}

static bool is_other(const struct look *a, const struct look *b)
{
    return a->address[0] != b->address[0] || a->address[1] != b->address[1];
}

/* Whether the last of 'n' records fails softly in the third campaign of its address. */
static bool is_third(const struct look *at, size_t n)
{
    const struct look *const l = &at[n - 1];
    unsigned n_before = 0;

    for (size_t i = 0; i + 1 < n; i++) {
        bool is_first = !is_other(&at[i], l) && (at[i].who & BNC_PAIR_SOFT) != 0;

        for (size_t k = 0; is_first && k < i; k++)
            is_first = is_other(&at[k], l) || (at[k].who & BNC_PAIR_SOFT) == 0 ||
                       at[k].other[2] != at[i].other[2];
        if (is_first && at[i].other[2] == l->other[2])
            return false;
        n_before += is_first;
    }
    return n_before == 2 && (l->who & BNC_PAIR_SOFT) != 0;
}

/* Who of a chain in which three records fail softly does so in three campaigns: that is seldom. */
static __attribute__((noinline)) void count_recurring(struct bnc_repeats *r, const struct look *at,
                                                      size_t n)
{
    for (size_t i = 3; i <= n; i++)
        r->d->recurring += is_third(at, i);
}

static inline void add(struct bnc_seen *at, four more)
{
    four seen;

    memcpy(&seen, at, sizeof seen);
    seen += more;
    memcpy(at, &seen, sizeof seen);
}

/* The same where others may add too; what is added is 0 or 1: no lane carries into the next. */
typedef uint64_t lanes __attribute__((may_alias));
static inline void add_shared(struct bnc_seen *at, four more)
{
    lanes *const to = (void *)at;

    for (unsigned i = 0; i < 2; i++)
        if (((two)more)[i] != 0)
            __atomic_fetch_add(&to[i], ((two)more)[i], __ATOMIC_RELAXED);
}

/* Counts a record, or with 'is_known' takes off what it repeats. */
static inline __attribute__((always_inline)) void
count(struct bnc_repeats *r, uint32_t pair, const struct look *l, const struct repeat *of,
      bool is_known)
{
    struct bnc_distinct *const d = r->d;
    const uint32_t one = !is_known;
    struct bnc_seen *const at = &d->seen[pair];
    const four more = of->seen + (four){ one, one, one, one };

    if (is_known)
        add(at, more);
    else
        add_shared(at, more);
    d->provider_cause[l->other[0]] += one + of->other[0];
    d->provider[l->other[1]] += one + of->other[1];
    if (!is_known || __builtin_expect(((two)of->other)[1] != 0, 0)) { /* hardly ever */
        d->campaign[l->other[2]] += one + of->other[2];
        d->day[l->other[3]] += one + of->other[3];
    }
}

/* ---- chains of few ---- */

#define AHEAD 24u
BNC_PREFETCHER fetch(const struct bnc_repeats *r, const struct bnc_failure_link *at, uint32_t last,
                     size_t size)
{
    for (size_t k = 0; k < size; k++) {
        const struct bnc_failure_link *const f = &at[last];

        __builtin_prefetch(&r->info[f->pair]);
        if (k > 0)
            __builtin_prefetch(&r->d->seen[f->pair], 1);
        last = f->before;
    }
}

static inline __attribute__((always_inline)) void
take_off(struct bnc_repeats *r, const struct bnc_failure_link *at, const uint32_t *last, size_t n,
         size_t size, const struct bnc_occasion *occasions)
{
    struct look looks[BNC_REPEATS_FEW];

    for (size_t i = 0; i < n; i++) {
        uint32_t n_soft = 0;
        const struct bnc_failure_link *f = &at[last[i]];

        if (i + AHEAD < n)
            fetch(r, at, last[i + AHEAD], size);
        for (size_t k = 0; k < size; k++, f = &at[f->before]) {
            struct repeat of;

            look_at(&looks[k], f->fp, f->pair, &occasions[f->outcome], &r->info[f->pair]);
            n_soft += looks[k].who & BNC_PAIR_SOFT;
            of = compare(looks, k + 1);
            if (k > 0)
                count(r, f->pair, &looks[k], &of, true);
        }
        if (size > 2 && __builtin_expect(n_soft > 2, 0))
            count_recurring(r, looks, size);
    }
}

void bnc_repeats_take_off(struct bnc_repeats *r, const struct bnc_failure_link *at,
                          const uint32_t *last, size_t n, size_t size,
                          const struct bnc_occasion *occasions)
{
    switch (size) {
    case 2:
        take_off(r, at, last, n, 2, occasions);
        break;
    case 3:
        take_off(r, at, last, n, 3, occasions);
        break;
    default:
        take_off(r, at, last, n, size, occasions);
    }
}

/* ---- of one fingerprint ---- */

static void count_few(struct bnc_repeats *r, const struct bnc_said *at, size_t n, bool is_known)
{
    struct look looks[BNC_REPEATS_FEW];
    uint32_t n_soft = 0;

    for (size_t k = 0; k < n; k++) {
        struct repeat of;

        look_at(&looks[k], (uint32_t)at[k].fp, at[k].pair, &at[k].on, &r->info[at[k].pair]);
        n_soft += looks[k].who & BNC_PAIR_SOFT;
        of = compare(looks, k + 1);
        if (!is_known || k > 0)
            count(r, at[k].pair, &looks[k], &of, is_known);
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
        of.seen[i] = said_before(said, i, l->seen[i]);
        of.other[i] = said_before(said, 4 + i, l->other[i]);
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

        look_at(&look, (uint32_t)at[k].fp, at[k].pair, &at[k].on, &r->info[at[k].pair]);
        if (look.who >> WHO_BITS != domain) {
            bnc_counts_release(&said);
            domain = look.who >> WHO_BITS;
            n_soft = 0;
        }
        ok = bnc_counts_reserve(&said, 9);
        if (ok) {
            const struct repeat of = look_up(&said, &look);

            count(r, at[k].pair, &look, &of, is_known);
            if ((look.who & BNC_PAIR_SOFT) != 0 && !said_before(&said, 8, look.other[2]))
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
