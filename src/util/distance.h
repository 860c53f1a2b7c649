/* SPDX-License-Identifier: MIT
 * distance.h - how far apart two names are, for "did you mean".
 */
#ifndef BNC_UTIL_DISTANCE_H
#define BNC_UTIL_DISTANCE_H

#include "util/span.h"

/* Edit distance (insert, delete, replace), case ignored; both words cut at 63 bytes. */
unsigned bnc_span_distance(struct bnc_span a, struct bnc_span b);

#endif
