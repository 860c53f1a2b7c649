/* SPDX-License-Identifier: MIT */
#include "schema/plan.h"

#include "schema/json_paths.h"
#include "util/hash.h"

/* ---- values ---- */

#define MAX_VALUE 96

/* Lower-cased without fillers into 'to'; values longer than MAX_VALUE are cut. */
static size_t normalize(struct bnc_span s, char to[MAX_VALUE])
{
    size_t n = 0;

    for (size_t i = 0; i < s.len && n < MAX_VALUE; i++) {
        const char c = s.at[i];

        to[n] = bnc_lower(c);
        n += c != ' ' && c != '_' && c != '-' && c != '.' && c != ':' && c != '\t';
    }
    return n;
}

const struct bnc_value_row *bnc_values_find(const struct bnc_values *v, struct bnc_span value)
{
    char word[MAX_VALUE];
    const size_t len = normalize(value, word);
    const uint64_t hash = bnc_hash64(word, len, 0);

    for (uint32_t i = (uint32_t)hash & v->mask; v->slot[i] != NULL; i = (i + 1) & v->mask)
        if (v->hash[i] == hash)
            return v->slot[i];
    for (uint32_t i = 0; i < v->n_prefix; i++) {
        const size_t n = strlen(v->prefix[i]->value) - 1;

        if (value.len >= n &&
            bnc_span_eq_nocase(bnc_span_from(value.at, n), bnc_span_from(v->prefix[i]->value, n)))
            return v->prefix[i];
    }
    return NULL;
}

/* The values of a format's column; NULL where it has none, or memory ran out ('*nomem'). */
static const struct bnc_values *values_create(struct bnc_arena *arena,
                                              const struct bnc_format_row *f, const char *column,
                                              bool *nomem)
{
    const struct bnc_value_row **slot;
    struct bnc_values *v;
    uint64_t *hash;
    uint32_t n = 0, size = 8;

    for (unsigned i = 0; i < f->n_values; i++)
        n += strcmp(bnc_values[f->value_at + i].column, column) == 0;
    if (n == 0)
        return NULL;
    while (size < 2 * n + 2)
        size *= 2;
    v = bnc_arena_alloc(arena, sizeof *v);
    slot = bnc_arena_alloc(arena, size * sizeof *slot);
    hash = bnc_arena_alloc(arena, size * sizeof *hash);
    if (v == NULL || slot == NULL || hash == NULL) {
        *nomem = true;
        return NULL;
    }
    memset(slot, 0, size * sizeof *slot);
    *v = (struct bnc_values){ .slot = slot, .hash = hash, .mask = size - 1 };
    for (unsigned i = 0; i < f->n_values; i++) {
        const struct bnc_value_row *const row = &bnc_values[f->value_at + i];
        const struct bnc_span value = bnc_span_str(row->value);
        char word[MAX_VALUE];
        uint32_t at;
        uint64_t h;

        if (strcmp(row->column, column) != 0)
            continue;
        if (value.at[value.len - 1] == '*') {
            if (v->n_prefix < sizeof v->prefix / sizeof v->prefix[0])
                v->prefix[v->n_prefix++] = row;
            continue;
        }
        h = bnc_hash64(word, normalize(value, word), 0);
        for (at = (uint32_t)h & v->mask; slot[at] != NULL && hash[at] != h; at = (at + 1) & v->mask)
            ;
        if (slot[at] == NULL) { /* of two spellings of one word the first stays */
            slot[at] = row;
            hash[at] = h;
        }
    }
    return v;
}

/* ---- the builder: columns first, slots at the end ---- */

struct builder {
    const struct bnc_plan_input *in;
    struct bnc_schema_plan *plan;
    struct bnc_error *err;
    enum bnc_status status;
    bool nomem;
    bool used[BNC_MAX_COLUMNS];
};

/* The position that "#3" names, zero-based; -1 if the name is none. */
static int position(struct bnc_span name, uint32_t n)
{
    unsigned k = 0;

    if (name.len < 2 || name.len > 5 || name.at[0] != '#')
        return -1;
    for (size_t i = 1; i < name.len; i++) {
        if (!bnc_is_digit(name.at[i]))
            return -1;
        k = k * 10 + (unsigned)(name.at[i] - '0');
    }
    return k >= 1 && k <= n ? (int)k - 1 : -1;
}

