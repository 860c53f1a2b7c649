/* SPDX-License-Identifier: MIT
 * json_rows.h - JSON Lines: one event (or an array of them) a line, read by the same tables as
 * CSV. A column name of the tables is a path here: "mail.messageId",
 * "bounce.bouncedRecipients[].emailAddress".
 */
#ifndef BNC_SCHEMA_JSON_ROWS_H
#define BNC_SCHEMA_JSON_ROWS_H

#include "schema/mapper.h"

/*
 * The paths found in the first lines of 'head', in order of first sight, as a header; n 0 where
 * the first line is no JSON or no line an object. Names live in 'arena'.  False when out of
 * memory.
 */
bool bnc_json_header(struct bnc_span head, bool whole, struct bnc_arena *arena,
                     struct bnc_span **name, uint32_t *n);

/* Appends the events of one line to m->events. */
enum bnc_row_fault bnc_json_events(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                                   struct bnc_span line);

struct bnc_json_ring;
void bnc_json_ring_free(struct bnc_json_ring *ring);

#endif
