/* SPDX-License-Identifier: MIT
 * shape.c - which tokens masking turns into '*' whatever they are, and what else of them it can see.
 *
 * Masking looks at a variable token itself (is it a code, a kept word, a known host?) and, from the token before, at how it
 * begins (does "450..." follow "550 "? does a digit follow a month?).  A token is opaque here only if the answer to the first
 * is no by its class alone; the second is kept in the byte that stands for it.
 *
 *   address   holds an @                                          news@example.com
 *   id        letters and digits, no reply code in front, no
 *             family's beginning; digits in its first and last label  4bQ1x0zK3, 98e6-2c.13
 *   host      two dots and more: its first label only, for masking
 *             looks for known hosts behind it                       AM0EUR02FT5.eop-eur02.prod.outlook.com
 *   number    digits only, of another length than a reply code, not
 *             behind "rfc", "section", "level", "err"               1790812800
 *   dotted    digits and exactly three dots                         198.51.100.7
 *   date      4-2-2 digits                                          2026-10-31
 *
 * Everything else that is variable (codes, markers, very short ids) stays, and makes a shape of its own.
 */
#include "classify/shape.h"

#include "classify/mask_scan.h"
#include "classify/token.h"
#include "util/hash.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define MAX_TEXT_BYTES 1024 /* longer responses are masked */
#define MAX_ANGLE_BYTES 300 /* masking gives up on "<...>" of 320 */
#define MIN_ID_BYTES 5 /* up to 4, hex digits may be a group of IPv6 */
#define LONG_ID_BYTES 16 /* masking takes / and = behind an id from here on */
#define MAX_TOKEN_BYTES 64

/* Control bytes, of which the scan makes blanks: a text that holds one is no shape's business. */
enum opaque {
    OPAQUE_NONE,
    OPAQUE_ADDRESS = 0x01,
    OPAQUE_ID,
    OPAQUE_HOST,
    OPAQUE_NUMBER,
    OPAQUE_DOTTED,
    OPAQUE_DATE
};

struct walk {
    const struct bnc_mask *m;
    struct bnc_span text; /* as given: letter case tells sentences from hosts */
    char *key; /* the shape so far */
    size_t n, pos; /* bytes of it; next byte of the text not in it */
    size_t opaque_end; /* where the last opaque token ended */
};

/* ---- what a token is ---- */

struct look { /* a bit for each byte of a token */
    uint64_t all, digit, dot, sign, star; /* sign: '@' */
};

#if defined(__SSE2__)
static inline uint64_t equal_to(__m128i v, char c)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
}

/* Reads up to 15 bytes beyond the token, which m->low has room for. */
static struct look look_at(const char *at, size_t len)
{
    struct look l = { .all = len == 64 ? ~UINT64_C(0) : (UINT64_C(1) << len) - 1 };

    for (size_t i = 0; i < len; i += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        const __m128i from_0 = _mm_sub_epi8(v, _mm_set1_epi8('0'));
        const __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(from_0, _mm_set1_epi8(9)), from_0);

        l.digit |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << i;
        l.dot |= equal_to(v, '.') << i;
        l.sign |= equal_to(v, '@') << i;
        l.star |= equal_to(v, '*') << i;
    }
    l.digit &= l.all;
    l.dot &= l.all;
    l.sign &= l.all;
    l.star &= l.all;
    return l;
}
#else
static struct look look_at(const char *at, size_t len)
{
    struct look l = { .all = len == 64 ? ~UINT64_C(0) : (UINT64_C(1) << len) - 1 };

    for (size_t i = 0; i < len; i++) {
        l.digit |= (uint64_t)bnc_is_digit(at[i]) << i;
        l.dot |= (uint64_t)(at[i] == '.') << i;
        l.sign |= (uint64_t)(at[i] == '@') << i;
        l.star |= (uint64_t)(at[i] == '*') << i;
    }
    return l;
}
#endif

static bool has_three(uint64_t bits)
{
    bits &= bits - 1;
    bits &= bits - 1;
    return bits != 0 && (bits & (bits - 1)) == 0;
}

/* A digit before the first dot, and one behind the last. */
static bool digits_at_both_ends(const struct look *l)
{
    const uint64_t before = l->dot == 0 ? l->all : (l->dot & -l->dot) - 1;
    const uint64_t behind = l->dot == 0 ? l->all : ~UINT64_C(0) << (63 - __builtin_clzll(l->dot));

    return (l->digit & before) != 0 && (l->digit & behind) != 0;
}

