/* SPDX-License-Identifier: MIT
 * mapper.c - row -> event, the part that runs once for every row of a month.
 *
 * A plan holds, for every field of an event, the few cells that may fill it, so a row costs its picks and nothing is searched by
 * name.  Event words go through an eight-entry memo keyed by their bytes in front of the hash look-up; days go through the time
 * memo.  Nothing is allocated here: spans of the row are handed through.
 */
#include "schema/mapper.h"

#include <stdlib.h>

#include "schema/address.h"
#include "schema/codes.h"
#include "schema/json_rows.h"
#include "util/hash.h"

struct bnc_mapper *bnc_mapper_create(void)
{
    return calloc(1, sizeof(struct bnc_mapper));
}

void bnc_mapper_free(struct bnc_mapper *m)
{
    if (m == NULL)
        return;
    bnc_json_ring_free(m->json);
    free(m->events);
    free(m);
}

bool bnc_mapper_push(struct bnc_mapper *m, const struct bnc_event *ev)
{
    if (m->n_events == m->cap_events) {
        const size_t cap = m->cap_events == 0 ? 16 : 2 * m->cap_events;
        struct bnc_event *more = realloc(m->events, cap * sizeof *more);

        if (more == NULL) {
            m->nomem = true;
            return false;
        }
        m->events = more;
        m->cap_events = cap;
    }
    m->events[m->n_events++] = *ev;
    return true;
}

/* ---- cells ---- */

static inline bool is_empty(const struct bnc_schema_plan *p, struct bnc_span s)
{
    if (s.len == 0)
        return true;
    for (uint32_t i = 0; i < p->n_empty; i++)
        if (bnc_span_eq(s, p->empty[i]))
            return true;
    return false;
}

static bool holds(const struct bnc_cells *c, const struct bnc_cond *cond)
{
    const struct bnc_span cell = c->cell[cond->slot];

    for (uint32_t i = 0; i < cond->n; i++)
        if (bnc_span_eq_nocase(cell, cond->word[i]))
            return !cond->negated;
    return cond->negated;
}

bool bnc_cells_wanted(const struct bnc_cells *c)
{
    for (uint32_t i = 0; i < c->plan->n_filter; i++)
        if (c->cell[c->plan->filter[i].slot].len > 0 && !holds(c, &c->plan->filter[i]))
            return false;
    return true;
}

static struct bnc_span cut_at(struct bnc_span s, char mark)
{
    const char *at = memchr(s.at, mark, s.len);

    return at == NULL ? s : bnc_span_from(s.at, (size_t)(at - s.at));
}

/* The string member 'name' of a JSON object in a cell, as written (escapes stay). */
static struct bnc_span json_member(struct bnc_span s, const char *name)
{
    const struct bnc_span word = bnc_span_str(name);

    for (size_t i = 0; i + word.len + 4 < s.len; i++) {
        size_t k = i + word.len + 2, from;

        if (s.at[i] != '"' || s.at[i + word.len + 1] != '"' || !bnc_span_eq(bnc_span_from(s.at + i + 1, word.len), word))
            continue;
        while (k < s.len && (s.at[k] == ' ' || s.at[k] == ':'))
            k++;
        if (k >= s.len || s.at[k] != '"')
            continue;
        for (from = ++k; k < s.len && s.at[k] != '"'; k++)
            k += s.at[k] == '\\';
        return bnc_span_from(s.at + from, (k < s.len ? k : s.len) - from);
    }
    return bnc_span_from("", 0);
}

static struct bnc_span transform(const struct bnc_cells *c, const struct bnc_pick *p, struct bnc_span s)
{
    switch (p->transform) {
    case BNC_TRANSFORM_HOST:
        s = bnc_span_trim(cut_at(cut_at(s, '('), '['));
        while (s.len > 0 && s.at[s.len - 1] == '.')
            s.len--;
        return s;
    case BNC_TRANSFORM_HOST_PORT:
        return memchr(s.at, '.', s.len) == NULL ? s : cut_at(s, ':');
    case BNC_TRANSFORM_BEFORE_SLASH:
        return cut_at(s, '/');
    case BNC_TRANSFORM_BEFORE_COLON:
        return memchr(s.at, ':', s.len) == NULL ? bnc_span_from("", 0) : cut_at(s, ':');
    case BNC_TRANSFORM_REST:
        return c->end != NULL && c->end > s.at ? bnc_span_from(s.at, (size_t)(c->end - s.at)) : s;
    case BNC_TRANSFORM_JOIN: {
        const struct bnc_span next = c->cell[p->slot + 1];

        return next.at == s.at + s.len + 1 ? bnc_span_from(s.at, s.len + 1 + next.len) : s;
    }
    case BNC_TRANSFORM_JSON_EMAIL:
        return json_member(s, "Email");
    case BNC_TRANSFORM_JSON_DETAILS:
        return json_member(s, "Details");
    default:
        return s;
    }
}

