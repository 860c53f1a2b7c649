/* SPDX-License-Identifier: MIT
 * json_kit.h - jansson as the judge of json_nodes.c and json_paths.c, for unit tests and the fuzzer.
 */
#ifndef BNC_TESTS_JSON_KIT_H
#define BNC_TESTS_JSON_KIT_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "schema/json_paths.h"

static void kit_must(bool ok, const char *what, struct bnc_span text)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %.*s\n", what, (int)text.len, text.at);
    abort();
}

static bool kit_same_string(const struct bnc_json *json, uint32_t node, const char *at, size_t len)
{
    const struct bnc_span raw = bnc_json_raw(json, node);
    char *const plain = malloc(raw.len + 1);
    bool same;

    if (json->node[node].escaped)
        same = bnc_json_unescape(plain, raw) == len && memcmp(plain, at, len) == 0;
    else
        same = bnc_span_eq(raw, bnc_span_from(at, len));
    free(plain);
    return same;
}

static bool kit_same(const struct bnc_json *json, uint32_t node, const json_t *v);

static bool kit_same_members(const struct bnc_json *json, uint32_t node, const json_t *v)
{
    const char *key;
    json_t *member;

    for (uint32_t i = node + 1; i < json->node[node].next; i = json->node[i + 1].next)
        if (json->node[i].escaped ||
            json_object_getn(v, json->node[i].at, json->node[i].len) == NULL)
            return false;
    json_object_foreach((json_t *)v, key, member)
    {
        const uint32_t one = bnc_json_get(json, node, bnc_span_str(key));

        if (one == BNC_JSON_NONE || !kit_same(json, one, member))
            return false;
    }
    return true;
}

static bool kit_same_elements(const struct bnc_json *json, uint32_t node, const json_t *v)
{
    uint32_t one = node + 1;

    if (json->node[node].len != json_array_size(v))
        return false;
    for (size_t i = 0; i < json_array_size(v); i++, one = json->node[one].next)
        if (!kit_same(json, one, json_array_get(v, i)))
            return false;
    return one == json->node[node].next;
}

/* Whether both hold the same value. */
static bool kit_same(const struct bnc_json *json, uint32_t node, const json_t *v)
{
    static const enum bnc_json_type types[] = {
        [JSON_OBJECT] = BNC_JSON_OBJECT, [JSON_ARRAY] = BNC_JSON_ARRAY,
        [JSON_STRING] = BNC_JSON_STRING, [JSON_INTEGER] = BNC_JSON_INTEGER,
        [JSON_REAL] = BNC_JSON_REAL,     [JSON_TRUE] = BNC_JSON_TRUE,
        [JSON_FALSE] = BNC_JSON_FALSE,   [JSON_NULL] = BNC_JSON_NULL,
    };

    if (node == BNC_JSON_NONE || v == NULL)
        return node == BNC_JSON_NONE && v == NULL;
    if (json->node[node].type != types[json_typeof(v)])
        return false;
    switch (json_typeof(v)) {
    case JSON_OBJECT: return kit_same_members(json, node, v);
    case JSON_ARRAY: return kit_same_elements(json, node, v);
    case JSON_STRING:
        return kit_same_string(json, node, json_string_value(v), json_string_length(v));
    case JSON_INTEGER: return bnc_json_integer(json, node) == json_integer_value(v);
    case JSON_REAL: return bnc_json_real(json, node) == json_real_value(v);
    default: return true;
    }
}

/* A copy in memory of its own, so that a sanitizer sees a look behind it; to be freed. */
static inline struct bnc_span kit_own(struct bnc_span text)
{
    char *const copy = malloc(text.len + (text.len == 0));

    memcpy(copy, text.at, text.len);
    return bnc_span_from(copy, text.len);
}

/*
 * Both take the text or neither does, and it means the same.  Next to a number jansson overlooks a
 * NUL, which no JSON may hold.  True: it is JSON.
 */
static inline bool kit_agree(struct bnc_span text)
{
    struct bnc_json json = { 0 };
    const struct bnc_span own = kit_own(text);
    const uint32_t root = bnc_json_parse(&json, own);
    json_t *const v = memchr(text.at, '\0', text.len) != NULL
                          ? NULL : json_loadb(text.at, text.len, JSON_ALLOW_NUL, NULL);

    kit_must(kit_same(&json, root, v), "jansson reads it otherwise", text);
    kit_must(root == BNC_JSON_NONE ? json.n == 0 : json.node[root].next == json.n, "nodes", text);
    json_decref(v);
    bnc_json_release(&json);
    free((void *)(uintptr_t)own.at);
    return root != BNC_JSON_NONE;
}

/* What json_paths.h says of one path, step by step. */
static inline const json_t *kit_walk(const json_t *v, struct bnc_span path, size_t index, size_t *size)
{
    while (path.len > 0 && json_is_object(v)) {
        const json_t *const literal = json_object_getn(v, path.at, path.len);
        size_t n = 0;

        if (literal != NULL)
            return literal;
        while (n < path.len && path.at[n] != '.' &&
               !(path.at[n] == '[' && n + 1 < path.len && path.at[n + 1] == ']'))
            n++;
        v = json_object_getn(v, path.at, n);
        if (n < path.len && path.at[n] == '[') {
            n += 2;
            *size = json_array_size(v) > *size ? json_array_size(v) : *size;
            v = json_array_get(v, index);
        }
        n += n < path.len;
        path = bnc_span_from(path.at + n, path.len - n);
    }
    return v;
}

#define KIT_PATHS 64

/* The paths of the first line, blanks between them, lead to the same in the rest as step by step. */
static inline void kit_agree_on_paths(struct bnc_span input)
{
    const char *const lf = memchr(input.at, '\n', input.len);
    struct bnc_span list = bnc_span_from(input.at, lf == NULL ? 0 : (size_t)(lf - input.at));
    const struct bnc_span text = lf == NULL ? input
                                            : bnc_span_from(lf + 1, input.len - list.len - 1);
    json_t *const v = json_loadb(text.at, text.len, JSON_ALLOW_NUL, NULL);
    struct bnc_json json = { 0 };
    const uint32_t root = bnc_json_parse(&json, text);
    struct bnc_json_found found = { 0 };
    struct bnc_arena arena = { 0 };
    struct bnc_span path[KIT_PATHS];
    uint16_t which[KIT_PATHS];
    uint32_t n = 0;

    while (list.len > 0 && n < KIT_PATHS) {
        const char *const end = memchr(list.at, ' ', list.len);
        const size_t len = end == NULL ? list.len : (size_t)(end - list.at);

        which[n] = (uint16_t)n;
        path[n++] = bnc_span_from(list.at, len);
        list = bnc_span_from(list.at + len, list.len - len);
        list = list.len > 0 ? bnc_span_from(list.at + 1, list.len - 1) : list;
    }
    kit_must(bnc_json_found_begin(&found, bnc_json_paths_create(&arena, path, which, n), &json),
             "memory", input);
    for (uint32_t index = 0; index < 4 && root != BNC_JSON_NONE && v != NULL; index++) {
        bnc_json_find(&found, root, index);
        for (uint32_t i = 0; i < n; i++) {
            size_t size = 0;
            const json_t *const want = path[i].len == 0 ? NULL : kit_walk(v, path[i], index, &size);

            kit_must(path[i].len == 0 || kit_same(&json, found.node[i], want), "path", input);
            kit_must(want == NULL || found.size[i] == size, "size", input);
        }
    }
    bnc_json_found_release(&found);
    bnc_arena_release(&arena);
    bnc_json_release(&json);
    json_decref(v);
}

#endif
