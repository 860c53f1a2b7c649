/* SPDX-License-Identifier: MIT
 * short_way.c - nearly every row of a month needs no choice between cells, no trimming and no long
 * look: it has a known event word, an address, a time in the layout of the row before.  Such rows
 * are read here, each cell once, from the text into the event: a batch of them column by column,
 * so that a column's memo and habits stay at hand.  Where the cells of a row lie is worked out for
 * all of them at once, needed or not: sixteen ends less sixteen starts are a subtraction or a few.
 * Cell by cell, it was a fifth of the time: 28 -> 23 ns a row of PowerMTA.  Whatever is not plain
 * in a row sends it on the long way (mapper.c), which has all the rules; so this way decides
 * nothing, it only knows some of the answers.
 */
#include "schema/short_way.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "schema/mapper.h"
#include "schema/plain_address.h"
#include "util/cpu.h"
#include "util/hash.h"

/* What every row takes; left alone, the compiler makes calls of them, at twice the cost. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

_Static_assert(BNC_SHORT_CELLS <= BNC_BEHIND_ENDS, "so many are cut whatever the row has");

/* ---- once a file ---- */

/* The column of a field that is its first cell as it is; false where it's not that simple. */
static bool find_column(const struct bnc_schema_plan *p, enum bnc_field field, int16_t slot,
                        int16_t *column)
{
    *column = slot < 0 ? BNC_NO_COLUMN : (int16_t)p->cells[slot];
    return slot >= 0 || p->field[field].n == 0;
}

/* A span of the event; 'other' is asked where the first is empty. */
static bool find_span(struct bnc_short_way *way, const struct bnc_schema_plan *p,
                      enum bnc_field field, enum bnc_field other, size_t offset)
{
    const struct bnc_direct d = p->direct[field];
    const bool second = other != BNC_FIELD_IGNORE && p->field[other].n > 0;

    if (d.slot == BNC_DIRECT_NONE && !second) {
        way->absent[way->n_absent++] = (uint16_t)offset;
        return true;
    }
    if (d.slot < 0)
        return false;
    way->span[way->n_span++] = (struct bnc_short_span){
        .column = (int16_t)p->cells[d.slot], .offset = (uint16_t)offset,
        .alone = d.alone && !second, .free_text = field == BNC_FIELD_DIAGNOSTIC
    };
    if (d.transform == BNC_TRANSFORM_HOST && field == BNC_FIELD_REMOTE_MX && d.alone)
        way->cuts_host = true;
    else if (d.transform != BNC_TRANSFORM_NONE)
        return false;
    return true;
}

static bool find_spans(struct bnc_short_way *way, const struct bnc_schema_plan *p)
{
    static const struct { uint8_t field, other; uint16_t offset; } spans[] = {
        { BNC_FIELD_DIAGNOSTIC, BNC_FIELD_IGNORE, offsetof(struct bnc_event, diagnostic) },
        { BNC_FIELD_SENDING_IP, BNC_FIELD_IGNORE, offsetof(struct bnc_event, sending_ip) },
        { BNC_FIELD_MESSAGE_ID, BNC_FIELD_IGNORE, offsetof(struct bnc_event, message_id) },
        { BNC_FIELD_REMOTE_MX, BNC_FIELD_IGNORE, offsetof(struct bnc_event, mx) },
        { BNC_FIELD_ESP_CATEGORY, BNC_FIELD_ESP_SUBCATEGORY, offsetof(struct bnc_event, label) },
        { BNC_FIELD_CAMPAIGN, BNC_FIELD_TAG, offsetof(struct bnc_event, campaign) },
    };

    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
        if (!find_span(way, p, (enum bnc_field)spans[i].field, (enum bnc_field)spans[i].other,
                       spans[i].offset))
            return false;
    return true;
}

