/* SPDX-License-Identifier: MIT
 * json_lines.h - a JSON document becomes JSON Lines, as a stream: one object a line.
 *
 *     [ {"a":1}, {"b":2} ]              an array, however it is laid out
 *     {"a":1}{"b":2}                    objects without a line end between them
 *     {"items": [ {"a":1}, ... ], ...}  a page of an API: the list in it; many pages likewise
 *
 * A page names neither an event nor an address outside of its list: what does is a row with a list.
 *
 * Nothing is judged here.  What is no object where one should stand, or is cut off, becomes a line
 * as it is, and whoever reads the lines tells of it; an object that was not closed costs itself.
 */
#ifndef BNC_INGEST_JSON_LINES_H
#define BNC_INGEST_JSON_LINES_H

#include "ingest/transcode.h"

/* True where text begins as such a document, and not as JSON Lines or anything else. */
bool bnc_json_is_document(struct bnc_span head);

struct bnc_json_lines;

/* Text that proves to be no document passes as it is.  BNC_ENOMEM. */
enum bnc_status bnc_json_lines_create(struct bnc_json_lines **lines, bnc_pull_fn pull, void *arg,
                                      struct bnc_error *err);

/* Up to 'cap' bytes; fewer only at the end or on failure of pull(), and '*n' counts then too. */
enum bnc_status bnc_json_lines_read(struct bnc_json_lines *lines, char *out, size_t cap, size_t *n,
                                    struct bnc_error *err);

void bnc_json_lines_free(struct bnc_json_lines *lines);

#endif
