/* SPDX-License-Identifier: MIT
 * schema_kit.h - for tests: a whole file through recognition, csv/ and the mapper, as text that
 * can be compared.
 */
#ifndef BNC_TESTS_SCHEMA_KIT_H
#define BNC_TESTS_SCHEMA_KIT_H

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "csv/row.h"
#include "schema/formats.h"
#include "util/buf.h"
#include "util/cpu.h"

static inline void kit_span(struct bnc_buf *out, const char *name, struct bnc_span s)
{
    if (s.len == 0)
        return;
    bnc_buf_printf(out, " %s=", name);
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == '\n')
            bnc_buf_puts(out, "\\n");
        else
            bnc_buf_putc(out, s.at[i]);
}

/* One line: type, hardness, time, codes, then what is not empty. */
static inline void kit_event(struct bnc_buf *out, const struct bnc_event *ev)
{
    static const char *const hard[] = { "", " hard", " soft", " unknown" };
    static const char *const flags[] = { " bad_time", " mangled_code", " pseudo_code",
                                         " opaque_address", " invalid_address" };
    char time[32];

    *bnc_time_spell(time, ev->time) = '\0';
    bnc_buf_printf(out, "%s%s%s %s", bnc_event_names[ev->type], hard[ev->hardness],
                   ev->late ? " late" : "", time[0] ? time : "-");
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        bnc_buf_puts(out, ev->flags & 1u << i ? flags[i] : "");
    if (ev->reply != 0)
        bnc_buf_printf(out, " reply=%u", ev->reply);
    if (ev->enhanced != 0)
        bnc_buf_printf(out, " enhanced=%u.%u.%u", BNC_ENHANCED_CLASS(ev->enhanced),
                       BNC_ENHANCED_SUBJECT(ev->enhanced), BNC_ENHANCED_DETAIL(ev->enhanced));
    kit_span(out, "recipient", ev->recipient);
    kit_span(out, "domain", ev->domain);
    kit_span(out, "diagnostic", ev->diagnostic);
    kit_span(out, "campaign", ev->campaign);
    kit_span(out, "sender", ev->sender);
    kit_span(out, "sender_domain", ev->sender_domain);
    kit_span(out, "ip", ev->sending_ip);
    kit_span(out, "id", ev->message_id);
    kit_span(out, "mx", ev->mx);
    kit_span(out, "label", ev->label);
    bnc_buf_putc(out, '\n');
}

/* Where the short way gave an event, it is the one that the long way gives. */
static inline void kit_same_event(struct bnc_mapper *m, const struct bnc_mapping *map,
                                  const struct bnc_row *row, struct bnc_event *event)
{
    struct bnc_buf is = { 0 }, want = { 0 };
    enum bnc_row_fault fault;
    struct bnc_event room;
    size_t n;
    const struct bnc_event *const ev = bnc_mapper_events(m, map, row, &room, &n, &fault);

    event->mx = bnc_mapping_host(map, event->mx);
    kit_event(&is, event);
    if (n == 1)
        kit_event(&want, ev);
    if (!bnc_span_eq(bnc_buf_span(&is), bnc_buf_span(&want)) || event->flags != ev->flags ||
        event->esp != ev->esp) {
        fprintf(stderr, "%.*s\nshort: %.*slong: %.*s\n", (int)row->raw.len, row->raw.at,
                (int)is.len, is.at, (int)want.len, want.at);
        abort();
    }
    bnc_buf_release(&is);
    bnc_buf_release(&want);
}

static inline struct bnc_rows *kit_scan(const struct bnc_mapping *map, struct bnc_span data)
{
    const struct bnc_rows_options opt = {
        .dialect = map->dialect, .n_cols = map->n_cols, .want = map->want, .n_want = map->n_want
    };
    struct bnc_rows *const rows = bnc_rows_create(&opt);
    uint64_t n_rows;
    size_t used;

    if (rows == NULL ||
        bnc_rows_scan(rows, data, map->data_off, map->preamble_rows + 1, true, &used, &n_rows) !=
            BNC_OK)
        abort();
    return rows;
}