/* The event's type: a column with known words, or the file's own event. */
static bool find_type(struct bnc_short_way *way, const struct bnc_schema_plan *p)
{
    if (!find_column(p, BNC_FIELD_EVENT_TYPE, p->quick.type, &way->type))
        return false;
    way->type_values = p->quick.type_values;
    for (uint32_t i = 0; i < p->n_refine; i++)
        way->refine[i] = (struct bnc_short_refine){ (int16_t)p->cells[p->refine[i].slot],
                                                    p->refine[i].values };
    way->n_refine = (uint8_t)p->n_refine;
    return way->type != BNC_NO_COLUMN || (p->event != BNC_FORMAT_BY_ROW && !p->generic);
}

static bool find_others(struct bnc_short_way *way, const struct bnc_schema_plan *p)
{
    const struct bnc_field_plan *const f = p->field;

    way->time_alone = f[BNC_FIELD_EVENT_TIME].n <= 1;
    way->sender_alone = f[BNC_FIELD_SENDER].n <= 1 && f[BNC_FIELD_SENDER_DOMAIN].n == 0;
    return find_column(p, BNC_FIELD_EVENT_TIME, p->quick.time, &way->time) &&
           find_column(p, BNC_FIELD_SENDER, p->quick.sender, &way->sender) &&
           find_column(p, BNC_FIELD_REPLY_CODE, p->quick.reply, &way->reply) &&
           find_column(p, BNC_FIELD_ENHANCED_CODE, p->quick.enhanced, &way->enhanced) &&
           find_column(p, BNC_FIELD_RECIPIENT, p->quick.recipient, &way->recipient) &&
           way->recipient != BNC_NO_COLUMN &&
           (way->sender != BNC_NO_COLUMN || way->sender_alone);
}

/* Every column that is asked for, BNC_NO_COLUMN among them; how many. */
static size_t list_columns(struct bnc_short_way *way, int16_t *asked[BNC_SHORT_ASKED])
{
    int16_t *const single[] = { &way->time,   &way->type,  &way->recipient,
                                &way->sender, &way->reply, &way->enhanced };
    size_t n = 0;

    _Static_assert(sizeof single / sizeof single[0] + sizeof way->span / sizeof way->span[0] +
                   sizeof way->refine / sizeof way->refine[0] == BNC_SHORT_ASKED, "room for all");
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        asked[n++] = single[i];
    for (size_t i = 0; i < way->n_span; i++)
        asked[n++] = &way->span[i].column;
    for (size_t i = 0; i < way->n_refine; i++)
        asked[n++] = &way->refine[i].column;
    return n;
}

/*
 * Cells are numbered as the columns are, where those asked for are among the first; else in the
 * order of asking.  False where they are too many.
 */
static bool number_cells(struct bnc_short_way *way)
{
    int16_t *asked[BNC_SHORT_ASKED];
    const size_t n = list_columns(way, asked);
    int most = 0;

    for (size_t i = 0; i < n; i++)
        most = *asked[i] > most ? *asked[i] : most;
    for (size_t i = 0; i < n && most >= BNC_SHORT_CELLS; i++) {
        unsigned k = 0;

        if (*asked[i] == BNC_NO_COLUMN)
            continue;
        while (k < way->n_cells && way->cells[k] != (uint16_t)*asked[i])
            k++;
        if (k == BNC_SHORT_CELLS)
            return false;
        way->cells[k] = (uint16_t)*asked[i];
        way->n_cells += k == way->n_cells;
        *asked[i] = (int16_t)k;
    }
    return true;
}

/* All but the free text; their cells are numbered. */
static void list_strict(struct bnc_short_way *way)
{
    int16_t *asked[BNC_SHORT_ASKED], free_text = BNC_NO_COLUMN;
    const size_t n = list_columns(way, asked);

    for (size_t i = 0; i < way->n_span; i++)
        if (way->span[i].free_text)
            free_text = way->span[i].column;
    for (size_t i = 0; i < n; i++)
        if (*asked[i] != BNC_NO_COLUMN && *asked[i] != free_text)
            way->strict[way->n_strict++] = (uint8_t)*asked[i];
}

