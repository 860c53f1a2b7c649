/* SPDX-License-Identifier: MIT
 * render_json.c - the report as one JSON object, or as one object a line. docs/report.schema.json
 * describes it.
 *
 * Nearly all of a long report is rows of a few numbers and short words. So room is asked for once a
 * row, and once what has no bound of its own (texts, objects), and what goes there is written at a
 * pointer (spell()); all that is the same in every row is spelled once (struct wording).
 */
#include <assert.h>
#include <stdlib.h>

#include "report/cell.h"
#include "report/render.h"
#include "report/visible.h"
#include "util/figure.h"
#include "util/hash.h"
#include "util/moment.h"
#include "util/slices.h"

/*
 * Control characters, separators and what bnc_is_hidden() names go out as \u escapes: the text is
 * whole, and harmless where it is shown as it is.
 */
static void escape(struct bnc_buf *out, uint32_t cp)
{
    if (cp == '"' || cp == '\\') {
        bnc_buf_putc(out, '\\');
        bnc_buf_putc(out, (char)cp);
    } else if (cp == '\n') {
        bnc_buf_puts(out, "\\n");
    } else if (cp > 0xffff && bnc_is_hidden(cp)) {
        bnc_buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((cp - 0x10000) >> 10)),
                       (unsigned)(0xdc00 + ((cp - 0x10000) & 0x3ff)));
    } else if (bnc_is_hidden(cp)) {
        bnc_buf_printf(out, "\\u%04x", (unsigned)cp);
    } else {
        bnc_utf8_put(out, cp);
    }
}

typedef uint8_t letters __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

/* Whether some byte is not plain: outside 0x20 .. 0x7e, '"', '\\' or '@'. */
static inline bool has_odd_byte(halves of)
{
    const letters c = (letters)of;
    const halves odd = (halves)((letters)(c - 0x20 > 0x7e - 0x20) | (letters)(c == '"') |
                                (letters)(c == '\\') | (letters)(c == '@'));

    return (odd[0] | odd[1]) != 0;
}

/* Copies 16 bytes. */
static inline bool copy_letters(char *at, const char *from)
{
    halves v;

    memcpy(&v, from, sizeof v);
    memcpy(at, &v, sizeof v);
    return !has_odd_byte(v);
}

/*
 * Copies 's' where all of it goes out as it is: ASCII that needs no escape and can't be in an
 * address. False where not; then 'at' holds nothing of worth.
 */
static inline bool copy_clean(char *at, struct bnc_span s)
{
    const size_t last = s.len - 16;
    halves v = (halves)((letters){ 0 } + ' ');

    if (s.len > 16) {
        for (size_t i = 0; i < last; i += 16)
            if (!copy_letters(at + i, s.at + i))
                return false;
        return copy_letters(at + last, s.at + last); /* the last step overlaps, and those below */
    }
    if (s.len >= 8) {
        v = (halves){ bnc_load64(s.at), bnc_load64(s.at + s.len - 8) };
        memcpy(at, s.at, 8);
        memcpy(at + s.len - 8, s.at + s.len - 8, 8);
    } else if (s.len >= 4) {
        v[0] = bnc_load32(s.at) | bnc_load32(s.at + s.len - 4) << 32;
        memcpy(at, s.at, 4);
        memcpy(at + s.len - 4, s.at + s.len - 4, 4);
    } else {
        for (size_t i = 0; i < s.len; i++) {
            at[i] = s.at[i];
            v[0] = v[0] << 8 | (unsigned char)s.at[i];
        }
    }
    return !has_odd_byte(v);
}

/* The bytes of 's', which has a NUL; copied in place where the length is known here. */
static inline char *spell(char *at, const char *s)
{
    const size_t len = strlen(s);

    memcpy(at, s, len);
    return at + len;
}

/* ---- what is the same in every row ---- */

/* Bytes behind a spelled text, and room behind where it goes: it is copied in steps of so many. */
#define STEP 32
#define MOST_SPELLED 64 /* bytes of one */