/* As masking reads a reply code: 200 to 259, 400 to 599. */
static bool begins_like_reply(const char *at, size_t len)
{
    if (len < 3 || !bnc_is_digit(at[1]) || !bnc_is_digit(at[2]))
        return false;
    return at[0] == '4' || at[0] == '5' || (at[0] == '2' && at[1] <= '5');
}

/* mwinf5..., aup#...: what begins so may be kept, however long. */
static bool begins_like_family(const struct bnc_words *words, const char *at, size_t len)
{
    enum bnc_word_kind kind;
    size_t k = 0;

    while (k < len && k < 14 && at[k] >= 'a' && at[k] <= 'z')
        k++;
    if (k < 2 || k > 12 || k == len)
        return false;
    if (bnc_word_find(words, at, k) == BNC_WORD_LAST3)
        return true;
    kind = bnc_word_find(words, at, k + 1);
    return kind > BNC_WORD_EXACT && kind != BNC_WORD_DATE;
}

/* A number behind one of these is part of a name ("rfc 5322"). */
static bool follows_name(const struct walk *w, size_t start)
{
    static const char *const ends[] = { "rfc", "ion", "vel", "err" };
    const char *low = w->m->low;
    size_t k = start;

    for (int between = 0; k > 0 && !(low[k - 1] >= 'a' && low[k - 1] <= 'z'); k--) {
        if (bnc_is_digit(low[k - 1]))
            return k !=
                   w->opaque_end; /* a code may be a repeated one, which is dropped, and the word is before it */
        if (between == 4)
            return false;
        between += k == start || !bnc_byte_is(low[k], BNC_BYTE_BLANK);
    }
    if (k < 3)
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (memcmp(low + k - 3, ends[i], 3) == 0)
            return true;
    return false;
}

/* Digits and punctuation only: masking takes it for a number, and looks closer. */
static bool is_number_like(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bnc_byte_is(at[i], BNC_BYTE_ALNUM) && !bnc_is_digit(at[i]))
            return false;
    return true;
}

/* A token of letters among others: an id or a host, unless the tables or a code know it. */
static enum opaque opaque_word(const struct walk *w, const char *at, size_t len,
                               const struct look *l)
{
    const bool host = (l->dot & (l->dot - 1)) != 0;

    if (!host && (len < MIN_ID_BYTES || !digits_at_both_ends(l)))
        return OPAQUE_NONE;
    if (begins_like_reply(at, len) && !bnc_byte_is(at[3], BNC_BYTE_ALNUM))
        return OPAQUE_NONE;
    if (begins_like_family(w->m->words, at, len) ||
        bnc_word_find(w->m->words, at, len) != BNC_WORD_NONE)
        return OPAQUE_NONE;
    if (!host || digits_at_both_ends(l))
        return OPAQUE_ID;
    return memchr(at, '#', len) == NULL ? OPAQUE_HOST
                                        : OPAQUE_NONE; /* "page.html#part" is no host */
}

/* The class of the token of 'len' bytes at 'start'; OPAQUE_NONE if it is to stand as it is. */
static enum opaque opaque_class(const struct walk *w, size_t start, size_t len, struct look l)
{
    const char *at = w->m->low + start;

    if (l.star != 0 || (l.dot & l.dot >> 1) != 0)
        return OPAQUE_NONE;
    if (l.sign != 0)
        return len >= 3 && bnc_byte_is(at[0], BNC_BYTE_ALNUM) &&
                       bnc_word_find(w->m->words, at, len) == BNC_WORD_NONE
                   ? OPAQUE_ADDRESS
                   : OPAQUE_NONE;
    if (l.digit == l.all)
        return len != 3 && !follows_name(w, start) ? OPAQUE_NUMBER : OPAQUE_NONE;
    if ((l.digit | l.dot) == l.all)
        return has_three(l.dot) && !follows_name(w, start) ? OPAQUE_DOTTED : OPAQUE_NONE;
    if (len == 10 && l.digit == 0x36f && at[4] == '-' && at[7] == '-')
        return !follows_name(w, start) ? OPAQUE_DATE : OPAQUE_NONE;
    if (is_number_like(at, len))
        return OPAQUE_NONE;
    return opaque_word(w, at, len, &l);
}

