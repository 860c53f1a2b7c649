/* SPDX-License-Identifier: MIT
 * gunzip.c - the gzip file format (RFC 1952) around either inflater.
 *
 *     member:  1f 8b 08 flags mtime(4) xfl os [extra] [name\0] [comment\0] [crc16]
 *              DEFLATE data ... crc32(4) length(4)
 *
 * Where ISA-L gives up, the member is decoded again by zlib from its header, what was given out
 * already is dropped, and zlib goes on: so the bytes before a fault are the same whichever library
 * is used.  That takes a file that can be read twice; on a pipe the last bytes before a fault may
 * be missing.
 */
#include "ingest/gunzip.h"

#include <stdlib.h>

enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_UNKNOWN = 0xe0 };

#define SCRATCH_BYTES ((size_t)64 << 10)

bool bnc_gzip_is_header(struct bnc_span s)
{
    const unsigned char *p = (const unsigned char *)s.at;

    if (s.len < 4 || p[0] != 0x1f || p[1] != 0x8b || p[2] != 8 || (p[3] & FLAGS_UNKNOWN) != 0)
        return false;
    return s.len < 10 || p[9] <= 13 || p[9] == 255; /* operating systems that have a number */
}

static const struct bnc_inflater *choose(enum bnc_gunzip which)
{
    return which == BNC_GUNZIP_ZLIB || bnc_inflater_isal == NULL ? &bnc_inflater_zlib
                                                                 : bnc_inflater_isal;
}

static enum bnc_status use(struct bnc_gzip *gz, const struct bnc_inflater *with,
                           struct bnc_error *err)
{
    if (gz->with != with || gz->state == NULL) {
        if (gz->with != NULL)
            gz->with->free(gz->state);
        gz->with = with;
        gz->state = with->create();
    }
    return gz->state == NULL ? bnc_error_nomem(err) : BNC_OK;
}

static void begin_data(struct bnc_gzip *gz)
{
    gz->with->reset(gz->state);
    gz->crc = 0;
    gz->member_out = 0;
    gz->step = BNC_GZIP_DATA;
    gz->try_whole = gz->whole != NULL;
}

void bnc_gzip_try_whole(struct bnc_gzip *gz)
{
    if (gz->whole == NULL && bnc_inflater_whole != NULL)
        gz->whole = bnc_inflater_whole->create();
}

enum bnc_status bnc_gzip_init(struct bnc_gzip *gz, enum bnc_gunzip which,
                              const struct bnc_packed *packed, struct bnc_error *err)
{
    const enum bnc_status status = use(gz, choose(which), err);

    gz->packed = packed;
    gz->owes_sums = false;
    gz->member_out = 0;
    gz->step = BNC_GZIP_BETWEEN;
    if (packed != NULL && status == BNC_OK)
        begin_data(gz);
    return status;
}

static enum bnc_status corrupt(const struct bnc_gzip *gz, const char *what, struct bnc_error *err)
{
    if (gz->packed != NULL)
        return bnc_error_set(err, BNC_EDATA, "'%s': %s", gz->raw.name, what);
    return bnc_error_set(err, BNC_EDATA, "'%s': %s (gzip member at byte %llu of the file)",
                         gz->raw.name, what, (unsigned long long)gz->member_from);
}

static enum bnc_status cut(const struct bnc_gzip *gz, struct bnc_error *err)
{
    return corrupt(gz, "cut short, the compressed data ends before its end mark", err);
}

/* The next byte of header or trailer, or -1 at the end of the file or where reading failed
 * (*status). */
static int next_byte(struct bnc_gzip *gz, enum bnc_status *status, struct bnc_error *err)
{
    unsigned char c;

    *status = bnc_raw_fill(&gz->raw, err);
    if (*status == BNC_OK && gz->raw.len == 0)
        *status = cut(gz, err);
    if (*status != BNC_OK)
        return -1;
    c = (unsigned char)*gz->raw.at;
    bnc_raw_skip(&gz->raw, 1);
    gz->crc = bnc_inflater_zlib.crc32(gz->crc, &c, 1);
    return c;
}

static enum bnc_status next_bytes(struct bnc_gzip *gz, unsigned n, uint32_t *value,
                                  struct bnc_error *err)
{
    enum bnc_status status = BNC_OK;

    *value = 0;
    for (unsigned i = 0; i < n && status == BNC_OK; i++)
        *value |= (uint32_t)(next_byte(gz, &status, err) & 0xff) << (i < 4 ? i * 8 : 0);
    return status;
}

static enum bnc_status skip_text(struct bnc_gzip *gz, struct bnc_error *err)
{
    enum bnc_status status;

    while (next_byte(gz, &status, err) > 0)
        ;
    return status;
}

static enum bnc_status skip_extra(struct bnc_gzip *gz, struct bnc_error *err)
{
    uint32_t len, byte;
    enum bnc_status status = next_bytes(gz, 2, &len, err);

