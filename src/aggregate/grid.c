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
    const uint64_t seed = c->rare.seed;

    bnc_counts_release(&c->rare);
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        for (unsigned i = 0; i < BNC_GRID_ROWS; i++)
            free(c->row[k][i].at);
    *c = (struct bnc_grid){ .rare.seed = seed };
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

static struct bnc_count as_count(const struct bnc_grid *c, unsigned kind,
                                 const struct bnc_grid_row *row, uint32_t class)
{
    return (struct bnc_count){ .key = BNC_CELL_KEY(kind, row->subject - 1, 0, 0) |
                                      c->class_what[class],
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
            const struct bnc_count cell = as_count(c, kind, row, i);

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

/* Whether the row of a subject has a place for 'class' now: it was worth making. */
static bool make_place(struct bnc_grid *c, unsigned kind, struct bnc_grid_row *row,
                       uint32_t subject, uint32_t class)
{
    uint32_t cap = row->cap < FIRST_CAP ? FIRST_CAP : row->cap;

    while (cap <= class)
        cap *= 2;
    if (++row->asked < cap / 2)
        return false;
    row->asked = 0;
    if (row->subject != subject + 1 && row->subject != 0 && !pour(c, kind, row))
        return false;
    row->subject = subject + 1;
    return cap == row->cap || lengthen(row, cap);
}

void bnc_grid_add_rare(struct bnc_grid *c, uint64_t key, uint32_t class, uint32_t time)
{
    const uint32_t subject = BNC_CELL_SUBJECT(key);
    struct bnc_grid_row *row = &c->row[BNC_CELL_KIND(key)][subject % BNC_GRID_ROWS];

    if (class != BNC_GRID_NO_CLASS && make_place(c, BNC_CELL_KIND(key), row, subject, class))
        bnc_grid_cell_event(&row->at[class], time);
    else
        bnc_count_event(bnc_counts_get(&c->rare, key), time);
}

size_t bnc_grid_most(const struct bnc_grid *c)
{
    size_t n = c->rare.n;

    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        for (unsigned i = 0; i < BNC_GRID_ROWS; i++)
            n += c->row[k][i].cap;
    return n;
}

size_t bnc_grid_copy(const struct bnc_grid *c, struct bnc_count *to)
{
    struct bnc_count *const start = to;

    to += bnc_counts_list(&c->rare, to);
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        for (unsigned i = 0; i < BNC_GRID_ROWS; i++)
            for (uint32_t class = 0; class < c->row[k][i].cap; class ++)
                if (c->row[k][i].at[class].n != 0)
                    *to++ = as_count(c, k, &c->row[k][i], class);
    return (size_t)(to - start);
}
