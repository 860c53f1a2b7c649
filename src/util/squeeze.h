/* SPDX-License-Identifier: MIT
 * squeeze.h - words of small letters, digits and . - _ alone in two thirds of their bytes: three
 * characters of these 39, or none, are a number below 40^3, which two bytes hold; a last one by
 * itself takes one.
 */
#ifndef BNC_UTIL_SQUEEZE_H
#define BNC_UTIL_SQUEEZE_H

#include "util/span.h"

/* What a word of 'len' characters takes. */
#define BNC_SQUEEZED_BYTES(len) ((len) / 3 * 2 + (len) % 3)

/* Whether the word can be squeezed; if so, it is, at 'to', else what stands there means nothing. */
bool bnc_squeeze(char *to, struct bnc_span word);
/*
 * Writes the 'len' characters of a squeezed word, and up to one byte behind them.  They may be its
 * first ones only, unless it would be one more than a multiple of three.
 */
void bnc_unsqueeze(char *to, const char *from, size_t len);

#endif
