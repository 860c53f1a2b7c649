/* SPDX-License-Identifier: MIT
 * sha256.h - SHA-256 (FIPS 180-4) for content security hashes, HMAC (RFC 2104) for pseudonyms.
 */
#ifndef BNC_UTIL_SHA256_H
#define BNC_UTIL_SHA256_H

#include "util/span.h"

#define BNC_SHA256_BYTES 32
#define BNC_SHA256_BASE64 45     /* 44 characters and a NUL */

void bnc_sha256(struct bnc_span s, unsigned char digest[BNC_SHA256_BYTES]);

/* The digest in base64 with padding, as a Content-Security-Policy source wants it. */
void bnc_sha256_base64(struct bnc_span s, char text[BNC_SHA256_BASE64]);

/* A key, taken in once. */
struct bnc_hmac_key {
    uint32_t inner[8], outer[8];
};
void bnc_hmac_key_make(struct bnc_hmac_key *key, struct bnc_span secret);
void bnc_hmac_sha256(const struct bnc_hmac_key *key, struct bnc_span s,
                     unsigned char digest[BNC_SHA256_BYTES]);

#endif
