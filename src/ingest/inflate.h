/* SPDX-License-Identifier: MIT
 * inflate.h - DEFLATE data into bytes, by one of two libraries.
 *
 * Only the bare DEFLATE stream is theirs: gzip's header, checksum and length are checked in
 * gunzip.c, so both mean the same by a gzip file.  zlib is the reference and always there; ISA-L is
 * twice as fast.  They differ on damaged data only: ISA-L may stop a few bytes earlier, and accepts
 * a few code tables that zlib refuses (the checksum then fails).
 */
#ifndef BNC_INGEST_INFLATE_H
#define BNC_INGEST_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bnc_inflate_result {
    BNC_INFLATE_MORE, /* input used up or output full */
    BNC_INFLATE_END,  /* the stream has ended; what follows it is unread */
    BNC_INFLATE_BAD,  /* no DEFLATE data from here on; bytes already put out are good */
    BNC_INFLATE_NOMEM /* the window could not be had */
};

/* One run of the inflater; in/in_len and out/out_len move on. */
struct bnc_inflate_io {
    const unsigned char *in;
    size_t in_len;
    unsigned char *out;
    size_t out_len;
    size_t unread; /* on END: bytes before 'in' that belong to what follows; at most 8 */
};

struct bnc_inflater {
    const char *name;
    void *(*create)(void);      /* NULL: out of memory */
    void (*reset)(void *state); /* a new stream begins */
    enum bnc_inflate_result (*run)(void *state, struct bnc_inflate_io *io);
    uint32_t (*crc32)(uint32_t crc, const unsigned char *at, size_t len);
    void (*free)(void *state);
};

extern const struct bnc_inflater bnc_inflater_zlib;
extern const struct bnc_inflater *const bnc_inflater_isal; /* NULL where not built in */

#endif
