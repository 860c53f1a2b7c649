/* SPDX-License-Identifier: MIT
 * json_nodes.h - the values of a JSON text, one behind the other, without a copy of their bytes.
 *
 *     {"a": [1, "x"], "b": {}}      node   0       1    2      3  4    5    6
 *                                          OBJECT  "a"  ARRAY  1  "x"  "b"  OBJECT
 *                                   next   7       2    5      4  5    6    7
 *
 * A node's 'next' is the one behind it and all that is in it, so what is in a bracket goes from the
 * node behind it to its next.  In an object names and values take turns.
 *
 * A text is RFC 8259's, an array or object, in UTF-8 to the last byte, and no name holds a NUL.
 * Whole numbers fit into 64 bits, others into a double, and brackets are no deeper than 2048.
 * Names may repeat: the last one counts.
 */
#ifndef BNC_SCHEMA_JSON_NODES_H
#define BNC_SCHEMA_JSON_NODES_H

#include "util/arena.h"

enum bnc_json_type {
    BNC_JSON_NULL,
    BNC_JSON_FALSE,
    BNC_JSON_TRUE,
    BNC_JSON_INTEGER,
    BNC_JSON_REAL,
    BNC_JSON_STRING,
    BNC_JSON_ARRAY,
    BNC_JSON_OBJECT
};

struct bnc_json_node {
    const char *at;      /* of strings and numbers: as written, without quotes */
    uint32_t len;        /* bytes; of an array: its elements */
    uint32_t next;
    uint8_t type;        /* enum bnc_json_type */
    bool escaped;        /* a value that must go through bnc_json_unescape(); names have been */
};

#define BNC_JSON_NONE UINT32_MAX

struct bnc_json {        /* zero-initialized is an empty one */
    struct bnc_json_node *node;
    size_t n, cap;
    struct bnc_arena names;              /* those that were written with escapes */
    bool nomem;                          /* since it was cleared */
};

/* Forgets all nodes. */
void bnc_json_clear(struct bnc_json *json);
void bnc_json_release(struct bnc_json *json);

/*
 * Appends the nodes of 'text', which must stay in place; the number of the first one, or
 * BNC_JSON_NONE (no such text, or out of memory) with nothing appended.
 */
uint32_t bnc_json_parse(struct bnc_json *json, struct bnc_span text);

/* The member of an object; BNC_JSON_NONE: it has none, or 'object' is none or BNC_JSON_NONE. */
uint32_t bnc_json_get(const struct bnc_json *json, uint32_t object, struct bnc_span name);

/* The values of numbers. */
long long bnc_json_integer(const struct bnc_json *json, uint32_t node);
double bnc_json_real(const struct bnc_json *json, uint32_t node);

/* Writes what an escaped string means; at most raw.len bytes.  Returns how many. */
size_t bnc_json_unescape(char *to, struct bnc_span raw);

static inline struct bnc_span bnc_json_raw(const struct bnc_json *json, uint32_t node)
{
    return bnc_span_from(json->node[node].at, json->node[node].len);
}

static inline bool bnc_json_is(const struct bnc_json *json, uint32_t node, enum bnc_json_type type)
{
    return node != BNC_JSON_NONE && json->node[node].type == type;
}

#endif