static inline struct bnc_span pick_cell(const struct bnc_cells *c, const struct bnc_pick *p)
{
    struct bnc_span s = c->cell[p->slot];

    if (s.len == 0)
        return s;
    if (bnc_is_blank(s.at[0]) || bnc_is_blank(s.at[s.len - 1]))
        s = bnc_span_trim(s);
    if (p->cond != 0 && !holds(c, &c->plan->cond[p->cond - 1]))
        return bnc_span_from(s.at, 0);
    if (p->transform != BNC_TRANSFORM_NONE)
        s = transform(c, p, s);
    return is_empty(c->plan, s) ? bnc_span_from(s.at, 0) : s;
}

struct bnc_span bnc_cells_pick(const struct bnc_cells *c, enum bnc_field field)
{
    const struct bnc_field_plan *const f = &c->plan->field[field];

    for (uint32_t i = 0; i < f->n; i++) {
        const struct bnc_span s = pick_cell(c, &f->pick[i]);

        if (s.len > 0)
            return s;
    }
    return bnc_span_from("", 0);
}

/* ---- type ---- */

const struct bnc_value_row *bnc_mapper_value(struct bnc_mapper *m, const struct bnc_values *v, struct bnc_span s)
{
    struct bnc_value_memo *memo;
    uint64_t head, tail;

    if (s.len > 16)
        return bnc_values_find(v, s);
    head = bnc_load_tail(s.at, s.len);
    tail = s.len > 8 ? bnc_load64(s.at + s.len - 8) : 0;
    memo = &m->memo[(head * BNC_HASH_K0 ^ tail * BNC_HASH_K1) >> 61];
    if (memo->head != head || memo->tail != tail || memo->len != s.len || memo->values != v)
        *memo = (struct bnc_value_memo){ .values = v, .head = head, .tail = tail, .len = s.len, .row = bnc_values_find(v, s) };
    return memo->row;
}

static void set_type(struct bnc_event *ev, const struct bnc_value_row *row)
{
    ev->type = (enum bnc_event_type)row->event;
    ev->hardness = (enum bnc_hardness)row->hardness;
    ev->late = row->late;
}

/* The first digit of the reply that the codes or the text begin with, 0 if there is none. */
static unsigned reply_class(const struct bnc_event *ev)
{
    struct bnc_span text = ev->diagnostic;
    struct bnc_codes codes;

    if (ev->reply != 0)
        return ev->reply / 100;
    if (ev->enhanced != 0)
        return BNC_ENHANCED_CLASS(ev->enhanced);
    if (text.len > 5 && bnc_span_eq_nocase(bnc_span_from(text.at, 5), BNC_SPAN("smtp;")))
        text = bnc_span_from(text.at + 5, text.len - 5);
    codes = bnc_codes_read(text);
    return codes.reply != 0 ? codes.reply / 100u : BNC_ENHANCED_CLASS(codes.enhanced);
}

/* Nothing names the event: the reply does, and a failure that says nothing is a bounce of unknown kind. */
static enum bnc_row_fault classify_by_reply(const struct bnc_cells *c, struct bnc_event *ev, bool unknown_word)
{
    const unsigned class = reply_class(ev);

    ev->hardness = BNC_HARDNESS_NONE;
    if (class == 2)
        ev->type = BNC_EVENT_DELIVERED;
    else if (class == 4)
        ev->type = BNC_EVENT_DEFERRAL;
    else if (class == 5 || (!unknown_word && ev->diagnostic.len > 0 && c->plan->generic))
        ev->type = BNC_EVENT_BOUNCE;
    else
        return BNC_FAULT_UNKNOWN_EVENT;
    return BNC_FAULT_NONE;
}

