/* SPDX-License-Identifier: MIT
 * short_way.c - nearly every row of a month needs no choice between cells, no trimming and no long
 * look: it has a known event word, an address, a time in the layout of the row before.  Such a row
 * is read here, each cell once, from the text into the event.  Whatever is not plain in it sends
 * the row on the long way (mapper.c), which has all the rules; so this way decides nothing, it only
 * knows some of the answers.
 */
#include "schema/short_way.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "schema/mapper.h"
#include "util/hash.h"

/* What every row takes; left alone, the compiler makes calls of them, at twice the cost. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

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
    if (d.transform == BNC_TRANSFORM_HOST && field == BNC_FIELD_REMOTE_MX && d.alone) {
        way->host = (int16_t)p->cells[d.slot];
        return true;
    }
    way->span[way->n_span++] = (struct bnc_short_span){
        .column = p->cells[d.slot], .offset = (uint16_t)offset, .alone = d.alone && !second
    };
    return d.transform == BNC_TRANSFORM_NONE;
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
        way->refine[i] = (struct bnc_short_refine){ p->cells[p->refine[i].slot],
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

void bnc_short_way_find(struct bnc_short_way *way, const struct bnc_schema_plan *p)
{
    *way = (struct bnc_short_way){ .host = BNC_NO_COLUMN };
    way->possible = !p->json && !p->spread && p->n_filter == 0 && p->n_empty == 0 &&
                    !p->comments && find_spans(way, p) && find_type(way, p) && find_others(way, p);
}

/* ---- once a row: each false where the long way must be gone ---- */

ALWAYS_INLINE bool is_trimmed(struct bnc_span s)
{
    return (unsigned char)s.at[0] > ' ' && (unsigned char)s.at[s.len - 1] > ' ';
}

ALWAYS_INLINE bool take_time(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                             const struct bnc_row *row, struct bnc_event *ev)
{
    struct bnc_span s;

    ev->time = BNC_NO_TIME;
    if (p->short_way.time == BNC_NO_COLUMN)
        return true;
    s = bnc_row_field(row, (uint32_t)p->short_way.time);
    if (s.len == 0)
        return p->short_way.time_alone;
    return bnc_time_parse_memo(&m->day, s, p->date_order, p->zone, &ev->time);
}

/* "550" */
ALWAYS_INLINE bool take_reply(const struct bnc_schema_plan *p, const struct bnc_row *row,
                              struct bnc_event *ev)
{
    struct bnc_span s;

    if (p->short_way.reply == BNC_NO_COLUMN)
        return true;
    s = bnc_row_field(row, (uint32_t)p->short_way.reply);
    if (s.len == 0)
        return true;
    if (s.len != 3 || s.at[0] < '2' || s.at[0] > '5' || !bnc_is_digit(s.at[1]) ||
        !bnc_is_digit(s.at[2]) || p->n_pseudo > 0)
        return false;
    ev->reply = (uint16_t)((s.at[0] - '0') * 100 + (s.at[1] - '0') * 10 + (s.at[2] - '0'));
    return true;
}

/* "5.1.1", "5.7.26 (...)": by the first eight bytes, of which a file has a handful. */
ALWAYS_INLINE bool take_enhanced(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                                 const struct bnc_row *row, struct bnc_event *ev)
{
    struct bnc_code_memo *memo;
    struct bnc_span s;
    uint64_t key;

    if (p->short_way.enhanced == BNC_NO_COLUMN)
        return true;
    s = bnc_row_field(row, (uint32_t)p->short_way.enhanced);
    if (s.len == 0)
        return true;
    key = bnc_load_tail(s.at, s.len);
    memo = &m->code[key * BNC_HASH_K0 >> (64 - BNC_CODE_MEMO_BITS)];
    if ((memo->key != key || memo->len != (s.len < 8 ? s.len : 8)) && !bnc_code_remember(memo, s))
        return false;
    ev->enhanced = memo->enhanced;
    return true;
}

ALWAYS_INLINE bool take_sender(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                               const struct bnc_row *row, struct bnc_event *ev)
{
    struct bnc_span s = bnc_span_from("", 0);

    if (p->short_way.sender != BNC_NO_COLUMN)
        s = bnc_row_field(row, (uint32_t)p->short_way.sender);
    if (s.len > 0)
        return bnc_sender_split(&m->sender, s, &ev->sender, &ev->sender_domain);
    ev->sender = ev->sender_domain = bnc_span_from("", 0);
    return p->short_way.sender_alone;
}

/* "mx1.example.net (192.0.2.2)" */
ALWAYS_INLINE struct bnc_span host_of(struct bnc_span s)
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

ALWAYS_INLINE bool take_host(const struct bnc_schema_plan *p, const struct bnc_row *row,
                             struct bnc_event *ev)
{
    struct bnc_span s;

