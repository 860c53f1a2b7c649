/* SPDX-License-Identifier: MIT
 * shape.c - which tokens masking turns into '*' whatever they are, and what else of them it can
 * see.
 *
 * Masking looks at a variable token itself (is it a code, a kept word, a known host?) and, from the
 * token before, at how it begins (does "450..." follow "550 "? does a digit follow a month?).  A
 * token is opaque here only if the answer to the first is no by its class alone; the second is kept
 * in the byte that stands for it.
 *
 *   address   holds an @                                         news@example.com
 *   id        letters and digits or dots, and no reply code in
 *             front, word or page of the tables, family's beginning,
 *             full stop without its blank                        98e6-2c.13, mx.example.org
 *   host      the same before a host of the tables, up to it     AM0EUR02FT5.prod.outlook.com
 *   number    digits only, of another length than a reply code, not
 *             behind "rfc", "section", "level", "err"             1790812800
 *   dotted    digits and exactly three dots                        198.51.100.7
 *   date      4-2-2 digits                                         2026-10-31
 *   time      2:2:2 digits                                         23:59:59
 *
 * Everything else that is variable (codes, markers, very short ids) stays, and makes a shape of its
 * own.  In doubt a token stays: that costs a pass of the masking, never an answer.
 */
#include "classify/shape.h"

#include "classify/mask_scan.h"
#include "classify/token.h"
#include "classify/token_kind.h"
#include "util/cpu.h"
#include "util/hash.h"

#define MAX_TEXT_BYTES 1024 /* longer responses are masked */
#define MAX_ANGLE_BYTES 300 /* masking gives up on "<...>" of 320 */
#define MIN_ID_BYTES 5 /* up to 4, hex digits may be a group of IPv6 */
#define LONG_ID_BYTES 16 /* masking takes / and = behind an id from here on */
#define MAX_TOKEN_BYTES 64

/*
 * What stands for a token in the key: control bytes that no text of a shape has (tab, CR, LF it
 * may).
 */
enum opaque {
    OPAQUE_NONE,
    OPAQUE_ADDRESS,
    OPAQUE_ID,
    OPAQUE_HOST,
    OPAQUE_NUMBER,
    OPAQUE_DOTTED,
    OPAQUE_DATE,
    OPAQUE_TIME,
    NOTE_GLUED = 11, /* no token: the one before is two, at its dot */
    NOTE_FAR /* no token: the < before is not closed */
};

struct walk {
    const struct bnc_mask *m;
    struct bnc_span text; /* as given: letter case tells sentences from hosts, ids from words */
    char *key; /* the shape so far */
    size_t n, pos; /* bytes of it; next byte of the text not in it */
    size_t opaque_end; /* where the last opaque token ended */
};

struct look {
    const char *at; /* the token, lower-cased, without the punctuation around it */
    size_t start, len;
    uint64_t all, core, digit, dot, mark; /* a bit for each byte of it */
    size_t host; /* OPAQUE_HOST: where the known one begins */
};

/* ---- what a token is ---- */

static inline bool one_bit(uint64_t bits)
{
    return bits != 0 && (bits & (bits - 1)) == 0;
}

static inline bool has_three(uint64_t bits)
{
    bits &= bits - 1;
    return one_bit(bits & (bits - 1));
}

/* As masking reads a reply code: 200 to 259, 400 to 599. */
static inline bool begins_like_reply(const struct look *l)
{
    if ((l->digit & 7) != 7)
        return false;
    return l->at[0] == '4' || l->at[0] == '5' || (l->at[0] == '2' && l->at[1] <= '5');
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
    const char *low = w->m->low;
    size_t k = start;

    for (int between = 0; k > 0 && !(low[k - 1] >= 'a' && low[k - 1] <= 'z'); k--) {
        if (low[k - 1] == '[' || low[k - 1] == '(')
            return false; /* always written, and no name ends so */
        if (bnc_is_digit(low[k - 1]))
            return k != w->opaque_end; /* a repeated code may be dropped: the word is before it */
        if (between == 4)
            return false;
        between += k == start || !bnc_byte_is(low[k], BNC_BYTE_BLANK);
    }
    if (k < 3)
        return false;
    switch ((unsigned char)low[k - 3] << 16 | (unsigned char)low[k - 2] << 8 |
            (unsigned char)low[k - 1]) {
    case 'r' << 16 | 'f' << 8 | 'c':
    case 'i' << 16 | 'o' << 8 | 'n':
    case 'v' << 16 | 'e' << 8 | 'l':
    case 'e' << 16 | 'r' << 8 | 'r':
        return true;
    default:
        return false;
    }
}

