/* SPDX-License-Identifier: MIT */
#include "aggregate/message_id.h"
#include "tally_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <pthread.h>

/* The tally of a world whose events are dealt to 'n_parts' parts in random order and batches. */
static struct bnc_tally *deal(struct world *w, unsigned n_parts, enum bnc_detail detail)
{
    struct bnc_part *parts[8] = { NULL };
    unsigned order[WORLD_EVENTS];
    struct bnc_tally *t = NULL;

    for (unsigned p = 0; p < n_parts; p++)
        assert_non_null(parts[p] = world_part(detail, world_random(w, UINT64_MAX)));
    for (unsigned i = 0; i < WORLD_EVENTS; i++) {
        const unsigned j = (unsigned)world_random(w, i + 1);

        order[i] = order[j];
        order[j] = i;
    }
    for (unsigned i = 0; i < WORLD_EVENTS; i++) {
        struct bnc_item item = world_item(w, &w->events[order[i]]);

        assert_int_equal(
            bnc_part_add(parts[world_random(w, n_parts)], &item, 1, w->events[order[i]].source),
            BNC_OK);
    }
    for (unsigned p = 0; p < n_parts; p++) {
        const struct bnc_place place = { p % WORLD_SOURCES, 5, 50 };

        if (p == 0) {
            bnc_part_add_other(parts[p], 0);
            bnc_part_add_filtered(parts[p], 2);
            bnc_part_add_extra(parts[p], 1);
            bnc_part_add_duplicate(parts[p], 0);
            assert_int_equal(bnc_part_add_fault(parts[p], BNC_FAULT_BAD_TIME, place), BNC_OK);
        }
    }
    assert_int_equal(bnc_tally_finish(&t, parts, n_parts, NULL, NULL, NULL), BNC_OK);
    for (unsigned p = 0; p < n_parts; p++)
        bnc_part_free(parts[p]);
    return t;
}

static void tally__does_not_show_how_rows_were_split(void **state)
{
    struct world *w = malloc(sizeof *w);

    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++)
        for (int detail = BNC_DETAIL_REPORT; detail <= BNC_DETAIL_LISTS; detail++) {
            char *first = NULL;

            world_make(w, seed);
            for (unsigned n_parts = 1; n_parts <= 7; n_parts++) {
                struct bnc_tally *t = deal(w, n_parts, (enum bnc_detail)detail);
                char *text = dump_tally(t, true);

                bnc_tally_free(t);
                if (first != NULL)
                    assert_string_equal(text, first);
                else
                    first = strdup(text);
                free(text);
            }
            free(first);
        }
    free(w);
}

static void tally__is_the_same_with_lists_kept(void **state)
{
    struct world *w = malloc(sizeof *w);

    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct bnc_tally *t;
        char *report, *lists;

        world_make(w, seed);
        t = deal(w, 2, BNC_DETAIL_REPORT);
        report = dump_tally(t, false);
        assert_int_equal(t->n_addresses, 0);
        bnc_tally_free(t);
        t = deal(w, 3, BNC_DETAIL_LISTS);
        lists = dump_tally(t, false);
        assert_true(t->n_addresses > 10);
        bnc_tally_free(t);
        assert_string_equal(report, lists);
        free(report);
        free(lists);
    }
    free(w);
}

/* ---- threads ---- */

struct errand {
    void (*fn)(void *arg, size_t i);
    void *arg;
    size_t i;
};

static void *run_errand(void *arg)
{
    const struct errand *e = arg;

    e->fn(e->arg, e->i);
    return NULL;
}

