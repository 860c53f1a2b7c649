/* SPDX-License-Identifier: MIT
 * source.h - from paths to blocks of plain bytes.  Has never heard of a comma.
 *
 * A *source* is one stream of bytes to analyze: a regular file, standard input, a pipe, or one
 * member of a ZIP archive.  Containers (gzip, zstd, ZIP) and UTF-16 are undone here, so what comes
 * out is always UTF-8 or ASCII-compatible bytes.  Detection is by content, never by name.
 *
 *   bnc_source_list_create(paths)  -> sources in a stable order: arguments in the order given; a
 *                        folder's files in bytewise order of their paths, recursively, hidden files
 *                        and README* passed over
 *     bnc_source_head()    the first bytes, decoded, for recognition; cheap, before the run
 *     bnc_source_open()  -> bnc_reader
 *       bnc_reader_claim()   one at a time: the next block is claimed, and read or inflated if that
 *                            must happen in order
 *       bnc_reader_prepare() side by side: inflating independent members
 *       bnc_reader_finish()  side by side: that, if it has not been done, and what else may be
 *                            (pread, the checksum of what was inflated in order)
 *       bnc_reader_done()    the block's bytes are no longer needed
 *     bnc_reader_close()
 *
 * Block i+1 follows block i without gap; a block knows nothing of rows.  In front of every unmapped
 * block there is BNC_BLOCK_HEADROOM of writable room, for the tail of the row that began in the
 * block before; a longer tail makes the engine copy.
 */
#ifndef BNC_INGEST_SOURCE_H
#define BNC_INGEST_SOURCE_H

#include <signal.h>

#include "util/arena.h"
#include "util/span.h"
#include "util/status.h"

struct bnc_guard; /* include/bounce/guard.h */

#define BNC_BLOCK_HEADROOM ((size_t)64 << 10)
#define BNC_BLOCK_BYTES ((size_t)1 << 20) /* the default size of a block */

enum bnc_container {
    BNC_CONTAINER_NONE,
    BNC_CONTAINER_GZIP,
    BNC_CONTAINER_BGZF,
    BNC_CONTAINER_ZSTD,
    BNC_CONTAINER_ZIP
};
/* AUTO comes first: zero means "look at the bytes".  LATIN1 is read as Windows-1252. */
enum bnc_encoding {
    BNC_ENCODING_AUTO,
    BNC_ENCODING_UTF8,
    BNC_ENCODING_UTF16LE,
    BNC_ENCODING_UTF16BE,
    BNC_ENCODING_LATIN1
};
/* AUTO: ISA-L where built in; zlib is the base and the oracle. */
enum bnc_gunzip { BNC_GUNZIP_AUTO, BNC_GUNZIP_ZLIB, BNC_GUNZIP_ISAL };

struct bnc_ingest_options {      /* zero-initialized: all defaults */
    bool no_mmap;                /* --no-mmap: pread into buffers instead of mapping */
    uint64_t map_bytes;          /* larger plain files, too, and those of one block; 0: 64 MiB */
    size_t block_bytes;          /* decoded bytes per block; 0: the default.  1 is legal (tests) */
    enum bnc_encoding encoding;  /* --encoding */
    enum bnc_gunzip gunzip;      /* --gunzip */
    uint64_t max_expanded_bytes; /* --max-expanded: total per compressed source; 0: no limit */
    /* Looked at while a pipe keeps us waiting: non-zero ends it with BNC_ESTOPPED; may be NULL. */
    const volatile sig_atomic_t *stop;
    /* Where mappings are made known to the program's SIGBUS handler; may be NULL. */
    struct bnc_guard *guard;
};

struct bnc_source {               /* read-only outside the room */
    const char *path;             /* the file as given or found; "-" for standard input */
    const char *name;             /* for people: path, or "archive.zip:member.csv" */
    uint64_t size_bytes;          /* of the file or compressed member, 0 if unknown (pipes) */
    uint64_t zip_index;           /* of the member; UINT64_MAX where it is no ZIP member */
    bool is_regular, is_stdin;    /* standard input may be a regular file too: < file */
    enum bnc_container container; /* known once bnc_source_head() was called */
    enum bnc_encoding encoding;   /* likewise */
    bool is_document;             /* likewise: JSON, and made one object a line here */
};

struct bnc_source_list {
    struct bnc_source **at;
    size_t n;
    size_t cap; /* the room's own, like what follows */
    struct bnc_arena arena;
    struct bnc_archive *archives;
};

/*
 * Expands paths.  A path that is missing or unreadable, a ZIP that is encrypted or has no usable
 * member is a fault of that path alone: it is reported through 'on_fault' (BNC_ENOINPUT, BNC_EDATA
 * ...) and the others go on.  What is merely passed over (a picture inside a ZIP) is reported with
 * the status BNC_OK: information, no fault.  'paths' must outlive the list.  BNC_ENOMEM is the only
 * failure; release the list whatever the status.
 */
typedef void (*bnc_fault_fn)(void *arg, const struct bnc_error *err);
enum bnc_status bnc_source_list_create(struct bnc_source_list *list, const char *const *paths,
                                       size_t n, bnc_fault_fn on_fault, void *arg,
                                       struct bnc_error *err);
void bnc_source_list_release(struct bnc_source_list *list);

