/* SPDX-License-Identifier: MIT
 * token_kind.h - what can be told of a token from its bytes alone.  Shared by mask.c, which masks
 * by it, and shape.c, which must agree with mask.c.
 *
 * A token is bytes start .. end - 1 of 'low', the lower-cased text; 'raw' is the same text as it
 * was written.
 */
#ifndef BNC_CLASSIFY_TOKEN_KIND_H
#define BNC_CLASSIFY_TOKEN_KIND_H

#include "classify/token.h"

/*
 * troubleshooting.aspx#errors: a page, not a host.  Endings that are countries as well (pl, py)
 * make a page only within an address: behind one slash.
 */
bool bnc_token_is_page(const char *low, size_t start, size_t end);

/* "sender domain.Fix reverse DNS": a full stop without its blank.  Where the stop is, 0: none. */
size_t bnc_token_glued(const char *raw, const char *low, size_t start, size_t end);

/*
 * An id of letters only, by how it is written: eSytFusBhkl-oTEha.  Words put together
 * (InfoDomainNonexistent) change case at their seams only, so capitals don't stand one letter apart
 * in them.  Less than 12 letters are not judged.
 */
bool bnc_token_is_letter_id(const char *raw, size_t start, size_t end);

#endif