/* Every task on a thread of its own, all at once. */
static void on_threads(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
    pthread_t *threads = calloc(n, sizeof *threads);
    struct errand *errands = calloc(n, sizeof *errands);

    ++*(unsigned *)ctx;
    for (size_t i = 0; i < n; i++) {
        errands[i] = (struct errand){ fn, arg, n - 1 - i };
        assert_int_equal(pthread_create(&threads[i], NULL, run_errand, &errands[i]), 0);
    }
    for (size_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    free(errands);
}

static void check_on_threads(enum bnc_detail detail)
{
    struct world *w = malloc(sizeof *w);
    struct bnc_part *part = world_part(detail, 5);
    struct bnc_tally *t = NULL;
    char *alone, *together;
    unsigned calls = 0;

    world_make(w, 77);
    for (unsigned i = 0; i < WORLD_EVENTS; i++) {
        struct bnc_item item = world_item(w, &w->events[i]);

        assert_int_equal(bnc_part_add(part, &item, 1, w->events[i].source), BNC_OK);
    }
    assert_int_equal(bnc_tally_finish(&t, &part, 1, NULL, NULL, NULL), BNC_OK);
    alone = dump_tally(t, true);
    bnc_tally_free(t);
    assert_int_equal(bnc_tally_finish(&t, &part, 1, on_threads, &calls, NULL), BNC_OK);
    together = dump_tally(t, true);
    bnc_tally_free(t);
    assert_string_equal(alone, together);
    assert_true(calls > 2);
    free(together);
    bnc_part_spend(part);
    assert_int_equal(bnc_tally_finish(&t, &part, 1, NULL, NULL, NULL), BNC_OK);
    together = dump_tally(t, true);
    bnc_tally_free(t);
    assert_string_equal(alone, together);
    free(alone);
    free(together);
    bnc_part_free(part);
    free(w);
}

static void tally__is_the_same_on_threads(void **state)
{
    (void)state;
    check_on_threads(BNC_DETAIL_REPORT);
    check_on_threads(BNC_DETAIL_LISTS);
}

/* ---- small stories ---- */

#define DAY(d) (WORLD_START + (d)*86400 + 3600)

static struct bnc_entry gone = {
    .key = 11, .template_text = { "gone", 4 }, .type = BNC_EVENT_BOUNCE, .index = 0
};
static struct bnc_entry full = {
    .key = 22, .template_text = { "full", 4 }, .type = BNC_EVENT_BOUNCE, .index = 1
};
static struct bnc_entry busy = {
    .key = 33, .template_text = { "busy", 4 }, .type = BNC_EVENT_DEFERRAL, .index = 2
};

static uint64_t story_row;

static struct bnc_part *story(void)
{
    gone.verdict = (struct bnc_verdict){ .cause = BNC_CAUSE_INVALID_RECIPIENT,
                                         .provider = 2,
                                         .duration = BNC_DURATION_PERMANENT };
    full.verdict = (struct bnc_verdict){ .cause = BNC_CAUSE_MAILBOX_FULL,
                                         .provider = 2,
                                         .duration = BNC_DURATION_TEMPORARY };
    busy.verdict = (struct bnc_verdict){ .cause = BNC_CAUSE_RATE_LIMITED,
                                         .provider = 1,
                                         .duration = BNC_DURATION_TEMPORARY };
    story_row = 1;
    return world_part(BNC_DETAIL_LISTS, 3);
}

static void tell(struct bnc_part *part, enum bnc_event_type type, const char *address,
                 const struct bnc_entry *entry, int64_t time, const char *message, bool late)
{
    struct bnc_item item = { .event = { .type = type, .time = time, .late = late },
                             .entry = entry,
                             .row = ++story_row };

    item.event.recipient = bnc_span_str(address);
    item.event.domain = bnc_span_str(strchr(address, '@') + 1);
    item.event.message_id = bnc_span_str(message);
    assert_int_equal(bnc_part_add(part, &item, 1, 0), BNC_OK);
}

static struct bnc_tally *told(struct bnc_part *part)
{
    struct bnc_tally *t = NULL;

    assert_int_equal(bnc_tally_finish(&t, &part, 1, NULL, NULL, NULL), BNC_OK);
    bnc_part_free(part);
    return t;
}

static void tally__of_nothing_is_empty(void **state)
{
    struct bnc_tally *t = told(story());

    (void)state;
    assert_int_equal(t->rows, 0);
    assert_int_equal(t->n_domains + t->n_templates + t->n_cells + t->n_addresses, 0);
    assert_true(t->first == BNC_NO_TIME && t->last == BNC_NO_TIME);
    bnc_tally_free(t);
}

static void late__moves_one_message_from_delivered_to_bounced(void **state)
{
    struct bnc_part *part = story();
    struct bnc_tally *t;

    (void)state;
    tell(part, BNC_EVENT_DELIVERED, "a@one.example", NULL, DAY(0), "", false);
    tell(part, BNC_EVENT_DELIVERED, "b@one.example", NULL, DAY(1), "", false);
    tell(part, BNC_EVENT_DELIVERED, "c@two.example", NULL, DAY(1), "", false);
    tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(3), "", true);
    t = told(part);
    assert_int_equal(t->rows, 4);
    assert_int_equal(t->late, 1);
    assert_int_equal(t->n[BNC_EVENT_DELIVERED], 2);
    assert_int_equal(t->n[BNC_EVENT_BOUNCE], 1);
    assert_int_equal(t->domains[0].n[BNC_EVENT_DELIVERED], 1); /* one.example */
    assert_int_equal(t->domains[1].n[BNC_EVENT_DELIVERED], 1);
    bnc_tally_free(t);
}

