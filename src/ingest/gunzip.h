/* SPDX-License-Identifier: MIT
 * gunzip.h - a gzip file, member after member, into bytes.
 *
 * What counts as a gzip file: one or more members; zero bytes may lie between and behind them;
 * anything else behind the last is an error, reported after all data came out.  Checksum and length
 * of every member are verified.  A ZIP member packed by DEFLATE is read the same way: data without
 * header, checksum and length told from outside.
 */
#ifndef BNC_INGEST_GUNZIP_H
#define BNC_INGEST_GUNZIP_H

#include "ingest/archive.h"
#include "ingest/inflate.h"
#include "ingest/raw.h"
#include "ingest/source.h"

enum bnc_gzip_step {
    BNC_GZIP_BETWEEN, /* at a member, at padding or at the end; the start */
    BNC_GZIP_HEADER,  /* padding is behind us, a header begins here */
    BNC_GZIP_DATA,
    BNC_GZIP_TRAILER,
    BNC_GZIP_DONE /* nothing follows */
};

struct bnc_gzip { /* zero-initialized; raw is filled by the caller before the first read */
    struct bnc_raw raw;
    const struct bnc_inflater *with;
    void *state; /* of 'with' */
    enum bnc_gzip_step step;
    uint32_t crc;                    /* of what the member has given so far */
    bool owes_sums;                  /* but of nothing that comes: the caller adds that */
    uint64_t member_from;            /* file offset of the member's header */
    uint64_t member_out;             /* bytes the member has given so far */
    const struct bnc_packed *packed; /* of a ZIP member; NULL: a gzip file */
    void *whole;                     /* of bnc_inflater_whole; NULL: not used */
    bool try_whole;                  /* with the member's data that comes */
};

/*
 * Chooses the library and readies the decoder for the start of a member ('packed' NULL), or of bare
 * data that must inflate to what 'packed' says.  Again for another place; BNC_ENOMEM.
 */
enum bnc_status bnc_gzip_init(struct bnc_gzip *gz, enum bnc_gunzip which,
                              const struct bnc_packed *packed, struct bnc_error *err);

/* Lets libdeflate do what it can, from here on: members that lie in the raw window as a whole. */
void bnc_gzip_try_whole(struct bnc_gzip *gz);

/*
 * Decodes until 'cap' bytes are there, the file ends (gz->step is DONE), or, with 'until' set, a
 * member ends at or behind that file offset.  Bytes decoded before a fault count in '*n' although
 * the status is not BNC_OK.  BNC_EDATA: corrupt or cut; BNC_EIO: from reading.  With owes_sums it
 * ends before a member's trailer, too (gz->step): gz->crc must be right by the next call.
 */
enum bnc_status bnc_gzip_read(struct bnc_gzip *gz, char *out, size_t cap, uint64_t until, size_t *n,
                              struct bnc_error *err);

#define BNC_GZIP_NO_END UINT64_MAX /* for 'until' */

/* True where no member is half read: a decoder started at this place would give the same. */
static inline bool bnc_gzip_is_between(const struct bnc_gzip *gz)
{
    return gz->step == BNC_GZIP_BETWEEN || gz->step == BNC_GZIP_HEADER;
}

void bnc_gzip_release(struct bnc_gzip *gz);

/* Could a gzip header lie here?  Looks at the first 4 bytes (10 where there are as many). */
bool bnc_gzip_is_header(struct bnc_span s);

#endif
