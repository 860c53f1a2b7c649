/* SPDX-License-Identifier: MIT
 * grid.h - counts by (kind, subject, provider, column): what each day, campaign, sending address
 * and sender domain saw; private to the room.
 *
 * A row adds to a cell of every kind, and few subjects are busy at a time: the day, a dozen
 * campaigns and addresses. So the busy ones have their cells side by side in a row, by the class
 * (provider, column), of which an export shows some hundreds: no hash, no probe, and the classes
 * that come often share cache lines. What the rows have no place for is counted in a table of
 * hashed keys. A row costs its keep: a subject gets one, and a longer one, when it was asked for
 * about as often as there are cells to make, so memory is bounded by a constant and the work of
 * moving cells by the number of events.
 *
 * Day, campaign and sender domain change together: what is sent of one campaign, from one domain,
 * on one day is a *mailing*, and few are under way at a time. A row of a mailing is counted once,
 * and its cells are poured into the three subjects when another mailing takes its place. One thread
 * at a time.
 */
#ifndef BNC_AGGREGATE_GRID_H
#define BNC_AGGREGATE_GRID_H

#include "aggregate/counts.h"
#include "aggregate/tally.h"
#include "util/prefetch.h"

#define BNC_COL_LATE BNC_N_COLS /* a delivery that a late bounce takes back; private to the room */
#define BNC_CELL_KEY(kind, subject, provider, col)                                                 \
    ((uint64_t)(kind) << 56 | (uint64_t)(subject) << 24 | (uint64_t)(provider) << 8 |              \
     (uint64_t)(col))
#define BNC_CELL_WHAT(provider, col) ((uint32_t)(provider) << 8 | (uint32_t)(col))
#define BNC_WHAT_PROVIDER(what) ((uint16_t)((what) >> 8))
#define BNC_CELL_KIND(key) ((unsigned)((key) >> 56))
#define BNC_CELL_SUBJECT(key) ((uint32_t)((key) >> 24))
#define BNC_CELL_PROVIDER(key) ((uint16_t)((key) >> 8))
#define BNC_CELL_COL(key) ((unsigned)((key)&0xff))

#define BNC_GRID_ROWS 64u /* of a kind: subject modulo this */
#define BNC_GRID_MAILINGS 64u
#define BNC_GRID_CLASSES 512u /* more have no place in rows */
#define BNC_GRID_NO_CLASS UINT32_MAX

struct bnc_grid_cell {
    uint64_t n;
    uint32_t first, last; /* as in struct bnc_count */
};

static inline void bnc_grid_cell_event(struct bnc_grid_cell *s, uint32_t time)
{
    s->n++;
    s->first = time - 1 < s->first ? time - 1 : s->first;
    s->last = time > s->last ? time : s->last;
}

struct bnc_grid_row {
    struct bnc_grid_cell *at; /* [cap], by class */
    uint32_t cap;
    uint32_t subject; /* + 1; 0: nobody's */
    uint32_t asked; /* in vain, since it was made what it is */
};

struct bnc_mailing {
    uint32_t campaign, sender, day;
};

struct bnc_grid_mailing {
    struct bnc_grid_row row; /* its subject is unused */
    struct bnc_mailing whose, now; /* what the cells are of, what is counted at present */
    uint32_t open; /* row.cap, 0 while the two differ */
};

struct bnc_grid { /* zero-initialized but for the seed of 'rare' is empty */
    struct bnc_counts rare;
    struct bnc_grid_row row[BNC_N_KINDS][BNC_GRID_ROWS];
    struct bnc_grid_mailing mailing[BNC_GRID_MAILINGS];
    uint32_t class_what[BNC_GRID_CLASSES];
    uint16_t class_slot[2 * BNC_GRID_CLASSES]; /* class + 1, hashed by key; 0: free */
    uint32_t n_classes;
    size_t room; /* that was asked for last: moving cells must leave it */
};

/* Room for 'n' events more; false when out of memory (nothing is changed). */
bool bnc_grid_reserve(struct bnc_grid *c, size_t n);
void bnc_grid_release(struct bnc_grid *c);

