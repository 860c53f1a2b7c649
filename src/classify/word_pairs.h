/* SPDX-License-Identifier: MIT
 * word_pairs.h - words that belong together: "the mailbox of * is currently over its quota".
 *
 * A phrase of text_phrases.csv is heard only where it stands word for word.  word_classes.csv says
 * what single words stand for (a recipient, a sender, "is unknown", "is full") and word_pairs.csv
 * what it means when one stands behind another in one sentence, whatever is between them.
 */
#ifndef BNC_CLASSIFY_WORD_PAIRS_H
#define BNC_CLASSIFY_WORD_PAIRS_H

#include "classify/ruleset.h"

struct bnc_word_pair {
    uint32_t rule;                       /* a BNC_RULE_PAIR */
    uint16_t start, end;                 /* both words and all between, bytes of the text */
    uint16_t gap;                        /* bytes between them */
};

/* bnc_word_pairs_find() looks among the hits of 'set' in 'text', in the order of bnc_ac_find(), for
 * words from byte 'from' on, and writes at most 'max' pairs.  Each word is paired with the nearest
 * one before it that means something with it.  Returns how many. */
size_t bnc_word_pairs_find(const struct bnc_ruleset *set, struct bnc_span text,
                      const struct bnc_hit *hits, size_t n_hits, size_t from,
                      struct bnc_word_pair *out, size_t max);

/* bnc_words_bear_out() asks of the same hits whether the words found bear a code out that stands
 * for 'cause': it gives no address or domain up at once, or there are none, or one of them belongs
 * to a pair that leads to the same action. */
bool bnc_words_bear_out(const struct bnc_ruleset *set, struct bnc_span text,
                        const struct bnc_hit *hits, size_t n_hits, size_t from, uint8_t cause);

#endif
