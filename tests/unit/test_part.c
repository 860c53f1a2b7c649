/* SPDX-License-Identifier: MIT */
#include "aggregate/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DAY INT64_C(86400)

static struct bnc_part *new_part(enum bnc_detail detail)
{
    const struct bnc_part_options opt = { .detail = detail, .seed = 11 };
    struct bnc_part *part = bnc_part_create(&opt);

    assert_non_null(part);
    return part;
}

/* An event at 'address', which ends in its domain. */
static struct bnc_item item_of(enum bnc_event_type type, const char *address)
{
    struct bnc_item item = { .event = { .type = type, .time = DAY } };
    const char *at = strchr(address, '@');

    item.event.recipient = bnc_span_str(address);
    item.event.domain = bnc_span_str(at + 1);
    return item;
}

/* Short and long domains, at the end of their address and in a column of their own, in any case. */
static void part__finds_a_domain_however_it_is_spelled(void **state)
{
    static const char *const names[] = { "a.b",           "gmx.de",           "mail.com",
                                         "yahoo.com",     "somewhere.example", "sixteen-bytes.io",
                                         "seventeen.co.uk.", "a-very-long-name.of-a.host.example" };
    struct bnc_part *part = new_part(BNC_DETAIL_REPORT);

    (void)state;
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char address[80], shout[80], *alone = malloc(strlen(names[i]));
        struct bnc_item items[4];

        assert_non_null(alone);
        memcpy(alone, names[i], strlen(names[i]));
        snprintf(address, sizeof address, "long.local.part@%s", names[i]);
        for (size_t k = 0; k <= strlen(address); k++)
            shout[k] =
                (char)(address[k] >= 'a' && address[k] <= 'z' ? address[k] - 32 : address[k]);
        items[0] = item_of(BNC_EVENT_BOUNCE, address);
        items[1] = item_of(BNC_EVENT_BOUNCE, shout);
        items[2] = item_of(BNC_EVENT_BOUNCE, address + strlen("long.local.par"));
        items[3] = items[0];
        items[3].event.domain = bnc_span_from(alone, strlen(names[i]));
        for (unsigned pass = 0; pass < 2; pass++) {
            assert_int_equal(bnc_part_locate(part, items, 4), BNC_OK);
            for (unsigned k = 0; k < 4; k++)
                assert_int_equal(items[k].domain, i + 2); /* number 0 has no name */
        }
        assert_true(items[0].address == bnc_hash_span(bnc_span_str(address)));
        assert_true(items[1].address == items[0].address);
        free(alone);
    }
    bnc_part_free(part);
}

/* Who got mail stops to matter where all bits of a sketch are set; who did not never does. */
static void part__asks_who_it_was_while_that_tells_something(void **state)
{
    (void)state;
    for (int detail = BNC_DETAIL_REPORT; detail <= BNC_DETAIL_LISTS; detail++) {
        struct bnc_part *part = new_part((enum bnc_detail)detail);
        struct bnc_item item;
        char address[64];

        for (unsigned i = 0; i < 3000; i++) {
            snprintf(address, sizeof address, "recipient.%u@large.example", i);
            item = item_of(BNC_EVENT_DELIVERED, address);
            assert_int_equal(bnc_part_locate(part, &item, 1), BNC_OK);
            assert_true(i >= 64 || item.address != 0);
            assert_int_equal(bnc_part_add(part, &item, 1, 0), BNC_OK);
        }
        item = item_of(BNC_EVENT_DELIVERED, "another@large.example");
        assert_int_equal(bnc_part_locate(part, &item, 1), BNC_OK);
        assert_int_equal(item.address == 0, detail == BNC_DETAIL_REPORT);
        item = item_of(BNC_EVENT_BOUNCE, "another@large.example");
        assert_int_equal(bnc_part_locate(part, &item, 1), BNC_OK);
        assert_true(item.address != 0);
        item = item_of(BNC_EVENT_DELIVERED, "another@small.example");
        assert_int_equal(bnc_part_locate(part, &item, 1), BNC_OK);
        assert_true(item.address != 0);
        bnc_part_free(part);
    }
}

