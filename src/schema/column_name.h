/* SPDX-License-Identifier: MIT
 * column_name.h - names of columns as exports spell them.
 */
#ifndef BNC_SCHEMA_COLUMN_NAME_H
#define BNC_SCHEMA_COLUMN_NAME_H

#include "util/span.h"

enum bnc_match { BNC_MATCH_NONE, BNC_MATCH_LOOSE, BNC_MATCH_EXACT };

/* How well a header cell matches a name of the tables. */
enum bnc_match bnc_name_match(struct bnc_span cell, struct bnc_span name);

/* Cuts a zone off the name of a column: "Date (UTC+02:00)", "sent_at_utc"; false: it has none. */
bool bnc_header_zone(struct bnc_span *name, int *zone);

#endif