/* The bounce came on a day without deliveries: the nearest day before it gives one. */
static void late__takes_back_from_the_day_before(void **state)
{
    struct bnc_part *part = story();
    struct bnc_tally *t;

    (void)state;
    tell(part, BNC_EVENT_DELIVERED, "a@one.example", NULL, DAY(0), "", false);
    tell(part, BNC_EVENT_DELIVERED, "b@one.example", NULL, DAY(1), "", false);
    tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(3), "", true);
    tell(part, BNC_EVENT_DELIVERED, "c@one.example", NULL, DAY(4), "", false);
    t = told(part);
    assert_int_equal(t->n_subjects[BNC_KIND_DAY], 4);
    assert_int_equal(t->subject[BNC_KIND_DAY][0].n[BNC_EVENT_DELIVERED], 1);
    assert_int_equal(t->subject[BNC_KIND_DAY][1].n[BNC_EVENT_DELIVERED], 0);
    assert_int_equal(t->subject[BNC_KIND_DAY][3].n[BNC_EVENT_DELIVERED], 1);
    bnc_tally_free(t);
}

static void late__takes_nothing_where_nothing_was_delivered(void **state)
{
    struct bnc_part *part = story();
    struct bnc_tally *t;

    (void)state;
    tell(part, BNC_EVENT_DELIVERED, "c@two.example", NULL, DAY(1), "", false);
    tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(3), "", true);
    tell(part, BNC_EVENT_BOUNCE, "b@one.example", &gone, DAY(3), "m2", true);
    t = told(part);
    assert_int_equal(t->late, 0);
    assert_int_equal(t->n[BNC_EVENT_DELIVERED], 1);
    assert_int_equal(t->n[BNC_EVENT_BOUNCE], 2);
    bnc_tally_free(t);
}

static void held__count_once_and_the_last_report_wins(void **state)
{
    struct bnc_part *part = story();
    struct bnc_tally *t;

    (void)state;
    tell(part, BNC_EVENT_BOUNCE, "a@one.example", &full, DAY(2), "m1", false);
    tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(1), "m1", false);
    /* another message */
    tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(1), "m2", false);
    /* another recipient */
    tell(part, BNC_EVENT_BOUNCE, "b@one.example", &gone, DAY(1), "m1", false);
    t = told(part);
    assert_int_equal(t->rows, 4);
    assert_int_equal(t->duplicates, 1);
    assert_int_equal(t->n[BNC_EVENT_BOUNCE], 3);
    assert_int_equal(t->n_templates, 2);
    assert_int_equal(t->templates[0].key, 11);
    assert_int_equal(t->templates[0].n, 2);
    assert_int_equal(t->templates[1].key, 22);
    assert_int_equal(t->templates[1].n, 1);
    assert_int_equal(t->templates[1].example.row, 2);
    bnc_tally_free(t);
}

/*
 * A late report of a message that bounced in time is a duplicate and moves nothing, whichever row
 * comes first.
 */
static void held__late_report_of_a_bounce_is_a_duplicate(void **state)
{
    (void)state;
    for (unsigned order = 0; order < 2; order++) {
        struct bnc_part *part = story();
        struct bnc_tally *t;

        tell(part, BNC_EVENT_DELIVERED, "z@one.example", NULL, DAY(1), "m9", false);
        tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(order), "m1", order == 0);
        tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(1 - (int)order), "m1", order == 1);
        t = told(part);
        assert_int_equal(t->late, 0);
        assert_int_equal(t->duplicates, 1);
        assert_int_equal(t->n[BNC_EVENT_DELIVERED], 1);
        bnc_tally_free(t);
    }
}

