/* SPDX-License-Identifier: MIT
 * analysis_write.c - what is asked of a result: reports, lists, states, rates.
 */
#include "engine/analysis_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aggregate/state.h"
#include "util/status.h"

static const struct {
    const char *name, *extension;
    enum bnc_format format;
} formats[] = {
    { "text", ".txt", BNC_FORMAT_TEXT },
    { "html", ".html", BNC_FORMAT_HTML },
    { "json", ".json", BNC_FORMAT_JSON },
    { "ndjson", ".ndjson", BNC_FORMAT_NDJSON },
    { "csv", "/", BNC_FORMAT_CSV },
    { "md", ".md", BNC_FORMAT_MD },
    { "sqlite", ".sqlite", BNC_FORMAT_SQLITE },
    { "html", ".htm", BNC_FORMAT_HTML },
    { "sqlite", ".db", BNC_FORMAT_SQLITE },
    { "md", ".markdown", BNC_FORMAT_MD },
    { "ndjson", ".jsonl", BNC_FORMAT_NDJSON },
};

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);

    return n >= k && bnc_span_eq_nocase(bnc_span_from(s + n - k, k), bnc_span_from(end, k));
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum bnc_status choose_format(const struct bnc_render *render, const char *path,
                                     enum bnc_format *format, struct bnc_error *err)
{
    const bool by_name = render != NULL && render->format != NULL;

    *format = path != NULL && is_folder(path) ? BNC_FORMAT_CSV : BNC_FORMAT_TEXT;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (by_name ? strcmp(render->format, formats[i].name) == 0
                    : path != NULL && ends_with(path, formats[i].extension)) {
            *format = formats[i].format;
            return BNC_OK;
        }
    }
    if (by_name)
        return bnc_error_set(
            err, BNC_EUSAGE,
            "'%s' is no report format; it is one of text, html, json, ndjson, csv, md, sqlite",
            render->format);
    if (path != NULL && *format == BNC_FORMAT_TEXT && !ends_with(path, ".txt"))
        return bnc_error_set(err, BNC_EUSAGE,
                             "cannot tell a report format from the name '%s'; use .html, .json, "
                             ".ndjson, .md, .txt, .sqlite, a folder for CSV tables, or --to",
                             path);
    return BNC_OK;
}

static struct bnc_report_data report_data(const struct bnc_analysis *a,
                                          const struct bnc_render *render)
{
    static const struct bnc_render plain = { 0 };
    const struct bnc_render *r = render == NULL ? &plain : render;

    return (struct bnc_report_data){
        .tally = a->tally,
        .judged = a->judged,
        .classifier = a->setup.classifier,
        .inputs = a->report_inputs,
        .n_inputs = a->n_report_inputs,
        .complete = a->inputs.complete,
        .generated = a->generated,
        .notes = a->notes.at,
        .n_notes = a->notes.n,
        .filter = a->notes.filter,
        .show = a->setup.show,
        .color = r->color != 0,
        .unicode = r->unicode != 0,
        .verbose = r->verbose != 0,
        .excel = r->excel != 0,
        .plain_cells = r->plain_cells != 0,
        .width = r->width,
        .parallel = bnc_parallel,
        .parallel_ctx = (void *)(uintptr_t)&a->setup,
    };
}

static enum bnc_status need_result(const struct bnc_analysis *a, struct bnc_error *err)
{
    return bnc_analysis_has_result(a) ? BNC_OK
                                      : bnc_error_set(err, BNC_EUSAGE, "there is no result yet");
}

enum bnc_status bnc_analysis_write(const struct bnc_analysis *a, const char *path,
                                   const struct bnc_render *how, struct bnc_error *err)
{
    enum bnc_status status = need_result(a, err);
    struct bnc_report_data data;
    enum bnc_format format;

    if (status == BNC_OK)
        status = choose_format(how, path, &format, err);
    if (status != BNC_OK)
        return status;
    data = report_data(a, how);
    switch (format) {
    case BNC_FORMAT_CSV: return bnc_report_tables(&data, path, err);
    case BNC_FORMAT_SQLITE: return bnc_report_sqlite(&data, path, err);
    default: return bnc_report_file(&data, format, path, err);
    }
}

/* Hands a buffer's bytes to a caller who will free() them. */
static void give(struct bnc_buf *buf, char **bytes, size_t *len)
{
    *bytes = buf->at;
    *len = buf->len;
    *buf = (struct bnc_buf){ 0 };
}

/* A format that is one document, not a folder or a database. */
static enum bnc_status choose_document(const struct bnc_analysis *a,
                                       const struct bnc_render *render, enum bnc_format *format,
                                       struct bnc_error *err)
{
    enum bnc_status status = need_result(a, err);

    if (status == BNC_OK)
        status = choose_format(render, NULL, format, err);
    if (status == BNC_OK && (*format == BNC_FORMAT_CSV || *format == BNC_FORMAT_SQLITE))
        return bnc_error_set(err, BNC_EUSAGE,
                             "this format needs a place to write to: -o FOLDER/ or -o FILE.sqlite");
    return status;
}

enum bnc_status bnc_analysis_print(const struct bnc_analysis *a, const struct bnc_render *how,
                                   bnc_write_fn write, void *arg, struct bnc_error *err)
{
    enum bnc_format format;
    const enum bnc_status status = choose_document(a, how, &format, err);
    struct bnc_report_data data;

    if (status != BNC_OK)
        return status;
    data = report_data(a, how);
    return bnc_report_print(&data, format, write, arg, err);
}

