/* SPDX-License-Identifier: MIT
 * count.c - rows into a worker's part: the sink of `report`, `suppress` and --save-state.
 */
#include "engine/run.h"

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

/*
 * The providers that are told by the MX host. Which rows need them can't be foreseen, so they are
 * listed first, without a jump; so are those to be judged.
 */
static void find_providers(struct bnc_worker *w, size_t n)
{
    struct bnc_item *of[BNC_BATCH];
    struct bnc_span mx[BNC_BATCH];
    uint16_t providers[BNC_BATCH];
    size_t n_mx = 0;

    for (size_t i = 0; i < n; i++) {
        of[n_mx] = &w->items[i];
        mx[n_mx] = w->items[i].event.mx;
        n_mx += (w->items[i].provider == 0) & (w->items[i].event.mx.len > 0);
    }
    if (n_mx == 0)
        return;
    bnc_verdicts_providers_of_mx(w->verdicts, mx, providers, n_mx);
    for (size_t i = 0; i < n_mx; i++)
        of[i]->provider = providers[i];
}

/* bnc_item_judge() for the items gathered. */
static enum bnc_status judge_all(struct bnc_worker *w, size_t n)
{
    struct bnc_inquiry asked[BNC_BATCH];
    struct bnc_item *of[BNC_BATCH];
    size_t n_asked = 0;

    _Static_assert(BNC_BATCH <= BNC_INQUIRIES, "a batch is asked for at once");
    find_providers(w, n);
    for (size_t i = 0; i < n; i++) {
        struct bnc_item *const item = &w->items[i];

        item->entry = NULL;
        of[n_asked] = item;
        asked[n_asked].event = &item->event;
        asked[n_asked].provider = item->provider;
        n_asked += bnc_event_is_judged(item->event.type);
    }
    if (!bnc_verdicts_get_all(w->verdicts, asked, n_asked))
        return BNC_ENOMEM;
    for (size_t i = 0; i < n_asked; i++) {
        of[i]->entry = asked[i].entry;
        of[i]->provider = asked[i].entry->verdict.provider;
    }
    return BNC_OK;
}

/* Drops items that the filters keep out; how many are left. */
static size_t filter(struct bnc_worker *w, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        const struct bnc_item *item = &w->items[i];

        if (bnc_event_passes(w->setup, &item->event, item->provider))
            w->items[kept++] = *item;
    }
    bnc_part_add_filtered(w->part, n - kept);
    return kept;
}

/* Provider, verdict and filters of the items gathered, then into the part. */
static enum bnc_status flush(struct bnc_worker *w)
{
    size_t n = w->n_items;
    enum bnc_status status;

    w->n_items = 0;
    w->n_mapped = 0;
    if (n == 0)
        return BNC_OK;
    status = bnc_part_locate(w->part, w->items, n);
    if (status == BNC_OK)
        status = judge_all(w, n);
    if (status == BNC_OK && w->setup->has_filter)
        n = filter(w, n);
    return status == BNC_OK && n > 0 ? bnc_part_add(w->part, w->items, n, w->source) : status;
}

/* The event of an ordinary row was made where it belongs: w->items has room for one more. */
static enum bnc_status count_event(struct bnc_worker *w, const struct bnc_event *event,
                                   const struct bnc_row *row)
{
    struct bnc_item *item = &w->items[w->n_items];

    if (event != &item->event)
        item->event = *event;
    item->provider = 0;
    item->domain = 0;
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
    const struct bnc_count *count = w->sink->arg;

    return count->sample && tells_events_apart(s);
}

static bool is_repeat(const struct bnc_worker *w, const struct bnc_stream *s,
                      const struct bnc_row *row)
{
    const struct bnc_count *count = w->sink->arg;

    return count->overlap != NULL && count->shares[w->source] && tells_events_apart(s) &&
           bnc_overlap_is_repeat(count->overlap, row, w->source);
}

static enum bnc_status count_fault(struct bnc_worker *w, const struct bnc_row *row,
                                   enum bnc_row_fault fault)
{
    const struct bnc_place place = { w->source, row->number, row->off };

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

    if (is_repeat(w, s, row)) {
        bnc_part_add_duplicate(w->part, w->source);
        return BNC_OK;
    }
    if (samples(w, s) && bnc_marks_sample(&w->marks, row, w->source) != BNC_OK)
        return BNC_ENOMEM;
    if (bnc_mapper_short_way(w->mapper, s->mapping, row, room))
        return count_event(w, room, row);
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

static enum bnc_status count_end(struct bnc_worker *w, const struct bnc_stream *s, uint64_t seq)
{
    (void)s;
    (void)seq;
    return flush(w);
}

static enum bnc_status mark_row(struct bnc_worker *w, const struct bnc_stream *s,
                                struct bnc_row *row)
{
    const struct bnc_count *count = w->sink->arg;

    if (!count->shares[w->source] || !tells_events_apart(s))
        return BNC_OK;
    return bnc_marks_add(&w->marks, row, w->source, &count->share);
}

struct bnc_sink bnc_count_sink(struct bnc_count *count)
{
    return (struct bnc_sink){ .row = count_row, .end = count_end, .counts = true, .arg = count };
}

struct bnc_sink bnc_mark_sink(struct bnc_count *count)
{
    return (struct bnc_sink){ .row = mark_row, .end = count_end, .arg = count };
}
