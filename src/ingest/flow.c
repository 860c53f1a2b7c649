/* SPDX-License-Identifier: MIT */
#include "ingest/flow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/sniff.h"

struct bnc_flow {
    const struct bnc_source_own *src;
    int fd; /* -1: a ZIP member */
    struct bnc_member *member;
    enum bnc_container container; /* GZIP also for a ZIP member that comes packed */
    struct bnc_raw raw;           /* moves into the decoder that takes it */
    struct bnc_gzip gz;
    struct bnc_unzstd zs;
    struct bnc_transcode *tc;
    struct bnc_json_lines *json;
    char *stash; /* decoded bytes that were looked at, up to BNC_SNIFF_BYTES */
    size_t stash_at, stash_len;
    enum bnc_status status; /* a fault met, due once the bytes before it are out */
    struct bnc_error err;
    uint64_t left; /* of max_expanded_bytes */
};

int bnc_source_fd(const struct bnc_source *src)
{
    if (src->is_stdin)
        return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    /* a named pipe would make open() wait for its writer; reading waits, and can be stopped */
    return open(src->path, O_RDONLY | O_CLOEXEC | (src->is_regular ? 0 : O_NONBLOCK));
}

/* The raw bytes behind whichever decoder has them. */
static const struct bnc_raw *raw_of(const struct bnc_flow *flow)
{
    switch (flow->container) {
    case BNC_CONTAINER_GZIP:
    case BNC_CONTAINER_BGZF: return &flow->gz.raw;
    case BNC_CONTAINER_ZSTD: return &flow->zs.raw;
    default: return &flow->raw;
    }
}

uint64_t bnc_flow_bytes_in(const struct bnc_flow *flow)
{
    return bnc_raw_pos(raw_of(flow));
}

int bnc_flow_fd(const struct bnc_flow *flow)
{
    return flow->fd;
}

static enum bnc_status open_raw(struct bnc_flow *flow, const volatile sig_atomic_t *stop,
                                struct bnc_error *err)
{
    const struct bnc_source *src = &flow->src->pub;

    if (flow->src->archive != NULL) {
        const enum bnc_status status = bnc_member_open(
            &flow->member, flow->src->archive, src->zip_index, BNC_MEMBER_PACKED, src->name, err);

        return status != BNC_OK ? status
                                : bnc_raw_init_zip(&flow->raw, flow->member, src->name, err);
    }
    flow->fd = bnc_source_fd(src);
    if (flow->fd < 0)
        return bnc_error_sys(
            err, errno == ENOMEM || errno == EMFILE || errno == ENFILE ? BNC_ENOMEM : BNC_ENOINPUT,
            "cannot open '%s'", src->name);
    return src->is_regular
               ? bnc_raw_init_pread(&flow->raw, flow->fd, 0, src->size_bytes, BNC_RAW_WINDOW,
                                    src->name, err)
               : bnc_raw_init_read(&flow->raw, flow->fd, stop, src->name, err);
}

#define MAGIC_BYTES ((size_t)24)

/* At least MAGIC_BYTES of the file in one piece, if it has them: short reads from a pipe come
 * together in the pushback. */
static enum bnc_status peek(struct bnc_flow *flow, struct bnc_span *head, struct bnc_error *err)
{
    char magic[MAGIC_BYTES];
    size_t n;
    enum bnc_status status = bnc_raw_fill(&flow->raw, err);

    if (status == BNC_OK && flow->raw.len < MAGIC_BYTES) {
        status = bnc_raw_read(&flow->raw, magic, MAGIC_BYTES, &n, err);
        bnc_raw_unread(&flow->raw, n);
    }
    *head = bnc_span_from(flow->raw.at, flow->raw.len);
    return status;
}

/* Hands the raw bytes to the decoder of the container. */
static enum bnc_status open_container(struct bnc_flow *flow, const struct bnc_ingest_options *opt,
                                      struct bnc_error *err)
{
    const struct bnc_packed *packed = flow->member != NULL ? bnc_member_packed(flow->member) : NULL;
    struct bnc_span head = { 0 };
    enum bnc_status status = packed != NULL ? BNC_OK : peek(flow, &head, err);