void bnc_short_way_find(struct bnc_short_way *way, const struct bnc_schema_plan *p)
{
    *way = (struct bnc_short_way){ .possible = false };
    way->possible = !p->json && !p->spread && p->n_filter == 0 && p->n_empty == 0 &&
                    !p->comments && p->rules == NULL && find_spans(way, p) && find_type(way, p) &&
                    find_others(way, p) && number_cells(way);
    list_strict(way);
}

/* ---- once a column of a batch: each gives a bit for every row that must go the long way ---- */

/* Where the cells of a row begin in the batch's text, and how long they are with their quotes. */
struct cells {
    uint32_t start[BNC_SHORT_CELLS], len[BNC_SHORT_CELLS];
};

/* A batch on its way: the event of row 'i' lies i * stride_bytes behind 'first'. */
struct way {
    struct bnc_mapper *m;
    const struct bnc_schema_plan *p;
    const struct bnc_row_batch *rows;
    const struct cells *cells;
    size_t n;                            /* rows */
    struct bnc_event *first;
    size_t stride_bytes;
};

static ALWAYS_INLINE struct bnc_event *event_at(const struct way *w, size_t i)
{
    return (struct bnc_event *)(void *)((char *)w->first + i * w->stride_bytes);
}

/* A column of the batch.  By value: nothing that is written to an event can change it. */
struct column {
    const char *text;
    const struct cells *cells;
    size_t number;
    char quote;
};

static ALWAYS_INLINE struct column column_of(const struct way *w, int number)
{
    return (struct column){ w->rows->text, w->cells, (size_t)number, w->rows->quote };
}

/* The cell of row 'i'; if it begins with a quote, which is rare, it ends with one. */
static ALWAYS_INLINE struct bnc_span cell_of(struct column c, size_t i)
{
    struct bnc_span s = bnc_span_from(c.text + c.cells[i].start[c.number],
                                      c.cells[i].len[c.number]);

    if (__builtin_expect(*s.at == c.quote, 0)) {
        s.at++;
        s.len -= 2;
    }
    return s;
}

/* The same for a column of which nobody can say whether the next cell has quotes. */
static ALWAYS_INLINE struct bnc_span free_text_of(struct column c, size_t i)
{
    const char *const at = c.text + c.cells[i].start[c.number];
    const size_t quoted = *at == c.quote;

    return bnc_span_from(at + quoted, c.cells[i].len[c.number] - 2 * quoted);
}

/* As many ends as there are cells: of all columns at once, those nobody asks for among them. */
typedef uint32_t numbers __attribute__((vector_size(4 * BNC_SHORT_CELLS), aligned(4), may_alias));

static ALWAYS_INLINE void cut_all(const struct bnc_row_batch *rows, struct cells *cells)
{
    for (size_t i = 0; i < rows->n; i++) {
        const uint32_t *const end = rows->end[i];
        const numbers starts = *(const numbers *)(const void *)(end - 1) + 1;

        *(numbers *)(void *)cells[i].start = starts;
        *(numbers *)(void *)cells[i].len = *(const numbers *)(const void *)end - starts;
        cells[i].start[0] = rows->start[i];
        cells[i].len[0] = end[0] - rows->start[i];
    }
}

/* The columns asked for, of rows with many. */
static ALWAYS_INLINE void cut_some(const struct bnc_row_batch *rows,
                                   const struct bnc_short_way *way, struct cells *cells)
{
    for (size_t i = 0; i < rows->n; i++)
        for (unsigned k = 0; k < way->n_cells; k++) {
            const uint32_t *const end = rows->end[i] + way->cells[k];
            const uint32_t start = way->cells[k] == 0 ? rows->start[i] : end[-1] + 1;

            cells[i].start[k] = start;
            cells[i].len[k] = end[0] - start;
        }
}

static ALWAYS_INLINE uint32_t bit(size_t i)
{
    return UINT32_C(1) << i;
}

