/* SPDX-License-Identifier: MIT
 * run.c - the workers: claim, scan in turn, analyze side by side.
 */
#include "engine/run.h"

#include <stdlib.h>
#include <time.h>

#include "aggregate/often.h"
#include "util/status.h"

#define PROGRESS_EVERY_SECONDS 0.2

/* ---- one worker ---- */

static enum bnc_status worker_init(struct bnc_worker *w, const struct bnc_setup *setup,
                                   const struct bnc_sink *sink, const struct bnc_part_options *popt)
{
    w->setup = setup;
    w->sink = sink;
    w->mapper = bnc_mapper_create(setup->cpu);
    w->verdicts = bnc_verdicts_create(setup->classifier);
    w->part = bnc_part_create(popt);
    w->buf = bnc_block_buf_create();
    if (w->mapper == NULL || w->verdicts == NULL || w->part == NULL || w->buf == NULL)
        return bnc_error_nomem(&w->err);
    if (sink->counts && !setup->has_filter) /* what is filtered out must not show */
        bnc_verdicts_gather(w->verdicts);
    return BNC_OK;
}

void bnc_worker_drop_part(struct bnc_worker *w)
{
    bnc_part_free(w->part);
    bnc_verdicts_free(w->verdicts);
    w->part = NULL;
    w->verdicts = NULL;
}

/* What only reading needs. */
static void drop_readers(struct bnc_worker *w)
{
    bnc_rows_free(w->rows);
    bnc_mapper_free(w->mapper);
    bnc_block_buf_free(w->buf);
    bnc_buf_release(&w->joined);
    if (w->verdicts != NULL)
        bnc_verdicts_settle(w->verdicts);
    w->rows = NULL;
    w->rows_for = NULL;
    w->mapper = NULL;
    w->buf = NULL;
}

void bnc_workers_free(struct bnc_worker *workers, unsigned n)
{
    for (unsigned i = 0; workers != NULL && i < n; i++) {
        struct bnc_worker *w = &workers[i];

        drop_readers(w);
        bnc_worker_drop_part(w);
        bnc_buf_release(&w->out);
        bnc_marks_release(&w->marks);
        bnc_rejects_release(&w->rejects);
    }
    free(workers);
}

/* Points the row reader at the stream's dialect and columns. */
static enum bnc_status use_mapping(struct bnc_worker *w, struct bnc_stream *s)
{
    const struct bnc_mapping *m = s->mapping;
    const struct bnc_rows_options ropt = {
        .dialect = m->dialect,
        .engine = w->setup->engine,
        .n_cols = m->n_cols,
        .cpu = w->setup->cpu,
        .want = m->want,
        .n_want = m->n_want,
        .carry = &s->carry,
    };

    if (w->rows_for == s->source)
        return BNC_OK;
    w->rows_for = s->source;
    if (w->rows != NULL)
        return bnc_rows_configure(w->rows, &ropt);
    w->rows = bnc_rows_create(&ropt);
    return w->rows == NULL ? BNC_ENOMEM : BNC_OK;
}

/* The row begun in earlier blocks and this block's bytes, in one piece. */
static enum bnc_status join_tail(struct bnc_worker *w, struct bnc_stream *s,
                                 const struct bnc_block *b, struct bnc_span *text)
{
    const size_t tail = s->tail.len;

    if (tail == 0) {
        *text = b->bytes;
    } else if (tail <= b->n_before) {
        *text = bnc_span_from(b->bytes.at - tail, tail + b->bytes.len);
    } else if (tail <= BNC_BLOCK_HEADROOM && b->n_before == 0 && b->bytes.len > 0) {
        char *at = (char *)(uintptr_t)b->bytes.at - tail; /* nobody else's */

        memcpy(at, s->tail.at, tail);
        *text = bnc_span_from(at, tail + b->bytes.len);
    } else {
        bnc_buf_clear(&w->joined);
        bnc_buf_put(&w->joined, bnc_buf_span(&s->tail));
        bnc_buf_put(&w->joined, b->bytes);
        if (w->joined.failed)
            return BNC_ENOMEM;
        *text = bnc_buf_span(&w->joined);
    }
    return BNC_OK;
}

