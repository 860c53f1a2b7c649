/* SPDX-License-Identifier: MIT
 * mapping.c - from the first bytes of a source to how it is read.
 *
 * Each delimiter that occurs is tried on each of the first rows: the row and delimiter whose
 * cells satisfy the signature of a format best are header and dialect, so preambles of any kind
 * need no rules of their own.  Without such a row, files without header are tried by the shape
 * of their cells, then the synonyms of the generic format.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "schema/json_rows.h"
#include "schema/likeness.h"
#include "schema/not_recognized.h"
#include "schema/rows_tell.h"
#include "schema/schema_options.h"
#include "schema/short_way.h"

#define MAX_PREAMBLE 32 /* rows that may stand before the header */
#define MAX_ALIKE_BYTES ((size_t)16 << 10) /* longer beginnings are not kept to be compared */

const char bnc_delims[] = ",;\t|@";

struct candidate { /* a row that may be the header */
    const struct bnc_format_row *format;
    unsigned score;
    struct bnc_dialect dialect;
    struct bnc_head_row row;
    struct bnc_span *name; /* cleaned */
    uint32_t rows_before;
    size_t end; /* offset behind the row */
    bool headerless;
};

struct work {
    struct bnc_mapping *mapping;
    struct bnc_span head;
    bool whole;
    const char *file;
    const struct bnc_schema_options *opt;
    struct bnc_error *err;
    struct bnc_map map;
    struct bnc_arena scratch; /* cells of the rows that are looked at */
    size_t looked;            /* at so many bytes for header and columns */
    bool rows_decide;         /* rows behind the header had to be looked at as well */
    bool nomem;
};

/* ---- candidates ---- */

static bool clean_names(struct work *w, struct candidate *c)
{
    c->name = bnc_arena_alloc(&w->mapping->arena, (c->row.n + 1) * sizeof *c->name);
    if (c->name == NULL) {
        w->nomem = true;
        return false;
    }
    for (uint32_t i = 0; i < c->row.n; i++)
        c->name[i] =
            c->headerless ? bnc_span_trim(c->row.cell[i]) : bnc_header_clean(c->row.cell[i]);
    return true;
}

/* Lets the names outlive the bytes that they were found in. */
static bool keep_names(const struct work *w, const struct candidate *c)
{
    for (uint32_t i = 0; i < c->row.n; i++) {
        c->name[i] = bnc_arena_copy(&w->mapping->arena, c->name[i]);
        if (c->name[i].at == NULL)
            return false;
    }
    return true;
}

static struct bnc_header header_of(const struct work *w, const struct candidate *c)
{
    return (struct bnc_header){ .name = c->name,
                                .n = c->row.n,
                                .delim = c->dialect.delim,
                                .headerless = c->headerless,
                                .file = w->file };
}

/* A data row of a header is full of names; one whose cells hold addresses is data. */
static bool has_address(const struct candidate *c)
{
    for (uint32_t i = 0; i < c->row.n; i++) {
        struct bnc_span s = c->row.cell[i];
        const char *const at = memchr(s.at, '@', s.len);

        if (at != NULL && at > s.at && memchr(at, '.', (size_t)(s.at + s.len - at)) != NULL)
            return true;
    }
    return false;
}

/* How well the synonyms of the generic format cover a row, as a score below any signature's. */
static unsigned generic_score(struct work *w, const struct candidate *c)
{
    const struct bnc_format_row *const g = bnc_format_generic();
    const struct bnc_header h = header_of(w, c);
    unsigned fields = 0;
    uint32_t seen = 0;

    for (unsigned i = 0; i < g->n_columns; i++) {
        const struct bnc_column_row *const col = &bnc_columns[g->column_at + i];

        if ((seen & 1u << col->field) == 0 &&
            bnc_header_find(&h, bnc_span_str(col->name), true) >= 0) {
            seen |= 1u << col->field;
            fields++;
        }
    }
    for (uint32_t i = 0; i < w->map.n; i++)
        fields += 4 * (bnc_header_find(&h, w->map.entry[i].column, true) >= 0);
    return fields;
}

static void consider(struct work *w, struct candidate *c, struct candidate *best,
                     struct candidate *generic)
{
    struct bnc_header h;
    unsigned score;

    if (!clean_names(w, c))
        return;
    h = header_of(w, c);
    c->format = bnc_format_recognize(&h, w->opt->from, &score);
    c->score = score;
    if (c->format != NULL && score > best->score)
        *best = *c;
    if (c->headerless || has_address(c))
        return;
    c->score = generic_score(w, c);
    c->format = bnc_format_generic();
    if (c->score > generic->score)
        *generic = *c;
}