static inline enum opaque unless_named(const struct walk *w, const struct look *l,
                                       enum opaque class)
{
    return follows_name(w, l->start) ? OPAQUE_NONE : class;
}

/* Digits and punctuation only: masking takes it for a number, and looks closer. */
static inline enum opaque opaque_number(const struct walk *w, const struct look *l)
{
    if (l->digit == l->all)
        return l->len != 3 ? unless_named(w, l, OPAQUE_NUMBER) : OPAQUE_NONE;
    if ((l->digit | l->dot) == l->all)
        return has_three(l->dot) ? unless_named(w, l, OPAQUE_DOTTED) : OPAQUE_NONE;
    if (l->len == 10 && l->digit == 0x36f && l->at[4] == '-' && l->at[7] == '-')
        return unless_named(w, l, OPAQUE_DATE);
    return OPAQUE_NONE;
}

/*
 * Where a host of the tables begins in the token, 0: nowhere.  As masking: two names at least, no
 * digit in front.
 */
static inline size_t known_host(const struct bnc_words *words, const struct look *l)
{
    for (uint64_t dots = l->dot; (dots & (dots - 1)) != 0; dots &= dots - 1) {
        const size_t k = (size_t)__builtin_ctzll(dots) + 1;

        if (k + 4 < l->len && !bnc_is_digit(l->at[k]) &&
            bnc_word_may_be(words, l->at + k, l->len - k) &&
            bnc_word_get(words, l->at + k, l->len - k) == BNC_WORD_EXACT)
            return k;
    }
    return 0;
}

/* A full stop without its blank, in a token of one dot. */
static inline bool is_glued(const struct walk *w, const struct look *l)
{
    const size_t dot = (size_t)__builtin_ctzll(l->dot);
    const char next = w->text.at[l->start + dot + 1 < w->text.len ? l->start + dot + 1 : 0];

    return next >= 'A' && next <= 'Z' &&
           bnc_token_glued(w->text.at, w->m->low, l->start, l->start + l->len) > 0;
}

/* Pages end within four letters of their first dot, or at a #. */
static inline bool may_be_page(const struct look *l)
{
    const char *ending = l->at + __builtin_ctzll(l->dot) + 1;

    if ((l->core | l->dot) != l->all)
        return true;
    return one_bit(l->dot) && l->at + l->len <= ending + 4 && *ending != 'n' && *ending != 'o' &&
           !(ending[0] == 'c' && ending[1] == 'o');
}

/* A token of letters among others: an id or a host, unless the tables or a code know it. */
static inline enum opaque opaque_word(const struct walk *w, struct look *l)
{
    const struct bnc_words *words = w->m->words;
    const size_t end = l->start + l->len;

    if (l->dot == 0 && l->digit == 0)
        return l->mark == 0 && bnc_token_is_letter_id(w->text.at, l->start, end) ? OPAQUE_ID
                                                                                 : OPAQUE_NONE;
    if (l->len < MIN_ID_BYTES)
        return OPAQUE_NONE;
    if (begins_like_reply(l) && (l->core >> 3 & 1) == 0)
        return OPAQUE_NONE;
    if (bnc_word_may_begin(words, l->at) && begins_like_family(words, l->at, l->len))
        return OPAQUE_NONE;
    if (bnc_word_may_be(words, l->at, l->len) &&
        bnc_word_get(words, l->at, l->len) != BNC_WORD_NONE)
        return OPAQUE_NONE;
    if (l->dot == 0)
        return OPAQUE_ID;
    if (l->digit == 0 && may_be_page(l) && bnc_token_is_page(w->m->low, l->start, end))
        return OPAQUE_NONE;
    if (one_bit(l->dot))
        return is_glued(w, l) ? OPAQUE_NONE : OPAQUE_ID;
    l->host = known_host(words, l);
    return l->host > 0 ? OPAQUE_HOST : OPAQUE_ID;
}

