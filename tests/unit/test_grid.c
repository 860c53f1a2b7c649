/* SPDX-License-Identifier: MIT */
#include "aggregate/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEED UINT64_C(0x5851f42d4c957f2d)

struct world { /* what is counted, twice: by a grid and by a plain table */
    struct bnc_grid grid;
    struct bnc_counts oracle;
    uint64_t random;
};

static uint32_t draw(struct world *w, uint32_t n)
{
    w->random = w->random * UINT64_C(6364136223846793005) + 1;
    return (uint32_t)((w->random >> 33) * n >> 31);
}

static void add(struct world *w, enum bnc_kind kind, uint32_t subject, uint16_t provider,
                unsigned col, uint32_t time)
{
    const uint32_t what = BNC_CELL_WHAT(provider, col);

    assert_true(bnc_grid_reserve(&w->grid, 1));
    assert_true(bnc_counts_reserve(&w->oracle, 1));
    bnc_grid_add(&w->grid, kind, subject, what, bnc_grid_class(&w->grid, what), time);
    bnc_count_event(bnc_counts_get(&w->oracle, BNC_CELL_KEY(kind, subject, provider, col)), time);
}

static struct world *new_world(void)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->grid.rare.seed = w->oracle.seed = SEED;
    w->random = 1;
    return w;
}

/* The same of the three subjects of a mailing, by what 'slot' stands for. */
static void add_mailing(struct world *w, unsigned slot, struct bnc_mailing m, uint16_t provider,
                        unsigned col, uint32_t time)
{
    const uint32_t what = BNC_CELL_WHAT(provider, col);

    assert_true(bnc_grid_reserve(&w->grid, 1));
    assert_true(bnc_counts_reserve(&w->oracle, 3));
    bnc_grid_add_mailing(&w->grid, slot, what, bnc_grid_class(&w->grid, what), time);
    bnc_count_event(
        bnc_counts_get(&w->oracle, BNC_CELL_KEY(BNC_KIND_DAY, m.day, provider, col)), time);
    bnc_count_event(
        bnc_counts_get(&w->oracle, BNC_CELL_KEY(BNC_KIND_CAMPAIGN, m.campaign, provider, col)),
        time);
    bnc_count_event(
        bnc_counts_get(&w->oracle, BNC_CELL_KEY(BNC_KIND_SENDER_DOMAIN, m.sender, provider, col)),
        time);
}

/* Whether both counted the same; frees the world. */
static void check(struct world *w)
{
    const size_t most = bnc_grid_most(&w->grid) + 1;
    struct bnc_sortkey *const listed = malloc(most * sizeof *listed);
    struct bnc_count *const at = malloc(most * sizeof *at);
    size_t n;

    assert_true(listed != NULL && at != NULL);
    n = bnc_grid_list(&w->grid, listed);
    assert_true(n < most);
    for (size_t i = 0; i < n; i++) {
        const struct bnc_grid_cell cell = bnc_grid_listed(listed[i].ref);

        at[i] = (struct bnc_count){
            .key = listed[i].key, .n = cell.n, .first = cell.first, .last = cell.last
        };
    }
    assert_true(bnc_counts_compact(at, &n));
    assert_int_equal(n, w->oracle.n);
    for (size_t i = 0; i < n; i++) {
        const struct bnc_count *c = bnc_counts_get(&w->oracle, at[i].key);

        assert_true(c->n == at[i].n && c->first == at[i].first && c->last == at[i].last);
    }
    assert_int_equal(n, w->oracle.n);
    free(listed);
    free(at);
    bnc_grid_release(&w->grid);
    bnc_counts_release(&w->oracle);
    free(w);
}

static size_t row_cells(const struct bnc_grid *g)
{
    return bnc_grid_most(g) - g->rare.n;
}

/* An ordinary export: few subjects at a time, some hundred classes, most of them seldom. */
static void grid__counts_like_a_table(void **state)
{
    struct world *w = new_world();

    (void)state;
    for (uint32_t i = 0; i < 200000; i++) {
        const uint32_t provider = draw(w, 1 + draw(w, 12)), day = 20000 + i / 5000;
        const unsigned col = draw(w, 1 + draw(w, BNC_COL_LATE + 1));
        const uint32_t time = draw(w, 50) == 0 ? 0 : day * 86400 + draw(w, 86400);

        for (unsigned k = 0; k < BNC_N_KINDS; k++)
            add(w, (enum bnc_kind)k, k == BNC_KIND_DAY ? day : i / 9000 + draw(w, 10),
                (uint16_t)provider, col, time);
    }
    assert_true(w->grid.rare.n < w->oracle.n); /* else the rows were of no use */
    check(w);
}

/* Subjects that want the same row, and more classes than there are places. */
static void grid__counts_what_rows_have_no_place_for(void **state)
{
    struct world *w = new_world();

    (void)state;
    for (uint32_t i = 0; i < 300000; i++)
        add(w, BNC_KIND_CAMPAIGN, draw(w, 5) * BNC_GRID_ROWS + draw(w, 2),
            (uint16_t)draw(w, 2 * BNC_GRID_CLASSES), draw(w, 3), i);
    add(w, BNC_KIND_DAY, 0, 0, BNC_COL_LATE, 0);
    add(w, BNC_KIND_SENDING_IP, UINT32_C(0x0ffffffd), UINT16_MAX, BNC_COL_LATE, UINT32_MAX);
    assert_int_equal(w->grid.n_classes, BNC_GRID_CLASSES);
    check(w);
}

/* Where every event names a campaign of its own, rows would cost more than they hold. */
static void grid__gives_no_rows_to_subjects_seen_once(void **state)
{
    struct world *w = new_world();

    (void)state;
    for (uint32_t i = 0; i < 100000; i++)
        add(w, BNC_KIND_CAMPAIGN, i, (uint16_t)draw(w, BNC_GRID_CLASSES), 1, i);
    assert_true(row_cells(&w->grid) <= (size_t)BNC_GRID_ROWS * BNC_GRID_CLASSES);
    assert_true(row_cells(&w->grid) <= 100000 * 2);
    check(w);
}

/*
 * Mailings that follow one another, that share a slot for a while and that fall apart into single
 * rows; some classes have no place.
 */
static void grid__counts_a_mailing_for_its_day_campaign_and_sender(void **state)
{
    struct world *w = new_world();
    struct bnc_mailing now[BNC_GRID_MAILINGS] = { { 0, 0, 0 } };
    size_t in_places = 0;

    (void)state;
    for (uint32_t i = 0; i < 400000; i++) {
        const unsigned slot = draw(w, 1 + draw(w, 6));
        const uint32_t stretch = i / 50000 % 2 == 0 ? 5000 : 2;

        if (draw(w, stretch) == 0) {
            now[slot] = (struct bnc_mailing){ draw(w, 40), draw(w, 3), 20000 + i / 30000 };
            bnc_grid_set_mailing(&w->grid, slot, now[slot]);
        }
        add_mailing(w, slot, now[slot], (uint16_t)draw(w, 1 + draw(w, 12)),
                    draw(w, 1 + draw(w, BNC_COL_LATE + 1)), now[slot].day * 86400 + i % 86400);
        if (i % 100000 == 50000)
            in_places += w->grid.mailing[0].row.cap;
    }
    assert_true(in_places > 0);
    check(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grid__counts_like_a_table),
        cmocka_unit_test(grid__counts_what_rows_have_no_place_for),
        cmocka_unit_test(grid__gives_no_rows_to_subjects_seen_once),
        cmocka_unit_test(grid__counts_a_mailing_for_its_day_campaign_and_sender),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