/* The column of the file that the format's 'name' means, -1 if there is none. */
static int column_of(const struct builder *b, struct bnc_span name)
{
    const struct bnc_format_row *const f = b->in->format;

    if (position(name, BNC_MAX_COLUMNS) >=
        0) /* rows of files without header may be longer than the first */
        return position(name, b->in->header->headerless ? BNC_MAX_COLUMNS : b->in->header->n);
    if (b->plan->generic && b->in->header->headerless)
        return -1;
    if (b->in->header
            ->headerless) { /* the documented order of the columns is the order of the table */
        for (unsigned i = 0; i < f->n_columns && i < b->in->header->n; i++)
            if (bnc_span_eq_nocase(bnc_span_str(bnc_columns[f->column_at + i].name), name))
                return (int)i;
        return -1;
    }
    return bnc_header_find(b->in->header, name, true);
}

static void words(struct bnc_cond *c, struct bnc_span list)
{
    while (list.len > 0 && c->n < BNC_MAX_WORDS)
        c->word[c->n++] = bnc_span_part(&list, '|');
}

/* "Column=word|word" as a condition; false where the column is not in the file. */
static bool condition(struct builder *b, struct bnc_cond *c, struct bnc_span text)
{
    const int column = column_of(b, bnc_span_part(&text, '='));

    if (column < 0)
        return false;
    c->slot = (uint16_t)column;
    c->negated = text.len > 0 && text.at[0] == '!';
    words(c, c->negated ? bnc_span_from(text.at + 1, text.len - 1) : text);
    b->used[column] = true;
    return true;
}

static void add_pick(struct builder *b, enum bnc_field field, int column, uint8_t transform,
                     const char *when)
{
    struct bnc_field_plan *const f = &b->plan->field[field];
    struct bnc_schema_plan *const p = b->plan;
    uint8_t cond = 0;

    for (uint32_t i = 0; i < f->n; i++)
        if (f->pick[i].slot == column && f->pick[i].cond == 0)
            return;
    if (f->n == BNC_MAX_PICKS)
        return;
    if (when[0] != '\0' && p->n_cond < sizeof p->cond / sizeof p->cond[0] &&
        condition(b, &p->cond[p->n_cond], bnc_span_str(when)))
        cond = (uint8_t)++p->n_cond;
    f->pick[f->n++] =
        (struct bnc_pick){ .slot = (uint16_t)column, .transform = transform, .cond = cond };
    b->used[column] = true;
}

/* What an event takes from a row; the other fields of the schema are known and not read. */
static bool is_needed(enum bnc_field field)
{
    return field != BNC_FIELD_IGNORE && field != BNC_FIELD_IP_POOL &&
           field != BNC_FIELD_REMOTE_IP && field != BNC_FIELD_SUBJECT && field != BNC_FIELD_COUNT;
}

static bool is_wide(const struct bnc_format_row *f, const char *column)
{
    for (unsigned i = 0; i < f->n_values; i++)
        if (strcmp(bnc_values[f->value_at + i].column, "(column name)") == 0 &&
            strcmp(bnc_values[f->value_at + i].value, column) == 0)
            return true;
    return false;
}

static void add_columns(struct builder *b)
{
    const struct bnc_format_row *const f = b->in->format;

    for (unsigned i = 0; i < f->n_columns; i++) {
        const struct bnc_column_row *const c = &bnc_columns[f->column_at + i];
        const enum bnc_field field = (enum bnc_field)c->field;
        const int column = column_of(b, bnc_span_str(c->name));
        struct bnc_field_plan *const plan = &b->plan->field[field];
        const uint32_t before = plan->n;

        if (column < 0 || !is_needed(field) ||
            (field == BNC_FIELD_EVENT_TYPE && is_wide(f, c->name)))
            continue;
        b->plan->day_first |= c->transform == BNC_TRANSFORM_DAY_FIRST;
        add_pick(b, field, column,
                 c->transform == BNC_TRANSFORM_DAY_FIRST ? BNC_TRANSFORM_NONE : c->transform,
                 c->when);
        if (field == BNC_FIELD_EVENT_TYPE && plan->n > before)
            plan->pick[before].values = values_create(
                b->in->arena, f, b->plan->generic ? "event_type" : c->name, &b->nomem);
    }
}

