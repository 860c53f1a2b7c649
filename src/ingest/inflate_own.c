/* SPDX-License-Identifier: MIT
 * inflate_own.c - DEFLATE (RFC 1951) in plain C, as fast as this machine has libraries for.
 *
 *     stream:  block block ... block    block:  last(1) kind(2) ...
 *     kind 0:  up to the next byte, length(16) ~length(16), that many bytes as they are
 *     kind 1:  symbols in a code that is agreed upon
 *     kind 2:  counts(5 5 4), a code for lengths (3 each), in it the lengths of two codes, symbols
 *
 * Input and output end anywhere.  A *step* is what can be done at once or not at all, and none
 * needs more than 48 bits: whole bytes go from the input to 'bits', which holds 63, and stay there
 * until the step can be done.  Symbols are a step each as well, where input or output end;
 * everywhere else fast() decodes them, which reads 8 bytes at a time and writes beyond a match's
 * end, and therefore wants some room in both.  The last 32 KiB put out are kept between calls,
 * since each may write elsewhere.
 *
 * CSV packed by gzip -6 holds runs of 2.5 literals between matches of 21 bytes, in blocks of 27 KB:
 * time goes to the guess whether a literal follows, to looking up one symbol after the other, and
 * to building tables.  Hence small tables (10 and 9 bits: they fit L1 and are built in 1 us), and
 * copies of 64 bytes without asking, which is once in 20 matches too few.  1 GB of it, checksum
 * included, thread-seconds on Zen 5: 0.79, ISA-L 2.30 0.92, zlib 1.8.  What was tried and lost:
 * entries for two literals (the loop gains 15 %, building them takes it), tables of 11 and 12 bits,
 * four literals a turn, AVX2 copies (nothing), BMI2 (2 %).
 *
 * What is wrong is told as zlib tells it, at the same byte of output: see tests/unit/test_inflate.c.
 */
#include <stdlib.h>
#include <string.h>

#include "ingest/huffman.h"
#include "ingest/inflate.h"

#define LITERAL_BITS 10
#define DISTANCE_BITS 9
#define LENGTH_BITS 7 /* of the code for lengths */
#define N_LITERALS 288
#define N_DISTANCES 32
#define N_LENGTHS 19
#define END_OF_BLOCK 256
#define WINDOW ((size_t)32 << 10)
#define MAX_MATCH 258
#define COPY ((size_t)64)                           /* bytes that fast() copies at least */
#define FAST_IN ((ptrdiff_t)24)                     /* what a turn of fast() may read, */
#define FAST_OUT ((ptrdiff_t)(3 + MAX_MATCH + COPY)) /* and write */

enum step { BLOCK, STORED, BYTES, COUNTS, LENGTH_CODE, LENGTHS, SYMBOLS, ENDED };

struct own {
    uint64_t bits; /* of the input, the next one lowest; 0 above the n-th */
    unsigned n;
    enum step step;
    bool last;
    unsigned n_literals, n_distances, n_lengths, at; /* of a block's codes; the next length */
    size_t copy, distance; /* bytes of a match, or stored ones (no distance), still to come */
    size_t have;           /* bytes in the window */
    uint32_t literals[BNC_HUFFMAN_ENTRIES(LITERAL_BITS, N_LITERALS)];
    uint32_t distances[BNC_HUFFMAN_ENTRIES(DISTANCE_BITS, N_DISTANCES)];
    uint32_t lengths[1 << LENGTH_BITS];
    uint8_t lens[N_LITERALS + N_DISTANCES];
    uint32_t literal_of[N_LITERALS], distance_of[N_DISTANCES], length_of[N_LENGTHS]; /* symbols */
    unsigned char window[WINDOW];
};

struct io {
    const unsigned char *in, *in_end;
    unsigned char *out, *out_end, *out_from; /* from: where this call began */
};

enum outcome { DONE, NEED_IN, NEED_OUT, BLOCK_END, BAD };

/* ---- bits ---- */

/* The low 'k' < 64 bits. */
static inline uint64_t low(uint64_t v, unsigned k)
{
    return v & (((uint64_t)1 << (k & 63)) - 1);
}

