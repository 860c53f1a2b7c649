/* SPDX-License-Identifier: MIT */
#include "engine/pool.h"

#include <stdlib.h>

#include "util/cpu.h"
#include "util/status.h"

/* Waiting for a turn spins this often before it sleeps: a scan takes some tens
 * of microseconds, about as long as going to sleep and waking up. */
#define SPINS_BEFORE_SLEEP 2000

#define CUT_BYTES ((size_t)256 << 10)  /* fits in the second cache, with the index of its cells */
#define WAKE_BYTES ((uint64_t)2 << 20) /* ready before a sleeper is woken */
#define AHEAD_BYTES ((uint64_t)2 << 20) /* for each worker but one, where analyzing is slower */
#define DEPTH_LOTS 12 /* more where inflating is, of BNC_BLOCK_BYTES */
#define LOTS_A_WORKER 3

/* A worker alone inflates one lot and cuts it up; several may be ahead. */
static bool create_lots(struct bnc_pool *pool)
{
    pool->n_lots = 1;
    if (pool->n_workers > 1)
        pool->n_lots += (size_t)pool->n_workers * LOTS_A_WORKER + DEPTH_LOTS;
    pool->all_lots = calloc(pool->n_lots, sizeof *pool->all_lots);
    for (size_t i = pool->all_lots == NULL ? 0 : pool->n_lots; i-- > 0;) {
        struct bnc_lot *lot = &pool->all_lots[i];

        lot->buf = bnc_block_buf_create();
        if (lot->buf == NULL)
            return false;
        lot->next = pool->spare;
        pool->spare = lot;
    }
    return pool->all_lots != NULL;
}

static void free_lots(struct bnc_pool *pool)
{
    for (size_t i = 0; pool->all_lots != NULL && i < pool->n_lots; i++)
        bnc_block_buf_free(pool->all_lots[i].buf);
    free(pool->all_lots);
    pool->all_lots = NULL;
}

/* What may be ready while inflating goes on, where analyzing is slower, and where it is not. */
static uint64_t least_ahead(const struct bnc_pool *pool)
{
    return AHEAD_BYTES * (pool->n_workers - 1);
}

static uint64_t most_ahead(const struct bnc_pool *pool)
{
    return least_ahead(pool) + DEPTH_LOTS * BNC_BLOCK_BYTES;
}

enum bnc_status bnc_pool_init(struct bnc_pool *pool, struct bnc_error *err)
{
    const size_t asked_for = pool->ingest->block_bytes;

    pool->cut_bytes = asked_for > 0 ? asked_for : CUT_BYTES;
    pool->ahead_bytes = most_ahead(pool);
    if (!create_lots(pool) || pthread_mutex_init(&pool->lock, NULL) != 0) {
        free_lots(pool);
        return bnc_error_nomem(err);
    }
    pthread_cond_init(&pool->changed, NULL); /* never fails on Linux */
    pthread_cond_init(&pool->turned, NULL);
    return BNC_OK;
}

static void free_stream(struct bnc_stream *s)
{
    bnc_buf_release(&s->tail);
    free(s);
}

void bnc_pool_release(struct bnc_pool *pool)
{
    while (pool->open != NULL) { /* only after a stop */
        struct bnc_stream *s = pool->open;

        pool->open = s->next;
        bnc_reader_close(s->reader, NULL);
        free_stream(s);
    }
    free_lots(pool);
    pthread_cond_destroy(&pool->turned);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
}

void bnc_pool_stop(struct bnc_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->stopped, 1);
    pthread_cond_broadcast(&pool->changed);
    pthread_cond_broadcast(&pool->turned);
    pthread_mutex_unlock(&pool->lock);
}

bool bnc_pool_is_stopped(struct bnc_pool *pool)
{
    if (pool->stop != NULL && __atomic_load_n(pool->stop, __ATOMIC_RELAXED) != 0)
        atomic_store(&pool->stopped, 1);
    return atomic_load(&pool->stopped) != 0;
}

