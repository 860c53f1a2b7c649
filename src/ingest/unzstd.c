/* SPDX-License-Identifier: MIT */
#include "ingest/unzstd.h"

#if BNC_WITH_ZSTD
#include <zstd.h>
#include <zstd_errors.h>

enum bnc_status bnc_unzstd_init(struct bnc_unzstd *zs, struct bnc_error *err)
{
    ZSTD_DStream *z = ZSTD_createDStream();

    if (z == NULL)
        return bnc_error_nomem(err);
    ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, BNC_ZSTD_WINDOW_LOG);
    zs->state = z;
    return BNC_OK;
}

static enum bnc_status failed(const struct bnc_unzstd *zs, size_t rc, struct bnc_error *err)
{
    switch (ZSTD_getErrorCode(rc)) {
    case ZSTD_error_memory_allocation: return bnc_error_nomem(err);
    case ZSTD_error_frameParameter_windowTooLarge:
        return bnc_error_set(err, BNC_EDATA,
                             "'%s' needs a zstd window above %d MiB; decompress it first: zstd -d "
                             "--long=31 --memory=2048MB FILE",
                             zs->raw.name, 1 << (BNC_ZSTD_WINDOW_LOG - 20));
    case ZSTD_error_prefix_unknown:
        return bnc_error_set(err, BNC_EDATA,
                             "'%s': something that is not zstd lies behind the zstd data",
                             zs->raw.name);
    default:
        return bnc_error_set(err, BNC_EDATA, "'%s': corrupt zstd data (%s)", zs->raw.name,
                             ZSTD_getErrorName(rc));
    }
}

enum bnc_status bnc_unzstd_read(struct bnc_unzstd *zs, char *out, size_t cap, size_t *n,
                                struct bnc_error *err)
{
    *n = 0;
    while (*n < cap && !zs->done) {
        const enum bnc_status status = bnc_raw_fill(&zs->raw, err);
        ZSTD_inBuffer in = { .src = zs->raw.at, .size = zs->raw.len };
        ZSTD_outBuffer to = { .dst = out, .size = cap, .pos = *n };
        size_t rc;

        if (status != BNC_OK)
            return status;
        if (zs->raw.len == 0 && !zs->in_frame) {
            zs->done = true;
            break;
        }
        rc = ZSTD_decompressStream(zs->state, &to, &in);
        bnc_raw_skip(&zs->raw, in.pos);
        if (ZSTD_isError(rc))
            return failed(zs, rc, err);
        if (zs->raw.eof && to.pos == *n && rc != 0)
            return bnc_error_set(err, BNC_EDATA,
                                 "'%s': cut short, the zstd data ends before its end mark",
                                 zs->raw.name);
        zs->in_frame = rc != 0;
        *n = to.pos;
    }
    return BNC_OK;
}

void bnc_unzstd_release(struct bnc_unzstd *zs)
{
    ZSTD_freeDStream(zs->state);
    bnc_raw_release(&zs->raw);
    *zs = (struct bnc_unzstd){ 0 };
}

#else

enum bnc_status bnc_unzstd_init(struct bnc_unzstd *zs, struct bnc_error *err)
{
    return bnc_error_set(
        err, BNC_EUSAGE,
        "'%s' is zstd data, which this build cannot read; decompress it first: zstd -d FILE",
        zs->raw.name);
}

enum bnc_status bnc_unzstd_read(struct bnc_unzstd *zs, char *out, size_t cap, size_t *n,
                                struct bnc_error *err)
{
    (void)out;
    (void)cap;
    *n = 0;
    return bnc_unzstd_init(zs, err);
}

void bnc_unzstd_release(struct bnc_unzstd *zs)
{
    bnc_raw_release(&zs->raw);
}

#endif
