/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ENV_PREFIX "BOUNCE_ANALYZER_"
#define SYSTEM_CONFIG "/etc/bounce-analyzer/config"

enum { RANK_ENVIRONMENT = 2, RANK_FILE = 3 };

/* Turns a usage error of a value into a configuration error that says where the value stands. */
static enum bnc_status locate(enum bnc_status status, const struct origin *from, const char *key,
                              struct bnc_error *err)
{
    char text[sizeof err->text];

    if (status != BNC_EUSAGE)
        return status;
    if (from->kind == ORIGIN_FILE)
        snprintf(text, sizeof text, "%s:%u: %.600s", from->path, from->line, err->text);
    else
        snprintf(text, sizeof text, "environment variable %s: %.600s", key, err->text);
    *err = (struct bnc_error){ .status = BNC_ECONFIG, .byte_off = BNC_NO_PLACE };
    memcpy(err->text, text, sizeof text);
    return BNC_ECONFIG;
}

static enum bnc_status unknown_key(const char *name, struct bnc_error *err)
{
    const char *names[MAX_OPTIONS + 1];
    const char *near;
    size_t n = 0;

    for (unsigned i = 0; i < n_options; i++)
        if (options[i].name != NULL && (options[i].flags & OPT_LINE) == 0)
            names[n++] = options[i].name;
    names[n] = NULL;
    near = nearest(name, names);
    if (option_find(name, strlen(name)) >= 0)
        snprintf(err->text, sizeof err->text, "'%.60s' belongs on the command line", name);
    else if (near != NULL)
        snprintf(err->text, sizeof err->text, "unknown setting '%.60s'; did you mean '%s'?", name,
                 near);
    else
        snprintf(err->text, sizeof err->text, "unknown setting '%.60s'", name);
    return BNC_EUSAGE;
}

static enum bnc_status apply(struct settings *s, const char *name, const char *value,
                             const struct origin *from, struct bnc_error *err)
{
    const int option = option_find(name, strlen(name));

    if (option < 0 || (options[option].flags & OPT_LINE) != 0)
        return unknown_key(name, err);
    if (value == NULL && options[option].kind != KIND_FLAG && options[option].kind != KIND_TOGGLE) {
        snprintf(err->text, sizeof err->text, "'%s' needs a value: %s = %s", name, name,
                 options[option].arg);
        return BNC_EUSAGE;
    }
    return settings_set(s, (unsigned)option, value, *from, err);
}

/* BOUNCE_ANALYZER_MAX_BAD_ROWS=5 sets max-bad-rows; an empty value is as good as none. */
static enum bnc_status apply_environment(struct settings *s, char **environment,
                                         struct bnc_error *err)
{
    const struct origin from = { .kind = ORIGIN_ENVIRONMENT, .rank = RANK_ENVIRONMENT };

    for (; *environment != NULL; environment++) {
        const char *const entry = *environment;
        const char *const equals = strchr(entry, '=');
        char key[96], name[64];
        size_t n = 0;
        enum bnc_status status;

        if (strncmp(entry, ENV_PREFIX, strlen(ENV_PREFIX)) != 0 || equals == NULL ||
            equals[1] == '\0')
            continue;
        snprintf(key, sizeof key, "%.*s", (int)(equals - entry), entry);
        for (const char *p = entry + strlen(ENV_PREFIX); p < equals && n + 1 < sizeof name; p++)
            name[n++] = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
        name[n] = '\0';
        status = locate(apply(s, name, equals + 1, &from, err), &from, key, err);
        if (status != BNC_OK)
            return status;
    }
    return BNC_OK;
}

static char *trim(char *text)
{
    size_t len;

    text += strspn(text, " \t\r\n");
    len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    text[len] = '\0';
    return text;
}

static enum bnc_status apply_line(struct settings *s, char *line, const struct origin *from,
                                  struct bnc_error *err)
{
    char *const equals = strchr(line, '=');
    char *key, *value = NULL;
    const char *kept = NULL;