/* What the pass can see of the token from the one before it: how it begins. */
static unsigned outside(const char *at, size_t len)
{
    return (unsigned)bnc_is_digit(at[0]) | (unsigned)begins_like_reply(at, len) << 1 |
           (unsigned)(len >= LONG_ID_BYTES) << 2;
}

/* ---- the key ---- */

/* Copies in steps of 32 bytes: key and text have room behind them. */
static void keep_to(struct walk *w, size_t to)
{
    const char *from = w->m->low + w->pos;
    char *dst = w->key + w->n;
    const size_t len = to - w->pos;

    for (size_t i = 0; i < len; i += 32)
        memcpy(dst + i, from + i, 32);
    w->n += len;
    w->pos = to;
}

static void put(struct walk *w, unsigned byte)
{
    w->key[w->n++] = (char)byte;
}

/* Masking measures "<...>": past a limit it is no longer one. */
static void note_angle(struct walk *w, size_t at)
{
    const size_t left = w->text.len - at, most = left < MAX_ANGLE_BYTES ? left : MAX_ANGLE_BYTES;

    keep_to(w, at + 1);
    put(w, left > most && memchr(w->text.at + at, '>', most) == NULL);
}

/*
 * "domain.Fix": masking tells a full stop without its blank from a host by the case around the only dot, where no digit
 * stands before it; then the key says so.
 */
static void note_case(struct walk *w, size_t start, const struct look *l)
{
    const char *dot;

    if (l->dot == 0 || (l->dot & (l->dot - 1)) != 0 || (l->digit & (l->dot - 1)) != 0 ||
        l->dot == 1)
        return;
    dot = w->text.at + start + (size_t)__builtin_ctzll(l->dot);
    for (int i = -1; i <= 2 && dot + i < w->text.at + w->text.len; i++)
        put(w, dot[i] >= 'A' && dot[i] <= 'Z');
}

/* Behind a number and a colon masking looks for the groups of an IPv6 address, and these are not opaque to it. */
static bool may_be_ipv6(const struct walk *w, size_t at)
{
    const char *low = w->m->low;

    if (at >= w->text.len || low[at] != ':')
        return false;
    while (at < w->text.len && (low[at] == ':' || bnc_is_digit(low[at])))
        at++;
    return at < w->text.len && bnc_byte_is(low[at], BNC_BYTE_TOKEN);
}

/* The hot token at 'at' goes into the key, by its class or as it stands; where to look on, 0: no shape. */
static size_t take_token(struct walk *w, size_t at)
{
    const char *low = w->m->low;
    size_t start = bnc_mask_token_start(w->m->token, at, 0);
    size_t stop = bnc_mask_token_end(w->m->token, w->text.len, at);
    const size_t end = stop;
    enum opaque class = OPAQUE_NONE;
    struct look l;

    while (stop > start && bnc_token_edge(low[stop - 1]))
        stop--;
    while (start < stop && bnc_token_edge(low[start]))
        start++;
    if (start >= stop || start < w->pos || stop - start > MAX_TOKEN_BYTES || may_be_ipv6(w, stop))
        return 0;
    l = look_at(low + start, stop - start);
    class = opaque_class(w, start, stop - start, l);
    if (class == OPAQUE_NONE) {
        keep_to(w, end);
        note_case(w, start, &l);
        return end;
    }
    keep_to(w, start);
    put(w, class);
    put(w, outside(low + start, stop - start));
    w->opaque_end = stop;
    w->pos = class != OPAQUE_HOST
                 ? stop
                 : (size_t)((const char *)memchr(low + start, '.', stop - start) - low);
    keep_to(w, stop);
    return end;
}

uint64_t bnc_shape(struct bnc_mask *m, struct bnc_span text)
{
    struct walk w = { .m = m, .text = text, .key = m->out };
    uint64_t shape;

    if (text.len > MAX_TEXT_BYTES)
        return 0;
    for (size_t at = 0; (at = bnc_mask_next_hot(m->hot, text.len, at)) < text.len;) {
        if (bnc_byte_is(m->low[at], BNC_BYTE_TOKEN)) {
            at = take_token(&w, at);
            if (at == 0)
                return 0;
        } else {
            if (m->low[at] == '\\')
                return 0; /* may be a line break written out, which cuts the token behind it */
            if (m->low[at] == '<')
                note_angle(&w, at);
            at++;
        }
    }
    keep_to(&w, text.len);
    shape = bnc_hash64(w.key, w.n, text.len > MAX_ANGLE_BYTES);
    return shape + (shape == 0);
}
