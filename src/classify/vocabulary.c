/* SPDX-License-Identifier: MIT */
#include "classify/vocabulary.h"

#include "classify/token.h"
#include "util/hash.h"

enum { MIN_LETTERS = 4, MAX_LETTERS = 6, START_LETTERS = 3, CONTEXT_BYTES = 2 };

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* ---- bits ---- */

/*
 * What is asked of the vocabulary: how a word begins, three letters behind the two bytes before it,
 * or all of it.  Each has two bits: with one, of every fourteen words that no rule knows one would
 * be taken for a known one.
 */
enum what { BEGINNING, AFTER_BYTES };

static uint64_t bits_of(const char *at, size_t len, enum what what)
{
    return bnc_mix64(bnc_load_tail(at, len) ^ (uint64_t)(len << 1 | what) << 56, BNC_HASH_K0);
}

static uint64_t bits_of_word(const char *at, size_t len)
{
    return bnc_hash64(at, len, 1);
}

static uint32_t start_bit(const char *at)
{
    return BNC_VOCABULARY_STARTS + (uint32_t)(at[0] - 'a') * 729 + (uint32_t)(at[1] - 'a') * 27 +
           (uint32_t)(at[2] - 'a');
}

static void set_bit(uint32_t *bits, uint32_t bit)
{
    bits[bit / 32] |= UINT32_C(1) << bit % 32;
}

static bool has_bit(const uint32_t *bits, uint32_t bit)
{
    return (bits[bit / 32] >> bit % 32 & 1) != 0;
}

static void add(uint32_t *bits, uint64_t two)
{
    set_bit(bits, (uint32_t)(two >> (64 - BNC_VOCABULARY_LOG2)));
    set_bit(bits, (uint32_t)two % BNC_VOCABULARY_STARTS);
}

static bool has(const uint32_t *bits, uint64_t two)
{
    return has_bit(bits, (uint32_t)(two >> (64 - BNC_VOCABULARY_LOG2))) &&
           has_bit(bits, (uint32_t)two % BNC_VOCABULARY_STARTS);
}

/*
 * Every word of three letters that begins with the 'len' letters behind word + before, but only
 * where the bytes before them, if any, stand before it.
 */
static void add_starts(uint32_t *bits, char *word, size_t before, size_t len)
{
    char *const next = word + before + len;

    if (len == START_LETTERS && before > 0)
        add(bits, bits_of(word, before + len, AFTER_BYTES));
    else if (len == START_LETTERS)
        set_bit(bits, start_bit(word));
    else
        for (*next = 'a'; *next <= 'z'; ++*next)
            add_starts(bits, word, before, len + 1);
}

/*
 * Letters of a word of a fragment, 'before' bytes of which precede them; 'open': words that begin
 * so are meant as well, else only that word.
 */
static void add_word(uint32_t *bits, const char *at, size_t len, size_t before, bool open)
{
    char word[CONTEXT_BYTES + START_LETTERS];

    if (len >= MIN_LETTERS && !open) {
        add(bits, bits_of_word(at, len));
    } else if (len >= MIN_LETTERS) {
        add(bits, bits_of(at, len < MAX_LETTERS ? len : MAX_LETTERS, BEGINNING));
    } else if (open) {
        before = before < CONTEXT_BYTES ? 0 : CONTEXT_BYTES;
        memcpy(word, at - before, before + len);
        add_starts(bits, word, before, len);
    }
}

/*
 * A word of letters and digits is of no interest beyond its letters: in a text such a word is not
 * blurred, but where a fragment ends within it.
 */
void bnc_vocabulary_add(uint32_t *bits, struct bnc_span fragment, bool whole)
{
    for (size_t at = 0, end; at < fragment.len; at = end) {
        size_t letters = at;

        for (end = at; end < fragment.len && bnc_byte_is(fragment.at[end], BNC_BYTE_ALNUM); end++)
            letters += letters == end && is_letter(fragment.at[end]);
        if (letters == end && end > at)
            add_word(bits, fragment.at + at, end - at, at, end == fragment.len && !whole);
        end += end == at;
    }
}

/* ---- blurring ---- */

static bool is_known(const uint32_t *bits, const char *at, size_t len, size_t before)
{
    if (bits == NULL)
        return false;
    if (has(bits, bits_of_word(at, len)) || has_bit(bits, start_bit(at)))
        return true;
    for (size_t k = MIN_LETTERS; k <= len && k <= MAX_LETTERS; k++)
        if (has(bits, bits_of(at, k, BEGINNING)))
            return true;
    return before >= CONTEXT_BYTES &&
           has(bits, bits_of(at - CONTEXT_BYTES, CONTEXT_BYTES + START_LETTERS, AFTER_BYTES));
}

static bool before_number(struct bnc_span text, size_t at)
{
    while (at < text.len && text.at[at] == ' ')
        at++;
    return at < text.len && bnc_is_digit(text.at[at]);
}

/* The first byte that is no letter or digit; there is one, at the text's end if not before. */
static size_t end_of_word(const struct bnc_mask_bits *b, size_t at)
{
    size_t i = at / 64;
    uint64_t gap = (~b->core[i] | b->mark[i] | ~b->token[i]) & ~UINT64_C(0) << at % 64;

    for (; gap == 0; i++)
        gap = ~b->core[i + 1] | b->mark[i + 1] | ~b->token[i + 1];
    return i * 64 + (size_t)__builtin_ctzll(gap);
}

