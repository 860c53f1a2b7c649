/* SPDX-License-Identifier: MIT */
#include "util/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(struct bnc_error *err, enum bnc_status status, int sys_errno, const char *fmt,
                 va_list ap)
{
    err->status = status;
    err->sys_errno = sys_errno;
    err->row = 0;
    err->byte_off = BNC_NO_PLACE;
    err->path[0] = '\0';
    vsnprintf(err->text, sizeof err->text, fmt, ap);
}

enum bnc_status bnc_error_set(struct bnc_error *err, enum bnc_status status, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return status;
    va_start(ap, fmt);
    fill(err, status, 0, fmt, ap);
    va_end(ap);
    return status;
}

enum bnc_status bnc_error_sys(struct bnc_error *err, enum bnc_status status, const char *fmt, ...)
{
    const int sys_errno = errno;
    size_t len;
    va_list ap;

    if (sys_errno == ENOMEM)
        status = BNC_ENOMEM;
    if (err == NULL)
        return status;
    va_start(ap, fmt);
    fill(err, status, sys_errno, fmt, ap);
    va_end(ap);
    len = strlen(err->text);
    snprintf(err->text + len, sizeof err->text - len, ": %s", strerror(sys_errno));
    return status;
}

enum bnc_status bnc_error_at(struct bnc_error *err, const char *path, uint64_t row,
                             uint64_t byte_off)
{
    size_t len, skip;

    if (err == NULL)
        return BNC_EINTERNAL;
    len = strlen(path);
    skip = len < sizeof err->path ? 0 : len - (sizeof err->path - 1);
    memcpy(err->path, path + skip, len - skip + 1);
    err->row = row;
    err->byte_off = byte_off;
    return err->status;
}

enum bnc_status bnc_error_nomem(struct bnc_error *err)
{
    return bnc_error_set(err, BNC_ENOMEM, "out of memory");
}