    while (status == BNC_OK && len-- > 0)
        status = next_bytes(gz, 1, &byte, err);
    return status;
}

static enum bnc_status check_header_crc(struct bnc_gzip *gz, struct bnc_error *err)
{
    const uint32_t want = gz->crc & 0xffff;
    uint32_t got;
    const enum bnc_status status = next_bytes(gz, 2, &got, err);

    return status == BNC_OK && got != want
               ? corrupt(gz, "the header's checksum does not match", err)
               : status;
}

static enum bnc_status read_header(struct bnc_gzip *gz, struct bnc_error *err)
{
    uint32_t magic, skipped;
    unsigned flags;
    enum bnc_status status;

    gz->crc = 0;
    status = next_bytes(gz, 4, &magic, err);
    if (status == BNC_OK)
        status = next_bytes(gz, 4, &skipped, err); /* time */
    if (status == BNC_OK)
        status = next_bytes(gz, 2, &skipped, err); /* level, operating system */
    flags = magic >> 24;
    if (status == BNC_OK && (magic & 0xffffff) != 0x088b1f)
        return corrupt(gz, "compressed by an unknown method", err);
    if (status == BNC_OK && (flags & FLAGS_UNKNOWN) != 0)
        return corrupt(gz, "the header has unknown flags", err);
    if (status == BNC_OK && (flags & FLAG_EXTRA) != 0)
        status = skip_extra(gz, err);
    if (status == BNC_OK && (flags & FLAG_NAME) != 0)
        status = skip_text(gz, err);
    if (status == BNC_OK && (flags & FLAG_COMMENT) != 0)
        status = skip_text(gz, err);
    if (status == BNC_OK && (flags & FLAG_HCRC) != 0)
        status = check_header_crc(gz, err);
    if (status != BNC_OK)
        return status;
    begin_data(gz);
    return BNC_OK;
}

/* Zero bytes between members are padding (tapes and block devices leave them). */
static enum bnc_status find_member(struct bnc_gzip *gz, struct bnc_error *err)
{
    for (;;) {
        const enum bnc_status status = bnc_raw_fill(&gz->raw, err);

        if (status != BNC_OK)
            return status;
        if (gz->raw.len == 0) {
            gz->step = BNC_GZIP_DONE;
            return BNC_OK;
        }
        while (gz->raw.len > 0 && *gz->raw.at == '\0')
            bnc_raw_skip(&gz->raw, 1);
        if (gz->raw.len > 0)
            break;
    }
    if ((unsigned char)*gz->raw.at != 0x1f)
        return bnc_error_set(
            err, BNC_EDATA,
            "'%s': something that is not gzip lies behind the gzip data, at byte %llu of the file",
            gz->raw.name, (unsigned long long)bnc_raw_pos(&gz->raw));
    gz->member_from = bnc_raw_pos(&gz->raw);
    gz->step = BNC_GZIP_HEADER;
    return BNC_OK;
}

static enum bnc_status check_member(const struct bnc_gzip *gz, uint32_t crc, uint32_t want_crc,
                                    bool right_length, struct bnc_error *err)
{
    if (crc != want_crc)
        return corrupt(gz, "corrupt, the checksum does not match", err);
    return right_length ? BNC_OK : corrupt(gz, "corrupt, the length does not match", err);
}

static enum bnc_status read_trailer(struct bnc_gzip *gz, struct bnc_error *err)
{
    const uint32_t crc = gz->crc;
    uint32_t want_crc, len;
    enum bnc_status status;

    if (gz->packed != NULL) {
        gz->step = BNC_GZIP_DONE;
        return check_member(gz, crc, gz->packed->crc, gz->packed->size_bytes == gz->member_out,
                            err);
    }
    status = next_bytes(gz, 4, &want_crc, err);
    if (status == BNC_OK)
        status = next_bytes(gz, 4, &len, err);
    if (status != BNC_OK)
        return status;
    gz->step = BNC_GZIP_BETWEEN;
    return check_member(gz, crc, want_crc, len == (uint32_t)gz->member_out, err);
}

static bool can_replay(const struct bnc_gzip *gz)
{
    return gz->with != &bnc_inflater_zlib && gz->raw.kind != BNC_RAW_READ;
}

static enum bnc_status replay(struct bnc_gzip *gz, struct bnc_error *err);

/* Bytes were put out. */
static void count_made(struct bnc_gzip *gz, const char *at, size_t len, size_t *n)
{
    if (!gz->owes_sums)
        gz->crc = gz->with->crc32(gz->crc, (const unsigned char *)at, len);
    gz->member_out += len;
    *n += len;
}

