/* SPDX-License-Identifier: MIT
 * json_rows.c - a line is parsed by jansson, the plan's paths are walked, and the cells so
 * found go the same way as those of CSV.
 *
 * Strings stay where jansson put them, so the parsed lines of the last BNC_MAPPER_KEEP calls
 * are kept in a ring: events are counted in batches, and their spans must live that long.
 */
#include "schema/json_rows.h"

#if BNC_WITH_JSON

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_DEPTH 10
#define MAX_PATH 256
#define HEADER_LINES 200

/*
 * jansson calls a string for which there is no memory a mistake in the text, or gives it without
 * some of its bytes; the allocator tells the truth.
 */
static json_t *parse(const char *at, size_t len, bool *nomem)
{
    json_t *root;

    errno = 0;
    root = json_loadb(at, len, JSON_ALLOW_NUL, NULL);
    *nomem |= errno == ENOMEM;
    return root;
}

/*
 * The event inside its envelope: webhooks wrap it ({"event-data": {...}}, {"msys":
 * {"message_event": {...}}}), and a notification service carries it as a string, which is
 * parsed into '*inner' (the caller's to release).
 */
static const json_t *unwrap(const json_t *v, json_t **inner, bool *nomem)
{
    const json_t *member = json_object_get(v, "Message");

    *inner = NULL;
    if (json_is_string(member) && json_is_string(json_object_get(v, "Type")) &&
        json_string_value(member)[0] == '{') {
        *inner = parse(json_string_value(member), json_string_length(member), nomem);
        return *inner != NULL ? *inner : v;
    }
    if (json_is_object(json_object_get(v, "event-data")))
        return json_object_get(v, "event-data");
    member = json_object_get(v, "msys");
    if (json_is_object(member) && json_object_size(member) == 1)
        return json_object_iter_value(json_object_iter((json_t *)member));
    return v;
}

/* ---- paths of the first lines ---- */

struct collect {
    struct bnc_arena *arena;
    struct bnc_span *name;
    uint32_t n;
    bool nomem;
};

static void add_path(struct collect *c, struct bnc_span path)
{
    struct bnc_span copy;

    for (uint32_t i = 0; i < c->n; i++)
        if (bnc_span_eq(c->name[i], path))
            return;
    if (c->n == BNC_MAX_COLUMNS)
        return;
    copy = bnc_arena_copy(c->arena, path);
    if (copy.at == NULL)
        c->nomem = true;
    else
        c->name[c->n++] = copy;
}

static void collect_paths(struct collect *c, const json_t *v, char path[MAX_PATH], size_t len,
                          int depth)
{
    const char *key;
    json_t *member;

    if (len > 0)
        add_path(c, bnc_span_from(path, len));
    if (depth == MAX_DEPTH)
        return;
    if (json_is_array(v) && json_is_object(json_array_get(v, 0)) && len + 2 < MAX_PATH) {
        memcpy(path + len, "[]", 2);
        collect_paths(c, json_array_get(v, 0), path, len + 2, depth + 1);
    }
    if (!json_is_object(v))
        return;
    json_object_foreach((json_t *)v, key, member)
    {
        const size_t n = strlen(key);

        if (len + n + 1 >= MAX_PATH)
            continue;
        path[len] = '.';
        memcpy(path + len + (len > 0), key, n);
        collect_paths(c, member, path, len + n + (len > 0), depth + 1);
    }
}

static void collect_event(struct collect *c, const json_t *v)
{
    char path[MAX_PATH];
    json_t *inner;

    collect_paths(c, unwrap(v, &inner, &c->nomem), path, 0, 0);
    json_decref(inner);
}

bool bnc_json_built_in(void)
{
    return true;
}

bool bnc_json_header(struct bnc_span head, bool whole, struct bnc_arena *arena,
                     struct bnc_span **name, uint32_t *n)
{
    struct collect c = { .arena = arena,
                         .name = bnc_arena_alloc(arena, BNC_MAX_COLUMNS * sizeof *c.name) };

    *n = 0;
    if (c.name == NULL)
        return false;
    for (unsigned i = 0; i < HEADER_LINES && head.len > 0; i++) {
        const char *const end = memchr(head.at, '\n', head.len);
        const size_t len = end == NULL ? head.len : (size_t)(end - head.at);
        json_t *root = NULL;

        if (end != NULL || whole)
            root = parse(head.at, len, &c.nomem);
        if (root == NULL && i == 0)
            break; /* spread over several lines */
        if (json_is_array(root))
            for (size_t k = 0; k < json_array_size(root); k++)
                collect_event(&c, json_array_get(root, k));
        else
            collect_event(&c, root);
        json_decref(root);
        head = end == NULL ? bnc_span_from(head.at, 0) : bnc_span_from(end + 1, head.len - len - 1);
    }
    *name = c.name;
    *n = c.n;
    return !c.nomem;
}