/* Room for a key and a figure, or what is as short; and for as many as a row has. */
#define MEMBER_ROOM ((size_t)MOST_SPELLED + STEP + BNC_FIGURE_ROOM + 2)
#define ROW_ROOM (BNC_SECTION_COLUMNS * MEMBER_ROOM)

struct member { /* of every row of a section */
    struct bnc_span key; /* ',"key":'; without the comma in the first */
    enum bnc_value_type type;
    size_t column;
};

struct wording {
    struct bnc_span cause[BNC_N_CAUSES]; /* '"invalid_recipient":' */
    struct member *member; /* of all sections, one after the other */
    size_t *from; /* [bnc_n_sections + 1]: where in 'member' those of a section begin */
    struct bnc_calendar calendar;
    struct bnc_arena arena; /* all of it */
};

static struct bnc_span spelled(struct bnc_arena *a, const char *before, const char *name)
{
    const size_t len = strlen(before) + strlen(name) + 2;
    char *const at = bnc_arena_alloc(a, len + STEP);

    assert(len <= MOST_SPELLED);
    if (at == NULL)
        return bnc_span_from("", 0);
    memset(spell(spell(spell(at, before), name), "\":"), 0, STEP);
    return bnc_span_from(at, len);
}

static inline char *spell_again(char *at, struct bnc_span spelled)
{
    size_t i = 0;

    do {
        memcpy(at + i, spelled.at + i, STEP);
        i += STEP;
    } while (i < spelled.len);
    return at + spelled.len;
}

static bool word_sections(struct wording *w)
{
    size_t n = 0;

    for (size_t k = 0; k < bnc_n_sections; k++) {
        const struct bnc_section *const s = bnc_sections[k];

        w->from[k] = n;
        for (size_t c = 0; c < s->n_cols; c++) {
            struct member *const x = &w->member[n];

            if (s->cols[c].use & BNC_NOT_JSON)
                continue;
            *x = (struct member){ .type = s->cols[c].type, .column = c };
            x->key = spelled(&w->arena, n++ > w->from[k] ? ",\"" : "\"", s->cols[c].key);
            if (x->key.len == 0)
                return false;
        }
    }
    w->from[bnc_n_sections] = n;
    return true;
}

static bool wording_init(struct wording *w, const struct bnc_tally *t)
{
    size_t n = 0;

    *w = (struct wording){ .member = NULL };
    bnc_calendar_make(&w->calendar, t->first, t->last);
    for (size_t k = 0; k < bnc_n_sections; k++)
        n += bnc_sections[k]->n_cols;
    w->member = bnc_arena_alloc(&w->arena, n * sizeof *w->member);
    w->from = bnc_arena_alloc(&w->arena, (bnc_n_sections + 1) * sizeof *w->from);
    if (w->member == NULL || w->from == NULL)
        return false;
    for (size_t c = 0; c < BNC_N_CAUSES; c++) {
        w->cause[c] = spelled(&w->arena, "\"", bnc_causes[c].name);
        if (w->cause[c].len == 0)
            return false;
    }
    return word_sections(w);
}

/* ---- values ---- */

/*
 * Room for 'len' bytes behind 'at', the end of what is written in 'out' so far, and for the rest of
 * a row; where it is now, NULL when failed.
 */
static inline char *more(struct bnc_buf *out, char *at, size_t len)
{
    out->len = (size_t)(at - out->at);
    return bnc_buf_room(out, len + ROW_ROOM);
}

/* Room for a row, or its rest, after something else was appended to 'out'. */
static inline char *end_of(struct bnc_buf *out)
{
    return bnc_buf_room(out, ROW_ROOM);
}

/* Out of line, so that the texts of long tables, which are clean, need no frame. */
static __attribute__((noinline)) void put_odd_text(const struct bnc_model *m, struct bnc_buf *out,
                                                   struct bnc_span s)
{
    struct bnc_buf valid = { .at = NULL };
    struct bnc_span rest;