/* How many rows of 'data' take the short way; each of them ends where the long one does. */
static inline size_t kit_short_way(const struct bnc_mapping *map, struct bnc_span data,
                                   uint32_t cpu)
{
    struct bnc_event events[BNC_ROWS_AT_ONCE];
    struct bnc_mapper *const m = bnc_mapper_create(cpu);
    struct bnc_buf text = { 0 };
    struct bnc_row_batch batch;
    struct bnc_rows *rows, *again;
    struct bnc_row row;
    size_t n = 0;

    bnc_buf_put(&text, data);
    for (size_t i = 0; i <= BNC_BEHIND_ROW; i++)
        bnc_buf_putc(&text, '\n');      /* so that the last rows may, too */
    rows = kit_scan(map, bnc_buf_span(&text));
    again = kit_scan(map, bnc_buf_span(&text));
    while (bnc_mapping_is_short(map) && bnc_rows_take(rows, &batch)) {
        const uint32_t odd = bnc_mapper_short_way(m, map, &batch, events, sizeof events[0]);

        for (size_t i = 0; i < batch.n; i++) {
            if (odd >> i & 1)
                continue;
            bnc_rows_at(again, batch.index[i], &row);
            bnc_rows_read(again, &row);
            kit_same_event(m, map, &row, &events[i]);
            n++;
        }
    }
    bnc_rows_free(rows);
    bnc_rows_free(again);
    bnc_mapper_free(m);
    bnc_buf_release(&text);
    return n;
}

static inline void kit_rows(struct bnc_buf *out, const struct bnc_mapping *map,
                            struct bnc_span text)
{
    const struct bnc_span data = bnc_span_from(text.at + map->data_off, text.len - map->data_off);
    struct bnc_rows *const rows = kit_scan(map, data);
    struct bnc_mapper *m = bnc_mapper_create(0);
    struct bnc_row row;

    if (m == NULL)
        abort();
    while (bnc_rows_next(rows, &row)) {
        enum bnc_row_fault fault;
        struct bnc_event room;
        size_t n;
        const struct bnc_event *const ev = bnc_mapper_events(m, map, &row, &room, &n, &fault);

        bnc_buf_printf(out, "%llu ", (unsigned long long)row.number);
        if (n == 0)
            bnc_buf_printf(out, "- %s\n",
                           fault == BNC_FAULT_NONE ? "no event" : bnc_fault_names[fault]);
        for (size_t i = 0; i < n; i++) {
            bnc_buf_puts(out, i > 0 ? "  and " : "");
            kit_event(out, &ev[i]);
        }
    }
    bnc_mapper_free(m);
    bnc_rows_free(rows);
    (void)kit_short_way(map, data, 0);
    (void)kit_short_way(map, data, bnc_cpu_detect());
}

/* A mapping and every row of 'text' under it as lines. */
static inline void kit_dump_by(struct bnc_buf *out, const struct bnc_mapping *map,
                               struct bnc_span text)
{
    bnc_buf_printf(out, "%s", map->format);
    if (map->dialect.json_lines)
        bnc_buf_puts(out, " json\n");
    else if (map->dialect.quote == 0)
        bnc_buf_printf(out, " delimiter=%c no quotes rows_before=%u\n", map->dialect.delim,
                       map->preamble_rows);
    else
        bnc_buf_printf(out, " delimiter=%s%c quote=%c%s rows_before=%u\n",
                       map->dialect.delim == '\t' ? "\\" : "",
                       map->dialect.delim == '\t' ? 't' : map->dialect.delim, map->dialect.quote,
                       map->dialect.escape ? " escape" : "", map->preamble_rows);
    kit_rows(out, map, text);
}

/*
 * Recognition and every row of 'text' as lines; an error as one line "status text".  Free with
 * bnc_buf_release().
 */
static inline struct bnc_buf kit_dump(struct bnc_span text, const char *name,
                                      const struct bnc_schema_options *opt)
{
    struct bnc_buf out = { 0 };
    struct bnc_mapping *map;
    struct bnc_error err = { .status = BNC_OK };

    if (bnc_mapping_create(&map, text, true, name, opt, &err) != BNC_OK) {
        bnc_buf_printf(&out, "error %d %s\n", (int)err.status, err.text);
        return out;
    }
    kit_dump_by(&out, map, text);
    bnc_mapping_free(map);
    return out;
}

/* Whether 'text' gives lines that fit 'expected', a pattern of fnmatch(); else says what it gives. */
static inline bool kit_means(const char *name, struct bnc_span text, const char *file,
                             const char *expected)
{
    struct bnc_buf dump = kit_dump(text, file, NULL);
    bool fits;

    bnc_buf_putc(&dump, '\0');
    fits = fnmatch(expected, dump.at, 0) == 0;
    if (!fits)
        fprintf(stderr, "%s: got\n%s", name, dump.at);
    bnc_buf_release(&dump);
    return fits;
}

#endif