/* The class of a token; OPAQUE_NONE if it is to stand as it is. */
static inline enum opaque opaque_class(const struct walk *w, struct look *l)
{
    if ((l->dot & l->dot >> 1) != 0)
        return OPAQUE_NONE;
    if (l->mark != 0)
        return memchr(l->at, '*', l->len) == NULL && l->len >= 3 && (l->mark & 1) == 0 &&
                       bnc_word_find(w->m->words, l->at, l->len) == BNC_WORD_NONE
                   ? OPAQUE_ADDRESS
                   : OPAQUE_NONE;
    return l->core == l->digit ? opaque_number(w, l) : opaque_word(w, l);
}

/* ---- the key ---- */

/* Copies in steps of 32 bytes: key and text have room behind them. */
static inline void keep_to(struct walk *w, size_t to)
{
    const char *from = w->m->low + w->pos;
    char *dst = w->key + w->n;
    const size_t len = to - w->pos;

    for (size_t i = 0; i < len; i += 32)
        memcpy(dst + i, from + i, 32);
    w->n += len;
    w->pos = to;
}

/* Masking takes what follows a long id for a part of it, if there is anything that may be. */
static inline bool swallows(const struct look *l)
{
    const char next = l->at[l->len];

    return l->len >= LONG_ID_BYTES &&
           (next == '/' || next == '=' || bnc_byte_is(next, BNC_BYTE_TOKEN));
}

/* The class, and what masking can see of the token from the one before it: how it begins. */
static inline void put_class(struct walk *w, enum opaque class, const struct look *l)
{
    w->key[w->n] = (char)class;
    w->key[w->n + 1] =
        (char)((l->digit & 1) | (unsigned)begins_like_reply(l) << 1 | (unsigned)swallows(l) << 2);
    w->n += 2;
}

/*
 * Masking measures "<...>", of which the key may hold less: past a limit it is no longer one. 
 * False where the limit is too near to tell.
 */
static bool note_angle(struct walk *w, size_t at)
{
    const size_t left = w->text.len - at,
                 most = left < MAX_ANGLE_BYTES + 40 ? left : MAX_ANGLE_BYTES + 40;
    const char *close;

    if (left <= MAX_ANGLE_BYTES)
        return true;
    close = memchr(w->text.at + at, '>', most);
    if (close != NULL)
        return close < w->text.at + at + MAX_ANGLE_BYTES;
    keep_to(w, at + 1);
    w->key[w->n++] = NOTE_FAR;
    return true;
}

/*
 * Behind a number and a colon masking looks for the groups of an IPv6 address, and these are not
 * opaque to it.
 */
static inline bool may_be_ipv6(const struct walk *w, size_t at)
{
    const char *low = w->m->low;

    if (low[at] != ':')
        return false;
    while (at < w->text.len && (low[at] == ':' || bnc_is_digit(low[at])))
        at++;
    return at < w->text.len && bnc_byte_is(low[at], BNC_BYTE_TOKEN);
}

static inline bool has_digits_of_time(const char *at)
{
    return bnc_is_digit(at[3]) && bnc_is_digit(at[4]) && bnc_is_digit(at[6]) && bnc_is_digit(at[7]);
}

/* "23:59:59" at the token of two digits, and no more of it. */
static inline bool is_time(const struct walk *w, const struct look *l)
{
    const size_t end = l->start + 8;

    return l->len == 2 && l->digit == 3 && end <= w->text.len && l->at[2] == ':' &&
           l->at[5] == ':' && has_digits_of_time(l->at) && l->at[8] != ':' &&
           !bnc_byte_is(l->at[8], BNC_BYTE_TOKEN);
}

static inline __attribute__((always_inline)) void look_at(const struct walk *w, size_t start,
                                                          size_t len, struct look *l)
{
    const struct bnc_mask_bits *b = &w->m->bits;
    const struct bnc_mask_view view = bnc_mask_view(start, len);
    const uint64_t core = bnc_mask_see(b->core, &view);
    const unsigned lead = (unsigned)__builtin_ctzll(core);

    l->len = 64 - (size_t)__builtin_clzll(core) - lead;
    l->start = start + lead;
    l->at = w->m->low + l->start;
    l->all = ~UINT64_C(0) >> (64 - l->len);
    l->core = core >> lead;
    l->digit = bnc_mask_see(b->digit, &view) >> lead;
    l->dot = bnc_mask_see(b->dot, &view) >> lead & l->all;
    l->mark = bnc_mask_see(b->mark, &view) >> lead;
}

