/* SPDX-License-Identifier: MIT
 * command_classify.c - classify: rows in, rows with verdicts out, through a pipe or into a file
 * that is whole or not there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bounce/analysis.h"
#include "command.h"
#include "output.h"

/* A name that promises a report: whoever opens it would see none. */
static bool format_is_other(const char *path)
{
    const char *const format = output_format(path, "csv");

    return strcmp(format, "csv") != 0 && strcmp(format, "text") != 0;
}

static enum bnc_status check(struct run *run)
{
    const struct settings *const s = run->s;
    struct strings all = { 0 };
    struct bnc_error err = { .status = BNC_ENOMEM,
                             .byte_off = BNC_NO_PLACE,
                             .text = "out of memory" };
    enum bnc_status status;
    bool ok;

    if (s->outputs.n > 1)
        return run_usage(run, "classify writes one CSV: give one -o");
    status = run_inputs(run);
    if (status != BNC_OK)
        return status;
    ok = s->outputs.n == 0 || strings_add(&all, s->outputs.at[0]);
    ok = ok && (s->lib.rejects == NULL || strings_add(&all, s->lib.rejects));
    status = ok ? output_check(&all, &s->files, &err) : BNC_ENOMEM;
    free(all.at);
    if (status != BNC_OK)
        return run_fail(run, &err);
    return s->outputs.n == 1 && format_is_other(s->outputs.at[0])
               ? run_usage(run, "classify writes CSV: '%s' would be taken for a report",
                           s->outputs.at[0])
               : BNC_OK;
}

enum bnc_status command_classify(struct run *run)
{
    const struct settings *const s = run->s;
    const bool to_file = s->outputs.n == 1 && strcmp(s->outputs.at[0], "-") != 0;
    struct output_file file = { 0 };
    struct output_sink sink = { .stream = stdout };
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    enum bnc_status status = check(run), written = BNC_OK;

    if (status != BNC_OK)
        return status;
    run_connect(run);
    if (to_file && output_file_open(&file, s->outputs.at[0], &err) != BNC_OK)
        return run_fail(run, &err);
    if (to_file)
        sink.stream = file.stream;
    status = bnc_classify_files(&s->lib, s->files.at, s->files.n, output_write, &sink, &err);
    progress_erase(&run->progress);
    if (status == BNC_ESTOPPED) {
        say("stopped by a signal after %llu rows", (unsigned long long)run->progress.at.rows);
    } else if (sink.sys_errno != 0) {
        output_failed(to_file ? file.path : NULL, sink.sys_errno, &err);
        clearerr(sink.stream); /* told here, with the reason */
    }
    if (status != BNC_OK && status != BNC_ESTOPPED)
        run_fail(run, &err);
    if (!to_file)
        return status;
    /* A bad input among good ones leaves a result worth keeping; a failed write or a stop does not.
     */
    if (status == BNC_ESTOPPED || status == BNC_EIO || status == BNC_ENOMEM ||
        status == BNC_EINTERNAL || status == BNC_EUSAGE)
        output_file_drop(&file);
    else if ((written = output_file_commit(&file, &err)) != BNC_OK)
        run_fail(run, &err);
    return status_worse(status, written);
}