    if (status != BNC_OK)
        return status;
    flow->container = packed != NULL ? BNC_CONTAINER_GZIP : bnc_sniff_container(head);
    switch (flow->container) {
    case BNC_CONTAINER_GZIP:
    case BNC_CONTAINER_BGZF:
        flow->gz.raw = flow->raw;
        flow->raw = (struct bnc_raw){ 0 };
        return bnc_gzip_init(&flow->gz, opt->gunzip, packed, err);
    case BNC_CONTAINER_ZSTD:
        flow->zs.raw = flow->raw;
        flow->raw = (struct bnc_raw){ 0 };
        return bnc_unzstd_init(&flow->zs, err);
    case BNC_CONTAINER_ZIP:
        return bnc_error_set(err, BNC_EDATA,
                             "'%s' is a ZIP archive, which can only be read from a file; save it, "
                             "or unpack it first",
                             flow->src->pub.name);
    default: return BNC_OK;
    }
}

static enum bnc_status decode(struct bnc_flow *flow, char *out, size_t cap, size_t *n,
                              struct bnc_error *err)
{
    switch (flow->container) {
    case BNC_CONTAINER_GZIP:
    case BNC_CONTAINER_BGZF: return bnc_gzip_read(&flow->gz, out, cap, BNC_GZIP_NO_END, n, err);
    case BNC_CONTAINER_ZSTD: return bnc_unzstd_read(&flow->zs, out, cap, n, err);
    default: return bnc_raw_read(&flow->raw, out, cap, n, err);
    }
}

/* decode() within the limit on what a compressed source may expand to. */
static enum bnc_status decode_limited(struct bnc_flow *flow, char *out, size_t cap, size_t *n,
                                      struct bnc_error *err)
{
    enum bnc_status status;
    char one;

    if (flow->container == BNC_CONTAINER_NONE && flow->member == NULL)
        return decode(flow, out, cap, n, err);
    status = decode(flow, out, cap < flow->left ? cap : (size_t)flow->left, n, err);
    flow->left -= *n;
    if (status == BNC_OK && flow->left == 0 && *n < cap) {
        size_t more;

        status = decode(flow, &one, 1, &more, err);
        if (status == BNC_OK && more > 0)
            status = bnc_error_set(err, BNC_EDATA,
                                   "'%s' expands to more than the limit allows (--max-expanded)",
                                   flow->src->pub.name);
    }
    return status;
}

/* Decoded bytes in their original encoding: the stash first. */
static enum bnc_status pull(void *arg, char *out, size_t cap, size_t *n, struct bnc_error *err)
{
    struct bnc_flow *flow = arg;
    const size_t stashed = flow->stash_len - flow->stash_at;
    const size_t take = stashed < cap ? stashed : cap;
    enum bnc_status status = BNC_OK;
    size_t more = 0;

    memcpy(out, flow->stash + flow->stash_at, take);
    flow->stash_at += take;
    if (take < cap && flow->status == BNC_OK)
        status = flow->status = decode_limited(flow, out + take, cap - take, &more, &flow->err);
    else if (take < cap)
        status = flow->status;
    *n = take + more;
    if (status != BNC_OK && err != NULL)
        *err = flow->err;
    return status;
}

/* Bytes in UTF-8. */
static enum bnc_status pull_text(void *arg, char *out, size_t cap, size_t *n, struct bnc_error *err)
{
    struct bnc_flow *flow = arg;

    return flow->tc != NULL ? bnc_transcode_read(flow->tc, out, cap, n, err)
                            : pull(flow, out, cap, n, err);
}

static enum bnc_status open_encoding(struct bnc_flow *flow, const struct bnc_ingest_options *opt,
                                     enum bnc_encoding *encoding, struct bnc_error *err)
{
    const struct bnc_span head = bnc_span_from(flow->stash, flow->stash_len);
    const struct bnc_refusal *refusal = bnc_sniff_refusal(head);
    enum bnc_encoding marked = BNC_ENCODING_AUTO;
    const size_t bom = bnc_sniff_bom(head, &marked);

