/* SPDX-License-Identifier: MIT
 * json_rows.c - a line is parsed, the plan's paths are walked, and the cells so found go the same
 * way as those of CSV.
 *
 * Most strings and numbers are spans of the line.  What is not written there as it is meant is
 * written into room of the mapper's, and the room of the last BNC_MAPPER_KEEP calls is kept in a
 * ring: events are counted in batches, and their spans must live that long.
 */
#include "schema/json_rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "schema/json_paths.h"

#define MAX_DEPTH 10
#define MAX_PATH 256
#define HEADER_LINES 200

struct room { /* what was made for one line */
    size_t used;
    char text[1024];
    struct bnc_arena more;
};

struct parsed { /* a line */
    struct bnc_json json;
    struct room *room;
    bool nomem;
};

static void begin_line(struct parsed *l, struct room *room)
{
    bnc_json_clear(&l->json);
    bnc_arena_release(&room->more);
    room->used = 0;
    l->room = room;
}

static uint32_t parse(struct parsed *l, struct bnc_span text)
{
    const uint32_t root = bnc_json_parse(&l->json, text);

    l->nomem |= l->json.nomem;
    return root;
}

/* 'len' bytes that live as long as the line's events; NULL when out of memory. */
static char *take_room(struct parsed *l, size_t len)
{
    char *at;

    if (l->room->used + len > sizeof l->room->text) {
        at = bnc_arena_alloc(&l->room->more, len);
        l->nomem |= at == NULL;
        return at;
    }
    at = l->room->text + l->room->used;
    l->room->used += len;
    return at;
}

/* ---- values as text ---- */

/* Several paths may lead to the same string: the node keeps what it means. */
static struct bnc_span string_text(struct parsed *l, uint32_t node)
{
    struct bnc_json_node *const at = &l->json.node[node];
    const struct bnc_span raw = bnc_json_raw(&l->json, node);
    char *copy;

    if (!at->escaped)
        return raw;
    copy = take_room(l, raw.len);
    if (copy == NULL)
        return bnc_span_from("", 0);
    at->len = (uint32_t)bnc_json_unescape(copy, raw);
    at->at = copy;
    at->escaped = false;
    return bnc_json_raw(&l->json, node);
}

static struct bnc_span number_text(struct parsed *l, const char *form, ...)
    __attribute__((format(printf, 2, 3)));

static struct bnc_span number_text(struct parsed *l, const char *form, ...)
{
    char text[48], *copy;
    va_list args;
    int n;

    va_start(args, form);
    n = vsnprintf(text, sizeof text, form, args);
    va_end(args);
    copy = take_room(l, (size_t)n);
    if (copy == NULL)
        return bnc_span_from("", 0);
    memcpy(copy, text, (size_t)n);
    return bnc_span_from(copy, (size_t)n);
}

/* With six decimals, cut; nothing where it is no time and no code. */
static struct bnc_span real_text(struct parsed *l, uint32_t node)
{
    const double d = bnc_json_real(&l->json, node);
    const long long whole = d > -9e15 && d < 9e15 ? (long long)d : 0;

    return d > -9e15 && d < 9e15
               ? number_text(l, "%lld.%06ld", whole, (long)((d - (double)whole) * 1e6))
               : bnc_span_from("", 0);
}

static struct bnc_span integer_text(const struct bnc_json *json, uint32_t node)
{
    const struct bnc_span raw = bnc_json_raw(json, node);

    return raw.len == 2 && memcmp(raw.at, "-0", 2) == 0 ? BNC_SPAN("0") : raw;
}

/* {"class": 5, "subject": 1, "detail": 1} is how one mail server writes 5.1.1. */
static struct bnc_span object_text(struct parsed *l, uint32_t node)
{
    static const char *const names[] = { "class", "subject", "detail" };
    int part[3];

    for (int i = 0; i < 3; i++) {
        const uint32_t v = bnc_json_get(&l->json, node, bnc_span_str(names[i]));

        if (!bnc_json_is(&l->json, v, BNC_JSON_INTEGER))
            return bnc_span_from("", 0);
        part[i] = (int)bnc_json_integer(&l->json, v);
    }
    return number_text(l, "%d.%d.%d", part[0], part[1], part[2]);
}

