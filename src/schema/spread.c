/* SPDX-License-Identifier: MIT
 * spread.c - rows that say several things: recipients in a list, recipients packed with their
 * outcome, and wide files whose columns are the events.
 */
#define _GNU_SOURCE
#include "schema/codes.h"
#include "schema/mapper.h"
#include "schema/times.h"

/* The next element of a list, trimmed; a separator in quotes is none. */
static struct bnc_span element(struct bnc_span *s, char mark)
{
    struct bnc_span head;
    bool quoted = false;
    size_t i = 0;

    for (; i < s->len && (quoted || s->at[i] != mark); i++)
        quoted ^= s->at[i] == '"';
    head = bnc_span_trim(bnc_span_from(s->at, i));
    i += i < s->len;
    *s = bnc_span_from(s->at + i, s->len - i);
    return head;
}

/*
 * The next reply of a list that runs parallel to the recipients.  Replies hold ';' themselves
 * (QUEUE.Expired;<...>), so one ends only where the next begins with a code.
 */
static struct bnc_span next_reply(struct bnc_span *s)
{
    size_t end = s->len;
    struct bnc_span head;

    for (size_t i = 0; i < s->len && end == s->len; i++)
        if (s->at[i] == ';') {
            const struct bnc_span behind =
                bnc_span_trim(bnc_span_from(s->at + i + 1, s->len - i - 1));

            if (bnc_codes_read(bnc_span_from(behind.at, behind.len < 8 ? behind.len : 8)).reply !=
                0)
                end = i;
        }
    head = bnc_span_trim(bnc_span_from(s->at, end));
    end += end < s->len;
    *s = bnc_span_from(s->at + end, s->len - end);
    return head;
}

static size_t count_elements(struct bnc_span s, char mark)
{
    size_t n = 0;

    while (s.len > 0)
        n += element(&s, mark).len > 0;
    return n;
}

static size_t count_replies(struct bnc_span s)
{
    size_t n = 0;

    while (s.len > 0)
        n += next_reply(&s).len > 0;
    return n;
}

/* 'base' stays as it is: what is said of one recipient is not said of the next. */
static enum bnc_row_fault push_one(struct bnc_mapper *m, const struct bnc_cells *c,
                                   struct bnc_span recipient, const struct bnc_event *base)
{
    struct bnc_event ev = *base;
    const enum bnc_row_fault fault = bnc_event_address(m, c, recipient, &ev);

    if (fault == BNC_FAULT_NONE && !bnc_mapper_push(m, &ev))
        return BNC_FAULT_TOO_LONG;
    return fault;
}

/* One event per recipient; with as many replies as recipients, each gets its own. */
static enum bnc_row_fault push_list(struct bnc_mapper *m, const struct bnc_cells *c,
                                    struct bnc_span list, char mark, struct bnc_event *ev)
{
    struct bnc_span replies = ev->diagnostic;
    const bool parallel =
        mark == ';' && replies.len > 0 && count_elements(list, mark) == count_replies(replies);
    enum bnc_row_fault fault = BNC_FAULT_NONE;

    if (count_elements(list, mark) <= 1)
        return push_one(
            m, c, list.len > 0 && list.at[list.len - 1] == mark ? element(&list, mark) : list, ev);
    while (list.len > 0 && fault == BNC_FAULT_NONE) {
        const struct bnc_span recipient = element(&list, mark);

        if (recipient.len == 0)
            continue;
        if (parallel)
            ev->diagnostic = next_reply(&replies);
        fault = push_one(m, c, recipient, ev);
    }
    return fault;
}

/* ["a@x","b@y"] without its brackets is a list with quotes around the elements. */
static enum bnc_row_fault push_array(struct bnc_mapper *m, const struct bnc_cells *c,
                                     struct bnc_span list, struct bnc_event *ev)
{
    enum bnc_row_fault fault = BNC_FAULT_NONE;

