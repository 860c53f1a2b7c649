/* SPDX-License-Identifier: MIT
 * fuzz_inflate.c - DEFLATE data, damaged or not, through our inflater and through zlib.
 *
 * The first two bytes say in which pieces ours gets the input and gives the output.  Both must give
 * the same bytes, and both or neither the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/inflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX ((size_t)1 << 17)

struct got {
    bool ended;
    size_t n, left; /* bytes made; bytes behind the end */
    char *bytes;
};

static struct got inflate_in_steps(const struct bnc_inflater *with, const uint8_t *in, size_t len,
                                   size_t in_step, size_t out_step)
{
    struct got got = { .bytes = malloc(OUT_MAX) };
    void *state = with->create();
    enum bnc_inflate_result result;
    bool moved = true;

    do {
        unsigned char *piece = malloc(out_step); /* of its own, so that no call can see another's */
        struct bnc_inflate_io io = { .in = in,
                                     .in_len = len < in_step ? len : in_step,
                                     .out = piece,
                                     .out_len = out_step };
        size_t made;

        result = with->run(state, &io);
        made = (size_t)(io.out - piece);
        if (made > OUT_MAX - got.n)
            made = OUT_MAX - got.n;
        memcpy(got.bytes + got.n, piece, made);
        free(piece);
        got.n += made;
        moved = made > 0 || io.in > in;
        len -= (size_t)(io.in - in);
        in = io.in;
        got.left = len + io.unread;
    } while (result == BNC_INFLATE_MORE && moved && got.n < OUT_MAX);
    got.ended = result == BNC_INFLATE_END;
    with->free(state);
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct got want, got;

    if (size < 2)
        return 0;
    want = inflate_in_steps(&bnc_inflater_zlib, data + 2, size - 2, size, OUT_MAX);
    got = inflate_in_steps(&bnc_inflater_own, data + 2, size - 2,
                           data[0] < 200 ? data[0] + 1 : size,
                           data[1] < 200 ? (size_t)data[1] * data[1] + 1 : OUT_MAX);
    if (want.n != got.n || memcmp(want.bytes, got.bytes, want.n) != 0 ||
        (want.n < OUT_MAX && want.ended != got.ended) || (got.ended && got.left != want.left)) {
        fprintf(stderr, "zlib: %zu bytes, end %d; own: %zu bytes, end %d\n", want.n, want.ended,
                got.n, got.ended);
        abort();
    }
    free(want.bytes);
    free(got.bytes);
    return 0;
}
