/* SPDX-License-Identifier: MIT
 * slices.c - who renders what, and who hands it on.
 *
 * Every thread does what there is to do: it renders the next slice, or hands on the next one of a
 * document if that is ready and nobody else is at it.  The first thread hands on rather than
 * renders, the others render rather than hand on: it is the caller's, which freed what the report
 * is not made of, and the kernel gives a thread the pages that were freed on its core, while those
 * of others may first have to come from a virtual machine's host (2 MB: 0.6 ms, 8 ms).  No thread
 * waits for another but where the ring is full: where writing is slow, since the others can't
 * render what has no room.
 */
#include "util/slices.h"

#include <pthread.h>
#include <stdlib.h>

#define MOST_MADE (BNC_SLICE_RING * BNC_SLICE_MOST_OUT)

struct ring {
    const struct bnc_slices *slices;
    size_t n_out;
    struct bnc_buf *out; /* [n_out] */
    struct bnc_buf made[MOST_MADE]; /* n_out of slice i from i % BNC_SLICE_RING * n_out on */
    pthread_mutex_t lock; /* of all that follows */
    /* buffers that were handed on: the last one, which a cache has, is the next to be used */
    struct bnc_buf spare[MOST_MADE];
    size_t n_spare;
    pthread_cond_t moved;
    size_t begun; /* slices before this one are rendered, or being rendered */
    bool ready[BNC_SLICE_RING];
    size_t handed[BNC_SLICE_MOST_OUT]; /* slices of each document that were handed on */
    bool handing[BNC_SLICE_MOST_OUT]; /* somebody is at it */
    bool failed;
};

static struct bnc_buf *made_of(struct ring *r, size_t slice)
{
    return &r->made[slice % BNC_SLICE_RING * r->n_out];
}

/* ---- with the lock held ---- */

static bool is_ready(const struct ring *r, size_t k)
{
    return r->handed[k] < r->begun && r->ready[r->handed[k] % BNC_SLICE_RING];
}

/* A document that waits for somebody to hand it on; n_out: none. */
static size_t waiting_document(const struct ring *r)
{
    size_t k = 0;

    while (k < r->n_out && (r->handing[k] || !is_ready(r, k)))
        k++;
    return k;
}

static bool can_render(const struct ring *r)
{
    if (r->begun == r->slices->n)
        return false;
    for (size_t k = 0; k < r->n_out; k++)
        if (r->begun - r->handed[k] >= BNC_SLICE_RING)
            return false;
    return true;
}

/* All slices that are ready, without the lock for as long as each takes. */
static void hand_on(struct ring *r, size_t k)
{
    r->handing[k] = true;
    while (!r->failed && is_ready(r, k)) {
        struct bnc_buf *const made = &made_of(r, r->handed[k])[k];
        bool failed;

        pthread_mutex_unlock(&r->lock);
        r->out[k].failed |= made->failed;
        bnc_buf_put(&r->out[k], bnc_buf_span(made));
        bnc_buf_drain(&r->out[k]);
        failed = r->out[k].failed;
        pthread_mutex_lock(&r->lock);
        r->failed |= failed;
        r->handed[k]++;
        r->spare[r->n_spare++] = *made;
        *made = (struct bnc_buf){ .at = NULL };
        pthread_cond_broadcast(&r->moved);
    }
    r->handing[k] = false;
}

static void render_next(struct ring *r)
{
    const size_t i = r->begun++;
    struct bnc_buf *const made = made_of(r, i);

    r->ready[i % BNC_SLICE_RING] = false;
    for (size_t k = 0; k < r->n_out && r->n_spare > 0; k++)
        made[k] = r->spare[--r->n_spare];
    pthread_mutex_unlock(&r->lock);
    for (size_t k = 0; k < r->n_out; k++)
        bnc_buf_clear(&made[k]);
    r->slices->render(r->slices->arg, i, made);
    pthread_mutex_lock(&r->lock);
    r->ready[i % BNC_SLICE_RING] = true;
}

/*
 * A thread leaves when all slices are begun and none can be handed on: who renders one, or hands
 * one on, sees to those behind it.
 */
static void take_part(void *arg, size_t task)
{
    struct ring *const r = arg;

    pthread_mutex_lock(&r->lock);
    while (!r->failed) {
        const size_t k = waiting_document(r);

        if (k < r->n_out && (task == 0 || !can_render(r)))
            hand_on(r, k);
        else if (can_render(r))
            render_next(r);
        else if (r->begun == r->slices->n)
            break;
        else
            pthread_cond_wait(&r->moved, &r->lock);
    }
    pthread_mutex_unlock(&r->lock);
}

/* ---- all of it ---- */

static void put_in_turn(struct bnc_buf *out, const struct bnc_slices *s, size_t n_out)
{
    bool failed = false;

    for (size_t i = 0; i < s->n && !failed; i++) {
        s->render(s->arg, i, out);
        for (size_t k = 0; k < n_out; k++) {
            bnc_buf_drain(&out[k]);
            failed |= out[k].failed;
        }
    }
}

void bnc_slices_put(struct bnc_buf *out, const struct bnc_slices *slices)
{
    struct ring r = { .slices = slices,
                      .n_out = slices->n_out == 0 ? 1 : slices->n_out,
                      .out = out,
                      .lock = PTHREAD_MUTEX_INITIALIZER,
                      .moved = PTHREAD_COND_INITIALIZER };

    for (size_t k = 0; k < r.n_out; k++)
        r.failed |= out[k].failed;
    if (slices->parallel == NULL && !r.failed)
        put_in_turn(out, slices, r.n_out);
    else if (!r.failed)
        slices->parallel(slices->parallel_ctx, BNC_SLICE_RING, take_part, &r);
    for (size_t i = 0; i < MOST_MADE; i++)
        bnc_buf_release(&r.made[i]);
    while (r.n_spare > 0)
        bnc_buf_release(&r.spare[--r.n_spare]);
    pthread_cond_destroy(&r.moved);
    pthread_mutex_destroy(&r.lock);
}