/* Keeps the first failure of an input; the lock is held. */
static void note_failure(struct bnc_pool *pool, struct bnc_input *input,
                         const struct bnc_error *why)
{
    if (input->error.status == BNC_OK) {
        input->error = *why;
        if (input->error.path[0] == '\0')
            bnc_error_at(&input->error, input->source->name, why->row, why->byte_off);
    }
    if (pool->stop_at_error || why->status == BNC_ENOMEM)
        atomic_store(&pool->stopped, 1);
}

static struct bnc_stream *create_stream(struct bnc_pool *pool, size_t i, struct bnc_error *err)
{
    struct bnc_input *input = &pool->inputs[i];
    struct bnc_stream *s = calloc(1, sizeof *s);

    if (s == NULL) {
        bnc_error_nomem(err);
        return NULL;
    }
    s->source = input->source;
    s->source_index = (uint32_t)i;
    s->mapping = input->mapping;
    s->header = input->header;
    s->row_off = input->mapping->data_off;
    s->row_number = input->mapping->preamble_rows + 1;
    if (bnc_source_open(input->source, pool->ingest, &s->reader, err) == BNC_OK)
        return s;
    free_stream(s);
    return NULL;
}

/* Takes 's' out of the list and closes it; the lock is held. */
static void close_stream(struct bnc_pool *pool, struct bnc_stream *s)
{
    struct bnc_input *input = &pool->inputs[s->source_index];
    struct bnc_stream **at = &pool->open;
    struct bnc_error err = { .status = BNC_OK };

    input->is_bomb = bnc_reader_is_bomb(s->reader);
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    input->n_rows = s->n_rows;
    input->n_bytes = s->n_bytes;
    pool->bytes_closed += s->source->size_bytes;
    pool->n_closed++;
    if (bnc_reader_close(s->reader, &err) != BNC_OK)
        note_failure(pool, input, &err);
    free_stream(s);
    pthread_cond_broadcast(&pool->changed);
}

static void list_stream(struct bnc_pool *pool, struct bnc_stream *s)
{
    struct bnc_stream **at = &pool->open;

    while (*at != NULL)
        at = &(*at)->next;
    *at = s;
}

/* Opens the next readable source, marked as claimed by the caller.  The lock
 * is held on entry and exit, but not while opening. */
static struct bnc_stream *open_next(struct bnc_pool *pool)
{
    struct bnc_stream *s = NULL;

    while (s == NULL && pool->next_input < pool->n_inputs && !bnc_pool_is_stopped(pool)) {
        const size_t i = pool->next_input++;
        struct bnc_error err = { .status = BNC_OK };

        if (pool->inputs[i].mapping == NULL || pool->inputs[i].duplicate)
            continue;
        pool->n_opening++;
        pthread_mutex_unlock(&pool->lock);
        s = create_stream(pool, i, &err);
        pthread_mutex_lock(&pool->lock);
        pool->n_opening--;
        if (s == NULL) {
            note_failure(pool, &pool->inputs[i], &err);
        } else {
            s->claiming = true;
            list_stream(pool, s);
        }
        pthread_cond_broadcast(&pool->changed);
    }
    return s;
}

/* ---- what there is to do; the lock is held ---- */

/* Whether blocks can be cut off the stream's first lot. */
static bool is_due(const struct bnc_stream *s)
{
    return s->lots != NULL && s->lots->left.index == s->next_lot && !s->lots->finishing;
}

/* Cuts a block off the stream's first lot; half a block that would be left goes along. */
static void cut(struct bnc_pool *pool, struct bnc_stream *s, struct bnc_claim *claim)
{
    struct bnc_lot *const lot = s->lots;
    size_t len = lot->left.bytes.len;
    bool all;

    all = len <= pool->cut_bytes || len - pool->cut_bytes <= pool->cut_bytes / 2;
    if (!all)
        len = pool->cut_bytes;
    *claim = (struct bnc_claim){ .stream = s,
                                 .lot = lot,
                                 .block = lot->left,
                                 .failed = all && lot->failed,
                                 .seq = pool->next_seq++ };
    claim->block.index = s->n_cut++;
    claim->block.bytes.len = len;
    claim->block.last = all && lot->left.last;
    pool->ready_bytes -= len;
    if (all) { /* the list's use of the lot becomes the block's */
        s->lots = lot->next;
        s->next_lot++;
        return;
    }
    lot->left.bytes = bnc_span_from(lot->left.bytes.at + len, lot->left.bytes.len - len);
    lot->left.n_before += len;
    lot->left.off += len;
    lot->n_users++;
    s->in_flight++;
}