    list = bnc_span_from(list.at + 1, list.len - 2);
    while (list.len > 0 && fault == BNC_FAULT_NONE) {
        struct bnc_span s = element(&list, ',');

        if (s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"')
            s = bnc_span_from(s.at + 1, s.len - 2);
        if (s.len > 0)
            fault = push_one(m, c, s, ev);
    }
    return fault;
}

enum bnc_row_fault bnc_cells_list(struct bnc_mapper *m, const struct bnc_cells *c,
                                  struct bnc_span list, struct bnc_event *ev)
{
    m->n_events = 0;
    if (list.len > 2 && list.at[0] == '[' && list.at[list.len - 1] == ']')
        return push_array(m, c, list, ev);
    if (count_elements(list, ';') > 1)
        return push_list(m, c, list, ';', ev);
    if (count_elements(list, ',') > 1)
        return push_list(m, c, list, ',', ev);
    return BNC_FAULT_BAD_ADDRESS;
}

/* ---- packed: address##Receive, Fail;address##Receive, Deliver ---- */

/* The last of "Receive, Fail": what became of it. */
static struct bnc_span last_word(struct bnc_span s)
{
    struct bnc_span word = s;

    while (s.len > 0) {
        const struct bnc_span next = element(&s, ',');

        word = next.len > 0 ? next : word;
    }
    return word;
}

static enum bnc_row_fault push_packed(struct bnc_mapper *m, const struct bnc_cells *c,
                                      struct bnc_event *ev)
{
    const struct bnc_pick *const pick = &c->plan->field[BNC_FIELD_EVENT_TYPE].pick[0];
    struct bnc_span list = bnc_cells_pick(c, BNC_FIELD_EVENT_TYPE);
    enum bnc_row_fault fault = BNC_FAULT_NONE;

    while (list.len > 0 && fault == BNC_FAULT_NONE) {
        const struct bnc_span one = element(&list, ';');
        const char *const hash = memmem(one.at, one.len, "##", 2);
        const struct bnc_value_row *row;

        if (one.len == 0)
            continue;
        if (hash == NULL)
            return BNC_FAULT_UNKNOWN_EVENT;
        row = bnc_mapper_value(
            m, pick->values,
            last_word(bnc_span_from(hash + 2, (size_t)(one.at + one.len - hash - 2))));
        if (row == NULL)
            return BNC_FAULT_UNKNOWN_EVENT;
        ev->type = (enum bnc_event_type)row->event;
        ev->hardness = (enum bnc_hardness)row->hardness;
        fault = push_one(m, c, bnc_span_from(one.at, (size_t)(hash - one.at)), ev);
    }
    return fault;
}

/* ---- wide files ---- */

static bool is_one_of(struct bnc_span s, const char *const *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bnc_span_eq_nocase(s, bnc_span_str(word[i])))
            return true;
    return false;
}

/* The first day of a calendar, with or without a clock: what databases write for no day. */
static bool is_no_day(struct bnc_span s)
{
    static const char *const days[] = { "0000-00-00", "0001-01-01", "1970-01-01" };

    return s.len >= 10 && is_one_of(bnc_span_from(s.at, 10), days, sizeof days / sizeof days[0]);
}

bool bnc_cell_is_true(struct bnc_span s)
{
    static const char *const no[] = {
        "",     "false", "f", "0",   "0.0",   "no",  "n",   "off", "n/a",      "na",
        "null", "none",  "-", "\\N", "never", "nan", "nat", "nil", "undefined"
    };

    s = bnc_span_trim(s);
    return !is_one_of(s, no, sizeof no / sizeof no[0]) && !is_no_day(s);
}

bool bnc_cell_is_flag(struct bnc_span s)
{
    static const char *const yes[] = { "1", "1.0", "true", "t", "yes", "y", "on", "x" };
    int64_t time;

    s = bnc_span_trim(s);
    return is_one_of(s, yes, sizeof yes / sizeof yes[0]) || !bnc_cell_is_true(s) ||
           bnc_time_parse(s, 'd', 0, &time) || bnc_time_parse(s, 'm', 0, &time);
}

/* In a table of unknown make nothing but a flag tells of an event: "2" or "pending" does not. */
static bool are_flags(const struct bnc_cells *c)
{
    for (uint32_t i = 0; i < c->plan->n_wide; i++)
        if (!bnc_cell_is_flag(c->cell[c->plan->wide[i].slot]))
            return false;
    return true;
}