static ALWAYS_INLINE bool is_trimmed(struct bnc_span s)
{
    return (unsigned char)s.at[0] > ' ' && (unsigned char)s.at[s.len - 1] > ' ';
}

/* The header again, perhaps behind a byte order mark: its length makes it suspicious. */
static ALWAYS_INLINE uint32_t find_headers(const struct way *w)
{
    const uint32_t header = (uint32_t)w->p->header_raw.len;
    const uint32_t *const len = w->rows->len;
    uint32_t least = UINT32_MAX, odd = 0;

#pragma GCC unroll 32 /* which becomes a few vectors */
    for (size_t i = 0; i < BNC_ROWS_AT_ONCE; i++)
        least = len[i] - header < least ? len[i] - header : least;
    for (size_t i = 0; i < w->n && __builtin_expect(least <= 3, 0); i++) {
        const uint32_t more = len[i] - header;

        if ((more == 0 || more == 3) &&
            w->rows->text[w->rows->start[i]] == (more == 0 ? w->p->header_raw.at[0] : '\xEF'))
            odd |= bit(i);
    }
    return odd;
}

static ALWAYS_INLINE const struct bnc_value_row *
value_at(const struct way *w, size_t i, struct column column, const struct bnc_values *values)
{
    const struct bnc_span s = cell_of(column, i);

    return s.len == 0 ? NULL : bnc_mapper_value(w->m, values, s);
}

/* A column that stands for the event of files that have none. */
static __attribute__((noinline)) const struct bnc_value_row *stand_in(const struct way *w, size_t i)
{
    const struct bnc_short_way *const way = &w->p->short_way;
    const struct bnc_value_row *value = NULL;

    for (unsigned k = 0; k < way->n_refine && value == NULL; k++)
        value = value_at(w, i, column_of(w, way->refine[k].column), way->refine[k].values);
    return value;
}

/* Type, hardness and lateness, and what no cell says. */
static ALWAYS_INLINE uint32_t take_types(const struct way *w)
{
    const int number = w->p->short_way.type;
    const struct column column = column_of(w, number);
    const struct bnc_values *const values = w->p->short_way.type_values;
    const struct bnc_value_row of_file = { .event = w->p->event, .late = w->p->late };
    struct bnc_event begin;
    uint32_t odd = 0;

    bnc_event_begin(&begin, w->p);
    for (size_t i = 0; i < w->n; i++) {
        struct bnc_event *const ev = event_at(w, i);
        const struct bnc_value_row *value;

        if (number == BNC_NO_COLUMN)
            value = stand_in(w, i);
        else
            value = value_at(w, i, column, values);
        if (__builtin_expect(value == NULL, 0)) {
            odd |= number == BNC_NO_COLUMN ? 0 : bit(i);
            value = &of_file;
        }
        ev->type = (enum bnc_event_type)value->event;
        ev->hardness = (enum bnc_hardness)value->hardness;
        ev->esp = begin.esp;
        ev->late = value->late;
        ev->flags = begin.flags;
        ev->reply = begin.reply;
        ev->enhanced = begin.enhanced;
        ev->time = BNC_NO_TIME;
    }
    return odd;
}

/* The columns that say more are asked about failures. */
static ALWAYS_INLINE bool refine(const struct way *w, size_t i)
{
    const struct bnc_schema_plan *const p = w->p;
    const struct bnc_short_way *const way = &p->short_way;
    struct bnc_event *const ev = event_at(w, i);

    for (unsigned k = 0; k < way->n_refine; k++)
        bnc_event_refine_by(ev, value_at(w, i, column_of(w, way->refine[k].column),
                                         way->refine[k].values), p->generic);
    if (way->type == BNC_NO_COLUMN && ev->hardness == BNC_HARDNESS_NONE &&
        ev->type == (enum bnc_event_type)p->event)
        ev->hardness = (enum bnc_hardness)p->hardness;
    return !p->generic || ev->type != BNC_EVENT_SUPPRESSED;
}