/* The first rows under one dialect, as headers and as data. */
static void try_dialect(struct work *w, struct bnc_dialect dialect, struct candidate *best,
                        struct candidate *generic)
{
    struct bnc_head head = {
        .text = w->head, .whole = w->whole, .dialect = dialect, .arena = &w->mapping->arena
    };
    struct candidate c = { .dialect = dialect };

    for (uint32_t i = 0; i < MAX_PREAMBLE; i++) {
        if (!bnc_head_next(&head, &c.row)) {
            w->rows_decide = true; /* or the end of the text */
            break;
        }
        c.rows_before = i;
        c.end = head.at;
        w->looked = head.at >= w->looked ? head.at + 1 : w->looked; /* "\r" and perhaps "\n" */
        c.headerless = i == 0;
        if (i == 0)
            consider(w, &c, best, generic);
        c.headerless = false;
        consider(w, &c, best, generic);
        if (best->score >= 200 && !best->headerless)
            break; /* nothing better comes after the header */
    }
    w->nomem |= c.row.nomem && c.row.n < BNC_MAX_COLUMNS;
}

unsigned bnc_head_delims(struct bnc_span text, const struct bnc_schema_options *opt)
{
    unsigned there = 0;

    for (unsigned i = 0; opt->delim == 0 && bnc_delims[i] != '\0'; i++)
        there |= (unsigned)(memchr(text.at, bnc_delims[i], text.len) != NULL) << i;
    return there;
}

static void try_all(struct work *w, struct candidate *best, struct candidate *generic)
{
    const struct bnc_schema_options *const o = w->opt;
    const unsigned there = bnc_head_delims(w->head, o);
    struct bnc_dialect d = { .quote = o->quote == '\1' ? 0
                                      : o->quote != 0  ? o->quote
                                                       : '"',
                             .escape = o->escape };

    for (unsigned i = 0; bnc_delims[i] != '\0'; i++) {
        d.delim = o->delim != 0 ? o->delim : bnc_delims[i];
        if (d.delim == '@' && o->quote == 0)
            d.quote = 0;
        if (i == 0 || (there & 1u << i) != 0)
            try_dialect(w, d, best, generic);
    }
}

static enum bnc_status not_recognized(const struct work *w, const struct candidate *c)
{
    const struct bnc_header h = header_of(w, c);

    return bnc_not_recognized(&h, bnc_span_from(w->head.at + c->end, w->head.len - c->end), w->err);
}

static enum bnc_status no_header(struct work *w, const struct candidate *c)
{
    return bnc_error_set(
        w->err, BNC_EDATA,
        "no header: the first row holds data (%u fields); add a header line, or name fields by "
        "position, e.g. --map recipient=#1,diagnostic=#2",
        c->row.n);
}

/* ---- putting it together ---- */

/* The zone that the name of the time's column gives. */
static void take_header_zone(struct bnc_schema_plan *p)
{
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_EVENT_TIME];
    struct bnc_span name;

    if (f->n == 0 || p->header_raw.len == 0)
        return;
    name = p->name[p->cells[f->pick[0].slot]];
    bnc_header_zone(&name, &p->zone);
}

static enum bnc_status set_time_rules(struct work *w, struct bnc_schema_plan *p)
{
    const struct bnc_schema_options *const o = w->opt;

    p->date_order = o->date_order != NULL ? o->date_order[0] : p->format->date_order;
    p->zone = p->format->zone == BNC_ZONE_UNSTATED ? 0 : p->format->zone;
    if (p->format->zone == BNC_ZONE_UNSTATED && o->timezone == NULL)
        take_header_zone(p);
    if (o->timezone == NULL || p->format->zone != BNC_ZONE_UNSTATED)
        return BNC_OK;
    return bnc_zone_read(o->timezone, &p->zone, &p->rules, &w->mapping->arena, w->err);
}

/* The rows from 'at' on as a candidate has them, one at a time. */
static struct bnc_head rows_from(struct work *w, const struct candidate *c, size_t at)
{
    return (struct bnc_head){ .text = w->head,
                              .whole = w->whole,
                              .dialect = c->dialect,
                              .arena = &w->scratch,
                              .one_row = true,
                              .at = at };
}

/*
 * Nobody is named by a column of ours; still the export of failures that its headers promise if
 * most of its first rows hold what servers reply.
 */
