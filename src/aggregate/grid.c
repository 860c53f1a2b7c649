/* SPDX-License-Identifier: MIT */
#include "aggregate/grid.h"

#include <stdlib.h>

#define FIRST_CAP 32u

bool bnc_grid_reserve(struct bnc_grid *c, size_t n)
{
    c->room = n * BNC_N_KINDS;
    return bnc_counts_reserve(&c->rare, c->room);
}

void bnc_grid_release(struct bnc_grid *c)
{
    bnc_counts_release(&c->rare);
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        for (unsigned i = 0; i < BNC_GRID_ROWS; i++)
            free(c->row[k][i].at);
    for (unsigned i = 0; i < BNC_GRID_MAILINGS; i++)
        free(c->mailing[i].row.at);
    *c = (struct bnc_grid){ .rare = c->rare };
}

uint32_t bnc_grid_find_class(struct bnc_grid *c, uint32_t what)
{
    const uint32_t mask = 2 * BNC_GRID_CLASSES - 1;
    uint32_t i = bnc_grid_class_slot(what);

    for (; c->class_slot[i] != 0; i = (i + 1) & mask)
        if (c->class_what[c->class_slot[i] - 1] == what)
            return c->class_slot[i] - 1u;
    if (c->n_classes == BNC_GRID_CLASSES)
        return BNC_GRID_NO_CLASS;
    c->class_what[c->n_classes] = what;
    c->class_slot[i] = (uint16_t)++c->n_classes;
    return c->n_classes - 1;
}

static struct bnc_count as_count(const struct bnc_grid *c, unsigned kind, uint32_t subject,
                                 const struct bnc_grid_row *row, uint32_t class)
{
    return (struct bnc_count){ .key = BNC_CELL_KEY(kind, subject, 0, 0) | c->class_what[class],
                               .n = row->at[class].n,
                               .first = row->at[class].first,
                               .last = row->at[class].last };
}

/* Moves the cells of a row to the table; false, and nothing is done, when out of memory. */
static bool pour(struct bnc_grid *c, unsigned kind, struct bnc_grid_row *row)
{
    if (!bnc_counts_reserve(&c->rare, row->cap + c->room))
        return false;
    for (uint32_t i = 0; i < row->cap; i++)
        if (row->at[i].n != 0) {
            const struct bnc_count cell = as_count(c, kind, row->subject - 1, row, i);

            bnc_count_merge(bnc_counts_get(&c->rare, cell.key), &cell);
            row->at[i] = (struct bnc_grid_cell){ .first = BNC_FIRST_NONE };
        }
    return true;
}

/* Makes the row long enough for 'class'; false when out of memory. */
static bool lengthen(struct bnc_grid_row *row, uint32_t cap)
{
    struct bnc_grid_cell *at = realloc(row->at, cap * sizeof *at);

    if (at == NULL)
        return false;
    for (uint32_t i = row->cap; i < cap; i++)
        at[i] = (struct bnc_grid_cell){ .first = BNC_FIRST_NONE };
    row->at = at;
    row->cap = cap;
    return true;
}

/* How long a row must be for 'class'; 0: it was not yet asked for often enough to be worth that. */
static uint32_t worth_cells(struct bnc_grid_row *row, uint32_t class)
{
    uint32_t cap = row->cap < FIRST_CAP ? FIRST_CAP : row->cap;

    if (class == BNC_GRID_NO_CLASS)
        return 0;
    while (cap <= class)
        cap *= 2;
    if (++row->asked < cap / 2)
        return 0;
    row->asked = 0;
    return cap;
}

/* Whether the row of a subject has a place for 'class' now: it was worth making. */
static bool make_place(struct bnc_grid *c, unsigned kind, struct bnc_grid_row *row,
                       uint32_t subject, uint32_t class)
{
    const uint32_t cap = worth_cells(row, class);

    if (cap == 0)
        return false;
    if (row->subject != subject + 1 && row->subject != 0 && !pour(c, kind, row))
        return false;
    row->subject = subject + 1;
    return cap == row->cap || lengthen(row, cap);
}

/* Adds a count to where its class has a place. There must be room. */
static void add_count(struct bnc_grid *c, uint32_t class, const struct bnc_count *count)
{
    const unsigned kind = BNC_CELL_KIND(count->key);
    const uint32_t subject = BNC_CELL_SUBJECT(count->key);
    struct bnc_grid_row *row = &c->row[kind][subject % BNC_GRID_ROWS];

    if ((row->subject == subject + 1 && class < row->cap) ||
        make_place(c, kind, row, subject, class)) {
        struct bnc_grid_cell *cell = &row->at[class];

        cell->n += count->n;
        cell->first = count->first < cell->first ? count->first : cell->first;
        cell->last = count->last > cell->last ? count->last : cell->last;
    } else {
        bnc_count_merge(bnc_counts_get(&c->rare, count->key), count);
    }
}

void bnc_grid_add_rare(struct bnc_grid *c, uint64_t key, uint32_t class, uint32_t time)
{
    add_count(c, class,
              &(struct bnc_count){ .key = key, .n = 1, .first = time - 1, .last = time });
}

