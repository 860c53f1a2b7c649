/* SPDX-License-Identifier: MIT
 * options.c - the table as C data, and the parser it drives.
 */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct command_info commands[] = {
    { CMD_REPORT, "report", "FILE...", "analyze exports; the default command" },
    { CMD_CLASSIFY, "classify", "FILE...", "every row back out as CSV with its verdict appended" },
    { CMD_EXPLAIN, "explain", "[TEXT...]",
      "decode SMTP responses; -: one a line on standard input" },
    { CMD_SUPPRESS, "suppress", "-o FOLDER/ FILE...",
      "write the lists: whom to stop mailing, and whom not to" },
    { CMD_MERGE, "merge", "STATE...", "combine results of report --save-state into one report" },
    { CMD_FORMATS, "formats", "[FILE...]",
      "export formats known, or how FILE is recognized and mapped" },
    { CMD_CODES, "codes", "[CODE...]", "the knowledge tables, or what is known about CODE" },
};
const unsigned n_commands = sizeof commands / sizeof commands[0];

/* Letters of the table's "commands" column. */
#define R CMD_REPORT
#define C CMD_CLASSIFY
#define E CMD_EXPLAIN
#define S CMD_SUPPRESS
#define M CMD_MERGE
#define F CMD_FORMATS
#define K CMD_CODES
#define ALL CMD_ALL
/* A group's title is carried by the row before its first option, so one include makes a flat table.
 */
#define GROUP(title) { 0, NULL, KIND_FLAG, NULL, NULL, 0, 0, 0, NULL, title },
#define OPTION(letter, name, kind, arg, values, cmds, flags, field, help)                          \
    { letter, name, KIND_##kind, arg, values, cmds, flags, offsetof(struct settings, field),       \
      help,   NULL },
const struct option_info options[] = {
#include "options.def"
};
#undef R
#undef C
#undef E
#undef S
#undef M
#undef F
#undef K
#undef ALL
#undef GROUP
#undef OPTION
const unsigned n_options = sizeof options / sizeof options[0];
_Static_assert(sizeof options / sizeof options[0] <= MAX_OPTIONS, "MAX_OPTIONS is too small");

const struct command_info *command_find(enum command command)
{
    const struct command_info *c = commands;

    while (c->command != command)
        c++;
    return c;
}

/* ---- what all parsers use ---- */

static enum bnc_status fail(struct bnc_error *err, enum bnc_status status, const char *fmt, ...)
{
    va_list ap;

    *err = (struct bnc_error){ .status = status, .byte_off = BNC_NO_PLACE };
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return status;
}

bool strings_add(struct strings *list, const char *text)
{
    const char **at = realloc(list->at, (list->n + 1) * sizeof *at);

    if (at == NULL)
        return false;
    list->at = at;
    list->at[list->n++] = text;
    return true;
}

const char *settings_keep(struct settings *s, const char *text, size_t len)
{
    char *copy = malloc(len + 1);

    if (copy == NULL)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (!strings_add(&s->owned, copy)) {
        free(copy);
        return NULL;
    }
    return copy;
}

void settings_release(struct settings *s)
{
    for (size_t i = 0; i < s->owned.n; i++)
        free((char *)s->owned.at[i]);
    free(s->owned.at);
    free(s->outputs.at);
    free(s->files.at);
    *s = (struct settings){ 0 };
}

int option_find(const char *name, size_t len)
{
    for (unsigned i = 0; i < n_options; i++)
        if (options[i].name != NULL && strlen(options[i].name) == len &&
            memcmp(options[i].name, name, len) == 0)
            return (int)i;
    return -1;
}

static int option_by_letter(char letter)
{
    for (unsigned i = 0; i < n_options; i++)
        if (options[i].letter == letter && options[i].name != NULL)
            return (int)i;
    return -1;
}

/* ---- values ---- */

/* One parsed value, before it is known whether it wins. */
union value {
    const char *text;
    char character;
    int number;
    uint64_t size;
    double share;
};

static bool one_of(const char *value, const char *values)
{
    const size_t len = strlen(value);

    for (;;) {
        const size_t n = strcspn(values, "|");

        if (n == len && memcmp(values, value, n) == 0)
            return true;
        if (values[n] == '\0')
            return false;
        values += n + 1;
    }
}

