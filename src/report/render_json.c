/* SPDX-License-Identifier: MIT
 * render_json.c - the report as one JSON object, or as one object a line. docs/report.schema.json
 * describes it.
 */
#include <stdlib.h>

#include "report/cell.h"
#include "report/figure.h"
#include "report/render.h"
#include "util/slices.h"
#include "report/visible.h"
#include "util/hash.h"

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

/*
 * Whether some byte of eight is not plain: outside 0x20 .. 0x7e, '"', '\\' or '@'. Nothing is
 * borrowed or carried but from such a byte, so the lowest one is always seen.
 */
static inline bool has_odd_byte(uint64_t v)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    const uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\', sign = v ^ ones * '@';
    const uint64_t zero = (quote - ones) | (slash - ones) | (sign - ones);

    return ((v | (v + ones) | (v - ones * 0x20) | zero) & tops) != 0;
}

/* True where 's' goes out as it is: ASCII that needs no escape and can't be in an address. */
static bool is_clean(struct bnc_span s)
{
    if (s.len >= 8) { /* the last step overlaps */
        for (size_t i = 0; i + 8 < s.len; i += 8)
            if (has_odd_byte(bnc_load64(s.at + i)))
                return false;
        return !has_odd_byte(bnc_load64(s.at + s.len - 8));
    }
    for (size_t i = 0; i < s.len; i++)
        if (has_odd_byte(UINT64_C(0x2020202020202000) | (unsigned char)s.at[i]))
            return false;
    return true;
}

static void put_quoted(struct bnc_buf *out, struct bnc_span s)
{
    char *at;

    if (!bnc_buf_reserve(out, s.len + 2))
        return;
    at = out->at + out->len;
    *at = '"';
    if (s.len > 0)
        memcpy(at + 1, s.at, s.len);
    memcpy(at + 1 + s.len, "\"", 2); /* with the NUL that ends every buffer */
    out->len += s.len + 2;
}

static void put_text(const struct bnc_model *m, struct bnc_buf *out, struct bnc_span s)
{
    struct bnc_buf valid = { .at = NULL };
    struct bnc_span rest;

    if (is_clean(s)) {
        put_quoted(out, s);
        return;
    }
    bnc_buf_putc(out, '"');
    bnc_valid_put(&valid, s, m->data->show == BNC_SHOW_FULL);
    for (rest = bnc_buf_span(&valid); rest.len > 0;)
        escape(out, bnc_utf8_next(&rest));
    out->failed |= valid.failed;
    bnc_buf_release(&valid);
    bnc_buf_putc(out, '"');
}

static void put_str(struct bnc_buf *out, const char *s)
{
    struct bnc_span rest = bnc_span_str(s);

    bnc_buf_putc(out, '"');
    while (rest.len > 0)
        escape(out, bnc_utf8_next(&rest));
    bnc_buf_putc(out, '"');
}

static void put_time(struct bnc_buf *out, int64_t time)
{
    if (time == BNC_NO_TIME) {
        bnc_buf_puts(out, "null");
        return;
    }
    bnc_buf_putc(out, '"');
    bnc_time_put(out, time);
    bnc_buf_putc(out, '"');
}

/* "key":number, null where it does not apply. */
static void put_part(struct bnc_buf *out, const char *key, double x, bool known)
{
    bnc_buf_puts(out, ",\"");
    bnc_buf_puts(out, key);
    bnc_buf_puts(out, "\":");
    if (known)
        bnc_real_put(out, x);
    else
        bnc_buf_puts(out, "null");
}

static void put_rate(struct bnc_buf *out, const struct bnc_rate *r)
{
    const bool known = r->den > 0;

    bnc_buf_puts(out, "{\"numerator\":");
    bnc_count_put(out, r->num, 0);
    bnc_buf_puts(out, ",\"denominator\":");
    bnc_count_put(out, r->den, 0);
    put_part(out, "value", r->value, known);
    put_part(out, "low", r->low, known);
    put_part(out, "high", r->high, known);
    put_part(out, "warn", r->warn, r->warn > 0);
    put_part(out, "limit", r->limit, r->limit > 0);
    bnc_buf_puts(out, ",\"judgement\":\"");
    bnc_buf_puts(out, bnc_judgement_names[r->judgement]);
    bnc_buf_puts(out, "\",\"why_na\":");
    if (r->why_na != NULL)
        put_str(out, r->why_na);
    else
        bnc_buf_puts(out, "null");
    bnc_buf_putc(out, '}');
}

