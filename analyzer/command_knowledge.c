/* SPDX-License-Identifier: MIT
 * command_knowledge.c - explain, codes and formats: what the program knows, without analyzing an
 * export.
 */
#include "bounce/knowledge.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "help.h"
#include "output.h"
#include "handlers.h"

static enum bnc_status explain_one(struct run *run, const struct bnc_knowledge *k, const char *text,
                                   size_t len)
{
    const struct settings *const s = run->s;
    const struct bnc_explain_options opt = {
        .provider = s->lib.provider,
        .reply = s->reply,
        .enhanced = s->enhanced,
        .json = s->json,
        .color = terminal_color(s->color, stdout),
        .width = s->width > 0 ? (unsigned)s->width : terminal_width(),
    };
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    char *bytes = NULL;
    size_t n = 0;
    enum bnc_status status = bnc_explain(k, text, len, &opt, &bytes, &n, &err);

    if (status == BNC_OK)
        status = output_bytes(bytes, n, &err);
    free(bytes);
    return status == BNC_OK ? BNC_OK : run_fail(run, &err);
}

/* One response a line; a blank line is none.  A line is shown as soon as it is explained when
 * someone is watching. */
static enum bnc_status explain_lines(struct run *run, const struct bnc_knowledge *k)
{
    enum bnc_status status = BNC_OK;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;

    while (status == BNC_OK && (len = getline(&line, &cap, stdin)) >= 0) {
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--;
        if (len > 0)
            status = explain_one(run, k, line, (size_t)len);
        if (status == BNC_OK && isatty(STDIN_FILENO))
            fflush(stdout);
        if (*signals_stop() != 0)
            status = BNC_ESTOPPED;
    }
    free(line);
    if (status == BNC_OK && *signals_stop() != 0)
        return BNC_ESTOPPED;
    if (status == BNC_OK && ferror(stdin)) {
        say("cannot read standard input");
        return BNC_EIO;
    }
    return status;
}

enum bnc_status command_explain(struct run *run)
{
    const struct settings *const s = run->s;
    struct bnc_knowledge *k = NULL;
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    enum bnc_status status;

    if (s->files.n == 0 && s->reply == NULL && s->enhanced == NULL) {
        status = run_inputs(run);
        if (status != BNC_OK)
            return status;
    }
    status = bnc_knowledge_create(&k, s->lib.rules, s->lib.providers, &err);
    if (status != BNC_OK)
        run_fail(run, &err);
    if (status == BNC_OK && s->files.n == 0)
        status = explain_one(run, k, "", 0);
    for (size_t i = 0; i < s->files.n && status == BNC_OK; i++)
        status = strcmp(s->files.at[i], "-") == 0
                     ? explain_lines(run, k)
                     : explain_one(run, k, s->files.at[i], strlen(s->files.at[i]));
    bnc_knowledge_free(k);
    return status;
}

enum bnc_status command_codes(struct run *run)
{
    const struct settings *const s = run->s;
    struct bnc_knowledge *k = NULL;
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    char *bytes = NULL;
    size_t n = 0;
    enum bnc_status status = bnc_knowledge_create(&k, s->lib.rules, s->lib.providers, &err);

    if (status == BNC_OK)
        status = bnc_codes(k, s->files.at, s->files.n, s->lib.provider, s->json, &bytes, &n, &err);
    if (status == BNC_OK)
        status = output_bytes(bytes, n, &err);
    free(bytes);
    bnc_knowledge_free(k);
    return status == BNC_OK ? BNC_OK : run_fail(run, &err);
}

static enum bnc_status format_of(struct run *run, const char *path)
{
    struct bnc_error err = { .byte_off = BNC_NO_PLACE };
    char *bytes = NULL;
    size_t n = 0;
    enum bnc_status status = bnc_formats(&run->s->lib, path, run->s->json, &bytes, &n, &err);

    if (status != BNC_OK)
        run_fail(run, &err);
    if (n > 0 && output_bytes(bytes, n, &err) != BNC_OK)
        status = status_worse(status, run_fail(run, &err));
    free(bytes);
    return status;
}

/* A file that is not recognized does not keep the others from being shown. */
enum bnc_status command_formats(struct run *run)
{
    const struct strings *const files = &run->s->files;
    enum bnc_status status = BNC_OK;

    run_connect(run);
    if (files->n == 0)
        return format_of(run, NULL);
    for (size_t i = 0; i < files->n; i++)
        status = status_worse(status, format_of(run, files->at[i]));
    return status;
}
