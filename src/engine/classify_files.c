/* SPDX-License-Identifier: MIT
 * classify_files.c - `classify`: every row back out as CSV with its verdict columns appended.
 *
 * Workers format their blocks side by side and write them in the order of the input: each block
 * waits for its turn by the pool's sequence number.  The input's own bytes are copied, not
 * re-quoted, so nothing of a row changes.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "bounce/analysis.h"
#include "engine/count.h"
#include "util/csvcell.h"
#include "util/status.h"

static const char *const columns[] = {
    "ba_event",     "ba_cause",      "ba_duration", "ba_side",       "ba_action",
    "ba_priority",  "ba_confidence", "ba_provider", "ba_reply_code", "ba_enhanced_code",
    "ba_blocklist", "ba_template",   "ba_rule",
};
#define N_COLUMNS (sizeof columns / sizeof columns[0])

struct output {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t turn; /* sequence number of the block that may be written now */
    uint64_t missing; /* the first block that never comes, UINT64_MAX: all will */
    bool failed;
    bnc_write_fn write;
    void *arg;
    bool has_header; /* it was written */
    atomic_bool other_header; /* a row is one, of other columns */
};

/* A cell that a spreadsheet takes as text, whatever it holds. */
static void put_cell(struct bnc_buf *out, char delim, struct bnc_span s)
{
    struct bnc_buf text = { .at = NULL };

    if (!bnc_is_formula(s)) {
        bnc_csv_put(out, s, delim);
        return;
    }
    bnc_buf_putc(&text, '\'');
    bnc_buf_put(&text, s);
    bnc_csv_put_quoted(out, bnc_buf_span(&text));
    out->failed |= text.failed;
    bnc_buf_release(&text);
}

static void put_text(struct bnc_buf *out, char delim, const char *text)
{
    bnc_buf_putc(out, delim);
    put_cell(out, delim, bnc_span_str(text));
}

static void put_enhanced(struct bnc_buf *out, char delim, uint32_t e)
{
    bnc_buf_putc(out, delim);
    if (e != 0)
        bnc_enhanced_put(out, e);
}

static void put_verdict(struct bnc_buf *out, char d, const struct bnc_classifier *c,
                        const struct bnc_entry *entry)
{
    const struct bnc_verdict *v = &entry->verdict;

    put_text(out, d, bnc_causes[v->cause].name);
    put_text(out, d, bnc_duration_names[v->duration]);
    put_text(out, d, bnc_side_names[v->side]);
    put_text(out, d, bnc_action_names[v->action]);
    put_text(out, d, bnc_priority_names[v->priority]);
    bnc_buf_printf(out, "%c%u", d, v->confidence);
    put_text(out, d, bnc_provider_get(c, v->provider)->name);
    bnc_buf_putc(out, d);
    if (v->reply != 0)
        bnc_buf_printf(out, "%u", v->reply);
    put_enhanced(out, d, v->enhanced);
    put_text(out, d, v->blocklist == 0 ? "" : bnc_blocklist_name(v->blocklist));
    bnc_buf_putc(out, d);
    put_cell(out, d, entry->template_text);
    put_text(out, d, v->rule == 0 ? "" : bnc_rule_name(c, v->rule));
}

static void put_row(struct bnc_buf *out, const struct bnc_mapping *m, const struct bnc_row *row)
{
    const bool whole =
        !m->dialect.json_lines && (row->flags & (BNC_ROW_UNCLOSED | BNC_ROW_TOO_LONG)) == 0;
    const char d = m->dialect.json_lines ? ',' : m->dialect.delim;

    if (whole)
        bnc_buf_put(out, row->raw);
    else
        put_cell(out, d, row->raw); /* one cell, so that it can't swallow what follows */
    for (uint32_t n = whole ? row->n_fields : 1; n < m->n_cols && !m->dialect.json_lines; n++)
        bnc_buf_putc(out, d);
}