/* Cells that say "no id" make no two bounces one. */
static void held__needs_an_id_that_is_one(void **state)
{
    static const char *const none[] = { "",          "-",
                                        "--",        "0",
                                        "NA",        "N/A",
                                        "#N/A",      "null",
                                        "<null>",    "(null)",
                                        "<>",        "none",
                                        "undefined", "?",
                                        "unknown",   "1.15292E+18",
                                        "1,2e+9",    "00000000-0000-0000-0000-000000000000" };
    static const char *const real[] = { "1", "17", "e1", "1E+", "1.5", "12E+18x", "<n@a>", "nano" };

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct bnc_part *part = story();
        struct bnc_tally *t;

        tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(1), none[i], false);
        tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(2), none[i], false);
        t = told(part);
        assert_int_equal(t->n[BNC_EVENT_BOUNCE], 2);
        assert_int_equal(t->duplicates, 0);
        bnc_tally_free(t);
    }
    for (size_t i = 0; i < sizeof real / sizeof real[0]; i++)
        assert_true(bnc_message_id_is_one(bnc_span_str(real[i])));
}

static void outcome__is_the_last_of_a_campaign(void **state)
{
    struct bnc_part *part = story();
    struct bnc_buf room = { 0 };
    const struct bnc_address *a;
    struct bnc_tally *t;

    (void)state; /* no campaign: each day is one */
    tell(part, BNC_EVENT_DELIVERED, "A.b@One.Example", NULL, DAY(0) + 60, "", false);
    tell(part, BNC_EVENT_DEFERRAL, "a.b@one.example", &busy, DAY(0), "", false);
    tell(part, BNC_EVENT_BOUNCE, "a.b@ONE.example", &gone, DAY(1), "", false);
    /* at the same time: a delivery decides */
    tell(part, BNC_EVENT_DELIVERED, "a.b@one.example", NULL, DAY(1), "", false);
    tell(part, BNC_EVENT_DEFERRAL, "a.b@one.example", &busy, DAY(2), "", false);
    tell(part, BNC_EVENT_DELIVERED, "only@delivered.example", NULL, DAY(2), "", false);
    t = told(part);
    assert_int_equal(t->n_addresses, 1);
    a = bnc_tally_address(t, 0, &room);
    assert_string_equal(bnc_address_text(a).at, "a.b@one.example");
    assert_int_equal(a->states,
                     BNC_ADDR_BOUNCED | BNC_ADDR_DEFERRED | BNC_ADDR_DELIVERED);
    assert_int_equal(a->n_outcomes, 3);
    assert_int_equal(a->outcomes[0].type, BNC_EVENT_DELIVERED);
    assert_int_equal(a->outcomes[0].first, DAY(0));
    assert_int_equal(a->outcomes[0].last, DAY(0) + 60);
    assert_int_equal(a->outcomes[1].type, BNC_EVENT_DELIVERED);
    assert_int_equal(a->outcomes[2].type, BNC_EVENT_DEFERRAL);
    assert_int_equal(t->templates[a->outcomes[2].template].key, 33);
    assert_int_equal(t->n_subjects[BNC_KIND_CAMPAIGN] - 1, a->outcomes[2].campaign);
    assert_string_equal(
        t->subject[BNC_KIND_CAMPAIGN][t->n_subjects[BNC_KIND_CAMPAIGN] - 1].name.at, "2026-10-03");
    bnc_buf_release(&room);
    bnc_tally_free(t);
}

static void domain__takes_the_provider_that_most_rows_name(void **state)
{
    struct bnc_part *part = story();
    struct bnc_tally *t;

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        struct bnc_item item = { .event = { .type = BNC_EVENT_DELIVERED, .time = DAY(i) },
                                 .provider = i < 2 ? 3 : 1,
                                 .row = i + 2 };

        item.event.domain = BNC_SPAN("one.example");
        assert_int_equal(bnc_part_add(part, &item, 1, 0), BNC_OK);
    }
    tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, DAY(3), "", false);
    tell(part, BNC_EVENT_BOUNCE, "b@two.example", &gone, DAY(3), "", false);
    t = told(part);
    assert_int_equal(t->domains[0].provider, 1);
    assert_int_equal(t->domains[1].provider, 2);
    /* no addresses: nobody to count */
    assert_int_equal(t->domains[0].recipients_delivered, 0);
    bnc_tally_free(t);
}