    bnc_buf_putc(out, '"');
    bnc_valid_put(&valid, s, m->data->show == BNC_SHOW_FULL);
    for (rest = bnc_buf_span(&valid); rest.len > 0;)
        escape(out, bnc_utf8_next(&rest));
    out->failed |= valid.failed;
    bnc_buf_release(&valid);
    bnc_buf_putc(out, '"');
}

static char *spell_text(const struct bnc_model *m, struct bnc_buf *out, char *at, struct bnc_span s)
{
    at = more(out, at, s.len + 2);
    if (at == NULL)
        return NULL;
    if (copy_clean(at + 1, s)) {
        at[0] = at[s.len + 1] = '"';
        return at + s.len + 2;
    }
    put_odd_text(m, out, s);
    return end_of(out);
}

static void put_text(const struct bnc_model *m, struct bnc_buf *out, struct bnc_span s)
{
    char *at = end_of(out);

    if (at != NULL && (at = spell_text(m, out, at, s)) != NULL)
        bnc_buf_end(out, at);
}

static void put_str(struct bnc_buf *out, const char *s)
{
    struct bnc_span rest = bnc_span_str(s);

    bnc_buf_putc(out, '"');
    while (rest.len > 0)
        escape(out, bnc_utf8_next(&rest));
    bnc_buf_putc(out, '"');
}

/* Two bytes more than a figure has. */
static inline char *spell_time(const struct wording *w, char *at, int64_t time)
{
    if (time == BNC_NO_TIME)
        return spell(at, "null");
    *at++ = '"';
    at = bnc_calendar_spell(&w->calendar, at, time);
    *at++ = '"';
    return at;
}

static void put_time(const struct wording *w, struct bnc_buf *out, int64_t time)
{
    char *const at = bnc_buf_room(out, BNC_FIGURE_ROOM + 2);

    if (at != NULL)
        bnc_buf_end(out, spell_time(w, at, time));
}

/* A number, null where it does not apply. */
static char *spell_part(char *at, double x, bool known)
{
    return known ? bnc_real_spell(at, x) : spell(at, "null");
}

/* Room for an object of ten figures and what stands between them. */
#define OBJECT_ROOM ((size_t)10 * BNC_FIGURE_ROOM + 320)

static void put_rate(struct bnc_buf *out, const struct bnc_rate *r)
{
    const bool known = r->den > 0;
    char *at = bnc_buf_room(out, OBJECT_ROOM);

    if (at == NULL)
        return;
    at = bnc_count_spell(spell(at, "{\"numerator\":"), r->num);
    at = bnc_count_spell(spell(at, ",\"denominator\":"), r->den);
    at = spell_part(spell(at, ",\"value\":"), r->value, known);
    at = spell_part(spell(at, ",\"low\":"), r->low, known);
    at = spell_part(spell(at, ",\"high\":"), r->high, known);
    at = spell_part(spell(at, ",\"warn\":"), r->warn, r->warn > 0);
    at = spell_part(spell(at, ",\"limit\":"), r->limit, r->limit > 0);
    at = spell(spell(at, ",\"judgement\":\""), bnc_judgement_names[r->judgement]);
    bnc_buf_end(out, spell(at, "\",\"why_na\":"));
    if (r->why_na != NULL)
        put_str(out, r->why_na);
    else
        bnc_buf_puts(out, "null");
    bnc_buf_putc(out, '}');
}

static void put_interval(struct bnc_buf *out, const struct bnc_rate *r)
{
    char *at = bnc_buf_room(out, OBJECT_ROOM);

    if (at == NULL)
        return;
    if (r->den == 0) {
        bnc_buf_end(out, spell(at, "null"));
        return;
    }
    at = bnc_real_spell(spell(at, "{\"low\":"), r->low);
    at = bnc_real_spell(spell(at, ",\"high\":"), r->high);
    bnc_buf_end(out, spell(at, "}"));
}

