/* SPDX-License-Identifier: MIT
 * archive.h - the members of a ZIP, read as streams; nothing is ever written to disk.
 *
 * libzip's handle is no thing to share between threads, and opening one reads the whole directory.
 * So an archive keeps a pool: a member that is read borrows a handle, and there are never more than
 * members read at once.
 */
#ifndef BNC_INGEST_ARCHIVE_H
#define BNC_INGEST_ARCHIVE_H

#include "util/span.h"
#include "util/status.h"

struct bnc_archive;
struct bnc_member;

struct bnc_member_info {
    const char *name;    /* lives as long as the archive */
    uint64_t size_bytes; /* compressed, as the directory claims */
    uint32_t crc;
    bool encrypted, is_directory;
};

/* Opens 'path' (which must outlive it).  BNC_EDATA: damaged; BNC_ENOINPUT; BNC_ENOMEM; BNC_EUSAGE:
 * a build or a machine without libzip. */
enum bnc_status bnc_archive_open(struct bnc_archive **archive, const char *path,
                                 struct bnc_error *err);
void bnc_archive_close(struct bnc_archive *archive);

uint64_t bnc_archive_count(const struct bnc_archive *archive);
/* False for an entry the directory does not describe. */
bool bnc_archive_stat(struct bnc_archive *archive, uint64_t index, struct bnc_member_info *info);

/*
 * Any thread.  With BNC_MEMBER_PACKED, what is packed by DEFLATE comes as it lies in the archive:
 * what it must inflate to is in bnc_member_packed(), and checking that is the caller's.  Anything
 * else is decoded and checked by libzip.
 */
enum bnc_member_form { BNC_MEMBER_DECODED, BNC_MEMBER_PACKED };
enum bnc_status bnc_member_open(struct bnc_member **member, struct bnc_archive *archive,
                                uint64_t index, enum bnc_member_form form, const char *name,
                                struct bnc_error *err);
/* NULL where the member comes decoded. */
struct bnc_packed {
    uint64_t size_bytes; /* inflated, as the directory claims */
    uint32_t crc;
};
const struct bnc_packed *bnc_member_packed(const struct bnc_member *member);

/* Back to its first byte. */
enum bnc_status bnc_member_rewind(struct bnc_member *member, struct bnc_error *err);

/* '*n' bytes, 0 at the end.  BNC_EDATA: corrupt. */
enum bnc_status bnc_member_read(struct bnc_member *member, char *out, size_t cap, int64_t *n,
                                struct bnc_error *err);
void bnc_member_close(struct bnc_member *member);

/* The archives of a source list, one behind the other. */
struct bnc_archive **bnc_archive_next(struct bnc_archive *archive);

#endif
