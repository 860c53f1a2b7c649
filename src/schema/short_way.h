/* SPDX-License-Identifier: MIT
 * short_way.h - the event of an ordinary row straight from its text, for formats whose fields are
 * one cell each.
 */
#ifndef BNC_SCHEMA_SHORT_WAY_H
#define BNC_SCHEMA_SHORT_WAY_H

#include <stdbool.h>
#include <stdint.h>

struct bnc_schema_plan;
struct bnc_values;

#define BNC_NO_COLUMN (-1)
#define BNC_SHORT_ASKED (6 + 6 + 8)      /* single columns, spans, those that refine */
#define BNC_SHORT_CELLS 16               /* of a row that can be asked for */

struct bnc_short_way {
    bool possible;
    bool time_alone, sender_alone;       /* nothing else is asked where that cell is empty */
    bool cuts_host;                      /* of the mx only what bnc_mapping_host() cuts counts */
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

/* What a finished plan's short way is; not possible where the plan asks for more. */
void bnc_short_way_find(struct bnc_short_way *way, const struct bnc_schema_plan *plan);

#endif