/* Cuts what lies before the first data row (header, preamble) off a block. */
static struct bnc_block without_head(const struct bnc_stream *s, struct bnc_block b)
{
    if (b.off < s->mapping->data_off) {
        const uint64_t skip = s->mapping->data_off - b.off;
        const size_t cut = skip < b.bytes.len ? (size_t)skip : b.bytes.len;

        b.bytes.at += cut;
        b.bytes.len -= cut;
        b.off += cut;
    }
    return b;
}

/* The text to scan: from the next row's start to the block's end. */
static enum bnc_status scan_text(struct bnc_worker *w, struct bnc_stream *s,
                                 const struct bnc_claim *claim, struct bnc_span *text)
{
    const struct bnc_block b = without_head(s, claim->block);
    const uint64_t end = b.off + b.bytes.len;

    if (!b.mapped)
        return join_tail(w, s, &b, text);
    if (s->row_off >= end) { /* the head reaches beyond this block */
        *text = bnc_span_from(b.bytes.at + b.bytes.len, 0);
        return BNC_OK;
    }
    *text =
        bnc_span_from(b.bytes.at + b.bytes.len - (end - s->row_off), (size_t)(end - s->row_off));
    return BNC_OK;
}

/*
 * Finds the rows of the claimed block; it is this worker's turn.  What the
 * last row leaves unfinished stays with the stream for the next block.
 */
static enum bnc_status scan_block(struct bnc_worker *w, const struct bnc_claim *claim,
                                  uint64_t *n_rows)
{
    struct bnc_stream *s = claim->stream;
    const bool last = claim->block.last || claim->failed;
    enum bnc_status status;
    struct bnc_span text;
    size_t used;

    *n_rows = 0;
    if (s->broken)
        return BNC_OK;
    s->broken = claim->failed;
    status = use_mapping(w, s);
    if (status == BNC_OK)
        status = scan_text(w, s, claim, &text);
    if (status == BNC_OK)
        status = bnc_rows_scan(w->rows, text, s->row_off, s->row_number, last, &used, n_rows);
    if (status != BNC_OK)
        return status;
    s->row_off += used;
    s->row_number += *n_rows;
    s->n_rows += *n_rows;
    s->n_bytes += claim->block.bytes.len;
    if (claim->block.mapped)
        return BNC_OK;
    bnc_buf_clear(&s->tail);
    bnc_buf_put(&s->tail, bnc_span_from(text.at + used, text.len - used));
    return s->tail.failed ? BNC_ENOMEM : BNC_OK;
}

static enum bnc_status read_rows(struct bnc_worker *w, const struct bnc_claim *claim)
{
    enum bnc_status status = BNC_OK;
    struct bnc_row row;

    w->source = claim->stream->source_index;
    if (w->sink->rows != NULL)
        status = w->sink->rows(w, claim->stream);
    while (status == BNC_OK && bnc_rows_next_raw(w->rows, &row))
        status = w->sink->row(w, claim->stream, &row);
    return status == BNC_OK && bnc_mapper_failed(w->mapper) ? BNC_ENOMEM : status;
}

static void fail_worker(struct bnc_worker *w, struct bnc_pool *pool, enum bnc_status status)
{
    if (w->err.status == BNC_OK) {
        if (status == BNC_ENOMEM)
            bnc_error_nomem(&w->err);
        else
            bnc_error_set(&w->err, status, "the analysis failed (status %d)", (int)status);
    }
    w->status = status;
    bnc_pool_stop(pool);
}

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct progress {
    double began;
    uint64_t bytes_total;
    _Atomic uint64_t told; /* how many times it was told */
};

