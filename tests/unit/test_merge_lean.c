/* SPDX-License-Identifier: MIT
 * test_merge_lean.c - where nothing but lists is wanted, everything is counted and listed as where
 * all is kept, but for what no list can ask for.
 */
#include "aggregate/merged.h"
#include "aggregate/often.h"
#include "aggregate/part.h"
#include "tally_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/*
 * Makes some of the events odd: flags, other types, long names and, with 'domains', those of other
 * columns.
 */
static void make_odd(struct world *w, bool domains)
{
    static char long_name[400];

    memset(long_name, 'x', sizeof long_name - 1);
    memcpy(long_name + sizeof long_name - 13, "@dom1.example", 13);
    for (unsigned i = 0; i < WORLD_EVENTS; i++) {
        struct bnc_event *const e = &w->events[i].event;

        if (e->recipient.len == 0)
            continue;
        if (domains && world_random(w, 10) == 0)
            e->domain = bnc_span_str(world_random(w, 2) == 0 ? "DOM1.example" : "other.example");
        if (domains && world_random(w, 20) == 0)
            e->domain = bnc_span_from("", 0);
        if (world_random(w, 15) == 0)
            e->flags = 1;
        if (world_random(w, 30) == 0) {
            const size_t cut = world_random(w, 2) == 0 ? 0 : 200;

            e->recipient = bnc_span_from(long_name + cut, sizeof long_name - cut);
            e->domain = bnc_span_from(long_name + sizeof long_name - 12, 12);
        }
        if (w->events[i].entry < 0 && world_random(w, 12) == 0)
            e->type = world_random(w, 2) == 0 ? BNC_EVENT_COMPLAINT : BNC_EVENT_SUPPRESSED;
    }
}

static struct bnc_tally *deal(struct world *w, unsigned n_parts, bool lists_only, bool often)
{
    struct bnc_part_options opt = { .detail = BNC_DETAIL_LISTS,
                                    .seed = 77,
                                    .sources = world_sources,
                                    .n_sources = WORLD_SOURCES,
                                    .lists_only = lists_only };
    struct bnc_part *parts[4] = { NULL };
    struct bnc_tally *t = NULL;

    if (often)
        assert_non_null(opt.often = calloc(1, sizeof *opt.often));
    for (unsigned p = 0; p < n_parts; p++)
        assert_non_null(parts[p] = bnc_part_create(&opt));
    for (unsigned i = 0; i < WORLD_EVENTS; i++) {
        const struct world_event *const e = &w->events[lists_only ? WORLD_EVENTS - 1 - i : i];
        struct bnc_item item = world_item(w, e);

        assert_int_equal(bnc_part_add(parts[world_random(w, n_parts)], &item, 1, e->source),
                         BNC_OK);
    }
    for (unsigned p = 0; p < n_parts; p++)
        if (lists_only)
            bnc_part_spend(parts[p]);
    assert_int_equal(bnc_tally_finish(&t, parts, n_parts, NULL, NULL, NULL), BNC_OK);
    for (unsigned p = 0; p < n_parts; p++)
        bnc_part_free(parts[p]);
    free(opt.often);
    return t;
}

/* Whether 'o' is a failure that nothing delivered wiped out. */
static bool is_asked_for(const struct bnc_address *a, const struct bnc_outcome *o)
{
    return bnc_outcome_fails(o) &&
           bnc_outcome_order(o) > bnc_outcomes_delivered(a->outcomes, a->n_outcomes);
}

/* The addresses that lists can ask for, as text. */
static char *dump_asked_for(const struct bnc_tally *t)
{
    struct bnc_buf b = { 0 }, room = { 0 };

    for (size_t i = 0; i < t->n_addresses; i++) {
        const struct bnc_address *const a = bnc_tally_address(t, i, &room);
        unsigned n = 0;
        bool bounced = false;

        for (uint32_t k = 0; k < a->n_outcomes; k++) {
            n += is_asked_for(a, &a->outcomes[k]);
            bounced |= is_asked_for(a, &a->outcomes[k]) && a->outcomes[k].type == BNC_EVENT_BOUNCE;
        }
        if (!bounced && n < BNC_LISTED_DEFERRALS && (a->states & BNC_ADDR_COMPLAINED) == 0)
            continue;
        bnc_buf_printf(&b, "\n%u %u", a->domain, a->states & BNC_ADDR_COMPLAINED);
        dump_span(&b, bnc_address_text(a));
        for (uint32_t k = 0; k < a->n_outcomes; k++)
            if (is_asked_for(a, &a->outcomes[k]))
                bnc_buf_printf(&b, " (%u %u %u %u %u)", (unsigned)a->outcomes[k].campaign,
                               (unsigned)a->outcomes[k].type, a->outcomes[k].template,
                               a->outcomes[k].first, a->outcomes[k].last);
    }
    bnc_buf_puts(&b, "\n");
    bnc_buf_release(&room);
    return b.at;
}