/* Makes sure of 'k' <= 56 bits. */
static bool need(struct own *s, struct io *io, unsigned k)
{
    for (; s->n < k; s->n += 8) {
        if (io->in == io->in_end)
            return false;
        s->bits |= (uint64_t)*io->in++ << s->n;
    }
    return true;
}

static uint32_t take(struct own *s, unsigned k)
{
    const uint32_t v = (uint32_t)low(s->bits, k);

    s->bits >>= k;
    s->n -= k;
    return v;
}

static inline uint64_t load64(const unsigned char *at)
{
    uint64_t v;

    memcpy(&v, at, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

/* What a base entry stands for, extra bits added. */
static inline size_t value(uint32_t entry, uint64_t bits)
{
    return (entry >> 16) + (size_t)(low(bits, entry) >> (entry >> 8 & 63));
}

static inline unsigned bits_of(uint32_t entry)
{
    return entry & 63;
}

static inline bool is_literal(uint32_t entry)
{
    return (entry & BNC_HUFFMAN_LITERAL) != 0;
}

static inline bool is(uint32_t entry, uint32_t kind)
{
    return (entry & (BNC_HUFFMAN_LITERAL | kind)) == kind;
}

/* ---- symbols one by one ---- */

static void copy_match(struct own *s, struct io *io)
{
    for (; s->copy > 0 && io->out < io->out_end; s->copy--) {
        const size_t made = (size_t)(io->out - io->out_from);

        *io->out = s->distance <= made ? *(io->out - s->distance)
                                       : s->window[s->have + made - s->distance];
        io->out++;
    }
}

/* The next literal or length, and its distance, as soon as all bits of them are there. */
static bool find_symbol(struct own *s, struct io *io, uint32_t *e, uint32_t *d)
{
    for (;;) {
        *e = bnc_huffman_find(s->literals, LITERAL_BITS, s->bits);
        if (bits_of(*e) <= s->n) {
            if (is_literal(*e) || is(*e, BNC_HUFFMAN_OTHER))
                return true;
            *d = bnc_huffman_find(s->distances, DISTANCE_BITS, s->bits >> bits_of(*e));
            if (bits_of(*e) + bits_of(*d) <= s->n)
                return true;
        }
        if (!need(s, io, s->n + 1))
            return false;
    }
}

static enum outcome symbol(struct own *s, struct io *io)
{
    uint32_t e, d = 0;

    if (!find_symbol(s, io, &e, &d))
        return NEED_IN;
    if (is(e, BNC_HUFFMAN_OTHER)) {
        take(s, bits_of(e));
        return is(e, BNC_HUFFMAN_END) ? BLOCK_END : BAD;
    }
    if (io->out == io->out_end)
        return NEED_OUT;
    if (is_literal(e)) {
        *io->out++ = (unsigned char)(e >> 16);
        take(s, bits_of(e));
        return DONE;
    }
    s->copy = value(e, s->bits);
    take(s, bits_of(e));
    s->distance = value(d, s->bits);
    take(s, bits_of(d));
    if (is(d, BNC_HUFFMAN_OTHER) || s->distance > s->have + (size_t)(io->out - io->out_from))
        return BAD;
    copy_match(s, io);
    return s->copy > 0 ? NEED_OUT : DONE;
}

/* ---- symbols by the million ---- */

/* A match that begins before this call's output: false where nothing was ever put out there. */
static __attribute__((noinline)) bool copy_far(const struct own *s, const struct io *io,
                                              unsigned char *out, size_t distance, size_t len)
{
    size_t before = distance - (size_t)(out - io->out_from);
    const unsigned char *from = io->out_from;

    if (before > s->have)
        return false;
    for (; len > 0 && before > 0; len--)
        *out++ = s->window[s->have - before--];
    for (; len > 0; len--)
        *out++ = *from++;
    return true;
}

static inline void copy16(unsigned char *to, const unsigned char *from)
{
    unsigned char t[16];

    memcpy(t, from, sizeof t);
    memcpy(to, t, sizeof t);
}

/* Writes up to COPY bytes more than 'len'. */
static inline void copy_near(unsigned char *to, size_t distance, size_t len)
{
    const unsigned char *from = to - distance;
    unsigned char *const end = to + len;

    if (distance < 16) {
        if (distance == 1)
            memset(to, *from, len);
        else
            while (to < end)
                *to++ = *from++;
        return;
    }
    copy16(to, from);
    copy16(to + 16, from + 16);
    copy16(to + 32, from + 32);
    copy16(to + 48, from + 48);
    for (to += COPY, from += COPY; to < end; to += 16, from += 16)
        copy16(to, from);
}

/* In fast(), 'n' counts in its low 6 bits only, so that whole entries can be taken from it. */
#define REFILL() (bits |= load64(in) << (n & 63), in += 7 - (n >> 3 & 7), n |= 56)
#define EAT(entry) (bits >>= bits_of(entry), n -= (entry))
#define NEXT() literals[bits & ((1 << LITERAL_BITS) - 1)]
#define PUT_LITERAL() (*out++ = (unsigned char)(e >> 16), EAT(e), e = NEXT())

/*
 * Symbols until the block ends (BLOCK_END) or there is too little input or output left for a turn
 * (DONE).  A turn takes up to three literals, or up to two and a match, and begins with 56 bits
 * and the entry that the first of them find.
 */
static enum outcome fast(struct own *s, struct io *io)
{
    const uint32_t *const literals = s->literals, *const distances = s->distances;
    const unsigned char *in = io->in, *const in_stop = io->in_end - FAST_IN;
    unsigned char *out = io->out, *const out_stop = io->out_end - FAST_OUT;
    enum outcome outcome = DONE;
    uint64_t bits = s->bits;
    unsigned n = s->n;
    uint32_t e, d;

    REFILL();
    e = NEXT();
    do {
        size_t len, distance;

        if (is_literal(e)) {
            PUT_LITERAL();
            if (is_literal(e)) {
                PUT_LITERAL();
                if (is_literal(e)) {
                    PUT_LITERAL();
                    REFILL();
                    continue;
                }
            }
        }
        if (is(e, BNC_HUFFMAN_OTHER)) { /* 36 bits are left, or more */
            e = bnc_huffman_find(literals, LITERAL_BITS, bits);
            if (is_literal(e)) {
                PUT_LITERAL();
                REFILL();
                continue;
            }
            if (is(e, BNC_HUFFMAN_OTHER)) {
                EAT(e);
                outcome = is(e, BNC_HUFFMAN_END) ? BLOCK_END : BAD;
                break;
            }
        }
        len = value(e, bits);
        EAT(e);
        d = distances[bits & ((1 << DISTANCE_BITS) - 1)];
        REFILL();
        if (is(d, BNC_HUFFMAN_OTHER)) {
            d = bnc_huffman_find(distances, DISTANCE_BITS, bits);
            if (is(d, BNC_HUFFMAN_OTHER)) {
                outcome = BAD;
                break;
            }
        }
        distance = value(d, bits);
        EAT(d);
        e = NEXT();
        REFILL();
        if (distance <= (size_t)(out - io->out_from))
            copy_near(out, distance, len);
        else if (!copy_far(s, io, out, distance, len)) {
            outcome = BAD;
            break;
        }
        out += len;
    } while (in < in_stop && out < out_stop);
    s->n = n & 63;
    s->bits = low(bits, s->n);
    io->in = in;
    io->out = out;
    return outcome;
}

static enum outcome symbols(struct own *s, struct io *io)
{
    enum outcome outcome;

    copy_match(s, io);
    outcome = s->copy > 0 ? NEED_OUT : DONE;
    while (outcome == DONE)
        outcome = io->in_end - io->in > FAST_IN && io->out_end - io->out > FAST_OUT
                      ? fast(s, io)
                      : symbol(s, io);
    if (outcome != BLOCK_END)
        return outcome;
    s->step = BLOCK;
    return DONE;
}

/* ---- what stands before them ---- */

static enum outcome use_agreed_code(struct own *s)
{
    memset(s->lens, 8, 144);
    memset(s->lens + 144, 9, 112);
    memset(s->lens + 256, 7, 24);
    memset(s->lens + 280, 8, 8);
    bnc_huffman_build(s->literals, LITERAL_BITS, s->lens, N_LITERALS, s->literal_of);
    memset(s->lens, 5, N_DISTANCES);
    bnc_huffman_build(s->distances, DISTANCE_BITS, s->lens, N_DISTANCES, s->distance_of);
    s->step = SYMBOLS;
    return DONE;
}

static enum outcome begin_block(struct own *s, struct io *io)
{
    if (s->last) {
        s->step = ENDED;
        return DONE;
    }
    if (!need(s, io, 3))
        return NEED_IN;
    s->last = take(s, 1);
    switch (take(s, 2)) {
    case 0:
        take(s, s->n & 7);
        s->step = STORED;
        return DONE;
    case 1: return use_agreed_code(s);
    case 2: s->step = COUNTS; return DONE;
    default: return BAD;
    }
}

static enum outcome begin_stored(struct own *s, struct io *io)
{
    if (!need(s, io, 32))
        return NEED_IN;
    s->copy = take(s, 16);
    s->step = BYTES;
    return take(s, 16) == (s->copy ^ 0xffff) ? DONE : BAD;
}

static enum outcome copy_stored(struct own *s, struct io *io)
{
    size_t len = s->copy;

    for (; len > 0 && s->n > 0 && io->out < io->out_end; len--)
        *io->out++ = (unsigned char)take(s, 8);
    s->copy = len;
    if (s->n == 0) {
        if (len > (size_t)(io->in_end - io->in))
            len = (size_t)(io->in_end - io->in);
        if (len > (size_t)(io->out_end - io->out))
            len = (size_t)(io->out_end - io->out);
        if (len > 0)
            memcpy(io->out, io->in, len);
        io->in += len;
        io->out += len;
        s->copy -= len;
    }
    if (s->copy > 0)
        return io->out == io->out_end ? NEED_OUT : NEED_IN;
    s->step = BLOCK;
    return DONE;
}

static enum outcome read_counts(struct own *s, struct io *io)
{
    if (!need(s, io, 14))
        return NEED_IN;
    s->n_literals = take(s, 5) + 257;
    s->n_distances = take(s, 5) + 1;
    s->n_lengths = take(s, 4) + 4;
    s->at = 0;
    memset(s->lens, 0, N_LENGTHS);
    s->step = LENGTH_CODE;
    return s->n_literals <= 286 && s->n_distances <= 30 ? DONE : BAD;
}

static enum outcome read_length_code(struct own *s, struct io *io)
{
    static const uint8_t order[N_LENGTHS] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                              11, 4,  12, 3, 13, 2, 14, 1, 15 };

    for (; s->at < s->n_lengths; s->at++) {
        if (!need(s, io, 3))
            return NEED_IN;
        s->lens[order[s->at]] = (uint8_t)take(s, 3);
    }
    s->at = 0;
    s->step = LENGTHS;
    return bnc_huffman_build(s->lengths, LENGTH_BITS, s->lens, N_LENGTHS, s->length_of) ? DONE
                                                                                        : BAD;
}

/* A length, or several that are equal. */
static enum outcome read_length(struct own *s, struct io *io)
{
    static const uint8_t extra[3] = { 2, 3, 7 }, least[3] = { 3, 3, 11 };
    uint32_t e;
    unsigned what, n = 1;
    uint8_t len = 0;

    for (;;) {
        e = bnc_huffman_find(s->lengths, LENGTH_BITS, s->bits);
        what = e >> 16 & 31;
        if (bits_of(e) + (what < 16 ? 0 : extra[what - 16]) <= s->n)
            break;
        if (!need(s, io, s->n + 1))
            return NEED_IN;
    }
    take(s, bits_of(e));
    if (!is_literal(e) || (what == 16 && s->at == 0))
        return BAD;
    if (what <= 16)
        len = what < 16 ? (uint8_t)what : s->lens[s->at - 1];
    if (what >= 16)
        n = least[what - 16] + take(s, extra[what - 16]);
    if (n > s->n_literals + s->n_distances - s->at)
        return BAD;
    memset(s->lens + s->at, len, n);
    s->at += n;
    return DONE;
}

static enum outcome read_lengths(struct own *s, struct io *io)
{
    while (s->at < s->n_literals + s->n_distances) {
        const enum outcome outcome = read_length(s, io);

        if (outcome != DONE)
            return outcome;
    }
    s->step = SYMBOLS;
    return s->lens[END_OF_BLOCK] != 0 &&
                   bnc_huffman_build(s->literals, LITERAL_BITS, s->lens, s->n_literals,
                                     s->literal_of) &&
                   bnc_huffman_build(s->distances, DISTANCE_BITS, s->lens + s->n_literals,
                                     s->n_distances, s->distance_of)
               ? DONE
               : BAD;
}

/* ---- the inflater ---- */

/* Remembers the end of what this call put out. */
static void keep(struct own *s, const struct io *io)
{
    const size_t made = (size_t)(io->out - io->out_from);
    const size_t len = made < WINDOW ? made : WINDOW;
    const size_t old = s->have < WINDOW - len ? s->have : WINDOW - len;

    if (len == 0)
        return;
    memmove(s->window, s->window + s->have - old, old);
    memcpy(s->window + old, io->out - len, len);
    s->have = old + len;
}

static enum outcome do_step(struct own *s, struct io *io)
{
    switch (s->step) {
    case BLOCK: return begin_block(s, io);
    case STORED: return begin_stored(s, io);
    case BYTES: return copy_stored(s, io);
    case COUNTS: return read_counts(s, io);
    case LENGTH_CODE: return read_length_code(s, io);
    case LENGTHS: return read_lengths(s, io);
    case SYMBOLS: return symbols(s, io);
    case ENDED: break;
    }
    return NEED_IN;
}

static enum bnc_inflate_result own_run(void *state, struct bnc_inflate_io *bio)
{
    struct own *s = state;
    struct io io = { .in = bio->in,
                     .in_end = bio->in + bio->in_len,
                     .out = bio->out,
                     .out_end = bio->out + bio->out_len,
                     .out_from = bio->out };
    enum outcome outcome;

    do
        outcome = do_step(s, &io);
    while (outcome == DONE);
    bio->in = io.in;
    bio->in_len = (size_t)(io.in_end - io.in);
    bio->out = io.out;
    bio->out_len = (size_t)(io.out_end - io.out);
    bio->unread = s->step == ENDED ? s->n / 8 : 0;
    if (outcome == BAD)
        return BNC_INFLATE_BAD;
    if (s->step == ENDED)
        return BNC_INFLATE_END;
    keep(s, &io);
    return BNC_INFLATE_MORE;
}

static void own_reset(void *state)
{
    struct own *s = state;

    s->bits = 0;
    s->n = 0;
    s->step = BLOCK;
    s->last = false;
    s->copy = 0;
    s->have = 0;
}

/* Entries of lengths and distances: 'n' bases, the extra bits of each one more every 'every'. */
static void fill_bases(uint32_t *symbols, unsigned n, uint32_t base, unsigned every)
{
    for (unsigned i = 0; i < n; i++) {
        const unsigned extra = i < 2 * every ? 0 : i / every - 1;

        symbols[i] = base << 16 | extra;
        base += 1u << extra;
    }
}

static void fill_symbols(struct own *s)
{
    for (unsigned i = 0; i < END_OF_BLOCK; i++)
        s->literal_of[i] = BNC_HUFFMAN_LITERAL | i << 16;
    s->literal_of[END_OF_BLOCK] = BNC_HUFFMAN_END;
    fill_bases(s->literal_of + END_OF_BLOCK + 1, 28, 3, 4);
    s->literal_of[285] = (uint32_t)MAX_MATCH << 16;
    s->literal_of[286] = s->literal_of[287] = BNC_HUFFMAN_WRONG;
    fill_bases(s->distance_of, 30, 1, 2);
    s->distance_of[30] = s->distance_of[31] = BNC_HUFFMAN_WRONG;
    for (unsigned i = 0; i < N_LENGTHS; i++)
        s->length_of[i] = BNC_HUFFMAN_LITERAL | i << 16;
}

static void *own_create(void)
{
    struct own *s = malloc(sizeof *s);

    if (s != NULL) {
        fill_symbols(s);
        own_reset(s);
    }
    return s;
}

static uint32_t own_crc32(uint32_t crc, const unsigned char *at, size_t len)
{
    const struct bnc_inflater *with = bnc_inflater_isal != NULL ? bnc_inflater_isal
                                                                : &bnc_inflater_zlib;

    return with->crc32(crc, at, len);
}

const struct bnc_inflater bnc_inflater_own = { "own",   own_create, own_reset,
                                               own_run, own_crc32,  free };