/* Any worker may tell, whoever finds that it is time; each time is told once. */
static void tell_progress(const struct bnc_setup *setup, struct bnc_pool *pool, struct progress *p)
{
    const double seconds = seconds_now() - p->began;
    const uint64_t due = (uint64_t)(seconds / PROGRESS_EVERY_SECONDS);
    uint64_t told = atomic_load_explicit(&p->told, memory_order_relaxed);
    struct bnc_progress report;

    if (setup->opt->progress == NULL || due <= told ||
        !atomic_compare_exchange_strong(&p->told, &told, due))
        return;
    report = (struct bnc_progress){
        .bytes_in = bnc_pool_bytes_in(pool),
        .bytes_total = p->bytes_total,
        .rows = atomic_load(&pool->rows_done),
        .source = atomic_load(&pool->n_closed),
        .n_sources = pool->n_inputs,
        .seconds = seconds,
    };
    setup->opt->progress(setup->opt->progress_arg, &report);
}

/* The block will not come to its end(). */
static void miss_block(const struct bnc_worker *w, const struct bnc_claim *claim)
{
    if (w->sink->miss != NULL)
        w->sink->miss(w->sink->arg, claim->seq);
}

static void work(struct bnc_worker *w, struct bnc_pool *pool, struct progress *progress)
{
    struct bnc_claim claim;

    while (bnc_pool_claim(pool, w->buf, &claim)) {
        enum bnc_status status;
        uint64_t n_rows = 0;

        if (!bnc_pool_await_turn(pool, &claim)) {
            miss_block(w, &claim);
            break;
        }
        status = scan_block(w, &claim, &n_rows);
        bnc_pool_pass_turn(pool, &claim);
        if (status == BNC_OK && n_rows > 0)
            status = read_rows(w, &claim);
        if (status == BNC_OK)
            status = w->sink->end(w, claim.stream, claim.seq);
        else
            miss_block(w, &claim);
        atomic_fetch_add_explicit(&pool->rows_done, n_rows, memory_order_relaxed);
        bnc_pool_done(pool, &claim);
        if (status != BNC_OK) {
            fail_worker(w, pool, status);
            break;
        }
        tell_progress(w->setup, pool, progress);
    }
}

struct crew {
    struct bnc_worker *workers;
    struct bnc_pool *pool;
    struct progress progress;
};

static void work_member(void *arg, unsigned member)
{
    struct crew *crew = arg;

    work(&crew->workers[member], crew->pool, &crew->progress);
}

static void run_workers(struct bnc_worker *workers, struct bnc_pool *pool,
                        const struct bnc_setup *setup)
{
    struct crew crew = { .workers = workers, .pool = pool, .progress.began = seconds_now() };

    for (size_t i = 0; i < pool->n_inputs; i++)
        crew.progress.bytes_total += pool->inputs[i].mapping == NULL || pool->inputs[i].duplicate
                                         ? 0
                                         : pool->inputs[i].source->size_bytes;
    bnc_team_run(setup->team, work_member, &crew);
}

static void warn_of_bombs(struct bnc_inputs *inputs, const struct bnc_options *opt)
{
    for (size_t i = 0; i < inputs->n; i++) {
        struct bnc_input *in = &inputs->at[i];
        struct bnc_error note;

        if (!in->is_bomb || in->bomb_noted)
            continue;
        in->bomb_noted = true;
        bnc_error_set(&note, BNC_OK,
                      "expands to more than 1000 bytes for each byte of the file; "
                      "--max-expanded sets a limit");
        bnc_error_at(&note, in->source->name, 0, BNC_NO_PLACE);
        bnc_warn(opt, &note);
    }
}

static enum bnc_status collect_faults(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                                      const struct bnc_worker *workers, struct bnc_error *err)
{
    for (unsigned i = 0; i < setup->n_threads; i++) {
        if (workers[i].status != BNC_OK) {
            *err = workers[i].err;
            return workers[i].status;
        }
    }
    if (setup->opt->stop != NULL && __atomic_load_n(setup->opt->stop, __ATOMIC_RELAXED) != 0)
        return bnc_error_set(err, BNC_ESTOPPED, "stopped");
    for (size_t i = 0; i < inputs->n; i++) {
        struct bnc_input *in = &inputs->at[i];

        if (in->error.status != BNC_OK && !in->noted)
            bnc_inputs_note(inputs, setup, &in->error);
        in->noted |= in->error.status != BNC_OK;
    }
    if (inputs->worst != BNC_OK && (setup->opt->strict || inputs->worst == BNC_ENOMEM)) {
        *err = inputs->first;
        return inputs->worst;
    }
    return BNC_OK;
}

