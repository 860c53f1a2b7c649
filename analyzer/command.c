/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "command.h"
#include "help.h"
#include "handlers.h"

enum bnc_status status_worse(enum bnc_status a, enum bnc_status b)
{
    static const enum bnc_status order[] = { BNC_ESTOPPED, BNC_EUSAGE, BNC_EINTERNAL,
                                             BNC_ENOMEM,   BNC_EIO,    BNC_ECREATE,
                                             BNC_ECONFIG,  BNC_EDATA,  BNC_ENOINPUT };

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a != BNC_OK ? a : b;
}

static bool was_told(const struct run *run, const char *text)
{
    for (size_t i = 0; i < run->told.n; i++)
        if (text[0] != '\0' && strcmp(run->told.at[i], text) == 0)
            return true;
    return false;
}

/* Without memory for it a fault is told twice, no more. */
static void remember(struct run *run, const char *text)
{
    const char *const copy = settings_keep(run->s, text, strlen(text));

    if (copy != NULL)
        (void)strings_add(&run->told, copy);
}

/* What takes memory, and what to do: said once, after "out of memory". */
static void say_more_memory(const struct settings *s)
{
    if (s->memory_bytes > 0)
        say("what --memory allows does not suffice: give more, or read less at a time (--since, "
            "--until, --provider), or use fewer threads (-j)");
    else
        say("memory is taken by distinct addresses, domains and responses, not by rows: read less "
            "at a time (--since, --until, --provider), or use fewer threads (-j)");
}

enum bnc_status run_fail(struct run *run, const struct bnc_error *err)
{
    progress_erase(&run->progress);
    if (!was_told(run, err->text)) {
        say_error(err);
        remember(run, err->text);
    }
    if (err->status == BNC_ENOMEM)
        say_more_memory(run->s);
    if (err->status == BNC_EUSAGE)
        fputs("Try 'bounce-analyzer --help'\n", stderr);
    return err->status;
}

enum bnc_status run_usage(struct run *run, const char *fmt, ...)
{
    struct bnc_error err = { .status = BNC_EUSAGE, .byte_off = BNC_NO_PLACE };
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(err.text, sizeof err.text, fmt, ap);
    va_end(ap);
    return run_fail(run, &err);
}

/* Faults are always told, warnings unless --quiet. */
static void on_warn(void *arg, const struct bnc_error *err)
{
    struct run *const run = arg;

    if (err->status == BNC_OK && run->s->quiet)
        return;
    progress_erase(&run->progress);
    say_error(err);
    if (err->status != BNC_OK)
        remember(run, err->text);
}

void run_connect(struct run *run)
{
    struct bnc_options *const lib = &run->s->lib;

    progress_init(&run->progress, run->s->progress, run->s->quiet);
    lib->stop = signals_stop();
    lib->guard = signals_guard();
    lib->progress = progress_update;
    lib->progress_arg = &run->progress;
    lib->warn = on_warn;
    lib->warn_arg = run;
}

/*
 * All of a folder, by the shell, is meant to work: a README beside exports is no export, unless it
 * is all there is.
 */
static void leave_out_readme(struct run *run)
{
    struct strings *const files = &run->s->files;
    size_t kept = 0;

    for (size_t i = 0; i < files->n; i++) {
        const char *const slash = strrchr(files->at[i], '/');
        const char *const name = slash != NULL ? slash + 1 : files->at[i];

        if (strncasecmp(name, "README", 6) != 0)
            files->at[kept++] = files->at[i];
        else if (run->s->verbose)
            say("passed over '%s'", files->at[i]);
    }
    if (kept > 0)
        files->n = kept;
}

enum bnc_status run_inputs(struct run *run)
{
    struct strings *const files = &run->s->files;
    size_t standard_input = 0;

    if (files->n == 0 && isatty(STDIN_FILENO)) {
        help_short(stderr);
        return BNC_EUSAGE;
    }
    if ((run->s->save_state != NULL && strcmp(run->s->save_state, "-") == 0) ||
        (run->s->lib.rejects != NULL && strcmp(run->s->lib.rejects, "-") == 0))
        return run_usage(run, "--save-state and --rejects need a file: standard output is for the "
                              "result");
    if (files->n == 0 && run->s->command == CMD_MERGE)
        return run_usage(run, "merge needs the files that report --save-state wrote");
    if (files->n == 0 && !strings_add(files, "-"))
        return run_fail(run, &(struct bnc_error){ .status = BNC_ENOMEM,
                                                  .byte_off = BNC_NO_PLACE,
                                                  .text = "out of memory" });
    leave_out_readme(run);
    for (size_t i = 0; i < files->n; i++)
        standard_input += strcmp(files->at[i], "-") == 0;
    return standard_input > 1 ? run_usage(run, "standard input (-) can be read only once") : BNC_OK;
}
