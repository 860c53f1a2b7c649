/* SPDX-License-Identifier: MIT */
#include "engine/pool.h"

#include <stdlib.h>

#include "util/cpu.h"
#include "util/status.h"

/* Waiting for a turn spins this often before it sleeps: a scan takes some tens
 * of microseconds, about as long as going to sleep and waking up. */
#define SPINS_BEFORE_SLEEP 2000

enum bnc_status bnc_pool_init(struct bnc_pool *pool, struct bnc_error *err)
{
    if (pthread_mutex_init(&pool->lock, NULL) != 0)
        return bnc_error_nomem(err);
    if (pthread_cond_init(&pool->changed, NULL) != 0) {
        pthread_mutex_destroy(&pool->lock);
        return bnc_error_nomem(err);
    }
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
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
}

void bnc_pool_stop(struct bnc_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->stopped, 1);
    pthread_cond_broadcast(&pool->changed);
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

/* An open stream that can give a block now, marked; '*busy': one may later. */
static struct bnc_stream *pick_open(struct bnc_pool *pool, bool *busy)
{
    *busy = pool->n_opening > 0;
    for (struct bnc_stream *s = pool->open; s != NULL; s = s->next) {
        if (s->exhausted)
            continue;
        if (!s->claiming) {
            s->claiming = true;
            return s;
        }
        *busy = true;
    }
    return NULL;
}

/* Sleeps until something changes or a block was handed to 'waiter'; the lock is held. */
static void wait_for_block(struct bnc_pool *pool, struct bnc_waiter *waiter)
{
    struct bnc_waiter **at = &pool->waiting;

    waiter->next = pool->waiting;
    pool->waiting = waiter;
    pthread_cond_wait(&pool->changed, &pool->lock);
    if (waiter->handed)
        return; /* whoever handed it took the waiter off the list */
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
}

/*
 * A stream to claim from, marked; NULL: none is left, or the waiter was handed a block.  The
 * lock is held, but for opening.
 */
static struct bnc_stream *pick(struct bnc_pool *pool, struct bnc_waiter *waiter)
{
    while (!waiter->handed && !bnc_pool_is_stopped(pool)) {
        const size_t next = pool->next_input;
        bool busy;
        struct bnc_stream *s = pick_open(pool, &busy);

        if (s == NULL && !(busy && pool->in_order))
            s = open_next(pool);
        if (s != NULL)
            return s;
        if (pool->next_input != next) /* 'busy' is old: the lock was given up to open in vain */
            continue;
        if (!busy && pool->n_opening == 0)
            return NULL;
        wait_for_block(pool, waiter);
    }
    return NULL;
}

/*
 * Ends the claim on its stream; the lock is held.  A failed claim becomes an
 * empty last block, so that the row begun before the fault is accounted for.
 */
static bool end_claim(struct bnc_pool *pool, struct bnc_claim *claim, bool more,
                      enum bnc_status status, const struct bnc_error *err)
{
    struct bnc_stream *s = claim->stream;

    s->claiming = false;
    if (status != BNC_OK) {
        note_failure(pool, &pool->inputs[s->source_index], err);
        claim->block = (struct bnc_block){ .index = s->n_claimed, .bytes = BNC_SPAN("") };
        claim->failed = true;
        more = true;
    }
    if (more) {
        s->in_flight++;
        s->n_claimed++;
        claim->seq = pool->next_seq++;
    }
    if (!more || claim->failed)
        s->exhausted = true;
    if (s->exhausted && s->in_flight == 0)
        close_stream(pool, s);
    pthread_cond_broadcast(&pool->changed);
    return more;
}

/*
 * Leaves a block that was inflated just now, and the buffer it lies in, to a worker that waits for
 * one; false where nobody does.  The lock is held.
 */
static bool hand_over(struct bnc_pool *pool, struct bnc_block_buf **buf,
                      const struct bnc_claim *claim)
{
    struct bnc_waiter *waiter = pool->waiting;
    struct bnc_block_buf *const full = *buf;

    if (waiter == NULL)
        return false;
    pool->waiting = waiter->next;
    *waiter->claim = *claim;
    *buf = *waiter->buf;
    *waiter->buf = full;
    waiter->handed = true;
    return true;
}

/* Claims blocks until there is one that this worker keeps; the lock is held, but for reading. */
static bool claim_block(struct bnc_pool *pool, struct bnc_block_buf **buf, struct bnc_claim *claim)
{
    struct bnc_waiter waiter = { .claim = claim, .buf = buf };
    struct bnc_error err = { .status = BNC_OK };

    for (;;) {
        enum bnc_status status;
        struct bnc_stream *s = pick(pool, &waiter);
        const bool serial = s != NULL && !bnc_reader_is_parallel(s->reader);
        bool more = false;

        if (s == NULL)
            return waiter.handed;
        *claim = (struct bnc_claim){ .stream = s };
        if (serial)
            pthread_mutex_unlock(&pool->lock);
        status = bnc_reader_claim(s->reader, *buf, &claim->block, &more, &err);
        if (serial)
            pthread_mutex_lock(&pool->lock);
        more = end_claim(pool, claim, more, status, &err);
        if (more && !(serial && !claim->failed && hand_over(pool, buf, claim)))
            return true;
    }
}

bool bnc_pool_claim(struct bnc_pool *pool, struct bnc_block_buf **buf, struct bnc_claim *claim)
{
    struct bnc_error err = { .status = BNC_OK };
    bool more;

    pthread_mutex_lock(&pool->lock);
    more = claim_block(pool, buf, claim);
    pthread_mutex_unlock(&pool->lock);
    if (!more || claim->failed)
        return more;
    if (bnc_reader_finish(claim->stream->reader, *buf, &claim->block, &err) != BNC_OK) {
        pthread_mutex_lock(&pool->lock);
        note_failure(pool, &pool->inputs[claim->stream->source_index], &err);
        claim->stream->exhausted = true;
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
        pthread_cond_wait(&pool->changed, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    return is_turn(claim);
}

void bnc_pool_pass_turn(struct bnc_pool *pool, const struct bnc_claim *claim)
{
    pthread_mutex_lock(&pool->lock);
    atomic_store_explicit(&claim->stream->turn, claim->block.index + 1, memory_order_release);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void bnc_pool_done(struct bnc_pool *pool, struct bnc_claim *claim)
{
    struct bnc_stream *s = claim->stream;

    if (!claim->failed || claim->block.bytes.len > 0)
        bnc_reader_done(s->reader, &claim->block);
    pthread_mutex_lock(&pool->lock);
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