/* A column of hashes: one recipient that stands in several domains is one in each of them. */
static void count_one_hash(enum bnc_detail detail, unsigned rows)
{
    struct bnc_part *part = (bnc_part_free(story()), world_part(detail, 3));
    struct bnc_tally *t;

    for (unsigned i = 0; i < rows; i++) {
        static const char *const domain[] = { "one.example", "two.example", "three.example" };
        struct bnc_item item = { .event = { .type = BNC_EVENT_BOUNCE, .time = DAY(i % 2) },
                                 .entry = &gone,
                                 .row = i + 2 };

        item.event.recipient = BNC_SPAN("5d41402abc4b2a76");
        item.event.domain = bnc_span_str(domain[i % 3]);
        assert_int_equal(bnc_part_add(part, &item, 1, 0), BNC_OK);
    }
    t = told(part);
    assert_int_equal(t->recipients_failed, 3);
    assert_int_equal(t->recipients_bounced, 3);
    assert_int_equal(t->n_domains, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(t->domains[i].recipients_bounced, 1);
        assert_int_equal(t->domain_causes[i].recipients, 1);
    }
    bnc_tally_free(t);
}

static void recipient__is_one_in_each_domain(void **state)
{
    (void)state;
    for (unsigned rows = 6; rows < 100; rows += 7) {
        count_one_hash(BNC_DETAIL_REPORT, rows);
        count_one_hash(BNC_DETAIL_LISTS, rows);
    }
}

static void time__that_no_clock_shows_is_none(void **state)
{
    static const int64_t odd[] = { -11644473600,          -1,          0,
                                   INT64_C(253402300799), BNC_NO_TIME, INT64_MAX };
    struct bnc_part *part = story();
    struct bnc_tally *t;

    (void)state;
    for (unsigned i = 0; i < sizeof odd / sizeof *odd; i++)
        tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, odd[i], "", false);
    tell(part, BNC_EVENT_BOUNCE, "a@one.example", &gone, 1, "", false);
    t = told(part);
    assert_int_equal(t->n_subjects[BNC_KIND_DAY], 2);
    assert_int_equal(t->subject[BNC_KIND_DAY][0].day, BNC_DAY_NONE);
    assert_int_equal(t->subject[BNC_KIND_DAY][0].n[BNC_EVENT_BOUNCE], 6);
    assert_int_equal(t->subject[BNC_KIND_DAY][1].day, 0);
    assert_true(t->first == 1 && t->last == 1);
    bnc_tally_free(t);
}

/* Names longer than any buffer on the stack. */
static void tally__takes_long_names(void **state)
{
    struct bnc_part *part = story();
    char *address = malloc(70001);
    struct bnc_buf room = { 0 };
    struct bnc_tally *t;

    (void)state;
    memset(address, 'L', 70000);
    address[70000] = '\0';
    address[300] = '@';
    tell(part, BNC_EVENT_BOUNCE, address, &gone, DAY(1), "", false);
    address[0] = 'l';
    tell(part, BNC_EVENT_BOUNCE, address, &gone, DAY(2), "", false);
    t = told(part);
    assert_int_equal(t->n_domains, 1);
    assert_int_equal(t->domains[0].name.len, 70000 - 301);
    assert_int_equal(t->domains[0].name.at[5], 'l');
    assert_int_equal(t->recipients_failed, 1);
    assert_int_equal(bnc_tally_address(t, 0, &room)->len, 70000);
    bnc_buf_release(&room);
    free(address);
    bnc_tally_free(t);
}

/* ---- against the plainest way to count ---- */

static bool same_lower(struct bnc_span a, struct bnc_span b)
{
    return bnc_span_eq_nocase(a, b);
}

