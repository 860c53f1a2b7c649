/* SPDX-License-Identifier: MIT
 * source_open.c - opening a source the best way it can be read.
 */
#include "ingest/reader.h"

#include <stdlib.h>

typedef enum bnc_status (*open_fn)(struct bnc_reader *r, struct bnc_error *err);

/* How blocks may be read side by side; NULL: not (pipes, ZIP, zstd, other encodings, JSON
 * documents). */
static open_fn parallel_way(const struct bnc_source *src)
{
    if (!src->is_regular || src->encoding != BNC_ENCODING_UTF8 || src->is_document)
        return NULL;
    switch (src->container) {
    case BNC_CONTAINER_NONE: return bnc_reader_open_plain;
    case BNC_CONTAINER_GZIP:
    case BNC_CONTAINER_BGZF: return bnc_reader_open_members;
    default: return NULL;
    }
}

static enum bnc_status open_best(struct bnc_reader *r, struct bnc_error *err)
{
    struct bnc_flow *flow = r->src->flow;
    enum bnc_status status = BNC_OK;

    r->src->flow = NULL;
    if (flow == NULL && !(r->src->is_known && parallel_way(&r->src->pub) != NULL))
        status = bnc_flow_open(&flow, r->src, &r->opt, err);
    if (status != BNC_OK)
        return status;
    if (parallel_way(&r->src->pub) == NULL)
        return bnc_reader_open_serial(r, flow, err);
    bnc_flow_close(flow);
    return parallel_way(&r->src->pub)(r, err);
}

enum bnc_status bnc_source_open(struct bnc_source *src, const struct bnc_ingest_options *opt,
                                struct bnc_reader **reader, struct bnc_error *err)
{
    struct bnc_reader *r = calloc(1, sizeof *r);
    enum bnc_status status;

    *reader = NULL;
    if (r == NULL)
        return bnc_error_nomem(err);
    r->src = bnc_source_own(src);
    r->opt = *opt;
    if (r->opt.block_bytes == 0)
        r->opt.block_bytes = BNC_BLOCK_BYTES;
    r->fd = -1;
    status = open_best(r, err);
    if (status != BNC_OK) {
        bnc_error_at(err, src->name, 0, BNC_NO_PLACE);
        bnc_reader_close(r, NULL);
        return status;
    }
    *reader = r;
    return BNC_OK;
}
