/* SPDX-License-Identifier: MIT
 * main.c - bounce-analyzer: options in, one command, an exit status out.
 */
#define _GNU_SOURCE /* environ */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bounce/knowledge.h"
#include "command.h"
#include "config.h"
#include "help.h"
#include "output.h"
#include "handlers.h"

static enum bnc_status print_version(struct run *run)
{
    struct bnc_error err = { .status = BNC_ENOMEM,
                             .byte_off = BNC_NO_PLACE,
                             .text = "out of memory" };
    char *bytes = NULL;
    size_t n = 0;
    enum bnc_status status = bnc_version_text(run->s->json, &bytes, &n);

    if (status == BNC_OK)
        status = output_bytes(bytes, n, &err);
    free(bytes);
    return status == BNC_OK ? BNC_OK : run_fail(run, &err);
}

/* 'clasify x.csv' is a slip of the finger, not a file named clasify. */
static const char *command_meant(const struct settings *s)
{
    const char *names[8];
    unsigned n = 0;

    if (s->command_given || s->files.n == 0 || access(s->files.at[0], F_OK) == 0 ||
        strpbrk(s->files.at[0], "/.") != NULL)
        return NULL;
    while (n < n_commands && n < 7) {
        names[n] = commands[n].name;
        n++;
    }
    names[n] = NULL;
    return nearest(s->files.at[0], names);
}

static enum bnc_status dispatch(struct run *run)
{
    switch (run->s->command) {
    case CMD_CLASSIFY:
        return command_classify(run);
    case CMD_EXPLAIN:
        return command_explain(run);
    case CMD_SUPPRESS:
        return command_suppress(run);
    case CMD_FORMATS:
        return command_formats(run);
    case CMD_CODES:
        return command_codes(run);
    case CMD_REPORT:
    case CMD_MERGE:
    case CMD_ALL:
        break;
    }
    return command_report(run);
}

/*
 * --memory: beyond it allocations fail, and the library says so (71).  Mapped inputs do not count.
 */
static void limit_memory(uint64_t bytes)
{
    if (bytes > 0)
        setrlimit(RLIMIT_DATA, &(struct rlimit){ (rlim_t)bytes, (rlim_t)bytes });
}

static enum bnc_status work(struct run *run, int argc, char **argv)
{
    struct settings *const s = run->s;
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    const char *meant;

    if (settings_parse(s, argc, argv, &err) != BNC_OK)
        return run_fail(run, &err);
    if (s->help) {
        help_print(s, stdout);
        return BNC_OK;
    }
    if (s->version)
        return print_version(run);
    if ((meant = command_meant(s)) != NULL)
        return run_usage(run, "'%s' is neither a file nor a command; did you mean '%s'?",
                         s->files.at[0], meant);
    if (config_apply(s, environ, &err) != BNC_OK)
        return run_fail(run, &err);
    if (s->print_config) {
        config_print(s, stdout);
        return BNC_OK;
    }
    limit_memory(s->memory_bytes);
    return dispatch(run);
}

int main(int argc, char **argv)
{
    struct settings settings = { 0 };
    struct run run = { .s = &settings };
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    enum bnc_status status;

    signals_install();
    status = work(&run, argc, argv);
    if (status != BNC_ESTOPPED && output_finish_stdout(&err) != BNC_OK)
        status = status_worse(status, run_fail(&run, &err));
    free(run.told.at);
    settings_release(&settings);
    signals_release();
    if (status == BNC_ESTOPPED)
        signals_reraise();
    return (int)status;
}