/* Which rows are failures can't be foreseen: they are listed without a branch. */
static ALWAYS_INLINE uint32_t refine_failures(const struct way *w)
{
    uint32_t failures = 0, odd = 0;

    for (size_t i = 0; i < w->n; i++) {
        const enum bnc_event_type type = event_at(w, i)->type;

        failures |= (uint32_t)((type == BNC_EVENT_BOUNCE) | (type == BNC_EVENT_SUPPRESSED)) << i;
    }
    for (; failures != 0; failures &= failures - 1)
        if (!refine(w, (size_t)__builtin_ctz(failures)))
            odd |= failures & -failures;
    return odd;
}

static ALWAYS_INLINE uint32_t take_times(const struct way *w)
{
    const struct bnc_schema_plan *const p = w->p;
    struct bnc_time_memo *const memo = &w->m->day;
    const int zone_seconds = p->zone;
    const struct column column = column_of(w, p->short_way.time);
    uint32_t odd = 0;

    if (p->short_way.time == BNC_NO_COLUMN)
        return 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct bnc_span s = cell_of(column, i);
        int64_t *const time = &event_at(w, i)->time;

        if (__builtin_expect(!bnc_time_same_minute(memo, s, zone_seconds, time), 0) &&
            (s.len == 0 ? !p->short_way.time_alone
                        : !bnc_time_parse_memo(memo, s, p->date_order, zone_seconds, time)))
            odd |= bit(i);
    }
    return odd;
}

/* "550" */
static ALWAYS_INLINE uint32_t take_replies(const struct way *w)
{
    const struct column column = column_of(w, w->p->short_way.reply);
    uint32_t odd = 0;

    if (w->p->short_way.reply == BNC_NO_COLUMN)
        return 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct bnc_span s = cell_of(column, i);

        if (s.len == 0)
            continue;
        if (s.len != 3 || s.at[0] < '2' || s.at[0] > '5' || !bnc_is_digit(s.at[1]) ||
            !bnc_is_digit(s.at[2]) || w->p->n_pseudo > 0)
            odd |= bit(i);
        else
            event_at(w, i)->reply = (uint16_t)((s.at[0] - '0') * 100 + (s.at[1] - '0') * 10 +
                                               (s.at[2] - '0'));
    }
    return odd;
}

/* The first eight bytes, or all of fewer: a row is followed by more than that. */
static ALWAYS_INLINE uint64_t head_of(struct bnc_span s)
{
    return s.len < 8 ? bnc_load64(s.at) & ((UINT64_C(1) << 8 * s.len) - 1) : bnc_load64(s.at);
}

/* "5.1.1", "5.7.26 (...)": by the first eight bytes, of which a file has a handful. */
static ALWAYS_INLINE uint32_t take_enhanced(const struct way *w)
{
    struct bnc_code_memo *const memos = w->m->code;
    const struct column column = column_of(w, w->p->short_way.enhanced);
    uint32_t odd = 0;

    if (w->p->short_way.enhanced == BNC_NO_COLUMN)
        return 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct bnc_span s = cell_of(column, i);
        const uint64_t key = head_of(s);
        struct bnc_code_memo *const memo = &memos[key * BNC_HASH_K0 >> (64 - BNC_CODE_MEMO_BITS)];

        if (s.len == 0)
            continue;
        if (__builtin_expect(memo->key != key || memo->len != (s.len < 8 ? s.len : 8), 0) &&
            !bnc_code_remember(memo, key, s))
            odd |= bit(i);
        else
            event_at(w, i)->enhanced = memo->enhanced;
    }
    return odd;
}