static void put_list(const struct bnc_model *m, struct bnc_buf *out, const struct bnc_value *v)
{
    bnc_buf_putc(out, '[');
    for (size_t i = 0; i < v->n_list; i++) {
        if (i > 0)
            bnc_buf_putc(out, ',');
        put_text(m, out, v->list[i]);
    }
    bnc_buf_putc(out, ']');
}

/* Whether a row belongs to the causes of 'v': of its type, where it is for one, and not small. */
static bool shows_cause(enum bnc_value_type type, const struct bnc_value *v,
                        const struct bnc_domain_cause *c)
{
    return type == BNC_VALUE_CAUSES ? c->events >= BNC_SPARSE_CAUSE
                                    : c->type == v->type && c->events > 0;
}

/* {"invalid_recipient":3,"spam_content":1}: events by cause, which add up to the domain's. */
static char *spell_cause_counts(const struct wording *w, struct bnc_buf *out, char *at,
                                const struct bnc_value *v)
{
    bool any = false;

    at = more(out, at, v->n_causes * MEMBER_ROOM);
    if (at == NULL)
        return NULL;
    *at++ = '{';
    for (size_t i = 0; i < v->n_causes; i++) {
        const struct bnc_domain_cause *const c = &v->causes[i];

        if (!shows_cause(BNC_VALUE_CAUSE_COUNTS, v, c))
            continue;
        if (any)
            *at++ = ',';
        at = bnc_count_spell(spell_again(at, w->cause[c->cause]), c->events);
        any = true;
    }
    return spell(at, "}");
}

/* The scope of a cause where it is not that of its domain. */
static char *spell_other_scope(const struct bnc_model *m, char *at,
                               const struct bnc_domain_cause *c)
{
    const struct bnc_judged *const j = m->judged;
    const size_t row = (size_t)(c - m->tally->domain_causes);

    if (j->cause_scope == NULL || j->domain_scope == NULL ||
        j->cause_scope[row] == j->domain_scope[c->domain])
        return at;
    at = spell(spell(at, ",\"scope\":\""), bnc_scope_names[j->cause_scope[row]]);
    return spell(at, "\"");
}

static char *spell_template(const struct bnc_model *m, char *at, const struct bnc_domain_cause *c)
{
    if (c->top_template >= m->tally->n_templates)
        return at;
    at = spell(at, ",\"template\":\"");
    return spell(bnc_key_spell(at, m->tally->templates[c->top_template].key), "\"");
}

static char *spell_cause(const struct bnc_model *m, const struct wording *w, char *at,
                         const struct bnc_domain_cause *c)
{
    at = spell(spell(at, "{\"cause\":\""), bnc_causes[c->cause].name);
    at = spell(spell(at, "\",\"type\":\""), bnc_event_names[c->type]);
    at = bnc_count_spell(spell(at, "\",\"recipients\":"), c->recipients);
    at = bnc_count_spell(spell(at, ",\"events\":"), c->events);
    at = spell_other_scope(m, at, c);
    at = spell(at, c->explicit_domain ? ",\"explicit_domain\":true" : "");
    at = spell_template(m, at, c);
    at = spell_time(w, spell(at, ",\"first_seen\":"), c->first);
    at = spell_time(w, spell(at, ",\"last_seen\":"), c->last);
    return spell(at, "}");
}

/* One object for each cause that is not small. */
static char *spell_causes(const struct bnc_model *m, const struct wording *w, struct bnc_buf *out,
                          char *at, const struct bnc_value *v)
{
    bool any = false;

    *at++ = '[';
    for (size_t i = 0; i < v->n_causes; i++) {
        const struct bnc_domain_cause *const c = &v->causes[i];

        if (!shows_cause(BNC_VALUE_CAUSES, v, c))
            continue;
        at = more(out, at, OBJECT_ROOM);
        if (at == NULL)
            return NULL;
        if (any)
            *at++ = ',';
        at = spell_cause(m, w, at, c);
        any = true;
    }
    return spell(at, "]");
}

