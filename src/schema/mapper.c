/* SPDX-License-Identifier: MIT
 * mapper.c - the cells of a row -> an event.
 *
 * A plan holds, for every field of an event, the few cells that may fill it, so a row costs its
 * picks and nothing is searched by name.  Event words go through a memo keyed by
 * their bytes in front of the hash look-up; days go through the time memo.  Nothing is
 * allocated here: spans of the row are handed through.
 */
#include "schema/mapper.h"

#include "schema/codes.h"
#include "schema/headers.h"
#include "schema/zones.h"
#include "util/buf.h"
#include "util/hash.h"

/* What every row takes; left alone, the compiler makes calls of them, at twice the cost. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

bool bnc_mapper_push(struct bnc_mapper *m, const struct bnc_event *ev)
{
    if (!bnc_array_grow(&m->events, &m->cap_events, m->n_events + 1, sizeof *m->events)) {
        m->nomem = true;
        return false;
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

static ALWAYS_INLINE struct bnc_span trimmed(struct bnc_span s)
{
    if (s.len > 0 && ((unsigned char)s.at[0] <= ' ' || (unsigned char)s.at[s.len - 1] <= ' '))
        return bnc_span_trim(s);
    return s;
}

static inline struct bnc_span pick_cell(const struct bnc_cells *c, const struct bnc_pick *p)
{
    struct bnc_span s = trimmed(c->cell[p->slot]);

    if (s.len == 0)
        return s;
    if (p->cond != 0 && !holds(c, &c->plan->cond[p->cond - 1]))
        return bnc_span_from(s.at, 0);
    if (p->transform != BNC_TRANSFORM_NONE)
        s = bnc_cell_transform(c, p, s);
    return is_empty(c->plan, s) ? bnc_span_from(s.at, 0) : s;
}

static __attribute__((noinline)) struct bnc_span pick_any(const struct bnc_cells *c,
                                                          enum bnc_field field)
{
    const struct bnc_field_plan *const f = &c->plan->field[field];

    for (uint32_t i = 0; i < f->n; i++) {
        const struct bnc_span s = pick_cell(c, &f->pick[i]);

        if (s.len > 0)
            return s;
    }
    return bnc_span_from("", 0);
}

/* Most fields are one cell taken as it is, or none at all. */
static ALWAYS_INLINE struct bnc_span pick(const struct bnc_cells *c, enum bnc_field field)
{
    const struct bnc_direct d = c->plan->direct[field];

    if (d.slot >= 0) {
        struct bnc_span s = trimmed(c->cell[d.slot]);

        if (d.transform != BNC_TRANSFORM_NONE && s.len > 0)
            s = bnc_cell_transform(c, &c->plan->field[field].pick[0], s);
        if (s.len > 0 || d.alone)
            return s;
    } else if (d.slot == BNC_DIRECT_NONE) {
        return bnc_span_from("", 0);
    }
    return pick_any(c, field);
}

struct bnc_span bnc_cells_pick(const struct bnc_cells *c, enum bnc_field field)
{
    return pick(c, field);
}

/* ---- type ---- */

static __attribute__((noinline)) const struct bnc_value_row *
word_anew(struct bnc_value_memo *memo, const struct bnc_value_memo *key, struct bnc_span value)
{
    const struct bnc_value_row *const row = bnc_values_find(key->values, value);

    if (value.len - 1 < 24) {
        *memo = *key;
        memo->row = row;
    }
    return row;
}

const struct bnc_value_row *bnc_mapper_word(struct bnc_mapper *m, const struct bnc_values *v,
                                            struct bnc_span value)
{
    struct bnc_value_memo key = { .values = v, .len = value.len };
    struct bnc_value_memo *memo;

    if (value.len - 1 < 24)
        key.head = bnc_load_tail(value.at, value.len);
    if (value.len > 8) {
        key.tail = bnc_load64(value.at + value.len - 8);
        key.middle = value.len > 16 ? bnc_load64(value.at + 8) : 0;
    }
    memo = &m->memo[(key.head ^ key.tail) * BNC_HASH_K0 >> (64 - BNC_WORD_MEMO_BITS)];
    if ((memo->head ^ key.head) | (memo->tail ^ key.tail) | (memo->middle ^ key.middle) |
        (memo->len ^ key.len) | (uint64_t)(memo->values != v))
        return word_anew(memo, &key, value);
    return memo->row;
}

const struct bnc_value_row *bnc_mapper_letter_anew(struct bnc_mapper *m,
                                                   const struct bnc_values *v,
                                                   struct bnc_span value)
{
    const struct bnc_value_row *const row = bnc_values_find(v, value);