static struct bnc_span value_text(struct parsed *l, uint32_t node)
{
    switch (node == BNC_JSON_NONE ? BNC_JSON_NULL : l->json.node[node].type) {
    case BNC_JSON_STRING: return string_text(l, node);
    case BNC_JSON_INTEGER: return integer_text(&l->json, node);
    case BNC_JSON_REAL: return real_text(l, node);
    case BNC_JSON_TRUE: return BNC_SPAN("true");
    case BNC_JSON_FALSE: return BNC_SPAN("false");
    case BNC_JSON_OBJECT: return object_text(l, node);
    default: return bnc_span_from("", 0);
    }
}

/* ---- envelopes ---- */

/* The value of an object's only member; BNC_JSON_NONE: it has none, or several. */
static uint32_t only_member(const struct bnc_json *json, uint32_t object)
{
    uint32_t found = BNC_JSON_NONE;

    for (uint32_t i = object + 1; i < json->node[object].next; i = json->node[i + 1].next) {
        if (!bnc_span_eq(bnc_json_raw(json, i), bnc_json_raw(json, object + 1)))
            return BNC_JSON_NONE;
        found = i + 1;
    }
    return found;
}

/*
 * The event inside its envelope: webhooks wrap it ({"event-data": {...}}, {"msys":
 * {"message_event": {...}}}), and a notification service carries it as a string, whose nodes are
 * appended.
 */
static uint32_t unwrap(struct parsed *l, uint32_t object)
{
    const struct bnc_json *const json = &l->json;
    uint32_t member = bnc_json_get(json, object, BNC_SPAN("Message"));
    uint32_t inner;

    if (bnc_json_is(json, member, BNC_JSON_STRING) &&
        bnc_json_is(json, bnc_json_get(json, object, BNC_SPAN("Type")), BNC_JSON_STRING)) {
        const struct bnc_span text = string_text(l, member);

        if (text.len > 0 && text.at[0] == '{') {
            inner = parse(l, text);
            return inner != BNC_JSON_NONE ? inner : object;
        }
    }
    member = bnc_json_get(json, object, BNC_SPAN("event-data"));
    if (bnc_json_is(json, member, BNC_JSON_OBJECT))
        return member;
    member = bnc_json_get(json, object, BNC_SPAN("msys"));
    inner = bnc_json_is(json, member, BNC_JSON_OBJECT) ? only_member(json, member) : BNC_JSON_NONE;
    return inner != BNC_JSON_NONE ? inner : object;
}

/* ---- paths of the first lines ---- */

struct collect {
    struct bnc_arena *arena;
    struct bnc_span *name;
    uint32_t n;
    struct parsed line;
};

static void add_path(struct collect *c, struct bnc_span path)
{
    struct bnc_span copy;

    for (uint32_t i = 0; i < c->n; i++)
        if (bnc_span_eq(c->name[i], path))
            return;
    copy = bnc_arena_copy(c->arena, path);
    if (copy.at == NULL)
        c->line.nomem = true;
    else
        c->name[c->n++] = copy;
}

/* The last member that is called as the one at 'i'; BNC_JSON_NONE: one before it is, too. */
static uint32_t member_of_first(const struct bnc_json *json, uint32_t object, uint32_t i)
{
    const struct bnc_span name = bnc_json_raw(json, i);

    for (uint32_t k = object + 1; k < i; k = json->node[k + 1].next)
        if (bnc_span_eq(bnc_json_raw(json, k), name))
            return BNC_JSON_NONE;
    return bnc_json_get(json, object, name);
}