    if (p->short_way.host == BNC_NO_COLUMN)
        return true;                     /* it is one of the spans */
    s = bnc_row_field(row, (uint32_t)p->short_way.host);
    ev->mx = s;
    if (s.len == 0)
        return true;
    ev->mx = host_of(s);
    return is_trimmed(s);
}

ALWAYS_INLINE bool take_spans(const struct bnc_short_way *way, const struct bnc_row *row,
                              struct bnc_event *ev)
{
    for (unsigned i = 0; i < way->n_span; i++) {
        const struct bnc_short_span span = way->span[i];
        const struct bnc_span s = bnc_row_field(row, span.column);

        if (s.len == 0 ? !span.alone : !is_trimmed(s))
            return false;
        *(struct bnc_span *)(void *)((char *)ev + span.offset) = s;
    }
    for (unsigned i = 0; i < way->n_absent; i++)
        *(struct bnc_span *)(void *)((char *)ev + way->absent[i]) = bnc_span_from("", 0);
    return true;
}

ALWAYS_INLINE const struct bnc_value_row *value_at(struct bnc_mapper *m, const struct bnc_row *row,
                                                   uint32_t column,
                                                   const struct bnc_values *values)
{
    const struct bnc_span s = bnc_row_field(row, column);

    return s.len == 0 ? NULL : bnc_mapper_value(m, values, s);
}

/* The word of the event column; of a file that has none, a column that stands for it. */
ALWAYS_INLINE const struct bnc_value_row *type_of(struct bnc_mapper *m,
                                                  const struct bnc_short_way *way,
                                                  const struct bnc_row *row)
{
    const struct bnc_value_row *value = NULL;

    if (way->type != BNC_NO_COLUMN)
        return value_at(m, row, (uint32_t)way->type, way->type_values);
    for (unsigned i = 0; i < way->n_refine && value == NULL; i++)
        value = value_at(m, row, way->refine[i].column, way->refine[i].values);
    return value;
}

/* Type, hardness and lateness; the columns that say more are asked about failures. */
ALWAYS_INLINE bool take_type(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                             const struct bnc_row *row, struct bnc_event *ev)
{
    const struct bnc_short_way *const way = &p->short_way;
    const struct bnc_value_row *const value = type_of(m, way, row);

    if (value == NULL && way->type != BNC_NO_COLUMN)
        return false;
    ev->type = (enum bnc_event_type)(value == NULL ? p->event : value->event);
    ev->hardness = value == NULL ? BNC_HARDNESS_NONE : (enum bnc_hardness)value->hardness;
    ev->late = value == NULL ? p->late : value->late;
    if (ev->type != BNC_EVENT_BOUNCE && ev->type != BNC_EVENT_SUPPRESSED)
        return true;
    for (unsigned i = 0; i < way->n_refine; i++)
        bnc_event_refine_by(ev, value_at(m, row, way->refine[i].column, way->refine[i].values),
                            p->generic);
    if (way->type == BNC_NO_COLUMN && ev->hardness == BNC_HARDNESS_NONE &&
        ev->type == (enum bnc_event_type)p->event)
        ev->hardness = (enum bnc_hardness)p->hardness;
    return !p->generic || ev->type != BNC_EVENT_SUPPRESSED;
}

ALWAYS_INLINE bool take_recipient(const struct bnc_schema_plan *p, const struct bnc_row *row,
                                  struct bnc_event *ev)
{
    const struct bnc_span s = bnc_row_field(row, (uint32_t)p->short_way.recipient);

    return s.len > 0 && is_trimmed(s) &&
           bnc_address_split(s, &ev->recipient, &ev->domain) == BNC_ADDRESS_OK;
}

/* The header again, perhaps behind a byte order mark: length and first byte make it suspicious. */
ALWAYS_INLINE bool may_be_header(struct bnc_span header, struct bnc_span raw)
{
    return (raw.len == header.len && raw.at[0] == header.at[0]) ||
           (raw.len == header.len + 3 && raw.at[0] == '\xEF');
}

bool bnc_mapper_short_way(struct bnc_mapper *m, const struct bnc_mapping *mapping,
                          const struct bnc_row *row, struct bnc_event *ev)
{
    const struct bnc_schema_plan *const p = mapping->plan;
    const struct bnc_row here = *row;    /* nothing that is written below changes it */

    if (here.end == NULL || !p->short_way.possible || may_be_header(p->header_raw, here.raw))
        return false;
    bnc_event_begin(ev, p);
    return take_type(m, p, &here, ev) && take_time(m, p, &here, ev) && take_reply(p, &here, ev) &&
           take_enhanced(m, p, &here, ev) && take_sender(m, p, &here, ev) &&
           take_host(p, &here, ev) && take_spans(&p->short_way, &here, ev) &&
           take_recipient(p, &here, ev);
}
