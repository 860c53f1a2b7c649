/* SPDX-License-Identifier: MIT */
#include "ingest/transcode.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#define IN_BYTES ((size_t)64 << 10)
#define OUT_BYTES (3 * IN_BYTES + 16)    /* Latin-1 at most triples, UTF-16 grows by half */

struct bnc_transcode {
    iconv_t cd;
    size_t unit;                         /* bytes dropped for what is no character */
    bnc_pull_fn pull;
    void *arg;
    bool ended;                          /* pull() has nothing more */
    enum bnc_status status;              /* of pull(), kept until what came before is given out */
    struct bnc_error err;
    size_t in_len;                       /* bytes of in[] not yet converted, at its start */
    size_t out_at, out_len;              /* bytes of out[] not yet given out */
    char in[IN_BYTES], out[OUT_BYTES];
};

static const char *charset(enum bnc_encoding encoding)
{
    switch (encoding) {
    case BNC_ENCODING_UTF16LE: return "UTF-16LE";
    case BNC_ENCODING_UTF16BE: return "UTF-16BE";
    default: return "WINDOWS-1252";
    }
}

enum bnc_status bnc_transcode_create(struct bnc_transcode **tc, enum bnc_encoding encoding, bnc_pull_fn pull, void *arg,
                                     struct bnc_error *err)
{
    struct bnc_transcode *t = calloc(1, sizeof *t);

    *tc = NULL;
    if (t == NULL)
        return bnc_error_nomem(err);
    t->cd = iconv_open("UTF-8", charset(encoding));
    if (t->cd == (iconv_t)-1) {
        free(t);
        return bnc_error_sys(err, BNC_ENOMEM, "cannot convert from %s", charset(encoding));
    }
    t->unit = encoding == BNC_ENCODING_LATIN1 ? 1 : 2;
    t->pull = pull;
    t->arg = arg;
    *tc = t;
    return BNC_OK;
}

static void replace(struct bnc_transcode *t, char **in, size_t *left)
{
    const size_t drop = *left < t->unit ? *left : t->unit;

    memcpy(t->out + t->out_len, "\xef\xbf\xbd", 3);
    t->out_len += 3;
    *in += drop;
    *left -= drop;
}

/* Converts all of in[] that is whole; out[] is empty before. */
static void convert(struct bnc_transcode *t)
{
    char *in = t->in;
    size_t left = t->in_len;

    t->out_at = t->out_len = 0;
    while (left > 0) {
        char *out = t->out + t->out_len;
        size_t room = OUT_BYTES - t->out_len;
        const size_t rc = iconv(t->cd, &in, &left, &out, &room);

        t->out_len = OUT_BYTES - room;
        if (rc != (size_t)-1 || errno == E2BIG || (errno == EINVAL && !t->ended))
            break;
        if (room < 3)
            break;
        replace(t, &in, &left);
    }
    memmove(t->in, in, left);
    t->in_len = left;
}

static void refill(struct bnc_transcode *t)
{
    size_t n = 0;

    if (!t->ended) {
        t->status = t->pull(t->arg, t->in + t->in_len, IN_BYTES - t->in_len, &n, &t->err);
        t->in_len += n;
        t->ended = t->status != BNC_OK || n == 0;
    }
    convert(t);
}

enum bnc_status bnc_transcode_read(struct bnc_transcode *tc, char *out, size_t cap, size_t *n, struct bnc_error *err)
{
    *n = 0;
    while (*n < cap) {
        size_t take = tc->out_len - tc->out_at;

        if (take == 0 && tc->ended && tc->in_len == 0)
            break;
        if (take == 0) {
            refill(tc);
            continue;
        }
        if (take > cap - *n)
            take = cap - *n;
        memcpy(out + *n, tc->out + tc->out_at, take);
        tc->out_at += take;
        *n += take;
    }
    if (*n < cap && tc->status != BNC_OK && err != NULL)
        *err = tc->err;
    return *n < cap ? tc->status : BNC_OK;
}

void bnc_transcode_free(struct bnc_transcode *tc)
{
    if (tc == NULL)
        return;
    iconv_close(tc->cd);
    free(tc);
}