static __attribute__((noinline)) void put_object(const struct bnc_model *m, struct bnc_buf *out,
                                                 enum bnc_value_type type,
                                                 const struct bnc_value *v)
{
    switch (type) {
    case BNC_VALUE_RATE:
        put_rate(out, v->rate);
        break;
    case BNC_VALUE_INTERVAL:
        put_interval(out, v->rate);
        break;
    default:
        put_list(m, out, v);
    }
}

static inline char *spell_member(const struct bnc_model *m, const struct wording *w,
                                 struct bnc_buf *out, char *at, const struct member *x,
                                 const struct bnc_value *v)
{
    at = spell_again(at, x->key);
    if (v->unset)
        return spell(at, "null");
    switch (x->type) {
    case BNC_VALUE_COUNT:
        return bnc_count_spell(at, v->count);
    case BNC_VALUE_TIME:
        return spell_time(w, at, v->integer);
    case BNC_VALUE_NAME:
    case BNC_VALUE_WORD:
    case BNC_VALUE_PROSE:
        return spell_text(m, out, at, v->text);
    case BNC_VALUE_CAUSE_COUNTS:
        return spell_cause_counts(w, out, at, v);
    case BNC_VALUE_CAUSES:
        return spell_causes(m, w, out, at, v);
    case BNC_VALUE_RATE:
    case BNC_VALUE_INTERVAL:
    case BNC_VALUE_LIST:
        bnc_buf_end(out, at);
        put_object(m, out, x->type, v);
        return end_of(out);
    default:
        return bnc_machine_spell(at, x->type, v);
    }
}

/*
 * The members of a row that are told. The first names the row, and is never left out. Whether
 * others are is hard to guess: they are put in a list without a jump.
 */
static size_t list_told(const struct wording *w, size_t section, const struct bnc_value *v,
                        const struct member *told[BNC_SECTION_COLUMNS])
{
    const struct member *x = &w->member[w->from[section]];
    const struct member *const end = &w->member[w->from[section + 1]];
    const bool whole = !bnc_sections[section]->sparse;
    size_t n = 0;

    told[n++] = x;
    for (x++; x < end; x++) {
        const struct bnc_value *const value = &v[x->column];

        told[n] = x;
        n += whole | !(value->unset | value->idle);
    }
    return n;
}

/* The members of one row, without braces, where there is room for it; their end, NULL: failed. */
static char *spell_row(const struct bnc_model *m, const struct wording *w, struct bnc_buf *out,
                       char *at, size_t section, size_t i)
{
    const struct member *told[BNC_SECTION_COLUMNS];
    struct bnc_value v[BNC_SECTION_COLUMNS];
    size_t n;

    bnc_sections[section]->row(m, i, v);
    n = list_told(w, section, v, told);
    for (size_t k = 0; k < n && at != NULL; k++)
        at = spell_member(m, w, out, at, told[k], &v[told[k]->column]);
    return at;
}

/* The members that precede the sections. */
static void put_head(const struct bnc_model *m, const struct wording *w, struct bnc_buf *out)
{
    bnc_buf_printf(out, "\"schema_version\":%d,\"generator\":\"bounce-analyzer\",\"generated\":",
                   BNC_SCHEMA_VERSION);
    put_time(w, out, m->data->generated);
    bnc_buf_printf(out, ",\"complete\":%s,\"has_deliveries\":%s,\"period\":{\"first\":",
                   m->data->complete ? "true" : "false",
                   m->judged->has_deliveries ? "true" : "false");
    put_time(w, out, m->tally->first);
    bnc_buf_puts(out, ",\"last\":");
    put_time(w, out, m->tally->last);
    bnc_buf_printf(out, "},\"rows_read\":%llu,\"failures\":%llu,\"unclassified\":%llu",
                   (unsigned long long)m->tally->rows, (unsigned long long)m->failures,
                   (unsigned long long)m->unclassified);
    bnc_buf_printf(out,
                   ",\"recipients_failed\":%llu,\"recipients_bounced\":%llu,\"recipients_"
                   "deferred\":%llu,\"recipients_recurring\":%llu",
                   (unsigned long long)m->tally->recipients_failed,
                   (unsigned long long)m->tally->recipients_bounced,
                   (unsigned long long)m->tally->recipients_deferred,
                   (unsigned long long)m->tally->recipients_recurring);
}

