/* SPDX-License-Identifier: MIT
 * mapper.h - the pieces of a mapper, shared by the files that turn a row, a list cell or a JSON
 * object into events.
 */
#ifndef BNC_SCHEMA_MAPPER_H
#define BNC_SCHEMA_MAPPER_H

#include "schema/address.h"
#include "schema/domain_fold.h"
#include "schema/plan.h"
#include "schema/times.h"
#include "util/hash.h"

/* One looked-up value, by its bytes: files repeat a handful of words. */
struct bnc_value_memo {
    const struct bnc_values *values;
    uint64_t head, middle, tail;
    size_t len;
    const struct bnc_value_row *row;
};

/* What the words of one letter of one column mean, NULL: not known, or not asked yet. */
struct bnc_letter_memo {
    const struct bnc_values *values;
    const struct bnc_value_row *row[256];
};

#define BNC_WORD_MEMO_BITS 8
#define BNC_CODE_MEMO_BITS 9

/* A code by the first eight bytes of its cell, or all of them; len 0: none. */
struct bnc_code_memo {
    uint64_t key;                        /* its bytes as a number, which the length makes
                                            unambiguous */
    uint32_t len;                        /* at most 8 */
    uint32_t enhanced;
};

struct bnc_json_ring;

struct bnc_mapper {
    uint32_t cpu;                        /* BNC_CPU_* features that may be used */
    struct bnc_event *events;            /* those of rows with several */
    size_t n_events, cap_events;
    struct bnc_time_memo day;
    struct bnc_domain_memo sender;
    struct bnc_value_memo memo[1 << BNC_WORD_MEMO_BITS];
    struct bnc_letter_memo letters;
    struct bnc_code_memo code[1 << BNC_CODE_MEMO_BITS];
    struct bnc_json_ring *json;
    struct bnc_fold_ring folded;
    bool nomem;
};

/* The cells of a row as the plan numbers them. */
struct bnc_cells {
    const struct bnc_schema_plan *plan;
    const struct bnc_span *cell;
    const char *end;                     /* of the row's bytes, for BNC_TRANSFORM_REST; NULL:
                                            unknown */
    bool short_row;
};

/* The first non-empty cell of a field, transformed; len 0 if there is none. */
struct bnc_span bnc_cells_pick(const struct bnc_cells *c, enum bnc_field field);

/* What is in front of the first 'mark'; all where there is none. */
struct bnc_span bnc_cell_cut(struct bnc_span s, char mark);

/* "mx1.example.net. (192.0.2.2)", "mx1.example.net [192.0.2.2]"; no blanks around it. */
struct bnc_span bnc_cell_host(struct bnc_span s);

/* What 'p' takes of its cell 's', which isn't empty. */
struct bnc_span bnc_cell_transform(const struct bnc_cells *c, const struct bnc_pick *p,
                                   struct bnc_span s);

/* False for an empty cell, "0", "no", "false" and their like: what flags say most often. */
bool bnc_cell_is_true(struct bnc_span s);

/* True for such a cell, for "1", "yes" and their like, and for a time. */
bool bnc_cell_is_flag(struct bnc_span s);

/* True where the filters of the format let the row through. */
bool bnc_cells_wanted(const struct bnc_cells *c);

/* What no cell of the row says. */
static inline void bnc_event_begin(struct bnc_event *ev, const struct bnc_schema_plan *p)
{
    ev->type = BNC_EVENT_OTHER;
    ev->hardness = BNC_HARDNESS_NONE;
    ev->esp = p->esp.name.len > 0 ? &p->esp : NULL;
    ev->late = false;
    ev->flags = p->flags;
    ev->reply = 0;
    ev->enhanced = 0;
}

/* Everything of an event but type, hardness and recipient. */
void bnc_event_fill(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev);

/* The time that a cell says, where it says one. */
void bnc_event_time(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_span cell,
                    struct bnc_event *ev);