/* Counts 'items' by 'step' at a time; the caller frees the tally. */
static struct bnc_tally *count_by(struct bnc_item *items, size_t n, size_t step)
{
    struct bnc_part *part = new_part(BNC_DETAIL_REPORT);
    struct bnc_tally *tally;

    for (size_t i = 0; i < n; i++)
        items[i].domain = 0;
    for (size_t i = 0; i < n; i += step)
        assert_int_equal(bnc_part_add(part, items + i, n - i < step ? n - i : step, 0), BNC_OK);
    assert_int_equal(bnc_tally_finish(&tally, &part, 1, NULL, NULL, NULL), BNC_OK);
    bnc_part_free(part);
    return tally;
}

static void assert_same_cells(const struct bnc_tally *a, const struct bnc_tally *b)
{
    assert_int_equal(a->n_cells, b->n_cells);
    for (size_t i = 0; i < a->n_cells; i++) {
        const struct bnc_cell *x = &a->cells[i], *y = &b->cells[i];

        assert_true(x->kind == y->kind && x->subject == y->subject && x->provider == y->provider &&
                    x->col == y->col);
        assert_true(x->n == y->n && x->first == y->first && x->last == y->last);
    }
}

/* Far more mailings in a batch than stand side by side: what stands there changes in between. */
static void part__counts_mailings_that_want_one_place(void **state)
{
    enum { N = 40 * BNC_BATCH };
    struct bnc_item *items = calloc(N, sizeof *items);
    char(*campaign)[16] = calloc(N, sizeof *campaign);
    struct bnc_tally *at_once, *singly;

    (void)state;
    assert_true(items != NULL && campaign != NULL);
    for (unsigned i = 0; i < N; i++) {
        snprintf(campaign[i], sizeof campaign[i], "job%u", i * 7 % 509);
        items[i] = item_of(i % 5 < 2 ? BNC_EVENT_DELIVERED : BNC_EVENT_SENT,
                           "someone@mail.example");
        items[i].event.time = DAY + i;
        items[i].event.campaign = bnc_span_str(campaign[i]);
        items[i].row = i + 2;
    }
    at_once = count_by(items, N, BNC_BATCH);
    singly = count_by(items, N, 1);
    assert_int_equal(at_once->n_subjects[BNC_KIND_CAMPAIGN], 509);
    assert_same_cells(at_once, singly);
    bnc_tally_free(at_once);
    bnc_tally_free(singly);
    free(campaign);
    free(items);
}

/* Names of all lengths that differ in one byte only, wherever it is, and in their lengths. */
static void part__tells_names_apart_by_any_byte(void **state)
{
    enum { LONGEST = 40, N = LONGEST * (LONGEST + 3) / 2 };
    struct bnc_item *items = calloc(N, sizeof *items);
    char(*name)[LONGEST] = calloc(N, sizeof *name);
    struct bnc_tally *tally;
    size_t n = 0;

    (void)state;
    assert_true(items != NULL && name != NULL);
    for (size_t len = 1; len <= LONGEST; len++)
        for (size_t at = 0; at <= len; at++, n++) {
            memset(name[n], 'a', len);
            if (at < len)
                name[n][at] = 'b';
            items[n] = item_of(BNC_EVENT_SENT, "someone@mail.example");
            items[n].event.campaign = bnc_span_from(name[n], len);
            items[n].event.sending_ip = items[n].event.sender_domain = items[n].event.campaign;
        }
    assert_int_equal(n, N);
    tally = count_by(items, N, BNC_BATCH);
    assert_int_equal(tally->n_subjects[BNC_KIND_CAMPAIGN], N);
    assert_int_equal(tally->n_subjects[BNC_KIND_SENDING_IP], N);
    assert_int_equal(tally->n_subjects[BNC_KIND_SENDER_DOMAIN], N);
    for (unsigned k = BNC_KIND_CAMPAIGN; k < BNC_N_KINDS; k++)
        for (size_t i = 0; i < N; i++)
            assert_int_equal(tally->subject[k][i].n[BNC_EVENT_SENT], 1);
    bnc_tally_free(tally);
    free(name);
    free(items);
}

