/* SPDX-License-Identifier: MIT
 * not_recognized.h - what is said of a source that no format fits: what it has and what it lacks.
 */
#ifndef BNC_SCHEMA_NOT_RECOGNIZED_H
#define BNC_SCHEMA_NOT_RECOGNIZED_H

#include "schema/recognize.h"

/*
 * BNC_EDATA with the columns found and the nearest formats, or that it is a table of totals; 'rows'
 * is what stands behind the header.
 */
enum bnc_status bnc_not_recognized(const struct bnc_header *h, struct bnc_span rows,
                                   struct bnc_error *err);

#endif
