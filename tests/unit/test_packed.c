/* SPDX-License-Identifier: MIT */
#include "aggregate/packed.h"

#include "aggregate/keysort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define N 3000u
#define N_DOMAINS 7u
#define MOST_OUTCOMES 200u

static uint64_t draw(uint64_t i)
{
    return bnc_mix64(i ^ BNC_HASH_K1, UINT64_C(0x9e3779b97f4a7c15));
}

static uint32_t time_of(uint64_t random)
{
    return random % 5 == 0 ? 0 : (uint32_t)(random >> 20);
}

struct made {
    struct bnc_unpacked a;
    struct bnc_outcome outcomes[MOST_OUTCOMES];
    char local[400], whole[500];
};

static struct bnc_domain domains[N_DOMAINS];

static void make_outcomes(struct made *m, uint64_t random, uint32_t i)
{
    m->a.n_outcomes = i % 50 == 0 ? random % MOST_OUTCOMES : random % 4;
    m->a.outcomes = m->outcomes;
    for (size_t k = 0; k < m->a.n_outcomes; k++) {
        const uint64_t r = draw(random + k);

        m->outcomes[k] =
            (struct bnc_outcome){ .campaign = (uint32_t)(r >> (r & 15) & 0xfffffff),
                                  .type = (uint32_t)(r >> 8) % BNC_N_EVENTS,
                                  .template = r & 1 ? UINT32_MAX : (uint32_t)(r >> 32) % 1000,
                                  .last = time_of(r) };
        m->outcomes[k].first = r & 2 ? m->outcomes[k].last : time_of(draw(r));
    }
}

/* Local parts of any length, some with characters that can't be squeezed; some texts are whole. */
static void make(struct made *m, uint32_t i)
{
    const uint64_t random = draw(i);
    size_t len = i % 40 == 0 ? random % 390 : random % 20;

    m->a = (struct bnc_unpacked){ .domain = (uint32_t)(random >> 8) % N_DOMAINS,
                                  .states = (unsigned)(random >> 16) & 31,
                                  .is_local = i % 3 != 0 };
    for (size_t k = 0; k < len; k++)
        m->local[k] = (char)(i % 7 == 0 ? draw(random + k) | 1 : 'a' + draw(random + k) % 26);
    m->local[len] = '\0';
    m->a.text = bnc_span_from(m->local, len);
    snprintf(m->whole, sizeof m->whole, "%s%s%s", m->local, m->a.is_local ? "@" : "",
             m->a.is_local ? domains[m->a.domain].name.at : "");
    make_outcomes(m, random, i);
}

/* The address that is packed at 'at' is 'm'. */
static void check(const struct made *m, const char *at, struct bnc_buf *room)
{
    const struct bnc_address *a;

    assert_int_equal(bnc_packed_domain(at), m->a.domain);
    assert_string_equal(bnc_packed_text(at, domains, room).at, m->whole);
    assert_true(bnc_packed_key(at, domains) == bnc_text_key(bnc_span_str(m->whole), 0));
    a = bnc_packed_read(at, domains, room);
    assert_non_null(a);
    assert_int_equal(a->domain, m->a.domain);
    assert_int_equal(a->states, m->a.states);
    assert_int_equal(a->len, strlen(m->whole));
    assert_string_equal(bnc_address_text(a).at, m->whole);
    assert_int_equal(a->n_outcomes, m->a.n_outcomes);
    for (uint32_t k = 0; k < a->n_outcomes; k++) {
        assert_int_equal(a->outcomes[k].campaign, m->outcomes[k].campaign);
        assert_int_equal(a->outcomes[k].type, m->outcomes[k].type);
        assert_int_equal(a->outcomes[k].template, m->outcomes[k].template);
        assert_int_equal(a->outcomes[k].first, m->outcomes[k].first);
        assert_int_equal(a->outcomes[k].last, m->outcomes[k].last);
    }
}

/* Domains and templates get new numbers. */
static void renumber(struct made *m, const uint32_t *new_domains, const uint32_t *new_templates)
{
    m->a.domain = new_domains[m->a.domain];
    for (size_t k = 0; k < m->a.n_outcomes; k++)
        if (m->outcomes[k].template != UINT32_MAX)
            m->outcomes[k].template = new_templates[m->outcomes[k].template];
    if (m->a.is_local)
        snprintf(m->whole, sizeof m->whole, "%s@%s", m->local, domains[m->a.domain].name.at);
}

static void packed__tells_all_again(void **state)
{
    static const char *const names[N_DOMAINS] = {
        "a", "b.example", "three.example", "x.de", "", "six.test", "a.longer.domain.example"
    };
    uint32_t new_domains[N_DOMAINS], new_templates[1000];
    struct made *m = malloc(sizeof *m);
    struct bnc_buf room = { 0 };
    char *packed = malloc(BNC_PACKED_MOST(MOST_OUTCOMES, 400));

    (void)state;
    for (uint32_t i = 0; i < N_DOMAINS; i++) {
        domains[i].name = bnc_span_str(names[i]);
        new_domains[i] = (i + 3) % N_DOMAINS;
    }
    for (uint32_t i = 0; i < 1000; i++)
        new_templates[i] = i * 4294967;
    for (uint32_t i = 0; i < N; i++) {
        bool known = true;
        char *end;

        make(m, i);
        end = bnc_pack(packed, &m->a);
        assert_true((size_t)(end - packed) <= BNC_PACKED_MOST(m->a.n_outcomes, m->a.text.len));
        assert_ptr_equal(bnc_packed_end(packed), end);
        check(m, packed, &room);
        renumber(m, new_domains, new_templates);
        assert_ptr_equal(bnc_packed_settle(packed, new_domains, new_templates, &known), end);
        assert_true(known);
        check(m, packed, &room);
    }
    bnc_buf_release(&room);
    free(packed);
    free(m);
}

static void packed__tells_an_unknown_domain(void **state)
{
    const uint32_t none[1] = { UINT32_MAX };
    const struct bnc_unpacked a = { .text = BNC_SPAN("x"), .is_local = true };
    char packed[BNC_PACKED_MOST(0, 1)];
    bool known = true;

    (void)state;
    bnc_pack(packed, &a);
    bnc_packed_settle(packed, none, none, &known);
    assert_false(known);
}

/* One address that found no room is not forgotten over the next one, which would have found it. */
static void packed__remembers_that_memory_ran_out(void **state)
{
    const struct bnc_unpacked a = { .text = BNC_SPAN("x"), .is_local = true };
    struct bnc_buf room = { .max_bytes = 1 };
    char packed[BNC_PACKED_MOST(0, 1)];

    (void)state;
    domains[0].name = BNC_SPAN("example.org");
    bnc_pack(packed, &a);
    assert_null(bnc_packed_read(packed, domains, &room));
    room.max_bytes = 0;
    assert_null(bnc_packed_read(packed, domains, &room));
    assert_null(bnc_packed_text(packed, domains, &room).at);
    assert_true(room.failed);
    bnc_buf_release(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed__tells_all_again),
        cmocka_unit_test(packed__tells_an_unknown_domain),
        cmocka_unit_test(packed__remembers_that_memory_ran_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