    if (m->letters.values != v)
        m->letters = (struct bnc_letter_memo){ .values = v };
    m->letters.row[(unsigned char)value.at[0]] = row;
    return row;
}

static void set_type(struct bnc_event *ev, const struct bnc_value_row *row)
{
    ev->type = (enum bnc_event_type)row->event;
    ev->hardness = (enum bnc_hardness)row->hardness;
    ev->late = row->late;
}

/* The first digit of the reply that the code columns or the text tell, 0 if there is none. */
static unsigned reply_class(const struct bnc_event *ev)
{
    struct bnc_codes codes;

    if (ev->reply != 0)
        return ev->reply / 100;
    if (ev->enhanced != 0)
        return BNC_ENHANCED_CLASS(ev->enhanced);
    codes = bnc_codes_quoted(ev->diagnostic);
    return codes.reply != 0 ? codes.reply / 100u : BNC_ENHANCED_CLASS(codes.enhanced);
}

/*
 * Nothing names the event: the reply does, and a failure that says nothing is a bounce of unknown
 * kind.
 */
static enum bnc_row_fault classify_by_reply(const struct bnc_cells *c, struct bnc_event *ev,
                                            bool unknown_word)
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

        if (s.len > 0)
            bnc_event_refine_by(ev, bnc_mapper_value(m, c->plan->refine[i].values, s),
                                c->plan->generic);
    }
}

/*
 * No event column said anything: a column that stands for one ("hard", "complaint"), else the
 * file's own event, else the reply.
 */
static enum bnc_row_fault classify_by_file(struct bnc_mapper *m, const struct bnc_cells *c,
                                           struct bnc_event *ev, bool unknown_word)
{
    const struct bnc_schema_plan *const p = c->plan;

