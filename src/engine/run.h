/* SPDX-License-Identifier: MIT
 * run.h - inputs through all rooms into parts, on all threads.
 */
#ifndef BNC_ENGINE_RUN_H
#define BNC_ENGINE_RUN_H

#include "aggregate/tally.h"
#include "engine/inputs.h"
#include "engine/overlap.h"
#include "engine/rejects.h"

/*
 * What a worker does with rows: row() for each row of a block, its fields not read yet, or rows()
 * for all of them, which takes them from w->rows itself; then end(), once per block even if it has
 * no rows; all by the same worker.  'seq' counts the blocks
 * of the run without a gap; with 'in_order' it is the order of the input.  Any status but OK
 * ends the run.  A block that a stop or a failure keeps from its end() is told to miss(), so that
 * no end() waits for it; NULL: nobody does.
 */
struct bnc_worker;
struct bnc_sink {
    enum bnc_status (*row)(struct bnc_worker *w, const struct bnc_stream *s,
                           struct bnc_row *row);
    enum bnc_status (*rows)(struct bnc_worker *w, const struct bnc_stream *s);
    enum bnc_status (*end)(struct bnc_worker *w, const struct bnc_stream *s, uint64_t seq);
    void (*miss)(void *arg, uint64_t seq);
    bool in_order;
    bool counts; /* whatever is judged and passes the filters: wordings may be gathered */
    void *arg;
};

struct bnc_worker {
    const struct bnc_setup *setup;
    const struct bnc_sink *sink;
    struct bnc_rows *rows;
    const struct bnc_source *rows_for;   /* what 'rows' is configured for */
    struct bnc_mapper *mapper;
    struct bnc_verdicts *verdicts;
    struct bnc_part *part;
    struct bnc_block_buf *buf;
    struct bnc_buf joined;               /* a tail longer than the headroom, and its block */
    struct bnc_buf out;                  /* the sink's */
    struct bnc_marks marks;              /* likewise: rows remembered to find overlaps */
    struct bnc_rejects rejects;          /* with opt->rejects */
    struct bnc_item batch[BNC_BATCH];    /* of rows that are ordinary */
    struct bnc_item items[BNC_BATCH];    /* of others, gathered */
    size_t n_items;
    unsigned n_mapped;                   /* rows mapped since the last flush: BNC_MAPPER_KEEP */
    uint32_t source;
    enum bnc_status status;
    struct bnc_error err;
};

/*
 * Reads all inputs; one worker per thread.  '*workers' becomes an array of setup->n_threads; the
 * caller frees it with bnc_workers_free() whatever the status.
 */
enum bnc_status bnc_run(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                        const struct bnc_sink *sink, enum bnc_detail detail,
                        struct bnc_worker **workers, struct bnc_error *err);
void bnc_workers_free(struct bnc_worker *workers, unsigned n);
/*
 * Frees what a worker counted and the verdicts that its part points to: a finished tally has its
 * own copies.
 */
void bnc_worker_drop_part(struct bnc_worker *w);

#endif
