/* SPDX-License-Identifier: MIT
 * status.h - filling a struct bnc_error in one line.
 * Both return 'status', so that "return bnc_error_set(...)" reads well; 'err' may be NULL.
 */
#ifndef BNC_UTIL_STATUS_H
#define BNC_UTIL_STATUS_H

#include "bounce/status.h"

/* Sets status and text (printf format); clears the places. */
enum bnc_status bnc_error_set(struct bnc_error *err, enum bnc_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The same, with errno kept and ": <strerror>" added to the text; whatever was tried, ENOMEM is
 * BNC_ENOMEM.
 */
enum bnc_status bnc_error_sys(struct bnc_error *err, enum bnc_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a place to an error that is set already. */
enum bnc_status bnc_error_at(struct bnc_error *err, const char *path, uint64_t row,
                             uint64_t byte_off);

/* "out of memory", the same everywhere. */
enum bnc_status bnc_error_nomem(struct bnc_error *err);

#endif