static void collect_paths(struct collect *c, uint32_t v, char path[MAX_PATH], size_t len,
                          int depth)
{
    const struct bnc_json *const json = &c->line.json;

    if (c->n == BNC_MAX_COLUMNS)
        return;
    if (len > 0)
        add_path(c, bnc_span_from(path, len));
    if (depth == MAX_DEPTH)
        return;
    if (bnc_json_is(json, v, BNC_JSON_ARRAY) && json->node[v].len > 0 &&
        bnc_json_is(json, v + 1, BNC_JSON_OBJECT) && len + 2 < MAX_PATH) {
        memcpy(path + len, "[]", 2);
        collect_paths(c, v + 1, path, len + 2, depth + 1);
    }
    if (!bnc_json_is(json, v, BNC_JSON_OBJECT))
        return;
    for (uint32_t i = v + 1; i < json->node[v].next && c->n < BNC_MAX_COLUMNS;
         i = json->node[i + 1].next) {
        const struct bnc_span name = bnc_json_raw(json, i);
        uint32_t member;

        if (len + name.len + 1 >= MAX_PATH)
            continue;
        member = member_of_first(json, v, i);
        if (member == BNC_JSON_NONE)
            continue;
        path[len] = '.';
        memcpy(path + len + (len > 0), name.at, name.len);
        collect_paths(c, member, path, len + name.len + (len > 0), depth + 1);
    }
}

/* Of a line, which is an event or an array of them. */
static void collect_line(struct collect *c, uint32_t root)
{
    const struct bnc_json *const json = &c->line.json;
    char path[MAX_PATH];
    uint32_t end;

    if (root == BNC_JSON_NONE)
        return;
    if (bnc_json_is(json, root, BNC_JSON_OBJECT)) {
        collect_paths(c, unwrap(&c->line, root), path, 0, 0);
        return;
    }
    end = json->node[root].next;
    for (uint32_t i = root + 1; i < end; i = json->node[i].next)
        collect_paths(c, unwrap(&c->line, i), path, 0, 0);
}

bool bnc_json_header(struct bnc_span head, bool whole, struct bnc_arena *arena,
                     struct bnc_span **name, uint32_t *n)
{
    struct collect c = { .arena = arena,
                         .name = bnc_arena_alloc(arena, BNC_MAX_COLUMNS * sizeof *c.name) };
    struct room room = { 0 };

    *n = 0;
    if (c.name == NULL)
        return false;
    for (unsigned i = 0; i < HEADER_LINES && head.len > 0; i++) {
        const char *const end = memchr(head.at, '\n', head.len);
        const size_t len = end == NULL ? head.len : (size_t)(end - head.at);
        uint32_t root = BNC_JSON_NONE;

        begin_line(&c.line, &room);
        if (end != NULL || whole)
            root = parse(&c.line, bnc_span_from(head.at, len));
        if (root == BNC_JSON_NONE && i == 0)
            break; /* spread over several lines */
        collect_line(&c, root);
        head = end == NULL ? bnc_span_from(head.at, 0) : bnc_span_from(end + 1, head.len - len - 1);
    }
    bnc_json_release(&c.line.json);
    bnc_arena_release(&room.more);
    *name = c.name;
    *n = c.n;
    return !c.line.nomem;
}

/* ---- lines ---- */

struct shown { /* in a cell */
    uint32_t node;
    struct bnc_json_cursor cursor;       /* where an array of recipients stands there */
};

struct bnc_json_ring {
    struct parsed line;  /* of now */
    struct bnc_json_found found;
    struct bnc_span *cell;
    struct shown *shown; /* of cells */
    size_t cap_cells, cap_shown;
    unsigned next;
    struct room room[BNC_MAPPER_KEEP];
};

void bnc_json_ring_free(struct bnc_json_ring *ring)
{
    if (ring == NULL)
        return;
    for (unsigned i = 0; i < BNC_MAPPER_KEEP; i++)
        bnc_arena_release(&ring->room[i].more);
    bnc_json_release(&ring->line.json);
    bnc_json_found_release(&ring->found);
    free(ring->cell);
    free(ring->shown);
    free(ring);
}

/* Makes room for the cells of a line and parses it; BNC_JSON_NONE: bad, or out of memory. */
static uint32_t read_line(struct bnc_json_ring *ring, const struct bnc_schema_plan *p,
                          struct bnc_span text)
{
    begin_line(&ring->line, &ring->room[ring->next++ % BNC_MAPPER_KEEP]);
    if (!bnc_array_grow(&ring->cell, &ring->cap_cells, p->n_cells, sizeof *ring->cell) ||
        !bnc_array_grow(&ring->shown, &ring->cap_shown, p->n_cells, sizeof *ring->shown) ||
        !bnc_json_found_begin(&ring->found, p->paths, &ring->line.json)) {
        ring->line.nomem = true;
        return BNC_JSON_NONE;
    }
    return parse(&ring->line, text);
}