/* The provider of a domain that no table knows is that of most of its deliveries. */
static void part__lets_deliveries_vote(void **state)
{
    enum { N = 3 * BNC_BATCH };
    struct bnc_item *items = calloc(N, sizeof *items);

    (void)state;
    assert_non_null(items);
    for (unsigned most = 1; most <= 3; most++) {
        struct bnc_tally *tally;

        for (unsigned i = 0; i < N; i++) {
            items[i] = item_of(BNC_EVENT_DELIVERED, "someone@mail.example");
            items[i].provider = (uint16_t)(i % 7 < 3 ? most : i % 3 + 1);
            items[i].row = i + 2;
        }
        tally = count_by(items, N, BNC_BATCH);
        assert_int_equal(tally->n_domains, 1);
        assert_int_equal(tally->domains[0].n[BNC_EVENT_DELIVERED], N);
        assert_int_equal(tally->domains[0].provider, most);
        bnc_tally_free(tally);
    }
    free(items);
}

/* More votes than a domain has room for are counted elsewhere, in a part and of all parts. */
static void part__counts_votes_beyond_32_bits(void **state)
{
    struct bnc_item items[BNC_BATCH];
    struct bnc_part *parts[2];
    struct bnc_tally *tally;

    (void)state;
    for (unsigned p = 0; p < 2; p++) {
        parts[p] = new_part(BNC_DETAIL_REPORT);
        for (unsigned i = 0; i < BNC_BATCH; i++) {
            items[i] = item_of(BNC_EVENT_DELIVERED, "someone@mail.example");
            items[i].provider = i < 4 ? 2 : 1;
        }
        assert_int_equal(bnc_part_add(parts[p], items, 2, 0), BNC_OK);
        assert_int_equal(bnc_part_domain(parts[p], items[0].domain - 1)->votes, 2);
        if (p == 0)
            bnc_part_domain(parts[p], items[0].domain - 1)->votes = UINT32_MAX - 1;
        assert_int_equal(bnc_part_add(parts[p], items + 2, BNC_BATCH - 2, 0), BNC_OK);
        assert_int_equal(bnc_part_domain(parts[p], items[0].domain - 1)->votes,
                         p == 0 ? UINT32_MAX : 4);
    }
    assert_int_equal(bnc_tally_finish(&tally, parts, 2, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(tally->n_domains, 1);
    assert_int_equal(tally->domains[0].provider, 2);
    bnc_tally_free(tally);
    bnc_part_free(parts[0]);
    bnc_part_free(parts[1]);
}

/* Domains that were looked up, and of which nothing was added, are not told: a filter had them. */
static void part__tells_domains_that_are_used(void **state)
{
    (void)state;
    for (unsigned all = 0; all < 2; all++) {
        const struct bnc_part_options opt = { .seed = 11, .adds_all = all };
        struct bnc_part *part = bnc_part_create(&opt);
        struct bnc_item items[4] = { item_of(BNC_EVENT_BOUNCE, "a@one.example"),
                                     item_of(BNC_EVENT_DELIVERED, "a@two.example"),
                                     item_of(BNC_EVENT_BOUNCE, "a@three.example"),
                                     item_of(BNC_EVENT_BOUNCE, "a@") };
        struct bnc_tally *tally;

        assert_non_null(part);
        assert_int_equal(bnc_part_locate(part, items, 4), BNC_OK);
        items[all ? 2 : 0] = items[3];
        assert_int_equal(bnc_part_add(part, items, all ? 4 : 2, 0), BNC_OK);
        assert_int_equal(bnc_tally_finish(&tally, &part, 1, NULL, NULL, NULL), BNC_OK);
        assert_int_equal(tally->n_domains, all ? 3 : 2);
        assert_int_equal(tally->domains[0].name.len, 0);
        assert_int_equal(tally->domains[0].n[BNC_EVENT_BOUNCE], all ? 2 : 1);
        bnc_tally_free(tally);
        bnc_part_free(part);
    }
}

/* Enough failures of few addresses that their log is folded while it fills: none is lost. */
static void part__folds_failures_without_losing_count(void **state)
{
    enum { N_ADDRESSES = 3000, N_ROUNDS = 700, N_DOMAINS = 7 };
    const struct bnc_entry entry = { .template_text = BNC_SPAN("452 mailbox full"),
                                     .type = BNC_EVENT_DEFERRAL };
    struct bnc_item *items = calloc(N_ADDRESSES, sizeof *items);
    char(*address)[32] = calloc(N_ADDRESSES, sizeof *address);
    struct bnc_part *part = new_part(BNC_DETAIL_REPORT);
    struct bnc_tally *tally;

    (void)state;
    assert_true(items != NULL && address != NULL);
    for (unsigned i = 0; i < N_ADDRESSES; i++) {
        snprintf(address[i], sizeof address[i], "user%u@dom%u.example", i, i % N_DOMAINS);
        items[i] = item_of(BNC_EVENT_DEFERRAL, address[i]);
        items[i].entry = &entry;
    }
    for (unsigned round = 0; round < N_ROUNDS; round++)
        for (unsigned i = 0, n; i < N_ADDRESSES; i += n) {
            n = N_ADDRESSES - i < BNC_BATCH ? N_ADDRESSES - i : BNC_BATCH;
            for (unsigned k = i; k < i + n; k++)
                items[k].event.time = DAY + round % 3 * DAY;
            assert_int_equal(bnc_part_add(part, items + i, n, 0), BNC_OK);
        }
    assert_true(part->sums.failures.fold_at > 0);
    assert_int_equal(bnc_tally_finish(&tally, &part, 1, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(tally->n[BNC_EVENT_DEFERRAL], N_ADDRESSES * N_ROUNDS);
    assert_int_equal(tally->recipients_failed, N_ADDRESSES);
    assert_int_equal(tally->recipients_deferred, N_ADDRESSES);
    assert_int_equal(tally->n_subjects[BNC_KIND_DAY], 3);
    for (unsigned day = 0; day < 3; day++)
        assert_int_equal(tally->subject[BNC_KIND_DAY][day].recipients_failed, N_ADDRESSES);
    assert_int_equal(tally->n_templates, 1);
    assert_int_equal(tally->templates[0].recipients, N_ADDRESSES);
    assert_int_equal(tally->n_domains, N_DOMAINS);
    bnc_tally_free(tally);
    bnc_part_free(part);
    free(address);
    free(items);
}

/* A state may have been written by anybody: records of failures beside no count of them. */
static void part__failures_that_were_never_counted_are_noticed(void **state)
{
    static const enum bnc_detail details[] = { BNC_DETAIL_REPORT, BNC_DETAIL_LISTS };
    const struct bnc_entry entry = { .template_text = BNC_SPAN("452 mailbox full"),
                                     .type = BNC_EVENT_DEFERRAL };

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct bnc_part *part = new_part(details[i]);
        struct bnc_tally *tally = NULL;
        struct bnc_error err = { .status = BNC_OK };
        struct bnc_item item = item_of(BNC_EVENT_DEFERRAL, "user@dom.example");

        item.entry = &entry;
        assert_int_equal(bnc_part_add(part, &item, 1, 0), BNC_OK);
        assert_int_equal(part->sums.pairs.n, 1);
        part->sums.pairs.at[0].n = 0;
        part->is_state = true;
        assert_int_equal(bnc_tally_finish(&tally, &part, 1, NULL, NULL, &err), BNC_EDATA);
        assert_string_equal(err.text, "a state contradicts itself: an address was never counted");
        assert_null(tally);
        bnc_part_free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(part__finds_a_domain_however_it_is_spelled),
        cmocka_unit_test(part__asks_who_it_was_while_that_tells_something),
        cmocka_unit_test(part__counts_mailings_that_want_one_place),
        cmocka_unit_test(part__tells_names_apart_by_any_byte),
        cmocka_unit_test(part__lets_deliveries_vote),
        cmocka_unit_test(part__counts_votes_beyond_32_bits),
        cmocka_unit_test(part__tells_domains_that_are_used),
        cmocka_unit_test(part__folds_failures_without_losing_count),
        cmocka_unit_test(part__failures_that_were_never_counted_are_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