/* Whether event i is the one that counts of all reports of its failure. */
static bool plain_wins(const struct world *w, unsigned i)
{
    const struct world_event *a = &w->events[i];

    if (a->event.type != BNC_EVENT_BOUNCE || a->event.message_id.len == 0)
        return true;
    for (unsigned j = 0; j < WORLD_EVENTS; j++) {
        const struct world_event *b = &w->events[j];
        const int64_t ta = a->event.time == BNC_NO_TIME ? 0 : a->event.time,
                      tb = b->event.time == BNC_NO_TIME ? 0 : b->event.time;
        const struct bnc_span sa = world_sources[a->source], sb = world_sources[b->source];

        if (b->event.type != BNC_EVENT_BOUNCE ||
            !bnc_span_eq(a->event.message_id, b->event.message_id) ||
            !same_lower(a->event.recipient, b->event.recipient))
            continue;
        if (tb > ta || (tb == ta && bnc_span_cmp(sb, sa) > 0) ||
            (tb == ta && bnc_span_cmp(sb, sa) == 0 && b->row > a->row))
            return false;
    }
    return true;
}

/* The distinct failing recipients among the events that 'is_in' takes, and how many events. */
typedef bool (*plain_fn)(const struct world_event *e, const void *arg);

static uint64_t plain_count(const struct world *w, const bool *counts, plain_fn is_in,
                            const void *arg, uint64_t *events)
{
    uint64_t n = 0;

    *events = 0;
    for (unsigned i = 0; i < WORLD_EVENTS; i++) {
        const struct world_event *e = &w->events[i];
        bool seen = e->event.recipient.len == 0;

        if (!counts[i] ||
            (e->event.type != BNC_EVENT_BOUNCE && e->event.type != BNC_EVENT_DEFERRAL) ||
            !is_in(e, arg))
            continue;
        ++*events;
        for (unsigned j = 0; j < i && !seen; j++)
            seen = counts[j] &&
                   (w->events[j].event.type == BNC_EVENT_BOUNCE ||
                    w->events[j].event.type == BNC_EVENT_DEFERRAL) &&
                   is_in(&w->events[j], arg) &&
                   same_lower(w->events[j].event.recipient, e->event.recipient);
        n += !seen;
    }
    return n;
}

static bool any(const struct world_event *e, const void *arg)
{
    (void)e;
    (void)arg;
    return true;
}

static bool at_domain(const struct world_event *e, const void *arg)
{
    return same_lower(e->event.domain, *(const struct bnc_span *)arg);
}

static bool of_entry(const struct world_event *e, const void *arg)
{
    return e->entry == *(const int *)arg;
}

static bool in_campaign(const struct world_event *e, const void *arg)
{
    char day[32];

    *bnc_time_spell(day, e->event.time) = '\0';
    day[e->event.time == BNC_NO_TIME ? 0 : 10] = '\0';
    return bnc_span_eq(e->event.campaign.len > 0 ? e->event.campaign : bnc_span_str(day),
                       *(const struct bnc_span *)arg);
}

struct plain_cause {
    const struct world *w;
    struct bnc_span domain;
    uint8_t cause, type;
};

static bool of_cause(const struct world_event *e, const void *arg)
{
    const struct plain_cause *c = arg;

    return same_lower(e->event.domain, c->domain) && e->event.type == c->type &&
           c->w->entries[e->entry].verdict.cause == c->cause;
}

static void compare_plainly(const struct world *w, const bool *counts, const struct bnc_tally *t)
{
    uint64_t events;

    assert_int_equal(plain_count(w, counts, any, NULL, &events), t->recipients_failed);
    assert_int_equal(events, t->n[BNC_EVENT_BOUNCE] + t->n[BNC_EVENT_DEFERRAL]);
    for (size_t i = 0; i < t->n_domains; i++) {
        const struct bnc_domain *d = &t->domains[i];

        assert_int_equal(plain_count(w, counts, at_domain, &d->name, &events),
                         d->recipients_failed);
        assert_int_equal(events, d->n[BNC_EVENT_BOUNCE] + d->n[BNC_EVENT_DEFERRAL]);
        for (uint32_t c = d->cause_at; c < d->cause_at + d->n_causes; c++) {
            const struct plain_cause arg = { w, d->name, t->domain_causes[c].cause,
                                             t->domain_causes[c].type };

            assert_int_equal(plain_count(w, counts, of_cause, &arg, &events),
                             t->domain_causes[c].recipients);
            assert_int_equal(events, t->domain_causes[c].events);
        }
    }
    for (size_t i = 0; i < t->n_templates; i++)
        for (int e = 0; e < WORLD_ENTRIES; e++)
            if (w->entries[e].key == t->templates[i].key &&
                w->entries[e].type != BNC_EVENT_SUPPRESSED &&
                w->entries[e].type != BNC_EVENT_COMPLAINT) {
                assert_int_equal(plain_count(w, counts, of_entry, &e, &events),
                                 t->templates[i].recipients);
                assert_int_equal(events, t->templates[i].n);
            }
    for (size_t i = 0; i < t->n_subjects[BNC_KIND_CAMPAIGN]; i++) {
        const struct bnc_subject *s = &t->subject[BNC_KIND_CAMPAIGN][i];

        assert_int_equal(plain_count(w, counts, in_campaign, &s->name, &events),
                         s->recipients_failed);
        assert_int_equal(events, s->n[BNC_EVENT_BOUNCE] + s->n[BNC_EVENT_DEFERRAL]);
    }
}