enum bnc_status bnc_analysis_render(const struct bnc_analysis *a, const struct bnc_render *how,
                                    char **bytes, size_t *len, struct bnc_error *err)
{
    struct bnc_buf out = { 0 };
    enum bnc_format format;
    enum bnc_status status = choose_document(a, how, &format, err);
    struct bnc_report_data data;

    *bytes = NULL;
    *len = 0;
    if (status != BNC_OK)
        return status;
    data = report_data(a, how);
    status = bnc_report_render(&data, format, &out, err);
    if (status == BNC_OK)
        give(&out, bytes, len);
    bnc_buf_release(&out);
    return status;
}

enum bnc_status bnc_analysis_save_state(const struct bnc_analysis *a, const char *path,
                                        struct bnc_error *err)
{
    enum bnc_status status = need_result(a, err);

    if (status == BNC_OK && a->n_parts == 0)
        status = bnc_error_set(err, BNC_EUSAGE,
                               "a state needs options.keep_lists, and no no_state");
    return status == BNC_OK ? bnc_state_save(a->parts, a->n_parts, path, err) : status;
}

static enum bnc_status need_lists(const struct bnc_analysis *a, struct bnc_error *err)
{
    const enum bnc_status status = need_result(a, err);

    if (status == BNC_OK && a->tally->detail != BNC_DETAIL_LISTS)
        return bnc_error_set(err, BNC_EUSAGE, "lists need options.keep_lists");
    return status;
}

/* A list is not altered for a spreadsheet's sake, so whoever opens it in one must know. */
static void warn_of_formulas(const struct bnc_analysis *a, const char *dir, uint64_t n)
{
    struct bnc_error note;

    if (n == 0)
        return;
    bnc_error_set(&note, BNC_OK,
                  "%llu rows of the lists in '%s' begin with = + - or @, which a spreadsheet takes "
                  "for a formula: import the files as they are, or as text",
                  (unsigned long long)n, dir);
    bnc_warn(&a->opt, &note);
}

static struct bnc_lists lists_of(const struct bnc_analysis *a)
{
    return (struct bnc_lists){ .tally = a->tally,
                               .judged = a->judged,
                               .policy = a->setup.policy,
                               .pseudonyms = a->opt.pseudonymize != NULL ? &a->setup.pseudonyms
                                                                         : NULL,
                               .parallel = bnc_parallel,
                               .parallel_ctx = (void *)(uintptr_t)&a->setup };
}

enum bnc_status bnc_analysis_write_lists(const struct bnc_analysis *a, const char *dir,
                                         const char *layout, struct bnc_error *err)
{
    const struct bnc_lists lists = lists_of(a);
    enum bnc_status status = need_lists(a, err);
    uint64_t n_formula_like = 0;

    if (status == BNC_OK)
        status = bnc_lists_write(&lists, dir, layout, &n_formula_like, err);
    if (status == BNC_OK)
        warn_of_formulas(a, dir, n_formula_like);
    return status;
}

enum bnc_status bnc_analysis_explain_address(const struct bnc_analysis *a, const char *address,
                                             char **text, size_t *len, struct bnc_error *err)
{
    const struct bnc_lists lists = lists_of(a);
    struct bnc_buf out = { 0 };
    enum bnc_status status = need_lists(a, err);

    *text = NULL;
    *len = 0;
    if (status == BNC_OK && a->opt.pseudonymize != NULL)
        status = bnc_error_set(err, BNC_EUSAGE,
                               "the answer names the address: leave out --pseudonymize");
    if (status == BNC_OK && a->tally->lists_only)
        status = bnc_error_set(err, BNC_EUSAGE,
                               "to ask about one address, leave options.lists_only out");
    if (status == BNC_OK)
        status = bnc_lists_explain(&lists, bnc_span_str(address), &out, err);
    if (status == BNC_OK)
        give(&out, text, len);
    bnc_buf_release(&out);
    return status;
}

int bnc_analysis_severity(const struct bnc_analysis *a)
{
    int worst = -1;

    for (size_t i = 0; bnc_analysis_has_result(a) && i < a->judged->n_findings; i++)
        if ((int)a->judged->findings[i].severity > worst)
            worst = (int)a->judged->findings[i].severity;
    return worst;
}

enum bnc_status bnc_analysis_rate(const struct bnc_analysis *a, const char *name, double *percent,
                                  struct bnc_error *err)
{
    const char *at = strchr(name, '@');
    const struct bnc_span metric =
        at == NULL ? bnc_span_str(name) : bnc_span_from(name, (size_t)(at - name));
    const int m = bnc_name_find(bnc_metric_names, BNC_N_METRICS, metric);
    const struct bnc_rates *rates;
    uint16_t provider = 0;

    *percent = NAN;
    if (m < 0)
        return bnc_error_set(err, BNC_EUSAGE,
                             "'%.*s' is no rate; it is one of bounce_rate, hard_bounce_rate, "
                             "complaint_rate, deferral_rate",
                             (int)metric.len, metric.at);
    if (at != NULL) {
        provider = bnc_provider_find(a->setup.classifier, bnc_span_str(at + 1));
        if (provider == 0 && strcmp(at + 1, "other") != 0)
            return bnc_error_set(err, BNC_EUSAGE,
                                 "no provider is called '%s'; the nearest name is '%s'", at + 1,
                                 bnc_provider_nearest(a->setup.classifier, bnc_span_str(at + 1)));
    }
    if (!bnc_analysis_has_result(a))
        return BNC_OK; /* the name was checked, more is not known yet */
    if (at != NULL && provider >= a->tally->n_providers)
        return BNC_OK;
    rates = at == NULL ? &a->judged->overall : &a->judged->provider[provider];
    if (rates->of[m].den > 0)
        *percent = 100.0 * rates->of[m].value;
    return BNC_OK;
}