static enum bnc_status refuse_choice(const struct option_info *o, const char *value,
                                     struct bnc_error *err)
{
    size_t len = 0;
    const char *near = nearest_value(value, o->values, &len);
    char list[200];
    size_t n = 0;

    for (const char *p = o->values; *p != '\0' && n + 3 < sizeof list; p++) {
        list[n++] = *p == '|' ? ',' : *p;
        if (*p == '|')
            list[n++] = ' ';
    }
    list[n] = '\0';
    if (near != NULL)
        return fail(err, BNC_EUSAGE, "unknown value '%.60s' for --%s; did you mean '%.*s'? (%s)",
                    value, o->name, (int)len, near, list);
    return fail(err, BNC_EUSAGE, "unknown value '%.60s' for --%s (%s)", value, o->name, list);
}

/* "tab", "none", a character, or an escape such as \t. */
static bool parse_char(const char *text, char *c)
{
    static const struct {
        const char *name;
        char c;
    } names[] = {
        { "tab", '\t' }, { "\\t", '\t' },  { "comma", ',' }, { "semicolon", ';' },
        { "pipe", '|' }, { "space", ' ' }, { "none", '\1' },
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i].name) == 0) {
            *c = names[i].c;
            return true;
        }
    }
    *c = text[0];
    return text[0] != '\0' && text[1] == '\0' && (unsigned char)text[0] < 0x80 && text[0] != '\n' &&
           text[0] != '\r';
}

/* "512M": powers of 1024; a "B" or "iB" after the letter changes nothing. */
static bool parse_size(const char *text, uint64_t *size)
{
    static const char units[] = "KMGT";
    char *end;
    const char *unit;
    uint64_t n;

    errno = 0;
    n = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || errno != 0)
        return false;
    if (*end != '\0' && (unit = strchr(units, toupper((unsigned char)*end))) != NULL) {
        const unsigned shift = 10 * (unsigned)(unit - units + 1);

        if (n > UINT64_MAX >> shift)
            return false;
        n <<= shift;
        end++;
        end += *end == 'i';
    }
    end += *end == 'B' || *end == 'b';
    *size = n;
    return *end == '\0' && n > 0;
}

/* Digits with at most one '.', read without regard to the locale. */
static bool parse_decimal(const char *text, double *number, const char **end)
{
    double n = 0, place = 1;
    bool digits = false, point = false;

    for (; isdigit((unsigned char)*text) || (*text == '.' && !point); text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        digits = true;
        n = n * 10 + (*text - '0');
        if (point)
            place *= 10;
    }
    *number = n / place;
    *end = text;
    return digits;
}

static bool parse_share(const char *text, double whole, double *share)
{
    const char *end;

    if (!parse_decimal(text, share, &end))
        return false;
    if (*end == '%') {
        whole = 100;
        end++;
    }
    *share /= whole;
    return *end == '\0' && *share > 0 && *share <= 1;
}

static bool parse_count(const char *text, int most, int *number)
{
    char *end;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    *number = (int)n;
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 && n > 0 && n <= most;
}

static enum bnc_status parse_value(const struct option_info *o, const char *text, union value *v,
                                   struct bnc_error *err)
{
    int most;

    switch (o->kind) {
    case KIND_FLAG:
        if (text != NULL && !one_of(text, "yes|no|true|false|1|0|on|off"))
            return fail(err, BNC_EUSAGE, "--%s is yes or no, not '%.60s'", o->name, text);
        v->number = text == NULL || one_of(text, "yes|true|1|on");
        return BNC_OK;
    case KIND_TOGGLE:
    case KIND_TEXT:
        v->text = text == NULL ? "always" : text;
        if (v->text[0] == '\0')
            return fail(err, BNC_EUSAGE, "--%s needs a value", o->name);
        if (o->values != NULL && !one_of(v->text, o->values))
            return refuse_choice(o, v->text, err);
        return BNC_OK;
    case KIND_JOIN:
    case KIND_LIST:
        v->text = text;
        return text[0] != '\0' ? BNC_OK : fail(err, BNC_EUSAGE, "--%s needs a value", o->name);
    case KIND_CHAR:
        if (!parse_char(text, &v->character) ||
            (v->character == '\1' && strcmp(o->name, "quote") != 0))
            return fail(
                err, BNC_EUSAGE,
                "--%s is one ASCII character, or tab, comma, semicolon, pipe, space: not '%.60s'",
                o->name, text);
        return BNC_OK;
    case KIND_COUNT:
        most = strcmp(o->name, "threads") == 0 ? BNC_MAX_THREADS : 1000000;
        if (!parse_count(text, most, &v->number))
            return fail(err, BNC_EUSAGE, "--%s is a number from 1 to %d, not '%.60s'", o->name,
                        most, text);
        return BNC_OK;
    case KIND_SIZE:
        if (!parse_size(text, &v->size))
            return fail(err, BNC_EUSAGE, "--%s is a size such as 512M or 4G, not '%.60s'", o->name,
                        text);
        return BNC_OK;
    case KIND_PERCENT:
        if (!parse_share(text, 100, &v->share))
            return fail(err, BNC_EUSAGE, "--%s is a percentage above 0 and up to 100, not '%.60s'",
                        o->name, text);
        return BNC_OK;
    case KIND_SHARE:
        if (!parse_share(text, 1, &v->share))
            return fail(err, BNC_EUSAGE, "--%s is a share above 0 and up to 1, not '%.60s'",
                        o->name, text);
        return BNC_OK;
    }
    return BNC_OK;
}