/* ---- the document in slices ---- */

#define HEAD SIZE_MAX

struct piece { /* rows from .. to of a section */
    size_t section; /* of bnc_sections; HEAD: what precedes them */
    size_t from, to;
    bool last; /* of its section */
};

struct document {
    const struct bnc_model *m;
    struct wording wording;
    struct piece *piece;
    size_t n;
    bool lines; /* one object a line */
};

/* What precedes the members of row 'i'. */
static inline char *begin_row(const struct document *d, char *at, size_t section, size_t i)
{
    if (d->lines) {
        at = spell(spell(at, "{\"section\":\""), bnc_sections[section]->id);
        return spell(at, "\",");
    }
    return spell(i > 0 ? spell(at, ",") : at, "\n{");
}

static void put_rows(const struct document *d, const struct piece *p, struct bnc_buf *out)
{
    for (size_t i = p->from; i < p->to; i++) {
        char *at = end_of(out);

        if (at != NULL)
            at = spell_row(d->m, &d->wording, out, begin_row(d, at, p->section, i), p->section, i);
        if (at == NULL)
            return;
        bnc_buf_end(out, d->lines ? spell(at, "}\n") : spell(at, "}"));
    }
}

static void put_piece(const void *arg, size_t i, struct bnc_buf *out)
{
    const struct document *const d = arg;
    const struct piece *const p = &d->piece[i];

    if (p->section == HEAD) {
        bnc_buf_puts(out, d->lines ? "{\"section\":\"report\"," : "{");
        put_head(d->m, &d->wording, out);
        bnc_buf_puts(out, d->lines ? "}\n" : "");
        return;
    }
    if (!d->lines && p->from == 0)
        bnc_buf_printf(out, ",\n\"%s\":[", bnc_sections[p->section]->id);
    put_rows(d, p, out);
    if (!d->lines && p->last)
        bnc_buf_putc(out, ']');
}

/* Long sections in pieces, so that all threads have work. */
static bool cut(struct document *d)
{
    size_t n = 1;

    for (size_t k = 0; k < bnc_n_sections; k++)
        n += 1 + bnc_sections[k]->count(d->m) / BNC_SLICE_ROWS;
    d->piece = calloc(n, sizeof *d->piece);
    if (d->piece == NULL)
        return false;
    d->piece[0].section = HEAD;
    d->n = 1;
    for (size_t k = 0; k < bnc_n_sections; k++) {
        const size_t rows = bnc_sections[k]->count(d->m);
        size_t from = 0;

        if (bnc_sections[k]->flat)
            continue;
        do {
            struct piece *const p = &d->piece[d->n++];

            *p = (struct piece){ .section = k, .from = from };
            p->to = rows - from > BNC_SLICE_ROWS ? from + BNC_SLICE_ROWS : rows;
            p->last = p->to == rows;
            from = p->to;
        } while (from < rows);
    }
    return true;
}

static void render(const struct bnc_model *m, struct bnc_buf *out, bool lines)
{
    struct document d = { .m = m, .lines = lines };

    if (wording_init(&d.wording, m->tally) && cut(&d)) {
        bnc_slices_put(out, &(struct bnc_slices){ .n = d.n,
                                                  .render = put_piece,
                                                  .arg = &d,
                                                  .parallel = m->data->parallel,
                                                  .parallel_ctx = m->data->parallel_ctx });
        bnc_buf_puts(out, lines ? "" : "}\n");
    } else {
        out->failed = true;
    }
    free(d.piece);
    bnc_arena_release(&d.wording.arena);
}

void bnc_render_json(const struct bnc_model *m, struct bnc_buf *out)
{
    render(m, out, false);
}

void bnc_render_ndjson(const struct bnc_model *m, struct bnc_buf *out)
{
    render(m, out, true);
}
