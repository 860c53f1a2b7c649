/* SPDX-License-Identifier: MIT
 * command_report.c - report, merge and suppress: one analysis, several outputs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bounce/analysis.h"
#include "command.h"
#include "failon.h"
#include "output.h"
#include "handlers.h"

/* ---- before the run ---- */

/* Every -o must be something we can write; -t must go somewhere. */
static enum bnc_status check_formats(struct run *run)
{
    const struct settings *const s = run->s;

    for (size_t i = 0; i < s->outputs.n; i++) {
        const char *const path = s->outputs.at[i];
        const char *const format = output_format(path, s->to);
        const size_t len = strlen(path);

        if (format == NULL && len > 4 && strcmp(path + len - 4, ".csv") == 0)
            return run_usage(run, "a report is many CSV tables and needs a folder: -o '%.*s/'",
                             (int)(len - 4), path);
        if (format == NULL)
            return run_usage(run,
                             "cannot tell the format of '%s': use .html, .json, .ndjson, .md, .txt "
                             "or .sqlite, a folder '%s/', or --to",
                             path, path);
    }
    for (size_t i = 0; i < s->outputs.n || i == 0; i++) {
        const bool standard = s->outputs.n == 0 || strcmp(s->outputs.at[i], "-") == 0;

        if (standard && s->to != NULL && strcmp(s->to, "csv") == 0)
            return run_usage(run, "CSV tables need a folder: -o NAME/");
        if (standard && s->to != NULL && strcmp(s->to, "sqlite") == 0)
            return run_usage(run, "a database needs a file: -o NAME.sqlite");
    }
    return BNC_OK;
}

/* No output over an input, none twice. */
static enum bnc_status check_outputs(struct run *run)
{
    const struct settings *const s = run->s;
    struct strings all = { 0 };
    struct bnc_error err = { .status = BNC_ENOMEM,
                             .byte_off = BNC_NO_PLACE,
                             .text = "out of memory" };
    enum bnc_status status = BNC_OK;
    bool ok = true;

    for (size_t i = 0; i < s->outputs.n; i++)
        ok = ok && strings_add(&all, s->outputs.at[i]);
    ok = ok && (s->save_state == NULL || strings_add(&all, s->save_state));
    ok = ok && (s->lib.rejects == NULL || strings_add(&all, s->lib.rejects));
    status = ok ? output_check(&all, &s->files, &err) : BNC_ENOMEM;
    free(all.at);
    return status == BNC_OK ? BNC_OK : run_fail(run, &err);
}

static enum bnc_status prepare(struct run *run)
{
    struct settings *const s = run->s;
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    enum bnc_status status;

    if (s->fail_on != NULL && failon_check(s->fail_on, &err) != BNC_OK)
        return run_fail(run, &err);
    status = run_inputs(run);
    if (status == BNC_OK)
        status = check_outputs(run);
    if (status == BNC_OK)
        run_connect(run);
    return status;
}

/* ---- the run ---- */

/* Only what was really reached; how much there is in all is not known of a pipe. */
static void say_stopped(const struct run *run)
{
    const struct bnc_progress *const at = &run->progress.at;

    if (at->rows == 0)
        say("stopped by a signal; nothing was written");
    else if (at->bytes_total == 0)
        say("stopped by a signal after %llu rows; nothing was written",
            (unsigned long long)at->rows);
    else
        say("stopped by a signal after %llu rows, %llu of %llu bytes; nothing was written",
            (unsigned long long)at->rows, (unsigned long long)at->bytes_in,
            (unsigned long long)at->bytes_total);
}

/* Reads everything.  The status is the worst fault of any input; *a is there to be freed whatever
 * it is. */
static enum bnc_status analyze(struct run *run, struct bnc_analysis **a)
{
    const struct settings *const s = run->s;
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    enum bnc_status status = bnc_analysis_create(a, &s->lib, &err);

    if (status == BNC_OK && s->command == CMD_MERGE)
        status = bnc_analysis_merge(*a, s->files.at, s->files.n, &err);
    else if (status == BNC_OK)
        status = bnc_analysis_run(*a, s->files.at, s->files.n, &err);
    progress_erase(&run->progress);
    if (status == BNC_ESTOPPED)
        say_stopped(run);
    else if (status != BNC_OK)
        run_fail(run, &err);
    return status;
}

static void warn_rate(const char *name)
{
    say("--fail-on: '%s' cannot be computed from this input, so it does not hold", name);
}

/* 0 or 1 for a complete result; an error beats a breach. */
static enum bnc_status judge(struct run *run, const struct bnc_analysis *a, enum bnc_status status)
{
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    bool holds = false;

    if (status != BNC_OK)
        return status;
    status = failon_holds(run->s->fail_on, a, warn_rate, &holds, &err);
    if (status != BNC_OK)
        return run_fail(run, &err);
    return holds ? (enum bnc_status)1 : BNC_OK;
}

/* ---- after the run ---- */

/* Standard output ('path' "-") or a stream: written while the report is made. */
static enum bnc_status write_stream(struct run *run, const struct bnc_analysis *a, const char *path)
{
    const struct settings *const s = run->s;
    const bool standard = strcmp(path, "-") == 0;
    const struct bnc_render render = {
        .format = output_format(path, s->to != NULL ? s->to : "text"),
        .color = standard && terminal_color(s->color, stdout),
        .unicode = terminal_unicode(),
        .verbose = s->verbose,
        .excel = s->excel,
        .plain_cells = s->plain_cells,
        .width = s->width > 0 ? (unsigned)s->width : terminal_width(),
    };
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    struct output_file f = { .stream = NULL };
    struct output_sink sink = { .stream = stdout };
    enum bnc_status status = BNC_OK;