/* Stores a value; false when out of memory. */
static bool store(struct settings *s, const struct option_info *o, union value v, bool again)
{
    char *field = (char *)s + o->field;

    switch (o->kind) {
    case KIND_FLAG:
    case KIND_COUNT:
        *(int *)(void *)field = v.number;
        return true;
    case KIND_TEXT:
    case KIND_TOGGLE:
        *(const char **)(void *)field = v.text;
        return true;
    case KIND_CHAR:
        *field = v.character;
        return true;
    case KIND_SIZE:
        *(uint64_t *)(void *)field = v.size;
        return true;
    case KIND_PERCENT:
    case KIND_SHARE:
        *(double *)(void *)field = v.share;
        return true;
    case KIND_LIST:
        return strings_add((struct strings *)(void *)field, v.text);
    case KIND_JOIN: {
        const char **text = (const char **)(void *)field;
        char joined[4096];

        if (again && *text != NULL) {
            snprintf(joined, sizeof joined, "%s,%s", *text, v.text);
            v.text = settings_keep(s, joined, strlen(joined));
        }
        *text = v.text;
        return v.text != NULL;
    }
    }
    return true;
}

enum bnc_status settings_set(struct settings *s, unsigned option, const char *value,
                             struct origin from, struct bnc_error *err)
{
    const struct option_info *o = &options[option];
    struct origin *had = &s->origin[option];
    enum bnc_status status;
    union value v = { 0 };

    status = parse_value(o, value, &v, err);
    if (status != BNC_OK || (had->rank != 0 && had->rank < from.rank))
        return status;
    if (!store(s, o, v, had->rank == from.rank))
        return fail(err, BNC_ENOMEM, "out of memory");
    *had = from;
    return BNC_OK;
}

void option_print(const struct settings *s, unsigned option, char *buf, size_t cap)
{
    const struct option_info *o = &options[option];
    const char *field = (const char *)s + o->field;
    const char *text;

    buf[0] = '\0';
    if (s->origin[option].rank == 0)
        return;
    switch (o->kind) {
    case KIND_FLAG:
        snprintf(buf, cap, "%s", *(const int *)(const void *)field ? "yes" : "no");
        break;
    case KIND_COUNT:
        snprintf(buf, cap, "%d", *(const int *)(const void *)field);
        break;
    case KIND_TEXT:
    case KIND_TOGGLE:
    case KIND_JOIN:
        text = *(const char *const *)(const void *)field;
        snprintf(buf, cap, "%s", text);
        break;
    case KIND_CHAR:
        snprintf(buf, cap, *field == '\t' ? "tab" : *field == '\1' ? "none" : "%c", *field);
        break;
    case KIND_SIZE:
        snprintf(buf, cap, "%llu", (unsigned long long)*(const uint64_t *)(const void *)field);
        break;
    case KIND_PERCENT:
        snprintf(buf, cap, "%g", 100 * *(const double *)(const void *)field);
        break;
    case KIND_SHARE:
        snprintf(buf, cap, "%g", *(const double *)(const void *)field);
        break;
    case KIND_LIST:
        break; /* command line only, never printed */
    }
}

/* ---- the command line ---- */

struct line {
    struct settings *s;
    int argc, at;
    char **argv;
    struct bnc_error *err;
};