static ALWAYS_INLINE uint32_t take_senders(const struct way *w)
{
    const int number = w->p->short_way.sender;
    const struct column column = column_of(w, number);
    struct bnc_domain_memo *const memo = &w->m->sender;
    uint32_t odd = 0;

    for (size_t i = 0; i < w->n; i++) {
        struct bnc_event *const ev = event_at(w, i);
        struct bnc_span s = bnc_span_from("", 0);

        if (number != BNC_NO_COLUMN)
            s = cell_of(column, i);
        if (__builtin_expect(bnc_sender_is_same(memo, s), 1)) {
            ev->sender = s;
            ev->sender_domain = bnc_span_from(s.at + s.len - memo->len, memo->len);
        } else if (s.len > 0) {
            odd |= bnc_sender_split(memo, s, &ev->sender, &ev->sender_domain) == BNC_ADDRESS_OK
                       ? 0
                       : bit(i);
        } else {
            ev->sender = ev->sender_domain = s;
            odd |= w->p->short_way.sender_alone ? 0 : bit(i);
        }
    }
    return odd;
}

static ALWAYS_INLINE struct bnc_span *span_at(const struct way *w, size_t i, size_t offset)
{
    return (struct bnc_span *)(void *)((char *)event_at(w, i) + offset);
}

static ALWAYS_INLINE uint32_t take_span(const struct way *w, struct bnc_short_span span,
                                        bool free_text)
{
    const struct column column = column_of(w, span.column);
    uint32_t odd = 0;

#pragma GCC unroll 4
    for (size_t i = 0; i < w->n; i++) {
        const struct bnc_span s = free_text ? free_text_of(column, i) : cell_of(column, i);

        if (__builtin_expect((unsigned char)s.at[0] <= ' ', 0) ||
            __builtin_expect((unsigned char)(s.at + s.len)[-1] <= ' ', 0))
            odd |= (uint32_t)(s.len > 0) << i;
        *span_at(w, i, span.offset) = s;
    }
    for (size_t i = 0; i < w->n && !span.alone; i++)
        odd |= (uint32_t)(span_at(w, i, span.offset)->len == 0) << i;
    return odd;
}

static ALWAYS_INLINE uint32_t take_spans(const struct way *w)
{
    const struct bnc_short_way *const way = &w->p->short_way;
    uint32_t odd = 0;

    for (unsigned k = 0; k < way->n_span; k++)
        if (way->span[k].free_text)
            odd |= take_span(w, way->span[k], true);
        else
            odd |= take_span(w, way->span[k], false);
    for (unsigned k = 0; k < way->n_absent; k++)
        for (size_t i = 0; i < w->n; i++)
            *span_at(w, i, way->absent[k]) = bnc_span_from("", 0);
    return odd;
}

static ALWAYS_INLINE uint32_t take_recipients(const struct way *w, bnc_address_bits_fn *bits_of)
{
    const struct column column = column_of(w, w->p->short_way.recipient);
    uint32_t odd = 0;

    for (size_t i = 0; i < w->n; i++) {
        const struct bnc_span s = cell_of(column, i);
        struct bnc_event *const ev = event_at(w, i);
        size_t at;

        if (__builtin_expect(s.len - 1 < BNC_PLAIN_ADDRESS_BYTES, 1) &&
            __builtin_expect(bnc_address_is_plain(bits_of(s.at, s.len), s, &at), 1)) {
            ev->recipient = s;
            ev->domain = bnc_span_from(s.at + at + 1, s.len - at - 1);
        } else if (s.len == 0 || !is_trimmed(s) ||
                   bnc_address_split(s, &ev->recipient, &ev->domain) != BNC_ADDRESS_OK) {
            odd |= bit(i);
        }
    }
    return odd;
}

/* A quote may be doubled in any cell of an escaped row that has quotes: the long way can tell. */
static ALWAYS_INLINE uint32_t find_quoted(const struct way *w)
{
    const struct bnc_short_way *const way = &w->p->short_way;
    uint32_t odd = 0;

    for (uint32_t left = w->rows->escaped; left != 0; left &= left - 1) {
        const struct cells *const cells = &w->cells[__builtin_ctz(left)];

        for (unsigned k = 0; k < way->n_strict; k++)
            if (w->rows->text[cells->start[way->strict[k]]] == w->rows->quote)
                odd |= left & -left;
    }
    return odd;
}

