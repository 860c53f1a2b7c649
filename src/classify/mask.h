/* SPDX-License-Identifier: MIT
 * mask.h - raw response -> template: lower-cased, blanks collapsed, repeated multi-line prefixes
 * joined, variable parts '*'.
 *
 *   550-5.7.26 Mail from a.example 550 5.7.26 blocked c2-4f.12 - gsmtp
 *   -> 550 5.7.26 mail from * blocked * - gsmtp
 *
 * Masked: tokens with an @, a digit or an inner dot (addresses, ids, IPs, numbers, dates, hosts),
 * ids of letters whose case tells them (token_kind.h), what stands alone in <>; masks side by side
 * become one.  Kept: words, reply codes at the head of a reply and enhanced codes, and the words of
 * kept_words.h (S3150, spamhaus.org, rfc 5322); a host that ends in a kept one becomes
 * "*.spamhaus.org". Masking a template again changes nothing.
 */
#ifndef BNC_CLASSIFY_MASK_H
#define BNC_CLASSIFY_MASK_H

#include "classify/kept_words.h"

#define BNC_MASK_MAX_BYTES                                                                         \
    4096 /* a response is read up to here; RFC 5321 replies are far shorter */

/*
 * What a scan kernel says of each byte of a text: bit i % 64 of word i / 64 is for byte i, and bits
 * from its length on are 0 in token and hot.
 */
#define BNC_MASK_WORDS (BNC_MASK_MAX_BYTES / 64 + 2)

struct bnc_mask_bits {
    uint64_t token[BNC_MASK_WORDS]; /* part of a token */
    uint64_t hot[BNC_MASK_WORDS]; /* where the masking pass must stop */
    uint64_t digit[BNC_MASK_WORDS], dot[BNC_MASK_WORDS];
    uint64_t mark[BNC_MASK_WORDS]; /* @ or * */
    uint64_t core[BNC_MASK_WORDS]; /* what is no punctuation: alphanumerics and marks */
};

/*
 * A scan kernel: lower-cases 'len' bytes (<= BNC_MASK_MAX_BYTES) into 'low', and fills the bitmaps.
 */
typedef void bnc_mask_scan_fn(const char *text, size_t len, char *low, struct bnc_mask_bits *bits);

struct bnc_mask_kernel {
    const char *name;
    uint32_t needs; /* BNC_CPU_* */
    bnc_mask_scan_fn *scan;
};

/* The fastest kernel for these features; "generic" needs none. */
const struct bnc_mask_kernel *bnc_mask_kernel_pick(uint32_t cpu);

struct bnc_mask { /* working memory, one per thread; about 14 KB */
    const struct bnc_words *words;
    bnc_mask_scan_fn *scan;
    struct bnc_mask_bits bits;
    char low[BNC_MASK_MAX_BYTES + 128];
    char out[BNC_MASK_MAX_BYTES + BNC_MASK_MAX_BYTES / 2 + 128];
};

/* Readies 'm'.  'words' NULL: the built-in ones. */
void bnc_mask_init(struct bnc_mask *m, const struct bnc_words *words, uint32_t cpu);

/* The template of 'text', in m->out until the next call. */
struct bnc_span bnc_mask_text(struct bnc_mask *m, struct bnc_span text);

/*
 * The same in two steps, for who looks at the scanned text in between (shape.h); at most
 * BNC_MASK_MAX_BYTES of 'text' count.
 */
void bnc_mask_scan(struct bnc_mask *m, struct bnc_span text);
struct bnc_span bnc_mask_scanned(struct bnc_mask *m, struct bnc_span text);

/*
 * The same for a fragment of a rule, which has no head: numbers are masked as they would be amid a
 * text.
 */
struct bnc_span bnc_mask_fragment(struct bnc_mask *m, struct bnc_span text);

#endif
