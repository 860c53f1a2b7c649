/* SPDX-License-Identifier: MIT
 * test_inflate.c - our inflater against zlib: the same bytes, the same end, the same faults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>
#include <zlib.h>

#include "ingest/inflate.h"

#define OUT_MAX ((size_t)1 << 20)

/* What an inflater made of a stream. */
struct got {
    enum bnc_inflate_result result; /* MORE: it ended too early */
    size_t n;                       /* bytes made */
    char *bytes;
};

/* Gives the stream in pieces of 'in_step' and takes the output in pieces of 'out_step'. */
static struct got inflate_in_steps(const struct bnc_inflater *with, const unsigned char *in,
                                   size_t len, size_t in_step, size_t out_step)
{
    struct got got = { .bytes = malloc(OUT_MAX) };
    unsigned char *piece = malloc(out_step);
    void *state = with->create();
    size_t at = 0;

    assert_non_null(state);
    with->run(state, &(struct bnc_inflate_io){ .in = (const unsigned char *)"K", .in_len = 1,
                                               .out = piece, .out_len = out_step });
    with->reset(state);
    for (;;) {
        const size_t left = len - at, room = OUT_MAX - got.n;
        struct bnc_inflate_io io = { .in = in + at,
                                     .in_len = left < in_step ? left : in_step,
                                     .out = piece,
                                     .out_len = room < out_step ? room : out_step };

        got.result = with->run(state, &io);
        memcpy(got.bytes + got.n, piece, (size_t)(io.out - piece));
        got.n += (size_t)(io.out - piece);
        if (got.result != BNC_INFLATE_MORE || (io.in == in + at && io.out == piece))
            break;
        at = (size_t)(io.in - in);
        if (got.result == BNC_INFLATE_END)
            break;
    }
    with->free(state);
    free(piece);
    return got;
}

static void assert_same(const unsigned char *in, size_t len, size_t in_step, size_t out_step)
{
    struct got want = inflate_in_steps(&bnc_inflater_zlib, in, len, len + 1, OUT_MAX);
    struct got got = inflate_in_steps(&bnc_inflater_own, in, len, in_step, out_step);

    assert_int_equal(got.result == BNC_INFLATE_END, want.result == BNC_INFLATE_END);
    assert_true(want.result != BNC_INFLATE_BAD || got.result == BNC_INFLATE_BAD);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.bytes, want.bytes, want.n);
    free(want.bytes);
    free(got.bytes);
}

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static unsigned char letter(unsigned temper, uint64_t r)
{
    if (temper == 1)
        return (unsigned char)r;
    return (unsigned char)(temper == 2 ? "aab"[r % 3] : "0123456789abcdef,.@550 \n"[r % 24]);
}

/* Texts of several tempers: rows, noise, a few letters, long runs, far repetitions. */
static void make_text(unsigned char *text, size_t len, unsigned temper, uint64_t seed)
{
    uint64_t x = seed * 2654435761u + 1;
    size_t at = 0;

    while (at < len) {
        const uint64_t r = next_random(&x);
        size_t n = 1 + r % 300, from = at > 0 ? (size_t)(r >> 20) % at : 0;

        if (n > len - at)
            n = len - at;
        if (temper == 0 && at > 0 && r >> 60 > 3)
            for (size_t i = 0; i < n; i++)
                text[at + i] = text[from + i];
        else if (temper == 3)
            memset(text + at, (int)(r >> 40 & 0xff), n);
        else
            for (size_t i = 0; i < n; i++)
                text[at + i] = letter(temper, next_random(&x) >> 32);
        at += n;
    }
}

static size_t pack(unsigned char *to, size_t cap, const unsigned char *text, size_t len, int level,
                   int strategy, int mem_level)
{
    z_stream z = { .next_in = (z_const Bytef *)text,
                   .avail_in = (uInt)len,
                   .next_out = to,
                   .avail_out = (uInt)cap };

    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -15, mem_level, strategy), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return cap - z.avail_out;
}

