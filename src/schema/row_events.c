/* SPDX-License-Identifier: MIT
 * row_events.c - what kind of row it is, and so who makes its events.
 */
#include "schema/headers.h"
#include "schema/json_rows.h"
#include "schema/mapper.h"

#include <stdlib.h>

struct bnc_mapper *bnc_mapper_create(uint32_t cpu)
{
    struct bnc_mapper *const m = calloc(1, sizeof *m);

    if (m != NULL)
        m->cpu = cpu;
    return m;
}

void bnc_mapper_free(struct bnc_mapper *m)
{
    if (m == NULL)
        return;
    bnc_json_ring_free(m->json);
    bnc_fold_free(&m->folded);
    free(m->events);
    free(m);
}

bool bnc_mapper_failed(const struct bnc_mapper *m)
{
    return m->nomem || m->folded.nomem;
}

/*
 * The row is the header again (concatenated exports), perhaps behind a byte order mark, or a
 * comment among the data.
 */
static inline bool is_header(const struct bnc_schema_plan *p, struct bnc_span raw)
{
    const struct bnc_span h = p->header_raw;

    if ((raw.len == h.len + 3 || (p->comments && raw.len > 3)) &&
        memcmp(raw.at, "\xEF\xBB\xBF", 3) == 0)
        raw = bnc_span_from(raw.at + 3, raw.len - 3);
    if (raw.len == h.len && h.len > 0 && memcmp(raw.at, h.at, h.len) == 0)
        return true;
    return p->comments && raw.len > 0 && raw.at[0] == '#';
}

static const struct bnc_event *row_events(struct bnc_mapper *m, const struct bnc_cells *c,
                                          const struct bnc_row *row, struct bnc_event *room,
                                          size_t *n, enum bnc_row_fault *fault)
{
    const struct bnc_schema_plan *const p = c->plan;
    struct bnc_span recipient;

    *n = 0;
    *fault = BNC_FAULT_NONE;
    m->n_events = 0;
    bnc_fold_next(&m->folded);
    if (row->flags & (BNC_ROW_UNCLOSED | BNC_ROW_TOO_LONG)) {
        *fault = row->flags & BNC_ROW_UNCLOSED ? BNC_FAULT_UNCLOSED_QUOTE : BNC_FAULT_TOO_LONG;
        return NULL;
    }
    if (is_header(p, row->raw)) {
        *fault = bnc_comment_fault(p, row->raw);
        return NULL;
    }
    if (p->json) {
        *fault = bnc_json_events(m, p, row->raw);
        *n = *fault == BNC_FAULT_NONE ? m->n_events : 0;
        return m->events;
    }
    if (p->n_filter > 0 && !bnc_cells_wanted(c)) {
        if (bnc_column_named(p, c->cell[p->filter[0].slot]) < p->n_names)
            *fault = bnc_header_fault(c, BNC_FAULT_NONE);
        return NULL;
    }
    if (p->spread) {
        *fault = bnc_cells_spread(m, c);
        *n = *fault == BNC_FAULT_NONE ? m->n_events : 0;
        return m->events;
    }
    *fault = bnc_event_make(m, c, room, &recipient);
    if (*fault == BNC_FAULT_BAD_ADDRESS) {
        *fault = bnc_cells_list(m, c, recipient, room);
        *n = *fault == BNC_FAULT_NONE ? m->n_events : 0;
        return m->events;
    }
    *n = *fault == BNC_FAULT_NONE;
    return room;
}

const struct bnc_event *bnc_mapper_events(struct bnc_mapper *m, const struct bnc_mapping *mapping,
                                          const struct bnc_row *row, struct bnc_event *room,
                                          size_t *n, enum bnc_row_fault *fault)
{
    const struct bnc_cells c = { mapping->plan, row->field, row->raw.at + row->raw.len,
                                 (row->flags & BNC_ROW_SHORT) != 0 };
    const struct bnc_event *const events = row_events(m, &c, row, room, n, fault);

    if (*fault >= BNC_FAULT_FIELD_COUNT && *fault <= BNC_FAULT_UNKNOWN_EVENT)
        *fault = bnc_header_fault(&c, *fault);
    return events;
}