/* ---- mailings ---- */

static bool is_same(const struct bnc_mailing *a, const struct bnc_mailing *b)
{
    return a->campaign == b->campaign && a->sender == b->sender && a->day == b->day;
}

/*
 * Moves the cells of a mailing to its subjects; false, and nothing is done, when out of memory. Its
 * campaign is not asked for a row: other mailings will hardly be of it.
 */
static bool pour_mailing(struct bnc_grid *c, struct bnc_grid_mailing *m)
{
    const size_t room = c->room;
    bool ok;

    c->room += 3 * (size_t)m->row.cap;
    ok = bnc_counts_reserve(&c->rare, c->room);
    for (uint32_t i = 0; ok && i < m->row.cap; i++)
        if (m->row.at[i].n != 0) {
            const struct bnc_count
                day = as_count(c, BNC_KIND_DAY, m->whose.day, &m->row, i),
                sender = as_count(c, BNC_KIND_SENDER_DOMAIN, m->whose.sender, &m->row, i),
                campaign = as_count(c, BNC_KIND_CAMPAIGN, m->whose.campaign, &m->row, i);

            add_count(c, i, &day);
            add_count(c, i, &sender);
            bnc_count_merge(bnc_counts_get(&c->rare, campaign.key), &campaign);
            m->row.at[i] = (struct bnc_grid_cell){ .first = BNC_FIRST_NONE };
        }
    c->room = room;
    return ok;
}

void bnc_grid_set_mailing(struct bnc_grid *c, unsigned slot, struct bnc_mailing m)
{
    struct bnc_grid_mailing *to = &c->mailing[slot];

    to->now = m;
    to->open = is_same(&to->now, &to->whose) ? to->row.cap : 0;
}

/* Likewise of a mailing. */
static bool make_mailing_place(struct bnc_grid *c, struct bnc_grid_mailing *m, uint32_t class)
{
    const uint32_t cap = worth_cells(&m->row, class);

    if (cap == 0 || (!is_same(&m->now, &m->whose) && !pour_mailing(c, m)))
        return false;
    m->whose = m->now;
    if (cap != m->row.cap && !lengthen(&m->row, cap))
        return false;
    m->open = m->row.cap;
    return true;
}

void bnc_grid_add_apart(struct bnc_grid *c, unsigned slot, uint32_t what, uint32_t class,
                        uint32_t time)
{
    struct bnc_grid_mailing *m = &c->mailing[slot];

    if (make_mailing_place(c, m, class)) {
        bnc_grid_cell_event(&m->row.at[class], time);
        return;
    }
    bnc_grid_add(c, BNC_KIND_DAY, m->now.day, what, class, time);
    bnc_grid_add(c, BNC_KIND_CAMPAIGN, m->now.campaign, what, class, time);
    bnc_grid_add(c, BNC_KIND_SENDER_DOMAIN, m->now.sender, what, class, time);
}

/* ---- listing ---- */

size_t bnc_grid_most(const struct bnc_grid *c)
{
    size_t n = c->rare.n;

    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        for (unsigned i = 0; i < BNC_GRID_ROWS; i++)
            n += c->row[k][i].cap;
    for (unsigned i = 0; i < BNC_GRID_MAILINGS; i++)
        n += 3 * (size_t)c->mailing[i].row.cap;
    return n;
}

static uint64_t ref_of(const void *cell)
{
    return (uintptr_t)cell;
}

/* The cells of a row for its subject, or for one of those of its mailing. */
static struct bnc_sortkey *list_row(const struct bnc_grid *c, unsigned kind, uint32_t subject,
                                    const struct bnc_grid_row *row, struct bnc_sortkey *to)
{
    for (uint32_t i = 0; i < row->cap; i++)
        if (row->at[i].n != 0)
            *to++ = (struct bnc_sortkey){ BNC_CELL_KEY(kind, subject, 0, 0) | c->class_what[i],
                                          ref_of(&row->at[i]) };
    return to;
}

size_t bnc_grid_list(const struct bnc_grid *c, struct bnc_sortkey *to)
{
    const struct bnc_sortkey *const start = to;

    for (size_t i = 0; c->rare.slot != NULL && i < (size_t)1 << c->rare.log2; i++)
        if (c->rare.slot[i].key != 0)
            *to++ = (struct bnc_sortkey){ c->rare.slot[i].key - 1, ref_of(&c->rare.slot[i].n) };
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        for (unsigned i = 0; i < BNC_GRID_ROWS; i++)
            to = list_row(c, k, c->row[k][i].subject - 1, &c->row[k][i], to);
    for (unsigned i = 0; i < BNC_GRID_MAILINGS; i++) {
        const struct bnc_grid_mailing *const m = &c->mailing[i];

        to = list_row(c, BNC_KIND_DAY, m->whose.day, &m->row, to);
        to = list_row(c, BNC_KIND_CAMPAIGN, m->whose.campaign, &m->row, to);
        to = list_row(c, BNC_KIND_SENDER_DOMAIN, m->whose.sender, &m->row, to);
    }
    return (size_t)(to - start);
}
