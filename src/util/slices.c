/* SPDX-License-Identifier: MIT */
#include "util/slices.h"

#include <stdlib.h>

#define N_BUFFERS ((size_t)BNC_SLICE_RING * BNC_SLICE_MOST_OUT)

struct ring {
    const struct bnc_slices *slices;
    size_t n_out;
    struct bnc_buf *out; /* [n_out] */
    struct bnc_buf *made, *making; /* [N_BUFFERS], 'n_out' a slice */
    size_t n_made, n_making, from; /* 'from': the slice that making[0] is to hold */
};

static bool has_failed(const struct ring *r)
{
    bool failed = false;

    for (size_t k = 0; k < r->n_out; k++)
        failed |= r->out[k].failed;
    return failed;
}

/* Task k hands on document k of the round before. */
static void hand_on(struct ring *r, size_t k)
{
    for (size_t i = 0; i < r->n_made; i++) {
        const struct bnc_buf *const made = &r->made[i * r->n_out + k];

        r->out[k].failed |= made->failed;
        bnc_buf_pass(&r->out[k], bnc_buf_span(made));
    }
}

/* The first tasks hand on the round before, the others render this one. */
static void do_task(void *arg, size_t task)
{
    struct ring *const r = arg;
    struct bnc_buf *making;

    if (task < r->n_out) {
        hand_on(r, task);
        return;
    }
    task -= r->n_out;
    making = &r->making[task * r->n_out];
    for (size_t k = 0; k < r->n_out; k++)
        bnc_buf_clear(&making[k]);
    r->slices->render(r->slices->arg, r->from + task, making);
}

static void put_rounds(struct ring *r)
{
    const struct bnc_slices *const s = r->slices;

    for (; r->from < s->n && !has_failed(r); r->from += r->n_making) {
        struct bnc_buf *const made = r->making;

        r->n_making = s->n - r->from < BNC_SLICE_RING ? s->n - r->from : BNC_SLICE_RING;
        s->parallel(s->parallel_ctx, r->n_out + r->n_making, do_task, r);
        r->making = r->made;
        r->made = made;
        r->n_made = r->n_making;
    }
    for (size_t k = 0; k < r->n_out && !has_failed(r); k++)
        hand_on(r, k);
}

void bnc_slices_put(struct bnc_buf *out, const struct bnc_slices *slices)
{
    struct bnc_buf buffers[2 * N_BUFFERS] = { { .at = NULL } };
    struct ring r = { .slices = slices,
                      .n_out = slices->n_out == 0 ? 1 : slices->n_out,
                      .out = out,
                      .made = buffers,
                      .making = buffers + N_BUFFERS };

    if (slices->parallel != NULL) {
        put_rounds(&r);
        for (size_t i = 0; i < 2 * N_BUFFERS; i++)
            bnc_buf_release(&buffers[i]);
        return;
    }
    for (size_t i = 0; i < slices->n && !has_failed(&r); i++) {
        slices->render(slices->arg, i, out);
        for (size_t k = 0; k < r.n_out; k++)
            bnc_buf_drain(&out[k]);
    }
}