/* 550 and 5.1.1: always kept, and in nearly every response. */
static inline bool is_plain_code(const char *at, size_t len)
{
    if (len == 3)
        return bnc_is_digit(at[0]) && bnc_is_digit(at[1]) && bnc_is_digit(at[2]);
    return len == 5 && at[1] == '.' && at[3] == '.' && bnc_is_digit(at[0]) && bnc_is_digit(at[2]) &&
           bnc_is_digit(at[4]);
}

/*
 * The hot token at 'at' goes into the key, by its class or as it stands; where to look on, 0: no
 * shape.
 */
static inline __attribute__((always_inline)) size_t take_token(struct walk *w, size_t at)
{
    const uint64_t *const token = w->m->bits.token;
    const uint64_t below = ~token[at / 64] << (63 - at % 64), above = ~token[at / 64] >> at % 64;
    const size_t start =
        below != 0 ? at + 1 - (size_t)__builtin_clzll(below) : bnc_mask_token_start(token, at, 0);
    const size_t end = above != 0 ? at + (size_t)__builtin_ctzll(above)
                                  : bnc_mask_token_end(token, w->text.len, at);
    enum opaque class;
    struct look l;
    size_t stop;

    if (is_plain_code(w->m->low + start, end - start) && w->m->low[end] != ':')
        return end;
    if (start < w->pos || end - start > MAX_TOKEN_BYTES)
        return 0;
    look_at(w, start, end - start, &l);
    stop = l.start + l.len;
    if (is_time(w, &l) && !follows_name(w, l.start)) {
        class = OPAQUE_TIME;
        stop = l.start + 8;
    } else if ((l.core == l.digit || l.len < MIN_ID_BYTES) && may_be_ipv6(w, stop)) {
        return 0;
    } else {
        class = opaque_class(w, &l);
    }
    if (class == OPAQUE_NONE) {
        if (one_bit(l.dot) && is_glued(w, &l)) {
            keep_to(w, end);
            w->key[w->n++] = NOTE_GLUED;
        }
        return end;
    }
    keep_to(w, l.start);
    put_class(w, class, &l);
    w->opaque_end = stop;
    w->pos = class != OPAQUE_HOST ? stop : l.start + l.host - 1;
    return stop > end ? stop : end;
}

/* A hot byte that is part of no token; false: no shape. */
static inline bool take_odd(struct walk *w, size_t at)
{
    const char c = w->m->low[at];

    if (c == '<')
        return note_angle(w, at);
    /* A backslash may be a line break written out, which cuts the token behind it. */
    return c != '\\' && (c == ' ' || c == '\t' || c == '\n' || c == '\r');
}

/* The bits of a block that are not before byte 'from'; the block begins at byte 'at'. */
static inline uint64_t bits_from(uint64_t bits, size_t at, size_t from)
{
    if (from <= at)
        return bits;
    return from < at + 64 ? bits & ~UINT64_C(0) << (from - at) : 0;
}

static inline __attribute__((always_inline)) uint64_t shape_of(struct bnc_mask *m,
                                                               struct bnc_span text)
{
    struct walk w = { .m = m, .text = text, .key = m->out };
    uint64_t shape;

    if (text.len > MAX_TEXT_BYTES)
        return 0;
    for (size_t i = 0, next = 0; i * 64 < text.len; i++)
        for (uint64_t hot = bits_from(m->bits.hot[i], i * 64, next); hot != 0;
             hot = bits_from(hot, i * 64, next)) {
            const size_t at = i * 64 + (size_t)__builtin_ctzll(hot);

            if ((m->bits.token[i] >> at % 64 & 1) != 0)
                next = take_token(&w, at);
            else
                next = take_odd(&w, at) ? at + 1 : 0;
            if (next == 0)
                return 0;
        }
    keep_to(&w, text.len);
    shape = bnc_hash64(w.key, w.n, text.len > MAX_ANGLE_BYTES);
    return shape + (shape == 0);
}

static uint64_t shape_generic(struct bnc_mask *m, struct bnc_span text)
{
    return shape_of(m, text);
}

#if defined(__x86_64__)
/* The same code: shifts of BMI2 and copies of 32 bytes are a third of it. */
__attribute__((target("avx2,bmi,bmi2"), flatten)) static uint64_t shape_avx2(struct bnc_mask *m,
                                                                             struct bnc_span text)
{
    return shape_of(m, text);
}
#endif

bnc_shape_fn *bnc_shape_pick(uint32_t cpu)
{
#if defined(__x86_64__)
    if ((cpu & BNC_CPU_AVX2) != 0)
        return shape_avx2;
#endif
    return shape_generic;
}
