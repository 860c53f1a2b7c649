/* SPDX-License-Identifier: MIT */
#include "aggregate/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEED UINT64_C(0x5851f42d4c957f2d)
#define N 60000u

enum { DELIVERED, FAILED, NAMED, N_KINDS };

struct wanted {
    struct bnc_address_rec rec;
    unsigned kind, n_read;
    char local[160];
    struct bnc_span domain;
};

static uint64_t draw(uint64_t i)
{
    return bnc_mix64(i ^ BNC_HASH_K1, SEED);
}

static struct bnc_span domain_of(uint32_t pair)
{
    return pair % 2 == 0 ? BNC_SPAN("one.example") : BNC_SPAN("two.example");
}

/*
 * Local parts of 0 to 127 bytes, small, with capitals, or with any byte. Times and campaigns mostly
 * go on slowly, to either side; some are just too far for that, and some anywhere. Pairs are of any
 * size.
 */
static void make(struct wanted *w, uint32_t i)
{
    const uint64_t random = draw(i);
    char whole[200];
    int n;

    w->kind = (unsigned)(random % N_KINDS);
    w->rec.what = BNC_WHAT(i % 41 == 0 ? random >> (36 + i % 3 * 8) : i / 1000 + (random >> 8 & 7),
                           w->kind == DELIVERED ? BNC_EVENT_DELIVERED : 1 + i % BNC_CODE_LATE);
    w->rec.time = i % 50 == 0   ? 0
                  : i % 37 == 0 ? (uint32_t)(random >> 32)
                  : i % 31 == 0 ? UINT32_MAX
                                : (1u << 30) + i * 64 + (uint32_t)(random >> 44 & 0x7ff);
    w->rec.pair = (uint32_t)(draw(random) >> (34 + i % 30));
    w->domain = domain_of(w->rec.pair);
    n = snprintf(w->local, sizeof w->local, "%s%u-%.*s", i % 5 == 0 ? "Mc\xc3\xa9" : "mc", i,
                 (int)(i % 7 == 0 ? random >> 50 & 63 : 0),
                 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789");
    n = snprintf(whole, sizeof whole, "%.*s@%s", n, w->local, w->domain.at);
    w->rec.fp = bnc_address_fp(bnc_span_from(whole, (size_t)n));
}

static void push(struct bnc_lean_log *l, const struct wanted *w)
{
    const struct bnc_lean_event e = { w->rec.what, w->rec.time };

    if (w->kind == DELIVERED)
        assert_true(bnc_lean_push_delivered(l, w->rec.fp, e));
    else if (w->kind == FAILED)
        assert_true(bnc_lean_push_failed(l, w->rec.fp, w->rec.pair, e));
    else
        assert_true(bnc_lean_push_named(l, w->rec.fp, w->rec.pair, e, bnc_span_str(w->local)));
}

/* What can be told of a fingerprint. */
static uint64_t told(const struct wanted *w)
{
    return w->kind == DELIVERED ? w->rec.fp | BNC_LEAN_CUT : w->rec.fp;
}

static int by_fp(const void *a, const void *b)
{
    const uint64_t x = told(a), y = told(b);

    return (x > y) - (x < y);
}

static struct wanted *find(struct wanted *all, const struct bnc_address_rec *r)
{
    struct wanted key = { .rec.fp = r->fp, .kind = FAILED };
    struct wanted *const w = bsearch(&key, all, N, sizeof *all, by_fp);

    assert_non_null(w);
    w->n_read++;
    assert_int_equal(w->rec.what, r->what);
    assert_int_equal(w->rec.time, r->time);
    if (w->kind == DELIVERED)
        assert_int_equal(r->pair, BNC_LEAN_SAME);
    else
        assert_int_equal(r->pair, w->rec.pair | BNC_LEAN_OWN);
    return w;
}

static void check_text(const struct wanted *w, const char *at)
{
    const struct bnc_text t = bnc_text_read(at);

    assert_true(t.fp == w->rec.fp && t.is_local);
    assert_int_equal(t.text.len, strlen(w->local) + 1);
    assert_memory_equal(t.text.at, w->local, t.text.len - 1);
    assert_int_equal(t.text.at[t.text.len - 1], '@');
}

/* Reads a partition; how many records it has. */
static size_t read_part(const struct bnc_lean_log *l, unsigned p, struct wanted *all)
{
    struct bnc_address_rec *recs = malloc((bnc_lean_n(l, p) + 1) * sizeof *recs), *end, *r;
    char *texts = malloc(bnc_lean_texts(l, p) + BNC_LEAN_ROOM), *to = texts;
    size_t n;

    end = bnc_lean_read_named(l, p, recs);
    for (r = recs; r < end; r++) {
        char *const at = to;

        to = bnc_lean_spell(r, domain_of(r->pair & ~BNC_LEAN_OWN), to);
        assert_int_equal(bnc_log_part(r->fp), p);
        check_text(find(all, r), at);
    }
    assert_true((size_t)(to - texts) <= bnc_lean_texts(l, p));
    end = bnc_lean_read_failed(l, p, end);
    end = bnc_lean_read_delivered(l, p, NULL, end);
    for (; r < end; r++)
        find(all, r);
    n = (size_t)(end - recs);
    assert_int_equal(n, bnc_lean_n(l, p));
    free(recs);
    free(texts);
    return n;
}

static void lean_log__gives_back_what_was_logged(void **state)
{
    struct wanted *all = calloc(N, sizeof *all);
    struct bnc_lean_log *l = bnc_lean_create();
    size_t n = 0;

    (void)state;
    assert_true(all != NULL && l != NULL);
    for (uint32_t i = 0; i < N; i++) {
        make(&all[i], i);
        push(l, &all[i]);
    }
    qsort(all, N, sizeof *all, by_fp);
    for (unsigned p = 0; p < BNC_LOG_PARTS; p++)
        n += read_part(l, p, all);
    assert_int_equal(n, N);
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(all[i].n_read, 1);
    bnc_lean_free(l);
    free(all);
}

static void push_three(struct bnc_lean_log *l, uint64_t fp, uint32_t campaign, uint32_t time)
{
    assert_true(bnc_lean_push_delivered(
        l, fp, (struct bnc_lean_event){ BNC_WHAT(campaign, BNC_EVENT_DELIVERED), time }));
    assert_true(bnc_lean_push_failed(
        l, fp, 1, (struct bnc_lean_event){ BNC_WHAT(campaign, BNC_EVENT_DEFERRAL), time }));
    assert_true(bnc_lean_push_named(
        l, fp, 2, (struct bnc_lean_event){ BNC_WHAT(campaign, BNC_EVENT_BOUNCE), time },
        BNC_SPAN("first.last")));
}

/* So many bytes of each kind, beside the first time, which is far. */
static void expect_bytes(const struct bnc_lean_log *l, unsigned part, size_t n, size_t more)
{
    assert_int_equal(bnc_log_bytes(&l->delivered.log, part), 5 + n * 8 + more);
    assert_int_equal(bnc_log_bytes(&l->failed.log, part), 5 + n * 11 + more);
    assert_int_equal(bnc_log_bytes(&l->named.log, part), 5 + n * (4 + 7) + more);
    assert_int_equal(bnc_lean_n(l, part), 3 * n);
}

static void lean_log__takes_few_bytes(void **state)
{
    struct bnc_lean_log *l = bnc_lean_create();
    const uint64_t fp = UINT64_C(1) << 60;

    (void)state;
    for (unsigned i = 0; i < 10; i++)
        push_three(l, fp, i % 2 * 3, (1u << 30) + i % 2 * 511);
    expect_bytes(l, bnc_log_part(fp), 10, 0);
    bnc_lean_release(l);
    assert_int_equal(bnc_lean_n(l, bnc_log_part(fp)), 0);
    for (unsigned i = 0; i < 10; i++)
        push_three(l, fp, i == 5 ? 9 : 0, (1u << 30) + (i == 5 ? 40000 : 0));
    expect_bytes(l, bnc_log_part(fp), 10, 2 * (1 + 3));
    bnc_lean_forget(l, bnc_log_part(fp));
    assert_int_equal(bnc_lean_n(l, bnc_log_part(fp)), 0);
    bnc_lean_free(l);
}

/* Every distance there is around the last that is near, to either side. */
static void lean_log__tells_near_from_far(void **state)
{
    const uint32_t from = 1u << 30;

    (void)state;
    for (uint32_t d = 505; d < 520; d++) {
        struct bnc_lean_log *l = bnc_lean_create();
        struct bnc_address_rec recs[4], *r = recs;

        push_three(l, 1, 100, from);
        push_three(l, 1, 100 + d % 8, from + d);
        push_three(l, 1, 100, from);
        push_three(l, 1, 100 - d % 8, from - d);
        expect_bytes(l, 0, 4, 1 + (d > 511 ? 3 * 2 : 0) + (d % 8 > 3 ? 3 : 0));
        assert_ptr_equal(bnc_lean_read_failed(l, 0, recs), recs + 4);
        assert_true(BNC_WHAT_CAMPAIGN(r[1].what) == 100 + d % 8 && r[1].time == from + d);
        assert_true(BNC_WHAT_CAMPAIGN(r[2].what) == 100 && r[2].time == from);
        assert_true(BNC_WHAT_CAMPAIGN(r[3].what) == 100 - d % 8 && r[3].time == from - d);
        bnc_lean_free(l);
    }
}

static void lean_log__has_room_for_short_texts(void **state)
{
    const struct bnc_span domain = BNC_SPAN("one.example");

    (void)state;
    for (size_t len = 0; len <= 12; len++) {
        struct bnc_lean_log *l = bnc_lean_create();
        struct bnc_address_rec recs[1000], *end;
        char *texts, *to;

        for (uint32_t i = 0; i < 1000; i++)
            assert_true(bnc_lean_push_named(l, 5, i % 50, (struct bnc_lean_event){ 1, i },
                                            bnc_span_from("abcdefghijkl", len)));
        to = texts = malloc(bnc_lean_texts(l, 0) + BNC_LEAN_ROOM);
        end = bnc_lean_read_named(l, 0, recs);
        assert_ptr_equal(end, recs + 1000);
        for (struct bnc_address_rec *r = recs; r < end; r++) {
            to = bnc_lean_spell(r, domain, to);
            assert_int_equal(bnc_text_read(to - BNC_TEXT_HEAD - len - 1).text.len, len + 1);
            assert_true((size_t)(to - texts) <= bnc_lean_texts(l, 0));
        }
        free(texts);
        bnc_lean_free(l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lean_log__gives_back_what_was_logged),
        cmocka_unit_test(lean_log__takes_few_bytes),
        cmocka_unit_test(lean_log__tells_near_from_far),
        cmocka_unit_test(lean_log__has_room_for_short_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