/* --map: the named fields forget what the format says of them. */
static void add_map(struct builder *b)
{
    for (uint32_t i = 0; i < b->in->n_map; i++)
        b->plan->field[b->in->map[i].field].n = 0;
    for (uint32_t i = 0; i < b->in->n_map; i++) {
        const struct bnc_map_entry *const m = &b->in->map[i];
        const int at = position(m->column, b->in->header->n);
        const int column = at >= 0 ? at : bnc_header_find(b->in->header, m->column, true);

        if (column < 0) {
            b->status =
                bnc_error_set(b->err, BNC_EUSAGE, "--map %s=%.*s: the file has no column '%.*s'",
                              bnc_field_names[m->field], (int)m->column.len, m->column.at,
                              (int)m->column.len, m->column.at);
            return;
        }
        add_pick(b, m->field, column, BNC_TRANSFORM_NONE, "");
        if (m->field == BNC_FIELD_EVENT_TYPE)
            b->plan->field[m->field].pick[b->plan->field[m->field].n - 1].values =
                b->plan->fallback;
    }
}

static bool is_event_pick(const struct bnc_schema_plan *p, int column)
{
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_EVENT_TYPE];

    for (uint32_t i = 0; i < f->n; i++)
        if (f->pick[i].slot == column)
            return true;
    return false;
}

static void add_refinement(struct builder *b, int column, const struct bnc_values *values)
{
    struct bnc_schema_plan *const p = b->plan;

    for (uint32_t i = 0; i < p->n_refine; i++)
        if (p->refine[i].slot == column)
            return;
    if (column < 0 || values == NULL || is_event_pick(p, column) ||
        p->n_refine == sizeof p->refine / sizeof p->refine[0])
        return;
    p->refine[p->n_refine++] = (struct bnc_refine){ .slot = (uint16_t)column, .values = values };
    b->used[column] = true;
}

/*
 * Value rows whose column is no event column say more about a failure: severity, bounce class, the
 * vendor's own codes.
 */
static void add_refinements(struct builder *b)
{
    const struct bnc_format_row *const f = b->in->format;

    for (unsigned i = 0; i < f->n_values && !b->plan->generic; i++) {
        const char *const column = bnc_values[f->value_at + i].column;

        if (column[0] != '(' &&
            (i == 0 || strcmp(column, bnc_values[f->value_at + i - 1].column) != 0))
            add_refinement(b, column_of(b, bnc_span_str(column)),
                           values_create(b->in->arena, f, column, &b->nomem));
    }
    for (int field = BNC_FIELD_ESP_CATEGORY; field <= BNC_FIELD_ESP_SUBCATEGORY && b->plan->generic;
         field++)
        for (uint32_t i = 0; i < b->plan->field[field].n; i++)
            add_refinement(b, b->plan->field[field].pick[i].slot, b->plan->fallback);
}

static void add_wide(struct builder *b)
{
    const struct bnc_format_row *const f = b->in->format;
    struct bnc_schema_plan *const p = b->plan;

    if (p->generic && !b->in->wide)
        return;
    for (unsigned i = 0; i < f->n_values; i++) {
        const struct bnc_value_row *const row = &bnc_values[f->value_at + i];
        const int column =
            strcmp(row->column, "(column name)") == 0 ? column_of(b, bnc_span_str(row->value)) : -1;

        if (column < 0 || row->event == BNC_EVENT_OTHER ||
            p->n_wide == sizeof p->wide / sizeof p->wide[0])
            continue;
        p->wide[p->n_wide++] = (struct bnc_wide){ .slot = (uint16_t)column, .row = row };
        b->used[column] = true;
    }
}

/*
 * The event that the file itself is: by its name if the tables know a part of it, else by its
 * format.
 */
static void set_file_event(struct builder *b)
{
    const struct bnc_format_row *const f = b->in->format;
    struct bnc_schema_plan *const p = b->plan;
    char glob[64];

    p->event = f->event;
    p->hardness = f->hardness;
    for (unsigned i = 0; i < f->n_values; i++) {
        const struct bnc_value_row *const row = &bnc_values[f->value_at + i];
        const size_t len = strlen(row->value);

        if (strcmp(row->column, "(file)") != 0 || len + 3 > sizeof glob)
            continue;
        glob[0] = '*';
        memcpy(glob + 1, row->value, len);
        memcpy(glob + 1 + len, "*", 2);
        if (!bnc_glob_match(glob, b->in->header->file))
            continue;
        p->event = row->event;
        p->hardness = row->hardness;
        p->late = row->late;
        return;
    }
}