static enum bnc_status unknown_option(struct line *l, const char *word, size_t len)
{
    const char *names[MAX_OPTIONS + 1];
    const char *near;
    char name[64];
    size_t n = 0;

    for (unsigned i = 0; i < n_options; i++)
        if (options[i].name != NULL)
            names[n++] = options[i].name;
    names[n] = NULL;
    snprintf(name, sizeof name, "%.*s", (int)len, word);
    near = nearest(name, names);
    if (near != NULL)
        return fail(l->err, BNC_EUSAGE, "unknown option '--%s'; did you mean '--%s'?", name, near);
    return fail(l->err, BNC_EUSAGE, "unknown option '--%s'", name);
}

/* The argument of an option that needs one: given, or the next word. */
static enum bnc_status take(struct line *l, int option, const char *given)
{
    const struct option_info *o = &options[option];
    const struct origin from = { .kind = ORIGIN_LINE, .rank = 1 };

    if (given == NULL && o->kind != KIND_FLAG && o->kind != KIND_TOGGLE) {
        if (l->at + 1 >= l->argc)
            return fail(l->err, BNC_EUSAGE, "--%s needs a value: --%s %s", o->name, o->name,
                        o->arg);
        given = l->argv[++l->at];
    }
    return settings_set(l->s, (unsigned)option, given, from, l->err);
}

static enum bnc_status take_long(struct line *l, const char *word)
{
    const size_t len = strcspn(word, "=");
    const int option = option_find(word, len);

    if (option < 0)
        return unknown_option(l, word, len);
    if (word[len] == '=' && options[option].kind == KIND_FLAG)
        return fail(l->err, BNC_EUSAGE, "--%s takes no value", options[option].name);
    return take(l, option, word[len] == '=' ? word + len + 1 : NULL);
}

/* "-qv", "-ofile", "-j4": flags may be bundled, the rest of the word is an argument. */
static enum bnc_status take_letters(struct line *l, const char *word)
{
    enum bnc_status status = BNC_OK;

    for (; *word != '\0' && status == BNC_OK; word++) {
        const int option = option_by_letter(*word);

        if (option < 0)
            return fail(l->err, BNC_EUSAGE, "unknown option '-%c'",
                        isprint((unsigned char)*word) ? *word : '?');
        if (options[option].kind != KIND_FLAG)
            return take(l, option, word[1] != '\0' ? word + 1 : NULL);
        status = take(l, option, NULL);
    }
    return status;
}

/* The first word that is no option may name the command. */
static bool take_command(struct settings *s, const char *word)
{
    for (unsigned i = 0; i < n_commands; i++) {
        if (strcmp(commands[i].name, word) == 0) {
            s->command = commands[i].command;
            s->command_given = true;
            return true;
        }
    }
    return false;
}

/* Every option given must be one of the command's. */
static enum bnc_status check_command(const struct settings *s, struct bnc_error *err)
{
    for (unsigned i = 0; i < n_options; i++)
        if (s->origin[i].rank != 0 && (options[i].commands & s->command) == 0 &&
            !(s->version && strcmp(options[i].name, "json") == 0))
            return fail(err, BNC_EUSAGE, "--%s is no option of '%s'", options[i].name,
                        command_find(s->command)->name);
    return BNC_OK;
}

enum bnc_status settings_parse(struct settings *s, int argc, char **argv, struct bnc_error *err)
{
    struct line l = { .s = s, .argc = argc, .at = 1, .argv = argv, .err = err };
    enum bnc_status status = BNC_OK;
    bool operands_only = false, first = true;

    s->command = CMD_REPORT;
    for (; l.at < argc && status == BNC_OK; l.at++) {
        const char *word = argv[l.at];

        if (!operands_only && strcmp(word, "--") == 0) {
            operands_only = true;
        } else if (!operands_only && word[0] == '-' && word[1] == '-') {
            status = take_long(&l, word + 2);
        } else if (!operands_only && word[0] == '-' && word[1] != '\0') {
            status = take_letters(&l, word + 1);
        } else if (!(first && !operands_only && take_command(s, word)) &&
                   !strings_add(&s->files, word)) {
            status = fail(err, BNC_ENOMEM, "out of memory");
        }
        first = first && s->files.n == 0 && !s->command_given;
    }
    return status == BNC_OK ? check_command(s, err) : status;
}