/* The same of both: counts, sums of addresses, and what lists ask for. */
static void compare(const struct bnc_tally *all, const struct bnc_tally *lean)
{
    char *a = dump_tally(all, false), *b = dump_tally(lean, false);

    assert_string_equal(a, b);
    free(a);
    free(b);
    a = dump_asked_for(all);
    b = dump_asked_for(lean);
    assert_string_equal(a, b);
    assert_true(strlen(a) > 100);
    free(a);
    free(b);
}

static void lean__tells_lists_all_they_ask_for(void **state)
{
    struct world *w = malloc(sizeof *w);

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct bnc_tally *all, *lean;

        world_make(w, seed);
        make_odd(w, seed % 2 == 0);
        all = deal(w, 1, false, false);
        for (unsigned way = 0; way < 4; way++) {
            lean = deal(w, 1 + way % 3, true, way % 2 == 1 && seed % 2 == 1);
            compare(all, lean);
            if (seed % 2 == 1)
                assert_int_equal(all->recipients_kept, lean->recipients_kept);
            bnc_tally_free(lean);
        }
        bnc_tally_free(all);
    }
    free(w);
}

/* ---- few addresses again and again: logs are folded ---- */

static struct bnc_tally *tell_often(struct world *w, bool lists_only, unsigned rows)
{
    const struct bnc_part_options opt = { .detail = BNC_DETAIL_LISTS,
                                          .seed = 5,
                                          .lists_only = lists_only };
    struct bnc_part *part = bnc_part_create(&opt);
    struct bnc_tally *t = NULL;
    char address[64];

    for (unsigned i = 0; i < rows; i++) {
        const unsigned n = (unsigned)(bnc_mix64(i ^ BNC_HASH_K0, BNC_HASH_K1) % 9000);
        struct bnc_item item = { .entry = i % 3 == 0 ? NULL : &w->entries[i % 3], .row = i };

        snprintf(address, sizeof address, "%cser.%u@dom%u.example", i % 7 == 0 ? 'U' : 'u', n,
                 n % 9);
        item.event =
            (struct bnc_event){ .type = item.entry == NULL ? BNC_EVENT_DELIVERED : item.entry->type,
                                .time = WORLD_START + i / 20,
                                .recipient = bnc_span_str(address),
                                .domain = bnc_span_str(strchr(address, '@') + 1),
                                .campaign = bnc_span_str(i % 5 == 0 ? "job" : "news") };
        assert_int_equal(bnc_part_add(part, &item, 1, 0), BNC_OK);
    }
    for (unsigned p = 0; lists_only && p < BNC_LOG_PARTS; p++)
        assert_true(bnc_lean_n(part->lean, p) < rows / BNC_LOG_PARTS / 2);
    assert_int_equal(bnc_tally_finish(&t, &part, 1, NULL, NULL, NULL), BNC_OK);
    bnc_part_free(part);
    return t;
}

static void lean__folds_what_is_equal(void **state)
{
    struct world *w = malloc(sizeof *w);
    struct bnc_tally *all, *lean;

    (void)state;
    world_make(w, 3);
    all = tell_often(w, false, 700000);
    lean = tell_often(w, true, 700000);
    compare(all, lean);
    bnc_tally_free(all);
    bnc_tally_free(lean);
    free(w);
}

/* ---- a delivery says most of a fingerprint ---- */

#define TELLING 1500u /* records; each on a day of its own */
#define PREFIXES 700u

static uint64_t prefix_of(uint64_t fp)
{
    return fp | BNC_LEAN_CUT;
}