    if (equals != NULL) {
        *equals = '\0';
        value = trim(equals + 1);
    }
    key = trim(line);
    if (key[0] == '\0' && equals == NULL)
        return BNC_OK;
    if (value != NULL && (kept = settings_keep(s, value, strlen(value))) == NULL) {
        snprintf(err->text, sizeof err->text, "out of memory");
        return err->status = BNC_ENOMEM;
    }
    return locate(apply(s, key, kept, from, err), from, key, err);
}

static enum bnc_status apply_file(struct settings *s, const char *path, unsigned rank,
                                  bool required, struct bnc_error *err)
{
    struct origin from = { .kind = ORIGIN_FILE, .rank = rank, .path = path };
    enum bnc_status status = BNC_OK;
    char *line = NULL;
    size_t cap = 0;
    FILE *in = fopen(path, "re");

    if (in == NULL) {
        if (!required && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
            return BNC_OK;
        *err = (struct bnc_error){ .status = BNC_ECONFIG,
                                   .sys_errno = errno,
                                   .byte_off = BNC_NO_PLACE };
        snprintf(err->text, sizeof err->text, "cannot open configuration '%.500s': %s", path,
                 strerror(errno));
        return BNC_ECONFIG;
    }
    while (status == BNC_OK && getline(&line, &cap, in) >= 0) {
        from.line++;
        if (trim(line)[0] != '#')
            status = apply_line(s, line, &from, err);
    }
    if (status == BNC_OK && ferror(in)) {
        *err = (struct bnc_error){ .status = BNC_ECONFIG,
                                   .sys_errno = errno,
                                   .byte_off = BNC_NO_PLACE };
        snprintf(err->text, sizeof err->text, "cannot read configuration '%.500s': %s", path,
                 strerror(errno));
        status = BNC_ECONFIG;
    }
    free(line);
    fclose(in);
    return status;
}

/* The user's file, or NULL where there is no home.  An XDG_CONFIG_HOME that is not absolute counts
 * as unset. */
static const char *user_path(struct settings *s)
{
    const char *const xdg = getenv("XDG_CONFIG_HOME");
    const char *const home = getenv("HOME");
    char path[4096];

    if (xdg != NULL && xdg[0] == '/')
        snprintf(path, sizeof path, "%s/bounce-analyzer/config", xdg);
    else if (home != NULL && home[0] == '/')
        snprintf(path, sizeof path, "%s/.config/bounce-analyzer/config", home);
    else
        return NULL;
    return settings_keep(s, path, strlen(path));
}

enum bnc_status config_apply(struct settings *s, char **environment, struct bnc_error *err)
{
    enum bnc_status status = apply_environment(s, environment, err);
    unsigned rank = RANK_FILE;
    const char *user;

    if (status == BNC_OK && s->config != NULL)
        status = apply_file(s, s->config, rank++, true, err);
    if (status != BNC_OK || s->no_config)
        return status;
    if ((user = user_path(s)) != NULL)
        status = apply_file(s, user, rank++, false, err);
    return status == BNC_OK ? apply_file(s, SYSTEM_CONFIG, rank, false, err) : status;
}

static void print_origin(const struct origin *o, FILE *out)
{
    static const char *const names[] = { "built in", "command line", "environment" };

    if (o->kind == ORIGIN_FILE)
        fprintf(out, "# from %s:%u\n", o->path, o->line);
    else
        fprintf(out, "# from the %s\n", names[o->kind]);
}

void config_print(const struct settings *s, FILE *out)
{
    char value[4096];

    for (unsigned i = 0; i < n_options; i++) {
        if (options[i].name == NULL || (options[i].flags & OPT_LINE) != 0)
            continue;
        if (s->origin[i].rank == 0) {
            fprintf(out, "# %s: as built in\n", options[i].name);
            continue;
        }
        option_print(s, i, value, sizeof value);
        print_origin(&s->origin[i], out);
        fprintf(out, "%s = %s\n", options[i].name, value);
    }
}
