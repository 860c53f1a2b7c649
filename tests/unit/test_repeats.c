/* SPDX-License-Identifier: MIT */
#include "aggregate/repeats.h"
#include "util/big.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEED UINT64_C(0x5851f42d4c957f2d)
#define N_DOMAINS 3u
#define N_CAUSES 4u /* of a domain: two, of either type */
#define PAIRS_EACH 8u /* of a domain */
#define N_PAIRS (N_DOMAINS * PAIRS_EACH)
#define N_CAMPAIGNS 5u
#define N_DAYS 4u
#define N_PROVIDERS 2u
#define MOST 40u /* records of a chain */
#define CHAINS 160u

/* Counters of all kinds; what is told is compared as it lies. */
struct counters {
    struct bnc_distinct_domain domain[N_DOMAINS];
    uint32_t pair[N_PAIRS], cause[N_DOMAINS * N_CAUSES], campaign[N_CAMPAIGNS], day[N_DAYS];
    uint32_t provider[N_PROVIDERS], provider_cause[N_PROVIDERS * N_CAUSES];
    uint64_t deferred, recurring;
};

static uint64_t draw(uint64_t i)
{
    return bnc_mix64(i ^ BNC_HASH_K1, SEED);
}

static void make_pairs(struct bnc_pair_info *info)
{
    for (uint32_t i = 0; i < N_PAIRS; i++) {
        const uint32_t cause = i % N_CAUSES, provider = i / 5 % N_PROVIDERS;

        info[i] = (struct bnc_pair_info){
            .cause = i / PAIRS_EACH * N_CAUSES + cause,
            .provider_cause = provider * N_CAUSES + cause / 2,
            .provider = provider,
            .who = i / PAIRS_EACH << BNC_PAIR_WHO_BITS | (cause & 1 ? BNC_PAIR_DEFERRAL : 0) |
                   (i % 3 == 0 ? BNC_PAIR_SOFT : 0)
        };
    }
}

/* Whether no record before 'i' of the same address has the same, by 'differs'. */
#define IS_FIRST(i, differs)                                                                       \
    ({                                                                                             \
        bool first_ = true;                                                                        \
        const struct bnc_said *const b = &at[i];                                                   \
        for (size_t k_ = 0; k_ < (i); k_++) {                                                      \
            const struct bnc_said *const a = &at[k_];                                              \
            first_ &= a->fp != b->fp || DOMAIN(a) != DOMAIN(b) || (differs);                       \
        }                                                                                          \
        first_;                                                                                    \
    })
#define INFO(s) (info[(s)->pair])
#define DOMAIN(s) (INFO(s).who >> BNC_PAIR_WHO_BITS)
#define TYPE(s) (INFO(s).who & BNC_PAIR_DEFERRAL)
#define SOFT(s) (INFO(s).who & BNC_PAIR_SOFT)

/* Every thing that an address is said once, by the letter. */
static void count_plainly(struct counters *c, const struct bnc_pair_info *info,
                          const struct bnc_said *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct bnc_pair_info *const p = &info[at[i].pair];
        unsigned n_soft = 0;

        c->domain[DOMAIN(&at[i])].failed += IS_FIRST(i, false);
        if (TYPE(&at[i]) == 0)
            c->domain[DOMAIN(&at[i])].bounced += IS_FIRST(i, TYPE(a) != 0);
        else
            c->deferred += IS_FIRST(i, TYPE(a) == 0);
        c->pair[at[i].pair] += IS_FIRST(i, a->pair != b->pair);
        c->cause[p->cause] += IS_FIRST(i, INFO(a).cause != INFO(b).cause);
        c->provider[p->provider] += IS_FIRST(i, INFO(a).provider != INFO(b).provider);
        c->provider_cause[p->provider_cause] +=
            IS_FIRST(i, INFO(a).provider_cause != INFO(b).provider_cause);
        c->campaign[at[i].on.campaign] += IS_FIRST(i, a->on.campaign != b->on.campaign);
        c->day[at[i].on.day] += IS_FIRST(i, a->on.day != b->on.day);
        if (SOFT(&at[i]) == 0 || !IS_FIRST(i, a->on.campaign != b->on.campaign || SOFT(a) == 0))
            continue;
        for (size_t k = 0; k < i; k++)
            n_soft += at[k].fp == at[i].fp && DOMAIN(&at[k]) == DOMAIN(&at[i]) &&
                      SOFT(&at[k]) != 0 &&
                      IS_FIRST(k, a->on.campaign != b->on.campaign || SOFT(a) == 0);
        c->recurring += n_soft == 2;
    }
}

static struct bnc_distinct over(struct counters *c, struct bnc_seen *seen)
{
    return (struct bnc_distinct){ .seen = seen,
                                  .campaign = c->campaign,
                                  .day = c->day,
                                  .provider = c->provider,
                                  .provider_cause = c->provider_cause };
}

