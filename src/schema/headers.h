/* SPDX-License-Identifier: MIT
 * headers.h - headers among the rows: the file's own once more, or that of another table.
 *
 * Where exports were put behind each other, what follows another table's header would be read by
 * the wrong columns, so that one must be told from a row that merely is bad.
 */
#ifndef BNC_SCHEMA_HEADERS_H
#define BNC_SCHEMA_HEADERS_H

#include "schema/mapper.h"

/* The column of that name; p->n_names: none has it. */
uint32_t bnc_column_named(const struct bnc_schema_plan *p, struct bnc_span cell);

/*
 * What a row without an event is: BNC_FAULT_REPEATED_HEADER where it is the header once more,
 * written another way, BNC_FAULT_OTHER_HEADER where names of columns stand elsewhere than in the
 * header, or names that other exports have, else 'fault'.  A name counts once: "email,email,," is
 * no header.
 */
enum bnc_row_fault bnc_header_fault(const struct bnc_cells *c, enum bnc_row_fault fault);

/*
 * The same of the header's bytes or a comment: "#Fields: date-time,..." is the header of a log with
 * other columns, unless they were only added behind the known ones, or are missing there.
 */
enum bnc_row_fault bnc_comment_fault(const struct bnc_schema_plan *p, struct bnc_span raw);

#endif
