/* SPDX-License-Identifier: MIT
 * collect.h - gathers the tokens of rule texts that masking would hide; used by gen_words and by
 * user rules.
 */
#ifndef BNC_CLASSIFY_COLLECT_H
#define BNC_CLASSIFY_COLLECT_H

#include "classify/kept_words.h"

struct bnc_collect { /* zero-initialized is empty */
    uint64_t *keys;
    uint32_t *values;
    size_t n, cap;
    struct bnc_word_sieve sieve; /* of the same words */
};

/* Every token of 'text' that has a digit, an inner dot or an @, but is no plain number or status
 * code.  'cut' separates alternatives (0: none).  False when out of memory. */
bool bnc_collect_text(struct bnc_collect *c, struct bnc_span text, char cut);

/* One word with its kind; the first kind of a word wins. */
bool bnc_collect_add(struct bnc_collect *c, struct bnc_span word, enum bnc_word_kind kind);

/* The perfect hash of all words so far; the caller releases it. */
bool bnc_collect_build(const struct bnc_collect *c, struct bnc_phash *h);
void bnc_collect_release(struct bnc_collect *c);

#endif
