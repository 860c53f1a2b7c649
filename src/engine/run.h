/* SPDX-License-Identifier: MIT
 * run.h - inputs through all rooms into parts, on all threads.
 */
#ifndef BNC_ENGINE_RUN_H
#define BNC_ENGINE_RUN_H

#include "aggregate/tally.h"
#include "bounce/options.h"
#include "detect/lists.h"
#include "engine/overlap.h"
#include "engine/pool.h"
#include "engine/rejects.h"
#include "engine/team.h"
#include "report/report.h"

/* The options, checked and in the rooms' own words. */
struct bnc_setup {
    const struct bnc_options *opt;
    struct bnc_ingest_options ingest;
    struct bnc_schema_options schema;
    enum bnc_engine engine;
    enum bnc_policy policy;
    struct bnc_hmac_key pseudonyms;      /* with opt->pseudonymize */
    enum bnc_show show;
    uint32_t cpu;
    struct bnc_team *team;
    unsigned n_threads;                  /* of the team */
    int64_t since, until;                /* BNC_NO_TIME: no bound; until is exclusive */
    uint16_t only_provider;              /* with has_provider */
    bool has_provider, has_filter;
    struct bnc_span only_campaign, only_sender;
    struct bnc_arena names;              /* what only_sender is in, if folded */
    uint64_t seed;
    struct bnc_classifier *classifier;
};

/* BNC_EUSAGE or BNC_ECONFIG with a text that says what would do. */
enum bnc_status bnc_setup_init(struct bnc_setup *setup, const struct bnc_options *opt,
                               struct bnc_error *err);
void bnc_setup_release(struct bnc_setup *setup);

/* Tells whoever wants to hear of it (options.warn). */
static inline void bnc_warn(const struct bnc_options *opt, const struct bnc_error *note)
{
    if (opt->warn != NULL)
        opt->warn(opt->warn_arg, note);
}

struct bnc_inputs {
    struct bnc_source_list sources;
    struct bnc_mappings *mappings;       /* of all inputs, which may share some */
    struct bnc_input *at;
    size_t n;
    enum bnc_status worst;               /* of all faults so far, by precedence */
    struct bnc_error first;              /* the fault that 'worst' comes from */
    bool complete;
};

/*
 * Finds and recognizes every input before any long work.  Faults of single inputs are reported
 * through opt->warn and kept in 'worst'; the call fails only if no input is usable (then 'err' is
 * the first fault) or on BNC_ENOMEM, or at once with --strict.
 */
enum bnc_status bnc_inputs_open(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                                const char *const *paths, size_t n, struct bnc_error *err);
void bnc_inputs_release(struct bnc_inputs *inputs);

/* For people: "gzip", "UTF-16LE". */
const char *bnc_container_title(enum bnc_container container);
const char *bnc_encoding_title(enum bnc_encoding encoding);

/* Keeps the worse of two faults in the order internal, memory, I/O, create, config, data, input. */
void bnc_inputs_note(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                     const struct bnc_error *fault);

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

/* What the counting sinks go by. */
struct bnc_count {
    bool sample;                         /* remember a sample of the rows */
    const struct bnc_overlap *overlap;   /* rows to count once, or NULL */
    const bool *shares;                  /* [inputs]: takes part in the overlap */
    struct bnc_share share;              /* of the rows that bnc_mark_sink() remembers */
    struct bnc_input *inputs;            /* to be told of headers of other tables in them */
};

/* Rows into the worker's part. */
struct bnc_sink bnc_count_sink(struct bnc_count *count);
/* Only remembers every row of the inputs that take part in an overlap. */
struct bnc_sink bnc_mark_sink(struct bnc_count *count);

/*
 * Runs fn(arg, i) for i < n on all threads; the bnc_parallel_fn of the engine, 'ctx' a bnc_setup.
 */
void bnc_parallel(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg);

/* Whether events of this type carry a response to classify. */
bool bnc_event_is_judged(enum bnc_event_type type);

/*
 * Completes the provider (by domain, already there if the tables know it, else by MX, else by the
 * reply) and gives the item its entry.  BNC_ENOMEM.
 */
enum bnc_status bnc_item_judge(struct bnc_worker *w, struct bnc_item *item);
/* Whether the filters let the event through. */
bool bnc_event_passes(const struct bnc_setup *setup, const struct bnc_event *event,
                      uint16_t provider);

/* What is wrong where a row is BNC_FAULT_OTHER_HEADER. */
#define BNC_OTHER_HEADER_TEXT                                                          \
    "the header of another table stands among the rows, and what follows has other "  \
    "columns than the first header says; give both tables as files of their own"

#endif