    for (uint32_t i = 0; i < p->n_refine && !unknown_word; i++) {
        const struct bnc_span s = c->cell[p->refine[i].slot];
        const struct bnc_value_row *const row =
            s.len == 0 ? NULL : bnc_mapper_value(m, p->refine[i].values, s);

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

/*
 * The first event column that says a known word; '*unknown_word' if one says something else that
 * is no code either.
 */
static __attribute__((noinline)) const struct bnc_value_row *event_word(struct bnc_mapper *m,
                                                                        const struct bnc_cells *c,
                                                                        struct bnc_event *ev,
                                                                        bool *unknown_word)
{
    const struct bnc_field_plan *const f = &c->plan->field[BNC_FIELD_EVENT_TYPE];

    for (uint32_t i = 0; i < f->n; i++) {
        const struct bnc_span s = pick_cell(c, &f->pick[i]);
        const struct bnc_value_row *row = NULL;
        struct bnc_codes codes;

        if (s.len == 0)
            continue;
        if (f->pick[i].values != NULL)
            row = bnc_mapper_value(m, f->pick[i].values, s);
        if (row == NULL)
            row = bnc_mapper_value(m, c->plan->fallback, s);
        if (row != NULL)
            return row;
        codes = bnc_codes_read(s);
        *unknown_word |= codes.reply == 0 && codes.enhanced == 0;
        ev->reply = ev->reply == 0 ? codes.reply : ev->reply;
        ev->enhanced = ev->enhanced == 0 ? codes.enhanced : ev->enhanced;
    }
    return NULL;
}

static ALWAYS_INLINE enum bnc_row_fault classify(struct bnc_mapper *m, const struct bnc_cells *c,
                                                 struct bnc_event *ev)
{
    const struct bnc_schema_plan *const p = c->plan;
    const int slot = p->quick.type;
    const struct bnc_value_row *row = NULL;
    bool unknown_word = false;

    if (slot >= 0 && c->cell[slot].len > 0)
        row = bnc_mapper_value(m, p->quick.type_values, c->cell[slot]);
    if (row == NULL)
        row = event_word(m, c, ev, &unknown_word);
    if (row != NULL) {
        set_type(ev, row);
    } else {
        const enum bnc_row_fault fault = classify_by_file(m, c, ev, unknown_word);

        if (fault != BNC_FAULT_NONE)
            return fault;
    }
    if (ev->type == BNC_EVENT_BOUNCE || ev->type == BNC_EVENT_SUPPRESSED) {
        bnc_event_refine(m, c, ev);
        if (p->generic && ev->type == BNC_EVENT_SUPPRESSED && reply_class(ev) >= 4)
            ev->type = BNC_EVENT_BOUNCE; /* "rejected" by the receiving server */
        if (row == NULL && ev->hardness == BNC_HARDNESS_NONE &&
            ev->type == (enum bnc_event_type)p->event)
            ev->hardness = (enum bnc_hardness)p->hardness;
    }
    return BNC_FAULT_NONE;
}

enum bnc_row_fault bnc_event_classify(struct bnc_mapper *m, const struct bnc_cells *c,
                                      struct bnc_event *ev)
{
    return classify(m, c, ev);
}

/* ---- the rest ---- */

/*
 * A time in a zone with a history.  Whether the text names a zone of its own shows by reading it
 * with two others; "2026-10-31 23:00:00" has no room for one.
 */
static __attribute__((noinline)) bool time_by_rules(struct bnc_mapper *m,
                                                    const struct bnc_schema_plan *p,
                                                    struct bnc_span s, int64_t *time)
{
    int64_t other;

    if (!bnc_time_parse_memo(&m->day, s, p->date_order, 0, time))
        return false;
    if ((s.len == 19 && s.at[13] == ':' && s.at[16] == ':' && bnc_is_digit(s.at[18])) ||
        (bnc_time_parse_memo(&m->day, s, p->date_order, 1, &other) && *time != other))
        *time = bnc_zone_to_utc(p->rules, *time);
    return true;
}

static ALWAYS_INLINE bool parse_time(struct bnc_mapper *m, const struct bnc_schema_plan *p,
                                     struct bnc_span s, int64_t *time)
{
    return p->rules != NULL ? time_by_rules(m, p, s, time)
                            : bnc_time_parse_memo(&m->day, s, p->date_order, p->zone, time);
}

static __attribute__((noinline)) void
fill_time_of_any(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev)
{
    const struct bnc_field_plan *const f = &c->plan->field[BNC_FIELD_EVENT_TIME];
    bool bad = false;

    for (uint32_t i = 0; i < f->n; i++) {
        const struct bnc_span s = pick_cell(c, &f->pick[i]);

        if (s.len == 0)
            continue;
        if (parse_time(m, c->plan, s, &ev->time))
            return;
        bad = true;
    }
    ev->time = BNC_NO_TIME;
    ev->flags |= bad ? BNC_EVENT_BAD_TIME : 0;
}

static ALWAYS_INLINE void fill_time(struct bnc_mapper *m, const struct bnc_cells *c,
                                    struct bnc_event *ev)
{
    const int slot = c->plan->quick.time;

    if (slot < 0 || !parse_time(m, c->plan, c->cell[slot], &ev->time))
        fill_time_of_any(m, c, ev);
}

void bnc_event_time(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_span cell,
                    struct bnc_event *ev)
{
    int64_t time;

    if (!parse_time(m, c->plan, cell, &time))
        return;
    ev->time = time;
    ev->flags &= (uint8_t)~BNC_EVENT_BAD_TIME;
}

static bool is_pseudo(const struct bnc_schema_plan *p, uint16_t code)
{
    for (uint32_t i = 0; i < p->n_pseudo; i++)
        if (p->pseudo[i] == code)
            return true;
    return false;
}

static void add_codes(const struct bnc_cells *c, struct bnc_span s, struct bnc_event *ev)
{
    struct bnc_codes codes = bnc_codes_read(s);

    if (codes.mangled)
        ev->flags |= BNC_EVENT_MANGLED_CODE;
    if (codes.other != 0 || (codes.reply != 0 && is_pseudo(c->plan, codes.reply))) {
        ev->flags |= BNC_EVENT_PSEUDO_CODE;
        codes.reply = 0;
    }
    ev->reply = ev->reply == 0 ? codes.reply : ev->reply;
    ev->enhanced = ev->enhanced == 0 ? codes.enhanced : ev->enhanced;
}

/* "5.1.1", "5.7.26" and "5.1.1 (...)", the usual shape, without a call. */
static ALWAYS_INLINE bool short_code(struct bnc_span s, struct bnc_event *ev)
{
    size_t i = 5;
    unsigned detail;

    if (s.len < 5 || s.at[1] != '.' || s.at[3] != '.' || ev->enhanced != 0 ||
        (s.at[0] != '2' && s.at[0] != '4' && s.at[0] != '5') || !bnc_is_digit(s.at[2]) ||
        !bnc_is_digit(s.at[4]))
        return false;
    detail = (unsigned)(s.at[4] - '0');
    for (; i < s.len && i < 7 && bnc_is_digit(s.at[i]); i++)
        detail = detail * 10 + (unsigned)(s.at[i] - '0');
    if (i < s.len && s.at[i] != ' ')
        return false;
    ev->enhanced = BNC_ENHANCED(s.at[0] - '0', s.at[2] - '0', detail);
    return true;
}

bool bnc_code_remember(struct bnc_code_memo *memo, uint64_t key, struct bnc_span cell)
{
    struct bnc_event ev = { .enhanced = 0 };

    if (!short_code(cell, &ev))
        return false;
    memo->key = key;
    memo->len = cell.len < 8 ? (uint32_t)cell.len : 8;
    memo->enhanced = ev.enhanced;
    return true;
}

/* Every code column is read: what one lacks another may have. */
static __attribute__((noinline)) void
fill_codes_of_all(const struct bnc_cells *c, enum bnc_field field, struct bnc_event *ev)
{
    const struct bnc_field_plan *const f = &c->plan->field[field];

    for (uint32_t i = 0; i < f->n; i++) {
        const struct bnc_span s = pick_cell(c, &f->pick[i]);

        if (s.len > 0 && !short_code(s, ev))
            add_codes(c, s, ev);
    }
}

static ALWAYS_INLINE void fill_codes(const struct bnc_cells *c, enum bnc_field field, int slot,
                                     struct bnc_event *ev)
{
    if (slot < 0 || (c->cell[slot].len > 0 && !short_code(c->cell[slot], ev)))
        fill_codes_of_all(c, field, ev);
}

static __attribute__((noinline)) void
fill_sender_of_any(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev)
{
    const struct bnc_field_plan *const f = &c->plan->field[BNC_FIELD_SENDER];

    for (uint32_t i = 0; i < f->n && ev->sender_domain.len == 0; i++)
        (void)bnc_sender_split(&m->sender, pick_cell(c, &f->pick[i]), &ev->sender,
                               &ev->sender_domain);
    if (ev->sender_domain.len > 0) {
        bnc_fold(&m->folded, &ev->sender, &ev->sender_domain);
    } else { /* a hashed sender does not end with it */
        ev->sender_domain = pick(c, BNC_FIELD_SENDER_DOMAIN);
        bnc_fold(&m->folded, NULL, &ev->sender_domain);
    }
}

static ALWAYS_INLINE void fill_sender(struct bnc_mapper *m, const struct bnc_cells *c,
                                      struct bnc_event *ev)
{
    const int slot = c->plan->quick.sender;

    if (slot < 0 || bnc_sender_split(&m->sender, c->cell[slot], &ev->sender, &ev->sender_domain) !=
                        BNC_ADDRESS_OK) {
        ev->sender = ev->sender_domain = bnc_span_from("", 0);
        fill_sender_of_any(m, c, ev);
    }
}

/* Of a JSON array the first string. */
static struct bnc_span first_of_array(struct bnc_span s)
{
    if (s.len < 2 || s.at[0] != '[' || (s.at[1] != '"' && s.at[1] != ']'))
        return s;
    return s.at[1] == ']' ? bnc_span_from("", 0)
                          : bnc_cell_cut(bnc_span_from(s.at + 2, s.len - 2), '"');
}

static __attribute__((noinline)) struct bnc_span choose(const struct bnc_cells *c,
                                                        enum bnc_field field)
{
    struct bnc_span s = pick(c, field);

    if (s.len == 0 && field == BNC_FIELD_ESP_CATEGORY)
        s = pick(c, BNC_FIELD_ESP_SUBCATEGORY);
    if (s.len == 0 && field == BNC_FIELD_CAMPAIGN)
        s = first_of_array(pick(c, BNC_FIELD_TAG));
    return s;
}

static ALWAYS_INLINE struct bnc_span quick(const struct bnc_cells *c, int slot)
{
    return slot < 0 ? bnc_span_from("", 0) : trimmed(c->cell[slot]);
}

static ALWAYS_INLINE void fill_spans(const struct bnc_cells *c, struct bnc_event *ev)
{
    const struct bnc_schema_plan *const p = c->plan;

    ev->diagnostic = quick(c, p->quick.diagnostic);
    ev->sending_ip = quick(c, p->quick.sending_ip);
    ev->message_id = quick(c, p->quick.message_id);
    ev->label = quick(c, p->quick.label);
    ev->campaign = quick(c, p->quick.campaign);
    ev->mx = p->quick.host >= 0 ? bnc_cell_host(trimmed(c->cell[p->quick.host]))
                                : quick(c, p->quick.mx);
    for (unsigned i = 0; i < p->n_choice; i++)
        *(struct bnc_span *)(void *)((char *)ev + p->choice[i].offset) =
            choose(c, (enum bnc_field)p->choice[i].field);
}

/* Everything but recipient and domain; type, hardness and lateness as of nothing. */
static ALWAYS_INLINE void fill(struct bnc_mapper *m, const struct bnc_cells *c,
                               struct bnc_event *ev)
{
    const struct bnc_schema_plan *const p = c->plan;

    bnc_event_begin(ev, p);
    fill_time(m, c, ev);
    if (p->has_reply)
        fill_codes(c, BNC_FIELD_REPLY_CODE, p->quick.reply, ev);
    if (p->has_enhanced)
        fill_codes(c, BNC_FIELD_ENHANCED_CODE, p->quick.enhanced, ev);
    if (p->has_sender)
        fill_sender(m, c, ev);
    else
        ev->sender = ev->sender_domain = bnc_span_from("", 0);
    fill_spans(c, ev);
}

void bnc_event_fill(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_event *ev)
{
    ev->recipient = ev->domain = bnc_span_from("", 0);
    fill(m, c, ev);
}

/*
 * There is no address: fine where the domain is known or the format often has none, but a failure
 * must have happened to somebody.
 */
static enum bnc_row_fault nobody(const struct bnc_cells *c, const struct bnc_event *ev)
{
    const struct bnc_schema_plan *const p = c->plan;
    const bool failure = ev->type == BNC_EVENT_BOUNCE || ev->type == BNC_EVENT_SUPPRESSED;

    if (ev->type == BNC_EVENT_OTHER || ev->type == BNC_EVENT_COMPLAINT || ev->domain.len > 0 ||
        (p->field[BNC_FIELD_RECIPIENT].n == 0 && p->list != BNC_SEVERAL_PACKED) ||
        p->addresses == BNC_ADDRESSES_NONE ||
        (p->addresses == BNC_ADDRESSES_PARTIAL && !failure && !c->short_row))
        return BNC_FAULT_NONE;
    return c->short_row ? BNC_FAULT_FIELD_COUNT : BNC_FAULT_NO_RECIPIENT;
}

/* The cell is no address; what it is instead may do. */
static __attribute__((noinline)) enum bnc_row_fault
no_address(struct bnc_mapper *m, const struct bnc_cells *c, struct bnc_span cell,
           enum bnc_address_kind kind, struct bnc_event *ev)
{
    const struct bnc_schema_plan *const p = c->plan;

    ev->domain = pick(c, BNC_FIELD_RECIPIENT_DOMAIN);
    while (ev->domain.len > 0 && ev->domain.at[ev->domain.len - 1] == '.')
        ev->domain.len--;
    bnc_fold(&m->folded, NULL, &ev->domain);
    if (kind == BNC_ADDRESS_EMPTY)
        return nobody(c, ev);
    if (kind == BNC_ADDRESS_OPAQUE) {
        ev->flags |= BNC_EVENT_OPAQUE_ADDRESS;
        return BNC_FAULT_NONE;
    }
    if (p->addresses == BNC_ADDRESSES_INVALID && cell.len <= BNC_MAX_ADDRESS_BYTES) {
        ev->recipient = cell;
        ev->flags |= BNC_EVENT_INVALID_ADDRESS;
    } else if (ev->type != BNC_EVENT_OTHER && ev->type != BNC_EVENT_COMPLAINT) {
        return BNC_FAULT_BAD_ADDRESS;
    }
    return bnc_header_fault(c, BNC_FAULT_NONE);
}

enum bnc_row_fault bnc_event_address(struct bnc_mapper *m, const struct bnc_cells *c,
                                     struct bnc_span cell, struct bnc_event *ev)
{
    const enum bnc_address_kind kind = bnc_address_split(cell, &ev->recipient, &ev->domain);

    if (kind == BNC_ADDRESS_FOREIGN)
        bnc_fold(&m->folded, &ev->recipient, &ev->domain);
    return kind <= BNC_ADDRESS_FOREIGN ? BNC_FAULT_NONE : no_address(m, c, cell, kind, ev);
}

enum bnc_row_fault bnc_event_make(struct bnc_mapper *m, const struct bnc_cells *c,
                                  struct bnc_event *ev, struct bnc_span *recipient)
{
    enum bnc_row_fault fault;

    fill(m, c, ev);
    fault = classify(m, c, ev);
    if (fault != BNC_FAULT_NONE)
        return c->short_row ? BNC_FAULT_FIELD_COUNT : fault;
    *recipient = quick(c, c->plan->quick.recipient);
    if (recipient->len == 0)
        *recipient = pick(c, BNC_FIELD_RECIPIENT);
    return bnc_event_address(m, c, *recipient, ev);
}
