/* SPDX-License-Identifier: MIT
 * count.c - rows into a worker's part: the sink of `report`, `suppress` and --save-state.
 */
#include "engine/count.h"

/* The types that carry a response to classify, a bit each. */
#define JUDGED                                                                                     \
    (1u << BNC_EVENT_BOUNCE | 1u << BNC_EVENT_DEFERRAL | 1u << BNC_EVENT_SUPPRESSED |              \
     1u << BNC_EVENT_COMPLAINT)

bool bnc_event_is_judged(enum bnc_event_type type)
{
    return JUDGED >> type & 1;
}

enum bnc_status bnc_item_judge(struct bnc_worker *w, struct bnc_item *item)
{
    if (item->provider == 0 && item->event.mx.len > 0)
        item->provider = bnc_verdicts_provider_of_mx(w->verdicts, item->event.mx);
    item->entry = NULL;
    if (!bnc_event_is_judged(item->event.type))
        return BNC_OK;
    item->entry = bnc_verdicts_get(w->verdicts, &item->event, item->provider);
    if (item->entry == NULL)
        return BNC_ENOMEM;
    item->provider = item->entry->verdict.provider;
    return BNC_OK;
}

/* Items on their way into the part. */
struct batch {
    struct bnc_item *items;
    size_t n;
    const struct bnc_mapping *by;        /* whose short way their events were made; NULL: none */
};

/* The providers that are told by the MX hosts of 'n' items, read by 'by' if it is not NULL. */
static void find_providers(struct bnc_worker *w, struct bnc_item *const *of, size_t n,
                           const struct bnc_mapping *by)
{
    struct bnc_span mx[BNC_BATCH];
    uint16_t providers[BNC_BATCH];

    for (size_t i = 0; i < n; i++)
        mx[i] = by != NULL ? bnc_mapping_host(by, of[i]->event.mx) : of[i]->event.mx;
    bnc_verdicts_providers_of_mx(w->verdicts, mx, providers, n);
    for (size_t i = 0; i < n; i++)
        of[i]->provider = providers[i];
}

/* The entries of 'n' items that are judged. */
static enum bnc_status find_entries(struct bnc_worker *w, struct bnc_item *const *of, size_t n)
{
    struct bnc_inquiry asked[BNC_BATCH];

    _Static_assert(BNC_BATCH <= BNC_INQUIRIES, "a batch is asked for at once");
    for (size_t i = 0; i < n; i++) {
        asked[i].event = &of[i]->event;
        asked[i].provider = of[i]->provider;
    }
    if (!bnc_verdicts_get_all(w->verdicts, asked, n))
        return BNC_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        of[i]->entry = asked[i].entry;
        of[i]->provider = asked[i].entry->verdict.provider;
    }
    return BNC_OK;
}

/*
 * bnc_item_judge() for the items of a batch. Which of them are judged, and which need the provider
 * of their MX host, can't be foreseen: they are listed first, without a jump.
 */
static enum bnc_status judge_all(struct bnc_worker *w, const struct batch *b)
{
    struct bnc_item *with_mx[BNC_BATCH], *judged[BNC_BATCH];
    size_t n_mx = 0, n_judged = 0;

    for (size_t i = 0; i < b->n; i++) {
        struct bnc_item *const item = &b->items[i];

        item->entry = NULL;
        with_mx[n_mx] = judged[n_judged] = item;
        n_mx += (item->provider == 0) & (item->event.mx.len > 0);
        n_judged += bnc_event_is_judged(item->event.type);
    }
    if (n_mx > 0)
        find_providers(w, with_mx, n_mx, b->by);
    return find_entries(w, judged, n_judged);
}

/* Drops items that the filters keep out. */
static void filter(struct bnc_worker *w, struct batch *b)
{
    size_t kept = 0;

    for (size_t i = 0; i < b->n; i++) {
        const struct bnc_item *item = &b->items[i];

        if (bnc_event_passes(w->setup, &item->event, item->provider))
            b->items[kept++] = *item;
    }
    bnc_part_add_filtered(w->part, b->n - kept);
    b->n = kept;
}

/* Provider, verdict and filters of the items, then into the part. */
static enum bnc_status add(struct bnc_worker *w, struct batch *b)
{
    enum bnc_status status;

    if (b->n == 0)
        return BNC_OK;
    status = bnc_part_locate(w->part, b->items, b->n);
    if (status == BNC_OK)
        status = judge_all(w, b);
    if (status == BNC_OK && w->setup->has_filter)
        filter(w, b);
    return status == BNC_OK && b->n > 0 ? bnc_part_add(w->part, b->items, b->n, w->source)
                                        : status;
}

