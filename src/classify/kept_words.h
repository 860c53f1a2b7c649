/* SPDX-License-Identifier: MIT
 * kept_words.h - tokens with digits or dots that masking keeps: markers (S3150, TSS04), hosts
 * (zen.spamhaus.org), rfc5322. Built from the knowledge tables; user rules bring their own.
 *
 * Nearly every token that is asked for is no such word (an id, a host), so a sieve answers first: a
 * bit for each (first 8 bytes, length) that some word has.  It never says no to a word.
 */
#ifndef BNC_CLASSIFY_KEPT_WORDS_H
#define BNC_CLASSIFY_KEPT_WORDS_H

#include "classify/phash.h"

enum bnc_word_kind {
    BNC_WORD_NONE,
    BNC_WORD_EXACT, /* kept as it is; a host also as the end of a longer one */
    BNC_WORD_PREFIX, /* kept, what follows it is variable: mwinf5c79 -> mwinf5* */
    BNC_WORD_LAST3, /* a code of which the last three digits count: OFR006_417 -> ofr_417 */
    BNC_WORD_WHOLE, /* a token that begins so is kept whole: aup#in-1310 */
    BNC_WORD_DATE /* month, day, zone: variable beside a number, else a word */
};

enum { BNC_SIEVE_LOG2 = 15 };

struct bnc_word_sieve {
    uint64_t words[(1 << BNC_SIEVE_LOG2) / 64];
    uint32_t families
        [26]; /* of the words that begin longer ones: bit [second letter] of [first letter] */
};

struct bnc_words {
    struct bnc_phash hash; /* bnc_hash64(lower-cased token) -> enum bnc_word_kind */
    const struct bnc_word_sieve *sieve; /* of the same words */
    const struct bnc_words *next; /* asked where this one says no; NULL at the end */
};

extern const struct bnc_words bnc_words_builtin;

/* What the sieve knows a lower-cased token by, besides its length. */
static inline uint64_t bnc_word_head(const char *at, size_t len)
{
    return bnc_load_tail(at, len < 8 ? len : 8);
}

/* The bit of words[] of a token. */
static inline unsigned bnc_sieve_bit(uint64_t head, size_t len)
{
    return (unsigned)(((head ^ (uint64_t)len << 56) * BNC_HASH_K0) >> (64 - BNC_SIEVE_LOG2));
}

/* Whether the sieve lets a token through; it must be asked then. */
static inline bool bnc_head_may_be(const struct bnc_words *words, uint64_t head, size_t len)
{
    const unsigned bit = bnc_sieve_bit(head, len);

    for (; words != NULL; words = words->next)
        if (words->sieve->words[bit / 64] >> bit % 64 & 1)
            return true;
    return false;
}

static inline bool bnc_word_may_be(const struct bnc_words *words, const char *at, size_t len)
{
    return bnc_head_may_be(words, bnc_word_head(at, len), len);
}

/* Whether a word of PREFIX, LAST3 or WHOLE begins like a token of at least four bytes. */
static inline bool bnc_head_may_begin(const struct bnc_words *words, uint64_t head)
{
    const unsigned a = (unsigned)(head & 0xff) - 'a', b = (unsigned)(head >> 8 & 0xff) - 'a';

    if (a > 25 || b > 25)
        return false;
    for (; words != NULL; words = words->next)
        if (words->sieve->families[a] >> b & 1)
            return true;
    return false;
}

/* What is known of a lower-cased token that is kept as it is, or of the start of one. */
enum bnc_word_kind bnc_word_find(const struct bnc_words *words, const char *at, size_t len);

/* The same for who has asked the sieve. */
enum bnc_word_kind bnc_word_get(const struct bnc_words *words, const char *at, size_t len);

#endif