static void tally__counts_as_the_plainest_way_does(void **state)
{
    struct world *w = malloc(sizeof *w);
    bool counts[WORLD_EVENTS];

    (void)state;
    for (uint64_t seed = 100; seed < 108; seed++) {
        struct bnc_tally *t;

        world_make(w, seed);
        for (unsigned i = 0; i < WORLD_EVENTS; i++)
            counts[i] = plain_wins(w, i);
        t = deal(w, 3, BNC_DETAIL_REPORT);
        compare_plainly(w, counts, t);
        bnc_tally_free(t);
    }
    free(w);
}

/* Enough rows, with few addresses, that the logs of a part are folded while it fills. */
static void tally__folds_without_losing_count(void **state)
{
    struct bnc_part *part = story();
    struct bnc_tally *t;
    char address[64], message[32];

    (void)state;
    for (unsigned i = 0; i < 700000; i++) {
        snprintf(address, sizeof address, "user%u@dom%u.example", i % 9000, i % 9);
        snprintf(message, sizeof message, "m%u", i % 90000);
        tell(part, BNC_EVENT_DEFERRAL, address, &busy, DAY(i % 3), "", false);
        if (i % 4 == 0)
            tell(part, BNC_EVENT_BOUNCE, address, &gone, DAY(i % 3), message, false);
    }
    t = told(part);
    assert_int_equal(t->rows, 700000 + 175000);
    assert_int_equal(t->recipients_deferred, 9000);
    assert_int_equal(t->recipients_failed, 9000);
    assert_int_equal(t->n[BNC_EVENT_DEFERRAL], 700000);
    assert_int_equal(t->n[BNC_EVENT_BOUNCE], 22500); /* every fourth of 90,000 messages */
    assert_int_equal(t->duplicates, 175000 - 22500);
    assert_int_equal(t->n_addresses, 9000);
    bnc_tally_free(t);
}

/* More responses than are listed, of three kinds; every tenth is that of two recipients. */
enum { N_WORDINGS = BNC_TEMPLATES_LISTED + 2000, N_WORDING_KINDS = 3 };

static struct bnc_tally *tally_of_wordings(struct bnc_entry *entries, unsigned n_parts,
                                           enum bnc_detail detail)
{
    struct bnc_part *parts[2] = { NULL };
    struct bnc_tally *t;

    for (unsigned p = 0; p < n_parts; p++)
        assert_non_null(parts[p] = world_part(detail, 1 + 2 * p));
    for (unsigned i = 0; i < 2 * N_WORDINGS; i++) {
        const unsigned k = n_parts > 1 ? 2 * N_WORDINGS - 1 - i : i, entry = k % N_WORDINGS;
        char name[48];
        struct bnc_item item = { .entry = &entries[entry], .row = k, .off = k };

        if (k >= N_WORDINGS && entry % 10 != 0)
            continue;
        snprintf(name, sizeof name, "user%u@dom%u.example", k, k % 7);
        item.event = (struct bnc_event){ .type = BNC_EVENT_BOUNCE,
                                         .time = WORLD_START + k,
                                         .recipient = bnc_span_str(name),
                                         .domain = bnc_span_str(strchr(name, '@') + 1) };
        assert_int_equal(bnc_part_add(parts[i % n_parts], &item, 1, 0), BNC_OK);
    }
    assert_int_equal(bnc_tally_finish(&t, parts, n_parts, NULL, NULL, NULL), BNC_OK);
    for (unsigned p = 0; p < n_parts; p++)
        bnc_part_free(parts[p]);
    return t;
}