/* Whether there is a lot for each worker, which is enough where all can inflate; and for several
 * one more, so that who is done need not wait for those whose lots come first. */
static bool all_have_lots(const struct bnc_pool *pool)
{
    return pool->n_used >= pool->n_workers + (pool->n_workers > 1);
}

/* Whether what a claim on the stream gives would have a place to go. */
static bool has_room(const struct bnc_pool *pool, const struct bnc_stream *s)
{
    return bnc_reader_is_parallel(s->reader) || !all_have_lots(pool) ||
           (s->one_by_one && pool->spare != NULL &&
            pool->used_bytes < pool->ahead_bytes + AHEAD_BYTES);
}

/* An open stream that can be claimed from now, marked; '*busy': there may be more to do later. */
static struct bnc_stream *pick_open(struct bnc_pool *pool, bool *busy)
{
    *busy = pool->n_opening > 0;
    for (struct bnc_stream *s = pool->open; s != NULL; s = s->next) {
        if (!s->exhausted && !s->claiming && has_room(pool, s)) {
            s->claiming = true;
            return s;
        }
        *busy |= !s->exhausted || s->next_lot < s->n_claimed;
    }
    return NULL;
}

/*
 * A stream that nobody inflates, though nobody else can meanwhile, marked: before there is too much
 * ahead that comes first.
 */
static struct bnc_stream *pick_urgent(struct bnc_pool *pool)
{
    struct bnc_stream *s = pool->open;

    while (s != NULL && (!s->one_by_one || s->exhausted || s->claiming))
        s = s->next;
    if (s == NULL)
        return NULL;
    if (pool->ready_bytes > pool->ahead_bytes || !has_room(pool, s)) {
        pool->ahead_bytes = least_ahead(pool);
        return NULL;
    }
    s->claiming = true;
    return s;
}

/* A stream to claim from, marked; the lock is given up while one is opened. */
static struct bnc_stream *pick(struct bnc_pool *pool, bool *busy)
{
    struct bnc_stream *s = pick_open(pool, busy);

    if (all_have_lots(pool)) /* who knows what would be opened */
        *busy |= pool->next_input < pool->n_inputs;
    else if (s == NULL && !(*busy && pool->in_order))
        s = open_next(pool);
    if (s == NULL || has_room(pool, s))
        return s;
    s->claiming = false; /* the last spare lot was taken meanwhile */
    return NULL;
}

static void wait_for_change(struct bnc_pool *pool)
{
    if (pool->ready_bytes == 0)
        pool->ahead_bytes = most_ahead(pool);
    pool->n_waiting++;
    pthread_cond_wait(&pool->changed, &pool->lock);
    pool->n_waiting--;
}

static void wake_one(struct bnc_pool *pool)
{
    if (pool->n_waiting > 0)
        pthread_cond_signal(&pool->changed);
}

/* ---- claiming; the lock is held, but for reading ---- */

static void end_claim(struct bnc_pool *pool, struct bnc_stream *s, bool more)
{
    s->claiming = false;
    if (more) {
        s->in_flight++;
        s->n_claimed++;
        return;
    }
    s->exhausted = true;
    pthread_cond_broadcast(&pool->changed);
    if (s->in_flight == 0)
        close_stream(pool, s);
}

/* Nothing more will come of the stream. */
static void fail_stream(struct bnc_pool *pool, struct bnc_stream *s, const struct bnc_error *why)
{
    note_failure(pool, &pool->inputs[s->source_index], why);
    s->exhausted = true;
    pthread_cond_broadcast(&pool->changed);
}

/* What a failed claim becomes, so that the row begun before the fault is accounted for. */
static struct bnc_block no_bytes(const struct bnc_stream *s)
{
    return (struct bnc_block){ .index = s->n_claimed, .bytes = BNC_SPAN(""), .whole = true };
}

