/* SPDX-License-Identifier: MIT
 * idn.h - domain names with letters beyond ASCII as the mail system knows them: in A-labels
 * ("xn--..."; RFC 5890, UTS #46).
 */
#ifndef BNC_UTIL_IDN_H
#define BNC_UTIL_IDN_H

#include "util/arena.h"

bool bnc_is_ascii(struct bnc_span s);

/*
 * "B\u00fccher.example" to "xn--bcher-kva.example", lower-cased; returns the length.  0 for what
 * can't be a name, and everywhere in builds without libidn2; BNC_IDN_NOMEM when out of memory.
 */
#define BNC_NAME_ROOM 256
#define BNC_IDN_NOMEM SIZE_MAX
size_t bnc_idn_fold(struct bnc_span name, char folded[BNC_NAME_ROOM]);

/*
 * A name, or an address, with its domain folded: a copy in 'arena', or 's' itself where there is
 * nothing to fold.  at == NULL: out of memory.
 */
struct bnc_span bnc_idn_folded(struct bnc_arena *arena, struct bnc_span s);

#endif