void bnc_event_refine(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev)
{
    for (uint32_t i = 0; i < c->plan->n_refine; i++) {
        const struct bnc_span s = c->cell[c->plan->refine[i].slot];
        const struct bnc_value_row *const row = s.len == 0 ? NULL : bnc_mapper_value(m, c->plan->refine[i].values, s);

        if (row == NULL)
            continue;
        if (!c->plan->generic && ((ev->type == BNC_EVENT_BOUNCE && (row->event == BNC_EVENT_SUPPRESSED || row->event == BNC_EVENT_DEFERRAL)) ||
                                  row->event == BNC_EVENT_OTHER)) {
            ev->type = (enum bnc_event_type)row->event;
            ev->hardness = (enum bnc_hardness)row->hardness;
        } else if ((ev->hardness == BNC_HARDNESS_NONE || ev->hardness == BNC_HARDNESS_UNKNOWN) && row->hardness != BNC_HARDNESS_NONE) {
            ev->hardness = (enum bnc_hardness)row->hardness;
        }
    }
}

/* No event column said anything: a column that stands for one ("hard", "complaint"), else the file's own event, else the reply. */
static enum bnc_row_fault classify_by_file(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev, bool unknown_word)
{
    const struct bnc_schema_plan *const p = c->plan;

    for (uint32_t i = 0; i < p->n_refine && !unknown_word; i++) {
        const struct bnc_span s = c->cell[p->refine[i].slot];
        const struct bnc_value_row *const row = s.len == 0 ? NULL : bnc_mapper_value(m, p->refine[i].values, s);

        if (row == NULL)
            continue;
        set_type(ev, row);
        if (p->generic && ev->type == BNC_EVENT_COMPLAINT)
            ev->type = BNC_EVENT_BOUNCE; /* "spam" as a kind of bounce */
        return BNC_FAULT_NONE;
    }
    if (p->event == BNC_FORMAT_BY_ROW)
        return classify_by_reply(c, ev, unknown_word);
    ev->type = (enum bnc_event_type)p->event;
    ev->late = p->late;
    return BNC_FAULT_NONE;
}

enum bnc_row_fault bnc_event_classify(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev)
{
    const struct bnc_schema_plan *const p = c->plan;
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_EVENT_TYPE];
    const struct bnc_value_row *row = NULL;
    enum bnc_row_fault fault = BNC_FAULT_NONE;
    bool unknown_word = false;

    for (uint32_t i = 0; i < f->n && row == NULL; i++) {
        const struct bnc_span s = pick_cell(c, &f->pick[i]);

        if (s.len == 0)
            continue;
        if (f->pick[i].values != NULL)
            row = bnc_mapper_value(m, f->pick[i].values, s);
        if (row == NULL)
            row = bnc_mapper_value(m, p->fallback, s);
        if (row == NULL) {
            const struct bnc_codes codes = bnc_codes_read(s);

            if (codes.reply == 0 && codes.enhanced == 0)
                unknown_word = true;
            ev->reply = ev->reply == 0 ? codes.reply : ev->reply;
            ev->enhanced = ev->enhanced == 0 ? codes.enhanced : ev->enhanced;
        }
    }
    if (row != NULL)
        set_type(ev, row);
    else
        fault = classify_by_file(m, c, ev, unknown_word);
    if (fault == BNC_FAULT_NONE && (ev->type == BNC_EVENT_BOUNCE || ev->type == BNC_EVENT_SUPPRESSED)) {
        bnc_event_refine(m, c, ev);
        if (p->generic && ev->type == BNC_EVENT_SUPPRESSED && reply_class(ev) >= 4)
            ev->type = BNC_EVENT_BOUNCE; /* "rejected" by the receiving server */
        if (row == NULL && ev->hardness == BNC_HARDNESS_NONE)
            ev->hardness = (enum bnc_hardness)p->hardness;
    }
    return fault;
}

/* ---- the rest ---- */