/* The next block of a plain file; false if there is none. */
static bool claim_block(struct bnc_pool *pool, struct bnc_stream *s, struct bnc_block_buf *buf,
                        struct bnc_claim *claim)
{
    struct bnc_error err = { .status = BNC_OK };
    bool more = false;

    *claim = (struct bnc_claim){ .stream = s };
    if (bnc_reader_claim(s->reader, buf, &claim->block, &more, &err) != BNC_OK) {
        claim->failed = more = true;
        claim->block = no_bytes(s);
        fail_stream(pool, s, &err);
    }
    if (more) {
        claim->seq = pool->next_seq++;
        s->next_lot++;
    }
    end_claim(pool, s, more);
    return more;
}

/* Counts the lot's bytes, all of which are there to be cut, for what they turned out to be. */
static void count_bytes(struct bnc_pool *pool, struct bnc_lot *lot)
{
    pool->used_bytes += lot->left.bytes.len - lot->len;
    pool->ready_bytes += lot->left.bytes.len - lot->len;
    lot->len = lot->left.bytes.len;
}

static void list_lot(struct bnc_pool *pool, struct bnc_stream *s, struct bnc_lot *lot)
{
    struct bnc_lot **at = &s->lots;

    while (*at != NULL && (*at)->left.index < lot->left.index)
        at = &(*at)->next;
    lot->next = *at;
    *at = lot;
    lot->n_users = 1;
    count_bytes(pool, lot);
    if (s->exhausted)
        pthread_cond_broadcast(&pool->changed);
    else if (pool->ready_bytes >= WAKE_BYTES)
        wake_one(pool);
}

static void give_back(struct bnc_pool *pool, struct bnc_lot *lot)
{
    if (all_have_lots(pool))
        wake_one(pool);
    if (pool->ahead_bytes == least_ahead(pool) && pool->n_used > pool->n_workers * LOTS_A_WORKER)
        bnc_block_buf_forget(lot->buf);
    pool->n_used--;
    pool->used_bytes -= lot->len;
    lot->next = pool->spare;
    pool->spare = lot;
}

/* There is one: has_room() said so. */
static struct bnc_lot *take_spare(struct bnc_pool *pool)
{
    struct bnc_lot *const lot = pool->spare;

    pool->n_used++;
    pool->spare = lot->next;
    lot->len = 0;
    return lot;
}

/* Inflates the next lot of the stream, if there is one, and lists it. */
static void fill_lot(struct bnc_pool *pool, struct bnc_stream *s)
{
    struct bnc_lot *const lot = take_spare(pool);
    struct bnc_error err = { .status = BNC_OK };
    bool more = false;

    pthread_mutex_unlock(&pool->lock);
    lot->failed = bnc_reader_claim(s->reader, lot->buf, &lot->left, &more, &err) != BNC_OK;
    if (lot->failed)
        lot->left = no_bytes(s);
    lot->unfinished = !lot->failed && more;
    more |= lot->failed;
    pthread_mutex_lock(&pool->lock);
    end_claim(pool, s, more);
    if (!more) {
        give_back(pool, lot);
        return;
    }
    s->one_by_one = lot->left.whole;
    if (!lot->left.whole) { /* others may claim meanwhile */
        wake_one(pool);
        pthread_mutex_unlock(&pool->lock);
        bnc_reader_prepare(s->reader, lot->buf, &lot->left);
        pthread_mutex_lock(&pool->lock);
    }
    if (lot->failed)
        fail_stream(pool, s, &err);
    list_lot(pool, s, lot);
}

/* The lock is given up meanwhile. */
static void finish_lot(struct bnc_pool *pool, struct bnc_stream *s, struct bnc_lot *lot)
{
    struct bnc_error err = { .status = BNC_OK };

    lot->unfinished = false;
    lot->finishing = true;
    pthread_mutex_unlock(&pool->lock);
    lot->failed = bnc_reader_finish(s->reader, lot->buf, &lot->left, &err) != BNC_OK;
    pthread_mutex_lock(&pool->lock);
    lot->finishing = false;
    count_bytes(pool, lot);
    if (lot->failed)
        fail_stream(pool, s, &err);
}

