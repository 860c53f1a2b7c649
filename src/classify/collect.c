/* SPDX-License-Identifier: MIT */
#include "classify/collect.h"

#include <stdlib.h>

#include "classify/token.h"

#define MAX_WORD_BYTES 128

static bool grow(struct bnc_collect *c)
{
    const size_t cap = c->cap == 0 ? 256 : c->cap * 2;
    uint64_t *k = realloc(c->keys, cap * sizeof *k);
    uint32_t *v;

    if (k == NULL)
        return false;
    c->keys = k;
    v = realloc(c->values, cap * sizeof *v);
    if (v == NULL)
        return false;
    c->values = v;
    c->cap = cap;
    return true;
}

static void sieve_add(struct bnc_word_sieve *s, const char *low, size_t len,
                      enum bnc_word_kind kind)
{
    const uint64_t bit = UINT64_C(1) << bnc_sieve_bit(len);

    s->lengths[bnc_sieve_row(low, len)] |= bnc_word_begins(kind) ? -bit : bit;
}

bool bnc_collect_add(struct bnc_collect *c, struct bnc_span word, enum bnc_word_kind kind)
{
    char low[MAX_WORD_BYTES];
    uint64_t key;

    if (word.len == 0 || word.len > sizeof low)
        return true;
    for (size_t i = 0; i < word.len; i++)
        low[i] = bnc_lower(word.at[i]);
    key = bnc_hash64(low, word.len, 0);
    for (size_t i = 0; i < c->n; i++)
        if (c->keys[i] == key)
            return true;
    if (c->n == c->cap && !grow(c))
        return false;
    c->keys[c->n] = key;
    c->values[c->n++] = kind;
    sieve_add(&c->sieve, low, word.len, kind);
    return true;
}

/* Digits and dots alone say nothing that may be kept: numbers, IPs, status codes. */
static bool worth_keeping(struct bnc_span w)
{
    bool letter = false, hot = false;

    for (size_t i = 0; i < w.len; i++) {
        const char c = w.at[i];
        const bool inner = i > 0 && i + 1 < w.len;

        letter |= bnc_byte_is(c, BNC_BYTE_ALNUM) && !bnc_is_digit(c);
        hot |= bnc_is_digit(c) || c == '@' || (c == '.' && inner);
    }
    return hot && (letter || (w.len == 4 && w.at[0] == '#'));
}

static bool add_token(struct bnc_collect *c, const char *at, size_t len)
{
    while (len > 0 && bnc_token_edge(at[len - 1]))
        len--;
    while (len > 0 && bnc_token_edge(at[0]) && !(len == 4 && at[0] == '#')) {
        at++;
        len--;
    }
    return !worth_keeping(bnc_span_from(at, len)) ||
           bnc_collect_add(c, bnc_span_from(at, len), BNC_WORD_EXACT);
}

bool bnc_collect_text(struct bnc_collect *c, struct bnc_span text, char cut)
{
    for (size_t i = 0, start = 0; i <= text.len; i++) {
        if (i < text.len && bnc_byte_is(text.at[i], BNC_BYTE_TOKEN) &&
            !(cut != '\0' && text.at[i] == cut))
            continue;
        if (i > start && !add_token(c, text.at + start, i - start))
            return false;
        start = i + 1;
    }
    return true;
}

bool bnc_collect_build(const struct bnc_collect *c, struct bnc_phash *h)
{
    size_t duplicate;

    return bnc_phash_build(h, c->keys, c->values, c->n, &duplicate);
}

void bnc_collect_release(struct bnc_collect *c)
{
    free(c->keys);
    free(c->values);
    *c = (struct bnc_collect){ 0 };
}
