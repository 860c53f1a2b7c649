/* SPDX-License-Identifier: MIT
 * recall.h - what was said before, known by its fixed words: a response whose shape was met already
 * is found without scanning it.
 *
 * A shape (shape.h) is kept bytes with opaque tokens between them.  Met twice, it is noted here as
 * it was written: stretches of bytes, and the class of the token between two of them.  A response
 * that has these bytes, and such a token wherever one is due, has that shape; so comparing bytes
 * replaces the scan, and only the tokens that differ from row to row are looked at.
 *
 *   550 5.1.1 <          ADDRESS    >: user unknown, queue id    ID    (end)
 *
 * Where wordings are gathered (verdicts.c), the last word of a text may be a free one, which is not
 * compared either: "550 no such user, ref" and a word that no rule knows.
 *
 * It forgets everything when it is full, and may refuse to learn; whoever asks gets what the entry
 * of the shape is, or nothing.  So it never makes an answer depend on what came before.
 */
#ifndef BNC_CLASSIFY_RECALL_H
#define BNC_CLASSIFY_RECALL_H

#include "classify/shape.h"
#include "classify/verdict.h"
#include "classify/vocabulary.h"

struct bnc_recall; /* one per thread; 1 MB when full */

/* NULL when out of memory.  'words' as for bnc_mask_init(). */
struct bnc_recall *bnc_recall_create(const struct bnc_words *words, uint32_t cpu);
void bnc_recall_free(struct bnc_recall *r);

/* From now on last words that none of the 'n' vocabularies knows are learned as free ones. */
void bnc_recall_gather(struct bnc_recall *r, const uint32_t *const *vocabularies, size_t n);

/*
 * Sets the 'entry' of at most BNC_INQUIRIES inquiries whose 'context' is known to that of the shape
 * that the diagnostic has, NULL where it is not known: what is remembered is asked for ahead.
 */
void bnc_recall_find_all(struct bnc_recall *r, struct bnc_inquiry *asked, size_t n);

/*
 * Notes that a text of this shape has this entry in this context.  The text must be what
 * the shape was taken of, as it stood in the file.
 */
void bnc_recall_learn(struct bnc_recall *r, uint64_t context, struct bnc_span text,
                      const struct bnc_shape *shape, const struct bnc_entry *entry);

/*
 * Where the last word of 'text' begins, if it may be taken for another free word; 0: it may not.
 */
size_t bnc_recall_last_word(const struct bnc_recall *r, struct bnc_span text);

/*
 * Notes likewise that a text of this shape has this entry, whatever free word of as many letters
 * it ends with.  bnc_recall_last_word() says that it ends with one; and the entry must be what all
 * of them have, and no other for having been met.
 */
void bnc_recall_learn_all_but_last(struct bnc_recall *r, uint64_t context, struct bnc_span text,
                                   const struct bnc_shape *shape, const struct bnc_entry *entry);

#endif
