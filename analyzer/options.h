/* SPDX-License-Identifier: MIT
 * options.h - the option table and what it fills.
 *
 * Settings come from five places, strongest first: the command line, BOUNCE_ANALYZER_* in the
 * environment, --config FILE, the user's and the machine's configuration file.  They are applied in
 * that order; a setting that already has a value from a stronger place is checked and left alone,
 * so every place is validated whichever wins.
 */
#ifndef ANALYZER_OPTIONS_H
#define ANALYZER_OPTIONS_H

#include <stdbool.h>

#include "bounce/options.h"

/* The commands, in the order help shows them; the values are bits, so an option can say who takes
 * it. */
enum command {
    CMD_REPORT = 1,
    CMD_CLASSIFY = 2,
    CMD_EXPLAIN = 4,
    CMD_SUPPRESS = 8,
    CMD_MERGE = 16,
    CMD_FORMATS = 32,
    CMD_CODES = 64,
    CMD_ALL = 127
};
struct command_info {
    enum command command;
    const char *name, *operands, *help;
};
extern const struct command_info commands[];
extern const unsigned n_commands;
const struct command_info *command_find(enum command command);

enum option_kind {
    KIND_FLAG,
    KIND_TEXT,
    KIND_JOIN,
    KIND_LIST,
    KIND_CHAR,
    KIND_COUNT,
    KIND_SIZE,
    KIND_PERCENT,
    KIND_SHARE,
    KIND_TOGGLE
};
enum { OPT_LINE = 1 }; /* only on the command line */

struct option_info {
    char letter; /* 0: none */
    const char *name;
    enum option_kind kind;
    const char *arg, *values; /* NULL: takes none; NULL: anything goes */
    unsigned commands, flags;
    size_t field; /* offset in struct settings */
    const char *help;
    const char *group; /* NULL, or the title of the group that begins here */
};
extern const struct option_info options[];
extern const unsigned n_options;
#define MAX_OPTIONS 64

/* Where a value came from; a smaller number is stronger, 0 is "nowhere: built in". */
enum origin_kind { ORIGIN_BUILTIN, ORIGIN_LINE, ORIGIN_ENVIRONMENT, ORIGIN_FILE };
struct origin {
    enum origin_kind kind;
    unsigned rank; /* 1 command line, 2 environment, 3.. files in order of strength */
    const char *path; /* of the file; lives as long as the settings */
    unsigned line;
};

struct strings {
    const char **at;
    size_t n;
};

struct settings {
    struct bnc_options lib;
    struct strings outputs;
    const char *to, *save_state, *layout, *why, *color, *progress, *fail_on, *reply, *enhanced,
        *config;
    int width;
    uint64_t memory_bytes;
    int json, excel, plain_cells, quiet, verbose, no_config, print_config, help, version;

    enum command command;
    bool command_given;
    struct strings files;
    struct origin origin[MAX_OPTIONS];
    struct strings owned; /* every copy made; freed by settings_release() */
};

/* Adds a string to a list; false when out of memory. */
bool strings_add(struct strings *list, const char *text);

/* A copy of 'text' that lives as long as the settings; NULL when out of memory. */
const char *settings_keep(struct settings *s, const char *text, size_t len);

/*
 * Reads the command line into zeroed settings.  Returns BNC_EUSAGE with the message in 'err' (an
 * unknown option is answered with the nearest one), BNC_ENOMEM or BNC_OK.  'argv' must outlive the
 * settings.
 */
enum bnc_status settings_parse(struct settings *s, int argc, char **argv, struct bnc_error *err);

/*
 * Sets one option from text; 'value' NULL is a flag without argument.  BNC_EUSAGE if the value is
 * none of the option's, even where a stronger origin has set it before and nothing changes.
 */
enum bnc_status settings_set(struct settings *s, unsigned option, const char *value,
                             struct origin from, struct bnc_error *err);

/* The index of an option by its long name, or -1. */
int option_find(const char *name, size_t len);
/* The value an option has now, as text that would set it; "" where unset. */
void option_print(const struct settings *s, unsigned option, char *buf, size_t cap);

void settings_release(struct settings *s);

/*
 * The one of 'names' that is nearest to 'word' by edit distance, or NULL where none is near enough
 * to be meant. 'names' ends with NULL.
 */
const char *nearest(const char *word, const char *const *names);
/* The same over "a|b|c"; the answer is a span into 'values' with its length in *len. */
const char *nearest_value(const char *word, const char *values, size_t *len);

#endif