/* The items gathered one by one. */
static enum bnc_status flush(struct bnc_worker *w)
{
    struct batch b = { .items = w->items, .n = w->n_items };

    w->n_items = 0;
    w->n_mapped = 0;
    return add(w, &b);
}

/* The event of a row that has one was made where it belongs: w->items has room for one more. */
static enum bnc_status count_event(struct bnc_worker *w, const struct bnc_event *event,
                                   const struct bnc_row *row)
{
    struct bnc_item *item = &w->items[w->n_items];

    if (event != &item->event)
        item->event = *event;
    item->row = row->number;
    item->off = row->off;
    return ++w->n_items == BNC_BATCH ? flush(w) : BNC_OK;
}

/* Whether equal rows of this input are the same event. */
static bool tells_events_apart(const struct bnc_stream *s)
{
    return s->mapping->has_time || s->mapping->has_message_id;
}

static bool samples(const struct bnc_worker *w, const struct bnc_stream *s)
{
    const struct bnc_counting *count = w->sink->arg;

    return count->sample && tells_events_apart(s);
}

static bool is_repeat(const struct bnc_worker *w, const struct bnc_stream *s,
                      const struct bnc_row *row)
{
    const struct bnc_counting *count = w->sink->arg;

    return count->overlap != NULL && count->shares[w->source] && tells_events_apart(s) &&
           bnc_overlap_is_repeat(count->overlap, row, w->source);
}

/* Remembers the first header of another table in an input. */
static void note_other_header(struct bnc_worker *w, uint64_t row)
{
    const struct bnc_counting *count = w->sink->arg;
    _Atomic uint64_t *const first = &count->inputs[w->source].other_header;
    uint64_t known = atomic_load(first);

    while ((known == 0 || row < known) && !atomic_compare_exchange_weak(first, &known, row))
        ;
}

static enum bnc_status count_fault(struct bnc_worker *w, const struct bnc_row *row,
                                   enum bnc_row_fault fault)
{
    const struct bnc_place place = { w->source, row->number, row->off };

    if (fault == BNC_FAULT_OTHER_HEADER)
        note_other_header(w, row->number);
    if (w->setup->opt->rejects != NULL && fault != BNC_FAULT_REPEATED_HEADER &&
        bnc_rejects_add(&w->rejects, w->source, fault, row) != BNC_OK)
        return BNC_ENOMEM;
    return bnc_part_add_fault(w->part, fault, place);
}

static enum bnc_status map_row(struct bnc_worker *w, const struct bnc_stream *s,
                               struct bnc_row *row)
{
    struct bnc_event *const room = &w->items[w->n_items].event;
    enum bnc_row_fault fault = BNC_FAULT_NONE;
    enum bnc_status status = BNC_OK;
    const struct bnc_event *events;
    size_t n;

    bnc_rows_read(w->rows, row);
    events = bnc_mapper_events(w->mapper, s->mapping, row, room, &n, &fault);
    if (fault != BNC_FAULT_NONE)
        return count_fault(w, row, fault);
    if (n == 0)
        bnc_part_add_other(w->part, w->source);
    if (n > 1)
        bnc_part_add_extra(w->part, n - 1);
    for (size_t i = 0; i < n && status == BNC_OK; i++)
        status = count_event(w, &events[i], row);
    return status;
}

/*
 * The text of an event outlives a number of rows only, and rows that give no event fill no batch:
 * the batch goes before its first event would.
 */
static enum bnc_status count_row(struct bnc_worker *w, const struct bnc_stream *s,
                                 struct bnc_row *row)
{
    const enum bnc_status status = map_row(w, s, row);

    return status == BNC_OK && ++w->n_mapped == BNC_MAPPER_KEEP - 1 ? flush(w) : status;
}

/* Whether the row is counted at all; if so, it may be one of the sample. */
static enum bnc_status look_at(struct bnc_worker *w, const struct bnc_stream *s,
                               const struct bnc_row *row, bool *counts)
{
    *counts = !is_repeat(w, s, row);
    if (!*counts)
        bnc_part_add_duplicate(w->part, w->source);
    else if (samples(w, s))
        return bnc_marks_sample(&w->marks, row, w->source);
    return BNC_OK;
}

/* Leaves only the rows that count. */
static enum bnc_status look_at_batch(struct bnc_worker *w, const struct bnc_stream *s,
                                     struct bnc_row_batch *b)
{
    const struct bnc_counting *count = w->sink->arg;
    const size_t n = b->n, n_passed = b->n_passed;
    const uint32_t escaped = b->escaped;
    enum bnc_status status = BNC_OK;
    struct bnc_row row;
    bool counts;

