/* SPDX-License-Identifier: MIT
 * row.h - bytes to rows of fields.
 *
 * The rows of a source are found strictly in order: bnc_rows_scan() gets text that begins at
 * the start of a row and says how many bytes complete rows take; the rest is the tail that goes
 * in front of the next block.  Hence quote state at every block edge is proven, not guessed,
 * for legal and for broken input alike, and no block size shows in the result.  Scanning only
 * indexes (a few bytes of work per 64 bytes of text); reading fields from the index is the part
 * that runs on all threads.
 *
 * What is a row (every kernel, block size and engine gives the same, whatever the input):
 * - LF, CR and CRLF end a row outside quotes; empty lines are no rows.
 * - A quote opens a quoted field only as the field's first byte; elsewhere in an unquoted field
 *   it is a literal (flagged BNC_ROW_STRAY_QUOTE).
 * - In a quoted field a doubled quote is one literal quote; a quote that no delimiter, row end
 *   or end of input follows is a literal (flagged likewise).
 * - Where the dialect has an escape character, the byte behind it is literal, in quotes and
 *   outside.
 * - Unclosed quote: a row over several lines is taken for the work of a quote that was never
 *   closed when
 *     - a quoted field has no closing quote within BNC_MAX_FIELD_BYTES, or the row is over
 *       another limit, or
 *     - behind a line end comes a quote that can only be an opening one: at the start of a line
 *       or field, and text behind, or
 *     - behind a line end comes a field beyond the header's columns that isn't empty, while the
 *       first line has no field too many.
 *   The row then ends at the first line end after its start, is flagged BNC_ROW_UNCLOSED, its
 *   last field holds the rest of that line, and the next line starts a new row.  Up to the line
 *   that showed it, every line end ends a row, so the time is linear whatever the input.
 * - A row over a limit within one line is BNC_ROW_TOO_LONG, has no fields, and ends with its
 *   line.
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
    char escape;                         /* 0: none; '\\' (never by a kernel or libcsv) */
    bool json_lines;                     /* no CSV: a row is a line up to LF, with one field */
};

enum bnc_row_flag {
    BNC_ROW_STRAY_QUOTE = 1,             /* a literal quote where none belongs; harmless */
    BNC_ROW_UNCLOSED = 2,                /* malformed: a quoted field was never closed */
    BNC_ROW_TOO_LONG = 4,                /* malformed: over a limit; fields are empty */
    BNC_ROW_SHORT = 8,                   /* fewer fields than the header; missing ones are empty */
    BNC_ROW_LONG = 16,                   /* more fields than the header */
    BNC_ROW_NUL = 32                     /* contains a NUL byte in a wanted field */
};

/*
 * A row.  field[] is valid until the next row, the bytes that it spans until the next
 * bnc_rows_scan().  Where every column is wanted it has max(n_fields, n_cols) entries.
 */
struct bnc_row {
    uint64_t number;                     /* 1-based within the source, the header row counts */
    uint64_t off;                        /* offset of its first byte in the source */
    struct bnc_span raw;                 /* without the line end; at most BNC_MAX_ROW_BYTES */
    const struct bnc_span *field;        /* the wanted fields in the order wanted, unquoted; NULL:
                                            not read yet */
    uint32_t n_fields;                   /* fields in all; 0 with BNC_ROW_TOO_LONG */
    uint32_t flags;                      /* enum bnc_row_flag */
};

/*
 * Some of the next rows: those that have all wanted fields, and nothing to unescape but doubled
 * quotes in quoted fields; the few that may have some are told by a bit each.  Behind each of them
 * lie BNC_BEHIND_ROW bytes of text at least: who reads a field may look so far behind it, and one
 * byte in front of an empty one.
 */
#define BNC_ROWS_AT_ONCE 32
#define BNC_BEHIND_ROW 64
#define BNC_BEHIND_ENDS 16
struct bnc_row_batch {
    const char *text;                    /* what the offsets below count from */
    uint64_t number, off;                /* as in bnc_row: of the row with index 0, of 'text' */
    char quote;                          /* the dialect's; NUL: there are none */
    size_t n, n_passed;
    uint32_t escaped;                    /* rows that may have a field to unescape */
    struct bnc_rows *rows;               /* for bnc_rows_unescape() */
    uint32_t index[BNC_ROWS_AT_ONCE];    /* for bnc_rows_at() */
    uint32_t start[BNC_ROWS_AT_ONCE];    /* where the row begins */
    uint32_t len[BNC_ROWS_AT_ONCE];      /* without the line end; whatever behind the last row */
    /* where each of its fields ends; one entry in front of them and BNC_BEHIND_ENDS behind the
       first are there, whatever they say */
    const uint32_t *end[BNC_ROWS_AT_ONCE];
    uint32_t passed[BNC_ROWS_AT_ONCE];   /* indices of rows among them that are not like that */
};