static void check_sums(const struct bnc_tally *t)
{
    struct bnc_buf room = { 0 };
    uint64_t wordings = 0, n = 0;

    assert_int_equal(t->n_templates, BNC_TEMPLATES_LISTED + N_WORDING_KINDS);
    assert_int_equal(t->n_named_templates,
                     t->detail == BNC_DETAIL_LISTS ? N_WORDINGS + N_WORDING_KINDS : t->n_templates);
    for (size_t i = 0; i < t->n_templates; i++) {
        const struct bnc_template *x = &t->templates[i];

        wordings += x->wordings;
        n += x->n;
        assert_int_equal(x->recipients, i < N_WORDINGS / 10 ? 2 : x->wordings);
        if (i >= BNC_TEMPLATES_LISTED)
            assert_int_equal(x->domains, 7);
    }
    assert_int_equal(wordings, N_WORDINGS);
    assert_int_equal(n, t->n[BNC_EVENT_BOUNCE]);
    for (size_t i = 0; i < t->n_domain_causes; i++)
        assert_true(t->domain_causes[i].top_template < t->n_templates);
    for (size_t i = 0; i < t->n_addresses; i++) {
        const struct bnc_address *const a = bnc_tally_address(t, i, &room);

        for (uint32_t o = 0; o < a->n_outcomes; o++)
            assert_int_equal(t->templates[a->outcomes[o].template].wordings, 1);
    }
    bnc_buf_release(&room);
}

static void templates__beyond_those_listed_are_summed_up(void **state)
{
    struct bnc_entry *entries = calloc(N_WORDINGS, sizeof *entries);

    (void)state;
    assert_non_null(entries);
    for (unsigned i = 0; i < N_WORDINGS; i++) {
        entries[i].template_text = bnc_span_str("550 no");
        entries[i].label = bnc_span_str("");
        entries[i].type = BNC_EVENT_BOUNCE;
        entries[i].key = bnc_hash_pair(i, 1);
        entries[i].verdict.reply = (uint16_t)(550 + i % N_WORDING_KINDS);
        entries[i].index = i;
    }
    for (int detail = BNC_DETAIL_REPORT; detail <= BNC_DETAIL_LISTS; detail++) {
        struct bnc_tally *one = tally_of_wordings(entries, 1, (enum bnc_detail)detail),
                         *two = tally_of_wordings(entries, 2, (enum bnc_detail)detail);
        char *a = dump_tally(one, true), *b = dump_tally(two, true);

        check_sums(one);
        assert_string_equal(a, b);
        free(a);
        free(b);
        bnc_tally_free(one);
        bnc_tally_free(two);
    }
    free(entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tally__does_not_show_how_rows_were_split),
        cmocka_unit_test(tally__is_the_same_with_lists_kept),
        cmocka_unit_test(tally__is_the_same_on_threads),
        cmocka_unit_test(tally__of_nothing_is_empty),
        cmocka_unit_test(late__moves_one_message_from_delivered_to_bounced),
        cmocka_unit_test(late__takes_back_from_the_day_before),
        cmocka_unit_test(late__takes_nothing_where_nothing_was_delivered),
        cmocka_unit_test(held__count_once_and_the_last_report_wins),
        cmocka_unit_test(held__late_report_of_a_bounce_is_a_duplicate),
        cmocka_unit_test(held__needs_an_id_that_is_one),
        cmocka_unit_test(outcome__is_the_last_of_a_campaign),
        cmocka_unit_test(domain__takes_the_provider_that_most_rows_name),
        cmocka_unit_test(recipient__is_one_in_each_domain),
        cmocka_unit_test(time__that_no_clock_shows_is_none),
        cmocka_unit_test(tally__takes_long_names),
        cmocka_unit_test(tally__counts_as_the_plainest_way_does),
        cmocka_unit_test(tally__folds_without_losing_count),
        cmocka_unit_test(templates__beyond_those_listed_are_summed_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
