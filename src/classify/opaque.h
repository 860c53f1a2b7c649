/* SPDX-License-Identifier: MIT
 * opaque.h - which tokens masking turns into '*' whatever they are, and what else of them it can
 * see.  Shared by shape.c, which walks over a scanned text, and recall.c, which looks at the
 * places where an earlier text had such a token.
 *
 * Masking looks at a variable token itself (is it a code, a kept word, a known host?) and, from the
 * token before, at how it begins (does "450..." follow "550 "? does a digit follow a month?).  A
 * token is opaque here only if the answer to the first is no by its class alone; the second is its
 * note.
 *
 *   address   holds an @                                         news@example.com
 *   id        letters and digits or dots, and no reply code in
 *             front, word or page of the tables, family's beginning,
 *             full stop without its blank                        98e6-2c.13, mx.example.org
 *   host      the same before a host of the tables, up to it     AM0EUR02FT5.prod.outlook.com
 *   number    digits, or groups of them without dots between, no
 *             reply code in front, not behind "rfc", "section",
 *             "level", "err"                                       1790812800, 2026-10-31
 *   dotted    digits and exactly three dots, the same             198.51.100.7
 *   time      2:2:2 digits                                         23:59:59
 *
 * Everything else that is variable (codes, markers, very short ids) stays, and makes a shape of its
 * own.  In doubt a token stays: that costs a pass of the masking, never an answer.
 */
#ifndef BNC_CLASSIFY_OPAQUE_H
#define BNC_CLASSIFY_OPAQUE_H

#include "classify/kept_words.h"
#include "classify/token.h"
#include "classify/token_kind.h"

#define BNC_OPAQUE_ID_BYTES 5 /* at least: up to 4, hex digits may be a group of IPv6 */
#define BNC_OPAQUE_LONG_ID_BYTES 16 /* masking takes / and = behind an id from here on */

enum bnc_opaque {
    BNC_OPAQUE_NONE,
    BNC_OPAQUE_ADDRESS,
    BNC_OPAQUE_ID,
    BNC_OPAQUE_HOST,
    BNC_OPAQUE_NUMBER,
    BNC_OPAQUE_DOTTED,
    BNC_OPAQUE_TIME,
    BNC_OPAQUE_REFUSED /* what stands here can't be told apart cheaply: no shape */
};

/* What stands around a token. */
struct bnc_around {
    const struct bnc_words *words;
    struct bnc_span text; /* as given: letter case tells sentences from hosts, ids from words */
    size_t opaque_end; /* where the last opaque token ended */
};

/* A token without the punctuation around it. */
struct bnc_look {
    const char *low; /* lower-cased; so are the two bytes before it, if there are any */
    const char *raw; /* as written: text.at + start */
    size_t start, len; /* of 64 bytes at most */
    uint64_t all, core, digit, dot, mark; /* a bit for each byte of it, as in bnc_mask_bits */
    size_t stop; /* where the opaque part ends, in the text */
};

static inline bool bnc_one_bit(uint64_t bits)
{
    return bits != 0 && (bits & (bits - 1)) == 0;
}

/* As masking reads a reply code: 200 to 259, 400 to 599. */
static inline bool bnc_look_like_reply(const struct bnc_look *l)
{
    if ((l->digit & 7) != 7)
        return false;
    return l->raw[0] == '4' || l->raw[0] == '5' || (l->raw[0] == '2' && l->raw[1] <= '5');
}

/* mwinf5..., aup#...: what begins so may be kept, however long. */
static inline bool bnc_look_like_family(const struct bnc_words *words, const char *at, size_t len)
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

static inline bool bnc_is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

/* A number behind one of these is part of a name ("rfc 5322"). */
static inline bool bnc_follows_name(const struct bnc_around *a, size_t start)
{
    const char *raw = a->text.at;
    size_t k = start;

    for (int between = 0; k > 0 && !bnc_is_letter(raw[k - 1]); k--) {
        if (raw[k - 1] == '[' || raw[k - 1] == '(')
            return false; /* always written, and no name ends so */
        if (bnc_is_digit(raw[k - 1]))
            return k != a->opaque_end; /* a repeated code may be dropped: the word is before it */
        if (between == 4)
            return false;
        between += k == start || !bnc_byte_is(raw[k], BNC_BYTE_BLANK);
    }
    if (k < 3)
        return false;
    switch (((unsigned char)raw[k - 3] << 16 | (unsigned char)raw[k - 2] << 8 |
             (unsigned char)raw[k - 1]) |
            0x202020) {
    case 'r' << 16 | 'f' << 8 | 'c':
    case 'i' << 16 | 'o' << 8 | 'n':
    case 'v' << 16 | 'e' << 8 | 'l':
    case 'e' << 16 | 'r' << 8 | 'r':
        return true;
    default:
        return false;
    }
}