    if (!count->sample && count->overlap == NULL)
        return BNC_OK;
    b->n = b->n_passed = 0;
    b->escaped = 0;
    for (size_t i = 0; i < n && status == BNC_OK; i++) {
        bnc_rows_at(w->rows, b->index[i], &row);
        status = look_at(w, s, &row, &counts);
        b->index[b->n] = b->index[i];
        b->start[b->n] = b->start[i];
        b->len[b->n] = b->len[i];
        b->end[b->n] = b->end[i];
        b->escaped |= (escaped >> i & counts) << b->n;
        b->n += counts;
    }
    for (size_t i = 0; i < n_passed && status == BNC_OK; i++) {
        bnc_rows_at(w->rows, b->passed[i], &row);
        status = look_at(w, s, &row, &counts);
        b->passed[b->n_passed] = b->passed[i];
        b->n_passed += counts;
    }
    return status;
}

/* The items with a bit in 'odd' are none; those behind the first of them close ranks. */
static size_t drop_odd(struct bnc_item *items, size_t n, uint32_t odd)
{
    size_t kept = (size_t)__builtin_ctz(odd);

    for (size_t i = kept + 1; i < n; i++) {
        items[kept] = items[i];
        kept += ~odd >> i & 1;
    }
    return kept;
}

static enum bnc_status count_at(struct bnc_worker *w, const struct bnc_stream *s, uint32_t index)
{
    struct bnc_row row;

    bnc_rows_at(w->rows, index, &row);
    return count_row(w, s, &row);
}

_Static_assert(BNC_ROWS_AT_ONCE <= BNC_BATCH, "all rows taken at once are one batch");

/* Ordinary rows at once, then those that are not. */
static enum bnc_status count_batch(struct bnc_worker *w, const struct bnc_stream *s,
                                   const struct bnc_row_batch *rows)
{
    struct batch b = { .items = w->batch, .n = rows->n, .by = s->mapping };
    uint32_t odd = bnc_mapper_short_way(w->mapper, s->mapping, rows, &w->batch->event,
                                        sizeof *w->batch);
    enum bnc_status status;

    for (size_t i = 0; i < rows->n; i++) {
        w->batch[i].row = rows->number + rows->index[i];
        w->batch[i].off = rows->off + rows->start[i];
    }
    if (odd != 0)
        b.n = drop_odd(w->batch, rows->n, odd);
    status = add(w, &b);
    for (; odd != 0 && status == BNC_OK; odd &= odd - 1)
        status = count_at(w, s, rows->index[__builtin_ctz(odd)]);
    for (size_t i = 0; i < rows->n_passed && status == BNC_OK; i++)
        status = count_at(w, s, rows->passed[i]);
    return status;
}

static enum bnc_status count_rows(struct bnc_worker *w, const struct bnc_stream *s)
{
    enum bnc_status status = BNC_OK;
    struct bnc_row_batch batch;
    struct bnc_row row;
    bool counts;

    while (status == BNC_OK && bnc_mapping_is_short(s->mapping) &&
           bnc_rows_take(w->rows, &batch)) {
        status = look_at_batch(w, s, &batch);
        if (status == BNC_OK)
            status = count_batch(w, s, &batch);
    }
    while (status == BNC_OK && bnc_rows_next_raw(w->rows, &row)) {
        status = look_at(w, s, &row, &counts);
        if (status == BNC_OK && counts)
            status = count_row(w, s, &row);
    }
    return status;
}

static enum bnc_status count_end(struct bnc_worker *w, const struct bnc_stream *s, uint64_t seq)
{
    (void)s;
    (void)seq;
    return flush(w);
}

static enum bnc_status mark_row(struct bnc_worker *w, const struct bnc_stream *s,
                                struct bnc_row *row)
{
    const struct bnc_counting *count = w->sink->arg;

    if (!count->shares[w->source] || !tells_events_apart(s))
        return BNC_OK;
    return bnc_marks_add(&w->marks, row, w->source, &count->share);
}

struct bnc_sink bnc_count_sink(struct bnc_counting *count)
{
    return (struct bnc_sink){ .rows = count_rows, .end = count_end, .counts = true, .arg = count };
}

struct bnc_sink bnc_mark_sink(struct bnc_counting *count)
{
    return (struct bnc_sink){ .row = mark_row, .end = count_end, .arg = count };
}