    if (!standard) {
        status = output_file_open(&f, path, &err);
        sink.stream = f.stream;
    }
    if (status == BNC_OK)
        status = bnc_analysis_print(a, &render, output_write, &sink, &err);
    if (sink.sys_errno != 0)
        status = output_failed(standard ? NULL : path, sink.sys_errno, &err);
    if (status == BNC_OK && !standard)
        status = output_file_commit(&f, &err);
    output_file_drop(&f);
    return status == BNC_OK ? BNC_OK : run_fail(run, &err);
}

static enum bnc_status write_file(struct run *run, const struct bnc_analysis *a, const char *path)
{
    const struct settings *const s = run->s;
    const struct bnc_render render = {
        .format = output_format(path, s->to),
        .color = s->color != NULL && strcmp(s->color, "always") == 0,
        .unicode = terminal_unicode(),
        .verbose = s->verbose,
        .excel = s->excel,
        .plain_cells = s->plain_cells,
        .width = (unsigned)s->width,
    };
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    enum bnc_status status;

    if (output_is_stream(path))
        return write_stream(run, a, path);
    status = bnc_analysis_write(a, path, &render, &err);
    if (status != BNC_OK)
        return run_fail(run, &err);
    if (s->verbose)
        say("wrote '%s'", path);
    return BNC_OK;
}

static enum bnc_status save_state(struct run *run, const struct bnc_analysis *a)
{
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };

    if (run->s->save_state == NULL ||
        bnc_analysis_save_state(a, run->s->save_state, &err) == BNC_OK)
        return BNC_OK;
    return run_fail(run, &err);
}

/* Files first, standard output last: a closed pipe ends the program, and then the files are whole.
 */
static enum bnc_status write_all(struct run *run, const struct bnc_analysis *a)
{
    const struct strings *const outputs = &run->s->outputs;
    enum bnc_status status = save_state(run, a);
    bool to_stdout = outputs->n == 0;

    for (size_t i = 0; i < outputs->n; i++) {
        if (*signals_stop() != 0)
            return BNC_ESTOPPED;
        if (strcmp(outputs->at[i], "-") == 0)
            to_stdout = true;
        else
            status = status_worse(status, write_file(run, a, outputs->at[i]));
    }
    return to_stdout ? status_worse(status, write_stream(run, a, "-")) : status;
}

enum bnc_status command_report(struct run *run)
{
    struct settings *const s = run->s;
    struct bnc_analysis *a = NULL;
    enum bnc_status status;

    if (s->json && s->to != NULL && strcmp(s->to, "json") != 0)
        return run_usage(run, "--json and --to %s contradict each other", s->to);
    if (s->json)
        s->to = "json";
    status = check_formats(run);
    if (status == BNC_OK)
        status = prepare(run);
    if (status != BNC_OK)
        return status;
    s->lib.keep_lists = s->save_state != NULL;
    status = analyze(run, &a);
    if (status != BNC_ESTOPPED && a != NULL && bnc_analysis_has_result(a))
        status = judge(run, a, status_worse(status, write_all(run, a)));
    bnc_analysis_free(a);
    return status;
}

/* ---- suppress ---- */

static enum bnc_status say_why(struct run *run, const struct bnc_analysis *a)
{
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    enum bnc_status status;
    char *text = NULL;
    size_t len = 0;

    status = bnc_analysis_explain_address(a, run->s->why, &text, &len, &err);
    if (status == BNC_OK)
        status = output_bytes(text, len, &err);
    free(text);
    return status == BNC_OK ? BNC_OK : run_fail(run, &err);
}

static enum bnc_status write_lists(struct run *run, const struct bnc_analysis *a)
{
    const char *const dir = run->s->outputs.at[0];
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };

    if (bnc_analysis_write_lists(a, dir, run->s->layout, &err) != BNC_OK)
        return run_fail(run, &err);
    if (!run->s->quiet)
        say("wrote the lists into '%s'; they hold %s, and only you can read them", dir,
            run->s->lib.pseudonymize != NULL ? "pseudonyms" : "addresses");
    return BNC_OK;
}

enum bnc_status command_suppress(struct run *run)
{
    struct settings *const s = run->s;
    struct bnc_analysis *a = NULL;
    enum bnc_status status;

    if (s->why == NULL && s->outputs.n == 0)
        return run_usage(run, "suppress writes lists into a folder: -o FOLDER/ (or ask about one "
                              "address with --explain ADDRESS)");
    if (s->outputs.n > 1 ||
        (s->outputs.n == 1 && (s->why != NULL || strcmp(s->outputs.at[0], "-") == 0)))
        return run_usage(run, "suppress writes into one folder: -o FOLDER/, or answers --explain "
                              "ADDRESS on standard output");
    status = prepare(run);
    if (status != BNC_OK)
        return status;
    s->lib.keep_lists = s->lib.no_state = 1;
    s->lib.lists_only = s->why == NULL;
    status = analyze(run, &a);
    if (status != BNC_ESTOPPED && a != NULL && bnc_analysis_has_result(a))
        status = judge(
            run, a, status_worse(status, s->why != NULL ? say_why(run, a) : write_lists(run, a)));
    bnc_analysis_free(a);
    return status;
}