static inline bool bnc_has_three_bits(uint64_t bits)
{
    bits &= bits - 1;
    return bnc_one_bit(bits & (bits - 1));
}

/* Digits and punctuation only: masking takes it for a number, and looks closer. */
static inline enum bnc_opaque bnc_opaque_number(const struct bnc_around *a,
                                                const struct bnc_look *l)
{
    enum bnc_opaque class = BNC_OPAQUE_NUMBER;

    if ((l->digit | l->dot) == l->all && l->dot != 0 && bnc_has_three_bits(l->dot))
        class = BNC_OPAQUE_DOTTED;
    else if (l->dot != 0 || l->len == 3 || (bnc_look_like_reply(l) && (l->core >> 3 & 1) == 0))
        return BNC_OPAQUE_NONE;
    return bnc_follows_name(a, l->start) ? BNC_OPAQUE_NONE : class;
}

/*
 * Where a host of the tables begins in the token, 0: nowhere.  As masking: two names at least, no
 * digit in front.
 */
static inline size_t bnc_look_known_host(const struct bnc_words *words, const struct bnc_look *l)
{
    for (uint64_t dots = l->dot; (dots & (dots - 1)) != 0; dots &= dots - 1) {
        const size_t k = (size_t)__builtin_ctzll(dots) + 1;

        if (k + 4 < l->len && !bnc_is_digit(l->low[k]) &&
            bnc_word_may_be(words, l->low + k, l->len - k) &&
            bnc_word_get(words, l->low + k, l->len - k) == BNC_WORD_EXACT)
            return k;
    }
    return 0;
}

/* Whether the dot of a token that has one at most may be a full stop without its blank. */
static inline bool bnc_look_may_be_glued(const struct bnc_look *l)
{
    const size_t dot = (size_t)__builtin_ctzll(l->dot | UINT64_C(1) << 63);

    return dot + 2 < l->len && l->raw[dot + 1] >= 'A' && l->raw[dot + 1] <= 'Z' &&
           !(l->raw[dot + 2] >= 'A' && l->raw[dot + 2] <= 'Z');
}

/* "domain.Fix", in a token of one dot. */
static inline bool bnc_look_glued(const struct bnc_look *l)
{
    return bnc_look_may_be_glued(l) && bnc_token_glued(l->raw, l->low, 0, l->len) > 0;
}

/*
 * Whether a token without digits may be a page: such begin to end at their first dot in one of a
 * few ways, and end there or at a #, which is neither core nor dot.
 */
static inline bool bnc_look_may_be_page(const struct bnc_look *l)
{
    const unsigned dot = (unsigned)__builtin_ctzll(l->dot);

    if (((l->core | l->dot) ^ l->all) >> dot != 0)
        return true;
    if (!bnc_one_bit(l->dot) || l->len < dot + 3u)
        return false;
    switch (((unsigned char)l->raw[dot + 1] << 8 | (unsigned char)l->raw[dot + 2]) | 0x2020) {
    case 'a' << 8 | 's':
    case 'h' << 8 | 't':
    case 'p' << 8 | 'h':
    case 'c' << 8 | 'g':
    case 'j' << 8 | 's':
    case 't' << 8 | 'x':
    case 'p' << 8 | 'd':
    case 'p' << 8 | 'l':
    case 'p' << 8 | 'y':
        return true;
    default:
        return false;
    }
}

static inline bool bnc_look_like_page(const struct bnc_look *l)
{
    const size_t back = l->start < 2 ? l->start : 2;

    return bnc_look_may_be_page(l) && bnc_token_is_page(l->low - back, back, back + l->len);
}

