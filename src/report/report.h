/* SPDX-License-Identifier: MIT
 * report.h - tally and judgement to bytes. Sections are one table in code; every renderer walks it.
 */
#ifndef BNC_REPORT_REPORT_H
#define BNC_REPORT_REPORT_H

#include "detect/finding.h"
#include "util/buf.h"
#include "util/outfile.h"

enum bnc_format {
    BNC_FORMAT_TEXT,
    BNC_FORMAT_HTML,
    BNC_FORMAT_JSON,
    BNC_FORMAT_NDJSON,
    BNC_FORMAT_CSV,
    BNC_FORMAT_MD,
    BNC_FORMAT_SQLITE,
    BNC_N_FORMATS
};
enum bnc_show { BNC_SHOW_DOMAIN, BNC_SHOW_MASKED, BNC_SHOW_FULL };

/* one input, for the section on inputs (the only one that names them) */
struct bnc_report_input {
    const char *name, *format, *vendor, *container, *encoding;
    char delim;
    uint64_t rows, bytes;
    const char *fault; /* why it was not (fully) read, or NULL */
};

struct bnc_report_note { /* a row of the section on method */
    const char *term;
    struct bnc_span text;
};

struct bnc_report_data {
    const struct bnc_tally *tally;
    const struct bnc_judged *judged;
    const struct bnc_classifier *classifier;
    const struct bnc_report_input *inputs;
    size_t n_inputs;
    bool complete; /* every input was read to its end */
    int64_t generated; /* SOURCE_DATE_EPOCH or the clock; BNC_NO_TIME: leave out */
    const struct bnc_report_note *notes;
    size_t n_notes; /* how the report was asked for */
    struct bnc_span filter; /* the rows it is limited to, "" for all */
    enum bnc_show show;
    bool color, unicode, verbose, excel; /* terminal; --excel for CSV */
    bool plain_cells; /* CSV: no apostrophe before what begins like a formula */
    unsigned width; /* terminal columns, 0: 80 */
    bnc_parallel_fn parallel; /* the engine's, for long documents; NULL: one thread */
    void *parallel_ctx;
};

/* Renders into 'out' (not CSV or SQLITE, which need a folder or a file). */
enum bnc_status bnc_report_render(const struct bnc_report_data *data, enum bnc_format format,
                                  struct bnc_buf *out, struct bnc_error *err);
/*
 * The same to a file, written to a temporary one while it is made and then renamed; BNC_EIO,
 * BNC_ECREATE.
 */
enum bnc_status bnc_report_file(const struct bnc_report_data *data, enum bnc_format format,
                                const char *path, struct bnc_error *err);
/* The same through 'write', piece by piece; it returns 0, or else the report ends with BNC_EIO. */
enum bnc_status bnc_report_print(const struct bnc_report_data *data, enum bnc_format format,
                                 int (*write)(void *arg, const char *bytes, size_t len), void *arg,
                                 struct bnc_error *err);
/*
 * CSV tables: one file per section into the folder 'dir' (made if missing); each written to a
 * temporary file and renamed.
 */
enum bnc_status bnc_report_tables(const struct bnc_report_data *data, const char *dir,
                                  struct bnc_error *err);
/* SQLite file, likewise temporary and renamed. */
enum bnc_status bnc_report_sqlite(const struct bnc_report_data *data, const char *path,
                                  struct bnc_error *err);

#endif
