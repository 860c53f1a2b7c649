/* SPDX-License-Identifier: MIT
 * row_private.h - what row.c and row_libcsv.c share.
 */
#ifndef BNC_CSV_ROW_PRIVATE_H
#define BNC_CSV_ROW_PRIVATE_H

#include "csv/scan.h"

struct bnc_rows {
    struct bnc_rows_options opt;
    struct bnc_scan scan;
    const struct bnc_scanner *kernel;
    struct bnc_rows_carry own_carry, *carry;   /* 'carry' is the one in use */
    uint64_t off, number;                /* of the text and its first row */
    size_t next;                         /* row that bnc_rows_next() gives next */
    size_t n_direct;                     /* the first so many rows may be in a batch */
    uint32_t n_needed;                   /* and must have so many fields for it */

    const uint16_t *want;                /* the options', or 'all' */
    uint16_t *all;                       /* 0, 1, 2 ...; NULL until every column was wanted */
    bool every;
    char quote;                          /* the dialect's, 0 for JSON lines */
    struct bnc_span *field;              /* of the row given last */
    size_t n_field, cap_field;

    char *scratch;                       /* unquoted bytes; doesn't move while they are read */
    size_t scratch_len, cap_scratch;

    struct bnc_rows_libcsv *libcsv;      /* NULL until that engine is used */
    struct bnc_span *cell;               /* its fields; those of row r from cell[row[r].first] on */
};

/* As row.c does it with the own scanners.  BNC_ENOMEM is the only failure. */
enum bnc_status bnc_rows_libcsv_scan(struct bnc_rows *rows);
void bnc_rows_libcsv_release(struct bnc_rows *rows);

#endif
