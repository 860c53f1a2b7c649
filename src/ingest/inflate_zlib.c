/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "ingest/inflate.h"

#define RAW_DEFLATE (-15) /* no wrapper, window of 32 KiB */

static void *zlib_create(void)
{
    z_stream *z = calloc(1, sizeof *z);

    if (z != NULL && inflateInit2(z, RAW_DEFLATE) != Z_OK) {
        free(z);
        z = NULL;
    }
    return z;
}

static void zlib_reset(void *state)
{
    inflateReset(state);
}

static uInt clamp(size_t n)
{
    return n < UINT_MAX ? (uInt)n : UINT_MAX;
}

static enum bnc_inflate_result zlib_run(void *state, struct bnc_inflate_io *io)
{
    z_stream *z = state;
    const uInt in = clamp(io->in_len), out = clamp(io->out_len);
    int rc;

    z->next_in = (z_const Bytef *)io->in;
    z->avail_in = in;
    z->next_out = io->out;
    z->avail_out = out;
    rc = inflate(z, Z_NO_FLUSH);
    io->in += in - z->avail_in;
    io->in_len -= in - z->avail_in;
    io->out += out - z->avail_out;
    io->out_len -= out - z->avail_out;
    io->unread = 0;
    if (rc == Z_STREAM_END)
        return BNC_INFLATE_END;
    if (rc == Z_MEM_ERROR)
        return BNC_INFLATE_NOMEM;
    return rc == Z_OK || rc == Z_BUF_ERROR ? BNC_INFLATE_MORE : BNC_INFLATE_BAD;
}

static uint32_t zlib_crc32(uint32_t crc, const unsigned char *at, size_t len)
{
    return (uint32_t)crc32_z(crc, at, len);
}

uint32_t bnc_crc32_combine(uint32_t first, uint32_t second, size_t len)
{
    return (uint32_t)crc32_combine(first, second, (z_off_t)len);
}

static void zlib_free(void *state)
{
    if (state != NULL)
        inflateEnd(state);
    free(state);
}

const struct bnc_inflater bnc_inflater_zlib = { "zlib",   zlib_create, zlib_reset,
                                                zlib_run, zlib_crc32,  zlib_free };