/* A token of letters among others: an id or a host, unless the tables or a code know it. */
static inline enum bnc_opaque bnc_opaque_word(const struct bnc_around *a, struct bnc_look *l)
{
    const struct bnc_words *words = a->words;
    size_t host;

    if (l->dot == 0 && l->digit == 0)
        return l->mark == 0 && bnc_token_is_letter_id(l->raw, 0, l->len) ? BNC_OPAQUE_ID
                                                                         : BNC_OPAQUE_NONE;
    if (l->digit == 0 && (l->dot & l->core << 1 & l->core >> 1) == 0)
        return BNC_OPAQUE_NONE; /* masking stops for dots between letters only */
    if (l->len < BNC_OPAQUE_ID_BYTES || (bnc_look_like_reply(l) && (l->core >> 3 & 1) == 0))
        return BNC_OPAQUE_NONE;
    if (bnc_word_may_be(words, l->low, l->len) &&
        (bnc_look_like_family(words, l->low, l->len) ||
         bnc_word_get(words, l->low, l->len) != BNC_WORD_NONE))
        return BNC_OPAQUE_NONE;
    if (l->dot == 0)
        return BNC_OPAQUE_ID;
    if (l->digit == 0 && bnc_look_like_page(l))
        return BNC_OPAQUE_NONE;
    if (bnc_one_bit(l->dot))
        return bnc_look_glued(l) ? BNC_OPAQUE_NONE : BNC_OPAQUE_ID;
    host = bnc_look_known_host(words, l);
    if (host == 0)
        return BNC_OPAQUE_ID;
    l->stop = l->start + host - 1;
    return BNC_OPAQUE_HOST;
}

static inline enum bnc_opaque bnc_opaque_address(const struct bnc_around *a,
                                                 const struct bnc_look *l)
{
    if (l->len < 3 || (l->mark & 1) != 0 || memchr(l->low, '*', l->len) != NULL)
        return BNC_OPAQUE_NONE;
    return bnc_word_find(a->words, l->low, l->len) == BNC_WORD_NONE ? BNC_OPAQUE_ADDRESS
                                                                    : BNC_OPAQUE_NONE;
}

/*
 * Behind a number and a colon masking looks for the groups of an IPv6 address, and these are not
 * opaque to it.
 */
static inline bool bnc_may_be_ipv6(struct bnc_span text, size_t at)
{
    if (at >= text.len || text.at[at] != ':')
        return false;
    while (at < text.len && (text.at[at] == ':' || bnc_is_digit(text.at[at])))
        at++;
    return at < text.len && bnc_byte_is(text.at[at], BNC_BYTE_TOKEN);
}

/* "23:59:59" at the token of two digits, and no more of it. */
static inline bool bnc_look_like_time(struct bnc_span text, const struct bnc_look *l)
{
    const char *at = l->raw;
    const size_t end = l->start + 8;

    return l->len == 2 && l->digit == 3 && end <= text.len && at[2] == ':' && at[5] == ':' &&
           bnc_is_digit(at[3]) && bnc_is_digit(at[4]) && bnc_is_digit(at[6]) &&
           bnc_is_digit(at[7]) &&
           (end == text.len || (at[8] != ':' && !bnc_byte_is(at[8], BNC_BYTE_TOKEN)));
}

/* The class of a token, and l->stop; BNC_OPAQUE_NONE if it is to stand as it is. */
static inline enum bnc_opaque bnc_opaque_judge(const struct bnc_around *a, struct bnc_look *l)
{
    l->stop = l->start + l->len;
    if (bnc_look_like_time(a->text, l) && !bnc_follows_name(a, l->start)) {
        l->stop = l->start + 8;
        return BNC_OPAQUE_TIME;
    }
    if ((l->core == l->digit || l->len < BNC_OPAQUE_ID_BYTES) && bnc_may_be_ipv6(a->text, l->stop))
        return BNC_OPAQUE_REFUSED;
    if ((l->dot & l->dot >> 1) != 0)
        return BNC_OPAQUE_NONE;
    if (l->mark != 0)
        return bnc_opaque_address(a, l);
    return l->core == l->digit ? bnc_opaque_number(a, l) : bnc_opaque_word(a, l);
}

/* ---- tokens that stand where an earlier text had one of a class ---- */

/* Of a token without digits: whether it is an id or a host, and no page, at once. */
static inline bool bnc_is_plain_letters(const struct bnc_look *l)
{
    if (l->dot == 0)
        return bnc_token_is_letter_id(l->raw, 0, l->len);
    return (l->dot & l->core << 1 & l->core >> 1) != 0 && !bnc_look_may_be_page(l);
}