static bool holds_replies(struct work *w, const struct bnc_schema_plan *p,
                          const struct candidate *c)
{
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_DIAGNOSTIC];
    struct bnc_head head = rows_from(w, c, c->end);
    struct bnc_head_row row;
    unsigned n = 0, replies = 0;

    while (f->n > 0 && n < 50 && bnc_head_next(&head, &row)) {
        const uint32_t column = p->cells[f->pick[0].slot];

        n++;
        replies += column < row.n && bnc_is_reply(row.cell[column]);
    }
    return 2 * replies > n;
}

/* Makes '*p' again with the columns whose rows alone tell what they are, if there are any. */
static enum bnc_status fill_gaps(struct work *w, const struct candidate *c,
                                 struct bnc_plan_input *in, struct bnc_schema_plan **p)
{
    const struct bnc_head rows = rows_from(w, c, c->end);
    const enum bnc_status status =
        bnc_rows_tell_gaps(rows, *p, in, &w->mapping->guess, w->err);

    w->rows_decide |= (*p)->field[BNC_FIELD_RECIPIENT].n == 0 ||
                      (*p)->field[BNC_FIELD_DIAGNOSTIC].n == 0;
    return status == BNC_OK && w->mapping->guess != NULL ? bnc_plan_create(p, in, w->err) : status;
}

/* Makes '*p' again with columns as events, where no column names them and the rows allow it. */
static enum bnc_status take_events(struct work *w, const struct candidate *c,
                                   struct bnc_plan_input *in, struct bnc_schema_plan **p)
{
    struct bnc_schema_plan *wide;
    enum bnc_status status;

    if ((*p)->field[BNC_FIELD_EVENT_TYPE].n > 0 || (*p)->field[BNC_FIELD_RECIPIENT].n == 0)
        return BNC_OK;
    in->wide = true;
    status = bnc_plan_create(&wide, in, w->err);
    if (status != BNC_OK || wide->n_wide == 0)
        return status;
    w->rows_decide = true;
    if (bnc_rows_tell_events(rows_from(w, c, c->end), wide))
        *p = wide;
    return BNC_OK;
}

static bool is_named_by_file(const struct bnc_format_row *f)
{
    for (unsigned i = 0; i < f->n_values; i++)
        if (strcmp(bnc_values[f->value_at + i].column, "(file)") == 0)
            return true;
    return false;
}

/* Notes what has led to this mapping, if it can lead to it again. */
static void remember(struct work *w, const struct candidate *c, const struct bnc_schema_plan *p)
{
    struct bnc_arena *const arena = &w->mapping->arena;
    struct bnc_likeness *like;

    if (w->rows_decide || w->looked == 0 || w->looked > w->head.len ||
        w->looked > MAX_ALIKE_BYTES || is_named_by_file(c->format))
        return;
    like = bnc_arena_alloc(arena, sizeof *like);
    if (like == NULL)
        return;
    *like = (struct bnc_likeness){
        .begin = bnc_arena_copy(arena, bnc_span_from(w->head.at, w->looked)),
        .delims = bnc_head_delims(w->head, w->opt),
        .dialect = c->dialect,
        .date_order = p->date_order,
        .headerless = c->headerless,
    };
    bnc_file_marks_set(&like->marks, w->file);
    if (like->begin.at != NULL)
        w->mapping->like = like;
}

static void publish(struct bnc_mapping *map, struct bnc_schema_plan *p)
{
    map->plan = p;
    map->format = p->format->id;
    map->vendor = p->format->vendor;
    map->title = p->format->title;
    map->has_deliveries = p->format->rates == BNC_LEVEL_YES;
    p->flags = map->has_deliveries ? 0 : BNC_EVENT_ALONE;
    map->has_diagnostics = p->field[BNC_FIELD_DIAGNOSTIC].n > 0;
    map->has_time = p->field[BNC_FIELD_EVENT_TIME].n > 0;
    map->has_message_id = p->field[BNC_FIELD_MESSAGE_ID].n > 0;
    map->has_codes = p->field[BNC_FIELD_REPLY_CODE].n + p->field[BNC_FIELD_ENHANCED_CODE].n > 0;
}

static enum bnc_status finish_csv(struct work *w, const struct candidate *c)
{
    struct bnc_mapping *const map = w->mapping;
    const struct bnc_header h = header_of(w, c);
    struct bnc_plan_input in = { .format = c->format,
                                 .header = &h,
                                 .map = w->map.entry,
                                 .n_map = w->map.n,
                                 .arena = &map->arena };
    struct bnc_head rows = rows_from(w, c, c->row.off);
    struct bnc_schema_plan *p;
    enum bnc_status status = bnc_plan_create(&p, &in, w->err);

