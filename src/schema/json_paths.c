/* SPDX-License-Identifier: MIT
 * json_paths.c - the paths of a plan as a tree, walked along with an object.
 *
 * A *place* is where a walk can be: at the object itself, behind a name, in an element of an array.
 * A *wish* is a path that comes by a place, with the rest of it; an *edge* is a name that some wish
 * has to do with there, as its whole rest or as the next step.  A place asks each member of an
 * object once whether there is an edge of its name, whatever the number of paths.
 */
#include "schema/json_paths.h"

#include <stdlib.h>

#include "util/buf.h"
#include "util/hash.h"

struct wish {
    struct bnc_span rest;
    uint32_t cell;
    uint32_t next;       /* wish of the same place, + 1 */
    uint32_t next_exact; /* wish of the same place with the same rest, + 1 */
};

struct edge {
    struct bnc_span name;
    uint32_t place;      /* where it begins */
    uint32_t exact;      /* wish that ends with it, + 1 */
    uint32_t member, element; /* places that it leads to; 0: none */
};

struct place {
    uint32_t wishes;     /* with a rest, + 1 */
    uint32_t here;       /* without, + 1 */
    uint32_t edges, n_edges;
};

struct bnc_json_paths {
    uint32_t n;
    struct wish *wish;
    struct edge *edge;
    struct place *place;
    uint32_t *slot;      /* edge + 1 by place and name, 0: none */
    uint32_t n_wishes, n_edges, n_places;
    unsigned bits;       /* of slots */
};

/* ---- the tree ---- */

static size_t first_slot(const struct bnc_json_paths *p, uint32_t place, struct bnc_span name)
{
    const uint64_t last = name.len > 8 ? bnc_load64(name.at + name.len - 8) : 0;

    return bnc_hash_key_of(bnc_load_tail(name.at, name.len), last, name.len, place) >>
           (64 - p->bits);
}

/* The slot of an edge, or the one where it would stand. */
static uint32_t *find_slot(const struct bnc_json_paths *p, uint32_t place, struct bnc_span name)
{
    const size_t mask = ((size_t)1 << p->bits) - 1;
    size_t i = first_slot(p, place, name);

    for (; p->slot[i] != 0; i = (i + 1) & mask) {
        const struct edge *const e = &p->edge[p->slot[i] - 1];

        if (e->place == place && e->name.len == name.len &&
            bnc_same_bytes(e->name.at, name.at, name.len))
            break;
    }
    return &p->slot[i];
}

static struct edge *edge_of(struct bnc_json_paths *p, uint32_t place, struct bnc_span name)
{
    uint32_t *const slot = find_slot(p, place, name);

    if (*slot == 0) {
        p->edge[p->n_edges] = (struct edge){ .name = name, .place = place };
        *slot = ++p->n_edges;
    }
    return &p->edge[*slot - 1];
}

static void add_wish(struct bnc_json_paths *p, struct place *at, uint32_t cell,
                     struct bnc_span rest)
{
    uint32_t *const list = rest.len > 0 ? &at->wishes : &at->here;

    p->wish[p->n_wishes] = (struct wish){ .rest = rest, .cell = cell, .next = *list };
    *list = ++p->n_wishes;
}

/* The place that '*to' is, made where it is none yet. */
static struct place *place_of(struct bnc_json_paths *p, uint32_t *to)
{
    if (*to == 0) {
        *to = p->n_places++;
        p->place[*to] = (struct place){ 0 };
    }
    return &p->place[*to];
}

/* Up to the first '.' or "[]". */
static size_t name_len(struct bnc_span path)
{
    size_t n = 0;

    while (n < path.len && path.at[n] != '.' &&
           !(path.at[n] == '[' && n + 1 < path.len && path.at[n + 1] == ']'))
        n++;
    return n;
}

/* The edges of a place, and what its wishes wish for behind them. */
static void add_edges(struct bnc_json_paths *p, uint32_t at)
{
    for (uint32_t w = p->place[at].wishes; w != 0; w = p->wish[w - 1].next) {
        struct wish *const wish = &p->wish[w - 1];
        struct edge *e = edge_of(p, at, wish->rest);
        size_t n = name_len(wish->rest);
        bool element;

        wish->next_exact = e->exact;
        e->exact = w;
        if (n == wish->rest.len)
            continue;
        element = wish->rest.at[n] == '[';
        e = edge_of(p, at, bnc_span_from(wish->rest.at, n));
        n += element ? 2 : 0;
        n += n < wish->rest.len;
        add_wish(p, place_of(p, element ? &e->element : &e->member), wish->cell,
                 bnc_span_from(wish->rest.at + n, wish->rest.len - n));
    }
}

/* At how many places the path is a wish. */
static size_t count_steps(struct bnc_span path)
{
    size_t n = 2;

    for (size_t i = 0; i < path.len; i++)
        n += path.at[i] == '.' || path.at[i] == '[';
    return n;
}