enum bnc_engine { BNC_ENGINE_AUTO, BNC_ENGINE_OWN, BNC_ENGINE_LIBCSV };

struct bnc_rows;                         /* one worker's index and scratch */

/*
 * What must be known from one scan of a source to the next, whichever worker does it: where
 * quotes don't count, and how long a tail must get before it is worth another look.  One per
 * source, beside its other shared state, zero-initialized; read and written by bnc_rows_scan()
 * alone, which is called in order per source anyway.
 */
struct bnc_rows_carry {
    uint64_t next_off;                   /* source offset that the rest is about */
    uint64_t line_until;                 /* rows that start before this end with their line */
    uint64_t wait_bytes;                 /* no use looking at less than this */
    bool cut;                            /* next_off lies within a row over BNC_MAX_ROW_BYTES */
};

struct bnc_rows_options {
    struct bnc_dialect dialect;
    enum bnc_engine engine;
    uint32_t n_cols;                     /* of the header; 0: unknown, nothing is SHORT or LONG */
    const uint16_t *want;                /* ascending column numbers to materialize */
    uint32_t n_want;                     /* 0 and want NULL: every column */
    uint32_t cpu;                        /* BNC_CPU_* features that may be used (util/cpu.h) */
    struct bnc_rows_carry *carry;        /* the source's; NULL: this object alone scans it */
};

/*
 * NULL when out of memory or the options are impossible.  'opt' is copied, 'want' and 'carry'
 * must outlive it.
 */
struct bnc_rows *bnc_rows_create(const struct bnc_rows_options *opt);
/*
 * Other options for the same object (a worker goes on to another source).  BNC_EUSAGE for an
 * impossible dialect: delimiter, quote and escape must differ, and none may be a line end;
 * BNC_ENOMEM leaves an object that can only be configured again or freed.
 */
enum bnc_status bnc_rows_configure(struct bnc_rows *rows, const struct bnc_rows_options *opt);
void bnc_rows_free(struct bnc_rows *rows);

/*
 * Indexes the complete rows of 'text', which starts where the scan before said that complete
 * rows end, at offset 'off' of the source; 'number' is the number of its first row.  'last':
 * nothing follows, so an unfinished last row is complete.  '*used': bytes that complete rows
 * take, '*n_rows' how many.  At most BNC_MAX_SCAN_BYTES are looked at in one call; of a longer
 * text the rest remains, even if it is the last.  'text' must stay in place while rows are
 * read.  BNC_ENOMEM is the only failure.
 */
#define BNC_MAX_SCAN_BYTES ((size_t)1 << 30)

enum bnc_status bnc_rows_scan(struct bnc_rows *rows, struct bnc_span text, uint64_t off,
                              uint64_t number, bool last, size_t *used, uint64_t *n_rows);

/* The next indexed row; false at the end. */
bool bnc_rows_next(struct bnc_rows *rows, struct bnc_row *row);

/*
 * The two halves of it, for who may do without field[]: the row without any field read, and its
 * fields.  BNC_ROW_NUL is known with them.
 */
bool bnc_rows_next_raw(struct bnc_rows *rows, struct bnc_row *row);
void bnc_rows_read(struct bnc_rows *rows, struct bnc_row *row);

/*
 * Takes rows until there are BNC_ROWS_AT_ONCE for a batch, or were passed, or none is left; false:
 * none was.
 */
bool bnc_rows_take(struct bnc_rows *rows, struct bnc_row_batch *batch);
/*
 * A quoted field of an escaped row, with its quotes, as it is meant.  It lives until the next scan.
 * A field is to be unescaped or its row read, not both, and once: there is room for no more.
 */
struct bnc_span bnc_rows_unescape(struct bnc_rows *rows, struct bnc_span raw);
/* A row that was taken, as bnc_rows_next_raw() would have given it. */
void bnc_rows_at(const struct bnc_rows *rows, uint32_t index, struct bnc_row *row);

/* The kernel in use for these CPU features: "avx512", "avx2", "neon", "generic". */
const char *bnc_scan_kernel_name(uint32_t cpu);

#endif