    if (refusal != NULL)
        return bnc_refuse(refusal, flow->src->pub.name, err);
    *encoding = opt->encoding != BNC_ENCODING_AUTO ? opt->encoding : bnc_sniff_encoding(head);
    if (bom > 0 && marked == *encoding)
        flow->stash_at = bom;
    if (*encoding == BNC_ENCODING_UTF8)
        return BNC_OK;
    return bnc_transcode_create(&flow->tc, *encoding, pull, flow, err);
}

static bool is_bracket(char c)
{
    return c == '{' || c == '[';
}

/* A document of JSON, as far as can be told without transcoding, goes through one more stage. */
static enum bnc_status open_document(struct bnc_flow *flow, struct bnc_error *err)
{
    const struct bnc_span head =
        bnc_span_from(flow->stash + flow->stash_at, flow->stash_len - flow->stash_at);
    const bool doubtful =
        flow->tc != NULL && head.len > 1 && (is_bracket(head.at[0]) || is_bracket(head.at[1]));

    if (!doubtful && !bnc_json_is_document(head))
        return BNC_OK;
    return bnc_json_lines_create(&flow->json, pull_text, flow, err);
}

static enum bnc_status look(struct bnc_flow *flow, struct bnc_error *err)
{
    flow->stash = malloc(BNC_SNIFF_BYTES);
    if (flow->stash == NULL)
        return bnc_error_nomem(err);
    flow->status = decode_limited(flow, flow->stash, BNC_SNIFF_BYTES, &flow->stash_len, &flow->err);
    if (flow->status != BNC_OK && flow->stash_len == 0) {
        if (err != NULL)
            *err = flow->err;
        return flow->status;
    }
    return BNC_OK;
}

enum bnc_status bnc_flow_open(struct bnc_flow **flow, struct bnc_source_own *src,
                              const struct bnc_ingest_options *opt, struct bnc_error *err)
{
    struct bnc_flow *f = calloc(1, sizeof *f);
    enum bnc_encoding encoding = BNC_ENCODING_UTF8;
    enum bnc_status status;

    *flow = NULL;
    if (f == NULL)
        return bnc_error_nomem(err);
    f->src = src;
    f->fd = -1;
    f->left = opt->max_expanded_bytes != 0 ? opt->max_expanded_bytes : UINT64_MAX;
    status = open_raw(f, opt->stop, err);
    if (status == BNC_OK)
        status = open_container(f, opt, err);
    if (status == BNC_OK)
        status = look(f, err);
    if (status == BNC_OK)
        status = open_encoding(f, opt, &encoding, err);
    if (status == BNC_OK)
        status = open_document(f, err);
    src->pub.container = f->member != NULL ? BNC_CONTAINER_ZIP : f->container;
    src->pub.encoding = encoding;
    src->pub.is_document = f->json != NULL;
    if (status != BNC_OK) {
        bnc_error_at(err, src->pub.name, 0, BNC_NO_PLACE);
        bnc_flow_close(f);
        return status;
    }
    src->is_known = true;
    src->mark_bytes = encoding == BNC_ENCODING_UTF8 ? f->stash_at : 0;
    *flow = f;
    return BNC_OK;
}

enum bnc_status bnc_flow_read(struct bnc_flow *flow, char *out, size_t cap, size_t *n,
                              struct bnc_error *err)
{
    const enum bnc_status status = flow->json != NULL
                                       ? bnc_json_lines_read(flow->json, out, cap, n, err)
                                       : pull_text(flow, out, cap, n, err);

    return *n > 0 ? BNC_OK : status;
}

void bnc_flow_close(struct bnc_flow *flow)
{
    if (flow == NULL)
        return;
    bnc_json_lines_free(flow->json);
    bnc_transcode_free(flow->tc);
    bnc_gzip_release(&flow->gz);
    bnc_unzstd_release(&flow->zs);
    bnc_raw_release(&flow->raw);
    bnc_member_close(flow->member);
    if (flow->fd >= 0)
        close(flow->fd);
    free(flow->stash);
    free(flow);
}