static void add_filters(struct builder *b)
{
    struct bnc_schema_plan *const p = b->plan;
    struct bnc_span all = bnc_span_str(b->in->format->filter),
                    empty = bnc_span_str(b->in->format->empty);
    struct bnc_span pseudo = bnc_span_str(b->in->format->pseudo_codes);

    while (all.len > 0 && p->n_filter < sizeof p->filter / sizeof p->filter[0])
        p->n_filter += condition(b, &p->filter[p->n_filter], bnc_span_part(&all, ';'));
    while (empty.len > 0 && p->n_empty < sizeof p->empty / sizeof p->empty[0])
        p->empty[p->n_empty++] = bnc_span_part(&empty, '|');
    while (pseudo.len > 0 && p->n_pseudo < sizeof p->pseudo / sizeof p->pseudo[0]) {
        const struct bnc_span n = bnc_span_part(&pseudo, '|');
        unsigned code = 0;

        for (size_t i = 0; i < n.len; i++)
            code = code * 10 + (unsigned)(n.at[i] - '0');
        p->pseudo[p->n_pseudo++] = (uint16_t)code;
    }
}

/* Columns become slots: the rank of each among the columns that are read. */
static void set_slots(struct builder *b)
{
    struct bnc_schema_plan *const p = b->plan;
    uint16_t rank[BNC_MAX_COLUMNS], *cells;
    uint32_t n = 0;

    for (uint32_t i = 0; i < BNC_MAX_COLUMNS; i++)
        n += b->used[i];
    cells = bnc_arena_alloc(b->in->arena, (n + 1) * sizeof *cells);
    if (cells == NULL) {
        b->nomem = true;
        return;
    }
    for (uint32_t i = 0; i < BNC_MAX_COLUMNS; i++) {
        rank[i] = (uint16_t)p->n_cells;
        if (b->used[i])
            cells[p->n_cells++] = (uint16_t)i;
    }
    p->cells = cells;
    for (int f = 0; f < BNC_N_FIELDS; f++)
        for (uint32_t i = 0; i < p->field[f].n; i++)
            p->field[f].pick[i].slot = rank[p->field[f].pick[i].slot];
    for (uint32_t i = 0; i < p->n_refine; i++)
        p->refine[i].slot = rank[p->refine[i].slot];
    for (uint32_t i = 0; i < p->n_wide; i++)
        p->wide[i].slot = rank[p->wide[i].slot];
    for (uint32_t i = 0; i < p->n_filter; i++)
        p->filter[i].slot = rank[p->filter[i].slot];
    for (uint32_t i = 0; i < p->n_cond; i++)
        p->cond[i].slot = rank[p->cond[i].slot];
}

/* The short way to a field's cell, where there is one. */
static void set_direct(struct bnc_schema_plan *p)
{
    for (int f = 0; f < BNC_N_FIELDS; f++) {
        const struct bnc_field_plan *const field = &p->field[f];
        const bool plain = field->n > 0 && field->pick[0].cond == 0 && p->n_empty == 0;

        p->direct[f].slot = (int16_t)(field->n == 0 ? BNC_DIRECT_NONE
                                      : plain       ? (int)field->pick[0].slot
                                                    : BNC_DIRECT_SLOW);
        p->direct[f].transform = field->pick[0].transform;
        p->direct[f].alone = field->n == 1;
    }
}

/* The slot of a field that is its first cell as it is, if only 'alone' there is no other; or -1. */
static int16_t as_it_is(const struct bnc_schema_plan *p, enum bnc_field field, bool alone)
{
    const struct bnc_direct d = p->direct[field];

    return d.slot >= 0 && d.transform == BNC_TRANSFORM_NONE && (d.alone || !alone) ? d.slot : -1;
}

/* Decides once, instead of once a row, which spans of an event are no more than a cell. */
static void set_spans(struct bnc_schema_plan *p)
{
    const struct {
        uint8_t field, other;            /* asked where the first is empty */
        uint16_t offset;
        int16_t *slot;
    } spans[] = {
        { BNC_FIELD_DIAGNOSTIC, BNC_FIELD_IGNORE, offsetof(struct bnc_event, diagnostic),
          &p->quick.diagnostic },
        { BNC_FIELD_SENDING_IP, BNC_FIELD_IGNORE, offsetof(struct bnc_event, sending_ip),
          &p->quick.sending_ip },
        { BNC_FIELD_MESSAGE_ID, BNC_FIELD_IGNORE, offsetof(struct bnc_event, message_id),
          &p->quick.message_id },
        { BNC_FIELD_REMOTE_MX, BNC_FIELD_IGNORE, offsetof(struct bnc_event, mx), &p->quick.mx },
        { BNC_FIELD_ESP_CATEGORY, BNC_FIELD_ESP_SUBCATEGORY, offsetof(struct bnc_event, label),
          &p->quick.label },
        { BNC_FIELD_CAMPAIGN, BNC_FIELD_TAG, offsetof(struct bnc_event, campaign),
          &p->quick.campaign },
    };

    p->quick.host = -1;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        const struct bnc_direct d = p->direct[spans[i].field];
        const bool second = p->field[spans[i].other].n > 0;

        *spans[i].slot = second ? -1 : as_it_is(p, spans[i].field, true);
        if ((d.slot == BNC_DIRECT_NONE && !second) || *spans[i].slot >= 0)
            continue;
        if (d.slot >= 0 && d.alone && d.transform == BNC_TRANSFORM_HOST &&
            spans[i].field == BNC_FIELD_REMOTE_MX)
            p->quick.host = d.slot;
        else
            p->choice[p->n_choice++] = (struct bnc_choice){ spans[i].offset, spans[i].field };
    }
}

