/* SPDX-License-Identifier: MIT
 * vocabulary.h - which words of a template no fragment of a rule set can touch.
 *
 * A fragment is found only where a word begins, so a word that begins like no word of any fragment
 * decides nothing: it is *free*, and may as well be another such word of its length.
 * "ref paledunkirset" and "ref bosporwotobir" are blurred to one text, and the verdict of one is
 * that of the other.  They and "ref bosporwot" are *wordings* of one *sentence*, "ref qqqq".
 *
 * Of each word that ends a fragment its first six letters are kept, of others all.  Bits in a
 * table: a word may be taken for a known one (then it stays), never the other way round.
 */
#ifndef BNC_CLASSIFY_VOCABULARY_H
#define BNC_CLASSIFY_VOCABULARY_H

#include "classify/mask.h"

#define BNC_VOCABULARY_LOG2 19
#define BNC_VOCABULARY_STARTS (1u << BNC_VOCABULARY_LOG2) /* behind the hashed bits: 27^3 bits */
#define BNC_VOCABULARY_WORDS ((BNC_VOCABULARY_STARTS + 27 * 27 * 27) / 32 + 1)

/*
 * Adds the words of a fragment to 'bits' [BNC_VOCABULARY_WORDS].  'whole': it ends where a word
 * does, else its last word may be the beginning of others.
 */
void bnc_vocabulary_add(uint32_t *bits, struct bnc_span fragment, bool whole);

/*
 * Writes 'text', a template, to 'out', which has room for 64 bytes more; words of four letters and
 * more that none of the 'n' vocabularies knows (NULL knows none) become as many 'q'.  A word before
 * a number stays: it may introduce a code.  Texts of more than BNC_MASK_MAX_BYTES stay as they
 * are.  In '*sentence', which is in m->low, four 'q' stand for each such word, whatever its length.
 * The bitmaps of 'm' are used.  Returns how many words are free.
 */
size_t bnc_vocabulary_blur(const uint32_t *const *bits, size_t n, struct bnc_span text,
                           struct bnc_mask *m, char *out, struct bnc_span *sentence);

/*
 * Whether the word text[at..], with which a template ends, would be blurred.  Only it and the two
 * bytes before it are looked at.
 */
bool bnc_vocabulary_blurs_last(const uint32_t *const *bits, size_t n, struct bnc_span text,
                               size_t at);

/*
 * Whether 'text' is blurred to 'blurred' as 'other' was, which has as many bytes; asked where they
 * differ in a word or two, and cheap there.  '*word' is where the only word begins that differs, 0
 * none, SIZE_MAX several.  False may mean that it is not known.
 */
bool bnc_vocabulary_blurs_alike(const uint32_t *const *bits, size_t n, struct bnc_span text,
                                const char *other, const char *blurred, size_t *word);

/*
 * What two wordings of one sentence share: 'other' is joined into 'to', in place; free words that
 * differ become '*'.  Either may be joined of others already, and the order in which wordings are
 * joined does not show.  Returns how many of the 'len' bytes are left.
 */
size_t bnc_wording_join(char *to, size_t len, struct bnc_span other);

#endif
