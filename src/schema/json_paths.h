/* SPDX-License-Identifier: MIT
 * json_paths.h - what stands at the paths of a plan in an object, all of them in one walk.
 *
 * A path is names with dots between them: "mail.messageId" is a member of the member "mail".  A
 * member whose own name is the rest of the path comes first, dots and all.  Behind "[]" it goes on
 * in an element of an array; where nothing but an object could lead on and there is something else,
 * that is what the path leads to.
 */
#ifndef BNC_SCHEMA_JSON_PATHS_H
#define BNC_SCHEMA_JSON_PATHS_H

#include "schema/json_nodes.h"

struct bnc_json_paths;                   /* const once made: shared by all threads */

/*
 * Of path[which[0 .. n - 1]], which must outlive it; NULL when out of memory.  It is the arena's.
 */
struct bnc_json_paths *bnc_json_paths_create(struct bnc_arena *arena, const struct bnc_span *path,
                                             const uint16_t *which, uint32_t n);

/*
 * Element 'index' of an array; cheap where the one before was asked for last.  Zero-initialize it.
 */
struct bnc_json_cursor { uint32_t array, index, node; };
uint32_t bnc_json_element(const struct bnc_json *json, struct bnc_json_cursor *last, uint32_t array,
                          uint32_t index);

/* What one thread knows of the object that it looks at. */
struct bnc_json_found {
    const struct bnc_json_paths *paths;
    const struct bnc_json *json;
    uint32_t *node;      /* what stands at each path; BNC_JSON_NONE: nothing */
    uint32_t *size;      /* the longest array on the way to it, 0 if there was none */
    /* of json_paths.c: */
    uint32_t *value, *met;               /* of edges: the member, those that have one */
    uint32_t *object, *n_met;            /* of places: where they were looked for, how many */
    struct bnc_json_cursor *cursor;      /* of edges */
    size_t cap, cap_cursors;
};

/* Zero-initialize it first; false when out of memory. */
bool bnc_json_found_begin(struct bnc_json_found *found, const struct bnc_json_paths *paths,
                          const struct bnc_json *json);
/*
 * Fills node[] and size[] for what unwrapping left of an object; "[]" takes element 'index'.  The
 * first 'index' of an object is 0, and each one is 1 more than the one before.
 */
void bnc_json_find(struct bnc_json_found *found, uint32_t object, uint32_t index);
void bnc_json_found_release(struct bnc_json_found *found);

#endif