/* All of the member's data, if the window has it; false: nothing happened. */
static bool read_whole(struct bnc_gzip *gz, char *out, size_t cap, size_t *n)
{
    struct bnc_inflate_io io = { .in = (const unsigned char *)gz->raw.at,
                                 .in_len = gz->raw.len,
                                 .out = (unsigned char *)out + *n,
                                 .out_len = cap - *n };

    gz->try_whole = false;
    if (!bnc_inflater_whole->run(gz->whole, &io))
        return false;
    count_made(gz, out + *n, cap - *n - io.out_len, n);
    bnc_raw_skip(&gz->raw, gz->raw.len - io.in_len);
    gz->step = BNC_GZIP_TRAILER;
    return true;
}

/* Decodes into 'out' until it is full, the member's data ends or input has to be read; '*n' moves
 * on. */
static enum bnc_status read_data(struct bnc_gzip *gz, char *out, size_t cap, size_t *n,
                                 struct bnc_error *err)
{
    struct bnc_inflate_io io = { .in = (const unsigned char *)gz->raw.at,
                                 .in_len = gz->raw.len,
                                 .out = (unsigned char *)out + *n,
                                 .out_len = cap - *n };
    const enum bnc_inflate_result result = gz->with->run(gz->state, &io);
    const size_t used = gz->raw.len - io.in_len, made = cap - *n - io.out_len;
    enum bnc_status status;

    if (result == BNC_INFLATE_NOMEM)
        return bnc_error_nomem(err);
    if (result == BNC_INFLATE_BAD && can_replay(gz))
        return replay(gz, err); /* ISA-L puts out a little beyond the fault: not counted */
    count_made(gz, out + *n, made, n);
    bnc_raw_skip(&gz->raw, used);
    if (result == BNC_INFLATE_END) {
        bnc_raw_unread(&gz->raw, io.unread);
        gz->step = BNC_GZIP_TRAILER;
        return BNC_OK;
    }
    if (result == BNC_INFLATE_MORE && (used > 0 || made > 0))
        return BNC_OK;
    if (result == BNC_INFLATE_MORE && !gz->raw.eof) {
        status = bnc_raw_fill(&gz->raw, err);
        if (status != BNC_OK || gz->raw.len > 0)
            return status;
    }
    if (can_replay(gz))
        return replay(gz, err);
    return result == BNC_INFLATE_BAD ? corrupt(gz, "corrupt compressed data", err) : cut(gz, err);
}

/* One step; with 'n' unchanged where it gave no bytes. */
static enum bnc_status step(struct bnc_gzip *gz, char *out, size_t cap, size_t *n,
                            struct bnc_error *err)
{
    switch (gz->step) {
    case BNC_GZIP_BETWEEN: return find_member(gz, err);
    case BNC_GZIP_HEADER: return read_header(gz, err);
    case BNC_GZIP_DATA:
        return gz->try_whole && read_whole(gz, out, cap, n) ? BNC_OK
                                                            : read_data(gz, out, cap, n, err);
    case BNC_GZIP_TRAILER: return read_trailer(gz, err);
    case BNC_GZIP_DONE: break;
    }
    return BNC_OK;
}

/* Lets zlib decode the member again up to where ISA-L stopped, and keeps it from there on. */
static enum bnc_status replay(struct bnc_gzip *gz, struct bnc_error *err)
{
    const uint64_t given = gz->member_out;
    const uint32_t crc = gz->crc;
    char *scratch = malloc(SCRATCH_BYTES);
    enum bnc_status status = scratch == NULL ? bnc_error_nomem(err)
                                             : use(gz, &bnc_inflater_zlib, err);

    if (status == BNC_OK)
        status = bnc_raw_rewind(&gz->raw, gz->member_from, err);
    if (status == BNC_OK && gz->packed != NULL)
        begin_data(gz);
    else
        gz->step = BNC_GZIP_HEADER;
    gz->member_out = 0;
    while (status == BNC_OK && gz->member_out < given && gz->step < BNC_GZIP_TRAILER) {
        const uint64_t left = given - gz->member_out;
        size_t n = 0;

        status = step(gz, scratch, left < SCRATCH_BYTES ? (size_t)left : SCRATCH_BYTES, &n, err);
    }
    free(scratch);
    gz->crc = crc; /* of what was given */
    return status;
}

enum bnc_status bnc_gzip_read(struct bnc_gzip *gz, char *out, size_t cap, uint64_t until, size_t *n,
                              struct bnc_error *err)
{
    enum bnc_status status = BNC_OK;

    *n = 0;
    while (status == BNC_OK && *n < cap && gz->step != BNC_GZIP_DONE) {
        if (bnc_gzip_is_between(gz) && bnc_raw_pos(&gz->raw) >= until)
            break;
        if (gz->owes_sums && gz->step == BNC_GZIP_TRAILER)
            break;
        status = step(gz, out, cap, n, err);
    }
    return status;
}

void bnc_gzip_release(struct bnc_gzip *gz)
{
    if (gz->with != NULL)
        gz->with->free(gz->state);
    if (gz->whole != NULL)
        bnc_inflater_whole->free(gz->whole);
    bnc_raw_release(&gz->raw);
    *gz = (struct bnc_gzip){ 0 };
}
