/* SPDX-License-Identifier: MIT
 * scan.h - text to index of rows; private to the csv room.
 *
 * The index of a text is two arrays:
 *
 *     text   a , b b , " c , c " \n d , e \n
 *     pos    0 1 2 3 4 5 6 7 8 9 10 ...
 *     end[]    1     4           10   12   14      one entry a field: where it ends
 *     row[]  {start 0, first 0}    {start 11, first 3}   {-, first 5}
 *
 * The last of row[] only says where the entries of the row before end.  So field c of a row
 * lies between two neighbours in end[], without walking over the fields before it, and the first
 * between the row's start and its first entry.
 *
 * Two scanners fill it.  The strict one (scan_strict.c) reads byte by byte and knows every rule
 * of row.h; it is the meaning of a row.  A kernel (scan_block.h) reads 64 bytes a step, knows
 * legal rows only, and stops in front of everything else; then the strict one takes over for as
 * far as the kernel had looked.  So a kernel can't disagree with the rules: what it doesn't
 * know it doesn't do.
 */
#ifndef BNC_CSV_SCAN_H
#define BNC_CSV_SCAN_H

#include "csv/row.h"

/* Beside enum bnc_row_flag, in bnc_row_mark.flags only: */
enum {
    BNC_MARK_ESCAPED = 1 << 16,          /* doubled quotes or escapes may be inside */
    BNC_MARK_MULTILINE = 1 << 17,        /* a line end inside quotes may be inside */
    BNC_MARK_CELLS = 1 << 18,            /* read by libcsv: 'first' counts cells, not ends */
    BNC_MARK_NO_TEXT = 1 << 19           /* its first field is empty and starts the text */
};

struct bnc_row_mark {
    uint32_t start;                      /* of the row in the text */
    uint32_t first;                      /* its first entry in end[] */
    uint32_t flags;
};

/* In this order: what is plain in an unquoted field, what is plain in a quoted one, the rest. */
enum bnc_byte_class {
    BNC_BYTE_OTHER,
    BNC_BYTE_DELIM,
    BNC_BYTE_LINE_END,
    BNC_BYTE_QUOTE,
    BNC_BYTE_ESCAPE
};

struct bnc_scan {
    struct bnc_dialect dialect;
    uint32_t n_cols;                     /* as in bnc_rows_options */
    uint8_t byte_class[256];             /* enum bnc_byte_class */

    const char *at;                      /* the text */
    size_t len;
    bool last;                           /* the input ends with it */

    uint32_t *end;
    size_t n_end, cap_end;
    struct bnc_row_mark *row;
    size_t n_row, cap_row;
    bool nomem;                          /* bnc_scan_reserve() failed: the index is no good */

    size_t pos;                          /* everything before it is indexed or empty lines */
    size_t reach;                        /* how far the kernel looked before it stopped */
    size_t line_until;                   /* rows that start before it end with their line */
    bool cut;                            /* pos lies within a row over BNC_MAX_ROW_BYTES */
    bool has_nul, has_escapes;           /* in the rows indexed; may be true in vain */
};

/*
 * Room for the entries that 'n_bytes' of text can make at worst, and for what a kernel writes
 * ahead.  May move end[] and row[].
 */
bool bnc_scan_reserve(struct bnc_scan *s, size_t n_bytes);

/*
 * Indexes the row at or after s->pos and moves pos behind it.  False: text ends before that row
 * does, and more is to come; or there is none, then pos == len.
 */
bool bnc_scan_row_strict(struct bnc_scan *s);

/*
 * Removes what a row over the limit left over: moves pos to the next line end, or to the end of
 * the text with 'cut' still set.
 */
void bnc_scan_skip_cut(struct bnc_scan *s);

/* A bit for each of 64 bytes, the first byte's the lowest. */
struct bnc_masks {
    uint64_t quote, delim, line_end;
};

struct bnc_scanner {
    const char *name;
    uint32_t needs;                      /* BNC_CPU_* */
    /* Indexes rows from s->pos, a row start, as far as it can; sets pos and reach. */
    void (*run)(struct bnc_scan *s);
};

/* The best one for these features; "generic" needs nothing. */
const struct bnc_scanner *bnc_scanner_pick(uint32_t cpu);

void bnc_scan_generic(struct bnc_scan *s);
#if defined(__x86_64__)
void bnc_scan_avx2(struct bnc_scan *s);
void bnc_scan_avx512(struct bnc_scan *s);
#elif defined(__aarch64__)
void bnc_scan_neon(struct bnc_scan *s);
#endif

#endif