static void fill_time(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev)
{
    const struct bnc_field_plan *const f = &c->plan->field[BNC_FIELD_EVENT_TIME];
    bool bad = false;

    ev->time = BNC_NO_TIME;
    for (uint32_t i = 0; i < f->n; i++) {
        const struct bnc_span s = pick_cell(c, &f->pick[i]);

        if (s.len == 0)
            continue;
        if (bnc_time_parse_memo(&m->day, s, c->plan->date_order, c->plan->zone, &ev->time))
            return;
        ev->time = BNC_NO_TIME;
        bad = true;
    }
    ev->flags |= bad ? BNC_EVENT_BAD_TIME : 0;
}

static bool is_pseudo(const struct bnc_schema_plan *p, uint16_t code)
{
    for (uint32_t i = 0; i < p->n_pseudo; i++)
        if (p->pseudo[i] == code)
            return true;
    return false;
}

static void fill_codes(const struct bnc_cells *c, enum bnc_field field, struct bnc_event *ev)
{
    const struct bnc_field_plan *const f = &c->plan->field[field];

    for (uint32_t i = 0; i < f->n; i++) {
        const struct bnc_span s = pick_cell(c, &f->pick[i]);
        struct bnc_codes codes;

        if (s.len == 0)
            continue;
        codes = bnc_codes_read(s);
        if (codes.mangled)
            ev->flags |= BNC_EVENT_MANGLED_CODE;
        if (codes.other != 0 || (codes.reply != 0 && is_pseudo(c->plan, codes.reply))) {
            ev->flags |= BNC_EVENT_PSEUDO_CODE;
            codes.reply = 0;
        }
        ev->reply = ev->reply == 0 ? codes.reply : ev->reply;
        ev->enhanced = ev->enhanced == 0 ? codes.enhanced : ev->enhanced;
    }
}

static void fill_sender(const struct bnc_cells *c, struct bnc_event *ev)
{
    const struct bnc_field_plan *const f = &c->plan->field[BNC_FIELD_SENDER];

    for (uint32_t i = 0; i < f->n && ev->sender.len == 0; i++) {
        const struct bnc_span s = pick_cell(c, &f->pick[i]);

        if (s.len > 0 && bnc_address_split(s, &ev->sender, &ev->sender_domain) != BNC_ADDRESS_OK)
            ev->sender = ev->sender_domain = bnc_span_from("", 0);
    }
    if (ev->sender_domain.len == 0)
        ev->sender_domain = bnc_cells_pick(c, BNC_FIELD_SENDER_DOMAIN);
}

/* The campaign, else the first tag; of a JSON array the first string. */
static struct bnc_span campaign(const struct bnc_cells *c)
{
    struct bnc_span s = bnc_cells_pick(c, BNC_FIELD_CAMPAIGN);
    const char *from;

    if (s.len == 0)
        s = bnc_cells_pick(c, BNC_FIELD_TAG);
    if (s.len < 2 || s.at[0] != '[')
        return s;
    from = memchr(s.at, '"', s.len);
    if (from == NULL)
        return s.at[1] == ']' ? bnc_span_from("", 0) : s;
    from++;
    return cut_at(bnc_span_from(from, (size_t)(s.at + s.len - from)), '"');
}

void bnc_event_fill(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev)
{
    const struct bnc_span none = bnc_span_from("", 0);

    *ev = (struct bnc_event){ .type = BNC_EVENT_OTHER, .recipient = none, .domain = none, .sender = none, .sender_domain = none };
    fill_time(m, c, ev);
    fill_codes(c, BNC_FIELD_REPLY_CODE, ev);
    fill_codes(c, BNC_FIELD_ENHANCED_CODE, ev);
    fill_sender(c, ev);
    ev->diagnostic = bnc_cells_pick(c, BNC_FIELD_DIAGNOSTIC);
    ev->campaign = campaign(c);
    ev->sending_ip = bnc_cells_pick(c, BNC_FIELD_SENDING_IP);
    ev->message_id = bnc_cells_pick(c, BNC_FIELD_MESSAGE_ID);
    ev->mx = bnc_cells_pick(c, BNC_FIELD_REMOTE_MX);
    ev->label = bnc_cells_pick(c, BNC_FIELD_ESP_CATEGORY);
    if (ev->label.len == 0)
        ev->label = bnc_cells_pick(c, BNC_FIELD_ESP_SUBCATEGORY);
}