#define TEXT_BYTES ((size_t)100000)

static void own__gives_what_zlib_gives(void **state)
{
    unsigned char *text = malloc(TEXT_BYTES), *packed = malloc(2 * TEXT_BYTES);
    static const size_t steps[] = { 1, 2, 7, 64, 300, 1000, 33000, OUT_MAX };
    uint64_t x = 99;

    (void)state;
    for (unsigned i = 0; i < 150; i++) {
        const size_t len = 1 + next_random(&x) % TEXT_BYTES;
        const int strategies[] = { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED };
        size_t n;

        make_text(text, len, i % 5, i);
        n = pack(packed, 2 * TEXT_BYTES, text, len, (int)(i / 5 % 10), strategies[i % 7 % 5],
                 1 + (int)(i % 9));
        assert_same(packed, n, steps[next_random(&x) % 8], steps[next_random(&x) % 8]);
        assert_same(packed, n, OUT_MAX, steps[next_random(&x) % 8]);
        assert_same(packed, n, steps[next_random(&x) % 8], OUT_MAX);
    }
    free(text);
    free(packed);
}

static void own__leaves_what_follows_the_stream(void **state)
{
    unsigned char text[3000], packed[4000];

    (void)state;
    for (size_t len = 0; len < sizeof text; len += 1 + len / 3) {
        size_t n;

        make_text(text, len, 4, len);
        n = pack(packed, sizeof packed - 100, text, len, 6, Z_DEFAULT_STRATEGY, 8);
        memset(packed + n, 0xa5, 100);
        for (size_t more = 0; more <= 100; more += 5) {
            unsigned char out[4000];
            struct bnc_inflate_io io = { packed, n + more, out, sizeof out, 0 };
            void *s = bnc_inflater_own.create();

            assert_int_equal(bnc_inflater_own.run(s, &io), BNC_INFLATE_END);
            assert_true(io.unread <= 8);
            assert_int_equal((size_t)(io.in - packed) - io.unread, n);
            assert_int_equal(io.in_len, more - io.unread);
            bnc_inflater_own.free(s);
        }
    }
}

static void own__stops_where_zlib_stops(void **state)
{
    unsigned char *text = malloc(TEXT_BYTES), *packed = malloc(2 * TEXT_BYTES);
    uint64_t x = 7;

    (void)state;
    for (unsigned i = 0; i < 1200; i++) {
        const size_t len = 1 + next_random(&x) % 5000;
        size_t n;

        make_text(text, len, i % 5, i);
        n = pack(packed, 2 * TEXT_BYTES, text, len, 1 + (int)(i % 9),
                 i % 11 == 0 ? Z_FIXED : Z_DEFAULT_STRATEGY, 9);
        if (i % 3 == 0)
            n = next_random(&x) % n; /* cut */
        else /* damaged, in its head or anywhere */
            packed[next_random(&x) % (i % 3 == 1 && n > 60 ? 60 : n)] ^=
                (unsigned char)(1 << next_random(&x) % 8);
        assert_same(packed, n, OUT_MAX, OUT_MAX);
        assert_same(packed, n, 1 + next_random(&x) % 50, 1 + next_random(&x) % 50);
    }
    free(text);
    free(packed);
}

/* Bits as DEFLATE writes them: numbers low bit first, codes high bit first. */
struct bits {
    unsigned char at[400];
    size_t n;
};

static void put(struct bits *b, unsigned value, unsigned n)
{
    for (unsigned i = 0; i < n; i++, b->n++)
        b->at[b->n / 8] |= (unsigned char)((value >> i & 1) << b->n % 8);
}

static void put_code(struct bits *b, unsigned code, unsigned n)
{
    while (n-- > 0)
        put(b, code >> n & 1, 1);
}

static void assert_outcome(const struct bits *b, enum bnc_inflate_result result, size_t n)
{
    const size_t len = (b->n + 7) / 8;
    struct got got = inflate_in_steps(&bnc_inflater_own, b->at, len, OUT_MAX, OUT_MAX);

    assert_int_equal(got.result, result);
    assert_int_equal(got.n, n);
    free(got.bytes);
    for (size_t step = 1; step < 4; step++)
        assert_same(b->at, len, step, step);
}