/*
 * Up to 'cap' decoded bytes from the start (BOM removed), copied to 'buf'; '*len' says how many and
 * '*whole' whether that is all there is.  Detects container and encoding.  Standard input keeps
 * what was read for the run that follows.  BNC_EDATA with a text that names the thing and the way
 * out for XLSX, PDF, HTML, encrypted ZIP.  Compression that is corrupt before its first byte came
 * out is BNC_EDATA too; where bytes came out before the fault they are the head, and the run meets
 * the fault again.  BNC_EUSAGE for a container this build cannot undo.
 */
enum bnc_status bnc_source_head(struct bnc_source *src, const struct bnc_ingest_options *opt,
                                char *buf, size_t cap, size_t *len, bool *whole,
                                struct bnc_error *err);

/*
 * A cheap fingerprint by which the same file given twice is noticed: the size and a hash of the
 * first and the last 4 KiB as they lie on disk (of a ZIP member: its checksum).  Known once
 * bnc_source_head() was called; false where the bytes can't be read twice (pipes).
 */
bool bnc_source_fingerprint(const struct bnc_source *src, uint64_t *fingerprint);

/*
 * True where both hold the same bytes, compared from start to end as they lie on disk (members of
 * ZIPs: decoded); asked when fingerprints are equal.  False also where one of them can't be read,
 * or not twice.
 */
bool bnc_source_same(const struct bnc_source *a, const struct bnc_source *b);

struct bnc_reader; /* one open source */

struct bnc_block {
    uint64_t index; /* 0, 1, 2 ... within the source */
    uint64_t off;   /* decoded offset of bytes.at[0], the mark not counted; valid after finish() */
    struct bnc_span bytes;
    bool last;   /* nothing follows; exactly one block of a faultless source, maybe an empty one */
    bool mapped; /* bytes lie in one mapping of the whole source: bytes.at[-1] is the byte before */
    bool whole;  /* the bytes are there: finish() adds them up and tells of a fault behind them */
    size_t n_before; /* bytes of the source right in front of an unmapped one: 0, or who cuts it up
                        says so */
    uint64_t raw_from, raw_to; /* the room's own: where the block lies in the file */
    void *piece;               /* likewise: of a gzip file of many members, inflated on a guess */
};

enum bnc_status bnc_source_open(struct bnc_source *src, const struct bnc_ingest_options *opt,
                                struct bnc_reader **reader, struct bnc_error *err);

/*
 * True where claim() only counts: it may be called under a lock that others need.  Else it may
 * read, inflate or wait for blocks claimed before (a gzip file of many members: most of the work is
 * in prepare() all the same).
 */
bool bnc_reader_is_parallel(const struct bnc_reader *reader);

/*
 * Claims the next block; one thread at a time per reader (the engine holds a lock).  '*more' false:
 * there is none, 'block' untouched.  'buf' is the calling worker's own buffer object, reused from
 * block to block: see bnc_block_buf_create().  A worker prepares or finishes a block before it
 * claims the next, and does so whatever happens: claim() and finish() may wait for it.  Blocks are
 * of about block_bytes; one that holds a whole gzip member may be 32 times that.  Corrupt or cut
 * compression: the bytes before it come out first, then BNC_EDATA with the byte offset.  On failure
 * there is no block, and every block claimed before it counts.
 */
struct bnc_block_buf;
struct bnc_block_buf *bnc_block_buf_create(void);
void bnc_block_buf_free(struct bnc_block_buf *buf);
/* Gives its memory back to the system until it is used again; what stood there is lost. */
void bnc_block_buf_forget(struct bnc_block_buf *buf);
enum bnc_status bnc_reader_claim(struct bnc_reader *reader, struct bnc_block_buf *buf,
                                 struct bnc_block *block, bool *more, struct bnc_error *err);
/*
 * Optional, without the lock: does of finish() what takes long and waits for nobody.  bytes.len is
 * then what finish() is expected to find; any thread may call that, and nobody needs to where the
 * reader is closed before its end.
 */
void bnc_reader_prepare(struct bnc_reader *reader, struct bnc_block_buf *buf,
                        struct bnc_block *block);

/*
 * Must be called once for every claimed block, without the lock; fills block->bytes, block->off and
 * block->last.  On failure block->bytes still holds what came before the fault, perhaps nothing,
 * and counts; no later block of the source does, even if it was claimed already.
 */
enum bnc_status bnc_reader_finish(struct bnc_reader *reader, struct bnc_block_buf *buf,
                                  struct bnc_block *block, struct bnc_error *err);
/* The block's bytes are no longer needed: lets a mapping drop its pages.  Any thread. */
void bnc_reader_done(struct bnc_reader *reader, struct bnc_block *block);

/* Compressed (or plain) bytes taken so far, for progress; any thread. */
uint64_t bnc_reader_bytes_in(const struct bnc_reader *reader);

/* Bytes given out so far; any thread. */
uint64_t bnc_reader_bytes_out(const struct bnc_reader *reader);

/* True once more than 64 MiB came out at over 1000 bytes for one: worth a warning.  Any thread. */
bool bnc_reader_is_bomb(const struct bnc_reader *reader);

/*
 * Checks that a regular file still is what it was, then frees the reader; NULL is fine.  BNC_EIO
 * where the file shrank, or was written to and kept its size.  Growth is no fault: what lies beyond
 * the size at the opening was not read.
 */
enum bnc_status bnc_reader_close(struct bnc_reader *reader, struct bnc_error *err);

#endif
