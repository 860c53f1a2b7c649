/* SPDX-License-Identifier: MIT
 * plan.h - a format and a header turned into steps per row: which cell fills which field, what
 * values mean, what to skip. Made once per source, const afterwards, shared by all threads.
 * Everything lives in the mapping's arena.
 */
#ifndef BNC_SCHEMA_PLAN_H
#define BNC_SCHEMA_PLAN_H

#include "schema/recognize.h"

#define BNC_MAX_PICKS 10                 /* columns that may fill one field, best first */
#define BNC_MAX_WORDS 16

/* The known values of one column, looked up without case, blanks and marks (._-:). */
struct bnc_values {
    const struct bnc_value_row *const *slot;     /* mask + 1 of them, NULL where empty */
    const uint64_t *hash;
    uint32_t mask;
    const struct bnc_value_row *prefix[4];       /* "4*"; "*" stands for every value */
    uint32_t n_prefix;
};

/* What the value means, NULL if it is not known. */
const struct bnc_value_row *bnc_values_find(const struct bnc_values *v, struct bnc_span value);

/* the cell is one (none) of these words */
struct bnc_cond { uint16_t slot; uint8_t n; bool negated; struct bnc_span word[BNC_MAX_WORDS]; };

struct bnc_pick {
    uint16_t slot;                       /* index in mapping->want */
    uint8_t transform;                   /* enum bnc_transform */
    uint8_t cond;                        /* 1 + index in plan->cond, 0: always */
    const struct bnc_values *values;     /* event columns only */
};

struct bnc_field_plan { uint32_t n; struct bnc_pick pick[BNC_MAX_PICKS]; };

#define BNC_DIRECT_NONE (-1)
#define BNC_DIRECT_SLOW (-2)

#define BNC_NO_COLUMN (-1)
#define BNC_SHORT_ASKED (6 + 6 + 8)      /* single columns, spans, those that refine */
#define BNC_SHORT_CELLS 16               /* of a row that can be asked for */

/* Where the columns are of rows whose fields are one cell each: short_way.h. */
struct bnc_short_way {
    bool possible;
    bool time_alone, sender_alone;       /* nothing else is asked where that cell is empty */
    bool cuts_host;                      /* of the mx only what bnc_cell_host() cuts counts */
    int16_t time, type, recipient, sender, reply, enhanced;   /* columns or BNC_NO_COLUMN */
    const struct bnc_values *type_values;
    /* cells taken as they are; 'alone' like time_alone */
    struct bnc_short_span { int16_t column; uint16_t offset; bool alone, free_text; } span[6];
    uint16_t absent[8];                  /* offsets of spans that stay empty */
    struct bnc_short_refine { int16_t column; const struct bnc_values *values; } refine[8];
    uint16_t cells[BNC_SHORT_CELLS];     /* the columns that the cells are; where n_cells is 0, the
                                            first of the row */
    uint8_t strict[BNC_SHORT_ASKED];     /* numbers of all cells but the free text */
    uint8_t n_span, n_absent, n_refine, n_cells, n_strict;
};

struct bnc_schema_plan {
    const struct bnc_format_row *format;
    bool generic, json, comments;        /* comments: rows that begin with '#' are preambles in
                                            the middle */
    uint8_t event, hardness;             /* of rows that name none; event may be
                                            BNC_FORMAT_BY_ROW */
    bool late;
    uint8_t list, addresses;
    bool spread;                         /* a row may give several events: wide columns or lists */
    char date_order;
    bool day_first;                      /* the header is in a language whose dates are */
    int zone;                            /* seconds east of UTC; not looked at where there are */
    const struct bnc_zone_rules *rules;  /* of a zone with a history; NULL: none */
    struct bnc_field_plan field[BNC_N_FIELDS];
    /*
     * The first pick of each field where nothing but emptiness can rule its cell out; slot is
     * BNC_DIRECT_NONE if the field has no pick, else BNC_DIRECT_SLOW.
     */
    struct bnc_direct { int16_t slot; uint8_t transform; bool alone; } direct[BNC_N_FIELDS];
    /*
     * Slots of the cells that are taken as they are.  Negative: there is none, or it must be chosen
     * or transformed.  'host' is the one cell that names the mx as "host (address)".
     */
    struct bnc_quick {
        int16_t time, type, recipient, sender, reply, enhanced;
        int16_t diagnostic, sending_ip, message_id, mx, label, campaign, host;
        const struct bnc_values *type_values;
    } quick;
    /* spans of an event that must be chosen or transformed */
    struct bnc_choice { uint16_t offset; uint8_t field; } choice[BNC_N_FIELDS];
    uint8_t n_choice;
    bool has_reply, has_enhanced, has_sender;
    uint8_t flags; /* enum bnc_event_flag bits that every event has */
    /* columns that say more about a failure */
    struct bnc_refine { uint16_t slot; const struct bnc_values *values; } refine[8];
    /* columns that are events */
    struct bnc_wide { uint16_t slot; const struct bnc_value_row *row; } wide[16];
    struct bnc_cond filter[4], cond[8];  /* rows must pass all filters; conditions of picks */
    uint32_t n_refine, n_wide, n_filter, n_cond;
    const struct bnc_values *fallback;   /* the generic event words */
    struct bnc_esp esp;                  /* no name: the generic format */
    struct bnc_span empty[4];            /* words for an empty cell */
    uint16_t pseudo[8];                  /* code-column numbers that are no SMTP replies */
    uint32_t n_empty, n_pseudo;
    struct bnc_span header_raw;          /* the header row's bytes, to know it again; len 0: none */
    const struct bnc_span *name;         /* n_names column names (for JSON: paths) as found */
    uint32_t n_names;
    uint32_t n_cells;                    /* cells a row gives: n_want, or paths wanted for JSON */
    const uint16_t *cells;               /* ascending indices in 'name' */
    const struct bnc_json_paths *paths;  /* of the cells, for JSON */
    struct bnc_short_way short_way;
};

struct bnc_map_entry { enum bnc_field field; struct bnc_span column; };

struct bnc_plan_input {
    const struct bnc_format_row *format;
    const struct bnc_header *header;     /* names as found; for a file without header their
                                            positions count */
    bool json;
    bool wide;                           /* columns named like events are events, in the generic
                                            format, too */
    const struct bnc_map_entry *map;     /* --map: replaces what the format says of these fields */
    uint32_t n_map;
    struct bnc_arena *arena;
};

/* BNC_EUSAGE where the map names a column that is not there; BNC_ENOMEM. */
enum bnc_status bnc_plan_create(struct bnc_schema_plan **plan, const struct bnc_plan_input *in,
                                struct bnc_error *err);

/*
 * Whether failures can be found with it: somebody or some domain they happened to, and something
 * that tells what happened.
 */
bool bnc_plan_is_usable(const struct bnc_schema_plan *plan);

#endif
