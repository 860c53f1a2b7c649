/* SPDX-License-Identifier: MIT
 * transcode.h - UTF-16 and Latin-1 into UTF-8, as a stream.
 * What is no character (half a surrogate pair, an odd byte at the end) becomes U+FFFD.
 */
#ifndef BNC_INGEST_TRANSCODE_H
#define BNC_INGEST_TRANSCODE_H

#include "ingest/source.h"

struct bnc_transcode;

/* Where the bytes come from: up to 'cap' of them, 0 at the end; '*n' counts whatever the status. */
typedef enum bnc_status (*bnc_pull_fn)(void *arg, char *out, size_t cap, size_t *n,
                                       struct bnc_error *err);

/* 'encoding' is one of UTF16LE, UTF16BE, LATIN1; byte order marks are the caller's to remove.
 * BNC_ENOMEM. */
enum bnc_status bnc_transcode_create(struct bnc_transcode **tc, enum bnc_encoding encoding,
                                     bnc_pull_fn pull, void *arg, struct bnc_error *err);

/* Up to 'cap' bytes of UTF-8; fewer only at the end or on failure of pull(), and '*n' counts then
 * too. */
enum bnc_status bnc_transcode_read(struct bnc_transcode *tc, char *out, size_t cap, size_t *n,
                                   struct bnc_error *err);

void bnc_transcode_free(struct bnc_transcode *tc);

#endif