/* A block of the first lot that is due, if there is one. */
static bool take_ready(struct bnc_pool *pool, struct bnc_claim *claim)
{
    struct bnc_stream *s = pool->open;
    bool finish;

    while (s != NULL && !is_due(s))
        s = s->next;
    if (s == NULL)
        return false;
    finish = s->lots->unfinished;
    if (finish)
        finish_lot(pool, s, s->lots);
    cut(pool, s, claim);
    if (finish && is_due(s)) /* others may have seen it being finished, and sleep */
        wake_one(pool);
    return true;
}

static bool next_claim(struct bnc_pool *pool, struct bnc_block_buf *buf, struct bnc_claim *claim)
{
    bool inflated = false, busy = true;

    while (!bnc_pool_is_stopped(pool)) {
        const size_t next = pool->next_input;
        struct bnc_stream *s = pick_urgent(pool);

        if (s == NULL && take_ready(pool, claim)) {
            if (inflated) /* who will now? */
                wake_one(pool);
            return true;
        }
        if (s == NULL)
            s = pick(pool, &busy);
        if (s == NULL && pool->next_input == next) { /* else 'busy' is old: nothing was opened */
            if (!busy && pool->n_opening == 0)
                return false;
            wait_for_change(pool);
        } else if (s != NULL && !bnc_reader_is_parallel(s->reader)) {
            fill_lot(pool, s);
            inflated = true;
        } else if (s != NULL && claim_block(pool, s, buf, claim))
            return true;
    }
    return false;
}

bool bnc_pool_claim(struct bnc_pool *pool, struct bnc_block_buf *buf, struct bnc_claim *claim)
{
    struct bnc_error err = { .status = BNC_OK };
    bool more;

    pthread_mutex_lock(&pool->lock);
    more = next_claim(pool, buf, claim);
    if (!more) /* whoever sleeps shall see that it is over: nobody else may tell of a stop */
        pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    if (!more || claim->failed || claim->lot != NULL)
        return more;
    if (bnc_reader_finish(claim->stream->reader, buf, &claim->block, &err) != BNC_OK) {
        pthread_mutex_lock(&pool->lock);
        fail_stream(pool, claim->stream, &err);
        claim->failed = true;
        pthread_mutex_unlock(&pool->lock);
    }
    return true;
}

static bool is_turn(const struct bnc_claim *claim)
{
    return atomic_load_explicit(&claim->stream->turn, memory_order_acquire) == claim->block.index;
}

bool bnc_pool_await_turn(struct bnc_pool *pool, const struct bnc_claim *claim)
{
    for (int i = 0; i < SPINS_BEFORE_SLEEP; i++) {
        if (is_turn(claim))
            return true;
        bnc_cpu_relax();
    }
    pthread_mutex_lock(&pool->lock);
    while (!is_turn(claim) && atomic_load(&pool->stopped) == 0)
        pthread_cond_wait(&pool->turned, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    return is_turn(claim);
}

void bnc_pool_pass_turn(struct bnc_pool *pool, const struct bnc_claim *claim)
{
    pthread_mutex_lock(&pool->lock);
    atomic_store_explicit(&claim->stream->turn, claim->block.index + 1, memory_order_release);
    pthread_cond_broadcast(&pool->turned);
    pthread_mutex_unlock(&pool->lock);
}

void bnc_pool_done(struct bnc_pool *pool, struct bnc_claim *claim)
{
    struct bnc_stream *s = claim->stream;

    if (claim->lot == NULL && (!claim->failed || claim->block.bytes.len > 0))
        bnc_reader_done(s->reader, &claim->block);
    pthread_mutex_lock(&pool->lock);
    if (claim->lot != NULL && --claim->lot->n_users == 0)
        give_back(pool, claim->lot);
    s->in_flight--;
    if (s->exhausted && !s->claiming && s->in_flight == 0)
        close_stream(pool, s);
    pthread_mutex_unlock(&pool->lock);
}

uint64_t bnc_pool_bytes_in(struct bnc_pool *pool)
{
    uint64_t n;

    pthread_mutex_lock(&pool->lock);
    n = pool->bytes_closed;
    for (const struct bnc_stream *s = pool->open; s != NULL; s = s->next)
        n += bnc_reader_bytes_in(s->reader);
    pthread_mutex_unlock(&pool->lock);
    return n;
}
