/* SPDX-License-Identifier: MIT
 * inflate.h - DEFLATE data into bytes, by one of three libraries.
 *
 * Only the bare DEFLATE stream is theirs: gzip's header, checksum and length are checked in
 * gunzip.c, so all mean the same by a gzip file.  zlib is the reference and always there; ISA-L is
 * twice as fast.  They differ on damaged data only: ISA-L may stop a few bytes earlier, and accepts
 * a few code tables that zlib refuses (the checksum then fails).  libdeflate is faster still, and
 * is asked first where a member lies in memory as a whole; what it does not like is theirs to
 * judge.
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

/* The checksum of two stretches, the second 'len' bytes long, from the checksums of each. */
uint32_t bnc_crc32_combine(uint32_t first, uint32_t second, size_t len);

extern const struct bnc_inflater bnc_inflater_zlib;
extern const struct bnc_inflater *const bnc_inflater_isal; /* NULL where not built in */

/* For a whole stream at once, with room for all it gives. */
struct bnc_whole_inflater {
    void *(*create)(void); /* NULL: out of memory */
    /* False where the stream is damaged, goes on behind 'in' or gives more than 'out' has room
     * for: then nothing has happened, and another inflater shall say what it is. */
    bool (*run)(void *state, struct bnc_inflate_io *io);
    void (*free)(void *state); /* NULL is fine */
};

extern const struct bnc_whole_inflater *const bnc_inflater_whole; /* NULL where not built in */

#endif
