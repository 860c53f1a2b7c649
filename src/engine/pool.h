/* SPDX-License-Identifier: MIT
 * pool.h - which worker reads which block of which source, and whose turn it is to find rows.
 *
 * Every open source is a *stream*.  A worker claims the next block of a stream, waits until it is
 * its turn to find rows in it (strictly in order of blocks: the row that a block leaves unfinished
 * goes in front of the next), passes the turn on and then analyzes the rows, which is most of the
 * work and runs side by side.  A plain file gives blocks to any number of workers:
 *
 *   worker A  |claim 0|read|scan|analyze ..........|claim 2|read|  |scan|analyze ...
 *   worker B          |claim 1|read|  |scan|analyze ..........|claim 3|read|scan|
 *
 * What must be inflated comes in *lots*, of a megabyte or of a few gzip members.  A lot is put in
 * a list when it is full, and blocks that fit in a core's second cache are cut from it by whoever
 * is free.
 *
 *   worker A  |inflate lot 0 |inflate lot 1 |inflate lot 2 |inflate ...
 *   worker B   asleep        |scan|analyze|scan|analyze|scan| ...
 *
 * A worker takes a block where there is one, else it inflates.  But where only one can inflate, as
 * within a gzip member, that comes first as long as not too much lies ahead: so inflating waits
 * neither for the analysis nor for a thread to wake, and such a file takes hardly longer than its
 * inflating.  Checksums, and reading what is inflated next, are left to who cuts the lots up.
 * How much may lie ahead depends on what is slower.  While others run out of blocks to analyze, it
 * is enough for whatever holds them up for some milliseconds, and the same worker inflates all the
 * time; what another has counted, domains and all, need not be there twice.  Where that much lies
 * ahead, analyzing is slower: all do it, inflating keeps little ahead, and memory is given back.
 * Who sleeps is woken for some blocks at once: it costs the inflating worker tens of microseconds.
 * Workers that find every open stream busy open the next source.
 */
#ifndef BNC_ENGINE_POOL_H
#define BNC_ENGINE_POOL_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "ingest/source.h"
#include "schema/event.h"
#include "util/buf.h"

struct bnc_stream {
    struct bnc_source *source;
    uint32_t source_index;           /* in the order of the source list */
    const struct bnc_mapping *mapping;
    struct bnc_span header;          /* the header line's bytes, the input's */
    struct bnc_reader *reader;
    struct bnc_stream *next;         /* in the pool's list of open streams */

    /* under the pool's lock */
    bool claiming;                   /* a worker claims from its reader */
    bool exhausted;                  /* which has no more */
    bool one_by_one;                 /* lots are inflated, one worker at a time, by claiming them */
    unsigned in_flight;              /* claimed blocks not yet done, lots not yet cut up */
    uint64_t n_claimed;              /* from the reader */
    struct bnc_lot *lots;            /* to be cut, by their index */
    uint64_t next_lot;               /* the index of the first of them, once it is there */
    uint64_t n_cut;                  /* blocks */

    /* only touched by the worker whose turn it is */
    uint64_t row_off;                /* where the next row starts */
    uint64_t row_number;
    struct bnc_buf tail;             /* the unfinished row's bytes, where blocks are not mapped */
    struct bnc_rows_carry carry;     /* what the row scanner remembers between blocks */
    bool broken;                     /* a block could not be read: what follows is not connected */
    uint64_t n_rows, n_bytes;        /* found and read so far */

    _Atomic uint64_t turn;           /* index of the block that may be scanned now */
};

struct bnc_input {                   /* a source that was recognized, or why it was not */
    struct bnc_source *source;
    const struct bnc_mapping *mapping; /* NULL: not to be read; others may share it */
    struct bnc_span header;          /* the header line's bytes (malloc'ed), perhaps none */
    struct bnc_error error;          /* status BNC_OK if it was read to its end */
    bool noted;                      /* the error was reported */
    uint64_t n_rows, n_bytes;
    uint64_t fingerprint;            /* of its raw bytes, 0 unknown */
    bool duplicate;                  /* the same bytes as an input before it: not read again */
    _Atomic uint64_t other_header;   /* a row that is one, of other columns: the first; 0: none */
    bool is_bomb, bomb_noted;        /* it expanded to very much; that was reported */
};