/* The class of a key that is not in its first slot; BNC_GRID_NO_CLASS: there are too many. */
uint32_t bnc_grid_find_class(struct bnc_grid *c, uint32_t key);

static inline uint32_t bnc_grid_class_slot(uint32_t key)
{
    return key * UINT32_C(0x9e3779b1) >> 22; /* of 2^10 */
}

/* 'what' is BNC_CELL_WHAT(provider, column), here and below. */
static inline uint32_t bnc_grid_class(struct bnc_grid *c, uint32_t what)
{
    const uint32_t found = c->class_slot[bnc_grid_class_slot(what)];

    if (found != 0 && c->class_what[found - 1] == what)
        return found - 1;
    return bnc_grid_find_class(c, what);
}

/* One more event at 'time' (0: unknown) that no row has a place for. There must be room. */
void bnc_grid_add_rare(struct bnc_grid *c, uint64_t key, uint32_t class, uint32_t time);

/* One more event; 'class' is that of 'what'. There must be room. */
static inline void bnc_grid_add(struct bnc_grid *c, enum bnc_kind kind, uint32_t subject,
                                uint32_t what, uint32_t class, uint32_t time)
{
    const struct bnc_grid_row *row = &c->row[kind][subject % BNC_GRID_ROWS];

    if (row->subject == subject + 1 && class < row->cap)
        bnc_grid_cell_event(&row->at[class], time);
    else
        bnc_grid_add_rare(c, BNC_CELL_KEY(kind, subject, 0, 0) | what, class, time);
}

/* From now on 'slot' stands for the mailing 'm'. */
void bnc_grid_set_mailing(struct bnc_grid *c, unsigned slot, struct bnc_mailing m);

/* bnc_grid_add_mailing() where its mailing has no place for 'class'. There must be room. */
void bnc_grid_add_apart(struct bnc_grid *c, unsigned slot, uint32_t what, uint32_t class,
                        uint32_t time);

/*
 * One more event of the day, the campaign and the sender domain that 'slot' stands for. There must
 * be room.
 */
static inline void bnc_grid_add_mailing(struct bnc_grid *c, unsigned slot, uint32_t what,
                                        uint32_t class, uint32_t time)
{
    const struct bnc_grid_mailing *m = &c->mailing[slot];

    if (class < m->open)
        bnc_grid_cell_event(&m->row.at[class], time);
    else
        bnc_grid_add_apart(c, slot, what, class, time);
}

/* Asks for what bnc_grid_add_mailing() and bnc_grid_add() will write to. */
BNC_PREFETCHER bnc_grid_prefetch(const struct bnc_grid *c, unsigned slot, enum bnc_kind kind,
                                 uint32_t subject, uint32_t class)
{
    const size_t offset = (size_t)class * sizeof(struct bnc_grid_cell);
    const uintptr_t mailing = (uintptr_t)c->mailing[slot].row.at,
                    row = (uintptr_t)c->row[kind][subject % BNC_GRID_ROWS].at;

    __builtin_prefetch((const void *)(mailing + offset), 1);
    __builtin_prefetch((const void *)(row + offset), 1);
}

/* At least as many cells as bnc_grid_list() lists. */
size_t bnc_grid_most(const struct bnc_grid *c);
/*
 * Lists all cells by their keys, in no order and some in several pieces; returns how many. A ref
 * leads to the cell, until something is counted.
 */
size_t bnc_grid_list(const struct bnc_grid *c, struct bnc_sortkey *to);

_Static_assert(offsetof(struct bnc_count, first) - offsetof(struct bnc_count, n) ==
                       offsetof(struct bnc_grid_cell, first) &&
                   offsetof(struct bnc_count, last) - offsetof(struct bnc_count, n) ==
                       offsetof(struct bnc_grid_cell, last),
               "a count has a cell behind its key");

static inline struct bnc_grid_cell bnc_grid_listed(uint64_t ref)
{
    struct bnc_grid_cell cell;

    memcpy(&cell, (const void *)(uintptr_t)ref, sizeof cell);
    return cell;
}

#endif