static void put_interval(struct bnc_buf *out, const struct bnc_rate *r)
{
    if (r->den == 0) {
        bnc_buf_puts(out, "null");
        return;
    }
    bnc_buf_puts(out, "{\"low\":");
    bnc_real_put(out, r->low);
    put_part(out, "high", r->high, true);
    bnc_buf_putc(out, '}');
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

/* "invalid_recipient":3,"spam_content":1: events by cause, which add up to the domain's. */
static void put_cause_counts(struct bnc_buf *out, const struct bnc_value *v)
{
    char before = '{';

    for (size_t i = 0; i < v->n_causes; i++) {
        const struct bnc_domain_cause *const c = &v->causes[i];

        if (!shows_cause(BNC_VALUE_CAUSE_COUNTS, v, c))
            continue;
        bnc_buf_putc(out, before);
        bnc_buf_putc(out, '"');
        bnc_buf_puts(out, bnc_causes[c->cause].name);
        bnc_buf_puts(out, "\":");
        bnc_count_put(out, c->events, 0);
        before = ',';
    }
    bnc_buf_putc(out, '}');
}

/* The scope of a cause where it is not that of its domain. */
static void put_other_scope(const struct bnc_model *m, struct bnc_buf *out,
                            const struct bnc_domain_cause *c)
{
    const struct bnc_judged *const j = m->judged;
    const size_t row = (size_t)(c - m->tally->domain_causes);

    if (j->cause_scope == NULL || j->domain_scope == NULL ||
        j->cause_scope[row] == j->domain_scope[c->domain])
        return;
    bnc_buf_puts(out, ",\"scope\":\"");
    bnc_buf_puts(out, bnc_scope_names[j->cause_scope[row]]);
    bnc_buf_putc(out, '"');
}

static void put_cause(const struct bnc_model *m, struct bnc_buf *out,
                      const struct bnc_domain_cause *c)
{
    bnc_buf_puts(out, "{\"cause\":\"");
    bnc_buf_puts(out, bnc_causes[c->cause].name);
    bnc_buf_puts(out, "\",\"type\":\"");
    bnc_buf_puts(out, bnc_event_names[c->type]);
    bnc_buf_puts(out, "\",\"recipients\":");
    bnc_count_put(out, c->recipients, 0);
    bnc_buf_puts(out, ",\"events\":");
    bnc_count_put(out, c->events, 0);
    put_other_scope(m, out, c);
    if (c->explicit_domain)
        bnc_buf_puts(out, ",\"explicit_domain\":true");
    if (c->top_template < m->tally->n_templates) {
        bnc_buf_puts(out, ",\"template\":\"");
        bnc_key_put(out, m->tally->templates[c->top_template].key);
        bnc_buf_putc(out, '"');
    }
    bnc_buf_puts(out, ",\"first_seen\":");
    put_time(out, c->first);
    bnc_buf_puts(out, ",\"last_seen\":");
    put_time(out, c->last);
    bnc_buf_putc(out, '}');
}

/* One object for each cause that is not small. */
static void put_causes(const struct bnc_model *m, struct bnc_buf *out, const struct bnc_value *v)
{
    char before = '[';

    for (size_t i = 0; i < v->n_causes; i++) {
        if (!shows_cause(BNC_VALUE_CAUSES, v, &v->causes[i]))
            continue;
        bnc_buf_putc(out, before);
        put_cause(m, out, &v->causes[i]);
        before = ',';
    }
    bnc_buf_putc(out, ']');
}

static void put_value(const struct bnc_model *m, struct bnc_buf *out, enum bnc_value_type type,
                      const struct bnc_value *v)
{
    if (v->unset) {
        bnc_buf_puts(out, "null");
        return;
    }
    if (bnc_machine_put(out, type, v))
        return;
    switch (type) {
    case BNC_VALUE_RATE:
        put_rate(out, v->rate);
        break;
    case BNC_VALUE_INTERVAL:
        put_interval(out, v->rate);
        break;
    case BNC_VALUE_TIME:
        put_time(out, v->integer);
        break;
    case BNC_VALUE_LIST:
        put_list(m, out, v);
        break;
    case BNC_VALUE_CAUSE_COUNTS:
        put_cause_counts(out, v);
        break;
    case BNC_VALUE_CAUSES:
        put_causes(m, out, v);
        break;
    default:
        put_text(m, out, v->text);
    }
}

/*
 * What a sparse row leaves out, see BNC_SPARSE_MIN; its first member names the row and always
 * stays.
 */
static bool is_idle(enum bnc_value_type type, const struct bnc_value *v)
{
    if (v->unset)
        return true;
    switch (type) {
    case BNC_VALUE_NAME:
    case BNC_VALUE_WORD:
    case BNC_VALUE_PROSE:
        return v->text.len == 0;
    case BNC_VALUE_COUNT:
    case BNC_VALUE_FLAG:
        return v->count == 0;
    case BNC_VALUE_RATE:
        return v->rate->den < BNC_SPARSE_MIN;
    case BNC_VALUE_CAUSE_COUNTS:
    case BNC_VALUE_CAUSES:
        for (size_t i = 0; i < v->n_causes; i++)
            if (shows_cause(type, v, &v->causes[i]))
                return false;
        return true;
    default:
        return false;
    }
}

/* ',"key":' of every column, made once per section. */
struct keys {
    struct bnc_span at[BNC_SECTION_COLUMNS];
    struct bnc_buf text;
};

static bool keys_init(struct keys *k, const struct bnc_section *s)
{
    size_t from = 0;

    k->text = (struct bnc_buf){ .at = NULL };
    for (size_t c = 0; c < s->n_cols; c++)
        bnc_buf_printf(&k->text, ",\"%s\":", s->cols[c].key);
    for (size_t c = 0; c < s->n_cols && !k->text.failed; c++) {
        k->at[c] = bnc_span_from(k->text.at + from, strlen(s->cols[c].key) + 4);
        from += k->at[c].len;
    }
    return !k->text.failed;
}

/* The members of one row, without braces. */
static void put_row(const struct bnc_model *m, struct bnc_buf *out, const struct bnc_section *s,
                    const struct keys *k, size_t i)
{
    struct bnc_value v[BNC_SECTION_COLUMNS];

    bnc_section_row(s, m, i, v);
    for (size_t c = 0; c < s->n_cols; c++) {
        if ((s->cols[c].use & BNC_NOT_JSON) ||
            (s->sparse && c > 0 && is_idle(s->cols[c].type, &v[c])))
            continue;
        bnc_buf_put(out, c > 0 ? k->at[c] : bnc_span_from(k->at[c].at + 1, k->at[c].len - 1));
        put_value(m, out, s->cols[c].type, &v[c]);
    }
}

/* The members that precede the sections. */
static void put_head(const struct bnc_model *m, struct bnc_buf *out)
{
    bnc_buf_printf(out, "\"schema_version\":%d,\"generator\":\"bounce-analyzer\",\"generated\":",
                   BNC_SCHEMA_VERSION);
    put_time(out, m->data->generated);
    bnc_buf_printf(out, ",\"complete\":%s,\"has_deliveries\":%s,\"period\":{\"first\":",
                   m->data->complete ? "true" : "false",
                   m->judged->has_deliveries ? "true" : "false");
    put_time(out, m->tally->first);
    bnc_buf_puts(out, ",\"last\":");
    put_time(out, m->tally->last);
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

struct piece { /* rows from .. to of a section */
    const struct bnc_section *section; /* NULL: what precedes the sections */
    size_t from, to;
    bool last; /* of its section */
};

struct document {
    const struct bnc_model *m;
    struct piece *piece;
    size_t n;
    bool lines; /* one object a line */
};

static void put_rows(const struct document *d, const struct piece *p, struct bnc_buf *out)
{
    struct keys k;

    if (!keys_init(&k, p->section))
        out->failed = true;
    for (size_t i = p->from; i < p->to && !out->failed; i++) {
        if (d->lines) {
            bnc_buf_puts(out, "{\"section\":\"");
            bnc_buf_puts(out, p->section->id);
            bnc_buf_puts(out, "\",");
        } else {
            bnc_buf_puts(out, i > 0 ? ",\n{" : "\n{");
        }
        put_row(d->m, out, p->section, &k, i);
        bnc_buf_puts(out, d->lines ? "}\n" : "}");
    }
    bnc_buf_release(&k.text);
}

static void put_piece(const void *arg, size_t i, struct bnc_buf *out)
{
    const struct document *const d = arg;
    const struct piece *const p = &d->piece[i];

    if (p->section == NULL) {
        bnc_buf_puts(out, d->lines ? "{\"section\":\"report\"," : "{");
        put_head(d->m, out);
        bnc_buf_puts(out, d->lines ? "}\n" : "");
        return;
    }
    if (!d->lines && p->from == 0)
        bnc_buf_printf(out, ",\n\"%s\":[", p->section->id);
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
    d->n = 1; /* the head */
    for (size_t k = 0; k < bnc_n_sections; k++) {
        const size_t rows = bnc_sections[k]->count(d->m);
        size_t from = 0;

        if (bnc_sections[k]->flat)
            continue;
        do {
            struct piece *const p = &d->piece[d->n++];

            *p = (struct piece){ .section = bnc_sections[k], .from = from };
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

    if (!cut(&d)) {
        out->failed = true;
        return;
    }
    bnc_slices_put(out, &(struct bnc_slices){ .n = d.n,
                                              .render = put_piece,
                                              .arg = &d,
                                              .parallel = m->data->parallel,
                                              .parallel_ctx = m->data->parallel_ctx });
    bnc_buf_puts(out, lines ? "" : "}\n");
    free(d.piece);
}

void bnc_render_json(const struct bnc_model *m, struct bnc_buf *out)
{
    render(m, out, false);
}

void bnc_render_ndjson(const struct bnc_model *m, struct bnc_buf *out)
{
    render(m, out, true);
}
