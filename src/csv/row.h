/* SPDX-License-Identifier: MIT
 * row.h - bytes to rows of fields.
 *
 * The rows of a source are found strictly in order: bnc_rows_scan() gets text that begins at the start of a row and
 * says how many bytes complete rows take; the rest is the tail that goes in front of the next block.  Hence quote state at every block edge is
 * proven, not guessed, for legal and for broken input alike, and no block size shows in the result.  Scanning only
 * indexes (a few bytes of work per 64 bytes of text); reading fields from the index is the part that runs on all threads.
 *
 * What is a row (all engines and kernels agree on legal input; own kernels agree on every input):
 * - LF, CR and CRLF end a row outside quotes; empty lines are no rows.
 * - A quote opens a quoted field only as the field's first byte; elsewhere in an unquoted field it is a literal.
 * - In a quoted field a doubled quote is one literal quote; a quote that no delimiter, row end or end of input follows is a literal (flagged BNC_ROW_STRAY_QUOTE).
 * - Unclosed quote: no closing quote within BNC_MAX_FIELD_BYTES, or the row it makes has more fields than the header while
 *   a shorter reading exists: the row ends at the first line end after its start, is flagged BNC_ROW_UNCLOSED, and the next line starts a new row.  Linear time whatever the input.
 */
#ifndef BNC_CSV_ROW_H
#define BNC_CSV_ROW_H

#include "util/span.h"
#include "util/status.h"

#define BNC_MAX_FIELD_BYTES ((size_t)1 << 20)
#define BNC_MAX_ROW_BYTES ((size_t)16 << 20)
#define BNC_MAX_COLUMNS 4096

struct bnc_dialect {
    char delim;                          /* ',' ';' '\t' '|' '@' ... */
    char quote;                          /* '"' or '\''; 0: no quoting */
    char escape;                         /* 0: doubled quotes; '\\' otherwise (portable scanner only) */
    bool json_lines;                     /* one JSON object a line instead of CSV; see schema/ */
};

enum bnc_row_flag {
    BNC_ROW_STRAY_QUOTE = 1,             /* a literal quote where none belongs; harmless */
    BNC_ROW_UNCLOSED = 2,                /* malformed: a quoted field was never closed */
    BNC_ROW_TOO_LONG = 4,                /* malformed: over a limit; fields are empty */
    BNC_ROW_SHORT = 8,                   /* fewer fields than the header; missing ones are empty */
    BNC_ROW_LONG = 16,                   /* more fields than the header */
    BNC_ROW_NUL = 32                     /* contains a NUL byte in a wanted field */
};

struct bnc_row {
    uint64_t number;                     /* 1-based within the source, the header row counts */
    uint64_t off;                        /* offset of its first byte in the source */
    struct bnc_span raw;                 /* its bytes without the line end */
    const struct bnc_span *field;        /* the wanted fields in the order wanted, unquoted; valid until the next bnc_rows_next() ... */
    uint32_t n_fields;                   /* fields that the row has in all */
    uint32_t flags;                      /* enum bnc_row_flag */
};                                       /* ... but the bytes they span until the next bnc_rows_scan() */

enum bnc_engine { BNC_ENGINE_AUTO, BNC_ENGINE_OWN, BNC_ENGINE_LIBCSV };

struct bnc_rows;                         /* one worker's index and scratch */

struct bnc_rows_options {
    struct bnc_dialect dialect;
    enum bnc_engine engine;
    uint32_t n_cols;                     /* of the header; 0 while it is unknown (no SHORT, LONG, no recovery by field count) */
    const uint16_t *want;                /* ascending column numbers to materialize */
    uint32_t n_want;                     /* 0 and want NULL: every column */
    uint32_t cpu;                        /* BNC_CPU_* features that may be used (util/cpu.h) */
};

/* NULL when out of memory.  'opt' is copied, 'want' must outlive it. */
struct bnc_rows *bnc_rows_create(const struct bnc_rows_options *opt);
/* Other options for the same object (a worker goes on to another source). */
enum bnc_status bnc_rows_configure(struct bnc_rows *rows, const struct bnc_rows_options *opt);
void bnc_rows_free(struct bnc_rows *rows);

/*
 * Indexes the complete rows of 'text', which starts at a row start at offset 'off' of the source; 'number' is the number of its first row.
 * 'last': nothing follows, so an unfinished last row is complete.  '*used': bytes that complete rows take, '*n_rows' how many.
 * 'text' must stay in place while rows are read.
 */
enum bnc_status bnc_rows_scan(struct bnc_rows *rows, struct bnc_span text, uint64_t off, uint64_t number, bool last,
                              size_t *used, uint64_t *n_rows);

/* The next indexed row; false at the end. */
bool bnc_rows_next(struct bnc_rows *rows, struct bnc_row *row);

/* The kernel in use for these CPU features: "avx512", "avx2", "neon", "generic". */
const char *bnc_scan_kernel_name(uint32_t cpu);

#endif
