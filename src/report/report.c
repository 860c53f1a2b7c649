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
    if (status == BNC_OK)
        render[format](&m, out);
    if (status == BNC_OK && out->failed)
        status = bnc_error_nomem(err);
    bnc_model_release(&m);
    return status;
}

static enum bnc_status write_table(const struct bnc_model *m, const struct bnc_section *s,
                                   const char *dir, struct bnc_buf *csv, struct bnc_error *err)
{
    struct bnc_buf path = { .at = NULL };
    const size_t n = strlen(dir);
    enum bnc_status status;

    bnc_buf_clear(csv);
    bnc_render_csv(m, s, csv);
    bnc_buf_printf(&path, "%s%s%s.csv", dir, n > 0 && dir[n - 1] == '/' ? "" : "/", s->id);
    status = csv->failed || path.failed
                 ? bnc_error_nomem(err)
                 : bnc_write_file(path.at, bnc_buf_span(csv), m->data->show == BNC_SHOW_FULL, err);
    bnc_buf_release(&path);
    return status;
}

enum bnc_status bnc_report_tables(const struct bnc_report_data *data, const char *dir,
                                  struct bnc_error *err)
{
    struct bnc_buf csv = { .at = NULL };
    struct bnc_model m;
    enum bnc_status status = bnc_model_init(&m, data, err);

    if (status == BNC_OK && mkdir(dir, 0777) != 0 && errno != EEXIST)
        status = bnc_error_sys(err, BNC_ECREATE, "cannot make folder '%s'", dir);
    for (size_t k = 0; status == BNC_OK && k < bnc_n_sections; k++)
        status = write_table(&m, bnc_sections[k], dir, &csv, err);
    bnc_buf_release(&csv);
    bnc_model_release(&m);
    return status;
}