static void set_quick(struct bnc_schema_plan *p)
{
    const struct bnc_field_plan *const type = &p->field[BNC_FIELD_EVENT_TYPE];

    set_spans(p);
    p->quick.time = as_it_is(p, BNC_FIELD_EVENT_TIME, false);
    p->quick.recipient = as_it_is(p, BNC_FIELD_RECIPIENT, false);
    p->quick.sender = as_it_is(p, BNC_FIELD_SENDER, false);
    p->quick.reply = as_it_is(p, BNC_FIELD_REPLY_CODE, true);
    p->quick.enhanced = as_it_is(p, BNC_FIELD_ENHANCED_CODE, true);
    p->quick.type = type->n > 0 && type->pick[0].values != NULL
                        ? as_it_is(p, BNC_FIELD_EVENT_TYPE, false) : -1;
    p->quick.type_values = type->pick[0].values;
    p->has_reply = p->field[BNC_FIELD_REPLY_CODE].n > 0;
    p->has_enhanced = p->field[BNC_FIELD_ENHANCED_CODE].n > 0;
    p->has_sender = p->field[BNC_FIELD_SENDER].n + p->field[BNC_FIELD_SENDER_DOMAIN].n > 0;
}

enum bnc_status bnc_plan_create(struct bnc_schema_plan **plan, const struct bnc_plan_input *in,
                                struct bnc_error *err)
{
    struct builder *const b = bnc_arena_alloc(in->arena, sizeof *b);
    struct bnc_schema_plan *const p = bnc_arena_alloc(in->arena, sizeof *p);

    *plan = NULL;
    if (b == NULL || p == NULL)
        return bnc_error_nomem(err);
    memset(b, 0, sizeof *b);
    memset(p, 0, sizeof *p);
    *b = (struct builder){ .in = in, .plan = p, .err = err };
    p->format = in->format;
    p->generic = in->format == bnc_format_generic();
    if (!p->generic)
        p->esp.name = bnc_span_str(in->format->vendor);
    p->esp.fp = bnc_hash_span(p->esp.name);
    p->json = in->json;
    p->list = in->format->list;
    p->addresses = in->format->addresses;
    p->fallback = values_create(in->arena, bnc_format_generic(), "event_type", &b->nomem);
    p->name = in->header->name;
    p->n_names = in->header->n;
    set_file_event(b);
    add_columns(b);
    add_map(b);
    add_refinements(b);
    add_wide(b);
    add_filters(b);
    set_slots(b);
    set_direct(p);
    set_quick(p);
    p->spread = p->n_wide > 0 || p->list != BNC_SEVERAL_NONE || p->json;
    if (p->json && !b->nomem) {
        p->paths = bnc_json_paths_create(in->arena, p->name, p->cells, p->n_cells);
        b->nomem = p->paths == NULL;
    }
    if (b->nomem)
        return bnc_error_nomem(err);
    if (b->status == BNC_OK)
        *plan = p;
    return b->status;
}

bool bnc_plan_is_usable(const struct bnc_schema_plan *p)
{
    const bool who = p->field[BNC_FIELD_RECIPIENT].n + p->field[BNC_FIELD_RECIPIENT_DOMAIN].n > 0;
    const bool what = p->field[BNC_FIELD_EVENT_TYPE].n + p->field[BNC_FIELD_DIAGNOSTIC].n +
                          p->field[BNC_FIELD_REPLY_CODE].n + p->field[BNC_FIELD_ENHANCED_CODE].n +
                          p->field[BNC_FIELD_ESP_CATEGORY].n + p->n_wide >
                      0;

    return who && what;
}
