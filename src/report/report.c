/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "report/render.h"

enum bnc_status bnc_report_render(const struct bnc_report_data *data, enum bnc_format format,
                                  struct bnc_buf *out, struct bnc_error *err)
{
    static void (*const render[BNC_N_FORMATS])(
        const struct bnc_model *, struct bnc_buf *) = { [BNC_FORMAT_TEXT] = bnc_render_text,
                                                        [BNC_FORMAT_HTML] = bnc_render_html,
                                                        [BNC_FORMAT_JSON] = bnc_render_json,
                                                        [BNC_FORMAT_NDJSON] = bnc_render_ndjson,
                                                        [BNC_FORMAT_MD] = bnc_render_md };
    struct bnc_model m;
    enum bnc_status status;

    if ((unsigned)format >= BNC_N_FORMATS || render[format] == NULL)
        return bnc_error_set(err, BNC_EUSAGE,
                             "CSV tables need a folder and SQLite needs a file: name one with -o");
    status = bnc_model_init(&m, data, err);
    m.least_rate = format == BNC_FORMAT_JSON || format == BNC_FORMAT_NDJSON ? BNC_SPARSE_MIN : 0;
    if (status == BNC_OK)
        render[format](&m, out);
    if (status == BNC_OK && out->failed)
        status = bnc_error_nomem(err);
    bnc_model_release(&m);
    return status;
}

/* ---- to a place ---- */

/* A file, or a caller's function, that a report is written to while it is made. */
struct target {
    struct bnc_outfile file;
    int (*write)(void *arg, const char *bytes, size_t len); /* NULL: to the file */
    void *arg;
    struct bnc_error err; /* BNC_OK until a write fails */
};

static bool write_on(void *arg, struct bnc_span bytes)
{
    struct target *const t = arg;

    if (t->write == NULL)
        return bnc_outfile_write(&t->file, bytes, &t->err) == BNC_OK;
    if (t->write(t->arg, bytes.at, bytes.len) == 0)
        return true;
    bnc_error_set(&t->err, BNC_EIO, "cannot write the report");
    return false;
}

/* What is left in 'out' goes out too; then the first thing that went wrong, in 'err' as well. */
static enum bnc_status end_writing(struct target *t, struct bnc_buf *out, enum bnc_status status,
                                   struct bnc_error *err)
{
    if (status == BNC_OK && out->len > 0 && !write_on(t, bnc_buf_span(out)))
        status = t->err.status;
    if (t->err.status != BNC_OK) {
        status = t->err.status;
        if (err != NULL)
            *err = t->err;
    }
    bnc_buf_release(out);
    return status;
}

enum bnc_status bnc_report_file(const struct bnc_report_data *data, enum bnc_format format,
                                const char *path, struct bnc_error *err)
{
    struct target t = { .err = { .status = BNC_OK } };
    struct bnc_buf out = { .drain = write_on, .drain_arg = &t };
    enum bnc_status status = bnc_outfile_begin(&t.file, path, data->show == BNC_SHOW_FULL, err);

    if (status == BNC_OK)
        status = bnc_report_render(data, format, &out, err);
    status = end_writing(&t, &out, status, err);
    return bnc_outfile_end(&t.file, status, err);
}

enum bnc_status bnc_report_print(const struct bnc_report_data *data, enum bnc_format format,
                                 int (*write)(void *arg, const char *bytes, size_t len), void *arg,
                                 struct bnc_error *err)
{
    struct target t = { .write = write, .arg = arg, .err = { .status = BNC_OK } };
    struct bnc_buf out = { .drain = write_on, .drain_arg = &t };

    return end_writing(&t, &out, bnc_report_render(data, format, &out, err), err);
}

/* ---- CSV tables ---- */

static enum bnc_status write_table(const struct bnc_model *m, const struct bnc_section *s,
                                   const char *path, struct bnc_error *err)
{
    struct target t = { .err = { .status = BNC_OK } };
    struct bnc_buf csv = { .drain = write_on, .drain_arg = &t };
    enum bnc_status status = bnc_outfile_begin(&t.file, path, m->data->show == BNC_SHOW_FULL, err);

    if (status == BNC_OK)
        bnc_render_csv(m, s, &csv);
    if (csv.failed)
        status = bnc_error_nomem(err);
    status = end_writing(&t, &csv, status, err);
    return bnc_outfile_end(&t.file, status, err);
}

enum bnc_status bnc_report_tables(const struct bnc_report_data *data, const char *dir,
                                  struct bnc_error *err)
{
    const char *const slash = dir[0] != '\0' && dir[strlen(dir) - 1] == '/' ? "" : "/";
    struct bnc_buf path = { .at = NULL };
    struct bnc_model m;
    enum bnc_status status = bnc_model_init(&m, data, err);

    if (status == BNC_OK && mkdir(dir, 0777) != 0 && errno != EEXIST)
        status = bnc_error_sys(err, BNC_ECREATE, "cannot make folder '%s'", dir);
    for (size_t k = 0; status == BNC_OK && k < bnc_n_sections; k++) {
        bnc_buf_clear(&path);
        bnc_buf_printf(&path, "%s%s%s.csv", dir, slash, bnc_sections[k]->id);
        status =
            path.failed ? bnc_error_nomem(err) : write_table(&m, bnc_sections[k], path.at, err);
    }
    bnc_buf_release(&path);
    bnc_model_release(&m);
    return status;
}