static void own__refuses_what_no_block_is(void **state)
{
    struct bits kind3 = { 0 }, length = { 0 }, counts = { 0 }, before = { 0 }, symbol = { 0 };

    (void)state;
    put(&kind3, 7, 3);
    assert_outcome(&kind3, BNC_INFLATE_BAD, 0);
    put(&length, 1, 8); /* stored, 5 bytes, and the complement is not */
    put(&length, 5, 16);
    put(&length, 5, 16);
    assert_outcome(&length, BNC_INFLATE_BAD, 0);
    put(&counts, 5, 3); /* 287 literals and lengths */
    put(&counts, 30, 14);
    put(&counts, 0, 32);
    assert_outcome(&counts, BNC_INFLATE_BAD, 0);
    put(&before, 3, 3); /* one byte, and a match of distance 2 */
    put_code(&before, 0x30 + 'a', 8);
    put_code(&before, 1, 7);
    put_code(&before, 1, 5);
    put(&before, 0, 32);
    assert_outcome(&before, BNC_INFLATE_BAD, 1);
    put(&symbol, 3, 3); /* symbol 286 */
    put_code(&symbol, 0xc6, 8);
    put(&symbol, 0, 32);
    assert_outcome(&symbol, BNC_INFLATE_BAD, 0);
}

/*
 * A block whose only symbols are END and, where 'distance_bits' is 1, one distance, with a code
 * of one bit each; behind it 'symbols'.
 */
static struct bits lone_codes(unsigned end_bits, unsigned distance_bits, unsigned symbols)
{
    struct bits b = { 0 };

    put(&b, 5, 3);
    put(&b, 0, 5);  /* 257 literals and lengths */
    put(&b, 0, 5);  /* one distance */
    put(&b, 14, 4); /* lengths of 18 codes: 18 takes 1 bit, 0 and 1 take 2 */
    for (unsigned i = 0; i < 18; i++) /* 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 */
        put(&b, i == 2 ? 1 : i == 3 || i == 17 ? 2 : 0, 3);
    put_code(&b, 0, 1); /* 138 + 118 times 0 */
    put(&b, 127, 7);
    put_code(&b, 0, 1);
    put(&b, 107, 7);
    put_code(&b, end_bits == 1 ? 3 : 2, 2);
    put_code(&b, distance_bits == 1 ? 3 : 2, 2);
    put(&b, symbols, 8);
    return b;
}

static void own__takes_codes_of_one_symbol(void **state)
{
    const struct bits ends = lone_codes(1, 0, 0), one = lone_codes(1, 1, 0);
    const struct bits wrong = lone_codes(1, 0, 1), endless = lone_codes(0, 1, 0);

    (void)state;
    assert_outcome(&ends, BNC_INFLATE_END, 0);
    assert_outcome(&one, BNC_INFLATE_END, 0);
    assert_outcome(&wrong, BNC_INFLATE_BAD, 0);
    assert_outcome(&endless, BNC_INFLATE_BAD, 0);
}

static void crc32__is_zlibs(void **state)
{
    unsigned char text[2000];

    (void)state;
    make_text(text, sizeof text, 1, 5);
    for (size_t len = 0; len < sizeof text; len += 1 + len / 20)
        assert_int_equal(bnc_inflater_own.crc32(0x12345678, text + len % 16, len - len % 16 / 2),
                         crc32(0x12345678, text + len % 16, (uInt)(len - len % 16 / 2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own__gives_what_zlib_gives),
        cmocka_unit_test(own__leaves_what_follows_the_stream),
        cmocka_unit_test(own__stops_where_zlib_stops),
        cmocka_unit_test(own__refuses_what_no_block_is),
        cmocka_unit_test(own__takes_codes_of_one_symbol),
        cmocka_unit_test(crc32__is_zlibs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
