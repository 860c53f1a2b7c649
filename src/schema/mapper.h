/* SPDX-License-Identifier: MIT
 * mapper.h - the pieces of a mapper, shared by the files that turn a row, a list cell or a JSON
 * object into events.
 */
#ifndef BNC_SCHEMA_MAPPER_H
#define BNC_SCHEMA_MAPPER_H

#include "schema/address.h"
#include "schema/plan.h"
#include "schema/times.h"

/* One looked-up value, by its bytes: files repeat a handful of words. */
struct bnc_value_memo {
    const struct bnc_values *values;
    uint64_t head, middle, tail;
    size_t len;
    const struct bnc_value_row *row;
};

struct bnc_letter_memo {
    const struct bnc_values *values;
    const struct bnc_value_row *row;
    char letter;
};

struct bnc_json_ring;

struct bnc_mapper {
    struct bnc_event *events;            /* those of rows with several */
    size_t n_events, cap_events;
    struct bnc_time_memo day;
    struct bnc_domain_memo sender;
    struct bnc_value_memo memo[64];
    struct bnc_letter_memo letter[64];
    struct bnc_json_ring *json;
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

/* True where the filters of the format let the row through. */
bool bnc_cells_wanted(const struct bnc_cells *c);

/* Everything of an event but type, hardness and recipient. */
void bnc_event_fill(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev);

/* Type, hardness and lateness by the columns; BNC_FAULT_UNKNOWN_EVENT. */
enum bnc_row_fault bnc_event_classify(struct bnc_mapper *m, const struct bnc_cells *c,
                                      struct bnc_event *ev);

/*
 * Columns beside the event column: they tell hard from soft, and failures that the vendor made
 * itself.
 */
void bnc_event_refine(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev);

/*
 * Recipient and domain from one cell (and the domain's own column); NO_RECIPIENT, BAD_ADDRESS,
 * FIELD_COUNT.
 */
enum bnc_row_fault bnc_event_address(const struct bnc_cells *c, struct bnc_span cell,
                                     struct bnc_event *ev);

/* One value of one column, NULL if it is unknown. */
const struct bnc_value_row *bnc_mapper_value(struct bnc_mapper *m, const struct bnc_values *v,
                                             struct bnc_span value);

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