/* Records of a partition; most of those who share a prefix are one address. */
static void tell(struct bnc_lean_log *l, uint64_t *fp, uint64_t seed)
{
    for (uint32_t i = 0; i < TELLING; i++) {
        const uint64_t random = bnc_mix64(i ^ BNC_HASH_K0, seed * BNC_HASH_K1 | 1);
        const uint64_t low[] = { 5, random >> 50, BNC_LEAN_CUT, 5, 5, 5, 6, 5 };
        const bool fails = random >> 40 & 1;
        const struct bnc_lean_event e = { BNC_WHAT(0, fails ? BNC_EVENT_BOUNCE
                                                            : BNC_EVENT_DELIVERED),
                                          (i + 1) * BNC_SECONDS_PER_DAY };

        fp[i] = random % PREFIXES * 0x4321 << 7 | (low[random >> 60 & 7] & BNC_LEAN_CUT);
        assert_true(fails ? bnc_lean_push_failed(l, fp[i], 0, e)
                          : bnc_lean_push_delivered(l, fp[i], e));
        fp[i] |= (uint64_t)fails << 63; /* partition 0: the bit is free */
    }
}

/* How many records there should be: failures, and deliveries for each who failed. */
static size_t count_told(const uint64_t *fp, const struct bnc_address_rec *r, size_t n_read)
{
    size_t n = 0;

    for (size_t i = 0; i < n_read; i++)
        if (i == 0 || r[i].fp != r[i - 1].fp)
            for (uint32_t k = 0; k < TELLING; k++)
                n += fp[k] >> 63 ? fp[k] << 1 >> 1 == r[i].fp
                                 : prefix_of(fp[k]) == prefix_of(r[i].fp);
    return n;
}

static void check_told(const uint64_t *fp, const struct bnc_address_rec *r, size_t n)
{
    size_t n_failed = 0, n_failures = 0;

    for (size_t i = 0; i < n; i++) {
        const uint64_t meant = fp[r[i].time / BNC_SECONDS_PER_DAY - 1];
        const bool fails = BNC_WHAT_TYPE(r[i].what) == BNC_EVENT_BOUNCE;

        assert_true(i == 0 || r[i - 1].fp <= r[i].fp);
        assert_int_equal(r[i].pair, 0);
        assert_int_equal(meant >> 63, fails);
        assert_true(fails ? meant << 1 >> 1 == r[i].fp : prefix_of(meant) == prefix_of(r[i].fp));
        n_failed += fails;
    }
    for (uint32_t k = 0; k < TELLING; k++)
        n_failures += fp[k] >> 63;
    assert_int_equal(n_failed, n_failures);
    assert_int_equal(n, count_told(fp, r, n));
    assert_true(n > n_failures + TELLING / 8);
}

static void lean__gives_a_delivery_to_all_it_may_be_of(void **state)
{
    const struct bnc_part_options opt = { .detail = BNC_DETAIL_LISTS, .lists_only = true };
    uint32_t zero = 0, *zeros[1 + BNC_N_OVERLAYS];
    uint64_t *const fp = malloc(TELLING * sizeof *fp);

    (void)state;
    for (size_t i = 0; i < 1 + BNC_N_OVERLAYS; i++)
        zeros[i] = &zero;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct bnc_part *part = bnc_part_create(&opt);
        struct bnc_merged *m = calloc(1, sizeof *m);
        struct bnc_address_sort s = { 0 };
        struct bnc_lean_room room = { 0 };
        struct bnc_texts texts;
        size_t n;

        *m = (struct bnc_merged){ .parts = &part, .n_parts = 1, .n_pairs = 1, .pair_map = zeros };
        m->name_map[BNC_KIND_CAMPAIGN] = zeros;
        tell(part->lean, fp, seed);
        n = bnc_merged_lean(m, 0, &s, &room, &texts);
        check_told(fp, s.at, n);
        bnc_address_sort_release(&s);
        bnc_lean_room_release(&room);
        bnc_part_free(part);
        free(m);
    }
    free(fp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lean__tells_lists_all_they_ask_for),
        cmocka_unit_test(lean__folds_what_is_equal),
        cmocka_unit_test(lean__gives_a_delivery_to_all_it_may_be_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