/* What all workers begin with; threads make them side by side. */
struct making {
    struct bnc_worker *workers;
    const struct bnc_setup *setup;
    const struct bnc_sink *sink;
    struct bnc_part_options part;
};

static void make_worker(void *arg, size_t i)
{
    const struct making *m = arg;
    struct bnc_worker *w = &m->workers[i];

    w->status = worker_init(w, m->setup, m->sink, &m->part);
}

static enum bnc_status create_workers(const struct bnc_inputs *inputs,
                                      const struct bnc_setup *setup, const struct bnc_sink *sink,
                                      enum bnc_detail detail, struct bnc_often *often,
                                      struct bnc_worker **workers)
{
    struct bnc_span *names = malloc((inputs->n + 1) * sizeof *names);
    struct making m = { .setup = setup,
                        .sink = sink,
                        .part = { .detail = detail,
                                  .classifier = setup->classifier,
                                  .seed = setup->seed,
                                  .sources = names,
                                  .n_sources = (uint32_t)inputs->n,
                                  .lists_only = often != NULL,
                                  .adds_all = !setup->has_filter,
                                  .often = often } };
    enum bnc_status status = BNC_OK;

    *workers = m.workers = calloc(setup->n_threads, sizeof **workers);
    if (*workers == NULL || names == NULL)
        status = BNC_ENOMEM;
    for (size_t i = 0; status == BNC_OK && i < inputs->n; i++)
        names[i] = bnc_span_str(inputs->at[i].source->name);
    if (status == BNC_OK)
        bnc_team_each(setup->team, setup->n_threads, make_worker, &m);
    for (unsigned i = 0; status == BNC_OK && i < setup->n_threads; i++)
        status = m.workers[i].status;
    free(names);
    return status;
}

static enum bnc_status run(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                           const struct bnc_sink *sink, enum bnc_detail detail,
                           struct bnc_often *often, struct bnc_worker **workers,
                           struct bnc_error *err)
{
    struct bnc_pool pool = {
        .ingest = &setup->ingest,
        .inputs = inputs->at,
        .n_inputs = inputs->n,
        .n_workers = setup->n_threads,
        .in_order = sink->in_order,
        .stop_at_error = setup->opt->strict != 0,
        .stop = setup->opt->stop,
    };
    enum bnc_status status;

    status = create_workers(inputs, setup, sink, detail, often, workers);
    if (status != BNC_OK)
        return bnc_error_nomem(err);
    status = bnc_pool_init(&pool, err);
    if (status != BNC_OK)
        return status;
    run_workers(*workers, &pool, setup);
    bnc_pool_release(&pool);
    warn_of_bombs(inputs, setup->opt);
    for (unsigned i = 0; i < setup->n_threads; i++)
        drop_readers(&(*workers)[i]);
    return collect_faults(inputs, setup, *workers, err);
}

enum bnc_status bnc_run(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                        const struct bnc_sink *sink, enum bnc_detail detail,
                        struct bnc_worker **workers, struct bnc_error *err)
{
    const bool lists_only =
        detail == BNC_DETAIL_LISTS && setup->opt->no_state && setup->opt->lists_only;
    struct bnc_error scratch = { .status = BNC_OK };
    struct bnc_often *const often = lists_only ? calloc(1, sizeof *often) : NULL;
    enum bnc_status status;

    if (err == NULL)
        err = &scratch;
    *workers = NULL;
    if (lists_only && often == NULL)
        return bnc_error_nomem(err);
    status = run(inputs, setup, sink, detail, often, workers, err);
    free(often);
    return status;
}
