/* SPDX-License-Identifier: MIT
 * outfile.h - a file that appears under its name only when it is whole.
 */
#ifndef BNC_UTIL_OUTFILE_H
#define BNC_UTIL_OUTFILE_H

#include "util/span.h"
#include "util/status.h"

struct bnc_outfile {
    const char *path;                    /* the caller's */
    char *temp;                          /* the temporary file beside it; NULL: none is open */
    int fd;                              /* -1 where somebody else writes to 'temp' */
    uint64_t len, begun;                 /* bytes written; begun: the disk was told of */
};

/*
 * Opens a temporary file beside 'path' exclusively, mode 0600 where 'secret', else by umask.
 * BNC_ECREATE.
 */
enum bnc_status bnc_outfile_begin(struct bnc_outfile *f, const char *path, bool secret,
                                  struct bnc_error *err);
/* Appends to an open one.  BNC_EIO. */
enum bnc_status bnc_outfile_write(struct bnc_outfile *f, struct bnc_span bytes,
                                  struct bnc_error *err);
/*
 * With BNC_OK: syncs and closes, so that nothing but the rename is left to fail; else closes.
 * Where several files belong together, all are settled before the first is ended.  Returns
 * 'status', or BNC_EIO, BNC_ECREATE.
 */
enum bnc_status bnc_outfile_settle(struct bnc_outfile *f, enum bnc_status status,
                                   struct bnc_error *err);
/*
 * With BNC_OK: settles and renames; else removes the temporary file and leaves an old file as
 * it was.  Returns 'status', or BNC_EIO, BNC_ECREATE.  Does nothing to one that never began.
 */
enum bnc_status bnc_outfile_end(struct bnc_outfile *f, enum bnc_status status,
                                struct bnc_error *err);

/* All three in one: writes 'bytes' to 'path'. */
enum bnc_status bnc_write_file(const char *path, struct bnc_span bytes, bool secret,
                               struct bnc_error *err);

#endif
