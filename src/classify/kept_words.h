/* SPDX-License-Identifier: MIT
 * kept_words.h - tokens with digits or dots that masking keeps: markers (S3150, TSS04), hosts (zen.spamhaus.org), rfc5322.
 * Built from the knowledge tables; user rules bring their own.
 */
#ifndef BNC_CLASSIFY_KEPT_WORDS_H
#define BNC_CLASSIFY_KEPT_WORDS_H

#include "classify/phash.h"

enum bnc_word_kind {
    BNC_WORD_NONE,
    BNC_WORD_EXACT,                      /* kept as it is; a host also as the end of a longer one */
    BNC_WORD_PREFIX,                     /* kept, what follows it is variable: mwinf5c79 -> mwinf5* */
    BNC_WORD_LAST3,                      /* a code of which the last three digits count: OFR006_417 -> ofr_417 */
    BNC_WORD_WHOLE,                      /* a token that begins so is kept whole: aup#in-1310 */
    BNC_WORD_DATE                        /* month, day, zone: variable beside a number, else a word */
};

struct bnc_words {
    struct bnc_phash hash;               /* bnc_hash64(lower-cased token) -> enum bnc_word_kind */
    const struct bnc_words *next;        /* asked where this one says no; NULL at the end */
};

extern const struct bnc_words bnc_words_builtin;

/* What is known of a lower-cased token that is kept as it is, or of the start of one. */
enum bnc_word_kind bnc_word_find(const struct bnc_words *words, const char *at, size_t len);

#endif