struct bnc_lot {                     /* bytes inflated at once; blocks are cut from it */
    struct bnc_block_buf *buf;
    size_t len;
    struct bnc_block left;           /* what is not cut off yet */
    bool unfinished;                 /* the reader's finish() is left to who cuts it up, */
    bool finishing;                  /* who is at it */
    bool failed;                     /* behind its bytes */
    unsigned n_users;                /* blocks not yet done, and the list of lots */
    struct bnc_lot *next;
};

struct bnc_pool {
    const struct bnc_ingest_options *ingest;
    struct bnc_input *inputs;
    size_t n_inputs, next_input;
    unsigned n_workers;
    bool in_order;                   /* open a source only when the one before is used up */
    bool stop_at_error;              /* --strict */
    const volatile sig_atomic_t *stop; /* the caller's wish to end */
    _Atomic int stopped;             /* everybody ends */

    pthread_mutex_t lock;
    pthread_cond_t changed;          /* there may be something to do, or nothing any more */
    pthread_cond_t turned;           /* a turn was passed */
    struct bnc_stream *open;         /* oldest first */
    unsigned n_opening;              /* workers that are about to list a stream */
    unsigned n_waiting;              /* workers that sleep until 'changed' */
    struct bnc_lot *all_lots;        /* [n_lots] */
    size_t n_lots;
    struct bnc_lot *spare;           /* those not in use, the last used first */
    size_t cut_bytes;                /* in a block of a lot; in its last one half as much again */
    unsigned n_used;                 /* lots in use */
    uint64_t used_bytes;             /* in them, once they are full */
    uint64_t ready_bytes;            /* of these, those from which no block was cut yet */
    uint64_t ahead_bytes;            /* inflating goes on while no more than this is ready */
    uint64_t next_seq;               /* of claimed blocks */
    uint64_t bytes_closed;           /* of sources that are done, as they lie on disk */
    _Atomic uint64_t rows_done;
    _Atomic size_t n_closed;         /* sources that are done; for progress */
};

struct bnc_claim {                   /* what a worker works on */
    struct bnc_stream *stream;
    struct bnc_lot *lot;             /* that the block was cut from; NULL: none */
    struct bnc_block block;
    bool failed;                     /* reading failed: what was read is in it, nothing follows */
    uint64_t seq;                    /* 0, 1, 2 ... over all claims of the pool */
};

/* The pool's first members, down to 'stop', are set. */
enum bnc_status bnc_pool_init(struct bnc_pool *pool, struct bnc_error *err);
void bnc_pool_release(struct bnc_pool *pool);

/*
 * The next block for this worker, its bytes read, perhaps to the worker's buffer; waits while
 * others might still yield one.
 * False: the work is used up or was stopped.  A source that can't be opened or read is noted in
 * its input, and the others go on.
 */
bool bnc_pool_claim(struct bnc_pool *pool, struct bnc_block_buf *buf, struct bnc_claim *claim);

/* Waits until the block before was scanned; false if the run was stopped meanwhile. */
bool bnc_pool_await_turn(struct bnc_pool *pool, const struct bnc_claim *claim);
/* Lets the next block of the stream be scanned. */
void bnc_pool_pass_turn(struct bnc_pool *pool, const struct bnc_claim *claim);

/* The worker is done with the block; the last one of a stream closes it. */
void bnc_pool_done(struct bnc_pool *pool, struct bnc_claim *claim);

/* Ends the run for everybody. */
void bnc_pool_stop(struct bnc_pool *pool);
bool bnc_pool_is_stopped(struct bnc_pool *pool);

/* Bytes taken from disk so far; for progress, any thread. */
uint64_t bnc_pool_bytes_in(struct bnc_pool *pool);

#endif