/* Whether a token of letters is an id, or a host of which 'host' bytes are known, at once. */
static inline bool bnc_is_plain_word(const struct bnc_words *words, struct bnc_look *l, size_t host)
{
    const uint64_t reply = l->digit & l->digit >> 1 & l->digit >> 2 & ~(l->core >> 3) & 1;

    if ((l->mark | (l->dot & l->dot >> 1) | reply) != 0 || l->digit == l->core ||
        l->len < BNC_OPAQUE_ID_BYTES || bnc_word_may_be(words, l->raw, l->len))
        return false;
    if (l->digit == 0 && !bnc_is_plain_letters(l))
        return false;
    if ((l->dot & (l->dot - 1)) == 0) /* a full stop has no digits before it */
        return host == 0 && ((l->digit & (l->dot - 1)) != 0 || !bnc_look_may_be_glued(l));
    for (uint64_t dots = l->dot; (dots & (dots - 1)) != 0; dots &= dots - 1) {
        const size_t k = (size_t)__builtin_ctzll(dots) + 1, len = l->len - k;

        if (bnc_word_may_be(words, l->raw + k, len)) {
            l->stop = l->start + k - 1;
            return len == host;
        }
    }
    return host == 0;
}

/* Whether it is a number (of three dots, if 'dotted') at once, given that no name is before it. */
static inline bool bnc_is_plain_number(struct bnc_span text, const struct bnc_look *l, bool dotted)
{
    if (l->core != l->digit || (l->stop < text.len && text.at[l->stop] == ':'))
        return false;
    if (dotted)
        return (l->digit | l->dot) == l->all && bnc_has_three_bits(l->dot) &&
               (l->dot & l->dot >> 1) == 0;
    return l->dot == 0 && l->len != 3 && ((l->digit & 7) != 7 || (l->core >> 3 & 1) != 0);
}

static inline bool bnc_is_plain_address(const struct bnc_words *words, const struct bnc_look *l)
{
    return (l->mark & ~UINT64_C(1)) != 0 && bnc_one_bit(l->mark) &&
           l->raw[__builtin_ctzll(l->mark)] == '@' && l->len >= BNC_OPAQUE_ID_BYTES &&
           (l->dot & l->dot >> 1) == 0 && !bnc_word_may_be(words, l->raw, l->len);
}

/*
 * Whether bnc_opaque_judge() says 'class' of a token, and l->stop, as far as that shows without its
 * lower-cased bytes; false: ask it.  'hint' is what bytes that are compared anyway tell: of a host,
 * how many bytes behind the opaque part the tables know; of digits, whether surely no name is
 * before them.
 */
static inline bool bnc_opaque_is_plainly(enum bnc_opaque class, const struct bnc_around *a,
                                         struct bnc_look *l, uint8_t hint)
{
    l->stop = l->start + l->len;
    switch (class) {
    case BNC_OPAQUE_ID:
        return bnc_is_plain_word(a->words, l, 0);
    case BNC_OPAQUE_HOST:
        return bnc_is_plain_word(a->words, l, hint);
    case BNC_OPAQUE_ADDRESS:
        return bnc_is_plain_address(a->words, l);
    case BNC_OPAQUE_NUMBER:
    case BNC_OPAQUE_DOTTED:
        return hint != 0 && bnc_is_plain_number(a->text, l, class == BNC_OPAQUE_DOTTED);
    case BNC_OPAQUE_TIME:
        l->stop = l->start + 8;
        return hint != 0 && bnc_look_like_time(a->text, l);
    default:
        return false;
    }
}

/*
 * What masking can see of an opaque token from the one before it: how it begins; and whether it
 * takes what follows a long id for a part of it, if there is anything that may be ('more'). Three
 * bits, without a jump: how an id begins can't be foreseen.
 */
static inline unsigned bnc_opaque_note(const struct bnc_look *l, bool more)
{
    const unsigned first = (unsigned char)l->raw[0], second = (unsigned char)l->raw[l->len > 1];
    /* a bit for each first digit, which it is where it counts */
    const uint32_t replies = (UINT32_C(0x30) | (uint32_t)(second <= '5') << 2) << ('0' & 31);
    const unsigned reply = replies >> (first & 31) & ((l->digit & 7) == 7);

    return (unsigned)(l->digit & 1) | reply << 1 |
           (unsigned)(more & (l->len >= BNC_OPAQUE_LONG_ID_BYTES)) << 2;
}

/* Whether masking may take what follows a token that ends at 'at' for a part of it. */
static inline bool bnc_opaque_more(struct bnc_span text, size_t at)
{
    return at < text.len &&
           (text.at[at] == '/' || text.at[at] == '=' || bnc_byte_is(text.at[at], BNC_BYTE_TOKEN));
}

#endif