/* ---- lines ---- */

struct line { /* what the events of one line point to */
    json_t *root;
    json_t *inner; /* parsed from a string of root: an array of such objects */
    size_t used;
    char text[1024]; /* numbers as text */
    struct bnc_arena more;
    bool nomem;
};

struct bnc_json_ring {
    struct line line[BNC_MAPPER_KEEP];
    unsigned next;
    struct bnc_span cell[BNC_MAX_COLUMNS];
};

void bnc_json_ring_free(struct bnc_json_ring *ring)
{
    if (ring == NULL)
        return;
    for (unsigned i = 0; i < BNC_MAPPER_KEEP; i++) {
        json_decref(ring->line[i].root);
        json_decref(ring->line[i].inner);
        bnc_arena_release(&ring->line[i].more);
    }
    free(ring);
}

static struct line *next_line(struct bnc_json_ring *ring, json_t *root)
{
    struct line *const l = &ring->line[ring->next++ % BNC_MAPPER_KEEP];

    json_decref(l->root);
    json_decref(l->inner);
    bnc_arena_release(&l->more);
    l->root = root;
    l->inner = NULL;
    l->used = 0;
    l->nomem = false;
    return l;
}

/* 'len' bytes that live as long as the line; NULL when out of memory. */
static char *line_bytes(struct line *l, size_t len)
{
    if (l->used + len > sizeof l->text)
        return bnc_arena_alloc(&l->more, len);
    l->used += len;
    return l->text + l->used - len;
}

static struct bnc_span number_text(struct line *l, const char *form, ...)
    __attribute__((format(printf, 2, 3)));

static struct bnc_span number_text(struct line *l, const char *form, ...)
{
    char text[48];
    char *copy;
    va_list args;
    int n;

    va_start(args, form);
    n = vsnprintf(text, sizeof text, form, args);
    va_end(args);
    copy = n > 0 && (size_t)n < sizeof text ? line_bytes(l, (size_t)n) : NULL;
    if (copy == NULL) {
        l->nomem = true;
        return bnc_span_from("", 0);
    }
    memcpy(copy, text, (size_t)n);
    return bnc_span_from(copy, (size_t)n);
}

/* {"class": 5, "subject": 1, "detail": 1} is how one mail server writes 5.1.1. */
static struct bnc_span object_text(struct line *l, const json_t *v)
{
    const json_t *const class = json_object_get(v, "class"), *const subject =
                                                                 json_object_get(v, "subject");
    const json_t *const detail = json_object_get(v, "detail");

    if (!json_is_integer(class) || !json_is_integer(subject) || !json_is_integer(detail))
        return bnc_span_from("", 0);
    return number_text(l, "%d.%d.%d", (int)json_integer_value(class),
                       (int)json_integer_value(subject), (int)json_integer_value(detail));
}

static struct bnc_span value_text(struct line *l, const json_t *v)
{
    switch (v == NULL ? JSON_NULL : json_typeof(v)) {
    case JSON_STRING:
        return bnc_span_from(json_string_value(v), json_string_length(v));
    case JSON_INTEGER:
        return number_text(l, "%lld", (long long)json_integer_value(v));
    case JSON_REAL: {
        const double d = json_real_value(v);
        const long long whole = (long long)d;

        return d > -9e15 && d < 9e15
                   ? number_text(l, "%lld.%06ld", whole, (long)((d - (double)whole) * 1e6))
                   : bnc_span_from("", 0);
    }
    case JSON_TRUE:
        return BNC_SPAN("true");
    case JSON_FALSE:
        return BNC_SPAN("false");
    case JSON_OBJECT:
        return object_text(l, v);
    default:
        return bnc_span_from("", 0);
    }
}

/*
 * What stands at a path; "[]" takes element 'index'.  '*size' grows to the length of any array on
 * the way or at its end.
 */
