/* SPDX-License-Identifier: MIT */
#include "ingest/inflate.h"

#if BNC_WITH_ISAL
#include <isa-l.h>
#include <limits.h>
#include <stdlib.h>

static void isal_reset(void *state)
{
    isal_inflate_init(state); /* leaves crc_flag at ISAL_DEFLATE: no wrapper */
}

static void *isal_create(void)
{
    struct inflate_state *s = malloc(sizeof *s);

    if (s != NULL)
        isal_reset(s);
    return s;
}

static uint32_t clamp(size_t n)
{
    return n < INT_MAX ? (uint32_t)n : INT_MAX; /* ISA-L keeps some lengths in an int */
}

static enum bnc_inflate_result isal_run(void *state, struct bnc_inflate_io *io)
{
    struct inflate_state *s = state;
    const uint32_t in = clamp(io->in_len), out = clamp(io->out_len);
    int rc;

    s->next_in = (uint8_t *)(uintptr_t)io->in;
    s->avail_in = in;
    s->next_out = io->out;
    s->avail_out = out;
    rc = isal_inflate(s);
    io->in += in - s->avail_in;
    io->in_len -= in - s->avail_in;
    io->out += out - s->avail_out;
    io->out_len -= out - s->avail_out;
    io->unread = 0;
    if (rc < 0)
        return BNC_INFLATE_BAD;
    if (s->block_state != ISAL_BLOCK_FINISH)
        return BNC_INFLATE_MORE;
    /* whole bytes still in the bit buffer belong to what follows */
    io->unread = s->read_in_length > 0 ? (size_t)s->read_in_length / 8 : 0;
    return BNC_INFLATE_END;
}

static uint32_t isal_crc32(uint32_t crc, const unsigned char *at, size_t len)
{
    return crc32_gzip_refl(crc, at, len);
}

static const struct bnc_inflater isal = { "isal",   isal_create, isal_reset,
                                          isal_run, isal_crc32,  free };
const struct bnc_inflater *const bnc_inflater_isal = &isal;

#else

const struct bnc_inflater *const bnc_inflater_isal = NULL;

#endif