static enum bnc_row_fault push_as(struct bnc_mapper *m, const struct bnc_cells *c,
                                  const struct bnc_event *base, const struct bnc_wide *column)
{
    struct bnc_event ev = *base;

    ev.type = (enum bnc_event_type)column->row->event;
    ev.hardness = (enum bnc_hardness)column->row->hardness;
    bnc_event_time(m, c, c->cell[column->slot], &ev);
    if (ev.type == BNC_EVENT_BOUNCE || ev.type == BNC_EVENT_SUPPRESSED)
        bnc_event_refine(m, c, &ev);
    return push_one(m, c, bnc_cells_pick(c, BNC_FIELD_RECIPIENT), &ev);
}

/* Whether both columns tell a time, 'a' a later one. */
static bool is_later(struct bnc_mapper *m, const struct bnc_cells *c, const struct bnc_wide *a,
                     const struct bnc_wide *b)
{
    struct bnc_event at_a = { .time = BNC_NO_TIME }, at_b = { .time = BNC_NO_TIME };

    if (a == NULL || b == NULL)
        return false;
    bnc_event_time(m, c, c->cell[a->slot], &at_a);
    bnc_event_time(m, c, c->cell[b->slot], &at_b);
    return at_a.time != BNC_NO_TIME && at_b.time != BNC_NO_TIME && at_a.time > at_b.time;
}

/*
 * Of the columns that are true, one is the outcome (a bounce rather than a suppression, that
 * rather than a delivery that wasn't later, a delivery rather than a mere sending); a deferral
 * before a known outcome and a complaint are events of their own.  A cell that is a time says when.
 */
static enum bnc_row_fault push_wide(struct bnc_mapper *m, const struct bnc_cells *c,
                                    struct bnc_event *ev)
{
    static const uint8_t outcomes[] = { BNC_EVENT_BOUNCE, BNC_EVENT_SUPPRESSED, BNC_EVENT_DELIVERED,
                                        BNC_EVENT_DEFERRAL, BNC_EVENT_SENT };
    const struct bnc_schema_plan *const p = c->plan;
    const struct bnc_wide *is[BNC_N_EVENTS] = { NULL };
    enum bnc_row_fault fault = BNC_FAULT_NONE;
    int outcome = BNC_EVENT_OTHER;

    if (p->generic && !are_flags(c))
        return BNC_FAULT_UNKNOWN_EVENT;
    for (uint32_t i = 0; i < p->n_wide; i++)
        if (is[p->wide[i].row->event] == NULL && bnc_cell_is_true(c->cell[p->wide[i].slot]))
            is[p->wide[i].row->event] = &p->wide[i];
    if (is_later(m, c, is[BNC_EVENT_DELIVERED], is[BNC_EVENT_BOUNCE]))
        is[BNC_EVENT_BOUNCE] = NULL; /* tried again, and taken */
    for (size_t i = 0; i < sizeof outcomes && outcome == BNC_EVENT_OTHER; i++)
        if (is[outcomes[i]] != NULL)
            outcome = outcomes[i];
    if (is[outcome] != NULL)
        fault = push_as(m, c, ev, is[outcome]);
    if (fault == BNC_FAULT_NONE && outcome != BNC_EVENT_DEFERRAL && is[BNC_EVENT_DEFERRAL] != NULL)
        fault = push_as(m, c, ev, is[BNC_EVENT_DEFERRAL]);
    if (fault == BNC_FAULT_NONE && is[BNC_EVENT_COMPLAINT] != NULL)
        fault = push_as(m, c, ev, is[BNC_EVENT_COMPLAINT]);
    if (fault == BNC_FAULT_NONE && m->n_events == 0 && p->event != BNC_FORMAT_BY_ROW) {
        ev->type = (enum bnc_event_type)p->event;
        fault = push_one(m, c, bnc_cells_pick(c, BNC_FIELD_RECIPIENT), ev);
    }
    return fault;
}

enum bnc_row_fault bnc_cells_spread(struct bnc_mapper *m, const struct bnc_cells *c)
{
    struct bnc_event ev;
    enum bnc_row_fault fault;

    bnc_event_fill(m, c, &ev);
    if (c->plan->n_wide > 0)
        return push_wide(m, c, &ev);
    if (c->plan->list == BNC_SEVERAL_PACKED)
        return push_packed(m, c, &ev);
    fault = bnc_event_classify(m, c, &ev);
    if (fault != BNC_FAULT_NONE)
        return fault;
    return push_list(m, c, bnc_cells_pick(c, BNC_FIELD_RECIPIENT),
                     c->plan->list == BNC_SEVERAL_COMMA ? ',' : ';', &ev);
}
