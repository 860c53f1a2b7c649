/* SPDX-License-Identifier: MIT
 * outfile.h - a file that appears under its name only when it is whole.
 */
#ifndef BNC_REPORT_OUTFILE_H
#define BNC_REPORT_OUTFILE_H

#include "report/report.h"

struct bnc_outfile {
    const char *path;                    /* the caller's */
    char *temp;                          /* name of the temporary file beside it; NULL: none is open */
    int fd;                              /* -1 where somebody else writes to 'temp' */
};

/* Opens a temporary file beside 'path' exclusively, mode 0600 where 'secret', else by umask.  BNC_ECREATE. */
enum bnc_status bnc_outfile_begin(struct bnc_outfile *f, const char *path, bool secret, struct bnc_error *err);
/*
 * With BNC_OK: syncs, closes and renames; else removes the temporary file and leaves an old file as it was.  Returns 'status', or
 * BNC_EIO, BNC_ECREATE.  Does nothing to one that never began.
 */
enum bnc_status bnc_outfile_end(struct bnc_outfile *f, enum bnc_status status, struct bnc_error *err);

#endif
