/* SPDX-License-Identifier: MIT */
#include "util/slices.h"

#include <stdlib.h>

struct ring {
    const struct bnc_slices *slices;
    struct bnc_buf *out;
    struct bnc_buf *made, *making; /* BNC_SLICE_RING each */
    size_t n_made, n_making, from; /* 'from': the slice that making[0] is to hold */
};

static void hand_on(struct ring *r)
{
    for (size_t i = 0; i < r->n_made; i++) {
        r->out->failed |= r->made[i].failed;
        bnc_buf_pass(r->out, bnc_buf_span(&r->made[i]));
    }
}

/* Task 0 hands on the round before, the others render this one. */
static void do_task(void *arg, size_t task)
{
    struct ring *const r = arg;

    if (task == 0) {
        hand_on(r);
        return;
    }
    bnc_buf_clear(&r->making[task - 1]);
    r->slices->render(r->slices->arg, r->from + task - 1, &r->making[task - 1]);
}

static void put_rounds(struct ring *r)
{
    const struct bnc_slices *const s = r->slices;

    for (; r->from < s->n && !r->out->failed; r->from += r->n_making) {
        struct bnc_buf *const made = r->making;

        r->n_making = s->n - r->from < BNC_SLICE_RING ? s->n - r->from : BNC_SLICE_RING;
        s->parallel(s->parallel_ctx, 1 + r->n_making, do_task, r);
        r->making = r->made;
        r->made = made;
        r->n_made = r->n_making;
    }
    if (!r->out->failed)
        hand_on(r);
}

void bnc_slices_put(struct bnc_buf *out, const struct bnc_slices *slices)
{
    struct bnc_buf buffers[2 * BNC_SLICE_RING] = { { .at = NULL } };
    struct ring r = { .slices = slices,
                      .out = out,
                      .made = buffers,
                      .making = buffers + BNC_SLICE_RING };

    if (slices->parallel != NULL) {
        put_rounds(&r);
        for (size_t i = 0; i < 2 * BNC_SLICE_RING; i++)
            bnc_buf_release(&buffers[i]);
        return;
    }
    for (size_t i = 0; i < slices->n && !out->failed; i++) {
        slices->render(slices->arg, i, out);
        bnc_buf_drain(out);
    }
}
