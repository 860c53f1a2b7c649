/* SPDX-License-Identifier: MIT
 * mask_pass.h - the state of one masking pass and how it writes; private to mask.c and
 * mask_codes.c.
 */
#ifndef BNC_CLASSIFY_MASK_PASS_H
#define BNC_CLASSIFY_MASK_PASS_H

#include "classify/mask.h"
#include "classify/mask_scan.h"
#include "classify/token_kind.h"

struct bnc_pass {
    const struct bnc_words *words;
    const struct bnc_mask_bits *bits;
    const char *low, *raw;
    size_t len, pos; /* bytes; next byte not written yet */
    char *out;
    size_t n; /* written */
    unsigned head; /* reply code at the head of the reply we are in, 0 none */
    struct bnc_span head_enh; /* the enhanced code beside it */
    bool multi; /* the head was written 550-: lines repeat it */
    bool fragment;
};

/* Copies low[p->pos .. to); may write up to 31 bytes beyond, which out[] has room for. */
static inline void bnc_pass_copy_to(struct bnc_pass *p, size_t to)
{
    const size_t len = to - p->pos;

    bnc_mask_copy(p->out + p->n, p->low + p->pos, len);
    p->n += len;
    p->pos = to;
}

static inline void bnc_pass_put_blank(struct bnc_pass *p)
{
    if (p->n > 0 && p->out[p->n - 1] != ' ')
        p->out[p->n++] = ' ';
}

static inline void bnc_pass_skip_blanks(struct bnc_pass *p)
{
    while (p->pos < p->len && bnc_byte_is(p->low[p->pos], BNC_BYTE_BLANK))
        p->pos++;
}

static inline bool bnc_pass_joins(char c)
{
    switch (c) {
    case ' ':
    case '.':
    case ',':
    case ':':
    case ';':
    case '/':
    case '-':
    case '+':
    case '=':
    case '&':
    case '_':
    case '%':
    case '~':
    case '|':
    case '#':
    case '?':
    case '$':
        return true;
    default:
        return false;
    }
}

/* The last word written, lower-case letters only, not counting one trailing separator. */
static inline struct bnc_span bnc_pass_word_before(const struct bnc_pass *p)
{
    size_t end = p->n, at;

    while (end > 0 && bnc_pass_joins(p->out[end - 1]) && p->n - end < 3)
        end--;
    for (at = end; at > 0 && p->out[at - 1] >= 'a' && p->out[at - 1] <= 'z' && end - at < 12; at--)
        ;
    if (at > 0 && bnc_byte_is(p->out[at - 1], BNC_BYTE_ALNUM))
        return bnc_span_from(p->out, 0);
    return bnc_span_from(p->out + at, end - at);
}

/* ---- mask_codes.c ---- */

/*
 * Each looks at the token [start, end) and writes it where it is what they are for; false: nothing
 * was written.  A reply code is one by its place; one that a line repeats is dropped.  A number in
 * a name is that of "rfc 5322", "section 3.6.2", "uceprotect level 2", "/err/4".
 */
bool bnc_pass_reply(struct bnc_pass *p, size_t start, size_t end);
bool bnc_pass_enhanced(struct bnc_pass *p, size_t start, size_t end);
bool bnc_pass_named_number(struct bnc_pass *p, size_t end);

/* What follows a code at its end: an enhanced code, maybe behind " (#'"; its start, or 0. */
size_t bnc_pass_enhanced_after(const struct bnc_pass *p, size_t end);

#endif