static enum bnc_status put_event(struct bnc_worker *w, const struct bnc_stream *s,
                                 const struct bnc_row *row, const struct bnc_event *event)
{
    const char d = s->mapping->dialect.json_lines ? ',' : s->mapping->dialect.delim;
    const struct bnc_classifier *c = w->setup->classifier;
    struct bnc_item item = { .event = *event,
                             .provider = bnc_provider_of_domain(c, event->domain) };

    if (bnc_item_judge(w, &item) != BNC_OK)
        return BNC_ENOMEM;
    if (!bnc_event_passes(w->setup, event, item.provider))
        return BNC_OK;
    put_row(&w->out, s->mapping, row);
    put_text(&w->out, d, bnc_event_names[event->type]);
    if (item.entry != NULL) {
        put_verdict(&w->out, d, c, item.entry);
    } else {
        for (int i = 1; i <= 6; i++)
            bnc_buf_putc(&w->out, d);
        put_text(&w->out, d, bnc_provider_get(c, item.provider)->name);
        for (int i = 8; i < (int)N_COLUMNS; i++)
            bnc_buf_putc(&w->out, d);
    }
    bnc_buf_putc(&w->out, '\n');
    return w->out.failed ? BNC_ENOMEM : BNC_OK;
}

/* A row without an event: 'what' in ba_event, the reason in ba_rule. */
static enum bnc_status put_plain(struct bnc_worker *w, const struct bnc_stream *s,
                                 const struct bnc_row *row, const char *what, const char *why)
{
    const char d = s->mapping->dialect.json_lines ? ',' : s->mapping->dialect.delim;

    put_row(&w->out, s->mapping, row);
    put_text(&w->out, d, what);
    for (size_t i = 1; i + 1 < N_COLUMNS; i++)
        bnc_buf_putc(&w->out, d);
    put_text(&w->out, d, why);
    bnc_buf_putc(&w->out, '\n');
    return w->out.failed ? BNC_ENOMEM : BNC_OK;
}

static enum bnc_status classify_row(struct bnc_worker *w, const struct bnc_stream *s,
                                    struct bnc_row *row)
{
    enum bnc_row_fault fault = BNC_FAULT_NONE;
    enum bnc_status status = BNC_OK;
    const struct bnc_event *events;
    struct bnc_event room;
    size_t n;

    bnc_rows_read(w->rows, row);
    events = bnc_mapper_events(w->mapper, s->mapping, row, &room, &n, &fault);
    if (fault == BNC_FAULT_REPEATED_HEADER)
        return BNC_OK;
    if (fault == BNC_FAULT_OTHER_HEADER)
        atomic_store(&((struct output *)w->sink->arg)->other_header, true);
    if (fault != BNC_FAULT_NONE)
        return put_plain(w, s, row, "malformed", bnc_fault_names[fault]);
    if (n == 0)
        return put_plain(w, s, row, bnc_event_names[BNC_EVENT_OTHER], "");
    for (size_t i = 0; i < n && status == BNC_OK; i++)
        status = put_event(w, s, row, &events[i]);
    return status;
}

/* The input's own header line and ours; an input without one gets none. */
static void put_header(struct bnc_buf *out, const struct bnc_stream *s)
{
    const bool json = s->mapping->dialect.json_lines;
    const char d = json ? ',' : s->mapping->dialect.delim;

    if (s->header.len == 0 && !json)
        return;
    bnc_buf_put(out, json ? BNC_SPAN("line") : s->header);
    for (size_t i = 0; i < N_COLUMNS; i++)
        bnc_buf_printf(out, "%c%s", d, columns[i]);
    bnc_buf_putc(out, '\n');
}

/*
 * Waits for the block's turn, writes it, lets the next one go.  A block behind a missing one is
 * dropped: the run is ending, and why is known to whoever missed it.
 */
