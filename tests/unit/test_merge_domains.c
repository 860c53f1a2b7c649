/* SPDX-License-Identifier: MIT */
#include "aggregate/keysort.h"
#include "tally_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- keys ---- */

static void check_keys(struct world *w, size_t n, uint64_t n_distinct)
{
    uint64_t sum = 0;
    void *const room = malloc(bnc_keys_bytes(n));
    struct bnc_keys keys;

    assert_non_null(room);
    bnc_keys_init(&keys, n, room);
    for (size_t i = 0; i < n; i++) {
        keys.at[i] = (struct bnc_sortkey){ world_random(w, n_distinct) * 0x10001, i };
        sum += keys.at[i].key ^ i;
    }
    bnc_keys_sort(&keys, NULL, NULL);
    for (size_t i = 0; i < n; i++) {
        sum -= keys.at[i].key ^ keys.at[i].ref;
        assert_true(i == 0 || keys.at[i - 1].key < keys.at[i].key ||
                    (keys.at[i - 1].key == keys.at[i].key && keys.at[i - 1].ref < keys.at[i].ref));
    }
    assert_true(sum == 0);
    assert_true(keys.cut[0] == 0 && keys.cut[BNC_KEY_SLICES] == n);
    for (size_t i = 1; i <= BNC_KEY_SLICES; i++) {
        assert_true(keys.cut[i - 1] <= keys.cut[i]);
        assert_true(keys.cut[i] == 0 || keys.cut[i] == n ||
                    keys.at[keys.cut[i] - 1].key != keys.at[keys.cut[i]].key);
    }
    free(room);
}

static void keys__are_in_order_and_none_is_in_two_slices(void **state)
{
    static const size_t n[] = { 0, 1, 60, 4096, 4097, 5003, 30000 };
    static const uint64_t n_distinct[] = { 1, 3, 70, 50000, UINT64_MAX };
    struct world w = { .random = 7 };

    (void)state;
    for (size_t i = 0; i < sizeof n / sizeof n[0]; i++)
        for (size_t k = 0; k < sizeof n_distinct / sizeof n_distinct[0]; k++)
            check_keys(&w, n[i], n_distinct[k]);
}

/* ---- domains ---- */

enum { N_NAMES = 9000, N_PARTS = 3 };

struct names {
    char text[N_NAMES][48];
};

/* Many begin alike, up to their last byte and beyond eight, sixteen ... bytes. */
static void make_names(struct world *w, struct names *names)
{
    static const char *const begins[4] = { "", "mail.", "newsletters.", "a.long.name.in.front." };

    for (unsigned i = 0; i < N_NAMES; i++) {
        const size_t begin = (size_t)snprintf(names->text[i], sizeof names->text[i], "%s",
                                              begins[world_random(w, 4)]);
        size_t len = begin + 1 + world_random(w, 20);

        for (size_t k = begin; k < len; k++)
            names->text[i][k] = "ab"[world_random(w, i % 3 == 0 ? 1 : 2)];
        names->text[i][len] = '\0';
    }
}

static struct bnc_tally *tally_of(const struct names *names, unsigned n_parts)
{
    struct bnc_part *parts[N_PARTS];
    struct bnc_tally *t = NULL;

    for (unsigned p = 0; p < n_parts; p++)
        assert_non_null(parts[p] = world_part(BNC_DETAIL_REPORT, p));
    for (unsigned i = 0; i < N_NAMES; i++) {
        const struct bnc_span name = bnc_span_str(names->text[i]);
        struct bnc_item item = { .event = { .type = BNC_EVENT_DELIVERED,
                                            .time = WORLD_START + i,
                                            .domain = name,
                                            .recipient = name },
                                 .provider = (uint16_t)(1 + i % 7 / 5),
                                 .row = i + 1 };

        assert_int_equal(bnc_part_add(parts[i % 5 % n_parts], &item, 1, 0), BNC_OK);
    }
    assert_int_equal(bnc_tally_finish(&t, parts, n_parts, NULL, NULL, NULL), BNC_OK);
    for (unsigned p = 0; p < n_parts; p++)
        bnc_part_free(parts[p]);
    return t;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void domains__are_in_one_order_however_they_begin(void **state)
{
    struct names *names = malloc(sizeof *names);
    struct world w = { .random = 11 };
    struct bnc_tally *one, *many;
    size_t n = 0;

    (void)state;
    make_names(&w, names);
    one = tally_of(names, 1);
    many = tally_of(names, N_PARTS);
    qsort(names->text, N_NAMES, sizeof names->text[0], by_text);
    assert_int_equal(one->n_domains, many->n_domains);
    for (unsigned i = 0, end; i < N_NAMES; i = end, n++) {
        for (end = i + 1; end < N_NAMES && strcmp(names->text[i], names->text[end]) == 0; end++)
            ;
        assert_true(n < one->n_domains);
        assert_string_equal(one->domains[n].name.at, names->text[i]);
        assert_string_equal(many->domains[n].name.at, names->text[i]);
        assert_int_equal(one->domains[n].n[BNC_EVENT_DELIVERED], end - i);
        assert_int_equal(many->domains[n].n[BNC_EVENT_DELIVERED], end - i);
        assert_int_equal(many->domains[n].provider, one->domains[n].provider);
    }
    assert_int_equal(n, one->n_domains);
    bnc_tally_free(one);
    bnc_tally_free(many);
    free(names);
}

/* A cell of a column of domains may hold a megabyte; what compares them must not go as deep. */
static void very_long_names_are_in_order(void **state)
{
    enum { LEN = 1000000, N = 5 };
    static const char last[N] = { 'c', 'a', 'b', 'a', 'c' };
    struct bnc_part *parts[2] = { world_part(BNC_DETAIL_REPORT, 0),
                                  world_part(BNC_DETAIL_REPORT, 1) };
    char *name = malloc(LEN);
    struct bnc_tally *t = NULL;

    (void)state;
    assert_non_null(name);
    memset(name, 'x', LEN);
    for (unsigned i = 0; i < N; i++) {
        struct bnc_item item = { .event = { .type = BNC_EVENT_DELIVERED,
                                            .time = WORLD_START + i,
                                            .domain = bnc_span_from(name, LEN - i / 4 * 8) },
                                 .row = i + 1 };

        name[item.event.domain.len - 1] = last[i];
        assert_int_equal(bnc_part_add(parts[i % 2], &item, 1, 0), BNC_OK);
    }
    assert_int_equal(bnc_tally_finish(&t, parts, 2, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(t->n_domains, 4);
    for (unsigned i = 0; i < 4; i++) {
        const struct bnc_domain *d = &t->domains[i];

        assert_int_equal(d->name.len, i == 0 ? LEN - 8 : LEN);
        assert_int_equal(d->name.at[d->name.len - 1], "cabc"[i]);
        assert_int_equal(d->n[BNC_EVENT_DELIVERED], i == 1 ? 2 : 1);
    }
    bnc_tally_free(t);
    for (unsigned p = 0; p < 2; p++)
        bnc_part_free(parts[p]);
    free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys__are_in_order_and_none_is_in_two_slices),
        cmocka_unit_test(domains__are_in_one_order_however_they_begin),
        cmocka_unit_test(very_long_names_are_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