enum bnc_row_fault bnc_event_address(const struct bnc_cells *c, struct bnc_span cell, struct bnc_event *ev)
{
    const struct bnc_schema_plan *const p = c->plan;
    const bool matters = ev->type != BNC_EVENT_OTHER && ev->type != BNC_EVENT_COMPLAINT;
    const enum bnc_address_kind kind = bnc_address_split(cell, &ev->recipient, &ev->domain);

    if (kind == BNC_ADDRESS_OPAQUE)
        ev->flags |= BNC_EVENT_OPAQUE_ADDRESS;
    if (ev->domain.len == 0) {
        ev->domain = bnc_cells_pick(c, BNC_FIELD_RECIPIENT_DOMAIN);
        while (ev->domain.len > 0 && ev->domain.at[ev->domain.len - 1] == '.')
            ev->domain.len--;
    }
    if (kind == BNC_ADDRESS_BAD) {
        if (p->addresses == BNC_ADDRESSES_INVALID && cell.len <= BNC_MAX_ADDRESS_BYTES) {
            ev->recipient = cell;
            ev->flags |= BNC_EVENT_INVALID_ADDRESS;
        } else if (matters) {
            return BNC_FAULT_BAD_ADDRESS;
        }
    }
    if (kind == BNC_ADDRESS_EMPTY && matters && ev->domain.len == 0 && p->addresses == BNC_ADDRESSES_YES &&
        p->field[BNC_FIELD_RECIPIENT].n > 0)
        return c->short_row ? BNC_FAULT_FIELD_COUNT : BNC_FAULT_NO_RECIPIENT;
    return BNC_FAULT_NONE;
}

/* The row is the header again: concatenated exports. */
static bool is_header(const struct bnc_schema_plan *p, struct bnc_span raw)
{
    const struct bnc_span h = p->header_raw;

    if (raw.len >= h.len + 3 && h.len > 0 && raw.at[0] == '\xEF')
        raw = bnc_span_from(raw.at + 3, raw.len - 3);
    if (p->comments && raw.len > 0 && raw.at[0] == '#')
        return true;
    return raw.len == h.len && h.len > 0 && raw.at[0] == h.at[0] && memcmp(raw.at, h.at, h.len) == 0;
}

const struct bnc_event *bnc_mapper_events(struct bnc_mapper *m, const struct bnc_mapping *mapping, const struct bnc_row *row,
                                          size_t *n, enum bnc_row_fault *fault)
{
    const struct bnc_schema_plan *const p = mapping->plan;
    const struct bnc_cells c = { p, row->field, row->raw.at + row->raw.len, (row->flags & BNC_ROW_SHORT) != 0 };
    struct bnc_span recipient;

    *n = 0;
    *fault = BNC_FAULT_NONE;
    m->n_events = 0;
    if (row->flags & (BNC_ROW_UNCLOSED | BNC_ROW_TOO_LONG)) {
        *fault = row->flags & BNC_ROW_UNCLOSED ? BNC_FAULT_UNCLOSED_QUOTE : BNC_FAULT_TOO_LONG;
        return NULL;
    }
    if (is_header(p, row->raw)) {
        *fault = BNC_FAULT_REPEATED_HEADER;
        return NULL;
    }
    if (p->json) {
        *fault = bnc_json_events(m, p, row->raw);
        *n = *fault == BNC_FAULT_NONE ? m->n_events : 0;
        return m->events;
    }
    if (p->n_filter > 0 && !bnc_cells_wanted(&c))
        return NULL;
    if (p->spread) {
        *fault = bnc_cells_spread(m, &c);
        *n = *fault == BNC_FAULT_NONE ? m->n_events : 0;
        return m->events;
    }
    bnc_event_fill(m, &c, &m->one);
    *fault = bnc_event_classify(m, &c, &m->one);
    if (*fault != BNC_FAULT_NONE) {
        *fault = c.short_row ? BNC_FAULT_FIELD_COUNT : *fault;
        return NULL;
    }
    recipient = bnc_cells_pick(&c, BNC_FIELD_RECIPIENT);
    *fault = bnc_event_address(&c, recipient, &m->one);
    if (*fault == BNC_FAULT_BAD_ADDRESS) {
        *fault = bnc_cells_list(m, &c, recipient, &m->one);
        *n = *fault == BNC_FAULT_NONE ? m->n_events : 0;
        return m->events;
    }
    *n = *fault == BNC_FAULT_NONE;
    return &m->one;
}