static const json_t *walk(const json_t *v, struct bnc_span path, size_t index, size_t *size)
{
    while (path.len > 0 && json_is_object(v)) {
        const json_t *const literal = json_object_getn(v, path.at, path.len);
        size_t n = 0;

        if (literal != NULL) {
            v = literal;
            break;
        }
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

static struct bnc_span cell_text(struct line *l, const json_t *root, struct bnc_span path,
                                 size_t index, bool is_list, size_t *size)
{
    const json_t *v = walk(root, path, index, size);

    if (json_is_array(v)) {
        if (is_list && json_array_size(v) > *size)
            *size = json_array_size(v);
        v = json_array_get(v, is_list ? index : 0);
    }
    return value_text(l, v);
}

static bool is_recipient(const struct bnc_schema_plan *p, uint32_t slot)
{
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_RECIPIENT];

    for (uint32_t i = 0; i < f->n; i++)
        if (f->pick[i].slot == slot)
            return true;
    return false;
}

/* How many recipients the object names: the length of the first list of them that is there. */
static size_t count_recipients(struct line *l, const struct bnc_schema_plan *p,
                               const json_t *object)
{
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_RECIPIENT];

    for (uint32_t i = 0; i < f->n; i++) {
        size_t size = 0;

        if (cell_text(l, object, p->name[p->cells[f->pick[i].slot]], 0, true, &size).len > 0)
            return size > 0 ? size : 1;
    }
    return 1;
}

/* The event of an envelope; what had to be parsed for it lives as long as the line. */
static const json_t *unwrap_for(struct line *l, const json_t *v)
{
    json_t *inner;

    v = unwrap(v, &inner, &l->nomem);
    if (inner == NULL)
        return v;
    if (l->inner == NULL)
        l->inner = json_array();
    if (json_array_append_new(l->inner, inner) == 0)
        return v;
    l->nomem = true;
    return NULL;
}

static enum bnc_row_fault push_event(struct bnc_mapper *m, const struct bnc_cells *c)
{
    enum bnc_row_fault fault;
    struct bnc_event ev;

    bnc_event_fill(m, c, &ev);
    fault = bnc_event_classify(m, c, &ev);
    if (fault == BNC_FAULT_NONE)
        fault = bnc_event_address(m, c, bnc_cells_pick(c, BNC_FIELD_RECIPIENT), &ev);
    if (fault == BNC_FAULT_NONE && !bnc_mapper_push(m, &ev))
        fault = BNC_FAULT_TOO_LONG;
    return fault;
}

static enum bnc_row_fault object_events(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                                        struct line *l, const json_t *envelope)
{
    struct bnc_span *const cell = m->json->cell;
    const struct bnc_cells c = { .plan = p, .cell = cell };
    const json_t *const object = unwrap_for(l, envelope);
    const size_t n = count_recipients(l, p, object);

    for (size_t i = 0; i < n; i++) {
        enum bnc_row_fault fault;
        size_t size = 0;

        for (uint32_t k = 0; k < p->n_cells; k++)
            cell[k] = cell_text(l, object, p->name[p->cells[k]], i, is_recipient(p, k), &size);
        if (!bnc_cells_wanted(&c))
            continue;
        fault = p->n_wide > 0 ? bnc_cells_spread(m, &c) : push_event(m, &c);
        if (fault != BNC_FAULT_NONE)
            return fault;
    }
    return BNC_FAULT_NONE;
}

enum bnc_row_fault bnc_json_events(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                                   struct bnc_span text)
{
    enum bnc_row_fault fault = BNC_FAULT_NONE;
    struct line *l;
    json_t *root;

    if (m->json == NULL && (m->json = calloc(1, sizeof *m->json)) == NULL) {
        m->nomem = true;
        return BNC_FAULT_BAD_JSON;
    }
    root = parse(text.at, text.len, &m->nomem);
    if (root == NULL)
        return BNC_FAULT_BAD_JSON;
    l = next_line(m->json, root);
    if (json_is_object(root))
        fault = object_events(m, p, l, root);
    for (size_t i = 0; i < json_array_size(root) && fault == BNC_FAULT_NONE; i++)
        fault = json_is_object(json_array_get(root, i))
                    ? object_events(m, p, l, json_array_get(root, i))
                    : BNC_FAULT_BAD_JSON;
    m->nomem |= l->nomem;
    return fault;
}

#else

bool bnc_json_built_in(void)
{
    return false;
}

bool bnc_json_header(struct bnc_span head, bool whole, struct bnc_arena *arena,
                     struct bnc_span **name, uint32_t *n)
{
    (void)head;
    (void)whole;
    (void)arena;
    *name = NULL;
    *n = 0;
    return true;
}

enum bnc_row_fault bnc_json_events(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                                   struct bnc_span line)
{
    (void)m;
    (void)p;
    (void)line;
    return BNC_FAULT_BAD_JSON;
}

void bnc_json_ring_free(struct bnc_json_ring *ring)
{
    (void)ring;
}

#endif