    if (status == BNC_OK && p->generic && !c->headerless)
        status = fill_gaps(w, c, &in, &p);
    if (status == BNC_OK && p->generic && !c->headerless)
        status = take_events(w, c, &in, &p);
    if (status != BNC_OK)
        return status;
    w->rows_decide |= p->generic && !bnc_plan_is_usable(p);
    if (p->generic && !bnc_plan_is_usable(p) && (c->headerless || !holds_replies(w, p, c)))
        return c->score == 0 && has_address(c) ? no_header(w, c) : not_recognized(w, c);
    map->dialect = c->dialect;
    bnc_rows_tell_quotes(rows, c->headerless, w->opt, &map->dialect);
    map->header_off = c->row.off;
    map->data_off = c->headerless ? c->row.off : c->end;
    map->preamble_rows = c->rows_before + (c->headerless ? 0 : 1);
    map->n_cols = c->headerless ? 0 : c->row.n;
    map->want = p->cells;
    map->n_want = p->n_cells;
    if (!c->headerless)
        p->header_raw = c->row.raw;
    if (p->header_raw.len >= 3 && memcmp(p->header_raw.at, "\xEF\xBB\xBF", 3) == 0)
        p->header_raw = bnc_span_from(p->header_raw.at + 3, p->header_raw.len - 3);
    p->header_raw = bnc_arena_copy(&map->arena, p->header_raw);
    p->comments = p->header_raw.len > 0 && p->header_raw.at[0] == '#';
    status = set_time_rules(w, p);
    if (status != BNC_OK)
        return status;
    remember(w, c, p);
    rows.dialect = map->dialect;
    rows.at = (size_t)map->data_off;
    p->date_order = bnc_rows_tell_order(rows, p, p->date_order);
    bnc_short_way_find(&p->short_way, p);
    publish(map, p);
    return p->header_raw.at == NULL || !keep_names(w, c) ? bnc_error_nomem(w->err) : BNC_OK;
}

static enum bnc_status create_csv(struct work *w)
{
    struct candidate best = { .score = 0 }, generic = { .score = 0 };
    const struct bnc_format_row *const forced =
        w->opt->from == NULL ? NULL : bnc_format_find(bnc_span_str(w->opt->from));

    try_all(w, &best, &generic);
    if (w->nomem)
        return bnc_error_nomem(w->err);
    if (best.format != NULL)
        return finish_csv(w, &best);
    if (generic.name == NULL) { /* no row at all, or its end lies beyond the head */
        struct candidate first = { .dialect.delim = w->opt->delim != 0 ? w->opt->delim : ',',
                                   .dialect.quote = '"' };
        struct bnc_head head = {
            .text = w->head, .whole = true, .dialect = first.dialect, .arena = &w->mapping->arena
        };

        if (bnc_head_next(&head, &first.row) && !clean_names(w, &first))
            return bnc_error_nomem(w->err);
        if (first.row.nomem || (first.row.n > 0 && !w->whole && head.at == w->head.len))
            return bnc_error_set(
                w->err, BNC_EDATA,
                "the first row has no end within %zu bytes or more than %d columns: not an export",
                w->head.len, BNC_MAX_COLUMNS);
        if (w->map.n > 0 && first.row.n > 0) {
            first.headerless = true;
            w->rows_decide = true;
            first.format = bnc_format_generic();
            return finish_csv(w, &first);
        }
        return has_address(&first) ? no_header(w, &first) : not_recognized(w, &first);
    }
    if (forced != NULL)
        generic.format = forced; /* asked for by name: its columns apply as far as they are there */
    return finish_csv(w, &generic);
}

/* A source without any row: fine, and nothing to map. */
static enum bnc_status create_empty(struct work *w)
{
    const struct bnc_header h = { .file = w->file };
    const struct bnc_plan_input in = { .format = bnc_format_generic(),
                                       .header = &h,
                                       .arena = &w->mapping->arena };
    struct bnc_schema_plan *p;
    const enum bnc_status status = bnc_plan_create(&p, &in, w->err);

    if (status != BNC_OK)
        return status;
    w->mapping->dialect = (struct bnc_dialect){ .delim = ',', .quote = '"' };
    w->mapping->data_off = w->head.len;
    w->mapping->want = p->cells;
    publish(w->mapping, p);
    return BNC_OK;
}