static enum bnc_status write_block(struct bnc_worker *w, const struct bnc_stream *s, uint64_t seq)
{
    struct output *o = w->sink->arg;
    struct bnc_buf header = { 0 };
    bool ok;

    pthread_mutex_lock(&o->lock);
    while (o->turn != seq && !o->failed && o->missing > seq)
        pthread_cond_wait(&o->changed, &o->lock);
    if (o->turn != seq && !o->failed) {
        pthread_mutex_unlock(&o->lock);
        return BNC_OK;
    }
    ok = !o->failed;
    if (ok && !o->has_header) {
        put_header(&header, s);
        o->has_header = true;
        ok = !header.failed && (header.len == 0 || o->write(o->arg, header.at, header.len) == 0);
    }
    if (ok && w->out.len > 0)
        ok = o->write(o->arg, w->out.at, w->out.len) == 0;
    o->turn++;
    o->failed = !ok;
    pthread_cond_broadcast(&o->changed);
    pthread_mutex_unlock(&o->lock);
    bnc_buf_release(&header);
    bnc_buf_clear(&w->out);
    return ok ? BNC_OK : BNC_EIO;
}

static void miss_block(void *arg, uint64_t seq)
{
    struct output *o = arg;

    pthread_mutex_lock(&o->lock);
    if (seq < o->missing)
        o->missing = seq;
    pthread_cond_broadcast(&o->changed);
    pthread_mutex_unlock(&o->lock);
}

/* One table has one header: inputs of different columns can't share it. */
static enum bnc_status check_headers(const struct bnc_inputs *inputs, struct bnc_error *err)
{
    const struct bnc_input *first = NULL;

    for (size_t i = 0; i < inputs->n; i++) {
        const struct bnc_input *in = &inputs->at[i];

        if (in->mapping == NULL)
            continue;
        if (first == NULL)
            first = in;
        else if (!bnc_span_eq(first->header, in->header) ||
                 first->mapping->dialect.delim != in->mapping->dialect.delim)
            return bnc_error_set(err, BNC_EUSAGE,
                                 "'%s' and '%s' have different columns, which can't be one table; "
                                 "classify them one by one",
                                 first->source->name, in->source->name);
    }
    return BNC_OK;
}

enum bnc_status bnc_classify_files(const struct bnc_options *opt, const char *const *paths,
                                   size_t n, bnc_write_fn write, void *arg, struct bnc_error *err)
{
    struct output out = { .missing = UINT64_MAX, .write = write, .arg = arg };
    const struct bnc_sink sink = {
        .row = classify_row, .end = write_block, .miss = miss_block, .in_order = true, .arg = &out
    };
    struct bnc_inputs inputs = { 0 };
    struct bnc_setup setup;
    struct bnc_worker *workers = NULL;
    enum bnc_status status;

    pthread_mutex_init(&out.lock, NULL);
    pthread_cond_init(&out.changed, NULL);
    status = bnc_setup_init(&setup, opt, err);
    if (status == BNC_OK)
        status = bnc_inputs_open(&inputs, &setup, paths, n, err);
    if (status == BNC_OK)
        status = check_headers(&inputs, err);
    if (status == BNC_OK)
        status = bnc_run(&inputs, &setup, &sink, BNC_DETAIL_REPORT, &workers, err);
    if (status == BNC_OK && atomic_load(&out.other_header))
        status = bnc_error_set(err, BNC_EDATA, "%s (ba_rule is other_header there)",
                               BNC_OTHER_HEADER_TEXT);
    if (status == BNC_OK && inputs.worst != BNC_OK) {
        status = inputs.worst;
        if (err != NULL)
            *err = inputs.first;
    }
    bnc_workers_free(workers, setup.n_threads);
    bnc_inputs_release(&inputs);
    bnc_setup_release(&setup);
    pthread_cond_destroy(&out.changed);
    pthread_mutex_destroy(&out.lock);
    return status;
}