/* Type, hardness and lateness by the columns; BNC_FAULT_UNKNOWN_EVENT. */
enum bnc_row_fault bnc_event_classify(struct bnc_mapper *m, const struct bnc_cells *c,
                                      struct bnc_event *ev);

/*
 * Columns beside the event column: they tell hard from soft, and failures that the vendor made
 * itself.
 */
void bnc_event_refine(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev);

/* The same by what one of them says; NULL: nothing. */
static inline void bnc_event_refine_by(struct bnc_event *ev, const struct bnc_value_row *row,
                                       bool generic)
{
    if (row == NULL)
        return;
    if (!generic && ((ev->type == BNC_EVENT_BOUNCE &&
                      (row->event == BNC_EVENT_SUPPRESSED || row->event == BNC_EVENT_DEFERRAL)) ||
                     row->event == BNC_EVENT_OTHER)) {
        ev->type = (enum bnc_event_type)row->event;
        ev->hardness = (enum bnc_hardness)row->hardness;
    } else if ((ev->hardness == BNC_HARDNESS_NONE || ev->hardness == BNC_HARDNESS_UNKNOWN) &&
               row->hardness != BNC_HARDNESS_NONE) {
        ev->hardness = (enum bnc_hardness)row->hardness;
    }
}

/*
 * Recipient and domain from one cell (and the domain's own column); NO_RECIPIENT, BAD_ADDRESS,
 * FIELD_COUNT.
 */
enum bnc_row_fault bnc_event_address(struct bnc_mapper *m, const struct bnc_cells *c,
                                     struct bnc_span cell, struct bnc_event *ev);

/*
 * All of it, for a row of one event. '*recipient' is its cell: BAD_ADDRESS where that is none, and
 * may be a list.
 */
enum bnc_row_fault bnc_event_make(struct bnc_mapper *m, const struct bnc_cells *c,
                                  struct bnc_event *ev, struct bnc_span *recipient);

/*
 * A value of more than a letter.  Words of up to 24 bytes are remembered by their bytes: three
 * loads say all of them.
 */
const struct bnc_value_row *bnc_mapper_word(struct bnc_mapper *m, const struct bnc_values *v,
                                            struct bnc_span value);

const struct bnc_value_row *bnc_mapper_letter_anew(struct bnc_mapper *m,
                                                   const struct bnc_values *v,
                                                   struct bnc_span value);

/* One value of one column, NULL if it is unknown.  Accounting files have words of one letter. */
static inline __attribute__((always_inline)) const struct bnc_value_row *
bnc_mapper_value(struct bnc_mapper *m, const struct bnc_values *v, struct bnc_span s)
{
    const struct bnc_value_row *row;

    if (s.len != 1)
        return bnc_mapper_word(m, v, s);
    row = m->letters.row[(unsigned char)s.at[0]];
    return row != NULL && m->letters.values == v ? row : bnc_mapper_letter_anew(m, v, s);
}

/*
 * An enhanced code by itself ("5.1.1", "5.7.26 (...)") into '*memo', under this key; false if it is
 * something else.  Eight bytes decide.
 */
bool bnc_code_remember(struct bnc_code_memo *memo, uint64_t key, struct bnc_span cell);

/* Appends a copy to m->events; false (and m->nomem) when out of memory. */
bool bnc_mapper_push(struct bnc_mapper *m, const struct bnc_event *ev);

/* The events of cells that may hold several (lists, wide columns), appended to m->events. */
enum bnc_row_fault bnc_cells_spread(struct bnc_mapper *m, const struct bnc_cells *c);

/*
 * The same for a recipient cell that is a list: "a@x, b@y", "[\"a@x\"]"; BAD_ADDRESS if one of it
 * is no address.
 */
enum bnc_row_fault bnc_cells_list(struct bnc_mapper *m, const struct bnc_cells *c,
                                  struct bnc_span list, struct bnc_event *ev);

#endif