/* The free text of escaped rows that are not odd is unescaped, where it has quotes. */
static ALWAYS_INLINE void unescape_all(const struct way *w, struct bnc_short_span span,
                                       uint32_t odd)
{
    for (uint32_t left = w->rows->escaped & ~odd; left != 0; left &= left - 1) {
        const size_t i = (size_t)__builtin_ctz(left);
        const struct bnc_span raw = bnc_span_from(w->rows->text + w->cells[i].start[span.column],
                                                  w->cells[i].len[span.column]);

        if (*raw.at == w->rows->quote)
            *span_at(w, i, span.offset) = bnc_rows_unescape(w->rows->rows, raw);
    }
}

static ALWAYS_INLINE uint32_t take_all(struct way way, bnc_address_bits_fn *bits_of)
{
    struct cells cells[BNC_ROWS_AT_ONCE];
    const struct way *const w = &way;
    uint32_t odd = find_headers(w);

    if (w->p->short_way.n_cells == 0)
        cut_all(w->rows, cells);
    else
        cut_some(w->rows, &w->p->short_way, cells);
    way.cells = cells;

    odd |= take_types(w);
    odd |= refine_failures(w);
    odd |= take_times(w);
    odd |= take_replies(w);
    odd |= take_enhanced(w);
    odd |= take_senders(w);
    odd |= take_spans(w);
    odd |= take_recipients(w, bits_of);
    odd |= find_quoted(w);
    for (unsigned k = 0; k < w->p->short_way.n_span; k++)
        if (w->p->short_way.span[k].free_text)
            unescape_all(w, w->p->short_way.span[k], odd);
    return odd;
}

static uint32_t take_all_generic(const struct way *w)
{
    return take_all(*w, bnc_address_bits_generic);
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,bmi2"), flatten)) static uint32_t take_all_avx2(const struct way *w)
{
    return take_all(*w, bnc_address_bits_avx2);
}

__attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,bmi2"), flatten)) static uint32_t
take_all_avx512(const struct way *w)
{
    return take_all(*w, bnc_address_bits_avx512);
}
#endif

uint32_t bnc_mapper_short_way(struct bnc_mapper *m, const struct bnc_mapping *mapping,
                              const struct bnc_row_batch *rows, struct bnc_event *first,
                              size_t stride_bytes)
{
    const struct way w = { m, mapping->plan, rows, NULL, rows->n, first, stride_bytes };

#if defined(__x86_64__)
    if ((m->cpu & BNC_CPU_AVX512) != 0)
        return take_all_avx512(&w);
    if ((m->cpu & BNC_CPU_AVX2) != 0)
        return take_all_avx2(&w);
#endif
    return take_all_generic(&w);
}

/* "mx1.example.net (192.0.2.2)" */
static struct bnc_span host_of(struct bnc_span s)
{
#ifdef __SSE2__
    if (s.len >= 17 && s.at[s.len - 1] == ')') {
        const char *const from = s.at + s.len - 17;
        const __m128i text = _mm_loadu_si128((const __m128i *)(const void *)from);
        const int open = _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('(')));
        const char *const end = from + 31 - __builtin_clz((unsigned)open | 1);

        if (open > 1 && end[-1] == ' ' && (unsigned char)end[-2] > ' ' && end[-2] != '.')
            return bnc_span_from(s.at, (size_t)(end - 1 - s.at));
    }
#endif
    return bnc_cell_host(s);
}

struct bnc_span bnc_mapping_host(const struct bnc_mapping *mapping, struct bnc_span mx)
{
    return mapping->plan->short_way.cuts_host ? host_of(mx) : mx;
}

bool bnc_mapping_is_short(const struct bnc_mapping *mapping)
{
    return mapping->plan->short_way.possible;
}
