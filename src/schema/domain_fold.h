/* SPDX-License-Identifier: MIT
 * domain_fold.h - addresses at domains with letters beyond ASCII get their domain in A-labels, so
 * that "info@b\u00fccher.example" and "info@xn--bcher-kva.example" are one address of one domain.
 */
#ifndef BNC_SCHEMA_DOMAIN_FOLD_H
#define BNC_SCHEMA_DOMAIN_FOLD_H

#include "schema/event.h"

/* What was made for the last BNC_MAPPER_KEEP rows; zero-initialize, one thread. */
struct bnc_fold_ring {
    struct bnc_arena of[BNC_MAPPER_KEEP];
    unsigned now;
    bool nomem;                          /* once out of memory */
};

/* What is made from now on belongs to the next row. */
static inline void bnc_fold_next(struct bnc_fold_ring *ring)
{
    ring->now = (ring->now + 1) % BNC_MAPPER_KEEP;
    if (ring->of[ring->now].blocks != NULL)
        bnc_arena_release(&ring->of[ring->now]);
}

/*
 * 'domain', which is the end of 'address' where there is one; NULL: never.  A name that can't be
 * folded stays, and so does one of ASCII.
 */
void bnc_fold(struct bnc_fold_ring *ring, struct bnc_span *address, struct bnc_span *domain);

void bnc_fold_free(struct bnc_fold_ring *ring);

#endif
