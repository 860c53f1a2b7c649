/* SPDX-License-Identifier: MIT
 * shape.c - walks over the hot tokens of a scanned text: opaque ones become a byte, all else is
 * copied.
 */
#include "classify/shape.h"

#include "classify/mask_scan.h"
#include "classify/opaque.h"
#include "util/cpu.h"
#include "util/hash.h"

#define MAX_TEXT_BYTES 1024 /* longer responses are masked */
#define MAX_ANGLE_BYTES 300 /* masking gives up on "<...>" of 320 */
#define MAX_TOKEN_BYTES 64

/*
 * In the key stand classes for tokens, and these notes: control bytes that no text of a shape has
 * (tab, CR, LF it may).
 */
enum {
    NOTE_GLUED = 11, /* no token: the one before is two, at its dot */
    NOTE_FAR /* no token: the < before is not closed */
};

struct walk {
    const struct bnc_mask *m;
    struct bnc_around around;
    struct bnc_shape *shape;
    char *key; /* the shape so far */
    size_t n, pos; /* bytes of it; next byte of the text not in it */
};

/* ---- the key ---- */

static inline void keep_to(struct walk *w, size_t to)
{
    const size_t len = to - w->pos;

    bnc_mask_copy(w->key + w->n, w->m->low + w->pos, len);
    w->n += len;
    w->pos = to;
}

static inline void put_hole(struct walk *w, enum bnc_opaque class, const struct bnc_look *l)
{
    const bool more = bnc_opaque_more(w->around.text, l->start + l->len);
    const unsigned note = bnc_opaque_note(l, more);

    keep_to(w, l->start);
    w->key[w->n++] = (char)class;
    w->key[w->n++] = (char)note;
    w->pos = l->stop;
    w->around.opaque_end = l->stop > l->start + l->len ? l->stop : l->start + l->len;
    if (w->shape->n_holes < BNC_MAX_HOLES)
        w->shape->holes[w->shape->n_holes] = (struct bnc_hole){
            (uint16_t)l->start, (uint16_t)l->stop, (uint8_t)class, (uint8_t)note
        };
    w->shape->n_holes += w->shape->n_holes <= BNC_MAX_HOLES;
}

/*
 * Masking measures "<...>", of which the key may hold less: past a limit it is no longer one.
 * False where the limit is too near to tell.
 */
static bool note_angle(struct walk *w, size_t at)
{
    const struct bnc_span text = w->around.text;
    const size_t left = text.len - at,
                 most = left < MAX_ANGLE_BYTES + 40 ? left : MAX_ANGLE_BYTES + 40;
    const char *close;

    w->shape->measured = true;
    if (left <= MAX_ANGLE_BYTES)
        return true;
    close = memchr(text.at + at, '>', most);
    if (close != NULL)
        return close < text.at + at + MAX_ANGLE_BYTES;
    keep_to(w, at + 1);
    w->key[w->n++] = NOTE_FAR;
    return true;
}

static inline __attribute__((always_inline)) void look_at(const struct walk *w, size_t start,
                                                          size_t len, struct bnc_look *l)
{
    const struct bnc_mask_bits *b = &w->m->bits;
    const struct bnc_mask_view view = bnc_mask_view(start, len);
    const uint64_t core = bnc_mask_see(b->core, &view);
    const unsigned lead = (unsigned)__builtin_ctzll(core);

    l->len = 64 - (size_t)__builtin_clzll(core) - lead;
    l->start = start + lead;
    l->low = w->m->low + l->start;
    l->raw = w->around.text.at + l->start;
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
                                  : bnc_mask_token_end(token, w->around.text.len, at);
    enum bnc_opaque class;
    struct bnc_look l;

    if (is_plain_code(w->m->low + start, end - start) && w->m->low[end] != ':')
        return end;
    if (start < w->pos || end - start > MAX_TOKEN_BYTES)
        return 0;
    look_at(w, start, end - start, &l);
    class = bnc_opaque_judge(&w->around, &l);
    if (class == BNC_OPAQUE_REFUSED)
        return 0;
    if (class != BNC_OPAQUE_NONE) {
        put_hole(w, class, &l);
        return w->pos > end ? w->pos : end;
    }
    if (bnc_one_bit(l.dot) && bnc_look_glued(&l)) {
        keep_to(w, end);
        w->key[w->n++] = NOTE_GLUED;
    }
    return end;
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

static inline __attribute__((always_inline)) bool walk(struct walk *w)
{
    const struct bnc_mask *m = w->m;
    const size_t len = w->around.text.len;

    for (size_t i = 0, next = 0; i * 64 < len; i++)
        for (uint64_t hot = bits_from(m->bits.hot[i], i * 64, next); hot != 0;
             hot = bits_from(hot, i * 64, next)) {
            const size_t at = i * 64 + (size_t)__builtin_ctzll(hot);

            if ((m->bits.token[i] >> at % 64 & 1) != 0)
                next = take_token(w, at);
            else
                next = take_odd(w, at) ? at + 1 : 0;
            if (next == 0)
                return false;
        }
    keep_to(w, len);
    return true;
}

static inline __attribute__((always_inline)) void shape_of(struct bnc_mask *m, struct bnc_span text,
                                                           struct bnc_shape *shape)
{
    struct walk w = { m, { m->words, text, 0 }, shape, m->out, 0, 0 };

    shape->fp = 0;
    shape->measured = false;
    shape->n_holes = 0;
    if (text.len > MAX_TEXT_BYTES || !walk(&w))
        return;
    shape->fp = bnc_hash64(w.key, w.n, text.len > MAX_ANGLE_BYTES);
    shape->fp += shape->fp == 0;
}

static void shape_generic(struct bnc_mask *m, struct bnc_span text, struct bnc_shape *shape)
{
    shape_of(m, text, shape);
}

#if defined(__x86_64__)
/* The same code: shifts of BMI2 and copies of 32 bytes are a third of it. */
__attribute__((target("avx2,bmi,bmi2"), flatten)) static void
shape_avx2(struct bnc_mask *m, struct bnc_span text, struct bnc_shape *shape)
{
    shape_of(m, text, shape);
}
#endif

bnc_shape_fn *bnc_shape_pick(uint32_t cpu)
{
#if defined(__x86_64__)
    if ((cpu & BNC_CPU_AVX2) != 0)
        return shape_avx2;
#else
    (void)cpu;
#endif
    return shape_generic;
}