static bool is_recipient(const struct bnc_schema_plan *p, uint32_t slot)
{
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_RECIPIENT];

    for (uint32_t i = 0; i < f->n; i++)
        if (f->pick[i].slot == slot)
            return true;
    return false;
}

/*
 * Fills the cells for recipient 'index' of an object.  An array stands for its first element, one
 * of recipients for that of the index, and counts for the size of the cell.  What all recipients
 * share is not read for each of them again.
 */
static void fill_cells(struct bnc_json_ring *ring, const struct bnc_schema_plan *p, uint32_t object,
                       uint32_t index)
{
    const struct bnc_json *const json = &ring->line.json;
    struct bnc_json_found *const found = &ring->found;

    bnc_json_find(found, object, index);
    for (uint32_t k = 0; k < p->n_cells; k++) {
        struct shown *const shown = &ring->shown[k];
        uint32_t v = found->node[k];

        if (index == 0) /* of another object */
            *shown = (struct shown){ .node = BNC_JSON_NONE };
        if (bnc_json_is(json, v, BNC_JSON_ARRAY)) {
            const bool list = is_recipient(p, k);

            if (list && json->node[v].len > found->size[k])
                found->size[k] = json->node[v].len;
            v = bnc_json_element(json, &shown->cursor, v, list ? index : 0);
        }
        if (index == 0 || v != shown->node)
            ring->cell[k] = value_text(&ring->line, v);
        shown->node = v;
    }
}

/* How many recipients the object names: the length of the first list of them that is there. */
static size_t count_recipients(const struct bnc_json_ring *ring, const struct bnc_schema_plan *p)
{
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_RECIPIENT];

    for (uint32_t i = 0; i < f->n; i++) {
        const uint16_t slot = f->pick[i].slot;

        if (ring->cell[slot].len > 0)
            return ring->found.size[slot] > 0 ? ring->found.size[slot] : 1;
    }
    return 1;
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
                                        uint32_t envelope)
{
    struct bnc_json_ring *const ring = m->json;
    const uint32_t object = unwrap(&ring->line, envelope);
    const struct bnc_cells c = { .plan = p, .cell = ring->cell };
    enum bnc_row_fault fault = BNC_FAULT_NONE;
    size_t n = 1;

    for (size_t i = 0; i < n && fault == BNC_FAULT_NONE; i++) {
        fill_cells(ring, p, object, (uint32_t)i);
        if (i == 0)
            n = count_recipients(ring, p);
        if (bnc_cells_wanted(&c))
            fault = p->n_wide > 0 ? bnc_cells_spread(m, &c) : push_event(m, &c);
    }
    return fault;
}

static enum bnc_row_fault line_events(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                                      uint32_t root)
{
    const struct bnc_json *const json = &m->json->line.json;
    enum bnc_row_fault fault = BNC_FAULT_NONE;
    uint32_t end;

    if (root == BNC_JSON_NONE)
        return BNC_FAULT_BAD_JSON;
    if (bnc_json_is(json, root, BNC_JSON_OBJECT))
        return object_events(m, p, root);
    end = json->node[root].next;
    for (uint32_t i = root + 1; i < end && fault == BNC_FAULT_NONE; i = json->node[i].next)
        fault = bnc_json_is(json, i, BNC_JSON_OBJECT) ? object_events(m, p, i) : BNC_FAULT_BAD_JSON;
    return fault;
}

enum bnc_row_fault bnc_json_events(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                                   struct bnc_span text)
{
    enum bnc_row_fault fault;

    if (m->json == NULL && (m->json = calloc(1, sizeof *m->json)) == NULL) {
        m->nomem = true;
        return BNC_FAULT_BAD_JSON;
    }
    fault = line_events(m, p, read_line(m->json, p, text));
    m->nomem |= m->json->line.nomem;
    return fault;
}
