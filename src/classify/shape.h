/* SPDX-License-Identifier: MIT
 * shape.h - a cheap name for a response that masking maps to the same template as every other of
 * its shape.
 *
 * Nine in ten rows differ from an earlier one only in addresses, IPs, queue ids and numbers: tokens
 * that masking turns into '*' whatever they are (opaque.h).  The shape is the scanned text with
 * each of them replaced by one byte that says what masking could see of it from outside; all else
 * stands as it is.  Equal shapes give equal templates (a property test holds shape.c against
 * mask.c), so the masking pass runs on new shapes only.
 */
#ifndef BNC_CLASSIFY_SHAPE_H
#define BNC_CLASSIFY_SHAPE_H

#include "classify/mask.h"

enum { BNC_MAX_HOLES = 20 };

/* An opaque token: bytes start .. end - 1 of the text. */
struct bnc_hole {
    uint16_t start, end;
    uint8_t class, note; /* enum bnc_opaque; bnc_opaque_note() */
};

struct bnc_shape {
    uint64_t fp; /* 0: the text has no shape that can be trusted; mask it */
    bool measured; /* it has a <, and masking measures what is in <> */
    unsigned n_holes; /* BNC_MAX_HOLES + 1: more than are noted */
    struct bnc_hole holes[BNC_MAX_HOLES];
};

/* The shape of 'text', which bnc_mask_scan() was just called on with 'm'; m->out is scratch. */
typedef void bnc_shape_fn(struct bnc_mask *m, struct bnc_span text, struct bnc_shape *shape);

/* The fastest for these features; all give the same. */
bnc_shape_fn *bnc_shape_pick(uint32_t cpu);

#endif
