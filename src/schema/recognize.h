/* SPDX-License-Identifier: MIT
 * recognize.h - which format a header belongs to.
 *
 * A signature is the least set of columns that only this format has: terms with ';' between
 * them, each a column name or several with '|' between, compared without case and never by
 * position.  "!name": must not be there; "name*": begins so; "file:glob": the file's name; "@":
 * the delimiter.  Signatures of files without header look at the cells:
 * "#2=time|address|code|WORD" and "#n=9", "#n>4" for the number of fields.  " / " separates two
 * signatures of one format. A name that differs only in blanks, dots, dashes and underscores
 * matches too, but worse than an exact one.
 */
#ifndef BNC_SCHEMA_RECOGNIZE_H
#define BNC_SCHEMA_RECOGNIZE_H

#include "schema/column_name.h"
#include "schema/formats.h"
#include "schema/head.h"

struct bnc_header {                      /* names as cleaned by bnc_header_clean(), or the cells
                                            of a first data row */
    const struct bnc_span *name;
    uint32_t n;
    char delim;
    bool headerless;                     /* the row is data: only signatures with '#' apply */
    const char *file;                    /* the source's name, "" if none */
};

/* The part of '*s' before the first 'mark', all of it if there is none; '*s' goes on behind. */
struct bnc_span bnc_span_part(struct bnc_span *s, char mark);

/*
 * The column called 'name': the first exact one, else the first loose one if 'loose'; -1 if there
 * is none.
 */
int bnc_header_find(const struct bnc_header *h, struct bnc_span name, bool loose);

/* Trims a header cell and takes off byte order mark, quotes, "#Fields: " and '#'. */
struct bnc_span bnc_header_clean(struct bnc_span cell);

/*
 * True if 'name' (without folders, case ignored) matches one of the globs ('*' only), '|' between
 * them.
 */
bool bnc_glob_match(const char *globs, const char *name);

/* A source's name without folders, "" for NULL. */
const char *bnc_file_base(const char *name);

/* Which of all globs of the tables a file's name matches: recognition sees no more of it. */
#define BNC_FILE_WORDS 4
struct bnc_file_marks { uint64_t word[BNC_FILE_WORDS]; };

/* 'file' as bnc_file_base() gives it. */
void bnc_file_marks_set(struct bnc_file_marks *marks, const char *file);

/*
 * The score of a format for a header, 0: its signature does not hold.  Higher is better; terms
 * that hold count most.
 */
unsigned bnc_format_score(const struct bnc_format_row *f, const struct bnc_header *h);

/*
 * The first term of the signature that does not hold, as text of the tables; len 0: all do.
 * 'n_held' how many do.
 */
struct bnc_span bnc_format_missing(const struct bnc_format_row *f, const struct bnc_header *h,
                                   unsigned *n_held);

/*
 * The best of all formats, or of those of one vendor or id where 'only' is not NULL; NULL if
 * none matches. '*score' says how well.  The generic fallback is not among them.
 */
const struct bnc_format_row *bnc_format_recognize(const struct bnc_header *h, const char *only,
                                                  unsigned *score);

#endif
