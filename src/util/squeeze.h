/* SPDX-License-Identifier: MIT
 * squeeze.h - words of small letters, digits and . - _ alone in two thirds of their bytes: three
 * characters of these 39, or none, are a number below 40^3, which two bytes hold.
 */
#ifndef BNC_UTIL_SQUEEZE_H
#define BNC_UTIL_SQUEEZE_H

#include "util/span.h"

/* What a word of 'len' characters takes. */
#define BNC_SQUEEZED_BYTES(len) (((len) + 2) / 3 * 2)

/* Whether the word can be squeezed; if so, it is, at 'to'. */
bool bnc_squeeze(char *to, struct bnc_span word);
/* Writes the 'len' characters of a squeezed word, and up to two bytes behind them. */
void bnc_unsqueeze(char *to, const char *from, size_t len);

#endif
