/* SPDX-License-Identifier: MIT
 * status.h - what every call of libbounce returns, and how it says why.
 * Thread-safe: a status is a value, and a struct bnc_error belongs to one caller.
 */
#ifndef BOUNCE_STATUS_H
#define BOUNCE_STATUS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The numbers are the exit statuses of the command (sysexits.h where one
 * fits), so a caller may hand them to exit() as they are.
 */
enum bnc_status {
    BNC_OK = 0,
    BNC_EUSAGE = 2,      /* a bad option, value or combination of options */
    BNC_EDATA = 65,      /* input unusable: nothing parseable, corrupt, cut short */
    BNC_ENOINPUT = 66,   /* an input is missing or can't be opened */
    BNC_EINTERNAL = 70,  /* an invariant does not hold: a bug of ours */
    BNC_ENOMEM = 71,     /* out of memory or of another system resource */
    BNC_ECREATE = 73,    /* an output can't be created */
    BNC_EIO = 74,        /* a read or write failed, or a file shrank during the run */
    BNC_ECONFIG = 78,    /* a configuration, rule or provider file is wrong */
    BNC_ESTOPPED = 130   /* the caller asked to stop (see bnc_options.stop) */
};

#define BNC_NO_PLACE UINT64_MAX

/* Why a call failed.  Zero-initialize it; NULL is accepted wherever one is asked for. */
struct bnc_error {
    enum bnc_status status;
    int sys_errno;           /* errno of the failed system call, 0 if none */
    uint64_t row;            /* 1-based row, 0 if none */
    uint64_t byte_off;       /* offset in the (uncompressed) input, BNC_NO_PLACE if none */
    char path[256];          /* the file concerned, "" if none; cut at the front if longer */
    char text[768];          /* one line: cause first, lower case, no full stop */
};

#ifdef __cplusplus
}
#endif
#endif