/* A word of letters only, which no vocabulary knows and no number follows. */
static bool is_blurred(const uint32_t *const *bits, size_t n, struct bnc_span text, size_t at,
                       size_t end)
{
    for (size_t i = at; i < end; i++)
        if (!is_letter(text.at[i]))
            return false; /* nor has it a bit: start_bit() is for letters */
    for (size_t i = 0; i < n; i++)
        if (is_known(bits[i], text.at + at, end - at, at))
            return false;
    return !before_number(text, end);
}

/* Appends text[from .. to) to 'out', of which 'n' bytes are written; how many are then. */
static size_t put(char *out, size_t n, struct bnc_span text, size_t from, size_t to)
{
    memcpy(out + n, text.at + from, to - from);
    return n + to - from;
}

size_t bnc_vocabulary_blur(const uint32_t *const *bits, size_t n, struct bnc_span text,
                           struct bnc_mask *m, char *out, struct bnc_span *sentence)
{
    const struct bnc_mask_bits *b = &m->bits;
    uint64_t before = 0; /* bit 0: the last block ended within a word */
    size_t n_words = 0, done = 0, len = 0;

    *sentence = text;
    if (text.len > BNC_MASK_MAX_BYTES) {
        memcpy(out, text.at, text.len);
        return 0;
    }
    m->scan(text.at, text.len, out, &m->bits);
    for (size_t i = 0; i <= text.len / 64; i++) {
        const uint64_t word = b->core[i] & ~b->mark[i] & b->token[i];

        for (uint64_t starts = word & ~(word << 1 | before); starts != 0; starts &= starts - 1) {
            const size_t at = i * 64 + (size_t)__builtin_ctzll(starts);
            const size_t end = end_of_word(b, at);

            if (end - at < MIN_LETTERS || !is_blurred(bits, n, text, at, end))
                continue;
            memset(out + at, 'q', end - at);
            len = put(m->low, len, text, done, at);
            memset(m->low + len, 'q', MIN_LETTERS);
            len += MIN_LETTERS;
            done = end;
            n_words++;
        }
        before = word >> 63;
    }
    len = put(m->low, len, text, done, text.len);
    *sentence = bnc_span_from(m->low, len);
    return n_words;
}

bool bnc_vocabulary_blurs_last(const uint32_t *const *bits, size_t n, struct bnc_span text,
                               size_t at)
{
    return at >= CONTEXT_BYTES && text.len >= at + MIN_LETTERS &&
           is_blurred(bits, n, text, at, text.len);
}

/* The first byte from 'at' on in which two texts differ; 'len' if none does. */
static size_t first_difference(const char *a, const char *b, size_t at, size_t len)
{
    for (; at + 8 <= len && bnc_load64(a + at) == bnc_load64(b + at); at += 8)
        ;
    while (at < len && a[at] == b[at])
        at++;
    return at;
}

/*
 * The bytes that differ must lie in words that were blurred, and be words of as many letters that
 * are; what follows such a word at once could be known or not by its last letter.
 */
bool bnc_vocabulary_blurs_alike(const uint32_t *const *bits, size_t n, struct bnc_span text,
                                const char *other, const char *blurred, size_t *word)
{
    size_t at = 0;

    *word = 0;
    while ((at = first_difference(text.at, other, at, text.len)) < text.len) {
        size_t start = at, end = at;

        while (start > 0 && blurred[start - 1] == 'q')
            start--;
        while (end < text.len && blurred[end] == 'q')
            end++;
        if (end == at || end - start < MIN_LETTERS || start == 0 ||
            bnc_byte_is(blurred[start - 1], BNC_BYTE_ALNUM) || (blurred[start - 1] & 0x80) != 0 ||
            (end < text.len &&
             (bnc_byte_is(blurred[end], BNC_BYTE_ALNUM) || (blurred[end] & 0x80) != 0)) ||
            (end + 1 < text.len && is_letter(text.at[end + 1])) ||
            !is_blurred(bits, n, text, start, end))
            return false;
        *word = *word == 0 ? start : SIZE_MAX;
        at = end;
    }
    return true;
}

/* ---- wordings ---- */

/* Where the free word that begins at 'at' ends: letters, or the mark that stands for them. */
static size_t skip_word(const char *text, size_t at, size_t len)
{
    if (at < len && text[at] == '*')
        return at + 1;
    while (at < len && is_letter(text[at]))
        at++;
    return at;
}

size_t bnc_wording_join(char *to, size_t len, struct bnc_span other)
{
    size_t n = 0, a = 0, b = 0; /* written, read of 'to', read of 'other' */

    while (a < len || b < other.len) {
        for (; a + 8 <= len && b + 8 <= other.len && bnc_load64(to + a) == bnc_load64(other.at + b);
             n += 8, a += 8, b += 8)
            memmove(to + n, to + a, 8);
        if (a < len && b < other.len && to[a] == other.at[b]) {
            to[n++] = to[a++];
            b++;
            continue;
        }
        if (a == len && b == other.len)
            break;
        while (n > 0 && is_letter(to[n - 1]))
            n--;
        a = skip_word(to, a, len);
        b = skip_word(other.at, b, other.len);
        if (n == a)
            return n; /* no wordings of one sentence */
        to[n++] = '*';
    }
    return n;
}
