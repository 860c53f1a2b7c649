/* SPDX-License-Identifier: MIT
 * kept_words.h - tokens with digits or dots that masking keeps: markers (S3150, TSS04), hosts
 * (zen.spamhaus.org), rfc5322. Built from the knowledge tables; user rules bring their own.
 *
 * Nearly every token that is asked for is no such word (an id, a host), so a sieve answers first:
 * it knows of how many bytes words are that begin alike.  It never says no to a word.
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

/* Whether words of this kind begin longer ones. */
static inline bool bnc_word_begins(enum bnc_word_kind kind)
{
    return kind != BNC_WORD_NONE && kind != BNC_WORD_EXACT && kind != BNC_WORD_DATE;
}

enum { BNC_SIEVE_LOG2 = 10, BNC_SIEVE_HEAD = 3, BNC_SIEVE_MOST = 63 };

/*
 * By how words begin: a bit for each number of bytes of one, and from the number of one that begins
 * longer ones on for all; the last bit is for more as well.  One that begins longer ones has three
 * bytes at least.
 */
struct bnc_word_sieve {
    uint64_t lengths[1 << BNC_SIEVE_LOG2];
};

struct bnc_words {
    struct bnc_phash hash; /* bnc_hash64(lower-cased token) -> enum bnc_word_kind */
    const struct bnc_word_sieve *sieve; /* of these words and the next */
    const struct bnc_words *next; /* asked where this one says no; NULL at the end */
};

extern const struct bnc_words bnc_words_builtin;

/* Where the sieve has what begins like a token of any letter case: with the same three bytes. */
static inline unsigned bnc_sieve_row(const char *at, size_t len)
{
    const uint32_t head = len >= 4 ? (uint32_t)bnc_load32(at) : (uint32_t)bnc_load_tail(at, len);

    return (((head & 0xffffff) | 0x202020) * UINT32_C(0x9e3779b1)) >> (32 - BNC_SIEVE_LOG2);
}

static inline unsigned bnc_sieve_bit(size_t len)
{
    return len < BNC_SIEVE_MOST ? (unsigned)len : BNC_SIEVE_MOST;
}

/*
 * Whether a token of any letter case may be a word, or begin like one that begins longer ones; it
 * must be asked then.
 */
static inline bool bnc_word_may_be(const struct bnc_words *words, const char *at, size_t len)
{
    return words->sieve->lengths[bnc_sieve_row(at, len)] >> bnc_sieve_bit(len) & 1;
}

/* What is known of a lower-cased token that is kept as it is, or of the start of one. */
enum bnc_word_kind bnc_word_find(const struct bnc_words *words, const char *at, size_t len);

/* The same for who has asked the sieve. */
enum bnc_word_kind bnc_word_get(const struct bnc_words *words, const char *at, size_t len);

#endif