struct bnc_json_paths *bnc_json_paths_create(struct bnc_arena *arena, const struct bnc_span *path,
                                             const uint16_t *which, uint32_t n)
{
    struct bnc_json_paths *const p = bnc_arena_alloc(arena, sizeof *p);
    size_t most = 1;

    if (p == NULL)
        return NULL;
    *p = (struct bnc_json_paths){ .n = n, .n_places = 1, .bits = 3 };
    for (uint32_t i = 0; i < n; i++)
        most += count_steps(path[which[i]]);
    while ((size_t)1 << p->bits < 4 * most)
        p->bits++;
    p->wish = bnc_arena_alloc(arena, most * sizeof *p->wish);
    p->edge = bnc_arena_alloc(arena, 2 * most * sizeof *p->edge);
    p->place = bnc_arena_alloc(arena, most * sizeof *p->place);
    p->slot = bnc_arena_alloc(arena, sizeof *p->slot << p->bits);
    if (p->wish == NULL || p->edge == NULL || p->place == NULL || p->slot == NULL)
        return NULL;
    memset(p->slot, 0, sizeof *p->slot << p->bits);
    p->place[0] = (struct place){ 0 };
    for (uint32_t i = 0; i < n; i++)
        add_wish(p, &p->place[0], i, path[which[i]]);
    for (uint32_t at = 0; at < p->n_places; at++) {
        p->place[at].edges = p->n_edges;
        add_edges(p, at);
        p->place[at].n_edges = p->n_edges - p->place[at].edges;
    }
    return p;
}

/* ---- the walk ---- */

uint32_t bnc_json_element(const struct bnc_json *json, struct bnc_json_cursor *last, uint32_t array,
                          uint32_t index)
{
    if (index >= json->node[array].len)
        return BNC_JSON_NONE;
    if (last->node == 0 || last->array != array || last->index > index)
        *last = (struct bnc_json_cursor){ array, 0, array + 1 };
    for (; last->index < index; last->index++)
        last->node = json->node[last->node].next;
    return last->node;
}

bool bnc_json_found_begin(struct bnc_json_found *f, const struct bnc_json_paths *paths,
                          const struct bnc_json *json)
{
    const size_t n = paths->n;

    f->paths = paths;
    f->json = json;
    if (!bnc_array_grow(&f->cursor, &f->cap_cursors, paths->n_edges, sizeof *f->cursor) ||
        !bnc_array_grow(&f->node, &f->cap,
                        2 * (n + paths->n_edges + paths->n_places), sizeof *f->node))
        return false;
    f->size = f->node + n;
    f->value = f->size + n;
    f->met = f->value + paths->n_edges;
    f->object = f->met + paths->n_edges;
    f->n_met = f->object + paths->n_places;
    return true;
}

void bnc_json_found_release(struct bnc_json_found *f)
{
    free(f->node);
    free(f->cursor);
    *f = (struct bnc_json_found){ 0 };
}

static void grant(struct bnc_json_found *f, const struct wish *w, uint32_t node, uint32_t size)
{
    if (f->node[w->cell] != BNC_JSON_NONE)
        return;
    f->node[w->cell] = node;
    f->size[w->cell] = size;
}

static void grant_all(struct bnc_json_found *f, uint32_t list, uint32_t node, uint32_t size)
{
    for (; list != 0; list = f->paths->wish[list - 1].next)
        grant(f, &f->paths->wish[list - 1], node, size);
}

/* Notes which edges of the place the object has members for. */
static void meet_members(struct bnc_json_found *f, uint32_t at, uint32_t object)
{
    const struct bnc_json_node *const node = f->json->node;
    const struct place *const place = &f->paths->place[at];
    uint32_t *const met = f->met + place->edges;
    uint32_t n = 0;

    for (uint32_t i = 0; i < place->n_edges; i++)
        f->value[place->edges + i] = BNC_JSON_NONE;
    for (uint32_t i = object + 1; i < node[object].next; i = node[i + 1].next) {
        const uint32_t e = *find_slot(f->paths, at, bnc_json_raw(f->json, i));

        if (e == 0)
            continue;
        if (f->value[e - 1] == BNC_JSON_NONE)
            met[n++] = e - 1;
        f->value[e - 1] = i + 1;
    }
    f->object[at] = object;
    f->n_met[at] = n;
}

static void visit(struct bnc_json_found *f, uint32_t at, uint32_t node, uint32_t index,
                  uint32_t size)
{
    const struct place *const place = &f->paths->place[at];
    const uint32_t *const met = f->met + place->edges;

    grant_all(f, place->here, node, size);
    if (!bnc_json_is(f->json, node, BNC_JSON_OBJECT)) {
        grant_all(f, place->wishes, node, size);
        return;
    }
    if (f->object[at] != node)
        meet_members(f, at, node);
    for (uint32_t i = 0; i < f->n_met[at]; i++)
        for (uint32_t w = f->paths->edge[met[i]].exact; w != 0;
             w = f->paths->wish[w - 1].next_exact)
            grant(f, &f->paths->wish[w - 1], f->value[met[i]], size);
    for (uint32_t i = 0; i < f->n_met[at]; i++) {
        const struct edge *const e = &f->paths->edge[met[i]];
        const uint32_t value = f->value[met[i]];

        if (e->member != 0)
            visit(f, e->member, value, index, size);
        if (e->element != 0 && bnc_json_is(f->json, value, BNC_JSON_ARRAY)) {
            const uint32_t len = f->json->node[value].len;
            const uint32_t one = bnc_json_element(f->json, &f->cursor[met[i]], value, index);

            if (one != BNC_JSON_NONE)
                visit(f, e->element, one, index, len > size ? len : size);
        }
    }
}

void bnc_json_find(struct bnc_json_found *f, uint32_t object, uint32_t index)
{
    const struct bnc_json_paths *const p = f->paths;

    for (uint32_t i = 0; i < p->n; i++)
        f->node[i] = BNC_JSON_NONE;
    if (index == 0) {
        for (uint32_t i = 0; i < p->n_places; i++)
            f->object[i] = BNC_JSON_NONE;
        for (uint32_t i = 0; i < p->n_edges; i++)
            f->cursor[i].node = 0;
    }
    visit(f, 0, object, index, 0);
}
