/* SPDX-License-Identifier: MIT
 * sha256.h - SHA-256 (FIPS 180-4) of a run of bytes, for content security hashes; not for secrets.
 */
#ifndef BNC_UTIL_SHA256_H
#define BNC_UTIL_SHA256_H

#include "util/span.h"

#define BNC_SHA256_BYTES 32
#define BNC_SHA256_BASE64 45     /* 44 characters and a NUL */

void bnc_sha256(struct bnc_span s, unsigned char digest[BNC_SHA256_BYTES]);

/* The digest in base64 with padding, as a Content-Security-Policy source wants it. */
void bnc_sha256_base64(struct bnc_span s, char text[BNC_SHA256_BASE64]);

#endif
