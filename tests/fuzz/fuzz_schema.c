/* SPDX-License-Identifier: MIT
 * fuzz_schema.c - bytes to a mapping and rows to events.  What must hold for any input: a
 * mapping or an error with a text; events that a worker who saw all rows before and one who saw
 * none agree on; spans that can be read; a domain that ends its recipient or comes from
 * elsewhere; times within what can be written.
 *
 * Input: the text of a source.  Its first rows are read twice.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/schema_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void check_event(const struct bnc_event *ev)
{
    char time[32];

    must(ev->type < BNC_N_EVENTS, "type");
    must(ev->reply == 0 || (ev->reply >= 200 && ev->reply <= 599), "reply");
    must(ev->time == BNC_NO_TIME || (ev->time > -90000 && ev->time < INT64_C(7258205000)), "time");
    must(!(ev->flags & BNC_EVENT_OPAQUE_ADDRESS) ||
             memchr(ev->recipient.at, '@', ev->recipient.len) == NULL,
         "opaque");
    *bnc_time_spell(time, ev->time) = '\0';
}

/* The same row by another worker, who has seen nothing: the same events. */
static void compare(const struct bnc_mapping *map, const struct bnc_row *row,
                    const struct bnc_event *ev, size_t n, enum bnc_row_fault fault)
{
    struct bnc_mapper *fresh = bnc_mapper_create(0);
    enum bnc_row_fault again_fault;
    struct bnc_event room;
    size_t again_n;
    const struct bnc_event *const again =
        bnc_mapper_events(fresh, map, row, &room, &again_n, &again_fault);

    must(again_fault == fault && again_n == n, "another worker sees another number of events");
    for (size_t i = 0; i < n; i++) {
        struct bnc_buf a = { 0 }, b = { 0 };

        check_event(&ev[i]);
        kit_event(&a, &ev[i]);
        kit_event(&b, &again[i]);
        must(bnc_span_eq(bnc_buf_span(&a), bnc_buf_span(&b)), "another worker sees another event");
        bnc_buf_release(&a);
        bnc_buf_release(&b);
    }
    bnc_mapper_free(fresh);
}

static void read_rows(const struct bnc_mapping *map, struct bnc_span text)
{
    const struct bnc_rows_options opt = {
        .dialect = map->dialect, .n_cols = map->n_cols, .want = map->want, .n_want = map->n_want
    };
    struct bnc_rows *rows = bnc_rows_create(&opt);
    struct bnc_mapper *m = bnc_mapper_create(0);
    struct bnc_row row;
    uint64_t n_rows;
    size_t used;

    must(map->data_off <= text.len && map->header_off <= map->data_off, "offsets");
    must(bnc_rows_scan(rows, bnc_span_from(text.at + map->data_off, text.len - map->data_off),
                       map->data_off, 1, true, &used, &n_rows) == BNC_OK,
         "scan");
    for (unsigned i = 0; i < 64 && bnc_rows_next(rows, &row); i++) {
        enum bnc_row_fault fault;
        struct bnc_event room;
        size_t n;
        const struct bnc_event *const ev = bnc_mapper_events(m, map, &row, &room, &n, &fault);

        must(n == 0 || fault == BNC_FAULT_NONE, "events of a faulty row");
        compare(map, &row, ev, n, fault);
    }
    bnc_mapper_free(m);
    bnc_rows_free(rows);
    (void)kit_short_way(map, bnc_span_from(text.at + map->data_off, text.len - map->data_off),
                        bnc_cpu_detect());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bnc_span text = bnc_span_from((const char *)data, size);
    struct bnc_error err = { .status = BNC_OK };
    struct bnc_buf out = { 0 };
    struct bnc_mapping *map;

    if (bnc_mapping_create(&map, text, true, "export.csv", NULL, &err) != BNC_OK) {
        must(err.status == BNC_EDATA && err.text[0] != '\0', "an error without a reason");
        return 0;
    }
    read_rows(map, text);
    must(bnc_mapping_describe(map, "export.csv", "UTF-8", text, true, (size & 1) != 0, &out) ==
             BNC_OK,
         "describe");
    bnc_buf_release(&out);
    bnc_mapping_free(map);
    return 0;
}
