/* SPDX-License-Identifier: MIT
 * unzstd.h - a zstd file, frame after frame, into bytes.
 */
#ifndef BNC_INGEST_UNZSTD_H
#define BNC_INGEST_UNZSTD_H

#include "ingest/raw.h"

/* 128 MiB: the largest window that the zstd command takes without being asked. */
#define BNC_ZSTD_WINDOW_LOG 27

struct bnc_unzstd { /* zero-initialized; raw is filled by the caller before the first read */
    struct bnc_raw raw;
    void *state;
    bool in_frame, done;
};

/* BNC_ENOMEM; BNC_EUSAGE in a build without libzstd. */
enum bnc_status bnc_unzstd_init(struct bnc_unzstd *zs, struct bnc_error *err);

/* Decodes until 'cap' bytes are there or the file ends (zs->done); '*n' counts whatever the status.
 * BNC_EDATA, BNC_EIO. */
enum bnc_status bnc_unzstd_read(struct bnc_unzstd *zs, char *out, size_t cap, size_t *n,
                                struct bnc_error *err);

void bnc_unzstd_release(struct bnc_unzstd *zs);

#endif
