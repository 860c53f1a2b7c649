/* SPDX-License-Identifier: MIT
 * shape.h - a cheap name for a response that masking maps to the same template as every other of
 * its shape.
 *
 * Nine in ten rows differ from an earlier one only in addresses, IPs, queue ids and numbers: tokens
 * that masking turns into '*' whatever they are.  The shape is the scanned text with each of them
 * replaced by one byte that says what masking could see of it from outside; all else stands as it
 * is.  Equal shapes give equal templates (a property test holds shape.c against mask.c), so the
 * masking pass runs on new shapes only.
 */
#ifndef BNC_CLASSIFY_SHAPE_H
#define BNC_CLASSIFY_SHAPE_H

#include "classify/mask.h"

/*
 * The fingerprint of the shape of 'text', which bnc_mask_scan() was just called on with 'm'; m->out
 * is used as scratch. 0: the text has no shape that can be trusted (too long); mask it.
 */
typedef uint64_t bnc_shape_fn(struct bnc_mask *m, struct bnc_span text);

/* The fastest for these features; all give the same. */
bnc_shape_fn *bnc_shape_pick(uint32_t cpu);

#endif