static const struct bnc_format_row *json_format(struct work *w, const struct bnc_header *h)
{
    unsigned score;
    const struct bnc_format_row *f = bnc_format_recognize(h, w->opt->from, &score);

    if (f == NULL && w->opt->from != NULL)
        f = bnc_format_find(bnc_span_str(w->opt->from));
    return f == NULL ? bnc_format_generic() : f;
}

/*
 * The first lines need not hold every kind of event: a stream of deliveries may meet its first
 * bounce, with members of its own, a day later.  So all paths that the format knows are asked for.
 * 'name' has room for BNC_MAX_COLUMNS.
 */
static void add_known_paths(struct bnc_header *h, struct bnc_span *name,
                            const struct bnc_format_row *f)
{
    for (unsigned i = 0; i < f->n_columns && h->n < BNC_MAX_COLUMNS; i++) {
        const struct bnc_span path = bnc_span_str(bnc_columns[f->column_at + i].name);

        if (path.at[0] != '#' && bnc_header_find(h, path, true) < 0)
            name[h->n++] = path;
    }
}

static enum bnc_status create_json(struct work *w)
{
    static const uint16_t whole_line[] = { 0 };
    struct bnc_mapping *const map = w->mapping;
    struct bnc_header h = { .file = w->file };
    struct candidate c = { .score = 0 };
    struct bnc_plan_input in = {
        .header = &h, .json = true, .map = w->map.entry, .n_map = w->map.n, .arena = &map->arena
    };
    struct bnc_schema_plan *p;
    enum bnc_status status;

    if (!bnc_json_header(w->head, w->whole, &map->arena, &c.name, &c.row.n))
        return bnc_error_nomem(w->err);
    if (c.row.n == 0)
        return bnc_error_set(w->err, BNC_EDATA,
                             "JSON, but its first object can't be read");
    h.name = c.name;
    h.n = c.row.n;
    in.format = json_format(w, &h);
    if (in.format != bnc_format_generic())
        add_known_paths(&h, c.name, in.format);
    status = bnc_plan_create(&p, &in, w->err);
    if (status != BNC_OK)
        return status;
    if (p->generic && !bnc_plan_is_usable(p))
        return not_recognized(w, &c);
    map->dialect = (struct bnc_dialect){ .json_lines = true };
    map->n_cols = 1;
    map->want = whole_line;
    map->n_want = 1;
    publish(map, p);
    return set_time_rules(w, p);
}

static enum bnc_status create(struct work *w)
{
    const struct bnc_span text = bnc_span_trim(w->head);
    const enum bnc_status status = bnc_schema_options_read(w->opt, &w->map, w->err);

    if (status != BNC_OK)
        return status;
    if (text.len == 0 || (text.len == 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0))
        return w->whole ? create_empty(w)
                        : bnc_error_set(w->err, BNC_EDATA,
                                        "nothing but blanks at the start: not an export");
    if (w->opt->delim == 0 && (text.at[0] == '{' || text.at[0] == '['))
        return create_json(w);
    if (w->opt->from != NULL && w->map.n == 0 &&
        bnc_format_find(bnc_span_str(w->opt->from)) != NULL &&
        bnc_format_find(bnc_span_str(w->opt->from))->event == BNC_FORMAT_TOTALS)
        return bnc_error_set(w->err, BNC_EDATA,
                             "'%s' holds totals and not one row per message: give them with --sent",
                             w->opt->from);
    return create_csv(w);
}

enum bnc_status bnc_mapping_create(struct bnc_mapping **mapping, struct bnc_span head, bool whole,
                                   const char *name, const struct bnc_schema_options *opt,
                                   struct bnc_error *err)
{
    static const struct bnc_schema_options defaults;
    struct work w = {
        .head = head, .whole = whole, .err = err, .opt = opt == NULL ? &defaults : opt
    };
    enum bnc_status status;

    *mapping = calloc(1, sizeof **mapping);
    if (*mapping == NULL)
        return bnc_error_nomem(err);
    w.mapping = *mapping;
    w.file = bnc_file_base(name);
    status = create(&w);
    bnc_arena_release(&w.scratch);
    if (status == BNC_OK && (*mapping)->plan->event == BNC_FORMAT_TOTALS)
        status =
            bnc_error_set(err, BNC_EDATA,
                          "%s (%s) holds totals and not one row per message: give them with --sent",
                          (*mapping)->title, (*mapping)->format);
    if (status != BNC_OK) {
        bnc_mapping_free(*mapping);
        *mapping = NULL;
    }
    return status;
}

void bnc_mapping_free(struct bnc_mapping *mapping)
{
    if (mapping == NULL)
        return;
    bnc_arena_release(&mapping->arena);
    free(mapping);
}