/* Adds what was seen of pairs to that which it counts. */
static void take_back(struct counters *c, const struct bnc_distinct *d,
                      const struct bnc_pair_info *info)
{
    for (uint32_t i = 0; i < N_PAIRS; i++) {
        const struct bnc_seen *const s = &d->seen[i];

        c->pair[i] += s->pair;
        c->cause[info[i].cause] += s->cause;
        c->domain[i / PAIRS_EACH].failed += s->any;
        if ((info[i].who & BNC_PAIR_DEFERRAL) != 0)
            c->deferred += (uint64_t)(int32_t)s->type;
        else
            c->domain[i / PAIRS_EACH].bounced += s->type;
    }
    c->recurring = d->recurring;
}

/* Every record, whoever else said the same. */
static void count_all(struct counters *c, const struct bnc_pair_info *info,
                      const struct bnc_said *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct bnc_pair_info *const p = &info[at[i].pair];

        c->domain[DOMAIN(&at[i])].failed++;
        c->domain[DOMAIN(&at[i])].bounced += TYPE(&at[i]) == 0;
        c->deferred += TYPE(&at[i]) != 0;
        c->pair[at[i].pair]++;
        c->cause[p->cause]++;
        c->provider[p->provider]++;
        c->provider_cause[p->provider_cause]++;
        c->campaign[at[i].on.campaign]++;
        c->day[at[i].on.day]++;
    }
}

static int by_pair(const void *a, const void *b)
{
    return (int)((const struct bnc_said *)a)->pair - (int)((const struct bnc_said *)b)->pair;
}

/* 'n' records of up to 'n_fps' fingerprints; several domains may share one. */
static void draw_chain(struct bnc_said *at, size_t n, unsigned n_fps, uint64_t round)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t x = draw(round * MOST + i);

        at[i] = (struct bnc_said){ (x & 0xffff) % n_fps, (uint32_t)(x >> 16 & 0xffff) % N_PAIRS,
                                   { (uint32_t)(x >> 32 & 0xffff) % N_CAMPAIGNS,
                                     (uint32_t)(x >> 48) % N_DAYS } };
    }
    qsort(at, n, sizeof *at, by_pair);
}

static void check_counters(const struct counters *got, const struct counters *want)
{
    assert_memory_equal(got, want, sizeof *got);
}

static void repeats__count_once_what_is_said_again(void **state)
{
    struct bnc_repeats r;
    struct bnc_pair_info info[N_PAIRS];
    struct bnc_said at[MOST];

    (void)state;
    make_pairs(info);
    for (uint64_t round = 0; round < 4000; round++) {
        const size_t n = 1 + round % MOST;
        const bool is_known = round & 1;
        struct counters want = { .deferred = 0 }, got = { .deferred = 0 };
        struct bnc_seen seen[N_PAIRS] = { { 0 } };
        struct bnc_distinct d = over(&got, seen);

        draw_chain(at, n, 1, round);
        count_plainly(&want, info, at, n);
        if (is_known)
            count_all(&got, info, at, n);
        r = (struct bnc_repeats){ &d, info };
        assert_true(bnc_repeats_count(&r, at, n, is_known));
        take_back(&got, &d, info);
        check_counters(&got, &want);
    }
}

static void repeats__are_found_in_chains_of_every_size(void **state)
{
    struct bnc_repeats r;
    struct bnc_pair_info *const info = bnc_big_alloc(N_PAIRS * sizeof *info);
    const struct bnc_occasion occasions[2] = { { 0, 0 }, { 1, 0 } };
    struct bnc_failure_link *const links = malloc((MOST * CHAINS + 1) * sizeof *links);
    uint32_t last[CHAINS];

    (void)state;
    assert_true(info != NULL && links != NULL);
    make_pairs(info);
    for (uint64_t round = 0; round < 230; round++) {
        const size_t size = 2 + round % (BNC_REPEATS_FEW - 1);
        struct counters want = { .deferred = 0 }, got = { .deferred = 0 };
        struct bnc_seen seen[N_PAIRS] = { { 0 } };
        struct bnc_distinct d = over(&got, seen);

        for (uint32_t b = 0; b < CHAINS; b++) { /* those of a chain are a number of addresses */
            struct bnc_said at[MOST];

            draw_chain(at, size, 1 + (unsigned)round % 3, round * CHAINS + b);
            for (size_t i = 0; i < size; i++) {
                const uint32_t which = at[i].on.campaign & 1;

                at[i].on = occasions[which];
                links[1 + i * CHAINS + b] = (struct bnc_failure_link){
                    (uint32_t)at[i].fp, at[i].pair, which,
                    i == 0 ? 0 : (uint32_t)(1 + (i - 1) * CHAINS + b)
                };
            }
            last[CHAINS - 1 - b] = (uint32_t)(1 + (size - 1) * CHAINS + b);
            count_plainly(&want, info, at, size);
            count_all(&got, info, at, size);
        }
        r = (struct bnc_repeats){ &d, info };
        bnc_repeats_take_off(&r, links, last, CHAINS, size, occasions);
        take_back(&got, &d, info);
        check_counters(&got, &want);
    }
    free(links);
    bnc_big_free(info, N_PAIRS * sizeof *info);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeats__count_once_what_is_said_again),
        cmocka_unit_test(repeats__are_found_in_chains_of_every_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
